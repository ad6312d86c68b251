"""Who reads the standards an organisation works by, who proposes changes, and who approves them."""

from django.db.models import QuerySet

from zhiyin.domain.accounts.roles import DESK_STAFF, Role, declare, holds
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.standards.models import OrganisationProfile, ProfileChange
from zhiyin.kernel.errors import Refused

declare("standards.read", "查看标准、方案和本机构的修改", DESK_STAFF | {Role.SYSTEM_ADMIN})
declare("standards.choose", "选用方案", {Role.SECTION_HEAD, Role.SYSTEM_ADMIN})
declare("standards.propose", "提出标准的修改", {Role.ADVISER, Role.SUPERVISOR, Role.SECTION_HEAD})
declare("standards.team", "查看本机构人员的能力地图", {Role.SUPERVISOR, Role.SECTION_HEAD})
declare("standards.approve", "批准、退回和收回标准的修改", {Role.SUPERVISOR, Role.SECTION_HEAD})

Thing = Organisation | OrganisationProfile | ProfileChange


def can(who: Actor, right: str, obj: Thing | None = None) -> bool:
    """Staff act within their own body. That the author does not approve is the command's to see to."""
    if who.kind in {"system", "job"}:
        return True
    if not holds(who, right) or who.organisation_id is None:
        return False
    if obj is None:
        return True
    return who.organisation_id == (obj.pk if isinstance(obj, Organisation) else obj.organisation_id)


def require(who: Actor, right: str, obj: Thing | None = None) -> None:
    if not can(who, right, obj):
        raise Refused("您在本机构的角色不能做这件事")


def scope(who: Actor, right: str = "standards.read") -> QuerySet[ProfileChange]:
    """The changes that ``who`` sees: those of the own body."""
    if who.kind in {"system", "job"}:
        return ProfileChange.objects.all()
    if not can(who, right):
        return ProfileChange.objects.none()
    return ProfileChange.objects.filter(organisation_id=who.organisation_id)
