"""Writes about the catalogue: what the packs bring, what an agency imports."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.catalogues import policies
from zhiyin.domain.catalogues.importing import ImportReport
from zhiyin.domain.catalogues.models import Occupation
from zhiyin.engines.definitions import OccupationRow
from zhiyin.engines.psychometrics import LETTERS
from zhiyin.kernel.text import bigrams
from zhiyin.packs.installed import registry

# the class for those whom no other fits has no interests of its own: its profile in the packs is nominal
RESIDUAL = frozenset({"8-00-00-00"})
_COLUMNS = (
    "name",
    "group",
    "description",
    "interests",
    "education_min",
    "education_usual",
    "skills",
    "conditions",
    "certificates",
    "path",
)
_BATCH = 200


@dataclass(frozen=True)
class Synced:
    """What a synchronisation did, in rows."""

    created: int
    updated: int
    withdrawn: int
    unchanged: int


@command("catalogues.sync_packs")
def sync_packs() -> Synced:
    """Bring the catalogue to what the packs hold. Nothing is deleted: what a pack no longer brings is withdrawn."""
    policies.require(actor(), "catalogues.import")
    packs = registry()
    wanted = {}
    for row in packs.all("occupation"):
        origin = packs.provenance("occupation", row.code)
        wanted[row.code] = {**_of_pack(row), "source": f"{Occupation.PACK_SOURCE}{origin.pack} {origin.version}"}
    created, updated, unchanged = _store(wanted)
    gone = Occupation.objects.filter(is_withdrawn=False, source__startswith=Occupation.PACK_SOURCE).exclude(
        pk__in=list(wanted)
    )
    withdrawn = gone.update(is_withdrawn=True, changed_at=timezone.now())
    result = Synced(created, updated, withdrawn, unchanged)
    record("catalogues.packs_synced", created=created, updated=updated, withdrawn=withdrawn)
    return result


def _of_pack(row: OccupationRow) -> dict[str, Any]:
    return {
        "name": row.name,
        "group": row.group,
        "description": row.description,
        "interests": None if row.code in RESIDUAL else {letter: getattr(row, letter) for letter in LETTERS},
        "education_min": row.education_min,
        "education_usual": row.education_usual,
        "skills": list(row.skills),
        "conditions": list(row.conditions),
        "certificates": row.certificates,
        "path": row.path,
    }


@command("catalogues.import_occupations")
def import_occupations(report: ImportReport, *, dry_run: bool = False) -> ImportReport:
    """Store the good rows of a file read by ``read_occupations``; rows with faults are left out whole.

    A code that a pack keeps is left as the pack has it. An empty cell changes nothing in a row imported before.
    ``dry_run`` tells what would happen. Returns the report with the outcome of each row.
    """
    policies.require(actor(), "catalogues.import")
    good = {row.values["code"]: row for row in report.rows if row.is_good}
    existing = Occupation.objects.in_bulk(list(good))
    wanted: dict[str, dict[str, Any]] = {}
    outcomes: dict[int, str] = {}
    for code, row in good.items():
        known = existing.get(code)
        if known is not None and known.is_from_pack and not known.is_withdrawn:
            outcomes[row.number] = "kept"
            continue
        values = {name: row.values[name] for name in _COLUMNS if row.values.get(name) not in (None, "", [])}
        values["source"] = f"导入 {report.name}"[:120]
        outcomes[row.number] = "created" if known is None else "updated" if _differs(known, values) else "unchanged"
        if outcomes[row.number] != "unchanged":
            wanted[code] = values
    done = report.with_outcomes(outcomes, is_stored=not dry_run)
    if not dry_run:
        _store(wanted, existing)
    record("catalogues.imported", dry_run=dry_run, **done.counts)
    return done


def _differs(row: Occupation, values: Mapping[str, Any]) -> bool:
    return row.is_withdrawn or any(getattr(row, name) != value for name, value in values.items())


def _store(
    wanted: Mapping[str, Mapping[str, Any]], existing: Mapping[str, Occupation] | None = None
) -> tuple[int, int, int]:
    """Insert and update in batches; returns created, updated and unchanged counts."""
    rows = Occupation.objects.in_bulk(list(wanted)) if existing is None else existing
    now = timezone.now()
    fresh, changed = [], []
    for code, values in wanted.items():
        row = rows.get(code)
        if row is None:
            row = Occupation(code=code)
            fresh.append(row)
        elif _differs(row, values):
            changed.append(row)
        else:
            continue
        for name, value in values.items():
            setattr(row, name, value)
        row.is_withdrawn, row.changed_at, row.grams = False, now, search_grams([row.name])
    Occupation.objects.bulk_create(fresh, batch_size=_BATCH)
    Occupation.objects.bulk_update(
        changed, [*_COLUMNS, "source", "is_withdrawn", "changed_at", "grams"], batch_size=_BATCH
    )
    return len(fresh), len(changed), len(wanted) - len(fresh) - len(changed)


def search_grams(texts: Iterable[str]) -> str:
    """Tokens between single spaces, so that a whole token can be asked for."""
    return f" {bigrams(' '.join(texts))} "[:400]
