"""One document: reading it, agreeing to it, signing, issuing, its versions; and the file of it."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.documents import approval, commands, ink, lists, policies, remarks, seals, versions, volumes
from zhiyin.domain.documents import queries as documents
from zhiyin.domain.documents.agreements import missing_steps
from zhiyin.domain.documents.models import ArchiveClass, Document, Signature
from zhiyin.domain.documents.signing import OF_THE_HOUSE
from zhiyin.domain.documents.states import EDITABLE, ENDED, IN_FORCE, StepKind
from zhiyin.domain.files import commands as files
from zhiyin.domain.people.queries import guardians_deciding
from zhiyin.engines.documents.compare import marked
from zhiyin.kernel.errors import Invalid
from zhiyin.web.desk.views_assess import qr
from zhiyin.web.desk.views_cases_agreement import posted_version
from zhiyin.web.desk.views_cases_shared import moment, within
from zhiyin.web.desk.views_documents import OWN_ROOMS, SUBJECTS, TONES, file_response, is_elsewhere
from zhiyin.web.desk.views_documents_edit import Part, load, returned, send_on
from zhiyin.web.desk.views_standards import address, choices
from zhiyin.web.links import check_base
from zhiyin.web.surface import attempt, back, surface

ICONS = {StepKind.RETURNED: "talk", StepKind.REVOKED: "close", StepKind.ISSUED: "award", StepKind.SUBMITTED: "send"}


def _timeline(page: documents.DocumentPage) -> list[dict[str, str]]:
    return [
        {
            "icon": ICONS.get(StepKind(step.kind), "run"),
            "title": step.get_kind_display(),
            "text": step.comment,
            "time": f"{timezone.localtime(step.happened_at):%Y-%m-%d %H:%M}",
            "who": step.by.user.name if step.by else "",
            "url": "",
            "tone": "soon" if step.kind == StepKind.RETURNED else "",
        }
        for step in page.steps[::-1]
    ]


@surface("staff", right="documents.read_agency")
@require_safe
def page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Read it, with everything that may be done about it now."""
    return _show(request, load(request, pk), {}, {})


def _show(
    request: HttpRequest, found: documents.DocumentPage, errors: dict[str, list[str]], typed: dict[str, Any]
) -> HttpResponse:
    who: Actor = request.actor  # type: ignore[attr-defined]
    document = found.document
    elsewhere = is_elsewhere(document)
    may = frozenset() if elsewhere else found.actions
    editable = document.state in EDITABLE
    check_url = f"{check_base(request)}{document.check_code}/" if document.check_code else ""
    labels = {section.id: section.title for section in documents.definition_of(document).sections}
    context = {
        "crumbs": [{"label": "文书", "url": reverse("desk:documents")}],
        "page": found,
        "document": document,
        "html": mark_safe(found.html),
        "tone": TONES[found.state],
        "subject": document.person.name if document.person else document.subject_label,
        "subject_kind": SUBJECTS[document.subject_kind],
        "author": document.author.user.name if document.author else "系统",
        "may": may,
        "own": policies.is_author(who, document),
        "room_url": address(OWN_ROOMS[document.template], document.case_id) if elsewhere else "",
        "returned": returned(found),
        "outdated": editable and not elsewhere and versions.pack_changed(document),
        "missing": [kind.label for kind in missing_steps(document)] if not document.number else [],
        "lines": _lines(found),
        "unsigned": [
            label
            for role, label in ((line.role, line.label) for line in found.lines)
            if role in documents.outside_signers(document)
            and not any(line.signature for line in found.lines if line.role == role)
        ]
        if not document.number
        else [],
        "timeline": _timeline(found),
        "threads": _threads(who, found),
        "sections": choices(labels),
        "may_remark": policies.can(who, "documents.remark", document) and not document.number,
        "version_count": document.versions.count(),
        "seal": seals.seal_of(document.organisation)
        if policies.can(who, "documents.seal", document) and "issued" in may
        else None,
        "check_url": check_url,
        "qr": qr(check_url) if check_url and found.state in IN_FORCE else "",
        "classes": choices(dict(ArchiveClass.choices))
        if document.number and document.volume_id is None and policies.can(who, "documents.archive")
        else [],
        "formats": _formats(document),
        "errors": errors,
        "typed": within(typed, "comment", "reason", "happened_at", "archive_class", "deed"),
        "labels": {"comment": "意见", "reason": "原因", "happened_at": "时间", "archive_class": "归档类别"} | labels,
    }
    return render(request, "desk/documents/page.html", context, status=422 if errors else 200)


def _formats(document: Document) -> list[tuple[str, str]]:
    return [
        (label, reverse("desk:document_file", args=[document.pk, fmt]))
        for fmt, label in (("pdf", "PDF"), ("docx", "Word"), ("xlsx", "Excel"))
    ]


