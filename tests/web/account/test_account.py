"""Signing in, the second factor, the password, and what is not offered."""

import re
import time
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client
from django.urls import reverse

from tests import factories
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, acting, record
from zhiyin.domain.audit.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def member() -> Membership:
    return factories.member(factories.agency())


def _sign_in(client: Client, member: Membership, password: str = factories.PASSWORD, **more: str) -> Any:
    return client.post(reverse("account_login"), {"login": member.user.username, "password": password, **more})


def _code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def _confirm(client: Client) -> None:
    """Before security settings are touched the password is asked for once more, even right after signing in."""
    assert client.get(reverse("mfa_activate_totp")).url.startswith(reverse("account_reauthenticate"))
    assert client.post(reverse("account_reauthenticate"), {"password": factories.PASSWORD}).status_code == 302


def _activate(client: Client) -> str:
    """Set the second factor up through the pages; the secret."""
    page = client.get(reverse("mfa_activate_totp"))
    secret = re.search(r"<code>([A-Z2-7]+)</code>", page.content.decode()).group(1)
    response = client.post(reverse("mfa_activate_totp"), {"code": _code(secret)})
    assert response.status_code == 302
    return secret


def test_page_is_in_our_own_words(client: Client) -> None:
    page = client.get(reverse("account_login")).content.decode()
    assert "忘了口令" in page
    assert "账号" in page
    assert "口令" in page
    assert "Sign" not in page
    assert "signup" not in page
    assert "email" not in page


def test_right_password_leads_on(client: Client, member: Membership) -> None:
    assert _sign_in(client, member).url == "/"
    assert AuditEvent.objects.filter(action="accounts.logged_in").exists()
    with_next = Client()
    assert _sign_in(with_next, member, next="/my-account/").url == "/my-account/"
    assert _sign_in(Client(), member, next="https://evil.example/").url == "/"


def test_wrong_password_keeps_the_name_and_says_what_to_do(client: Client, member: Membership) -> None:
    page = _sign_in(client, member, "wrong-Pass-1").content.decode()
    assert "账号或口令不对，请核对后再试" in page
    assert f'value="{member.user.username}"' in page
    assert "wrong-Pass-1" not in page
    unknown = client.post(reverse("account_login"), {"login": "nobody", "password": "x"}).content.decode()
    assert "账号或口令不对，请核对后再试" in unknown  # does not tell which accounts exist


def test_lock_out_says_for_how_long(client: Client, member: Membership) -> None:
    for _ in range(5):
        _sign_in(client, member, "wrong-Pass-1")
    page = _sign_in(client, member).content.decode()
    assert "账号已锁定" in page
    assert "20 分钟后再试" in page


@pytest.mark.parametrize(
    "path", ["signup/", "email/", "password/reset/", "password/set/", "confirm-email/", "2fa/webauthn/", "login/code/"]
)
def test_what_we_do_not_offer_is_not_there(client: Client, path: str) -> None:
    assert client.get(f"/account/{path}").status_code == 404


def test_signing_out_is_a_post_and_is_said(client: Client, member: Membership) -> None:
    client.force_login(member.user)
    assert "要退出登录吗" in client.get(reverse("account_logout")).content.decode()
    page = client.post(reverse("account_logout"), follow=True).content.decode()
    assert "已退出登录" in page


def test_idle_session_ends_and_says_so(client: Client, member: Membership) -> None:
    client.force_login(member.user)
    session = client.session
    session["seen_at"] = int(time.time()) - 31 * 60
    session.save()
    page = client.get("/my-account/", follow=True).content.decode()
    assert "太久没有操作，已自动退出" in page
    assert "<h1>登录</h1>" in page


def test_role_is_chosen_among_several(client: Client, member: Membership) -> None:
    other = factories.agency(name="青禾职业指导工作室")
    with acting(SYSTEM, "arrange"):
        from zhiyin.domain.accounts.commands import grant_role

        second = grant_role(member.user, other, Role.CLIENT)
    client.force_login(member.user)
    page = client.get("/role/").content.decode()
    assert "这次以什么身份工作" in page
    assert "青禾职业指导工作室" in page
    assert client.get(f"/role/?choose={second.pk}").url == "/me/"
    assert client.session["membership"] == str(second.pk)
    foreign = factories.member(factories.agency())
    assert client.get(f"/role/?choose={foreign.pk}").status_code == 200  # not a role of this user: asked again


def test_account_without_a_role_is_told(client: Client, member: Membership) -> None:
    with acting(SYSTEM, "arrange"):
        from zhiyin.domain.accounts.commands import end_role

        end_role(member)
    client.force_login(member.user)
    assert "现在没有角色" in client.get("/role/").content.decode()


