"""Who may keep staff records and rooms, and who sees them."""

from django.db.models import QuerySet

from zhiyin.domain.accounts.roles import DESK_STAFF, Role, declare, holds
from zhiyin.domain.agencies.models import Room, Staff
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.organisations.models import Organisation
from zhiyin.kernel.errors import Refused

declare("agencies.read_staff", "查看工作人员名册", DESK_STAFF | {Role.SYSTEM_ADMIN})
declare("agencies.manage_staff", "管理工作人员名册", {Role.SECTION_HEAD, Role.SYSTEM_ADMIN})
declare("agencies.read_rooms", "查看洽谈室", DESK_STAFF | {Role.SYSTEM_ADMIN})
declare("agencies.manage_rooms", "管理洽谈室", {Role.SECTION_HEAD, Role.SYSTEM_ADMIN})


def can(who: Actor, right: str, obj: Organisation | Staff | Room | None = None) -> bool:
    """Staff act within their own body; ``obj`` is a body or something that belongs to one."""
    if who.kind in {"system", "job"}:
        return True
    if not holds(who, right) or who.organisation_id is None:
        return False
    if obj is None:
        return True
    return who.organisation_id == (obj.pk if isinstance(obj, Organisation) else obj.organisation_id)


def require(who: Actor, right: str, obj: Organisation | Staff | Room | None = None) -> None:
    if not can(who, right, obj):
        raise Refused("您在本机构的角色不能做这件事")


def scope(who: Actor, right: str = "agencies.read_staff") -> QuerySet[Staff]:
    """The staff records that ``who`` sees with ``right``: those of the own body."""
    if who.kind in {"system", "job"}:
        return Staff.objects.all()
    return Staff.objects.filter(organisation_id=who.organisation_id) if can(who, right) else Staff.objects.none()


def scope_rooms(who: Actor, right: str = "agencies.read_rooms") -> QuerySet[Room]:
    """The rooms of the own body."""
    if who.kind in {"system", "job"}:
        return Room.objects.all()
    return Room.objects.filter(organisation_id=who.organisation_id) if can(who, right) else Room.objects.none()
