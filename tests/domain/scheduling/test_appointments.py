"""Booking, clashes, and what became of an appointment."""

import threading
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from tests import factories, factories_clients
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.agencies import commands as agency_commands
from zhiyin.domain.agencies.models import Room
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.scheduling import commands, queries
from zhiyin.domain.scheduling.models import Appointment
from zhiyin.kernel.errors import Invalid, Refused

pytestmark = pytest.mark.django_db
FULL = {"is_separate": True, "is_quiet": True, "is_soundproof": True, "is_ventilated": True, "is_safe": True}


def _at(hour: float, days: int = 1) -> datetime:
    day = timezone.localdate() + timedelta(days=days)
    return timezone.make_aware(datetime.combine(day, time.min)) + timedelta(hours=hour)


class House:
    """An agency with an adviser, a front desk, two clients and a room."""

    def __init__(self) -> None:
        self.body = factories.agency()
        self.adviser = factories.member(self.body, name="林静")
        self.desk = factories.member(self.body, Role.FRONT_DESK)
        self.first = factories_clients.client_file(factories.person(name="欧阳慧敏"), adviser=self.adviser)
        self.second = factories_clients.client_file(factories.person(name="单雄信"), adviser=self.adviser)
        with acting(SYSTEM, "x"):
            self.room = agency_commands.add_room(self.body, "一号洽谈室", **FULL)

    def book(self, file: ClientFile, start: float = 9, end: float = 10, **values: Any) -> Appointment:
        values = {
            "staff": self.adviser,
            "topic": "职业规划会谈",
            "mode": "face",
            "room": self.room,
            "days": 1,
            **values,
        }
        days, by = values.pop("days"), values.pop("by", self.desk)
        with acting(factories.who(by), "预约"):
            return commands.book(file.person, self.body, starts_at=_at(start, days), ends_at=_at(end, days), **values)


@pytest.fixture
def house() -> House:
    return House()


def _settle(act: Any, appointment: Appointment, by: Membership, *args: Any) -> Appointment:
    with acting(factories.who(by), "x"):
        settled: Appointment = act(appointment, *args)
    return settled


def _past(appointment: Appointment) -> None:
    with acting(SYSTEM, "arrange"):
        now = timezone.now()
        Appointment.objects.filter(pk=appointment.pk).update(
            starts_at=now - timedelta(hours=2), ends_at=now - timedelta(hours=1)
        )


def test_an_appointment_is_booked_with_its_trace(house: House) -> None:
    appointment = house.book(house.first)
    assert appointment.state == Appointment.State.BOOKED
    event = AuditEvent.objects.get(action="scheduling.booked")
    assert (event.person_id, event.data["staff"]) == (house.first.person_id, str(house.adviser.pk))
    assert queries.next_of(factories.who(house.adviser), house.first.person) == appointment


def test_a_clash_names_the_time_and_never_the_other_client(house: House) -> None:
    house.book(house.first, topic="离婚后重新就业")
    with pytest.raises(Invalid) as caught:
        house.book(house.second, 9.5, 10.5)
    message = str(caught.value)
    assert set(caught.value.errors) == {"staff", "room"}
    assert f"{_at(9):%m-%d} 09:00—10:00" in message
    assert "林静" in message
    assert "欧阳慧敏" not in message
    assert "离婚" not in message


@pytest.mark.parametrize(
    ("start", "end", "clashes"), [(8, 9, False), (10, 11, False), (8, 9.25, True), (9.25, 9.5, True), (8, 11, True)]
)
def test_times_that_only_touch_do_not_clash(house: House, start: float, end: float, clashes: bool) -> None:
    house.book(house.first)
    if clashes:
        with pytest.raises(Invalid):
            house.book(house.second, start, end)
    else:
        house.book(house.second, start, end)


def test_staff_room_and_client_clash_each_for_itself(house: House) -> None:
    house.book(house.first, topic="测评解释")
    colleague = factories.member(house.body)
    with pytest.raises(Invalid) as caught:
        house.book(house.second, staff=colleague)
    assert list(caught.value.errors) == ["room"]
    with pytest.raises(Invalid) as caught:
        house.book(house.first, staff=colleague, room=None, mode="phone")
    assert "“测评解释”" in caught.value.errors["starts_at"][0]
    house.book(house.second, staff=colleague, room=None, mode="video", place="会议链接")


def test_the_time_is_free_again_after_an_excuse_or_a_cancellation(house: House) -> None:
    _settle(commands.excuse, house.book(house.first), house.desk, "发烧")
    _settle(commands.cancel, house.book(house.first), house.desk, "指导师外出")
    assert house.book(house.second).state == Appointment.State.BOOKED


