"""The client's own pages: home, tasks, papers, consents, who looked, complaints."""

import base64
import struct
import uuid
import zlib
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from tests import factories, factories_assessment, factories_casework, factories_clients
from tests.web.me.support import membership_of, sign_in, signed_in, text
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.casework import agreement
from zhiyin.domain.casework.models import Activity, Case
from zhiyin.domain.clients import queries as clients
from zhiyin.domain.documents.models import Document, Signature
from zhiyin.domain.people.models import Consent
from zhiyin.domain.people.queries import consents_given
from zhiyin.domain.quality import complaints, feedback
from zhiyin.domain.quality.models import Complaint, FeedbackRequest
from zhiyin.domain.scheduling import commands as scheduling
from zhiyin.domain.scheduling.models import Appointment

pytestmark = pytest.mark.django_db


@pytest.fixture
def case() -> Case:
    return factories_casework.case()


def _in(client: Client, case: Case) -> Client:
    return signed_in(client, case.person, case.organisation)


def _offered(case: Case) -> Document:
    factories_casework.walk_to(case, "agreement")
    with acting(factories.who(case.adviser), "送签"):
        agreement.draft_agreement(case)
        return agreement.offer_agreement(case)


def _ink() -> str:
    """A drawn stroke as a browser's canvas sends it."""
    width, height = 300, 120
    rows = bytearray()
    for y in range(height):
        rows.append(0)
        for x in range(width):
            dark = 55 <= y <= 58 and 40 <= x <= 240
            rows += bytes((29, 33, 41, 255) if dark else (0, 0, 0, 0))

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    picture = (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(rows))) + chunk(b"IEND", b"")
    )
    return "data:image/png;base64," + base64.b64encode(picture).decode()


# -- home ----------------------------------------------------------------


def test_home_shows_where_the_service_stands_and_what_waits(client: Client, case: Case) -> None:
    document = _offered(case)
    sitting, _ = factories_assessment.assigned(case.file)
    start = timezone.now() + timedelta(days=2)
    with acting(factories.who(case.adviser), "预约"):
        meeting = scheduling.book(
            case.person, case.organisation, case.adviser, topic="商量方案", mode="phone",
            starts_at=start, ends_at=start + timedelta(hours=1), case_id=case.pk,
        )  # fmt: skip
    page = text(_in(client, case).get("/me/"))
    assert case.adviser.user.name in page
    assert "商量方案" in page
    for address in (
        f"/me/papers/{document.pk}/sign/",
        f"/me/tests/{sitting.pk}/",
        f"/me/appointments/{meeting.pk}/excuse/",
    ):
        assert address in page
    assert page.count('data-state="done"') == 2
    assert page.count('aria-current="step"') == 1


def test_home_without_a_service_says_how_to_reach_us(client: Client) -> None:
    file = factories_clients.client_file()
    page = text(signed_in(client, file.person, file.organisation).get("/me/"))
    assert "现在没有进行中的服务" in page
    assert file.organisation.phone in page


def test_an_overdue_step_does_not_accuse_the_client(client: Client) -> None:
    case = factories_casework.case(opened=timezone.now() - timedelta(days=30))
    page = text(_in(client, case).get("/me/"))
    assert "过期" not in page
    assert "约定" in page


def test_home_costs_the_same_however_much_there_is(
    client: Client, case: Case, django_assert_max_num_queries: Any
) -> None:
    factories_casework.walk_to(case, "delivery")
    _in(client, case)
    client.get("/me/")

    def count() -> int:
        with django_assert_max_num_queries(20) as found:
            client.get("/me/")
        return len(found)

    before = count()
    with acting(factories.who(case.adviser), "任务"):
        from zhiyin.domain.casework.plan import add_unplanned

        for n in range(12):
            add_unplanned(case, title=f"任务{n}", kind="visit", who="client", due_on=date(2090, 1, 1), reason="商定")
    assert count() == before


