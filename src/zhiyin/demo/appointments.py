"""The appointments of today and the days after it, so that a morning at the desk looks like one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from zhiyin.demo.city import City
from zhiyin.demo.stage import Deed
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.audit.acting import Actor, acting
from zhiyin.domain.casework.models import Case
from zhiyin.domain.scheduling import commands as scheduling
from zhiyin.domain.scheduling.models import Appointment
from zhiyin.guide.models import ZONE
from zhiyin.kernel.dates import AgeRegime

LENGTH = timedelta(minutes=50)
TODAY = ((9, 0), (10, 0), (11, 0), (14, 0), (15, 10))
LATER = ((9, 30), (14, 30))
TOPICS = {
    "needs": "完成需求调查",
    "agreement": "读协议、签协议",
    "plan": "商定服务方案",
    "delivery": "看测评结果，比较方向",
    "report": "一起读规划报告",
    "closing": "回头看，办结束手续",
}


@dataclass(frozen=True)
class Desk:
    """An adviser, the room the adviser receives in, and who keeps the diary."""

    adviser: str
    code: str
    room: int
    keeper: str


DESKS = (
    Desk("adviser", "LJ", 0, "frontdesk"),
    Desk("adviser3", "LJ", 1, "frontdesk"),
    Desk("adviser4", "LJ", 2, "frontdesk"),
    Desk("studio", "XY", 1, "studio"),
    Desk("room", "PG", 0, "room"),
)


def book_all(city: City, now: datetime) -> Iterator[tuple[datetime, Deed]]:
    """Booked yesterday afternoon; those of today whose time has come are settled."""
    yesterday = datetime.combine(now.date() - timedelta(days=1), time(16, 40), tzinfo=ZONE)
    for desk in DESKS:
        yield yesterday, _book(city, desk, now.date())
    for hour, minute in TODAY:
        start = datetime.combine(now.date(), time(hour, minute), tzinfo=ZONE)
        yield start, _arrive(city, start)


def _book(city: City, desk: Desk, today: date) -> Deed:
    def deed() -> None:
        adviser, keeper = city.member(desk.adviser, desk.code), city.actor(desk.keeper, desk.code)
        today_and_later = [
            [datetime.combine(today, time(*clock), tzinfo=ZONE) for clock in TODAY],
            [
                datetime.combine(today + timedelta(days=days), time(*clock), tzinfo=ZONE)
                for days in range(1, 5)
                for clock in LATER
                if (today + timedelta(days=days)).weekday() < 5
            ],
        ]
        own, others = _cases(adviser)
        booked = list(zip(others, today_and_later[0], strict=False))
        booked += zip(own + others[len(TODAY) :], today_and_later[1], strict=False)
        with acting(keeper, "登记预约"):
            for case, start in booked:
                by_phone = start.hour == 11
                scheduling.book(
                    case.person,
                    city.bodies[desk.code],
                    adviser,
                    topic=TOPICS[case.stage],
                    mode="phone" if by_phone else "face",
                    starts_at=start,
                    ends_at=start + LENGTH,
                    room=None if by_phone else city.rooms[desk.code][desk.room],
                    case_id=case.pk,
                )

    return deed


def _cases(adviser: Membership) -> tuple[list[Case], list[Case]]:
    """The adviser's open cases: those with a sign-in, whose next appointment shall lie ahead, and the others.

    Children are left out: they come with a parent, by a call.
    """
    found = Case.objects.filter(adviser=adviser, status="open", stage__in=TOPICS).select_related("person")
    grown = [case for case in found.order_by("opened_at", "pk") if case.person.regime() != AgeRegime.UNDER_14]
    own = [case for case in grown if case.person.user_id is not None]
    return own, [case for case in grown if case.person.user_id is None]


def _arrive(city: City, start: datetime) -> Deed:
    """Who came and who did not, as the desk notes it when the hour strikes."""

    def deed() -> None:
        keepers: dict[object, Actor] = {
            city.member(desk.adviser, desk.code).pk: city.actor(desk.keeper, desk.code) for desk in DESKS
        }
        booked = Appointment.objects.filter(starts_at=start, state=Appointment.State.BOOKED).order_by("pk")
        for index, appointment in enumerate(booked):
            with acting(keepers[appointment.staff_id], "登记到访"):
                if index == 3:
                    scheduling.miss(appointment, "没有来，电话没接")
                else:
                    scheduling.attend(appointment)

    return deed
