"""Documents (文书): one definition becomes a page, a PDF and a Word file that say the same.

Definition → :func:`build` → :class:`Document` (a tree of resolved blocks) → ``html``, ``pdf`` or ``word``. The
renderers are imported from their own modules, so that loading definitions does not load typst or python-docx.
"""

from zhiyin.engines.documents.definition import DocumentDefinition, NoticeDefinition
from zhiyin.engines.documents.inputs import clean_answers, form_of

__all__ = ["DocumentDefinition", "NoticeDefinition", "clean_answers", "form_of"]
