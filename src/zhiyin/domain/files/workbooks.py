"""Lists that leave the house as a workbook: a cover line, frozen heads, formulas escaped."""

import io
from collections.abc import Iterable, Sequence
from datetime import date

import xlsxwriter
from django.utils import timezone

from zhiyin.domain.audit.acting import Actor
from zhiyin.kernel.errors import Invalid

MAX_ROWS = 20_000
Cell = str | int | date | None
_RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def checked_reason(reason: str) -> str:
    """The reason without blanks around it; ``Invalid`` when it says nothing."""
    reason = reason.strip()
    if len(reason) < 4:
        raise Invalid({"reason": ["请写明导出的用途，至少 4 个字"]})
    return reason


def checked_count(count: int) -> int:
    """``Invalid`` when more rows than ``MAX_ROWS`` would leave at once."""
    if count > MAX_ROWS:
        raise Invalid(f"一次最多导出 {MAX_ROWS} 行，现在有 {count} 行，请加上筛选条件")
    return count


def cover(who: Actor, reason: str, count: int, more: str = "") -> str:
    """The line above the heads: who took it out, when, what for, how much."""
    stamp = f"{timezone.localtime():%Y-%m-%d %H:%M}"
    return f"导出人 {who.name}　时间 {stamp}　用途 {reason}　共 {count} 行　含个人信息，请妥善保管{more}"


def workbook(
    title: str, columns: Sequence[tuple[str, int]], rows: Iterable[Sequence[Cell]], cover_line: str, *, pinned: int = 3
) -> bytes:
    """One sheet as .xlsx. ``columns`` are (head, width in characters); ``pinned`` columns stay when scrolled."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        sheet = book.add_worksheet(title)
        head = book.add_format({"bold": True, "bg_color": "#E8F0FB", "border": 1, "border_color": "#C9D3E0"})
        note = book.add_format({"font_color": "#4E5969"})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet.write_string(0, 0, as_text(cover_line), note)
        for column, (name, width) in enumerate(columns):
            sheet.set_column(column, column, width)
            sheet.write_string(1, column, name, head)
        last = 1
        for last, row in enumerate(rows, start=2):
            for column, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(last, column, value)
                elif isinstance(value, date):
                    sheet.write_datetime(last, column, value, day)
                elif value:
                    sheet.write_string(last, column, as_text(value))
        sheet.freeze_panes(2, pinned)
        sheet.autofilter(1, 0, last, len(columns) - 1)
    return out.getvalue()


def as_text(value: str) -> str:
    """Text that stays text when the sheet is saved as CSV and opened again."""
    return f"'{value}" if value.startswith(_RUNS_AS_FORMULA) else value
