"""What match runs show of the standards (SVC-2.4, XM-7.5 d, SD-2-7 a)."""

from django.db.models import Exists, OuterRef

from zhiyin.domain.matching.models import MatchChoice, MatchRun
from zhiyin.domain.organisations.measuring import during, number_of, share_of
from zhiyin.engines.conformance import Reading, Scope, measure


@measure("matching.runs")
def runs(scope: Scope) -> Reading:
    """Rankings of occupations made in the period."""
    return number_of(MatchRun.objects.filter(during("run_at", scope), organisation_id__in=scope.organisations))


@measure("matching.confirmed")
def confirmed(scope: Scope) -> Reading:
    """Rankings on which a person decided, with the client."""
    rows = MatchRun.objects.filter(during("run_at", scope), organisation_id__in=scope.organisations)
    return share_of(rows, Exists(MatchChoice.objects.filter(run=OuterRef("pk"))))
