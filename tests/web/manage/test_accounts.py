import pytest
from django.urls import reverse

from tests import factories
from tests.web.desk.case_pages import signed_in
from zhiyin.domain.accounts.models import Membership, User
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
URL = "/manage/accounts/"
FRESH = "Chun-tian-2027!"
NEW = {"name": "周野", "username": "zhouye", "role": "adviser", "password": FRESH}


@pytest.fixture
def admin(home):
    return factories.member(factories.agency(), Role.SYSTEM_ADMIN, name="管理甲")


def test_an_account_is_made_with_its_first_role(admin):
    desk = signed_in(admin)
    page = desk.post(reverse("manage:account_new"), NEW, follow=True)
    user = User.objects.get(username="zhouye")
    assert user.must_change_password
    assert user.check_password(FRESH)
    assert user.memberships.get().organisation_id == admin.organisation_id
    assert "职业指导师" in page.content.decode()
    assert "周野" in desk.get(URL, {"q": "zhou"}).content.decode()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"username": "周 野"}, "账号只用字母、数字"),
        ({"name": ""}, "请填写姓名"),
        ({"password": "123"}, "口令"),
        ({"role": "client"}, "请选择角色"),
    ],
)
def test_bad_input_makes_nothing_and_is_kept(admin, wrong, message):
    page = signed_in(admin).post(reverse("manage:account_new"), {**NEW, **wrong})
    html = page.content.decode()
    assert page.status_code == 422
    assert message in html
    assert f'value="{(NEW | wrong)["username"]}"' in html
    assert not User.objects.filter(name="周野").exists()
    assert FRESH not in html


def test_roles_are_granted_and_ended_and_administrations_kept_apart(admin):
    adviser = factories.member(admin.organisation, name="林静怡")
    desk = signed_in(admin)
    grant = reverse("manage:role_grant", args=[adviser.user_id])
    apart = desk.post(grant, {"role": "audit_admin"})
    assert apart.status_code == 422
    assert "不能兼任业务角色" in apart.content.decode()
    assert desk.post(grant, {"role": "supervisor"}).status_code == 302
    end = reverse("manage:role_end", args=[adviser.user_id, adviser.pk])
    html = desk.post(end, follow=True).content.decode()
    assert "已结束" in html
    assert [item.role for item in Membership.objects.active().filter(user=adviser.user)] == ["supervisor"]
    again = desk.post(end)
    assert again.status_code == 422
    assert AuditEvent.objects.filter(action="accounts.role_ended", object_id=str(adviser.pk)).count() == 1


def test_a_password_is_set_anew_but_not_an_administrators(admin):
    adviser = factories.member(admin.organisation)
    desk = signed_in(admin)
    url = reverse("manage:password_reset", args=[adviser.user_id])
    assert desk.post(url, {"password": "abc"}).status_code == 422
    assert desk.post(url, {"password": FRESH}).status_code == 302
    adviser.user.refresh_from_db()
    assert adviser.user.check_password(FRESH)
    assert adviser.user.must_change_password
    auditor = factories.member(admin.organisation, Role.AUDIT_ADMIN)
    assert desk.post(reverse("manage:password_reset", args=[auditor.user_id]), {"password": FRESH}).status_code == 403
    page = desk.get(reverse("manage:account", args=[auditor.user_id])).content.decode()
    assert "管理员的口令由本人更改" in page


def test_other_agencies_and_other_roles_stay_outside(admin):
    stranger = factories.member(factories.agency(), name="外人甲")
    desk = signed_in(admin)
    assert "外人甲" not in desk.get(URL).content.decode()
    for name, args in (("account", []), ("role_grant", []), ("role_end", [stranger.pk]), ("password_reset", [])):
        url = reverse(f"manage:{name}", args=[stranger.user_id, *args])
        assert (desk.get(url) if name == "account" else desk.post(url)).status_code == 404
    for role in (Role.SECURITY_ADMIN, Role.AUDIT_ADMIN, Role.SECTION_HEAD):
        other = signed_in(factories.member(admin.organisation, role))
        assert other.get(URL).status_code == 403
        assert other.get(reverse("manage:account_new")).status_code == 403


def test_clients_are_listed_only_when_asked_for(admin):
    factories.member(admin.organisation, Role.CLIENT, name="司徒文博")
    desk = signed_in(admin)
    assert "司徒文博" not in desk.get(URL).content.decode()
    assert "司徒文博" in desk.get(URL, {"role": "client"}).content.decode()


def test_the_list_asks_as_often_for_thirty_as_for_three(admin, django_assert_max_num_queries):
    desk = signed_in(admin)
    desk.get(URL)
    counts = []
    for count in (3, 27):
        for _ in range(count):
            factories.member(admin.organisation)
        with django_assert_max_num_queries(20) as asked:
            desk.get(URL)
        counts.append(len(asked))
    assert counts[0] == counts[1]
