from datetime import date
from typing import Any

import pytest

from tests.engines.documents.conftest import Make
from zhiyin.engines.documents import DocumentDefinition
from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.build import Gap, check, starting_texts
from zhiyin.engines.documents.html import render_html
from zhiyin.kernel.errors import DefinitionError


def blocks(document: t.Document, section: str) -> tuple[t.Block, ...]:
    return next(found.blocks for found in document.sections if found.id == section)


def test_tree_holds_everything_resolved(make: Make, definition: DocumentDefinition, context: dict[str, Any]) -> None:
    document = make(definition, context)
    assert [(s.numeral, s.title) for s in document.sections] == [
        ("一", "基本信息"),
        ("二", "测评结果"),
        ("三", "规划建议"),
    ]
    text, fields, table = blocks(document, "basics")
    assert text == t.Paragraph("本报告根据欧阳慧敏的需求调查写成。")
    assert isinstance(fields, t.Fields)
    assert fields.items[1] == t.FieldItem("出生日期", "1998年3月5日", False)
    assert fields.items[2] == t.FieldItem("联系电话", "未填写", True)
    assert isinstance(table, t.Table)
    assert table.rows == (("2016–2019", "卫生健康职业技术学院", "86.5"), ("2024", "—", "—"))
    chart, notice = blocks(document, "results")
    assert isinstance(chart, t.Chart)
    assert (chart.number, chart.caption, chart.table) == (1, "六种兴趣得分", (("兴趣", "得分"), ("社会", "44")))
    assert notice == t.Notice("warning", "暂不比较", "常模还在收集。")
    editable, numbered, hints = blocks(document, "advice")
    assert editable == t.Editable("positioning", "职业定位", ("以照护岗位为主。", "三年后做组长。"))
    assert isinstance(numbered, t.ItemList)
    assert numbered.items == (t.ListItem("看半天", "再决定要不要学"), t.ListItem("报名补贴培训", ""))
    assert hints == t.ItemList((t.ListItem("写下三件具体的事", ""),), False, "没有提醒")
    assert [s.role for s in document.signatures] == ["adviser", "client"]


def test_conditions_show_sections_and_signatures(
    make: Make, definition: DocumentDefinition, context: dict[str, Any]
) -> None:
    context["person"]["is_minor"] = True
    document = make(definition, context)
    assert [(s.numeral, s.id) for s in document.sections][:2] == [("一", "basics"), ("二", "guardian")]
    assert [s.role for s in document.signatures] == ["adviser", "client", "guardian"]


def test_negated_condition(make: Make, raw: dict[str, Any], context: dict[str, Any]) -> None:
    raw["sections"][1]["when"] = "not person.is_minor"
    assert "guardian" in [s.id for s in make(DocumentDefinition.model_validate(raw), context).sections]


def test_label_grid_without_a_shown_field_is_left_out(make: Make, raw: dict[str, Any], context: dict[str, Any]) -> None:
    raw["sections"][0]["blocks"][1]["fields"] = [{"label": "监护人", "value": "甲", "when": "person.is_minor"}]
    document = make(DocumentDefinition.model_validate(raw), context)
    assert [type(block) for block in blocks(document, "basics")] == [t.Paragraph, t.Table]


def test_path_that_leads_nowhere_names_document_and_section(
    make: Make, raw: dict[str, Any], context: dict[str, Any]
) -> None:
    raw["sections"][2]["blocks"].append({"text": "{{ person.nmae }}"})
    with pytest.raises(DefinitionError, match=r"career-report.*results“测评结果”.*person\.nmae.*nmae"):
        make(DocumentDefinition.model_validate(raw), context)


@pytest.mark.parametrize(
    "svg",
    [
        "<svg><script>alert(1)</script></svg>",
        '<svg onload="alert(1)"/>',
        '<svg><a href="https://example.com"><text>x</text></a></svg>',
        '<svg><use href="https://example.com/x.svg#y"/></svg>',
        '<svg><rect fill="url(https://example.com/x)"/></svg>',
        "<svg><foreignObject/></svg>",
        '<!DOCTYPE svg [<!ENTITY x "y">]><svg><text>&x;</text></svg>',
        "<svg><text></svg>",
        "not a picture",
    ],
)
def test_charts_that_are_more_than_shapes_are_refused(
    make: Make, definition: DocumentDefinition, context: dict[str, Any], svg: str
) -> None:
    context["interest"]["chart"]["svg"] = svg
    with pytest.raises(DefinitionError, match="单纯的 SVG"):
        make(definition, context)


