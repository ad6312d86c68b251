"""The rules of the standard for career planners (2026): each test executes the acceptance line of its clauses."""

from datetime import date
from typing import Any

import pytest

from tests.packs.rules.support import (
    certificate,
    codes,
    decide,
    diploma,
    in_force_pack,
    job,
    levels_covered,
    node,
    refused,
    rows,
    title,
    told,
)

TRAINER_ON = date(2026, 3, 1)
STARS_MET = {"star_minors": True, "star_drill": True, "star_dilemma": True, "star_information": True}


def person(level: str, **facts: Any) -> dict[str, Any]:
    """An applicant who is known to have nothing but what is given."""
    known: dict[str, Any] = {"jobs": [], "certificates": [], "diplomas": []}
    if level in "32":
        known["titles"] = []
    return known | facts


def apply(level: str, on: date = date(2026, 6, 30), **facts: Any) -> Any:
    """The verdict on an application for ``level``."""
    return decide(f"planner-l{level}-eligibility", person(level, **facts), on)


@pytest.mark.clause("CP2026-0-6")
def test_edition_of_2026_applies_from_its_day() -> None:
    assert in_force_pack("cn-planner-2026").in_force == "2026-02-28"
    facts = {"jobs": [job("2010-01-01")]}
    assert apply("4", date(2026, 2, 27), **facts).verdict == "FAIL"
    assert apply("4", date(2026, 2, 28), **facts).verdict == "PASS"


def test_a_certificate_carries_the_code_of_the_trade() -> None:
    assert decide("planner-issue", {"code": "4-07-03-01", "level": "2"}).verdict == "FAIL"
    good = decide("planner-issue", {"code": "4-07-03-01-003", "level": "2"})
    assert (good.verdict, good.outputs["code"]) == ("PASS", "4-07-03-01-003")


@pytest.mark.clause("CP2026-1.4")
def test_only_three_levels() -> None:
    assert [rows("planner-levels", {"level": level})["title"] for level in "432"] == [
        "四级/中级工",
        "三级/高级工",
        "二级/技师",
    ]
    for level in "51":
        assert refused("planner-levels", {"level": level})
        assert decide("planner-issue", {"code": "4-07-03-01-003", "level": level}).unmet == ("level",)


@pytest.mark.clause("CP2026-1.5")
def test_a_site_without_an_environment_is_incomplete() -> None:
    sites: dict[str, dict[str, Any]] = {"甲站": {"environment": "indoor"}, "乙站": {}}
    incomplete = [name for name, facts in sites.items() if decide("planner-environment", facts).missing]
    assert incomplete == ["乙站"]


@pytest.mark.clause("CP2026-1.6")
def test_no_trait_is_left_blank() -> None:
    names = ("learning", "analysis", "calculation", "reasoning", "expression", "perception", "hands")
    full: dict[str, Any] = dict.fromkeys(names, True) | {"hands": False}
    assert decide("planner-traits", full).verdict == "PASS"
    for name in names:
        result = decide("planner-traits", {key: value for key, value in full.items() if key != name})
        assert result.verdict != "PASS"
        assert name in {*result.unmet, *result.missing}


@pytest.mark.clause("CP2026-1.7")
def test_below_the_benchmark_with_the_conflict_noted() -> None:
    result = decide("planner-education-hint", {"education": "senior", "equivalent": False})
    assert result.verdict == "FAIL"
    assert "低于大专" in told(result)
    assert "四级申报条件（3）" in told(result)
    assert decide("planner-education-hint", {"education": "college"}).verdict == "PASS"


@pytest.mark.parametrize(
    ("level", "hours"),
    [
        pytest.param("4", 120, marks=pytest.mark.clause("CP2026-1.8.1-L4")),
        pytest.param("3", 100, marks=pytest.mark.clause("CP2026-1.8.1-L3")),
        pytest.param("2", 80, marks=pytest.mark.clause("CP2026-1.8.1-L2")),
    ],
)
def test_training_hours(level: str, hours: int) -> None:
    short = decide("planner-training-hours", {"level": level, "hours": hours - 1})
    assert short.verdict == "FAIL"
    assert "还差 1" in told(short)
    assert decide("planner-training-hours", {"level": level, "hours": hours}).verdict == "PASS"


