"""Ledgers, records, forms, manuals and releases hold what their clauses ask; where something is missing the gap is
named.

The example of a kind (the first passing case of its pack) is built, checked and exported; then answers are taken away.
"""

import io
from collections.abc import Mapping
from datetime import UTC, date, datetime
from html import unescape
from pathlib import Path
from typing import Any

import docx
import pytest
from python_calamine import CalamineWorkbook

from zhiyin.engines.documents import DocumentDefinition, clean_answers
from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.build import build, check
from zhiyin.engines.documents.excel import render_xlsx
from zhiyin.engines.documents.html import render_html
from zhiyin.engines.documents.inputs import form_of
from zhiyin.engines.documents.pdf import render_pdf
from zhiyin.engines.documents.word import render_docx
from zhiyin.kernel.errors import Invalid
from zhiyin.packs import installed
from zhiyin.packs.sources import read_yaml

PACK = Path(installed.__file__).parent / "content" / "cn-adviser-2023"
DAY = date(2026, 6, 30)

Context = dict[str, Any]
Rows = list[dict[str, str]]


def _kind(id: str) -> DocumentDefinition:
    found = installed.registry().get("document", id)
    assert isinstance(found, DocumentDefinition)
    return found


def _example(kind: DocumentDefinition) -> Context:
    """Context of the example, its answers as they are stored."""
    source, findings = read_yaml(PACK / "cases" / f"document-{kind.id}.yaml")
    assert not findings
    context: Context = source.data["passing"][0]["input"]
    answers = clean_answers(kind, context["answers"], installed.registry().codelists(), today=DAY)
    assert check(kind, {**context, "answers": answers}) == []
    return {**context, "answers": answers}


def _page(kind: DocumentDefinition, context: Context, status: t.Status = "draft") -> t.Document:
    lists = installed.registry().codelists()
    return build(kind, context, number="", issued_on=DAY, check_url="", check_code="", codelists=lists, status=status)


def _table(page: t.Document, caption: str) -> Rows:
    """Rows of the table with this caption, each by column label without its unit."""
    tables = [block for section in page.sections for block in section.blocks if isinstance(block, t.Table)]
    (found,) = [table for table in tables if table.caption == caption]
    labels = [column.label.partition("（")[0] for column in found.columns]
    return [dict(zip(labels, row, strict=True)) for row in found.rows]


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


def _in_section(page: t.Document, id: str) -> str:
    """Everything that one section prints, as plain text."""
    (section,) = [section for section in page.sections if section.id == id]
    texts: list[str] = []
    for block in section.blocks:
        if isinstance(block, t.Fields):
            texts += [item.value for item in block.items]
        elif isinstance(block, t.Editable):
            texts += block.paragraphs
        elif isinstance(block, t.Table):
            texts += [cell for row in block.rows for cell in row]
    return "\n".join(texts)


def _gaps(kind: DocumentDefinition, context: Context, answers: Mapping[str, Any]) -> set[str]:
    return {gap.block or gap.section for gap in check(kind, {**context, "answers": answers})}


def _without(context: Context, *names: str) -> dict[str, Any]:
    return {name: value for name, value in context["answers"].items() if name not in names}


def _held_back(kind: DocumentDefinition, context: Context, *names: str) -> None:
    """Without any one of these answers the document may not be issued, and the answer is named."""
    for name in names:
        assert name in _gaps(kind, context, _without(context, name)), name


def _held_back_in_rows(kind: DocumentDefinition, context: Context, rows: str, *columns: str) -> None:
    """Without any one of these cells in its first row the document may not be issued, and the cell is named."""
    answers: Mapping[str, Any] = context["answers"]
    first, *others = answers[rows]
    for column in columns:
        assert column in first, column
        short = {key: value for key, value in first.items() if key != column}
        assert _gaps(kind, context, {**answers, rows: [short, *others]}) == {f"{rows}[0].{column}"}


def _sheets(page: t.Document) -> dict[str, list[list[Any]]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(render_xlsx(page)))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def _words(page: t.Document) -> str:
    """All text of the Word file, tables too, in reading order."""
    return "\n".join(text for text in docx.Document(io.BytesIO(render_docx(page))).element.body.itertext() if text)


