"""A small pack and a profile beside the built-in ones."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.packs.support import HEAD, write_pack
from zhiyin.packs import installed

PARAMETERS = """\
id,title,type,unit,value,valid_from,valid_to,source,basis,clauses
room-area,咨询室面积,decimal,平方米,10,2020-01-01,,本系统默认,open,
"""

RULES = """\
kind: ruleset
id: room-size
version: 1
title: 咨询室够不够大
serves: []
about: 判一间咨询室的面积
subject: organisation
facts:
  - {id: area, label: 面积, type: decimal, question: 咨询室多大？, unit: 平方米, proof: 平面图}
condition: {id: big_enough, title: 面积够, fact: area, at_least: {param: room-area}}
"""

CASE = """\
kind: case
definition: {kind: ruleset, id: room-size}
passing:
  - name: 十一平方米的咨询室
    input: {area: 11}
    expect: {verdict: PASS}
  - name: 二十平方米的咨询室
    input: {area: 20}
    expect: {verdict: PASS}
failing:
  - name: 八平方米的咨询室
    input: {area: 8}
    expect: [big_enough]
"""

FORM = """\
kind: form
id: room-note
version: 1
title: 咨询室登记
serves: []
sections:
  - id: basics
    title: 基本情况
    fields:
      - {id: area, label: 面积, type: decimal, required: true, help: 按平面图填}
      - {id: remark, label: 备注, type: text}
"""

FORM_CASE = """\
kind: case
definition: {kind: form, id: room-note}
passing:
  - {name: 只写面积, input: {area: "11"}, expect: {}}
failing:
  - {name: 什么也没写, input: {}, expect: [area]}
"""

PROFILE = """\
kind: profile
id: north-demo
version: 1
title: 北省（样例）
serves: []
region: "13"
set:
  - parameter: room-area
    values: [{value: 12, valid_from: "2025-01-01", source: 北省样例文件}]
    why: 北省面积更大
"""


@pytest.fixture(scope="session")
def pack_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("packs")
    write_pack(
        root,
        {
            "parameters/rooms.csv": PARAMETERS,
            "rules/room-size.yaml": RULES,
            "cases/ruleset-room-size.yaml": CASE,
            "forms/room-note.yaml": FORM,
            "cases/form-room-note.yaml": FORM_CASE,
        },
        id="rooms",
    )
    head = HEAD.format(id="north-demo", requires="rooms", status="active") + "layer: profile\n"
    write_pack(root, {"pack.yaml": head, "profile.yaml": PROFILE}, id="north-demo")
    return root


@pytest.fixture(scope="session")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("kept")


@pytest.fixture(scope="module")
def packs(pack_folder: Path, kept: Path) -> Iterator[None]:
    """The built-in packs and the small ones; afterwards the built-in ones again."""
    installed.configure([pack_folder], kept)
    yield
    installed.configure([], kept.parent / "kept-built-in")
