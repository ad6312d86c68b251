"""Identity documents, organisation codes, telephone numbers and e-mail addresses: checking, masking, demo numbers.

``check`` and ``uscc`` return their findings, since a form shows several at once; ``check_phone`` and ``check_email``
return the normalised text or raise ``Invalid`` at field "" (the caller knows the field's name).
Sources: GB 11643 (resident identity number), GB 32100 and GB 11714 (organisation codes), GB/T 2260 (regions), the
public descriptions of the permits; foreign permanent residence card as issued since 2023-12.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Literal

from stdnum.cn import uscc as stdnum_uscc

from zhiyin.kernel.dates import age_on, chinese_date
from zhiyin.kernel.errors import Invalid

Sex = Literal["male", "female"]
MAX_AGE = 130

PROVINCES: dict[str, str] = {
    "11": "北京", "12": "天津", "13": "河北", "14": "山西", "15": "内蒙古", "21": "辽宁", "22": "吉林", "23": "黑龙江",
    "31": "上海", "32": "江苏", "33": "浙江", "34": "安徽", "35": "福建", "36": "江西", "37": "山东", "41": "河南",
    "42": "湖北", "43": "湖南", "44": "广东", "45": "广西", "46": "海南", "50": "重庆", "51": "四川", "52": "贵州",
    "53": "云南", "54": "西藏", "61": "陕西", "62": "甘肃", "63": "青海", "64": "宁夏", "65": "新疆", "71": "台湾",
    "81": "香港", "82": "澳门", "83": "台湾", "91": "国外",
}  # fmt: skip
"""First two digits of a region code → province. 71 is Taiwan in GB/T 2260, 83 in residence permits; 91 abroad."""

DEMO_REGIONS = frozenset(f"99{city:02d}{county:02d}" for city in range(1, 10) for county in range(1, 10))
"""Region codes 990101–990909, never issued to anybody: numbers under them cannot belong to a real person."""

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_DIGITS = "10X98765432"
_NOISE = re.compile(r"[\s\-‐‑‒–—―−_·.]+")
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_LOOKS_LIKE_X = str.maketrans("×✕ΧХ", "XXXX")


class DocumentKind(StrEnum):
    """The identity documents that may be recorded."""

    RESIDENT_ID = "resident_id"
    HMT_RESIDENCE = "hmt_residence"
    HM_PERMIT = "hm_permit"
    TW_PERMIT = "tw_permit"
    PASSPORT_CN = "passport_cn"
    PASSPORT_FOREIGN = "passport_foreign"
    FOREIGN_PR = "foreign_pr"
    DISABILITY = "disability"

    @property
    def label(self) -> str:
        """The Chinese name shown to users."""
        return _LABELS[self]


_LABELS = {
    DocumentKind.RESIDENT_ID: "居民身份证",
    DocumentKind.HMT_RESIDENCE: "港澳台居民居住证",
    DocumentKind.HM_PERMIT: "港澳居民来往内地通行证",
    DocumentKind.TW_PERMIT: "台湾居民来往大陆通行证（台胞证）",
    DocumentKind.PASSPORT_CN: "中国护照",
    DocumentKind.PASSPORT_FOREIGN: "外国护照",
    DocumentKind.FOREIGN_PR: "外国人永久居留身份证",
    DocumentKind.DISABILITY: "残疾人证",
}

DISABILITY_CATEGORIES = {1: "视力", 2: "听力", 3: "言语", 4: "肢体", 5: "智力", 6: "精神", 7: "多重"}
"""Digit 19 of a disability certificate; digit 20 is the grade, 1 the most severe to 4."""


@dataclass(frozen=True, slots=True)
class IdentityCheck:
    """What a number says about itself.

    ``number`` is normalised (half-width, upper case, no spaces or dashes). ``errors`` forbid storing it, ``warnings``
    ask for a second look; both are Chinese sentences. The other fields are None where the document does not contain
    them or the number has errors. ``disability_category`` is 1–7, ``disability_grade`` 1–4.
    """

    kind: DocumentKind
    number: str
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    birth_date: date | None = None
    sex: Sex | None = None
    region_code: str | None = None
    disability_category: int | None = None
    disability_grade: int | None = None

    @property
    def ok(self) -> bool:
        """No errors; there may be warnings."""
        return not self.errors


def normalise_number(text: str) -> str:
    """Half-width, upper case, without spaces, dashes and dots; signs that look like X become X."""
    return _NOISE.sub("", text.translate(_HALF_WIDTH).upper().translate(_LOOKS_LIKE_X))


def check_digit(first17: str) -> str:
    """Digit 18 of a resident identity number: ISO 7064 MOD 11-2 over the first 17 digits (GB 11643).

    Raises ValueError unless given exactly 17 ASCII digits.
    """
    if not re.fullmatch(r"[0-9]{17}", first17):
        raise ValueError("the check digit needs exactly 17 digits")
    return _CHECK_DIGITS[sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True)) % 11]


def check(kind: DocumentKind, number: str, *, on: date, allow_demo: bool = False) -> IdentityCheck:
    """Check ``number`` as a document of ``kind`` on the day ``on`` (birth dates after it are errors).

    ``allow_demo`` accepts numbers under ``DEMO_REGIONS``; leave it off in production.
    """
    text = normalise_number(number)
    if kind is DocumentKind.TW_PERMIT:
        text = text.replace("(", "").replace(")", "")
    if not text:
        return IdentityCheck(kind, text, (f"请填写{kind.label}号码",))
    result = _CHECKERS[kind](text, on, allow_demo)
    return replace(result, kind=kind, number=text)


def _refuse(kind: DocumentKind, number: str, *errors: str) -> IdentityCheck:
    return IdentityCheck(kind, number, errors)


def _stray_characters(number: str, digits: int) -> list[str]:
    """Complaints about non-digits among the first ``digits`` characters, three at most."""
    stray = [(place, sign) for place, sign in enumerate(number[:digits], 1) if sign not in "0123456789"]
    return [f"第 {place} 位是“{sign}”，这里应为数字" for place, sign in stray[:3]]


def _eighteen(kind: DocumentKind, number: str, on: date, allow_demo: bool) -> IdentityCheck:
    """The rules common to all 18-character numbers: shape, birth date, check digit. Regions are the caller's."""
    errors = _stray_characters(number, 17)
    if number[17] not in "0123456789X":
        errors.append(f"第 18 位是“{number[17]}”，这里应为数字或字母 X")
    if errors:
        return _refuse(kind, number, *errors)
    birth: date | None = None
    try:
        birth = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        errors.append(f"第 7 至 14 位“{number[6:14]}”不是真实存在的日期，请核对出生日期")
    if birth is not None and birth > on:
        errors.append(f"出生日期 {chinese_date(birth)}晚于今天，请核对第 7 至 14 位")
    elif birth is not None and age_on(birth, on) > MAX_AGE:
        errors.append(f"按出生日期 {chinese_date(birth)}已超过 {MAX_AGE} 岁，请核对第 7 至 14 位")
    expected = check_digit(number[:17])
    if number[17] != expected:
        errors.append(f"第 18 位校验码应为 {expected}，请核对是否录错一位")
    if number[:6] in DEMO_REGIONS and not allow_demo:
        errors.append("该号码用的是演示区号，正式系统不收")
    if errors:
        return _refuse(kind, number, *errors)
    sex: Sex = "male" if int(number[16]) % 2 else "female"
    return IdentityCheck(kind, number, birth_date=birth, sex=sex, region_code=number[:6])


