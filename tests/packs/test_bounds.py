"""Packs from anybody: reading one is bounded, makes nothing of its own, stays inside its folder and never crashes."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from tests.packs.support import CASE, CODES, FORM, OCCUPATION, occupation_table, sound, write_pack
from zhiyin.packs import loader, sources
from zhiyin.packs.findings import PackError
from zhiyin.packs.linter import check
from zhiyin.packs.loader import CONTENT, load
from zhiyin.packs.reading import MOST_DEPTH, MOST_NODES, plain_data
from zhiyin.packs.registry import Registry


def rules(text: str) -> set[str]:
    return {fault.rule for fault in plain_data(text)[2]}


def test_plain_data_and_its_lines() -> None:
    data, lines, faults = plain_data('a: 1\nb:\n  - x\n  - {c: yes, d: "1", e: ~, f: true, g: 0.5, h: =}\n')
    assert faults == []
    assert data == {"a": 1, "b": ["x", {"c": "yes", "d": "1", "e": None, "f": True, "g": 0.5, "h": "="}]}
    assert (lines["a",], lines["b",], lines["b", 0], lines["b", 1, "d"]) == (1, 2, 3, 4)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("a: &x 1\nb: *x\n", "yaml-alias"),
        ("a: !!python/object:os.system x\n", "yaml-syntax"),
        ("a: ! x\n", "yaml-syntax"),
        ("%YAML 1.1\n---\na: no\n", "yaml-syntax"),
        ("a: 1\n---\nb: 2\n", "yaml-syntax"),
        ("? [1]\n: 2\n", "wrong-type"),
        ("? {a: 1}\n: 2\n", "wrong-type"),
        ("1: 2\n", "wrong-type"),
        ("<<: {a: 1}\n", "wrong-type"),
        ("a: 1\na: {b: 2}\n", "duplicate-key"),
        ("a: 0x1F\n", "wrong-value"),
        ("a: 0b1\n", "wrong-value"),
        ("a: +_\n", "wrong-value"),
        ("a: .inf\n", "wrong-value"),
        ("a: .nan\n", "wrong-value"),
        (f"a: {'9' * 5000}\n", "wrong-value"),
        ('a: "\\ud800"\n', "wrong-value"),
        ('a: "x\\0y"\n', "wrong-value"),
        ('"a\\u202e\\uffff": 1\n', "wrong-value"),
        ("a: \x01\n", "yaml-syntax"),
        ("a: 2026-01-01\n", "unquoted-date"),
        ("a: [\n", "yaml-syntax"),
    ],
)
def test_what_a_definition_does_not_need_is_refused(text: str, rule: str) -> None:
    assert rules(text) == {rule}


def test_depth_is_bounded_without_recursion() -> None:
    deep = MOST_DEPTH - 1
    assert rules("a: " + "[" * deep + "]" * deep) == set()
    assert rules("a: " + "[" * MOST_DEPTH + "]" * MOST_DEPTH) == {"too-deep"}
    assert rules("a: " + "[" * 100_000) == {"too-deep"}
    assert rules("".join(" " * level + "a:\n" for level in range(60))) == {"too-deep"}


def test_nodes_are_bounded() -> None:
    assert rules("a: [" + "1," * (MOST_NODES // 100) + "]") == set()
    assert rules("a: [" + "1," * MOST_NODES + "]") == {"too-large"}


def test_an_expansion_bomb_is_refused_at_its_first_alias() -> None:
    bomb = 'a: &a ["x"]\n' + "".join(
        f"{after}: &{after} [{', '.join([f'*{before}'] * 9)}]\n"
        for before, after in zip("abcdefgh", "bcdefghi", strict=True)
    )
    assert rules(bomb) == {"yaml-alias"}


def told(root: Path) -> set[str]:
    with pytest.raises(PackError) as caught:
        load([root])
    return {finding.rule for finding in caught.value.findings}


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    sound(tmp_path, codes=CODES + "#" * sources.MOST_BYTES)
    assert "too-large" in told(tmp_path)
    write_pack(tmp_path, {"occupations/all.csv": occupation_table("x" * sources.MOST_BYTES)})
    assert "too-large" in told(tmp_path)


def test_a_pack_of_too_many_files_or_bytes_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sound(tmp_path)
    monkeypatch.setattr(sources, "MOST_FILES", 6)
    assert told(tmp_path) == {"too-large"}
    monkeypatch.setattr(sources, "MOST_FILES", 7)
    assert load([tmp_path]).versions()
    monkeypatch.setattr(sources, "MOST_PACK_BYTES", 500)
    assert told(tmp_path) == {"too-large"}


def test_a_pack_with_too_much_in_small_files_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound(tmp_path)
    monkeypatch.setattr(loader, "MOST_WEIGHT", 60)
    assert load([tmp_path]).versions()
    monkeypatch.setattr(loader, "MOST_WEIGHT", 10)
    assert "too-large" in told(tmp_path)
    folder = write_pack(
        tmp_path, {"occupations/all.csv": occupation_table(OCCUPATION), "regions/all.csv": ""}, id="rows"
    )
    monkeypatch.setattr(loader, "MOST_WEIGHT", 5)
    assert told(folder) == {"too-large"}


@pytest.mark.parametrize("inside", ["forms/taste.yaml", "forms"])
def test_a_link_out_of_the_folder_is_refused(tmp_path: Path, inside: str) -> None:
    folder = sound(tmp_path / "packs")
    away = tmp_path / "away"
    shutil.move(folder / inside, away)
    (folder / inside).symlink_to(away)
    assert told(tmp_path / "packs") == {"outside"}


def test_links_inside_the_folder_may_not_hang_it(tmp_path: Path) -> None:
    folder = sound(tmp_path)
    (folder / "forms" / "ring").symlink_to(folder / "forms")
    (folder / "forms" / "self").symlink_to(folder / "forms" / "self")
    assert told(tmp_path) <= {"unknown-file", "unreadable", "outside"}


def test_a_pipe_does_not_keep_the_reader_waiting(tmp_path: Path) -> None:
    folder = sound(tmp_path)
    os.mkfifo(folder / "forms" / "pipe.yaml")
    assert told(tmp_path) == {"unreadable"}


def test_a_folder_where_a_file_is_due_and_the_other_way_round(tmp_path: Path) -> None:
    folder = sound(tmp_path)
    (folder / "codelists" / "other.yaml").mkdir()
    assert told(tmp_path) == {"unreadable"}
    (folder / "codelists" / "other.yaml").rmdir()
    (folder / "laws").write_text("", encoding="utf-8")
    assert told(tmp_path) == {"unknown-file"}


FILES = {
    "pack.yaml": None,
    "codelists/colour.yaml": CODES,
    "forms/taste.yaml": FORM,
    "cases/form-taste.yaml": CASE,
}


def all_or_nothing(folder: Path) -> Registry | None:
    """The registry, with everything in it, or None; anything but PackError is a crash."""
    check_crashes(folder)
    try:
        registry = load([folder])
    except PackError:
        return None
    assert {("codelist", "colour"), ("form", "taste")} <= set(registry.contents())
    return registry


def check_crashes(folder: Path) -> None:
    """The linter tells, whatever it is given."""
    for finding in check([folder]):
        assert finding.line >= 1
        assert finding.message


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return sound(tmp_path_factory.mktemp("fuzz"))


@pytest.fixture
def restored(folder: Path) -> Iterator[Path]:
    kept = {name: (folder / name).read_bytes() for name in FILES}
    yield folder
    for name, content in kept.items():
        (folder / name).write_bytes(content)


fuzz = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


def with_file(folder: Path, name: str, content: bytes) -> None:
    kept = (folder / name).read_bytes()
    (folder / name).write_bytes(content)
    try:
        all_or_nothing(folder)
    finally:
        (folder / name).write_bytes(kept)


@fuzz
@given(st.sampled_from(sorted(FILES)), st.binary(max_size=400))
def test_random_bytes_never_crash_the_loader(restored: Path, name: str, content: bytes) -> None:
    with_file(restored, name, content)


@fuzz
@given(st.sampled_from(sorted(FILES)), st.text(alphabet="abk:- \n\t{}[],\"'#&*!|>%@`~?<=01.\ud7ff喜", max_size=120))
def test_random_yaml_never_crashes_the_loader(restored: Path, name: str, content: str) -> None:
    with_file(restored, name, content.encode())


@fuzz
@given(st.data(), st.sampled_from(sorted(FILES)))
def test_mutated_files_never_crash_the_loader(restored: Path, data: st.DataObject, name: str) -> None:
    content = bytearray((restored / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 5))):
        start = data.draw(st.integers(0, len(content)))
        end = data.draw(st.integers(start, min(len(content), start + 20)))
        content[start:end] = data.draw(st.binary(max_size=10))
    with_file(restored, name, bytes(content))


leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["form", "taste", "colour", "text", "choice", "rows", "date", "1", "2026-01-01"])
)
keys = st.sampled_from(
    ["kind", "id", "version", "title", "serves", "sections", "fields", "label", "type", "codelist", "relevant", "field"]
    + ["is", "filled", "options", "value", "columns", "source", "values", "passing", "failing", "input", "expect"]
    + ["requires", "retired", "layer", "schema", "definition", "name", "profile", "parameters"]
) | st.text(max_size=4)
trees = st.dictionaries(
    keys, st.recursive(leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=5))
)


@fuzz
@given(st.sampled_from(sorted(FILES)), trees, st.booleans())
def test_random_trees_never_crash_the_loader(restored: Path, name: str, tree: dict[str, object], laid: bool) -> None:
    """A tree of known and unknown keys, alone or laid over the sound file."""
    yaml = YAML(typ="safe", pure=True)
    sound_data = yaml.load((restored / name).read_text(encoding="utf-8")) if laid else {}
    scratch = restored.parent / "scratch.yaml"
    with scratch.open("w", encoding="utf-8", errors="replace") as stream:
        yaml.dump({**sound_data, **tree}, stream)
    with_file(restored, name, scratch.read_bytes())


REAL = sorted(
    path
    for kind in ("rules", "tables", "policies", "blueprints", "laws", "measures", "documents", "parameters")
    for path in CONTENT.glob(f"*/{kind}/*")
)


@settings(max_examples=40)
@given(st.data())
def test_mutated_real_definitions_never_crash_the_loader(folder: Path, data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(REAL))
    lines = source.read_text(encoding="utf-8").split("\n")
    for _ in range(data.draw(st.integers(1, 3))):
        here, there = (data.draw(st.integers(0, len(lines) - 1)) for _ in range(2))
        act = data.draw(st.sampled_from(["drop", "swap", "repeat", "value"]))
        if act == "drop":
            lines[here] = ""
        elif act == "swap":
            lines[here], lines[there] = lines[there], lines[here]
        elif act == "repeat":
            lines.insert(here, lines[there])
        else:
            lines[here] = (
                lines[here].partition(":")[0] + ": " + data.draw(st.sampled_from(["1", "[]", "{}", "~", "x", "-1"]))
            )
    target = folder / source.parent.name / source.name
    target.parent.mkdir(exist_ok=True)
    target.write_text("\n".join(lines), encoding="utf-8")
    try:
        all_or_nothing(folder)
    finally:
        shutil.rmtree(target.parent)
