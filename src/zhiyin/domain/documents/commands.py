"""Writes about documents: from the draft to the archive."""

import base64
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.audit import keys
from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.documents import ink, policies, queries
from zhiyin.domain.documents.building import (
    content_of,
    context_of,
    definition_in_force,
    definition_of,
    tree_of,
    wording_of,
)
from zhiyin.domain.documents.freezing import freeze
from zhiyin.domain.documents.models import Document, DocumentStep, Signature
from zhiyin.domain.documents.states import ALLOWED_FROM, EDITABLE, ENDED, State, StepKind, approved_hash, state_of
from zhiyin.domain.files import commands as files
from zhiyin.domain.files.models import StoredFile
from zhiyin.domain.files.workbooks import checked_reason
from zhiyin.domain.organisations.commands import next_serial
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people import policies as people
from zhiyin.domain.people.models import Guardian, Person
from zhiyin.domain.standards.commands import current_snapshot
from zhiyin.engines.documents import DocumentDefinition
from zhiyin.engines.documents.build import starting_texts
from zhiyin.engines.documents.numbering import format_number
from zhiyin.engines.documents.pdf import render_pdf
from zhiyin.kernel import ids, text
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused

_LONGEST_TEXT = 20_000
_SUPPLIED = frozenset({"editable", "signatures"})  # parts of a context that the document keeps itself


@command("documents.draft")
def draft(
    organisation: Organisation,
    person: Person,
    template: str,
    context: Mapping[str, object],
    *,
    case_id: Any = None,
    title: str | None = None,
    needs_guardian: bool = False,
    needs_sign_off: bool = False,
    happened_at: datetime | None = None,
) -> Document:
    """Begin a document from the definition ``template``, filled with ``context``.

    The adviser's texts start from what the definition prefills. Sign-off is needed when the caller says so or the
    author's grade asks for it. DefinitionError when the context lacks a path that the definition names. Late entry
    (``happened_at``) is for machines that rebuild a history; other steps may be entered late by anybody.
    """
    who = actor()
    policies.require(who, "documents.write")
    people.require(who, "people.read", person)
    if who.kind == "staff" and organisation.pk != who.organisation_id:
        raise Refused("只能为本机构起草文书")
    definition = definition_in_force(template)
    if who.kind == "staff" and queries.sign_off_rule(who, template).required:
        needs_sign_off = True
    document = _new(
        definition,
        context,
        {},
        happened_at,
        organisation=organisation,
        person=person,
        case_id=case_id,
        title=(title or definition.title).strip()[:120],
        needs_guardian=needs_guardian,
        needs_sign_off=needs_sign_off,
    )
    record("documents.drafted", document, template=template, version=definition.version)
    return document


def _new(
    definition: DocumentDefinition,
    context: Mapping[str, object],
    editable: Mapping[str, str],
    happened_at: datetime | None,
    **values: Any,
) -> Document:
    document = Document(
        template=definition.id,
        template_version=definition.version,
        wording=wording_of(definition),
        snapshot=current_snapshot(),
        author=_membership(),
        **values,
    )
    kept = {key: value for key, value in context.items() if key not in _SUPPLIED}
    document.context = freeze(kept)
    known = {block.editable for block in definition.editables()}
    texts = {key: value for key, value in editable.items() if key in known}
    document.editable = starting_texts(definition, {**kept, "editable": texts})
    content_of(document)  # a path that leads nowhere shows now, not when the client waits
    document.save(force_insert=True)
    _step(document, StepKind.DRAFTED, _own_moment(happened_at))
    return document


@command("documents.change")
def change(
    document: Document,
    version: int,
    *,
    context: Mapping[str, object] | None = None,
    editable: Mapping[str, str] | None = None,
) -> Document:
    """Replace the data, or some of the adviser's texts, of a draft or a returned document.

    ``Conflict`` when ``version`` is not the stored one. When the content is another afterwards, standing signatures are
    revoked, since they were given for something else; ``revoked_signatures`` of the result tells how many.
    """
    document = _locked(document, "documents.write")
    if document.version != version:
        raise Conflict("这份文书刚刚被别人改过。您写的内容还在，请对照后再保存")
    if document.state not in EDITABLE:
        raise NotReady(f"文书现在是“{document.get_state_display()}”，不能修改；要改请先退回")
    before = content_of(document)
    if context is not None:
        document.context = freeze({key: value for key, value in context.items() if key not in _SUPPLIED})
    if editable:
        document.editable = {**(document.editable or {}), **_texts(definition_of(document), editable)}
    document.version += 1
    document.save()
    revoked = 0
    if content_of(document) != before:
        revoked = document.signatures.filter(revoked_at=None).update(revoked_at=timezone.now())
    record("documents.changed", document, texts=sorted(editable or ()), data=context is not None, revoked=revoked)
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
    """Hand a complete draft to the supervisor. ``Invalid`` by section when something is still to be written."""
    document = _locked(document, "documents.write", StepKind.SUBMITTED)
    _refuse_gaps(document)
    _step(document, StepKind.SUBMITTED, _moment(happened_at), comment, content_of(document))
    record("documents.submitted", document)
    return document


