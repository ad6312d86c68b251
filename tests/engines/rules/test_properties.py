"""Laws that hold for any rules and any facts."""

from datetime import date, timedelta
from itertools import pairwise

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.engines.rules.samples import LEVEL_2, PARAMETERS, ruleset
from zhiyin.engines.rules import SimpleLibrary, Verdict, compile, evaluate, next_question
from zhiyin.engines.rules.durations import full_months, full_years, length, merged, moved

ON = date(2026, 3, 1)
LIBRARY = SimpleLibrary(PARAMETERS)

days = st.dates(date(1950, 1, 1), date(2030, 12, 31))
iso = days.map(date.isoformat)
numbers = st.integers(-3, 12)


def cell(column):
    kinds = {
        "started_on": iso,
        "ended_on": iso,
        "issued_on": iso,
        "wage": st.integers(-5, 20),
        "level": st.integers(1, 4),
    }
    return kinds.get(column, st.sampled_from(["guide", "psych", "physics"]))


def row(*columns, optional=()):
    return st.fixed_dictionaries({c: cell(c) for c in columns}, optional={c: cell(c) for c in optional})


# facts without first_known fallbacks; an end that is blank is known to be open, so it is never filled in later
known_facts = st.fixed_dictionaries(
    {
        "birth_on": iso,
        "enrolled": st.booleans(),
        "members": numbers,
        "income": numbers,
        "school": st.sampled_from(["technician", "college"]),
        "groups": st.lists(st.sampled_from(["disabled", "veteran", "graduate"]), unique=True),
        "jobs": st.lists(row("started_on", "occupation", "wage", optional=("ended_on",)), max_size=4),
        "certificates": st.lists(row("issued_on", "level", "occupation"), max_size=3),
    }
)
mess = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=3) | days,
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["started_on", "wage", "x"]), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
wild_facts = st.dictionaries(
    st.sampled_from(["birth_on", "enrolled", "members", "income", "school", "groups", "jobs", "certificates"]), mess
)


def leaf_rows(name, wheres):
    return st.builds(
        lambda op, where: {op: {"list": name, "where": where}}, st.sampled_from(["exists", "every"]), wheres
    )


job_where = st.one_of(
    st.builds(lambda n: {"column": "wage", "at_least": n}, numbers),
    st.sampled_from(["guide", "psych"]).map(lambda text: {"column": "occupation", "is": text}),
    st.just(
        {"all": [{"column": "occupation", "in": {"param": "related-occupations"}}, {"column": "wage", "odd": True}]}
    ),
)
EARLIEST = {"earliest": {"list": "certificates", "of": {"column": "issued_on"}}}
number_exprs = st.recursive(
    st.one_of(
        numbers,
        st.sampled_from([{"fact": "members"}, {"fact": "income"}, {"age": {"fact": "birth_on"}}]),
        job_where.map(lambda where: {"count": {"list": "jobs", "where": where}}),
        job_where.map(lambda where: {"sum": {"list": "jobs", "where": where, "of": {"column": "wage"}}}),
        job_where.map(lambda where: {"smallest": {"list": "jobs", "where": where, "of": {"column": "wage"}}}),
        st.builds(
            lambda where, unit, after: {
                "worked": {"list": "jobs", "from": "started_on", "to": "ended_on", "where": where, "in": unit}
                | ({"after": after} if after is not None else {})
            },
            job_where,
            st.sampled_from(["years", "months", "days"]),
            st.sampled_from([
                None, {"fact": "birth_on"}, EARLIEST, {"greatest": [{"fact": "birth_on"}, EARLIEST]},
            ]),
        ),
        st.just({"months_between": [{"latest": {"list": "jobs", "of": {"column": "started_on"}}}, {"today": True}]}),
    ),
    lambda inner: st.one_of(
        st.builds(lambda op, a, b: {op: [a, b]}, st.sampled_from(
            ["plus", "times", "minus", "divided", "least", "greatest"]), inner, inner),
        st.builds(lambda op, a: {op: a}, st.sampled_from(["ceil", "floor"]), inner),
        st.builds(lambda a, b: {"if": {"fact": "enrolled", "is": True}, "then": a, "else": b}, inner, inner),
    ),
    max_leaves=4,
)  # fmt: skip
leaves = st.one_of(
    st.sampled_from([
        {"fact": "enrolled", "is": True}, {"fact": "school", "is": "college"},
        {"fact": "groups", "includes": "veteran"},
        {"fact": "groups", "includes_any": ["disabled", "graduate"]}, {"fact": "birth_on", "at_most": "1990-06-30"},
    ]),
    st.builds(
        lambda left, op, right: {"value": left, op: right},
        number_exprs, st.sampled_from(["is", "at_least", "at_most", "more_than", "less_than"]), number_exprs,
    ),
    st.builds(
        lambda left, right: {"value": left, "in": right}, number_exprs, st.lists(numbers, min_size=1, max_size=3)
    ),
    leaf_rows("jobs", job_where),
)  # fmt: skip
conditions = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=3).map(lambda of: {"all": of}),
        st.lists(inner, min_size=1, max_size=3).map(lambda of: {"any": of}),
        inner.map(lambda one: {"not": one}),
        st.lists(inner, min_size=2, max_size=3).map(lambda of: {"at_least": {"count": 2, "of": of}}),
    ),
    max_leaves=6,
)


