"""Every kind of document as PDF and as Word: nothing lost, real headings, and another office program opens it."""

import io
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import docx
import pytest
from pypdf import PdfReader

from tests.packs.documents.examples import opened, page_of
from zhiyin.engines.documents.pdf import render_pdf
from zhiyin.engines.documents.word import render_docx
from zhiyin.packs.installed import registry

OFFICE = shutil.which("soffice")


def _every() -> list[str]:
    """Ids of all kinds, those of the profiles too."""
    return [id for kind, id in registry().contents() if kind == "document"]


@pytest.mark.slow
def test_every_kind_becomes_a_tagged_pdf_in_chinese() -> None:
    kinds = _every()
    assert len(kinds) >= 161
    for id in kinds:
        page = page_of(*opened(id), status="issued")
        reader = PdfReader(io.BytesIO(render_pdf(page, timestamp=datetime(2026, 6, 30, tzinfo=UTC))))
        root = reader.trailer["/Root"]
        assert (str(root["/Lang"])[:2], bool(root["/MarkInfo"]["/Marked"])) == ("zh", True), id
        assert page.title in str(reader.metadata.title if reader.metadata else ""), id


@pytest.mark.slow
@pytest.mark.skipif(OFFICE is None, reason="no LibreOffice on this machine (apt-get install libreoffice-writer-nogui)")
def test_word_files_of_every_kind_have_real_headings_and_open_in_libreoffice(tmp_path: Path) -> None:
    for id in _every():
        page = page_of(*opened(id), status="issued")
        file = tmp_path / f"{id}.docx"
        file.write_bytes(render_docx(page))
        styles = {paragraph.style.name for paragraph in docx.Document(str(file)).paragraphs if paragraph.style}
        assert {"Title", "Heading 1"} <= styles, id
    subprocess.run(
        [str(OFFICE), "--headless", f"-env:UserInstallation=file://{tmp_path / 'profile'}", "--convert-to", "pdf"]
        + ["--outdir", str(tmp_path / "out"), *(str(file) for file in sorted(tmp_path.glob("*.docx")))],
        check=True,
        capture_output=True,
        timeout=900,
    )
    for id in _every():
        text = "".join(page.extract_text() for page in PdfReader(tmp_path / "out" / f"{id}.pdf").pages)
        title = opened(id)[0].title
        assert "".join(title.split()) in "".join(text.split()), id
