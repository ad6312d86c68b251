"""Killed in the middle, two writers at once, a full disk: nothing confirmed is lost, nothing is left half."""

import json
import os
import random
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections

from tests import factories, factories_clients, factories_files
from zhiyin.domain.audit import chain
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.clients import commands as clients
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.files import commands as files
from zhiyin.domain.files.models import StoredFile
from zhiyin.domain.people import commands as people
from zhiyin.domain.people.models import Person
from zhiyin.kernel.errors import Conflict

ROOT = Path(__file__).resolve().parents[1]


def faulty(home: Path, *args: str) -> dict[str, Any]:
    """Run ``tests.faulty`` on an SQLite file in ``home``."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZHIYIN_")}
    done = subprocess.run(
        [sys.executable, "-m", "tests.faulty", *args],
        cwd=ROOT,
        env=kept
        | {"ZHIYIN_HOME": str(home), "ZHIYIN_MODE": "test", "DJANGO_SETTINGS_MODULE": "zhiyin.settings.django"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_killed_at_any_moment_all_or_nothing_is_stored(tmp_path: Path) -> None:
    seed = random.SystemRandom().randrange(10**6)
    found = faulty(tmp_path, "kills", "14", str(seed))
    assert found["faults"] == [], f"seed {seed}"
    # the moments are random, but a child is nearly always within an act
    assert found["amid"] >= 10, found
    assert found["confirmed"] >= 14, found


def test_two_processes_on_one_sqlite_file_the_second_is_told(tmp_path: Path) -> None:
    found = faulty(tmp_path, "writers")
    assert found == {
        "told": {"person": ["stored", "told"], "file": ["stored", "told"]},
        "versions": [2, 2],
        "faults": [],
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("home")
def test_two_writers_at_once_the_second_is_told() -> None:
    """At once on PostgreSQL; the memory database of SQLite has one connection, so one after the other there."""
    adviser = factories.member(factories.agency())
    file = factories_clients.client_file(factories.person(), adviser.organisation, adviser)
    who = factories.who(adviser)
    opened = [(Person.objects.get(pk=file.person_id), ClientFile.objects.get(pk=file.pk)) for _ in range(2)]
    barrier, told = threading.Barrier(2 if connection.vendor == "postgresql" else 1), []

    def save(n: int) -> None:
        mine, page = opened[n]
        try:
            barrier.wait(timeout=20)
            with acting(who, "改"):
                people.change_person(mine, mine.version, address=f"新街 {n} 号")
                clients.change_file(page, page.version, hobbies=f"爱好 {n}")
            told.append(("stored", n))
        except Conflict:
            told.append(("told", n))

    if connection.vendor == "postgresql":
        threads = [threading.Thread(target=lambda n=n: (save(n), connections.close_all())) for n in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(timeout=60)
    else:
        save(0)
        save(1)
    assert sorted(word for word, _ in told) == ["stored", "told"]
    winner = dict(told)["stored"]
    person, kept = Person.objects.get(pk=file.person_id), ClientFile.objects.get(pk=file.pk)
    assert (person.version, kept.version) == (2, 2)
    assert (person.address, kept.hobbies) == (f"新街 {winner} 号", f"爱好 {winner}")
    assert chain.verify().faults == []


@contextmanager
def full_disk(at: int) -> Iterator[None]:
    """No file of this process may grow beyond ``at`` bytes: the next write beyond it fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    former = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (at, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, former)


@pytest.mark.django_db
def test_full_disk_leaves_no_half_file(home: Path) -> None:
    organisation = factories.agency()
    who = factories.who(factories.member(organisation))
    content = factories_files.docx()
    with acting(who, "存"):
        kept = files.store(organisation, "同意书.docx", content)
    before = sorted(path.name for path in (home / "files").rglob("*") if path.is_file())
    with pytest.raises(OSError, match=r"large|space"), full_disk(64), acting(who, "存"):
        files.store(organisation, "另一份.docx", content)
    assert list(StoredFile.objects.values_list("pk", flat=True)) == [kept.pk]
    assert sorted(path.name for path in (home / "files").rglob("*") if path.is_file()) == before
    with acting(who, "存"):
        again = files.store(organisation, "另一份.docx", content)
    assert StoredFile.objects.count() == 2
    assert files.path_of(again).is_file()
