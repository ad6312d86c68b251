"""Employers on the desk: the list, a file, its survey, its analysis, its staff and its papers."""

from typing import Any

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse

from tests import factories, factories_casework, factories_clients, factories_employers
from tests.factories_employers import ENVIRONMENT
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.documents.models import Document
from zhiyin.domain.employers import commands
from zhiyin.domain.employers.models import Analysis, Employee, EmployerFile
from zhiyin.web.desk.views_employers import TABS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]


def sign_in(client: Client, membership: Membership) -> Client:
    client.force_login(membership.user)
    session = client.session
    session["membership"] = str(membership.pk)
    session.save()
    return client


@pytest.fixture
def adviser() -> Membership:
    return factories.member(factories.agency(code="LJ4"), Role.ADVISER, name="林静", level=2)


@pytest.fixture
def desk(client: Client, adviser: Membership) -> Client:
    return sign_in(client, adviser)


@pytest.fixture
def file(adviser: Membership) -> EmployerFile:
    return factories_employers.employer(adviser.organisation, name="临江市青竹饮品有限公司（演示）")


def text_of(response: Any) -> str:
    return str(response.content.decode())


def typed(answers: dict[str, Any], **more: Any) -> QueryDict:
    """Answers as the page posts them."""
    posted = QueryDict(mutable=True)
    for name, value in {**answers, **more}.items():
        if not isinstance(value, list):
            posted[name] = "" if value is None else str(value)
            continue
        posted[f"{name}-rows"] = "1"
        for index, row in enumerate(value):
            for column, cell in row.items():
                posted[f"{name}-{index}-{column}"] = str(cell)
    return posted


# -- the list -------------------------------------------------------------------------------------------------------


def test_the_list_finds_and_narrows(desk: Client, adviser: Membership, file: EmployerFile) -> None:
    factories_employers.employer(adviser.organisation, name="临江市阿里山茶楼", industry="H", size="1-9")
    page = text_of(desk.get(reverse("desk:employers")))
    assert page.index("阿里山茶楼") < page.index("青竹饮品")
    for query, found in (
        ("q=青竹", "青竹饮品"),
        ("q=qing+zhu", "青竹饮品"),
        (f"q={file.uscc}", "青竹饮品"),
        ("industry=H", "阿里山茶楼"),
        ("size=1-9&analysed=no&page=zz", "阿里山茶楼"),
    ):
        page = text_of(desk.get(f"{reverse('desk:employers')}?{query}"))
        assert [name for name in ("青竹饮品", "阿里山茶楼") if name in page] == [found]
    assert "没有符合条件的单位" in text_of(desk.get(f"{reverse('desk:employers')}?q=没有"))


def test_an_empty_list_says_how_to_begin(desk: Client) -> None:
    page = text_of(desk.get(reverse("desk:employers")))
    assert "还没有用人单位" in page
    assert reverse("desk:employer_new") in page


def test_pages_cost_the_same_for_three_and_thirty(
    desk: Client, adviser: Membership, file: EmployerFile, django_assert_max_num_queries: Any
) -> None:
    counts: dict[str, list[int]] = {}
    for total in (3, 30):
        while EmployerFile.objects.count() < total:
            factories_employers.employer(adviser.organisation)
        while Employee.objects.count() < total:
            factories_employers.employee(file)
        with acting(SYSTEM, "arrange"):
            while file.version < total:
                file = commands.change_file(
                    file, file.version, {"headcount": "60", "business": f"第 {file.version} 版"}
                )
        for name, args in (
            ("desk:employers", []),
            ("desk:employer", [file.pk]),
            ("desk:employer_tab", [file.pk, "staff"]),
            ("desk:employer_tab", [file.pk, "papers"]),
            ("desk:employer_tab", [file.pk, "history"]),
        ):
            address = reverse(name, args=args)
            desk.get(address)
            with django_assert_max_num_queries(20) as queries:
                assert desk.get(address).status_code == 200
            counts.setdefault(address, []).append(len(queries))
    assert {address: found for address, found in counts.items() if found[0] != found[1]} == {}


# -- the survey -----------------------------------------------------------------------------------------------------


def test_an_employer_is_registered_on_screen(desk: Client) -> None:
    page = text_of(desk.get(reverse("desk:employer_new")))
    assert "统一社会信用代码" in page
    assert 'name="strategy_goals-0-year_from"' in page
    response = desk.post(reverse("desk:employer_new"), typed(factories_employers.answers(name="临江市白石机修厂")))
    file = EmployerFile.objects.get()
    assert response.url == reverse("desk:employer", args=[file.pk])
    page = text_of(desk.get(response.url))
    for words in ("临江市白石机修厂", file.number, "民营企业", "制造业", "139****0000", "满一年并通过技能考核"):
        assert words in page
    assert "13912340000" not in page


