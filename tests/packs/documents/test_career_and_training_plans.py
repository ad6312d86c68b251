"""Plans for one person's career and for training hold what their clauses ask, or are held back."""

import pytest

from tests.packs.documents.examples import (
    changed,
    example_of,
    held_back,
    held_back_in_rows,
    kind_of,
    labels_of,
    opened,
    page_of,
    signed_by,
    table,
    value,
)


@pytest.mark.clause("CG2023-DJ-L3-5.1.2-S")
def test_a_special_training_plan_needs_hours_teacher_and_test() -> None:
    kind, example = opened("special-training-plan")
    held_back(kind, example, "hours", "teacher", "teacher_basis", "test", "pass_line")
    held_back_in_rows(kind, example, "units", "hours", "teacher")
    page = page_of(kind, example)
    assert value(page, "总学时") == "8学时"
    assert sum(int(row["学时"]) for row in table(page, "课程安排")) == 8


@pytest.mark.clause("CG2023-DJ-L2-3.2.1-S")
@pytest.mark.parametrize(("decision", "said"), [("approve", "同意执行"), ("revise", "退回修改")])
def test_the_evaluation_of_a_career_plan_shows_scores_advice_and_decision(decision: str, said: str) -> None:
    kind, example = opened("career-plan-evaluation")
    held_back(kind, example, "feasibility", "support", "risk", "agreement", "advice", "decision")
    decided = changed(example, decision=decision)
    page = page_of(kind, decided)
    assert [value(page, label)[0] for label in ("可行性", "支持到位", "风险准备", "本人认同")] == ["4", "2", "3", "5"]
    assert {row["要紧"] for row in table(page, "意见")} == {"必须改", "最好改"}
    assert value(page, "结论") == said
    assert ("改好的日期" in labels_of(page)) is (decision == "revise")


@pytest.mark.clause("CG2023-L1-3.3.2-S")
def test_an_induction_plan_shows_sessions_completion_per_trainee_and_score() -> None:
    kind, example = opened("induction-guidance-plan")
    held_back(kind, example, "trainees", "sessions", "evaluation")
    page = page_of(kind, example)
    assert len(table(page, "课次")) == 5
    done = table(page, "每人完成情况")
    assert [row["评价分"] for row in done] == ["88", "81", "92", "69"]
    assert [row["可以顶岗"] for row in done] == ["是", "是", "是", "否"]
    assert done[1]["缺课和补课"] == "缺换膜，4 月 13 日补完"


@pytest.mark.clause("CG2023-DJ-L3-3.2.1-S")
def test_a_supported_career_plan_has_goals_supports_responsible_persons_and_reviews() -> None:
    kind, example = opened("supported-career-plan")
    held_back(kind, example, "goals", "steps", "supports", "reviews")
    held_back_in_rows(kind, example, "supports", "support", "who", "start")
    page = page_of(kind, example)
    assert len(table(page, "一步一步的目标")) == 4
    assert all(row["谁负责"] != "—" for row in table(page, "支持"))
    assert next(row["日期"] for row in table(page, "回看")) == "2026年4月30日"
    assert signed_by(page) == {"client", "guardian", "drafter", "reviewer"}


@pytest.mark.clause("CG2023-DJ-L2-4.2.1-S")
def test_a_growth_plan_shows_baseline_stages_and_review() -> None:
    kind, example = opened("ability-improvement-plan")
    held_back(kind, example, "baseline", "stages", "reviews", "done_when")
    held_back_in_rows(kind, example, "baseline", "measure", "value", "needed")
    page = page_of(kind, example)
    assert table(page, "基线")[0]["现在"] == "20 箱错 7 箱"
    assert [row["段"] for row in table(page, "阶段")] == ["第一段", "第二段", "第三段"]
    assert table(page, "回看")[0]["结果"] == "20 箱错 2 箱"


def test_the_example_syllabus_adds_up_to_its_plan() -> None:
    example = example_of(kind_of("training-syllabus"))["answers"]
    planned = {row["no"]: row["theory"] + row["practice"] for row in example["courses"]}
    taught = dict.fromkeys(planned, 0)
    for unit in example["units"]:
        taught[unit["course"]] += unit["hours"]
    assert taught == planned
    assert sum(planned.values()) == example["total_hours"] == example["hours_added"]
