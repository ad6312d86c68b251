"""Writes about sittings.

The journal of answers is its own trace: rows are added and never changed, each with the moment and the device's key. So
``answer`` adds one row and leaves the agency's audit chain alone, which 48 answers a person would hold up.
"""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import acting, actor, command, job, record
from zhiyin.domain.casework import policies as case_policies
from zhiyin.domain.casework.events import record_event
from zhiyin.domain.casework.models import Case
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people import consents, sealed
from zhiyin.domain.people import policies as people_policies
from zhiyin.domain.people.models import Person
from zhiyin.domain.sittings import policies, queries
from zhiyin.domain.sittings.models import Answer, Sitting
from zhiyin.domain.sittings.queries import Sheet
from zhiyin.domain.standards.commands import current_snapshot
from zhiyin.engines.psychometrics import InstrumentDefinition
from zhiyin.kernel import ids
from zhiyin.kernel.errors import Conflict, DefinitionError, Invalid, NotReady, Refused
from zhiyin.kernel.text import normalise
from zhiyin.packs.installed import registry

CONSENT = "assessment"
# how long a link may lie before it is begun
LINK_DAYS = 14
_LONGEST_MS = 30 * 60 * 1000

_on_finish: list[Callable[[Sitting, Sheet, datetime], None]] = []


def on_finish(function: Callable[[Sitting, Sheet, datetime], None]) -> None:
    """Register what a room above does with a finished sheet (scoring it), in the same transaction."""
    _on_finish.append(function)


def _now(happened_at: datetime | None) -> datetime:
    """The moment of an act; a link or a client always acts now."""
    now = timezone.now()
    if happened_at is None:
        return now
    if actor().kind in {"link", "client", "guardian"}:
        raise Refused("只有工作人员可以补记时间")
    if happened_at > now:
        raise Invalid({"happened_at": ["这个时间还没有到，请填实际发生的时间"]})
    return happened_at


def _locked(sitting: Sitting) -> Sitting:
    return Sitting.objects.select_for_update(of=("self",)).select_related("person", "organisation").get(pk=sitting.pk)


def _refuse_closed(sitting: Sitting, moment: datetime) -> None:
    reason = sitting.obstacle(moment)
    if reason:
        raise NotReady(reason)


def _tell_case(sitting: Sitting, kind: str, happened_at: datetime | None, **data: Any) -> bool:
    """Record the event in the sitting's case; False when it has none or the case takes no such event any more.

    What the test taker did is kept in any case: a case that was closed or paused meanwhile must not undo it.
    """
    case = Case.objects.filter(pk=sitting.case_id).first() if sitting.case_id else None
    if case is None:
        return False
    try:
        record_event(case, kind, happened_at=happened_at, data={"assessment": str(sitting.pk), **data})
    except NotReady:
        return False
    return True


@command("sittings.assign")
def assign(
    person: Person,
    organisation: Organisation,
    instrument: str = "holland-interest",
    *,
    case_id: uuid.UUID | None = None,
    mode: str = Sitting.Mode.ONLINE,
    large_type: bool = False,
    read_aloud: bool = False,
    happened_at: datetime | None = None,
) -> tuple[Sitting, str]:
    """Give an instrument to a person; returns the sitting and the token of its link, which is stored as a digest only.

    The consent "assessment" must stand (``NotReady`` otherwise). In a case the event is recorded, so the case's own
    rules hold; the link may lie for fourteen days before it is begun. Errors are at ``instrument``, ``mode``,
    ``case_id``, ``happened_at``.
    """
    who = actor()
    policies.require(who, "sittings.assign")
    people_policies.require(who, "people.read", person)
    if who.organisation_id not in {None, organisation.pk}:
        raise Refused("只能在本机构布置测评")
    definition = _instrument(instrument)
    if who.kind == "staff" and who.role not in definition.may_give:
        raise Refused(f"“{definition.title}”只能由规定的人员布置")
    if mode not in Sitting.Mode.values:
        raise Invalid({"mode": ["请选择作答方式"]})
    moment = _now(happened_at)
    consents.require(person, organisation, CONSENT)
    case = _case(case_id, person, organisation)
    if case is not None and who.role != Role.ASSESSOR:
        case_policies.require(who, "casework.work", case)
    # the person's row is the lock that keeps two members of staff from assigning at once
    Person.objects.select_for_update().get(pk=person.pk)
    standing = Sitting.objects.filter(
        person=person,
        organisation=organisation,
        instrument=instrument,
        state__in=[Sitting.State.ASSIGNED, Sitting.State.STARTED],
        expires_at__gt=timezone.now(),
    )
    if standing.exists():
        raise Conflict(f"已经布置过一份“{definition.title}”，还没有做完；可以重新发送链接，不必再布置")
    token = ids.token()
    sitting = Sitting.objects.create(
        organisation=organisation,
        person=person,
        case_id=case_id,
        instrument=definition.id,
        instrument_version=definition.version,
        snapshot=current_snapshot(organisation),
        assigned_by_id=who.membership_id,
        mode=mode,
        token_digest=sealed.lookup(token),
        large_type=large_type,
        read_aloud=read_aloud,
        assigned_at=moment,
        expires_at=moment + timedelta(days=LINK_DAYS),
    )
    record("sittings.assigned", sitting, instrument=definition.id, version=definition.version, mode=mode)
    if case is not None:
        data = {"assessment": str(sitting.pk), "instrument": definition.id}
        record_event(case, "assessment.assigned", happened_at=happened_at, data=data)
    return sitting, token


