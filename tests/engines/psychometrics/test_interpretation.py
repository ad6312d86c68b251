"""The sentences of a report come from the definition and fit the profile."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engines.psychometrics.instruments import answers_of, head, instrument, rows
from zhiyin.engines.psychometrics import LETTERS, InstrumentDefinition, build_norms, interpret, profile, score

DEFINITION = instrument()


def report(norms=None, definition=DEFINITION, **values: int):
    scores = score(definition, answers_of(**values))
    return interpret(definition, profile(scores, definition.thresholds), norms, scores.flags)


def norms(people: int):
    rows_ = [dict.fromkeys(LETTERS, 1 + index % 5) for index in range(people)]
    return build_norms(rows_, group="all", collected_from=date(2026, 1, 1), collected_to=date(2026, 6, 1))


def test_a_clear_profile() -> None:
    found = report(R=1, I=4, A=2, S=5, E=2, C=3)
    assert found.code == "SIC"
    assert found.code_words == "社会型、研究型、常规型"
    assert found.headline == "最突出的是社会型，其次是研究型、常规型。"
    assert [scale.letter for scale in found.scales][:3] == ["S", "I", "C"]
    assert found.scales[0].text == "社会型 high"
    assert found.scales[-1].text == "实用型 low"
    assert found.pairs == ("两种兴趣 IS",)
    assert found.consistency == "一致性 middle"
    assert found.differentiation == "分化 high"
    assert [notice.kind for notice in found.notices] == ["no-norms"]
    assert found.norm_note == "常模还在收集：现有 0 人，还差 200 人"
    assert found.next_steps == ("和指导师谈一谈",)


def test_ties_are_told_and_every_leading_pair_is_read_out() -> None:
    found = report(R=1, I=4, A=2, S=5, E=2, C=4)
    assert found.code == "S(IC)"
    assert found.code_words == "社会型、研究型／常规型"
    assert found.headline == "最突出的是社会型，其次是研究型和常规型。"
    assert found.pairs == ("两种兴趣 IS", "两种兴趣 SC")
    assert "ties" in [notice.kind for notice in found.notices]


def test_three_leading_types_have_nothing_second() -> None:
    assert report(R=1, I=5, A=2, S=5, E=2, C=5).headline == "有并列"


def test_a_flat_profile_gives_no_code() -> None:
    found = report(R=3, I=3, A=3, S=3, E=3, C=3)
    assert found.code == ""
    assert found.headline == "六种兴趣差不多"
    assert found.pairs == ()
    assert found.differentiation == ""
    kinds = [notice.kind for notice in found.notices]
    assert kinds == ["careless", "flat", "no-norms"]
    assert any("连续 24 题" in line for line in found.notices[0].details)


def test_an_unscored_scale_is_said_and_comes_last() -> None:
    answers = answers_of(R=1, I=4, A=2, S=5, E=2, C=3)
    del answers["S01"], answers["S02"]
    scores = score(DEFINITION, answers)
    found = interpret(DEFINITION, profile(scores, DEFINITION.thresholds))
    assert found.headline == ""
    assert found.scales[-1].letter == "S"
    assert found.scales[-1].text == ""
    assert found.notices[0].kind == "unscored"
    assert found.notices[0].text.startswith("社会型缺答较多")


def test_norms_are_used_once_there_are_enough_people() -> None:
    few = report(norms(199), R=1, I=4, A=2, S=5, E=2, C=3)
    assert all(scale.standing is None for scale in few.scales)
    assert "还差 1 人" in few.norm_note
    enough = report(norms(200), R=1, I=4, A=2, S=5, E=2, C=3)
    assert enough.scales[0].standing.percentile == 90
    assert "no-norms" not in [notice.kind for notice in enough.notices]


@given(st.fixed_dictionaries({letter: st.integers(1, 5) for letter in LETTERS}))
def test_every_profile_has_six_texts_and_no_empty_notice(values: dict[str, int]) -> None:
    found = report(**values)
    assert sorted(scale.letter for scale in found.scales) == sorted(LETTERS)
    assert all(scale.text for scale in found.scales)
    assert all(notice.text for notice in found.notices)
    assert bool(found.code) == bool(found.pairs)


def test_other_instruments_are_refused() -> None:
    values = head()
    values["scales"] = values["scales"][:5]
    values["texts"] = {**values["texts"], "level": {x: values["texts"]["level"][x] for x in "RIASE"}}
    items = [row for row in rows() if row["scale"] != "C"]
    for number, row in enumerate(items, start=1):
        row["order"] = str(number)
    five = InstrumentDefinition.build(values, items)
    found = profile(score(DEFINITION, answers_of(R=1, I=4, A=2, S=5, E=2, C=3)), DEFINITION.thresholds)
    with pytest.raises(ValueError, match="six Holland types"):
        interpret(five, found)
