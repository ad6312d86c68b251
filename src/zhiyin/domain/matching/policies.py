"""Who may match occupations to a person, see the outcome, and note what was decided."""

from django.db.models import QuerySet

from zhiyin.domain.accounts.roles import CASE_STAFF, Role, declare, holds
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.clients.policies import confidential_visible
from zhiyin.domain.matching.models import MatchRun
from zhiyin.domain.people.policies import child_access
from zhiyin.kernel.errors import Refused

declare("matching.run", "比对职业", {Role.ADVISER, Role.SECTION_HEAD})
declare("matching.read", "查看职业比对", CASE_STAFF | {Role.CLIENT})
declare("matching.confirm", "登记对职业的意见", {Role.ADVISER, Role.SECTION_HEAD, Role.CLIENT})


def scope(who: Actor, right: str = "matching.read") -> QuerySet[MatchRun]:
    """The runs ``who`` reaches: the agency's for staff, the own for a client."""
    if who.kind in {"system", "job"}:
        return MatchRun.objects.all()
    if who.organisation_id is None or not holds(who, right):
        return MatchRun.objects.none()
    own = MatchRun.objects.filter(organisation_id=who.organisation_id)
    if who.kind == "client":
        return own.filter(person_id=who.person_id) if who.person_id else own.none()
    return own


def can(who: Actor, right: str, run: MatchRun | None = None) -> bool:
    if who.kind in {"system", "job"}:
        return True
    if not holds(who, right):
        return False
    if run is None:
        return True
    if run.organisation_id != who.organisation_id:
        return False
    if who.kind == "client":
        return who.person_id is not None and run.person_id == who.person_id
    return child_access(who, run.person) and _health_visible(who, run)


def _health_visible(who: Actor, run: MatchRun) -> bool:
    """A run with conditions to avoid tells of the client's health, so it is as confidential as the health block."""
    filters = run.filters or {}
    if not (filters.get("avoid") or filters.get("cautions")):
        return True
    file = ClientFile.objects.filter(person_id=run.person_id, organisation_id=run.organisation_id).first()
    return file is not None and confidential_visible(who, file)


def require(who: Actor, right: str, run: MatchRun | None = None) -> None:
    if not can(who, right, run):
        raise Refused("您在本机构的角色不能做这件事，或者这次比对不在本机构")
