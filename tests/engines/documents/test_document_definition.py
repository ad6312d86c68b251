import hashlib
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from zhiyin.engines.documents import DocumentDefinition, NoticeDefinition
from zhiyin.engines.documents.numbering import check_pattern, format_number
from zhiyin.engines.documents.paths import Sparse, as_list, clean, interpolate, resolve, show
from zhiyin.kernel.errors import DefinitionError, Invalid

NOTICE: dict[str, Any] = {
    "kind": "notice",
    "id": "service-notice",
    "version": 3,
    "title": "个人信息处理告知书",
    "purposes": [
        {"value": "service", "label": "提供职业指导", "legal_basis": "同意", "required": True, "separate": False},
        {
            "value": "share",
            "label": "向用人单位推荐",
            "legal_basis": "同意",
            "required": False,
            "separate": True,
            "recipient": "所选用人单位",
        },
    ],
    "sections": [{"title": "我们收集什么", "text": "姓名和联系方式。"}],
    "retention": "服务结束后三年。",
    "contact": "前台",
}


@pytest.mark.parametrize(
    ("block", "word"),
    [
        ({"text": "甲", "chart": "a.b"}, "恰好有一个"),
        ({"nothing": "甲"}, "恰好有一个"),
        ({"when": "a"}, "恰好有一个"),
        ({"text": "{{ a.b"}, "没有成对"),
        ({"text": "{{ a | upper }}"}, "不是有效的路径"),
        ({"text": "{{ __import__('os') }}"}, "不是有效的路径"),
        ({"text": "{{ row.a }}"}, "row"),
        ({"text": "甲", "when": "not a b"}, "不是有效的路径"),
        ({"text": 5}, "string"),
        ({"text": "甲", "colour": "red"}, "Extra"),
        ({"table": {"rows": "a", "columns": []}}, "at least 1"),
    ],
)
def test_faulty_blocks_are_refused(raw: dict[str, Any], block: dict[str, Any], word: str) -> None:
    raw["sections"][0]["blocks"].append(block)
    with pytest.raises(ValidationError, match=word):
        DocumentDefinition.model_validate(raw)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"required_elements": ["nowhere"]}, "nowhere"),
        ({"number": "{agency}-{year}"}, "serial"),
        ({"number": "{serial.__class__}"}, "不能用"),
        ({"version": "1"}, "version"),
        ({"kind": "form"}, "kind"),
        ({"signatures": [{"role": "a", "label": "甲"}, {"role": "a", "label": "乙"}]}, "重复"),
    ],
)
def test_faulty_documents_are_refused(raw: dict[str, Any], change: dict[str, Any], word: str) -> None:
    with pytest.raises(ValidationError, match=word):
        DocumentDefinition.model_validate({**raw, **change})


def test_repeated_section_and_editable_ids_are_refused(raw: dict[str, Any]) -> None:
    raw["sections"].append(raw["sections"][3])
    with pytest.raises(ValidationError, match=r"章节重复：advice"):
        DocumentDefinition.model_validate(raw)
    raw["sections"][4] = {**raw["sections"][3], "id": "again"}
    with pytest.raises(ValidationError, match=r"编辑块重复：positioning"):
        DocumentDefinition.model_validate(raw)


def test_notice_digest_covers_everything_a_person_is_told() -> None:
    notice = NoticeDefinition.model_validate(NOTICE)
    text = notice.canonical_text()
    for said in (
        "第 3 版",
        "我们收集什么",
        "姓名和联系方式。",
        "向用人单位推荐",
        "所选用人单位",
        "单独同意",
        "服务结束后三年。",
        "前台",
    ):
        assert said in text
    assert notice.digest() == hashlib.sha256(text.encode()).hexdigest()
    windows = {**NOTICE, "sections": [{"title": "我们收集什么", "text": "姓名和联系方式。  "}]}
    assert NoticeDefinition.model_validate(windows).digest() == notice.digest()
    for change in ({"version": 4}, {"retention": "一年。"}, {"contact": "窗口"}, {"purposes": NOTICE["purposes"][:1]}):
        assert NoticeDefinition.model_validate({**NOTICE, **change}).digest() != notice.digest()


