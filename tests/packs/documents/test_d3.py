"""Measures, manuals and reports hold what their clauses ask, or are held back.

The example of a kind (the first passing case of its pack) is built and checked; then single answers are taken away.
"""

import statistics
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from zhiyin.engines.documents import DocumentDefinition, clean_answers
from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.build import build, check
from zhiyin.engines.documents.html import render_html
from zhiyin.engines.documents.inputs import starting_answers
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


def _column(page: t.Document, caption: str, label: str) -> list[str]:
    return [row[label] for row in _table(page, caption)]


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


def _with(context: Context, **answers: Any) -> Context:
    """The context with these answers changed; None takes an answer away."""
    changed = {**context["answers"], **answers}
    return {**context, "answers": {key: value for key, value in changed.items() if value is not None}}


def _held_back(kind: DocumentDefinition, context: Context, *names: str) -> None:
    """Without any one of these answers the document may not be issued, and the answer is named."""
    for name in names:
        assert name in context["answers"], name
        assert name in {gap.block for gap in check(kind, _with(context, **{name: None}))}, name


def _held_back_in_rows(kind: DocumentDefinition, context: Context, rows: str, *columns: str) -> None:
    """Without any one of these cells in its first row the document may not be issued, and the cell is named."""
    first, *others = context["answers"][rows]
    for column in columns:
        assert column in first, column
        short = {key: value for key, value in first.items() if key != column}
        gaps = check(kind, _with(context, **{rows: [short, *others]}))
        assert [gap.block for gap in gaps] == [f"{rows}[0].{column}"]


def _signed_by(page: t.Document) -> set[str]:
    return {line.role for line in page.signatures}


@pytest.mark.clause("CG2023-DJ-L4-4.1.3-S")
def test_a_commuting_plan_shows_steps_backup_and_trial() -> None:
    kind = _kind("commuting-plan")
    example = _example(kind)
    _held_back(kind, example, "steps", "backups", "trials", "verdict")
    page = _page(kind, example)
    minutes = [int(cell) for cell in _column(page, "去程", "分钟")]
    assert len(minutes) == 5
    assert _value(page, "全程") == f"{sum(minutes)}分钟"
    assert "坐 3 路到货场，往回走一站" in _column(page, "备用走法", "就这样走")
    assert _column(page, "试走记录", "走到什么程度") == ["有人带着能做", "有人带着能做", "能独立做"]
    assert _value(page, "结论") == "可以自己上下班"


@pytest.mark.clause("CG2023-DJ-L4-4.1.3-K")
def test_each_commuting_measure_names_who_and_what_it_costs() -> None:
    kind = _kind("commuting-plan")
    example = _example(kind)
    _held_back(kind, example, "measures")
    _held_back_in_rows(kind, example, "measures", "kind", "who", "cost")
    rows = _table(_page(kind, example), "出行办法")
    assert [row["办法"] for row in rows] == ["路线训练", "辅具", "优惠或补助", "错开时间"]
    assert [row["负责人"] for row in rows] == [row["who"] for row in example["answers"]["measures"]]
    assert {row["每月花费（元）"] for row in rows} == {"0"}


def test_a_way_that_is_not_learnt_yet_needs_a_day_for_the_next_trial() -> None:
    kind = _kind("commuting-plan")
    again = _with(_example(kind), verdict="accompanied")
    assert [gap.block for gap in check(kind, again)] == ["next_trial"]


@pytest.mark.clause("CG2023-DJ-L2-3.3.3-S")
def test_a_start_up_measure_shows_approval_users_spending_and_result() -> None:
    kind = _kind("startup-support-measures")
    example = _example(kind)
    _held_back(kind, example, "target", "conditions", "budget", "decision", "decided_by", "decided_on", "use")
    _held_back_in_rows(kind, example, "use", "users", "spent", "result")
    page = _page(kind, example)
    assert _value(page, "批准结果") == "部分同意"
    planned = sum(float(row["amount"]) for row in example["answers"]["budget"])
    assert planned == float(example["answers"]["total"]) == 61200
    use = {row["措施号"]: row for row in _table(page, "执行情况")}
    assert use["A"]["用的人"] == "9"
    assert use["A"]["已花（元）"] == "2900"
    assert use["A"]["结果"] == "7 人交得出完整的三月账"


