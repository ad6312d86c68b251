"""What to ask next so that most is decided."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from zhiyin.engines.rules.compiling import Compiler, Env
from zhiyin.engines.rules.definition import Fact, RuleSet
from zhiyin.engines.rules.durations import moved
from zhiyin.engines.rules.evaluation import Compiled, compile
from zhiyin.engines.rules.explaining import Verdict
from zhiyin.engines.rules.library import Library
from zhiyin.engines.rules.operators import MEASURES
from zhiyin.engines.rules.syntax import Call, Constant, Expr, FactRef, ParamRef, Today, walk
from zhiyin.engines.rules.values import Known, read_date

MOST_ANSWERS = 12


def next_question(rulesets: Sequence[RuleSet], facts: Mapping[str, Any], on: date, library: Library) -> str | None:
    """Id of the fact to ask for next, or None when every verdict is decided or hangs on nothing that can be asked.

    For every fact that an open verdict misses, its answers are tried one by one (options, yes and no, values around
    the limits that it is compared with, an empty list) and the verdicts that become decided are counted. The largest
    mean wins; then the fact that more open verdicts miss; then the one that is missed first.
    """
    return Questioner(rulesets, library).next(facts, on)


class Questioner:
    """Asks for one person after the other with the same rulesets, which are compiled once."""

    def __init__(self, rulesets: Sequence[RuleSet], library: Library) -> None:
        self._sets = [compile(one, library) for one in rulesets]
        self._compiled = [part for one in self._sets for part in _below(one)]

    def next(self, facts: Mapping[str, Any], on: date) -> str | None:
        """See :func:`next_question`."""
        open_sets: list[Compiled] = []
        wanted: dict[str, int] = {}
        for one in self._sets:
            result = one.evaluate(facts, on=on, explain=False)
            if result.verdict is Verdict.UNKNOWN:
                open_sets.append(one)
                for name in result.missing:
                    wanted[name] = wanted.get(name, 0) + 1
        if not wanted:
            return None
        order = {name: place for place, name in enumerate(wanted)}
        return max(wanted, key=lambda name: (self._gain(name, facts, on, open_sets), wanted[name], -order[name]))

    def _gain(self, name: str, facts: Mapping[str, Any], on: date, open_sets: Sequence[Compiled]) -> float:
        answers = list(self._answers(name, facts, on))
        if not answers:
            return 0.0
        decided = 0
        for answer in answers:
            told = {**facts, name: answer}
            decided += sum(one.verdict(told, on=on) is not Verdict.UNKNOWN for one in open_sets)
        return decided / len(answers)

    def _answers(self, name: str, facts: Mapping[str, Any], on: date) -> list[Any]:
        found: dict[Any, None] = {}
        for compiler in self._compiled:
            fact = compiler.facts.get(name)
            if fact is None:
                continue
            if fact.type == "list":
                return [[], [{}]]
            if fact.type == "boolean":
                return [True, False]
            if fact.options:
                values = [option.value for option in fact.options]
                return [(), *((value,) for value in values)] if fact.type == "choices" else values
            found |= dict.fromkeys(_around(compiler, fact, compiler.env(facts, on)))
        answers = list(found)[:MOST_ANSWERS]
        kinds = {compiler.facts[name].type for compiler in self._compiled if name in compiler.facts}
        return [(answer,) for answer in answers] if kinds == {"choices"} else answers


def _below(one: Compiled) -> list[Compiler]:
    waiting: list[Compiler] = [one.compiler]
    found: list[Compiler] = []
    while waiting:
        compiler = waiting.pop()
        found.append(compiler)
        waiting += compiler.inner.values()
    return found


def _around(compiler: Compiler, fact: Fact, env: Env) -> Iterator[Known]:
    """Values below, at and above each limit that the fact is compared with."""
    any_found = False
    for compare in compiler.compares:
        measured = _measured(compare.left, fact.id)
        if measured is None:
            continue
        for right in compare.right:
            if not isinstance(right, Constant | ParamRef | Today):
                continue
            limit = compiler.values[id(right)](env, {})
            for one in limit if isinstance(limit, tuple) else (limit,):
                for value in _near(one, measured, env.on):
                    any_found = True
                    yield value
    if not any_found:
        plain: Mapping[str, Known] = {"date": env.on, "text": "", "choice": "", "choices": ""}
        yield plain.get(fact.type, 0)


def _measured(left: Expr, name: str) -> str | None:
    """How the fact enters the left side: by itself (""), or as the start of a length of time (its operator)."""
    if isinstance(left, FactRef) and left.id == name:
        return ""
    if (
        isinstance(left, Call)
        and left.op in MEASURES
        and any(isinstance(part, FactRef) and part.id == name for part in walk(left.args[0]))
    ):
        return left.op
    return None


def _near(limit: Any, measured: str, on: date) -> list[Known]:
    if measured:
        if not isinstance(limit, int):
            return []
        try:
            day = moved(on, -limit, MEASURES[measured])
        except (OverflowError, ValueError):
            return []
        return [one for step in (-1, 0, 1) if (one := read_date(day + timedelta(days=step))) is not None]
    if isinstance(limit, bool | str):
        return [limit]
    if isinstance(limit, date):
        return [limit - timedelta(days=1), limit, limit + timedelta(days=1)]
    return [limit - 1, limit, limit + 1] if isinstance(limit, int | Decimal) else []
