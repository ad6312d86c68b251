"""``zhiyin document``: kinds, one draft from a file, many from the examples of the packs."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import docx
import pypdf
import pytest
import python_calamine

from zhiyin.cli import main

Run = Callable[..., SimpleNamespace]
ANSWERS = """
agency: {name: 临江市公共就业服务中心（演示）, code: LJ}
author: {name: 林静, level: 三级}
answers: {}
"""


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """The command in this process: its exit code and what it said."""

    def call(*arguments: str) -> SimpleNamespace:
        code = main(arguments)
        said = capsys.readouterr()
        return SimpleNamespace(code=code, out=said.out, err=said.err)

    return call


def test_kinds_are_listed_with_who_drafts_and_agrees(run: Run) -> None:
    listed = run("document", "kinds", "--json")
    assert listed.code == 0
    kinds = {kind["id"]: kind for kind in json.loads(listed.out)}
    assert kinds["career-report"]["title"] == "个人职业生涯规划报告"
    plan = kinds["job-fair-plan"]
    assert (plan["class"], plan["subject"], plan["drafts"], plan["reviews"]) == (
        "plan",
        "activity",
        "3 级以上",
        "2 级以上",
    )
    assert plan["questions"] > 5
    table = run("document", "kinds")
    assert "job-fair-plan" in table.out
    assert "活动" in table.out


@pytest.mark.parametrize("fmt", ["pdf", "docx", "xlsx"])
def test_an_example_is_drawn_in_each_format(run: Run, tmp_path: Path, fmt: str) -> None:
    target = tmp_path / f"plan.{fmt}"
    done = run("document", "render", "job-fair-plan", "--example", "--out", str(target))
    assert (done.code, done.out) == (0, "")
    data = target.read_bytes()
    title = "现场（专场）招聘活动实施方案"
    if fmt == "pdf":
        reader = pypdf.PdfReader(io.BytesIO(data))
        assert reader.metadata is not None
        assert reader.metadata.title == title
        assert reader.trailer["/Root"]["/Lang"] == "zh-CN"
    elif fmt == "docx":
        assert docx.Document(io.BytesIO(data)).paragraphs[0].text == title
    else:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
        assert book.get_sheet_by_name("文书").to_python()[0][0] == title


def test_a_draft_from_a_file_tells_what_is_still_to_be_written(run: Run, tmp_path: Path) -> None:
    data, target = tmp_path / "plan.yaml", tmp_path / "plan.docx"
    data.write_text(ANSWERS, encoding="utf-8")
    done = run("document", "render", "job-fair-plan", "--data", str(data), "--out", str(target))
    assert done.code == 0
    assert "还没写完：" in done.err
    assert "临江市公共就业服务中心（演示）" in "".join(p.text for p in docx.Document(str(target)).paragraphs)
    again = run("document", "render", "job-fair-plan", "--data", str(data), "--out", str(target))
    assert again.code == 2
    assert "--replace" in again.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("answers: {no_such_question: 1}", "answers.no_such_question"),
        ("answers: [1, 2]", "answers"),
        ("- 1", "键值"),
        ("answers: {", "--data"),
    ],
)
def test_a_faulty_file_is_refused_with_the_place(run: Run, tmp_path: Path, content: str, said: str) -> None:
    data = tmp_path / "plan.yaml"
    data.write_text(content, encoding="utf-8")
    done = run("document", "render", "job-fair-plan", "--data", str(data), "--out", str(tmp_path / "x.pdf"))
    assert done.code == 2
    assert said in done.err
    assert not (tmp_path / "x.pdf").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("render", "no-such-kind", "--example", "--out", "x.pdf"),
        ("render", "job-fair-plan", "--data", "nowhere.yaml", "--out", "x.pdf"),
        ("render", "job-fair-plan", "--example", "--out", "x.txt"),
        ("render", "job-fair-plan", "--example", "--out", "nowhere/x.pdf"),
        ("batch", "--out", "b", "--count", "0"),
        ("batch", "--out", "b", "--processes", "0"),
        ("batch", "--out", "."),
    ],
)
def test_wrong_arguments_are_named(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    done = run("document", *arguments)
    assert done.code == 2
    assert done.err
    assert list(tmp_path.iterdir()) == []


def test_many_are_drawn_into_a_folder_that_is_there_when_all_are(run: Run, tmp_path: Path) -> None:
    target = tmp_path / "drafts"
    done = run("document", "batch", "--out", str(target), "--count", "9", "--processes", "2", "--json")
    assert done.code == 0
    listing = json.loads(done.out)
    assert [row["number"] for row in listing] == list(range(1, 10))
    assert not any(row["fault"] for row in listing)
    assert sorted(row["file"] for row in listing) == sorted(path.name for path in target.iterdir())
    assert all(path.read_bytes().startswith(b"%PDF") for path in target.iterdir())
    assert [path.name for path in tmp_path.iterdir()] == ["drafts"]
