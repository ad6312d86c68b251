"""Writes about appointments."""

import uuid
from datetime import datetime, timedelta

from django.db.models import Q
from django.utils import timezone

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import DESK_STAFF
from zhiyin.domain.agencies.conditions import missing_of_room
from zhiyin.domain.agencies.models import Room
from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people import policies as people_policies
from zhiyin.domain.people.models import Person
from zhiyin.domain.scheduling import policies
from zhiyin.domain.scheduling.models import Appointment
from zhiyin.kernel.errors import Invalid, Refused
from zhiyin.packs.installed import registry

LONGEST = timedelta(hours=8)
_TAKING_TIME = (Appointment.State.BOOKED, Appointment.State.ATTENDED)
_IN_PERSON = frozenset({"face", "group"})


@command("scheduling.book")
def book(
    person: Person,
    organisation: Organisation,
    staff: Membership,
    *,
    topic: str,
    mode: str,
    starts_at: datetime,
    ends_at: datetime,
    room: Room | None = None,
    place: str = "",
    note: str = "",
    case_id: uuid.UUID | None = None,
) -> Appointment:
    """Agree on a meeting. Staff, room and client must be free; guidance is given only in a room that lacks nothing.

    A clash is refused naming time and occasion of the other appointment, never the other client.
    """
    who = actor()
    policies.require(who, "scheduling.book")
    if who.organisation_id not in {None, organisation.pk}:
        raise Refused("只能登记本机构的预约")
    people_policies.require(who, "people.read", person)
    errors: dict[str, list[str]] = {}
    topic = topic.strip()
    if not topic:
        errors["topic"] = ["请填写事由"]
    elif len(topic) > 100:
        errors["topic"] = [f"事由最长 100 个字，您填写了 {len(topic)} 个"]
    if mode not in {item.value for item in registry().get("codelist", "session-mode").values}:
        errors["mode"] = ["请选择会谈方式"]
    errors |= _time_faults(starts_at, ends_at)
    # one lock per member of staff and room, in a fixed order, so that two bookings at once cannot both find them free
    staff = Membership.objects.select_for_update(of=("self",)).select_related("user").get(pk=staff.pk)
    if staff.organisation_id != organisation.pk or staff.role not in DESK_STAFF or not _is_active(staff):
        errors["staff"] = ["请从本机构在职的工作人员里选"]
    if room is not None:
        room = Room.objects.select_for_update().get(pk=room.pk)
        errors |= _room_faults(room, organisation)
    elif mode in _IN_PERSON and not place.strip():
        errors["room"] = ["当面会谈请选择洽谈室，或写明地点"]
    if errors:
        raise Invalid(errors)
    _refuse_clashes(person, staff, room, starts_at, ends_at)
    appointment = Appointment.objects.create(
        organisation=organisation,
        person=person,
        staff=staff,
        case_id=case_id,
        topic=topic,
        mode=mode,
        room=room,
        place=place.strip()[:200],
        starts_at=starts_at,
        ends_at=ends_at,
        note=note.strip()[:200],
    )
    record("scheduling.booked", appointment, staff=staff.pk, room=room.pk if room else None, case=case_id)
    return appointment


def _is_active(staff: Membership) -> bool:
    return Membership.objects.active().filter(pk=staff.pk).exists()


def _time_faults(starts_at: datetime, ends_at: datetime) -> dict[str, list[str]]:
    if timezone.is_naive(starts_at) or timezone.is_naive(ends_at):
        raise TypeError("appointments need aware times")
    if ends_at <= starts_at:
        return {"ends_at": ["结束时间要晚于开始时间"]}
    if ends_at - starts_at > LONGEST:
        return {"ends_at": ["一次预约最长八小时"]}
    if ends_at < timezone.now():
        return {"starts_at": ["不能预约已经过去的时间"]}
    return {}


def _room_faults(room: Room, organisation: Organisation) -> dict[str, list[str]]:
    if room.organisation_id != organisation.pk:
        return {"room": ["请选择本机构的洽谈室"]}
    missing = missing_of_room(room)
    if missing:
        return {"room": [f"“{room.name}”不能用于指导会谈，缺少：{'、'.join(missing)}"]}
    return {}


