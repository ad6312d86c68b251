"""Pages for everybody: start, document check, notices, feedback by link, the tour."""

import sys
from dataclasses import dataclass
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from tests import factories, factories_casework
from zhiyin.domain.accounts.commands import grant_role
from zhiyin.domain.accounts.models import User
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, acting, record
from zhiyin.domain.casework.models import Case
from zhiyin.domain.documents import commands as documents
from zhiyin.domain.documents.models import Document
from zhiyin.domain.quality import feedback
from zhiyin.domain.quality.models import FeedbackRequest
from zhiyin.web.public.views import CHECKS_PER_MINUTE

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_counts() -> None:
    cache.clear()


def _text(response: Any) -> str:
    return response.content.decode()


# -- start ----------------------------------------------------------------


def test_start_says_what_for_whom_and_how(client: Client) -> None:
    agency = factories.agency(
        name="临江市公共就业服务中心", opening_hours="周一至周五 9:00–17:00", address="澄湖路 18 号"
    )
    page = _text(client.get("/"))
    for words in (agency.name, agency.phone, agency.opening_hours, agency.address, agency.complaint_phone, "全程免费"):
        assert words in page
    assert "一共 7 步" in page
    assert page.count("<li><div><b>") >= 7
    for address in ("/account/login/", "/notice/service-privacy/", "/notice/minor-privacy/", "/check/"):
        assert address in page
    assert "/tour/" not in page  # only a demo leads there


def test_start_works_before_anything_is_set_up(client: Client) -> None:
    assert "打电话预约" not in _text(client.get("/"))


def test_start_speaks_for_the_agency_that_reports_to_nobody(client: Client) -> None:
    centre = factories.agency(name="中心")
    factories.agency(name="分部", parent=centre)
    assert "分部" not in _text(client.get("/"))


def test_somebody_signed_in_goes_on(client: Client) -> None:
    client.force_login(factories.member(factories.agency()).user)
    assert client.get("/").url == "/role/"


# -- check ----------------------------------------------------------------


@pytest.fixture
def report() -> Document:
    case = factories_casework.walk_to(factories_casework.case(), "closing")
    return Document.objects.get(case_id=case.pk, template="career-report")


def test_a_genuine_document_is_confirmed_without_naming_anybody(client: Client, report: Document) -> None:
    assert client.get(f"/check/?code={report.check_code}").url == f"/check/{report.check_code}/"
    page = _text(client.get(f"/check/{report.check_code.lower()}/"))
    for words in (report.number, report.title, report.organisation.name, "有效", report.content_hash[:8]):
        assert words in page
    assert report.person.name not in page
    assert "欧**" in page


def test_a_replaced_and_a_revoked_document_say_so(client: Client, report: Document) -> None:
    with acting(SYSTEM, "arrange"):
        documents.revoke(report, "写错了名字")
    assert "已作废" in _text(client.get(f"/check/{report.check_code}/"))


def test_a_wrong_code_is_told_and_kept(client: Client) -> None:
    response = client.get("/check/ABCD-1234-WXYZ/")
    assert response.status_code == 404
    assert "查不到这个核验码" in _text(response)
    assert "ABCD-1234-WXYZ" in _text(response)
    assert client.get("/check/?code=../../etc").status_code == 404


def test_guessing_is_slowed_down(client: Client) -> None:
    for _ in range(CHECKS_PER_MINUTE):
        assert client.get("/check/ABCD/").status_code == 404
    response = client.get("/check/ABCD/")
    assert response.status_code == 429
    assert "等一分钟" in _text(response)
    assert client.get("/check/ABCD/", REMOTE_ADDR="10.9.8.7").status_code == 404
    assert client.get("/check/").status_code == 200


# -- notice ----------------------------------------------------------------


def test_notice_is_shown_in_full_with_its_version_and_digest(client: Client) -> None:
    from zhiyin.packs.installed import registry

    agency = factories.agency()
    notice = registry().get("notice", "service-privacy")
    page = _text(client.get("/notice/service-privacy/"))
    assert f"第 {notice.version} 版" in page
    assert notice.digest()[:16] in page
    assert agency.complaint_phone in page
    for section in notice.sections:
        assert section.title in page
    for purpose in notice.purposes:
        assert purpose.label in page
        assert purpose.legal_basis in page
    assert client.get("/notice/nothing/").status_code == 404


