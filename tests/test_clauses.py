"""Every clause of the five documents: there, and either served by a test or listed with the area it waits for."""

from collections import Counter
from pathlib import Path

from zhiyin.packs.installed import registry
from zhiyin.packs.trace import trace

ROOT = Path(__file__).resolve().parents[1]
WRITTEN = {
    "CG2023": 582,
    "CG2023-DJ": 254,
    "CG2023-DA": 217,
    "CG2023-X1": 64,
    "CG2023-X2": 29,
    "CG2023-X3": 35,
    "CP2026": 412,
    "SVC": 85,
    "XM": 129,
    "SD": 49,
}
SERVED_AT_LEAST = 600


def test_every_clause_is_there_and_served_or_waits_by_name() -> None:
    found = trace(registry(), ROOT / "tests", code=ROOT / "src")
    assert Counter(clause.doc for clause in found.clauses) == WRITTEN
    assert sum(WRITTEN.values()) == len(found.clauses) == 1856

    served = {clause.id for clause in found.clauses if clause.is_served}
    waiting = found.waiting()
    listed = [id for ids in waiting.values() for id in ids]
    assert len(listed) == len(set(listed))
    assert served.isdisjoint(listed)
    assert len(served) + len(listed) == 1856
    assert all(area and ids for area, ids in waiting.items())
    # falls only when tests are taken away; raise it as more clauses are served
    assert len(served) >= SERVED_AT_LEAST


def test_nothing_claims_or_tests_a_clause_that_does_not_exist() -> None:
    # examples inside tests of the trace and the linter name clauses of packs of their own
    own = ("tests/packs/", "tests/kernel/", "tests/engines/", "tests/test_clauses.py")
    unknown = trace(registry(), ROOT / "tests", code=ROOT / "src").unknown
    stray = {
        id: [place for place in places if not any(part in place for part in own)] for id, places in unknown.items()
    }
    assert {id: places for id, places in stray.items() if places} == {}
