"""Support policies: who gets which, until when, with what beside; and the law behind labour questions."""

import re
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from tests.packs.rules.regions import judge, offered, policies, reasons, region
from tests.packs.rules.support import ON, packs, refused, rows, told
from zhiyin.engines.information import Policy
from zhiyin.engines.rules import Verdict

STARTING = ["startup-grant", "disabled-startup", "startup-loan", "tax-self-employed", "tax-veteran-self-employed"]
VETERAN: dict[str, Any] = {
    "veteran": True,
    "self_placed": True,
    "hardship_recognised": False,
    "graduate": False,
    "disabled": False,
    "returning_rural": False,
    "loan_group": "veteran",
    "business_registered_on": "2025-03-01",
    "first_business": True,
    "owner": True,
    "operating": True,
    "sole_trader": True,
    "granted_before": False,
    "credit_ok": True,
    "only_consumer_loans": True,
    "loan_times": 0,
    "tax_kind_person": "none",
}
JOBLESS: dict[str, Any] = {
    "birth_on": "1975-04-01",
    "retirement_category": "M60",
    "sex": "1",
    "able_willing": True,
    "working_now": False,
    "usual_residence": True,
    "local_hukou": True,
    "excluded_by": "none",
    "registered_unemployed": True,
    "unemployed_since": "2025-06-01",
    "insured_paid_months": 72,
    "involuntary": True,
    "stopped_by": "none",
    "hardship_recognised": True,
    "market_tried": True,
    "post_months": 0,
    "post_times": 0,
    "received_now": [],
    "trainee_group": "unemployed",
    "listed_course": True,
    "attended_percent": 95,
    "skill_certificate": True,
    "times_this_year": 0,
    "same_level_paid": False,
}


@pytest.mark.clause("CP2026-L3-5.2.1-S")
def test_a_known_client_gets_the_expected_policies_each_with_the_condition_that_is_met() -> None:
    found = offered(JOBLESS)
    assert set(found) == {
        "unemployment-registration",
        "hardship-recognition",
        "retirement-age",
        "unemployment-benefit",
        "public-welfare-post",
        "training-subsidy",
    }
    assert "older" in found["hardship-recognition"].met
    assert "paid-one-year" in found["unemployment-benefit"].met
    assert "recognised" in found["public-welfare-post"].met
    assert all(result.met for result in found.values())


@pytest.mark.clause("CG2023-DJ-L3-2.3.1-K")
def test_the_measures_for_disabled_persons_that_a_client_can_have() -> None:
    group = [policy.id for policy in policies() if "disabled" in policy.groups and "person" in policy.audience]
    client = JOBLESS | {"disabled": True, "business_registered_on": "2025-11-01", "owner": True, "operating": True}
    assert set(offered(client, only=group)) == {
        "hardship-recognition",
        "public-welfare-post",
        "training-subsidy",
        "disabled-startup",
    }
    assert "disabled-startup" not in offered(client | {"disabled": False}, only=group)


@pytest.mark.clause("CP2026-L3-5.2.2-S")
def test_every_policy_says_eligible_or_not_names_what_is_not_met_and_its_key_points() -> None:
    client = JOBLESS | {"involuntary": False, "times_this_year": 3, "hardship_recognised": False}
    wanted = {"unemployment-benefit": "involuntary", "training-subsidy": "times", "public-welfare-post": "recognised"}
    for policy in policies(list(wanted)):
        result = judge(str(policy.rule), client)
        assert result.verdict == "FAIL"
        part = reasons(result, Verdict.FAIL)[wanted[policy.id]]
        assert part.title
        assert part.title in result.explanation.why
        assert policy.plain
        assert policy.conditions
    assert judge("unemployment-registration", client).verdict == "PASS"


