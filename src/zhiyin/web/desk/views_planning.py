"""What an offer rests on, the evaluations of a plan, and the new plan written because of one."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST

from zhiyin.domain.casework.models import Case
from zhiyin.domain.planning import offer, reviews
from zhiyin.web.desk.views_cases_shared import frame, key_of, load, within
from zhiyin.web.surface import attempt, back, get_or_404, surface


def _page(
    request: HttpRequest, case: Case, typed: dict[str, str] | None = None, errors: dict[str, list[str]] | None = None
) -> HttpResponse:
    inputs = offer.inputs(case)
    context = {
        **frame(request, case, "plan"),
        "inputs": inputs,
        "missing": [item.label for item in inputs if not item.text],
        "reviews": reviews.reviews_of(case),
        "typed": {"finding": "", "reason": "", "review": "", **(typed or {})},
        "errors": errors or {},
        "labels": {"finding": "评估", "reason": "为什么调整"},
    }
    return render(request, "desk/cases/review.html", context, status=422 if errors else 200)


@surface("staff", right="documents.read")
def review(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The four inputs of an offer with what is missing, and the evaluations so far; POST adds one."""
    if request.method != "POST":
        return _page(request, load(request, pk))
    case = load(request, pk, "casework.work")
    typed = within(request.POST, "finding")
    _, errors = attempt(request, "评估方案", lambda: reviews.review_plan(case, typed["finding"]))
    return _page(request, case, typed, errors) if errors else back(request, "desk:case_review", "评估已记下", case.pk)


@surface("staff", right="casework.work")
@require_POST
def adjust(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Open the plan anew because of an evaluation."""
    case = load(request, pk, "casework.work")
    typed = within(request.POST, "reason", "review")
    found = get_or_404(case.plan_reviews.select_related("case__person"), key_of(typed["review"]) or case.pk)
    _, errors = attempt(request, "按评估调整方案", lambda: reviews.adjust_plan(found, typed["reason"]))
    if errors:
        return _page(request, case, typed, errors)
    return back(request, "desk:case_plan", "方案已打开，改好后重新商定", case.pk)
