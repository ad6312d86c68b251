"""The questions of a document (its ``inputs``): the form that asks them, and the blocks that the answers become.

Answers are stored values as :mod:`zhiyin.engines.forms` keeps them, one mapping of field id → value for the document.
"""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal

from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.definition import DocumentDefinition, InputsBlock
from zhiyin.engines.documents.paths import Sparse, show
from zhiyin.engines.forms import CodeList, Field, FormDefinition, Option, Section, clean, prefill, visible
from zhiyin.engines.forms.answers import visible_columns
from zhiyin.engines.forms.definition import NUMBERS, is_empty
from zhiyin.engines.forms.values import options
from zhiyin.kernel.errors import DefinitionError, Invalid

CodeLists = Mapping[str, CodeList]
Answers = dict[str, Any]

_NO_CELL = "—"
_LISTED = frozenset({"choice", "choices", "region", "occupation"})
_NARROWEST, _DAY, _WIDEST = 4.0, 9.5, 26.0  # in Chinese characters; a day stays on one line


def form_of(definition: DocumentDefinition, sections: Iterable[str] | None = None) -> FormDefinition | None:
    """The document's questions as a form, one section each; None when it asks nothing.

    ``sections`` (ids) keeps those only, such as the ones that are shown under the present answers. The help of a
    section is its guidance.
    """
    wanted = None if sections is None else set(sections)
    parts = []
    for number, section in enumerate(definition.sections, 1):
        fields = [field for block in section.blocks if isinstance(block, InputsBlock) for field in block.inputs]
        if fields and (wanted is None or section.id in wanted):
            parts.append(Section(id=f"part-{number}", title=section.title, help=section.guidance, fields=fields))
    if not parts:
        return None
    if wanted is not None:  # a question may hang on one of a section that is left out, which then decides nothing here
        known = {field.id for part in parts for field in part.fields}
        parts = [part.model_copy(update={"fields": [_freed(field, known) for field in part.fields]}) for part in parts]
    return FormDefinition(
        kind="form", id=definition.id, version=definition.version, title=definition.title, sections=parts
    )


def _freed(field: Field, known: set[str]) -> Field:
    if field.relevant is None or field.relevant.field in known:
        return field
    return field.model_copy(update={"relevant": None})


def clean_answers(
    definition: DocumentDefinition, raw: Mapping[str, Any], codelists: CodeLists | None = None, *, today: date
) -> Answers:
    """Typed answers from what was sent; ``Invalid`` with every fault of type at its field (``rows[0].column``).

    Nothing is required here, since a document is written over days: :func:`build.check` tells what is still open. A
    name that the document (or a row) does not have is a fault. Answers under a false ``relevant`` are left out.
    """
    form = form_of(definition)
    errors = {name: ["这份文书没有这一项"] for name in raw if form is None or name not in _names(form.fields)}
    if form is None:
        if errors:
            raise Invalid(errors)
        return {}
    for field in form.fields:
        rows = raw.get(field.id)
        if field.type != "rows" or not isinstance(rows, list | tuple):
            continue
        for index, row in enumerate(rows):
            if isinstance(row, Mapping):
                strange = [name for name in row if name not in _names(field.columns)]
                errors |= {f"{field.id}[{index}].{name}": ["这张表没有这一列"] for name in strange}
    try:
        cleaned = clean(form, raw, codelists=codelists, partial=True, today=today)
    except Invalid as fault:
        raise Invalid({**errors, **fault.errors}) from None
    if errors:
        raise Invalid(errors)
    return cleaned


def _names(fields: Sequence[Field]) -> set[str]:
    return {field.id for field in fields}


def starting_answers(definition: DocumentDefinition, context: Mapping[str, Any]) -> Answers:
    """Answers to begin with: what was saved, else what the ``prefill`` paths find in ``context``."""
    saved = context.get("answers")
    if saved is not None:
        return dict(saved)
    form = form_of(definition)
    return {} if form is None else prefill(form, context)


def with_options(definition: DocumentDefinition, codelists: CodeLists, *, today: date) -> DocumentDefinition:
    """The definition with the values of its code lists written into the choices, so that it can be kept by itself.

    Only values in force on ``today`` are taken. Raises DefinitionError when a list is not among ``codelists``.
    """
    sections = []
    for section in definition.sections:
        blocks = [
            block.model_copy(update={"inputs": [_with_options(field, codelists, today) for field in block.inputs]})
            if isinstance(block, InputsBlock)
            else block
            for block in section.blocks
        ]
        sections.append(section.model_copy(update={"blocks": blocks}))
    return definition.model_copy(update={"sections": sections})


def _with_options(field: Field, codelists: CodeLists, today: date) -> Field:
    if field.type == "rows":
        return field.model_copy(
            update={"columns": [_with_options(column, codelists, today) for column in field.columns]}
        )
    if field.codelist is None or field.type not in {"choice", "choices"}:
        return field
    labels = options(field, codelists, today)
    return field.model_copy(
        update={"codelist": None, "options": [Option(value=value, label=label) for value, label in labels.items()]}
    )


def asked(definition: DocumentDefinition, answers: Mapping[str, Any]) -> set[str]:
    """Ids of the questions that are asked under these answers (the conditions of blocks and sections apart)."""
    form = form_of(definition)
    return set() if form is None else visible(form, answers)


