"""Reads about feedback and complaints: open lists, rates, one complaint on a page, what is to be done."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Avg, Count, Q
from django.utils import timezone

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import DESK_STAFF
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.casework import policies as case_policies
from zhiyin.domain.casework.models import Case
from zhiyin.domain.people import consents
from zhiyin.domain.quality import policies
from zhiyin.domain.quality.complaints import FORM, RESPONSE_FORM, Kind, form
from zhiyin.domain.quality.feedback import by_token
from zhiyin.domain.quality.feedback import form as feedback_form
from zhiyin.domain.quality.models import Complaint, ComplaintStep, FeedbackRequest, Improvement
from zhiyin.domain.standards.queries import active
from zhiyin.engines import forms
from zhiyin.kernel.crypto import Unreadable
from zhiyin.kernel.dates import relative_day
from zhiyin.packs.installed import registry

HIDDEN_NAME = "应本人要求不显示姓名"
STATES = {str(kind): kind.label for kind in Kind} | {"response": "已有本人意见", "appealed": "申请复核，待办"}


# -- feedback --------------------------------------------------------------------------------------------------------


def link_actor(request: FeedbackRequest) -> Actor:
    """The holder of a feedback link: may answer this request and nothing else."""
    return Actor(
        kind="link",
        id=f"feedback:{request.pk}",
        name="评价链接",
        organisation_id=request.case.organisation_id,
        person_id=request.person_id,
        target=str(request.pk),
    )


def open_by_token(token: str) -> FeedbackRequest | None:
    """The request of a link that can still be answered, otherwise None."""
    request = by_token(token)
    if request is None or request.answered_at is not None or timezone.now() >= request.expires_at:
        return None
    return request


def feedback_of(who: Actor, case: Case) -> FeedbackRequest | None:
    """The feedback on a case, with what was done about it; None where there is none or it is out of reach."""
    return (
        policies.feedback_scope(who)
        .filter(case=case)
        .select_related("person", "case__adviser__user", "handled_by__user")
        .prefetch_related("improvements__owner__user")
        .first()
    )


def may_contact(request: FeedbackRequest) -> bool:
    """Whether the client agreed to be contacted after the service; without it the link is handed over, never sent."""
    return consents.standing(request.person, request.case.organisation, "followup-contact").holds


def answered(request: FeedbackRequest) -> list[tuple[str, str]]:
    """The answers as label and words; empty when not answered or when the person's data were erased."""
    agency = request.case.organisation_id
    return _displayed(feedback_form(agency), request, "answers", agency)


def _displayed(definition: forms.FormDefinition, obj: Any, name: str, agency: uuid.UUID) -> list[tuple[str, str]]:
    try:
        answers = getattr(obj, name)
    except Unreadable:
        answers = None
    if not answers:
        return []
    return _lines(definition, answers, agency)


def _lines(definition: forms.FormDefinition, answers: Mapping[str, Any], agency: uuid.UUID) -> list[tuple[str, str]]:
    sections = forms.display(definition, answers, codelists=active(agency).codelists())
    return [line for _, lines in sections for line in lines]


def open_feedback(who: Actor) -> list[FeedbackRequest]:
    """Feedback that calls for handling and has no result yet, the oldest first."""
    return list(
        policies.feedback_scope(who, "quality.handle")
        .filter(needs_handling=True, handled_at=None)
        .select_related("person", "case__adviser__user")
        .order_by("answered_at")
    )


def said_of(who: Actor) -> list[FeedbackRequest]:
    """What clients of the own cases said, without name, case or day, in an order that tells nothing; one query."""
    if who.membership_id is None:
        return []
    found = policies.feedback_scope(who).filter(case__adviser_id=who.membership_id, answered_at__isnull=False)
    return list(found.select_related("person", "case__organisation").order_by("token_digest"))


def overdue_feedback(who: Actor, on: date | None = None) -> list[tuple[FeedbackRequest, int]]:
    """Feedback not handled within the term of ``xm-feedback-days``, with the days it is late; one query."""
    day = on or timezone.localdate()
    term = int(active(who.organisation_id).parameter("xm-feedback-days"))
    rows = ((one, (day - timezone.localdate(one.answered_at)).days - term) for one in open_feedback(who))
    return [(one, late) for one, late in rows if late > 0]


def satisfaction_by_month(who: Actor, months: int = 12) -> list[tuple[str, float, int]]:
    """(month, mean overall score, answers) of the latest months with answers, the earliest first; one query."""
    found: dict[str, list[int]] = {}
    rows = policies.feedback_scope(who).filter(answered_at__isnull=False, overall__isnull=False)
    for at, overall in rows.order_by("answered_at").values_list("answered_at", "overall"):
        found.setdefault(f"{timezone.localtime(at):%Y-%m}", []).append(overall)
    return [(month, round(sum(all_) / len(all_), 1), len(all_)) for month, all_ in sorted(found.items())[-months:]]


