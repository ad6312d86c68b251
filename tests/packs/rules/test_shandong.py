"""The rules of the Shandong guidance on the profession: each test executes the acceptance line of its clauses."""

from datetime import date
from typing import Any

import pytest

from tests.packs.rules.support import decide, node, told


@pytest.mark.clause("SD-2-5")
def test_a_chief_adviser_holds_level_one() -> None:
    first = [{"level": 1, "issued_on": "2022-05-01"}]
    result = decide("sd-chief-adviser", {"certificates": first, "method": "contest"})
    assert result.verdict == "PASS"
    assert result.outputs["method"] == "contest"
    assert result.outputs["term_until"] == date(2029, 6, 30)
    second = decide("sd-chief-adviser", {"certificates": [first[0] | {"level": 2}], "method": "contest"})
    assert (second.verdict, second.unmet) == ("FAIL", ("level-one",))
    assert decide("sd-chief-adviser", {"certificates": first, "method": "none"}).verdict == "FAIL"


def entries(count: int) -> list[dict[str, Any]]:
    """Entries with scores from 100 downwards."""
    return [{"name": f"第{number}家", "score": 101 - number} for number in range(1, count + 1)]


def award(kind: str, granted: int, score: int, evidence: str = "两年服务统计") -> Any:
    """The verdict on one entry among sixty."""
    facts = {"award": kind, "granted": granted, "score": score, "entries": entries(60), "evidence": evidence}
    return decide("sd-award", facts)


@pytest.mark.clause("SD-2-20-1")
def test_the_thirty_first_studio_is_refused_and_ranks_follow_scores() -> None:
    assert award("studio", 29, 71).verdict == "PASS"
    full = award("studio", 30, 71)
    assert full.verdict == "FAIL"
    assert "30" in node(full, "within-quota").why
    assert award("studio", 29, 71).outputs["rank"] == 30
    assert award("studio", 0, 70).unmet == ("ranked-within",)


def test_the_thirty_first_course_is_refused() -> None:
    assert award("course", 29, 71).verdict == "PASS"
    assert award("course", 30, 71).verdict == "FAIL"


@pytest.mark.clause("SD-2-20-3")
def test_the_fifty_first_star_is_refused_and_each_has_evidence() -> None:
    assert award("star", 49, 51).verdict == "PASS"
    assert award("star", 50, 51).verdict == "FAIL"
    assert award("star", 0, 100, evidence="").unmet == ("evidence",)


@pytest.mark.clause("SD-3-3")
@pytest.mark.parametrize("lacking", ["organisation", "staff", "place", "funds"])
def test_a_unit_missing_one_of_four_is_listed_with_it(lacking: str) -> None:
    whole = dict.fromkeys(("organisation", "staff", "place", "funds"), True)
    units = {"甲单位": whole, "乙单位": whole | {lacking: False}}
    listed = {name: decide("sd-four-in-place", facts).unmet for name, facts in units.items()}
    assert listed == {"甲单位": (), "乙单位": (lacking,)}


@pytest.mark.clause("SD-2-13-a")
def test_a_programme_without_a_first_year_course_or_credits_is_reported() -> None:
    first = {"year": 1, "name": "生涯规划", "compulsory": True, "credits": 1}
    third = {"year": 3, "name": "就业指导", "compulsory": True, "credits": 0.5}
    assert decide("sd-course", {"courses": [first, third]}).verdict == "PASS"
    assert decide("sd-course", {"courses": [third]}).unmet == ("first-year",)
    assert decide("sd-course", {"courses": [first, third | {"credits": 0}]}).unmet == ("credits",)
    assert decide("sd-course", {"courses": [first | {"compulsory": False}]}).unmet == ("compulsory",)


@pytest.mark.clause("SD-2-4")
def test_a_school_below_its_ratio_is_listed_with_the_number_missing() -> None:
    schools = {"甲校": {"graduates": 2000, "staff": 4}, "乙校": {"graduates": 2001, "staff": 3}}
    results = {name: decide("sd-staff-ratio", facts) for name, facts in schools.items()}
    assert [name for name, result in results.items() if result.verdict == "FAIL"] == ["乙校"]
    assert "还差 2 人" in told(results["乙校"])


@pytest.mark.clause("SD-3-3-a")
def test_a_studio_without_a_budget_is_listed_and_overspending_is_not_silent() -> None:
    facts = {"year_budget": 50000, "spent": 50000, "overspending_approved_by": ""}
    assert decide("sd-studio-budget", facts).verdict == "PASS"
    assert "budget" in decide("sd-studio-budget", facts | {"year_budget": 0, "spent": 0}).unmet
    over = decide("sd-studio-budget", facts | {"spent": 50001})
    assert over.verdict == "FAIL"
    assert "50,001" in told(over)
    assert decide("sd-studio-budget", facts | {"spent": 50001, "overspending_approved_by": "主任"}).verdict == "PASS"


@pytest.mark.clause("SD-1-2-a")
@pytest.mark.parametrize("blank", ["political_quality", "professional_ethics"])
def test_an_evaluation_without_both_items_is_refused(blank: str) -> None:
    form = {"political_quality": "好", "professional_ethics": "保密、公道"}
    assert decide("sd-staff-evaluation", form).verdict == "PASS"
    assert decide("sd-staff-evaluation", form | {blank: ""}).verdict == "FAIL"
