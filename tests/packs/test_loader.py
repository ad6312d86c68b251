"""Loading packs: all of it with its provenance, or nothing with every fault at its line."""

import os
import pickle
from pathlib import Path

import pytest

from tests.packs.support import CODES, FORM, HEAD, OCCUPATION, occupation_table, sound, write_pack
from zhiyin.engines.definitions import OccupationRow
from zhiyin.engines.forms import FormDefinition
from zhiyin.kernel.errors import DefinitionError
from zhiyin.packs import reading
from zhiyin.packs.findings import Finding, PackError
from zhiyin.packs.loader import CONTENT, load


def findings(*paths: Path) -> list[Finding]:
    with pytest.raises(PackError) as caught:
        load(paths)
    return caught.value.findings


def told(*paths: Path) -> list[tuple[str, int, str]]:
    return [(item.file.name, item.line, item.rule) for item in findings(*paths)]


def test_a_sound_pack_is_loaded_with_its_provenance(tmp_path: Path) -> None:
    folder = sound(tmp_path)
    registry = load([tmp_path])
    assert isinstance(registry.get("form", "taste"), FormDefinition)
    assert [item.id for item in registry.all("codelist")] == ["colour"]
    assert registry.versions() == [("sample", "1.2.0")]
    where = registry.provenance("form", "taste")
    assert (where.pack, where.version, where.file, where.line) == (
        "sample",
        "1.2.0",
        folder / "forms" / "taste.yaml",
        1,
    )
    assert registry.codelists()["colour"].label("red") == "红"


def test_a_path_may_be_the_pack_itself_and_extra_packs_come_beside(tmp_path: Path) -> None:
    first = write_pack(tmp_path / "a", {"codelists/colour.yaml": CODES}, id="first")
    second = write_pack(tmp_path / "b", {"forms/taste.yaml": FORM}, id="second", requires="first")
    assert load([second], extra=[first]).versions() == [("first", "1.2.0"), ("second", "1.2.0")]


def test_an_unknown_definition_is_named(tmp_path: Path) -> None:
    sound(tmp_path)
    with pytest.raises(DefinitionError, match="gone"):
        load([tmp_path]).get("form", "gone")


def test_a_folder_without_packs_is_told(tmp_path: Path) -> None:
    assert told(tmp_path) == [(tmp_path.name, 1, "no-pack")]


@pytest.mark.parametrize(
    ("change", "line", "rule"),
    [
        (("title: 喜好\nserves", "title: 喜好\ncolor: 1\nserves"), 5, "unknown-key"),
        (("        required: true", "        requird: true"), 14, "unknown-key"),
        (("    title: 喜好\n    fields", "    title: 5.10\n    fields"), 8, "wrong-type"),
        (('["SVC-4.1.1-b"]', "[5.10]"), 5, "wrong-type"),
        (("version: 1", 'version: "1"'), 3, "wrong-type"),
        (("version: 1", "version: 0"), 3, "wrong-value"),
        (("type: text", "type: txt"), 17, "wrong-value"),
        (("        label: 颜色\n", ""), 10, "missing-key"),
        (("id: why", "id: colour"), 15, "incoherent"),
        (("relevant: {field: colour,", "relevant: {field: color,"), 18, "incoherent"),
        (("codelist: colour", "codelist: color"), 13, "unresolved"),
        (("id: taste", "id: tastes"), 2, "file-name"),
        (("title: 喜好\nserves", "title: 喜好\ntitle: 再来\nserves"), 5, "duplicate-key"),
        (("kind: form", "kind: from"), 1, "wrong-value"),
        (("        required: true", "        help: 2026-01-01"), 14, "unquoted-date"),
        (("        required: true", "        help: !secret x"), 14, "yaml-syntax"),
        (("sections:", "sections: ["), 7, "yaml-syntax"),
    ],
)
def test_a_fault_is_told_with_its_line(tmp_path: Path, change: tuple[str, str], line: int, rule: str) -> None:
    text = FORM.replace(*change)
    assert text != FORM
    folder = sound(tmp_path, form=text)
    (folder / "cases" / "form-taste.yaml").unlink()
    assert ("taste.yaml", line, rule) in told(tmp_path)


def test_all_faults_of_all_files_are_told_at_once(tmp_path: Path) -> None:
    sound(tmp_path, form=FORM.replace("required: true", "requird: 1"), codes=CODES.replace("source: 自定\n", ""))
    rules = {(name, rule) for name, _, rule in told(tmp_path)}
    assert {("taste.yaml", "unknown-key"), ("colour.yaml", "missing-key")} <= rules


