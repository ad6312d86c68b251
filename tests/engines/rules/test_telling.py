"""A ruleset told in sentences, before any facts are known."""

from datetime import date
from typing import Any

from zhiyin.engines.rules import Parameter, RuleSet, SimpleLibrary
from zhiyin.engines.rules.telling import Told, tell

HOURS = Parameter(
    id="hours",
    title="最少学时",
    type="integer",
    unit="学时",
    basis="stated",
    values=[
        {"value": 100, "valid_from": "2020-01-01", "valid_to": "2025-12-31"},
        {"value": 120, "valid_from": "2026-01-01"},
    ],
)


def told(condition: dict[str, Any], on: date = date(2026, 6, 1)) -> Told:
    ruleset = RuleSet.model_validate(
        {
            "kind": "ruleset",
            "id": "told",
            "version": 1,
            "title": "样例",
            "serves": [],
            "subject": "person",
            "facts": [
                {"id": "hours", "label": "已完成学时", "type": "integer", "unit": "学时"},
                {"id": "ready", "label": "材料齐全", "type": "boolean"},
                {
                    "id": "jobs",
                    "label": "工作经历",
                    "type": "list",
                    "columns": [
                        {"id": "kind", "label": "性质", "type": "choice", "options": [{"value": "a", "label": "全职"}]},
                        {"id": "years", "label": "年数", "type": "integer", "unit": "年"},
                    ],
                },
            ],
            "condition": condition,
        }
    )
    return tell(ruleset, SimpleLibrary([HOURS]), on, {"hours": "最少学时"})


def test_a_figure_is_the_one_of_the_day_and_named_for_its_page() -> None:
    condition = {"title": "学时够", "fact": "hours", "at_least": {"param": "hours"}, "article": "1.8.1"}
    part = told(condition)
    assert (part.title, part.text, part.article, part.parameters) == (
        "学时够",
        "已完成学时至少 120 学时",
        "1.8.1",
        ("hours",),
    )
    assert told(condition, date(2025, 6, 1)).text == "已完成学时至少 100 学时"
    assert "最少学时（现在没有）" in told(condition, date(2019, 6, 1)).text


def test_a_truth_reads_as_a_label_and_groups_say_how_many() -> None:
    part = told({"any": [{"fact": "ready", "is": True}, {"not": {"fact": "ready", "is": False}}]})
    assert part.text == "以下各项符合其一即可"
    assert [child.text for child in part.children] == ["材料齐全：是", "不得有以下情形"]
    assert part.children[1].children[0].text == "材料齐全：否"
    counted = told({"at_least": {"count": 2, "of": [{"fact": "ready", "is": True}, {"fact": "hours", "at_least": 3}]}})
    assert counted.text == "以下各项至少符合 2 项"


def test_rows_of_a_list_keep_their_labels_and_an_unnamed_group_below_is_left_out() -> None:
    where = {"all": [{"value": {"column": "kind"}, "is": "a"}, {"value": {"column": "years"}, "more_than": 2}]}
    part = told({"exists": {"list": "jobs", "where": where}})
    assert part.text == "至少一条工作经历符合以下条件"
    assert [child.text for child in part.children] == ["性质是“全职”", "年数多于 2 年"]
    every = told({"every": {"list": "jobs", "where": {"value": {"column": "years"}, "at_least": 1}}})
    assert every.text == "每一条工作经历都要符合以下条件"
    assert len(list(every.walk())) == 2


def test_a_condition_of_its_own_time_says_from_when() -> None:
    part = told({"fact": "ready", "is": True, "valid_from": "2026-01-01", "valid_to": "2026-12-31"})
    assert (part.since, part.until) == ("2026-01-01", "2026-12-31")
