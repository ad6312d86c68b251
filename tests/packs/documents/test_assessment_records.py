"""Files, scenes and questionnaires of an assessment hold what their clauses ask, or are held back."""

import pytest

from tests.packs.documents.examples import (
    changed,
    held_back,
    held_back_in_rows,
    labels_of,
    missing,
    opened,
    page_of,
    table,
    value,
    without,
)
from zhiyin.engines.documents import tree as t


@pytest.mark.clause("CG2023-DA-L4-1.2.2-K")
def test_an_assessment_file_does_not_open_with_a_step_missing() -> None:
    kind, example = opened("personal-registration")
    steps = ("verified_on", "informed_on", "searched_on", "entered_on", "numbered_on", "filed_on")
    held_back(kind, example, *steps, "file_no", "papers")
    labels = labels_of(page_of(kind, example))
    assert [label[:2] for label in labels if label[1:2] == "、"] == ["一、", "二、", "三、", "四、", "五、", "六、"]


@pytest.mark.clause("CG2023-DA-L4-2.1.4-S")
def test_the_scene_of_a_software_test_shows_time_event_and_assessor() -> None:
    kind, example = opened("software-scene-record")
    page = page_of(kind, example)
    events = table(page, "经过")
    assert [row["几点"] for row in events] == ["9:35", "9:42", "9:51", "10:06", "10:14"]
    assert all(row["看到的行为"] != "—" for row in events)
    assert value(page, "主试").startswith("贺小川")
    assert missing(kind, changed(example, mode="group")) == {"people"}


@pytest.mark.clause("CG2023-DA-L4-2.1.4-K")
def test_a_software_scene_without_time_behaviour_help_or_interruption_is_flagged() -> None:
    kind, example = opened("software-scene-record")
    held_back(kind, example, "events", "valid")
    held_back_in_rows(kind, example, "events", "at", "act", "help", "pause")


@pytest.mark.clause("CG2023-DA-L4-2.2.2-S")
def test_a_physical_test_shows_each_trial_and_its_time() -> None:
    kind, example = opened("physical-scene-record")
    trials = table(page_of(kind, example), "每次情况")
    assert len(trials) == example["answers"]["planned"] == 5
    assert [row["秒"] for row in trials] == ["312", "276", "251", "263", "—"]
    assert [row["起"] for row in trials[:4]] == ["9:10", "9:18", "9:26", "9:40"]
    held_back_in_rows(kind, example, "trials", "start", "seconds", "errors", "posture", "aid")


@pytest.mark.clause("CG2023-DA-L4-2.2.2-K")
def test_a_trial_that_was_not_done_stays_in_the_table_and_needs_its_reason() -> None:
    kind, example = opened("physical-scene-record")
    trials = table(page_of(kind, example), "每次情况")
    assert [row["做了"] for row in trials] == ["是", "是", "是", "是", "否"]
    assert trials[4]["没做的原因"] == "右肩发酸，主试叫停"
    silent = [*example["answers"]["trials"][:4], {"no": 5, "done": False}]
    assert missing(kind, changed(example, trials=silent)) == {"trials[4].why_not"}


def test_the_contents_of_an_assessment_archive_are_classed_and_counted() -> None:
    kind, example = opened("assessment-archive")
    contents = table(page_of(kind, example), "卷内目录")
    assert len(contents) == example["answers"]["total"]
    assert len({row["类别"] for row in contents}) == 6
    held_back(kind, example, "type", "period", "state", "contents", "keep_until")


def test_returned_questionnaires_stand_against_those_sent() -> None:
    kind, example = opened("survey-questionnaire")
    page = page_of(kind, example)
    issues = table(page, "发放与收回")
    assert [(row["发出"], row["收回"]) for row in issues][1] == ("24", "20")
    assert value(page, "发出合计") == f"{sum(int(row['发出']) for row in issues)}份"
    assert value(page, "收回合计") == f"{sum(int(row['收回']) for row in issues)}份"


def test_the_questionnaire_has_a_page_for_those_who_answer() -> None:
    kind, example = opened("survey-questionnaire")
    (sheet,) = [section for section in page_of(kind, example).sections if section.id == "sheet"]
    (asked,) = [block for block in sheet.blocks if isinstance(block, t.ItemList)]
    assert [item.text for item in asked.items] == [row["question"] for row in example["answers"]["questions"]]
    assert "不记名字" in next(block.text for block in sheet.blocks if isinstance(block, t.Paragraph))


def test_a_questionnaire_may_be_issued_before_any_is_returned() -> None:
    kind, example = opened("survey-questionnaire")
    assert missing(kind, without(example, "issues", "sent_total", "returned_total", "findings")) == set()
    assert "questions" in missing(kind, changed(example, questions=example["answers"]["questions"][:2]))
