"""Sealed columns: values encrypted under the person's own key, which erasure destroys."""

import json
import uuid
from typing import Any, Protocol

from django.db import models

from zhiyin.domain.audit import keys
from zhiyin.kernel import crypto
from zhiyin.kernel.text import normalise


class KeyHolder(Protocol):
    pk: uuid.UUID
    key_wrapped: bytes | None


def new_key(person_id: uuid.UUID) -> bytes:
    """A fresh wrapped key for a person."""
    return crypto.wrap_key(keys.wrapping_key(), crypto.new_key(), person_id.bytes, keys.suite())


def key_of(person: Any) -> bytes:
    """The person's data key; ``crypto.Unreadable`` once it was destroyed."""
    cached = getattr(person, "_data_key", None)
    if cached is not None:
        return bytes(cached)
    if not person.key_wrapped:
        raise crypto.Unreadable("该人的个人信息已依法删除")
    key = crypto.unwrap_key(keys.wrapping_key(), bytes(person.key_wrapped), person.pk.bytes)
    person._data_key = key
    return key


def lookup(value: str) -> str:
    """Keyed digest by which an exact value is found without being stored in clear."""
    return crypto.lookup_digest(keys.lookup_key(), normalise(value), keys.suite())


class Sealed:
    """A descriptor that reads and writes a JSON value through a binary column ``<name>_sealed``.

    ``owner`` is the dotted path from the object to its person ("" for the person itself). None stays None.
    """

    def __init__(self, owner: str = "person") -> None:
        self.owner = owner

    def __set_name__(self, cls: type, name: str) -> None:
        self.name, self.column = name, f"{name}_sealed"

    def _person(self, obj: Any) -> Any:
        for step in filter(None, self.owner.split(".")):
            obj = getattr(obj, step)
        return obj

    def _context(self, obj: models.Model) -> bytes:
        return f"{obj._meta.label_lower}:{self.name}:{obj.pk}".encode()

    def __get__(self, obj: Any, cls: type | None = None) -> Any:
        if obj is None:
            return self
        blob = getattr(obj, self.column)
        if blob is None:
            return None
        person = self._person(obj)
        if not person.key_wrapped:
            return None
        return json.loads(crypto.open_sealed(key_of(person), bytes(blob), self._context(obj)))

    def __set__(self, obj: Any, value: Any) -> None:
        if value is None:
            setattr(obj, self.column, None)
            return
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        setattr(obj, self.column, crypto.seal(key_of(self._person(obj)), plain, self._context(obj), keys.suite()))


def sealed_column() -> models.BinaryField:
    """The column behind a ``Sealed`` descriptor."""
    return models.BinaryField(null=True, blank=True, editable=False)
