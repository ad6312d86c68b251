"""The rules of the standard for advisers (2023): each test executes the acceptance line of its clauses."""

from datetime import date, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from tests import factories_assessment
from tests.packs.rules.support import (
    certificate,
    codes,
    decide,
    diploma,
    in_force_pack,
    job,
    levels_covered,
    node,
    packs,
    refused,
    rows,
    title,
    told,
)
from zhiyin.domain.catalogues.queries import search
from zhiyin.engines.definitions import OccupationRow

TRAINER_ON = date(2026, 3, 1)
LEVELS = ("4", "3", "2", "1")


def person(level: str, **facts: Any) -> dict[str, Any]:
    """An applicant for the occupation itself, known to have nothing but what is given."""
    known: dict[str, Any] = {"trade": "adviser", "jobs": [], "certificates": []}
    if level in "321":
        known["titles"] = []
    if level in "432":
        known["diplomas"] = []
    return known | facts


def apply(level: str, on: date = date(2026, 6, 30), **facts: Any) -> Any:
    """The verdict on an application for ``level``."""
    return decide(f"adviser-l{level}-eligibility", person(level, **facts), on)


@pytest.mark.clause("CG2023-0.6-1")
def test_edition_of_2023_applies_from_its_day() -> None:
    head = in_force_pack("cn-adviser-2023")
    assert head.standard.number == "人社厅发〔2023〕32号"
    assert head.in_force == "2023-08-31"
    facts = {"jobs": [job("2010-01-01")]}
    assert apply("4", date(2023, 8, 30), **facts).verdict == "FAIL"
    assert apply("4", date(2023, 8, 31), **facts).verdict == "PASS"


@pytest.mark.django_db
@pytest.mark.clause("CG2023-1.2")
def test_the_occupation_is_found_by_its_code_and_malformed_codes_are_refused() -> None:
    factories_assessment.catalogue()
    assert [row.name for row in search("4-07-03-01")] == ["职业指导师"]
    row = packs().get("occupation", "4-07-03-01")
    for code in ("4-7-3-1", "9-07-03-01", "4070301", "4-07-03-01-"):
        with pytest.raises(ValidationError):
            OccupationRow.model_validate(row.model_dump() | {"code": code})


@pytest.mark.clause("CG2023-1.4-(1)")
def test_four_levels_with_their_titles() -> None:
    titles = {level: rows("adviser-levels", {"level": level})["title"] for level in LEVELS}
    assert [titles[level].partition("（")[2].rstrip("）") for level in LEVELS] == [
        "职业咨询协理",
        "助理职业指导师",
        "职业指导师",
        "高级职业指导师",
    ]
    assert refused("adviser-levels", {"level": "5"})


@pytest.mark.clause("CG2023-1.4-(2)")
@pytest.mark.parametrize("trade", ["job-coach", "ability-assessor"])
def test_no_level_one_for_the_trades_for_disabled_people(trade: str) -> None:
    facts = {"jobs": [job("2010-01-01")], "certificates": [certificate("2", "2015-01-01")]}
    assert apply("1", **facts).verdict == "PASS"
    result = apply("1", trade=trade, **facts)
    assert result.verdict == "FAIL"
    assert node(result, "trade").verdict == "FAIL"
    for level in "432":
        assert rows("adviser-trade-levels", {"trade": trade, "level": level})["title"]
    assert refused("adviser-trade-levels", {"trade": trade, "level": "1"})


def test_an_agency_may_lay_down_other_conditions_for_a_trade() -> None:
    facts = person("4", trade="job-coach", jobs=[job("2010-01-01")])
    assert decide("adviser-l4-eligibility", facts).verdict == "PASS"
    changed = decide("adviser-l4-eligibility", facts, parameters={"adviser-job-coach-same-conditions": False})
    assert changed.verdict == "FAIL"


@pytest.mark.clause("CG2023-1.7")
def test_below_college_is_flagged_with_the_reason() -> None:
    low = {"trade": "adviser", "education": "vocational", "equivalent": False}
    result = decide("adviser-education-hint", low)
    assert result.verdict == "FAIL"
    assert "低于大专" in told(result)
    assert decide("adviser-education-hint", low | {"equivalent": True}).verdict == "PASS"
    assert decide("adviser-education-hint", low | {"education": "college"}).verdict == "PASS"


