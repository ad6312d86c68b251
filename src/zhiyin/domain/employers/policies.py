"""Who sees and keeps the files on employers: staff of the agency that keeps them."""

from django.db.models import QuerySet

from zhiyin.domain.accounts.roles import CASE_STAFF, DESK_STAFF, Role, declare, holds
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.employers.models import EmployerFile
from zhiyin.kernel.errors import Refused

_KEEPERS = {Role.FRONT_DESK, Role.ADVISER, Role.SUPERVISOR, Role.SECTION_HEAD}

declare("employers.read", "查看用人单位档案", DESK_STAFF)
declare("employers.write", "建立和更改用人单位档案", _KEEPERS)
declare("employers.unmask", "查看用人单位联系人的完整电话", _KEEPERS)
# who works where is told of clients, whose results stand beside it
declare("employers.staff", "查看和登记在岗的服务对象", CASE_STAFF)


def scope(who: Actor, right: str = "employers.read") -> QuerySet[EmployerFile]:
    """The files of the own agency; nothing for whoever does not hold ``right``."""
    if who.kind in {"system", "job"}:
        return EmployerFile.objects.all()
    if who.kind != "staff" or who.organisation_id is None or not holds(who, right):
        return EmployerFile.objects.none()
    return EmployerFile.objects.filter(organisation_id=who.organisation_id)


def can(who: Actor, right: str, file: EmployerFile | None = None) -> bool:
    if who.kind in {"system", "job"}:
        return True
    if who.kind != "staff" or who.organisation_id is None or not holds(who, right):
        return False
    return file is None or file.organisation_id == who.organisation_id


def require(who: Actor, right: str, file: EmployerFile | None = None) -> None:
    """``Refused`` unless ``can``."""
    if not can(who, right, file):
        raise Refused("您在本机构的角色不能做这件事，或者这份用人单位档案不属于本机构")
