"""``zhiyin pack``: list, show, check, trace, diff."""

import json
from pathlib import Path

from tests.cli.running import run
from tests.packs.support import CODES, FORM, HEAD, sound, write_pack

PROFILE = """\
kind: profile
id: north
version: 1
title: 北省
serves: []
region: "13"
alter:
  - definition: {kind: codelist, id: colour}
    at: values[red]
    set: {label: 大红}
    why: 叫法不同
"""


def with_profile(root: Path, profile: str = PROFILE) -> str:
    """Folders of packs as the setting names them: a base pack, and a profile that alters it."""
    base = {"codelists/colour.yaml": CODES, "forms/taste.yaml": FORM}
    write_pack(root, base, id="base-pack")
    head = HEAD.format(id="north", requires="base-pack", status="active") + "layer: profile\n"
    write_pack(root, {"pack.yaml": head, "profile.yaml": profile}, id="north")
    return str(root)


def test_packs_are_listed_and_checked(tmp_path: Path) -> None:
    listed = json.loads(run(tmp_path / "home", "pack", "list", "--json").stdout)
    by_id = {pack["id"]: pack for pack in listed}
    assert by_id["cn-common"]["counts"]["codelist"] > 10
    assert [pack["id"] for pack in listed].index("cn-common") < [pack["id"] for pack in listed].index(
        "cn-planning-service"
    )
    checked = run(tmp_path / "home", "pack", "check", "--json")
    report = json.loads(checked.stdout)
    assert (checked.returncode, report["ok"]) == (0, True)
    assert report["cases"] > 0


def test_a_faulty_pack_is_refused_with_file_and_line(tmp_path: Path) -> None:
    pack = tmp_path / "mine"
    (pack / "codelists").mkdir(parents=True)
    (pack / "pack.yaml").write_text("id: mine\nversion: 0.1.0\ntitel: 我的\n", encoding="utf-8")
    done = run(tmp_path / "home", "pack", "check", str(pack))
    assert done.returncode == 1
    assert f"{pack / 'pack.yaml'}:3" in done.stdout
    listed = run(tmp_path / "home", "pack", "list", ZHIYIN_PACKS=str(pack))
    assert (listed.returncode, "没有装载" in listed.stderr) == (1, True)
    absent = run(tmp_path / "home", "pack", "check", str(tmp_path / "none"))
    assert (absent.returncode, "没有这个文件夹" in absent.stderr) == (2, True)


def test_a_profile_that_cannot_be_laid_fails_the_check(tmp_path: Path) -> None:
    root = with_profile(tmp_path, PROFILE.replace("values[red]", "values[green]"))
    done = run(tmp_path / "home", "pack", "check", root)
    assert "[no-case]" in done.stdout  # told first, as a pack with errors is not loaded
    (Path(root) / "base-pack" / "forms" / "taste.yaml").unlink()
    done = run(tmp_path / "home", "pack", "check", root)
    assert (done.returncode, "profile.yaml:8: [layer]" in done.stdout, "green" in done.stdout) == (1, True, True)


def test_a_definition_is_shown_with_its_way_through_the_layers(tmp_path: Path) -> None:
    root = with_profile(tmp_path / "packs")
    found = json.loads(
        run(tmp_path / "home", "pack", "show", "colour", "--profile", "north", "--json", ZHIYIN_PACKS=root).stdout
    )
    assert (found["pack"], found["line"], found["offered"]) == ("base-pack", 1, True)
    assert found["definition"]["values"][0] == {"value": "red", "label": "大红"}
    assert [(change["layer"], change["why"]) for change in found["changes"]] == [("north", "叫法不同")]
    shown = run(tmp_path / "home", "pack", "show", "colour", ZHIYIN_PACKS=root).stdout
    assert ("label: 红" in shown, "大红" in shown) == (True, False)


def test_show_says_what_it_does_not_know(tmp_path: Path) -> None:
    root = with_profile(tmp_path / "packs")
    for args, reason in (
        (["no-such-thing"], "没有这个编号"),
        (["colour", "--profile", "south"], "没有方案 south"),
        (["colour", "--kind", "form"], "没有这个编号"),
    ):
        done = run(tmp_path / "home", "pack", "show", *args, ZHIYIN_PACKS=root)
        assert (done.returncode, reason in done.stderr) == (2, True)


def test_a_clause_is_traced_to_its_form_and_its_test(tmp_path: Path) -> None:
    tests = tmp_path / "tests"
    tests.mkdir()
    (tests / "test_it.py").write_text('@pytest.mark.clause("SVC-6.1-1")\ndef test_it(): ...\n', encoding="utf-8")
    args = ["pack", "trace", "--tests", str(tests)]
    one = json.loads(run(tmp_path / "home", *args, "--clause", "SVC-6.1-1", "--json").stdout)
    assert (one["served"], one["tests"][0]["name"], one["definitions"][0]["kind"]) == (True, "test_it", "form")
    told = run(tmp_path / "home", *args, "--clause", "SVC-6.1-2")
    assert "还没有测试执行这一条的验收要求" in told.stdout
    whole = json.loads(run(tmp_path / "home", *args, "--json").stdout)
    assert (whole["total"]["served"], len(whole["clauses"])) == (1, whole["total"]["total"])
    assert "SVC-6.1-1" not in whole["waiting"]["quality"]
    page = run(tmp_path / "home", *args, "--markdown").stdout
    assert page.startswith("# Conformance\n")
    gone = run(tmp_path / "home", *args, "--clause", "SVC-99")
    assert (gone.returncode, "没有条款 SVC-99" in gone.stderr) == (2, True)


def test_two_folders_and_two_profiles_are_compared(tmp_path: Path) -> None:
    old, new = sound(tmp_path / "old"), sound(tmp_path / "new", codes=CODES.replace("label: 红", "label: 朱"))
    done = run(tmp_path / "home", "pack", "diff", str(old), str(new))
    assert (done.returncode, done.stdout) == (0, "~ codelist colour 颜色\n    ~ values[red].label：红 → 朱\n")
    assert run(tmp_path / "home", "pack", "diff", str(old), str(old)).stdout == "没有不同\n"
    root = with_profile(tmp_path / "packs")
    found = json.loads(run(tmp_path / "home", "pack", "diff", "base", "north", "--json", ZHIYIN_PACKS=root).stdout)
    assert [(item["kind"], item["id"]) for item in found["changed"]] == [("codelist", "colour")]
    absent = run(tmp_path / "home", "pack", "diff", "base", "south", ZHIYIN_PACKS=root)
    assert (absent.returncode, "south 不是文件夹" in absent.stderr) == (2, True)