@pytest.mark.clause("CG2023-L3-1.5.2-K")
def test_the_exported_assistance_ledger_has_its_columns_and_blank_cells_are_listed() -> None:
    kind = _kind("assistance-ledger")
    example = _example(kind)
    assert kind.layout == "ledger"
    columns = next(field for field in kind.inputs() if field.id == "people").columns
    first = next(iter(_sheets(_page(kind, example)).values()))
    assert [column.label for column in columns] in first
    assert {"姓名", "困难情形", "认定日", "主要措施", "目前去向"} <= {column.label for column in columns}
    _held_back_in_rows(kind, example, "people", *(column.id for column in columns if column.required))
    two = [{**row, "owner": None} for row in example["answers"]["people"][:2]]
    assert _gaps(kind, example, {**example["answers"], "people": two}) == {"people[0].owner", "people[1].owner"}


def test_the_totals_of_the_example_ledger_are_those_of_its_rows() -> None:
    answers = _example(_kind("assistance-ledger"))["answers"]
    assert answers["on_book"] == len(answers["people"])
    assert answers["employed"] == sum(row["outcome"] == "employed" for row in answers["people"])
    assert {row["no"] for row in answers["acts"]} == {row["no"] for row in answers["people"]}


@pytest.mark.clause("CG2023-L3-1.5.1-K")
def test_a_counter_record_keeps_what_was_said_apart_from_the_adviser_s_opinion() -> None:
    kind = _kind("front-desk-record")
    example = _example(kind)
    _held_back(kind, example, "day", "start", "end", "told", "asked", "opinion", "grounds", "result", "repeated")
    page = _page(kind, example)
    assert "断了可惜" in _in_section(page, "said")
    assert "首先是不断缴" in _in_section(page, "opinion")
    assert "首先是不断缴" not in _in_section(page, "said")
    assert [section.title for section in page.sections[1:3]] == ["客观记录", "接待人的判断"]


@pytest.mark.parametrize(("result", "name"), [("booked", "next_on"), ("referred", "referred_to"), ("open", "reply_on")])
def test_what_was_left_open_at_the_counter_needs_its_next_step(result: str, name: str) -> None:
    kind = _kind("front-desk-record")
    example = _example(kind)
    asked = {field.id for field in kind.inputs() if field.relevant and field.relevant.holds(result)}
    assert asked == {name}
    assert _gaps(kind, example, {**example["answers"], "result": result}) == {name}


@pytest.mark.clause("CG2023-L3-1.5.3-K")
def test_an_employer_record_cannot_close_without_problem_advice_and_result() -> None:
    kind = _kind("employer-guidance-record")
    example = _example(kind)
    _held_back(kind, example, "problem_kind", "problem", "advice", "response", "state", "result")
    _held_back_in_rows(kind, example, "advice", "advice", "why", "by")
    words = _words(_page(kind, example))
    places = [words.index(section.title) for section in kind.sections]
    assert places == sorted(places)
    for text in ("零下十二度", "补 35 至 37 码棉鞋二十双", "轮换同意试一个月", "缺口由 18 人降到 9 人"):
        assert text in words


@pytest.mark.clause("CG2023-L3-1.5.4-K")
def test_every_follow_up_contact_states_method_person_finding_and_next_date_or_why_none() -> None:
    kind = _kind("follow-service-record")
    example = _example(kind)
    _held_back_in_rows(kind, example, "contacts", "mode", "reached", "finding")
    last = len(example["answers"]["contacts"]) - 1
    unexplained = [dict(row) for row in example["answers"]["contacts"]]
    assert "next_on" not in unexplained[last]
    del unexplained[last]["why_none"]
    gaps = _gaps(kind, example, {**example["answers"], "contacts": unexplained})
    assert gaps == {f"contacts[{last}].why_none"}


@pytest.mark.clause("CG2023-L3-1.5.4-S")
def test_the_summary_of_a_follow_up_lists_every_contact_and_closes_with_an_outcome() -> None:
    kind = _kind("follow-service-record")
    example = _example(kind)
    page = _page(kind, example)
    contacts = _table(page, "联系记录")
    assert len(contacts) == len(example["answers"]["contacts"]) == example["answers"]["times"] == 7
    assert all(row["发现和处置"] != "—" for row in contacts)
    assert sum(row["找到谁"] == "联系上本人" for row in contacts) == example["answers"]["reached_times"]
    assert page.sections[-1].id == "end"
    assert _values(page)["去向"] == "已就业"
    _held_back(kind, example, "contacts", "summary", "outcome", "ended_on")


