"""How a place in a case file is written, and read back."""

import re
from collections.abc import Iterator

from zhiyin.packs.sources import Place

_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


def path_of(place: Place) -> str:
    """``needs.goals[1].expected_on``."""
    text = ""
    for part in place:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return text


def place_of(path: str) -> Place:
    """The parts of a field name as forms and commands give it; the reverse of :func:`path_of`."""
    return tuple(_parts(path))


def _parts(path: str) -> Iterator[str | int]:
    for match in _STEP.finditer(path):
        yield int(match[2]) if match[2] is not None else match[1]
