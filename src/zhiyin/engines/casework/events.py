"""The fixed vocabulary of what can happen in a case.

Events are facts with two times: when it happened and when it was recorded. Everything a case shows (its step, its
terms, its status) is computed from them; nothing of it is stored.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

LATE_ENTRY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened.

    ``happened_at`` and ``recorded_at`` are aware datetimes. ``id`` settles the order of events with equal times, so it
    should grow with time (UUIDv7). Keys of ``data`` that the engine reads:

    - ``guardian_required`` (bool, on case.opened), and whatever ``completed_by_if`` of a process names;
    - ``complaint`` (id, on complaint.*): which complaint; ``assessment`` (id, on assessment.*): which assignment;
    - ``follow_up`` (id, on followup.*): which follow-up of the process; without it the nearest open one;
    - ``purpose`` and ``essential`` (bool, on consent.*): withdrawing a purpose that is not essential pauses nothing;
    - ``open_items`` (list of titles), ``goals`` (list of {title, attainment}) and ``activities`` (list of
      {id, title}), on agreement.*, plan.* and closing events; ``activity`` (id, on activity.*): see
      :func:`zhiyin.engines.casework.closing_obstacles`.
    """

    kind: str
    happened_at: datetime
    recorded_at: datetime
    data: Mapping[str, Any] = field(default_factory=dict)
    id: str = ""

    @property
    def order(self) -> tuple[datetime, datetime, str, str]:
        """Sort key: when it happened, then when it was recorded."""
        return (self.happened_at, self.recorded_at, self.id, self.kind)

    @property
    def is_late_entry(self) -> bool:
        """Recorded more than a day after it happened."""
        return self.recorded_at - self.happened_at > LATE_ENTRY


@dataclass(frozen=True, slots=True)
class EventKind:
    """What an event of this kind is called, where it belongs and what it presupposes.

    ``step`` is the usual step of a process (None: it may happen at any time). ``for_client`` says whether the client
    sees it in the own timeline. Every kind in ``after`` must have happened, and happened later than the last event of
    a kind in ``since``; both are looked at within one complaint or assessment when ``scope`` names the key of ``data``
    that tells them apart. ``once`` forbids a second one.
    """

    kind: str
    label: str
    step: str | None = None
    for_client: bool = True
    after: tuple[str, ...] = ()
    since: tuple[str, ...] = ()
    scope: str | None = None
    once: bool = False


def _complaint(
    kind: str, label: str, after: tuple[str, ...] = (), since: tuple[str, ...] = (), once: bool = False
) -> EventKind:
    return EventKind(kind, label, after=after, since=since, scope="complaint", once=once)


_REWORK = ("report.returned",)
_AGAIN = ("complaint.appealed",)

EVENTS: dict[str, EventKind] = {
    each.kind: each
    for each in (
        EventKind("case.opened", "建立个案", once=True),
        EventKind("intake.recorded", "完成接待受理", "intake"),
        EventKind("needs.recorded", "完成需求调查", "needs"),
        EventKind("environment.recorded", "完成环境分析", "needs"),
        EventKind("agreement.drafted", "拟好服务协议", "agreement"),
        EventKind("agreement.changed", "改动服务协议", "agreement", after=("agreement.drafted",)),
        EventKind("agreement.signed_client", "服务对象签署协议", "agreement", after=("agreement.drafted",)),
        EventKind("agreement.signed_guardian", "监护人签署协议", "agreement", after=("agreement.drafted",)),
        EventKind("agreement.signed_agency", "机构签署协议", "agreement", after=("agreement.drafted",)),
        EventKind("plan.drafted", "拟好服务方案", "plan", for_client=False),
        EventKind("plan.agreed", "商定服务方案", "plan", after=("plan.drafted",)),
        EventKind("plan.changed", "调整服务方案", "plan", after=("plan.drafted",)),
        EventKind("activity.done", "完成一项服务活动", "delivery"),
        EventKind("activity.cancelled", "取消一项服务活动", "delivery"),
        EventKind("session.held", "进行会谈", "delivery"),
        EventKind("session.missed", "会谈未到", "delivery"),
        EventKind("assessment.assigned", "安排测评", "delivery"),
        EventKind("assessment.completed", "完成测评", "delivery", after=("assessment.assigned",), scope="assessment"),
        EventKind("assessment.declined", "不做测评", "delivery", after=("assessment.assigned",), scope="assessment"),
        EventKind("match.run", "比对职业", "delivery", for_client=False),
        EventKind("match.confirmed", "确认可考虑的职业", "delivery", after=("match.run",)),
        EventKind("referral.made", "转介", "delivery"),
        EventKind("report.drafted", "起草报告", "report", for_client=False),
        EventKind("report.submitted", "报告送审", "report", for_client=False, after=("report.drafted",)),
        EventKind(
            "report.returned",
            "报告退回修改",
            "report",
            for_client=False,
            after=("report.submitted",),
            since=_REWORK,
        ),
        EventKind(
            "report.signed_off",
            "报告审签",
            "report",
            for_client=False,
            after=("report.submitted",),
            since=_REWORK,
        ),
        # whether a sign-off must come first depends on the author's grade, which the document knows
        EventKind("report.issued", "出具报告", "report", after=("report.drafted",)),
        EventKind("report.handed_over", "交付报告", "report", after=("report.issued",)),
        EventKind("closing.recorded", "结束服务", "closing", once=True),
        EventKind("followup.done", "完成回访", "followup", after=("closing.recorded",)),
        EventKind("followup.missed", "回访未联系上", "followup", for_client=False, after=("closing.recorded",)),
        EventKind("feedback.requested", "请服务对象评价"),
        EventKind("feedback.received", "收到评价"),
        _complaint("complaint.received", "收到投诉", once=True),
        _complaint("complaint.acknowledged", "告知已受理投诉", ("complaint.received",)),
        _complaint("complaint.investigated", "调查投诉", ("complaint.acknowledged",), _AGAIN),
        _complaint("complaint.answered", "答复投诉", ("complaint.investigated",), _AGAIN),
        _complaint("complaint.response", "记录投诉人对答复的意见", ("complaint.answered",), _AGAIN),
        _complaint("complaint.appealed", "投诉人申请复核", ("complaint.answered",), _AGAIN),
        _complaint("complaint.closed", "投诉办结", ("complaint.answered", "complaint.response"), _AGAIN, once=True),
        EventKind("consent.given", "同意处理个人信息"),
        EventKind("consent.withdrawn", "撤回同意"),
        EventKind("case.paused", "暂停个案"),
        EventKind("case.resumed", "恢复个案", after=("case.paused",), since=("case.resumed",)),
        EventKind("case.reassigned", "更换职业指导师"),
        EventKind("case.withdrawn", "服务对象退出", once=True),
        EventKind("note.added", "内部备注", for_client=False),
        EventKind("correction.made", "更正记录", for_client=False),
    )
}
"""All kinds by name, in the order in which a case usually meets them."""


def label(kind: str) -> str:
    """Chinese name of an event kind; KeyError for a kind outside the vocabulary."""
    return EVENTS[kind].label
