"""Rules, tables, parameters, policies, laws, blueprints, measures, regions in packs: read, linked, checked, tried."""

from pathlib import Path

import pytest

from tests.packs.support import CODES, HEAD, write_pack
from zhiyin.packs.findings import Finding, PackError
from zhiyin.packs.linter import check
from zhiyin.packs.loader import load
from zhiyin.packs.tables import CLAUSE_COLUMNS, PARAMETER_COLUMNS, REGION_COLUMNS

RULESET = """\
kind: ruleset
id: may-apply
version: 1
title: 可以申报
serves: ["XM-1"]
subject: person
facts:
  - {id: years, label: 工作年限, type: integer}
  - {id: colour, label: 颜色, type: choice, codelist: colour}
condition:
  all:
    - {id: long-enough, title: 年限够, fact: years, at_least: {param: least-years}}
    - {id: right-colour, title: 颜色对, fact: colour, is: red}
outputs:
  - {id: amount, label: 金额, value: {lookup: {table: amounts, output: amount}}}
"""

RULE_CASE = """\
kind: case
definition: {kind: ruleset, id: may-apply}
passing:
  - name: 六年
    input: {years: 6, colour: red}
    expect: {verdict: PASS, outputs: {amount: 200}, met: [long-enough]}
  - name: 放宽到两年
    parameters: {least-years: 2}
    input: {years: 3, colour: red}
    expect: {outputs: {amount: 100}}
failing:
  - name: 只有四年
    input: {years: 4, colour: red}
    expect: [long-enough]
  - name: 没说颜色
    input: {years: 6}
    expect: [colour]
"""

TABLE = """\
kind: table
id: amounts
version: 1
title: 金额
hit: unique
inputs:
  - {id: years, label: 工作年限, type: integer, min: 0, max: 60}
outputs:
  - {id: amount, label: 金额, type: money}
rows:
  - {when: {years: "[0,5)"}, then: {amount: 100}}
  - {when: {years: "[5,60]"}, then: {amount: 200}}
"""

TABLE_CASE = """\
kind: case
definition: {kind: table, id: amounts}
passing:
  - {name: 四年, input: {years: 4}, expect: {amount: 100}}
failing:
  - {name: 太久, input: {years: 61}, expect: [no-row]}
  - {name: 不知道, input: {}, expect: [years]}
"""

PARAMETERS = """\
least-years,最少年限,years,年,3,2020-01-01,2023-12-31,旧标准,stated,XM-1
least-years,,,,5,2024-01-01,,新标准,,
"""

CLAUSES = "XM-1,XM,1 范围,,,范围,1,rule,org,适用范围\n"

POLICY = """\
kind: policy
id: subsidy
version: 1
title: 补贴
issuer: 某局
region: "37"
audience: [person]
object: 工作满五年的人
rule: may-apply
benefit: 一次性补贴
amount: [least-years]
laws: [promotion]
valid_from: "2025-01-01"
valid_to: "2026-12-31"
plain: 在本地工作满五年、颜色也对的人，可以到就业服务窗口申请一次性补贴，带上身份证就行，当场能知道结果。
checked_on: "2026-01-05"
certainty: known
"""

POLICY_CASE = """\
kind: case
definition: {kind: policy, id: subsidy}
passing:
  - {name: 六年, input: {years: 6, colour: red}, expect: {outputs: {amount: 200}}}
failing:
  - {name: 四年, input: {years: 4, colour: red}, expect: [long-enough]}
  - {name: 政策到期, "on": "2027-01-01", input: {years: 6, colour: red}, expect: [not-in-force]}
"""

LAW = """\
kind: law
id: promotion
version: 1
title: 促进法
issuer: 某机关
in_force: "2008-01-01"
articles:
  - {no: "52", gist: 就业援助, topics: [就业困难人员]}
plain: 说的是怎样促进就业
"""

REGIONS = "370000,山东省,\n370100,济南市,370000\n"

BLUEPRINT = """\
kind: blueprint
id: paper
version: 1
title: 样卷
occupation: "4-07-03-01"
doc: XM
level: L4
paper: theory
parts:
  - {id: a, title: 甲, weight: 40, functions: [范围]}
  - {id: b, title: 乙, weight: 60}
"""

BLUEPRINT_CASE = """\
kind: case
definition: {kind: blueprint, id: paper}
passing:
  - {name: 合权重, input: {points: {a: 40, b: 60}}}
failing:
  - {name: 少一分, input: {points: {a: 40, b: 59}}, expect: [b, sum]}
"""

