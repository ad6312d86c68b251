"""The document as a Word file: the same tree, with real headings, repeating table heads and page fields, ready to edit.

Same tree, same bytes. Word finds its own substitute for a font that is not installed; the file names 微软雅黑 for it.
"""

import io
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time
from typing import Any

import docx
import segno
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_ALIGN_VERTICAL
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt, RGBColor
from docx.table import Table as WordTable
from docx.table import _Cell
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from zhiyin.engines.documents import fonts
from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.measure import SEAL_WIDTH, chart_width, is_long, text_width
from zhiyin.engines.documents.paths import show
from zhiyin.engines.documents.pdf import render_picture

_INK = RGBColor(0x1D, 0x21, 0x29)
_QUIET = RGBColor(0x4E, 0x59, 0x69)
_ACCENT = RGBColor(0x1A, 0x56, 0xB0)
_WARNING = RGBColor(0x8A, 0x52, 0x00)
_TONES = {"info": ("1A56B0", "E8F0FB"), "warning": ("8A5200", "FFF4E0")}
_HAIRLINE = "CBD2DC"
_LABEL = 80.0
_UNDATED = date(2000, 1, 1)  # a draft has no date of its own, and the clock would make every rendering differ
_ZIP_TIME = (1980, 1, 1, 0, 0, 0)


def render_docx(document: t.Document) -> bytes:
    """The Word file (.docx). Its date of creation is the date of issue, a fixed day for a draft."""
    word = docx.Document()
    _Writer(word, document).write()
    buffer = io.BytesIO()
    word.save(buffer)
    return fixed_times(buffer.getvalue())


