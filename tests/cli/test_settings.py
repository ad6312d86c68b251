"""``zhiyin settings``."""

import configparser
import json
import re
from pathlib import Path

import pytest

from tests.cli.running import INIT, run
from zhiyin import cli
from zhiyin.settings import options


def test_settings_tell_value_and_source_but_no_secret(tmp_path: Path) -> None:
    secret = "postgresql://zhiyin:top-secret@db/zhiyin"
    (tmp_path / "zhiyin.ini").write_text(f"[web]\nport = 8100\n[database]\nurl = {secret}\n", encoding="utf-8")
    more = {"ZHIYIN_CONFIG": str(tmp_path / "zhiyin.ini"), "ZHIYIN_WEB_SECRET_KEY": "key-in-the-environment"}
    listed = run(tmp_path / "home", "settings", "--json", **more)
    by_key = {entry["key"]: entry for entry in json.loads(listed.stdout)}
    assert by_key["web.port"]["value"] == 8100
    assert by_key["web.port"]["source"] == more["ZHIYIN_CONFIG"]
    assert by_key["web.bind"]["source"] == "默认"
    assert all(entry["help"] for entry in by_key.values())
    assert by_key["database.url"]["value"] == "（已设置，不显示）"
    for form in ([], ["--json"], ["--ini"]):
        shown = run(tmp_path / "home", "settings", *form, **more)
        assert shown.returncode == 0
        assert "top-secret" not in shown.stdout + shown.stderr
        assert "key-in-the-environment" not in shown.stdout + shown.stderr


def test_the_example_file_can_be_used_as_it_stands_and_with_every_line_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["settings", "--ini"]) == 0
    example = capsys.readouterr().out
    parsed = configparser.ConfigParser(interpolation=None)
    parsed.read_string(example)
    assert not any(parsed[section] for section in parsed.sections())
    file = tmp_path / "zhiyin.ini"
    file.write_text(re.sub(r"^# (\w+ =(?! 存放).*)$", r"\1", example, flags=re.MULTILINE), encoding="utf-8")
    loaded = options.load({"ZHIYIN_CONFIG": str(file)}).values_by_key
    for key, value in loaded.items():
        assert value.value == value.option.default
        assert value.option.secret or key == "zhiyin.home" or value.source == str(file)
    assert sum(value.source == str(file) for value in loaded.values()) > 15


def test_faulty_settings_stop_every_command_with_one_line_each(tmp_path: Path) -> None:
    more = {"ZHIYIN_WEB_PORT": "eight", "ZHIYIN_MODE": "prod"}
    for args in (["settings"], ["migrate"], [*INIT]):
        done = run(tmp_path / "home", *args, **more)
        assert done.returncode == 2
        assert done.stdout == ""
        if args != INIT:
            assert "web.port：" in done.stderr
            assert "zhiyin.mode：" in done.stderr
    assert not (tmp_path / "home").exists()
