"""Analyses of the environment of employment and of starting up hold what their clauses ask, or are held back."""

import re

import pytest

from tests.packs.documents.examples import (
    column,
    example_of,
    held_back,
    held_back_in_rows,
    kind_of,
    labels_of,
    opened,
    page_of,
    table,
    value,
    with_cell,
)
from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.build import check


@pytest.mark.clause("CG2023-L2-3.2.1-K")
def test_each_item_of_the_economy_has_evidence_and_score() -> None:
    kind, example = opened("employment-environment-analysis")
    held_back(kind, example, "economy", "economy_rating", "economy_why")
    held_back_in_rows(kind, example, "economy", "evidence", "source", "dated", "score")
    rows = table(page_of(kind, example), "总体条目")
    assert [row["评分"] for row in rows] == ["4", "4", "4", "2"]
    assert all(row["数和变化"] != "—" for row in rows)


@pytest.mark.clause("CG2023-L2-3.2.3-S")
def test_every_avenue_shows_growth_or_decline_with_evidence() -> None:
    kind, example = opened("employment-environment-analysis")
    held_back(kind, example, "avenues")
    held_back_in_rows(kind, example, "avenues", "before", "after", "trend", "evidence", "rating")
    for row in table(page_of(kind, example), "门路增减"):
        grown = int(row["本期人数"]) > int(row["上期人数"])
        assert row["增减"] in ({"变宽", "首次统计"} if grown else {"变窄"})
        assert row["依据"] != "—"


@pytest.mark.clause("CG2023-L2-3.2.3-K")
def test_the_method_is_printed_with_the_avenues() -> None:
    kind, example = opened("employment-environment-analysis")
    held_back(kind, example, "avenue_method")
    [section] = [part for part in page_of(kind, example).sections if part.id == "avenues"]
    assert [type(block) for block in section.blocks] == [t.Table, t.Editable]
    assert [block.label for block in section.blocks if isinstance(block, t.Editable)] == ["方法说明"]


@pytest.mark.clause("CG2023-L2-3.2.4-S")
def test_survey_and_vacancies_stand_side_by_side_for_each_industry() -> None:
    kind, example = opened("employment-environment-analysis")
    held_back(kind, example, "employers", "employers_rating")
    held_back_in_rows(kind, example, "employers", "surveyed", "plan", "vacancies", "reading")
    page = page_of(kind, example)
    rows = [(row["行业"], row["打算招（人）"], row["登记在招（人）"]) for row in table(page, "分行业需求")]
    assert rows[1] == ("汽车零部件", "210", "96")
    assert value(page, "用人总评") == "两头分化"


@pytest.mark.clause("CG2023-L2-3.2.4-K")
def test_the_report_on_employers_states_sample_weighting_and_limits() -> None:
    kind, example = opened("employment-environment-analysis")
    held_back(kind, example, "sample", "weighting", "limits")
    page = page_of(kind, example)
    assert "回收 78 家" in value(page, "样本")
    assert "从业人数" in value(page, "加权")
    assert "没有问到" in value(page, "说不准的地方")


@pytest.mark.clause("CG2023-L2-3.3.1-S")
def test_the_start_up_environment_has_indicators_of_three_periods_trend_and_rating() -> None:
    kind, example = opened("startup-path-analysis")
    held_back(kind, example, "environment", "environment_overall")
    page = page_of(kind, example)
    row = table(page, "环境指标")[1]
    assert [row[name] for name in ("前年", "去年", "今年", "趋势", "评分")] == ["71%", "69%", "68%", "向下", "2"]
    assert value(page, "环境总评") == "尚可"


@pytest.mark.clause("CG2023-L2-3.3.1-K")
def test_a_start_up_report_with_an_unrated_indicator_cannot_be_issued() -> None:
    kind, example = opened("startup-path-analysis")
    for index in range(len(example["answers"]["environment"])):
        unrated = with_cell(example, "environment", index, rating=None)
        [gap] = check(kind, unrated)
        assert gap.block == f"environment[{index}].rating"
        assert "评分" in gap.message


@pytest.mark.clause("CG2023-L2-3.3.2-S")
def test_each_start_up_route_has_trend_risk_and_rating() -> None:
    kind, example = opened("startup-path-analysis")
    held_back(kind, example, "routes")
    held_back_in_rows(kind, example, "routes", "trend", "risk", "rating")
    rows = table(page_of(kind, example), "途径")
    assert [(row["途径"], row["走势"], row["评分"]) for row in rows][1] == ("加盟", "变窄", "1")


