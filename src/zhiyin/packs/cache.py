"""A parsed registry kept between processes, and the parsed files that it is made from.

A pickle is code for whoever can write it, so the folder is made private and a file that belongs to somebody else, or
that others may write, is not read.
"""

import contextlib
import hashlib
import os
import pickle
import stat
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pydantic

import zhiyin
from zhiyin.packs import reading
from zhiyin.packs.registry import Registry

_PARSED = "parsed.pickle"
_KEPT = 4  # installations that share the folder: another release, another agency's packs


class Parsed:
    """What the YAML files said when they were read last, by the hash of their bytes.

    Reading YAML is most of the work of loading packs; with this, only files that changed are read. Without ``folder``
    nothing is kept.
    """

    def __init__(self, folder: Path | None) -> None:
        self._file = None if folder is None else folder / _PARSED
        kept = None if self._file is None else _read(self._file)
        sound = isinstance(kept, dict) and kept.get("") == _reader()
        self._kept: dict[str, Any] = kept if isinstance(kept, dict) and sound else {}
        self._used: dict[str, Any] = {"": _reader()}

    def get(self, text: str) -> tuple[Any, reading.Lines, list[reading.Fault]]:
        """As :func:`reading.plain_data`; texts with faults are read anew each time."""
        digest = hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()
        found = self._kept.get(digest)
        if found is None:
            data, lines, faults = reading.plain_data(text)
            if faults:
                return data, lines, faults
            found = (data, lines)
        self._used[digest] = found
        return found[0], found[1], []

    def keep(self) -> None:
        """Store what was used this time, if it differs from what is stored."""
        if self._file is not None and self._used.keys() != self._kept.keys():
            _write(self._file, self._used)


def through(folder: Path | None, packs: Sequence[Path], build: Callable[[Parsed], Registry]) -> Registry:
    """The registry kept for exactly these files and this code, or a new one from ``build``, which is then kept.

    Without ``folder`` nothing is kept. A folder that cannot be written costs time, never correctness.
    """
    if folder is None:
        return build(Parsed(None))
    file = folder / f"packs-{_key(packs)}.pickle"
    kept = _read(file)
    if isinstance(kept, Registry):
        return kept
    parsed = Parsed(folder)
    registry = build(parsed)
    parsed.keep()
    _write(file, registry)
    with contextlib.suppress(OSError):
        newest = sorted(folder.glob("packs-*.pickle"), key=lambda kept: kept.stat().st_mtime, reverse=True)
        for old in newest[_KEPT:]:
            old.unlink(missing_ok=True)
    return registry


def _reader() -> str:
    """Stands for the code that made plain data from text."""
    code = Path(reading.__file__).read_bytes()
    return hashlib.sha256(sys.version.encode() + code).hexdigest()


def _key(packs: Sequence[Path]) -> str:
    """Digest of name, size and time of every pack file and of every source file that shapes the result."""
    code = Path(zhiyin.__file__).parent
    files = [path for pack in packs for path in sorted(pack.rglob("*")) if path.is_file()]
    files += [path for part in ("kernel", "engines", "packs") for path in sorted((code / part).rglob("*.py"))]
    parts = [sys.version, pydantic.VERSION, *(str(pack.resolve()) for pack in packs)]
    for path in files:
        status = path.stat()
        parts.append(f"{path}:{status.st_size}:{status.st_mtime_ns}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:40]


def _read(file: Path) -> Any:
    try:
        with file.open("rb") as stream:
            status = os.fstat(stream.fileno())
            if status.st_uid != os.geteuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                return None
            return pickle.load(stream)  # noqa: S301 - own file, checked above
    except Exception:  # a damaged file may raise anything; the packs are then read anew
        return None


def _write(file: Path, kept: object) -> None:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=".packs-")
        try:
            with os.fdopen(handle, "wb") as stream:
                pickle.dump(kept, stream, protocol=pickle.HIGHEST_PROTOCOL)
            os.replace(name, file)
        except BaseException:
            os.unlink(name)
            raise
    except OSError:
        return
