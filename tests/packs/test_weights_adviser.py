"""Papers of career advisers: every weight of the standard's tables.

Papers are drawn from a pool of items about every heading. The figures stand here once more, apart from the packs, so
that a slip in a pack shows.
"""

import pytest

from tests.packs.papers import drawn_points, refuses_other_totals, refuses_other_weights, untouched

WEIGHTS = [
    pytest.param("adviser-l4-theory", "职业道德", 10, marks=pytest.mark.clause("CG2023-4.1.1-L4-ethics")),
    pytest.param("adviser-l4-theory", "基础知识", 30, marks=pytest.mark.clause("CG2023-4.1.1-L4-basic")),
    pytest.param("adviser-l4-theory", "前台咨询服务", 20, marks=pytest.mark.clause("CG2023-4.1.1-L4-counter")),
    pytest.param("adviser-l4-theory", "信息采集与发布", 20, marks=pytest.mark.clause("CG2023-4.1.1-L4-info")),
    pytest.param("adviser-l4-theory", "职业介绍服务", 20, marks=pytest.mark.clause("CG2023-4.1.1-L4-placement")),
    pytest.param("adviser-l3-theory", "职业道德", 10, marks=pytest.mark.clause("CG2023-4.1.1-L3-ethics")),
    pytest.param("adviser-l3-theory", "基础知识", 25, marks=pytest.mark.clause("CG2023-4.1.1-L3-basic")),
    pytest.param("adviser-l3-theory", "前台咨询服务", 10, marks=pytest.mark.clause("CG2023-4.1.1-L3-counter")),
    pytest.param("adviser-l3-theory", "信息采集与发布", 10, marks=pytest.mark.clause("CG2023-4.1.1-L3-info")),
    pytest.param("adviser-l3-theory", "职业介绍服务", 15, marks=pytest.mark.clause("CG2023-4.1.1-L3-placement")),
    pytest.param("adviser-l3-theory", "职业诊断与测评", 15, marks=pytest.mark.clause("CG2023-4.1.1-L3-diagnosis")),
    pytest.param("adviser-l3-theory", "帮助指导", 15, marks=pytest.mark.clause("CG2023-4.1.1-L3-guidance")),
    pytest.param("adviser-l2-theory", "职业道德", 10, marks=pytest.mark.clause("CG2023-4.1.1-L2-ethics")),
    pytest.param("adviser-l2-theory", "基础知识", 20, marks=pytest.mark.clause("CG2023-4.1.1-L2-basic")),
    pytest.param("adviser-l2-theory", "信息采集与发布", 10, marks=pytest.mark.clause("CG2023-4.1.1-L2-info")),
    pytest.param("adviser-l2-theory", "职业介绍服务", 10, marks=pytest.mark.clause("CG2023-4.1.1-L2-placement")),
    pytest.param("adviser-l2-theory", "职业诊断与测评", 15, marks=pytest.mark.clause("CG2023-4.1.1-L2-diagnosis")),
    pytest.param("adviser-l2-theory", "帮助指导", 20, marks=pytest.mark.clause("CG2023-4.1.1-L2-guidance")),
    pytest.param("adviser-l2-theory", "职业指导工作推动", 15, marks=pytest.mark.clause("CG2023-4.1.1-L2-promotion")),
    pytest.param("adviser-l1-theory", "职业道德", 10, marks=pytest.mark.clause("CG2023-4.1.1-L1-ethics")),
    pytest.param("adviser-l1-theory", "基础知识", 20, marks=pytest.mark.clause("CG2023-4.1.1-L1-basic")),
    pytest.param("adviser-l1-theory", "职业介绍服务", 10, marks=pytest.mark.clause("CG2023-4.1.1-L1-placement")),
    pytest.param("adviser-l1-theory", "职业诊断与测评", 15, marks=pytest.mark.clause("CG2023-4.1.1-L1-diagnosis")),
    pytest.param("adviser-l1-theory", "帮助指导", 25, marks=pytest.mark.clause("CG2023-4.1.1-L1-guidance")),
    pytest.param("adviser-l1-theory", "职业指导工作推动", 20, marks=pytest.mark.clause("CG2023-4.1.1-L1-promotion")),
    pytest.param("adviser-l4-skill", "前台咨询服务", 35, marks=pytest.mark.clause("CG2023-4.1.2-L4-counter")),
    pytest.param("adviser-l4-skill", "信息采集与发布", 30, marks=pytest.mark.clause("CG2023-4.1.2-L4-info")),
    pytest.param("adviser-l4-skill", "职业介绍服务", 35, marks=pytest.mark.clause("CG2023-4.1.2-L4-placement")),
    pytest.param("adviser-l3-skill", "前台咨询服务", 20, marks=pytest.mark.clause("CG2023-4.1.2-L3-counter")),
    pytest.param("adviser-l3-skill", "信息采集与发布", 20, marks=pytest.mark.clause("CG2023-4.1.2-L3-info")),
    pytest.param("adviser-l3-skill", "职业介绍服务", 25, marks=pytest.mark.clause("CG2023-4.1.2-L3-placement")),
    pytest.param("adviser-l3-skill", "职业诊断与测评", 15, marks=pytest.mark.clause("CG2023-4.1.2-L3-diagnosis")),
    pytest.param("adviser-l3-skill", "帮助指导", 20, marks=pytest.mark.clause("CG2023-4.1.2-L3-guidance")),
    pytest.param("adviser-l2-skill", "信息采集与发布", 10, marks=pytest.mark.clause("CG2023-4.1.2-L2-info")),
    pytest.param("adviser-l2-skill", "职业介绍服务", 20, marks=pytest.mark.clause("CG2023-4.1.2-L2-placement")),
    pytest.param("adviser-l2-skill", "职业诊断与测评", 20, marks=pytest.mark.clause("CG2023-4.1.2-L2-diagnosis")),
    pytest.param("adviser-l2-skill", "帮助指导", 30, marks=pytest.mark.clause("CG2023-4.1.2-L2-guidance")),
    pytest.param("adviser-l2-skill", "职业指导工作推动", 20, marks=pytest.mark.clause("CG2023-4.1.2-L2-promotion")),
    pytest.param("adviser-l1-skill", "职业介绍服务", 20, marks=pytest.mark.clause("CG2023-4.1.2-L1-placement")),
    pytest.param("adviser-l1-skill", "职业诊断与测评", 20, marks=pytest.mark.clause("CG2023-4.1.2-L1-diagnosis")),
    pytest.param("adviser-l1-skill", "帮助指导", 30, marks=pytest.mark.clause("CG2023-4.1.2-L1-guidance")),
    pytest.param("adviser-l1-skill", "职业指导工作推动", 30, marks=pytest.mark.clause("CG2023-4.1.2-L1-promotion")),
]

