"""Why a verdict is open, and whether it hangs on a value close to its limit."""

from datetime import date
from decimal import Decimal

from zhiyin.engines.rules.compiling import NO_ROW, Compiler, Env, RuleCompiler, Truth
from zhiyin.engines.rules.durations import BORDERLINE_DAYS
from zhiyin.engines.rules.syntax import (
    Aggregate,
    Call,
    ColumnRef,
    Compare,
    Expr,
    FactRef,
    Group,
    If,
    Lookup,
    Node,
    Rows,
    RuleRef,
    Worked,
)
from zhiyin.engines.rules.values import UNKNOWN, Interval, Row, Value

Missing = dict[str, None]
"""Ids of facts in the order in which they are found."""


def missing_of(compiler: RuleCompiler, env: Env) -> Missing:
    """Facts that an open verdict still needs."""
    found: Missing = {}
    Tracer(compiler, env, found).node(compiler.ruleset.root, NO_ROW, "")
    return found


class Tracer:
    """Collects, below parts that are open, the facts that keep them so."""

    def __init__(self, compiler: Compiler, env: Env, found: Missing) -> None:
        self._compiler = compiler
        self._env = env
        self._found = found

    def node(self, node: Node, row: Row, listed: str) -> None:
        """Facts below a condition; ``listed`` is the list whose row is looked at."""
        if self._compiler.verdicts[id(node)](self._env, row) is not None:
            return
        match node:
            case Group(of=of, count=count):
                for one in of:
                    self.node(one, row, listed)
                if count is not None:
                    self.value(count, row, listed)
            case Compare(left=left, right=right):
                for part in (left, *right):
                    self.value(part, row, listed)
                if isinstance(left, ColumnRef) and node.test == "filled":
                    self._found[listed] = None
            case Rows(list=name, where=where):
                self._rows(name, where, None)
            case RuleRef(ruleset=name):
                inner = self._compiler.inner[name]
                self._found |= missing_of(inner, inner.env(self._env.raw, self._env.on))

    def value(self, expr: Expr, row: Row, listed: str) -> None:
        """Facts below a value."""
        value = self._compiler.values[id(expr)](self._env, row)
        if value is not UNKNOWN and not isinstance(value, Interval):
            return
        match expr:
            case FactRef(id=name):
                self._found[name] = None
            case ColumnRef():
                self._found[listed] = None
            case Call(args=args):
                for one in args:
                    self.value(one, row, listed)
            case If(test=test, then=then, otherwise=otherwise):
                verdict = self._compiler.verdicts[id(test)](self._env, row)
                self.node(test, row, listed)
                for branch, taken in ((then, True), (otherwise, False)):
                    if verdict in {None, taken}:
                        self.value(branch, row, listed)
            case Lookup(table=name):
                for column in self._compiler.tables[name].table.inputs:
                    self.value(column.expression, NO_ROW, "")
            case Aggregate(list=name, where=where, of=of):
                self._rows(name, where, of)
            case Worked(list=name, where=where, after=after, until=until):
                for limit in (after, until):
                    if limit is not None:
                        self.value(limit, row, listed)
                self._rows(name, where, None)
                self._periods(expr, name)

    def _rows(self, name: str, where: Node | None, of: Expr | None) -> None:
        rows = self._compiler.lister(name)(self._env)
        if rows is None:
            self._found[name] = None
            return
        for each in rows:
            verdict: Truth = True
            if where is not None:
                self.node(where, each, name)
                verdict = self._compiler.verdicts[id(where)](self._env, each)
            if of is not None and verdict is not False:
                self.value(of, each, name)

    def _periods(self, expr: Worked, name: str) -> None:
        for each in self._compiler.lister(name)(self._env) or []:
            counts = expr.where is None or self._compiler.verdicts[id(expr.where)](self._env, each) is not False
            if counts and (not isinstance(each.get(expr.start), date) or each.get(expr.end) is UNKNOWN):
                self._found[name] = None


def is_borderline(compiler: RuleCompiler, env: Env) -> bool:
    """Whether a decided verdict would be open if every value close to its limit were taken as open."""
    decided = compiler.judge(env)
    return decided is not None and compiler.ruleset.in_force(env.on) and soft(compiler, env) is None


def soft(compiler: RuleCompiler, env: Env) -> Truth:
    """The verdict with every condition close to its limit taken as open."""
    return _soft(compiler, env, compiler.ruleset.root, NO_ROW)


def _soft(compiler: Compiler, env: Env, node: Node, row: Row) -> Truth:
    verdict = compiler.verdicts[id(node)](env, row)
    if not node.in_force(env.on):
        return verdict
    match node:
        case Group(op="not", of=of):
            inner = _soft(compiler, env, of[0], row)
            return None if inner is None else verdict
        case Group(op=op, of=of) if op in {"all", "any"}:
            inners = [_soft(compiler, env, one, row) for one in of if one.in_force(env.on)]
            decisive = op == "any"
            return verdict if decisive in inners or None not in inners else None
        case Group(of=of):
            inners = [_soft(compiler, env, one, row) for one in of]
            return None if None in inners else verdict
        case Compare():
            return None if near_limit(compiler, env, node, row) else verdict
        case Rows(op=op, list=name, where=where):
            inners = [_soft(compiler, env, where, each) for each in compiler.lister(name)(env) or []]
            return verdict if (op == "exists") in inners or None not in inners else None
        case RuleRef(ruleset=name):
            inner_set = compiler.inner[name]
            inner_env = inner_set.env(env.raw, env.on)
            return soft(inner_set, inner_env) if inner_set.ruleset.in_force(env.on) else verdict
    return verdict


def near_limit(compiler: Compiler, env: Env, node: Compare, row: Row) -> bool:
    """Whether the value lies within the tolerance of the limit.

    Interrupted work counted in years or months has a tolerance of 30 days unless the condition states its own.
    """
    if not node.right or not node.in_force(env.on):
        return False
    left = compiler.values[id(node.left)](env, row)
    limit = compiler.values[id(node.right[0])](env, row)
    if node.amount is not None:
        return _is_number(left) and _is_number(limit) and abs(left - limit) <= node.amount  # type: ignore[operator]
    if isinstance(left, date) and isinstance(limit, date):
        return node.days is not None and abs((left - limit).days) <= node.days
    if (
        not _is_number(limit)
        or not _is_number(left)
        or node.test not in {"at_least", "at_most", "more_than", "less_than"}
    ):
        return False
    stretch = compiler.stretch(node.left, env, row)
    if stretch is None:
        return False
    days = node.days
    if days is None and stretch.is_broken and stretch.unit != "days":
        days = BORDERLINE_DAYS
    if days is None:
        return False
    try:
        return abs(stretch.lacking(limit)) <= days  # type: ignore[arg-type]
    except (OverflowError, ValueError):
        return False


def _is_number(value: Value) -> bool:
    return isinstance(value, int | Decimal) and not isinstance(value, bool)