@pytest.mark.parametrize(
    ("decision", "open_"), [("waiting", []), ("refused", ["decided_by", "decided_on", "decision_note"])]
)
def test_use_is_asked_of_adopted_measures_only(decision: str, open_: list[str]) -> None:
    kind = _kind("startup-support-measures")
    without = dict.fromkeys(["use", "next_look", "starts_on", "decided_by", "decided_on", "decision_note"])
    context = _with(_example(kind), decision=decision, **without)
    assert [gap.block for gap in check(kind, context)] == open_


@pytest.mark.clause("CG2023-DJ-L2-3.3.4-K")
@pytest.mark.parametrize("principle", ["need", "consent", "frequency_why", "exit_rule"])
def test_follow_up_measures_answer_need_consent_frequency_and_exit(principle: str) -> None:
    kind = _kind("tracking-support-measures")
    gaps = check(kind, _with(_example(kind), **{principle: None}))
    assert [(gap.section, gap.block) for gap in gaps] == [("principles", principle)]


@pytest.mark.clause("CG2023-DJ-L2-4.1.3-S")
def test_each_coordination_measure_shows_baseline_target_and_review_date() -> None:
    kind = _kind("life-work-coordination")
    example = _example(kind)
    _held_back(kind, example, "measures", "steps", "promises")
    _held_back_in_rows(kind, example, "measures", "baseline", "target", "review_on")
    first = _table(_page(kind, example), "措施表")[0]
    assert (first["现在"], first["要到"], first["回看"]) == ("中班周晚饭同桌 0 次", "每周 2 次", "2026年5月29日")


@pytest.mark.clause("CG2023-DJ-L2-4.2.2-S")
def test_each_improvement_measure_has_course_owner_date_and_effect() -> None:
    kind = _kind("professional-improvement-measures")
    example = _example(kind)
    _held_back(kind, example, "measures")
    _held_back_in_rows(kind, example, "measures", "course", "owner", "start", "end", "effect")
    page = _page(kind, example)
    rows = _table(page, "措施表")
    assert [row["课程或做法"] for row in rows] == [row["course"] for row in example["answers"]["measures"]]
    assert rows[0]["开始"] == "2026年4月7日"
    assert _column(page, "效果", "现在") == ["平均九分二十秒，返工一成四", "一周喊机修一次"]


@pytest.mark.clause("CG2023-DJ-L2-4.2.2-K")
def test_an_evaluation_of_ability_shows_its_method_and_limits() -> None:
    kind = _kind("professional-improvement-measures")
    example = _example(kind)
    _held_back(kind, example, "methods")
    _held_back_in_rows(kind, example, "methods", "method", "reliability", "minutes", "limit")
    rows = _table(_page(kind, example), "评估办法")
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
    kind = _kind(id)
    _held_back(kind, _example(kind), *names)


def test_a_rule_of_the_fit_analysis_hangs_on_a_step_that_exists() -> None:
    answers = _example(_kind("fit-analysis-procedure"))["answers"]
    assert {rule["step"] for rule in answers["rules"]} <= {step["no"] for step in answers["steps"]}


@pytest.mark.clause("CG2023-DA-L2-4.1.3-K")
@pytest.mark.parametrize("principle", ["lawful", "clear", "feasible", "reviewed"])
def test_rules_that_fail_a_principle_cannot_be_issued(principle: str) -> None:
    kind = _kind("assessment-service-rules")
    example = _example(kind)
    gaps = check(kind, _with(example, **{principle: None}))
    assert [(gap.section, gap.block) for gap in gaps] == [("principles", principle)]
    with pytest.raises(Invalid) as caught:
        clean_answers(kind, {principle: ["no"]}, installed.registry().codelists(), today=DAY)
    assert set(caught.value.errors) == {principle}


def test_rules_show_version_and_who_has_read_them() -> None:
    kind = _kind("assessment-service-rules")
    example = _example(kind)
    page = _page(kind, example)
    assert page.subtitle == _value(page, "版次") == "2026 年第 3 版"
    assert [row["读完日期"] != "—" for row in _table(page, "阅读签收")] == [True] * 3
    unread = _page(kind, _with(example, receipts=None)).sections[-1]
    assert [type(block) for block in unread.blocks] == [t.Paragraph]


