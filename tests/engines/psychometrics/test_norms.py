"""Norm groups and a person's place in one."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats as oracle

from zhiyin.engines.psychometrics import NormTable, build_norms, norm_status, percentile, standing
from zhiyin.engines.psychometrics.norms import stanine as stanine_of
from zhiyin.engines.psychometrics.norms import sten, t_score
from zhiyin.kernel.errors import NotReady

PERIOD = {"collected_from": date(2026, 1, 1), "collected_to": date(2026, 6, 30)}


def table(values: list[float]) -> NormTable:
    return build_norms([{"R": value, "I": 6 - value} for value in values], group="all", **PERIOD)


def test_a_table_by_hand() -> None:
    norms = table([1, 2, 2, 3, 4])
    assert norms.n == 5
    assert norms.scales["R"].mean == 2.4
    assert norms.scales["R"].sd == pytest.approx(1.1402, abs=1e-4)
    assert norms.percentiles("R") == {1.0: 10.0, 2.0: 40.0, 3.0: 70.0, 4.0: 90.0}
    assert percentile(norms, "R", 2.5) == 60
    assert percentile(norms, "R", 5) == 100


def test_only_complete_people_count_and_binary_dust_makes_no_new_score() -> None:
    norms = build_norms([{"R": 0.1 + 0.2}, {"R": 0.3}, {"R": None}], group="all", **PERIOD)
    assert norms.n == 2
    assert norms.scales["R"].values == [0.3]


def test_a_table_survives_storage() -> None:
    norms = table([1, 2, 3])
    assert NormTable.model_validate_json(norms.model_dump_json()) == norms


def test_too_few_people_are_named_not_guessed() -> None:
    status = norm_status(table([1, 2, 3]), 200)
    assert not status.usable
    assert status.lacking == 197
    assert "还差 197 人" in status.message
    assert "还差 200 人" in norm_status(None, 200).message
    with pytest.raises(NotReady, match="还差 197 人"):
        standing(table([1, 2, 3]), "R", 2.0, minimum_n=200)
    with pytest.raises(NotReady):
        build_norms([], group="all", **PERIOD)


def test_rows_must_name_the_same_scales() -> None:
    with pytest.raises(ValueError, match="different scales"):
        build_norms([{"R": 1.0}, {"I": 1.0}], group="all", **PERIOD)


def test_a_usable_group_says_when_and_how_many() -> None:
    message = norm_status(table([1, 2, 3]), 3).message
    assert "3 人" in message
    assert "2026-01-01" in message


def test_standing_with_errors() -> None:
    norms = table([1 + index % 5 for index in range(400)])
    place = standing(norms, "R", norms.scales["R"].mean, minimum_n=200)
    assert place.percentile == 50
    assert place.percentile_se == pytest.approx(2.5)
    assert place.t == 50
    assert place.t_se == pytest.approx(0.5)
    assert (place.stanine, place.sten) == (5, 6)


def test_a_group_without_spread_has_percentiles_only() -> None:
    place = standing(table([3, 3, 3]), "R", 3.0, minimum_n=2)
    assert place.percentile == 50
    assert place.t is None


@given(st.floats(-4, 4))
def test_bands_follow_the_normal_curve(z: float) -> None:
    rank = 100 * oracle.norm.cdf(z)
    assert abs(stanine_of(rank) - min(9, max(1, round(2 * z + 5)))) <= 1
    assert abs(sten(rank) - min(10, max(1, round(2 * z + 5.5)))) <= 1
    assert t_score(z) == 50 + 10 * z


def test_band_limits() -> None:
    assert [stanine_of(rank) for rank in (0, 3.9, 4, 50, 95.9, 96, 100)] == [1, 1, 2, 5, 8, 9, 9]
    assert [sten(rank) for rank in (0, 2.27, 2.28, 49.9, 50, 97.72, 100)] == [1, 1, 2, 5, 6, 10, 10]


@given(st.lists(st.integers(8, 40), min_size=2, max_size=50), st.integers(8, 40), st.integers(8, 40))
def test_percentiles_never_fall_as_scores_rise(scores: list[int], first: int, second: int) -> None:
    norms = table([score / 8 for score in scores])
    low, high = sorted((first / 8, second / 8))
    assert 0 <= percentile(norms, "R", low) <= percentile(norms, "R", high) <= 100
