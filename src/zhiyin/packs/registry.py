"""The definitions of all loaded packs, by kind and id."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from zhiyin.engines.forms import CodeList
from zhiyin.engines.rules import Parameter, SimpleLibrary
from zhiyin.kernel.errors import DefinitionError
from zhiyin.packs.models import Pack

Key = tuple[str, str]


_OF_EVERY_LAYER = frozenset({"clause", "profile"})


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a definition comes from: pack, its version, file and line (from 1)."""

    pack: str
    version: str
    file: Path
    line: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A definition with its provenance."""

    definition: BaseModel
    provenance: Provenance


class Registry:
    """All definitions of a set of packs; never partial, never changed.

    Kinds: form, process, document, notice, codelist, calendar, instrument, ruleset, table, parameter, policy, law,
    blueprint, measures, clause, profile, and occupation and region (their ids are the codes). ``all`` leaves out what
    is not offered to everybody: definitions of a withdrawn pack, and of a pack of the layer ``profile`` (but not its
    profile and its clauses). ``get`` knows them all: records may have been made under them.
    """

    def __init__(self, packs: Sequence[Pack], entries: Mapping[Key, Entry]) -> None:
        self.packs = tuple(packs)
        self._entries = dict(entries)
        withdrawn = {pack.id for pack in packs if pack.head.status == "withdrawn"}
        local = {pack.id for pack in packs if pack.head.layer == "profile"}
        self._offered: dict[str, list[Any]] = {}
        for (kind, _), entry in sorted(self._entries.items()):
            owner = entry.provenance.pack
            if owner not in withdrawn and (owner not in local or kind in _OF_EVERY_LAYER):
                self._offered.setdefault(kind, []).append(entry.definition)
        self._library: SimpleLibrary | None = None
        self.snapshot_hash = self._hash()

    def get(self, kind: str, id: str) -> Any:
        """The definition; DefinitionError if no pack supplies it."""
        return self._entry(kind, id).definition

    def all(self, kind: str) -> list[Any]:
        """All definitions of a kind in the order of their ids."""
        return list(self._offered.get(kind, ()))

    def codelists(self) -> dict[str, CodeList]:
        """Code lists by id, as :func:`zhiyin.engines.forms.clean` and ``display`` take them; withdrawn ones too."""
        return {id: entry.definition for (kind, id), entry in self._entries.items() if kind == "codelist"}  # type: ignore[misc]

    def provenance(self, kind: str, id: str) -> Provenance:
        """Where the definition was written; DefinitionError if no pack supplies it."""
        return self._entry(kind, id).provenance

    def parameters(self) -> dict[str, Parameter]:
        """Parameters of the packs by id, withdrawn ones too."""
        return {id: entry.definition for (kind, id), entry in self._entries.items() if kind == "parameter"}  # type: ignore[misc]

    def rules_library(self, on: date | None = None) -> SimpleLibrary:
        """What :func:`zhiyin.engines.rules.evaluate` needs; dated values are asked by day, so ``on`` is not needed."""
        if self._library is None:
            kinds = ("parameter", "table", "ruleset")
            parameters, tables, rulesets = (
                [self.get(*key) for key in self._entries if key[0] == kind] for kind in kinds
            )
            self._library = SimpleLibrary(parameters, tables, rulesets, self.codelists().values())
        return self._library

    def contents(self) -> list[Key]:
        """(kind, id) of every definition, sorted."""
        return sorted(self._entries)

    def versions(self) -> list[tuple[str, str]]:
        """(id, version) of every pack, in the order of loading: what a pack requires comes before it."""
        return [(pack.id, pack.head.version) for pack in self.packs]

    def _entry(self, kind: str, id: str) -> Entry:
        try:
            return self._entries[kind, id]
        except KeyError:
            raise DefinitionError(f"装载的定义包里没有 {kind}“{id}”") from None

    def _hash(self) -> str:
        """SHA-256 over content alone, so that formatting, comments and file names do not count."""
        content = {
            "packs": sorted((pack.head.model_dump(mode="json", by_alias=True) for pack in self.packs), key=_pack_id),
            "definitions": [
                [kind, entry.provenance.pack, entry.definition.model_dump(mode="json", by_alias=True)]
                for (kind, _), entry in sorted(self._entries.items())
            ],
        }
        text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def _pack_id(head: dict[str, Any]) -> str:
    return str(head["id"])
