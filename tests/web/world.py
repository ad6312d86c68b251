"""Two complete agencies made by the commands, and the ids that stand for the parameters of every address.

Whatever a route asks for is looked up here by the keyword of its parameter; one that nobody named is an error that
names the route, so that no address is left out of the walks.
"""

import copy
import io
import zipfile
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import pypdf
from django.db.models import QuerySet
from django.test import Client
from django.utils import timezone

from tests import (
    factories,
    factories_assessment,
    factories_casework,
    factories_clients,
    factories_documents,
    factories_employers,
    factories_files,
)
from tests.web.addresses import QUERY, Route, column, rows
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.agencies.models import Room, Staff
from zhiyin.domain.assessment.models import Result
from zhiyin.domain.audit.acting import SYSTEM, acting, record
from zhiyin.domain.casework import agreement, intake, plan
from zhiyin.domain.casework.models import Activity, Case, CaseAssistant, FormRecord, Goal
from zhiyin.domain.clients import commands as clients
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.clients.values import ENTRIES
from zhiyin.domain.conformance import commands as conformance
from zhiyin.domain.documents import remarks, volumes
from zhiyin.domain.documents.models import Document, Remark, Volume
from zhiyin.domain.files import commands as files
from zhiyin.domain.matching import commands as matching
from zhiyin.domain.matching.models import MatchRun
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people import commands as people
from zhiyin.domain.people import consents
from zhiyin.domain.people.models import AccessApproval, Consent, Guardian, IdentityDocument, Person
from zhiyin.domain.planning import papers, reports
from zhiyin.domain.quality import complaints, feedback
from zhiyin.domain.quality.models import Complaint, FeedbackRequest, Improvement
from zhiyin.domain.scheduling import commands as scheduling
from zhiyin.domain.scheduling.models import Appointment
from zhiyin.domain.sittings import commands as sittings
from zhiyin.domain.sittings.models import Sitting
from zhiyin.domain.sittings.queries import link_actor
from zhiyin.domain.standards import commands as standards
from zhiyin.domain.standards.models import ProfileChange

STAFF_ROLES = [role for role in Role if role not in {Role.CLIENT, Role.EMPLOYER_CONTACT}]


@dataclass
class Subject:
    """One client of an agency: what there is of them, by kind."""

    person: Person
    file: ClientFile
    case: Case | None = None
    account: Membership | None = None
    things: dict[str, list[Any]] = field(default_factory=dict)
    entries: list[tuple[str, Any]] = field(default_factory=list)

    def values(self, route: Route) -> list[dict[str, Any]]:
        """Parameters of ``route`` filled with what this person has; empty when something is lacking."""
        paired = "entry" in route.ids
        columns: dict[str, list[Any]] = {}
        for source, keyword in route.parameters:
            if paired and keyword in {"kind", "entry"}:
                columns[keyword] = [pair[keyword == "entry"] for pair in self.entries]
            else:
                columns[keyword] = column(source, self.things)
        query = "&".join(f"{kind}={self.things[kind][0]}" for kind in QUERY if self.things.get(kind))
        return list(rows(columns)) if route.parameters else [{"?": f"?{query}"}]


@dataclass
class Agency:
    organisation: Organisation
    members: dict[Role, Membership]
    subjects: list[Subject] = field(default_factory=list)
    things: dict[str, list[Any]] = field(default_factory=dict)

    def values(self, route: Route) -> list[dict[str, Any]]:
        """Parameters of ``route`` filled with what belongs together; every thing and every word occurs."""
        for source, keyword in route.parameters:
            if source.startswith("?"):
                raise LookupError(
                    f"{route.name} ({route.pattern}): tests/web/addresses.py does not know what <{keyword}> is"
                )
        made = list(rows({keyword: column(source, self.things) for source, keyword in route.parameters}))
        for subject in self.subjects:
            made += subject.values(route)
        if not made:
            raise LookupError(f"{route.name}: nobody in tests/web/world.py has what {route.pattern} shows")
        return list({route.address(one): one for one in made}.values())

    @property
    def names(self) -> list[str]:
        """What nobody elsewhere may read: names, numbers and ids of this agency's clients."""
        found = [str(pk) for pk in self.things.get("person", [])]
        for subject in self.subjects:
            person = subject.person
            found += [person.name, str(person.pk), str(subject.file.pk), subject.file.number]
            found += [guardian.name for guardian in person.guardians.all()]
            if subject.case is not None:
                found += [subject.case.number, str(subject.case.pk)]
        return found


