"""PDF, Word and fonts. What looks good was judged by eye; what is said, tagged and repeated is tested here."""

import io
import re
import zipfile
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn
from pypdf import PdfReader

from tests.engines.documents.conftest import Make
from zhiyin.engines.documents import DocumentDefinition, fonts
from zhiyin.engines.documents.measure import is_long, svg_size
from zhiyin.engines.documents.pdf import render_pdf, render_picture
from zhiyin.engines.documents.word import render_docx

CODE = "#panic() $x^2$ *b* _i_ \\ @ref <label> `raw` // /* = [a](b) {{ person.phone }} <script>1</script>"
IN_ORDER = [
    "职业生涯规划报告",
    "澄湖区就业服务中心",
    "一、基本信息",
    "本报告根据欧阳慧敏的需求调查写成。",
    "1998年3月5日",
    "未填写",
    "教育经历",
    "起止",
    "86.5",
    "二、测评结果",
    "图1",
    "六种兴趣得分",
    "常模还在收集。",
    "三、规划建议",
    "职业定位",
    "三年后做组长。",
    "看半天",
    "再决定要不要学",
    "写下三件具体的事",
    "职业指导师",
    "服务对象",
    "核对本文书",
    "7K3M-9QXA",
]


def pdf_text(data: bytes) -> str:
    """Text of all pages without blanks, which typesetting adds between Chinese and Latin."""
    return re.sub(r"\s", "", "".join(page.extract_text() for page in PdfReader(io.BytesIO(data)).pages))


def word_text(data: bytes) -> str:
    body = docx.Document(io.BytesIO(data)).element.body
    return re.sub(r"\s", "", "".join(node.text or "" for node in body.iter(qn("w:t"))))


def assert_in_order(text: str) -> None:
    place = 0
    for said in IN_ORDER:
        found = text.find(said, place)
        assert found >= 0, f"{said} is missing after {text[max(0, place - 40) : place]}"
        place = found


@pytest.fixture
def tiny_png() -> bytes:
    return render_picture(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 20"><path d="M0 0L40 20"/></svg>', ppi=72
    )


def test_pdf_says_everything_in_order(make: Make, definition: DocumentDefinition, context: dict[str, Any]) -> None:
    text = pdf_text(render_pdf(make(definition, context), timestamp=make.stamp))
    assert_in_order(text)
    assert "编号CH-BG-2026-00318" in text
    assert "第1页/共" in text
    assert "草稿" not in text


def test_pdf_is_archivable_and_tagged(make: Make, definition: DocumentDefinition, context: dict[str, Any]) -> None:
    reader = PdfReader(io.BytesIO(render_pdf(make(definition, context), timestamp=make.stamp)))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"].value is True
    assert "/StructTreeRoot" in root
    assert root["/Lang"] == "zh-CN"
    xmp = root["/Metadata"].get_data().decode()
    for claim in ("<pdfaid:part>2<", "<pdfaid:conformance>A<", "<pdfuaid:part>1<"):
        assert claim in xmp
    assert reader.metadata is not None
    assert reader.metadata.title == "职业生涯规划报告"
    assert reader.pages[0].mediabox.width == pytest.approx(595.28, abs=0.1)


def test_same_document_same_bytes(make: Make, definition: DocumentDefinition, context: dict[str, Any]) -> None:
    first = make(definition, context)
    again = make(definition, context)
    assert render_pdf(first, timestamp=make.stamp) == render_pdf(again, timestamp=make.stamp)
    assert render_docx(first) == render_docx(again)
    context["person"]["name"] = "别人"
    assert render_pdf(make(definition, context), timestamp=make.stamp) != render_pdf(first, timestamp=make.stamp)


def test_threads_do_not_mix_documents(make: Make, definition: DocumentDefinition, context: dict[str, Any]) -> None:
    documents = [
        make(definition, {**context, "person": {**context["person"], "name": f"来访者{n}号"}}) for n in range(12)
    ]
    with ThreadPoolExecutor(4) as pool:
        texts = list(pool.map(lambda document: pdf_text(render_pdf(document, timestamp=make.stamp)), documents))
    for n, text in enumerate(texts):
        assert set(re.findall(r"来访者\d+号", text)) == {f"来访者{n}号"}


@pytest.mark.parametrize("name", ["欧阳𠮷㛃䶮", "买买提·阿卜杜热合曼" * 12, "张\n三", "A" * 300])
def test_awkward_names_print(make: Make, definition: DocumentDefinition, context: dict[str, Any], name: str) -> None:
    context["person"]["name"] = name
    document = make(definition, context)
    squeezed = name.replace("\n", "")
    assert squeezed in pdf_text(render_pdf(document, timestamp=make.stamp))
    assert squeezed in word_text(render_docx(document))


