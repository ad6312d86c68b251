"""Ages, anniversaries, periods and the personal retirement date.

A period counted in years or months ends on the day of the same number; where that month has no such day it ends on the
month's last day (民法典 art. 202). Someone born on 29 February therefore reaches an age on 28 February of a common
year. An age is reached at the start of the birthday itself, as administrative practice counts it.
"""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Literal

from zhiyin.kernel.errors import Invalid

RetirementCategory = Literal["M60", "F55", "F50"]

# base month, age in years, birth months per month of delay, longest delay in months
_RETIREMENT: dict[RetirementCategory, tuple[date, int, int, int]] = {
    "M60": (date(1965, 1, 1), 60, 4, 36),
    "F55": (date(1970, 1, 1), 55, 4, 36),
    "F50": (date(1975, 1, 1), 50, 2, 60),
}


def add_months(day: date, months: int) -> date:
    """``day`` moved by ``months`` (may be negative), on the month's last day where the day of the month is missing."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def turns(birth: date, years: int) -> date:
    """The day on which someone born on ``birth`` reaches the age of ``years``."""
    return add_months(birth, 12 * years)


def age_on(birth: date, day: date) -> int:
    """Full years of age (周岁) on ``day``. Raises ValueError before birth."""
    if day < birth:
        raise ValueError("asked for an age before birth")
    years = day.year - birth.year
    return years if turns(birth, years) <= day else years - 1


class AgeRegime(StrEnum):
    """The three ages at which the rules for consent differ (个人信息保护法 art. 31, 民法典 arts. 17–20)."""

    UNDER_14 = "under14"
    FROM_14_TO_17 = "14to17"
    ADULT = "adult"

    @property
    def label(self) -> str:
        """The Chinese name shown to users."""
        return {"under14": "不满十四周岁", "14to17": "十四至十七周岁", "adult": "成年人"}[self.value]


def regime(birth: date, day: date, self_supporting: bool = False) -> AgeRegime:
    """The regime that applies on ``day``.

    ``self_supporting``: lives mainly on own earned income; from 16 that counts as an adult (民法典 art. 18).
    """
    age = age_on(birth, day)
    if age < 14:
        return AgeRegime.UNDER_14
    if age >= 18 or (age >= 16 and self_supporting):
        return AgeRegime.ADULT
    return AgeRegime.FROM_14_TO_17


@dataclass(frozen=True, slots=True)
class Period:
    """Whole days from ``start`` to ``end``, both included; ``end`` None means it still runs.

    Raises ``Invalid`` at field ``end`` when the end lies before the start.
    """

    start: date
    end: date | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise Invalid({"end": ["结束日期不能早于开始日期"]})

    def __contains__(self, day: date) -> bool:
        return self.start <= day and (self.end is None or day <= self.end)

    def overlap(self, other: "Period") -> "Period | None":
        """The days that lie in both, or None."""
        start = max(self.start, other.start)
        ends = [end for end in (self.end, other.end) if end is not None]
        end = min(ends) if ends else None
        return None if end is not None and end < start else Period(start, end)

    def union(self, other: "Period") -> "Period | None":
        """The days that lie in either, or None where a gap of at least one day keeps them apart."""
        first, second = sorted((self, other), key=lambda period: period.start)
        if first.end is None or second.end is None:
            touches = first.end is None or (second.start - first.end).days <= 1
            return Period(first.start, None) if touches else None
        if (second.start - first.end).days > 1:
            return None
        return Period(first.start, max(first.end, second.end))

    def clip(self, start: date, end: date | None = None) -> "Period | None":
        """The part from ``start`` to ``end`` (both included; None: no limit), or None where nothing is left."""
        return self.overlap(Period(start, end))

    def days(self, until: date | None = None) -> int:
        """Number of days, both ends counted.

        ``until`` cuts the period off (included) and is required while it still runs, else ValueError.
        """
        if until is None:
            if self.end is None:
                raise ValueError("a running period has no length without a cut-off day")
            return (self.end - self.start).days + 1
        last = until if self.end is None else min(self.end, until)
        return max(0, (last - self.start).days + 1)


def union_days(periods: Iterable[Period], until: date) -> int:
    """Days up to ``until`` (included) that lie in at least one of ``periods``; overlaps count once."""
    total = 0
    reached = date.min
    for period in sorted(periods, key=lambda each: each.start):
        start = max(period.start, reached)
        last = until if period.end is None else min(period.end, until)
        if last >= start:
            total += (last - start).days + 1
            reached = last + timedelta(days=1)
    return total


def retirement_date(birth: date, category: RetirementCategory) -> date:
    """The statutory retirement date under the gradual delay in force from 2025-01-01.

    ``category`` is the *former* age: M60 men, F55 women in cadre or technical posts, F50 other women; which of the two
    applies to a woman follows from the post and is an input. The delay is one month per started four (F50: two) birth
    months after January 1965 (1970, 1975), at most to 63, 58 and 55 years. Early or late retirement by choice is not
    considered. Source: 全国人大常委会关于实施渐进式延迟法定退休年龄的决定, 2024-09-13.
    """
    base, years, step, cap = _RETIREMENT[category]
    months = (birth.year - base.year) * 12 + birth.month - base.month
    delay = 0 if months < 0 else min(cap, months // step + 1)
    return add_months(birth, years * 12 + delay)


def chinese_date(day: date) -> str:
    """``2026 年 11 月 5 日``."""
    return f"{day.year} 年 {day.month} 月 {day.day} 日"


def relative_day(day: date, today: date) -> str:
    """今天, 明天, 3 天后, 3 天前 … within thirty days of ``today``; a full date beyond."""
    distance = (day - today).days
    near = {0: "今天", 1: "明天", 2: "后天", -1: "昨天", -2: "前天"}
    if distance in near:
        return near[distance]
    if abs(distance) > 30:
        return chinese_date(day)
    return f"{distance} 天后" if distance > 0 else f"{-distance} 天前"