def trainer(level: str, certificates: Any = (), titles: Any = ()) -> Any:
    """The verdict on somebody who would teach ``level``."""
    facts = {
        "certificates": [certificate(held, issued) for held, issued in certificates],
        "titles": [{"related": True, "grade": grade, "obtained_on": day} for grade, day in titles],
    }
    return decide(f"planner-trainer-l{level}", facts, TRAINER_ON)


@pytest.mark.clause("CP2026-1.8.2-L4")
def test_trainer_of_level_four() -> None:
    result = trainer("4", certificates=[("4", "2010-01-01")])
    assert result.verdict == "FAIL"
    assert "三级及以上" in told(result)
    assert trainer("4", certificates=[("3", "2025-01-01")]).verdict == "PASS"


@pytest.mark.clause("CP2026-1.8.2-L3")
def test_trainer_of_level_three() -> None:
    assert trainer("3", certificates=[("3", "2010-01-01")]).verdict == "FAIL"
    assert trainer("3", titles=[("middle", "2025-01-01")]).verdict == "PASS"


@pytest.mark.clause("CP2026-1.8.2-L2")
def test_trainer_of_level_two_names_the_missing_month() -> None:
    result = trainer("2", certificates=[("2", "2024-04-01")])
    assert result.verdict == "FAIL"
    assert "1 个月" in told(result)
    assert trainer("2", certificates=[("2", "2024-03-01")]).verdict == "PASS"


@pytest.mark.clause("CP2026-1.8.3-1")
def test_theory_training_in_other_rooms_is_refused() -> None:
    kinds = ("standard-classroom", "computer-room", "meeting-room", "workplace", "other")
    verdicts = {kind: decide("planner-theory-room", {"room": kind, "computer_based": False}).verdict for kind in kinds}
    assert [kind for kind in kinds if verdicts[kind] == "PASS"] == ["standard-classroom", "computer-room"]
    assert verdicts["meeting-room"] == verdicts["other"] == "FAIL"


@pytest.mark.clause("CP2026-1.8.3-2")
def test_a_meeting_room_needs_its_mark() -> None:
    assert decide("planner-practical-room", {"room": "meeting-room", "conditions_met": False}).verdict == "FAIL"
    assert decide("planner-practical-room", {"room": "meeting-room"}).verdict == "UNKNOWN"
    assert decide("planner-practical-room", {"room": "meeting-room", "conditions_met": True}).verdict == "PASS"


@pytest.mark.clause("CP2026-1.8.3-3")
def test_a_missing_device_is_reported() -> None:
    board = {"name": "白板", "ready": True}
    result = decide("planner-teaching-devices", {"apparatus": [board, {"name": "投影仪", "ready": False}]})
    assert result.verdict == "FAIL"
    assert "投影仪" in told(result)
    assert "白板" not in told(result)
    assert decide("planner-teaching-devices", {"apparatus": [board]}).verdict == "PASS"


@pytest.mark.clause("CP2026-1.9.1")
def test_one_condition_is_enough_and_all_are_listed() -> None:
    result = apply("4", diplomas=[diploma()])
    assert result.verdict == "PASS"
    assert {name: node(result, name).verdict for name in ("c1", "c2", "c3")} == {
        "c1": "FAIL",
        "c2": "FAIL",
        "c3": "PASS",
    }
    assert "c3" in result.met
    assert {"c1", "c2"} <= set(result.unmet)


@pytest.mark.clause("CP2026-1.9.1-L4-(1)")
def test_level_four_names_the_missing_year() -> None:
    result = apply("4", jobs=[job("2022-06-30")])
    assert result.verdict == "FAIL"
    assert "还差 1 年" in node(result, "c1").why


@pytest.mark.clause("CP2026-1.9.1-L4-(2)")
def test_level_four_counts_only_after_the_certificate() -> None:
    fifth = certificate("5", "2024-06-30", occupation="counsellor")
    result = apply("4", jobs=[job("2023-06-30")], certificates=[fifth])
    assert result.verdict == "FAIL"
    assert "2 年" in node(result, "c2-years").why
    assert "还差 1 年" in node(result, "c2-years").why