@pytest.mark.clause("CP2026-L3-5.2.3-K")
def test_a_changed_condition_applies_from_its_day_and_earlier_applications_keep_the_old_one() -> None:
    woman = {
        "birth_on": "1982-06-01",
        "sex": "2",
        "retirement_category": "F50",
        "able_willing": True,
        "working_now": False,
        "registered_unemployed": True,
        "unemployed_since": "2027-01-01",
        "local_hukou": True,
        "income_kind": "none",
        "benefit_months": 0,
        "disabled": False,
        "zero_household_recognised": False,
    }
    applied_before, applied_after = date(2027, 12, 31), date(2028, 1, 1)
    assert judge("hardship-person", woman, applied_before, "zhejiang").verdict == "PASS"
    late = judge("hardship-person", woman, applied_after, "zhejiang")
    assert late.verdict == "FAIL"
    assert "要求至少 46 岁" in told(late)
    assert judge("hardship-person", woman, applied_before, here=region("zhejiang", applied_after)).verdict == "PASS"


@pytest.mark.clause("CP2026-L3-5.2.2-K")
@pytest.mark.parametrize("left_out", ["object", "valid_from", "issuer", "benefit"])
def test_a_policy_without_target_group_or_validity_is_refused(left_out: str) -> None:
    whole = packs().get("policy", "startup-loan").model_dump()
    Policy.model_validate(whole)
    with pytest.raises(ValidationError) as refusal:
        Policy.model_validate({key: value for key, value in whole.items() if key != left_out})
    assert [error["loc"] for error in refusal.value.errors()] == [(left_out,)]


@pytest.mark.clause("CP2026-L4-2.2.2-K")
def test_a_policy_tells_issuer_date_group_and_plain_words_and_an_expired_one_that_it_has_ended() -> None:
    for policy in policies():
        said = [policy.issuer, policy.valid_from, policy.object, policy.plain]
        assert all(said), policy.id
        rule = packs().get("ruleset", policy.rule)
        assert rule.valid_to == policy.valid_to, policy.id
    ended = [policy for policy in policies() if not policy.valid_on(ON)]
    assert {policy.id for policy in ended} == {"hiring-expansion-grant", "skill-upgrade-subsidy"}
    for policy in ended:
        assert "已于 2025-12-31 停止" in judge(str(policy.rule), {}).explanation.why


@pytest.mark.clause("CP2026-L2-4.2.1-K")
def test_two_policies_that_exclude_each_other_raise_a_warning() -> None:
    both = judge("policy-combination", {"received_now": ["flexible-insurance-subsidy", "employer-insurance-subsidy"]})
    assert both.verdict == "FAIL"
    assert "同一个月只能留一种" in told(both)
    good = judge("policy-combination", {"received_now": ["flexible-insurance-subsidy", "training-subsidy"]})
    assert good.verdict == "PASS"
    working = judge("policy-combination", {"received_now": ["unemployment-benefit", "public-welfare-post"]})
    assert "失业保险金应当停发" in told(working)


@pytest.mark.clause("CP2026-L2-4.2.2-K")
def test_every_key_group_has_policies_with_conditions_and_steps() -> None:
    by_group: dict[str, list[Policy]] = {}
    for policy in policies():
        for group in policy.groups:
            by_group.setdefault(group, []).append(policy)
    known = {value.value for value in packs().get("codelist", "client-group").values}
    assert set(by_group) == known
    for group, found in by_group.items():
        assert all(policy.conditions and policy.steps for policy in found), group


@pytest.mark.clause("CG2023-L3-5.1.1-K")
def test_every_policy_has_key_points_cautions_and_dates() -> None:
    for policy in policies():
        assert all([policy.conditions, policy.benefit, policy.exclusions]), policy.id
        assert date.fromisoformat(policy.valid_from) <= date.fromisoformat(policy.checked_on)


@pytest.mark.clause("CG2023-L3-5.1.3-K")
@pytest.mark.parametrize("name", STARTING)
def test_the_conditions_of_start_up_policies_are_those_that_the_checker_evaluates(name: str) -> None:
    policy = packs().get("policy", name)
    result = judge(policy.rule, {})
    assert result.verdict == "UNKNOWN"
    judged = [part for part in result.explanation.children if part.id]
    assert judged
    assert {part.verdict for part in judged} <= {Verdict.UNKNOWN}
    assert len(judged) + 1 >= len(policy.conditions) > 0
    assert all(part.title for part in judged)


