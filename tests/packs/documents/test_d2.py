"""Plans of assessment, member service, follow-up and training hold what their clauses ask, or are held back.

The example of a kind (the first passing case of its pack) is built and checked; then single answers are taken away.
"""

import itertools
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from zhiyin.engines.documents import DocumentDefinition, clean_answers
from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.build import build, check
from zhiyin.kernel.errors import Invalid
from zhiyin.packs import installed
from zhiyin.packs.sources import read_yaml

CASES = Path(installed.__file__).parent / "content" / "cn-adviser-2023" / "cases"
DAY = date(2026, 6, 30)

Context = dict[str, Any]


def _kind(id: str) -> DocumentDefinition:
    found = installed.registry().get("document", id)
    assert isinstance(found, DocumentDefinition)
    return found


def _example(kind: DocumentDefinition) -> Context:
    """Context of the example, its answers as they are stored."""
    source, findings = read_yaml(CASES / f"document-{kind.id}.yaml")
    assert not findings
    context: Context = source.data["passing"][0]["input"]
    answers = clean_answers(kind, context["answers"], installed.registry().codelists(), today=DAY)
    assert check(kind, {**context, "answers": answers}) == []
    return {**context, "answers": answers}


def _page(kind: DocumentDefinition, context: Context) -> t.Document:
    lists = installed.registry().codelists()
    return build(kind, context, number="", issued_on=DAY, check_url="", check_code="", codelists=lists)


def _table(page: t.Document, caption: str) -> list[dict[str, str]]:
    """Rows of the table with this caption, each by column label."""
    found = [
        block
        for section in page.sections
        for block in section.blocks
        if isinstance(block, t.Table) and block.caption == caption
    ]
    assert len(found) == 1, caption
    labels = [column.label for column in found[0].columns]
    return [dict(zip(labels, row, strict=True)) for row in found[0].rows]


def _value(page: t.Document, label: str) -> str:
    """The one short answer, or the paragraphs of the one long text, that is printed under this label."""
    found = []
    for section in page.sections:
        for block in section.blocks:
            if isinstance(block, t.Fields):
                found += [item.value for item in block.items if item.label == label]
            elif isinstance(block, t.Editable) and block.label == label:
                found.append("\n".join(block.paragraphs))
    assert len(found) == 1, label
    return found[0]


def _held_back(kind: DocumentDefinition, context: Context, *names: str) -> None:
    """Without any one of these answers the document may not be issued, and the answer is named."""
    answers: Mapping[str, Any] = context["answers"]
    for name in names:
        rest = {key: value for key, value in answers.items() if key != name}
        assert name in {gap.block for gap in check(kind, {**context, "answers": rest})}, name


def _held_back_in_rows(kind: DocumentDefinition, context: Context, rows: str, *columns: str) -> None:
    """Without any one of these cells in its first row the document may not be issued, and the cell is named."""
    answers: Mapping[str, Any] = context["answers"]
    first, *others = answers[rows]
    for column in columns:
        short = {key: value for key, value in first.items() if key != column}
        gaps = check(kind, {**context, "answers": {**answers, rows: [short, *others]}})
        assert [gap.block for gap in gaps] == [f"{rows}[0].{column}"]


def _signed_by(page: t.Document) -> set[str]:
    return {line.role for line in page.signatures}


def _grades(kind: DocumentDefinition) -> Sequence[int | None]:
    return [step.grade if step is not None else None for step in (kind.drafts, kind.reviews)]


@pytest.mark.clause("CG2023-DJ-L3-2.1.1-S")
def test_a_diagnosis_plan_lists_tools_that_fit_the_disability() -> None:
    kind = _kind("capability-diagnosis-plan")
    example = _example(kind)
    page = _page(kind, example)
    assert _value(page, "残疾类别") == "听力残疾"
    tools = _table(page, "工具清单")
    assert [row["工具"] for row in tools] == [row["name"] for row in example["answers"]["tools"]]
    assert "不靠听指令" in tools[0]["为什么适合这类残疾"]
    _held_back(kind, example, "disability", "tools", "order", "accommodation")
    _held_back_in_rows(kind, example, "tools", "name", "fit")


def test_a_guardian_signs_a_diagnosis_plan_only_where_there_is_one() -> None:
    kind = _kind("capability-diagnosis-plan")
    example = _example(kind)
    assert "guardian" not in _signed_by(_page(kind, example))
    with_guardian = {**example, "answers": {**example["answers"], "guardian": True}}
    assert "guardian" in _signed_by(_page(kind, with_guardian))


