"""What the register of bodies shows of the standards: registration and what the public is told."""

from django.db.models import Q

from zhiyin.domain.organisations.measuring import share_of, truth
from zhiyin.domain.organisations.models import Organisation
from zhiyin.engines.conformance import Reading, Scope, measure

MODEL = "organisations.organisation"


@measure("organisations.registered")
def registered(scope: Scope) -> Reading:
    """The body's registration is proved and in force on the day (SVC-3.1)."""
    body = Organisation.objects.filter(pk__in=scope.organisations).order_by("name").first()
    if body is None:
        return Reading(None, note="没有这个机构")
    if not body.registration_proof.strip():
        return truth(False, MODEL, body.pk, "没有填写登记证明")
    if body.registration_until is not None and body.registration_until < scope.on:
        return truth(False, MODEL, body.pk, f"登记已于 {body.registration_until} 到期")
    until = f"，有效至 {body.registration_until}" if body.registration_until else ""
    return truth(True, MODEL, body.pk, f"登记证明：{body.registration_proof}{until}")


@measure("organisations.site_described")
def site_described(scope: Scope) -> Reading:
    """Bodies that tell address, telephone and opening hours (XM-5.1-a-1)."""
    told = Q(address__gt="", phone__gt="", opening_hours__gt="")
    return share_of(Organisation.objects.filter(pk__in=scope.organisations), told)


@measure("organisations.complaint_line")
def complaint_line(scope: Scope) -> Reading:
    """The number at which complaints are taken is public."""
    body = Organisation.objects.filter(pk__in=scope.organisations).order_by("name").first()
    if body is None:
        return Reading(None, note="没有这个机构")
    told = bool(body.complaint_phone.strip())
    return truth(told, MODEL, body.pk, f"监督电话 {body.complaint_phone}" if told else "没有填写监督电话")
