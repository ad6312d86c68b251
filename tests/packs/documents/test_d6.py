"""Documents of planning service, career planners, the cross-strait norm and Shandong: what they hold, what holds them
back.
"""

from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from tests.packs.documents.examples import (
    DAY,
    Context,
    changed,
    column,
    held_back,
    held_back_in_rows,
    kind_of,
    page_of,
    signed_by,
    table,
    value,
)
from zhiyin.engines.documents import DocumentDefinition, clean_answers
from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.build import check
from zhiyin.engines.documents.html import render_html
from zhiyin.engines.documents.inputs import starting_answers
from zhiyin.packs import installed
from zhiyin.packs.sources import read_yaml

CONTENT = Path(installed.__file__).parent / "content"


def _with_example(id: str) -> tuple[DocumentDefinition, Context]:
    """The kind and the context of its example, answers as they are stored, ready for issue."""
    kind = kind_of(id)
    (path,) = CONTENT.glob(f"*/cases/document-{id}.yaml")
    source, findings = read_yaml(path)
    assert not findings
    context: Context = source.data["passing"][0]["input"]
    answers = clean_answers(kind, context["answers"], installed.registry().codelists(), today=DAY)
    example = {**context, "answers": answers}
    assert check(kind, example) == []
    return kind, example


def _gaps(kind: DocumentDefinition, context: Context) -> set[str]:
    return {gap.block or gap.section for gap in check(kind, context)}


def _notices(page: t.Document) -> list[str]:
    return [block.title for section in page.sections for block in section.blocks if isinstance(block, t.Notice)]


@pytest.mark.clause("SVC-4.6.2")
def test_an_enterprise_report_has_five_parts_and_names_an_empty_one() -> None:
    kind, example = _with_example("enterprise-report")
    page = page_of(kind, example)
    assert [section.id for section in page.sections] == ["basics", "environment", "assessment", "paths", "advice"]
    for section in kind.sections:
        fields = {f.id for block in section.blocks for f in getattr(block, "inputs", [])}
        bare = changed(example, **dict.fromkeys(fields & set(example["answers"])))
        found = {gap.section for gap in check(kind, bare)}
        assert found == {section.id}


def test_basics_of_an_enterprise_report_start_from_the_file() -> None:
    kind, _ = _with_example("enterprise-report")
    employer = {"nature": "民营", "size": 30, "posts": [{"post": "裁剪", "number": 4, "duty": "开裁"}]}
    started = starting_answers(kind, {"employer": employer})
    assert {name: started[name] for name in employer} == employer


@pytest.mark.clause("SVC-4.6.2-b")
def test_both_environment_analyses_stand_in_the_enterprise_report_with_their_date() -> None:
    kind, example = _with_example("enterprise-report")
    held_back(kind, example, "external", "external_on", "internal", "internal_on")
    page = page_of(kind, example)
    assert "41.2 万" in value(page, "外部环境分析")
    assert value(page, "外部分析日期") == "2026年4月18日"
    assert "离职 31 人" in value(page, "内部环境分析")
    assert value(page, "内部分析日期") == "2026年4月25日"


def test_an_employee_stands_alone_only_with_a_consent_and_groups_have_five_or_more() -> None:
    kind, example = _with_example("enterprise-report")
    held_back_in_rows(kind, example, "individuals", "consent")
    page = page_of(kind, example)
    assert len(table(page, "同意出现的个人结果")) == int(value(page, "同意具名").split()[0].rstrip("人"))
    assert all(int(number) >= 5 for number in column(page, "合计结果", "人数"))


@pytest.mark.clause("SVC-4.6.2-d")
def test_every_post_shows_where_its_holders_may_move_and_on_which_conditions() -> None:
    kind, example = _with_example("enterprise-report")
    held_back_in_rows(kind, example, "moves", "from", "to", "condition")
    page = page_of(kind, example)
    assert set(column(page, "员工去向", "现在的岗位")) == set(column(page, "现有岗位", "岗位"))
    assert "120 课时" in column(page, "员工去向", "要具备的条件")[0]


