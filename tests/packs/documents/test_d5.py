"""Releases, agreements, opinions and analyses hold what their clauses ask, or are held back with the gap named."""

import re

import pytest

from tests.packs.documents.examples import (
    DAY,
    changed,
    column,
    example_of,
    held_back,
    held_back_in_rows,
    kind_of,
    page_of,
    signed_by,
    table,
    value,
)
from zhiyin.engines.documents import clean_answers
from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.build import check
from zhiyin.engines.documents.compare import compare, parts
from zhiyin.engines.documents.html import render_html
from zhiyin.engines.documents.inputs import starting_answers
from zhiyin.kernel.errors import Invalid
from zhiyin.packs import installed


def text_of(page: t.Document) -> str:
    return re.sub(r"<[^>]*>", "", render_html(page))


def labels_of(page: t.Document) -> list[str]:
    return [
        item.label
        for section in page.sections
        for block in section.blocks
        if isinstance(block, t.Fields)
        for item in block.items
    ]


def with_cell(context: dict[str, object], rows: str, index: int, **cells: object) -> dict[str, object]:
    """The context with cells of one row changed."""
    answers = context["answers"]
    assert isinstance(answers, dict)
    made = [{**row, **cells} if place == index else row for place, row in enumerate(answers[rows])]
    return changed(context, **{rows: made})


@pytest.mark.clause("CG2023-L3-2.3.2-K")
def test_wage_guidance_prints_its_definitions_and_its_rule_for_outliers() -> None:
    kind = kind_of("wage-guidance")
    example = example_of(kind)
    held_back(kind, example, "wage_means", "minimum", "outlier", "rows")
    text = text_of(page_of(kind, example))
    assert "第十、二十五、五十、七十五、九十位上的人拿多少" in text
    assert text.count("月应发工资，含绩效和津贴，不含加班费、年终奖和单位缴费") == 2
    assert "极端值：低于最低工资标准和高于中位数五倍的逐一回访" in text
    other = changed(example, outlier="最高和最低各去掉百分之一", minimum=40)
    assert "极端值：最高和最低各去掉百分之一。人数不到 40 人" in text_of(page_of(kind, other))


def test_wages_of_an_occupation_with_too_few_people_do_not_appear() -> None:
    kind = kind_of("wage-guidance")
    example = example_of(kind)
    rows = table(page_of(kind, example), "工资价位")
    assert (rows[-1]["人数"], rows[-1]["中位（50%）"]) == ("9", "—")
    typed = with_cell(example, "rows", 5, p10="3000", p25="3000", p50="9876", p75="9000", p90="9000")
    answers = clean_answers(kind, typed["answers"], installed.registry().codelists(), today=DAY)  # type: ignore[arg-type]
    assert "9876" not in text_of(page_of(kind, {**typed, "answers": answers}))
    shown = with_cell(example, "rows", 5, enough="yes")
    assert [gap.block for gap in check(kind, shown)] == [
        f"rows[5].{name}" for name in ("p10", "p25", "p50", "p75", "p90")
    ]


def test_a_ranking_shows_method_and_dates_and_recomputes_from_its_rows() -> None:
    kind = kind_of("supply-demand-ranking")
    example = example_of(kind)
    held_back(kind, example, "demand_rule", "supply_rule", "ratio_rule", "drawn_on", "from_on", "to_on", "recounted")
    page = page_of(kind, example)
    assert value(page, "求人倍率怎么算") == "需求人数除以求职人数，保留两位小数"
    for caption in ("缺人的职业", "求职集中的职业"):
        for row in table(page, caption):
            people, seekers = int(row["需求人数"]), int(row["求职人数"])
            assert float(row["求人倍率"]) == round(people / seekers, 2)
    gaps = [int(row["需求人数"]) - int(row["求职人数"]) for row in table(page, "缺人的职业")]
    assert gaps == sorted(gaps, reverse=True)


def test_every_figure_of_a_bulletin_has_its_day_and_its_source() -> None:
    kind = kind_of("employment-bulletin")
    example = example_of(kind)
    held_back(kind, example, "issue", "released_on", "deadline", "figures", "archive")
    held_back_in_rows(kind, example, "figures", "as_of", "source")
    assert page_of(kind, example).subtitle == "第 2026-11 期"


