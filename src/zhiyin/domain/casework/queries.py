"""Reads about cases: the home page, the ledger, a case on one page, the client's own view, the section head's."""

import uuid
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Avg, Count, DurationField, ExpressionWrapper, F, Prefetch, Q, QuerySet
from django.utils import timezone

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import DESK_STAFF, Role
from zhiyin.domain.agencies.models import Staff
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.casework import policies
from zhiyin.domain.casework.models import Activity, Case, CaseAssistant, CaseEvent, CasePaper, Due, FormRecord
from zhiyin.domain.people import queries as people
from zhiyin.domain.people.models import Person
from zhiyin.domain.people.policies import closed_children
from zhiyin.domain.scheduling.models import Appointment
from zhiyin.engines.casework import EVENTS
from zhiyin.kernel.dates import relative_day
from zhiyin.kernel.identity import mask_name
from zhiyin.packs.installed import registry

STATUS = {
    "open": "在办",
    "paused": "暂停",
    "following": "跟踪中",
    "closed": "已结束",
    "ended": "已办结",
    "withdrawn": "本人退出",
}
ACTIVE = ("open", "paused")


@dataclass(frozen=True)
class Todo:
    """One line of the home page: what, for whom, why it is here."""

    case: Case
    key: str
    step: str
    what: str
    why: str
    due_on: date
    late_days: int
    when: str
    waits_for: str


@dataclass
class Home:
    today: date
    late: list[Todo]
    due_today: list[Todo]
    week: list[Todo]
    later: list[Todo]
    waiting: list[Todo]
    appointments: list[Appointment]
    follow_ups: list[Todo]
    open_cases: int
    caseload_limit: int | None
    by_step: list[tuple[str, int, int]] = field(default_factory=list)

    @property
    def total(self) -> int:
        return len(self.late) + len(self.due_today) + len(self.week) + len(self.later)


def _todo(due: Due, today: date) -> Todo:
    late = (today - due.due_on).days
    return Todo(
        case=due.case,
        key=due.key,
        step=due.step,
        what=due.what,
        why=due.why,
        due_on=due.due_on,
        late_days=max(late, 0),
        when=f"过期 {late} 天" if late > 0 else relative_day(due.due_on, today),
        waits_for=due.waits_for,
    )


def home(who: Actor) -> Home:
    """What the adviser must do now, from events: overdue first, then today, the week, later; at most nine queries."""
    today = timezone.localdate()
    dues = (
        Due.objects.filter(adviser_id=who.membership_id, organisation_id=who.organisation_id)
        .select_related("case__person")
        .order_by("due_on", "pk")
    )
    todos = [_todo(due, today) for due in dues]
    mine = [todo for todo in todos if not todo.waits_for]
    start = timezone.make_aware(datetime.combine(today, datetime.min.time()))
    appointments = list(
        Appointment.objects.filter(
            staff_id=who.membership_id, starts_at__gte=start, starts_at__lt=start + timedelta(days=1)
        ).select_related("person", "room")
    )
    cases = Case.objects.filter(adviser_id=who.membership_id)
    staff = Staff.objects.filter(user_id=who.user_id, organisation_id=who.organisation_id).first()
    return Home(
        today=today,
        late=[todo for todo in mine if todo.due_on < today],
        due_today=[todo for todo in mine if todo.due_on == today],
        week=[todo for todo in mine if today < todo.due_on <= today + timedelta(days=7)],
        later=[todo for todo in mine if todo.due_on > today + timedelta(days=7)],
        waiting=[todo for todo in todos if todo.waits_for],
        appointments=appointments,
        follow_ups=[t for t in mine if t.step == "followup" and t.due_on <= today + timedelta(days=30)],
        open_cases=cases.filter(status__in=ACTIVE).count(),
        caseload_limit=staff.caseload_limit if staff else None,
        by_step=by_step(cases.filter(status__in=[*ACTIVE, "following"])),
    )


def by_step(cases: QuerySet[Case]) -> list[tuple[str, int, int]]:
    """(short name of the step, cases there, of these with something overdue), in the order of the process."""
    today = timezone.localdate()
    rows = cases.values("stage").annotate(n=Count("pk"), late=Count("pk", filter=Q(next_due_on__lt=today)))
    found = {row["stage"]: (row["n"], row["late"]) for row in rows}
    process = registry().get("process", "full-guidance")
    return [(step.short, *found.get(step.id, (0, 0))) for step in process.steps]


