"""Who may manage accounts."""

from django.db.models import Model, QuerySet

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role, declare, holds
from zhiyin.domain.audit.acting import Actor
from zhiyin.kernel.errors import Refused

declare("accounts.manage", "管理账号与角色", {Role.SYSTEM_ADMIN})
declare("accounts.unlock", "解锁账号、查看安全事件", {Role.SECURITY_ADMIN})
declare("audit.read", "查看审计记录", {Role.AUDIT_ADMIN})


def can(who: Actor, right: str, organisation: Model | None = None) -> bool:
    """Administrators act within their own body; set-up and demo jobs act for the system."""
    if who.kind in {"system", "job"}:
        return True
    return holds(who, right) and (organisation is None or organisation.pk == who.organisation_id)


def require(who: Actor, right: str, organisation: Model | None = None) -> None:
    if not can(who, right, organisation):
        raise Refused("您在本机构的角色不能做这件事")


def scope(who: Actor) -> QuerySet[Membership]:
    """The memberships an administrator sees: those of the own body."""
    if who.kind in {"system", "job"}:
        return Membership.objects.all()
    if holds(who, "accounts.manage") or holds(who, "accounts.unlock"):
        return Membership.objects.filter(organisation_id=who.organisation_id)
    return Membership.objects.none()
