"""The clause registry."""

import csv

import pytest

from tests.support import shared_data
from zhiyin.kernel import serves as module
from zhiyin.kernel.serves import is_clause_id, served_by, serves


@pytest.fixture(autouse=True)
def _own_registry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_registry", {})


def test_functions_and_classes_are_recorded_under_their_dotted_names() -> None:
    @serves("SVC-5.1", "CP2026-L3-2.1.1-S")
    def act() -> int:
        return 7

    @serves("SVC-5.1")
    class Screen:
        pass

    assert act() == 7
    assert isinstance(Screen(), Screen)
    here = f"{__name__}.test_functions_and_classes_are_recorded_under_their_dotted_names.<locals>"
    assert served_by() == {"CP2026-L3-2.1.1-S": [f"{here}.act"], "SVC-5.1": [f"{here}.Screen", f"{here}.act"]}
    served_by()["SVC-5.1"].append("tampered")
    assert "tampered" not in served_by()["SVC-5.1"]


@pytest.mark.parametrize(
    "clauses",
    [(), ("svc-5.1",), ("SVC",), ("SVC-",), ("SVC-5.1 ",), ("SVC-5.1", "SVC-5.1"), tuple(f"SVC-{n}" for n in range(9))],
)
def test_bad_claims_are_refused(clauses: tuple[str, ...]) -> None:
    with pytest.raises(ValueError):
        serves(*clauses)
    assert served_by() == {}


def test_every_clause_of_the_standards_has_a_well_formed_id() -> None:
    path = shared_data("cn-occupations-2022").parents[1] / "standards" / "clauses.csv"
    if not path.is_file():
        pytest.skip("the clause list is not on this machine")
    with path.open(encoding="utf-8", newline="") as file:
        malformed = [row["id"] for row in csv.DictReader(file) if not is_clause_id(row["id"])]
    assert malformed == []