@pytest.mark.clause("CG2023-DJ-1.7-N1")
def test_junior_middle_school_is_enough_for_the_job_coach_only() -> None:
    verdicts = {
        trade: decide("adviser-education-hint", {"trade": trade, "education": "junior", "equivalent": False}).verdict
        for trade in ("adviser", "job-coach", "ability-assessor")
    }
    assert verdicts == {"adviser": "FAIL", "job-coach": "PASS", "ability-assessor": "FAIL"}


@pytest.mark.parametrize(
    ("level", "hours"),
    [
        pytest.param("4", 200, marks=pytest.mark.clause("CG2023-1.8.1-L4")),
        pytest.param("3", 200, marks=pytest.mark.clause("CG2023-1.8.1-L3")),
        pytest.param("2", 300, marks=pytest.mark.clause("CG2023-1.8.1-L2")),
        pytest.param("1", 300, marks=pytest.mark.clause("CG2023-1.8.1-L1")),
    ],
)
def test_training_hours(level: str, hours: int) -> None:
    assert decide("adviser-training-hours", {"level": level, "hours": hours - 1}).verdict == "FAIL"
    assert decide("adviser-training-hours", {"level": level, "hours": hours}).verdict == "PASS"


def test_minutes_make_standard_hours() -> None:
    assert decide("adviser-training-hours", {"level": "4", "minutes": 200 * 45}).verdict == "PASS"
    assert decide("adviser-training-hours", {"level": "4", "minutes": 200 * 45 - 1}).verdict == "FAIL"
    longer = {"adviser-hour-minutes": 60}
    assert decide("adviser-training-hours", {"level": "4", "minutes": 200 * 45}, parameters=longer).verdict == "FAIL"


def trainer(level: str, certificates: Any = (), titles: Any = ()) -> Any:
    """The verdict on somebody who would teach ``level``."""
    facts = {
        "certificates": [certificate(held, issued) for held, issued in certificates],
        "titles": [{"related": True, "grade": grade, "obtained_on": day} for grade, day in titles],
    }
    return decide(f"adviser-trainer-l{level}", facts, TRAINER_ON)


@pytest.mark.parametrize(
    ("level", "enough", "short"),
    [
        pytest.param("4", "3", "4", marks=pytest.mark.clause("CG2023-1.8.2-L4-a")),
        pytest.param("3", "2", "3", marks=pytest.mark.clause("CG2023-1.8.2-L3-a")),
        pytest.param("2", "1", "2", marks=pytest.mark.clause("CG2023-1.8.2-L2-a")),
    ],
)
def test_trainer_by_certificate(level: str, enough: str, short: str) -> None:
    assert trainer(level, certificates=[(enough, "2025-01-01")]).verdict == "PASS"
    assert trainer(level, certificates=[(short, "2010-01-01")]).verdict == "FAIL"


@pytest.mark.clause("CG2023-1.8.2-L4-b")
def test_trainer_of_level_four_by_title_alone() -> None:
    result = trainer("4", titles=[("middle", "2025-01-01")])
    assert result.verdict == "PASS"
    assert node(result, "by-certificate").verdict == "FAIL"


@pytest.mark.parametrize(
    ("level", "enough", "short"),
    [
        pytest.param("3", "middle", "junior", marks=pytest.mark.clause("CG2023-1.8.2-L3-b")),
        pytest.param("2", "senior", "middle", marks=pytest.mark.clause("CG2023-1.8.2-L2-b")),
    ],
)
def test_trainer_by_title(level: str, enough: str, short: str) -> None:
    assert trainer(level, titles=[(enough, "2025-01-01")]).verdict == "PASS"
    assert trainer(level, titles=[(short, "2010-01-01")]).verdict == "FAIL"
    unrelated = {"certificates": [], "titles": [{"related": False, "grade": enough, "obtained_on": "2010-01-01"}]}
    assert decide(f"adviser-trainer-l{level}", unrelated, TRAINER_ON).verdict == "FAIL"


@pytest.mark.clause("CG2023-1.8.2-L1-a")
def test_trainer_of_level_one_holds_the_certificate_two_years() -> None:
    assert trainer("1", certificates=[("1", "2024-04-01")]).verdict == "FAIL"
    assert trainer("1", certificates=[("1", "2024-03-01")]).verdict == "PASS"


