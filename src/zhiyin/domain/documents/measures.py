"""What issued documents show of the standards (SVC-3.5.2, SVC-4.6, SVC-5.5)."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhiyin.domain.documents.models import Document, DocumentStep
from zhiyin.domain.documents.states import State, StepKind
from zhiyin.domain.organisations.measuring import during, share_of
from zhiyin.engines.conformance import Reading, Scope, measure


def _issued(scope: Scope) -> QuerySet[Document]:
    rows = Document.objects.filter(during("issued_at", scope), organisation_id__in=scope.organisations)
    rows = rows.exclude(state=State.REVOKED)
    template = scope.given.get("template")
    return rows.filter(template=template) if template else rows


@measure("documents.numbered_and_kept")
def numbered_and_kept(scope: Scope) -> Reading:
    """Issued documents with number and archived copy (SVC-3.5.2 a)."""
    return share_of(_issued(scope), Q(number__gt="", archive__isnull=False))


@measure("documents.handed_over")
def handed_over(scope: Scope) -> Reading:
    """Issued documents that were handed over, with the day (SVC-5.5)."""
    steps = DocumentStep.objects.filter(document=OuterRef("pk"), kind=StepKind.HANDED_OVER)
    return share_of(_issued(scope), Exists(steps))