MEASURES = """\
kind: measures
id: xm
version: 1
title: 指标
measures:
  - id: scope
    clauses: ["XM-1"]
    title: 登记率
    by: query
    query: agencies.registered
    threshold: {param: least-years}
    direction: at_least
    advice: 补登记
"""


def table(columns: tuple[str, ...], rows: str) -> str:
    return ",".join(columns) + "\n" + rows


FILES = {
    "codelists/colour.yaml": CODES,
    "rules/may-apply.yaml": RULESET,
    "cases/ruleset-may-apply.yaml": RULE_CASE,
    "tables/amounts.yaml": TABLE,
    "cases/table-amounts.yaml": TABLE_CASE,
    "parameters/all.csv": table(PARAMETER_COLUMNS, PARAMETERS),
    "clauses/xm.csv": table(CLAUSE_COLUMNS, CLAUSES),
    "regions/all.csv": table(REGION_COLUMNS, REGIONS),
    "policies/subsidy.yaml": POLICY,
    "cases/policy-subsidy.yaml": POLICY_CASE,
    "laws/promotion.yaml": LAW,
    "blueprints/paper.yaml": BLUEPRINT,
    "cases/blueprint-paper.yaml": BLUEPRINT_CASE,
    "measures/xm.yaml": MEASURES,
}


def written(root: Path, file: str = "", before: str = "", after: str = "", /, **more: str) -> Path:
    """The whole pack, with ``before`` replaced by ``after`` in one file."""
    files = dict(FILES)
    if file:
        assert before in files[file]
        files[file] = files[file].replace(before, after)
    return write_pack(root, {**files, **more})


def told(root: Path) -> list[tuple[str, int, str, str]]:
    return [(item.file.name, item.line, item.rule, item.level) for item in check([root])]


def refused(root: Path) -> list[Finding]:
    with pytest.raises(PackError) as caught:
        load([root])
    return caught.value.findings


def test_every_kind_is_read_and_a_sound_pack_is_silent(tmp_path: Path) -> None:
    written(tmp_path)
    assert told(tmp_path) == []
    registry = load([tmp_path])
    kinds = {kind for kind, _ in registry.contents()}
    assert kinds >= {"ruleset", "table", "parameter", "clause", "region", "policy", "law", "blueprint", "measures"}
    assert [value.value for value in registry.parameters()["least-years"].values] == ["3", "5"]
    assert registry.get("region", "370100").parent == "370000"
    assert registry.provenance("parameter", "least-years").line == 2


@pytest.mark.parametrize(
    ("file", "before", "after", "finding"),
    [
        ("rules/may-apply.yaml", "param: least-years", "param: least-yeers", ("may-apply.yaml", 12, "unresolved")),
        ("rules/may-apply.yaml", "table: amounts", "table: amount", ("may-apply.yaml", 15, "unresolved")),
        ("rules/may-apply.yaml", "codelist: colour", "codelist: color", ("may-apply.yaml", 9, "unresolved")),
        ("rules/may-apply.yaml", "fact: years", "fact: year", ("may-apply.yaml", 12, "incoherent")),
        ("rules/may-apply.yaml", "fact: colour, is: red", "rule: other", ("may-apply.yaml", 13, "unresolved")),
        ("policies/subsidy.yaml", "rule: may-apply", "rule: may", ("subsidy.yaml", 9, "unresolved")),
        ("policies/subsidy.yaml", "[least-years]", "[most-years]", ("subsidy.yaml", 11, "unresolved")),
        ("policies/subsidy.yaml", "[promotion]", "[promotion, other]", ("subsidy.yaml", 12, "unresolved")),
        ("measures/xm.yaml", "param: least-years", "param: x", ("xm.yaml", 11, "unresolved")),
    ],
)
def test_what_a_rule_names_must_be_there(
    tmp_path: Path, file: str, before: str, after: str, finding: tuple[str, int, str]
) -> None:
    written(tmp_path, file, before, after)
    found = refused(tmp_path)
    assert finding in [(item.file.name, item.line, item.rule) for item in found]
    assert all(item.mend or item.rule == "incoherent" for item in found)


