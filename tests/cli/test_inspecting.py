"""``zhiyin audit verify``."""

import json
import sqlite3
from pathlib import Path

import pytest

from tests.cli.running import run, sql


def _tampered(home: Path, table: str, *statements: str) -> None:
    """Change rows as somebody with the database file would: triggers off, change, triggers on again."""
    with sqlite3.connect(home / "zhiyin.sqlite3") as database:
        triggers = database.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", [table]
        ).fetchall()
        assert triggers
        for name, _ in triggers:
            database.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            database.execute(statement)
        for _, definition in triggers:
            database.execute(definition)
    database.close()


@pytest.mark.parametrize(
    ("statements", "what"),
    [
        (["UPDATE audit_auditevent SET reason = '别的' WHERE seq = 3"], "内容与摘要不符"),
        (["DELETE FROM audit_auditevent WHERE seq = 2"], "被删除或插入"),
        (["DELETE FROM audit_auditevent WHERE seq = (SELECT max(seq) FROM audit_auditevent)"], "末尾的记录被删除"),
    ],
)
def test_verify_finds_what_was_done_to_the_log(home: Path, statements: list[str], what: str) -> None:
    assert run(home, "audit", "verify").returncode == 0
    _tampered(home, "audit_auditevent", *statements)
    done = run(home, "audit", "verify")
    assert done.returncode == 1
    assert what in done.stdout
    faults = json.loads(run(home, "audit", "verify", "--json").stdout)["faults"]
    assert any(what in fault["what"] for fault in faults)


def test_verify_finds_a_missing_trigger(home: Path) -> None:
    (name,) = sql(home, "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%auditevent_delete'")[0]
    sql(home, f"DROP TRIGGER {name}")
    done = run(home, "audit", "verify")
    assert done.returncode == 1
    assert name in done.stdout


def test_verify_without_the_key_says_so_and_makes_none(home: Path) -> None:
    key = home / "keys" / "master.key"
    key.unlink()
    done = run(home, "audit", "verify")
    assert (done.returncode, "找不到主密钥" in done.stderr) == (1, True)
    assert not key.exists()


@pytest.mark.parametrize("args", [["audit", "verify"], ["serve"], ["createsuperuser"]])
def test_where_nothing_is_installed_nothing_is_made(tmp_path: Path, args: list[str]) -> None:
    done = run(tmp_path / "home", *args)
    assert done.returncode == 1
    assert "zhiyin init" in done.stderr
    assert not (tmp_path / "home").exists()
