"""Pages of a case: rights, errors with what was typed, drafts and conflicts, corrections, signatures, people."""

from datetime import date, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from tests import factories, factories_casework, factories_clients
from tests.web.desk.case_pages import posted, signed_in
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.casework import agreement, intake, plan
from zhiyin.domain.casework.models import Activity, Case, FormRecord
from zhiyin.domain.documents.states import State

pytestmark = pytest.mark.django_db

READING = (
    "case",
    "case_history",
    "case_papers",
    "case_people",
    "case_records",
    "case_agreement",
    "case_plan",
    "case_sessions",
)


def url(name, case, *more):
    return reverse(f"desk:{name}", args=[case.pk, *more])


@pytest.fixture
def case(home):
    return factories_casework.case()


@pytest.fixture
def desk(case):
    return signed_in(case.adviser)


def test_a_case_of_another_agency_does_not_exist(case):
    other = signed_in(factories.member(factories.agency()))
    for name in (*READING, "session_new", "case_close"):
        assert other.get(url(name, case)).status_code == 404
    assert other.get(url("case_form", case, "intake")).status_code == 404
    assert other.post(url("agreement_draft", case)).status_code == 404


def test_a_colleague_reads_and_does_not_work(case):
    colleague = signed_in(factories.member(case.organisation))
    html = colleague.get(url("case", case)).content.decode()
    assert "您在这里只能查看" in html
    assert colleague.get(url("case_form", case, "needs-survey")).status_code == 403
    assert colleague.post(url("case_pause", case), {"reason": "x"}).status_code == 403


def test_the_front_desk_takes_in_and_reads_no_documents(case):
    front = signed_in(factories.member(case.organisation, Role.FRONT_DESK))
    assert front.get(url("case_form", case, "intake")).status_code == 200
    assert front.get(url("case_agreement", case)).status_code == 403
    assert url("case_plan", case) not in front.get(url("case", case)).content.decode()


def test_opening_a_case_is_noted(case, desk):
    desk.get(url("case", case))
    assert AuditEvent.objects.filter(action="people.read", person_id=case.person_id, reason="查看个案").count() == 1


def test_pages_stay_within_twenty_queries(case, desk, django_assert_max_num_queries):
    factories_casework.walk_to(case, "delivery")
    for name in READING:
        desk.get(url(name, case))
        with django_assert_max_num_queries(20):
            assert desk.get(url(name, case)).status_code == 200, name


def test_a_case_page_asks_as_often_after_many_events(case, desk, django_assert_max_num_queries):
    factories_casework.walk_to(case, "delivery")
    desk.get(url("case", case))
    with django_assert_max_num_queries(20) as few:
        desk.get(url("case", case))
    with factories_casework.working(case):
        for number in range(12):
            plan.add_unplanned(
                case,
                title=f"任务{number}",
                kind="self-task",
                who="client",
                due_on=date(2090, 1, 1),
                reason="会谈中约定",
            )
    with django_assert_max_num_queries(20) as many:
        desk.get(url("case", case))
    assert len(few) == len(many)


def test_a_case_needs_consent_and_a_fit_adviser(home):
    adviser = factories.member(factories.agency())
    file = factories_clients.client_file(None, adviser.organisation, adviser)
    desk = signed_in(adviser)
    where = f"{reverse('desk:case_new')}?file={file.pk}"
    reply = desk.post(where, {"service_kind": "", "adviser": str(adviser.pk)})
    assert reply.status_code == 422
    assert "请选择服务类别" in reply.content.decode()
    assert not Case.objects.exists()
    assert desk.get(reverse("desk:case_new")).status_code == 404


# -- forms -----------------------------------------------------------------------------------------------------------


def test_errors_stand_at_their_fields_and_typing_is_kept(case, desk):
    typed = {**factories_casework.INTAKE, "urgency": ""}
    reply = desk.post(url("case_form", case, "intake"), posted(typed))
    html = reply.content.decode()
    assert reply.status_code == 422
    assert typed["reason"] in html
    assert "着急的程度" in html
    assert not FormRecord.objects.exists()


