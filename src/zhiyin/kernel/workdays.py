"""Working days: the State Council's holiday arrangement of each year, and counting terms in it."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from zhiyin.kernel.models import Definition

TermUnit = Literal["working", "calendar"]
_ONE_DAY = timedelta(days=1)
_SATURDAY = 5


def _iso_date(value: object) -> object:
    if isinstance(value, str):
        return date.fromisoformat(value)
    return value


IsoDate = Annotated[date, BeforeValidator(_iso_date)]


class CalendarYear(Definition):
    """One year's arrangement, a definition of kind ``calendar``.

    ``holidays`` are all days off that the notice names, weekends inside them included; ``working_weekends`` are the
    Saturdays and Sundays worked in exchange. Every date lies in ``year``, none is in both lists, none occurs twice.
    """

    kind: Literal["calendar"]
    id: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    version: int = Field(ge=1)
    title: str = Field(min_length=1)
    serves: list[str] = Field(default_factory=list)
    year: int = Field(ge=1949, le=2100)
    source: str = Field(min_length=1)
    holidays: list[IsoDate]
    working_weekends: list[IsoDate]

    @model_validator(mode="after")
    def _check(self) -> Self:
        days = [*self.holidays, *self.working_weekends]
        if stray := [day for day in days if day.year != self.year]:
            raise ValueError(f"{stray[0]} 不在 {self.year} 年")
        if len(set(days)) != len(days):
            twice = next(day for day in days if days.count(day) > 1)
            raise ValueError(f"{twice} 出现了两次")
        if weekday := [day for day in self.working_weekends if day.weekday() < _SATURDAY]:
            raise ValueError(f"{weekday[0]} 不是周末，不能列为调休上班日")
        return self


class WorkingCalendar:
    """Tells working days from days off and counts in them.

    ``extra_holidays`` and ``extra_workdays`` are a body's own closing and opening days; they win over the national
    arrangement, an opening day over a closing day. ``weekend`` holds weekday numbers (Monday 0). A year without a
    ``CalendarYear`` falls back to its weekends; ``covers`` says so, and a screen that shows a term should too.
    """

    def __init__(
        self,
        years: Iterable[CalendarYear],
        extra_holidays: Iterable[date] = (),
        extra_workdays: Iterable[date] = (),
        weekend: Iterable[int] = (5, 6),
    ) -> None:
        self._weekend = frozenset(weekend)
        if self._weekend >= set(range(7)):
            raise ValueError("a week without working days")
        self._covered: set[int] = set()
        self._off: set[date] = set()
        self._on: set[date] = set()
        for each in years:
            if each.year in self._covered:
                raise ValueError(f"two calendars for {each.year}")
            self._covered.add(each.year)
            self._off.update(each.holidays)
            self._on.update(each.working_weekends)
        for day in extra_holidays:
            self._off.add(day)
            self._on.discard(day)
        for day in extra_workdays:
            self._on.add(day)

    def covers(self, year: int) -> bool:
        """Whether the official arrangement of ``year`` is known."""
        return year in self._covered

    def is_working(self, day: date) -> bool:
        """Whether ``day`` is a working day."""
        return day in self._on or (day not in self._off and day.weekday() not in self._weekend)

    def add_working_days(self, day: date, n: int) -> date:
        """The ``n``-th working day after ``day``, which itself does not count (民法典 art. 201).

        ``n`` = 0 gives ``day``; a negative ``n`` counts backwards.
        """
        step = _ONE_DAY if n > 0 else -_ONE_DAY
        left = abs(n)
        while left:
            day += step
            left -= self.is_working(day)
        return day

    def working_days_between(self, start: date, end: date) -> int:
        """Working days after ``start`` up to and including ``end``; negative, and counting ``end`` but not
        ``start``, when ``end`` lies before ``start``. The inverse of ``add_working_days``.
        """
        step = _ONE_DAY if end > start else -_ONE_DAY
        count = 0
        while start != end:
            start += step
            count += self.is_working(start)
        return count if step > timedelta(0) else -count

    def due(self, day: date, days: int, unit: TermUnit) -> date:
        """The last day of a term of ``days`` ≥ 0 that an event on ``day`` starts, in working or calendar days.

        A calendar term is plain arithmetic and may end on a day off. Raises ValueError for a negative term.
        """
        if days < 0:
            raise ValueError("a term cannot be negative")
        return self.add_working_days(day, days) if unit == "working" else day + timedelta(days=days)
