"""Whether the rows of a decision table cover every case, and which rows overlap or can never fit."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any, Literal

from zhiyin.engines.rules.cells import Cell, Span, whole_ends
from zhiyin.engines.rules.definition import DecisionTable, TableInput
from zhiyin.engines.rules.values import read_date, read_number

TableFaultKind = Literal["gap", "overlap", "unreachable", "too-large"]
MOST_TOLD = 10
MOST_STEPS = 200_000


@dataclass(frozen=True, slots=True)
class _Slice:
    """A part of an input's domain on which no cell changes: the rows that fit (as bits), a value in it, and words."""

    rows: int
    sample: Any
    words: str


def table_faults(table: DecisionTable) -> list[tuple[int | None, TableFaultKind, str]]:
    """What is wrong with the rows: (row counted from 0 or None, kind, Chinese message with a case that shows it).

    The domain of every input (its options, true and false, or its numbers and days from ``min`` to ``max``) is cut at
    every value that a cell names; within a slice no cell changes, so that boxes of slices stand for all cases. gap: no
    row fits (hit unique, first and priority). overlap: two rows fit (unique). unreachable: a row never fits, or, with
    hit first, an earlier one always does. A text without options and a choice from a code list also hold a value
    that no row names. too-large: more boxes than can be looked at.
    """
    search = _Search([list(_slices(table, place)) for place in range(len(table.inputs))], len(table.rows))
    found: list[tuple[int | None, TableFaultKind, str]] = []
    try:
        boxes = search.run()
    except OverflowError:
        return [(None, "too-large", "情形太多，无法逐一检查；请拆成几张表")]
    reached = 0
    overlaps: dict[tuple[int, int], str] = {}
    gaps: list[str] = []
    for mask, words in boxes:
        fitting = [row for row in range(len(table.rows)) if mask >> row & 1]
        reached |= mask & -mask if table.hit == "first" else mask
        if not fitting and table.hit != "collect":
            gaps.append(words)
        if len(fitting) > 1 and table.hit == "unique":
            for one, other in pairwise(fitting):
                overlaps.setdefault((one, other), words)
    found += [(None, "gap", f"没有一行适用：{words}") for words in gaps[:MOST_TOLD]]
    found += [
        (other, "overlap", f"第 {one + 1} 行和第 {other + 1} 行都适用：{words}")
        for (one, other), words in list(overlaps.items())[:MOST_TOLD]
    ]
    for row in range(len(table.rows)):
        if not reached >> row & 1:
            found.append((row, "unreachable", f"第 {row + 1} 行永远轮不到"))
    return found


class _Search:
    """All sets of rows that fit together somewhere, each with words for one such case."""

    def __init__(self, slices: Sequence[Sequence[_Slice]], rows: int) -> None:
        self._slices = slices
        self._all = (1 << rows) - 1
        self._seen: set[tuple[int, int]] = set()
        self._found: dict[int, str] = {}

    def run(self) -> list[tuple[int, str]]:
        """Pairs of a set of rows (as bits) and words. Raises OverflowError beyond the number of steps."""
        self._visit(0, self._all, ())
        return list(self._found.items())

    def _visit(self, depth: int, mask: int, words: tuple[str, ...]) -> None:
        if (depth, mask) in self._seen:
            return
        if len(self._seen) > MOST_STEPS:
            raise OverflowError
        self._seen.add((depth, mask))
        if depth == len(self._slices) or mask == 0:
            self._found.setdefault(mask, "，".join(words))
            return
        for one in self._slices[depth]:
            self._visit(depth + 1, mask & one.rows, (*words, one.words))


def samples(table: DecisionTable) -> list[list[Any]]:
    """For every input a value from each slice of its domain: together they stand for every case."""
    return [[one.sample for one in _slices(table, place)] for place in range(len(table.inputs))]


def _slices(table: DecisionTable, place: int) -> Iterator[_Slice]:
    column = table.inputs[place]
    cells = [row.cells[place] for row in table.rows]
    for sample, words in _domain(column, cells):
        rows = sum(1 << number for number, cell in enumerate(cells) if cell.holds(sample))
        yield _Slice(rows, sample, f"{column.label}{words}")


def _domain(column: TableInput, cells: Sequence[Cell]) -> Iterator[tuple[Any, str]]:
    if column.type == "boolean":
        yield True, "为是"
        yield False, "为否"
    elif column.type in {"text", "choice"}:
        named = dict.fromkeys(value for cell in cells for value in cell.values)
        yield from ((value, f"为“{value}”") for value in column.values or named)
        if not column.values:
            yield "\0", "为其他值"
    elif column.type in {"integer", "date"}:
        yield from _whole(column, cells)
    else:
        yield from _dense(column, cells)


def _limit(raw: int | float | str | None) -> Any:
    if raw is None:
        return None
    return read_date(raw) if isinstance(raw, str) else read_number(raw)


def _whole(column: TableInput, cells: Sequence[Cell]) -> Iterator[tuple[Any, str]]:
    """Slices of whole numbers or days, each from its first value to the value before the next slice."""
    step: Any = timedelta(days=1) if column.type == "date" else 1
    low, high = _limit(column.min), _limit(column.max)
    starts: set[Any] = set()
    for cell in cells:
        for value in cell.values:
            starts |= {value, value + step}
        if cell.span is not None:
            first, last = whole_ends(cell.span)
            starts |= {end for end in (first, None if last is None else last + step) if end is not None}
    if low is not None:
        starts = {one for one in starts if one > low} | {low}
    if high is not None:
        starts = {one for one in starts if one <= high}
    ordered = sorted(starts)
    if low is None:
        anything: Any = date(2000, 1, 1) if column.type == "date" else 0
        yield (ordered[0] - step, f"小于 {ordered[0]}") if ordered else (anything, "为任何值")
    for place, start in enumerate(ordered):
        last = ordered[place + 1] - step if place + 1 < len(ordered) else high
        told = f"为 {start}" if last == start else f"从 {start} 起" if last is None else f"从 {start} 到 {last}"
        yield start, told


def _dense(column: TableInput, cells: Sequence[Cell]) -> Iterator[tuple[Any, str]]:
    """Slices of decimals: every named value by itself, and the open stretch between two of them."""
    low, high = _limit(column.min), _limit(column.max)
    points = {value for cell in cells for value in cell.values}
    points |= {end for cell in cells if cell.span is not None for end in _ends(cell.span)}
    points |= {end for end in (low, high) if end is not None}
    ordered: list[Any] = sorted(
        point for point in points if (low is None or point >= low) and (high is None or point <= high)
    )
    if not ordered:
        yield Decimal(0), "为任何值"
        return
    if low is None:
        yield ordered[0] - 1, f"小于 {ordered[0]}"
    for place, point in enumerate(ordered):
        yield point, f"为 {point}"
        if place + 1 < len(ordered):
            following = ordered[place + 1]
            yield (Decimal(point) + Decimal(following)) / 2, f"在 {point} 与 {following} 之间"
    if high is None:
        yield ordered[-1] + 1, f"大于 {ordered[-1]}"


def _ends(span: Span) -> list[Any]:
    return [end for end in (span.low, span.high) if end is not None]
