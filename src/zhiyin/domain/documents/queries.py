"""Reads about documents: what is missing, how it prints, who may do what next, and the public check."""

import re
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal, overload

from django.db.models import QuerySet
from django.utils import timezone

from zhiyin.domain.audit import keys
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.audit.reads import note_reading
from zhiyin.domain.documents import letterheads, policies
from zhiyin.domain.documents.agreements import grade_of, may_return, missing_steps, needed_steps, open_to
from zhiyin.domain.documents.building import (
    codelists,
    content_of,
    context_of,
    definition_in_force,
    definition_of,
    standing,
    tree_of,
)
from zhiyin.domain.documents.models import Document, DocumentStep, Signature
from zhiyin.domain.documents.states import ALLOWED_FROM, ENDED, IN_FORCE, LEVELS, State, StepKind, state_of
from zhiyin.domain.files import queries as files
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.models import Person
from zhiyin.engines.documents import clean_answers, form_of
from zhiyin.engines.documents.build import Gap, asked_texts, build, shown_sections, starting_texts
from zhiyin.engines.documents.build import check as gaps_in
from zhiyin.engines.documents.definition import EditableBlock
from zhiyin.engines.documents.excel import render_xlsx
from zhiyin.engines.documents.html import render_html
from zhiyin.engines.documents.pdf import render_pdf
from zhiyin.engines.documents.word import render_docx
from zhiyin.engines.forms import FormDefinition
from zhiyin.kernel import ids
from zhiyin.kernel.dates import AgeRegime
from zhiyin.kernel.errors import NotReady, ZhiyinError
from zhiyin.kernel.identity import mask_name

Format = Literal["html", "pdf", "docx", "xlsx"]
MEDIA_TYPES: dict[str, str] = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SELF_ISSUING_LEVEL = 3  # our choice: grades 3, 2 and 1 issue on their own responsibility


@dataclass(frozen=True)
class SignOffRule:
    """Whether a supervisor must sign off, and the sentence that says why."""

    required: bool
    why: str


def needs_sign_off_for(staff_level: int | None, template: str = "career-report") -> SignOffRule:
    """Whether what an adviser of this grade writes needs a supervisor's sign-off.

    ``staff_level`` is 4 (lowest) to 1, None without a grade. ``Invalid`` for a template that no pack supplies.
    """
    definition = definition_in_force(template)
    if definition.requires_sign_off is None:
        return SignOffRule(False, f"“{definition.title}”不需要督导审签")
    if staff_level is None:
        return SignOffRule(True, f"指导师还没有职业等级，“{definition.title}”须由督导审签后出具")
    label = LEVELS.get(staff_level, f"{staff_level} 级")
    if staff_level > SELF_ISSUING_LEVEL:
        return SignOffRule(True, f"{label}指导师写的“{definition.title}”须由督导审签后出具")
    return SignOffRule(False, f"{label}指导师可以自行出具“{definition.title}”")


def sign_off_rule(who: Actor, template: str) -> SignOffRule:
    """:func:`needs_sign_off_for` the member of staff ``who``, by the grade in the staff record."""
    return needs_sign_off_for(grade_of(who), template)


def label_of(document: Document, role: str) -> str:
    """How the document calls a signing role, such as 服务对象."""
    lines = {line.role: line.label for line in definition_of(document).signatures}
    return lines.get(role) or {"guardian": "监护人", "client": "服务对象", "adviser": "职业指导师"}.get(role, role)


def missing_signatures(document: Document, needed: Iterable[str]) -> list[str]:
    """The roles whose signature under the present content is lacking, in the order asked.

    A document that needs the guardian asks for it by itself, as long as the person is a minor.
    """
    roles = list(dict.fromkeys(needed))
    person = document.person
    if document.needs_guardian and "guardian" not in roles and person and person.regime() != AgeRegime.ADULT:
        roles.append("guardian")
    given = {signature.role for signature in standing(document.signatures.all(), content_of(document))}
    return [role for role in roles if role not in given]


_OUTSIDE = frozenset({"client", "guardian", "employer", "commissioner", "receiver"})


def outside_signers(document: Document) -> list[str]:
    """The parties outside the agency whose signature an agreement (协议合同) waits for; of another class, nobody's."""
    if definition_of(document).class_ != "agreement":
        return []
    lines = tree_of(document, document.signatures.all()).signatures
    return [line.role for line in lines if line.role in _OUTSIDE]


def gaps(document: Document) -> list[Gap]:
    """What must still be written before the document can be submitted, signed or issued."""
    return gaps_in(definition_of(document), context_of(document))


