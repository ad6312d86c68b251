"""Ledgers, records and forms of the counter hold what their clauses ask, or are held back with the gap named."""

import pytest

from tests.packs.documents.examples import (
    changed,
    example_of,
    held_back,
    held_back_in_rows,
    kind_of,
    labels_of,
    missing,
    opened,
    page_of,
    pdf_of,
    refused,
    section_text,
    sheets_of,
    signed_by,
    stored,
    table,
    value,
    words_of,
)
from zhiyin.engines.documents import DocumentDefinition
from zhiyin.engines.documents.inputs import form_of


@pytest.mark.clause("CG2023-L3-1.5.2-K")
def test_the_exported_assistance_ledger_has_its_columns_and_blank_cells_are_listed() -> None:
    kind, example = opened("assistance-ledger")
    assert kind.layout == "ledger"
    columns = next(field for field in kind.inputs() if field.id == "people").columns
    first = next(iter(sheets_of(page_of(kind, example)).values()))
    assert [column.label for column in columns] in first
    assert {"姓名", "困难情形", "认定日", "主要措施", "目前去向"} <= {column.label for column in columns}
    held_back_in_rows(kind, example, "people", *(column.id for column in columns if column.required))
    two = [{**row, "owner": None} for row in example["answers"]["people"][:2]]
    assert missing(kind, changed(example, people=two)) == {"people[0].owner", "people[1].owner"}


def test_the_totals_of_the_example_ledger_are_those_of_its_rows() -> None:
    answers = example_of(kind_of("assistance-ledger"))["answers"]
    assert answers["on_book"] == len(answers["people"])
    assert answers["employed"] == sum(row["outcome"] == "employed" for row in answers["people"])
    assert {row["no"] for row in answers["acts"]} == {row["no"] for row in answers["people"]}


@pytest.mark.clause("CG2023-L3-1.5.1-K")
def test_a_counter_record_keeps_what_was_said_apart_from_the_adviser_s_opinion() -> None:
    kind, example = opened("front-desk-record")
    held_back(kind, example, "day", "start", "end", "told", "asked", "opinion", "grounds", "result", "repeated")
    page = page_of(kind, example)
    assert "断了可惜" in section_text(page, "said")
    assert "首先是不断缴" in section_text(page, "opinion")
    assert "首先是不断缴" not in section_text(page, "said")
    assert [section.title for section in page.sections[1:3]] == ["客观记录", "接待人的判断"]


@pytest.mark.parametrize(("result", "name"), [("booked", "next_on"), ("referred", "referred_to"), ("open", "reply_on")])
def test_what_was_left_open_at_the_counter_needs_its_next_step(result: str, name: str) -> None:
    kind, example = opened("front-desk-record")
    asked = {field.id for field in kind.inputs() if field.relevant and field.relevant.holds(result)}
    assert asked == {name}
    assert missing(kind, changed(example, result=result)) == {name}


@pytest.mark.clause("CG2023-L3-1.5.3-K")
def test_an_employer_record_cannot_close_without_problem_advice_and_result() -> None:
    kind, example = opened("employer-guidance-record")
    held_back(kind, example, "problem_kind", "problem", "advice", "response", "state", "result")
    held_back_in_rows(kind, example, "advice", "advice", "why", "by")
    words = words_of(page_of(kind, example))
    places = [words.index(section.title) for section in kind.sections]
    assert places == sorted(places)
    for text in ("零下十二度", "补 35 至 37 码棉鞋二十双", "轮换同意试一个月", "缺口由 18 人降到 9 人"):
        assert text in words


@pytest.mark.clause("CG2023-L3-1.5.4-K")
def test_every_follow_up_contact_states_method_person_finding_and_next_date_or_why_none() -> None:
    kind, example = opened("follow-service-record")
    held_back_in_rows(kind, example, "contacts", "mode", "reached", "finding")
    last = len(example["answers"]["contacts"]) - 1
    unexplained = [dict(row) for row in example["answers"]["contacts"]]
    assert "next_on" not in unexplained[last]
    del unexplained[last]["why_none"]
    assert missing(kind, changed(example, contacts=unexplained)) == {f"contacts[{last}].why_none"}


