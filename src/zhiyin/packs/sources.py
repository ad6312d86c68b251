"""Reading the files of a pack as plain data that remembers its lines."""

import csv
import io
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from zhiyin.engines.definitions import Faults
from zhiyin.packs.findings import Finding
from zhiyin.packs.reading import Fault, Lines, Place, has_control, plain_data

Parse = Callable[[str], tuple[Any, Lines, list[Fault]]]
"""From the text of a file to its data, lines and faults, as :func:`zhiyin.packs.reading.plain_data` does it."""

MOST_BYTES = 1024**2
MOST_PACK_BYTES = 50 * 1024**2
MOST_FILES = 5000

_KIND_WORDS = {
    str: "文字",
    bool: "是否值",
    int: "整数",
    float: "小数",
    list: "列表",
    dict: "一组键值",
    type(None): "空值",
}
_WANTED = {
    "string_type": "文字",
    "int_type": "整数",
    "float_type": "数字",
    "bool_type": "true 或 false",
    "list_type": "列表",
    "dict_type": "一组键值",
    "model_type": "一组键值",
    "date_type": "带引号的日期",
}


@dataclass(slots=True)
class Source:
    """One YAML file: its plain data, and the line (from 1) of every place in it."""

    file: Path
    data: Any = None
    lines: Lines = field(default_factory=dict)

    def line(self, place: Sequence[str | int] = ()) -> int:
        """Line of the deepest part of ``place`` that stands in the file (a model may add parts of its own)."""
        here: Place = ()
        for part in place:
            if (*here, part) in self.lines:
                here = (*here, part)
        return self.lines.get(here, 1)


def read_yaml(file: Path, parse: Parse = plain_data) -> tuple[Source, list[Finding]]:
    """The one YAML 1.2 document of a file. Data is None when the findings contain a fault that stopped the reading."""
    source = Source(file)
    text, trouble = read_text(file)
    if trouble:
        return source, trouble
    source.data, source.lines, faults = parse(text)
    findings = [Finding(file, fault.line, fault.rule, fault.message, fault.mend) for fault in faults]
    if not isinstance(source.data, dict):
        if not any(fault.fatal for fault in faults):
            findings.append(Finding(file, 1, "yaml-syntax", "文件里要有一组键值", "以 kind: … 开头写一个定义"))
        source.data = None
    return source, findings


def read_text(file: Path) -> tuple[str, list[Finding]]:
    """Text of a regular file of at most ``MOST_BYTES``, without a byte order mark."""
    try:
        if not stat.S_ISREG(file.stat().st_mode):  # a pipe or a device would keep the reader waiting
            return "", [Finding(file, 1, "unreadable", "不是普通文件", "换成普通的文本文件")]
        with file.open("rb") as stream:
            content = stream.read(MOST_BYTES + 1)
        if len(content) > MOST_BYTES:
            return "", [Finding(file, 1, "too-large", f"文件超过 {MOST_BYTES // 1024} KB", "拆成几个文件")]
        return content.decode("utf-8-sig"), []
    except (OSError, UnicodeDecodeError) as error:
        return "", [Finding(file, 1, "unreadable", f"读不出文件：{error}", "文件须是 UTF-8 编码的文本")]


def size_findings(folder: Path) -> list[Finding]:
    """What forbids reading a pack at all: too many files, too many bytes, something that lies outside its folder."""
    root = folder.resolve()
    files = size = 0
    waiting = [folder]
    try:
        while waiting:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    path = Path(entry.path)
                    if entry.is_symlink() and not path.resolve().is_relative_to(root):
                        return [Finding(path, 1, "outside", "链接到了定义包的文件夹之外", "把文件放进包里")]
                    files += 1
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(path)
                    else:
                        size += entry.stat(follow_symlinks=False).st_size
                    if files > MOST_FILES:
                        return [Finding(folder, 1, "too-large", f"文件超过 {MOST_FILES} 个", "拆成几个定义包")]
                    if size > MOST_PACK_BYTES:
                        message = f"文件合计超过 {MOST_PACK_BYTES // 1024**2} MB"
                        return [Finding(folder, 1, "too-large", message, "拆成几个定义包")]
    except (OSError, RuntimeError) as error:  # RuntimeError: links in a ring
        return [Finding(folder, 1, "unreadable", f"读不出文件夹：{error}", "检查权限和链接")]
    return []


