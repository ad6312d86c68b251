"""Backups in the log: each one made or restored is noted, so that a missed one shows (SVC-3.5.3-1)."""

from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.kernel.errors import Refused

MADE, RESTORED = "audit.backup_made", "audit.backup_restored"


@dataclass(frozen=True)
class Backup:
    """One backup as the log tells it: the file's name, SHA-256 of its database, rows of all tables."""

    at: datetime
    file: str
    digest: str
    rows: int


@dataclass(frozen=True)
class Standing:
    """Whether the last backup is recent enough: ``late_days`` past the interval, 0 while in time."""

    last: Backup | None
    every_days: int
    late_days: int

    @property
    def missed(self) -> bool:
        return self.last is None or self.late_days > 0


def _job_only() -> None:
    if actor().kind not in {"job", "system"}:
        raise Refused("备份由命令行或每日任务来做")


@command(MADE)
def note_backup(file: str, digest: str, rows: int) -> None:
    """Note that a backup was written; ``file`` is its name without the folder."""
    _job_only()
    record(MADE, file=file, digest=digest, rows=rows)


@command(RESTORED)
def note_restore(file: str, digest: str, rows: int) -> None:
    """Note that the installation was brought back from a backup."""
    _job_only()
    record(RESTORED, file=file, digest=digest, rows=rows)


def backups(limit: int = 50) -> list[Backup]:
    """The backups made, the latest first; one query."""
    found = AuditEvent.objects.filter(action=MADE).order_by("-at", "-seq")[:limit]
    return [Backup(row.at, row.data["file"], row.data["digest"], row.data["rows"]) for row in found]


def standing(every_days: int, on: date | None = None) -> Standing:
    """How the last backup stands on a day against an interval of ``every_days``; one query."""
    last = next(iter(backups(1)), None)
    passed = ((on or timezone.localdate()) - timezone.localdate(last.at)).days if last else 0
    return Standing(last, every_days, max(passed - every_days, 0))