def test_staff_stay_out_and_a_client_without_a_person_is_told(client: Client, case: Case) -> None:
    client.force_login(case.adviser.user)
    assert client.get("/me/").status_code == 403
    loose = factories.member(case.organisation, Role.CLIENT)
    response = sign_in(Client(), loose).get("/me/")
    assert response.status_code == 403
    assert "到服务窗口办理" in text(response)


# -- tasks, appointments, plan ----------------------------------------------------------------


def test_task_is_done_in_a_sentence(client: Client, case: Case) -> None:
    factories_casework.walk_to(case, "delivery")
    activity = Activity.objects.filter(case=case, state="planned").exclude(who="adviser")[0]
    _in(client, case)
    assert activity.title in text(client.get("/me/"))
    assert activity.title in text(client.get(f"/me/plan/{case.pk}/"))
    response = client.post(f"/me/tasks/{activity.pk}/", {"result": " "})
    assert response.status_code == 422
    assert "请写一句结果" in text(response)
    assert client.post(f"/me/tasks/{activity.pk}/", {"result": "去看了，愿意做"}).url == "/me/"
    activity.refresh_from_db()
    assert (activity.state, activity.result) == ("done", "去看了，愿意做")
    assert client.get(f"/me/tasks/{activity.pk}/").status_code == 404


def test_plan_shows_only_once_it_is_agreed(client: Client, case: Case) -> None:
    factories_casework.walk_to(case, "plan")
    with acting(factories.who(case.adviser), "方案"):
        factories_casework.make_plan(case)
    _in(client, case)
    assert client.get(f"/me/plan/{case.pk}/").status_code == 404
    assert f"/me/plan/{case.pk}/" not in text(client.get("/me/"))


def test_client_excuses_the_own_appointment(client: Client, case: Case) -> None:
    start = timezone.now() + timedelta(days=1)
    with acting(SYSTEM, "arrange"):
        meeting = scheduling.book(
            case.person, case.organisation, case.adviser, topic="面谈", mode="phone",
            starts_at=start, ends_at=start + timedelta(hours=1), case_id=case.pk,
        )  # fmt: skip
    _in(client, case)
    assert "来不了？" in text(client.get(f"/me/appointments/{meeting.pk}/excuse/"))
    assert client.post(f"/me/appointments/{meeting.pk}/excuse/", {"reason": "孩子发烧"}).url == "/me/"
    meeting.refresh_from_db()
    assert (meeting.state, meeting.note) == (Appointment.State.EXCUSED, "孩子发烧")


# -- papers ----------------------------------------------------------------


@pytest.mark.clause("SVC-5.2-2")
def test_agreement_is_read_and_signed_by_typing_the_name(client: Client, case: Case) -> None:
    document = _offered(case)
    _in(client, case)
    page = text(client.get(f"/me/papers/{document.pk}/sign/"))
    assert "服务协议" in page
    assert 'name="content_hash"' in page
    shown = page.split('name="content_hash" value="')[1].split('"')[0]
    post = {"signature_typed": case.person.name, "content_hash": shown}
    response = client.post(f"/me/papers/{document.pk}/sign/", post)
    assert response.status_code == 422
    assert "请勾选" in text(response)
    response = client.post(f"/me/papers/{document.pk}/sign/", {"signature_confirm": "1"})
    assert "请在框里手写，或者输入姓名" in text(response)
    wrong = client.post(
        f"/me/papers/{document.pk}/sign/", {**post, "signature_confirm": "1", "signature_typed": "别人"}
    )
    assert wrong.status_code == 422
    assert "完全一致的姓名" in text(wrong)
    response = client.post(f"/me/papers/{document.pk}/sign/", {**post, "signature_confirm": "1"}, follow=True)
    assert "还等服务机构签" in text(response)
    signature = Signature.objects.get(document=document)
    assert (signature.mode, signature.content_hash) == (Signature.Mode.TYPED, shown)
    assert signature.person_id == case.person_id
    assert timezone.now() - signature.signed_at < timedelta(minutes=5)


