"""Documents that ask their own questions: the form, the checks, and how the answers print."""

import io
from datetime import date
from typing import Any

import docx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pypdf import PdfReader

from tests.engines.documents.conftest import STAMP
from zhiyin.engines.documents import DocumentDefinition, clean_answers, form_of, inputs
from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.build import build, check, shown_sections
from zhiyin.engines.documents.html import render_html
from zhiyin.engines.documents.pdf import render_pdf, render_picture
from zhiyin.engines.documents.word import render_docx
from zhiyin.engines.forms import CodeList
from zhiyin.kernel.errors import DefinitionError, Invalid

TODAY = date(2026, 3, 1)
FAIR: dict[str, Any] = {
    "kind": "document",
    "id": "fair-plan",
    "version": 1,
    "title": "专场招聘活动方案",
    "subtitle": "{{ agency.name }}",
    "number": "{agency}-ZC-{year}-{serial:05d}",
    "class": "plan",
    "subject": "activity",
    "about": "说明一场招聘会怎么办",
    "drafts": {"grade": 3},
    "reviews": {"grade": 2},
    "approves": {"role": "section_head"},
    "retention_years": 5,
    "layout": "landscape",
    "required_elements": ["event"],
    "sections": [
        {
            "id": "event",
            "title": "活动安排",
            "guidance": "先定日子，再定场地",
            "blocks": [
                {"text": "本场活动于 {{ answers.held_on }} 举行，属于{{ answers.form }}。"},
                {
                    "inputs": [
                        {"id": "held_on", "label": "举办日期", "type": "date", "required": True},
                        {"id": "form", "label": "形式", "type": "choice", "codelist": "fair-form"},
                        {"id": "booths", "label": "展位", "type": "integer", "unit": "个"},
                        {"id": "online", "label": "同时线上", "type": "boolean"},
                        {
                            "id": "platform",
                            "label": "线上平台",
                            "type": "text",
                            "required": True,
                            "relevant": {"field": "online", "is": [True]},
                        },
                        {"id": "aim", "label": "活动目标", "type": "longtext", "required": True},
                        {
                            "id": "budget",
                            "label": "经费",
                            "type": "rows",
                            "min_rows": 2,
                            "columns": [
                                {"id": "item", "label": "项目", "type": "text", "required": True},
                                {"id": "amount", "label": "金额", "type": "money", "unit": "元"},
                                {"id": "due", "label": "支付日", "type": "date"},
                            ],
                        },
                    ]
                },
            ],
        },
        {
            "id": "remote",
            "title": "线上部分",
            "when": "answers.online",
            "blocks": [{"inputs": [{"id": "host", "label": "主持人", "type": "text", "required": True}]}],
        },
    ],
}
ANSWERS: dict[str, Any] = {
    "held_on": "2026-04-18",
    "form": "special",
    "booths": 30,
    "aim": "让三十家企业招到人。\n让八百人少跑一趟。",
    "budget": [{"item": "场地", "amount": "12000", "due": "2026-04-01"}, {"item": "印刷", "amount": "300.5"}],
}
CODES = {
    "fair-form": CodeList.model_validate(
        {
            "kind": "codelist",
            "id": "fair-form",
            "version": 1,
            "title": "形式",
            "source": "本平台",
            "values": [
                {"value": "special", "label": "专场"},
                {"value": "old", "label": "旧式", "valid_to": "2020-12-31"},
            ],
        }
    )
}


@pytest.fixture
def fair() -> DocumentDefinition:
    return DocumentDefinition.model_validate(FAIR)


def made(fair: DocumentDefinition, answers: dict[str, Any], **context: Any) -> t.Document:
    given = {"agency": {"name": "临江市公共就业服务中心（演示）"}, "answers": answers, **context}
    return build(fair, given, number="", issued_on=None, check_url="", check_code="", codelists=CODES)