@pytest.mark.clause("CG2023-DA-L2-4.1.4-K")
def test_an_emergency_plan_shows_roles_steps_contacts_and_drill_dates() -> None:
    kind = _kind("emergency-plan")
    example = _example(kind)
    _held_back(kind, example, "incident", "roles", "steps", "contacts", "drill_dates")
    page = _page(kind, example)
    assert _column(page, "分工", "角色") == ["指挥", "救护", "疏导", "联络"]
    assert _column(page, "处置步骤", "步") == [str(number) for number in range(1, 8)]
    assert _column(page, "电话", "电话")[0] == "120"
    assert _column(page, "演练安排", "日期") == ["2026年3月11日", "2026年9月16日"]


@pytest.mark.parametrize("log", ["drill_log", "real_log"])
def test_the_example_logs_say_of_every_step_whether_it_was_done(log: str) -> None:
    answers = _example(_kind("emergency-plan"))["answers"]
    assert [row["step"] for row in answers[log]] == [step["no"] for step in answers["steps"]]
    assert {row["state"] for row in answers[log]} == {"done", "missed"}


def test_a_real_incident_needs_its_log() -> None:
    kind = _kind("emergency-plan")
    example = _example(kind)
    _held_back(kind, example, "real_log")
    quiet = _with(example, incidents=None, real_log=None)
    assert check(kind, quiet) == []


@pytest.mark.clause("CG2023-DA-L2-4.1.5-S")
def test_a_supervision_scheme_shows_each_element_and_whether_it_was_adopted() -> None:
    kind = _kind("supervision-system-advice")
    example = _example(kind)
    _held_back(kind, example, "elements")
    _held_back_in_rows(kind, example, "elements", "indicator", "source", "cycle", "use", "adopted")
    rows = _table(_page(kind, example), "监督要素")
    assert [row["采纳"] for row in rows] == ["采纳", "采纳", "采纳", "部分"]
    assert [row["多久看"] for row in rows] == ["每月", "每月", "每月", "每季"]


@pytest.mark.clause("CG2023-DA-L2-4.1.5-K")
def test_each_supervised_element_shows_its_last_result_and_next_date() -> None:
    kind = _kind("supervision-system-advice")
    example = _example(kind)
    _held_back(kind, example, "running")
    _held_back_in_rows(kind, example, "running", "principle", "owner", "last", "next")
    page = _page(kind, example)
    rows = _table(page, "查验")
    assert [row["要素"] for row in rows] == _column(page, "监督要素", "要素")
    assert (rows[0]["上次结果"], rows[0]["下次日期"]) == ("三月 88%，补了 4 份", "2026年5月6日")


def test_the_basic_part_of_a_diagnosis_report_starts_from_the_file() -> None:
    kind = _kind("diagnosis-report")
    context = {
        "person": {"name": "示例", "sex_label": "女", "birth_date": "1999年2月1日"},
        "file": {
            "education": [{"period": "2014—2017", "school": "示例职校", "major": "会计", "level": "中专"}],
            "work": [{"period": "2018", "employer": "示例商店", "post": "收银", "duty": ""}],
            "tests": [{"no": "A", "day": "2026-03-01", "name": "兴趣测评", "by": "软件", "result": "常规型"}],
        },
    }
    started = starting_answers(kind, context)
    assert started["sex"] == "女"
    assert started["education"] == context["file"]["education"]
    assert started["work"] == [{"period": "2018", "employer": "示例商店", "post": "收银"}]
    assert started["tests"] == context["file"]["tests"]
    page = _page(kind, {**context, "answers": started})
    assert _value(page, "姓名") == "示例"
    assert _column(page, "做过的测评和会谈", "原始结果") == ["常规型"]


@pytest.mark.clause("CG2023-DJ-L4-2.1.2-K")
def test_what_a_diagnosis_report_still_lacks_is_listed() -> None:
    kind = _kind("diagnosis-report")
    gaps = check(kind, {"person": {"name": "示例"}, "answers": {"asked": "能不能做档案？"}})
    assert {gap.block for gap in gaps} >= {"tests", "findings", "conclusions", "limits", "valid_until", "advice"}
    assert all(gap.message for gap in gaps)