TOTALS = [
    pytest.param(
        "adviser-l4-theory",
        ["职业诊断与测评", "帮助指导", "职业指导工作推动"],
        marks=pytest.mark.clause("CG2023-4.1.1-L4-total"),
    ),
    pytest.param("adviser-l3-theory", ["职业指导工作推动"], marks=pytest.mark.clause("CG2023-4.1.1-L3-total")),
    pytest.param("adviser-l2-theory", ["前台咨询服务"], marks=pytest.mark.clause("CG2023-4.1.1-L2-total")),
    pytest.param(
        "adviser-l1-theory", ["前台咨询服务", "信息采集与发布"], marks=pytest.mark.clause("CG2023-4.1.1-L1-total")
    ),
    pytest.param(
        "adviser-l4-skill",
        ["职业诊断与测评", "帮助指导", "职业指导工作推动"],
        marks=pytest.mark.clause("CG2023-4.1.2-L4-total"),
    ),
    pytest.param("adviser-l3-skill", ["职业指导工作推动"], marks=pytest.mark.clause("CG2023-4.1.2-L3-total")),
    pytest.param("adviser-l2-skill", ["前台咨询服务"], marks=pytest.mark.clause("CG2023-4.1.2-L2-total")),
    pytest.param(
        "adviser-l1-skill", ["前台咨询服务", "信息采集与发布"], marks=pytest.mark.clause("CG2023-4.1.2-L1-total")
    ),
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
