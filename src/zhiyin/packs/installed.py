"""The packs of this process: configured once at start, loaded at first use, the same for everybody."""

import threading
from collections.abc import Sequence
from pathlib import Path

from zhiyin.packs.loader import Registry, load

_lock = threading.Lock()
_paths: tuple[Path, ...] = ()
_cache: Path | None = None
_registry: Registry | None = None


def configure(extra: Sequence[Path] = (), cache: Path | None = None) -> None:
    """Name pack folders beside the built-in ones, and where a parsed copy may be kept."""
    global _paths, _cache, _registry
    _paths, _cache, _registry = tuple(extra), cache, None


def registry() -> Registry:
    """The registry of all installed packs. A faulty pack raises ``DefinitionError`` and nothing of it is loaded."""
    global _registry
    if _registry is None:
        with _lock:
            if _registry is None:
                _registry = load(extra=_paths, cache=_cache)
    return _registry