@pytest.mark.clause("CG2023-L2-3.3.2-K")
def test_every_start_up_route_carries_evidence_and_its_date() -> None:
    kind, example = opened("startup-path-analysis")
    for index in range(len(example["answers"]["routes"])):
        bare = with_cell(example, "routes", index, evidence=None, dated=None)
        assert [gap.block for gap in check(kind, bare)] == [f"routes[{index}].evidence", f"routes[{index}].dated"]
    assert column(page_of(kind, example), "途径", "依据的日期")[0] == "2026年5月9日"


@pytest.mark.clause("CG2023-L2-3.3.3-S")
def test_a_start_up_project_shows_scored_criteria_and_an_overall_grade() -> None:
    kind, example = opened("startup-path-analysis")
    held_back(kind, example, "market", "cost", "risk", "fit", "market_why", "total", "grade")
    page = page_of(kind, example)
    criteria = {"市场（权重 30）": "4", "成本（权重 20）": "4", "风险（权重 25）": "3", "契合（权重 25）": "4"}
    assert {label: value(page, label)[0] for label in criteria} == criteria
    assert value(page, "总评") == "先小做三个月"


@pytest.mark.clause("CG2023-L2-3.3.3-K")
def test_the_weights_of_the_scoring_sheet_are_a_hundred_and_print_with_the_score() -> None:
    kind = kind_of("startup-path-analysis")
    page = page_of(kind, example_of(kind))
    weighed = [(label, re.fullmatch(r".+（权重 (\d+)）", label)) for label in labels_of(page)]
    weights = {label: int(found[1]) for label, found in weighed if found}
    assert sum(weights.values()) == 100
    total = sum(weight * int(value(page, label)[0]) for label, weight in weights.items()) // 5
    assert value(page, "加权总分") == f"{total}分"


@pytest.mark.clause("CG2023-X1-L3-2.2.1-S")
def test_the_local_environment_shows_indicators_with_source_period_and_comparison() -> None:
    kind, example = opened("startup-project-assessment")
    held_back(kind, example, "environment", "strengths", "limits")
    row = table(page_of(kind, example), "环境要点")[0]
    assert (row["要点"], row["期间"]) == ("铺租场地", "2026 年 5 月")
    assert row["和谁比、差多少"] == "比去年同月涨一成，比城区低一半"
    assert row["出处"] == "问过 9 家铺面"


@pytest.mark.clause("CG2023-X1-L3-2.2.1-K")
def test_a_point_of_the_local_environment_without_evidence_or_date_is_flagged() -> None:
    kind, example = opened("startup-project-assessment")
    for index in range(len(example["answers"]["environment"])):
        for cell in ("evidence", "dated", "period"):
            gaps = check(kind, with_cell(example, "environment", index, **{cell: None}))
            assert [gap.block for gap in gaps] == [f"environment[{index}].{cell}"]


@pytest.mark.clause("CG2023-X1-L3-2.2.2-S")
def test_each_local_route_shows_its_facts_and_source() -> None:
    kind, example = opened("startup-project-assessment")
    held_back(kind, example, "routes")
    held_back_in_rows(kind, example, "routes", "example", "source")
    row = table(page_of(kind, example), "途径")[0]
    assert row["头一笔钱（元）"] == "42000"
    assert row["要什么条件"] == "两个出口、健康证、一名持证教师"
    assert row["出处"] == "店主，2026-06-05"


@pytest.mark.clause("CG2023-X1-L3-2.2.2-K")
def test_a_local_route_without_condition_cost_or_risk_is_flagged() -> None:
    kind = kind_of("startup-project-assessment")
    held_back_in_rows(kind, example_of(kind), "routes", "condition", "cost", "risk")


@pytest.mark.clause("CG2023-X1-L3-2.2.3-K")
def test_a_local_project_without_market_cost_or_source_is_flagged() -> None:
    kind = kind_of("startup-project-assessment")
    held_back_in_rows(kind, example_of(kind), "projects", "market", "cost", "source")


def test_the_summary_of_the_example_agrees_with_its_projects() -> None:
    answers = example_of(kind_of("startup-project-assessment"))["answers"]
    for row in answers["summary"]:
        projects = [project for project in answers["projects"] if project["type"] == row["type"]]
        assert row["count"] == len(projects)
        assert row["alive"] == sum(project["months"] >= 12 for project in projects)
        assert float(row["rate"]) == round(100 * row["alive"] / row["count"], 1)
