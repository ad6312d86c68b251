"""What the command prints: data to stdout, everything said about it to stderr."""

import dataclasses
import json
import sys
import unicodedata
from datetime import date, datetime
from pathlib import Path
from typing import Any

from zhiyin.kernel.errors import Invalid


def data(value: Any) -> None:
    """Print ``value`` as one JSON document; dataclasses, dates and paths are understood."""
    print(json.dumps(value, ensure_ascii=False, indent=2, default=_plain))


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return dataclasses.asdict(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"cannot print {type(value).__name__} as JSON")


def error(message: str) -> None:
    """Say what went wrong."""
    print(message, file=sys.stderr)


def note(message: str) -> None:
    """Say something beside the data."""
    print(message, file=sys.stderr, flush=True)


def faults(invalid: Invalid) -> None:
    """One line per fault, each with its place."""
    for place, messages in invalid.errors.items():
        for message in messages:
            error(f"{place}：{message}" if place else message)


def table(rows: list[list[str]]) -> None:
    """Columns that line up also with Chinese text, of which a character is two cells wide."""
    widths = [max(_cells(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [cell + " " * (width - _cells(cell)) for cell, width in zip(row, widths, strict=True)]
        print("  ".join(cells).rstrip())


def _cells(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


class Progress:
    """A line that counts: rewritten in a terminal, every tenth part on its own line elsewhere."""

    def __init__(self) -> None:
        self._tenth: dict[str, int] = {}

    def __call__(self, done: int, total: int, what: str) -> None:
        """``done`` of ``total`` of ``what`` are finished."""
        tenth = 10 * done // total if total else 10
        if sys.stderr.isatty():
            end = "\n" if done >= total else ""
            print(f"\r{what} {done}/{total}", end=end, file=sys.stderr, flush=True)
        elif tenth > self._tenth.get(what, -1):
            note(f"{what} {done}/{total}")
        self._tenth[what] = tenth
