"""Policies and laws: when and where they hold."""

from datetime import date
from typing import Any

import pytest
from pydantic import ValidationError

from zhiyin.engines.information import Law, Policy

POLICY = {
    "kind": "policy",
    "id": "subsidy",
    "version": 1,
    "title": "补贴",
    "issuer": "某局",
    "region": "3702",
    "audience": ["person"],
    "object": "失业人员",
    "conditions": ["登记失业满六个月"],
    "benefit": "一次性补贴",
    "valid_from": "2025-01-01",
    "valid_to": "2026-12-31",
    "plain": "登记失业满六个月的人，带身份证到户籍所在街道的就业服务窗口申请，核实以后补贴直接打到社会保障卡里。",
    "checked_on": "2026-01-05",
    "certainty": "unsure",
}

LAW = {
    "kind": "law",
    "id": "promotion",
    "version": 1,
    "title": "促进法",
    "issuer": "某机关",
    "in_force": "2008-01-01",
    "repealed": "2027-01-01",
    "articles": [{"no": "52", "gist": "就业援助"}],
    "plain": "说的是怎样促进就业",
}


def policy(**changes: Any) -> Policy:
    return Policy.model_validate({**POLICY, **changes})


def law(**changes: Any) -> Law:
    return Law.model_validate({**LAW, **changes})


def test_a_policy_holds_from_its_first_to_its_last_day() -> None:
    days = [date(2024, 12, 31), date(2025, 1, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [policy().valid_on(day) for day in days] == [False, True, True, False]
    assert policy(valid_to=None).valid_on(date(2090, 1, 1))


def test_a_policy_covers_its_region_and_what_lies_in_it() -> None:
    assert [policy().covers(code) for code in ("370202", "3702", "370302", "37")] == [True, True, False, False]
    assert policy(region="00").covers("650100")


@pytest.mark.parametrize(
    "changes",
    [
        {"valid_to": "2024-12-31"},
        {"valid_to": "2026-02-30"},
        {"conditions": []},
        {"replaced_by": "subsidy"},
        {"region": "1"},
        {"plain": "太短"},
        {"certainty": "sure"},
        {"audience": []},
    ],
)
def test_an_incoherent_policy_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        policy(**changes)


def test_a_law_holds_until_the_day_before_its_repeal() -> None:
    days = [date(2007, 12, 31), date(2008, 1, 1), date(2026, 12, 31), date(2027, 1, 1)]
    assert [law().valid_on(day) for day in days] == [False, True, True, False]


def test_articles_are_found_by_their_number() -> None:
    found = law().article("52")
    assert found is not None
    assert found.gist == "就业援助"
    assert law().article("53") is None


@pytest.mark.parametrize("changes", [{"repealed": "2007-01-01"}, {"articles": [{"no": "1", "gist": "一"}] * 2}])
def test_an_incoherent_law_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        law(**changes)


def test_a_deadline_closes_after_its_days() -> None:
    told = policy(rule="subsidy", deadline={"fact": "certified_on", "days": 10}).deadline
    assert told is not None
    assert told.closes_on({"certified_on": "2026-12-25"}) == date(2027, 1, 4)
    assert told.closes_on({"certified_on": date(2026, 1, 1)}) == date(2026, 1, 11)
    assert told.closes_on({}) is None
    fixed = policy(deadline={"on": "2026-12-31"}).deadline
    assert fixed is not None
    assert fixed.closes_on({}) == date(2026, 12, 31)


@pytest.mark.parametrize(
    "changes",
    [
        {"deadline": {"fact": "x", "on": "2026-01-01"}},
        {"deadline": {}},
        {"deadline": {"fact": "x", "days": 3}},  # without a rule there are no facts
        {"history": [{"version": 2, "from": "2025-01-01", "what": "还没有的版本"}]},
        {"version": 3, "history": [{"version": n, "from": "2025-01-01", "what": "改"} for n in (2, 1)]},
        {
            "version": 2,
            "history": [
                {"version": 1, "from": "2026-01-01", "what": "施行"},
                {"version": 2, "from": "2025-01-01", "what": "改"},
            ],
        },
    ],
)
def test_deadlines_and_histories_that_make_no_sense_are_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        policy(**changes)
