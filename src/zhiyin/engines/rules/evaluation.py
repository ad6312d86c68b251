"""Judging facts by a ruleset: the verdict at once, everything that explains it on demand."""

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any

from zhiyin.engines.rules.compiling import NO_ROW, Env, RuleCompiler
from zhiyin.engines.rules.definition import RuleSet
from zhiyin.engines.rules.explaining import Explanation, Verdict, explain, verdict_of
from zhiyin.engines.rules.library import Library
from zhiyin.engines.rules.syntax import Group, Node
from zhiyin.engines.rules.tracing import is_borderline, missing_of
from zhiyin.engines.rules.values import UNKNOWN, Interval, Known


class Result:
    """What came out.

    ``verdict``; ``missing``: ids of the facts that an open verdict needs, in the order of the conditions; on demand
    ``explanation``, ``outputs`` (id → value, None where it is still open; empty when the verdict is FAIL), ``met`` and
    ``unmet`` (ids of conditions that came out PASS and FAIL), and ``borderline``: the verdict hangs on a value so close
    to its limit that a person should look again. What is computed on demand reads the facts as given: they must not
    change in the meantime.
    """

    def __init__(self, compiler: RuleCompiler, env: Env) -> None:
        self._compiler = compiler
        self._env = env
        truth = compiler.judge(env)
        self.verdict: Verdict = verdict_of(truth)
        self.missing: tuple[str, ...] = () if truth is not None else tuple(missing_of(compiler, env))

    @cached_property
    def explanation(self) -> Explanation:
        """The tree of reasons."""
        return explain(self._compiler, self._env)

    @cached_property
    def outputs(self) -> Mapping[str, Known]:
        """Computed values by id; an output whose condition does not hold is left out."""
        if self.verdict is Verdict.FAIL:
            return {}
        found: dict[str, Known] = {}
        for output in self._compiler.ruleset.outputs:
            condition = output.condition
            holds = True if condition is None else self._compiler.verdicts[id(condition)](self._env, NO_ROW)
            if holds is False:
                continue
            value = self._compiler.values[id(output.expression)](self._env, NO_ROW)
            is_open = holds is None or value is UNKNOWN or isinstance(value, Interval)
            found[output.id] = None if is_open else value  # type: ignore[assignment]
        return found

    @cached_property
    def met(self) -> tuple[str, ...]:
        """Ids of the conditions that are met, in the order of the definition."""
        return self._ids(True)

    @cached_property
    def unmet(self) -> tuple[str, ...]:
        """Ids of the conditions that are not met, in the order of the definition."""
        return self._ids(False)

    @cached_property
    def borderline(self) -> bool:
        """Whether a person should look again."""
        return is_borderline(self._compiler, self._env)

    def _ids(self, wanted: bool) -> tuple[str, ...]:
        if not self._compiler.ruleset.in_force(self._env.on):
            return ()
        verdicts = self._compiler.verdicts
        return tuple(
            node.id
            for node in _conditions(self._compiler.ruleset.root)
            if node.id and node.in_force(self._env.on) and verdicts[id(node)](self._env, NO_ROW) is wanted
        )


def _conditions(node: Node) -> list[Node]:
    below = node.of if isinstance(node, Group) else ()
    return [node, *(one for child in below for one in _conditions(child))]


class Compiled:
    """A ruleset ready to judge many; it keeps to the definitions that its library held when it was made."""

    def __init__(self, ruleset: RuleSet, library: Library) -> None:
        self.compiler = RuleCompiler(ruleset, library)

    @property
    def ruleset(self) -> RuleSet:
        """The ruleset."""
        return self.compiler.ruleset

    def evaluate(self, facts: Mapping[str, Any], *, on: date, explain: bool = True) -> Result:
        """Judge ``facts`` as of the day ``on``; see :func:`evaluate`."""
        result = Result(self.compiler, self.compiler.env(facts, on))
        if explain:
            _ = result.explanation, result.outputs, result.met, result.unmet, result.borderline
        return result

    def verdict(self, facts: Mapping[str, Any], *, on: date) -> Verdict:
        """The bare verdict."""
        return verdict_of(self.compiler.judge(self.compiler.env(facts, on)))


def compile(ruleset: RuleSet, library: Library) -> Compiled:
    """A ruleset ready to judge many. DefinitionError where an id leads nowhere or rulesets form a ring."""
    return Compiled(ruleset, library)


def evaluate(ruleset: RuleSet, facts: Mapping[str, Any], *, on: date, library: Library, explain: bool = True) -> Result:
    """Judge facts by a ruleset as of the day ``on``.

    ``facts`` maps fact ids to values as stored or typed: dates as date or ISO text, numbers as number or text, lists
    as lists of mappings. An absent fact, None, and a value that is none of its type are unknown; an empty list is known
    to be empty. Facts that the ruleset does not name are ignored. In rows a blank cell is unknown, except that a blank
    end in ``worked`` means still running and ``filled`` takes it as not filled. With ``explain`` false reasons, outputs
    and lists of conditions are computed when first asked for.

    Raises DefinitionError where the ruleset names something that the library does not have; nothing else.
    """
    return Compiled(ruleset, library).evaluate(facts, on=on, explain=explain)