@pytest.mark.parametrize(
    ("file", "before", "after", "finding"),
    [
        ("tables/amounts.yaml", "[5,60]", "[6,60]", ("amounts.yaml", 10, "table-gap")),
        ("tables/amounts.yaml", "[5,60]", "[4,60]", ("amounts.yaml", 12, "table-overlap")),
        ("tables/amounts.yaml", "hit: unique", "hit: first", None),
        ("rules/may-apply.yaml", "is: red}", "is: red}\n    - {rule: may-apply}", ("may-apply.yaml", 10, "rule-cycle")),
        ("blueprints/paper.yaml", "weight: 60", "weight: 59", ("paper.yaml", 9, "incoherent")),
        ("blueprints/paper.yaml", "weight: 60", "weight: 61", ("paper.yaml", 9, "incoherent")),
        ("parameters/all.csv", "2023-12-31", "2024-06-30", ("all.csv", 2, "incoherent")),
        ("parameters/all.csv", ",5,2024", ",x,2024", ("all.csv", 3, "incoherent")),
        ("parameters/all.csv", "least-years,,,,5", "least-years,另一个,,,5", ("all.csv", 3, "table-row")),
        ("parameters/all.csv", "years,年", "weeks,年", ("all.csv", 2, "wrong-value")),
        ("clauses/xm.csv", "XM-1,XM", "SD-1,XM", ("xm.csv", 2, "incoherent")),
        ("clauses/xm.csv", ",rule,", ",rules,", ("xm.csv", 2, "wrong-value")),
        ("regions/all.csv", "济南市,370000", "济南市,380000", ("all.csv", 3, "table-row")),
        ("regions/all.csv", "370100", "3701", ("all.csv", 3, "wrong-value")),
        ("policies/subsidy.yaml", '"2026-12-31"', '"2024-12-31"', ("subsidy.yaml", 14, "incoherent")),
        ("policies/subsidy.yaml", '"2026-12-31"', '"31.12.2026"', ("subsidy.yaml", 14, "incoherent")),
        ("laws/promotion.yaml", 'no: "52"', "no: 52", ("promotion.yaml", 8, "wrong-type")),
        ("measures/xm.yaml", "    direction: at_least\n", "", ("xm.yaml", 6, "incoherent")),
        ("measures/xm.yaml", "    query: agencies.registered\n", "", ("xm.yaml", 9, "incoherent")),
    ],
)
def test_what_the_loader_refuses(
    tmp_path: Path, file: str, before: str, after: str, finding: tuple[str, int, str] | None
) -> None:
    written(tmp_path, file, before, after)
    if finding is None:
        assert load([tmp_path]).versions()
    else:
        assert finding in [(item.file.name, item.line, item.rule) for item in refused(tmp_path)]


@pytest.mark.parametrize(
    ("file", "before", "after", "finding"),
    [
        ("rules/may-apply.yaml", '["XM-1"]', '["XM-2"]', ("may-apply.yaml", 5, "unknown-clause", "error")),
        ("measures/xm.yaml", '["XM-1"]', '["XM-2"]', ("xm.yaml", 7, "unknown-clause", "error")),
        ("parameters/all.csv", "stated,XM-1", "stated,XM-2", ("all.csv", 2, "unknown-clause", "error")),
        ("parameters/all.csv", "2023-12-31", "2023-06-30", ("all.csv", 2, "parameter-gap", "warning")),
        ("policies/subsidy.yaml", 'region: "37"', 'region: "36"', ("subsidy.yaml", 6, "unknown-region", "error")),
        ("blueprints/paper.yaml", "[范围]", "[别的]", ("paper.yaml", 10, "unknown-heading", "error")),
        ("rules/may-apply.yaml", "is: red", "is: green", ("may-apply.yaml", 13, "dead-condition", "error")),
        (
            "rules/may-apply.yaml",
            "is: red}",
            "is: red}\n    - {fact: years, less_than: 2}\n    - {fact: years, more_than: 3}",
            ("may-apply.yaml", 15, "dead-condition", "error"),
        ),
    ],
)
def test_what_the_linter_tells(
    tmp_path: Path, file: str, before: str, after: str, finding: tuple[str, int, str, str]
) -> None:
    written(tmp_path, file, before, after)
    assert finding in told(tmp_path)


@pytest.mark.parametrize(
    ("file", "before", "after", "line"),
    [
        ("ruleset-may-apply.yaml", "amount: 200", "amount: 100", 4),
        ("ruleset-may-apply.yaml", "met: [long", "met: [very-long", 4),
        ("ruleset-may-apply.yaml", "years: 4", "years: 5", 12),
        ("ruleset-may-apply.yaml", "[colour]", "[years]", 15),
        ("ruleset-may-apply.yaml", "{least-years: 2}", "{least-years: 4}", 7),
        ("table-amounts.yaml", "amount: 100", "amount: 101", 4),
        ("table-amounts.yaml", "years: 61", "years: 60", 6),
        ("policy-subsidy.yaml", "2027-01-01", "2026-12-31", 7),
        ("blueprint-paper.yaml", "b: 59", "b: 60", 6),
        ("ruleset-may-apply.yaml", "{years: 6, colour: red}", "{}", 4),
    ],
)
def test_a_case_that_comes_out_otherwise(tmp_path: Path, file: str, before: str, after: str, line: int) -> None:
    written(tmp_path, f"cases/{file}", before, after)
    assert told(tmp_path) == [(file, line, "case-failed", "error")]