@dataclass
class World:
    a: Agency
    b: Agency
    signed_in: dict[str, Client]

    @property
    def numbers(self) -> list[str]:
        """Identity numbers and phones of everybody, which are shown only where somebody asks for one."""
        found = []
        for agency in (self.a, self.b):
            for subject in agency.subjects:
                found += [document.number for document in subject.person.documents.all()]
                found += [subject.person.phone or ""]
                found += [(guardian.contact or {}).get("phone", "") for guardian in subject.person.guardians.all()]
        return [number for number in found if number]


# -- building ----------------------------------------------------------------------------------------------------------

ANSWERS_LOW = {"overall": 2, "comment": "等了很久"}


def build() -> World:
    """Both agencies with everything; call it inside a transaction that is rolled back."""
    factories_assessment.catalogue()
    a = _agency(
        "临江职业指导中心",
        "LJA",
        ("欧阳慧敏", "司徒文博", "上官雨桐", "诸葛小满", "端木长青", "东方既明", "令狐一川"),
        13800000000,
    )
    b = _agency(
        "青岩职业指导中心",
        "QYB",
        ("尉迟恭禾", "澹台若水", "公冶知秋", "钟离小鹿", "濮阳向晚", "赫连向阳", "宇文照野"),
        13900000000,
    )
    signed_in = {str(role): sign_in(member) for role, member in a.members.items()}
    for letter, agency in (("A", a), ("B", b)):
        for number, subject in enumerate(agency.subjects[:3], start=1):
            assert subject.account is not None
            signed_in[f"client {letter}{number}"] = sign_in(subject.account)
    return World(a, b, signed_in)


class _Steady(Client):
    """Keeps its cookies whatever an answer says: signing out in one walk is not signing out in the next."""

    def request(self, **request: Any) -> Any:
        kept = copy.deepcopy(self.cookies)
        try:
            return super().request(**request)
        finally:
            self.cookies = kept


def sign_in(membership: Membership) -> Client:
    """A browser in which ``membership`` has signed in and chosen that role."""
    client = _Steady()
    client.force_login(membership.user)
    session = client.session
    session["membership"] = str(membership.pk)
    session.save()
    return client


def _agency(name: str, code: str, names: tuple[str, ...], phone: int) -> Agency:
    organisation = factories.agency(name=name, code=code)
    members = {role: factories.member(organisation, role, name=f"{code}{role.label}") for role in STAFF_ROLES}
    members[Role.EMPLOYER_CONTACT] = factories.member(organisation, Role.EMPLOYER_CONTACT, name=f"{code}用人单位")
    with acting(SYSTEM, "arrange"):
        room = Room.objects.create(organisation=organisation, name=f"{code}一号室", is_accessible=True)
        record("test.room", room)
    agency = Agency(organisation, members)
    for index, make in enumerate((_amid, _closed, _minor, _child, _asked, _before_sign_off)):
        agency.subjects.append(make(agency, names[index], str(phone + index)))
    for subject in agency.subjects:
        _collect(subject)
    # registered at the counter, not received yet
    with acting(factories.who(members[Role.FRONT_DESK]), "接待新来访者"):
        newcomer = factories.person(name=names[-1], birth=date(1988, 8, 8))
    memberships = Membership.objects.filter(organisation=organisation).order_by("pk")
    with acting(factories.who(members[Role.SECTION_HEAD]), "旧文书归档"):
        volumes.take_in(
            organisation,
            files.store(organisation, "旧协议.png", factories_documents.png()),
            archive_class="agreement",
            number=f"{code} 旧 1",
            title="校企合作协议",
            dated_on=date(2021, 5, 6),
            subject="本地一所学校",
        )
    with acting(factories.who(members[Role.SECTION_HEAD]), "条款自评"):
        proof = conformance.add_evidence(
            organisation,
            "SVC-3.4",
            note=f"{code}设备清单",
            dated=timezone.localdate(),
            name="清单.png",
            content=factories_documents.png(),
        )
        conformance.run(organisation, "SVC")
    agency.things = {
        "person": [newcomer.pk],
        "proof": [proof.pk],
        "volume": _keys(Volume.objects.filter(organisation=organisation)),
        "membership": _keys(memberships),
        "user": list(memberships.values_list("user_id", flat=True)),
        "staff": _keys(Staff.objects.filter(organisation=organisation)),
        "room": _keys(Room.objects.filter(organisation=organisation)),
        "change": [_change(members).pk],
        **factories_employers.workplace(agency.subjects[0].file),
    }
    return agency


