"""Two levels of a standard, two standards or two profiles side by side: work, figures, rules, weights."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from zhiyin.domain.standards import browsing
from zhiyin.domain.standards.browsing import LEVEL_WORDS, LEVELS, REQUIREMENTS, Standard
from zhiyin.domain.standards.rulebook import figures
from zhiyin.engines.conformance import Clause
from zhiyin.engines.rules.telling import Told, tell
from zhiyin.packs.diff import Difference, diff
from zhiyin.packs.registry import Key
from zhiyin.packs.resolved import Resolved

MOST_LINES = 12
_ROWS = frozenset({"clause", "region", "occupation", "calendar", "profile"})


@dataclass(frozen=True, slots=True)
class Side:
    """A document, or one level of it."""

    standard: Standard
    level: str

    @property
    def title(self) -> str:
        """What stands over the column."""
        return f"{self.standard.title}{LEVEL_WORDS.get(self.level, '')}"

    @property
    def key(self) -> str:
        """``CG2023:L3``, as it is asked for."""
        return f"{self.standard.doc}:{self.level}" if self.level else self.standard.doc


@dataclass(frozen=True, slots=True)
class Row:
    """One thing on both sides, in lines; empty where a side does not have it."""

    title: str
    left: tuple[str, ...]
    right: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether both sides say the same."""
        return self.left == self.right


@dataclass(frozen=True, slots=True)
class Comparison:
    """Both sides by function, by figure, by rule and by weight in the examination."""

    left: Side
    right: Side
    functions: tuple[Row, ...]
    figures: tuple[Row, ...]
    rules: tuple[Row, ...]
    weights: tuple[Row, ...]


def sides() -> list[Side]:
    """Everything that can stand on a side: each document, and each of its levels."""
    found = []
    for item in browsing.standards():
        found.append(Side(item, ""))
        found += [Side(item, level) for level in item.levels]
    return found


def compare(left: Side, right: Side, resolved: Resolved) -> Comparison:
    """Compare what two sides ask, with the figures that stand for an organisation on the day of ``resolved``."""
    return Comparison(
        left,
        right,
        _paired(_functions(left), _functions(right)),
        _paired(_figures(left, resolved), _figures(right, resolved)),
        _paired(_rules(left, resolved), _rules(right, resolved)),
        _paired(_weights(left, resolved), _weights(right, resolved)),
    )


Lines = Mapping[str, tuple[str, tuple[str, ...]]]
"""Key by which the sides are paired → title and lines."""


def _paired(left: Lines, right: Lines) -> tuple[Row, ...]:
    nothing: tuple[str, tuple[str, ...]] = ("", ())
    rows = []
    for key in [*left, *(key for key in right if key not in left)]:
        one, other = left.get(key, nothing), right.get(key, nothing)
        rows.append(Row(one[0] or other[0], one[1], other[1]))
    return tuple(rows)


def _functions(side: Side) -> Lines:
    """The functions of the work with their contents and how many clauses each has."""
    rows: dict[str, list[Clause]] = {}
    for row in browsing.clauses(side.standard.doc):
        if side.level and side.level not in row.levels():
            continue
        if row.kind not in REQUIREMENTS and side.standard.levels:
            continue
        title = browsing.function_of(row) or browsing.part_of(row)
        rows.setdefault(title, []).append(row)
    found = {}
    for title, items in rows.items():
        contents: dict[str, int] = {}
        for row in items:
            contents[row.content or row.clause] = contents.get(row.content or row.clause, 0) + 1
        found[title] = (title, tuple(f"{content}（{count} 条）" for content, count in contents.items()))
    return found


def _stem(id: str, level: str) -> str | None:
    """What an id is about without its standard and level; None when it is about another level."""
    parts = id.split("-")[1:]
    named = [part for part in parts if part.upper() in LEVELS]
    if level and named and named[0].upper() != level:
        return None
    return "-".join(part for part in parts if not (level and part in named))


def _mine(side: Side, resolved: Resolved, kind: str) -> list[tuple[str, Any]]:
    """(stem, definition) of the definitions that the pack of a side brings for its level."""
    found = []
    for item in resolved.all(kind):
        if resolved.provenance(kind, item.id).pack == side.standard.pack:
            stem = _stem(item.id, side.level)
            if stem is not None:
                found.append((stem, item))
    return found


def _figures(side: Side, resolved: Resolved) -> Lines:
    mine = {item.id: stem for stem, item in _mine(side, resolved, "parameter")}
    found = {}
    for figure in figures(resolved, list(mine)):
        item = figure.parameter
        lines = figure.now.shown.split("|") if figure.now else ["现在没有规定"]
        words = tuple(f"{line or '空'} {item.unit}".strip() for line in lines)
        found[mine[item.id]] = (_untitled(item.title, side.level), words)
    return found


def _untitled(title: str, level: str) -> str:
    """A title without the level that the column says already."""
    return title.removeprefix(LEVEL_WORDS[level]) if level else title


def _rules(side: Side, resolved: Resolved) -> Lines:
    library = resolved.rules_library()
    titles = {item.id: item.title for item in resolved.all("parameter")}
    found = {}
    for stem, item in _mine(side, resolved, "ruleset"):
        lines = _said(tell(item, library, resolved.on, titles))
        more = (f"另有 {len(lines) - MOST_LINES} 项",) if len(lines) > MOST_LINES else ()
        found[stem] = (item.title.replace(side.standard.title, ""), (*lines[:MOST_LINES], *more))
    return found


def _said(root: Told) -> list[str]:
    """The conditions at the top, and what they are made of where one of several is enough."""
    lines = []
    for part in root.children or (root,):
        if part.children and part.text.endswith("其一即可"):
            lines += [f"· {_short(child)}" for child in part.children]
        else:
            lines.append(part.text if part.title == "" or not part.children else part.title)
    return list(dict.fromkeys(lines))


def _short(part: Told) -> str:
    """One condition in a line; a group without a name is told by what is in it."""
    if part.title or not part.children:
        return part.title or part.text
    return f"{part.text}：{'、'.join(child.title or child.text for child in part.children)}"


def _weights(side: Side, resolved: Resolved) -> Lines:
    found: dict[str, tuple[str, tuple[str, ...]]] = {}
    words = {"theory": "理论", "skill": "技能"}
    for item in resolved.all("blueprint"):
        if item.doc != side.standard.doc or (side.level and item.level != side.level):
            continue
        for part in item.parts:
            title = f"{words[item.paper]}　{part.title}"
            level = "" if side.level else f"{LEVEL_WORDS[item.level]} "
            before = found.get(title, ("", ()))[1]
            found[title] = (title, (*before, f"{level}{part.weight}%"))
    return found


# -- profiles ----------------------------------------------------------------------------------------------------------


def compare_profiles(left: Resolved, right: Resolved) -> Difference:
    """What the second set offers otherwise than the first; both stand over the same packs."""
    keys = {(change.kind, change.id) for side in (left, right) for change in side.history}
    keys |= {key for key in left.contents() if key[0] not in _ROWS and left.offers(*key) != right.offers(*key)}
    return diff(_offered(left, keys), _offered(right, keys))


def _offered(resolved: Resolved, keys: set[Key]) -> dict[Key, Any]:
    return {key: resolved.get(*key) for key in keys if resolved.offers(*key)}
