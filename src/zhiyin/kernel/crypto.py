"""Encryption of personal data at rest: one data key per person, wrapped by a master key.

Two suites, chosen by setting: ``aes`` (AES-256-GCM, SHA-256) and ``sm`` (SM4-GCM, SM3, the national algorithms that
GB/T 39786-2021 asks for). Every key in this module is 32 bytes; SM4's 16 are derived. A sealed blob is::

    1 byte   version (high half, now 1) and suite (low half: 1 aes, 2 sm)
    12 bytes random nonce
    rest     ciphertext with its 16-byte tag

The first byte and the caller's context (such as ``person/<id>/identity``) are authenticated, so a blob moved to another
record or field does not open.
"""

import hashlib
import hmac
import logging
import os
import secrets
import stat
from pathlib import Path
from typing import Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from zhiyin.kernel.errors import ZhiyinError

Suite = Literal["aes", "sm"]
KEY_BYTES = 32

_HEADERS: dict[Suite, int] = {"aes": 0x11, "sm": 0x12}
_SUITES: dict[int, Suite] = {header: suite for suite, header in _HEADERS.items()}
_NONCE = 12
_TAG = 16
_WRAP = b"zhiyin wrapped key\x00"

_log = logging.getLogger(__name__)


class Unreadable(ZhiyinError):
    """Stored ciphertext, or a key file, that cannot be read: wrong key, wrong record, or damaged."""


def new_key() -> bytes:
    """A fresh random key of 32 bytes."""
    return secrets.token_bytes(KEY_BYTES)


def _require_key(key: bytes) -> None:
    if len(key) != KEY_BYTES:
        raise ValueError(f"a key has {KEY_BYTES} bytes, not {len(key)}")


def _sm4_key(key: bytes) -> bytes:
    return HKDF(hashes.SM3(), 16, None, b"zhiyin sm4-gcm").derive(key)


def _sm4_gcm_encrypt(key: bytes, nonce: bytes, plain: bytes, aad: bytes) -> bytes:
    encryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
    encryptor.authenticate_additional_data(aad)
    return encryptor.update(plain) + encryptor.finalize() + encryptor.tag


def _sm4_gcm_decrypt(key: bytes, nonce: bytes, sealed: bytes, aad: bytes) -> bytes:
    decryptor = Cipher(algorithms.SM4(key), modes.GCM(nonce, sealed[-_TAG:])).decryptor()
    decryptor.authenticate_additional_data(aad)
    return decryptor.update(sealed[:-_TAG]) + decryptor.finalize()


def seal(key: bytes, plain: bytes, context: bytes, suite: Suite = "aes") -> bytes:
    """Encrypt ``plain`` under ``key`` (32 bytes) for ``context``; 29 bytes longer than the plain text."""
    _require_key(key)
    header = bytes([_HEADERS[suite]])
    nonce = secrets.token_bytes(_NONCE)
    if suite == "sm":
        return header + nonce + _sm4_gcm_encrypt(_sm4_key(key), nonce, plain, header + context)
    return header + nonce + AESGCM(key).encrypt(nonce, plain, header + context)


def open_sealed(key: bytes, blob: bytes, context: bytes) -> bytes:
    """Decrypt what ``seal`` made, by either suite. Raises ``Unreadable`` for a wrong key or context and for damage."""
    _require_key(key)
    suite = _SUITES.get(blob[0]) if len(blob) >= 1 + _NONCE + _TAG else None
    if suite is None:
        raise Unreadable("这段密文已损坏或格式不明，无法解开")
    header, nonce, sealed = blob[:1], blob[1 : 1 + _NONCE], blob[1 + _NONCE :]
    try:
        if suite == "sm":
            return _sm4_gcm_decrypt(_sm4_key(key), nonce, sealed, header + context)
        return AESGCM(key).decrypt(nonce, sealed, header + context)
    except InvalidTag:
        raise Unreadable("这段密文无法解开：密钥不符、内容被改动，或不属于这条记录") from None


def wrap_key(master: bytes, key: bytes, context: bytes, suite: Suite = "aes") -> bytes:
    """Seal a data key under ``master``. Destroying the result destroys everything sealed under the data key."""
    _require_key(key)
    return seal(master, key, _WRAP + context, suite)


def unwrap_key(master: bytes, wrapped: bytes, context: bytes) -> bytes:
    """The data key inside ``wrapped``. Raises ``Unreadable`` as ``open_sealed`` does; an ordinary blob never opens."""
    return open_sealed(master, wrapped, _WRAP + context)


def lookup_digest(key: bytes, value: str, suite: Suite = "aes") -> str:
    """Keyed digest (HMAC-SHA256 or HMAC-SM3, 64 hex digits) by which an encrypted value is found again.

    ``value`` must be normalised by the caller: equal digests mean equal text, nothing less.
    """
    _require_key(key)
    if suite == "sm":
        mac = HMAC(key, hashes.SM3())
        mac.update(value.encode())
        return mac.finalize().hex()
    return hmac.new(key, value.encode(), hashlib.sha256).hexdigest()


def sm3(data: bytes) -> str:
    """SM3 (GB/T 32905) as 64 hex digits."""
    state = hashes.Hash(hashes.SM3())
    state.update(data)
    return state.finalize().hex()


def digest(suite: Suite, data: bytes) -> str:
    """The suite's plain hash, SHA-256 or SM3, as 64 hex digits."""
    return sm3(data) if suite == "sm" else hashlib.sha256(data).hexdigest()


def derive(master: bytes, purpose: str) -> bytes:
    """A 32-byte key for one ``purpose`` (HKDF-SHA256, RFC 5869). Different purposes give unrelated keys."""
    _require_key(master)
    if not purpose:
        raise ValueError("a derived key needs a purpose")
    return HKDF(hashes.SHA256(), KEY_BYTES, None, b"zhiyin " + purpose.encode()).derive(master)


class KeyFile:
    """The installation's master key, one line of 64 hex digits in a file that only its owner may read.

    ``path`` is created with a fresh key when it does not exist, complete or not at all, and never overwritten. Looser
    rights than 0600 are mended and logged. Raises ``Unreadable`` when the content is not a key.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.key = self._load() if path.exists() else self._create()

    def __repr__(self) -> str:
        return f"KeyFile({str(self.path)!r})"

    def _load(self) -> bytes:
        mode = stat.S_IMODE(self.path.stat().st_mode)
        if mode & 0o077:
            self.path.chmod(0o600)
            _log.warning("密钥文件 %s 的权限是 %o，他人可读，已改为 600；请考虑更换密钥", self.path, mode)
        try:
            key = bytes.fromhex(self.path.read_text("ascii").strip())
        except ValueError:
            key = b""
        if len(key) != KEY_BYTES:
            raise Unreadable(
                f"密钥文件 {self.path} 的内容不是有效密钥，请从备份恢复；切勿删除，否则已加密的资料无法再读"
            )
        return key

    def _create(self) -> bytes:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        draft = self.path.with_name(f".{self.path.name}.{secrets.token_hex(8)}")
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(handle, "w", encoding="ascii") as file:
                file.write(new_key().hex() + "\n")
                file.flush()
                os.fsync(file.fileno())
            try:
                os.link(draft, self.path)  # unlike a rename, fails where another process was first
            except FileExistsError:
                return self._load()
            folder = os.open(self.path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        finally:
            draft.unlink()
        return self._load()
