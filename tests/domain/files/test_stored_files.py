"""Uploads: told by content, encrypted on disk, checked when read."""

import os
from pathlib import Path
from typing import Any

import pytest

from tests import factories, factories_files
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.files import commands, queries
from zhiyin.domain.files.models import StoredFile
from zhiyin.kernel.crypto import Unreadable
from zhiyin.kernel.errors import Invalid

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n" + b"a plan for somebody " * 20


@pytest.fixture(autouse=True)
def _own_home(home: Path) -> None:
    """Files of one test are not those of another."""


def _store(content: bytes = PDF, name: str = "方案.pdf") -> StoredFile:
    body = factories.agency()
    with acting(SYSTEM, "x"):
        return commands.store(body, name, content)


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (PDF, "a.pdf", "application/pdf"),
        (PDF, "A.PDF", "application/pdf"),
        (PDF, "没有扩展名", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n....", "a.png", "image/png"),
        (b"\xff\xd8\xff....", "a.jpeg", "image/jpeg"),
        (factories_files.docx(), "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ],
)
def test_the_kind_is_told_by_the_content(content: bytes, name: str, media_type: str) -> None:
    assert commands.sniff(content, name) == media_type


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (PDF, "a.png"),
        (b"MZ\x90\x00", "a.pdf"),
        (b"<script>alert(1)</script>", "a.html"),
        (b"\x89PNG", "a.png"),
        (b"", "a.pdf"),
        (b"PK\x03\x04 any archive", "a.zip"),
    ],
)
def test_what_is_not_what_it_says_is_refused_and_nothing_is_written(home: Path, content: bytes, name: str) -> None:
    with pytest.raises(Invalid) as caught:
        _store(content, name)
    assert list(caught.value.errors) == ["file"]
    assert not StoredFile.objects.exists()
    assert [path for path in home.rglob("*") if path.is_file() and path.parent.name not in {"keys", "seals"}] == []


def test_an_archive_that_is_no_word_document_is_refused() -> None:
    with pytest.raises(Invalid):
        _store(b"PK\x03\x04 any archive", "a.docx")


def test_too_large_a_file_is_refused_with_the_limit(settings: Any) -> None:
    settings.OPTIONS = {**settings.OPTIONS, "files.max_megabytes": 1}
    with pytest.raises(Invalid, match="1 MB"):
        _store(b"%PDF-" + b"0" * 1024 * 1024)


@pytest.mark.clause("SVC-3.5.2-b")
def test_a_file_is_encrypted_on_disk_and_one_changed_there_is_reported() -> None:
    stored = _store()
    path = commands.path_of(stored)
    raw = path.read_bytes()
    assert b"somebody" not in raw
    assert queries.content(stored) == PDF
    assert queries.check_all().sound
    for changed in (raw[:-1] + bytes([raw[-1] ^ 1]), raw[:40], PDF):
        path.write_bytes(changed)
        with pytest.raises(Unreadable):
            queries.content(stored)
        assert queries.check_all().changed == (stored,)
    path.unlink()
    with pytest.raises(FileNotFoundError):
        queries.content(stored)
    assert queries.check_all().missing == (stored,)


def test_a_file_put_in_the_place_of_another_is_reported() -> None:
    first, second = _store(), _store()
    os.replace(commands.path_of(second), commands.path_of(first))
    with pytest.raises(Unreadable):
        queries.content(first)
    verdict = queries.check_all()
    assert (verdict.changed, verdict.missing) == ((first,), (second,))


def test_the_name_keeps_no_path_and_the_log_no_name() -> None:
    stored = _store(name="../../etc/欧阳慧敏的方案.pdf")
    assert stored.name == "欧阳慧敏的方案.pdf"
    event = AuditEvent.objects.get(action="files.stored")
    assert event.data == {"size": len(PDF)}


def test_an_erased_file_leaves_its_row_and_is_no_fault() -> None:
    stored = _store()
    with acting(SYSTEM, "到期"):
        commands.erase(stored)
    assert not commands.path_of(stored).exists()
    assert StoredFile.objects.get().erased_at is not None
    verdict = queries.check_all()
    assert verdict.sound
    assert verdict.checked == 0
    with pytest.raises(FileNotFoundError):
        queries.content(stored)
