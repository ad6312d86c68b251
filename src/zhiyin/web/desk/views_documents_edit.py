"""Writing a document: begun about somebody or something, filled in beside its guidance, previewed, sent on."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.clients import policies as client_policies
from zhiyin.domain.clients import queries as clients
from zhiyin.domain.documents import commands, kinds, remarks, versions
from zhiyin.domain.documents import queries as documents
from zhiyin.domain.documents.building import codelists
from zhiyin.domain.documents.commands import About
from zhiyin.domain.documents.models import Document
from zhiyin.domain.planning import papers
from zhiyin.kernel.errors import Conflict, Invalid, NotReady
from zhiyin.web.desk.views_cases_agreement import EDITOR, posted_texts, posted_version
from zhiyin.web.desk.views_cases_shared import within
from zhiyin.web.desk.views_documents import OWN_ROOMS, house, is_elsewhere, kind_or_404
from zhiyin.web.links import check_base
from zhiyin.web.surface import attempt, back, doing, get_or_404, surface
from zhiyin.web.ui.controls import Control
from zhiyin.web.ui.formdata import parse
from zhiyin.web.ui.formview import build

FOUND_MOST = 10
ABOUT = ("label", "uscc", "address", "contact", "title", "file")


# -- beginning ---------------------------------------------------------------------------------------------------------


@surface("staff", right="documents.write")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest, paper_kind: str) -> HttpResponse:
    """Say whom or what it is about, then begin: a client is looked up, anything else is named."""
    kind = kind_or_404(request, paper_kind)
    if kind.own_room or kind.id in OWN_ROOMS:
        raise Http404("这种文书在个案里起草")
    typed = within(request.POST if request.method == "POST" else request.GET, *ABOUT)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        document, errors = attempt(request, f"起草{kind.title}", lambda: _begin(request, kind, typed))
        if document is not None:
            return back(request, "desk:document_edit", f"《{document.title}》已起草，已知的内容替您填好了", document.pk)
    words = request.GET.get("q", "").strip()[:60]
    found = _found(request, words, typed["file"]) if kind.subject == "client" else []
    context = {
        "crumbs": [
            {"label": "文书", "url": reverse("desk:documents")},
            {"label": kind.title, "url": reverse("desk:document_kind", args=[kind.id])},
        ],
        "kind": kind,
        "typed": typed,
        "words": words,
        "found": found,
        "errors": errors,
        "labels": {"label": "名称", "file": "服务对象", "about": "关于", "title": "题名", "uscc": "统一社会信用代码"},
    }
    return render(request, "desk/documents/new.html", context, status=422 if errors else 200)


def _found(request: HttpRequest, words: str, chosen: str) -> list[dict[str, str]]:
    """The clients to choose from: the one already chosen, or those that fit the words."""
    who: Actor = request.actor  # type: ignore[attr-defined]
    if words:
        listed = clients.list_files(who, clients.Filters(words=words), per_page=FOUND_MOST)
        return [
            {"value": str(row.file.pk), "label": row.name, "help": f"{row.file.number}　{row.age} 岁"}
            for row in listed.rows
        ]
    if chosen:
        file = client_policies.scope(who).select_related("person").filter(pk=_uuid(chosen)).first()
        if file is not None:
            return [{"value": chosen, "label": file.person.name, "help": file.number}]
    return []


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def _begin(request: HttpRequest, kind: kinds.Kind, typed: dict[str, str]) -> Document:
    who: Actor = request.actor  # type: ignore[attr-defined]
    title = typed["title"].strip() or None
    if kind.subject == "client":
        if not typed["file"]:
            raise Invalid({"file": ["请先找到并选定服务对象"]})
        rows = client_policies.scope(who).select_related("person", "organisation", "adviser__user")
        file = get_or_404(rows, _uuid(typed["file"]) or uuid.UUID(int=0))
        return papers.draft_for(who, file, kind.id, case=papers.cases_of(who, file).first(), title=title)
    if kind.subject == "agency":
        return commands.draft(house(request), None, kind.id, {}, title=title)
    if not typed["label"].strip():
        raise Invalid({"label": [f"请写明{kind.subject_label}的名称"]})
    known: dict[str, object] = {}
    if kind.subject == "employer":
        known["employer"] = {
            "name": typed["label"].strip(),
            **{name: typed[name].strip() for name in ("uscc", "address", "contact")},
        }
    return commands.draft(
        house(request), None, kind.id, known, about=About(kind.subject, typed["label"].strip()), title=title
    )


# -- writing -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Part:
    """A section while it is written: its guidance, its boxes, the comments on it."""

    id: str
    html_id: str
    title: str
    guidance: str
    controls: list[Control]
    threads: list[remarks.Thread]


def load(request: HttpRequest, pk: uuid.UUID) -> documents.DocumentPage:
    """The page of a document within reach, or 404."""
    try:
        return documents.page(pk, request.actor)  # type: ignore[attr-defined]
    except Document.DoesNotExist:
        raise Http404("没有找到这份文书，或者不在您能查看的范围内") from None


def parts_of(
    request: HttpRequest,
    page: documents.DocumentPage,
    answers: Any,
    texts: dict[str, str],
    errors: dict[str, list[str]],
) -> tuple[list[Part], list[tuple[str, str]]]:
    """The sections with something to write, and the summary of errors with the place that each leads to."""
    definition = documents.definition_of(page.document)
    controls: dict[str, list[Control]] = {}
    ids = [section.id for section in definition.sections]
    summary: list[tuple[str, str]] = [("", message) for message in errors.get("", ())]
    told: set[str] = {""}
    if page.form is not None:
        view = build(
            page.form,
            answers,
            {name: found for name, found in errors.items() if name},
            codelists(page.document.organisation),
            {"occupation": reverse("desk:lookup_occupation")},
            timezone.localdate(),
        )
        for part in view.sections:
            controls[ids[int(part.html_id.removeprefix("s-part-")) - 1]] = list(part.controls)
        summary += [item for item in view.summary if item[0]]
        told |= {name for name in errors if any(name.startswith(field.id) for field in page.form.fields)}
    for editor in page.editors:
        found = tuple(errors.get(editor.id, ()))
        html_id = f"f-{EDITOR}{editor.id}"
        controls.setdefault(editor.section_id, []).append(
            Control(
                name=EDITOR + editor.id,
                label=editor.label,
                html_id=html_id,
                kind="textarea",
                value=texts.get(editor.id, editor.text),
                help=editor.guidance,
                errors=found,
                required=editor.required,
                rows=6,
            )
        )
        summary += [(html_id, message) for message in found]
        told.add(editor.id)
    summary += [
        (f"part-{name}" if name in ids else "", message)
        for name, messages in errors.items()
        if name not in told
        for message in messages
    ]
    threads = remarks.threads(request.actor, page.document)  # type: ignore[attr-defined]
    parts = [
        Part(
            section.id,
            f"part-{section.id}",
            section.title,
            section.guidance,
            controls.get(section.id, []),
            [thread for thread in threads if thread.first.section == section.id],
        )
        for section in definition.sections
        if section.id in controls or any(thread.first.section == section.id for thread in threads)
    ]
    return parts, summary


SAID = {"save": "已保存", "submit": "已提交，等待审核", "issue": "已出具", "signing": "已送签，等待签名"}


@surface("staff", right="documents.write")
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Fill in and go on. What was typed is kept before anything else, so that a gap never costs a word."""
    page = load(request, pk)
    document = page.document
    if is_elsewhere(document) or "change" not in page.actions:
        return redirect("desk:document_page", document.pk)
    errors: dict[str, list[str]] = {}
    answers: Any = page.answers
    texts: dict[str, str] = {}
    if request.method == "POST":
        do = request.POST.get("do", "save")
        answers = {**page.answers, **(parse(page.form, request.POST) if page.form else {})}
        texts = posted_texts(request)
        kept, errors = attempt(request, "写文书", lambda: _keep(request, page, texts))
        if kept is not None and do in {"submit", "issue", "signing"}:
            _, errors = attempt(request, "办理文书", lambda: send_on(request, kept, do))
        if not errors:
            done = Document.objects.only("number", "title").get(pk=pk)
            told = f"已出具，文号 {done.number}" if do == "issue" else SAID.get(do, "已保存")
            return back(
                request, "desk:document_edit" if do == "save" else "desk:document_page", f"《{done.title}》{told}", pk
            )
        page = load(request, pk)
    parts, summary = parts_of(request, page, answers, texts, errors)
    context = {
        "crumbs": [{"label": "我的草稿", "url": reverse("desk:documents_mine")}],
        "page": page,
        "document": page.document,
        "parts": parts,
        "summary": summary,
        "subject": page.document.person.name if page.document.person else page.document.subject_label,
        "returned": returned(page),
        "outdated": versions.pack_changed(page.document),
        "may": page.actions,
        "signs": documents.outside_signers(page.document),
        "kind_url": reverse("desk:document_kind", args=[page.document.template]),
    }
    return render(request, "desk/documents/edit.html", context, status=422 if errors else 200)