@pytest.mark.parametrize("kind", ["ruleset-may-apply", "table-amounts", "blueprint-paper"])
def test_rules_tables_and_blueprints_need_cases(tmp_path: Path, kind: str) -> None:
    folder = written(tmp_path)
    (folder / "cases" / f"{kind}.yaml").unlink()
    assert [item[2] for item in told(tmp_path)] == ["no-case"]


def test_a_retired_id_may_not_come_back(tmp_path: Path) -> None:
    head = HEAD.format(id="sample", requires="", status="active") + "retired: [{kind: ruleset, id: may-apply}]\n"
    written(tmp_path, **{"pack.yaml": head})
    assert [(item.file.name, item.line, item.rule) for item in refused(tmp_path)] == [
        ("may-apply.yaml", 1, "retired-id")
    ]
    written(tmp_path, **{"pack.yaml": head.replace("may-apply", "may-not")})
    assert load([tmp_path]).versions()


def test_a_row_of_clauses_with_a_comma_too_many_is_told(tmp_path: Path) -> None:
    written(tmp_path, "clauses/xm.csv", "适用范围", "适用,范围")
    assert [(item.file.name, item.line, item.rule) for item in refused(tmp_path)] == [("xm.csv", 2, "table-row")]


PROFILE = """\
kind: profile
id: north
version: 1
title: 北方
region: "37"
set:
  - {parameter: least-years, values: [{value: 2, valid_from: "2025-01-01", source: 地方文件}], why: 放宽}
"""

PROFILE_CASE = """\
  - name: 北方两年就行
    profile: north
    input: {years: 2, colour: red}
"""


def with_profile(root: Path, profile: str = PROFILE, layer: str = "layer: profile\n") -> None:
    written(root, "cases/ruleset-may-apply.yaml", "passing:\n", f"passing:\n{PROFILE_CASE}")
    head = HEAD.format(id="north", requires="sample", status="active") + layer
    write_pack(root, {"pack.yaml": head, "profile.yaml": profile}, id="north")


def test_a_case_may_be_tried_under_a_profile(tmp_path: Path) -> None:
    with_profile(tmp_path)
    assert told(tmp_path) == []
    assert load([tmp_path]).get("profile", "north").region == "37"
    with_profile(tmp_path, PROFILE.replace("value: 2", "value: 4"))
    assert [item[2] for item in told(tmp_path)] == ["case-failed"]


@pytest.mark.parametrize(
    ("before", "after", "finding"),
    [
        ("parameter: least-years", "parameter: most-years", ("profile.yaml", 7, "unresolved")),
        ("id: north", "id: south", ("profile.yaml", 2, "file-name")),
        ("set:\n", "select: [{kind: policy, only: [gone]}]\nset:\n", ("profile.yaml", 6, "unresolved")),
        ("why: 放宽", "way: 放宽", ("profile.yaml", 7, "unknown-key")),
    ],
)
def test_a_faulty_profile_is_refused(tmp_path: Path, before: str, after: str, finding: tuple[str, int, str]) -> None:
    with_profile(tmp_path, PROFILE.replace(before, after))
    assert finding in [(item.file.name, item.line, item.rule) for item in refused(tmp_path)]


def test_only_a_pack_of_the_layer_profile_has_a_profile(tmp_path: Path) -> None:
    with_profile(tmp_path, layer="")
    assert [item.rule for item in refused(tmp_path)] == ["pack-head"]


def test_what_a_profile_pack_holds_is_not_offered_to_everybody(tmp_path: Path) -> None:
    with_profile(tmp_path)
    write_pack(
        tmp_path,
        {
            "pack.yaml": HEAD.format(id="north", requires="sample", status="active") + "layer: profile\n",
            "codelists/shape.yaml": CODES.replace("id: colour", "id: shape"),
            "clauses/sd.csv": table(CLAUSE_COLUMNS, CLAUSES.replace("XM", "SD")),
        },
        id="north",
    )
    registry = load([tmp_path])
    assert [item.id for item in registry.all("codelist")] == ["colour"]
    assert registry.get("codelist", "shape").id == "shape"
    assert [item.id for item in registry.all("clause")] == ["SD-1", "XM-1"]
