"""The ledger as a workbook. An export states its reason, is logged with its scope, and escapes formulas."""

from django.utils import timezone

from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.casework import policies, queries
from zhiyin.domain.files import workbooks

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


def _row(line: queries.LedgerRow) -> list[workbooks.Cell]:
    case = line.case
    return [
        case.number,
        case.file.number,
        line.name,
        case.person.sex_label,
        case.person.age(),
        line.kind,
        case.adviser.user.name,
        timezone.localdate(case.opened_at),
        line.step,
        line.status,
        case.next_due_on,
        case.late_count,
        timezone.localdate(case.closed_at) if case.closed_at else None,
    ]


@command("casework.export_ledger")
def export_ledger(filters: queries.LedgerFilters, reason: str, sort: str = "due") -> bytes:
    """The filtered ledger as .xlsx with a cover row saying who made it, when, and why.

    Raises ``Invalid`` without a reason or when more than ``workbooks.MAX_ROWS`` rows would leave the house at once.
    """
    who = actor()
    policies.require(who, "casework.export")
    reason = workbooks.checked_reason(reason)
    cases = queries.ledger(who, filters, sort)
    count = workbooks.checked_count(cases.count())
    narrowed = sorted(name for name, value in vars(filters).items() if value)
    record("casework.ledger_exported", reason=reason, rows=count, filters=narrowed)
    # a child's name stays masked for whoever could not open the file either
    rows = (_row(line) for line in queries.ledger_rows(who, list(cases)))
    return workbooks.workbook("服务台账", COLUMNS, rows, workbooks.cover(who, reason, count))
