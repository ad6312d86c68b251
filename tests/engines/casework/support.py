"""A small process and short ways to write its events."""

from datetime import date, datetime, timedelta, timezone
from typing import Any

from zhiyin.engines.casework import CaseState, Event, ProcessDefinition, state

ZONE = timezone(timedelta(hours=8))

PROCESS = ProcessDefinition.model_validate(
    {
        "kind": "process",
        "id": "sample",
        "version": 1,
        "title": "样例服务",
        "steps": [
            {
                "id": "intake",
                "title": "接待受理",
                "short": "接待",
                "completed_by": ["intake.recorded"],
                "events": ["intake.recorded"],
            },
            {
                "id": "needs",
                "title": "需求调查",
                "short": "需求",
                "completed_by": ["needs.recorded"],
                "requires": ["intake"],
                "events": ["needs.recorded"],
                "due": {"days": 2, "unit": "working", "after": "intake.recorded", "what": "完成需求调查"},
            },
            {
                "id": "agreement",
                "title": "服务协议",
                "short": "协议",
                "completed_by": ["agreement.signed_client", "agreement.signed_agency"],
                "completed_by_if": [{"when": "guardian_required", "events": ["agreement.signed_guardian"]}],
                "requires": ["needs"],
                "events": [
                    "agreement.drafted",
                    "agreement.changed",
                    "agreement.signed_client",
                    "agreement.signed_guardian",
                    "agreement.signed_agency",
                ],
                "revoked_by": ["agreement.drafted", "agreement.changed"],
            },
            {
                "id": "delivery",
                "title": "实施服务",
                "short": "实施",
                "completed_by": ["session.held"],
                "requires": ["agreement"],
                "events": ["session.held", "session.missed", "assessment.assigned", "assessment.completed"],
            },
            {
                "id": "report",
                "title": "出具报告",
                "short": "报告",
                "completed_by": ["report.handed_over"],
                "requires": ["delivery"],
                "events": [
                    "report.drafted",
                    "report.submitted",
                    "report.returned",
                    "report.signed_off",
                    "report.issued",
                    "report.handed_over",
                ],
            },
            {
                "id": "closing",
                "title": "结束服务",
                "short": "结束",
                "completed_by": ["closing.recorded"],
                "requires": ["agreement"],
                "events": ["closing.recorded"],
            },
            {
                "id": "followup",
                "title": "跟踪回访",
                "short": "回访",
                "requires": ["closing"],
                "events": ["followup.done", "followup.missed"],
            },
        ],
        "follow_ups": [
            {
                "id": "day30",
                "title": "三十天回访",
                "after": "closing.recorded",
                "days": 30,
                "unit": "calendar",
                "window": 7,
            },
            {
                "id": "day90",
                "title": "九十天回访",
                "after": "closing.recorded",
                "days": 90,
                "unit": "calendar",
                "window": 14,
            },
        ],
        "feedback": {"after": "closing.recorded", "ask_within_days": 1, "expires_days": 30},
        "complaint": {"receipt_days": 2, "answer_days": 10, "appeal_days": 15, "unit": "working"},
        "pauses": ["consent.withdrawn", "case.paused"],
        "resumes": ["consent.given", "case.resumed"],
    }
)


class Weekdays:
    """A calendar without holidays."""

    def is_working(self, day: date) -> bool:
        return day.weekday() < 5


def at(text: str) -> datetime:
    """Local time from ``MM-DD`` or ``MM-DD HH:MM`` in 2026."""
    return datetime.strptime(f"2026-{text}" if " " in text else f"2026-{text} 09:00", "%Y-%m-%d %H:%M").replace(
        tzinfo=ZONE
    )


def event(kind: str, happened: str, recorded: str | None = None, **data: Any) -> Event:
    moment = at(happened)
    return Event(kind, moment, at(recorded) if recorded else moment, data, f"{kind} {happened}")


def seen(events: list[Event], now: str) -> CaseState:
    return state(PROCESS, events, now=at(now), calendar=Weekdays())


def opened(**data: Any) -> list[Event]:
    """Opened on Monday 2 March 2026, intake the same day."""
    return [event("case.opened", "03-02 09:00", **data), event("intake.recorded", "03-02 10:00")]


def signed(**data: Any) -> list[Event]:
    """Up to an agreement signed by client and agency on 4 March."""
    return [
        *opened(**data),
        event("needs.recorded", "03-03"),
        event("agreement.drafted", "03-04 09:00"),
        event("agreement.signed_client", "03-04 10:00"),
        event("agreement.signed_agency", "03-04 11:00"),
    ]


def closed() -> list[Event]:
    """A whole service, closed on 10 March."""
    return [
        *signed(),
        event("session.held", "03-05"),
        event("report.drafted", "03-06 09:00"),
        event("report.submitted", "03-06 10:00"),
        event("report.signed_off", "03-06 11:00"),
        event("report.issued", "03-06 12:00"),
        event("report.handed_over", "03-09"),
        event("closing.recorded", "03-10"),
    ]
