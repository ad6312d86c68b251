from datetime import date

import pytest

from tests.engines.rules.samples import LEVEL_2, PARAMETERS, parameter, ruleset, table
from zhiyin.engines.forms import CodeList
from zhiyin.engines.rules import SimpleLibrary, Verdict, compile, evaluate, library_faults, rule_cycles
from zhiyin.kernel.errors import DefinitionError

ON = date(2026, 3, 1)
LIBRARY = SimpleLibrary(PARAMETERS)


ONE_OR_TWO = {"if": {"fact": "enrolled", "is": True}, "then": 1, "else": 2}


def judge(condition, facts, *, on=ON, library=LIBRARY, **more):
    return evaluate(ruleset(condition, **more), facts, on=on, library=library)


def told(result):
    return "\n".join(result.explanation.lines())


def applicant(certificate, *, jobs=None, **more):
    since = [{"started_on": "2015-01-01", "ended_on": None, "occupation": "guide"}]
    held = [{"issued_on": certificate, "level": 3, "occupation": "guide"}]
    return {"jobs": since if jobs is None else jobs, "certificates": held, "enrolled": False} | more


class TestYearsAfterACertificate:
    def test_five_years_to_the_day_pass(self):
        result = judge(LEVEL_2, applicant("2021-03-01"))
        assert result.verdict is Verdict.PASS
        assert result.met == ("c1", "c1-cert", "c1-years", "c5-held")
        assert result.unmet == ("c5", "c5-class")
        assert "2021-03-01 到 2026-03-01，共 5 年" in told(result)

    @pytest.mark.parametrize(
        ("certificate", "missing"),
        [("2021-09-01", "还差 6 个月"), ("2021-04-01", "还差 1 个月"), ("2022-03-01", "还差 1 年"),
         ("2021-03-02", "还差 1 天"), ("2022-09-11", "还差 1 年 6 个月 10 天")],
    )  # fmt: skip
    def test_what_is_missing_is_named(self, certificate, missing):
        result = judge(LEVEL_2, applicant(certificate))
        assert result.verdict is Verdict.FAIL
        assert result.outputs == {}
        reason = next(one for one in result.explanation.walk() if one.id == "c1-years")
        assert f"要求至少 5 年，{missing}" in reason.why
        assert missing in next(one for one in result.explanation.walk() if one.id == "c1").why

    def test_close_to_the_limit_a_person_looks_again(self):
        near, far = judge(LEVEL_2, applicant("2021-03-20")), judge(LEVEL_2, applicant("2021-04-20"))
        assert (near.verdict, near.borderline) == (Verdict.FAIL, True)
        assert (far.verdict, far.borderline) == (Verdict.FAIL, False)
        assert near.explanation.borderline
        assert "接近界限" in told(near)

    def test_a_near_value_that_decides_nothing_is_not_flagged(self):
        passed = judge(LEVEL_2, applicant("2021-03-20", enrolled=True))
        assert passed.verdict is Verdict.PASS
        assert not passed.borderline

    def test_without_the_certificate_it_is_named_and_nothing_counts(self):
        result = judge(LEVEL_2, applicant(None) | {"certificates": []})
        assert result.verdict is Verdict.FAIL
        assert result.missing == ()
        assert "没有证书" in told(result)

    def test_unrelated_work_does_not_count(self):
        jobs = [{"started_on": "2015-01-01", "occupation": "physics"}]
        assert judge(LEVEL_2, applicant("2015-01-01", jobs=jobs)).verdict is Verdict.FAIL

    def test_overlapping_jobs_count_once(self):
        jobs = [
            {"started_on": "2010-01-01", "ended_on": "2015-12-31"},
            {"started_on": "2013-01-01", "ended_on": "2018-12-31"},
        ]
        ten = {"value": {"worked": {"list": "jobs", "from": "started_on", "to": "ended_on"}}, "at_least": 10}
        result = judge(ten, {"jobs": jobs})
        assert result.verdict is Verdict.FAIL
        assert "共 9 年，要求至少 10 年，还差 1 年" in told(result)

    def test_interrupted_work_is_counted_by_days(self):
        jobs = [
            {"started_on": "2010-01-01", "ended_on": "2012-12-31"},
            {"started_on": "2014-01-01", "ended_on": "2016-01-01"},
        ]
        years = {"worked": {"list": "jobs", "from": "started_on", "to": "ended_on"}}
        result = judge({"value": years, "at_least": 5}, {"jobs": jobs})
        assert (result.verdict, result.borderline) == (Verdict.PASS, True)
        short = judge({"value": years, "at_least": 6}, {"jobs": jobs})
        assert "还差 约 1 年" in told(short)

    def test_leap_day(self):
        two = {"value": {"years_between": [{"fact": "birth_on"}, {"today": True}]}, "at_least": 2}
        assert judge(two, {"birth_on": "2024-02-29"}, on=date(2026, 2, 28)).verdict is Verdict.PASS
        assert judge(two, {"birth_on": "2024-02-29"}, on=date(2026, 2, 27)).verdict is Verdict.FAIL