@pytest.mark.clause("CP2026-1.9.1-L4-(3)")
def test_level_four_final_year_student() -> None:
    student = diploma(state="final-year", enrolment_proof=True)
    assert apply("4", diplomas=[student]).verdict == "PASS"
    physics = apply("4", diplomas=[student | {"major": "other", "major_name": "物理学"}])
    assert physics.verdict == "FAIL"
    assert "物理学" in told(physics)


@pytest.mark.clause("CP2026-1.9.1-L3-(1)")
def test_level_three_overlapping_jobs() -> None:
    jobs = [job("2017-06-30", "2023-06-29"), job("2020-06-30", "2026-06-29")]
    result = apply("3", jobs=jobs)
    assert result.verdict == "FAIL"
    assert "9 年" in node(result, "c1").why


@pytest.mark.clause("CP2026-1.9.1-L3-(2)")
def test_level_three_names_the_missing_month() -> None:
    jobs = [job("2018-01-01")]
    result = apply("3", jobs=jobs, certificates=[certificate("4", "2022-07-30")])
    assert result.verdict == "FAIL"
    assert "还差 1 个月" in node(result, "c2-years").why
    assert apply("3", jobs=jobs, certificates=[certificate("4", "2022-06-30")]).verdict == "PASS"


@pytest.mark.clause("CP2026-1.9.1-L3-(3)")
def test_level_three_title_mapping() -> None:
    jobs = [job("2020-01-01")]
    unmapped = apply("3", jobs=jobs, titles=[title("junior", "2025-06-30", series="工程（电气）")])
    assert unmapped.verdict == "FAIL"
    assert "对应表" in told(unmapped)
    assert apply("3", jobs=jobs, titles=[title("junior", "2025-06-30")]).verdict == "PASS"


@pytest.mark.clause("CP2026-1.9.1-L3-(4)")
def test_level_three_senior_class() -> None:
    middle = diploma(school="technical", award="skilled-middle", major="hr")
    assert apply("3", diplomas=[middle]).verdict == "FAIL"
    student = middle | {"award": "skilled-senior", "state": "final-year", "enrolment_proof": True}
    assert apply("3", diplomas=[student]).verdict == "PASS"


@pytest.mark.clause("CP2026-1.9.1-L3-(5)")
def test_level_three_names_the_certificate() -> None:
    graduate = diploma(school="higher-vocational", award="college", major="management")
    result = apply("3", diplomas=[graduate])
    assert result.verdict == "FAIL"
    assert node(result, "c5-diploma").verdict == "PASS"
    assert "四级证书" in node(result, "c5-certificate").why
    assert apply("3", diplomas=[graduate], certificates=[certificate("4", "2026-06-01")]).verdict == "PASS"


@pytest.mark.clause("CP2026-1.9.1-L3-(6)")
def test_level_three_listing_a_programme_lets_the_same_person_pass() -> None:
    facts = person("3", diplomas=[diploma(programme="临江学院 应用心理学")])
    unlisted = decide("planner-l3-eligibility", facts)
    assert (unlisted.verdict, node(unlisted, "c6").verdict) == ("FAIL", "FAIL")
    listed = {"planner-evaluated-programmes": ("临江学院 应用心理学",)}
    assert decide("planner-l3-eligibility", facts, parameters=listed).verdict == "PASS"


@pytest.mark.clause("CP2026-1.9.1-L2-(1)")
def test_level_two_names_six_missing_months() -> None:
    result = apply("2", jobs=[job("2015-01-01")], certificates=[certificate("3", "2021-12-30")])
    assert result.verdict == "FAIL"
    assert "还差 6 个月" in node(result, "c1-years").why


@pytest.mark.clause("CP2026-1.9.1-L2-(2)")
def test_level_two_names_one_month_after_the_certificate() -> None:
    titles = [title("junior", "2021-06-30")]
    result = apply("2", jobs=[job("2015-01-01")], titles=titles, certificates=[certificate("3", "2025-07-30")])
    assert result.verdict == "FAIL"
    assert node(result, "c2-title-years").verdict == "PASS"
    assert "还差 1 个月" in node(result, "c2-certificate-years").why


@pytest.mark.clause("CP2026-1.9.1-L2-(3)")
def test_level_two_middle_title() -> None:
    jobs = [job("2015-01-01")]
    assert apply("2", jobs=jobs, titles=[title("middle", "2025-06-30")]).verdict == "PASS"
    assert apply("2", jobs=jobs, titles=[title("middle", "2025-07-30")]).verdict == "FAIL"


