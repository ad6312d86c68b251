"""A parsed registry kept between processes.

A pickle is code for whoever can write it, so the folder is made private and a file that belongs to somebody else, or
that others may write, is not read.
"""

import hashlib
import os
import pickle
import stat
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import pydantic

import zhiyin
from zhiyin.packs.registry import Registry


def through(folder: Path | None, packs: Sequence[Path], build: Callable[[], Registry]) -> Registry:
    """The registry kept for exactly these files and this code, or a new one from ``build``, which is then kept.

    Without ``folder`` nothing is kept. A folder that cannot be written costs time, never correctness.
    """
    if folder is None:
        return build()
    file = folder / f"packs-{_key(packs)}.pickle"
    kept = _read(file)
    if kept is not None:
        return kept
    registry = build()
    _write(file, registry)
    return registry


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


def _read(file: Path) -> Registry | None:
    try:
        with file.open("rb") as stream:
            status = os.fstat(stream.fileno())
            if status.st_uid != os.geteuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
                return None
            kept = pickle.load(stream)  # noqa: S301 - own file, checked above
    except Exception:  # a damaged file may raise anything; the packs are then read anew
        return None
    return kept if isinstance(kept, Registry) else None


def _write(file: Path, registry: Registry) -> None:
    try:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=".packs-")
        try:
            with os.fdopen(handle, "wb") as stream:
                pickle.dump(registry, stream, protocol=pickle.HIGHEST_PROTOCOL)
            os.replace(name, file)
        except BaseException:
            os.unlink(name)
            raise
        for old in file.parent.glob("packs-*.pickle"):
            if old != file:
                old.unlink(missing_ok=True)
    except OSError:
        return
