"""The facts of a ruleset as an interface: what may be given, and whether what was given is right."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from zhiyin.engines.rules.definition import Fact, FactColumn, RuleSet
from zhiyin.engines.rules.library import Library
from zhiyin.engines.rules.syntax import Worked, references, walk
from zhiyin.engines.rules.values import READERS, Known
from zhiyin.kernel.errors import Invalid

MOST_ROWS = 200
LONGEST = 2000
_SCHEMA_TYPES: Mapping[str, Mapping[str, Any]] = {
    "boolean": {"type": "boolean"},
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "money": {"type": "number"},
    "date": {"type": "string", "format": "date"},
    "text": {"type": "string", "maxLength": LONGEST},
    "choice": {"type": "string"},
}
_EXAMPLES: Mapping[str, Any] = {"boolean": True, "integer": 1, "decimal": 1.5, "money": 3000, "date": "2000-01-01"}
_ASKED: Mapping[str, str] = {
    "boolean": "要选是或否",
    "integer": "要填整数",
    "decimal": "要填数字",
    "money": "要填金额，只写数字",
    "date": "要填日期，例如 2026-01-31",
    "text": "要填文字",
    "choice": "要从选项里选一个",
    "choices": "要从选项里选",
}


def facts_schema(ruleset: RuleSet, library: Library) -> dict[str, Any]:
    """JSON schema (2020-12) of the facts that a ruleset, and the rulesets it names, can use, with one example.

    No fact is required: what is not given is unknown. The example is of the right types throughout.
    """
    facts = _all_facts(ruleset, library)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": ruleset.title,
        "description": ruleset.about,
        "type": "object",
        "properties": {fact.id: _schema(fact) for fact in facts.values()},
        "additionalProperties": False,
        "examples": [{fact.id: _example(fact) for fact in facts.values()}],
    }


def _all_facts(ruleset: RuleSet, library: Library) -> dict[str, Fact]:
    found: dict[str, Fact] = {}
    waiting, seen = [ruleset], {ruleset.id}
    while waiting:
        one = waiting.pop(0)
        found |= {fact.id: fact for fact in one.facts if fact.id not in found}
        inner = [name for name in references(one.root).rulesets if name not in seen]
        seen |= set(inner)
        waiting += [library.ruleset(name) for name in inner]
    return found


def _schema(fact: Fact | FactColumn) -> dict[str, Any]:
    found: dict[str, Any] = {"title": fact.label}
    if fact.help:
        found["description"] = fact.help
    if isinstance(fact, Fact) and fact.type == "list":
        columns = {column.id: _schema(column) for column in fact.columns}
        row = {"type": "object", "properties": columns, "additionalProperties": False}
        return found | {"type": ["array", "null"], "maxItems": MOST_ROWS, "items": row}
    values = [option.value for option in fact.options]
    if fact.type == "choices":
        items: dict[str, Any] = {"type": "string"} | ({"enum": values} if values else {})
        return found | {"type": ["array", "null"], "items": items, "uniqueItems": True}
    inner = dict(_SCHEMA_TYPES[fact.type])
    found |= inner | {"type": [inner["type"], "null"]}
    return found | {"enum": [*values, None]} if values else found


def _example(fact: Fact | FactColumn) -> Any:
    if isinstance(fact, Fact) and fact.type == "list":
        return [{column.id: _example(column) for column in fact.columns}]
    first = fact.options[0].value if fact.options else "示例"
    if fact.type == "choices":
        return [first]
    return first if fact.type in {"text", "choice"} else _EXAMPLES[fact.type]


def check_facts(ruleset: RuleSet, facts: Mapping[str, Any]) -> dict[str, Any]:
    """The facts with every value typed; blank ones left out.

    Raises :class:`Invalid` with Chinese messages by fact id; inside lists by ``id[row].column``. Refused are facts that
    the ruleset does not have, values of the wrong type, dates beyond 1900–2199, options that do not exist (a code list
    is not looked up), rows that end before they begin, and more than 200 rows.
    """
    errors: dict[str, list[str]] = {}
    cleaned: dict[str, Any] = {}
    known = {fact.id: fact for fact in ruleset.facts}
    periods = _periods(ruleset)
    for name, raw in facts.items():
        fact = known.get(name)
        if fact is None:
            errors[str(name)] = [f"“{ruleset.title}”不用“{name}”这一项"]
        elif _is_blank(raw):
            continue
        elif fact.type == "list":
            rows = _rows(fact, raw, periods.get(name, set()), errors)
            if rows is not None:
                cleaned[name] = rows
        else:
            value, message = _checked(fact, raw)
            if message:
                errors[name] = [message]
            else:
                cleaned[name] = value
    if errors:
        raise Invalid(errors)
    return cleaned


def _is_blank(raw: object) -> bool:
    return raw is None or (isinstance(raw, str) and not raw.strip())


def _checked(fact: Fact | FactColumn, raw: object) -> tuple[Known, str]:
    if isinstance(raw, str):
        raw = raw.strip()
    value = READERS[fact.type](raw)
    if value is None or (fact.type == "date" and isinstance(raw, str) and len(raw) < 10):
        return None, f"“{fact.label}”{_ASKED[fact.type]}"
    if isinstance(value, str) and len(value) > LONGEST:
        return None, f"“{fact.label}”最多 {LONGEST} 个字"
    options = {option.value for option in fact.options}
    chosen = value if isinstance(value, tuple) else (value,)
    if options and not options.issuperset(chosen):
        wrong = "、".join(str(one) for one in chosen if one not in options)
        return None, f"“{fact.label}”没有“{wrong}”这个选项"
    return value, ""


def _rows(
    fact: Fact, raw: object, periods: set[tuple[str, str]], errors: dict[str, list[str]]
) -> list[dict[str, Any]] | None:
    if not isinstance(raw, list | tuple):
        errors[fact.id] = [f"“{fact.label}”要逐条填写"]
        return None
    if len(raw) > MOST_ROWS:
        errors[fact.id] = [f"“{fact.label}”最多 {MOST_ROWS} 条"]
        return None
    columns = {column.id: column for column in fact.columns}
    rows: list[dict[str, Any]] = []
    for number, given in enumerate(raw):
        place = f"{fact.id}[{number}]"
        row: dict[str, Any] = {}
        if not isinstance(given, Mapping):
            errors[place] = [f"“{fact.label}”第 {number + 1} 条要按列填写"]
            continue
        for name, cell in given.items():
            column = columns.get(name)
            if column is None:
                errors[f"{place}.{name}"] = [f"“{fact.label}”没有“{name}”这一列"]
            elif not _is_blank(cell):
                value, message = _checked(column, cell)
                if message:
                    errors[f"{place}.{name}"] = [f"第 {number + 1} 条{message}"]
                else:
                    row[name] = value
        for start, end in periods:
            first, last = row.get(start), row.get(end)
            if isinstance(first, date) and isinstance(last, date) and last < first:
                errors[f"{place}.{end}"] = [f"第 {number + 1} 条“{columns[end].label}”早于“{columns[start].label}”"]
        rows.append(row)
    return rows


def _periods(ruleset: RuleSet) -> dict[str, set[tuple[str, str]]]:
    """Pairs of columns that a ``worked`` takes as first and last day, by list."""
    found: dict[str, set[tuple[str, str]]] = {}
    roots = [walk(ruleset.root), *(walk(output.expression) for output in ruleset.outputs)]
    for parts in roots:
        for part in parts:
            if isinstance(part, Worked):
                found.setdefault(part.list, set()).add((part.start, part.end))
    return found
