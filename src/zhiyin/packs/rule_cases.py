"""Trying out rulesets, decision tables and policies on their examples; see :mod:`zhiyin.packs.cases`."""

from collections.abc import Callable, Mapping, Set
from datetime import date
from decimal import Decimal
from typing import Any

from zhiyin.engines.forms import CodeList
from zhiyin.engines.information import Policy
from zhiyin.engines.rules import DecisionTable, Parameter, RuleSet, SimpleLibrary, Verdict, decide, evaluate
from zhiyin.engines.rules.values import parameter_value
from zhiyin.packs.models import FailingCase, PassingCase
from zhiyin.packs.registry import Registry
from zhiyin.packs.resolved import Resolved, resolve

NOT_IN_FORCE = "not-in-force"
NO_ROW = "no-row"

Outcome = tuple[Set[str], Mapping[str, Any]]
"""Where the input was refused (empty: accepted), and the results that a case may expect."""


class Among(frozenset[str]):
    """Names of which a case expects some, not all."""


class RuleRunner:
    """Runs cases over the definitions of a registry, under a profile and with other parameters where a case says so."""

    def __init__(self, registry: Callable[[], Registry]) -> None:
        self._make_registry = registry
        self._registry: Registry | None = None

    def ruleset(self, definition: RuleSet, case: PassingCase | FailingCase) -> Outcome:
        """Refused by the ids of the conditions that are not met and of the set, or of the facts that are missing."""
        return self._judge(definition.id, case)

    def policy(self, definition: Policy, case: PassingCase | FailingCase) -> Outcome:
        """As its ruleset; refused as a whole outside the days on which the policy is in force."""
        if definition.rule is None:
            raise ValueError("这项政策没有 rule，不能用例子来试")
        if not definition.valid_on(date.fromisoformat(case.on)):
            return {NOT_IN_FORCE}, {}
        return self._judge(definition.rule, case)

    def table(self, definition: DecisionTable, case: PassingCase | FailingCase) -> Outcome:
        """Refused where no row fits, and by the inputs that are missing."""
        on = date.fromisoformat(case.on)
        source = self._source(case.profile, on)
        table: DecisionTable = source.get("table", definition.id)
        decision = decide(table, case.input, on=on, library=_library(source, case.parameters))
        if decision.missing:
            return set(decision.missing), {}
        if not decision.rows:
            return {NO_ROW}, {}
        return set(), {name: _plain(value) for name, value in decision.outputs.items()}

    def _judge(self, id: str, case: PassingCase | FailingCase) -> Outcome:
        on = date.fromisoformat(case.on)
        source = self._source(case.profile, on)
        ruleset: RuleSet = source.get("ruleset", id)
        result = evaluate(ruleset, case.input, on=on, library=_library(source, case.parameters))
        refused: frozenset[str] = frozenset()
        if result.verdict is Verdict.FAIL:
            refused = Among({id, *result.unmet})
        elif result.verdict is Verdict.UNKNOWN:
            refused = Among(result.missing)
        outputs = {name: _plain(value) for name, value in result.outputs.items()}
        return refused, {"verdict": str(result.verdict), "outputs": outputs, "met": Among(result.met)}

    def _source(self, profile: str | None, on: date) -> Registry | Resolved:
        if self._registry is None:
            self._registry = self._make_registry()
        return self._registry if profile is None else resolve(self._registry, [profile], on)


def _library(source: Registry | Resolved, overrides: Mapping[str, Any]) -> SimpleLibrary:
    if not overrides:
        return source.rules_library()
    found: dict[str, list[Any]] = {"parameter": [], "table": [], "ruleset": []}
    for kind, id in source.contents():
        if kind in found:
            found[kind].append(source.get(kind, id))
    parameters: dict[str, Parameter] = {item.id: item for item in found["parameter"]}
    values = {id: parameter_value(parameters[id].type, value) for id, value in overrides.items()}
    lists: list[CodeList] = list(source.codelists().values())
    return SimpleLibrary(parameters.values(), found["table"], found["ruleset"], lists, values)


def _plain(value: Any) -> Any:
    """A value as a case writes it: days as ISO text, numbers without a needless fraction, several as a list."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value