@dataclass(frozen=True)
class Response:
    """One adviser: how many clients were asked, how many answered, how they judged on the form's scale."""

    adviser: Membership
    asked: int
    answered: int
    overall: float | None

    @property
    def rate(self) -> float | None:
        """Share of answered requests, 0 to 1; None while nobody was asked."""
        return self.answered / self.asked if self.asked else None


def response_rates(who: Actor, *, since: date | None = None, until: date | None = None) -> list[Response]:
    """Response per adviser over requests made in a period (both days included); two queries."""
    found = policies.feedback_scope(who)
    if since is not None:
        found = found.filter(asked_at__date__gte=since)
    if until is not None:
        found = found.filter(asked_at__date__lte=until)
    rows = list(
        found.order_by()
        .values("case__adviser_id")
        .annotate(asked=Count("pk"), answered=Count("pk", filter=Q(answered_at__isnull=False)), overall=Avg("overall"))
    )
    members = Membership.objects.select_related("user").in_bulk([row["case__adviser_id"] for row in rows])
    found_rates = [
        Response(
            members[row["case__adviser_id"]],
            row["asked"],
            row["answered"],
            round(row["overall"], 1) if row["overall"] is not None else None,
        )
        for row in rows
    ]
    return sorted(found_rates, key=lambda item: (item.adviser.user.name, str(item.adviser.pk)))


def improvements(who: Actor, *, unverified_only: bool = False) -> list[Improvement]:
    """Improvements of the agency with their source feedback, the earliest term first."""
    found = Improvement.objects.filter(feedback__in=policies.feedback_scope(who))
    if unverified_only:
        found = found.filter(verified_at=None)
    return list(found.select_related("feedback__case", "feedback__person", "owner__user", "verified_by__user"))


def improvement(who: Actor, improvement_id: uuid.UUID) -> Improvement | None:
    """One improvement: within reach of those who handle quality, and of its owner whatever their role."""
    found = Improvement.objects.filter(organisation_id=who.organisation_id, pk=improvement_id)
    if not policies.can(who, "quality.handle"):
        found = found.filter(owner_id=who.membership_id)
    related = ("feedback__case__adviser__user", "feedback__person", "owner__user", "verified_by__user")
    return found.select_related(*related).first()


def possible_owners(who: Actor) -> list[Membership]:
    """Who may be asked to change something: the agency's desk."""
    return list(
        Membership.objects.active()
        .filter(organisation_id=who.organisation_id, role__in=[str(role) for role in DESK_STAFF])
        .select_related("user")
        .order_by("user__name", "role")
    )


# -- complaints ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """A complaint in a list. ``complainant`` and ``case_number`` are hidden where the client asked for it."""

    complaint: Complaint
    state_label: str
    kind_label: str
    complainant: str
    case_number: str
    next_due_on: date | None
    late_days: int


def _next_due(complaint: Complaint) -> date | None:
    if complaint.state in {Kind.RECEIVED, Kind.APPEALED}:
        return complaint.receipt_due_on
    if complaint.state in {Kind.ACKNOWLEDGED, Kind.INVESTIGATED}:
        return complaint.answer_due_on
    return None


def _row(who: Actor, complaint: Complaint) -> Row:
    # the person's own and the one who handles it have to know; a list on a shared screen need not show it
    shown = not complaint.name_hidden or who.kind in {"system", "job"} or who.person_id == complaint.person_id
    shown = shown or (who.membership_id is not None and complaint.handler_id == who.membership_id)
    due_on = _next_due(complaint)
    return Row(
        complaint=complaint,
        state_label=STATES[complaint.state],
        kind_label=registry().get("codelist", "complaint-kind").label(complaint.kind),
        complainant=complaint.person.name if shown else HIDDEN_NAME,
        case_number=complaint.case.number if shown else "",
        next_due_on=due_on,
        late_days=max((timezone.localdate() - due_on).days, 0) if due_on else 0,
    )


def list_complaints(who: Actor, *, open_only: bool = False, case: Case | None = None) -> list[Row]:
    """Complaints within reach, what is due first on top; one query."""
    found = policies.scope(who).select_related("person", "case", "handler__user")
    if open_only:
        found = found.exclude(state=Kind.CLOSED)
    if case is not None:
        found = found.filter(case=case)
    rows = [_row(who, complaint) for complaint in found]
    return sorted(rows, key=lambda row: (row.next_due_on is None, row.next_due_on or date.max, row.complaint.number))


@dataclass(frozen=True)
class Stage:
    """One step as it is shown: label, who, when, and the words as lines of (label, text)."""

    kind: str
    label: str
    by: str
    happened_at: datetime
    recorded_at: datetime
    words: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Page:
    """A complaint with its content, stages, who may handle it, and which acts this actor can do next."""

    row: Row
    content: tuple[tuple[str, str], ...]
    stages: tuple[Stage, ...]
    acts: tuple[str, ...]
    eligible: tuple[Membership, ...]


