"""Rules, tables and figures as a person reads them."""

from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from tests import factories
from tests.web.desk.test_assess import signed_in
from tests.web.desk.test_standards import page
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.standards import commands
from zhiyin.packs.installed import registry

pytestmark = pytest.mark.django_db


@pytest.fixture
def adviser(home: Any, client: Client) -> Client:
    return signed_in(client, factories.member(factories.agency(), Role.ADVISER))


def test_a_ruleset_reads_as_sentences_with_its_figures_and_examples(adviser: Client) -> None:
    text = page(adviser, "desk:standard_rule", "planner-pass")
    assert "理论知识成绩至少 60 分" in text
    assert reverse("desk:standard_parameter", args=["planner-pass-score"]) in text
    text = page(adviser, "desk:standard_rule", "planner-l3-eligibility")
    assert "累计工作时间至少 10 年" in text
    assert "十年整" in text
    assert "1.9.1 三级（1）" in text
    assert "与标准包的结论不同" not in text


def test_before_its_day_a_ruleset_says_from_when_it_applies(adviser: Client) -> None:
    early = page(adviser, "desk:standard_rule", "planner-l3-eligibility", on="2026-02-27")
    assert "自 2026-02-28 起施行，2026-02-27 还不适用" in early
    assert "还不适用" not in page(adviser, "desk:standard_rule", "planner-l3-eligibility", on="2026-02-28")


def test_every_ruleset_and_table_of_the_packs_can_be_read(adviser: Client) -> None:
    for kind, name in (("ruleset", "desk:standard_rule"), ("table", "desk:standard_table")):
        for item in registry().all(kind):
            assert item.title in page(adviser, name, item.id)


def test_every_other_kind_of_definition_can_be_read(adviser: Client) -> None:
    for kind in ("form", "document", "process", "blueprint", "policy", "law", "notice", "profile", "instrument"):
        item = registry().all(kind)[0]
        text = page(adviser, "desk:standard_definition", kind, item.id)
        assert item.title in text
    for kind, id in (("form", "nothing"), ("nothing", "intake"), ("ruleset", "planner-pass")):
        assert adviser.get(reverse("desk:standard_definition", args=[kind, id])).status_code == 404


def test_a_figure_of_the_profile_stands_with_its_source_and_turns_examples(home: Any, client: Client) -> None:
    agency = factories.agency()
    signed_in(client, factories.member(agency, Role.ADVISER))
    before = page(client, "desk:standard_parameter", "hardship-older-female")
    assert "山东" not in before
    with acting(SYSTEM, "arrange"):
        commands.set_profile(agency, ["shandong"], effective_from=date(2020, 1, 1), why="属于山东")
    after = page(client, "desk:standard_parameter", "hardship-older-female")
    assert "山东省就业困难人员认定口径" in after
    assert "由省级规定" in after
    assert reverse("desk:standard_rule", args=["hardship-person"]) in after
    text = page(client, "desk:standard_parameters", changed="1")
    assert "山东另定" in text
    assert page(client, "desk:standard_parameters", q="没有这个数").count("看全部参数") == 1


def test_lists_of_rules_and_figures_narrow(adviser: Client) -> None:
    text = page(adviser, "desk:standard_rules", q="三级 申报")
    assert "三级职业指导师申报条件" in text
    assert "二级职业指导师申报条件" not in text
    text = page(adviser, "desk:standard_parameters", basis="open", q="学时")
    assert "一个标准学时的分钟数" in text
    assert "培训最少标准学时" not in text
    assert "看全部规则" in page(adviser, "desk:standard_rules", q="没有这样的规则")