@pytest.mark.clause("CG2023-1.8.2-L1-b")
def test_trainer_of_level_one_holds_the_title_two_years() -> None:
    assert trainer("1", titles=[("senior", "2024-04-01")]).verdict == "FAIL"
    assert trainer("1", titles=[("senior", "2024-03-01")]).verdict == "PASS"


@pytest.mark.clause("CG2023-1.8.3-(1)", "CG2023-1.9.5-(1)")
def test_theory_is_taught_and_examined_in_classrooms_and_computer_rooms() -> None:
    for room in ("standard-classroom", "computer-room"):
        assert decide("adviser-theory-room", {"room": room, "computer_based": False}).verdict == "PASS"
    for room in ("meeting-room", "workplace", "other"):
        assert decide("adviser-theory-room", {"room": room, "computer_based": False}).verdict == "FAIL"


def test_an_examination_by_computer_needs_a_system() -> None:
    facts = {"room": "computer-room", "computer_based": True}
    assert decide("adviser-theory-room", facts | {"exam_system": True}).verdict == "PASS"
    assert decide("adviser-theory-room", facts | {"exam_system": False}).verdict == "FAIL"
    assert decide("adviser-theory-room", facts).missing == ("exam_system",)


@pytest.mark.clause("CG2023-1.9.1-any")
def test_every_condition_is_listed_and_one_is_enough() -> None:
    result = apply("3", jobs=[job("2016-06-30")])
    assert result.verdict == "PASS"
    listed = {f"c{number}": node(result, f"c{number}").verdict for number in range(1, 7)}
    assert listed == {"c1": "PASS", "c2": "FAIL", "c3": "FAIL", "c4": "FAIL", "c5": "FAIL", "c6": "FAIL"}
    assert "c1" in result.met
    assert {"c2", "c3", "c4", "c5", "c6"} <= set(result.unmet)


@pytest.mark.clause("CG2023-1.9.1-N1")
def test_eight_related_occupations_and_approved_additions() -> None:
    named = [code for code in codes("adviser-related-occupation") if code not in {"own", "other"}]
    assert len(named) == 8
    for code in named:
        assert apply("4", jobs=[job("2021-06-30", occupation=code)]).verdict == "PASS"
    added = person("4", jobs=[job("2021-06-30", occupation="other", other_name="企业培训师")])
    assert decide("adviser-l4-eligibility", added).verdict == "FAIL"
    approved = {"adviser-approved-occupations": ("企业培训师",)}
    assert decide("adviser-l4-eligibility", added, parameters=approved).verdict == "PASS"


@pytest.mark.clause("CG2023-1.9.1-N2")
def test_five_related_majors_and_review_of_others() -> None:
    named = [code for code in codes("adviser-related-major") if code not in {"own", "other"}]
    assert len(named) == 5
    for code in named:
        assert apply("4", diplomas=[diploma(major=code)]).verdict == "PASS"
    unlisted = diploma(major="other", major_name="社会工作")
    waiting = apply("4", diplomas=[unlisted])
    assert waiting.verdict == "UNKNOWN"
    assert "人工复核" in told(waiting)
    assert apply("4", diplomas=[unlisted | {"major_review": True}]).verdict == "PASS"
    assert apply("4", diplomas=[unlisted | {"major_review": False}]).verdict == "FAIL"


@pytest.mark.clause("CG2023-1.9.1-L4-(1)")
def test_level_four_five_years_of_work() -> None:
    assert apply("4", jobs=[job("2021-06-30")]).verdict == "PASS"
    summed = [job("2014-01-01", "2016-12-31"), job("2023-06-29")]
    assert apply("4", jobs=summed).verdict == "PASS"
    assert apply("4", jobs=[job("2021-07-30")]).verdict == "FAIL"
    twice = [job("2023-06-30", "2026-06-29"), job("2023-06-30", "2026-06-29", occupation="counsellor")]
    assert apply("4", jobs=twice).verdict == "FAIL"


