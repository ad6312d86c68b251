"""What every view shares: who may open it, how a command is called from it, how errors become pages.

Each view states its policy with :func:`surface`; a route without one fails a test.
"""

import functools
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render

from zhiyin.domain.accounts.roles import holds
from zhiyin.domain.audit.acting import Actor, Scope, acting
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused

View = Callable[..., HttpResponse]


@dataclass(frozen=True)
class Policy:
    """Kinds of actors that may open a view ("public" for everybody), and the right it needs on top."""

    kinds: frozenset[str]
    right: str | None = None


def surface(*kinds: str, right: str | None = None) -> Callable[[View], View]:
    """Let only actors of ``kinds`` whose role carries ``right`` in; others sign in, choose a role, or are told no.

    Scope is the view's own duty: it fetches through ``get_or_404(scope(actor), …)``.
    """
    policy = Policy(frozenset(kinds), right)

    def wrap(view: View) -> View:
        @functools.wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if "public" not in policy.kinds:
                stop = _stop(request, policy)
                if stop is not None:
                    return stop
            return view(request, *args, **kwargs)

        guarded.policy = policy  # type: ignore[attr-defined]
        return guarded

    return wrap


def _stop(request: HttpRequest, policy: Policy) -> HttpResponse | None:
    if not request.user.is_authenticated:
        return redirect(f"{settings.LOGIN_URL}?next={request.get_full_path()}")
    who: Actor = request.actor  # type: ignore[attr-defined]
    if request.membership is None:  # type: ignore[attr-defined]
        return redirect("role")
    if who.kind not in policy.kinds or (policy.right is not None and not holds(who, policy.right)):
        raise Refused("您现在的角色不能打开这一页")
    return None


@contextmanager
def doing(request: HttpRequest, reason: str) -> Iterator[Scope]:
    """Run commands as the actor of the request. Everything inside is stored together, or nothing of it."""
    with acting(request.actor, reason) as scope:  # type: ignore[attr-defined]
        yield scope


def get_or_404(rows: QuerySet[Any], key: uuid.UUID | str | int, **more: Any) -> Any:
    """The row by primary key within ``rows`` (already narrowed to what the actor reaches), or 404.

    A row of another agency and a row that does not exist look the same from outside.
    """
    found: Model | None = rows.filter(pk=key, **more).first()
    if found is None:
        raise Http404("没有找到，或者不在您能查看的范围内")
    return found


def back(request: HttpRequest, to: str, message: str = "", *args: Any, **kwargs: Any) -> HttpResponseRedirect:
    """Redirect after a successful command, with one sentence of what was done."""
    if message:
        messages.success(request, message)
    return redirect(to, *args, **kwargs)


def attempt(request: HttpRequest, reason: str, run: Callable[[], Any]) -> tuple[Any, dict[str, list[str]]]:
    """Call ``run`` inside ``doing``; ``(result, {})``, or ``(None, errors)`` for the form when input can be mended.

    ``NotReady`` and ``Conflict`` become an error of the form as a whole: nothing that was typed is lost.
    """
    try:
        with doing(request, reason):
            return run(), {}
    except Invalid as error:
        return None, error.errors
    except (NotReady, Conflict) as error:
        return None, {"": [str(error)]}


class ErrorPages:
    """Middleware: the expected errors that a view did not catch become pages in Chinese, with the right status."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refused):
            return render(request, "ui/errors/403.html", {"message": str(error)}, status=403)
        if isinstance(error, NotReady):
            context = {
                "message": str(error),
                "missing": error.missing,
                "back_url": request.META.get("HTTP_REFERER", "/"),
            }
            return render(request, "ui/not_ready.html", context, status=409)
        if isinstance(error, Conflict):
            context = {"message": str(error), "reload_url": request.get_full_path()}
            return render(request, "ui/errors/409.html", context, status=409)
        if isinstance(error, Invalid):
            return render(request, "ui/errors/400.html", {"message": str(error)}, status=400)
        return None
