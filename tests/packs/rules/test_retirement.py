"""The personal retirement date, and what follows from it."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.packs.rules.regions import judge, region
from tests.packs.rules.support import packs
from zhiyin.kernel.dates import add_months, retirement_date


@pytest.mark.parametrize(
    ("birth", "category", "delay", "retires"),
    [
        ("1964-12-31", "M60", 0, date(2024, 12, 31)),
        ("1965-01-01", "M60", 1, date(2025, 2, 1)),
        ("1965-04-30", "M60", 1, date(2025, 5, 30)),
        ("1965-05-01", "M60", 2, date(2025, 7, 1)),
        ("1976-09-15", "M60", 36, date(2039, 9, 15)),
        ("1999-12-31", "M60", 36, date(2062, 12, 31)),
        ("1981-09-15", "F55", 36, date(2039, 9, 15)),
        ("1984-11-15", "F50", 60, date(2039, 11, 15)),
        ("1974-12-31", "F50", 0, date(2024, 12, 31)),
    ],
)
def test_the_date_follows_the_birth_month(birth: str, category: str, delay: int, retires: date) -> None:
    result = judge("retirement-age", {"birth_on": birth, "retirement_category": category})
    assert (result.outputs["delay_months"], result.outputs["retire_on"]) == (delay, retires)


@given(st.dates(date(1955, 1, 1), date(2005, 12, 31)), st.sampled_from(["M60", "F55", "F50"]))
def test_the_pack_and_the_calendar_of_the_platform_agree(birth: date, category: str) -> None:
    result = judge("retirement-age", {"birth_on": birth, "retirement_category": category})
    assert result.outputs["retire_on"] == retirement_date(birth, category)  # type: ignore[arg-type]


def test_early_retirement_stops_at_the_old_age() -> None:
    first = judge("retirement-age", {"birth_on": "1965-01-15", "retirement_category": "M60"})
    assert first.outputs["early_from"] == date(2025, 1, 15)
    assert first.outputs["late_until"] == date(2028, 2, 15)
    capped = judge("retirement-age", {"birth_on": "1980-01-15", "retirement_category": "M60"})
    assert capped.outputs["early_from"] == date(2040, 1, 15)


def test_without_the_former_category_the_date_stays_open_and_the_proof_is_named() -> None:
    result = judge("retirement-age", {"birth_on": "1976-09-15"})
    assert (result.verdict, result.missing) == ("UNKNOWN", ("retirement_category",))
    assert "岗位证明" in "\n".join(part.proof + part.why for part in result.explanation.walk())


def test_the_delay_did_not_exist_before_2025() -> None:
    result = judge("retirement-age", {"birth_on": "1964-01-15", "retirement_category": "M60"}, date(2024, 12, 31))
    assert result.verdict == "FAIL"
    assert "自 2025-01-01 起施行" in result.explanation.why


def test_working_age_ends_on_the_personal_day() -> None:
    facts = {"birth_on": "1965-01-15", "retirement_category": "M60"}
    last = date(2025, 2, 14)
    assert judge("working-age", facts, last).verdict == "PASS"
    assert judge("working-age", facts, last + timedelta(days=1)).verdict == "FAIL"


@pytest.mark.clause("CG2023-X1-L4-1.3.1-S")
def test_the_steps_of_retirement_come_with_the_date_of_the_client() -> None:
    policy = packs().get("policy", "retirement-age")
    assert any("退休申请" in step for step in policy.steps)
    assert [item.name for item in policy.materials]
    result = judge(policy.rule, {"birth_on": "1966-01-20", "retirement_category": "M60"})
    assert result.outputs["retire_on"] == date(2026, 5, 20)


PENSION = {
    "birth_on": "1966-01-20",
    "retires_on": "2026-05-20",
    "pension_paid_months": 240,
    "pension_base": 8000,
    "wage_index": "0.8",
    "account_balance": 139000,
}


@pytest.mark.clause("CG2023-X1-L4-1.3.3-S")
def test_an_estimate_of_the_pension_shows_formula_inputs_and_the_version_of_its_figures() -> None:
    here = region()
    result = judge("pension-estimate", PENSION, here=here)
    assert result.outputs["basic"] == Decimal(1440)
    assert result.outputs["account"] == Decimal(1000)
    assert result.outputs["monthly"] == Decimal(2440)
    ruleset = here.get("ruleset", "pension-estimate")
    assert "÷" in ruleset.about
    assert {fact.id for fact in ruleset.facts} == set(PENSION)
    dated = here.get("parameter", "pension-accrual-rate").dated_on(date(2026, 6, 30))
    assert (dated.value, dated.source, ruleset.version) == ("1", "国发〔2005〕38号", 1)


@pytest.mark.clause("CG2023-X1-L4-1.3.3-K")
def test_a_new_figure_of_a_region_leaves_earlier_estimates_as_they_were() -> None:
    value = {"value": 1.1, "valid_from": "2026-07-01", "source": "本地试点"}
    raised = region(changes={"set": [{"parameter": "pension-accrual-rate", "values": [value], "why": "试点"}]})
    before, after = date(2026, 6, 30), date(2026, 7, 1)
    old = judge("pension-estimate", PENSION, before)
    assert judge("pension-estimate", PENSION, before, here=raised).outputs == old.outputs
    assert judge("pension-estimate", PENSION, after, here=raised).outputs["basic"] == Decimal(1584)


@pytest.mark.parametrize(("year", "months"), [(2029, 180), (2030, 186), (2034, 210), (2039, 240), (2045, 240)])
def test_the_least_number_of_paid_months_rises_by_half_a_year(year: int, months: int) -> None:
    assert region().parameter("pension-min-paid-months", date(year, 1, 1)) == months
    on = date(year, 1, 1)
    born = add_months(on, -12 * 60).isoformat()
    facts = PENSION | {"birth_on": born, "retires_on": on.isoformat()}
    assert judge("pension-estimate", facts | {"pension_paid_months": months}, on).verdict == "PASS"
    assert judge("pension-estimate", facts | {"pension_paid_months": months - 1}, on).verdict == "FAIL"