def test_a_cooperation_agreement_fills_from_terms_and_shows_what_is_not_agreed_yet() -> None:
    kind = kind_of("labour-cooperation-agreement")
    example = example_of(kind)
    terms = example["answers"]
    started = starting_answers(kind, {"employer": example["employer"]})
    assert started == {name: terms[name] for name in ("partner", "uscc", "partner_address", "partner_contact")}
    open_terms = changed(example, insurance=None, early_end=None)
    assert {gap.block for gap in check(kind, open_terms)} == {"insurance", "early_end"}
    assert value(page_of(kind, open_terms), "社会保险") == t.MISSING
    licensed = changed(example, partner_kind="dispatch")
    assert [gap.block for gap in check(kind, licensed)] == ["licence"]


@pytest.mark.clause("CG2023-DJ-L4-3.1.2-K")
def test_a_missing_clause_of_an_employment_agreement_is_shown_and_the_print_matches() -> None:
    kind = kind_of("employment-agreement")
    example = example_of(kind)
    held_back(kind, example, "post", "tasks", "wage", "payday", "hours", "insurance", "accommodations")
    page = page_of(kind, changed(example, payday=None))
    missing = [
        item.label
        for section in page.sections
        for block in section.blocks
        if isinstance(block, t.Fields)
        for item in block.items
        if item.missing
    ]
    assert missing == ["发薪日"]
    whole = page_of(kind, example)
    text = text_of(whole)
    answers = example["answers"]
    for field in kind.inputs():
        if field.type in {"text", "longtext"} and field.id in answers:
            assert answers[field.id] in text, field.id
    assert value(whole, "工资") == "3200元/月"
    assert column(whole, "便利", "做什么") == [row["what"] for row in answers["accommodations"]]


@pytest.mark.parametrize(
    ("term", "open_questions"),
    [
        ("task", ["task_end"]),
        ("open", []),
        ("part", ["hourly"]),
    ],
)
def test_each_kind_of_term_asks_what_it_needs(term: str, open_questions: list[str]) -> None:
    kind = kind_of("employment-agreement")
    assert [gap.block for gap in check(kind, changed(example_of(kind), term=term))] == open_questions


def test_guardian_and_witness_sign_an_employment_agreement_only_where_they_are_named() -> None:
    kind = kind_of("employment-agreement")
    example = example_of(kind)
    assert signed_by(page_of(kind, example)) == {"client", "employer", "drafter", "reviewer"}
    both = changed(example, guardian_name="监护人甲（演示）", witness="见证人乙（演示）")
    assert {"guardian", "witness"} <= signed_by(page_of(kind, both))


@pytest.mark.parametrize(
    ("disclosure", "told", "needed"),
    [("nothing", False, []), ("needs", True, []), ("category", True, ["category"])],
)
def test_a_resume_tells_of_the_disability_what_its_owner_chose(disclosure: str, told: bool, needed: list[str]) -> None:
    kind = kind_of("resume")
    example = changed(example_of(kind), disclosure=disclosure)
    assert [gap.block for gap in check(kind, example)] == needed
    answers = clean_answers(kind, example["answers"], installed.registry().codelists(), today=DAY)
    page = page_of(kind, {**example, "answers": answers})
    assert ("机台警报请装一盏灯" in text_of(page)) is told
    assert ("残疾" in text_of(page)) is (disclosure == "category")


def test_a_resume_begins_with_what_the_file_knows() -> None:
    kind = kind_of("resume")
    work = {"period": "2024.03—2026.04", "employer": "一家电子配件厂", "post": "外观检验", "duty": "看外壳"}
    started = starting_answers(kind, {"person": {"phone": "0000-7654321"}, "file": {"work": [work]}})
    assert started == {"phone": "0000-7654321", "work": [work]}


@pytest.mark.clause("CG2023-DJ-L3-2.2.2-S")
def test_an_ability_map_shows_levels_sources_and_dates_and_its_versions_compare() -> None:
    kind = kind_of("ability-map")
    example = example_of(kind)
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
    kind = kind_of("ability-map")
    example = example_of(kind)
    gaps = check(kind, changed(example, **{dimension: None}))
    assert {gap.section for gap in gaps} == {dimension}
    assert {gap.block for gap in gaps} == {"", dimension}
    held_back_in_rows(kind, example, dimension, "level", "source", "seen_on")


