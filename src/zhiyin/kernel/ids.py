"""Identifiers: record ids, secret tokens, and the short codes people type from a printed document."""

import hashlib
import hmac
import secrets
import threading
import time
import uuid

_CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_CODE_LENGTH = 12
_COUNTER_MAX = 0xFFF

_lock = threading.Lock()
_last_ms = 0
_counter = 0


def uuid7() -> uuid.UUID:
    """A version 7 UUID (RFC 9562, section 5.7), strictly increasing within one process.

    48 bits of Unix time in milliseconds, a 12-bit counter (section 6.2, method 1) and 62 random bits. The counter
    starts in the lower half of its range each millisecond; when it is used up, or the clock steps back, the time field
    runs ahead of the clock instead of repeating. The random bits are fresh each time, so forked workers cannot collide.
    """
    global _last_ms, _counter
    with _lock:
        now_ms = time.time_ns() // 1_000_000
        if now_ms > _last_ms:
            _last_ms, _counter = now_ms, secrets.randbits(11)
        elif _counter < _COUNTER_MAX:
            _counter += 1
        else:
            _last_ms, _counter = _last_ms + 1, secrets.randbits(11)
        stamp, counter = _last_ms, _counter
    return uuid.UUID(int=(stamp << 80) | (0x7 << 76) | (counter << 64) | (0b10 << 62) | secrets.randbits(62))


def token(nbytes: int = 24) -> str:
    """A URL-safe secret of ``nbytes`` random bytes (24 bytes give 32 characters).

    Raises ValueError below 16 bytes: anything shorter could be guessed.
    """
    if nbytes < 16:
        raise ValueError("a token needs at least 16 random bytes")
    return secrets.token_urlsafe(nbytes)


def check_code(key: bytes, text: str) -> str:
    """The 12-character code printed on a document, derived from ``text`` (its number, version and digest).

    60 bits of HMAC-SHA256 in Crockford's base 32, which has no I, L, O or U. Without ``key`` (at least 16 bytes) a code
    can neither be made nor checked.
    """
    if len(key) < 16:
        raise ValueError("the key of check codes needs at least 16 bytes")
    bits = int.from_bytes(hmac.new(key, text.encode(), hashlib.sha256).digest()[:8], "big") >> 4
    return "".join(_CROCKFORD[(bits >> shift) & 31] for shift in range(5 * (_CODE_LENGTH - 1), -1, -5))


def normalise_code(typed: str) -> str:
    """A code as a person types it, with spaces, dashes, small letters, O for 0 and I or L for 1 put right."""
    kept = "".join(character for character in typed.upper() if character.isascii() and character.isalnum())
    return kept.translate(str.maketrans("OIL", "011"))


def check_code_matches(key: bytes, text: str, typed: str) -> bool:
    """Whether ``typed`` is the check code of ``text``; compared in constant time."""
    return hmac.compare_digest(check_code(key, text), normalise_code(typed))
