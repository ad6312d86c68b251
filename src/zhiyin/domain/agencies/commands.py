"""Writes about staff and rooms."""

from datetime import date
from typing import Any

from django.utils import timezone

from zhiyin.domain.accounts.models import User
from zhiyin.domain.agencies import conditions, policies
from zhiyin.domain.agencies.models import Competence, Employment, Room, Staff, StaffCertificate, StaffKind
from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.organisations.models import Organisation
from zhiyin.kernel.errors import Invalid
from zhiyin.packs.installed import registry

_LEVELS = {1, 2, 3, 4}
_PAST = ("ethics_signed_on", "law_trained_on", "background_checked_on")
_CHANGEABLE = frozenset({"kind", "employment", "education", "education_proof", "level", "caseload_limit", *_PAST})
_ATTRIBUTES = ("is_separate", "is_quiet", "is_soundproof", "is_ventilated", "is_safe", "is_accessible")


@command("agencies.register_staff")
def register_staff(
    user: User,
    organisation: Organisation,
    *,
    kind: str,
    education: str,
    started_on: date | None = None,
    **values: Any,
) -> Staff:
    """Keep a record on a member of staff. ``values``: education_proof, level, caseload_limit, the three dates.

    A kind whose education floor is not reached is refused with the reason (SVC-3.2.2 a, 3.2.3 a).
    """
    policies.require(actor(), "agencies.manage_staff", organisation)
    if Staff.objects.filter(user=user, organisation=organisation).exists():
        raise Invalid(f"{user.name}已经在本机构的名册里")
    staff = Staff(user=user, organisation=organisation, started_on=started_on or timezone.localdate())
    fields = _apply(staff, {"kind": kind, "education": education, **values})
    staff.save()
    record("agencies.staff_registered", staff, kind=staff.kind, fields=fields)
    return staff


@command("agencies.change_staff")
def change_staff(staff: Staff, **changes: Any) -> Staff:
    """Change kind, education with proof, grade, case limit, or the dates of declaration, training and check."""
    policies.require(actor(), "agencies.manage_staff", staff)
    stored = Staff.objects.select_for_update(of=("self",)).select_related("user").get(pk=staff.pk)
    fields = _apply(stored, changes)
    stored.save()
    record("agencies.staff_changed", stored, fields=fields)
    return stored


def _apply(staff: Staff, values: dict[str, Any]) -> list[str]:
    """Put checked values into the record; the names of what was given."""
    unknown = set(values) - _CHANGEABLE
    if unknown:
        raise TypeError(f"a staff record has no {', '.join(sorted(unknown))} to enter")
    errors: dict[str, list[str]] = {}
    if values.get("kind", staff.kind) not in StaffKind.values:
        errors["kind"] = ["请选择人员类别"]
    if values.get("employment", staff.employment) not in Employment.values:
        errors["employment"] = ["请选择专职或兼职"]
    known = {item.value for item in registry().get("codelist", "education-level").values}
    if values.get("education", staff.education) not in known:
        errors["education"] = ["请选择学历"]
    if values.get("level") not in {None, *_LEVELS}:
        errors["level"] = ["职业等级从一级到四级选一个，没有就空着"]
    if "caseload_limit" in values and not 0 <= values["caseload_limit"] <= 500:
        errors["caseload_limit"] = ["个案上限在 0 到 500 之间"]
    for name in _PAST:
        day = values.get(name)
        if day is not None and day > timezone.localdate():
            errors[name] = ["日期不能晚于今天"]
    if errors:
        raise Invalid(errors)
    for name, value in values.items():
        setattr(staff, name, value)
    if {"kind", "education"} & set(values):
        fault = conditions.education_refusal(staff, timezone.localdate())
        if fault:
            raise Invalid({"kind": [fault]})
    return sorted(values)


