"""What reports show of the standards (SVC-4.6.1 b, XM-7.2 a)."""

from django.db.models import Q

from zhiyin.domain.organisations.measuring import during, share_of
from zhiyin.domain.planning.models import CareerReport
from zhiyin.engines.conformance import Reading, Scope, measure


@measure("planning.reports_with_results")
def reports_with_results(scope: Scope) -> Reading:
    """Issued career reports that rest on a test result."""
    rows = CareerReport.objects.filter(
        during("document__issued_at", scope), document__organisation_id__in=scope.organisations
    )
    return share_of(rows, Q(result__isnull=False))
