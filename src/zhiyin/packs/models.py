"""The pack itself and its cases as models; which folder holds which kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field as Setting
from pydantic import StringConstraints, field_validator

from zhiyin.engines.casework import ProcessDefinition
from zhiyin.engines.conformance import MeasureSet
from zhiyin.engines.definitions import ClauseId, Head, Slug, Text
from zhiyin.engines.documents import DocumentDefinition, NoticeDefinition
from zhiyin.engines.examinations import Blueprint
from zhiyin.engines.forms import CodeList, FormDefinition
from zhiyin.engines.information import Law, Policy
from zhiyin.engines.rules import DecisionTable, RuleSet
from zhiyin.kernel.models import Definition
from zhiyin.kernel.workdays import CalendarYear

FILE_KINDS: Mapping[str, type[Head] | type[CalendarYear]] = {
    "forms": FormDefinition,
    "processes": ProcessDefinition,
    "documents": DocumentDefinition,
    "notices": NoticeDefinition,
    "codelists": CodeList,
    "calendars": CalendarYear,
    "rules": RuleSet,
    "tables": DecisionTable,
    "policies": Policy,
    "laws": Law,
    "blueprints": Blueprint,
    "measures": MeasureSet,
}
"""Folder → model of the definitions in its ``*.yaml`` files."""

CASED = frozenset({"form", "process", "document", "instrument", "ruleset", "table", "blueprint"})
"""Kinds of which every definition needs a passing and a failing case."""

Version = Annotated[str, StringConstraints(pattern=r"^\d+\.\d+\.\d+(-[0-9A-Za-z.]+)?$")]


class Region(Definition):
    """A row of ``regions/*.csv``: six-digit code of an administrative division (GB/T 2260), name, code of its parent.

    A province has no parent.
    """

    code: Annotated[str, StringConstraints(pattern=r"^[1-9]\d{5}$")]
    name: Text
    parent: Annotated[str, StringConstraints(pattern=r"^[1-9]\d{5}$")] | None


class Standard(Definition):
    """The published standard that a pack carries out. Number and edition are quoted text, null where none is known."""

    number: Text | None
    edition: Text | None
    title: Text


class Retired(Definition):
    """An id that is out of use for ever."""

    kind: Slug
    id: Text


class PackHead(Definition):
    """``pack.yaml``. ``schema`` is the edition of the pack format; this release reads edition 1.

    ``in_force`` is the day (ISO) from which the content is meant to be used. What a pack of the layer ``profile`` holds
    is offered only where its profile is chosen. ``retired`` names ids that were once used and must never come back.
    """

    id: Slug
    version: Version
    title: Text
    edition: Annotated[Literal[1], Setting(alias="schema")]
    status: Literal["draft", "active", "withdrawn"]
    in_force: str
    requires: list[Slug] = []
    layer: Literal["base", "profile"] = "base"
    retired: list[Retired] = []
    text_rights: Text
    standard: Standard | None

    @field_validator("in_force")
    @classmethod
    def _iso(cls, value: str) -> str:
        date.fromisoformat(value)
        return value


@dataclass(frozen=True, slots=True)
class Pack:
    """An installed pack: its head and the folder that it was read from."""

    head: PackHead
    folder: Path

    @property
    def id(self) -> str:
        """Id of the pack."""
        return self.head.id

    @property
    def requires(self) -> list[str]:
        """Ids of the packs whose definitions this one may name."""
        return self.head.requires


class CaseTarget(Definition):
    """The definition that a case file tries out."""

    kind: Literal["form", "process", "document", "instrument", "ruleset", "table", "policy", "blueprint"]
    id: Slug


class _Case(Definition):
    """What passing and failing cases share.

    ``on`` is the day (ISO) on which the case is tried, under ``profile`` if one is named; ``parameters`` (id → value)
    take the place of the values that the packs give.
    """

    name: Text
    input: dict[str, Any]
    on: str = "2026-06-30"
    profile: Slug | None = None
    parameters: dict[str, Any] = {}

    @field_validator("on")
    @classmethod
    def _iso(cls, value: str) -> str:
        date.fromisoformat(value)
        return value


class PassingCase(_Case):
    """Input that the definition accepts; ``expect`` names results that must come out, see :mod:`zhiyin.packs.cases`."""

    expect: dict[str, Any] = {}


class FailingCase(_Case):
    """Input that the definition must refuse, at exactly the places or with the codes in ``expect``."""

    expect: Annotated[list[str], Setting(min_length=1)]


class CaseFile(Definition):
    """``cases/*.yaml``: examples of one definition that a domain expert can read."""

    kind: Literal["case"]
    id: Slug | None = None
    version: Annotated[int, Setting(ge=1)] = 1
    title: Text | None = None
    serves: list[ClauseId] = []
    definition: CaseTarget
    passing: Annotated[list[PassingCase], Setting(min_length=1)]
    failing: Annotated[list[FailingCase], Setting(min_length=1)]
