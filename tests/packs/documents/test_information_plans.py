"""Plans for collecting, releasing and showing information hold what their clauses ask, or are held back."""

from decimal import Decimal

import pytest

from tests.packs.documents.examples import (
    cells_of,
    changed,
    column,
    example_of,
    grades,
    held_back,
    held_back_in_rows,
    kind_of,
    missing,
    opened,
    page_of,
    pdf_of,
    signed_by,
    table,
    value,
    without,
)
from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.build import check


def test_an_online_collection_plan_needs_source_indicator_and_frequency() -> None:
    held_back(*opened("online-collection-plan"), "sources", "indicators")
    held_back_in_rows(*opened("online-collection-plan"), "sources", "name", "frequency", "owner")


@pytest.mark.clause("CG2023-L2-1.1.2-K")
def test_a_visit_plan_prints_a_question_sheet() -> None:
    kind, example = opened("company-collection-plan")
    page = page_of(kind, example)
    sheet = page.sections[-1]
    assert sheet.id == "sheet"
    (questions,) = [block for block in sheet.blocks if isinstance(block, t.Table)]
    assert [row[0] for row in questions.rows] == [row["question"] for row in example["answers"]["questions"]]
    assert {row[-1].strip() for row in questions.rows} == {""}
    (head,) = [block for block in sheet.blocks if isinstance(block, t.Fields)]
    assert {item.value.strip("＿") for item in head.items} == {""}
    assert pdf_of(page).startswith(b"%PDF")


def test_a_plan_for_flexible_jobs_needs_two_channels() -> None:
    kind, example = opened("flexible-jobs-collection-plan")
    channels = example["answers"]["channels"]
    for count, expected in ((0, {"channels"}), (1, {"channels"}), (2, set())):
        gaps = check(kind, changed(example, channels=channels[:count]))
        assert {gap.block for gap in gaps if gap.block} == expected


def test_a_press_plan_enforces_its_sections() -> None:
    kind = kind_of("press-release-plan")
    blank = {**example_of(kind), "answers": {}}
    assert {gap.section for gap in check(kind, blank)} == {section.id for section in kind.sections}


@pytest.mark.clause("CG2023-L2-1.2.2-S")
def test_each_planned_post_shows_its_state() -> None:
    page = page_of(*opened("internet-release-plan"))
    assert column(page, "拟发内容", "状态") == ["已发", "已审", "草稿"]
    held_back_in_rows(*opened("internet-release-plan"), "posts", "state")


@pytest.mark.clause("CG2023-L2-1.2.2-K")
def test_an_internet_plan_requires_platform_cadence_review_chain_and_risk() -> None:
    held_back(*opened("internet-release-plan"), "platforms", "review_chain", "risks")
    held_back_in_rows(*opened("internet-release-plan"), "platforms", "platform", "cadence")
    kind = kind_of("internet-release-plan")
    assert "risk" in missing(kind, without(example_of(kind), "risks", "accessibility"))


@pytest.mark.clause("CG2023-L2-1.2.3-S")
def test_a_plan_for_other_media_lists_medium_format_audience_cost_and_exports() -> None:
    kind = kind_of("other-media-plan")
    page = page_of(kind, example_of(kind))
    rows = table(page, "媒介清单")
    assert [row["媒介"] for row in rows] == ["村村响广播", "公交车内屏", "集市折页", "登记人员短信"]
    assert all(row["形式与规格"] != "—" and row["面向"] != "—" for row in rows)
    assert sum(Decimal(row["费用（元）"]) for row in rows) == Decimal(value(page, "费用合计").removesuffix("元"))
    assert {"村村响广播", "方言录音 30 秒，早晚各两遍", "两镇五十岁以上", "3600"} <= cells_of(page)
    assert pdf_of(page).startswith(b"%PDF")


@pytest.mark.clause("CG2023-L2-1.2.3-K")
def test_a_plan_for_other_media_requires_format_audience_and_measure_of_effect() -> None:
    held_back_in_rows(*opened("other-media-plan"), "media", "format", "audience")
    held_back(*opened("other-media-plan"), "audiences", "measures")
    held_back_in_rows(*opened("other-media-plan"), "measures", "how", "goal")


@pytest.mark.clause("CG2023-L2-1.2.5-K")
def test_a_showcase_plan_without_audience_or_occupation_code_is_refused() -> None:
    held_back(*opened("occupation-showcase-plan"), "audience", "occupations")
    held_back_in_rows(*opened("occupation-showcase-plan"), "occupations", "occupation")


def test_a_showcase_plan_names_the_pages_and_what_is_done() -> None:
    page = page_of(*opened("occupation-showcase-plan"))
    assert column(page, "职业清单", "展示页网址")[0] == "https://showcase.example/zs-01"
    assert column(page, "排期表", "进度") == ["已完成", "进行中", "未开始"]


@pytest.mark.clause("CG2023-L2-2.2.1-K")
def test_a_plan_for_the_recruitment_site_states_each_principle_and_its_measure() -> None:
    kind = kind_of("public-network-plan")
    principles = ("free", "truthful", "convenient", "fair", "secure")
    held_back(*opened(kind.id), *principles)
    (section,) = [section for section in page_of(kind, example_of(kind)).sections if section.id == "principles"]
    stated = [block for block in section.blocks if isinstance(block, t.Editable)]
    assert [block.id for block in stated] == list(principles)
    assert all(len(block.paragraphs[0]) > 20 for block in stated)


def test_targets_of_the_recruitment_site_stand_beside_the_figures_reached() -> None:
    rows = table(page_of(*opened("public-network-plan")), "目标表")
    assert [(row["今年目标"], row["截至目前"]) for row in rows] == [("70", "61"), ("3000", "1460"), ("10", "12")]


def test_an_analysis_plan_needs_fields_cleaning_indicators_and_cycle() -> None:
    held_back(*opened("platform-analysis-plan"), "fields", "cleaning", "indicators", "cycle")


@pytest.mark.clause("CG2023-DA-L3-1.1.1-S")
def test_a_publicity_plan_has_aim_audience_tasks_accessibility_and_approval() -> None:
    kind, example = opened("publicity-consultation-plan")
    held_back(kind, example, "aim", "audience", "tasks", "route", "accommodation")
    page = page_of(kind, example)
    assert "会自己用手机预约" in value(page, "目的")
    assert {row["对象"] for row in table(page, "参加的人和要讲的话")} >= {"毕业年级学生", "家长"}
    assert all(row["谁"] and row["何时做好"] for row in table(page, "任务"))
    assert "手语翻译" in value(page, "现场便利")
    assert grades(kind)[:2] == (3, 2)
    assert "reviewer" in signed_by(page)


@pytest.mark.clause("CG2023-DA-L2-1.1.1-K")
def test_a_new_media_plan_shows_channel_cadence_and_reviewer() -> None:
    kind, example = opened("new-media-release-plan")
    held_back(kind, example, "channels", "posts", "reviewer")
    held_back_in_rows(kind, example, "channels", "name", "cadence")
    page = page_of(kind, example)
    assert next((row["渠道"], row["频次"]) for row in table(page, "渠道表")) == ("公众号", "每两周一篇，周三")
    assert "许知远" in value(page, "审稿人")
