"""Reading an occupation table that an agency brings: CSV or Excel, Chinese or English heads, faults by row and column.

Reading stores nothing. The report goes to ``commands.import_occupations`` and back to the agency as a workbook with the
faults beside the rows.
"""

import csv
import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import xlsxwriter
from django.conf import settings
from python_calamine import CalamineError, load_workbook

from zhiyin.domain.catalogues.models import Occupation
from zhiyin.engines.definitions import EDUCATION_LEVELS, WORK_CONDITIONS, education_height
from zhiyin.engines.matching import CONDITION_NAMES, EDUCATION_NAMES
from zhiyin.engines.psychometrics import LETTERS, NAMES
from zhiyin.kernel.errors import Invalid
from zhiyin.kernel.text import normalise
from zhiyin.packs.installed import registry

MAX_ROWS = 20_000
_CODE = re.compile(r"[1-8]-\d{2}-\d{2}-\d{2}")
_SPLIT = re.compile(r"[|｜、；;，,\n]")
_DASHES = str.maketrans(dict.fromkeys("－—–−‐‑_", "-"))
_OCCUPATION_LEVELS = {"4", "细类", "职业", "细类（职业）", "细类(职业)"}

_HEADS: Mapping[str, tuple[str, ...]] = {
    "code": ("编码", "职业编码", "代码", "职业代码", "code"),
    "name": ("名称", "职业名称", "职业", "name"),
    "description": ("描述", "说明", "定义", "职业描述", "职业定义", "description", "definition"),
    "education_min": ("最低学历", "学历下限", "education_min"),
    "education_usual": ("常见学历", "通常学历", "一般学历", "education_usual"),
    "skills": ("技能", "典型技能", "主要技能", "skills"),
    "conditions": ("工作条件", "劳动条件", "conditions"),
    "certificates": ("准入资格", "职业资格", "certificates"),
    "path": ("入门与成长", "发展路径", "成长路径", "path"),
    "level": ("层级", "级别", "level"),
    **{letter: (letter, NAMES[letter], NAMES[letter][:2]) for letter in LETTERS},
}
_BY_HEAD = {head.casefold(): column for column, heads in _HEADS.items() for head in heads}
COLUMN_LABELS = {column: heads[0] for column, heads in _HEADS.items()} | {
    letter: f"{NAMES[letter]}（{letter}）" for letter in LETTERS
}

OUTCOMES = {
    "created": "新增",
    "updated": "更新",
    "unchanged": "与现有的一样",
    "kept": "标准包里已有，未改动",
    "skipped": "不是职业，跳过",
    "faulty": "有误，未导入",
}


@dataclass(frozen=True)
class ImportRow:
    """One row of the file. ``number`` counts as the spreadsheet does, the head being row 1 (or wherever it stands).

    ``values`` are typed; ``errors`` maps a column to messages; ``outcome`` is a key of ``OUTCOMES`` or "".
    """

    number: int
    cells: tuple[str, ...]
    values: Mapping[str, Any]
    errors: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    outcome: str = ""

    @property
    def is_good(self) -> bool:
        return not self.errors and self.outcome != "skipped"

    @property
    def messages(self) -> tuple[str, ...]:
        """Faults as one reads them: row, column, what is wrong."""
        return tuple(
            f"第 {self.number} 行“{COLUMN_LABELS.get(column, column)}”：{text}"
            for column, texts in self.errors.items()
            for text in texts
        )


@dataclass(frozen=True)
class ImportReport:
    """A file that was read. ``unknown`` are heads that stand for no column of ours; they were not read."""

    name: str
    head: tuple[str, ...]
    unknown: tuple[str, ...]
    rows: tuple[ImportRow, ...]
    is_stored: bool = False

    @property
    def counts(self) -> dict[str, int]:
        """Rows by outcome; before an import only faulty and skipped ones have one."""
        return {key: sum(row.outcome == key for row in self.rows) for key in OUTCOMES}

    @property
    def messages(self) -> list[str]:
        return [message for row in self.rows for message in row.messages]

    def with_outcomes(self, outcomes: Mapping[int, str], *, is_stored: bool) -> "ImportReport":
        rows = tuple(replace(row, outcome=outcomes.get(row.number, row.outcome)) for row in self.rows)
        return replace(self, rows=rows, is_stored=is_stored)


