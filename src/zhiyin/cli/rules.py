"""``zhiyin rules``: list the rulesets, describe the facts of one, judge a file of facts by it. Needs no database."""

import argparse
import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from zhiyin.cli import boot, output
from zhiyin.cli.parsing import Commands
from zhiyin.kernel.errors import DefinitionError, Invalid

if TYPE_CHECKING:
    from zhiyin.engines.rules import Result, RuleSet
    from zhiyin.packs.resolved import Resolved

_SUBJECTS = {
    "person": "个人",
    "household": "家庭",
    "organisation": "单位",
    "session": "场次",
    "staff": "工作人员",
    "post": "岗位",
    "programme": "项目",
}
_MOST_BYTES = 1_000_000


def add_to(commands: Commands) -> None:
    """The sub-commands of ``zhiyin rules``."""
    rules = commands.add("rules", "规则集：列出、看要填什么、判一份事实").commands("规则命令")

    listing = rules.add("list", "列出已装的规则集")
    listing.set_defaults(run=list_rulesets)

    facts = rules.add("facts", "这个规则集要填哪些事实，输出 JSON Schema 和一份样例")
    facts.add_argument("set", metavar="SET", help="规则集编号，见 zhiyin rules list")
    facts.set_defaults(run=describe_facts)

    judge = rules.add("eval", "按规则集判一份事实，说明理由和还缺什么；事实有错时退出码为 2")
    judge.add_argument("set", metavar="SET", help="规则集编号，见 zhiyin rules list")
    judge.add_argument("--facts", metavar="FILE", required=True, help="YAML 或 JSON 文件，- 表示从标准输入读")
    judge.add_argument("--on", metavar="DATE", help="按哪一天判，如 2026-03-01；不写按今天")
    judge.set_defaults(run=judge_facts)

    for parser in (listing, facts, judge):
        parser.add_argument("--profile", metavar="方案", action="append", default=[], help="在这个方案下，可写多次")
        parser.add_argument("--json", action="store_true", help="以 JSON 输出")


def list_rulesets(args: argparse.Namespace) -> int:
    """The rulesets on offer, with what each decides."""
    found = _resolved(args).all("ruleset")
    if args.json:
        output.data(
            [
                {
                    "id": one.id,
                    "version": one.version,
                    "title": one.title,
                    "about": one.about,
                    "subject": one.subject,
                    "valid_from": one.valid_from,
                    "valid_to": one.valid_to,
                    "facts": [fact.id for fact in one.facts],
                }
                for one in found
            ]
        )
        return 0
    rows = [["编号", "判什么人", "名称", "施行", "事实"]]
    for one in found:
        period = f"{one.valid_from or ''}—{one.valid_to or ''}".strip("—") or "—"
        rows.append([one.id, _SUBJECTS[one.subject], one.title, period, str(len(one.facts))])
    output.table(rows)
    return 0


def describe_facts(args: argparse.Namespace) -> int:
    """The schema as JSON, or a table of the facts with their questions."""
    from zhiyin.engines.rules import Panel, facts_schema

    resolved = _resolved(args)
    ruleset, library = _ruleset(resolved, args.set), resolved.rules_library()
    if args.json:
        output.data(facts_schema(ruleset, library))
        return 0
    rows = [["事实", "类型", "名称", "问题", "证明"]]
    for fact in Panel([ruleset], library).facts.values():
        rows.append([fact.id, fact.type, fact.label, fact.asked, fact.proof])
    output.table(rows)
    return 0


def judge_facts(args: argparse.Namespace) -> int:
    """The verdict with its reasons; one line per fault in the facts and exit code 2 when they cannot be judged."""
    from zhiyin.engines.rules import Panel

    resolved = _resolved(args)
    ruleset = _ruleset(resolved, args.set)
    panel = Panel([ruleset], resolved.rules_library())
    day = _day(args.on)
    facts = panel.check(_read(args.facts))
    result = panel.judge(facts, day)[ruleset.id]
    if args.json:
        output.data(_plain(ruleset, result, day, resolved.snapshot_hash))
        return 0
    print(f"{ruleset.title}　{day.isoformat()}　{result.verdict.label}")
    for line in result.explanation.lines():
        print(line)
    labels = {item.id: item for item in ruleset.outputs}
    for name, value in result.outputs.items():
        told = "还不能算" if value is None else f"{value}{labels[name].unit}"
        print(f"{labels[name].label}：{told}")
    for name in result.missing:
        print(f"还要知道：{panel.facts[name].asked}（{name}）")
    if result.borderline:
        output.note("接近界限，请人工复核")
    return 0


def _plain(ruleset: "RuleSet", result: "Result", day: date, snapshot: str) -> dict[str, Any]:
    return {
        "ruleset": ruleset.id,
        "version": ruleset.version,
        "snapshot": snapshot,
        "on": day,
        "verdict": result.verdict.value,
        "missing": list(result.missing),
        "met": list(result.met),
        "unmet": list(result.unmet),
        "borderline": result.borderline,
        "outputs": {name: output_value(value) for name, value in result.outputs.items()},
        "explanation": result.explanation,
    }


def output_value(value: Any) -> Any:
    """A computed value as JSON can hold it: exact numbers become text where a float would lose them."""
    from decimal import Decimal

    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    return list(value) if isinstance(value, tuple) else value


def _resolved(args: argparse.Namespace) -> "Resolved":
    from zhiyin.packs.resolved import resolve

    registry = boot.packs()
    known = [profile.id for profile in registry.all("profile")]
    absent = [id for id in args.profile if id not in known]
    if absent:
        raise Invalid({"--profile": [f"没有方案 {'、'.join(absent)}，可用：{'、'.join(known) or '（没有）'}"]})
    return resolve(registry, args.profile)


def _ruleset(resolved: "Resolved", name: str) -> "RuleSet":
    try:
        found: RuleSet = resolved.get("ruleset", name)
    except DefinitionError:
        raise Invalid({"SET": [f"没有规则集“{name}”，见 zhiyin rules list"]}) from None
    return found


def _day(text: str | None) -> date:
    if text is None:
        return date.today()  # noqa: DTZ011  the day on this machine is what its user means
    try:
        if len(text) != len("2026-01-31"):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid({"--on": [f"要写成 2026-01-31 的样子，写的是 {text}"]}) from None


def _read(name: str) -> Mapping[str, Any]:
    """The facts in a file; YAML reads JSON too."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        content = sys.stdin.read(_MOST_BYTES + 1) if name == "-" else Path(name).read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid({"--facts": [f"读不了 {name}：{error}"]}) from None
    if len(content) > _MOST_BYTES:
        raise Invalid({"--facts": ["文件太大，最多 1 MB"]})
    try:
        data = YAML(typ="safe", pure=True).load(content)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        place = f"第 {mark.line + 1} 行" if mark is not None else "文件"
        raise Invalid({"--facts": [f"{place}不是合格的 YAML 或 JSON"]}) from None
    if not isinstance(data, dict):
        raise Invalid({"--facts": ["文件里要有一组键值，如 birth_on: 1985-05-20"]})
    return data