@command("documents.return")
def return_(document: Document, comment: str, *, happened_at: datetime | None = None) -> Document:
    """Send a document back to its author, saying why; the author may call back one out for signature."""
    waiting = Document.objects.filter(pk=document.pk, state=State.SIGNING).exists()
    document = _locked(document, "documents.write" if waiting else "documents.sign_off", StepKind.RETURNED)
    if not comment.strip():
        raise Invalid({"comment": ["请写明退回的原因，指导师才知道改哪里"]})
    _step(document, StepKind.RETURNED, _moment(happened_at), comment, content_of(document))
    record("documents.returned", document)
    return document


@command("documents.sign_off")
def sign_off(
    document: Document, comment: str = "", *, content_hash: str = "", happened_at: datetime | None = None
) -> Document:
    """Approve a submitted document; nobody approves the own one, in whatever role.

    ``content_hash`` is that of the content the reviewer read; ``Conflict`` when it was changed since.
    """
    document = _locked(document, "documents.sign_off", StepKind.SIGNED_OFF)
    if policies.is_author(actor(), document):
        raise Refused("不能审签自己起草的文书，请换一位督导")
    _same_content(document, content_hash)
    _step(document, StepKind.SIGNED_OFF, _moment(happened_at), comment, content_of(document))
    record("documents.signed_off", document)
    return document


@command("documents.send_for_signing")
def send_for_signing(document: Document, comment: str = "", *, happened_at: datetime | None = None) -> Document:
    """Show a complete document to the client (and the guardian) for signature."""
    document = _locked(document, "documents.write", StepKind.SIGNING)
    _refuse_gaps(document)
    _refuse_unapproved(document)
    _step(document, StepKind.SIGNING, _moment(happened_at), comment, content_of(document))
    record("documents.sent_for_signing", document)
    return document


@command("documents.sign")
def sign(
    document: Document,
    role: str,
    mode: str,
    *,
    name: str,
    image_png: bytes | str | None = None,
    scan: StoredFile | None = None,
    guardian: Guardian | None = None,
    signed_at: datetime | None = None,
    content_hash: str = "",
) -> Signature:
    """Record one signature under the present content.

    ``mode`` screen needs ``image_png`` (bytes or a data address) with ink on it, typed the exact name of the signer,
    paper a ``scan`` and may carry an earlier ``signed_at``. ``content_hash`` is that of the content shown; ``Conflict``
    when it is no longer the present one. The member of staff in whose session a client signs is kept beside it.
    """
    who = actor()
    document = _locked(document, "documents.sign")
    if document.state in ENDED:
        raise NotReady(f"文书{document.get_state_display()}，不能再签名")
    _same_content(document, content_hash)
    if not document.number:
        _refuse_gaps(document)
    if role not in {line.role for line in definition_of(document).signatures}:
        raise Invalid({"role": ["这份文书上没有这个签名栏"]})
    if mode not in Signature.Mode.values:
        raise Invalid({"mode": ["请选择签名方式"]})
    signed_at = _signed_at(mode, signed_at)
    _check_signer(document, role, mode, name, guardian, signed_at)
    shown = content_of(document)
    if document.signatures.filter(role=role, revoked_at=None).exists():
        raise Invalid({"role": [f"{queries.label_of(document, role)}已经签过了"]})
    signature = Signature(
        document=document,
        person=document.person,
        role=role,
        guardian=guardian if role == "guardian" else None,
        by=_membership() if who.kind == "staff" else None,
        name=name.strip(),
        mode=mode,
        content_hash=shown,
        signed_at=signed_at,
    )
    if mode == Signature.Mode.SCREEN:
        signature.image = base64.b64encode(ink.read(image_png or b"")).decode()
    elif mode == Signature.Mode.PAPER:
        signature.scan = _scan(document, scan)
    signature.save(force_insert=True)
    record("documents.signed", signature, document=str(document.pk), role=role, mode=mode, content=shown[:16])
    return signature


def _signed_at(mode: str, given: datetime | None) -> datetime:
    now = timezone.now()
    if given is None:
        return now
    if given > now:
        raise Invalid({"signed_at": ["签名时间不能晚于现在"]})
    if mode != Signature.Mode.PAPER and not _by_machine():
        raise Invalid({"signed_at": ["只有纸质签名可以补登签名时间"]})
    return given


