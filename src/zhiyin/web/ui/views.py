"""Display modes, and the gallery in which every component is seen in all its states."""

from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from zhiyin.web.ui import samples
from zhiyin.web.ui.templatetags.ui import CONTRASTS, TYPES

YEAR = 365 * 24 * 3600
SURFACES = ("client", "public", "plain")


@csrf_exempt
@require_POST
def modes(request: HttpRequest) -> HttpResponse:
    """Keep how this browser wants pages drawn, and go back to where the person was.

    Without CSRF token: only two appearance cookies change, and cached public pages may carry the form.
    """
    back = request.headers.get("referer", "")
    allowed = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    parts = urlsplit(back)
    target = (parts.path + (f"?{parts.query}" if parts.query else "")) if allowed else "/"
    response = HttpResponseRedirect(target or "/")
    for name, values in (("type", TYPES), ("contrast", CONTRASTS)):
        chosen = request.POST.get(name)
        if chosen in values:
            response.set_cookie(f"zy_{name}", chosen, max_age=YEAR, samesite="Lax", secure=request.is_secure())
        elif chosen == "":
            response.delete_cookie(f"zy_{name}", samesite="Lax")
    return response


@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component with invented, realistic content; ``?contrast=more&type=large`` switches the modes."""
    return render(request, "ui/gallery.html", samples.context(request.GET.get("page", "1")))


@require_safe
def gallery_surface(request: HttpRequest, surface: str) -> HttpResponse:
    """The other page shells, which cannot stand inside the workbench."""
    if surface not in SURFACES:
        raise Http404
    return render(request, f"ui/gallery_{surface}.html", samples.surface())