def test_password_page_tells_every_fault_at_its_field(client: Client, member: Membership) -> None:
    client.force_login(member.user)
    post = {"old": "nope", "new": "Neu-wort-2027!", "again": "Neu-wort-2027!"}
    response = client.post("/password/", post)
    assert response.status_code == 422
    assert "现在的口令不对" in response.content.decode()
    response = client.post("/password/", {**post, "old": factories.PASSWORD, "again": "anders"})
    assert "两次填的不一样" in response.content.decode()
    response = client.post("/password/", {"old": factories.PASSWORD, "new": "kurz", "again": "kurz"})
    assert "口令至少 10 个字符" in response.content.decode()
    response = client.post("/password/", {**post, "old": factories.PASSWORD})
    assert response.status_code == 302
    member.user.refresh_from_db()
    assert member.user.check_password("Neu-wort-2027!")
    assert client.get("/my-account/").status_code == 200  # still signed in


def test_password_set_by_another_must_be_changed_first(client: Client, member: Membership) -> None:
    with acting(SYSTEM, "arrange"):
        member.user.must_change_password = True
        member.user.save(update_fields=["must_change_password"])
        record("test.must_change", member.user)
    client.force_login(member.user)
    assert client.get("/my-account/").url == "/password/"
    assert "口令是别人替你设的" in client.get("/password/").content.decode()


def test_own_account_shows_roles_and_second_factor(client: Client, member: Membership) -> None:
    client.force_login(member.user)
    page = client.get("/my-account/").content.decode()
    assert member.organisation.name in page
    assert "没有启用" in page
    assert "还有 90 天到期" in page


def test_second_factor_from_setting_up_to_signing_in(
    client: Client, member: Membership, django_capture_on_commit_callbacks: Any
) -> None:
    _sign_in(client, member)
    _confirm(client)
    page = client.get(reverse("mfa_activate_totp")).content.decode()
    assert "扫描二维码" in page
    assert "data:image/svg+xml" in page
    wrong = client.post(reverse("mfa_activate_totp"), {"code": "000000"})
    assert wrong.status_code == 200
    assert "data-error" in wrong.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        secret = _activate(client)
    assert secret not in str(Authenticator.objects.values_list("data", flat=True))  # stored sealed
    codes = re.findall(r"<code>(\w+)</code>", client.get(reverse("mfa_view_recovery_codes")).content.decode())
    assert len(codes) == 10
    assert codes[0] in client.get(reverse("mfa_download_recovery_codes")).content.decode()
    other = Client()
    assert _sign_in(other, member).url == reverse("mfa_authenticate")
    assert other.get("/my-account/").status_code == 302  # not in yet
    assert "请填动态口令" in other.get(reverse("mfa_authenticate")).content.decode()
    assert other.post(reverse("mfa_authenticate"), {"code": "000000"}).status_code == 200
    assert other.post(reverse("mfa_authenticate"), {"code": codes[0]}).status_code == 302
    assert other.get("/my-account/").status_code == 200
    page = client.get(reverse("mfa_index")).content.decode()
    assert "备用码还剩 9 个" in page
    assert "原来的 9 个全部作废" in client.get(reverse("mfa_generate_recovery_codes")).content.decode()
    assert client.post(reverse("mfa_generate_recovery_codes")).status_code == 302
    assert "停用以后只凭口令" in client.get(reverse("mfa_deactivate_totp")).content.decode()
    client.post(reverse("mfa_deactivate_totp"))
    noted = AuditEvent.objects.filter(action__startswith="accounts.second_factor").values_list("action", "data__kind")
    assert {("accounts.second_factor_added", "totp"), ("accounts.second_factor_removed", "totp")} <= set(noted)
    assert not Authenticator.objects.filter(user=member.user).exists()


def test_security_settings_ask_for_the_password_once_more(client: Client, member: Membership) -> None:
    client.force_login(member.user)
    response = client.get(reverse("mfa_activate_totp"))
    assert response.url.startswith(reverse("account_reauthenticate"))
    page = client.post(reverse("account_reauthenticate"), {"password": "wrong"})
    assert page.status_code == 200
    assert "data-error" in page.content.decode()
    assert AuditEvent.objects.filter(action="accounts.login_failed").exists()
    response = client.post(reverse("account_reauthenticate"), {"password": factories.PASSWORD})
    assert response.status_code == 302
    assert client.get(reverse("mfa_activate_totp")).status_code == 200


def test_role_that_needs_a_second_factor_sets_it_up_first(client: Client, member: Membership, settings: Any) -> None:
    settings.OPTIONS = {**settings.OPTIONS, "security.totp_roles": ["adviser"]}
    _sign_in(client, member)
    assert client.get("/desk/").url == reverse("mfa_activate_totp")
    assert "您的角色必须启用动态口令" in client.get(reverse("mfa_activate_totp"), follow=True).content.decode()
    assert client.get("/my-account/").status_code == 200
    _confirm(client)
    _activate(client)
    assert client.get("/desk/").status_code != 302


def test_pages_need_a_sign_in(client: Client) -> None:
    for path in ("/role/", "/password/", "/my-account/", "/account/2fa/", "/account/2fa/totp/activate/"):
        assert client.get(path).url.startswith("/account/")
