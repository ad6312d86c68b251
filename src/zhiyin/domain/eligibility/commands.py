"""Judging a person, and what a person says to the verdict."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import F, Max
from django.utils import timezone

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.eligibility import library, papers, policies, queries
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
from zhiyin.domain.eligibility.sources import ORIGIN_WORDS, Given
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people import consents
from zhiyin.domain.people.models import Person
from zhiyin.domain.standards.commands import current_snapshot
from zhiyin.engines.rules import Fact
from zhiyin.kernel.errors import Conflict, DefinitionError, Invalid, NotReady
from zhiyin.kernel.text import normalise

ALL_POLICIES = "policies"
SENSITIVE_PURPOSE = "sensitive-record"
CHANNELS = {"desk": "当面", "phone": "电话", "message": "短信或微信", "paper": "纸质材料", "home": "上门"}
SHORTEST_REASON, LONGEST_REASON = 5, 500
LONGEST_WORDS = 40
LONGEST_QUESTION, LONGEST_ANSWER = 300, 1000


@command("eligibility.assess")
def assess(
    person: Person,
    organisation: Organisation,
    rulesets: Sequence[str] | str = ALL_POLICIES,
    *,
    facts: Mapping[str, Given | Any] | None = None,
    on: date | None = None,
) -> list[Verdict]:
    """Judge ``person`` by rulesets (by default those of all policies for persons that hold here) and store it.

    What the file knows is taken from the declared sources, what it does not from earlier verdicts that still stand;
    ``facts`` (a bare value is a declaration of the person, None takes an earlier word back) go before both. Sensitive
    facts are used only where consent for them stands; typing one without is ``Invalid``. An earlier verdict by the same
    ruleset is superseded, never changed.
    """
    who = actor()
    policies.require(who, "eligibility.assess", person)
    _own(organisation)
    day = on or timezone.localdate()
    packs = queries.packs_of(organisation, day)
    names = _names(packs, organisation, rulesets, day)
    panel = library.panel(packs, names)
    given = {name: one if isinstance(one, Given) else Given(one) for name, one in (facts or {}).items()}
    agreed = consents.standing(person, organisation, SENSITIVE_PURPOSE).holds
    _checked_origins(given)
    _refuse_sensitive(panel.facts, given, agreed=agreed)
    known = queries.carried_facts(person, organisation, panel, sensitive=agreed)
    known |= queries.known_facts(person, organisation, panel, sensitive=agreed) | given
    values = panel.check({name: one.value for name, one in known.items()})
    results = panel.judge(values, day)
    snapshot = current_snapshot(organisation)
    # two at the counter at once: the second supersedes what the first has stored
    Person.objects.select_for_update().get(pk=person.pk)
    earlier = {
        one.ruleset: one
        for one in Verdict.objects.filter(
            person=person, organisation=organisation, ruleset__in=names, superseded_by=None
        )
    }
    by = _membership()
    stored = []
    for name in names:
        ruleset, result = packs.get("ruleset", name), results[name]
        used = [
            fact for fact in library.panel(packs, [name]).facts.values() if fact.id in values and values[fact.id] != ""
        ]
        verdict = Verdict(
            person=person,
            organisation=organisation,
            ruleset=name,
            ruleset_version=ruleset.version,
            title=ruleset.title[:120],
            snapshot=snapshot,
            on=day,
            outcome=result.verdict.value,
            borderline=result.borderline,
            missing=list(result.missing),
            is_sensitive=any(fact.sensitive for fact in used),
            supersedes=earlier.get(name),
            by=by,
        )
        verdict.facts = [_fact_row(packs, fact, values[fact.id], known[fact.id]) for fact in used]
        verdict.reasons = [
            {"depth": one.depth, "verdict": one.verdict, "title": one.title, "article": one.article, "why": one.why}
            for one in library.lines(result.explanation)
        ]
        verdict.outputs = [{"label": label, "text": text} for label, text in library.output_words(ruleset, result)]
        verdict.save(force_insert=True)
        record("eligibility.assessed", verdict, ruleset=name, version=ruleset.version, outcome=verdict.outcome)
        stored.append(verdict)
    return stored


@command("eligibility.confirm")
def confirm(verdict: Verdict, *, note: str = "") -> VerdictAct:
    """Say that a person has looked at the verdict and agrees. An open verdict cannot be confirmed."""
    _standing(verdict)
    if verdict.outcome == Outcome.UNKNOWN:
        raise NotReady("还有事实没弄清楚，补齐以后再确认")
    if any(act.kind == ActKind.CONFIRM for act in verdict.acts.all()):
        raise NotReady("这份判定已经确认过了")
    act = _act(verdict, ActKind.CONFIRM, note=note)
    record("eligibility.confirmed", verdict)
    return act


@command("eligibility.override")
def override(verdict: Verdict, *, outcome: str, reason: str) -> VerdictAct:
    """Judge otherwise than the rule, with a written reason. The verdict stays visible beside it."""
    _standing(verdict)
    errors: dict[str, list[str]] = {}
    if outcome not in {Outcome.PASS, Outcome.FAIL}:
        errors["outcome"] = ["改判为“符合”或“不符合”"]
    elif outcome == verdict.outcome:
        errors["outcome"] = [f"系统的结果就是“{Outcome(outcome).label}”，同意请用确认"]
    _reasoned(reason, errors)
    if queries.standing_override(verdict) is not None:
        raise NotReady("已经有一份改判，先撤回它")
    if errors:
        raise Invalid(errors)
    act = _act(verdict, ActKind.OVERRIDE, note=reason, outcome=outcome)
    record("eligibility.overridden", verdict, outcome=outcome, act=str(act.pk))
    return act


@command("eligibility.withdraw_override")
def withdraw_override(act: VerdictAct, *, reason: str) -> VerdictAct:
    """Take an override back, with a written reason; what the rule said counts again."""
    _standing(act.verdict)
    if act.kind != ActKind.OVERRIDE:
        raise Invalid({"": ["只能撤回改判"]})
    if hasattr(act, "withdrawn"):
        raise NotReady("这份改判已经撤回了")
    errors: dict[str, list[str]] = {}
    _reasoned(reason, errors)
    if errors:
        raise Invalid(errors)
    back = _act(act.verdict, ActKind.WITHDRAW, note=reason, withdraws=act)
    record("eligibility.override_withdrawn", act.verdict, act=str(act.pk))
    return back


@command("eligibility.inform")
def inform(person: Person, organisation: Organisation, policy: str, *, channel: str) -> Informing:
    """Note that a client was told of a policy. ``Invalid`` for one that is not in force today."""
    policies.require(actor(), "eligibility.assess", person)
    _own(organisation)
    packs = queries.packs_of(organisation)
    errors: dict[str, list[str]] = {}
    if channel not in CHANNELS:
        errors["channel"] = ["请选择告知的方式"]
    known = {one.id: one for one in packs.all("policy")}
    found = known.get(policy)
    if found is None:
        errors["policy"] = ["政策库里没有这项政策"]
    elif not found.valid_on(timezone.localdate()):
        errors["policy"] = ["这项政策现在不在有效期内"]
    if errors or found is None:
        raise Invalid(errors)
    told = Informing.objects.create(
        person=person,
        organisation=organisation,
        policy=found.id,
        policy_version=found.version,
        channel=channel,
        by=_membership(),
    )
    record("eligibility.informed", told, policy=found.id, version=found.version, channel=channel)
    return told


@command("eligibility.count_search")
def count_search(words: str, *, hits: int) -> None:
    """Count a search of the policy library; anybody may, nobody is named."""
    kept = normalise(words).lower()[:LONGEST_WORDS] if hits else ""
    row, _ = SearchCount.objects.get_or_create(day=timezone.localdate(), words=kept)
    SearchCount.objects.filter(pk=row.pk).update(count=F("count") + 1)
    record("eligibility.searched", row, hits=hits)


@command("eligibility.keep_booklet")
def keep_booklet(organisation: Organisation, *, region: str, audience: str = "", on: date | None = None) -> Booklet:
    """The edition of the policy booklet that says what holds on a day; made and kept if there is none yet.

    Anybody may: it is public, and the same content is kept once. ``Invalid`` where it lacks what it must say: source
    and validity of every policy, and whom to ask.
    """
    day = on or timezone.localdate()
    packs = library.definitions_for(region, day)
    found = library.search(packs, on=day, audience=audience, region=region, state="current")
    made = papers.edition(packs, found, on=day, agency=organisation)
    if made.lacking:
        raise Invalid({"booklet": list(made.lacking)})
    # two at once: the second finds what the first has made
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    kept = Booklet.objects.filter(organisation=organisation, region=region, audience=audience)
    same = kept.filter(digest=made.digest).first()
    if same is not None:
        record("eligibility.booklet_given", same, number=same.number)
        return same
    number = (kept.aggregate(last=Max("number"))["last"] or 0) + 1
    name = next((name for code, name, _ in library.regions() if code == region != library.WHOLE_COUNTRY), "全国")
    booklet = Booklet.objects.create(
        organisation=organisation,
        region=region,
        audience=audience,
        number=number,
        on=day,
        digest=made.digest,
        content=papers.booklet(made, number=f"第 {number} 版", on=day, region=name),
    )
    record("eligibility.booklet_made", booklet, number=number, region=region)
    return booklet


@command("eligibility.log_enquiry")
def log_enquiry(
    organisation: Organisation, *, question: str, answer: str, region: str = "", audience: str | None = None
) -> Enquiry:
    """Note a question at the counter with its answer; with an ``audience`` ("" for all) today's booklet is issued."""
    policies.require(actor(), "eligibility.enquire")
    _own(organisation)
    question, answer = question.strip(), answer.strip()
    errors: dict[str, list[str]] = {}
    for name, text, longest, why in (
        ("question", question, LONGEST_QUESTION, "请写问了什么，一句话就行"),
        ("answer", answer, LONGEST_ANSWER, "请写怎么答复的"),
    ):
        if not text:
            errors[name] = [why]
        elif len(text) > longest:
            errors[name] = [f"不超过 {longest} 字"]
    if audience is not None and audience not in {"", *library.AUDIENCES}:
        errors["audience"] = ["请选择发哪一种读本"]
    if errors:
        raise Invalid(errors)
    where = region or queries.region_of(organisation)[:2]
    booklet = None if audience is None else keep_booklet(organisation, region=where, audience=audience)
    enquiry = Enquiry.objects.create(
        organisation=organisation, question=question, answer=answer, booklet=booklet, by=_membership()
    )
    record("eligibility.enquiry_logged", enquiry, booklet=str(booklet.pk) if booklet else "")
    return enquiry


