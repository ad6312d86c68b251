"""Telephone numbers, e-mail addresses, organisation codes, and how they and names are masked."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from stdnum.cn.uscc import calc_check_digit

from zhiyin.kernel.errors import Invalid
from zhiyin.kernel.identity import (
    PhoneRegion,
    check_email,
    check_phone,
    mask_email,
    mask_name,
    mask_phone,
    uscc,
)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("138 1234 5678", "13812345678"),
        ("１３８１２３４５６７８", "13812345678"),
        ("+86 138-1234-5678", "13812345678"),
        ("8613812345678", "13812345678"),
        ("008613812345678", "13812345678"),
        ("(0591)87654321", "0591-87654321"),
        ("0596—2345678", "0596-2345678"),
        ("01065432109", "010-65432109"),
        ("+86 10 6543 2109", "010-65432109"),
        ("+86 591 8765 4321", "0591-87654321"),
        ("4001234567", "400-123-4567"),
        ("+852 9123 4567", "+85291234567"),
        ("00853 6612 3456", "+85366123456"),
        ("+886 912 345 678", "+886912345678"),
        ("+886 0912345678", "+886912345678"),
        ("+886-2-2345-6789", "+886223456789"),
    ],
)
def test_check_phone(typed: str, stored: str) -> None:
    assert check_phone(typed) == stored


@pytest.mark.parametrize(
    ("typed", "region", "stored"),
    [
        ("91234567", "HK", "+85291234567"),
        ("66123456", "MO", "+85366123456"),
        ("28123456", "MO", "+85328123456"),
        ("0912345678", "TW", "+886912345678"),
        ("02-23456789", "TW", "+886223456789"),
        ("+8613812345678", "HK", "13812345678"),
    ],
)
def test_check_phone_assumes_the_region(typed: str, region: PhoneRegion, stored: str) -> None:
    assert check_phone(typed, region=region) == stored
    assert check_phone(check_phone(typed, region=region)) == stored


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "请填写电话号码"),
        ("1381234567", "手机号应为 11 位，您填写了 10 位"),
        ("138123456789", "您填写了 12 位"),
        ("11012345678", "第 2 位不会是 1"),
        ("1381234567a", "不能有“a”"),
        ("87654321", "请在前面加上区号"),
        ("23812345678", "1 开头的 11 位数字"),
        ("0591-876543", "区号 0591 后应为 7 或 8 位号码，您填写了 6 位"),
        ("010-6543210", "区号 010 后应为 8 位号码，您填写了 7 位"),
        ("0591-17654321", "第一位不会是 1"),
        ("00912345678", "没有“0091”这个区号"),
        ("011-12345678", "没有“011”这个区号"),
        ("+1 202 555 0100", "目前只收"),
        ("+852 1234", "香港电话应为 8 位"),
        ("+853 12345678", "澳门电话应为 8 位"),
        ("+886 12", "台湾手机应为"),
    ],
)
def test_check_phone_says_what_is_wrong(typed: str, message: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_phone(typed)
    assert message in caught.value.errors[""][0]


@given(st.text(alphabet="0123456789+- ()a", max_size=16), st.sampled_from(["CN", "HK", "MO", "TW"]))
def test_a_normalised_number_stays_as_it_is(typed: str, region: PhoneRegion) -> None:
    try:
        stored = check_phone(typed, region=region)
    except Invalid:
        return
    assert check_phone(stored) == stored


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        (" Li.Hua@Example.COM ", "Li.Hua@example.com"),
        ("name＠qq.com", "name@qq.com"),
        ("a+b@xn--fiq228c.cn", "a+b@xn--fiq228c.cn"),
    ],
)
def test_check_email(typed: str, stored: str) -> None:
    assert check_email(typed) == stored


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("", "请填写电子邮箱"),
        ("name.qq.com", "有且只有一个“@”"),
        ("a@b@c.com", "有且只有一个“@”"),
        ("name@qq。com", "中文句号"),
        ("na me@qq.com", "不能有空格"),
        (".name@qq.com", "前面的部分有误"),
        ("@qq.com", "前面的部分有误"),
        ("name@qq", "后面的部分有误"),
        ("name@-qq.com", "后面的部分有误"),
        ("a@" + ".".join(["b" * 60] * 5), "最长 254 个字符，您填写了 306 个"),
    ],
)
def test_check_email_says_what_is_wrong(typed: str, message: str) -> None:
    with pytest.raises(Invalid) as caught:
        check_email(typed)
    assert message in caught.value.errors[""][0]


@pytest.mark.parametrize(
    ("number", "authority"),
    [
        ("91350100M000100Y43", "市场监督管理部门"),
        ("91110000600037341L", "市场监督管理部门"),
        (" 91350100-m000100y43 ", "市场监督管理部门"),
    ],
)
def test_uscc(number: str, authority: str) -> None:
    result = uscc(number)
    assert (result.ok, result.warnings, result.authority) == (True, (), authority)
    assert result.number == number.strip().replace("-", "").upper()


@pytest.mark.parametrize(
    ("number", "message"),
    [
        ("", "请填写"),
        ("91350100M000100Y4", "应为 18 位，您填写了 17 位"),
        ("91350100M000100Y44", "校验码应为 3"),
        ("9135O100M000100Y43", "第 5 位“O”不会出现在代码中，是否应为数字 0"),
        ("91A50100M000100Y43", "第 3 位是“A”"),
        ("91350100M000100Y#3", "只能由数字和大写字母组成"),
    ],
)
def test_uscc_says_what_is_wrong(number: str, message: str) -> None:
    result = uscc(number)
    assert message in result.errors[0]
    assert result.authority is None


def test_uscc_doubts() -> None:
    first17 = "81350100M000100Y5"
    result = uscc(first17 + calc_check_digit(first17))
    assert result.ok
    assert ["首位" in result.warnings[0], "组织机构代码" in result.warnings[1]] == [True, True]


@given(st.integers(0, 17), st.sampled_from("0123456789ABCDEFGHJKLMNPQRTUWXY"))
def test_uscc_catches_every_single_error(place: int, wrong: str) -> None:
    number = "91350100M000100Y43"
    assume(number[place] != wrong)
    assert not uscc(number[:place] + wrong + number[place + 1 :]).ok


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("13812345678", "138****5678"),
        ("0591-87654321", "0591****321"),
        ("+85291234567", "+852****567"),
        ("400-123-4567", "****567"),
        ("12333", "****"),
        ("", "****"),
    ],
)
def test_mask_phone(number: str, shown: str) -> None:
    assert mask_phone(number) == shown


@pytest.mark.parametrize(
    ("address", "shown"), [("ouyang@example.com", "o****@example.com"), ("broken", "****"), ("", "****")]
)
def test_mask_email(address: str, shown: str) -> None:
    assert mask_email(address) == shown


@pytest.mark.parametrize(
    ("name", "shown"), [("欧阳修", "欧**"), ("王芳", "王*"), ("阿卜杜拉·买买提", "阿**"), ("李", "*"), ("", "")]
)
def test_mask_name(name: str, shown: str) -> None:
    assert mask_name(name) == shown