def test_agreement_is_signed_by_hand(client: Client, case: Case) -> None:
    document = _offered(case)
    _in(client, case)
    blank = client.post(
        f"/me/papers/{document.pk}/sign/", {"signature_confirm": "1", "signature_image": "data:image/png;base64,AAAA"}
    )
    assert blank.status_code == 422
    assert "签名图片读不出来" in text(blank)
    response = client.post(f"/me/papers/{document.pk}/sign/", {"signature_confirm": "1", "signature_image": _ink()})
    assert response.status_code == 302
    assert Signature.objects.get(document=document).mode == Signature.Mode.SCREEN


def test_text_that_changed_meanwhile_is_not_signed(client: Client, case: Case) -> None:
    document = _offered(case)
    post = {"signature_typed": case.person.name, "signature_confirm": "1", "content_hash": "0" * 64}
    response = _in(client, case).post(f"/me/papers/{document.pk}/sign/", post)
    assert response.status_code == 422
    assert not Signature.objects.exists()


def test_a_draft_is_not_shown(client: Client, case: Case) -> None:
    factories_casework.walk_to(case, "agreement")
    with acting(factories.who(case.adviser), "拟稿"):
        document = agreement.draft_agreement(case)
    _in(client, case)
    for name in ("", "sign/", "pdf/"):
        assert client.get(f"/me/papers/{document.pk}/{name}").status_code == 404
    assert "还没有给你的文书" in text(client.get("/me/papers/"))


def test_issued_papers_are_listed_opened_and_downloaded(client: Client, case: Case) -> None:
    factories_casework.walk_to(case, "closing")
    _in(client, case)
    report = Document.objects.get(case_id=case.pk, template="career-report")
    assert f"/me/papers/{report.pk}/" in text(client.get("/me/"))  # handed over and not opened yet
    page = text(client.get(f"/me/papers/{report.pk}/"))
    assert report.number in page
    assert report.check_code in page
    assert "看个人职业生涯规划报告" not in text(client.get("/me/"))
    response = client.get(f"/me/papers/{report.pk}/pdf/")
    assert response["Content-Type"] == "application/pdf"
    assert response.content.startswith(b"%PDF")
    assert report.number in text(client.get("/me/papers/"))


def test_what_belongs_to_somebody_else_is_not_found(client: Client, case: Case) -> None:
    factories_casework.walk_to(case, "closing")
    other = factories_casework.case(adviser=case.adviser, person=factories.person(name="别人"))
    _in(client, other)
    report = Document.objects.get(case_id=case.pk, template="career-report")
    consent = Consent.objects.filter(person=case.person)[0]
    activity = Activity.objects.filter(case=case)[0]
    paths = [
        f"papers/{report.pk}/", f"papers/{report.pk}/pdf/", f"papers/{report.pk}/sign/", f"plan/{case.pk}/",
        f"history/{case.pk}/", f"tasks/{activity.pk}/", f"consents/withdraw/{consent.pk}/", f"papers/{uuid.uuid4()}/",
        f"appointments/{uuid.uuid4()}/excuse/", f"complaints/{uuid.uuid4()}/", f"feedback/{uuid.uuid4()}/",
    ]  # fmt: skip
    for path in paths:
        assert client.get(f"/me/{path}").status_code == 404, path
        assert client.post(f"/me/{path}").status_code in {404, 405}, path


# -- consents, readings, data ----------------------------------------------------------------


def test_consent_is_withdrawn_in_as_many_presses_as_given(client: Client, case: Case) -> None:
    _in(client, case)
    mine = next(row for row in consents_given(case.person, case.organisation_id) if row.purpose == "assessment")
    overview = text(client.get("/me/consents/"))
    assert f"/me/consents/withdraw/{mine.pk}/" in overview
    assert client.get(f"/me/consents/withdraw/{mine.pk}/").status_code == 200
    assert client.post(f"/me/consents/withdraw/{mine.pk}/").url == "/me/consents/"
    overview = text(client.get("/me/consents/"))
    assert "已经撤回的 1 项" in overview
    assert "/me/consents/assessment/" in overview
    page = text(client.get("/me/consents/assessment/"))
    assert "单独同意" in page
    assert "个人信息处理告知书" in page
    assert 'name="notice_hash"' in page
    digest = page.split('name="notice_hash" value="')[1].split('"')[0]
    assert client.post("/me/consents/assessment/", {"notice_hash": digest}).url == "/me/consents/"
    given = Consent.objects.standing().get(person=case.person, purpose="assessment")
    assert (given.by, given.channel, given.notice_hash) == ("self", "online", digest)