def _check_signer(
    document: Document, role: str, mode: str, name: str, guardian: Guardian | None, signed_at: datetime
) -> None:
    who = actor()
    expected: str | None
    if role == "client":
        if who.kind == "guardian":
            raise Refused("服务对象一栏由本人签名")
        expected = document.person.name
    elif role == "guardian":
        if who.kind in {"client", "link"}:
            raise Refused("监护人一栏由监护人签名")
        if guardian is None or guardian.person_id != document.person_id:
            raise Invalid({"guardian": ["请选择由哪一位监护人签名"]})
        if who.kind == "guardian" and guardian not in policies.acting_guardians(who):
            raise Refused("只能以自己的名义签名")
        if not guardian.may_decide(timezone.localdate(signed_at)):
            raise Invalid({"guardian": ["这位监护人在签名当天不能代为决定（受托照护、监护已终止，或本人已成年）"]})
        expected = guardian.name
    else:
        if who.kind not in {"staff", "system", "job"}:
            raise Refused("这一栏由服务机构签名")
        if role == "supervisor" and not policies.can(who, "documents.sign_off", document):
            raise Refused("督导一栏由督导或科长签名")
        if role == "supervisor" and policies.is_author(who, document):
            raise Refused("不能审签自己起草的文书，请换一位督导")
        # on paper a colleague may have signed; on screen it is whoever sits before it
        expected = who.name if who.kind == "staff" and mode != Signature.Mode.PAPER else None
    if not name.strip():
        raise Invalid({"name": ["请写下签名人的姓名"]})
    if expected is not None and text.normalise(name).strip() != text.normalise(expected).strip():
        raise Invalid({"name": [f"请写与登记完全一致的姓名（{queries.label_of(document, role)}）"]})
    if len(name.strip()) > 50:
        raise Invalid({"name": ["姓名最多 50 字"]})


def _scan(document: Document, scan: StoredFile | None) -> StoredFile:
    if scan is None:
        raise Invalid({"scan": ["纸质签名请附扫描件或照片"]})
    if scan.organisation_id != document.organisation_id or scan.erased_at is not None:
        raise Invalid({"scan": ["这份扫描件不能用，请重新上传"]})
    if scan.media_type not in {"application/pdf", "image/png", "image/jpeg"}:
        raise Invalid({"scan": ["扫描件请用 PDF、PNG 或 JPG"]})
    return scan


@command("documents.issue")
def issue(
    document: Document,
    *,
    require_signatures: Iterable[str] = (),
    check_base: str = "",
    happened_at: datetime | None = None,
) -> Document:
    """Give the document its number, hash and check code, draw the PDF and archive it. Frozen from then on.

    ``Invalid`` when something is still to be written; ``NotReady`` when the sign-off, or a signature of one of the
    roles in ``require_signatures``, is lacking. ``check_base`` is the address that the check code is put after, such as
    ``https://agency.example/check/``; by default the public address in the settings.
    """
    document = _locked(document, "documents.issue", StepKind.ISSUED)
    _refuse_gaps(document)
    _refuse_unapproved(document)
    missing = [queries.label_of(document, role) for role in queries.missing_signatures(document, require_signatures)]
    if missing:
        raise NotReady(f"还缺{'、'.join(missing)}的签名", missing)
    moment = _own_moment(happened_at)
    day = timezone.localdate(moment)
    definition, organisation = definition_of(document), document.organisation
    serial = next_serial(organisation, f"document:{document.template}", day.year)
    shown = content_of(document)
    document.number = format_number(definition.number, agency=organisation.code, issued_on=day, serial=serial)
    document.content_hash, document.issued_at = shown, moment
    document.check_code = ids.check_code(keys.check_key(), queries.coded_text(document))
    tree = tree_of(document, document.signatures.all(), check_base=check_base)
    pdf = render_pdf(tree, timestamp=moment, author=organisation.name)
    document.archive = files.store(
        organisation, f"{document.number.replace('/', '-')}.pdf", pdf, person=document.person
    )
    document.save()
    _step(document, StepKind.ISSUED, moment, "", shown)
    record("documents.issued", document, number=document.number, content=shown, digest=document.archive.digest)
    _replace_predecessor(document, moment)
    return document


def _replace_predecessor(document: Document, moment: datetime) -> None:
    if document.supersedes_id is None:
        return
    old = Document.objects.select_for_update(of=("self",)).get(pk=document.supersedes_id)
    if State(old.state) in ALLOWED_FROM[StepKind.SUPERSEDED]:
        _step(old, StepKind.SUPERSEDED, moment, document.number)
        record("documents.superseded", old, by=str(document.pk))


@command("documents.hand_over")
def hand_over(document: Document, comment: str = "", *, happened_at: datetime | None = None) -> Document:
    """Record that the client was given the document: now, or at an earlier moment after its issue."""
    document = _locked(document, "documents.issue", StepKind.HANDED_OVER)
    assert document.issued_at is not None
    if happened_at is not None and happened_at < document.issued_at:
        raise Invalid({"happened_at": [f"交付不能早于出具（{timezone.localtime(document.issued_at):%Y-%m-%d %H:%M}）"]})
    moment = _moment(happened_at)
    _step(document, StepKind.HANDED_OVER, moment, comment, document.content_hash)
    record("documents.handed_over", document, on=timezone.localdate(moment).isoformat())
    return document