# -- feedback ----------------------------------------------------------------


@pytest.fixture
def asked() -> tuple[Case, str]:
    case = factories_casework.walk_to(factories_casework.case(), "followup")
    with acting(factories.who(case.adviser), "请评价"):
        _, token = feedback.request_feedback(case)
    return case, f"/f/{token}/"


def test_feedback_is_given_once(client: Client, asked: tuple[Case, str]) -> None:
    case, address = asked
    page = _text(client.get(address))
    assert case.adviser.user.name in page
    assert "总的来说" in page
    response = client.post(address, {"comment": "指导师很耐心"})
    assert response.status_code == 422
    assert "指导师很耐心" in _text(response)
    assert client.post(address, {"overall": "9", "comment": "指导师很耐心"}).url == address
    assert "谢谢你告诉我们" in _text(client.get(address))
    client.post(address, {"overall": "1"})
    request = FeedbackRequest.objects.get(case=case)
    assert request.overall == 9
    assert request.answers["comment"] == "指导师很耐心"


def test_feedback_link_that_ran_out_or_was_replaced(client: Client, asked: tuple[Case, str]) -> None:
    case, address = asked
    with acting(factories.who(case.adviser), "换新链接"):
        _, token = feedback.request_feedback(case)
    assert client.get(address).status_code == 404
    assert "换了新的链接" in _text(client.get(address))
    with acting(SYSTEM, "arrange"):
        FeedbackRequest.objects.filter(case=case).update(expires_at=timezone.now() - timedelta(days=1))
        record("test.expired", case)
    response = client.get(f"/f/{token}/")
    assert response.status_code == 410
    assert "已经过期" in _text(response)
    assert case.organisation.phone in _text(response)
    assert client.post(f"/f/{token}/", {"overall": "9"}).status_code == 410


# -- tour ----------------------------------------------------------------


@dataclass
class _Row:
    title: str = "一、工作台"
    text: str = "今天要做什么"
    username: str = "adviser"
    path: str = "/my-account/"
    name: str = "林静怡"
    role_label: str = "职业指导师"
    organisation: str = "中心"
    what_to_try: str = "写方案"


@pytest.fixture
def demo(settings: Any, monkeypatch: pytest.MonkeyPatch) -> User:
    """Demo mode with one invented adviser and one real account beside."""
    settings.IS_DEMO = True
    invented = SimpleNamespace(tour=lambda: [_Row()], accounts=lambda: [_Row()], PASSWORD="open-sesame")
    monkeypatch.setitem(sys.modules, "zhiyin.demo", invented)
    user = factories.member(factories.agency()).user
    with acting(SYSTEM, "arrange"):
        User.objects.filter(pk=user.pk).update(username="adviser", is_demo=True)
        record("test.demo", user)
    return user


def test_tour_leads_through_and_enters_with_one_press(client: Client, demo: User) -> None:
    page = _text(client.get("/tour/"))
    assert "一、工作台" in page
    assert "林静怡" in page
    assert "open-sesame" in page
    assert client.post("/tour/enter/", {"username": "adviser", "next": "/my-account/"}).url == "/my-account/"
    assert int(client.session["_auth_user_id"]) == demo.pk
    assert client.post("/tour/enter/", {"username": "adviser", "next": "https://evil.example/"}).url == "/role/"
    assert "/tour/" in _text(Client().get("/"))


def test_a_stop_chooses_the_role_for_somebody_with_several(client: Client, demo: User) -> None:
    with acting(SYSTEM, "arrange"):
        grant_role(demo, factories.agency(name="一号工作室"), Role.SUPERVISOR)
    client.post("/tour/enter/", {"username": "adviser", "next": "/my-account/"})
    first = demo.memberships.order_by("started_at")[0]
    assert client.session["membership"] == str(first.pk)


def test_tour_opens_no_real_account(client: Client, demo: User) -> None:
    real = factories.member(factories.agency()).user
    assert client.post("/tour/enter/", {"username": real.username}).status_code == 404
    assert client.get("/tour/enter/").status_code == 405
    assert "_auth_user_id" not in client.session


def test_outside_a_demo_there_is_no_tour(client: Client, demo: User, settings: Any) -> None:
    settings.IS_DEMO = False
    assert client.get("/tour/").status_code == 404
    assert client.post("/tour/enter/", {"username": "adviser"}).status_code == 404
    assert "_auth_user_id" not in client.session
