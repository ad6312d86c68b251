"""Holland codes, indices of agreement, consistency and differentiation."""

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.psychometrics.instruments import instrument
from zhiyin.engines.psychometrics import LETTERS, c_index, iachan_m, profile
from zhiyin.engines.psychometrics.circle import CODES, codes_of, distance, parse, write
from zhiyin.engines.psychometrics.definitions import Thresholds
from zhiyin.kernel.errors import Invalid

THRESHOLDS = instrument().thresholds
CODE = st.sampled_from(CODES)
EIGHTHS = st.integers(8, 40).map(lambda number: number / 8)
PROFILES = st.fixed_dictionaries(dict.fromkeys(LETTERS, EIGHTHS))


def of(*values: float | None, **changes: float):
    thresholds = THRESHOLDS.model_copy(update=changes)
    return profile(dict(zip(LETTERS, values, strict=True)), thresholds)


@pytest.mark.parametrize(
    ("first", "second", "c", "m"),
    [
        ("SEI", "ESA", 12, 20),
        ("RIE", "RIE", 18, 28),
        ("RIA", "SEC", 0, 0),
        # ties averaged: SIC/SIC 18 and SCI/SIC 3·3+2·1+1·1 = 12
        ("S(IC)", "SIC", 15, 27),
    ],
)
def test_published_and_hand_calculated_values(first: str, second: str, c: float, m: float) -> None:
    assert c_index(first, second) == c
    assert iachan_m(first, second) == m


@given(CODE, CODE)
def test_both_indices_are_bounded_and_symmetric(first: str, second: str) -> None:
    assert 0 <= c_index(first, second) == c_index(second, first) <= 18
    assert 0 <= iachan_m(first, second) == iachan_m(second, first) <= 28


@given(CODE, CODE)
def test_only_the_same_code_reaches_the_top(first: str, second: str) -> None:
    assert (c_index(first, second) == 18) == (first == second)
    assert (iachan_m(first, second) == 28) == (first == second)


@given(CODE, CODE, st.integers(0, 5), st.booleans())
def test_the_c_index_turns_with_the_circle(first: str, second: str, steps: int, mirrored: bool) -> None:
    def turn(code: str) -> str:
        places = [LETTERS.index(letter) for letter in code]
        return "".join(LETTERS[(steps - place if mirrored else steps + place) % 6] for place in places)

    assert c_index(turn(first), turn(second)) == c_index(first, second)


def test_a_tie_is_the_mean_of_its_orders() -> None:
    orders = ["".join(order) for order in permutations("SIC")]
    assert sorted(codes_of("(SIC)")) == sorted(orders)
    assert c_index("(SIC)", "SEA") == pytest.approx(sum(c_index(order, "SEA") for order in orders) / 6)
    assert set(codes_of("SI(CE)")) == {"SIC", "SIE"}
    assert len(codes_of("(RIASEC)")) == 120


@given(PROFILES)
def test_a_written_code_reads_back_as_the_same_codes(means: dict[str, float]) -> None:
    found = profile(means, THRESHOLDS)
    if found.code is not None:
        assert codes_of(found.code) == found.codes
        assert write(parse(found.code)) == found.code


@pytest.mark.parametrize("notation", ["", "SI", "SIX", "SII", "S(IC", "S()IC", "sic", "S(IC))"])
def test_what_is_no_code_is_refused_in_words(notation: str) -> None:
    with pytest.raises(Invalid, match="霍兰德代码"):
        c_index(notation, "SIC")


def test_the_circle() -> None:
    assert [distance("R", letter) for letter in LETTERS] == [0, 1, 2, 3, 2, 1]


def test_a_clear_profile() -> None:
    found = of(2.4, 3.9, 2.2, 4.4, 3.1, 3.6)
    assert found.code == "SIC"
    assert found.codes == ("SIC",)
    assert found.pairs == ("IS",)
    assert not found.has_ties
    assert found.consistency.value == 2
    assert found.consistency.level == "middle"
    assert found.differentiation.spread == pytest.approx(2.2)
    # ½(4.4 − (3.9 + 3.1)/2)
    assert found.differentiation.iachan == pytest.approx(0.45)
    assert found.differentiation.level == "high"


def test_a_tie_is_written_and_every_code_listed() -> None:
    found = of(2.4, 3.6, 2.2, 4.4, 3.1, 3.6)
    assert found.code == "S(IC)"
    assert set(found.codes) == {"SIC", "SCI"}
    assert found.pairs == ("IS", "SC")
    assert found.consistency.value == 2
    assert not found.consistency.ambiguous
    assert found.has_ties


def test_a_tie_across_the_third_place() -> None:
    found = of(2.4, 3.9, 2.2, 4.4, 3.6, 3.6)
    assert found.code == "SI(EC)"
    assert set(found.codes) == {"SIE", "SIC"}


def test_disagreeing_first_pairs_are_ambiguous_and_take_the_middle() -> None:
    found = of(4.5, 4.0, 4.0, 2.0, 2.0, 2.0)
    assert found.pairs == ("RI", "RA")
    assert found.consistency.value == 2.5
    assert found.consistency.ambiguous
    assert found.consistency.level == "middle"


@pytest.mark.parametrize(("values", "value"), [((5, 4, 3, 2, 2, 2), 3), ((5, 2, 3, 4, 2, 2), 1)])
def test_consistency_of_neighbours_and_opposites(values, value: int) -> None:
    assert of(*values).consistency.value == value


def test_the_tie_width_counts_from_the_first_of_a_group_and_does_not_chain() -> None:
    found = of(4.0, 3.9, 3.8, 2.0, 1.5, 1.0, tie=0.1)
    assert found.groups[:2] == (("R", "I"), ("A",))


def test_a_flat_profile_has_no_code_but_keeps_its_scores() -> None:
    found = of(3.0, 3.1, 3.2, 3.3, 3.4, 3.4)
    assert found.flat
    assert found.code is None
    assert found.codes == ()
    assert found.consistency is None
    assert found.means["S"] == 3.3


def test_six_equal_scores_are_flat_even_without_a_limit() -> None:
    found = of(3, 3, 3, 3, 3, 3, flat_range=0.0)
    assert found.flat
    assert set(found.ipsatised.values()) == {0.0}


def test_an_unscored_scale_leaves_no_code() -> None:
    found = of(None, 3.9, 2.2, 4.4, 3.1, 3.6)
    assert found.code is None
    assert not found.flat
    assert found.unscored == ("R",)
    assert found.ipsatised is None
    assert found.groups[0] == ("S",)


@given(PROFILES, st.integers(-4, 4))
def test_shape_does_not_depend_on_level(means: dict[str, float], shift: int) -> None:
    here = profile(means, THRESHOLDS)
    there = profile({letter: value + shift for letter, value in means.items()}, THRESHOLDS)
    assert here.code == there.code
    assert here.ipsatised == pytest.approx(there.ipsatised, abs=1e-9)


@given(PROFILES)
def test_ipsatised_scores_have_mean_nought_and_spread_one(means: dict[str, float]) -> None:
    values = list(profile(means, THRESHOLDS).ipsatised.values())
    assert sum(values) == pytest.approx(0, abs=1e-9)
    if len(set(means.values())) > 1:
        assert sum(value * value for value in values) == pytest.approx(6)


def test_other_scales_are_refused() -> None:
    with pytest.raises(ValueError, match="RIASEC"):
        profile({"R": 3.0}, Thresholds(flat_range=0.5, tie=0.0, high=4.0, low=2.0))