# -- ledger ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LedgerFilters:
    """What narrows the ledger; every field may be empty."""

    words: str = ""
    adviser: str = ""
    status: str = ""
    stage: str = ""
    service_kind: str = ""
    late: bool = False
    opened_from: date | None = None
    opened_to: date | None = None


SORTS = {
    "due": ("next_due_on", "opened_at"),
    "-opened": ("-opened_at",),
    "opened": ("opened_at",),
    "name": ("person__name_key", "opened_at"),
}


def ledger(who: Actor, filters: LedgerFilters, sort: str = "due") -> QuerySet[Case]:
    """Cases within reach that match; rows come with person, file and adviser, so a page costs two queries."""
    cases = policies.scope(who).select_related("person", "file", "adviser__user", "organisation")
    if filters.words.strip():
        persons = people.search(Person.objects.filter(cases__organisation_id=who.organisation_id), filters.words)
        cases = cases.filter(Q(person__in=persons) | Q(number__icontains=filters.words.strip()))
    if filters.adviser:
        cases = cases.filter(adviser_id=_uuid(filters.adviser))
    if filters.status:
        cases = cases.filter(status=filters.status)
    if filters.stage:
        cases = cases.filter(stage=filters.stage)
    if filters.service_kind:
        cases = cases.filter(service_kind=filters.service_kind)
    if filters.late:
        cases = cases.filter(next_due_on__lt=timezone.localdate())
    if filters.opened_from:
        cases = cases.filter(opened_at__date__gte=filters.opened_from)
    if filters.opened_to:
        cases = cases.filter(opened_at__date__lte=filters.opened_to)
    order = SORTS.get(sort, SORTS["due"])
    first = F(order[0]).asc(nulls_last=True) if order[0] == "next_due_on" else order[0]
    return cases.order_by(first, *order[1:], "pk")


@dataclass(frozen=True)
class LedgerRow:
    """A line of the ledger with what is due next in the case. A child's name is masked until access was approved."""

    case: Case
    name: str
    locked: bool
    kind: str
    step: str
    status: str
    next_what: str
    late_days: int


def ledger_rows(who: Actor, cases: Sequence[Case]) -> list[LedgerRow]:
    """The lines of one page of the ledger; two queries however many they are."""
    today = timezone.localdate()
    first: dict[uuid.UUID, str] = {}
    for due in Due.objects.filter(case__in=cases).order_by("due_on", "pk"):
        first.setdefault(due.case_id, due.what)
    kinds = {value.value: value.label for value in registry().get("codelist", "service-kind").values}
    steps = {step.id: step.title for step in registry().get("process", "full-guidance").steps}
    closed = closed_children(who, [case.person for case in cases])
    rows = []
    for case in cases:
        locked = case.person_id in closed
        rows.append(
            LedgerRow(
                case=case,
                name=mask_name(case.person.name) if locked else case.person.name,
                locked=locked,
                kind=kinds.get(case.service_kind, case.service_kind),
                step=steps.get(case.stage, case.stage),
                status=STATUS.get(case.status, case.status),
                next_what="" if locked else first.get(case.pk, ""),
                late_days=max((today - case.next_due_on).days, 0) if case.next_due_on else 0,
            )
        )
    return rows


@dataclass(frozen=True)
class LedgerTotals:
    total: int
    active: int
    following: int
    late: int


def ledger_totals(cases: QuerySet[Case]) -> LedgerTotals:
    """How many cases a ledger holds, how many of them run, are followed up, have something overdue; one query."""
    return LedgerTotals(
        **cases.order_by().aggregate(
            total=Count("pk"),
            active=Count("pk", filter=Q(status__in=ACTIVE)),
            following=Count("pk", filter=Q(status="following")),
            late=Count("pk", filter=Q(next_due_on__lt=timezone.localdate())),
        )
    )


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def advisers(organisation_id: uuid.UUID | None) -> list[Membership]:
    """Active advisers of an agency, for filters and reassignment."""
    return list(
        Membership.objects.active()
        .filter(organisation_id=organisation_id, role__in=[Role.ADVISER, Role.SECTION_HEAD])
        .select_related("user")
        .order_by("user__name")
    )


def desk_members(organisation_id: uuid.UUID | None) -> list[Membership]:
    """Active members of an agency's desk, whatever their role there."""
    return list(
        Membership.objects.active()
        .filter(organisation_id=organisation_id, role__in=DESK_STAFF)
        .select_related("user")
        .order_by("user__name", "role")
    )


def possible_assistants(case: Case) -> list[Membership]:
    """Members of the agency's desk other than the responsible adviser, who may be asked to assist."""
    return [member for member in desk_members(case.organisation_id) if member.user_id != case.adviser.user_id]


