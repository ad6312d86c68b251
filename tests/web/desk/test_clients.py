"""The list of clients and a file on the screen."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories, factories_casework, factories_clients
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.clients.models import ClientFile
from zhiyin.web.desk.views_clients import TABS

pytestmark = pytest.mark.django_db


def sign_in(client: Client, membership: Membership) -> Client:
    client.force_login(membership.user)
    session = client.session
    session["membership"] = str(membership.pk)
    session.save()
    return client


@pytest.fixture
def adviser() -> Membership:
    return factories.member(factories.agency(), Role.ADVISER, name="林静怡")


@pytest.fixture
def file(adviser: Membership) -> ClientFile:
    return factories_clients.client_file(
        adviser=adviser, person=factories.person(phone="13912345512", address="临江市望亭街道 3 号"), groups=["older"]
    )


def text_of(response: Any) -> str:
    return str(response.content.decode())


# -- the list ------------------------------------------------------------------------------------------------------


def test_the_list_is_in_pinyin_order_and_shows_masked_numbers(client: Client, adviser: Membership) -> None:
    for name in ("周涛", "阿依古丽·买买提", "林一"):
        factories_clients.client_file(adviser=adviser, person=factories.person(name=name))
    page = text_of(sign_in(client, adviser).get(reverse("desk:clients")))
    assert page.index("阿依古丽·买买提") < page.index("林一") < page.index("周涛")
    assert "990****" in page
    assert "共 3 人" in page


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("q=zhou", {"周涛"}),
        ("q=周", {"周涛"}),
        ("q=没有这个人", set()),
        ("status=student", {"林一"}),
        ("group=older", {"周涛"}),
        ("education=college", {"周涛"}),
        ("adviser=none", {"林一"}),
        ("adviser=nonsense&page=zz", {"周涛", "林一"}),
    ],
)
def test_filters_narrow_the_list(client: Client, adviser: Membership, query: str, found: set[str]) -> None:
    factories_clients.client_file(
        adviser=adviser, person=factories.person(name="周涛"), groups=["older"], education_level="college"
    )
    factories_clients.client_file(
        organisation=adviser.organisation, person=factories.person(name="林一"), employment_status="student"
    )
    page = text_of(sign_in(client, adviser).get(f"{reverse('desk:clients')}?{query}"))
    assert {name for name in ("周涛", "林一") if f">{name}</a>" in page} == found
    assert ("没有符合条件的人" in page) == (not found)


def test_an_empty_list_says_how_to_begin(client: Client, adviser: Membership) -> None:
    page = text_of(sign_in(client, adviser).get(reverse("desk:clients")))
    assert "还没有服务对象" in page
    assert reverse("desk:client_new") in page


def test_the_list_shows_only_the_own_agency(client: Client, adviser: Membership, file: ClientFile) -> None:
    stranger = factories.member(factories.agency(), Role.ADVISER)
    assert file.number not in text_of(sign_in(client, stranger).get(reverse("desk:clients")))


def test_the_list_costs_the_same_for_three_and_thirty(
    client: Client, adviser: Membership, django_assert_max_num_queries: Any
) -> None:
    sign_in(client, adviser)
    counts = []
    for total in (3, 30):
        while ClientFile.objects.count() < total:
            factories_clients.client_file(adviser=adviser)
        client.get(reverse("desk:clients"))
        with django_assert_max_num_queries(20) as queries:
            client.get(reverse("desk:clients"))
        counts.append(len(queries))
    assert counts[0] == counts[1]


# -- the file ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", [tab.slug for tab in TABS if tab.slug != "guardians"])
def test_every_tab_draws_with_the_same_head(
    client: Client, adviser: Membership, file: ClientFile, slug: str, django_assert_max_num_queries: Any
) -> None:
    sign_in(client, adviser)
    address = reverse("desk:file_tab", args=[file.pk, slug]) if slug else reverse("desk:file", args=[file.pk])
    client.get(address)  # the first opening also writes the read log and the session
    with django_assert_max_num_queries(20):
        response = client.get(address)
    page = text_of(response)
    assert response.status_code == 200
    assert "欧阳慧敏" in page
    assert "139****5512" in page
    assert "13912345512" not in page


def test_a_full_file_costs_no_more_than_an_empty_one(
    client: Client, adviser: Membership, file: ClientFile, django_assert_max_num_queries: Any
) -> None:
    from zhiyin.domain.clients import commands

    sign_in(client, adviser)
    client.get(reverse("desk:file", args=[file.pk]))
    counts = []
    for total in (3, 30):
        with acting(SYSTEM, "arrange"):
            while file.work.count() < total:
                commands.add_entry(file, "work", employer=f"厂{file.work.count()}", post="装配工", started="2010-01-01")
                commands.add_entry(file, "skill", name=f"本领{file.skills.count()}", kind="skill")
        for slug in ("experience", "abilities"):
            with django_assert_max_num_queries(20) as queries:
                client.get(reverse("desk:file_tab", args=[file.pk, slug]))
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


def test_the_file_shows_the_steps_of_its_case(client: Client, adviser: Membership) -> None:
    case = factories_casework.walk_to(factories_casework.case(adviser=adviser), "needs")
    page = text_of(sign_in(client, adviser).get(reverse("desk:file", args=[case.file_id])))
    assert 'class="stepper"' in page
    assert case.number in page


def test_a_file_of_another_agency_is_not_found(client: Client, file: ClientFile) -> None:
    stranger = sign_in(client, factories.member(factories.agency(), Role.ADVISER))
    for name, args in [
        ("desk:file", []),
        ("desk:file_tab", ["consents"]),
        ("desk:file_edit", ["basics"]),
        ("desk:person_edit", []),
        ("desk:file_assign", []),
        ("desk:own_code", []),
        ("desk:entry_new", ["work"]),
        ("desk:guardian_new", []),
        ("desk:consent_give", []),
        ("desk:document_add", []),
    ]:
        assert stranger.get(reverse(name, args=[file.pk, *args])).status_code == 404, name


def test_a_tab_that_does_not_exist_is_not_found(client: Client, adviser: Membership, file: ClientFile) -> None:
    sign_in(client, adviser)
    assert client.get(reverse("desk:file_tab", args=[file.pk, "nothing"])).status_code == 404


def test_roles_without_the_right_are_refused(client: Client, adviser: Membership, file: ClientFile) -> None:
    sign_in(client, factories.member(adviser.organisation, Role.SYSTEM_ADMIN))
    assert client.get(reverse("desk:clients")).status_code == 403
    assert client.get(reverse("desk:file", args=[file.pk])).status_code == 403
    sign_in(client, factories.member(adviser.organisation, Role.ASSESSOR))
    assert client.get(reverse("desk:file", args=[file.pk])).status_code == 200
    assert client.get(reverse("desk:file_edit", args=[file.pk, "basics"])).status_code == 403


def test_confidential_parts_are_shown_only_to_who_may(client: Client, adviser: Membership, file: ClientFile) -> None:
    from zhiyin.domain.clients import commands

    with acting(SYSTEM, "arrange"):
        commands.change_file(file, file.version, health={"words": "腰不好，久站会疼"}, groups=["older", "low-income"])
    address = reverse("desk:file_tab", args=[file.pk, "private"])
    assert "腰不好，久站会疼" in text_of(sign_in(client, adviser).get(address))
    other = sign_in(client, factories.member(adviser.organisation, Role.ADVISER))
    page = text_of(other.get(address))
    assert "腰不好，久站会疼" not in page
    assert "只由责任指导师" in page
    assert "另有 1 项不公开" in page
    assert other.get(reverse("desk:file_edit", args=[file.pk, "health"])).status_code == 403


# -- masked values -------------------------------------------------------------------------------------------------


def test_a_masked_value_is_shown_after_a_reason_and_logged(
    client: Client, adviser: Membership, file: ClientFile
) -> None:
    sign_in(client, adviser)
    address = reverse("desk:unmask", args=[file.pk, "phone"])
    assert "13912345512" not in text_of(client.post(address, headers={"hx-request": "true"}))
    asked = text_of(client.post(address, {"reason": " "}, headers={"hx-request": "true"}))
    assert "请写明查看的原因" in asked
    assert not AuditEvent.objects.filter(action="people.unmasked").exists()
    shown = text_of(client.post(address, {"reason": "与本人联系"}, headers={"hx-request": "true"}))
    assert "13912345512" in shown
    assert "<html" not in shown
    event = AuditEvent.objects.get(action="people.unmasked")
    assert (event.person_id, event.reason, event.data["field"]) == (file.person_id, "与本人联系", "phone")


def test_unmasking_works_without_scripts_as_a_page(client: Client, adviser: Membership, file: ClientFile) -> None:
    sign_in(client, adviser)
    document = file.person.documents.get()
    address = reverse("desk:unmask_document", args=[file.pk, document.pk])
    assert "为什么查看" in text_of(client.post(address))
    assert document.number in text_of(client.post(address, {"reason": "核对本人身份"}))
    assert client.get(address).status_code == 405
    assert client.post(reverse("desk:unmask", args=[file.pk, "number"])).status_code == 404
    assert client.post(reverse("desk:unmask", args=[file.pk, "health"])).status_code == 404


def test_who_looked_is_listed(client: Client, adviser: Membership, file: ClientFile) -> None:
    sign_in(client, adviser)
    client.post(reverse("desk:unmask", args=[file.pk, "phone"]), {"reason": "约见面时间"})
    page = text_of(client.get(reverse("desk:file_tab", args=[file.pk, "readings"])))
    assert "查看完整电话：约见面时间" in page
    assert "林静怡" in page


# -- who is responsible --------------------------------------------------------------------------------------------


def test_the_head_assigns_an_adviser(client: Client, adviser: Membership, file: ClientFile) -> None:
    head = factories.member(adviser.organisation, Role.SECTION_HEAD)
    other = factories.member(adviser.organisation, Role.ADVISER, name="何敏")
    sign_in(client, head)
    address = reverse("desk:file_assign", args=[file.pk])
    refused = client.post(address, {"adviser": "x", "reason": "原来的调走了"})
    assert refused.status_code == 422
    assert "原来的调走了" in text_of(refused)
    client.post(address, {"adviser": str(other.pk), "reason": "原来的调走了"})
    file.refresh_from_db()
    assert file.adviser == other


def test_an_adviser_takes_on_a_file_nobody_answers_for(client: Client, adviser: Membership) -> None:
    file = factories_clients.client_file(organisation=adviser.organisation)
    sign_in(client, adviser)
    assert "由我负责" in text_of(client.get(reverse("desk:file", args=[file.pk])))
    client.post(reverse("desk:file_assign", args=[file.pk]), {"adviser": str(adviser.pk)})
    file.refresh_from_db()
    assert file.adviser == adviser


def test_the_own_code_is_shown_once(client: Client, adviser: Membership, file: ClientFile) -> None:
    sign_in(client, adviser)
    address = reverse("desk:own_code", args=[file.pk])
    assert "还没有发过" in text_of(client.get(address))
    page = text_of(client.post(address))
    assert "只显示这一次" in page
    file.person.refresh_from_db()
    assert file.person.own_code_digest
    assert "以前发过一次" in text_of(client.get(address))


# -- children ------------------------------------------------------------------------------------------------------


@pytest.fixture
def child_file(adviser: Membership) -> ClientFile:
    person = factories.person(name="王小米", birth=date(2015, 6, 1))
    factories.guardian(person, name="王建")
    return factories_clients.client_file(adviser=adviser, person=person)


def test_a_childs_file_is_opened_after_the_head_approved(
    client: Client, adviser: Membership, child_file: ClientFile
) -> None:
    address = reverse("desk:file", args=[child_file.pk])
    sign_in(client, adviser)
    refused = client.get(address)
    assert refused.status_code == 403
    assert "申请查阅" in text_of(refused)
    assert "王小米" not in text_of(refused)
    asking = reverse("desk:child_access", args=[child_file.person_id])
    assert client.post(asking, {"reason": " "}).status_code == 422
    assert client.post(asking, {"reason": "周四接待孩子和母亲"}).status_code == 302
    assert "等科长批准" in text_of(client.get(address))

    head = Client()
    sign_in(head, factories.member(adviser.organisation, Role.SECTION_HEAD))
    listed = text_of(head.get(reverse("desk:approvals")))
    assert "周四接待孩子和母亲" in listed
    approval = child_file.person.access_approvals.get()
    deciding = reverse("desk:approval_decide", args=[approval.pk])
    assert head.post(deciding, {"decision": "grant", "until": ""}).status_code == 422
    assert head.post(deciding, {"decision": "grant", "until": "2099-01-31"}).status_code == 302
    opened = client.get(address)
    assert opened.status_code == 200
    assert "王小米" in text_of(opened)
    guardians = text_of(client.get(reverse("desk:file_tab", args=[child_file.pk, "guardians"])))
    assert "王建" in guardians


def test_a_refused_request_says_so(client: Client, adviser: Membership, child_file: ClientFile) -> None:
    sign_in(client, adviser)
    client.post(reverse("desk:child_access", args=[child_file.person_id]), {"reason": "想看看"})
    head = Client()
    sign_in(head, factories.member(adviser.organisation, Role.SECTION_HEAD))
    approval = child_file.person.access_approvals.get()
    head.post(reverse("desk:approval_decide", args=[approval.pk]), {"decision": "refuse"})
    assert "没有批准" in text_of(client.get(reverse("desk:file", args=[child_file.pk])))


def test_approvals_are_the_heads_and_of_the_own_agency(
    client: Client, adviser: Membership, child_file: ClientFile
) -> None:
    sign_in(client, adviser)
    assert client.get(reverse("desk:approvals")).status_code == 403
    client.post(reverse("desk:child_access", args=[child_file.person_id]), {"reason": "接待"})
    stranger = sign_in(client, factories.member(factories.agency(), Role.SECTION_HEAD))
    assert "没有人申请" in text_of(stranger.get(reverse("desk:approvals")))
    approval = child_file.person.access_approvals.get()
    assert stranger.post(reverse("desk:approval_decide", args=[approval.pk])).status_code == 404
