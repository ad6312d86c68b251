"""Ready-made rows for tests, made by the commands themselves.

Each function acts as the system when the test does not act yet. Numbers use region codes that were never issued.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

from zhiyin.domain.accounts import commands as account_commands
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.agencies.models import Staff, StaffKind
from zhiyin.domain.audit import acting as acting_module
from zhiyin.domain.audit.acting import SYSTEM, Actor, acting, record
from zhiyin.domain.organisations import commands as organisation_commands
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people import commands as people_commands
from zhiyin.domain.people.models import Guardian, Person
from zhiyin.domain.people.queries import actor_for
from zhiyin.kernel.identity import DEMO_REGIONS, make_demo_resident_id

_counter = itertools.count(1)
PASSWORD = "Lin-jing-2026!"


@contextmanager
def _arranging() -> Iterator[None]:
    if acting_module.current() is not None:
        yield
        return
    with acting(SYSTEM, "arrange"):
        yield


def agency(**values: Any) -> Organisation:
    n = next(_counter)
    values = {
        "name": f"测试服务中心{n}",
        "code": f"T{n}",
        "phone": "0990-1234567",
        "complaint_phone": "0990-7654321",
        **values,
    }
    with _arranging():
        return organisation_commands.create_organisation(**values)


def member(
    organisation: Organisation, role: Role = Role.ADVISER, *, name: str = "", level: int | None = 3
) -> Membership:
    """Somebody who can sign in (password ``PASSWORD``) in ``role``; staff get a complete staff record."""
    n = next(_counter)
    with _arranging():
        user = account_commands.create_user(
            username=f"user{n}", name=name or f"测试员{n}", password=PASSWORD, must_change=False
        )
        membership = account_commands.grant_role(user, organisation, role)
        if role not in {Role.CLIENT, Role.EMPLOYER_CONTACT}:
            staff = Staff.objects.create(
                user=user,
                organisation=organisation,
                kind=StaffKind.CONSULTANT,
                education="bachelor",
                education_proof="学信网电子注册备案表",
                level=level,
                ethics_signed_on=date(2026, 1, 5),
                law_trained_on=date(2026, 1, 5),
            )
            record("test.staff", staff)
    return membership


def who(membership: Membership) -> Actor:
    """The actor of a membership."""
    return actor_for(membership)


def resident_id(birth: date = date(1985, 5, 20), sex: str = "2") -> str:
    """A number that no other person of this process has: 500 of one birthday and sex fit into each demo region."""
    regions = sorted(DEMO_REGIONS)
    n = next(_counter)
    return make_demo_resident_id(birth, "male" if sex == "1" else "female", n % 500, regions[n // 500 % len(regions)])


def person(*, name: str = "欧阳慧敏", birth: date = date(1985, 5, 20), sex: str = "2", **values: Any) -> Person:
    values = {"kind": "resident_id", "number": resident_id(birth, sex), "phone": "", **values}
    with _arranging():
        return people_commands.create_person(name=name, **values)


def guardian(ward: Person, **values: Any) -> Guardian:
    values = {
        "name": "欧阳建国",
        "relation": "父亲",
        "authority": "statutory",
        "proof": "户口簿",
        "may_read": ["steps", "agreement", "plan", "report"],
        **values,
    }
    with _arranging():
        return people_commands.add_guardian(ward, **values)
