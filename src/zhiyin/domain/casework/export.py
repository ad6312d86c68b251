"""The ledger as a workbook. An export states its reason, is logged with its scope, and escapes formulas."""

import io
from typing import Any

import xlsxwriter
from django.utils import timezone

from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.casework import policies, queries
from zhiyin.domain.casework.models import Case
from zhiyin.kernel.errors import Invalid
from zhiyin.packs.installed import registry

MAX_ROWS = 20_000
COLUMNS: list[tuple[str, int]] = [
    ("个案号", 18),
    ("档案号", 18),
    ("姓名", 12),
    ("性别", 6),
    ("年龄", 6),
    ("服务类别", 14),
    ("责任指导师", 12),
    ("受理日期", 12),
    ("所在步骤", 12),
    ("状态", 10),
    ("最近期限", 12),
    ("过期事项", 10),
    ("结束日期", 12),
]


def _row(case: Case, kinds: dict[str, str], steps: dict[str, str]) -> list[Any]:
    return [
        case.number,
        case.file.number,
        case.person.name,
        case.person.sex_label,
        case.person.age(),
        kinds.get(case.service_kind, case.service_kind),
        case.adviser.user.name,
        timezone.localdate(case.opened_at),
        steps.get(case.stage, case.stage),
        queries.STATUS.get(case.status, case.status),
        case.next_due_on,
        case.late_count,
        timezone.localdate(case.closed_at) if case.closed_at else None,
    ]


@command("casework.export_ledger")
def export_ledger(filters: queries.LedgerFilters, reason: str, sort: str = "due") -> bytes:
    """The filtered ledger as .xlsx with a cover row saying who made it, when, why, and with which filters.

    Raises ``Invalid`` without a reason or when more than ``MAX_ROWS`` rows would leave the house at once.
    """
    who = actor()
    policies.require(who, "casework.export")
    if len(reason.strip()) < 4:
        raise Invalid({"reason": ["请写明导出的用途，至少 4 个字"]})
    cases = queries.ledger(who, filters, sort)
    count = cases.count()
    if count > MAX_ROWS:
        raise Invalid(f"一次最多导出 {MAX_ROWS} 行，现在有 {count} 行，请加上筛选条件")
    kinds = {value.value: value.label for value in registry().get("codelist", "service-kind").values}
    steps = {step.id: step.title for step in registry().get("process", "full-guidance").steps}
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet("服务台账")
    head = book.add_format({"bold": True, "bg_color": "#E8F0FB", "border": 1, "border_color": "#C9D3E0"})
    note = book.add_format({"font_color": "#4E5969"})
    day = book.add_format({"num_format": "yyyy-mm-dd"})
    stamp = timezone.localtime().strftime("%Y-%m-%d %H:%M")
    head = f"导出人 {who.name}　时间 {stamp}　用途 {reason.strip()}　共 {count} 行　含个人信息，请妥善保管"
    sheet.write_string(0, 0, head, note)
    for column, (title, width) in enumerate(COLUMNS):
        sheet.set_column(column, column, width)
        sheet.write_string(1, column, title, head)
    for index, case in enumerate(cases.iterator(chunk_size=2000), start=2):
        for column, value in enumerate(_row(case, kinds, steps)):
            if value is None:
                continue
            if isinstance(value, int):
                sheet.write_number(index, column, value)
            elif hasattr(value, "isoformat"):
                sheet.write_datetime(index, column, value, day)
            else:
                sheet.write_string(index, column, _safe(str(value)))
    sheet.freeze_panes(2, 3)
    sheet.autofilter(1, 0, 1 + count, len(COLUMNS) - 1)
    book.close()
    active = {name: True for name, value in vars(filters).items() if value}
    record("casework.ledger_exported", None, reason=reason.strip(), rows=count, filters=sorted(active))
    return out.getvalue()


def _safe(text: str) -> str:
    """Text that a spreadsheet will not run when the file is saved as CSV and opened again."""
    return "'" + text if text[:1] in "=+-@\t\r" else text
