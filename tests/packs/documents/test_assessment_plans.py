"""Plans of diagnosis and of assessment hold what their clauses ask, or are held back."""

import itertools

import pytest

from tests.packs.documents.examples import (
    changed,
    example_of,
    held_back,
    held_back_in_rows,
    kind_of,
    missing,
    opened,
    page_of,
    refused,
    signed_by,
    table,
    value,
    without,
)
from zhiyin.engines.documents.build import check


@pytest.mark.clause("CG2023-L1-2.1.1-S")
def test_the_review_of_a_diagnosis_plan_shows_comments_changes_and_supervision() -> None:
    page = page_of(*opened("diagnosis-plan-review"))
    changes = table(page, "修订表")
    assert [row["落实"] for row in changes] == ["已改", "已改", "待改"]
    assert all(row["意见"] != "—" and row["改成"] != "—" for row in changes)
    assert len(table(page, "督导记录")) == 2
    assert value(page, "稿次").startswith("第二稿")


@pytest.mark.clause("CG2023-L1-2.1.1-K")
@pytest.mark.parametrize("point", ["aim", "fit", "method", "steps", "ethics", "use"])
@pytest.mark.parametrize("score", [1, 2, 3, 4, 5])
def test_each_point_of_a_diagnosis_plan_is_scored_and_a_low_score_needs_revision(point: str, score: int) -> None:
    kind = kind_of("diagnosis-plan-review")
    example = without(example_of(kind), "r_method")
    example["answers"] |= {"s_method": 4, f"s_{point}": score}
    expected = [f"r_{point}"] if score <= 2 else []
    assert [gap.block for gap in check(kind, example)] == expected
    assert f"s_{point}" in missing(kind, without(example, f"s_{point}"))


@pytest.mark.clause("CG2023-DJ-L3-2.1.1-S")
def test_a_diagnosis_plan_lists_tools_that_fit_the_disability() -> None:
    kind, example = opened("capability-diagnosis-plan")
    page = page_of(kind, example)
    assert value(page, "残疾类别") == "听力残疾"
    tools = table(page, "工具清单")
    assert [row["工具"] for row in tools] == [row["name"] for row in example["answers"]["tools"]]
    assert "不靠听指令" in tools[0]["为什么适合这类残疾"]
    held_back(kind, example, "disability", "tools", "order", "accommodation")
    held_back_in_rows(kind, example, "tools", "name", "fit")


def test_a_guardian_signs_a_diagnosis_plan_only_where_there_is_one() -> None:
    kind, example = opened("capability-diagnosis-plan")
    assert "guardian" not in signed_by(page_of(kind, example))
    with_guardian = changed(example, guardian=True)
    assert "guardian" in signed_by(page_of(kind, with_guardian))


@pytest.mark.clause("CG2023-DA-L3-1.3.2-S")
def test_an_assessment_plan_shows_tools_order_time_and_accommodation() -> None:
    kind, example = opened("assessment-plan")
    held_back(kind, example, "disability", "degree", "tests", "days", "accommodation")
    held_back_in_rows(kind, example, "tests", "order", "tool", "minutes", "total")
    page = page_of(kind, example)
    tests = table(page, "测评项目")
    assert [row["次序"] for row in tests] == ["1", "2", "3", "4"]
    assert tests[0]["工具"] == "双手装配与触觉分辨"
    assert tests[0]["净分钟"] == "25"
    assert tests[0]["连讲解分钟"] == "35"
    assert "读屏软件" in value(page, "便利")


@pytest.mark.clause("CG2023-DA-L2-1.2.2-S")
def test_a_plan_for_a_hard_case_shows_difficulty_tailoring_reason_and_approver() -> None:
    kind, example = opened("difficult-case-assessment-plan")
    held_back(kind, example, "difficulties", "tailoring", "approver", "approved_on")
    held_back_in_rows(kind, example, "tailoring", "change", "reason")
    page = page_of(kind, example)
    assert len(table(page, "难点")) == 3
    assert {row["方面"] for row in table(page, "改动")} == {"工具", "环境", "节奏", "人员"}
    assert all(row["理由"] != "—" for row in table(page, "改动"))
    assert "田静" in value(page, "批准人")
    assert "approver" in signed_by(page)


def test_a_group_is_described_only_where_the_hard_case_is_a_group() -> None:
    kind, example = opened("difficult-case-assessment-plan")
    group = changed(example, scope="group")
    assert [gap.block for gap in check(kind, group)] == ["group_note"]


@pytest.mark.clause("CG2023-DA-L2-4.1.1-S")
def test_an_assessment_project_shows_aims_tasks_indicators_and_progress() -> None:
    kind, example = opened("assessment-project-plan")
    held_back(kind, example, "aims", "tasks", "indicators")
    page = page_of(kind, example)
    assert len(table(page, "目的")) == 2
    assert {row["看哪一面"] for row in table(page, "指标")} == {"数量", "质量", "效果"}
    assert [row["进度（%）"] for row in table(page, "任务")] == ["100", "60", "0", "0", "0"]


def test_progress_beyond_the_whole_is_refused() -> None:
    kind = kind_of("assessment-project-plan")
    tasks = [{"stage": "run", "task": "铺开", "owner": "甲", "due": "2026-09-25", "progress": 101}]
    assert refused(kind, {"tasks": tasks}) == {"tasks[0].progress"}


@pytest.mark.parametrize("taken", ["room", "lead"])
def test_the_example_batches_use_no_room_and_no_examiner_twice_at_a_time(taken: str) -> None:
    batches = example_of(kind_of("group-assessment-plan"))["answers"]["batches"]
    rows = sorted((row["day"], row[taken], *(_minutes(row[end]) for end in ("start", "end"))) for row in batches)
    for (day, what, _, end), (next_day, next_what, start, _) in itertools.pairwise(rows):
        assert (day, what) != (next_day, next_what) or end <= start


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
