"""Plans for recruitment, for collecting and releasing information, for employers and for groups of people hold what
their clauses ask; where something is missing the gap is named.

The example of a kind (the first passing case of its pack) is built, checked and exported; then answers are taken away.
"""

import io
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import docx
import pytest

from zhiyin.engines.documents import DocumentDefinition, clean_answers
from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.build import build, check
from zhiyin.engines.documents.html import render_html
from zhiyin.engines.documents.inputs import form_of
from zhiyin.engines.documents.pdf import render_pdf
from zhiyin.engines.documents.word import render_docx
from zhiyin.packs import installed
from zhiyin.packs.sources import read_yaml

CASES = Path(installed.__file__).parent / "content" / "cn-adviser-2023" / "cases"
DAY = date(2026, 6, 30)

Context = dict[str, Any]
Rows = list[dict[str, str]]


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


def _shown(id: str) -> t.Document:
    kind = _kind(id)
    return _page(kind, _example(kind))


def _table(page: t.Document, caption: str) -> Rows:
    """Rows of the table with this caption, each by column label without its unit."""
    tables = [block for section in page.sections for block in section.blocks if isinstance(block, t.Table)]
    (found,) = [table for table in tables if table.caption == caption]
    labels = [column.label.partition("（")[0] for column in found.columns]
    return [dict(zip(labels, row, strict=True)) for row in found.rows]


def _column(page: t.Document, caption: str, label: str) -> list[str]:
    return [row[label] for row in _table(page, caption)]


def _values(page: t.Document) -> dict[str, str]:
    """Short answers and long texts by the label under which they are printed."""
    found: dict[str, str] = {}
    for section in page.sections:
        for block in section.blocks:
            if isinstance(block, t.Fields):
                found |= {item.label: item.value for item in block.items}
            elif isinstance(block, t.Editable):
                found[block.label] = "\n".join(block.paragraphs)
    return found


def _without(context: Context, *names: str) -> Context:
    answers: Mapping[str, Any] = context["answers"]
    assert set(names) <= set(answers)
    return {**context, "answers": {name: value for name, value in answers.items() if name not in names}}


def _missing(kind: DocumentDefinition, context: Context, *names: str) -> set[str]:
    """Names of the gaps once these answers are taken away: questions, and sections left empty."""
    return {gap.block or gap.section for gap in check(kind, _without(context, *names))}


def _needs(id: str, *names: str) -> None:
    """Each of these questions keeps the document back while it is unanswered."""
    kind = _kind(id)
    example = _example(kind)
    for name in names:
        assert name in _missing(kind, example, name), name


def _needs_cells(id: str, rows: str, *columns: str) -> None:
    """Each of these columns keeps the document back while it is empty in a row."""
    kind = _kind(id)
    example = _example(kind)
    first, *others = example["answers"][rows]
    for column in columns:
        short = {name: value for name, value in first.items() if name != column}
        gaps = check(kind, {**example, "answers": {**example["answers"], rows: [short, *others]}})
        assert [gap.block for gap in gaps] == [f"{rows}[0].{column}"]


def _headings(page: t.Document) -> list[str]:
    """Section titles in the exported Word file, their ordinals taken off."""
    word = docx.Document(io.BytesIO(render_docx(page)))
    titles = [paragraph.text for paragraph in word.paragraphs if paragraph.style.name == "Heading 1"]
    return [title.partition("、")[2] for title in titles]


@pytest.mark.clause("CG2023-L3-3.1.2-K")
def test_a_commissioned_plan_opens_with_all_sections_and_notes_and_flags_the_empty_ones() -> None:
    kind = _kind("commissioned-recruitment-plan")
    blank = {**_example(kind), "answers": {}}
    assert [section.title for section in _page(kind, blank).sections] == [section.title for section in kind.sections]
    form = form_of(kind)
    assert form is not None
    assert [section.help for section in form.sections] == [section.guidance for section in kind.sections]
    assert all(len(section.help) > 40 for section in form.sections)
    flagged = {gap.section for gap in check(kind, blank)}
    assert flagged == {section.id for section in kind.sections}


def test_a_commissioned_plan_asks_for_third_party_costs_only_where_there_are_some() -> None:
    kind = _kind("commissioned-recruitment-plan")
    example = _example(kind)
    assert _missing(kind, example, "costs") == {"costs"}
    free = _without(example, "costs")
    free["answers"]["fee_kind"] = "free"
    assert check(kind, free) == []
    assert {line.role for line in _page(kind, free).signatures} == {"employer", "adviser"}


