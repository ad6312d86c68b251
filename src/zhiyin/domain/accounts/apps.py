from typing import Any

from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in, user_logged_out


class AccountsConfig(AppConfig):
    name = "zhiyin.domain.accounts"
    verbose_name = "账号"

    def ready(self) -> None:
        from django.contrib.auth.models import update_last_login

        # Django's own handler would write outside acting(); ours writes the same and more
        user_logged_in.disconnect(update_last_login, dispatch_uid="update_last_login")
        user_logged_in.connect(_logged_in, dispatch_uid="accounts.logged_in")
        user_logged_out.connect(_logged_out, dispatch_uid="accounts.logged_out")


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
