"""Who may open, read and work on a case; two people on one record; all or nothing."""

from collections.abc import Callable

import pytest
from django.utils import timezone

from tests import factories
from tests import factories_casework as fc
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import Actor, acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.casework import agreement, delivery, intake, plan, policies, queries
from zhiyin.domain.casework.models import Case, CaseEvent, FormRecord
from zhiyin.domain.documents.models import Document
from zhiyin.domain.people.queries import person_actor
from zhiyin.kernel.errors import Conflict, NotReady, Refused, WriteRefused

pytestmark = pytest.mark.django_db


def outsiders(case: Case) -> dict[str, Actor]:
    """Everybody who may not work on the case."""
    elsewhere = factories.agency()
    stranger = factories.person(name="陌生人")
    return {
        "another adviser": factories.who(factories.member(case.organisation)),
        "another agency": factories.who(factories.member(elsewhere, Role.SECTION_HEAD)),
        "front desk": factories.who(factories.member(case.organisation, Role.FRONT_DESK)),
        "supervisor": factories.who(fc.supervisor_of(case)),
        "administrator": factories.who(factories.member(case.organisation, Role.SYSTEM_ADMIN)),
        "client": fc.client_of(case),
        "another client": person_actor(stranger, case.organisation_id),
        "link": Actor(kind="link", id="link", target=str(case.pk), organisation_id=case.organisation_id),
    }


def refused(who: Actor, act: Callable[[], object]) -> bool:
    try:
        with acting(who, "试"):
            act()
    except Refused:
        return True
    return False


def test_only_the_responsible_adviser_and_the_section_head_work_on_a_case() -> None:
    case = fc.walk_to(fc.case(), "delivery")
    acts = {
        "session": lambda: delivery.hold_session(case, fc.SESSION, happened_at=timezone.now(), minutes=60, mode="face"),
        "draft": lambda: intake.save_draft(case, "session-record", {"topic": "x"}),
        "pause": lambda: intake.pause(case, "原因"),
        "plan": lambda: plan.reopen_plan(case, "原因"),
        "close": lambda: delivery.close_case(case, fc.CLOSING),
        "goal": lambda: plan.judge_goal(case.goals.get(), "reached"),
        "agreement": lambda: agreement.change_agreement(case, 1, editable={}),
    }
    events = case.events.count()
    allowed = [
        (who_name, act_name)
        for who_name, who in outsiders(case).items()
        for act_name, act in acts.items()
        if not refused(who, act)
    ]
    assert allowed == []
    assert case.events.count() == events
    head = factories.who(factories.member(case.organisation, Role.SECTION_HEAD))
    with acting(head, "代办"):
        acts["session"]()
    assert case.events.count() == events + 1
    with pytest.raises(WriteRefused):
        acts["session"]()


def test_reach() -> None:
    case = fc.case()
    other = fc.case()
    for who, reached in (
        (factories.who(case.adviser), True),
        (factories.who(factories.member(case.organisation)), True),
        (factories.who(factories.member(case.organisation, Role.FRONT_DESK)), True),
        (fc.client_of(case), True),
        (factories.who(other.adviser), False),
        (fc.client_of(other), False),
        (factories.who(factories.member(case.organisation, Role.AUDIT_ADMIN)), False),
        (Actor(kind="link", id="link", target=str(case.pk)), False),
    ):
        assert policies.scope(who).filter(pk=case.pk).exists() is reached, who
        assert policies.can(who, "casework.read", case) is reached, who
        assert (queries.get_case(who, case.pk) is not None) is reached, who


def test_a_case_is_opened_by_staff_of_the_file_s_agency() -> None:
    case = fc.case()
    for who in (
        factories.who(factories.member(case.organisation, Role.SUPERVISOR)),
        factories.who(factories.member(factories.agency())),
        fc.client_of(case),
    ):
        with acting(who, "建案"), pytest.raises(Exception) as refusal:
            intake.open_case(case.file, service_kind="planning", adviser=case.adviser)
        assert type(refusal.value).__name__ in {"Refused", "Invalid"}
    assert Case.objects.count() == 1


def test_the_front_desk_records_the_intake_and_nothing_else() -> None:
    case = fc.case()
    desk = factories.who(factories.member(case.organisation, Role.FRONT_DESK))
    with acting(desk, "接待"):
        fc.do_intake(case)
        with pytest.raises(Refused):
            fc.do_needs(case)
    case.refresh_from_db()
    assert case.stage == "needs"


