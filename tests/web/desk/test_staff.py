import pytest
from django.urls import reverse
from django.utils import timezone

from tests import factories
from tests.web.desk.case_pages import signed_in
from zhiyin.domain.accounts import commands as accounts
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.agencies.models import Room, Staff
from zhiyin.domain.audit.acting import SYSTEM, acting

pytestmark = pytest.mark.django_db
URL = "/desk/staff/"
RECORD = {
    "kind": "consultant",
    "education": "bachelor",
    "education_proof": "学信网电子注册备案表",
    "level": "3",
    "caseload_limit": "40",
    "ethics_signed_on": "2026-01-05",
    "law_trained_on": "2026-01-06",
    "background_checked_on": "",
}


@pytest.fixture
def head(home):
    return factories.member(factories.agency(), Role.SECTION_HEAD, name="沈若兰")


def record_of(membership):
    return Staff.objects.get(user=membership.user)


def newcomer(organisation, name="周野"):
    """Somebody with an account and a role who is not on the register yet."""
    with acting(SYSTEM, "arrange"):
        user = accounts.create_user(username=f"new{Staff.objects.count()}", name=name, password=factories.PASSWORD)
        accounts.grant_role(user, organisation, Role.ADVISER)
    return user


@pytest.mark.clause("SVC-3.2.1-a")
def test_the_list_filters_by_kind_and_everybody_has_one(head):
    adviser = factories.member(head.organisation, name="林静怡")
    desk = signed_in(head)
    desk.post(reverse("desk:staff_edit", args=[record_of(adviser).pk]), {**RECORD, "kind": "lecturer"})
    html = desk.get(URL, {"kind": "lecturer"}).content.decode()
    assert "林静怡" in html
    assert "沈若兰" not in html[html.index('id="staff"') :]
    assert not Staff.objects.filter(kind="").exists()


@pytest.mark.clause("SVC-3.2.2-b")
def test_without_a_signed_statement_somebody_is_listed_as_not_yet_qualified(head):
    adviser = factories.member(head.organisation, name="林静怡")
    desk = signed_in(head)
    desk.post(reverse("desk:staff_edit", args=[record_of(adviser).pk]), {**RECORD, "ethics_signed_on": ""})
    html = desk.get(URL, {"open": "1"}).content.decode()
    row = html[html.index("林静怡") :]
    assert "不符合" in row
    assert (
        "没有签署职业操守承诺" in desk.get(reverse("desk:staff_member", args=[record_of(adviser).pk])).content.decode()
    )


@pytest.mark.clause("SVC-3.2.2-a")
def test_a_diploma_does_not_make_a_professional_and_the_reason_is_said(head):
    user = newcomer(head.organisation)
    desk = signed_in(head)
    typed = {**RECORD, "user": user.pk, "started_on": "2026-03-02", "education": "college"}
    page = desk.post(reverse("desk:staff_new"), typed)
    assert page.status_code == 422
    html = page.content.decode()
    assert "要求" in html
    assert 'value="2026-03-02"' in html
    assert not Staff.objects.filter(user=user).exists()
    assert desk.post(reverse("desk:staff_new"), {**typed, "education": "bachelor"}).status_code == 302
    assert Staff.objects.get(user=user).caseload_limit == 40


def test_every_field_that_cannot_be_read_is_named(head):
    page = signed_in(head).post(
        reverse("desk:staff_new"), {**RECORD, "user": "", "caseload_limit": "很多", "law_trained_on": "春天"}
    )
    html = page.content.decode()
    assert page.status_code == 422
    assert "请选择账号" in html
    assert "请填写整数" in html
    assert "请按“2026-11-05”的样子填写日期" in html
    assert 'value="很多"' in html


