"""Comparing packs, profiles and versions: what came, what went, what says something else."""

import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.packs.support import CODES, FORM, sound, write_pack
from zhiyin.packs.diff import diff, key_changes, of_folder, of_registry
from zhiyin.packs.findings import PackError
from zhiyin.packs.loader import load

CLAUSES = "id,doc,part,level,function,content,clause,kind,area,gist\n"


def folders(tmp_path: Path, **changes: str) -> tuple[Path, Path]:
    return sound(tmp_path / "old"), sound(tmp_path / "new", **changes)


def test_the_same_content_in_another_form_is_no_difference(tmp_path: Path) -> None:
    old, new = folders(tmp_path, form="# a remark\n" + FORM.replace("title: 喜好\nserves", 'title: "喜好"\nserves'))
    assert diff(of_folder(old), of_folder(new)).is_empty


def test_a_changed_field_is_told_by_its_names_with_before_and_after(tmp_path: Path) -> None:
    old, new = folders(tmp_path, form=FORM.replace("        required: true\n", "").replace("为什么", "原因"))
    (changed,) = diff(of_folder(old), of_folder(new)).changed
    assert (changed.kind, changed.id) == ("form", "taste")
    assert {(change.place, change.before, change.after) for change in changed.keys} == {
        ("sections[only].fields[colour].required", True, None),
        ("sections[only].fields[why].label", "为什么", "原因"),
    }


def test_what_came_and_what_went(tmp_path: Path) -> None:
    old, new = folders(tmp_path)
    (new / "codelists" / "size.yaml").write_text(
        CODES.replace("id: colour", "id: size").replace("颜色", "大小"), encoding="utf-8"
    )
    (old / "codelists" / "shape.yaml").write_text(
        CODES.replace("id: colour", "id: shape").replace("颜色", "形状"), encoding="utf-8"
    )
    found = diff(of_folder(old), of_folder(new))
    assert found.added == (("codelist", "size", "大小"),)
    assert found.removed == (("codelist", "shape", "形状"),)
    assert str(found) == "+ codelist size 大小\n- codelist shape 形状"


def test_a_pack_of_an_installed_set_can_be_compared_alone(tmp_path: Path) -> None:
    write_pack(tmp_path / "set", {"codelists/colour.yaml": CODES}, id="first")
    write_pack(
        tmp_path / "set", {"codelists/size.yaml": CODES.replace("colour", "size")}, id="second", requires="first"
    )
    registry = load([tmp_path / "set"])
    assert set(of_registry(registry, "second")) == {("codelist", "size")}
    assert set(of_registry(registry)) == {("codelist", "colour"), ("codelist", "size")}


def test_a_pack_that_needs_another_is_compared_without_it_but_not_when_faulty(tmp_path: Path) -> None:
    alone = write_pack(tmp_path, {"forms/taste.yaml": FORM}, id="second", requires="first")
    assert set(of_folder(alone)) == {("form", "taste")}
    (alone / "forms" / "taste.yaml").write_text(FORM.replace("title", "tittle"), encoding="utf-8")
    with pytest.raises(PackError, match="tittle"):
        of_folder(alone)


@pytest.mark.clause("CP2026-L2-5.1.1-K")
def test_a_new_edition_shows_the_clauses_added_changed_and_removed(tmp_path: Path) -> None:
    row = "{id},AB,1 概况,,,{id},{id},rule,org,{gist}\n"
    old = CLAUSES + row.format(id="AB-1.1", gist="三年") + row.format(id="AB-1.2", gist="两人")
    new = CLAUSES + row.format(id="AB-1.1", gist="五年") + row.format(id="AB-1.3", gist="新条")
    first = write_pack(tmp_path / "old", {"clauses/ab.csv": old})
    second = write_pack(tmp_path / "new", {"clauses/ab.csv": new})
    found = diff(of_folder(first), of_folder(second))
    assert [id for _, id, _ in found.added] == ["AB-1.3"]
    assert [id for _, id, _ in found.removed] == ["AB-1.2"]
    (changed,) = found.changed
    assert (changed.id, [str(change) for change in changed.keys]) == ("AB-1.1", ["~ gist：三年 → 五年"])


def test_dated_values_are_told_by_the_day_from_which_they_hold() -> None:
    before = {"values": [{"value": 3, "valid_from": "2023-08-31"}]}
    after = {
        "values": [
            {"value": 3, "valid_from": "2023-08-31", "valid_to": "2026-02-27"},
            {"value": 5, "valid_from": "2026-02-28"},
        ]
    }
    assert {change.place: change.after for change in key_changes(before, after)} == {
        "values[2023-08-31].valid_to": "2026-02-27",
        "values[2026-02-28]": {"value": 5, "valid_from": "2026-02-28"},
    }


def test_another_order_is_a_change_too() -> None:
    before, after = {"fields": [{"id": "a"}, {"id": "b"}]}, {"fields": [{"id": "b"}, {"id": "a"}]}
    assert [change.place for change in key_changes(before, after)] == ["fields（顺序）"]


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-3, 3) | st.sampled_from(["a", "b", "c"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["id", "x", "y", "valid_from"]), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(plain, plain)
def test_a_difference_is_told_exactly_when_there_is_one(before: Any, after: Any) -> None:
    assert list(key_changes(before, before)) == []
    told = bool(list(key_changes(before, after)))
    assert told or _without_nothing(before) == _without_nothing(after)


def _without_nothing(data: Any) -> Any:
    """Plain data in which a key that holds nothing is as good as no key."""
    if isinstance(data, dict):
        return {key: _without_nothing(value) for key, value in data.items() if value is not None}
    return [_without_nothing(value) for value in data] if isinstance(data, list) else data


def test_a_folder_compared_with_its_own_copy_says_nothing(tmp_path: Path) -> None:
    folder = sound(tmp_path / "a")
    copy = Path(shutil.copytree(folder, tmp_path / "b" / "sample"))
    assert str(diff(of_folder(folder), of_folder(copy))) == ""
