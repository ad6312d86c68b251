"""Accounts of the own body: who has one, in which roles, a new password for who forgot theirs."""

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from zhiyin.domain.accounts import commands, passwords, policies, queries
from zhiyin.domain.accounts.models import User
from zhiyin.domain.accounts.roles import ADMINISTRATORS, Role
from zhiyin.domain.audit.acting import Actor
from zhiyin.kernel.errors import Invalid
from zhiyin.web.backups import backup_notice
from zhiyin.web.surface import attempt, back, get_or_404, surface

PAGE = 50
LABELS = {"name": "姓名", "username": "账号", "password": "初始口令", "role": "角色"}
# a client's role belongs to a person and is given with the person's file, not here
GRANTED = [role for role in Role if role not in {Role.CLIENT, Role.EMPLOYER_CONTACT}]
COLUMNS = [
    {"key": key, "label": label, "num": False, "pin": key == "name", "sort": "", "sort_url": "", "optional": False}
    for key, label in (
        ("name", "姓名"),
        ("username", "账号"),
        ("roles", "现有角色"),
        ("state", "状态"),
        ("seen", "上次登录"),
    )
]


def _who(request: HttpRequest) -> Actor:
    who: Actor = request.actor  # type: ignore[attr-defined]
    return who


def _roles() -> list[dict[str, str]]:
    return [{"value": str(role), "label": str(role.label)} for role in GRANTED]


def _role(text: str) -> Role:
    if text not in {str(role) for role in GRANTED}:
        raise Invalid({"role": ["请选择角色"]})
    return Role(text)


def _rules() -> str:
    return passwords.Strength().get_help_text() + "；" + passwords.NotRecent().get_help_text()


def _row(user: User) -> dict[str, Any]:
    now = timezone.now()
    current = [item for item in user.roles_here if item.ended_at is None or item.ended_at > now]
    return {
        "user": user,
        "roles": "、".join(item.get_role_display() for item in current),
        "locked": user.is_locked(now),
    }


@surface("staff", right="accounts.manage")
@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """Users of the own body with their roles, by name."""
    words, role = request.GET.get("q", "")[:60], request.GET.get("role", "")
    role = role if role in Role.values else ""
    page = Paginator(queries.users_of(_who(request), words, role), PAGE).get_page(request.GET.get("page"))
    context = {
        **backup_notice(_who(request)),
        "page": page,
        "rows": [_row(user) for user in page.object_list],
        "columns": COLUMNS,
        "words": words,
        "role": role,
        "roles": [{"value": value, "label": label} for value, label in Role.choices],
        "narrowed": bool(words or role),
    }
    return render(request, "manage/accounts.html", context)


@surface("staff", right="accounts.manage")
def account_new(request: HttpRequest) -> HttpResponse:
    """An account with its first role; the password must be changed at the first sign-in."""
    typed = {name: request.POST.get(name, "") for name in ("name", "username", "role")}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":

        def run() -> User:
            role = _role(typed["role"])
            user = commands.create_user(
                username=typed["username"], name=typed["name"], password=request.POST.get("password", "")
            )
            commands.grant_role(user, request.membership.organisation, role)  # type: ignore[attr-defined]
            return user

        made, errors = attempt(request, "建立账号", run)
        if not errors:
            return back(request, "manage:account", f"账号 {made.username} 已建立，首次登录须改口令", made.pk)
    context = {
        "crumbs": [{"label": "账号与角色", "url": reverse("manage:accounts")}],
        "typed": typed,
        "errors": errors,
        "labels": LABELS,
        "roles": _roles(),
        "rules": _rules(),
    }
    return render(request, "manage/account_new.html", context, status=422 if errors else 200)


def _user(request: HttpRequest, pk: int) -> User:
    found = queries.user_of(_who(request), pk)
    if found is None:
        raise Http404("没有找到，或者不在您能查看的范围内")
    return found


def _page(request: HttpRequest, found: User, act: str = "", role: str = "", errors: Any = None) -> HttpResponse:
    """``act`` is the form whose errors are shown."""
    now = timezone.now()
    administers = any(
        item.role in ADMINISTRATORS and (item.ended_at is None or item.ended_at > now) for item in found.roles_here
    )
    context = {
        "crumbs": [{"label": "账号与角色", "url": reverse("manage:accounts")}],
        "found": found,
        "held": [
            {
                "membership": item,
                "label": item.get_role_display(),
                "current": item.ended_at is None or item.ended_at > now,
                "own": item.pk == _who(request).membership_id,
            }
            for item in found.roles_here
        ],
        "locked": found.is_locked(now),
        "roles": _roles(),
        "rules": _rules(),
        "may_reset": found.pk != _who(request).user_id and not administers,
        "own": found.pk == _who(request).user_id,
        "act": act,
        "role": role,
        "errors": errors or {},
        "labels": {**LABELS, "password": "新口令"},
    }
    return render(request, "manage/account.html", context, status=422 if errors else 200)


@surface("staff", right="accounts.manage")
@require_safe
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One user: roles held and ended at the own body, and what can be changed."""
    return _page(request, _user(request, pk))


@surface("staff", right="accounts.manage")
@require_POST
def role_grant(request: HttpRequest, pk: int) -> HttpResponse:
    found, role = _user(request, pk), request.POST.get("role", "")
    organisation = request.membership.organisation  # type: ignore[attr-defined]
    _, errors = attempt(request, "授予角色", lambda: commands.grant_role(found, organisation, _role(role)))
    if errors:
        return _page(request, found, "grant", role, errors)
    return back(request, "manage:account", f"已授予{Role(role).label}", found.pk)


@surface("staff", right="accounts.manage")
@require_POST
def role_end(request: HttpRequest, pk: int, membership: uuid.UUID) -> HttpResponse:
    found = _user(request, pk)
    rows = policies.scope(_who(request)).filter(user=found).select_related("organisation")
    held = get_or_404(rows, membership)
    _, errors = attempt(request, "结束角色", lambda: commands.end_role(held))
    if errors:
        return _page(request, found, "end", "", errors)
    return back(request, "manage:account", f"{held.get_role_display()}角色已结束，以前办的事都留着", found.pk)


@surface("staff", right="accounts.manage")
@require_POST
def password_reset(request: HttpRequest, pk: int) -> HttpResponse:
    found = _user(request, pk)
    _, errors = attempt(request, "重设口令", lambda: commands.set_password(found, request.POST.get("password", "")))
    if errors:
        return _page(request, found, "password", "", errors)
    return back(request, "manage:account", "口令已重设，请当面告诉本人；下次登录须改", found.pk)
