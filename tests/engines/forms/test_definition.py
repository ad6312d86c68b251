"""A form that is wrong in itself is refused, and the fault says where."""

from copy import deepcopy
from typing import Any

import pytest
from pydantic import ValidationError

from zhiyin.engines.definitions import Faults
from zhiyin.engines.forms import CodeList, FormDefinition

FORM: dict[str, Any] = {
    "kind": "form",
    "id": "sample",
    "version": 1,
    "title": "样表",
    "sections": [
        {
            "id": "one",
            "title": "一",
            "fields": [
                {"id": "state", "label": "状态", "type": "choice", "options": [{"value": "a", "label": "甲"}]},
                {"id": "amount", "label": "数量", "type": "integer", "min": 0, "max": 5},
            ],
        }
    ],
}


def form_with(*fields: dict[str, Any]) -> dict[str, Any]:
    form = deepcopy(FORM)
    form["sections"][0]["fields"] += fields
    return form


def faults(form: dict[str, Any]) -> list[tuple[tuple[Any, ...], str]]:
    with pytest.raises(ValidationError) as caught:
        FormDefinition.model_validate(form)
    found = [detail["ctx"]["error"] for detail in caught.value.errors() if "error" in detail.get("ctx", {})]
    return [fault for error in found if isinstance(error, Faults) for fault in error.faults]


@pytest.mark.parametrize(
    ("field", "key", "word"),
    [
        ({"id": "x", "label": "X", "type": "choice"}, "type", "options"),
        (
            {"id": "x", "label": "X", "type": "choice", "codelist": "c", "options": [{"value": "a", "label": "甲"}]},
            "type",
            "二者取一",
        ),
        ({"id": "x", "label": "X", "type": "text", "relevant": {"field": "gone", "filled": True}}, "relevant", "gone"),
        ({"id": "x", "label": "X", "type": "integer", "min": 6, "max": 5}, "min", "大于"),
        ({"id": "x", "label": "X", "type": "date", "min": 3}, "min", "today"),
        ({"id": "x", "label": "X", "type": "text", "max": 3}, "max", "没有 max"),
        ({"id": "x", "label": "X", "type": "scale"}, "type", "scale"),
        ({"id": "x", "label": "X", "type": "rows"}, "columns", "一列"),
        ({"id": "x", "label": "X", "type": "text", "pattern": "("}, "pattern", "pattern"),
        ({"id": "state", "label": "X", "type": "text"}, "id", "重复"),
    ],
)
def test_fault_names_its_field_and_key(field: dict[str, Any], key: str, word: str) -> None:
    found = faults(form_with(field))
    places = {place for place, text in found if word in text}
    assert ("sections", 0, "fields", 2, key) in places


def test_conditions_in_a_circle_are_refused() -> None:
    first = {"id": "x", "label": "X", "type": "text", "relevant": {"field": "y", "filled": True}}
    second = {"id": "y", "label": "Y", "type": "text", "relevant": {"field": "x", "filled": True}}
    assert sum("绕了一圈" in text for _, text in faults(form_with(first, second))) == 2


def test_columns_see_their_row_and_not_the_form() -> None:
    column = {"id": "c", "label": "C", "type": "text", "relevant": {"field": "state", "is": ["a"]}}
    rows = {"id": "r", "label": "R", "type": "rows", "columns": [column]}
    assert any("表里没有这个字段" in text for _, text in faults(form_with(rows)))


@pytest.mark.parametrize(
    "condition",
    [{"field": "state"}, {"field": "state", "is": ["a"], "filled": True}, {"field": "state", "is": []}],
)
def test_a_condition_has_exactly_one_test(condition: dict[str, Any]) -> None:
    field = {"id": "x", "label": "X", "type": "text", "relevant": condition}
    with pytest.raises(ValidationError):
        FormDefinition.model_validate(form_with(field))


@pytest.mark.parametrize(
    "change",
    [{"surprise": 1}, {"title": 5}, {"version": "1"}, {"id": "Not_Kebab"}, {"serves": ["SVC-5.1", "SVC-5.1"]}],
)
def test_unknown_keys_and_wrong_types_are_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        FormDefinition.model_validate({**deepcopy(FORM), **change})


def test_code_list_refuses_a_repeated_value_and_keeps_unknown_values_readable() -> None:
    head = {"kind": "codelist", "id": "c", "version": 1, "title": "表", "source": "自定"}
    with pytest.raises(ValidationError):
        CodeList.model_validate({**head, "values": [{"value": "a", "label": "甲"}, {"value": "a", "label": "乙"}]})
    codes = CodeList.model_validate({**head, "values": [{"value": "a", "label": "甲"}]})
    assert (codes.label("a"), codes.label("gone")) == ("甲", "gone")
