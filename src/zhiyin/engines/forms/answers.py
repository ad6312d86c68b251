"""What is done with the answers to a form: check, fill in advance, show, and say what is missing."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from zhiyin.engines.forms.definition import CodeList, Field, FormDefinition, is_empty
from zhiyin.engines.forms.values import LATEST, Unfit, options, read
from zhiyin.kernel.errors import Invalid

Answers = dict[str, Any]

UNANSWERED = "未填写"
MOST_ROWS = 500
"""Rows that any table takes at most, whatever its form says: a bound against input made by a machine."""

_CHOOSING = frozenset({"boolean", "choice", "choices", "scale", "region", "occupation"})


def clean(
    form: FormDefinition,
    raw: Mapping[str, Any],
    *,
    codelists: Mapping[str, CodeList] | None = None,
    partial: bool = False,
    today: date,
) -> Answers:
    """Typed answers from what was sent, or :class:`Invalid` with every fault at its field.

    ``raw`` maps field ids to text (a posted page) or JSON values (an API, a stored draft); keys that the form does not
    have are left out, and so is whatever stands in a field that is not asked under these answers. A cell of a
    ``rows`` field is named ``field[2].column`` in the errors, counting from 0; wholly empty rows disappear.
    With ``partial`` (a draft saved while typing) types are checked and nothing is required. ``today`` is the day of
    the answer: for date bounds and for which codes are in force.
    """
    errors: dict[str, list[str]] = {}
    cleaned = _clean_group(form.fields, raw, codelists or {}, partial, today, errors, "")
    if errors:
        raise Invalid(errors)
    return {field.id: cleaned[field.id] for field in form.fields if field.id in cleaned}


def visible(form: FormDefinition, answers: Mapping[str, Any]) -> set[str]:
    """Ids of the fields that are asked under these answers; a field behind a hidden field is hidden."""
    return _visible(form.fields, answers)


def visible_columns(field: Field, row: Mapping[str, Any]) -> set[str]:
    """Ids of the columns of a ``rows`` field that are asked in this row."""
    return _visible(field.columns, row)


def prefill(form: FormDefinition, facts: Mapping[str, Any]) -> Answers:
    """First answers taken from what is known already, by the ``prefill`` paths of the fields.

    A path is looked up key by key (``file.education``, a list by index). What is absent, empty, or does not fit the
    question is left out: a wrong guess is worse than an open question. Values of code lists are taken as they are.
    """
    found: Answers = {}
    for field in form.fields:
        if field.prefill is None:
            continue
        value = look_up(facts, field.prefill)
        if field.type == "rows":
            rows = [_prefilled_row(field, row) for row in _rows_of(value)]
            value = [row for row in rows if row][: field.max_rows]
        else:
            value = _fitting(field, value)
        if not is_empty(value):
            found[field.id] = value
    return found


def missing_required(form: FormDefinition, answers: Mapping[str, Any]) -> list[str]:
    """Names of the required questions still open, in the order of the form; ``field[2].column`` inside rows."""
    return _missing(form.fields, answers, "")


def display(
    form: FormDefinition, answers: Mapping[str, Any], codelists: Mapping[str, CodeList] | None = None
) -> list[tuple[str, list[tuple[str, str]]]]:
    """What a person reads: per section its title and pairs of label and text, in order, with words for all codes.

    Fields that are not asked under these answers are left out, and so are sections without any; an open question
    reads 未填写. Rows are numbered, one line each.
    """
    shown = visible(form, answers)
    lists = codelists or {}
    sections = []
    for section in form.sections:
        lines = [
            (field.label, _words(field, answers.get(field.id), lists)) for field in section.fields if field.id in shown
        ]
        if lines:
            sections.append((section.title, lines))
    return sections


def look_up(facts: Any, path: str) -> Any:
    """Value at a dotted path in nested mappings and lists, or None where the path ends early."""
    here = facts
    for key in path.split("."):
        if isinstance(here, Mapping):
            here = here.get(key)
        elif isinstance(here, Sequence) and not isinstance(here, str) and key.isdigit() and int(key) < len(here):
            here = here[int(key)]
        else:
            return None
    return here


def _clean_group(
    fields: Sequence[Field],
    raw: Mapping[str, Any],
    codelists: Mapping[str, CodeList],
    partial: bool,
    today: date,
    errors: dict[str, list[str]],
    prefix: str,
) -> Answers:
    values: Answers = {}
    faults: dict[str, list[str]] = {}
    for field in fields:
        name = prefix + field.id
        value: Any
        try:
            if field.type == "rows":
                value = _clean_rows(field, raw.get(field.id), codelists, partial, today, faults, name)
            else:
                value = read(field, raw.get(field.id), codelists, today)
        except Unfit as fault:
            faults[name] = [str(fault)]
            continue
        if not is_empty(value):
            values[field.id] = value
    asked = _visible(fields, values)
    for field in fields:
        name = prefix + field.id
        if field.id not in asked:
            values.pop(field.id, None)
            continue
        inside = {key: found for key, found in faults.items() if key == name or key.startswith(f"{name}[")}
        errors.update(inside)
        if field.required and not partial and field.id not in values and not inside:
            errors[name] = [f"请{'选择' if field.type in _CHOOSING else '填写'}“{field.label}”"]
    return values


def _clean_rows(
    field: Field,
    raw: Any,
    codelists: Mapping[str, CodeList],
    partial: bool,
    today: date,
    errors: dict[str, list[str]],
    name: str,
) -> list[Answers]:
    if raw is None or raw == "":
        raw = []
    if not isinstance(raw, list | tuple) or not all(isinstance(row, Mapping) for row in raw):
        raise Unfit("这里要一行一行地填")
    if len(raw) > MOST_ROWS:
        raise Unfit(f"最多填 {MOST_ROWS} 行")
    rows: list[Answers] = []
    faults: dict[str, list[str]] = {}
    for index, row in enumerate(raw):
        if all(is_empty(value) or (isinstance(value, str) and not value.strip()) for value in row.values()):
            continue
        rows.append(_clean_group(field.columns, row, codelists, partial, today, faults, f"{name}[{index}]."))
    if field.max_rows is not None and len(rows) > field.max_rows:
        faults[name] = [f"最多填 {field.max_rows} 行，现在有 {len(rows)} 行"]
    if not partial and field.min_rows is not None and 0 < len(rows) < field.min_rows:
        faults[name] = [f"至少填 {field.min_rows} 行，现在有 {len(rows)} 行"]
    errors.update(faults)
    return rows


def _visible(fields: Sequence[Field], answers: Mapping[str, Any]) -> set[str]:
    by_id = {field.id: field for field in fields}
    known: dict[str, bool] = {}

    def asked(field: Field) -> bool:
        if field.id not in known:
            rule = field.relevant
            known[field.id] = rule is None or (asked(by_id[rule.field]) and rule.holds(answers.get(rule.field)))
        return known[field.id]

    return {field.id for field in fields if asked(field)}


def _missing(fields: Sequence[Field], answers: Mapping[str, Any], prefix: str) -> list[str]:
    asked = _visible(fields, answers)
    missing: list[str] = []
    for field in fields:
        if field.id not in asked:
            continue
        value = answers.get(field.id)
        if field.required and is_empty(value):
            missing.append(prefix + field.id)
        if field.type == "rows":
            for index, row in enumerate(_rows_of(value)):
                missing += _missing(field.columns, row, f"{prefix}{field.id}[{index}].")
    return missing


def _rows_of(value: Any) -> list[Mapping[str, Any]]:
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list | tuple) else []


def _prefilled_row(field: Field, row: Mapping[str, Any]) -> Answers:
    filled = {column.id: _fitting(column, look_up(row, column.prefill or column.id)) for column in field.columns}
    return {key: value for key, value in filled.items() if not is_empty(value)}


def _fitting(field: Field, value: Any) -> Any:
    """The value as an answer of this field, or None. Code lists and bounds are left to the person's own check."""
    if is_empty(value):
        return None
    if field.codelist is not None:
        if field.type == "choices":
            return [value] if isinstance(value, str) else [one for one in value if isinstance(one, str)]
        return value if isinstance(value, str) else None
    unbounded = field.model_copy(update={"min": None, "max": None})
    try:
        return read(unbounded, value, {}, LATEST)
    except Unfit:
        return None


