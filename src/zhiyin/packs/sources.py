"""Reading the files of a pack as plain data that remembers its lines."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from zhiyin.engines.definitions import Faults
from zhiyin.packs.findings import Finding

Place = tuple[str | int, ...]

_TAG = "tag:yaml.org,2002:"
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
    lines: dict[Place, int] = field(default_factory=dict)

    def line(self, place: Sequence[str | int] = ()) -> int:
        """Line of the deepest part of ``place`` that stands in the file (a model may add parts of its own)."""
        here: Place = ()
        for part in place:
            if (*here, part) in self.lines:
                here = (*here, part)
        return self.lines.get(here, 1)


def read_yaml(file: Path) -> tuple[Source, list[Finding]]:
    """The one YAML 1.2 document of a file. Data is None when the findings contain a fault that stopped the reading."""
    source = Source(file)
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        return source, [Finding(file, 1, "unreadable", f"读不出文件：{error}", "文件须是 UTF-8 编码的文本")]
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except YAMLError as error:
        mark = error.problem_mark if isinstance(error, MarkedYAMLError) else None
        reason = (error.problem if isinstance(error, MarkedYAMLError) else None) or str(error).splitlines()[0]
        return source, [
            Finding(
                file, mark.line + 1 if mark else 1, "yaml-syntax", f"YAML 语法不对：{reason}", "检查缩进、引号和冒号"
            )
        ]
    findings: list[Finding] = []
    source.data = None if node is None else _plain(node, (), source, findings)
    if not isinstance(source.data, dict):
        findings.append(Finding(file, 1, "yaml-syntax", "文件里要有一组键值", "以 kind: … 开头写一个定义"))
        source.data = None
    return source, findings


def _plain(node: Node, place: Place, source: Source, findings: list[Finding]) -> Any:
    line = node.start_mark.line + 1
    source.lines.setdefault(place, line)
    if isinstance(node, MappingNode):
        return _mapping(node, place, source, findings)
    if isinstance(node, SequenceNode):
        return [_plain(child, (*place, index), source, findings) for index, child in enumerate(node.value)]
    if not isinstance(node, ScalarNode):
        raise TypeError(f"unknown YAML node {type(node).__name__}")
    text: str = node.value
    match str(node.tag).removeprefix(_TAG):
        case "str":
            return text
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return int(text.replace("_", ""), 0) if text[:2].lower() in {"0x", "0o"} else int(text.replace("_", ""))
        case "float":
            return float(text.replace("_", "").replace(".inf", "inf").replace(".nan", "nan"))
        case "timestamp":
            findings.append(Finding(source.file, line, "unquoted-date", f"日期 {text} 没有加引号", f'写成 "{text}"'))
            return text
        case tag:
            findings.append(Finding(source.file, line, "yaml-syntax", f"不能用标签 {tag}", "删去以 ! 开头的标签"))
            return text


def _mapping(node: MappingNode, place: Place, source: Source, findings: list[Finding]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key_node, value_node in node.value:
        line = key_node.start_mark.line + 1
        key = key_node.value
        if not isinstance(key, str) or not str(key_node.tag).endswith(":str"):
            findings.append(Finding(source.file, line, "wrong-type", f"键“{key}”不是文字", "给键加上引号"))
            key = str(key)
        if key in found:
            findings.append(Finding(source.file, line, "duplicate-key", f"键“{key}”写了两次", "留下一个"))
            continue
        source.lines[(*place, key)] = line
        found[key] = _plain(value_node, (*place, key), source, findings)
    return found


def read_csv(file: Path, columns: Sequence[str]) -> tuple[list[tuple[int, dict[str, str]]], list[Finding]]:
    """Rows of a table as (line, mapping of column to trimmed text). The header must be exactly ``columns``."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as stream:
            reader = csv.reader(stream, strict=True)
            table = [(reader.line_num, row) for row in reader]
    except (OSError, UnicodeDecodeError, csv.Error) as error:
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
