"""Several rulesets put to one person: the facts they ask for, each once, and whether what was given is right."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property
from typing import Any

from zhiyin.engines.rules.definition import Fact, RuleSet
from zhiyin.engines.rules.evaluation import Compiled, Result, compile
from zhiyin.engines.rules.facts import check_facts
from zhiyin.engines.rules.library import Library
from zhiyin.engines.rules.questions import Questioner
from zhiyin.engines.rules.syntax import references
from zhiyin.kernel.errors import Invalid


class Panel:
    """``rulesets`` judged together, with the facts of the rulesets that they name.

    Where two of them declare one fact, the first declaration gives the words of the question. DefinitionError where a
    ruleset names something that ``library`` does not have.
    """

    def __init__(self, rulesets: Sequence[RuleSet], library: Library) -> None:
        self.rulesets = tuple(rulesets)
        self._library = library
        self._compiled: dict[str, Compiled] = {one.id: compile(one, library) for one in rulesets}
        self._owners: dict[str, RuleSet] = {}
        waiting, seen = list(rulesets), {one.id for one in rulesets}
        while waiting:
            one = waiting.pop(0)
            for fact in one.facts:
                self._owners.setdefault(fact.id, one)
            inner = [name for name in references(one.root).rulesets if name not in seen]
            seen |= set(inner)
            waiting += [library.ruleset(name) for name in inner]

    @cached_property
    def facts(self) -> dict[str, Fact]:
        """Every fact that can be asked, by id, in the order of the rulesets."""
        return {name: owner.fact(name) for name, owner in self._owners.items()}

    def check(self, facts: Mapping[str, Any]) -> dict[str, Any]:
        """The facts with every value typed, blank ones left out; see :func:`check_facts`. ``Invalid`` by fact id."""
        errors: dict[str, list[str]] = {}
        cleaned: dict[str, Any] = {}
        for name, raw in facts.items():
            owner = self._owners.get(name)
            if owner is None:
                errors[str(name)] = [f"没有“{name}”这一项"]
                continue
            try:
                cleaned |= check_facts(owner, {name: raw})
            except Invalid as error:
                errors |= error.errors
        if errors:
            raise Invalid(errors)
        return cleaned

    def judge(self, facts: Mapping[str, Any], on: date) -> dict[str, Result]:
        """The result of every ruleset as of ``on``, by its id."""
        return {name: one.evaluate(facts, on=on, explain=False) for name, one in self._compiled.items()}

    def next(self, facts: Mapping[str, Any], on: date, *, without: Sequence[str] = ()) -> str | None:
        """The fact that decides most; those in ``without`` (not known to the person) are not asked again.

        Where the best one is in ``without``, the first fact that an open verdict misses and that may be asked.
        """
        found = self._questioner.next(facts, on)
        if found is None or found not in without:
            return found
        refused = set(without)
        wanted: dict[str, int] = {}
        for result in self.judge(facts, on).values():
            for name in result.missing:
                if name not in refused:
                    wanted[name] = wanted.get(name, 0) + 1
        return max(wanted, key=lambda name: wanted[name]) if wanted else None

    @cached_property
    def _questioner(self) -> Questioner:
        return Questioner(self.rulesets, self._library)