# -- one case --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """One line of the timeline; ``late_entry`` when it was recorded more than a day after it happened."""

    kind: str
    label: str
    happened_at: datetime
    recorded_at: datetime
    by: str
    late_entry: bool
    data: Mapping[str, Any]


@dataclass
class CasePage:
    case: Case
    steps: list[dict[str, Any]]
    timeline: list[Line]
    records: list[FormRecord]
    drafts: dict[str, FormRecord]
    assistants: list[CaseAssistant]
    papers: dict[str, list[CasePaper]]
    dues: list[Todo]
    appointments: list[Appointment]

    @property
    def promise(self) -> Todo | None:
        """The next thing promised to the client."""
        return self.dues[0] if self.dues else None


def get_case(who: Actor, case_id: uuid.UUID) -> Case | None:
    """A case within reach, with what every page of it needs."""
    return (
        policies.scope(who)
        .select_related("person", "file", "adviser__user", "organisation", "snapshot")
        .filter(pk=case_id)
        .first()
    )


def timeline(case: Case, *, for_client: bool = False) -> list[Line]:
    """What happened, newest first; the client's own timeline leaves out internal notes."""
    lines = []
    for event in case.events.all():
        kind = EVENTS[event.kind]
        # the second: a complaint with a hidden name shows to its author only
        if (for_client and not kind.for_client) or (not for_client and event.data.get("hidden")):
            continue
        lines.append(
            Line(
                kind=event.kind,
                label=kind.label,
                happened_at=event.happened_at,
                recorded_at=event.recorded_at,
                by=event.actor_name,
                late_entry=event.recorded_at - event.happened_at > timedelta(days=1),
                data=event.data,
            )
        )
    return lines[::-1]


def case_page(who: Actor, case: Case) -> CasePage:
    """Everything about one case, by a number of queries that does not grow with its length."""
    today = timezone.localdate()
    records = list(
        case.records.select_related("author__user", "event", "superseded_by").order_by("-happened_at", "-updated_at")
    )
    for found in records:
        found.person, found.case = case.person, case
    papers: dict[str, list[CasePaper]] = {}
    for paper in case.papers.select_related("document__author__user", "document__superseded_by").order_by(
        "-document__created_at"
    ):
        papers.setdefault(paper.step, []).append(paper)
    return CasePage(
        case=case,
        steps=case.steps,
        timeline=timeline(case),
        records=[found for found in records if found.submitted_at],
        drafts={found.form: found for found in reversed(records) if not found.submitted_at},
        assistants=list(case.assistants.select_related("membership__user").order_by("pk")),
        papers=papers,
        dues=[_todo(due, today) for due in case.dues.select_related("case__person").order_by("due_on")],
        appointments=list(Appointment.objects.filter(case_id=case.pk).select_related("staff__user", "room")),
    )


def plan(case: Case) -> dict[str, Any]:
    """Goals with their activities, needs with what answers them, and the needs nothing answers yet.

    ``unfounded`` are the goals that cite no measurement, analysis or need; ``next_goal`` says that every goal so far
    is judged; ``versions`` are the earlier and present plan documents, each with why it was written anew.
    """
    goals = list(case.goals.prefetch_related(Prefetch("activities", Activity.objects.select_related("need"))))
    needs = list(case.needs.all())
    answered = {
        activity.need_id for goal in goals for activity in goal.activities.all() if activity.state != "cancelled"
    }
    return {
        "unfounded": [goal for goal in goals if not goal.basis.strip()],
        "next_goal": bool(goals) and all(goal.attainment for goal in goals) and case.status in ACTIVE,
        "versions": list(case.papers.filter(step="plan").select_related("document").order_by("document__created_at")),
        "goals": goals,
        "needs": needs,
        "unanswered": [need for need in needs if need.pk not in answered],
        "activities": [activity for goal in goals for activity in goal.activities.all()],
    }


# -- the client's own view -------------------------------------------------------------------------------------------


@dataclass
class OwnCase:
    case: Case
    adviser_name: str
    tasks: list[Activity]
    timeline: list[Line]


@dataclass
class OwnView:
    cases: list[OwnCase]
    next_appointment: Appointment | None


