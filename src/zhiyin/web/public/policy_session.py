"""The answers of a visitor's policy check: in the session only, sealed, gone after a while.

Nothing of it is stored with a person; whoever reads the session table reads ciphertext.
"""

import base64
import json
import time
from dataclasses import asdict, dataclass, field
from typing import Any

from django.http import HttpRequest

from zhiyin.domain.audit import keys
from zhiyin.kernel import crypto

NAME = "policy-check"
KEPT_SECONDS = 2 * 60 * 60
_CONTEXT = b"policy-check"


@dataclass
class Check:
    """Whom it is for, where, what was answered, what the visitor does not know, and in which order it was asked."""

    audience: str
    region: str
    answers: dict[str, Any] = field(default_factory=dict)
    skipped: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def answer(self, name: str, value: Any) -> None:
        self.answers[name] = value
        self._asked(name)

    def skip(self, name: str) -> None:
        self.answers.pop(name, None)
        self._asked(name)
        self.skipped.append(name)

    def _asked(self, name: str) -> None:
        self.skipped = [one for one in self.skipped if one != name]
        self.asked = [*(one for one in self.asked if one != name), name]

    def before(self, name: str) -> str | None:
        """The question asked before ``name``."""
        if name in self.asked:
            place = self.asked.index(name)
            return self.asked[place - 1] if place else None
        return self.asked[-1] if self.asked else None


def load(request: HttpRequest) -> Check | None:
    """The check of this session; None when there is none, it is too old, or it cannot be read."""
    stored = request.session.get(NAME)
    if stored is None:
        return None
    try:
        blob = base64.b64decode(stored)
        data = json.loads(crypto.open_sealed(keys.derived(NAME), blob, _CONTEXT))
    except (ValueError, crypto.Unreadable):
        return None
    at = data.pop("at")
    return Check(**data) if time.time() - at < KEPT_SECONDS else None


def save(request: HttpRequest, check: Check) -> None:
    text = json.dumps({**asdict(check), "at": time.time()}, ensure_ascii=False).encode()
    blob = crypto.seal(keys.derived(NAME), text, _CONTEXT, keys.suite())
    request.session[NAME] = base64.b64encode(blob).decode()


def clear(request: HttpRequest) -> None:
    request.session.pop(NAME, None)
