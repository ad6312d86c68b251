"""What packs write: rulesets with their facts, decision tables and dated parameters; checked in themselves."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Any, Literal

from pydantic import Field as Setting
from pydantic import PrivateAttr, field_validator, model_validator

from zhiyin.engines.definitions import ClauseId, Faults, Head, Name, Slug, Step, Text
from zhiyin.engines.forms.definition import Option, repeated
from zhiyin.engines.rules.cells import Cell, read_cell
from zhiyin.engines.rules.parsing import KINDS, Names, Parser
from zhiyin.engines.rules.syntax import Constant, Expr, Node
from zhiyin.engines.rules.values import FactType, Known, ParameterType, parameter_value, read_date
from zhiyin.kernel.models import Definition

Fault = tuple[tuple[Step, ...], str]
Subject = Literal["person", "household", "organisation", "session", "staff", "post", "programme"]
Basis = Literal["stated", "open", "local"]
BASIS_WORDS: dict[Basis, str] = {"stated": "标准或法规规定", "open": "本系统默认", "local": "由省级规定"}


def _iso(value: str | None) -> str | None:
    if value is not None and (len(value) != 10 or read_date(value) is None):
        raise ValueError(f'“{value}”不是日期，请写成带引号的 "2026-01-31"')
    return value


def in_force(valid_from: str | None, valid_to: str | None, day: date) -> bool:
    """Whether ``day`` lies within the two ISO dates, both included; None is no bound."""
    text = day.isoformat()
    return (valid_from or "") <= text and (valid_to is None or text <= valid_to)


class FactColumn(Definition):
    """One column of a list fact."""

    id: Name
    label: Text
    type: Literal["boolean", "integer", "decimal", "money", "date", "text", "choice", "choices"]
    help: str = ""
    unit: str = ""
    options: list[Option] = []
    codelist: Slug | None = None


class Fact(Definition):
    """Something that must be known to judge. ``source`` is where the platform finds it, ``proof`` what shows it."""

    id: Name
    label: Text
    type: FactType
    question: str = ""
    help: str = ""
    proof: str = ""
    source: str | None = None
    sensitive: bool = False
    unit: str = ""
    options: list[Option] = []
    codelist: Slug | None = None
    columns: list[FactColumn] = []

    @property
    def asked(self) -> str:
        """The question as put to a person."""
        return self.question or f"{self.label}？"


class Output(Definition):
    """A value computed beside the verdict, where the verdict is not FAIL and ``when`` holds."""

    id: Name
    label: Text
    unit: str = ""
    value: Any
    when: dict[str, Any] | None = None

    _value: Expr = PrivateAttr()
    _when: Node | None = PrivateAttr(default=None)

    @property
    def expression(self) -> Expr:
        """``value`` parsed."""
        return self._value

    @property
    def condition(self) -> Node | None:
        """``when`` parsed."""
        return self._when


class RuleSet(Head):
    """Conditions for one question, such as who may apply for level 2; ISO dates bound the time in which it applies."""

    kind: Literal["ruleset"]
    about: str = ""
    subject: Subject
    valid_from: str | None = None
    valid_to: str | None = None
    facts: list[Fact]
    condition: dict[str, Any]
    outputs: list[Output] = []

    _root: Node = PrivateAttr()

    _dates = field_validator("valid_from", "valid_to")(_iso)

    @model_validator(mode="after")
    def _coherent(self) -> "RuleSet":
        faults: list[Fault] = [
            (("facts", index, "id"), f"事实“{value}”重复") for index, value in repeated(f.id for f in self.facts)
        ]
        if self.valid_from and self.valid_to and self.valid_from > self.valid_to:
            faults.append((("valid_to",), "valid_to 早于 valid_from"))
        for index, fact in enumerate(self.facts):
            faults += [(("facts", index, *place), text) for place, text in _fact_faults(fact)]
        parser = Parser({fact.id: names_of(fact) for fact in self.facts})
        self._root = parser.node(self.condition, ("condition",))
        for index, output in enumerate(self.outputs):
            place = ("outputs", index)
            output._value = parser.expr(output.value, (*place, "value"))
            output._when = None if output.when is None else parser.node(output.when, (*place, "when"))
        faults += [
            (("outputs", index, "id"), f"结果“{value}”重复") for index, value in repeated(o.id for o in self.outputs)
        ]
        if faults or parser.faults:
            raise Faults([*faults, *parser.faults])
        return self

    @property
    def root(self) -> Node:
        """``condition`` parsed."""
        return self._root

    def fact(self, name: str) -> Fact:
        """The fact with this id; KeyError if there is none."""
        for fact in self.facts:
            if fact.id == name:
                return fact
        raise KeyError(name)

    def in_force(self, day: date) -> bool:
        """Whether the ruleset applies on ``day``."""
        return in_force(self.valid_from, self.valid_to, day)


def names_of(fact: Fact | FactColumn) -> Names:
    """What the parser has to know of a fact."""
    columns = None
    if isinstance(fact, Fact) and fact.type == "list":
        columns = {column.id: names_of(column) for column in fact.columns}
    return Names(KINDS[fact.type], frozenset(option.value for option in fact.options), columns)


def _fact_faults(fact: Fact) -> list[Fault]:
    faults = _choice_faults(fact)
    if (fact.type == "list") != bool(fact.columns):
        faults.append((("columns",) if fact.columns else ("type",), "列表要写 columns，别的类型不写"))
    faults += [(("columns", index, "id"), f"列“{value}”重复") for index, value in repeated(c.id for c in fact.columns)]
    for index, column in enumerate(fact.columns):
        faults += [(("columns", index, *place), text) for place, text in _choice_faults(column)]
    return faults


def _choice_faults(fact: Fact | FactColumn) -> list[Fault]:
    faults: list[Fault] = [
        (("options", index), f"选项“{value}”重复") for index, value in repeated(o.value for o in fact.options)
    ]
    if fact.type in {"choice", "choices"}:
        if bool(fact.options) == bool(fact.codelist):
            faults.append((("type",), f"“{fact.label}”是选择，要写 options 或 codelist，二者取一"))
    elif fact.options or (fact.codelist and fact.type != "text"):
        faults.append((("type",), f"“{fact.label}”不是选择，不写 options、codelist"))
    return faults


class DatedValue(Definition):
    """The value of a parameter in a time. ``source`` names where the figure comes from."""

    value: bool | int | float | str | list[str | int | float]
    valid_from: str
    valid_to: str | None = None
    source: str = ""

    _dates = field_validator("valid_from", "valid_to")(_iso)

    @model_validator(mode="after")
    def _order(self) -> "DatedValue":
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to 早于 valid_from")
        return self


class Parameter(Definition):
    """A figure that may change with time or place.

    ``basis``: stated (in the standard or law), open (the text leaves it open, the value is ours), local (the province
    decides). ``values`` may not overlap; days without a value are allowed and told by :meth:`gaps`.
    """

    id: Slug
    title: Text
    type: ParameterType
    unit: str = ""
    basis: Basis
    clauses: list[ClauseId] = []
    values: Annotated[list[DatedValue], Setting(min_length=1)]

    _typed: tuple[tuple[str, str | None, Known], ...] = PrivateAttr()

    @model_validator(mode="after")
    def _coherent(self) -> "Parameter":
        faults: list[Fault] = []
        typed: list[tuple[str, str | None, Known]] = []
        for index, dated in enumerate(self.values):
            try:
                typed.append((dated.valid_from, dated.valid_to, parameter_value(self.type, dated.value)))
            except ValueError as error:
                faults.append((("values", index, "value"), f"参数“{self.id}”：{error}"))
        typed.sort(key=lambda one: one[0])
        for (first, last, _), (start, _, _) in pairwise(typed):
            if last is None or last >= start:
                faults.append((("values",), f"参数“{self.id}”：自 {first} 的值与自 {start} 的值时间重叠"))
        if faults:
            raise Faults(faults)
        self._typed = tuple(typed)
        return self

    def on(self, day: date) -> Known:
        """The value on ``day``; None where there is none."""
        text = day.isoformat()
        for first, last, value in self._typed:
            if first <= text and (last is None or text <= last):
                return value
        return None

    def dated_on(self, day: date) -> DatedValue | None:
        """The dated value that applies on ``day``, with its source."""
        return next((one for one in self.values if in_force(one.valid_from, one.valid_to, day)), None)

    def gaps(self) -> list[tuple[str, str]]:
        """Pairs of the last day of one value and the first day of the next, where days without a value lie between."""
        found = []
        for (_, last, _), (start, _, _) in pairwise(self._typed):
            if last is not None and (date.fromisoformat(start) - date.fromisoformat(last)).days > 1:
                found.append((last, start))
        return found


TableType = Literal["boolean", "integer", "decimal", "money", "date", "text", "choice"]


class TableInput(Definition):
    """A column of conditions. ``value`` computes it from the facts, by default the fact of the same id.

    ``min`` and ``max`` (both included; dates as ISO text) and ``options`` or ``codelist`` bound what may come in; the
    check for gaps looks at this domain only.
    """

    id: Name
    label: Text
    type: TableType
    value: Any = None
    unit: str = ""
    min: int | float | str | None = None
    max: int | float | str | None = None
    options: list[str | Option] = []
    codelist: Slug | None = None

    _value: Expr = PrivateAttr()

    @property
    def expression(self) -> Expr:
        """``value`` parsed."""
        return self._value

    @property
    def values(self) -> list[str]:
        """Values of the options."""
        return [option if isinstance(option, str) else option.value for option in self.options]


class TableOutput(Definition):
    """A column of results. With hit policy ``priority`` the first output lists its ``options``, best first."""

    id: Name
    label: Text
    type: TableType
    unit: str = ""
    options: list[str | int | float] = []


class TableRow(Definition):
    """A row: cells by input ("-" or left out: any value) and results by output (a value, or {param: id})."""

    when: dict[str, Any] = {}
    then: dict[str, Any]
    note: str = ""
    article: str = ""
    serves: list[ClauseId] = []

    _cells: tuple[Cell, ...] = PrivateAttr()
    _results: tuple[Expr, ...] = PrivateAttr()

    @property
    def cells(self) -> tuple[Cell, ...]:
        """One cell per input, in their order."""
        return self._cells

    @property
    def results(self) -> tuple[Expr, ...]:
        """One result per output, in their order."""
        return self._results


class DecisionTable(Head):
    """A table of cases. ``hit``: unique (exactly one row), first, collect (all), priority (best first output)."""

    kind: Literal["table"]
    about: str = ""
    hit: Literal["unique", "first", "collect", "priority"]
    valid_from: str | None = None
    valid_to: str | None = None
    inputs: Annotated[list[TableInput], Setting(min_length=1, max_length=12)]
    outputs: Annotated[list[TableOutput], Setting(min_length=1)]
    rows: Annotated[list[TableRow], Setting(min_length=1, max_length=500)]

    _dates = field_validator("valid_from", "valid_to")(_iso)

    @model_validator(mode="after")
    def _coherent(self) -> "DecisionTable":
        faults: list[Fault] = []
        for key, ids in (("inputs", [one.id for one in self.inputs]), ("outputs", [one.id for one in self.outputs])):
            faults += [((key, index, "id"), f"“{value}”重复") for index, value in repeated(ids)]
        parser = Parser(None)
        for index, column in enumerate(self.inputs):
            raw = {"fact": column.id} if column.value is None else column.value
            column._value = parser.expr(raw, ("inputs", index, "value"), KINDS[column.type])
            faults += [(("inputs", index, *place), text) for place, text in _domain_faults(column)]
        for index, row in enumerate(self.rows):
            faults += self._read_row(row, ("rows", index), parser)
        first = self.outputs[0]
        if self.hit == "priority" and not first.options:
            faults.append((("outputs", 0), f"hit 是 priority，“{first.label}”要按先后写 options"))
        if faults or parser.faults:
            raise Faults([*faults, *parser.faults])
        return self

    def _read_row(self, row: TableRow, place: tuple[Step, ...], parser: Parser) -> list[Fault]:
        faults: list[Fault] = []
        known = {column.id for column in self.inputs}
        faults += [((*place, "when", key), f"没有“{key}”这个输入") for key in row.when if key not in known]
        cells: list[Cell] = []
        for column in self.inputs:
            try:
                cells.append(read_cell(row.when.get(column.id, "-"), column.type, column.values))
            except ValueError as error:
                faults.append(((*place, "when", column.id), f"“{column.label}”：{error}"))
        results: list[Expr] = []
        wanted = {output.id: output for output in self.outputs}
        faults += [((*place, "then", key), f"没有“{key}”这个输出") for key in row.then if key not in wanted]
        for output in self.outputs:
            where = (*place, "then", output.id)
            if output.id not in row.then:
                faults.append(((*place, "then"), f"还缺“{output.id}”"))
                continue
            result = parser.expr(row.then[output.id], where, KINDS[output.type])
            if output.options and isinstance(result, Constant) and row.then[output.id] not in output.options:
                faults.append((where, f"“{result.value}”不在 options 里"))
            results.append(result)
        row._cells, row._results = tuple(cells), tuple(results)
        return faults


def _domain_faults(column: TableInput) -> Sequence[Fault]:
    faults: list[Fault] = [(("options", index), f"选项“{value}”重复") for index, value in repeated(column.values)]
    if column.type == "choice" and bool(column.options) == bool(column.codelist):
        faults.append((("type",), f"“{column.label}”是选择，要写 options 或 codelist，二者取一"))
    if column.type not in {"choice", "text"} and (column.options or column.codelist):
        faults.append((("options",), "只有选择和文字才有 options"))
    limits = []
    for key, raw in (("min", column.min), ("max", column.max)):
        if raw is None:
            continue
        if column.type not in {"integer", "decimal", "money", "date"}:
            faults.append(((key,), f"这种输入没有 {key}"))
        elif (column.type == "date") != isinstance(raw, str) or (isinstance(raw, str) and read_date(raw) is None):
            faults.append(((key,), f"{key} 与类型不符"))
        else:
            limits.append(raw if isinstance(raw, str) else Decimal(str(raw)))
    if not faults and len(limits) == 2 and limits[0] > limits[1]:  # type: ignore[operator]
        faults.append((("min",), "min 大于 max"))
    return faults
