"""Pages for everybody."""

from typing import Any

from django.core.cache import cache
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from zhiyin import __version__
from zhiyin.domain.documents import queries as documents
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.organisations.queries import front
from zhiyin.domain.people.consents import ADULT_NOTICE, CHILD_NOTICE
from zhiyin.kernel.errors import DefinitionError
from zhiyin.packs.installed import registry
from zhiyin.web.shell import shell_of
from zhiyin.web.surface import surface

CHECKS_PER_MINUTE = 20
# how a step is told to somebody who has never been here; follow-up comes after the service and is told apart
STEP_WORDS = {
    "intake": "说说你遇到了什么、想要什么，带上身份证件",
    "needs": "聊聊学习、工作、身体和家里的情况，弄清真正的需要",
    "agreement": "写明双方做什么、怎么保密、怎样结束，你同意了再签",
    "plan": "定下目标和要做的事，每一件都有期限和做的人",
    "delivery": "会谈、测评、了解职业和岗位、练习求职，一件一件做",
    "report": "把看清的东西写成一份职业生涯规划报告，交到你手里",
    "closing": "一起看目标达成了没有，说好以后怎么办",
}


@surface("public")
def healthz(request: HttpRequest) -> JsonResponse:
    """Whether the service can answer: database reachable, packs loaded. 503 otherwise."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        packs = dict(registry().versions())
    except (DatabaseError, DefinitionError) as error:
        return JsonResponse({"status": "failing", "version": __version__, "fault": type(error).__name__}, status=503)
    return JsonResponse({"status": "ok", "version": __version__, "packs": packs})


def public_context(request: HttpRequest) -> dict[str, Any]:
    """The agency the page speaks for, with the frame that names it: the own one of somebody signed in."""
    membership = request.membership  # type: ignore[attr-defined]
    agency: Organisation | None = membership.organisation if membership else front()
    shell = shell_of(request)
    if agency is not None:
        shell = {**shell, "org_name": agency.name, "org_phone": agency.phone}
    return {"agency": agency, "shell": shell}


@surface("public")
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The start page; somebody signed in goes on to the place of the role."""
    if request.user.is_authenticated:
        return redirect("role")
    process = registry().get("process", "full-guidance")
    steps = [{"title": step.title, "text": STEP_WORDS[step.id]} for step in process.steps if step.id in STEP_WORDS]
    context = {**public_context(request), "steps": steps, "notices": [ADULT_NOTICE, CHILD_NOTICE]}
    return render(request, "public/start.html", context)


@surface("public")
@require_safe
def check(request: HttpRequest, code: str = "") -> HttpResponse:
    """Whether a printed document is genuine; guessing codes is slowed down by address."""
    typed = (code or request.GET.get("code", "")).strip()
    context = {**public_context(request), "code": typed, "result": None, "too_many": False}
    if not typed:
        return render(request, "public/check.html", context)
    if not code and "/" not in typed:
        return redirect("check_code", code=typed)
    if _asked_too_often(request.META.get("REMOTE_ADDR", "")):
        return render(request, "public/check.html", {**context, "too_many": True}, status=429)
    result = documents.check(typed)
    status = 404 if result.state == "unknown" else 200
    return render(request, "public/check.html", {**context, "result": result}, status=status)


def _asked_too_often(address: str) -> bool:
    key = f"check:{address}"
    cache.add(key, 0, timeout=60)
    try:
        return bool(cache.incr(key) > CHECKS_PER_MINUTE)
    except ValueError:  # it ran out between the two calls
        return False


@surface("public")
@require_safe
def notice(request: HttpRequest, notice: str) -> HttpResponse:
    """A notice on personal information as people are asked to agree to it: its own words, version and digest."""
    try:
        definition = registry().get("notice", notice)
    except DefinitionError:
        raise Http404("没有这份告知书") from None
    return render(request, "public/notice.html", {**public_context(request), "notice": definition})
