"""What results of tests show of the standards (SVC-4.3, XM-7.2)."""

from zhiyin.domain.assessment.models import Result
from zhiyin.domain.organisations.measuring import during, number_of
from zhiyin.engines.conformance import Reading, Scope, measure
from zhiyin.packs.installed import registry


@measure("assessment.results")
def results(scope: Scope) -> Reading:
    """Results in the period with the instrument ``tool``; nothing to measure while it is not installed."""
    wanted = scope.given.get("tool")
    if wanted and not any(item.id == wanted for item in registry().all("instrument")):
        return Reading(None, note="还没有安装这一类测评工具")
    rows = Result.objects.filter(during("scored_at", scope), sitting__organisation_id__in=scope.organisations)
    return number_of(rows.filter(instrument=wanted) if wanted else rows)