@pytest.mark.clause("CG2023-L3-3.2.1-K")
@pytest.mark.parametrize("full", [True, False])
def test_a_fair_plan_exports_its_sections_in_the_order_of_the_template(full: bool) -> None:
    kind = _kind("job-fair-plan")
    example = _example(kind)
    page = _page(kind, example if full else {**example, "answers": {}})
    assert _headings(page) == [section.title for section in kind.sections]


def test_a_fair_plan_is_kept_back_until_safety_and_emergency_are_written() -> None:
    kind = _kind("job-fair-plan")
    example = _example(kind)
    safety = ("large_event", "safety_lead", "safety_points", "crowd_control")
    emergency = ("incidents", "stop_authority", "hospital")
    assert _missing(kind, example, *safety) == {"safety", *safety}
    assert _missing(kind, example, *emergency) == {"emergency", *emergency}


def test_a_large_fair_needs_its_police_permit() -> None:
    kind = _kind("job-fair-plan")
    example = _example(kind)
    large = {**example, "answers": {**example["answers"], "large_event": True}}
    assert [gap.block for gap in check(kind, large)] == ["permit"]


@pytest.mark.clause("CG2023-L3-3.3.1-K")
def test_a_remote_plan_exports_every_section_of_the_template() -> None:
    kind = _kind("remote-recruitment-plan")
    assert _headings(_page(kind, _example(kind))) == [section.title for section in kind.sections]


def test_a_remote_plan_is_kept_back_until_fallback_and_privacy_are_written() -> None:
    kind = _kind("remote-recruitment-plan")
    example = _example(kind)
    fallback, privacy = ("failures", "makeup", "hotline"), ("recording", "consent", "links")
    assert _missing(kind, example, *fallback) == {"fallback", *fallback}
    assert _missing(kind, example, *privacy) == {"privacy", *privacy}


def test_recorded_interviews_need_the_terms_of_recording() -> None:
    kind = _kind("remote-recruitment-plan")
    example = _example(kind)
    recorded = {**example, "answers": {**example["answers"], "recording": True}}
    assert [gap.block for gap in check(kind, recorded)] == ["recording_terms"]


def test_an_online_collection_plan_needs_source_indicator_and_frequency() -> None:
    _needs("online-collection-plan", "sources", "indicators")
    _needs_cells("online-collection-plan", "sources", "name", "frequency", "owner")


@pytest.mark.clause("CG2023-L2-1.1.2-K")
def test_a_visit_plan_prints_a_question_sheet() -> None:
    kind = _kind("company-collection-plan")
    example = _example(kind)
    page = _page(kind, example)
    sheet = page.sections[-1]
    assert sheet.id == "sheet"
    (questions,) = [block for block in sheet.blocks if isinstance(block, t.Table)]
    assert [row[0] for row in questions.rows] == [row["question"] for row in example["answers"]["questions"]]
    assert {row[-1].strip() for row in questions.rows} == {""}
    (head,) = [block for block in sheet.blocks if isinstance(block, t.Fields)]
    assert {item.value.strip("＿") for item in head.items} == {""}
    assert render_pdf(page, timestamp=datetime(2026, 6, 30, tzinfo=UTC)).startswith(b"%PDF")


def test_a_plan_for_flexible_jobs_needs_two_channels() -> None:
    kind = _kind("flexible-jobs-collection-plan")
    example = _example(kind)
    channels = example["answers"]["channels"]
    for count, expected in ((0, {"channels"}), (1, {"channels"}), (2, set())):
        gaps = check(kind, {**example, "answers": {**example["answers"], "channels": channels[:count]}})
        assert {gap.block for gap in gaps if gap.block} == expected


def test_a_press_plan_enforces_its_sections() -> None:
    kind = _kind("press-release-plan")
    blank = {**_example(kind), "answers": {}}
    assert {gap.section for gap in check(kind, blank)} == {section.id for section in kind.sections}


@pytest.mark.clause("CG2023-L2-1.2.2-S")
def test_each_planned_post_shows_its_state() -> None:
    page = _shown("internet-release-plan")
    assert _column(page, "拟发内容", "状态") == ["已发", "已审", "草稿"]
    _needs_cells("internet-release-plan", "posts", "state")


@pytest.mark.clause("CG2023-L2-1.2.2-K")
def test_an_internet_plan_requires_platform_cadence_review_chain_and_risk() -> None:
    _needs("internet-release-plan", "platforms", "review_chain", "risks")
    _needs_cells("internet-release-plan", "platforms", "platform", "cadence")
    kind = _kind("internet-release-plan")
    assert "risk" in _missing(kind, _example(kind), "risks", "accessibility")


