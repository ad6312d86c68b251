"""Papers of disability job coaches and ability assessors: every weight of the standard's tables.

Papers are drawn from a pool of items about every heading. The figures stand here once more, apart from the packs, so
that a slip in a pack shows.
"""

import pytest

from tests.packs.papers import drawn_points, refuses_other_totals, refuses_other_weights, untouched

WEIGHTS = [
    pytest.param("coach-l4-theory", "职业道德", 5, marks=pytest.mark.clause("CG2023-DJ-4.2.1-L4-ethics")),
    pytest.param("coach-l4-theory", "基础知识", 25, marks=pytest.mark.clause("CG2023-DJ-4.2.1-L4-basic")),
    pytest.param("coach-l4-theory", "就业咨询", 15, marks=pytest.mark.clause("CG2023-DJ-4.2.1-L4-consult")),
    pytest.param("coach-l4-theory", "就业辅导", 15, marks=pytest.mark.clause("CG2023-DJ-4.2.1-L4-coaching")),
    pytest.param("coach-l4-theory", "适应性就业服务", 20, marks=pytest.mark.clause("CG2023-DJ-4.2.1-L4-adaptive")),
    pytest.param("coach-l4-theory", "能力提升", 20, marks=pytest.mark.clause("CG2023-DJ-4.2.1-L4-growth")),
    pytest.param("coach-l3-theory", "职业道德", 5, marks=pytest.mark.clause("CG2023-DJ-4.2.1-L3-ethics")),
    pytest.param("coach-l3-theory", "基础知识", 15, marks=pytest.mark.clause("CG2023-DJ-4.2.1-L3-basic")),
    pytest.param("coach-l3-theory", "就业咨询", 15, marks=pytest.mark.clause("CG2023-DJ-4.2.1-L3-consult")),
    pytest.param("coach-l3-theory", "就业辅导", 15, marks=pytest.mark.clause("CG2023-DJ-4.2.1-L3-coaching")),
    pytest.param("coach-l3-theory", "适应性就业服务", 20, marks=pytest.mark.clause("CG2023-DJ-4.2.1-L3-adaptive")),
    pytest.param("coach-l3-theory", "能力提升", 20, marks=pytest.mark.clause("CG2023-DJ-4.2.1-L3-growth")),
    pytest.param("coach-l3-theory", "培训指导", 10, marks=pytest.mark.clause("CG2023-DJ-4.2.1-L3-training")),
    pytest.param("coach-l2-theory", "职业道德", 5, marks=pytest.mark.clause("CG2023-DJ-4.2.1-L2-ethics")),
    pytest.param("coach-l2-theory", "基础知识", 10, marks=pytest.mark.clause("CG2023-DJ-4.2.1-L2-basic")),
    pytest.param("coach-l2-theory", "就业咨询", 10, marks=pytest.mark.clause("CG2023-DJ-4.2.1-L2-consult")),
    pytest.param("coach-l2-theory", "就业辅导", 15, marks=pytest.mark.clause("CG2023-DJ-4.2.1-L2-coaching")),
    pytest.param("coach-l2-theory", "适应性就业服务", 20, marks=pytest.mark.clause("CG2023-DJ-4.2.1-L2-adaptive")),
    pytest.param("coach-l2-theory", "能力提升", 20, marks=pytest.mark.clause("CG2023-DJ-4.2.1-L2-growth")),
    pytest.param("coach-l2-theory", "培训指导", 20, marks=pytest.mark.clause("CG2023-DJ-4.2.1-L2-training")),
    pytest.param("coach-l4-skill", "就业咨询", 20, marks=pytest.mark.clause("CG2023-DJ-4.2.2-L4-consult")),
    pytest.param("coach-l4-skill", "就业辅导", 30, marks=pytest.mark.clause("CG2023-DJ-4.2.2-L4-coaching")),
    pytest.param("coach-l4-skill", "适应性就业服务", 30, marks=pytest.mark.clause("CG2023-DJ-4.2.2-L4-adaptive")),
    pytest.param("coach-l4-skill", "能力提升", 20, marks=pytest.mark.clause("CG2023-DJ-4.2.2-L4-growth")),
    pytest.param("coach-l3-skill", "就业咨询", 20, marks=pytest.mark.clause("CG2023-DJ-4.2.2-L3-consult")),
    pytest.param("coach-l3-skill", "就业辅导", 30, marks=pytest.mark.clause("CG2023-DJ-4.2.2-L3-coaching")),
    pytest.param("coach-l3-skill", "适应性就业服务", 20, marks=pytest.mark.clause("CG2023-DJ-4.2.2-L3-adaptive")),
    pytest.param("coach-l3-skill", "能力提升", 20, marks=pytest.mark.clause("CG2023-DJ-4.2.2-L3-growth")),
    pytest.param("coach-l3-skill", "培训指导", 10, marks=pytest.mark.clause("CG2023-DJ-4.2.2-L3-training")),
    pytest.param("coach-l2-skill", "就业咨询", 20, marks=pytest.mark.clause("CG2023-DJ-4.2.2-L2-consult")),
    pytest.param("coach-l2-skill", "就业辅导", 20, marks=pytest.mark.clause("CG2023-DJ-4.2.2-L2-coaching")),
    pytest.param("coach-l2-skill", "适应性就业服务", 20, marks=pytest.mark.clause("CG2023-DJ-4.2.2-L2-adaptive")),
    pytest.param("coach-l2-skill", "能力提升", 20, marks=pytest.mark.clause("CG2023-DJ-4.2.2-L2-growth")),
    pytest.param("coach-l2-skill", "培训指导", 20, marks=pytest.mark.clause("CG2023-DJ-4.2.2-L2-training")),
    pytest.param("assessor-l4-theory", "职业道德", 10, marks=pytest.mark.clause("CG2023-DA-4.3.1-L4-ethics")),
    pytest.param("assessor-l4-theory", "基础知识", 35, marks=pytest.mark.clause("CG2023-DA-4.3.1-L4-basic")),
    pytest.param("assessor-l4-theory", "测评准备", 20, marks=pytest.mark.clause("CG2023-DA-4.3.1-L4-prepare")),
    pytest.param("assessor-l4-theory", "测评实施", 15, marks=pytest.mark.clause("CG2023-DA-4.3.1-L4-conduct")),
    pytest.param("assessor-l4-theory", "测评结果处理", 20, marks=pytest.mark.clause("CG2023-DA-4.3.1-L4-result")),
    pytest.param("assessor-l3-theory", "职业道德", 10, marks=pytest.mark.clause("CG2023-DA-4.3.1-L3-ethics")),
    pytest.param("assessor-l3-theory", "基础知识", 25, marks=pytest.mark.clause("CG2023-DA-4.3.1-L3-basic")),
    pytest.param("assessor-l3-theory", "测评准备", 15, marks=pytest.mark.clause("CG2023-DA-4.3.1-L3-prepare")),
    pytest.param("assessor-l3-theory", "测评实施", 20, marks=pytest.mark.clause("CG2023-DA-4.3.1-L3-conduct")),
    pytest.param("assessor-l3-theory", "测评结果处理", 30, marks=pytest.mark.clause("CG2023-DA-4.3.1-L3-result")),
    pytest.param("assessor-l2-theory", "职业道德", 10, marks=pytest.mark.clause("CG2023-DA-4.3.1-L2-ethics")),
    pytest.param("assessor-l2-theory", "基础知识", 15, marks=pytest.mark.clause("CG2023-DA-4.3.1-L2-basic")),
    pytest.param("assessor-l2-theory", "测评准备", 10, marks=pytest.mark.clause("CG2023-DA-4.3.1-L2-prepare")),
    pytest.param("assessor-l2-theory", "测评实施", 20, marks=pytest.mark.clause("CG2023-DA-4.3.1-L2-conduct")),
    pytest.param("assessor-l2-theory", "测评结果处理", 25, marks=pytest.mark.clause("CG2023-DA-4.3.1-L2-result")),
    pytest.param("assessor-l2-theory", "测评工作推动", 20, marks=pytest.mark.clause("CG2023-DA-4.3.1-L2-advance")),
    pytest.param("assessor-l4-skill", "测评准备", 40, marks=pytest.mark.clause("CG2023-DA-4.3.2-L4-prepare")),
    pytest.param("assessor-l4-skill", "测评实施", 30, marks=pytest.mark.clause("CG2023-DA-4.3.2-L4-conduct")),
    pytest.param("assessor-l4-skill", "测评结果处理", 30, marks=pytest.mark.clause("CG2023-DA-4.3.2-L4-result")),
    pytest.param("assessor-l3-skill", "测评准备", 25, marks=pytest.mark.clause("CG2023-DA-4.3.2-L3-prepare")),
    pytest.param("assessor-l3-skill", "测评实施", 35, marks=pytest.mark.clause("CG2023-DA-4.3.2-L3-conduct")),
    pytest.param("assessor-l3-skill", "测评结果处理", 40, marks=pytest.mark.clause("CG2023-DA-4.3.2-L3-result")),
    pytest.param("assessor-l2-skill", "测评准备", 15, marks=pytest.mark.clause("CG2023-DA-4.3.2-L2-prepare")),
    pytest.param("assessor-l2-skill", "测评实施", 25, marks=pytest.mark.clause("CG2023-DA-4.3.2-L2-conduct")),
    pytest.param("assessor-l2-skill", "测评结果处理", 30, marks=pytest.mark.clause("CG2023-DA-4.3.2-L2-result")),
    pytest.param("assessor-l2-skill", "测评工作推动", 30, marks=pytest.mark.clause("CG2023-DA-4.3.2-L2-advance")),
]