@pytest.mark.clause("CG2023-1.9.1-L4-(2)")
def test_level_four_three_years_after_a_related_level_five() -> None:
    fifth = certificate("5", "2023-06-30", occupation="hr-manager")
    assert apply("4", jobs=[job("2022-06-30")], certificates=[fifth]).verdict == "PASS"
    late = fifth | {"issued_on": "2024-06-30"}
    assert apply("4", jobs=[job("2022-06-30")], certificates=[late]).verdict == "FAIL"


@pytest.mark.clause("CG2023-1.9.1-L4-(3)")
def test_level_four_graduating_student() -> None:
    student = diploma(major="education", state="final-year", enrolment_proof=True)
    assert apply("4", diplomas=[student]).verdict == "PASS"
    assert apply("4", diplomas=[student | {"enrolment_proof": False}]).verdict == "FAIL"


@pytest.mark.clause("CG2023-1.9.1-L3-(1)")
def test_level_three_ten_years_of_work() -> None:
    assert apply("3", jobs=[job("2016-06-30")]).verdict == "PASS"
    assert apply("3", jobs=[job("2016-07-30")]).verdict == "FAIL"


@pytest.mark.clause("CG2023-1.9.1-L3-(2)")
def test_level_three_four_years_after_level_four() -> None:
    jobs = [job("2019-01-01")]
    assert apply("3", jobs=jobs, certificates=[certificate("4", "2022-06-30")]).verdict == "PASS"
    assert apply("3", jobs=jobs, certificates=[certificate("4", "2022-07-30")]).verdict == "FAIL"


@pytest.mark.clause("CG2023-1.9.1-L3-(3)")
def test_level_three_one_year_after_a_mapped_title() -> None:
    mapped = apply("3", jobs=[job("2020-01-01")], titles=[title("junior", "2025-06-30")])
    assert mapped.verdict == "PASS"
    assert "对应" in node(mapped, "c3-title").title
    unmapped = apply("3", jobs=[job("2020-01-01")], titles=[title("junior", "2020-06-30", series="工程（电气）")])
    assert node(unmapped, "c3").verdict == "FAIL"
    assert "对应表" in told(unmapped)


@pytest.mark.clause("CG2023-1.9.1-L3-(4)")
def test_level_three_senior_class() -> None:
    senior = diploma(school="senior-technical", award="skilled-senior", major="hr")
    assert apply("3", diplomas=[senior]).verdict == "PASS"
    assert apply("3", diplomas=[senior | {"award": "skilled-middle"}]).verdict == "FAIL"


@pytest.mark.clause("CG2023-1.9.1-L3-(5)")
def test_level_three_certificate_and_diploma_together() -> None:
    fourth, college = certificate("4", "2026-01-10"), diploma(school="higher-vocational", award="college")
    assert apply("3", certificates=[fourth], diplomas=[college]).verdict == "PASS"
    assert apply("3", certificates=[fourth]).verdict == "FAIL"
    assert apply("3", diplomas=[college]).verdict == "FAIL"


@pytest.mark.clause("CG2023-1.9.1-L3-(6)")
def test_level_three_evaluated_programmes_only() -> None:
    facts = person("3", diplomas=[diploma(programme="临江学院 应用心理学")])
    listed = {"adviser-evaluated-programmes": ("临江学院 应用心理学",)}
    assert decide("adviser-l3-eligibility", facts).verdict == "FAIL"
    assert decide("adviser-l3-eligibility", facts, parameters=listed).verdict == "PASS"
    other = {"adviser-evaluated-programmes": ("临江学院 教育学",)}
    assert decide("adviser-l3-eligibility", facts, parameters=other).verdict == "FAIL"


@pytest.mark.clause("CG2023-1.9.1-L2-(1)")
def test_level_two_five_years_after_level_three() -> None:
    jobs = [job("2015-01-01")]
    assert apply("2", jobs=jobs, certificates=[certificate("3", "2021-06-30")]).verdict == "PASS"
    assert apply("2", jobs=jobs, certificates=[certificate("3", "2021-07-01")]).verdict == "FAIL"