@pytest.mark.clause("CG2023-L2-1.2.3-S")
def test_a_plan_for_other_media_lists_medium_format_audience_cost_and_exports() -> None:
    kind = _kind("other-media-plan")
    page = _page(kind, _example(kind))
    rows = _table(page, "媒介清单")
    assert [row["媒介"] for row in rows] == ["村村响广播", "公交车内屏", "集市折页", "登记人员短信"]
    assert all(row["形式与规格"] != "—" and row["面向"] != "—" for row in rows)
    assert sum(Decimal(row["费用"]) for row in rows) == Decimal(_values(page)["费用合计"].removesuffix("元"))
    word = docx.Document(io.BytesIO(render_docx(page)))
    cells = {cell.text for table in word.tables for row in table.rows for cell in row.cells}
    assert {"村村响广播", "方言录音 30 秒，早晚各两遍", "两镇五十岁以上", "3600"} <= cells
    assert render_pdf(page, timestamp=datetime(2026, 6, 30, tzinfo=UTC)).startswith(b"%PDF")


@pytest.mark.clause("CG2023-L2-1.2.3-K")
def test_a_plan_for_other_media_requires_format_audience_and_measure_of_effect() -> None:
    _needs_cells("other-media-plan", "media", "format", "audience")
    _needs("other-media-plan", "audiences", "measures")
    _needs_cells("other-media-plan", "measures", "how", "goal")


@pytest.mark.clause("CG2023-L2-1.2.5-K")
def test_a_showcase_plan_without_audience_or_occupation_code_is_refused() -> None:
    _needs("occupation-showcase-plan", "audience", "occupations")
    _needs_cells("occupation-showcase-plan", "occupations", "occupation")


def test_a_showcase_plan_names_the_pages_and_what_is_done() -> None:
    page = _shown("occupation-showcase-plan")
    assert _column(page, "职业清单", "展示页网址")[0] == "https://showcase.example/zs-01"
    assert _column(page, "排期表", "进度") == ["已完成", "进行中", "未开始"]


@pytest.mark.clause("CG2023-L2-2.2.1-K")
def test_a_plan_for_the_recruitment_site_states_each_principle_and_its_measure() -> None:
    kind = _kind("public-network-plan")
    principles = ("free", "truthful", "convenient", "fair", "secure")
    _needs(kind.id, *principles)
    (section,) = [section for section in _page(kind, _example(kind)).sections if section.id == "principles"]
    stated = [block for block in section.blocks if isinstance(block, t.Editable)]
    assert [block.id for block in stated] == list(principles)
    assert all(len(block.paragraphs[0]) > 20 for block in stated)


def test_targets_of_the_recruitment_site_stand_beside_the_figures_reached() -> None:
    rows = _table(_shown("public-network-plan"), "目标表")
    assert [(row["今年目标"], row["截至目前"]) for row in rows] == [("70", "61"), ("3000", "1460"), ("10", "12")]


@pytest.mark.clause("CG2023-L2-4.6.1-S")
def test_a_staffing_solution_links_need_measures_timetable_and_acceptance() -> None:
    page = _shown("staffing-solution")
    needs = set(_column(page, "需求清单", "编号"))
    assert needs == set(_column(page, "措施表", "对应需求")) == set(_column(page, "验收指标", "对应需求"))
    assert len(_table(page, "里程碑")) == 4
    assert _values(page)["单位确认人"] == "厂办 邱主任"
    assert "employer" in {line.role for line in page.signatures}
    _needs("staffing-solution", "needs", "measures", "timetable", "indicators", "accepted_by")
    _needs_cells("staffing-solution", "measures", "need")


@pytest.mark.clause("CG2023-L2-4.6.2-S")
def test_a_remedy_for_a_labour_shortage_shows_the_fill_rate_before_and_after() -> None:
    page = _shown("hiring-difficulty-solution")
    rows = _table(page, "跟踪记录")
    assert [(row["原补缺率"], row["现补缺率"]) for row in rows] == [("35", "68"), ("37.5", "62.5"), ("35", "—")]
    for row in _table(page, "缺工岗位"):
        assert Decimal(row["已到岗"]) / Decimal(row["计划招"]) * 100 == Decimal(row["开方前补缺率"])


