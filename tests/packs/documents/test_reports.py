"""Reports hold what their clauses ask, start from what is known, and are held back where something lacks."""

import statistics
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from typing import Any

import pytest

from tests.packs.documents.examples import (
    DAY,
    Context,
    changed,
    column,
    example_of,
    grades,
    held_back,
    held_back_in_rows,
    kind_of,
    opened,
    page_of,
    refused,
    signed_by,
    table,
    value,
)
from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.build import check
from zhiyin.engines.documents.html import render_html
from zhiyin.engines.documents.inputs import starting_answers


@pytest.mark.parametrize(
    ("id", "asked"),
    [
        ("commuting-plan", (4, 3, None)),
        ("diagnosis-report", (4, 3, 2)),
        ("survey-analysis-report", (3, 2, None)),
        ("assessment-report", (3, 2, None)),
        ("senior-talent-path-report", (2, 1, None)),
        ("research-report", (1, None, None)),
    ],
)
def test_each_step_is_taken_by_its_grade_and_has_its_line(id: str, asked: tuple[int | None, ...]) -> None:
    kind = kind_of(id)
    assert grades(kind) == asked
    wanted = {role for role, grade in zip(("drafter", "reviewer", "approver"), asked, strict=True) if grade}
    assert {line.role for line in kind.signatures} >= wanted