def test_value_in_place_of_a_chart_is_refused(
    make: Make, definition: DocumentDefinition, context: dict[str, Any]
) -> None:
    context["interest"]["chart"] = {"svg": make.svg}
    with pytest.raises(DefinitionError, match="不是图表"):
        make(definition, context)


def test_complete_document_has_no_gaps(definition: DocumentDefinition, context: dict[str, Any]) -> None:
    assert check(definition, context) == []


def test_gaps_name_section_and_block(definition: DocumentDefinition, context: dict[str, Any]) -> None:
    context["interest"]["chart"] = None
    context["editable"] = {"positioning": "  \n "}
    assert check(definition, context) == [
        Gap("results", "", "“测评结果”还没有内容"),
        Gap("advice", "positioning", "“规划建议”里的“职业定位”还没有写"),
    ]
    context["plan"] = {"activities": [], "hints": None}
    assert Gap("advice", "", "“规划建议”还没有内容") in check(definition, context)
    context["person"] = dict.fromkeys(context["person"])
    context["file"]["education"] = []
    assert check(definition, context)[0] == Gap("basics", "", "“基本信息”还没有内容")


def test_hidden_required_section_is_no_gap(raw: dict[str, Any], context: dict[str, Any]) -> None:
    raw["required_elements"] = ["guardian"]
    definition = DocumentDefinition.model_validate(raw)
    assert check(definition, context) == []
    assert context["person"]["is_minor"] is False
    context["person"]["is_minor"] = True
    assert check(definition, context) == []  # fixed text is its whole content


def test_editor_starts_with_saved_text_else_prefill(definition: DocumentDefinition, context: dict[str, Any]) -> None:
    assert starting_texts(definition, context) == {"positioning": "以照护岗位为主。\n\n三年后做组长。"}
    del context["editable"]
    assert starting_texts(definition, context) == {"positioning": "从社区照护员做起。"}


def test_hash_is_of_what_is_said(make: Make, definition: DocumentDefinition, context: dict[str, Any]) -> None:
    approved = t.content_hash(
        make(definition, context, status="draft", number="", issued_on=None, check_url="", check_code="")
    )
    context["signatures"] = {"client": {"name": "欧阳慧敏", "signed_on": date(2026, 11, 20)}}
    assert t.content_hash(make(definition, context)) == approved
    context["editable"]["positioning"] += "！"
    assert t.content_hash(make(definition, context)) != approved


def test_numerals() -> None:
    assert [t.chinese_numeral(n) for n in (1, 10, 11, 20, 21, 99)] == ["一", "十", "十一", "二十", "二十一", "九十九"]
    with pytest.raises(ValueError):
        t.chinese_numeral(100)


def test_html_is_semantic_and_escaped(make: Make, definition: DocumentDefinition, context: dict[str, Any]) -> None:
    context["person"]["name"] = "<script>alert('1')</script>"
    context["editable"]["positioning"] = "<b>x</b> & y"
    context["interest"]["chart"]["summary"] = '"><img src=x>'
    page = render_html(make(definition, context))
    assert "<script" not in page
    assert "<b>" not in page
    assert "<img" not in page
    assert "&lt;script&gt;alert(&#x27;1&#x27;)&lt;/script&gt;" in page
    assert "<h2>职业生涯规划报告</h2>" in page
    assert "<h3>一、基本信息</h3>" in page
    assert "<h4>职业定位</h4>" in page
    assert '<th scope="col">起止</th>' in page
    assert "<caption>表 1　教育经历</caption>" in page
    assert '<dd class="doc-empty">未填写</dd>' in page
    assert make.svg in page
    assert "写作提示" not in page


def test_html_of_an_empty_draft(make: Make, definition: DocumentDefinition, context: dict[str, Any]) -> None:
    context["file"]["education"] = None
    context["plan"]["hints"] = []
    context["editable"] = {}
    page = render_html(make(definition, context, status="draft", number="", issued_on=None))
    assert "草稿" in page
    assert "未填写教育经历" in page
    assert "没有提醒" in page
    assert '<h4>职业定位</h4><p class="doc-empty">未填写</p>' in page
