"""The rules of the cross-strait guidance standard: each test executes the acceptance line of its clauses."""

from typing import Any

import pytest

from tests.packs.rules.support import decide, node, told

EXPERT: dict[str, Any] = {
    "law_abiding": True,
    "ethical": True,
    "posts": [],
    "rank": "none",
    "project_role": False,
    "patent": "",
    "institution": "none",
    "cooperation_role": False,
}


def appointment(level: str, until: str) -> dict[str, str]:
    """A row of appointments."""
    return {"authority": "人社局", "authority_level": level, "until": until}


@pytest.mark.clause("XM-3.2")
def test_guidance_staff_hold_a_certificate_or_an_appointment() -> None:
    neither = decide("xm-guidance-staff", {"certificate": "", "appointments": []})
    assert neither.verdict == "FAIL"
    for level, verdict in (("municipal", "PASS"), ("provincial", "PASS"), ("district", "FAIL")):
        facts = {"certificate": "", "appointments": [appointment(level, "2027-01-01")]}
        assert decide("xm-guidance-staff", facts).verdict == verdict
    held = {"certificate": "演示证书甲", "appointments": [appointment("municipal", "2026-06-29")]}
    expired = decide("xm-guidance-staff", held)
    assert (expired.verdict, expired.outputs["expired"]) == ("PASS", 1)
    assert decide("xm-guidance-staff", held | {"certificate": ""}).verdict == "FAIL"


SERVICE_STAFF: dict[str, Any] = {
    "recognised_by": "",
    "recognised_on": None,
    "unit_kind": "other",
    "does_guidance": False,
    "position": "other",
}


@pytest.mark.clause("XM-5.2-a")
def test_any_of_three_classes_is_enough_and_named() -> None:
    assert decide("xm-service-staff", SERVICE_STAFF).verdict == "FAIL"
    classes = {
        "expert": {"recognised_by": "市人社局", "recognised_on": "2025-03-01"},
        "grass-roots": {"unit_kind": "street", "does_guidance": True},
        "backbone": {"position": "backbone"},
    }
    for name, facts in classes.items():
        result = decide("xm-service-staff", SERVICE_STAFF | facts)
        assert result.verdict == "PASS"
        assert [one for one in classes if one in result.met] == [name]


@pytest.mark.clause("XM-5.2-a-1")
@pytest.mark.parametrize("absent", ["recognised_by", "recognised_on"])
def test_recognition_needs_authority_and_date(absent: str) -> None:
    recognised: dict[str, Any] = {"recognised_by": "市人社局", "recognised_on": "2025-03-01"}
    assert decide("xm-service-staff", SERVICE_STAFF | recognised).verdict == "PASS"
    result = decide("xm-service-staff", SERVICE_STAFF | recognised | {absent: None})
    assert result.verdict == "FAIL"
    assert node(result, "expert").verdict == "FAIL"


@pytest.mark.clause("XM-5.2-a-2")
def test_a_unit_outside_the_listed_kinds_is_refused() -> None:
    listed = (
        "college",
        "technical-school",
        "hr-agency",
        "training-agency",
        "social-organisation",
        "employer",
        "street",
    )
    for unit in listed:
        facts = SERVICE_STAFF | {"unit_kind": unit, "does_guidance": True}
        assert node(decide("xm-service-staff", facts), "grass-roots").verdict == "PASS"
    outside = decide("xm-service-staff", SERVICE_STAFF | {"does_guidance": True})
    assert node(outside, "grass-roots").verdict == "FAIL"
    assert "单位不属于" in told(outside)


@pytest.mark.clause("XM-5.2-a-3")
def test_only_backbone_management_and_guidance_positions() -> None:
    for position in ("backbone", "management", "guidance"):
        facts = SERVICE_STAFF | {"position": position}
        assert node(decide("xm-service-staff", facts), "backbone").verdict == "PASS"
    assert node(decide("xm-service-staff", SERVICE_STAFF), "backbone").verdict == "FAIL"


