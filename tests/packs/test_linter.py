"""The linter and the case runner: each rule on a pack that breaks it and, by the sound pack, on one that does not."""

import shutil
from pathlib import Path

import pytest

from tests.packs.support import CASE, CODES, FORM, sound, write_pack
from zhiyin.packs.commands import check_command, list_command
from zhiyin.packs.linter import check, clause_ids
from zhiyin.packs.loader import load

CLAUSES = "id,gist\nSVC-4.1.1-b,喜好\n"


def told(*paths: Path, clauses: Path | None = None) -> list[tuple[str, int, str]]:
    return [(item.file.name, item.line, item.rule) for item in check(paths, clauses=clauses)]


@pytest.fixture
def clauses(tmp_path: Path) -> Path:
    file = tmp_path / "clauses.csv"
    file.write_text(CLAUSES, encoding="utf-8")
    return file


def test_a_sound_pack_has_no_findings(tmp_path: Path, clauses: Path) -> None:
    sound(tmp_path / "packs")
    assert told(tmp_path / "packs", clauses=clauses) == []


def test_an_unknown_clause_is_told_at_its_line(tmp_path: Path, clauses: Path) -> None:
    sound(tmp_path / "packs", form=FORM.replace('["SVC-4.1.1-b"]', '["SVC-4.1.1-b",\n  "SVC-99"]'))
    assert told(tmp_path / "packs", clauses=clauses) == [("taste.yaml", 6, "unknown-clause")]
    assert told(tmp_path / "packs") == []


def test_more_than_eight_clauses_are_listed_for_review(tmp_path: Path) -> None:
    nine = ", ".join(f'"SVC-{number}"' for number in range(9))
    sound(tmp_path, form=FORM.replace('"SVC-4.1.1-b"', nine))
    found = check([tmp_path])
    assert [(item.rule, item.level) for item in found] == [("many-clauses", "warning")]
    assert check_command([tmp_path]).ok


def test_a_definition_without_a_case_is_told(tmp_path: Path) -> None:
    folder = sound(tmp_path)
    (folder / "cases" / "form-taste.yaml").unlink()
    assert told(tmp_path) == [("taste.yaml", 1, "no-case")]


def test_a_case_file_needs_a_passing_and_a_failing_case(tmp_path: Path) -> None:
    sound(tmp_path, case=CASE[: CASE.index("failing:")])
    assert ("form-taste.yaml", 1, "missing-key") in told(tmp_path)


def test_a_case_for_a_definition_that_does_not_exist(tmp_path: Path) -> None:
    sound(tmp_path, case=CASE.replace("id: taste", "id: tastes"))
    assert ("form-taste.yaml", 2, "unresolved") in told(tmp_path)


@pytest.mark.parametrize(
    ("field", "condition"),
    [
        ("{id: x, label: X, type: choice, codelist: colour}", "is: [green]"),
        ("{id: x, label: X, type: choices, options: [{value: a, label: 甲}]}", "not: [b]"),
        ("{id: x, label: X, type: boolean}", 'is: ["true"]'),
        ("{id: x, label: X, type: scale, scale: {low: 1, high: 5}}", "is: [6]"),
        ("{id: x, label: X, type: integer}", 'is: ["1"]'),
        ("{id: x, label: X, type: text}", "is: [1]"),
    ],
)
def test_a_condition_that_can_never_hold_is_told(tmp_path: Path, field: str, condition: str) -> None:
    dependent = "{id: z, label: Z, type: text, relevant: {field: x, " + condition + "}}"
    sound(tmp_path, form=f"{FORM}      - {field}\n      - {dependent}\n")
    assert told(tmp_path) == [("taste.yaml", 20, "dead-condition")]


