"""Plans for recruitment and solutions for employers hold what their clauses ask; where something is missing the gap is
named.
"""

from decimal import Decimal

import pytest

from tests.packs.documents.examples import (
    changed,
    column,
    example_of,
    headings_of,
    held_back,
    held_back_in_rows,
    kind_of,
    missing,
    opened,
    page_of,
    signed_by,
    table,
    value,
    without,
)
from zhiyin.engines.documents.build import check
from zhiyin.engines.documents.inputs import form_of


@pytest.mark.clause("CG2023-L3-3.1.2-K")
def test_a_commissioned_plan_opens_with_all_sections_and_notes_and_flags_the_empty_ones() -> None:
    kind = kind_of("commissioned-recruitment-plan")
    blank = {**example_of(kind), "answers": {}}
    assert [section.title for section in page_of(kind, blank).sections] == [section.title for section in kind.sections]
    form = form_of(kind)
    assert form is not None
    assert [section.help for section in form.sections] == [section.guidance for section in kind.sections]
    assert all(len(section.help) > 40 for section in form.sections)
    flagged = {gap.section for gap in check(kind, blank)}
    assert flagged == {section.id for section in kind.sections}


def test_a_commissioned_plan_asks_for_third_party_costs_only_where_there_are_some() -> None:
    kind, example = opened("commissioned-recruitment-plan")
    assert missing(kind, without(example, "costs")) == {"costs"}
    free = without(example, "costs")
    free["answers"]["fee_kind"] = "free"
    assert check(kind, free) == []
    assert signed_by(page_of(kind, free)) == {"employer", "adviser"}


@pytest.mark.clause("CG2023-L3-3.2.1-K")
@pytest.mark.parametrize("full", [True, False])
def test_a_fair_plan_exports_its_sections_in_the_order_of_the_template(full: bool) -> None:
    kind, example = opened("job-fair-plan")
    page = page_of(kind, example if full else {**example, "answers": {}})
    assert headings_of(page) == [section.title for section in kind.sections]


def test_a_fair_plan_is_kept_back_until_safety_and_emergency_are_written() -> None:
    kind, example = opened("job-fair-plan")
    safety = ("large_event", "safety_lead", "safety_points", "crowd_control")
    emergency = ("incidents", "stop_authority", "hospital")
    assert missing(kind, without(example, *safety)) == {"safety", *safety}
    assert missing(kind, without(example, *emergency)) == {"emergency", *emergency}


def test_a_large_fair_needs_its_police_permit() -> None:
    kind, example = opened("job-fair-plan")
    large = changed(example, large_event=True)
    assert [gap.block for gap in check(kind, large)] == ["permit"]


@pytest.mark.clause("CG2023-L3-3.3.1-K")
def test_a_remote_plan_exports_every_section_of_the_template() -> None:
    kind = kind_of("remote-recruitment-plan")
    assert headings_of(page_of(kind, example_of(kind))) == [section.title for section in kind.sections]


def test_a_remote_plan_is_kept_back_until_fallback_and_privacy_are_written() -> None:
    kind, example = opened("remote-recruitment-plan")
    fallback, privacy = ("failures", "makeup", "hotline"), ("recording", "consent", "links")
    assert missing(kind, without(example, *fallback)) == {"fallback", *fallback}
    assert missing(kind, without(example, *privacy)) == {"privacy", *privacy}


def test_recorded_interviews_need_the_terms_of_recording() -> None:
    kind, example = opened("remote-recruitment-plan")
    recorded = changed(example, recording=True)
    assert [gap.block for gap in check(kind, recorded)] == ["recording_terms"]


@pytest.mark.clause("CG2023-L2-4.6.1-S")
def test_a_staffing_solution_links_need_measures_timetable_and_acceptance() -> None:
    page = page_of(*opened("staffing-solution"))
    needs = set(column(page, "需求清单", "编号"))
    assert needs == set(column(page, "措施表", "对应需求")) == set(column(page, "验收指标", "对应需求"))
    assert len(table(page, "里程碑")) == 4
    assert value(page, "单位确认人") == "厂办 邱主任"
    assert "employer" in signed_by(page)
    held_back(*opened("staffing-solution"), "needs", "measures", "timetable", "indicators", "accepted_by")
    held_back_in_rows(*opened("staffing-solution"), "measures", "need")


@pytest.mark.clause("CG2023-L2-4.6.2-S")
def test_a_remedy_for_a_labour_shortage_shows_the_fill_rate_before_and_after() -> None:
    page = page_of(*opened("hiring-difficulty-solution"))
    rows = table(page, "跟踪记录")
    assert [(row["原补缺率（%）"], row["现补缺率（%）"]) for row in rows] == [
        ("35", "68"),
        ("37.5", "62.5"),
        ("35", "—"),
    ]
    for row in table(page, "缺工岗位"):
        assert Decimal(row["已到岗（人）"]) / Decimal(row["计划招（人）"]) * 100 == Decimal(row["开方前补缺率（%）"])


@pytest.mark.clause("CG2023-L2-4.6.2-K")
def test_the_sheet_of_a_labour_shortage_compares_the_offer_with_local_wage_guidance() -> None:
    held_back(*opened("hiring-difficulty-solution"), "pay", "pay_source", "pay_finding")
    page = page_of(*opened("hiring-difficulty-solution"))
    for row in table(page, "工资对照"):
        offer, middle = Decimal(row["单位给（元/月）"]), Decimal(row["本地中位（元/月）"])
        assert round((offer - middle) / middle * 100, 1) == Decimal(row["与中位差（%）"])
    assert [value(page, name) for name in ("人源", "条件", "渠道")] == ["次因", "主因", "次因"]
