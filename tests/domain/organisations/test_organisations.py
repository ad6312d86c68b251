"""Bodies, their numbers and their working days."""

import threading
from datetime import date

import pytest
from django.db import connections

from tests import factories
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, acting, record
from zhiyin.domain.organisations.commands import create_organisation, next_serial
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.organisations.queries import calendar
from zhiyin.kernel.errors import Invalid, Refused

pytestmark = pytest.mark.django_db


def test_a_body_is_registered_with_a_prefix_that_is_its_own() -> None:
    with acting(SYSTEM, "x"):
        body = create_organisation(name=" 罗江服务中心 ", code=" lj ")
        assert (body.name, body.code, body.short_name) == ("罗江服务中心", "LJ", "罗江服务中心")
        for name, code, field in (("", "A1", "name"), ("甲", "", "code"), ("甲", "罗江", "code"), ("甲", "Lj", "code")):
            with pytest.raises(Invalid) as caught:
                create_organisation(name=name, code=code)
            assert list(caught.value.errors) == [field]


def test_nobody_registers_a_body_in_a_role() -> None:
    for role in (Role.SYSTEM_ADMIN, Role.SECTION_HEAD):
        member = factories.member(factories.agency(), role)
        with pytest.raises(Refused), acting(factories.who(member), "x"):
            create_organisation(name="甲", code="A1")


def test_numbers_run_by_body_kind_and_year_and_a_failed_act_gives_its_number_back() -> None:
    first, second = factories.agency(), factories.agency()
    with acting(SYSTEM, "x"):
        record("test.done")
        assert [next_serial(first, "case", 2026) for _ in range(3)] == [1, 2, 3]
        assert next_serial(first, "case", 2027) == 1
        assert next_serial(first, "file", 2026) == 1
        assert next_serial(second, "case", 2026) == 1
    with pytest.raises(ZeroDivisionError), acting(SYSTEM, "x"):
        _take_and_fail(first)
    with acting(SYSTEM, "x"):
        assert next_serial(first, "case", 2026) == 4


def _take_and_fail(body: Organisation) -> None:
    next_serial(body, "case", 2026)
    raise ZeroDivisionError


def test_the_calendar_holds_the_states_days_and_the_bodys_own() -> None:
    body = factories.agency(extra_holidays=["2026-03-04"], extra_workdays=["2026-03-07"])
    plain = factories.agency()
    days = calendar(body)
    assert not days.is_working(date(2026, 1, 1))
    assert days.is_working(date(2026, 1, 4))  # a Sunday worked in exchange
    assert (days.is_working(date(2026, 3, 4)), calendar(plain).is_working(date(2026, 3, 4))) == (False, True)
    assert (days.is_working(date(2026, 3, 7)), calendar(plain).is_working(date(2026, 3, 7))) == (True, False)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_numbers_taken_at_once_are_all_different() -> None:
    body = factories.agency()
    taken: list[int] = []

    def take() -> None:
        for _ in range(10):
            with acting(SYSTEM, "x"):
                taken.append(next_serial(body, "case", 2026))
        connections.close_all()

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(taken) == list(range(1, 41))