def fixed_times(data: bytes) -> bytes:
    """A Word file with every part dated alike, so that the same content gives the same bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o600 << 16
            target.writestr(entry, source.read(name))
    return out.getvalue()


class _Writer:
    def __init__(self, word: WordDocument, document: t.Document) -> None:
        self.word = word
        self.document = document
        self.width = text_width(document.layout)

    def write(self) -> None:
        _set_styles(self.word)
        self._page()
        self._properties()
        self._head()
        for section in self.document.sections:
            self.word.add_heading(f"{section.numeral}、{section.title}", 1)
            for block in section.blocks:
                self._block(block)
        self._signatures()
        self._seal()
        self._check()

    def _page(self) -> None:
        page = self.word.sections[0]
        page.orientation = WD_ORIENT.PORTRAIT if self.document.layout == "portrait" else WD_ORIENT.LANDSCAPE
        short, long = Mm(210), Mm(297)
        upright = page.orientation == WD_ORIENT.PORTRAIT
        page.page_width, page.page_height = (short, long) if upright else (long, short)
        page.left_margin = page.right_margin = Mm(24)
        page.top_margin, page.bottom_margin = Mm(26), Mm(25)
        page.header_distance, page.footer_distance = Mm(13), Mm(12)
        if self.document.status == "draft":
            mark = page.header.paragraphs[0]
            mark.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _run(mark, "草稿，尚未签发", size=8.5, colour=_WARNING, bold=True)
        foot = page.footer.paragraphs[0]
        foot.paragraph_format.tab_stops.add_tab_stop(Pt(self.width), WD_TAB_ALIGNMENT.RIGHT)
        _border(foot, "top", _HAIRLINE, 4)
        said = "　".join(
            part for part in (self.document.number and f"编号 {self.document.number}", self.document.footer) if part
        )
        _run(foot, f"{said}\t第 ")
        _field(foot, "PAGE")
        _run(foot, " 页 / 共 ")
        _field(foot, "NUMPAGES")
        _run(foot, " 页")

    def _properties(self) -> None:
        core = self.word.core_properties
        core.title, core.author, core.last_modified_by = self.document.title, self.document.subtitle, ""
        core.comments, core.keywords, core.language = "", self.document.number, "zh-CN"
        core.identifier, core.revision = self.document.number, 1
        day = datetime.combine(self.document.issued_on or _UNDATED, time())
        core.created = core.modified = day

    def _head(self) -> None:
        self.word.add_paragraph(self.document.title, style="Title")
        last = self.word.add_paragraph()
        if self.document.subtitle:
            _run(last, self.document.subtitle, size=11, colour=_QUIET)
            last.paragraph_format.space_after = Pt(2)
        issued = t.issued_text(self.document)
        if issued and self.document.subtitle:
            last = self.word.add_paragraph()
        _run(last, issued, size=9, colour=_QUIET)
        _border(last, "bottom", "1A56B0", 10, space=5)

    def _block(self, block: t.Block) -> None:
        if isinstance(block, t.Paragraph):
            self._say(block.text)
        elif isinstance(block, t.Fields):
            self._fields(block)
        elif isinstance(block, t.Table):
            self._table(block)
        elif isinstance(block, t.ItemList):
            self._list(block)
        elif isinstance(block, t.Chart):
            self._chart(block)
        elif isinstance(block, t.Notice):
            self._notice(block)
        else:
            self.word.add_heading(block.label, 2)
            for text in block.paragraphs:
                self._say(text)
            if not block.paragraphs:
                self._say(t.MISSING, _QUIET)

    def _say(self, text: str, colour: RGBColor | None = None) -> Paragraph:
        paragraph = self.word.add_paragraph()
        _run(paragraph, text, colour=colour)
        return paragraph

    def _grid(self, widths: Sequence[float], rows: int, inset: float = 0) -> tuple[WordTable, list[list[_Cell]]]:
        """A table without borders, fixed widths in points, and its cells (python-docx's own lookup is quadratic).

        ``inset`` keeps text off the left edge: only where a fill or a frame shows that edge.
        """
        table = self.word.add_table(rows, len(widths))
        table.autofit = False
        margins = (
            f'<w:tblCellMar {nsdecls("w")}><w:left w:w="{inset * 20:.0f}" w:type="dxa"/>'
            '<w:right w:w="100" w:type="dxa"/></w:tblCellMar>'
        )
        table._tbl.tblPr.insert_element_before(parse_xml(margins), "w:tblLook")
        for column, width in zip(table._tbl.tblGrid.gridCol_lst, widths, strict=True):
            column.w = Pt(width)
        cells = [[_Cell(tc, table) for tc in tr.tc_lst] for tr in table._tbl.tr_lst]
        for row in cells:
            for cell, width in zip(row, widths, strict=True):
                cell.width = Pt(width)
        for tr in table._tbl.tr_lst:
            tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        return table, cells

    def _after_table(self) -> None:
        gap = self.word.add_paragraph()
        gap.paragraph_format.space_after = Pt(0)
        gap.paragraph_format.line_spacing = Pt(8)

    def _fields(self, block: t.Fields) -> None:
        value_width = self.width / block.columns - _LABEL
        lines: list[list[t.FieldItem]] = [[]]
        for item in block.items:
            alone = is_long(item.value, block.columns, self.width)
            if lines[-1] and (
                alone or len(lines[-1]) == block.columns or is_long(lines[-1][0].value, block.columns, self.width)
            ):
                lines.append([])
            lines[-1].append(item)
        _, cells = self._grid([_LABEL, value_width] * block.columns, len(lines))
        for line, row in zip(lines, cells, strict=True):
            for cell in row:
                _cell_format(cell, bottom=_HAIRLINE)
            if len(line) == 1 and is_long(line[0].value, block.columns, self.width):
                row = [row[0], row[1].merge(row[-1])]
                for spare in row[1].paragraphs[1:]:
                    spare._p.getparent().remove(spare._p)
            for item, label, value in zip(line, row[::2], row[1::2], strict=False):
                _run(label.paragraphs[0], item.label, colour=_QUIET)
                _run(value.paragraphs[0], item.value, colour=_QUIET if item.missing else None)
        self._after_table()

    def _table(self, block: t.Table) -> None:
        if not block.rows:
            self._say(block.empty, _QUIET)
            return
        if block.caption:
            self._caption(f"表 {block.number}　{block.caption}", before=True)
        share = self.width / sum(column.width for column in block.columns)
        table, cells = self._grid([column.width * share for column in block.columns], len(block.rows) + 1, inset=5)
        head, *body = cells
        table._tbl.tr_lst[0].get_or_add_trPr().append(OxmlElement("w:tblHeader"))
        for column, cell in zip(block.columns, head, strict=True):
            _cell_format(cell, bottom=_HAIRLINE, top="1D2129", fill="F3F5F8")
            cell.paragraphs[0].paragraph_format.keep_with_next = True
            _cell_text(cell, column.label, column.align, bold=True)
        for texts, row in zip(block.rows, body, strict=True):
            for column, text, cell in zip(block.columns, texts, row, strict=True):
                _cell_format(cell, bottom=_HAIRLINE)
                _cell_text(cell, text, column.align)
        self._after_table()

    def _list(self, block: t.ItemList) -> None:
        if not block.items:
            self._say(block.empty, _QUIET)
            return
        style = "List Number" if block.numbered else "List Bullet"
        number = self._new_count(style) if block.numbered else None
        for item in block.items:
            paragraph = self.word.add_paragraph(style=style)
            if number is not None:
                properties = paragraph._p.get_or_add_pPr().get_or_add_numPr()
                properties.get_or_add_ilvl().val, properties.get_or_add_numId().val = 0, number
            _run(paragraph, item.text)
            if item.detail:
                paragraph.add_run().add_break()
                _run(paragraph, item.detail, size=9, colour=_QUIET)

    def _new_count(self, style: str) -> int:
        """A numbering of its own for each list, since Word would count on from the list before."""
        numbering = self.word.part.numbering_part.element
        used = self.word.styles[style].element.pPr.numPr.numId.val
        abstract = next(num.abstractNumId.val for num in numbering.num_lst if num.numId == used)
        num = numbering.add_num(abstract)
        num.add_lvlOverride(0).add_startOverride(1)
        return int(num.numId)

    def _chart(self, block: t.Chart) -> None:
        paragraph = self.word.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = True
        png = render_picture(block.svg)
        _picture(paragraph.add_run(), png, block.title, block.summary, width=chart_width(block.svg))
        self._caption(f"图 {block.number}　{block.caption}", before=False)

    def _caption(self, text: str, *, before: bool) -> None:
        paragraph = self.word.add_paragraph(text, style="Caption")
        paragraph.paragraph_format.keep_with_next = before

    def _notice(self, block: t.Notice) -> None:
        bar, fill = _TONES[block.tone]
        _, [[cell]] = self._grid([self.width], 1, inset=9)
        _cell_format(cell, fill=fill, left=bar, padding=100)
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.space_after = Pt(0)
        if block.title:
            _run(paragraph, block.title, bold=True)
            paragraph.add_run().add_break()
        _run(paragraph, block.text)
        self._after_table()

    def _signatures(self) -> None:
        if not self.document.signatures:
            return
        self._after_table()
        pairs = [self.document.signatures[i : i + 2] for i in range(0, len(self.document.signatures), 2)]
        half = self.width / 2
        _, cells = self._grid([_LABEL, half - _LABEL - 16, 16 + _LABEL, half - _LABEL - 16], len(pairs) * 2)
        for cell in (cell for row in cells for cell in row):
            _cell_format(cell)
        for index, pair in enumerate(pairs):
            above, below = cells[2 * index], cells[2 * index + 1]
            for place, signature in enumerate(pair):
                label, line = above[2 * place : 2 * place + 2]
                day_label, day = below[2 * place : 2 * place + 2]
                _cell_border(line, bottom="1D2129")
                indent = Pt(16 if place else 0)
                for cell, text in ((label, signature.label), (day_label, "日期")):
                    cell.paragraphs[0].paragraph_format.left_indent = indent
                    _run(cell.paragraphs[0], text, colour=_QUIET)
                label.paragraphs[0].paragraph_format.space_before = Pt(24)
                line.paragraphs[0].paragraph_format.space_before = Pt(24 if signature.image is None else 2)
                if signature.image is not None:
                    alt = f"{signature.label}签名"
                    _picture(line.paragraphs[0].add_run(), signature.image, alt, alt, height=30)
                    _run(line.paragraphs[0], "　")
                _run(line.paragraphs[0], signature.name)
                _run(day.paragraphs[0], show(signature.signed_on) or "　　　　年　　月　　日")
            for cell in above:
                cell.vertical_alignment = WD_ALIGN_VERTICAL.BOTTOM
                cell.paragraphs[0].paragraph_format.keep_with_next = True
        self._after_table()

    def _seal(self) -> None:
        seal = self.document.seal
        if seal is None:
            return
        paragraph = self.word.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        paragraph.paragraph_format.keep_with_next = True
        _picture(paragraph.add_run(), seal.image, f"{seal.name}公章", f"{seal.name}公章", width=SEAL_WIDTH)
        below = self.word.add_paragraph()
        below.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _run(below, "\n".join(part for part in (seal.name, show(self.document.issued_on)) if part))

    def _check(self) -> None:
        if not self.document.check_url:
            return
        buffer = io.BytesIO()
        segno.make(self.document.check_url, error="m", micro=False).save(buffer, kind="png", scale=8, border=0)
        _, [[code, words]] = self._grid([84, self.width - 84], 1)
        alt = f"核对二维码，指向 {self.document.check_url}"
        _picture(code.paragraphs[0].add_run(), buffer.getvalue(), "核对二维码", alt, width=68)
        words.vertical_alignment = WD_ALIGN_VERTICAL.CENTER
        _run(words.paragraphs[0], "核对本文书", bold=True)
        words.paragraphs[0].add_run().add_break()
        _run(words.paragraphs[0], f"扫描二维码，或打开 {self.document.check_url}", size=9, colour=_QUIET)
        if self.document.check_code:
            words.paragraphs[0].add_run().add_break()
            _run(words.paragraphs[0], f"核对码 {self.document.check_code}", size=9, colour=_QUIET)
        self._after_table()


def _run(
    paragraph: Paragraph, text: str, *, size: float | None = None, colour: RGBColor | None = None, bold: bool = False
) -> None:
    run = paragraph.add_run(text)  # python-docx writes "\n" as a line break and "\t" as a tab
    if size:
        run.font.size = Pt(size)
    if colour is not None:
        run.font.color.rgb = colour
    if bold:
        run.font.bold = True


def _field(paragraph: Paragraph, code: str) -> None:
    for kind, text in (("begin", ""), ("", code), ("separate", ""), ("shown", "1"), ("end", "")):
        element: Any
        if kind == "shown":
            element = OxmlElement("w:t")
            element.text = text
        elif text:
            element = OxmlElement("w:instrText")
            element.set(qn("xml:space"), "preserve")
            element.text = f" {text} "
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        paragraph.add_run()._r.append(element)


def _picture(run: Run, data: bytes, title: str, alt: str, *, width: float = 0, height: float = 0) -> None:
    shape: Any = run.add_picture(
        io.BytesIO(data), width=Pt(width) if width else None, height=Pt(height) if height else None
    )
    for side in ("distL", "distR"):
        shape._inline.set(side, "0")
    for element in (shape._inline.docPr, shape._inline.graphic.graphicData.pic.nvPicPr.cNvPr):
        element.set("name", title)
        element.set("descr", alt)


def _border(paragraph: Paragraph, side: str, colour: str, eighths: int, space: int = 4) -> None:
    line = f'<w:{side} w:val="single" w:sz="{eighths}" w:space="{space}" w:color="{colour}"/>'
    borders = parse_xml(f"<w:pBdr {nsdecls('w')}>{line}</w:pBdr>")
    properties = paragraph._p.get_or_add_pPr()
    successors = ("w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind", "w:jc", "w:rPr")
    properties.insert_element_before(borders, *successors)


def _cell_format(
    cell: _Cell, *, bottom: str = "", top: str = "", left: str = "", fill: str = "", padding: int = 40
) -> None:
    properties = cell._tc.get_or_add_tcPr()
    _cell_border(cell, bottom=bottom, top=top, left=left)
    if fill:
        properties.append(parse_xml(f'<w:shd {nsdecls("w")} w:val="clear" w:color="auto" w:fill="{fill}"/>'))
    margins = "".join(f'<w:{side} w:w="{padding}" w:type="dxa"/>' for side in ("top", "bottom"))
    properties.append(parse_xml(f"<w:tcMar {nsdecls('w')}>{margins}</w:tcMar>"))
    cell.paragraphs[0].paragraph_format.space_after = Pt(0)


def _cell_border(cell: _Cell, *, bottom: str = "", top: str = "", left: str = "") -> None:
    sides: Iterable[tuple[str, str, int]] = (("top", top, 6), ("left", left, 20), ("bottom", bottom, 4))
    edges = "".join(f'<w:{side} w:val="single" w:sz="{size}" w:color="{c}"/>' for side, c, size in sides if c)
    if edges:
        borders = parse_xml(f"<w:tcBorders {nsdecls('w')}>{edges}</w:tcBorders>")
        cell._tc.get_or_add_tcPr().insert_element_before(borders, "w:shd", "w:tcMar", "w:vAlign")


def _cell_text(cell: _Cell, text: str, align: str, *, bold: bool = False) -> None:
    if align == "end":
        cell.paragraphs[0].alignment = WD_ALIGN_PARAGRAPH.RIGHT
    _run(cell.paragraphs[0], text, size=9.5, bold=bold)


def _set_styles(word: WordDocument) -> None:
    looks: dict[str, tuple[float, bool, RGBColor, float, float]] = {
        "Normal": (10.5, False, _INK, 0, 6),
        "Title": (21, True, _INK, 0, 8),
        "Heading 1": (13.5, True, _INK, 16, 8),
        "Heading 2": (10.5, True, _INK, 10, 5),
        "Caption": (9, False, _QUIET, 4, 8),
        "List Number": (10.5, False, _INK, 0, 5),
        "List Bullet": (10.5, False, _INK, 0, 5),
        "Footer": (8.5, False, _QUIET, 0, 0),
    }
    for name, (size, bold, colour, before, after) in looks.items():
        style: Any = word.styles[name]
        style.font.size, style.font.bold, style.font.color.rgb = Pt(size), bold, colour
        style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
        style.paragraph_format.line_spacing = 1.15
        _font(style.element.get_or_add_rPr())
    caption: Any = word.styles["Caption"]
    caption.paragraph_format.alignment = WD_ALIGN_PARAGRAPH.CENTER
    # the default template rules off its title and stops footers at the middle of a page of another size
    for name, tag in (("Title", "w:pBdr"), ("Footer", "w:tabs")):
        properties = word.styles[name].element.pPr
        for unwanted in properties.findall(qn(tag)):
            properties.remove(unwanted)
    defaults = word.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    _font(defaults)
    language = defaults.find(qn("w:lang"))
    for script in ("w:val", "w:eastAsia"):
        language.set(qn(script), "zh-CN")
    settings = word.settings.element
    compatibility = settings.find(qn("w:compat"))
    compatibility.append(
        parse_xml(
            f'<w:compatSetting {nsdecls("w")} w:name="compatibilityMode" w:uri="http://schemas.microsoft.com/office/word"'
            ' w:val="15"/>'
        )
    )
    _name_substitute(word)


def _font(properties: Any) -> None:
    for old in properties.findall(qn("w:rFonts")):
        properties.remove(old)
    family = fonts.REGULAR.family
    scripts = " ".join(f'w:{script}="{family}"' for script in ("ascii", "hAnsi", "eastAsia", "cs"))
    properties.insert(0, parse_xml(f"<w:rFonts {nsdecls('w')} {scripts}/>"))


def _name_substitute(word: WordDocument) -> None:
    for part in word.part.package.iter_parts():
        if part.partname == "/word/fontTable.xml":
            entry = (
                f'<w:font w:name="{fonts.REGULAR.family}"><w:altName w:val="微软雅黑"/><w:charset w:val="86"/>'
                '<w:family w:val="swiss"/><w:pitch w:val="variable"/></w:font></w:fonts>'
            )
            part._blob = part.blob.replace(b"</w:fonts>", entry.encode())
