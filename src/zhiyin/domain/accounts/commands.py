"""Writes about accounts."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db.models import F
from django.utils import timezone

from zhiyin.domain.accounts import passwords, policies
from zhiyin.domain.accounts.models import Membership, PasswordHistory, User
from zhiyin.domain.accounts.roles import ADMINISTRATORS, Role
from zhiyin.domain.audit import keys
from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.organisations.models import Organisation
from zhiyin.kernel import crypto
from zhiyin.kernel.errors import Invalid, Refused


@command("accounts.create_user")
def create_user(
    *, username: str, name: str, password: str | None, is_demo: bool = False, must_change: bool = True
) -> User:
    """Register a sign-in. ``password`` None makes an account that cannot sign in yet."""
    policies.require(actor(), "accounts.manage")
    username = username.strip()
    errors: dict[str, list[str]] = {}
    if not username or not all(char.isalnum() or char in "._-@" for char in username):
        errors["username"] = ["账号只用字母、数字和 . _ - @"]
    elif User.objects.filter(username__iexact=username).exists():
        errors["username"] = [f"账号 {username} 已被使用"]
    if not name.strip():
        errors["name"] = ["请填写姓名"]
    user = User(username=username, name=name.strip(), is_demo=is_demo, must_change_password=must_change)
    if password is not None and not is_demo:
        try:
            validate_password(password, user)
        except ValidationError as error:
            errors["password"] = error.messages
    if errors:
        raise Invalid(errors)
    user.password = make_password(password)
    user.save()
    record("accounts.user_created", user)
    return user


@command("accounts.grant_role")
def grant_role(user: User, organisation: Organisation, role: Role) -> Membership:
    """Give a role at a body. The three administrations are kept apart from each other and from service."""
    policies.require(actor(), "accounts.manage", organisation)
    held = {Role(value) for value in user.memberships.active().values_list("role", flat=True)}
    if role in ADMINISTRATORS and held - {role}:
        raise Invalid({"role": ["系统、安全、审计三种管理员要由不同的人担任，也不能兼任业务角色"]})
    if role not in ADMINISTRATORS and held & ADMINISTRATORS:
        raise Invalid({"role": ["管理员账号不能兼任业务角色"]})
    membership, created = Membership.objects.get_or_create(
        user=user, organisation=organisation, role=role, ended_at=None, defaults={"started_at": timezone.now()}
    )
    record("accounts.role_granted", membership, role=str(role), new=created)
    return membership


@command("accounts.end_role")
def end_role(membership: Membership) -> None:
    """End a role from now on; what was done in it stays."""
    policies.require(actor(), "accounts.manage", membership.organisation)
    if membership.ended_at is not None and membership.ended_at <= timezone.now():
        raise Invalid("这个角色已经结束")
    membership.ended_at = timezone.now()
    membership.save(update_fields=["ended_at"])
    record("accounts.role_ended", membership, role=membership.role)


def _require_over(user: User, right: str) -> None:
    """An administrator of a body acts on those who hold a role there."""
    who = actor()
    policies.require(who, right)
    if who.kind in {"system", "job"}:
        return
    if not user.memberships.active().filter(organisation_id=who.organisation_id).exists():
        raise Refused("这个账号在本机构没有角色")


@command("accounts.set_password")
def set_password(user: User, password: str) -> None:
    """Change a password: one's own, or another's by the system administrator of their body (who then must change it).

    The password of another administrator is not theirs to set, or one could act as all three.
    """
    own = actor().user_id == user.pk
    if not own:
        _require_over(user, "accounts.manage")
        roles = {Role(value) for value in user.memberships.active().values_list("role", flat=True)}
        if roles & ADMINISTRATORS and actor().kind not in {"system", "job"}:
            raise Refused("管理员的口令由本人更改；忘记时在服务器上用命令重设")
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Invalid({"password": error.messages}) from error
    if user.password:
        PasswordHistory.objects.create(user=user, password=user.password)
    user.password = make_password(password)
    user.password_changed_at = timezone.now()
    user.must_change_password = not own
    user.failed_logins, user.locked_until = 0, None
    user.save()
    record("accounts.password_changed", user, own=own)


@command("accounts.note_failed_login")
def note_failed_login(username: str) -> None:
    """Count a wrong password and lock the account when the setting says so. Unknown names are logged as digests."""
    user = User.objects.select_for_update().filter(username__iexact=username.strip()).first()
    if user is None:
        digest = crypto.lookup_digest(keys.lookup_key(), username.strip().lower(), keys.suite())
        record("accounts.login_failed", account=digest[:16])
        return
    user.failed_logins = F("failed_logins") + 1
    user.save(update_fields=["failed_logins"])
    user.refresh_from_db(fields=["failed_logins"])
    locked = user.failed_logins >= settings.OPTIONS["security.lockout_failures"]
    if locked:
        user.locked_until = timezone.now() + timedelta(minutes=settings.OPTIONS["security.lockout_minutes"])
        user.failed_logins = 0
        user.save(update_fields=["locked_until", "failed_logins"])
    record("accounts.login_failed", user, locked=locked)


@command("accounts.note_login")
def note_login(user: User, method: str) -> None:
    user.failed_logins, user.locked_until, user.last_login = 0, None, timezone.now()
    user.save(update_fields=["failed_logins", "locked_until", "last_login"])
    record("accounts.logged_in", user, method=method)


@command("accounts.unlock")
def unlock(user: User) -> None:
    _require_over(user, "accounts.unlock")
    user.failed_logins, user.locked_until = 0, None
    user.save(update_fields=["failed_logins", "locked_until"])
    record("accounts.unlocked", user)


@command("accounts.enrol_client")
def enrol_client(username: str, name: str, organisation: Organisation, *, user: User | None = None) -> tuple[User, str]:
    """A client's sign-in at a body with a password for the first time; the right to give it is the calling command's.

    For a client who has one at this body already the password is set anew. One from another body is only admitted here:
    its password stays, and "" is returned, so that nobody here can take it over.
    """
    held = user is not None and user.memberships.active().filter(organisation=organisation, role=Role.CLIENT).exists()
    password = ""
    if user is None:
        if User.objects.filter(username__iexact=username).exists():
            raise Invalid(f"账号 {username} 已被使用")
        user = User(username=username, name=name)
    if user.pk is None or held:
        password = passwords.one_time()
        user.password, user.must_change_password = make_password(password), True
        user.failed_logins, user.locked_until = 0, None
        user.save()
    if not held:
        Membership.objects.create(user=user, organisation=organisation, role=Role.CLIENT, started_at=timezone.now())
    record("accounts.client_enrolled", user, new=not held, password=bool(password))
    return user, password
