"""Password rules by setting (defaults: DOMAIN_FACTS 1.5, GB/T 22239 gives no numbers)."""

import secrets
import string
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import check_password
from django.core.exceptions import ValidationError

_CLASSES = (
    (frozenset(string.ascii_uppercase), "大写字母"),
    (frozenset(string.ascii_lowercase), "小写字母"),
    (frozenset(string.digits), "数字"),
)


def faults(password: str) -> list[str]:
    """What is missing from ``password``, in Chinese; empty when it will do."""
    found: list[str] = []
    least, classes = settings.OPTIONS["security.password_length"], settings.OPTIONS["security.password_classes"]
    if len(password) < least:
        found.append(f"口令至少 {least} 个字符，现在是 {len(password)} 个")
    held = sum(any(char in chars for char in password) for chars, _ in _CLASSES)
    held += any(not char.isalnum() for char in password)
    if held < classes:
        found.append(f"口令要包含大写字母、小写字母、数字、符号中的至少 {classes} 类，现在是 {held} 类")
    return found


class Strength:
    """Length and character classes."""

    def validate(self, password: str, user: Any = None) -> None:
        found = faults(password)
        if user is not None and getattr(user, "username", "") and user.username.lower() in password.lower():
            found.append("口令里不要包含账号")
        if found:
            raise ValidationError(found)

    def get_help_text(self) -> str:
        least, classes = settings.OPTIONS["security.password_length"], settings.OPTIONS["security.password_classes"]
        return f"至少 {least} 个字符，包含大写字母、小写字母、数字、符号中的至少 {classes} 类"


class NotRecent:
    """None of the last few passwords, by setting."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None or user.pk is None:
            return
        last = settings.OPTIONS["security.password_history"]
        # the password in use is the first of the last few
        hashes = [user.password, *user.password_history.values_list("password", flat=True)[: max(last - 1, 0)]]
        if last and any(check_password(password, old) for old in hashes if old):
            raise ValidationError(f"最近 {last} 次用过的口令不能再用")

    def get_help_text(self) -> str:
        return f"不能与最近 {settings.OPTIONS['security.password_history']} 次的口令相同"


def one_time() -> str:
    """A password to hand over once: easy to read aloud, within the rules, changed at the first sign-in."""
    least = settings.OPTIONS["security.password_length"]
    letters, digits = "abcdefghjkmnpqrstuvwxyz", "23456789"
    while True:
        body = "".join(secrets.choice(letters + digits) for _ in range(max(least - 2, 8)))
        password = f"{secrets.choice(letters.upper())}{body}-"
        if not faults(password):
            return password
