"""Asking the rules as a region has them, with what an agency there has changed."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from tests.packs.rules.support import ON, packs
from zhiyin.engines.information import Policy
from zhiyin.engines.rules import Explanation, Result, Verdict, evaluate
from zhiyin.packs.layers import Operations
from zhiyin.packs.resolved import Layer, Resolved, resolve


def region(profile: str | None = None, on: date = ON, changes: Mapping[str, Any] | None = None) -> Resolved:
    """The packs under a profile; ``changes``: operations of an agency on top, as plain data."""
    own = [] if changes is None else [Layer("own", "本机构", "agency", Operations.model_validate(changes), who="主任")]
    return resolve(packs(), [] if profile is None else [profile], on, own)


def judge(
    ruleset: str, facts: Mapping[str, Any], on: date = ON, profile: str | None = None, here: Resolved | None = None
) -> Result:
    """The verdict of a ruleset under a profile, or in a set that is already resolved."""
    found = here or region(profile, on)
    return evaluate(found.get("ruleset", ruleset), facts, on=on, library=found.rules_library(on))


def offered(facts: Mapping[str, Any], on: date = ON, only: Sequence[str] | None = None) -> dict[str, Result]:
    """Policies in force on the day whose rule is met, with the result."""
    found = {}
    for policy in policies(only):
        if policy.valid_on(on) and policy.rule:
            result = judge(policy.rule, facts, on)
            if result.verdict is Verdict.PASS:
                found[policy.id] = result
    return found


def policies(only: Sequence[str] | None = None) -> Iterator[Policy]:
    """Policies of the packs, all or those named."""
    return (item for item in packs().all("policy") if only is None or item.id in only)


def reasons(result: Result, verdict: Verdict) -> dict[str, Explanation]:
    """Parts of the explanation that came out so, by the id of their condition."""
    return {part.id: part for part in result.explanation.walk() if part.id and part.verdict is verdict}