@command("agencies.end_staff")
def end_staff(staff: Staff, on: date, reason: str) -> Staff:
    """Note that somebody left. Their roles are ended by the system administrator; what they did stays theirs."""
    policies.require(actor(), "agencies.manage_staff", staff)
    errors: dict[str, list[str]] = {}
    if on < staff.started_on:
        errors["ended_on"] = [f"不能早于入职日期 {staff.started_on:%Y-%m-%d}"]
    if len(reason.strip()) < 2:
        errors["reason"] = ["请写明原因"]
    if errors:
        raise Invalid(errors)
    staff.ended_on = on
    staff.save(update_fields=["ended_on"])
    record("agencies.staff_ended", staff, reason=reason.strip())
    return staff


@command("agencies.add_certificate")
def add_certificate(
    staff: Staff,
    *,
    name: str,
    issued_on: date,
    number: str = "",
    level: int | None = None,
    valid_until: date | None = None,
) -> StaffCertificate:
    policies.require(actor(), "agencies.manage_staff", staff)
    errors: dict[str, list[str]] = {}
    if not name.strip():
        errors["name"] = ["请填写证书名称"]
    if issued_on > timezone.localdate():
        errors["issued_on"] = ["发证日期不能晚于今天"]
    if valid_until is not None and valid_until < issued_on:
        errors["valid_until"] = ["有效期不能早于发证日期"]
    if level not in {None, 5, *_LEVELS}:
        errors["level"] = ["等级从一级到五级选一个，没有就空着"]
    if errors:
        raise Invalid(errors)
    certificate = StaffCertificate.objects.create(
        staff=staff, name=name.strip(), number=number.strip(), level=level, issued_on=issued_on, valid_until=valid_until
    )
    record("agencies.certificate_added", certificate, staff=staff.pk)
    return certificate


@command("agencies.add_competence")
def add_competence(
    staff: Staff, *, area: str, evidence: str, assessed_by: str, assessed_on: date, passed: bool = True
) -> Competence:
    """Evidence for an ability (SVC-3.2.2 c–e, 3.2.3 c–e): what shows it, who assessed it, when, passed or not."""
    policies.require(actor(), "agencies.manage_staff", staff)
    errors: dict[str, list[str]] = {}
    if area not in Competence.Area.values:
        errors["area"] = ["请选择能力"]
    if not evidence.strip():
        errors["evidence"] = ["请写明证据，如课程、考试或观察记录"]
    if not assessed_by.strip():
        errors["assessed_by"] = ["请写明由谁评定"]
    if assessed_on > timezone.localdate():
        errors["assessed_on"] = ["评定日期不能晚于今天"]
    if errors:
        raise Invalid(errors)
    competence = Competence.objects.create(
        staff=staff,
        area=area,
        evidence=evidence.strip(),
        assessed_by=assessed_by.strip(),
        assessed_on=assessed_on,
        passed=passed,
    )
    record("agencies.competence_added", competence, staff=staff.pk, area=area, passed=passed)
    return competence


@command("agencies.add_room")
def add_room(organisation: Organisation, name: str, **attributes: bool) -> Room:
    """Register a room with the attributes of SVC-3.3; what is not said is taken as missing."""
    policies.require(actor(), "agencies.manage_rooms", organisation)
    name = _room_name(name, organisation)
    room = Room(organisation=organisation, name=name, **dict.fromkeys(_ATTRIBUTES, False))
    _set_attributes(room, attributes)
    room.save()
    record("agencies.room_added", room, missing=len(conditions.missing_of_room(room)))
    return room


@command("agencies.change_room")
def change_room(room: Room, *, name: str | None = None, **attributes: bool) -> Room:
    policies.require(actor(), "agencies.manage_rooms", room)
    if name is not None and name.strip() != room.name:
        room.name = _room_name(name, room.organisation)
    _set_attributes(room, attributes)
    room.save()
    record("agencies.room_changed", room, fields=sorted(attributes))
    return room


def _room_name(name: str, organisation: Organisation) -> str:
    name = name.strip()
    if not name:
        raise Invalid({"name": ["请填写房间名称"]})
    if Room.objects.filter(organisation=organisation, name=name).exists():
        raise Invalid({"name": [f"已经有叫“{name}”的房间"]})
    return name


def _set_attributes(room: Room, attributes: dict[str, bool]) -> None:
    for key, value in attributes.items():
        if key not in _ATTRIBUTES:
            raise TypeError(f"a room has no attribute {key}")
        setattr(room, key, bool(value))
