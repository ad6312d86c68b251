"""Evaluating a plan at intervals, and adjusting it because of what was found (XM-4.4 c)."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Max
from django.utils import timezone

from zhiyin.domain.audit.acting import Actor, actor, command, record
from zhiyin.domain.casework import plan, policies
from zhiyin.domain.casework.models import Activity, Case, CaseEvent
from zhiyin.domain.documents.models import Document
from zhiyin.domain.planning.models import PlanReview
from zhiyin.domain.standards.queries import active
from zhiyin.kernel.dates import add_months
from zhiyin.kernel.errors import Conflict, Invalid, NotReady
from zhiyin.kernel.serves import serves

INTERVAL = "xm-plan-review-months"


@serves("XM-4.4-c")
@command("planning.review_plan")
def review_plan(case: Case, finding: str) -> PlanReview:
    """Put down how the client develops under the agreed plan, with the share of activities done by now."""
    who = actor()
    policies.require(who, "casework.work", case)
    if not finding.strip():
        raise Invalid({"finding": ["请写明做到了什么、没做到什么、方案要不要改"]})
    if len(finding.strip()) > 1000:
        raise Invalid({"finding": ["请写在 1000 字以内"]})
    if not case.events.filter(kind="plan.agreed").exists():
        raise NotReady("方案还没有商定，谈不上评估", ["plan.agreed"])
    standing = case.activities.exclude(state=Activity.State.CANCELLED)
    total, done = standing.count(), standing.filter(state=Activity.State.DONE).count()
    review = PlanReview(
        case=case,
        by_id=who.membership_id,
        reviewed_on=timezone.localdate(),
        done_share=round(100 * done / total) if total else None,
    )
    review.finding = finding.strip()
    review.save(force_insert=True)
    record("planning.plan_reviewed", review, person=case.person_id, case=str(case.pk), done_share=review.done_share)
    return review


@command("planning.adjust_plan")
def adjust_plan(review: PlanReview, reason: str) -> Document:
    """Open the agreed plan anew because of an evaluation, which the new version cites."""
    case = review.case
    policies.require(actor(), "casework.work", case)
    if review.adjusted_id is not None:
        raise Conflict("这次评估已经引出过一版新方案")
    if not reason.strip():
        raise Invalid({"reason": ["请写明为什么调整"]})
    document = plan.reopen_plan(case, f"{reason.strip()}（依据 {review.reviewed_on:%Y-%m-%d} 的方案评估）")
    review.adjusted = document
    review.save(update_fields=["adjusted"])
    record("planning.plan_adjusted", review, person=case.person_id, document=str(document.pk))
    return document


@dataclass(frozen=True)
class Due:
    """A case whose plan is to be evaluated by ``due_on``; ``late_days`` over it, 0 while there is time."""

    case: Case
    due_on: date
    late_days: int


def reviews_of(case: Case) -> list[PlanReview]:
    """Evaluations of a case, oldest first, with the plan each led to; one query."""
    found = list(case.plan_reviews.select_related("adjusted", "by__user"))
    for row in found:
        row.case = case
    return found


def due_reviews(who: Actor, on: date | None = None) -> list[Due]:
    """Plans of the own running cases whose evaluation is due within a week or was missed; one query.

    Counted in months of the parameter ``xm-plan-review-months`` from the last evaluation, or else from the last
    agreement on the plan.
    """
    day = on or timezone.localdate()
    months = int(active(who.organisation_id).parameter(INTERVAL))
    agreed = CaseEvent.objects.filter(
        kind="plan.agreed", case__adviser_id=who.membership_id, case__status__in=["open", "paused"]
    )
    last = dict(agreed.order_by().values_list("case").annotate(last=Max("happened_at")))
    cases = (
        policies.scope(who)
        .filter(pk__in=last)
        .select_related("person")
        .annotate(reviewed=Max("plan_reviews__reviewed_on"))
    )
    found = []
    for case in cases:
        since = max(filter(None, [timezone.localdate(last[case.pk]), case.reviewed]))
        due_on = add_months(since, months)
        if (due_on - day).days <= 7:
            found.append(Due(case, due_on, max((day - due_on).days, 0)))
    return sorted(found, key=lambda item: (item.due_on, item.case.number))
