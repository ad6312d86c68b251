"""Measures for people at work hold what their clauses ask, or are held back."""

import pytest

from tests.packs.documents.examples import (
    changed,
    column,
    example_of,
    held_back,
    held_back_in_rows,
    kind_of,
    opened,
    page_of,
    table,
    value,
)
from zhiyin.engines.documents.build import check


@pytest.mark.clause("CG2023-DJ-L4-4.1.3-S")
def test_a_commuting_plan_shows_steps_backup_and_trial() -> None:
    kind, example = opened("commuting-plan")
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
    kind, example = opened("commuting-plan")
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
    kind, example = opened("startup-support-measures")
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
    open_again = ("use", "next_look", "starts_on", "decided_by", "decided_on", "decision_note")
    context = changed(example_of(kind), decision=decision, **dict.fromkeys(open_again))
    assert [gap.block for gap in check(kind, context)] == open_


@pytest.mark.clause("CG2023-DJ-L2-3.3.4-K")
@pytest.mark.parametrize("principle", ["need", "consent", "frequency_why", "exit_rule"])
def test_follow_up_measures_answer_need_consent_frequency_and_exit(principle: str) -> None:
    kind = kind_of("tracking-support-measures")
    gaps = check(kind, changed(example_of(kind), **{principle: None}))
    assert [(gap.section, gap.block) for gap in gaps] == [("principles", principle)]


@pytest.mark.clause("CG2023-DJ-L2-4.1.3-S")
def test_each_coordination_measure_shows_baseline_target_and_review_date() -> None:
    kind, example = opened("life-work-coordination")
    held_back(kind, example, "measures", "steps", "promises")
    held_back_in_rows(kind, example, "measures", "baseline", "target", "review_on")
    first = table(page_of(kind, example), "措施表")[0]
    assert (first["现在"], first["要到"], first["回看"]) == ("中班周晚饭同桌 0 次", "每周 2 次", "2026年5月29日")


@pytest.mark.clause("CG2023-DJ-L2-4.2.2-S")
def test_each_improvement_measure_has_course_owner_date_and_effect() -> None:
    kind, example = opened("professional-improvement-measures")
    held_back(kind, example, "measures")
    held_back_in_rows(kind, example, "measures", "course", "owner", "start", "end", "effect")
    page = page_of(kind, example)
    rows = table(page, "措施表")
    assert [row["课程或做法"] for row in rows] == [row["course"] for row in example["answers"]["measures"]]
    assert rows[0]["开始"] == "2026年4月7日"
    assert column(page, "效果", "现在") == ["平均九分二十秒，返工一成四", "一周喊机修一次"]


@pytest.mark.clause("CG2023-DJ-L2-4.2.2-K")
def test_an_evaluation_of_ability_shows_its_method_and_limits() -> None:
    kind, example = opened("professional-improvement-measures")
    held_back(kind, example, "methods")
    held_back_in_rows(kind, example, "methods", "method", "reliability", "minutes", "limit")
    rows = table(page_of(kind, example), "评估办法")
    assert [row["办法"] for row in rows] == ["做一件样品", "在岗观察", "看产量质量记录"]
    assert rows[1]["什么时候不作数"] == "旁边站人时两位精神残疾组员会变慢，不作数"
