"""Profiles and an agency's changes over the packs: order, provenance, faults at their line, and a base left alone."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tests.packs.support import CODES, FORM, HEAD, write_pack
from zhiyin.kernel.errors import DefinitionError
from zhiyin.packs.layers import Alteration, LayerFault, Operations, Profile, altered, parse_place, touched
from zhiyin.packs.loader import load
from zhiyin.packs.registry import Entry, Registry
from zhiyin.packs.resolved import Layer, LayerError, Resolved, profile_findings, resolve

PARAMETERS = """\
id,title,type,unit,value,valid_from,valid_to,source,basis,clauses
room-area,咨询室面积,decimal,平方米,10,2020-01-01,,本系统默认,open,
room-area-old,旧面积,integer,平方米,8,2020-01-01,2022-12-31,旧标准,stated,
"""

PROFILE = """\
kind: profile
id: north
version: 1
title: 北省
serves: []
extends: [{extends}]
region: "13"
{operations}
"""

SET = """\
set:
  - parameter: room-area
    values:
      - {value: 12, valid_from: "2025-01-01", valid_to: "2025-12-31", source: 北省文件}
    why: 北省面积更大
"""

ALTER = """\
alter:
  - definition: {kind: form, id: taste}
    at: sections[only].fields
    add: {id: smell, label: 气味, type: text}
    after: colour
    why: 北省要问气味
  - definition: {kind: codelist, id: colour}
    at: values[red]
    set: {label: 大红}
    why: 叫法不同
