"""What a ruleset uses from outside: parameters, tables, other rulesets."""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Protocol, runtime_checkable

from zhiyin.engines.forms import CodeList
from zhiyin.engines.rules.definition import DecisionTable, Fault, Parameter, RuleSet, names_of
from zhiyin.engines.rules.parsing import KINDS, Parser
from zhiyin.engines.rules.syntax import Expr, Kind, Node, References, references
from zhiyin.engines.rules.values import Known


class Library(Protocol):
    """Where the ids in conditions lead. All methods raise KeyError for an id that does not exist."""

    def parameter(self, name: str, on: date, /) -> Known:
        """Value of a parameter on a day; None where none is laid down for that day."""

    def table(self, name: str, /) -> DecisionTable:
        """A decision table."""

    def ruleset(self, name: str, /) -> RuleSet:
        """A ruleset."""


@runtime_checkable
class Labels(Protocol):
    """A library that can also tell the Chinese label of a code."""

    def label(self, codelist: str, value: str, /) -> str:
        """Label of ``value``; the value itself where the list or the value is unknown."""


class SimpleLibrary:
    """A library of given definitions. ``overrides`` replaces values of parameters whatever the day (cases, trials)."""

    def __init__(
        self,
        parameters: Iterable[Parameter] = (),
        tables: Iterable[DecisionTable] = (),
        rulesets: Iterable[RuleSet] = (),
        codelists: Iterable[CodeList] = (),
        overrides: Mapping[str, Known] | None = None,
    ) -> None:
        self._parameters = {one.id: one for one in parameters}
        self._tables = {one.id: one for one in tables}
        self._rulesets = {one.id: one for one in rulesets}
        self._labels = {one.id: {value.value: value.label for value in one.values} for one in codelists}
        self._overrides = dict(overrides or {})

    def parameter(self, name: str, on: date, /) -> Known:
        """Value of a parameter on a day; None where none is laid down. KeyError for an unknown id."""
        found = self._parameters[name]
        return self._overrides[name] if name in self._overrides else found.on(on)

    def table(self, name: str, /) -> DecisionTable:
        """A decision table; KeyError for an unknown id."""
        return self._tables[name]

    def ruleset(self, name: str, /) -> RuleSet:
        """A ruleset; KeyError for an unknown id."""
        return self._rulesets[name]

    def label(self, codelist: str, value: str, /) -> str:
        """Label of a code; the code itself where it is unknown."""
        return self._labels.get(codelist, {}).get(value, value)


def library_faults(ruleset: RuleSet, library: Library, on: date) -> list[Fault]:
    """What is wrong with a ruleset beside its library, each fault with its place.

    Ids that lead nowhere; kinds that do not fit once parameters and tables are known (a date against a number); facts
    that a table or an inner ruleset needs and this one does not declare or declares with another type. Where an id is
    missing, kinds are not looked at.
    """
    used = references(*_roots(ruleset))
    faults, params, outputs = _resolved(used, library, on)
    if faults:
        return faults
    parser = Parser({fact.id: names_of(fact) for fact in ruleset.facts}, params=params, outputs=outputs)
    parser.node(ruleset.condition, ("condition",))
    for index, output in enumerate(ruleset.outputs):
        parser.expr(output.value, ("outputs", index, "value"))
        if output.when is not None:
            parser.node(output.when, ("outputs", index, "when"))
    return [*parser.faults, *_fact_faults(ruleset, used, library)]


def table_library_faults(table: DecisionTable, library: Library, on: date) -> list[Fault]:
    """Ids in a decision table that lead nowhere, each with its place."""
    parts = [column.expression for column in table.inputs] + [one for row in table.rows for one in row.results]
    return _resolved(references(*parts), library, on)[0]


def rule_cycles(rulesets: Iterable[RuleSet]) -> list[tuple[str, ...]]:
    """Rings of rulesets that name each other by ``rule``, each from its smallest id on; empty when there is none."""
    calls = {one.id: list(references(*_roots(one)).rulesets) for one in rulesets}
    found: set[tuple[str, ...]] = set()
    done: set[str] = set()

    def visit(name: str, trail: list[str]) -> None:
        if name in trail:
            ring = trail[trail.index(name) :]
            start = ring.index(min(ring))
            found.add(tuple(ring[start:] + ring[:start]))
        elif name not in done:
            for below in calls.get(name, []):
                visit(below, [*trail, name])
            done.add(name)

    for name in sorted(calls):
        visit(name, [])
    return sorted(found)


def _roots(ruleset: RuleSet) -> list[Node | Expr | None]:
    roots: list[Node | Expr | None] = [ruleset.root]
    for output in ruleset.outputs:
        roots += [output.expression, output.condition]
    return roots


def _resolved(
    used: References, library: Library, on: date
) -> tuple[list[Fault], dict[str, Kind], dict[tuple[str, str], Kind]]:
    faults: list[Fault] = []
    params: dict[str, Kind] = {}
    outputs: dict[tuple[str, str], Kind] = {}
    for name, places in used.params.items():
        try:
            params[name] = _kind(library.parameter(name, on))
        except KeyError:
            faults += [(place, f"没有参数“{name}”") for place in places]
    for name, places in used.rulesets.items():
        try:
            library.ruleset(name)
        except KeyError:
            faults += [(place, f"没有规则集“{name}”") for place in places]
    for (name, output), places in used.tables.items():
        try:
            table = library.table(name)
        except KeyError:
            faults += [(place, f"没有决策表“{name}”") for place in places]
            continue
        column = next((one for one in table.outputs if one.id == output), None)
        if column is None:
            faults += [(place, f"决策表“{name}”没有“{output}”这个输出") for place in places]
        else:
            outputs[name, output] = "choices" if table.hit == "collect" else KINDS[column.type]
    return faults, params, outputs


def _kind(value: Known) -> Kind:
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, date):
        return "date"
    if isinstance(value, str):
        return "text"
    if isinstance(value, tuple):
        return "choices"
    return "any" if value is None else "number"


def _fact_faults(ruleset: RuleSet, used: References, library: Library) -> list[Fault]:
    own = {fact.id: fact.type for fact in ruleset.facts}
    faults: list[Fault] = []
    for (name, _), places in used.tables.items():
        needed = references(*(column.expression for column in library.table(name).inputs)).facts
        lacking = [fact for fact in needed if fact not in own]
        faults += [(place, f"决策表“{name}”要用“{fact}”，facts 里没有") for place in places for fact in lacking]
    for name, places in used.rulesets.items():
        for fact in library.ruleset(name).facts:
            if own.get(fact.id, fact.type) != fact.type:
                text = f"“{fact.id}”在规则集“{name}”里是 {fact.type}，这里是 {own[fact.id]}"
                faults += [(place, text) for place in places]
    return faults
