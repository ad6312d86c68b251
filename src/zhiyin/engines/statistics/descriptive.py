"""Means, spread, correlation and percentile ranks of short sequences, without numpy."""

from collections.abc import Mapping, Sequence
from math import fsum, sqrt


def mean(values: Sequence[float]) -> float:
    """Arithmetic mean. Raises ``ValueError`` for no values."""
    if not values:
        raise ValueError("mean of no values")
    return fsum(values) / len(values)


def standard_deviation(values: Sequence[float], *, sample: bool = True) -> float:
    """Standard deviation with divisor n−1 (``sample``) or n. Raises ``ValueError`` for fewer than 2 or 1 values."""
    degrees = len(values) - (1 if sample else 0)
    if degrees < 1:
        raise ValueError("too few values for a standard deviation")
    if min(values) == max(values):
        # fsum/n need not return the common value exactly; a constant sequence has no spread at all
        return 0.0
    centre = mean(values)
    return sqrt(fsum((value - centre) ** 2 for value in values) / degrees)


def pearson(first: Sequence[float], second: Sequence[float]) -> float | None:
    """Product-moment correlation, −1…1, or None when one side has no spread or there are fewer than two pairs.

    Raises ``ValueError`` for sequences of different length.
    """
    if len(first) != len(second):
        raise ValueError("sequences differ in length")
    if len(first) < 2 or min(first) == max(first) or min(second) == max(second):
        return None
    one, other = mean(first), mean(second)
    shared = fsum((a - one) * (b - other) for a, b in zip(first, second, strict=True))
    spread = sqrt(fsum((a - one) ** 2 for a in first)) * sqrt(fsum((b - other) ** 2 for b in second))
    if spread == 0:
        return None
    return max(-1.0, min(1.0, shared / spread))


def mid_rank_percentile(counts: Mapping[float, int], value: float) -> float:
    """Percentile rank 0–100 of ``value``: share below plus half the share equal to it (Crocker & Algina 1986, 19).

    ``counts`` maps each score seen to how many people had it. Raises ``ValueError`` when nobody is counted.
    """
    total = sum(counts.values())
    if total < 1:
        raise ValueError("percentile in an empty group")
    below = sum(count for score, count in counts.items() if score < value)
    return 100 * (below + counts.get(value, 0) / 2) / total


def percentile_standard_error(percentile: float, n: int) -> float:
    """Sampling error of a percentile rank, in percentile points: binomial, ``100·√(p(1−p)/n)``.

    At the very ends of a group the binomial gives zero, which would claim certainty; there p is drawn in to
    ``1/(2n)`` from the end. Raises ``ValueError`` for n < 1.
    """
    if n < 1:
        raise ValueError("standard error in an empty group")
    edge = 1 / (2 * n)
    share = min(max(percentile / 100, edge), 1 - edge)
    return 100 * sqrt(share * (1 - share) / n)
