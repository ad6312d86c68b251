"""Samples and what is asked of them."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
NAMES = sorted(path.stem for path in EXAMPLES.glob("*.yaml"))
PHARMACY = EXAMPLES / "pharmacy-worker.yaml"


def plain(path: Path) -> dict[str, Any]:
    """The file as YAML alone understands it."""
    data: dict[str, Any] = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    return data


def command(*args: str | Path) -> list[str]:
    """The command line of ``zhiyin guide`` with these arguments."""
    return [sys.executable, "-c", "import sys; from zhiyin.cli import main; sys.exit(main())", "guide", *map(str, args)]


def environment() -> dict[str, str]:
    """Surroundings without the settings of the test run, which are those of another installation."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ZHIYIN_", "DJANGO_", "PYTEST_"))}
    if "ZHIYIN_FONTS" in os.environ:
        kept["ZHIYIN_FONTS"] = os.environ["ZHIYIN_FONTS"]
    return kept


def guide(*args: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*args), capture_output=True, text=True, env=environment(), cwd=cwd or ROOT, check=False, timeout=300
    )
