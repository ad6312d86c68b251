"""Quota of disabled staff, the levy, who counts, and altering a workplace."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.packs.rules.regions import judge, region
from tests.packs.rules.support import packs, told

ON = date(2026, 3, 1)
FIRM: dict[str, Any] = {
    "staff_average": 200,
    "disabled_staff": 2,
    "severe_staff": 0,
    "average_wage": 80000,
    "social_average_wage": 90000,
    "late_days": 0,
    "is_enterprise": True,
}


@pytest.mark.clause("CG2023-DJ-L3-1.3.2-K")
def test_the_calculator_shows_formula_figures_region_and_result() -> None:
    here = region("xiamen-cross-strait", ON)
    ruleset = here.get("ruleset", "disability-levy")
    assert "（上年在职职工年均人数 × 比例 − 计入的残疾职工人数）× 年平均工资" in ruleset.about
    result = judge("disability-levy", FIRM, ON, here=here)
    assert result.outputs["wanted"] == Decimal("3.2")
    assert result.outputs["counted"] == 2
    assert result.outputs["full"] == Decimal(96000)
    assert (result.outputs["share"], result.outputs["due"]) == (50, Decimal(48000))
    rate = here.get("parameter", "quota-rate").dated_on(ON)
    assert (rate.value, "福建" in rate.source) == (1.6, True)
    assert here.get("profile", "xiamen-cross-strait").region == "3502"
    shortfall = judge("disability-quota", FIRM, ON, here=here)
    assert "计入 2 人，应安排 3.2 人" in told(shortfall)


@pytest.mark.clause("CG2023-2.2.5-(6)")
def test_advice_on_disability_cites_the_article_and_the_rule_of_the_region() -> None:
    here = region("beijing", ON)
    result = judge("disability-quota", FIRM, ON, here=here)
    assert result.verdict == "FAIL"
    cited = "\n".join(part.article for part in result.explanation.walk())
    assert "《残疾人保障法》第三十三条" in cited
    assert packs().get("law", "disabled-protection-law").article("33") is not None
    (change,) = here.changes("parameter", "quota-rate")
    assert (change.layer, "高于全国下限" in change.why) == ("beijing", True)
    assert "应安排 3.4 人" in told(result)
    assert "北京" in here.get("parameter", "quota-rate").dated_on(ON).source


@pytest.mark.parametrize(
    ("changed", "share", "due"),
    [
        ({}, 50, 40000),
        ({"staff_average": 201}, 90, Decimal("73080.00")),
        ({"staff_average": 200, "disabled_staff": 3}, 50, 0),
        ({"staff_average": 30, "disabled_staff": 0}, 0, 0),
        ({"staff_average": "30.5", "disabled_staff": 0}, 90, Decimal("32940.00")),
        ({"staff_average": 30, "disabled_staff": 0, "is_enterprise": False}, 90, Decimal("32400.00")),
        ({"severe_staff": 1}, 50, 0),
    ],
)
def test_relief_follows_the_share_that_is_placed(changed: dict[str, Any], share: int, due: Decimal) -> None:
    result = judge("disability-levy", FIRM | changed, ON)
    assert (result.outputs["share"], result.outputs["due"]) == (share, due)


def test_relief_ends_with_2027() -> None:
    assert judge("disability-levy", FIRM, date(2027, 12, 31)).outputs["due"] == 40000
    assert judge("disability-levy", FIRM, date(2028, 1, 1)).outputs["due"] == 80000


def test_being_late_costs_five_per_mille_a_day() -> None:
    assert judge("disability-levy", FIRM | {"late_days": 10}, ON).outputs["late_fee"] == 2000


@given(
    st.integers(1, 5000),
    st.integers(0, 100),
    st.integers(0, 100),
    st.integers(0, 400000),
)
def test_nobody_pays_less_than_nothing_and_more_placed_never_costs_more(
    staff: int, placed: int, severe: int, wage: int
) -> None:
    placed = min(placed, staff)
    facts = FIRM | {
        "staff_average": staff,
        "disabled_staff": placed,
        "severe_staff": min(severe, placed),
        "average_wage": wage,
    }
    here = judge("disability-levy", facts, ON).outputs["due"]
    assert here is not None
    assert here >= 0
    if placed < staff:
        more = judge("disability-levy", facts | {"disabled_staff": placed + 1}, ON).outputs["due"]
        assert more <= here


STAFF: dict[str, Any] = {
    "disabled": True,
    "grade": "2",
    "certificate_kind": "civil",
    "contract_months": 12,
    "wage_at_least_minimum": True,
    "full_insurance": True,
    "counted_elsewhere": False,
}


@pytest.mark.parametrize(
    ("grade", "kind", "counts"),
    [
        ("1", "civil", 2),
        ("2", "civil", 2),
        ("3", "civil", 1),
        ("3", "military", 2),
        ("4", "military", 1),
    ],
)
def test_severe_disability_counts_twice(grade: str, kind: str, counts: int) -> None:
    result = judge("disabled-staff-counts", STAFF | {"grade": grade, "certificate_kind": kind}, ON)
    assert result.outputs["counts_as"] == counts


def test_without_the_insurance_record_it_is_open_and_the_record_is_asked_for() -> None:
    result = judge("disabled-staff-counts", STAFF | {"full_insurance": None}, ON)
    assert (result.verdict, result.missing) == ("UNKNOWN", ("full_insurance",))
    assert any("社会保险缴费记录" in part.proof + part.why for part in result.explanation.walk())


@pytest.mark.clause("CG2023-DJ-L3-3.3.4-K")
def test_the_estimate_for_altering_a_workplace_shows_rule_ceiling_and_documents() -> None:
    policy = packs().get("policy", "accessibility-subsidy")
    facts = {"disabled_posts": 2, "contract_in_force": True, "spent": 30000, "approved_plan": True}
    result = judge(policy.rule, facts, ON)
    assert (result.outputs["ceiling"], result.outputs["estimate"]) == (10000, 10000)
    assert judge(policy.rule, facts | {"spent": 6000}, ON).outputs["estimate"] == 3000
    cited = [part.article for part in result.explanation.walk() if part.article]
    assert any("《无障碍环境建设法》第二十条" in article for article in cited)
    assert {"改造方案和预算", "发票、合同和验收照片"} <= {item.name for item in policy.materials if item.required}
