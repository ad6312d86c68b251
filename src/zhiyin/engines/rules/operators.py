"""What each operator does, as functions that make closures; see :mod:`zhiyin.engines.rules.compiling`."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Any

from zhiyin.engines.rules.durations import full_months, full_years, moved
from zhiyin.engines.rules.syntax import Unit
from zhiyin.engines.rules.values import (
    UNKNOWN,
    Interval,
    Known,
    Number,
    Row,
    Value,
    bounds,
    interval,
    read_date,
    read_number,
)

Truth = bool | None
Verdictor = Callable[[Any, Row], Truth]
Valuer = Callable[[Any, Row], Value]
Lister = Callable[[Any], list[Row] | None]

MEASURES: Mapping[str, Unit] = {
    "age": "years",
    "years_between": "years",
    "months_between": "months",
    "days_between": "days",
}
"""Operators that measure a length of time between two days, and in what."""

_FAILS = (ArithmeticError, ValueError, TypeError)


# verdicts


def negation(inner: Verdictor) -> Verdictor:
    """not"""

    def test(env: Any, row: Row) -> Truth:
        verdict = inner(env, row)
        return None if verdict is None else not verdict

    return test


def conjunction(of: Sequence[Verdictor]) -> Verdictor:
    """all"""

    def test(env: Any, row: Row) -> Truth:
        found: Truth = True
        for one in of:
            verdict = one(env, row)
            if verdict is False:
                return False
            if verdict is None:
                found = None
        return found

    return test


def disjunction(of: Sequence[Verdictor]) -> Verdictor:
    """any"""

    def test(env: Any, row: Row) -> Truth:
        found: Truth = False
        for one in of:
            verdict = one(env, row)
            if verdict:
                return True
            if verdict is None:
                found = None
        return found

    return test


def threshold(of: Sequence[Verdictor], count: Valuer) -> Verdictor:
    """at_least"""

    def test(env: Any, row: Row) -> Truth:
        verdicts = [one(env, row) for one in of]
        sure = verdicts.count(True)
        return _at_least(interval(sure, sure + verdicts.count(None)), count(env, row))

    return test


def parity(left: Valuer, wanted: bool) -> Verdictor:
    """odd"""

    def test(env: Any, row: Row) -> Truth:
        value = left(env, row)
        if value is UNKNOWN or isinstance(value, Interval):
            return None
        return isinstance(value, int) and (value % 2 == 1) is wanted

    return test


def equality(left: Valuer, right: Valuer) -> Verdictor:
    """is"""

    def test(env: Any, row: Row) -> Truth:
        return same(left(env, row), right(env, row))

    return test


def same(one: Value, other: Value) -> Truth:
    """Whether two values are equal; None where bounds leave it open. Something absent equals nothing."""
    if one is None or other is None:
        return False
    if one is UNKNOWN or other is UNKNOWN:
        return None
    if isinstance(one, Interval) or isinstance(other, Interval):
        above, below = _at_least(one, other), _at_least(other, one)
        return False if above is False or below is False else None
    return one == other and isinstance(one, bool) is isinstance(other, bool)


def order(left: Valuer, right: Valuer, test: str) -> Verdictor:
    """at_least, at_most, more_than, less_than"""

    def at_least(env: Any, row: Row) -> Truth:
        return _at_least(left(env, row), right(env, row))

    def at_most(env: Any, row: Row) -> Truth:
        return _at_least(right(env, row), left(env, row))

    def more_than(env: Any, row: Row) -> Truth:
        return _more_than(left(env, row), right(env, row))

    def less_than(env: Any, row: Row) -> Truth:
        return _more_than(right(env, row), left(env, row))

    return {"at_least": at_least, "at_most": at_most, "more_than": more_than, "less_than": less_than}[test]


def _at_least(one: Value, other: Value) -> Truth:
    if one is None or other is None:
        return False
    if one is UNKNOWN or other is UNKNOWN:
        return None
    try:
        if isinstance(one, Interval) or isinstance(other, Interval):
            (low, high), (floor, ceiling) = bounds(one), bounds(other)
            if low is not None and ceiling is not None and low >= ceiling:
                return True
            return False if high is not None and floor is not None and high < floor else None
        return bool(one >= other)  # type: ignore[operator]
    except TypeError:
        return None


def _more_than(one: Value, other: Value) -> Truth:
    reverse = _at_least(other, one)
    if reverse is None:
        return None
    return not reverse and one is not None and other is not None


def membership(
    left: Valuer, listed: Valuer | None, several: Sequence[Valuer], constants: Sequence[Known] | None, wanted: bool
) -> Verdictor:
    """in and not_in: among ``constants``, among ``several`` values, or in the list that ``listed`` computes."""
    fixed = None if constants is None else frozenset(constants)

    def test(env: Any, row: Row) -> Truth:
        value = left(env, row)
        if value is None:
            return not wanted
        if value is UNKNOWN:
            return None
        if fixed is not None and not isinstance(value, Interval):
            return (value in fixed) is wanted
        options = [one(env, row) for one in several] if listed is None else _elements(listed(env, row), value)
        if options is None:
            return None
        verdicts = [same(value, option) for option in options]
        if True in verdicts:
            return wanted
        return None if None in verdicts else not wanted

    return test


def _elements(listed: Value, sample: Value) -> Sequence[Value] | None:
    """Elements of a list of texts, read as what ``sample`` is; None where the list is unknown."""
    if listed is None:
        return ()
    if isinstance(listed, str | bool | int | Decimal | date):
        return (listed,)
    if not isinstance(listed, tuple):
        return None
    if isinstance(sample, str):
        return listed
    if isinstance(sample, date) or (isinstance(sample, Interval) and isinstance(sample.low or sample.high, date)):
        return tuple(read_date(one) for one in listed)
    return tuple(read_number(one) for one in listed)


def inclusion(left: Valuer, right: Sequence[Valuer]) -> Verdictor:
    """includes and includes_any: whether the chosen values hold one of ``right``, each a text or a list of texts."""

    def test(env: Any, row: Row) -> Truth:
        chosen = left(env, row)
        if chosen is None:
            return False
        if not isinstance(chosen, tuple):
            return None
        found: Truth = False
        for one in right:
            wanted = one(env, row)
            if wanted is UNKNOWN or isinstance(wanted, Interval):
                found = None
            elif any(each in chosen for each in (wanted if isinstance(wanted, tuple) else (wanted,))):
                return True
        return found

    return test


# values


def column(name: str) -> Valuer:
    """A cell of the row; a blank one is unknown."""

    def get(env: Any, row: Row) -> Value:
        value = row.get(name)
        return UNKNOWN if value is None else value

    return get


def choice(test: Verdictor, then: Valuer, otherwise: Valuer) -> Valuer:
    """if: where the test is open, whatever lies between the two values."""

    def get(env: Any, row: Row) -> Value:
        verdict = test(env, row)
        if verdict is not None:
            return then(env, row) if verdict else otherwise(env, row)
        return hull([then(env, row), otherwise(env, row)])

    return get


def hull(values: Sequence[Value]) -> Value:
    """The smallest value that covers all: themselves where they are equal, bounds for numbers and dates."""
    first = values[0]
    if all(type(one) is type(first) and one == first for one in values):
        return first
    lows, highs = [], []
    for one in values:
        if one is None or one is UNKNOWN or isinstance(one, bool | str | tuple):
            return UNKNOWN
        low, high = bounds(one)
        lows.append(low)
        highs.append(high)
    try:
        return interval(None if None in lows else min(lows), None if None in highs else max(highs))
    except TypeError:
        return UNKNOWN


def call(op: str, args: Sequence[Valuer], places: int) -> Valuer:
    """An operator on values: absent where an argument is, unknown where one is, bounds where one has bounds."""
    if op == "first_known":
        return _first_known(args)
    known, spread = _plain(op, places), _spread(op)

    def get(env: Any, row: Row) -> Value:
        values = [one(env, row) for one in args]
        open_ = False
        for value in values:
            if value is None:
                return None
            if value is UNKNOWN:
                return UNKNOWN
            if isinstance(value, Interval):
                open_ = True
        try:
            return spread(known, [bounds(value) for value in values]) if open_ else known(values)
        except _FAILS:
            return UNKNOWN

    return get


def _first_known(args: Sequence[Valuer]) -> Valuer:
    def get(env: Any, row: Row) -> Value:
        found: Value = None
        for one in args:
            value = one(env, row)
            if value is None:
                continue
            if value is not UNKNOWN and not isinstance(value, Interval):
                return value
            found = UNKNOWN
        return found

    return get


Plain = Callable[[Sequence[Any]], Value]
Spread = Callable[[Plain, Sequence[tuple[Any, Any]]], Value]


def _plain(op: str, places: int) -> Plain:
    """The operator on known values."""
    step = Decimal(1).scaleb(-places)
    plain: Mapping[str, Plain] = {
        "age": lambda a: full_years(a[0], a[1]),
        "years_between": lambda a: full_years(a[0], a[1]),
        "months_between": lambda a: full_months(a[0], a[1]),
        "days_between": lambda a: (a[1] - a[0]).days,
        "add_days": lambda a: a[0] + timedelta(days=_whole(a[1])),
        "add_months": lambda a: moved(a[0], _whole(a[1]), "months"),
        "add_years": lambda a: moved(a[0], _whole(a[1]), "years"),
        "plus": lambda a: _tidy(sum(a[1:], a[0])),
        "times": _product,
        "minus": lambda a: _tidy(a[0] - a[1]),
        "divided": lambda a: None if a[1] == 0 else _tidy(Decimal(a[0]) / Decimal(a[1])),
        "least": min,
        "greatest": max,
        "ceil": lambda a: _rounded(a[0], Decimal(1), ROUND_CEILING),
        "floor": lambda a: _rounded(a[0], Decimal(1), ROUND_FLOOR),
        "round": lambda a: _rounded(a[0], step, ROUND_HALF_UP),
        "to_day": lambda a: read_date(a[0]) or UNKNOWN,
    }
    return plain[op]


def _whole(number: Number) -> int:
    return int(Decimal(number).to_integral_value(ROUND_FLOOR))


def _product(values: Sequence[Number]) -> Number:
    found: Number = 1
    for value in values:
        found = found * value
    return _tidy(found)


def _tidy(number: Number) -> Number:
    """A whole number as int, so that it reads and compares as one. ArithmeticError when it is out of all bounds."""
    if isinstance(number, int):
        if number.bit_length() > 400:
            raise OverflowError
        return number
    return int(number) if number == number.to_integral_value() else number


def _rounded(number: Number, step: Decimal, how: str) -> Number:
    return _tidy((Decimal(number) / step).to_integral_value(how) * step)


def _spread(op: str) -> Spread:
    """The operator on bounds."""
    if op in {"age", "years_between", "months_between", "days_between", "minus"}:
        falling = 1 if op == "minus" else 0
        return lambda known, given: _monotone(known, given, falling)
    if op in {"plus", "add_days", "add_months", "add_years", "ceil", "floor", "round", "to_day"}:
        return lambda known, given: _monotone(known, given, None)
    if op == "least":
        return lambda known, given: interval(
            None if any(low is None for low, _ in given) else min(low for low, _ in given),
            min((high for _, high in given if high is not None), default=None),
        )
    if op == "greatest":
        return lambda known, given: interval(
            max((low for low, _ in given if low is not None), default=None),
            None if any(high is None for _, high in given) else max(high for _, high in given),
        )
    return lambda known, given: _corners(known, given, op == "divided")


def _monotone(known: Plain, given: Sequence[tuple[Any, Any]], falling: int | None) -> Value:
    """Bounds of an operator that rises with every argument except the one at ``falling``."""
    lows = [pair[1] if place == falling else pair[0] for place, pair in enumerate(given)]
    highs = [pair[0] if place == falling else pair[1] for place, pair in enumerate(given)]
    ends = [None if None in side else known(side) for side in (lows, highs)]
    if UNKNOWN in ends:
        return UNKNOWN
    return interval(*ends)


def _corners(known: Plain, given: Sequence[tuple[Any, Any]], dividing: bool) -> Value:
    """Bounds of times and divided: the extremes lie in the corners. Open sides and divisors around 0: unknown."""
    if any(None in pair for pair in given):
        return UNKNOWN
    low, high = given[0]
    for floor, ceiling in given[1:]:
        if dividing and floor <= 0 <= ceiling:
            return UNKNOWN
        corners: list[Any] = [known([one, other]) for one in (low, high) for other in (floor, ceiling)]
        low, high = min(corners), max(corners)
    return interval(low, high)


# lists


def aggregate(op: str, rows: Lister, where: Verdictor | None, of: Valuer | None) -> Valuer:
    """count, sum, earliest, latest, smallest, largest over the rows that meet ``where``."""
    if of is None:
        return _count(rows, where)
    return _sum(rows, where, of) if op == "sum" else _extreme(rows, where, of, op in {"earliest", "smallest"})


def _count(rows: Lister, where: Verdictor | None) -> Valuer:
    def get(env: Any, row: Row) -> Value:
        listed = rows(env)
        if listed is None:
            return Interval(0, None)
        if where is None:
            return len(listed)
        verdicts = [where(env, each) for each in listed]
        sure = verdicts.count(True)
        return interval(sure, sure + verdicts.count(None))

    return get


def _sum(rows: Lister, where: Verdictor | None, of: Valuer) -> Valuer:
    def get(env: Any, row: Row) -> Value:
        listed = rows(env)
        if listed is None:
            return UNKNOWN
        low: Any = 0
        high: Any = 0
        for each in listed:
            verdict = True if where is None else where(env, each)
            value = of(env, each) if verdict is not False else None
            if value is None:
                continue
            least, most = bounds(value)
            if verdict is None:
                least, most = least and min(least, 0), most and max(most, 0)
            low = None if low is None or least is None else low + least
            high = None if high is None or most is None else high + most
        return interval(low, high)

    return get


def _extreme(rows: Lister, where: Verdictor | None, of: Valuer, least: bool) -> Valuer:
    pick: Callable[[Sequence[Any]], Any] = min if least else max

    def get(env: Any, row: Row) -> Value:
        listed = rows(env)
        if listed is None:
            return UNKNOWN
        inner: list[Any] = []
        outer: list[Any] = []
        doubtful = False
        for each in listed:
            verdict = True if where is None else where(env, each)
            value = of(env, each) if verdict is not False else None
            if value is None:
                continue
            low, high = bounds(value)
            if verdict is True and value is not UNKNOWN:
                inner.append(high if least else low)
            else:
                doubtful = True
            outer.append(low if least else high)
        if not outer:
            return None
        if not inner or None in inner:
            return UNKNOWN
        if not doubtful:
            return interval(pick(outer), pick(inner)) if least else interval(pick(inner), pick(outer))
        end = None if None in outer else pick(outer)
        return interval(end, pick(inner)) if least else interval(pick(inner), end)

    return get
