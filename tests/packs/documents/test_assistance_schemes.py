"""Schemes for groups of people, programmes and places of guidance hold what their clauses ask, or are held back."""

from decimal import Decimal

import pytest

from tests.packs.documents.examples import column, held_back, held_back_in_rows, kind_of, opened, page_of, table, value
from zhiyin.engines.documents.html import render_html


@pytest.mark.clause("CG2023-L1-3.2.1-S")
def test_the_page_of_a_programme_holds_plan_sessions_supervision_and_effect() -> None:
    page = page_of(*opened("general-skills-project-plan"))
    text = render_html(page)
    assert "开口第一分钟" in text
    assert column(page, "课表", "次") == ["1", "2", "3", "4"]
    assert "讲了二十八分钟" in table(page, "督导安排与意见")[0]["意见"]
    assert [row["指标"] for row in table(page, "效果指标")][-1] == "结业九十天就业"
    held_back(*opened("general-skills-project-plan"), "sessions", "supervision", "effect")


def test_a_programme_answers_every_principle() -> None:
    principles = ("p_doing", "p_steps", "p_jobs", "p_feedback", "p_different", "p_measured")
    held_back(*opened("general-skills-project-plan"), *principles)


@pytest.mark.clause("CG2023-L1-3.3.3-S")
def test_a_scheme_for_staff_shows_participants_plans_reviews_and_effect() -> None:
    page = page_of(*opened("in-service-guidance-plan"))
    people = set(column(page, "参加者", "编号"))
    assert set(column(page, "计划表", "编号")) == people
    assert set(column(page, "复盘记录", "编号")) <= people
    assert column(page, "效果指标", "现在") == ["—", "9 人", "6 人"]
    held_back(*opened("in-service-guidance-plan"), "participants", "plans", "effect")


@pytest.mark.clause("CG2023-L1-3.3.4-S")
def test_a_series_lists_lectures_speakers_attendance_and_ratings() -> None:
    page = page_of(*opened("graduate-lecture-plan"))
    lectures = table(page, "讲次")
    assert [(row["到场（人）"], row["评分"]) for row in lectures] == [("118", "8.9"), ("96", "8.4"), ("—", "—")]
    assert {row["主讲"] for row in lectures} == set(column(page, "主讲人简况", "主讲"))


@pytest.mark.clause("CG2023-L1-3.3.4-K")
def test_a_series_needs_audience_topic_speaker_and_feedback_form() -> None:
    held_back(*opened("graduate-lecture-plan"), "audience", "lectures", "speakers", "feedback")
    held_back_in_rows(*opened("graduate-lecture-plan"), "lectures", "topic", "speaker")
    held_back_in_rows(*opened("graduate-lecture-plan"), "feedback", "question", "answer")


@pytest.mark.clause("CG2023-L1-3.5.1-S")
def test_a_scheme_for_graduates_shows_classes_measures_persons_covered_and_employment_rate() -> None:
    page = page_of(*opened("graduates-in-difficulty-plan"))
    classes = column(page, "类别", "类")
    assert classes == ["A", "B", "C", "D"]
    assert column(page, "措施表", "类") == classes
    progress = table(page, "分类进展")
    assert [row["类"] for row in progress] == classes
    assert [row["已帮扶（人）"] for row in progress] == ["52", "31", "29", "19"]
    assert [row["现在（%）"] for row in progress] == ["76.9", "51.6", "26.5", "42.1"]
    assert sum(int(count) for count in column(page, "类别", "人数（人）")) == 136


@pytest.mark.clause("CG2023-L1-3.5.3-S")
def test_a_rural_scheme_shows_results_by_township_and_class() -> None:
    page = page_of(*opened("rural-difficulty-plan"))
    results = table(page, "分乡镇、分类别结果")
    assert {row["乡镇"] for row in results} == set(column(page, "各乡镇底数", "乡镇"))
    assert len({(row["乡镇"], row["类别"]) for row in results}) == len(results) == 4
    assert [row["现在（%）"] for row in results] == ["77", "52", "31", "38"]
    held_back_in_rows(*opened("rural-difficulty-plan"), "results", "township", "class")


