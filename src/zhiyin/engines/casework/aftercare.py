"""What goes on beside and after the steps: follow-ups, feedback, complaints, and the terms they set."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from zhiyin.engines.casework.definition import FollowUpRule, ProcessDefinition
from zhiyin.engines.casework.events import Event
from zhiyin.engines.casework.terms import Clock, day_words

FollowUpName = Literal["planned", "open", "late", "done", "missed"]
FeedbackName = Literal["to_request", "requested", "received", "expired"]
ComplaintStage = Literal["received", "acknowledged", "investigated", "answered", "appealed", "responded", "closed"]

_STAGES: dict[str, ComplaintStage] = {
    "complaint.received": "received",
    "complaint.acknowledged": "acknowledged",
    "complaint.investigated": "investigated",
    "complaint.answered": "answered",
    "complaint.response": "responded",
    "complaint.appealed": "appealed",
    "complaint.closed": "closed",
}


@dataclass(frozen=True, slots=True)
class Due:
    """Something that must be done by a day. ``step`` is "" for what belongs to no step; texts are Chinese.

    ``late_days`` is 0 until the day (for a follow-up: until its window) has passed.
    """

    id: str
    step: str
    what: str
    why: str
    due_on: date
    late_days: int


@dataclass(frozen=True, slots=True)
class FollowUpState:
    """One planned contact: *planned* until its window opens, *open* in it, *late* when it has closed without a try.

    *missed* means that the window has closed after at least one try that reached nobody; it needs no more doing.
    ``settled_at`` is the moment at which it was done or became missed.
    """

    id: str
    title: str
    form: str | None
    state: FollowUpName
    due_on: date
    opens_on: date
    closes_on: date
    settled_at: datetime | None
    tries: int


@dataclass(frozen=True, slots=True)
class FeedbackState:
    """Whether the client was asked and answered; an answer is taken until ``expires_on``."""

    state: FeedbackName
    request_by: date
    expires_on: date | None
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class ComplaintState:
    """One complaint. Terms are None where the process sets none or their start has not happened.

    ``answer_by`` starts anew with an appeal. ``appeal_until`` is the client's term, counted from the last answer.
    """

    id: str
    stage: ComplaintStage
    received_at: datetime
    acknowledge_by: date | None
    answer_by: date | None
    appeal_until: date | None
    acknowledged: bool
    answered: bool
    closed: bool
    late_days: int


def follow_up_states(process: ProcessDefinition, ordered: Sequence[Event], clock: Clock) -> tuple[FollowUpState, ...]:
    """States of the planned follow-ups whose starting event has happened, in the order of the process."""
    due: dict[str, date] = {}
    for rule in process.follow_ups:
        start = next((event for event in ordered if event.kind == rule.after), None)
        if start is not None:
            due[rule.id] = clock.due(clock.day(start.happened_at), rule.days, rule.unit)
    done: dict[str, Event] = {}
    tried: dict[str, list[Event]] = {}
    for event in ordered:
        if event.kind not in {"followup.done", "followup.missed"}:
            continue
        name = _meant(event, process.follow_ups, due, done, clock)
        if name is None:
            continue
        if event.kind == "followup.done":
            done.setdefault(name, event)
        else:
            tried.setdefault(name, []).append(event)
    return tuple(
        _follow_up(rule, due[rule.id], done.get(rule.id), tried.get(rule.id, []), clock)
        for rule in process.follow_ups
        if rule.id in due
    )


def _meant(
    event: Event, rules: Sequence[FollowUpRule], due: dict[str, date], done: dict[str, Event], clock: Clock
) -> str | None:
    """The follow-up that a contact belongs to: the one it names, otherwise the open one whose day is nearest."""
    named = event.data.get("follow_up")
    if named is not None:
        return str(named) if named in due else None
    day = clock.day(event.happened_at)
    near = [
        (abs((due[rule.id] - day).days), due[rule.id], rule.id)
        for rule in rules
        if rule.id in due and rule.id not in done and due[rule.id] - timedelta(days=rule.window) <= day
    ]
    return min(near)[2] if near else None


def _follow_up(
    rule: FollowUpRule, due_on: date, done: Event | None, tries: Sequence[Event], clock: Clock
) -> FollowUpState:
    opens_on, closes_on = due_on - timedelta(days=rule.window), due_on + timedelta(days=rule.window)
    settled_at: datetime | None = None
    name: FollowUpName
    if done is not None:
        name, settled_at = "done", done.happened_at
    elif clock.today > closes_on and tries:
        name, settled_at = "missed", tries[-1].happened_at
    elif clock.today > closes_on:
        name = "late"
    else:
        name = "open" if clock.today >= opens_on else "planned"
    return FollowUpState(rule.id, rule.title, rule.form, name, due_on, opens_on, closes_on, settled_at, len(tries))


def feedback_state(process: ProcessDefinition, ordered: Sequence[Event], clock: Clock) -> FeedbackState | None:
    """State of the feedback, None where the process asks for none or its starting event has not happened."""
    rule = process.feedback
    start = next((event for event in ordered if rule is not None and event.kind == rule.after), None)
    if rule is None or start is None:
        return None
    request_by = clock.due(clock.day(start.happened_at), rule.ask_within_days, "calendar")
    received = next((event for event in ordered if event.kind == "feedback.received"), None)
    asked = [event for event in ordered if event.kind == "feedback.requested"]
    expires_on = clock.due(clock.day(asked[-1].happened_at), rule.expires_days, "calendar") if asked else None
    name: FeedbackName
    if received is not None:
        name = "received"
    elif expires_on is None:
        name = "to_request"
    else:
        name = "expired" if clock.today > expires_on else "requested"
    return FeedbackState(name, request_by, expires_on, received.happened_at if received is not None else None)


def complaint_states(process: ProcessDefinition, ordered: Sequence[Event], clock: Clock) -> tuple[ComplaintState, ...]:
    """All complaints in the order of their receipt."""
    grouped: dict[str, list[Event]] = {}
    for event in ordered:
        if event.kind in _STAGES:
            grouped.setdefault(str(event.data.get("complaint", "")), []).append(event)
    states = [
        _complaint(name, events, process, clock)
        for name, events in grouped.items()
        if any(event.kind == "complaint.received" for event in events)
    ]
    return tuple(sorted(states, key=lambda item: (item.received_at, item.id)))


def _complaint(name: str, events: Sequence[Event], process: ProcessDefinition, clock: Clock) -> ComplaintState:
    kinds = [event.kind for event in events]
    last = {event.kind: event for event in events}
    received = next(event for event in events if event.kind == "complaint.received")
    reopened = last.get("complaint.appealed", received)
    answered = "complaint.answered" in kinds and last["complaint.answered"].order > reopened.order
    acknowledged = "complaint.acknowledged" in kinds
    closed = "complaint.closed" in kinds
    acknowledge_by = answer_by = appeal_until = None
    late_days = 0
    rule = process.complaint
    if rule is not None:
        acknowledge_by = clock.due(clock.day(received.happened_at), rule.receipt_days, rule.unit)
        answer_by = clock.due(clock.day(reopened.happened_at), rule.answer_days, rule.unit)
        if answered:
            appeal_until = clock.due(clock.day(last["complaint.answered"].happened_at), rule.appeal_days, rule.unit)
        elif not closed:
            late_days = clock.late(answer_by, clock.today, rule.unit)
            if not acknowledged:
                late_days = max(late_days, clock.late(acknowledge_by, clock.today, rule.unit))
    stage = _STAGES[kinds[-1]]
    return ComplaintState(
        id=name,
        stage="closed" if closed else stage,
        received_at=received.happened_at,
        acknowledge_by=acknowledge_by,
        answer_by=answer_by,
        appeal_until=appeal_until,
        acknowledged=acknowledged,
        answered=answered,
        closed=closed,
        late_days=late_days,
    )


def aftercare_dues(
    process: ProcessDefinition,
    follow_ups: Sequence[FollowUpState],
    feedback: FeedbackState | None,
    complaints: Sequence[ComplaintState],
    clock: Clock,
) -> list[Due]:
    """What follow-ups, feedback and complaints still ask of the agency."""
    step = next((step.id for step in process.steps if "followup.done" in step.events), "")
    dues = [
        Due(
            item.id,
            step,
            item.title,
            f"{day_words(item.opens_on)}至 {day_words(item.closes_on)}之间联系",
            item.due_on,
            clock.late(item.closes_on, clock.today, "calendar"),
        )
        for item in follow_ups
        if item.settled_at is None
    ]
    if feedback is not None and feedback.state == "to_request":
        late = clock.late(feedback.request_by, clock.today, "calendar")
        dues.append(Due("feedback", "", "请服务对象评价", "服务结束后要主动征求意见", feedback.request_by, late))
    rule = process.complaint
    for item in complaints:
        if rule is None or item.closed or item.answered:
            continue
        unit = "个工作日" if rule.unit == "working" else "天"
        for part, what, why, due_on, pending in (
            (
                "acknowledge",
                "告知已受理投诉",
                f"收到投诉后 {rule.receipt_days} {unit}内",
                item.acknowledge_by,
                not item.acknowledged,
            ),
            ("answer", "答复投诉", f"收到投诉或复核申请后 {rule.answer_days} {unit}内", item.answer_by, True),
        ):
            if pending and due_on is not None:
                late = clock.late(due_on, clock.today, rule.unit)
                dues.append(Due(f"complaint:{item.id}:{part}", "", what, why, due_on, late))
    return dues