@pytest.mark.clause("CG2023-X1-L4-2.1.1-S")
def test_a_founder_sees_what_is_open_to_him_with_reasons_amounts_and_validity() -> None:
    found = offered(VETERAN, only=STARTING)
    assert set(found) == {"startup-grant", "startup-loan", "tax-veteran-self-employed"}
    assert "who-veteran" in found["startup-grant"].met
    assert (found["startup-loan"].outputs["cap"], found["startup-loan"].outputs["months"]) == (300000, 36)
    assert found["tax-veteran-self-employed"].outputs["yearly"] == 20000
    assert packs().get("policy", "startup-loan").valid_to == "2028-09-30"
    after = date(2028, 10, 1)
    assert "startup-loan" not in offered(VETERAN, after, only=STARTING)


@pytest.mark.clause("CG2023-L3-5.1.3-S")
def test_a_brief_on_starting_up_has_the_policies_within_reach_and_their_steps() -> None:
    brief = {name: packs().get("policy", name).steps for name in offered(VETERAN, only=STARTING)}
    assert set(brief) == {"startup-grant", "startup-loan", "tax-veteran-self-employed"}
    assert brief["startup-loan"][0] == "准备创业计划"
    assert all(len(steps) >= 2 for steps in brief.values())


@pytest.mark.clause("CG2023-DJ-L3-3.3.2-K")
def test_a_disabled_founder_hears_eligible_or_each_condition_that_fails_with_its_source() -> None:
    client = JOBLESS | {"disabled": True, "business_registered_on": "2025-11-01", "owner": True, "operating": True}
    assert judge("disabled-startup", client).verdict == "PASS"
    result = judge("disabled-startup", client | {"owner": False, "operating": False, "local_hukou": False})
    failed = reasons(result, Verdict.FAIL)
    assert set(failed) >= {"owner", "operating", "hukou"}
    assert all(failed[name].article for name in ("owner", "operating", "hukou"))


INCENTIVES = ["disability-quota", "accessibility-subsidy", "employer-insurance-subsidy"]


@pytest.mark.clause("CG2023-DJ-L4-3.1.4-K")
@pytest.mark.parametrize("name", INCENTIVES)
def test_the_explanation_of_an_incentive_shows_conditions_amounts_steps_and_validity(name: str) -> None:
    policy = packs().get("policy", name)
    assert "employer" in policy.audience
    assert "disabled" in policy.groups
    assert policy.conditions
    assert policy.steps
    assert policy.valid_from
    assert policy.amount
    for figure in policy.amount:
        assert region().parameter(figure, ON) is not None


def at_our_counter(policy: str, **said: Any) -> Any:
    """The packs of an agency that has written its own window into a policy."""
    target = {"kind": "policy", "id": policy}
    return region(changes={"alter": [{"definition": target, "set": said, "why": "本机构的窗口"}]})


@pytest.mark.clause("CG2023-DJ-L3-3.1.5-K")
def test_the_handling_guide_shows_materials_window_and_time_limit() -> None:
    here = at_our_counter("accessibility-subsidy", window="三楼 12 号窗口", deadline={"days": 90})
    guide = here.get("policy", "accessibility-subsidy")
    assert (guide.window, guide.deadline.days) == ("三楼 12 号窗口", 90)
    assert [item.name for item in guide.materials if item.required]
    assert packs().get("policy", "accessibility-subsidy").window == ""


@pytest.mark.clause("CG2023-X1-L4-2.2.1-K")
def test_the_training_subsidy_gives_eligible_or_each_failed_condition_with_steps_and_window() -> None:
    here = at_our_counter("training-subsidy", window="一楼 3 号窗口")
    policy = here.get("policy", "training-subsidy")
    assert judge(policy.rule, JOBLESS, here=here).verdict == "PASS"
    result = judge(policy.rule, JOBLESS | {"attended_percent": 79, "same_level_paid": True}, here=here)
    assert set(result.unmet) == {"attended", "same-level-once"}
    assert "79%，要求至少80%" in told(result).replace(" ", "")
    assert len(policy.steps) >= 3
    assert policy.window == "一楼 3 号窗口"