@pytest.mark.clause("CG2023-L1-3.5.4-S")
def test_a_scheme_for_disabled_people_shows_results_by_type_and_the_accommodation_given() -> None:
    page = page_of(*opened("disabled-assistance-plan"))
    given: dict[str, Decimal] = {}
    for row in table(page, "便利清单"):
        given[row["类别"]] = round(Decimal(row["已给到（人）"]) / Decimal(row["需要（人）"]) * 100, 1)
    results = table(page, "结果表")
    assert [row["类别"] for row in results] == ["视力", "听力", "智力"]
    for row in results:
        assert Decimal(row["便利给到率（%）"]) == given[row["类别"]]


@pytest.mark.parametrize(
    ("id", "baseline", "indicators"),
    [
        ("graduates-in-difficulty-plan", ("baseline_on", "baseline_people", "baseline_employed"), "indicators"),
        ("urban-difficulty-plan", ("ledger_on", "in_ledger", "employed_base"), "indicators"),
        ("rural-difficulty-plan", ("baseline_on", "townships"), "results"),
        ("disabled-assistance-plan", ("baseline_on", "groups"), "results"),
    ],
)
def test_a_scheme_needs_baseline_and_indicators_and_sets_progress_beside_the_baseline(
    id: str, baseline: tuple[str, ...], indicators: str
) -> None:
    held_back(*opened(id), *baseline, indicators)
    (field,) = [field for field in kind_of(id).inputs() if field.id == indicators]
    columns = {column.id for column in field.columns}
    assert columns & {"base", "base_rate"}
    assert columns & {"now", "now_rate"}


@pytest.mark.clause("CG2023-L1-4.3.1-S")
def test_a_studio_plan_shows_space_equipment_staff_budget_and_progress() -> None:
    page = page_of(*opened("studio-plan"))
    assert sum(Decimal(area) for area in column(page, "功能分区", "面积（平方米）")) == Decimal("96")
    equipment = sum(Decimal(amount) for amount in column(page, "设备清单", "小计（元）"))
    budget = table(page, "经费表")
    assert equipment == next(Decimal(row["金额（元）"]) for row in budget if row["项目"] == "设备")
    build_total = sum(Decimal(row["金额（元）"]) for row in budget if row["类别"] == "建设")
    assert value(page, "建设合计") == f"{build_total}元"
    assert column(page, "人员安排", "等级") == ["一级", "三级", "四级"]
    assert column(page, "进度表", "进度（%）") == ["80", "45", "60", "0"]
    held_back(*opened("studio-plan"), "rooms", "equipment", "staff", "budget", "progress")


@pytest.mark.clause("CG2023-L1-4.3.2-S")
def test_the_roadmap_of_a_platform_shows_modules_interfaces_and_state_of_delivery() -> None:
    page = page_of(*opened("online-platform-plan"))
    assert column(page, "模块", "第几期") == ["1", "1", "1", "2", "3"]
    assert column(page, "接口清单", "状态") == ["联调", "开发中", "在谈"]
    assert column(page, "交付计划", "状态") == ["已验收", "建设中", "建设中", "未开始"]
    held_back(*opened("online-platform-plan"), "modules", "interfaces", "roadmap")


def test_a_library_plan_sets_holdings_beside_targets_by_category() -> None:
    page = page_of(*opened("resource-library-plan"))
    rows = table(page, "分类数量")
    assert [(row["目标（条）"], row["实有（条）"]) for row in rows] == [
        ("120", "74"),
        ("40", "37"),
        ("60", "22"),
        ("50", "18"),
        ("30", "12"),
    ]
    assert {row["代码"] for row in rows} == set(column(page, "分类表", "代码"))