def test_markup_of_any_kind_is_only_text(make: Make, definition: DocumentDefinition, context: dict[str, Any]) -> None:
    context["editable"]["positioning"] = CODE
    context["plan"]["hints"] = [CODE]
    context["file"]["education"] = [{"school": CODE}]
    document = make(definition, context)
    said = re.sub(r"\s", "", CODE)
    assert pdf_text(render_pdf(document, timestamp=make.stamp)).count(said) == 3
    assert word_text(render_docx(document)).count(said) == 3


def test_characters_without_a_glyph_are_marked_and_named(
    make: Make, definition: DocumentDefinition, context: dict[str, Any]
) -> None:
    context["person"]["name"] = "李🙂\u2003明\ufe0f\ue863\U00031350"
    text = pdf_text(render_pdf(make(definition, context), timestamp=make.stamp))
    assert "李〓明〓〓" in text
    assert "U+1F642、U+E863、U+31350。" in text
    assert "🙂" in word_text(render_docx(make(definition, context)))


def test_long_table_repeats_its_head_and_keeps_every_row(
    make: Make, definition: DocumentDefinition, context: dict[str, Any]
) -> None:
    context["file"]["education"] = [{"period": f"第{n:03d}行", "school": "学校" * 20, "score": n} for n in range(300)]
    document = make(definition, context)
    data = render_pdf(document, timestamp=make.stamp)
    pages = [re.sub(r"\s", "", page.extract_text()) for page in PdfReader(io.BytesIO(data)).pages]
    assert len(pages) > 8
    with_rows = [page for page in pages if re.search(r"第\d{3}行", page)]
    assert all("起止学校得分" in page for page in with_rows)
    assert re.findall(r"第\d{3}行", "".join(pages)) == [f"第{n:03d}行" for n in range(300)]
    assert f"第{len(pages)}页/共{len(pages)}页" in pages[-1]
    word = docx.Document(io.BytesIO(render_docx(document)))
    table = next(table for table in word.tables if len(table.rows) == 301)
    assert table._tbl.tr_lst[0].trPr.find(qn("w:tblHeader")) is not None
    assert all(tr.trPr.find(qn("w:cantSplit")) is not None for tr in table._tbl.tr_lst)


def test_cell_longer_than_a_page_is_not_lost(
    make: Make, definition: DocumentDefinition, context: dict[str, Any]
) -> None:
    context["file"]["education"] = [{"period": "起", "school": "很长的一格" * 1500 + "末尾到此"}]
    context["interest"]["chart"]["caption"] = ""
    assert "末尾到此" in pdf_text(render_pdf(make(definition, context), timestamp=make.stamp))


def test_draft_without_number_or_check_page(
    make: Make, definition: DocumentDefinition, context: dict[str, Any]
) -> None:
    context.update(editable={}, plan={"activities": [], "hints": None}, interest={"chart": None})
    context["file"]["education"] = []
    document = make(definition, context, status="draft", number="", issued_on=None, check_url="", check_code="")
    text = pdf_text(render_pdf(document, timestamp=make.stamp))
    assert "草稿，尚未签发" in text
    assert "未填写教育经历" in text
    assert "核对本文书" not in text
    word = render_docx(document)
    assert "未填写教育经历" in word_text(word)
    assert "草稿" in docx.Document(io.BytesIO(word)).sections[0].header.paragraphs[0].text


def test_naive_timestamp_is_refused(make: Make, definition: DocumentDefinition, context: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="aware"):
        render_pdf(make(definition, context), timestamp=datetime(2026, 1, 1))  # noqa: DTZ001


def test_signature_images_carry_their_alternative(
    make: Make, definition: DocumentDefinition, context: dict[str, Any], tiny_png: bytes
) -> None:
    day = make.stamp.date()
    context["signatures"] = {"adviser": {"name": "林静怡", "signed_on": day, "image": tiny_png}}
    document = make(definition, context)
    pdf = render_pdf(document, timestamp=make.stamp)
    assert "林静怡" in pdf_text(pdf)
    assert "2026年11月21日" in pdf_text(pdf)
    assert sum(len(page.images) for page in PdfReader(io.BytesIO(pdf)).pages) == 1
    word = docx.Document(io.BytesIO(render_docx(document)))
    described = [node.get("descr") for node in word.element.body.iter(qn("wp:docPr"))]
    assert described == ["社会最高，44 分。", "职业指导师签名", "核对二维码，指向 https://example.cn/check/7K3M9QXA"]


