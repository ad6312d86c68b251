"""The archive: volumes and their inventories, old papers taken in, volumes lent out."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.clients import policies as client_policies
from zhiyin.domain.documents import policies, volumes
from zhiyin.domain.documents.models import Loan, PaperFile, Volume
from zhiyin.domain.files import commands as files
from zhiyin.engines.documents.html import render_html
from zhiyin.engines.documents.pdf import render_pdf
from zhiyin.kernel.errors import Invalid
from zhiyin.web.desk.views_cases_shared import day, within
from zhiyin.web.desk.views_documents import CLASSES, house, tabs
from zhiyin.web.desk.views_standards import choices, one_of
from zhiyin.web.surface import attempt, back, get_or_404, surface

LEND = ("borrower", "why", "due_on", "lent_on")
TAKE_IN = ("archive_class", "number", "title", "dated_on", "subject", "file_number", "retention_years")


def _loan(loan: Loan | None) -> dict[str, Any] | None:
    if loan is None:
        return None
    late = (timezone.localdate() - loan.due_on).days
    return {"loan": loan, "late": max(late, 0)}


@surface("staff", right="documents.archive")
@require_safe
def archive(request: HttpRequest) -> HttpResponse:
    """All volumes by class and year, what is lent out, what is issued and not filed yet."""
    who: Actor = request.actor  # type: ignore[attr-defined]
    chosen, year = one_of(request.GET, "class", CLASSES), request.GET.get("year", "")
    rows = list(volumes.volumes(who, archive_class=chosen, year=int(year) if _is_year(year) else None))
    out = volumes.out_now(who)
    years = sorted({row.year for row in volumes.volumes(who).only("year")}, reverse=True)
    overdue = [loan for loan in out.values() if loan.due_on < timezone.localdate()]
    context = {
        "tabs": tabs(request, "archive"),
        "rows": [{"volume": row, "out": _loan(out.get(row.pk))} for row in rows],
        "classes": choices(CLASSES),
        "years": choices({str(value): f"{value} 年" for value in years}),
        "asked": {"class": chosen, "year": year},
        "overdue": [_loan(loan) for loan in sorted(overdue, key=lambda loan: loan.due_on)],
        "unfiled": volumes.unfiled(who)[:20] if policies.can(who, "documents.read") else [],
        "columns": [
            {"key": "volume", "label": "案卷", "pin": True},
            {"key": "title", "label": "题名"},
            {"key": "holds", "label": "件数", "num": True},
            {"key": "retention", "label": "保管", "num": True},
            {"key": "state", "label": "状态"},
            {"key": "out", "label": "借阅"},
        ],
    }
    return render(request, "desk/documents/archive.html", context)


def _is_year(text: str) -> bool:
    return text.isdigit() and len(text) == 4


def _volume(request: HttpRequest, pk: uuid.UUID) -> Volume:
    found: Volume = get_or_404(volumes.volumes(request.actor).select_related("organisation", "closed_by__user"), pk)  # type: ignore[attr-defined]
    return found


@surface("staff", right="documents.archive")
@require_safe
def volume(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One volume: what it holds in the order of the numbers, and who has it."""
    return _show(request, _volume(request, pk), {}, {})


def _show(
    request: HttpRequest, found: Volume, errors: dict[str, list[str]], typed: dict[str, str], acting: str = ""
) -> HttpResponse:
    who: Actor = request.actor  # type: ignore[attr-defined]
    loans = volumes.loans_of(who, found)
    context = {
        "crumbs": [{"label": "档案", "url": reverse("desk:archive")}],
        "volume": found,
        "entries": volumes.inventory(found),
        "loans": [_loan(loan) for loan in loans],
        "out": _loan(next((loan for loan in loans if loan.returned_on is None), None)),
        "may_close": found.closed_at is None and found.last_place and policies.can(who, "documents.close_volume"),
        "errors": errors,
        "typed": within(typed, *LEND, "title"),
        "acting": acting,
        "labels": {
            "borrower": "借阅人",
            "why": "事由",
            "due_on": "应还日期",
            "lent_on": "借出日期",
            "title": "案卷题名",
        },
        "columns": [
            {"key": "place", "label": "序号", "num": True},
            {"key": "number", "label": "文号"},
            {"key": "title", "label": "题名"},
            {"key": "subject", "label": "对象"},
            {"key": "day", "label": "日期"},
            {"key": "state", "label": "备注"},
        ],
    }
    return render(request, "desk/documents/volume.html", context, status=422 if errors else 200)


