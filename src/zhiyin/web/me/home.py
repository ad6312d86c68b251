"""The own home page: where the service stands, what comes next, what waits for the person."""

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhiyin.domain.assessment import queries as assessment
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.audit.reads import opened_by
from zhiyin.domain.casework import plan as planning
from zhiyin.domain.casework import policies as case_policies
from zhiyin.domain.casework import queries as casework
from zhiyin.domain.casework.models import Activity, Case
from zhiyin.domain.documents import queries as documents
from zhiyin.domain.documents.models import Document
from zhiyin.domain.documents.states import IN_FORCE, State
from zhiyin.domain.people.models import Person
from zhiyin.domain.quality import feedback as feedback_commands
from zhiyin.domain.quality import policies as quality_policies
from zhiyin.domain.quality import queries as quality
from zhiyin.domain.scheduling import commands as scheduling
from zhiyin.domain.scheduling import policies as scheduling_policies
from zhiyin.domain.sittings import queries as sittings
from zhiyin.domain.sittings.models import Sitting
from zhiyin.domain.standards.queries import active
from zhiyin.web.me.own import BACK, agency_of, person_of
from zhiyin.web.me.results import meeting_time
from zhiyin.web.surface import attempt, back, get_or_404, surface
from zhiyin.web.ui.formdata import parse

RUNNING = frozenset({"open", "paused", "following"})
# how the state of a service is told to the person; {} is the adviser's name
STATUS = {
    "open": "{}在为你服务",
    "paused": "服务暂停了，想继续请告诉{}",
    "following": "服务已经结束，{}还会和你联系，问问近况",
    "closed": "服务已经结束",
    "ended": "服务已经办结",
    "withdrawn": "你已经退出这次服务，想回来随时可以",
}


@dataclass(frozen=True)
class Waiting:
    """Something that waits for the person, with the one page where it is done."""

    icon: str
    title: str
    note: str
    url: str


@surface("client")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Steps, next appointment, tasks and what waits, of the case at hand; past services below."""
    person, who = person_of(request), request.actor  # type: ignore[attr-defined]
    own = casework.own_view(person)
    running = [found for found in own.cases if found.case.status in RUNNING]
    current = (running or own.cases or [None])[0]
    papers = documents.list_for(who, person=person)
    context = {
        "person": person,
        "agency": agency_of(request),
        "current": current,
        "steps": _steps(current.case) if current else [],
        "status": STATUS.get(current.case.status, "").format(current.adviser_name) if current else "",
        "plan_ready": current is not None and _agreed(papers, current.case),
        "tasks": _tasks(running),
        "past": [found for found in own.cases if found is not current],
        "meeting": own.next_appointment,
        "meeting_time": meeting_time(own.next_appointment) if own.next_appointment else "",
        "waiting": _waiting(who, person, papers),
        "results": list(assessment.results_of(who, person)[:3]),
    }
    return render(request, "me/home.html", context)


def _steps(case: Case) -> list[dict[str, Any]]:
    """The stepper: an overdue step is the agency's affair, so the person sees until when it was promised."""
    rows = []
    for step in case.steps:
        done, due = step["completed_at"], step["due_on"]
        when = ""
        if step["state"] == "done" and done:
            when = _day(timezone.localdate(datetime.fromisoformat(done)))
        elif step["state"] in {"current", "late"} and due:
            when = f"约定 {_day(date.fromisoformat(due))}前"
        state = "current" if step["state"] == "late" and step["id"] == case.stage else step["state"]
        rows.append({"name": step["short"], "state": "waiting" if state == "late" else state, "when": when})
    return rows


def _day(day: date) -> str:
    return f"{day.month} 月 {day.day} 日"


def _tasks(found: list[casework.OwnCase]) -> list[Activity]:
    return [task for own in found for task in own.tasks if task.state == "planned" and task.who != "adviser"]


def _agreed(papers: list[Document], case: Case) -> bool:
    return any(
        paper.template == planning.TEMPLATE and paper.case_id == case.pk and paper.state in IN_FORCE for paper in papers
    )


def _waiting(who: Actor, person: Person, papers: list[Document]) -> list[Waiting]:
    found = []
    for sitting in sittings.sittings_of(who, person).filter(state__in=[Sitting.State.ASSIGNED, Sitting.State.STARTED]):
        if not sitting.obstacle(timezone.now()):
            begun = sitting.state == Sitting.State.STARTED
            until = timezone.localtime(sitting.expires_at)
            title = "接着做职业测评" if begun else "做一份职业测评"
            note = f"{until.month} 月 {until.day} 日 {until:%H:%M} 前"
            found.append(Waiting("test", title, note, reverse("me:test:intro", args=[sitting.pk])))
    opened = opened_by(who, person.pk, "documents.document") if papers else set()
    for paper in papers:
        if paper.state == State.SIGNING:
            if documents.missing_signatures(paper, ["client"])[:1] == ["client"]:
                url = reverse("me:sign", args=[paper.pk])
                found.append(Waiting("pen", f"看一看并签{paper.title}", "看明白了再签", url))
        elif paper.state == State.HANDED_OVER and str(paper.pk) not in opened:
            found.append(Waiting("file", f"看{paper.title}", "已经交到你手里", reverse("me:paper", args=[paper.pk])))
    for asked in quality_policies.feedback_scope(who).filter(answered_at=None, expires_at__gt=timezone.now()):
        found.append(Waiting("star", "说说这次服务怎么样", "两分钟", reverse("me:feedback", args=[asked.pk])))
    for row in quality.list_complaints(who, open_only=True):
        if row.complaint.state in {"answered", "reviewed"}:
            url = reverse("me:complaint", args=[row.complaint.pk])
            found.append(Waiting("talk", "投诉有了答复", row.complaint.number, url))
    return found


