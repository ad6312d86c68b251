"""Who may open, read and work on a case."""

import uuid

from django.db.models import Q, QuerySet

from zhiyin.domain.accounts.roles import CASE_STAFF, DESK_STAFF, Role, declare, holds
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.casework.models import Case
from zhiyin.domain.people.policies import child_access
from zhiyin.kernel.errors import Refused

declare("casework.open", "建立个案", {Role.FRONT_DESK, Role.ADVISER, Role.SECTION_HEAD})
declare("casework.read", "查看个案", DESK_STAFF | {Role.CLIENT})
declare("casework.work", "办理个案", CASE_STAFF)
declare("casework.intake", "登记接待", DESK_STAFF)
declare("casework.reassign", "更换责任指导师", {Role.SECTION_HEAD})
declare("casework.export", "导出台账", {Role.ADVISER, Role.SUPERVISOR, Role.SECTION_HEAD})


def involvement(membership_id: uuid.UUID) -> Q:
    """The files that a member of staff works on: of cases led or assisted; declared to ``clients.policies``."""
    return Q(cases__adviser_id=membership_id) | Q(cases__assistants__membership_id=membership_id)


def scope(who: Actor, right: str = "casework.read") -> QuerySet[Case]:
    """The cases ``who`` reaches: the own agency's for staff, the own for a client or guardian."""
    if who.kind in {"system", "job"}:
        return Case.objects.all()
    if who.kind in {"client", "guardian"} and right == "casework.read":
        return Case.objects.filter(person_id=who.person_id)
    if who.kind == "link":
        return Case.objects.none()
    if who.organisation_id is None or not holds(who, right):
        return Case.objects.none()
    return Case.objects.filter(organisation_id=who.organisation_id)


def can(who: Actor, right: str, case: Case | None = None) -> bool:
    """``casework.work`` is the responsible adviser's, an assistant's of the case and the section head's."""
    if who.kind in {"system", "job"}:
        return True
    if who.kind in {"client", "guardian"}:
        return right == "casework.read" and case is not None and case.person_id == who.person_id
    if not holds(who, right):
        return False
    if case is None:
        return True
    if case.organisation_id != who.organisation_id or not child_access(who, case.person):
        return False
    if right == "casework.work" and who.role != Role.SECTION_HEAD:
        mine = case.adviser_id == who.membership_id
        return mine or case.assistants.filter(membership_id=who.membership_id).exists()
    return True


def require(who: Actor, right: str, case: Case | None = None) -> None:
    if not can(who, right, case):
        raise Refused("这个个案不归您办理，或您在本机构的角色不能做这件事")


def may_read_record(who: Actor, case: Case, level: str) -> bool:
    """Whether a session record of this confidentiality (code list ``confidentiality``) is shown to a member of staff.

    *restricted* is for the responsible adviser and those who supervise; *sealed* for the responsible adviser alone.
    """
    if who.kind in {"system", "job"} or level not in {"restricted", "sealed"}:
        return True
    if case.adviser_id == who.membership_id:
        return True
    return level == "restricted" and who.role in {Role.SUPERVISOR, Role.SECTION_HEAD}
