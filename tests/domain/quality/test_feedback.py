"""Asking for feedback, answering it once, handling it, improving by it."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests import factories_casework as fc
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import Actor, acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.casework.models import Case
from zhiyin.domain.quality import feedback, queries
from zhiyin.domain.quality.models import FeedbackRequest
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused

pytestmark = pytest.mark.django_db


def head_of(case: Case) -> Actor:
    return factories.who(factories.member(case.organisation, Role.SECTION_HEAD))


def asked(case: Case) -> tuple[FeedbackRequest, str]:
    with fc.working(case):
        return feedback.request_feedback(case)


@pytest.mark.clause("SVC-6.1-1")
def test_closing_creates_a_request_and_the_response_rate_per_adviser_is_shown() -> None:
    agency = factories.agency()
    first, second = factories.member(agency), factories.member(agency)
    cases = [
        fc.case(adviser=adviser, person=factories.person(name=name))
        for adviser, name in ((first, "甲一"), (first, "甲二"), (second, "甲三"))
    ]
    for case in cases:
        fc.walk_to(case, "closing")
        assert not FeedbackRequest.objects.filter(case=case).exists()
        fc.walk_to(case, "followup")
        request = FeedbackRequest.objects.get(case=case)
        assert case.events.filter(kind="feedback.requested").count() == 1
        assert request.expires_at - request.asked_at > timedelta(days=30)
    fc.answer_feedback(cases[0], {"overall": 8})
    rates = {rate.adviser.pk: rate for rate in queries.response_rates(head_of(cases[0]))}
    assert (rates[first.pk].asked, rates[first.pk].answered, rates[first.pk].rate) == (2, 1, 0.5)
    assert rates[first.pk].overall == 8.0
    assert (rates[second.pk].rate, rates[second.pk].overall) == (0.0, None)
    assert [rate.adviser.pk for rate in queries.response_rates(factories.who(first))] == [first.pk]
    tomorrow = timezone.localdate() + timedelta(days=1)
    assert queries.response_rates(head_of(cases[0]), since=tomorrow) == []
    assert len(queries.response_rates(head_of(cases[0]), until=tomorrow)) == 2


def test_the_link_is_stored_as_a_digest_and_a_new_one_ends_the_old() -> None:
    case = fc.walk_to(fc.case(), "followup")
    request, old = asked(case)
    again, new = asked(case)
    assert (again.pk, old != new) == (request.pk, True)
    assert queries.open_by_token(old) is None
    found = queries.open_by_token(new)
    assert found is not None
    with acting(queries.link_actor(found), "评价"), pytest.raises(Invalid, match="换新"):
        feedback.answer_feedback(old, fc.FEEDBACK)
    stored = FeedbackRequest.objects.filter(pk=request.pk).values().get()
    logged = list(AuditEvent.objects.values_list("data", flat=True))
    assert new not in str(stored)
    assert new not in str(logged)
    with acting(queries.link_actor(found), "评价"):
        feedback.answer_feedback(new, fc.FEEDBACK)
    assert queries.open_by_token(new) is None


def test_one_answer_only_and_bad_answers_are_named() -> None:
    case = fc.walk_to(fc.case(), "followup")
    request, token = asked(case)
    link = queries.link_actor(request)
    with acting(link, "评价"):
        for raw, field in (({}, "overall"), ({"overall": 11}, "overall"), ({"overall": 5, "useful": 9}, "useful")):
            with pytest.raises(Invalid) as fault:
                feedback.answer_feedback(token, raw)
            assert list(fault.value.errors) == [field]
        feedback.answer_feedback(token, {"overall": 9, "comment": "晚上能开门就更好了"})
        with pytest.raises(Invalid, match="已经收到"):
            feedback.answer_feedback(token, {"overall": 1})
    stored = FeedbackRequest.objects.get(pk=request.pk)
    assert (stored.overall, stored.answers["comment"]) == (9, "晚上能开门就更好了")
    assert ("还想对我们说什么", "晚上能开门就更好了") in queries.answered(stored)
    assert case.events.filter(kind="feedback.received").count() == 1
    with fc.working(case), pytest.raises(Invalid, match="已经评价"):
        feedback.request_feedback(case)
    data = case.events.get(kind="feedback.received").data
    assert "晚上" not in str(data)


def test_a_link_expires_at_the_end_of_its_last_day(monkeypatch: pytest.MonkeyPatch) -> None:
    case = fc.walk_to(fc.case(), "followup")
    request, token = asked(case)
    last = timezone.localtime(request.expires_at) - timedelta(seconds=1)
    assert (last.date() - timezone.localdate()).days == 30

    def at(moment: datetime) -> None:
        monkeypatch.setattr("django.utils.timezone.now", lambda: moment)

    at(request.expires_at)
    with acting(queries.link_actor(request), "评价"), pytest.raises(Invalid, match="过期"):
        feedback.answer_feedback(token, fc.FEEDBACK)
    at(last)
    with acting(queries.link_actor(request), "评价"):
        feedback.answer_feedback(token, fc.FEEDBACK)


def test_only_the_holder_of_the_link_or_the_client_answers() -> None:
    case = fc.walk_to(fc.case(), "followup")
    other = fc.walk_to(fc.case(person=factories.person(name="另一人")), "followup")
    request, token = asked(case)
    foreign, _ = asked(other)
    for who in (factories.who(case.adviser), queries.link_actor(foreign), fc.client_of(other)):
        with acting(who, "评价"), pytest.raises(Refused):
            feedback.answer_feedback(token, fc.FEEDBACK)
        with acting(who, "评价"), pytest.raises(Refused):
            feedback.answer_own_feedback(request, fc.FEEDBACK)
    with acting(fc.client_of(case), "评价"):
        feedback.answer_own_feedback(request, fc.FEEDBACK)
    assert FeedbackRequest.objects.get(pk=request.pk).overall == 9


def test_nobody_is_asked_before_the_end_or_by_a_stranger() -> None:
    case = fc.walk_to(fc.case(), "closing")
    with fc.working(case), pytest.raises(NotReady):
        feedback.request_feedback(case)
    fc.walk_to(case, "followup")
    for who in (
        factories.who(factories.member(case.organisation)),
        factories.who(factories.member(factories.agency(), Role.SECTION_HEAD)),
        fc.client_of(case),
    ):
        with acting(who, "再问"), pytest.raises(Refused):
            feedback.request_feedback(case)
    with acting(head_of(case), "再问"):
        feedback.request_feedback(case)


@pytest.mark.parametrize(
    ("answers", "waits"),
    [
        ({"overall": 10}, False),
        ({"overall": 5}, False),
        ({"overall": 4}, True),
        ({"overall": 1}, True),
        ({"overall": 9, "comment": "等得太久"}, True),
    ],
)
def test_what_calls_for_handling(answers: dict[str, object], waits: bool) -> None:
    case = fc.walk_to(fc.case(), "followup")
    fc.answer_feedback(case, answers)
    assert bool(queries.open_feedback(head_of(case))) is waits
    assert bool([todo for todo in queries.todos(head_of(case)) if todo.kind == "feedback"]) is waits


@pytest.mark.clause("SVC-5.6.2-1")
def test_a_feedback_without_result_stays_in_the_open_list() -> None:
    case = fc.walk_to(fc.case(), "followup")
    request = fc.answer_feedback(case, {"overall": 2, "comment": "没有人接电话"})
    head = head_of(case)
    assert [item.pk for item in queries.open_feedback(head)] == [request.pk]
    with acting(head, "处理"), pytest.raises(Invalid):
        feedback.handle_feedback(request, "  ")
    assert [item.pk for item in queries.open_feedback(head)] == [request.pk]
    with acting(head, "处理"):
        handled = feedback.handle_feedback(request, "加了一部电话，已回电致歉")
    assert queries.open_feedback(head) == []
    assert (handled.handled_by_id, handled.handling) == (head.membership_id, "加了一部电话，已回电致歉")
    with acting(head, "处理"), pytest.raises(Conflict):
        feedback.handle_feedback(request, "再处理")


def test_handling_is_refused_to_others() -> None:
    case = fc.walk_to(fc.case(), "followup")
    request, _ = asked(case)
    with acting(head_of(case), "处理"), pytest.raises(NotReady):
        feedback.handle_feedback(request, "还没有评价")
    fc.answer_feedback(case, {"overall": 1})
    for who in (
        factories.who(case.adviser),
        factories.who(factories.member(factories.agency(), Role.SECTION_HEAD)),
        fc.client_of(case),
    ):
        with acting(who, "处理"), pytest.raises(Refused):
            feedback.handle_feedback(request, "没事")
        assert queries.open_feedback(who) == []


@pytest.mark.clause("SVC-3.5.1-d")
def test_a_closed_service_shows_its_feedback() -> None:
    case = fc.walk_to(fc.case(), "followup")
    fc.answer_feedback(case, {"overall": 7})
    for who in (factories.who(case.adviser), head_of(case), fc.client_of(case)):
        assert queries.evaluation_of(who, case)["feedback"].overall == 7
    stranger = factories.who(factories.member(factories.agency()))
    assert queries.evaluation_of(stranger, case) == {"feedback": None, "complaints": []}
    colleague = factories.who(factories.member(case.organisation))
    assert queries.feedback_of(colleague, case) is None


@pytest.mark.clause("SVC-6.1-2")
def test_an_improvement_shows_its_source_and_the_verified_result() -> None:
    case = fc.walk_to(fc.case(), "followup")
    request = fc.answer_feedback(case, {"overall": 3, "comment": "晚上不开门"})
    head, supervisor = head_of(case), factories.who(fc.supervisor_of(case))
    yesterday, later = timezone.localdate() - timedelta(days=1), timezone.localdate() + timedelta(days=30)
    stranger = factories.member(factories.agency())
    with acting(head, "改进"):
        with pytest.raises(Invalid) as fault:
            feedback.plan_improvement(request, " ", stranger, yesterday)
        assert set(fault.value.errors) == {"action", "owner", "due_on"}
        improvement = feedback.plan_improvement(request, "周三晚上开到八点", case.adviser, later)
        with pytest.raises(NotReady):
            feedback.verify_improvement(improvement, True, "看了值班表")
    assert [todo.what for todo in queries.todos(factories.who(case.adviser))] == ["改进措施"]
    with acting(factories.who(case.adviser), "改进"):
        with pytest.raises(Invalid):
            feedback.finish_improvement(improvement, "")
        feedback.finish_improvement(improvement, "十一月起周三延长")
        with pytest.raises(Refused):
            feedback.verify_improvement(improvement, True, "自己觉得好")
    assert [item.pk for item in queries.improvements(supervisor, unverified_only=True)] == [improvement.pk]
    with acting(supervisor, "验证"):
        feedback.verify_improvement(improvement, True, "两个月来周三晚上有十一人来")
        with pytest.raises(Conflict):
            feedback.verify_improvement(improvement, False, "改主意")
    shown = queries.improvements(head)[0]
    assert shown.feedback.answers["comment"] == "晚上不开门"
    assert (shown.result, shown.effective, shown.verification) == (
        "十一月起周三延长",
        True,
        "两个月来周三晚上有十一人来",
    )
    assert queries.improvements(supervisor, unverified_only=True) == []
    with acting(factories.who(case.adviser), "改进"), pytest.raises(Conflict):
        feedback.finish_improvement(improvement, "又改")


def test_whether_the_link_may_be_sent_depends_on_consent() -> None:
    from zhiyin.domain.people.consents import withdraw_consent
    from zhiyin.domain.people.models import Consent

    case = fc.walk_to(fc.case(), "followup")
    request, _ = asked(case)
    assert queries.may_contact(request)
    with acting(fc.client_of(case), "撤回"):
        withdraw_consent(
            Consent.objects.get(person=case.person, purpose="followup-contact"), by="self", channel="online"
        )
    assert not queries.may_contact(request)