def returned(page: documents.DocumentPage) -> dict[str, Any] | None:
    """The last words of whoever sent it back, while it is back with its author."""
    if page.state != "returned":
        return None
    step = [step for step in page.steps if step.kind == "returned"][-1]
    return {"comment": step.comment, "at": step.happened_at, "by": step.by.user.name if step.by else ""}


def _keep(request: HttpRequest, page: documents.DocumentPage, texts: dict[str, str]) -> Document:
    return commands.change(
        page.document,
        posted_version(request),
        editable=texts,
        answers=parse(page.form, request.POST) if page.form else None,
    )


def send_on(request: HttpRequest, document: Document, do: str) -> Document:
    """Submit, show for signature, or issue; the signatures that an agreement waits for are required."""
    if do == "submit":
        return commands.submit(document)
    if do == "signing":
        return commands.send_for_signing(document)
    return commands.issue(
        document,
        require_signatures=documents.outside_signers(document),
        check_base=check_base(request),
        seal=request.POST.get("seal") == "1",
    )


@surface("staff", right="documents.write")
@require_POST
def autosave(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Keep what is typed. 200 with the new version, 409 when another page changed it, 422 for a wrong type."""
    page = load(request, pk)
    try:
        with doing(request, "保存草稿"):
            kept = commands.change(
                page.document,
                posted_version(request),
                editable=posted_texts(request),
                answers=parse(page.form, request.POST) if page.form else None,
                autosave=True,
            )
    except (Conflict, NotReady) as error:
        return JsonResponse({"message": str(error)}, status=409)
    except Invalid as error:
        return JsonResponse({"errors": error.errors}, status=422)
    return JsonResponse({"version": kept.version})


@surface("staff", right="documents.write")
@require_POST
def preview(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The draft as it would read with what is in the boxes now; nothing is stored."""
    page = load(request, pk)
    if page.document.number:
        raise Http404("这份文书不在起草")
    answers = parse(page.form, request.POST) if page.form else None
    try:
        return HttpResponse(documents.preview(page.document, posted_texts(request), answers))
    except Invalid as error:
        return render(request, "desk/documents/preview_fault.html", {"messages": list(error.errors.values())})


# -- comments ----------------------------------------------------------------------------------------------------------


def _unread(request: HttpRequest, pk: uuid.UUID) -> Document:
    """The document within reach without a reading noted: nothing of it is shown."""
    try:
        return documents.get(request.actor, pk)  # type: ignore[attr-defined]
    except Document.DoesNotExist:
        raise Http404("没有找到这份文书，或者不在您能查看的范围内") from None


@surface("staff", right="documents.remark")
@require_POST
def remark(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Comment on a section, or answer in a thread."""
    document = _unread(request, pk)
    thread = document.remarks.filter(pk=_uuid(request.POST.get("thread", ""))).first()
    section = thread.section if thread is not None else request.POST.get("section", "")
    _, errors = attempt(
        request,
        "批注文书",
        lambda: remarks.remark(document, section, request.POST.get("text", ""), thread=thread),
    )
    return _back_to(request, document, section, errors, "批注已写上")


@surface("staff", right="documents.remark")
@require_POST
def resolve(request: HttpRequest, pk: uuid.UUID, remark: uuid.UUID) -> HttpResponse:
    """Mark a thread as dealt with."""
    document = _unread(request, pk)
    first = get_or_404(document.remarks.all(), remark)
    _, errors = attempt(request, "处理批注", lambda: remarks.resolve(first))
    return _back_to(request, document, first.section, errors, "批注已标为处理好")


def _back_to(
    request: HttpRequest, document: Document, section: str, errors: dict[str, list[str]], told: str
) -> HttpResponse:
    """Back to the section on the page that the comment was written on."""
    for message in (message for found in errors.values() for message in found):
        messages.error(request, message)
    if not errors:
        messages.success(request, told)
    page = "desk:document_edit" if request.POST.get("from") == "edit" else "desk:document_page"
    return redirect(f"{reverse(page, args=[document.pk])}#part-{section}")
