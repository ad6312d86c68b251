"""What appointments show of the standards (XM-4.2 b, XM-6.1, XM-6.2)."""

from django.db.models import Q, QuerySet
from django.utils import timezone

from zhiyin.domain.organisations.measuring import during, moment, number_of, share_of
from zhiyin.domain.scheduling.models import Appointment
from zhiyin.engines.conformance import Reading, Scope, count, measure


def _held(scope: Scope) -> QuerySet[Appointment]:
    return Appointment.objects.filter(during("starts_at", scope), organisation_id__in=scope.organisations)


@measure("scheduling.forms")
def forms(scope: Scope) -> Reading:
    """In how many forms (face to face, group, online …) people were met."""
    modes = sorted(
        _held(scope).filter(state=Appointment.State.ATTENDED).order_by("mode").values_list("mode", flat=True).distinct()
    )
    return count(len(modes), note=f"用过 {len(modes)} 种方式" if modes else "这段时间没有到场的预约")


@measure("scheduling.attendance_kept")
def attendance_kept(scope: Scope) -> Reading:
    """Past appointments of which is written down what became of them."""
    rows = _held(scope).filter(starts_at__lt=min(timezone.now(), moment(scope.on)))
    return share_of(rows, ~Q(state=Appointment.State.BOOKED))


@measure("scheduling.with_place")
def with_place(scope: Scope) -> Reading:
    """Meetings that took place with room or place named (XM-6.1 a)."""
    rows = _held(scope).filter(state=Appointment.State.ATTENDED)
    return share_of(rows, Q(room__isnull=False) | Q(place__gt=""))


@measure("scheduling.by_mode")
def by_mode(scope: Scope) -> Reading:
    """Meetings held in the form ``mode``."""
    return number_of(_held(scope).filter(state=Appointment.State.ATTENDED, mode=scope.given["mode"]))
