"""Opinions and advice hold what their clauses ask, or are held back with the gap named."""

import pytest

from tests.packs.documents.examples import (
    changed,
    column,
    example_of,
    held_back,
    held_back_in_rows,
    kind_of,
    opened,
    page_of,
    refused,
    stored,
    table,
    text_of,
    value,
    with_cell,
)
from zhiyin.engines.documents.build import check
from zhiyin.engines.documents.compare import compare, parts


@pytest.mark.clause("CG2023-DJ-L3-2.2.2-S")
def test_an_ability_map_shows_levels_sources_and_dates_and_its_versions_compare() -> None:
    kind, example = opened("ability-map")
    page = page_of(kind, example)
    first = table(page, "手上的活")[0]
    assert (first["级别"], first["来源"], first["哪天"]) == ("三级", "工作记录", "2026年6月19日")
    before = with_cell(changed(example, edition=1), "hands", 0, can="每小时装 60 盒", level="2", seen_on="2026-03-20")
    changes = compare(parts(page_of(kind, before)), parts(page))
    assert [change.label for change in changes] == ["版次", "手上的活"]
    assert "级别：二级" in changes[1].before
    assert "级别：三级" in changes[1].after


@pytest.mark.clause("CG2023-DJ-L3-2.2.2-K")
@pytest.mark.parametrize("dimension", ["body", "hands", "learning", "talking", "self", "will"])
def test_an_ability_map_without_a_dimension_is_incomplete(dimension: str) -> None:
    kind, example = opened("ability-map")
    gaps = check(kind, changed(example, **{dimension: None}))
    assert {gap.section for gap in gaps} == {dimension}
    assert {gap.block for gap in gaps} == {"", dimension}
    held_back_in_rows(kind, example, dimension, "level", "source", "seen_on")


@pytest.mark.clause("CG2023-DA-L2-1.2.4-K")
def test_each_step_of_a_scale_is_kept_and_without_trial_data_it_stays_experimental() -> None:
    kind, example = opened("combined-scale")
    held_back(kind, example, "answers_what", "dimensions", "items", "scoring", "trial_state", "sample", "weak")
    warning = "这张量表还没有转为正式使用"
    for trial in ("none", "small"):
        claimed = changed(example, trial_state=trial, formal=True, formal_basis="都说好用", reviewed_by="甲")
        answers = stored(kind, claimed["answers"])
        assert "formal" not in answers
        assert warning in text_of(page_of(kind, {**claimed, "answers": answers}))
    tried = changed(example, trial_state="done", formal=True)
    gaps = {gap.block for gap in check(kind, tried)}
    assert gaps == {"alpha", "retest", "raters", "norm", "formal_basis", "reviewed_by"}
    assert warning not in text_of(page_of(kind, tried))


def test_the_weights_of_the_example_scale_are_a_whole() -> None:
    dimensions = example_of(kind_of("combined-scale"))["answers"]["dimensions"]
    assert sum(row["weight"] for row in dimensions) == 100


@pytest.mark.clause("CG2023-DA-L2-3.1.3-S")
def test_a_norm_opinion_compares_mean_spread_and_size_and_proposes() -> None:
    kind, example = opened("norm-revision")
    held_back(kind, example, "norm_version", "comparison", "proposal", "old_reports")
    held_back_in_rows(
        kind, example, "comparison", "old_n", "old_mean", "old_sd", "new_n", "new_mean", "new_sd", "change"
    )
    row = table(page_of(kind, example), "对照")[0]
    assert [row[f"旧 {what}"] for what in ("人数", "均值", "标准差")] == ["1126", "52.4", "9.8"]
    assert [row[f"新 {what}"] for what in ("人数", "均值", "标准差")] == ["175", "56.9", "9.1"]
    assert row["建议"] == "分组另立"


@pytest.mark.clause("CG2023-DA-L2-4.2.1-S")
def test_advice_on_a_test_system_shows_reliability_validity_and_weak_items() -> None:
    kind, example = opened("assessment-system-advice")
    held_back(kind, example, "reliability", "validity", "items", "advice", "limits")
    page = page_of(kind, example)
    assert table(page, "各维度信度")[0]["内部一致"] == "0.86"
    assert column(page, "和什么比", "效度系数") == ["0.43", "0.12"]
    assert [(row["题号"], row["毛病"]) for row in table(page, "弱题")][1] == ("C11", "分不出高低")
    beyond = with_cell(example, "validity", 0, coefficient="1.2")["answers"]
    assert refused(kind, beyond) == {"validity[0].coefficient"}