def test_short_answers_long_texts_and_rows_print_each_in_their_way(fair: DocumentDefinition) -> None:
    intro, fields, aim, budget = made(fair, ANSWERS).sections[0].blocks
    assert intro == t.Paragraph("本场活动于 2026年4月18日举行，属于专场。")
    assert isinstance(fields, t.Fields)
    assert [(item.label, item.value) for item in fields.items] == [
        ("举办日期", "2026年4月18日"),
        ("形式", "专场"),
        ("展位", "30个"),
    ]
    assert aim == t.Editable("aim", "活动目标", ("让三十家企业招到人。", "让八百人少跑一趟。"))
    assert isinstance(budget, t.Table)
    assert budget.caption == "经费"
    assert [column.label for column in budget.columns] == ["项目", "金额（元）", "支付日"]
    assert [column.kind for column in budget.columns] == ["text", "number", "date"]
    assert budget.rows == (("场地", "12000", "2026年4月1日"), ("印刷", "300.5", "—"))


def test_what_is_optional_and_empty_is_left_out_and_what_is_required_says_so(fair: DocumentDefinition) -> None:
    page = made(fair, {})
    (_, fields, aim) = page.sections[0].blocks
    assert fields == t.Fields((t.FieldItem("举办日期", "未填写", True),), 2)
    assert aim == t.Editable("aim", "活动目标", ())
    assert "先定日子" not in render_html(page)


def test_gaps_name_the_questions_that_are_asked_and_open(fair: DocumentDefinition) -> None:
    def open_in(answers: dict[str, Any]) -> set[str]:
        return {gap.block or gap.section for gap in check(fair, {"answers": answers})}

    assert open_in({}) == {"event", "held_on", "aim"}
    assert open_in(ANSWERS) == set()
    assert open_in({**ANSWERS, "online": True}) == {"platform", "host"}
    assert open_in({**ANSWERS, "budget": [{"amount": "1"}]}) == {"budget", "budget[0].item"}


def test_a_document_without_a_line_of_its_own_under_the_title_names_whose_it_is() -> None:
    plain = DocumentDefinition.model_validate({**FAIR, "subtitle": ""})
    assert made(plain, ANSWERS).subtitle == "临江市公共就业服务中心（演示）"
    assert made(plain, ANSWERS, agency={}).subtitle == ""


def test_hidden_sections_and_hidden_questions_are_neither_asked_nor_printed(fair: DocumentDefinition) -> None:
    assert shown_sections(fair, {"answers": ANSWERS}) == ["event"]
    assert shown_sections(fair, {"answers": {"online": True}}) == ["event", "remote"]
    html = render_html(made(fair, {**ANSWERS, "platform": "临江就业网", "host": "某人"}))
    assert "临江就业网" not in html
    assert "某人" not in html
    assert "临江就业网" in render_html(made(fair, {**ANSWERS, "online": True, "platform": "临江就业网"}))


def test_the_questions_as_a_form(fair: DocumentDefinition) -> None:
    form = form_of(fair)
    assert form is not None
    assert [(section.title, section.help) for section in form.sections] == [
        ("活动安排", "先定日子，再定场地"),
        ("线上部分", ""),
    ]
    assert [field.id for field in form.fields][-2:] == ["budget", "host"]
    only = form_of(fair, ["remote"])
    assert only is not None
    assert [field.id for field in only.fields] == ["host"]
    assert form_of(fair, []) is None


def test_answers_are_read_by_type_and_faults_stand_at_their_field(fair: DocumentDefinition) -> None:
    typed = {
        "held_on": "2026年4月18日",
        "booths": "３０",
        "budget": [{"item": "场地", "amount": "12,000"}, {"item": ""}],
    }
    assert clean_answers(fair, typed, CODES, today=TODAY) == {
        "held_on": "2026-04-18",
        "booths": 30,
        "budget": [{"item": "场地", "amount": "12000"}],
    }
    with pytest.raises(Invalid) as caught:
        clean_answers(
            fair,
            {"held_on": "四月", "form": "old", "bouths": 3, "budget": [{"amount": "很多", "price": "1"}]},
            CODES,
            today=TODAY,
        )
    assert set(caught.value.errors) == {"held_on", "form", "bouths", "budget[0].amount", "budget[0].price"}


