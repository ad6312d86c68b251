"""The career report: written beside its preview, submitted or issued, handed over; and the supervisor's sign-offs."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhiyin.domain.agencies.queries import staff_of
from zhiyin.domain.assessment import queries as assessment
from zhiyin.domain.casework import policies as case_policies
from zhiyin.domain.casework.models import Case
from zhiyin.domain.documents import commands as document_commands
from zhiyin.domain.documents import policies as document_policies
from zhiyin.domain.documents import queries as documents
from zhiyin.domain.documents.models import Document
from zhiyin.domain.documents.states import IN_FORCE, State, StepKind
from zhiyin.domain.matching import queries as matching
from zhiyin.domain.planning import reports
from zhiyin.web.desk.views_assess import qr
from zhiyin.web.desk.views_cases_agreement import EDITOR, editors, posted_texts, posted_version
from zhiyin.web.desk.views_cases_shared import address, frame, load, moment, within
from zhiyin.web.links import check_base
from zhiyin.web.surface import attempt, back, get_or_404, surface

TONES = {
    State.DRAFT: "half",
    State.SUBMITTED: "wait",
    State.RETURNED: "soon",
    State.SIGNED_OFF: "good",
    State.SIGNING: "on",
    State.ISSUED: "good",
    State.HANDED_OVER: "good",
    State.REVOKED: "bad",
    State.SUPERSEDED: "na",
}


def _timeline(page: documents.DocumentPage) -> list[dict[str, str]]:
    return [
        {
            "icon": "talk" if step.kind == StepKind.RETURNED else "run",
            "title": step.get_kind_display(),
            "text": step.comment,
            "time": f"{timezone.localtime(step.happened_at):%Y-%m-%d %H:%M}",
            "who": step.by.user.name if step.by else "",
            "url": "",
            "tone": "soon" if step.kind == StepKind.RETURNED else "",
        }
        for step in page.steps[::-1]
    ]


def _returned(page: documents.DocumentPage) -> dict[str, Any] | None:
    """The supervisor's last comment, while the report is back with the adviser."""
    if page.state != State.RETURNED:
        return None
    step = [step for step in page.steps if step.kind == StepKind.RETURNED][-1]
    return {"comment": step.comment, "at": step.happened_at, "by": step.by.user.name if step.by else ""}


# -- the adviser ---------------------------------------------------------------------------------------------------


