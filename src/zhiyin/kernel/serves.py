"""``@serves("SVC-5.1")``: which code serves which clause of the standards."""

import re
from collections.abc import Callable
from typing import TypeVar

MAX_CLAUSES = 8
"""More clauses on one function or class hide what is really served; the design lists such claims as defects."""

_CLAUSE_ID = re.compile(r"[A-Z]{2,5}(?:\d{4})?(?:-[A-Za-z0-9.()]+)+", re.ASCII)
_registry: dict[str, list[str]] = {}

T = TypeVar("T", bound=Callable[..., object])


def is_clause_id(text: str) -> bool:
    """Whether ``text`` is shaped like a clause id: ``SVC-5.1``, ``CP2026-L3-2.1.1-S``, ``CG2023-2.2.1-(3)-3``."""
    return _CLAUSE_ID.fullmatch(text) is not None


def serves(*clauses: str) -> Callable[[T], T]:
    """Record that the decorated function or class serves ``clauses`` (1–8 ids, none twice).

    Returns the object unchanged. Raises ValueError for a malformed id, a repetition, none, or more than eight.
    """
    if not 1 <= len(clauses) <= MAX_CLAUSES:
        raise ValueError(f"@serves takes 1 to {MAX_CLAUSES} clauses, not {len(clauses)}")
    if len(set(clauses)) != len(clauses):
        raise ValueError("@serves names a clause twice")
    for clause in clauses:
        if not is_clause_id(clause):
            raise ValueError(f"not a clause id: {clause!r}")

    def record(target: T) -> T:
        name = f"{target.__module__}.{target.__qualname__}"
        for clause in clauses:
            names = _registry.setdefault(clause, [])
            if name not in names:
                names.append(name)
        return target

    return record


def served_by() -> dict[str, list[str]]:
    """Clause id → dotted names of the code that serves it, both sorted; a copy. Only imported modules appear."""
    return {clause: sorted(names) for clause, names in sorted(_registry.items())}