@pytest.mark.clause("CG2023-DA-L2-1.2.4-K")
def test_each_step_of_a_scale_is_kept_and_without_trial_data_it_stays_experimental() -> None:
    kind = kind_of("combined-scale")
    example = example_of(kind)
    held_back(kind, example, "answers_what", "dimensions", "items", "scoring", "trial_state", "sample", "weak")
    warning = "这张量表还没有转为正式使用"
    lists = installed.registry().codelists()
    for trial in ("none", "small"):
        claimed = changed(example, trial_state=trial, formal=True, formal_basis="都说好用", reviewed_by="甲")
        answers = clean_answers(kind, claimed["answers"], lists, today=DAY)
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
    kind = kind_of("norm-revision")
    example = example_of(kind)
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
    kind = kind_of("assessment-system-advice")
    example = example_of(kind)
    held_back(kind, example, "reliability", "validity", "items", "advice", "limits")
    page = page_of(kind, example)
    assert table(page, "各维度信度")[0]["内部一致"] == "0.86"
    assert column(page, "和什么比", "效度系数") == ["0.43", "0.12"]
    assert [(row["题号"], row["毛病"]) for row in table(page, "弱题")][1] == ("C11", "分不出高低")
    beyond = with_cell(example, "validity", 0, coefficient="1.2")["answers"]
    with pytest.raises(Invalid) as caught:
        clean_answers(kind, beyond, installed.registry().codelists(), today=DAY)  # type: ignore[arg-type]
    assert set(caught.value.errors) == {"validity[0].coefficient"}


@pytest.mark.clause("CG2023-X2-L2-1.1.2-S")
def test_dispatch_advice_names_its_problem_and_whether_it_was_adopted() -> None:
    kind = kind_of("dispatch-advice")
    example = example_of(kind)
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
    kind = kind_of("dispatch-advice")
    example = example_of(kind)
    held_back(kind, example, "scale", "disputes_n", "profit", "risks", "advice")
    page = page_of(kind, example)
    assert value(page, "期内争议") == "5起"
    assert column(page, "盈亏", "科目")[0] == "支付服务费"
    assert column(page, "风险", "发生过几次") == ["3", "1"]
    one_problem = changed(example, scope="problem", profit=None, risks=None)
    assert check(kind, one_problem) == []


@pytest.mark.clause("CG2023-X2-L1-1.1.1-K")
def test_an_analysis_of_dispatch_answers_every_point_with_a_figure_and_a_period() -> None:
    kind = kind_of("dispatch-advice")
    example = example_of(kind)
    rows = table(page_of(kind, example), "五个要点")
    assert {row["要点"] for row in rows} == {"规模", "结构", "争议", "成本", "合规"}
    assert all(row["数"] != "—" and row["期间"] != "—" for row in rows)
    held_back_in_rows(kind, example, "scale", "point", "figure", "period")
    four = changed(example, scale=example["answers"]["scale"][:4])
    assert [gap.block for gap in check(kind, four)] == ["scale"]


@pytest.mark.clause("CG2023-X2-L2-1.2.2-S")
def test_outsourcing_advice_shows_problems_effect_and_adoption() -> None:
    kind = kind_of("outsourcing-advice")
    example = example_of(kind)
    held_back(kind, example, "problems", "advice", "replies")
    held_back_in_rows(kind, example, "advice", "effect", "owner", "due")
    page = page_of(kind, example)
    assert {row["问题号"] for row in table(page, "建议")} == set(column(page, "问题", "号"))
    assert column(page, "建议", "预期效果")[0] == "差错降到千分之二以内"
    assert column(page, "逐条情况", "采纳") == ["采纳", "等答复"]


