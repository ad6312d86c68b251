"""Keys of this installation, derived from its master key; the master key never leaves its file."""

import functools
from pathlib import Path

from django.conf import settings

from zhiyin.kernel import crypto


@functools.lru_cache(maxsize=4)
def _master(path: str) -> bytes:
    return crypto.KeyFile(Path(path)).key


def derived(purpose: str) -> bytes:
    """A 32-byte key for ``purpose``."""
    configured = settings.OPTIONS["crypto.master_key"]
    path = configured if str(configured) not in {"", "."} else Path(settings.HOME) / "keys" / "master.key"
    return _derive(str(path), purpose)


@functools.lru_cache(maxsize=64)
def _derive(path: str, purpose: str) -> bytes:
    return crypto.derive(_master(path), purpose)


def audit_key() -> bytes:
    return derived("audit-chain")


def seal_key() -> bytes:
    return derived("audit-seal")


def lookup_key() -> bytes:
    return derived("lookup")


def wrapping_key() -> bytes:
    return derived("person-key-wrapping")


def file_key() -> bytes:
    return derived("stored-files")


def check_key() -> bytes:
    """Key of the check codes printed on documents."""
    return derived("document-check-code")


def suite() -> crypto.Suite:
    """The suite for new ciphertexts: "aes" or "sm"."""
    chosen: crypto.Suite = settings.OPTIONS["crypto.suite"]
    return chosen
