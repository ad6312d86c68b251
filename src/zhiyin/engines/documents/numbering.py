"""Document numbers from the pattern in a definition, such as ``{agency}-BG-{year}-{serial:05d}``.

Placeholders: ``agency`` (the agency's short code), ``year``, ``month``, ``day`` (of issue), ``serial`` (counted per
agency, kind and year by the caller). Numbers may carry a width ``:0Nd``. Nothing else is accepted, so a pattern can
never run code or read attributes.
"""

import re
import string
from datetime import date

from zhiyin.kernel.errors import Invalid

_NUMBERS = frozenset({"year", "month", "day", "serial"})
_WIDTH = re.compile(r"0?[1-9]d")
_LITERAL = re.compile(r"[A-Za-z0-9\u4e00-\u9fff\-_/.〔〕()（）号第 ]*")
_AGENCY = re.compile(r"[A-Za-z0-9\u4e00-\u9fff\-]{1,20}")


def check_pattern(pattern: str) -> str:
    """Return ``pattern`` unchanged, or raise ``ValueError`` (Chinese) saying what is wrong with it."""
    try:
        parts = list(string.Formatter().parse(pattern))
    except ValueError:
        raise ValueError(f"编号格式“{pattern}”的花括号没有成对") from None
    names = []
    for literal, name, width, conversion in parts:
        if not _LITERAL.fullmatch(literal):
            raise ValueError(f"编号格式“{pattern}”含有不宜用在编号里的字符")
        if name is None:
            continue
        if name not in _NUMBERS | {"agency"} or conversion:
            raise ValueError(f"编号格式里不能用“{name}”，可用 agency、year、month、day、serial")
        if width and (name == "agency" or not _WIDTH.fullmatch(width)):
            raise ValueError(f"编号格式里“{name}”的宽度应写成 :05d 的样子")
        names.append(name)
    if "serial" not in names:
        raise ValueError("编号格式必须含有 serial（流水号）")
    return pattern


def format_number(pattern: str, *, agency: str, issued_on: date, serial: int) -> str:
    """The number for one document. ``serial`` counts from 1. A serial wider than its pattern is printed in full.

    Raises Invalid when the agency's code or the serial cannot stand in a number; ``ValueError`` for a wrong pattern.
    """
    check_pattern(pattern)
    if not _AGENCY.fullmatch(agency):
        raise Invalid({"agency": ["机构代号用字母、数字、汉字或短横线，最长 20 个字"]})
    if serial < 1:
        raise Invalid({"serial": ["流水号从 1 开始"]})
    return pattern.format(agency=agency, year=issued_on.year, month=issued_on.month, day=issued_on.day, serial=serial)
