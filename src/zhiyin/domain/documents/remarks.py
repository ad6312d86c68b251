"""Comments on the sections of a document: threads with author, resolved by whoever may write or agree."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from zhiyin.domain.audit.acting import Actor, command, record
from zhiyin.domain.documents import policies, steps
from zhiyin.domain.documents.building import definition_of
from zhiyin.domain.documents.models import Document, Remark
from zhiyin.kernel.errors import Invalid, NotReady

LONGEST = 2000


@command("documents.remark")
def remark(document: Document, section: str, text: str, *, field: str = "", thread: Remark | None = None) -> Remark:
    """Comment on a section (or one of its fields), or answer in ``thread``; not on what has been issued."""
    document = steps.locked(document, "documents.remark")
    if document.number:
        raise NotReady("文书已经出具，不能再批注；有话请写在新的一份里")
    text = text.strip()
    if not text:
        raise Invalid({"text": ["请写下意见"]})
    if len(text) > LONGEST:
        raise Invalid({"text": [f"意见最多 {LONGEST} 字，现在 {len(text)} 字"]})
    if thread is not None:
        if thread.document_id != document.pk:
            raise Invalid({"thread": ["这条批注不在这份文书上"]})
        thread = Remark.objects.select_for_update(of=("self",)).get(pk=thread.thread_id or thread.pk)
        section, field = thread.section, thread.field
    definition = definition_of(document)
    if section not in {part.id for part in definition.sections}:
        raise Invalid({"section": ["这份文书没有这一节"]})
    fields = {asked.id for asked in definition.inputs()} | {block.editable for block in definition.editables()}
    if field and field not in fields:
        raise Invalid({"field": ["这份文书没有这一项"]})
    made = Remark(
        document=document,
        section=section,
        field=field,
        thread=thread,
        by=steps.membership(),
        version=document.version,
    )
    made.text = text
    made.save(force_insert=True)
    if thread is not None and thread.resolved_at is not None:
        thread.resolved_at = thread.resolved_by = None
        thread.save(update_fields=["resolved_at", "resolved_by"])
    record("documents.remarked", document, section=section, remark=str(made.pk))
    return made


@command("documents.resolve_remark")
def resolve(first: Remark) -> Remark:
    """Mark a thread as dealt with; another answer opens it again."""
    document = steps.locked(first.document, "documents.remark")
    first = Remark.objects.select_for_update(of=("self",)).get(pk=(first.thread_id or first.pk))
    if first.resolved_at is not None:
        raise Invalid({"thread": ["这条批注已经处理过了"]})
    first.resolved_at, first.resolved_by = timezone.now(), steps.membership()
    first.save(update_fields=["resolved_at", "resolved_by"])
    record("documents.remark_resolved", document, remark=str(first.pk))
    return first


@dataclass(frozen=True)
class Thread:
    """A comment with its answers, oldest first."""

    first: Remark
    answers: Sequence[Remark]

    @property
    def is_open(self) -> bool:
        return self.first.resolved_at is None


def threads(who: Actor, document: Document) -> list[Thread]:
    """The threads of a document for staff, in order of writing; nothing for outsiders. One query."""
    if who.kind not in {"staff", "system", "job"}:
        return []
    policies.require(who, "documents.read", document)
    rows = list(document.remarks.select_related("by__user", "resolved_by__user"))
    for row in rows:
        row.document = document  # so that reading the sealed text asks for no further row
    return [
        Thread(row, [answer for answer in rows if answer.thread_id == row.pk]) for row in rows if row.thread_id is None
    ]


def open_remarks(document: Document) -> int:
    """How many threads still wait to be dealt with."""
    return document.remarks.filter(thread=None, resolved_at=None).count()