def test_a_wrong_code_comes_back_with_everything_that_was_typed(desk: Client) -> None:
    code = factories_employers.credit_code(77)
    wrong = code[:-1] + ("0" if code[-1] != "0" else "1")
    response = desk.post(reverse("desk:employer_new"), typed(factories_employers.answers(uscc=wrong)))
    page = text_of(response)
    assert response.status_code == 422
    assert f"第 18 位校验码应为 {code[-1]}" in page
    for kept in (wrong, "三年内不再从外面招线长", "调休当天批"):
        assert kept in page
    assert not EmployerFile.objects.exists()


def test_look_alikes_are_shown_and_may_be_told_apart(desk: Client, file: EmployerFile) -> None:
    other = factories_employers.answers(name="青竹饮品厂")
    page = text_of(desk.post(reverse("desk:employer_new"), typed(other)))
    assert "可能已经有档案" in page
    assert reverse("desk:employer", args=[file.pk]) in page
    same = text_of(desk.post(reverse("desk:employer_new"), typed(other, uscc=file.uscc, distinct="1")))
    assert "这家单位已经有档案" in same
    assert 'name="distinct"' not in same
    assert desk.post(reverse("desk:employer_new"), typed(other, distinct="1")).status_code == 302
    assert EmployerFile.objects.count() == 2


def test_editing_keeps_a_history_and_a_stale_page_loses_nothing(desk: Client, file: EmployerFile) -> None:
    address = reverse("desk:employer_edit", args=[file.pk])
    assert "三年内不再从外面招线长" in text_of(desk.get(address))
    change = {"size": "300-999", "version": "1", "change_why": "扩产"}
    assert desk.post(address, typed({}, **change)).status_code == 302
    page = text_of(desk.get(reverse("desk:employer_tab", args=[file.pk, "history"])))
    for words in ("扩产", "50—299 人", "300—999 人", "林静"):
        assert words in page
    stale = desk.post(address, typed({}, size="1-9", business="别处写的", version="1"))
    assert stale.status_code == 409
    assert "别处写的" in text_of(stale)
    assert "300—999 人" in text_of(stale)
    assert 'name="version" value="2"' in text_of(stale)


def test_the_phone_is_shown_after_a_reason(desk: Client, file: EmployerFile) -> None:
    address = reverse("desk:employer_unmask", args=[file.pk])
    assert "13912340000" not in text_of(desk.post(address))
    assert "请写明查看的原因" in text_of(desk.post(address, {"reason": " "}))
    assert "13912340000" in text_of(desk.post(address, {"reason": "约走访"}))
    assert "13912340000" in text_of(desk.post(address, {"reason": "约走访"}, headers={"hx-request": "true"}))


# -- the analysis ---------------------------------------------------------------------------------------------------


def test_an_analysis_is_kept_then_completed(desk: Client, file: EmployerFile) -> None:
    address = reverse("desk:employer_analysis", args=[file.pk])
    page = text_of(desk.get(address))
    assert 'name="by_post-1-title"' in page
    assert 'value="线长"' in page
    half = {"purpose": "看看", "analysed_on": "2026-03-10", "act": "keep", "version": ""}
    tab = reverse("desk:employer_tab", args=[file.pk, "analysis"])
    assert desk.post(address, typed(half)).url == tab
    shown = text_of(desk.get(tab))
    assert "还缺：内部：单位自己、外部：行业、劳动力市场、政策、合起来看" in shown
    draft = Analysis.objects.get()
    kept = desk.post(reverse("desk:employer_analysis_draft", args=[file.pk]), typed(half, version=draft.version))
    assert kept.json() == {"version": 2}
    stale = desk.post(reverse("desk:employer_analysis_draft", args=[file.pk]), typed(half, version=1))
    assert stale.status_code == 409

    refused = desk.post(address, typed(ENVIRONMENT, version=2, by_age=[{"band": "25-34", "number": "3"}]))
    assert refused.status_code == 422
    assert "按年龄合计 3 人，与在岗人数 60 人不符" in text_of(refused)
    assert "家族办厂" in text_of(refused)
    assert desk.post(address, typed(ENVIRONMENT, version=1)).status_code == 409
    assert desk.post(address, typed(ENVIRONMENT, version=2)).url == tab
    shown = text_of(desk.get(tab))
    assert "操作工求人倍率 1.8" in shown
    assert "还缺" not in shown


# -- staff ----------------------------------------------------------------------------------------------------------