@pytest.mark.clause("CG2023-DJ-L3-5.1.2-S")
def test_a_special_training_plan_needs_hours_teacher_and_test() -> None:
    kind = _kind("special-training-plan")
    example = _example(kind)
    _held_back(kind, example, "hours", "teacher", "teacher_basis", "test", "pass_line")
    _held_back_in_rows(kind, example, "units", "hours", "teacher")
    page = _page(kind, example)
    assert _value(page, "总学时") == "8学时"
    assert sum(int(row["学时"]) for row in _table(page, "课程安排")) == 8


@pytest.mark.clause("CG2023-DJ-L2-3.2.1-S")
@pytest.mark.parametrize(("decision", "said"), [("approve", "同意执行"), ("revise", "退回修改")])
def test_the_evaluation_of_a_career_plan_shows_scores_advice_and_decision(decision: str, said: str) -> None:
    kind = _kind("career-plan-evaluation")
    example = _example(kind)
    _held_back(kind, example, "feasibility", "support", "risk", "agreement", "advice", "decision")
    decided = {**example, "answers": {**example["answers"], "decision": decision}}
    page = _page(kind, decided)
    assert [_value(page, label)[0] for label in ("可行性", "支持到位", "风险准备", "本人认同")] == ["4", "2", "3", "5"]
    assert {row["要紧"] for row in _table(page, "意见")} == {"必须改", "最好改"}
    assert _value(page, "结论") == said
    labels = {item.label for s in page.sections for b in s.blocks if isinstance(b, t.Fields) for item in b.items}
    assert ("改好的日期" in labels) is (decision == "revise")


@pytest.mark.clause("CG2023-DA-L3-1.1.1-S")
def test_a_publicity_plan_has_aim_audience_tasks_accessibility_and_approval() -> None:
    kind = _kind("publicity-consultation-plan")
    example = _example(kind)
    _held_back(kind, example, "aim", "audience", "tasks", "route", "accommodation")
    page = _page(kind, example)
    assert "会自己用手机预约" in _value(page, "目的")
    assert {row["对象"] for row in _table(page, "参加的人和要讲的话")} >= {"毕业年级学生", "家长"}
    assert all(row["谁"] and row["何时做好"] for row in _table(page, "任务"))
    assert "手语翻译" in _value(page, "现场便利")
    assert _grades(kind) == [3, 2]
    assert "reviewer" in _signed_by(page)


@pytest.mark.clause("CG2023-DA-L3-1.3.2-S")
def test_an_assessment_plan_shows_tools_order_time_and_accommodation() -> None:
    kind = _kind("assessment-plan")
    example = _example(kind)
    _held_back(kind, example, "disability", "degree", "tests", "days", "accommodation")
    _held_back_in_rows(kind, example, "tests", "order", "tool", "minutes", "total")
    page = _page(kind, example)
    tests = _table(page, "测评项目")
    assert [row["次序"] for row in tests] == ["1", "2", "3", "4"]
    assert tests[0]["工具"] == "双手装配与触觉分辨"
    assert tests[0]["净分钟"] == "25"
    assert tests[0]["连讲解分钟"] == "35"
    assert "读屏软件" in _value(page, "便利")


@pytest.mark.clause("CG2023-DA-L2-1.2.2-S")
def test_a_plan_for_a_hard_case_shows_difficulty_tailoring_reason_and_approver() -> None:
    kind = _kind("difficult-case-assessment-plan")
    example = _example(kind)
    _held_back(kind, example, "difficulties", "tailoring", "approver", "approved_on")
    _held_back_in_rows(kind, example, "tailoring", "change", "reason")
    page = _page(kind, example)
    assert len(_table(page, "难点")) == 3
    assert {row["方面"] for row in _table(page, "改动")} == {"工具", "环境", "节奏", "人员"}
    assert all(row["理由"] != "—" for row in _table(page, "改动"))
    assert "田静" in _value(page, "批准人")
    assert "approver" in _signed_by(page)


def test_a_group_is_described_only_where_the_hard_case_is_a_group() -> None:
    kind = _kind("difficult-case-assessment-plan")
    example = _example(kind)
    group = {**example, "answers": {**example["answers"], "scope": "group"}}
    assert [gap.block for gap in check(kind, group)] == ["group_note"]


