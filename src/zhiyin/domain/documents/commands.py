"""Writes about documents: from the draft to the archive."""

import hashlib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from zhiyin.domain.audit import keys
from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.documents import policies, queries, seals, steps, versions, volumes
from zhiyin.domain.documents.agreements import grade_of, may_return, refusal
from zhiyin.domain.documents.building import (
    codelists,
    content_of,
    context_of,
    definition_in_force,
    definition_of,
    standard_context,
    tree_of,
    wording_of,
)
from zhiyin.domain.documents.freezing import freeze
from zhiyin.domain.documents.models import Document
from zhiyin.domain.documents.signing import sign as sign
from zhiyin.domain.documents.states import ALLOWED_FROM, EDITABLE, State, StepKind
from zhiyin.domain.files import commands as files
from zhiyin.domain.files.workbooks import checked_reason
from zhiyin.domain.organisations.commands import next_serial
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people import policies as people
from zhiyin.domain.people.models import Person
from zhiyin.domain.standards.commands import current_snapshot
from zhiyin.engines.documents import DocumentDefinition, clean_answers
from zhiyin.engines.documents.build import starting_texts
from zhiyin.engines.documents.inputs import starting_answers
from zhiyin.engines.documents.numbering import format_number
from zhiyin.engines.documents.pdf import render_pdf
from zhiyin.kernel import ids
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused

_LONGEST_TEXT = 20_000


@dataclass(frozen=True)
class About:
    """What a document without a person is about: ``kind`` (employer, agency, activity, programme), its name as shown,
    and the id of its record where there is one.
    """

    kind: str
    label: str
    id: uuid.UUID | None = None


@command("documents.draft")
def draft(
    organisation: Organisation,
    person: Person | None,
    template: str,
    context: Mapping[str, object],
    *,
    about: About | None = None,
    answers: Mapping[str, object] | None = None,
    case_id: Any = None,
    title: str | None = None,
    needs_guardian: bool = False,
    needs_sign_off: bool = False,
    happened_at: datetime | None = None,
) -> Document:
    """Begin a document from the definition ``template``, filled with ``context``, about ``person`` or ``about``.

    Texts and answers start from what the definition prefills and from ``answers`` as typed. A definition may name the
    grade that drafts. What every document may speak of (agency, author, today) is added to ``context``. Sign-off is
    needed when the caller says so or the author's grade asks for it. DefinitionError when the context lacks a path
    that the definition names. Late entry (``happened_at``) is for machines that rebuild a history; other steps may be
    entered late by anybody.
    """
    who = actor()
    policies.require(who, "documents.write")
    if person is not None:
        people.require(who, "people.read", person)
    if who.kind == "staff" and organisation.pk != who.organisation_id:
        raise Refused("只能为本机构起草文书")
    definition = definition_in_force(template, organisation)
    about = _about(definition, organisation, person, about)
    why = refusal(who, definition.drafts, "起草")
    if why:
        raise Refused(why)
    context = {**context, **_with_standard(definition, organisation, context)}
    if who.kind == "staff" and queries.sign_off_rule(who, template).required:
        needs_sign_off = True
    document = _new(
        definition,
        context,
        {},
        answers,
        happened_at,
        organisation=organisation,
        person=person,
        subject_kind=about.kind,
        subject_id=about.id,
        subject_label=about.label,
        case_id=case_id,
        title=(title or definition.title).strip()[:120],
        needs_guardian=needs_guardian,
        needs_sign_off=needs_sign_off,
    )
    record("documents.drafted", document, template=template, version=definition.version)
    return document


def _about(
    definition: DocumentDefinition, organisation: Organisation, person: Person | None, about: About | None
) -> About:
    """What the document is about, checked against what its definition says."""
    if person is not None:
        if about is not None:
            raise Invalid({"about": ["关于个人的文书不再写别的对象"]})
        about = About(Document.Subject.CLIENT, "", None)
    elif about is None:
        if definition.subject != Document.Subject.AGENCY:
            raise Invalid({"about": ["请说明这份文书关于谁或什么"]})
        about = About(Document.Subject.AGENCY, organisation.name, organisation.pk)
    elif about.kind not in Document.Subject.values or about.kind == Document.Subject.CLIENT:
        raise Invalid({"about": ["这份文书的对象类别不对"]})
    elif not about.label.strip() or len(about.label.strip()) > 120:
        raise Invalid({"about": ["请写明对象的名称，最多 120 字"]})
    if definition.subject is not None and definition.subject != about.kind:
        label = Document.Subject(definition.subject).label
        raise Invalid({"about": [f"“{definition.title}”是关于{label}的文书"]})
    return About(str(about.kind), about.label.strip(), about.id)


