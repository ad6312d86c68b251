"""The ``zhiyin`` command in a process of its own, on a home folder of its own."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

PASSWORD = "Linjiang-2026"
INIT = ["init", "--name", "临江职业指导中心", "--code", "LJ", "--admin", "zhouming", "--admin-name", "周明"]


def environment(home: Path, **more: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("ZHIYIN_") and name != "DJANGO_SETTINGS_MODULE"
    }
    return {**kept, "ZHIYIN_HOME": str(home), "ZHIYIN_LOG_LEVEL": "ERROR", **more}


def run(home: Path, *args: str, code: str = "", **more: str) -> subprocess.CompletedProcess[str]:
    """The command in a process of its own; ``code`` is run first, to make something fail in it."""
    script = f"import sys\nfrom zhiyin.cli import main\n{code}\nsys.exit(main(sys.argv[1:]))"
    return subprocess.run(
        [sys.executable, "-c", script, *args],
        env=environment(home, **more),
        cwd=home.parent,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        check=False,
        timeout=120,
    )


def sql(home: Path, statement: str) -> list[Any]:
    with sqlite3.connect(home / "zhiyin.sqlite3") as database:
        rows = database.execute(statement).fetchall()
    database.close()
    return rows


KILL = "import os, signal\ndef kill(*a, **k): os.kill(os.getpid(), signal.SIGKILL)\n"
