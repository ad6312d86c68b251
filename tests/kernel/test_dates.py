"""Ages, periods, retirement dates."""

from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from zhiyin.kernel.dates import (
    AgeRegime,
    Period,
    RetirementCategory,
    add_months,
    age_on,
    chinese_date,
    regime,
    relative_day,
    retirement_date,
    turns,
    union_days,
)
from zhiyin.kernel.errors import Invalid

DAYS = st.dates(date(1900, 1, 1), date(2150, 12, 31))


@pytest.mark.parametrize(
    ("birth", "day", "age"),
    [
        (date(2012, 11, 5), date(2026, 11, 4), 13),
        (date(2012, 11, 5), date(2026, 11, 5), 14),
        (date(2012, 2, 29), date(2026, 2, 27), 13),
        (date(2012, 2, 29), date(2026, 2, 28), 14),
        (date(2012, 2, 29), date(2028, 2, 28), 15),
        (date(2012, 2, 29), date(2028, 2, 29), 16),
        (date(2026, 1, 1), date(2026, 1, 1), 0),
    ],
)
def test_age_on(birth: date, day: date, age: int) -> None:
    assert age_on(birth, day) == age


def test_no_age_before_birth() -> None:
    with pytest.raises(ValueError):
        age_on(date(2026, 1, 2), date(2026, 1, 1))


@given(DAYS, DAYS)
def test_age_grows_with_the_day_and_shrinks_with_the_birth_date(birth: date, day: date) -> None:
    assume(birth <= day)
    age = age_on(birth, day)
    assert age <= age_on(birth, day + timedelta(days=1)) <= age + 1
    assert birth == day or age_on(birth + timedelta(days=1), day) <= age


@given(DAYS, st.integers(0, 130))
def test_an_age_is_reached_on_the_day_turns_names(birth: date, years: int) -> None:
    reached = turns(birth, years)
    assert age_on(birth, reached) == years
    assert years == 0 or age_on(birth, reached - timedelta(days=1)) == years - 1


@pytest.mark.parametrize(
    ("day", "months", "result"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2026, 3, 31), -1, date(2026, 2, 28)),
        (date(2026, 12, 5), 1, date(2027, 1, 5)),
        (date(2026, 1, 5), -1, date(2025, 12, 5)),
    ],
)
def test_add_months(day: date, months: int, result: date) -> None:
    assert add_months(day, months) == result


@given(DAYS, st.integers(-600, 600))
def test_add_months_lands_in_the_right_month(day: date, months: int) -> None:
    moved = add_months(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved.day < day.day and (moved + timedelta(days=1)).day == 1)


@pytest.mark.parametrize(
    ("age", "self_supporting", "expected"),
    [
        (13, True, AgeRegime.UNDER_14),
        (14, False, AgeRegime.FROM_14_TO_17),
        (15, True, AgeRegime.FROM_14_TO_17),
        (16, False, AgeRegime.FROM_14_TO_17),
        (16, True, AgeRegime.ADULT),
        (17, False, AgeRegime.FROM_14_TO_17),
        (18, False, AgeRegime.ADULT),
    ],
)
def test_regime(age: int, self_supporting: bool, expected: AgeRegime) -> None:
    birth = date(2000, 6, 15)
    assert regime(birth, turns(birth, age), self_supporting) is expected


def test_regimes_have_chinese_names() -> None:
    assert [each.label for each in AgeRegime] == ["不满十四周岁", "十四至十七周岁", "成年人"]


@pytest.mark.parametrize(
    ("category", "birth", "retires"),
    [
        ("M60", date(1964, 12, 31), date(2024, 12, 31)),
        ("M60", date(1965, 1, 15), date(2025, 2, 15)),
        ("M60", date(1965, 4, 30), date(2025, 5, 30)),
        ("M60", date(1965, 5, 1), date(2025, 7, 1)),
        ("M60", date(1976, 8, 1), date(2039, 7, 1)),
        ("M60", date(1976, 9, 1), date(2039, 9, 1)),
        ("M60", date(1990, 1, 1), date(2053, 1, 1)),
        ("F55", date(1981, 9, 10), date(2039, 9, 10)),
        ("F55", date(1970, 1, 1), date(2025, 2, 1)),
        ("F50", date(1984, 11, 10), date(2039, 11, 10)),
        ("F50", date(1974, 12, 10), date(2024, 12, 10)),
        ("F50", date(1975, 3, 10), date(2025, 5, 10)),
    ],
)
def test_retirement_date(category: RetirementCategory, birth: date, retires: date) -> None:
    assert retirement_date(birth, category) == retires


