"""A case on one page: what to do now, its records, its papers, what happened, and who works on it."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from zhiyin.domain.accounts.roles import holds
from zhiyin.domain.agencies import queries as agencies
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.audit.reads import note_reading
from zhiyin.domain.casework import intake, policies, queries
from zhiyin.domain.casework.models import Activity, Case, CaseAssistant
from zhiyin.domain.clients import policies as client_policies
from zhiyin.domain.documents import policies as document_policies
from zhiyin.domain.documents.states import IN_FORCE, State
from zhiyin.domain.people import consents
from zhiyin.domain.planning.offer import phases
from zhiyin.domain.quality import feedback as feedback_commands
from zhiyin.domain.quality.models import FeedbackRequest
from zhiyin.domain.quality.policies import sees_name
from zhiyin.domain.quality.queries import feedback_of
from zhiyin.kernel.errors import Invalid
from zhiyin.web.desk.views_cases_shared import (
    WHERE_STEPS_ARE_DONE,
    action_of,
    address,
    frame,
    key_of,
    load,
    moment,
    options,
    within,
)
from zhiyin.web.desk.views_home import Line
from zhiyin.web.links import public_address
from zhiyin.web.surface import attempt, back, get_or_404, surface

RECENT = 5
STEP_TONES = {"done": "good", "current": "on", "late": "late", "waiting": "wait", "blocked": "half", "skipped": "na"}
STEP_WORDS = {
    "done": "已完成",
    "current": "进行中",
    "late": "已过期",
    "waiting": "未开始",
    "blocked": "不能办",
    "skipped": "不适用",
}
ICONS = {
    "intake": "user",
    "needs": "list",
    "environment": "map",
    "agreement": "file",
    "plan": "target",
    "session": "talk",
    "assessment": "test",
    "match": "work",
    "report": "book",
    "followup": "phone",
    "feedback": "star",
    "complaint": "alert",
    "consent": "shield",
    "correction": "edit",
}


@surface("staff", right="casework.read")
@require_safe
def case(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """What is to be done now, with what is missing; the reading is noted."""
    found = load(request, pk)
    note_reading(request.actor, found, found.person_id, "查看个案")  # type: ignore[attr-defined]
    page = queries.case_page(request.actor, found)  # type: ignore[attr-defined]
    lines = [_line(todo) for todo in page.dues]
    now = timezone.now()
    meetings = [row for row in page.appointments if row.state == "booked" and row.ends_at >= now]
    items = timeline_items(page.timeline[:RECENT])
    context = {
        **frame(request, found, "now"),
        "lines": lines,
        "promise": lines[0] if lines else None,
        "step_rows": [_step_row(found, step) for step in found.steps],
        "tasks": list(found.activities.filter(state=Activity.State.PLANNED).select_related("goal").order_by("due_on")),
        "meeting": min(meetings, key=lambda row: row.starts_at, default=None),
        "recent": items,
        "event_count": len(page.timeline),
        "feedback": _named_feedback(request.actor, found),  # type: ignore[attr-defined]
        "today": timezone.localdate(),
        "may_close": found.closed_at is None
        and found.status in queries.ACTIVE
        and any(step["id"] == "agreement" and step["state"] == "done" for step in found.steps),
    }
    return render(request, "desk/cases/now.html", context)


def _named_feedback(who: Actor, found: Case) -> FeedbackRequest | None:
    """The answered feedback on a case, for those who may know whose it is."""
    if not holds(who, "quality.handle"):
        return None
    request = feedback_of(who, found)
    return request if request and request.answered_at and sees_name(who, request) else None


def _line(todo: queries.Todo) -> Line:
    tone = "late" if todo.late_days else "soon" if todo.when == "今天" else "wait"
    action, url = action_of(todo.case, todo.step, todo.key)
    return Line(todo, tone, action, url, reverse("desk:case", args=[todo.case.pk]))


def _step_row(found: Case, step: dict[str, Any]) -> dict[str, Any]:
    action, route, more = WHERE_STEPS_ARE_DONE[step["id"]]
    return {
        "title": step["title"],
        "tone": STEP_TONES[step["state"]],
        "word": STEP_WORDS[step["state"]],
        "reason": step["reason"],
        "url": address(route, found.pk, *([more] if more else [])),
        "action": action,
        "open": step["state"] in {"current", "late"},
    }


def timeline_items(lines: list[queries.Line]) -> list[dict[str, Any]]:
    """Events as the timeline shows them; one that was entered late says when it happened and when it was recorded."""
    items = []
    for line in lines:
        happened, recorded = timezone.localtime(line.happened_at), timezone.localtime(line.recorded_at)
        text = f"补登：{happened:%Y-%m-%d %H:%M} 发生，{recorded:%Y-%m-%d %H:%M} 登记" if line.late_entry else ""
        record = line.data.get("record")
        items.append(
            {
                "icon": ICONS.get(line.kind.split(".")[0], "run"),
                "title": line.label,
                "text": text,
                "time": f"{happened:%Y-%m-%d %H:%M}",
                "who": line.by,
                "url": reverse("desk:record", args=[record]) if record else "",
                "tone": "soon" if line.late_entry else "",
            }
        )
    return items


@surface("staff", right="casework.read")
@require_safe
def history(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Everything that happened, newest first."""
    found = load(request, pk)
    items = timeline_items(queries.timeline(found))
    return render(
        request,
        "desk/cases/history.html",
        {
            **frame(request, found, "history"),
            "items": items,
            "phases": phases(found),
        },
    )


