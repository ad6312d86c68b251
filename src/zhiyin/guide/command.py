"""``zhiyin guide CASE.yaml --out DIR``: a private installation for one case, made, used and thrown away.

Exit codes: 0 done, 1 could not be done, 2 wrong file or folder; then nothing is written.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from zhiyin.guide import folder
from zhiyin.guide.casefile import FaultyCase, Loaded, load
from zhiyin.guide.refusals import Misfit
from zhiyin.kernel.errors import Invalid
from zhiyin.packs import installed
from zhiyin.settings import options

# what of the surroundings counts here too; the rest, above all the database, is that of another installation
_KEPT = ("ZHIYIN_PACKS", "ZHIYIN_FONTS", "ZHIYIN_LOG_LEVEL")
_PREPARATIONS = 3


def main(args: argparse.Namespace | Sequence[str] | None = None) -> int:
    """Play the case file ``args.case`` and put the results at ``args.out``; takes parsed or raw arguments.

    Needs a process in which Django has not started. ``args.json`` prints the summary as JSON, ``args.replace`` lets
    results of an earlier run be replaced.
    """
    if not isinstance(args, argparse.Namespace):
        args = _parser().parse_args(args)
    target = Path(os.path.abspath(args.out))
    replace = bool(getattr(args, "replace", False))
    try:
        folder.check(target, replace=replace)
        installed.configure(options.load(_surroundings())["zhiyin.packs"])
        loaded = load(Path(args.case))
        found = _play(loaded, target, replace=replace)
    except FaultyCase as faulty:
        _refuse([str(fault) for fault in faulty.faults], as_json=args.json)
        return 2
    except Invalid as error:
        _refuse([f"{field}：{text}" for field, texts in error.errors.items() for text in texts], as_json=args.json)
        return 2
    from zhiyin.guide import results

    if args.json:
        documents = {name: paper["number"] for name, paper in found["documents"].items()}
        print(
            json.dumps(
                {
                    "out": str(target),
                    "case": found["case"]["number"],
                    "status": found["case"]["status"],
                    "reached": found["reached"],
                    "documents": documents,
                    "audit_events": found["audit"]["events"],
                },
                ensure_ascii=False,
                indent=2,
            )
        )
    else:
        print(results.summary(found, target))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("zhiyin guide", description="按一个文件走完一位服务对象的全过程")
    parser.add_argument("case")
    parser.add_argument("--out", required=True)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--replace", action="store_true")
    return parser


def _refuse(messages: list[str], *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"faults": messages}, ensure_ascii=False, indent=2))
    for message in messages:
        print(message, file=sys.stderr)
    print(f"共 {len(messages)} 处要改，什么都没有写入", file=sys.stderr)


def _surroundings() -> dict[str, str]:
    return {name: os.environ[name] for name in _KEPT if name in os.environ}


def _play(loaded: Loaded, target: Path, *, replace: bool) -> dict[str, Any]:
    with folder.workplace(target) as place:
        _start_django(place.home, demo=loaded.case.demo)
        from django.db import connections

        from zhiyin.guide import results

        try:
            found = results_of(loaded, lambda outcome: results.write(place.out, outcome), migrate=True)
        except Misfit as misfit:
            raise FaultyCase([loaded.fault(where, message) for where, message in misfit.found]) from misfit
        finally:
            connections.close_all()
        folder.publish(place, target, replace=replace)
        return found


def _start_django(home: Path, *, demo: bool) -> None:
    """Start Django on an installation of our own in ``home``, whatever the environment says."""
    from django.conf import settings

    if settings.configured:
        raise RuntimeError("zhiyin guide needs a process in which Django has not started")
    kept = _surroundings()
    for name in [name for name in os.environ if name.startswith("ZHIYIN_")]:
        del os.environ[name]
    os.environ.update(
        kept,
        ZHIYIN_HOME=str(home),
        ZHIYIN_MODE="demo" if demo else "production",
        DJANGO_SETTINGS_MODULE="zhiyin.settings.django",
    )
    import django

    django.setup()


def results_of(loaded: Loaded, finish: Callable[[Any], dict[str, Any]], *, migrate: bool = False) -> dict[str, Any]:
    """Play the case in the database that Django is connected to, and what ``finish`` makes of the outcome.

    ``migrate`` sets up an empty database first; one that is in use only needs the occupations of the packs.
    """
    from zhiyin.domain.audit.acting import SYSTEM, acting
    from zhiyin.domain.catalogues.commands import sync_packs
    from zhiyin.guide import run, team
    from zhiyin.guide.clock import turning

    case = loaded.case
    clock: AbstractContextManager[Callable[[datetime], None] | None] = nullcontext()
    if case.demo:
        clock = turning(case.consents.at - timedelta(hours=1))
    with _telling() as tell, clock as set_to:
        tell("准备", 0, 1)
        if migrate:
            _migrate()
        with acting(SYSTEM, "装入标准包的职业"):
            sync_packs()
        members = team.prepare_agency(case)
        total, done = run.count_acts(case, members), 0

        def progress(stop: run.Stop) -> None:
            nonlocal done
            done += 1
            tell(stop.label, done, total)

        outcome = run.run_case(case, members, clock=set_to, progress=progress)
        tell("写出文书", total, total)
        return finish(outcome)


def _migrate() -> None:
    from django.core.management import call_command

    from zhiyin.domain.audit import guard

    with guard.unguarded():
        call_command("migrate", interactive=False, verbosity=0)


class _telling:  # noqa: N801 - used as a context manager function would be
    """Progress on stderr: a bar in a terminal, silence elsewhere."""

    def __init__(self) -> None:
        console = Console(stderr=True)
        self.bar = Progress(
            TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn(), console=console, transient=True
        )
        self.bar.disable = not console.is_terminal
        self.task = self.bar.add_task("准备", total=None)

    def __enter__(self) -> Callable[[str, int, int], None]:
        self.bar.start()
        return lambda what, done, total: self.bar.update(self.task, description=what, completed=done, total=total)

    def __exit__(self, *_: object) -> None:
        self.bar.stop()
