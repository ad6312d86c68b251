"""The measures of the packs: every query is registered, every function and test that is named exists."""

import ast
import importlib
from pathlib import Path

import pytest

from zhiyin.domain.conformance.measuring import clauses
from zhiyin.engines.conformance import MEASURES
from zhiyin.packs.installed import registry

ROOT = Path(__file__).resolve().parents[3]


def sets():
    packs = registry()
    return [packs.get(kind, id) for kind, id in packs.contents() if kind == "measures"]


def all_measures():
    return [measure for item in sets() for measure in item.measures]


def test_every_query_is_registered():
    assert sets()
    assert {m.query for m in all_measures() if m.by == "query"} <= set(MEASURES)


def test_no_registered_measure_is_left_unused():
    assert set(MEASURES) - {m.query for m in all_measures()} == set()


@pytest.mark.parametrize("name", sorted({m.function for m in all_measures() if m.function}))
def test_what_the_software_does_is_done_by_a_function_that_exists(name):
    module, _, attribute = name.rpartition(".")
    assert callable(getattr(importlib.import_module(module), attribute))


@pytest.mark.parametrize("node", sorted({m.test for m in all_measures() if m.test}))
def test_what_the_software_does_is_proved_by_a_test_that_exists(node):
    file, _, name = node.partition("::")
    tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
    assert name in {item.name for item in ast.walk(tree) if isinstance(item, ast.FunctionDef)}


def test_the_two_service_standards_are_measured_whole():
    packs = registry()
    for item in sets():
        measured = set(clauses(item))
        if item.covers == "whole":
            written = {id for kind, id in packs.contents() if kind == "clause" and id.startswith(f"{item.standard}-")}
            assert measured == written
    assert {item.standard for item in sets() if item.covers == "whole"} == {"SVC", "XM"}


def test_every_measure_that_can_fail_says_how_to_mend_it():
    assert [m.id for m in all_measures() if m.by != "construction" and not m.advice] == []