def test_a_document_without_questions_takes_no_answers(definition: DocumentDefinition) -> None:
    assert form_of(definition) is None
    assert clean_answers(definition, {}, today=TODAY) == {}
    with pytest.raises(Invalid):
        clean_answers(definition, {"x": "1"}, today=TODAY)


def test_starting_answers_come_from_the_facts_until_something_was_saved(fair: DocumentDefinition) -> None:
    raw = {**FAIR, "sections": [*FAIR["sections"]]}
    raw["sections"][1] = {
        "id": "who",
        "title": "谁",
        "blocks": [{"inputs": [{"id": "head", "label": "负责人", "type": "text", "prefill": "author.name"}]}],
    }
    asking = DocumentDefinition.model_validate(raw)
    assert inputs.starting_answers(asking, {"author": {"name": "林静"}}) == {"head": "林静"}
    assert inputs.starting_answers(asking, {"author": {"name": "林静"}, "answers": {}}) == {}
    assert inputs.starting_answers(asking, {}) == {}


def test_a_kept_definition_explains_its_own_codes(fair: DocumentDefinition) -> None:
    kept = inputs.with_options(fair, CODES, today=TODAY)
    again = DocumentDefinition.model_validate_json(kept.model_dump_json(by_alias=True))
    assert again == kept
    tree = build(again, {"answers": ANSWERS}, number="", issued_on=None, check_url="", check_code="")
    assert "专场" in render_html(tree)
    assert [option.value for option in again.inputs()[1].options] == ["special"]
    with pytest.raises(DefinitionError):
        inputs.with_options(fair, {}, today=TODAY)


def test_names_that_a_document_may_always_speak_of(fair: DocumentDefinition) -> None:
    said = {"title": "末", "id": "end", "blocks": [{"text": "{{ agency.phone }}{{ author.name }}{{ today }}"}]}
    client = {**FAIR, "subject": "client", "sections": [*FAIR["sections"], said]}
    client["sections"][-1]["blocks"].append({"text": "{{ person.name }}{{ case.number }}{{ file.hobbies }}"})
    assert "（未填写）" in render_html(made(DocumentDefinition.model_validate(client), ANSWERS))
    wrong = {**FAIR, "sections": [{"id": "x", "title": "x", "blocks": [{"text": "{{ agency.nmae }}"}]}]}
    with pytest.raises(DefinitionError, match="nmae"):
        made(DocumentDefinition.model_validate({**wrong, "required_elements": []}), {})
    employer = {**FAIR, "subject": "employer", "sections": [{**said, "blocks": [{"text": "{{ employer.uscc }}"}]}]}
    tree = made(DocumentDefinition.model_validate({**employer, "required_elements": []}), {}, employer={"name": "某厂"})
    assert tree.sections[0].blocks == (t.Paragraph("（未填写）"),)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"id": "held_on"}, "重复"),
        ({"type": "choice"}, "options 或 codelist"),
        ({"type": "rows"}, "至少要有一列"),
        ({"relevant": {"field": "nowhere", "filled": True}}, "nowhere"),
        ({"id": "written"}, "编辑块"),
    ],
)
def test_faulty_questions_are_refused(change: dict[str, Any], said: str) -> None:
    sections = [
        FAIR["sections"][0],
        {
            "id": "more",
            "title": "更多",
            "blocks": [
                {"editable": "written", "label": "其他"},
                {"inputs": [{"id": "extra", "label": "补充", "type": "text", **change}]},
            ],
        },
    ]
    with pytest.raises(ValidationError, match=said):
        DocumentDefinition.model_validate({**FAIR, "sections": sections})


