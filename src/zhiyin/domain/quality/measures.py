"""What feedback, improvements and complaints show of the standards (SVC-6, XM-8)."""

from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from zhiyin.domain.casework.models import Case
from zhiyin.domain.organisations.measuring import during, share_of
from zhiyin.domain.quality.models import Complaint, ComplaintStep, FeedbackRequest, Improvement
from zhiyin.engines.conformance import Reading, Scope, measure


def _feedback(scope: Scope) -> QuerySet[FeedbackRequest]:
    rows = FeedbackRequest.objects.filter(during("asked_at", scope))
    return rows.filter(case__organisation_id__in=scope.organisations)


def _complaints(scope: Scope) -> QuerySet[Complaint]:
    return Complaint.objects.filter(during("received_at", scope), organisation_id__in=scope.organisations)


def _step(*kinds: str) -> QuerySet[ComplaintStep]:
    return ComplaintStep.objects.filter(complaint=OuterRef("pk"), kind__in=kinds)


@measure("quality.asked")
def asked(scope: Scope) -> Reading:
    """Closed cases whose client was asked for feedback (SVC-6.1-1)."""
    closed = Case.objects.filter(during("closed_at", scope), organisation_id__in=scope.organisations)
    requests = FeedbackRequest.objects.filter(case=OuterRef("pk"))
    return share_of(closed.exclude(status="withdrawn"), Exists(requests))


@measure("quality.answered")
def answered(scope: Scope) -> Reading:
    """Requests for feedback that were answered (SVC-3.5.1 d, XM-8.2 a)."""
    return share_of(_feedback(scope), Q(answered_at__isnull=False))


@measure("quality.satisfied")
def satisfied(scope: Scope) -> Reading:
    """Answers with four or five points of five (XM-8.3.1 c)."""
    return share_of(_feedback(scope).filter(overall__isnull=False), Q(overall__gte=4))


@measure("quality.handled")
def handled(scope: Scope) -> Reading:
    """Feedback that called for somebody and was looked into (SVC-5.6.2-1, XM-8.2 b)."""
    rows = _feedback(scope).filter(answered_at__isnull=False)
    called = rows.filter(Q(needs_handling=True) | Q(handled_at__isnull=False))
    return share_of(called, Q(handled_at__isnull=False))


@measure("quality.improved")
def improved(scope: Scope) -> Reading:
    """Improvements due that were done and verified (SVC-6.1-2, XM-7.6 b, XM-8.3.3)."""
    rows = Improvement.objects.filter(organisation_id__in=scope.organisations, due_on__range=(scope.since, scope.on))
    return share_of(rows, Q(done_at__isnull=False, verified_at__isnull=False))


@measure("quality.complaints_answered_in_time")
def complaints_answered_in_time(scope: Scope) -> Reading:
    """Complaints whose term has come that were answered within it (SVC-6.2-1, XM-8.1.1 b)."""
    rows = _complaints(scope).filter(answer_due_on__lt=timezone.localdate())
    term = OuterRef("answer_due_on")
    in_time = _step("answered").annotate(day=TruncDate("happened_at")).filter(day__lte=term)
    return share_of(rows, Exists(in_time))


@measure("quality.complaints_closed_with_reply")
def complaints_closed_with_reply(scope: Scope) -> Reading:
    """Closed complaints with a reply, and the person's opinion or that there was none (SVC-6.2-2)."""
    rows = _complaints(scope).filter(state="closed")
    said = Q(Exists(_step("answered"))) & Q(Exists(_step("response", "closed")))
    return share_of(rows, said)


@measure("quality.complaints_by_others")
def complaints_by_others(scope: Scope) -> Reading:
    """Complaints handled by somebody other than the adviser of the case (XM-8.1.1 a)."""
    rows = _complaints(scope).filter(handler__isnull=False)
    return share_of(rows, ~Q(handler=F("case__adviser")))
