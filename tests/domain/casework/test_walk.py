"""A case from its opening to its end, by the commands, and the records it leaves."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests import factories_casework as fc
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit import chain
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.casework import agreement, delivery, events, intake, plan, queries
from zhiyin.domain.casework.models import Case, Due
from zhiyin.domain.files import commands as files
from zhiyin.domain.people.models import GuardianAuthority
from zhiyin.domain.planning import reports
from zhiyin.domain.sittings import commands as sittings
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused

pytestmark = pytest.mark.django_db

ORDER = ("needs", "agreement", "plan", "delivery", "report", "closing", "followup")


def projected(case: Case) -> dict[str, object]:
    case.refresh_from_db()
    dues = sorted(case.dues.values_list("key", "step", "what", "why", "due_on", "adviser_id", "waits_for"))
    return {
        "stage": case.stage,
        "status": case.status,
        "steps": case.steps,
        "next": case.next_due_on,
        "late": case.late_count,
        "closed": case.closed_at,
        "dues": dues,
    }


def recomputed(case: Case) -> dict[str, object]:
    """The projections made from nothing but the events."""
    with acting(factories.who(case.adviser), "重算"):
        Due.objects.filter(case=case).delete()
        Case.objects.filter(pk=case.pk).update(stage="", status="", steps=[], next_due_on=None, late_count=0)
        events.project(Case.objects.select_related("organisation").get(pk=case.pk))
    return projected(case)


@pytest.mark.usefixtures("home")
def test_every_step_is_reached_and_the_projections_equal_the_events() -> None:
    case = fc.case()
    for step in ORDER:
        fc.walk_to(case, step)
        assert case.stage == step
        assert projected(case) == recomputed(case)
    assert case.status == "following"
    assert case.closed_at is not None
    fc.walk_to(case, "ended")
    assert case.status == "ended"
    assert projected(case) == recomputed(case)
    assert not case.dues.exists()

    kinds = set(AuditEvent.objects.filter(person_id=case.person_id).values_list("action", flat=True))
    assert {f"casework.{kind}" for kind in case.events.values_list("kind", flat=True)} <= kinds
    verdict = chain.verify()
    assert verdict.faults == []
    assert verdict.chains[f"agency:{case.organisation_id}"] > 50


@pytest.mark.usefixtures("home")
def test_a_service_entered_late_keeps_both_times() -> None:
    opened = timezone.now() - timedelta(days=40)

    def at(day: int) -> datetime:
        return opened + timedelta(days=day)

    case = fc.case(opened=opened)
    with acting(factories.who(case.adviser), "补登纸质记录"):
        fc.do_intake(case, at(1))
        fc.do_needs(case, at(3))
        agreement.draft_agreement(case, happened_at=at(4))
        scan = files.store(case.organisation, "协议.pdf", b"%PDF-1.7 scan")
        for role, name in (("client", case.person.name), ("agency", case.adviser.user.name)):
            agreement.sign_agreement(case, role, "paper", name=name, scan=scan, signed_at=at(5))
        fc.do_plan(case, at(8))
        fc.do_delivery(case, at(20))
    for event in case.events.exclude(kind="report.drafted"):
        assert event.recorded_at - event.happened_at > timedelta(days=19)
    page = queries.case_page(factories.who(case.adviser), case)
    assert [line.kind for line in page.timeline if not line.late_entry] == []
    steps = {step["id"]: step for step in projected(case)["steps"]}
    assert steps["agreement"]["completed_at"] == at(5).isoformat()
    assert steps["needs"]["due_on"] is not None
    assert case.stage == "report"
    assert projected(case) == recomputed(case)
    assert chain.verify().faults == []


def test_an_entry_may_not_lie_before_what_it_rests_on() -> None:
    case = fc.walk_to(fc.case(opened=timezone.now() - timedelta(days=10)), "agreement")
    with acting(factories.who(case.adviser), "补登"), pytest.raises(Invalid) as fault:
        agreement.draft_agreement(case, happened_at=timezone.now() - timedelta(days=9))
    assert list(fault.value.errors) == ["happened_at"]
    with acting(factories.who(case.adviser), "补登"), pytest.raises(Invalid):
        agreement.draft_agreement(case, happened_at=timezone.now() + timedelta(hours=1))
    assert not case.papers.exists()


def test_a_minor_needs_the_guardian_s_signature() -> None:
    person = factories.person(birth=timezone.localdate() - timedelta(days=int(16.2 * 365)))
    guardian = factories.guardian(person)
    case = fc.walk_to(fc.case(person=person), "agreement")
    assert agreement.signers(case) == ["client", "guardian", "agency"]
    with fc.working(case):
        fc.draft_agreement(case)
        fc.sign(case, "client")
        with pytest.raises(NotReady, match="监护人先签"):
            fc.sign(case, "agency")
        with pytest.raises(Invalid) as fault:
            agreement.sign_agreement(case, "guardian", "typed", name="别人", guardian=guardian)
        assert "name" in fault.value.errors
        fc.sign(case, "guardian")
        fc.sign(case, "agency")
    case.refresh_from_db()
    assert case.stage == "plan"
    document = agreement.agreement_of(case)
    assert document is not None
    assert document.state == "issued"
    assert {signature.role for signature in document.signatures.all()} == {"client", "guardian", "adviser"}


def test_an_entrusted_carer_cannot_sign_for_a_minor() -> None:
    person = factories.person(birth=timezone.localdate() - timedelta(days=int(15.2 * 365)))
    factories.guardian(person)
    carer = factories.guardian(person, name="欧阳秀英", relation="祖母", authority=GuardianAuthority.ENTRUSTED)
    case = fc.walk_to(fc.case(person=person), "agreement")
    with fc.working(case):
        fc.draft_agreement(case)
        fc.sign(case, "client")
        with pytest.raises(Invalid) as fault:
            agreement.sign_agreement(case, "guardian", "typed", name=carer.name, guardian=carer)
    assert "guardian" in fault.value.errors


def test_a_returning_client_gets_a_second_case_on_the_same_file() -> None:
    first = fc.walk_to(fc.case(), "ended")
    second = fc.case(adviser=first.adviser, file=first.file)
    assert second.number != first.number
    assert second.file_id == first.file_id
    assert second.stage == "intake"
    fc.walk_to(second, "agreement")
    first.refresh_from_db()
    assert first.status == "ended"
    view = queries.own_view(first.person)
    assert [own.case.pk for own in view.cases] == [second.pk, first.pk]


def test_a_declined_test_lets_the_case_close() -> None:
    case = fc.walk_to(fc.case(), "delivery")
    with fc.working(case):
        sitting, _ = sittings.assign(case.person, case.organisation, case_id=case.pk)
        fc.do_delivery(case)
        fc.do_report(case)
        plan.judge_goal(case.goals.get(), "reached")
        assert delivery.obstacles(case) == ["有 1 次测评既没有完成，也没有说明不做"]
        with pytest.raises(NotReady):
            delivery.close_case(case, fc.CLOSING)
        sittings.decline(sitting, "本人说看书就头疼")
        delivery.close_case(case, fc.CLOSING)
    case.refresh_from_db()
    assert case.status == "following"


def test_a_report_of_grade_four_is_returned_then_signed_off() -> None:
    adviser = factories.member(factories.agency(), level=4)
    case = fc.walk_to(fc.case(adviser=adviser), "report")
    supervisor = factories.who(fc.supervisor_of(case))
    with fc.working(case):
        document = reports.report_of(case)
        assert document is not None
        reports.edit_report(case, document.version, fc.ADVICE)
        with pytest.raises(NotReady, match="签发"):
            reports.issue_report(case)
        reports.submit_report(case)
        with pytest.raises(NotReady):
            reports.edit_report(case, reports.report_of(case).version, fc.ADVICE)
    with acting(supervisor, "审签"):
        reports.return_report(case, "路径写得太远，先写三个月")
    with fc.working(case):
        returned = reports.report_of(case)
        reports.edit_report(case, returned.version, {"advice_path": "三个月内报上名。"})
        with pytest.raises(NotReady):
            reports.issue_report(case)
        reports.submit_report(case)
    with acting(supervisor, "审签"):
        reports.sign_off_report(case)
    with fc.working(case):
        reports.issue_report(case)
        issued = reports.hand_over_report(case)
    assert issued.state == "handed_over"
    case.refresh_from_db()
    assert case.stage == "closing"
    assert case.events.filter(kind="report.returned").count() == 1


def test_nobody_signs_off_the_own_report() -> None:
    head = factories.member(factories.agency(), Role.SECTION_HEAD, level=None)
    case = fc.walk_to(fc.case(adviser=head), "report")
    with fc.working(case):
        reports.edit_report(case, reports.report_of(case).version, fc.ADVICE)
        reports.submit_report(case)
        with pytest.raises(Refused):
            reports.sign_off_report(case)


def test_paused_and_resumed() -> None:
    case = fc.walk_to(fc.case(), "agreement")
    with fc.working(case):
        with pytest.raises(Invalid):
            intake.pause(case, " ")
        intake.pause(case, "本人要住院两周")
        assert case.status == "paused"
        with pytest.raises(NotReady, match="暂停"):
            fc.draft_agreement(case)
        intake.resume(case)
        assert case.status == "open"
        with pytest.raises(NotReady):
            intake.resume(case)
        fc.draft_agreement(case)


def test_the_client_may_leave_at_any_time() -> None:
    case = fc.walk_to(fc.case(), "delivery")
    with acting(fc.client_of(case), "本人退出"):
        intake.withdraw(case, "")
    case.refresh_from_db()
    assert case.status == "withdrawn"
    assert not case.dues.exists()
    with fc.working(case), pytest.raises(NotReady, match="已经退出"):
        delivery.hold_session(case, fc.SESSION, happened_at=timezone.now(), minutes=30, mode="face")


def test_a_correction_supersedes_and_both_stay() -> None:
    case = fc.walk_to(fc.case(), "agreement")
    old = intake.latest(case, "needs-survey")
    assert old is not None
    changed = {**fc.NEEDS, "needs": [*fc.NEEDS["needs"], {"kind": "skill", "text": "想考护理证"}]}
    with fc.working(case):
        with pytest.raises(Invalid):
            intake.correct_form(old, changed, " ")
        new = intake.correct_form(old, changed, "本人补充")
        with pytest.raises(Conflict):
            intake.correct_form(case.records.get(pk=old.pk), changed, "再改")
    assert intake.latest(case, "needs-survey").pk == new.pk
    assert old.answers["needs"] == fc.NEEDS["needs"]
    assert [need.text for need in case.needs.all()] == ["不知道四十岁还能学什么", "想考护理证"]
    assert case.goals.count() == 1
