"""The log finds what was done to it behind its back."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from zhiyin.domain.audit import chain, guard, triggers
from zhiyin.domain.audit.acting import SYSTEM, Actor, acting, job, record
from zhiyin.domain.audit.models import AuditEvent, ChainHead
from zhiyin.domain.organisations.models import Organisation
from zhiyin.kernel.errors import WriteRefused

# commits are real here: seals are written after the commit, and a broken statement must not poison the test
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _own_home(home: Path) -> None:
    """Seals of one test are not those of another."""


def _write(count: int = 3, who: Actor = SYSTEM) -> None:
    for number in range(count):
        with acting(who, f"act {number}"):
            record("test.done", number=number)


def _tamper(sql: str, *params: Any) -> None:
    """Change the log as somebody with the database's own rights could."""
    with guard.unguarded(), triggers.lifted(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def _faults() -> list[tuple[int | None, str]]:
    return [(fault.seq, fault.what) for fault in chain.verify().faults]


def test_an_untouched_log_is_sound() -> None:
    _write()
    verdict = chain.verify()
    assert verdict.sound
    assert verdict.chains == {"system": 3}
    assert verdict.unsealed == {}


def test_every_agency_has_its_own_chain(home: Path) -> None:
    first, second = uuid.uuid4(), uuid.uuid4()
    _write(2, job("a", first))
    _write(1, job("b", second))
    assert chain.verify().chains == {f"agency:{first}": 2, f"agency:{second}": 1}
    assert len(list((home / "seals").glob("*.json"))) == 2


@pytest.mark.parametrize(
    ("sql", "seq", "word"),
    [
        ("UPDATE audit_auditevent SET reason = 'x' WHERE seq = 2", 2, "改动"),
        ("UPDATE audit_auditevent SET actor_id = 'user:9' WHERE seq = 1", 1, "改动"),
        ("UPDATE audit_auditevent SET data = '{\"number\": 7}' WHERE seq = 3", 3, "改动"),
        ("UPDATE audit_auditevent SET at = '2020-01-01 00:00:00+00:00' WHERE seq = 2", 2, "改动"),
        ("DELETE FROM audit_auditevent WHERE seq = 2", 3, "删除"),
        ("DELETE FROM audit_auditevent WHERE seq = 1", 2, "删除"),
    ],
)
def test_a_changed_or_removed_row_is_found(sql: str, seq: int, word: str) -> None:
    _write()
    _tamper(sql)
    faults = _faults()
    assert any(found == seq and word in what for found, what in faults), faults


def test_removed_last_rows_are_found_even_when_the_head_is_put_right() -> None:
    _write()
    _tamper("DELETE FROM audit_auditevent WHERE seq = 3")
    assert any("链头" in what for _, what in _faults())
    last = AuditEvent.objects.get(seq=2)
    _tamper("UPDATE audit_chainhead SET count = 2, digest = %s", last.digest)
    assert _faults() == [(None, "封存时有 3 条，现在只有 2 条：末尾的记录被删除")]


def test_an_inserted_row_is_found() -> None:
    _write()
    columns = (
        "chain, at, actor_kind, actor_id, actor_role, organisation_id, action, object_type, object_id, person_id, "
        "reason, data, previous, digest"
    )
    _tamper(f"INSERT INTO audit_auditevent (seq, {columns}) SELECT 4, {columns} FROM audit_auditevent WHERE seq = 3")
    faults = _faults()
    assert any(seq == 4 and "不是系统写入的" in what for seq, what in faults)
    assert any("链头" in what for _, what in faults)


def test_a_whole_chain_removed_is_found() -> None:
    _write()
    _tamper("DELETE FROM audit_auditevent")
    _tamper("DELETE FROM audit_chainhead")
    assert _faults() == [(None, "有封存而无记录：整条链被删除")]


def test_a_forged_chain_without_the_key_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    _write()
    with monkeypatch.context() as patch:
        patch.setattr(chain.keys, "audit_key", lambda: b"0" * 32)
        forged = list(AuditEvent.objects.order_by("seq"))
        previous = chain.START
        for event in forged:
            event.reason, event.previous = "nothing happened", previous
            previous = chain.digest_of(event)
            _tamper(
                "UPDATE audit_auditevent SET reason = %s, previous = %s, digest = %s WHERE seq = %s",
                event.reason,
                event.previous,
                previous,
                event.seq,
            )
        _tamper("UPDATE audit_chainhead SET digest = %s", previous)
    assert {seq for seq, what in _faults() if "摘要" in what} == {1, 2, 3}


@pytest.mark.parametrize(
    ("damage", "word"),
    [
        (lambda seal: {**seal, "count": 1}, "封存文件被改动"),
        (lambda seal: {**seal, "mac": "0" * 64}, "封存文件被改动"),
        (lambda seal: {"count": 3}, "读不懂"),
    ],
)
def test_a_changed_seal_is_found(home: Path, damage: Callable[[dict[str, Any]], dict[str, Any]], word: str) -> None:
    _write()
    path = home / "seals" / "system.json"
    path.write_text(json.dumps(damage(json.loads(path.read_text()))))
    assert [word in what for _, what in _faults()] == [True]


def test_a_seal_never_goes_back(home: Path) -> None:
    _write()
    chain.seal("system", 1, AuditEvent.objects.get(seq=1).digest)
    assert json.loads((home / "seals" / "system.json").read_text())["count"] == 3


def test_killed_between_commit_and_seal_is_unsealed_but_sound(monkeypatch: pytest.MonkeyPatch) -> None:
    _write(2)
    with monkeypatch.context() as patch:
        patch.setattr(chain, "seal", lambda *_: None)
        _write(1)
    verdict = chain.verify()
    assert verdict.sound
    assert verdict.unsealed == {"system": 1}
    _write(1)
    assert chain.verify().unsealed == {}


def test_a_missing_trigger_is_found() -> None:
    _write(1)
    with triggers.lifted():
        faults = _faults()
    assert {what for _, what in faults} >= {
        f"表 {table} 的防改触发器 {name} 缺失或被改动" for table in triggers.tables() for name in triggers._names(table)
    }
    assert _faults() == []


def test_a_trigger_by_the_right_name_that_does_nothing_is_found() -> None:
    name = triggers._names("audit_auditevent")[0]
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute(f"CREATE TRIGGER {name} BEFORE UPDATE ON audit_auditevent BEGIN SELECT 1; END")
        else:
            cursor.execute(
                "CREATE OR REPLACE FUNCTION keep_append_only() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN RETURN NEW; END $$"
            )
    try:
        assert any(name in what for _, what in _faults())
    finally:
        triggers.lay_all()
    assert _faults() == []


# -- the triggers themselves ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE audit_auditevent SET reason = 'x'",
        "DELETE FROM audit_auditevent",
        "DELETE FROM audit_auditevent WHERE seq = 1",
    ],
)
def test_the_database_itself_refuses_to_change_the_log(sql: str) -> None:
    _write()
    with guard.unguarded(), pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
        connection.cursor().execute(sql)
    assert AuditEvent.objects.count() == 3