def _names(packs: Any, organisation: Organisation, rulesets: Sequence[str] | str, day: date) -> list[str]:
    if rulesets == ALL_POLICIES:
        found = library.applicable(packs, audience="person", region=queries.region_of(organisation), on=day)
        return list(dict.fromkeys(one.rule for one in found if one.rule is not None))
    names = [rulesets] if isinstance(rulesets, str) else list(dict.fromkeys(rulesets))
    for name in names:
        try:
            ruleset = packs.get("ruleset", name)
        except DefinitionError:
            raise Invalid({"rulesets": [f"没有规则集“{name}”"]}) from None
        if ruleset.subject not in {"person", "household", "staff"}:
            raise Invalid({"rulesets": [f"“{ruleset.title}”不是判个人的"]})
    if not names:
        raise Invalid({"rulesets": ["请选择要判定的政策"]})
    return names


def _checked_origins(given: Mapping[str, Given]) -> None:
    wrong: dict[str, list[str]] = {}
    for name, one in given.items():
        if one.origin not in ORIGIN_WORDS:
            wrong[name] = ["来源只能是本人说明、看过证明或系统比对"]
        elif one.origin == "proved" and not one.proof.strip():
            wrong[name] = ["看过哪份证明，请写明"]
    if wrong:
        raise Invalid(wrong)