def _with_standard(
    definition: DocumentDefinition, organisation: Organisation, context: Mapping[str, object]
) -> dict[str, object]:
    who = actor()
    standard = standard_context(definition, organisation, grade_of(who) if who.kind == "staff" else None)
    merged: dict[str, object] = {}
    for name, value in standard.items():
        given = context.get(name)
        merged[name] = {**value, **given} if isinstance(given, Mapping) and isinstance(value, dict) else given or value
    return merged


def _new(
    definition: DocumentDefinition,
    context: Mapping[str, object],
    editable: Mapping[str, str],
    answers: Mapping[str, object] | None,
    happened_at: datetime | None,
    **values: Any,
) -> Document:
    document = Document(
        template=definition.id,
        template_version=definition.version,
        wording=wording_of(definition, values["organisation"]),
        snapshot=current_snapshot(values["organisation"]),
        author=steps.membership(),
        **values,
    )
    kept = {key: value for key, value in context.items() if key not in steps.SUPPLIED}
    document.context = freeze(kept)
    known = {block.editable for block in definition.editables()}
    texts = {key: value for key, value in editable.items() if key in known}
    document.editable = starting_texts(definition, {**kept, "editable": texts})
    begun = starting_answers(definition, kept)
    document.answers = clean_answers(
        definition_of(document),
        {**begun, **(answers or {})},
        codelists(document.organisation),
        today=timezone.localdate(),
    )
    content_of(document)  # a path that leads nowhere shows now, not when the client waits
    document.save(force_insert=True)
    steps.step(document, StepKind.DRAFTED, steps.own_moment(happened_at))
    versions.keep(document, "起草")
    return document


@command("documents.change")
def change(
    document: Document,
    version: int,
    *,
    context: Mapping[str, object] | None = None,
    editable: Mapping[str, str] | None = None,
    answers: Mapping[str, object] | None = None,
    autosave: bool = False,
) -> Document:
    """Replace the data, or some of the adviser's texts and answers, of a draft or a returned document.

    ``answers`` are as typed; an empty one takes the answer away. ``Invalid`` at the field of a wrong type. Each change
    keeps a version, except with ``autosave`` (while somebody types), which the next kept one takes in.

    ``Conflict`` when ``version`` is not the stored one. When the content is another afterwards, standing signatures are
    revoked, since they were given for something else; ``revoked_signatures`` of the result tells how many.
    """
    document = steps.locked(document, "documents.write")
    if document.version != version:
        raise Conflict("这份文书刚刚被别人改过。您写的内容还在，请对照后再保存")
    if document.state not in EDITABLE:
        raise NotReady(f"文书现在是“{document.get_state_display()}”，不能修改；要改请先退回")
    before = content_of(document)
    if context is not None:
        definition = definition_of(document)
        old = context_of(document)
        kept = {name: old[name] for name in ("agency", "author", "today") if name in old and definition.subject}
        document.context = freeze({**kept, **{key: v for key, v in context.items() if key not in steps.SUPPLIED}})
    if editable:
        document.editable = {**(document.editable or {}), **_texts(definition_of(document), editable)}
    if answers:
        document.answers = clean_answers(
            definition_of(document),
            {**(document.answers or {}), **answers},
            codelists(document.organisation),
            today=timezone.localdate(),
        )
    document.version += 1
    document.save()
    revoked = 0
    if content_of(document) != before:
        revoked = document.signatures.filter(revoked_at=None).update(revoked_at=timezone.now())
    if not autosave:
        versions.keep(document, "保存")
    record(
        "documents.changed",
        document,
        texts=sorted(editable or ()),
        answers=sorted(answers or ()),
        data=context is not None,
        revoked=revoked,
    )
    document.revoked_signatures = revoked
    return document


def _texts(definition: DocumentDefinition, given: Mapping[str, str]) -> dict[str, str]:
    labels = {block.editable: block.label for block in definition.editables()}
    errors: dict[str, list[str]] = {}
    for name, value in given.items():
        if name not in labels:
            errors[name] = ["这份文书没有这一项"]
        elif not isinstance(value, str):
            errors[name] = [f"“{labels[name]}”要填文字"]
        elif len(value) > _LONGEST_TEXT:
            errors[name] = [f"“{labels[name]}”最多 {_LONGEST_TEXT} 字，现在 {len(value)} 字"]
    if errors:
        raise Invalid(errors)
    return dict(given)