@pytest.mark.clause("CG2023-X2-L1-1.2.1-S")
def test_an_analysis_of_outsourcing_shows_scale_service_level_risk_and_proposals() -> None:
    kind = kind_of("outsourcing-advice")
    example = example_of(kind)
    held_back(kind, example, "levels", "money", "points", "advice")
    held_back_in_rows(kind, example, "levels", "people", "promised", "reached")
    rows = table(page_of(kind, example), "规模和服务水平，按客户")
    assert [(row["涉及人数"], row["做到"]) for row in rows][2] == ("130", "15 天到岗五成二")


@pytest.mark.clause("CG2023-X2-L1-1.2.1-K")
def test_an_analysis_of_outsourcing_answers_each_point_by_client() -> None:
    kind = kind_of("outsourcing-advice")
    example = example_of(kind)
    page = page_of(kind, example)
    rows = table(page, "要点，按客户")
    assert {row["要点"] for row in rows} == {"服务水平", "人员流动", "风险", "客户评价"}
    held_back_in_rows(kind, example, "points", "customer", "point", "figure", "period")
    held_back_in_rows(kind, example, "money", "customer", "income", "period")
    clients = {row["客户"] for row in table(page, "规模和服务水平，按客户")}
    assert {row["客户"] for row in rows} == clients == set(column(page, "收支，按客户", "客户"))


@pytest.mark.clause("CG2023-DJ-L4-3.3.4-S")
def test_accessibility_advice_lists_place_barrier_measure_and_follow_up() -> None:
    kind = kind_of("accessibility-advice")
    example = example_of(kind)
    held_back(kind, example, "barriers", "measures", "follow")
    held_back_in_rows(kind, example, "barriers", "place", "barrier")
    held_back_in_rows(kind, example, "measures", "measure", "owner", "due")
    page = page_of(kind, example)
    found = {row["号"]: row["位置"] for row in table(page, "障碍")}
    assert found["3"] == "一楼卫生间"
    assert column(page, "改造措施", "障碍号") == list(found)
    seen = {number for cell in column(page, "回看", "障碍号") for number in cell.split("、")}
    assert seen == set(found)


@pytest.mark.clause("CG2023-L2-3.2.1-K")
def test_each_item_of_the_economy_has_evidence_and_score() -> None:
    kind = kind_of("employment-environment-analysis")
    example = example_of(kind)
    held_back(kind, example, "economy", "economy_rating", "economy_why")
    held_back_in_rows(kind, example, "economy", "evidence", "source", "dated", "score")
    rows = table(page_of(kind, example), "总体条目")
    assert [row["评分"] for row in rows] == ["4", "4", "4", "2"]
    assert all(row["数和变化"] != "—" for row in rows)


@pytest.mark.clause("CG2023-L2-3.2.3-S")
def test_every_avenue_shows_growth_or_decline_with_evidence() -> None:
    kind = kind_of("employment-environment-analysis")
    example = example_of(kind)
    held_back(kind, example, "avenues")
    held_back_in_rows(kind, example, "avenues", "before", "after", "trend", "evidence", "rating")
    for row in table(page_of(kind, example), "门路增减"):
        grown = int(row["本期人数"]) > int(row["上期人数"])
        assert row["增减"] in ({"变宽", "首次统计"} if grown else {"变窄"})
        assert row["依据"] != "—"


@pytest.mark.clause("CG2023-L2-3.2.3-K")
def test_the_method_is_printed_with_the_avenues() -> None:
    kind = kind_of("employment-environment-analysis")
    example = example_of(kind)
    held_back(kind, example, "avenue_method")
    [section] = [part for part in page_of(kind, example).sections if part.id == "avenues"]
    assert [type(block) for block in section.blocks] == [t.Table, t.Editable]
    assert [block.label for block in section.blocks if isinstance(block, t.Editable)] == ["方法说明"]


@pytest.mark.clause("CG2023-L2-3.2.4-S")
def test_survey_and_vacancies_stand_side_by_side_for_each_industry() -> None:
    kind = kind_of("employment-environment-analysis")
    example = example_of(kind)
    held_back(kind, example, "employers", "employers_rating")
    held_back_in_rows(kind, example, "employers", "surveyed", "plan", "vacancies", "reading")
    page = page_of(kind, example)
    rows = [(row["行业"], row["打算招（人）"], row["登记在招（人）"]) for row in table(page, "分行业需求")]
    assert rows[1] == ("汽车零部件", "210", "96")
    assert value(page, "用人总评") == "两头分化"