class TestUnknown:
    def test_missing_facts_are_named_with_their_proof(self):
        result = judge(LEVEL_2, {})
        assert result.verdict is Verdict.UNKNOWN
        assert result.missing == ("certificates", "jobs", "enrolled")
        assert "职业技能等级证书" in result.explanation.why

    def test_a_blank_cell_makes_the_list_missing(self):
        result = judge(LEVEL_2, applicant(None))
        assert (result.verdict, result.missing) == (Verdict.UNKNOWN, ("certificates",))

    def test_what_cannot_change_the_verdict_is_not_asked(self):
        result = judge(LEVEL_2, {"certificates": []})
        assert (result.verdict, result.missing) == (Verdict.FAIL, ())

    def test_bounds_decide_where_they_can(self):
        jobs = [{"started_on": "2000-01-01", "occupation": "guide"}, {"started_on": None, "occupation": "guide"}]
        assert judge(LEVEL_2, applicant("2015-01-01", jobs=jobs)).verdict is Verdict.PASS
        many = {"value": {"count": {"list": "jobs", "where": {"column": "occupation", "is": "guide"}}}, "at_least": 2}
        rows = [{"occupation": "guide"}, {"occupation": None}]
        assert judge(many, {"jobs": rows}).verdict is Verdict.UNKNOWN
        assert judge(many, {"jobs": rows[:1]}).verdict is Verdict.FAIL
        assert judge(many, {"jobs": [*rows, {"occupation": "guide"}]}).verdict is Verdict.PASS

    def test_a_parameter_without_a_value_that_day_is_told(self):
        library = SimpleLibrary([parameter("limit", "integer", (3, "2030-01-01", None))])
        result = judge({"fact": "members", "at_most": {"param": "limit"}}, {"members": 2}, library=library)
        assert (result.verdict, result.missing) == (Verdict.UNKNOWN, ())
        assert "还没有规定“limit”" in told(result)

    def test_values_of_the_wrong_type_are_unknown(self):
        adult = {"value": {"age": {"fact": "birth_on"}}, "at_least": 18}
        assert judge(adult, {"birth_on": 1999}).missing == ("birth_on",)
        assert judge({"fact": "enrolled", "is": True}, {"enrolled": 1}).missing == ("enrolled",)