@command("documents.submit")
def submit(document: Document, comment: str = "", *, happened_at: datetime | None = None) -> Document:
    """Hand a complete draft to whoever agrees to it. ``Invalid`` by section when something is still to be written."""
    document = steps.locked(document, "documents.write", StepKind.SUBMITTED)
    steps.refuse_gaps(document)
    versions.keep(document, "提交")
    steps.step(document, StepKind.SUBMITTED, steps.moment(happened_at), comment, content_of(document))
    record("documents.submitted", document)
    return document


@command("documents.return")
def return_(document: Document, comment: str, *, happened_at: datetime | None = None) -> Document:
    """Send a document back to its author, saying why; the author may call back one out for signature."""
    waiting = Document.objects.filter(pk=document.pk, state=State.SIGNING).exists()
    document = steps.locked(document, "documents.write" if waiting else "documents.agree", StepKind.RETURNED)
    if not waiting and not may_return(actor(), document):
        raise Refused("退回由能审核、审定或签发这份文书的人办理")
    if not comment.strip():
        raise Invalid({"comment": ["请写明退回的原因，指导师才知道改哪里"]})
    steps.step(document, StepKind.RETURNED, steps.moment(happened_at), comment, content_of(document))
    record("documents.returned", document)
    return document


@command("documents.sign_off")
def sign_off(
    document: Document, comment: str = "", *, content_hash: str = "", happened_at: datetime | None = None
) -> Document:
    """Approve a submitted document; nobody approves the own one, in whatever role.

    ``content_hash`` is that of the content the reviewer read; ``Conflict`` when it was changed since.
    """
    document = steps.locked(document, "documents.sign_off", StepKind.SIGNED_OFF)
    if policies.is_author(actor(), document):
        raise Refused("不能审签自己起草的文书，请换一位督导")
    steps.same_content(document, content_hash)
    steps.step(document, StepKind.SIGNED_OFF, steps.moment(happened_at), comment, content_of(document))
    record("documents.signed_off", document)
    return document


@command("documents.send_for_signing")
def send_for_signing(document: Document, comment: str = "", *, happened_at: datetime | None = None) -> Document:
    """Show a complete document to the client (and the guardian) for signature."""
    document = steps.locked(document, "documents.write", StepKind.SIGNING)
    steps.refuse_gaps(document)
    steps.refuse_unapproved(document)
    steps.step(document, StepKind.SIGNING, steps.moment(happened_at), comment, content_of(document))
    record("documents.sent_for_signing", document)
    return document


@command("documents.issue")
def issue(
    document: Document,
    *,
    require_signatures: Iterable[str] = (),
    check_base: str = "",
    seal: bool = False,
    happened_at: datetime | None = None,
) -> Document:
    """Give the document its number, hash and check code, draw the PDF and archive it. Frozen from then on.

    ``seal`` puts the official seal under it, by its own right. A document whose definition names its class goes into
    the open volume of that class; another waits to be filed by hand.

    ``Invalid`` when something is still to be written; ``NotReady`` when the sign-off, or a signature of one of the
    roles in ``require_signatures``, is lacking. ``check_base`` is the address that the check code is put after, such as
    ``https://agency.example/check/``; by default the public address in the settings.
    """
    document = steps.locked(document, "documents.issue", StepKind.ISSUED)
    steps.refuse_gaps(document)
    steps.refuse_unapproved(document)
    missing = [queries.label_of(document, role) for role in queries.missing_signatures(document, require_signatures)]
    if missing:
        raise NotReady(f"还缺{'、'.join(missing)}的签名", missing)
    moment = steps.own_moment(happened_at)
    day = timezone.localdate(moment)
    definition, organisation = definition_of(document), document.organisation
    serial = next_serial(organisation, _series(document.template), day.year)
    shown = content_of(document)
    document.number = format_number(definition.number, agency=organisation.code, issued_on=day, serial=serial)
    document.content_hash, document.issued_at = shown, moment
    document.check_code = ids.check_code(keys.check_key(), queries.coded_text(document))
    if volumes.number_taken(organisation, document.number):
        raise Conflict(f"文号 {document.number} 已被一份归档的旧文书占用，请联系管理员")
    if seal:
        seals.put_under(document)
    if definition.class_ is not None:
        volumes.put_away(document, definition.class_)
    versions.keep(document, "出具")
    tree = tree_of(document, document.signatures.all(), check_base=check_base)
    pdf = render_pdf(tree, timestamp=moment, author=organisation.name)
    document.archive = files.store(
        organisation, f"{document.number.replace('/', '-')}.pdf", pdf, person=document.person
    )
    document.save()
    steps.step(document, StepKind.ISSUED, moment, "", shown)
    record("documents.issued", document, number=document.number, content=shown, digest=document.archive.digest)
    _replace_predecessor(document, moment)
    return document


