"""Chinese words for the parts of conditions: labels, values with their units, tests and limits."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from zhiyin.engines.rules.compiling import Compiler
from zhiyin.engines.rules.definition import Fact, FactColumn
from zhiyin.engines.rules.durations import UNIT_WORDS, Stretch
from zhiyin.engines.rules.library import Labels
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
    Lookup,
    Node,
    ParamRef,
    Rows,
    RuleRef,
    Test,
    Today,
    Worked,
)
from zhiyin.engines.rules.values import UNKNOWN, Interval, Number, Value

MOST_LISTED = 6
_NUMBER_TESTS: dict[Test, str] = {"at_least": "至少", "at_most": "最多", "more_than": "多于", "less_than": "少于"}
_DATE_TESTS: dict[Test, str] = {"at_least": "不早于", "at_most": "不晚于", "more_than": "晚于", "less_than": "早于"}
_LISTED_WORDS = {"earliest": "最早的", "latest": "最近的", "smallest": "最小的", "largest": "最大的"}
_GROUP_WORDS = {
    "all": "以下各项都符合",
    "any": "以下各项符合其一",
    "not": "没有以下情形",
    "at_least": "以下各项符合若干",
}


def number_words(value: Number) -> str:
    """A number without needless zeros; thousands are set apart from five digits on."""
    if isinstance(value, Decimal):
        value = value.quantize(Decimal("0.0001")) if abs(value) < Decimal(10) ** 20 else value
        text = f"{value:,f}" if abs(value) >= 10_000 else f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return f"{value:,}" if abs(value) >= 10_000 else str(value)


class Words:
    """Words for the conditions of one ruleset."""

    def __init__(self, compiler: Compiler) -> None:
        self._compiler = compiler

    def condition(self, node: Node) -> str:
        """A short name for a condition that has no title."""
        match node:
            case Group(op=op):
                return _GROUP_WORDS[op]
            case Rows(op=op, list=name):
                label = self._compiler.facts[name].label
                return f"有符合条件的{label}" if op == "exists" else f"每条{label}都符合条件"
            case RuleRef(ruleset=name):
                return self._compiler.inner[name].ruleset.title
            case Compare(left=left):
                return self.label(left)
        return ""

    def label(self, expr: Expr) -> str:
        """What an expression is called."""
        match expr:
            case FactRef(id=name):
                return self._compiler.facts[name].label
            case ColumnRef():
                column = self._column(expr)
                return column.label if column is not None else expr.id
            case Today():
                return "评定当日"
            case ParamRef():
                return "规定值"
            case Constant(value=value):
                return self.value(expr, value)
            case Call(op="age"):
                return "年龄"
            case Call(op=op, args=args) if op in MEASURES:
                return f"{self.label(args[0])}到{self.label(args[1])}"
            case Call(op=op, args=args) if op in {"first_known", "ceil", "floor", "round", "to_day"}:
                return self.label(args[0])
            case Call(op=op, args=args) if op in {"add_days", "add_months", "add_years"}:
                return f"{self.label(args[0])}加上期限"
            case If(then=then):
                return self.label(then)
            case Lookup(table=name, output=output):
                table = self._compiler.tables[name].table
                return next(one.label for one in table.outputs if one.id == output)
            case Aggregate(op="count", list=name, where=where):
                return ("" if where is None else "符合条件的") + f"{self._compiler.facts[name].label}数"
            case Aggregate(op="sum", list=name, of=of) if of is not None:
                return f"{self.label(of)}合计"
            case Aggregate(op=op, list=name, of=of) if of is not None:
                return f"{_LISTED_WORDS[op]}{self.label(of)}"
            case Worked(after=after):
                return "累计工作时间" if after is None else f"{self.label(after)}之后的工作时间"
        return "计算结果"

    def thing(self, expr: Expr) -> str:
        """What is not there when the value is absent."""
        match expr:
            case Aggregate(list=name):
                return f"符合条件的{self._compiler.facts[name].label}"
            case Call(args=args):
                for one in args:
                    if isinstance(one, Aggregate):
                        return self.thing(one)
        return self.label(expr)

    def unit(self, expr: Expr) -> str:
        """The unit behind a number, with a space before it, or ""."""
        found = self._unit(expr)
        return f" {found}" if found else ""

    def _unit(self, expr: Expr) -> str:
        match expr:
            case FactRef(id=name):
                fact = self._compiler.facts[name]
                return "条" if fact.type == "list" else fact.unit
            case ColumnRef():
                column = self._column(expr)
                return column.unit if column is not None else ""
            case Call(op="age"):
                return "岁"
            case Call(op=op) if op in MEASURES:
                return UNIT_WORDS[MEASURES[op]]
            case Call(args=args):
                return next((unit for unit in map(self._unit, args) if unit), "")
            case If(then=then, otherwise=otherwise):
                return self._unit(then) or self._unit(otherwise)
            case Worked(unit=unit):
                return UNIT_WORDS[unit]
            case Aggregate(op="count"):
                return "条"
            case Aggregate(of=of) if of is not None:
                return self._unit(of)
            case Lookup(table=name, output=output):
                table = self._compiler.tables[name].table
                return next(one.unit for one in table.outputs if one.id == output)
        return ""

    def value(self, expr: Expr, value: Value) -> str:
        """A value in words; numbers with the unit of the expression, codes with their labels."""
        if value is None:
            return "没有"
        if value is UNKNOWN:
            return "不详"
        if isinstance(value, Interval):
            low = "" if value.low is None else self.value(expr, value.low)
            high = "" if value.high is None else self.value(expr, value.high)
            return f"{low} 至 {high}" if low and high else f"{low} 以上" if low else f"{high} 以下"
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, int | Decimal):
            return number_words(value) + self.unit(expr)
        if isinstance(value, date):
            return value.isoformat()
        labels = [self._code(expr, one) for one in (value if isinstance(value, tuple) else (value,))]
        shown = "、".join(labels[:MOST_LISTED]) + ("等" if len(labels) > MOST_LISTED else "")
        return shown or "没有"

    def measured(self, expr: Expr, value: Value, stretch: Stretch | None) -> str:
        """A value in words; for a length of time also from when to when."""
        if stretch is None or value is None or value is UNKNOWN or isinstance(value, Interval):
            return self.value(expr, value)
        if isinstance(expr, Call) and expr.op == "age":
            return self.value(expr, value)
        if len(stretch.pieces) == 1:
            start, end = stretch.pieces[0]
            return f"{start.isoformat()} 到 {end.isoformat()}，共 {stretch.words()}"
        if stretch.pieces:
            return f"{len(stretch.pieces)} 段，共 {stretch.words()}"
        return stretch.words()

    def limit(self, node: Compare, right: Sequence[Value]) -> str:
        """The right side of a comparison."""
        values: list[str] = []
        for one in right:
            listed = one if isinstance(one, tuple) else (one,)
            values += [self.value(node.left, each) for each in listed]
        return "、".join(values[:MOST_LISTED]) + ("等" if len(values) > MOST_LISTED else "")

    def test(self, node: Compare, limit: str, left: Value) -> str:
        """The requirement, such as 至少 5 年."""
        match node.test:
            case "odd":
                return "是单数" if node.wanted else "是双数"
            case "filled":
                return "已填写" if node.wanted else "未填写"
            case "is":
                return f"“{limit}”" if isinstance(left, bool) else f"是{_spaced(limit)}"
            case "in":
                return f"属于{_spaced(limit)}"
            case "not_in":
                return f"不属于{_spaced(limit)}"
            case "includes" | "includes_any":
                return f"包括{_spaced(limit)}"
        words = _DATE_TESTS if isinstance(left, date) or node.left.kind == "date" else _NUMBER_TESTS
        return f"{words[node.test]}{_spaced(limit)}"

    def _code(self, expr: Expr, value: str) -> str:
        source = self._source(expr)
        if source is None:
            return value
        for option in source.options:
            if option.value == value:
                return option.label
        library = self._compiler.library
        if source.codelist is not None and isinstance(library, Labels):
            return library.label(source.codelist, value)
        return value

    def _source(self, expr: Expr) -> Fact | FactColumn | None:
        match expr:
            case FactRef(id=name):
                return self._compiler.facts[name]
            case ColumnRef():
                return self._column(expr)
            case Call(op="first_known", args=args):
                return self._source(args[0])
        return None

    def _column(self, expr: ColumnRef) -> FactColumn | None:
        fact = self._compiler.facts.get(expr.list)
        return next((one for one in fact.columns if one.id == expr.id), None) if fact is not None else None


def _spaced(text: str) -> str:
    return f" {text}" if text[:1].isdigit() else f"“{text}”"
