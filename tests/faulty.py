"""A process of its own that works on an SQLite file while its children are killed, or write against each other.

Started by ``test_faults``: ``python -m tests.faulty kills 12 <seed>`` or ``python -m tests.faulty writers``, with
``ZHIYIN_HOME`` naming an empty folder. What was found is printed as one JSON object.
"""

import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import django

django.setup()

from django.db import connection, connections  # noqa: E402

from tests import factories  # noqa: E402
from tests import factories_casework as fc  # noqa: E402
from zhiyin.cli import boot  # noqa: E402
from zhiyin.domain.accounts.models import Membership  # noqa: E402
from zhiyin.domain.audit import chain  # noqa: E402
from zhiyin.domain.audit.acting import acting  # noqa: E402
from zhiyin.domain.audit.models import AuditEvent  # noqa: E402
from zhiyin.domain.casework import events  # noqa: E402
from zhiyin.domain.casework.models import Case, CaseEvent, FormRecord  # noqa: E402
from zhiyin.domain.clients import commands as clients  # noqa: E402
from zhiyin.domain.clients.models import ClientFile  # noqa: E402
from zhiyin.domain.people import commands as people  # noqa: E402
from zhiyin.domain.people.models import Person  # noqa: E402
from zhiyin.kernel.errors import Conflict  # noqa: E402

JOURNAL = Path(os.environ["ZHIYIN_HOME"]) / "confirmed.txt"


def child(run: Callable[[], None]) -> int:
    """Fork; the child works on a connection of its own and never comes back here."""
    connections.close_all()
    pid = os.fork()
    if pid:
        return pid
    try:
        run()
        os._exit(0)
    except BaseException:
        import traceback

        traceback.print_exc()
        os._exit(3)