def test_a_notice_that_changed_is_shown_again(client: Client, case: Case) -> None:
    response = _in(client, case).post("/me/consents/report-sharing/", {"notice_hash": "0" * 64, "recipient": "二中"})
    assert response.status_code == 422
    assert "告知书已经更新" in text(response)
    assert "二中" in text(response)


def test_disclosure_names_who_receives(client: Client, case: Case) -> None:
    response = _in(client, case).post("/me/consents/report-sharing/", {"recipient": " "})
    assert response.status_code == 422
    assert "须写明接收方" in text(response)
    client.post("/me/consents/report-sharing/", {"recipient": "临江二中，学籍用"})
    assert "临江二中，学籍用" in text(client.get("/me/consents/"))


def test_withdrawing_the_file_pauses_the_service(client: Client, case: Case) -> None:
    _in(client, case)
    mine = next(row for row in consents_given(case.person, case.organisation_id) if row.purpose == "file")
    assert "服务会停下来" in text(client.get(f"/me/consents/withdraw/{mine.pk}/"))
    client.post(f"/me/consents/withdraw/{mine.pk}/")
    case.refresh_from_db()
    assert case.status == "paused"
    assert "服务暂停了" in text(client.get("/me/"))


def test_minors_are_told_whose_consent_counts(client: Client) -> None:
    young = factories.person(name="小青", birth=timezone.localdate() - timedelta(days=365 * 15 + 10))
    factories.guardian(young)
    file = factories_clients.client_file(young)
    signed_in(client, young, file.organisation)
    assert "还要监护人同意才算数" in text(client.get("/me/consents/"))
    child = factories.person(name="小豆", birth=timezone.localdate() - timedelta(days=365 * 10))
    factories.guardian(child)
    file = factories_clients.client_file(child)
    other = signed_in(Client(), child, file.organisation)
    page = text(other.get("/me/consents/report-sharing/"))
    assert "由监护人替你同意" in page
    assert "我同意" not in page
    assert other.post("/me/consents/report-sharing/", {"recipient": "学校"}).status_code == 422


def test_who_looked_is_told_with_name_and_reason(client: Client, case: Case) -> None:
    clients.file_page(factories.who(case.adviser), case.file_id)
    _in(client, case)
    client.get("/me/data/")
    page = text(client.get("/me/readings/"))
    assert case.adviser.user.name in page
    assert "职业指导师" in page
    assert "，服务对象" not in page


def test_own_data_are_listed_with_what_one_may_ask(client: Client, case: Case) -> None:
    page = text(_in(client, case).get("/me/data/"))
    assert case.file.number in page
    assert case.person.name in page
    assert "要求改过来" in page
    number = case.person.documents.get().number
    assert number not in page


# -- feedback and complaints ----------------------------------------------------------------


def test_feedback_of_somebody_signed_in_needs_no_link(client: Client, case: Case) -> None:
    factories_casework.walk_to(case, "followup")
    asked = FeedbackRequest.objects.get(case=case)
    _in(client, case)
    assert f"/me/feedback/{asked.pk}/" in text(client.get("/me/"))
    response = client.post(f"/me/feedback/{asked.pk}/", {"comment": "挺好的"})
    assert response.status_code == 422
    assert "挺好的" in text(response)
    assert client.post(f"/me/feedback/{asked.pk}/", {"overall": "9"}).status_code == 302
    assert "谢谢你告诉我们" in text(client.get(f"/me/feedback/{asked.pk}/"))