def _instrument(name: str) -> InstrumentDefinition:
    try:
        definition = registry().get("instrument", name)
    except DefinitionError:
        raise Invalid({"instrument": ["请选择测评工具"]}) from None
    assert isinstance(definition, InstrumentDefinition)
    return definition


def _case(case_id: uuid.UUID | None, person: Person, organisation: Organisation) -> Case | None:
    if case_id is None:
        return None
    case = Case.objects.filter(pk=case_id, person=person, organisation=organisation).select_related("person").first()
    if case is None:
        raise Invalid({"case_id": ["这个个案不属于本人，或者不在本机构"]})
    return case


@command("sittings.renew")
def renew(sitting: Sitting) -> str:
    """A new link for an unfinished sitting, with its time extended; the old link dies. Answers given so far stay."""
    sitting = _locked(sitting)
    policies.require(actor(), "sittings.assign", sitting)
    if sitting.state not in {Sitting.State.ASSIGNED, Sitting.State.STARTED, Sitting.State.EXPIRED}:
        raise NotReady(sitting.obstacle(timezone.now()))
    consents.require(sitting.person, sitting.organisation, CONSENT)
    definition = queries.definition_of(sitting)
    token = ids.token()
    sitting.token_digest = sealed.lookup(token)
    begun = sitting.started_at is not None
    sitting.state = Sitting.State.STARTED if begun else Sitting.State.ASSIGNED
    sitting.expires_at = timezone.now() + timedelta(days=definition.resume_days if begun else LINK_DAYS)
    sitting.save(update_fields=["token_digest", "state", "expires_at"])
    record("sittings.renewed", sitting)
    return token


@command("sittings.start")
def start(sitting: Sitting, *, happened_at: datetime | None = None) -> Sitting:
    """Begin, or take up again; from the beginning on the sheet stays open for the instrument's ``resume_days``."""
    sitting = _locked(sitting)
    policies.require_answering(actor(), sitting)
    moment = _now(happened_at)
    _refuse_closed(sitting, moment)
    consents.require(sitting.person, sitting.organisation, CONSENT)
    definition = queries.definition_of(sitting)
    if sitting.state == Sitting.State.STARTED:
        record("sittings.resumed", sitting)
        return sitting
    sitting.state, sitting.started_at = Sitting.State.STARTED, moment
    sitting.expires_at = moment + timedelta(days=max(definition.resume_days, 1))
    sitting.save(update_fields=["state", "started_at", "expires_at"])
    record("sittings.started", sitting)
    return sitting


def answer(sitting: Sitting, item: str, value: int, *, client_key: str, milliseconds: int | None = None) -> bool:
    """Add one answer to the journal; True when it was stored, False when this very send was stored before.

    ``item`` is the runner's or the definition's id, ``client_key`` made by the device for each press (1–40 characters);
    the same key with another answer is a ``Conflict``, never a silent loss. ``Invalid`` at the item for an unknown item
    or a value that is no option; ``NotReady`` when the sitting is not open or the consent was withdrawn. Four queries.
    """
    locked = _locked(sitting)
    policies.require_answering(actor(), locked)
    definition = queries.definition_of(locked)
    own = _checked(definition, item, value)
    _check_send(item, client_key, milliseconds)
    # asked after the lock is held: inside the locking statement PostgreSQL would look at rows of before
    seen = Answer.objects.filter(sitting=locked, client_key=client_key).values_list("item", "value").first()
    if seen is not None:
        if seen != (own, value):
            raise Conflict("这次发送的编号已经用过，请刷新页面后再选一次")
        return False
    _refuse_closed(locked, timezone.now())
    if locked.state != Sitting.State.STARTED:
        raise NotReady("请先点“开始”，再作答")
    consents.require(locked.person, locked.organisation, CONSENT)
    if milliseconds is not None:
        milliseconds = min(milliseconds, _LONGEST_MS)
    Answer(sitting=locked, item=own, value=value, milliseconds=milliseconds, client_key=client_key).save()
    return True


