"""Registering the invented bodies, their rooms, staff and sign-ins by the commands."""

import functools
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from zhiyin.demo.accounts import PASSWORD
from zhiyin.demo.cast import BODIES, CENTRE, STAFF, Body, Member, Post
from zhiyin.demo.stage import Deed
from zhiyin.domain.accounts import commands as accounts
from zhiyin.domain.accounts.models import Membership, User
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.agencies import commands as agencies
from zhiyin.domain.agencies.models import Room, Staff, StaffKind
from zhiyin.domain.audit.acting import SYSTEM, VISITOR, Actor, acting, command, record
from zhiyin.domain.catalogues import commands as catalogues
from zhiyin.domain.organisations import commands as organisations
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.models import Person
from zhiyin.domain.people.queries import actor_for
from zhiyin.guide.run import Team

FORMER = ("frontdesk0", "钱朵")
UNCHECKED = "adviser4"  # whose yearly check is overdue, so that the desk has one to show
ASSESSED_BY = "市人社局职业指导专家组"
_EVIDENCE = {
    "theory": "职业生涯规划理论 60 学时，结业考试 88 分",
    "delivery": "督导旁听三次会谈，记录齐全",
    "market": "完成一份本地行业供求分析",
    "basics": "规划服务基础 32 学时，考核合格",
    "communication": "接待情景演练合格",
    "assisting": "协助办理个案 20 件，记录齐全",
}


@dataclass
class City:
    """What was registered, by code of the body and username."""

    bodies: dict[str, Organisation] = field(default_factory=dict)
    members: dict[tuple[str, str], Membership] = field(default_factory=dict)
    staff: dict[str, Staff] = field(default_factory=dict)
    rooms: dict[str, list[Room]] = field(default_factory=dict)

    def member(self, username: str, code: str = "LJ") -> Membership:
        return self.members[code, username]

    def actor(self, username: str, code: str = "LJ") -> Actor:
        return actor_for(self.member(username, code))

    def team(self, code: str, adviser: str) -> Team:
        """Who serves at a body when ``adviser`` is responsible."""
        return Team(
            self.bodies[code],
            self.member(adviser, code),
            self.members.get((code, "frontdesk")),
            self.members.get((code, "supervisor")),
            self.members.get((code, "head")) or self.members.get((code, "roomhead")),
        )


def found(today: date) -> City:
    """Register everything as it stood a year ago; call inside ``acting``."""
    city = City()
    catalogues.sync_packs()
    for body in BODIES:
        city.bodies[body.code] = _body(body, city)
        city.rooms[body.code] = [
            agencies.add_room(
                city.bodies[body.code],
                name,
                is_separate=True,
                is_quiet=True,
                is_soundproof=True,
                is_ventilated=True,
                is_safe=True,
                is_accessible=body.code == "PG" or index == 0,
            )
            for index, name in enumerate(body.rooms)
        ]
    # one that may not be used for guidance, so that the reason shows
    hall = agencies.add_room(city.bodies["LJ"], "大厅自助区", is_ventilated=True, is_safe=True, is_accessible=True)
    city.rooms["LJ"].append(hall)
    for member in STAFF:
        _member(member, city, today)
    former = enrol(FORMER[0], FORMER[1])
    city.members[CENTRE.code, FORMER[0]] = accounts.grant_role(former, city.bodies[CENTRE.code], Role.FRONT_DESK)
    return city


def daily_life(city: City, now: datetime) -> Iterator[tuple[datetime, Deed]]:
    """What the administrators see of a year: somebody left, somebody mistyped the password until the account locked."""

    def leaves() -> None:
        with acting(city.actor("sysadmin"), "调离本单位"):
            accounts.end_role(city.member(FORMER[0]))

    yield now - timedelta(days=97), leaves

    def looked_up() -> None:
        with acting(SYSTEM, "每年查询从业背景"):
            for name, staff in city.staff.items():
                if name != UNCHECKED:
                    agencies.change_staff(staff, background_checked_on=timezone.localdate())

    yield now - timedelta(days=45), looked_up

    def fails(username: str) -> Deed:
        def deed() -> None:
            with acting(VISITOR, "登录"):
                accounts.note_failed_login(username)

        return deed

    for days, username, times in ((31, "adviser4", 2), (8, "linjing", 3), (0, FORMER[0], _failures())):
        for attempt in range(times):
            yield now - timedelta(days=days, minutes=5) + timedelta(seconds=10 * attempt), fails(username)


