"""Whom a change concerns, what a brief says, who was informed, what was looked for."""

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from tests import factories
from tests.domain.eligibility.support import FOUNDER, OWNER, world
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import VISITOR, acting
from zhiyin.domain.eligibility import commands, queries
from zhiyin.domain.eligibility.models import Informing
from zhiyin.kernel.errors import Invalid, Refused
from zhiyin.packs.installed import registry
from zhiyin.packs.layers import Operations
from zhiyin.packs.resolved import Layer, Resolved, resolve

pytestmark = pytest.mark.django_db
ON = date(2026, 11, 20)
OLDER = {
    "retirement_category": "M60",
    "able_willing": True,
    "working_now": False,
    "registered_unemployed": True,
    "unemployed_since": "2026-10-01",
    "local_hukou": True,
}


def with_change(*profiles: str, **operations: Any) -> Resolved:
    layer = Layer("change", "变更", "agency", Operations.model_validate(operations))
    return resolve(registry(), profiles, ON, (layer,))


def test_a_changed_figure_names_the_clients_whose_result_changes() -> None:
    here = world("shandong", birth=date(1975, 3, 1), sex="1")
    here.assess("hardship-person", on=ON, **OLDER)
    stays = world("shandong", birth=date(1960, 3, 1), sex="1")
    stays.assess("hardship-person", on=ON, **OLDER)
    before = resolve(registry(), ["shandong"], ON)
    value = {"value": 55, "valid_from": "2009-01-01", "source": "地方通知"}
    after = with_change(
        "shandong", set=[{"parameter": "hardship-older-male", "values": [value], "why": "地方改为五十五周岁"}]
    )
    [found] = queries.concerned_by(factories.who(here.adviser), before, after, on=ON)
    assert (found.person, found.ruleset, found.before) == (here.person, "hardship-person", "PASS")
    assert found.after != "PASS"
    assert queries.concerned_by(factories.who(stays.adviser), before, after, on=ON) == []
    assert queries.concerned_by(factories.who(here.adviser), before, before, on=ON) == []


def test_a_changed_amount_concerns_too() -> None:
    here = world()
    here.assess("disabled-startup", on=ON, **{**OWNER, "spent": 50000})
    value = {"value": 3000, "valid_from": "2007-05-01", "source": "地方通知"}
    after = with_change(set=[{"parameter": "disabled-startup-cap", "values": [value], "why": "上限调低"}])
    [found] = queries.concerned_by(factories.who(here.adviser), resolve(registry(), (), ON), after, on=ON)
    assert (found.before, found.after) == ("PASS", "PASS")


def test_a_policy_that_is_new_is_tried_on_what_is_known() -> None:
    here = world()
    here.assess("startup-grant", on=ON, **{name: value for name, value in FOUNDER.items() if name in STARTUP})
    without = with_change(select=[{"kind": "policy", "without": ["startup-loan"], "why": "还没有这项"}])
    found = queries.concerned_by(factories.who(here.adviser), without, resolve(registry(), (), ON), on=ON)
    assert [(one.ruleset, one.before, one.after) for one in found] == [("startup-loan", "", "UNKNOWN")]


STARTUP = {
    "disabled",
    "business_registered_on",
    "owner",
    "operating",
    "hardship_recognised",
    "graduate",
    "veteran",
    "returning_rural",
    "first_business",
    "granted_before",
}


@pytest.mark.clause("CG2023-L3-5.1.2-K")
def test_an_expired_training_policy_no_longer_appears_in_briefs() -> None:
    here = world()
    [verdict] = here.assess(
        "skill-upgrade-subsidy",
        on=date(2025, 12, 31),
        insured_paid_months=24,
        on_benefit=False,
        skill_certificate=True,
        certificate_level="4",
        certified_on="2025-01-01",
        granted_this_year=0,
        same_level_paid=False,
        received_now=[],
    )
    assert verdict.outcome == "PASS"
    here.assess("disabled-startup", **OWNER)
    brief = queries.brief(factories.who(here.adviser), here.person, here.agency, sensitive=True)["brief"]
    listed = [row["policy"] for row in [*brief["fitting"], *brief["maybe"]]]
    assert listed == ["disabled-startup"]


@pytest.mark.clause("CG2023-L3-5.1.3-S")
def test_the_brief_lists_eligible_startup_policies_with_their_steps() -> None:
    here = world()
    here.assess("disabled-startup", "startup-grant", **FOUNDER)
    brief = queries.brief(factories.who(here.adviser), here.person, here.agency, sensitive=True)["brief"]
    rows = {row["policy"]: row for row in brief["fitting"]}
    assert set(rows) == {"disabled-startup", "startup-grant"}
    assert rows["disabled-startup"]["steps"].startswith("1. 到户籍地残联登记创业意向")
    assert "最高扶持 6000元" in rows["disabled-startup"]["amount"]


@pytest.mark.clause("CG2023-2.2.3-(2)-1")
def test_the_brief_changes_with_the_clients_region_and_group() -> None:
    def listed(profile: str, **person: Any) -> set[str]:
        here = world(profile, **person)
        here.assess("hardship-person", "retirement-age", on=ON, **OLDER)
        brief = queries.brief(factories.who(here.adviser), here.person, here.agency, sensitive=True)["brief"]
        return {row["policy"] for row in brief["fitting"]}

    older = {"birth": date(1975, 3, 1), "sex": "1"}
    assert "hardship-recognition" in listed("shandong", **older)
    assert "hardship-recognition" not in listed("zhejiang", **older)
    assert "hardship-recognition" not in listed("shandong", birth=date(1995, 3, 1), sex="1")


def test_informing_is_noted_for_policies_in_force_only() -> None:
    here = world()
    with acting(factories.who(here.adviser), "告知"):
        told = commands.inform(here.person, here.agency, "startup-grant", channel="phone")
        for policy, channel, place in (
            ("skill-upgrade-subsidy", "phone", "policy"),
            ("no-such", "phone", "policy"),
            ("startup-grant", "smoke", "channel"),
        ):
            with pytest.raises(Invalid) as refused:
                commands.inform(here.person, here.agency, policy, channel=channel)
            assert set(refused.value.errors) == {place}
    assert Informing.objects.get() == told
    elsewhere = factories.member(factories.agency(), Role.ADVISER)
    with acting(factories.who(elsewhere), "告知"), pytest.raises(Refused):
        commands.inform(here.person, here.agency, "startup-grant", channel="phone")


def test_searches_are_counted_without_names_and_what_found_nothing_without_words() -> None:
    with acting(VISITOR, "查政策"):
        commands.count_search("社保 补贴", hits=3)
        commands.count_search("社保　补贴", hits=3)
        commands.count_search("我叫某某", hits=0)
    assert dict(queries.searches(timezone.localdate())) == {"社保 补贴": 2, "": 1}


def test_what_was_told_before_is_carried_on_until_it_is_taken_back() -> None:
    here = world()
    here.assess("disabled-startup", **OWNER)
    [again] = here.assess("disabled-startup")
    assert again.outcome == "PASS"
    assert {row["id"]: row["origin"] for row in again.facts}["disabled"] == "proved"
    [open_] = here.assess("disabled-startup", owner=None)
    assert open_.missing == ["owner"]
    [still] = here.assess("disabled-startup")
    assert still.missing == ["owner"]