@pytest.mark.clause("CG2023-DA-L2-1.1.1-K")
def test_a_new_media_plan_shows_channel_cadence_and_reviewer() -> None:
    kind = _kind("new-media-release-plan")
    example = _example(kind)
    _held_back(kind, example, "channels", "posts", "reviewer")
    _held_back_in_rows(kind, example, "channels", "name", "cadence")
    page = _page(kind, example)
    assert next((row["渠道"], row["频次"]) for row in _table(page, "渠道表")) == ("公众号", "每两周一篇，周三")
    assert "许知远" in _value(page, "审稿人")


@pytest.mark.clause("CG2023-X3-L2-1.2.1-S")
def test_membership_rules_have_levels_rights_fees_version_and_approval() -> None:
    kind = _kind("membership-scheme")
    example = _example(kind)
    _held_back(kind, example, "edition", "levels", "fee_basis", "process")
    _held_back_in_rows(kind, example, "levels", "level", "rights", "fee")
    page = _page(kind, example)
    levels = _table(page, "会员级别")
    assert [row["级别"] for row in levels] == ["普通会员", "合作会员", "共建会员"]
    assert all(row["权利"] != "—" and row["年费（元）"] == "0" for row in levels)
    assert page.subtitle == _value(page, "版次") == "2026 试行第 1 版"
    assert _grades(kind) == [2, 1]
    assert "reviewer" in _signed_by(page)


@pytest.mark.clause("CG2023-X3-L2-1.2.3-S")
def test_a_recruitment_plan_for_a_member_shows_posts_channels_time_and_cost() -> None:
    kind = _kind("member-recruitment-plan")
    example = _example(kind)
    _held_back(kind, example, "posts", "channels", "schedule", "budget")
    _held_back_in_rows(kind, example, "channels", "channel", "cost")
    page = _page(kind, example)
    assert sum(int(row["人数"]) for row in _table(page, "岗位")) == 22
    assert sum(int(row["费用（元）"].replace(",", "")) for row in _table(page, "渠道")) == 2700
    assert _value(page, "总费用").replace(",", "").startswith("2700")
    assert all(row["开始"] != "—" and row["结束"] != "—" for row in _table(page, "时间表"))


@pytest.mark.clause("CG2023-X3-L2-1.2.4-S")
def test_a_senior_talent_plan_links_profile_source_and_offer() -> None:
    kind = _kind("senior-talent-plan")
    example = _example(kind)
    _held_back(kind, example, "results", "competences", "sources", "offer")
    _held_back_in_rows(kind, example, "sources", "source", "why")
    _held_back_in_rows(kind, example, "offer", "value", "answers")
    page = _page(kind, example)
    assert len(_table(page, "一年要做成的事")) == 3
    assert all("成果" in row["对得上哪项成果"] for row in _table(page, "人才来源"))
    assert all(row["回应哪类人的关切"] != "—" for row in _table(page, "条件"))


@pytest.mark.clause("CG2023-X3-L1-1.2.1-S")
def test_a_member_activity_shows_tasks_attendance_and_result_against_aim() -> None:
    kind = _kind("member-activity-plan")
    example = _example(kind)
    _held_back(kind, example, "aims", "members", "calendar", "tasks", "budget")
    page = _page(kind, example)
    assert len(_table(page, "任务")) == 3
    assert _table(page, "到场")[0]["到场家数"] == "12"
    results = _table(page, "对照目的的结果")
    assert [row["目标值"] for row in results] == [row["目标值"] for row in _table(page, "目的和衡量")]
    assert [row["实际"] for row in results] == ["9", "0"]


def test_a_member_activity_may_be_issued_before_it_is_held() -> None:
    kind = _kind("member-activity-plan")
    example = _example(kind)
    before = {key: value for key, value in example["answers"].items() if key not in {"attendance", "results"}}
    assert check(kind, {**example, "answers": before}) == []
    last = _page(kind, {**example, "answers": before}).sections[-1]
    assert last.id == "result"
    assert [type(block) for block in last.blocks] == [t.Paragraph]


@pytest.mark.clause("CG2023-L1-3.3.2-S")
def test_an_induction_plan_shows_sessions_completion_per_trainee_and_score() -> None:
    kind = _kind("induction-guidance-plan")
    example = _example(kind)
    _held_back(kind, example, "trainees", "sessions", "evaluation")
    page = _page(kind, example)
    assert len(_table(page, "课次")) == 5
    done = _table(page, "每人完成情况")
    assert [row["评价分"] for row in done] == ["88", "81", "92", "69"]
    assert [row["可以顶岗"] for row in done] == ["是", "是", "是", "否"]
    assert done[1]["缺课和补课"] == "缺换膜，4 月 13 日补完"