@pytest.mark.clause("CG2023-X2-L2-1.1.2-S")
def test_dispatch_advice_names_its_problem_and_whether_it_was_adopted() -> None:
    kind, example = opened("dispatch-advice")
    held_back(kind, example, "problems", "advice", "answers_rows")
    held_back_in_rows(kind, example, "advice", "answers_to", "owner", "due")
    page = page_of(kind, example)
    problems = set(column(page, "问题", "号"))
    assert {row["问题号"] for row in table(page, "建议")} <= problems
    assert column(page, "逐条答复", "建议号") == column(page, "建议", "号")
    assert column(page, "逐条答复", "答复") == ["采纳", "采纳", "部分采纳"]
    refused = with_cell(example, "answers_rows", 0, state="rejected")
    assert column(page_of(kind, refused), "逐条答复", "答复")[0] == "没有采纳"


@pytest.mark.clause("CG2023-X2-L1-1.1.1-S")
def test_an_analysis_of_dispatch_shows_scale_disputes_profit_risk_and_proposals() -> None:
    kind, example = opened("dispatch-advice")
    held_back(kind, example, "scale", "disputes_n", "profit", "risks", "advice")
    page = page_of(kind, example)
    assert value(page, "期内争议") == "5起"
    assert column(page, "盈亏", "科目")[0] == "支付服务费"
    assert column(page, "风险", "发生过几次") == ["3", "1"]
    one_problem = changed(example, scope="problem", profit=None, risks=None)
    assert check(kind, one_problem) == []


@pytest.mark.clause("CG2023-X2-L1-1.1.1-K")
def test_an_analysis_of_dispatch_answers_every_point_with_a_figure_and_a_period() -> None:
    kind, example = opened("dispatch-advice")
    rows = table(page_of(kind, example), "五个要点")
    assert {row["要点"] for row in rows} == {"规模", "结构", "争议", "成本", "合规"}
    assert all(row["数"] != "—" and row["期间"] != "—" for row in rows)
    held_back_in_rows(kind, example, "scale", "point", "figure", "period")
    four = changed(example, scale=example["answers"]["scale"][:4])
    assert [gap.block for gap in check(kind, four)] == ["scale"]


@pytest.mark.clause("CG2023-X2-L2-1.2.2-S")
def test_outsourcing_advice_shows_problems_effect_and_adoption() -> None:
    kind, example = opened("outsourcing-advice")
    held_back(kind, example, "problems", "advice", "replies")
    held_back_in_rows(kind, example, "advice", "effect", "owner", "due")
    page = page_of(kind, example)
    assert {row["问题号"] for row in table(page, "建议")} == set(column(page, "问题", "号"))
    assert column(page, "建议", "预期效果")[0] == "差错降到千分之二以内"
    assert column(page, "逐条情况", "采纳") == ["采纳", "等答复"]


@pytest.mark.clause("CG2023-X2-L1-1.2.1-S")
def test_an_analysis_of_outsourcing_shows_scale_service_level_risk_and_proposals() -> None:
    kind, example = opened("outsourcing-advice")
    held_back(kind, example, "levels", "money", "points", "advice")
    held_back_in_rows(kind, example, "levels", "people", "promised", "reached")
    rows = table(page_of(kind, example), "规模和服务水平，按客户")
    assert [(row["涉及人数"], row["做到"]) for row in rows][2] == ("130", "15 天到岗五成二")


@pytest.mark.clause("CG2023-X2-L1-1.2.1-K")
def test_an_analysis_of_outsourcing_answers_each_point_by_client() -> None:
    kind, example = opened("outsourcing-advice")
    page = page_of(kind, example)
    rows = table(page, "要点，按客户")
    assert {row["要点"] for row in rows} == {"服务水平", "人员流动", "风险", "客户评价"}
    held_back_in_rows(kind, example, "points", "customer", "point", "figure", "period")
    held_back_in_rows(kind, example, "money", "customer", "income", "period")
    clients = {row["客户"] for row in table(page, "规模和服务水平，按客户")}
    assert {row["客户"] for row in rows} == clients == set(column(page, "收支，按客户", "客户"))


@pytest.mark.clause("CG2023-DJ-L4-3.3.4-S")
def test_accessibility_advice_lists_place_barrier_measure_and_follow_up() -> None:
    kind, example = opened("accessibility-advice")
    held_back(kind, example, "barriers", "measures", "follow")
    held_back_in_rows(kind, example, "barriers", "place", "barrier")
    held_back_in_rows(kind, example, "measures", "measure", "owner", "due")
    page = page_of(kind, example)
    found = {row["号"]: row["位置"] for row in table(page, "障碍")}
    assert found["3"] == "一楼卫生间"
    assert column(page, "改造措施", "障碍号") == list(found)
    seen = {number for cell in column(page, "回看", "障碍号") for number in cell.split("、")}
    assert seen == set(found)