def test_complaint_from_filing_to_review(client: Client, case: Case) -> None:
    head = factories.member(case.organisation, Role.SECTION_HEAD)
    _in(client, case)
    assert "你没有投诉过" in text(client.get("/me/complaints/"))
    response = client.post("/me/complaints/new/", {"what_happened": "约好周三，到了没人"})
    assert response.status_code == 422
    assert "约好周三，到了没人" in text(response)
    response = client.post("/me/complaints/new/", factories_casework.COMPLAINT)
    filed = Complaint.objects.get(person=case.person)
    assert response.url == f"/me/complaints/{filed.pk}/"
    page = text(client.get(response.url, follow=True))
    assert filed.number in page
    assert "已经收到" in page
    assert "说说我的意见" not in page
    assert client.get(f"/me/complaints/{filed.pk}/respond/").status_code == 404
    assert client.get(f"/me/complaints/{filed.pk}/appeal/").status_code == 404
    with acting(factories.who(head), "处理投诉"):
        complaints.acknowledge(filed)
        complaints.investigate(filed, "问了前台，看了排班")
        complaints.answer(filed, "当天排班出错，向你道歉")
    assert "投诉有了答复" in text(client.get("/me/"))
    page = text(client.get(f"/me/complaints/{filed.pk}/"))
    assert "当天排班出错" in page
    assert "问了前台" not in page
    form = text(client.get(f"/me/complaints/{filed.pk}/respond/"))
    assert "对处理结果满意吗" in form
    assert "联系不上本人" not in form
    assert client.post(f"/me/complaints/{filed.pk}/respond/", {"satisfied": "2"}).status_code == 422
    client.post(
        f"/me/complaints/{filed.pk}/respond/", {"satisfied": "2", "opinion": "还是不懂为什么", "appeal": "accept"}
    )
    response = client.post(f"/me/complaints/{filed.pk}/appeal/", {"words": ""})
    assert response.status_code == 422
    assert "请写明希望复核什么" in text(response)
    client.post(f"/me/complaints/{filed.pk}/appeal/", {"words": "我有短信为证"})
    filed.refresh_from_db()
    assert filed.state == "appealed"
    assert "正在复核" in text(client.get("/me/complaints/"))


def test_complaint_needs_a_service_to_complain_of(client: Client) -> None:
    file = factories_clients.client_file()
    page = text(signed_in(client, file.person, file.organisation).get("/me/complaints/new/"))
    assert file.organisation.complaint_phone in page


def test_complaint_about_somebody_elses_case_is_refused(client: Client, case: Case) -> None:
    other = factories_casework.case(adviser=case.adviser, person=factories.person(name="别人"))
    _in(client, case)
    post = {**factories_casework.COMPLAINT, "case": str(other.pk)}
    assert client.post("/me/complaints/new/", post).status_code == 404
    assert not Complaint.objects.exists()


def test_history_leaves_internal_notes_out(client: Client, case: Case) -> None:
    factories_casework.walk_to(case, "followup")
    page = text(_in(client, case).get(f"/me/history/{case.pk}/"))
    assert case.number in page
    assert "起草报告" not in page
    assert "服务经过" in page


def test_every_own_page_stays_within_the_query_limit(
    client: Client, case: Case, django_assert_max_num_queries: Any
) -> None:
    factories_casework.walk_to(case, "followup")
    with acting(factories.who(case.adviser), "评价"):
        feedback.request_feedback(case)
    report = Document.objects.get(case_id=case.pk, template="career-report")
    sign_in(client, membership_of(case.person, case.organisation))
    paths = ["", "papers/", f"papers/{report.pk}/", f"plan/{case.pk}/", f"history/{case.pk}/", "consents/",
             "consents/assessment/", "readings/", "data/", "complaints/", "complaints/new/"]  # fmt: skip
    for path in paths:
        client.get(f"/me/{path}")
        with django_assert_max_num_queries(20):
            assert client.get(f"/me/{path}").status_code == 200
