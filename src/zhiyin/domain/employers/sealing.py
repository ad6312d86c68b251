"""Sealed columns of an employer's file: the contact person's data, under a key of the agency."""

import json
from typing import Any

from zhiyin.domain.audit import keys
from zhiyin.domain.people.sealed import Sealed
from zhiyin.kernel import crypto


class AgencySealed(Sealed):
    """Like ``Sealed``, for rows about no person of the register: readable while the installation has its master key."""

    def __init__(self) -> None:
        super().__init__("")

    def __get__(self, obj: Any, cls: type | None = None) -> Any:
        if obj is None:
            return self
        blob = getattr(obj, self.column)
        return None if blob is None else json.loads(crypto.open_sealed(_key(obj), bytes(blob), self._context(obj)))

    def __set__(self, obj: Any, value: Any) -> None:
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() if value else None
        sealed = None if plain is None else crypto.seal(_key(obj), plain, self._context(obj), keys.suite())
        setattr(obj, self.column, sealed)


def _key(obj: Any) -> bytes:
    return keys.derived(f"employer-files:{obj.organisation_id}")