@pytest.mark.clause("SVC-4.6.2-e")
def test_training_proposals_name_group_course_and_reason_from_the_analysis() -> None:
    kind, example = _with_example("enterprise-report")
    held_back_in_rows(kind, example, "trainings", "group", "course", "basis", "reason")
    page = page_of(kind, example)
    assert column(page, "培训建议", "依据部分") == ["岗位变动", "员工测评", "内外环境"]


@pytest.mark.clause("SVC-3.2.4-a")
def test_a_field_without_a_session_stands_out_in_the_yearly_plan() -> None:
    kind, example = _with_example("yearly-training-plan")
    page = page_of(kind, example)
    assert [len(table(page, field)) for field in ("社会文化", "个人成长")] == [2, 2]
    assert _notices(page) == ["组织管理这一块还空着"]
    management = [{"topic": "带小组", "day": "2026-10-16", "hours": 3, "teacher": "甲", "audience": "乙"}]
    assert _notices(page_of(kind, changed(example, management=management))) == []


@pytest.mark.clause("SVC-3.2.4-b")
def test_results_of_practice_stand_per_trainee_and_field_with_totals() -> None:
    kind, example = _with_example("yearly-training-plan")
    page = page_of(kind, example)
    assert {"职业素养", "服务管理", "技能应用"} <= set(column(page, "各块合计", "哪一块"))
    rows = table(page, "每人结果")
    assert [(row["哪一块"], row["结果"]) for row in rows[2:]] == [("职业素养", "补课后合格"), ("技能应用", "未合格")]
    held_back_in_rows(kind, example, "results", "field", "outcome")


def test_a_volume_list_counts_its_documents_and_pages() -> None:
    kind, example = _with_example("archive-inventory")
    answers = example["answers"]
    numbers = [row["no"] for row in answers["items"]]
    assert len(set(numbers)) == len(numbers) == answers["total"]
    assert all(row["from_page"] == last["to_page"] + 1 for last, row in pairwise(answers["items"]))
    assert answers["items"][-1]["to_page"] == answers["pages"]
    assert kind.layout == "landscape"


@pytest.mark.clause("XM-6.5-b-1")
def test_a_visit_without_consent_keeps_and_prints_no_personal_data() -> None:
    kind, example = _with_example("visit-record")
    raw = {**example["answers"], "consent": False, "refused_note": "服务卡一张"}
    kept = clean_answers(kind, raw, installed.registry().codelists(), today=DAY)
    visit = {"visited_on", "kind", "place", "visitors", "reason", "topic", "minutes"}
    assert set(kept) == visit | {"consent", "refused_note"}
    refused = {**example, "answers": kept}
    assert check(kind, refused) == []
    page = page_of(kind, refused)
    assert [section.id for section in page.sections] == ["visit", "consent"]
    assert "何桂兰" not in render_html(page)
    assert "何桂兰" in render_html(page_of(kind, example))
    assert "client" not in signed_by(page)


@pytest.mark.parametrize("part", ["family", "contact"])
def test_only_the_parts_consented_to_are_kept_of_a_visit(part: str) -> None:
    kind, example = _with_example("visit-record")
    scope = [name for name in example["answers"]["scope"] if name != part]
    kept = clean_answers(kind, {**example["answers"], "scope": scope}, installed.registry().codelists(), today=DAY)
    assert {"family": "family", "contact": "phone"}[part] not in kept


@pytest.mark.clause("XM-8.1.2-a")
def test_an_inspection_lists_clause_result_and_evidence_and_dates_every_failure() -> None:
    kind, example = _with_example("inspection-report")
    held_back_in_rows(kind, example, "process", "clause", "result", "evidence", "due")
    conforming, partly = example["answers"]["qualification"]
    assert "due" not in conforming
    assert partly["due"] == "2026-07-15"
    assert column(page_of(kind, example), "流程检查", "改正期限") == ["2026年7月3日", "2026年7月31日"]


