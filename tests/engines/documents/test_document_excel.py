"""Workbooks: a ledger to sort and filter, other documents as labels and values; text never becomes a formula."""

import io
from datetime import date
from typing import Any
from zipfile import ZipFile

import pytest
import python_calamine

from tests.engines.documents.conftest import Make
from zhiyin.engines.documents import DocumentDefinition
from zhiyin.engines.documents.build import build
from zhiyin.engines.documents.excel import render_xlsx

LEDGER = DocumentDefinition.model_validate(
    {
        "kind": "document",
        "id": "help-ledger",
        "version": 1,
        "title": "帮扶台账",
        "subtitle": "{{ agency.name }}",
        "number": "{agency}-TZ-{year}-{serial:05d}",
        "class": "ledger",
        "layout": "ledger",
        "sections": [
            {
                "id": "rows",
                "title": "登记",
                "blocks": [
                    {"inputs": [{"id": "month", "label": "月份", "type": "text"}]},
                    {
                        "inputs": [
                            {
                                "id": "people",
                                "label": "帮扶对象 2026/第一季度",
                                "type": "rows",
                                "columns": [
                                    {"id": "name", "label": "姓名", "type": "text"},
                                    {"id": "on", "label": "登记日期", "type": "date"},
                                    {"id": "visits", "label": "走访次数", "type": "integer", "unit": "次"},
                                    {"id": "note", "label": "情况", "type": "text", "max_length": 500},
                                ],
                            }
                        ]
                    },
                ],
            }
        ],
        "signatures": [{"role": "adviser", "label": "登记人"}],
    }
)
CONTEXT: dict[str, Any] = {
    "agency": {"name": "临江市公共就业服务中心（演示）"},
    "answers": {
        "month": "三月",
        "people": [
            {"name": "甲", "on": "2026-03-05", "visits": 2, "note": '=HYPERLINK("http://x")'},
            {"name": "乙", "on": "2026-03-06", "visits": 0, "note": "-1 是文字"},
            {"name": "丙"},
        ],
    },
}


def sheets(data: bytes) -> dict[str, list[list[Any]]]:
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def test_a_ledger_opens_with_its_rows_typed_frozen_and_filtered() -> None:
    tree = build(LEDGER, CONTEXT, number="LJ-TZ-2026-00001", issued_on=date(2026, 4, 1), check_url="", check_code="")
    data = render_xlsx(tree)
    found = sheets(data)
    assert list(found) == ["帮扶对象 2026 第一季度", "文书"]
    title, head, blank, labels, *rows = found["帮扶对象 2026 第一季度"]
    assert title[0] == "帮扶台账"
    for said in ("临江市公共就业服务中心（演示）", "LJ-TZ-2026-00001", "2026年4月1日"):
        assert said in head[0]
    assert not any(blank)
    assert labels == ["姓名", "登记日期", "走访次数（次）", "情况"]
    assert rows[0][:3] == ["甲", date(2026, 3, 5), 2]
    assert rows[1][2] == 0
    assert rows[2] == ["丙", "—", "—", "—"]
    with ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
    assert '<autoFilter ref="A4:D7"/>' in sheet
    assert 'ySplit="4"' in sheet
    assert 'state="frozen"' in sheet
    assert "<cols>" in sheet


def test_nothing_becomes_a_formula() -> None:
    data = render_xlsx(build(LEDGER, CONTEXT, number="", issued_on=None, check_url="", check_code=""))
    with ZipFile(io.BytesIO(data)) as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist() if "worksheets" in name)
    rows = sheets(data)["帮扶对象 2026 第一季度"]
    assert [row[3] for row in rows[4:6]] == ['\'=HYPERLINK("http://x")', "'-1 是文字"]
    assert "草稿" in rows[1][0]


def test_other_documents_come_as_labels_and_values(
    make: Make, definition: DocumentDefinition, context: dict[str, Any]
) -> None:
    found = sheets(render_xlsx(make(definition, context)))
    assert list(found) == ["文书", "教育经历"]
    said = {row[0]: row[1] for row in found["文书"]}
    assert said["姓名"] == "欧阳慧敏"
    assert said["出生日期"] == "1998年3月5日"
    assert said["教育经历"] == "见工作表“教育经历”"
    assert said["职业定位"] == "以照护岗位为主。\n三年后做组长。"
    assert found["教育经历"][4] == ["2016–2019", "卫生健康职业技术学院", 86.5]


def test_same_document_same_bytes(make: Make, definition: DocumentDefinition, context: dict[str, Any]) -> None:
    assert render_xlsx(make(definition, context)) == render_xlsx(make(definition, context))


@pytest.mark.parametrize("caption", ["", "表" * 60, "[a]:b*?/\\", "文书", "History"])
def test_sheet_names_are_ones_that_excel_takes(caption: str) -> None:
    raw = LEDGER.model_dump(by_alias=True)
    raw["sections"][0]["blocks"][1]["inputs"][0]["label"] = caption or "表"
    named = DocumentDefinition.model_validate(raw)
    tree = build(named, CONTEXT, number="", issued_on=None, check_url="", check_code="")
    names = list(sheets(render_xlsx(tree)))
    assert len({name.lower() for name in names}) == 2
    assert all(0 < len(name) <= 31 for name in names)
