"""Reliability against hand calculation, a numerical oracle, and published values of public data."""

import csv
import gzip
import subprocess
import sys
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize

from tests.support import shared_data
from zhiyin.engines.psychometrics.reliability import (
    alpha,
    alpha_without,
    corrected_item_total,
    item_total,
    omega_total,
    one_factor_loadings,
    split_half,
    standard_error_of_measurement,
)
from zhiyin.engines.psychometrics.structure import hexagon_fit

SMALL = [[1, 2, 1], [2, 2, 3], [3, 4, 3], [4, 3, 5], [5, 5, 4]]


def congeneric(loadings: list[float], people: int = 400, seed: int = 7) -> np.ndarray:
    random = np.random.default_rng(seed)
    true = random.standard_normal((people, 1))
    noise = random.standard_normal((people, len(loadings)))
    weights = np.array(loadings)
    return true * weights + noise * np.sqrt(1 - weights**2)


def test_alpha_by_hand() -> None:
    # item variances 2.5, 1.7, 2.2; sums 4 7 10 12 14 have variance 15.8: 3/2 · (1 − 6.4/15.8)
    assert alpha(SMALL) == pytest.approx(1.5 * (1 - 6.4 / 15.8))


def test_split_half_by_hand() -> None:
    # halves (items 1 and 3: 2 5 6 9 9) and (item 2: 2 2 4 3 5)
    r = np.corrcoef([2, 5, 6, 9, 9], [2, 2, 4, 3, 5])[0, 1]
    assert split_half(SMALL) == pytest.approx(2 * r / (1 + r))
    assert split_half(SMALL, first=[1]) == pytest.approx(split_half(SMALL))


def test_item_totals_by_hand() -> None:
    assert item_total(SMALL)[0] == pytest.approx(np.corrcoef([1, 2, 3, 4, 5], [4, 7, 10, 12, 14])[0, 1])
    assert corrected_item_total(SMALL)[0] == pytest.approx(np.corrcoef([1, 2, 3, 4, 5], [3, 5, 7, 8, 9])[0, 1])
    assert alpha_without(SMALL)[2] == pytest.approx(alpha([row[:2] for row in SMALL]))


def test_standard_error_of_measurement() -> None:
    assert standard_error_of_measurement(10, 0.84) == pytest.approx(4)
    with pytest.raises(ValueError):
        standard_error_of_measurement(10, 1.1)


def test_exact_one_factor_model_is_recovered() -> None:
    loadings = np.array([0.9, 0.8, 0.7, 0.6, 0.5])
    matrix = np.outer(loadings, loadings)
    np.fill_diagonal(matrix, 1)
    assert one_factor_loadings(matrix) == pytest.approx(loadings, abs=1e-6)


def test_loadings_agree_with_a_general_minimiser() -> None:
    matrix = np.corrcoef(congeneric([0.8, 0.7, 0.6, 0.5, 0.4, 0.7]), rowvar=False)
    off = ~np.eye(6, dtype=bool)
    best = minimize(lambda x: ((matrix - np.outer(x, x))[off] ** 2).sum(), np.full(6, 0.5), tol=1e-12)
    assert one_factor_loadings(matrix) == pytest.approx(best.x, abs=1e-4)


def test_omega_equals_alpha_only_for_equal_loadings() -> None:
    equal = congeneric([0.7] * 6, people=20_000)
    assert omega_total(equal) == pytest.approx(alpha(equal), abs=0.003)
    unequal = congeneric([0.95, 0.9, 0.5, 0.3, 0.2, 0.2], people=20_000)
    assert omega_total(unequal) > alpha(unequal) + 0.01


@given(st.integers(2, 6), st.integers(0, 10_000), st.floats(0.1, 50), st.floats(-100, 100))
def test_alpha_depends_neither_on_unit_nor_on_origin(items: int, seed: int, unit: float, origin: float) -> None:
    table = congeneric([0.6] * items, people=40, seed=seed)
    assert alpha(table) <= 1
    assert alpha(table * unit + origin) == pytest.approx(alpha(table), abs=1e-6)


