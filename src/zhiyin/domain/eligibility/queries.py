"""Reads: what stands for a person, what to ask next, whom a change concerns, what goes into a brief."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Sum
from django.utils import timezone

from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.eligibility import library, policies
from zhiyin.domain.eligibility.models import (
    ActKind,
    Booklet,
    Enquiry,
    Informing,
    Outcome,
    SearchCount,
    Verdict,
    VerdictAct,
)
from zhiyin.domain.eligibility.sources import ORIGIN_WORDS, Given, gather
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.models import Person
from zhiyin.domain.standards.queries import active
from zhiyin.engines.information import Policy
from zhiyin.engines.rules import Fact, Panel
from zhiyin.kernel.dates import chinese_date
from zhiyin.kernel.errors import DefinitionError, Invalid
from zhiyin.packs.installed import registry
from zhiyin.packs.resolved import Resolved


def packs_of(organisation: Organisation | uuid.UUID, on: date | None = None) -> Resolved:
    """The definitions an organisation works by."""
    return active(organisation, on)


def region_of(organisation: Organisation | uuid.UUID) -> str:
    """Region code of the profile that the organisation works under; "00" where none names one."""
    chosen = set(packs_of(organisation).profiles)
    regions = [one.region for one in registry().all("profile") if one.id in chosen and one.region]
    return max(regions, key=len) if regions else library.WHOLE_COUNTRY


def known_facts(person: Person, organisation: Organisation, panel: Panel, *, sensitive: bool) -> dict[str, Given]:
    """What the declared sources know of the facts of a panel, by fact id; sensitive facts only with ``sensitive``.

    What a source holds in other words than the rules use (a code they do not have) is left out, to be asked.
    """
    facts = panel.facts
    wanted = {fact.id: fact.source for fact in facts.values() if fact.source and (sensitive or not fact.sensitive)}
    found = gather(person, organisation, wanted.values())
    return facts_from(
        packs_of(organisation), panel, {name: found[source] for name, source in wanted.items() if source in found}
    )


def facts_from(packs: Resolved, panel: Panel, told: Mapping[str, Given]) -> dict[str, Given]:
    """What is told by fact id, in the words of the panel's rules; what they do not take is left out, to be asked."""
    known: dict[str, Given] = {}
    for name, one in told.items():
        value = library.fitted(packs, panel.facts[name], one.value)
        with suppress(Invalid):
            panel.check({name: value})
            known[name] = replace(one, value=value)
    return known


def carried_facts(person: Person, organisation: Organisation, panel: Panel, *, sensitive: bool) -> dict[str, Given]:
    """What earlier verdicts that still stand were told of the facts of a panel, the latest word for each."""
    facts = panel.facts
    known: dict[str, Given] = {}
    rows = Verdict.objects.filter(person=person, organisation=organisation, superseded_by=None)
    for verdict in rows.select_related("person").order_by("created_at", "id"):
        for row in verdict.facts or []:
            fact = facts.get(row["id"])
            if fact is None or (fact.sensitive and not sensitive):
                continue
            with suppress(Invalid):
                panel.check({fact.id: row["value"]})
                as_of = date.fromisoformat(row["as_of"])
                known[fact.id] = Given(row["value"], row["origin"], row["proof"], as_of)
    return known


def standing_override(verdict: Verdict) -> VerdictAct | None:
    """The override that was not taken back; reads prefetched acts."""
    acts = list(verdict.acts.all())
    gone = {act.withdraws_id for act in acts if act.kind == ActKind.WITHDRAW}
    standing = [act for act in acts if act.kind == ActKind.OVERRIDE and act.pk not in gone]
    return standing[-1] if standing else None


@dataclass(frozen=True)
class Standing:
    """A verdict with what persons said to it. ``outcome`` is what counts: the override where there is one.

    Without ``open`` the content of a verdict that rests on sensitive facts is left out.
    """

    verdict: Verdict
    override: VerdictAct | None
    confirmed: VerdictAct | None
    acts: tuple[VerdictAct, ...]
    policy: Policy | None
    missing: tuple[Fact, ...]
    open: bool

    @property
    def outcome(self) -> str:
        return self.override.outcome if self.override is not None else self.verdict.outcome

    @property
    def label(self) -> str:
        return {"PASS": "符合", "FAIL": "不符合", "UNKNOWN": "可能符合"}[self.outcome]

    @property
    def reasons(self) -> list[dict[str, Any]]:
        return (self.verdict.reasons or []) if self.open else []

    @property
    def facts(self) -> list[dict[str, Any]]:
        """The facts used, with the word for their origin."""
        rows = (self.verdict.facts or []) if self.open else []
        return [{**row, "origin_label": ORIGIN_WORDS[row["origin"]]} for row in rows]

    @property
    def outputs(self) -> list[dict[str, str]]:
        return (self.verdict.outputs or []) if self.open else []


