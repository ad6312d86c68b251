"""Ranking: explained, stable, reversible filters, blind to protected attributes."""

import dataclasses
import inspect
import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiyin.engines.definitions import WORK_CONDITIONS
from zhiyin.engines.matching import (
    CONDITION_NAMES,
    EDUCATION_NAMES,
    WEIGHTS,
    Catalogue,
    Constraints,
    Occupation,
    PersonProfile,
    fit_band,
    rank,
)
from zhiyin.engines.matching.catalogue import code_tables
from zhiyin.engines.psychometrics import LETTERS, c_index, iachan_m, profile
from zhiyin.engines.psychometrics.circle import CODES
from zhiyin.engines.psychometrics.definitions import Thresholds
from zhiyin.kernel.errors import Invalid

THRESHOLDS = Thresholds(flat_range=0.5, tie=0.0, high=3.75, low=2.25)


def interests(*values: float | None):
    return profile(dict(zip(LETTERS, values, strict=True)), THRESHOLDS)


def occupation(code: str, *interest: float, **changes) -> Occupation:
    values = {
        "code": code,
        "name": f"职业{code}",
        "group": int(code[0]),
        "profile": interest or (2.0, 5.5, 1.8, 6.8, 3.1, 4.6),
        "education_min": "vocational",
        "education_usual": "college",
        "skills": ("配药", "接待"),
    }
    return Occupation(**{**values, **changes})


CARE = occupation("4-14-01-03")
SALES = occupation("4-01-05-02", 1.5, 2.0, 2.2, 4.5, 6.5, 5.0, education_usual="vocational", skills=("销售", "配药"))
WELD = occupation(
    "6-18-02-04", 6.8, 3.0, 1.5, 1.2, 2.0, 4.0, education_min="junior", conditions=frozenset({"heat", "noise"})
)
DOCTOR = occupation("2-05-01-01", 2.5, 6.5, 1.5, 6.0, 3.0, 3.5, education_min="bachelor", education_usual="master",
                    certificates=("医师资格",))  # fmt: skip
ALL = [CARE, SALES, WELD, DOCTOR]
PERSON = PersonProfile(interest=interests(2.4, 3.9, 2.2, 4.4, 3.1, 3.6), education="college")


def codes(ranking) -> list[str]:
    return [match.occupation.code for match in ranking]


def texts(match, kind: str) -> str:
    return "".join(reason.text + reason.action for reason in match.of_kind(kind))


def test_the_nearest_interests_come_first_and_the_parts_are_shown() -> None:
    ranking = rank(PERSON, ALL)
    assert codes(ranking)[0] == CARE.code
    assert codes(ranking)[-1] == WELD.code
    first = ranking.matches[0]
    assert (first.rank, first.occupation_code, first.c_index, first.m) == (1, "SIC", 18, 28)
    assert first.band == "非常接近"
    r = np.corrcoef([2.4, 3.9, 2.2, 4.4, 3.1, 3.6], CARE.profile)[0, 1]
    assert first.correlation == pytest.approx(r, abs=1e-6)
    assert first.components["interest"] == pytest.approx(60 * r + 40, abs=1e-4)
    assert first.components["education"] == 100
    known = {"interest": first.components["interest"], "education": 100.0}
    expected = sum(WEIGHTS[name] * value for name, value in known.items()) / sum(WEIGHTS[name] for name in known)
    assert first.order == pytest.approx(expected, abs=1e-5)
    assert first.known == pytest.approx(0.65)


def test_unknown_is_not_zero_and_says_what_to_do() -> None:
    empty = rank(PersonProfile(), ALL)
    assert codes(empty) == sorted(codes(empty))
    for match in empty:
        assert set(match.components.values()) == {None}
        assert match.order is None
        assert match.known == 0
        assert match.of_kind("fit") == []
        assert match.of_kind("lack") == []
        assert all(reason.action for reason in match.of_kind("unknown"))


def test_a_flat_profile_claims_no_interest_fit() -> None:
    flat = dataclasses.replace(PERSON, interest=interests(3, 3, 3, 3, 3, 3.1))
    match = rank(flat, ALL).matches[0]
    assert match.components["interest"] is None
    assert "六种兴趣高低接近" in texts(match, "unknown")
    unscored = dataclasses.replace(PERSON, interest=interests(None, 3, 3, 3, 3, 5))
    assert "没有计分" in texts(rank(unscored, ALL).matches[0], "unknown")


def test_an_occupation_without_shape_is_unknown_too() -> None:
    level = occupation("4-02-01-01", 4, 4, 4, 4, 4, 4)
    match = rank(PERSON, [level]).matches[0]
    assert match.components["interest"] is None
    assert match.m is None
    assert match.band == ""