@pytest.mark.clause("CG2023-DA-L2-4.1.1-S")
def test_an_assessment_project_shows_aims_tasks_indicators_and_progress() -> None:
    kind = _kind("assessment-project-plan")
    example = _example(kind)
    _held_back(kind, example, "aims", "tasks", "indicators")
    page = _page(kind, example)
    assert len(_table(page, "目的")) == 2
    assert {row["看哪一面"] for row in _table(page, "指标")} == {"数量", "质量", "效果"}
    assert [row["进度（%）"] for row in _table(page, "任务")] == ["100", "60", "0", "0", "0"]


def test_progress_beyond_the_whole_is_refused() -> None:
    kind = _kind("assessment-project-plan")
    tasks = [{"stage": "run", "task": "铺开", "owner": "甲", "due": "2026-09-25", "progress": 101}]
    with pytest.raises(Invalid) as caught:
        clean_answers(kind, {"tasks": tasks}, installed.registry().codelists(), today=DAY)
    assert set(caught.value.errors) == {"tasks[0].progress"}


@pytest.mark.clause("CG2023-X3-L1-1.1.1-S")
def test_a_talent_plan_shows_targets_contacts_and_growth_of_the_pool() -> None:
    kind = _kind("talent-development-plan")
    example = _example(kind)
    _held_back(kind, example, "targets", "contacts", "growth")
    page = _page(kind, example)
    assert [(row["现有在库"], row["期末在库"]) for row in _table(page, "目标")] == [("1", "6"), ("3", "12"), ("2", "5")]
    assert all(row["联络人"] != "—" for row in _table(page, "联络安排"))
    pool = [{name: row[name] for name in ("新进", "退出", "在库")} for row in _table(page, "人才库变化")]
    assert int(pool[1]["在库"]) == int(pool[0]["在库"]) + int(pool[1]["新进"]) - int(pool[1]["退出"])


@pytest.mark.clause("CG2023-DJ-L3-3.2.1-S")
def test_a_supported_career_plan_has_goals_supports_responsible_persons_and_reviews() -> None:
    kind = _kind("supported-career-plan")
    example = _example(kind)
    _held_back(kind, example, "goals", "steps", "supports", "reviews")
    _held_back_in_rows(kind, example, "supports", "support", "who", "start")
    page = _page(kind, example)
    assert len(_table(page, "一步一步的目标")) == 4
    assert all(row["谁负责"] != "—" for row in _table(page, "支持"))
    assert next(row["日期"] for row in _table(page, "回看")) == "2026年4月30日"
    assert _signed_by(page) == {"client", "guardian", "drafter", "reviewer"}


@pytest.mark.clause("CG2023-DJ-L2-4.2.1-S")
def test_a_growth_plan_shows_baseline_stages_and_review() -> None:
    kind = _kind("ability-improvement-plan")
    example = _example(kind)
    _held_back(kind, example, "baseline", "stages", "reviews", "done_when")
    _held_back_in_rows(kind, example, "baseline", "measure", "value", "needed")
    page = _page(kind, example)
    assert _table(page, "基线")[0]["现在"] == "20 箱错 7 箱"
    assert [row["段"] for row in _table(page, "阶段")] == ["第一段", "第二段", "第三段"]
    assert _table(page, "回看")[0]["结果"] == "20 箱错 2 箱"


def test_the_example_syllabus_adds_up_to_its_plan() -> None:
    example = _example(_kind("training-syllabus"))["answers"]
    planned = {row["no"]: row["theory"] + row["practice"] for row in example["courses"]}
    taught = dict.fromkeys(planned, 0)
    for unit in example["units"]:
        taught[unit["course"]] += unit["hours"]
    assert taught == planned
    assert sum(planned.values()) == example["total_hours"] == example["hours_added"]


@pytest.mark.parametrize("taken", ["room", "lead"])
def test_the_example_batches_use_no_room_and_no_examiner_twice_at_a_time(taken: str) -> None:
    batches = _example(_kind("group-assessment-plan"))["answers"]["batches"]
    rows = sorted((row["day"], row[taken], *(_minutes(row[end]) for end in ("start", "end"))) for row in batches)
    for (day, what, _, end), (next_day, next_what, start, _) in itertools.pairwise(rows):
        assert (day, what) != (next_day, next_what) or end <= start


def _minutes(clock: str) -> int:
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)
