"""Sign-in by account name and password."""

from typing import Any

from django.contrib.auth.hashers import check_password, make_password
from django.http import HttpRequest

from zhiyin.domain.accounts.models import User


class AccountBackend:
    """Checks the password without writing; hashes of an older kind are renewed when the password is next changed."""

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        username, password = credentials.get("username"), credentials.get("password")
        if not username or not password:
            return None
        user = User.objects.filter(username__iexact=username).first()
        if user is None:
            make_password(password)  # as slow as a real check, so that timing does not tell which accounts exist
            return None
        if check_password(password, user.password) and user.is_active and not user.is_locked():
            return user
        return None

    def get_user(self, user_id: int) -> User | None:
        return User.objects.filter(pk=user_id, is_active=True).first()
