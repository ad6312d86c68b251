"""``zhiyin backup`` and ``zhiyin restore``."""

import json
import shutil
import sqlite3
import stat
import zipfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories
from tests.cli.running import run
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit import backups
from zhiyin.domain.audit.acting import acting, job


def _rows(home: Path) -> dict[str, int]:
    """Rows of every table as a reader of the file alone counts them."""
    with closing(sqlite3.connect(home / "zhiyin.sqlite3")) as database:
        names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return {name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0] for name in names}


def _page(member: object, address: str) -> str:
    client = Client()
    client.force_login(member.user)
    session = client.session
    session["membership"] = str(member.pk)
    session.save()
    return client.get(address).content.decode()


@pytest.mark.clause("SVC-3.5.3-1")
@pytest.mark.django_db
def test_the_latest_backup_returns_the_same_rows_and_a_missed_one_is_alerted(home, tmp_path, settings):
    # restored: the same rows in every table, on a machine that has nothing but archive and key
    archive, keys = tmp_path / "backup" / "one.zip", tmp_path / "safe" / "master.key"
    before = _rows(home)
    done = run(home, "backup", "--to", str(archive), "--keys", str(keys), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(run(home, "backup", "--list", "--json").stdout)[0]["file"] == "one.zip"
    elsewhere = tmp_path / "elsewhere"
    back = run(elsewhere, "restore", str(archive), "--keys", str(keys), "--json")
    assert back.returncode == 0, back.stderr
    told = json.loads(back.stdout)["tables"]
    assert told == {name: rows for name, rows in before.items() if name in told}
    after = _rows(elsewhere)
    after["audit_auditevent"] -= 1  # the restore itself is noted
    grown = {name for name in before if before[name] != after[name]}
    assert grown <= {"audit_chainhead"}
    assert run(elsewhere, "audit", "verify").returncode == 0

    # alerted: a backup of three days ago, when the standard in force asks for one each day
    settings.IS_DEMO = False
    agency = factories.agency()
    head, admin = (factories.member(agency, role) for role in (Role.SECTION_HEAD, Role.SYSTEM_ADMIN))
    pages = ((head, "/desk/head/"), (admin, "/manage/accounts/"))
    for member, address in pages:
        assert "还没有备份过" in _page(member, address)
    with acting(job("backup"), "备份"):
        backups.note_backup("today.zip", "0" * 64, 12)
    for member, address in pages:
        assert "备份" not in _page(member, address)
    late = backups.standing(1, timezone.localdate() + timedelta(days=4))
    assert (late.missed, late.late_days, late.last.file) == (True, 3, "today.zip")


def test_keys_are_told_apart_from_data(home, tmp_path):
    archive, keys = tmp_path / "one.zip", tmp_path / "safe" / "key"
    together = run(home, "backup", "--to", str(archive), "--keys", str(tmp_path / "key"))
    assert together.returncode == 2
    assert "不要和备份放在同一个文件夹" in together.stderr
    assert not archive.exists()
    assert run(home, "backup", "--to", str(archive), "--keys", str(keys)).returncode == 0
    secret = (home / "keys" / "master.key").read_bytes().strip()
    with zipfile.ZipFile(archive) as opened:
        assert not [name for name in opened.namelist() if name.startswith("keys")]
        assert all(secret not in opened.read(name) for name in opened.namelist())
    assert keys.read_bytes().strip() == secret
    assert stat.S_IMODE(keys.stat().st_mode) == stat.S_IMODE(archive.stat().st_mode) == 0o600
    refused = run(tmp_path / "elsewhere", "restore", str(archive))
    assert refused.returncode == 1
    assert "--keys" in refused.stderr


def test_standing_data_is_replaced_only_when_told_and_is_kept(home, tmp_path):
    archive = tmp_path / "one.zip"
    assert run(home, "backup", "--to", str(archive)).returncode == 0
    assert run(home, "backup", "--to", str(archive)).returncode == 2
    assert run(home, "restore", str(archive)).returncode == 2
    (home / "zhiyin.sqlite3").write_bytes(b"broken")
    done = run(home, "restore", str(archive), "--replace", "--json")
    assert done.returncode == 0, done.stderr
    kept = Path(json.loads(done.stdout)["kept"])
    assert (kept / "zhiyin.sqlite3").read_bytes() == b"broken"
    assert run(home, "audit", "verify").returncode == 0


def test_a_changed_archive_or_a_foreign_key_changes_nothing(home, tmp_path):
    archive, forged = tmp_path / "one.zip", tmp_path / "forged.zip"
    assert run(home, "backup", "--to", str(archive)).returncode == 0
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(forged, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, content + b"x" if name == "zhiyin.sqlite3" else content)
    before = (home / "zhiyin.sqlite3").read_bytes()
    done = run(home, "restore", str(forged), "--replace")
    assert (done.returncode, "与清单不符" in done.stderr) == (1, True)
    other = tmp_path / "other.key"
    other.write_text("ab" * 32)
    other.chmod(0o600)
    done = run(home, "restore", str(archive), "--replace", "--keys", str(other))
    assert (done.returncode, "对不上" in done.stderr) == (1, True)
    assert (home / "zhiyin.sqlite3").read_bytes() == before
    assert not list(home.glob(".restore-*"))
    shutil.rmtree(home / "keys")
    assert run(home, "backup", "--to", str(tmp_path / "two.zip")).returncode == 1