def test_conditions_of_columns_are_looked_at_too(tmp_path: Path) -> None:
    row = (
        "      - id: r\n        label: R\n        type: rows\n        columns:\n"
        "          - {id: x, label: X, type: boolean}\n"
        "          - {id: z, label: Z, type: text, relevant: {field: x, is: [1]}}\n"
    )
    sound(tmp_path, form=FORM + row)
    assert told(tmp_path) == [("taste.yaml", 24, "dead-condition")]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("colour: red, why", "colour: green, why"), 4),
        (("expect: {colour: red}", "expect: {colour: blue}"), 4),
        (("expect: [colour]", "expect: [why]"), 8),
        (("expect: [colour]", "expect: [colour, why]"), 8),
        (("input: {}", "input: {colour: blue}"), 8),
    ],
)
def test_a_case_that_comes_out_otherwise_is_told(tmp_path: Path, change: tuple[str, str], line: int) -> None:
    assert CASE.replace(*change) != CASE
    sound(tmp_path, case=CASE.replace(*change))
    assert told(tmp_path) == [("form-taste.yaml", line, "case-failed")]


PROCESS = """\
kind: process
id: short
version: 1
title: 短服务
steps:
  - id: intake
    title: 接待
    short: 接待
    completed_by: [intake.recorded]
    events: [intake.recorded]
  - id: needs
    title: 需求
    short: 需求
    completed_by: [needs.recorded]
    requires: [intake]
    events: [needs.recorded]
    due: {days: 1, unit: working, after: intake.recorded, what: 调查需求}
"""

PROCESS_CASE = """\
kind: case
definition: {kind: process, id: short}
passing:
  - name: 接待之后
    input:
      events:
        - {kind: case.opened, happened_at: "2026-03-06T09:00"}
        - {kind: intake.recorded, happened_at: "2026-03-06T10:00"}
      now: "2026-03-10T09:00"
    expect:
      stage: needs
      steps: {intake: done, needs: late}
      dues: {needs: "2026-03-09"}
failing:
  - name: 没有接待就调查
    input:
      events:
        - {kind: case.opened, happened_at: "2026-03-06T09:00"}
        - {kind: needs.recorded, happened_at: "2026-03-06T10:00"}
    expect: [needs.recorded]
"""


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (("x", "x"), 0),
        (("stage: needs", "stage: intake"), 4),
        (("needs: late", "needs: done"), 4),
        (("2026-03-09", "2026-03-08"), 4),
        (("expect: [needs.recorded]", "expect: [case.opened]"), 15),
        (('happened_at: "2026-03-06T10:00"}\n      now', 'happened_at: "soon"}\n      now'), 4),
    ],
)
def test_cases_of_a_process(tmp_path: Path, change: tuple[str, str], line: int) -> None:
    case = PROCESS_CASE.replace(*change)
    write_pack(tmp_path, {"processes/short.yaml": PROCESS, "cases/process-short.yaml": case})
    expected = [("process-short.yaml", line, "case-failed")] if line else []
    assert told(tmp_path) == expected


def test_clause_table_without_ids_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "clauses.csv"
    file.write_text("clause\nSVC-1\n", encoding="utf-8")
    with pytest.raises(ValueError, match="no column id"):
        clause_ids(file)


def test_the_report_counts_what_it_saw(tmp_path: Path) -> None:
    sound(tmp_path)
    report = check_command([tmp_path])
    assert (report.ok, report.cases, report.findings) == (True, 2, [])
    assert report.packs == list_command(load([tmp_path]))
    assert report.packs[0].counts == {"codelist": 1, "form": 1}


def test_a_report_with_an_error_is_not_ok(tmp_path: Path) -> None:
    sound(tmp_path, codes=CODES.replace("label: 红", "label: 1"))
    report = check_command([tmp_path])
    assert not report.ok
    assert report.cases == 0


def test_the_content_of_the_platform_is_clean() -> None:
    report = check_command()
    assert [str(finding) for finding in report.findings if finding.level == "error"] == []
    assert report.cases > 0


def test_an_agency_s_pack_is_checked_beside_the_built_in_ones_that_it_requires(tmp_path: Path) -> None:
    example = Path(__file__).resolve().parents[2] / "examples" / "packs" / "own-centre"
    report = check_command([example])
    assert (report.ok, report.findings) == (True, [])
    assert [pack.id for pack in report.packs] == ["own-centre"]
    own = tmp_path / "own-centre"
    shutil.copytree(example, own)
    profile = own / "profile.yaml"
    profile.write_text(profile.read_text(encoding="utf-8").replace("planning-training-months", "no-such-figure"))
    (finding,) = check_command([own]).findings
    assert (finding.file, finding.rule, "no-such-figure" in finding.message) == (profile, "unresolved", True)
