import pytest
from django.conf import settings
from django.urls import reverse

from tests import factories
from tests.web.desk.case_pages import signed_in
from zhiyin.domain.accounts import commands
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import VISITOR, acting

pytestmark = pytest.mark.django_db
URL = "/manage/security/"


@pytest.fixture
def guard(home):
    return factories.member(factories.agency(), Role.SECURITY_ADMIN, name="安全乙")


def fail(membership, times):
    for _ in range(times):
        with acting(VISITOR, "登录"):
            commands.note_failed_login(membership.user.username)


def test_a_locked_account_is_shown_with_its_failures_and_unlocked(guard):
    adviser = factories.member(guard.organisation, name="林静怡")
    fail(adviser, settings.OPTIONS["security.lockout_failures"])
    desk = signed_in(guard)
    html = desk.get(URL).content.decode()
    assert "账号因此锁定" in html
    assert html.count("口令不对") == settings.OPTIONS["security.lockout_failures"] - 1
    assert "解锁" in html
    desk.post(reverse("manage:unlock", args=[adviser.user_id]))
    adviser.user.refresh_from_db()
    assert not adviser.user.is_locked()
    assert "没有锁定的账号" in desk.get(URL).content.decode()


def test_another_agencys_accounts_are_neither_seen_nor_unlocked(guard):
    stranger = factories.member(factories.agency(), name="外人甲")
    fail(stranger, settings.OPTIONS["security.lockout_failures"])
    desk = signed_in(guard)
    assert "外人甲" not in desk.get(URL).content.decode()
    assert desk.post(reverse("manage:unlock", args=[stranger.user_id])).status_code == 404
    stranger.user.refresh_from_db()
    assert stranger.user.is_locked()


def test_settings_are_shown_with_their_help_and_cannot_be_changed_here(guard):
    html = signed_in(guard).get(URL).content.decode()
    shown = html[html.index("安全设置") :]
    assert "连续输错几次口令后锁定账号" in shown
    assert "security.password_days" in shown
    assert "<input" not in shown
    assert "secret_key" not in shown


def test_the_page_belongs_to_the_security_administrator(guard):
    for role in (Role.SYSTEM_ADMIN, Role.AUDIT_ADMIN, Role.ADVISER):
        assert signed_in(factories.member(guard.organisation, role)).get(URL).status_code == 403


def test_the_page_asks_as_often_for_thirty_failures_as_for_three(guard, django_assert_max_num_queries):
    desk = signed_in(guard)
    desk.get(URL)
    counts = []
    for count in (3, 27):
        for _ in range(count):
            fail(factories.member(guard.organisation), 1)
        with django_assert_max_num_queries(20) as asked:
            desk.get(URL)
        counts.append(len(asked))
    assert counts[0] == counts[1]