@pytest.mark.clause("SVC-3.3")
@pytest.mark.parametrize(
    ("attribute", "label"),
    [
        ("is_soundproof", "隔音"),
        ("is_separate", "独立"),
        ("is_quiet", "安静"),
        ("is_ventilated", "通风"),
        ("is_safe", "安全"),
    ],
)
def test_a_room_that_lacks_an_attribute_is_not_bookable_and_it_is_named(
    house: House, attribute: str, label: str
) -> None:
    with acting(SYSTEM, "x"):
        agency_commands.change_room(house.room, **{attribute: False})
    with pytest.raises(Invalid) as caught:
        house.book(house.first, room=Room.objects.get())
    assert caught.value.errors == {"room": [f"“一号洽谈室”不能用于指导会谈，缺少：{label}"]}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"topic": " "}, "topic"),
        ({"topic": "题" * 101}, "topic"),
        ({"mode": "telepathy"}, "mode"),
        ({"room": None}, "room"),
        ({"start": 10, "end": 10}, "ends_at"),
        ({"start": 9, "end": 18}, "ends_at"),
        ({"days": -2}, "starts_at"),
    ],
)
def test_bad_input_is_refused_at_its_field(house: House, values: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        house.book(house.first, **values)
    assert list(caught.value.errors) == [field]


def test_staff_and_room_of_other_agencies_are_refused(house: House) -> None:
    other = factories.agency()
    stranger = factories.member(other)
    with acting(SYSTEM, "x"):
        room = agency_commands.add_room(other, "别处", **FULL)
        house.adviser.ended_at = timezone.now() - timedelta(minutes=1)
    with pytest.raises(Invalid) as caught:
        house.book(house.first, staff=stranger, room=room)
    assert set(caught.value.errors) == {"staff", "room"}
    with pytest.raises(Refused):
        house.book(house.first, by=stranger)
    with acting(SYSTEM, "x"):
        house.adviser.save()
    with pytest.raises(Invalid, match="在职的工作人员"):
        house.book(house.first)


@pytest.mark.parametrize("role", [Role.SUPERVISOR, Role.SYSTEM_ADMIN, Role.CLIENT])
def test_roles_without_the_right_book_nothing(house: House, role: Role) -> None:
    with pytest.raises(Refused):
        house.book(house.first, by=factories.member(house.body, role))


# -- what became of it ----------------------------------------------------------------------------------------------


def test_attended_missed_excused_and_cancelled_stay_apart(house: House) -> None:
    appointments = [house.book(house.first, hour, hour + 1) for hour in (9, 10, 11, 12)]
    for appointment in appointments:
        _past(appointment)
    _settle(commands.attend, appointments[0], house.adviser)
    _settle(commands.miss, appointments[1], house.adviser, "电话没人接")
    _settle(commands.excuse, appointments[2], house.desk)
    _settle(commands.cancel, appointments[3], house.desk, "停电")
    states = {row.pk: (row.state, row.note) for row in Appointment.objects.all()}
    assert [states[appointment.pk] for appointment in appointments] == [
        ("attended", ""),
        ("missed", "电话没人接"),
        ("excused", ""),
        ("cancelled", "停电"),
    ]
    recorded = set(AuditEvent.objects.filter(object_type="scheduling.appointment").values_list("action", flat=True))
    assert recorded >= {"scheduling.attended", "scheduling.missed", "scheduling.excused", "scheduling.cancelled"}
    with pytest.raises(Invalid, match="已到"):
        _settle(commands.miss, appointments[0], house.adviser)


def test_nothing_is_settled_before_its_time(house: House) -> None:
    appointment = house.book(house.first)
    for act in (commands.attend, commands.miss):
        with pytest.raises(Invalid, match="还没到"):
            _settle(act, appointment, house.adviser)
    with pytest.raises(Invalid, match="取消的原因"):
        _settle(commands.cancel, appointment, house.desk, "")


def test_a_client_excuses_the_own_appointment_until_it_begins(house: House) -> None:
    mine, other = house.book(house.first), house.book(house.second, 10, 11)
    who = factories_clients.client_actor(house.first)
    with acting(who, "请假"):
        with pytest.raises(Refused):
            commands.excuse(other)
        with pytest.raises(Refused):
            commands.cancel(mine, "不想去")
        assert commands.excuse(mine).state == Appointment.State.EXCUSED
    late = house.book(house.first, 14, 15)
    _past(late)
    with pytest.raises(Invalid, match="打电话"), acting(who, "请假"):
        commands.excuse(late)


# -- reading --------------------------------------------------------------------------------------------------------


def test_each_sees_the_own_day(house: House, django_assert_num_queries: Any) -> None:
    colleague = factories.member(house.body)
    tomorrow = timezone.localdate() + timedelta(days=1)
    mine = house.book(house.first)
    theirs = house.book(house.second, 10, 11, staff=colleague)
    house.book(house.second, 9, 10, days=2)
    _settle(commands.cancel, house.book(house.first, 14, 15), house.desk, "停电")
    who = factories.who(house.adviser)
    with django_assert_num_queries(1):
        day = queries.of_day(who, tomorrow)
        assert [(one.person.name, one.staff.user.name) for one in day] == [
            ("欧阳慧敏", "林静"),
            ("单雄信", colleague.user.name),
        ]
    assert queries.of_day(who, tomorrow, staff=colleague) == [theirs]
    assert len(queries.of_day(who, tomorrow, days=2)) == 3
    with acting(SYSTEM, "x"):
        Appointment.objects.filter(pk=mine.pk).update(starts_at=_at(0, 0), ends_at=_at(0.5, 0))
    assert queries.mine_today(who) == [mine]
    assert queries.mine_today(factories.who(colleague)) == []
    client = factories_clients.client_actor(house.second)
    assert {one.person_id for one in queries.of_day(client, tomorrow, days=3)} == {house.second.person_id}
    stranger = factories.who(factories.member(factories.agency()))
    assert queries.of_day(stranger, tomorrow) == []
    assert queries.next_of(stranger, house.first.person) is None


def test_what_nobody_settled_is_listed(house: House) -> None:
    appointment = house.book(house.first)
    house.book(house.first, 10, 11)
    assert queries.unsettled(factories.who(house.adviser)) == []
    _past(appointment)
    assert [one.pk for one in queries.unsettled(factories.who(house.adviser))] == [appointment.pk]
    assert len(queries.of_person(factories.who(house.adviser), house.first.person)) == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_bookings_at_once_do_not_both_find_the_time_free() -> None:
    house = House()
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def book(file: ClientFile) -> None:
        try:
            start.wait()
            house.book(file)
            outcomes.append("booked")
        except Invalid:
            outcomes.append("refused")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=book, args=(file,)) for file in (house.first, house.second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["booked", "refused"]