def _resident_id(number: str, on: date, allow_demo: bool) -> IdentityCheck:
    kind = DocumentKind.RESIDENT_ID
    if re.fullmatch(r"[0-9]{15}", number):
        return _refuse(kind, number, "这是 15 位的旧号码，已经停止使用，请按现在的身份证填写 18 位号码")
    if len(number) != 18:
        return _refuse(kind, number, f"身份证号码应为 18 位，您填写了 {len(number)} 位")
    result = _eighteen(kind, number, on, allow_demo)
    if number[:6] in ("810000", "820000", "830000"):
        return _refuse(kind, number, *result.errors, "这是港澳台居民居住证的号码，请把证件类型改为港澳台居民居住证")
    if result.ok and number[:6] not in DEMO_REGIONS and number[:2] not in PROVINCES:
        return replace(result, warnings=(f"前两位“{number[:2]}”不是现有的省级代码，请对照证件核对",))
    return result


def _hmt_residence(number: str, on: date, allow_demo: bool) -> IdentityCheck:
    kind = DocumentKind.HMT_RESIDENCE
    if len(number) != 18:
        return _refuse(kind, number, f"居住证号码应为 18 位，您填写了 {len(number)} 位")
    result = _eighteen(kind, number, on, allow_demo)
    if number[:6] not in ("810000", "820000", "830000") and number[:6] not in DEMO_REGIONS:
        message = "居住证号码以 810000（香港）、820000（澳门）或 830000（台湾）开头，请核对证件类型和前 6 位"
        return _refuse(kind, number, *result.errors, message)
    return result


