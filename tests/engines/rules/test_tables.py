from datetime import date
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engines.rules.samples import parameter, table
from zhiyin.engines.rules import SimpleLibrary, decide, table_faults
from zhiyin.engines.rules.coverage import samples

ON = date(2026, 3, 1)
AGE = {"id": "age", "label": "年龄", "type": "integer", "min": 0, "max": 120}
SEX = {"id": "sex", "label": "性别", "type": "choice", "options": ["m", "f"]}


def row(result, **when):
    return {"when": when, "then": {"result": result}}


def kinds(found):
    return [(place, kind) for place, kind, _ in table_faults(found)]


class TestFaults:
    def test_a_complete_table_has_none(self):
        found = table(
            "unique",
            [AGE, SEX],
            [row("a", age="[,16)"), row("b", age="[16,]", sex="m"), row("c", age="[16,]", sex="f")],
        )
        assert table_faults(found) == []

    def test_a_gap_is_told_with_a_case(self):
        found = table("unique", [AGE], [row("a", age="[0,16)"), row("b", age="[18,]")])
        assert table_faults(found) == [(None, "gap", "没有一行适用：年龄从 16 到 17")]

    def test_an_overlap_is_told_with_a_case(self):
        found = table("unique", [AGE], [row("a", age="[0,16]"), row("b", age="[16,]")])
        assert table_faults(found) == [(1, "overlap", "第 1 行和第 2 行都适用：年龄为 16")]

    def test_between_whole_numbers_there_is_nothing(self):
        assert kinds(table("unique", [AGE], [row("a", age="[,3]"), row("b", age="[4,]")])) == []
        money = {"id": "age", "label": "金额", "type": "money", "min": 0}
        assert kinds(table("unique", [money], [row("a", age="[,3]"), row("b", age="[4,]")])) == [(None, "gap")]

    def test_a_row_behind_an_earlier_one_is_unreachable(self):
        assert kinds(table("first", [AGE], [row("a", age="[10,20]"), row("b", age="[12,15]"), row("c")])) == [
            (1, "unreachable")
        ]

    def test_outside_the_domain_a_row_is_unreachable(self):
        assert kinds(table("collect", [AGE], [row("a"), row("b", age="[130,]")])) == [(1, "unreachable")]

    def test_days(self):
        day = {"id": "day", "label": "日期", "type": "date", "min": "2024-01-01"}
        found = table("unique", [day], [row("a", day="[2024-01-01,2024-12-31]"), row("b", day="[2025-01-02,]")])
        assert table_faults(found) == [(None, "gap", "没有一行适用：日期为 2025-01-01")]

    def test_twelve_inputs_are_no_trouble(self):
        inputs = [
            {"id": f"i{number}", "label": str(number), "type": "integer", "min": 0, "max": 9} for number in range(12)
        ]
        rows = [row(str(number), **{f"i{number}": "[5,]"}) for number in range(12)]
        assert kinds(table("first", inputs, rows)) == [(None, "gap")]


class TestDecide:
    LIBRARY = SimpleLibrary([parameter("amount", "money", (1000, "2020-01-01", None))])

    def test_values_and_facts(self):
        computed = AGE | {"value": {"age": {"fact": "birth_on"}}}
        found = table("first", [computed], [row("young", age="[,35]"), row("old")])
        assert decide(found, {"age": 30}, on=ON, library=self.LIBRARY).outputs == {"result": "young"}
        assert decide(found, {"birth_on": "1980-01-01"}, on=ON, library=self.LIBRARY).outputs == {"result": "old"}
        open_ = decide(found, {}, on=ON, library=self.LIBRARY)
        assert (open_.outputs, open_.missing, open_.is_decided) == ({"result": None}, ("age",), False)

    def test_no_row(self):
        found = decide(table("unique", [AGE], [row("a", age=3)]), {"age": 4}, on=ON, library=self.LIBRARY)
        assert (found.rows, found.outputs, found.missing) == ((), {"result": None}, ())

    def test_collect_priority_and_parameters(self):
        rows = [row("a", age="[,50]"), row("b", age="[30,]"), row("c", age="[90,]")]
        many = decide(table("collect", [AGE], rows), {"age": 40}, on=ON, library=self.LIBRARY)
        assert (many.rows, many.outputs) == ((0, 1), {"result": ("a", "b")})
        outputs = [{"id": "result", "label": "结果", "type": "text", "options": ["c", "b", "a"]}]
        best = decide(table("priority", [AGE], rows, outputs=outputs), {"age": 40}, on=ON, library=self.LIBRARY)
        assert best.outputs == {"result": "b"}
        paid = [{"id": "result", "label": "金额", "type": "money"}]
        priced = table("first", [AGE], [row({"param": "amount"})], outputs=paid)
        assert decide(priced, {"age": 1}, on=ON, library=self.LIBRARY).outputs == {"result": 1000}

    def test_an_open_input_that_changes_nothing_is_not_missing(self):
        found = table("first", [AGE, SEX], [row("child", age="[,16)"), row("m", sex="m"), row("f", sex="f")])
        assert decide(found, {"age": 5}, on=ON, library=self.LIBRARY).outputs == {"result": "child"}
        assert decide(found, {"age": 50}, on=ON, library=self.LIBRARY).missing == ("sex",)


ends = st.integers(-2, 12)
cells = st.one_of(
    st.just("-"), ends, st.lists(ends, min_size=1, max_size=3, unique=True),
    st.builds(lambda a, b: f"[{min(a, b)},{max(a, b)}]", ends, ends), st.builds(lambda a: f"({a},]", ends),
    st.builds(lambda a: f"[,{a})", ends),
)  # fmt: skip
small = [{"id": name, "label": name, "type": "integer", "min": 0, "max": 9} for name in ("x", "y")]


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(cells, cells), min_size=1, max_size=6), st.sampled_from(["unique", "first"]))
def test_faults_are_exactly_what_trying_every_case_finds(rows, hit):
    found = table(hit, small, [row(str(number), x=x, y=y) for number, (x, y) in enumerate(rows)])
    library = SimpleLibrary()
    gap = overlap = False
    reached = set()
    for x, y in product(range(10), repeat=2):
        fitting = [n for n, one in enumerate(found.rows) if one.cells[0].holds(x) and one.cells[1].holds(y)]
        gap = gap or not fitting
        overlap = overlap or (hit == "unique" and len(fitting) > 1)
        reached |= set(fitting[:1] if hit == "first" else fitting)
        if hit == "first" and fitting:
            assert decide(found, {"x": x, "y": y}, on=ON, library=library).outputs == {"result": str(fitting[0])}
    told = {kind for _, kind, _ in table_faults(found)}
    assert ("gap" in told, "overlap" in told) == (gap, overlap)
    assert {place for place, kind, _ in table_faults(found) if kind == "unreachable"} == set(range(len(rows))) - reached
    if not told and hit == "unique":
        assert all(
            sum(one.cells[0].holds(x) and one.cells[1].holds(y) for one in found.rows) == 1
            for x, y in product(*samples(found))
        )
