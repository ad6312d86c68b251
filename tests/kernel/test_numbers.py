"""Money and ordinals."""

from decimal import Decimal

import pytest

from zhiyin.kernel.numbers import chinese_ordinal, money


@pytest.mark.parametrize(
    ("amount", "shown"),
    [
        ("1234.5", "1,234.50 元"),
        ("0", "0.00 元"),
        ("2.675", "2.68 元"),
        ("-1234567.005", "-1,234,567.01 元"),
        ("1E+3", "1,000.00 元"),
    ],
)
def test_money(amount: str, shown: str) -> None:
    assert money(Decimal(amount)) == shown


def test_money_must_be_finite() -> None:
    with pytest.raises(ValueError):
        money(Decimal("NaN"))


@pytest.mark.parametrize(
    ("n", "text"),
    [(1, "一"), (9, "九"), (10, "十"), (11, "十一"), (20, "二十"), (21, "二十一"), (99, "九十九")],
)
def test_chinese_ordinal(n: int, text: str) -> None:
    assert chinese_ordinal(n) == text


def test_ordinals_are_distinct_and_bounded() -> None:
    assert len({chinese_ordinal(n) for n in range(1, 100)}) == 99
    for n in (0, 100, -1):
        with pytest.raises(ValueError):
            chinese_ordinal(n)
