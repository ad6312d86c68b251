"""Policies at the desk beside single clients: what changed between two days, and short questions at the counter."""

import uuid
from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from zhiyin.domain.eligibility import commands, library, policies, queries
from zhiyin.domain.organisations.models import Organisation
from zhiyin.web.desk.views_assess import qr
from zhiyin.web.desk.views_clients_parts import actor_of
from zhiyin.web.desk.views_policies import house, reachable
from zhiyin.web.links import public_address
from zhiyin.web.surface import attempt, get_or_404, surface

BOOKLETS = [
    {"value": "none", "label": "没有发读本"},
    {"value": "all", "label": "全部政策"},
    *({"value": key, "label": f"给{label}"} for key, label in library.AUDIENCES.items()),
]


@surface("staff", right="eligibility.read")
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """What changed of the policies between two days, and the clients whose result changes with it, with reasons."""
    who = actor_of(request)
    today = timezone.localdate()
    typed = {name: request.GET.get(name, "") for name in ("since", "until")}
    errors: dict[str, list[str]] = {}
    days = {"since": today - timedelta(days=365), "until": today}
    for name, text in typed.items():
        if text:
            try:
                days[name] = date.fromisoformat(text)
            except ValueError:
                errors[name] = ["请按 2026-01-31 的样子填写日期"]
    if not errors and days["since"] > days["until"]:
        errors["until"] = ["后一天不能早于前一天"]
    context = {
        "errors": errors,
        "since": typed["since"] or days["since"].isoformat(),
        "until": typed["until"] or days["until"].isoformat(),
        "different": [],
        "rows": [],
        "columns": [
            {"key": "name", "label": "姓名", "pin": True},
            {"key": "policy", "label": "政策"},
            {"key": "result", "label": "结果"},
            {"key": "why", "label": "为什么"},
            {"key": "brief", "label": "告知"},
        ],
    }
    if not errors:
        before, after = queries.packs_of(house(who), days["since"]), queries.packs_of(house(who), days["until"])
        found = queries.concerned_by(who, before, after, since=days["since"], on=days["until"])
        context["different"] = library.differences(before, days["since"], after, days["until"])
        context["rows"] = reachable(who, found)
    return render(request, "desk/policies/changes.html", context, status=422 if errors else 200)


@surface("staff", right="eligibility.enquire")
@require_http_methods(["GET", "HEAD", "POST"])
def enquiries(request: HttpRequest) -> HttpResponse:
    """Short questions at the counter; noting one issues the booklet, whose very edition the code opens."""
    who = actor_of(request)
    errors: dict[str, list[str]] = {}
    typed = {"question": "", "answer": "", "booklet": "all"}
    chosen = request.GET.get("shown", "")
    rows = policies.enquiries(who).select_related("booklet").defer("booklet__content")
    shown = get_or_404(rows, _key(chosen)) if chosen else None
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in typed}
        audience = {"none": None, "all": ""}.get(typed["booklet"], typed["booklet"])
        organisation = Organisation.objects.get(pk=house(who))
        shown, errors = attempt(
            request,
            "登记窗口答询",
            lambda: commands.log_enquiry(
                organisation, question=typed["question"], answer=typed["answer"], audience=audience
            ),
        )
        if not errors:
            return redirect(f"{reverse('desk:policy_enquiries')}?shown={shown.pk}")
    context = {
        "errors": errors,
        "labels": {"question": "问了什么", "answer": "怎么答复", "audience": "发的读本", "booklet": "发的读本"},
        "typed": typed,
        "booklets": BOOKLETS,
        "shown": shown,
        "rows": queries.enquiries(who),
        "address": "",
        "qr": "",
        "columns": [
            {"key": "question", "label": "问了什么", "pin": True},
            {"key": "answer", "label": "怎么答复"},
            {"key": "booklet", "label": "发的读本"},
            {"key": "by", "label": "答复人"},
            {"key": "at", "label": "时间"},
        ],
    }
    if shown is not None and shown.booklet_id is not None:
        address = public_address(request) + reverse("policy_booklet_edition", args=[shown.booklet_id])
        context |= {"address": address, "qr": qr(address)}
    return render(request, "desk/policies/enquiries.html", context, status=422 if errors else 200)


def _key(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise Http404("没有这条答询") from None
