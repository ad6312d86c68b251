"""The errors that commands and engines raise and every surface knows how to show.

::

    ZhiyinError
     ├─ Invalid          input that a person can mend; messages by field
     ├─ Refused          the actor may not do this
     │   └─ WriteRefused a write outside acting()
     ├─ NotReady         a step was asked for before what it needs is stored
     ├─ Conflict         somebody else changed the record in the meantime
     └─ DefinitionError  a pack or definition is wrong; the author has to mend it
"""

from collections.abc import Mapping, Sequence


class ZhiyinError(Exception):
    """Root of all expected errors. ``str(error)`` is a Chinese sentence that may be shown to a user."""


class Invalid(ZhiyinError):
    """Bad input, with every fault at its field.

    ``errors`` maps a field name ("" for the form as a whole) to one or more Chinese messages. Nothing has been stored
    when this is raised.
    """

    def __init__(self, errors: Mapping[str, Sequence[str]] | str) -> None:
        if isinstance(errors, str):
            errors = {"": [errors]}
        self.errors: dict[str, list[str]] = {field: list(messages) for field, messages in errors.items()}
        super().__init__("；".join(message for messages in self.errors.values() for message in messages))


class Refused(ZhiyinError):
    """The actor has no right to do this, or not with this object."""


class WriteRefused(Refused):
    """A write was tried outside ``acting(actor, reason)``: nobody would answer for it."""


class NotReady(ZhiyinError):
    """A step cannot begin yet. ``missing`` names, in Chinese, what has to be stored first."""

    def __init__(self, message: str, missing: Sequence[str] = ()) -> None:
        self.missing = list(missing)
        super().__init__(message)


class Conflict(ZhiyinError):
    """The record changed since the actor opened it; nothing was overwritten."""


class DefinitionError(ZhiyinError):
    """A definition in a pack is wrong."""
