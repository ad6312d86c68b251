"""Documents: the gallery of kinds, what one kind is for with its example, and the lists of what was made of them."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_safe

from zhiyin.domain.accounts.roles import holds
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.documents import kinds, lists, policies
from zhiyin.domain.documents.models import ArchiveClass, Document
from zhiyin.domain.documents.queries import MEDIA_TYPES
from zhiyin.domain.documents.states import State
from zhiyin.domain.organisations.models import Organisation
from zhiyin.kernel.errors import Invalid
from zhiyin.web.desk.views_standards import address, choices, one_of
from zhiyin.web.surface import attempt, surface

PAGE = 25
TONES = {
    State.DRAFT: "half",
    State.SUBMITTED: "wait",
    State.RETURNED: "soon",
    State.REVIEWED: "on",
    State.APPROVED: "on",
    State.SIGNED_OFF: "good",
    State.SIGNING: "wait",
    State.ISSUED: "good",
    State.HANDED_OVER: "good",
    State.REVOKED: "bad",
    State.SUPERSEDED: "na",
}
# kinds that are written inside a case, with the page of the case where that is done
OWN_ROOMS = {
    "service-agreement": "desk:case_agreement",
    "service-plan": "desk:case_plan",
    "career-report": "desk:case_report",
}
CLASSES = dict(ArchiveClass.choices)
SUBJECTS = {str(value): str(label) for value, label in Document.Subject.choices}


def house(request: HttpRequest) -> Organisation:
    """The organisation in whose name the actor works."""
    return request.membership.organisation  # type: ignore[attr-defined,no-any-return]


def tabs(request: HttpRequest, current: str, waiting: int | None = None) -> list[dict[str, Any]]:
    """The parts of the documents room that the actor may open."""
    who: Actor = request.actor  # type: ignore[attr-defined]
    items = [
        ("kinds", "写一份", "desk:documents", "documents.read_agency"),
        ("mine", "我的草稿", "desk:documents_mine", "documents.write"),
        ("waiting", "等我办", "desk:documents_waiting", "documents.agree"),
        ("issued", "已出具", "desk:documents_issued", "documents.read_agency"),
        ("archive", "档案", "desk:archive", "documents.archive"),
        ("letterheads", "自家模板", "desk:letterheads", "documents.letterhead"),
    ]
    return [
        {
            "label": label,
            "url": address(url),
            "current": key == current,
            "count": waiting if key == "waiting" and waiting else 0,
        }
        for key, label, url, right in items
        if address(url) and holds(who, right)
    ]


def kind_or_404(request: HttpRequest, template: str) -> kinds.Kind:
    """The kind on offer in the actor's organisation, or 404."""
    try:
        return kinds.kind(request.actor, house(request), template)  # type: ignore[attr-defined]
    except Invalid:
        raise Http404("没有这种文书，或者本机构没有选用它") from None


@surface("staff", right="documents.read_agency")
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """All kinds by class, with words, class, subject and "those I may draft" to narrow them."""
    asked = kinds.Filters(
        words=request.GET.get("q", "").strip()[:60],
        archive_class=one_of(request.GET, "class", CLASSES),
        subject=one_of(request.GET, "subject", SUBJECTS),
        mine=request.GET.get("mine", "") == "1",
    )
    found = kinds.kinds(request.actor, house(request), asked)  # type: ignore[attr-defined]
    groups: dict[str, list[kinds.Kind]] = {}
    for kind in found:
        groups.setdefault(kind.class_label, []).append(kind)
    context = {
        "tabs": tabs(request, "kinds"),
        "asked": asked,
        "classes": choices(CLASSES),
        "subjects": choices(SUBJECTS),
        "groups": list(groups.items()),
        "total": len(found),
        "may_write": policies.can(request.actor, "documents.write"),  # type: ignore[attr-defined]
    }
    return render(request, "desk/documents/gallery.html", context)


