"""From the posted names of ``ui/form.html`` to the plain answers that ``engines.forms.clean`` takes."""

import re
from typing import Any

from django.http import QueryDict

from zhiyin.engines.forms import Field, FormDefinition

MAX_ROWS = 200
"""More posted rows than this are not read: no form of ours has as many, and the index is the sender's word."""
_TRUTH = {"true": True, "false": False}
_CODED = re.compile(r"\s*([0-9][0-9-]{4,})\s+\S")
"""What a lookup leaves in the box: the code, then its name for the reader."""


def parse(form: FormDefinition, posted: QueryDict) -> dict[str, Any]:
    """Raw answers of ``form`` from ``posted``.

    A plain field gives its text, ``boolean`` True, False or nothing, ``choices`` a list of values, ``rows`` a list of
    dicts without the rows left wholly blank. A field that was not posted is absent; one that was emptied is "".
    Types, limits and requirements are the engine's business.
    """
    answers: dict[str, Any] = {}
    for section in form.sections:
        for field in section.fields:
            if field.type == "rows":
                if f"{field.id}-rows" in posted:
                    answers[field.id] = _rows(field, posted)
                continue
            found = _value(field, posted, field.id)
            if found is not None:
                answers[field.id] = found
    return answers


def _value(field: Field, posted: QueryDict, name: str) -> Any:
    if field.type == "choices":
        marked = f"{name}-shown" in posted or name in posted
        return [value for value in posted.getlist(name) if value] if marked else None
    value = posted.get(name)
    if value is None:
        return None
    text = str(value)
    if field.type == "boolean":
        return _TRUTH.get(text, text)
    if field.type in {"region", "occupation"} and (coded := _CODED.match(text)):
        return coded.group(1)
    return text


def _rows(field: Field, posted: QueryDict) -> list[dict[str, Any]]:
    pattern = re.compile(rf"{re.escape(field.id)}-(\d{{1,4}})-")
    indexes = sorted({int(match.group(1)) for key in posted if (match := pattern.match(key))})[:MAX_ROWS]
    rows = []
    for index in indexes:
        row: dict[str, Any] = {}
        for column in field.columns:
            value = _value(column, posted, f"{field.id}-{index}-{column.id}")
            if value is not None:
                row[column.id] = value
        if any(value not in ("", [], None) for value in row.values()):
            rows.append(row)
    return rows
