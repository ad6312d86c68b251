"""Roles and the rights they carry.

A right is declared once, by the app that checks it, with the roles that hold it; asking for an undeclared right raises,
so a misspelt name fails in the first test that meets it.
"""

from dataclasses import dataclass

from django.db import models

from zhiyin.domain.audit.acting import Actor


class Role(models.TextChoices):
    FRONT_DESK = "front_desk", "前台"
    ADVISER = "adviser", "职业指导师"
    SUPERVISOR = "supervisor", "督导"
    SECTION_HEAD = "section_head", "科长"
    ASSESSOR = "assessor", "测评师"
    CLIENT = "client", "服务对象"
    EMPLOYER_CONTACT = "employer_contact", "用人单位联系人"
    SYSTEM_ADMIN = "system_admin", "系统管理员"
    SECURITY_ADMIN = "security_admin", "安全管理员"
    AUDIT_ADMIN = "audit_admin", "审计管理员"


# the three administrators are kept apart: none of them may hold another's role, nor serve clients (GB/T 22239 三权分立)
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
CASE_STAFF = frozenset({Role.ADVISER, Role.SUPERVISOR, Role.SECTION_HEAD, Role.ASSESSOR})
DESK_STAFF = CASE_STAFF | {Role.FRONT_DESK}


@dataclass(frozen=True)
class Right:
    name: str
    label: str
    roles: frozenset[str]


RIGHTS: dict[str, Right] = {}


def declare(name: str, label: str, roles: frozenset[Role] | set[Role]) -> None:
    """Declare a right; the same name twice is an error."""
    if name in RIGHTS:
        raise RuntimeError(f"right {name} declared twice")
    RIGHTS[name] = Right(name, label, frozenset(str(role) for role in roles))


def holds(who: Actor, right: str) -> bool:
    """Whether the role that ``who`` acts in carries ``right``. KeyError when nobody declared it."""
    entry = RIGHTS[right]
    return who.kind in {"staff", "client", "employer"} and who.role in entry.roles