@pytest.mark.clause("SVC-3.2.2-c")
def test_evidence_with_its_date_is_on_the_persons_page(head):
    record = record_of(factories.member(head.organisation, name="林静怡"))
    desk = signed_in(head)
    url = reverse("desk:staff_competence", args=[record.pk])
    typed = {"area": "theory", "evidence": "结业考试 86 分", "assessed_by": "省培训中心", "assessed_on": "2026-05-20"}
    refused = desk.post(url, typed)
    assert refused.status_code == 422
    assert "结业考试 86 分" in refused.content.decode()
    desk.post(url, {**typed, "passed": "yes"})
    html = desk.get(reverse("desk:staff_member", args=[record.pk])).content.decode()
    assert "结业考试 86 分" in html
    assert "2026-05-20" in html
    assert "林静怡" in desk.get(URL, {"able": "theory"}).content.decode()
    listed = desk.get(URL, {"able": "market"}).content.decode()
    assert "林静怡" not in listed


def test_certificates_and_leaving(head):
    record = record_of(factories.member(head.organisation, name="林静怡"))
    desk = signed_in(head)
    url = reverse("desk:staff_certificate", args=[record.pk])
    assert desk.post(url, {"name": "职业指导人员", "issued_on": ""}).status_code == 422
    desk.post(url, {"name": "职业指导人员", "issued_on": "2020-05-01", "valid_until": "2024-05-01", "level": "3"})
    html = desk.get(reverse("desk:staff_member", args=[record.pk])).content.decode()
    assert "职业指导人员" in html
    assert "已过有效期" in html
    end = reverse("desk:staff_end", args=[record.pk])
    assert desk.post(end, {"ended_on": "2000-01-01", "reason": ""}).status_code == 422
    desk.post(end, {"ended_on": timezone.localdate(), "reason": "调走"})
    listed = desk.get(URL).content.decode()
    assert reverse("desk:staff_member", args=[record.pk]) not in listed


@pytest.mark.clause("SVC-3.3")
def test_a_room_that_is_not_soundproof_cannot_be_booked_and_the_page_says_why(head):
    desk = signed_in(head)
    url = reverse("desk:room_new")
    ticks = dict.fromkeys(("is_separate", "is_quiet", "is_ventilated", "is_safe"), "1")
    unnamed = desk.post(url, {**ticks, "name": ""})
    assert unnamed.status_code == 422
    assert unnamed.content.decode().count("checked") == 4
    desk.post(url, {**ticks, "name": "洽谈室一"})
    html = desk.get(reverse("desk:rooms")).content.decode()
    assert "不能预约" in html
    assert "隔音" in html
    room = Room.objects.get()
    desk.post(reverse("desk:room", args=[room.pk]), {**ticks, "name": "洽谈室一", "is_soundproof": "1"})
    assert "可以预约" in desk.get(reverse("desk:rooms")).content.decode()


def test_who_may_read_and_who_may_change(head):
    record = record_of(head)
    adviser = signed_in(factories.member(head.organisation))
    page = adviser.get(reverse("desk:staff_member", args=[record.pk])).content.decode()
    assert reverse("desk:staff_edit", args=[record.pk]) not in page
    for name in ("staff_edit", "staff_certificate", "staff_competence", "staff_end"):
        assert adviser.get(reverse(f"desk:{name}", args=[record.pk])).status_code == 403
    for name in ("staff_new", "room_new"):
        assert adviser.get(reverse(f"desk:{name}")).status_code == 403
    stranger = signed_in(factories.member(factories.agency(), Role.SECTION_HEAD))
    assert stranger.get(reverse("desk:staff_member", args=[record.pk])).status_code == 404
    assert stranger.get(reverse("desk:staff_edit", args=[record.pk])).status_code == 404
    assert "沈若兰" not in stranger.get(URL).content.decode()


def test_the_list_asks_as_often_for_thirty_as_for_three(head, django_assert_max_num_queries):
    desk = signed_in(head)
    desk.get(URL)
    counts = []
    for count in (3, 27):
        for _ in range(count):
            factories.member(head.organisation)
        with django_assert_max_num_queries(20) as asked:
            desk.get(URL)
        counts.append(len(asked))
    assert counts[0] == counts[1]