def _checked(definition: InstrumentDefinition, item: str, value: Any) -> str:
    own = queries.own_id(definition, item)
    if own is None:
        raise Invalid({item: ["这份测评里没有这道题"]})
    allowed = [option.value for option in definition.options]
    if isinstance(value, bool) or value not in allowed:
        choices = "、".join(str(option) for option in sorted(allowed))
        raise Invalid({item: [f"答案不在可选范围内，应为 {choices} 之一"]})
    return own


def _check_send(item: str, client_key: str, milliseconds: int | None) -> None:
    if not (1 <= len(client_key) <= 40 and client_key.isprintable()):
        raise Invalid({item: ["发送编号不对，请刷新页面后再选一次"]})
    if milliseconds is not None and milliseconds < 0:
        raise Invalid({item: ["作答用时不能是负数"]})


@command("sittings.enter_answers")
def enter_answers(
    sitting: Sitting,
    values: Mapping[str, int],
    *,
    milliseconds: Mapping[str, int] | None = None,
    happened_at: datetime | None = None,
) -> Sitting:
    """Key in a paper sheet, whole or in part, by staff; every fault is told at its item and then nothing is stored.

    ``values`` maps item ids (or places, ``q01`` …) to options. Begins the sitting if nobody has; ``finish`` follows.
    """
    sitting = _locked(sitting)
    who = actor()
    if who.kind not in {"system", "job"} and sitting.mode != Sitting.Mode.PAPER:
        raise Refused("只有纸笔作答才由工作人员整份录入")
    policies.require(who, "sittings.enter", sitting)
    moment = _now(happened_at)
    if moment < sitting.assigned_at:
        raise Invalid({"happened_at": ["作答时间不能早于布置时间"]})
    _refuse_closed(sitting, moment)
    consents.require(sitting.person, sitting.organisation, CONSENT)
    definition = queries.definition_of(sitting)
    times = milliseconds or {}
    errors: dict[str, list[str]] = {}
    rows = []
    for item, value in values.items():
        try:
            own = _checked(definition, item, value)
        except Invalid as error:
            errors.update(error.errors)
            continue
        time, key = times.get(item), f"entry:{ids.uuid7().hex}"
        rows.append(Answer(sitting=sitting, item=own, value=value, milliseconds=time, client_key=key))
    if not values:
        errors[""] = ["还没有录入任何答案"]
    if errors:
        raise Invalid(errors)
    Answer.objects.bulk_create(rows)
    if sitting.state == Sitting.State.ASSIGNED:
        sitting.state, sitting.started_at = Sitting.State.STARTED, moment
        sitting.expires_at = moment + timedelta(days=max(definition.resume_days, 1))
        sitting.save(update_fields=["state", "started_at", "expires_at"])
    record("sittings.answers_entered", sitting, count=len(rows))
    return sitting


@command("sittings.finish")
def finish(sitting: Sitting, *, allow_missing: bool = False, happened_at: datetime | None = None) -> Sitting:
    """End the sitting and score it. Unanswered items are named unless ``allow_missing`` says that they stay open."""
    sitting = _locked(sitting)
    policies.require_answering(actor(), sitting)
    moment = _now(happened_at)
    _refuse_closed(sitting, moment)
    if sitting.state != Sitting.State.STARTED:
        raise NotReady("还没有开始作答")
    consents.require(sitting.person, sitting.organisation, CONSENT)
    definition, given = queries.definition_of(sitting), queries.sheet(sitting)
    open_items = [item for item in definition.ordered_items() if item.id not in given.answers]
    if not given.answers:
        raise Invalid("一道题也没有作答；不想做的话，可以选“不做了”")
    if open_items and not allow_missing:
        errors = {queries.public_id(item.order): [f"第 {item.order} 题还没有作答"] for item in open_items}
        raise Invalid({"": [f"还有 {len(open_items)} 题没有作答"], **errors})
    sitting.state, sitting.finished_at = Sitting.State.FINISHED, moment
    sitting.save(update_fields=["state", "finished_at"])
    in_case = _tell_case(sitting, "assessment.completed", happened_at, instrument=sitting.instrument)
    record("sittings.finished", sitting, answered=len(given.answers), missing=len(open_items), in_case=in_case)
    for function in _on_finish:
        function(sitting, given, moment)
    return sitting