def _subject(agency: Agency, name: str, phone: str, birth: date, **first: Any) -> Subject:
    person = factories.person(name=name, birth=birth, phone=phone, address=f"望亭街道{phone[-4:]}号", email="")
    if person.age() < 18:
        factories.guardian(person, name=f"{name[:2]}守业", phone=f"137{phone[3:]}")
    file = factories_clients.client_file(person, agency.organisation, agency.members[Role.ADVISER], **first)
    return Subject(person, file)


def _account(subject: Subject) -> None:
    membership = factories.member(subject.file.organisation, Role.CLIENT, name=subject.person.name)
    with acting(SYSTEM, "arrange"):
        subject.person.user = membership.user
        subject.person.save(update_fields=["user"])
        record("test.linked", subject.person)
    subject.account = membership


def _case(agency: Agency, subject: Subject, step: str) -> Case:
    case = factories_casework.case(adviser=agency.members[Role.ADVISER], file=subject.file)
    subject.case = factories_casework.walk_to(case, step)
    return subject.case


def _amid(agency: Agency, name: str, phone: str) -> Subject:
    """An adult in mid-service: everything has begun and little has ended."""
    subject = _subject(agency, name, phone, date(1985, 5, 20), groups=["older"])
    _account(subject)
    adviser = factories.who(agency.members[Role.ADVISER])
    with acting(SYSTEM, "arrange"):
        _fill_file(subject.file)
        evidence = files.store(agency.organisation, "同意书.docx", factories_files.docx(), person=subject.person)
        consents.give_consent(
            subject.person, agency.organisation, "file", by=Consent.By.SELF, channel="paper", evidence=evidence
        )
    case = _case(agency, subject, "delivery")
    result = factories_assessment.result(subject.file, case_id=case.pk)
    sitting, token = factories_assessment.assigned(subject.file, case_id=case.pk)
    subject.things["sitting_token"] = [token]
    with acting(link_actor(sitting), "作答"):
        sittings.start(sitting)
        for item, value in list(factories_assessment.answers().items())[:5]:
            sittings.answer(sitting, item, value, client_key=f"{sitting.pk}-{item}")
    with acting(adviser, "arrange"):
        run = matching.run(subject.person, case_id=case.pk, result=result)
        matching.confirm(run, run.ranks[0]["code"], "consider", "离家近")
        plan.add_unplanned(
            case,
            title="问三家机构的学费",
            kind="self-task",
            who="client",
            due_on=timezone.localdate() + timedelta(days=7),
            reason="本人想先知道要花多少钱",
        )
        intake.save_draft(case, "environment-analysis", {"family_supports": "爱人支持"})
        intake.add_assistant(case, agency.members[Role.ASSESSOR], "帮着读题")
        book(agency, subject, 2)
        remarks.remark(reports.draft_report(case), "advice", "这一段再写具体些")
    with acting(SYSTEM, "arrange"):
        papers.draft_for(SYSTEM, subject.file, "ability-improvement-plan", case=case)
    return subject