@pytest.mark.clause("XM-8.1.2-b")
@pytest.mark.parametrize("part", ["qualification", "content", "process", "effect"])
def test_an_inspection_lacking_one_of_its_four_parts_cannot_be_finished(part: str) -> None:
    kind, example = _with_example("inspection-report")
    assert part in _gaps(kind, changed(example, **{part: None}))


@pytest.mark.clause("XM-8.1.1-c")
def test_a_process_review_shows_process_finding_change_and_date() -> None:
    kind, example = _with_example("process-review-record")
    held_back(kind, example, "process", "findings", "changes", "reviewed_on")
    page = page_of(kind, example)
    assert value(page, "流程名称") == "失业登记后首次会谈"
    assert value(page, "审查日期") == "2026年5月11日"
    assert column(page, "改动", "决定") == ["照改", "照改", "先试"]
    assert len(table(page, "发现")) == 3


@pytest.mark.clause("XM-2-b")
def test_a_satisfaction_survey_shows_every_step_its_sample_and_the_day_of_its_report() -> None:
    kind, example = _with_example("satisfaction-report")
    page = page_of(kind, example)
    assert {"target", "sample", "questionnaire", "analysis", "report"} <= {section.id for section in page.sections}
    assert value(page, "有效样本") == "251份"
    assert value(page, "报告日期") == "2026年7月20日"
    held_back(kind, example, "target", "valid", "items", "scores", "report_on")
    weights = [row["weight"] for row in example["answers"]["items"]]
    assert sum(weights) == 100
    assert sum(row["valid"] for row in example["answers"]["groups"]) == example["answers"]["valid"]


def test_counts_of_the_yearly_team_report_start_from_the_register_and_add_up() -> None:
    kind, example = _with_example("yearly-team-report")
    started = starting_answers(kind, {"file": {"staff": {"total": 9, "full": 4, "part": 5}}})
    assert started == {"total": 9, "full": 4, "part": 5}
    answers = example["answers"]
    assert answers["full"] + answers["part"] == answers["total"]
    for rows in ("levels", "ages", "degrees"):
        assert sum(row["number"] for row in answers[rows]) == answers["total"]
    for name in ("full", "part"):
        assert sum(row[name] for row in answers["where"]) == answers[name]


@pytest.mark.clause("SD-2-20")
def test_a_commendation_shows_evidence_reviewers_publicity_and_result() -> None:
    kind, example = _with_example("commendation-file")
    held_back(kind, example, "deeds", "reviewers", "public_from", "public_to", "result")
    held_back_in_rows(kind, example, "deeds", "evidence")
    page = page_of(kind, example)
    assert len(table(page, "评审人")) == 5
    assert value(page, "公示起") == "2026年5月21日"
    assert value(page, "公示止") == "2026年5月27日"
    assert value(page, "结果") == "通报表扬"


@pytest.mark.clause("SD-2-21")
def test_a_commendation_weighs_three_sources_with_counts_and_says_which_is_missing() -> None:
    kind, example = _with_example("commendation-file")
    page = page_of(kind, example)
    assert [value(page, label) for label in ("同行份数", "学生份数")] == ["18份", "46份"]
    assert value(page, "缺社会评价") == "是"
    assert "9 份" in value(page, "社会评价缺的原因")
    assert "society_why" in _gaps(kind, changed(example, society_why=None))
    given = changed(example, society_missing=False, society_why=None)
    assert _gaps(kind, given) == {"society_count", "society_score"}


def test_scores_of_the_directions_come_from_the_weights() -> None:
    _, example = _with_example("potential-report")
    answers = example["answers"]
    weights = [row["weight"] for row in answers["weights"]]
    totals = []
    for row in answers["directions"]:
        parts = [Decimal(str(row[name])) for name in ("interest", "ability", "value", "chance")]
        total = sum((part * weight for part, weight in zip(parts, weights, strict=True)), Decimal(0)) / sum(weights)
        assert total == Decimal(str(row["total"]))
        totals.append(total)
    assert totals == sorted(totals, reverse=True)