@surface("staff", right="casework.read")
@require_safe
def papers(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The documents of the case; older versions stay listed."""
    found = load(request, pk)
    documents = document_policies.scope(request.actor).filter(case_id=found.pk)  # type: ignore[attr-defined]
    rows = [
        {
            "document": document,
            "author": document.author.user.name if document.author else "系统",
            "tone": "good" if document.state in IN_FORCE else "na" if document.state in _GONE else "half",
        }
        for document in documents.select_related("author__user").order_by("-created_at")
    ]
    columns = [
        {"key": key, "label": words, "num": False, "pin": False, "sort": "", "sort_url": "", "optional": False}
        for key, words in (
            ("title", "文书"),
            ("number", "文号"),
            ("state", "状态"),
            ("day", "日期"),
            ("by", "经办"),
            ("get", "下载"),
        )
    ]
    context = {**frame(request, found, "papers"), "rows": rows, "empty": not rows, "columns": columns}
    return render(request, "desk/cases/papers.html", context)


_GONE = frozenset({State.REVOKED, State.SUPERSEDED})


# -- opening a case --------------------------------------------------------------------------------------------------


@surface("staff", right="casework.open")
def new(request: HttpRequest) -> HttpResponse:
    """Open a case on a client's file; what stands in the way, such as a missing consent, is told before."""
    who = request.actor  # type: ignore[attr-defined]
    key = key_of(request.GET.get("file", ""))
    rows = client_policies.scope(who).select_related("person", "organisation", "adviser__user")
    file = get_or_404(rows, key or uuid.UUID(int=0))
    client_policies.require(who, "clients.read", file)
    advisers = agencies.possible_advisers(who)
    typed = within(request.POST, "service_kind", "adviser", "happened_at")
    errors: dict[str, list[str]] = {}
    if request.method == "POST":

        def run() -> Case:
            adviser = next((member for member in advisers if str(member.pk) == typed["adviser"]), None)
            if adviser is None:
                raise Invalid({"adviser": ["请选择责任指导师"]})
            return intake.open_case(
                file, service_kind=typed["service_kind"], adviser=adviser, happened_at=moment(request.POST)
            )

        opened, errors = attempt(request, "建立个案", run)
        if not errors:
            return back(request, "desk:case", f"个案 {opened.number} 已建立，接着填接待登记", opened.pk)
    elif any(member.pk == who.membership_id for member in advisers):
        typed["adviser"] = str(who.membership_id)
    elif file.adviser_id:
        typed["adviser"] = str(file.adviser_id)
    running = policies.scope(who).filter(file=file, status__in=[*queries.ACTIVE, "following"])
    context = {
        "file": file,
        "person": file.person,
        "file_url": address("desk:file", file.pk),
        "typed": typed,
        "errors": errors,
        "labels": {"service_kind": "服务类别", "adviser": "责任指导师", "happened_at": "受理时间"},
        "kinds": options("service-kind"),
        "advisers": [{"value": str(member.pk), "label": member.user.name} for member in advisers],
        "consented": consents.standing(file.person, file.organisation, intake.ESSENTIAL).holds,
        "running": list(running.order_by("-opened_at")),
    }
    return render(request, "desk/cases/new.html", context, status=422 if errors else 200)


# -- who works on it, and whether it runs ------------------------------------------------------------------------------


PEOPLE_LABELS = {
    "adviser": "新的责任指导师",
    "reason": "原因",
    "membership": "协助人员",
    "task": "协助什么",
    "words": "本人怎么说",
    "happened_at": "时间",
}


def _people_page(
    request: HttpRequest, found: Case, act: str = "", typed: dict[str, str] | None = None, errors: Any = None
) -> HttpResponse:
    """``act`` is the form whose errors are shown."""
    who = request.actor  # type: ignore[attr-defined]
    members = agencies.possible_advisers(who)
    helpers = intake_helpers(found)
    blank = dict.fromkeys(("adviser", "reason", "membership", "task", "words", "happened_at"), "")
    context = {
        **frame(request, found, "people"),
        "assistants": list(found.assistants.select_related("membership__user").order_by("pk")),
        "advisers": [
            {"value": str(member.pk), "label": member.user.name} for member in members if member.pk != found.adviser_id
        ],
        "helpers": helpers,
        "may_reassign": policies.can(who, "casework.reassign", found),
        "me": who.membership_id,
        "act": act,
        "typed": {**blank, **(typed or {})},
        "errors": errors or {},
        "labels": PEOPLE_LABELS,
    }
    return render(request, "desk/cases/people.html", context, status=422 if errors else 200)


def intake_helpers(found: Case) -> list[dict[str, str]]:
    """Members of the agency who may be asked to assist, as options."""
    return [
        {"value": str(member.pk), "label": f"{member.user.name}（{member.get_role_display()}）"}
        for member in queries.possible_assistants(found)
    ]


@surface("staff", right="casework.read")
@require_safe
def people(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Adviser, assistants, pause and withdrawal."""
    return _people_page(request, load(request, pk))


def _act(request: HttpRequest, found: Case, act: str, reason: str, run: Callable[[], Any], done: str) -> HttpResponse:
    typed = within(request.POST, *PEOPLE_LABELS)
    _, errors = attempt(request, reason, run)
    if errors:
        return _people_page(request, found, act, typed, errors)
    return back(request, "desk:case_people", done, found.pk)


@surface("staff", right="casework.reassign")
@require_POST
def reassign(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = load(request, pk)

    def run() -> None:
        wanted = request.POST.get("adviser", "")
        member = next((m for m in agencies.possible_advisers(request.actor) if str(m.pk) == wanted), None)  # type: ignore[attr-defined]
        if member is None:
            raise Invalid({"adviser": ["请选择新的责任指导师"]})
        intake.reassign(found, member, request.POST.get("reason", ""))

    return _act(request, found, "reassign", "更换责任指导师", run, "责任指导师已更换，待办随之转过去")


@surface("staff", right="casework.work")
@require_POST
def assist(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = load(request, pk)

    def run() -> None:
        wanted = request.POST.get("membership", "")
        member = next((m for m in queries.possible_assistants(found) if str(m.pk) == wanted), None)
        if member is None:
            raise Invalid({"membership": ["请选择协助人员"]})
        intake.add_assistant(found, member, request.POST.get("task", ""))

    return _act(request, found, "assist", "请人协助", run, "已记下协助人员和任务")


@surface("staff", right="casework.read")
@require_POST
def assist_done(request: HttpRequest, pk: uuid.UUID, assistant: int) -> HttpResponse:
    found = load(request, pk)
    row: CaseAssistant = get_or_404(found.assistants.select_related("case"), assistant)
    return _act(request, found, "assist", "协助完成", lambda: intake.finish_assistance(row), "协助任务已完成")


@surface("staff", right="casework.work")
@require_POST
def pause(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = load(request, pk)
    reason = request.POST.get("reason", "")
    return _act(request, found, "pause", "暂停个案", lambda: intake.pause(found, reason), "个案已暂停，期限停止计算")


@surface("staff", right="casework.work")
@require_POST
def resume(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = load(request, pk)
    return _act(request, found, "pause", "恢复个案", lambda: intake.resume(found), "个案已恢复")


@surface("staff", right="casework.work")
@require_POST
def withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = load(request, pk)
    words = request.POST.get("words", "")
    return _act(
        request,
        found,
        "withdraw",
        "本人退出服务",
        lambda: intake.withdraw(found, words, moment(request.POST)),
        "已记下本人退出；做过的都还在",
    )


# -- the link for feedback -------------------------------------------------------------------------------------------


@surface("staff", right="casework.work")
def feedback(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Make the one-time link for the client's judgement and show it once."""
    found = load(request, pk, "casework.work")
    link = ""
    if request.method == "POST":
        made, errors = attempt(request, "请服务对象评价", lambda: feedback_commands.request_feedback(found))
        if errors:
            for text in (text for texts in errors.values() for text in texts):
                messages.error(request, text)
            return redirect("desk:case", found.pk)
        link = f"{public_address(request)}{reverse('feedback', args=[made[1]])}"
    context = {**frame(request, found, "now"), "link": link}
    return render(request, "desk/cases/feedback.html", context)
