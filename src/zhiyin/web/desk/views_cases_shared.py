"""What every page of a case shares: fetching it, its header, where each step is worked on, times typed by a person."""

import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from zhiyin.domain.accounts.roles import holds
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.casework import policies, queries
from zhiyin.domain.casework.models import Case
from zhiyin.domain.clients.values import label
from zhiyin.kernel.errors import Invalid
from zhiyin.packs.installed import registry
from zhiyin.web.surface import get_or_404

# step of the process → (what the button says, route, further argument of the route)
ACTIONS: dict[str, tuple[str, str, str]] = {
    "intake": ("填接待登记", "desk:case_form", "intake"),
    "needs": ("做需求调查", "desk:case_form", "needs-survey"),
    "agreement": ("办服务协议", "desk:case_agreement", ""),
    "plan": ("写方案", "desk:case_plan", ""),
    "delivery": ("办方案里的事", "desk:case_plan", ""),
    "report": ("写报告", "desk:case_report", ""),
    "closing": ("办结束", "desk:case_close", ""),
}
WHERE_STEPS_ARE_DONE = {**ACTIONS, "followup": ("去回访", "desk:case_sessions", "")}


def load(request: HttpRequest, key: uuid.UUID, right: str = "casework.read") -> Case:
    """The case within reach (404 outside it); ``Refused`` where the role, or a child's file, asks for more."""
    who: Actor = request.actor  # type: ignore[attr-defined]
    rows = policies.scope(who).select_related(
        "person", "file__person", "file__organisation", "adviser__user", "organisation"
    )
    case: Case = get_or_404(rows, key)
    policies.require(who, right, case)
    return case


def address(route: str, *args: Any) -> str:
    """The address of a route, "" while this installation does not have it."""
    try:
        return reverse(route, args=args)
    except NoReverseMatch:
        return ""


def action_of(case: Case, step: str, key: str) -> tuple[str, str]:
    """Label and address of the one thing to do about something that is due."""
    if step == "followup":
        return "去回访", reverse("desk:case_followup", args=[case.pk, key])
    if key == "feedback":
        return "给评价链接", reverse("desk:case_feedback", args=[case.pk])
    words, route, more = ACTIONS.get(step, ("打开个案", "desk:case", ""))
    return words, address(route, case.pk, *([more] if more else [])) or reverse("desk:case", args=[case.pk])


def frame(request: HttpRequest, case: Case, tab: str) -> dict[str, Any]:
    """Context of ``desk/cases/frame.html``: the header with the steps, and the tabs."""
    person = case.person
    return {
        "case": case,
        "person": person,
        "age": person.age(),
        "kind_label": label("service-kind", case.service_kind),
        "status_label": queries.STATUS[case.status],
        "status_tone": {"paused": "half", "ended": "good", "withdrawn": "na", "closed": "good"}.get(case.status, "on"),
        "steps": stepper(case),
        "tabs": _tabs(request.actor, case, tab),
        "may_work": policies.can(request.actor, "casework.work", case),  # type: ignore[attr-defined]
        "file_url": address("desk:file", case.file_id),
        "crumbs": [{"label": "个案台账", "url": address("desk:ledger") or reverse("desk:todo")}],
    }


_WITH_DOCUMENTS = frozenset({"desk:case_agreement", "desk:case_plan", "desk:case_report", "desk:case_papers"})


def _tabs(who: Actor, case: Case, tab: str) -> list[dict[str, Any]]:
    rows = (
        ("now", "当前步骤", "desk:case"),
        ("records", "表单记录", "desk:case_records"),
        ("agreement", "协议", "desk:case_agreement"),
        ("plan", "方案", "desk:case_plan"),
        ("sessions", "会谈与回访", "desk:case_sessions"),
        ("assess", "测评", "desk:case_assess"),
        ("match", "职业", "desk:case_match"),
        ("report", "报告", "desk:case_report"),
        ("papers", "文书", "desk:case_papers"),
        ("history", "经过", "desk:case_history"),
        ("people", "人员与状态", "desk:case_people"),
    )
    tabs = []
    for name, words, route in rows:
        url = address(route, case.pk)
        # the front desk takes clients in and does not read documents
        if url and (route not in _WITH_DOCUMENTS or holds(who, "documents.read")):
            tabs.append({"label": words, "url": url, "current": name == tab, "count": 0})
    return tabs


def stepper(case: Case) -> list[dict[str, Any]]:
    """The steps with their dates: done on, or due until with its lateness."""
    steps = []
    for step in case.steps:
        done, due = step["completed_at"], step["due_on"]
        when, tone = "", ""
        if step["state"] == "done" and done:
            when = f"{timezone.localtime(datetime.fromisoformat(done)):%m-%d}"
        elif step["state"] == "late" and due:
            when, tone = f"应于 {date.fromisoformat(due):%m-%d}", "late"
        elif due and step["state"] in {"current", "waiting"}:
            when = f"{date.fromisoformat(due):%m-%d} 前"
        _, route, more = WHERE_STEPS_ARE_DONE[step["id"]]
        if more and step["state"] == "done":
            route, more = "desk:case_records", ""  # a form once submitted is read there, not filled in again
        reached = step["state"] in {"done", "current", "late"}
        url = address(route, case.pk, *([more] if more else [])) if reached else ""
        steps.append({"name": step["short"], "state": step["state"], "when": when, "tone": tone, "url": url})
    return steps


def options(codelist: str) -> list[dict[str, str]]:
    """The values of a code list for a select."""
    return [{"value": value.value, "label": value.label} for value in registry().get("codelist", codelist).values]


def moment(posted: Mapping[str, Any], name: str = "happened_at") -> datetime | None:
    """The time typed into a ``datetime-local`` box, None when left empty. ``Invalid`` at ``name`` otherwise."""
    text = str(posted.get(name, "")).strip()
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise Invalid({name: ["请按“2026-11-05 14:30”的样子填写日期和时间"]}) from None
    return timezone.make_aware(found) if timezone.is_naive(found) else found


def day(posted: Mapping[str, Any], name: str) -> date | None:
    """The date typed into a ``date`` box, None when left empty. ``Invalid`` at ``name`` otherwise."""
    text = str(posted.get(name, "")).strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid({name: ["请按“2026-11-05”的样子填写日期"]}) from None


def key_of(text: str) -> uuid.UUID | None:
    """A posted id, None when it is none."""
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def within(values: Mapping[str, Any], *names: str) -> dict[str, str]:
    """What was typed into these boxes, "" for those not posted, so that the page can show it again."""
    return {name: str(values.get(name, "")) for name in names}