@pytest.mark.clause("CP2026-L3-3.2.4-S")
def test_a_transition_plan_records_change_role_skills_targets_and_dated_steps() -> None:
    kind, example = _with_example("transition-plan")
    held_back(kind, example, "event", "post", "tasks", "skills", "targets", "steps")
    held_back_in_rows(kind, example, "steps", "by", "step")
    page = page_of(kind, example)
    assert value(page, "变动") == "合并重组"
    assert value(page, "受影响的岗位") == "高柜柜员"
    assert len(table(page, "可带走的本事")) == 3
    assert column(page, "目标岗位", "在原单位") == ["是", "否", "否"]
    dates = [row["by"] for row in example["answers"]["steps"]]
    assert dates == sorted(dates)


@pytest.mark.clause("CP2026-L3-4.2.3-S")
@pytest.mark.parametrize("track", ["mind", "career"])
def test_a_plan_with_one_track_only_is_refused(track: str) -> None:
    kind, example = _with_example("dual-track-plan")
    assert track in _gaps(kind, changed(example, **{track: None}))
    held_back_in_rows(kind, example, track, "step", "who")


def test_a_career_plan_holds_positioning_goals_path_actions_and_risks() -> None:
    kind, example = _with_example("career-development-plan")
    held_back(kind, example, "position", "goals", "path", "actions", "risks")
    page = page_of(kind, example)
    assert page.subtitle == "第 2 版"
    assert "guardian" not in signed_by(page)
    minor = {**example, "person": {**example["person"], "needs_guardian": True}}
    assert "guardian" in signed_by(page_of(kind, minor))


@pytest.mark.clause("CP2026-L3-6.2.4-S")
def test_an_internship_plan_names_four_levels_and_attaches_logs_and_evaluations() -> None:
    kind, example = _with_example("internship-plan")
    held_back(kind, example, "industry", "sector", "occupations", "majors", "logs", "evaluations")
    page = page_of(kind, example)
    assert column(page, "对应的职业", "职业代码") == ["4-08-08-12", "6-06-04-00", "6-31-03-05"]
    assert column(page, "日志和附件", "份数") == ["54", "30"]
    assert set(column(page, "三方评价", "谁评")) == {"学生自评", "实习单位", "带队老师"}


@pytest.mark.clause("CP2026-L2-6.2.1-S")
def test_a_staff_plan_shows_items_supervision_and_the_measured_change_of_each() -> None:
    kind, example = _with_example("staff-improvement-plan")
    held_back(kind, example, "actions", "notes", "gains")
    answers = example["answers"]
    people = {row["person"]: row["before"] for row in answers["staff"]}
    assert {row["owner"] for row in answers["actions"]} == set(people)
    assert {row["person"] for row in answers["notes"]} == set(people)
    for row in answers["gains"]:
        before = Decimal(str(people[row["person"]]))
        assert Decimal(str(row["after"])) - before == Decimal(str(row["change"]))
    assert "过期未做" in column(page_of(kind, example), "事项", "情况")


@pytest.mark.clause("CP2026-L2-1.2.3-S")
def test_every_measure_for_an_emerging_industry_links_to_a_finding_and_that_to_a_table() -> None:
    kind, example = _with_example("emerging-industry-proposal")
    held_back_in_rows(kind, example, "measures", "finding")
    held_back_in_rows(kind, example, "findings", "table")
    page = page_of(kind, example)
    tables = set(column(page, "配置表", "表号"))
    assert set(column(page, "发现", "看哪一张表")) <= tables
    assert set(column(page, "对策", "对着哪条发现")) <= set(column(page, "发现", "编号"))
    for row in example["answers"]["allocation"]:
        assert row["needed"] - row["number"] == row["gap"]


@pytest.mark.clause("CP2026-L2-6.1.1-S")
def test_a_forecast_shows_method_data_and_range_and_proposals_cite_sections() -> None:
    kind, example = _with_example("industry-research-report")
    held_back(kind, example, "data", "method", "forecast", "error")
    held_back_in_rows(kind, example, "proposals", "section")
    for row in example["answers"]["forecast"]:
        assert row["low"] < row["middle"] < row["high"]
    page = page_of(kind, example)
    titles = {section.title for section in page.sections}
    assert set(column(page, "建议", "出自哪一节")) <= titles