def test_a_number_where_text_is_due_says_how_to_mend_it(tmp_path: Path) -> None:
    sound(tmp_path, form=FORM.replace('["SVC-4.1.1-b"]', "[5.10]"))
    finding = next(item for item in findings(tmp_path) if item.rule == "wrong-type")
    assert "文字" in finding.message
    assert "引号" in finding.mend


def test_yaml_words_stay_text(tmp_path: Path) -> None:
    codes = CODES.replace("value: red, label: 红", "value: no, label: yes").replace("blue", '"012"')
    folder = write_pack(tmp_path, {"codelists/colour.yaml": codes})
    assert [item.value for item in load([folder]).get("codelist", "colour").values] == ["no", "012"]


def test_the_same_id_twice_is_refused_across_packs(tmp_path: Path) -> None:
    write_pack(tmp_path, {"codelists/colour.yaml": CODES}, id="first")
    write_pack(tmp_path, {"codelists/colour.yaml": CODES}, id="second")
    assert told(tmp_path) == [("colour.yaml", 1, "duplicate-id")]


def test_a_definition_of_a_pack_not_required_may_not_be_named(tmp_path: Path) -> None:
    write_pack(tmp_path, {"codelists/colour.yaml": CODES}, id="first")
    write_pack(tmp_path, {"forms/taste.yaml": FORM}, id="second")
    assert told(tmp_path) == [("taste.yaml", 13, "unresolved")]
    write_pack(tmp_path, {}, id="second", requires="middle")
    write_pack(tmp_path, {}, id="middle", requires="first")
    assert [id for id, _ in load([tmp_path]).versions()] == ["first", "middle", "second"]


def test_missing_and_circular_requirements_are_told(tmp_path: Path) -> None:
    write_pack(tmp_path / "a", {}, requires="gone")
    assert [item.rule for item in findings(tmp_path / "a")] == ["pack-requires"]
    write_pack(tmp_path / "b", {}, id="one", requires="two")
    write_pack(tmp_path / "b", {}, id="two", requires="one")
    assert [item.rule for item in findings(tmp_path / "b")] == ["pack-requires", "pack-requires"]


def test_a_pack_head_is_checked(tmp_path: Path) -> None:
    write_pack(tmp_path, {"pack.yaml": HEAD.format(id="other", requires="", status="active")})
    assert told(tmp_path) == [("pack.yaml", 1, "pack-head")]
    write_pack(
        tmp_path, {"pack.yaml": HEAD.format(id="sample", requires="", status="good").replace("schema: 1", "schema: 2")}
    )
    assert told(tmp_path) == [("pack.yaml", 4, "wrong-value"), ("pack.yaml", 5, "wrong-value")]


def test_files_that_have_no_place_are_told(tmp_path: Path) -> None:
    write_pack(tmp_path, {"forms/taste.yml": FORM, "form/x.yaml": FORM, "readme.txt": "", "CHANGELOG.md": "好"})
    assert {(name, rule) for name, _, rule in told(tmp_path)} == {
        ("taste.yml", "unknown-file"),
        ("form", "unknown-file"),
        ("readme.txt", "unknown-file"),
    }


def test_a_withdrawn_pack_is_kept_for_old_records_but_not_offered(tmp_path: Path) -> None:
    write_pack(tmp_path, {"codelists/colour.yaml": CODES}, status="withdrawn")
    registry = load([tmp_path])
    assert registry.all("codelist") == []
    assert registry.get("codelist", "colour").title == "颜色"


def test_occupations_are_typed_rows(tmp_path: Path) -> None:
    write_pack(tmp_path, {"occupations/all.csv": occupation_table(OCCUPATION)})
    registry = load([tmp_path])
    row = registry.get("occupation", "4-07-03-01")
    assert isinstance(row, OccupationRow)
    assert (row.S, row.skills, row.certificates) == (6.8, ["会谈", "写报告"], "")
    assert registry.provenance("occupation", "4-07-03-01").line == 2


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        (("4-07-03-01", "4-07-3-1"), "wrong-value"),
        (("6.8", "7.1"), "wrong-value"),
        (("6.8", "高"), "wrong-type"),
        (("college,bachelor", "bachelor,college"), "incoherent"),
        (("college", "phd"), "incoherent"),
        (("sitting", "sleeping"), "incoherent"),
        (("职业指导员,4", "职业指导员,3"), "incoherent"),
        (("职业指导员,4", "职业指导员,四"), "wrong-type"),
        ((",,从助理", ",从助理"), "table-row"),
        (("会谈|写报告", "会谈|会谈"), "incoherent"),
    ],
)
def test_a_faulty_row_is_told_with_its_line(tmp_path: Path, change: tuple[str, str], rule: str) -> None:
    row = OCCUPATION.replace(*change)
    assert row != OCCUPATION
    write_pack(tmp_path, {"occupations/all.csv": occupation_table(OCCUPATION, row)})
    assert ("all.csv", 3, rule) in told(tmp_path)


