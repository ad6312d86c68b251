"""Who may change the catalogue, and who has it on the menu. Its rows say nothing of any person."""

from zhiyin.domain.accounts.roles import DESK_STAFF, Role, declare, holds
from zhiyin.domain.audit.acting import Actor
from zhiyin.kernel.errors import Refused

declare("catalogues.read", "查看职业库", DESK_STAFF | {Role.SYSTEM_ADMIN})
declare("catalogues.import", "导入职业目录", {Role.SECTION_HEAD, Role.SYSTEM_ADMIN})


def can(who: Actor, right: str) -> bool:
    return who.kind in {"system", "job"} or holds(who, right)


def require(who: Actor, right: str) -> None:
    if not can(who, right):
        raise Refused("导入职业目录由科长或系统管理员办理")