def test_the_draft_is_kept_while_typing_and_goes_on(case, desk):
    where = url("case_form_draft", case, "intake")
    first = desk.post(where, {"reason": "厂里裁员", "version": "0"})
    assert first.json() == {"version": 1}
    second = desk.post(where, {"reason": "厂里裁员，想转行", "version": "1"})
    assert second.json() == {"version": 2}
    html = desk.get(url("case_form", case, "intake")).content.decode()
    assert "厂里裁员，想转行" in html
    assert 'name="version" value="2"' in html
    assert "接着填" in desk.get(url("case_records", case)).content.decode()


def test_a_draft_changed_elsewhere_is_not_overwritten(case, desk):
    where = url("case_form_draft", case, "intake")
    desk.post(where, {"reason": "先写的", "version": "0"})
    assert desk.post(where, {"reason": "后写的", "version": "0"}).status_code == 409
    mine = {**factories_casework.INTAKE, "reason": "我正在写的"}
    reply = desk.post(url("case_form", case, "intake"), {**posted(mine), "version": "0"})
    html = reply.content.decode()
    assert reply.status_code == 409
    assert "我正在写的" in html
    assert "先写的" in html
    # after comparing, the same page can be sent
    again = desk.post(url("case_form", case, "intake"), {**posted(mine), "version": "1"})
    assert again.status_code == 302


def test_a_wrong_type_in_a_draft_is_told(case, desk):
    reply = desk.post(url("case_form_draft", case, "intake"), {"urgency": "whenever", "version": "0"})
    assert reply.status_code == 422
    assert "urgency" in reply.json()["errors"]


def test_a_late_entry_shows_both_times(home):
    adviser = factories.member(factories.agency())
    case = factories_casework.case(adviser=adviser, opened=timezone.now() - timedelta(days=6))
    desk = signed_in(adviser)
    at = timezone.localtime() - timedelta(days=5)
    reply = desk.post(
        url("case_form", case, "intake"), {**posted(factories_casework.INTAKE), "happened_at": f"{at:%Y-%m-%dT%H:%M}"}
    )
    assert reply.status_code == 302, reply.content.decode()
    html = desk.get(url("case_history", case)).content.decode()
    assert f"补登：{at:%Y-%m-%d %H:%M} 发生" in html
    wrong = desk.post(url("case_form", case, "needs-survey"), {"happened_at": "yesterday"})
    assert wrong.status_code == 422
    assert "请按" in wrong.content.decode()


def test_a_step_that_may_not_begin_says_why_and_keeps_the_typing(case, desk):
    reply = desk.post(url("case_form", case, "needs-survey"), posted(factories_casework.NEEDS))
    html = reply.content.decode()
    assert reply.status_code == 422
    assert "要先完成" in html
    assert factories_casework.NEEDS["summary"] in html


def test_a_record_is_corrected_by_a_new_one(case, desk):
    factories_casework.walk_to(case, "needs")
    old = FormRecord.objects.get(form="intake")
    record = reverse("desk:record", args=[old.pk])
    assert "厂里裁员" in desk.get(record).content.decode()
    where = reverse("desk:record_correct", args=[old.pk])
    assert desk.get(where).status_code == 200
    changed = {**factories_casework.INTAKE, "reason": "店关了，想知道还能干什么"}
    without = desk.post(where, posted(changed))
    assert without.status_code == 422
    assert "请写明更正的原因" in without.content.decode()
    assert changed["reason"] in without.content.decode()
    assert desk.post(where, {**posted(changed), "why_corrected": "上次听错了"}).status_code == 302
    new = FormRecord.objects.get(supersedes=old)
    assert new.answers["reason"] == changed["reason"]
    old = FormRecord.objects.get(pk=old.pk)
    assert old.answers["reason"] == factories_casework.INTAKE["reason"]
    assert "这份记录已经更正" in desk.get(record).content.decode()
    assert "这是一份更正" in desk.get(reverse("desk:record", args=[new.pk])).content.decode()