@pytest.mark.clause("CP2026-L2-6.2.3-S")
def test_a_scheme_for_a_small_firm_lists_groups_measures_and_visits_with_results() -> None:
    kind, example = _with_example("sme-career-scheme")
    held_back(kind, example, "groups", "measures", "visits")
    held_back_in_rows(kind, example, "visits", "day", "result")
    page = page_of(kind, example)
    groups = column(page, "分群", "人群")
    assert set(column(page, "措施", "给哪一群")) == set(groups)
    assert column(page, "回看", "措施结果") == ["还没到日子"]


@pytest.mark.parametrize(("decision", "asked"), [("adopt", True), ("amend", True), ("reject", False)])
def test_only_an_adopted_proposal_asks_for_a_new_edition(decision: str, asked: bool) -> None:
    kind, example = _with_example("process-improvement-proposal")
    without: dict[str, Any] = dict.fromkeys(("new_edition", "in_force", "replaced"))
    gaps = _gaps(kind, changed(example, decision=decision, **without))
    assert gaps == (set(without) if asked else set())


@pytest.mark.clause("CG2023-L3-3.4.2-S")
def test_a_job_analysis_lists_duties_tasks_abilities_and_occupation_codes() -> None:
    kind, example = _with_example("post-analysis")
    held_back(kind, example, "duties", "tasks", "abilities", "occupations", "settings")
    held_back_in_rows(kind, example, "occupations", "occupation", "code")
    page = page_of(kind, example)
    assert column(page, "对应职业", "职业代码") == ["4-02-06-01", "4-02-05-01"]
    for post in {row["post"] for row in example["answers"]["tasks"]}:
        assert sum(row["share"] for row in example["answers"]["tasks"] if row["post"] == post) == 100


@pytest.mark.clause("CG2023-L2-5.1.4-S")
def test_an_effect_evaluation_shows_target_actual_and_gap_of_every_indicator() -> None:
    kind, example = _with_example("project-effect-evaluation")
    held_back(kind, example, "indicators", "voices")
    held_back_in_rows(kind, example, "indicators", "target", "actual", "gap")
    for row in example["answers"]["indicators"]:
        assert Decimal(row["actual"]) - Decimal(row["target"]) == Decimal(row["gap"])
    assert column(page_of(kind, example), "指标对照表", "差额") == ["-3", "2", "7", "-4"]


@pytest.mark.clause("CG2023-DJ-L2-2.3.3-S")
def test_employment_effect_is_shown_at_three_dates_or_more() -> None:
    kind, example = _with_example("disability-performance-evaluation")
    held_back_in_rows(kind, example, "points", "day", "rate", "income", "satisfied")
    page = page_of(kind, example)
    assert column(page, "时点", "取数日期") == ["2025年8月5日", "2025年10月9日", "2026年1月12日"]
    two = changed(example, points=example["answers"]["points"][:2])
    assert _gaps(kind, two) == {"points"}
    for row in example["answers"]["points"]:
        rate = Decimal(row["working"] * 100) / example["answers"]["number"]
        assert abs(rate - Decimal(str(row["rate"]))) <= Decimal("0.05")


@pytest.mark.clause("CG2023-L1-2.2.1-S")
def test_a_study_has_design_data_findings_and_report() -> None:
    kind, example = _with_example("survey-study")
    held_back(kind, example, "frame", "planned", "files", "findings", "conclusions")
    assert column(page_of(kind, example), "数据文件", "行数") == ["197", "1"]


@pytest.mark.clause("CG2023-L1-2.2.4-S")
def test_a_study_of_employers_shows_sample_response_and_conclusions_by_industry() -> None:
    kind, example = _with_example("survey-study")
    page = page_of(kind, example)
    assert value(page, "哪一类") == "单位用人状况"
    assert "十二层" in value(page, "抽样框和办法")
    held_back(kind, example, "rate", "responses")
    held_back_in_rows(kind, example, "findings", "industry", "finding")
    assert set(column(page, "各行业结论", "行业")) == set(column(page, "分行业回收", "行业"))
    answers = example["answers"]
    assert sum(row["returned"] for row in answers["responses"]) == answers["returned"]


