"""Measures that are read from data: each is a small function registered under the name that the packs use.

The functions live beside the data they read and are found here by name, so that what runs them need not know where
they are.
"""

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from zhiyin.kernel.errors import DefinitionError

SHOWN = 20
"""How many rows a reading names as evidence on either side; it counts all of them."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is measured: the bodies, the period (both days included), and the day on which is judged.

    ``given`` holds what the measure itself hands over, such as an interval in months.
    """

    organisations: tuple[uuid.UUID, ...]
    since: date
    until: date
    on: date
    given: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class EvidenceRef:
    """A row that shows something: its model (``casework.case``) and key. Never a name or another personal value."""

    model: str
    pk: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What a measure found: a figure, and rows for and against.

    ``value`` is None where there is nothing to measure. ``of`` is the number of rows looked at; ``met`` and ``unmet``
    name at most ``SHOWN`` rows each, ``lacking`` counts all that are unmet. ``note`` is a short Chinese remark.
    """

    value: float | bool | None
    of: int | None = None
    met: tuple[EvidenceRef, ...] = ()
    unmet: tuple[EvidenceRef, ...] = ()
    lacking: int = 0
    note: str = ""


Reader = Callable[[Scope], Reading]
MEASURES: dict[str, Reader] = {}


def measure(name: str) -> Callable[[Reader], Reader]:
    """Register a function under ``app.name``; the same name twice is an error."""

    def register(function: Reader) -> Reader:
        known = MEASURES.get(name)
        if known is not None and known is not function:
            raise RuntimeError(f"measure {name} registered twice")
        MEASURES[name] = function
        return function

    return register


def reader(name: str) -> Reader:
    """The registered function; DefinitionError when there is none."""
    try:
        return MEASURES[name]
    except KeyError:
        raise DefinitionError(f"没有登记过名为“{name}”的衡量办法") from None


def refs(model: str, keys: Iterable[object]) -> tuple[EvidenceRef, ...]:
    """References to the first ``SHOWN`` rows of one model."""
    found: list[EvidenceRef] = []
    for key in keys:
        if len(found) == SHOWN:
            break
        found.append(EvidenceRef(model, str(key)))
    return tuple(found)


def share(
    met: int, of: int, *, good: tuple[EvidenceRef, ...] = (), bad: tuple[EvidenceRef, ...] = (), note: str = ""
) -> Reading:
    """A reading in per cent, rounded down to one place so that 100 means all; no value where ``of`` is 0."""
    value = None if of == 0 else (met * 1000 // of) / 10
    return Reading(value, of, good, bad, of - met, note)


def count(number: int, *, good: tuple[EvidenceRef, ...] = (), note: str = "") -> Reading:
    """A reading that is a number of rows."""
    return Reading(number, number, good, (), 0, note)
