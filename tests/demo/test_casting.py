"""The invented people as such, without a database."""

import random
from dataclasses import replace
from datetime import date, datetime

import pytest

from zhiyin.demo.accounts import accounts
from zhiyin.demo.cast import BODIES, STAFF
from zhiyin.demo.casting import ALL, Casting, castings
from zhiyin.demo.diary import Diary
from zhiyin.demo.identities import Registry
from zhiyin.demo.personas import Persona, personas
from zhiyin.demo.profiles import Twist
from zhiyin.demo.stories import Writer
from zhiyin.domain.accounts.roles import ADMINISTRATORS, Role
from zhiyin.guide import checks
from zhiyin.guide.models import INSTRUMENT, ZONE, CaseFile
from zhiyin.kernel.dates import add_months
from zhiyin.kernel.identity import DEMO_REGIONS, DocumentKind, check
from zhiyin.kernel.workdays import WorkingCalendar
from zhiyin.packs.installed import registry

TODAY = datetime(2026, 11, 18, 15, 0, tzinfo=ZONE)
STAFF_PART = {"name": "许晓雯", "level": 4, "education": "bachelor"}
TEAM = {
    "agency": {"name": "临江市公共就业服务中心", "code": "LJ", "phone": "0990-1", "complaint_phone": "0990-2"},
    "adviser": STAFF_PART,
    "supervisor": {"name": "沈维国", "level": 1, "education": "master"},
    "section_head": {"name": "罗敏", "level": 1, "education": "bachelor"},
}
PEOPLE = list(personas().values())


def written(persona: Persona, twist: Twist, seed: int = 1, age: int | None = None) -> CaseFile:
    rng = random.Random(seed)
    sex = persona.sex[0]
    birth = add_months(date(2026, 1, 10), -12 * (age or persona.ages[0]))
    who = Registry().identity(persona, rng, birth, sex)
    diary = Diary(rng, WorkingCalendar(registry().all("calendar")))
    writer = Writer(
        persona,
        who,
        diary,
        instrument=registry().get("instrument", INSTRUMENT),
        team=TEAM,
        twist=twist,
        guardian_names=["周秀英", "周国强"][: twist.guardians],
    )
    return writer.write(diary.on(date(2026, 3, 4)))


@pytest.mark.parametrize("persona", PEOPLE, ids=lambda persona: persona.id)
def test_every_kind_gives_a_case_file_without_faults(persona: Persona) -> None:
    for seed, twist in enumerate((Twist(), Twist(returned=True, missed="excused", late_entry=True, guardians=2))):
        case = written(persona, twist, seed)
        assert checks.faults(case, TODAY) == []


@pytest.mark.parametrize("answers", ["flat", "careless", "declined", "none"])
def test_unusual_answers_give_case_files_without_faults(answers: str) -> None:
    case = written(personas()["courier"], Twist(answers=answers, feedback="low", follow_ups="unreached"))
    assert checks.faults(case, TODAY) == []
    assert (case.assessment is None) == (answers == "none")


def test_a_self_supporter_of_sixteen_needs_no_guardian() -> None:
    case = written(personas()["factory-tech"], Twist(self_supporting=True), age=16)
    assert case.guardians == []
    assert case.client.self_supporting is not None
    assert checks.faults(case, TODAY) == []


def test_the_same_seed_writes_the_same_story_and_another_seed_another() -> None:
    kind = personas()["pharmacy"]
    assert written(kind, Twist()).model_dump() == written(kind, Twist()).model_dump()
    assert written(kind, Twist(), 2).model_dump() != written(kind, Twist(), 3).model_dump()


def test_every_code_that_a_kind_names_exists() -> None:
    occupations = {row.code for row in registry().all("occupation")}
    for persona in PEOPLE:
        named = [job.occupation for job in persona.work] + [wish.occupation for wish in persona.wishes]
        named += [outcome.occupation for outcome in persona.outcomes]
        assert {code for code in named if code} <= occupations, persona.id


def test_two_hundred_clients_of_all_kinds() -> None:
    chosen = castings()
    assert len(chosen) == ALL
    assert {casting.persona for casting in chosen} == set(personas())
    again = [replace(casting, extras=()) for casting in castings()]
    assert [replace(casting, extras=()) for casting in chosen] == again
    keys = [casting.key for casting in chosen if casting.key]
    assert len(keys) == len(set(keys))
    recent = [casting for casting in chosen if casting.until is None and casting.ago[0] <= 80]
    assert 0.4 < len(recent) / ALL < 0.6


def test_a_small_cast_begins_with_the_unusual_ones() -> None:
    small = castings(12)
    assert [casting.key for casting in small] == [casting.key for casting in castings()[:12]]
    assert all(isinstance(casting, Casting) for casting in small)


def test_sign_ins_cover_the_roles_and_administrators_serve_nobody() -> None:
    usernames = [account.username for account in accounts()]
    assert len(usernames) == len(set(usernames))
    assert all(account.what_to_try for account in accounts())
    roles = {post.role for member in STAFF for post in member.posts}
    assert roles == set(Role) - {Role.CLIENT, Role.EMPLOYER_CONTACT}
    assert any(len({post.body.code for post in member.posts}) == 2 for member in STAFF)
    for member in STAFF:
        held = {post.role for post in member.posts}
        assert not (held & ADMINISTRATORS and len(held) > 1)
    assert {member.level for member in STAFF if member.username.startswith("adviser")} == {2, 3, 4}
    assert [body.parent for body in BODIES] == ["", "LJ", "LJ"]


def test_no_number_can_belong_to_anybody() -> None:
    names, rng = Registry(), random.Random(4)
    for persona in PEOPLE:
        for sex in persona.sex:
            who = names.identity(persona, rng, date(1990, 5, 17), sex)
            for paper in [who.client["document"], *who.client.get("papers", [])]:
                kind, number = DocumentKind(paper["kind"]), paper["number"]
                assert check(kind, number, on=date(2026, 11, 18), allow_demo=True).ok, (persona.id, number)
                invented = number[:6] in DEMO_REGIONS or number.lstrip("HXM").startswith("000")
                assert invented, (kind, number)


def test_names_are_given_once() -> None:
    names, rng = Registry(), random.Random(5)
    given = [names.name(rng, sex) for sex in "12" * 200]
    assert len(set(given)) == len(given)