@pytest.mark.clause("CG2023-DJ-L3-4.2.1-K")
def test_the_policies_for_better_skills_are_explained_with_the_eligibility_of_the_client() -> None:
    client = JOBLESS | {"evaluation_group": "unemployed", "first_certificate": True, "evaluation_times": 3}
    said = {
        policy.id: (policy.plain, judge(str(policy.rule), client).verdict.value)
        for policy in policies(["training-subsidy", "skill-evaluation-subsidy", "skill-upgrade-subsidy"])
    }
    assert {name: verdict for name, (_, verdict) in said.items()} == {
        "training-subsidy": "PASS",
        "skill-evaluation-subsidy": "FAIL",
        "skill-upgrade-subsidy": "FAIL",
    }
    assert all("证" in plain for plain, _ in said.values())


@pytest.mark.clause("CG2023-X1-L4-1.1.1-K")
def test_a_rate_that_has_run_out_cannot_be_used() -> None:
    facts = {"monthly_wage": 6000, "region_average_wage": 7000}
    before = judge("social-contribution", facts, date(2025, 12, 31)).outputs
    assert (before["unemployment_person"], before["pension_person"]) == (30, 480)
    after = judge("social-contribution", facts, date(2026, 1, 1)).outputs
    assert (after["unemployment_person"], after["pension_person"]) == (None, 480)


@pytest.mark.clause("CG2023-X1-L4-2.2.2-K")
def test_a_faulty_document_is_named_with_its_handling_and_deadline() -> None:
    missing = rows("subsidy-material-review", {"fault": "missing"})
    assert (missing["handling"], missing["days"]) == ("一次告知所缺材料，退回补正", 15)
    table = packs().get("table", "subsidy-material-review")
    (asked,) = table.inputs
    for fault in asked.values:
        found = rows("subsidy-material-review", {"fault": fault})
        assert found["handling"]
        assert found["days"] > 0
    assert refused("subsidy-material-review", {"fault": "lost"})


HIRE = {"hire_kind": "graduate", "contract_months": 12, "insured_months": 3, "granted_before": False}


@pytest.mark.parametrize(
    ("rule", "facts", "last"),
    [
        ("hiring-expansion-grant", HIRE, date(2025, 12, 31)),
        ("tax-hire", HIRE | {"hire_tax_kind": "poverty-relieved", "insurance_paid": True, "tax_used_months": 0}, None),
    ],
)
def test_a_policy_ends_on_its_last_day(rule: str, facts: dict[str, Any], last: date | None) -> None:
    last = last or date(2027, 12, 31)
    assert judge(rule, facts, last).verdict == "PASS"
    assert judge(rule, facts, last + timedelta(days=1)).verdict == "FAIL"
    first = date.fromisoformat(packs().get("ruleset", rule).valid_from)
    assert judge(rule, facts, first).verdict == "PASS"
    assert judge(rule, facts, first - timedelta(days=1)).verdict == "FAIL"


@pytest.mark.parametrize(
    ("approved", "verdict"), [("2024-05-11", "PASS"), ("2024-04-10", "FAIL")], ids=["under five years", "five years"]
)
def test_near_retirement_counts_from_the_first_approval(approved: str, verdict: str) -> None:
    facts = {
        "hardship_recognised": True,
        "contract_months": 60,
        "insurance_paid": True,
        "birth_on": "1968-05-10",
        "retirement_category": "M60",
        "first_approved_on": approved,
        "received_now": [],
        "subsidised_months": 40,
    }
    assert judge("employer-insurance-subsidy", facts, date(2027, 9, 1)).verdict == verdict


@pytest.mark.parametrize(
    ("months", "term"), [(11, None), (12, 12), (59, 12), (60, 18), (119, 18), (120, 24), (480, 24)]
)
def test_paid_months_decide_how_long_the_benefit_lasts(months: int, term: int | None) -> None:
    assert judge("unemployment-benefit", JOBLESS | {"insured_paid_months": months}).outputs.get("months") == term