@pytest.mark.clause("CG2023-L3-3.4.3-S")
def test_a_key_employer_s_file_shows_visits_demands_services_and_the_next_date() -> None:
    kind = _kind("key-employer-file")
    example = _example(kind)
    page = _page(kind, example)
    assert [row["日期"] for row in _table(page, "上门")] == ["2026年2月26日", "2026年4月9日"]
    assert next((row["岗位"], row["人数"], row["到岗"]) for row in _table(page, "需求登记")) == (
        "冲压操作工",
        "60",
        "47",
    )
    assert [row["服务"] for row in _table(page, "服务")] == ["招聘会", "政策送达", "培训对接"]
    assert _values(page)["下次跟踪"] == "2026年5月29日"
    _held_back(kind, example, "visits", "demands", "services", "next_on")


@pytest.mark.clause("CG2023-L3-3.4.3-K")
def test_the_record_of_a_visit_ticks_each_rule_and_each_step() -> None:
    kind = _kind("key-employer-file")
    example = _example(kind)
    columns = {column.id: column for field in kind.inputs() if field.id == "visits" for column in field.columns}
    full, partly = _table(_page(kind, example), "上门")
    for id in ("rules", "steps"):
        column = columns[id]
        assert column.type == "choices"
        assert full[column.label].split("、") == [option.label for option in column.options]
    assert "看现场" not in partly["走过的步骤"]
    _held_back_in_rows(kind, example, "visits", "rules", "steps")


@pytest.mark.clause("CG2023-L4-3.1.2-K")
def test_every_question_of_a_job_seeker_s_registration_has_a_hint_and_prints_in_order() -> None:
    kind = _kind("jobseeker-registration")
    example = _example(kind)
    asked = kind.inputs()
    assert [field.id for field in asked if not field.help] == []
    assert [column.id for field in asked for column in field.columns if not column.help] == []
    words = _words(_page(kind, example))
    places = [words.index(section.title) for section in kind.sections]
    assert places == sorted(places)
    printed = list(_values(_page(kind, example)))
    order = [field.label for field in asked if field.type != "rows" and field.id in example["answers"]]
    assert [label for label in printed if label in order] == order


def test_each_checked_paper_of_a_registration_has_result_reviewer_and_reason() -> None:
    kind = _kind("jobseeker-registration")
    example = _example(kind)
    _held_back(kind, example, "documents", "verdict")
    _held_back_in_rows(kind, example, "documents", "result", "reviewer", "reason")
    assert _table(_page(kind, example), "材料审核")[2]["结果"] == "退回"


def test_a_vacancy_is_filed_only_when_it_may_be_published() -> None:
    kind = _kind("vacancy-registration")
    example = _example(kind)
    values = _values(_page(kind, example))
    assert (values["发布日期"], values["归档号"], values["保存到"]) == ("2026年4月8日", "ZP-2026-0417", "2029年7月8日")
    back = {**example["answers"], "verdict": "back"}
    assert _gaps(kind, example, back) == {"missing"}
    returned = _values(_page(kind, {**example, "answers": {**back, "missing": "营业执照原件"}}))
    assert "归档号" not in returned
    _held_back_in_rows(kind, example, "posts", "number", "duty", "need")
    _held_back_in_rows(kind, example, "terms", "place", "basic", "hours")


@pytest.mark.clause("CG2023-DJ-L3-1.1.1-S")
def test_a_new_version_of_the_employment_sheet_collects_without_programming() -> None:
    source, _ = read_yaml(PACK / "documents" / "employment-info-sheet.yaml")
    text = (PACK / "documents" / "employment-info-sheet.yaml").read_text(encoding="utf-8")
    assert source.data["version"] == 1
    data = DocumentDefinition.model_validate(source.data).model_dump(by_alias=True, exclude_unset=True)
    question = {"id": "internet", "label": "家里能上网吗", "type": "boolean", "required": True}
    data["version"] = 2
    data["sections"][2]["blocks"][0]["inputs"].append(question)
    second = DocumentDefinition.model_validate(data)
    example = _example(_kind("employment-info-sheet"))
    assert "internet" not in text
    assert _gaps(second, example, example["answers"]) == {"internet"}
    answers = clean_answers(
        second, {**example["answers"], "internet": True}, installed.registry().codelists(), today=DAY
    )
    page = _page(second, {**example, "answers": answers})
    assert page.version == 2
    assert _values(page)["家里能上网吗"] == "是"


