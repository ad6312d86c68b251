"""Two levels, two standards, two profiles side by side."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.web.desk.test_assess import signed_in
from tests.web.desk.test_standards import page
from zhiyin.domain.accounts.roles import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def adviser(home: Any, client: Client) -> Client:
    return signed_in(client, factories.member(factories.agency(), Role.ADVISER))


def rows(client: Client, group: str, **asked: str) -> dict[str, Any]:
    response = client.get(reverse("desk:standard_compare"), asked)
    assert response.status_code == 200
    return {row.title: row for found in response.context["groups"] if found["title"] == group for row in found["rows"]}


def test_the_two_occupations_of_level_three_by_figures_rules_weights_and_functions(adviser: Client) -> None:
    both = {"a": "CG2023:L3", "b": "CP2026:L3"}
    figures = rows(adviser, "规定的数", **both)
    hours = figures["培训最少标准学时"]
    assert (hours.left, hours.right, hours.same) == (("200 标准学时",), ("100 标准学时",), False)
    assert figures["理论知识考试最少时长"].left == ("90 分钟",)
    assert figures["理论知识考试最少时长"].right == ("60 分钟",)
    assert figures["每一项的合格分"].same
    eligible = next(row for title, row in rows(adviser, "规则", **both).items() if "申报条件" in title)
    assert any("累计工作满 10 年" in text for text in eligible.right)
    weights = rows(adviser, "考核权重", **both)
    assert weights["理论　职业道德"].right == ("5%",)
    functions = rows(adviser, "职能和工作内容", **both)
    assert functions["多元化重点群体定制服务"].left == ()
    assert functions["多元化重点群体定制服务"].right


def test_only_differences_between_two_levels_of_one_standard(adviser: Client) -> None:
    both = {"a": "CP2026:L4", "b": "CP2026:L3"}
    assert rows(adviser, "规定的数", **both)["每一项的合格分"].same
    differ = rows(adviser, "规定的数", **both, differ="1")
    assert list(differ) == ["培训最少标准学时"]
    assert "看这个例子" in page(adviser, "desk:standard_compare", a="CP2026:L4", b="NOTHING")


def test_a_profile_beside_the_packs_and_beside_another_profile(adviser: Client) -> None:
    text = page(adviser, "desk:standard_compare_profiles", b="shandong")
    assert reverse("desk:standard_parameter", args=["hardship-older-female"]) in text
    assert "只有山东有" in text
    text = page(adviser, "desk:standard_compare_profiles", a="shandong", b="xiamen-cross-strait")
    assert "只有山东有" in text
    assert "选好右边的方案" in page(adviser, "desk:standard_compare_profiles", a="nothing", b="shandong")
