"""The examples of document kinds (first passing case of the pack), built and checked, and what is printed on them."""

from datetime import date
from pathlib import Path
from typing import Any

from zhiyin.engines.documents import DocumentDefinition, clean_answers
from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.build import build, check
from zhiyin.packs import installed
from zhiyin.packs.sources import read_yaml

CASES = Path(installed.__file__).parent / "content" / "cn-adviser-2023" / "cases"
DAY = date(2026, 6, 30)

Context = dict[str, Any]


def kind_of(id: str) -> DocumentDefinition:
    found = installed.registry().get("document", id)
    assert isinstance(found, DocumentDefinition)
    return found


def example_of(kind: DocumentDefinition) -> Context:
    """Context of the example, its answers as they are stored."""
    source, findings = read_yaml(CASES / f"document-{kind.id}.yaml")
    assert not findings
    context: Context = source.data["passing"][0]["input"]
    answers = clean_answers(kind, context["answers"], installed.registry().codelists(), today=DAY)
    assert check(kind, {**context, "answers": answers}) == []
    return {**context, "answers": answers}


def page_of(kind: DocumentDefinition, context: Context) -> t.Document:
    lists = installed.registry().codelists()
    return build(kind, context, number="", issued_on=DAY, check_url="", check_code="", codelists=lists)


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


def value(page: t.Document, label: str) -> str:
    """The one short answer, or the paragraphs of the one long text, that is printed under this label."""
    found = []
    for section in page.sections:
        for block in section.blocks:
            if isinstance(block, t.Fields):
                found += [item.value for item in block.items if item.label == label]
            elif isinstance(block, t.Editable) and block.label == label:
                found.append("\n".join(block.paragraphs))
    assert len(found) == 1, label
    return found[0]


def changed(context: Context, **answers: Any) -> Context:
    """The context with these answers changed; None takes an answer away."""
    merged = {**context["answers"], **answers}
    return {**context, "answers": {key: answer for key, answer in merged.items() if answer is not None}}


def held_back(kind: DocumentDefinition, context: Context, *names: str) -> None:
    """Without any one of these answers the document may not be issued, and the answer is named."""
    for name in names:
        assert name in context["answers"], name
        assert name in {gap.block for gap in check(kind, changed(context, **{name: None}))}, name


def held_back_in_rows(kind: DocumentDefinition, context: Context, rows: str, *columns: str) -> None:
    """Without any one of these cells in its first row the document may not be issued, and the cell is named."""
    first, *others = context["answers"][rows]
    for column in columns:
        assert column in first, column
        short = {key: value for key, value in first.items() if key != column}
        gaps = check(kind, changed(context, **{rows: [short, *others]}))
        assert [gap.block for gap in gaps] == [f"{rows}[0].{column}"]


def signed_by(page: t.Document) -> set[str]:
    return {line.role for line in page.signatures}
