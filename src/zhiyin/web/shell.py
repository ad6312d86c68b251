"""The frame around a page: who, where, and the menu their role opens."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def shell_of(request: HttpRequest) -> dict[str, Any]:
    """Context of the base templates; built for the actor of the request."""
    membership = getattr(request, "membership", None)
    user = getattr(request, "user", None)
    return {
        "org_name": membership.organisation.name if membership else "",
        "orgs": getattr(request, "memberships", []),
        "is_demo": settings.IS_DEMO,
        "user_name": user.name if user is not None and user.is_authenticated else "",
        "user_initial": user.name[:1] if user is not None and user.is_authenticated else "",
        "role_name": membership.get_role_display() if membership else "",
        "unread": 0,
        "menu": [],
        "search_url": "",
    }
