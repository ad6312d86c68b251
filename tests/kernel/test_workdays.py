"""The working-day calendar and its two shipped years."""

from datetime import date, timedelta
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from ruamel.yaml import YAML

from zhiyin.kernel.workdays import CalendarYear, WorkingCalendar


def load(year: int) -> CalendarYear:
    path = files("zhiyin.packs") / "content" / "cn-common" / "calendars" / f"cn-{year}.yaml"
    return CalendarYear.model_validate(YAML(typ="safe").load(path.read_text("utf-8")))


CHINA = WorkingCalendar([load(2025), load(2026)])
DAYS = st.dates(date(2024, 6, 1), date(2027, 6, 1))

HEAD: dict[str, Any] = {
    "kind": "calendar",
    "id": "cn-2026",
    "version": 1,
    "title": "历",
    "source": "通知",
    "year": 2026,
}


@pytest.mark.parametrize(("year", "off", "on"), [(2025, 28, 5), (2026, 33, 6)])
def test_the_shipped_years_have_the_days_of_the_notices(year: int, off: int, on: int) -> None:
    calendar = load(year)
    assert (len(calendar.holidays), len(calendar.working_weekends)) == (off, on)
    # 13 statutory days a year; one that falls on a weekend is made up on a weekday, any further weekday off is worked
    # back (全国年节及纪念日放假办法, 2024 revision)
    assert sum(day.weekday() < 5 for day in calendar.holidays) - len(calendar.working_weekends) == 13


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2026, 1, 2), False),
        (date(2026, 1, 4), True),
        (date(2026, 2, 14), True),
        (date(2026, 2, 23), False),
        (date(2026, 2, 24), True),
        (date(2026, 5, 9), True),
        (date(2026, 9, 20), True),
        (date(2026, 10, 8), True),
        (date(2026, 10, 10), True),
        (date(2026, 10, 11), False),
        (date(2025, 1, 26), True),
        (date(2025, 10, 8), False),
        (date(2025, 10, 11), True),
    ],
)
def test_is_working(day: date, working: bool) -> None:
    assert CHINA.is_working(day) is working


def test_terms_skip_the_national_day_week() -> None:
    assert CHINA.add_working_days(date(2026, 9, 30), 1) == date(2026, 10, 8)
    assert CHINA.add_working_days(date(2026, 9, 30), 3) == date(2026, 10, 10)
    assert CHINA.due(date(2026, 9, 30), 2, "working") == date(2026, 10, 9)
    assert CHINA.due(date(2026, 9, 30), 2, "calendar") == date(2026, 10, 2)
    assert CHINA.due(date(2026, 10, 2), 0, "working") == date(2026, 10, 2)
    with pytest.raises(ValueError):
        CHINA.due(date(2026, 9, 30), -1, "calendar")


def test_an_unknown_year_falls_back_to_weekends_and_says_so() -> None:
    assert CHINA.covers(2026)
    assert not CHINA.covers(2027)
    assert CHINA.is_working(date(2027, 10, 1))
    assert not CHINA.is_working(date(2027, 10, 2))


def test_a_bodys_own_days_win() -> None:
    own = WorkingCalendar([load(2026)], [date(2026, 10, 10), date(2026, 6, 1)], [date(2026, 10, 4)], weekend={0})
    assert not own.is_working(date(2026, 10, 10))
    assert not own.is_working(date(2026, 6, 1))
    assert own.is_working(date(2026, 10, 4))
    assert own.is_working(date(2026, 6, 6))
    assert not own.is_working(date(2026, 6, 8))


def test_a_calendar_must_have_working_days_and_one_arrangement_a_year() -> None:
    with pytest.raises(ValueError):
        WorkingCalendar([], weekend=range(7))
    with pytest.raises(ValueError):
        WorkingCalendar([load(2026), load(2026)])


@given(DAYS, st.integers(-200, 200))
def test_counting_inverts_adding(day: date, n: int) -> None:
    reached = CHINA.add_working_days(day, n)
    assert CHINA.working_days_between(day, reached) == n
    assert n == 0 or CHINA.is_working(reached)


@given(DAYS, DAYS, DAYS)
def test_counts_add_up(a: date, b: date, c: date) -> None:
    a, b, c = sorted((a, b, c))
    between = CHINA.working_days_between
    assert between(a, b) + between(b, c) == between(a, c)
    days = (a + timedelta(days=offset) for offset in range(1, (c - a).days + 1))
    assert between(a, c) == sum(map(CHINA.is_working, days))


@pytest.mark.parametrize(
    ("holidays", "working", "complaint"),
    [
        (["2027-01-01"], [], "不在 2026 年"),
        (["2026-01-01", "2026-01-01"], [], "两次"),
        (["2026-01-04"], ["2026-01-04"], "两次"),
        ([], ["2026-01-05"], "不是周末"),
        (["2026-02-30"], [], "holidays"),
        ([20260101], [], "holidays"),
    ],
)
def test_a_wrong_arrangement_is_refused(holidays: list[object], working: list[str], complaint: str) -> None:
    with pytest.raises(ValidationError, match=complaint):
        CalendarYear.model_validate({**HEAD, "holidays": holidays, "working_weekends": working})


def test_unknown_keys_are_refused() -> None:
    with pytest.raises(ValidationError):
        CalendarYear.model_validate({**HEAD, "holidays": [], "working_weekends": [], "note": "x"})
