"""What differs between two packs, two profiles or two versions of a folder: definitions, their keys, dated values."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from pydantic import BaseModel

from zhiyin.packs.findings import PackError
from zhiyin.packs.layers import named
from zhiyin.packs.loader import pack_folders, read
from zhiyin.packs.registry import Key, Provenance

Definitions = Mapping[Key, BaseModel]

_OUTSIDE = frozenset({"unresolved", "pack-requires", "dangling-serves"})
"""Findings about what lies in other packs; they do not stand in the way of comparing one."""

_LONGEST = 60


@dataclass(frozen=True, slots=True)
class KeyChange:
    """One place in a definition, such as ``sections[basics].fields[phone].required``; None where nothing stood."""

    place: str
    before: Any
    after: Any

    def __str__(self) -> str:
        if self.before is None:
            return f"+ {self.place}：{_shown(self.after)}"
        if self.after is None:
            return f"- {self.place}：{_shown(self.before)}"
        return f"~ {self.place}：{_shown(self.before)} → {_shown(self.after)}"


@dataclass(frozen=True, slots=True)
class Changed:
    """A definition that stands on both sides and is not the same."""

    kind: str
    id: str
    title: str
    keys: tuple[KeyChange, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """What the second side has, lacks and says otherwise; ``added`` and ``removed`` hold (kind, id, title)."""

    added: tuple[tuple[str, str, str], ...]
    removed: tuple[tuple[str, str, str], ...]
    changed: tuple[Changed, ...]

    @property
    def is_empty(self) -> bool:
        """Whether both sides say the same."""
        return not (self.added or self.removed or self.changed)

    def __str__(self) -> str:
        lines = [f"+ {kind} {id} {title}".rstrip() for kind, id, title in self.added]
        lines += [f"- {kind} {id} {title}".rstrip() for kind, id, title in self.removed]
        for item in self.changed:
            lines += [f"~ {item.kind} {item.id} {item.title}".rstrip(), *(f"    {change}" for change in item.keys)]
        return "\n".join(lines)


def diff(before: Definitions, after: Definitions) -> Difference:
    """Compare by kind and id, in that order."""
    return Difference(
        tuple(_heading(key, after[key]) for key in sorted(after.keys() - before.keys())),
        tuple(_heading(key, before[key]) for key in sorted(before.keys() - after.keys())),
        tuple(
            Changed(*_heading(key, after[key]), changes)
            for key in sorted(before.keys() & after.keys())
            if (changes := tuple(key_changes(_plain(before[key]), _plain(after[key]))))
        ),
    )


class Offering(Protocol):
    """What is compared of a registry, resolved or not."""

    def contents(self) -> list[Key]: ...
    def get(self, kind: str, id: str) -> Any: ...
    def all(self, kind: str) -> list[Any]: ...
    def provenance(self, kind: str, id: str) -> Provenance: ...


def of_registry(registry: Offering, pack: str | None = None) -> dict[Key, BaseModel]:
    """What is offered by a registry, resolved or not; with ``pack`` only what that pack supplies."""
    keys = registry.contents()
    offered = {id(item) for kind in {kind for kind, _ in keys} for item in registry.all(kind)}
    return {
        key: definition
        for key in keys
        if id(definition := registry.get(*key)) in offered and pack in {None, registry.provenance(*key).pack}
    }


def of_folder(path: Path) -> dict[Key, BaseModel]:
    """The definitions in a pack folder or a folder of packs. PackError when a file in it is faulty."""
    reading = read(pack_folders([path]))
    faults = [item for item in reading.findings if item.rule not in _OUTSIDE and item.level == "error"]
    if faults:
        raise PackError(faults)
    return {key: entry.definition for key, entry in reading.entries.items()}


def key_changes(before: Any, after: Any, place: str = "") -> Iterator[KeyChange]:
    """The places in which two pieces of plain data differ; elements of lists are told apart by name, not position."""
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in [*before, *(key for key in after if key not in before)]:
            yield from key_changes(before.get(key), after.get(key), f"{place}.{key}" if place else str(key))
    elif isinstance(before, list | tuple) and isinstance(after, list | tuple):
        yield from _list_changes(before, after, place)
    elif before != after or type(before) is not type(after):
        yield KeyChange(place, before, after)


def _list_changes(before: Sequence[Any], after: Sequence[Any], place: str) -> Iterator[KeyChange]:
    old, new = _by_name(before), _by_name(after)
    if old is None or new is None:
        if list(before) != list(after):
            yield KeyChange(place, list(before), list(after))
        return
    for name in [*old, *(name for name in new if name not in old)]:
        yield from key_changes(old.get(name), new.get(name), f"{place}[{name}]")
    kept = [name for name in old if name in new]
    if kept != [name for name in new if name in old]:
        yield KeyChange(f"{place}（顺序）", kept, [name for name in new if name in old])


def _by_name(elements: Sequence[Any]) -> dict[str, Any] | None:
    """Elements by their name, dated values by the day from which they hold; None when a name is missing or doubled."""
    found: dict[str, Any] = {}
    for element in elements:
        if not isinstance(element, Mapping):
            return None
        name = str(element.get("valid_from") or "始") if "valid_from" in element else named(element)
        if name is None or name in found:
            return None
        found[name] = element
    return found


def _heading(key: Key, definition: BaseModel) -> tuple[str, str, str]:
    words = (getattr(definition, name, "") for name in ("title", "name", "gist"))
    return (*key, next((str(word) for word in words if word), ""))


def _plain(definition: BaseModel) -> dict[str, Any]:
    return definition.model_dump(mode="json", by_alias=True, exclude_defaults=True)


def _shown(value: Any) -> str:
    text = str(value)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
