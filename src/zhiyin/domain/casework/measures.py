"""What cases show of the standards: each step of the service process, as it was really taken (SVC-5, XM-6, XM-7).

Every measure looks at the cases opened, or closed, in the period; a case whose client withdrew is left out where the
step could no longer be taken.
"""

from datetime import timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from zhiyin.domain.casework.models import (
    Activity,
    Case,
    CaseAssistant,
    CaseEvent,
    CasePaper,
    Due,
    FormRecord,
    Goal,
    Need,
)
from zhiyin.domain.organisations.measuring import during, moment, number_of, share_of
from zhiyin.engines.conformance import Reading, Scope, measure, refs, share
from zhiyin.kernel.dates import add_months

_SERVICE = ("session.held", "activity.done", "assessment.completed")
_SIGNED = ("agreement.signed_client", "agreement.signed_guardian")


def _cases(scope: Scope) -> QuerySet[Case]:
    return Case.objects.filter(organisation_id__in=scope.organisations)


def _opened(scope: Scope) -> QuerySet[Case]:
    return _cases(scope).filter(during("opened_at", scope))


def _closed(scope: Scope) -> QuerySet[Case]:
    """Cases whose service ended in the period with a closing record."""
    return _cases(scope).filter(during("closed_at", scope)).exclude(status="withdrawn")


def _has(*kinds: str) -> Exists:
    return Exists(CaseEvent.objects.filter(case=OuterRef("pk"), kind__in=kinds))


def _begun(scope: Scope) -> QuerySet[Case]:
    """Cases opened in the period in which a service was given."""
    return _opened(scope).filter(_has(*_SERVICE))


def _form(*forms: str) -> Exists:
    return Exists(FormRecord.objects.filter(case=OuterRef("pk"), form__in=forms, submitted_at__isnull=False))


@measure("casework.surveyed")
def surveyed(scope: Scope) -> Reading:
    """Cases at or past the agreement whose needs survey is stored (SVC-5.1)."""
    return share_of(_opened(scope).filter(_has("agreement.drafted", *_SIGNED)), _has("needs.recorded"))


@measure("casework.environment_analysed")
def environment_analysed(scope: Scope) -> Reading:
    """Cases with an agreed plan whose environment was analysed (SVC-4.2.1)."""
    return share_of(_opened(scope).filter(_has("plan.agreed")), _has("environment.recorded"))


@measure("casework.signed_before_service")
def signed_before_service(scope: Scope) -> Reading:
    """Cases with services whose agreement both sides signed (SVC-5.2-1)."""
    return share_of(_begun(scope), Q(_has(*_SIGNED)) & Q(_has("agreement.signed_agency")))


@measure("casework.planned_before_service")
def planned_before_service(scope: Scope) -> Reading:
    """Cases with services whose plan was agreed (SVC-5.3)."""
    return share_of(_begun(scope), _has("plan.agreed"))


@measure("casework.needs_answered")
def needs_answered(scope: Scope) -> Reading:
    """Needs in planned cases that an activity answers (SVC-5.3)."""
    planned = Case.objects.filter(during("opened_at", scope), organisation_id__in=scope.organisations)
    needs = Need.objects.filter(case__in=planned.filter(_has("plan.agreed")))
    return share_of(needs, Exists(Activity.objects.filter(need=OuterRef("pk")).exclude(state=Activity.State.CANCELLED)))


@measure("casework.goals_based")
def goals_based(scope: Scope) -> Reading:
    """Goals that cite what they rest on: a test, an analysis, a need (SVC-2.6, XM-4.5 b)."""
    return share_of(Goal.objects.filter(case__in=_opened(scope)), Q(basis__gt=""))


@measure("casework.goals_judged")
def goals_judged(scope: Scope) -> Reading:
    """Goals of closed cases with their attainment (SVC-4.1.1 d)."""
    return share_of(Goal.objects.filter(case__in=_closed(scope)), Q(attainment__gt=""))


@measure("casework.goals_attained")
def goals_attained(scope: Scope) -> Reading:
    """Judged goals of closed cases that were reached, at least in part (XM-4.5 e, XM-8.3.1 b)."""
    judged = Goal.objects.filter(case__in=_closed(scope)).exclude(attainment="")
    return share_of(judged, ~Q(attainment=Goal.Attainment.NOT))


@measure("casework.activities_done")
def activities_done(scope: Scope) -> Reading:
    """Activities due in the period that were done (SVC-5.4)."""
    rows = Activity.objects.filter(case__organisation_id__in=scope.organisations)
    rows = rows.filter(due_on__range=(scope.since, scope.on)).exclude(state=Activity.State.CANCELLED)
    return share_of(rows, Q(state=Activity.State.DONE))


@measure("casework.unplanned_reasoned")
def unplanned_reasoned(scope: Scope) -> Reading:
    """Activities outside any goal's need that state why they were done (SVC-5.4)."""
    rows = Activity.objects.filter(during("done_at", scope), case__organisation_id__in=scope.organisations)
    return share_of(rows, Q(need__isnull=False) | Q(unplanned_reason__gt=""))


