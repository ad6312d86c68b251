"""``zhiyin pack``: list, show, check, trace and compare standard packs."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhiyin.cli import boot, output
from zhiyin.cli.parsing import Commands
from zhiyin.kernel.errors import Invalid

if TYPE_CHECKING:
    from zhiyin.packs.diff import Definitions
    from zhiyin.packs.registry import Registry
    from zhiyin.packs.resolved import Resolved
    from zhiyin.packs.trace import ClauseTrace, Count, Trace

_STATES = {"draft": "草稿", "active": "有效", "withdrawn": "停用"}


def add_to(commands: Commands) -> None:
    """The sub-commands of ``zhiyin pack``."""
    pack = commands.add("pack", "标准包").commands("标准包命令")

    listing = pack.add("list", "列出已装的标准包")
    listing.set_defaults(run=list_packs)

    show = pack.add("show", "显示一个定义：内容、出处，和各层改过的地方")
    show.add_argument("id", metavar="ID", help="定义、条款或标准包的编号")
    show.add_argument("--kind", metavar="类别", help="编号相同的不止一个时，写明哪一类，如 form")
    _add_profiles(show)
    show.set_defaults(run=show_definition)

    check = pack.add("check", "检查标准包并跑它的例子；有错误时退出码为 1")
    check.add_argument("paths", nargs="*", metavar="PATH", help="标准包的文件夹；不写就检查已装的")
    check.set_defaults(run=check_packs)

    trace = pack.add("trace", "从条款追到定义、代码和测试，列出还没有做到的条款")
    trace.add_argument("--clause", metavar="ID", help="只看这一条")
    trace.add_argument("--tests", metavar="文件夹", help="测试所在的文件夹；不写就用源码旁边的 tests")
    trace.add_argument("--markdown", action="store_true", help="输出成文档 docs/conformance.md 的样子")
    trace.set_defaults(run=trace_clauses)

    compare = pack.add("diff", "比较两个标准包、两个方案或同一个文件夹的两个版本")
    compare.add_argument("before", metavar="A", help="文件夹，或已装的方案、标准包的编号；base 指不用任何方案")
    compare.add_argument("after", metavar="B", help="同上")
    compare.set_defaults(run=compare_packs)

    for parser in (listing, show, check, trace, compare):
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")


def _add_profiles(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--profile", metavar="方案", action="append", default=[], help="在这个方案下看，可写多次")


def list_packs(args: argparse.Namespace) -> int:
    """The installed packs in the order of loading."""
    from zhiyin.packs.commands import list_command

    packs = list_command(boot.packs())
    if args.json:
        output.data(packs)
        return 0
    rows = [["标准包", "版本", "名称", "状态", "施行", "内容"]]
    for pack in packs:
        counts = "，".join(f"{kind} {count}" for kind, count in pack.counts.items())
        rows.append([pack.id, pack.version, pack.title, _STATES[pack.status], pack.in_force, counts])
    output.table(rows)
    return 0


def show_definition(args: argparse.Namespace) -> int:
    """One definition with its provenance and its way through the layers; 2 when there is none or more than one."""
    from zhiyin.packs.resolved import plain, resolve

    registry = boot.packs()
    resolved = resolve(registry, _known_profiles(registry, args.profile))
    kinds = [kind for kind, id in registry.contents() if id == args.id and args.kind in {None, kind}]
    heads = [] if args.kind else [pack.head for pack in registry.packs if pack.id == args.id]
    if not kinds and heads:
        _print(args, heads[0].model_dump(mode="json", by_alias=True), [])
        return 0
    if len(kinds) != 1:
        reason = f"不止一个：{'、'.join(kinds)}，请用 --kind 写明哪一类" if kinds else "已装的标准包里没有这个编号"
        raise Invalid({args.id: [reason]})
    where = registry.provenance(kinds[0], args.id)
    changes = resolved.changes(kinds[0], args.id)
    found = {
        "kind": kinds[0],
        "id": args.id,
        "pack": where.pack,
        "version": where.version,
        "file": str(where.file),
        "line": where.line,
        "offered": resolved.offers(kinds[0], args.id),
        "definition": plain(resolved.get(kinds[0], args.id), json=True),
        "changes": [asdict(change) for change in changes],
    }
    notes = [f"{where.pack} {where.version}　{where.file} 第 {where.line} 行"]
    notes += [f"{change.layer_title} {change.operation} {change.at}：{change.why}" for change in changes]
    if not found["offered"]:
        notes.append("在这里不提供：标准包已停用，或没有选用它的方案")
    _print(args, found if args.json else found["definition"], notes)
    return 0


def _print(args: argparse.Namespace, data: Any, notes: list[str]) -> None:
    if args.json:
        output.data(data)
        return
    from ruamel.yaml import YAML

    for note in notes:
        print(f"# {note}")
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.allow_unicode, yaml.width = False, True, 120
    yaml.sort_base_mapping_type_on_output = False
    yaml.dump(data, sys.stdout)


def _known_profiles(registry: "Registry", wanted: list[str]) -> list[str]:
    known = [profile.id for profile in registry.all("profile")]
    absent = [id for id in wanted if id not in known]
    if absent:
        raise Invalid({"--profile": [f"没有方案 {'、'.join(absent)}，可用：{'、'.join(known) or '（没有）'}"]})
    return wanted


def check_packs(args: argparse.Namespace) -> int:
    """All findings in packs, and the result of their cases; 1 when there is an error."""
    from zhiyin.packs.commands import check_command

    paths = [Path(path) for path in args.paths]
    faults = {str(path): ["没有这个文件夹"] for path in paths if not path.is_dir()}
    if faults:
        raise Invalid(faults)
    report = check_command(paths or boot.pack_paths())
    if args.json:
        output.data({"ok": report.ok, "cases": report.cases, "packs": report.packs, "findings": report.findings})
        return 0 if report.ok else 1
    for finding in report.findings:
        print(f"{'提醒' if finding.level == 'warning' else '错误'} {finding}")
    print(f"检查了 {len(report.packs)} 个标准包，跑了 {report.cases} 个例子，发现 {len(report.findings)} 处问题")
    return 0 if report.ok else 1


def trace_clauses(args: argparse.Namespace) -> int:
    """What serves each clause, or one; 2 for a clause that no pack has."""
    import zhiyin
    from zhiyin.packs.trace import markdown, trace

    code = Path(zhiyin.__file__).parent
    tests = Path(args.tests) if args.tests else code.parents[1] / "tests"
    if args.tests and not tests.is_dir():
        raise Invalid({"--tests": [f"没有这个文件夹：{tests}"]})
    found = trace(boot.packs(), tests if tests.is_dir() else None, code=code)
    if args.clause:
        clause = found.of(args.clause)
        if clause is None:
            raise Invalid({"--clause": [f"已装的标准包里没有条款 {args.clause}"]})
        if args.json:
            output.data(_clause(clause))
        else:
            _tell_clause(clause)
    elif args.json:
        output.data(_whole(found))
    elif args.markdown:
        print(markdown(found), end="")
    else:
        _tell_counts(found)
    return 0


def _clause(clause: "ClauseTrace") -> dict[str, Any]:
    return {**asdict(clause), "claimed": clause.is_claimed, "served": clause.is_served}


def _whole(found: "Trace") -> dict[str, Any]:
    from zhiyin.packs.trace import FACETS

    return {
        "total": found.total(),
        "counts": {facet: found.counts(facet) for facet in FACETS},
        "waiting": found.waiting(),
        "unknown": dict(found.unknown),
        "clauses": [_clause(clause) for clause in found.clauses],
    }


def _tell_clause(clause: "ClauseTrace") -> None:
    print(f"{clause.id}　{clause.gist}（{clause.doc}，{clause.kind}，{clause.area}）")
    for use in clause.definitions:
        part = f" {use.part}" if use.part else ""
        print(f"定义　{use.kind} {use.id}{part} {use.title}　{use.file}:{use.line}")
    for label, places in (("代码", clause.code), ("测试", clause.tests)):
        for place in places:
            print(f"{label}　{place.name or '整个文件'}　{place.file}:{place.line}")
    for evidence in clause.evidence:
        print(f"证据　{evidence}")
    if not clause.is_served:
        print("还没有测试执行这一条的验收要求" if clause.is_claimed else "还没有做到")


def _tell_counts(found: "Trace") -> None:
    from zhiyin.packs.trace import FACETS

    names = {"doc": "标准", "kind": "条款类别", "area": "系统部分"}
    for facet in FACETS:
        output.table([[names[facet], "条款", "有定义或代码", "有测试"], *(_row(row) for row in found.counts(facet))])
        print()
    output.table([["合计", "条款", "有定义或代码", "有测试"], _row(found.total())])
    for id, places in found.unknown.items():
        output.note(f"标准包里没有条款 {id}，写在 {'、'.join(places)}")


def _row(count: "Count") -> list[str]:
    return [count.name, str(count.total), str(count.claimed), str(count.served)]


def compare_packs(args: argparse.Namespace) -> int:
    """What B has, lacks and says otherwise than A; 0 also when they differ, as the difference is what was asked for."""
    from zhiyin.packs.diff import diff

    found = diff(_definitions("A", args.before), _definitions("B", args.after))
    if args.json:
        output.data({"added": found.added, "removed": found.removed, "changed": found.changed})
    else:
        print("没有不同" if found.is_empty else str(found))
    return 0


def _definitions(place: str, name: str) -> "Definitions":
    from zhiyin.packs.diff import of_folder, of_registry
    from zhiyin.packs.resolved import resolve

    if Path(name).is_dir():
        return of_folder(Path(name))
    registry = boot.packs()
    resolved: Resolved | None = None
    if name == "base":
        resolved = resolve(registry)
    elif name in {profile.id for profile in registry.all("profile")}:
        resolved = resolve(registry, [name])
    if resolved is not None:
        return of_registry(resolved)
    if name in {pack.id for pack in registry.packs}:
        return of_registry(registry, name)
    raise Invalid({place: [f"{name} 不是文件夹，也不是已装的方案或标准包"]})
