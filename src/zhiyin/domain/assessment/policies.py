"""Who may read results and publish norms. The instrument itself narrows who may read (``may_read``)."""

from django.db.models import QuerySet
from django.utils import timezone

from zhiyin.domain.accounts.roles import Role, declare, holds
from zhiyin.domain.assessment.models import Result
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.people.models import Guardian, GuardianReading
from zhiyin.domain.people.policies import child_access
from zhiyin.engines.psychometrics import InstrumentDefinition
from zhiyin.kernel.dates import AgeRegime
from zhiyin.kernel.errors import Refused
from zhiyin.packs.installed import registry

declare("assessment.read", "查看测评结果", {Role.ADVISER, Role.SUPERVISOR, Role.ASSESSOR, Role.CLIENT})
declare("assessment.publish_norm", "发布常模", {Role.SECTION_HEAD})


def _readable(who: Actor) -> list[str]:
    """Instruments whose results the role may read."""
    instruments: list[InstrumentDefinition] = registry().all("instrument")
    return [definition.id for definition in instruments if who.role in definition.may_read]


def _guardian_may_read(who: Actor) -> bool:
    """Whether the guardian, or every guardian that the actor may stand for, was registered to read results."""
    kind, _, key = who.id.partition(":")
    today = timezone.localdate()
    standing = [
        guardian
        for guardian in Guardian.objects.filter(person_id=who.person_id).select_related("person")
        if (kind != "guardian" or str(guardian.pk) == key)
        and guardian.started_on <= today
        and (guardian.ended_on is None or today < guardian.ended_on)
        and guardian.person.regime(today) != AgeRegime.ADULT
    ]
    return bool(standing) and all(GuardianReading.RESULTS in guardian.may_read for guardian in standing)


def scope(who: Actor, right: str = "assessment.read") -> QuerySet[Result]:
    """The results ``who`` reaches: the agency's for staff, the own for a client, the child's for a guardian."""
    if who.kind in {"system", "job"}:
        return Result.objects.all()
    if who.organisation_id is None:
        return Result.objects.none()
    here = Result.objects.filter(sitting__organisation_id=who.organisation_id)
    if who.kind == "guardian":
        allowed = right == "assessment.read" and _guardian_may_read(who)
        return here.filter(person_id=who.person_id) if allowed else here.none()
    if not holds(who, right):
        return Result.objects.none()
    here = here.filter(instrument__in=_readable(who))
    if who.kind == "client":
        return here.filter(person_id=who.person_id) if who.person_id else here.none()
    return here


def can(who: Actor, right: str, result: Result | None = None) -> bool:
    """The holder of a sitting's link reads no result: it is gone through with an adviser or under the own account."""
    if who.kind in {"system", "job"}:
        return True
    if result is None:
        return holds(who, right)
    return scope(who, right).filter(pk=result.pk).exists() and child_access(who, result.person)


def require(who: Actor, right: str, result: Result | None = None) -> None:
    if not can(who, right, result):
        raise Refused("您在本机构的角色不能做这件事，或者这份结果不归您查看")