def _hm_permit(number: str, on: date, allow_demo: bool) -> IdentityCheck:
    kind = DocumentKind.HM_PERMIT
    if number[0] not in "HM":
        return _refuse(kind, number, "通行证号码以字母 H（香港）或 M（澳门）开头")
    if stray := _stray_characters("0" + number[1:], len(number)):
        return _refuse(kind, number, *stray)
    if len(number) not in (9, 11):
        return _refuse(kind, number, f"字母后应为 8 位数字（或再加 2 位换证次数），您填写了 {len(number) - 1} 位")
    return IdentityCheck(kind, number)


def _tw_permit(number: str, on: date, allow_demo: bool) -> IdentityCheck:
    kind = DocumentKind.TW_PERMIT
    if re.fullmatch(r"[0-9]{8}", number):
        return IdentityCheck(kind, number)
    if re.fullmatch(r"[0-9]{10}[A-Z]?", number):
        return IdentityCheck(kind, number, warnings=("这是旧版台胞证的号码，请确认证件仍在有效期内",))
    if stray := _stray_characters(number, len(number)):
        return _refuse(kind, number, *stray)
    return _refuse(kind, number, f"台胞证号码应为 8 位数字（旧版为 10 位），您填写了 {len(number)} 位")


def _passport_cn(number: str, on: date, allow_demo: bool) -> IdentityCheck:
    kind = DocumentKind.PASSPORT_CN
    if re.fullmatch(r"E[A-HJ-NP-Z0-9][0-9]{7}|[DSP]E?[0-9]{7,8}", number):
        return IdentityCheck(kind, number)
    if re.fullmatch(r"G[0-9]{8}", number):
        return IdentityCheck(kind, number, warnings=("G 开头的旧版护照多已过期，请核对有效期",))
    if number[0] not in "EDSPG":
        return _refuse(kind, number, "中国护照号码以字母 E 开头（公务类护照以 D、S、P 开头），请核对首字母")
    if len(number) != 9:
        return _refuse(kind, number, f"护照号码应为 9 位，您填写了 {len(number)} 位")
    return _refuse(kind, number, "护照号码应为字母 E 加 8 位数字，或 E 加一个字母（不用 I 和 O）再加 7 位数字，请核对")


def _passport_foreign(number: str, on: date, allow_demo: bool) -> IdentityCheck:
    kind = DocumentKind.PASSPORT_FOREIGN
    if stray := [sign for sign in number if not (sign.isascii() and sign.isalnum())]:
        return _refuse(kind, number, f"护照号码只有字母和数字，不能有“{stray[0]}”")
    if not 5 <= len(number) <= 17:
        return _refuse(kind, number, f"护照号码应为 5 至 17 位，您填写了 {len(number)} 位")
    return IdentityCheck(kind, number)


def _foreign_pr(number: str, on: date, allow_demo: bool) -> IdentityCheck:
    """New cards: 9, province 2, nationality 3, birth date 8, serial 3, check digit; old ones: 3 letters, 12 digits.

    Sex and a region code are not read: what the serial's parity means is not published in a standard.
    """
    kind = DocumentKind.FOREIGN_PR
    if number[0].isalpha():
        if not re.fullmatch(r"[A-Z]{3}[0-9]{12}", number):
            return _refuse(kind, number, f"旧版号码应为 3 个字母加 12 位数字（共 15 位），您填写了 {len(number)} 位")
        return IdentityCheck(kind, number)
    if len(number) != 18:
        return _refuse(kind, number, f"新版号码应为 18 位（旧版为 3 个字母加 12 位数字），您填写了 {len(number)} 位")
    result = _eighteen(kind, number, on, allow_demo)
    if number[0] != "9":
        return _refuse(kind, number, *result.errors, "外国人永久居留身份证的号码以 9 开头，请核对证件类型")
    if result.ok and number[:6] not in DEMO_REGIONS and number[1:3] not in PROVINCES:
        result = replace(result, warnings=(f"第 2、3 位“{number[1:3]}”不是现有的省级代码，请对照证件核对",))
    return replace(result, sex=None, region_code=None)


