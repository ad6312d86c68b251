"""Cases for colleagues: held back while a part is missing or somebody could be recognised, and named where it is."""

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
    short_by_a_row,
    signed_by,
    stored,
    table,
    value,
    without,
)
from zhiyin.engines.documents.build import check
from zhiyin.engines.documents.html import render_html


@pytest.mark.clause("CG2023-L1-3.3.5-K")
def test_a_development_case_needs_background_process_effect_and_reflection() -> None:
    kind, example = opened("development-case")
    parts = {
        "background": ("person_sketch", "said", "question"),
        "process": ("process",),
        "effect": ("effect", "months"),
        "reflection": ("again", "not_for", "luck"),
    }
    for section, names in parts.items():
        held_back(kind, example, *names)
        short = without(example, *names)
        assert section in {gap.section for gap in check(kind, short) if not gap.block}
    assert short_by_a_row(kind, example, "traces") == ["traces"]


def test_a_case_of_a_client_never_prints_the_name_of_the_client() -> None:
    for id in ("development-case", "assistance-case", "inclusive-employment-case", "assessment-case"):
        kind = kind_of(id)
        named = {**example_of(kind), "person": {"name": "钟离未央"}}
        assert "钟离未央" not in render_html(page_of(kind, named))


@pytest.mark.clause("CG2023-L1-3.5.2-K")
def test_an_assistance_case_passes_checks_of_structure_and_of_anonymity() -> None:
    kind, example = opened("assistance-case")
    held_back(kind, example, "groups", "barrier", "class", "plan", "course", "results", "doable", "mistake")
    held_back(kind, example, "cleared", "asked", "recognised", "consent", "consented_on")
    held_back_in_rows(kind, example, "cleared", "kind", "how")
    assert short_by_a_row(kind, example, "cleared") == ["cleared"]
    assert column(page_of(kind, example), "逐类销账", "哪一类")[0] == "姓名证件电话"
    assert refused(kind, changed(example, household="电话 13900000000，母女两人")["answers"]) == {"household"}
    assert refused(kind, changed(example, mistake="证号 11010119900101001X 抄错")["answers"]) == {"mistake"}


def test_years_sums_and_longer_numbers_are_no_telephone_numbers() -> None:
    kind = kind_of("assistance-case")
    text = "2026 年 5 月，流水号 113900000000，共 3860 元"
    answers = changed(example_of(kind), household=text)["answers"]
    assert stored(kind, answers)["household"] == text


@pytest.mark.clause("CG2023-L1-4.3.2-K")
def test_a_case_of_a_window_passes_a_check_of_its_structure() -> None:
    kind, example = opened("window-case")
    held_back(kind, example, "scene", "size", "ways", "found", "remedies", "results", "vulnerable", "checklist")
    held_back_in_rows(kind, example, "results", "before", "after", "how")
    stopgap = {"what": "窗口代填", "kind": "stopgap", "days": 1, "cost": "0"}
    assert check(kind, changed(example, remedies=[stopgap])) == []
    assert short_by_a_row(kind, example, "checklist") == []
    assert [gap.block for gap in check(kind, changed(example, checklist=example["answers"]["checklist"][:1]))] == [
        "checklist"
    ]


def test_a_case_of_a_mechanism_shows_cause_change_and_figures_of_both_times() -> None:
    kind, example = opened("mechanism-case")
    held_back(kind, example, "keywords", "incident", "old_rule", "causes", "changes", "proof", "conditions")
    page = page_of(kind, example)
    assert next((row["改前"], row["改后"]) for row in table(page, "前后数字")) == ("31%", "88%")
    assert column(page, "查到的原因", "结论") == ["是根子", "排除", "有份"]


