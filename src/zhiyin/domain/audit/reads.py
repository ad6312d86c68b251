"""The read log: who opened whose file, and which sensitive field was shown."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models
from django.utils import timezone

from zhiyin.domain.audit.acting import Actor, acting, record
from zhiyin.domain.audit.models import AuditEvent

READ = "people.read"
UNMASKED = "people.unmasked"
# one opening and the pages turned after it are one reading
SAME_READING = timedelta(minutes=10)


def note_reading(who: Actor, obj: models.Model, person_id: uuid.UUID, what: str) -> None:
    """Log that ``who`` opened ``obj`` (a file, a report …); within ten minutes the same reading is noted once."""
    since = timezone.now() - SAME_READING
    seen = AuditEvent.objects.filter(
        person_id=person_id,
        action=READ,
        at__gte=since,
        actor_id=who.id,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
    )
    if seen.exists():
        return
    with acting(who, what):
        record(READ, obj, person=person_id)


def opened_by(who: Actor, person_id: uuid.UUID, object_type: str) -> set[str]:
    """Keys of the objects of a type (``app.model``) about a person that ``who`` has opened before; one query."""
    events = AuditEvent.objects.filter(person_id=person_id, action=READ, actor_id=who.id, object_type=object_type)
    return set(events.values_list("object_id", flat=True))


def readings(person_id: uuid.UUID, *, since: datetime | None = None, limit: int = 100) -> list[dict[str, Any]]:
    """Who looked at this person's data, newest first: at, actor kind and id, role, organisation, object, reason."""
    events = AuditEvent.objects.filter(person_id=person_id, action__in=[READ, UNMASKED]).order_by("-at", "-id")
    if since is not None:
        events = events.filter(at__gte=since)
    return list(
        events.values(
            "at", "actor_kind", "actor_id", "actor_role", "organisation_id", "action", "object_type", "reason", "data"
        )[:limit]
    )


@dataclass(frozen=True)
class LogFilters:
    """What narrows the log; every field may be empty. ``area`` is the first part of an action, such as casework."""

    since: date | None = None
    until: date | None = None
    area: str = ""
    action: str = ""
    actor_id: str = ""
    person_id: uuid.UUID | None = None
    readings: bool = False


def events_of(organisation_id: uuid.UUID | None, filters: LogFilters) -> models.QuerySet[AuditEvent]:
    """The acts and readings in an organisation that match, newest first; both days are included."""
    found = AuditEvent.objects.filter(organisation_id=organisation_id)
    if filters.since:
        found = found.filter(at__date__gte=filters.since)
    if filters.until:
        found = found.filter(at__date__lte=filters.until)
    if filters.area:
        found = found.filter(action__startswith=f"{filters.area}.")
    if filters.action:
        found = found.filter(action=filters.action)
    if filters.actor_id:
        found = found.filter(actor_id=filters.actor_id)
    if filters.person_id:
        found = found.filter(person_id=filters.person_id)
    if filters.readings:
        found = found.filter(action__in=[READ, UNMASKED])
    return found.order_by("-at", "-seq")
