"""Measuring one agency with 100,000 clients against a whole standard, on a throw-away SQLite.

    python bench/bench_conformance.py [clients]

The rows are laid by bulk inserts: half of the clients have a case, every case the events of a whole run, a need, a
goal, an activity, an appointment and two papers. Printed: the seconds of building, and for each standard the seconds,
the queries, and the slowest measures. The bound that the project holds itself to is 30 s for a standard.
"""

import os
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

KINDS = (
    "intake.recorded",
    "needs.recorded",
    "environment.recorded",
    "agreement.drafted",
    "agreement.signed_client",
    "agreement.signed_agency",
    "plan.agreed",
    "session.held",
    "report.handed_over",
    "closing.recorded",
    "feedback.requested",
    "followup.done",
)
BATCH = 5_000
BOUND = 30.0


def chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    found: list[Any] = []
    for row in rows:
        found.append(row)
        if len(found) == BATCH:
            yield found
            found = []
    if found:
        yield found


def build(clients: int) -> tuple[Any, Any]:
    """An agency, its section head, and everything around ``clients`` people."""
    from django.utils import timezone

    from zhiyin.domain.accounts import commands as accounts
    from zhiyin.domain.accounts.roles import Role
    from zhiyin.domain.agencies.models import Staff
    from zhiyin.domain.audit.acting import SYSTEM, acting, record
    from zhiyin.domain.casework.models import Activity, Case, CaseEvent, Goal, Need
    from zhiyin.domain.clients.models import ClientFile, Wish, Work
    from zhiyin.domain.organisations import commands as organisations
    from zhiyin.domain.people.models import Person
    from zhiyin.domain.quality.models import FeedbackRequest
    from zhiyin.domain.scheduling.models import Appointment
    from zhiyin.domain.standards.commands import current_snapshot

    now, today = timezone.now(), timezone.localdate()

    def lay(model: Any, rows: Iterator[Any]) -> None:
        for chunk in chunks(rows):
            model.objects.bulk_create(chunk)

    with acting(SYSTEM, "bench"):
        agency = organisations.create_organisation(name="百万城就业中心", code="BW", phone="1", complaint_phone="2")
        head = accounts.grant_role(
            accounts.create_user(username="head", name="罗敏", password="Linjiang-2026!", must_change=False),
            agency,
            Role.SECTION_HEAD,
        )
        record("bench.staff", Staff.objects.create(user=head.user, organisation=agency, education="master"))
        snapshot = current_snapshot(agency)
        people = [
            Person(name=f"人{n}", name_key=f"r{n}", birth_date=today - timedelta(days=9000 + n % 9000))
            for n in range(clients)
        ]
        lay(Person, iter(people))
        files = [
            ClientFile(
                person=person,
                organisation=agency,
                number=f"BW-{n:07d}",
                adviser=head,
                opened_on=today - timedelta(days=n % 360),
                education_level="college",
                employment_status="unemployed" if n % 9 else "",
            )
            for n, person in enumerate(people)
        ]
        lay(ClientFile, iter(files))
        lay(Work, (Work(file=f, employer="厂", post="工", started=today) for n, f in enumerate(files) if n % 5))
        lay(Wish, (Wish(file=f, title="电工", reason="会") for n, f in enumerate(files) if n % 4))
        cases = [
            Case(
                organisation=agency,
                person_id=file.person_id,
                file=file,
                number=f"BW-GA-{n:07d}",
                process="full-guidance",
                process_version=1,
                snapshot=snapshot,
                service_kind="planning",
                adviser=head,
                opened_at=now - timedelta(days=n % 360),
                stage="followup",
                status="closed",
                closed_at=now - timedelta(days=n % 300),
            )
            for n, file in enumerate(files[: clients // 2])
        ]
        lay(Case, iter(cases))
        lay(
            CaseEvent,
            (
                CaseEvent(
                    case=case,
                    kind=kind,
                    happened_at=case.opened_at,
                    recorded_at=case.opened_at,
                    actor_kind="staff",
                    actor_id="1",
                    actor_name="罗",
                )
                for n, case in enumerate(cases)
                for place, kind in enumerate(KINDS)
                if (n + place) % 11
            ),
        )
        needs = [Need(case=case, text="找工作") for case in cases]
        lay(Need, iter(needs))
        goals = [
            Goal(case=c, title="上岗", basis="调查", attainment="reached" if n % 7 else "") for n, c in enumerate(cases)
        ]
        lay(Goal, iter(goals))
        lay(
            Activity,
            (
                Activity(
                    case=goal.case,
                    goal=goal,
                    need=need,
                    kind="session",
                    title="会谈",
                    who="both",
                    due_on=today - timedelta(days=5),
                    state="done" if n % 3 else "planned",
                    done_at=now,
                )
                for n, (goal, need) in enumerate(zip(goals, needs, strict=True))
            ),
        )
        lay(
            Appointment,
            (
                Appointment(
                    organisation=agency,
                    person_id=case.person_id,
                    staff=head,
                    topic="会谈",
                    mode="face",
                    starts_at=case.opened_at,
                    ends_at=case.opened_at + timedelta(minutes=50),
                    state="attended",
                )
                for case in cases
            ),
        )
        lay(
            FeedbackRequest,
            (
                FeedbackRequest(
                    case=case,
                    person_id=case.person_id,
                    token_digest=f"{n}",
                    asked_at=now - timedelta(days=n % 300),
                    expires_at=now,
                    answered_at=now if n % 2 else None,
                    overall=4 if n % 2 else None,
                )
                for n, case in enumerate(cases)
                if n % 10
            ),
        )
    return agency, head


def main(clients: int) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from zhiyin.cli import boot

    boot.start()
    boot.migrate()
    from zhiyin.domain.audit.acting import acting
    from zhiyin.domain.conformance import commands
    from zhiyin.domain.people.queries import actor_for

    began = time.perf_counter()
    agency, head = build(clients)
    print(f"{clients:,} clients, {clients // 2:,} cases laid in {time.perf_counter() - began:.0f} s")
    late = False
    for standard in ("SVC", "XM"):
        began = time.perf_counter()
        with CaptureQueriesContext(connection) as captured, acting(actor_for(head), "bench"):
            run = commands.run(agency, standard)
        seconds = time.perf_counter() - began
        late = late or seconds > BOUND
        print(f"{standard}: {seconds:.1f} s, {len(captured)} queries, score {run.score}")
        slow = sorted(captured.captured_queries, key=lambda query: -float(query["time"]))[:5]
        for query in slow:
            print(f"  {float(query['time']):6.2f} s  {query['sql'][:150]}")
    return 1 if late else 0


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as home:
        os.environ |= {"ZHIYIN_HOME": home, "ZHIYIN_LOG_LEVEL": "ERROR"}
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
