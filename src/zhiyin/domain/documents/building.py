"""From a stored document to the tree that is printed: its own wording, its data, its standing signatures."""

import base64
import functools
import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import timezone

from zhiyin.domain.audit.acting import actor, record
from zhiyin.domain.documents.freezing import thaw
from zhiyin.domain.documents.models import Document, Signature, Wording
from zhiyin.domain.documents.states import LEVELS, StepKind
from zhiyin.domain.files import queries as files
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.standards.queries import active
from zhiyin.engines.documents import DocumentDefinition
from zhiyin.engines.documents.build import build
from zhiyin.engines.documents.inputs import with_options
from zhiyin.engines.documents.tree import Document as Tree
from zhiyin.engines.documents.tree import Seal, content_hash
from zhiyin.engines.forms import CodeList
from zhiyin.kernel.errors import DefinitionError, Invalid, NotReady
from zhiyin.packs.installed import registry


def packs_of(organisation: Organisation | None) -> Any:
    """The definitions that an organisation works by; those of the packs where none is known."""
    return registry() if organisation is None else active(organisation)


def definition_in_force(template: str, organisation: Organisation | None = None) -> DocumentDefinition:
    """The definition that the organisation's new documents are made from; ``Invalid`` at ``template`` without one."""
    try:
        found = packs_of(organisation).get("document", template)
    except DefinitionError:
        raise Invalid({"template": ["没有安装这种文书模板"]}) from None
    assert isinstance(found, DocumentDefinition)
    return found


def codelists(organisation: Organisation | None = None) -> dict[str, CodeList]:
    """The code lists that an organisation works by, by id."""
    return {item.id: item for item in packs_of(organisation).all("codelist")}


def in_own_words(definition: DocumentDefinition, organisation: Organisation) -> DocumentDefinition:
    """The definition with the labels of its code lists written in, as documents keep it."""
    if not definition.inputs():
        return definition
    return with_options(definition, codelists(organisation), today=timezone.localdate())


def wording_of(definition: DocumentDefinition, organisation: Organisation) -> Wording:
    """The stored wording of ``definition`` in its own words, kept at its first use."""
    definition = in_own_words(definition, organisation)
    body = definition.model_dump(mode="json", by_alias=True)
    digest = hashlib.sha256(json.dumps(body, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    wording, created = Wording.objects.get_or_create(
        hash=digest, defaults={"template": definition.id, "version": definition.version, "body": body}
    )
    if created:
        record("documents.wording_first_used", wording)
    return wording


@functools.lru_cache(maxsize=64)
def _parsed(wording_hash: str) -> DocumentDefinition:
    body = Wording.objects.values_list("body", flat=True).get(pk=wording_hash)
    return DocumentDefinition.model_validate_json(json.dumps(body))


def definition_of(document: Document) -> DocumentDefinition:
    """The definition this document was made from, whatever the packs say today."""
    return _parsed(document.wording_id)


def context_of(document: Document) -> dict[str, Any]:
    """The data of the document with the adviser's texts; ``NotReady`` once the person's data were erased."""
    frozen = document.context
    if frozen is None:
        raise NotReady("这个人的个人信息已依法删除，文书内容不再可读")
    return {**thaw(frozen), "editable": document.editable or {}, "answers": document.answers or {}}


def standard_context(definition: DocumentDefinition, organisation: Organisation, level: int | None) -> dict[str, Any]:
    """What every document of a named subject may speak of: ``agency``, ``author`` (with grade ``level``), ``today``."""
    if definition.subject is None:
        return {}
    agency = {name: getattr(organisation, name) for name in ("name", "code", "address", "phone")}
    who = actor()
    named = who.name if who.kind == "staff" else ""
    author = {"name": named, "level": LEVELS.get(level or 0, "")}
    return {"agency": agency, "author": author, "today": timezone.localdate()}


def standing(signatures: Iterable[Signature], shown: str) -> list[Signature]:
    """Those that are not revoked and were given for the content ``shown`` (a hash)."""
    return [signature for signature in signatures if signature.revoked_at is None and signature.content_hash == shown]


def content_of(document: Document) -> str:
    """Hash of what the document says now; of an issued one, of what was issued."""
    return document.content_hash or content_hash(bare_tree(document))


def bare_tree(document: Document) -> Tree:
    """What the document says, without number, check code, signatures and seal."""
    return build(
        definition_of(document),
        context_of(document),
        number="",
        issued_on=None,
        check_url="",
        check_code="",
        status="draft",
        codelists=codelists(document.organisation),
    )


def tree_of(document: Document, signatures: Iterable[Signature], *, check_base: str = "") -> Tree:
    """The whole document as a tree: a draft without number and check code, an issued one with both.

    ``check_base`` is the address that the check code is put after, by default the public address of the installation.
    """
    context = context_of(document)
    context["signatures"] = {
        signature.role: {
            "name": signature.name,
            "signed_on": timezone.localdate(signature.signed_at),
            "image": base64.b64decode(signature.image) if signature.image else None,
        }
        for signature in standing(signatures, content_of(document))
    }
    for role, entry in _answering(document).items():
        context["signatures"].setdefault(role, entry)
    base = check_base or default_check_base()
    return build(
        definition_of(document),
        context,
        number=document.number,
        issued_on=timezone.localdate(document.issued_at) if document.issued_at else None,
        check_url=f"{base}{document.check_code}" if base and document.check_code else "",
        check_code=document.check_code,
        status="issued" if document.number else "draft",
        codelists=codelists(document.organisation),
        seal=Seal(document.seal.name, files.content(document.seal.file)) if document.seal is not None else None,
    )


_ANSWERS_AS = {
    StepKind.REVIEWED: "reviewer",
    StepKind.APPROVED: "approver",
    StepKind.SIGNED_OFF: "supervisor",
}


def _answering(document: Document) -> dict[str, dict[str, Any]]:
    """Who answers for an issued document by an act under the own account: its author, and who signed it off."""
    if document.issued_at is None:
        return {}
    found: dict[str, dict[str, Any]] = {}
    if document.author is not None:
        entry = {"name": document.author.user.name, "signed_on": timezone.localdate(document.issued_at)}
        found |= dict.fromkeys(("adviser", "author", "drafter", "planner"), entry)
    for step in document.steps.all():
        role = _ANSWERS_AS.get(StepKind(step.kind))
        if role is not None and step.by is not None:
            found[role] = {"name": step.by.user.name, "signed_on": timezone.localdate(step.happened_at)}
    return found


def default_check_base() -> str:
    """``<public address>/check/``; "" when the installation has no address of its own in its settings."""
    address = str(settings.OPTIONS["web.address"]).rstrip("/")
    return f"{address}/check/" if address else ""
