"""Measures for people at work, and manuals of an agency, hold what their clauses ask, or are held back."""

import pytest

from tests.packs.documents.examples import (
    DAY,
    changed,
    column,
    example_of,
    held_back,
    held_back_in_rows,
    kind_of,
    page_of,
    table,
    value,
)
from zhiyin.engines.documents import clean_answers
from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.build import check
from zhiyin.kernel.errors import Invalid
from zhiyin.packs import installed


@pytest.mark.clause("CG2023-DJ-L4-4.1.3-S")
def test_a_commuting_plan_shows_steps_backup_and_trial() -> None:
    kind = kind_of("commuting-plan")
    example = example_of(kind)
    held_back(kind, example, "steps", "backups", "trials", "verdict")
    page = page_of(kind, example)
    minutes = [int(cell) for cell in column(page, "去程", "分钟")]
    assert len(minutes) == 5
    assert value(page, "全程") == f"{sum(minutes)}分钟"
    assert "坐 3 路到货场，往回走一站" in column(page, "备用走法", "就这样走")
    assert column(page, "试走记录", "走到什么程度") == ["有人带着能做", "有人带着能做", "能独立做"]
    assert value(page, "结论") == "可以自己上下班"


@pytest.mark.clause("CG2023-DJ-L4-4.1.3-K")
def test_each_commuting_measure_names_who_and_what_it_costs() -> None:
    kind = kind_of("commuting-plan")
    example = example_of(kind)
    held_back(kind, example, "measures")
    held_back_in_rows(kind, example, "measures", "kind", "who", "cost")
    rows = table(page_of(kind, example), "出行办法")
    assert [row["办法"] for row in rows] == ["路线训练", "辅具", "优惠或补助", "错开时间"]
    assert [row["负责人"] for row in rows] == [row["who"] for row in example["answers"]["measures"]]
    assert {row["每月花费（元）"] for row in rows} == {"0"}


def test_a_way_that_is_not_learnt_yet_needs_a_day_for_the_next_trial() -> None:
    kind = kind_of("commuting-plan")
    again = changed(example_of(kind), verdict="accompanied")
    assert [gap.block for gap in check(kind, again)] == ["next_trial"]


@pytest.mark.clause("CG2023-DJ-L2-3.3.3-S")
def test_a_start_up_measure_shows_approval_users_spending_and_result() -> None:
    kind = kind_of("startup-support-measures")
    example = example_of(kind)
    held_back(kind, example, "target", "conditions", "budget", "decision", "decided_by", "decided_on", "use")
    held_back_in_rows(kind, example, "use", "users", "spent", "result")
    page = page_of(kind, example)
    assert value(page, "批准结果") == "部分同意"
    planned = sum(float(row["amount"]) for row in example["answers"]["budget"])
    assert planned == float(example["answers"]["total"]) == 61200
    use = {row["措施号"]: row for row in table(page, "执行情况")}
    assert use["A"]["用的人"] == "9"
    assert use["A"]["已花（元）"] == "2900"
    assert use["A"]["结果"] == "7 人交得出完整的三月账"


@pytest.mark.parametrize(
    ("decision", "open_"), [("waiting", []), ("refused", ["decided_by", "decided_on", "decision_note"])]
)
def test_use_is_asked_of_adopted_measures_only(decision: str, open_: list[str]) -> None:
    kind = kind_of("startup-support-measures")
    without = dict.fromkeys(["use", "next_look", "starts_on", "decided_by", "decided_on", "decision_note"])
    context = changed(example_of(kind), decision=decision, **without)
    assert [gap.block for gap in check(kind, context)] == open_


@pytest.mark.clause("CG2023-DJ-L2-3.3.4-K")
@pytest.mark.parametrize("principle", ["need", "consent", "frequency_why", "exit_rule"])
def test_follow_up_measures_answer_need_consent_frequency_and_exit(principle: str) -> None:
    kind = kind_of("tracking-support-measures")
    gaps = check(kind, changed(example_of(kind), **{principle: None}))
    assert [(gap.section, gap.block) for gap in gaps] == [("principles", principle)]


@pytest.mark.clause("CG2023-DJ-L2-4.1.3-S")
def test_each_coordination_measure_shows_baseline_target_and_review_date() -> None:
    kind = kind_of("life-work-coordination")
    example = example_of(kind)
    held_back(kind, example, "measures", "steps", "promises")
    held_back_in_rows(kind, example, "measures", "baseline", "target", "review_on")
    first = table(page_of(kind, example), "措施表")[0]
    assert (first["现在"], first["要到"], first["回看"]) == ("中班周晚饭同桌 0 次", "每周 2 次", "2026年5月29日")


@pytest.mark.clause("CG2023-DJ-L2-4.2.2-S")
def test_each_improvement_measure_has_course_owner_date_and_effect() -> None:
    kind = kind_of("professional-improvement-measures")
    example = example_of(kind)
    held_back(kind, example, "measures")
    held_back_in_rows(kind, example, "measures", "course", "owner", "start", "end", "effect")
    page = page_of(kind, example)
    rows = table(page, "措施表")
    assert [row["课程或做法"] for row in rows] == [row["course"] for row in example["answers"]["measures"]]
    assert rows[0]["开始"] == "2026年4月7日"
    assert column(page, "效果", "现在") == ["平均九分二十秒，返工一成四", "一周喊机修一次"]


@pytest.mark.clause("CG2023-DJ-L2-4.2.2-K")
def test_an_evaluation_of_ability_shows_its_method_and_limits() -> None:
    kind = kind_of("professional-improvement-measures")
    example = example_of(kind)
    held_back(kind, example, "methods")
    held_back_in_rows(kind, example, "methods", "method", "reliability", "minutes", "limit")
    rows = table(page_of(kind, example), "评估办法")
    assert [row["办法"] for row in rows] == ["做一件样品", "在岗观察", "看产量质量记录"]
    assert rows[1]["什么时候不作数"] == "旁边站人时两位精神残疾组员会变慢，不作数"


