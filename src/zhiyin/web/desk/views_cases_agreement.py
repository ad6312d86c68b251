"""The agreement: drafted, changed, shown to the client, signed on screen or on paper; and every document as a file."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from zhiyin.domain.casework import agreement, policies
from zhiyin.domain.casework.models import Case
from zhiyin.domain.documents import ink
from zhiyin.domain.documents import queries as documents
from zhiyin.domain.documents.models import Document, Signature
from zhiyin.domain.documents.states import IN_FORCE, State
from zhiyin.domain.files import commands as files
from zhiyin.domain.people.queries import guardians_deciding
from zhiyin.kernel.errors import Invalid
from zhiyin.web.desk.views_cases_shared import frame, load, moment, within
from zhiyin.web.links import check_base
from zhiyin.web.surface import attempt, back, surface

EDITOR = "text-"
"""Before the name of an adviser's text among the posted names."""
READY = "desk/cases/agreement.html"


@dataclass(frozen=True)
class Party:
    """One line of signatures: who has signed, who may sign now."""

    role: str
    label: str
    signature: Signature | None
    ready: bool


def parties(case: Case, page: documents.DocumentPage) -> list[Party]:
    """Everybody who must sign, in order; the agency can sign once the others have."""
    given = {line.role: line.signature for line in page.lines}
    roles = agreement.signers(case)
    others = all(given.get(agreement.SLOTS[role]) for role in roles if role != "agency")
    open_ = page.state not in IN_FORCE
    return [
        Party(
            role,
            agreement.LABELS[role],
            given.get(agreement.SLOTS[role]),
            open_ and given.get(agreement.SLOTS[role]) is None and (role != "agency" or others),
        )
        for role in roles
    ]


def editors(page: documents.DocumentPage, typed: dict[str, str], errors: dict[str, list[str]]) -> list[dict[str, Any]]:
    """The adviser's texts as boxes, with what was typed and the guidance beside each."""
    return [
        {
            "name": EDITOR + editor.id,
            "label": editor.label,
            "guidance": editor.guidance,
            "required": editor.required,
            "text": typed.get(editor.id, editor.text),
            "errors": errors.get(editor.id, []),
        }
        for editor in page.editors
    ]


def posted_texts(request: HttpRequest) -> dict[str, str]:
    return {key.removeprefix(EDITOR): str(value) for key, value in request.POST.items() if key.startswith(EDITOR)}


def posted_version(request: HttpRequest) -> int:
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() and len(text) < 10 else 0


def editor_errors(errors: dict[str, list[str]]) -> dict[str, list[str]]:
    """Errors at the names of the boxes."""
    return {EDITOR + name if name else "": texts for name, texts in errors.items()}


def _page(
    request: HttpRequest, case: Case, typed: dict[str, str] | None = None, errors: dict[str, list[str]] | None = None
) -> HttpResponse:
    document = agreement.agreement_of(case)
    shown: dict[str, Any] = {"page": None, "parties": [], "boxes": [], "signed": 0, "in_force": False, "offered": False}
    if document is not None:
        page = documents.page(document.pk, request.actor)  # type: ignore[attr-defined]
        lines = parties(case, page)
        shown = {
            "page": page,
            "parties": lines,
            "boxes": editors(page, typed or {}, errors or {}),
            "signed": sum(line.signature is not None for line in lines),
            "in_force": page.state in IN_FORCE,
            "offered": page.state == State.SIGNING,
        }
    context = {
        **frame(request, case, "agreement"),
        **shown,
        "typed_open": bool(typed),
        "errors": editor_errors(errors or {}),
        "labels": {box["name"]: box["label"] for box in shown["boxes"]},
        "needs": case.needs.count(),
        "minor": "guardian" in agreement.signers(case),
    }
    return render(request, READY, context, status=422 if errors else 200)