"""


def packs(root: Path, operations: str = SET + ALTER, *, extends: str = "", id: str = "north") -> Registry:
    """A base pack, and a profile pack with a code list of its own."""
    write_pack(
        root,
        {
            "codelists/colour.yaml": CODES,
            "forms/taste.yaml": FORM,
            "parameters/all.csv": PARAMETERS,
        },
        id="base-pack",
    )
    add_profile(root, operations, extends=extends, id=id)
    return load([root])


def add_profile(root: Path, operations: str, *, extends: str = "", id: str = "north") -> None:
    head = HEAD.format(id=id, requires="base-pack", status="active") + "layer: profile\n"
    text = PROFILE.format(extends=extends, operations=operations).replace("id: north", f"id: {id}")
    own = CODES.replace("colour", f"{id}-colour")
    write_pack(root, {"pack.yaml": head, "profile.yaml": text, f"codelists/{id}-colour.yaml": own}, id=id)


def layer(*alter: dict[str, Any], id: str = "mine", **more: Any) -> Layer:
    operations = Operations.model_validate({"alter": list(alter), **more})
    return Layer(id, f"本机构 {id}", "agency", operations, who="陈科长")


def labels(resolved: Resolved) -> list[str]:
    return [field.label for field in resolved.get("form", "taste").sections[0].fields]


def test_without_a_layer_everything_is_as_in_the_packs(tmp_path: Path) -> None:
    registry = packs(tmp_path)
    resolved = resolve(registry, on=date(2026, 3, 1))
    assert resolved.snapshot_hash == registry.snapshot_hash
    assert resolved.get("form", "taste") == registry.get("form", "taste")
    assert [item.id for item in resolved.all("form")] == ["taste"]
    assert resolved.versions() == registry.versions()
    assert resolved.history == ()


def test_what_a_profile_pack_holds_is_offered_only_under_its_profile(tmp_path: Path) -> None:
    registry = packs(tmp_path)
    assert [item.id for item in resolve(registry).all("codelist")] == ["colour"]
    assert [item.id for item in resolve(registry, ["north"]).all("codelist")] == ["colour", "north-colour"]
    assert resolve(registry).get("codelist", "north-colour").title == "颜色"
    assert (resolve(registry).offers("codelist", "north-colour"), resolve(registry).offers("codelist", "gone")) == (
        False,
        False,
    )


def test_a_profile_sets_values_on_its_days_and_the_base_goes_on_on_all_others(tmp_path: Path) -> None:
    parameter = resolve(packs(tmp_path), ["north"]).get("parameter", "room-area")
    assert [(item.value, item.valid_from, item.valid_to) for item in parameter.values] == [
        ("10", "2020-01-01", "2024-12-31"),
        (12, "2025-01-01", "2025-12-31"),
        ("10", "2026-01-01", None),
    ]
    assert [parameter.on(date(year, 6, 1)) for year in (2024, 2025, 2026)] == [10, 12, 10]


def test_the_value_of_a_day_is_asked_of_the_resolved_set(tmp_path: Path) -> None:
    registry = packs(tmp_path)
    resolved = resolve(registry, ["north"], on=date(2025, 6, 1))
    assert resolved.parameter("room-area") == 12
    assert resolved.parameter("room-area", date(2026, 1, 1)) == 10
    assert resolved.at(date(2024, 1, 1)).parameter("room-area") == 10
    assert resolve(registry, on=date(2025, 6, 1)).parameter("room-area") == 10


def test_an_altered_definition_is_a_definition_like_any_other(tmp_path: Path) -> None:
    registry = packs(tmp_path)
    resolved = resolve(registry, ["north"])
    assert labels(resolved) == ["颜色", "气味", "为什么"]
    assert resolved.codelists()["colour"].label("red") == "大红"
    assert registry.codelists()["colour"].label("red") == "红"
    assert labels(resolve(registry)) == ["颜色", "为什么"]


def test_every_changed_value_tells_its_way(tmp_path: Path) -> None:
    again = {
        "definition": {"kind": "codelist", "id": "colour"},
        "at": "values[red]",
        "set": {"label": "朱红"},
        "why": "老叫法",
    }
    resolved = resolve(packs(tmp_path), ["north"], changes=[layer(again)])
    told = [
        (
            change.layer,
            change.layer_kind,
            change.who,
            change.operation,
            change.why,
            change.before,
            change.after,
        )
        for change in resolved.changes("codelist", "colour")
    ]
    assert told == [
        ("north", "profile", "", "alter[1]", "叫法不同", {"label": "红"}, {"label": "大红"}),
        ("mine", "agency", "陈科长", "alter[0]", "老叫法", {"label": "大红"}, {"label": "朱红"}),
    ]
    (value,) = resolved.changes("parameter", "room-area")
    assert (value.operation, [item["value"] for item in value.after]) == ("set[0]", ["10", 12, "10"])
    assert resolved.provenance("codelist", "colour").pack == "base-pack"


def test_a_selection_takes_off_offer_and_keeps_for_old_records(tmp_path: Path) -> None:
    registry = packs(tmp_path, "select:\n  - {kind: codelist, only: [colour]}\n  - {kind: form, without: [taste]}\n")
    resolved = resolve(registry, ["north"])
    assert [item.id for item in resolved.all("codelist")] == ["colour"]
    assert resolved.all("form") == []
    assert resolved.get("form", "taste").title == "喜好"
    assert [(change.kind, change.id, change.after) for change in resolved.history] == [
        ("codelist", "north-colour", "不提供"),
        ("form", "taste", "不提供"),
    ]


def test_what_a_profile_extends_is_laid_first_and_once(tmp_path: Path) -> None:
    packs(tmp_path)
    own = "alter:\n  - {definition: {kind: codelist, id: colour}, at: 'values[red]', set: {label: 中国红}, why: 市里}\n"
    add_profile(tmp_path, own, id="city", extends="base-pack, north")
    registry = load([tmp_path])
    resolved = resolve(registry, ["city"])
    assert resolved.profiles == ("north", "city")
    assert resolved.codelists()["colour"].label("red") == "中国红"
    assert len(resolved.all("codelist")) == 3
    assert resolve(registry, ["north", "city"]).snapshot_hash == resolved.snapshot_hash


def test_profiles_that_extend_each_other_or_nothing_known_are_refused(tmp_path: Path) -> None:
    packs(tmp_path, "", extends="city")
    add_profile(tmp_path, "", id="city", extends="north")
    with pytest.raises(DefinitionError, match="互相扩展"):
        resolve(load([tmp_path]), ["city"])
    with pytest.raises(DefinitionError, match="gone"):
        resolve(load([tmp_path]), ["gone"])
    add_profile(tmp_path, "", id="city", extends="nowhere")
    with pytest.raises(DefinitionError, match="nowhere"):
        resolve(load([tmp_path]), ["city"])


@pytest.mark.parametrize(
    ("operations", "operation", "line", "message"),
    [
        (ALTER.replace("after: colour", "after: color"), "alter[0]", 9, "没有“color”"),
        (ALTER.replace("sections[only].fields", "sections[all].fields"), "alter[0]", 9, "没有“all”"),
        (ALTER.replace("type: text", "type: txt"), "alter[0]", 9, "txt"),
        (ALTER.replace("label: 气味", "labl: 气味"), "alter[0]", 9, "labl"),
        (ALTER.replace("id: smell", "id: colour"), "alter[0]", 9, "已经有“colour”"),
        (ALTER.replace("{label: 大红}", "{value: crimson}"), "alter[1]", 14, "名字"),
        (ALTER.replace("{label: 大红}", "{label: 5}"), "alter[1]", 14, "文字"),
        (SET.replace("12,", "很大,"), "set[0]", 9, "很大"),
    ],
)
def test_a_faulty_operation_is_told_with_file_line_and_number(
    tmp_path: Path, operations: str, operation: str, line: int, message: str
) -> None:
    registry = packs(tmp_path, operations)
    with pytest.raises(LayerError, match=message) as caught:
        resolve(registry, ["north"])
    assert {name for name, _ in caught.value.faults} == {operation}
    findings = profile_findings(registry)
    assert {(finding.file, finding.line) for finding in findings} == {(tmp_path / "north" / "profile.yaml", line)}
    assert f"profile.yaml:{line}" in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"at": "", "set": {"serves": ["SVC-5.1"]}},
        {"at": "serves", "add": {"id": "x"}},
        {"at": "sections[only]", "set": {"id": "other"}},
        {"at": "", "set": {"kind": "document"}},
        {"at": "a", "add": {"id": "x"}, "remove": "y"},
        {"at": "a"},
        {"at": "a", "remove": "x", "after": "y"},
        {"at": "a..b", "remove": "x"},
        {"at": "a[b][c]", "remove": "x"},
        {"at": "a.", "remove": "x"},
    ],
)
def test_what_no_layer_may_do_is_refused_before_it_is_tried(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Alteration.model_validate({"definition": {"kind": "form", "id": "taste"}, "why": "试", **change})


def test_overlapping_values_of_one_layer_are_refused() -> None:
    values = [
        {"value": 1, "valid_from": "2025-01-01", "source": "甲"},
        {"value": 2, "valid_from": "2026-01-01", "source": "乙"},
    ]
    with pytest.raises(ValidationError, match="重叠"):
        Operations.model_validate({"set": [{"parameter": "room-area", "values": values, "why": "试"}]})


def test_a_region_is_a_code_and_a_profile_names_each_base_once() -> None:
    head = {"kind": "profile", "id": "north", "version": 1, "title": "北省"}
    assert Profile.model_validate({**head, "region": "3502"}).extends == []
    with pytest.raises(ValidationError):
        Profile.model_validate({**head, "region": "山东"})
    with pytest.raises(ValidationError, match="重复"):
        Profile.model_validate({**head, "region": "13", "extends": ["a", "a"]})


def test_an_alteration_may_name_only_what_is_there(tmp_path: Path) -> None:
    field = {"id": "smell", "label": "气味", "type": "choice", "codelist": "scent"}
    place = {"definition": {"kind": "form", "id": "taste"}, "at": "sections[only].fields"}
    with pytest.raises(LayerError, match="scent"):
        resolve(packs(tmp_path), changes=[layer({**place, "add": field, "why": "问气味"})])


def test_several_operations_on_one_definition_are_judged_together(tmp_path: Path) -> None:
    definition = {"kind": "form", "id": "taste"}
    removed = {"definition": definition, "at": "sections[only].fields", "remove": "colour", "why": "不问颜色"}
    loosened = {
        "definition": definition,
        "at": "sections[only].fields[why]",
        "set": {"relevant": None},
        "why": "一律问",
    }
    registry = packs(tmp_path)
    with pytest.raises(LayerError, match="colour"):
        resolve(registry, changes=[layer(removed)])
    assert labels(resolve(registry, changes=[layer(removed, loosened)])) == ["为什么"]


def test_the_same_question_gets_the_same_object(tmp_path: Path) -> None:
    registry = packs(tmp_path)
    day = date(2026, 3, 1)
    first = resolve(registry, ["north"], day)
    assert resolve(load([tmp_path]), ["north"], day).get("form", "taste") is first.get("form", "taste")
    assert resolve(registry, ["north"], date(2026, 3, 2)).snapshot_hash == first.snapshot_hash


def test_another_author_of_the_same_change_is_not_mixed_up(tmp_path: Path) -> None:
    registry = packs(tmp_path)
    change = {"definition": {"kind": "form", "id": "taste"}, "at": "", "set": {"title": "口味"}, "why": "叫法"}
    operations = Operations.model_validate({"alter": [change]})
    found = [
        resolve(registry, changes=[Layer("mine", "本机构", "agency", operations, who=who)]) for who in ("甲", "乙")
    ]
    assert [item.history[0].who for item in found] == ["甲", "乙"]
    assert found[0].snapshot_hash == found[1].snapshot_hash


FIELDS = ["a", "b", "c", "d"]
BASE = {"title": "表", "fields": [{"id": name, "label": name, "help": ""} for name in FIELDS], "serves": []}


def changes() -> st.SearchStrategy[Alteration]:
    names = st.sampled_from([*FIELDS, "e", "f"])
    texts = st.sampled_from(["甲", "乙", "丙"])
    place = {"definition": {"kind": "form", "id": "taste"}, "why": "试"}
    return st.one_of(
        st.builds(
            lambda name, key, text: {**place, "at": f"fields[{name}]", "set": {key: text}},
            names,
            st.sampled_from(["label", "help"]),
            texts,
        ),
        st.builds(lambda name: {**place, "at": "fields", "remove": name}, names),
        st.builds(
            lambda name, after, text: {**place, "at": "fields", "add": {"id": name, "label": text}, "after": after},
            names,
            st.none() | names,
            texts,
        ),
        st.builds(lambda text: {**place, "at": "", "set": {"title": text}}, texts),
    ).map(Alteration.model_validate)


def laid(data: dict[str, Any], *steps: Alteration) -> dict[str, Any] | None:
    """What comes out, None where an operation cannot be carried out."""
    try:
        for step in steps:
            data = altered(data, step)[0]
    except LayerFault:
        return None
    return data


def apart(one: Alteration, other: Alteration) -> bool:
    """Whether the two touch different places."""
    return not any(
        first[: len(second)] == second or second[: len(first)] == first
        for first in touched(one)
        for second in touched(other)
    )


@given(changes(), changes())
def test_operations_on_different_places_may_be_laid_in_any_order(one: Alteration, other: Alteration) -> None:
    if apart(one, other):
        assert laid(BASE, one, other) == laid(BASE, other, one)


@given(st.lists(changes(), max_size=6))
def test_laying_is_deterministic_and_leaves_the_base_alone(steps: list[Alteration]) -> None:
    before = repr(BASE)
    assert laid(BASE, *steps) == laid(BASE, *steps)
    assert repr(BASE) == before


@given(st.lists(changes(), min_size=1, max_size=4))
def test_what_stood_and_stands_at_the_place_is_told_truly(steps: list[Alteration]) -> None:
    data: dict[str, Any] | None = BASE
    for step in steps:
        assert data is not None
        try:
            after, was, now = altered(data, step)
        except LayerFault:
            continue
        if step.set is not None:
            assert now == step.set
            assert was.keys() == now.keys()
        else:
            assert len(after["fields"]) - len(data["fields"]) == (1 if step.add else -1)
            assert (was in data["fields"], was in after["fields"]) == ((False, False) if was is None else (True, False))
        data = after


@given(st.text(alphabet="ab[].-1", max_size=12))
def test_a_place_is_read_or_refused(text: str) -> None:
    try:
        steps = parse_place(text)
    except LayerFault:
        return
    assert ".".join(key if name is None else f"{key}[{name}]" for key, name in steps) == text


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    return packs(tmp_path_factory.mktemp("small"))


def real_changes() -> st.SearchStrategy[dict[str, Any]]:
    """Alterations of the small form and code list; not every one can be laid."""
    form = {"definition": {"kind": "form", "id": "taste"}, "why": "试"}
    codes = {"definition": {"kind": "codelist", "id": "colour"}, "why": "试"}
    texts = st.sampled_from(["甲", "乙"])
    names = st.sampled_from(["colour", "why", "smell", "touch"])
    return st.one_of(
        st.builds(lambda text: {**form, "at": "", "set": {"title": text}}, texts),
        st.builds(lambda n, text: {**form, "at": f"sections[only].fields[{n}]", "set": {"help": text}}, names, texts),
        st.builds(
            lambda n, text, after: {
                **form,
                "at": "sections[only].fields",
                "add": {"id": n, "label": text, "type": "text"},
                "after": after,
            },
            names,
            texts,
            names,
        ),
        st.builds(lambda n: {**form, "at": "sections[only].fields", "remove": n}, names),
        st.builds(
            lambda value, text: {**codes, "at": f"values[{value}]", "set": {"label": text}},
            st.sampled_from(["red", "blue"]),
            texts,
        ),
    )


def resolved_or_none(registry: Registry, layers: list[Layer]) -> str | None:
    try:
        return resolve(registry, ["north"], changes=layers).snapshot_hash
    except LayerError:
        return None


@given(steps=st.lists(real_changes(), min_size=1, max_size=4), data=st.data())
def test_resolving_is_deterministic_leaves_the_base_and_minds_the_order_only_of_the_same_place(
    small: Registry, steps: list[dict[str, Any]], data: st.DataObject
) -> None:
    layers = [layer(step, id=f"change-{index}") for index, step in enumerate(steps)]
    before = small.snapshot_hash
    found = resolved_or_none(small, layers)
    again = Registry(small.packs, {key: Entry(small.get(*key), small.provenance(*key)) for key in small.contents()})
    assert again.snapshot_hash == before
    assert resolved_or_none(again, layers) == found
    alterations = [Alteration.model_validate(step) for step in steps]
    separate = all(
        one.definition != other.definition or apart(one, other)
        for index, one in enumerate(alterations)
        for other in alterations[:index]
    )
    if found is not None and separate:
        shuffled = data.draw(st.permutations(layers))
        other_way = resolved_or_none(small, shuffled)
        # each layer must hold by itself: a field goes only after what hangs on it
        assert other_way in {found, None}


def test_a_block_without_a_name_is_found_by_the_one_key_that_only_it_has() -> None:
    place = {"definition": {"kind": "document", "id": "x"}, "why": "试"}
    blocks = [{"text": "甲"}, {"inputs": [{"id": "a", "label": "甲"}]}, {"text": "乙"}]
    data = {"sections": [{"id": "s", "blocks": blocks}]}
    change = {**place, "at": "sections[s].blocks[inputs].inputs[a]", "set": {"label": "乙"}}
    found, before, _ = altered(data, Alteration.model_validate(change))
    assert (found["sections"][0]["blocks"][1]["inputs"][0]["label"], before) == ("乙", {"label": "甲"})
    with pytest.raises(LayerFault, match="text"):
        altered(data, Alteration.model_validate({**place, "at": "sections[s].blocks[text]", "set": {"text": "丙"}}))


RULES = """\
kind: ruleset
id: size
version: 1
title: 面积够不够
serves: []
subject: organisation
facts:
  - {id: area, label: 面积, type: decimal}
condition: {fact: area, at_least: {param: room-area}}
"""


def test_an_altered_rule_must_still_fit_its_parameters_and_facts(tmp_path: Path) -> None:
    write_pack(tmp_path, {"parameters/all.csv": PARAMETERS, "rules/size.yaml": RULES})
    registry = load([tmp_path])
    place = {"definition": {"kind": "ruleset", "id": "size"}, "at": "facts[area]", "why": "试"}
    with pytest.raises(LayerError, match="size"):
        resolve(registry, changes=[layer({**place, "set": {"type": "date"}})])
    assert resolve(registry, changes=[layer({**place, "set": {"help": "量一量"}})]).get("ruleset", "size").facts[0].help


def test_the_installed_profiles_can_be_laid() -> None:
    assert profile_findings(load()) == []
