"""An organisation's values as a workbook, and the edited workbook as operations, with findings row by row."""

import io
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from pydantic import ValidationError
from python_calamine import CalamineError, load_workbook

from zhiyin.domain.files import workbooks
from zhiyin.domain.standards.values import KEYS, KINDS, EditableValue
from zhiyin.engines.rules.values import parameter_value
from zhiyin.kernel.errors import Invalid
from zhiyin.packs.layers import Assignment, Operations
from zhiyin.packs.resolved import Layer, LayerError, Resolved, resolve
from zhiyin.packs.sources import model_faults

COLUMNS = (
    ("类别", 8),
    ("编号", 26),
    ("名称", 26),
    ("位置", 40),
    ("项目", 10),
    ("说明", 30),
    ("现在的值", 36),
    ("自", 12),
    ("至", 12),
    ("依据", 24),
    ("由谁定", 22),
    ("改为", 36),
    ("改后自", 12),
    ("改后至", 12),
    ("改后依据", 24),
    ("原因", 30),
)
EMPTY = "（清空）"
"""Typed under 改为 to leave a text empty; an empty cell changes nothing."""

OWN_SOURCE = "本机构规定"
MAX_BYTES = 10 * 1024 * 1024
_HEADS = tuple(name for name, _ in COLUMNS)
_OPERATION = re.compile(r"(set|alter)\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong in a row; ``number`` counts as the spreadsheet does, from 1."""

    number: int
    column: str
    message: str

    def __str__(self) -> str:
        return f"第 {self.number} 行“{self.column}”：{self.message}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """A workbook that was read: how many rows ask for a change, what is wrong in which, and the operations of the
    good ones.
    """

    asked: int
    findings: tuple[Finding, ...]
    operations: Mapping[str, Any]

    @property
    def good(self) -> int:
        """Rows that went into the operations."""
        return self.asked - len({finding.number for finding in self.findings})


@dataclass(slots=True)
class _Wish:
    """One row that asks for a change."""

    number: int
    value: EditableValue
    wanted: Any
    valid_from: str = ""
    valid_to: str = ""
    source: str = ""
    why: str = ""


@dataclass(slots=True)
class _Reading:
    wishes: list[_Wish] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    asked: int = 0

    def tell(self, number: int, column: str, message: str) -> None:
        self.findings.append(Finding(number, column, message))


def write(values: Sequence[EditableValue], who: str, reason: str) -> bytes:
    """The values as .xlsx, with empty columns for what shall be changed."""
    workbooks.checked_count(len(values))
    stamp = f"{timezone.localtime():%Y-%m-%d %H:%M}"
    cover = f"导出人 {who}　时间 {stamp}　用途 {reason}　共 {len(values)} 行　只填“改为”及右边各列；要清空文字写{EMPTY}"
    return workbooks.workbook("标准", COLUMNS, [_row(value) for value in values], cover, pinned=3)


def _row(value: EditableValue) -> list[workbooks.Cell]:
    return [
        KINDS[value.kind],
        value.id,
        value.title,
        value.at,
        KEYS[value.key],
        value.what,
        value.shown,
        value.valid_from,
        value.valid_to,
        value.source,
        value.layer,
    ]


def read(
    content: bytes, values: Sequence[EditableValue], resolved: Resolved, *, effective_from: date, why: str
) -> Sheet:
    """The operations that an edited workbook asks for, over what stands (``values`` of ``resolved``).

    A row without 改为 asks for nothing. A faulty row is told and left out, the others stand. ``Invalid`` at ``file``
    for a file that is no such workbook.
    """
    number, head, rows = _table(content)
    known = {value.place: value for value in values}
    reading = _Reading()
    for offset, cells in enumerate(rows, start=1):
        row = {name: cells[index] if index < len(cells) else "" for name, index in head.items()}
        if row["改为"] == "":
            continue
        reading.asked += 1
        _read_row(reading, number + offset, row, known, effective_from, why)
    operations = _laid(reading, resolved)
    return Sheet(reading.asked, tuple(sorted(reading.findings, key=lambda item: item.number)), operations)


def _table(content: bytes) -> tuple[int, dict[str, int], list[list[Any]]]:
    """Number of the head's row, index of each column, and the rows below."""
    if len(content) > MAX_BYTES:
        raise Invalid({"file": ["文件超过 10 MB"]})
    try:
        book = load_workbook(io.BytesIO(content))
        table = book.get_sheet_by_index(0).to_python(skip_empty_area=False)
    except (CalamineError, IndexError, ValueError) as error:
        raise Invalid({"file": ["这个 Excel 文件打不开，可能加了密码或者坏了；请另存为 xlsx 再试"]}) from error
    for place, row in enumerate(table[:10]):
        head = {name: index for index, name in enumerate(str(cell).strip() for cell in row) if name in _HEADS}
        if {"类别", "编号", "改为"} <= head.keys():
            absent = [name for name in _HEADS if name not in head]
            if absent:
                raise Invalid({"file": [f"少了这些列：{'、'.join(absent)}；请从导出的表格改起"]})
            body = [[_cell(cell) for cell in cells] for cells in table[place + 1 :]]
            if len(body) > workbooks.MAX_ROWS:
                raise Invalid({"file": [f"一次最多读 {workbooks.MAX_ROWS} 行"]})
            return place + 1, head, body
    raise Invalid({"file": ["没有找到表头；请从导出的表格改起"]})


def _cell(cell: Any) -> str:
    if isinstance(cell, datetime | date):
        return cell.strftime("%Y-%m-%d")
    if isinstance(cell, bool):
        return "是" if cell else "否"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    text = str(cell).strip()
    return text[1:] if text[:1] == "'" and workbooks.as_text(text[1:]) == text else text


def _read_row(
    reading: _Reading,
    number: int,
    row: Mapping[str, str],
    known: Mapping[tuple[str, str, str, str, str], EditableValue],
    effective_from: date,
    why: str,
) -> None:
    kind = next((code for code, label in KINDS.items() if label == row["类别"]), "")
    key = next((code for code, label in KEYS.items() if label == row["项目"]), "")
    value = known.get((kind, row["编号"], row["位置"], key, row["自"]))
    if value is None:
        reading.tell(number, "编号", "现在的标准里找不到这一行；请重新导出再改")
        return
    if row["现在的值"] != value.shown:
        reading.tell(number, "现在的值", f"现在是“{value.shown}”；新的值写在“改为”一列，或重新导出再改")
        return
    before = len(reading.findings)
    wish = _Wish(number, value, _wanted(reading, number, row["改为"], value), why=row["原因"] or why)
    if value.kind == "parameter":
        wish.valid_from = _day(reading, number, "改后自", row["改后自"]) or effective_from.isoformat()
        wish.valid_to = _day(reading, number, "改后至", row["改后至"])
        wish.source = row["改后依据"] or OWN_SOURCE
        if wish.valid_to and wish.valid_to < wish.valid_from:
            reading.tell(number, "改后至", f"{wish.valid_to} 早于开始的 {wish.valid_from}")
    if len(reading.findings) == before:
        reading.wishes.append(wish)


def _wanted(reading: _Reading, number: int, text: str, value: EditableValue) -> Any:
    if value.type == "boolean":
        if text in {"是", "否"}:
            return text == "是"
        reading.tell(number, "改为", "请写“是”或“否”")
    elif value.kind != "parameter":
        if text != EMPTY:
            return text
        if value.key != "label":
            return ""
        reading.tell(number, "改为", "题目不能清空")
    else:
        try:
            parameter_value(value.type, text)  # type: ignore[arg-type]
        except ValueError as error:
            reading.tell(number, "改为", str(error))
        else:
            return text
    return None


def _day(reading: _Reading, number: int, column: str, text: str) -> str:
    if text:
        try:
            return date.fromisoformat(text[:10]).isoformat()
        except ValueError:
            reading.tell(number, column, f"“{text}”不是日期，请写成 2026-01-31 这样")
    return ""


def _laid(reading: _Reading, resolved: Resolved) -> dict[str, Any]:
    """Operations of the good rows: what cannot be laid is told at its rows and left out, until the rest can be."""
    wishes = _without_clashes(reading)
    while wishes:
        operations, rows = _operations(wishes)
        try:
            checked = Operations.model_validate(operations)
            layer = Layer("sheet", "表格", "agency", checked)
            resolve(resolved.registry, resolved.profiles, resolved.on, [*_changes(resolved), layer])
        except LayerError as error:
            faulty: set[int] = set()
            for operation, message in error.faults:
                match = _OPERATION.match(operation)
                numbers = rows[match[1], int(match[2])] if match else [wish.number for wish in wishes]
                for number in numbers:
                    reading.tell(number, "改为", message)
                faulty.update(numbers)
            wishes = [wish for wish in wishes if wish.number not in faulty]
        else:
            return operations
    return {}


def _without_clashes(reading: _Reading) -> list[_Wish]:
    """Rows of one parameter must not overlap in time; those that do are told, all of them."""
    good: list[_Wish] = []
    by_parameter: dict[str, list[_Wish]] = {}
    for wish in reading.wishes:
        if wish.value.kind == "parameter":
            by_parameter.setdefault(wish.value.id, []).append(wish)
        else:
            good.append(wish)
    for id, wishes in by_parameter.items():
        try:
            Assignment.model_validate(_assignment(id, wishes))
        except ValidationError as error:
            for _, _, message, _ in model_faults(error):
                for wish in wishes:
                    reading.tell(wish.number, "改后自", message)
        else:
            good += wishes
    return good


def _operations(wishes: Sequence[_Wish]) -> tuple[dict[str, Any], dict[tuple[str, int], list[int]]]:
    """The operations, and for each (``set``, 0) the numbers of its rows."""
    rows: dict[tuple[str, int], list[int]] = {}
    sets: dict[str, list[_Wish]] = {}
    alters: dict[tuple[str, str, str], list[_Wish]] = {}
    for wish in wishes:
        value = wish.value
        if value.kind == "parameter":
            sets.setdefault(value.id, []).append(wish)
        else:
            alters.setdefault((value.kind, value.id, value.at), []).append(wish)
    for name, groups in (("set", list(sets.values())), ("alter", list(alters.values()))):
        rows |= {(name, index): [wish.number for wish in group] for index, group in enumerate(groups)}
    operations = {
        "set": [_assignment(id, group) for id, group in sets.items()],
        "alter": [
            {
                "definition": {"kind": kind, "id": id},
                "at": at,
                "set": {wish.value.key: wish.wanted for wish in group},
                "why": group[0].why,
            }
            for (kind, id, at), group in alters.items()
        ],
    }
    return {name: found for name, found in operations.items() if found}, rows


def _assignment(id: str, wishes: Sequence[_Wish]) -> dict[str, Any]:
    values = [
        {"value": wish.wanted, "valid_from": wish.valid_from, "valid_to": wish.valid_to or None, "source": wish.source}
        for wish in wishes
    ]
    return {"parameter": id, "values": values, "why": wishes[0].why}


def _changes(resolved: Resolved) -> list[Layer]:
    return [layer for layer in resolved.layers if layer.kind == "agency"]
