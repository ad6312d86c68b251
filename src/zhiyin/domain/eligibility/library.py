"""The policy library: what is in force where and for whom, judged on facts. Reads packs only, no database."""

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from zhiyin.engines.information import Policy
from zhiyin.engines.rules import Fact, Panel, Result, RuleSet
from zhiyin.engines.rules.explaining import Explanation, Verdict
from zhiyin.engines.rules.syntax import references
from zhiyin.kernel.text import normalise
from zhiyin.packs.installed import registry
from zhiyin.packs.registry import Registry
from zhiyin.packs.resolved import Resolved, resolve

AUDIENCES = {"person": "求职者", "employer": "用人单位"}
CERTAINTY_WORDS = {"seen": "已核对原文", "known": "来源可靠", "unsure": "请向窗口核实"}
WHOLE_COUNTRY = "00"


@dataclass(frozen=True, slots=True)
class Amount:
    """A figure of a policy as of a day. ``text`` is "" where none is laid down."""

    label: str
    text: str
    source: str
    is_local: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an explanation, ``depth`` from 0."""

    depth: int
    verdict: str
    title: str
    article: str
    why: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A policy judged on some facts. ``missing`` are facts still needed, ``faults`` why not, ``fits`` why.

    ``uncounted`` are facts by which an amount could be computed that is still open.
    """

    policy: Policy
    ruleset: RuleSet
    result: Result
    missing: tuple[Fact, ...]
    fits: tuple[Line, ...]
    faults: tuple[Line, ...]
    outputs: tuple[tuple[str, str], ...]
    uncounted: tuple[Fact, ...]

    @property
    def verdict(self) -> str:
        return self.result.verdict.value

    @property
    def label(self) -> str:
        """The word shown to people: an open verdict says that it may still come."""
        return {"PASS": "符合", "FAIL": "不符合", "UNKNOWN": "可能符合"}[self.verdict]

    @property
    def certainty(self) -> str:
        return CERTAINTY_WORDS[self.policy.certainty]


def definitions_for(region: str, on: date) -> Resolved:
    """The packs with the profile of ``region`` (digits of a region code; "00" for none) laid over them."""
    return resolve(registry(), profiles_of(region), on)


def profiles_of(region: str) -> tuple[str, ...]:
    """The id of the installed profile that fits ``region`` most closely, if there is one."""
    fitting = [
        one for one in registry().all("profile") if one.region and one.region != "00" and region.startswith(one.region)
    ]
    return (max(fitting, key=lambda one: (len(one.region), one.id)).id,) if fitting else ()


def regions() -> list[tuple[str, str, bool]]:
    """Provinces as (two digits, name, whether a profile says what holds there), the whole country first."""
    local = {one.region[:2] for one in registry().all("profile") if one.region}
    provinces = [one for one in registry().all("region") if one.code.endswith("0000")]
    return [
        (WHOLE_COUNTRY, "只看全国规定", False),
        *((one.code[:2], one.name, one.code[:2] in local) for one in provinces),
    ]


def state_of(policy: Policy, on: date) -> str:
    """``current``, ``expired`` or ``coming`` on a day."""
    if policy.valid_on(on):
        return "current"
    return "expired" if policy.valid_to is not None and policy.valid_to < on.isoformat() else "coming"


def search(
    packs: Registry | Resolved,
    *,
    on: date,
    words: str = "",
    audience: str = "",
    group: str = "",
    region: str = "",
    state: str = "",
) -> list[Policy]:
    """Policies by words (all must occur), audience, client group, region and state; those in force first.

    Words are looked for in title, number, object, benefit, plain text, conditions and questions.
    """
    wanted = [word for word in normalise(words).lower().split() if word]
    found = [
        policy
        for policy in packs.all("policy")
        if (not audience or audience in policy.audience)
        and (not group or group in policy.groups)
        and (not region or policy.covers(region))
        and (not state or state_of(policy, on) == state)
        and all(word in _text(policy) for word in wanted)
    ]
    order = {"current": 0, "coming": 1, "expired": 2}
    title_hit = {policy.id: any(word in policy.title.lower() for word in wanted) for policy in found}
    return sorted(found, key=lambda one: (order[state_of(one, on)], not title_hit[one.id], one.title))