def test_the_benefit_lasts_until_retirement_in_the_last_year_only() -> None:
    near = JOBLESS | {"birth_on": "1966-01-20"}
    assert judge("unemployment-benefit", near, date(2026, 3, 1)).outputs["until_retirement"] == date(2026, 5, 20)
    assert "until_retirement" not in judge("unemployment-benefit", near, date(2025, 5, 20)).outputs
    assert judge("unemployment-benefit", near, date(2025, 5, 21)).outputs["until_retirement"] == date(2026, 5, 20)


@pytest.mark.parametrize(
    ("profile", "person", "hire"), [(None, 20000, 6000), ("zhejiang", 24000, 7800), ("shandong", 24000, 7800)]
)
def test_provinces_raise_the_tax_deduction(profile: str | None, person: int, hire: int) -> None:
    owner = {"tax_kind_person": "registered-half-year", "sole_trader": True, "business_registered_on": "2026-01-01"}
    assert judge("tax-self-employed", owner, ON, profile).outputs["yearly"] == person
    firm = {"hire_tax_kind": "registered-half-year", "contract_months": 12, "insurance_paid": True}
    assert judge("tax-hire", firm | {"tax_used_months": 0}, ON, profile).outputs["yearly"] == hire


def test_what_we_did_not_see_in_the_original_is_marked_so() -> None:
    unsure = {policy.id for policy in policies() if policy.certainty == "unsure"}
    assert {"job-seeking-grant", "startup-grant", "disabled-startup", "training-subsidy"} <= unsure
    assert not unsure & {"unemployment-benefit", "startup-loan", "disability-quota", "retirement-age"}


# law


@pytest.mark.clause("CG2023-2.2.5-(1)")
def test_a_citation_leads_to_the_article_of_a_law_that_is_in_force() -> None:
    result = judge("working-age", {"birth_on": "2012-01-01", "retirement_category": "M60"})
    cited = reasons(result, Verdict.FAIL)["old-enough"].article
    assert cited == "《劳动法》第十五条"
    law = packs().get("law", "labour-law")
    assert law.title in cited
    assert law.in_force == "1995-01-01"
    assert law.valid_on(ON)
    assert "十六周岁" in law.article("15").gist


_DIGITS = {word: number for number, word in enumerate("零一二三四五六七八九")}


def _number(word: str) -> int:
    head, ten, tail = word.rpartition("十")
    if not ten:
        return _DIGITS[word]
    return (_DIGITS[head] if head else 1) * 10 + (_DIGITS[tail] if tail else 0)


def test_every_article_that_our_rules_cite_is_kept_with_its_gist() -> None:
    laws = {law.title: law for law in packs().all("law")}
    seen = 0
    for kind in ("ruleset", "table"):
        for item in packs().all(kind):
            if packs().provenance(kind, item.id).pack != "cn-policies":
                continue
            for title, words in re.findall(
                r"(《[^》]+》)((?:、?第[零一二三四五六七八九十]+条)+)", item.model_dump_json()
            ):
                for word in re.findall(r"第([^条]+)条", words):
                    seen += 1
                    if title != "《渐进式延迟法定退休年龄的办法》":
                        assert laws[title].article(str(_number(word))) is not None, (item.id, title, word)
    assert seen > 60


@pytest.mark.clause("CG2023-2.2.5-(2)")
def test_a_warning_of_discrimination_cites_its_article() -> None:
    cited = {ground: rows("discrimination-grounds", {"ground": ground}) for ground in ("sex", "disability", "pathogen")}
    assert [found["citation"] for found in cited.values()] == [
        "《就业促进法》第二十七条",
        "《就业促进法》第二十九条",
        "《就业促进法》第三十条",
    ]
    assert {found["severity"] for found in cited.values()} == {"block"}
    assert rows("discrimination-grounds", {"ground": "age"})["severity"] == "warn"


CONTRACT: dict[str, Any] = {
    "written": True,
    "days_working": 10,
    "copy_given": True,
    "term_kind": "fixed",
    "contract_months": 12,
    "probation_months": 2,
    "probation_times": 1,
    "agreed_wage": 5000,
    "probation_wage": 4000,
    "minimum_wage": 2000,
    "deposit_or_id": False,
}


