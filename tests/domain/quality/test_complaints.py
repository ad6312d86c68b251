"""A complaint from its receipt to its end: stages, terms, who handles it, whose name is shown."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests import factories
from tests import factories_casework as fc
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.casework import delivery, events, intake
from zhiyin.domain.casework import queries as case_queries
from zhiyin.domain.casework.models import Case
from zhiyin.domain.quality import complaints, policies, queries
from zhiyin.domain.quality.models import Complaint, ComplaintStep
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused

pytestmark = pytest.mark.django_db

ACCEPT = {"obtained": "given", "satisfied": 4, "opinion": "可以了", "appeal": "accept"}
APPEAL = {"obtained": "given", "satisfied": 1, "opinion": "没有说到爽约", "appeal": "appeal"}
SILENT = {"obtained": "unreachable", "attempts": "三天打了三次电话，没有人接"}


def file(case: Case, **answers: Any) -> Complaint:
    with acting(fc.client_of(case), "投诉"):
        return complaints.file_complaint(case, {**fc.COMPLAINT, **answers})


def handler(case: Case, role: Role = Role.SUPERVISOR) -> Membership:
    return factories.member(case.organisation, role)


def to_answer(complaint: Complaint, by: Membership) -> None:
    with acting(factories.who(by), "处理投诉"):
        complaints.acknowledge(complaint, "已受理，十个工作日内答复")
        complaints.investigate(complaint, "问了前台，看了预约记录，两次都没有人来")
        complaints.answer(complaint, "指导师当天临时外出没有告知，我们向您道歉，已换人")


def test_the_whole_way_with_appeal() -> None:
    case = fc.walk_to(fc.case(), "delivery")
    complaint = file(case)
    assert complaint.number == f"{case.organisation.code}-TS-{timezone.localdate().year}-00001"
    first, second = handler(case), handler(case, Role.SECTION_HEAD)
    to_answer(complaint, first)
    with acting(fc.client_of(case), "意见"):
        complaints.record_response(complaint, APPEAL)
    complaint.refresh_from_db()
    assert (complaint.state, complaint.handler_id) == ("appealed", None)
    with acting(factories.who(first), "复核"), pytest.raises(Refused, match="没有作出原答复"):
        complaints.acknowledge(complaint)
    to_answer(complaint, second)
    with acting(factories.who(second), "记录"):
        complaints.record_response(complaint, SILENT)
        complaints.close(complaint, "已办结")
    complaint.refresh_from_db()
    assert complaint.state == "closed"
    kinds = list(complaint.steps.values_list("kind", flat=True))
    assert kinds == [
        "received",
        "acknowledged",
        "investigated",
        "answered",
        "response",
        "appealed",
        "acknowledged",
        "investigated",
        "reviewed",
        "response",
        "closed",
    ]
    assert complaints.state_of(kinds) == complaint.state
    assert events.state_of(Case.objects.get(pk=case.pk)).complaints[0].closed
    actions = set(AuditEvent.objects.filter(person_id=case.person_id).values_list("action", flat=True))
    assert {f"quality.complaint_{kind}" for kind in kinds} <= actions


NEXT: list[tuple[str, Callable[[Complaint], Any]]] = [
    ("acknowledged", lambda complaint: complaints.acknowledge(complaint)),
    ("investigated", lambda complaint: complaints.investigate(complaint, "问过了")),
    ("answered", lambda complaint: complaints.answer(complaint, "道歉")),
    ("response", lambda complaint: complaints.record_response(complaint, SILENT)),
    ("closed", lambda complaint: complaints.close(complaint)),
]


@pytest.mark.clause("SVC-6.2-1")
def test_no_stage_can_be_skipped_and_each_has_date_and_person() -> None:
    case = fc.walk_to(fc.case(), "delivery")
    complaint = file(case)
    member = handler(case)
    for index, (state, act) in enumerate(NEXT):
        with acting(factories.who(member), "处理"):
            for _, later in NEXT[index + 1 :]:
                with pytest.raises(NotReady):
                    later(complaint)
            act(complaint)
        complaint.refresh_from_db()
        assert complaint.state == state
    steps = list(complaint.steps.all())
    assert [step.kind for step in steps] == ["received", *(state for state, _ in NEXT)]
    assert all(step.happened_at <= timezone.now() for step in steps)
    assert [step.by_id for step in steps] == [None, *[member.pk] * 5]
    assert steps[0].by_name == case.person.name
    for _, act in NEXT:
        with acting(factories.who(member), "处理"), pytest.raises(Conflict, match="已经办结"):
            act(complaint)


@pytest.mark.clause("SVC-6.2-2")
@pytest.mark.parametrize(("response", "accepted"), [(ACCEPT, True), (SILENT, None)])
def test_it_closes_only_with_a_reply_and_the_response_or_its_absence(
    response: dict[str, Any], accepted: bool | None
) -> None:
    case = fc.walk_to(fc.case(), "delivery")
    complaint = file(case)
    who = factories.who(handler(case))
    with acting(who, "处理"):
        complaints.acknowledge(complaint)
        complaints.investigate(complaint, "问过了")
        with pytest.raises(NotReady, match="答复"):
            complaints.close(complaint)
        complaints.answer(complaint, "道歉并换人")
        with pytest.raises(NotReady, match="意见"):
            complaints.close(complaint)
        with pytest.raises(Invalid) as fault:
            complaints.record_response(complaint, {"obtained": "silent"})
        assert list(fault.value.errors) == ["attempts"]
        complaints.record_response(complaint, response)
        complaints.close(complaint)
    step = ComplaintStep.objects.get(complaint=complaint, kind="response")
    assert step.satisfied is accepted
    page = queries.complaint_page(fc.client_of(case), complaint.pk)
    assert page is not None
    assert page.row.state_label == "办结"
    words = dict(page.stages[-2].words)
    assert ("意见" in words) is (accepted is True)
    assert ("联系的时间和方式" in words) is (accepted is None)


def test_terms_count_working_days_and_equal_the_engine() -> None:
    # Wednesday 30 September 2026: the holiday takes 1 to 7 October, Saturday the tenth is worked
    received = datetime(2026, 9, 30, 10, tzinfo=timezone.get_current_timezone())
    case = fc.walk_to(fc.case(opened=received - timedelta(days=1)), "needs")
    with acting(factories.who(handler(case)), "代登记"):
        complaint = complaints.file_complaint(case, fc.COMPLAINT, happened_at=received)
    state = events.state_of(Case.objects.get(pk=case.pk)).complaints[0]
    assert (complaint.receipt_due_on, complaint.answer_due_on) == (state.acknowledge_by, state.answer_by)
    assert complaint.receipt_due_on == date(2026, 10, 9)
    assert complaint.number.endswith("-2026-00001")
    member = handler(case)
    with acting(factories.who(member), "处理"):
        complaints.acknowledge(complaint, happened_at=received + timedelta(hours=1))
        complaints.investigate(complaint, "问过了", happened_at=received + timedelta(hours=2))
        answered = complaints.answer(complaint, "道歉", happened_at=received + timedelta(hours=3))
    state = events.state_of(Case.objects.get(pk=case.pk)).complaints[0]
    assert answered.appeal_due_on == state.appeal_until


def test_an_appeal_after_the_term_is_refused_with_the_date(monkeypatch: pytest.MonkeyPatch) -> None:
    case = fc.walk_to(fc.case(), "delivery")
    complaint = file(case)
    to_answer(complaint, handler(case))
    complaint.refresh_from_db()
    assert complaint.appeal_due_on is not None
    real = timezone.now()
    late = real + (complaint.appeal_due_on - timezone.localdate()) + timedelta(days=1)
    with monkeypatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: late)
        words = f"{complaint.appeal_due_on.month}月"
        for act in (
            lambda: complaints.appeal(complaint, "再看一次"),
            lambda: complaints.record_response(complaint, APPEAL),
        ):
            with acting(fc.client_of(case), "复核"), pytest.raises(Invalid) as fault:
                act()
            assert words in str(fault.value).replace(" ", "")
        assert "appeal" not in queries.complaint_page(fc.client_of(case), complaint.pk).acts
    assert complaint.steps.count() == 4
    with acting(fc.client_of(case), "复核"):
        with pytest.raises(Invalid):
            complaints.appeal(complaint, " ")
        complaints.appeal(complaint, "再看一次")


def test_one_review_is_given() -> None:
    case = fc.walk_to(fc.case(), "delivery")
    complaint = file(case)
    to_answer(complaint, handler(case))
    with acting(fc.client_of(case), "复核"):
        complaints.appeal(complaint, "再看一次")
    to_answer(complaint, handler(case))
    with acting(fc.client_of(case), "复核"):
        with pytest.raises(Invalid, match="复核过一次"):
            complaints.appeal(complaint, "还要看")
        assert "appeal" not in queries.complaint_page(fc.client_of(case), complaint.pk).acts


def test_a_single_handler_may_review_the_own_answer() -> None:
    case = fc.walk_to(fc.case(), "delivery")
    complaint = file(case)
    only = handler(case)
    to_answer(complaint, only)
    with acting(fc.client_of(case), "复核"):
        complaints.appeal(complaint, "再看一次")
    to_answer(complaint, only)
    complaint.refresh_from_db()
    assert complaint.state == "reviewed"


def test_it_is_handled_by_somebody_without_a_part_in_the_case() -> None:
    agency = factories.agency()
    head = factories.member(agency, Role.SECTION_HEAD)
    case = fc.walk_to(fc.case(adviser=head), "delivery")
    complaint = file(case)
    former = factories.member(agency, Role.SECTION_HEAD)
    assert head.pk in policies.involved(case)
    for member in (head, case.adviser):
        with acting(factories.who(member), "处理"), pytest.raises(Refused, match="没有参与"):
            complaints.acknowledge(complaint)
    with acting(factories.who(former), "换人"):
        intake.reassign(case, former, "原指导师被投诉")
    assert policies.involved(case) >= {head.pk, former.pk}
    with acting(factories.who(former), "处理"), pytest.raises(Refused):
        complaints.acknowledge(complaint)
    other, colleague = factories.member(agency, Role.SUPERVISOR), factories.member(agency, Role.SUPERVISOR)
    assert {member.pk for member in policies.eligible(complaint)} == {other.pk, colleague.pk}
    with acting(factories.who(other), "处理"):
        complaints.acknowledge(complaint)
    with acting(factories.who(colleague), "处理"), pytest.raises(Refused, match="别人处理"):
        complaints.investigate(complaint, "我来")
    with acting(factories.who(colleague), "转交"):
        with pytest.raises(Invalid):
            complaints.assign_complaint(complaint, head)
        complaints.assign_complaint(complaint, colleague)
        complaints.investigate(complaint, "我来")


def test_who_may_file_and_handle() -> None:
    case = fc.walk_to(fc.case(), "delivery")
    other = fc.case(person=factories.person(name="另一人"))
    outsiders = (fc.client_of(other), factories.who(other.adviser))
    for who in outsiders:
        with acting(who, "投诉"), pytest.raises(Refused):
            complaints.file_complaint(case, fc.COMPLAINT)
    desk = factories.who(factories.member(case.organisation, Role.FRONT_DESK))
    with acting(desk, "代登记"):
        with pytest.raises(Invalid) as fault:
            complaints.file_complaint(case, {"kind": "fee", "contact_wish": "phone"})
        assert set(fault.value.errors) == {"what_happened", "wanted", "contact"}
        with pytest.raises(Invalid):
            complaints.file_complaint(case, fc.COMPLAINT, happened_at=timezone.now() + timedelta(days=1))
        complaint = complaints.file_complaint(case, fc.COMPLAINT)
    for who in (*outsiders, desk, fc.client_of(case), factories.who(case.adviser)):
        with acting(who, "处理"), pytest.raises(Refused):
            complaints.acknowledge(complaint)
    for who in (*outsiders, desk):
        assert queries.complaint_page(who, complaint.pk) is None
        assert queries.list_complaints(who) == []
    with acting(fc.client_of(case), "意见"), pytest.raises(NotReady):
        complaints.record_response(complaint, ACCEPT)
    to_answer(complaint, handler(case))
    with acting(fc.client_of(case), "意见"):
        with pytest.raises(Invalid):
            complaints.record_response(complaint, SILENT)
        complaints.record_response(complaint, ACCEPT)


def test_a_hidden_name_stays_hidden_from_those_who_had_a_part() -> None:
    case = fc.walk_to(fc.case(), "delivery")
    open_one = file(case)
    hidden = file(case, keep_name="hide")
    adviser, head = factories.who(case.adviser), factories.who(handler(case, Role.SECTION_HEAD))
    assert [row.complaint.pk for row in queries.list_complaints(adviser)] == [open_one.pk]
    assert queries.complaint_page(adviser, hidden.pk) is None
    lines = [line for line in case_queries.timeline(case) if line.kind == "complaint.received"]
    assert [line.data["complaint"] for line in lines] == [str(open_one.pk)]
    own = [line for line in case_queries.timeline(case, for_client=True) if line.kind == "complaint.received"]
    assert len(own) == 2
    assert not any(key.startswith("complaint") for key in case.dues.values_list("key", flat=True))
    with fc.working(case):
        assert delivery.obstacles(case)[-1] == "有 1 件投诉还没有办结"

    rows = {row.complaint.pk: row for row in queries.list_complaints(head)}
    assert rows[open_one.pk].complainant == case.person.name
    assert (rows[hidden.pk].complainant, rows[hidden.pk].case_number) == (queries.HIDDEN_NAME, "")
    with acting(head, "处理"):
        complaints.acknowledge(hidden)
    page = queries.complaint_page(head, hidden.pk)
    assert page is not None
    assert page.row.complainant == case.person.name
    assert page.acts == ("investigate", "assign")


def test_what_is_to_be_done_is_listed_for_the_handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    case = fc.walk_to(fc.case(), "delivery")
    complaint = file(case)
    member = handler(case)
    who = factories.who(member)
    assert [(todo.what, todo.due_on) for todo in queries.todos(who)] == [("告知已受理投诉", complaint.receipt_due_on)]
    assert queries.todos(factories.who(case.adviser)) == []
    with acting(who, "处理"):
        complaints.acknowledge(complaint)
    late = timezone.now() + (complaint.answer_due_on - timezone.localdate()) + timedelta(days=2)
    with monkeypatch.context() as patch:
        patch.setattr("django.utils.timezone.now", lambda: late)
        todo = queries.todos(who)[0]
        assert (todo.what, todo.late_days, todo.when) == ("答复投诉", 2, "过期 2 天")
    assert queries.todos(factories.who(handler(case))) == []


def test_the_client_sees_the_answer_but_not_the_notes_of_the_inquiry() -> None:
    case = fc.walk_to(fc.case(), "delivery")
    complaint = file(case, contact_wish="phone", contact="晚上打登记的电话")
    member = handler(case)
    to_answer(complaint, member)
    own = queries.complaint_page(fc.client_of(case), complaint.pk)
    assert own is not None
    assert [stage.label for stage in own.stages] == ["收到", "受理告知", "答复"]
    assert own.acts == ("response", "appeal")
    assert ("联系方式", "晚上打登记的电话") in own.content
    full = queries.complaint_page(factories.who(member), complaint.pk)
    assert full is not None
    assert full.stages[2].words == (("", "问了前台，看了预约记录，两次都没有人来"),)
    seen = queries.complaint_page(factories.who(case.adviser), complaint.pk)
    assert seen is not None
    assert (seen.acts, "联系方式" in dict(seen.content)) == ((), False)


def test_words_are_sealed_and_gone_with_the_person() -> None:
    from zhiyin.domain.people.commands import erase_person

    case = fc.walk_to(fc.case(), "delivery")
    complaint = file(case)
    to_answer(complaint, handler(case))
    stored = str(list(Complaint.objects.values())) + str(list(ComplaintStep.objects.values()))
    assert "到了没人" not in stored
    assert "临时外出" not in stored
    head = factories.who(handler(case, Role.SECTION_HEAD))
    with acting(head, "删除"):
        erase_person(case.person, "本人要求")
    page = queries.complaint_page(head, complaint.pk)
    assert page is not None
    assert page.content == ()
    assert [stage.words for stage in page.stages] == [(), (), (), ()]


def test_a_page_costs_the_same_however_long_the_story(django_assert_max_num_queries: Any) -> None:
    case = fc.walk_to(fc.case(), "delivery")
    complaint = file(case)
    member = handler(case)
    to_answer(complaint, member)
    who = factories.who(member)
    with django_assert_max_num_queries(16):
        queries.complaint_page(who, complaint.pk)
    with django_assert_max_num_queries(1):
        queries.list_complaints(who)