def _disability(number: str, on: date, allow_demo: bool) -> IdentityCheck:
    kind = DocumentKind.DISABILITY
    if len(number) not in (20, 22):
        return _refuse(kind, number, f"残疾人证号码应为 20 位（补办过的为 22 位），您填写了 {len(number)} 位")
    embedded = _resident_id(number[:18], on, allow_demo)
    errors = list(embedded.errors)
    if number[18] not in "1234567":
        errors.append(f"第 19 位是“{number[18]}”，残疾类别应为 1 至 7")
    if number[19] not in "1234":
        errors.append(f"第 20 位是“{number[19]}”，残疾等级应为 1 至 4")
    if not re.fullmatch(r"(B[1-9])?", number[20:]):
        errors.append(f"末两位是“{number[20:]}”，补办次数应写作 B1 至 B9")
    if errors:
        return _refuse(kind, number, *errors)
    return replace(embedded, disability_category=int(number[18]), disability_grade=int(number[19]))


_CHECKERS: dict[DocumentKind, Callable[[str, date, bool], IdentityCheck]] = {
    DocumentKind.RESIDENT_ID: _resident_id,
    DocumentKind.HMT_RESIDENCE: _hmt_residence,
    DocumentKind.HM_PERMIT: _hm_permit,
    DocumentKind.TW_PERMIT: _tw_permit,
    DocumentKind.PASSPORT_CN: _passport_cn,
    DocumentKind.PASSPORT_FOREIGN: _passport_foreign,
    DocumentKind.FOREIGN_PR: _foreign_pr,
    DocumentKind.DISABILITY: _disability,
}


def make_demo_resident_id(birth: date, sex: Sex, serial: int, region: str) -> str:
    """A well-formed resident identity number that can belong to nobody, for demonstrations and tests.

    ``serial`` 0–499 tells apart people of one birth date, sex and ``region`` (one of ``DEMO_REGIONS``). Raises
    ValueError otherwise, so that no number of a real region can be made.
    """
    if region not in DEMO_REGIONS:
        raise ValueError(f"{region} is not a demo region")
    if not 0 <= serial <= 499:
        raise ValueError("serial must be 0 to 499")
    first17 = f"{region}{birth:%Y%m%d}{serial * 2 + (sex == 'male'):03d}"
    return first17 + check_digit(first17)


def mask(kind: DocumentKind, number: str) -> str:
    """The number as screens show it: first 3 and last 4 characters at most, ``****`` between; fewer of short numbers.

    The certificate of disability is masked like the identity number inside it: its own last digits tell the category
    and grade. Do not print region of registration and full birth date beside a masked identity number.
    """
    text = normalise_number(number)
    if kind is DocumentKind.DISABILITY:
        text = text[:18]
    if len(text) >= 15:
        head, tail = 3, 4
    elif len(text) >= 8:
        head, tail = 1, 2
    else:
        head, tail = 0, 1 if len(text) >= 5 else 0
    return f"{text[:head]}****{text[len(text) - tail :]}"


def mask_phone(number: str) -> str:
    """``138****5678`` for a mobile number; of others the area or country code and the last three digits."""
    text = "".join(number.split())
    if re.fullmatch(r"1[0-9]{10}", text):
        return f"{text[:3]}****{text[-4:]}"
    code = re.match(r"0[0-9]{2,3}(?=-)|\+(?:852|853|886)", text)
    return f"{code.group() if code else ''}****{text[-3:] if len(text) >= 7 else ''}"


def mask_email(address: str) -> str:
    """``o****@example.com``: first character and domain."""
    local, _, domain = address.strip().rpartition("@")
    return f"{local[:1]}****@{domain}" if local else "****"


