"""The trace from a clause to definitions, code, tests and evidence."""

from pathlib import Path

import pytest

from tests.packs.support import CODES, FORM, write_pack
from zhiyin.packs.loader import load
from zhiyin.packs.trace import Trace, markdown, mentions, trace

CLAUSES = """\
id,doc,part,level,function,content,clause,kind,area,gist
SVC-4.1.1-b,SVC,4,,,4.1.1,4.1.1 b,process,cases,问喜好
SVC-9.1,SVC,9,,,9.1,9.1,rule,cases,没人做
SVC-9.2,SVC,9,,,9.2,9.2,rule,org,只在代码里
"""

CODE = """\
from zhiyin.kernel.serves import serves


class Door:
    @serves("SVC-9.2")
    def open(self):
        return serves
"""

TESTS = """\
import pytest
from pytest import mark

pytestmark = pytest.mark.clause("SVC-9.2")


@pytest.mark.clause("SVC-4.1.1-b", "SVC-0.0")
def test_one():
    clause("SVC-9.1")


class TestMore:
    @pytest.mark.parametrize("value", [pytest.param(1, marks=pytest.mark.clause("SVC-4.1.1-b"))])
    def test_two(self, value): ...
"""


@pytest.fixture
def found(tmp_path: Path) -> Trace:
    pack = write_pack(tmp_path, {"codelists/colour.yaml": CODES, "forms/taste.yaml": FORM, "clauses/svc.csv": CLAUSES})
    for folder, text in (("code", CODE), ("tests", TESTS)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "file.py").write_text(text, encoding="utf-8")
    return trace(load([pack]), tmp_path / "tests", code=tmp_path / "code", evidence={"SVC-4.1.1-b": ["12 份需求调查"]})


def test_a_clause_shows_every_thing_that_serves_it_with_file_and_line(found: Trace) -> None:
    clause = found.of("SVC-4.1.1-b")
    assert clause is not None
    (use,) = clause.definitions
    assert (use.kind, use.id, use.title, use.pack, use.file.name, use.line) == (
        "form",
        "taste",
        "喜好",
        "sample",
        "taste.yaml",
        1,
    )
    assert [(test.name, test.line) for test in clause.tests] == [("test_one", 7), ("TestMore.test_two", 13)]
    assert clause.evidence == ("12 份需求调查",)
    assert clause.is_served
    code = found.of("SVC-9.2")
    assert code is not None
    assert [(place.name, place.line) for place in code.code] == [("Door.open", 5)]
    assert [test.name for test in code.tests] == [""]


def test_a_claim_without_a_test_is_not_served(found: Trace, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    claimed = trace(load([tmp_path / "sample"]), tmp_path / "none", code=tmp_path / "code")
    clause = claimed.of("SVC-4.1.1-b")
    assert clause is not None
    assert (clause.is_claimed, clause.is_served) == (True, False)
    assert claimed.waiting() == {"cases": ["SVC-4.1.1-b", "SVC-9.1"], "org": ["SVC-9.2"]}
    assert found.waiting() == {"cases": ["SVC-9.1"]}


def test_counts_by_document_kind_and_area(found: Trace) -> None:
    assert [(row.name, row.total, row.claimed, row.served, row.evidenced) for row in found.counts("kind")] == [
        ("process", 1, 1, 1, 1),
        ("rule", 2, 1, 1, 0),
    ]
    assert [(row.name, row.total) for row in found.counts("area")] == [("cases", 2), ("org", 1)]
    total = found.total()
    assert (total.total, total.claimed, total.served, total.evidenced) == (3, 2, 2, 1)


def test_a_clause_that_no_pack_has_is_told_with_its_place(found: Trace) -> None:
    assert list(found.unknown) == ["SVC-0.0"]
    assert found.unknown["SVC-0.0"][0].endswith("file.py:7")
    assert found.of("SVC-0.0") is None


def test_the_page_names_counts_and_what_waits(found: Trace) -> None:
    text = markdown(found)
    assert "Of 3 clauses 2 are claimed and 2 served." in text
    assert "| SVC | 3 | 2 | 2 |" in text
    assert "### cases (1)\n\nSVC-9.1\n" in text
    assert "- SVC-0.0" in text


def test_the_real_tests_name_only_clauses_that_the_packs_have() -> None:
    tests = Path(__file__).resolve().parents[1]
    real = trace(load(), tests)
    assert len(real.clauses) == 1856
    outside = {
        id: places
        for id, places in real.unknown.items()
        if not all(place.split(":")[0].endswith(("test_trace.py", "test_diff.py")) for place in places)
    }
    assert outside == {}


def test_text_that_only_looks_like_a_mark_is_none(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('"""pytest.mark.clause("SVC-1")"""\nother.clause("SVC-2")\n', encoding="utf-8")
    assert mentions(tmp_path, "clause") == {}
