"""How allauth's sign-in and second factor meet our rules."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.core.exceptions import ValidationError
from django.http import HttpRequest

from zhiyin.domain.accounts import commands
from zhiyin.domain.accounts.models import User
from zhiyin.domain.audit import keys
from zhiyin.domain.audit.acting import VISITOR, acting
from zhiyin.kernel import crypto


class AccountAdapter(DefaultAccountAdapter):
    """Lock-out by setting, no open registration."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": "账号或口令不对，请核对后再试",
        "too_many_login_attempts": "试的次数太多，请稍后再试",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        super().pre_authenticate(request, **credentials)
        user = User.objects.filter(username__iexact=credentials.get("username", "")).first()
        if user is not None and user.is_locked() and user.locked_until is not None:
            from django.utils import timezone

            minutes = max(1, -(-int((user.locked_until - timezone.now()).total_seconds()) // 60))
            raise ValidationError(f"输错次数太多，账号已锁定，请 {minutes} 分钟后再试，或请安全管理员解锁")

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        super().authentication_failed(request, **credentials)
        with acting(VISITOR, "登录失败"):
            commands.note_failed_login(str(credentials.get("username", "")))


class MfaAdapter(DefaultMFAAdapter):
    """Second-factor secrets are stored encrypted."""

    def encrypt(self, text: str) -> str:
        return crypto.seal(keys.derived("mfa"), text.encode(), b"mfa", keys.suite()).hex()

    def decrypt(self, encrypted_text: str) -> str:
        return crypto.open_sealed(keys.derived("mfa"), bytes.fromhex(encrypted_text), b"mfa").decode()
