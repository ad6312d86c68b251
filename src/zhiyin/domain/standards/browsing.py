"""Reading a standard: its documents, the tree of its clauses, levels that take in those below them, what serves what.

Everything here is about the packs alone, the same for every organisation; nothing reads the database.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import zhiyin
from zhiyin.engines.conformance import Clause
from zhiyin.packs.installed import registry
from zhiyin.packs.registry import Registry
from zhiyin.packs.trace import ClauseTrace, Trace, trace

LEVELS = ("L4", "L3", "L2", "L1")
"""Grades of an occupation, the lowest first."""

LEVEL_WORDS = {"L4": "四级", "L3": "三级", "L2": "二级", "L1": "一级"}
KIND_WORDS = {
    "skill": "技能要求",
    "knowledge": "知识要求",
    "ethics": "职业道德",
    "law": "法律法规",
    "rule": "规则",
    "facility": "场地设备",
    "staff": "人员",
    "principle": "原则",
    "programme": "培养评价",
    "process": "过程",
    "record": "记录",
    "quality": "质量",
}
AREA_WORDS = {
    "org": "机构与队伍",
    "clients": "服务对象",
    "cases": "个案服务",
    "assessment": "测评",
    "labour_market": "市场信息",
    "recruitment": "招聘",
    "matching": "人岗匹配",
    "planning": "规划",
    "learning": "培训学习",
    "policy": "政策",
    "certification": "评价考核",
    "quality": "质量",
    "cross_strait": "两岸",
    "privacy": "个人信息",
    "proxy_services": "代理与派遣",
    "analytics": "统计分析",
}
SERVED_WORDS = {"tested": "有测试证明", "claimed": "有定义或程序承接", "open": "还没有承接"}
DOC_TITLES = {
    "CG2023": "职业指导师",
    "CG2023-DJ": "残疾人就业辅导员",
    "CG2023-DA": "残疾人职业能力评估师",
    "CG2023-X1": "附加模块一 劳动保障代理",
    "CG2023-X2": "附加模块二 派遣与外包",
    "CG2023-X3": "附加模块三 高级人才寻访",
    "CP2026": "职业生涯规划师",
    "SVC": "职业生涯规划服务规范",
    "XM": "两岸职业指导服务规范（厦门）",
    "SD": "职业指导队伍建设（山东）",
}
"""Names of the documents as people here call them; one that is not listed is shown under its pack's title."""

PREFACE = "0 说明"
REQUIREMENTS = frozenset({"skill", "knowledge"})
"""Kinds of the clauses that say what a person of a level must do and know."""

_PARTS = {"0": "说明", "1": "职业概况", "2": "基本要求", "3": "工作要求", "4": "权重表"}
_NUMBERED = re.compile(r"^[\d.]+\s*")


@dataclass(frozen=True, slots=True)
class Standard:
    """One document of a standard: where it comes from, which levels it knows, how many clauses and how many served."""

    doc: str
    title: str
    number: str
    edition: str
    in_force: str
    pack: str
    pack_title: str
    is_local: bool
    levels: tuple[str, ...]
    total: int
    claimed: int
    tested: int


