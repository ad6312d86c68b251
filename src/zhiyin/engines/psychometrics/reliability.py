"""How exactly a scale measures: internal consistency, standard error, item–total correlations.

All functions take a table of answers, people × items, already keyed in one direction; ``nan`` marks a missing answer
and a person with one is left out (listwise). They raise ``ValueError`` for fewer than two items or three complete
people, or for a scale without spread. numpy is imported where it is used, so that web start-up does not pay for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    Table = NDArray[Any]


def complete_rows(answers: ArrayLike) -> Table:
    """The rows without missing answers, as floats."""
    import numpy as np

    table = np.asarray(answers, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] < 2:
        raise ValueError("need a table of people × at least two items")
    missing = np.isnan(table)
    if missing.any():
        table = table[~missing.any(axis=1)]
    if table.shape[0] < 3:
        raise ValueError("need at least three people with complete answers")
    return table


def alpha(answers: ArrayLike) -> float:
    """Cronbach's alpha ``k/(k−1)·(1 − Σs²ᵢ/s²ₜ)``, at most 1, negative when items contradict each other."""
    table = complete_rows(answers)
    items = table.shape[1]
    total = _total_variance(table)
    return float(items / (items - 1) * (1 - table.var(axis=0, ddof=1).sum() / total))


def omega_total(answers: ArrayLike) -> float:
    """McDonald's omega total of the raw sum under one factor, 0–1.

    Loadings by minimum residuals on the correlation matrix (Harman & Jones 1966), taken back to raw scores:
    ``(Σλᵢsᵢ)² / ((Σλᵢsᵢ)² + Σs²ᵢ(1−λ²ᵢ))``. An item without spread is an error.
    """
    import numpy as np

    table = complete_rows(answers)
    deviations = table.std(axis=0, ddof=1)
    loadings = one_factor_loadings(_correlation(table))
    common = float((loadings * deviations).sum() ** 2)
    unique = float((deviations**2 * (1 - np.minimum(loadings**2, 1.0))).sum())
    return common / (common + unique)


def one_factor_loadings(correlation: ArrayLike, *, tolerance: float = 1e-10, rounds: int = 10_000) -> Table:
    """Minimum-residual loadings of one factor, within −1…1, signed so that their sum is not negative.

    Minimises the sum of squared off-diagonal residuals item by item; each step has a closed form. Raises
    ``ArithmeticError`` when it does not settle within ``rounds``.
    """
    import numpy as np

    matrix = np.asarray(correlation, dtype=np.float64)
    off = matrix - np.diag(np.diag(matrix))
    values, vectors = np.linalg.eigh(matrix)
    loadings = vectors[:, -1] * sqrt(max(float(values[-1]), 0.0))
    loadings = np.clip(loadings, -1.0, 1.0)
    for _ in range(rounds):
        before = loadings.copy()
        for item in range(len(loadings)):
            others = float(loadings @ loadings - loadings[item] ** 2)
            if others > 0:
                loadings[item] = min(1.0, max(-1.0, float(off[item] @ loadings) / others))
        if float(np.abs(loadings - before).max()) < tolerance:
            return loadings if loadings.sum() >= 0 else -loadings
    raise ArithmeticError("the one-factor solution did not settle")


def split_half(answers: ArrayLike, first: Sequence[int] | None = None) -> float:
    """Split-half reliability, stepped up by Spearman–Brown ``2r/(1+r)``.

    ``first`` lists the columns of one half; by default the first, third, fifth … Raises ``ValueError`` when one half
    has no spread or the halves are exactly opposed.
    """
    import numpy as np

    table = complete_rows(answers)
    chosen = set(range(0, table.shape[1], 2) if first is None else first)
    rest = [column for column in range(table.shape[1]) if column not in chosen]
    if not chosen or not rest:
        raise ValueError("both halves need items")
    one, other = table[:, sorted(chosen)].sum(axis=1), table[:, rest].sum(axis=1)
    if one.std() == 0 or other.std() == 0:
        raise ValueError("a half without spread has no reliability")
    r = float(np.corrcoef(one, other)[0, 1])
    if r <= -1:
        raise ValueError("exactly opposed halves have no stepped-up reliability")
    return 2 * r / (1 + r)


def standard_error_of_measurement(sd: float, reliability: float) -> float:
    """``sd·√(1−reliability)``, in the units of ``sd``. Raises ``ValueError`` outside sd ≥ 0, reliability 0–1."""
    if sd < 0 or not 0 <= reliability <= 1:
        raise ValueError("need sd ≥ 0 and a reliability from 0 to 1")
    return sd * sqrt(1 - reliability)


def item_total(answers: ArrayLike) -> list[float]:
    """Correlation of each item with the sum of all items, itself included; ``nan`` for an item without spread."""
    table = complete_rows(answers)
    return _correlations_with(table, table.sum(axis=1, keepdims=True))


def corrected_item_total(answers: ArrayLike) -> list[float]:
    """Correlation of each item with the sum of the *other* items; ``nan`` where either has no spread."""
    table = complete_rows(answers)
    return _correlations_with(table, table.sum(axis=1, keepdims=True) - table)


def alpha_without(answers: ArrayLike) -> list[float]:
    """Alpha of the scale without each item in turn; needs three items or more."""
    import numpy as np

    table = complete_rows(answers)
    if table.shape[1] < 3:
        raise ValueError("alpha without an item needs three items")
    return [alpha(np.delete(table, item, axis=1)) for item in range(table.shape[1])]


def _total_variance(table: Table) -> float:
    total = float(table.sum(axis=1).var(ddof=1))
    if total == 0:
        raise ValueError("a scale without spread has no reliability")
    return total


def _correlation(table: Table) -> Table:
    import numpy as np

    if (table.std(axis=0) == 0).any():
        raise ValueError("an item without spread has no correlations")
    matrix: Table = np.corrcoef(table, rowvar=False)
    return matrix


def _correlations_with(table: Table, totals: Table) -> list[float]:
    import numpy as np

    items, sums = table - table.mean(axis=0), totals - totals.mean(axis=0)
    spread = np.sqrt((items**2).sum(axis=0) * (sums**2).sum(axis=0))
    with np.errstate(divide="ignore", invalid="ignore"):
        correlations: Table = (items * sums).sum(axis=0) / spread
    return [float(value) for value in correlations]