@measure("casework.sessions_recorded")
def sessions_recorded(scope: Scope) -> Reading:
    """Meetings held in the period with a written record (XM-6.1)."""
    rows = CaseEvent.objects.filter(during("happened_at", scope), case__organisation_id__in=scope.organisations)
    return share_of(rows.filter(kind="session.held"), Q(record__isnull=False))


@measure("casework.reported")
def reported(scope: Scope) -> Reading:
    """Closed cases whose report was handed over (SVC-4.6.1, SVC-5.5)."""
    return share_of(_closed(scope), _has("report.handed_over"))


@measure("casework.closed_properly")
def closed_properly(scope: Scope) -> Reading:
    """Closed cases with the closing record filled in (SVC-5.6.1)."""
    return share_of(_closed(scope), _form("closing"))


@measure("casework.linked")
def linked(scope: Scope) -> Reading:
    """Closed cases from which one reaches plan, and the request for feedback (SVC-3.5.1)."""
    planned = CasePaper.objects.filter(case=OuterRef("pk"))
    return share_of(_closed(scope), Q(Exists(planned)) & Q(_has("feedback.requested")))


@measure("casework.with_plan_paper")
def with_plan_paper(scope: Scope) -> Reading:
    """Cases with an agreed plan of which the paper is kept (SVC-3.5.1 c)."""
    papers = CasePaper.objects.filter(case=OuterRef("pk"), step="plan")
    return share_of(_opened(scope).filter(_has("plan.agreed")), Exists(papers))


@measure("casework.followed_up")
def followed_up(scope: Scope) -> Reading:
    """Cases closed at least ``months`` ago that were followed up (XM-7.6 a)."""
    before = add_months(scope.on, -int(scope.given["months"]))
    rows = _closed(scope).filter(closed_at__lt=moment(before))
    return share_of(rows, _has("followup.done"))


@measure("casework.reviewed")
def reviewed(scope: Scope) -> Reading:
    """Running cases opened ``months`` ago or longer whose plan was changed or judged since (XM-4.4 c)."""
    before = moment(add_months(scope.on, -int(scope.given["months"])))
    rows = _cases(scope).filter(opened_at__lt=before, status__in=["open", "paused", "following"])
    lately = CaseEvent.objects.filter(
        case=OuterRef("pk"), kind__in=["plan.changed", "closing.recorded", "followup.done"], happened_at__gte=before
    )
    return share_of(rows, Exists(lately))


@measure("casework.in_time")
def in_time(scope: Scope) -> Reading:
    """Cases in work without anything overdue (XM-8.3.1 d)."""
    late = Due.objects.filter(case=OuterRef("pk"), due_on__lt=scope.on, waits_for="")
    return share_of(_cases(scope).filter(status__in=["open", "paused", "following"]), ~Q(Exists(late)))


@measure("casework.intake_in_time")
def intake_in_time(scope: Scope) -> Reading:
    """Cases in which a first meeting or form followed the opening within ``days`` (XM-8.2 b, XM-8.3.1 d)."""
    days = int(scope.given["days"])
    rows = _opened(scope).filter(opened_at__lt=min(timezone.now(), moment(scope.on)) - timedelta(days=days))
    first = CaseEvent.objects.filter(
        case=OuterRef("pk"),
        kind__in=["intake.recorded", "needs.recorded", "session.held"],
        happened_at__lte=OuterRef("opened_at") + timedelta(days=days),
    )
    return share_of(rows, Exists(first))


@measure("casework.assistants_done")
def assistants_done(scope: Scope) -> Reading:
    """Tasks of assistants in the period's cases that were finished (SVC-3.2.3 e)."""
    return share_of(CaseAssistant.objects.filter(case__in=_opened(scope)), Q(done_at__isnull=False))


@measure("casework.kinds_served")
def kinds_served(scope: Scope) -> Reading:
    """How many kinds of service the cases of the period fall into, and whether each has one (SVC-4.4, XM-3.1)."""
    rows = _opened(scope)
    of = rows.count()
    bad = rows.filter(service_kind="").order_by("-pk").values_list("pk", flat=True)
    lacking = bad.count()
    return share(of - lacking, of, bad=refs("casework.case", bad[:20]))


@measure("casework.phases")
def phases(scope: Scope) -> Reading:
    """Closed cases that went through survey, plan, service, and report (XM-4.4 b)."""
    through = Q(_has("needs.recorded")) & Q(_has("plan.agreed")) & Q(_has(*_SERVICE))
    return share_of(_closed(scope), through & Q(_has("report.issued", "report.handed_over")))


@measure("casework.blended")
def blended(scope: Scope) -> Reading:
    """Cases with services given on line, by the record's event or an assessment at a distance (SD-2-12)."""
    return number_of(_opened(scope).filter(_has("assessment.completed")).filter(_has("session.held")))
