"""Acts leave their trace together with what they did, or neither."""

import threading
import uuid
from pathlib import Path

import pytest
from django.db import connections

from tests import factories
from zhiyin.domain.audit import chain, reads
from zhiyin.domain.audit.acting import SYSTEM, VISITOR, acting, actor, command, job, record
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.organisations.commands import create_organisation, next_serial
from zhiyin.domain.organisations.models import Organisation
from zhiyin.kernel.errors import Invalid, WriteRefused


@pytest.mark.django_db
def test_nothing_is_written_outside_acting() -> None:
    for act in (lambda: actor(), lambda: record("x.y"), lambda: create_organisation(name="甲", code="A1")):
        with pytest.raises(WriteRefused):
            act()


@pytest.mark.django_db
def test_a_failed_command_takes_its_trace_with_it_and_leaves_the_others() -> None:
    with acting(SYSTEM, "x"):
        create_organisation(name="甲", code="A1")
        with pytest.raises(Invalid):
            create_organisation(name="乙", code="A1")
    assert list(AuditEvent.objects.values_list("action", flat=True)) == ["organisations.created"]
    assert Organisation.objects.count() == 1


def _create_and_fail() -> None:
    create_organisation(name="甲", code="A1")
    raise ZeroDivisionError


@pytest.mark.django_db
def test_when_the_whole_act_fails_nothing_stays() -> None:
    with pytest.raises(ZeroDivisionError), acting(SYSTEM, "x"):
        _create_and_fail()
    assert (AuditEvent.objects.count(), Organisation.objects.count()) == (0, 0)
    assert chain.verify().chains == {}


@pytest.mark.django_db
def test_a_command_without_a_trace_is_a_defect_and_stores_nothing() -> None:
    @command("test.silent")
    def silent() -> None:
        Organisation.objects.create(name="静", code="Q1")

    with pytest.raises(RuntimeError, match="left no trace"), acting(SYSTEM, "x"):
        silent()
    assert not Organisation.objects.exists()
    with pytest.raises(RuntimeError, match="two commands"):
        command("test.silent")(lambda: None)


@pytest.mark.django_db
def test_the_same_actor_joins_and_another_is_an_error() -> None:
    with acting(SYSTEM, "outer") as outer:
        with acting(SYSTEM, "inner") as inner:
            assert inner is outer
            record("test.done")
        with pytest.raises(RuntimeError, match="another actor"), acting(VISITOR, "x"):
            pass
    assert AuditEvent.objects.get().reason == "outer"


@pytest.mark.django_db
def test_the_row_says_who_in_which_role_where_and_why() -> None:
    member = factories.member(factories.agency())
    with acting(factories.who(member), "会谈"):
        record("test.done", member, person=uuid.UUID(int=7), at=member.created_at, field="phone")
    event = AuditEvent.objects.get(action="test.done")
    assert (event.actor_kind, event.actor_id, event.actor_role) == ("staff", f"user:{member.user_id}", "adviser")
    assert (event.organisation_id, event.chain) == (member.organisation_id, f"agency:{member.organisation_id}")
    assert (event.object_type, event.object_id) == ("accounts.membership", str(member.pk))
    assert (event.person_id, event.reason, event.data["field"]) == (uuid.UUID(int=7), "会谈", "phone")


@pytest.mark.django_db
def test_a_reading_is_noted_once_in_ten_minutes_per_reader_and_object() -> None:
    body = factories.agency()
    first, second = factories.who(factories.member(body)), factories.who(factories.member(body))
    person = uuid.uuid4()
    for who in (first, first, second):
        reads.note_reading(who, body, person, "查看")
    found = reads.readings(person)
    assert [row["actor_id"] for row in found] == [second.id, first.id]
    assert reads.readings(uuid.uuid4()) == []
    assert reads.readings(person, since=found[0]["at"].replace(year=2999)) == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_many_threads_make_one_unbroken_chain(home: Path) -> None:
    with acting(SYSTEM, "arrange"):
        body = create_organisation(name="甲", code="A1")
    who = job("load", body.pk)
    numbers: list[int] = []

    def work() -> None:
        for _ in range(10):
            with acting(who, "x"):
                numbers.append(next_serial(body, "test", 2026))
                record("test.done", body)
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(numbers) == list(range(1, 41))
    verdict = chain.verify()
    assert verdict.sound
    assert verdict.chains[f"agency:{body.pk}"] == 40
    assert verdict.unsealed == {}
