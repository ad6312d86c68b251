"""What was judged about one's eligibility: the result, the reasons, the facts used, and who looked at it."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhiyin.domain.eligibility import library, queries
from zhiyin.web.me.own import BACK, agency_of, person_of
from zhiyin.web.surface import surface


@surface("client", right="eligibility.read")
@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """Own verdicts with everything they rest on; what has run out is left out."""
    person, agency = person_of(request), agency_of(request)
    today = timezone.localdate()
    packs = queries.packs_of(agency)
    found = queries.standings(request.actor, person, sensitive=True)  # type: ignore[attr-defined]
    rows = [
        {"one": one, "policy": one.policy, "amounts": library.amounts(packs, one.policy, today)}
        for one in found
        if one.policy is not None and one.policy.valid_on(today)
    ]
    context = {
        "agency": agency,
        "passed": [row for row in rows if row["one"].outcome == "PASS"],
        "open": [row for row in rows if row["one"].outcome == "UNKNOWN"],
        "failed": [row for row in rows if row["one"].outcome == "FAIL"],
    }
    return render(request, "me/policies.html", {**context, **BACK})
