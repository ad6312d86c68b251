"""Own papers: the agreement to read and sign, the plan, the report; each as a page and as a PDF."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.casework import agreement
from zhiyin.domain.casework import policies as case_policies
from zhiyin.domain.casework.models import Case
from zhiyin.domain.documents import ink
from zhiyin.domain.documents import policies as document_policies
from zhiyin.domain.documents import queries as documents
from zhiyin.domain.documents.models import Document, Signature
from zhiyin.domain.documents.states import State
from zhiyin.kernel.errors import Invalid
from zhiyin.web.me.own import BACK, person_of
from zhiyin.web.surface import attempt, back, surface

PAPERS = {"back_url": "/me/papers/", "back_label": "文书"}


@surface("client", right="documents.read")
@require_safe
def papers(request: HttpRequest) -> HttpResponse:
    """Every paper of the person, newest first."""
    person = person_of(request)
    rows = documents.list_for(request.actor, person=person)  # type: ignore[attr-defined]
    return render(request, "me/papers.html", {"rows": rows, **BACK})


def _page(who: Actor, document: uuid.UUID) -> documents.DocumentPage:
    try:
        return documents.page(document, who)
    except Document.DoesNotExist:
        raise Http404("没有找到这份文书") from None


@surface("client", right="documents.read")
@require_safe
def paper(request: HttpRequest, document: uuid.UUID) -> HttpResponse:
    """One paper as a page."""
    page = _page(request.actor, document)  # type: ignore[attr-defined]
    waits = page.state == State.SIGNING and any(line.role == "client" and line.signature is None for line in page.lines)
    return render(request, "me/paper.html", {"page": page, "waits": waits, **PAPERS})


@surface("client", right="documents.read")
@require_safe
def download(request: HttpRequest, document: uuid.UUID) -> HttpResponse:
    """The archived PDF."""
    try:
        file = documents.download(request.actor, document, "pdf")  # type: ignore[attr-defined]
    except Document.DoesNotExist:
        raise Http404("没有找到这份文书") from None
    response = HttpResponse(file.content, content_type=file.media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, file.name) or "attachment"
    return response


@surface("client", right="documents.sign")
def sign(request: HttpRequest, document: uuid.UUID) -> HttpResponse:
    """Read the agreement to its end and sign it, by hand on the screen or by typing the name."""
    who: Actor = request.actor  # type: ignore[attr-defined]
    waiting = document_policies.scope(who, "documents.sign").filter(state=State.SIGNING, template=agreement.TEMPLATE)
    found = waiting.filter(pk=document).first()
    case = case_policies.scope(who).filter(pk=found.case_id).first() if found else None
    if found is None or case is None:
        raise Http404("这份文书现在不用签")
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        _, errors = attempt(request, "签服务协议", lambda: _sign(request, case))
        if not errors:
            missing = agreement.missing_signers(case, found)
            rest = "、".join(agreement.LABELS[role] for role in missing)
            told = f"签好了。还等{rest}签，都签好就生效" if rest else "签好了，协议已经生效"
            return back(request, "me:paper", told, document=document)
    page = _page(who, document)
    context: dict[str, Any] = {"page": page, "errors": errors, "person": found.person, **PAPERS}
    return render(request, "me/sign.html", context, status=422 if errors else 200)


def _sign(request: HttpRequest, case: Case) -> Signature:
    image, typed = request.POST.get("signature_image", ""), request.POST.get("signature_typed", "").strip()
    if not request.POST.get("signature_confirm"):
        raise Invalid({"signature": ["请勾选“以上签名由我本人作出”"]})
    if not image and not typed:
        raise Invalid({"signature": ["请在框里手写，或者输入姓名"]})
    try:
        return agreement.sign_agreement(
            case,
            "client",
            Signature.Mode.SCREEN if image else Signature.Mode.TYPED,
            name=case.person.name if image else typed,
            image_png=ink.read(image) if image else None,
            content_hash=request.POST.get("content_hash", ""),
        )
    except Invalid as error:
        # whatever was wrong with the signature is told at the one place where it is given
        raise Invalid({"signature": [message for found in error.errors.values() for message in found]}) from error
