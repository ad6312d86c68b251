"""What an instrument definition refuses, and where it says the fault lies."""

import copy
from typing import Any

import pytest
from pydantic import ValidationError

from tests.engines.psychometrics.instruments import head, instrument, rows
from zhiyin.engines.psychometrics import InstrumentDefinition


def refused(values: dict[str, Any], items: list[dict[str, str]]) -> str:
    with pytest.raises(ValidationError) as caught:
        InstrumentDefinition.build(values, items)
    return str(caught.value)


def test_a_complete_definition_loads() -> None:
    definition = instrument(reverse=frozenset({"R02"}))
    assert definition.is_holland
    assert [item.id for item in definition.items_of("R")] == ["R01", "R02", "R03", "R04"]
    item = definition.items_of("R")[1]
    assert item.reverse
    assert definition.keyed(item, 5) == 1


@pytest.mark.parametrize(
    ("column", "value", "words"),
    [
        ("scale", "X", "没有定义"),
        ("id", "I01", "重复"),
        ("order", "2", "每个数只用一次"),
        ("order", "first", "order"),
        ("reverse", "maybe", "reverse"),
        ("read_aloud", "", "read_aloud"),
        ("surprise", "1", "surprise"),
    ],
)
def test_a_bad_item_is_named(column: str, value: str, words: str) -> None:
    items = rows()
    items[0][column] = value
    assert words in refused(head(), items)


@pytest.mark.parametrize(
    ("path", "words"),
    [
        (("texts", "pair", "RC"), "缺少 RC"),
        (("texts", "level", "S"), "缺少量表 S"),
        (("texts", "level", "S", "low"), "low"),
        (("texts", "consistency"), "缺少 consistency"),
        (("texts", "flat"), "缺少 flat"),
        (("purpose",), "purpose"),
    ],
)
def test_a_missing_text_is_named(path: tuple[str, ...], words: str) -> None:
    values = copy.deepcopy(head())
    place = values
    for key in path[:-1]:
        place = place[key]
    del place[path[-1]]
    assert words in refused(values, rows())


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"thresholds": {"flat_range": 0.5, "tie": 0.0, "high": 2.0, "low": 3.0}}, "low 必须小于 high"),
        ({"thresholds": {"flat_range": 0.5, "tie": 0.0, "high": 6.0, "low": 3.0}}, "选项取值 1–5"),
        ({"missing": {"max_per_scale": 4, "method": "person-mean"}}, "必须更少"),
        ({"options": [{"value": 1, "label": "a"}, {"value": 1, "label": "b"}]}, "取值 1 重复"),
        ({"minutes": "5"}, "minutes"),
    ],
)
def test_contradictions_are_named(changes: dict[str, Any], words: str) -> None:
    assert words in refused(head(**changes), rows())


def test_a_headline_may_use_two_placeholders_only() -> None:
    values = head()
    values["texts"] = {**values["texts"], "headline": "最突出的是{second}"}
    assert "{first}" in refused(values, rows())


def test_a_scale_needs_two_items() -> None:
    items = [row for row in rows() if row["scale"] != "C" or row["id"] == "C01"]
    for number, row in enumerate(items, start=1):
        row["order"] = str(number)
    assert "至少要有 2 个题目" in refused(head(), items)


def test_another_construct_needs_no_holland_texts() -> None:
    values = head()
    values["scales"] = [{"id": "concern", "title": "关注", "short": "关注", "brief": "想以后"}]
    values["texts"] = {
        "level": {"concern": {"high": "高", "middle": "中", "low": "低"}},
        "careless": "请核对",
        "no_norms": "常模还在收集",
    }
    items = [{**row, "scale": "concern"} for row in rows()]
    assert not InstrumentDefinition.build(values, items).is_holland