def _series(template: str) -> str:
    """Name of the running number of a kind; at most 40 characters, as the counter takes."""
    name = f"document:{template}"
    return name if len(name) <= 40 else f"document:{hashlib.sha256(template.encode()).hexdigest()[:31]}"


def _replace_predecessor(document: Document, moment: datetime) -> None:
    if document.supersedes_id is None:
        return
    old = Document.objects.select_for_update(of=("self",)).get(pk=document.supersedes_id)
    if State(old.state) in ALLOWED_FROM[StepKind.SUPERSEDED]:
        steps.step(old, StepKind.SUPERSEDED, moment, document.number)
        record("documents.superseded", old, by=str(document.pk))


@command("documents.hand_over")
def hand_over(document: Document, comment: str = "", *, happened_at: datetime | None = None) -> Document:
    """Record that the client was given the document: now, or at an earlier moment after its issue."""
    document = steps.locked(document, "documents.issue", StepKind.HANDED_OVER)
    assert document.issued_at is not None
    if happened_at is not None and happened_at < document.issued_at:
        raise Invalid({"happened_at": [f"交付不能早于出具（{timezone.localtime(document.issued_at):%Y-%m-%d %H:%M}）"]})
    moment = steps.moment(happened_at)
    steps.step(document, StepKind.HANDED_OVER, moment, comment, document.content_hash)
    record("documents.handed_over", document, on=timezone.localdate(moment).isoformat())
    return document


@command("documents.revoke")
def revoke(document: Document, reason: str, *, happened_at: datetime | None = None) -> Document:
    """Declare an issued document void; the check page says so from now on. An adviser revokes only the own ones."""
    document = steps.locked(document, "documents.revoke", StepKind.REVOKED)
    if not reason.strip():
        raise Invalid({"reason": ["请写明作废的原因"]})
    steps.step(document, StepKind.REVOKED, steps.moment(happened_at), reason)
    record("documents.revoked", document)
    return document


@command("documents.supersede")
def supersede(
    document: Document, *, context: Mapping[str, object] | None = None, happened_at: datetime | None = None
) -> Document:
    """A new draft in place of an issued document, with its data (or ``context``) and texts.

    The old one stays valid until the new one is issued. ``Conflict`` when a successor was begun already.
    """
    document = steps.locked(document, "documents.write", StepKind.SUPERSEDED)
    if Document.objects.filter(supersedes=document).exists():
        raise Conflict("已经有一份新的文书在取代它，请打开那一份")
    who = actor()
    definition = definition_in_force(document.template, document.organisation)
    by_grade = who.kind == "staff" and queries.sign_off_rule(who, document.template).required
    new = _new(
        definition,
        context if context is not None else context_of(document),
        document.editable or {},
        _still_asked(definition, document.answers or {}),
        happened_at,
        organisation=document.organisation,
        person=document.person,
        subject_kind=document.subject_kind,
        subject_id=document.subject_id,
        subject_label=document.subject_label,
        case_id=document.case_id,
        title=document.title,
        needs_guardian=document.needs_guardian,
        needs_sign_off=document.needs_sign_off or by_grade,
        supersedes=document,
    )
    record("documents.successor_drafted", new, supersedes=str(document.pk))
    return new


def _still_asked(definition: DocumentDefinition, answers: Mapping[str, object]) -> dict[str, object]:
    asked = {field.id for field in definition.inputs()}
    return {name: value for name, value in answers.items() if name in asked}


@command("documents.note_export")
def note_export(documents: Sequence[Document], reason: str, fmt: str) -> None:
    """Log that documents leave the house in one go, each with the person it is about. Only jobs export in batches."""
    if not steps.by_machine():
        raise Refused("成批导出由系统管理员在命令行办理")
    reason = checked_reason(reason)
    record("documents.batch_exported", reason=reason, count=len(documents), format=fmt)
    for document in documents:
        record("documents.exported", document, reason=reason, format=fmt)


def erase_papers(person: Person) -> None:
    """On erasure of a person: remove archived PDFs and signature scans, blank the names signed; part of that command.

    Contexts, texts and drawn signatures go with the person's key. Numbers, hashes and steps stay, so that a printed
    code can still be checked.
    """
    rows = Document.objects.filter(person=person).select_related("archive").prefetch_related("signatures__scan")
    for document in rows:
        for stored in [document.archive, *(signature.scan for signature in document.signatures.all())]:
            if stored is not None and stored.erased_at is None:
                files.erase(stored)
        document.signatures.filter(role__in=["client", "guardian"]).update(name="已删除")
        record("documents.erased", document)
    volumes.erase_paper_files(person)
