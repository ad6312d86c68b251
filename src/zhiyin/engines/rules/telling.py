"""A ruleset told to a reader: every condition as a Chinese sentence with its figures of a day, before any facts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from zhiyin.engines.rules.compiling import Compiler, RuleCompiler
from zhiyin.engines.rules.definition import RuleSet
from zhiyin.engines.rules.evaluation import compile as compiled
from zhiyin.engines.rules.library import Library
from zhiyin.engines.rules.syntax import (
    Call,
    Compare,
    Constant,
    Expr,
    Group,
    If,
    Lookup,
    Node,
    ParamRef,
    Rows,
    RuleRef,
    references,
)
from zhiyin.engines.rules.values import Known
from zhiyin.engines.rules.wording import Words, number_words

_JOINED = {"plus": " + ", "times": " × ", "minus": " - ", "divided": " ÷ "}
_CHOSEN = {"least": "中较小的", "greatest": "中较大的"}
_ROUNDED = {"ceil": "（进位到整数）", "floor": "（舍去小数）", "round": "（四舍五入）"}
_GROUPS = {"all": "以下各项都要符合", "any": "以下各项符合其一即可", "not": "不得有以下情形"}


@dataclass(frozen=True, slots=True)
class Told:
    """One condition in words.

    ``title`` is its name ("" for none), ``text`` what is asked, ``parameters`` the ids of the dated
    figures in it, ``ruleset`` the id of another set whose verdict is asked for. ``since`` and ``until`` are ISO dates.
    """

    id: str
    title: str
    text: str
    article: str = ""
    note: str = ""
    proof: str = ""
    since: str = ""
    until: str = ""
    parameters: tuple[str, ...] = ()
    tables: tuple[str, ...] = ()
    ruleset: str = ""
    children: tuple["Told", ...] = ()

    def walk(self) -> Iterator["Told"]:
        """This condition and all below it."""
        yield self
        for child in self.children:
            yield from child.walk()


def tell(ruleset: RuleSet, library: Library, on: date, titles: Mapping[str, str] | None = None) -> Told:
    """The conditions of a ruleset as they read on a day; ``titles`` names the parameters by id.

    DefinitionError when the ruleset names what the library lacks.
    """
    compiler = compiled(ruleset, library).compiler
    return _Teller(compiler, library, on, titles or {}).node(ruleset.root)


class _Teller:
    def __init__(self, compiler: RuleCompiler, library: Library, on: date, titles: Mapping[str, str]) -> None:
        self._compiler: Compiler = compiler
        self._titles = titles
        self._words = Words(compiler)
        self._library = library
        self._on = on

    def node(self, node: Node) -> Told:
        match node:
            case Group(of=of):
                return self._told(node, self._group(node), tuple(self.node(one) for one in of))
            case Rows(op=op, list=name, where=where):
                label = self._compiler.facts[name].label
                text = f"至少一条{label}符合以下条件" if op == "exists" else f"每一条{label}都要符合以下条件"
                below = self.node(where)
                bare = isinstance(where, Group) and where.op == "all" and not where.title
                return self._told(node, text, below.children if bare else (below,))
            case RuleRef(ruleset=name):
                return self._told(node, f"符合“{self._library.ruleset(name).title}”", (), name)
            case Compare():
                return self._told(node, self._compare(node), ())
        raise TypeError(type(node).__name__)

    def _told(self, node: Node, text: str, children: tuple[Told, ...], ruleset: str = "") -> Told:
        own = references(*_own_values(node))
        return Told(
            id=node.id or "",
            title=node.title,
            text=text,
            article=node.article,
            note=node.note,
            proof=node.proof,
            since=node.valid_from.isoformat() if node.valid_from else "",
            until=node.valid_to.isoformat() if node.valid_to else "",
            parameters=tuple(own.params),
            tables=tuple(dict.fromkeys(table for table, _ in own.tables)),
            ruleset=ruleset,
            children=children,
        )

    def _group(self, node: Group) -> str:
        if node.op == "at_least" and node.count is not None:
            return f"以下各项至少符合 {self._phrase(node.count)} 项"
        return _GROUPS[node.op]

    def _compare(self, node: Compare) -> str:
        label = self._named(node.left)
        if node.test == "is" and isinstance(node.right[0], Constant) and isinstance(node.right[0].value, bool):
            return f"{label}：{'是' if node.right[0].value else '否'}"
        limit = "、".join(self._limit(node.left, one) for one in node.right)
        return f"{label}{self._words.test(node, limit, None)}"

    def _named(self, left: Expr) -> str:
        """What is looked at: a figure by its title and what it is now, anything else in words."""
        if isinstance(left, ParamRef):
            return f"“{self._titles.get(left.id, left.id)}”（现在是{self._phrase(left)}）"
        return self._phrase(left)

    def _limit(self, left: Expr, right: Expr) -> str:
        return self._words.value(left, right.value) if isinstance(right, Constant) else self._phrase(right, left)

    def _phrase(self, expr: Expr, beside: Expr | None = None) -> str:
        """An expression in words; codes take their labels from ``beside``, with which it is compared."""
        match expr:
            case Constant(value=value):
                return _plain(value) if beside is None else self._words.value(beside, value)
            case ParamRef(id=name):
                value = self._library.parameter(name, self._on)
                if value is None or value == ():
                    return f"{self._titles.get(name, name)}（现在没有）"
                return self._words.value(beside or expr, value)
            case Call(op=op, args=args) if op in _JOINED:
                return _JOINED[op].join(self._phrase(one) for one in args)
            case Call(op=op, args=args) if op in _CHOSEN:
                return "、".join(self._phrase(one) for one in args) + _CHOSEN[op]
            case Call(op=op, args=args) if op in _ROUNDED:
                return self._phrase(args[0]) + _ROUNDED[op]
            case If(test=test, then=then, otherwise=otherwise):
                condition = self.node(test)
                return f"{condition.text}时为{self._phrase(then, beside)}，否则为{self._phrase(otherwise, beside)}"
            case Lookup(table=name):
                return f"{self._library.table(name).title}所列的{self._words.label(expr)}"
        return self._words.label(expr)


def _own_values(node: Node) -> list[Expr]:
    """The expressions of the condition itself, not of the conditions below it."""
    match node:
        case Compare(left=left, right=right):
            return [left, *right]
        case Group(count=count) if count is not None:
            return [count]
    return []


def _plain(value: Known) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int | Decimal):
        return number_words(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "、".join(str(one) for one in value)
    return "空" if value is None or value == "" else str(value)
