"""Standards to read: documents, trees, levels that take in those below, searching, one clause."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories
from tests.web.desk.test_assess import signed_in
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.conformance import commands as conformance
from zhiyin.domain.standards import browsing
from zhiyin.packs.installed import registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def adviser(home: Any, client: Client) -> Client:
    return signed_in(client, factories.member(factories.agency(), Role.ADVISER))


def page(client: Client, name: str, *args: Any, **asked: Any) -> str:
    response = client.get(reverse(name, args=args), asked)
    assert response.status_code == 200
    return response.content.decode()


def listed(client: Client, doc: str, **asked: Any) -> set[str]:
    """Ids of the clauses that the page of a standard shows."""
    return set(
        re.findall(
            r'class="clause-id" href="/desk/standards/clauses/([^"]+)/"', page(client, "desk:standard", doc, **asked)
        )
    )


def with_level(doc: str, *levels: str) -> set[str]:
    return {row.id for row in registry().all("clause") if row.doc == doc and set(levels) & set(row.levels())}


@pytest.mark.clause("CP2026-0-2")
def test_the_tree_shows_three_levels_and_four_parts_and_every_clause_opens(adviser: Client) -> None:
    response = adviser.get(reverse("desk:standard", args=["CP2026"]))
    text = response.content.decode()
    assert "三个等级、四个部分" in text
    parts = [branch["title"] for branch in response.context["roots"]]
    assert [part for part in parts if not part.startswith("0")] == [
        "1 职业概况",
        "2 基本要求",
        "3 工作要求",
        "4 权重表",
    ]
    requirements = next(branch for branch in response.context["roots"] if branch["title"] == "3 工作要求")
    assert [branch["title"] for branch in requirements["branches"]] == ["四级", "三级", "二级"]
    shown = listed(adviser, "CP2026")
    assert shown == {row.id for row in registry().all("clause") if row.doc == "CP2026"}
    for id in sorted(shown):
        assert adviser.get(reverse("desk:standard_clause", args=[id])).status_code == 200, id


@pytest.mark.clause("CP2026-3-0")
def test_level_two_of_the_planner_also_lists_what_levels_three_and_four_ask(adviser: Client) -> None:
    assert listed(adviser, "CP2026", level="L2") == with_level("CP2026", "L2")
    assert listed(adviser, "CP2026", level="L2", lower="1") == with_level("CP2026", "L2", "L3", "L4")
    response = adviser.get(reverse("desk:standard", args=["CP2026"]), {"level": "L2", "lower": "1"})

    def origins(branch: dict[str, Any]) -> dict[str, str]:
        found = {row["id"]: row["origin"] for row in branch["rows"]}
        for below in branch["branches"]:
            found |= origins(below)
        return found

    marks: dict[str, str] = {}
    for branch in response.context["roots"]:
        marks |= origins(branch)
    words = {"L4": "四级", "L3": "三级", "L2": "二级"}
    for row in registry().all("clause"):
        if row.id in marks:
            assert marks[row.id] == words[row.levels()[-1]], row.id
    assert set(marks.values()) == set(words.values())
    assert response.content.decode().count("data-level>四级") == len(with_level("CP2026", "L4"))


@pytest.mark.clause("CG2023-3.1-cum")
def test_level_one_of_the_adviser_holds_every_clause_of_levels_two_three_and_four(adviser: Client) -> None:
    assert listed(adviser, "CG2023", level="L1", lower="1") == with_level("CG2023", "L1", "L2", "L3", "L4")
    assert with_level("CG2023", "L2") - listed(adviser, "CG2023", level="L1")


@pytest.mark.parametrize(
    "doc",
    [
        pytest.param("CG2023-DJ", marks=pytest.mark.clause("CG2023-DJ-3.2-cum")),
        pytest.param("CG2023-DA", marks=pytest.mark.clause("CG2023-DA-3.3-cum")),
    ],
)
def test_level_two_of_the_coach_and_the_assessor_holds_every_clause_of_levels_three_and_four(
    adviser: Client, doc: str
) -> None:
    assert with_level(doc, "L3", "L4") < listed(adviser, doc, level="L2", lower="1")
    assert {row.id for row, _ in browsing.cumulative(doc, "L2")} == with_level(doc, "L2", "L3", "L4")
    assert {origin for _, origin in browsing.cumulative(doc, "L2")} == {"L4", "L3", "L2"}


def test_filters_narrow_and_an_empty_answer_offers_the_way_back(adviser: Client) -> None:
    skills = listed(adviser, "CP2026", level="L3", kind="skill")
    assert skills
    assert skills == {
        row.id
        for row in registry().all("clause")
        if row.doc == "CP2026" and row.kind == "skill" and "L3" in row.levels()
    }
    tested = listed(adviser, "CP2026", served="tested")
    claimed, waiting = (listed(adviser, "CP2026", served=state) for state in ("claimed", "open"))
    assert len(tested) + len(claimed) + len(waiting) == len(listed(adviser, "CP2026"))
    assert "CP2026-0-2" in tested
    assert "看全部条款" in page(adviser, "desk:standard", "CP2026", q="并没有这样的词")
    assert listed(adviser, "SVC", level="L9", kind="x", served="y") == listed(adviser, "SVC")
    assert adviser.get(reverse("desk:standard", args=["NOTHING"])).status_code == 404


def test_searching_over_all_documents_marks_what_was_found(adviser: Client) -> None:
    text = page(adviser, "desk:standards", q="svc-4.1.1 个人")
    assert "<mark>SVC-4.1.1</mark>" in text
    assert "<mark>个人</mark>" in text
    assert "desk/standards/clauses/XM" not in text
    assert "换个词" in page(adviser, "desk:standards", q="并没有这样的词")
    text = page(adviser, "desk:standards", q="<b>")
    assert "<b>&lt;" not in text
    assert "&lt;b&gt;" in text


def test_a_clause_tells_its_place_what_serves_it_and_its_neighbours(adviser: Client) -> None:
    text = page(adviser, "desk:standard_clause", "SVC-4.1.1")
    assert "采集个人客户的信息" in text
    assert "需求调查" in text
    assert "4.1 信息收集服务" in text
    for neighbour in ("SVC-4.1.1-a", "SVC-4.1.1-b"):
        assert reverse("desk:standard_clause", args=[neighbour]) in text
    text = page(adviser, "desk:standard_clause", "CP2026-0-2")
    assert "test_the_tree_shows_three_levels_and_four_parts_and_every_clause_opens" in text
    first = browsing.clauses("SVC")[0]
    assert 'rel="prev"' not in page(adviser, "desk:standard_clause", first.id)
    assert adviser.get(reverse("desk:standard_clause", args=["SVC-99"])).status_code == 404


def test_a_clause_shows_how_the_own_organisation_stands_and_where_its_evidence_is(adviser: Client) -> None:
    text = page(adviser, "desk:standard_clause", "SVC-3.1")
    assert "本机构做到没有" in text
    assert "还没有衡量过" in text
    assert reverse("desk:conformance_clause", args=["SVC", "SVC-3.1"]) in text
    agency = Membership.objects.get().organisation
    with acting(SYSTEM, "arrange"):
        conformance.run(agency, "SVC")
    text = page(adviser, "desk:standard_clause", "SVC-3.1")
    assert "还没有衡量过" not in text
    assert "能证明的" in text


@pytest.mark.clause("CG2023-0.6-1")
def test_the_record_of_the_standard_shows_its_number_and_the_day_from_which_it_applies(adviser: Client) -> None:
    for text in (page(adviser, "desk:standards"), page(adviser, "desk:standard", "CG2023")):
        assert "人社厅发〔2023〕32号" in text
        assert "2023-08-31" in text
    rules = [rule for rule in registry().all("ruleset") if rule.id.startswith("adviser-")]
    assert rules
    for rule in rules:
        assert rule.valid_from >= "2023-08-31", rule.id


def test_the_print_view_opens_everything(adviser: Client) -> None:
    text = page(adviser, "desk:standard", "SVC", print="1")
    assert text.count('<details class="branch"') == text.count('<details class="branch" open')
    assert '<form class="filters"' not in text


def test_clients_are_not_let_in_and_pages_cost_the_same_for_every_standard(adviser: Client, client: Client) -> None:
    page(adviser, "desk:standards")
    costs = set()
    for doc in ("CG2023", "SVC"):
        with CaptureQueriesContext(connection) as found:
            page(adviser, "desk:standard", doc)
        costs.add(len(found))
    assert len(costs) == 1
    assert max(costs) <= 20
    signed_in(client, factories.member(factories.agency(), Role.CLIENT))
    assert client.get(reverse("desk:standards")).status_code == 403
