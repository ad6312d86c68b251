"""Texts, pictures and films for the public hold what their clauses ask, or are not released."""

from html import unescape

import pytest

from tests.packs.documents.examples import (
    changed,
    held_back,
    held_back_in_rows,
    kind_of,
    missing,
    opened,
    page_of,
    refused,
    stored,
    value,
    without,
)
from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.html import render_html

_OUTLINES = {
    "news": {"news_fact", "news_number", "news_next"},
    "story": {"story_before", "story_turn", "story_now", "story_consent"},
    "policy": {"policy_gain", "policy_who", "policy_how"},
    "event": {"event_when", "event_have", "event_join"},
}


@pytest.mark.clause("CG2023-L3-2.2.1-K")
@pytest.mark.parametrize(
    ("kind_of_text", "said"), list(zip(_OUTLINES, ("消息", "人物故事", "政策解读", "活动预告"), strict=True))
)
def test_each_type_of_publicity_has_its_outline_and_the_draft_names_it(kind_of_text: str, said: str) -> None:
    kind, example = opened("promotion-copy")
    written = {name for names in _OUTLINES.values() for name in names}
    bare = changed(example, **dict.fromkeys(written), type=kind_of_text)
    assert missing(kind, bare) == _OUTLINES[kind_of_text] | {"outline"}
    assert value(page_of(kind, bare), "稿子类型") == said


@pytest.mark.parametrize(
    ("channel", "limit"),
    [("paper", 800), ("radio", 300), ("site", 1500), ("wechat", 1200), ("poster", 120), ("video", 400)],
)
def test_the_channel_limits_the_text_and_longer_ones_are_refused(channel: str, limit: int) -> None:
    kind = kind_of("promotion-copy")
    body = f"body_{channel}"
    fits = stored(kind, {"channel": channel, body: "字" * limit})
    assert len(fits[body]) == limit
    assert refused(kind, {"channel": channel, body: "字" * (limit + 1)}) == {body}
    (field,) = [field for field in kind.inputs() if field.id == body]
    assert f"{limit} 字以内" in field.label


@pytest.mark.clause("CG2023-L3-2.4.2-S")
def test_a_video_is_not_issued_without_captions_and_a_rights_statement() -> None:
    kind, example = opened("promotion-copy")
    held_back(kind, example, "captions", "rights", "script", "cover")
    on_paper = changed(without(example, "captions", "rights"), channel="paper", body_paper="见报的话。")
    assert missing(kind, on_paper) == set()


@pytest.mark.clause("CG2023-L3-2.4.2-K")
def test_the_checklist_of_a_video_covers_length_captions_sound_and_rights() -> None:
    kind, example = opened("promotion-copy")
    checks = ("check_length", "check_captions", "check_sound", "check_rights")
    held_back(kind, example, *checks, "length")
    mixed = {**example["answers"], "check_sound": "fix"}
    kept = stored(kind, mixed)
    assert [kept[name] for name in checks] == ["pass", "pass", "fix", "pass"]
    page = page_of(kind, {**example, "answers": kept})
    assert [value(page, f"{what}核对") for what in ("时长", "字幕", "声音", "权利")] == ["合格", "合格", "要改", "合格"]


def test_a_picture_needs_its_alternative_text() -> None:
    for id, rows in (
        ("promotion-copy", "pictures"),
        ("employer-image", "media"),
        ("occupation-showcase-copy", "media"),
    ):
        kind, example = opened(id)
        held_back_in_rows(kind, example, rows, "alt", "rights")
        assert example["answers"][rows][0]["alt"] in unescape(render_html(page_of(kind, example)))


@pytest.mark.clause("CG2023-L3-2.5.2-S")
@pytest.mark.parametrize(("status", "shown"), [("draft", True), ("issued", False)])
def test_a_showcase_shows_its_sections_and_whether_it_is_still_a_draft(status: t.Status, shown: bool) -> None:
    kind, example = opened("occupation-showcase-copy")
    html = unescape(render_html(page_of(kind, example, status)))
    for title in ("每天做什么", "要会什么", "待遇和前路", "图像与体验"):
        assert title in html
    assert ("草稿" in html) is shown
    assert kind.reviews is not None
    for section in ("duties", "skills", "prospects", "media"):
        assert section in kind.required_elements
    held_back(kind, example, "day", "skills", "pay", "paths", "media")


@pytest.mark.clause("CG2023-L3-2.5.2-K")
def test_the_forms_of_a_showcase_are_four_and_each_comes_with_a_hint() -> None:
    kind = kind_of("occupation-showcase-copy")
    (field,) = [field for field in kind.inputs() if field.id == "form"]
    hints = dict(hint.split("：") for hint in field.help.strip("。").split("。"))
    assert [option.label for option in field.options] == list(hints) == ["文字", "图片", "视频", "实地参观"]
    assert all(len(hint) > 5 for hint in hints.values())


_VERSIONS = {
    "low_vision": {"large", "large_points", "large_by"},
    "blind": {"audio", "audio_seconds", "audio_by"},
    "deaf": {"sign", "sign_kind", "sign_by"},
    "easy": {"easy_read", "easy_by"},
}


@pytest.mark.clause("CG2023-DJ-L3-1.2.1-S")
@pytest.mark.parametrize("group", list(_VERSIONS))
def test_publicity_without_the_version_of_its_group_is_not_released(group: str) -> None:
    kind, example = opened("disability-publicity")
    short = without(example, *_VERSIONS[group])
    assert missing(kind, short) == _VERSIONS[group]
    assert missing(kind, changed(short, **{group: False})) == set()
    held_back(kind, example, "text")


def test_large_type_is_not_small() -> None:
    assert refused(kind_of("disability-publicity"), {"low_vision": True, "large_points": 14}) == {"large_points"}