class TestTests:
    @pytest.mark.parametrize(
        ("condition", "facts", "verdict"),
        [
            ({"fact": "school", "in": ["technician"]}, {"school": "technician"}, "PASS"),
            ({"fact": "school", "not_in": ["technician"]}, {"school": "technician"}, "FAIL"),
            ({"fact": "groups", "includes": "veteran"}, {"groups": ["veteran", "disabled"]}, "PASS"),
            ({"fact": "groups", "includes_any": ["veteran", "graduate"]}, {"groups": ["disabled"]}, "FAIL"),
            ({"fact": "members", "odd": True}, {"members": 5}, "PASS"),
            ({"fact": "members", "odd": True}, {"members": 4}, "FAIL"),
            ({"fact": "groups", "filled": True}, {"groups": []}, "FAIL"),
            ({"fact": "groups", "filled": True}, {}, "UNKNOWN"),
            ({"fact": "jobs", "filled": True}, {"jobs": []}, "FAIL"),
            ({"fact": "income", "less_than": 2000.5}, {"income": "2000.50"}, "FAIL"),
            ({"fact": "income", "at_most": 2000.5}, {"income": 2000.5}, "PASS"),
            ({"value": {"times": [{"fact": "income"}, 0.015]}, "is": 1.5}, {"income": 100}, "PASS"),
            ({"value": {"ceil": {"divided": [{"fact": "members"}, 15]}}, "is": 3}, {"members": 31}, "PASS"),
            ({"value": {"divided": [1, {"fact": "members"}]}, "at_least": 0}, {"members": 0}, "FAIL"),
            ({"value": {"round": {"value": {"fact": "income"}, "places": 1}}, "is": 2.3}, {"income": 2.25}, "PASS"),
            ({"value": ONE_OR_TWO, "at_most": 2}, {}, "PASS"),
            ({"value": ONE_OR_TWO, "at_least": 2}, {}, "UNKNOWN"),
            ({"value": {"first_known": [{"fact": "members"}, 3]}, "is": 3}, {}, "PASS"),
            ({"value": {"latest": {"list": "jobs", "of": {"column": "ended_on"}}}, "more_than": "2020-01-01"},
             {"jobs": [{"ended_on": "2019-01-01"}, {"ended_on": "2020-01-02"}]}, "PASS"),
            ({"value": {"sum": {"list": "jobs", "of": {"column": "wage"}}}, "at_least": 5000},
             {"jobs": [{"wage": 2500}, {"wage": "2500"}]}, "PASS"),
            ({"value": {"sum": {"list": "jobs", "of": {"column": "wage"}}}, "at_least": 5000},
             {"jobs": [{"wage": 2500}, {}]}, "UNKNOWN"),
            ({"every": {"list": "jobs", "where": {"column": "ended_on", "filled": True}}}, {"jobs": [{}]}, "FAIL"),
            ({"every": {"list": "jobs", "where": {"column": "wage", "more_than": 1}}}, {"jobs": []}, "PASS"),
            ({"exists": {"list": "jobs"}}, {"jobs": [{}]}, "PASS"),
            ({"at_least": {"count": 2, "of": [{"fact": "enrolled", "is": True}, {"fact": "members", "is": 1},
                                              {"fact": "school", "is": "college"}]}},
             {"enrolled": True, "members": 1}, "PASS"),
            ({"value": {"to_day": {"fact": "birth_on"}}, "is": "2000-01-01"}, {"birth_on": "2000-01-01T08:00"}, "PASS"),
            ({"value": {"add_months": [{"fact": "birth_on"}, 1]}, "is": "2026-02-28"}, {"birth_on": "2026-01-31"},
             "PASS"),
        ],
    )  # fmt: skip
    def test_outcome(self, condition, facts, verdict):
        assert judge(condition, facts).verdict == verdict

    def test_number_gaps_and_own_words(self):
        seats = {"fact": "members", "at_least": 3, "why_fail": "现在 {value}，要 {limit}，少 {missing}"}
        assert judge(seats, {"members": 1}).explanation.why == "现在 1 人，要 3 人，少 2 人"
        poor = {"fact": "income", "at_most": 2000}
        assert "超出 500.5 元" in judge(poor, {"income": 2500.5}).explanation.why

    def test_codes_are_told_by_their_labels(self):
        values = [{"value": "r", "label": "农村"}, {"value": "u", "label": "城镇"}]
        head = {"kind": "codelist", "id": "hukou", "version": 1, "title": "户籍", "source": "x"}
        codes = CodeList.model_validate(head | {"values": values})
        facts = [{"id": "hukou", "label": "户籍", "type": "choice", "codelist": "hukou"}]
        given = ruleset({"fact": "hukou", "is": "u"}, facts=facts)
        result = evaluate(given, {"hukou": "r"}, on=ON, library=SimpleLibrary(codelists=[codes]))
        assert result.explanation.why == "农村，要求是“城镇”"

    def test_columns_of_the_same_name_keep_their_own_labels(self):
        def option(text):
            return {"id": "kind", "label": text, "type": "choice", "options": [{"value": "a", "label": f"{text}甲"}]}

        facts = [
            {"id": name, "label": name, "type": "list", "columns": [option(text)]}
            for name, text in (("schools", "学校"), ("titles", "职称"))
        ]
        given = ruleset({"exists": {"list": "titles", "where": {"column": "kind", "not_in": ["a"]}}}, facts=facts)
        reason = evaluate(given, {"titles": [{"kind": "a"}]}, on=ON, library=LIBRARY).explanation.why
        assert "职称：职称甲，要求不属于“职称甲”" in reason