def test_neither_replace_nor_truncate_gets_around_it() -> None:
    _write()
    columns = ", ".join(f'"{column.column}"' for column in AuditEvent._meta.concrete_fields)
    if connection.vendor == "sqlite":
        statement = f"INSERT OR REPLACE INTO audit_auditevent ({columns}) SELECT {columns} FROM audit_auditevent"
    else:
        statement = "TRUNCATE audit_auditevent"
    with guard.unguarded(), pytest.raises(DatabaseError, match="只能追加"), transaction.atomic():
        connection.cursor().execute(statement)
    assert chain.verify().sound


def test_a_row_that_takes_the_place_of_another_by_its_unique_key_is_refused() -> None:
    _write()
    others = "seq, at, actor_kind, actor_id, actor_role, action, object_type, object_id, reason, data, previous, digest"
    verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
    into = f"{verb} INTO audit_auditevent (id, chain, {others})"
    statement = f"{into} SELECT 999, chain, {others} FROM audit_auditevent WHERE seq = 1"
    with guard.unguarded(), pytest.raises(DatabaseError), transaction.atomic():
        connection.cursor().execute(statement)
    assert chain.verify().sound


# -- the guard ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO organisations_serial (organisation_id, kind, year, last) VALUES ('x', 'y', 1, 1)",
        "  update \"organisations_organisation\" set name = 'x'",
        "DELETE FROM organisations_organisation",
        "/* tidy */ DELETE FROM organisations_organisation",
        "-- tidy\nUPDATE organisations_organisation SET name = 'x'",
        "WITH gone AS (SELECT 1) UPDATE organisations_organisation SET name = 'x'",
        "SELECT 1; DELETE FROM organisations_organisation",
        "TRUNCATE organisations_organisation",
        "DELETE FROM public.organisations_organisation",
        "UPDATE ONLY organisations_organisation SET name = 'x'",
    ],
)
def test_raw_sql_outside_acting_is_refused(sql: str) -> None:
    with pytest.raises(WriteRefused), transaction.atomic():
        connection.cursor().execute(sql)


def test_bulk_writes_outside_acting_are_refused_and_reads_are_not() -> None:
    with pytest.raises(WriteRefused):
        Organisation.objects.update(name="x")
    with pytest.raises(WriteRefused):
        Organisation.objects.bulk_create([Organisation(name="x", code="X1")])
    assert Organisation.objects.filter(name="UPDATE organisations_organisation").count() == 0


def test_heads_are_locked_one_after_another() -> None:
    _write(5)
    head = ChainHead.objects.get()
    assert (head.count, head.digest) == (5, AuditEvent.objects.get(seq=5).digest)