@overload
def render(document: Document, fmt: Literal["html"], *, check_base: str = "") -> str: ...
@overload
def render(document: Document, fmt: Literal["pdf", "docx", "xlsx"], *, check_base: str = "") -> bytes: ...
def render(document: Document, fmt: Format, *, check_base: str = "") -> bytes | str:
    """The document as a piece of a page, a PDF, a Word file or a workbook, with the signatures and the seal it bears.

    The PDF of an issued document is the archived one, byte for byte; a draft is drawn anew and marked 草稿.
    ``crypto.Unreadable`` when the archived file was changed on disk.
    """
    if fmt == "pdf" and document.archive is not None:
        if document.archive.erased_at is not None:
            raise NotReady("这份文书的归档文件已依法删除")
        return files.content(document.archive)
    tree = tree_of(document, document.signatures.all(), check_base=check_base)
    if fmt == "html":
        return render_html(tree)
    if fmt == "docx":
        return letterheads.render(document, tree) or render_docx(tree)
    if fmt == "xlsx":
        return render_xlsx(tree)
    return render_pdf(tree, timestamp=document.created_at, author=document.organisation.name)


def preview(document: Document, editable: Mapping[str, str], answers: Mapping[str, object] | None = None) -> str:
    """A draft as it would read with these texts (and answers, as typed), as a piece of a page; nothing is stored."""
    definition = definition_of(document)
    given = {**context_of(document), "editable": dict(editable)}
    if answers is not None:
        lists = codelists(document.organisation)
        given["answers"] = clean_answers(
            definition, {**(document.answers or {}), **answers}, lists, today=timezone.localdate()
        )
    tree = build(
        definition,
        given,
        number="",
        issued_on=None,
        check_url="",
        check_code="",
        status="draft",
        codelists=codelists(document.organisation),
    )
    return render_html(tree)


@dataclass(frozen=True)
class Rendered:
    """One of a batch: its content, or in Chinese why it could not be drawn."""

    document: Document
    content: bytes
    fault: str = ""


def render_many(
    documents: Iterable[Document],
    progress: Callable[[int, int], None] | None = None,
    *,
    fmt: Literal["pdf", "docx"] = "pdf",
) -> Iterator[Rendered]:
    """Draw many, one after another; ``progress(done, total)`` after each. A faulty one does not stop the rest."""
    rows = list(documents)
    for done, document in enumerate(rows, 1):
        try:
            yield Rendered(document, render(document, fmt))
        except (ZhiyinError, OSError) as error:
            yield Rendered(document, b"", str(error) or type(error).__name__)
        if progress is not None:
            progress(done, len(rows))


def _loaded(documents: QuerySet[Document]) -> QuerySet[Document]:
    return documents.select_related(
        "organisation", "person", "author__user", "archive", "seal__file", "volume"
    ).prefetch_related("signatures__by__user", "signatures__guardian", "steps__by__user")


def issued(organisation: Organisation, template: str, *, limit: int | None = None) -> list[Document]:
    """Documents of a template in force at an agency, the latest first, loaded for drawing."""
    rows = Document.objects.filter(organisation=organisation, template=template, state__in=[*IN_FORCE])
    return list(_loaded(rows).order_by("-issued_at")[:limit])


def get(who: Actor, document_id: uuid.UUID) -> Document:
    """The document with its rows loaded, within reach of ``who``; ``Document.DoesNotExist`` outside it."""
    document = _loaded(policies.scope(who)).get(pk=document_id)
    policies.require(who, "documents.read", document)
    return document


def list_for(
    who: Actor,
    *,
    case_id: uuid.UUID | None = None,
    person: Person | None = None,
    subject_id: uuid.UUID | None = None,
    subject_kind: str = "",
) -> list[Document]:
    """The documents of a case, of a person or of another subject that ``who`` may see, newest first.

    Nothing is unsealed. ``superseded_by`` tells which of them is not the current one.
    """
    found = policies.scope(who)
    if subject_id is not None:
        found = found.filter(subject_id=subject_id)
    if subject_kind:
        found = found.filter(subject_kind=subject_kind)
    if case_id is not None:
        found = found.filter(case_id=case_id)
    if person is not None:
        found = found.filter(person=person)
    return list(found.select_related("author__user", "supersedes", "organisation").order_by("-created_at", "-id"))


@dataclass(frozen=True)
class Numbered:
    """A number of the register, in force or not; ``why`` is the reason for which it was declared void."""

    document: Document
    serial: int
    why: str


