"""Who may see and change what is known of a person.

Staff reach a person through a file at their own agency; the clients app says which those are by ``declare_reach``.
Somebody who has just been registered, or who came with number and own code, is reached until the file can be opened.
A client reaches the own person, a guardian the child.
"""

import uuid
from collections.abc import Callable, Iterable
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from zhiyin.domain.accounts.roles import DESK_STAFF, Role, declare, holds
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.people.models import AccessApproval, Introduction, Person
from zhiyin.kernel.dates import AgeRegime
from zhiyin.kernel.errors import Refused

declare("people.create", "登记新的人", DESK_STAFF)
declare("people.read", "查看个人信息", DESK_STAFF | {Role.CLIENT})
declare("people.edit", "更改个人信息", {Role.FRONT_DESK, Role.ADVISER, Role.SECTION_HEAD})
declare("people.unmask", "查看完整证件号和电话", {Role.FRONT_DESK, Role.ADVISER, Role.SECTION_HEAD})
declare("people.consent", "登记同意与撤回", DESK_STAFF | {Role.CLIENT})
declare("people.approve_child_access", "审批查阅儿童档案", {Role.SECTION_HEAD})
declare("people.erase", "删除个人信息", {Role.SECTION_HEAD})

_reach: list[Callable[[uuid.UUID], Q]] = []


def declare_reach(of_organisation: Callable[[uuid.UUID], Q]) -> None:
    """Register which persons (a filter on Person) an organisation reaches."""
    _reach.append(of_organisation)


def scope(who: Actor, right: str = "people.read") -> QuerySet[Person]:
    """The persons that ``who`` reaches with ``right``; nobody when the role does not carry it."""
    if who.kind in {"system", "job"}:
        return Person.objects.all()
    if who.kind in {"client", "guardian"}:
        return Person.objects.filter(pk=who.person_id)
    if who.organisation_id is None or not holds(who, right):
        return Person.objects.none()
    recent = Introduction.objects.filter(
        organisation_id=who.organisation_id, at__gte=timezone.now() - timedelta(days=Introduction.DAYS)
    )
    reached = Q(pk__in=recent.values("person_id"))
    for of_organisation in _reach:
        reached |= of_organisation(who.organisation_id)
    return Person.objects.filter(reached)


def closed_children(who: Actor, persons: Iterable[Person]) -> set[uuid.UUID]:
    """The children under 14 among ``persons`` whose files ``who`` may not open today; two queries at most.

    Open to staff are those whom the section head approved, and those they are in the middle of receiving: who
    registered a child today knows what they just wrote down. The section head, and whoever is not staff, are not asked.
    """
    children = {person.pk for person in persons if person.regime() == AgeRegime.UNDER_14}
    if not children or who.kind != "staff" or who.role == Role.SECTION_HEAD:
        return set()
    today = timezone.localdate()
    approved = AccessApproval.objects.filter(
        person__in=children, membership_id=who.membership_id, granted=True, until__gte=today
    )
    closed = children - set(approved.values_list("person_id", flat=True))
    if closed:
        received = Introduction.objects.filter(person__in=closed, membership_id=who.membership_id, at__date=today)
        closed -= set(received.values_list("person_id", flat=True))
    return closed


def child_access(who: Actor, person: Person) -> bool:
    """Whether ``who`` may open the file of this person as far as the rule for children under 14 goes."""
    return not closed_children(who, [person])


def can(who: Actor, right: str, person: Person | None = None) -> bool:
    if who.kind in {"system", "job"}:
        return True
    if who.kind in {"client", "guardian"}:
        own = right in {"people.read", "people.consent"}
        return own and person is not None and person.pk == who.person_id
    if not holds(who, right):
        return False
    return person is None or scope(who, right).filter(pk=person.pk).exists()


def require(who: Actor, right: str, person: Person | None = None) -> None:
    """``Refused`` unless ``can``; for a child under 14 also unless access was approved."""
    if not can(who, right, person):
        raise Refused("您在本机构的角色不能做这件事，或者这个人不在本机构的档案里")
    reading = right in {"people.read", "people.edit", "people.unmask"}
    if person is not None and reading and not child_access(who, person):
        raise Refused("未满十四周岁儿童的档案须经科长批准才能查阅，请先申请")
