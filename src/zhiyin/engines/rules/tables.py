"""Decision tables at work: which rows fit, surely or possibly, and what they give."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

from zhiyin.engines.rules.cells import Cell, Span
from zhiyin.engines.rules.definition import DecisionTable, in_force
from zhiyin.engines.rules.operators import hull
from zhiyin.engines.rules.values import UNKNOWN, Interval, Row, Value, read_number

Valuer = Callable[[Any, Row], Value]


class CompiledTable:
    """A table as closures."""

    def __init__(self, table: DecisionTable, inputs: Sequence[Valuer], results: Sequence[Sequence[Valuer]]) -> None:
        self.table = table
        self.outputs = [output.id for output in table.outputs]
        self._inputs = inputs
        self._results = results

    def results(self, env: Any, row: Row) -> list[Value]:
        """One value per output; all None where no row fits, UNKNOWN or bounds where it is open which row does."""
        if not self.in_force(env.on):
            return [None] * len(self.outputs)
        sure, possible = self.matching([one(env, row) for one in self._inputs])
        hit = self.table.hit
        if hit == "collect":
            return self._collected(env, row, sure, possible)
        if hit == "priority":
            return self._preferred(env, row, sure, possible)
        candidates = [place for place in possible if hit != "first" or not sure or place <= sure[0]]
        if not candidates:
            return [None] * len(self.outputs)
        values = [[result(env, row) for result in self._results[place]] for place in candidates]
        if not sure:
            return [UNKNOWN] * len(self.outputs)
        return [hull([one[place] for one in values]) for place in range(len(self.outputs))]

    def in_force(self, day: date) -> bool:
        """Whether the table applies on a day."""
        return in_force(self.table.valid_from, self.table.valid_to, day)

    def inputs(self, env: Any, row: Row) -> list[Value]:
        """Values of the inputs."""
        return [one(env, row) for one in self._inputs]

    def matching(self, values: Sequence[Value]) -> tuple[list[int], list[int]]:
        """Rows that surely fit and rows that may fit (those included), in their order."""
        sure: list[int] = []
        possible: list[int] = []
        for place, row in enumerate(self.table.rows):
            verdict: bool | None = True
            for cell, value in zip(row.cells, values, strict=True):
                one = _fits(cell, value)
                if one is False:
                    verdict = False
                    break
                if one is None:
                    verdict = None
            if verdict is not False:
                possible.append(place)
            if verdict:
                sure.append(place)
        return sure, possible

    def _collected(self, env: Any, row: Row, sure: Sequence[int], possible: Sequence[int]) -> list[Value]:
        if len(sure) != len(possible):
            return [UNKNOWN] * len(self.outputs)
        values = [[result(env, row) for result in self._results[place]] for place in sure]
        columns = [[one[place] for one in values] for place in range(len(self.outputs))]
        return [
            UNKNOWN if UNKNOWN in column else tuple(str(one) for one in column if one is not None) for column in columns
        ]

    def _preferred(self, env: Any, row: Row, sure: Sequence[int], possible: Sequence[int]) -> list[Value]:
        options = self.table.outputs[0].options
        ranks: dict[Any, int] = {one if isinstance(one, str) else read_number(one): n for n, one in enumerate(options)}
        ranked: list[tuple[int, int, list[Value]]] = []
        for place in possible:
            values = [result(env, row) for result in self._results[place]]
            first = values[0]
            if first is UNKNOWN or isinstance(first, Interval):
                return [UNKNOWN] * len(self.outputs)
            ranked.append((ranks.get(first, len(ranks)), place, values))
        if not ranked:
            return [None] * len(self.outputs)
        ranked.sort(key=lambda one: one[:2])
        best_sure = next((index for index, one in enumerate(ranked) if one[1] in sure), None)
        if best_sure is None:
            return [UNKNOWN] * len(self.outputs)
        running = [one[2] for one in ranked[: best_sure + 1]]
        return [hull([values[place] for values in running]) for place in range(len(self.outputs))]


def _fits(cell: Cell, value: Value) -> bool | None:
    if cell.any:
        return True
    if value is None:
        return False
    if value is UNKNOWN:
        return None
    try:
        if not isinstance(value, Interval):
            return cell.holds(value)
        span = cell.span
        if span is None:
            inside = [one for one in cell.values if _within(one, value)]
            return None if inside else False
        return _overlap(span, value)
    except TypeError:
        return None


def _within(one: Any, value: Interval) -> bool:
    return (value.low is None or value.low <= one) and (value.high is None or one <= value.high)


def _overlap(span: Span, value: Interval) -> bool | None:
    low, high = value.low, value.high
    lowest_in = low is not None and span.holds(low)
    highest_in = high is not None and span.holds(high)
    if (lowest_in or (low is None and span.low is None)) and (highest_in or (high is None and span.high is None)):
        return True
    if low is not None and span.high is not None and (low > span.high or (low == span.high and not span.high_in)):
        return False
    if high is not None and span.low is not None and (high < span.low or (high == span.low and not span.low_in)):
        return False
    return None
