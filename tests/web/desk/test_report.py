"""The report beside its preview, submitting or issuing by grade, the supervisor's list and page."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories, factories_casework
from tests.web.desk.test_assess import signed_in
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.casework.models import Case
from zhiyin.domain.documents.models import Document
from zhiyin.domain.planning import reports

pytestmark = pytest.mark.django_db
TEXTS = {f"text-{name}": text for name, text in factories_casework.ADVICE.items()}


def made(level: int | None = 3) -> Case:
    adviser = factories.member(factories.agency(), level=level)
    return factories_casework.walk_to(factories_casework.case(adviser=adviser), "report")


def url_of(case: Case, name: str = "case_report") -> str:
    return reverse(f"desk:{name}", args=[case.pk])


def report(case: Case) -> Document:
    found = reports.report_of(case)
    assert found is not None
    return found


def submitted(case: Case) -> Document:
    with acting(factories.who(case.adviser), "写报告"):
        reports.edit_report(case, report(case).version, factories_casework.ADVICE)
        return reports.submit_report(case)


def test_before_the_draft_the_materials_are_shown(client: Client, home: Any) -> None:
    case = factories_casework.walk_to(factories_casework.case(), "delivery")
    text = signed_in(client, case.adviser).get(url_of(case)).content.decode()
    assert "没有测评" in text
    assert "三级指导师可以自行出具" in text
    page = client.post(url_of(case, "report_draft"))
    assert page.status_code == 302
    assert "报告已起草" in client.get(url_of(case)).content.decode()
    assert report(case).state == "draft"


def test_texts_are_saved_and_gaps_are_named(client: Client, home: Any) -> None:
    case = made()
    signed_in(client, case.adviser)
    text = client.get(url_of(case)).content.decode()
    assert "出具前还缺" in text
    assert "写清现在适合往哪一两个方向走" in text  # the guidance beside the box
    page = client.post(
        url_of(case, "report_write"),
        {"version": report(case).version, "text-advice_positioning": "先往照护走。", "do": "save"},
    )
    assert page.status_code == 302
    assert report(case).editable["advice_positioning"] == "先往照护走。"
    page = client.post(
        url_of(case, "report_write"),
        {"version": report(case).version, **TEXTS, "text-advice_path": "", "do": "issue"},
    )
    text = page.content.decode()
    assert page.status_code == 422
    assert "#f-text-advice_path" in text
    assert "先学基础照护" in text
    assert report(case).number == ""


def test_a_stale_version_keeps_what_was_typed(client: Client, home: Any) -> None:
    case = made()
    page = signed_in(client, case.adviser).post(url_of(case, "report_write"), {"version": 99, **TEXTS, "do": "save"})
    assert page.status_code == 422
    assert "报名养老护理员初级班" in page.content.decode()


def test_preview_shows_the_boxes_and_stores_nothing(client: Client, home: Any) -> None:
    case = made()
    before = report(case)
    page = signed_in(client, case.adviser).post(
        url_of(case, "report_preview"), {"text-advice_positioning": "<b>照护</b>方向"}
    )
    text = page.content.decode()
    assert "&lt;b&gt;照护&lt;/b&gt;方向" in text
    assert text.startswith('<article class="doc"')
    after = report(case)
    assert (after.version, after.editable) == (before.version, before.editable)


def test_grade_three_issues_and_hands_over(client: Client, home: Any) -> None:
    case = made()
    signed_in(client, case.adviser)
    page = client.post(url_of(case, "report_write"), {"version": report(case).version, **TEXTS, "do": "issue"})
    assert page.status_code == 302
    document = report(case)
    assert document.number
    text = client.get(url_of(case)).content.decode()
    assert document.check_code in text
    assert "核验二维码" in text
    assert reverse("desk:document", args=[document.pk, "pdf"]) in text
    page = client.post(url_of(case, "report_hand_over"), {"happened_at": "2099-01-01T00:00"})
    assert page.status_code == 422
    assert 'value="2099-01-01T00:00"' in page.content.decode()
    assert client.post(url_of(case, "report_hand_over"), {"happened_at": ""}).status_code == 302
    assert report(case).state == "handed_over"


def test_grade_four_goes_by_the_supervisor_and_back(client: Client, home: Any) -> None:
    case = made(level=4)
    signed_in(client, case.adviser)
    text = client.get(url_of(case)).content.decode()
    assert "须由督导审签后出具" in text
    assert 'value="issue"' not in text
    client.post(url_of(case, "report_write"), {"version": report(case).version, **TEXTS, "do": "submit"})
    document = report(case)
    assert document.state == "submitted"
    supervisor = factories_casework.supervisor_of(case)
    signed_in(client, supervisor)
    assert case.person.name in client.get(reverse("desk:signoffs")).content.decode()
    page_url = reverse("desk:signoff", args=[document.pk])
    page = client.post(page_url, {"do": "return", "comment": ""})
    assert page.status_code == 422
    page = client.post(page_url, {"do": "return", "comment": "路径没有写备选的路"})
    assert page.url == reverse("desk:signoffs")
    signed_in(client, case.adviser)
    assert "路径没有写备选的路" in client.get(url_of(case)).content.decode()
    client.post(url_of(case, "report_write"), {"version": report(case).version, **TEXTS, "do": "submit"})
    signed_in(client, supervisor)
    assert "退回过 1 次" in client.get(reverse("desk:signoffs")).content.decode()
    assert client.post(page_url, {"do": "sign", "comment": ""}).status_code == 302
    assert report(case).state == "signed_off"
    signed_in(client, case.adviser)
    assert "督导已签发" in client.get(url_of(case)).content.decode()
    assert client.post(url_of(case, "report_issue")).status_code == 302
    assert report(case).number


def test_nobody_signs_off_the_own_report(client: Client, home: Any) -> None:
    adviser = factories.member(factories.agency(), level=4)
    case = factories_casework.walk_to(factories_casework.case(adviser=adviser), "report")
    document = submitted(case)
    from zhiyin.domain.accounts.commands import grant_role
    from zhiyin.domain.audit.acting import SYSTEM

    with acting(SYSTEM, "arrange"):
        also = grant_role(adviser.user, adviser.organisation, Role.SUPERVISOR)
    signed_in(client, also)
    assert "您自己写的" in client.get(reverse("desk:signoffs")).content.decode()
    page_url = reverse("desk:signoff", args=[document.pk])
    text = client.get(page_url).content.decode()
    assert "自己写的报告要由别的督导或科长审签" in text
    assert 'value="sign"' not in text
    client.post(page_url, {"do": "sign", "comment": ""})
    assert report(case).state == "submitted"


def test_rights_and_foreign_reports(client: Client, home: Any) -> None:
    case = made(level=4)
    document = submitted(case)
    signed_in(client, factories.member(factories.agency(), Role.SUPERVISOR))
    assert client.get(url_of(case)).status_code == 404
    assert client.get(reverse("desk:signoff", args=[document.pk])).status_code == 404
    signed_in(client, case.adviser)
    assert client.get(reverse("desk:signoffs")).status_code == 403
    signed_in(client, factories.member(case.organisation))
    assert client.post(url_of(case, "report_write"), {"version": 1, **TEXTS}).status_code == 403
    assert client.post(url_of(case, "report_preview"), TEXTS).status_code == 403
    assert client.get(url_of(case, "report_write")).status_code == 405


def test_queries_stay_few(client: Client, home: Any, django_assert_max_num_queries: Callable[..., Any]) -> None:
    case = made(level=4)
    signed_in(client, case.adviser).get(url_of(case))
    with django_assert_max_num_queries(20):
        client.get(url_of(case))
    submitted(case)
    supervisor = factories_casework.supervisor_of(case)
    signed_in(client, supervisor).get(reverse("desk:signoffs"))
    with django_assert_max_num_queries(20) as few:
        client.get(reverse("desk:signoffs"))
    before = len(few)
    for _ in range(3):
        submitted(factories_casework.walk_to(factories_casework.case(adviser=case.adviser), "report"))
    with django_assert_max_num_queries(before):
        client.get(reverse("desk:signoffs"))
