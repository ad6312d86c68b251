"""Checks of packs beyond what the loader refuses: clauses, regions, cases, conditions that can never hold."""

import csv
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from zhiyin.engines.examinations import Blueprint
from zhiyin.engines.forms import CodeList, Field, FormDefinition
from zhiyin.engines.information import Policy
from zhiyin.engines.rules import Parameter, RuleSet, constants_of_codelists, unreachable
from zhiyin.packs.cases import run_cases
from zhiyin.packs.findings import Finding, Level
from zhiyin.packs.layers import Profile
from zhiyin.packs.loader import CONTENT, Reading, pack_folders, read
from zhiyin.packs.models import CASED
from zhiyin.packs.registry import Registry
from zhiyin.packs.resolved import profile_findings
from zhiyin.packs.sources import Place

MOST_CLAUSES = 8
"""A definition that claims to serve more clauses than this is listed for review."""


def check(paths: Sequence[Path] | None = None, *, clauses: Path | None = None) -> list[Finding]:
    """All findings in the packs of ``paths`` (the built-in content by default), by file and line.

    Clauses are looked up among those of the packs and, where given, in the CSV file ``clauses`` with its column ``id``;
    if neither has any, they are not. Cases are run when nothing else is wrong. Raises PackError only for a path without
    a pack.
    """
    return examine(read(pack_folders([CONTENT] if paths is None else paths)), clauses=clauses)[1]


def examine(reading: Reading, *, clauses: Path | None = None) -> tuple[int, list[Finding]]:
    """Number of cases run, and all findings of packs that have been read already."""
    findings = list(reading.findings)
    findings += _clause_findings(reading, _known_clauses(reading, clauses))
    findings += _without_cases(reading)
    findings += _dead_conditions(reading)
    findings += _dead_rules(reading)
    findings += _rows_findings(reading)
    tried = 0
    if all(finding.rule == "no-case" or finding.level == "warning" for finding in findings):
        findings += profile_findings(Registry(reading.packs, reading.entries))
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


def _known_clauses(reading: Reading, file: Path | None) -> frozenset[str] | None:
    """Clauses of the packs and of the file; None when neither has any, and ids cannot be looked up."""
    known = {id for kind, id in reading.entries if kind == "clause"}
    return frozenset(known if file is None else known | clause_ids(file)) or None


def _clause_findings(reading: Reading, known: frozenset[str] | None) -> Iterator[Finding]:
    for key, source in reading.sources.items():
        if known is not None:
            for place, clause in _named_clauses(source.data, ()):
                if clause not in known:
                    line = source.line(place)
                    yield Finding(source.file, line, "unknown-clause", f"没有条款“{clause}”", "核对条款编号")
        serves: Sequence[str] = getattr(reading.entries[key].definition, "serves", ())
        if len(serves) > MOST_CLAUSES:
            message = f"{key[0]}“{key[1]}”声称服务 {len(serves)} 条条款"
            mend = f"超过 {MOST_CLAUSES} 条的要人工复核，只留真正做到的"
            yield Finding(source.file, source.line(("serves",)), "many-clauses", message, mend, "warning")


def _named_clauses(data: Any, place: Place) -> Iterator[tuple[Place, str]]:
    """Every clause that a definition names, under ``serves`` or ``clauses`` at any depth."""
    if isinstance(data, dict):
        for key, value in data.items():
            if key in {"serves", "clauses"} and isinstance(value, list):
                yield from (((*place, key, index), item) for index, item in enumerate(value) if isinstance(item, str))
            else:
                yield from _named_clauses(value, (*place, key))
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _named_clauses(value, (*place, index))


def _rows_findings(reading: Reading) -> Iterator[Finding]:
    """Parameters with days without a value or with unknown clauses, regions and headings that nobody knows."""
    clauses: list[Any] = [entry.definition for (kind, _), entry in reading.entries.items() if kind == "clause"]
    regions = {id for kind, id in reading.entries if kind == "region"}
    headings = {_bare(text) for item in clauses for text in (item.function, item.part)}
    known = {item.id for item in clauses}
    for key, entry in reading.entries.items():
        definition, where = entry.definition, entry.provenance
        if isinstance(definition, Parameter):
            for last, first in definition.gaps():
                message = f"参数“{definition.id}”在 {last} 之后、{first} 之前没有取值"
                yield Finding(where.file, where.line, "parameter-gap", message, "是有意的就不用改", "warning")
            for clause in definition.clauses:
                if known and clause not in known:
                    message = f"参数“{definition.id}”：没有条款“{clause}”"
                    yield Finding(where.file, where.line, "unknown-clause", message, "核对条款编号")
        elif isinstance(definition, Policy | Profile):
            code = definition.region
            if regions and code != "00" and code.ljust(6, "0") not in regions:
                line = reading.sources[key].line(("region",))
                yield Finding(where.file, line, "unknown-region", f"没有地区“{code}”", "核对行政区划代码")
        elif isinstance(definition, Blueprint) and headings:
            for index, part in enumerate(definition.parts):
                for name in part.functions:
                    if name not in headings:
                        line = reading.sources[key].line(("parts", index))
                        message = f"标准里没有“{name}”这个职业功能"
                        yield Finding(where.file, line, "unknown-heading", message, "照条款表里的名称写")


def _bare(heading: str) -> str:
    """A heading without the number in front: ``2.1 职业道德`` and ``1.前台咨询服务``."""
    return heading.lstrip("0123456789. ")


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


def _dead_rules(reading: Reading) -> Iterator[Finding]:
    lists = {id: entry.definition for (kind, id), entry in reading.entries.items() if kind == "codelist"}
    for key, source in reading.sources.items():
        ruleset = reading.entries[key].definition
        if not isinstance(ruleset, RuleSet):
            continue
        for place, message in unreachable(ruleset):
            # a condition over every value there is still asks for the fact, which may be what its author wants
            level: Level = "warning" if "总是符合" in message else "error"
            yield Finding(source.file, source.line(place), "dead-condition", message, "改条件，或删去它", level)
        for name, value, place in constants_of_codelists(ruleset):
            found = lists.get(name)
            if isinstance(found, CodeList) and value not in {item.value for item in found.values}:
                message = f"代码表“{name}”里没有“{value}”，这个条件不起作用"
                yield Finding(source.file, source.line(place), "dead-condition", message, "改成代码表里有的值")


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