@pytest.mark.clause("CG2023-DJ-L4-3.1.3-S")
def test_an_inclusive_case_has_employer_post_measures_effect_and_consent() -> None:
    kind, example = opened("inclusive-employment-case")
    held_back(kind, example, "employer_label", "post", "measures", "effect")
    held_back(kind, example, "person_consent", "person_on", "firm_consent", "firm_on", "consent_way", "consent_kept")
    page = page_of(kind, example)
    assert page.subtitle == "一家电子厂 · 外观检验"
    assert "工位上方装闪灯，和机台警报接在一起" in column(page, "措施", "做了什么")
    assert table(page, "效果")[0]["情况"] == "0.4%，同岗平均 0.9%"
    assert value(page, "本人同意用在") == "内部学习、培训授课、配照片"
    assert value(page, "单位同意日期") == "2026年5月12日"


def test_an_inclusive_case_tells_of_a_guardian_only_who_it_is_to_the_client() -> None:
    kind = kind_of("inclusive-employment-case")
    asked = changed(example_of(kind), consent_way="guardian")
    assert [gap.block for gap in check(kind, asked)] == ["guardian_relation"]
    page = page_of(kind, changed(asked, guardian_relation="mother"))
    assert value(page, "监护人是他的") == "母亲"
    assert signed_by(page) == {"drafter", "reviewer"}


@pytest.mark.clause("CG2023-DJ-L2-3.1.5-S")
def test_a_method_cites_the_cases_that_it_comes_from() -> None:
    kind, example = opened("case-distillation")
    held_back(kind, example, "sources", "comparison", "steps", "not_when")
    held_back_in_rows(kind, example, "sources", "number", "title")
    held_back_in_rows(kind, example, "steps", "from")
    two = changed(example, sources=example["answers"]["sources"][:2])
    assert [gap.block for gap in check(kind, two)] == ["sources"]
    page = page_of(kind, example)
    cited = {row["号"]: row["文书编号"] for row in table(page, "来源案例")}
    assert cited["A"] == "LJ-RHAL-2026-00003"
    assert {letter for cell in column(page, "步骤", "出自哪几例") for letter in cell.split()} <= set(cited)


@pytest.mark.clause("CG2023-DA-L3-3.3.3-K")
def test_what_an_assessment_case_lacks_is_named_and_blocks_it() -> None:
    kind, example = opened("assessment-case")
    held_back(kind, example, "background", "question", "tests", "readings", "advice", "effect", "reflection")
    held_back(kind, example, "traces", "reviewer_guess", "consent")
    gaps = check(kind, changed(example, readings=None, traces=None))
    assert {gap.block for gap in gaps if gap.block} == {"readings", "traces"}
    assert all(any(label in gap.message for gap in gaps) for label in ("“判断和证据”", "“逐类核对”"))
    assert short_by_a_row(kind, example, "traces") == ["traces"]
    assert refused(kind, changed(example, background="手机 13900000000")["answers"]) == {"background"}


@pytest.mark.clause("CG2023-X2-L1-1.1.2-K")
def test_a_dispatch_case_without_any_one_section_cannot_be_issued() -> None:
    kind, example = opened("dispatch-case")
    for section in kind.sections:
        required = {field.id for block in section.blocks for field in getattr(block, "inputs", []) if field.required}
        gaps = check(kind, changed(example, **dict.fromkeys(required)))
        assert {gap.section for gap in gaps} == {section.id}
        assert {gap.block for gap in gaps} - {""} == required
    assert short_by_a_row(kind, example, "masked") == ["masked"]
    assert column(page_of(kind, example), "教训", "给谁") == ["派遣单位", "用工单位", "劳动者"]


@pytest.mark.clause("CG2023-X2-L1-1.2.2-K")
def test_an_outsourcing_case_without_contract_or_lesson_cannot_be_issued() -> None:
    kind, example = opened("outsourcing-case")
    for section, rows in (("contract", "clauses"), ("lesson", "lessons")):
        gaps = check(kind, changed(example, **{rows: None}))
        assert {gap.section for gap in gaps} == {section}
        assert {gap.block for gap in gaps} == {"", rows}
    held_back(kind, example, "scope", "fault", "losses", "steps")
    held_back(kind, example, "approved_by", "approved_on", "approved_scope")
    assert value(page_of(kind, example), "准用范围") == "培训授课"