@pytest.mark.clause("CG2023-L2-4.6.2-K")
def test_the_sheet_of_a_labour_shortage_compares_the_offer_with_local_wage_guidance() -> None:
    _needs("hiring-difficulty-solution", "pay", "pay_source", "pay_finding")
    page = _shown("hiring-difficulty-solution")
    for row in _table(page, "工资对照"):
        offer, middle = Decimal(row["单位给"]), Decimal(row["本地中位"])
        assert round((offer - middle) / middle * 100, 1) == Decimal(row["与中位差"])
    causes = _values(page)
    assert [causes[name] for name in ("人源", "条件", "渠道")] == ["次因", "主因", "次因"]


def test_an_analysis_plan_needs_fields_cleaning_indicators_and_cycle() -> None:
    _needs("platform-analysis-plan", "fields", "cleaning", "indicators", "cycle")


@pytest.mark.clause("CG2023-L1-2.1.1-S")
def test_the_review_of_a_diagnosis_plan_shows_comments_changes_and_supervision() -> None:
    page = _shown("diagnosis-plan-review")
    changes = _table(page, "修订表")
    assert [row["落实"] for row in changes] == ["已改", "已改", "待改"]
    assert all(row["意见"] != "—" and row["改成"] != "—" for row in changes)
    assert len(_table(page, "督导记录")) == 2
    assert _values(page)["稿次"].startswith("第二稿")


@pytest.mark.clause("CG2023-L1-2.1.1-K")
@pytest.mark.parametrize("point", ["aim", "fit", "method", "steps", "ethics", "use"])
@pytest.mark.parametrize("score", [1, 2, 3, 4, 5])
def test_each_point_of_a_diagnosis_plan_is_scored_and_a_low_score_needs_revision(point: str, score: int) -> None:
    kind = _kind("diagnosis-plan-review")
    example = _without(_example(kind), "r_method")
    example["answers"] |= {"s_method": 4, f"s_{point}": score}
    expected = [f"r_{point}"] if score <= 2 else []
    assert [gap.block for gap in check(kind, example)] == expected
    assert f"s_{point}" in _missing(kind, example, f"s_{point}")


@pytest.mark.clause("CG2023-L1-3.2.1-S")
def test_the_page_of_a_programme_holds_plan_sessions_supervision_and_effect() -> None:
    page = _shown("general-skills-project-plan")
    text = render_html(page)
    assert "开口第一分钟" in text
    assert _column(page, "课表", "次") == ["1", "2", "3", "4"]
    assert "讲了二十八分钟" in _table(page, "督导安排与意见")[0]["意见"]
    assert [row["指标"] for row in _table(page, "效果指标")][-1] == "结业九十天就业"
    _needs("general-skills-project-plan", "sessions", "supervision", "effect")


def test_a_programme_answers_every_principle() -> None:
    principles = ("p_doing", "p_steps", "p_jobs", "p_feedback", "p_different", "p_measured")
    _needs("general-skills-project-plan", *principles)


@pytest.mark.clause("CG2023-L1-3.3.3-S")
def test_a_scheme_for_staff_shows_participants_plans_reviews_and_effect() -> None:
    page = _shown("in-service-guidance-plan")
    people = set(_column(page, "参加者", "编号"))
    assert set(_column(page, "计划表", "编号")) == people
    assert set(_column(page, "复盘记录", "编号")) <= people
    assert _column(page, "效果指标", "现在") == ["—", "9 人", "6 人"]
    _needs("in-service-guidance-plan", "participants", "plans", "effect")


@pytest.mark.clause("CG2023-L1-3.3.4-S")
def test_a_series_lists_lectures_speakers_attendance_and_ratings() -> None:
    page = _shown("graduate-lecture-plan")
    lectures = _table(page, "讲次")
    assert [(row["到场"], row["评分"]) for row in lectures] == [("118", "8.9"), ("96", "8.4"), ("—", "—")]
    assert {row["主讲"] for row in lectures} == set(_column(page, "主讲人简况", "主讲"))


@pytest.mark.clause("CG2023-L1-3.3.4-K")
def test_a_series_needs_audience_topic_speaker_and_feedback_form() -> None:
    _needs("graduate-lecture-plan", "audience", "lectures", "speakers", "feedback")
    _needs_cells("graduate-lecture-plan", "lectures", "topic", "speaker")
    _needs_cells("graduate-lecture-plan", "feedback", "question", "answer")


