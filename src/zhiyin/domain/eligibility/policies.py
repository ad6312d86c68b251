"""Who may have a person's eligibility judged, and say something to the verdict."""

from django.db.models import QuerySet

from zhiyin.domain.accounts.roles import DESK_STAFF, Role, declare, holds
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.eligibility.models import Enquiry, Verdict
from zhiyin.domain.people import policies as people
from zhiyin.domain.people.models import Person
from zhiyin.kernel.errors import Refused

_JUDGES = {Role.ADVISER, Role.SECTION_HEAD}

declare("eligibility.read", "查看政策资格判定", DESK_STAFF | {Role.CLIENT})
declare("eligibility.assess", "判定政策资格", _JUDGES | {Role.FRONT_DESK})
declare("eligibility.enquire", "登记窗口简易答询", DESK_STAFF)
declare("eligibility.judge", "确认或改判政策资格", _JUDGES)


def scope(who: Actor, right: str = "eligibility.read") -> QuerySet[Verdict]:
    """The verdicts that ``who`` reaches: those of the own agency, to a client those about themselves."""
    if who.kind in {"system", "job"}:
        return Verdict.objects.all()
    if who.organisation_id is None or not holds(who, right):
        return Verdict.objects.none()
    rows = Verdict.objects.filter(organisation_id=who.organisation_id)
    if who.kind == "client":
        return rows.filter(person_id=who.person_id) if who.person_id else rows.none()
    return rows


def enquiries(who: Actor) -> QuerySet[Enquiry]:
    """The questions at the counter that ``who`` may read: those of the own agency."""
    if who.organisation_id is None or not holds(who, "eligibility.enquire"):
        return Enquiry.objects.none()
    return Enquiry.objects.filter(organisation_id=who.organisation_id)


def can(who: Actor, right: str, obj: Verdict | Person | None = None) -> bool:
    """``obj`` is the verdict, or the person to be judged."""
    if who.kind in {"system", "job"}:
        return True
    if who.organisation_id is None or not holds(who, right):
        return False
    if isinstance(obj, Verdict):
        return scope(who, right).filter(pk=obj.pk).exists()
    return obj is None or people.can(who, "people.read", obj)


def require(who: Actor, right: str, obj: Verdict | Person | None = None) -> None:
    """``Refused`` unless ``can``; for a child under 14 also unless access was approved."""
    if not can(who, right, obj):
        raise Refused("您在本机构的角色不能做这件事，或者这位服务对象不在本机构的档案里")
    if obj is not None:
        people.require(who, "people.read", obj.person if isinstance(obj, Verdict) else obj)
