"""Leave to open a child's file: asking for it, and the section head's list."""

import uuid

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from zhiyin.domain.people import commands, policies, queries
from zhiyin.domain.people.models import Person
from zhiyin.kernel.dates import chinese_date
from zhiyin.kernel.identity import mask_name
from zhiyin.web.desk import views_clients_parts as parts
from zhiyin.web.surface import attempt, back, get_or_404, surface

PER_PAGE = 30


@surface("staff", right="people.read")
@require_POST
def child_access(request: HttpRequest, person: uuid.UUID) -> HttpResponse:
    """Ask the section head for leave to open the file of a child under 14."""
    who = parts.actor_of(request)
    found: Person = get_or_404(policies.scope(who), person)
    reason = request.POST.get("reason", "")
    asked, errors = attempt(request, "申请查阅儿童档案", lambda: commands.request_child_access(found, reason))
    if asked is not None:
        return back(request, "desk:clients", "已申请查阅，科长批准后就能打开")
    context = {
        "person": found,
        "name": mask_name(found.name),
        "number": "",
        "requests": queries.access_requests(who, found),
        "errors": errors,
        "reason": reason,
    }
    return render(request, "desk/clients/child_refused.html", context, status=422)


@surface("staff", right="people.approve_child_access")
@require_safe
def approvals(request: HttpRequest) -> HttpResponse:
    """Requests of the agency's staff, undecided ones first."""
    return _approvals(request, {}, "", "")


def _approvals(request: HttpRequest, errors: dict[str, list[str]], wrong: str, until: str) -> HttpResponse:
    who = parts.actor_of(request)
    page = Paginator(queries.access_requests_to_decide(who), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "own": who.membership_id,
        "errors": errors,
        "wrong": wrong,
        "until": until,
        "today": timezone.localdate(),
    }
    return render(request, "desk/clients/approvals.html", context, status=422 if errors else 200)


@surface("staff", right="people.approve_child_access")
@require_POST
def decide(request: HttpRequest, approval: uuid.UUID) -> HttpResponse:
    """Grant until a day, or refuse."""
    who = parts.actor_of(request)
    found = get_or_404(queries.access_requests_to_decide(who), approval)
    granted = request.POST.get("decision") == "grant"
    until = request.POST.get("until", "")
    _, errors = attempt(
        request,
        "审批查阅儿童档案",
        lambda: commands.decide_child_access(found, granted, parts.day_of(until)),
    )
    if errors:
        return _approvals(request, errors, str(found.pk), until)
    name = found.membership.user.name
    last = parts.day_of(until)
    done = f"已批准{name}查阅，到{chinese_date(last)}为止" if granted and last else f"没有批准{name}的申请"
    return back(request, "desk:approvals", done)