def three_parts(level: str, grade: str, held: str) -> None:
    """All three parts hold, or one of them fails, each by its own date."""
    jobs = [job("2015-01-01")]
    good = {"titles": [title(grade, "2021-06-30")], "certificates": [certificate(held, "2025-06-30")]}
    assert apply(level, jobs=jobs, **good).verdict == "PASS"
    without_title = apply(level, jobs=jobs, titles=[], certificates=good["certificates"])
    assert (without_title.verdict, node(without_title, "c2-title").verdict) == ("FAIL", "FAIL")
    late_title = apply(level, jobs=jobs, titles=[title(grade, "2021-07-30")], certificates=good["certificates"])
    assert node(late_title, "c2-title-years").verdict == "FAIL"
    assert node(late_title, "c2-certificate-years").verdict == "PASS"
    late = apply(level, jobs=jobs, titles=good["titles"], certificates=[certificate(held, "2025-07-30")])
    assert node(late, "c2-title-years").verdict == "PASS"
    assert node(late, "c2-certificate-years").verdict == "FAIL"


@pytest.mark.clause("CG2023-1.9.1-L2-(2)")
def test_level_two_junior_title_and_level_three() -> None:
    three_parts("2", "junior", "3")


@pytest.mark.clause("CG2023-1.9.1-L2-(3)")
def test_level_two_one_year_after_a_middle_title() -> None:
    assert apply("2", jobs=[job("2020-01-01")], titles=[title("middle", "2025-06-30")]).verdict == "PASS"
    assert apply("2", jobs=[job("2020-01-01")], titles=[title("middle", "2025-07-30")]).verdict == "FAIL"


@pytest.mark.clause("CG2023-1.9.1-L2-(4)")
def test_level_two_technician_college_graduate() -> None:
    jobs, third = [job("2024-06-30")], certificate("3", "2025-06-30")
    graduate = diploma(school="technician-college", award="technician")
    assert apply("2", jobs=jobs, certificates=[third], diplomas=[graduate]).verdict == "PASS"
    assert apply("2", jobs=jobs, diplomas=[graduate]).verdict == "FAIL"
    assert apply("2", jobs=jobs, certificates=[third], diplomas=[graduate | {"school": "university"}]).verdict == "FAIL"
    short = [job("2024-07-30")]
    assert apply("2", jobs=short, certificates=[third], diplomas=[graduate]).verdict == "FAIL"
    strict = {"adviser-l2-4-after-certificate": True}
    facts = person("2", jobs=jobs, certificates=[third], diplomas=[graduate])
    assert decide("adviser-l2-eligibility", facts, parameters=strict).verdict == "FAIL"


@pytest.mark.clause("CG2023-1.9.1-L2-(5)")
def test_level_two_technician_class_student() -> None:
    student = diploma(school="technician-college", award="pre-technician", state="enrolled", enrolment_proof=True)
    held = [certificate("3", "2024-06-30")]
    assert apply("2", certificates=held, diplomas=[student]).verdict == "PASS"
    assert apply("2", certificates=held, diplomas=[student | {"enrolment_proof": False}]).verdict == "FAIL"
    assert apply("2", certificates=[certificate("3", "2024-07-30")], diplomas=[student]).verdict == "FAIL"


@pytest.mark.clause("CG2023-1.9.1-L1-(1)")
def test_level_one_five_years_after_level_two() -> None:
    jobs = [job("2015-01-01")]
    assert apply("1", jobs=jobs, certificates=[certificate("2", "2021-06-30")]).verdict == "PASS"
    assert apply("1", jobs=jobs, certificates=[certificate("2", "2021-07-30")]).verdict == "FAIL"


@pytest.mark.clause("CG2023-1.9.1-L1-(2)")
def test_level_one_middle_title_and_level_two() -> None:
    three_parts("1", "middle", "2")


@pytest.mark.clause("CG2023-1.9.1-L1-(3)")
def test_level_one_one_year_after_a_senior_title() -> None:
    assert apply("1", jobs=[job("2020-01-01")], titles=[title("senior", "2025-06-30")]).verdict == "PASS"
    assert apply("1", jobs=[job("2020-01-01")], titles=[title("senior", "2025-07-30")]).verdict == "FAIL"


