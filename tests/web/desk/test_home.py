from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from tests import factories, factories_casework, factories_clients
from tests.web.desk.case_pages import signed_in
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.casework.models import Due
from zhiyin.domain.scheduling import commands as scheduling

pytestmark = pytest.mark.django_db


SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏"


def cases(adviser, count):
    made = []
    for number in range(count):
        person = factories.person(name=f"{SURNAMES[number]}文博", phone=f"1395550{number:04d}")
        made.append(
            factories_casework.case(adviser=adviser, file=factories_clients.client_file(person, adviser.organisation))
        )
    return made


def test_overdue_comes_first_with_the_action_that_settles_it(home):
    adviser = factories.member(factories.agency())
    cases(adviser, 1)
    with acting(factories.who(adviser), "补登"):
        late = factories_casework.case(
            adviser=adviser,
            file=factories_clients.client_file(factories.person(name="司徒文博"), adviser.organisation),
            opened=timezone.now() - timedelta(days=9),
        )
    html = signed_in(adviser).get(reverse("desk:home")).content.decode()
    assert html.index("已过期 1 件") < html.index("司徒文博") < html.index("赵文博")
    assert reverse("desk:case_form", args=[late.pk, "intake"]) in html
    assert html.count('data-kind="main"') == 1


def test_home_asks_as_often_for_thirty_cases_as_for_three(home, django_assert_max_num_queries):
    adviser = factories.member(factories.agency())
    desk = signed_in(adviser)
    desk.get(reverse("desk:home"))
    cases(adviser, 3)
    with django_assert_max_num_queries(20) as few:
        desk.get(reverse("desk:home"))
    cases(adviser, 27)
    with django_assert_max_num_queries(20) as many:
        assert desk.get(reverse("desk:home")).status_code == 200
    assert len(many) == len(few)


def test_todo_list_shows_one_urgency(home):
    adviser = factories.member(factories.agency())
    case = cases(adviser, 1)[0]
    desk = signed_in(adviser)
    assert case.person.name in desk.get(reverse("desk:todo")).content.decode()
    html = desk.get(reverse("desk:todo"), {"show": "late"}).content.decode()
    assert case.person.name not in html
    assert "这一类没有待办" in html


def test_home_is_for_those_who_work_on_cases(home):
    agency = factories.agency()
    assert signed_in(factories.member(agency, Role.FRONT_DESK)).get(reverse("desk:home")).status_code == 403
    empty = signed_in(factories.member(agency)).get(reverse("desk:home")).content.decode()
    assert "没有过期的事" in empty


def test_other_advisers_work_is_not_on_the_list(home):
    agency = factories.agency()
    first, second = factories.member(agency), factories.member(agency)
    cases(first, 2)
    assert Due.objects.filter(adviser=first).exists()
    assert "赵文博" not in signed_in(second).get(reverse("desk:todo")).content.decode()


def book(case, adviser, starts_at, **values):
    with acting(factories.who(adviser), "约时间"):
        return scheduling.book(
            case.person,
            case.organisation,
            adviser,
            topic="商定方案",
            mode="phone",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=30),
            case_id=case.pk,
            **values,
        )


def test_todays_appointment_is_shown(home):
    adviser = factories.member(factories.agency())
    case = cases(adviser, 1)[0]
    now = timezone.localtime()
    book(case, adviser, now.replace(hour=23, minute=20) if now.hour < 23 else now + timedelta(minutes=1))
    html = signed_in(adviser).get(reverse("desk:home")).content.decode()
    assert "商定方案" in html


def test_appointments_are_booked_and_refused_with_everything_typed_kept(home):
    adviser = factories.member(factories.agency())
    case = cases(adviser, 1)[0]
    desk = signed_in(adviser)
    day = (timezone.localdate() + timedelta(days=2)).isoformat()
    typed = {"case": str(case.pk), "topic": "看测评结果", "day": day, "from": "10:00", "to": "10:50", "mode": "phone"}
    typed["staff"] = str(adviser.pk)
    assert desk.get(reverse("desk:appointments"), {"case": str(case.pk)}).status_code == 200
    wrong = desk.post(reverse("desk:appointments"), {**typed, "to": "9:xx"})
    assert wrong.status_code == 422
    assert "看测评结果" in wrong.content.decode()
    assert desk.post(reverse("desk:appointments"), typed).status_code == 302
    clash = desk.post(reverse("desk:appointments"), typed)
    assert clash.status_code == 422
    assert "已有预约" in clash.content.decode()
    found = case.person.appointments.get()
    desk.post(reverse("desk:appointment_settle", args=[found.pk, "cancel"]), {"reason": "指导师外出"})
    found.refresh_from_db()
    assert found.state == "cancelled"


def test_an_appointment_elsewhere_cannot_be_settled(home):
    adviser = factories.member(factories.agency())
    found = book(cases(adviser, 1)[0], adviser, timezone.now() + timedelta(days=1))
    other = signed_in(factories.member(factories.agency()))
    assert other.post(reverse("desk:appointment_settle", args=[found.pk, "excuse"])).status_code == 404


def test_weeks_ask_as_often_for_many_appointments(home, django_assert_max_num_queries):
    adviser = factories.member(factories.agency())
    case = cases(adviser, 1)[0]
    desk = signed_in(adviser)
    monday = timezone.localtime().replace(hour=9, minute=0) + timedelta(days=7 - timezone.localdate().weekday())
    where = f"{reverse('desk:appointments')}?week={monday:%Y-%m-%d}"
    desk.get(where)
    counts = []
    for numbers in (range(2), range(2, 12)):
        for number in numbers:
            book(case, adviser, monday + timedelta(hours=number))
        with django_assert_max_num_queries(20) as asked:
            assert desk.get(where).status_code == 200
        counts.append(len(asked))
    assert counts[0] == counts[1]
