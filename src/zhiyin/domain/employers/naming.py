"""Names of employers: what tells one from another, and which look alike."""

import re

from zhiyin.kernel.text import normalise, sort_key

_IN_BRACKETS = re.compile(r"[（(][^（）()]*[）)]")
_PLACE = re.compile(r"^[\u4e00-\u9fff]{2,8}?(?:省|自治区|市|自治州|盟|县|区)(?=[\u4e00-\u9fff]{2})")
_FORM = re.compile(
    r"(?:股份有限公司|有限责任公司|有限公司|集团公司|集团|总公司|分公司|公司|总厂|厂|经营部|商行|事务所|中心|店|合作社)+$"
)
_CODED = re.compile(r"[0-9A-Z]{6,18}")


def core(name: str) -> str:
    """The name without place, form and what stands in brackets: 临江市青竹饮品有限公司（演示） → 青竹饮品.

    What would leave fewer than two characters is kept.
    """
    text = re.sub(r"\s", "", _IN_BRACKETS.sub("", normalise(name)))
    for pattern in (_PLACE, _FORM):
        while len(shorter := pattern.sub("", text)) >= 2 and shorter != text:
            text = shorter
    return text or normalise(name)


def alike(first: str, second: str) -> str:
    """Why two core names may be one employer, "" when nothing speaks for it."""
    if first == second:
        return "字号相同"
    if sort_key(first) == sort_key(second):
        return "字号读音相同"
    if len(first) == len(second) >= 3 and sum(a != b for a, b in zip(first, second, strict=True)) == 1:
        return "字号只差一个字"
    return ""


def looks_coded(words: str) -> bool:
    """Whether what is searched for is (a part of) a credit code rather than a name."""
    return _CODED.fullmatch(words.upper()) is not None and any(sign.isdigit() for sign in words)