def test_missing_data_is_not_an_unresolved_path() -> None:
    context: dict[str, object] = {"a": {"b": None, "list": [1]}, "s": Sparse(x=1)}
    assert resolve("a.b", context) is None
    assert resolve("a.b.c.d", context) is None
    assert resolve("a.list.0", context) == 1
    assert resolve("a.list.7", context) is None
    assert resolve("s.never", context) is None
    assert as_list("a.b", context) == []
    for path in ("a.x", "x", "a.list.name", "s.x.y"):
        with pytest.raises(DefinitionError):
            resolve(path, context)
    with pytest.raises(DefinitionError, match="列表"):
        as_list("s.x", context)
    with pytest.raises(DefinitionError, match="不是一个可以印出的值"):
        interpolate("{{ a }}", context)


def test_values_are_printed_the_chinese_way() -> None:
    assert show(date(2026, 1, 5)) == "2026年1月5日"
    assert (show(True), show(False), show(0), show(None), show(2.50)) == ("是", "否", "0", "", "2.5")
    assert show(["甲", "", None, "乙"]) == "甲、乙"


def test_blanks_around_a_placeholder_close_up_only_between_chinese() -> None:
    context = {"a": "欧阳", "b": "Lee", "c": ""}
    assert interpolate("根据 {{ a }} 的调查", context) == "根据欧阳的调查"
    assert interpolate("根据 {{ b }} 的调查", context) == "根据 Lee 的调查"
    assert interpolate("{{ a }} {{ a }}", context) == "欧阳 欧阳"
    assert interpolate("由 {{ c }} 办", context, missing="（未填写）") == "由（未填写）办"


def test_inserted_text_is_never_read_as_a_template() -> None:
    assert interpolate("{{ a }}", {"a": "{{ b }}", "b": "secret"}) == "{{ b }}"


@given(st.text())
def test_clean_text_is_printable_and_stays_clean(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert not any(ord(c) < 32 and c != "\n" for c in cleaned)
    cleaned.encode()


def test_clean_removes_direction_marks_and_keeps_rare_characters() -> None:
    assert clean("甲\u202e乙\x00\r\n𠮷㛃䶮\t丙\ud800\ufffe\U00031350") == "甲乙\n𠮷㛃䶮 丙\U00031350"


def test_number_is_formatted_from_its_pattern() -> None:
    day = date(2026, 3, 9)
    assert (
        format_number("{agency}-BG-{year}-{serial:05d}", agency="CH", issued_on=day, serial=318) == "CH-BG-2026-00318"
    )
    assert (
        format_number("{year}{month:02d}{day:02d}〔{serial}〕号", agency="CH", issued_on=day, serial=1)
        == "20260309〔1〕号"
    )
    assert format_number("{serial:02d}", agency="CH", issued_on=day, serial=12345) == "12345"


@pytest.mark.parametrize(
    "pattern",
    [
        "{serial",
        "{serial!r}",
        "{serial:>9}",
        "{agency:05d}{serial}",
        "{serial}{other}",
        "{}",
        "<b>{serial}",
        "{serial:99d}",
    ],
)
def test_wrong_number_patterns_are_refused(pattern: str) -> None:
    with pytest.raises(ValueError):
        check_pattern(pattern)


@pytest.mark.parametrize(("agency", "serial", "field"), [("", 1, "agency"), ("a/b", 1, "agency"), ("CH", 0, "serial")])
def test_wrong_number_parts_are_refused(agency: str, serial: int, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        format_number("{agency}-{serial}", agency=agency, issued_on=date(2026, 1, 1), serial=serial)
    assert list(caught.value.errors) == [field]