def _fill_file(file: ClientFile) -> None:
    clients.add_entry(file, "education", school="县卫生学校", level="vocational", started="2001-09-01")
    clients.add_entry(file, "work", employer="一家药店", post="营业员", started="2008-03-01", ended="2025-12-01")
    clients.add_entry(file, "skill", name="认药和理货", kind="skill")
    clients.add_entry(file, "certificate", name="医药商品购销员证", number="9901234")
    clients.add_entry(file, "wish", title="养老护理员", occupation="4-14-01-02", reason="愿意照顾人", strength=3)
    clients.change_file(
        file,
        file.version,
        family={"members": "爱人和一个孩子", "supports": "支持再学半年", "limits": "下午接孩子"},
        health={"words": "腰不好，不能久站"},
    )


def book(agency: Agency, subject: Subject, days: int) -> Appointment:
    starts = timezone.now().replace(minute=0, second=0, microsecond=0) + timedelta(
        days=days, hours=len(agency.subjects)
    )
    return scheduling.book(
        subject.person,
        agency.organisation,
        agency.members[Role.ADVISER],
        topic="看测评结果",
        mode="face",
        starts_at=starts,
        ends_at=starts + timedelta(minutes=50),
        room=Room.objects.get(organisation=agency.organisation),
        case_id=subject.case.pk if subject.case else None,
    )


def _closed(agency: Agency, name: str, phone: str) -> Subject:
    """A case that ended badly enough: low feedback, an improvement, an answered complaint."""
    subject = _subject(agency, name, phone, date(1979, 11, 2))
    _account(subject)
    case = _case(agency, subject, "followup")
    with acting(factories.who(agency.members[Role.ADVISER]), "arrange"):
        from zhiyin.domain.casework import delivery

        delivery.follow_up(case, "day30", factories_casework.FOLLOW_UP)
    request = factories_casework.answer_feedback(case, ANSWERS_LOW)
    head = agency.members[Role.SECTION_HEAD]
    with acting(factories.who(head), "arrange"):
        feedback.handle_feedback(request, "已打电话说明")
        feedback.plan_improvement(
            request, "前台多排一个人", agency.members[Role.SUPERVISOR], timezone.localdate() + timedelta(days=20)
        )
    with acting(factories_clients.client_actor(subject.file), "arrange"):
        complaint = complaints.file_complaint(case, factories_casework.COMPLAINT)
    with acting(factories.who(head), "arrange"):
        complaints.assign_complaint(complaint, agency.members[Role.SUPERVISOR])
    with acting(factories.who(agency.members[Role.SUPERVISOR]), "arrange"):
        complaints.acknowledge(complaint)
        complaints.investigate(complaint, "问过前台")
        complaints.answer(complaint, "向您道歉，已经换人")
    # a test outside of any case
    factories_assessment.result(subject.file)
    return subject


def _minor(agency: Agency, name: str, phone: str) -> Subject:
    """Fifteen years old, with a guardian, before an agreement that lies ready to be signed."""
    subject = _subject(agency, name, phone, timezone.localdate() - timedelta(days=15 * 366))
    _account(subject)
    case = _case(agency, subject, "agreement")
    with acting(factories.who(agency.members[Role.ADVISER]), "arrange"):
        agreement.draft_agreement(case)
        agreement.offer_agreement(case)
        book(agency, subject, 3)
    return subject


def _child(agency: Agency, name: str, phone: str) -> Subject:
    """Under fourteen: the adviser was let in by the section head, the assessor has asked."""
    subject = _subject(agency, name, phone, timezone.localdate() - timedelta(days=10 * 366))
    approve = timezone.localdate() + timedelta(days=90)
    for role in (Role.ADVISER, Role.ASSESSOR):
        with acting(factories.who(agency.members[role]), "arrange"):
            approval = people.request_child_access(subject.person, "为孩子提供职业启蒙")
        if role == Role.ADVISER:
            with acting(factories.who(agency.members[Role.SECTION_HEAD]), "arrange"):
                people.decide_child_access(approval, True, approve)
    _case(agency, subject, "needs")
    return subject


