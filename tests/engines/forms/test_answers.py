"""Answers: what is taken, what is refused and how that is told."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiyin.engines.forms import (
    CodeList,
    FormDefinition,
    clean,
    display,
    missing_required,
    prefill,
    visible,
    visible_columns,
)
from zhiyin.kernel.errors import DefinitionError, Invalid

TODAY = date(2026, 11, 5)

CODES = {
    "level": CodeList.model_validate(
        {
            "kind": "codelist",
            "id": "level",
            "version": 1,
            "title": "学历",
            "source": "自定",
            "values": [
                {"value": "old", "label": "旧称", "valid_to": "2025-12-31"},
                {"value": "senior", "label": "高中"},
                {"value": "college", "label": "大专"},
            ],
        }
    )
}


def form(*fields: dict[str, Any]) -> FormDefinition:
    return FormDefinition.model_validate(
        {
            "kind": "form",
            "id": "sample",
            "version": 1,
            "title": "样表",
            "sections": [{"id": "one", "title": "第一节", "fields": [{"label": f["id"], **f} for f in fields]}],
        }
    )


def cleaned(field: dict[str, Any], raw: object) -> object:
    return clean(form({"id": "x", **field}), {"x": raw}, codelists=CODES, today=TODAY).get("x")


def refusal(field: dict[str, Any], raw: object) -> str:
    with pytest.raises(Invalid) as caught:
        cleaned(field, raw)
    assert list(caught.value.errors) == ["x"]
    return caught.value.errors["x"][0]


TWO = [{"value": "a", "label": "甲"}, {"value": "b", "label": "乙"}]
STARS = {"low": 1, "high": 5, "low_label": "很差", "high_label": "很好"}


@pytest.mark.parametrize(
    ("field", "raw", "stored"),
    [
        ({"type": "text"}, "  ３号楼 Ｂ座\n", "3号楼 B座"),
        ({"type": "text"}, "\u3000 ", None),
        ({"type": "text"}, "a\x00b\u200b", "ab"),
        ({"type": "longtext"}, "一\r\n二\r三 \n", "一\n二\n三"),
        ({"type": "longtext"}, "１", "１"),
        ({"type": "integer"}, "１２", 12),
        ({"type": "integer"}, "-3", -3),
        ({"type": "integer"}, 3.0, 3),
        ({"type": "integer", "unit": "年"}, "3 年", 3),
        ({"type": "decimal"}, "3.50", "3.5"),
        ({"type": "decimal"}, "0.1", "0.1"),
        ({"type": "decimal"}, "-0", "0"),
        ({"type": "money"}, "¥3,500元", "3500"),
        ({"type": "money"}, "12，345．60", "12345.6"),
        ({"type": "scale", "scale": STARS}, "5", 5),
        ({"type": "date"}, "2026-1-9", "2026-01-09"),
        ({"type": "date"}, "２０２６/1/9", "2026-01-09"),
        ({"type": "date"}, "2026.1.9", "2026-01-09"),
        ({"type": "date"}, "2026 年 1 月 9 日", "2026-01-09"),
        ({"type": "date"}, "20260109", "2026-01-09"),
        ({"type": "date"}, date(2026, 1, 9), "2026-01-09"),
        ({"type": "datetime"}, "2026-01-09 9:05", "2026-01-09T09:05"),
        ({"type": "datetime"}, "2026-01-09T09:05:30", "2026-01-09T09:05"),
        ({"type": "boolean"}, "on", True),
        ({"type": "boolean"}, "否", False),
        ({"type": "boolean"}, False, False),
        ({"type": "choice", "options": TWO}, "a", "a"),
        ({"type": "choice", "options": TWO}, ["b"], "b"),
        ({"type": "choice", "codelist": "level"}, "college", "college"),
        ({"type": "choices", "options": TWO}, ["b", "a", "b"], ["b", "a"]),
        ({"type": "choices", "options": TWO}, "a", ["a"]),
        ({"type": "choices", "options": TWO}, [""], None),
        ({"type": "region"}, "３５０２０３", "350203"),
        ({"type": "occupation"}, "4-07-03-01", "4-07-03-01"),
    ],
)
def test_stored_value(field: dict[str, Any], raw: object, stored: object) -> None:
    result = cleaned(field, raw)
    assert result == stored
    assert type(result) is type(stored)


@pytest.mark.parametrize(
    ("field", "raw", "words"),
    [
        ({"type": "text", "max_length": 3}, "一二三四五", "删去 2 个字"),
        ({"type": "text", "pattern": r"^\d+$", "pattern_message": "只填数字"}, "甲", "只填数字"),
        ({"type": "text"}, ["甲"], "文字"),
        ({"type": "text"}, "\ud800", "无法识别"),
        ({"type": "integer"}, "三", "“三”"),
        ({"type": "integer"}, "3.5", "不带小数"),
        ({"type": "integer"}, True, "整数"),
        ({"type": "integer"}, "3,5", "整数"),
        ({"type": "integer"}, "9" * 5000, "太大"),
        ({"type": "integer"}, "1e99", "太大"),
        ({"type": "integer", "min": 1, "unit": "人"}, "0", "不能小于 1 人"),
        ({"type": "decimal", "max": 2.5}, "2.6", "不能大于 2.5"),
        ({"type": "decimal"}, "nan", "数字"),
        ({"type": "money"}, "1.234", "2 位小数"),
        ({"type": "scale", "scale": STARS}, 6, "1 到 5"),
        ({"type": "date"}, "2026-02-30", "没有“2026-02-30”这一天"),
        ({"type": "date"}, "0026-02-03", "年份"),
        ({"type": "date", "max": "today"}, "2026-11-06", "不能晚于今天"),
        ({"type": "date", "min": "2026-01-01"}, "2025-12-31", "不能早于 2026-01-01"),
        ({"type": "datetime"}, "2026-01-09 25:00", "没有 25:00"),
        ({"type": "datetime"}, "2026-01-09", "日期和时间"),
        ({"type": "boolean"}, "也许", "是"),
        ({"type": "choice", "options": TWO}, "c", "选项里没有“c”"),
        ({"type": "choice", "codelist": "level"}, "old", "选项里没有"),
        ({"type": "choices", "options": TWO, "max": 1}, ["a", "b"], "最多选 1 项"),
        ({"type": "choices", "options": TWO, "min": 2}, ["a"], "至少选 2 项"),
        ({"type": "choices", "options": TWO}, {"a": 1}, "选项"),
        ({"type": "region"}, "35020", "六位"),
        ({"type": "occupation"}, "4-07-03", "职业编码"),
    ],
)
def test_refusal_says_what_is_wrong(field: dict[str, Any], raw: object, words: str) -> None:
    assert words in refusal(field, raw)


def test_bound_is_part_of_what_is_allowed() -> None:
    assert cleaned({"type": "date", "max": "today"}, "2026-11-05") == "2026-11-05"
    assert cleaned({"type": "integer", "min": 1, "max": 1}, 1) == 1


def test_a_code_may_be_chosen_on_its_last_day() -> None:
    field = form({"id": "x", "type": "choice", "codelist": "level"})
    assert clean(field, {"x": "old"}, codelists=CODES, today=date(2025, 12, 31)) == {"x": "old"}


def test_a_missing_code_list_is_a_fault_of_the_definition() -> None:
    with pytest.raises(DefinitionError):
        clean(form({"id": "x", "type": "choice", "codelist": "gone"}), {"x": "a"}, codelists=CODES, today=TODAY)


def test_required_fields_are_named_and_a_draft_needs_none() -> None:
    sample = form({"id": "name", "label": "姓名", "type": "text", "required": True}, {"id": "n", "type": "integer"})
    with pytest.raises(Invalid) as caught:
        clean(sample, {"name": " ", "n": "x"}, today=TODAY)
    assert set(caught.value.errors) == {"name", "n"}
    assert "姓名" in caught.value.errors["name"][0]
    assert clean(sample, {"n": "3"}, partial=True, today=TODAY) == {"n": 3}
    with pytest.raises(Invalid):
        clean(sample, {"n": "x"}, partial=True, today=TODAY)
    assert missing_required(sample, {"n": 3}) == ["name"]


JOB = form(
    {"id": "employed", "type": "boolean", "required": True},
    {"id": "employer", "type": "text", "required": True, "relevant": {"field": "employed", "is": [True]}},
    {"id": "city", "type": "text", "required": True, "relevant": {"field": "employer", "filled": True}},
    {"id": "why", "type": "text", "relevant": {"field": "employed", "not": [True]}},
)


def test_what_is_not_asked_is_neither_required_nor_kept_nor_checked() -> None:
    raw = {"employed": "否", "employer": "甲厂" * 500, "city": "厦门", "why": "照顾家人", "other": 1}
    assert clean(JOB, raw, today=TODAY) == {"employed": False, "why": "照顾家人"}


def test_a_field_behind_a_hidden_field_is_hidden() -> None:
    assert visible(JOB, {"employed": False, "employer": "甲厂", "city": "厦门"}) == {"employed", "why"}
    assert visible(JOB, {"employed": True, "employer": "甲厂"}) == {"employed", "employer", "city"}


def test_true_is_not_one() -> None:
    sample = form({"id": "n", "type": "integer"}, {"id": "x", "type": "text", "relevant": {"field": "n", "is": [1]}})
    assert visible(sample, {"n": True}) == {"n"}
    assert visible(sample, {"n": 1}) == {"n", "x"}


ROWS = form(
    {
        "id": "work",
        "label": "工作",
        "type": "rows",
        "max_rows": 2,
        "min_rows": 1,
        "columns": [
            {"id": "post", "label": "岗位", "type": "text", "required": True},
            {"id": "end", "label": "离开", "type": "date"},
            {
                "id": "why",
                "label": "原因",
                "type": "text",
                "required": True,
                "relevant": {"field": "end", "filled": True},
            },
        ],
    }
)


def test_cells_are_named_by_the_row_that_was_sent_and_empty_rows_vanish() -> None:
    raw = {"work": [{"post": "", "end": None}, {"post": "保洁"}, {"post": "", "end": "2026-13-01"}]}
    with pytest.raises(Invalid) as caught:
        clean(ROWS, raw, today=TODAY)
    assert set(caught.value.errors) == {"work[2].post", "work[2].end"}
    assert clean(ROWS, {"work": raw["work"][:2]}, today=TODAY) == {"work": [{"post": "保洁"}]}


def test_columns_may_depend_on_each_other() -> None:
    with pytest.raises(Invalid) as caught:
        clean(ROWS, {"work": [{"post": "保洁", "end": "2026-01-31"}]}, today=TODAY)
    assert list(caught.value.errors) == ["work[0].why"]
    assert visible_columns(ROWS.field("work"), {"post": "保洁"}) == {"post", "end"}
    assert missing_required(ROWS, {"work": [{"post": "保洁", "end": "2026-01-31"}]}) == ["work[0].why"]


def test_too_many_rows_and_no_rows_at_all() -> None:
    with pytest.raises(Invalid) as caught:
        clean(ROWS, {"work": [{"post": str(n)} for n in range(3)]}, today=TODAY)
    assert "最多填 2 行" in caught.value.errors["work"][0]
    assert clean(ROWS, {}, today=TODAY) == {}
    for raw in ("甲", [1], {"post": "x"}):
        with pytest.raises(Invalid):
            clean(ROWS, {"work": raw}, today=TODAY)


def test_prefill_takes_what_fits_and_leaves_the_rest_open() -> None:
    sample = form(
        {"id": "name", "type": "text", "prefill": "person.name"},
        {"id": "born", "type": "date", "prefill": "person.born", "max": "2000-01-01"},
        {"id": "state", "type": "choice", "options": TWO, "prefill": "file.state"},
        {"id": "level", "type": "choice", "codelist": "level", "prefill": "file.level"},
        {"id": "first", "type": "text", "prefill": "file.jobs.0.post"},
        {"id": "gone", "type": "text", "prefill": "file.nothing.here"},
        {
            "id": "jobs",
            "type": "rows",
            "prefill": "file.jobs",
            "columns": [
                {"id": "post", "label": "岗位", "type": "text"},
                {"id": "where", "label": "单位", "type": "text", "prefill": "employer.name"},
            ],
        },
    )
    facts = {
        "person": {"name": "林一", "born": date(2007, 3, 1)},
        "file": {
            "state": "unknown",
            "level": "senior",
            "jobs": [{"post": "保洁", "employer": {"name": "甲厂"}, "secret": 1}, {"other": 2}],
        },
    }
    assert prefill(sample, facts) == {
        "name": "林一",
        "born": "2007-03-01",
        "level": "senior",
        "first": "保洁",
        "jobs": [{"post": "保洁", "where": "甲厂"}],
    }


def test_display_speaks_words() -> None:
    sample = form(
        {"id": "yes", "label": "愿意", "type": "boolean"},
        {"id": "level", "label": "学历", "type": "choice", "codelist": "level"},
        {"id": "pay", "label": "工资", "type": "money", "unit": "元/月"},
        {"id": "day", "label": "日期", "type": "date"},
        {"id": "star", "label": "评分", "type": "scale", "scale": STARS},
        {"id": "hidden", "label": "不问", "type": "text", "relevant": {"field": "yes", "is": [False]}},
        {"id": "open", "label": "未答", "type": "text"},
        {"id": "rows", "label": "表", "type": "rows", "columns": [{"id": "a", "label": "甲", "type": "text"}]},
    )
    answers = {
        "yes": True,
        "level": "old",
        "pay": "3500",
        "day": "2026-01-09",
        "star": 5,
        "rows": [{"a": "一"}, {"a": "二"}],
    }
    assert display(sample, answers, CODES) == [
        (
            "第一节",
            [
                ("愿意", "是"),
                ("学历", "旧称"),
                ("工资", "3500 元/月"),
                ("日期", "2026 年 1 月 9 日"),
                ("评分", "5（很好）"),
                ("未答", "未填写"),
                ("表", "1. 甲：一\n2. 甲：二"),
            ],
        )
    ]


EVERYTHING = form(
    {"id": "a", "type": "text"},
    {"id": "b", "type": "longtext"},
    {"id": "c", "type": "integer"},
    {"id": "d", "type": "decimal"},
    {"id": "e", "type": "money"},
    {"id": "f", "type": "date"},
    {"id": "g", "type": "datetime"},
    {"id": "h", "type": "boolean"},
    {"id": "i", "type": "choice", "options": TWO},
    {"id": "j", "type": "choices", "options": TWO},
    {"id": "k", "type": "scale", "scale": STARS},
    {"id": "l", "type": "rows", "columns": [{"id": "m", "label": "M", "type": "integer"}]},
)
junk = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30) | st.dates() | st.decimals(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("am"), inner, max_size=2),
    max_leaves=6,
)
plausible = st.sampled_from(["1", "2026-01-09", "2026-01-09 10:00", "是", "a", "b", "3.25", "甲"])


@given(st.dictionaries(st.sampled_from("abcdefghijkl"), junk | plausible))
def test_whatever_is_sent_is_either_stored_cleanly_or_refused_at_a_field(raw: dict[str, Any]) -> None:
    refused: Invalid | None = None
    answers: dict[str, Any] = {}
    try:
        answers = clean(EVERYTHING, raw, today=TODAY)
    except Invalid as error:
        refused = error
    if refused is not None:
        assert refused.errors
        assert all(name[0] in "abcdefghijkl" and messages for name, messages in refused.errors.items())
    assert clean(EVERYTHING, answers, today=TODAY) == answers
    assert display(EVERYTHING, answers)
