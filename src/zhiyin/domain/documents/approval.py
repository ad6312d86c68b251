"""审核 and 审定: agreeing to what a colleague drafted."""

from datetime import datetime

from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.documents import policies, steps, versions
from zhiyin.domain.documents.agreements import missing_steps, refusal
from zhiyin.domain.documents.building import content_of, definition_of
from zhiyin.domain.documents.models import Document
from zhiyin.domain.documents.states import StepKind
from zhiyin.kernel.errors import Invalid, NotReady, Refused


@command("documents.review")
def review(
    document: Document, comment: str = "", *, content_hash: str = "", happened_at: datetime | None = None
) -> Document:
    """审核: agree to a submitted document. ``Refused`` to its author and below the grade that the definition names.

    ``content_hash`` is that of the content read; ``Conflict`` when it was changed since.
    """
    return _agree(document, StepKind.REVIEWED, comment, content_hash, happened_at)


@command("documents.approve")
def approve(
    document: Document, comment: str = "", *, content_hash: str = "", happened_at: datetime | None = None
) -> Document:
    """审定: the last agreement before issue; ``NotReady`` while the review is lacking. Else as :func:`review`."""
    return _agree(document, StepKind.APPROVED, comment, content_hash, happened_at)


def _agree(
    document: Document, kind: StepKind, comment: str, content_hash: str, happened_at: datetime | None
) -> Document:
    document = steps.locked(document, "documents.agree", kind)
    definition = definition_of(document)
    rule = definition.reviews if kind == StepKind.REVIEWED else definition.approves
    if rule is None:
        raise Invalid(f"“{definition.title}”不需要{kind.label}")
    if policies.is_author(actor(), document):
        raise Refused(f"不能{kind.label}自己起草的文书，请换一位同事")
    why = refusal(actor(), rule, str(kind.label))
    if why:
        raise Refused(why)
    steps.same_content(document, content_hash)
    if kind == StepKind.APPROVED and StepKind.REVIEWED in missing_steps(document):
        raise NotReady("审定之前须先审核", ["审核"])
    versions.keep(document, str(kind.label))
    steps.step(document, kind, steps.moment(happened_at), comment, content_of(document))
    record(f"documents.{kind.value}", document)
    return document