@pytest.mark.parametrize(
    ("id", "names"),
    [
        ("fit-analysis-procedure", ["sources", "steps", "rules", "verdicts", "old_cases"]),
        ("suitable-post-procedure", ["stages", "questions", "grades", "dimensions"]),
    ],
)
def test_a_procedure_is_held_back_without_its_steps_and_rules(id: str, names: list[str]) -> None:
    kind = kind_of(id)
    held_back(kind, example_of(kind), *names)


def test_a_rule_of_the_fit_analysis_hangs_on_a_step_that_exists() -> None:
    answers = example_of(kind_of("fit-analysis-procedure"))["answers"]
    assert {rule["step"] for rule in answers["rules"]} <= {step["no"] for step in answers["steps"]}


@pytest.mark.clause("CG2023-DA-L2-4.1.3-K")
@pytest.mark.parametrize("principle", ["lawful", "clear", "feasible", "reviewed"])
def test_rules_that_fail_a_principle_cannot_be_issued(principle: str) -> None:
    kind = kind_of("assessment-service-rules")
    example = example_of(kind)
    gaps = check(kind, changed(example, **{principle: None}))
    assert [(gap.section, gap.block) for gap in gaps] == [("principles", principle)]
    with pytest.raises(Invalid) as caught:
        clean_answers(kind, {principle: ["no"]}, installed.registry().codelists(), today=DAY)
    assert set(caught.value.errors) == {principle}


def test_rules_show_version_and_who_has_read_them() -> None:
    kind = kind_of("assessment-service-rules")
    example = example_of(kind)
    page = page_of(kind, example)
    assert page.subtitle == value(page, "版次") == "2026 年第 3 版"
    assert [row["读完日期"] != "—" for row in table(page, "阅读签收")] == [True] * 3
    unread = page_of(kind, changed(example, receipts=None)).sections[-1]
    assert [type(block) for block in unread.blocks] == [t.Paragraph]


@pytest.mark.clause("CG2023-DA-L2-4.1.4-K")
def test_an_emergency_plan_shows_roles_steps_contacts_and_drill_dates() -> None:
    kind = kind_of("emergency-plan")
    example = example_of(kind)
    held_back(kind, example, "incident", "roles", "steps", "contacts", "drill_dates")
    page = page_of(kind, example)
    assert column(page, "分工", "角色") == ["指挥", "救护", "疏导", "联络"]
    assert column(page, "处置步骤", "步") == [str(number) for number in range(1, 8)]
    assert column(page, "电话", "电话")[0] == "120"
    assert column(page, "演练安排", "日期") == ["2026年3月11日", "2026年9月16日"]


@pytest.mark.parametrize("log", ["drill_log", "real_log"])
def test_the_example_logs_say_of_every_step_whether_it_was_done(log: str) -> None:
    answers = example_of(kind_of("emergency-plan"))["answers"]
    assert [row["step"] for row in answers[log]] == [step["no"] for step in answers["steps"]]
    assert {row["state"] for row in answers[log]} == {"done", "missed"}


def test_a_real_incident_needs_its_log() -> None:
    kind = kind_of("emergency-plan")
    example = example_of(kind)
    held_back(kind, example, "real_log")
    quiet = changed(example, incidents=None, real_log=None)
    assert check(kind, quiet) == []


@pytest.mark.clause("CG2023-DA-L2-4.1.5-S")
def test_a_supervision_scheme_shows_each_element_and_whether_it_was_adopted() -> None:
    kind = kind_of("supervision-system-advice")
    example = example_of(kind)
    held_back(kind, example, "elements")
    held_back_in_rows(kind, example, "elements", "indicator", "source", "cycle", "use", "adopted")
    rows = table(page_of(kind, example), "监督要素")
    assert [row["采纳"] for row in rows] == ["采纳", "采纳", "采纳", "部分"]
    assert [row["多久看"] for row in rows] == ["每月", "每月", "每月", "每季"]


@pytest.mark.clause("CG2023-DA-L2-4.1.5-K")
def test_each_supervised_element_shows_its_last_result_and_next_date() -> None:
    kind = kind_of("supervision-system-advice")
    example = example_of(kind)
    held_back(kind, example, "running")
    held_back_in_rows(kind, example, "running", "principle", "owner", "last", "next")
    page = page_of(kind, example)
    rows = table(page, "查验")
    assert [row["要素"] for row in rows] == column(page, "监督要素", "要素")
    assert (rows[0]["上次结果"], rows[0]["下次日期"]) == ("三月 88%，补了 4 份", "2026年5月6日")


@pytest.mark.parametrize(
    ("id", "grades"),
    [
        ("commuting-plan", (4, 3, None)),
        ("diagnosis-report", (4, 3, 2)),
        ("survey-analysis-report", (3, 2, None)),
        ("assessment-report", (3, 2, None)),
        ("senior-talent-path-report", (2, 1, None)),
        ("research-report", (1, None, None)),
    ],
)
def test_each_step_is_taken_by_its_grade_and_has_its_line(id: str, grades: tuple[int | None, ...]) -> None:
    kind = kind_of(id)
    steps = (kind.drafts, kind.reviews, kind.approves)
    assert tuple(step.grade if step is not None else None for step in steps) == grades
    wanted = {role for role, step in zip(("drafter", "reviewer", "approver"), steps, strict=True) if step is not None}
    assert {line.role for line in kind.signatures} >= wanted
