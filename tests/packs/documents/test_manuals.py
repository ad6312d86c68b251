"""Procedures, rules, handbooks and readers hold what their clauses ask, or are held back."""

import pytest

from tests.packs.documents.examples import (
    changed,
    column,
    example_of,
    held_back,
    held_back_in_rows,
    kind_of,
    missing,
    opened,
    page_of,
    refused,
    table,
    value,
    without,
)
from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.build import check


@pytest.mark.parametrize(
    ("id", "names"),
    [
        ("fit-analysis-procedure", ["sources", "steps", "rules", "verdicts", "old_cases"]),
        ("suitable-post-procedure", ["stages", "questions", "grades", "dimensions"]),
    ],
)
def test_a_procedure_is_held_back_without_its_steps_and_rules(id: str, names: list[str]) -> None:
    kind = kind_of(id)
    held_back(kind, example_of(kind), *names)


def test_a_rule_of_the_fit_analysis_hangs_on_a_step_that_exists() -> None:
    answers = example_of(kind_of("fit-analysis-procedure"))["answers"]
    assert {rule["step"] for rule in answers["rules"]} <= {step["no"] for step in answers["steps"]}


@pytest.mark.clause("CG2023-DA-L2-4.1.3-K")
@pytest.mark.parametrize("principle", ["lawful", "clear", "feasible", "reviewed"])
def test_rules_that_fail_a_principle_cannot_be_issued(principle: str) -> None:
    kind, example = opened("assessment-service-rules")
    gaps = check(kind, changed(example, **{principle: None}))
    assert [(gap.section, gap.block) for gap in gaps] == [("principles", principle)]
    assert refused(kind, {principle: ["no"]}) == {principle}


def test_rules_show_version_and_who_has_read_them() -> None:
    kind, example = opened("assessment-service-rules")
    page = page_of(kind, example)
    assert page.subtitle == value(page, "版次") == "2026 年第 3 版"
    assert [row["读完日期"] != "—" for row in table(page, "阅读签收")] == [True] * 3
    unread = page_of(kind, changed(example, receipts=None)).sections[-1]
    assert [type(block) for block in unread.blocks] == [t.Paragraph]


@pytest.mark.clause("CG2023-DA-L2-4.1.4-K")
def test_an_emergency_plan_shows_roles_steps_contacts_and_drill_dates() -> None:
    kind, example = opened("emergency-plan")
    held_back(kind, example, "incident", "roles", "steps", "contacts", "drill_dates")
    page = page_of(kind, example)
    assert column(page, "分工", "角色") == ["指挥", "救护", "疏导", "联络"]
    assert column(page, "处置步骤", "步") == [str(number) for number in range(1, 8)]
    assert column(page, "电话", "电话")[0] == "120"
    assert column(page, "演练安排", "日期") == ["2026年3月11日", "2026年9月16日"]


@pytest.mark.parametrize("log", ["drill_log", "real_log"])
def test_the_example_logs_say_of_every_step_whether_it_was_done(log: str) -> None:
    answers = example_of(kind_of("emergency-plan"))["answers"]
    assert [row["step"] for row in answers[log]] == [step["no"] for step in answers["steps"]]
    assert {row["state"] for row in answers[log]} == {"done", "missed"}


def test_a_real_incident_needs_its_log() -> None:
    kind, example = opened("emergency-plan")
    held_back(kind, example, "real_log")
    quiet = changed(example, incidents=None, real_log=None)
    assert check(kind, quiet) == []


@pytest.mark.clause("CG2023-DA-L2-4.1.5-S")
def test_a_supervision_scheme_shows_each_element_and_whether_it_was_adopted() -> None:
    kind, example = opened("supervision-system-advice")
    held_back(kind, example, "elements")
    held_back_in_rows(kind, example, "elements", "indicator", "source", "cycle", "use", "adopted")
    rows = table(page_of(kind, example), "监督要素")
    assert [row["采纳"] for row in rows] == ["采纳", "采纳", "采纳", "部分"]
    assert [row["多久看"] for row in rows] == ["每月", "每月", "每月", "每季"]


@pytest.mark.clause("CG2023-DA-L2-4.1.5-K")
def test_each_supervised_element_shows_its_last_result_and_next_date() -> None:
    kind, example = opened("supervision-system-advice")
    held_back(kind, example, "running")
    held_back_in_rows(kind, example, "running", "principle", "owner", "last", "next")
    page = page_of(kind, example)
    rows = table(page, "查验")
    assert [row["要素"] for row in rows] == column(page, "监督要素", "要素")
    assert (rows[0]["上次结果"], rows[0]["下次日期"]) == ("三月 88%，补了 4 份", "2026年5月6日")


@pytest.mark.clause("CG2023-L3-3.4.1-K")
def test_a_missing_chapter_holds_the_handbook_back_and_its_edition_is_on_the_cover() -> None:
    kind, example = opened("employer-recruiting-manual")
    for chapter in ("post", "channel", "select", "contract", "stay", "help"):
        (section,) = [section for section in kind.sections if section.id == chapter]
        inside = {field.id for block in section.blocks for field in getattr(block, "inputs", [])}
        gaps = check(kind, changed(example, **dict.fromkeys(inside)))
        assert {gap.section for gap in gaps} == {chapter}
    page = page_of(kind, changed(example, edition="2026 年第 2 版"))
    assert "2026 年第 2 版" in page.subtitle


@pytest.mark.clause("CG2023-L3-3.4.1-S")
def test_the_distribution_list_shows_which_employer_has_which_edition() -> None:
    kind, example = opened("employer-recruiting-manual")
    issued = table(page_of(kind, example), "发放")
    assert [(row["单位"], row["版次"]) for row in issued] == [
        ("临江市恒越车件有限公司（演示）", "2026 年第 1 版"),
        ("临江市白鹭冷食有限公司（演示）", "2026 年第 1 版"),
        ("临江市新光纸业有限公司（演示）", "2026 年第 1 版"),
    ]
    held_back_in_rows(kind, example, "issued", "employer", "version")


@pytest.mark.clause("CG2023-DA-L4-1.1.2-S")
def test_the_issue_log_of_the_assessment_handbook_shows_edition_and_format() -> None:
    kind, example = opened("assessment-manual")
    issues = table(page_of(kind, example), "发放")
    assert {row["版次"] for row in issues} == {"2026 年第 1 版"}
    assert [row["版式"] for row in issues] == ["易读图文", "大字", "语音"]
    held_back_in_rows(kind, example, "issues", "version", "format")
    held_back(kind, example, "formats", "format_check")


def test_a_reader_and_a_notice_say_from_when_and_how_to_complain() -> None:
    reader, notice = kind_of("policy-reader"), kind_of("public-notice")
    held_back(reader, example_of(reader), "edition", "valid_from", "valid_until", "conditions", "steps", "link")
    example = example_of(notice)
    held_back(notice, example, "from", "steps", "papers", "complaint", "reply_days")
    assert "change" not in missing(notice, without(example, "replaces", "change"))
    assert page_of(reader, example_of(reader)).subtitle == "自己缴社保，能拿多少补贴（2026 年第 2 版）"
