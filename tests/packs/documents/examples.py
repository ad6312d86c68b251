"""The examples of document kinds (first passing case of the pack), built and checked, and what is printed on them.

A test takes answers away from an example or changes them, and looks at the gaps or at the page. An example is read
and checked once per process; every test gets a copy of its own.
"""

import copy
import functools
import io
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import docx
import pytest
from python_calamine import CalamineWorkbook

from zhiyin.engines.documents import DocumentDefinition, clean_answers
from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.build import build, check
from zhiyin.engines.documents.excel import render_xlsx
from zhiyin.engines.documents.html import render_html
from zhiyin.engines.documents.pdf import render_pdf
from zhiyin.engines.documents.word import render_docx
from zhiyin.engines.forms import CodeList
from zhiyin.kernel.errors import Invalid
from zhiyin.packs import installed
from zhiyin.packs.sources import read_yaml

DAY = date(2026, 6, 30)

Context = dict[str, Any]


# -- examples ----------------------------------------------------------------------------------------------------------


def kind_of(id: str) -> DocumentDefinition:
    found = installed.registry().get("document", id)
    assert isinstance(found, DocumentDefinition)
    return found


def example_of(kind: DocumentDefinition) -> Context:
    """Context of the example, its answers as they are stored."""
    return copy.deepcopy(_example(kind.id))


def opened(id: str) -> tuple[DocumentDefinition, Context]:
    """A kind and its example."""
    kind = kind_of(id)
    return kind, example_of(kind)


@functools.cache
def _example(id: str) -> Context:
    kind = kind_of(id)
    folder = installed.registry().provenance("document", id).file.parents[1]
    source, findings = read_yaml(folder / "cases" / f"document-{id}.yaml")
    assert not findings
    context: Context = source.data["passing"][0]["input"]
    context = {**context, "answers": stored(kind, context.get("answers", {}))}
    assert check(kind, context) == []
    return context


@functools.cache
def _lists() -> dict[str, CodeList]:
    return installed.registry().codelists()


# -- answers -----------------------------------------------------------------------------------------------------------


def stored(kind: DocumentDefinition, answers: Mapping[str, Any]) -> dict[str, Any]:
    """The answers as they are kept; ``Invalid`` where one cannot be."""
    return clean_answers(kind, answers, _lists(), today=DAY)


def refused(kind: DocumentDefinition, answers: Mapping[str, Any]) -> set[str]:
    """Names of the answers for which the whole is refused; it must be."""
    with pytest.raises(Invalid) as caught:
        stored(kind, answers)
    return set(caught.value.errors)


def changed(context: Context, **answers: Any) -> Context:
    """The context with these answers changed; None takes an answer away."""
    merged = {**context["answers"], **answers}
    return {**context, "answers": {key: answer for key, answer in merged.items() if answer is not None}}


def without(context: Context, *names: str) -> Context:
    """The context without these answers; each must be there."""
    assert set(names) <= set(context["answers"])
    return changed(context, **dict.fromkeys(names))


def with_cell(context: Context, rows: str, index: int, **cells: Any) -> Context:
    """The context with cells of one row changed."""
    made = [{**row, **cells} if place == index else row for place, row in enumerate(context["answers"][rows])]
    return changed(context, **{rows: made})


# -- gaps --------------------------------------------------------------------------------------------------------------


def missing(kind: DocumentDefinition, context: Context) -> set[str]:
    """Names of the gaps: questions, and sections left empty."""
    return {gap.block or gap.section for gap in check(kind, context)}


def held_back(kind: DocumentDefinition, context: Context, *names: str) -> None:
    """Without any one of these answers the document may not be issued, and the answer is named."""
    for name in names:
        assert name in {gap.block for gap in check(kind, without(context, name))}, name


def held_back_in_rows(kind: DocumentDefinition, context: Context, rows: str, *columns: str) -> None:
    """Without any one of these cells in its first row the document may not be issued, and the cell is named."""
    first, *others = context["answers"][rows]
    for column in columns:
        assert column in first, column
        short = {key: value for key, value in first.items() if key != column}
        gaps = check(kind, changed(context, **{rows: [short, *others]}))
        assert [gap.block for gap in gaps] == [f"{rows}[0].{column}"]


def short_by_a_row(kind: DocumentDefinition, context: Context, rows: str) -> list[str]:
    """What holds the document back once the last row of ``rows`` is gone."""
    return [gap.block for gap in check(kind, changed(context, **{rows: context["answers"][rows][:-1]}))]


# -- pages -------------------------------------------------------------------------------------------------------------


def page_of(kind: DocumentDefinition, context: Context, status: t.Status = "draft") -> t.Document:
    return build(
        kind, context, number="", issued_on=DAY, check_url="", check_code="", codelists=_lists(), status=status
    )


def table(page: t.Document, caption: str) -> list[dict[str, str]]:
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


def column(page: t.Document, caption: str, label: str) -> list[str]:
    return [row[label] for row in table(page, caption)]


def fields_of(page: t.Document) -> list[t.FieldItem]:
    """The short answers in the order of the page."""
    blocks = [block for section in page.sections for block in section.blocks if isinstance(block, t.Fields)]
    return [item for block in blocks for item in block.items]


def value(page: t.Document, label: str) -> str:
    """The one short answer, or the paragraphs of the one long text, that is printed under this label."""
    texts = [block for section in page.sections for block in section.blocks if isinstance(block, t.Editable)]
    found = [item.value for item in fields_of(page) if item.label == label]
    found += ["\n".join(block.paragraphs) for block in texts if block.label == label]
    assert len(found) == 1, label
    return found[0]


def labels_of(page: t.Document) -> list[str]:
    """Labels of the short answers and of the long texts in the order of the page."""
    labels: list[str] = []
    for block in (block for section in page.sections for block in section.blocks):
        if isinstance(block, t.Fields):
            labels += [item.label for item in block.items]
        elif isinstance(block, t.Editable):
            labels.append(block.label)
    return labels


def section_text(page: t.Document, id: str) -> str:
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


def signed_by(page: t.Document) -> set[str]:
    return {line.role for line in page.signatures}


def grades(kind: DocumentDefinition) -> tuple[int | None, ...]:
    """Grade asked of who drafts, reviews and approves; None where there is no such step."""
    steps = (kind.drafts, kind.reviews, kind.approves)
    return tuple(step.grade if step is not None else None for step in steps)


# -- files -------------------------------------------------------------------------------------------------------------


def text_of(page: t.Document) -> str:
    """The text of the web page."""
    return re.sub(r"<[^>]*>", "", render_html(page))


def words_of(page: t.Document) -> str:
    """All text of the Word file, tables too, in reading order."""
    return "\n".join(text for text in _word(page).element.body.itertext() if text)


def headings_of(page: t.Document) -> list[str]:
    """Section titles in the Word file, their ordinals taken off."""
    titles = [paragraph.text for paragraph in _word(page).paragraphs if paragraph.style.name == "Heading 1"]
    return [title.partition("、")[2] for title in titles]


def cells_of(page: t.Document) -> set[str]:
    """What stands in the tables of the Word file."""
    return {cell.text for table in _word(page).tables for row in table.rows for cell in row.cells}


def sheets_of(page: t.Document) -> dict[str, list[list[Any]]]:
    """The sheets of the Excel file by name."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(render_xlsx(page)))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


def pdf_of(page: t.Document) -> bytes:
    return render_pdf(page, timestamp=datetime(2026, 6, 30, tzinfo=UTC))


def _word(page: t.Document) -> Any:
    return docx.Document(io.BytesIO(render_docx(page)))