def open_questions(block: InputsBlock, answers: Mapping[str, Any], shown: set[str]) -> list[tuple[str, str]]:
    """Required questions of a block without an answer: pairs of name (``rows[0].column`` inside rows) and label."""
    found = []
    for field in block.inputs:
        if field.id not in shown:
            continue
        value = answers.get(field.id)
        if is_empty(value):
            if field.required:
                found.append((field.id, f"“{field.label}”还没有填写"))
        elif field.type == "rows" and isinstance(value, list):
            if field.min_rows is not None and len(value) < field.min_rows:
                found.append((field.id, f"“{field.label}”至少要有 {field.min_rows} 行，现在有 {len(value)} 行"))
            for index, row in enumerate(value):
                columns = visible_columns(field, row)
                found += [
                    (
                        f"{field.id}[{index}].{column.id}",
                        f"“{field.label}”第 {index + 1} 行的“{column.label}”还没有填写",
                    )
                    for column in field.columns
                    if column.required and column.id in columns and is_empty(row.get(column.id))
                ]
    return found


def said(field: Field, value: Any, codelists: CodeLists, *, unit: bool) -> str:
    """An answer in words: labels for codes, 2026年11月5日 for days, the unit behind a number when ``unit`` is true.

    A code that nobody explains is printed as it is.
    """
    if is_empty(value):
        return ""
    if field.type in _LISTED:
        known = field.codelist is None or field.codelist in codelists
        labels = options(field, codelists) if known else {}
        return "、".join(labels.get(str(one), str(one)) for one in (value if isinstance(value, list) else [value]))
    if field.type == "scale" and field.scale is not None:
        end = {field.scale.low: field.scale.low_label, field.scale.high: field.scale.high_label}.get(value)
        return f"{value}（{end}）" if end else f"{value}（{field.scale.low}–{field.scale.high}）"
    if field.type in {"date", "datetime"}:
        day, _, clock = str(value).partition("T")
        try:
            return " ".join(part for part in (show(date.fromisoformat(day)), clock) if part)
        except ValueError:
            raise DefinitionError(f"“{field.label}”的答案“{value}”不是日期") from None
    words = show(value, field.id)
    if not unit or not field.unit or field.type not in NUMBERS:
        return words
    return f"{words} {field.unit}" if field.unit[0].isascii() else words + field.unit


def spoken(definition: DocumentDefinition, answers: Mapping[str, Any], codelists: CodeLists) -> Sparse:
    """The answers in words, as ``{{ answers.… }}`` prints them: no unit, rows as lists of rows in words."""
    words = Sparse()
    for field in definition.inputs():
        value = answers.get(field.id)
        if field.type == "rows":
            words[field.id] = [
                Sparse({column.id: said(column, row.get(column.id), codelists, unit=False) for column in field.columns})
                for row in value or []
            ]
        else:
            words[field.id] = said(field, value, codelists, unit=False)
    return words


def printed(
    block: InputsBlock, answers: Mapping[str, Any], shown: set[str], codelists: CodeLists, tables: int
) -> list[t.Block]:
    """The printed blocks of an ``inputs`` block, in order. ``tables`` is how many captioned tables went before."""
    blocks: list[t.Block] = []
    items: list[t.FieldItem] = []

    def close() -> None:
        if items:
            blocks.append(t.Fields(tuple(items), block.columns))
            items.clear()

    for field in block.inputs:
        value: Any = answers.get(field.id)
        if field.id not in shown or (is_empty(value) and not field.required):
            continue
        if field.type == "rows" and not is_empty(value):
            close()
            tables += 1
            blocks.append(_table(field, value, codelists, tables))
        elif field.type in {"rows", "longtext"}:
            close()
            lines = said(field, value, codelists, unit=True).split("\n")
            blocks.append(t.Editable(field.id, field.label, tuple(line.strip() for line in lines if line.strip())))
        else:
            words = said(field, value, codelists, unit=True)
            items.append(t.FieldItem(field.label, words or t.MISSING, not words))
    close()
    return blocks


def _table(field: Field, rows: Sequence[Mapping[str, Any]], codelists: CodeLists, number: int) -> t.Table:
    cells = tuple(
        tuple(said(column, row.get(column.id), codelists, unit=False) or _NO_CELL for column in field.columns)
        for row in rows
    )
    columns = []
    for index, column in enumerate(field.columns):
        label = f"{column.label}（{column.unit}）" if column.unit and column.type in NUMBERS else column.label
        width = _width(label, [row[index] for row in cells])
        kind: Literal["text", "number", "date"]
        kind = "number" if column.type in NUMBERS else "date" if column.type == "date" else "text"
        if kind == "date":
            width = max(width, _DAY)
        columns.append(t.Column(label, width, "end" if kind == "number" else "start", kind))
    return t.Table(tuple(columns), cells, t.MISSING, field.label, number)


def _width(label: str, texts: Sequence[str]) -> float:
    """Share of a column, in Chinese characters: room for its head in two lines and for its texts in about three."""
    lengths = [sum(1 if unicodedata.east_asian_width(c) in "WF" else 0.55 for c in line) for line in (label, *texts)]
    head, longest = lengths[0], max(lengths[1:], default=0.0)
    wanted = longest if longest <= 11 else max(11.0, longest / 2.5)
    return min(max(head / 2 + 1, wanted, _NARROWEST), _WIDEST)
