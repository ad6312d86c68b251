"""``zhiyin init``, ``createsuperuser``, ``migrate``, and a kill in the middle of them."""

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import pytest

from tests.cli.running import INIT, KILL, PASSWORD, environment, run, sql
from tests.conftest import WANTS_POSTGRES


def test_first_run_makes_the_agency_and_three_separate_administrators(installation: SimpleNamespace) -> None:
    made, home = installation.made, installation.home
    assert [entry["role"] for entry in made["administrators"]] == ["system_admin", "security_admin", "audit_admin"]
    assert not made["administrators"][0]["initial_password"]
    assert len({entry["initial_password"] for entry in made["administrators"]}) == 3
    rows = sql(home, "SELECT name, code, extra_holidays, is_demo FROM organisations_organisation")
    assert [(name, code, json.loads(days), demo) for name, code, days, demo in rows] == [
        ("临江职业指导中心", "LJ", ["2026-05-06", "2026-05-07"], 0)
    ]
    held = sql(
        home,
        "SELECT u.username, m.role, u.must_change_password FROM accounts_user u "
        "JOIN accounts_membership m ON m.user_id = u.id ORDER BY u.id",
    )
    assert held == [("zhouming", "system_admin", 0), ("security", "security_admin", 1), ("audit", "audit_admin", 1)]
    assert PASSWORD not in (home / "zhiyin.sqlite3").read_bytes().decode("latin-1")


def test_first_run_happens_once(home: Path, password_file: str) -> None:
    again = run(home, *INIT, "--password-file", password_file)
    assert again.returncode == 1
    assert "createsuperuser" in again.stderr
    assert len(sql(home, "SELECT 1 FROM organisations_organisation")) == 1


def test_first_run_tells_everything_that_is_wrong_and_keeps_nothing(tmp_path: Path, password_file: str) -> None:
    home = tmp_path / "home"
    incomplete = run(home, "init", "--code", "LJ")
    assert incomplete.returncode == 2
    assert {line.split("：")[0] for line in incomplete.stderr.splitlines()} == {
        "--name",
        "--admin",
        "--admin-name",
        "--password-file",
    }
    assert not home.exists()
    weak = tmp_path / "weak"
    weak.write_text("short", encoding="utf-8")
    wrong = ["init", "--name", " ", "--code", "临江", "--admin", "zhou ming", "--admin-name", "周明"]
    wrong += ["--security", "same", "--audit", "same", "--days-off", "5月6日", "--password-file", str(weak)]
    done = run(home, *wrong)
    assert done.returncode == 2
    places = {line.split("：")[0] for line in done.stderr.splitlines()}
    assert places == {"--name", "--days-off", "--admin", "--password-file", "--audit"}
    for table in ("organisations_organisation", "accounts_user", "audit_auditevent"):
        assert sql(home, f"SELECT 1 FROM {table}") == []
    assert run(home, *INIT, "--password-file", password_file).returncode == 0


def test_first_run_asks_again_only_what_was_wrong(tmp_path: Path) -> None:
    """A dialogue in a terminal of its own."""
    import pty

    controller, terminal = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", "from zhiyin.cli import main; raise SystemExit(main())", "init"],
        env=environment(tmp_path / "home"),
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    answers = [
        ("机构名称", "临江职业指导中心"),
        ("编号前缀", "临江"),
        ("另外休息", ""),
        ("另外上班", ""),
        ("系统管理员的账号", "zhouming"),
        ("系统管理员的姓名", "周明"),
        ("系统管理员的口令", PASSWORD),
        ("再输一遍", PASSWORD),
        ("安全管理员的账号", ""),
        ("安全管理员的姓名", ""),
        ("审计管理员的账号", ""),
        ("审计管理员的姓名", ""),
        ("编号前缀", "lj"),
    ]
    shown = ""
    for question, answer in answers:
        part = ""
        while not re.search(rf"{question}[^\n]*：$", part):
            part += os.read(controller, 4096).decode()
        shown += part
        os.write(controller, f"{answer}\n".encode())
    rest = b""
    try:
        while chunk := os.read(controller, 4096):
            rest += chunk
    except OSError:
        pass  # the other end of a terminal is closed with an error, not with an empty read
    os.close(controller)
    assert process.wait(timeout=60) == 0
    assert "编号前缀只用字母和数字" in shown
    assert "首次设置完成：临江职业指导中心（LJ）" in rest.decode()
    assert PASSWORD not in shown + rest.decode()


