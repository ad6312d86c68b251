"""The folder of results: it appears whole or not at all, whenever the process dies."""

import contextlib
import ctypes
import errno
import fcntl
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from zhiyin.kernel.errors import Invalid

_SUFFIX = ".guide"
_OURS = "case.json"
# a folder this young may belong to a process that has not taken its lock yet
_YOUNG_SECONDS = 60
_AT_FDCWD, _EXCHANGE = -100, 2


@dataclass(frozen=True)
class Workplace:
    """A private folder beside the results: ``home`` for the database and keys, ``out`` for what will be the results."""

    home: Path
    out: Path


def check(target: Path, *, replace: bool) -> None:
    """Whether results may go to ``target``; ``Invalid`` at ``--out`` with what to do. Writes nothing."""
    fault = ""
    if not target.parent.is_dir():
        fault = f"上级文件夹 {target.parent} 不存在，请先建立"
    elif not os.access(target.parent, os.W_OK | os.X_OK):
        fault = f"不能写入 {target.parent}"
    elif target.is_symlink() or (target.exists() and not target.is_dir()):
        fault = f"{target} 不是文件夹，请换一个名字"
    elif target.is_dir() and any(target.iterdir()):
        if not replace:
            fault = f"{target} 里已经有内容。换一个文件夹，或者加 --replace 整个替换"
        elif not (target / _OURS).is_file():
            fault = f"{target} 里没有 {_OURS}，不是 zhiyin guide 的结果，不能替换"
    if fault:
        raise Invalid({"--out": [fault]})


@contextmanager
def workplace(target: Path) -> Iterator[Workplace]:
    """A workplace on the file system of ``target``; gone at the end. What a killed process left is cleared away."""
    _sweep(target)
    folder = Path(tempfile.mkdtemp(prefix=f".{target.name}.", suffix=_SUFFIX, dir=target.parent))
    lock = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        place = Workplace(folder / "home", folder / "out")
        place.home.mkdir(mode=0o700)
        place.out.mkdir(mode=0o700)
        yield place
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _sweep(target: Path) -> None:
    for folder in target.parent.glob(f".{target.name}.*{_SUFFIX}"):
        with contextlib.suppress(OSError):
            if time.time() - folder.stat().st_mtime < _YOUNG_SECONDS:
                continue
            lock = os.open(folder, os.O_RDONLY)
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(folder)
            finally:
                os.close(lock)


def publish(place: Workplace, target: Path, *, replace: bool) -> None:
    """Put the finished results at ``target`` in one step; the files in them are on the disk already."""
    _sync(place.out)
    # somebody may have put something there in the meantime
    check(target, replace=replace)
    if target.is_dir() and any(target.iterdir()):
        _swap(place.out, target)
    else:
        os.rename(place.out, target)
    _sync(target.parent)


def _swap(fresh: Path, old: Path) -> None:
    """Exchange two folders; where the system cannot, the old one moves away first, so that it is one or none."""
    rename = getattr(ctypes.CDLL(None, use_errno=True), "renameat2", None)
    if rename is not None:
        if rename(_AT_FDCWD, os.fsencode(fresh), _AT_FDCWD, os.fsencode(old), _EXCHANGE) == 0:
            return
        code = ctypes.get_errno()
        if code not in {errno.ENOSYS, errno.EINVAL}:
            raise OSError(code, os.strerror(code), str(old))
    os.rename(old, fresh.with_name("old"))
    os.rename(fresh, old)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