@pytest.mark.clause("CP2026-1.9.1-L2-(4)")
def test_level_two_technician_college() -> None:
    facts: dict[str, Any] = {"jobs": [job("2024-06-30")], "certificates": [certificate("3", "2025-06-30")]}
    graduate = diploma(school="technician-college", award="technician")
    assert apply("2", **facts, diplomas=[graduate]).verdict == "PASS"
    ordinary = apply("2", **facts, diplomas=[diploma()])
    assert (ordinary.verdict, node(ordinary, "c4").verdict) == ("FAIL", "FAIL")


@pytest.mark.clause("CP2026-1.9.1-L2-(5)")
def test_level_two_preparatory_technician() -> None:
    student = diploma(school="technician-college", award="pre-technician", state="enrolled", enrolment_proof=True)
    result = apply("2", certificates=[certificate("3", "2024-07-30")], diplomas=[student])
    assert result.verdict == "FAIL"
    assert "1 个月" in node(result, "c5-held").why
    assert apply("2", certificates=[certificate("3", "2024-06-30")], diplomas=[student]).verdict == "PASS"


@pytest.mark.clause("CP2026-1.9.1-N1")
def test_twelve_related_occupations_and_recorded_approval() -> None:
    named = [code for code in codes("planner-related-occupation") if code not in {"own", "other"}]
    assert len(named) == 12
    for code in named:
        assert apply("4", jobs=[job("2021-06-30", occupation=code)]).verdict == "PASS"
    unlisted = person("4", jobs=[job("2021-06-30", occupation="other", other_name="企业培训师")])
    assert decide("planner-l4-eligibility", unlisted).verdict == "FAIL"
    approved = {"planner-approved-occupations": ("企业培训师",)}
    assert decide("planner-l4-eligibility", unlisted, parameters=approved).verdict == "PASS"


@pytest.mark.clause("CP2026-1.9.1-N2")
def test_seven_related_majors_and_recorded_approval() -> None:
    named = [code for code in codes("planner-related-major") if code not in {"own", "other"}]
    assert len(named) == 7
    for code in named:
        assert apply("4", diplomas=[diploma(major=code)]).verdict == "PASS"
    unlisted = person("4", diplomas=[diploma(major="other", major_name="社会工作")])
    assert decide("planner-l4-eligibility", unlisted).verdict == "FAIL"
    approved = {"planner-approved-majors": ("社会工作",)}
    assert decide("planner-l4-eligibility", unlisted, parameters=approved).verdict == "PASS"


@pytest.mark.clause("CP2026-1.9.2-1")
def test_parts_of_an_assessment() -> None:
    parts = {level: rows("planner-assessment-parts", {"level": level}) for level in "432"}
    assert parts["3"] == parts["4"] == {"theory": True, "skill": True, "review": False}
    assert parts["2"] == {"theory": True, "skill": True, "review": True}


@pytest.mark.clause("CP2026-1.9.2-4")
def test_no_defence_without_material() -> None:
    result = decide("planner-defence", {"level": "2", "materials": ""})
    assert (result.verdict, result.unmet) == ("FAIL", ("materials",))
    assert decide("planner-defence", {"level": "2", "materials": "工作总结"}).verdict == "PASS"


@pytest.mark.clause("CP2026-1.9.2-5")
def test_every_part_reaches_sixty() -> None:
    facts = {"level": "2"} | STARS_MET
    assert decide("planner-pass", facts | {"theory": 60, "skill": 60, "review": 60}).verdict == "PASS"
    result = decide("planner-pass", facts | {"theory": 95, "skill": 59, "review": 90})
    assert result.verdict == "FAIL"
    assert [name for name in result.unmet if name.endswith("-passed")] == ["skill-passed"]
    assert "操作技能 59 分" in told(result)


