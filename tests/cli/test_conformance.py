"""``zhiyin conformance report``: measured, kept, printed, written."""

import argparse
import json
from datetime import date
from pathlib import Path

import pypdf
import pytest

from tests import factories
from zhiyin.cli import boot, build_parser, conformance
from zhiyin.domain.conformance.models import Run
from zhiyin.kernel.errors import Invalid

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database of the test stands for the installation's."""
    monkeypatch.setattr(boot, "require_installed", lambda: None)


def arguments(*more: str) -> argparse.Namespace:
    return build_parser().parse_args(["conformance", "report", "--standard", "SVC", *more])


def test_each_clause_is_told_as_data_and_the_run_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    agency = factories.agency()
    assert conformance.report(arguments("--agency", agency.code, "--on", "2026-10-31", "--json")) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["agency"], told["standard"], told["on"]) == (agency.code, "SVC", "2026-10-31")
    assert len(told["clauses"]) == 85
    unmet = {row["clause"] for row in told["clauses"] if row["verdict"] == "unmet"}
    assert "SVC-3.1" in unmet
    assert told["totals"]["unmet"] == len(unmet)
    run = Run.objects.get()
    assert (run.organisation, run.on, run.score) == (agency, date(2026, 10, 31), told["score"])


def test_in_words_what_works_fastest_comes_first(capsys: pytest.CaptureFixture[str]) -> None:
    agency = factories.agency()
    conformance.report(arguments("--agency", agency.code))
    said = capsys.readouterr().out
    assert agency.name in said
    assert "要处理的条款" in said
    assert "SVC-3.1" in said


@pytest.mark.parametrize("name", ["自评.pdf", "自评.docx"])
def test_the_report_is_written(tmp_path: Path, name: str) -> None:
    agency = factories.agency()
    out = tmp_path / name
    conformance.report(arguments("--agency", agency.code, "--out", str(out), "--json"))
    if name.endswith("pdf"):
        text = "".join(page.extract_text() for page in pypdf.PdfReader(out).pages)
        assert "SVC-3.1" in text
    else:
        assert out.read_bytes().startswith(b"PK")


def test_what_cannot_be_done_is_said_before_anything_is_measured(tmp_path: Path) -> None:
    agency = factories.agency()
    there = tmp_path / "a.pdf"
    there.write_text("x")
    for more in (("--out", str(there)), ("--out", str(tmp_path / "a.txt"))):
        with pytest.raises(Invalid) as caught:
            conformance.report(arguments("--agency", agency.code, *more))
        assert list(caught.value.errors) == ["--out"]
    with pytest.raises(Invalid, match="编号前缀"):
        conformance.report(arguments("--agency", "NONE"))
    with pytest.raises(SystemExit):
        arguments("--on", "昨天")
    assert not Run.objects.exists()