@surface("staff", right="documents.read_agency")
@require_safe
def kind(request: HttpRequest, paper_kind: str) -> HttpResponse:
    """One kind: what it is for, how each section is written, who agrees, the filled example and the refused one."""
    found, organisation = kind_or_404(request, paper_kind), house(request)
    complete, refused = kinds.examples(organisation, paper_kind)
    pages = []
    for example in complete[:1]:
        try:
            pages.append((example, mark_safe(kinds.example_html(organisation, paper_kind, example))))
        except Invalid as fault:
            pages.append((example, str(fault)))
    context = {
        "crumbs": [{"label": "文书", "url": reverse("desk:documents")}],
        "kind": found,
        "sections": kinds.guidance(organisation, paper_kind),
        "examples": pages,
        "refused": refused,
        "own_room": found.id in OWN_ROOMS or found.own_room,
        "clauses": [(clause, address("desk:standard_clause", clause)) for clause in found.clauses],
        "formats": [
            (fmt, label, reverse("desk:document_example", args=[found.id, fmt]))
            for fmt, label in (("pdf", "PDF"), ("docx", "Word"), ("xlsx", "Excel"))
        ]
        if complete
        else [],
        "letterhead_url": address("desk:letterhead", found.id)
        if holds(request.actor, "documents.letterhead")  # type: ignore[attr-defined]
        else "",
    }
    return render(request, "desk/documents/kind.html", context)


def file_response(name: str, fmt: str, content: bytes) -> HttpResponse:
    """A file to keep, under ``name``."""
    response = HttpResponse(content, content_type=MEDIA_TYPES[fmt])
    response.headers["Content-Disposition"] = content_disposition_header(True, f"{name}.{fmt}") or "attachment"
    return response


@surface("staff", right="documents.read_agency")
@require_safe
def example(request: HttpRequest, paper_kind: str, fmt: str) -> HttpResponse:
    """The filled example of a kind as PDF, Word or Excel."""
    found = kind_or_404(request, paper_kind)
    if fmt not in {"pdf", "docx", "xlsx"}:
        raise Http404("没有这种格式")
    try:
        content = kinds.example_file(house(request), found.id, fmt)  # type: ignore[arg-type]
    except Invalid:
        raise Http404("这种文书还没有样例") from None
    return file_response(f"{found.title}（样例）".replace("/", "-"), fmt, content)


# -- lists -------------------------------------------------------------------------------------------------------------


@surface("staff", right="documents.write")
@require_safe
def mine(request: HttpRequest) -> HttpResponse:
    """What one drafted and what is not issued yet: to be acted on first, waiting for others below."""
    rows = lists.own_drafts(request.actor)  # type: ignore[attr-defined]
    away = [row for row in rows if row.next_step or row.document.state == State.SIGNING]
    context = {
        "tabs": tabs(request, "mine"),
        "groups": [
            ("要您动手的", [_line(row) for row in rows if row not in away]),
            ("在别人手里的", [_line(row) for row in away]),
        ],
        "total": len(rows),
    }
    return render(request, "desk/documents/mine.html", context)


def _line(row: lists.Row) -> dict[str, Any]:
    document = row.document
    editing = document.state in {State.DRAFT, State.RETURNED} and not is_elsewhere(document)
    return {
        "row": row,
        "document": document,
        "url": reverse("desk:document_edit" if editing else "desk:document_page", args=[document.pk]),
        "page_url": reverse("desk:document_page", args=[document.pk]),
        "tone": TONES[State(document.state)],
        "state": document.get_state_display(),
        "days": (timezone.localdate() - timezone.localdate(row.since)).days,
        "author": document.author.user.name if document.author else "系统",
        "subject_kind": SUBJECTS[document.subject_kind],
        "next": f"等{row.by}{row.next_step}" if row.next_step else "",
    }


def is_elsewhere(document: Document) -> bool:
    """Whether it is a paper of a case, which is written and decided on the pages of the case."""
    return document.template in OWN_ROOMS and document.case_id is not None


