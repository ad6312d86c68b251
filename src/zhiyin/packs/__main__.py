"""``python -m zhiyin.packs [--clauses FILE] [PATH …]``: check packs and print what is wrong."""

import argparse
import sys
from pathlib import Path

from zhiyin.packs.commands import check_command
from zhiyin.packs.findings import PackError


def main() -> int:
    """Print the findings of the packs named (the built-in content by default); 1 when there is an error."""
    parser = argparse.ArgumentParser(prog="python -m zhiyin.packs", description="检查定义包")
    parser.add_argument("paths", nargs="*", type=Path, help="定义包的文件夹，不写就检查自带的")
    parser.add_argument("--clauses", type=Path, help="条款表（CSV，有 id 一列）")
    options = parser.parse_args()
    try:
        report = check_command(options.paths or None, clauses=options.clauses)
    except PackError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    for finding in report.findings:
        sys.stdout.write(f"{'提醒' if finding.level == 'warning' else '错误'} {finding}\n")
    for pack in report.packs:
        counts = "，".join(f"{kind} {count}" for kind, count in pack.counts.items())
        sys.stdout.write(f"{pack.id} {pack.version} {pack.title}：{counts}\n")
    sys.stdout.write(f"跑了 {report.cases} 个例子，发现 {len(report.findings)} 处问题\n")
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