@command("documents.revoke")
def revoke(document: Document, reason: str, *, happened_at: datetime | None = None) -> Document:
    """Declare an issued document void; the check page says so from now on. An adviser revokes only the own ones."""
    document = _locked(document, "documents.revoke", StepKind.REVOKED)
    if not reason.strip():
        raise Invalid({"reason": ["请写明作废的原因"]})
    _step(document, StepKind.REVOKED, _moment(happened_at), reason)
    record("documents.revoked", document)
    return document


@command("documents.supersede")
def supersede(
    document: Document, *, context: Mapping[str, object] | None = None, happened_at: datetime | None = None
) -> Document:
    """A new draft in place of an issued document, with its data (or ``context``) and texts.

    The old one stays valid until the new one is issued. ``Conflict`` when a successor was begun already.
    """
    document = _locked(document, "documents.write", StepKind.SUPERSEDED)
    if Document.objects.filter(supersedes=document).exists():
        raise Conflict("已经有一份新的文书在取代它，请打开那一份")
    who = actor()
    definition = definition_in_force(document.template)
    by_grade = who.kind == "staff" and queries.sign_off_rule(who, document.template).required
    new = _new(
        definition,
        context if context is not None else context_of(document),
        document.editable or {},
        happened_at,
        organisation=document.organisation,
        person=document.person,
        case_id=document.case_id,
        title=document.title,
        needs_guardian=document.needs_guardian,
        needs_sign_off=document.needs_sign_off or by_grade,
        supersedes=document,
    )
    record("documents.successor_drafted", new, supersedes=str(document.pk))
    return new


@command("documents.note_export")
def note_export(documents: Sequence[Document], reason: str, fmt: str) -> None:
    """Log that documents leave the house in one go, each with the person it is about. Only jobs export in batches."""
    if not _by_machine():
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


def _locked(document: Document, right: str, kind: StepKind | None = None) -> Document:
    """The stored row, locked, after the right was checked and ``kind`` may follow its state."""
    stored = (
        Document.objects.select_for_update(of=("self",))
        .select_related("organisation", "person", "author", "archive")
        .get(pk=document.pk)
    )
    policies.require(actor(), right, stored)
    if kind is not None and State(stored.state) not in ALLOWED_FROM[kind]:
        raise NotReady(f"文书现在是“{stored.get_state_display()}”，不能{kind.label}")
    return stored


def _step(document: Document, kind: StepKind, moment: datetime, comment: str = "", content_hash: str = "") -> None:
    comment = comment.strip()
    if len(comment) > 1000:
        raise Invalid({"comment": [f"意见最多 1000 字，现在 {len(comment)} 字"]})
    steps = list(document.steps.all())
    if steps and moment < steps[-1].happened_at:
        raise Invalid({"happened_at": ["时间不能早于上一步"]})
    steps.append(
        DocumentStep.objects.create(
            document=document,
            kind=kind,
            by=_membership(),
            comment=comment,
            content_hash=content_hash,
            happened_at=moment,
        )
    )
    document.state = state_of(steps)
    document.save(update_fields=["state"])


def _moment(happened_at: datetime | None) -> datetime:
    now = timezone.now()
    if happened_at is not None and happened_at > now:
        raise Invalid({"happened_at": ["时间不能晚于现在"]})
    return happened_at or now


def _own_moment(happened_at: datetime | None) -> datetime:
    """For drafting and issuing, which happen here and now: only a machine that rebuilds a history may say otherwise."""
    if happened_at is not None and not _by_machine():
        raise Invalid({"happened_at": ["起草和出具的时间由系统记录，不能补登"]})
    return _moment(happened_at)


def _by_machine() -> bool:
    return actor().kind in {"system", "job"}


def _membership() -> Membership | None:
    pk = actor().membership_id
    return Membership.objects.filter(pk=pk).first() if pk else None


def _refuse_gaps(document: Document) -> None:
    found: dict[str, list[str]] = {}
    for gap in queries.gaps(document):
        found.setdefault(gap.block or gap.section, []).append(gap.message)
    if found:
        raise Invalid(found)


def _refuse_unapproved(document: Document) -> None:
    if not document.needs_sign_off:
        return
    if approved_hash(document.steps.all()) != content_of(document):
        raise NotReady("这份文书须由督导审签后才能继续", ["督导签发"])


def _same_content(document: Document, shown: str) -> None:
    if shown and shown != content_of(document):
        raise Conflict("文书内容刚刚改过，请重新阅读后再签")
