"""What the command line tells about packs, as data."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from zhiyin.packs.findings import Finding
from zhiyin.packs.linter import examine
from zhiyin.packs.loader import CONTENT, pack_folders, read
from zhiyin.packs.models import Pack
from zhiyin.packs.registry import Registry
from zhiyin.packs.sources import read_yaml


@dataclass(frozen=True, slots=True)
class PackSummary:
    """One pack in a list: its head, and how many definitions of each kind it holds."""

    id: str
    version: str
    title: str
    status: str
    in_force: str
    folder: Path
    counts: dict[str, int]


@dataclass(frozen=True, slots=True)
class CheckReport:
    """Result of checking packs. ``ok`` when there is no error; warnings ask for a look only."""

    packs: list[PackSummary]
    cases: int
    findings: list[Finding]

    @property
    def ok(self) -> bool:
        """Whether the packs can be installed."""
        return all(finding.level == "warning" for finding in self.findings)


def check_command(paths: Sequence[Path] | None = None, *, clauses: Path | None = None) -> CheckReport:
    """Check the packs in ``paths`` (the built-in content by default) and run their cases; see ``linter.check``.

    Packs that require built-in ones are read beside these; what is told is about the packs in ``paths`` only.
    """
    asked = pack_folders([CONTENT] if paths is None else paths)
    reading = read([*_built_in(asked), *asked])
    reading.cases = [case for case in reading.cases if case[0].folder in asked]
    cases, findings = examine(reading, clauses=clauses)
    told = [finding for finding in findings if any(finding.file.is_relative_to(folder) for folder in asked)]
    owners = [(entry.provenance.pack, kind) for (kind, _), entry in reading.entries.items()]
    packs = [pack for pack in reading.packs if pack.folder in asked]
    return CheckReport(_summaries(packs, owners), cases, told)


def _built_in(asked: Sequence[Path]) -> list[Path]:
    """The built-in packs, unless those in ``asked`` need none or hold one of them (a copy that is being edited)."""
    built_in = pack_folders([CONTENT])
    names = {folder.name for folder in built_in}
    heads = [read_yaml(folder / "pack.yaml")[0].data or {} for folder in asked]
    required = {name for head in heads for name in _listed(head.get("requires"))}
    own = {head.get("id") for head in heads}
    return built_in if required & (names - own) and not own & names else []


def _listed(value: object) -> list[str]:
    return [item for item in value if isinstance(item, str)] if isinstance(value, list) else []


def list_command(registry: Registry) -> list[PackSummary]:
    """The packs of ``registry`` in the order of loading."""
    owners = [(registry.provenance(kind, id).pack, kind) for kind, id in registry.contents()]
    return _summaries(registry.packs, owners)


def _summaries(packs: Sequence[Pack], owners: Sequence[tuple[str, str]]) -> list[PackSummary]:
    return [
        PackSummary(
            pack.id,
            pack.head.version,
            pack.head.title,
            pack.head.status,
            pack.head.in_force,
            pack.folder,
            dict(sorted(Counter(kind for owner, kind in owners if owner == pack.id).items())),
        )
        for pack in packs
    ]
