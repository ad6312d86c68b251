"""From trees to closures: three-valued verdicts and values with bounds, fast enough for whole populations.

A verdict is True, False or None (unknown), combined as Kleene's strong logic. A value is known, an interval, or
UNKNOWN. Bounds are sound: what is decided on partial facts stays so whatever the missing facts turn out to be. The one
exception is ``first_known``, which by its meaning takes a fallback until a fact is known.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from zhiyin.engines.rules import operators
from zhiyin.engines.rules.definition import DecisionTable, Fact, RuleSet
from zhiyin.engines.rules.durations import Stretch
from zhiyin.engines.rules.library import Library
from zhiyin.engines.rules.syntax import (
    Aggregate,
    Call,
    ColumnRef,
    Compare,
    Constant,
    Expr,
    FactRef,
    Group,
    If,
    Lookup,
    Node,
    ParamRef,
    Place,
    Rows,
    RuleRef,
    Today,
    Worked,
)
from zhiyin.engines.rules.tables import CompiledTable
from zhiyin.engines.rules.values import READERS, UNKNOWN, Row, Value
from zhiyin.engines.rules.work import Work, WorkParts
from zhiyin.kernel.errors import DefinitionError

Truth = bool | None
_ABSENT = object()


class Env:
    """One evaluation: the facts as given, the day, and what has been read of them so far."""

    __slots__ = ("cache", "on", "params", "raw")

    def __init__(self, raw: Mapping[str, Any], on: date, params: dict[str, Value]) -> None:
        self.raw = raw
        self.on = on
        self.params = params
        self.cache: dict[str, Any] = {}


Verdictor = Callable[[Env, Row], Truth]
Valuer = Callable[[Env, Row], Value]
Lister = Callable[[Env], list[Row] | None]
NO_ROW: Row = {}


class Compiler:
    """Closures of conditions and expressions on declared facts.

    ``verdicts``, ``values`` and ``works`` keep the closure of every part by its identity, for explanations;
    ``compares`` holds all comparisons; ``trail`` the ids of the rulesets on the way, against rings.
    """

    def __init__(self, facts: Iterable[Fact], library: Library, trail: tuple[str, ...] = ()) -> None:
        self.library = library
        self.trail = trail
        self.facts = {fact.id: fact for fact in facts}
        self.verdicts: dict[int, Verdictor] = {}
        self.values: dict[int, Valuer] = {}
        self.works: dict[int, Work] = {}
        self.compares: list[Compare] = []
        self.inner: dict[str, RuleCompiler] = {}
        self.tables: dict[str, CompiledTable] = {}
        self._lists: dict[str, Lister] = {}
        self._by_day: dict[date, dict[str, Value]] = {}

    def env(self, facts: Mapping[str, Any], on: date) -> Env:
        """A new evaluation. Values of parameters are kept by day."""
        params = self._by_day.get(on)
        if params is None:
            if len(self._by_day) >= 400:
                self._by_day.clear()
            params = self._by_day[on] = {}
        return Env(facts, on, params)

    # conditions

    def verdict(self, node: Node, neutral: bool = True) -> Verdictor:
        """Closure of a condition. ``neutral`` is its verdict outside its own dates: it then decides nothing."""
        test = self._verdict(node, neutral)
        if node.valid_from is not None or node.valid_to is not None:
            inner = test

            def test(env: Env, row: Row) -> Truth:
                return inner(env, row) if node.in_force(env.on) else neutral

        self.verdicts[id(node)] = test
        return test

    def _verdict(self, node: Node, neutral: bool) -> Verdictor:
        match node:
            case Group(op="not", of=of):
                return operators.negation(self.verdict(of[0], not neutral))
            case Group(op="all", of=of):
                return operators.conjunction([self.verdict(one, True) for one in of])
            case Group(op="any", of=of):
                return operators.disjunction([self.verdict(one, False) for one in of])
            case Group(of=of, count=count) if count is not None:
                return operators.threshold([self.verdict(one, False) for one in of], self.value(count))
            case Rows(op=op, list=name, where=where):
                return self._rows(op, self.lister(name), self.verdict(where))
            case RuleRef(ruleset=name, path=path):
                return self._rule(name, path)
            case Compare():
                return self._compare(node)
        raise DefinitionError(f"条件写得不完整：{_where(node.path)}")

    def _compare(self, node: Compare) -> Verdictor:
        self.compares.append(node)
        if node.test == "filled":
            return self._filled(node.left, node.wanted)
        left = self.value(node.left)
        if node.test == "odd":
            return operators.parity(left, node.wanted)
        right = [self.value(one) for one in node.right]
        constants = [one.value for one in node.right if isinstance(one, Constant)]
        whole = len(node.right) == 1 and node.right[0].kind in {"choices", "any"}
        if node.test in {"in", "not_in"}:
            listed = right[0] if whole and not constants else None
            return operators.membership(
                left, listed, right, constants if len(constants) == len(right) else None, node.test == "in"
            )
        if node.test in {"includes", "includes_any"}:
            return operators.inclusion(left, right)
        if node.test == "is":
            return operators.equality(left, right[0])
        return operators.order(left, right[0], node.test)

    def _filled(self, left: Expr, wanted: bool) -> Verdictor:
        value_of = self.value(left)
        if isinstance(left, ColumnRef):
            name = left.id

            def column_filled(env: Env, row: Row) -> Truth:
                value = row.get(name)
                return None if value is UNKNOWN else (value is not None and value != "" and value != ()) is wanted

            return column_filled
        if isinstance(left, FactRef) and left.kind == "list":
            rows = self.lister(left.id)

            def list_filled(env: Env, row: Row) -> Truth:
                found = rows(env)
                return None if found is None else bool(found) is wanted

            return list_filled

        def filled(env: Env, row: Row) -> Truth:
            value = value_of(env, row)
            if value is UNKNOWN:
                return None
            return (value is not None and value != "" and value != ()) is wanted

        return filled

    def _rows(self, op: str, rows: Lister, where: Verdictor) -> Verdictor:
        found = op == "exists"

        def test(env: Env, row: Row) -> Truth:
            listed = rows(env)
            if listed is None:
                return None
            verdict: Truth = not found
            for each in listed:
                one = where(env, each)
                if one is found:
                    return found
                if one is None:
                    verdict = None
            return verdict

        return test

    def _rule(self, name: str, path: Place) -> Verdictor:
        try:
            ruleset = self.library.ruleset(name)
        except KeyError:
            raise DefinitionError(f"没有规则集“{name}”（{_where(path)}）") from None
        if name not in self.inner:
            self.inner[name] = RuleCompiler(ruleset, self.library, self.trail)
        compiler = self.inner[name]

        def test(env: Env, row: Row) -> Truth:
            return compiler.judge(compiler.env(env.raw, env.on))

        return test

    # values

    def value(self, expr: Expr) -> Valuer:
        """Closure of an expression."""
        found = self._value(expr)
        self.values[id(expr)] = found
        return found

    def _value(self, expr: Expr) -> Valuer:
        match expr:
            case Constant(value=constant):
                return lambda env, row: constant
            case Today():
                return lambda env, row: env.on
            case FactRef(id=name):
                return self._fact(name, expr.path)
            case ColumnRef(id=name):
                return operators.column(name)
            case ParamRef(id=name):
                return self._param(name, expr.path)
            case Call(op=op, args=args, places=places):
                return operators.call(op, [self.value(one) for one in args], places)
            case If(test=test, then=then, otherwise=otherwise):
                return operators.choice(self.verdict(test), self.value(then), self.value(otherwise))
            case Lookup(table=name, output=output):
                return self._lookup(name, output, expr.path)
            case Aggregate(op=op, list=name, where=where, of=of):
                condition = None if where is None else self.verdict(where)
                return operators.aggregate(op, self.lister(name), condition, None if of is None else self.value(of))
            case Worked():
                return self._worked(expr)
        raise DefinitionError(f"算式写得不完整：{_where(expr.path)}")

    def _fact(self, name: str, path: Place) -> Valuer:
        fact = self.facts.get(name)
        if fact is None:
            raise DefinitionError(f"facts 里没有“{name}”（{_where(path)}）")
        if fact.type == "list":
            rows = self.lister(name)

            def count(env: Env, row: Row) -> Value:
                listed = rows(env)
                return UNKNOWN if listed is None else len(listed)

            return count
        read = READERS[fact.type]

        def get(env: Env, row: Row) -> Value:
            value = env.cache.get(name, _ABSENT)
            if value is _ABSENT:
                raw = env.raw.get(name)
                found = None if raw is None else read(raw)
                value = env.cache[name] = UNKNOWN if found is None else found
            return value  # type: ignore[no-any-return]

        return get

    def _param(self, name: str, path: Place) -> Valuer:
        library = self.library
        try:
            library.parameter(name, date.min)
        except KeyError:
            raise DefinitionError(f"没有参数“{name}”（{_where(path)}）") from None

        def get(env: Env, row: Row) -> Value:
            value = env.params.get(name, _ABSENT)
            if value is _ABSENT:
                found = library.parameter(name, env.on)
                value = env.params[name] = UNKNOWN if found is None else found
            return value  # type: ignore[return-value]

        return get

    def _lookup(self, name: str, output: str, path: Place) -> Valuer:
        if name not in self.tables:
            self.tables[name] = self.table(self._table(name, path))
        table = self.tables[name]
        if output not in table.outputs:
            raise DefinitionError(f"决策表“{name}”没有“{output}”这个输出（{_where(path)}）")
        place = table.outputs.index(output)

        def get(env: Env, row: Row) -> Value:
            return table.results(env, row)[place]

        return get

    def _table(self, name: str, path: Place) -> DecisionTable:
        try:
            return self.library.table(name)
        except KeyError:
            raise DefinitionError(f"没有决策表“{name}”（{_where(path)}）") from None

    def table(self, table: DecisionTable, inputs: Sequence[Valuer] | None = None) -> CompiledTable:
        """A decision table whose inputs are computed from the facts, or by the closures given."""
        return CompiledTable(
            table,
            [self.value(column.expression) for column in table.inputs] if inputs is None else inputs,
            [[self.value(result) for result in row.results] for row in table.rows],
        )

    def _worked(self, expr: Worked) -> Valuer:
        work = self.works[id(expr)] = Work(
            WorkParts(
                rows=self.lister(expr.list),
                where=None if expr.where is None else self.verdict(expr.where),
                after=None if expr.after is None else self.value(expr.after),
                until=None if expr.until is None else self.value(expr.until),
                start=expr.start,
                end=expr.end,
                unit=expr.unit,
            )
        )
        return work.value

    def lister(self, name: str) -> Lister:
        """Closure that reads a list fact: its rows with typed cells, None where the list is unknown."""
        if name not in self._lists:
            fact = self.facts.get(name)
            if fact is None or fact.type != "list":
                raise DefinitionError(f"facts 里没有列表“{name}”")
            self._lists[name] = _lister(fact)
        return self._lists[name]

    def stretch(self, expr: Expr, env: Env, row: Row) -> Stretch | None:
        """The length of time behind a known number, where the expression measures one."""
        if id(expr) in self.works:
            return self.works[id(expr)].stretch(env, row)
        if not isinstance(expr, Call) or expr.op not in operators.MEASURES:
            return None
        start, end = (self.values[id(one)](env, row) for one in expr.args)
        if not isinstance(start, date) or not isinstance(end, date):
            return None
        return Stretch(((start, end),), operators.MEASURES[expr.op])


class RuleCompiler(Compiler):
    """Closures for one ruleset and, below it, those that it names. DefinitionError for ids that lead nowhere."""

    def __init__(self, ruleset: RuleSet, library: Library, trail: tuple[str, ...] = ()) -> None:
        if ruleset.id in trail:
            raise DefinitionError(f"规则集绕了一圈：{' → '.join((*trail, ruleset.id))}")
        super().__init__(ruleset.facts, library, (*trail, ruleset.id))
        self.ruleset = ruleset
        self._root = self.verdict(ruleset.root)
        for output in ruleset.outputs:
            self.value(output.expression)
            if output.condition is not None:
                self.verdict(output.condition, False)

    def judge(self, env: Env) -> Truth:
        """Verdict of the whole ruleset: False outside its own dates."""
        return self._root(env, NO_ROW) if self.ruleset.in_force(env.on) else False


def _lister(fact: Fact) -> Lister:
    name = fact.id
    readers = [(column.id, READERS[column.type]) for column in fact.columns]

    def rows(env: Env) -> list[Row] | None:
        found = env.cache.get(name, _ABSENT)
        if found is not _ABSENT:
            return found  # type: ignore[no-any-return]
        raw = env.raw.get(name)
        listed: list[Row] | None = None
        if isinstance(raw, list | tuple):
            listed = []
            for given in raw:
                if isinstance(given, Mapping):
                    row: dict[str, Value] = {}
                    for column, read in readers:
                        cell = given.get(column)
                        if cell is not None and cell != "":
                            typed = read(cell)
                            row[column] = UNKNOWN if typed is None else typed
                    listed.append(row)
                else:
                    listed.append({column: UNKNOWN for column, _ in readers})
        env.cache[name] = listed
        return listed

    return rows


def _where(path: Sequence[str | int]) -> str:
    return ".".join(str(step) for step in path)
