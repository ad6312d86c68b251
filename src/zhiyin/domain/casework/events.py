"""Appending events to a case, and the projections made from them.

``record_event`` is the one door: assessment, matching, planning and quality call it from above.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.casework.models import Case, CaseEvent, Due
from zhiyin.domain.organisations.queries import calendar
from zhiyin.domain.standards.queries import active
from zhiyin.engines import casework as engine
from zhiyin.kernel.errors import DefinitionError

# whose move it is, for the part of the home page that shows what waits for others
WAITS_FOR = {"feedback": "client"}


def process_of(case: Case) -> engine.ProcessDefinition:
    """The process the case runs under. A case keeps its process; a version that is gone is an error of the packs."""
    process = active(case.organisation_id).get("process", case.process)
    assert isinstance(process, engine.ProcessDefinition)
    if process.version < case.process_version:
        raise DefinitionError(
            f"个案 {case.number} 按“{process.title}”第 {case.process_version} 版办理，"
            f"现有标准包只有第 {process.version} 版"
        )
    return process


def events_of(case: Case) -> list[engine.Event]:
    """All events of the case in the engine's form."""
    return [to_engine(event) for event in case.events.all()]


def to_engine(event: CaseEvent) -> engine.Event:
    return engine.Event(
        kind=event.kind,
        happened_at=event.happened_at,
        recorded_at=event.recorded_at,
        data=event.data,
        id=str(event.pk),
    )


def state_of(case: Case, *, now: datetime | None = None) -> engine.CaseState:
    """What the case looks like at ``now``, computed from its events."""
    return engine.state(
        process_of(case), events_of(case), now=timezone.localtime(now), calendar=calendar(case.organisation)
    )


def machine_time(happened_at: datetime | None) -> datetime | None:
    """When a document is said to be made: by a job that rebuilds a history at its time, by people always now."""
    return happened_at if actor().kind in {"system", "job"} else None


def record_event(
    case: Case, kind: str, *, happened_at: datetime | None = None, data: Mapping[str, Any] | None = None
) -> CaseEvent:
    """Append an event after asking the engine whether it may happen now; then renew the projections.

    ``NotReady`` names what has to be stored first, ``Invalid`` is at ``happened_at``. ``data`` holds codes, ids and
    numbers only: words of people belong into sealed columns. Locks the case, so that two events cannot both pass.
    """
    locked = Case.objects.select_for_update(of=("self",)).select_related("organisation", "person").get(pk=case.pk)
    now = timezone.now()
    engine.check_may_record(
        process_of(locked), events_of(locked), kind, happened_at=happened_at, data=data or {}, now=now
    )
    who = actor()
    event = CaseEvent.objects.create(
        case=locked,
        kind=kind,
        happened_at=happened_at or now,
        recorded_at=now,
        actor_kind=who.kind,
        actor_id=who.id,
        actor_name=who.name[:60],
        data=dict(data or {}),
    )
    record(f"casework.{kind}", event, person=locked.person_id, case=str(locked.pk))
    project(locked)
    case.refresh_from_db(fields=["stage", "status", "steps", "next_due_on", "late_count", "closed_at", "version"])
    return event


def project(case: Case, *, now: datetime | None = None) -> engine.CaseState:
    """Make the projections anew: stage, status, steps, and the rows of ``Due``. Call inside a command."""
    state = state_of(case, now=now)
    # complaints are handled by somebody who had no part in the case: their terms are not the adviser's
    dues = [due for due in state.dues if not due.id.startswith("complaint:")]
    case.stage, case.status = state.stage, state.status
    case.steps = [
        {
            "id": step.id,
            "title": step.title,
            "short": step.short,
            "state": step.state,
            "completed_at": step.completed_at.isoformat() if step.completed_at else None,
            "due_on": step.due_on.isoformat() if step.due_on else None,
            "late_days": step.late_days,
            "reason": step.reason,
        }
        for step in state.steps
    ]
    case.next_due_on = min((due.due_on for due in dues), default=None)
    case.late_count = sum(due.late_days > 0 for due in dues)
    closing = next((step for step in state.steps if step.id == "closing"), None)
    case.closed_at = closing.completed_at if closing else None
    case.version += 1
    case.save(update_fields=["stage", "status", "steps", "next_due_on", "late_count", "closed_at", "version"])
    rows = {due.id: due for due in dues}
    existing = {row.key: row for row in case.dues.all()}
    gone = [row.pk for key, row in existing.items() if key not in rows]
    if gone:
        Due.objects.filter(pk__in=gone).delete()
    for key, due in rows.items():
        row = existing.get(key) or Due(case=case, key=key, organisation=case.organisation)
        fresh = (due.step, due.what, due.why, due.due_on, case.adviser_id, WAITS_FOR.get(key.split(":")[0], ""))
        if row.pk and fresh == (row.step, row.what, row.why, row.due_on, row.adviser_id, row.waits_for):
            continue
        row.step, row.what, row.why, row.due_on, row.adviser_id, row.waits_for = fresh
        row.save()
    return state


@command("casework.refresh")
def refresh() -> int:
    """Make the projections of all running cases anew: what is late, missed or over changes with the days alone.

    Run daily; returns how many cases were looked at.
    """
    running = Case.objects.exclude(status__in=["ended", "withdrawn"]).select_related("organisation", "person")
    count = 0
    for case in running.iterator(chunk_size=200):
        project(case)
        count += 1
    record("casework.refreshed", count=count)
    return count
