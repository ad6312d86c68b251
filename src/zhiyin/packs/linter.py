"""Checks of packs beyond what the loader refuses: clauses, cases, conditions that can never hold."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from zhiyin.engines.forms import CodeList, Field, FormDefinition
from zhiyin.packs.cases import run_cases
from zhiyin.packs.findings import Finding
from zhiyin.packs.loader import CONTENT, Reading, pack_folders, read
from zhiyin.packs.models import CASED
from zhiyin.packs.sources import Place

MOST_CLAUSES = 8
"""A definition that claims to serve more clauses than this is listed for review."""


def check(paths: Sequence[Path] | None = None, *, clauses: Path | None = None) -> list[Finding]:
    """All findings in the packs of ``paths`` (the built-in content by default), by file and line.

    ``clauses`` is a CSV file with a column ``id``; without it clause ids are not looked up. Cases are run when nothing
    else is wrong. Raises PackError only for a path without a pack.
    """
    return examine(read(pack_folders([CONTENT] if paths is None else paths)), clauses=clauses)[1]


def examine(reading: Reading, *, clauses: Path | None = None) -> tuple[int, list[Finding]]:
    """Number of cases run, and all findings of packs that have been read already."""
    findings = list(reading.findings)
    findings += _clause_findings(reading, None if clauses is None else clause_ids(clauses))
    findings += _without_cases(reading)
    findings += _dead_conditions(reading)
    tried = 0
    if all(finding.rule == "no-case" or finding.level == "warning" for finding in findings):
        tried, failed = run_cases(reading)
        findings += failed
    return tried, sorted(findings, key=lambda item: (str(item.file), item.line, item.rule, item.message))


def clause_ids(file: Path) -> frozenset[str]:
    """Ids in the column ``id`` of a clause table. Raises ValueError when there is no such column."""
    with file.open(encoding="utf-8-sig", newline="") as stream:
        reader = csv.DictReader(stream)
        if "id" not in (reader.fieldnames or ()):
            raise ValueError(f"{file}: no column id")
        return frozenset(row["id"] for row in reader)


def _clause_findings(reading: Reading, known: frozenset[str] | None) -> Iterator[Finding]:
    for key, source in reading.sources.items():
        serves: Sequence[str] = getattr(reading.entries[key].definition, "serves", ())
        for index, clause in enumerate(serves):
            if known is not None and clause not in known:
                line = source.line(("serves", index))
                yield Finding(source.file, line, "unknown-clause", f"没有条款“{clause}”", "核对条款编号")
        if len(serves) > MOST_CLAUSES:
            message = f"{key[0]}“{key[1]}”声称服务 {len(serves)} 条条款"
            mend = f"超过 {MOST_CLAUSES} 条的要人工复核，只留真正做到的"
            yield Finding(source.file, source.line(("serves",)), "many-clauses", message, mend, "warning")


def _without_cases(reading: Reading) -> Iterator[Finding]:
    cased = {(file.definition.kind, file.definition.id) for _, file, _ in reading.cases}
    for key, source in reading.sources.items():
        if key[0] in CASED and key not in cased:
            message = f"{key[0]}“{key[1]}”没有例子"
            yield Finding(source.file, 1, "no-case", message, "在 cases/ 里至少写一个通过的和一个不通过的例子")


def _dead_conditions(reading: Reading) -> Iterator[Finding]:
    lists = {id: entry.definition for (kind, id), entry in reading.entries.items() if kind == "codelist"}
    for key, source in reading.sources.items():
        form = reading.entries[key].definition
        if not isinstance(form, FormDefinition):
            continue
        for place, field, governing in _governed(form):
            for value in _impossible(field, governing, lists):
                message = f"字段“{field.id}”：“{governing.id}”不会是 {value!r}，这个条件不起作用"
                yield Finding(
                    source.file, source.line((*place, "relevant")), "dead-condition", message, "改成选项里有的值"
                )


def _governed(form: FormDefinition) -> Iterator[tuple[Place, Field, Field]]:
    """Every field with a condition, with its place and the field that the condition looks at."""
    for s, section in enumerate(form.sections):
        for f, field in enumerate(section.fields):
            place: Place = ("sections", s, "fields", f)
            if field.relevant is not None:
                yield place, field, form.field(field.relevant.field)
            columns = {column.id: column for column in field.columns}
            for c, column in enumerate(field.columns):
                if column.relevant is not None:
                    yield (*place, "columns", c), column, columns[column.relevant.field]


def _impossible(field: Field, governing: Field, lists: Mapping[str, Any]) -> list[str | bool | int]:
    """Values in the condition that the governing field can never have."""
    rule = field.relevant
    if rule is None or rule.filled is not None:
        return []
    possible = _values(governing, lists)
    return [value for value in [*(rule.is_ or []), *(rule.not_ or [])] if not possible(value)]


def _values(field: Field, lists: Mapping[str, Any]) -> Callable[[Any], bool]:
    if field.type == "boolean":
        return lambda value: isinstance(value, bool)
    if field.type == "scale" and field.scale is not None:
        low, high = field.scale.low, field.scale.high
        return lambda value: isinstance(value, int) and not isinstance(value, bool) and low <= value <= high
    if field.type in {"choice", "choices"}:
        codes = {option.value for option in field.options}
        found = lists.get(field.codelist or "")
        if isinstance(found, CodeList):
            codes |= {item.value for item in found.values}
        return lambda value: value in codes
    if field.type == "integer":
        return lambda value: isinstance(value, int) and not isinstance(value, bool)
    return lambda value: isinstance(value, str)