def standings(who: Actor, person: Person, *, sensitive: bool, rulesets: Sequence[str] = ()) -> list[Standing]:
    """What stands for a person at the actor's agency: what fits first. Two queries."""
    rows = (
        policies.scope(who)
        .filter(person=person, superseded_by=None)
        .select_related("person", "organisation", "by__user")
        .prefetch_related("acts__by__user")
    )
    if rulesets:
        rows = rows.filter(ruleset__in=rulesets)
    found = [_standing(row, sensitive=sensitive) for row in rows]
    order = {"PASS": 0, "UNKNOWN": 1, "FAIL": 2}
    return sorted(found, key=lambda one: (order[one.outcome], one.verdict.title))


def wanted_facts(standings: Iterable[Standing], *, sensitive: bool) -> list[Fact]:
    """What open verdicts still need, first that which most of them need; sensitive facts only with ``sensitive``."""
    found: dict[str, Fact] = {}
    counts: dict[str, int] = {}
    for one in standings:
        if one.outcome == Outcome.UNKNOWN:
            for fact in one.missing:
                if sensitive or not fact.sensitive:
                    found.setdefault(fact.id, fact)
                    counts[fact.id] = counts.get(fact.id, 0) + 1
    return sorted(found.values(), key=lambda fact: -counts[fact.id])


def standing(verdict: Verdict, *, sensitive: bool) -> Standing:
    """One verdict with everything said to it."""
    return _standing(verdict, sensitive=sensitive)


def history(who: Actor, verdict: Verdict) -> list[Verdict]:
    """All verdicts of the same ruleset on the same person, newest first."""
    rows = policies.scope(who).filter(
        person_id=verdict.person_id, organisation_id=verdict.organisation_id, ruleset=verdict.ruleset
    )
    return list(rows.select_related("by__user").order_by("-created_at", "-id"))


def _standing(verdict: Verdict, *, sensitive: bool) -> Standing:
    packs = packs_of(verdict.organisation_id)
    acts = list(verdict.acts.all())
    for act in acts:
        act.verdict = verdict
    facts = library.panel(packs, [verdict.ruleset]).facts if _has(packs, verdict.ruleset) else {}
    return Standing(
        verdict,
        standing_override(verdict),
        next((act for act in acts if act.kind == ActKind.CONFIRM), None),
        tuple(acts),
        next((one for one in packs.all("policy") if one.rule == verdict.ruleset), None),
        tuple(facts[name] for name in verdict.missing if name in facts),
        sensitive or not verdict.is_sensitive,
    )


def _has(packs: Resolved, ruleset: str) -> bool:
    try:
        packs.get("ruleset", ruleset)
    except DefinitionError:
        return False
    return True


@dataclass(frozen=True)
class Concerned:
    """A client whose result changes: from what to what, by which ruleset or policy."""

    person: Person
    title: str
    ruleset: str
    policy: Policy | None
    before: str
    after: str
    why: str
    is_sensitive: bool
    informed: Informing | None = None

    @property
    def words(self) -> str:
        names = {"PASS": "符合", "FAIL": "不符合", "UNKNOWN": "可能符合", "": "没有判过"}
        return f"{names[self.before]} → {names[self.after]}"