@pytest.mark.clause("CG2023-X1-L4-2.2.2-S")
def test_a_subsidy_decision_shows_the_result_of_every_document_and_its_reviewer() -> None:
    kind, example = _with_example("training-subsidy-review")
    held_back_in_rows(kind, example, "documents", "rule", "result", "checker")
    page = page_of(kind, example)
    assert column(page, "材料逐份审", "结果") == ["符合"] * 4 + ["可补正"]
    assert value(page, "决定") == "通过"
    assert "reviewer" in signed_by(page)


@pytest.mark.parametrize(
    ("decision", "asked"), [("return", {"missing", "missing_by"}), ("reject", {"reason"}), ("approve", set())]
)
def test_a_returned_or_rejected_subsidy_says_what_is_missing_or_why(decision: str, asked: set[str]) -> None:
    kind, example = _with_example("training-subsidy-review")
    assert _gaps(kind, changed(example, decision=decision)) == asked


@pytest.mark.clause("CG2023-X1-L3-1.2.2-S")
def test_a_receipt_for_an_appraisal_shows_dates_list_and_recipient() -> None:
    kind, example = _with_example("work-capacity-acceptance")
    held_back(kind, example, "documents", "received_on", "sent_on", "recipient", "list")
    page = page_of(kind, example)
    assert value(page, "收件日期") == "2026年4月14日"
    assert value(page, "转交日期") == "2026年4月16日"
    assert value(page, "转给哪个机构").startswith("临江市劳动能力鉴定委员会办公室")
    assert len(table(page, "材料")) == 5


@pytest.mark.clause("CG2023-X1-L4-1.3.3-S")
def test_a_preliminary_pension_shows_formula_inputs_and_policy_version() -> None:
    kind, example = _with_example("pension-estimate")
    held_back(kind, example, "years", "index", "base", "account", "months", "policy", "steps")
    held_back_in_rows(kind, example, "steps", "formula", "figures", "amount")
    answers = example["answers"]
    base, index, years, account = (Decimal(answers[name]) for name in ("base", "index", "years", "account"))
    parts = [Decimal(row["amount"]) for row in answers["steps"]]
    assert parts == [(base + base * index) / 2 * years / 100, account / answers["months"]]
    assert sum(parts) == Decimal(answers["total"])
    assert "2025 年版" in value(page_of(kind, example), "口径和版次")


@pytest.mark.clause("CG2023-DA-L2-4.2.3-S")
def test_a_topic_shows_proposal_progress_spending_and_output_files() -> None:
    kind, example = _with_example("assessment-topic")
    held_back(kind, example, "question", "progress", "money", "outputs")
    page = page_of(kind, example)
    assert [section.id for section in page.sections][-2:] == ["closing", "state"]
    assert len(table(page, "成果文件")) == 3
    running = changed(example, finished=False, outcome=None, outputs=None, use=None)
    assert check(kind, running) == []


@pytest.mark.clause("CG2023-L1-4.5.1-S")
def test_a_standards_register_shows_clause_version_and_result_of_every_unit() -> None:
    kind, example = _with_example("standardisation-proposal")
    held_back_in_rows(kind, example, "results", "unit", "clause", "edition", "result")
    rows = table(page_of(kind, example), "符合情况")
    assert [row["结果"] for row in rows] == ["符合", "不符合", "部分符合"]
    assert {row["条款"].split()[0] for row in rows} <= set(column(page_of(kind, example), "标准名册", "编号"))


def test_the_example_of_a_training_project_reaches_the_hours_of_its_level() -> None:
    _, example = _with_example("adviser-training-project")
    answers = example["answers"]
    assert sum(row["theory"] + row["practice"] for row in answers["courses"]) == answers["total"]
    assert sum(row["hours"] for row in answers["teachers"]) == answers["total"]
    assert answers["total"] >= answers["min_hours"]
