"""Writes about packs."""

from zhiyin.domain.audit.acting import record
from zhiyin.domain.standards.models import Snapshot
from zhiyin.packs.installed import registry


def current_snapshot() -> Snapshot:
    """The snapshot of the packs in force, stored at its first use; call inside ``acting()``."""
    packs = registry()
    snapshot, created = Snapshot.objects.get_or_create(
        hash=packs.snapshot_hash, defaults={"packs": [list(pair) for pair in packs.versions()]}
    )
    if created:
        record("standards.snapshot_first_used", snapshot)
    return snapshot
