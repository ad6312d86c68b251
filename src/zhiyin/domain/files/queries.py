"""Reads about files."""

import hashlib
import hmac
from dataclasses import dataclass

from zhiyin.domain.audit import keys
from zhiyin.domain.files.commands import path_of
from zhiyin.domain.files.models import StoredFile
from zhiyin.kernel import crypto


def content(stored: StoredFile) -> bytes:
    """The decrypted content.

    ``crypto.Unreadable`` when the file was changed on disk, FileNotFoundError when it is gone.
    """
    plain = crypto.open_sealed(keys.file_key(), path_of(stored).read_bytes(), str(stored.pk).encode())
    if not hmac.compare_digest(hashlib.sha256(plain).hexdigest(), stored.digest):
        raise crypto.Unreadable("文件内容与登记的摘要不符")
    return plain


@dataclass(frozen=True)
class Integrity:
    """Result of reading every file that should be there."""

    checked: int
    changed: tuple[StoredFile, ...]
    missing: tuple[StoredFile, ...]

    @property
    def sound(self) -> bool:
        return not self.changed and not self.missing


def check_all() -> Integrity:
    """Read and compare every stored file (SVC-3.5.2 b): those changed on disk and those that are gone."""
    changed, missing, checked = [], [], 0
    for stored in StoredFile.objects.filter(erased_at=None).order_by("pk").iterator():
        checked += 1
        try:
            content(stored)
        except FileNotFoundError:
            missing.append(stored)
        except crypto.Unreadable:
            changed.append(stored)
    return Integrity(checked, tuple(changed), tuple(missing))