@surface("staff", right="documents.agree")
@require_safe
def waiting(request: HttpRequest) -> HttpResponse:
    """What one may review, approve or sign off now, the longest waiting first."""
    rows = [_line(row) for row in lists.waiting_for(request.actor)]  # type: ignore[attr-defined]
    for line in rows:
        if is_elsewhere(line["document"]):
            line["page_url"] = reverse("desk:signoff", args=[line["document"].pk])
    context = {"tabs": tabs(request, "waiting", len(rows)), "rows": rows}
    return render(request, "desk/documents/waiting.html", context)


ASKED = ("q", "class", "subject", "kind", "state", "from", "to")
STATES = {"all": "连同作废的", "void": "只看作废和被取代的"}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _filters(request: HttpRequest) -> lists.Filters:
    asked = request.GET
    return lists.Filters(
        words=asked.get("q", "").strip()[:60],
        archive_class=one_of(asked, "class", CLASSES),
        subject=one_of(asked, "subject", SUBJECTS),
        template=asked.get("kind", "")[:60],
        state=one_of(asked, "state", STATES),
        issued_from=_day(asked.get("from", "")),
        issued_to=_day(asked.get("to", "")),
    )


@surface("staff", right="documents.read_agency")
@require_safe
def issued(request: HttpRequest) -> HttpResponse:
    """The register of what was issued, the latest first."""
    who: Actor = request.actor  # type: ignore[attr-defined]
    filters = _filters(request)
    page = Paginator(lists.issued(who, filters), PAGE).get_page(request.GET.get("page"))
    query = urlencode({name: request.GET[name] for name in ASKED if request.GET.get(name)})
    context = {
        "tabs": tabs(request, "issued"),
        "rows": [_line(row) for row in lists.rows_of(who, list(page.object_list))],
        "page": page,
        "filters": filters,
        "asked": {name: request.GET.get(name, "") for name in ASKED},
        "misread": any(request.GET.get(name) and _day(request.GET[name]) is None for name in ("from", "to")),
        "classes": choices(CLASSES),
        "subjects": choices(SUBJECTS),
        "states": choices(STATES),
        "export_url": reverse("desk:documents_export") + (f"?{query}" if query else "")
        if holds(who, "documents.export")
        else "",
        "columns": [
            {"key": "number", "label": "文号", "pin": True},
            {"key": "title", "label": "题名"},
            {"key": "subject", "label": "关于"},
            {"key": "author", "label": "起草人", "optional": True},
            {"key": "issued", "label": "出具"},
            {"key": "state", "label": "状态"},
            {"key": "volume", "label": "案卷", "optional": True},
        ],
    }
    return render(request, "desk/documents/issued.html", context)


@surface("staff", right="documents.export")
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest) -> HttpResponse:
    """Ask what the workbook is for, then hand it out; the reason is logged with the filters."""
    filters = _filters(request)
    reason, errors = request.POST.get("reason", ""), {}
    if request.method == "POST":
        book, errors = attempt(request, "导出文书台账", lambda: lists.export_register(filters, reason))
        if not errors:
            return file_response(f"documents-{timezone.localdate():%Y%m%d}", "xlsx", book)
    query = urlencode({name: request.GET[name] for name in ASKED if request.GET.get(name)})
    told = [
        ("题名、文号或对象", filters.words),
        ("类别", CLASSES.get(filters.archive_class, "")),
        ("关于", SUBJECTS.get(filters.subject, "")),
        ("状态", STATES.get(filters.state, "只有有效的")),
        ("出具自", str(filters.issued_from or "")),
        ("出具至", str(filters.issued_to or "")),
    ]
    context = {
        "crumbs": [
            {"label": "已出具", "url": reverse("desk:documents_issued") + (f"?{query}" if query else "")},
        ],
        "count": lists.issued(request.actor, filters).count(),  # type: ignore[attr-defined]
        "told": [{"label": label, "value": value} for label, value in told if value],
        "columns": "、".join(label for label, _ in lists.COLUMNS),
        "reason": reason,
        "errors": errors,
        "labels": {"reason": "用途"},
        "query": query,
    }
    return render(request, "desk/documents/export.html", context, status=422 if errors else 200)
