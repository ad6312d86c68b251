"""An agency's own Word templates: per kind, uploaded, tried on the example, adopted, withdrawn."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhiyin.domain.documents import kinds, letterheads
from zhiyin.domain.documents.models import Letterhead
from zhiyin.kernel.errors import Invalid
from zhiyin.web.desk.views_documents import file_response, house, kind_or_404, tabs
from zhiyin.web.surface import attempt, back, surface


@surface("staff", right="documents.letterhead")
@require_safe
def letterheads_of(request: HttpRequest) -> HttpResponse:
    """The kinds that are printed in an own template, and all others to begin with."""
    standing = {row.template: row for row in letterheads.in_use(request.actor)}  # type: ignore[attr-defined]
    rows = [
        {"kind": kind, "letterhead": standing.get(kind.id)}
        for kind in kinds.kinds(request.actor, house(request))  # type: ignore[attr-defined]
    ]
    context = {
        "tabs": tabs(request, "letterheads"),
        "own": [row for row in rows if row["letterhead"]],
        "options": [{"value": row["kind"].id, "label": row["kind"].title} for row in rows],
    }
    return render(request, "desk/documents/letterheads.html", context)


def _standing(request: HttpRequest, template: str) -> Letterhead | None:
    rows = letterheads.in_use(request.actor)  # type: ignore[attr-defined]
    return next((row for row in rows if row.template == template), None)


@surface("staff", right="documents.letterhead")
@require_http_methods(["GET", "HEAD", "POST"])
def letterhead(request: HttpRequest, paper_kind: str) -> HttpResponse:
    """Upload a template: tried on the example first, or adopted; what is wrong with it is named."""
    kind = kind_or_404(request, paper_kind)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        upload = request.FILES.get("file")
        content = upload.read() if upload is not None else b""
        if upload is None:
            errors = {"file": ["请选择 Word（docx）文件"]}
        elif request.POST.get("do") == "try":
            try:
                tried = kinds.example_in(house(request), kind.id, content)
                return file_response(f"{kind.title}（试套）".replace("/", "-"), "docx", tried)
            except Invalid as fault:
                errors = {"file": [text for texts in fault.errors.values() for text in texts]}
        else:
            accepted, errors = attempt(
                request,
                "启用自家模板",
                lambda: letterheads.accept(house(request), kind.id, upload.name or "模板.docx", content),
            )
            if accepted is not None:
                left = f"；模板没有印出{'、'.join(accepted.unprinted)}" if accepted.unprinted else ""
                return back(request, "desk:letterhead", f"{kind.title}从现在起用本机构的模板{left}", kind.id)
    context: dict[str, Any] = {
        "crumbs": [{"label": "自家模板", "url": reverse("desk:letterheads")}],
        "kind": kind,
        "standing": _standing(request, kind.id),
        "fields": kinds.letterhead_fields(house(request), kind.id),
        "errors": errors,
        "labels": {"file": "模板"},
    }
    return render(request, "desk/documents/letterhead.html", context, status=422 if errors else 200)


@surface("staff", right="documents.letterhead")
@require_POST
def withdraw(request: HttpRequest, paper_kind: str) -> HttpResponse:
    """Go back to the platform's look."""
    kind = kind_or_404(request, paper_kind)
    standing = _standing(request, kind.id)
    if standing is not None:
        attempt(request, "停用自家模板", lambda: letterheads.end(standing))
    return back(request, "desk:letterhead", f"{kind.title}已改回平台的样式", kind.id)
