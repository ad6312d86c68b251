"""Pages for everybody."""

from django.db import connection
from django.http import HttpRequest, JsonResponse

from zhiyin import __version__
from zhiyin.packs.installed import registry


def healthz(request: HttpRequest) -> JsonResponse:
    """Whether the service can answer: database reachable, packs loaded. 503 otherwise."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok", "version": __version__, "packs": dict(registry().versions())})
