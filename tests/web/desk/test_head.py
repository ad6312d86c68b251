from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests import factories, factories_casework, factories_clients
from tests.web.desk.case_pages import signed_in
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.agencies.commands import change_staff
from zhiyin.domain.agencies.models import Staff
from zhiyin.domain.audit.acting import SYSTEM, acting

pytestmark = pytest.mark.django_db
URL = "/desk/head/"


def case_of(adviser, name="来访者", **values):
    file = factories_clients.client_file(factories.person(name=name), adviser.organisation)
    return factories_casework.case(adviser=adviser, file=file, **values)


@pytest.fixture
def head(home):
    return factories.member(factories.agency(), Role.SECTION_HEAD, name="沈若兰")


def test_an_empty_agency_says_so_everywhere(head):
    html = signed_in(head).get(URL).content.decode()
    assert "没有过期的事项" in html
    assert "没有等待签发的文书" in html
    assert "没有未办结的投诉" in html
    assert "现在没有在办的个案" in html


def test_the_head_sees_load_against_limit_lateness_and_where_cases_stand(head):
    adviser = factories.member(head.organisation, name="林静怡")
    with acting(SYSTEM, "arrange"):
        change_staff(Staff.objects.get(user=adviser.user), caseload_limit=1)
    case_of(adviser, "司徒文博", opened=timezone.now() - timedelta(days=40))
    case_of(adviser)
    html = signed_in(head).get(URL).content.decode()
    assert "2 / 1" in html
    assert "超过上限" in html
    assert "司徒文博" in html
    assert "责任指导师 林静怡" in html
    assert "<svg" in html[html.index("个案在哪一步") :]


def test_feedback_rates_complaints_and_documents_to_sign_off_are_there(head):
    adviser = factories.member(head.organisation, name="林静怡")
    ended = factories_casework.walk_to(case_of(adviser), "ended")
    html = signed_in(head).get(URL).content.decode()
    row = html[html.index('id="rates"') :]
    assert "林静怡" in row
    assert "100%" in row
    assert ended.status == "ended"


def test_the_page_is_the_heads_own_and_shows_the_own_agency_only(head):
    stranger = factories.member(factories.agency(), name="外人甲")
    case_of(stranger, "诸葛明玉", opened=timezone.now() - timedelta(days=40))
    html = signed_in(head).get(URL).content.decode()
    assert "诸葛明玉" not in html
    assert "外人甲" not in html
    assert signed_in(factories.member(head.organisation)).get(URL).status_code == 403


def test_the_page_asks_as_often_for_thirty_cases_as_for_three(head, django_assert_max_num_queries):
    adviser = factories.member(head.organisation)
    desk = signed_in(head)
    desk.get(URL)
    counts = []
    for count in (3, 27):
        for _ in range(count):
            case_of(adviser, opened=timezone.now() - timedelta(days=40))
        with django_assert_max_num_queries(20) as asked:
            desk.get(URL)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_menu_leads_there(head):
    assert reverse("desk:head") in signed_in(head).get(reverse("desk:ledger")).content.decode()