def test_occupations_are_looked_up(case, desk):
    assert desk.get(reverse("desk:lookup_occupation"), {"q": ""}).json() == {"items": []}


def test_a_sealed_session_is_for_its_adviser(case):
    factories_casework.walk_to(case, "delivery")
    desk = signed_in(case.adviser)
    sealed = {**factories_casework.SESSION, "confidentiality": "sealed"}
    reply = desk.post(url("session_new", case), {**posted(sealed), "minutes": "50", "mode": "face"})
    assert reply.status_code == 302
    record = reverse("desk:record", args=[FormRecord.objects.get(form="session-record").pk])
    assert desk.get(record).status_code == 200
    assert signed_in(factories.member(case.organisation, Role.SECTION_HEAD)).get(record).status_code == 403


# -- agreement -------------------------------------------------------------------------------------------------------


def test_a_change_revokes_signatures_and_says_how_many(case, desk):
    factories_casework.walk_to(case, "agreement")
    desk.post(url("agreement_draft", case))
    with factories_casework.working(case):
        factories_casework.sign(case, "client")
    html = desk.get(url("case_agreement", case)).content.decode()
    assert "已有 1 方签名" in html
    document = agreement.agreement_of(case)
    stale = desk.post(url("agreement_change", case), {"version": "0", "text-extra_tasks": "陪同面试"})
    assert stale.status_code == 422
    assert "陪同面试" in stale.content.decode()
    reply = desk.post(
        url("agreement_change", case), {"version": str(document.version), "text-extra_tasks": "陪同面试"}, follow=True
    )
    assert "1 个签名随之作废" in reply.content.decode()


def test_the_client_can_sign_after_it_was_offered(case, desk):
    factories_casework.walk_to(case, "agreement")
    desk.post(url("agreement_draft", case))
    desk.post(url("agreement_offer", case))
    assert agreement.agreement_of(case).state == State.SIGNING


def test_wrong_signatures_are_refused_at_the_signature(case, desk):
    factories_casework.walk_to(case, "agreement")
    desk.post(url("agreement_draft", case))
    where = url("agreement_sign", case, "client")
    for data, told in (
        ({}, "请签名的人勾选"),
        ({"signature_confirm": "1"}, "请在框里手写"),
        ({"signature_confirm": "1", "signature_typed": "别人"}, "完全一致"),
    ):
        reply = desk.post(where, data)
        assert reply.status_code == 422
        assert told in reply.content.decode()
    early = desk.post(
        url("agreement_sign", case, "agency"), {"signature_confirm": "1", "signature_typed": case.adviser.user.name}
    )
    assert early.status_code == 422
    assert desk.get(url("agreement_sign", case, "guardian")).status_code == 404


def test_a_signature_on_paper_is_recorded_with_its_scan_and_day(case, desk):
    factories_casework.walk_to(case, "agreement")
    desk.post(url("agreement_draft", case))
    where = url("agreement_sign", case, "client")
    at = f"{timezone.localtime():%Y-%m-%dT%H:%M}"
    typed = {"way": "paper", "name": case.person.name, "signed_at": at}
    reply = desk.post(where, typed)
    assert reply.status_code == 422
    assert "扫描件" in reply.content.decode()
    wrong = desk.post(where, {**typed, "scan": SimpleUploadedFile("a.pdf", b"not a pdf")})
    assert wrong.status_code == 422
    assert case.person.name in wrong.content.decode()


