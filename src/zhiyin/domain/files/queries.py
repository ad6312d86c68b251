"""Reads about files."""

import hashlib
import hmac

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