def mask_name(name: str) -> str:
    """First character and one star for each further one, two at most: 王*, 欧**. A single character gives ``*``."""
    text = "".join(name.split())
    if len(text) < 2:
        return "*" * len(text)
    return text[0] + "*" * min(len(text) - 1, 2)


@dataclass(frozen=True, slots=True)
class UsccCheck:
    """Findings on a unified social credit code; ``authority`` is who registered the body, None with errors."""

    number: str
    errors: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    authority: str | None = None

    @property
    def ok(self) -> bool:
        """No errors; there may be warnings."""
        return not self.errors


_AUTHORITIES = {"1": "机构编制部门", "5": "民政部门", "9": "市场监督管理部门", "Y": "其他部门"}
_USCC = re.compile(r"[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_CONFUSED = {"I": "数字 1", "O": "数字 0", "Z": "数字 2", "S": "数字 5", "V": "字母 U"}


def _organisation_check(first8: str) -> str:
    """The ninth character of an organisation code (GB 11714)."""
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    rest = 11 - sum(int(sign, 36) * weight for sign, weight in zip(first8, weights, strict=True)) % 11
    return {10: "X", 11: "0"}.get(rest, str(rest))


def uscc(number: str) -> UsccCheck:
    """Check a 统一社会信用代码 (GB 32100): 18 characters, alphabet, check character.

    A wrong check character of the organisation code inside (9–17) is only a warning: the outer one decides.
    """
    text = normalise_number(number)
    if not text:
        return UsccCheck(text, ("请填写统一社会信用代码",))
    if len(text) != 18:
        return UsccCheck(text, (f"统一社会信用代码应为 18 位，您填写了 {len(text)} 位",))
    if wrong := [(place, sign) for place, sign in enumerate(text, 1) if sign in _CONFUSED]:
        return UsccCheck(
            text, tuple(f"第 {at} 位“{sign}”不会出现在代码中，是否应为{_CONFUSED[sign]}" for at, sign in wrong[:3])
        )
    if not _USCC.fullmatch(text):
        if stray := _stray_characters("00" + text[2:8], 8):
            return UsccCheck(text, tuple(stray))
        return UsccCheck(text, ("代码只能由数字和大写字母组成，请核对",))
    expected = stdnum_uscc.calc_check_digit(text[:17])
    if text[17] != expected:
        return UsccCheck(text, (f"第 18 位校验码应为 {expected}，请核对是否录错一位",))
    warnings = [] if text[0] in _AUTHORITIES else [f"首位“{text[0]}”少见，请对照证照核对"]
    if _organisation_check(text[8:16]) != text[16]:
        warnings.append("第 9 至 17 位的组织机构代码校验不符，请对照证照核对")
    return UsccCheck(text, (), tuple(warnings), _AUTHORITIES.get(text[0], "其他部门"))


PhoneRegion = Literal["CN", "HK", "MO", "TW"]
_COUNTRY_CODES: dict[str, PhoneRegion] = {"86": "CN", "852": "HK", "853": "MO", "886": "TW"}
_PHONE_NOISE = re.compile(r"[\s().\-‐‑‒–—―−]+")


def check_phone(text: str, *, region: PhoneRegion = "CN") -> str:
    """A telephone number, normalised: ``13812345678``, ``0591-87654321``, ``400-123-4567``, ``+85291234567``.

    ``region`` is assumed where no country code (+86, +852, +853, +886, or with 00) is given. Raises ``Invalid``.
    """
    dialled = _PHONE_NOISE.sub("", unicodedata.normalize("NFKC", text))
    if not dialled:
        raise Invalid("请填写电话号码")
    international = re.match(r"\+|00(?=8)", dialled)
    digits = dialled[international.end() :] if international else dialled
    if stray := [sign for sign in digits if sign not in "0123456789"]:
        raise Invalid(f"电话号码只能有数字，不能有“{stray[0]}”")
    if international:
        code = next((each for each in sorted(_COUNTRY_CODES, key=len, reverse=True) if digits.startswith(each)), None)
        if code is None:
            raise Invalid("目前只收中国内地（+86）、香港（+852）、澳门（+853）和台湾（+886）的电话号码")
        region, digits = _COUNTRY_CODES[code], digits[len(code) :]
    elif region == "CN" and re.fullmatch(r"861[0-9]{10}", digits):
        digits = digits[2:]
    if region == "CN":
        return _mainland_phone(digits, international is not None)
    if region == "TW":
        return _taiwan_phone(digits, international is not None)
    if region == "HK" and not re.fullmatch(r"[2-9][0-9]{7}", digits):
        raise Invalid(f"香港电话应为 8 位数字，不以 0 或 1 开头，您填写的是“{digits}”")
    if region == "MO" and not re.fullmatch(r"(28|6[0-9]|8[0-9])[0-9]{6}", digits):
        raise Invalid(f"澳门电话应为 8 位数字，以 28、6 或 8 开头，您填写的是“{digits}”")
    return f"+{'852' if region == 'HK' else '853'}{digits}"


def _mainland_phone(digits: str, international: bool) -> str:
    if international and re.fullmatch(r"(10|2[0-9])[0-9]{8}|[3-9][0-9]{2}[0-9]{7,8}", digits):
        digits = "0" + digits
    if digits.startswith("1"):
        if len(digits) != 11:
            raise Invalid(f"手机号应为 11 位，您填写了 {len(digits)} 位")
        if digits[1] in "012":
            raise Invalid(f"手机号第 2 位不会是 {digits[1]}，请核对")
        return digits
    if re.fullmatch(r"[48]00[0-9]{7}", digits):
        return f"{digits[:3]}-{digits[3:6]}-{digits[6:]}"
    if not digits.startswith("0"):
        if len(digits) in (7, 8):
            raise Invalid("固定电话请在前面加上区号，例如 0591-87654321")
        raise Invalid("手机号应为 1 开头的 11 位数字；固定电话请加区号，例如 0591-87654321")
    area = 3 if digits[1:2] in ("1", "2") else 4
    if digits[1:2] == "0" or (digits[1:2] == "1" and digits[2:3] != "0"):
        raise Invalid(f"没有“{digits[:area]}”这个区号，请核对")
    local = digits[area:]
    if len(local) not in ((8,) if area == 3 else (7, 8)):
        wanted = "8" if area == 3 else "7 或 8"
        raise Invalid(f"区号 {digits[:area]} 后应为 {wanted} 位号码，您填写了 {len(local)} 位")
    if local[0] in "01":
        raise Invalid(f"固定电话区号后的第一位不会是 {local[0]}，请核对")
    return f"{digits[:area]}-{local}"


def _taiwan_phone(digits: str, international: bool) -> str:
    national = digits.removeprefix("0") if digits.startswith("0") else digits if international else ""
    if not re.fullmatch(r"9[0-9]{8}|[2-8][0-9]{7,8}", national):
        raise Invalid(f"台湾手机应为 09 开头的 10 位数字，市话请加区号，您填写的是“{digits}”")
    return f"+886{national}"


_EMAIL_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_EMAIL_LABEL = re.compile(r"[^\W_]([\w-]{0,61}[^\W_])?")


def check_email(text: str) -> str:
    """An e-mail address, its domain in small letters (RFC 5321 dot-atom, 254 characters). Raises ``Invalid``."""
    address = unicodedata.normalize("NFKC", text).strip()
    if not address:
        raise Invalid("请填写电子邮箱")
    if "。" in address or "," in address:
        raise Invalid("邮箱里有中文句号或逗号，请改成英文的点“.”")
    if any(sign.isspace() for sign in address):
        raise Invalid("邮箱中间不能有空格")
    if address.count("@") != 1:
        raise Invalid("邮箱应有且只有一个“@”，例如 name@example.com")
    local, domain = address.split("@")
    if not local or len(local) > 64 or not _EMAIL_LOCAL.fullmatch(local):
        raise Invalid("邮箱“@”前面的部分有误，请核对")
    labels = domain.lower().split(".")
    if len(labels) < 2 or not all(_EMAIL_LABEL.fullmatch(label) for label in labels):
        raise Invalid("邮箱“@”后面的部分有误，应像 example.com 这样")
    if len(address) > 254:
        raise Invalid(f"邮箱最长 254 个字符，您填写了 {len(address)} 个")
    return f"{local}@{domain.lower()}"