@pytest.mark.clause("CG2023-L1-3.5.1-S")
def test_a_scheme_for_graduates_shows_classes_measures_persons_covered_and_employment_rate() -> None:
    page = _shown("graduates-in-difficulty-plan")
    classes = _column(page, "类别", "类")
    assert classes == ["A", "B", "C", "D"]
    assert _column(page, "措施表", "类") == classes
    progress = _table(page, "分类进展")
    assert [row["类"] for row in progress] == classes
    assert [row["已帮扶"] for row in progress] == ["52", "31", "29", "19"]
    assert [row["现在"] for row in progress] == ["76.9", "51.6", "26.5", "42.1"]
    assert sum(int(count) for count in _column(page, "类别", "人数")) == 136


@pytest.mark.clause("CG2023-L1-3.5.3-S")
def test_a_rural_scheme_shows_results_by_township_and_class() -> None:
    page = _shown("rural-difficulty-plan")
    results = _table(page, "分乡镇、分类别结果")
    assert {row["乡镇"] for row in results} == set(_column(page, "各乡镇底数", "乡镇"))
    assert len({(row["乡镇"], row["类别"]) for row in results}) == len(results) == 4
    assert [row["现在"] for row in results] == ["77", "52", "31", "38"]
    _needs_cells("rural-difficulty-plan", "results", "township", "class")


@pytest.mark.clause("CG2023-L1-3.5.4-S")
def test_a_scheme_for_disabled_people_shows_results_by_type_and_the_accommodation_given() -> None:
    page = _shown("disabled-assistance-plan")
    given: dict[str, Decimal] = {}
    for row in _table(page, "便利清单"):
        given[row["类别"]] = round(Decimal(row["已给到"]) / Decimal(row["需要"]) * 100, 1)
    results = _table(page, "结果表")
    assert [row["类别"] for row in results] == ["视力", "听力", "智力"]
    for row in results:
        assert Decimal(row["便利给到率"]) == given[row["类别"]]


@pytest.mark.parametrize(
    ("id", "baseline", "indicators"),
    [
        ("graduates-in-difficulty-plan", ("baseline_on", "baseline_people", "baseline_employed"), "indicators"),
        ("urban-difficulty-plan", ("ledger_on", "in_ledger", "employed_base"), "indicators"),
        ("rural-difficulty-plan", ("baseline_on", "townships"), "results"),
        ("disabled-assistance-plan", ("baseline_on", "groups"), "results"),
    ],
)
def test_a_scheme_needs_baseline_and_indicators_and_sets_progress_beside_the_baseline(
    id: str, baseline: tuple[str, ...], indicators: str
) -> None:
    _needs(id, *baseline, indicators)
    (field,) = [field for field in _kind(id).inputs() if field.id == indicators]
    columns = {column.id for column in field.columns}
    assert columns & {"base", "base_rate"}
    assert columns & {"now", "now_rate"}


@pytest.mark.clause("CG2023-L1-4.3.1-S")
def test_a_studio_plan_shows_space_equipment_staff_budget_and_progress() -> None:
    page = _shown("studio-plan")
    values = _values(page)
    assert sum(Decimal(area) for area in _column(page, "功能分区", "面积")) == Decimal("96")
    equipment = sum(Decimal(amount) for amount in _column(page, "设备清单", "小计"))
    budget = _table(page, "经费表")
    assert equipment == next(Decimal(row["金额"]) for row in budget if row["项目"] == "设备")
    build_total = sum(Decimal(row["金额"]) for row in budget if row["类别"] == "建设")
    assert values["建设合计"] == f"{build_total}元"
    assert _column(page, "人员安排", "等级") == ["一级", "三级", "四级"]
    assert _column(page, "进度表", "进度") == ["80", "45", "60", "0"]
    _needs("studio-plan", "rooms", "equipment", "staff", "budget", "progress")


@pytest.mark.clause("CG2023-L1-4.3.2-S")
def test_the_roadmap_of_a_platform_shows_modules_interfaces_and_state_of_delivery() -> None:
    page = _shown("online-platform-plan")
    assert _column(page, "模块", "第几期") == ["1", "1", "1", "2", "3"]
    assert _column(page, "接口清单", "状态") == ["联调", "开发中", "在谈"]
    assert _column(page, "交付计划", "状态") == ["已验收", "建设中", "建设中", "未开始"]
    _needs("online-platform-plan", "modules", "interfaces", "roadmap")


def test_a_library_plan_sets_holdings_beside_targets_by_category() -> None:
    page = _shown("resource-library-plan")
    rows = _table(page, "分类数量")
    assert [(row["目标"], row["实有"]) for row in rows] == [
        ("120", "74"),
        ("40", "37"),
        ("60", "22"),
        ("50", "18"),
        ("30", "12"),
    ]
    assert {row["代码"] for row in rows} == set(_column(page, "分类表", "代码"))