@pytest.mark.clause("CG2023-DJ-L3-2.1.3-S")
def test_a_diagnosis_report_has_findings_evidence_limits_and_advice_and_is_signed() -> None:
    kind = _kind("diagnosis-report")
    example = _example(kind)
    _held_back(kind, example, "findings", "limits", "valid_until", "advice")
    _held_back_in_rows(kind, example, "findings", "finding", "evidence", "sure")
    signed = {"drafter": {"name": "林晓禾（演示）", "signed_on": DAY}}
    page = _page(kind, {**example, "signatures": signed})
    assert len(_table(page, "发现与证据")) == 6
    assert "调后四周内手会慢" in _value(page, "这份结果靠不住的地方")
    assert len(_table(page, "建议表")) == 4
    lines = {line.role: line for line in page.signatures}
    assert set(lines) >= {"client", "drafter", "reviewer", "approver"}
    assert (lines["drafter"].name, lines["drafter"].signed_on) == ("林晓禾（演示）", DAY)


@pytest.mark.clause("CG2023-DJ-L3-2.1.3-K")
def test_a_conclusion_without_evidence_is_flagged_before_signing() -> None:
    kind = _kind("diagnosis-report")
    _held_back_in_rows(kind, _example(kind), "conclusions", "evidence")


@pytest.mark.clause("CG2023-L1-1.2.1-S")
def test_a_platform_report_shows_postings_views_applications_hires_and_quality() -> None:
    kind = _kind("platform-effect-report")
    example = _example(kind)
    _held_back(kind, example, "flow", "flow_note", "quality", "judgement", "improvements")
    page = _page(kind, example)
    flow = _table(page, "四级数据")
    assert [row["级"] for row in flow] == ["发布岗位", "浏览", "投递", "录用"]
    assert [row["本期"] for row in flow] == ["4126", "173290", "8838", "1043"]
    quality = {row["看什么"]: row["率（%）"] for row in _table(page, "质量率")}
    assert quality["还在招"] == "79"
    for row in example["answers"]["quality"]:
        assert float(row["rate"]) == round(100 * row["good"] / row["checked"], 1)


@pytest.mark.clause("CG2023-L1-1.2.1-K")
def test_the_outline_of_a_platform_report_is_complete_in_the_export() -> None:
    kind = _kind("platform-effect-report")
    page = render_html(_page(kind, _example(kind)))
    for section in kind.sections:
        assert section.title in page


@pytest.mark.clause("CG2023-L1-1.1.4-S")
def test_a_transfer_report_compares_target_and_actual_and_lists_proposals() -> None:
    kind = _kind("labour-transfer-report")
    example = _example(kind)
    _held_back(kind, example, "target_total", "actual_total", "stay_rate", "income", "proposals")
    page = _page(kind, example)
    assert (_value(page, "目标合计"), _value(page, "到岗合计")) == ("200人", "179人")
    assert _value(page, "三月留岗率").startswith("75.4")
    assert [row["到手（元）"] for row in _table(page, "收入")] == ["4950", "4480"]
    assert len(_table(page, "改进提议")) == 3
    batches = example["answers"]["batches"]
    assert sum(row["arrived"] for row in batches) == example["answers"]["actual_total"]
    stayed = sum(row["month3"] for row in batches)
    assert round(100 * stayed / example["answers"]["actual_total"], 1) == float(example["answers"]["stay_rate"])


def test_a_transfer_report_starts_from_the_programme_and_marks_blanks() -> None:
    kind = _kind("labour-transfer-report")
    programme = {
        "name": "示例专列",
        "target_total": 200,
        "actual_total": 179,
        "batches": [{"batch": "一", "target": 200}],
    }
    started = starting_answers(kind, {"programme": programme})
    assert started == programme
    page = _page(kind, {"answers": started})
    assert _value(page, "目标合计") == "200人"
    assert _value(page, "三月留岗率") == t.MISSING
    assert _table(page, "分批人数")[0]["到岗"] == "—"


def test_a_survey_report_counts_what_came_back() -> None:
    kind = _kind("survey-analysis-report")
    example = _example(kind)
    _held_back(kind, example, "questions", "sent", "returned", "valid", "results", "advice")
    answers = example["answers"]
    assert sum(row["valid"] for row in answers["ways"]) == answers["valid"]
    assert round(100 * answers["valid"] / answers["sent"], 1) == float(answers["rate"])
    for row in answers["results"]:
        if "share" in row:
            assert float(row["share"]) == round(100 * row["count"] / answers["valid"], 1)


