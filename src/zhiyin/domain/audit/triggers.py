"""Database triggers that make a table append-only, on SQLite and PostgreSQL.

SQLite's ``INSERT OR REPLACE`` deletes without firing a DELETE trigger, so an insert over an existing key is refused too;
PostgreSQL can empty a table by TRUNCATE, so that is refused as well.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, models

_TABLES: dict[str, list[tuple[str, ...]]] = {}


def append_only(model: type[models.Model]) -> type[models.Model]:
    """Class decorator: rows of this model can be added, never changed or removed."""
    meta = model._meta
    keys: list[tuple[str, ...]] = [(meta.pk.column,)]
    for constraint in meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.fields and not constraint.condition:
            keys.append(tuple(meta.get_field(name).column for name in constraint.fields))
    _TABLES[meta.db_table] = keys
    return model


def tables() -> dict[str, list[tuple[str, ...]]]:
    """Append-only tables with their unique keys."""
    from zhiyin.domain.audit.models import AuditEvent

    if AuditEvent._meta.db_table not in _TABLES:
        append_only(AuditEvent)
    return dict(_TABLES)


def _names(table: str) -> list[str]:
    if connection.vendor == "sqlite":
        return [f"keep_{table}_update", f"keep_{table}_delete", f"keep_{table}_insert"]
    return [f"keep_{table}_row", f"keep_{table}_truncate"]


def _statements(table: str, keys: list[tuple[str, ...]]) -> list[str]:
    message = f"{table} 只能追加，不能修改或删除"
    if connection.vendor == "sqlite":
        existing = " OR ".join(
            f'EXISTS (SELECT 1 FROM "{table}" WHERE ' + " AND ".join(f'"{c}" = NEW."{c}"' for c in columns) + ")"
            for columns in keys
        )
        return [
            f"DROP TRIGGER IF EXISTS keep_{table}_update",
            f"DROP TRIGGER IF EXISTS keep_{table}_delete",
            f"DROP TRIGGER IF EXISTS keep_{table}_insert",
            f"CREATE TRIGGER keep_{table}_update BEFORE UPDATE ON \"{table}\" BEGIN SELECT RAISE(ABORT, '{message}'); END",
            f"CREATE TRIGGER keep_{table}_delete BEFORE DELETE ON \"{table}\" BEGIN SELECT RAISE(ABORT, '{message}'); END",
            f'CREATE TRIGGER keep_{table}_insert BEFORE INSERT ON "{table}" WHEN {existing} '
            f"BEGIN SELECT RAISE(ABORT, '{message}'); END",
        ]
    return [
        "CREATE OR REPLACE FUNCTION keep_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "RAISE EXCEPTION '% 只能追加，不能修改或删除', TG_TABLE_NAME; END $$",
        f'DROP TRIGGER IF EXISTS keep_{table}_row ON "{table}"',
        f'DROP TRIGGER IF EXISTS keep_{table}_truncate ON "{table}"',
        f'CREATE TRIGGER keep_{table}_row BEFORE UPDATE OR DELETE ON "{table}" '
        f"FOR EACH ROW EXECUTE FUNCTION keep_append_only()",
        f'CREATE TRIGGER keep_{table}_truncate BEFORE TRUNCATE ON "{table}" '
        f"FOR EACH STATEMENT EXECUTE FUNCTION keep_append_only()",
    ]


def lay_all(**_: Any) -> None:
    """Create every trigger anew; runs after each migrate, skips tables that do not exist yet."""
    with connection.cursor() as cursor:
        present = set(connection.introspection.table_names(cursor))
        for table, keys in tables().items():
            if table in present:
                for statement in _statements(table, keys):
                    cursor.execute(statement)


def missing() -> list[tuple[str, str]]:
    """(table, trigger) pairs that ought to exist and do not."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'")
        present = {row[0] for row in cursor.fetchall()}
    return [(table, name) for table in tables() for name in _names(table) if name not in present]


@contextmanager
def lifted() -> Iterator[None]:
    """Take the triggers off while the test runner empties its database. Refused anywhere else."""
    from django.conf import settings

    if not settings.IS_TEST:
        raise RuntimeError("triggers may be lifted in tests only")
    with connection.cursor() as cursor:
        for table in tables():
            for name in _names(table):
                suffix = f' ON "{table}"' if connection.vendor == "postgresql" else ""
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{suffix}")
    try:
        yield
    finally:
        if apps.ready:
            lay_all()