def _refuse_sensitive(facts: Mapping[str, Fact], given: Mapping[str, Given], *, agreed: bool) -> None:
    if agreed:
        return
    named = [name for name, one in given.items() if one.value is not None and name in facts and facts[name].sensitive]
    if named:
        why = "这是敏感信息，要先取得本人的单独同意，才能记录和使用"
        raise Invalid({name: [why] for name in named})


def _fact_row(packs: Any, fact: Fact, value: Any, given: Given) -> dict[str, Any]:
    return {
        "id": fact.id,
        "label": fact.label,
        "value": _plain(value),
        "text": library.fact_words(packs, fact, value),
        "origin": given.origin,
        "proof": given.proof,
        "as_of": (given.as_of or timezone.localdate()).isoformat(),
        "sensitive": fact.sensitive,
    }


def _plain(value: Any) -> Any:
    """As JSON holds it without loss: dates and exact numbers as text, which the engine reads back."""
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, Mapping):
        return {key: _plain(one) for key, one in value.items()}
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def _standing(verdict: Verdict) -> None:
    """The verdict is locked, reached, and the latest of its kind."""
    policies.require(actor(), "eligibility.judge", verdict)
    Verdict.objects.select_for_update().get(pk=verdict.pk)
    if Verdict.objects.filter(supersedes=verdict).exists():
        raise Conflict("后来又判定过一次，请看最新的结果")


def _reasoned(reason: str, errors: dict[str, list[str]]) -> None:
    length = len(reason.strip())
    if length < SHORTEST_REASON:
        errors["reason"] = ["请写明理由：依据什么、看过什么材料"]
    elif length > LONGEST_REASON:
        errors["reason"] = [f"理由不超过 {LONGEST_REASON} 字"]


def _act(
    verdict: Verdict, kind: ActKind, *, note: str, outcome: str = "", withdraws: VerdictAct | None = None
) -> VerdictAct:
    act = VerdictAct(verdict=verdict, kind=kind, outcome=outcome, withdraws=withdraws, by=_membership())
    act.reason = note.strip()[:LONGEST_REASON]
    act.save(force_insert=True)
    return act


def _own(organisation: Organisation) -> None:
    who = actor()
    if who.kind == "staff" and who.organisation_id != organisation.pk:
        raise Invalid({"organisation": ["只能为本机构的服务对象判定"]})


def _membership() -> Membership | None:
    found = actor().membership_id
    return None if found is None else Membership.objects.get(pk=found)