def verdict(condition, facts, on=ON):
    return compile(ruleset(condition), LIBRARY).verdict(facts, on=on)


@st.composite
def hidden(draw, facts):
    """The same facts, some of them and some of their cells unknown."""
    partial = {}
    for name, value in facts.items():
        if draw(st.booleans()):
            continue
        if name in {"jobs", "certificates"}:
            value = [
                {key: one for key, one in each.items() if key == "ended_on" or not draw(st.booleans())}
                for each in value
            ]
        partial[name] = value
    return partial


@settings(max_examples=400, deadline=None)
@given(conditions, known_facts, st.data())
def test_knowing_more_never_changes_a_decided_verdict(condition, facts, data):
    before = verdict(condition, data.draw(hidden(facts)))
    assume(before is not Verdict.UNKNOWN)
    assert verdict(condition, facts) is before


@settings(max_examples=200, deadline=None)
@given(conditions, known_facts)
def test_an_open_verdict_names_what_it_needs_and_an_answer_to_all_needs_nothing(condition, facts):
    nothing = evaluate(ruleset(condition), {}, on=ON, library=LIBRARY)
    assert (nothing.verdict is Verdict.UNKNOWN) is bool(nothing.missing)
    assert evaluate(ruleset(condition), facts, on=ON, library=LIBRARY).missing == ()


@settings(max_examples=200, deadline=None)
@given(conditions, wild_facts)
def test_nothing_that_may_be_given_makes_it_crash(condition, facts):
    outputs = [{"id": "amount", "label": "金额", "value": {"times": [{"fact": "income"}, {"fact": "members"}]}}]
    for given_rules in (ruleset(condition, outputs=outputs), ruleset(LEVEL_2)):
        result = evaluate(given_rules, facts, on=ON, library=LIBRARY)
        assert result.verdict in Verdict
        assert result.explanation.lines()
        assert set(result.met).isdisjoint(result.unmet)
        next_question([given_rules], facts, ON, LIBRARY)


@settings(max_examples=150, deadline=None)
@given(st.lists(conditions, min_size=1, max_size=3), known_facts, st.data())
def test_de_morgan(several, facts, data):
    partial = data.draw(hidden(facts))
    denied = [{"not": one} for one in several]
    assert verdict({"not": {"all": several}}, partial) is verdict({"any": denied}, partial)
    assert verdict({"not": {"any": several}}, partial) is verdict({"all": denied}, partial)


pieces = st.lists(st.tuples(days, days), max_size=6)


@given(pieces, st.randoms(use_true_random=False))
def test_the_union_of_periods_does_not_depend_on_their_order_or_on_repetition(given_pieces, random):
    shuffled = given_pieces * 2
    random.shuffle(shuffled)
    union = merged(given_pieces)
    assert merged(shuffled) == merged(union) == union
    assert all(end < start for (_, end), (start, _) in pairwise(union))
    covered = sum(any(a <= day < b for a, b in given_pieces) for day in map(_day, range(0, 29_585, 97)))
    assert covered == sum(any(a <= day < b for a, b in union) for day in map(_day, range(0, 29_585, 97)))


def _day(number):
    return date(1950, 1, 1) + timedelta(days=number)


@given(pieces, pieces)
def test_more_work_is_never_fewer_years(some, more):
    assert length(merged(some), "years") <= length(merged(some + more), "years")
    assert length(merged(some), "days") <= length(merged(some + more), "days")
    assert length(merged(some), "months") <= length(merged(some + more), "months") + 1


@given(days, st.integers(0, 900))
def test_full_months_agree_with_moving_a_day(start, months):
    end = moved(start, months, "months")
    assert full_months(start, end) == months
    assert full_months(start, end - timedelta(days=1)) < max(months, 1)
    assert full_years(start, end) == months // 12
