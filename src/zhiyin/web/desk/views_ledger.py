"""The ledger of cases: filters, sorting, totals, and the export as a workbook with its reason."""

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhiyin.domain.accounts.roles import holds
from zhiyin.domain.casework import export, queries
from zhiyin.domain.files import workbooks
from zhiyin.packs.installed import registry
from zhiyin.web.desk.views_cases_shared import options
from zhiyin.web.surface import attempt, surface

PAGE = 20
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# what the address may say; everything else in it is not taken along to the export
ASKED = ("q", "adviser", "status", "stage", "kind", "late", "from", "to", "sort")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _filters(asked: QueryDict) -> queries.LedgerFilters:
    return queries.LedgerFilters(
        words=asked.get("q", "")[:60],
        adviser=asked.get("adviser", ""),
        status=asked.get("status", ""),
        stage=asked.get("stage", ""),
        service_kind=asked.get("kind", ""),
        late=asked.get("late", "") == "1",
        opened_from=_day(asked.get("from", "")),
        opened_to=_day(asked.get("to", "")),
    )


def _steps() -> list[dict[str, str]]:
    return [{"value": step.id, "label": step.title} for step in registry().get("process", "full-guidance").steps]


def _advisers(request: HttpRequest) -> list[dict[str, str]]:
    """Those who may be responsible, oneself first."""
    who = request.actor  # type: ignore[attr-defined]
    rows = [
        {"value": str(member.pk), "label": "我负责的" if member.pk == who.membership_id else member.user.name}
        for member in queries.advisers(who.organisation_id)
    ]
    return sorted(rows, key=lambda row: row["value"] != str(who.membership_id))


def _columns(asked: QueryDict) -> list[dict[str, Any]]:
    sort = asked.get("sort", "due")

    def column(key: str, label: str, *, up: str = "", down: str = "", **more: Any) -> dict[str, Any]:
        state = "ascending" if up and sort == up else "descending" if down and sort == down else ""
        wanted = down if state == "ascending" and down else up
        kept = {name: asked[name] for name in ASKED if asked.get(name) and name != "sort"}
        url = "?" + urlencode({**kept, "sort": wanted}) if wanted else ""
        base = {"num": False, "pin": False, "optional": False}
        return {**base, "key": key, "label": label, "sort": state, "sort_url": url, **more}

    return [
        column("name", "姓名", up="name", pin=True),
        column("number", "个案号", optional=True),
        column("kind", "服务类别", optional=True),
        column("adviser", "责任指导师"),
        column("step", "所在步骤"),
        column("status", "状态"),
        column("opened", "受理日期", up="opened", down="-opened", optional=True),
        column("due", "最近期限", up="due"),
        column("next", "下一步", optional=True),
    ]


@surface("staff", right="casework.read")
@require_safe
def ledger(request: HttpRequest) -> HttpResponse:
    """All cases of the agency, what is due first on top."""
    who, asked = request.actor, request.GET  # type: ignore[attr-defined]
    filters = _filters(asked)
    cases = queries.ledger(who, filters, asked.get("sort", "due"))
    totals = queries.ledger_totals(cases)
    paginator = Paginator(cases, PAGE)
    paginator.count = totals.total  # type: ignore[misc]  counted with the other totals
    page = paginator.get_page(asked.get("page"))
    kept = {name: asked[name] for name in ASKED if asked.get(name)}
    context = {
        "rows": queries.ledger_rows(who, list(page.object_list)),
        "page": page,
        "totals": totals,
        "filters": filters,
        "asked": {name: asked.get(name, "") for name in ASKED},
        "narrowed": filters != queries.LedgerFilters(),
        "misread": [name for name in ("from", "to") if asked.get(name) and _day(asked[name]) is None],
        "columns": _columns(asked),
        "advisers": _advisers(request),
        "statuses": [{"value": value, "label": label} for value, label in queries.STATUS.items()],
        "stages": _steps(),
        "kinds": options("service-kind"),
        "today": timezone.localdate(),
        "may_open": holds(who, "casework.open"),
        "may_export": holds(who, "casework.export"),
        "query": urlencode(kept),
    }
    return render(request, "desk/office/ledger.html", context)


def _told(filters: queries.LedgerFilters, request: HttpRequest) -> list[dict[str, str]]:
    """The filters in words, so that it is seen before what leaves the house."""

    def name(rows: list[dict[str, str]], value: str) -> str:
        return next((row["label"] for row in rows if row["value"] == value), value)

    lines = [
        ("姓名或编号", filters.words),
        ("责任指导师", name(_advisers(request), filters.adviser)),
        ("状态", queries.STATUS.get(filters.status, filters.status)),
        ("所在步骤", name(_steps(), filters.stage)),
        ("服务类别", name(options("service-kind"), filters.service_kind)),
        ("过期", "只要有过期事项的" if filters.late else ""),
        ("受理自", f"{filters.opened_from:%Y-%m-%d}" if filters.opened_from else ""),
        ("受理至", f"{filters.opened_to:%Y-%m-%d}" if filters.opened_to else ""),
    ]
    return [{"label": label, "value": value} for label, value in lines if value]


@surface("staff", right="casework.export")
def ledger_export(request: HttpRequest) -> HttpResponse:
    """Ask what the workbook is for, then hand it out; the reason is logged with the filters."""
    filters, sort = _filters(request.GET), request.GET.get("sort", "due")
    reason = request.POST.get("reason", "")
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        book, errors = attempt(request, "导出台账", lambda: export.export_ledger(filters, reason, sort))
        if not errors:
            response = HttpResponse(book, content_type=WORKBOOK)
            name = f"ledger-{timezone.localdate():%Y%m%d}.xlsx"
            response["Content-Disposition"] = f'attachment; filename="{name}"'
            return response
    query = urlencode({name: request.GET[name] for name in ASKED if request.GET.get(name)})
    context = {
        "crumbs": [{"label": "个案台账", "url": reverse("desk:ledger") + (f"?{query}" if query else "")}],
        "count": queries.ledger(request.actor, filters).count(),  # type: ignore[attr-defined]
        "told": _told(filters, request),
        "columns": "、".join(title for title, _ in export.COLUMNS),
        "limit": workbooks.MAX_ROWS,
        "reason": reason,
        "errors": errors,
        "labels": {"reason": "用途"},
        "query": query,
    }
    return render(request, "desk/office/ledger_export.html", context, status=422 if errors else 200)
