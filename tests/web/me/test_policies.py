"""A client reads what was judged about them, with every reason and fact."""

from typing import Any

import pytest
from django.test import Client

from tests import factories
from tests.domain.eligibility.support import FOUNDER, OWNER, world
from tests.web.me.support import signed_in, text
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.eligibility import commands

pytestmark = pytest.mark.django_db


@pytest.mark.clause("CG2023-DJ-L3-2.3.1-K")
def test_eligible_measures_show_for_a_client_with_steps_reasons_and_facts(client: Client) -> None:
    here = world()
    with acting(factories.who(here.adviser), "政策咨询"):
        verdicts = commands.assess(here.person, here.agency, ["disabled-startup", "startup-grant"], facts=FOUNDER)
        commands.confirm(verdicts[0])
    page = client_page(client, here)
    for words in ("残疾人自主就业创业扶持", "一次性创业补贴", "到户籍地残联登记创业意向", "看过证明", "已核对"):
        assert words in page
    assert "还没有人核对" in page


def client_page(client: Client, here: Any) -> str:
    return text(signed_in(client, here.person, here.agency).get("/me/policies/"))


def test_an_override_is_told_beside_what_the_machine_said(client: Client) -> None:
    here = world()
    with acting(factories.who(here.adviser), "复核"):
        [verdict] = commands.assess(here.person, here.agency, ["disabled-startup"], facts={**OWNER, "owner": False})
        commands.override(verdict, outcome="PASS", reason="残联同意按家庭经营办理")
    page = client_page(client, here)
    assert "电脑的结果是“不符合”" in page
    assert "残联同意按家庭经营办理" in page


def test_nothing_judged_leads_to_the_own_check_and_others_stay_unseen(client: Client) -> None:
    here, other = world(), world(name="赵一鸣")
    with acting(factories.who(other.adviser), "政策咨询"):
        commands.assess(other.person, other.agency, ["disabled-startup"], facts=OWNER)
    page = client_page(client, here)
    assert "还没有比对过" in page
    assert "残疾人自主就业创业扶持" not in page


def test_the_page_costs_few_queries(client: Client, django_assert_max_num_queries: Any) -> None:
    here = world("shandong")
    with acting(factories.who(here.adviser), "政策咨询"):
        commands.assess(here.person, here.agency, facts=FOUNDER)
    browser = signed_in(client, here.person, here.agency)
    browser.get("/me/policies/")
    with django_assert_max_num_queries(20):
        assert browser.get("/me/policies/").status_code == 200