def test_word_says_the_same_with_real_structure(
    make: Make, definition: DocumentDefinition, context: dict[str, Any]
) -> None:
    data = render_docx(make(definition, context))
    assert_in_order(word_text(data))
    word = docx.Document(io.BytesIO(data))
    headings = [(p.style.name, p.text) for p in word.paragraphs if p.style.name.startswith(("Title", "Heading"))]
    assert headings == [
        ("Title", "职业生涯规划报告"),
        ("Heading 1", "一、基本信息"),
        ("Heading 1", "二、测评结果"),
        ("Heading 1", "三、规划建议"),
        ("Heading 2", "职业定位"),
    ]
    section = word.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    fields = [node.text.strip() for node in section.footer._element.iter(qn("w:instrText"))]
    assert fields == ["PAGE", "NUMPAGES"]
    assert word.styles["Footer"].element.pPr.find(qn("w:tabs")) is None  # else the page number stops mid-page
    assert word.styles["Heading 1"].element.rPr.rFonts.get(qn("w:eastAsia")) == "Noto Sans SC"
    assert word.core_properties.title == "职业生涯规划报告"
    assert word.core_properties.created.date() == make.stamp.date()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert "微软雅黑" in archive.read("word/fontTable.xml").decode()


def test_each_numbered_list_starts_at_one(make: Make, raw: dict[str, Any], context: dict[str, Any]) -> None:
    raw["sections"][3]["blocks"].append({"list": {"items": "plan.hints", "value": "{{ row }}", "numbered": True}})
    word = docx.Document(io.BytesIO(render_docx(make(DocumentDefinition.model_validate(raw), context))))
    counts = [p._p.pPr.numPr.numId.val for p in word.paragraphs if p.style.name == "List Number"]
    assert len(counts) == 3
    assert counts[0] == counts[1] != counts[2]


def test_picture_is_drawn_at_the_asked_resolution() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="144" height="72"><rect width="9" height="9"/></svg>'
    data = render_picture(svg, ppi=200)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height = int.from_bytes(data[16:20], "big"), int.from_bytes(data[20:24], "big")
    assert (width, height) == (300, 150)


def test_measures() -> None:
    assert svg_size('<svg viewBox="0 0 320 200.5"><rect width="9"/></svg>') == (320.0, 200.5)
    assert svg_size('<svg width="100" height="50px">') == (100.0, 50.0)
    assert svg_size("<svg><rect width='9'/></svg>") == (400.0, 300.0)
    assert is_long("长" * 40, 2)
    assert not is_long("长" * 40, 1)
    assert not is_long("澄湖区", 3)


def test_fonts_are_static_and_named() -> None:
    from fontTools.ttLib import TTFont

    folder = fonts.ensure()
    for face in fonts.FACES:
        with TTFont(folder / face.file, lazy=True) as font:
            assert "fvar" not in font
            assert font["name"].getDebugName(1) == face.family
            assert font["OS/2"].usWeightClass == face.weight
    assert (folder / "OFL.txt").is_file()
    assert {ord(c) for c in "𠮷㛃䶮〓职"} <= fonts.coverage()


def test_fonts_are_cut_once_for_many_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIYIN_FONTS", str(tmp_path / "deep" / "fonts"))
    cut: list[str] = []

    def pretend(face: Any, path: Path) -> None:
        cut.append(face.file)
        path.write_bytes(face.file.encode())

    monkeypatch.setattr(fonts, "_cut", pretend)
    said: list[str] = []
    with ThreadPoolExecutor(4) as pool:
        folders = set(pool.map(lambda _: fonts.ensure(said.append), range(8)))
    assert folders == {tmp_path / "deep" / "fonts"}
    assert sorted(cut) == sorted(face.file for face in fonts.FACES)
    assert len(said) == len(fonts.FACES)
    assert {p.name for p in folders.pop().iterdir()} == {*cut, "OFL.txt", ".lock"}


def test_failed_cut_leaves_no_half_font(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ZHIYIN_FONTS", str(tmp_path))

    def broken(face: Any, path: Path) -> None:
        path.write_bytes(b"half")
        raise OSError("disk full")

    monkeypatch.setattr(fonts, "_cut", broken)
    with pytest.raises(OSError, match="disk full"):
        fonts.ensure()
    assert [p.name for p in tmp_path.iterdir()] == [".lock"]