def read_csv(file: Path, columns: Sequence[str]) -> tuple[list[tuple[int, dict[str, str]]], list[Finding]]:
    """Rows of a table as (line, mapping of column to trimmed text). The header must be exactly ``columns``."""
    text, trouble = read_text(file)
    if trouble:
        return [], trouble
    try:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        table = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        return [], [Finding(file, 1, "unreadable", f"读不出表格：{error}", "文件须是 UTF-8 编码的 CSV")]
    if not table or table[0][1] != list(columns):
        return [], [Finding(file, 1, "table-header", "表头不对", f"表头应为 {','.join(columns)}")]
    rows: list[tuple[int, dict[str, str]]] = []
    findings: list[Finding] = []
    for line, cells in table[1:]:
        if not any(cell.strip() for cell in cells):
            continue
        if len(cells) != len(columns):
            findings.append(
                Finding(file, line, "table-row", f"这一行有 {len(cells)} 格，应为 {len(columns)} 格", "检查逗号和引号")
            )
            continue
        if has_control(cells):
            findings.append(Finding(file, line, "wrong-value", "文字里有看不见的控制字符", "删去它"))
            continue
        rows.append((line, {name: cell.strip() for name, cell in zip(columns, cells, strict=True)}))
    return rows, findings


def model_faults(error: ValidationError) -> list[tuple[Place, str, str, str]]:
    """The faults that a model found, as (place, rule, message, mend) in Chinese."""
    faults: list[tuple[Place, str, str, str]] = []
    for detail in error.errors(include_url=False):
        place: Place = tuple(detail["loc"])
        inner = detail.get("ctx", {}).get("error")
        if isinstance(inner, Faults):
            faults += [((*place, *where), "incoherent", message, "") for where, message in inner.faults]
        else:
            faults.append((place, *_explain(detail)))
    return faults


def _explain(detail: ErrorDetails) -> tuple[str, str, str]:
    kind, given = detail["type"], detail["input"]
    name = detail["loc"][-1] if detail["loc"] else ""
    limits: Mapping[str, Any] = detail.get("ctx", {})
    if kind == "extra_forbidden":
        return "unknown-key", f"不认识的键“{name}”", "核对拼写，或删去这一行"
    if kind == "missing":
        return "missing-key", f"缺少“{name}”", "补上这个键"
    if kind in _WANTED:
        was = _KIND_WORDS.get(type(given), type(given).__name__)
        mend = f'给它加上引号："{given}"' if kind == "string_type" and isinstance(given, int | float) else ""
        return "wrong-type", f"“{name}”要写{_WANTED[kind]}，写的却是{was}", mend
    if kind == "value_error":
        return "incoherent", str(limits.get("error", detail["msg"])), ""
    if kind == "literal_error":
        return "wrong-value", f"“{name}”不能是“{given}”", f"可用：{limits.get('expected', '')}"
    if kind == "string_pattern_mismatch":
        return "wrong-value", f"“{name}”的写法不对：“{given}”", f"须符合 {limits.get('pattern', '')}"
    if kind in {"string_too_short", "too_short"}:
        return "wrong-value", f"“{name}”不能是空的", ""
    if kind in {"greater_than_equal", "greater_than", "less_than_equal", "less_than"}:
        bound = next(iter(limits.values()), "")
        side = "大于" if kind.startswith("less") else "小于"
        return "wrong-value", f"“{name}”是 {given}，不能{side} {bound}", ""
    return "wrong-value", f"“{name}”不对：{detail['msg']}", ""
