"""The list of files as a workbook: with a reason, logged with its scope, without identity numbers or sealed values."""

import io

import xlsxwriter
from django.utils import timezone

from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.clients import policies, queries
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.clients.values import label
from zhiyin.kernel.dates import AgeRegime
from zhiyin.kernel.errors import Invalid

MAX_ROWS = 20_000
COLUMNS = (
    ("档案号", 18),
    ("姓名", 12),
    ("性别", 6),
    ("年龄", 6),
    ("文化程度", 14),
    ("目前状态", 24),
    ("户口性质", 16),
    ("责任指导师", 12),
    ("建档日期", 12),
)
_RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@command("clients.export")
def export_files(filters: queries.Filters, reason: str) -> bytes:
    """The files that pass ``filters``, in pinyin order, as .xlsx. Children under 14 are left out and counted.

    ``Refused`` without the right; ``Invalid`` without a reason or for more than ``MAX_ROWS`` rows.
    """
    who = actor()
    policies.require(who, "clients.export")
    if len(reason.strip()) < 4:
        raise Invalid({"reason": ["请写明导出的用途，至少 4 个字"]})
    found = list(
        queries.matching_files(who, filters, "clients.export").select_related("person", "adviser__user")[: MAX_ROWS + 1]
    )
    if len(found) > MAX_ROWS:
        raise Invalid(f"一次最多导出 {MAX_ROWS} 行，请加上筛选条件")
    files = [file for file in found if file.person.regime() != AgeRegime.UNDER_14]
    left_out = len(found) - len(files)
    stamp = f"{timezone.localtime():%Y-%m-%d %H:%M}"
    cover = f"导出人 {who.name}　时间 {stamp}　用途 {reason.strip()}　共 {len(files)} 行　含个人信息，请妥善保管"
    if left_out:
        cover += f"　另有 {left_out} 名未满十四周岁儿童未导出"
    narrowed = sorted(name for name, value in vars(filters).items() if value)
    record("clients.exported", reason=reason.strip(), rows=len(files), left_out=left_out, filters=narrowed)
    return _workbook(cover, [_row(file) for file in files])


def _row(file: ClientFile) -> list[str | int]:
    person = file.person
    return [
        file.number,
        person.name,
        person.sex_label,
        person.age(),
        label("education-level", file.education_level),
        label("employment-status", file.employment_status),
        label("hukou-kind", file.hukou_kind),
        file.adviser.user.name if file.adviser else "",
        file.opened_on.isoformat(),
    ]


def _workbook(cover: str, rows: list[list[str | int]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("服务对象")
        bold = book.add_format({"bold": True})
        sheet.write_string(0, 0, _plain(cover))
        for column, (title, width) in enumerate(COLUMNS):
            sheet.set_column(column, column, width)
            sheet.write_string(1, column, title, bold)
        for index, row in enumerate(rows, start=2):
            for column, value in enumerate(row):
                if isinstance(value, int):
                    sheet.write_number(index, column, value)
                else:
                    sheet.write_string(index, column, _plain(value))
        sheet.freeze_panes(2, 2)
    return out.getvalue()


def _plain(text: str) -> str:
    """Text that stays text when the sheet is saved as CSV and opened again."""
    return f"'{text}" if text.startswith(_RUNS_AS_FORMULA) else text
