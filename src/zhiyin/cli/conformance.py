"""``zhiyin conformance``: an agency measured against a standard, from the command line."""

import argparse
from datetime import date
from pathlib import Path
from typing import Any

from zhiyin.cli import boot, output
from zhiyin.cli.firstrun import chosen_organisation
from zhiyin.kernel.errors import Invalid

_FORMATS = {".pdf": "pdf", ".docx": "docx"}


def add_to(commands: Any, run_in: Any) -> None:
    """Hang the commands into the parser; ``run_in(module, function)`` makes a ``run`` that imports late."""
    group = commands.add("conformance", "条款符合性").commands("符合性命令")
    report = group.add("report", "对照一部标准逐条衡量本机构，记入历史，并输出自评报告")
    report.add_argument("--standard", metavar="标准", required=True, help="标准的代号，如 SVC")
    report.add_argument("--agency", metavar="编号前缀", help="哪个机构；只有一个机构时不用写")
    report.add_argument("--on", metavar="日期", type=_day, help="截至哪一天，如 2026-11-19；默认今天")
    report.add_argument("--out", metavar="文件", help="把报告写成 .pdf 或 .docx 文件，不能已经存在")
    report.add_argument("--json", action="store_true", help="以 JSON 输出逐条结论")
    report.set_defaults(run=run_in("conformance", "report"))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"日期要写成 2026-11-19 这样，写的是 {text}") from None


def report(args: argparse.Namespace) -> int:
    """Measure, keep the run, print it; exit code 1 when a clause is not met."""
    target = Path(args.out) if args.out else None
    if target is not None and target.suffix.lower() not in _FORMATS:
        raise Invalid({"--out": ["文件名要以 .pdf 或 .docx 结尾"]})
    if target is not None and target.exists():
        raise Invalid({"--out": [f"{target} 已经存在，请换一个名字"]})
    boot.require_installed()
    boot.start()
    boot.require_migrated()
    from zhiyin.domain.audit.acting import acting, job
    from zhiyin.domain.conformance import commands, queries, reports

    organisation = chosen_organisation(args.agency)
    actor = job("zhiyin conformance", organisation.pk)
    with acting(actor, "命令行自评"):
        run = commands.run(organisation, args.standard, args.on)
        if target is not None:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(reports.render(actor, run, _FORMATS[target.suffix.lower()]))
    board = queries.board(run)
    if args.json:
        output.data(_plain(board))
    else:
        _print(board)
    if target is not None:
        output.note(f"自评报告写到 {target}")
    return 1 if run.totals.get("unmet") else 0


def _plain(board: Any) -> dict[str, Any]:
    run = board.run
    return {
        "agency": run.organisation.code,
        "standard": run.standard,
        "title": board.standard.title,
        "on": run.on,
        "since": run.since,
        "score": run.score,
        "totals": run.totals,
        "snapshot": run.snapshot_id,
        "clauses": [
            {
                "clause": line.clause.id,
                "gist": line.clause.gist,
                "verdict": line.verdict.value,
                "findings": [
                    {
                        "measure": item.row.measure,
                        "verdict": item.row.verdict,
                        "why": item.row.why,
                        "value": item.row.value,
                        "threshold": item.row.threshold,
                        "advice": item.measure.advice if item.measure else "",
                    }
                    for item in line.lines
                ],
            }
            for line in board.lines
        ],
    }


def _print(board: Any) -> None:
    run = board.run
    score = "没有得分" if run.score is None else f"{run.score:g} 分"
    print(f"{run.organisation.name}  {board.standard.title}  截至 {run.on}  {score}")
    print("  ".join(f"{verdict.label} {count} 条" for verdict, count in board.counts))
    if board.to_do:
        print("\n要处理的条款，见效快的在前：")
        output.table([[line.clause.id, line.verdict.label, line.first.row.why] for line in board.to_do])