def own_view(person: Person) -> OwnView:
    """For /me: the steps, tasks and timeline of the person's cases, newest first, and the next appointment."""
    cases = (
        person.cases.select_related("adviser__user", "organisation")
        .prefetch_related(
            Prefetch("events", CaseEvent.objects.order_by("happened_at", "recorded_at", "id")),
            Prefetch("activities", Activity.objects.select_related("goal").order_by("due_on", "position")),
        )
        .order_by("-opened_at")
    )
    return OwnView(
        cases=[
            OwnCase(
                case=case,
                adviser_name=case.adviser.user.name,
                tasks=[activity for activity in case.activities.all() if activity.state != "cancelled"],
                timeline=timeline(case, for_client=True),
            )
            for case in cases
        ],
        next_appointment=person.appointments.filter(starts_at__gte=timezone.now(), state="booked")
        .select_related("staff__user", "room", "organisation")
        .first(),
    )


# -- the section head's page -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Load:
    """One adviser's load."""

    membership: Membership
    open_cases: int
    following: int
    late: int
    limit: int | None
    closed_this_year: int


@dataclass
class HeadPage:
    loads: list[Load]
    by_step: list[tuple[str, int, int]]
    opened_by_month: list[tuple[str, int]]
    statuses: list[tuple[str, int]]
    kinds: list[tuple[str, int]]
    guidance: list[tuple[str, int]]
    step_days: list[tuple[str, float]]
    late: list[Todo]


def head_page(who: Actor) -> HeadPage:
    """Caseload, where cases stand, how long steps take, what is late: the agency in a constant number of queries."""
    today = timezone.localdate()
    cases = policies.scope(who)
    members = advisers(who.organisation_id)
    limits = dict(Staff.objects.filter(organisation_id=who.organisation_id).values_list("user_id", "caseload_limit"))
    counts = {
        row["adviser_id"]: row
        for row in cases.values("adviser_id").annotate(
            open=Count("pk", filter=Q(status__in=ACTIVE)),
            following=Count("pk", filter=Q(status="following")),
            late=Count("pk", filter=Q(next_due_on__lt=today)),
            closed=Count("pk", filter=Q(closed_at__year=today.year)),
        )
    }
    loads = []
    for member in members:
        row = counts.get(member.pk, {"open": 0, "following": 0, "late": 0, "closed": 0})
        loads.append(
            Load(member, row["open"], row["following"], row["late"], limits.get(member.user_id), row["closed"])
        )
    months = Counter(
        timezone.localtime(moment).strftime("%Y-%m") for moment in cases.values_list("opened_at", flat=True)
    )
    status_counts: Counter[str] = Counter()
    kind_counts: Counter[str] = Counter()
    guidance_counts: Counter[str] = Counter()
    for status, kind, guidance, count in cases.values_list("status", "service_kind", "guidance").annotate(
        n=Count("pk")
    ):
        status_counts[status] += count
        kind_counts[kind] += count
        guidance_counts[guidance] += count
    kinds = registry().get("codelist", "service-kind").values
    dues = (
        Due.objects.filter(organisation_id=who.organisation_id, due_on__lt=today)
        .select_related("case__person", "case__adviser__user")
        .order_by("due_on")[:30]
    )
    return HeadPage(
        loads=loads,
        by_step=by_step(cases.filter(status__in=[*ACTIVE, "following"])),
        opened_by_month=sorted(months.items())[-12:],
        statuses=[(label, status_counts.get(code, 0)) for code, label in STATUS.items()],
        kinds=[(kind.label, kind_counts.get(kind.value, 0)) for kind in kinds],
        guidance=[(str(label), guidance_counts[value]) for value, label in Case.Guidance.choices],
        step_days=_step_days(cases),
        late=[_todo(due, today) for due in dues],
    )


def earlier_visits(case: Case) -> list[CaseEvent]:
    """Visits at home in other cases on the same file, the latest first (XM-6.5 b); one query."""
    found = CaseEvent.objects.filter(
        case__file_id=case.file_id, kind="session.held", data__mode="home", data__has_key="record"
    )
    return list(found.exclude(case=case).select_related("case").order_by("-happened_at"))


def _step_days(cases: QuerySet[Case]) -> list[tuple[str, float]]:
    """Mean calendar days from opening a case to completing each milestone."""
    milestones = [
        ("需求调查", "needs.recorded"),
        ("协议签好", "agreement.signed_agency"),
        ("方案商定", "plan.agreed"),
        ("报告交付", "report.handed_over"),
        ("服务结束", "closing.recorded"),
    ]
    span = ExpressionWrapper(F("happened_at") - F("case__opened_at"), output_field=DurationField())
    rows = dict(
        CaseEvent.objects.filter(case__in=cases, kind__in=[kind for _, kind in milestones])
        .values_list("kind")
        .annotate(mean=Avg(span))
    )
    return [(label, round(rows[kind].total_seconds() / 86400, 1)) for label, kind in milestones if kind in rows]
