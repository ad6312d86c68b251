"""The official seal (公章) as a picture: kept by right, put under a document at its issue, each use in the log."""

import struct
import zlib

from django.utils import timezone

from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.documents import ink, policies, steps
from zhiyin.domain.documents.models import Document, SealImage
from zhiyin.domain.files import commands as files
from zhiyin.domain.organisations.models import Organisation
from zhiyin.kernel.errors import Invalid, NotReady, Refused

_LEAST_SIDE, _MOST_PIXELS = 100, 4_000_000


def seal_of(organisation: Organisation) -> SealImage | None:
    """The seal in use, with its file loaded."""
    return SealImage.objects.select_related("file").filter(organisation=organisation, ended_at=None).first()


@command("documents.keep_seal")
def keep_seal(organisation: Organisation, png: bytes, name: str = "") -> SealImage:
    """Keep the picture of the seal, a PNG of at least 100 pixels a side; the one before it is used no more.

    ``name`` is what the seal says, by default the name of the organisation.
    """
    who = actor()
    policies.require(who, "documents.keep_seal")
    if who.kind == "staff" and who.organisation_id != organisation.pk:
        raise Refused("只能保管本机构的公章")
    _check(png)
    name = name.strip() or organisation.name
    if len(name) > 120:
        raise Invalid({"name": ["印章名称最多 120 字"]})
    organisation.seals.filter(ended_at=None).update(ended_at=timezone.now())
    stored = files.store(organisation, "公章.png", png)
    seal = SealImage.objects.create(organisation=organisation, name=name, file=stored, uploaded_by=steps.membership())
    record("documents.seal_kept", seal, digest=stored.digest)
    return seal


@command("documents.end_seal")
def end_seal(seal: SealImage, reason: str) -> None:
    """Take a seal out of use, saying why; what was issued under it keeps it."""
    who = actor()
    policies.require(who, "documents.keep_seal")
    if who.kind == "staff" and who.organisation_id != seal.organisation_id:
        raise Refused("只能停用本机构的公章")
    if not reason.strip():
        raise Invalid({"reason": ["请写明停用的原因"]})
    seal.ended_at = timezone.now()
    seal.save(update_fields=["ended_at"])
    record("documents.seal_ended", seal, reason=reason.strip())


def put_under(document: Document) -> None:
    """Part of issuing: the seal in use is put under the document and the use is logged. ``NotReady`` without one."""
    policies.require(actor(), "documents.seal", document)
    seal = seal_of(document.organisation)
    if seal is None:
        raise NotReady("本机构还没有上传公章图样", ["公章"])
    document.seal = seal
    record("documents.sealed", document, seal=str(seal.pk))


def _check(png: bytes) -> None:
    if len(png) > ink.MOST_BYTES:
        raise Invalid({"image": [f"公章图片最大 {ink.MOST_BYTES // 1000} KB"]})
    try:
        dark = ink.dark_pixels(png)
    except (ValueError, zlib.error, struct.error, KeyError, IndexError):
        raise Invalid({"image": ["公章图片要是普通的 PNG（8 位色、非隔行），请另存后再传"]}) from None
    if min(dark.shape) < _LEAST_SIDE:
        raise Invalid({"image": [f"公章图片太小，长和宽至少 {_LEAST_SIDE} 像素"]})
    if not 0.005 < dark.mean() < 0.7:
        raise Invalid({"image": ["图片里看不出印章，请检查是不是空白图"]})
