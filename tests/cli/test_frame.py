"""Arguments, help, output."""

import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.cli.running import environment, run
from zhiyin import cli
from zhiyin.cli import output
from zhiyin.kernel.errors import Invalid


def test_light_commands_do_not_load_django(tmp_path: Path) -> None:
    code = "import atexit; atexit.register(lambda: print('django' in sys.modules))"
    for args in (["version"], ["settings", "--json"], ["pack", "list"]):
        done = run(tmp_path / "home", *args, code=code)
        assert done.returncode == 0
        assert done.stdout.splitlines()[-1] == "False"
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "缺少 命令"),
        (["sreve"], "没有这个命令：'sreve'"),
        (["serve", "--port", "70000"], "--port：端口要是 1–65535 的整数"),
        (["serve", "--port"], "--port 后面要写一个值"),
        (["guide", "case.yaml"], "缺少 --out"),
        (["settings", "--ini", "--json"], "--json 和 --ini 不能同时用"),
        (["audit", "verify", "--fast"], "不认识 --fast"),
    ],
)
def test_wrong_arguments_are_explained_in_chinese(
    args: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(args)
    assert ended.value.code == 2
    shown = capsys.readouterr()
    assert message in shown.err
    assert "-h 看用法" in shown.err
    assert shown.out == ""


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        cli.main(["-h"])
    assert ended.value.code == 0
    shown = capsys.readouterr().out
    for name in ("serve", "demo", "init", "guide", "audit", "pack", "settings", "createsuperuser", "migrate"):
        assert re.search(rf"^ +{name}\s", shown, re.MULTILINE)
    assert "用法：zhiyin" in shown


def test_guide_is_handed_its_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Any] = []

    def fake(args: Any) -> int:
        seen.append(args)
        return 2

    monkeypatch.setitem(sys.modules, "zhiyin.guide", SimpleNamespace(main=fake))
    monkeypatch.setattr("zhiyin.guide", sys.modules["zhiyin.guide"], raising=False)
    assert cli.main(["guide", "case.yaml", "--out", "result"]) == 2
    assert (seen[0].case, seen[0].out, seen[0].json) == ("case.yaml", "result", False)


def test_a_reader_that_goes_away_is_no_error(tmp_path: Path) -> None:
    command = f"{sys.executable} -c 'from zhiyin.cli import main; main()' settings --json | head -n 1"
    done = subprocess.run(
        ["bash", "-c", command], env=environment(tmp_path / "home"), capture_output=True, text=True, check=True
    )
    assert done.stdout == "[\n"
    assert done.stderr == ""


def test_tables_line_up_with_chinese_text(capsys: pytest.CaptureFixture[str]) -> None:
    output.table([["角色", "账号"], ["adviser", "x"], ["督导甲", "y"]])
    assert capsys.readouterr().out == "角色     账号\nadviser  x\n督导甲   y\n"


def test_progress_outside_a_terminal_counts_in_tenths(capsys: pytest.CaptureFixture[str]) -> None:
    progress = output.Progress()
    for done in range(201):
        progress(done, 200, "生成个案")
    lines = capsys.readouterr().err.splitlines()
    assert lines == [f"生成个案 {n}/200" for n in range(0, 201, 20)]


def test_faults_are_printed_one_per_line(capsys: pytest.CaptureFixture[str]) -> None:
    output.faults(Invalid({"--code": ["甲", "乙"], "": ["丙"]}))
    assert capsys.readouterr().err == "--code：甲\n--code：乙\n丙\n"
