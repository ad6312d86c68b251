"""Addresses that leave the page: on paper, in a message, in a QR code."""

from django.conf import settings
from django.http import HttpRequest


def public_address(request: HttpRequest) -> str:
    """The installation's own address from the settings, else the one this request came to; no slash at the end."""
    stated = str(settings.OPTIONS["web.address"]).rstrip("/")
    return stated or request.build_absolute_uri("/").rstrip("/")


def check_base(request: HttpRequest) -> str:
    """What a printed check code is put after: ``https://agency.example/check/``."""
    return f"{public_address(request)}/check/"
