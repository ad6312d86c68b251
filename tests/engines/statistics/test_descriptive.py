"""Descriptive statistics against hand calculation and scipy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as oracle

from zhiyin.engines.statistics import (
    mean,
    mid_rank_percentile,
    pearson,
    percentile_standard_error,
    standard_deviation,
)

NUMBERS = st.integers(-1000, 1000).map(lambda number: number / 8)


def test_hand_calculated() -> None:
    assert mean([1, 2, 6]) == 3
    assert standard_deviation([2, 4, 4, 4, 5, 5, 7, 9], sample=False) == 2
    assert pearson([1, 2, 3], [6, 4, 2]) == pytest.approx(-1)


@given(st.lists(st.tuples(NUMBERS, NUMBERS), min_size=3, max_size=30))
def test_pearson_agrees_with_scipy(pairs: list[tuple[float, float]]) -> None:
    first, second = [a for a, _ in pairs], [b for _, b in pairs]
    ours = pearson(first, second)
    if len(set(first)) == 1 or len(set(second)) == 1:
        assert ours is None
    else:
        assert ours == pytest.approx(oracle.pearsonr(first, second).statistic, abs=1e-9)


@given(st.lists(st.integers(0, 9), min_size=1, max_size=40), st.integers(0, 9))
def test_mid_rank_agrees_with_scipy(scores: list[int], value: int) -> None:
    counts = {float(score): scores.count(score) for score in scores}
    assert mid_rank_percentile(counts, value) == pytest.approx(oracle.percentileofscore(scores, value, kind="mean"))


def test_percentile_error_never_claims_certainty() -> None:
    assert percentile_standard_error(50, 100) == pytest.approx(5)
    assert percentile_standard_error(100, 100) > 0
    assert percentile_standard_error(100, 400) < percentile_standard_error(100, 100)


@pytest.mark.parametrize("call", [lambda: mean([]), lambda: standard_deviation([1.0]), lambda: pearson([1], [1, 2])])
def test_too_little_is_refused(call) -> None:
    with pytest.raises(ValueError):
        call()
