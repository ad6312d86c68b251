from collections.abc import Callable
from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out


class AccountsConfig(AppConfig):
    name = "zhiyin.domain.accounts"
    verbose_name = "账号"

    def ready(self) -> None:
        from allauth.mfa import signals as mfa
        from django.contrib.auth.models import update_last_login

        # Django's own handler would write outside acting(); ours writes the same and more
        user_logged_in.disconnect(update_last_login, dispatch_uid="update_last_login")
        user_logged_in.connect(_logged_in, dispatch_uid="accounts.logged_in")
        user_logged_out.connect(_logged_out, dispatch_uid="accounts.logged_out")
        mfa.authenticator_added.connect(_second_factor("added"), weak=False, dispatch_uid="accounts.mfa_added")
        mfa.authenticator_removed.connect(_second_factor("removed"), weak=False, dispatch_uid="accounts.mfa_removed")
        mfa.authenticator_reset.connect(_second_factor("reset"), weak=False, dispatch_uid="accounts.mfa_reset")


def _logged_in(sender: Any, request: Any, user: Any, **_: Any) -> None:
    from zhiyin.domain.accounts import commands, queries
    from zhiyin.domain.audit.acting import acting

    with acting(queries.bare_actor(user), "登录"):
        commands.note_login(user, "password")


def _logged_out(sender: Any, request: Any, user: Any, **_: Any) -> None:
    from zhiyin.domain.accounts import queries
    from zhiyin.domain.audit.acting import acting, record

    if user is not None:
        with acting(queries.bare_actor(user), "退出"):
            record("accounts.logged_out", user)


def _second_factor(what: str) -> Callable[..., None]:
    def note(sender: Any, user: Any, authenticator: Any, **_: Any) -> None:
        from zhiyin.domain.accounts import queries
        from zhiyin.domain.audit.acting import acting, record

        with acting(queries.bare_actor(user), "账号设置"):
            record(f"accounts.second_factor_{what}", user, kind=str(authenticator.type))

    return note
