"""Every sample is played through the domain, and what comes out says what went in."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from docx import Document as Word
from pypdf import PdfReader

from tests.guide.support import EXAMPLES, NAMES, PHARMACY, plain
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.casework.events import state_of
from zhiyin.domain.casework.models import Case
from zhiyin.domain.catalogues.commands import sync_packs
from zhiyin.guide import command, results, run
from zhiyin.guide.casefile import load
from zhiyin.guide.clock import turning
from zhiyin.guide.models import CaseFile
from zhiyin.guide.outcome import Stop
from zhiyin.guide.refusals import Misfit
from zhiyin.guide.team import prepare_agency

pytestmark = pytest.mark.django_db


def _played(path: Path, folder: Path) -> dict[str, Any]:
    folder.mkdir()
    command.results_of(load(path), lambda outcome: results.write(folder, outcome))
    found: dict[str, Any] = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    return found


def _words_of_word(path: Path) -> str:
    document = Word(io.BytesIO(path.read_bytes()))
    tables = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    feet = [p.text for section in document.sections for p in section.footer.paragraphs]
    return "\n".join([*(p.text for p in document.paragraphs), *tables, *feet])


def _words_of_pdf(path: Path) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(path).pages)


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_from_beginning_to_end(home: Path, tmp_path: Path, name: str) -> None:
    given = plain(EXAMPLES / f"{name}.yaml")
    found = _played(EXAMPLES / f"{name}.yaml", tmp_path / "out")

    assert found["client"]["name"] == given["client"]["name"]
    assert given["client"]["document"]["number"] not in json.dumps(found)
    assert {row["purpose"] for row in found["consents"]} == set(given["consents"]["purposes"])
    assert [goal["title"] for goal in found["goals"]] == [
        row["title"] for row in [*given["needs"]["goals"], *given["plan"].get("goals", [])]
    ]
    assert found["audit"]["verified"]
    assert found["audit"]["events"] == sum(chain["count"] for chain in found["audit"]["chains"].values()) > 40
    assert all(row["recorded_at"] >= row["happened_at"] for row in found["events"])

    _check_scores(found, given)
    _check_papers(found, given, tmp_path / "out")
    if "closing" in given:
        assert {step["id"]: step["state"] for step in found["steps"]}["closing"] == "done"
        judged = {row["goal"]: row["attainment"] for row in given["closing"]["goals"]}
        assert {number: goal["attainment"] for number, goal in enumerate(found["goals"], 1)} == judged
        assert not [row for row in found["activities"] if row["state"] == "planned"]
    else:
        assert found["case"]["status"] == "open"
        assert found["dues"]


def _check_scores(found: dict[str, Any], given: dict[str, Any]) -> None:
    test = given.get("assessment")
    if test is None or "declined" in test:
        assert not (found["assessment"] or {}).get("scores")
        return
    scales = {row["letter"]: row for row in found["assessment"]["scores"]["scales"]}
    for letter in "RIASEC":
        values = [value for item, value in test["answers"].items() if item.startswith(letter)]
        assert len(values) == 8
        assert scales[letter]["raw"] == pytest.approx(sum(values))
        assert scales[letter]["mean"] == pytest.approx(sum(values) / 8)
    best = max(scales, key=lambda letter: scales[letter]["mean"])
    assert found["assessment"]["scores"]["texts"]["code"].strip("(").startswith(best)
    assert len([row for row in found["matches"]["ranks"] if row["rank"]]) == 30
    assert all(row["reasons"] for row in found["matches"]["ranks"][:10])
    said = [row["opinion"]["verdict"] for row in found["matches"]["ranks"] if row["opinion"]]
    assert sorted(said) == sorted(row["verdict"] for row in given["matching"]["choices"])


def _check_papers(found: dict[str, Any], given: dict[str, Any], folder: Path) -> None:
    expected = [name for name in ("agreement", "plan", "report") if name in given]
    assert sorted(found["documents"]) == sorted(expected)
    names = {f"{name}.{kind}" for name in expected for kind in ("docx", "pdf")}
    assert {path.name for path in folder.iterdir()} == names | {"case.json"}
    for name in expected:
        paper = found["documents"][name]
        assert paper["number"].startswith(f"{given['agency']['code']}-")
        for words in (_words_of_word(folder / f"{name}.docx"), _words_of_pdf(folder / f"{name}.pdf")):
            flat = "".join(words.split())
            assert given["client"]["name"] in flat
            assert paper["number"] in flat
    if "plan" in given:
        words = "".join(_words_of_word(folder / "plan.docx").split())
        assert given["plan"]["texts"]["goal_reason"] in words
    signed = {row["role"] for row in found["documents"]["agreement"]["signatures"]}
    assert signed == {"client", "adviser"} | ({"guardian"} if given.get("guardians") else set())


def test_what_a_returned_report_went_through(home: Path, tmp_path: Path) -> None:
    found = _played(EXAMPLES / "graduate.yaml", tmp_path / "out")
    steps = [row["kind"] for row in found["documents"]["report"]["steps"]]
    assert steps == ["drafted", "submitted", "returned", "submitted", "signed_off", "issued", "handed_over"]
    late = [row for row in found["events"] if row["late_entry"]]
    assert [(row["kind"], row["happened_at"][:10], row["recorded_at"][:10]) for row in late] == [
        ("session.held", "2026-04-29", "2026-05-02")
    ]
    words = _words_of_pdf(tmp_path / "out" / "report.pdf")
    assert "主投数据处理和分析" in "".join(words.split())
    assert "先就业再择业" not in "".join(words.split())


def test_conditions_to_avoid_hide_occupations(home: Path, tmp_path: Path) -> None:
    found = _played(EXAMPLES / "designer-hearing.yaml", tmp_path / "out")
    assert found["matches"]["filters"]["avoid"] == ["hearing"]
    assert sum(found["matches"]["excluded"].values()) > 0
    assert [row["kind"] for row in found["client"]["papers"]] == ["resident_id", "disability"]
    assert "session.missed" in {row["kind"] for row in found["events"]}


def test_what_is_real_is_entered_late_by_a_job(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    text = (EXAMPLES / "taiwan-entrepreneur.yaml").read_text(encoding="utf-8")
    file.write_text(text.replace("demo: true\n", "", 1), encoding="utf-8")
    found = _played(file, tmp_path / "out")
    given = plain(file)
    assert not found["demo"]
    events = {row["kind"]: row for row in found["events"]}
    assert events["needs.recorded"]["happened_at"].startswith(given["needs"]["at"].replace(" ", "T"))
    assert events["needs.recorded"]["late_entry"]
    assert events["needs.recorded"]["actor_kind"] == "job"
    assert events["needs.recorded"]["by"] == given["adviser"]["name"]
    assert found["documents"]["report"]["issued_at"].startswith("2026-05-11")
    assert events["needs.recorded"]["recorded_at"][:10] == found["played_at"][:10]


def test_the_same_file_gives_the_same_scores_and_ranks(home: Path, tmp_path: Path) -> None:
    first = _played(PHARMACY, tmp_path / "first")
    file = tmp_path / "again.yaml"
    # the same person cannot be registered twice in one database: only the number and the agency differ
    text = PHARMACY.read_text(encoding="utf-8").replace("990101198408200223", "990101198408200346")
    file.write_text(text.replace("code: LJ", "code: LK"), encoding="utf-8")
    again = _played(file, tmp_path / "again")
    for name in ("assessment", "goals"):
        assert again[name] == first[name]
    for name in ("ranks", "filters", "excluded"):
        assert again["matches"][name] == first["matches"][name]
    assert [row["kind"] for row in again["events"]] == [row["kind"] for row in first["events"]]


def _case(path: Path) -> CaseFile:
    return load(path).case


@pytest.mark.parametrize(
    ("until", "stage", "kinds"),
    [
        ("registered", None, set()),
        ("opened", "intake", {"case.opened"}),
        ("needs", "agreement", {"needs.recorded"}),
        ("agreement-drafted", "agreement", {"agreement.drafted"}),
        ("plan", "delivery", {"plan.agreed"}),
        ("assigned", "delivery", {"assessment.assigned"}),
        ("report-submitted", "report", {"report.submitted"}),
        ("closing", "followup", {"closing.recorded"}),
    ],
)
def test_a_run_ends_where_it_is_told_to(home: Path, until: str, stage: str | None, kinds: set[str]) -> None:
    case = _case(EXAMPLES / "graduate.yaml")
    told: list[Stop] = []
    with turning(case.consents.at) as clock:
        with acting(SYSTEM, "test"):
            sync_packs()
        outcome = run.run_case(case, prepare_agency(case), until=until, clock=clock, progress=told.append)
        assert outcome.reached == told[-1] == Stop(until)
        if stage is None:
            assert outcome.case is None
            assert not Case.objects.exists()
            return
        assert outcome.case is not None
        assert outcome.case.stage == stage
        assert kinds <= {event.kind for event in outcome.case.events.all()}
        assert state_of(outcome.case).stage == stage


def test_a_refusal_names_the_part_of_the_file(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    text = PHARMACY.read_text(encoding="utf-8")
    file.write_text(text.replace("started: 2001-09-01", "started: 2011-09-01"), encoding="utf-8")
    loaded = load(file)
    with pytest.raises(Misfit) as refused:
        command.results_of(loaded, lambda outcome: {})
    place, message = refused.value.found[0]
    fault = loaded.fault(place, message)
    assert fault.path == "file.education[0].ended"
    assert "不能早于开始日期" in fault.message
    assert "临江卫生学校" in file.read_text(encoding="utf-8").splitlines()[fault.line - 1]
