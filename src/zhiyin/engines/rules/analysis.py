"""Conditions that can never be met, or that are always met, whatever the facts."""

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from zhiyin.engines.rules.definition import Fact, FactColumn, Fault, RuleSet
from zhiyin.engines.rules.operators import MEASURES
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
    Node,
    Rows,
    Worked,
    parts,
)

_DECIDABLE = frozenset({"is", "in", "not_in", "at_least", "at_most", "more_than", "less_than"})
_OTHER = "\0"


def unreachable(ruleset: RuleSet) -> list[Fault]:
    """Conditions of a ruleset that can never be met, or always are, each with its place and a Chinese message.

    Looked at are comparisons of one value with constants: by themselves, against those that hold beside or above them
    in ``all``, and together in ``any``. Parameters may change and are not looked at; dated conditions neither.
    """
    return _searched(ruleset).found


def constants_of_codelists(ruleset: RuleSet) -> list[tuple[str, str, tuple[str | int, ...]]]:
    """Constants that are compared with a fact or column of a code list: (code list, value, place)."""
    return _searched(ruleset).codes


def _searched(ruleset: RuleSet) -> "_Search":
    search = _Search(ruleset)
    search.node(ruleset.root, (), "")
    for output in ruleset.outputs:
        search.expr(output.expression, "")
        if output.condition is not None:
            search.node(output.condition, (), "")
    return search


class _Search:
    def __init__(self, ruleset: RuleSet) -> None:
        self.found: list[Fault] = []
        self.codes: list[tuple[str, str, tuple[str | int, ...]]] = []
        self._facts = {fact.id: fact for fact in ruleset.facts}

    def node(self, node: Node, above: tuple[Compare, ...], listed: str) -> None:
        """Look below a condition; ``above`` holds what is surely met when it matters."""
        match node:
            case Group(op="all", of=of):
                known = above
                for one in of:
                    if isinstance(one, Compare):
                        known = self._added(one, known, listed)
                for one in of:
                    if not isinstance(one, Compare):
                        self.node(one, known, listed)
            case Group(op="any", of=of):
                for one in of:
                    self.node(one, above, listed)
                self._exhausted(node, [one for one in of if isinstance(one, Compare)], listed)
            case Group(of=of, count=count):
                for one in of:
                    self.node(one, (), listed)
                if count is not None:
                    self.expr(count, listed)
            case Compare():
                self._added(node, above, listed)
            case Rows(list=name, where=where):
                self.node(where, (), name)

    def expr(self, expr: Expr, listed: str) -> None:
        """Look at the conditions inside a value."""
        match expr:
            case Aggregate(list=name, where=where, of=of):
                if where is not None:
                    self.node(where, (), name)
                if of is not None:
                    self.expr(of, name)
            case Worked(list=name, where=where, after=after, until=until):
                if where is not None:
                    self.node(where, (), name)
                for one in (after, until):
                    if one is not None:
                        self.expr(one, listed)
            case If(test=test, then=then, otherwise=otherwise):
                self.node(test, (), listed)
                self.expr(then, listed)
                self.expr(otherwise, listed)
            case _:
                for part in parts(expr):
                    if isinstance(part, Expr):
                        self.expr(part, listed)

    def _added(self, one: Compare, above: tuple[Compare, ...], listed: str) -> tuple[Compare, ...]:
        for part in (one.left, *one.right):
            self.expr(part, listed)
        self._note_codes(one, listed)
        if not _decidable(one):
            return above
        points = self._points([one, *above], one.left, listed)
        outcomes = [_holds(one, point) for point in points]
        if not any(outcomes):
            self.found.append((one.path, "这个条件永远不会符合"))
            return above
        if all(outcomes):
            self.found.append((one.path, "这个条件总是符合，等于没有写"))
            return above
        same = [other for other in above if _key(other.left) == _key(one.left)]
        if not any(_holds(one, point) and all(_holds(other, point) for other in same) for point in points):
            self.found.append((one.path, "这个条件与同时要求的条件矛盾，永远不会一起符合"))
            return above
        return (*above, one)

    def _exhausted(self, node: Group, of: Sequence[Compare], listed: str) -> None:
        by_left: dict[Any, list[Compare]] = {}
        for one in of:
            if _decidable(one):
                by_left.setdefault(_key(one.left), []).append(one)
        for together in by_left.values():
            points = self._points(together, together[0].left, listed)
            if len(together) > 1 and all(any(_holds(one, point) for one in together) for point in points):
                self.found.append((node.path, "这几种情形合起来总是符合，等于没有写"))

    def _note_codes(self, one: Compare, listed: str) -> None:
        source = self._source(one.left, listed)
        if source is None or source.codelist is None:
            return
        for right in one.right:
            if isinstance(right, Constant):
                values = right.value if isinstance(right.value, tuple) else (right.value,)
                self.codes += [(source.codelist, value, right.path) for value in values if isinstance(value, str)]

    def _source(self, expr: Expr, listed: str) -> Fact | FactColumn | None:
        if isinstance(expr, FactRef):
            return self._facts.get(expr.id)
        if isinstance(expr, ColumnRef) and listed in self._facts:
            return next((one for one in self._facts[listed].columns if one.id == expr.id), None)
        return None

    def _points(self, atoms: Sequence[Compare], left: Expr, listed: str) -> list[Any]:
        """Values of ``left`` on both sides of, at and between all constants that it is compared with."""
        key = _key(left)
        named = [
            right.value
            for atom in atoms
            if _key(atom.left) == key
            for right in atom.right
            if isinstance(right, Constant)
        ]
        constants = [one for value in named for one in (value if isinstance(value, tuple) else (value,))]
        if left.kind == "boolean":
            return [True, False]
        if left.kind == "date":
            days = [one for one in constants if isinstance(one, date)]
            return sorted({day + timedelta(days=step) for day in days for step in (-1, 0, 1)})
        if left.kind == "number":
            numbers = [one for one in constants if isinstance(one, int | Decimal)]
            step = Decimal(1) if self._is_whole(left, listed) else Decimal("0.00001")
            floor = 0 if _is_counted(left) else None
            points = {Decimal(one) + side * step for one in numbers for side in (-1, 0, 1)}
            return sorted(point for point in points if floor is None or point >= floor) or [Decimal(0)]
        source = self._source(left, listed)
        if source is not None and source.options:
            return [option.value for option in source.options]
        return [*dict.fromkeys(constants), _OTHER]

    def _is_whole(self, expr: Expr, listed: str) -> bool:
        if isinstance(expr, Worked) or (isinstance(expr, Call) and expr.op in {*MEASURES, "ceil", "floor"}):
            return True
        if isinstance(expr, Aggregate):
            return expr.op == "count"
        source = self._source(expr, listed)
        return source is not None and source.type == "integer"


