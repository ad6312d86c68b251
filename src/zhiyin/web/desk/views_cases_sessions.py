"""Sessions held and missed, closing, follow-up contacts."""

import uuid
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhiyin.domain.casework import delivery, intake, plan, queries
from zhiyin.domain.casework.events import process_of, state_of
from zhiyin.domain.casework.models import Case, CaseEvent, Goal
from zhiyin.domain.scheduling.models import Appointment
from zhiyin.domain.standards.queries import active
from zhiyin.engines import forms
from zhiyin.engines.casework.aftercare import FollowUpState
from zhiyin.engines.casework.events import LATE_ENTRY
from zhiyin.kernel.errors import Invalid
from zhiyin.web.desk.views_cases_forms import draft_of, form_context, posted_version, start, waits_for
from zhiyin.web.desk.views_cases_shared import address, frame, load, moment, within
from zhiyin.web.desk.views_plan import Box, edit_page
from zhiyin.web.surface import attempt, back, surface
from zhiyin.web.ui.formdata import parse

SESSION = "session-record"
GOAL = "goal-"
"""Before a goal's id among the posted names of the closing page."""


def _appointments(case: Case, *, open_only: bool = False) -> list[Appointment]:
    rows = Appointment.objects.filter(case_id=case.pk).select_related("staff__user", "room").order_by("-starts_at")
    return list(rows.filter(state=Appointment.State.BOOKED) if open_only else rows)