def test_a_child_s_case_needs_approval() -> None:
    child = factories.person(birth=timezone.localdate().replace(year=timezone.localdate().year - 12, day=1))
    factories.guardian(child)
    head = factories.member(factories.agency(), Role.SECTION_HEAD)
    case = fc.case(adviser=head, person=child)
    adviser = factories.who(factories.member(case.organisation))
    assert not policies.can(adviser, "casework.read", case)
    assert policies.can(factories.who(head), "casework.work", case)


def test_two_advisers_on_one_draft() -> None:
    case = fc.walk_to(fc.case(), "delivery")
    head = factories.who(factories.member(case.organisation, Role.SECTION_HEAD))
    with fc.working(case):
        draft = intake.save_draft(case, "session-record", {"topic": "第一稿"})
    seen = draft.version
    with acting(head, "补充"):
        intake.save_draft(case, "session-record", {"topic": "科长改过"}, version=seen, draft=draft)
    with fc.working(case), pytest.raises(Conflict, match="还在"):
        intake.save_draft(case, "session-record", {"topic": "第二稿"}, version=seen, draft=draft)
    stored = FormRecord.objects.get(pk=draft.pk)
    assert stored.answers == {"topic": "科长改过"}
    with fc.working(case):
        submitted = delivery.hold_session(
            case, fc.SESSION, happened_at=timezone.now(), minutes=30, mode="phone", draft=stored
        )
        with pytest.raises(Conflict, match="已经提交"):
            intake.save_draft(case, "session-record", {"topic": "再改"}, draft=submitted)
    assert submitted.pk == draft.pk


def test_two_advisers_on_one_plan_and_one_agreement() -> None:
    case = fc.walk_to(fc.case(), "agreement")
    with fc.working(case):
        fc.draft_agreement(case)
        document = agreement.agreement_of(case)
        seen = document.version
        agreement.change_agreement(case, seen, editable={"extra_tasks": "一"})
        with pytest.raises(Conflict):
            agreement.change_agreement(case, seen, editable={"extra_tasks": "二"})
    document.refresh_from_db()
    assert document.editable["extra_tasks"] == "一"


class Killed(BaseException):
    """What a kill in the middle looks like from inside."""


@pytest.mark.usefixtures("home")
def test_a_kill_in_the_middle_leaves_nothing() -> None:
    case = fc.walk_to(fc.case(), "agreement")
    version, stage = case.version, case.stage
    events, audit = CaseEvent.objects.count(), AuditEvent.objects.count()
    written: list[int] = []

    def halfway() -> None:
        with acting(factories.who(case.adviser), "签协议"):
            fc.do_agreement(case)
            fc.do_plan(case)
            written.append(CaseEvent.objects.count() - events)
            raise Killed

    with pytest.raises(Killed):
        halfway()
    assert written[0] > 0
    case = Case.objects.get(pk=case.pk)
    assert (case.version, case.stage) == (version, stage)
    assert (CaseEvent.objects.count(), AuditEvent.objects.count()) == (events, audit)
    assert not Document.objects.exists()
    assert not case.papers.exists()
    assert not case.activities.exists()
    fc.walk_to(case, "delivery")
    assert case.stage == "delivery"


def test_a_command_refused_within_a_longer_act_takes_back_only_itself() -> None:
    case = fc.walk_to(fc.case(), "needs")
    with fc.working(case):
        with pytest.raises(NotReady, match="需求调查"):
            agreement.draft_agreement(case)
        fc.do_needs(case)
    case.refresh_from_db()
    assert case.stage == "agreement"
    assert not AuditEvent.objects.filter(action="documents.drafted").exists()


def test_pages_cost_the_same_however_long_the_case(django_assert_max_num_queries: object) -> None:
    case = fc.walk_to(fc.case(), "ended")
    who = factories.who(case.adviser)
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        queries.case_page(who, queries.get_case(who, case.pk))
    with django_assert_max_num_queries(10):  # type: ignore[operator]
        queries.home(who)
    with django_assert_max_num_queries(3):  # type: ignore[operator]
        list(queries.ledger(who, queries.LedgerFilters(words="欧阳")))
    with django_assert_max_num_queries(6):  # type: ignore[operator]
        queries.own_view(case.person)
