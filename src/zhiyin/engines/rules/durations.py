"""Lengths of time: full months and years, the union of periods, and how they are told in Chinese."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal

from zhiyin.engines.rules.syntax import Unit
from zhiyin.engines.rules.values import Number
from zhiyin.kernel.dates import add_months

DAYS: dict[Unit, Decimal] = {"years": Decimal("365.25"), "months": Decimal("30.4375"), "days": Decimal(1)}
UNIT_WORDS: dict[Unit, str] = {"years": "年", "months": "个月", "days": "天"}
BORDERLINE_DAYS = 30
"""Interrupted work is counted in average years; within this many days of the limit a person looks again."""

Piece = tuple[date, date]
"""A period of days: the first day, and the day after the last."""


def full_months(start: date, end: date) -> int:
    """Full months from ``start`` to ``end``, negative when ``end`` is earlier; month ends as in ``kernel.dates``."""
    if end < start:
        return -full_months(end, start)
    months = (end.year - start.year) * 12 + end.month - start.month
    if end.day < start.day and (end + timedelta(days=1)).month == end.month:
        months -= 1
    return months


def full_years(start: date, end: date) -> int:
    """Full years from ``start`` to ``end``, negative when ``end`` is earlier."""
    months = full_months(start, end)
    return months // 12 if months >= 0 else -(-months // 12)


def full_units(start: date, end: date, unit: Unit) -> int:
    """Full years, months or days from ``start`` to ``end``."""
    if unit == "years":
        return full_years(start, end)
    return full_months(start, end) if unit == "months" else (end - start).days


def moved(day: date, count: int, unit: Unit) -> date:
    """``day`` and ``count`` units later. Raises OverflowError or ValueError beyond the calendar."""
    if unit == "days":
        return day + timedelta(days=count)
    return add_months(day, 12 * count if unit == "years" else count)


def merged(pieces: Iterable[Piece]) -> list[Piece]:
    """The union: sorted, without overlaps; pieces that touch become one. Empty pieces vanish."""
    found: list[Piece] = []
    for start, end in sorted(pieces):
        if end <= start:
            continue
        if found and start <= found[-1][1]:
            if end > found[-1][1]:
                found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
    return found


def length(pieces: list[Piece], unit: Unit) -> int:
    """Full units in merged pieces.

    One piece is counted by the calendar. Several are counted by their days (a year is 365.25 of them), and count at
    least as much as the longest of them by the calendar.
    """
    if unit == "days":
        return sum((end - start).days for start, end in pieces)
    if len(pieces) == 1:
        return full_units(*pieces[0], unit)
    if not pieces:
        return 0
    total = sum((end - start).days for start, end in pieces)
    return max(int(total / DAYS[unit]), *(full_units(start, end, unit) for start, end in pieces))


@dataclass(frozen=True, slots=True)
class Stretch:
    """A length of time behind a number, for telling it: merged pieces (one for a plain distance) and the unit."""

    pieces: tuple[Piece, ...]
    unit: Unit

    @property
    def is_broken(self) -> bool:
        """Whether there are gaps in it."""
        return len(self.pieces) > 1

    @property
    def days(self) -> int:
        """Days in all pieces."""
        return sum((end - start).days for start, end in self.pieces)

    def lacking(self, limit: Number) -> int:
        """Days missing to ``limit`` units, 0 or negative when it is reached. ValueError beyond the calendar."""
        if len(self.pieces) == 1 and isinstance(limit, int):
            start, end = self.pieces[0]
            return (moved(start, limit, self.unit) - end).days
        return int((limit * DAYS[self.unit]).to_integral_value(ROUND_CEILING)) - self.days

    def gap_words(self, limit: Number) -> str:
        """How much is missing to (or more than) ``limit`` units, in words."""
        days = self.lacking(limit)
        if not self.pieces and isinstance(limit, int):
            return f"{limit} {UNIT_WORDS[self.unit]}"
        if len(self.pieces) == 1 and isinstance(limit, int):
            end = self.pieces[0][1]
            target = end + timedelta(days=days)
            return between_words(min(end, target), max(end, target), self.unit)
        return about_words(abs(days))

    def words(self) -> str:
        """The length itself in words."""
        if not self.pieces:
            return f"0 {UNIT_WORDS[self.unit]}"
        if len(self.pieces) == 1:
            return between_words(*self.pieces[0], self.unit)
        return f"{self.days} 天" + ("" if self.unit == "days" or self.days <= 45 else f"（{about_words(self.days)}）")


def between_words(start: date, end: date, unit: Unit = "years") -> str:
    """``4 年 6 个月`` from ``start`` to ``end``, exact to the day; in days only when that is the unit."""
    if end < start:
        return "负" + between_words(end, start, unit)
    if unit == "days":
        return f"{(end - start).days} 天"
    months = full_months(start, end)
    days = (end - add_months(start, months)).days
    years, rest = divmod(months, 12)
    told = [f"{years} 年"] * bool(years) + [f"{rest} 个月"] * bool(rest) + [f"{days} 天"] * bool(days)
    return " ".join(told) or "0 天"


def about_words(days: int) -> str:
    """A number of days in average years and months: ``约 4 年 6 个月``; up to 45 days as days."""
    if days <= 45:
        return f"{days} 天"
    years, rest = divmod(round(days / DAYS["months"]), 12)
    return "约 " + " ".join([f"{years} 年"] * bool(years) + [f"{rest} 个月"] * bool(rest))