def _lines(found: documents.DocumentPage) -> list[dict[str, Any]]:
    """The lines at the foot: who signed, who still may sign here, which are filled by acts of the house."""
    rows = []
    for line in found.lines:
        by_act = line.role in OF_THE_HOUSE - {"leader", "evaluator", "agency"}
        open_ = "sign" in found.actions and line.signature is None and found.state not in ENDED and not by_act
        url = reverse("desk:document_sign", args=[found.document.pk, line.role]) if open_ else ""
        rows.append({"line": line, "url": url, "by_act": by_act and line.signature is None})
    return rows


def _threads(who: Actor, found: documents.DocumentPage) -> list[Part]:
    threads = remarks.threads(who, found.document) if policies.can(who, "documents.remark", found.document) else []
    return [
        Part(section.id, f"part-{section.id}", section.title, "", [], mine)
        for section in documents.definition_of(found.document).sections
        if (mine := [thread for thread in threads if thread.first.section == section.id])
    ]


# -- acts --------------------------------------------------------------------------------------------------------------

Deed = Callable[[HttpRequest, Document], Any]


def _agree(act: Callable[..., Document]) -> Deed:
    return lambda request, document: act(
        document, request.POST.get("comment", ""), content_hash=request.POST.get("content_hash", "")
    )


DEEDS: dict[str, tuple[str, Deed]] = {
    "submit": ("已提交，等待审核", lambda request, document: send_on(request, document, "submit")),
    "signing": ("已送签，等待签名", lambda request, document: send_on(request, document, "signing")),
    "issue": ("已出具", lambda request, document: send_on(request, document, "issue")),
    "review": ("审核通过", _agree(approval.review)),
    "approve": ("已审定", _agree(approval.approve)),
    "sign-off": ("已签发", _agree(commands.sign_off)),
    "return": (
        "已退回修改",
        lambda request, document: commands.return_(document, request.POST.get("comment", "")),
    ),
    "hand-over": (
        "已登记交付",
        lambda request, document: commands.hand_over(document, happened_at=moment(request.POST)),
    ),
    "revoke": ("已作废", lambda request, document: commands.revoke(document, request.POST.get("reason", ""))),
    "supersede": ("另起了一份，改好出具后旧的自动失效", lambda request, document: commands.supersede(document)),
    "renew": ("已换用新版模板", lambda request, document: versions.renew(document, posted_version(request))),
    "file": (
        "已归入案卷",
        lambda request, document: volumes.file_document(document, request.POST.get("archive_class", "")),
    ),
}


@surface("staff", right="documents.read_agency")
@require_POST
def do(request: HttpRequest, pk: uuid.UUID, deed: str) -> HttpResponse:
    """One act about a document. The command checks the right; what is lacking is told on the page."""
    if deed not in DEEDS:
        raise Http404("没有这种办理")
    found = load(request, pk)
    document = found.document
    if is_elsewhere(document) and deed != "file":
        raise Http404("这份文书在个案的页面里办理")
    said, run = DEEDS[deed]
    done, errors = attempt(request, f"{said}：文书", lambda: run(request, document))
    if errors:
        return _show(request, load(request, pk), errors, {**request.POST.dict(), "deed": deed})
    if deed == "supersede":
        return back(request, "desk:document_edit", f"《{document.title}》{said}", done.pk)
    if deed == "renew":
        lost = f"；{len(done.dropped)} 项答案在新版里没有位置，请到版本里查看" if done.dropped else ""
        return back(request, "desk:document_edit", f"《{document.title}》{said}{lost}", pk)
    if deed == "issue":
        said = f"已出具，文号 {done.number}"
    if deed in {"review", "approve", "sign-off", "return"} and lists.waiting_for(request.actor):  # type: ignore[attr-defined]
        return back(request, "desk:documents_waiting", f"《{document.title}》{said}")
    return back(request, "desk:document_page", f"《{document.title}》{said}", pk)


@surface("staff", right="documents.sign")
@require_http_methods(["GET", "HEAD", "POST"])
def sign(request: HttpRequest, pk: uuid.UUID, line: str) -> HttpResponse:
    """One party signs before a member of staff: on the screen, or on paper with a scan."""
    found, role = load(request, pk), line
    document = found.document
    place = next((one for one in found.lines if one.role == role), None)
    if place is None or place.signature is not None or is_elsewhere(document) or "sign" not in found.actions:
        raise Http404("这一栏现在不用签")
    person = document.person
    guardians = guardians_deciding(person, timezone.localdate()) if role == "guardian" and person else []
    errors: dict[str, list[str]] = {}
    paper = request.POST.get("way") == "paper"
    if request.method == "POST":
        _, errors = attempt(
            request, f"{place.label}签名", lambda: _sign(request, document, role, guardians, paper=paper)
        )
        if not errors:
            return back(request, "desk:document_page", f"{place.label}已签", pk)
    signer = ""
    if role == "client" and person is not None:
        signer = person.name
    elif role == "guardian" and len(guardians) == 1:
        signer = guardians[0].name
    elif role in OF_THE_HOUSE:
        signer = request.actor.name  # type: ignore[attr-defined]
    typed = within(request.POST, "name", "signed_at", "guardian")
    context = {
        "crumbs": [{"label": document.title, "url": reverse("desk:document_page", args=[pk])}],
        "page": found,
        "role": role,
        "label": place.label,
        "signer": signer,
        "html": mark_safe(found.html),
        "typed": {**typed, "name": typed["name"] or signer},
        "guardians": [{"value": str(row.pk), "label": f"{row.name}（{row.relation}）"} for row in guardians],
        "errors": {} if paper else errors,
        "paper_errors": errors if paper else {},
        "labels": {"name": "签名人", "scan": "扫描件", "signed_at": "签名时间", "guardian": "监护人"},
    }
    return render(request, "desk/documents/sign.html", context, status=422 if errors else 200)