@pytest.mark.parametrize(("status", "asked"), [("employed", "income"), ("unemployed", "idle_since")])
def test_the_employment_sheet_asks_what_fits_the_status(status: str, asked: str) -> None:
    kind = _kind("employment-info-sheet")
    form = form_of(kind)
    assert form is not None
    for name in ("income", "idle_since"):
        relevant = form.field(name).relevant
        assert relevant is not None
        assert relevant.holds(status) is (name == asked)


@pytest.mark.clause("CG2023-DA-L4-1.2.2-K")
def test_an_assessment_file_does_not_open_with_a_step_missing() -> None:
    kind = _kind("personal-registration")
    example = _example(kind)
    steps = ("verified_on", "informed_on", "searched_on", "entered_on", "numbered_on", "filed_on")
    _held_back(kind, example, *steps, "file_no", "papers")
    values = _values(_page(kind, example))
    assert [label[:2] for label in values if label[1:2] == "、"] == ["一、", "二、", "三、", "四、", "五、", "六、"]


@pytest.mark.parametrize("id", ["personal-registration", "personal-info-sheet", "employment-info-sheet"])
def test_a_guardian_signs_only_where_there_is_one(id: str) -> None:
    kind = _kind(id)
    example = _example(kind)
    alone = {**example, "answers": _without(example, "guardian_name")}
    there = {**example, "answers": {**alone["answers"], "guardian_name": "乐母"}}
    assert "guardian" not in {line.role for line in _page(kind, alone).signatures}
    assert "guardian" in {line.role for line in _page(kind, there).signatures}


@pytest.mark.clause("CG2023-DA-L4-2.1.4-S")
def test_the_scene_of_a_software_test_shows_time_event_and_assessor() -> None:
    kind = _kind("software-scene-record")
    example = _example(kind)
    page = _page(kind, example)
    events = _table(page, "经过")
    assert [row["几点"] for row in events] == ["9:35", "9:42", "9:51", "10:06", "10:14"]
    assert all(row["看到的行为"] != "—" for row in events)
    assert _values(page)["主试"].startswith("贺小川")
    group = {**example["answers"], "mode": "group"}
    assert _gaps(kind, example, group) == {"people"}


@pytest.mark.clause("CG2023-DA-L4-2.1.4-K")
def test_a_software_scene_without_time_behaviour_help_or_interruption_is_flagged() -> None:
    kind = _kind("software-scene-record")
    example = _example(kind)
    _held_back(kind, example, "events", "valid")
    _held_back_in_rows(kind, example, "events", "at", "act", "help", "pause")


@pytest.mark.clause("CG2023-DA-L4-2.2.2-S")
def test_a_physical_test_shows_each_trial_and_its_time() -> None:
    kind = _kind("physical-scene-record")
    example = _example(kind)
    trials = _table(_page(kind, example), "每次情况")
    assert len(trials) == example["answers"]["planned"] == 5
    assert [row["秒"] for row in trials] == ["312", "276", "251", "263", "—"]
    assert [row["起"] for row in trials[:4]] == ["9:10", "9:18", "9:26", "9:40"]
    _held_back_in_rows(kind, example, "trials", "start", "seconds", "errors", "posture", "aid")


@pytest.mark.clause("CG2023-DA-L4-2.2.2-K")
def test_a_trial_that_was_not_done_stays_in_the_table_and_needs_its_reason() -> None:
    kind = _kind("physical-scene-record")
    example = _example(kind)
    trials = _table(_page(kind, example), "每次情况")
    assert [row["做了"] for row in trials] == ["是", "是", "是", "是", "否"]
    assert trials[4]["没做的原因"] == "右肩发酸，主试叫停"
    silent = [*example["answers"]["trials"][:4], {"no": 5, "done": False}]
    assert _gaps(kind, example, {**example["answers"], "trials": silent}) == {"trials[4].why_not"}


def test_the_contents_of_an_assessment_archive_are_classed_and_counted() -> None:
    kind = _kind("assessment-archive")
    example = _example(kind)
    contents = _table(_page(kind, example), "卷内目录")
    assert len(contents) == example["answers"]["total"]
    assert len({row["类别"] for row in contents}) == 6
    _held_back(kind, example, "type", "period", "state", "contents", "keep_until")