@pytest.mark.clause("CG2023-2.2.5-(3)")
def test_checks_of_contract_and_dispatch_cite_their_articles() -> None:
    assert judge("contract-check", CONTRACT).verdict == "PASS"
    broken = {"probation_months": 3, "probation_wage": 3500, "deposit_or_id": True}
    failed = reasons(judge("contract-check", CONTRACT | broken), Verdict.FAIL)
    assert "第十九条" in failed["probation-length"].article
    assert "第二十条" in failed["probation-wage"].article
    assert "第九条" in failed["no-deposit"].article
    sent = {"licence": True, "contract_months": 12, "post_kind": "core", "equal_pay": True, "fee_charged": True}
    failed = reasons(judge("dispatch-check", sent), Verdict.FAIL)
    assert "第五十八条" in failed["two-years"].article
    assert "第六十六条" in failed["post-kind"].article
    assert "第六十条" in failed["no-fee"].article


DISPUTE: dict[str, Any] = {"knew_on": "2025-03-01", "wage_arrears": False, "still_employed": False}


@pytest.mark.clause("CG2023-2.2.5-(4)")
@pytest.mark.parametrize(
    ("changed", "limit"),
    [
        ({}, date(2026, 3, 1)),
        ({"knew_on": "2024-02-29"}, date(2025, 2, 28)),
        ({"interrupted_on": "2025-08-08"}, date(2026, 8, 8)),
        ({"wage_arrears": True, "ended_on": "2025-06-30"}, date(2026, 6, 30)),
    ],
)
def test_the_day_of_limitation_is_computed_from_the_dispute(changed: dict[str, Any], limit: date) -> None:
    facts = DISPUTE | changed
    result = judge("dispute-limitation", facts, limit)
    assert (result.verdict, result.outputs["limit_on"]) == ("PASS", limit)
    assert judge("dispute-limitation", facts, limit + timedelta(days=1)).verdict == "FAIL"


@pytest.mark.clause("CG2023-2.2.3-(2)-5")
def test_advice_on_a_right_names_article_body_and_deadline() -> None:
    result = judge("dispute-limitation", DISPUTE, date(2025, 9, 1))
    assert "《劳动争议调解仲裁法》第二十七条" in {part.article for part in result.explanation.walk()}
    assert "仲裁委员会" in result.outputs["body"]
    assert result.outputs["limit_on"] == date(2026, 3, 1)
    waiting = judge("dispute-limitation", DISPUTE | {"wage_arrears": True, "still_employed": True}, date(2030, 1, 1))
    assert (waiting.verdict, "limit_on" in waiting.outputs) == ("PASS", False)


@pytest.mark.clause("CG2023-2.2.5-(5)")
def test_an_answer_on_insurance_cites_the_article_and_the_rule_of_the_region() -> None:
    said = {"value": 90, "valid_from": "2026-01-01", "source": "本省失业保险金标准调整通知"}
    here = region(changes={"set": [{"parameter": "unemployment-benefit-share", "values": [said], "why": "省里调整"}]})
    result = judge("unemployment-benefit", JOBLESS | {"minimum_wage": 2000}, here=here)
    assert result.outputs["monthly"] == Decimal(1800)
    assert {"《社会保险法》第四十五条", "《社会保险法》第五十一条"} <= {
        part.article for part in result.explanation.walk()
    }
    assert here.get("parameter", "unemployment-benefit-share").dated_on(ON).source == "本省失业保险金标准调整通知"
    assert [change.why for change in here.changes("parameter", "unemployment-benefit-share")] == ["省里调整"]


def test_the_laws_that_both_standards_list_are_all_there() -> None:
    adviser = {"劳动法", "就业促进法", "劳动合同法", "劳动争议调解仲裁法", "社会保险法", "残疾人保障法"}
    planner = {
        "民法典",
        "劳动法",
        "就业促进法",
        "职业教育法",
        "未成年人保护法",
        "个人信息保护法",
        "网络安全法",
        "数据安全法",
    }
    held = {law.title.strip("《》") for law in packs().all("law") if law.articles and law.valid_on(ON)}
    assert adviser | planner <= held
