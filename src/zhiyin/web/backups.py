"""Whether a backup was missed, for the pages of those who answer for it."""

from typing import Any

from django.conf import settings

from zhiyin.domain.audit import backups
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.standards.queries import active


def backup_notice(who: Actor) -> dict[str, Any]:
    """Context of ``desk/office/backup_notice.html``: the standing of the last backup when one was missed, else None.

    The interval is the parameter ``planning-backup-days`` as the organisation works by it. Demo data is not backed up.
    """
    if settings.IS_DEMO:
        return {"backup": None}
    days = int(active(who.organisation_id).parameter("planning-backup-days"))
    standing = backups.standing(days)
    return {"backup": standing if standing.missed else None}