@pytest.mark.parametrize(("again", "asked"), [(True, "next_on"), (False, "end_why")])
def test_a_revisit_has_a_next_date_or_the_reason_for_none(again: bool, asked: str) -> None:
    kind = _kind("revisit-record")
    example = _example(kind)
    answers = {**_without(example, "next_on", "end_why"), "again": again}
    assert _gaps(kind, example, answers) == {asked}
    _held_back(kind, example, "method", "reached", "finding")


def test_returned_questionnaires_stand_against_those_sent() -> None:
    kind = _kind("survey-questionnaire")
    example = _example(kind)
    page = _page(kind, example)
    issues = _table(page, "发放与收回")
    values = _values(page)
    assert [(row["发出"], row["收回"]) for row in issues][1] == ("24", "20")
    assert values["发出合计"] == f"{sum(int(row['发出']) for row in issues)}份"
    assert values["收回合计"] == f"{sum(int(row['收回']) for row in issues)}份"


def test_the_questionnaire_has_a_page_for_those_who_answer() -> None:
    kind = _kind("survey-questionnaire")
    example = _example(kind)
    (sheet,) = [section for section in _page(kind, example).sections if section.id == "sheet"]
    (asked,) = [block for block in sheet.blocks if isinstance(block, t.ItemList)]
    assert [item.text for item in asked.items] == [row["question"] for row in example["answers"]["questions"]]
    assert "不记名字" in next(block.text for block in sheet.blocks if isinstance(block, t.Paragraph))


def test_a_questionnaire_may_be_issued_before_any_is_returned() -> None:
    kind = _kind("survey-questionnaire")
    example = _example(kind)
    assert _gaps(kind, example, _without(example, "issues", "sent_total", "returned_total", "findings")) == set()
    assert "questions" in _gaps(kind, example, {**example["answers"], "questions": example["answers"]["questions"][:2]})


@pytest.mark.clause("CG2023-X1-L4-2.1.3-K")
def test_a_founder_s_revisit_enforces_its_fields_and_exports_in_order() -> None:
    kind = _kind("startup-revisit-record")
    example = _example(kind)
    _held_back(kind, example, "state", "difficulties", "next_on", "reported", "reported_at")
    _held_back_in_rows(kind, example, "difficulties", "difficulty", "need")
    words = _words(_page(kind, example))
    places = [words.index(section.title) for section in kind.sections]
    assert places == sorted(places)
    for text in ("平稳", "早四点没人肯来", "推荐能上早班的人", "2026年6月25日", "2026年5月22日 10:30"):
        assert text in words


@pytest.mark.clause("CG2023-X1-L3-2.1.2-S")
def test_the_brief_of_projects_exports_by_class_with_source_and_date() -> None:
    kind = _kind("startup-project-digest")
    example = _example(kind)
    sheets = _sheets(_page(kind, example))
    rows = {name: [row for row in sheet if row] for name, sheet in sheets.items()}
    classes = [name for name in rows if name.endswith("项目")]
    assert len(classes) == 3
    total = 0
    for name in classes:
        head = next(i for i, row in enumerate(rows[name]) if "来源" in row)
        source, dated = rows[name][head].index("来源"), rows[name][head].index("日期")
        projects = rows[name][head + 1 :]
        assert all(row[source] and row[dated] for row in projects)
        total += len(projects)
    assert total == example["answers"]["listed"]
    for table in ("small", "skill", "rural"):
        _held_back_in_rows(kind, example, table, "source", "dated")


def test_the_example_brief_accounts_for_every_project_received() -> None:
    answers = _example(_kind("startup-project-digest"))["answers"]
    assert answers["received"] == sum(answers[name] for name in ("duplicates", "expired", "doubtful", "listed"))


def test_a_certificate_speaks_only_of_papers_that_passed_all_four_points() -> None:
    kind = _kind("personnel-file-certificate")
    example = _example(kind)
    _held_back_in_rows(kind, example, "items", "stated", "material", "page")
    with pytest.raises(Invalid) as caught:
        clean_answers(kind, {"checked": ["source", "seal", "date"]}, today=DAY)
    assert set(caught.value.errors) == {"checked"}
    words = _words(_page(kind, example))
    for row in example["answers"]["items"]:
        assert row["stated"] in words
        assert row["page"] in words