@pytest.mark.parametrize("rule", [{}, {"grade": 3, "role": "section_head"}, {"grade": 5}])
def test_a_step_is_for_a_grade_or_for_a_role(rule: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        DocumentDefinition.model_validate({**FAIR, "reviews": rule})


def test_who_may_take_a_step(fair: DocumentDefinition) -> None:
    assert fair.drafts is not None
    assert fair.approves is not None
    assert [grade for grade in (4, 3, 2, 1, None) if fair.drafts.allows(grade, "adviser")] == [3, 2, 1]
    assert fair.approves.allows(None, "section_head")
    assert not fair.approves.allows(1, "supervisor")


def test_every_renderer_prints_a_landscape_document_with_its_seal(fair: DocumentDefinition) -> None:
    round_ = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 80 80"><circle cx="40" cy="40" r="36"/></svg>'
    seal = t.Seal("临江市公共就业服务中心（演示）", render_picture(round_, ppi=72))
    tree = build(
        fair,
        {"answers": ANSWERS},
        number="LJ-ZC-2026-00001",
        issued_on=TODAY,
        check_url="https://example.cn/check/7K3M9QXA",
        check_code="7K3M",
        status="issued",
        codelists=CODES,
        seal=seal,
    )
    reader = PdfReader(io.BytesIO(render_pdf(tree, timestamp=STAMP)))
    assert reader.pages[0].mediabox.width == pytest.approx(841.89, abs=0.1)
    pictures = [alt for alt in _alternatives(reader) if alt]
    assert f"{seal.name}公章" in pictures
    assert "核对二维码，指向 https://example.cn/check/7K3M9QXA" in pictures
    word = docx.Document(io.BytesIO(render_docx(tree)))
    assert word.sections[0].page_width > word.sections[0].page_height
    assert [p.text for p in word.paragraphs if p.style.name == "Heading 1"] == ["一、活动安排"]
    assert [p.text for p in word.paragraphs if p.style.name == "Heading 2"] == ["活动目标"]
    assert f"{seal.name}公章" in word.element.xml
    assert "已加盖" in render_html(tree)
    assert t.content_hash(tree) == t.content_hash(made(fair, ANSWERS, agency={}))


def _alternatives(reader: PdfReader) -> list[str]:
    """The /Alt of every structure element."""
    found, waiting = [], [reader.trailer["/Root"]["/StructTreeRoot"]]
    while waiting:
        node = waiting.pop().get_object()
        if isinstance(node, list):
            waiting += node
        elif isinstance(node, dict):
            found.append(str(node.get("/Alt", "")))
            if "/K" in node:
                waiting.append(node["/K"])
    return found


@given(
    st.dictionaries(
        st.sampled_from([*ANSWERS, "online", "platform", "zz"]), st.text() | st.integers() | st.lists(st.text())
    )
)
def test_whatever_is_sent_is_read_or_refused_with_a_reason(raw: dict[str, Any]) -> None:
    definition = DocumentDefinition.model_validate(FAIR)
    try:
        answers = clean_answers(definition, raw, CODES, today=TODAY)
    except Invalid:
        return  # with a reason at each field; any other error fails the test
    render_html(made(definition, answers))
    check(definition, {"answers": answers})
    assert clean_answers(definition, answers, CODES, today=TODAY) == answers


@pytest.mark.parametrize(("online", "roles"), [(True, ["adviser", "guardian"]), (False, ["adviser"])])
def test_a_signature_may_hang_on_an_answer_as_stored_not_as_printed(online: bool, roles: list[str]) -> None:
    lines = [
        {"role": "adviser", "label": "职业指导师"},
        {"role": "guardian", "label": "监护人", "when": "answers.online"},
    ]
    definition = DocumentDefinition.model_validate({**FAIR, "signatures": lines})
    context = {"agency": {"name": "临江市公共就业服务中心"}, "answers": {"held_on": "2026-03-20", "online": online}}
    tree = build(definition, context, number="", issued_on=None, check_url="", check_code="")
    assert [line.role for line in tree.signatures] == roles