@pytest.mark.clause("CG2023-1.9.2-(4)")
def test_review_is_for_levels_two_and_one() -> None:
    scores = {"theory": 70, "skill": 70}
    assert decide("adviser-pass", scores | {"level": "3"}).verdict == "PASS"
    for level in "21":
        waiting = decide("adviser-pass", scores | {"level": level})
        assert (waiting.verdict, waiting.missing) == ("UNKNOWN", ("review",))
    everywhere = {"adviser-review-other-levels": True}
    assert decide("adviser-pass", scores | {"level": "3"}, parameters=everywhere).verdict == "UNKNOWN"


@pytest.mark.clause("CG2023-1.9.2-(6)")
@pytest.mark.parametrize("part", ["theory", "skill", "review"])
@pytest.mark.parametrize("score", [101, -1])
def test_scores_lie_between_zero_and_a_hundred(part: str, score: int) -> None:
    facts = {"level": "2", "theory": 70, "skill": 70, "review": 70} | {part: score}
    result = decide("adviser-pass", facts)
    assert result.verdict == "FAIL"
    assert f"{part}-range" in result.unmet


@pytest.mark.clause("CG2023-1.9.2-(7)")
def test_the_lowest_score_decides() -> None:
    assert decide("adviser-pass", {"level": "2", "theory": 60, "skill": 60, "review": 60}).verdict == "PASS"
    for part in ("theory", "skill", "review"):
        scores = {"level": "2", "theory": 100, "skill": 100, "review": 100} | {part: 59}
        result = decide("adviser-pass", scores)
        assert result.verdict == "FAIL"
        assert node(result, f"{part}-passed").verdict == "FAIL"


@pytest.mark.clause("CG2023-1.9.2-N1")
def test_work_without_evidence_of_effect_is_returned() -> None:
    work = {"work_title": "零工市场指导案例集", "model_value": "三个区照着用"}
    assert decide("adviser-representative-work", work | {"effect_evidence": "采用证明"}).verdict == "PASS"
    result = decide("adviser-representative-work", work | {"effect_evidence": ""})
    assert result.verdict == "FAIL"
    assert "退回" in told(result)


def room(candidates: int, invigilators: int, **facts: Any) -> Any:
    """The verdict on the invigilators of one room."""
    return decide("adviser-invigilators", {"candidates": candidates, "invigilators": invigilators} | facts)


@pytest.mark.clause("CG2023-1.9.3-(1)")
def test_one_invigilator_for_fifteen() -> None:
    assert room(31, 3, monitored=False).verdict == "PASS"
    assert room(31, 2, monitored=False).verdict == "FAIL"
    assert room(30, 2, monitored=False).verdict == "PASS"


@pytest.mark.clause("CG2023-1.9.3-(2)")
def test_two_invigilators_in_every_room() -> None:
    assert room(10, 1, monitored=False).verdict == "FAIL"
    assert room(10, 1, monitored=True, reduction_approver="考务负责人").verdict == "FAIL"
    assert room(10, 2, monitored=False).verdict == "PASS"


def test_a_reduction_needs_monitoring_and_an_approver() -> None:
    assert room(45, 2, monitored=True, reduction_approver="考务负责人").verdict == "PASS"
    assert room(45, 2, monitored=True, reduction_approver="").verdict == "FAIL"
    assert room(45, 2, monitored=False, reduction_approver="考务负责人").verdict == "FAIL"


@pytest.mark.clause("CG2023-1.9.3-(4)")
def test_eight_candidates_need_five_examiners() -> None:
    result = decide("adviser-examiners", {"candidates": 8, "examiners": 5})
    assert (result.verdict, result.outputs["needed"]) == ("PASS", 5)
    by_ratio = decide("adviser-examiners", {"candidates": 8, "examiners": 4})
    assert node(by_ratio, "ratio").verdict == "PASS"
    assert by_ratio.unmet == ("odd",)
    assert decide("adviser-examiners", {"candidates": 8, "examiners": 3}).verdict == "FAIL"


@pytest.mark.clause("CG2023-1.9.3-(5)")
def test_examiners_are_three_or_more_and_odd() -> None:
    verdicts = {n: decide("adviser-examiners", {"candidates": 4, "examiners": n}).verdict for n in (2, 3, 4, 5)}
    assert verdicts == {2: "FAIL", 3: "PASS", 4: "FAIL", 5: "PASS"}


