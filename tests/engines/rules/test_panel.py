"""Several rulesets put to one person."""

from datetime import date

import pytest

from zhiyin.engines.rules import Panel, RuleSet, SimpleLibrary
from zhiyin.kernel.errors import Invalid

ON = date(2026, 3, 1)


def ruleset(id: str, condition: dict[str, object], *facts: dict[str, str]) -> RuleSet:
    return RuleSet.model_validate(
        {
            "kind": "ruleset",
            "id": id,
            "version": 1,
            "title": id,
            "serves": [],
            "subject": "person",
            "facts": list(facts),
            "condition": condition,
        }
    )


AGE = {"id": "age", "label": "年龄", "type": "integer"}
WORKS = {"id": "works", "label": "在业", "type": "boolean"}
INSURED = {"id": "insured", "label": "参保", "type": "boolean"}


@pytest.fixture
def panel() -> Panel:
    adult = ruleset("adult", {"fact": "age", "at_least": 18}, AGE)
    jobless = ruleset("jobless", {"all": [{"rule": "adult"}, {"fact": "works", "is": False}]}, WORKS)
    insured = ruleset(
        "insured-one", {"all": [{"fact": "age", "at_least": 16}, {"fact": "insured", "is": True}]}, AGE, INSURED
    )
    return Panel([jobless, insured], SimpleLibrary(rulesets=[adult, jobless, insured]))


def test_facts_of_named_rulesets_are_asked_too_and_each_once(panel: Panel) -> None:
    assert set(panel.facts) == {"works", "age", "insured"}
    assert panel.check({"age": "20", "works": False, "insured": None}) == {"age": 20, "works": False}


def test_every_fault_is_told_by_its_fact(panel: Panel) -> None:
    with pytest.raises(Invalid) as told:
        panel.check({"age": "old", "works": "perhaps", "shoe": 4})
    assert set(told.value.errors) == {"age", "works", "shoe"}


def test_results_come_by_ruleset(panel: Panel) -> None:
    results = panel.judge({"age": 17, "insured": True}, ON)
    assert {name: one.verdict.value for name, one in results.items()} == {"jobless": "FAIL", "insured-one": "PASS"}


def test_the_fact_that_decides_most_is_asked_and_what_is_not_known_is_left_out(panel: Panel) -> None:
    first = panel.next({}, ON)
    assert first in {"age", "works", "insured"}
    asked: list[str] = []
    while (question := panel.next({}, ON, without=asked)) is not None:
        assert question not in asked
        asked.append(question)
    assert set(asked) == {"age", "works", "insured"}
    assert panel.next({"age": 20, "works": False, "insured": True}, ON) is None
