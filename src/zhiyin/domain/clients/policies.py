"""Who sees and keeps the files of an agency.

Desk staff see the files of their own agency. Health, family and sensitive group tags are confidential (SVC-5.2-3): they
are shown to the responsible adviser, to whoever leads or supervises a case of the file, and to the client.
"""

import uuid
from collections.abc import Callable, Sequence

from django.db.models import Q, QuerySet

from zhiyin.domain.accounts.roles import DESK_STAFF, Role, declare, holds
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.people import policies as people_policies
from zhiyin.domain.people.models import Person
from zhiyin.kernel.errors import Refused

declare("clients.read", "查看服务对象档案", DESK_STAFF | {Role.CLIENT})
declare("clients.open", "建立服务对象档案", {Role.FRONT_DESK, Role.ADVISER, Role.SECTION_HEAD})
declare("clients.edit", "更改服务对象档案", {Role.FRONT_DESK, Role.ADVISER, Role.SECTION_HEAD})
declare("clients.assign", "指派责任指导师", {Role.FRONT_DESK, Role.SECTION_HEAD})
declare("clients.export", "导出服务对象档案", {Role.SECTION_HEAD})

# tags that tell of illness, poverty or a conviction: sensitive personal information (PIPL 28)
SENSITIVE_GROUPS = frozenset({"disabled", "low-income", "released", "rehabilitated"})
_OVERSIGHT = frozenset({Role.SUPERVISOR, Role.SECTION_HEAD})
_involved: list[Callable[[uuid.UUID], Q]] = []


def declare_involvement(of_membership: Callable[[uuid.UUID], Q]) -> None:
    """Register which files (a filter on ClientFile) a member of staff works on, such as the adviser of a case."""
    _involved.append(of_membership)


def reach(organisation_id: uuid.UUID) -> Q:
    """The persons an agency reaches through its files; declared to ``people.policies``."""
    return Q(pk__in=ClientFile.objects.filter(organisation_id=organisation_id).values("person_id"))


def scope(who: Actor, right: str = "clients.read") -> QuerySet[ClientFile]:
    """The files that ``who`` reaches with ``right``: the agency's for its staff, the own one for a client."""
    if who.kind in {"system", "job"}:
        return ClientFile.objects.all()
    if who.organisation_id is None or not holds(who, right):
        return ClientFile.objects.none()
    files = ClientFile.objects.filter(organisation_id=who.organisation_id)
    if who.kind == "client":
        return files.filter(person_id=who.person_id) if who.person_id else files.none()
    return files


def can(who: Actor, right: str, file: ClientFile | None = None) -> bool:
    if who.kind in {"system", "job"}:
        return True
    if who.organisation_id is None or not holds(who, right):
        return False
    if file is None:
        return True
    if who.kind == "client" and (who.person_id is None or file.person_id != who.person_id):
        return False
    return file.organisation_id == who.organisation_id


def require(who: Actor, right: str, file: ClientFile | None = None) -> None:
    """``Refused`` unless ``can``; a child's file also needs the approval that ``people.policies`` asks for."""
    if not can(who, right, file):
        raise Refused("您在本机构的角色不能做这件事，或者这份档案不属于本机构")
    if file is not None and not people_policies.child_access(who, file.person):
        raise Refused("未满十四周岁儿童的档案须经科长批准才能查阅，请先申请")


def may_open_for(who: Actor, person: Person) -> bool:
    """Whether ``who`` reaches a person who has no file here yet."""
    return people_policies.can(who, "people.create") and people_policies.can(who, "people.read", person)


def confidential_visible(who: Actor, file: ClientFile) -> bool:
    """Whether confidential fields of ``file`` are shown to ``who`` in clear; at most one query."""
    if who.kind in {"system", "job"}:
        return True
    if not can(who, "clients.read", file):
        return False
    if who.kind == "client" or who.role in _OVERSIGHT:
        return True
    if who.membership_id is None:
        return False
    if file.adviser_id == who.membership_id:
        return True
    condition = Q(pk__in=[])
    for of_membership in _involved:
        condition |= of_membership(who.membership_id)
    return bool(_involved) and ClientFile.objects.filter(condition, pk=file.pk).exists()


def confidential_among(who: Actor, files: Sequence[ClientFile]) -> set[uuid.UUID]:
    """Keys of those among ``files`` whose confidential fields ``who`` may see; one query for any number."""
    if who.kind in {"system", "job"} or who.role in _OVERSIGHT:
        return {file.pk for file in files if can(who, "clients.read", file)}
    own = {file.pk for file in files if file.adviser_id is not None and file.adviser_id == who.membership_id}
    rest = [file.pk for file in files if file.pk not in own]
    if not rest or not _involved or who.membership_id is None:
        return own
    condition = Q(pk__in=[])
    for of_membership in _involved:
        condition |= of_membership(who.membership_id)
    return own | set(scope(who).filter(condition, pk__in=rest).values_list("pk", flat=True))