@pytest.mark.clause("CG2023-L3-1.5.4-S")
def test_the_summary_of_a_follow_up_lists_every_contact_and_closes_with_an_outcome() -> None:
    kind, example = opened("follow-service-record")
    page = page_of(kind, example)
    contacts = table(page, "联系记录")
    assert len(contacts) == len(example["answers"]["contacts"]) == example["answers"]["times"] == 7
    assert all(row["发现和处置"] != "—" for row in contacts)
    assert sum(row["找到谁"] == "联系上本人" for row in contacts) == example["answers"]["reached_times"]
    assert page.sections[-1].id == "end"
    assert value(page, "去向") == "已就业"
    held_back(kind, example, "contacts", "summary", "outcome", "ended_on")


@pytest.mark.clause("CG2023-L3-3.4.3-S")
def test_a_key_employer_s_file_shows_visits_demands_services_and_the_next_date() -> None:
    kind, example = opened("key-employer-file")
    page = page_of(kind, example)
    assert [row["日期"] for row in table(page, "上门")] == ["2026年2月26日", "2026年4月9日"]
    assert next((row["岗位"], row["人数"], row["到岗"]) for row in table(page, "需求登记")) == (
        "冲压操作工",
        "60",
        "47",
    )
    assert [row["服务"] for row in table(page, "服务")] == ["招聘会", "政策送达", "培训对接"]
    assert value(page, "下次跟踪") == "2026年5月29日"
    held_back(kind, example, "visits", "demands", "services", "next_on")


@pytest.mark.clause("CG2023-L3-3.4.3-K")
def test_the_record_of_a_visit_ticks_each_rule_and_each_step() -> None:
    kind, example = opened("key-employer-file")
    columns = {column.id: column for field in kind.inputs() if field.id == "visits" for column in field.columns}
    full, partly = table(page_of(kind, example), "上门")
    for id in ("rules", "steps"):
        asked = columns[id]
        assert asked.type == "choices"
        assert full[asked.label].split("、") == [option.label for option in asked.options]
    assert "看现场" not in partly["走过的步骤"]
    held_back_in_rows(kind, example, "visits", "rules", "steps")


@pytest.mark.clause("CG2023-L4-3.1.2-K")
def test_every_question_of_a_job_seeker_s_registration_has_a_hint_and_prints_in_order() -> None:
    kind, example = opened("jobseeker-registration")
    asked = kind.inputs()
    assert [field.id for field in asked if not field.help] == []
    assert [column.id for field in asked for column in field.columns if not column.help] == []
    words = words_of(page_of(kind, example))
    places = [words.index(section.title) for section in kind.sections]
    assert places == sorted(places)
    printed = labels_of(page_of(kind, example))
    order = [field.label for field in asked if field.type != "rows" and field.id in example["answers"]]
    assert [label for label in printed if label in order] == order


def test_each_checked_paper_of_a_registration_has_result_reviewer_and_reason() -> None:
    kind, example = opened("jobseeker-registration")
    held_back(kind, example, "documents", "verdict")
    held_back_in_rows(kind, example, "documents", "result", "reviewer", "reason")
    assert table(page_of(kind, example), "材料审核")[2]["结果"] == "退回"


def test_a_vacancy_is_filed_only_when_it_may_be_published() -> None:
    kind, example = opened("vacancy-registration")
    page = page_of(kind, example)
    assert [value(page, label) for label in ("发布日期", "归档号", "保存到")] == [
        "2026年4月8日",
        "ZP-2026-0417",
        "2029年7月8日",
    ]
    back = changed(example, verdict="back")
    assert missing(kind, back) == {"missing"}
    assert "归档号" not in labels_of(page_of(kind, changed(back, missing="营业执照原件")))
    held_back_in_rows(kind, example, "posts", "number", "duty", "need")
    held_back_in_rows(kind, example, "terms", "place", "basic", "hours")