def number_register(who: Actor, template: str, year: int) -> list[Numbered]:
    """Every number that the own organisation gave to a kind in a year, in order, void ones with their reason."""
    policies.require(who, "documents.read")
    rows = policies.scope(who).exclude(number="").filter(template=template, issued_at__year=year)
    found = []
    for document in rows.select_related("person", "organisation").prefetch_related("steps"):
        reasons = [step.comment for step in document.steps.all() if step.kind == StepKind.REVOKED]
        found.append(Numbered(document, 0, reasons[-1] if reasons else ""))
    found.sort(key=lambda row: number_key(row.document.number))
    return [Numbered(row.document, index, row.why) for index, row in enumerate(found, 1)]


def number_key(number: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts LJ-FA-2026-9 before LJ-FA-2026-10."""
    return tuple(
        (1, int(part), "") if part.isdecimal() else (0, 0, part) for part in re.split(r"(\d+)", number) if part
    )


@dataclass(frozen=True)
class Editor:
    """One text the adviser writes: its label, the hint shown while writing, and the text to start from."""

    id: str
    section: str
    label: str
    guidance: str
    required: bool
    text: str
    section_id: str


@dataclass(frozen=True)
class Waiting:
    """A document that waits for a supervisor. ``own``: the same human being wrote it, so another must sign it off."""

    document: Document
    since: datetime | None
    returns: int
    own: bool


def awaiting_sign_off(who: Actor) -> list[Waiting]:
    """What is submitted within reach of ``who``, the longest waiting first; three queries."""
    rows = policies.scope(who, "documents.sign_off").filter(state=State.SUBMITTED)
    waiting = []
    for document in rows.select_related("person", "author__user").prefetch_related("steps"):
        steps = list(document.steps.all())
        since = max((step.happened_at for step in steps if step.kind == StepKind.SUBMITTED), default=None)
        returns = sum(step.kind == StepKind.RETURNED for step in steps)
        waiting.append(Waiting(document, since, returns, policies.is_author(who, document)))
    return sorted(waiting, key=lambda row: (row.since or row.document.created_at, row.document.pk))


@dataclass(frozen=True)
class SignatureLine:
    """A line at the foot of the document; ``signature`` is None while nobody signed."""

    role: str
    label: str
    signature: Signature | None


@dataclass(frozen=True)
class DocumentPage:
    """Everything the screen of one document shows. ``actions`` are the steps ``who`` may take now.

    ``form`` asks the questions of the sections that are shown (None without any), ``answers`` are the stored ones;
    ``guidance`` tells how to write each section, by id; ``needed`` are the agreements it needs before issue.
    """

    document: Document
    state: State
    state_label: str
    html: str
    gaps: list[Gap]
    editors: list[Editor]
    steps: list[DocumentStep]
    lines: list[SignatureLine]
    revoked: list[Signature]
    content_hash: str
    actions: frozenset[str]
    form: FormDefinition | None
    answers: Mapping[str, object]
    guidance: Mapping[str, str]
    needed: list[StepKind]


def page(document_id: uuid.UUID, who: Actor) -> DocumentPage:
    """The document's page for ``who``; the reading is noted. ``Document.DoesNotExist`` outside the reach of ``who``."""
    document = get(who, document_id)
    definition, context = definition_of(document), context_of(document)
    steps, signatures, shown = list(document.steps.all()), list(document.signatures.all()), content_of(document)
    given = {signature.role: signature for signature in standing(signatures, shown)}
    tree = tree_of(document, signatures)
    lines = [SignatureLine(line.role, line.label, given.get(line.role)) for line in tree.signatures]
    texts = starting_texts(definition, context)
    asked = asked_texts(definition, context)
    state = state_of(steps)
    result = DocumentPage(
        document=document,
        state=state,
        state_label=state.label,
        html=render_html(tree),
        gaps=[] if document.number else gaps_in(definition, context),
        editors=[
            Editor(
                block.editable,
                section.title,
                block.label,
                block.guidance,
                block.required,
                texts[block.editable],
                section.id,
            )
            for section in definition.sections
            for block in section.blocks
            if isinstance(block, EditableBlock) and block.editable in asked
        ],
        steps=steps,
        lines=lines,
        revoked=[signature for signature in signatures if signature.revoked_at is not None],
        content_hash=shown,
        actions=frozenset(_actions(who, document, state)),
        form=form_of(definition, shown_sections(definition, context)) if definition.inputs() else None,
        answers=document.answers or {},
        guidance={section.id: section.guidance for section in definition.sections if section.guidance},
        needed=needed_steps(document),
    )
    _note(who, document, f"查看文书《{document.title}》")
    return result


def _note(who: Actor, document: Document, what: str) -> None:
    if document.person_id is not None:  # what is about nobody is no reading of personal data
        note_reading(who, document, document.person_id, what)


_STEP_RIGHTS = {
    StepKind.SUBMITTED: "documents.write",
    StepKind.RETURNED: "documents.agree",
    StepKind.SIGNED_OFF: "documents.sign_off",
    StepKind.SIGNING: "documents.write",
    StepKind.ISSUED: "documents.issue",
    StepKind.HANDED_OVER: "documents.issue",
    StepKind.REVOKED: "documents.revoke",
    StepKind.SUPERSEDED: "documents.write",
}


def _actions(who: Actor, document: Document, state: State) -> Iterator[str]:
    needed, missing = needed_steps(document), missing_steps(document)
    held = {right: policies.can(who, right, document) for right in {*_STEP_RIGHTS.values(), "documents.sign"}}
    if held["documents.write"] and state in ALLOWED_FROM[StepKind.SUBMITTED]:
        yield "change"
    if held["documents.sign"] and state not in ENDED:
        yield "sign"
    for kind, right in _STEP_RIGHTS.items():
        if state not in ALLOWED_FROM[kind]:
            continue
        recall = kind == StepKind.RETURNED and state == State.SIGNING and held["documents.write"]
        own = kind == StepKind.SIGNED_OFF and policies.is_author(who, document)
        early = kind in {StepKind.ISSUED, StepKind.SIGNING} and bool(missing)
        needless = kind == StepKind.SIGNED_OFF and needed and StepKind.SIGNED_OFF not in needed
        back = kind == StepKind.RETURNED and state != State.SIGNING and not may_return(who, document)
        if (held[right] or recall) and not (own or early or needless or back):
            yield kind.value
    if state in ALLOWED_FROM[StepKind.APPROVED]:
        yield from (kind.value for kind in open_to(who, document) if state in ALLOWED_FROM[kind])


@dataclass(frozen=True)
class Download:
    name: str
    media_type: str
    content: bytes


def download(
    who: Actor, document_id: uuid.UUID, fmt: Literal["pdf", "docx", "xlsx"], *, check_base: str = ""
) -> Download:
    """The document as a file for ``who``, within reach and noted as a reading. The name holds no personal data."""
    document = get(who, document_id)
    content = render(document, fmt, check_base=check_base)
    _note(who, document, f"下载文书《{document.title}》")
    name = f"{document.title}-{document.number or '草稿'}.{fmt}".replace("/", "-")
    return Download(name, MEDIA_TYPES[fmt], content)


@dataclass(frozen=True)
class CheckResult:
    """What anybody who holds the printed code may learn. Unknown: only ``state`` and ``state_label``."""

    state: Literal["valid", "superseded", "revoked", "unknown"]
    state_label: str
    number: str = ""
    title: str = ""
    name_masked: str = ""
    issued_on: date | None = None
    issuer: str = ""
    hash_start: str = ""


UNKNOWN = CheckResult("unknown", "查不到这个核验码。请核对是否抄错；如果文书上就是这个码，它可能是伪造的")


def check(code: str) -> CheckResult:
    """What stands behind a printed check code, however it was typed.

    The code is computed anew from number and content hash, so a row changed in the database is not confirmed.
    """
    typed = ids.normalise_code(code)
    if not typed:
        return UNKNOWN
    document = Document.objects.select_related("organisation", "person").filter(check_code=typed).first()
    if document is None or document.issued_at is None:
        return UNKNOWN
    if not ids.check_code_matches(keys.check_key(), coded_text(document), typed):
        return UNKNOWN
    state: Literal["valid", "superseded", "revoked"]
    if document.state in IN_FORCE:
        state, label = "valid", "有效"
    elif document.state == State.SUPERSEDED:
        state, label = "superseded", "已被新的文书取代"
    else:
        state, label = "revoked", "已作废"
    return CheckResult(
        state=state,
        state_label=label,
        number=document.number,
        title=document.title,
        name_masked=mask_name(document.person.name) if document.person is not None else document.subject_label,
        issued_on=timezone.localdate(document.issued_at),
        issuer=document.organisation.name,
        hash_start=document.content_hash[:8],
    )


def coded_text(document: Document) -> str:
    """What the check code is computed from: the issuer, the number and the hash of the content."""
    return f"{document.organisation_id}/{document.number}/{document.content_hash}"