@surface("client", right="casework.read")
@require_safe
def plan(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    """The agreed plan: goals, how one knows that they are reached, and what is done for each."""
    who = request.actor  # type: ignore[attr-defined]
    found = get_or_404(case_policies.scope(who), case)
    paper = next(
        (
            paper
            for paper in documents.list_for(who, case_id=found.pk)
            if paper.template == planning.TEMPLATE and paper.state in IN_FORCE
        ),
        None,
    )
    if paper is None:
        raise Http404("方案还没有商定")
    return render(request, "me/plan.html", {"case": found, "paper": paper, **casework.plan(found), **BACK})


@surface("client", right="casework.read")
@require_safe
def history(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    """What has happened in one service, newest first."""
    person = person_of(request)
    found = next((own for own in casework.own_view(person).cases if own.case.pk == case), None)
    if found is None:
        raise Http404("没有找到这次服务")
    items = [
        {
            "icon": "run",
            "title": line.label,
            "text": "",
            "time": timezone.localtime(line.happened_at).strftime("%Y-%m-%d %H:%M"),
            "who": line.by,
            "url": "",
            "tone": "",
        }
        for line in found.timeline
    ]
    return render(request, "me/history.html", {"own": found, "items": items, **BACK})


@surface("client", right="casework.read")
def task(request: HttpRequest, activity: uuid.UUID) -> HttpResponse:
    """Say that a task is done, in a sentence."""
    cases = case_policies.scope(request.actor)  # type: ignore[attr-defined]
    rows = Activity.objects.filter(case__in=cases, state=Activity.State.PLANNED).exclude(who="adviser")
    found = get_or_404(rows.select_related("case", "goal"), activity)
    errors: dict[str, list[str]] = {}
    words = request.POST.get("result", "")
    if request.method == "POST":
        _, errors = attempt(request, "完成自己的任务", lambda: planning.finish_activity(found, words))
        if not errors:
            return back(request, "me:home", f"记下了：{found.title}，做完了")
    context = {"task": found, "errors": errors, "words": words, **BACK}
    return render(request, "me/task.html", context, status=422 if errors else 200)


@surface("client", right="scheduling.excuse")
def excuse(request: HttpRequest, appointment: uuid.UUID) -> HttpResponse:
    """Ask to be excused from an appointment; a reason is welcome and not needed."""
    rows = scheduling_policies.scope(request.actor, "scheduling.excuse").filter(state="booked")  # type: ignore[attr-defined]
    found = get_or_404(rows.select_related("staff__user", "room", "organisation"), appointment)
    errors: dict[str, list[str]] = {}
    reason = request.POST.get("reason", "")
    if request.method == "POST":
        _, errors = attempt(request, "请假", lambda: scheduling.excuse(found, reason))
        if not errors:
            return back(request, "me:home", "已经请假，指导师会和你另约时间")
    context = {"meeting": found, "when": meeting_time(found), "errors": errors, "reason": reason, **BACK}
    return render(request, "me/excuse.html", context, status=422 if errors else 200)


@surface("client", right="quality.read")
def feedback(request: HttpRequest, request_id: uuid.UUID) -> HttpResponse:
    """How the service was, without the link: somebody signed in needs none."""
    rows = quality_policies.feedback_scope(request.actor).select_related(  # type: ignore[attr-defined]
        "case__organisation", "case__adviser__user", "person"
    )
    asked = get_or_404(rows, request_id)
    if asked.answered_at is not None:
        return render(request, "public/feedback_end.html", {"state": "answered", "asked": asked, **BACK})
    if timezone.now() >= asked.expires_at:
        return render(request, "public/feedback_end.html", {"state": "expired", "asked": asked, **BACK}, status=410)
    definition = feedback_commands.form(asked.case.organisation_id)
    answers = parse(definition, request.POST) if request.method == "POST" else {}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        _, errors = attempt(request, "服务评价", lambda: feedback_commands.answer_own_feedback(asked, answers))
        if not errors:
            return redirect("me:feedback", request_id=request_id)
    context = {"form": definition, "answers": answers, "errors": errors, "asked": asked, **BACK}
    context["codelists"] = active(asked.case.organisation_id).codelists()
    return render(request, "public/feedback.html", context, status=422 if errors else 200)
