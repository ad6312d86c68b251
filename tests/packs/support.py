"""Packs written into a temporary folder."""

from pathlib import Path

from zhiyin.packs.tables import OCCUPATION_COLUMNS

HEAD = """\
id: {id}
version: 1.2.0
title: 样包
schema: 1
status: {status}
in_force: "2026-01-01"
requires: [{requires}]
text_rights: 自己写的
standard: null
"""

CODES = """\
kind: codelist
id: colour
version: 1
title: 颜色
serves: []
source: 自定
values:
  - {value: red, label: 红}
  - {value: blue, label: 蓝}
"""

FORM = """\
kind: form
id: taste
version: 1
title: 喜好
serves: ["SVC-4.1.1-b"]
sections:
  - id: only
    title: 喜好
    fields:
      - id: colour
        label: 颜色
        type: choice
        codelist: colour
        required: true
      - id: why
        label: 为什么
        type: text
        relevant: {field: colour, is: [red]}
"""

CASE = """\
kind: case
definition: {kind: form, id: taste}
passing:
  - name: 选了红
    input: {colour: red, why: 喜庆}
    expect: {colour: red}
failing:
  - name: 没有选
    input: {}
    expect: [colour]
"""

OCCUPATION = (
    "4-07-03-01,职业指导员,4,帮人找工作,1.5,3.0,3.1,6.8,4.5,3.9,college,bachelor,"
    "会谈|写报告,sitting|public-contact,,从助理做起"
)


def write_pack(
    root: Path, files: dict[str, str], id: str = "sample", requires: str = "", status: str = "active"
) -> Path:
    """A pack folder with these files (path inside the pack → text) and a sound ``pack.yaml``; returns the folder."""
    folder = root / id
    for name, text in {"pack.yaml": HEAD.format(id=id, requires=requires, status=status), **files}.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    return folder


def sound(root: Path, **changes: str) -> Path:
    """A pack with a code list, a form and its case; ``changes`` replace files by the short names used here."""
    texts = {"codes": CODES, "form": FORM, "case": CASE, **changes}
    return write_pack(
        root,
        {
            "codelists/colour.yaml": texts["codes"],
            "forms/taste.yaml": texts["form"],
            "cases/form-taste.yaml": texts["case"],
        },
    )


def occupation_table(*rows: str) -> str:
    """Text of an occupation table with its header."""
    return "\n".join([",".join(OCCUPATION_COLUMNS), *rows, ""])
