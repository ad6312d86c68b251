"""Releases of figures, agreements and resumes hold what their clauses ask, or are held back with the gap named."""

import pytest

from tests.packs.documents.examples import (
    changed,
    column,
    example_of,
    fields_of,
    held_back,
    held_back_in_rows,
    kind_of,
    opened,
    page_of,
    signed_by,
    stored,
    table,
    text_of,
    value,
    with_cell,
)
from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.build import check
from zhiyin.engines.documents.inputs import starting_answers


@pytest.mark.clause("CG2023-L3-2.3.2-K")
def test_wage_guidance_prints_its_definitions_and_its_rule_for_outliers() -> None:
    kind, example = opened("wage-guidance")
    held_back(kind, example, "wage_means", "minimum", "outlier", "rows")
    text = text_of(page_of(kind, example))
    assert "第十、二十五、五十、七十五、九十位上的人拿多少" in text
    assert text.count("月应发工资，含绩效和津贴，不含加班费、年终奖和单位缴费") == 2
    assert "极端值：低于最低工资标准和高于中位数五倍的逐一回访" in text
    other = changed(example, outlier="最高和最低各去掉百分之一", minimum=40)
    assert "极端值：最高和最低各去掉百分之一。人数不到 40 人" in text_of(page_of(kind, other))


def test_wages_of_an_occupation_with_too_few_people_do_not_appear() -> None:
    kind, example = opened("wage-guidance")
    rows = table(page_of(kind, example), "工资价位")
    assert (rows[-1]["人数"], rows[-1]["中位（50%）"]) == ("9", "—")
    typed = with_cell(example, "rows", 5, p10="3000", p25="3000", p50="9876", p75="9000", p90="9000")
    answers = stored(kind, typed["answers"])
    assert "9876" not in text_of(page_of(kind, {**typed, "answers": answers}))
    shown = with_cell(example, "rows", 5, enough="yes")
    assert [gap.block for gap in check(kind, shown)] == [
        f"rows[5].{name}" for name in ("p10", "p25", "p50", "p75", "p90")
    ]


def test_a_ranking_shows_method_and_dates_and_recomputes_from_its_rows() -> None:
    kind, example = opened("supply-demand-ranking")
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
    kind, example = opened("employment-bulletin")
    held_back(kind, example, "issue", "released_on", "deadline", "figures", "archive")
    held_back_in_rows(kind, example, "figures", "as_of", "source")
    assert page_of(kind, example).subtitle == "第 2026-11 期"


def test_a_cooperation_agreement_fills_from_terms_and_shows_what_is_not_agreed_yet() -> None:
    kind, example = opened("labour-cooperation-agreement")
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
    kind, example = opened("employment-agreement")
    held_back(kind, example, "post", "tasks", "wage", "payday", "hours", "insurance", "accommodations")
    page = page_of(kind, changed(example, payday=None))
    assert [item.label for item in fields_of(page) if item.missing] == ["发薪日"]
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
    kind, example = opened("employment-agreement")
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
    answers = stored(kind, example["answers"])
    page = page_of(kind, {**example, "answers": answers})
    assert ("机台警报请装一盏灯" in text_of(page)) is told
    assert ("残疾" in text_of(page)) is (disclosure == "category")


def test_a_resume_begins_with_what_the_file_knows() -> None:
    kind = kind_of("resume")
    work = {"period": "2024.03—2026.04", "employer": "一家电子配件厂", "post": "外观检验", "duty": "看外壳"}
    started = starting_answers(kind, {"person": {"phone": "0000-7654321"}, "file": {"work": [work]}})
    assert started == {"phone": "0000-7654321", "work": [work]}
