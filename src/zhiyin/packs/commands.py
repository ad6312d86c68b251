"""What the command line tells about packs, as data."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from zhiyin.packs.findings import Finding
from zhiyin.packs.linter import examine
from zhiyin.packs.loader import CONTENT, load, pack_folders, read
from zhiyin.packs.models import Pack


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
    """Check the packs in ``paths`` (the built-in content by default) and run their cases; see ``linter.check``."""
    reading = read(pack_folders([CONTENT] if paths is None else paths))
    cases, findings = examine(reading, clauses=clauses)
    owners = [(entry.provenance.pack, kind) for (kind, _), entry in reading.entries.items()]
    return CheckReport(_summaries(reading.packs, owners), cases, findings)


def list_command(paths: Sequence[Path] | None = None) -> list[PackSummary]:
    """The packs in ``paths`` in the order of loading. Raises PackError when they cannot be loaded."""
    registry = load(paths)
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
