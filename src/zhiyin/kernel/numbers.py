"""Numbers as Chinese documents print them."""

from decimal import ROUND_HALF_UP, Decimal

_DIGITS = "零一二三四五六七八九"


def money(amount: Decimal) -> str:
    """``1234.5`` → ``1,234.50 元``; rounded half up to the fen. Raises ValueError for NaN and infinity."""
    if not amount.is_finite():
        raise ValueError("an amount of money must be finite")
    return f"{amount.quantize(Decimal('0.01'), ROUND_HALF_UP):,} 元"


def chinese_ordinal(n: int) -> str:
    """The Chinese numeral of a section number, 1–99: 一, 十, 十一, 二十, 九十九. ValueError outside the range."""
    if not 1 <= n <= 99:
        raise ValueError(f"section numbers go from 1 to 99, not {n}")
    tens, units = divmod(n, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[units] if units else "")