def test_the_basic_part_of_a_diagnosis_report_starts_from_the_file() -> None:
    kind = kind_of("diagnosis-report")
    context: Context = {
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
    page = page_of(kind, {**context, "answers": started})
    assert value(page, "姓名") == "示例"
    assert column(page, "做过的测评和会谈", "原始结果") == ["常规型"]


@pytest.mark.clause("CG2023-DJ-L4-2.1.2-K")
def test_what_a_diagnosis_report_still_lacks_is_listed() -> None:
    kind = kind_of("diagnosis-report")
    gaps = check(kind, {"person": {"name": "示例"}, "answers": {"asked": "能不能做档案？"}})
    assert {gap.block for gap in gaps} >= {"tests", "findings", "conclusions", "limits", "valid_until", "advice"}
    assert all(gap.message for gap in gaps)


@pytest.mark.clause("CG2023-DJ-L3-2.1.3-S")
def test_a_diagnosis_report_has_findings_evidence_limits_and_advice_and_is_signed() -> None:
    kind, example = opened("diagnosis-report")
    held_back(kind, example, "findings", "limits", "valid_until", "advice")
    held_back_in_rows(kind, example, "findings", "finding", "evidence", "sure")
    signed = {"drafter": {"name": "林晓禾（演示）", "signed_on": DAY}}
    page = page_of(kind, {**example, "signatures": signed})
    assert len(table(page, "发现与证据")) == 6
    assert "调后四周内手会慢" in value(page, "这份结果靠不住的地方")
    assert len(table(page, "建议表")) == 4
    lines = {line.role: line for line in page.signatures}
    assert set(lines) >= {"client", "drafter", "reviewer", "approver"}
    assert (lines["drafter"].name, lines["drafter"].signed_on) == ("林晓禾（演示）", DAY)


@pytest.mark.clause("CG2023-DJ-L3-2.1.3-K")
def test_a_conclusion_without_evidence_is_flagged_before_signing() -> None:
    kind = kind_of("diagnosis-report")
    held_back_in_rows(kind, example_of(kind), "conclusions", "evidence")


@pytest.mark.clause("CG2023-L1-1.2.1-S")
def test_a_platform_report_shows_postings_views_applications_hires_and_quality() -> None:
    kind, example = opened("platform-effect-report")
    held_back(kind, example, "flow", "flow_note", "quality", "judgement", "improvements")
    page = page_of(kind, example)
    flow = table(page, "四级数据")
    assert [row["级"] for row in flow] == ["发布岗位", "浏览", "投递", "录用"]
    assert [row["本期"] for row in flow] == ["4126", "173290", "8838", "1043"]
    quality = {row["看什么"]: row["率（%）"] for row in table(page, "质量率")}
    assert quality["还在招"] == "79"
    for row in example["answers"]["quality"]:
        assert float(row["rate"]) == round(100 * row["good"] / row["checked"], 1)


@pytest.mark.clause("CG2023-L1-1.2.1-K")
def test_the_outline_of_a_platform_report_is_complete_in_the_export() -> None:
    kind = kind_of("platform-effect-report")
    page = render_html(page_of(kind, example_of(kind)))
    for section in kind.sections:
        assert section.title in page


@pytest.mark.clause("CG2023-L1-1.1.4-S")
def test_a_transfer_report_compares_target_and_actual_and_lists_proposals() -> None:
    kind, example = opened("labour-transfer-report")
    held_back(kind, example, "target_total", "actual_total", "stay_rate", "income", "proposals")
    page = page_of(kind, example)
    assert (value(page, "目标合计"), value(page, "到岗合计")) == ("200人", "179人")
    assert value(page, "三月留岗率").startswith("75.4")
    assert [row["到手（元）"] for row in table(page, "收入")] == ["4950", "4480"]
    assert len(table(page, "改进提议")) == 3
    batches = example["answers"]["batches"]
    assert sum(row["arrived"] for row in batches) == example["answers"]["actual_total"]
    stayed = sum(row["month3"] for row in batches)
    assert round(100 * stayed / example["answers"]["actual_total"], 1) == float(example["answers"]["stay_rate"])


def test_a_transfer_report_starts_from_the_programme_and_marks_blanks() -> None:
    kind = kind_of("labour-transfer-report")
    programme = {
        "name": "示例专列",
        "target_total": 200,
        "actual_total": 179,
        "batches": [{"batch": "一", "target": 200}],
    }
    started = starting_answers(kind, {"programme": programme})
    assert started == programme
    page = page_of(kind, {"answers": started})
    assert value(page, "目标合计") == "200人"
    assert value(page, "三月留岗率") == t.MISSING
    assert table(page, "分批人数")[0]["到岗"] == "—"


def test_a_survey_report_counts_what_came_back() -> None:
    kind, example = opened("survey-analysis-report")
    held_back(kind, example, "questions", "sent", "returned", "valid", "results", "advice")
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
    kind = kind_of("assessment-report")
    gaps = check(kind, changed(example_of(kind), **dict.fromkeys(taken)))
    assert {gap.section for gap in gaps} == {section}
    assert {gap.block for gap in gaps} >= set(taken)


@pytest.mark.clause("CG2023-DA-L2-2.2.1-S")
def test_an_exit_report_joins_all_domains_with_the_trend_of_stages() -> None:
    kind, example = opened("comprehensive-assessment-report")
    held_back(kind, example, "tools", "stages", "trend_note", "together")
    held_back_in_rows(kind, example, "stages", "mind", "knowledge", "skill", "quality", "total")
    one = changed(example, stages=example["answers"]["stages"][:1])
    assert [gap.block for gap in check(kind, one)] == ["stages"]
    rows = table(page_of(kind, example), "阶段成绩")
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
    kind, example = opened("group-assessment-report")
    held_back(kind, example, "methods", "statistics", "explanation", "privacy")
    page = page_of(kind, {**example, "person": {"name": "某学员姓名"}, "case": {"number": "LJ-CASE-7"}})
    assert column(page, "总体统计", "人数") == ["28", "28", "26", "27"]
    assert "真正拦人的是耐久" in value(page, "解释")
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
    assert refused(kind_of("group-assessment-report"), answers)


@pytest.mark.clause("CG2023-DA-L2-3.1.2-S")
def test_a_case_conference_shows_members_opinions_and_conclusion() -> None:
    kind, example = opened("difficult-case-report")
    held_back(kind, example, "held_on", "members", "conclusion")
    held_back_in_rows(kind, example, "members", "member", "role", "opinion")
    page = page_of(kind, example)
    opinions = {row["成员"]: row["意见"] for row in table(page, "成员和意见")}
    assert len(opinions) == 4
    assert opinions["小杭"] == "我不是不想做。傍晚那次像我"
    assert value(page, "会诊结论").startswith("一月的分数不作数")


@pytest.mark.clause("CG2023-DA-L2-3.1.2-K")
def test_a_case_file_shows_method_sheet_findings_and_limits() -> None:
    kind, example = opened("difficult-case-report")
    held_back(kind, example, "method", "method_why", "sheet", "findings", "limits")
    held_back_in_rows(kind, example, "sheet", "fact", "source", "supports")
    page = page_of(kind, example)
    assert value(page, "研究法") == "多来源互证"
    assert len(table(page, "分析表")) == 5
    assert "耳机左路断了" in value(page, "弄明白了什么")
    assert "只是一个人" in value(page, "不能搬到别处的")


@pytest.mark.clause("CG2023-DA-L2-3.2.1-S")
def test_an_environment_report_includes_sample_findings_and_service_advice() -> None:
    kind, example = opened("employment-environment-report")
    held_back(kind, example, "sampling", "sample", "findings", "services")
    page = page_of(kind, example)
    assert column(page, "样本", "做成") == ["21", "57", "52", "18"]
    assert len(table(page, "发现")) == 3
    assert column(page, "服务建议", "给哪类人")[0] == "要有人带进门的"
    sides = {row["side"] for row in example["answers"]["environment"]}
    assert sides == {"physical", "social", "task", "support"}


@pytest.mark.clause("CG2023-DA-L2-3.2.2-S")
def test_each_post_training_item_and_major_has_suitability_and_advice() -> None:
    kind, example = opened("posts-training-majors-report")
    held_back(kind, example, "posts", "training", "majors")
    held_back_in_rows(kind, example, "posts", "suits", "advice")
    held_back_in_rows(kind, example, "training", "suitability", "advice")
    held_back_in_rows(kind, example, "majors", "suitability", "advice")
    page = page_of(kind, example)
    assert {row["专业"]: (row["合适度"], row["建议"]) for row in table(page, "专业分析")}["打字与文书"] == (
        "不合适",
        "停",
    )
    assert len(table(page, "岗位分析")) == len(table(page, "实训分析")) == 4


@pytest.mark.clause("CG2023-DA-L2-4.1.2-S")
def test_a_project_summary_compares_plan_and_result_per_indicator_and_lists_improvements() -> None:
    kind, example = opened("assessment-project-summary")
    held_back(kind, example, "compared", "source", "improvements")
    held_back_in_rows(kind, example, "compared", "plan", "result", "cause")
    page = page_of(kind, example)
    rows = table(page, "计划与结果")
    assert [(row["计划"], row["结果"]) for row in rows][:2] == [("320", "347"), ("320", "281")]
    assert [row["达成"] for row in rows] == ["已达成", "部分达成", "已达成", "未达成", "已达成"]
    assert len(table(page, "改进表")) == 3


@pytest.mark.clause("CG2023-DA-L2-4.1.2-K")
def test_a_project_shows_model_route_partners_and_reasons() -> None:
    kind, example = opened("assessment-project-summary")
    held_back(kind, example, "model", "route", "model_why")
    page = page_of(kind, example)
    assert value(page, "运作模式") == "几家合办"
    assert value(page, "实施路线") == "先东塘试做六周，改完再铺两街"
    assert len(table(page, "伙伴")) == 3
    assert "人最省" in value(page, "为什么这样做")


@pytest.mark.clause("CG2023-X3-L2-1.1.3-S")
def test_a_career_path_report_shows_orientation_options_and_steps() -> None:
    kind, example = opened("senior-talent-path-report")
    held_back(kind, example, "values", "options", "chosen", "steps")
    page = page_of(kind, example)
    assert column(page, "看重的次序", "看重什么")[0] == "亲手把新东西从样品做到能卖"
    assert column(page, "路径", "合取向") == ["大体", "正对", "大体"]
    assert column(page, "步骤表", "到哪天") == sorted(column(page, "步骤表", "到哪天"), key=_day)
    assert signed_by(page) == {"client", "drafter", "reviewer"}


def _day(text: str) -> tuple[int, ...]:
    parts = text.replace("年", "-").replace("月", "-").removesuffix("日")
    return tuple(int(part) for part in parts.split("-"))


@pytest.mark.clause("CG2023-X3-L2-1.1.3-K")
@pytest.mark.parametrize("section", ["orientation", "targets", "gap", "steps", "risk"])
def test_a_career_path_report_without_a_section_cannot_be_issued(section: str) -> None:
    kind = kind_of("senior-talent-path-report")
    asked = {
        field.id
        for part in kind.sections
        if part.id == section
        for block in part.blocks
        for field in getattr(block, "inputs", [])
    }
    gaps = check(kind, changed(example_of(kind), **dict.fromkeys(asked)))
    assert {gap.section for gap in gaps} == {section}
    assert ("", section) in {(gap.block, gap.section) for gap in gaps}


@pytest.mark.clause("CG2023-X3-L1-1.1.3-S")
def test_a_supply_report_shows_data_gaps_and_advice() -> None:
    kind, example = opened("talent-supply-report")
    held_back(kind, example, "demand", "supply", "gaps", "advice")
    page = page_of(kind, example)
    assert column(page, "需求", "空缺") == ["7", "4", "12"]
    assert len(table(page, "供给")) == 4
    assert column(page, "缺口表", "哪一种") == ["有人不来", "没有人", "价格谈不拢"]
    assert len(table(page, "建议表")) == 4


@pytest.mark.clause("CG2023-X3-L1-1.1.3-K")
def test_the_design_of_supply_research_names_a_source_per_point() -> None:
    kind, example = opened("talent-supply-report")
    held_back(kind, example, "points", "gaps")
    held_back_in_rows(kind, example, "points", "source")
    page = page_of(kind, example)
    assert set(column(page, "取数点", "口子")) == {"行业", "岗位", "薪酬", "流动", "地区"}
    assert "—" not in column(page, "取数点", "数据来源")
    assert column(page, "缺口表", "差多少") == ["5", "4", "3"]


@pytest.mark.clause("CG2023-X3-L1-1.1.2-S")
def test_a_search_report_shows_fill_time_hit_rate_retention_and_proposals() -> None:
    kind, example = opened("search-effect-report")
    held_back(kind, example, "fill_days", "hit_rate", "retention", "proposals")
    held_back_in_rows(kind, example, "proposals", "proposal", "owner", "due")
    page = page_of(kind, example)
    answers = example["answers"]
    days = [
        (date.fromisoformat(row["filled"]) - date.fromisoformat(row["opened"])).days
        for row in answers["orders"]
        if "filled" in row
    ]
    assert value(page, "到岗天数") == f"{statistics.median(days)}天"
    hit = (
        100 * sum(row["interviewed"] for row in answers["orders"]) / sum(row["presented"] for row in answers["orders"])
    )
    assert value(page, "命中率").startswith(f"{hit:.1f}")
    assert value(page, "半年留存").startswith("100")
    assert column(page, "提议", "谁改") == ["我方", "我方", "单位"]


def test_a_search_report_starts_from_the_orders_and_marks_blanks() -> None:
    kind = kind_of("search-effect-report")
    order = {"no": "XF-09", "post": "总工", "opened": "2026-01-05", "presented": 4, "interviewed": 2, "state": "open"}
    started = starting_answers(kind, {"search": {"orders": [order], "hit_rate": 50}})
    assert started["orders"] == [order]
    page = page_of(kind, {"employer": {"name": "示例单位"}, "answers": started})
    assert value(page, "命中率").startswith("50")
    assert value(page, "到岗天数") == t.MISSING
    assert table(page, "委托")[0]["到岗日"] == "—"


def test_a_research_report_lists_type_authors_year_and_file_of_its_outputs() -> None:
    kind, example = opened("research-report")
    held_back(kind, example, "question", "design", "results", "outputs")
    held_back_in_rows(kind, example, "outputs", "type", "authors", "year", "file")
    rows = table(page_of(kind, example), "成果")
    assert [row["类型"] for row in rows] == ["报告", "方案或规程", "案例"]
    assert rows[0]["文件"] == "YJBG-2026-D7.pdf"