@pytest.mark.parametrize(
    ("section", "taken"),
    [
        ("basis", ["reason", "consent_on", "tools"]),
        ("process", ["sessions", "change"]),
        ("result", ["form", "scores"]),
        ("interpretation", ["interpretation", "strength", "caution"]),
        ("advice", ["advice", "explained_on", "redo_after"]),
    ],
)
def test_an_assessment_report_without_one_of_its_parts_is_held_back(section: str, taken: list[str]) -> None:
    kind = _kind("assessment-report")
    gaps = check(kind, _with(_example(kind), **dict.fromkeys(taken)))
    assert {gap.section for gap in gaps} == {section}
    assert {gap.block for gap in gaps} >= set(taken)


@pytest.mark.clause("CG2023-DA-L2-2.2.1-S")
def test_an_exit_report_joins_all_domains_with_the_trend_of_stages() -> None:
    kind = _kind("comprehensive-assessment-report")
    example = _example(kind)
    _held_back(kind, example, "tools", "stages", "trend_note", "together")
    _held_back_in_rows(kind, example, "stages", "mind", "knowledge", "skill", "quality", "total")
    one = _with(example, stages=example["answers"]["stages"][:1])
    assert [gap.block for gap in check(kind, one)] == ["stages"]
    rows = _table(_page(kind, example), "阶段成绩")
    assert [row["阶段"] for row in rows] == ["入门", "中期", "结业"]
    assert all(float(before["综合"]) < float(after["综合"]) for before, after in pairwise(rows))
    answers = example["answers"]
    weights = {name: answers[f"{name}_weight"] for name in ("mind", "knowledge", "skill", "quality")}
    assert sum(weights.values()) == 100
    for stage in answers["stages"]:
        total = sum(weight * float(stage[name]) for name, weight in weights.items()) / 100
        assert round(total, 1) == float(stage["total"])


@pytest.mark.clause("CG2023-DA-L2-3.1.1-S")
def test_a_group_report_has_statistics_and_explanation_and_no_identities() -> None:
    kind = _kind("group-assessment-report")
    example = _example(kind)
    _held_back(kind, example, "methods", "statistics", "explanation", "privacy")
    page = _page(kind, {**example, "person": {"name": "某学员姓名"}, "case": {"number": "LJ-CASE-7"}})
    assert _column(page, "总体统计", "人数") == ["28", "28", "26", "27"]
    assert "真正拦人的是耐久" in _value(page, "解释")
    text = render_html(page)
    assert "某学员姓名" not in text
    assert "LJ-CASE-7" not in text


@pytest.mark.parametrize(
    "answers",
    [
        {"valid": 4},
        {"composition": [{"by": "班", "part": "女", "count": 1}]},
        {"statistics": [{"scale": "细致", "n": 3, "centre": 1, "spread": "1"}]},
    ],
)
def test_a_group_so_small_that_it_names_people_is_refused(answers: Mapping[str, Any]) -> None:
    with pytest.raises(Invalid):
        clean_answers(_kind("group-assessment-report"), answers, installed.registry().codelists(), today=DAY)


@pytest.mark.clause("CG2023-DA-L2-3.1.2-S")
def test_a_case_conference_shows_members_opinions_and_conclusion() -> None:
    kind = _kind("difficult-case-report")
    example = _example(kind)
    _held_back(kind, example, "held_on", "members", "conclusion")
    _held_back_in_rows(kind, example, "members", "member", "role", "opinion")
    page = _page(kind, example)
    opinions = {row["成员"]: row["意见"] for row in _table(page, "成员和意见")}
    assert len(opinions) == 4
    assert opinions["小杭"] == "我不是不想做。傍晚那次像我"
    assert _value(page, "会诊结论").startswith("一月的分数不作数")


