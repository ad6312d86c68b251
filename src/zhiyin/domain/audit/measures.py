"""What the log shows of the standards: that whatever leaves the house has a reason (SVC-3.5.3-2)."""

from datetime import datetime, time, timedelta

from django.db.models import Count, Q
from django.utils import timezone

from zhiyin.domain.audit.models import AuditEvent
from zhiyin.engines.conformance import Reading, Scope, measure, refs, share


@measure("audit.exports_reasoned")
def exports_reasoned(scope: Scope) -> Reading:
    """Exports in the log that state their reason."""
    first, last = (
        timezone.make_aware(datetime.combine(day, time.min)) for day in (scope.since, scope.until + timedelta(days=1))
    )
    rows = AuditEvent.objects.filter(
        organisation_id__in=scope.organisations, action__endswith="exported", at__gte=first, at__lt=last
    )
    found = rows.aggregate(of=Count("pk"), met=Count("pk", filter=Q(reason__gt="")))
    bad = rows.filter(reason="").order_by("-pk").values_list("pk", flat=True)[:20]
    return share(found["met"], found["of"], bad=refs("audit.auditevent", bad))
