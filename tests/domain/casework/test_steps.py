"""What may not be recorded yet, and the acceptance lines of the steps of the service process."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests import factories_casework as fc
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.agencies.models import Staff
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.casework import agreement, delivery, intake, plan, queries
from zhiyin.domain.casework.models import Activity, Case, CaseEvent, FormRecord
from zhiyin.domain.planning import reports
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused

pytestmark = pytest.mark.django_db

TOO_EARLY = [
    ("intake", lambda case: fc.do_needs(case)),
    ("intake", lambda case: intake.submit_form(case, "environment-analysis", ENVIRONMENT)),
    ("needs", lambda case: fc.draft_agreement(case)),
    ("agreement", lambda case: fc.sign(case, "client")),
    ("agreement", lambda case: plan_anything(case)),
    ("plan", lambda case: hold(case)),
    ("plan", lambda case: plan.agree_plan(case)),
    ("plan", lambda case: reports.draft_report(case)),
    ("delivery", lambda case: reports.submit_report(case)),
    ("agreement", lambda case: delivery.close_case(case, fc.CLOSING)),
    ("closing", lambda case: delivery.follow_up(case, "day30", fc.FOLLOW_UP)),
]

ENVIRONMENT = {
    "analysed_on": "2026-03-02",
    "parts": ["family", "market"],
    "left_out_reason": "已经离开原单位",
    "family_supports": "爱人支持再学半年",
    "family_limits": "下午四点半要接孩子",
    "family_effect": "选白天上课的班",
    "family_source": "本人讲述",
    "family_date": "2026-03-01",
    "market_figures": [
        {"figure": "养老护理员在招 126 人", "region": "350500", "date": "2026-02-28", "source": "市岗位库"}
    ],
    "market_finding": "护理岗位长期缺人",
    "market_effect": "先考证再应聘",
    "conclusion": "白天班的护理培训最合适",
}


def hold(case: Case) -> FormRecord:
    return delivery.hold_session(case, fc.SESSION, happened_at=timezone.now(), minutes=60, mode="face")


def plan_anything(case: Case) -> None:
    fc.make_plan(case)
    plan.draft_plan(case)


@pytest.mark.parametrize(("step", "act"), TOO_EARLY)
def test_nothing_is_recorded_before_what_it_rests_on(step: str, act: object) -> None:
    case = fc.walk_to(fc.case(), step)
    before = list(case.events.values_list("pk", flat=True))
    records, papers = case.records.count(), case.papers.count()
    with fc.working(case), pytest.raises(NotReady) as refusal:
        act(case)  # type: ignore[operator]
    assert str(refusal.value)
    assert list(case.events.values_list("pk", flat=True)) == before
    assert (case.records.count(), case.papers.count()) == (records, papers)


@pytest.mark.clause("SVC-5.1")
def test_no_agreement_before_the_needs_survey_is_stored() -> None:
    case = fc.walk_to(fc.case(), "needs")
    with fc.working(case):
        with pytest.raises(NotReady) as refusal:
            agreement.draft_agreement(case)
        assert refusal.value.missing == ["完成需求调查"]
        fc.do_needs(case)
        agreement.draft_agreement(case)
    stored = intake.latest(case, "needs-survey")
    assert stored is not None
    assert stored.answers["expectation"] == "有人帮我理一理"


@pytest.mark.clause("SVC-5.2-1")
def test_no_service_without_an_agreement_signed_by_both_parties() -> None:
    case = fc.walk_to(fc.case(), "agreement")
    with fc.working(case):
        fc.draft_agreement(case)
        fc.sign(case, "client")
        for act in (hold, plan_anything, lambda case: delivery.close_case(case, fc.CLOSING)):
            with pytest.raises(NotReady):
                act(case)
        fc.sign(case, "agency")
    document = agreement.agreement_of(case)
    assert document is not None
    assert {s.role: s.signed_at.date() for s in document.signatures.all()} == {
        "client": timezone.now().date(),
        "adviser": timezone.now().date(),
    }
    case.refresh_from_db()
    assert case.stage == "plan"


@pytest.mark.clause("SVC-5.2-2")
def test_the_acknowledgement_keeps_the_text_the_time_and_the_person() -> None:
    from zhiyin.domain.documents import queries as documents

    case = fc.walk_to(fc.case(), "agreement")
    with fc.working(case):
        fc.draft_agreement(case)
        fc.sign(case, "client")
        given = fc.sign(case, "agency").document.signatures.get(role="client")
    document = agreement.agreement_of(case)
    assert document is not None
    shown = documents.render(document, "html")
    for words in ("定下一个学习方向", "报上名", "有人帮我理一理"):
        assert words in shown
    assert given.content_hash == document.content_hash
    assert given.name == case.person.name
    assert timezone.now() - given.signed_at < timedelta(minutes=5)


def test_a_change_revokes_signatures_and_needs_them_again() -> None:
    case = fc.walk_to(fc.case(), "agreement")
    with fc.working(case):
        fc.draft_agreement(case)
        fc.sign(case, "client")
        document = agreement.agreement_of(case)
        with pytest.raises(Conflict):
            agreement.change_agreement(case, document.version + 1, editable={"extra_tasks": "每周来一次"})
        changed = agreement.change_agreement(case, document.version, editable={"extra_tasks": "每周来一次"})
        assert changed.revoked_signatures == 1
        with pytest.raises(NotReady, match="先签"):
            fc.sign(case, "agency")
        fc.sign(case, "client")
        fc.sign(case, "agency")
    case.refresh_from_db()
    assert case.stage == "plan"


def test_an_agreement_in_force_is_superseded_not_edited() -> None:
    case = fc.walk_to(fc.case(), "plan")
    old = agreement.agreement_of(case)
    assert old is not None
    with fc.working(case):
        new = agreement.change_agreement(case, old.version, editable={"extra_tasks": "每周来一次"})
        case.refresh_from_db()
        assert case.stage == "agreement"
        with pytest.raises(NotReady):
            plan_anything(case)
        fc.sign(case, "client")
        fc.sign(case, "agency")
    old.refresh_from_db()
    assert (old.state, new.pk != old.pk) == ("superseded", True)
    case.refresh_from_db()
    assert case.stage == "plan"
    assert agreement.agreement_of(case).pk == new.pk


def test_the_client_signs_the_own_line_on_the_own_page() -> None:
    case = fc.walk_to(fc.case(), "agreement")
    client = fc.client_of(case)
    with fc.working(case):
        fc.draft_agreement(case)
    with acting(client, "签协议"), pytest.raises(Refused):
        agreement.sign_agreement(case, "client", "typed", name=case.person.name)
    with fc.working(case):
        offered = agreement.offer_agreement(case)
    assert offered.state == "signing"
    with acting(client, "签协议"):
        with pytest.raises(Invalid):
            agreement.sign_agreement(case, "agency", "typed", name=case.person.name)
        with pytest.raises(Invalid) as fault:
            agreement.sign_agreement(case, "client", "typed", name="别人")
        assert "name" in fault.value.errors
        agreement.sign_agreement(case, "client", "typed", name=case.person.name)
    with fc.working(case):
        with pytest.raises(Invalid):
            agreement.sign_agreement(case, "guardian", "typed", name="欧阳建国")
        fc.sign(case, "agency")
        with pytest.raises(Invalid, match="生效"):
            fc.sign(case, "agency")
    assert agreement.agreement_of(case).state == "issued"
    assert CaseEvent.objects.get(case=case, kind="agreement.signed_client").actor_kind == "client"


@pytest.mark.clause("SVC-5.3")
def test_each_item_of_the_plan_cites_a_need_and_open_needs_are_listed() -> None:
    from zhiyin.domain.documents import queries as documents

    survey = {**fc.NEEDS, "needs": [*fc.NEEDS["needs"], {"kind": "confidence", "text": "面试时说不出话"}]}
    case = fc.walk_to(fc.case(), "needs")
    with fc.working(case):
        intake.submit_form(case, "needs-survey", survey)
        fc.do_agreement(case)
        first, second = case.needs.all()
        goal = case.goals.get()
        common = {"goal": goal, "kind": "visit", "who": "both", "due_on": timezone.localdate() + timedelta(days=9)}
        plan.set_activity(case, title="到养老院看半天", need=first, **common)
        found = queries.plan(case)
        assert [a.need_id for a in found["activities"]] == [first.pk]
        assert found["unanswered"] == [second]
        document = plan.draft_plan(case)
        assert "面试时说不出话" in documents.render(document, "html")
        with pytest.raises(Invalid):
            plan.agree_plan(case)
        case.refresh_from_db()
        assert case.stage == "plan"
        plan.draft_plan(case, editable={"unanswered_reason": "先定方向，再练面试。"})
        agreed = plan.agree_plan(case)
    assert agreed.state == "issued"


@pytest.mark.clause("SVC-5.4")
def test_the_plan_shows_done_and_open_items_and_unplanned_work_needs_a_reason() -> None:
    survey = {**fc.NEEDS, "needs": [*fc.NEEDS["needs"], {"kind": "skill", "text": "不会用电脑"}]}
    case = fc.walk_to(fc.case(), "needs")
    with fc.working(case):
        intake.submit_form(case, "needs-survey", survey)
        fc.do_agreement(case)
        fc.do_plan(case)
        first, second = queries.plan(case)["activities"]
        with pytest.raises(Invalid):
            plan.finish_activity(first, " ")
        happened = timezone.now()
        plan.finish_activity(first, "看过了，愿意做", happened_at=happened)
        with pytest.raises(Conflict):
            plan.finish_activity(first, "又看了一次")
        extra = {"title": "陪同办失业登记", "kind": "policy", "who": "adviser", "due_on": timezone.localdate()}
        with pytest.raises(Invalid) as fault:
            plan.add_unplanned(case, reason="  ", **extra)
        assert list(fault.value.errors) == ["unplanned_reason"]
        plan.add_unplanned(case, reason="他不知道要先登记", **extra)
    rows = {row.title: row for row in queries.plan(case)["activities"]}
    assert rows[first.title].state == Activity.State.DONE
    assert (rows[first.title].result, rows[first.title].done_at) == ("看过了，愿意做", happened)
    assert rows[second.title].state == Activity.State.PLANNED
    assert rows["陪同办失业登记"].unplanned_reason == "他不知道要先登记"
    event = case.events.get(kind="activity.done")
    assert event.actor_name == case.adviser.user.name
    assert event.data == {"activity": str(first.pk)}


def test_an_agreed_plan_is_adjusted_with_a_reason_only() -> None:
    case = fc.walk_to(fc.case(), "delivery")
    agreed = plan.plan_of(case)
    with fc.working(case):
        with pytest.raises(Conflict):
            plan.set_goal(case, title="再加一个", measure="有", due_on=timezone.localdate())
        with pytest.raises(Conflict):
            plan.draft_plan(case)
        with pytest.raises(Invalid):
            plan.reopen_plan(case, " ")
        plan.reopen_plan(case, "养老院临时关门")
        case.refresh_from_db()
        assert case.stage == "plan"
        with pytest.raises(NotReady):
            hold(case)
        plan.set_goal(case, title="再加一个", measure="有", due_on=timezone.localdate())
        with pytest.raises(NotReady, match="再加一个"):
            plan.draft_plan(case)
        plan.set_activity(
            case,
            goal=case.goals.last(),
            kind="training",
            title="上一节课",
            who="client",
            due_on=timezone.localdate(),
        )
        plan.draft_plan(case)
        plan.agree_plan(case)
    agreed.refresh_from_db()
    assert agreed.state == "superseded"
    case.refresh_from_db()
    assert case.stage == "delivery"


def test_tasks_of_a_session_become_activities() -> None:
    case = fc.walk_to(fc.case(), "delivery")
    tasks = [
        {"task": "联系养老院", "who": "adviser", "due": "2090-03-25"},
        {"task": "问问爱人的意见", "who": "family", "due": "2090-03-26"},
    ]
    with fc.working(case):
        with pytest.raises(Invalid) as fault:
            delivery.hold_session(case, fc.SESSION, happened_at=timezone.now(), minutes=1, mode="pigeon")
        assert set(fault.value.errors) == {"mode", "minutes"}
        record = delivery.hold_session(
            case, {**fc.SESSION, "tasks": tasks}, happened_at=timezone.now(), minutes=50, mode="face"
        )
    assert record.event.data["minutes"] == 50
    made = case.activities.filter(unplanned_reason="会谈中约定").values_list("title", "who", "due_on")
    assert [(title, who, str(day)) for title, who, day in made] == [
        ("联系养老院", "adviser", "2090-03-25"),
        ("问问爱人的意见", "client", "2090-03-26"),
    ]


def test_missed_and_excused_stay_apart() -> None:
    case = fc.walk_to(fc.case(), "delivery")
    with fc.working(case):
        delivery.miss_session(case, happened_at=timezone.now(), excused=True)
        delivery.miss_session(case, happened_at=timezone.now(), excused=False)
    assert [event.data["excused"] for event in case.events.filter(kind="session.missed")] == [True, False]


@pytest.mark.clause("SVC-4.2.1")
def test_an_environment_analysis_holds_the_chosen_sections_with_finding_and_source() -> None:
    case = fc.walk_to(fc.case(), "needs")
    with fc.working(case):
        lacking = {key: value for key, value in ENVIRONMENT.items() if key not in {"family_source", "market_finding"}}
        with pytest.raises(Invalid) as fault:
            intake.submit_form(case, "environment-analysis", lacking)
        assert set(fault.value.errors) == {"family_source", "market_finding"}
        intake.submit_form(case, "environment-analysis", {**ENVIRONMENT, "work_finding": "没有选的方面不留"})
    stored = intake.latest(case, "environment-analysis")
    assert stored is not None
    answers = stored.answers
    assert answers["parts"] == ["family", "market"]
    assert answers["family_limits"] == "下午四点半要接孩子"
    assert answers["family_source"] == "本人讲述"
    assert answers["market_figures"][0]["source"] == "市岗位库"
    assert "work_finding" not in answers
    assert case.events.filter(kind="environment.recorded").count() == 1


# -- closing --------------------------------------------------------------------------------------------------------


@pytest.mark.clause("SVC-5.6.1")
def test_an_open_item_blocks_closing_and_closing_stores_the_end_date() -> None:
    case = fc.walk_to(fc.case(), "closing")
    with fc.working(case):
        plan.judge_goal(case.goals.get(), "reached")
        task = plan.add_unplanned(
            case, title="带去报名", kind="training", who="adviser", due_on=timezone.localdate(), reason="临时约定"
        )
        with pytest.raises(NotReady, match="带去报名"):
            delivery.close_case(case, fc.CLOSING)
        case.refresh_from_db()
        assert case.closed_at is None
        with pytest.raises(Invalid):
            plan.cancel_activity(task, " ")
        plan.cancel_activity(task, "他自己去了")
        ended = timezone.now()
        delivery.close_case(case, fc.CLOSING, happened_at=ended)
    case.refresh_from_db()
    assert case.closed_at == ended
    with fc.working(case):
        for act in (hold, lambda case: delivery.close_case(case, fc.CLOSING)):
            with pytest.raises(NotReady):
                act(case)


@pytest.mark.clause("SVC-4.1.1-d")
def test_at_closing_each_goal_is_judged() -> None:
    case = fc.walk_to(fc.case(), "closing")
    goal = case.goals.get()
    with fc.working(case):
        with pytest.raises(NotReady, match="定下一个学习方向"):
            delivery.close_case(case, fc.CLOSING)
        with pytest.raises(Invalid) as fault:
            plan.judge_goal(goal, "partly")
        assert list(fault.value.errors) == ["judged_note"]
        with pytest.raises(Invalid):
            plan.judge_goal(goal, "maybe")
        plan.judge_goal(goal, "partly", "还在两个方向里选，下月再谈")
        delivery.close_case(case, fc.CLOSING)
        with pytest.raises(Conflict):
            plan.judge_goal(goal, "reached")
    goal.refresh_from_db()
    assert goal.attainment == "partly"


@pytest.mark.clause("SVC-5.6.2-2")
def test_closing_updates_status_and_statistics_at_once() -> None:
    case = fc.walk_to(fc.case(), "closing")
    head = factories.who(factories.member(case.organisation, Role.SECTION_HEAD))
    before = queries.head_page(head)
    fc.walk_to(case, "followup")
    after = queries.head_page(head)
    mine = {load.membership.pk: load for load in after.loads}[case.adviser_id]
    assert dict(before.statuses)["在办"] - dict(after.statuses)["在办"] == 1
    assert dict(after.statuses)["跟踪中"] == 1
    assert (mine.open_cases, mine.following, mine.closed_this_year) == (0, 1, 1)
    assert dict(after.step_days)["服务结束"] >= 0
    assert {due.key for due in case.dues.all()} >= {"day30", "day90", "day180"}


def test_follow_ups_settle_the_last_step() -> None:
    case = fc.walk_to(fc.case(), "followup")
    with fc.working(case):
        with pytest.raises(Invalid):
            delivery.follow_up(case, "day3000", fc.FOLLOW_UP)
        tried = {"mode": "phone", "contact_result": "no-answer", "next_step": "stop", "next_note": "号码停用"}
        assert delivery.follow_up(case, "day30", tried).event.kind == "followup.missed"
        assert delivery.follow_up(case, "day30", fc.FOLLOW_UP).event.kind == "followup.done"
    states = {due.key for due in case.dues.all()}
    assert "day30" not in states
    assert {"day90", "day180"} <= states


# -- who works on it ------------------------------------------------------------------------------------------------


@pytest.mark.clause("SVC-3.2.3-e")
def test_a_case_shows_its_assistants_and_the_tasks_they_completed() -> None:
    case = fc.walk_to(fc.case(), "plan")
    helper, stranger = factories.member(case.organisation, Role.ASSESSOR), factories.member(factories.agency())
    with acting(factories.who(helper), "协助"), pytest.raises(Refused):
        intake.save_draft(case, "session-record", {})
    with fc.working(case):
        with pytest.raises(Invalid):
            intake.add_assistant(case, helper, " ")
        with pytest.raises(Invalid):
            intake.add_assistant(case, stranger, "整理材料")
        task = intake.add_assistant(case, helper, "整理材料")
        intake.add_assistant(case, helper, "陪同参观")
    with acting(factories.who(helper), "协助"):
        intake.save_draft(case, "session-record", {"topic": "陪同"})
        intake.finish_assistance(task)
        with pytest.raises(Conflict):
            intake.finish_assistance(task)
    shown = queries.case_page(factories.who(case.adviser), case).assistants
    assert [(row.membership_id, row.task, row.done_at is not None) for row in shown] == [
        (helper.pk, "整理材料", True),
        (helper.pk, "陪同参观", False),
    ]


def test_an_auxiliary_cannot_lead() -> None:
    agency = factories.agency()
    tester = factories.member(agency)
    with acting(factories.SYSTEM, "arrange"):
        Staff.objects.filter(user=tester.user).update(kind="tester")
    case = fc.case(adviser=factories.member(agency))
    with acting(factories.SYSTEM, "建案"), pytest.raises(Invalid) as fault:
        intake.open_case(case.file, service_kind="planning", adviser=tester)
    assert list(fault.value.errors) == ["adviser"]
    head = factories.who(factories.member(agency, Role.SECTION_HEAD))
    with acting(head, "换人"), pytest.raises(Invalid):
        intake.reassign(case, tester, "休假")


@pytest.mark.clause("SVC-4.4")
def test_each_case_has_one_of_six_types_and_they_are_counted() -> None:
    agency = factories.agency()
    adviser = factories.member(agency)
    kinds = ("job-search", "employment", "start-up", "assessment", "planning", "psychology")
    first = fc.case(adviser=adviser, service_kind="job-search")
    for kind in kinds[1:]:
        fc.case(adviser=adviser, file=first.file, service_kind=kind)
    with acting(factories.who(adviser), "建案"), pytest.raises(Invalid) as fault:
        intake.open_case(first.file, service_kind="fortune-telling", adviser=adviser)
    assert list(fault.value.errors) == ["service_kind"]
    head = factories.who(factories.member(agency, Role.SECTION_HEAD))
    shown = queries.head_page(head).kinds
    assert [count for _, count in shown] == [1] * 6
    assert dict(shown)["职业生涯规划"] == 1


def test_reassignment_moves_what_is_due() -> None:
    case = fc.walk_to(fc.case(), "needs")
    other, stranger = factories.member(case.organisation), factories.member(factories.agency())
    head = factories.who(factories.member(case.organisation, Role.SECTION_HEAD))
    with fc.working(case), pytest.raises(Refused):
        intake.reassign(case, other, "休假")
    with acting(head, "换人"):
        with pytest.raises(Invalid):
            intake.reassign(case, other, " ")
        with pytest.raises(Invalid):
            intake.reassign(case, stranger, "休假")
        intake.reassign(case, other, "休假")
    assert set(case.dues.values_list("adviser_id", flat=True)) == {other.pk}
    with acting(factories.who(other), "接手"):
        fc.do_needs(case)
