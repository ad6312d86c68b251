"""Database triggers that make a table append-only, on SQLite and PostgreSQL.

SQLite's ``INSERT OR REPLACE`` deletes without firing a DELETE trigger, so an insert over an existing key is refused
too; PostgreSQL can empty a table by TRUNCATE, so that is refused as well.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.db import connection, models

_TABLES: dict[str, list[tuple[str, ...]]] = {}
_BODY = "BEGIN RAISE EXCEPTION '% 只能追加，不能修改或删除', TG_TABLE_NAME; END"
# pg_trigger.tgtype: row 1, before 2, delete 8, update 16, truncate 32
_BEFORE_ROW_UPDATE_DELETE, _BEFORE_TRUNCATE = 27, 34


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
    names = _names(table)
    if connection.vendor == "sqlite":
        refuse = f"BEGIN SELECT RAISE(ABORT, '{table} 只能追加，不能修改或删除'); END"
        taken = " OR ".join(
            f'EXISTS (SELECT 1 FROM "{table}" WHERE '  # noqa: S608  names come from our models
            + " AND ".join(f'"{c}" = NEW."{c}"' for c in columns)
            + ")"
            for columns in keys
        )
        return [
            *(f"DROP TRIGGER IF EXISTS {name}" for name in names),
            f'CREATE TRIGGER {names[0]} BEFORE UPDATE ON "{table}" {refuse}',
            f'CREATE TRIGGER {names[1]} BEFORE DELETE ON "{table}" {refuse}',
            f'CREATE TRIGGER {names[2]} BEFORE INSERT ON "{table}" WHEN {taken} {refuse}',
        ]
    execute = "EXECUTE FUNCTION keep_append_only()"
    return [
        f"CREATE OR REPLACE FUNCTION keep_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ {_BODY} $$",
        *(f'DROP TRIGGER IF EXISTS {name} ON "{table}"' for name in names),
        f'CREATE TRIGGER {names[0]} BEFORE UPDATE OR DELETE ON "{table}" FOR EACH ROW {execute}',
        f'CREATE TRIGGER {names[1]} BEFORE TRUNCATE ON "{table}" FOR EACH STATEMENT {execute}',
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
    """(table, trigger) pairs that ought to exist and do not, or do something else than they should."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT tbl_name, name, sql FROM sqlite_master WHERE type = 'trigger'")
            present = {(table, name): text for table, name, text in cursor.fetchall()}
            whole = {
                (table, name)
                for table, keys in tables().items()
                for name in _names(table)
                if present.get((table, name)) in _statements(table, keys)
            }
        else:
            cursor.execute(
                "SELECT c.relname, t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid "
                "JOIN pg_proc p ON p.oid = t.tgfoid WHERE t.tgenabled IN ('O', 'A') AND t.tgqual IS NULL "
                "AND trim(p.prosrc) = %s AND t.tgtype = CASE WHEN t.tgname LIKE '%%_row' THEN %s ELSE %s END",
                [_BODY, _BEFORE_ROW_UPDATE_DELETE, _BEFORE_TRUNCATE],
            )
            whole = {(table, name) for table, name in cursor.fetchall()}
    return [(table, name) for table in tables() for name in _names(table) if (table, name) not in whole]


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