def _refuse_clashes(
    person: Person, staff: Membership, room: Room | None, starts_at: datetime, ends_at: datetime
) -> None:
    """``Invalid`` with every clash; times that only touch do not clash."""
    at_once = Q(staff=staff) | Q(person=person)
    if room is not None:
        at_once |= Q(room=room)
    clashes = Appointment.objects.filter(
        at_once, state__in=_TAKING_TIME, starts_at__lt=ends_at, ends_at__gt=starts_at
    ).select_related("organisation")
    errors: dict[str, list[str]] = {}
    for other in clashes:
        # the topic of somebody else's appointment is theirs; for the same client at the same body it helps
        when = _when(other)
        if other.staff_id == staff.pk:
            errors.setdefault("staff", []).append(f"{staff.user.name}在 {when} 已有预约")
        if room is not None and other.room_id == room.pk:
            errors.setdefault("room", []).append(f"“{room.name}”在 {when} 已有预约")
        if other.person_id == person.pk:
            own = other.organisation_id == staff.organisation_id
            what = f"已有预约“{other.topic}”" if own else "在别处已有安排"
            errors.setdefault("starts_at", []).append(f"本人在 {when} {what}")
    if errors:
        raise Invalid(errors)


def _when(appointment: Appointment) -> str:
    start, end = timezone.localtime(appointment.starts_at), timezone.localtime(appointment.ends_at)
    return f"{start:%m-%d %H:%M}—{end:%H:%M}"


@command("scheduling.attend")
def attend(appointment: Appointment) -> Appointment:
    """The client came."""
    return _settle(appointment, Appointment.State.ATTENDED)


@command("scheduling.miss")
def miss(appointment: Appointment, note: str = "") -> Appointment:
    """The client did not come and had not said so; only after it should have begun."""
    return _settle(appointment, Appointment.State.MISSED, note)


@command("scheduling.cancel")
def cancel(appointment: Appointment, reason: str) -> Appointment:
    """The agency calls it off."""
    if len(reason.strip()) < 2:
        raise Invalid({"reason": ["请写明取消的原因，好告诉对方"]})
    return _settle(appointment, Appointment.State.CANCELLED, reason)


@command("scheduling.excuse")
def excuse(appointment: Appointment, reason: str = "") -> Appointment:
    """The client asks to be excused; a client may do it for the own appointment until it begins, without a reason."""
    return _settle(appointment, Appointment.State.EXCUSED, reason)


def _settle(appointment: Appointment, state: Appointment.State, note: str = "") -> Appointment:
    who = actor()
    excusing = state == Appointment.State.EXCUSED
    policies.require(who, "scheduling.excuse" if excusing else "scheduling.book", appointment)
    stored = Appointment.objects.select_for_update(of=("self",)).get(pk=appointment.pk)
    if stored.state != Appointment.State.BOOKED:
        raise Invalid(f"这个预约已经是“{stored.get_state_display()}”，不能再改")
    now = timezone.now()
    if state == Appointment.State.MISSED and stored.starts_at > now:
        raise Invalid("还没到约定的时间，不能记为未到")
    if state == Appointment.State.ATTENDED and timezone.localdate(stored.starts_at) > timezone.localdate():
        raise Invalid("还没到约定的日子，不能记为已到")
    if excusing and who.kind == "client" and stored.starts_at <= now:
        raise Invalid("已经过了约定的时间，请打电话告诉我们")
    stored.state = state
    if note.strip():
        stored.note = note.strip()[:200]
    stored.save(update_fields=["state", "note"])
    record(f"scheduling.{state.value}", stored, late=stored.starts_at <= now)
    return stored


def erase_appointments(person: Person) -> None:
    """On erasure the dates stay for the ledger; occasion, place and notes go."""
    count = Appointment.objects.filter(person=person).update(topic="已删除", place="", note="")
    record("scheduling.erased", person=person, count=count)