TOTALS = [
    pytest.param("coach-l4-theory", ["培训指导"], marks=pytest.mark.clause("CG2023-DJ-4.2.1-L4-total")),
    pytest.param("coach-l3-theory", [], marks=pytest.mark.clause("CG2023-DJ-4.2.1-L3-total")),
    pytest.param("coach-l2-theory", [], marks=pytest.mark.clause("CG2023-DJ-4.2.1-L2-total")),
    pytest.param("coach-l4-skill", ["培训指导"], marks=pytest.mark.clause("CG2023-DJ-4.2.2-L4-total")),
    pytest.param("coach-l3-skill", [], marks=pytest.mark.clause("CG2023-DJ-4.2.2-L3-total")),
    pytest.param("coach-l2-skill", [], marks=pytest.mark.clause("CG2023-DJ-4.2.2-L2-total")),
    pytest.param("assessor-l4-theory", ["测评工作推动"], marks=pytest.mark.clause("CG2023-DA-4.3.1-L4-total")),
    pytest.param("assessor-l3-theory", ["测评工作推动"], marks=pytest.mark.clause("CG2023-DA-4.3.1-L3-total")),
    pytest.param("assessor-l2-theory", [], marks=pytest.mark.clause("CG2023-DA-4.3.1-L2-total")),
    pytest.param("assessor-l4-skill", ["测评工作推动"], marks=pytest.mark.clause("CG2023-DA-4.3.2-L4-total")),
    pytest.param("assessor-l3-skill", ["测评工作推动"], marks=pytest.mark.clause("CG2023-DA-4.3.2-L3-total")),
    pytest.param("assessor-l2-skill", [], marks=pytest.mark.clause("CG2023-DA-4.3.2-L2-total")),
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
