from datetime import date

import pytest
from pydantic import ValidationError

from tests.engines.rules.samples import LEVEL_2, parameter, ruleset, table
from zhiyin.engines.definitions import Faults
from zhiyin.engines.rules.syntax import references


def faults(make, *args, **more):
    with pytest.raises(ValidationError) as caught:
        make(*args, **more)
    found = [error["ctx"]["error"] for error in caught.value.errors() if "ctx" in error]
    return [(place, text) for fault in found if isinstance(fault, Faults) for place, text in fault.faults]


def places(condition):
    return [place for place, _ in faults(ruleset, condition)]


class TestRuleSet:
    def test_usual_set_is_accepted_and_its_references_are_known(self):
        found = references(ruleset(LEVEL_2).root)
        assert set(found.facts) == {"certificates", "jobs", "enrolled"}
        assert set(found.params) == {"related-occupations", "l2-years"}

    @pytest.mark.parametrize(
        ("condition", "place"),
        [
            ({"fact": "nobody", "is": 1}, ("condition", "fact")),
            ({"fact": "birth_on", "at_least": 5}, ("condition", "at_least")),
            ({"fact": "birth_on", "is": "2026-13-01"}, ("condition", "is")),
            ({"fact": "school", "is": "university"}, ("condition", "is")),
            ({"fact": "school", "at_least": "college"}, ("condition", "at_least")),
            ({"fact": "groups", "includes": "retired"}, ("condition", "includes")),
            ({"fact": "groups", "is": "veteran"}, ("condition", "is")),
            ({"fact": "income", "is": 1, "at_most": 2}, ("condition",)),
            ({"fact": "income"}, ("condition",)),
            ({"all": []}, ("condition", "all")),
            ({"all": [{"fact": "income", "is": 1}], "any": [{"fact": "income", "is": 1}]}, ("condition",)),
            ({"column": "wage", "is": 1}, ("condition", "column")),
            ({"exists": {"list": "jobs", "where": {"column": "pay", "is": 1}}},
             ("condition", "exists", "where", "column")),
            ({"exists": {"list": "school", "where": {"fact": "income", "is": 1}}}, ("condition", "exists", "list")),
            ({"value": {"age": {"fact": "income"}}, "at_least": 16}, ("condition", "value", "age")),
            ({"value": {"plus": [{"fact": "birth_on"}, 1]}, "is": 1}, ("condition", "value", "plus", 0)),
            ({"value": {"frobnicate": 1}, "is": 1}, ("condition", "value")),
            ({"value": {"worked": {"list": "jobs", "from": "wage", "to": "ended_on"}}, "at_least": 1},
             ("condition", "value", "worked", "from")),
            ({"at_least": {"count": 3, "of": [{"fact": "enrolled", "is": True}]}}, ("condition", "at_least", "count")),
            ({"fact": "income", "at_least": 1, "tolerance": {"days": 3}}, ("condition", "tolerance", "days")),
            ({"fact": "income", "at_least": 1, "why_fail": "{name} 不够"}, ("condition", "why_fail")),
            ({"id": "A B", "fact": "income", "at_least": 1}, ("condition", "id")),
            ({"fact": "income", "at_least": 1, "valid_from": "2026-02-30"}, ("condition", "valid_from")),
        ],
    )  # fmt: skip
    def test_a_fault_is_told_at_its_place(self, condition, place):
        assert places(condition) == [place]

    def test_ids_of_conditions_are_unique(self):
        twice = {"all": [{"id": "a", "fact": "enrolled", "is": True}, {"id": "a", "fact": "enrolled", "is": False}]}
        assert places(twice) == [("condition", "all", 1, "id")]

    def test_outputs_are_checked_too(self):
        output = {"id": "amount", "label": "金额", "value": {"times": [{"fact": "birth_on"}, 2]}}
        told = faults(ruleset, {"fact": "enrolled", "is": True}, outputs=[output])
        assert [place for place, _ in told] == [("outputs", 0, "value", "times", 0)]


class TestParameter:
    def test_value_on_a_day(self):
        wage = parameter("wage", "money", (2000, "2024-01-01", "2024-12-31"), (2100.5, "2025-01-01", None))
        assert wage.on(date(2023, 12, 31)) is None
        assert wage.on(date(2024, 12, 31)) == 2000
        assert str(wage.on(date(2025, 1, 1))) == "2100.5"

    def test_overlap_is_refused_and_gap_is_told(self):
        assert faults(parameter, "p", "integer", (1, "2024-01-01", None), (2, "2025-01-01", None))
        gapped = parameter("p", "integer", (1, "2024-01-01", "2024-06-30"), (2, "2025-01-01", None))
        assert gapped.gaps() == [("2024-06-30", "2025-01-01")]

    @pytest.mark.parametrize(
        ("kind", "value"), [("integer", "x"), ("date", "2025-1-1"), ("boolean", "ja"), ("years", 1.5)]
    )
    def test_value_of_the_wrong_type_is_refused(self, kind, value):
        assert faults(parameter, "p", kind, (value, "2024-01-01", None))

    def test_list_is_split(self):
        assert parameter("p", "list", ("a|b", "2024-01-01", None)).on(date(2024, 1, 1)) == ("a", "b")


class TestTable:
    AGE = {"id": "age", "label": "年龄", "type": "integer", "min": 0, "max": 120}

    def test_cells_are_read(self):
        rows = [
            {"when": {"age": "[16,60)"}, "then": {"result": "劳动年龄"}},
            {"when": {"age": 70}, "then": {"result": "七十"}},
        ]
        found = table("first", [self.AGE], rows)
        assert [found.rows[0].cells[0].holds(age) for age in (15, 16, 59, 60)] == [False, True, True, False]
        assert found.rows[1].cells[0].holds(70)

    @pytest.mark.parametrize("cell", ["[16,", "(3,4)", "16", True, "[x,3]", "[,]", []])
    def test_a_wrong_cell_is_told_at_its_place(self, cell):
        told = faults(table, "first", [self.AGE], [{"when": {"age": cell}, "then": {"result": "a"}}])
        assert [place for place, _ in told] == [("rows", 0, "when", "age")]

    def test_a_missing_result_and_an_unknown_input_are_told(self):
        told = faults(table, "first", [self.AGE], [{"when": {"sex": "-"}, "then": {}}])
        assert {place for place, _ in told} == {("rows", 0, "when", "sex"), ("rows", 0, "then")}
