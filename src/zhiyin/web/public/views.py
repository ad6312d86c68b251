"""Pages for everybody."""

from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render

from zhiyin import __version__
from zhiyin.kernel.errors import DefinitionError
from zhiyin.packs.installed import registry
from zhiyin.web.surface import surface


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


@surface("public")
def start(request: HttpRequest) -> HttpResponse:
    """The start page; somebody signed in goes on to the place of the role."""
    if request.user.is_authenticated:
        return redirect("role")
    return render(request, "public/start.html")