class TestDates:
    def test_a_set_outside_its_dates_fails_with_the_reason(self):
        early = judge(LEVEL_2, applicant("2010-01-01"), valid_from="2026-06-01")
        assert early.verdict is Verdict.FAIL
        assert "自 2026-06-01 起施行" in early.explanation.why
        late = judge(LEVEL_2, applicant("2010-01-01"), valid_to="2025-12-31")
        assert "已于 2025-12-31 停止" in late.explanation.why

    @pytest.mark.parametrize(("group", "verdict"), [("all", "PASS"), ("any", "FAIL")])
    def test_a_condition_outside_its_dates_decides_nothing(self, group, verdict):
        known = {"fact": "enrolled", "is": group == "all"}
        old = {"fact": "members", "is": 99 if group == "all" else 1, "valid_to": "2025-12-31", "id": "old"}
        result = judge({group: [known, old]}, {"enrolled": True, "members": 1})
        assert result.verdict == verdict
        assert "old" not in (*result.met, *result.unmet)
        assert "已于 2025-12-31 停止" in told(result)

    def test_parameters_are_taken_as_of_the_day(self):
        wage = parameter("wage", "money", (2000, "2024-01-01", "2025-12-31"), (2500, "2026-01-01", None))
        library = SimpleLibrary([wage])
        poor = {"fact": "income", "less_than": {"param": "wage"}}
        assert judge(poor, {"income": 2200}, on=date(2025, 12, 31), library=library).verdict is Verdict.FAIL
        assert judge(poor, {"income": 2200}, on=date(2026, 1, 1), library=library).verdict is Verdict.PASS


class TestLibraryUse:
    INNER = ruleset({"id": "poor", "fact": "income", "less_than": 2000}, id="inner", title="低收入")

    def test_an_inner_ruleset_decides_and_explains(self):
        library = SimpleLibrary(rulesets=[self.INNER])
        result = judge(
            {"all": [{"rule": "inner"}, {"fact": "enrolled", "is": True}]}, {"enrolled": True}, library=library
        )
        assert (result.verdict, result.missing) == (Verdict.UNKNOWN, ("income",))
        assert "低收入" in told(judge({"all": [{"rule": "inner"}]}, {"income": 1}, library=library))

    def test_a_ring_of_rulesets_is_refused(self):
        one, two = ruleset({"rule": "two"}, id="one"), ruleset({"rule": "one"}, id="two")
        assert rule_cycles([one, two, self.INNER]) == [("one", "two")]
        with pytest.raises(DefinitionError, match="绕了一圈"):
            compile(one, SimpleLibrary(rulesets=[one, two]))

    def test_what_leads_nowhere_is_told_at_its_place(self):
        broken = ruleset({"all": [{"rule": "x"}, {"fact": "income", "is": {"param": "p"}},
                                  {"table": {"id": "t", "output": "o", "is": 1}}]})  # fmt: skip
        places = [place for place, _ in library_faults(broken, LIBRARY, ON)]
        assert places == [
            ("condition", "all", 1, "is", "param"),
            ("condition", "all", 0),
            ("condition", "all", 2, "table"),
        ]
        with pytest.raises(DefinitionError):
            compile(broken, LIBRARY)

    def test_kinds_are_checked_with_the_library(self):
        dated = ruleset({"fact": "birth_on", "at_least": {"param": "l2-years"}})
        assert [place for place, _ in library_faults(dated, LIBRARY, ON)] == [("condition", "at_least")]
        assert library_faults(ruleset(LEVEL_2), LIBRARY, ON) == []

    def test_a_table_gives_a_value(self):
        rows = [{"when": {"age": "[16,60)"}, "then": {"result": "working"}}, {"when": {}, "then": {"result": "other"}}]
        ages = table(
            "first", [{"id": "age", "label": "年龄", "type": "integer", "value": {"age": {"fact": "birth_on"}}}], rows
        )
        library = SimpleLibrary(tables=[ages])
        working = {"table": {"id": "sample-table", "output": "result", "is": "working"}}
        assert judge(working, {"birth_on": "1990-01-01"}, library=library).verdict is Verdict.PASS
        assert judge(working, {"birth_on": "1960-01-01"}, library=library).verdict is Verdict.FAIL
        assert judge(working, {}, library=library).missing == ("birth_on",)

    def test_outputs(self):
        outputs = [
            {"id": "twice", "label": "两倍", "value": {"times": [{"fact": "income"}, 2]}},
            {"id": "extra", "label": "另加", "value": 5, "when": {"fact": "members", "more_than": 3}},
        ]
        found = judge({"fact": "enrolled", "is": True}, {"enrolled": True, "members": 2}, outputs=outputs)
        assert found.outputs == {"twice": None}
        found = judge({"fact": "enrolled", "is": True}, {"members": 4, "income": 10}, outputs=outputs)
        assert found.outputs == {"twice": 20, "extra": 5}
