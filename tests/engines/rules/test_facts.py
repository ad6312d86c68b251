from datetime import date
from decimal import Decimal

import pytest

from tests.engines.rules.samples import LEVEL_2, PARAMETERS, ruleset
from zhiyin.engines.rules import (
    SimpleLibrary,
    check_facts,
    constants_of_codelists,
    evaluate,
    facts_schema,
    next_question,
    unreachable,
)
from zhiyin.kernel.errors import Invalid

ON = date(2026, 3, 1)
LIBRARY = SimpleLibrary(PARAMETERS)


class TestCheck:
    def test_values_are_typed_and_blanks_left_out(self):
        given = {
            "birth_on": "2000-01-02",
            "income": "1,234.5",
            "members": "",
            "jobs": [{"started_on": "2020-01-01", "ended_on": ""}],
        }
        assert check_facts(ruleset(LEVEL_2), given) == {
            "birth_on": date(2000, 1, 2), "income": Decimal("1234.5"), "jobs": [{"started_on": date(2020, 1, 1)}]
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("facts", "place", "words"),
        [
            ({"birth_on": "2000年"}, "birth_on", "要填日期"),
            ({"members": 1.5}, "members", "要填整数"),
            ({"school": "university"}, "school", "没有“university”这个选项"),
            ({"groups": ["veteran", "x"]}, "groups", "没有“x”这个选项"),
            ({"shoe": 43}, "shoe", "不用“shoe”"),
            ({"jobs": {}}, "jobs", "逐条"),
            ({"jobs": [1]}, "jobs[0]", "按列"),
            ({"jobs": [{}, {"pay": 1}]}, "jobs[1].pay", "没有“pay”这一列"),
            ({"jobs": [{"started_on": "2020-01-02", "ended_on": "2020-01-01"}]}, "jobs[0].ended_on", "早于"),
            ({"jobs": [{}] * 201}, "jobs", "最多 200 条"),
        ],
    )
    def test_faults_are_told_at_their_field(self, facts, place, words):
        with pytest.raises(Invalid) as caught:
            check_facts(ruleset(LEVEL_2), facts)
        assert list(caught.value.errors) == [place]
        assert words in caught.value.errors[place][0]


def test_schema_and_its_example():
    schema = facts_schema(ruleset(LEVEL_2), LIBRARY)
    assert schema["properties"]["birth_on"] == {"title": "出生日期", "type": ["string", "null"], "format": "date"}
    assert schema["properties"]["jobs"]["items"]["properties"]["wage"]["type"] == ["number", "null"]
    example = schema["examples"][0]
    assert check_facts(ruleset(LEVEL_2), example)
    assert evaluate(ruleset(LEVEL_2), example, on=ON, library=LIBRARY).missing == ()


def test_schema_holds_the_facts_of_inner_rulesets():
    inner = ruleset({"fact": "enrolled", "is": True}, id="inner")
    outer = ruleset({"any": [{"rule": "inner"}, {"fact": "shoe", "is": 1}]}, id="outer",
                    facts=[{"id": "shoe", "label": "鞋码", "type": "integer"}])  # fmt: skip
    schema = facts_schema(outer, SimpleLibrary(rulesets=[inner]))
    assert list(schema["properties"])[:2] == ["shoe", "birth_on"]


class TestNextQuestion:
    ENROLLED = {"fact": "enrolled", "is": True}

    def test_the_fact_that_decides_most_comes_first(self):
        sets = [ruleset({"all": [self.ENROLLED, {"fact": "members", "more_than": 2}]}, id=f"set-{n}") for n in range(3)]
        assert next_question(sets, {}, ON, LIBRARY) in {"enrolled", "members"}
        alone = ruleset({"fact": "income", "less_than": 100}, id="alone")
        assert next_question([alone, *sets], {"enrolled": True}, ON, LIBRARY) == "members"
        assert next_question([alone, *sets], {"enrolled": False}, ON, LIBRARY) == "income"

    def test_answers_lead_to_an_end(self):
        facts, asked = {}, []
        answers = {"enrolled": False, "jobs": [], "certificates": []}
        while (name := next_question([ruleset(LEVEL_2)], facts, ON, LIBRARY)) is not None:
            asked.append(name)
            facts[name] = answers[name]
        assert asked == ["certificates"]

    def test_nothing_to_ask(self):
        assert next_question([ruleset(self.ENROLLED)], {"enrolled": True}, ON, LIBRARY) is None
        assert next_question([], {}, ON, LIBRARY) is None


class TestUnreachable:
    @pytest.mark.parametrize(
        ("condition", "place"),
        [
            ({"all": [{"fact": "members", "at_least": 5}, {"fact": "members", "less_than": 5}]},
             ("condition", "all", 1)),
            ({"all": [{"fact": "school", "is": "college"}, {"any": [{"fact": "enrolled", "is": True},
                      {"fact": "school", "is": "technician"}]}]}, ("condition", "all", 1, "any", 1)),
            ({"all": [{"fact": "members", "more_than": 4}, {"fact": "members", "less_than": 5}]},
             ("condition", "all", 1)),
            ({"any": [{"fact": "income", "at_least": 5}, {"fact": "income", "less_than": 5}]}, ("condition",)),
            ({"fact": "school", "in": ["college", "technician"]}, ("condition",)),
            ({"value": {"count": {"list": "jobs", "where": {"column": "wage", "is": 1}}}, "at_least": 0},
             ("condition",)),
            ({"exists": {"list": "jobs",
                         "where": {"all": [{"column": "wage", "more_than": 3}, {"column": "wage", "is": 2}]}}},
             ("condition", "exists", "where", "all", 1)),
        ],
    )  # fmt: skip
    def test_is_told_at_its_place(self, condition, place):
        assert [where for where, _ in unreachable(ruleset(condition))] == [place]

    @pytest.mark.parametrize(
        "condition",
        [LEVEL_2, {"all": [{"fact": "income", "more_than": 4}, {"fact": "income", "less_than": 5}]},
         {"any": [{"fact": "members", "at_most": 4}, {"fact": "members", "at_least": 6}]}],
    )  # fmt: skip
    def test_sound_conditions_are_left_alone(self, condition):
        assert unreachable(ruleset(condition)) == []

    def test_constants_of_code_lists_are_listed(self):
        facts = [{"id": "hukou", "label": "户籍", "type": "choice", "codelist": "hukou-kind"}]
        found = constants_of_codelists(ruleset({"fact": "hukou", "in": ["a", "b"]}, facts=facts))
        assert [(name, value) for name, value, _ in found] == [("hukou-kind", "a"), ("hukou-kind", "b")]