@pytest.mark.clause("CG2023-DA-L2-3.1.2-K")
def test_a_case_file_shows_method_sheet_findings_and_limits() -> None:
    kind = _kind("difficult-case-report")
    example = _example(kind)
    _held_back(kind, example, "method", "method_why", "sheet", "findings", "limits")
    _held_back_in_rows(kind, example, "sheet", "fact", "source", "supports")
    page = _page(kind, example)
    assert _value(page, "研究法") == "多来源互证"
    assert len(_table(page, "分析表")) == 5
    assert "耳机左路断了" in _value(page, "弄明白了什么")
    assert "只是一个人" in _value(page, "不能搬到别处的")


@pytest.mark.clause("CG2023-DA-L2-3.2.1-S")
def test_an_environment_report_includes_sample_findings_and_service_advice() -> None:
    kind = _kind("employment-environment-report")
    example = _example(kind)
    _held_back(kind, example, "sampling", "sample", "findings", "services")
    page = _page(kind, example)
    assert _column(page, "样本", "做成") == ["21", "57", "52", "18"]
    assert len(_table(page, "发现")) == 3
    assert _column(page, "服务建议", "给哪类人")[0] == "要有人带进门的"
    sides = {row["side"] for row in example["answers"]["environment"]}
    assert sides == {"physical", "social", "task", "support"}


@pytest.mark.clause("CG2023-DA-L2-3.2.2-S")
def test_each_post_training_item_and_major_has_suitability_and_advice() -> None:
    kind = _kind("posts-training-majors-report")
    example = _example(kind)
    _held_back(kind, example, "posts", "training", "majors")
    _held_back_in_rows(kind, example, "posts", "suits", "advice")
    _held_back_in_rows(kind, example, "training", "suitability", "advice")
    _held_back_in_rows(kind, example, "majors", "suitability", "advice")
    page = _page(kind, example)
    assert {row["专业"]: (row["合适度"], row["建议"]) for row in _table(page, "专业分析")}["打字与文书"] == (
        "不合适",
        "停",
    )
    assert len(_table(page, "岗位分析")) == len(_table(page, "实训分析")) == 4


@pytest.mark.clause("CG2023-DA-L2-4.1.2-S")
def test_a_project_summary_compares_plan_and_result_per_indicator_and_lists_improvements() -> None:
    kind = _kind("assessment-project-summary")
    example = _example(kind)
    _held_back(kind, example, "compared", "source", "improvements")
    _held_back_in_rows(kind, example, "compared", "plan", "result", "cause")
    page = _page(kind, example)
    rows = _table(page, "计划与结果")
    assert [(row["计划"], row["结果"]) for row in rows][:2] == [("320", "347"), ("320", "281")]
    assert [row["达成"] for row in rows] == ["已达成", "部分达成", "已达成", "未达成", "已达成"]
    assert len(_table(page, "改进表")) == 3


@pytest.mark.clause("CG2023-DA-L2-4.1.2-K")
def test_a_project_shows_model_route_partners_and_reasons() -> None:
    kind = _kind("assessment-project-summary")
    example = _example(kind)
    _held_back(kind, example, "model", "route", "model_why")
    page = _page(kind, example)
    assert _value(page, "运作模式") == "几家合办"
    assert _value(page, "实施路线") == "先东塘试做六周，改完再铺两街"
    assert len(_table(page, "伙伴")) == 3
    assert "人最省" in _value(page, "为什么这样做")


@pytest.mark.clause("CG2023-X3-L2-1.1.3-S")
def test_a_career_path_report_shows_orientation_options_and_steps() -> None:
    kind = _kind("senior-talent-path-report")
    example = _example(kind)
    _held_back(kind, example, "values", "options", "chosen", "steps")
    page = _page(kind, example)
    assert _column(page, "看重的次序", "看重什么")[0] == "亲手把新东西从样品做到能卖"
    assert _column(page, "路径", "合取向") == ["大体", "正对", "大体"]
    assert _column(page, "步骤表", "到哪天") == sorted(_column(page, "步骤表", "到哪天"), key=_day)
    assert _signed_by(page) == {"client", "drafter", "reviewer"}


def _day(text: str) -> tuple[int, ...]:
    parts = text.replace("年", "-").replace("月", "-").removesuffix("日")
    return tuple(int(part) for part in parts.split("-"))