def read_occupations(content: bytes, name: str) -> ImportReport:
    """Read a table: CSV (UTF-8 with or without mark, GB 18030) or the first sheet of an Excel file.

    Needs a head with code and name in one of its first ten rows; columns may stand in any order. Interests are all six
    (1–7) or none; a row without them is listed, and left out of interest matching. Raises ``Invalid`` at ``file`` when
    the file as a whole cannot be read; faults of single rows are in the report.
    """
    table = _table(content, name)
    place = _head_place(table)
    head = table[place]
    columns = {}
    for index, text in enumerate(head):
        column = _BY_HEAD.get(text.casefold())
        if column in columns.values():
            raise Invalid({"file": [f"有两列都是“{COLUMN_LABELS[column]}”（第 {index + 1} 列“{text}”），请留下一列"]})
        if column is not None:
            columns[index] = column
    body = [(number, cells) for number, cells in enumerate(table[place + 1 :], start=place + 2) if any(cells)]
    if not body:
        raise Invalid({"file": ["表头下面没有数据"]})
    if len(body) > MAX_ROWS:
        raise Invalid({"file": [f"一次最多导入 {MAX_ROWS} 行，这个文件有 {len(body)} 行，请分开导入"]})
    conditions = _condition_words()
    first: dict[str, int] = {}
    rows = [_row(number, cells, columns, conditions, first) for number, cells in body]
    unknown = tuple(text for index, text in enumerate(head) if text and index not in columns)
    return ImportReport(name, tuple(head), unknown, tuple(rows))


def _table(content: bytes, name: str) -> list[list[str]]:
    limit = settings.OPTIONS["files.max_megabytes"]
    if not content.strip():
        raise Invalid({"file": ["文件是空的"]})
    if len(content) > limit * 1024 * 1024:
        raise Invalid({"file": [f"文件超过 {limit} MB"]})
    if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
        return _sheet(content)
    return _csv(content)


def _sheet(content: bytes) -> list[list[str]]:
    try:
        book = load_workbook(io.BytesIO(content))
        rows = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, IndexError, ValueError) as error:
        raise Invalid({"file": ["这个 Excel 文件打不开，可能加了密码或者坏了；请另存为 xlsx 再试"]}) from error
    return [[_cell(value) for value in row] for row in rows]