@surface("staff", right="documents.read")
@require_safe
def case_report(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    """The report of a case: not begun, being written, waiting for the supervisor, issued, handed over."""
    return _page(request, load(request, case))


def _page(
    request: HttpRequest,
    case: Case,
    errors: dict[str, list[str]] | None = None,
    typed: dict[str, str] | None = None,
    happened_at: str = "",
) -> HttpResponse:
    errors = errors or {}
    document = reports.report_of(case)
    staff = staff_of(case.adviser)
    context = {
        **frame(request, case, "report"),
        "rule": documents.needs_sign_off_for(staff.level if staff else None),
        "errors": errors,
        "labels": {"happened_at": "交给本人的时间", "basics": "基本信息", "results": "测评结果", "advice": "建议"},
        "happened_at": happened_at,
        "document": document,
    }
    if document is None:
        result = assessment.latest_result(case.person, case_id=case.pk)
        run = matching.latest_run(case.person, case_id=case.pk)
        rows = matching.matches_context(run)["rows"] if run else []
        context |= {
            "result": result,
            "confirmed": [row["name"] for row in rows],
            "assess_url": reverse("desk:case_assess", args=[case.pk]),
            "match_url": reverse("desk:case_match", args=[case.pk]),
        }
        return render(request, "desk/assess/report_none.html", context, status=422 if errors else 200)
    page = documents.page(document.pk, request.actor)  # type: ignore[attr-defined]
    boxes = editors(page, typed or {}, errors)
    labels = context["labels"] | {editor["name"].removeprefix(EDITOR): editor["label"] for editor in boxes}
    # the summary links to the boxes by the names they are posted under
    names = {editor["name"] for editor in boxes}
    shown = {f"{EDITOR}{name}" if f"{EDITOR}{name}" in names else name: texts for name, texts in errors.items()}
    check_url = f"{check_base(request)}{document.check_code}/" if document.check_code else ""
    context |= {
        "page": page,
        "preview": mark_safe(documents.preview(document, typed)) if typed else mark_safe(page.html),
        "state_tone": TONES[page.state],
        "editors": boxes,
        "errors": shown,
        "labels": labels | {editor["name"]: editor["label"] for editor in boxes},
        "returned": _returned(page),
        "timeline": _timeline(page),
        "may": page.actions if context["may_work"] else frozenset(),
        "check_url": check_url,
        "qr": qr(check_url) if check_url and page.state in IN_FORCE else "",
        "pdf_url": address("desk:document", document.pk, "pdf"),
        "docx_url": address("desk:document", document.pk, "docx"),
    }
    return render(request, "desk/assess/report.html", context, status=422 if errors else 200)


@surface("staff", right="casework.work")
@require_POST
def draft(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    """Begin the report from what the file, the result and the confirmed occupations say."""
    found = load(request, case)
    _, errors = attempt(request, "起草报告", lambda: reports.draft_report(found))
    if errors:
        return _page(request, found, errors)
    return back(request, "desk:case_report", "报告已起草，请写四段建议", found.pk)


@surface("staff", right="casework.work")
@require_POST
def write(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    """Keep the adviser's texts, and go on to the supervisor or to issue where that button was pressed."""
    found, texts, version, do = (
        load(request, case),
        posted_texts(request),
        posted_version(request),
        request.POST.get("do"),
    )

    def run() -> Document:
        document = reports.edit_report(found, version, texts)
        if do == "submit":
            return reports.submit_report(found)
        if do == "issue":
            return reports.issue_report(found, check_base=check_base(request))
        return document

    document, errors = attempt(request, "写报告", run)
    if errors:
        return _page(request, found, errors, texts)
    said = {"submit": "报告已提交督导", "issue": f"报告已出具，文号 {document.number}"}.get(do or "", "报告已保存")
    return back(request, "desk:case_report", said, found.pk)


@surface("staff", right="casework.work")
@require_POST
def preview(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    """The report as it would read with what is in the boxes now; nothing is stored."""
    found = load(request, case, "casework.work")
    document = reports.report_of(found)
    if document is None or document.number:
        raise Http404("这份报告不在起草")
    return HttpResponse(documents.preview(document, posted_texts(request)))


@surface("staff", right="casework.work")
@require_POST
def issue(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    """Issue what the supervisor has signed off."""
    found = load(request, case)
    document, errors = attempt(request, "出具报告", lambda: reports.issue_report(found, check_base=check_base(request)))
    if errors:
        return _page(request, found, errors)
    return back(request, "desk:case_report", f"报告已出具，文号 {document.number}", found.pk)


@surface("staff", right="casework.work")
@require_POST
def hand_over(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    """The client was told what it says and has it."""
    found = load(request, case)
    _, errors = attempt(request, "交付报告", lambda: reports.hand_over_report(found, happened_at=moment(request.POST)))
    if errors:
        return _page(request, found, errors, happened_at=request.POST.get("happened_at", ""))
    return back(request, "desk:case_report", "已登记交给本人", found.pk)


# -- the supervisor ------------------------------------------------------------------------------------------------


@surface("staff", right="documents.sign_off")
@require_safe
def signoffs(request: HttpRequest) -> HttpResponse:
    """What waits for a supervisor, the longest waiting first; what one wrote oneself waits for another."""
    today = timezone.localdate()
    rows: list[dict[str, Any]] = []
    for waiting in documents.awaiting_sign_off(request.actor):  # type: ignore[attr-defined]
        since = timezone.localdate(waiting.since or waiting.document.created_at)
        author = waiting.document.author
        rows.append(
            {
                "waiting": waiting,
                "days": (today - since).days,
                "since": since,
                "author": author.user.name if author else "系统",
                "url": reverse("desk:signoff", args=[waiting.document.pk]),
            }
        )
    context = {
        "rows": [row for row in rows if not row["waiting"].own],
        "own": [row for row in rows if row["waiting"].own],
        "today": today,
    }
    return render(request, "desk/assess/signoffs.html", context)


@surface("staff", right="documents.sign_off")
@require_http_methods(["GET", "HEAD", "POST"])
def signoff(request: HttpRequest, document: uuid.UUID) -> HttpResponse:
    """One submitted document: read it, return it with a comment or sign it off. Never the own."""
    who = request.actor  # type: ignore[attr-defined]
    rows = document_policies.scope(who, "documents.sign_off").select_related("person", "author__user")
    found: Document = get_or_404(rows, document)
    typed = within(request.POST, "comment")
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        returning = request.POST.get("do") == "return"
        run = _decision(request, found, typed["comment"], returning=returning)
        done, errors = attempt(request, "退回文书" if returning else "签发文书", run)
        if done is not None:
            name = found.person.name
            return back(
                request,
                "desk:signoffs",
                f"{name}的报告已退回修改" if returning else f"{name}的报告已签发，由指导师出具",
            )
    page = documents.page(found.pk, who)
    case = case_policies.scope(who).filter(pk=found.case_id).first() if found.case_id else None
    context = {
        "page": page,
        "document": found,
        "html": mark_safe(page.html),
        "own": document_policies.is_author(who, found),
        "author": found.author.user.name if found.author else "",
        "may": page.actions,
        "state_tone": TONES[page.state],
        "timeline": _timeline(page),
        "case_url": address("desk:case", case.pk) if case else "",
        "typed": typed,
        "errors": errors,
        "labels": {"comment": "意见"},
    }
    return render(request, "desk/assess/signoff.html", context, status=422 if errors else 200)


def _decision(request: HttpRequest, document: Document, comment: str, *, returning: bool) -> Callable[[], Document]:
    """A report of a case is decided with the case, so that its steps move; anything else by itself."""
    rows = case_policies.scope(request.actor).select_related("person", "adviser__user", "organisation")  # type: ignore[attr-defined]
    case = rows.filter(pk=document.case_id).first() if document.case_id else None
    if case is not None and document.template == reports.TEMPLATE:
        decide = reports.return_report if returning else reports.sign_off_report
        return lambda: decide(case, comment)
    decide_alone = document_commands.return_ if returning else document_commands.sign_off
    return lambda: decide_alone(document, comment)
