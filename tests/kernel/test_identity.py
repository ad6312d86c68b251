"""Identity documents and demo numbers."""

import csv
from datetime import date

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support import shared_data
from zhiyin.kernel.identity import (
    DEMO_REGIONS,
    PROVINCES,
    DocumentKind,
    IdentityCheck,
    Sex,
    check,
    check_digit,
    make_demo_resident_id,
    mask,
)

TODAY = date(2026, 11, 5)
DEMO = make_demo_resident_id(date(1990, 5, 6), "female", 7, "990101")


def resident(number: str, on: date = TODAY, allow_demo: bool = True) -> IdentityCheck:
    return check(DocumentKind.RESIDENT_ID, number, on=on, allow_demo=allow_demo)


def numbered(first17: str) -> str:
    return first17 + check_digit(first17)


@st.composite
def demo_ids(draw: st.DrawFn) -> tuple[str, date, Sex]:
    birth = draw(st.dates(date(1900, 1, 1), TODAY))
    sex: Sex = draw(st.sampled_from(["male", "female"]))
    region = draw(st.sampled_from(sorted(DEMO_REGIONS)))
    return make_demo_resident_id(birth, sex, draw(st.integers(0, 499)), region), birth, sex


@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_vectors_of_the_standard(number: str) -> None:
    assert check_digit(number[:17]) == number[17]
    result = resident(number, on=date(1990, 1, 1))
    assert (result.ok, result.warnings, result.number) == (True, (), number)
    assert result.birth_date == date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    assert result.region_code == number[:6]


def test_sex_is_read_from_the_serial() -> None:
    assert resident("11010519491231002X").sex == "female"
    assert resident("440524188001010014", on=date(1990, 1, 1)).sex == "male"


@pytest.mark.parametrize(
    "typed",
    ["１１０１０５１９４９１２３１００２ｘ", " 110105 19491231 002x ", "110105-19491231-002X", "11010519491231002×"],
)
def test_typing_habits_are_forgiven(typed: str) -> None:
    result = resident(typed)
    assert result.ok
    assert result.number == "11010519491231002X"


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("", "请填写居民身份证号码"),
        ("11010519491231002", "应为 18 位，您填写了 17 位"),
        ("11010519491231002X1", "应为 18 位，您填写了 19 位"),
        ("110105491231002", "15 位的旧号码"),
        ("110105194912310021", "第 18 位校验码应为 X，请核对是否录错一位"),
        ("1101O519491231002X", "第 5 位是“O”，这里应为数字"),
        ("11010519491231002A", "第 18 位是“A”，这里应为数字或字母 X"),
        (numbered("11010519990230002"), "“19990230”不是真实存在的日期"),
        (numbered("11010520261106002"), "2026 年 11 月 6 日晚于今天"),
        (numbered("11010518951104002"), "已超过 130 岁"),
        (numbered("81000019900506002"), "改为港澳台居民居住证"),
    ],
)
def test_errors_say_exactly_what_is_wrong(number: str, message: str) -> None:
    result = resident(number)
    assert not result.ok
    assert any(message in error for error in result.errors), result.errors
    assert (result.birth_date, result.sex, result.region_code) == (None, None, None)


def test_several_faults_are_told_at_once() -> None:
    assert len(resident("110105199902300020").errors) == 2


def test_an_unknown_province_is_only_a_warning() -> None:
    result = resident(numbered("18010519900506002"))
    assert result.ok
    assert "“18”" in result.warnings[0]


def test_born_today_is_allowed() -> None:
    assert resident(make_demo_resident_id(TODAY, "male", 0, "990101")).birth_date == TODAY


def test_demo_numbers_need_permission() -> None:
    assert resident(DEMO).ok
    assert resident(DEMO).warnings == ()
    assert resident(DEMO, allow_demo=False).errors == ("该号码用的是演示区号，正式系统不收",)


@pytest.mark.parametrize(("serial", "region"), [(-1, "990101"), (500, "990101"), (1, "110105"), (1, "990001")])
def test_no_demo_number_outside_the_demo_regions(serial: int, region: str) -> None:
    with pytest.raises(ValueError):
        make_demo_resident_id(date(1990, 1, 1), "male", serial, region)


