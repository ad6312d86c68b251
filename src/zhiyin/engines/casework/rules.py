"""What may be recorded now, and what stands in the way of closing."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from zhiyin.engines.casework.definition import ProcessDefinition
from zhiyin.engines.casework.events import EVENTS, Event, EventKind, label
from zhiyin.engines.casework.state import CLOSING, FOLLOWED_UP, OPENED, WITHDRAWN, completions_of, in_order
from zhiyin.engines.casework.terms import pauses_of
from zhiyin.kernel.errors import Invalid, NotReady


@dataclass(frozen=True, slots=True)
class _Obstacle:
    message: str
    missing: tuple[str, ...] = ()


def check_may_record(
    process: ProcessDefinition,
    events: Iterable[Event],
    kind: str,
    *,
    happened_at: datetime | None = None,
    data: Mapping[str, Any] | None = None,
    now: datetime | None = None,
) -> None:
    """Return if an event of ``kind`` may be recorded in a case with these events; raise with the reason if not.

    ``happened_at`` is when it happened (None: now, after all other events); an entry made late is judged by what had
    happened by then. ``data`` is the event's data: it tells complaints and assessments apart. With ``now`` a time in
    the future is refused.

    Raises :class:`NotReady` naming in Chinese what has to be recorded first, :class:`Invalid` at ``happened_at`` when
    only the time is wrong, ValueError for a kind outside the vocabulary or a naive time.
    """
    if kind not in EVENTS:
        raise ValueError(f"unknown kind of event: {kind}")
    if happened_at is not None and happened_at.tzinfo is None:
        raise ValueError("happened_at must be aware")
    ordered = in_order(events)
    given = data or {}
    if happened_at is not None and now is not None and happened_at > now:
        raise Invalid({"happened_at": ["这个时间还没有到，请填实际发生的时间"]})
    repeated = _repeated(ordered, EVENTS[kind], given)
    if repeated is not None:
        raise NotReady(repeated.message)
    obstacle = _obstacle(process, ordered, kind, given)
    if happened_at is None:
        if obstacle is not None:
            raise NotReady(obstacle.message, obstacle.missing)
        return
    by_then = _obstacle(process, [event for event in ordered if event.happened_at <= happened_at], kind, given)
    if by_then is None:
        return
    if obstacle is not None:
        raise NotReady(obstacle.message, obstacle.missing)
    raise Invalid({"happened_at": [f"在填写的时间，{by_then.message}；请核对日期和时间"]})


def closing_obstacles(events: Iterable[Event]) -> list[str]:
    """Chinese sentences for everything that must be settled before the case can close; empty when nothing is.

    Read from the data of the events: the last ``open_items`` (titles of agreement items still open) of an
    agreement, plan or session event; goals in the last ``goals`` without ``attainment``; activities of the last plan
    event (``activities``) neither done nor cancelled; assessments neither completed nor declined; a report that was
    begun and not handed over; and complaints that were never closed.
    """
    ordered = in_order(events)
    obstacles = [f"协议事项还没有了结：{title}" for title in _last(ordered, "open_items")]
    obstacles += [
        f"目标还没有评定达成情况：{goal.get('title', '')}"
        for goal in _last(ordered, "goals")
        if not goal.get("attainment")
    ]
    settled = {event.data.get("activity") for event in ordered if event.kind in {"activity.done", "activity.cancelled"}}
    obstacles += [
        f"方案里的活动还没有做，也没有取消：{activity.get('title', '')}"
        for activity in _last(ordered, "activities")
        if activity.get("id") not in settled
    ]
    answered = {
        event.data.get("assessment")
        for event in ordered
        if event.kind in {"assessment.completed", "assessment.declined"}
    }
    assigned = [event for event in ordered if event.kind == "assessment.assigned"]
    unanswered = sum(event.data.get("assessment") not in answered for event in assigned)
    if unanswered:
        obstacles.append(f"有 {unanswered} 次测评既没有完成，也没有说明不做")
    reports = [event.kind for event in ordered if event.kind in {"report.drafted", "report.handed_over"}]
    if reports and reports[-1] == "report.drafted":
        obstacles.append("报告已经起草，还没有交付")
    received = {event.data.get("complaint") for event in ordered if event.kind == "complaint.received"}
    open_complaints = received - {event.data.get("complaint") for event in ordered if event.kind == "complaint.closed"}
    if open_complaints:
        obstacles.append(f"有 {len(open_complaints)} 件投诉还没有办结")
    return obstacles


def _last(ordered: Sequence[Event], key: str) -> list[Any]:
    found = [event.data[key] for event in ordered if key in event.data]
    return list(found[-1]) if found else []


def _obstacle(
    process: ProcessDefinition, ordered: Sequence[Event], kind: str, data: Mapping[str, Any]
) -> _Obstacle | None:
    meaning = EVENTS[kind]
    step = process.step_of(kind)
    kinds = {event.kind for event in ordered}
    if kind == OPENED:
        return None
    if OPENED not in kinds:
        return _Obstacle("个案还没有建立", (label(OPENED),))
    if meaning.step is not None and step is None:
        return _Obstacle(f"“{process.title}”里没有“{meaning.label}”这一项")
    aftercare = step is not None and FOLLOWED_UP in step.events
    if WITHDRAWN in kinds and (step is not None or kind in {"case.paused", "case.resumed"}):
        return _Obstacle(f"服务对象已经退出，不能再记“{meaning.label}”")
    if CLOSING in kinds and ((step is not None and not aftercare) or kind == WITHDRAWN):
        return _Obstacle(f"服务已经结束，不能再记“{meaning.label}”")
    pauses = pauses_of(process, ordered)
    if step is not None and kind != CLOSING and pauses and pauses[-1].end is None:
        return _Obstacle(f"个案暂停着，要先恢复才能记“{meaning.label}”", tuple(label(kind) for kind in process.resumes))
    if step is not None:
        completions = completions_of(process, ordered)
        unmet = [process.step(name) for name in step.requires if completions[name].at is None]
        if unmet:
            missing = tuple(label(kind) for required in unmet for kind in completions[required.id].missing)
            titles = "、".join(
                f"{required.title}（还差：{_labels(completions[required.id].missing)}）" for required in unmet
            )
            return _Obstacle(f"还不能记“{meaning.label}”，要先完成{titles}", missing)
    return _unprepared(process, ordered, meaning, data)


def _labels(kinds: Iterable[str]) -> str:
    return "、".join(label(kind) for kind in kinds)


def _unprepared(
    process: ProcessDefinition, ordered: Sequence[Event], meaning: EventKind, data: Mapping[str, Any]
) -> _Obstacle | None:
    """What the kind presupposes by itself and has not happened (again); a kind the process leaves out is not asked."""
    among = _within_scope(ordered, meaning, data)
    resets = [index for index, event in enumerate(among) if event.kind in meaning.since]
    recent = {event.kind for event in among[resets[-1] + 1 if resets else 0 :]}
    asked = [kind for kind in meaning.after if EVENTS[kind].step is None or process.step_of(kind) is not None]
    missing = tuple(label(kind) for kind in asked if kind not in recent)
    if not missing:
        return None
    return _Obstacle(f"还不能记“{meaning.label}”，要先{'、'.join(missing)}", missing)


def _repeated(ordered: Sequence[Event], meaning: EventKind, data: Mapping[str, Any]) -> _Obstacle | None:
    if meaning.once and any(event.kind == meaning.kind for event in _within_scope(ordered, meaning, data)):
        return _Obstacle(f"“{meaning.label}”已经记过了，不能再记一次")
    return None


def _within_scope(ordered: Sequence[Event], meaning: EventKind, data: Mapping[str, Any]) -> list[Event]:
    if meaning.scope is None:
        return list(ordered)
    return [event for event in ordered if event.data.get(meaning.scope) == data.get(meaning.scope)]