def test_a_minor_needs_the_guardian_at_the_counter(home):
    adviser = factories.member(factories.agency())
    person = factories.person(name="陈嘉禾", birth=date(timezone.localdate().year - 16, 1, 1))
    guardian = factories.guardian(person)
    case = factories_casework.case(adviser=adviser, file=factories_clients.client_file(person, adviser.organisation))
    factories_casework.walk_to(case, "agreement")
    desk = signed_in(adviser)
    desk.post(url("agreement_draft", case))
    for role, name in (("client", person.name), ("guardian", guardian.name), ("agency", adviser.user.name)):
        assert desk.get(url("agreement_sign", case, role)).status_code == 200
        reply = desk.post(url("agreement_sign", case, role), {"signature_typed": name, "signature_confirm": "1"})
        assert reply.status_code == 302, reply.content.decode()
    case.refresh_from_db()
    assert case.stage == "plan"


# -- plan ------------------------------------------------------------------------------------------------------------


def test_goals_and_activities_come_back_with_their_errors(case, desk):
    factories_casework.walk_to(case, "plan")
    reply = desk.post(url("goal_new", case), {"title": "考个证", "measure": "", "due_on": "soon"})
    assert reply.status_code == 422
    assert "考个证" in reply.content.decode()
    reply = desk.post(url("activity_new", case), {"title": "看一看", "goal": str(case.goals.get().pk), "who": "client"})
    html = reply.content.decode()
    assert reply.status_code == 422
    assert "请选择活动类别" in html
    assert "看一看" in html
    assert "还有 1 个需要没有活动对应" in desk.get(url("case_plan", case)).content.decode()


def test_an_agreed_plan_is_adjusted_with_a_reason(case, desk):
    factories_casework.walk_to(case, "delivery")
    without = desk.post(url("plan_adjust", case), {"reason": ""})
    assert without.status_code == 422
    reply = desk.post(url("plan_adjust", case), {"reason": "店里改了时间"})
    assert reply.status_code == 302
    assert plan.plan_of(case).state == State.DRAFT
    activity = case.activities.get()
    assert desk.get(url("activity", case, activity.pk)).status_code == 200
    desk.post(url("activity_drop", case, activity.pk))
    assert not case.activities.exists()
    assert desk.post(url("plan_write", case)).status_code == 422


def test_activities_are_called_off_or_added_with_a_reason(case, desk):
    factories_casework.walk_to(case, "delivery")
    activity = case.activities.get()
    reply = desk.post(url("activity_done", case, activity.pk), {"outcome": "cancelled", "result": ""})
    assert reply.status_code == 422
    desk.post(url("activity_done", case, activity.pk), {"outcome": "cancelled", "result": "养老院暂不接待"})
    activity.refresh_from_db()
    assert activity.state == Activity.State.CANCELLED
    typed = {"title": "陪同面试", "kind": "resume", "who": "both", "due_on": "2090-01-01", "unplanned_reason": ""}
    assert desk.get(url("unplanned", case)).status_code == 200
    assert desk.post(url("unplanned", case), typed).status_code == 422
    assert desk.post(url("unplanned", case), {**typed, "unplanned_reason": "单位临时通知"}).status_code == 302


# -- sessions, closing -----------------------------------------------------------------------------------------------


def test_a_session_without_length_is_sent_back(case, desk):
    factories_casework.walk_to(case, "delivery")
    reply = desk.post(url("session_new", case), {**posted(factories_casework.SESSION), "minutes": "x", "mode": ""})
    html = reply.content.decode()
    assert reply.status_code == 422
    assert "请选择会谈方式" in html
    assert factories_casework.SESSION["facts"] in html


def test_not_coming_keeps_excused_and_silent_apart(case, desk):
    factories_casework.walk_to(case, "delivery")
    assert desk.get(url("session_missed", case)).status_code == 200
    assert desk.post(url("session_missed", case), {"how": ""}).status_code == 422
    assert desk.post(url("session_missed", case), {"how": "excused"}).status_code == 302
    assert case.events.get(kind="session.missed").data["excused"] is True
    assert "事先请了假" in desk.get(url("case_sessions", case)).content.decode()


