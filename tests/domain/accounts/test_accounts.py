"""Sign-ins: passwords, lock-out, roles kept apart, roles that end."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth import authenticate
from django.utils import timezone

from tests import factories
from zhiyin.domain.accounts import commands, passwords, policies, queries
from zhiyin.domain.accounts.models import Membership, User
from zhiyin.domain.accounts.roles import ADMINISTRATORS, RIGHTS, Role, declare, holds
from zhiyin.domain.audit.acting import SYSTEM, VISITOR, acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.kernel.errors import Invalid, Refused

pytestmark = pytest.mark.django_db
GOOD = factories.PASSWORD


def _user(username: str = "lin.jing", **values: Any) -> User:
    with acting(SYSTEM, "x"):
        return commands.create_user(username=username, name="林静", password=GOOD, **values)


# -- accounts and passwords -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("password", "word"),
    [
        ("Ab1!", "至少 10 个字符，现在是 4 个"),
        ("abcdefghijk", "至少 3 类，现在是 1 类"),
        ("abcdefgh12345", "至少 3 类，现在是 2 类"),
        ("职业指导职业指导职业指导", "现在是 0 类"),
    ],
)
def test_a_weak_password_is_refused_with_what_is_missing(password: str, word: str) -> None:
    assert any(word in fault for fault in passwords.faults(password))
    with pytest.raises(Invalid) as caught, acting(SYSTEM, "x"):
        commands.create_user(username="lin", name="林静", password=password)
    assert list(caught.value.errors) == ["password"]


def test_the_rules_follow_the_settings(settings: Any) -> None:
    assert passwords.faults("Abcdefgh12") == []
    settings.OPTIONS = {**settings.OPTIONS, "security.password_length": 12, "security.password_classes": 4}
    assert len(passwords.faults("Abcdefgh12")) == 2


def test_the_account_name_is_no_part_of_the_password() -> None:
    with pytest.raises(Invalid, match="不要包含账号"), acting(SYSTEM, "x"):
        commands.create_user(username="linjing", name="林静", password="Linjing-2026!")


def test_account_names_are_plain_and_differ_not_only_by_case() -> None:
    _user("lin.jing")
    for username in ("LIN.JING", "", "lin jing", "林静!"):
        with pytest.raises(Invalid) as caught, acting(SYSTEM, "x"):
            commands.create_user(username=username, name="某人", password=GOOD)
        assert list(caught.value.errors) == ["username"]


def test_the_last_five_passwords_are_not_used_again() -> None:
    user = _user()
    used = [GOOD, *(f"Zeit-und-Weile-{n}" for n in range(1, 6))]
    with acting(queries.bare_actor(user), "改口令"):
        for password in used[1:]:
            commands.set_password(user, password)
        for password in used[1:]:
            with pytest.raises(Invalid, match="最近 5 次"):
                commands.set_password(user, password)
        commands.set_password(user, GOOD)
    user.refresh_from_db()
    assert user.check_password(GOOD)


def test_a_password_set_for_somebody_must_be_changed_and_frees_the_account() -> None:
    body = factories.agency()
    admin, adviser = factories.member(body, Role.SYSTEM_ADMIN), factories.member(body)
    with acting(SYSTEM, "x"):
        adviser.user.locked_until = timezone.now() + timedelta(hours=1)
        adviser.user.save()
    with acting(factories.who(admin), "忘记口令"):
        commands.set_password(adviser.user, "Neu-und-gut-1")
    user = User.objects.get(pk=adviser.user_id)
    assert (user.must_change_password, user.is_locked()) == (True, False)
    with acting(queries.bare_actor(user), "改口令"):
        commands.set_password(user, "Mein-eigenes-2")
    assert not User.objects.get(pk=user.pk).must_change_password
    events = AuditEvent.objects.filter(action="accounts.password_changed").order_by("id")
    assert [event.data["own"] for event in events] == [False, True]
    assert "Mein-eigenes-2" not in str(list(events.values()))


def test_nobody_sets_the_password_of_a_colleague_a_stranger_or_another_administrator() -> None:
    body = factories.agency()
    admin, adviser, auditor = (factories.member(body, r) for r in (Role.SYSTEM_ADMIN, Role.ADVISER, Role.AUDIT_ADMIN))
    stranger = factories.member(factories.agency())
    for who, user in ((adviser, admin.user), (admin, stranger.user), (admin, auditor.user)):
        with pytest.raises(Refused), acting(factories.who(who), "x"):
            commands.set_password(user, "Neu-und-gut-1")
    with acting(SYSTEM, "命令行"):
        commands.set_password(auditor.user, "Neu-und-gut-1")


# -- signing in -----------------------------------------------------------------------------------------------------


def test_sign_in_by_name_in_any_case_and_only_with_the_password() -> None:
    user = _user("Lin.Jing")
    assert authenticate(None, username="lin.jing", password=GOOD) == user
    for username, password in (("lin.jing", "x"), ("nobody", GOOD), ("", ""), ("lin.jing", "")):
        assert authenticate(None, username=username, password=password) is None
    with acting(SYSTEM, "x"):
        user.is_active = False
        user.save()
    assert authenticate(None, username="lin.jing", password=GOOD) is None


def test_five_wrong_passwords_lock_the_account_for_a_while(settings: Any) -> None:
    user = _user()
    for attempt in range(5):
        assert not User.objects.get().is_locked(), attempt
        with acting(VISITOR, "登录失败"):
            commands.note_failed_login(" LIN.JING ")
    user.refresh_from_db()
    minutes = settings.OPTIONS["security.lockout_minutes"]
    assert user.locked_until is not None
    assert abs(user.locked_until - timezone.now() - timedelta(minutes=minutes)) < timedelta(minutes=1)
    assert authenticate(None, username="lin.jing", password=GOOD) is None
    assert not user.is_locked(user.locked_until)
    assert AuditEvent.objects.filter(action="accounts.login_failed", data__locked=True).count() == 1


def test_a_login_in_between_starts_the_count_anew() -> None:
    user = _user()
    for _ in range(4):
        with acting(VISITOR, "登录失败"):
            commands.note_failed_login("lin.jing")
    with acting(queries.bare_actor(user), "登录"):
        commands.note_login(user, "password")
    with acting(VISITOR, "登录失败"):
        commands.note_failed_login("lin.jing")
    user.refresh_from_db()
    assert (user.failed_logins, user.is_locked()) == (1, False)


def test_an_unknown_name_leaves_a_digest_only() -> None:
    with acting(VISITOR, "登录失败"):
        commands.note_failed_login("zhang.san")
        commands.note_failed_login("ZHANG.SAN")
    first, second = AuditEvent.objects.filter(action="accounts.login_failed")
    assert first.data == second.data
    assert "zhang" not in str(first.data)


def test_the_security_administrator_of_the_body_unlocks() -> None:
    body = factories.agency()
    adviser, security = factories.member(body), factories.member(body, Role.SECURITY_ADMIN)
    elsewhere = factories.member(factories.agency(), Role.SECURITY_ADMIN)
    with acting(SYSTEM, "x"):
        adviser.user.locked_until = timezone.now() + timedelta(hours=1)
        adviser.user.save()
    for who in (adviser, elsewhere, factories.member(body, Role.SYSTEM_ADMIN)):
        with pytest.raises(Refused), acting(factories.who(who), "x"):
            commands.unlock(adviser.user)
    with acting(factories.who(security), "本人来电"):
        commands.unlock(adviser.user)
    assert not User.objects.get(pk=adviser.user_id).is_locked()


# -- roles ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", sorted(ADMINISTRATORS))
@pytest.mark.parametrize("second", [*sorted(ADMINISTRATORS), Role.ADVISER, Role.SECTION_HEAD, Role.CLIENT])
def test_the_three_administrators_are_three_people_and_serve_nobody(first: Role, second: Role) -> None:
    member = factories.member(factories.agency(), first)
    other = factories.agency()
    with acting(SYSTEM, "x"):
        if first == second:
            assert commands.grant_role(member.user, other, second).role == second
        else:
            for body in (member.organisation, other):
                with pytest.raises(Invalid) as caught:
                    commands.grant_role(member.user, body, second)
                assert list(caught.value.errors) == ["role"]


def test_who_serves_becomes_no_administrator_until_that_role_ended() -> None:
    member = factories.member(factories.agency())
    with acting(SYSTEM, "x"):
        with pytest.raises(Invalid):
            commands.grant_role(member.user, member.organisation, Role.AUDIT_ADMIN)
        commands.end_role(member)
        with pytest.raises(Invalid, match="已经结束"):
            commands.end_role(member)
        assert commands.grant_role(member.user, member.organisation, Role.AUDIT_ADMIN).ended_at is None


def test_an_ended_role_opens_nothing_and_its_row_stays() -> None:
    body = factories.agency()
    admin, adviser = factories.member(body, Role.SYSTEM_ADMIN), factories.member(body)
    assert queries.membership(adviser.pk) == adviser
    with acting(factories.who(admin), "调离"):
        commands.end_role(adviser)
    assert queries.memberships_of(adviser.user) == []
    assert queries.membership(adviser.pk) is None
    assert Membership.objects.filter(pk=adviser.pk).count() == 1
    with acting(factories.who(admin), "返回"):
        assert commands.grant_role(adviser.user, body, Role.ADVISER).pk != adviser.pk


def test_a_role_is_given_once_and_only_within_the_own_body() -> None:
    body = factories.agency()
    admin, adviser = factories.member(body, Role.SYSTEM_ADMIN), factories.member(body)
    stranger = factories.member(factories.agency(), Role.SYSTEM_ADMIN)
    with acting(factories.who(admin), "x"):
        assert commands.grant_role(adviser.user, body, Role.ADVISER) == adviser
        assert commands.grant_role(adviser.user, body, Role.SUPERVISOR) != adviser
        with pytest.raises(Refused):
            commands.grant_role(adviser.user, stranger.organisation, Role.ADVISER)
    for who in (stranger, adviser, factories.member(body, Role.SECTION_HEAD)):
        with pytest.raises(Refused), acting(factories.who(who), "x"):
            commands.end_role(adviser)
    assert list(policies.scope(factories.who(stranger))) == [stranger]
    assert list(policies.scope(factories.who(adviser))) == []


def test_an_inactive_account_holds_no_role() -> None:
    member = factories.member(factories.agency())
    with acting(SYSTEM, "x"):
        member.user.is_active = False
        member.user.save()
    assert queries.membership(member.pk) is None


def test_a_misspelt_right_fails_loudly_and_no_right_is_declared_twice() -> None:
    who = factories.who(factories.member(factories.agency()))
    with pytest.raises(KeyError):
        holds(who, "people.raed")
    with pytest.raises(RuntimeError, match="declared twice"):
        declare("people.read", "x", set())
    assert all(right.label and right.roles <= set(Role.values) for right in RIGHTS.values())


def test_audit_is_read_by_nobody_who_could_have_something_to_hide() -> None:
    assert RIGHTS["audit.read"].roles == {Role.AUDIT_ADMIN}
    service = {name for name, right in RIGHTS.items() if right.roles & {Role.SECURITY_ADMIN, Role.AUDIT_ADMIN}}
    assert not {name for name in service if name.startswith(("people.", "clients.", "scheduling."))}