def _text(policy: Policy) -> str:
    parts: list[str] = [policy.title, policy.number, policy.issuer, policy.object, policy.benefit, policy.plain]
    parts += [*policy.conditions, *policy.exclusions, *(one.q for one in policy.questions)]
    return normalise(" ".join(parts)).lower()


def applicable(packs: Registry | Resolved, *, audience: str, region: str, on: date) -> list[Policy]:
    """Policies with a ruleset that can be judged for ``audience`` in ``region`` on a day.

    A policy for both sides whose ruleset asks about the person is judged for persons only.
    """

    def fits(policy: Policy) -> bool:
        if policy.rule is None:
            return False
        about_person = packs.get("ruleset", policy.rule).subject in {"person", "household"}
        return about_person if audience == "person" else not (about_person and "person" in policy.audience)

    found = search(packs, on=on, audience=audience, region=region, state="current")
    return [policy for policy in found if fits(policy)]


@functools.lru_cache(maxsize=32)
def _panel(snapshot: str, packs: Any, rulesets: tuple[str, ...]) -> Panel:
    return Panel([packs.get("ruleset", name) for name in rulesets], packs.rules_library())


def panel(packs: Registry | Resolved, rulesets: Iterable[str]) -> Panel:
    """The rulesets as one panel; kept, since compiling costs more than judging."""
    return _panel(packs.snapshot_hash, packs, tuple(dict.fromkeys(rulesets)))


def judge(packs: Registry | Resolved, found: Sequence[Policy], facts: Mapping[str, Any], on: date) -> list[Finding]:
    """Every policy judged on the same facts, in the order: may apply, may still come, does not."""
    together = panel(packs, [one.rule for one in found if one.rule is not None])
    results = together.judge(facts, on)
    findings = []
    for policy in found:
        if policy.rule is None:
            continue
        ruleset, result = packs.get("ruleset", policy.rule), results[policy.rule]
        leaves = [one for one in lines(result.explanation) if one.depth > 0]
        findings.append(
            Finding(
                policy,
                ruleset,
                result,
                tuple(together.facts[name] for name in result.missing if name in together.facts),
                tuple(one for one in leaves if one.depth == 1 and one.verdict == "PASS"),
                tuple(decisive(result.explanation)) if result.verdict is Verdict.FAIL else (),
                output_words(ruleset, result),
                tuple(together.facts[name] for name in _uncounted(ruleset, result) if facts.get(name) is None),
            )
        )
    order = {"PASS": 0, "UNKNOWN": 1, "FAIL": 2}
    return sorted(findings, key=lambda one: order[one.verdict])


def deadline_words(packs: Registry | Resolved, policy: Policy) -> str:
    """Until when to apply, in words; "" where nothing is laid down."""
    if policy.deadline is None:
        return ""
    days = policy.deadline.days
    if policy.deadline.on is not None:
        return f"{policy.deadline.closes_on({})} 以前"
    asked = panel(packs, [policy.rule]).facts if policy.rule else {}
    fact = asked.get(policy.deadline.fact or "")
    return f"自“{fact.label}”那天起 {days} 天内" if fact else f"够条件之日起 {days} 天内"


@dataclass(frozen=True, slots=True)
class PolicyDifference:
    """What a policy gives on one side and not, or otherwise, on the other. Texts in words, "" for nothing."""

    policy: Policy
    label: str
    before: str
    after: str


def differences(
    before: Registry | Resolved, first: date, after: Registry | Resolved, last: date
) -> list[PolicyDifference]:
    """What changed of the policies between ``first`` under ``before`` and ``last`` under ``after``."""
    words = {"current": "有效", "expired": "已失效", "coming": "还没施行", "": ""}
    old = {one.id: one for one in before.all("policy")}
    new = {one.id: one for one in after.all("policy")}
    found = []
    for name in sorted(old.keys() | new.keys()):
        policy = new.get(name) or old[name]
        was = state_of(old[name], first) if name in old else ""
        now = state_of(new[name], last) if name in new else ""
        if was != now:
            found.append(PolicyDifference(policy, "状态", words[was] or "没有", words[now] or "不再列出"))
        if name in old and name in new:
            figures = {one.label: one.text for one in amounts(before, old[name], first)}
            found += [
                PolicyDifference(policy, one.label, figures.get(one.label, ""), one.text)
                for one in amounts(after, policy, last)
                if figures.get(one.label, "") != one.text
            ]
    return found


