"""Reads what was pasted into one box: a name, a paper's number, a telephone number, in any order."""

import re
from collections.abc import Iterable

from django.utils import timezone

from zhiyin.kernel import identity
from zhiyin.kernel.errors import Invalid
from zhiyin.kernel.text import clean_name, normalise

_LABELS = re.compile(
    r"(姓名|名字|证件号码?|身份证号?码?|身份证|手机号?码?|联系电话|电话|性别|出生日期|证件类型)\s*[:：]?\s*"
)
_PIECE = re.compile(r"[0-9A-Z]+")
_NAME = re.compile(r"[\u3400-\u9fff\U00020000-\U0003fffd]{1,12}(?:·[\u3400-\u9fff]{1,12})*")
_LIKE_AN_ID = re.compile(r"(?<![0-9A-Z])[0-9]{14,18}[0-9X]?(?![0-9A-Z])")
# the order decides where two rules could take the same number
_KINDS = (
    identity.DocumentKind.RESIDENT_ID,
    identity.DocumentKind.HMT_RESIDENCE,
    identity.DocumentKind.FOREIGN_PR,
    identity.DocumentKind.HM_PERMIT,
    identity.DocumentKind.PASSPORT_CN,
)
_NOT_NAMES = frozenset({"男", "女", "汉", "汉族", "民族", "公民", "居民身份证", "护照", "先生", "女士", "内地"})


def read_pasted(text: str) -> dict[str, str]:
    """The fields ``name``, ``kind``, ``number`` and ``phone`` that ``text`` holds; what is unsure is left out.

    A number counts as a paper's only when it passes that paper's rules, as a telephone's only when it is one. A
    miscopied identity number is kept, so that the form can say what is wrong with it.
    """
    words = _LABELS.sub(" ", normalise(text)[:500])
    found: dict[str, str] = {}
    for candidate in _candidates(words.upper()):
        if "phone" not in found and (phone := _phone(candidate)):
            found["phone"] = phone
        elif "number" not in found and (kind := _paper(candidate)):
            found["kind"], found["number"] = kind, identity.normalise_number(candidate)
    if "number" not in found and (wrong := _LIKE_AN_ID.search(words.upper())):
        # shown with its fault rather than lost
        found["kind"], found["number"] = identity.DocumentKind.RESIDENT_ID.value, wrong.group()
    for match in _NAME.finditer(words):
        if match.group() in _NOT_NAMES:
            continue
        try:
            found["name"] = clean_name(match.group())
        except Invalid:
            continue
        break
    return found


def _candidates(words: str) -> Iterable[str]:
    """Runs of digits and letters, and up to four neighbours joined: numbers are often written in groups."""
    pieces = _PIECE.findall(words)
    for size in (1, 2, 3, 4):
        for start in range(len(pieces) - size + 1):
            yield "".join(pieces[start : start + size])


def _phone(text: str) -> str:
    try:
        number = identity.check_phone(text)
    except Invalid:
        return ""
    return number if number.startswith("1") and len(number) == 11 else ""


def _paper(text: str) -> str:
    for kind in _KINDS:
        if identity.check(kind, text, on=timezone.localdate(), allow_demo=True).ok:
            return kind.value
    return ""
