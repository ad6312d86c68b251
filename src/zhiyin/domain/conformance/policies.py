"""Who reads how far a body meets the standards, and who measures, brings evidence and declares."""

from django.db.models import QuerySet

from zhiyin.domain.accounts.roles import DESK_STAFF, Role, declare, holds
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.conformance.models import ManualEvidence, NotApplicable, Run
from zhiyin.domain.organisations.models import Organisation
from zhiyin.kernel.errors import Refused

declare("conformance.read", "查看条款符合性", DESK_STAFF)
declare("conformance.manage", "计算符合性、上传证据、声明不适用", {Role.SUPERVISOR, Role.SECTION_HEAD})

Thing = Organisation | Run | ManualEvidence | NotApplicable


def can(who: Actor, right: str, obj: Thing | None = None) -> bool:
    """Staff act within their own body."""
    if who.kind in {"system", "job"}:
        return True
    if who.organisation_id is None or not holds(who, right):
        return False
    if obj is None:
        return True
    return who.organisation_id == (obj.pk if isinstance(obj, Organisation) else obj.organisation_id)


def require(who: Actor, right: str, obj: Thing | None = None) -> None:
    if not can(who, right, obj):
        raise Refused("计算符合性、上传证据和声明不适用，由本机构的科长或督导来做")


def scope(who: Actor, right: str = "conformance.read") -> QuerySet[Run]:
    """The runs that ``who`` sees: those of the own body."""
    if who.kind in {"system", "job"}:
        return Run.objects.all()
    if not can(who, right):
        return Run.objects.none()
    return Run.objects.filter(organisation_id=who.organisation_id)


def evidence_scope(who: Actor, right: str = "conformance.read") -> QuerySet[ManualEvidence]:
    """The evidence that ``who`` sees: that of the own body."""
    if who.kind in {"system", "job"}:
        return ManualEvidence.objects.all()
    if not can(who, right):
        return ManualEvidence.objects.none()
    return ManualEvidence.objects.filter(organisation_id=who.organisation_id)