@given(st.sampled_from(["M60", "F55", "F50"]), st.dates(date(1955, 1, 1), date(2010, 1, 1)))
def test_retirement_is_never_earlier_for_the_younger_and_the_delay_is_capped(
    category: RetirementCategory, birth: date
) -> None:
    old, top = {"M60": (60, 63), "F55": (55, 58), "F50": (50, 55)}[category]
    retires = retirement_date(birth, category)
    assert turns(birth, old) <= retires <= turns(birth, top)
    assert retirement_date(birth + timedelta(days=1), category) >= retires


def test_a_period_cannot_end_before_it_starts() -> None:
    with pytest.raises(Invalid) as caught:
        Period(date(2026, 2, 1), date(2026, 1, 31))
    assert caught.value.errors == {"end": ["结束日期不能早于开始日期"]}


def test_period_overlap_union_clip_and_days() -> None:
    january = Period(date(2026, 1, 1), date(2026, 1, 31))
    february = Period(date(2026, 2, 1), date(2026, 2, 28))
    running = Period(date(2026, 1, 20))
    assert january.overlap(february) is None
    assert january.union(february) == Period(date(2026, 1, 1), date(2026, 2, 28))
    assert january.union(Period(date(2026, 2, 2), date(2026, 2, 3))) is None
    assert january.union(Period(date(2026, 2, 2))) is None
    assert january.overlap(running) == Period(date(2026, 1, 20), date(2026, 1, 31))
    assert february.union(running) == Period(date(2026, 1, 20))
    assert running.clip(date(2026, 1, 1), date(2026, 1, 25)) == Period(date(2026, 1, 20), date(2026, 1, 25))
    assert january.clip(date(2026, 3, 1)) is None
    assert january.days() == 31
    assert running.days(until=date(2026, 1, 20)) == 1
    assert running.days(until=date(2026, 1, 1)) == 0
    with pytest.raises(ValueError):
        running.days()


SHORT = st.dates(date(2026, 1, 1), date(2026, 3, 31))
PERIODS = st.builds(
    lambda start, length: Period(start, None if length is None else start + timedelta(days=length)),
    SHORT,
    st.none() | st.integers(0, 20),
)


@given(st.lists(PERIODS, max_size=6), SHORT)
def test_union_days_counts_each_day_once(periods: list[Period], until: date) -> None:
    days = (date(2026, 1, 1) + timedelta(days=offset) for offset in range(150))
    expected = sum(1 for day in days if day <= until and any(day in period for period in periods))
    assert union_days(periods, until) == expected


@given(PERIODS, PERIODS, SHORT)
def test_overlap_and_union_agree_with_the_days(a: Period, b: Period, day: date) -> None:
    common = a.overlap(b)
    assert (common is not None and day in common) == (day in a and day in b)
    assert a.overlap(b) == b.overlap(a)
    assert a.union(b) == b.union(a)
    if (joined := a.union(b)) is not None:
        assert (day in joined) == (day in a or day in b)
    else:
        assert common is None


def test_dates_in_words() -> None:
    today = date(2026, 11, 5)
    assert chinese_date(today) == "2026 年 11 月 5 日"
    shown = [relative_day(today + timedelta(days=n), today) for n in (0, 1, 2, 3, 30, 31, -1, -2, -3, -31)]
    assert shown == [
        "今天",
        "明天",
        "后天",
        "3 天后",
        "30 天后",
        "2026 年 12 月 6 日",
        "昨天",
        "前天",
        "3 天前",
        "2026 年 10 月 5 日",
    ]