@surface("staff", right="documents.read")
@require_safe
def show(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The agreement as it stands: the text, who has signed, what comes next."""
    return _page(request, load(request, pk))


@surface("staff", right="casework.work")
@require_POST
def draft(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    case = load(request, pk)
    _, errors = attempt(request, "拟服务协议", lambda: agreement.draft_agreement(case))
    if errors:
        return _page(request, case, errors=errors)
    return back(request, "desk:case_agreement", "协议已拟好，请补上指导师要写的内容", case.pk)


@surface("staff", right="casework.work")
@require_POST
def change(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Keep the adviser's texts; signatures already given fall, and it is said how many."""
    case = load(request, pk)
    typed = posted_texts(request)
    changed, errors = attempt(
        request,
        "改动服务协议",
        lambda: agreement.change_agreement(case, posted_version(request), editable=typed),
    )
    if errors:
        return _page(request, case, typed, errors)
    told = "协议已保存"
    if changed.revoked_signatures:
        told = f"协议已改动，原来的 {changed.revoked_signatures} 个签名随之作废，请各方重新签"
    return back(request, "desk:case_agreement", told, case.pk)


@surface("staff", right="casework.work")
@require_POST
def offer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    case = load(request, pk)
    _, errors = attempt(request, "送签服务协议", lambda: agreement.offer_agreement(case))
    if errors:
        return _page(request, case, errors=errors)
    return back(request, "desk:case_agreement", "已送签：本人现在可以在自己的页面读协议、签名", case.pk)


@surface("staff", right="casework.work")
def sign(request: HttpRequest, pk: uuid.UUID, role: str) -> HttpResponse:
    """One party signs before the adviser: on the screen, or on paper with a scan."""
    case = load(request, pk, "casework.work")
    document = agreement.agreement_of(case)
    if document is None or role not in agreement.signers(case):
        raise Http404("没有要签的协议")
    errors: dict[str, list[str]] = {}
    guardians = guardians_deciding(case.person, timezone.localdate()) if role == "guardian" else []
    if request.method == "POST":
        _, errors = attempt(request, f"{agreement.LABELS[role]}签协议", lambda: _sign(request, case, role, guardians))
        if not errors:
            missing = "、".join(agreement.LABELS[party] for party in agreement.missing_signers(case, document))
            told = f"{agreement.LABELS[role]}已签，还等{missing}" if missing else "各方都已签好，协议生效"
            return back(request, "desk:case_agreement", told, case.pk)
    page = documents.page(document.pk, request.actor)  # type: ignore[attr-defined]
    signer = {"client": case.person.name, "agency": request.actor.name}.get(role, "")  # type: ignore[attr-defined]
    if len(guardians) == 1:
        signer = guardians[0].name
    paper = request.POST.get("way") == "paper"
    typed = within(request.POST, "name", "signed_at", "guardian")
    context = {
        **frame(request, case, "agreement"),
        "page": page,
        "role": role,
        "label": agreement.LABELS[role],
        "signer": signer,
        "typed": {**typed, "name": typed["name"] or signer},
        "guardians": [{"value": str(row.pk), "label": f"{row.name}（{row.relation}）"} for row in guardians],
        "errors": {} if paper else errors,
        "paper_errors": errors if paper else {},
        "labels": {"name": "签名人", "scan": "扫描件", "signed_at": "签名时间", "guardian": "监护人", "file": "扫描件"},
    }
    return render(request, "desk/cases/sign.html", context, status=422 if errors else 200)


def _sign(request: HttpRequest, case: Case, role: str, guardians: list[Any]) -> Signature:
    chosen = request.POST.get("guardian", "")
    guardian = next((row for row in guardians if str(row.pk) == chosen), None)
    if guardian is None and len(guardians) == 1:
        guardian = guardians[0]
    shared: dict[str, Any] = {
        "guardian": guardian,
        "content_hash": request.POST.get("content_hash", ""),
        "check_base": check_base(request),
    }
    if request.POST.get("way") == "paper":
        return _sign_paper(request, case, role, shared)
    image, typed = request.POST.get("signature_image", ""), request.POST.get("signature_typed", "").strip()
    if not request.POST.get("signature_confirm"):
        raise Invalid({"signature": ["请签名的人勾选“以上签名由我本人作出”"]})
    if not image and not typed:
        raise Invalid({"signature": ["请在框里手写，或者输入姓名"]})
    own = {"client": case.person.name, "agency": request.actor.name}.get(role)  # type: ignore[attr-defined]
    name = typed or own or (guardian.name if guardian else "")
    try:
        return agreement.sign_agreement(
            case,
            role,
            Signature.Mode.SCREEN if image else Signature.Mode.TYPED,
            name=name,
            image_png=ink.read(image) if image else None,
            **shared,
        )
    except Invalid as error:
        kept = {key: texts for key, texts in error.errors.items() if key in {"guardian", ""}}
        rest = [text for key, texts in error.errors.items() if key not in kept for text in texts]
        raise Invalid({**kept, **({"signature": rest} if rest else {})}) from error


def _sign_paper(request: HttpRequest, case: Case, role: str, shared: dict[str, Any]) -> Signature:
    upload = request.FILES.get("scan")
    if upload is None:
        raise Invalid({"scan": ["请附上签好的协议的扫描件或照片"]})
    signed_at = moment(request.POST, "signed_at")
    if signed_at is None:
        raise Invalid({"signed_at": ["请填纸上写的签名日期和时间"]})
    try:
        scan = files.store(case.organisation, upload.name or "scan", upload.read(), person=case.person)
    except Invalid as error:
        raise Invalid({"scan": [text for texts in error.errors.values() for text in texts]}) from error
    return agreement.sign_agreement(
        case,
        role,
        Signature.Mode.PAPER,
        name=request.POST.get("name", ""),
        scan=scan,
        signed_at=signed_at,
        **shared,
    )


# -- documents as pages and files ------------------------------------------------------------------------------------


@surface("staff", right="documents.read")
@require_safe
def document(request: HttpRequest, pk: uuid.UUID, fmt: str) -> HttpResponse:
    """A document as a page, a PDF or a Word file; each opening is noted as a reading."""
    who = request.actor  # type: ignore[attr-defined]
    try:
        if fmt == "html":
            return _document_page(request, documents.page(pk, who))
        if fmt not in {"pdf", "docx"}:
            raise Http404("没有这种格式")
        file = documents.download(who, pk, "pdf" if fmt == "pdf" else "docx", check_base=check_base(request))
    except Document.DoesNotExist:
        raise Http404("没有找到这份文书，或者不在您能查看的范围内") from None
    response = HttpResponse(file.content, content_type=file.media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, file.name) or "attachment"
    return response


def _document_page(request: HttpRequest, page: documents.DocumentPage) -> HttpResponse:
    crumbs = []
    case = policies.scope(request.actor).filter(pk=page.document.case_id).first()  # type: ignore[attr-defined]
    if case is not None:
        crumbs = [{"label": f"个案 {case.number}", "url": reverse("desk:case_papers", args=[case.pk])}]
    steps = [
        {
            "icon": "run",
            "title": step.get_kind_display(),
            "text": step.comment,
            "time": f"{timezone.localtime(step.happened_at):%Y-%m-%d %H:%M}",
            "who": step.by.user.name if step.by else "",
            "url": "",
            "tone": "",
        }
        for step in page.steps[::-1]
    ]
    return render(request, "desk/cases/document.html", {"page": page, "crumbs": crumbs, "steps": steps})
