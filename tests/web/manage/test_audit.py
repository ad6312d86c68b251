import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from tests import factories, factories_casework
from tests.web.desk.case_pages import signed_in
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit import guard, triggers
from zhiyin.domain.audit.models import AuditEvent

pytestmark = pytest.mark.django_db
URL = "/manage/audit/"


@pytest.fixture
def case(home):
    return factories_casework.case()


@pytest.fixture
def auditor(case):
    return factories.member(case.organisation, Role.AUDIT_ADMIN, name="审计丙")


def rows(desk, **asked):
    """What the table of the log shows."""
    html = desk.get(URL, asked).content.decode()
    return html[html.index("<tbody>") :]


def test_the_log_names_staff_and_acts_but_no_client(case, auditor):
    html = signed_in(auditor).get(URL).content.decode()
    body = html[html.index("<tbody>") :]
    assert "建立个案" in body
    assert case.adviser.user.name in body
    assert case.person.name not in html
    assert str(case.person_id)[-8:] in body


def test_every_filter_narrows_the_log(case, auditor):
    desk = signed_in(auditor)
    reader = signed_in(case.adviser)
    reader.get(reverse("desk:case", args=[case.pk]))
    assert "建立个案" not in rows(desk, area="people")
    assert "建立个案" in rows(desk, area="casework")
    assert "建立个案" in rows(desk, actor=f"user:{case.adviser.user_id}")
    assert "建立个案" not in rows(desk, actor="user:0")
    assert "建立个案" in rows(desk, person=str(case.person_id))
    assert "建立个案" not in rows(desk, to="2020-01-01")
    assert "建立个案" in rows(desk, **{"from": f"{timezone.localdate()}"})
    readings = rows(desk, show="readings")
    assert "查阅" in readings
    assert "建立个案" not in readings
    misread = desk.get(URL, {"person": "王某", "from": "上周"}).content.decode()
    assert "没有看懂：上周、王某" in misread


def test_another_agencys_log_is_out_of_sight(case, auditor):
    other = factories_casework.case()
    html = signed_in(auditor).get(URL).content.decode()
    assert str(other.person_id) not in html
    assert str(case.person_id) in html


def test_only_the_audit_administrator_reads_it(case, auditor):
    for role in (Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.SECTION_HEAD):
        desk = signed_in(factories.member(case.organisation, role))
        assert desk.get(URL).status_code == 403
        assert desk.post(URL).status_code == 403


def test_the_page_asks_as_often_for_many_events_as_for_few(case, auditor, django_assert_max_num_queries):
    desk = signed_in(auditor)
    desk.get(URL)
    with django_assert_max_num_queries(20) as few:
        desk.get(URL)
    for _ in range(3):
        factories_casework.case(adviser=case.adviser)
    with django_assert_max_num_queries(20) as many:
        desk.get(URL)
    assert len(few) == len(many)


@pytest.mark.django_db(transaction=True)
def test_checking_says_that_the_chain_holds_or_which_row_does_not(home):
    case = factories_casework.case()
    auditor = factories.member(case.organisation, Role.AUDIT_ADMIN)
    desk = signed_in(auditor)
    assert "记录完整" in desk.post(URL).content.decode()
    event = AuditEvent.objects.filter(action="casework.opened").get()
    with guard.unguarded(), triggers.lifted(), connection.cursor() as cursor:
        cursor.execute("UPDATE audit_auditevent SET action = 'casework.read' WHERE id = %s", [event.pk])
    html = desk.post(URL).content.decode()
    assert "记录有问题" in html
    assert f"第 {event.seq} 条" in html
