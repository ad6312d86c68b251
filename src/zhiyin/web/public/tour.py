"""《十分钟看懂》: a way through the product with invented people, in demo mode only."""

from importlib import import_module

from django.conf import settings
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from zhiyin.domain.accounts.models import User
from zhiyin.domain.accounts.queries import memberships_of
from zhiyin.web.middleware import MEMBERSHIP_KEY
from zhiyin.web.public.views import public_context
from zhiyin.web.surface import surface

# by name: the demo stands on the web floor, which therefore cannot import it
DEMO = "zhiyin.demo"
BACKEND = "zhiyin.domain.accounts.backends.AccountBackend"


def _demo_only() -> None:
    if not settings.IS_DEMO:
        raise Http404("没有找到这一页")


@surface("public")
@require_safe
def tour(request: HttpRequest) -> HttpResponse:
    """The stops, each with the role that opens it, and all the roles there are to try."""
    _demo_only()
    demo = import_module(DEMO)
    context = {
        **public_context(request),
        "stops": demo.tour(),
        "accounts": demo.accounts(),
        "password": demo.PASSWORD,
    }
    return render(request, "public/tour.html", context)


@surface("public")
@require_POST
def enter(request: HttpRequest) -> HttpResponse:
    """Sign in as an invented person and go to the stop. Only accounts marked as demo can be entered, only here."""
    _demo_only()
    user = User.objects.filter(username=request.POST.get("username", ""), is_demo=True, is_active=True).first()
    if user is None:
        raise Http404("没有这个演示账号")
    login(request, user, backend=BACKEND)
    target = request.POST.get("next", "")
    if not url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        target = ""
    if target:
        # a stop leads to one page: somebody with several roles enters in the first one they were given
        held = min(memberships_of(user), key=lambda membership: membership.started_at, default=None)
        if held is not None:
            request.session[MEMBERSHIP_KEY] = str(held.pk)
    return redirect(target or "role")
