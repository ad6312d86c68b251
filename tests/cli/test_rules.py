"""``zhiyin rules``: list, facts, eval."""

import json
from pathlib import Path

from tests.cli.running import run

FACTS = """\
birth_on: "1974-03-01"
sex: "1"
retirement_category: M60
able_willing: true
working_now: false
registered_unemployed: true
unemployed_since: "2026-01-05"
local_hukou: true
"""


def test_rulesets_and_their_facts_are_told(tmp_path: Path) -> None:
    listed = {one["id"]: one for one in json.loads(run(tmp_path / "home", "rules", "list", "--json").stdout)}
    assert listed["hardship-person"]["subject"] == "person"
    assert "birth_on" in listed["hardship-person"]["facts"]
    schema = json.loads(run(tmp_path / "home", "rules", "facts", "hardship-person", "--json").stdout)
    assert schema["properties"]["birth_on"]["format"] == "date"
    assert set(schema["examples"][0]) == set(schema["properties"])
    told = run(tmp_path / "home", "rules", "facts", "hardship-person")
    assert "您的出生日期是哪一天？" in told.stdout


def test_a_verdict_hangs_on_the_profile_and_the_day(tmp_path: Path) -> None:
    file = tmp_path / "facts.yaml"
    file.write_text(FACTS, encoding="utf-8")
    judge = ("rules", "eval", "hardship-person", "--facts", str(file), "--json")
    local = json.loads(run(tmp_path / "home", *judge, "--on", "2026-11-20", "--profile", "shandong").stdout)
    assert (local["verdict"], local["on"], local["missing"]) == ("PASS", "2026-11-20", [])
    assert local["explanation"]["children"]
    early = json.loads(run(tmp_path / "home", *judge, "--on", "2007-12-31", "--profile", "shandong").stdout)
    assert early["verdict"] == "FAIL"
    told = run(tmp_path / "home", *judge[:-1], "--on", "2026-11-20", "--profile", "shandong")
    assert "就业困难人员认定　2026-11-20　符合" in told.stdout


def test_every_fault_has_its_message_and_the_code_is_two(tmp_path: Path) -> None:
    file = tmp_path / "facts.json"
    file.write_text('{"birth_on": "1974-02-30", "sex": "1", "working_now": "也许", "shoe_size": 42}', encoding="utf-8")
    done = run(tmp_path / "home", "rules", "eval", "hardship-person", "--facts", str(file))
    assert done.returncode == 2
    lines = done.stderr.splitlines()
    assert len(lines) == 3
    assert [line.split("：")[0] for line in lines] == ["birth_on", "working_now", "shoe_size"]
    for arguments, place in (
        (("nothing", "--facts", str(file)), "SET"),
        (("hardship-person", "--facts", str(tmp_path / "none.yaml")), "--facts"),
        (("hardship-person", "--facts", str(file), "--on", "2026-1-1"), "--on"),
        (("hardship-person", "--facts", str(file), "--profile", "moon"), "--profile"),
    ):
        refused = run(tmp_path / "home", "rules", "eval", *arguments)
        assert (refused.returncode, refused.stderr.split("：")[0]) == (2, place)


def test_what_is_missing_is_asked_with_its_question(tmp_path: Path) -> None:
    file = tmp_path / "facts.yaml"
    file.write_text('birth_on: "1990-03-01"\n', encoding="utf-8")
    told = run(tmp_path / "home", "rules", "eval", "working-age", "--facts", str(file), "--on", "2026-11-20")
    assert told.returncode == 0
    assert "还要知道：" in told.stdout
