"""Complaints by the client: filing, following, saying what one thinks of the answer, asking for a review."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhiyin.domain.casework import queries as casework
from zhiyin.domain.quality import complaints, queries
from zhiyin.domain.standards.queries import active
from zhiyin.engines.forms import FormDefinition
from zhiyin.web.me.own import BACK, agency_of, person_of
from zhiyin.web.surface import attempt, back, surface
from zhiyin.web.ui.formdata import parse

# where a complaint stands, in words for the person
STATES = {
    "received": "已经收到",
    "acknowledged": "已经受理，正在办",
    "investigated": "正在办",
    "answered": "有了答复",
    "response": "你的意见已记下",
    "appealed": "正在复核",
    "reviewed": "有了复核答复",
    "closed": "已经办结",
}
COMPLAINTS = {"back_url": "/me/complaints/", "back_label": "意见和投诉"}


@surface("client", right="quality.read")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """The own complaints and how to make one."""
    rows = [
        {"row": row, "state": STATES[row.complaint.state]}
        for row in queries.list_complaints(request.actor)  # type: ignore[attr-defined]
    ]
    return render(request, "me/complaints.html", {"rows": rows, "agency": agency_of(request), **BACK})


@surface("client", right="quality.file")
def new(request: HttpRequest) -> HttpResponse:
    """File a complaint about one of the own services; with one service it is chosen already."""
    person = person_of(request)
    own = casework.own_view(person).cases
    if not own:
        return render(request, "me/complaint_none.html", {"agency": agency_of(request), **COMPLAINTS})
    chosen = request.POST.get("case") or str(own[0].case.pk)
    case = next((found.case for found in own if str(found.case.pk) == chosen), None)
    agency = (case or own[0].case).organisation_id
    definition = complaints.form(complaints.FORM, agency)
    answers = parse(definition, request.POST) if request.method == "POST" else {"kind": request.GET.get("kind", "")}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        if case is None:
            raise Http404("没有找到这次服务")
        filed, errors = attempt(request, "本人投诉", lambda: complaints.file_complaint(case, answers))
        if not errors:
            return back(request, "me:complaint", f"已经收到，受理号 {filed.number}", complaint=filed.pk)
    context = {
        "form": definition,
        "answers": answers,
        "errors": errors,
        "codelists": active(agency).codelists(),
        "today": timezone.localdate(),
        "cases": [
            {
                "value": str(found.case.pk),
                "label": f"{timezone.localdate(found.case.opened_at):%Y-%m-%d} 开始，{found.adviser_name}",
            }
            for found in own
        ],
        "chosen": chosen,
        **COMPLAINTS,
    }
    return render(request, "me/complaint_new.html", context, status=422 if errors else 200)


def _page(request: HttpRequest, complaint: uuid.UUID) -> queries.Page:
    page = queries.complaint_page(request.actor, complaint)  # type: ignore[attr-defined]
    if page is None:
        raise Http404("没有找到这件投诉")
    return page


@surface("client", right="quality.read")
@require_safe
def page(request: HttpRequest, complaint: uuid.UUID) -> HttpResponse:
    """Where a complaint stands, what was answered, and what can be done next."""
    found = _page(request, complaint)
    context = {"page": found, "state": STATES[found.row.complaint.state], **COMPLAINTS}
    return render(request, "me/complaint.html", context)


def _opinion_form(agency: uuid.UUID) -> FormDefinition:
    """The response form as its subject fills it: whether an opinion could be had is the handler's part."""
    definition = complaints.form(complaints.RESPONSE_FORM, agency)
    sections = []
    for section in definition.sections:
        own = [field for field in section.fields if field.id not in {"obtained", "attempts"}]
        shown = [field.model_copy(update={"relevant": None}) for field in own]
        sections.append(section.model_copy(update={"fields": shown}))
    return definition.model_copy(update={"sections": sections, "intro": "看过答复后，请告诉我们你的想法。"})


@surface("client", right="quality.file")
def respond(request: HttpRequest, complaint: uuid.UUID) -> HttpResponse:
    """What the person thinks of the answer; a wish for a review is part of it."""
    found = _page(request, complaint)
    if "response" not in found.acts:
        raise Http404("这件投诉现在不用表示意见")
    agency = found.row.complaint.case.organisation_id
    definition = _opinion_form(agency)
    answers: dict[str, Any] = parse(definition, request.POST) if request.method == "POST" else {}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        _, errors = attempt(
            request,
            "本人对答复的意见",
            lambda: complaints.record_response(found.row.complaint, {**answers, "obtained": "given"}),
        )
        if not errors:
            return back(request, "me:complaint", "你的意见已经记下", complaint=complaint)
    context = {
        "page": found,
        "form": definition,
        "answers": answers,
        "errors": errors,
        "codelists": active(agency).codelists(),
        "back_url": f"/me/complaints/{complaint}/",
        "back_label": "返回",
    }
    return render(request, "me/complaint_respond.html", context, status=422 if errors else 200)


@surface("client", right="quality.file")
def appeal(request: HttpRequest, complaint: uuid.UUID) -> HttpResponse:
    """Ask for a review within the term."""
    found = _page(request, complaint)
    words = request.POST.get("words", "")
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        _, errors = attempt(request, "申请复核", lambda: complaints.appeal(found.row.complaint, words))
        if not errors:
            return back(request, "me:complaint", "已经申请复核，会由另一个人来办", complaint=complaint)
    elif "appeal" not in found.acts:
        raise Http404("这件投诉现在不能申请复核")
    context = {
        "page": found,
        "errors": errors,
        "words": words,
        "back_url": f"/me/complaints/{complaint}/",
        "back_label": "返回",
    }
    return render(request, "me/complaint_appeal.html", context, status=422 if errors else 200)
