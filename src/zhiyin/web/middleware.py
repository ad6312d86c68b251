"""Security headers, and the actor of each request."""

import time
import uuid
from collections.abc import Callable
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from zhiyin.domain.accounts.queries import bare_actor, memberships_of
from zhiyin.domain.audit.acting import VISITOR, acting
from zhiyin.domain.people.queries import actor_for
from zhiyin.packs import installed

Handler = Callable[[HttpRequest], HttpResponse]
MEMBERSHIP_KEY = "membership"
SEEN_KEY = "seen_at"
# what somebody may open who still has to set up the second factor
_WITHOUT_FACTOR = (settings.STATIC_URL, "/password", "/my-account/", "/role/", "/healthz", "/ui/modes")


class SecurityHeaders:
    """Strict content policy: everything from our own host, no inline script, nothing framed."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault(
            "Content-Security-Policy",
            "default-src 'self'; img-src 'self' data: blob:; style-src 'self'; script-src 'self'; "
            "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        )
        response.headers.setdefault("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
        if not request.path.startswith(settings.STATIC_URL):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class CurrentActor:
    """Sets ``request.actor``, ``request.membership`` and ``request.memberships`` from the role chosen in the session.

    Ends a session that was idle for too long, and sends a user who must change the password there first.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        installed.refresh(wait=False)
        request.actor, request.membership, request.memberships = VISITOR, None, []  # type: ignore[attr-defined]
        user = request.user
        if not user.is_authenticated:
            return self.get_response(request)
        now = int(time.time())
        idle = now - int(request.session.get(SEEN_KEY, now))
        if idle > settings.OPTIONS["security.idle_minutes"] * 60:
            logout(request)
            messages.info(request, "太久没有操作，已自动退出，请重新登录")
            return redirect(settings.LOGIN_URL)
        # once a minute is enough to know that somebody is there; a write per request is not needed
        if SEEN_KEY not in request.session or idle >= 60:
            request.session[SEEN_KEY] = now
        memberships = memberships_of(user)
        chosen = _chosen(request.session.get(MEMBERSHIP_KEY), memberships)
        request.memberships, request.membership = memberships, chosen  # type: ignore[attr-defined]
        request.actor = actor_for(chosen) if chosen else bare_actor(user)  # type: ignore[attr-defined]
        if request.path.startswith("/account/"):
            return self._in_account(request)
        if self._must_change(user) and not request.path.startswith((settings.STATIC_URL, "/password", "/healthz")):
            return redirect("/password/")
        if (
            chosen is not None
            and self._lacks_second_factor(user, chosen)
            and not request.path.startswith(_WITHOUT_FACTOR)
        ):
            messages.info(request, "您的角色必须启用动态口令，请先启用")
            return redirect("mfa_activate_totp")
        return self.get_response(request)

    @staticmethod
    def _lacks_second_factor(user: object, membership: Any) -> bool:
        needed = membership.role in settings.OPTIONS["security.totp_roles"] and not getattr(user, "is_demo", False)
        return needed and not is_mfa_enabled(user, [Authenticator.Type.TOTP])

    @staticmethod
    def _must_change(user: object) -> bool:
        days = settings.OPTIONS["security.password_days"]
        if getattr(user, "is_demo", False):
            return False
        changed = user.password_changed_at  # type: ignore[attr-defined]
        too_old = bool(days) and (timezone.now() - changed).days >= days
        return bool(user.must_change_password or too_old)  # type: ignore[attr-defined]

    def _in_account(self, request: HttpRequest) -> HttpResponse:
        """allauth's own pages write second-factor settings; those writes are the user's."""
        # signing out, and a password that is given wrong, open a scope of their own
        if request.method != "POST" or request.path.endswith(("/logout/", "/reauthenticate/")):
            return self.get_response(request)
        with acting(bare_actor(request.user), "账号设置"):  # type: ignore[arg-type]
            return self.get_response(request)


def _chosen(key: str | None, memberships: list[object]) -> object | None:
    if key:
        try:
            wanted = uuid.UUID(key)
        except ValueError:
            wanted = None
        for membership in memberships:
            if membership.pk == wanted:  # type: ignore[attr-defined]
                return membership
    return memberships[0] if len(memberships) == 1 else None
