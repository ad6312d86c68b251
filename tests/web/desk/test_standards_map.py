"""The competence map of a member of staff and of the team."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories, factories_casework, factories_clients
from tests.web.desk.case_pages import signed_in
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.agencies.models import Staff
from zhiyin.domain.casework import practice
from zhiyin.domain.standards import browsing

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(home: Any) -> SimpleNamespace:
    agency = factories.agency()
    adviser = factories.member(agency, Role.ADVISER, name="林静怡", level=2)
    other = factories.member(agency, Role.ADVISER, name="周野", level=None)
    head = factories.member(agency, Role.SECTION_HEAD, name="沈若兰", level=1)
    return SimpleNamespace(
        agency=agency,
        members={"adviser": adviser, "other": other, "head": head},
        adviser=signed_in(adviser),
        other=signed_in(other),
        head=signed_in(head),
    )


def spots(page: Any) -> dict[str, Any]:
    return {
        item["spot"].id: item["spot"]
        for field in page.context["fields"]
        for item in [*field["spots"], *field["outside"]]
    }


def test_the_map_holds_the_requirements_of_the_own_level_and_those_below(world: SimpleNamespace) -> None:
    found = spots(world.adviser.get(reverse("desk:standard_map")))
    wanted = {row.id for row, _ in browsing.cumulative("CG2023", "L2") if row.kind in {"skill", "knowledge"}}
    assert set(found) == wanted
    assert {spot.origin for spot in found.values()} == {"四级", "三级", "二级"}
    assert not any(spot.done for spot in found.values())
    lowest = spots(world.other.get(reverse("desk:standard_map")))
    assert {spot.origin for spot in lowest.values()} == {"四级"}
    chosen = world.other.get(reverse("desk:standard_map"), {"doc": "CP2026", "level": "L3"})
    assert {spot.origin for spot in spots(chosen).values()} == {"四级", "三级"}


def test_work_speaks_for_the_clauses_that_its_definition_serves_and_for_its_author_only(
    world: SimpleNamespace,
) -> None:
    adviser = world.members["adviser"]
    file = factories_clients.client_file(None, world.agency, adviser)
    factories_casework.walk_to(factories_casework.case(adviser=adviser, file=file), "closing")
    done = practice.practice(world.agency.pk, [adviser.user_id, world.members["other"].user_id])
    assert done[adviser.user_id]["form", "intake"].count == 1
    assert ("document", "career-report") in done[adviser.user_id]
    assert done[world.members["other"].user_id] == {}
    # the clauses that the two levels ask and these definitions serve
    for doc in ("CG2023", "CP2026"):
        page = world.adviser.get(reverse("desk:standard_map"), {"doc": doc, "level": "L2"})
        for id, spot in spots(page).items():
            serving = {(use.kind, use.id) for use in browsing.traced().of(id).definitions}
            assert bool(spot.done) == bool(serving & set(done[adviser.user_id])), id
            assert spot.state == ("shown" if spot.done else "open" if spot.could else "outside")
        assert "需求调查" in page.content.decode()


def test_the_section_head_sees_the_team_and_each_member_and_an_adviser_only_the_own_map(
    world: SimpleNamespace,
) -> None:
    page = world.head.get(reverse("desk:standard_map_team"))
    text = page.content.decode()
    assert [line["staff"].user.name for line in page.context["lines"]] == ["林静怡", "沈若兰", "周野"]
    assert "还没有等级，先按最低的看" in text
    assert "没有一个人做过的" in text
    staff = Staff.objects.get(user=world.members["adviser"].user)
    where = reverse("desk:standard_map_of", args=[staff.pk])
    assert "林静怡的能力地图" in world.head.get(where).content.decode()
    assert world.other.get(where).status_code == 403
    assert world.other.get(reverse("desk:standard_map_team")).status_code == 403
    stranger = signed_in(factories.member(factories.agency(), Role.SECTION_HEAD))
    assert stranger.get(where).status_code == 404


def test_the_team_costs_the_same_for_three_and_thirty(world: SimpleNamespace) -> None:
    def cost() -> int:
        with CaptureQueriesContext(connection) as found:
            assert world.head.get(reverse("desk:standard_map_team")).status_code == 200
        return len(found)

    cost()
    first = cost()
    for _ in range(27):
        factories.member(world.agency, Role.ADVISER)
    assert cost() == first <= 20
