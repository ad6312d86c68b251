"""Who sits before a test: a client who signed in, or whoever holds the one-time link. The same views serve both."""

import functools
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.sittings import policies, queries
from zhiyin.domain.sittings.models import Sitting
from zhiyin.web.surface import surface


@dataclass(frozen=True)
class Taking:
    """One sitting as it was reached, who answers it, and the addresses of its pages."""

    sitting: Sitting
    actor: Actor
    namespace: str
    key: dict[str, Any]

    @property
    def by_link(self) -> bool:
        return self.actor.kind == "link"

    def url(self, name: str, **more: Any) -> str:
        return reverse(f"{self.namespace}:{name}", kwargs={**self.key, **more})


View = Callable[..., HttpResponse]


def by_account(view: View) -> View:
    """Guard for ``/me/tests/<id>/``: the client the sitting belongs to."""

    @surface("client", right="sittings.answer")
    @functools.wraps(view)
    def guarded(request: HttpRequest, sitting: uuid.UUID, **more: Any) -> HttpResponse:
        actor: Actor = request.actor  # type: ignore[attr-defined]
        found = policies.scope(actor, "sittings.answer").filter(pk=sitting)
        row = found.select_related("person", "organisation", "assigned_by__user").first()
        if row is None:
            raise Http404("没有找到这份测评")
        return view(request, Taking(row, actor, "me:test", {"sitting": sitting}), **more)

    return guarded


def by_link(view: View) -> View:
    """Guard for ``/t/<token>/``: the token alone opens it, and only this one sitting."""

    @surface("public", "link")
    @functools.wraps(view)
    def guarded(request: HttpRequest, token: str, **more: Any) -> HttpResponse:
        row = queries.open_by_token(token)
        if row is None:
            return render(request, "me/test_unknown.html", status=404)
        return view(request, Taking(row, queries.link_actor(row), "test", {"token": token}), **more)

    return guarded