# the acts of the handler by state; the client's acts are response and appeal while the answer stands
_HANDLER_ACTS = {
    "received": ("acknowledge",),
    "acknowledged": ("investigate",),
    "investigated": ("answer",),
    "answered": ("response", "appeal"),
    "reviewed": ("response",),
    "response": ("close", "appeal"),
    "appealed": ("acknowledge",),
}


def complaint_page(who: Actor, complaint_id: uuid.UUID) -> Page | None:
    """One complaint within reach, in a constant number of queries. The client does not see the inquiry's notes."""
    complaint = (
        policies.scope(who)
        .select_related("person", "case__person", "case__organisation", "organisation", "handler__user")
        .filter(pk=complaint_id)
        .first()
    )
    if complaint is None:
        return None
    own = who.kind in {"client", "guardian"}
    steps = list(complaint.steps.select_related("by__user"))
    for step in steps:
        step.complaint = complaint
    handles = policies.can(who, "quality.handle", complaint)
    return Page(
        row=_row(who, complaint),
        content=tuple(_content(complaint, own or handles)),
        stages=tuple(_stage(step, own, complaint) for step in steps if not (own and step.kind == Kind.INVESTIGATED)),
        acts=_acts(who, complaint, steps, handles, own),
        eligible=tuple(policies.eligible(complaint)) if handles else (),
    )


def _content(complaint: Complaint, all_of_it: bool) -> list[tuple[str, str]]:
    agency = complaint.case.organisation_id
    definition = form(FORM, agency)
    lines = _displayed(definition, complaint, "content", agency)
    contact = definition.field("contact").label
    return [line for line in lines if all_of_it or line[0] != contact]


def _stage(step: ComplaintStep, own: bool, complaint: Complaint) -> Stage:
    try:
        words = step.words
    except Unreadable:
        words = None
    if isinstance(words, dict):
        agency = complaint.case.organisation_id
        lines = tuple(_lines(form(RESPONSE_FORM, agency), words, agency))
    else:
        lines = (("", words),) if words else ()
    by = step.by_name
    if not own and complaint.name_hidden and step.by_id is None:
        by = HIDDEN_NAME
    return Stage(step.kind, Kind(step.kind).label, by, step.happened_at, step.recorded_at, lines)


def _acts(
    who: Actor, complaint: Complaint, steps: Sequence[ComplaintStep], handles: bool, own: bool
) -> tuple[str, ...]:
    if complaint.state == Kind.CLOSED:
        return ()
    acts = _HANDLER_ACTS[complaint.state]
    appealed = any(step.kind == Kind.APPEALED for step in steps)
    too_late = complaint.appeal_due_on is not None and timezone.localdate() > complaint.appeal_due_on
    if appealed or too_late:
        acts = tuple(act for act in acts if act != "appeal")
    if own:
        return tuple(act for act in acts if act in {"response", "appeal"})
    if not handles:
        return ()
    if who.kind == "staff" and complaint.handler_id not in {None, who.membership_id}:
        return ("assign",)
    return (*acts, "assign")


# -- what is to be done ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Todo:
    """One line for the home page of those who handle quality. ``kind``: complaint, feedback or improvement."""

    kind: str
    id: uuid.UUID
    what: str
    why: str
    due_on: date
    late_days: int
    when: str


def todos(who: Actor) -> list[Todo]:
    """Complaints, feedback and improvements that wait for this member of staff, the earliest first; three queries."""
    today = timezone.localdate()
    found: list[Todo] = []
    for row in list_complaints(who, open_only=True) if policies.can(who, "quality.handle") else []:
        mine = row.complaint.handler_id in {None, who.membership_id}
        if row.next_due_on is not None and mine:
            what = "告知已受理投诉" if row.complaint.state in {"received", "appealed"} else "答复投诉"
            found.append(_todo("complaint", row.complaint.pk, what, row.complaint.number, row.next_due_on, today))
    if policies.can(who, "quality.handle"):
        for request in open_feedback(who):
            day = timezone.localdate(request.answered_at)
            why = f"{request.case.number}，总体评分 {request.overall}"
            found.append(_todo("feedback", request.pk, "处理服务对象的评价", why, day, today, late=False))
    for improvement in Improvement.objects.filter(owner_id=who.membership_id, done_at=None).exclude(owner_id=None):
        found.append(_todo("improvement", improvement.pk, "改进措施", improvement.action, improvement.due_on, today))
    return sorted(found, key=lambda item: (item.due_on, str(item.id)))


def _todo(kind: str, pk: uuid.UUID, what: str, why: str, due_on: date, today: date, *, late: bool = True) -> Todo:
    days = max((today - due_on).days, 0) if late else 0
    when = f"过期 {days} 天" if days else relative_day(due_on, today)
    return Todo(kind, pk, what, why, due_on, days, when)


def evaluation_of(who: Actor, case: Case) -> dict[str, Any]:
    """What a closed service was told: its feedback and the complaints about it, as far as ``who`` may see them."""
    if not case_policies.can(who, "casework.read", case):
        return {"feedback": None, "complaints": []}
    return {"feedback": feedback_of(who, case), "complaints": list_complaints(who, case=case)}
