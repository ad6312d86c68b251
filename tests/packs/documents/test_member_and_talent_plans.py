"""Plans for members of an agency and for senior talent hold what their clauses ask, or are held back."""

import pytest

from tests.packs.documents.examples import (
    grades,
    held_back,
    held_back_in_rows,
    opened,
    page_of,
    signed_by,
    table,
    value,
    without,
)
from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.build import check


@pytest.mark.clause("CG2023-X3-L2-1.2.1-S")
def test_membership_rules_have_levels_rights_fees_version_and_approval() -> None:
    kind, example = opened("membership-scheme")
    held_back(kind, example, "edition", "levels", "fee_basis", "process")
    held_back_in_rows(kind, example, "levels", "level", "rights", "fee")
    page = page_of(kind, example)
    levels = table(page, "会员级别")
    assert [row["级别"] for row in levels] == ["普通会员", "合作会员", "共建会员"]
    assert all(row["权利"] != "—" and row["年费（元）"] == "0" for row in levels)
    assert page.subtitle == value(page, "版次") == "2026 试行第 1 版"
    assert grades(kind)[:2] == (2, 1)
    assert "reviewer" in signed_by(page)


@pytest.mark.clause("CG2023-X3-L2-1.2.3-S")
def test_a_recruitment_plan_for_a_member_shows_posts_channels_time_and_cost() -> None:
    kind, example = opened("member-recruitment-plan")
    held_back(kind, example, "posts", "channels", "schedule", "budget")
    held_back_in_rows(kind, example, "channels", "channel", "cost")
    page = page_of(kind, example)
    assert sum(int(row["人数"]) for row in table(page, "岗位")) == 22
    assert sum(int(row["费用（元）"].replace(",", "")) for row in table(page, "渠道")) == 2700
    assert value(page, "总费用").replace(",", "").startswith("2700")
    assert all(row["开始"] != "—" and row["结束"] != "—" for row in table(page, "时间表"))


@pytest.mark.clause("CG2023-X3-L2-1.2.4-S")
def test_a_senior_talent_plan_links_profile_source_and_offer() -> None:
    kind, example = opened("senior-talent-plan")
    held_back(kind, example, "results", "competences", "sources", "offer")
    held_back_in_rows(kind, example, "sources", "source", "why")
    held_back_in_rows(kind, example, "offer", "value", "answers")
    page = page_of(kind, example)
    assert len(table(page, "一年要做成的事")) == 3
    assert all("成果" in row["对得上哪项成果"] for row in table(page, "人才来源"))
    assert all(row["回应哪类人的关切"] != "—" for row in table(page, "条件"))


@pytest.mark.clause("CG2023-X3-L1-1.2.1-S")
def test_a_member_activity_shows_tasks_attendance_and_result_against_aim() -> None:
    kind, example = opened("member-activity-plan")
    held_back(kind, example, "aims", "members", "calendar", "tasks", "budget")
    page = page_of(kind, example)
    assert len(table(page, "任务")) == 3
    assert table(page, "到场")[0]["到场家数"] == "12"
    results = table(page, "对照目的的结果")
    assert [row["目标值"] for row in results] == [row["目标值"] for row in table(page, "目的和衡量")]
    assert [row["实际"] for row in results] == ["9", "0"]


def test_a_member_activity_may_be_issued_before_it_is_held() -> None:
    kind, example = opened("member-activity-plan")
    before = without(example, "attendance", "results")
    assert check(kind, before) == []
    last = page_of(kind, before).sections[-1]
    assert last.id == "result"
    assert [type(block) for block in last.blocks] == [t.Paragraph]


@pytest.mark.clause("CG2023-X3-L1-1.1.1-S")
def test_a_talent_plan_shows_targets_contacts_and_growth_of_the_pool() -> None:
    kind, example = opened("talent-development-plan")
    held_back(kind, example, "targets", "contacts", "growth")
    page = page_of(kind, example)
    assert [(row["现有在库"], row["期末在库"]) for row in table(page, "目标")] == [("1", "6"), ("3", "12"), ("2", "5")]
    assert all(row["联络人"] != "—" for row in table(page, "联络安排"))
    pool = [{name: row[name] for name in ("新进", "退出", "在库")} for row in table(page, "人才库变化")]
    assert int(pool[1]["在库"]) == int(pool[0]["在库"]) + int(pool[1]["新进"]) - int(pool[1]["退出"])
