"""Conditions and expressions after parsing: frozen trees that the compiler, the explainer and the analysis walk.

Every part keeps ``path``, its place in the definition, so that a fault found later can still be shown at its line.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal as OneOf

from zhiyin.engines.definitions import Step
from zhiyin.engines.rules.values import Known

Place = tuple[Step, ...]
Kind = OneOf["boolean", "number", "date", "text", "choices", "list", "any"]
"""What a value is for the checker; ``any`` where only the library knows (parameters, tables)."""

Unit = OneOf["years", "months", "days"]
Test = OneOf[
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
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Expr:
    """A value to be computed."""

    path: Place
    kind: Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Constant(Expr):
    """A value written into the definition."""

    value: Known


@dataclass(frozen=True, slots=True, kw_only=True)
class FactRef(Expr):
    """A fact of the person or thing that is judged."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnRef(Expr):
    """A column of the row that is looked at; ``list`` is "" in tables, whose lists are declared elsewhere."""

    id: str
    list: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ParamRef(Expr):
    """A dated parameter, as it stands on the day of evaluation."""

    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Today(Expr):
    """The day of evaluation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call(Expr):
    """An operator on values. ``round`` keeps its number of places in ``places``."""

    op: str
    args: tuple[Expr, ...]
    places: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class If(Expr):
    """One of two values."""

    test: "Node"
    then: Expr
    otherwise: Expr


@dataclass(frozen=True, slots=True, kw_only=True)
class Lookup(Expr):
    """An output of a decision table, whose inputs are computed from the same facts."""

    table: str
    output: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Aggregate(Expr):
    """One value from the rows of a list: count, sum, earliest, latest, smallest, largest."""

    op: str
    list: str
    where: "Node | None"
    of: Expr | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked(Expr):
    """Length of the union of the rows' periods, from ``after`` to ``until``; a row without an end still runs."""

    list: str
    start: str
    end: str
    where: "Node | None"
    after: Expr | None
    until: Expr | None
    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A condition: true, false or unknown. Outside its own dates it does not count in its group."""

    path: Place
    id: str | None = None
    title: str = ""
    article: str = ""
    serves: tuple[str, ...] = ()
    note: str = ""
    proof: str = ""
    why_pass: str = ""
    why_fail: str = ""
    valid_from: date | None = None
    valid_to: date | None = None

    def in_force(self, day: date) -> bool:
        """Whether the condition counts on ``day``."""
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True, slots=True, kw_only=True)
class Group(Node):
    """all, any, not, or at least ``count`` of the conditions."""

    op: OneOf["all", "any", "not", "at_least"]
    of: tuple[Node, ...]
    count: Expr | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compare(Node):
    """A value and its test. ``right`` holds one expression, several for ``in``, ``not_in`` and ``includes_any``.

    ``days`` and ``amount`` are the tolerance within which the outcome is flagged as borderline.
    """

    left: Expr
    test: Test
    right: tuple[Expr, ...] = ()
    wanted: bool = True
    days: int | None = None
    amount: Known = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows(Node):
    """``exists``: some row of a list meets the condition; ``every``: all do (so does an empty list)."""

    op: OneOf["exists", "every"]
    list: str
    where: Node


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleRef(Node):
    """The verdict of another ruleset on the same facts."""

    ruleset: str


@dataclass(frozen=True, slots=True)
class References:
    """Ids of what a tree uses from outside, each with its places, in the order of their first use."""

    facts: dict[str, list[Place]] = field(default_factory=dict)
    params: dict[str, list[Place]] = field(default_factory=dict)
    rulesets: dict[str, list[Place]] = field(default_factory=dict)
    tables: dict[tuple[str, str], list[Place]] = field(default_factory=dict)


def references(*roots: Node | Expr | None) -> References:
    """What the trees use: facts (lists included), parameters, rulesets, and outputs of tables."""
    found = References()
    for root in roots:
        if root is not None:
            for part in walk(root):
                match part:
                    case FactRef(id=name):
                        found.facts.setdefault(name, []).append(part.path)
                    case Aggregate(list=name) | Worked(list=name) | Rows(list=name):
                        found.facts.setdefault(name, []).append(part.path)
                    case ParamRef(id=name):
                        found.params.setdefault(name, []).append(part.path)
                    case RuleRef(ruleset=name):
                        found.rulesets.setdefault(name, []).append(part.path)
                    case Lookup(table=name, output=output):
                        found.tables.setdefault((name, output), []).append(part.path)
    return found


def walk(root: Node | Expr) -> list[Node | Expr]:
    """The part itself and all parts below it, in the order of the definition."""
    found: list[Node | Expr] = []
    waiting: list[Node | Expr] = [root]
    while waiting:
        part = waiting.pop()
        found.append(part)
        waiting += reversed(parts(part))
    return found


def parts(part: Node | Expr) -> list[Node | Expr]:
    """The parts directly below."""
    below: list[Node | Expr | None] = []
    match part:
        case Group(of=of, count=count):
            below = [count, *of]
        case Compare(left=left, right=right):
            below = [left, *right]
        case Rows(where=where):
            below = [where]
        case Call(args=args):
            below = [*args]
        case If(test=test, then=then, otherwise=otherwise):
            below = [test, then, otherwise]
        case Aggregate(where=test, of=of_):
            below = [test, of_]
        case Worked(where=test, after=after, until=until):
            below = [test, after, until]
    return [one for one in below if one is not None]
