"""Sealed columns of documents: under the key of the person a document is about, or of the organisation without one."""

import json
import uuid
from typing import Any

from zhiyin.domain.audit import keys
from zhiyin.domain.people.sealed import Sealed, key_of
from zhiyin.kernel import crypto


class PaperSealed(Sealed):
    """Like ``Sealed``. ``person`` is the path to the person, ``organisation`` the one to the id of the organisation.

    What is about nobody in particular stays readable as long as the installation has its master key.
    """

    def __init__(self, organisation: str = "organisation_id", *, person: str = "person") -> None:
        super().__init__(person)
        self.organisation = organisation

    def __get__(self, obj: Any, cls: type | None = None) -> Any:
        if obj is None or self._person(obj) is not None:
            return super().__get__(obj, cls)
        blob = getattr(obj, self.column)
        if blob is None:
            return None
        return json.loads(crypto.open_sealed(self._key(obj), bytes(blob), self._context(obj)))

    def __set__(self, obj: Any, value: Any) -> None:
        if value is None:
            setattr(obj, self.column, None)
            return
        person = self._person(obj)
        key = self._key(obj) if person is None else key_of(person)
        plain = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()
        setattr(obj, self.column, crypto.seal(key, plain, self._context(obj), keys.suite()))

    def _key(self, obj: Any) -> bytes:
        found = obj
        for step in self.organisation.split("."):
            found = getattr(found, step)
        assert isinstance(found, uuid.UUID)
        return keys.derived(f"organisation-papers:{found}")
