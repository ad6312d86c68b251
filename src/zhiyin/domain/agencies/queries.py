"""Reads about staff and rooms."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet
from django.utils import timezone

from zhiyin.domain.accounts.models import Membership, User
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.agencies import conditions, policies
from zhiyin.domain.agencies.conditions import Condition, Verdict
from zhiyin.domain.agencies.models import PROFESSIONAL, Competence, Room, Staff
from zhiyin.domain.audit.acting import Actor
from zhiyin.kernel.text import sort_key


def check_conditions(staff: Staff, on: date | None = None) -> list[Condition]:
    """The conditions of the rules in force with verdicts and reasons, education first; a query for the assessments,
    one for the rules, and under rules that ask for a certificate one for those.
    """
    return conditions.check(staff, staff.competences.all(), on or timezone.localdate())


def lead_refusal(staff: Staff | None, on: date | None = None) -> str:
    """Why this member of staff cannot be the lead adviser of a case; "" when they can. One query, for the rules."""
    day = on or timezone.localdate()
    if staff is None:
        return "还没有工作人员登记，不能担任责任指导师"
    if staff.started_on > day or (staff.ended_on is not None and staff.ended_on <= day):
        return f"{staff.user.name}当天不在职"
    if not conditions.is_professional(staff.kind):
        return f"{staff.user.name}是{staff.get_kind_display()}，只能协助，不能担任责任指导师"
    return conditions.education_refusal(staff, day)


def may_lead(membership: Membership) -> str:
    """Why the holder of ``membership`` cannot be the lead adviser of a case today; "" when they can. Three queries."""
    if not Membership.objects.active().filter(pk=membership.pk).exists():
        return f"{membership.user.name}已经不在本机构任职，请另选一位"
    return lead_refusal(staff_of(membership))


def may_lead_cases(staff: Staff | None, on: date | None = None) -> bool:
    return not lead_refusal(staff, on)


def may_serve_minors(staff: Staff, on: date | None = None) -> bool:
    """Whether the yearly background check stands. One query, for the rules."""
    found = conditions.background(staff, on or timezone.localdate())
    return bool(found) and all(one.verdict == Verdict.PASS for one in found)


def staff_of(membership: Membership) -> Staff | None:
    """The staff record behind a membership."""
    return (
        Staff.objects.select_related("user")
        .filter(user_id=membership.user_id, organisation_id=membership.organisation_id)
        .first()
    )


def without_record(who: Actor) -> list[User]:
    """Users with a staff role at the own body who are not on its register yet, in pinyin order; one query."""
    if not policies.can(who, "agencies.manage_staff"):
        return []
    held = (
        Membership.objects.active()
        .filter(organisation_id=who.organisation_id)
        .exclude(role__in=[Role.CLIENT, Role.EMPLOYER_CONTACT])
    )
    registered = Staff.objects.filter(organisation_id=who.organisation_id).values("user_id")
    found = User.objects.filter(memberships__in=held).exclude(pk__in=registered).distinct()
    return sorted(found, key=lambda user: sort_key(user.name))


@dataclass(frozen=True)
class StaffRow:
    staff: Staff
    roles: tuple[str, ...]
    conditions: tuple[Condition, ...]
    lead_refusal: str

    @property
    def open_points(self) -> tuple[Condition, ...]:
        """What keeps this person from being fully qualified."""
        return tuple(condition for condition in self.conditions if condition.verdict != Verdict.PASS)

    @property
    def is_qualified(self) -> bool:
        return not self.open_points


def list_staff(
    who: Actor, *, kind: str = "", able: Sequence[str] = (), unqualified: bool = False, on: date | None = None
) -> list[StaffRow]:
    """Staff of the own body with verdicts, in pinyin order; five queries however many they are.

    ``kind`` narrows to one kind, ``able`` to those with passed evidence in every named area of ability (a role that
    needs it lists only them), ``unqualified`` to those with open points (the list of training needs).
    """
    day = on or timezone.localdate()
    found = policies.scope(who).filter(Q(ended_on=None) | Q(ended_on__gt=day))
    if kind:
        found = found.filter(kind=kind)
    staff = list(found.select_related("user", "organisation").prefetch_related("competences", "certificates"))
    roles: dict[tuple[int, uuid.UUID], list[str]] = {}
    for membership in Membership.objects.active().filter(user__in=[one.user_id for one in staff]):
        key = (membership.user_id, membership.organisation_id)
        roles.setdefault(key, []).append(membership.get_role_display())
    rows = [
        StaffRow(
            one,
            tuple(sorted(roles.get((one.user_id, one.organisation_id), ()))),
            tuple(conditions.check(one, one.competences.all(), day)),
            lead_refusal(one, day),
        )
        for one in staff
        if set(able) <= _passed_areas(one, day)
    ]
    shown = [row for row in rows if row.open_points or not unqualified]
    return sorted(shown, key=lambda row: sort_key(row.staff.user.name))


def _passed_areas(staff: Staff, day: date) -> set[str]:
    """Areas of ability whose latest assessment was passed."""
    latest: dict[str, Competence] = {}
    for row in sorted(staff.competences.all(), key=lambda row: (row.assessed_on, row.pk)):
        if row.assessed_on <= day:
            latest[row.area] = row
    return {area for area, row in latest.items() if row.passed}


def possible_advisers(who: Actor, on: date | None = None) -> list[Membership]:
    """Active adviser memberships of the own body whose holders may lead, in pinyin order; three queries."""
    day = on or timezone.localdate()
    allowed = {
        staff.user_id
        for staff in policies.scope(who).select_related("user").filter(kind__in=[str(kind) for kind in PROFESSIONAL])
        if may_lead_cases(staff, day)
    }
    memberships = Membership.objects.active().filter(role=Role.ADVISER, user_id__in=allowed).select_related("user")
    if who.organisation_id is not None:
        memberships = memberships.filter(organisation_id=who.organisation_id)
    return sorted(memberships, key=lambda membership: sort_key(membership.user.name))


@dataclass(frozen=True)
class RoomRow:
    room: Room
    missing: tuple[str, ...]

    @property
    def is_bookable(self) -> bool:
        return not self.missing


def rooms(who: Actor) -> list[RoomRow]:
    """Rooms of the own body with what each lacks."""
    found: QuerySet[Room] = policies.scope_rooms(who).order_by("name")
    return [RoomRow(room, tuple(conditions.missing_of_room(room))) for room in found]