def test_demo_regions_are_in_no_real_region() -> None:
    assert {code[:2] for code in DEMO_REGIONS}.isdisjoint(PROVINCES)
    with (shared_data("cn-regions-2023") / "areas.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert DEMO_REGIONS.isdisjoint(row["code"] for row in rows)
    assert {row["provinceCode"] for row in rows} <= set(PROVINCES)


@given(demo_ids())
def test_a_made_number_says_what_it_was_made_of(made: tuple[str, date, Sex]) -> None:
    number, birth, sex = made
    result = resident(number)
    assert result.ok
    assert (result.birth_date, result.sex, result.region_code) == (birth, sex, number[:6])


@given(demo_ids(), st.integers(0, 17), st.sampled_from("0123456789X"))
def test_every_single_digit_error_is_caught(made: tuple[str, date, Sex], place: int, wrong: str) -> None:
    number = made[0]
    assume(number[place] != wrong)
    assert not resident(number[:place] + wrong + number[place + 1 :]).ok


@given(demo_ids(), st.integers(0, 16))
def test_every_adjacent_transposition_is_caught(made: tuple[str, date, Sex], place: int) -> None:
    number = made[0]
    assume(number[place] != number[place + 1])
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert not resident(swapped).ok


@given(st.sampled_from(DocumentKind), st.text(max_size=25))
def test_any_text_gets_an_answer(kind: DocumentKind, text: str) -> None:
    result = check(kind, text, on=TODAY)
    assert result.kind is kind
    assert result.ok == (result.errors == ())
    assert check(kind, result.number, on=TODAY) == result


@pytest.mark.parametrize("first17", ["", "1" * 16, "1" * 18, "1234567890123456X", "１" * 17])
def test_check_digit_wants_17_digits(first17: str) -> None:
    with pytest.raises(ValueError):
        check_digit(first17)


@pytest.mark.parametrize(
    ("kind", "number"),
    [
        ("hmt_residence", numbered("81000019900506002")),
        ("hmt_residence", numbered("82000019900506002")),
        ("hmt_residence", numbered("83000019900506002")),
        ("hm_permit", "H12345678"),
        ("hm_permit", "m1234567801"),
        ("tw_permit", "12345678"),
        ("tw_permit", "1234567890(B)"),
        ("passport_cn", "E12345678"),
        ("passport_cn", "EA1234567"),
        ("passport_cn", "DE1234567"),
        ("passport_cn", "P1234567"),
        ("passport_foreign", "AB123"),
        ("passport_foreign", "L8980-1234567890"),
        ("foreign_pr", numbered("91184019900506002")),
        ("foreign_pr", "USA310012345678"),
        ("disability", DEMO + "43"),
        ("disability", DEMO + "11B2"),
    ],
)
def test_accepted_numbers(kind: str, number: str) -> None:
    assert check(DocumentKind(kind), number, on=TODAY, allow_demo=True).errors == ()


@pytest.mark.parametrize(
    ("kind", "number", "message"),
    [
        ("hmt_residence", numbered("11010519900506002"), "830000（台湾）开头"),
        ("hmt_residence", "810000", "您填写了 6 位"),
        ("hm_permit", "A12345678", "H（香港）或 M（澳门）"),
        ("hm_permit", "H1234567", "您填写了 7 位"),
        ("hm_permit", "H1234567B", "第 9 位是“B”"),
        ("tw_permit", "1234567", "您填写了 7 位"),
        ("tw_permit", "1234A678", "第 5 位是“A”"),
        ("passport_cn", "X12345678", "字母 E 开头"),
        ("passport_cn", "EI1234567", "不用 I 和 O"),
        ("passport_cn", "E1234567", "应为 9 位，您填写了 8 位"),
        ("passport_foreign", "AB12", "您填写了 4 位"),
        ("passport_foreign", "AB12#4", "不能有“#”"),
        ("foreign_pr", numbered("11010519900506002"), "以 9 开头"),
        ("foreign_pr", "911840199005060021", "校验码"),
        ("foreign_pr", "US1310012345678", "3 个字母加 12 位数字"),
        ("foreign_pr", "9118401990", "您填写了 10 位"),
        ("disability", DEMO, "应为 20 位"),
        ("disability", DEMO + "83", "第 19 位是“8”"),
        ("disability", DEMO + "45", "第 20 位是“5”"),
        ("disability", DEMO + "43C1", "B1 至 B9"),
        ("disability", DEMO[:17] + ("1" if DEMO[17] == "0" else "0") + "43", "校验码"),
    ],
)
def test_refused_numbers(kind: str, number: str, message: str) -> None:
    errors = check(DocumentKind(kind), number, on=TODAY, allow_demo=True).errors
    assert any(message in error for error in errors), errors


@pytest.mark.parametrize(
    ("kind", "number"),
    [("tw_permit", "1234567890"), ("passport_cn", "G12345678"), ("foreign_pr", numbered("91884019900506002"))],
)
def test_doubtful_numbers_pass_with_a_warning(kind: str, number: str) -> None:
    result = check(DocumentKind(kind), number, on=TODAY)
    assert result.ok
    assert len(result.warnings) == 1


def test_disability_certificate_tells_category_and_grade() -> None:
    result = check(DocumentKind.DISABILITY, DEMO + "43", on=TODAY, allow_demo=True)
    assert (result.disability_category, result.disability_grade) == (4, 3)
    assert (result.birth_date, result.sex) == (date(1990, 5, 6), "female")
    assert result.kind is DocumentKind.DISABILITY
    assert not check(DocumentKind.DISABILITY, DEMO + "43", on=TODAY).ok


def test_permanent_residence_gives_birth_date_but_no_region() -> None:
    result = check(DocumentKind.FOREIGN_PR, numbered("91184019900506002"), on=TODAY)
    assert (result.birth_date, result.sex, result.region_code) == (date(1990, 5, 6), None, None)


def test_every_kind_has_a_chinese_label() -> None:
    assert len({kind.label for kind in DocumentKind}) == len(DocumentKind)


@pytest.mark.parametrize(
    ("kind", "number", "shown"),
    [
        ("resident_id", "11010519491231002x", "110****002X"),
        ("disability", "11010519491231002X43B1", "110****002X"),
        ("hm_permit", "H12345678", "H****78"),
        ("passport_foreign", "AB123", "****3"),
        ("passport_foreign", "AB1", "****"),
    ],
)
def test_mask(kind: str, number: str, shown: str) -> None:
    assert mask(DocumentKind(kind), number) == shown


@given(st.sampled_from(DocumentKind), st.text(alphabet="0123456789ABX", max_size=22))
def test_a_mask_never_shows_more_than_half(kind: DocumentKind, number: str) -> None:
    shown = mask(kind, number).replace("****", "")
    assert len(shown) <= min(7, len(number) // 2)
