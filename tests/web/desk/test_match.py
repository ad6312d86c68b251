"""Occupations of a case: filters in sight and removable, reasons, opinions, what was hidden."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories, factories_assessment, factories_casework
from tests.web.desk.test_assess import finished, signed_in
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.casework.models import Case
from zhiyin.domain.matching import commands
from zhiyin.domain.matching.models import MatchChoice, MatchRun

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(home: Any) -> Case:
    factories_assessment.catalogue()
    return factories_casework.walk_to(factories_casework.case(), "delivery")


def ran(case: Case, **filters: Any) -> MatchRun:
    with acting(factories.who(case.adviser), "比对"):
        return commands.run(case.person, case_id=case.pk, filters=filters)


def url_of(case: Case) -> str:
    return reverse("desk:case_match", args=[case.pk])


def test_first_page_offers_to_run_and_says_that_interests_are_lacking(client: Client, case: Case) -> None:
    text = signed_in(client, case.adviser).get(url_of(case)).content.decode()
    assert "还没有比对过职业" in text
    assert "还没有可用的兴趣测评结果" in text
    assert not MatchRun.objects.exists()


def test_run_lists_occupations_with_reasons_and_bars(client: Client, case: Case) -> None:
    result = finished(case)
    page = signed_in(client, case.adviser).post(url_of(case), {"education_floor": "1"}, follow=True)
    run = MatchRun.objects.get()
    assert run.result_id == result.pk
    text = page.content.decode()
    assert text.count('class="match"') == len(run.ranks) == 30
    first = run.ranks[0]
    assert first["reasons"][0]["text"] in text
    assert reverse("desk:case_occupation", args=[case.pk, first["code"]]) in text
    assert "不是结论" in text


def test_filters_are_in_sight_and_go_one_by_one(client: Client, case: Case) -> None:
    signed_in(client, case.adviser)
    client.post(url_of(case), {"education_floor": "1", "avoid": ["standing", "noise"], "groups": ["4", "6"]})
    run = MatchRun.objects.latest("run_at")
    assert run.filters["avoid"] == ["noise", "standing"]
    text = client.get(url_of(case)).content.decode()
    assert "避开久站" in text
    assert "只看第 4、6 大类" in text
    assert f"{len(run.excluded['rows'])} 个职业被筛选条件隐去" in text
    client.post(url_of(case), {"remove": "avoid:standing"})
    after = MatchRun.objects.latest("run_at")
    assert after.filters["avoid"] == ["noise"]
    assert after.filters["groups"] == [4, 6]
    assert after.filters["education_floor"] is True
    client.post(url_of(case), {"remove": "groups"})
    assert MatchRun.objects.latest("run_at").filters["groups"] == []


def test_an_unknown_condition_is_told_and_the_rest_stays_ticked(client: Client, case: Case) -> None:
    page = signed_in(client, case.adviser).post(url_of(case), {"avoid": ["noise", "moonlight"], "groups": ["6"]})
    text = page.content.decode()
    assert page.status_code == 422
    assert "没有“moonlight”这个工作条件" in text
    assert 'name="avoid" value="noise" aria-label="避开噪声" checked' in text
    assert not MatchRun.objects.exists()


def test_opinion_is_kept_and_a_refusal_hides_until_it_is_taken_back(client: Client, case: Case) -> None:
    run = ran(case)
    code, name = run.ranks[0]["code"], run.ranks[0]["name"]
    one = reverse("desk:case_occupation", args=[case.pk, code])
    signed_in(client, case.adviser)
    assert client.get(one).status_code == 200
    page = client.post(one, {"verdict": "", "reason": "不想上夜班"})
    assert page.status_code == 422
    assert "请选择意见" in page.content.decode()
    assert "不想上夜班" in page.content.decode()
    page = client.post(one, {"verdict": "declined", "reason": "不想上夜班"})
    assert page.url == f"{url_of(case)}#o-{code}"
    choice = MatchChoice.objects.get()
    assert (choice.code, choice.verdict, choice.reason) == (code, "declined", "不想上夜班")
    text = client.get(url_of(case)).content.decode()
    assert "本人不考虑" in text
    assert f"不列{name}" in text
    client.post(url_of(case), {"refused": [code]})
    assert code not in {row["code"] for row in MatchRun.objects.latest("run_at").ranks}
    client.post(url_of(case), {"remove": f"refused:{code}"})
    assert code in {row["code"] for row in MatchRun.objects.latest("run_at").ranks}


def test_pair_picture_stands_beside_the_reasons(client: Client, case: Case) -> None:
    finished(case)
    run = ran(case)
    one = reverse("desk:case_occupation", args=[case.pk, run.ranks[0]["code"]])
    text = signed_in(client, case.adviser).get(one).content.decode()
    assert f"兴趣对照：本人和{run.ranks[0]['name']}" in text


def test_an_occupation_of_ones_own_can_be_added(client: Client, case: Case) -> None:
    run = ran(case, groups=[6])
    listed = {row["code"] for row in run.ranks}
    signed_in(client, case.adviser)
    text = client.get(url_of(case), {"add": "养老护理员"}).content.decode()
    code = "4-10-01-05"
    assert code not in listed
    one = reverse("desk:case_occupation", args=[case.pk, code])
    assert one in text
    assert "没有排进比对的名单" in client.get(one).content.decode()
    client.post(one, {"verdict": "explore", "reason": "邻居在做"})
    text = client.get(url_of(case)).content.decode()
    assert f'id="o-{code}"' in text
    assert "另外提出" in text
    assert client.get(reverse("desk:case_occupation", args=[case.pk, "9-99-99-99"])).status_code == 404


def test_rights_and_foreign_cases(client: Client, case: Case) -> None:
    run = ran(case)
    signed_in(client, factories.member(factories.agency()))
    assert client.get(url_of(case)).status_code == 404
    assert client.post(url_of(case), {}).status_code == 404
    signed_in(client, factories.member(case.organisation, Role.FRONT_DESK))
    assert client.get(url_of(case)).status_code == 403
    signed_in(client, factories.member(case.organisation, Role.SUPERVISOR))
    text = client.get(url_of(case)).content.decode()
    assert "重新比对" not in text
    assert "记意见" not in text
    one = reverse("desk:case_occupation", args=[case.pk, run.ranks[0]["code"]])
    assert client.post(one, {"verdict": "consider"}).status_code == 403


def test_queries_stay_few(client: Client, case: Case, django_assert_max_num_queries: Callable[..., Any]) -> None:
    finished(case)
    run = ran(case)
    signed_in(client, case.adviser).get(url_of(case))
    with django_assert_max_num_queries(20) as few:
        client.get(url_of(case))
    before = len(few)
    with acting(factories.who(case.adviser), "意见"):
        for row in run.ranks[:12]:
            commands.confirm(run, row["code"], "explore")
    with django_assert_max_num_queries(before):
        client.get(url_of(case))