def concerned_by(
    who: Actor, before: Resolved, after: Resolved, *, on: date, since: date | None = None, rulesets: Sequence[str] = ()
) -> list[Concerned]:
    """Clients whose verdict or amount is another under ``after`` than under ``before``, on the facts last stored.

    ``before`` is judged as of ``since`` and ``after`` as of ``on``, both as of ``on`` where only that is given.
    Rulesets that are new in ``after`` are tried on all the facts that are stored of a client. Two queries for any
    number of clients.
    """
    found: list[Concerned] = []
    told = _informed(who)
    by_person: dict[uuid.UUID, list[Verdict]] = {}
    for verdict in _current(who):
        by_person.setdefault(verdict.person_id, []).append(verdict)
    added = _rulesets(after) - _rulesets(before)
    for verdicts in by_person.values():
        facts = _stored_facts(verdicts)
        for verdict in verdicts:
            if rulesets and verdict.ruleset not in rulesets:
                continue
            sides = ((before, since or on), (after, on))
            pair = [_retry(packs, verdict.ruleset, facts[verdict.pk], day) for packs, day in sides]
            if pair[0] is not None and pair[1] is not None and pair[0][:2] != pair[1][:2]:
                found.append(
                    _concerned(after, verdict.person, verdict.ruleset, pair[0], pair[1], facts[verdict.pk], told)
                )
        everything = {name: value for one in verdicts for name, value in facts[one.pk].items()}
        for name in sorted(added):
            if rulesets and name not in rulesets:
                continue
            tried = _retry(after, name, everything, on)
            if tried is not None and tried[0] != Outcome.FAIL:
                found.append(_concerned(after, verdicts[0].person, name, ("", (), ""), tried, everything, told))
    return found


def concerned_now(who: Actor, on: date | None = None) -> list[Concerned]:
    """Clients whose stored verdict is no longer what the definitions of today say on the same facts."""
    if who.organisation_id is None:
        return []
    day = on or timezone.localdate()
    after = packs_of(who.organisation_id, day)
    told = _informed(who)
    found = []
    for verdict in _current(who):
        facts = _stored_facts([verdict])[verdict.pk]
        now = _retry(after, verdict.ruleset, facts, day)
        if now is not None and now[0] != verdict.outcome:
            found.append(
                _concerned(after, verdict.person, verdict.ruleset, (verdict.outcome, (), ""), now, facts, told)
            )
    return found


def concerned_by_policy(who: Actor, policy: Policy, on: date | None = None) -> list[Concerned]:
    """Clients whom a policy may concern, on the facts stored of them: who fits, and who may. With who was informed."""
    if who.organisation_id is None or policy.rule is None:
        return []
    day = on or timezone.localdate()
    packs = packs_of(who.organisation_id, day)
    told = _informed(who)
    by_person: dict[uuid.UUID, list[Verdict]] = {}
    for verdict in _current(who):
        by_person.setdefault(verdict.person_id, []).append(verdict)
    found = []
    for verdicts in by_person.values():
        facts = _stored_facts(verdicts)
        everything = {name: value for one in verdicts for name, value in facts[one.pk].items()}
        tried = _retry(packs, policy.rule, everything, day)
        earlier = next((one.outcome for one in verdicts if one.ruleset == policy.rule), "")
        if tried is not None and tried[0] != Outcome.FAIL:
            found.append(_concerned(packs, verdicts[0].person, policy.rule, (earlier, (), ""), tried, everything, told))
    return sorted(found, key=lambda one: (one.after != Outcome.PASS, one.person.name_key))


def _current(who: Actor) -> list[Verdict]:
    rows = policies.scope(who).filter(superseded_by=None, person__erased_at=None).select_related("person")
    return list(rows.order_by("person__name_key", "person_id", "ruleset"))


def _stored_facts(verdicts: Iterable[Verdict]) -> dict[uuid.UUID, dict[str, Any]]:
    return {one.pk: {row["id"]: row["value"] for row in one.facts or []} for one in verdicts}


def _rulesets(packs: Resolved) -> set[str]:
    return {one.rule for one in packs.all("policy") if one.rule is not None}


Tried = tuple[str, tuple[tuple[str, str], ...], str]
"""Outcome, amounts in words, the reason in one line."""


def _retry(packs: Resolved, ruleset: str, facts: Mapping[str, Any], on: date) -> Tried | None:
    """Outcome, amounts and the reason in one line; None where the ruleset is not there."""
    if not _has(packs, ruleset):
        return None
    result = library.panel(packs, [ruleset]).judge(facts, on)[ruleset]
    words = library.output_words(packs.get("ruleset", ruleset), result)
    return result.verdict.value, words, result.explanation.why