def _sign(request: HttpRequest, document: Document, role: str, guardians: list[Any], *, paper: bool) -> Signature:
    chosen = request.POST.get("guardian", "")
    guardian = next((row for row in guardians if str(row.pk) == chosen), guardians[0] if len(guardians) == 1 else None)
    shared: dict[str, Any] = {"guardian": guardian, "content_hash": request.POST.get("content_hash", "")}
    if paper:
        return _on_paper(request, document, role, shared)
    image, typed = request.POST.get("signature_image", ""), request.POST.get("signature_typed", "").strip()
    if not request.POST.get("signature_confirm"):
        raise Invalid({"signature": ["请签名的人勾选“以上签名由我本人作出”"]})
    if not image and not typed:
        raise Invalid({"signature": ["请在框里手写，或者输入姓名"]})
    name = typed or request.POST.get("name", "")
    try:
        if image:
            return commands.sign(document, role, Signature.Mode.SCREEN, name=name, image_png=ink.read(image), **shared)
        return commands.sign(document, role, Signature.Mode.TYPED, name=name, **shared)
    except Invalid as error:
        kept = {key: texts for key, texts in error.errors.items() if key in {"guardian", ""}}
        rest = [text for key, texts in error.errors.items() if key not in kept for text in texts]
        raise Invalid({**kept, **({"signature": rest} if rest else {})}) from error


def _on_paper(request: HttpRequest, document: Document, role: str, shared: dict[str, Any]) -> Signature:
    upload = request.FILES.get("scan")
    if upload is None:
        raise Invalid({"scan": ["请附上签好的文书的扫描件或照片"]})
    signed_at = moment(request.POST, "signed_at")
    if signed_at is None:
        raise Invalid({"signed_at": ["请填纸上写的签名日期和时间"]})
    try:
        scan = files.store(document.organisation, upload.name or "scan", upload.read(), person=document.person)
    except Invalid as error:
        raise Invalid({"scan": [text for texts in error.errors.values() for text in texts]}) from error
    return commands.sign(
        document,
        role,
        Signature.Mode.PAPER,
        name=request.POST.get("name", ""),
        scan=scan,
        signed_at=signed_at,
        **shared,
    )


# -- versions and files ------------------------------------------------------------------------------------------------


@surface("staff", right="documents.read_agency")
@require_safe
def history(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The kept versions, and two of them laid side by side with what changed marked."""
    found = load(request, pk)
    rows = versions.versions_of(found.document)
    numbers = [row.number for row in rows]
    before, after = (_number(request.GET.get(name, "")) for name in ("before", "after"))
    if before not in numbers or after not in numbers:
        before, after = (numbers[-2], numbers[-1]) if len(numbers) > 1 else (0, 0)
    changes = (
        versions.compare_versions(request.actor, found.document, before, after)  # type: ignore[attr-defined]
        if before and after
        else []
    )
    context = {
        "crumbs": [
            {"label": "文书", "url": reverse("desk:documents")},
            {"label": found.document.title, "url": reverse("desk:document_page", args=[pk])},
        ],
        "document": found.document,
        "versions": rows[::-1],
        "before": str(before),
        "after": str(after),
        "options": [{"value": str(row.number), "label": f"第 {row.number} 版　{row.why}"} for row in rows],
        "changes": [
            {"title": change.title, "label": change.label, "pieces": marked(change.before, change.after)}
            for change in changes
        ],
    }
    return render(request, "desk/documents/versions.html", context)


def _number(text: str) -> int:
    return int(text) if text.isdigit() and len(text) < 7 else 0


@surface("staff", right="documents.read_agency")
@require_safe
def file(request: HttpRequest, pk: uuid.UUID, fmt: str) -> HttpResponse:
    """The document as PDF, Word or Excel; each opening is noted as a reading."""
    if fmt not in {"pdf", "docx", "xlsx"}:
        raise Http404("没有这种格式")
    try:
        made = documents.download(request.actor, pk, fmt, check_base=check_base(request))  # type: ignore[attr-defined,arg-type]
    except Document.DoesNotExist:
        raise Http404("没有找到这份文书，或者不在您能查看的范围内") from None
    return file_response(made.name.rpartition(".")[0], fmt, made.content)
