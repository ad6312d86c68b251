"""The document as a workbook: a ledger's rows ready to sort and filter, any other document as labels and values.

Text stays text, also when somebody saves a sheet as CSV and opens that again; days are days and numbers are numbers.
Same tree, same bytes.
"""

import io
import re
from collections.abc import Iterator
from datetime import date, datetime, time

import xlsxwriter  # type: ignore[import-untyped]
from xlsxwriter.format import Format  # type: ignore[import-untyped]
from xlsxwriter.worksheet import Worksheet  # type: ignore[import-untyped]

from zhiyin.engines.documents import tree as t

_RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_DAY = re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日")
_NUMBER = re.compile(r"-?\d{1,15}(\.\d+)?")
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
_UNDATED = date(2000, 1, 1)
_TITLE_ROW, _STATE_ROW, _HEAD_ROW = 0, 1, 3


def render_xlsx(document: t.Document) -> bytes:
    """The workbook (.xlsx). Every table has a sheet of its own; the other blocks stand on the sheet 文书.

    A ledger opens with its first table. Above a table: title, unit (the subtitle), number and date; the head is frozen
    and filters. A single quote keeps text from becoming a formula. Its date of creation is the date of issue.
    """
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, options) as book:
        day = datetime.combine(document.issued_on or _UNDATED, time())
        book.set_properties(
            {
                "title": document.title,
                "subject": document.number,
                "author": document.subtitle,
                "created": day,
                "comments": "草稿，尚未签发" if document.status == "draft" else "",
            }
        )
        _Writer(book, document).write()
    return out.getvalue()


class _Writer:
    def __init__(self, book: xlsxwriter.Workbook, document: t.Document) -> None:
        self.book, self.document = book, document
        hair = {"border": 1, "border_color": "#C9D3E0", "valign": "top"}
        self.title: Format = book.add_format({"bold": True, "font_size": 16})
        self.quiet: Format = book.add_format({"font_color": "#4E5969"})
        head = {"bold": True, "bg_color": "#E8F0FB", "text_wrap": True}
        self.head: Format = book.add_format({**hair, **head, "valign": "vcenter"})
        self.section: Format = book.add_format({"bold": True, "font_size": 12, "font_color": "#1A56B0"})
        self.label: Format = book.add_format({"font_color": "#4E5969", "text_wrap": True, **hair})
        self.cell: Format = book.add_format({"text_wrap": True, **hair})
        self.number: Format = book.add_format({**hair})
        self.day: Format = book.add_format({"num_format": "yyyy-mm-dd", "align": "left", **hair})

    def write(self) -> None:
        blocks = [block for section in self.document.sections for block in section.blocks]
        tables = [block for block in blocks if isinstance(block, t.Table) and block.rows]
        names = _sheet_names(tables)
        first = self.document.layout == "ledger" and bool(tables)
        if first:
            self._ledger(tables[0], names[0])
        self._sheet(dict(zip(map(id, tables), names, strict=True)))
        for table, name in list(zip(tables, names, strict=True))[1 if first else 0 :]:
            self._ledger(table, name)

    def _top(self, sheet: Worksheet) -> None:
        sheet.write_string(_TITLE_ROW, 0, as_text(self.document.title), self.title)
        state = "草稿，尚未签发" if self.document.status == "draft" else ""
        line = "　".join(part for part in (self.document.subtitle, t.issued_text(self.document), state) if part)
        sheet.write_string(_STATE_ROW, 0, as_text(line), self.quiet)

    def _ledger(self, table: t.Table, name: str) -> None:
        sheet = self.book.add_worksheet(name)
        self._page(sheet, landscape=True)
        self._top(sheet)
        share = 110 / sum(column.width for column in table.columns)
        for place, column in enumerate(table.columns):
            sheet.set_column(place, place, min(max(column.width * share, 9 if column.kind == "text" else 12), 60))
            sheet.write_string(_HEAD_ROW, place, as_text(column.label), self.head)
        for offset, row in enumerate(table.rows, _HEAD_ROW + 1):
            for place, (column, text) in enumerate(zip(table.columns, row, strict=True)):
                self._value(sheet, offset, place, column.kind, text)
        sheet.freeze_panes(_HEAD_ROW + 1, 1)
        sheet.repeat_rows(_HEAD_ROW)
        sheet.autofilter(_HEAD_ROW, 0, _HEAD_ROW + len(table.rows), len(table.columns) - 1)

    def _value(self, sheet: Worksheet, row: int, column: int, kind: str, text: str) -> None:
        day = _DAY.fullmatch(text) if kind == "date" else None
        if day is not None and int(day[1]) >= 1900:
            sheet.write_datetime(row, column, date(int(day[1]), int(day[2]), int(day[3])), self.day)
        elif kind == "number" and _NUMBER.fullmatch(text):
            sheet.write_number(row, column, float(text), self.number)
        else:
            sheet.write_string(row, column, as_text(text), self.cell)

    def _sheet(self, tables: dict[int, str]) -> None:
        sheet = self.book.add_worksheet("文书")
        self._page(sheet, landscape=False)
        self._top(sheet)
        sheet.set_column(0, 0, 24)
        sheet.set_column(1, 1, 84)
        row = _HEAD_ROW
        for section in self.document.sections:
            sheet.write_string(row, 0, as_text(f"{section.numeral}、{section.title}"), self.section)
            row += 1
            for label, value in _pairs(section.blocks, tables):
                sheet.write_string(row, 0, as_text(label), self.label)
                sheet.write_string(row, 1, as_text(value), self.cell)
                row += 1
        for signature in self.document.signatures:
            sheet.write_string(row, 0, as_text(signature.label), self.label)
            sheet.write_string(row, 1, as_text(signature.name), self.cell)
            row += 1

    def _page(self, sheet: Worksheet, *, landscape: bool) -> None:
        sheet.set_paper(9)  # A4
        if landscape:
            sheet.set_landscape()
        sheet.fit_to_pages(1, 0)
        sheet.set_footer("&L" + self.document.number.replace("&", "&&") + "&R第 &P 页 / 共 &N 页")


def _pairs(blocks: tuple[t.Block, ...], tables: dict[int, str]) -> Iterator[tuple[str, str]]:
    for block in blocks:
        if isinstance(block, t.Paragraph):
            yield "", block.text
        elif isinstance(block, t.Fields):
            yield from ((item.label, item.value) for item in block.items)
        elif isinstance(block, t.Table):
            yield block.caption, f"见工作表“{tables[id(block)]}”" if block.rows else block.empty
        elif isinstance(block, t.ItemList):
            yield "", "\n".join(" ".join(filter(None, (item.text, item.detail))) for item in block.items) or block.empty
        elif isinstance(block, t.Chart):
            yield block.caption, block.summary
        elif isinstance(block, t.Notice):
            yield block.title, block.text
        else:
            yield block.label, "\n".join(block.paragraphs) or t.MISSING


def _sheet_names(tables: list[t.Table]) -> list[str]:
    """Names that Excel takes: at most 31 characters, none twice whatever its case, none of its forbidden signs."""
    names: list[str] = []
    for number, table in enumerate(tables, 1):
        stem = _NOT_IN_NAMES.sub(" ", table.caption).strip()[:26] or f"表 {number}"
        taken = {name.lower() for name in names} | {"文书", "history"}
        names.append(stem if stem.lower() not in taken else f"{stem} {number}")
    return names


def as_text(value: str) -> str:
    """Text that stays text when the sheet is saved as CSV and opened again; cut at what a cell can hold."""
    value = f"'{value}" if value.startswith(_RUNS_AS_FORMULA) else value
    return value[:32767]
