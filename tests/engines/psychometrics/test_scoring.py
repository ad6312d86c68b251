"""Scale scores and signs of careless answering."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.psychometrics.instruments import PER_SCALE, answers_of, instrument
from zhiyin.engines.psychometrics import LETTERS, score
from zhiyin.engines.psychometrics.careless import even_odd, longest_run, variability
from zhiyin.kernel.errors import Invalid

DEFINITION = instrument()
IDS = [item.id for item in DEFINITION.items]
SHEETS = st.fixed_dictionaries({}, optional={name: st.integers(1, 5) for name in IDS})


def codes(answers, seconds=None, definition=DEFINITION):
    return {flag.code: flag for flag in score(definition, answers, seconds=seconds).flags}


def test_sums_and_means_by_hand() -> None:
    answers = answers_of(R=2, I=4, A=2, S=5, E=3, C=4) | {"R01": 5, "S04": 3}
    scores = score(DEFINITION, answers)
    assert scores.scales["R"].raw == 11
    assert scores.scales["R"].mean == 2.75
    assert scores.scales["S"].raw == 18
    assert scores.means()["C"] == 4
    assert (scores.answered, scores.items, scores.seconds) == (24, 24, None)


def test_reverse_items_are_mirrored() -> None:
    scores = score(instrument(reverse=frozenset({"R01"})), answers_of(R=5, I=3, A=3, S=3, E=3, C=3))
    assert scores.scales["R"].raw == 16


def test_one_missing_answer_takes_the_persons_mean() -> None:
    answers = answers_of(R=2, I=4, A=2, S=5, E=3, C=4) | {"R01": 5}
    del answers["R02"]
    scale = score(DEFINITION, answers).scales["R"]
    assert scale.mean == 3
    assert scale.raw == 12
    assert scale.missing == 1
    assert "平均分补计" in scale.reason


def test_more_missing_answers_leave_the_scale_unscored_with_a_reason() -> None:
    answers = answers_of(R=2, I=4, A=2, S=5, E=3, C=4)
    del answers["R02"], answers["R03"]
    scores = score(DEFINITION, answers)
    assert scores.scales["R"].mean is None
    assert scores.scales["R"].raw is None
    assert scores.scales["R"].reason == "实用型有 2 题没有作答，最多可以缺 1 题，因此不计分"
    assert scores.scales["I"].mean == 4


@pytest.mark.parametrize(
    ("answers", "seconds", "field", "words"),
    [
        ({"X99": 3}, None, "X99", "没有题目"),
        ({"R01": 6}, None, "R01", "1、2、3、4、5"),
        ({"R01": True}, None, "R01", "可选范围"),
        ({"R01": 3}, {"R01": -1.0}, "R01", "负数"),
        ({"R01": 3}, {"R01": float("nan")}, "R01", "负数"),
        ({"R01": 3}, {"X99": 1.0}, "X99", "没有题目"),
    ],
)
def test_bad_answers_are_named_at_the_item(answers, seconds, field: str, words: str) -> None:
    with pytest.raises(Invalid) as caught:
        score(DEFINITION, answers, seconds=seconds)
    assert words in caught.value.errors[field][0]


@given(SHEETS)
def test_any_sheet_is_scored_within_bounds(answers: dict[str, int]) -> None:
    scores = score(DEFINITION, answers)
    for letter in LETTERS:
        scale = scores.scales[letter]
        assert scale.answered + scale.missing == PER_SCALE
        assert (scale.mean is None) == (scale.missing > 1)
        if scale.mean is not None:
            assert 1 <= scale.mean <= 5
            assert scale.raw == pytest.approx(scale.mean * PER_SCALE)
    consistency = even_odd(DEFINITION, answers)
    assert consistency is None or -1 <= consistency <= 1 + 1e-12


@given(SHEETS)
def test_mirroring_all_answers_mirrors_all_means(answers: dict[str, int]) -> None:
    straight = score(DEFINITION, answers).means()
    turned = score(DEFINITION, {name: 6 - value for name, value in answers.items()}).means()
    for letter, value in straight.items():
        assert (value is None) == (turned[letter] is None)
        if value is not None:
            assert value + turned[letter] == pytest.approx(6)


def test_a_careful_sheet_raises_no_flag() -> None:
    answers = answers_of(R=2, I=4, A=1, S=5, E=3, C=4)
    assert codes(answers, dict.fromkeys(IDS, 4.0)) == {}


def test_the_same_answer_throughout() -> None:
    found = codes(dict.fromkeys(IDS, 3))
    assert found["long-string"].value == 24
    assert found["long-string"].severity == "warning"
    assert found["low-variability"].severity == "warning"
    assert "even-odd" not in found


def test_a_skipped_item_ends_a_run() -> None:
    answers = dict.fromkeys(IDS, 3)
    assert longest_run(DEFINITION, answers) == 24
    del answers["R03"]
    assert longest_run(DEFINITION, answers) == 12


def test_halves_that_disagree() -> None:
    answers = answers_of(R=1, I=2, A=3, S=4, E=5, C=1)
    opposite = {name: 6 - value if name[-1] in "24" else value for name, value in answers.items()}
    assert even_odd(DEFINITION, answers) == pytest.approx(1)
    assert even_odd(DEFINITION, opposite) == -1
    assert codes(opposite)["even-odd"].severity == "warning"


def test_speed_is_judged_by_the_median_so_a_pause_hides_nothing() -> None:
    answers = answers_of(R=2, I=4, A=1, S=5, E=3, C=4)
    hurried = dict.fromkeys(IDS, 0.8) | {"R01": 3600.0}
    assert codes(answers, hurried)["too-fast"].value == pytest.approx(0.8)
    assert codes(answers, dict.fromkeys(IDS, 0.5))["too-fast"].severity == "warning"
    assert "too-fast" not in codes(answers)


def test_missing_answers_are_counted_over_the_whole_sheet() -> None:
    answers = answers_of(R=2, I=4, A=1, S=5, E=3, C=4)
    for name in ("R01", "I01", "A01"):
        del answers[name]
    assert "missing" not in codes(answers)
    del answers["S01"]
    assert codes(answers)["missing"].value == 4
    assert variability({}) is None
