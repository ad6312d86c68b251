"""Chinese text: normal form, names, pinyin sort keys and search bigrams."""

import re
import unicodedata

from pypinyin import lazy_pinyin

from zhiyin.kernel.errors import Invalid

MAX_NAME = 50

_HALF_WIDTH = {
    **{code: code - 0xFEE0 for start, end in ((0xFF10, 0xFF19), (0xFF21, 0xFF3A), (0xFF41, 0xFF5A))
       for code in range(start, end + 1)},
    **{ord(sign): ord(sign) - 0xFEE0 for sign in "＠＃％＆＋＝＊／＿"},
}  # fmt: skip
_SPACES = re.compile(r"[ \t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_LINE_ENDS = re.compile(r" ?(?:\r\n|\r|\n|\u2028|\u2029) ?")
_INVISIBLE = re.compile(r"[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u00ad\u200b\u2060\ufeff]")
_NOT_COMPATIBILITY = re.compile(r"[^\uf900-\ufaff\U0002f800-\U0002fa1f]+")
_HAN = "〇々\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003fffd"
_TOKEN = re.compile(rf"[{_HAN}]+|[^\W_{_HAN}]+")
_HAN_ONLY = re.compile(rf"[{_HAN}]")
_DOTS = re.compile(r" ?[·•‧・･∙⋅．] ?")
_BETWEEN_HAN = re.compile(rf"(?<=[{_HAN}]) (?=[{_HAN}])")

# Surnames whose reading differs from the character's usual one, as pypinyin gives it.
_SURNAMES = {
    "单": "shan", "查": "zha", "解": "xie", "仇": "qiu", "区": "ou", "任": "ren", "曾": "zeng", "朴": "piao",
    "盖": "ge", "缪": "miao", "乐": "yue", "翟": "zhai", "员": "yun", "祭": "zhai", "洗": "xian", "覃": "qin",
    "召": "shao", "种": "chong", "重": "chong", "秘": "bi", "黑": "he", "折": "she", "隗": "wei", "薄": "bo",
    "卜": "bu", "都": "du", "繁": "po", "句": "gou", "阚": "kan", "能": "nai", "粘": "nian", "贠": "yun",
    "乜": "nie", "佴": "nai", "适": "kuo", "蔚": "yu", "郇": "xun", "颉": "xie", "藏": "zang", "炅": "gui",
    "番": "pan", "兒": "ni", "尉": "wei", "华": "hua", "宁": "ning", "应": "ying", "燕": "yan", "纪": "ji",
    "车": "che", "石": "shi", "盛": "sheng", "强": "qiang", "行": "xing", "过": "guo", "干": "gan", "那": "na",
    "哈": "ha", "沈": "shen", "葛": "ge", "褚": "chu", "谌": "chen", "晟": "cheng", "降": "jiang", "相": "xiang",
    "宿": "su", "占": "zhan", "贾": "jia", "万": "wan", "叶": "ye", "曲": "qu", "會": "gui", "單": "shan",
    "區": "ou", "蓋": "ge", "樂": "yue", "種": "chong", "員": "yun", "繆": "miao", "闞": "kan", "長": "chang",
}  # fmt: skip

_COMPOUND_SURNAMES = {
    "长孙": "zhang sun", "長孫": "zhang sun", "尉迟": "yu chi", "尉遲": "yu chi", "万俟": "mo qi", "單于": "chan yu",
    "单于": "chan yu", "澹台": "tan tai", "澹臺": "tan tai", "乐正": "yue zheng", "樂正": "yue zheng",
    "令狐": "ling hu", "宰父": "zai fu", "夏侯": "xia hou", "鲜于": "xian yu", "谷梁": "gu liang", "相里": "xiang li",
}  # fmt: skip


def normalise(text: str) -> str:
    """Text as it is stored: half-width letters, digits and ASCII signs such as ＠, plain single spaces, ``\\n`` ends.

    Chinese punctuation stays as typed. Invisible characters go, combining marks are composed (NFC) while
    compatibility ideographs, which occur in names, are kept. Idempotent.
    """
    text = _INVISIBLE.sub("", text.translate(_HALF_WIDTH))
    text = _NOT_COMPATIBILITY.sub(lambda run: unicodedata.normalize("NFC", run.group()), text)
    return _LINE_ENDS.sub("\n", _SPACES.sub(" ", text)).strip()


def clean_name(text: str) -> str:
    """A person's name in stored form, 1–50 characters: letters of any script, rare ideographs, ·, ``-``, ``'``, spaces.

    Every kind of middle dot becomes ``·``; spaces between Chinese characters go. Raises ``Invalid`` at field "" for
    digits, emoji, private-use characters and other signs.
    """
    name = _BETWEEN_HAN.sub("", _DOTS.sub("·", normalise(text).replace("\n", " ").replace("’", "'")))
    if not name:
        raise Invalid("请填写姓名")
    for sign in name:
        category = unicodedata.category(sign)
        if category == "Co":
            raise Invalid("姓名里有一个自造字，别的电脑无法显示；请换成国家标准中的字，或先用同音字并在备注中说明")
        if category.startswith("N") and sign != "〇":
            raise Invalid(f"姓名里不能有数字“{sign}”")
        if not (category[0] in "LM" or _HAN_ONLY.match(sign) or sign in "·-' "):
            raise Invalid(f"姓名里不能有“{sign}”，请核对")
    if len(name) > MAX_NAME:
        raise Invalid(f"姓名最长 {MAX_NAME} 个字，您填写了 {len(name)} 个")
    if not any(unicodedata.category(sign)[0] == "L" or _HAN_ONLY.match(sign) for sign in name):
        raise Invalid("姓名里至少要有一个字")
    return name


def _syllables(name: str) -> list[str]:
    text = normalise(name).replace("·", " ")
    if text[:2] in _COMPOUND_SURNAMES:
        head, rest = _COMPOUND_SURNAMES[text[:2]].split(), text[2:]
    elif text[:1] in _SURNAMES:
        head, rest = [_SURNAMES[text[0]]], text[1:]
    else:
        head, rest = [], text
    spelled = lazy_pinyin(rest, errors=lambda run: _HAN_ONLY.sub(r" \g<0> ", run))
    return [part for syllable in [*head, *spelled] for part in syllable.lower().split()]


def sort_key(name: str) -> str:
    """Toneless pinyin, syllables parted by one space, surnames read as surnames: 单雄信 → ``shan xiong xin``.

    ü is written v. Latin letters come as small letters; ideographs without a known reading stand for themselves.
    """
    return " ".join(_syllables(name))


def initials(name: str) -> str:
    """First letters of the syllables: 欧阳修 → ``oyx``."""
    return "".join(syllable[0] for syllable in _syllables(name))


def bigrams(text: str) -> str:
    """Tokens for a search column, parted by spaces, each once: ideographs, pairs of neighbours, whole Latin words.

    ``职业 Python`` → ``职 业 职业 python``. Punctuation separates and is dropped.
    """
    tokens: dict[str, None] = {}
    for run in _TOKEN.findall(normalise(text).lower()):
        if _HAN_ONLY.match(run):
            tokens.update(dict.fromkeys(run))
            tokens.update(dict.fromkeys(run[at : at + 2] for at in range(len(run) - 1)))
        else:
            tokens[run] = None
    return " ".join(tokens)