@pytest.mark.clause("CG2023-L3-3.4.1-K")
def test_a_missing_chapter_holds_the_handbook_back_and_its_edition_is_on_the_cover() -> None:
    kind = _kind("employer-recruiting-manual")
    example = _example(kind)
    for chapter in ("post", "channel", "select", "contract", "stay", "help"):
        (section,) = [section for section in kind.sections if section.id == chapter]
        inside = {field.id for block in section.blocks for field in getattr(block, "inputs", [])}
        gaps = check(kind, {**example, "answers": _without(example, *inside)})
        assert {gap.section for gap in gaps} == {chapter}
    page = _page(kind, {**example, "answers": {**example["answers"], "edition": "2026 年第 2 版"}})
    assert "2026 年第 2 版" in page.subtitle


@pytest.mark.clause("CG2023-L3-3.4.1-S")
def test_the_distribution_list_shows_which_employer_has_which_edition() -> None:
    kind = _kind("employer-recruiting-manual")
    example = _example(kind)
    issued = _table(_page(kind, example), "发放")
    assert [(row["单位"], row["版次"]) for row in issued] == [
        ("临江市恒越车件有限公司（演示）", "2026 年第 1 版"),
        ("临江市白鹭冷食有限公司（演示）", "2026 年第 1 版"),
        ("临江市新光纸业有限公司（演示）", "2026 年第 1 版"),
    ]
    _held_back_in_rows(kind, example, "issued", "employer", "version")


@pytest.mark.clause("CG2023-DA-L4-1.1.2-S")
def test_the_issue_log_of_the_assessment_handbook_shows_edition_and_format() -> None:
    kind = _kind("assessment-manual")
    example = _example(kind)
    issues = _table(_page(kind, example), "发放")
    assert {row["版次"] for row in issues} == {"2026 年第 1 版"}
    assert [row["版式"] for row in issues] == ["易读图文", "大字", "语音"]
    _held_back_in_rows(kind, example, "issues", "version", "format")
    _held_back(kind, example, "formats", "format_check")


def test_a_reader_and_a_notice_say_from_when_and_how_to_complain() -> None:
    reader, notice = _kind("policy-reader"), _kind("public-notice")
    _held_back(reader, _example(reader), "edition", "valid_from", "valid_until", "conditions", "steps", "link")
    example = _example(notice)
    _held_back(notice, example, "from", "steps", "papers", "complaint", "reply_days")
    assert "change" not in _gaps(notice, example, _without(example, "replaces", "change"))
    assert _page(reader, _example(reader)).subtitle == "自己缴社保，能拿多少补贴（2026 年第 2 版）"


_OUTLINES = {
    "news": {"news_fact", "news_number", "news_next"},
    "story": {"story_before", "story_turn", "story_now", "story_consent"},
    "policy": {"policy_gain", "policy_who", "policy_how"},
    "event": {"event_when", "event_have", "event_join"},
}


@pytest.mark.clause("CG2023-L3-2.2.1-K")
@pytest.mark.parametrize(
    ("kind_of_text", "said"), list(zip(_OUTLINES, ("消息", "人物故事", "政策解读", "活动预告"), strict=True))
)
def test_each_type_of_publicity_has_its_outline_and_the_draft_names_it(kind_of_text: str, said: str) -> None:
    kind = _kind("promotion-copy")
    example = _example(kind)
    written = {name for names in _OUTLINES.values() for name in names}
    answers = {**_without(example, *written), "type": kind_of_text}
    assert _gaps(kind, example, answers) == _OUTLINES[kind_of_text] | {"outline"}
    assert _values(_page(kind, {**example, "answers": answers}))["稿子类型"] == said


@pytest.mark.parametrize(
    ("channel", "limit"),
    [("paper", 800), ("radio", 300), ("site", 1500), ("wechat", 1200), ("poster", 120), ("video", 400)],
)
def test_the_channel_limits_the_text_and_longer_ones_are_refused(channel: str, limit: int) -> None:
    kind = _kind("promotion-copy")
    lists = installed.registry().codelists()
    body = f"body_{channel}"
    fits = clean_answers(kind, {"channel": channel, body: "字" * limit}, lists, today=DAY)
    assert len(fits[body]) == limit
    with pytest.raises(Invalid) as caught:
        clean_answers(kind, {"channel": channel, body: "字" * (limit + 1)}, lists, today=DAY)
    assert set(caught.value.errors) == {body}
    (field,) = [field for field in kind.inputs() if field.id == body]
    assert f"{limit} 字以内" in field.label