@pytest.mark.clause("CG2023-L2-3.2.4-K")
def test_the_report_on_employers_states_sample_weighting_and_limits() -> None:
    kind = kind_of("employment-environment-analysis")
    example = example_of(kind)
    held_back(kind, example, "sample", "weighting", "limits")
    page = page_of(kind, example)
    assert "回收 78 家" in value(page, "样本")
    assert "从业人数" in value(page, "加权")
    assert "没有问到" in value(page, "说不准的地方")


@pytest.mark.clause("CG2023-L2-3.3.1-S")
def test_the_start_up_environment_has_indicators_of_three_periods_trend_and_rating() -> None:
    kind = kind_of("startup-path-analysis")
    example = example_of(kind)
    held_back(kind, example, "environment", "environment_overall")
    page = page_of(kind, example)
    row = table(page, "环境指标")[1]
    assert [row[name] for name in ("前年", "去年", "今年", "趋势", "评分")] == ["71%", "69%", "68%", "向下", "2"]
    assert value(page, "环境总评") == "尚可"


@pytest.mark.clause("CG2023-L2-3.3.1-K")
def test_a_start_up_report_with_an_unrated_indicator_cannot_be_issued() -> None:
    kind = kind_of("startup-path-analysis")
    example = example_of(kind)
    for index in range(len(example["answers"]["environment"])):
        unrated = with_cell(example, "environment", index, rating=None)
        [gap] = check(kind, unrated)
        assert gap.block == f"environment[{index}].rating"
        assert "评分" in gap.message


@pytest.mark.clause("CG2023-L2-3.3.2-S")
def test_each_start_up_route_has_trend_risk_and_rating() -> None:
    kind = kind_of("startup-path-analysis")
    example = example_of(kind)
    held_back(kind, example, "routes")
    held_back_in_rows(kind, example, "routes", "trend", "risk", "rating")
    rows = table(page_of(kind, example), "途径")
    assert [(row["途径"], row["走势"], row["评分"]) for row in rows][1] == ("加盟", "变窄", "1")


@pytest.mark.clause("CG2023-L2-3.3.2-K")
def test_every_start_up_route_carries_evidence_and_its_date() -> None:
    kind = kind_of("startup-path-analysis")
    example = example_of(kind)
    for index in range(len(example["answers"]["routes"])):
        bare = with_cell(example, "routes", index, evidence=None, dated=None)
        assert [gap.block for gap in check(kind, bare)] == [f"routes[{index}].evidence", f"routes[{index}].dated"]
    assert column(page_of(kind, example), "途径", "依据的日期")[0] == "2026年5月9日"


@pytest.mark.clause("CG2023-L2-3.3.3-S")
def test_a_start_up_project_shows_scored_criteria_and_an_overall_grade() -> None:
    kind = kind_of("startup-path-analysis")
    example = example_of(kind)
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
    kind = kind_of("startup-project-assessment")
    example = example_of(kind)
    held_back(kind, example, "environment", "strengths", "limits")
    row = table(page_of(kind, example), "环境要点")[0]
    assert (row["要点"], row["期间"]) == ("铺租场地", "2026 年 5 月")
    assert row["和谁比、差多少"] == "比去年同月涨一成，比城区低一半"
    assert row["出处"] == "问过 9 家铺面"


@pytest.mark.clause("CG2023-X1-L3-2.2.1-K")
def test_a_point_of_the_local_environment_without_evidence_or_date_is_flagged() -> None:
    kind = kind_of("startup-project-assessment")
    example = example_of(kind)
    for index in range(len(example["answers"]["environment"])):
        for cell in ("evidence", "dated", "period"):
            gaps = check(kind, with_cell(example, "environment", index, **{cell: None}))
            assert [gap.block for gap in gaps] == [f"environment[{index}].{cell}"]


@pytest.mark.clause("CG2023-X1-L3-2.2.2-S")
def test_each_local_route_shows_its_facts_and_source() -> None:
    kind = kind_of("startup-project-assessment")
    example = example_of(kind)
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
