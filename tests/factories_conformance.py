"""An agency that does everything the measures look at, or one that has the same rows and did nothing of it.

Rows are laid directly: what is tested is what the measures read, not how the rows come about.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from tests import factories, factories_casework
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.agencies.models import Competence, Room, Staff, StaffKind
from zhiyin.domain.assessment.models import Result
from zhiyin.domain.audit.acting import SYSTEM, acting, record
from zhiyin.domain.casework.models import (
    Activity,
    Case,
    CaseAssistant,
    CaseEvent,
    CasePaper,
    Due,
    FormRecord,
    Goal,
    Need,
)
from zhiyin.domain.clients.models import Skill, Tag, Wish, Work
from zhiyin.domain.documents.models import Document, DocumentStep, Wording
from zhiyin.domain.files.models import StoredFile
from zhiyin.domain.matching.models import MatchChoice, MatchRun
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.planning.models import CareerReport
from zhiyin.domain.quality.models import Complaint, ComplaintStep, FeedbackRequest, Improvement
from zhiyin.domain.scheduling.models import Appointment
from zhiyin.domain.sittings.models import Sitting

DONE = (
    "intake.recorded",
    "needs.recorded",
    "environment.recorded",
    "agreement.drafted",
    "agreement.signed_client",
    "agreement.signed_agency",
    "plan.agreed",
    "session.held",
    "assessment.completed",
    "report.issued",
    "report.handed_over",
    "closing.recorded",
    "followup.done",
    "feedback.requested",
)
NOT_DONE = ("agreement.drafted", "plan.agreed", "session.held")


@dataclass(frozen=True)
class World:
    organisation: Organisation
    head: Membership
    case: Case


def world(*, good: bool) -> World:
    """An agency with one closed case and one in work, half a year and more old, and everything around them."""
    organisation = factories.agency(
        **(
            {
                "registration_proof": "事业单位法人证书",
                "registration_until": timezone.localdate() + timedelta(days=400),
                "address": "江滨路 1 号",
                "opening_hours": "周一至周五 9:00–17:00",
            }
            if good
            else {"complaint_phone": ""}
        )
    )
    head = factories.member(organisation, Role.SECTION_HEAD)
    adviser = factories.member(organisation)
    now = timezone.now()
    case = factories_casework.case(adviser=adviser, opened=now - timedelta(days=250))
    later = factories_casework.case(file=case.file, adviser=adviser, opened=now - timedelta(days=200))
    with acting(factories.who(head), "统计上报" if good else ""):
        record("clients.exported", rows=1)
    with acting(SYSTEM, "arrange"):
        _staff(organisation, adviser, good)
        _file(case, good)
        _case(case, good, closed=True)
        _case(later, good, closed=False)
        _papers(case, good)
        _said(case, head, adviser, good)
        _met(case, adviser, good)
    case.refresh_from_db()
    return World(organisation, head, case)


def _staff(organisation: Organisation, adviser: Membership, good: bool) -> None:
    today = timezone.localdate()
    rows = Staff.objects.filter(organisation=organisation)
    if good:
        rows.update(background_checked_on=today, level=1)
        aid = factories.member(organisation, Role.FRONT_DESK)
        Staff.objects.filter(user=aid.user).update(kind=StaffKind.OPERATIONS, education="college", level=None)
        rows.filter(user=aid.user).update(background_checked_on=today)
        for staff in rows:
            for area in Competence.Area.values:
                Competence.objects.create(
                    staff=staff, area=area, evidence="考核", assessed_by="专家组", assessed_on=today
                )
    else:
        old = today - timedelta(days=900)
        rows.update(level=None, education="college", education_proof="", ethics_signed_on=None, law_trained_on=old)
        aid = factories.member(organisation, Role.FRONT_DESK)
        rows.filter(user=aid.user).update(
            kind=StaffKind.OPERATIONS, education="senior", ethics_signed_on=None, law_trained_on=old, level=None
        )
    Room.objects.create(organisation=organisation, name="一号室", is_soundproof=good, is_safe=good, is_accessible=good)


def _file(case: Case, good: bool) -> None:
    file = case.file
    today = timezone.localdate()
    Tag.objects.create(file=file, code="hardship", proof="认定表" if good else "")
    if good:
        file.education_level, file.employment_status, file.hobbies, file.hobbies_on = (
            "college",
            "unemployed",
            "木工",
            today,
        )
        Work.objects.create(file=file, employer="甲厂", post="操作工", started=today - timedelta(days=900))
        Skill.objects.create(file=file, name="电工")
        Wish.objects.create(file=file, title="电工", reason="做得来")
        file.person.origin = "tw"
        file.person.save(update_fields=["origin"])
    else:
        file.education_level, file.employment_status, file.adviser = "", "", None
        file.education.all().delete()
        file.work.all().delete()
        file.skills.all().delete()
        file.certificates.all().delete()
        file.wishes.all().delete()
    file.save()


def _event(case: Case, kind: str, days: int) -> CaseEvent:
    at = case.opened_at + timedelta(days=days)
    return CaseEvent.objects.create(
        case=case, kind=kind, happened_at=at, recorded_at=at, actor_kind="system", actor_id="system", actor_name="系统"
    )


def _case(case: Case, good: bool, *, closed: bool) -> None:
    now = timezone.now()
    kinds = DONE if good else NOT_DONE
    for place, kind in enumerate(kinds):
        event = _event(case, kind, 0 if kind == "intake.recorded" else 5 + place)
        if kind == "session.held" and good:
            FormRecord.objects.create(
                case=case, person=case.person, form="session-record", form_version=1, event=event, submitted_at=now
            )
    if good:
        FormRecord.objects.create(case=case, person=case.person, form="closing", form_version=1, submitted_at=now)
        if not closed:
            CaseEvent.objects.create(
                case=case,
                kind="plan.changed",
                happened_at=now,
                recorded_at=now,
                actor_kind="system",
                actor_id="system",
                actor_name="系统",
            )
    need = Need.objects.create(case=case, text="找份离家近的工作")
    goal = Goal.objects.create(
        case=case,
        title="上岗",
        basis="需求调查第一条" if good else "",
        attainment=("reached" if good else "") if closed else "",
    )
    if closed and not good:
        Goal.objects.create(case=case, title="考证", attainment="not")
    past = timezone.localdate() - timedelta(days=30)
    Activity.objects.create(
        case=case,
        goal=goal,
        need=need if good else None,
        kind="session",
        title="会谈",
        who="both",
        due_on=past,
        state="done" if good else "planned",
        done_at=now,
    )
    CaseAssistant.objects.create(case=case, membership=case.adviser, task="整理记录", done_at=now if good else None)
    Due.objects.filter(case=case).delete()
    if not good:
        Due.objects.create(
            case=case,
            organisation=case.organisation,
            adviser=case.adviser,
            key="x",
            step="needs",
            what="补",
            due_on=past,
        )
    Case.objects.filter(pk=case.pk).update(
        closed_at=now - timedelta(days=120) if closed else None,
        status="closed" if closed else "open",
        service_kind="planning" if good else "",
    )


def _papers(case: Case, good: bool) -> None:
    now = timezone.now()
    wording, _ = Wording.objects.get_or_create(
        hash="c" * 64, defaults={"template": "career-report", "version": 1, "body": {}}
    )
    stored = StoredFile.objects.create(
        organisation=case.organisation, name="a.pdf", media_type="application/pdf", size=1, digest="d" * 64
    )
    made = [
        Document.objects.create(
            organisation=case.organisation,
            person=case.person,
            case_id=case.pk,
            template=template,
            template_version=1,
            wording=wording,
            snapshot=case.snapshot,
            title="文书",
            number=f"{case.organisation.code}-{template}" if good else "",
            archive=stored if good else None,
            state="handed_over",
            issued_at=now,
        )
        for template in ("career-report", "service-plan")
    ]
    report, plan = made
    sitting = Sitting.objects.create(
        organisation=case.organisation,
        person=case.person,
        case_id=case.pk,
        instrument="holland-interest",
        instrument_version=1,
        snapshot=case.snapshot,
        mode="online",
        token_digest=f"t{case.pk}",
        assigned_at=now,
        expires_at=now,
    )
    result = None
    if good:
        result = Result.objects.create(
            sitting=sitting,
            person=case.person,
            instrument="holland-interest",
            instrument_version=1,
            engine_version="1",
            scored_at=now,
        )
        DocumentStep.objects.create(document=report, kind="handed_over", happened_at=now)
        for each in Case.objects.filter(file=case.file):
            if each.pk == case.pk:
                CasePaper.objects.create(case=each, step="plan", document=plan)
            else:
                CasePaper.objects.create(case=each, step="plan", document=report)
    CareerReport.objects.create(document=report, case=case, result=result)
    run = MatchRun.objects.create(
        organisation=case.organisation,
        person=case.person,
        case_id=case.pk,
        snapshot=case.snapshot,
        engine_version="1",
        run_at=now,
    )
    if good:
        MatchChoice.objects.create(run=run, code="4-07-03-01", verdict="consider", at=now)


def _said(case: Case, head: Membership, adviser: Membership, good: bool) -> None:
    now = timezone.now()
    today = timezone.localdate()
    # an unanswered request of a bad agency belongs to the case in work: the closed one was never asked
    asked = case if good else Case.objects.filter(file=case.file).exclude(pk=case.pk).get()
    request = FeedbackRequest.objects.create(
        case=asked,
        person=case.person,
        token_digest=f"f{case.pk}",
        asked_at=now - timedelta(days=90),
        expires_at=now,
        answered_at=now,
        overall=5 if good else 1,
        needs_handling=True,
        handled_at=now if good else None,
    )
    Improvement.objects.create(
        organisation=case.organisation,
        feedback=request,
        action="提前一天提醒",
        owner=head,
        due_on=today - timedelta(days=10),
        done_at=now if good else None,
        verified_at=now if good else None,
    )
    complaint = Complaint.objects.create(
        organisation=case.organisation,
        person=case.person,
        case=case,
        number="TS-1",
        kind="attitude",
        received_at=now - timedelta(days=60),
        handler=head if good else adviser,
        receipt_due_on=today - timedelta(days=55),
        answer_due_on=today - timedelta(days=40),
        state="closed",
    )
    for kind in ("answered", "response", "closed") if good else ():
        ComplaintStep.objects.create(
            complaint=complaint, kind=kind, by=head, by_name="沈", happened_at=now - timedelta(days=50)
        )


def _met(case: Case, adviser: Membership, good: bool) -> None:
    now = timezone.now()
    for days, mode in ((30, "face"), (25, "face"), (20, "video"), (10, "group")):
        start = now - timedelta(days=days)
        Appointment.objects.create(
            organisation=case.organisation,
            person=case.person,
            staff=adviser,
            topic="会谈",
            mode=mode,
            place="一号室" if good else "",
            starts_at=start,
            ends_at=start + timedelta(minutes=50),
            state="attended" if good else "booked",
        )
