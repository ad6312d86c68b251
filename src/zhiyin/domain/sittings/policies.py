"""Who may give an instrument, answer it, and see how far it has come."""

from django.db.models import QuerySet

from zhiyin.domain.accounts.roles import DESK_STAFF, Role, declare, holds
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.people.policies import child_access
from zhiyin.domain.sittings.models import Sitting
from zhiyin.kernel.errors import Refused

declare("sittings.assign", "布置测评", {Role.ADVISER, Role.ASSESSOR})
declare("sittings.enter", "读题或代录作答", {Role.ADVISER, Role.ASSESSOR})
declare("sittings.read", "查看测评进度", DESK_STAFF | {Role.CLIENT})
declare("sittings.answer", "作答", {Role.CLIENT})


def scope(who: Actor, right: str = "sittings.read") -> QuerySet[Sitting]:
    """The sittings ``who`` reaches: the one a link opens, the own ones of a client, the agency's for staff."""
    if who.kind in {"system", "job"}:
        return Sitting.objects.all()
    if who.kind == "link":
        return Sitting.objects.filter(pk=who.target, person_id=who.person_id)
    if who.organisation_id is None:
        return Sitting.objects.none()
    own = Sitting.objects.filter(organisation_id=who.organisation_id)
    if who.kind == "guardian":
        return own.filter(person_id=who.person_id) if right == "sittings.read" else own.none()
    if not holds(who, right):
        return Sitting.objects.none()
    return own.filter(person_id=who.person_id) if who.kind == "client" else own


def can(who: Actor, right: str, sitting: Sitting | None = None) -> bool:
    """A link opens its own sitting only; staff answer for a person only where they read aloud or key in paper."""
    if who.kind in {"system", "job"}:
        return True
    if who.kind == "link":
        return (
            right in {"sittings.read", "sittings.answer"}
            and sitting is not None
            and who.target == str(sitting.pk)
            and who.person_id == sitting.person_id
        )
    if who.kind == "guardian":
        return (
            right == "sittings.read"
            and sitting is not None
            and sitting.person_id == who.person_id
            and sitting.organisation_id == who.organisation_id
        )
    if not holds(who, right):
        return False
    if sitting is None:
        return True
    if sitting.organisation_id != who.organisation_id:
        return False
    if who.kind == "client":
        return who.person_id is not None and sitting.person_id == who.person_id
    return child_access(who, sitting.person)


def may_answer(who: Actor, sitting: Sitting) -> bool:
    """The test taker, or staff who read the items aloud or key in a paper sheet."""
    if can(who, "sittings.answer", sitting):
        return True
    return sitting.mode in {Sitting.Mode.READ, Sitting.Mode.PAPER} and can(who, "sittings.enter", sitting)


def require(who: Actor, right: str, sitting: Sitting | None = None) -> None:
    if not can(who, right, sitting):
        raise Refused("您在本机构的角色不能做这件事，或者这份测评不归您查看")


def require_answering(who: Actor, sitting: Sitting) -> None:
    if not may_answer(who, sitting):
        raise Refused("这份测评要由本人作答；工作人员只能在读题或纸笔录入时代为录入")
