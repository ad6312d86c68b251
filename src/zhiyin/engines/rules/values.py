"""Values that facts, parameters and expressions take, and reading them from what was typed or stored."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any, Final, Literal

FactType = Literal["boolean", "integer", "decimal", "money", "date", "text", "choice", "choices", "list"]
ParameterType = Literal["integer", "decimal", "money", "boolean", "text", "date", "days", "months", "years", "list"]
Number = int | Decimal
Known = bool | int | Decimal | date | str | tuple[str, ...] | None
"""A known value. None is known too: there is no such thing, for example the date of a certificate never obtained."""

LARGEST: Final = Decimal(10) ** 15
"""Numbers beyond this size are refused: no sum of money or count of this trade comes near it."""

EARLIEST, LATEST = date(1900, 1, 1), date(2199, 12, 31)
"""Dates outside are slips of the pen."""


class _Sign(Enum):
    UNKNOWN = "unknown"


UNKNOWN: Final = _Sign.UNKNOWN
"""Nothing is known about the value."""


@dataclass(frozen=True, slots=True)
class Interval:
    """A number or a date of which only bounds are known, both included; None is no bound."""

    low: Any
    high: Any


Value = Known | Interval | Literal[_Sign.UNKNOWN]
Row = Mapping[str, Value]


def interval(low: Any, high: Any) -> Value:
    """The bounds as a value: the number itself where they meet, UNKNOWN where there is none."""
    if low is None and high is None:
        return UNKNOWN
    return low if low == high else Interval(low, high)


def bounds(value: Value) -> tuple[Any, Any]:
    """Lowest and highest possible value; None is no bound. Not for None values."""
    if isinstance(value, Interval):
        return value.low, value.high
    return (None, None) if value is UNKNOWN else (value, value)


def read_number(raw: object) -> Number | None:
    """A number from an int, a float, a Decimal or its text; None when it is none, not finite or out of all bounds."""
    if type(raw) is int:
        return raw if -LARGEST <= raw <= LARGEST else None
    if isinstance(raw, bool) or not isinstance(raw, int | float | str | Decimal):
        return None
    if isinstance(raw, str) and len(raw) > 40:
        return None
    try:
        number = Decimal(raw) if isinstance(raw, Decimal | int) else Decimal(str(raw).strip().replace(",", ""))
    except InvalidOperation:
        return None
    if not number.is_finite() or abs(number) > LARGEST:
        return None
    if number.as_tuple().exponent != 0 and abs(int(number.as_tuple().exponent)) > 30:
        return None
    return int(number) if number == number.to_integral_value() else number


def read_integer(raw: object) -> int | None:
    """A whole number, or None."""
    number = read_number(raw)
    return number if isinstance(number, int) else None


def read_date(raw: object) -> date | None:
    """A day from a date, a datetime or ISO text (of which the day counts); None when it is none or far off."""
    if isinstance(raw, datetime):
        raw = raw.date()
    if isinstance(raw, str):
        try:
            raw = date.fromisoformat(raw[:10])
        except ValueError:
            return None
    return raw if isinstance(raw, date) and EARLIEST <= raw <= LATEST else None


def read_text(raw: object) -> str | None:
    """Text, or None."""
    return raw if isinstance(raw, str) else None


def read_boolean(raw: object) -> bool | None:
    """True or False, or None."""
    return raw if isinstance(raw, bool) else None


def read_choices(raw: object) -> tuple[str, ...] | None:
    """Several texts, or None."""
    if not isinstance(raw, list | tuple | set | frozenset):
        return None
    found = [one for one in raw if isinstance(one, str)]
    return tuple(sorted(found) if isinstance(raw, set | frozenset) else found) if len(found) == len(raw) else None


READERS = {
    "boolean": read_boolean,
    "integer": read_integer,
    "decimal": read_number,
    "money": read_number,
    "date": read_date,
    "text": read_text,
    "choice": read_text,
    "choices": read_choices,
}
"""Fact type → reader of one value; ``list`` is read row by row."""


def parameter_value(kind: ParameterType, raw: object) -> Known:
    """The typed value of a parameter from a cell of CSV or a value of YAML. Raises ValueError with a Chinese sentence.

    integer, days, months, years → int; decimal, money → int or Decimal; boolean from true/false; date from ISO text;
    list from texts joined by ``|`` or a list.
    """
    if kind == "list":
        parts = [part.strip() for part in raw.split("|")] if isinstance(raw, str) else raw
        if not isinstance(parts, list | tuple):
            raise ValueError("列表写成用 | 隔开的文字")
        texts = tuple(str(part) for part in parts if part != "")
        if len(set(texts)) != len(texts):
            raise ValueError("列表里有重复")
        return texts
    found: Known
    if kind == "text":
        found, wanted = (raw if isinstance(raw, str) and raw.strip() else None), "文字"
    elif kind == "boolean":
        found, wanted = {"true": True, "false": False}.get(str(raw).lower()), "true 或 false"
    elif kind == "date":
        found, wanted = (read_date(raw) if isinstance(raw, str | date) and len(str(raw)) == 10 else None), "年-月-日"
    elif kind in {"decimal", "money"}:
        found, wanted = read_number(raw), "数字"
    else:
        found, wanted = read_integer(raw), "整数"
    if found is None:
        raise ValueError(f"“{raw}”不是{wanted}")
    return found
