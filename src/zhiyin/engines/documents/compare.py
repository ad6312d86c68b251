"""What two versions of a document say differently, section by section."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Literal

from zhiyin.engines.documents import tree as t


@dataclass(frozen=True)
class Part:
    """One thing that a document says: a labelled value, a text, a table. ``key`` tells it within its section."""

    section: str
    title: str
    key: str
    label: str
    text: str


@dataclass(frozen=True)
class Change:
    """A part that differs; ``before`` is "" where it is new and ``after`` is "" where it is gone."""

    section: str
    title: str
    label: str
    before: str
    after: str


def parts(document: t.Document) -> list[Part]:
    """Everything the document says as plain text, in reading order; keys are unique within a section."""
    found: list[Part] = []
    for section in document.sections:
        taken: dict[str, int] = {}
        for block in section.blocks:
            for label, text in _said(block):
                stem = label or type(block).__name__
                taken[stem] = taken.get(stem, 0) + 1
                key = stem if taken[stem] == 1 else f"{stem} {taken[stem]}"
                found.append(Part(section.id, section.title, key, label, text))
    return found


def _said(block: t.Block) -> list[tuple[str, str]]:
    if isinstance(block, t.Paragraph):
        return [("", block.text)]
    if isinstance(block, t.Fields):
        return [(item.label, "" if item.missing else item.value) for item in block.items]
    if isinstance(block, t.Table):
        rows = ["；".join(f"{c.label}：{v}" for c, v in zip(block.columns, row, strict=True)) for row in block.rows]
        return [(block.caption or "表", "\n".join(rows))]
    if isinstance(block, t.ItemList):
        return [("", "\n".join(" ".join(filter(None, (item.text, item.detail))) for item in block.items))]
    if isinstance(block, t.Chart):
        return [(block.caption, block.summary)]
    if isinstance(block, t.Notice):
        return [(block.title, block.text)]
    return [(block.label, "\n".join(block.paragraphs))]


def compare(before: Iterable[Part], after: Iterable[Part]) -> list[Change]:
    """The parts that differ: in the order of ``after``, those that are gone at the end. Equal versions give none."""
    old = {(part.section, part.key): part for part in before}
    new = {(part.section, part.key): part for part in after}
    changes = []
    for place, part in new.items():
        was = old[place].text if place in old else ""
        if was != part.text:
            changes.append(Change(part.section, part.title, part.label, was, part.text))
    changes += [
        Change(part.section, part.title, part.label, part.text, "")
        for place, part in old.items()
        if place not in new and part.text
    ]
    return changes


Piece = tuple[Literal["same", "gone", "new"], str]


def marked(before: str, after: str) -> list[Piece]:
    """Both texts in one, as pieces that stayed, are gone or are new. Runs of letters and digits are kept whole."""
    old, new = (re.findall(r"[A-Za-z]+|[0-9]+(?:[.,:-][0-9]+)*|\s+|.", text) for text in (before, after))
    pieces: list[Piece] = []
    for tag, i, j, k, m in SequenceMatcher(a=old, b=new, autojunk=False).get_opcodes():
        if tag == "equal":
            pieces.append(("same", "".join(old[i:j])))
            continue
        if j > i:
            pieces.append(("gone", "".join(old[i:j])))
        if m > k:
            pieces.append(("new", "".join(new[k:m])))
    return pieces
