"""What every page shell shows."""

from typing import Any

from django.http import HttpRequest


def shell(request: HttpRequest) -> dict[str, Any]:
    from zhiyin.web.shell import shell_of

    return {"shell": shell_of(request)}
