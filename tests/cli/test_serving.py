"""``zhiyin serve`` and ``zhiyin demo``."""

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.cli.running import environment, run, sql


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def serving(home: Path, free_port: int) -> Callable[[], subprocess.Popen[str]]:
    """Starts the service and returns when it says that it is ready."""

    def start() -> subprocess.Popen[str]:
        command = [sys.executable, "-c", "from zhiyin.cli import main; raise SystemExit(main())"]
        process = subprocess.Popen(
            [*command, "serve", "--port", str(free_port)],
            env=environment(home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if "Ctrl+C" in line:
                break
        assert f"http://127.0.0.1:{free_port}\n" in "".join(lines)
        return process

    return start


def _health(port: int) -> dict[str, Any]:
    for _ in range(50):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=10) as answer:
                return dict(json.load(answer))
        except ConnectionError:
            time.sleep(0.1)
    raise AssertionError("no answer")


def test_serve_answers_stops_when_told_and_survives_a_kill(
    home: Path, free_port: int, serving: Callable[[], subprocess.Popen[str]]
) -> None:
    first = serving()
    assert _health(free_port)["status"] == "ok"
    taken = run(home, "serve", "--port", str(free_port))
    assert (taken.returncode, f"端口 {free_port} 已被占用" in taken.stderr) == (1, True)
    first.terminate()
    assert first.wait(timeout=60) == 0
    second = serving()
    assert _health(free_port)["status"] == "ok"
    second.kill()
    second.wait()
    assert second.stdout is not None
    second.stdout.close()
    assert first.stdout is not None
    first.stdout.close()
    assert run(home, "audit", "verify").returncode == 0


def test_serve_refuses_an_address_that_is_not_ours(home: Path) -> None:
    done = run(home, "serve", "--bind", "203.0.113.7")
    assert (done.returncode, "不是本机的地址" in done.stderr) == (1, True)


def test_serve_asks_for_the_upgrade_first(home: Path) -> None:
    sql(home, "DELETE FROM django_migrations WHERE app = 'quality'")
    done = run(home, "serve")
    assert (done.returncode, "zhiyin migrate" in done.stderr) == (1, True)


def test_real_data_and_the_demo_are_kept_apart(home: Path) -> None:
    demo = run(home, "demo", "--prepare")
    assert (demo.returncode, "有正式数据" in demo.stderr) == (1, True)
    sql(home, "UPDATE organisations_organisation SET is_demo = 1")
    real = run(home, "serve")
    assert (real.returncode, "是演示数据" in real.stderr) == (1, True)


def test_a_database_that_does_not_answer_is_told_in_one_line(tmp_path: Path) -> None:
    done = run(tmp_path / "home", "migrate", ZHIYIN_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")
    assert done.returncode == 1
    assert done.stderr.startswith("数据库出错：")
    assert "Traceback" not in done.stderr