def test_an_occupation_twice_and_a_wrong_header(tmp_path: Path) -> None:
    write_pack(tmp_path, {"occupations/all.csv": occupation_table(OCCUPATION, OCCUPATION)})
    assert told(tmp_path) == [("all.csv", 3, "duplicate-id")]
    write_pack(tmp_path, {"occupations/all.csv": OCCUPATION})
    assert told(tmp_path) == [("all.csv", 1, "table-header")]


def test_the_hash_is_of_the_content_and_not_of_its_form(tmp_path: Path) -> None:
    sound(tmp_path / "a")
    sound(tmp_path / "b", form="# a remark\n" + FORM.replace("title: 喜好\nserves", 'title: "喜好"\nserves'))
    sound(tmp_path / "c", form=FORM.replace("required: true", "required: false"))
    first, second, third = (load([tmp_path / name]).snapshot_hash for name in "abc")
    assert first == second != third
    assert len(first) == 64


def test_a_kept_registry_is_used_until_a_file_changes(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    folder = sound(tmp_path / "packs")
    first = load([folder], cache=cache)
    kept = list(cache.glob("packs-*.pickle"))
    assert len(kept) == 1
    assert kept[0].stat().st_mode & 0o077 == 0
    assert load([folder], cache=cache).snapshot_hash == first.snapshot_hash
    (folder / "forms" / "taste.yaml").write_text(FORM.replace("喜好", "最爱"), encoding="utf-8")
    assert load([folder], cache=cache).get("form", "taste").title == "最爱"
    (folder / "forms" / "taste.yaml").write_text(FORM.replace("title", "tittle"), encoding="utf-8")
    with pytest.raises(PackError):
        load([folder], cache=cache)


def test_only_files_that_changed_are_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = tmp_path / "cache"
    folder = sound(tmp_path / "packs")
    load([folder], cache=cache)
    (folder / "forms" / "taste.yaml").write_text(FORM.replace("喜好", "最爱"), encoding="utf-8")
    read: list[str] = []
    real = reading.plain_data
    monkeypatch.setattr(reading, "plain_data", lambda text: (read.append(text), real(text))[1])
    assert load([folder], cache=cache).get("form", "taste").title == "最爱"
    assert len(read) == 1
    assert "最爱" in read[0]
    (cache / "parsed.pickle").write_bytes(pickle.dumps({"": "other code"}))
    (folder / "codelists" / "colour.yaml").write_text(CODES.replace("颜色", "色彩"), encoding="utf-8")
    assert load([folder], cache=cache).get("codelist", "colour").title == "色彩"
    assert len(read) == 4


def test_a_damaged_or_foreign_cache_is_not_believed(tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    folder = sound(tmp_path / "packs")
    load([folder], cache=cache)
    file = next(cache.glob("packs-*.pickle"))
    for content in (b"", b"no pickle", pickle.dumps({"form": 1})):
        file.write_bytes(content)
        assert load([folder], cache=cache).versions() == [("sample", "1.2.0")]
    sentinel = tmp_path / "executed"
    file.write_bytes(pickle.dumps(_Intruder(sentinel)))
    os.chmod(file, 0o666)
    assert load([folder], cache=cache).versions() == [("sample", "1.2.0")]
    assert not sentinel.exists()


class _Intruder:
    """Its pickle creates a file when it is read."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return os.mkdir, (str(self.file),)


def test_a_cache_that_cannot_be_written_does_no_harm(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    sound(tmp_path / "packs")
    assert load([tmp_path / "packs"], cache=blocked / "cache").versions() == [("sample", "1.2.0")]


def test_the_content_of_the_platform_loads() -> None:
    registry = load()
    assert {id for id, _ in registry.versions()} == {folder.parent.name for folder in CONTENT.glob("*/pack.yaml")}
    for kind in ("form", "process", "document", "notice", "codelist", "calendar", "instrument", "occupation"):
        assert registry.all(kind)