@pytest.mark.parametrize(
    ("level", "star", "name"),
    [
        ("4", "star_minors", "4.3.4★"),
        ("3", "star_drill", "6.1.1★"),
        ("2", "star_dilemma", "3.3.5★"),
        ("2", "star_information", "6.1.2★"),
    ],
)
@pytest.mark.clause("CP2026-3.1-N1")
def test_a_star_not_met_fails_whatever_the_score(level: str, star: str, name: str) -> None:
    facts = {"level": level, "theory": 90, "skill": 90, "review": 90} | STARS_MET
    assert decide("planner-pass", facts).verdict == "PASS"
    result = decide("planner-pass", facts | {star: False})
    assert result.verdict == "FAIL"
    assert name in " ".join(node(result, failed).why for failed in result.unmet)


def test_stars_of_lower_levels_count_only_where_an_agency_says_so() -> None:
    facts = {"level": "2", "theory": 90, "skill": 90, "review": 90} | STARS_MET | {"star_minors": False}
    assert decide("planner-pass", facts).verdict == "PASS"
    assert decide("planner-pass", facts, parameters={"planner-star-lower-levels": True}).verdict == "FAIL"


@pytest.mark.clause("CP2026-1.9.3-1")
def test_one_invigilator_for_fifteen() -> None:
    assert decide("planner-invigilators", {"candidates": 31, "invigilators": 2}).verdict == "FAIL"
    assert decide("planner-invigilators", {"candidates": 31, "invigilators": 3}).verdict == "PASS"


@pytest.mark.clause("CP2026-1.9.3-2")
def test_two_invigilators_in_every_room() -> None:
    assert decide("planner-invigilators", {"candidates": 5, "invigilators": 1}).unmet == ("two-per-room",)
    assert decide("planner-invigilators", {"candidates": 5, "invigilators": 2}).verdict == "PASS"


@pytest.mark.clause("CP2026-1.9.3-3")
def test_one_examiner_for_five() -> None:
    assert decide("planner-examiners", {"candidates": 16, "examiners": 3}).verdict == "FAIL"
    assert decide("planner-examiners", {"candidates": 15, "examiners": 3}).verdict == "PASS"
    assert decide("planner-examiners", {"candidates": 16, "examiners": 5}).outputs["needed"] == 5


@pytest.mark.clause("CP2026-1.9.3-4")
def test_examiners_are_three_or_more_and_odd() -> None:
    verdicts = {n: decide("planner-examiners", {"candidates": 10, "examiners": n}).verdict for n in (2, 3, 4, 5)}
    assert verdicts == {2: "FAIL", 3: "PASS", 4: "FAIL", 5: "PASS"}


@pytest.mark.clause("CP2026-1.9.3-5")
def test_a_panel_of_four_is_refused_with_the_reason() -> None:
    result = decide("planner-review-panel", {"reviewers": 4})
    assert result.verdict == "FAIL"
    assert "单数" in told(result)
    assert decide("planner-review-panel", {"reviewers": 5}).verdict == "PASS"


@pytest.mark.parametrize(
    ("part", "minutes"),
    [
        pytest.param("theory", 60, marks=pytest.mark.clause("CP2026-1.9.4-1")),
        pytest.param("skill", 120, marks=pytest.mark.clause("CP2026-1.9.4-2")),
        pytest.param("review", 20, marks=pytest.mark.clause("CP2026-1.9.4-3")),
    ],
)
def test_durations(part: str, minutes: int) -> None:
    assert decide("planner-durations", {"part": part, "minutes": minutes - 1}).verdict == "FAIL"
    assert decide("planner-durations", {"part": part, "minutes": minutes}).verdict == "PASS"


@pytest.mark.clause("CP2026-1.9.5-2")
def test_a_lacking_device_is_named() -> None:
    ready = {"name": "计时器", "ready": True}
    result = decide("planner-apparatus", {"apparatus": [ready, {"name": "录音笔", "ready": False}]})
    assert result.verdict == "FAIL"
    assert "录音笔" in told(result)
    assert decide("planner-apparatus", {"apparatus": [ready]}).verdict == "PASS"


@pytest.mark.clause("CP2026-3-0")
def test_level_two_also_shows_lower_levels_by_origin() -> None:
    found = levels_covered("planner-covered-levels", "CP2026", "2")
    assert set(found.values()) == {"4", "3", "2"}
    assert found["CP2026-L4-4.3.4-S"] == "4"
    assert set(levels_covered("planner-covered-levels", "CP2026", "4").values()) == {"4"}
