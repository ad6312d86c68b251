"""The command as a user runs it: in a process of its own, whole or not at all."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.guide.support import EXAMPLES, PHARMACY, command, environment, guide
from zhiyin.guide import folder
from zhiyin.kernel.errors import Invalid

FILES = {f"{name}.{kind}" for name in ("agreement", "plan", "report") for kind in ("docx", "pdf")} | {"case.json"}


@pytest.fixture(scope="module", autouse=True)
def _fonts() -> None:
    """Fonts are cut once for the machine, not in the first process that is timed or killed."""
    from zhiyin.engines.documents import fonts

    fonts.ensure()


def test_a_sample_leaves_its_results_and_nothing_else(tmp_path: Path) -> None:
    done = guide(PHARMACY, "--out", tmp_path / "何秀兰", "--json")
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    found = json.loads((tmp_path / "何秀兰" / "case.json").read_text(encoding="utf-8"))
    assert told["case"] == found["case"]["number"] == "LJ-GA-2026-00001"
    assert told["documents"] == {name: paper["number"] for name, paper in found["documents"].items()}
    assert {path.name for path in (tmp_path / "何秀兰").iterdir()} == FILES
    assert [path.name for path in tmp_path.iterdir()] == ["何秀兰"]

    again = guide(PHARMACY, "--out", tmp_path / "何秀兰")
    assert again.returncode == 2
    assert "--replace" in again.stderr
    assert json.loads((tmp_path / "何秀兰" / "case.json").read_text(encoding="utf-8")) == found

    swapped = guide(EXAMPLES / "returning-worker.yaml", "--out", tmp_path / "何秀兰", "--replace")
    assert swapped.returncode == 0, swapped.stderr
    assert "罗春梅" in swapped.stdout
    assert "审计" in swapped.stdout
    assert not (tmp_path / "何秀兰" / "report.pdf").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["何秀兰"]


def test_a_wrong_file_is_refused_and_nothing_written(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    text = PHARMACY.read_text(encoding="utf-8")
    file.write_text(text.replace("R01: 2", "R01: 7").replace("channel: paper", "channel: fax"), encoding="utf-8")
    done = guide(file, "--out", tmp_path / "out")
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert len(lines) == 3
    assert lines[0].startswith(f"{file}:")
    assert "consents.channel：" in lines[0]
    assert "assessment.answers.R01：" in lines[1]
    assert [path.name for path in tmp_path.iterdir()] == ["case.yaml"]


@pytest.mark.slow
def test_what_only_a_command_refuses_is_told_with_its_line_too(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    text = PHARMACY.read_text(encoding="utf-8")
    file.write_text(text.replace("started: 2001-09-01", "started: 2011-09-01"), encoding="utf-8")
    done = guide(file, "--out", tmp_path / "out", "--json")
    assert done.returncode == 2
    assert "file.education[0].ended：" in json.loads(done.stdout)["faults"][0]
    assert [path.name for path in tmp_path.iterdir()] == ["case.yaml"]


def _has(name: str) -> Callable[[Path], bool]:
    return lambda parent: any(parent.glob(f".out.*.guide/{name}"))


MOMENTS = {
    "database": _has("home/zhiyin.sqlite3"),
    "first paper": _has("out/agreement.pdf"),
    "last": _has("out/case.json"),
}


def test_kill_9_leaves_all_or_nothing(tmp_path: Path) -> None:
    running = {}
    for name in MOMENTS:
        (tmp_path / name).mkdir()
        running[name] = subprocess.Popen(
            command(PHARMACY, "--out", tmp_path / name / "out"),
            env=environment(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    killed = set()
    deadline = time.monotonic() + 240
    while running and time.monotonic() < deadline:
        for name, process in list(running.items()):
            if process.poll() is not None:
                running.pop(name)
            elif MOMENTS[name](tmp_path / name):
                os.kill(process.pid, signal.SIGKILL)
                process.wait()
                killed.add(name)
                running.pop(name)
        time.sleep(0.002)
    assert not running
    assert {"database", "first paper"} <= killed
    for name in MOMENTS:
        out = tmp_path / name / "out"
        assert not out.exists() or {path.name for path in out.iterdir()} == FILES
    assert not (tmp_path / "database" / "out").exists()
    assert not (tmp_path / "first paper" / "out").exists()

    # what the killed process left is private, and goes when the next one comes
    (left,) = (tmp_path / "first paper").glob(".out.*.guide")
    assert left.stat().st_mode & 0o077 == 0
    os.utime(left, (0, 0))
    with folder.workplace(tmp_path / "first paper" / "out") as place:
        assert not left.exists()
        assert place.home.is_dir()
    assert not list((tmp_path / "first paper").iterdir())


def test_a_workplace_in_use_is_left_alone(tmp_path: Path) -> None:
    with folder.workplace(tmp_path / "out") as first:
        os.utime(first.home.parent, (0, 0))
        with folder.workplace(tmp_path / "out") as second:
            assert first.home.is_dir()
            assert second.home != first.home


def test_results_replace_only_results(tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.mkdir()
    folder.check(target, replace=False)
    (target / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(Invalid, match="--replace"):
        folder.check(target, replace=False)
    with pytest.raises(Invalid, match="不是 zhiyin guide 的结果"):
        folder.check(target, replace=True)
    with pytest.raises(Invalid, match="不存在"):
        folder.check(tmp_path / "absent" / "out", replace=False)
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(Invalid, match="不是文件夹"):
        folder.check(tmp_path / "file", replace=True)


@pytest.mark.parametrize("exchange", [True, False])
def test_a_swap_leaves_the_new_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, exchange: bool) -> None:
    target = tmp_path / "out"
    target.mkdir()
    (target / "case.json").write_text("old", encoding="utf-8")
    if not exchange:
        monkeypatch.setattr(folder.ctypes, "CDLL", lambda *_, **__: object())
    with folder.workplace(target) as place:
        (place.out / "case.json").write_text("new", encoding="utf-8")
        folder.publish(place, target, replace=True)
    assert (target / "case.json").read_text(encoding="utf-8") == "new"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