def _cell(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return normalise(str(value))


def _csv(content: bytes) -> list[list[str]]:
    if b"\x00" in content:
        raise Invalid({"file": ["这不是表格文件；请用 Excel（xlsx）或 CSV"]})
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError as error:
            raise Invalid({"file": ["文字编码认不出来；请在 Excel 里另存为“CSV UTF-8”再试"]}) from error
    sample = text[:4000]
    delimiter = max(",\t;", key=sample.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise Invalid({"file": ["CSV 的格式有误，常见原因是引号不成对；请另存为 xlsx 再试"]}) from error
    return [[normalise(cell) for cell in row] for row in rows]


def _head_place(table: Sequence[Sequence[str]]) -> int:
    for place, cells in enumerate(table[:10]):
        found = {_BY_HEAD.get(cell.casefold()) for cell in cells}
        if {"code", "name"} <= found:
            return place
    raise Invalid({"file": ["没有找到表头：前十行里要有一行写明“编码”和“名称”"]})


def _condition_words() -> dict[str, str]:
    words = {tag: tag for tag in WORK_CONDITIONS} | {label: tag for tag, label in CONDITION_NAMES.items()}
    return words | {item.label: item.value for item in registry().get("codelist", "work-condition").values}


def _row(
    number: int,
    cells: Sequence[str],
    columns: Mapping[int, str],
    conditions: Mapping[str, str],
    first: dict[str, int],
) -> ImportRow:
    raw = {column: cells[index] if index < len(cells) else "" for index, column in columns.items()}
    if "level" in raw and raw["level"] not in _OCCUPATION_LEVELS:
        return ImportRow(number, tuple(cells), {}, outcome="skipped")
    errors: dict[str, list[str]] = {}
    code = raw["code"].translate(_DASHES).replace(" ", "")
    values: dict[str, Any] = {"code": code, "name": raw["name"]}
    if not _CODE.fullmatch(code):
        errors["code"] = [f"“{raw['code']}”不是职业编码，应写成 6-31-01-03 这样"]
    elif code in first:
        errors["code"] = [f"编码 {code} 在第 {first[code]} 行已经有了"]
    else:
        first[code] = number
        values["group"] = int(code[0])
    if not raw["name"]:
        errors["name"] = ["请填写名称"]
    for column in ("name", "description", "certificates", "path"):
        limit = Occupation._meta.get_field(column).max_length
        values[column] = raw.get(column, "")
        if limit and len(values[column]) > limit:
            errors.setdefault(column, []).append(f"最多 {limit} 个字，现有 {len(values[column])} 个")
    values["skills"] = _words(raw.get("skills", ""))
    values["conditions"] = []
    for word in _words(raw.get("conditions", "")):
        if word in conditions:
            values["conditions"].append(conditions[word])
        else:
            errors.setdefault("conditions", []).append(f"没有“{word}”这个工作条件")
    _education(raw, values, errors)
    _interests(raw, values, errors)
    if errors:
        return ImportRow(number, tuple(cells), values, {key: tuple(texts) for key, texts in errors.items()}, "faulty")
    return ImportRow(number, tuple(cells), values)


def _words(text: str) -> list[str]:
    return list(dict.fromkeys(word.strip() for word in _SPLIT.split(text) if word.strip()))


def _education(raw: Mapping[str, str], values: dict[str, Any], errors: dict[str, list[str]]) -> None:
    known = {level: level for level in EDUCATION_LEVELS} | {label: level for level, label in EDUCATION_NAMES.items()}
    for column in ("education_min", "education_usual"):
        text = raw.get(column, "")
        values[column] = known.get(text, "")
        if text and not values[column]:
            errors[column] = [f"没有“{text}”这个学历，可用：{'、'.join(EDUCATION_NAMES.values())}"]
    low, usual = values["education_min"], values["education_usual"]
    if low and usual and education_height(low) > education_height(usual):
        errors["education_min"] = ["最低学历高于常见学历"]


def _interests(raw: Mapping[str, str], values: dict[str, Any], errors: dict[str, list[str]]) -> None:
    given = {letter: raw[letter] for letter in LETTERS if raw.get(letter)}
    values["interests"] = None
    if not given:
        return
    numbers: dict[str, float] = {}
    for letter in LETTERS:
        try:
            numbers[letter] = float(given[letter])
        except KeyError:
            errors[letter] = ["六种兴趣要么全填，要么全空"]
            continue
        except ValueError:
            errors[letter] = [f"“{given[letter]}”不是数字"]
            continue
        if not 1 <= numbers[letter] <= 7:
            errors[letter] = ["应在 1 到 7 之间"]
    for column in ("education_min", "education_usual"):
        if not raw.get(column):
            errors.setdefault(column, []).append("填了兴趣的职业还要填学历，才能参加匹配")
    values["interests"] = numbers


def as_workbook(report: ImportReport) -> bytes:
    """The file with the outcome and the faults of each row in two columns in front, faulty rows marked."""
    out = io.BytesIO()
    # text from a foreign file must stay text: no formula, no link
    safe = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with xlsxwriter.Workbook(out, safe) as book:
        sheet = book.add_worksheet("职业")
        bold = book.add_format({"bold": True, "bg_color": "#E8EEF7", "border": 1})
        mark = book.add_format({"bg_color": "#FDECEA", "text_wrap": True, "valign": "top"})
        for index, text in enumerate(["处理结果", "问题", *report.head]):
            sheet.write_string(0, index, text, bold)
        for place, row in enumerate(report.rows, start=1):
            style = mark if row.errors else None
            cells = [OUTCOMES.get(row.outcome, "可以导入"), "\n".join(row.messages), *row.cells]
            for index, text in enumerate(cells):
                sheet.write_string(place, index, text, style)
        sheet.set_column(0, 0, 18)
        sheet.set_column(1, 1, 48)
        sheet.freeze_panes(1, 2)
    return out.getvalue()