def test_reasons_name_letters_education_and_skills() -> None:
    person = dataclasses.replace(PERSON, skills=frozenset({"配药（药店）"}), wishes=("4-14",))
    by_code = {match.occupation.code: match for match in rank(person, ALL)}
    care = by_code[CARE.code]
    assert "本人 SIC，这一职业 SIC" in texts(care, "fit")
    assert "社会型（S）" in texts(care, "fit")
    assert "学历符合：本人大专" in texts(care, "fit")
    assert "2 项技能已会 1 项：配药" in texts(care, "fit")
    assert "想从事" in texts(care, "fit")
    assert "档案里还没有：接待" in texts(care, "lack")
    assert "培训" in texts(care, "lack")
    weld = by_code[WELD.code]
    assert "实用型（R）" in texts(weld, "lack")
    assert "体验" in texts(weld, "lack")
    assert "一般至少要本科，本人是大专" in texts(by_code[DOCTOR.code], "lack")


def test_every_lack_says_what_to_do() -> None:
    person = dataclasses.replace(PERSON, skills=frozenset(), certificates=frozenset(), wishes=())
    for match in rank(person, ALL, Constraints(cautions=WORK_CONDITIONS)):
        assert match.reasons
        assert all(reason.action for reason in match.of_kind("lack"))


def test_a_vaguer_word_does_not_cover_a_skill() -> None:
    person = dataclasses.replace(PERSON, skills=frozenset({"药", "ＥＸＣＥＬ 数据透视"}))
    exact = occupation("4-14-01-04", skills=("excel", "配药"))
    match = rank(person, [exact]).matches[0]
    assert match.components["skills"] == 50
    assert "已会 1 项：excel" in texts(match, "fit")


def test_skills_unknown_on_either_side_stay_unknown() -> None:
    bare = occupation("4-14-01-04", skills=())
    assert rank(dataclasses.replace(PERSON, skills=frozenset({"配药"})), [bare]).matches[0].components["skills"] is None
    assert rank(PERSON, [CARE]).matches[0].components["skills"] is None


@pytest.mark.parametrize(
    ("education", "score"),
    [("junior", 0.0), ("senior", 60.0), ("vocational", 60.0), ("college", 100.0), ("doctor", 100.0)],
)
def test_education_component(education: str, score: float) -> None:
    assert rank(PersonProfile(education=education), [CARE]).matches[0].components["education"] == score


@pytest.mark.parametrize(
    ("wish", "score"),
    [("4-14-01-03", 100.0), ("4-14-01", 100.0), ("4-14-01-09", 75.0), ("4-14-02-01", 50.0), ("4-01", 25.0), ("6", 0.0)],
)
def test_wishes_component(wish: str, score: float) -> None:
    assert rank(PersonProfile(wishes=(wish,)), [CARE]).matches[0].components["wishes"] == score


def test_certificates_that_the_law_demands() -> None:
    def certified(names):
        return rank(dataclasses.replace(PERSON, certificates=names), [DOCTOR]).matches[0]

    assert "依法须持有医师资格" in texts(certified(None), "unknown")
    assert "先查报考条件" in texts(certified(frozenset()), "lack")
    assert "已有" in texts(certified(frozenset({"医师资格证书"})), "fit")


def test_filters_hide_visibly_and_can_be_taken_back() -> None:
    constraints = Constraints(education_floor=True, avoid=frozenset({"noise"}), refused=frozenset({SALES.code}))
    ranking = rank(PERSON, ALL, constraints)
    assert codes(ranking) == [CARE.code]
    assert ranking.considered == 4
    hidden = {item.occupation.code: item.exclusions for item in ranking.excluded}
    assert hidden[DOCTOR.code][0].filter == "education"
    assert "噪声" in hidden[WELD.code][0].text
    assert "可以恢复" in hidden[SALES.code][0].text
    assert set(codes(rank(PERSON, ALL, Constraints()))) == {item.code for item in ALL}


def test_every_filter_that_hides_is_listed() -> None:
    constraints = Constraints(avoid=frozenset({"heat"}), refused=frozenset({WELD.code}))
    assert [item.filter for item in rank(PERSON, [WELD], constraints).excluded[0].exclusions] == [
        "conditions",
        "refused",
    ]


def test_what_is_not_known_never_hides() -> None:
    ranking = rank(PersonProfile(), ALL, Constraints(education_floor=True, region="350200"))
    assert len(ranking) == 4
    assert "不清楚所选地区" in texts(ranking.matches[0], "unknown")


@pytest.mark.parametrize(
    ("regions", "region", "kept"),
    [(("350200",), "350200", True), (("350203",), "350200", True), (("350000",), "350203", True),
     (("370100",), "350200", False), ((), "350200", True)],
)  # fmt: skip
def test_regions_nest(regions, region: str, kept: bool) -> None:
    ranking = rank(PERSON, [dataclasses.replace(CARE, regions=regions)], Constraints(region=region))
    assert bool(len(ranking)) is kept


def test_cautions_are_told_without_hiding() -> None:
    match = rank(PERSON, [WELD], Constraints(cautions=frozenset({"heat"}))).matches[0]
    assert "高温" in texts(match, "lack")
    assert "合理便利" in texts(match, "lack")