@command("sittings.decline")
def decline(sitting: Sitting, reason: str = "", *, happened_at: datetime | None = None) -> Sitting:
    """The person does not want to. They need give no reason, staff who note it do; answers given so far are removed."""
    sitting = _locked(sitting)
    who = actor()
    if not policies.can(who, "sittings.answer", sitting):
        policies.require(who, "sittings.assign", sitting)
        if not reason.strip():
            raise Invalid({"reason": ["请写明本人为什么不做"]})
    moment = _now(happened_at)
    if sitting.state not in {Sitting.State.ASSIGNED, Sitting.State.STARTED, Sitting.State.EXPIRED}:
        raise NotReady(sitting.obstacle(moment))
    sitting.answers.all().delete()
    sitting.state, sitting.declined_reason = Sitting.State.DECLINED, normalise(reason)[:200]
    sitting.save(update_fields=["state", "declined_reason"])
    in_case = _tell_case(sitting, "assessment.declined", happened_at)
    record("sittings.declined", sitting, in_case=in_case)
    return sitting


@command("sittings.erase")
def erase(sitting: Sitting) -> Sitting:
    """The person deletes the unfinished sheet: the answers go and the link dies; that there was a sitting stays."""
    sitting = _locked(sitting)
    policies.require(actor(), "sittings.answer", sitting)
    if sitting.state not in {Sitting.State.ASSIGNED, Sitting.State.STARTED, Sitting.State.EXPIRED}:
        raise NotReady(
            "已经完成的测评属于服务档案；要删除请向指导师提出，我们会在三十天内办理"
            if sitting.state == Sitting.State.FINISHED
            else sitting.obstacle(timezone.now())
        )
    count, _ = sitting.answers.all().delete()
    sitting.state, sitting.token_digest = Sitting.State.ERASED, sealed.lookup(ids.token())
    sitting.save(update_fields=["state", "token_digest"])
    in_case = _tell_case(sitting, "assessment.declined", None)
    record("sittings.erased", sitting, answers=count, in_case=in_case)
    return sitting


@command("sittings.set_modes")
def set_modes(
    sitting: Sitting,
    *,
    large_type: bool | None = None,
    read_aloud: bool | None = None,
    voice_missing: bool | None = None,
) -> Sitting:
    """Large type and reading aloud, and whether the device lacks a Chinese voice, which the adviser gets to know."""
    sitting = _locked(sitting)
    who = actor()
    if not policies.may_answer(who, sitting):
        policies.require(who, "sittings.assign", sitting)
    _refuse_closed(sitting, timezone.now())
    wanted = {"large_type": large_type, "read_aloud": read_aloud, "voice_missing": voice_missing}
    changes = {name: value for name, value in wanted.items() if value is not None}
    for name, value in changes.items():
        setattr(sitting, name, value)
    sitting.save(update_fields=list(changes))
    record("sittings.modes_set", sitting, **changes)
    return sitting


@command("sittings.expire")
def expire(sitting: Sitting) -> None:
    """Close a sitting whose time has run out; its answers wait for a renewal."""
    sitting = _locked(sitting)
    if actor().kind not in {"system", "job"}:
        raise Refused("到期由系统处理")
    if not sitting.is_open or sitting.expires_at > timezone.now():
        raise NotReady("这份测评还没有到期")
    sitting.state = Sitting.State.EXPIRED
    sitting.save(update_fields=["state"])
    record("sittings.expired", sitting)


def expire_due() -> int:
    """The timetable's job: expire every overdue sitting, each in a transaction of its own; how many were."""
    count = 0
    for sitting in queries.due_to_expire():
        with acting(job("sittings.expire", sitting.organisation_id), "测评到期"):
            expire(sitting)
        count += 1
    return count


def forget(person: Person) -> None:
    """Erasure of a person: answers are in clear and go; the reason for declining too."""
    Answer.objects.filter(sitting__person=person).delete()
    Sitting.objects.filter(person=person).update(declined_reason="")