def test_closing_lists_what_is_open_with_where_to_settle_it(case, desk):
    factories_casework.walk_to(case, "delivery")
    html = desk.get(url("case_close", case)).content.decode()
    assert "结束以前要了结" in html
    assert "到养老院看半天" in html
    reply = desk.post(url("case_close", case), posted(factories_casework.CLOSING))
    assert reply.status_code == 422
    assert factories_casework.CLOSING["summary"] in reply.content.decode()


def test_a_follow_up_that_reached_nobody_stays_open(case, desk):
    factories_casework.walk_to(case, "followup")
    nobody = {"mode": "phone", "contact_result": "no-answer", "next_step": "none"}
    reply = desk.post(url("case_followup", case, "day30"), posted(nobody))
    assert reply.status_code == 302
    assert case.events.filter(kind="followup.missed").count() == 1
    assert desk.get(url("case_followup", case, "day31")).status_code == 404


# -- people and state --------------------------------------------------------------------------------------------------


def test_assistants_pause_withdrawal(case, desk):
    helper = factories.member(case.organisation, Role.ASSESSOR)
    desk.post(url("case_assist", case), {"membership": str(helper.pk), "task": "陪同参观"})
    row = case.assistants.get()
    assert "陪同参观" in desk.get(url("case_people", case)).content.decode()
    signed_in(helper).post(url("case_assist_done", case, row.pk))
    row.refresh_from_db()
    assert row.done_at is not None
    assert desk.post(url("case_assist", case), {"membership": "", "task": "x"}).status_code == 422
    without = desk.post(url("case_pause", case), {"reason": ""})
    assert without.status_code == 422
    desk.post(url("case_pause", case), {"reason": "本人住院"})
    case.refresh_from_db()
    assert case.status == "paused"
    assert "个案暂停着" in desk.get(url("case", case)).content.decode()
    desk.post(url("case_resume", case))
    desk.post(url("case_withdraw", case), {"words": ""})
    case.refresh_from_db()
    assert case.status == "withdrawn"
    assert desk.get(url("case", case)).status_code == 200


def test_only_the_section_head_reassigns(case, desk):
    other = factories.member(case.organisation, name="周野")
    assert desk.post(url("case_reassign", case), {"adviser": str(other.pk), "reason": "调岗"}).status_code == 403
    head = signed_in(factories.member(case.organisation, Role.SECTION_HEAD))
    assert head.post(url("case_reassign", case), {"adviser": str(other.pk), "reason": ""}).status_code == 422
    head.post(url("case_reassign", case), {"adviser": str(other.pk), "reason": "调岗"})
    case.refresh_from_db()
    assert case.adviser_id == other.pk


def test_a_childs_case_asks_for_approval(home):
    adviser = factories.member(factories.agency())
    person = factories.person(birth=date(timezone.localdate().year - 10, 1, 1))
    guardian = factories.guardian(person)
    assert guardian.person_id == person.pk
    with acting(SYSTEM, "建立个案"):
        file = factories_clients.client_file(person, adviser.organisation, adviser)
        child = intake.open_case(file, service_kind="planning", adviser=adviser)
    desk = signed_in(factories.member(adviser.organisation, Role.ASSESSOR))
    for name in READING:
        assert desk.get(url(name, child)).status_code == 403


def test_documents_of_another_agency_are_not_found(case, desk):
    factories_casework.walk_to(case, "agreement")
    desk.post(url("agreement_draft", case))
    paper = agreement.agreement_of(case)
    where = [reverse("desk:document", args=[paper.pk, fmt]) for fmt in ("html", "pdf", "docx")]
    other = signed_in(factories.member(factories.agency()))
    assert [other.get(address).status_code for address in where] == [404, 404, 404]
    assert desk.get(reverse("desk:document", args=[paper.pk, "exe"])).status_code == 404
    assert desk.get(where[0]).status_code == 200
