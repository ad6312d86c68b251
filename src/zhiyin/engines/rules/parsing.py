"""From the mappings of a definition file to typed trees, collecting every fault with its place.

Kinds are checked as far as the definition itself tells them: facts, columns and operators have a kind; parameters and
tables belong to other files and are ``any`` here (see :func:`zhiyin.engines.rules.library.library_faults`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, cast

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
    Kind,
    Lookup,
    Node,
    ParamRef,
    Place,
    Rows,
    RuleRef,
    Test,
    Today,
    Unit,
    Worked,
)
from zhiyin.engines.rules.values import FactType, Known, read_date, read_number

KINDS: Mapping[FactType, Kind] = {
    "boolean": "boolean",
    "integer": "number",
    "decimal": "number",
    "money": "number",
    "date": "date",
    "text": "text",
    "choice": "text",
    "choices": "choices",
    "list": "list",
}
KIND_WORDS: Mapping[Kind, str] = {
    "boolean": "是非",
    "number": "数字",
    "date": "日期",
    "text": "文字",
    "choices": "多选",
    "list": "列表",
    "any": "任意",
}
TESTS: tuple[Test, ...] = (
    "is",
    "in",
    "not_in",
    "at_least",
    "at_most",
    "more_than",
    "less_than",
    "filled",
    "includes",
    "includes_any",
    "odd",
)
ORDER = frozenset({"at_least", "at_most", "more_than", "less_than"})
GROUPS = ("all", "any", "not")
SHORT = ("fact", "column", "param")

_HEAD = frozenset(
    {"id", "title", "article", "serves", "note", "proof", "why_pass", "why_fail", "valid_from", "valid_to"}
)
_DATE, _NUMBER = ("date",), ("number",)
_FIXED: Mapping[str, tuple[tuple[Kind, ...], Kind]] = {
    "years_between": (("date", "date"), "number"),
    "months_between": (("date", "date"), "number"),
    "days_between": (("date", "date"), "number"),
    "add_days": (("date", "number"), "date"),
    "add_months": (("date", "number"), "date"),
    "add_years": (("date", "number"), "date"),
    "minus": (("number", "number"), "number"),
    "divided": (("number", "number"), "number"),
    "ceil": (("number",), "number"),
    "floor": (("number",), "number"),
}
_OF: Mapping[str, Kind] = {
    "sum": "number",
    "earliest": "date",
    "latest": "date",
    "smallest": "number",
    "largest": "number",
}
_PLACEHOLDER = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Names:
    """What a fact or column is called by the checker: its kind, and its options where they are written out."""

    kind: Kind
    options: frozenset[str] = frozenset()
    columns: Mapping[str, "Names"] | None = None


class Parser:
    """Parses the conditions of one definition. ``facts`` None: any fact may be named (tables, which own no facts).

    ``params`` and ``outputs`` (by table and output) tell the kinds of what other files define, where they are known.
    """

    def __init__(
        self,
        facts: Mapping[str, Names] | None,
        *,
        params: Mapping[str, Kind] | None = None,
        outputs: Mapping[tuple[str, str], Kind] | None = None,
    ) -> None:
        self.facts = facts
        self._params = params or {}
        self._outputs = outputs or {}
        self.faults: list[tuple[Place, str]] = []
        self.ids: dict[str, Place] = {}
        self._columns: Mapping[str, Names] | None = None
        self._in_row = False
        self._listed = ""

    def tell(self, path: Place, message: str) -> None:
        """Note a fault."""
        self.faults.append((path, message))

    # conditions

    def node(self, raw: object, path: Place) -> Node:
        """The condition written at ``path``; after a fault a stand-in, so that parsing goes on."""
        if not isinstance(raw, Mapping):
            self.tell(path, "条件要写成键值，例如 {fact: …, is: …}")
            return Node(path=path)
        if any(not isinstance(key, str) for key in raw):
            self.tell(path, "条件的键要是文字")
            return Node(path=path)
        head = self._head(raw, path)
        rest = {key: value for key, value in raw.items() if key not in _HEAD}
        if "value" in rest or any(key in rest for key in SHORT):
            return self._compare(rest, path, head)
        found = [key for key in (*GROUPS, "at_least", "exists", "every", "rule", "table") if key in rest]
        if len(found) != 1 or len(rest) != 1:
            told = "、".join(rest) or "（没有）"
            self.tell(path, f"一个条件写且只写一个算子（all、any、not、at_least、value、exists……），这里是：{told}")
            return Node(path=path)
        key, body, below = found[0], rest[found[0]], (*path, found[0])
        if key in GROUPS:
            return self._group(key, body, below, path, head)
        if key == "at_least":
            return self._at_least(body, below, path, head)
        if key == "rule":
            if not isinstance(body, str) or not body:
                self.tell(below, "rule 写另一个规则集的编号")
                return Node(path=path)
            return RuleRef(path=path, ruleset=body, **head)
        if key == "table":
            return self._table(body, below, path, head)
        return self._rows(key, body, below, path, head)

    def _head(self, raw: Mapping[str, Any], path: Place) -> dict[str, Any]:
        head: dict[str, Any] = {}
        for key in ("id", "title", "article", "note", "proof", "why_pass", "why_fail"):
            if key in raw:
                if not isinstance(raw[key], str) or not raw[key].strip():
                    self.tell((*path, key), f"{key} 要写文字；条款号等请加引号")
                else:
                    head[key] = raw[key].strip()
        if "id" in head:
            name = head["id"]
            if not re.fullmatch(r"[a-z0-9]+([-_.][a-z0-9]+)*", name):
                self.tell((*path, "id"), f"条件编号“{name}”只能用小写字母、数字和连字符")
            elif name in self.ids:
                self.tell((*path, "id"), f"条件编号“{name}”重复")
            self.ids.setdefault(name, path)
        for key in ("why_pass", "why_fail"):
            for name in _PLACEHOLDER.findall(head.get(key, "")):
                if name not in {"value", "limit", "missing"}:
                    self.tell((*path, key), f"{key} 里没有“{{{name}}}”，可用 {{value}}、{{limit}}、{{missing}}")
        serves = raw.get("serves", [])
        if not isinstance(serves, list) or any(not isinstance(one, str) for one in serves):
            self.tell((*path, "serves"), "serves 写条款编号的列表")
        else:
            head["serves"] = tuple(serves)
        for key in ("valid_from", "valid_to"):
            if raw.get(key) is not None:
                head[key] = self._iso(raw[key], (*path, key))
        if head.get("valid_from") and head.get("valid_to") and head["valid_from"] > head["valid_to"]:
            self.tell((*path, "valid_to"), "valid_to 早于 valid_from")
        return head

    def _iso(self, raw: object, path: Place) -> date | None:
        day = read_date(raw) if isinstance(raw, str) and len(raw) == 10 else None
        if day is None:
            self.tell(path, f'“{raw}”不是日期，请写成带引号的 "2026-01-31"')
        return day

    def _group(self, key: str, body: object, below: Place, path: Place, head: dict[str, Any]) -> Node:
        if key == "not":
            return Group(path=path, op="not", of=(self.node(body, below),), **head)
        of = self._several(body, below)
        return Group(path=path, op=cast(Any, key), of=of, **head)

    def _several(self, body: object, below: Place) -> tuple[Node, ...]:
        if not isinstance(body, list) or not body:
            self.tell(below, "这里要有至少一个条件的列表")
            return ()
        return tuple(self.node(one, (*below, index)) for index, one in enumerate(body))

    def _at_least(self, body: object, below: Place, path: Place, head: dict[str, Any]) -> Node:
        parts = self._keys(body, below, {"count", "of"})
        count = self.expr(parts.get("count"), (*below, "count"), "number")
        of = self._several(parts.get("of"), (*below, "of"))
        if isinstance(count, Constant) and isinstance(count.value, int) and not 0 < count.value <= max(1, len(of)):
            self.tell((*below, "count"), f"要满足 {count.value} 个，而这里只有 {len(of)} 个条件")
        return Group(path=path, op="at_least", of=of, count=count, **head)

    def _rows(self, key: str, body: object, below: Place, path: Place, head: dict[str, Any]) -> Node:
        optional = {"where"} if key == "exists" else set()
        parts = self._keys(body, below, {"list", "where"}, optional)
        name, columns = self._list(parts.get("list"), (*below, "list"))
        if "where" not in parts:
            return Compare(
                path=path,
                left=Aggregate(path=below, kind="number", op="count", list=name, where=None, of=None),
                test="at_least",
                right=(Constant(path=below, kind="number", value=1),),
                **head,
            )
        where = self._where(parts["where"], (*below, "where"), name, columns)
        return Rows(path=path, op=cast(Any, key), list=name, where=where, **head)

    def _table(self, body: object, below: Place, path: Place, head: dict[str, Any]) -> Node:
        if not isinstance(body, Mapping) or not {"id", "output"} <= set(body):
            self.tell(below, "table 要写 id 和 output，再加一个比较")
            return Node(path=path)
        left = self._lookup({"table": body["id"], "output": body["output"]}, below)
        return self._tested(left, {k: v for k, v in body.items() if k not in {"id", "output"}}, below, path, head)

    def _compare(self, rest: dict[str, Any], path: Place, head: dict[str, Any]) -> Node:
        sides = [key for key in ("value", *SHORT) if key in rest]
        if len(sides) != 1:
            self.tell(path, f"左边只能写一个：{'、'.join(sides)}")
            return Node(path=path)
        side = sides[0]
        raw = rest.pop(side)
        if side == "value":
            left = self.expr(raw, (*path, "value"))
        else:
            left = self.expr({side: raw}, path)
        return self._tested(left, rest, path, path, head)

    def _tested(self, left: Expr, rest: Mapping[str, Any], at: Place, path: Place, head: dict[str, Any]) -> Node:
        tests = [key for key in TESTS if key in rest]
        unknown = [str(key) for key in rest if key not in (*TESTS, "tolerance")]
        if unknown or len(tests) != 1:
            told = "、".join(unknown or tests) or "（没有）"
            self.tell(at, f"比较要写且只写一个：{'、'.join(TESTS)}；这里是：{told}")
            return Node(path=path)
        test = tests[0]
        below = (*at, test)
        right, wanted = self._right(left, test, rest[test], below)
        days, amount = self._tolerance(rest, left, test, at)
        return Compare(path=path, left=left, test=test, right=right, wanted=wanted, days=days, amount=amount, **head)

    def _right(self, left: Expr, test: Test, raw: object, below: Place) -> tuple[tuple[Expr, ...], bool]:
        kind = left.kind
        if test in {"filled", "odd"}:
            if not isinstance(raw, bool):
                self.tell(below, f"{test} 写 true 或 false")
            if test == "odd" and kind not in {"number", "any"}:
                self.tell(below, f"odd 只能用于数字，这里是{KIND_WORDS[kind]}")
            return (), raw is True
        if test in {"in", "not_in", "includes_any"}:
            element = "text" if test == "includes_any" else kind
            if test == "includes_any" and kind not in {"choices", "any"}:
                self.tell(below, f"includes_any 只能用于多选，这里是{KIND_WORDS[kind]}")
            if isinstance(raw, Mapping):
                return (self.expr(raw, below, "choices"),), True
            if not isinstance(raw, list) or not raw:
                self.tell(below, f"{test} 要写至少一个值的列表")
                return (), True
            found = tuple(self.expr(one, (*below, index), element) for index, one in enumerate(raw))
            self._options(left, found)
            return found, True
        if test == "includes":
            if kind not in {"choices", "any"}:
                self.tell(below, f"includes 只能用于多选，这里是{KIND_WORDS[kind]}")
            one = self.expr(raw, below, "text")
            self._options(left, (one,))
            return (one,), True
        if test in ORDER and kind not in {"number", "date", "any"}:
            self.tell(below, f"{test} 只能比较数字或日期，这里是{KIND_WORDS[kind]}")
            return (self.expr(raw, below),), True
        if kind in {"choices", "list"}:
            self.tell(below, f"{KIND_WORDS[kind]}不能用 {test} 比较")
            return (self.expr(raw, below),), True
        one = self.expr(raw, below, kind)
        if test in ORDER and one.kind not in {"number", "date", "any"}:
            self.tell(below, f"{test} 右边要是数字或日期，这里是{KIND_WORDS[one.kind]}")
        self._options(left, (one,))
        return (one,), True

    def _options(self, left: Expr, right: Sequence[Expr]) -> None:
        """Refuse a value that the options of a choice, written out in the definition, do not have."""
        names: Names | None = None
        if isinstance(left, FactRef) and self.facts is not None:
            names = self.facts.get(left.id)
        elif isinstance(left, ColumnRef) and self._columns is not None:
            names = self._columns.get(left.id)
        if names is None or not names.options:
            return
        for one in right:
            if isinstance(one, Constant) and one.value not in names.options:
                self.tell(one.path, f"没有“{one.value}”这个选项，可用：{'、'.join(sorted(names.options))}")

    def _tolerance(self, rest: Mapping[str, Any], left: Expr, test: Test, at: Place) -> tuple[int | None, Known]:
        if "tolerance" not in rest:
            return None, None
        raw, below = rest["tolerance"], (*at, "tolerance")
        if test not in ORDER:
            self.tell(below, "只有大小、先后的比较才有 tolerance")
        if not isinstance(raw, Mapping) or len(raw) != 1 or not set(raw) <= {"days", "amount"}:
            self.tell(below, "tolerance 写 {days: 天数} 或 {amount: 数量}")
            return None, None
        key, value = next(iter(raw.items()))
        number = read_number(value)
        if isinstance(value, bool | str) or number is None or number <= 0:
            self.tell((*below, key), f"{key} 要是正数")
            return None, None
        if key == "days":
            timed = left.kind == "date" or (
                isinstance(left, Worked) or (isinstance(left, Call) and left.op in {"age", *list(_FIXED)[:3]})
            )
            if not timed:
                self.tell((*below, key), "days 只用于日期、年龄和年限的比较，别的写 amount")
            if not isinstance(number, int):
                self.tell((*below, key), "天数要是整数")
                return None, None
            return number, None
        return None, number

    # expressions

    def expr(self, raw: object, path: Place, want: Kind | None = None) -> Expr:
        """The value written at ``path``; a fault is told when its kind is not ``want``."""
        if isinstance(raw, Mapping):
            found = self._operator(raw, path, want)
        else:
            found = self._constant(raw, path, want)
        if self.facts is None and want is not None and isinstance(found, FactRef) and found.kind == "any":
            found = FactRef(path=found.path, kind=want, id=found.id)
        if want is not None and found.kind != want and "any" not in (want, found.kind):
            self.tell(path, f"这里要{KIND_WORDS[want]}，写的是{KIND_WORDS[found.kind]}")
        return found

    def _constant(self, raw: object, path: Place, want: Kind | None) -> Expr:
        if want == "date" and isinstance(raw, str):
            return Constant(path=path, kind="date", value=self._iso(raw, path))
        if isinstance(raw, bool):
            return Constant(path=path, kind="boolean", value=raw)
        if isinstance(raw, int | float | Decimal):
            number = read_number(raw)
            if number is None:
                self.tell(path, f"数字 {raw} 太大或不能用")
            return Constant(path=path, kind="number", value=number)
        if isinstance(raw, str):
            return Constant(path=path, kind="text", value=raw)
        if want == "choices" and isinstance(raw, list) and all(isinstance(one, str) for one in raw):
            return Constant(path=path, kind="choices", value=tuple(raw))
        self.tell(path, "这里要写一个值，或 {fact: …} 这样的算式")
        return Constant(path=path, kind="any", value=None)

    def _operator(self, raw: Mapping[Any, Any], path: Place, want: Kind | None) -> Expr:
        keys = [key for key in raw if isinstance(key, str)]
        stand_in = Constant(path=path, kind="any", value=None)
        if "if" in keys:
            return self._if(raw, path, want)
        if "age" in keys and set(keys) <= {"age", "on"}:
            birth = self.expr(raw["age"], (*path, "age"), "date")
            on = self.expr(raw["on"], (*path, "on"), "date") if "on" in raw else Today(path=path, kind="date")
            return Call(path=path, kind="number", op="age", args=(birth, on))
        if len(keys) != 1 or len(raw) != 1:
            self.tell(path, f"一个算式只写一个算子，这里是：{'、'.join(str(key) for key in raw) or '（没有）'}")
            return stand_in
        key, body, below = keys[0], raw[keys[0]], (*path, keys[0])
        if key == "fact":
            return self._fact(body, below)
        if key == "column":
            return self._column(body, below)
        if key == "param":
            if not isinstance(body, str) or not body:
                self.tell(below, "param 写参数编号")
                return stand_in
            return ParamRef(path=below, kind=self._params.get(body, "any"), id=body)
        if key == "today":
            if body is not True:
                self.tell(below, "写 today: true")
            return Today(path=path, kind="date")
        if key == "worked":
            return self._worked(body, below)
        if key == "count" or key in _OF:
            return self._aggregate(key, body, below)
        if key == "lookup":
            return self._lookup(body, below)
        if key in _FIXED:
            kinds, result = _FIXED[key]
            given = [body] if len(kinds) == 1 else body
            if not isinstance(given, list) or len(given) != len(kinds):
                self.tell(below, f"{key} 要写 {len(kinds)} 个值")
                return stand_in
            places = [below] if len(kinds) == 1 else [(*below, index) for index in range(len(kinds))]
            args = tuple(self.expr(one, place, kind) for one, place, kind in zip(given, places, kinds, strict=True))
            return Call(path=below, kind=result, op=key, args=args)
        if key in {"plus", "times", "least", "greatest", "first_known"}:
            return self._several_values(key, body, below, want)
        if key == "round":
            parts = self._keys(body, below, {"value", "places"})
            places_ = parts.get("places")
            if not isinstance(places_, int) or isinstance(places_, bool) or not -6 <= places_ <= 6:
                self.tell((*below, "places"), "places 写 -6 到 6 的整数")
                places_ = 0
            value = self.expr(parts.get("value"), (*below, "value"), "number")
            return Call(path=below, kind="number", op="round", args=(value,), places=places_)
        if key == "to_day":
            one = self.expr(body, below)
            if one.kind not in {"date", "text", "any"}:
                self.tell(below, f"to_day 要日期或文字，这里是{KIND_WORDS[one.kind]}")
            return Call(path=below, kind="date", op="to_day", args=(one,))
        self.tell(path, f"没有“{key}”这个算子")
        return stand_in

    def _if(self, raw: Mapping[Any, Any], path: Place, want: Kind | None) -> Expr:
        parts = self._keys(raw, path, {"if", "then", "else"})
        test = self.node(parts.get("if"), (*path, "if"))
        then = self.expr(parts.get("then"), (*path, "then"), want)
        otherwise = self.expr(parts.get("else"), (*path, "else"), want or (then.kind if then.kind != "any" else None))
        kind = then.kind if then.kind != "any" else otherwise.kind
        return If(path=path, kind=kind, test=test, then=then, otherwise=otherwise)

    def _several_values(self, key: str, body: object, below: Place, want: Kind | None) -> Expr:
        if not isinstance(body, list) or not body:
            self.tell(below, f"{key} 要写至少一个值的列表")
            return Constant(path=below, kind="any", value=None)
        wanted: Kind | None = "number" if key in {"plus", "times"} else want
        args: list[Expr] = []
        for index, one in enumerate(body):
            args.append(self.expr(one, (*below, index), wanted))
            if wanted is None and args[-1].kind != "any":
                wanted = args[-1].kind
        kind: Kind = wanted or "any"
        if key in {"least", "greatest"} and kind not in {"number", "date", "any"}:
            self.tell(below, f"{key} 只能用于数字或日期")
        return Call(path=below, kind=kind, op=key, args=tuple(args))

    def _lookup(self, body: object, below: Place) -> Expr:
        parts = self._keys(body, below, {"table", "output"})
        for key in ("table", "output"):
            if not isinstance(parts.get(key), str) or not parts.get(key):
                self.tell((*below, key), f"{key} 写编号")
        table, output = str(parts.get("table")), str(parts.get("output"))
        return Lookup(path=below, kind=self._outputs.get((table, output), "any"), table=table, output=output)

    def _fact(self, body: object, below: Place) -> Expr:
        if not isinstance(body, str) or not body:
            self.tell(below, "fact 写事实的编号")
            return Constant(path=below, kind="any", value=None)
        if self.facts is None:
            return FactRef(path=below, kind="any", id=body)
        if body not in self.facts:
            self.tell(below, f"facts 里没有“{body}”")
            return Constant(path=below, kind="any", value=None)
        return FactRef(path=below, kind=self.facts[body].kind, id=body)

    def _column(self, body: object, below: Place) -> Expr:
        stand_in = Constant(path=below, kind="any", value=None)
        if not isinstance(body, str) or not body:
            self.tell(below, "column 写列的编号")
        elif not self._in_row:
            self.tell(below, "column 只能用在 where 或 of 里")
        elif self._columns is None:
            return ColumnRef(path=below, kind="any", id=body)
        elif body not in self._columns:
            self.tell(below, f"这个列表里没有“{body}”这一列")
        else:
            return ColumnRef(path=below, kind=self._columns[body].kind, id=body, list=self._listed)
        return stand_in

    def _aggregate(self, key: str, body: object, below: Place) -> Expr:
        needed = {"list", "where"} if key == "count" else {"list", "where", "of"}
        parts = self._keys(body, below, needed, {"where"})
        name, columns = self._list(parts.get("list"), (*below, "list"))
        where = self._where(parts["where"], (*below, "where"), name, columns) if "where" in parts else None
        of: Expr | None = None
        if key != "count":
            outer = self._enter(name, columns)
            of = self.expr(parts.get("of"), (*below, "of"), _OF[key])
            self._columns, self._in_row, self._listed = outer
        return Aggregate(path=below, kind=_OF.get(key, "number"), op=key, list=name, where=where, of=of)

    def _worked(self, body: object, below: Place) -> Expr:
        optional = {"where", "after", "until", "in"}
        parts = self._keys(body, below, {"list", "from", "to", *optional}, optional)
        name, columns = self._list(parts.get("list"), (*below, "list"))
        for key in ("from", "to"):
            column = parts.get(key)
            if columns is not None and (not isinstance(column, str) or column not in columns):
                self.tell((*below, key), f"这个列表里没有“{column}”这一列")
            elif columns is not None and columns[str(column)].kind != "date":
                self.tell((*below, key), f"“{column}”这一列不是日期")
        unit = parts.get("in", "years")
        if unit not in {"years", "months", "days"}:
            self.tell((*below, "in"), "in 写 years、months 或 days")
            unit = "years"
        where = self._where(parts["where"], (*below, "where"), name, columns) if "where" in parts else None
        limits = [
            self.expr(parts[key], (*below, key), "date") if parts.get(key) is not None else None
            for key in ("after", "until")
        ]
        return Worked(
            path=below,
            kind="number",
            list=name,
            start=str(parts.get("from")),
            end=str(parts.get("to")),
            where=where,
            after=limits[0],
            until=limits[1],
            unit=cast(Unit, unit),
        )

    def _list(self, raw: object, path: Place) -> tuple[str, Mapping[str, Names] | None]:
        if not isinstance(raw, str) or not raw:
            self.tell(path, "list 写列表事实的编号")
            return "", None
        if self.facts is None:
            return raw, None
        names = self.facts.get(raw)
        if names is None:
            self.tell(path, f"facts 里没有“{raw}”")
            return raw, None
        if names.columns is None:
            self.tell(path, f"“{raw}”不是列表")
        return raw, names.columns

    def _where(self, raw: object, path: Place, listed: str, columns: Mapping[str, Names] | None) -> Node:
        outer = self._enter(listed, columns)
        node = self.node(raw, path)
        self._columns, self._in_row, self._listed = outer
        return node

    def _enter(self, listed: str, columns: Mapping[str, Names] | None) -> tuple[Mapping[str, Names] | None, bool, str]:
        """Go into the rows of a list; returns what stood before."""
        before = (self._columns, self._in_row, self._listed)
        self._columns, self._in_row, self._listed = columns, True, listed
        return before

    def _keys(self, raw: object, path: Place, known: set[str], optional: set[str] | None = None) -> dict[str, Any]:
        if not isinstance(raw, Mapping):
            self.tell(path, f"这里要写 {'、'.join(sorted(known))}")
            return {}
        for key in raw:
            if key not in known:
                self.tell((*path, str(key)), f"没有“{key}”这个键，可用：{'、'.join(sorted(known))}")
        for key in sorted(known - (optional or set())):
            if key not in raw:
                self.tell(path, f"还缺 {key}")
        return {key: value for key, value in raw.items() if key in known}
