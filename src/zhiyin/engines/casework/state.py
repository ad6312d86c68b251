"""The state of a case, computed from its events alone."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from zhiyin.engines.casework.aftercare import (
    ComplaintState,
    Due,
    FeedbackState,
    FollowUpState,
    aftercare_dues,
    complaint_states,
    feedback_state,
    follow_up_states,
)
from zhiyin.engines.casework.definition import Calendar, ProcessDefinition, ProcessStep
from zhiyin.engines.casework.events import Event, label
from zhiyin.engines.casework.terms import Clock, day_words, late_words, pauses_of

StepName = Literal["done", "current", "waiting", "blocked", "late", "skipped"]
Status = Literal["open", "paused", "closed", "following", "ended", "withdrawn"]

CLOSING = "closing.recorded"
WITHDRAWN = "case.withdrawn"
OPENED = "case.opened"
FOLLOWED_UP = "followup.done"


@dataclass(frozen=True, slots=True)
class StepState:
    """One step of a case.

    ``state``: *done*; *current*, the step at which the case stands; *late*, open with its term passed (at whichever
    place); *waiting* for its turn; *blocked* by a pause or by an earlier step that was undone; *skipped*, never done
    in a case that is over. ``ready`` says that events of the step may be recorded. ``late_days`` are counted in the
    unit of the term: until today for an open step, until completion for a finished one. ``missing`` lists event
    kinds that completion still needs, ``reason`` is a Chinese sentence for the screen.
    """

    id: str
    title: str
    short: str
    state: StepName
    ready: bool
    completed_at: datetime | None
    due_on: date | None
    late_days: int
    missing: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class CaseState:
    """What a case looks like at one moment.

    ``stage`` is the id of the first step that is neither done nor skipped, the last step when there is none.
    ``status``: *open*; *paused*; *following* after closing while follow-ups are due; *closed* while feedback or a
    complaint is still awaited; *ended*; *withdrawn* by the client. ``dues`` are all terms still running or passed,
    the earliest first. ``late_entries`` are the ids of events recorded more than a day after they happened.
    """

    stage: str
    status: Status
    steps: tuple[StepState, ...]
    dues: tuple[Due, ...]
    follow_ups: tuple[FollowUpState, ...]
    feedback: FeedbackState | None
    complaints: tuple[ComplaintState, ...]
    paused_since: datetime | None
    late_entries: tuple[str, ...]

    def step(self, name: str) -> StepState:
        """The step with this id; KeyError if there is none."""
        for step in self.steps:
            if step.id == name:
                return step
        raise KeyError(name)


@dataclass(frozen=True, slots=True)
class Completion:
    """Whether a step is complete: when it became so, what it lacks, and whether it was complete before."""

    at: datetime | None
    missing: tuple[str, ...]
    undone_by: str | None = None


def state(process: ProcessDefinition, events: Iterable[Event], *, now: datetime, calendar: Calendar) -> CaseState:
    """State of the case at ``now`` from its events, in whatever order they are given.

    ``now`` must be aware; its time zone decides on which day something happened. Events that happen after ``now`` are
    left aside. Days of a pause do not count in the terms of steps; they do count for complaints, whose terms belong to
    the client. Raises ValueError for a naive ``now`` or two events with one id.
    """
    if now.tzinfo is None:
        raise ValueError("now must be aware")
    ordered = [event for event in in_order(events) if event.happened_at <= now]
    pauses = pauses_of(process, ordered)
    paused_since = pauses[-1].start if pauses and pauses[-1].end is None else None
    clock = Clock(now, calendar, pauses)
    first = {event.kind: event for event in reversed(ordered)}
    over = first.get(CLOSING) or first.get(WITHDRAWN)
    withdrawn = WITHDRAWN in first

    follow_ups = () if withdrawn else follow_up_states(process, ordered, clock)
    feedback = feedback_state(process, ordered, clock)
    complaints = complaint_states(process, ordered, clock)
    completions = completions_of(process, ordered, follow_ups)
    steps = _step_states(process, ordered, completions, clock, over, withdrawn, paused_since)

    stage = next((step.id for step in steps if step.state not in {"done", "skipped"}), steps[-1].id)
    status = _status(withdrawn, CLOSING in first, paused_since, follow_ups, feedback, complaints)
    dues = [*_step_dues(process, steps), *aftercare_dues(process, follow_ups, feedback, complaints, clock)]
    return CaseState(
        stage=stage,
        status=status,
        steps=steps,
        dues=tuple(sorted(dues, key=lambda due: (due.due_on, due.id))),
        follow_ups=follow_ups,
        feedback=feedback,
        complaints=complaints,
        paused_since=paused_since,
        late_entries=tuple(event.id for event in ordered if event.is_late_entry),
    )


def in_order(events: Iterable[Event]) -> list[Event]:
    """Events by happening, then recording, then id. Raises ValueError for naive times and repeated ids."""
    ordered = list(events)
    if any(event.happened_at.tzinfo is None or event.recorded_at.tzinfo is None for event in ordered):
        raise ValueError("times of events must be aware")
    ids = [event.id for event in ordered if event.id]
    if len(set(ids)) != len(ids):
        raise ValueError("two events have the same id")
    return sorted(ordered, key=lambda event: event.order)


def completions_of(
    process: ProcessDefinition, ordered: Sequence[Event], follow_ups: Sequence[FollowUpState] = ()
) -> dict[str, Completion]:
    """Completion of every step from events in order. ``follow_ups`` decide the step that consists of them."""
    opened = next((event.data for event in ordered if event.kind == OPENED), {})
    return {step.id: _completion(step, ordered, opened, follow_ups) for step in process.steps}


def needed_events(step: ProcessStep, opened: Mapping[str, object]) -> list[str]:
    """Kinds that complete the step in a case whose case.opened event carries ``opened``."""
    extra = [kind for rule in step.completed_by_if if opened.get(rule.when) is True for kind in rule.events]
    return [*step.completed_by, *extra]


def _completion(
    step: ProcessStep, ordered: Sequence[Event], opened: Mapping[str, object], follow_ups: Sequence[FollowUpState]
) -> Completion:
    if FOLLOWED_UP in step.events:
        settled = [item.settled_at for item in follow_ups]
        moments = [moment for moment in settled if moment is not None]
        if settled and len(moments) == len(settled):
            return Completion(max(moments), ())
        return Completion(None, (FOLLOWED_UP,))
    needed = needed_events(step, opened)
    met: dict[str, datetime] = {}
    undone_by: str | None = None
    for event in ordered:
        if event.kind in step.revoked_by:
            undone_by = event.kind if len(met) == len(set(needed)) else undone_by
            met.clear()
        elif event.kind in needed:
            met.setdefault(event.kind, event.happened_at)
    missing = tuple(kind for kind in needed if kind not in met)
    if missing:
        return Completion(None, missing, undone_by)
    return Completion(max(met.values()), ())


def _step_states(
    process: ProcessDefinition,
    ordered: Sequence[Event],
    completions: Mapping[str, Completion],
    clock: Clock,
    over: Event | None,
    withdrawn: bool,
    paused_since: datetime | None,
) -> tuple[StepState, ...]:
    last = {event.kind: event for event in ordered}
    stage_found = False
    states: list[StepState] = []
    for step in process.steps:
        completion = completions[step.id]
        unmet = [process.step(name) for name in step.requires if completions[name].at is None]
        due_on, late_days = _term(step, last, completion.at, clock)
        outlives = FOLLOWED_UP in step.events and not withdrawn
        ready = completion.at is None and not unmet and (over is None or outlives)
        name: StepName
        if completion.at is not None:
            name, reason = "done", f"{day_words(clock.day(completion.at))}完成"
        elif over is not None and not outlives:
            name, reason = "skipped", "服务对象退出，没有做" if withdrawn else "服务已结束，没有做"
        elif paused_since is not None and not stage_found:
            name, reason = "blocked", f"{day_words(clock.day(paused_since))}起暂停"
            ready = False
        elif unmet:
            undone = [item for item in unmet if completions[item.id].undone_by is not None]
            name = "blocked" if undone else "waiting"
            reason = f"要先完成：{'、'.join(item.title for item in unmet)}"
        elif late_days:
            name, reason = "late", _late_reason(step, due_on, late_days)
        elif stage_found:
            name, reason = "waiting", "可以着手" if paused_since is None else "个案暂停中"
        else:
            name, reason = "current", _current_reason(completion, due_on)
        if paused_since is not None:
            ready = False
        stage_found = stage_found or name not in {"done", "skipped"}
        states.append(
            StepState(
                id=step.id,
                title=step.title,
                short=step.short,
                state=name,
                ready=ready,
                completed_at=completion.at,
                due_on=due_on,
                late_days=0 if name == "skipped" else late_days,
                missing=completion.missing,
                reason=reason,
            )
        )
    return tuple(states)


def _term(
    step: ProcessStep, last: Mapping[str, Event], completed_at: datetime | None, clock: Clock
) -> tuple[date | None, int]:
    rule = step.due
    if rule is None or rule.after not in last:
        return None, 0
    start = clock.day(last[rule.after].happened_at)
    due_on = clock.due(start, rule.days, rule.unit, paused=True)
    until = clock.today if completed_at is None else clock.day(completed_at)
    return due_on, clock.late(due_on, until, rule.unit, paused=True)


def _late_reason(step: ProcessStep, due_on: date | None, late_days: int) -> str:
    if step.due is None or due_on is None:
        return ""
    return f"{step.due.what}：应在 {day_words(due_on)}前，{late_words(late_days, step.due.unit)}"


def _current_reason(completion: Completion, due_on: date | None) -> str:
    missing = "、".join(label(kind) for kind in completion.missing)
    if completion.undone_by is not None:
        return f"{label(completion.undone_by)}后须重新：{missing}"
    until = f"{day_words(due_on)}前" if due_on is not None else "待办"
    return f"{until}：{missing}" if missing else ""


def _status(
    withdrawn: bool,
    closed: bool,
    paused_since: datetime | None,
    follow_ups: Sequence[FollowUpState],
    feedback: FeedbackState | None,
    complaints: Sequence[ComplaintState],
) -> Status:
    if withdrawn:
        return "withdrawn"
    if not closed:
        return "paused" if paused_since is not None else "open"
    if any(item.settled_at is None for item in follow_ups):
        return "paused" if paused_since is not None else "following"
    awaited = feedback is not None and feedback.state in {"to_request", "requested"}
    if awaited or any(not item.closed for item in complaints):
        return "closed"
    return "ended"


def _step_dues(process: ProcessDefinition, steps: Sequence[StepState]) -> list[Due]:
    return [
        Due(step.id, step.id, rule.due.what, rule.due.why, step.due_on, step.late_days)
        for step, rule in zip(steps, process.steps, strict=True)
        if rule.due is not None and step.due_on is not None and step.state not in {"done", "skipped"}
    ]
