"""The packs of this process: configured once at start, loaded at first use, the same for everybody.

An agency's own packs lie in folders beside the built-in ones and may be changed while the platform runs. ``refresh``
takes such a change over when the packs are sound as a whole; until then everybody goes on with what was loaded last.
"""

import os
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from zhiyin.packs.findings import PackError
from zhiyin.packs.loader import Registry, load

LOOK_EVERY = 3.0
"""Seconds that must have passed before the folders are looked at again."""

_MOST_LOOKED_AT = 20_000

_Seen = tuple[tuple[str, int, int], ...]

_lock = threading.Lock()
_paths: tuple[Path, ...] = ()
_cache: Path | None = None
_registry: Registry | None = None
_seen: _Seen = ()
_looked_at = 0.0
_fault: PackError | None = None


def configure(extra: Sequence[Path] = (), cache: Path | None = None) -> None:
    """Name pack folders beside the built-in ones, and where a parsed copy may be kept."""
    global _paths, _cache, _registry, _seen, _looked_at, _fault
    with _lock:
        _paths, _cache, _registry = tuple(extra), cache, None
        _seen, _looked_at, _fault = (), 0.0, None


def registry() -> Registry:
    """The registry of all installed packs, the same object until a change is taken over.

    A faulty pack at the first use raises ``PackError`` and nothing of it is loaded.
    """
    global _registry, _seen
    found = _registry
    if found is None:
        with _lock:
            if _registry is None:
                seen = _look(_paths)
                _registry = load(extra=_paths, cache=_cache)
                _seen = seen
            found = _registry
    return found


def refresh(*, wait: bool = True) -> bool:
    """Take over what changed in the folders of the agency; True when there is a new registry from now on.

    Cheap enough for every request: the folders are looked at only every ``LOOK_EVERY`` seconds, and by one caller at a
    time. Changed packs are loaded and checked as a whole beside the old ones and take their place in one step; when
    they are faulty the old ones stay and ``last_fault`` tells why. Without ``wait`` the loading is done by a thread of
    its own, and the answer is False.
    """
    global _looked_at
    if not _paths or _registry is None or time.monotonic() - _looked_at < LOOK_EVERY:
        return False
    if not _lock.acquire(blocking=False):
        return False
    handed_over = False
    try:
        _looked_at = time.monotonic()
        seen = _look(_paths)
        if seen == _seen:
            return False
        if wait:
            return _take_over(seen)
        threading.Thread(target=_take_over_and_release, args=(seen,), name="packs-refresh", daemon=True).start()
        handed_over = True
        return False
    finally:
        if not handed_over:
            _lock.release()


def last_fault() -> PackError | None:
    """Why the packs as they now lie in the folders were not taken over; None when they were."""
    return _fault


def _take_over_and_release(seen: _Seen) -> None:
    try:
        _take_over(seen)
    finally:
        _lock.release()


def _take_over(seen: _Seen) -> bool:
    """Load and swap; the caller holds the lock. What was seen before loading counts: later changes are met again."""
    global _registry, _seen, _fault
    _seen = seen
    try:
        fresh = load(extra=_paths, cache=_cache)
    except PackError as error:
        _fault = error
        return False
    _registry, _fault = fresh, None
    return True


def _look(paths: Sequence[Path]) -> _Seen:
    """Name, size and time of the files in the folders; nothing is opened."""
    found: list[tuple[str, int, int]] = []
    waiting = [str(path) for path in paths]
    while waiting and len(found) < _MOST_LOOKED_AT:
        folder = waiting.pop()
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    status = entry.stat(follow_symlinks=False)
                    found.append((entry.path, status.st_size, status.st_mtime_ns))
        except OSError:  # gone while we looked: the loading will tell
            found.append((folder, -1, -1))
    return tuple(sorted(found))
