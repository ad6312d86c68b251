"""Who may make and change appointments."""

from django.db.models import QuerySet

from zhiyin.domain.accounts.roles import DESK_STAFF, Role, declare, holds
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.people import policies as people_policies
from zhiyin.domain.scheduling.models import Appointment
from zhiyin.kernel.errors import Refused

_BOOKING = {Role.FRONT_DESK, Role.ADVISER, Role.SECTION_HEAD, Role.ASSESSOR}
declare("scheduling.read", "查看预约", DESK_STAFF | {Role.CLIENT})
declare("scheduling.book", "登记和更改预约", _BOOKING)
declare("scheduling.excuse", "请假", _BOOKING | {Role.CLIENT})


def scope(who: Actor, right: str = "scheduling.read") -> QuerySet[Appointment]:
    """Appointments of the own body; a client's or a guardian's are those of the client."""
    if who.kind in {"system", "job"}:
        return Appointment.objects.all()
    if who.kind == "guardian":
        own = who.person_id is not None and right == "scheduling.read"
        return Appointment.objects.filter(person_id=who.person_id) if own else Appointment.objects.none()
    if who.organisation_id is None or not holds(who, right):
        return Appointment.objects.none()
    found = Appointment.objects.filter(organisation_id=who.organisation_id)
    if who.kind == "client":
        return found.filter(person_id=who.person_id) if who.person_id else found.none()
    return found


def can(who: Actor, right: str, appointment: Appointment | None = None) -> bool:
    if who.kind in {"system", "job"}:
        return True
    if who.organisation_id is None or not holds(who, right):
        return False
    if appointment is None:
        return True
    if who.kind == "client" and (who.person_id is None or appointment.person_id != who.person_id):
        return False
    return appointment.organisation_id == who.organisation_id


def require(who: Actor, right: str, appointment: Appointment | None = None) -> None:
    if not can(who, right, appointment):
        raise Refused("您在本机构的角色不能做这件事，或者这个预约不属于本机构")


def sees_person(who: Actor, appointment: Appointment) -> bool:
    """Whether the name beside an appointment may be shown: not a child's whose file ``who`` was not let into."""
    return people_policies.child_access(who, appointment.person)
