"""Norm groups: how they are built, when they may be used, and where a person stands in one."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import sqrt

from pydantic import Field

from zhiyin.engines.statistics import mean, mid_rank_percentile, percentile_standard_error, standard_deviation
from zhiyin.kernel.errors import NotReady
from zhiyin.kernel.models import Definition

STANINE_CUTS = (4.0, 11.0, 23.0, 40.0, 60.0, 77.0, 89.0, 96.0)
"""Percentile limits between stanines 1|2 … 8|9."""

STEN_CUTS = (2.28, 6.68, 15.87, 30.85, 50.0, 69.15, 84.13, 93.32, 97.72)
"""Percentile limits between stens 1|2 … 9|10: the normal distribution cut at half standard deviations."""


class ScaleNorm(Definition):
    """One scale in a norm group: item means seen, ascending, and how many people had each; mean and SD (n−1)."""

    mean: float
    sd: float
    values: list[float]
    counts: list[int]

    def distribution(self) -> dict[float, int]:
        """Score → number of people."""
        return dict(zip(self.values, self.counts, strict=True))


class NormTable(Definition):
    """A norm group of ``n`` people whose answers were collected between two days, both included."""

    group: str
    n: int = Field(ge=0)
    collected_from: date
    collected_to: date
    scales: dict[str, ScaleNorm]

    def percentiles(self, scale: str) -> dict[float, float]:
        """Item mean → mid-rank percentile 0–100, for every score seen: the printed norm table of one scale."""
        counts = self.scales[scale].distribution()
        return {value: mid_rank_percentile(counts, value) for value in counts}


@dataclass(frozen=True, slots=True)
class NormStatus:
    """Whether a group is large enough, how many people are still lacking, and that in Chinese."""

    usable: bool
    n: int
    lacking: int
    message: str


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a person stands on one scale within a norm group.

    ``percentile`` (mid-rank, 0–100) with its sampling error ``percentile_se``; ``z``, ``t`` (50, 10) linear in the
    item mean, with ``t_se`` the sampling error that comes from the group's own mean and SD; ``stanine`` 1–9 and
    ``sten`` 1–10 from the percentile, so they are normalised. ``z`` and ``t`` are None for a group without spread.
    """

    scale: str
    percentile: float
    percentile_se: float
    z: float | None
    t: float | None
    t_se: float | None
    stanine: int
    sten: int


def build_norms(
    rows: Iterable[Mapping[str, float | None]], *, group: str, collected_from: date, collected_to: date
) -> NormTable:
    """Norm table from one row of item means per person (scale → mean, None where not scored).

    Only people with every scale scored count, so that all scales rest on the same people. Values are rounded to six
    digits: sums that differ only in binary fractions are one score. Raises ``ValueError`` when rows name different
    scales, and :class:`NotReady` with fewer than two complete rows.
    """
    complete: list[dict[str, float]] = []
    scales: list[str] | None = None
    for row in rows:
        scales = sorted(row) if scales is None else scales
        if sorted(row) != scales:
            raise ValueError(f"norm rows name different scales: {scales} and {sorted(row)}")
        values = {name: round(value, 6) for name, value in row.items() if value is not None}
        if len(values) == len(scales):
            complete.append(values)
    if scales is None or len(complete) < 2:
        raise NotReady("至少要有两份完整答卷才能计算常模", [f"还差 {2 - len(complete)} 份完整答卷"])
    tables = {}
    for name in scales:
        column = [row[name] for row in complete]
        counts = sorted(Counter(column).items())
        tables[name] = ScaleNorm(
            mean=mean(column),
            sd=standard_deviation(column),
            values=[value for value, _ in counts],
            counts=[count for _, count in counts],
        )
    return NormTable(
        group=group, n=len(complete), collected_from=collected_from, collected_to=collected_to, scales=tables
    )


def norm_status(table: NormTable | None, minimum_n: int) -> NormStatus:
    """Whether a person may be compared with the group: ``minimum_n`` people or more."""
    n = table.n if table else 0
    lacking = max(0, minimum_n - n)
    if table is None or lacking:
        return NormStatus(False, n, lacking, f"常模还在收集：现有 {n} 人，还差 {lacking} 人")
    period = f"{table.collected_from.isoformat()} 至 {table.collected_to.isoformat()}"
    return NormStatus(True, n, 0, f"与常模组“{table.group}”比较，共 {n} 人，{period} 收集")


def percentile(table: NormTable, scale: str, value: float) -> float:
    """Mid-rank percentile 0–100 of an item mean. Raises ``KeyError`` for a scale that the table does not hold."""
    return mid_rank_percentile(table.scales[scale].distribution(), round(value, 6))


def standing(table: NormTable, scale: str, value: float, *, minimum_n: int) -> Standing:
    """Place of an item mean in the group. Raises :class:`NotReady` while the group is smaller than ``minimum_n``."""
    status = norm_status(table, minimum_n)
    if not status.usable:
        raise NotReady(status.message, [f"还差 {status.lacking} 人"])
    norm, rank = table.scales[scale], percentile(table, scale, value)
    z = (value - norm.mean) / norm.sd if norm.sd > 0 else None
    return Standing(
        scale=scale,
        percentile=rank,
        percentile_se=percentile_standard_error(rank, table.n),
        z=z,
        t=None if z is None else t_score(z),
        # delta method for a standardised value under normality: var(z) = 1/n + z²/(2n)
        t_se=None if z is None else 10 * sqrt((1 + z * z / 2) / table.n),
        stanine=stanine(rank),
        sten=sten(rank),
    )


def t_score(z: float) -> float:
    """T score: mean 50, SD 10."""
    return 50 + 10 * z


def stanine(percentile_rank: float) -> int:
    """Stanine 1–9 of a percentile rank; a rank on a limit belongs to the upper band."""
    return bisect_right(STANINE_CUTS, percentile_rank) + 1


def sten(percentile_rank: float) -> int:
    """Sten 1–10 of a percentile rank; a rank on a limit belongs to the upper band."""
    return bisect_right(STEN_CUTS, percentile_rank) + 1