@pytest.mark.clause("CG2023-1.9.3-(6)")
def test_reviewers_are_three_or_more_and_odd() -> None:
    verdicts = {n: decide("adviser-review-panel", {"reviewers": n}).verdict for n in (2, 3, 4, 5)}
    assert verdicts == {2: "FAIL", 3: "PASS", 4: "FAIL", 5: "PASS"}


@pytest.mark.parametrize(
    ("part", "minutes"),
    [
        pytest.param("theory", 90, marks=pytest.mark.clause("CG2023-1.9.4-(1)")),
        pytest.param("skill", 90, marks=pytest.mark.clause("CG2023-1.9.4-(2)")),
        pytest.param("review", 30, marks=pytest.mark.clause("CG2023-1.9.4-(3)")),
    ],
)
def test_durations(part: str, minutes: int) -> None:
    assert decide("adviser-durations", {"part": part, "minutes": minutes - 1}).verdict == "FAIL"
    assert decide("adviser-durations", {"part": part, "minutes": minutes}).verdict == "PASS"


@pytest.mark.clause("CG2023-1.8.3-(3)")
def test_missing_apparatus_blocks_the_confirmation() -> None:
    apparatus = [{"name": "投影仪", "ready": True}, {"name": "白板", "ready": True}]
    assert decide("adviser-training-place", {"apparatus": apparatus}).verdict == "PASS"
    broken = [apparatus[0], apparatus[1] | {"ready": False}]
    assert decide("adviser-training-place", {"apparatus": broken}).verdict == "FAIL"
    assert decide("adviser-training-place", {"apparatus": []}).verdict == "FAIL"


@pytest.mark.clause("CG2023-1.9.5-(3)")
def test_a_session_does_not_open_while_apparatus_is_unchecked() -> None:
    ready = {"name": "计时器", "ready": True}
    assert decide("adviser-apparatus", {"apparatus": [ready]}).verdict == "PASS"
    unchecked = decide("adviser-apparatus", {"apparatus": [ready, {"name": "录音笔"}]})
    assert unchecked.verdict == "UNKNOWN"
    assert decide("adviser-apparatus", {"apparatus": [ready, {"name": "录音笔", "ready": False}]}).verdict == "FAIL"


@pytest.mark.clause("CG2023-1.9.5-(4)")
def test_a_site_without_access_takes_nobody_who_needs_it() -> None:
    verdicts = {
        (needs, has): decide("adviser-site-accessible", {"needs_access": needs, "accessible": has}).verdict
        for needs in (True, False)
        for has in (True, False)
    }
    assert verdicts == {
        (True, True): "PASS",
        (True, False): "FAIL",
        (False, True): "PASS",
        (False, False): "PASS",
    }


@pytest.mark.clause("CG2023-1.5")
@pytest.mark.parametrize("failed", ["safe", "private"])
def test_an_unsafe_or_overheard_place_takes_no_bookings(failed: str) -> None:
    place = {"safe": True, "private": True, "normal_temperature": True}
    assert decide("adviser-place", place).verdict == "PASS"
    assert decide("adviser-place", place | {failed: False}).verdict == "FAIL"


@pytest.mark.parametrize(
    ("table", "doc", "levels"),
    [
        pytest.param("adviser-covered-levels", "CG2023", "4321", marks=pytest.mark.clause("CG2023-3.1-cum")),
        pytest.param("adviser-trade-covered-levels", "CG2023-DJ", "432", marks=pytest.mark.clause("CG2023-DJ-3.2-cum")),
        pytest.param("adviser-trade-covered-levels", "CG2023-DA", "432", marks=pytest.mark.clause("CG2023-DA-3.3-cum")),
    ],
)
def test_a_level_contains_all_lower_ones(table: str, doc: str, levels: str) -> None:
    sets = {level: levels_covered(table, doc, level) for level in levels}
    highest = sets[levels[-1]]
    for level in levels:
        own = {clause for clause, origin in highest.items() if origin == level}
        assert own
        assert own <= set(sets[level])
        assert set(sets[level]) <= set(highest)


def test_years_are_reached_on_their_day() -> None:
    day = date(2026, 6, 30)
    assert apply("4", day - timedelta(days=1), jobs=[job("2021-06-30")]).verdict == "FAIL"
    assert apply("4", day, jobs=[job("2021-06-30")]).verdict == "PASS"
