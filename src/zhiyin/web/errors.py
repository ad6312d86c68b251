"""Pages for what went wrong."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was open too long or came from elsewhere; nothing was stored."""
    return render(
        request,
        "ui/errors/403.html",
        {"why": "页面打开太久或来路不对，请退回去刷新后重新提交，没有保存任何内容。"},
        status=403,
    )