def test_a_client_is_noted_as_staff_compared_and_ended(desk: Client, adviser: Membership, file: EmployerFile) -> None:
    case = factories_casework.case(adviser=adviser, person=factories.person(name="周涛"))
    factories_casework.walk_to(case, "agreement")
    address = reverse("desk:employee_add", args=[file.pk])
    assert "周涛" in text_of(desk.get(f"{address}?q=zhou"))
    refused = desk.post(address, {"q": "zhou", "client": "", "post": "线长"})
    assert refused.status_code == 422
    assert "请先找到并选定服务对象" in text_of(refused)
    tab = reverse("desk:employer_tab", args=[file.pk, "staff"])
    assert desk.post(address, {"q": "zhou", "client": str(case.file_id), "post": "线长"}).url == tab
    page = text_of(desk.get(tab))
    assert "周涛" in page
    assert "没有同意，只计入合计" in page
    factories_clients.consent(case.person, adviser.organisation, "report-sharing", recipient=file.name)
    assert "同意署名" in text_of(desk.get(tab))
    employee = Employee.objects.get()
    values = text_of(desk.get(reverse("desk:employee_values", args=[file.pk, employee.pk])))
    assert "第 1 看重：能帮到别人、对社会有用" in values
    assert "调休当天批" in values
    assert desk.post(reverse("desk:employee_end", args=[file.pk, employee.pk])).url == tab
    assert "以前在这里的" in text_of(desk.get(tab))


# -- papers ---------------------------------------------------------------------------------------------------------


def test_the_report_and_other_papers_are_begun_from_the_file(desk: Client, file: EmployerFile) -> None:
    assert desk.post(reverse("desk:employer_report", args=[file.pk])).status_code == 409
    factories_employers.analysed(file)
    response = desk.post(reverse("desk:employer_report", args=[file.pk]))
    document = Document.objects.get()
    assert response.url == reverse("desk:document_edit", args=[document.pk])
    assert "家族办厂" in text_of(desk.get(response.url))
    assert desk.post(reverse("desk:employer_report", args=[file.pk])).url == response.url
    assert desk.post(reverse("desk:employer_renew", args=[file.pk])).status_code == 302
    desk.post(reverse("desk:employer_paper", args=[file.pk]), {"kind": "key-employer-file"})
    assert Document.objects.filter(subject_id=file.pk).count() == 2
    assert desk.post(reverse("desk:employer_paper", args=[file.pk]), {"kind": "nothing"}).status_code == 400
    page = text_of(desk.get(reverse("desk:employer_tab", args=[file.pk, "papers"])))
    assert "临江市青竹饮品有限公司（演示）职业生涯规划报告" in page
    assert "接着写企业生涯规划报告" in page


# -- who may --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("slug", [slug for slug, _ in TABS])
def test_every_tab_draws(desk: Client, file: EmployerFile, slug: str) -> None:
    address = reverse("desk:employer_tab", args=[file.pk, slug]) if slug else reverse("desk:employer", args=[file.pk])
    assert "临江市青竹饮品有限公司" in text_of(desk.get(address))
    assert desk.get(reverse("desk:employer_tab", args=[file.pk, "nothing"])).status_code == 404


def test_another_agency_finds_nothing(client: Client, file: EmployerFile) -> None:
    stranger = sign_in(client, factories.member(factories.agency(), Role.ADVISER, level=2))
    assert "青竹" not in text_of(stranger.get(reverse("desk:employers")))
    employee = factories_employers.employee(file)
    for name, args in (
        ("desk:employer", []),
        ("desk:employer_tab", ["history"]),
        ("desk:employer_edit", []),
        ("desk:employer_analysis", []),
        ("desk:employee_add", []),
        ("desk:employee_values", [employee.pk]),
    ):
        assert stranger.get(reverse(name, args=[file.pk, *args])).status_code == 404, name
    for name, args in (
        ("desk:employer_unmask", []),
        ("desk:employer_report", []),
        ("desk:employee_end", [employee.pk]),
    ):
        assert stranger.post(reverse(name, args=[file.pk, *args]), {"reason": "看看"}).status_code == 404, name


def test_roles(client: Client, adviser: Membership, file: EmployerFile) -> None:
    sign_in(client, factories.member(adviser.organisation, Role.SYSTEM_ADMIN))
    assert client.get(reverse("desk:employers")).status_code == 403
    sign_in(client, factories.member(adviser.organisation, Role.ASSESSOR))
    page = text_of(client.get(reverse("desk:employer", args=[file.pk])))
    assert reverse("desk:employer_edit", args=[file.pk]) not in page
    assert client.get(reverse("desk:employer_edit", args=[file.pk])).status_code == 403
    sign_in(client, factories.member(adviser.organisation, Role.FRONT_DESK))
    assert client.get(reverse("desk:employer_edit", args=[file.pk])).status_code == 200
    # who works there is told of clients: the counter does not see it
    assert client.get(reverse("desk:employer_tab", args=[file.pk, "staff"])).status_code == 404