def _words(field: Field, value: Any, codelists: Mapping[str, CodeList]) -> str:
    if is_empty(value):
        return UNANSWERED
    match field.type:
        case "rows":
            return "\n".join(f"{number}. {_row_words(field, row, codelists)}" for number, row in enumerate(value, 1))
        case "boolean":
            return "是" if value else "否"
        case "choice" | "choices" | "region" | "occupation":
            labels = options(field, codelists)
            return "、".join(labels.get(str(one), str(one)) for one in (value if isinstance(value, list) else [value]))
        case "scale":
            return _scale_words(field, value)
        case "date":
            return _day_words(value)
        case "datetime":
            day, _, clock = str(value).partition("T")
            return f"{_day_words(day)} {clock}"
        case "integer" | "decimal" | "money":
            return f"{value} {field.unit}".strip()
        case _:
            return str(value)


def _row_words(field: Field, row: Mapping[str, Any], codelists: Mapping[str, CodeList]) -> str:
    asked = visible_columns(field, row)
    cells = [
        f"{column.label}：{_words(column, row[column.id], codelists)}"
        for column in field.columns
        if column.id in asked and not is_empty(row.get(column.id))
    ]
    return "；".join(cells) or UNANSWERED


def _scale_words(field: Field, value: Any) -> str:
    scale = field.scale
    if scale is None:
        return str(value)
    end = scale.low_label if value == scale.low else scale.high_label if value == scale.high else ""
    return f"{value}（{end}）" if end else f"{value}（{scale.low}–{scale.high}）"


def _day_words(value: Any) -> str:
    day = date.fromisoformat(str(value))
    return f"{day.year} 年 {day.month} 月 {day.day} 日"
