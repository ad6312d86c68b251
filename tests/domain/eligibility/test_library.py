"""The policy library: found, filtered, judged; what applies together."""

from datetime import date

import pytest

from zhiyin.domain.eligibility import library, queries
from zhiyin.packs.resolved import resolve

ON = date(2026, 11, 20)
FOUNDER = {
    "disabled": True,
    "local_hukou": True,
    "birth_on": "1988-05-20",
    "retirement_category": "F50",
    "business_registered_on": "2025-03-01",
    "owner": True,
    "operating": True,
    "spent": 6000,
    "first_business": True,
    "granted_before": False,
    "skill_certificate": False,
}


def found(facts: dict[str, object], region: str = "37") -> dict[str, library.Finding]:
    packs = library.definitions_for(region, ON)
    policies = library.applicable(packs, audience="person", region=region, on=ON)
    return {one.policy.id: one for one in library.judge(packs, policies, facts, ON)}


@pytest.mark.clause("CP2026-L3-5.2.1-S")
def test_a_known_profile_returns_the_expected_policies_each_with_the_matched_condition() -> None:
    fitting = {name: one for name, one in found(FOUNDER).items() if one.verdict == "PASS"}
    assert {"disabled-startup", "startup-grant"} <= set(fitting)
    assert "持有残疾人证" in [line.title for line in fitting["disabled-startup"].fits]
    assert all(one.fits for one in fitting.values())


@pytest.mark.clause("CP2026-L3-5.2.2-S")
def test_each_policy_is_eligible_or_not_with_the_unmet_condition_and_the_key_points() -> None:
    every = found({**FOUNDER, "operating": False})
    unmet = every["disabled-startup"]
    assert (unmet.verdict, [line.title for line in unmet.faults]) == ("FAIL", ["正常经营"])
    for one in every.values():
        assert one.verdict in {"PASS", "FAIL", "UNKNOWN"}
        assert one.faults if one.verdict == "FAIL" else one.fits or one.missing
        assert one.policy.plain


@pytest.mark.clause("CG2023-X1-L4-2.2.1-K")
def test_a_training_subsidy_is_eligible_or_each_failed_condition_is_told_with_steps_and_window() -> None:
    packs = library.definitions_for("37", ON)
    case = {"trainee_group": "rural", "skill_certificate": False, "in_catalogue": False}
    asked = library.panel(packs, ["training-subsidy"]).facts
    one = found({name: value for name, value in case.items() if name in asked})["training-subsidy"]
    assert one.verdict == "FAIL"
    assert "取得证书" in [line.title for line in one.faults]
    assert one.policy.steps
    assert one.policy.window or one.policy.channel


def test_the_region_decides_and_the_nearest_profile_is_laid() -> None:
    assert library.profiles_of("37") == ("shandong",)
    assert library.profiles_of("370100") == ("shandong",)
    assert library.profiles_of("65") == ()
    codes = [code for code, _, _ in library.regions()]
    assert codes[0] == "00"
    assert len(codes) == len(set(codes)) > 30
    older = {
        "birth_on": "1975-01-01",
        "sex": "1",
        "retirement_category": "M60",
        "able_willing": True,
        "working_now": False,
        "registered_unemployed": True,
        "local_hukou": True,
        "unemployed_since": "2026-10-01",
    }
    verdicts = {region: found(older, region)["hardship-recognition"].verdict for region in ("37", "33")}
    assert verdicts["37"] == "PASS"
    assert verdicts["33"] != "PASS"


def test_what_has_run_out_is_not_judged_but_can_be_found() -> None:
    packs = library.definitions_for("37", ON)
    assert "skill-upgrade-subsidy" not in found({})
    expired = library.search(packs, on=ON, state="expired")
    assert "skill-upgrade-subsidy" in [one.id for one in expired]
    assert library.search(packs, on=date(2025, 6, 1), words="技能提升")[0].id == "skill-upgrade-subsidy"
    assert "skill-upgrade-subsidy" not in [one.id for one in library.search(packs, on=ON, state="current")]


@pytest.mark.clause("CP2026-L2-4.2.2-K")
def test_each_key_group_lists_its_policies_with_conditions_and_steps() -> None:
    packs = library.definitions_for("00", ON)
    for group in ("graduate", "veteran", "disabled", "older", "long-unemployed", "low-income", "poverty-relieved"):
        listed = library.search(packs, on=ON, group=group, state="current")
        assert listed, group
        assert all(group in one.groups and one.conditions and one.steps for one in listed)


@pytest.mark.clause("CG2023-L3-5.1.1-K")
def test_every_policy_has_key_points_cautions_and_validity() -> None:
    packs = library.definitions_for("00", ON)
    for policy in packs.all("policy"):
        assert policy.plain, policy.id
        assert policy.exclusions, policy.id
        assert policy.valid_from, policy.id


@pytest.mark.clause("CG2023-L3-5.1.3-K")
def test_every_startup_policy_lists_conditions_that_the_checker_evaluates() -> None:
    packs = library.definitions_for("37", ON)
    for name in ("startup-grant", "startup-loan", "startup-loan-firm", "disabled-startup", "tax-self-employed"):
        policy = packs.get("policy", name)
        assert policy.conditions
        told = library.conditions(packs, policy.rule, ON)
        assert told
        assert all(one.verdict == "UNKNOWN" for one in told if "{" not in one.title)


@pytest.mark.clause("CP2026-L2-4.2.1-K")
def test_two_policies_that_exclude_each_other_raise_a_warning() -> None:
    packs = resolve(library.registry(), (), ON)
    [line] = queries.combination(packs, ["flexible-insurance-subsidy", "public-welfare-post"], ON)
    assert line.title == "社保补贴同月只享受一种"
    assert queries.combination(packs, ["flexible-insurance-subsidy", "disabled-startup"], ON) == []
