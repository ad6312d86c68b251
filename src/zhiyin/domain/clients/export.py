"""The list of files as a workbook: with a reason, logged with its scope, without identity numbers or sealed values."""

from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.clients import policies, queries
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.clients.values import label
from zhiyin.domain.files import workbooks
from zhiyin.kernel.dates import AgeRegime

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


@command("clients.export")
def export_files(filters: queries.Filters, reason: str) -> bytes:
    """The files that pass ``filters``, in pinyin order, as .xlsx. Children under 14 are left out and counted.

    ``Refused`` without the right; ``Invalid`` without a reason or for more than ``workbooks.MAX_ROWS`` rows.
    """
    who = actor()
    policies.require(who, "clients.export")
    reason = workbooks.checked_reason(reason)
    matching = queries.matching_files(who, filters, "clients.export").select_related("person", "adviser__user")
    workbooks.checked_count(matching.count())
    found = list(matching)
    files = [file for file in found if file.person.regime() != AgeRegime.UNDER_14]
    left_out = len(found) - len(files)
    more = f"　另有 {left_out} 名未满十四周岁儿童未导出" if left_out else ""
    narrowed = sorted(name for name, value in vars(filters).items() if value)
    record("clients.exported", reason=reason, rows=len(files), left_out=left_out, filters=narrowed)
    cover = workbooks.cover(who, reason, len(files), more)
    return workbooks.workbook("服务对象", COLUMNS, [_row(file) for file in files], cover, pinned=2)


def _row(file: ClientFile) -> list[workbooks.Cell]:
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
        file.opened_on,
    ]
