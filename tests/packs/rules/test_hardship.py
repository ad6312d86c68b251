"""Persons with employment difficulties by region; zero-employment households; registration of the unemployed."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.packs.rules.regions import judge, reasons, region
from tests.packs.rules.support import told
from zhiyin.engines.rules import Verdict

ON = date(2026, 3, 1)
REGIONS = ["beijing", "zhejiang", "guangdong", "tianjin", "shandong", "xiamen-cross-strait"]
PERSON: dict[str, Any] = {
    "birth_on": "1990-06-01",
    "sex": "1",
    "retirement_category": "M60",
    "able_willing": True,
    "working_now": False,
    "registered_unemployed": True,
    "unemployed_since": "2025-12-20",
    "local_hukou": True,
    "residence_permit": False,
    "insured_paid_months": 60,
    "benefit_months": 0,
    "last_contact_on": "2026-01-10",
    "disabled": False,
    "income_kind": "none",
    "zero_household_recognised": False,
    "land_lost": False,
    "single_parent": False,
    "ill_relative": "none",
    "return_kind": "none",
    "veteran": False,
    "graduate": False,
}
WOMAN = {"sex": "2", "retirement_category": "F50"}


def verdicts(facts: dict[str, Any], on: date = ON) -> dict[str, str]:
    """The verdict in every region."""
    return {name: judge("hardship-person", PERSON | facts, on, name).verdict.value for name in REGIONS}


def where(facts: dict[str, Any], on: date = ON) -> set[str]:
    """The regions that recognise somebody."""
    return {name for name, verdict in verdicts(facts, on).items() if verdict == "PASS"}


def test_a_man_of_51_qualifies_in_beijing_but_not_in_zhejiang() -> None:
    facts = {"birth_on": "1974-06-01"}
    assert where(facts) == {"beijing", "guangdong", "tianjin", "shandong", "xiamen-cross-strait"}
    told_why = reasons(judge("hardship-person", PERSON | facts, ON, "zhejiang"), Verdict.FAIL)
    assert "51 岁，要求至少 55 岁" in told_why["older-male"].why


@pytest.mark.parametrize(
    ("on", "age"), [(date(2027, 12, 31), 45), (date(2028, 1, 1), 46), (date(2030, 12, 31), 46), (date(2031, 1, 1), 47)]
)
def test_zhejiang_raises_the_age_of_women_every_three_years(on: date, age: int) -> None:
    assert region("zhejiang").parameter("hardship-older-female", on) == age
    born = {"birth_on": on.replace(year=on.year - age).isoformat(), "unemployed_since": "2026-01-01"} | WOMAN
    assert judge("hardship-person", PERSON | born, on, "zhejiang").verdict == "PASS"
    younger = born | {"birth_on": (on.replace(year=on.year - age) + timedelta(days=1)).isoformat()}
    assert judge("hardship-person", PERSON | younger, on, "zhejiang").verdict == "FAIL"


@pytest.mark.parametrize(("since", "verdict"), [("2025-09-01", "PASS"), ("2025-09-02", "FAIL")])
def test_zhejiang_wants_six_months_of_registration_from_older_persons(since: str, verdict: str) -> None:
    facts = PERSON | {"birth_on": "1970-03-01", "unemployed_since": since}
    assert judge("hardship-person", facts, ON, "zhejiang").verdict == verdict
    assert judge("hardship-person", facts, ON, "beijing").verdict == "PASS"


def test_tianjin_wants_six_months_of_insurance_from_older_persons() -> None:
    facts = {"birth_on": "1974-06-01", "insured_paid_months": 5}
    assert "tianjin" not in where(facts)
    assert "tianjin" in where(facts | {"insured_paid_months": 6})


@pytest.mark.parametrize(("since", "passes"), [("2025-03-01", True), ("2025-03-02", False)])
def test_a_year_of_registration_is_long_unemployment_outside_zhejiang(since: str, passes: bool) -> None:
    facts = {"unemployed_since": since}
    assert where(facts) == (set(REGIONS) - {"zhejiang"} if passes else set())


def test_tianjin_wants_contact_within_a_quarter() -> None:
    facts = {"unemployed_since": "2025-01-01", "last_contact_on": "2025-11-01"}
    assert "tianjin" not in where(facts)
    assert "beijing" in where(facts)


def test_six_months_of_benefit_count_in_zhejiang_only() -> None:
    assert where({"benefit_months": 6}) == {"zhejiang"}
    assert where({"benefit_months": 5}) == set()


def test_low_income_counts_everywhere_and_its_edge_only_where_listed() -> None:
    assert where({"income_kind": "minimum"}) == set(REGIONS)
    assert where({"income_kind": "edge"}) == {"zhejiang"}


def test_a_certificate_of_disability_counts_unless_the_person_is_in_public_care() -> None:
    assert where({"disabled": True}) == set(REGIONS)
    assert where({"disabled": True, "income_kind": "destitute"}) == set(REGIONS) - {"zhejiang"}


def test_categories_are_switched_by_region() -> None:
    parent = {"single_parent": True, "child_birth_on": "2012-04-01"}
    assert where(parent) == {"tianjin", "shandong"}
    assert where(parent | {"child_birth_on": "2008-03-01"}) == set()
    assert where({"ill_relative": "parent"}) == {"guangdong", "tianjin"}
    assert where({"ill_relative": "other"}) == set()
    assert where({"return_kind": "released", "returned_on": "2024-03-01"}) == {"guangdong", "tianjin"}
    assert where({"return_kind": "released", "returned_on": "2022-03-01"}) == set()
    assert where({"veteran": True}) == {"guangdong"}
    assert where({"land_lost": True, "land_left_percent": 0}) == {
        "beijing",
        "guangdong",
        "shandong",
        "xiamen-cross-strait",
    }
    assert where({"land_lost": True, "land_left_percent": 10}) == set()
    assert where({"zero_household_recognised": True}) == set(REGIONS)
    poor = {"graduate": True, "graduate_poor": True, "graduated_on": "2024-06-30"}
    assert where(poor) == {"shandong"}
    assert where(poor | {"graduated_on": "2024-03-01"}) == set()


def test_a_residence_permit_is_enough_outside_beijing() -> None:
    moved = {"disabled": True, "local_hukou": False, "residence_permit": True}
    assert where(moved) == set(REGIONS) - {"beijing"}


@pytest.mark.parametrize(
    ("missing", "proof"),
    [
        ("disabled", "残疾人证"),
        ("income_kind", "民政部门认定信息"),
        ("single_parent", "离婚证或监护证明"),
        ("return_kind", "司法行政或公安部门的证明"),
    ],
)
def test_what_is_not_known_leaves_the_verdict_open_and_names_the_proof(missing: str, proof: str) -> None:
    result = judge("hardship-person", PERSON | {missing: None}, ON, "tianjin")
    assert result.verdict == "UNKNOWN"
    assert missing in result.missing
    assert proof in told(result)


def test_what_is_not_known_does_not_matter_once_another_category_is_met() -> None:
    facts = PERSON | {"disabled": True, "return_kind": None, "income_kind": None, "single_parent": None}
    assert judge("hardship-person", facts, ON, "tianjin").verdict == "PASS"


def test_sensitive_questions_are_marked() -> None:
    facts = {fact.id: fact for fact in region().get("ruleset", "hardship-person").facts}
    sensitive = {"disabled", "income_kind", "ill_relative", "return_kind", "returned_on", "graduate_poor"}
    assert {name for name, fact in facts.items() if fact.sensitive} == sensitive
    assert "可以不回答" in facts["return_kind"].help


def test_nobody_is_recognised_without_registration_or_past_the_personal_retirement_date() -> None:
    assert where({"disabled": True, "registered_unemployed": False}) == set()
    assert where({"disabled": True, "birth_on": "1960-01-01"}) == set()


HOME: dict[str, Any] = {
    "urban_household": True,
    "business_income": False,
    "income_per_head": 1500,
    "minimum_standard": 1000,
    "household_recognised": False,
    "members": [
        {"birth_on": "1975-04-01", "state": "unemployed"},
        {"birth_on": "1977-08-09", "state": "unemployed"},
        {"birth_on": "2007-02-01", "state": "student"},
        {"birth_on": "1948-02-01", "state": "retired"},
    ],
}


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        ("unemployed", "PASS"),
        ("soldier", "PASS"),
        ("incapable", "PASS"),
        ("employed", "FAIL"),
        ("not-registered", "FAIL"),
        (None, "UNKNOWN"),
    ],
)
def test_the_whole_household_decides(state: str | None, verdict: str) -> None:
    more = [*HOME["members"], {"birth_on": "2000-01-01", "state": state}]
    assert judge("zero-employment-household", HOME | {"members": more}, ON).verdict == verdict


def test_a_child_does_not_stand_in_the_way() -> None:
    more = [*HOME["members"], {"birth_on": "2012-01-01", "state": "employed"}]
    assert judge("zero-employment-household", HOME | {"members": more}, ON).verdict == "PASS"


def test_tianjin_looks_at_income_and_recognises_one_person_a_family() -> None:
    home = HOME | {"income_per_head": 2000}
    assert judge("zero-employment-household", HOME, ON, "tianjin").verdict == "PASS"
    assert judge("zero-employment-household", home, ON, "tianjin").verdict == "FAIL"
    assert judge("zero-employment-household", home, ON, "zhejiang").verdict == "PASS"
    again = HOME | {"household_recognised": True}
    assert judge("zero-employment-household", again, ON, "tianjin").verdict == "FAIL"
    assert judge("zero-employment-household", again, ON, "zhejiang").verdict == "PASS"


def test_an_empty_household_or_none_told() -> None:
    assert judge("zero-employment-household", HOME | {"members": []}, ON).verdict == "FAIL"
    nobody = judge("zero-employment-household", HOME | {"members": None}, ON)
    assert (nobody.verdict, nobody.missing) == ("UNKNOWN", ("members",))


REGISTRATION: dict[str, Any] = {
    "birth_on": "1990-05-06",
    "retirement_category": "F50",
    "able_willing": True,
    "working_now": False,
    "usual_residence": True,
    "excluded_by": "none",
}


@pytest.mark.parametrize(
    ("changed", "unmet"),
    [
        ({"working_now": True}, "jobless"),
        ({"usual_residence": False}, "lives-here"),
        ({"excluded_by": "school"}, "not-excluded"),
        ({"birth_on": "2010-03-02"}, "working-age"),
        ({"birth_on": "1974-01-01"}, "working-age"),
    ],
)
def test_who_cannot_register_is_told_why(changed: dict[str, Any], unmet: str) -> None:
    assert judge("unemployment-registration", REGISTRATION, ON).verdict == "PASS"
    result = judge("unemployment-registration", REGISTRATION | changed, ON)
    assert (result.verdict, result.unmet) == ("FAIL", (unmet,))


def test_six_months_without_contact_end_a_registration() -> None:
    facts = {"changes": [], "last_contact_on": "2025-09-01"}
    assert judge("unemployment-registration-cancel", facts, date(2026, 2, 28)).verdict == "FAIL"
    assert judge("unemployment-registration-cancel", facts, date(2026, 3, 1)).verdict == "PASS"
    assert judge("unemployment-registration-cancel", facts | {"changes": ["hired"]}, ON - timedelta(30)).met


def test_beijing_reviews_within_five_working_days() -> None:
    outputs = judge("hardship-person", PERSON | {"disabled": True}, ON, "beijing").outputs
    assert (outputs["review_days"], outputs["appeal_days"]) == (5, 15)
