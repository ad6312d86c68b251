"""Papers of career planners: every weight of the standard's tables.

Papers are drawn from a pool of items about every heading. The figures stand here once more, apart from the packs, so
that a slip in a pack shows.
"""

import pytest

from tests.packs.papers import drawn_points, refuses_other_totals, refuses_other_weights, untouched

WEIGHTS = [
    pytest.param("planner-l4-theory", "职业道德", 5, marks=pytest.mark.clause("CP2026-4.1-L4-ethics")),
    pytest.param("planner-l4-theory", "基础知识", 20, marks=pytest.mark.clause("CP2026-4.1-L4-basics")),
    pytest.param("planner-l4-theory", "职业启蒙与体验", 15, marks=pytest.mark.clause("CP2026-4.1-L4-awaken")),
    pytest.param("planner-l4-theory", "职业探索与评估", 20, marks=pytest.mark.clause("CP2026-4.1-L4-explore")),
    pytest.param("planner-l4-theory", "职业目标与定位", 20, marks=pytest.mark.clause("CP2026-4.1-L4-goal")),
    pytest.param("planner-l4-theory", "职场适应与发展辅导", 20, marks=pytest.mark.clause("CP2026-4.1-L4-adapt")),
    pytest.param("planner-l3-theory", "职业道德", 5, marks=pytest.mark.clause("CP2026-4.1-L3-ethics")),
    pytest.param("planner-l3-theory", "基础知识", 10, marks=pytest.mark.clause("CP2026-4.1-L3-basics")),
    pytest.param("planner-l3-theory", "职业启蒙与体验", 10, marks=pytest.mark.clause("CP2026-4.1-L3-awaken")),
    pytest.param("planner-l3-theory", "职业探索与评估", 15, marks=pytest.mark.clause("CP2026-4.1-L3-explore")),
    pytest.param("planner-l3-theory", "职业目标与定位", 15, marks=pytest.mark.clause("CP2026-4.1-L3-goal")),
    pytest.param("planner-l3-theory", "职场适应与发展辅导", 15, marks=pytest.mark.clause("CP2026-4.1-L3-adapt")),
    pytest.param("planner-l3-theory", "多元化重点群体定制服务", 15, marks=pytest.mark.clause("CP2026-4.1-L3-custom")),
    pytest.param("planner-l3-theory", "专业发展与服务推动", 15, marks=pytest.mark.clause("CP2026-4.1-L3-develop")),
    pytest.param("planner-l2-theory", "职业道德", 5, marks=pytest.mark.clause("CP2026-4.1-L2-ethics")),
    pytest.param("planner-l2-theory", "基础知识", 5, marks=pytest.mark.clause("CP2026-4.1-L2-basics")),
    pytest.param("planner-l2-theory", "职业探索与评估", 15, marks=pytest.mark.clause("CP2026-4.1-L2-explore")),
    pytest.param("planner-l2-theory", "职业目标与定位", 15, marks=pytest.mark.clause("CP2026-4.1-L2-goal")),
    pytest.param("planner-l2-theory", "职场适应与发展辅导", 15, marks=pytest.mark.clause("CP2026-4.1-L2-adapt")),
    pytest.param("planner-l2-theory", "多元化重点群体定制服务", 15, marks=pytest.mark.clause("CP2026-4.1-L2-custom")),
    pytest.param("planner-l2-theory", "专业发展与服务推动", 15, marks=pytest.mark.clause("CP2026-4.1-L2-develop")),
    pytest.param("planner-l2-theory", "技术管理与培训", 15, marks=pytest.mark.clause("CP2026-4.1-L2-tech")),
    pytest.param("planner-l4-skill", "职业启蒙与体验", 25, marks=pytest.mark.clause("CP2026-4.2-L4-awaken")),
    pytest.param("planner-l4-skill", "职业探索与评估", 25, marks=pytest.mark.clause("CP2026-4.2-L4-explore")),
    pytest.param("planner-l4-skill", "职业目标与定位", 25, marks=pytest.mark.clause("CP2026-4.2-L4-goal")),
    pytest.param("planner-l4-skill", "职场适应与发展辅导", 25, marks=pytest.mark.clause("CP2026-4.2-L4-adapt")),
    pytest.param("planner-l3-skill", "职业启蒙与体验", 15, marks=pytest.mark.clause("CP2026-4.2-L3-awaken")),
    pytest.param("planner-l3-skill", "职业探索与评估", 20, marks=pytest.mark.clause("CP2026-4.2-L3-explore")),
    pytest.param("planner-l3-skill", "职业目标与定位", 20, marks=pytest.mark.clause("CP2026-4.2-L3-goal")),
    pytest.param("planner-l3-skill", "职场适应与发展辅导", 15, marks=pytest.mark.clause("CP2026-4.2-L3-adapt")),
    pytest.param("planner-l3-skill", "多元化重点群体定制服务", 15, marks=pytest.mark.clause("CP2026-4.2-L3-custom")),
    pytest.param("planner-l3-skill", "专业发展与服务推动", 15, marks=pytest.mark.clause("CP2026-4.2-L3-develop")),
    pytest.param("planner-l2-skill", "职业探索与评估", 15, marks=pytest.mark.clause("CP2026-4.2-L2-explore")),
    pytest.param("planner-l2-skill", "职业目标与定位", 15, marks=pytest.mark.clause("CP2026-4.2-L2-goal")),
    pytest.param("planner-l2-skill", "职场适应与发展辅导", 15, marks=pytest.mark.clause("CP2026-4.2-L2-adapt")),
    pytest.param("planner-l2-skill", "多元化重点群体定制服务", 15, marks=pytest.mark.clause("CP2026-4.2-L2-custom")),
    pytest.param("planner-l2-skill", "专业发展与服务推动", 20, marks=pytest.mark.clause("CP2026-4.2-L2-develop")),
    pytest.param("planner-l2-skill", "技术管理与培训", 20, marks=pytest.mark.clause("CP2026-4.2-L2-tech")),
]

TOTALS = [
    pytest.param(
        "planner-l4-theory",
        ["多元化重点群体定制服务", "专业发展与服务推动", "技术管理与培训"],
        marks=pytest.mark.clause("CP2026-4.1-L4-sum"),
    ),
    pytest.param("planner-l3-theory", ["技术管理与培训"], marks=pytest.mark.clause("CP2026-4.1-L3-sum")),
    pytest.param("planner-l2-theory", ["职业启蒙与体验"], marks=pytest.mark.clause("CP2026-4.1-L2-sum")),
    pytest.param(
        "planner-l4-skill",
        ["多元化重点群体定制服务", "专业发展与服务推动", "技术管理与培训"],
        marks=pytest.mark.clause("CP2026-4.2-L4-sum"),
    ),
    pytest.param("planner-l3-skill", ["技术管理与培训"], marks=pytest.mark.clause("CP2026-4.2-L3-sum")),
    pytest.param("planner-l2-skill", ["职业启蒙与体验"], marks=pytest.mark.clause("CP2026-4.2-L2-sum")),
]


@pytest.mark.parametrize(("paper", "heading", "points"), WEIGHTS)
def test_a_paper_of_100_gives_a_heading_exactly_its_points(paper: str, heading: str, points: int) -> None:
    for seed in range(3):
        assert drawn_points(paper, heading, seed) == points
    assert refuses_other_totals(paper, heading, points)


@pytest.mark.parametrize(("paper", "without"), TOTALS)
def test_weights_add_to_100_and_a_heading_without_a_weight_is_not_drawn(paper: str, without: list[str]) -> None:
    assert refuses_other_weights(paper)
    assert untouched(paper) == without
