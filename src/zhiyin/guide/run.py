"""A case file played through the commands of the domain, step after step.

``prepare_agency`` makes the body and its staff; ``run_case`` takes one client through the service as far as the file
or ``until`` says. They need a migrated database with the occupations of the packs and nothing else.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.assessment import queries as assessment
from zhiyin.domain.audit.acting import Actor, acting
from zhiyin.domain.casework import agreement, delivery, intake, plan
from zhiyin.domain.casework.models import Activity, Case
from zhiyin.domain.clients import commands as clients
from zhiyin.domain.matching import commands as matching
from zhiyin.domain.people import commands as people
from zhiyin.domain.people import consents
from zhiyin.domain.people.models import Consent, Guardian, Person
from zhiyin.domain.people.queries import actor_for, person_actor
from zhiyin.domain.planning import reports
from zhiyin.domain.quality import feedback
from zhiyin.domain.quality import queries as quality
from zhiyin.domain.sittings import commands as sittings
from zhiyin.domain.sittings.queries import link_actor
from zhiyin.guide.models import INSTRUMENT, ActivityPart, AdvicePart, Answers, CaseFile, SessionPart
from zhiyin.guide.outcome import RANK, Outcome, Stop
from zhiyin.guide.refusals import at_place
from zhiyin.guide.team import Team, prepare_agency
from zhiyin.kernel.dates import AgeRegime
from zhiyin.kernel.errors import Invalid
from zhiyin.packs.installed import registry
from zhiyin.packs.sources import Place

__all__ = ["Act", "Outcome", "Play", "Stop", "Team", "prepare_agency", "run_case"]

REASON = "按个案文件办理"


def run_case(
    case: CaseFile,
    team: Team,
    *,
    until: str | Stop | None = None,
    clock: Callable[[datetime], None] | None = None,
    progress: Callable[[Stop], None] | None = None,
) -> Outcome:
    """Take the client of ``case`` through the service of ``team``.

    ``until`` is the last step to do (default: as far as the file goes). Without ``clock`` all is entered late, by a job
    that acts in place of each person, with the times of the file. ``clock`` sets the time which ``timezone.now``
    tells: it is called before each act, and everybody acts in person, at that time; it must not go back. Call it
    outside ``acting``: each act has its own actor and transaction. ``progress`` hears of each act that is complete.

    A refusal of a command is a :class:`zhiyin.guide.refusals.Misfit` that names the part of the file.
    """
    play = Play(case, team, clock)
    acts = sorted(play.acts(), key=lambda act: act.at)
    if until is not None:
        last = RANK[Stop(until)]
        acts = acts[: max((index + 1 for index, act in enumerate(acts) if RANK[act.stop] <= last), default=0)]
    for act in acts:
        with at_place(*act.place):
            act.do(act.at)
        play.outcome.reached = act.stop
        if progress is not None:
            progress(act.stop)
    return play.outcome


def count_acts(case: CaseFile, team: Team) -> int:
    """How many acts the file holds, for a progress bar."""
    return sum(1 for _ in Play(case, team, None).acts())


@dataclass(frozen=True)
class Act:
    at: datetime
    stop: Stop
    place: Place
    do: Callable[[datetime], None]


class Play:
    """One file, its team and what has been made so far.

    Whoever plays several files at once takes the acts of each in the order of their times, under one clock.
    """

    def __init__(self, case: CaseFile, team: Team, clock: Callable[[datetime], None] | None) -> None:
        self.case, self.team, self.clock = case, team, clock
        self.outcome = Outcome(team)
        self.adviser = actor_for(team.adviser)
        self.guardians: list[Guardian] = []
        self.activities: dict[int, Activity] = {}
        self.tasks: dict[tuple[int, int], Activity] = {}

    # -- who acts, and when -----------------------------------------------------------------------------------------

    @contextmanager
    def by(self, who: Actor, at: datetime) -> Iterator[None]:
        if self.clock is not None:
            self.clock(at)
        # the holder of a feedback link answers now, whenever that is; nobody can do it in their place
        if self.clock is None and not who.id.startswith("feedback:"):
            who = replace(who, kind="job", id=f"guide:{who.id}")
        with acting(who, REASON):
            yield

    def late(self, at: datetime) -> datetime | None:
        """When it happened, said only where it is entered late."""
        return at if self.clock is None else None

    def member(self, name: str) -> Membership:
        return getattr(self.team, name) or self.team.adviser

    @property
    def desk(self) -> Actor:
        # only whom the section head let in may open the file of a child: the adviser
        person = self.outcome.person
        child = person is not None and person.regime() == AgeRegime.UNDER_14
        return self.adviser if child else actor_for(self.member("front_desk"))

    @property
    def person(self) -> Person:
        return _made(self.outcome.person)

    @property
    def opened(self) -> Case:
        return _made(self.outcome.case)

    @property
    def client(self) -> Actor:
        return person_actor(self.person, self.team.organisation.pk)

    def recorded(self, block: Answers) -> tuple[datetime, datetime | None]:
        """When a form is written down, and when it happened where that is not the same."""
        if self.clock is None:
            return block.at, block.at
        return block.recorded, block.at if block.recorded_at is not None else None

    # -- what is done -----------------------------------------------------------------------------------------------

    def acts(self) -> Iterator[Act]:
        """Everything the file says, in the order of the service; acts of one time keep it."""
        case = self.case
        start = case.consents.at
        yield Act(start, Stop.REGISTERED, (), self.register)
        yield Act(start, Stop.FILED, ("file",), self.open_file)
        if case.wishes:
            yield Act(start, Stop.FILED, ("wishes",), self.add_wishes)
        yield Act(start, Stop.OPENED, ("intake",), self.open_case)
        yield self.form_act("intake", Stop.INTAKE, case.intake)
        yield self.form_act("needs-survey", Stop.NEEDS, case.needs, "needs")
        if case.environment is not None:
            yield self.form_act("environment-analysis", Stop.ENVIRONMENT, case.environment, "environment")
        if (part := case.agreement) is not None:
            yield Act(part.drafted_at, Stop.AGREEMENT_DRAFTED, ("agreement",), self.draft_agreement)
            yield Act(part.signed_at, Stop.AGREEMENT, ("agreement",), self.sign_agreement)
        if case.plan is not None:
            yield Act(case.plan.drafted_at, Stop.PLAN_DRAFTED, ("plan",), self.draft_plan)
            yield Act(case.plan.agreed_at, Stop.PLAN, ("plan",), self.agree_plan)
        yield from self.test_acts()
        yield from self.work_acts()
        yield from self.report_acts()
        if case.closing is not None:
            yield Act(case.closing.recorded, Stop.CLOSING, ("closing",), self.close)
        for index in range(len(case.follow_ups)):
            yield self.follow_up_act(index)
        if case.feedback is not None:
            yield Act(case.feedback.at, Stop.FEEDBACK, ("feedback",), self.answer_feedback)

    def form_act(self, form: str, stop: Stop, block: Answers, name: str = "") -> Act:
        def do(at: datetime) -> None:
            who = self.desk if form == "intake" else self.adviser
            with self.by(who, at):
                intake.submit_form(self.opened, form, block.answers, happened_at=self.recorded(block)[1])

        return Act(self.recorded(block)[0], stop, (name or form,), do)

    def register(self, at: datetime) -> None:
        part = self.case.client
        receiver = actor_for(self.member("front_desk"))
        with self.by(receiver, at), at_place("client", kind="document.kind", number="document.number"):
            self.outcome.person = person = people.create_person(
                name=part.name,
                kind=part.document.kind,
                number=part.document.number,
                valid_until=part.document.valid_until,
                birth_date=part.birth_date,
                sex=part.sex or "",
                phone=part.phone,
                email=part.email,
                address=part.address,
                region=part.region,
                is_demo=self.case.demo,
            )
        child = person.regime() == AgeRegime.UNDER_14
        editor = actor_for(self.member("section_head")) if child else receiver
        if part.papers or part.self_supporting or self.case.guardians:
            with self.by(editor, at):
                self.complete(person)
        with self.by(receiver, at):
            self.consent(at)
        if child:
            self.let_in(person, at)

    def complete(self, person: Person) -> None:
        part = self.case.client
        for index, paper in enumerate(part.papers):
            with at_place("client", "papers", index):
                people.add_document(person, kind=paper.kind, number=paper.number, valid_until=paper.valid_until)
        if (support := part.self_supporting) is not None:
            with at_place("client", "self_supporting", self_supporting_since="since", self_supporting_proof="proof"):
                self.outcome.person = people.change_person(
                    person,
                    person.version,
                    self_supporting_since=support.since,
                    self_supporting_proof=support.proof,
                )
        for index, guardian in enumerate(self.case.guardians):
            with at_place("guardians", index):
                values = guardian.model_dump()
                # parents are guardians from birth on
                values["started_on"] = guardian.started_on or person.birth_date
                self.guardians.append(people.add_guardian(person, **values))

    def consent(self, at: datetime) -> None:
        part, person = self.case.consents, self.person
        for index, purpose in enumerate(part.purposes):
            with at_place("consents", "purposes", index):
                for party in consents.parties(person, at):
                    guardian = self.guardians[part.guardian - 1] if party == Consent.By.GUARDIAN else None
                    consents.give_consent(
                        person,
                        self.team.organisation,
                        purpose,
                        by=party,
                        channel=part.channel,
                        guardian=guardian,
                        given_at=self.late(at),
                    )

    def let_in(self, person: Person, at: datetime) -> None:
        """The section head approves that the adviser opens the file of a child under 14."""
        with self.by(self.adviser, at):
            approval = people.request_child_access(person, "为孩子提供职业启蒙和指导")
        with self.by(actor_for(self.member("section_head")), at):
            people.decide_child_access(approval, True, (at + timedelta(days=365)).date())

    def open_file(self, at: datetime) -> None:
        part = self.case.file
        first = part.model_dump(
            include={"education_level", "employment_status", "hukou_kind", "hukou_place", "groups", "hobbies"}
        )
        for name in ("health", "family", "workplace"):
            if (block := getattr(part, name)) is not None:
                first[name] = block.model_dump()
        with self.by(self.adviser, at):
            self.outcome.file = file = clients.open_file(
                self.person,
                self.team.organisation,
                self.team.adviser,
                opened_on=part.opened_on or at.date(),
                is_demo=self.case.demo,
                **first,
            )
            for name, kind in _ENTRIES.items():
                for index, entry in enumerate(getattr(part, name)):
                    with at_place(name, index):
                        clients.add_entry(file, kind, **entry.model_dump())

    def add_wishes(self, at: datetime) -> None:
        with self.by(self.adviser, at):
            for index, wish in enumerate(self.case.wishes):
                with at_place(index):
                    clients.add_entry(_made(self.outcome.file), "wish", **wish.model_dump())

    def open_case(self, at: datetime) -> None:
        with self.by(self.desk, at):
            self.outcome.case = intake.open_case(
                _made(self.outcome.file),
                service_kind=str(self.case.intake.answers["service_kind"]),
                adviser=self.team.adviser,
                happened_at=self.late(at),
            )

    def draft_agreement(self, at: datetime) -> None:
        part = _made(self.case.agreement)
        with self.by(self.adviser, at), _texts_of(agreement.TEMPLATE):
            self.outcome.agreement = agreement.draft_agreement(
                self.opened, editable=part.texts, happened_at=self.late(at)
            )
            if self.clock is not None:
                agreement.offer_agreement(self.opened)

    def sign_agreement(self, at: datetime) -> None:
        guardian = self.guardians[_made(self.case.agreement).guardian - 1] if self.guardians else None
        for role in agreement.signers(self.opened):
            who, name = self.client, self.person.name
            if role == "guardian" and guardian is not None:
                who = replace(
                    person_actor(self.person, self.team.organisation.pk, kind="guardian"),
                    id=f"guardian:{guardian.pk}",
                    name=guardian.name,
                )
                name = guardian.name
            elif role == "agency":
                who, name = self.adviser, self.team.adviser.user.name
            with self.by(who, at), _texts_of(agreement.TEMPLATE):
                agreement.sign_agreement(
                    self.opened,
                    role,
                    "typed",
                    name=name,
                    guardian=guardian if role == "guardian" else None,
                    signed_at=self.late(at),
                )
        self.outcome.agreement = agreement.agreement_of(self.opened)

    def draft_plan(self, at: datetime) -> None:
        part = _made(self.case.plan)
        with self.by(self.adviser, at), _texts_of(plan.TEMPLATE):
            for index, goal in enumerate(part.goals):
                with at_place("goals", index):
                    plan.set_goal(self.opened, **goal.model_dump())
            goals, needs = list(self.opened.goals.all()), list(self.opened.needs.all())
            for index, row in enumerate(part.activities):
                with at_place("activities", index):
                    self.activities[index] = plan.set_activity(
                        self.opened,
                        goal=goals[row.goal - 1],
                        need=needs[row.need - 1] if row.need else None,
                        **row.model_dump(include={"kind", "title", "who", "due_on", "mode", "criterion"}),
                    )
            self.outcome.plan = plan.draft_plan(self.opened, editable=part.texts, happened_at=self.late(at))

    def agree_plan(self, at: datetime) -> None:
        with self.by(self.adviser, at), _texts_of(plan.TEMPLATE):
            self.outcome.plan = plan.agree_plan(self.opened, happened_at=self.late(at))

    # -- the test and what is compared with it -----------------------------------------------------------------------

    def test_acts(self) -> Iterator[Act]:
        if (part := self.case.assessment) is not None:
            yield Act(part.assigned_at, Stop.ASSIGNED, ("assessment",), self.assign)
            if part.declined is not None:
                yield Act(part.finished_at or part.assigned_at, Stop.ASSESSMENT, ("assessment",), self.decline)
            elif part.finished_at is not None:
                yield Act(part.finished_at, Stop.ASSESSMENT, ("assessment",), self.finish_test)
        if self.case.matching is not None:
            yield Act(self.case.matching.at, Stop.MATCHED, ("matching",), self.match)
            if self.case.matching.choices:
                yield Act(self.case.matching.at, Stop.MATCHING, ("matching",), self.choose)

    def assign(self, at: datetime) -> None:
        part = _made(self.case.assessment)
        with self.by(self.adviser, at):
            self.outcome.sitting, self.outcome.sitting_token = sittings.assign(
                self.person,
                self.team.organisation,
                INSTRUMENT,
                case_id=self.opened.pk,
                mode=part.mode,
                large_type=part.large_type,
                read_aloud=part.read_aloud,
                happened_at=self.late(at),
            )

    def decline(self, at: datetime) -> None:
        sitting = _made(self.outcome.sitting)
        with self.by(link_actor(sitting), at):
            words = _made(self.case.assessment).declined
            self.outcome.sitting = sittings.decline(sitting, words or "", happened_at=self.late(at))

    def finish_test(self, at: datetime) -> None:
        part, sitting = _made(self.case.assessment), _made(self.outcome.sitting)
        times = part.seconds or dict.fromkeys(part.answers, part.seconds_per_item)
        milliseconds = {item: round(time * 1000) for item, time in times.items() if time is not None}
        begun = max(at - timedelta(milliseconds=sum(milliseconds.values())), part.assigned_at)
        taker = self.adviser if part.mode in {"paper", "read"} else link_actor(sitting)
        # the sheet comes whole out of the file: the adviser keys in a paper, a job any other
        typist = self.adviser if part.mode == "paper" else replace(link_actor(sitting), kind="job")
        with self.by(typist, begun), at_place("answers"):
            sittings.enter_answers(sitting, part.answers, milliseconds=milliseconds, happened_at=self.late(begun))
        with self.by(taker, at):
            self.outcome.sitting = sittings.finish(sitting, happened_at=self.late(at))
        self.outcome.result = assessment.latest_result(self.person, case_id=self.opened.pk)

    def match(self, at: datetime) -> None:
        with self.by(self.adviser, at):
            self.outcome.match_run = matching.run(
                self.person,
                case_id=self.opened.pk,
                result=self.outcome.result,
                organisation=self.team.organisation,
                happened_at=self.late(at),
            )

    def choose(self, at: datetime) -> None:
        run = _made(self.outcome.match_run)
        codes = {row["rank"]: row["code"] for row in run.ranks or []}
        with self.by(self.adviser, at):
            for index, choice in enumerate(_made(self.case.matching).choices):
                with at_place("choices", index):
                    code = choice.code or codes.get(choice.rank or 0, "")
                    if not code:
                        raise Invalid({"rank": [f"比对结果一共 {len(codes)} 个，没有第 {choice.rank} 个"]})
                    matching.confirm(run, code, choice.verdict, choice.reason, happened_at=self.late(at))

    # -- sessions and activities -------------------------------------------------------------------------------------

    def work_acts(self) -> Iterator[Act]:
        report = self.case.report

        def stop(at: datetime) -> Stop:
            return Stop.DELIVERY if report is None or at <= report.drafted_at else Stop.REPORT

        for index, session in enumerate(self.case.sessions):
            at = self.recorded(session)[0]
            yield Act(at, stop(at), ("sessions", index), self.session(index, session))
            for number, task in enumerate(session.tasks_done):
                moment = max(at, task.at)
                place = ("sessions", index, "tasks_done", number)
                yield Act(moment, stop(moment), place, self.task(index, task.task, task.result))
        for index, row in enumerate(self.case.plan.activities if self.case.plan else []):
            for name, end in (("done", row.done), ("cancelled", row.cancelled)):
                if end is not None:
                    place = ("plan", "activities", index, name)
                    yield Act(end.at, stop(end.at), place, self.end(index, row))

    def session(self, index: int, part: SessionPart) -> Callable[[datetime], None]:
        def do(at: datetime) -> None:
            with self.by(self.adviser, at):
                if part.missed is not None:
                    delivery.miss_session(self.opened, happened_at=part.at, excused=part.missed == "excused")
                    return
                known = set(self.opened.activities.values_list("pk", flat=True))
                delivery.hold_session(
                    self.opened,
                    part.answers,
                    happened_at=part.at,
                    minutes=part.minutes,
                    mode=part.mode,
                    place=part.place,
                )
                fresh = self.opened.activities.exclude(pk__in=known).order_by("position", "pk")
                for number, activity in enumerate(fresh, 1):
                    self.tasks[index, number] = activity

        return do

    def task(self, index: int, number: int, result: str) -> Callable[[datetime], None]:
        def do(at: datetime) -> None:
            with self.by(self.adviser, at):
                plan.finish_activity(self.tasks[index, number], result, happened_at=self.late(at))

        return do

    def end(self, index: int, row: ActivityPart) -> Callable[[datetime], None]:
        def do(at: datetime) -> None:
            activity = self.activities[index]
            if row.done is None:
                with self.by(self.adviser, at):
                    plan.cancel_activity(activity, _made(row.cancelled).result)
                return
            with self.by(self.client if row.who == "client" else self.adviser, at):
                plan.finish_activity(activity, row.done.result, happened_at=self.late(at))

        return do

    # -- report and end ----------------------------------------------------------------------------------------------

    def report_acts(self) -> Iterator[Act]:
        part = self.case.report
        if part is None:
            return
        place = ("report",)
        yield Act(part.drafted_at, Stop.REPORT_DRAFTED, place, self.draft_report)
        if part.submitted_at is not None:
            yield Act(part.submitted_at, Stop.REPORT_SUBMITTED, place, self.submit_report)
        if part.returned is not None:
            yield Act(part.returned.at, Stop.REPORT_SUBMITTED, ("report", "returned"), self.return_report)
            yield Act(part.returned.resubmitted_at, Stop.REPORT, ("report", "returned"), self.resubmit_report)
        if part.signed_off is not None:
            yield Act(part.signed_off.at, Stop.REPORT, ("report", "signed_off"), self.sign_off_report)
        yield Act(part.issued_at, Stop.REPORT, place, self.issue_report)
        yield Act(part.handed_over_at, Stop.REPORT, place, self.hand_over_report)

    def write(self, advice: AdvicePart) -> None:
        texts = {_TEXTS[name]: words for name, words in advice.model_dump().items() if words is not None}
        if texts:
            document = _made(reports.report_of(self.opened))
            self.outcome.report = reports.edit_report(self.opened, document.version, texts)

    def draft_report(self, at: datetime) -> None:
        with self.by(self.adviser, at):
            self.outcome.report = reports.draft_report(self.opened, happened_at=self.late(at))
            with _advice():
                self.write(_made(self.case.report).advice)

    def submit_report(self, at: datetime) -> None:
        with self.by(self.adviser, at), _advice():
            self.outcome.report = reports.submit_report(self.opened, happened_at=self.late(at))

    def return_report(self, at: datetime) -> None:
        words = _made(_made(self.case.report).returned).comment
        with self.by(actor_for(self.member("supervisor")), at):
            self.outcome.report = reports.return_report(self.opened, words, happened_at=self.late(at))

    def resubmit_report(self, at: datetime) -> None:
        with self.by(self.adviser, at), _advice():
            self.write(_made(_made(self.case.report).returned).advice)
            self.outcome.report = reports.submit_report(self.opened, happened_at=self.late(at))

    def sign_off_report(self, at: datetime) -> None:
        words = _made(_made(self.case.report).signed_off).comment
        with self.by(actor_for(self.member("supervisor")), at):
            self.outcome.report = reports.sign_off_report(self.opened, words, happened_at=self.late(at))

    def issue_report(self, at: datetime) -> None:
        with self.by(self.adviser, at), _advice():
            self.outcome.report = reports.issue_report(self.opened, happened_at=self.late(at))

    def hand_over_report(self, at: datetime) -> None:
        with self.by(self.adviser, at):
            self.outcome.report = reports.hand_over_report(self.opened, happened_at=self.late(at))

    def close(self, at: datetime) -> None:
        part = _made(self.case.closing)
        with self.by(self.adviser, at):
            goals = list(self.opened.goals.all())
            for index, row in enumerate(part.goals):
                with at_place("goals", index, judged_note="note"):
                    plan.judge_goal(goals[row.goal - 1], row.attainment, row.note)
            delivery.close_case(self.opened, part.answers, happened_at=self.recorded(part)[1])

    def follow_up_act(self, index: int) -> Act:
        part = self.case.follow_ups[index]

        def do(at: datetime) -> None:
            with self.by(self.adviser, at):
                delivery.follow_up(self.opened, part.id, part.answers, happened_at=self.recorded(part)[1])

        return Act(self.recorded(part)[0], Stop.FOLLOW_UP, ("follow_ups", index), do)

    def answer_feedback(self, at: datetime) -> None:
        with self.by(self.adviser, at):
            request, token = feedback.request_feedback(self.opened)
        self.outcome.feedback_token = token
        with self.by(quality.link_actor(request), at):
            self.outcome.feedback = feedback.answer_feedback(token, _made(self.case.feedback).answers)


_ENTRIES = {"education": "education", "work": "work", "skills": "skill", "certificates": "certificate", "tags": "tag"}
_TEXTS = {
    "positioning": "advice_positioning",
    "ability": "advice_ability",
    "path": "advice_path",
    "training": "advice_training",
    "results_note": "results_note",
}


def _advice() -> Any:
    """Texts of the report that are lacking or refused, told at the part of the file that holds them."""
    return at_place("advice", **{block: name for name, block in _TEXTS.items()})


def _texts_of(document: str) -> Any:
    """The same for the adviser's texts in another paper."""
    blocks = [block.editable for block in registry().get("document", document).editables()]
    return at_place(**{block: f"texts.{block}" for block in blocks})


def _made(value: Any) -> Any:
    if value is None:
        raise RuntimeError("an earlier act of the run did not make what this one needs")
    return value
