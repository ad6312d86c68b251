"""The demo played on a database: a few clients always, all of them in the full run."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from zhiyin import demo
from zhiyin.demo import generating
from zhiyin.demo.casting import ALL
from zhiyin.demo.generating import Told, generate
from zhiyin.demo.stage import Stage
from zhiyin.domain.accounts.models import Membership, User
from zhiyin.domain.agencies.models import Staff
from zhiyin.domain.audit import chain
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.casework import events, queries
from zhiyin.domain.casework.models import Case, CaseEvent, FormRecord
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.documents.models import Document
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.models import AccessApproval, Consent, IdentityDocument, Person
from zhiyin.domain.people.queries import actor_for
from zhiyin.domain.quality.models import Complaint, FeedbackRequest
from zhiyin.domain.scheduling.models import Appointment
from zhiyin.domain.sittings.models import Sitting
from zhiyin.guide.models import ZONE
from zhiyin.kernel.dates import AgeRegime
from zhiyin.kernel.errors import ZhiyinError
from zhiyin.kernel.identity import DEMO_REGIONS

# a Wednesday after lunch
NOW = datetime(2026, 11, 18, 13, 10, tzinfo=ZONE)
FEW = 12


@pytest.fixture
def frozen() -> Iterator[None]:
    """The day on which the demo was made goes on while the test looks at it."""
    from zhiyin.guide.clock import turning

    with turning(NOW):
        yield


def summary() -> list[tuple[Any, ...]]:
    """What is the same for the same day: people, papers, states and dates, but no ids and keys."""
    return sorted(
        (
            case.number,
            case.person.name,
            case.person.birth_date.isoformat(),
            case.adviser.user.name,
            case.status,
            case.stage,
            case.opened_at.isoformat(),
            [(event.kind, event.happened_at.isoformat()) for event in case.events.all()],
        )
        for case in Case.objects.select_related("person", "adviser__user").prefetch_related("events")
    )


def look_at(told: list[Told]) -> None:
    """What holds for the demo of any size."""
    assert not Organisation.objects.filter(is_demo=False).exists()
    assert not User.objects.filter(is_demo=False).exists()
    assert not Person.objects.filter(is_demo=False).exists()
    assert not ClientFile.objects.filter(is_demo=False).exists()
    assert not Case.objects.filter(is_demo=False).exists()
    for document in IdentityDocument.objects.filter(kind="resident_id"):
        assert document.number[:6] in DEMO_REGIONS
    # every projection is what the events alone give
    for case in Case.objects.select_related("organisation", "person"):
        state = events.state_of(case)
        assert (case.stage, case.status) == (state.stage, state.status), case.number
        closing = next(step for step in state.steps if step.id == "closing")
        assert case.closed_at == closing.completed_at
        assert case.steps[0]["id"] == state.steps[0].id
        keys = {due.id for due in state.dues if not due.id.startswith("complaint:")}
        assert set(case.dues.values_list("key", flat=True)) == keys, case.number
    verdict = chain.verify()
    assert verdict.faults == []
    assert sum(verdict.chains.values()) == AuditEvent.objects.count() > 0
    # history was written in its order and does not reach beyond today
    for name in verdict.chains:
        moments = list(AuditEvent.objects.filter(chain=name).order_by("seq").values_list("at", flat=True))
        assert moments == sorted(moments)
        assert moments[-1] <= NOW
    assert not CaseEvent.objects.filter(recorded_at__gt=NOW).exists()
    numbers = [
        (case.organisation_id, case.opened_at.year, case.number)
        for case in Case.objects.order_by("opened_at", "number")
    ]
    for organisation in Organisation.objects.all():
        own = [number for body, _, number in numbers if body == organisation.pk]
        assert own == sorted(own)
    assert {one.person.name for one in told if one.person} == set(Person.objects.values_list("name", flat=True))


@pytest.mark.django_db
@pytest.mark.usefixtures("home", "frozen")
def test_a_few_clients() -> None:
    heard: list[tuple[int, int, str]] = []
    told = generate(lambda *parts: heard.append(parts), count=FEW, now=NOW)
    assert len(told) == FEW
    assert heard[-1][0] == heard[-1][1] > 100
    look_at(told)
    by_key = {one.key: one for one in told}

    def case_of(key: str) -> Case:
        return Case.objects.get(person=by_key[key].person)

    assert case_of("withdrawn").status == "withdrawn"
    assert case_of("paused").status == case_of("consent-withdrawn").status == "paused"
    assert Document.objects.get(person=by_key["returned"].person, template="career-report").state == "returned"
    waiting = Document.objects.get(person=by_key["waiting-sign-off"].person, template="career-report")
    assert waiting.state == "submitted"
    mended = Document.objects.get(person=by_key["mended"].person, template="career-report")
    assert [step.kind for step in mended.steps.all()].count("returned") == 1
    assert mended.number
    complaint = Complaint.objects.get(person=by_key["appealed"].person)
    assert {step.kind for step in complaint.steps.all()} >= {"answered", "response", "appealed"}
    # the two with a sign-in
    assert {user.username for user in User.objects.filter(memberships__role="client")} == {"client", "client2"}
    client = Membership.objects.select_related("user", "organisation").get(user__username="client")
    own = queries.own_view(Person.objects.get(pk=actor_for(client).person_id))
    assert own.cases
    assert own.next_appointment is not None
    assert Sitting.objects.get(person=by_key["client"].person).state == Sitting.State.ASSIGNED
    # the morning at the desk: those of before noon are settled, those of the afternoon are to come
    adviser = Membership.objects.get(user__username="adviser3")
    home = queries.home(actor_for(adviser))
    assert home.appointments
    for appointment in Appointment.objects.filter(starts_at__lte=NOW):
        assert appointment.state != Appointment.State.BOOKED
    for appointment in Appointment.objects.filter(starts_at__gt=NOW):
        assert appointment.state == Appointment.State.BOOKED
    # the sign-ins told on the page are those that exist
    known = set(User.objects.values_list("username", flat=True))
    assert known - {account.username for account in demo.accounts()} == {"frontdesk0"}
    gone = User.objects.get(username="frontdesk0")
    assert gone.is_locked()
    assert not gone.memberships.active().exists()
    user = User.objects.get(username="adviser")
    assert user.check_password(demo.PASSWORD)
    assert 8 <= len(demo.tour()) <= 10
    for stop in demo.tour():
        assert User.objects.filter(username=stop.username).exists()
        assert stop.path.startswith("/")
        assert "None" not in stop.path


@pytest.mark.django_db
@pytest.mark.usefixtures("home", "frozen")
def test_the_same_day_gives_the_same_demo() -> None:
    summaries = []
    for _ in range(2):
        with transaction.atomic():
            generate(count=3, now=NOW)
            summaries.append(summary())
            transaction.set_rollback(True)
    assert len(summaries[0]) == 3
    assert summaries[0] == summaries[1]
    assert not Organisation.objects.exists()


@pytest.mark.django_db
@pytest.mark.usefixtures("frozen")
def test_ensure_makes_it_once_and_clears_what_a_broken_attempt_left(
    home: Path, settings: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    made = []

    def play(progress: Any) -> None:
        made.append(progress)
        assert not stray.exists()
        if progress is not None:
            progress(1, 2, "演示")

    monkeypatch.setattr(generating, "generate", play)
    stray = home / "files" / "ab" / "stray"
    stray.parent.mkdir(parents=True)
    stray.write_bytes(b"half")
    with pytest.raises(ZhiyinError, match="演示方式"):
        demo.ensure(False)
    settings.IS_DEMO = True
    demo.ensure(False)
    assert made == [None]
    demo.ensure(True)
    assert "演示" in capsys.readouterr().out
    heard: list[tuple[int, int, str]] = []
    demo.ensure(lambda *parts: heard.append(parts))
    assert heard == [(1, 2, "演示")]


@pytest.mark.django_db
@pytest.mark.usefixtures("home", "frozen")
def test_a_broken_attempt_leaves_nothing_in_the_database(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.IS_DEMO = True
    whole = generating.generate
    monkeypatch.setattr(generating, "generate", lambda progress: whole(progress, count=2, now=NOW))

    def break_off(done: int, total: int, what: str) -> None:
        if done == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        demo.ensure(break_off)
    assert not Organisation.objects.exists()
    demo.ensure(False)
    assert Case.objects.count() == 2
    # the second start finds it complete
    monkeypatch.setattr(generating, "generate", None)
    demo.ensure(True)


def test_deeds_happen_in_the_order_of_time_and_not_after_the_end() -> None:
    seen: list[str] = []
    shown: list[datetime] = []
    stage = Stage(shown.append, NOW)
    stage.add(NOW, lambda: seen.append("last"))
    stage.add(NOW - timedelta(hours=1), lambda: stage.add(NOW - timedelta(minutes=5), lambda: seen.append("added")))
    stage.add(NOW - timedelta(hours=2), lambda: seen.append("first"))
    stage.add(NOW - timedelta(hours=2), lambda: seen.append("first too"))
    stage.add(NOW + timedelta(seconds=1), lambda: seen.append("never"))
    stage.play(lambda done, total: None)
    assert seen == ["first", "first too", "added", "last"]
    assert shown == sorted(shown)


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.usefixtures("home", "frozen")
def test_all_clients_and_every_unusual_one() -> None:
    told = generate(count=ALL, now=NOW)
    assert len(told) == ALL
    look_at(told)
    one = {entry.key: entry for entry in told if entry.key}

    def case(key: str) -> Case:
        return Case.objects.filter(person=one[key].person).order_by("opened_at").first()  # type: ignore[return-value]

    def kinds(key: str) -> set[str]:
        return set(CaseEvent.objects.filter(case__person=one[key].person).values_list("kind", flat=True))

    # half at work in all steps, others followed up or ended
    status = [row.status for row in Case.objects.all()]
    assert 0.35 < sum(value in {"open", "paused"} for value in status) / len(status) < 0.65
    assert {"open", "paused", "following", "ended", "withdrawn"} <= set(status)
    stages = set(Case.objects.filter(status="open").values_list("stage", flat=True))
    assert stages >= {"needs", "agreement", "plan", "delivery", "report", "closing"}
    assert Case.objects.filter(next_due_on__lt=NOW.date()).count() > 5
    # forms and signatures
    assert case("second-case").person.cases.count() == 2
    assert FormRecord.objects.filter(person=one["draft"].person, submitted_at=None).exists()
    assert FormRecord.objects.filter(person=one["corrected"].person).exclude(supersedes=None).exists()
    fallen = Document.objects.filter(person=one["signature-revoked"].person, template="service-agreement")
    assert fallen.filter(signatures__revoked_at__isnull=False).exists()
    assert "plan.changed" in kinds("plan-reopened")
    late = CaseEvent.objects.filter(case=case("late-entry"), kind="session.held").first()
    assert late is not None
    assert late.recorded_at - late.happened_at > timedelta(days=1)
    assert "session.missed" in kinds("missed")
    assert set(one["missed"].person.appointments.values_list("state", flat=True)) >= {"missed", "excused"}  # type: ignore[union-attr]
    assert "case.reassigned" in kinds("reassigned")
    assert case("reassigned").assistants.exists()
    assert case("overdue").late_count > 0
    # tests
    assert "assessment.declined" in kinds("declined")
    assert Sitting.objects.get(person=one["link-expired"].person).state == Sitting.State.EXPIRED
    flat, careless = one["flat"].outcome.result, one["careless"].outcome.result
    assert flat is not None
    assert flat.scores["profile"]["flat"] is True
    assert careless is not None
    assert not careless.is_valid_for_norms
    # what is due today
    for key, entry in one.items():
        if key.startswith("due-"):
            assert NOW.date() in set(case(key).dues.values_list("due_on", flat=True)), key
            assert entry.outcome.case is not None
    # complaints and feedback
    assert Complaint.objects.get(person=one["complaint-closed"].person).state == "closed"
    assert Complaint.objects.get(person=one["complaint-closed"].person).name_hidden
    assert Complaint.objects.get(person=one["complaint-new"].person).state == "received"
    assert FeedbackRequest.objects.get(person=one["low-feedback"].person).improvements.exists()
    assert FeedbackRequest.objects.filter(answered_at=None, expires_at__lt=timezone.now()).exists()
    # minors
    guardians = one["two-guardians"].person.guardians  # type: ignore[union-attr]
    assert guardians.count() == 2
    child = one["child"].person
    assert child is not None
    assert child.regime() == AgeRegime.UNDER_14
    assert set(AccessApproval.objects.filter(person=child).values_list("granted", flat=True)) == {True, None}
    assert set(Consent.objects.filter(person=child).values_list("by", flat=True)) == {"guardian"}
    young = one["self-supporting"].person
    assert young is not None
    assert young.age() == 16
    assert young.regime() == AgeRegime.ADULT
    # papers and names
    assert {one[key].person.origin for key in ("taiwan", "hongkong", "foreign")} == {"tw", "hk", "foreign"}  # type: ignore[union-attr]
    assert Person.objects.filter(name="阿依努尔·买买提江·吐尔逊").exists()
    assert Person.objects.filter(name__startswith="𠮷").exists()
    assert IdentityDocument.objects.filter(kind="disability").count() >= 20
    blocks = [file.health for file in ClientFile.objects.filter(person=one["sign-language"].person)]
    assert "sign-language" in blocks[0]["accommodations"]
    # two bodies, one person; four or five appointments today at each desk
    assert Staff.objects.filter(user__username="supervisor").count() == 2
    start = NOW.replace(hour=0, minute=0)
    for username in ("adviser", "adviser3", "adviser4", "studio", "room"):
        booked = Appointment.objects.filter(
            staff__user__username=username, starts_at__gte=start, starts_at__lt=start + timedelta(days=1)
        )
        assert 4 <= booked.count() <= 5, username
        home = queries.home(actor_for(Membership.objects.get(user__username=username)))
        assert home.total > 3, username