def _failures() -> int:
    return int(settings.OPTIONS["security.lockout_failures"])


def _body(body: Body, city: City) -> Organisation:
    return organisations.create_organisation(
        name=body.name,
        code=body.code,
        short_name=body.short_name,
        parent=city.bodies.get(body.parent),
        region=body.region,
        address=body.address,
        phone=body.phone,
        complaint_phone=body.complaint_phone,
        opening_hours=body.opening_hours,
        licence=body.licence,
        registration_proof=f"事业单位法人证书（演示） {body.code}-2019-01",
        is_free=True,
        is_demo=True,
    )


def _member(member: Member, city: City, today: date) -> None:
    user = enrol(member.username, member.name)
    for post in member.posts:
        organisation = city.bodies[post.body.code]
        city.members[post.body.code, member.username] = accounts.grant_role(user, organisation, post.role)
        if member.kind is not None:
            _staff(member, member.kind, user, post, city, today)


def _staff(member: Member, kind: StaffKind, user: User, post: Post, city: City, today: date) -> None:
    trained = today - timedelta(days=40)
    staff = agencies.register_staff(
        user,
        city.bodies[post.body.code],
        kind=kind,
        education=member.education,
        education_proof="学信网电子注册备案表",
        level=member.level,
        started_on=today - timedelta(days=800),
        ethics_signed_on=trained,
        law_trained_on=trained,
        background_checked_on=trained,
        caseload_limit=60 if post.body.code == "LJ" else 50,
    )
    city.staff.setdefault(member.username, staff)
    if member.certificate:
        agencies.add_certificate(
            staff,
            name=member.certificate,
            number=f"LJ{staff.started_on.year}{len(city.staff):04d}",
            level=member.level,
            issued_on=today - timedelta(days=600),
        )
    for area in member.competences:
        agencies.add_competence(
            staff,
            area=area.value,
            evidence=_EVIDENCE[area.value],
            assessed_by=ASSESSED_BY,
            assessed_on=today - timedelta(days=35),
        )


@functools.cache
def _hashed() -> str:
    """The hash of the password that all share: it is on the page anyway, and each hash takes its time."""
    return make_password(PASSWORD)


@command("demo.enrol")
def enrol(username: str, name: str) -> User:
    """A sign-in with the password of the demo."""
    user = accounts.create_user(username=username, name=name, password=None, is_demo=True, must_change=False)
    user.password = _hashed()
    user.save(update_fields=["password"])
    record("demo.enrolled", user)
    return user


@command("demo.give_sign_in")
def give_sign_in(person: Person, organisation: Organisation, username: str) -> User:
    """A sign-in for an invented client; real clients get theirs at the agency."""
    user = enrol(username, person.name)
    accounts.grant_role(user, organisation, Role.CLIENT)
    Person.objects.filter(pk=person.pk).update(user=user)
    record("demo.sign_in_given", person, person=person)
    return user


def parts_of(body: Body, adviser: Membership, team: Team) -> dict[str, Any]:
    """What a case file says of the body and of who serves there."""

    def part(name: str) -> dict[str, Any] | None:
        member = next((one for one in STAFF if one.username == name), None)
        return {"name": member.name, "level": member.level, "education": member.education} if member else None

    said = {
        "agency": {
            "name": body.name,
            "code": body.code,
            "phone": body.phone,
            "complaint_phone": body.complaint_phone,
        },
        "adviser": part(adviser.user.username),
    }
    for name in ("front_desk", "supervisor", "section_head"):
        held = getattr(team, name)
        if held is not None:
            said[name] = part(held.user.username)
    return said
