"""Reads about appointments."""

from datetime import date, datetime, time, timedelta

from django.db.models import QuerySet
from django.utils import timezone

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.people.models import Person
from zhiyin.domain.scheduling import policies
from zhiyin.domain.scheduling.models import Appointment


def _day_bounds(day: date, days: int = 1) -> tuple[datetime, datetime]:
    start = timezone.make_aware(datetime.combine(day, time.min))
    return start, start + timedelta(days=days)


def _loaded(found: QuerySet[Appointment]) -> QuerySet[Appointment]:
    return found.select_related("person", "staff__user", "room", "organisation")


def of_day(who: Actor, day: date | None = None, staff: Membership | None = None, days: int = 1) -> list[Appointment]:
    """Appointments within scope from ``day`` (default today) for ``days``, of one member of staff or of all; one query.

    Called-off ones are left out; those the client was excused from stay, because the time is free again.
    """
    start, end = _day_bounds(day or timezone.localdate(), days)
    found = policies.scope(who).filter(starts_at__gte=start, starts_at__lt=end)
    if staff is not None:
        found = found.filter(staff=staff)
    return list(_loaded(found.exclude(state=Appointment.State.CANCELLED)))


def mine_today(who: Actor) -> list[Appointment]:
    """Today's appointments of the member of staff who asks; one query."""
    start, end = _day_bounds(timezone.localdate())
    found = policies.scope(who).filter(staff_id=who.membership_id, starts_at__gte=start, starts_at__lt=end)
    return list(_loaded(found.exclude(state=Appointment.State.CANCELLED)))


def next_of(who: Actor, person: Person) -> Appointment | None:
    """The next booked appointment of a person that ``who`` may see; one query."""
    found = policies.scope(who).filter(person=person, state=Appointment.State.BOOKED, ends_at__gte=timezone.now())
    return _loaded(found).first()


def of_person(who: Actor, person: Person) -> list[Appointment]:
    """All appointments of a person that ``who`` may see, newest first; one query."""
    return list(_loaded(policies.scope(who).filter(person=person)).order_by("-starts_at"))


def unsettled(who: Actor) -> list[Appointment]:
    """Appointments that are over and about which nobody said whether the client came; one query."""
    found = policies.scope(who).filter(state=Appointment.State.BOOKED, ends_at__lt=timezone.now())
    return list(_loaded(found))