@surface("staff", right="casework.read")
@require_safe
def sessions(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Appointments, sessions held and missed, follow-ups with their windows."""
    case = load(request, pk)
    state = state_of(case)
    modes = {mode.value: mode.label for mode in process_of(case).session_modes}
    events = case.events.filter(kind__in=["session.held", "session.missed"]).order_by("-happened_at")
    context = {
        **frame(request, case, "sessions"),
        "meetings": _appointments(case),
        "sessions": [_session(event, modes) for event in events],
        "follow_ups": [_follow_up(case, item) for item in state.follow_ups],
        "statuses": _statuses(case),
        "visits": [
            {"event": event, "url": reverse("desk:record", args=[event.data["record"]])}
            for event in queries.earlier_visits(case)
        ],
        "now": timezone.now(),
    }
    return render(request, "desk/cases/sessions.html", context)


def _statuses(case: Case) -> list[dict[str, Any]]:
    """How the client was at each follow-up contact, the earliest first."""
    codelists = active(case.organisation_id).codelists()
    rows = case.records.filter(form="follow-up", submitted_at__isnull=False, superseded_by=None)
    found = []
    for row in rows.order_by("happened_at", "submitted_at"):
        row.person = case.person
        status = (row.answers or {}).get("status")
        if status:
            words = codelists["followup-result"].label(status)
            found.append({"at": row.happened_at, "words": words, "url": reverse("desk:record", args=[row.pk])})
    return found


def _session(event: CaseEvent, modes: dict[str, str]) -> dict[str, Any]:
    held = event.kind == "session.held"
    words = f"{modes.get(event.data.get('mode', ''), '')}，{event.data.get('minutes', '')} 分钟" if held else ""
    if not held:
        words = "事先请了假" if event.data.get("excused") else "没有事先说"
    return {
        "event": event,
        "held": held,
        "words": words,
        "url": reverse("desk:record", args=[event.data["record"]]) if event.data.get("record") else "",
        "late": event.recorded_at - event.happened_at > LATE_ENTRY,
    }


def _follow_up(case: Case, item: FollowUpState) -> dict[str, Any]:
    word, tone = FOLLOW_UP[item.state]
    return {
        "item": item,
        "tone": tone,
        "word": word,
        "open": item.state in {"open", "late"},
        "url": reverse("desk:case_followup", args=[case.pk, item.id]),
    }


FOLLOW_UP = {
    "planned": ("还没到", "wait"),
    "open": ("可以联系了", "soon"),
    "late": ("已过期", "late"),
    "done": ("已完成", "good"),
    "missed": ("没有联系上", "half"),
}


@surface("staff", right="casework.work")
def new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The record of a session, with when, how long, how and where; an appointment it belongs to is settled with it."""
    case = load(request, pk, "casework.work")
    definition = intake.form_of(SESSION, case.organisation_id)
    draft = draft_of(case, SESSION)
    booked = _appointments(case, open_only=True)
    wanted = request.POST.get("appointment", request.GET.get("appointment", ""))
    chosen = next((row for row in booked if str(row.pk) == wanted), None)
    typed = within(request.POST, "happened_at", "minutes", "mode", "place")
    typed["appointment"] = wanted
    if request.method != "POST" and chosen is not None:
        typed["happened_at"] = f"{timezone.localtime(chosen.starts_at):%Y-%m-%dT%H:%M}"
        typed["minutes"] = str(int((chosen.ends_at - chosen.starts_at).total_seconds() // 60))
        typed["mode"] = chosen.mode
        typed["place"] = chosen.room.name if chosen.room else chosen.place
    errors: dict[str, list[str]] = {}
    status, theirs, answers = 200, [], start(case, definition, draft)
    if request.method == "POST":
        answers = parse(definition, request.POST)
        if draft is not None and draft.version != posted_version(request):
            errors, status = {"": ["这份草稿刚刚在别处改过，请对照后再提交"]}, 409
            theirs = forms.display(definition, draft.answers or {}, active(case.organisation_id).codelists())
        else:

            def run() -> Any:
                minutes = typed["minutes"].strip()
                return delivery.hold_session(
                    case,
                    answers,
                    happened_at=moment(request.POST) or timezone.now(),
                    minutes=int(minutes) if minutes.isdigit() and len(minutes) < 5 else 0,
                    mode=typed["mode"],
                    place=typed["place"],
                    appointment=chosen,
                    draft=draft,
                )

            _, errors = attempt(request, "记一次会谈", run)
            if not errors:
                return back(request, "desk:case", "会谈已记下，说好的任务进了要做的事", case.pk)
            status = 422
    context = {
        **frame(request, case, "sessions"),
        **form_context(case, definition, answers, errors),
        "title": "记一次会谈",
        "autosave": reverse("desk:case_form_draft", args=[case.pk, SESSION]),
        "version": draft.version if draft else 0,
        "saved": f"草稿保存于 {timezone.localtime(draft.updated_at):%m-%d %H:%M}" if draft else "",
        "theirs": theirs,
        "blocked": waits_for(case, SESSION),
        "typed": {**typed, "reason": ""},
        "when_label": "什么时候开始谈的",
        "modes": [{"value": mode.value, "label": mode.label} for mode in process_of(case).session_modes],
        "meetings": [
            {"value": str(row.pk), "label": f"{timezone.localtime(row.starts_at):%m-%d %H:%M} {row.topic}"}
            for row in booked
        ],
        "cancel_url": reverse("desk:case_sessions", args=[case.pk]),
    }
    return render(request, "desk/cases/session.html", context, status=status)


@surface("staff", right="casework.work")
def missed(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The client did not come; with or without a word before."""
    case = load(request, pk, "casework.work")
    booked = _appointments(case, open_only=True)
    wanted = request.POST.get("appointment", request.GET.get("appointment", ""))
    chosen = next((row for row in booked if str(row.pk) == wanted), None)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":

        def run() -> None:
            how = request.POST.get("how", "")
            if how not in {"excused", "silent"}:
                raise Invalid({"how": ["请选择有没有事先说"]})
            at = moment(request.POST) or (chosen.starts_at if chosen else timezone.now())
            delivery.miss_session(
                case, happened_at=min(at, timezone.now()), excused=how == "excused", appointment=chosen
            )

        _, errors = attempt(request, "记会谈未到", run)
        if not errors:
            return back(request, "desk:case_sessions", "已记下，可以另约时间", case.pk)
    boxes = [
        Box(
            "appointment",
            "哪一次约定",
            wanted,
            "select",
            options=[
                {"value": str(row.pk), "label": f"{timezone.localtime(row.starts_at):%m-%d %H:%M} {row.topic}"}
                for row in booked
            ],
        ),
        Box(
            "how",
            "有没有事先说",
            "",
            "radio",
            required=True,
            options=[{"value": "excused", "label": "事先请了假"}, {"value": "silent", "label": "没有说，也没有来"}],
        ),
        Box(
            "happened_at",
            "约的是什么时候",
            "",
            "datetime-local",
            help="留空就按所选的约定；没有约定就是现在。",
            size="m",
        ),
    ]
    return edit_page(
        request,
        case,
        "sessions",
        title="会谈没有来",
        boxes=boxes,
        errors=errors,
        submit="记下",
        cancel=reverse("desk:case_sessions", args=[case.pk]),
    )


# -- closing ---------------------------------------------------------------------------------------------------------


def _obstacle(case: Case, text: str) -> dict[str, str]:
    """An obstacle with the page where it is settled."""
    if text.startswith("目标"):
        return {"text": text, "url": "#goals", "action": "评定"}
    if text.startswith(("方案", "协议事项")):
        return {"text": text, "url": reverse("desk:case_plan", args=[case.pk]), "action": "去处理"}
    routes = {"测评": "desk:case_assess", "报告": "desk:case_report"}
    for word, route in routes.items():
        if word in text:
            return {"text": text, "url": address(route, case.pk), "action": "去处理"}
    return {"text": text, "url": address("desk:quality") if "投诉" in text else "", "action": "去处理"}


@surface("staff", right="casework.work")
def close(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Judge the goals, settle what is open, and end the service with its form."""
    case = load(request, pk, "casework.work")
    if case.closed_at is not None:
        return back(request, "desk:case", "服务已经结束", case.pk)
    definition = intake.form_of("closing", case.organisation_id)
    errors: dict[str, list[str]] = {}
    answers = start(case, definition, None)
    if request.method == "POST":
        answers = parse(definition, request.POST)
        _, errors = attempt(
            request, "办理结束", lambda: delivery.close_case(case, answers, happened_at=moment(request.POST))
        )
        if not errors:
            return back(request, "desk:case", "服务已结束；回访日期已排好，请把评价链接给本人", case.pk)
    return _close_page(request, case, answers, errors)


def _close_page(
    request: HttpRequest,
    case: Case,
    answers: Any,
    errors: dict[str, list[str]],
    goal_errors: dict[str, list[str]] | None = None,
) -> HttpResponse:
    definition = intake.form_of("closing", case.organisation_id)
    given = goal_errors or {}
    prefetch_related_objects([case], "goals")  # judged here and asked for as obstacles
    context = {
        **frame(request, case, "now"),
        **form_context(case, definition, answers, errors),
        "title": "办理结束",
        "submit_label": "结束服务",
        "when_label": "什么时候结束的",
        "typed": {"happened_at": request.POST.get("happened_at", ""), "reason": ""},
        "obstacles": [_obstacle(case, text) for text in delivery.obstacles(case)],
        "goals": [_judged(request, goal, given) for goal in case.goals.all()],
        "goal_errors": given,
        "goal_labels": {},
        "attainments": [{"value": value, "label": label} for value, label in Goal.Attainment.choices],
    }
    return render(request, "desk/cases/close.html", context, status=422 if errors or given else 200)


def _judged(request: HttpRequest, goal: Goal, errors: dict[str, list[str]]) -> dict[str, Any]:
    name = f"{GOAL}{goal.pk}"
    return {
        "goal": goal,
        "name": name,
        "note_name": f"{name}-note",
        "value": request.POST.get(name, goal.attainment),
        "note": request.POST.get(f"{name}-note", goal.judged_note),
        "errors": errors.get(name, []),
        "note_errors": errors.get(f"{name}-note", []),
    }


@surface("staff", right="casework.work")
def judge(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Judge every goal that was marked; all of them are stored, or none."""
    case = load(request, pk, "casework.work")
    if request.method != "POST":
        return back(request, "desk:case_close", "", case.pk)
    found: dict[str, list[str]] = {}

    def run() -> None:
        for goal in case.goals.all():
            name = f"{GOAL}{goal.pk}"
            chosen, note = request.POST.get(name, ""), request.POST.get(f"{name}-note", "")
            if not chosen or (chosen == goal.attainment and note == goal.judged_note):
                continue
            try:
                plan.judge_goal(goal, chosen, note)
            except Invalid as error:
                for field, texts in error.errors.items():
                    found[f"{name}-note" if field == "judged_note" else name] = texts
        if found:
            raise Invalid(found)

    _, errors = attempt(request, "评定目标", run)
    if errors:
        definition = intake.form_of("closing", case.organisation_id)
        return _close_page(request, case, start(case, definition, None), {}, errors)
    return back(request, "desk:case_close", "目标评定已保存", case.pk)


# -- follow-up -------------------------------------------------------------------------------------------------------


@surface("staff", right="casework.work")
def follow_up(request: HttpRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """A follow-up contact: the form says whether somebody was reached."""
    case = load(request, pk, "casework.work")
    rule = next((rule for rule in process_of(case).follow_ups if rule.id == name), None)
    if rule is None:
        raise Http404("流程里没有这次回访")
    definition = intake.form_of(rule.form or "follow-up", case.organisation_id)
    errors: dict[str, list[str]] = {}
    answers = start(case, definition, None)
    if request.method == "POST":
        answers = parse(definition, request.POST)
        _, errors = attempt(
            request,
            rule.title,
            lambda: delivery.follow_up(case, name, answers, happened_at=moment(request.POST)),
        )
        if not errors:
            reached = answers.get("contact_result") in delivery.REACHED
            told = f"{rule.title}已完成" if reached else "已记下这次没有联系上，请换个时间再联系"
            return back(request, "desk:case_sessions", told, case.pk)
    last = intake.latest(case, "closing")
    wishes = (last.answers or {}) if last is not None else {}
    context = {
        **frame(request, case, "sessions"),
        **form_context(case, definition, answers, errors),
        "title": rule.title,
        "when_label": "什么时候联系的",
        "typed": {"happened_at": request.POST.get("happened_at", ""), "reason": ""},
        "submit_label": "提交回访",
        "cancel_url": reverse("desk:case_sessions", args=[case.pk]),
        "unwilling": wishes.get("followup_consent") == "unwilling",
        "contact": wishes.get("followup_contact", ""),
        "contact_time": wishes.get("followup_time", ""),
    }
    return render(request, "desk/cases/followup.html", context, status=422 if errors else 200)
