"""From the text of a YAML file to plain data: what YAML 1.2 has and definitions need, within bounds.

A pack may come from anybody. Reading one must end, must not fill the memory and must not make objects of its choice:
aliases, tags and directives are refused, depth and number of nodes are bounded, and so are numbers and characters. The
data is built from the parser's events without recursion.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from ruamel.yaml.nodes import ScalarNode

Place = tuple[str | int, ...]
Lines = dict[Place, int]
"""Line (from 1) of every place in a file: of its key, or of the value itself in a list."""

MOST_DEPTH = 40
MOST_NODES = 200_000
MOST_DIGITS = 18

_TAG = "tag:yaml.org,2002:"
_BREAKS = frozenset("\t\n\r")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a line; a fatal fault ended the reading."""

    line: int
    rule: str
    message: str
    mend: str
    fatal: bool = False


class _Stop(Exception):
    def __init__(self, fault: Fault) -> None:
        self.fault = fault
        super().__init__(fault.message)


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet; ``key`` is the key that waits for its value."""

    target: Any
    place: Place
    key: str | None = None
    waiting: bool = False
    dropped: bool = False


@dataclass(slots=True)
class _Builder:
    resolver: Any
    lines: Lines = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    result: Any = None
    stack: list[_Open] = field(default_factory=list)
    nodes: int = 0
    documents: int = 0

    def take(self, event: Any) -> None:
        line = event.start_mark.line + 1
        if isinstance(event, NodeEvent):
            self._node(event, line)
        elif isinstance(event, SequenceEndEvent | MappingEndEvent):
            self.stack.pop()
        elif isinstance(event, DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise _Stop(Fault(line, "yaml-syntax", "一个文件里写了几份内容", "一个文件只写一个定义", fatal=True))
            if event.version is not None or event.tags:
                raise _Stop(Fault(line, "yaml-syntax", "不能写 % 开头的指令", "删去这一行", fatal=True))

    def _node(self, event: NodeEvent, line: int) -> None:
        if isinstance(event, AliasEvent):
            raise _Stop(Fault(line, "yaml-alias", f"不能用引用 *{event.anchor}", "把内容照写一遍", fatal=True))
        self.nodes += 1
        if self.nodes > MOST_NODES:
            raise _Stop(Fault(line, "too-large", f"内容超过 {MOST_NODES} 个节点", "拆成几个定义", fatal=True))
        if event.ctag is not None:
            self.faults.append(Fault(line, "yaml-syntax", f"不能用标签 {event.tag}", "删去以 ! 开头的标签"))
        parent = self.stack[-1] if self.stack else None
        if parent is not None and isinstance(parent.target, dict) and not parent.waiting:
            self._key(event, parent, line)
            return
        place = self._place(parent, line)
        if isinstance(event, ScalarEvent):
            self._put(parent, self._scalar(event, line))
            return
        if len(self.stack) >= MOST_DEPTH:
            raise _Stop(Fault(line, "too-deep", f"内容超过 {MOST_DEPTH} 层", "写得浅一些", fatal=True))
        target: Any = [] if isinstance(event, SequenceStartEvent) else {}
        self._put(parent, target)
        self.stack.append(_Open(target, place))

    def _key(self, event: NodeEvent, parent: _Open, line: int) -> None:
        if isinstance(event, SequenceStartEvent | MappingStartEvent) or not isinstance(event, ScalarEvent):
            raise _Stop(Fault(line, "wrong-type", "键不能是列表或一组键值", "写成文字", fatal=True))
        key = event.value
        if self._tag(event) != "str":
            self.faults.append(Fault(line, "wrong-type", f"键“{key}”不是文字", "给键加上引号"))
        self._characters(key, line)
        parent.key, parent.waiting, parent.dropped = key, True, key in parent.target
        if parent.dropped:
            self.faults.append(Fault(line, "duplicate-key", f"键“{key}”写了两次", "留下一个"))
        else:
            self.lines[(*parent.place, key)] = line

    def _place(self, parent: _Open | None, line: int) -> Place:
        if parent is None:
            place: Place = ()
        elif isinstance(parent.target, list):
            place = (*parent.place, len(parent.target))
        else:
            place = (*parent.place, parent.key or "")
        self.lines.setdefault(place, line)
        return place

    def _put(self, parent: _Open | None, value: Any) -> None:
        if parent is None:
            self.result = value
        elif isinstance(parent.target, list):
            parent.target.append(value)
        else:
            if not parent.dropped:
                parent.target[parent.key] = value
            parent.waiting = False

    def _tag(self, event: ScalarEvent) -> str:
        if event.ctag is not None:
            return "str"
        tag = self.resolver.resolve(ScalarNode, event.value, event.implicit)
        return str(tag).removeprefix(_TAG)

    def _scalar(self, event: ScalarEvent, line: int) -> Any:
        text: str = event.value
        match self._tag(event):
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int" | "float" as kind:
                number = _number(text, kind)
                if number is None:
                    self.faults.append(Fault(line, "wrong-value", f"数字“{text[:40]}”写得不对", "写成普通的十进制数"))
                return number
            case "timestamp":
                self.faults.append(Fault(line, "unquoted-date", f"日期 {text} 没有加引号", f'写成 "{text}"'))
                return text
            case _:
                self._characters(text, line)
                return text

    def _characters(self, text: str, line: int) -> None:
        if not text.isprintable() and any(_is_control(character) for character in text):
            self.faults.append(Fault(line, "wrong-value", "文字里有看不见的控制字符", "删去它，换行除外"))


def plain_data(text: str) -> tuple[Any, Lines, list[Fault]]:
    """The one YAML 1.2 document in ``text`` as dicts, lists and scalars, with the line of every place, and all faults.

    After a fatal fault the data is None.
    """
    yaml = YAML(typ="safe", pure=True)
    builder = _Builder(yaml.resolver)
    try:
        for event in _events(yaml, text):
            builder.take(event)
    except _Stop as stop:
        return None, builder.lines, [*builder.faults, stop.fault]
    except MarkedYAMLError as error:
        mark = error.problem_mark
        return None, builder.lines, [_syntax(mark.line + 1 if mark else 1, error.problem or "")]
    except Exception as error:  # on garbage the parser raises whatever its code runs into
        return None, builder.lines, [_syntax(1, str(error).split("\n", 1)[0] or type(error).__name__)]
    return builder.result, builder.lines, builder.faults


def _events(yaml: YAML, text: str) -> Iterable[Any]:
    return yaml.parse(text)  # type: ignore[no-any-return]


def _syntax(line: int, reason: str) -> Fault:
    return Fault(line, "yaml-syntax", f"YAML 语法不对：{reason}", "检查缩进、引号和冒号", fatal=True)


def _number(text: str, kind: str) -> int | float | None:
    """A decimal number of at most 18 digits; None for anything else that YAML would take for one."""
    bare = text.replace("_", "")
    if sum(character.isdigit() for character in bare) > MOST_DIGITS:
        return None
    try:
        number = int(bare) if kind == "int" else float(bare)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _is_control(character: str) -> bool:
    """Whether this is a control character other than a line break or tab, half a surrogate pair, or a non-character."""
    code = ord(character)
    return (
        (code < 0x20 and character not in _BREAKS)
        or 0x7F <= code <= 0x9F
        or 0xD800 <= code <= 0xDFFF
        or code & 0xFFFE == 0xFFFE
    )


def has_control(texts: Iterable[str] | Mapping[str, str]) -> bool:
    """Whether a text holds a character that nobody can see or type."""
    return any(not text.isprintable() and any(_is_control(character) for character in text) for text in texts)