@given(st.permutations(ALL))
def test_the_order_of_the_catalogue_does_not_matter(shuffled: list[Occupation]) -> None:
    assert rank(PERSON, shuffled) == rank(PERSON, ALL)


def test_equal_fits_stand_in_code_order() -> None:
    twins = [occupation(f"4-14-01-{number:02d}") for number in range(1, 30)]
    random.Random(5).shuffle(twins)
    assert codes(rank(PERSON, twins)) == sorted(twin.code for twin in twins)


def test_a_limit_keeps_the_first() -> None:
    assert codes(rank(PERSON, ALL, limit=2)) == codes(rank(PERSON, ALL))[:2]
    assert len(rank(PERSON, [])) == 0


PROTECTED = (
    "sex",
    "gender",
    "age",
    "birth",
    "ethnic",
    "religion",
    "race",
    "hukou",
    "disab",
    "marital",
    "health",
    "name",
)


def test_no_protected_attribute_can_be_passed() -> None:
    given_to = {
        "rank": inspect.signature(rank).parameters,
        "person": {field.name for field in dataclasses.fields(PersonProfile)},
        "constraints": {field.name for field in dataclasses.fields(Constraints)},
    }
    for where, names in given_to.items():
        assert not [name for name in names for word in PROTECTED if word in name], where
    with pytest.raises(TypeError):
        PersonProfile(sex="F")
    with pytest.raises(TypeError):
        rank(PERSON, ALL, sex="F")


@given(st.sampled_from(["F", "M"]), st.integers(16, 70), st.sampled_from(["汉族", "回族", "藏族"]))
def test_swapping_protected_attributes_of_a_file_leaves_the_ranking(sex: str, age: int, ethnicity: str) -> None:
    file = {"sex": sex, "age": age, "ethnicity": ethnicity, "education": "college", "interest": PERSON.interest}
    names = {field.name for field in dataclasses.fields(PersonProfile)}
    person = PersonProfile(**{key: value for key, value in file.items() if key in names})
    assert rank(person, ALL) == rank(PERSON, ALL)


def test_packed_tables_equal_the_plain_formulas() -> None:
    c_table, m_table = code_tables()
    for row in range(0, 120, 7):
        for column in range(0, 120, 11):
            assert c_table[row, column] == c_index(CODES[row], CODES[column])
            assert m_table[row, column] == iachan_m(CODES[row], CODES[column])


EIGHTHS = st.integers(8, 40).map(lambda number: number / 8)


@given(st.lists(EIGHTHS, min_size=6, max_size=6), st.lists(st.integers(10, 70), min_size=6, max_size=6))
def test_packed_interest_equals_the_plain_formulas(person: list[float], work: list[int]) -> None:
    found = interests(*person)
    other = occupation("4-14-01-03", *(value / 10 for value in work))
    match = rank(PersonProfile(interest=found), [other]).matches[0]
    if found.code is None or match.occupation_code is None:
        assert match.components["interest"] is None
    else:
        assert match.c_index == pytest.approx(c_index(found.code, match.occupation_code), abs=1e-5)
        assert match.m == pytest.approx(iachan_m(found.code, match.occupation_code), abs=1e-5)
        assert match.correlation == pytest.approx(np.corrcoef(person, other.profile)[0, 1], abs=1e-5)
        assert 0 <= match.components["interest"] <= 100


@given(st.lists(st.lists(EIGHTHS, min_size=6, max_size=6), min_size=1, max_size=5))
def test_a_batch_equals_one_by_one(people: list[list[float]]) -> None:
    catalogue = Catalogue(ALL)
    profiles = [interests(*values) for values in people]
    together = catalogue.interest(profiles).score
    single = np.vstack([catalogue.interest([found]).score for found in profiles])
    np.testing.assert_allclose(together, single, atol=1e-9, equal_nan=True)


@pytest.mark.parametrize(
    ("m", "word"), [(28, "非常接近"), (26, "非常接近"), (25.5, "比较接近"), (20, "比较接近"), (19, "部分接近"),
                    (14, "部分接近"), (13, "差别较大"), (0, "差别较大")]
)  # fmt: skip
def test_bands(m: float, word: str) -> None:
    assert fit_band(m) == word


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError):
        fit_band(29)
    with pytest.raises(ValueError, match="twice"):
        Catalogue([CARE, CARE])
    with pytest.raises(Invalid, match="学历代码"):
        PersonProfile(education="phd")
    with pytest.raises(Invalid, match="职业代码"):
        PersonProfile(wishes=("护士",))
    with pytest.raises(Invalid, match="工作条件标签"):
        Constraints(avoid=frozenset({"sunshine"}))


def test_every_tag_and_level_has_a_chinese_name() -> None:
    assert set(CONDITION_NAMES) == WORK_CONDITIONS
    assert {occupation.education_min for occupation in ALL} <= set(EDUCATION_NAMES)