def conditions(packs: Registry | Resolved, ruleset: str, on: date) -> list[Line]:
    """What a ruleset looks at, in words: its conditions of the first level."""
    result = panel(packs, [ruleset]).judge({}, on)[ruleset]
    return [one for one in lines(result.explanation) if one.depth == 1]


def lines(explanation: Explanation, depth: int = 0) -> list[Line]:
    """An explanation as lines, its own first."""
    own = Line(depth, explanation.verdict.value, explanation.title, explanation.article, explanation.why)
    return [own, *(below for child in explanation.children for below in lines(child, depth + 1))]


def decisive(explanation: Explanation) -> list[Line]:
    """The conditions that stand in the way, as near to the person as can be: titled ones at the second level."""
    failed = [child for child in explanation.children if child.verdict is Verdict.FAIL and child.applies]
    shown = failed or [explanation]
    return [Line(1, one.verdict.value, one.title, one.article, one.why) for one in shown]


def output_words(ruleset: RuleSet, result: Result) -> tuple[tuple[str, str], ...]:
    """Computed values in words, as (label, text); those still open are left out."""
    units = {one.id: one for one in ruleset.outputs}
    return tuple(
        (units[name].label, value_words(value) + units[name].unit)
        for name, value in result.outputs.items()
        if value is not None
    )


def _uncounted(ruleset: RuleSet, result: Result) -> list[str]:
    still_open = [
        one.expression for one in ruleset.outputs if one.id in result.outputs and result.outputs[one.id] is None
    ]
    return list(references(*still_open).facts) if result.verdict is Verdict.PASS else []


def value_words(value: Any) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, list | tuple):
        return "、".join(value_words(one) for one in value) or "没有"
    return value.isoformat() if isinstance(value, date) else str(value)


def fact_words(packs: Registry | Resolved, fact: Fact, value: Any) -> str:
    """The value of a fact as people read it: labels instead of codes, its unit, rows counted."""
    if value is None:
        return "不清楚"
    if fact.type == "list":
        return f"{len(value)} 条" if value else "没有"
    labels = {option.value: option.label for option in options(packs, fact)}
    told = [labels.get(one, value_words(one)) for one in (value if isinstance(value, list | tuple) else [value])]
    return ("、".join(told) or "都没有") + (f" {fact.unit}" if fact.unit else "")


def options(packs: Registry | Resolved, fact: Any) -> list[Any]:
    """What can be chosen for a fact or a column; empty where it is not a choice."""
    return list(packs.get("codelist", fact.codelist).values) if fact.codelist else list(fact.options)


def fitted(packs: Registry | Resolved, fact: Fact, value: Any) -> Any:
    """What a source holds, in the words of a fact: rows keep the columns that the fact has, words become its choices.

    A choice is met by its value or by the whole label before any bracket; what meets none stays open for a person.
    """
    if fact.type != "list" or not isinstance(value, list | tuple):
        return value
    columns = {column.id: column for column in fact.columns}
    return [
        {
            name: _chosen(packs, columns[name], told)
            for name, told in row.items()
            if name in columns and told not in (None, "")
        }
        for row in value
    ]


def _chosen(packs: Registry | Resolved, column: Any, told: Any) -> Any:
    if column.type != "choice":
        return told
    found = options(packs, column)
    exact = next((one.value for one in found if one.value == told), None)
    return exact or next((one.value for one in found if one.label.split("（")[0] == told), None)


def amounts(packs: Registry | Resolved, policy: Policy, on: date) -> list[Amount]:
    """The figures of a policy on a day, each with its source."""
    found = []
    for name in policy.amount:
        parameter = packs.get("parameter", name)
        dated = parameter.dated_on(on)
        text = "" if dated is None else value_words(dated.value) + parameter.unit
        found.append(Amount(parameter.title, text, dated.source if dated else "", parameter.basis == "local"))
    return found