@pytest.mark.clause("XM-5.2-b")
def test_too_many_clients_per_member_of_staff_is_flagged() -> None:
    sites = {"甲站": {"clients": 600, "staff": 3}, "乙站": {"clients": 601, "staff": 3}}
    flagged = [name for name, facts in sites.items() if decide("xm-staffing", facts).verdict == "FAIL"]
    assert flagged == ["乙站"]
    assert decide("xm-staffing", sites["甲站"], parameters={"xm-clients-per-staff": 100}).verdict == "FAIL"


@pytest.mark.clause("XM-5.2-c")
def test_an_assessment_is_not_given_to_somebody_without_its_qualification() -> None:
    facts = {"task": "assessment", "qualifications": ["guidance"], "experience_months": 24}
    assert decide("xm-task-qualification", facts).unmet == ("assessment",)
    both = facts | {"qualifications": ["guidance", "assessment"]}
    assert decide("xm-task-qualification", both).verdict == "PASS"


@pytest.mark.clause("XM-4.5-a")
def test_the_missing_qualification_is_named() -> None:
    facts: dict[str, Any] = {"task": "general", "qualifications": [], "experience_months": 24}
    result = decide("xm-task-qualification", facts)
    assert result.verdict == "FAIL"
    assert "缺职业指导资质" in told(result)


@pytest.mark.clause("XM-5.2-d")
def test_staff_past_the_training_interval_are_overdue() -> None:
    trained = {"甲": "2026-01-10", "乙": "2025-06-30", "丙": "2025-06-29"}
    late = [name for name, day in trained.items() if decide("xm-training", {"last_trained_on": day}).verdict == "FAIL"]
    assert late == ["丙"]


@pytest.mark.clause("XM-5.1-b")
@pytest.mark.parametrize("lacking", ["consultation-room", "training-room", "query-device"])
def test_a_site_lacking_a_room_or_device_is_listed(lacking: str) -> None:
    needed = ["consultation-room", "training-room", "query-device"]
    sites = {"甲站": needed, "乙站": [one for one in needed if one != lacking]}
    listed = {name: decide("xm-site", {"provided": kinds}).unmet for name, kinds in sites.items()}
    assert listed == {"甲站": (), "乙站": (lacking,)}


@pytest.mark.clause("XM-4.7-c")
def test_recognition_outside_its_scope_is_refused_citing_the_rule() -> None:
    facts = {"issued_in": "taiwan", "listed": True, "certificate_valid": True, "form": "online"}
    accepted = decide("xm-recognition-scope", facts)
    assert accepted.verdict == "PASS"
    assert accepted.outputs["effect"]
    outside = decide("xm-recognition-scope", facts | {"issued_in": "other"})
    assert outside.verdict == "FAIL"
    assert node(outside, "issued-in").article == "4.7"
    assert decide("xm-recognition-scope", facts | {"listed": False}).verdict == "FAIL"


@pytest.mark.clause("XM-4.7-d-1")
def test_a_talent_has_one_class_and_a_unit_within_the_kinds() -> None:
    facts = {"talent_class": "expert", "unit_kind": "enterprise", "in_xiamen": True}
    assert decide("xm-talent-unit", facts).verdict == "PASS"
    assert decide("xm-talent-unit", facts | {"talent_class": None}).verdict == "UNKNOWN"
    for kind in ("civil-service-institution", "authority", "other"):
        assert decide("xm-talent-unit", facts | {"unit_kind": kind}).verdict == "FAIL"
    assert decide("xm-talent-unit", facts | {"in_xiamen": False}).verdict == "FAIL"


@pytest.mark.clause("XM-4.7-d-2")
def test_a_specialist_outside_the_key_fields_is_refused() -> None:
    facts = {"law_abiding": True, "ethical": True, "shortage": True}
    for field in ("industry", "project", "discipline"):
        assert decide("xm-talent-specialist", facts | {"field": field}).verdict == "PASS"
    result = decide("xm-talent-specialist", facts | {"field": "other"})
    assert (result.verdict, result.unmet) == ("FAIL", ("field",))
    assert "重点产业" in told(result)