def _concerned(
    packs: Resolved,
    person: Person,
    ruleset: str,
    before: Tried,
    after: Tried,
    facts: Mapping[str, Any],
    told: Mapping[Any, Informing],
) -> Concerned:
    policy = next((one for one in packs.all("policy") if one.rule == ruleset), None)
    title = packs.get("ruleset", ruleset).title
    informed = told.get((person.pk, policy.id)) if policy is not None else None
    asked = library.panel(packs, [ruleset]).facts
    is_sensitive = any(name in facts and fact.sensitive for name, fact in asked.items())
    return Concerned(person, title, ruleset, policy, before[0], after[0], after[2], is_sensitive, informed)


def _informed(who: Actor) -> dict[tuple[uuid.UUID, str], Informing]:
    rows = Informing.objects.filter(organisation_id=who.organisation_id).order_by("at").select_related("by__user")
    return {(row.person_id, row.policy): row for row in rows}


def combination(packs: Resolved, chosen: Sequence[str], on: date) -> list[library.Line]:
    """What stands against enjoying the chosen policies in one month; empty when nothing does."""
    if not _has(packs, "policy-combination"):
        return []
    together = library.panel(packs, ["policy-combination"])
    allowed = {option.value for option in together.facts["received_now"].options}
    values = tuple(one for one in chosen if one in allowed)
    result = together.judge({"received_now": values}, on)["policy-combination"]
    return library.decisive(result.explanation) if result.verdict.value == Outcome.FAIL else []


def brief(who: Actor, person: Person, organisation: Organisation, *, sensitive: bool) -> dict[str, Any]:
    """The context of a policy brief: policies in force that fit or may fit, each with what is missing and how to apply.

    What is no longer in force today does not appear, whatever was judged before.
    """
    today = timezone.localdate()
    packs = packs_of(organisation, today)
    fitting: list[dict[str, Any]] = []
    maybe: list[dict[str, Any]] = []
    for one in standings(who, person, sensitive=sensitive):
        if one.policy is None or not one.policy.valid_on(today) or not one.open:
            continue
        if one.outcome == Outcome.FAIL:
            continue
        (fitting if one.outcome == Outcome.PASS else maybe).append(_brief_row(packs, one, today))
    return {
        "person": {"name": person.name},
        "brief": {
            "on": chinese_date(today),
            "fitting": fitting,
            "maybe": maybe,
            "snapshot": packs.snapshot_hash[:12],
            "count": len(fitting) + len(maybe),
        },
    }


def _brief_row(packs: Resolved, one: Standing, today: date) -> dict[str, Any]:
    policy = one.policy
    assert policy is not None
    materials = [f"{item.name}{'' if item.required else '（可选）'}" for item in policy.materials]
    figures = [f"{item.label} {item.text}" for item in library.amounts(packs, policy, today) if item.text]
    asked = [f"{fact.label}{f'（{fact.proof}）' if fact.proof else ''}" for fact in one.missing]
    return {
        "policy": policy.id,
        "title": policy.title,
        "benefit": policy.benefit,
        "amount": "；".join([*(f"{item['label']} {item['text']}" for item in one.outputs), *figures]),
        "missing": "、".join(asked) or "没有",
        "steps": "；".join(f"{number}. {step}" for number, step in enumerate(policy.steps, 1)),
        "materials": "、".join(materials),
        "window": policy.window or "、".join(policy.channel) or "请向本机构窗口询问",
        "source": f"{policy.issuer} {policy.number}".strip(),
        "valid": f"{policy.valid_from} 至 {policy.valid_to or '未定终止日期'}",
        "certainty": library.CERTAINTY_WORDS[policy.certainty],
        "override": "由工作人员改判" if one.override is not None else "",
    }


def searches(since: date) -> list[tuple[str, int]]:
    """What was looked for in the policy library since a day, most often first; "" stands for what found nothing."""
    rows = SearchCount.objects.filter(day__gte=since).values("words").annotate(total=Sum("count"))
    return [(row["words"], row["total"]) for row in rows.order_by("-total", "words")]


def booklets(organisation: Organisation, region: str, audience: str = "") -> list[Booklet]:
    """Editions of the booklet, the newest first, without their content."""
    rows = Booklet.objects.filter(organisation=organisation, region=region, audience=audience)
    return list(rows.defer("content"))


def enquiries(who: Actor, limit: int = 50) -> list[Enquiry]:
    """The latest questions at the counter of the actor's agency."""
    return list(policies.enquiries(who).select_related("booklet", "by__user").defer("booklet__content")[:limit])