def _is_counted(expr: Expr) -> bool:
    return isinstance(expr, Worked) or (isinstance(expr, Aggregate) and expr.op == "count")


def _decidable(one: Compare) -> bool:
    dated = one.valid_from is not None or one.valid_to is not None
    fixed = bool(one.right) and all(isinstance(right, Constant) for right in one.right)
    return one.test in _DECIDABLE and fixed and not dated and not isinstance(one.left, Constant)


def _holds(one: Compare, point: Any) -> bool:
    named = [right.value for right in one.right if isinstance(right, Constant)]
    values: list[Any] = [each for value in named for each in (value if isinstance(value, tuple) else (value,))]
    match one.test:
        case "is" | "in":
            return point in values
        case "not_in":
            return point not in values
        case "at_least":
            return bool(point >= values[0])
        case "at_most":
            return bool(point <= values[0])
        case "more_than":
            return bool(point > values[0])
    return bool(point < values[0])


def _key(part: Any) -> Any:
    """The part without its places: equal for parts that mean the same."""
    if is_dataclass(part) and not isinstance(part, type):
        names = [one.name for one in fields(part) if one.name != "path"]
        return (type(part).__name__, *(_key(getattr(part, name)) for name in names))
    if isinstance(part, tuple):
        return tuple(_key(one) for one in part)
    return part if not isinstance(part, Mapping) else tuple(sorted(part.items()))