@pytest.mark.clause("CG2023-X3-L2-1.1.3-K")
@pytest.mark.parametrize("section", ["orientation", "targets", "gap", "steps", "risk"])
def test_a_career_path_report_without_a_section_cannot_be_issued(section: str) -> None:
    kind = _kind("senior-talent-path-report")
    asked = {
        field.id
        for part in kind.sections
        if part.id == section
        for block in part.blocks
        for field in getattr(block, "inputs", [])
    }
    gaps = check(kind, _with(_example(kind), **dict.fromkeys(asked)))
    assert {gap.section for gap in gaps} == {section}
    assert ("", section) in {(gap.block, gap.section) for gap in gaps}


@pytest.mark.clause("CG2023-X3-L1-1.1.3-S")
def test_a_supply_report_shows_data_gaps_and_advice() -> None:
    kind = _kind("talent-supply-report")
    example = _example(kind)
    _held_back(kind, example, "demand", "supply", "gaps", "advice")
    page = _page(kind, example)
    assert _column(page, "需求", "空缺") == ["7", "4", "12"]
    assert len(_table(page, "供给")) == 4
    assert _column(page, "缺口表", "哪一种") == ["有人不来", "没有人", "价格谈不拢"]
    assert len(_table(page, "建议表")) == 4


@pytest.mark.clause("CG2023-X3-L1-1.1.3-K")
def test_the_design_of_supply_research_names_a_source_per_point() -> None:
    kind = _kind("talent-supply-report")
    example = _example(kind)
    _held_back(kind, example, "points", "gaps")
    _held_back_in_rows(kind, example, "points", "source")
    page = _page(kind, example)
    assert set(_column(page, "取数点", "口子")) == {"行业", "岗位", "薪酬", "流动", "地区"}
    assert "—" not in _column(page, "取数点", "数据来源")
    assert _column(page, "缺口表", "差多少") == ["5", "4", "3"]


@pytest.mark.clause("CG2023-X3-L1-1.1.2-S")
def test_a_search_report_shows_fill_time_hit_rate_retention_and_proposals() -> None:
    kind = _kind("search-effect-report")
    example = _example(kind)
    _held_back(kind, example, "fill_days", "hit_rate", "retention", "proposals")
    _held_back_in_rows(kind, example, "proposals", "proposal", "owner", "due")
    page = _page(kind, example)
    answers = example["answers"]
    days = [
        (date.fromisoformat(row["filled"]) - date.fromisoformat(row["opened"])).days
        for row in answers["orders"]
        if "filled" in row
    ]
    assert _value(page, "到岗天数") == f"{statistics.median(days)}天"
    hit = (
        100 * sum(row["interviewed"] for row in answers["orders"]) / sum(row["presented"] for row in answers["orders"])
    )
    assert _value(page, "命中率").startswith(f"{hit:.1f}")
    assert _value(page, "半年留存").startswith("100")
    assert _column(page, "提议", "谁改") == ["我方", "我方", "单位"]


def test_a_search_report_starts_from_the_orders_and_marks_blanks() -> None:
    kind = _kind("search-effect-report")
    order = {"no": "XF-09", "post": "总工", "opened": "2026-01-05", "presented": 4, "interviewed": 2, "state": "open"}
    started = starting_answers(kind, {"search": {"orders": [order], "hit_rate": 50}})
    assert started["orders"] == [order]
    page = _page(kind, {"employer": {"name": "示例单位"}, "answers": started})
    assert _value(page, "命中率").startswith("50")
    assert _value(page, "到岗天数") == t.MISSING
    assert _table(page, "委托")[0]["到岗日"] == "—"


def test_a_research_report_lists_type_authors_year_and_file_of_its_outputs() -> None:
    kind = _kind("research-report")
    example = _example(kind)
    _held_back(kind, example, "question", "design", "results", "outputs")
    _held_back_in_rows(kind, example, "outputs", "type", "authors", "year", "file")
    rows = _table(_page(kind, example), "成果")
    assert [row["类型"] for row in rows] == ["报告", "方案或规程", "案例"]
    assert rows[0]["文件"] == "YJBG-2026-D7.pdf"


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
    kind = _kind(id)
    steps = (kind.drafts, kind.reviews, kind.approves)
    assert tuple(step.grade if step is not None else None for step in steps) == grades
    wanted = {role for role, step in zip(("drafter", "reviewer", "approver"), steps, strict=True) if step is not None}
    assert {line.role for line in kind.signatures} >= wanted
