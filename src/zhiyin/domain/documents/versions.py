"""Versions of a draft: what was kept when, how two differ, and taking over a new wording of the pack."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from django.utils import timezone

from zhiyin.domain.audit.acting import Actor, command, record
from zhiyin.domain.documents import policies, steps
from zhiyin.domain.documents.building import (
    bare_tree,
    content_of,
    context_of,
    definition_in_force,
    definition_of,
    in_own_words,
    wording_of,
)
from zhiyin.domain.documents.freezing import freeze
from zhiyin.domain.documents.models import Document, DocumentVersion
from zhiyin.domain.documents.states import EDITABLE
from zhiyin.domain.standards.commands import current_snapshot
from zhiyin.engines.documents import DocumentDefinition, clean_answers
from zhiyin.engines.documents.build import starting_texts
from zhiyin.engines.documents.compare import Change, Part, compare, parts
from zhiyin.engines.documents.tree import content_hash
from zhiyin.kernel.errors import Conflict, DefinitionError, Invalid, NotReady


def keep(document: Document, why: str) -> DocumentVersion | None:
    """Keep what the document says now, as part of the calling command; None when the last version says the same."""
    tree = bare_tree(document)
    digest = content_hash(tree)
    last = document.versions.order_by("-number").first()
    if last is not None and (last.content_hash == digest or last.number >= document.version):
        return None
    version = DocumentVersion(
        document=document, number=document.version, by=steps.membership(), why=why, content_hash=digest
    )
    version.content = {
        "editable": document.editable or {},
        "answers": document.answers or {},
        "said": [asdict(part) for part in parts(tree)],
    }
    version.save(force_insert=True)
    return version


def versions_of(document: Document) -> list[DocumentVersion]:
    """The kept versions, oldest first, with who saved them; two queries at most."""
    return list(document.versions.select_related("by__user"))


def _parts(version: DocumentVersion) -> list[Part]:
    content = version.content
    if content is None:
        raise NotReady("这个人的个人信息已依法删除，旧版本不再可读")
    return [Part(**part) for part in content["said"]]


def compare_versions(who: Actor, document: Document, before: int, after: int) -> list[Change]:
    """What version ``after`` says otherwise than ``before``; ``Invalid`` for a number that was not kept."""
    policies.require(who, "documents.read", document)
    rows = {row.number: row for row in document.versions.filter(number__in=[before, after])}
    absent = [number for number in (before, after) if number not in rows]
    if absent:
        raise Invalid({"version": [f"没有第 {number} 版" for number in absent]})
    return compare(_parts(rows[before]), _parts(rows[after]))


def pack_changed(document: Document) -> bool:
    """Whether a draft was made from another wording than the one that is installed now."""
    if document.state not in EDITABLE:
        return False
    try:
        definition = definition_in_force(document.template, document.organisation)
    except Invalid:
        return False  # no pack supplies it any more: nothing to take over
    return in_own_words(definition, document.organisation) != definition_of(document)


@dataclass(frozen=True)
class Renewal:
    """A draft in its new wording. ``dropped`` names the questions whose answers found no place in it."""

    document: Document
    dropped: tuple[str, ...]


@command("documents.renew")
def renew(document: Document, version: int, *, context: Mapping[str, object] | None = None) -> Renewal:
    """Take over the wording that is installed now, keeping texts and answers as far as it still asks for them.

    ``context`` replaces the data where the new wording speaks of more. Standing signatures are revoked, since they
    were given for another text. ``Conflict`` when ``version`` is not the stored one.
    """
    document = steps.locked(document, "documents.write")
    if document.version != version:
        raise Conflict("这份文书刚刚被别人改过。请刷新后再试")
    if document.state not in EDITABLE:
        raise NotReady(f"文书现在是“{document.get_state_display()}”，不能换用新版模板")
    definition = definition_in_force(document.template, document.organisation)
    kept, dropped = _fitting(
        in_own_words(definition, document.organisation), document.answers or {}, document.editable or {}
    )
    if context is not None:
        document.context = freeze({key: value for key, value in context.items() if key not in steps.SUPPLIED})
    document.template_version, document.wording = definition.version, wording_of(definition, document.organisation)
    document.snapshot = current_snapshot(document.organisation)
    document.answers = kept
    known = {block.editable for block in definition.editables()}
    texts = {name: text for name, text in (document.editable or {}).items() if name in known}
    document.editable = starting_texts(definition, {**context_of(document), "editable": texts})
    document.version += 1
    try:
        content_of(document)
    except DefinitionError as fault:
        raise NotReady(f"新版模板用到了这份文书还没有的数据：{fault}") from fault
    document.save()
    revoked = document.signatures.filter(revoked_at=None).update(revoked_at=timezone.now())
    keep(document, "换用新版模板")
    record("documents.renewed", document, version=definition.version, dropped=dropped, revoked=revoked)
    return Renewal(document, tuple(dropped))


def _fitting(
    definition: DocumentDefinition, answers: Mapping[str, object], texts: Mapping[str, str]
) -> tuple[dict[str, object], list[str]]:
    """The answers that the definition still takes, and the names of texts and answers that it does not."""
    dropped = [name for name in texts if name not in {block.editable for block in definition.editables()}]
    asked = {field.id for field in definition.inputs()}
    dropped += [name for name in answers if name not in asked]
    left = {name: value for name, value in answers.items() if name in asked}
    try:
        kept = clean_answers(definition, left, today=timezone.localdate())
    except Invalid as fault:
        unfit = {place.partition("[")[0] for place in fault.errors}
        dropped += sorted(unfit)
        left = {name: value for name, value in left.items() if name not in unfit}
        kept = clean_answers(definition, left, today=timezone.localdate())
    return kept, dropped
