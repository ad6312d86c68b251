"""Locked accounts, wrong passwords, and the security settings as they are in force."""

from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from zhiyin.domain.accounts import commands, queries
from zhiyin.web.surface import back, doing, surface

DAYS = 7
COLUMNS = [
    {"key": key, "label": label, "num": False, "pin": False, "sort": "", "sort_url": "", "optional": False}
    for key, label in (("at", "时间"), ("account", "账号"), ("what", "结果"))
]
# what of the settings bears on security
SHOWN = ("security.", "crypto.suite", "web.https")


@surface("staff", right="accounts.unlock")
@require_safe
def security(request: HttpRequest) -> HttpResponse:
    """What the security administrator watches over in the own body."""
    who = request.actor  # type: ignore[attr-defined]
    now = timezone.now()
    values = [value for key, value in settings.OPTIONS.values_by_key.items() if key.startswith(SHOWN)]
    context = {
        "locked": [{"user": user, "is_locked": user.is_locked(now)} for user in queries.locked_users(who)],
        "failures": queries.failed_logins(who, now - timedelta(days=DAYS)),
        "days": DAYS,
        "columns": COLUMNS,
        "options": [
            {
                "key": value.option.key,
                "help": value.option.help,
                "value": {True: "是", False: "否"}.get(value.value, value.shown())
                if isinstance(value.value, bool)
                else value.shown(),
                "source": value.source,
            }
            for value in values
        ],
    }
    return render(request, "manage/security.html", context)


@surface("staff", right="accounts.unlock")
@require_POST
def unlock(request: HttpRequest, pk: int) -> HttpResponse:
    found = queries.user_of(request.actor, pk)  # type: ignore[attr-defined]
    if found is None:
        raise Http404("没有找到，或者不在您能查看的范围内")
    with doing(request, "解锁账号"):
        commands.unlock(found)
    return back(request, "manage:security", f"账号 {found.username} 已解锁")
