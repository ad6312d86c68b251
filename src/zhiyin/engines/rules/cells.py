"""Cells of decision tables: any value, some values, or an interval such as ``[16,60)``."""

import re
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from zhiyin.engines.rules.values import Known, Number, read_boolean, read_date, read_number

_INTERVAL = re.compile(r"^([\[(])\s*([^,\[\]()]*?)\s*,\s*([^,\[\]()]*?)\s*([\])])$")


@dataclass(frozen=True, slots=True)
class Span:
    """Numbers or dates between two ends, each included or not; None is no end."""

    low: Number | date | None
    high: Number | date | None
    low_in: bool
    high_in: bool

    def holds(self, value: Any) -> bool:
        """Whether the value lies within."""
        if self.low is not None and not (self.low < value or (self.low_in and self.low == value)):
            return False
        return self.high is None or self.high > value or (self.high_in and self.high == value)


@dataclass(frozen=True, slots=True)
class Cell:
    """What a row asks of one input: nothing (``any``), one of ``values``, or a value within ``span``."""

    any: bool = False
    values: tuple[Known, ...] = ()
    span: Span | None = None

    def holds(self, value: Known) -> bool:
        """Whether a known value meets the cell."""
        if self.any:
            return True
        if value is None:
            return False
        return self.span.holds(value) if self.span is not None else value in self.values


def read_cell(raw: object, kind: str, options: list[str]) -> Cell:
    """The cell as written, for an input of ``kind``. Raises ValueError with a Chinese sentence."""
    if raw == "-":
        return Cell(any=True)
    if kind in {"integer", "decimal", "money", "date"} and isinstance(raw, str) and raw[:1] in "[(":
        return Cell(span=_span(raw, kind))
    listed = raw if isinstance(raw, list) else [raw]
    if not listed:
        raise ValueError("列表是空的")
    values = tuple(_value(one, kind) for one in listed)
    for value in values:
        if options and value not in options:
            raise ValueError(f"没有“{value}”这个选项，可用：{'、'.join(options)}")
    return Cell(values=values)


def _value(raw: object, kind: str) -> Known:
    found: Known = None
    if kind == "boolean":
        found = read_boolean(raw)
    elif kind == "date":
        found = read_date(raw) if isinstance(raw, str) and len(raw) == 10 else None
    elif kind in {"integer", "decimal", "money"}:
        found = None if isinstance(raw, str) else read_number(raw)
        if kind == "integer" and not isinstance(found, int):
            found = None
    elif isinstance(raw, str):
        found = raw
    if found is None:
        raise ValueError(f"“{raw}”写法不对")
    return found


def _span(raw: str, kind: str) -> Span:
    match = _INTERVAL.match(raw)
    if match is None:
        raise ValueError(f"区间“{raw}”写法不对，例如 [16,60)")
    ends: list[Number | date | None] = []
    for text in (match[2], match[3]):
        end = None if text == "" else read_date(text) if kind == "date" else read_number(text)
        if text != "" and end is None:
            raise ValueError(f"区间“{raw}”里的“{text}”写法不对")
        ends.append(end)
    low, high = ends
    span = Span(low, high, match[1] == "[", match[4] == "]")
    if low is None and high is None:
        raise ValueError("区间两端都空，请写 -")
    if low is not None and high is not None and not _is_inhabited(span, kind):
        raise ValueError(f"区间“{raw}”是空的")
    return span


def _is_inhabited(span: Span, kind: str) -> bool:
    if kind in {"integer", "date"}:
        low, high = whole_ends(span)
        return low is None or high is None or bool(low <= high)
    low, high = span.low, span.high
    return bool(low < high) or (low == high and span.low_in and span.high_in)  # type: ignore[operator]


def whole_ends(span: Span) -> tuple[Any, Any]:
    """Both ends as whole numbers or days that belong to the span."""
    return _whole(span.low, span.low_in, 1), _whole(span.high, span.high_in, -1)


def _whole(end: Number | date | None, included: bool, inward: int) -> Any:
    if end is None:
        return None
    if isinstance(end, date):
        return end if included else end + timedelta(days=inward)
    number = Decimal(end)
    whole = int(number.to_integral_value(rounding="ROUND_CEILING" if inward > 0 else "ROUND_FLOOR"))
    return whole + inward if number == whole and not included else whole