@pytest.mark.clause("CG2023-DJ-L3-1.1.1-S")
def test_a_new_version_of_the_employment_sheet_collects_without_programming() -> None:
    first = kind_of("employment-info-sheet")
    assert first.version == 1
    data = first.model_dump(by_alias=True, exclude_unset=True)
    assert "internet" not in str(data)
    question = {"id": "internet", "label": "家里能上网吗", "type": "boolean", "required": True}
    data["version"] = 2
    data["sections"][2]["blocks"][0]["inputs"].append(question)
    second = DocumentDefinition.model_validate(data)
    example = example_of(first)
    assert missing(second, example) == {"internet"}
    answers = stored(second, {**example["answers"], "internet": True})
    page = page_of(second, {**example, "answers": answers})
    assert page.version == 2
    assert value(page, "家里能上网吗") == "是"


@pytest.mark.parametrize(("status", "asked"), [("employed", "income"), ("unemployed", "idle_since")])
def test_the_employment_sheet_asks_what_fits_the_status(status: str, asked: str) -> None:
    kind = kind_of("employment-info-sheet")
    form = form_of(kind)
    assert form is not None
    for name in ("income", "idle_since"):
        relevant = form.field(name).relevant
        assert relevant is not None
        assert relevant.holds(status) is (name == asked)


@pytest.mark.parametrize("id", ["personal-registration", "personal-info-sheet", "employment-info-sheet"])
def test_a_guardian_signs_only_where_there_is_one(id: str) -> None:
    kind, example = opened(id)
    alone = changed(example, guardian_name=None)
    there = changed(example, guardian_name="乐母")
    assert "guardian" not in signed_by(page_of(kind, alone))
    assert "guardian" in signed_by(page_of(kind, there))


@pytest.mark.parametrize(("again", "asked"), [(True, "next_on"), (False, "end_why")])
def test_a_revisit_has_a_next_date_or_the_reason_for_none(again: bool, asked: str) -> None:
    kind, example = opened("revisit-record")
    assert missing(kind, changed(example, next_on=None, end_why=None, again=again)) == {asked}
    held_back(kind, example, "method", "reached", "finding")


@pytest.mark.clause("CG2023-X1-L4-2.1.3-K")
def test_a_founder_s_revisit_enforces_its_fields_and_exports_in_order() -> None:
    kind, example = opened("startup-revisit-record")
    held_back(kind, example, "state", "difficulties", "next_on", "reported", "reported_at")
    held_back_in_rows(kind, example, "difficulties", "difficulty", "need")
    words = words_of(page_of(kind, example))
    places = [words.index(section.title) for section in kind.sections]
    assert places == sorted(places)
    for text in ("平稳", "早四点没人肯来", "推荐能上早班的人", "2026年6月25日", "2026年5月22日 10:30"):
        assert text in words


@pytest.mark.clause("CG2023-X1-L3-2.1.2-S")
def test_the_brief_of_projects_exports_by_class_with_source_and_date() -> None:
    kind, example = opened("startup-project-digest")
    sheets = sheets_of(page_of(kind, example))
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
    for rows_of_class in ("small", "skill", "rural"):
        held_back_in_rows(kind, example, rows_of_class, "source", "dated")


def test_the_example_brief_accounts_for_every_project_received() -> None:
    answers = example_of(kind_of("startup-project-digest"))["answers"]
    assert answers["received"] == sum(answers[name] for name in ("duplicates", "expired", "doubtful", "listed"))


def test_a_certificate_speaks_only_of_papers_that_passed_all_four_points() -> None:
    kind, example = opened("personnel-file-certificate")
    held_back_in_rows(kind, example, "items", "stated", "material", "page")
    assert refused(kind, {"checked": ["source", "seal", "date"]}) == {"checked"}
    words = words_of(page_of(kind, example))
    for row in example["answers"]["items"]:
        assert row["stated"] in words
        assert row["page"] in words


@pytest.mark.parametrize("id", ["assistance-ledger", "personnel-file-certificate", "policy-reader"])
def test_a_ledger_a_certificate_and_a_manual_become_pdf(id: str) -> None:
    kind = kind_of(id)
    page = page_of(kind, example_of(kind), "issued")
    assert pdf_of(page).startswith(b"%PDF-")