def note(line: str) -> None:
    """One line that survives a kill."""
    out = os.open(JOURNAL, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(out, (line + "\n").encode())
    os.close(out)


def serve(adviser: Membership, child_number: int) -> None:
    """One client after the other through the whole service; each act is announced before and confirmed after."""
    # every child counts on from the same place, so what keeps their clients apart is the birth date
    birth = date(1970, 1, 1) + timedelta(days=child_number)
    while True:
        case = fc.case(adviser=adviser, person=factories.person(birth=birth))
        for step, do in fc.STEPS.items():
            note(f"begin {case.pk} {step}")
            with fc.working(case):
                do(case)
            note(f"done {case.pk} {step}")
            case.refresh_from_db()


def lines() -> list[list[str]]:
    return [line.split() for line in JOURNAL.read_text().splitlines()] if JOURNAL.exists() else []


def faults() -> list[str]:
    """Whatever is half, lost or unexplained in the database as it stands."""
    found = [f"audit: {fault}" for fault in chain.verify().faults]
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        found += [row[0] for row in cursor.fetchall() if row[0] != "ok"]
        cursor.execute("PRAGMA foreign_key_check")
        found += [f"dangling: {row}" for row in cursor.fetchall()]
    told = set(AuditEvent.objects.filter(object_type="casework.caseevent").values_list("object_id", flat=True))
    stored = {str(pk) for pk in CaseEvent.objects.values_list("pk", flat=True)}
    found += [f"event without trace or trace without event: {pk}" for pk in told ^ stored]
    found += [f"record without event: {pk}" for pk in FormRecord.objects.exclude(submitted_at=None).filter(event=None)]
    made = set(AuditEvent.objects.filter(action="people.created").values_list("object_id", flat=True))
    found += [f"person: {pk}" for pk in made ^ {str(pk) for pk in Person.objects.values_list("pk", flat=True)}]
    opened = set(AuditEvent.objects.filter(action="clients.file_opened").values_list("object_id", flat=True))
    filed = {str(pk) for pk in ClientFile.objects.values_list("pk", flat=True)}
    found += [f"file: {pk}" for pk in opened ^ filed]
    for case in Case.objects.select_related("organisation", "adviser__user", "adviser__organisation"):
        found += half(case)
    order = [*fc.STEPS, "ended"]
    for what, pk, step in lines():
        case = Case.objects.filter(pk=pk).first()
        if case is None:
            found.append(f"lost case {pk}")
        elif what == "done" and step != "followup" and order.index(case.stage) <= order.index(step):
            found.append(f"lost: {step} of {pk} was confirmed, the case stands at {case.stage}")
    return found


def half(case: Case) -> list[str]:
    """Whether the projection of a case differs from what its events say, or an act left only a part of its rows."""
    before = (case.stage, case.status, case.steps, case.next_due_on, case.late_count, case.closed_at)
    dues = sorted(map(str, case.dues.values_list("key", "due_on", "what")))
    with acting(factories.who(case.adviser), "重算"):
        events.project(case)
    case.refresh_from_db()
    after = (case.stage, case.status, case.steps, case.next_due_on, case.late_count, case.closed_at)
    found = [] if before == after else [f"projection of {case.pk}: {before} is not {after}"]
    if dues != sorted(map(str, case.dues.values_list("key", "due_on", "what"))):
        found.append(f"terms of {case.pk}")
    kinds = set(case.events.values_list("kind", flat=True))
    surveyed = case.needs.exists() and case.goals.exists()
    if ("needs.recorded" in kinds) != surveyed:
        found.append(f"needs survey of {case.pk}")
    return found


def kills(times: int, seed: int) -> dict[str, Any]:
    chance = random.Random(seed)
    adviser = factories.member(factories.agency())
    found: list[str] = []
    amid = acts = 0
    for number in range(times):
        before = len(lines())
        pid = child(lambda number=number: serve(adviser, number))
        # every child gets some way before it dies, at a moment that nobody chose
        while len(lines()) < before + 2:
            time.sleep(0.005)
            if os.waitpid(pid, os.WNOHANG)[0]:
                raise RuntimeError("the child ended by itself")
        time.sleep(chance.uniform(0, 0.6))
        os.kill(pid, signal.SIGKILL)
        _, status = os.waitpid(pid, 0)
        assert os.WTERMSIG(status) == signal.SIGKILL
        amid += lines()[-1][0] == "begin"
        acts = sum(line[0] == "done" for line in lines())
        found += faults()
    return {"faults": found, "amid": amid, "confirmed": acts, "cases": Case.objects.count()}


def writers() -> dict[str, Any]:
    """Two processes open the same person and the same file and save at the same moment."""
    adviser = factories.member(factories.agency())
    person = factories.person(phone="13800000000")
    from tests import factories_clients

    file = factories_clients.client_file(person, adviser.organisation, adviser)
    told: dict[str, list[str]] = {"person": [], "file": []}
    for name in told:
        go, results = Path(f"{JOURNAL}.{name}.go"), [Path(f"{JOURNAL}.{name}.{n}") for n in range(2)]

        def save(n: int, name: str = name, go: Path = go, results: list[Path] = results) -> None:
            mine = Person.objects.get(pk=person.pk) if name == "person" else ClientFile.objects.get(pk=file.pk)
            Path(f"{results[n]}.ready").touch()
            while not go.exists():
                time.sleep(0.001)
            try:
                with acting(factories.who(adviser), "改"):
                    if name == "person":
                        people.change_person(mine, mine.version, address=f"新街 {n} 号")
                    else:
                        clients.change_file(mine, mine.version, hobbies=f"爱好 {n}")
                results[n].write_text("stored")
            except Conflict:
                results[n].write_text("told")

        pids = [child(lambda n=n, save=save: save(n)) for n in range(2)]
        while not all(Path(f"{path}.ready").exists() for path in results):
            time.sleep(0.002)
        go.touch()
        for pid in pids:
            os.waitpid(pid, 0)
        told[name] = sorted(path.read_text() if path.exists() else "failed" for path in results)
    person.refresh_from_db()
    file.refresh_from_db()
    return {"told": told, "versions": [person.version, file.version], "faults": faults()}


if __name__ == "__main__":
    boot.migrate()
    outcome = kills(int(sys.argv[2]), int(sys.argv[3])) if sys.argv[1] == "kills" else writers()
    print(json.dumps(outcome, ensure_ascii=False, default=str))
