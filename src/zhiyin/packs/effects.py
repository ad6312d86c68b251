"""What a change does: the examples of what it touches, tried before and after."""

import functools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from zhiyin.packs.cases import run_cases
from zhiyin.packs.loader import Reading
from zhiyin.packs.models import CaseFile, Pack
from zhiyin.packs.references import references
from zhiyin.packs.registry import Entry, Key, Registry
from zhiyin.packs.resolved import Resolved, plain
from zhiyin.packs.sources import Source, read_yaml

Case = tuple[Pack, CaseFile, Source]

_ROWS = frozenset({"clause", "region", "occupation", "calendar"})
"""Kinds that name nothing."""


@dataclass(frozen=True, slots=True)
class Effect:
    """An example that comes out otherwise than before. ``before`` and ``after`` tell in what it departs from what it
    expects; "" where all is as expected.
    """

    kind: str
    id: str
    title: str
    case: str
    before: str
    after: str


def effects(before: Resolved, after: Resolved) -> tuple[int, list[Effect]]:
    """How many examples were tried, and those whose verdict or results differ between the two sets.

    Tried are the examples of every definition that is not the same on both sides, and of what uses such a definition.
    """
    keys = affected(before, after)
    cases = list(_cases(before.registry, keys))
    if not cases:
        return 0, []
    was, now = (_troubles(resolved, cases) for resolved in (before, after))
    found: list[Effect] = []
    tried = 0
    for _, file, source in cases:
        kind, id = file.definition.kind, file.definition.id
        title = str(getattr(after.get(kind, id), "title", ""))
        for part, examples in (("passing", file.passing), ("failing", file.failing)):
            for index, case in enumerate(examples):
                tried += 1
                place = (source.file, source.line((part, index)))
                if was.get(place, "") != now.get(place, ""):
                    found.append(Effect(kind, id, title, case.name, was.get(place, ""), now.get(place, "")))
    return tried, found


def affected(before: Resolved, after: Resolved) -> set[Key]:
    """Definitions that differ between two sets over the same packs, and all that use them, directly or not."""
    changed = {(change.kind, change.id) for side in (before, after) for change in side.history}
    keys = {key for key in changed if before.get(*key) != after.get(*key)}
    users = {key: set(names) for key, names in _users(_Same(before.registry)).items()}
    for side in (before, after):
        for key in changed:
            for _, named in references(key[0], plain(side.get(*key))):
                users.setdefault(named, set()).add(key)
    waiting = list(keys)
    while waiting:
        for user in users.get(waiting.pop(), set()) - keys:
            keys.add(user)
            waiting.append(user)
    return keys


class _Same:
    """A registry that is told apart by its content."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    def __hash__(self) -> int:
        return hash(self.registry.snapshot_hash)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.registry.snapshot_hash == other.registry.snapshot_hash


@functools.lru_cache(maxsize=2)
def _users(same: _Same) -> dict[Key, frozenset[Key]]:
    """Key of a definition → keys of those that name it."""
    found: dict[Key, set[Key]] = {}
    for key in same.registry.contents():
        if key[0] in _ROWS:
            continue
        for _, named in references(key[0], plain(same.registry.get(*key))):
            found.setdefault(named, set()).add(key)
    return {key: frozenset(users) for key, users in found.items()}


def _cases(registry: Registry, keys: set[Key]) -> Iterator[Case]:
    """The case files of these definitions; they are not part of a registry, so they are read when they are needed."""
    for pack in registry.packs:
        for path in sorted((pack.folder / "cases").glob("*.yaml")):
            text = path.read_text(encoding="utf-8")
            if not any(id in text for _, id in keys):
                continue  # reading YAML takes far longer than looking for a word
            source, findings = read_yaml(path)
            if findings:
                continue
            file = CaseFile.model_validate(source.data)
            if (file.definition.kind, file.definition.id) in keys:
                yield pack, file, source


def _troubles(resolved: Resolved, cases: Sequence[Case]) -> dict[tuple[Path, int], str]:
    """In what the examples depart from what they expect, by file and line."""
    entries = {key: Entry(resolved.get(*key), resolved.provenance(*key)) for key in resolved.contents()}
    _, findings = run_cases(Reading(packs=list(resolved.packs), entries=entries, cases=list(cases)))
    return {
        (finding.file, finding.line): finding.message.partition("不对：")[2] or finding.message for finding in findings
    }
