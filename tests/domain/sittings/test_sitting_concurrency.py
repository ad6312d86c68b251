"""Two sends of one press at the same moment, on a database that lets them run side by side."""

import threading

import pytest
from django.db import connections

from tests import factories
from tests import factories_assessment as made
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.sittings import commands, queries


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_one_press_sent_twice_at_once_is_stored_once():
    sitting = made.started(made.client(factories.member(factories.agency())))
    ready, stored, faults = threading.Barrier(4), [], []

    def send() -> None:
        try:
            ready.wait(timeout=20)
            with acting(queries.link_actor(sitting)):
                stored.append(commands.answer(sitting, "q01", 4, client_key="k1"))
        except Exception as error:
            faults.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert faults == []
    assert sorted(stored) == [False, False, False, True]
    assert sitting.answers.count() == 1