def expert(**facts: Any) -> Any:
    """The verdict on an applicant who has nothing but good conduct and what is given."""
    return decide("xm-talent-expert", EXPERT | facts)


SIX: dict[str, dict[str, Any]] = {
    "post": {"posts": [{"employer": "某公司", "renowned": True, "rank": "middle", "started_on": "2020-01-01"}]},
    "academic": {"rank": "associate", "level_opinion": True},
    "project": {"project_role": True, "project_evidence": True},
    "patent": {"patent": "专利号演示", "patent_leading": True},
    "institution": {"institution": "laboratory"},
    "cooperation": {"cooperation_role": True, "cooperation_confirmed": True},
}


@pytest.mark.clause("XM-4.7-e")
def test_one_of_six_is_enough_and_named() -> None:
    assert expert().verdict == "FAIL"
    for name, facts in SIX.items():
        result = expert(**facts)
        assert result.verdict == "PASS"
        assert [one for one in SIX if one in result.met] == [name]
    assert decide("xm-talent-expert", EXPERT | SIX["patent"] | {"law_abiding": False}).verdict == "FAIL"


@pytest.mark.clause("XM-4.7-e-1")
def test_two_years_in_a_leading_post() -> None:
    post = {"employer": "某公司", "renowned": True, "rank": "senior", "started_on": "2024-07-30", "ended_on": None}
    short = expert(posts=[post])
    assert short.verdict == "FAIL"
    assert "还差 1 个月" in node(short, "post").why
    assert expert(posts=[post | {"started_on": "2024-06-30"}]).verdict == "PASS"


@pytest.mark.clause("XM-4.7-e-2")
def test_associate_professor_with_an_opinion() -> None:
    assert node(expert(rank="lecturer", level_opinion=True), "academic").verdict == "FAIL"
    pending = expert(rank="associate")
    assert (pending.verdict, pending.missing) == ("UNKNOWN", ("level_opinion",))
    assert expert(rank="associate", level_opinion=True).verdict == "PASS"


@pytest.mark.clause("XM-4.7-e-3")
def test_a_project_without_evidence_stays_pending() -> None:
    pending = expert(project_role=True)
    assert (pending.verdict, pending.missing) == ("UNKNOWN", ("project_evidence",))


@pytest.mark.clause("XM-4.7-e-4")
def test_no_patent_number_is_refused() -> None:
    assert node(expert(patent="", patent_leading=True), "patent").verdict == "FAIL"
    assert node(expert(patent="专利号演示", patent_leading=True), "patent").verdict == "PASS"


@pytest.mark.clause("XM-4.7-e-5")
def test_only_listed_kinds_of_institutions() -> None:
    assert node(expert(institution="other"), "institution").verdict == "FAIL"
    for kind in ("discipline", "laboratory", "centre", "engineering-laboratory"):
        assert node(expert(institution=kind), "institution").verdict == "PASS"


@pytest.mark.clause("XM-4.7-e-6")
def test_a_role_is_confirmed_by_the_project_unit() -> None:
    assert expert(cooperation_role=True).verdict == "UNKNOWN"
    assert node(expert(cooperation_role=True), "cooperation").verdict == "UNKNOWN"
    assert expert(cooperation_role=True, cooperation_confirmed=True).verdict == "PASS"


@pytest.mark.clause("XM-8.3.1")
def test_a_service_score_is_the_weighted_sum() -> None:
    marks = {"professionalism": 80, "effect": 91, "attitude": 70, "efficiency": 100}
    assert float(decide("xm-service-score", marks).outputs["score"]) == pytest.approx(85.25)
    weights = {"professionalism": 40, "effect": 30, "attitude": 20, "efficiency": 10}
    parameters = {f"xm-weight-{name}": weight for name, weight in weights.items()}
    by_hand = sum(marks[name] * weights[name] for name in marks) / 100
    result = decide("xm-service-score", marks, parameters=parameters)
    assert float(result.outputs["score"]) == pytest.approx(by_hand)
    uneven = decide("xm-service-score", marks, parameters=parameters | {"xm-weight-effect": 31})
    assert uneven.unmet == ("weights",)
