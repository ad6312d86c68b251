"""Rules and figures to read: what uses a figure, the examples of a ruleset as they come out for one organisation."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhiyin.domain.standards.values import EditableValue, editable_values, shown
from zhiyin.engines.forms import CodeList
from zhiyin.engines.rules import Fact, FactColumn, Parameter, RuleSet, Verdict
from zhiyin.engines.rules.definition import BASIS_WORDS, Basis
from zhiyin.engines.rules.syntax import Node, walk
from zhiyin.packs.models import CaseFile, FailingCase, PassingCase
from zhiyin.packs.references import references
from zhiyin.packs.resolved import Resolved, plain
from zhiyin.packs.rule_cases import RuleRunner
from zhiyin.packs.sources import read_yaml

BASES: Mapping[Basis, str] = BASIS_WORDS
SUBJECTS = {
    "person": "个人",
    "household": "家庭",
    "organisation": "机构、单位",
    "session": "考试、场次",
    "staff": "从业人员",
    "post": "岗位",
    "programme": "培训项目",
}
_USERS = ("ruleset", "table", "policy", "measures")


@dataclass(frozen=True, slots=True)
class Example:
    """An example of a ruleset: what is put in, and how it comes out. ``as_meant`` is False when the organisation's own
    figures give another verdict than the one that the example was written for.
    """

    name: str
    on: str
    profile: str
    facts: tuple[tuple[str, str], ...]
    verdict: Verdict
    reasons: tuple[str, ...]
    as_meant: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """A parameter with its dated values, the one that holds on the day, and which definitions use it."""

    parameter: Parameter
    values: tuple[EditableValue, ...]
    now: EditableValue | None
    basis: str
    is_changed: bool


def figures(resolved: Resolved, ids: Sequence[str] | None = None) -> list[Figure]:
    """The parameters on offer (or those of ``ids``, in their order), as they stand on the day of ``resolved``."""
    day = resolved.on.isoformat()
    rows: dict[str, list[EditableValue]] = {}
    for value in editable_values(resolved, ["parameter"], ids):
        rows.setdefault(value.id, []).append(value)
    found = []
    for id in rows if ids is None else ids:
        if id not in rows:
            continue
        parameter: Parameter = resolved.get("parameter", id)
        values = sorted(rows[id], key=lambda value: value.valid_from, reverse=True)
        now = next(
            (value for value in values if value.valid_from <= day and (not value.valid_to or day <= value.valid_to)),
            None,
        )
        changed = bool(resolved.changes("parameter", id))
        found.append(Figure(parameter, tuple(values), now, BASES[parameter.basis], changed))
    return found


def users(resolved: Resolved, kind: str, id: str) -> list[tuple[str, str, str]]:
    """(kind, id, title) of the rules, tables, policies and measures that name a definition."""
    found = []
    for user in _USERS:
        for item in resolved.all(user):
            if any(named == (kind, id) for _, named in references(user, plain(item))):
                found.append((user, item.id, item.title))
    return found


# -- examples ----------------------------------------------------------------------------------------------------------


def examples(resolved: Resolved, ruleset: RuleSet) -> list[Example]:
    """The examples in the packs, passing ones first, tried with what stands in ``resolved``."""
    codelists = resolved.codelists()
    titles = {profile.id: profile.title for profile in resolved.registry.all("profile")}
    nodes = {node.id: node.title for node in _nodes(ruleset)}
    labels = {fact.id: fact.label for fact in ruleset.facts}
    found = []
    for case in _cases(resolved, "ruleset", ruleset.id):
        # a case under a profile is tried under that profile alone, any other with what the organisation has
        source = resolved.registry if case.profile else resolved
        refused, results = RuleRunner(lambda source=source: source).ruleset(ruleset, case)  # type: ignore[arg-type,misc]
        verdict = Verdict(results["verdict"])
        passes = isinstance(case, PassingCase)
        reasons = [nodes.get(id) or labels.get(id, "") for id in sorted(refused) if id != ruleset.id]
        found.append(
            Example(
                case.name,
                case.on,
                titles.get(case.profile or "", ""),
                tuple(_facts(ruleset.facts, case.input, codelists)),
                verdict,
                tuple(dict.fromkeys(reason for reason in reasons if reason)),
                (verdict is Verdict.PASS) is passes and (passes or set(case.expect) <= set(refused)),
            )
        )
    return found


def _cases(resolved: Resolved, kind: str, id: str) -> Iterator[PassingCase | FailingCase]:
    for pack in resolved.packs:
        for path in sorted((pack.folder / "cases").glob(f"{kind}-{id}*.yaml")):
            source, findings = read_yaml(path)
            if findings:
                continue
            file = CaseFile.model_validate(source.data)
            if (file.definition.kind, file.definition.id) == (kind, id):
                yield from file.passing
                yield from file.failing


def _nodes(ruleset: RuleSet) -> list[Node]:
    return [part for part in walk(ruleset.root) if isinstance(part, Node) and part.id]


def _facts(
    facts: Sequence[Fact], given: Mapping[str, Any], codelists: Mapping[str, CodeList]
) -> Iterator[tuple[str, str]]:
    for fact in facts:
        if fact.id not in given:
            continue
        value = given[fact.id]
        if fact.type != "list" or not isinstance(value, list):
            yield fact.label, _worded(fact, value, codelists)
            continue
        lines = [
            "，".join(
                f"{column.label}{_worded(column, row.get(column.id), codelists)}"
                for column in fact.columns
                if row.get(column.id) is not None
            )
            for row in value
        ]
        yield fact.label, "；".join(lines) or "没有"


def _worded(fact: Fact | FactColumn, value: Any, codelists: Mapping[str, CodeList]) -> str:
    """A value of a fact as a person reads it."""
    if value is None or value == "":
        return "没有填"
    labels = {option.value: option.label for option in fact.options}
    if fact.codelist in codelists:
        labels |= {code.value: code.label for code in codelists[fact.codelist].values}
    if isinstance(value, list):
        return "、".join(labels.get(str(part), str(part)) for part in value) or "没有"
    if isinstance(value, bool):
        return "是" if value else "否"
    text = labels.get(str(value), shown(value))
    return f"{text} {fact.unit}" if fact.unit else text