@surface("staff", right="documents.archive")
@require_safe
def inventory(request: HttpRequest, pk: uuid.UUID, fmt: str) -> HttpResponse:
    """The inventory of a volume to print: a page, or a PDF."""
    found = _volume(request, pk)
    tree = volumes.inventory_tree(found)
    if fmt == "pdf":
        content = render_pdf(tree, timestamp=timezone.now(), author=found.organisation.name)
        response = HttpResponse(content, content_type="application/pdf")
        name = content_disposition_header(True, f"卷内目录-{found.year}-{found.number}.pdf")
        response.headers["Content-Disposition"] = name or "attachment"
        return response
    context = {
        "crumbs": [
            {"label": "档案", "url": reverse("desk:archive")},
            {"label": str(found), "url": reverse("desk:volume", args=[pk])},
        ],
        "volume": found,
        "html": mark_safe(render_html(tree)),
    }
    return render(request, "desk/documents/inventory.html", context)


@surface("staff", right="documents.close_volume")
@require_POST
def close(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Close a volume with its title; what comes later goes into the next one."""
    found = _volume(request, pk)
    _, errors = attempt(request, "封卷", lambda: volumes.close_volume(found, request.POST.get("title", "")))
    if errors:
        return _show(request, found, errors, request.POST.dict(), "close")
    return back(request, "desk:volume", f"{found}已封卷", pk)


@surface("staff", right="documents.archive")
@require_POST
def lend(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Lend the volume out: to whom, why, until when."""
    found = _volume(request, pk)

    def run() -> Loan:
        due = day(request.POST, "due_on")
        if due is None:
            raise Invalid({"due_on": ["请填应还日期"]})
        return volumes.lend(
            found,
            request.POST.get("borrower", ""),
            request.POST.get("why", ""),
            due,
            lent_on=day(request.POST, "lent_on"),
        )

    loan, errors = attempt(request, "借出案卷", run)
    if errors:
        return _show(request, found, errors, request.POST.dict(), "lend")
    return back(request, "desk:volume", f"已借给{loan.borrower}，应于 {loan.due_on:%Y-%m-%d} 归还", pk)


@surface("staff", right="documents.archive")
@require_POST
def take_back(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Note that the volume came back."""
    found = _volume(request, pk)
    loan = get_or_404(found.loans.filter(returned_on=None), request.POST.get("loan") or uuid.UUID(int=0))
    _, errors = attempt(request, "归还案卷", lambda: volumes.take_back(loan))
    if errors:
        return _show(request, found, errors, {}, "lend")
    return back(request, "desk:volume", "已登记归还", pk)


@surface("staff", right="documents.archive")
@require_http_methods(["GET", "HEAD", "POST"])
def take_in(request: HttpRequest) -> HttpResponse:
    """Take an old paper into the archive by its scan, under the number it bears."""
    typed = within(request.POST, *TAKE_IN)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        paper, errors = attempt(request, "旧文书归档", lambda: _take_in(request, typed))
        if not errors:
            return back(request, "desk:volume", f"《{paper.title}》已归入{paper.volume}", paper.volume_id)
    context = {
        "crumbs": [{"label": "档案", "url": reverse("desk:archive")}],
        "typed": {**typed, "retention_years": typed["retention_years"] or str(volumes.USUAL_RETENTION)},
        "classes": choices(CLASSES),
        "errors": errors,
        "labels": {
            "archive_class": "归档类别",
            "number": "文号",
            "title": "题名",
            "dated_on": "成文日期",
            "subject": "关于",
            "file_number": "档案号",
            "retention_years": "保管期限",
            "scan": "扫描件",
        },
    }
    return render(request, "desk/documents/take_in.html", context, status=422 if errors else 200)


def _take_in(request: HttpRequest, typed: dict[str, str]) -> PaperFile:
    upload, dated = request.FILES.get("scan"), day(request.POST, "dated_on")
    errors: dict[str, list[str]] = {}
    if upload is None:
        errors["scan"] = ["请附上扫描件或照片"]
    if dated is None:
        errors["dated_on"] = ["请填成文日期"]
    years = typed["retention_years"].strip() or str(volumes.USUAL_RETENTION)
    if not years.isdecimal() or len(years) > 3:
        errors["retention_years"] = ["保管期限写 1 到 100 年"]
    person = None
    if typed["file_number"].strip():
        scope = client_policies.scope(request.actor).select_related("person")  # type: ignore[attr-defined]
        file = scope.filter(number=typed["file_number"].strip()).first()
        if file is None:
            errors["file_number"] = ["没有这个档案号，请核对"]
        else:
            person = file.person
    if errors or upload is None or dated is None:
        raise Invalid(errors)
    try:
        scan = files.store(house(request), upload.name or "scan", upload.read(), person=person)
    except Invalid as error:
        raise Invalid({"scan": [text for texts in error.errors.values() for text in texts]}) from error
    return volumes.take_in(
        house(request),
        scan,
        archive_class=typed["archive_class"],
        number=typed["number"],
        title=typed["title"],
        dated_on=dated,
        person=person,
        subject="" if person is not None else typed["subject"],
        retention_years=int(years),
    )
