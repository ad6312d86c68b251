"""Writes about files."""

import hashlib
import io
import os
import zipfile
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from zhiyin.domain.audit import keys
from zhiyin.domain.audit.acting import command, record
from zhiyin.domain.files.models import StoredFile
from zhiyin.domain.organisations.models import Organisation
from zhiyin.kernel import crypto
from zhiyin.kernel.errors import Invalid

_SIGNATURES: tuple[tuple[bytes, str, tuple[str, ...]], ...] = (
    (b"%PDF-", "application/pdf", (".pdf",)),
    (b"\x89PNG\r\n\x1a\n", "image/png", (".png",)),
    (b"\xff\xd8\xff", "image/jpeg", (".jpg", ".jpeg")),
    (
        b"PK\x03\x04",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        (".docx",),
    ),
)


def sniff(content: bytes, name: str) -> str:
    """The media type by content; a name that says otherwise, or a kind we do not keep, is refused."""
    suffix = Path(name).suffix.lower()
    for magic, media_type, suffixes in _SIGNATURES:
        if content.startswith(magic):
            if suffix and suffix not in suffixes:
                raise Invalid({"file": [f"文件内容是 {suffixes[0]}，扩展名却是 {suffix}，请核对"]})
            if suffixes == (".docx",) and not _is_word(content):
                raise Invalid({"file": ["这不是 Word（docx）文件"]})
            return media_type
    raise Invalid({"file": ["只收 PDF、PNG、JPG 和 Word（docx）文件"]})


def _is_word(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "word/document.xml" in archive.namelist()
    except (zipfile.BadZipFile, OSError):
        return False


def path_of(stored: StoredFile) -> Path:
    text = str(stored.pk)
    return Path(settings.HOME) / "files" / text[-2:] / text


@command("files.store")
def store(organisation: Organisation, name: str, content: bytes, *, person: object = None) -> StoredFile:
    """Keep ``content`` encrypted. The file is written whole before the row that names it is committed."""
    limit = settings.OPTIONS["files.max_megabytes"]
    if not content:
        raise Invalid({"file": ["文件是空的"]})
    if len(content) > limit * 1024 * 1024:
        raise Invalid({"file": [f"文件超过 {limit} MB"]})
    stored = StoredFile(
        organisation=organisation,
        name=Path(name).name[:200],
        media_type=sniff(content, name),
        size=len(content),
        digest=hashlib.sha256(content).hexdigest(),
    )
    path = path_of(stored)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    temporary = path.with_suffix(".new")
    try:
        with open(temporary, "wb") as out:
            out.write(crypto.seal(keys.file_key(), content, str(stored.pk).encode(), keys.suite()))
            out.flush()
            os.fsync(out.fileno())
        os.replace(temporary, path)
    except OSError:
        # a full disk must not be filled further by what nobody can use
        temporary.unlink(missing_ok=True)
        raise
    stored.save(force_insert=True)
    record("files.stored", stored, person=person, size=stored.size)
    return stored


@command("files.erase")
def erase(stored: StoredFile) -> None:
    """Remove the content; the row stays and says so."""
    path_of(stored).unlink(missing_ok=True)
    stored.erased_at = timezone.now()
    stored.save(update_fields=["erased_at"])
    record("files.erased", stored)