def _asked(agency: Agency, name: str, phone: str) -> Subject:
    """Closed, and asked for feedback by a link that nobody has used."""
    subject = _subject(agency, name, phone, date(1993, 3, 9))
    _account(subject)
    case = _case(agency, subject, "followup")
    with acting(factories.who(agency.members[Role.ADVISER]), "arrange"):
        _, token = feedback.request_feedback(case)
    subject.things["feedback_token"] = [token]
    subject.things["sitting_token"] = [factories_assessment.assigned(subject.file)[1]]
    return subject


def _before_sign_off(agency: Agency, name: str, phone: str) -> Subject:
    """A report that lies with the supervisor."""
    subject = _subject(agency, name, phone, date(1990, 7, 1))
    case = _case(agency, subject, "report")
    with acting(factories.who(agency.members[Role.ADVISER]), "arrange"):
        report = reports.report_of(case)
        assert report is not None
        reports.edit_report(case, report.version, factories_casework.ADVICE)
        reports.submit_report(case)
        sittings.assign(subject.person, agency.organisation, case_id=case.pk, mode=Sitting.Mode.READ)
    return subject


def _change(members: dict[Role, Membership]) -> ProfileChange:
    """A draft of the adviser's."""
    wanted = {
        "definition": {"kind": "form", "id": "intake"},
        "at": "",
        "set": {"title": "来访登记"},
        "why": "大家这样叫",
    }
    with acting(factories.who(members[Role.ADVISER]), "arrange"):
        return standards.propose(
            members[Role.ADVISER].organisation, title="改表单名称", operations={"alter": [wanted]}, why="大家这样叫"
        )


def _keys(rows: QuerySet[Any]) -> list[Any]:
    return list(rows.values_list("pk", flat=True))


def _collect(subject: Subject) -> None:
    """Ids of everything there is of a person, by kind."""
    person, case = subject.person, subject.case
    subject.things |= {
        "person": [person.pk],
        "file": [subject.file.pk],
        "case": [case.pk] if case else [],
        "record": _keys(FormRecord.objects.filter(person=person)),
        "goal": _keys(Goal.objects.filter(case=case)),
        "activity": _keys(Activity.objects.filter(case=case)),
        "assistant": _keys(CaseAssistant.objects.filter(case=case)),
        "paper": _keys(Document.objects.filter(person=person)),
        "remark": _keys(Remark.objects.filter(document__person=person)),
        "check_code": list(
            Document.objects.filter(person=person).exclude(check_code="").values_list("check_code", flat=True)
        ),
        "appointment": _keys(Appointment.objects.filter(person=person)),
        "sitting": _keys(Sitting.objects.filter(person=person)),
        "result": _keys(Result.objects.filter(person=person)),
        "run": _keys(MatchRun.objects.filter(person=person)),
        "feedback": _keys(FeedbackRequest.objects.filter(person=person)),
        "improvement": _keys(Improvement.objects.filter(feedback__person=person)),
        "complaint": _keys(Complaint.objects.filter(person=person)),
        "approval": _keys(AccessApproval.objects.filter(person=person)),
        "guardian": _keys(Guardian.objects.filter(person=person)),
        "consent": _keys(Consent.objects.filter(person=person)),
        "identity": _keys(IdentityDocument.objects.filter(person=person)),
    }
    for kind, model in ENTRIES.items():
        subject.entries += [(kind, pk) for pk in _keys(model._default_manager.filter(file=subject.file))]


# -- reading answers ---------------------------------------------------------------------------------------------------


def words_of(response: Any) -> str:
    """What a person can read in a response of any kind: page, data, PDF, Word or Excel."""
    body = response.getvalue() if hasattr(response, "getvalue") else response.content
    if body.startswith(b"%PDF-"):
        return "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages)
    if body.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return str(body.decode("utf-8", "replace"))
