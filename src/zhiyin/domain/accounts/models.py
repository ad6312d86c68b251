"""Who can sign in, and in which role at which body."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone

from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.organisations.models import Organisation
from zhiyin.kernel.ids import uuid7


class UserManager(BaseUserManager):
    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(username__iexact=username)


class User(AbstractBaseUser):
    """A sign-in. What its holder may do comes from memberships alone; there is no superuser that reads everything."""

    username = models.CharField("账号", max_length=60, unique=True)
    name = models.CharField("姓名", max_length=60)
    is_active = models.BooleanField("启用", default=True)
    must_change_password = models.BooleanField("下次登录须改口令", default=False)
    password_changed_at = models.DateTimeField("口令更改时间", default=timezone.now)
    failed_logins = models.PositiveSmallIntegerField("连续输错次数", default=0)
    locked_until = models.DateTimeField("锁定至", null=True, blank=True)
    is_demo = models.BooleanField("演示账号", default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["name"]
    objects = UserManager()

    class Meta:
        verbose_name = "账号"

    def __str__(self) -> str:
        return self.name

    def is_locked(self, now: datetime | None = None) -> bool:
        return self.locked_until is not None and self.locked_until > (now or timezone.now())


class PasswordHistory(models.Model):
    """Hashes of past passwords, so that they are not used again."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="password_history")
    password = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = "历史口令"
        ordering = ["-at"]

    def __str__(self) -> str:
        return f"{self.user_id} {self.at:%Y-%m-%d}"


class MembershipQuerySet(models.QuerySet):
    def active(self, now: datetime | None = None) -> "MembershipQuerySet":
        now = now or timezone.now()
        return self.filter(Q(ended_at=None) | Q(ended_at__gt=now), user__is_active=True, started_at__lte=now)


class Membership(models.Model):
    """A role held at a body for a time. Ending one keeps the row: what its holder did stays explained."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="memberships")
    role = models.CharField("角色", max_length=20, choices=Role)
    started_at = models.DateTimeField("起", default=timezone.now)
    ended_at = models.DateTimeField("止", null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = "任职"
        constraints = [
            models.UniqueConstraint(
                fields=["user", "organisation", "role"], condition=Q(ended_at=None), name="membership_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.get_role_display()}"
