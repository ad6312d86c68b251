"""``zhiyin reports``: many career reports at once, with a progress bar."""

import argparse
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from zhiyin.cli import boot, output
from zhiyin.cli.firstrun import chosen_organisation
from zhiyin.kernel.errors import Invalid


def reports(args: argparse.Namespace) -> int:
    """Write the issued reports of an agency into a new folder; exit code 1 when one could not be drawn.

    The folder appears complete or not at all; what leaves the house is logged with its reason before it does.
    """
    target = Path(args.out)
    if target.exists():
        raise Invalid({"--out": [f"{target} 已经存在，请换一个名字"]})
    if args.limit is not None and args.limit < 1:
        raise Invalid({"--limit": ["至少 1 份"]})
    boot.require_installed()
    boot.start()
    boot.require_migrated()
    from zhiyin.domain.audit.acting import acting, job
    from zhiyin.domain.documents import commands, queries

    organisation = chosen_organisation(args.organisation)
    rows = queries.issued(organisation, "career-report", limit=args.limit)
    with acting(job("zhiyin reports", organisation.pk), args.reason):
        commands.note_export(rows, args.reason, args.format)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{target.name}-", dir=target.parent))
    try:
        listing = _draw(rows, args.format, draft, queries.render_many)
        os.replace(draft, target)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
    faulty = [row for row in listing if row["fault"]]
    if args.json:
        output.data(listing)
    else:
        output.note(f"导出 {len(listing) - len(faulty)} 份报告到 {target}" + ("" if listing else "：还没有出具的报告"))
        for row in faulty:
            output.error(f"{row['number']}：{row['fault']}")
    return 1 if faulty else 0


def _draw(rows: list[Any], fmt: str, folder: Path, render_many: Any) -> list[dict[str, Any]]:
    columns = (TextColumn("导出报告"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    listing = []
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("reports", total=len(rows))
        for drawn in render_many(rows, lambda done, total: bar.update(task, completed=done), fmt=fmt):
            name = f"{drawn.document.number.replace('/', '-')}.{fmt}"
            if not drawn.fault:
                (folder / name).write_bytes(drawn.content)
            listing.append({"number": drawn.document.number, "file": name, "fault": drawn.fault})
    return listing