def test_one_more_system_administrator(home: Path, password_file: str) -> None:
    args = ["createsuperuser", "--username", "lili", "--name", "李丽", "--password-file", password_file]
    wrong = run(home, *args[:2], "zhouming", *args[3:], "--organisation", "LJ")
    assert (wrong.returncode, "--username：账号 zhouming 已被使用" in wrong.stderr) == (2, True)
    elsewhere = run(home, *args, "--organisation", "XX")
    assert (elsewhere.returncode, "LJ（临江职业指导中心）" in elsewhere.stderr) == (2, True)
    done = run(home, *args, "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout) == {"username": "lili", "name": "李丽", "organisation": "LJ"}
    actions = sql(home, "SELECT action, reason FROM audit_auditevent WHERE chain LIKE 'agency:%' ORDER BY seq")
    assert actions == [
        ("accounts.user_created", "在命令行添加系统管理员"),
        ("accounts.role_granted", "在命令行添加系统管理员"),
    ]


@pytest.mark.django_db(transaction=True)
def test_first_run_and_upgrade_on_the_database_of_this_suite(
    tmp_path: Path, password_file: str, request: pytest.FixtureRequest
) -> None:
    more: dict[str, str] = {}
    if WANTS_POSTGRES:
        from django.db import connection

        name = f"cli_{os.getpid()}"
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
        request.addfinalizer(lambda: _drop(name))
        more["ZHIYIN_DATABASE_URL"] = urlsplit(os.environ["ZHIYIN_TEST_POSTGRES"])._replace(path=f"/{name}").geturl()
    home = tmp_path / "home"
    applied = json.loads(run(home, "migrate", "--json", **more).stdout)["applied"]
    assert "audit.0001_initial" in applied
    assert json.loads(run(home, "migrate", "--json", **more).stdout)["applied"] == []
    done = run(home, *INIT, "--password-file", password_file, **more)
    assert done.returncode == 0, done.stderr
    verdict = json.loads(run(home, "audit", "verify", "--json", **more).stdout)
    assert verdict["sound"] is True
    assert verdict["faults"] == []
    assert verdict["chains"]["system"] >= 7


def _drop(name: str) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(f"DROP DATABASE {name}")


STARTED = "from zhiyin.cli import boot\nboot.start()\nfrom zhiyin.domain.audit import chain\n"


def test_killed_while_the_database_is_made(tmp_path: Path) -> None:
    home = tmp_path / "home"
    code = KILL + (
        "from django.db.migrations.executor import MigrationExecutor as Executor\n"
        "apply = Executor.apply_migration\n"
        "def late(self, state, migration, *args, **values):\n"
        "    state = apply(self, state, migration, *args, **values)\n"
        "    if migration.app_label == 'quality': kill()\n"
        "    return state\n"
        "Executor.apply_migration = late\n"
    )
    assert run(home, "migrate", code=code).returncode == -signal.SIGKILL
    assert sql(home, "SELECT name FROM sqlite_master WHERE type = 'table'") == []
    assert run(home, "migrate").returncode == 0
    assert run(home, "audit", "verify").returncode == 0


def test_killed_during_the_first_run(tmp_path: Path, password_file: str) -> None:
    home = tmp_path / "home"
    code = KILL + STARTED + "chain.append = kill\n"
    assert run(home, *INIT, "--password-file", password_file, code=code).returncode == -signal.SIGKILL
    for table in ("organisations_organisation", "accounts_user", "audit_auditevent"):
        assert sql(home, f"SELECT 1 FROM {table}") == []
    waiting = run(home, "serve")
    assert (waiting.returncode, "zhiyin init" in waiting.stderr) == (1, True)
    assert run(home, *INIT, "--password-file", password_file).returncode == 0
    assert run(home, "audit", "verify").returncode == 0


def test_killed_between_commit_and_seal(home: Path, password_file: str) -> None:
    code = KILL + STARTED + "chain.seal = kill\n"
    args = ["createsuperuser", "--username", "lili", "--name", "李丽", "--password-file", password_file]
    assert run(home, *args, code=code).returncode == -signal.SIGKILL
    verdict = json.loads(run(home, "audit", "verify", "--json").stdout)
    assert verdict["sound"] is True
    assert list(verdict["unsealed"].values()) == [2]
    again = run(home, *args)
    assert (again.returncode, "已被使用" in again.stderr) == (2, True)
