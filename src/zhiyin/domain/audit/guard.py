"""A write to a table of the domain outside ``acting()`` is refused, whichever way it was made.

The check sits at the cursor, so bulk updates, raw SQL and cascades are caught like ``save()``.
"""

import functools
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.apps import apps
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from zhiyin.domain.audit import acting
from zhiyin.kernel.errors import WriteRefused

# comments and literals: neither hides a write nor looks like one
_QUIET = re.compile(r"/\*.*?\*/|--[^\n]*|'(?:[^']|'')*'", re.DOTALL)
_WRITE = re.compile(
    r"""\b(?:INSERT\s+(?:OR\s+\w+\s+)?INTO|REPLACE\s+INTO|MERGE\s+INTO|DELETE\s+FROM|UPDATE(?:\s+OR\s+\w+)?)
    \s+(?:ONLY\s+)?(?:"?\w+"?\s*\.\s*)?"?(\w+)"?""",
    re.IGNORECASE | re.VERBOSE,
)
_TRUNCATE = re.compile(r"(?:^|;)\s*TRUNCATE\b([^;]*)", re.IGNORECASE)
_NAME = re.compile(r"\w+")
_open: ContextVar[bool] = ContextVar("zhiyin_guard_open", default=False)


@functools.cache
def _tables() -> frozenset[str]:
    return frozenset(
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if model.__module__.startswith("zhiyin.domain.")
    )


@contextmanager
def unguarded() -> Iterator[None]:
    """For schema migrations and the emptying of test databases only."""
    token = _open.set(True)
    try:
        yield
    finally:
        _open.reset(token)


def written_tables(sql: str) -> set[str]:
    """Names of the tables that ``sql`` writes to, wherever in the statement that stands."""
    text = _QUIET.sub(" ", sql)
    found = {match.group(1) for match in _WRITE.finditer(text)}
    for rest in _TRUNCATE.findall(text):
        found.update(_NAME.findall(rest))
    return found


def _check(execute: Callable[..., Any], sql: Any, params: Any, many: bool, context: dict[str, Any]) -> Any:
    if isinstance(sql, str) and acting.current() is None and not _open.get():
        guarded = written_tables(sql) & _tables()
        if guarded:
            raise WriteRefused(f"没有说明是谁、为什么，不能写入 {'、'.join(sorted(guarded))}")
    return execute(sql, params, many, context)


def _attach(connection: BaseDatabaseWrapper, **_: Any) -> None:
    if _check not in connection.execute_wrappers:
        connection.execute_wrappers.append(_check)


def install() -> None:
    connection_created.connect(_attach, dispatch_uid="audit.guard")
