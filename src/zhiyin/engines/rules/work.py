"""Cumulative work: the union of the rows' periods between two days, with bounds where rows are not fully known."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from zhiyin.engines.rules.durations import Piece, Stretch, length, merged
from zhiyin.engines.rules.syntax import Unit
from zhiyin.engines.rules.values import UNKNOWN, Interval, Row, Value, bounds, interval

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class WorkParts:
    """The closures behind a ``worked``; ``start`` and ``end`` are names of columns."""

    rows: Callable[[Any], list[Row] | None]
    where: Callable[[Any, Row], bool | None] | None
    after: Callable[[Any, Row], Value] | None
    until: Callable[[Any, Row], Value] | None
    start: str
    end: str
    unit: Unit


class Work:
    """Measures ``worked``.

    A row counts from its first to its last day, both included; a row without an end still runs. Days before ``after``
    and from ``until`` (by default the day of evaluation) on do not count, so that work since 2021-03-01 makes five
    years on 2026-03-01. Rows that end before they begin count nothing. Without the thing that ``after`` dates there is
    no work after it: 0. An absent ``until`` sets no other limit than the day of evaluation.
    """

    __slots__ = ("_parts",)

    def __init__(self, parts: WorkParts) -> None:
        self._parts = parts

    def value(self, env: Any, row: Row) -> Value:
        """Full units, or bounds."""
        parts = self._parts
        after = None if parts.after is None else parts.after(env, row)
        if parts.after is not None and after is None:
            return 0
        listed = parts.rows(env)
        if listed is None:
            return Interval(0, None)
        until = self._until(env, row)
        sure, possible, endless = self._pieces(env, listed, after, until)
        least = length(sure, parts.unit)
        if sure == possible and not endless:
            return least
        most = None if endless else length(possible, parts.unit)
        slack = 1 if parts.unit == "months" else 0
        return interval(max(0, least - slack), None if most is None else max(least, most) + slack)

    def stretch(self, env: Any, row: Row) -> Stretch | None:
        """What was measured, where it is fully known."""
        parts = self._parts
        after = None if parts.after is None else parts.after(env, row)
        if parts.after is not None and after is None:
            return Stretch((), parts.unit)
        listed = parts.rows(env)
        if listed is None:
            return None
        sure, possible, endless = self._pieces(env, listed, after, self._until(env, row))
        return Stretch(tuple(sure), parts.unit) if sure == possible and not endless else None

    def _until(self, env: Any, row: Row) -> Value:
        found = env.on if self._parts.until is None else self._parts.until(env, row)
        return env.on if found is None else found

    def _pieces(self, env: Any, listed: list[Row], after: Value, until: Value) -> tuple[list[Piece], list[Piece], bool]:
        """Pieces that surely count, pieces that may count, and whether there may be more without any bound."""
        parts = self._parts
        from_early, from_late = (None, None) if after is None else bounds(after)
        to_early, to_late = bounds(until)
        limited = after is None or from_late is not None
        sure: list[Piece] = []
        possible: list[Piece] = []
        endless = False
        for each in listed:
            verdict = True if parts.where is None else parts.where(env, each)
            if verdict is False:
                continue
            start, end = each.get(parts.start), each.get(parts.end)
            if not isinstance(start, date):
                start = None
            last = None if not isinstance(end, date) else end + _DAY
            runs_late = to_late if last is None else last if to_late is None else min(last, to_late)
            begins_early = start if from_early is None else from_early if start is None else max(start, from_early)
            if runs_late is None or begins_early is None:
                endless = True
            elif begins_early < runs_late:
                possible.append((begins_early, runs_late))
            if verdict is None or start is None or end is UNKNOWN or to_early is None or not limited:
                continue
            ends = to_early if last is None else min(last, to_early)
            begins = start if from_late is None else max(start, from_late)
            if begins < ends:
                sure.append((begins, ends))
        return merged(sure), merged(possible), endless
