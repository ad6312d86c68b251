"""Sessions, closing and follow-up contacts."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.casework import policies
from zhiyin.domain.casework.events import events_of, process_of, record_event
from zhiyin.domain.casework.intake import goal_data, submit_form
from zhiyin.domain.casework.models import Activity, Case, FormRecord
from zhiyin.domain.casework.plan import add_unplanned
from zhiyin.domain.scheduling import commands as scheduling
from zhiyin.domain.scheduling.models import Appointment
from zhiyin.engines.casework import closing_obstacles
from zhiyin.kernel.errors import Invalid, NotReady
from zhiyin.kernel.serves import serves

# answers of the follow-up form after which it is known how the client is, or that no contact is wanted
REACHED = frozenset({"reached", "family", "refused"})
_after_closing: list[Callable[[Case], None]] = []


def after_closing(function: Callable[[Case], None]) -> None:
    """Register what a room above does when a case closes (asking for feedback)."""
    _after_closing.append(function)


@command("casework.hold_session")
def hold_session(
    case: Case,
    raw: Mapping[str, Any],
    *,
    happened_at: datetime,
    minutes: int,
    mode: str,
    place: str = "",
    appointment: Appointment | None = None,
    draft: FormRecord | None = None,
) -> FormRecord:
    """Record a session with its decisions. Tasks agreed in it become activities with a date and somebody to do them."""
    policies.require(actor(), "casework.work", case)
    errors: dict[str, list[str]] = {}
    modes = {entry.value: entry.label for entry in process_of(case).session_modes}
    if mode not in modes:
        errors["mode"] = ["请选择会谈方式"]
    if not 5 <= minutes <= 480:
        errors["minutes"] = ["时长应在 5 到 480 分钟之间"]
    if errors:
        raise Invalid(errors)
    stored = submit_form(
        case,
        "session-record",
        raw,
        happened_at=happened_at,
        draft=draft,
        data={"mode": mode, "minutes": minutes, "place": bool(place)},
        setting={"mode": modes[mode], "minutes": minutes, "place": place.strip()},
    )
    answers = stored.answers or {}
    for row in answers.get("tasks") or []:
        add_unplanned(
            case,
            title=row["task"],
            kind="self-task",
            who=row["who"] if row["who"] == "adviser" else "client",
            due_on=date.fromisoformat(row["due"]) if row.get("due") else None,
            reason=answers.get("unplanned_reason") or "会谈中约定",
        )
    if appointment is not None:
        scheduling.attend(appointment)
    return stored


@command("casework.miss_session")
def miss_session(case: Case, *, happened_at: datetime, excused: bool, appointment: Appointment | None = None) -> None:
    """The client did not come; excused and not excused stay apart."""
    policies.require(actor(), "casework.work", case)
    record_event(case, "session.missed", happened_at=happened_at, data={"excused": excused})
    if appointment is not None:
        (scheduling.excuse if excused else scheduling.miss)(appointment)


def obstacles(case: Case) -> list[str]:
    """What has to be settled before the case can close, in Chinese; goals and activities by their own titles."""
    named = [f"目标还没有评定达成情况：{goal.title}" for goal in case.goals.all() if not goal.attainment]
    named += [
        f"方案里的活动还没有做，也没有取消：{activity.title}"
        for activity in case.activities.filter(state=Activity.State.PLANNED)
    ]
    # a complaint whose author wants to stay unknown must not show itself here
    computed = closing_obstacles(event for event in events_of(case) if not event.data.get("hidden"))
    return named + [text for text in computed if not text.startswith(("目标", "方案里的活动"))]


@serves("SVC-5.6.1", "SVC-5.6.2-2", "SVC-4.1.1-d")
@command("casework.close")
def close_case(case: Case, raw: Mapping[str, Any], *, happened_at: datetime | None = None) -> FormRecord:
    """End the service under its agreement: everything settled or said why not, duties over from this day."""
    policies.require(actor(), "casework.work", case)
    standing = obstacles(case)
    if standing:
        raise NotReady("还有事项没有了结：" + "；".join(standing), standing)
    stored = submit_form(case, "closing", raw, happened_at=happened_at, data={"goals": goal_data(case)})
    record("casework.closed", case)
    for function in _after_closing:
        function(case)
    return stored


@serves("SVC-6.1-1")
@command("casework.follow_up")
def follow_up(
    case: Case, follow_up_id: str, raw: Mapping[str, Any], *, happened_at: datetime | None = None
) -> FormRecord:
    """Record a follow-up contact, or a try that reached nobody, as the form says; either way it stays in the file."""
    policies.require(actor(), "casework.work", case)
    if follow_up_id not in {rule.id for rule in process_of(case).follow_ups}:
        raise Invalid({"follow_up": ["流程里没有这次回访"]})
    reached = raw.get("contact_result") in REACHED
    return submit_form(
        case,
        "follow-up",
        raw,
        happened_at=happened_at or timezone.now(),
        data={"follow_up": follow_up_id},
        event="followup.done" if reached else "followup.missed",
    )
