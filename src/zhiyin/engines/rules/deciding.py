"""A decision table by itself: what it gives for some values, and which rows that came from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhiyin.engines.rules.compiling import NO_ROW, Compiler
from zhiyin.engines.rules.definition import DecisionTable, Fact
from zhiyin.engines.rules.library import Library
from zhiyin.engines.rules.syntax import Expr, FactRef, Kind, walk
from zhiyin.engines.rules.values import READERS, UNKNOWN, FactType, Interval, Known, Value

_TYPES: Mapping[Kind, FactType] = {"boolean": "boolean", "number": "decimal", "date": "date", "choices": "choices"}


@dataclass(frozen=True, slots=True)
class Decision:
    """What a table gives.

    ``rows``: places (from 0) of the rows that fit, in order; ``outputs``: value by output, None where no row fits or
    the value is still open; ``missing``: ids of inputs without a known value, where the outcome hangs on them.
    """

    rows: tuple[int, ...]
    outputs: Mapping[str, Known]
    missing: tuple[str, ...]

    @property
    def is_decided(self) -> bool:
        """Whether some row fits for sure and nothing is missing."""
        return bool(self.rows) and not self.missing


def decide(table: DecisionTable, given: Mapping[str, Any], *, on: date, library: Library) -> Decision:
    """Look a case up in a decision table.

    ``given`` holds values by input id, or facts from which the inputs' ``value`` computes them; an input's own id wins.
    Values of the wrong type are unknown. An input that counts rows of a list can only be given by its own id, since the
    list's columns are declared in rulesets. Raises DefinitionError where an id leads nowhere.
    """
    own: dict[str, Value] = {}
    computed: dict[str, Expr] = {}
    for column in table.inputs:
        raw = given.get(column.id)
        found = None if raw is None else READERS[column.type](raw)
        if found is not None:
            own[column.id] = found
        elif raw is None and not _is_own(column.expression, column.id):
            computed[column.id] = column.expression
    facts = {
        part.id: Fact(id=part.id, label=part.id, type=_TYPES.get(part.kind, "text"))
        for expr in [*computed.values(), *(result for row in table.rows for result in row.results)]
        for part in walk(expr)
        if isinstance(part, FactRef)
    }
    compiler = Compiler(facts.values(), library)
    valuers = []
    for column in table.inputs:
        if column.id in computed:
            valuers.append(compiler.value(computed[column.id]))
        else:
            valuers.append(_fixed(own.get(column.id, UNKNOWN)))
    compiled = compiler.table(table, valuers)
    env = compiler.env(given, on)
    values = compiled.inputs(env, NO_ROW)
    sure, possible = compiled.matching(values) if compiled.in_force(on) else ([], [])
    results = compiled.results(env, NO_ROW)
    unsure = [column.id for column, value in zip(table.inputs, values, strict=True) if _is_open(value)]
    return Decision(
        tuple(sure),
        {name: _known(value) for name, value in zip(compiled.outputs, results, strict=True)},
        tuple(unsure) if sure != possible else (),
    )


def _is_own(expr: Expr, name: str) -> bool:
    return isinstance(expr, FactRef) and expr.id == name


def _fixed(value: Value) -> Any:
    return lambda env, row: value


def _is_open(value: Value) -> bool:
    return value is UNKNOWN or isinstance(value, Interval)


def _known(value: Value) -> Known:
    return None if _is_open(value) else value  # type: ignore[return-value]
