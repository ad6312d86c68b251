import io
from datetime import date, timedelta

import pytest
import python_calamine
from django.urls import reverse
from django.utils import timezone

from tests import factories, factories_casework, factories_clients
from tests.web.desk.case_pages import signed_in
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.kernel.identity import mask_name

pytestmark = pytest.mark.django_db
URL = "/desk/ledger/"


def case_of(adviser, name, **values):
    person = factories.person(name=name, **{key: values.pop(key) for key in ("birth", "phone") if key in values})
    return factories_casework.case(
        adviser=adviser, file=factories_clients.client_file(person, adviser.organisation), **values
    )


@pytest.fixture
def adviser(home):
    return factories.member(factories.agency(), name="林静怡")


def test_each_filter_narrows_the_ledger_and_the_totals_follow(adviser):
    other = factories.member(adviser.organisation, name="周野")
    old = case_of(adviser, "司徒文博", opened=timezone.now() - timedelta(days=40))
    case_of(adviser, "孙桂芳", service_kind="start-up")
    case_of(other, "马建军")
    desk = signed_in(adviser)

    def names(**asked):
        html = desk.get(URL, asked).content.decode()
        return {name for name in ("司徒文博", "孙桂芳", "马建军") if name in html}, html

    assert names()[0] == {"司徒文博", "孙桂芳", "马建军"}
    assert "共 <b>3</b> 件" in names()[1]
    assert names(q="孙桂芳")[0] == {"孙桂芳"}
    assert names(q=old.number)[0] == {"司徒文博"}
    assert names(adviser=str(other.pk))[0] == {"马建军"}
    assert names(late="1")[0] == {"司徒文博"}
    assert names(kind="start-up")[0] == {"孙桂芳"}
    assert names(stage="intake")[0] == {"司徒文博", "孙桂芳", "马建军"}
    assert names(status="closed")[0] == set()
    assert names(to=f"{timezone.localdate() - timedelta(days=30)}")[0] == {"司徒文博"}
    found, html = names(**{"from": "去年"})
    assert len(found) == 3
    assert "日期没有看懂" in html
    assert names(adviser="没有这个人")[0] == set()


def test_the_ledger_is_sorted_by_what_is_due_or_as_asked(adviser):
    case_of(adviser, "孙桂芳")
    case_of(adviser, "司徒文博", opened=timezone.now() - timedelta(days=40))
    desk = signed_in(adviser)
    by_due = desk.get(URL).content.decode()
    assert by_due.index("司徒文博") < by_due.index("孙桂芳")
    newest = desk.get(URL, {"sort": "-opened"}).content.decode()
    assert newest.index("孙桂芳") < newest.index("司徒文博")
    assert 'aria-sort="descending"' in newest


def test_nothing_found_and_nothing_there_say_what_to_do(adviser):
    desk = signed_in(adviser)
    assert "还没有个案" in desk.get(URL).content.decode()
    html = desk.get(URL, {"q": "无人"}).content.decode()
    assert "没有符合这些条件的个案" in html
    assert "清空条件" in html


def test_another_agency_is_not_in_the_ledger(adviser):
    stranger = factories.member(factories.agency())
    case_of(stranger, "诸葛明玉")
    assert "诸葛明玉" not in signed_in(adviser).get(URL).content.decode()


def test_a_childs_name_stays_masked_until_access_was_approved(adviser):
    ten_years_ago = date(timezone.localdate().year - 10, 1, 1)
    person = factories.person(name="欧阳小满", birth=ten_years_ago)
    factories.guardian(person)
    factories_casework.case(adviser=adviser, file=factories_clients.client_file(person, adviser.organisation))
    head = factories.member(adviser.organisation, Role.SECTION_HEAD)
    html = signed_in(adviser).get(URL).content.decode()
    assert "欧阳小满" not in html
    assert mask_name("欧阳小满") in html
    assert "欧阳小满" in signed_in(head).get(URL).content.decode()


def test_a_page_of_the_ledger_asks_as_often_for_thirty_cases_as_for_three(adviser, django_assert_max_num_queries):
    desk = signed_in(adviser)
    desk.get(URL)
    counts = []
    for count in (3, 27):
        for _ in range(count):
            case_of(adviser, "来访者")
        with django_assert_max_num_queries(20) as asked:
            html = desk.get(URL).content.decode()
        counts.append(len(asked))
    assert counts[0] == counts[1]
    assert "共 <b>30</b> 件" in html
    assert "page=2" in html


def test_the_export_needs_its_purpose_and_keeps_what_was_typed(adviser):
    case_of(adviser, "司徒文博", opened=timezone.now() - timedelta(days=40))
    case_of(adviser, "孙桂芳")
    desk = signed_in(adviser)
    url = reverse("desk:ledger_export") + "?late=1"
    page = desk.get(url).content.decode()
    assert "共 1 件个案" in page
    assert "只要有过期事项的" in page
    refused = desk.post(url, {"reason": "看看"})
    assert refused.status_code == 422
    assert 'value="看看"' in refused.content.decode()
    response = desk.post(url, {"reason": "十一月月报核对"})
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    assert "attachment" in response["Content-Disposition"]
    rows = python_calamine.load_workbook(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()
    assert "十一月月报核对" in str(rows[0][0])
    assert [row[2] for row in rows[2:]] == ["司徒文博"]
    assert AuditEvent.objects.get(action="casework.ledger_exported").reason == "十一月月报核对"


def test_the_front_desk_reads_the_ledger_but_does_not_export_it(adviser):
    desk = signed_in(factories.member(adviser.organisation, Role.FRONT_DESK))
    assert reverse("desk:ledger_export") not in desk.get(URL).content.decode()
    assert desk.get(reverse("desk:ledger_export")).status_code == 403
    assert signed_in(factories.member(adviser.organisation, Role.SYSTEM_ADMIN)).get(URL).status_code == 403
