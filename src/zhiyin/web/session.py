"""Choosing the role of a session, changing the password, the own account."""

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from zhiyin.domain.accounts import commands, passwords
from zhiyin.domain.accounts.queries import bare_actor
from zhiyin.domain.audit.acting import acting
from zhiyin.kernel.errors import Invalid
from zhiyin.web.middleware import MEMBERSHIP_KEY
from zhiyin.web.shell import landing
from zhiyin.web.surface import back, surface

PASSWORD_LABELS = {"old": "现在的口令", "new": "新口令", "again": "再填一遍新口令"}


@surface("public")
def choose_role(request: HttpRequest) -> HttpResponse:
    """Rights come from the role chosen here; somebody with one role never sees this page."""
    if not request.user.is_authenticated:
        return redirect(settings.LOGIN_URL)
    memberships = request.memberships  # type: ignore[attr-defined]
    wanted = request.GET.get("choose") or request.POST.get("choose")
    for membership in memberships:
        if str(membership.pk) == wanted or (len(memberships) == 1 and not wanted):
            request.session[MEMBERSHIP_KEY] = str(membership.pk)
            return redirect(landing(membership.role))
    return render(request, "account/role.html", {"memberships": memberships})


@surface("public")
def change_password(request: HttpRequest) -> HttpResponse:
    """Change the own password; the old one is asked for, the rules are told before."""
    if not request.user.is_authenticated:
        return redirect(settings.LOGIN_URL)
    user = request.user
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        new = request.POST.get("new", "")
        if not user.check_password(request.POST.get("old", "")):
            errors["old"] = ["现在的口令不对"]
        elif new != request.POST.get("again", ""):
            errors["again"] = ["两次填的不一样"]
        else:
            try:
                with acting(bare_actor(user), "更改口令"):
                    commands.set_password(user, new)
                update_session_auth_hash(request, user)
                return back(request, "role", "口令已更改")
            except Invalid as error:
                errors["new"] = error.errors.get("password", [str(error)])
    age, term = (timezone.now() - user.password_changed_at).days, settings.OPTIONS["security.password_days"]
    context = {
        "errors": errors,
        "labels": PASSWORD_LABELS,
        "rules": passwords.Strength().get_help_text() + "；" + passwords.NotRecent().get_help_text(),
        "must": user.must_change_password,
        "expired": age if term and age >= term and not user.is_demo else 0,
    }
    return render(request, "account/password.html", context, status=422 if errors else 200)


@surface("public")
def account(request: HttpRequest) -> HttpResponse:
    """The own sign-in: roles held, password age, second factor."""
    if not request.user.is_authenticated:
        return redirect(settings.LOGIN_URL)
    user, term = request.user, settings.OPTIONS["security.password_days"]
    age = (timezone.now() - user.password_changed_at).days
    context = {
        "user": user,
        "memberships": request.memberships,  # type: ignore[attr-defined]
        "days_left": max(term - age, 0) if term and not user.is_demo else None,
        "second_factor": is_mfa_enabled(user, [Authenticator.Type.TOTP]),
    }
    return render(request, "account/account.html", context)
