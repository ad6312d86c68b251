"""The document as a PDF on A4, archivable (PDF/A-2a) and accessible (PDF/UA-1), drawn by typst.

Same tree, same timestamp, same fonts: the same bytes. Content reaches typst as JSON in ``sys_inputs`` and is set as
strings only.
"""

import io
import json
import threading
import unicodedata
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import segno
import typst

from zhiyin.engines.documents import fonts
from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.measure import SEAL_WIDTH, chart_width, is_long, text_width
from zhiyin.engines.documents.paths import show

_TEMPLATES = Path(__file__).parent / "templates"
_STANDARDS: Any = ["a-2a", "ua-1"]
_MISSING_GLYPH = "〓"  # the printers' mark for a character that the type case does not hold
_threads = threading.local()


def render_pdf(document: t.Document, *, timestamp: datetime, author: str = "") -> bytes:
    """The PDF. ``timestamp`` (aware) becomes its date of creation; ``author`` its author property.

    Characters that no bundled font has are printed as 〓, with their code points named on the last page: PDF/A
    forbids boxes. Raises ``ValueError`` for a naive timestamp.
    """
    if timestamp.tzinfo is None:
        raise ValueError("timestamp must be aware")
    data = json.dumps(_data(document, timestamp, author), ensure_ascii=False, separators=(",", ":"))
    result = _compiler().compile(
        input=_TEMPLATES / "document.typ",
        sys_inputs={"data": data},
        format="pdf",
        pdf_standards=_STANDARDS,
        timestamp=int(timestamp.timestamp()),
    )
    assert isinstance(result, bytes)
    return result


def render_picture(svg: str, *, ppi: int = 200) -> bytes:
    """A chart's SVG as PNG, in the documents' own fonts, ``ppi`` pixels per inch (72 SVG points each)."""
    families = json.dumps(fonts.FAMILIES)
    result = _compiler().compile(
        input=_TEMPLATES / "picture.typ", sys_inputs={"svg": svg, "fonts": families}, format="png", ppi=ppi
    )
    assert isinstance(result, bytes)
    return result


def _compiler() -> typst.Compiler:
    # one per thread: a compiler keeps its own sources and inputs, while the fonts below it are read once per process
    if not hasattr(_threads, "compiler"):
        _threads.compiler = typst.Compiler(root=_TEMPLATES, font_paths=_fonts(), ignore_system_fonts=True)
    compiler: typst.Compiler = _threads.compiler
    return compiler


_fonts_lock = threading.Lock()
_loaded: list[typst.Fonts] = []


def _fonts() -> typst.Fonts:
    with _fonts_lock:
        if not _loaded:
            _loaded.append(typst.Fonts(False, False, [str(fonts.ensure())]))
        return _loaded[0]


def _data(document: t.Document, timestamp: datetime, author: str) -> dict[str, Any]:
    lost: dict[str, None] = {}
    width = text_width(document.layout)
    data: dict[str, Any] = _printable(
        {
            "title": document.title,
            "subtitle": document.subtitle,
            "author": author or document.subtitle or "职引",
            "issued": t.issued_text(document),
            "number": document.number,
            "footer": document.footer,
            "draft": document.status == "draft",
            "check_url": document.check_url,
            "check_code": document.check_code,
            "sections": [
                {
                    "numeral": section.numeral,
                    "title": section.title,
                    "blocks": [_block(block, width) for block in section.blocks],
                }
                for section in document.sections
            ],
            "flipped": document.layout != "portrait",
        },
        lost,
    )
    data["signatures"] = [_signature(signature, lost) for signature in document.signatures]
    if document.seal is not None:
        data["seal"] = {
            **_printable({"name": document.seal.name, "date": show(document.issued_on)}, lost),
            "image": list(document.seal.image),
            "width": SEAL_WIDTH,
        }
    data["fonts"] = list(fonts.FAMILIES)
    data["date"] = [timestamp.year, timestamp.month, timestamp.day]
    codes = "、".join(f"U+{ord(character):04X}" for character in lost)
    data["unprintable"] = f"文中“{_MISSING_GLYPH}”处的字，字库里没有，编码依次为：{codes}。" if codes else ""
    if document.check_url:
        data["qr"] = _qr(document.check_url)
    return data


def _block(block: t.Block, width: float) -> dict[str, Any]:
    data = {"kind": type(block).__name__, **asdict(block)}
    if isinstance(block, t.Chart):
        data["width"] = chart_width(block.svg)
    if isinstance(block, t.Fields):
        data["items"] = [{**asdict(item), "long": is_long(item.value, block.columns, width)} for item in block.items]
    return data


def _signature(signature: t.Signature, lost: dict[str, None]) -> dict[str, Any]:
    data = {"label": signature.label, "name": signature.name, "date": show(signature.signed_on)}
    entry: dict[str, Any] = _printable(data, lost)
    if signature.image is not None:
        entry["image"] = list(signature.image)  # typst reads bytes from a list of numbers
    return entry


def _printable(value: Any, lost: dict[str, None]) -> Any:
    if isinstance(value, str):
        if value.isascii():
            return value
        return "".join(_glyph(character, lost) for character in value)
    if isinstance(value, dict):
        return {key: _printable(item, lost) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_printable(item, lost) for item in value]
    return value


def _glyph(character: str, lost: dict[str, None]) -> str:
    if character == "\n" or ord(character) in fonts.coverage():
        return character
    if unicodedata.category(character) == "Zs":
        return " "
    if unicodedata.category(character) == "Mn":  # variation selectors and stray accents: nothing of its own to print
        return ""
    lost[character] = None
    return _MISSING_GLYPH


def _qr(url: str) -> str:
    buffer = io.BytesIO()
    segno.make(url, error="m", micro=False).save(buffer, kind="svg", border=0, xmldecl=False, dark="#1D2129")
    return buffer.getvalue().decode()