def test_people_with_gaps_are_left_out() -> None:
    with_gap = [*SMALL, [5, float("nan"), 1]]
    assert alpha(with_gap) == pytest.approx(alpha(SMALL))


@pytest.mark.parametrize("table", [[[1, 2]], [[1], [2], [3]], [[3, 3], [3, 3], [3, 3]], [1, 2, 3]])
def test_what_cannot_be_estimated_is_refused(table) -> None:
    with pytest.raises(ValueError):
        alpha(table)


def test_an_item_without_spread_has_no_correlations() -> None:
    table = [[1, 2, 3], [2, 2, 4], [3, 2, 1], [4, 2, 5]]
    assert np.isnan(item_total(table)[1])
    with pytest.raises(ValueError):
        omega_total(table)


REVERSED = {"E": "2 4 6 8 10", "N": "2 4", "A": "1 3 5 7", "C": "2 4 6 8", "O": "2 4 6"}
# published for all 19,718 people; the public sample holds 60 % of them
PUBLISHED = {"E": 0.892, "N": 0.869, "A": 0.832, "C": 0.813, "O": 0.794}


@pytest.mark.parametrize("scale", list(PUBLISHED))
def test_published_alphas_of_the_big_five_are_reproduced(scale: str) -> None:
    folder = shared_data("openpsychometrics")
    with gzip.open(folder / "big5_ipip50_2012.sample60.csv.gz", "rt", encoding="utf-8") as lines:
        table = [[float(row[f"{scale}{n}"]) for n in range(1, 11)] for row in csv.DictReader(lines)]
    answers = np.array(table)
    answers[answers == 0] = np.nan
    for number in REVERSED[scale].split():
        answers[:, int(number) - 1] = 6 - answers[:, int(number) - 1]
    found = alpha(answers)
    assert found == pytest.approx(PUBLISHED[scale], abs=0.006)
    assert found - 0.01 <= omega_total(answers) <= found + 0.02


def published_correlations() -> dict[tuple[str, str], float]:
    with (shared_data("riasec-reference") / "published_statistics_n41947.csv").open(encoding="utf-8") as lines:
        rows = {row["statistic"]: row for row in csv.DictReader(lines)}
    return {(a, b): float(rows[f"r_{a}"][b]) for a, b in combinations("RIASEC", 2)}


def test_real_interests_lie_on_the_hexagon() -> None:
    fit = hexagon_fit(published_correlations())
    assert fit.met + fit.tied + fit.violated == 72
    assert fit.index > 0.7
    assert fit.p <= 0.05


def test_the_sample_of_real_people_keeps_the_order_too() -> None:
    path = shared_data("riasec-reference") / "riasec_scale_scores.sample60.csv"
    with path.open(encoding="utf-8") as lines:
        table = np.array(
            [[float(row[x]) for x in ("RE", "IV", "AR", "SO", "EN", "CV")] for row in csv.DictReader(lines)]
        )
    matrix = np.corrcoef(table, rowvar=False)
    fit = hexagon_fit({("RIASEC"[i], "RIASEC"[j]): float(matrix[i, j]) for i, j in combinations(range(6), 2)})
    assert fit.index > 0.7
    assert fit.p <= 0.05


def test_a_perfect_and_a_reversed_circle() -> None:
    steps = {(a, b): min(abs(i - j), 6 - abs(i - j)) for (i, a), (j, b) in combinations(enumerate("RIASEC"), 2)}
    perfect = hexagon_fit({pair: 1 / step for pair, step in steps.items()})
    assert (perfect.index, perfect.p) == (1, pytest.approx(12 / 720))
    assert hexagon_fit({pair: float(step) for pair, step in steps.items()}).index == -1


def test_importing_the_engine_loads_no_numpy() -> None:
    script = "import sys, zhiyin.engines.psychometrics, zhiyin.engines.matching; sys.exit('numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
