"""The resolved document: what it says, in order, and nothing about how it looks. Every renderer reads this and only
this.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import date
from typing import Literal

from zhiyin.engines.documents.paths import show

MISSING = "未填写"
Status = Literal["draft", "issued"]
Layout = Literal["portrait", "landscape", "ledger"]


@dataclass(frozen=True)
class Paragraph:
    text: str


@dataclass(frozen=True)
class FieldItem:
    """``missing``: ``value`` is the word 未填写, not something anybody entered."""

    label: str
    value: str
    missing: bool


@dataclass(frozen=True)
class Fields:
    items: tuple[FieldItem, ...]
    columns: int


@dataclass(frozen=True)
class Column:
    """``width`` is a share of the table's width. ``kind`` tells a spreadsheet what the texts below are."""

    label: str
    width: float
    align: Literal["start", "end"]
    kind: Literal["text", "number", "date"] = "text"


@dataclass(frozen=True)
class Table:
    """``number`` counts captioned tables from 1; 0 without a caption. ``empty`` is said instead when there are no
    rows.
    """

    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    empty: str
    caption: str
    number: int


@dataclass(frozen=True)
class ListItem:
    text: str
    detail: str


@dataclass(frozen=True)
class ItemList:
    items: tuple[ListItem, ...]
    numbered: bool
    empty: str


@dataclass(frozen=True)
class Chart:
    """``svg`` in its print form (literal colours); ``summary`` says in words what it shows; ``number`` counts figures
    from 1.
    """

    svg: str
    title: str
    summary: str
    table: tuple[tuple[str, ...], ...]
    caption: str
    number: int


@dataclass(frozen=True)
class Notice:
    tone: Literal["info", "warning"]
    title: str
    text: str


@dataclass(frozen=True)
class Editable:
    """The adviser's own words under a label; no paragraphs while nothing has been written."""

    id: str
    label: str
    paragraphs: tuple[str, ...]


Block = Paragraph | Fields | Table | ItemList | Chart | Notice | Editable


@dataclass(frozen=True)
class Section:
    """``numeral`` is 一, 二, … counted over the sections that are shown."""

    id: str
    numeral: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class Signature:
    """``image`` is a PNG, or ``None`` for a line to sign on by hand."""

    role: str
    label: str
    name: str
    signed_on: date | None
    image: bytes | None


@dataclass(frozen=True)
class Seal:
    """The stamp (公章) of the body that issues: ``image`` is a PNG, ``name`` the body whose seal it is."""

    name: str
    image: bytes


@dataclass(frozen=True)
class Document:
    definition: str
    version: int
    title: str
    subtitle: str
    sections: tuple[Section, ...]
    signatures: tuple[Signature, ...]
    footer: str
    number: str
    issued_on: date | None
    check_url: str
    check_code: str
    status: Status
    layout: Layout = "portrait"
    seal: Seal | None = None


def content_hash(document: Document) -> str:
    """SHA-256 (hexadecimal) over the canonical JSON of what the document says: definition, title, sections and blocks.

    Number, date, check code, status, footer, signatures and seal are left out: they are given after a reviewer has
    approved this content, and the hash must show that what was issued is what was approved.
    """
    said = {
        "definition": document.definition,
        "version": document.version,
        "title": document.title,
        "subtitle": document.subtitle,
        "sections": [
            {**asdict(section), "blocks": [[type(block).__name__, _said(block)] for block in section.blocks]}
            for section in document.sections
        ],
    }
    canonical = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def _said(block: Block) -> dict[str, object]:
    said = asdict(block)
    if isinstance(block, Table):
        for column in said["columns"]:
            del column["kind"]  # says nothing to a reader, and hashes given before it was kept must stand
    return said


def chinese_numeral(number: int) -> str:
    """1 → 一, 10 → 十, 21 → 二十一; for 1 to 99."""
    if not 1 <= number <= 99:
        raise ValueError(f"{number} is outside 1 to 99")
    digits = "零一二三四五六七八九"
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else "十" if tens == 1 else digits[tens] + "十") + (digits[ones] if ones else "")


def issued_text(document: Document) -> str:
    """The line under the title: number and date of issue, as far as they are given."""
    number = f"编号 {document.number}" if document.number else ""
    return "　".join(part for part in (number, show(document.issued_on)) if part)
