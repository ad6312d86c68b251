"""From a stored document to the tree that is printed: its own wording, its data, its standing signatures."""

import base64
import functools
import hashlib
import json
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.utils import timezone

from zhiyin.domain.audit.acting import record
from zhiyin.domain.documents.freezing import thaw
from zhiyin.domain.documents.models import Document, Signature, Wording
from zhiyin.domain.documents.states import StepKind
from zhiyin.engines.documents import DocumentDefinition
from zhiyin.engines.documents.build import build
from zhiyin.engines.documents.tree import Document as Tree
from zhiyin.engines.documents.tree import content_hash
from zhiyin.kernel.errors import DefinitionError, Invalid, NotReady
from zhiyin.packs.installed import registry


def definition_in_force(template: str) -> DocumentDefinition:
    """The definition that new documents are made from; ``Invalid`` at ``template`` when no pack supplies it."""
    try:
        found = registry().get("document", template)
    except DefinitionError:
        raise Invalid({"template": ["没有安装这种文书模板"]}) from None
    assert isinstance(found, DocumentDefinition)
    return found


def wording_of(definition: DocumentDefinition) -> Wording:
    """The stored wording of ``definition``, kept at its first use."""
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
    return {**thaw(frozen), "editable": document.editable or {}}


def standing(signatures: Iterable[Signature], shown: str) -> list[Signature]:
    """Those that are not revoked and were given for the content ``shown`` (a hash)."""
    return [signature for signature in signatures if signature.revoked_at is None and signature.content_hash == shown]


def content_of(document: Document) -> str:
    """Hash of what the document says now; of an issued one, of what was issued."""
    return document.content_hash or content_hash(_bare(document))


def _bare(document: Document) -> Tree:
    return build(
        definition_of(document),
        context_of(document),
        number="",
        issued_on=None,
        check_url="",
        check_code="",
        status="draft",
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
    )


def _answering(document: Document) -> dict[str, dict[str, Any]]:
    """Who answers for an issued document by an act under the own account: its author, and who signed it off."""
    if document.issued_at is None:
        return {}
    found: dict[str, dict[str, Any]] = {}
    if document.author is not None:
        found["adviser"] = {"name": document.author.user.name, "signed_on": timezone.localdate(document.issued_at)}
    for step in document.steps.all():
        if step.kind == StepKind.SIGNED_OFF and step.by is not None:
            found["supervisor"] = {"name": step.by.user.name, "signed_on": timezone.localdate(step.happened_at)}
    return found


def default_check_base() -> str:
    """``<public address>/check/``; "" when the installation has no address of its own in its settings."""
    address = str(settings.OPTIONS["web.address"]).rstrip("/")
    return f"{address}/check/" if address else ""