@dataclass(slots=True)
class Branch:
    """A heading of the tree with what hangs below it."""

    title: str
    clauses: list[Clause] = field(default_factory=list)
    branches: list["Branch"] = field(default_factory=list)

    @property
    def total(self) -> int:
        """Clauses here and below."""
        return len(self.clauses) + sum(branch.total for branch in self.branches)

    def walk(self) -> Iterator[Clause]:
        """The clauses here and below, in order."""
        yield from self.clauses
        for branch in self.branches:
            yield from branch.walk()


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the clauses: words or an id, kind, area, level, and how far they are served (``SERVED_WORDS``)."""

    words: str = ""
    kind: str = ""
    area: str = ""
    level: str = ""
    cumulative: bool = False
    served: str = ""
    doc: str = ""

    @property
    def narrowed(self) -> bool:
        """Whether anything but the document is asked for."""
        return bool(self.words or self.kind or self.area or self.level or self.served)


# -- where things stand ------------------------------------------------------------------------------------------------

_kept: dict[str, Trace] = {}


def traced() -> Trace:
    """What serves each clause of the installed packs; read once for each state of the packs.

    Tests count where the installation has them beside it, as a checkout does.
    """
    packs = registry()
    found = _kept.get(packs.snapshot_hash)
    if found is None:
        code = Path(zhiyin.__file__).resolve().parent
        tests = code.parents[1] / "tests"
        try:
            found = trace(packs, tests if tests.is_dir() else None, code=code)
        except SyntaxError:  # a file that is just being written is no reason not to show the standard
            found = trace(packs)
        _kept.clear()
        _kept[packs.snapshot_hash] = found
    return found


def standing_of(clause: ClauseTrace | None) -> str:
    """``tested``, ``claimed`` or ``open``."""
    if clause is None or not (clause.is_claimed or clause.is_served):
        return "open"
    return "tested" if clause.is_served else "claimed"


def standings() -> dict[str, str]:
    """Clause id → ``tested``, ``claimed`` or ``open``."""
    return {item.id: standing_of(item) for item in traced().clauses}


def clauses(doc: str = "") -> list[Clause]:
    """The clauses of a document, or all, in the order in which the document has them."""
    packs = registry()
    rows = [row for row in packs.all("clause") if doc in {"", row.doc}]
    return sorted(rows, key=lambda row: _place(packs, row))


def _place(packs: Registry, row: Clause) -> tuple[str, str, int]:
    where = packs.provenance("clause", row.id)
    return where.pack, str(where.file), where.line


def standards() -> list[Standard]:
    """All documents, those that hold everywhere first, in the order of their short names."""
    packs = registry()
    by_doc: dict[str, list[Clause]] = {}
    for row in packs.all("clause"):
        by_doc.setdefault(row.doc, []).append(row)
    states = standings()
    heads = {pack.id: pack.head for pack in packs.packs}
    found: list[Standard] = []
    for doc, rows in by_doc.items():
        head = heads[packs.provenance("clause", rows[0].id).pack]
        named = {level for row in rows for level in row.levels()}
        found.append(
            Standard(
                doc,
                DOC_TITLES.get(doc, head.title),
                (head.standard.number or "") if head.standard else "",
                (head.standard.edition or "") if head.standard else "",
                head.in_force,
                head.id,
                head.standard.title if head.standard else head.title,
                head.layer == "profile",
                tuple(level for level in LEVELS if level in named),
                len(rows),
                sum(states[row.id] != "open" for row in rows),
                sum(states[row.id] == "tested" for row in rows),
            )
        )
    return sorted(found, key=lambda item: (item.is_local, item.doc))


def standard(doc: str) -> Standard | None:
    """One document, or None."""
    return next((item for item in standards() if item.doc == doc), None)


# -- levels ------------------------------------------------------------------------------------------------------------


def taken_in(level: str) -> tuple[str, ...]:
    """A level and those below it, the lowest first: a higher level takes in what the lower ones ask."""
    return LEVELS[: LEVELS.index(level) + 1]


def cumulative(doc: str, level: str) -> list[tuple[Clause, str]]:
    """What a level of a document asks with everything of the lower levels, each clause with the level it comes from.

    Clauses for all levels are not in it.
    """
    within = taken_in(level)
    found = []
    for row in clauses(doc):
        own = [one for one in within if one in row.levels()]
        if own:
            found.append((row, own[0]))
    return found


# -- the tree ----------------------------------------------------------------------------------------------------------


def part_of(row: Clause) -> str:
    """The part of the document that a clause stands in: ``3 工作要求`` for what is headed ``3.1.1 技能要求``."""
    if row.part.startswith("附加模块"):
        return row.part.split(" ")[0]
    number, _, words = row.part.partition(" ")
    first = number.split(".")[0]
    if first.isdigit() and "." in number:
        return f"{first} {_PARTS.get(first, words)}"
    return f"{number} {words.split(' ')[0]}" if first.isdigit() else row.part


def function_of(row: Clause) -> str:
    """The function without its number: the same work is numbered otherwise at another level."""
    return _NUMBERED.sub("", row.function)


def tree(rows: Iterable[Clause], *, merged: bool = False) -> list[Branch]:
    """Part → level → function → content → clause. Headings that a document does not have are left out, so is a content
    that stands alone without a function.

    ``merged`` leaves out the levels, so that one function shows the clauses of all levels under it. What describes the
    occupation is not split by level either.
    """
    listed = list(rows)
    alone = Counter((row.part, row.level, row.content) for row in listed if not row.function)
    roots: list[Branch] = []
    for row in listed:
        way = [part_of(row)]
        if is_split_by_level(row) and not merged:
            way.append(level_words(row))
        function = function_of(row) if merged else row.function
        if function or alone[row.part, row.level, row.content] > 1:
            way += [title for title in (function, row.content) if title and title != way[0]]
        _hang(roots, way, row)
    return roots


def is_split_by_level(row: Clause) -> bool:
    """Whether the clause hangs below the heading of its level."""
    return bool(row.levels()) and not row.part.startswith("1 ")


def level_words(row: Clause) -> str:
    """The levels that a clause is for, in words, the lowest first; "" for all and for none."""
    return "、".join(LEVEL_WORDS[level] for level in sorted(row.levels(), key=LEVELS.index))


def _hang(roots: list[Branch], way: Sequence[str], row: Clause) -> None:
    branches = roots
    for title in way:
        branch = next((one for one in branches if one.title == title), None)
        if branch is None:
            branch = Branch(title)
            branches.append(branch)
        branches = branch.branches
    branch.clauses.append(row)


# -- searching ---------------------------------------------------------------------------------------------------------


def search(filters: Filters) -> list[tuple[Clause, str]]:
    """The clauses that fit, in the order of their documents, each with the level that it comes from ("" for all)."""
    states = standings()
    words = filters.words.casefold().split()
    within = taken_in(filters.level) if filters.level and filters.cumulative else (filters.level,)
    found: list[tuple[Clause, str]] = []
    for row in clauses(filters.doc):
        levels = [level for level in LEVELS if level in row.levels()]
        if filters.level:
            levels = [level for level in levels if level in within]
            if not levels:
                continue
        if (filters.kind and row.kind != filters.kind) or (filters.area and row.area != filters.area):
            continue
        if filters.served and states[row.id] != filters.served:
            continue
        text = f"{row.id} {row.gist} {row.content} {row.function} {row.clause}".casefold()
        if all(word in text for word in words):
            found.append((row, levels[0] if levels else ""))
    return found


def marked(text: str, words: str) -> list[tuple[str, bool]]:
    """``text`` cut into pieces, those that were searched for marked."""
    wanted = [re.escape(word) for word in words.split()]
    if not wanted:
        return [(text, False)]
    pieces = re.split(f"({'|'.join(wanted)})", text, flags=re.IGNORECASE)
    return [(piece, index % 2 == 1) for index, piece in enumerate(pieces) if piece]


# -- one clause --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ClausePlace:
    """A clause with its trace and what stands around it in its document."""

    clause: Clause
    trace: ClauseTrace
    before: Clause | None
    after: Clause | None
    beside: tuple[Clause, ...]
    measures: tuple[str, ...]


def clause_place(id: str) -> ClausePlace | None:
    """One clause, or None. ``beside`` are the other clauses under the same heading."""
    row = next((item for item in registry().all("clause") if item.id == id), None)
    found = traced().of(id)
    if row is None or found is None:
        return None
    rows = clauses(row.doc)
    index = next(index for index, item in enumerate(rows) if item.id == id)
    heading = (row.part, row.level, row.function, row.content)
    return ClausePlace(
        row,
        found,
        rows[index - 1] if index else None,
        rows[index + 1] if index + 1 < len(rows) else None,
        tuple(
            item for item in rows if (item.part, item.level, item.function, item.content) == heading and item.id != id
        ),
        tuple(
            measure.title for group in registry().all("measures") for measure in group.measures if id in measure.clauses
        ),
    )
