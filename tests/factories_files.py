"""Small files of the kinds we keep."""

import io
import zipfile


def docx() -> bytes:
    """The least that passes for a Word document."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    return out.getvalue()