@pytest.mark.clause("CG2023-L3-2.4.2-S")
def test_a_video_is_not_issued_without_captions_and_a_rights_statement() -> None:
    kind = _kind("promotion-copy")
    example = _example(kind)
    _held_back(kind, example, "captions", "rights", "script", "cover")
    on_paper = {**_without(example, "captions", "rights"), "channel": "paper", "body_paper": "见报的话。"}
    assert _gaps(kind, example, on_paper) == set()


@pytest.mark.clause("CG2023-L3-2.4.2-K")
def test_the_checklist_of_a_video_covers_length_captions_sound_and_rights() -> None:
    kind = _kind("promotion-copy")
    example = _example(kind)
    checks = ("check_length", "check_captions", "check_sound", "check_rights")
    _held_back(kind, example, *checks, "length")
    mixed = {**example["answers"], "check_sound": "fix"}
    kept = clean_answers(kind, mixed, installed.registry().codelists(), today=DAY)
    assert [kept[name] for name in checks] == ["pass", "pass", "fix", "pass"]
    values = _values(_page(kind, {**example, "answers": kept}))
    assert [values[f"{what}核对"] for what in ("时长", "字幕", "声音", "权利")] == ["合格", "合格", "要改", "合格"]


def test_a_picture_needs_its_alternative_text() -> None:
    for id, rows in (
        ("promotion-copy", "pictures"),
        ("employer-image", "media"),
        ("occupation-showcase-copy", "media"),
    ):
        kind = _kind(id)
        example = _example(kind)
        _held_back_in_rows(kind, example, rows, "alt", "rights")
        assert example["answers"][rows][0]["alt"] in unescape(render_html(_page(kind, example)))


@pytest.mark.clause("CG2023-L3-2.5.2-S")
@pytest.mark.parametrize(("status", "shown"), [("draft", True), ("issued", False)])
def test_a_showcase_shows_its_sections_and_whether_it_is_still_a_draft(status: t.Status, shown: bool) -> None:
    kind = _kind("occupation-showcase-copy")
    example = _example(kind)
    html = unescape(render_html(_page(kind, example, status)))
    for title in ("每天做什么", "要会什么", "待遇和前路", "图像与体验"):
        assert title in html
    assert ("草稿" in html) is shown
    assert kind.reviews is not None
    for section in ("duties", "skills", "prospects", "media"):
        assert section in kind.required_elements
    _held_back(kind, example, "day", "skills", "pay", "paths", "media")


@pytest.mark.clause("CG2023-L3-2.5.2-K")
def test_the_forms_of_a_showcase_are_four_and_each_comes_with_a_hint() -> None:
    kind = _kind("occupation-showcase-copy")
    (field,) = [field for field in kind.inputs() if field.id == "form"]
    hints = dict(hint.split("：") for hint in field.help.strip("。").split("。"))
    assert [option.label for option in field.options] == list(hints) == ["文字", "图片", "视频", "实地参观"]
    assert all(len(hint) > 5 for hint in hints.values())


_VERSIONS = {
    "low_vision": {"large", "large_points", "large_by"},
    "blind": {"audio", "audio_seconds", "audio_by"},
    "deaf": {"sign", "sign_kind", "sign_by"},
    "easy": {"easy_read", "easy_by"},
}


@pytest.mark.clause("CG2023-DJ-L3-1.2.1-S")
@pytest.mark.parametrize("group", list(_VERSIONS))
def test_publicity_without_the_version_of_its_group_is_not_released(group: str) -> None:
    kind = _kind("disability-publicity")
    example = _example(kind)
    answers = _without(example, *_VERSIONS[group])
    assert _gaps(kind, example, answers) == _VERSIONS[group]
    assert _gaps(kind, example, {**answers, group: False}) == set()
    _held_back(kind, example, "text")


def test_large_type_is_not_small() -> None:
    with pytest.raises(Invalid) as caught:
        clean_answers(_kind("disability-publicity"), {"low_vision": True, "large_points": 14}, today=DAY)
    assert set(caught.value.errors) == {"large_points"}


@pytest.mark.parametrize("id", ["assistance-ledger", "personnel-file-certificate", "policy-reader"])
def test_a_ledger_a_certificate_and_a_manual_become_pdf(id: str) -> None:
    kind = _kind(id)
    page = _page(kind, _example(kind), "issued")
    assert render_pdf(page, timestamp=datetime(2026, 6, 30, tzinfo=UTC)).startswith(b"%PDF-")
