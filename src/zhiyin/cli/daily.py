"""What the one-process installation does once a day, in a thread beside the pages."""

import logging
import threading
from datetime import datetime, time, timedelta

_log = logging.getLogger(__name__)
AT = time(0, 10)


def start() -> threading.Thread:
    """Begin the daily work: now, and then each day at ten past midnight, local time."""
    thread = threading.Thread(target=_loop, name="zhiyin-daily", daemon=True)
    thread.start()
    return thread


def run() -> int:
    """Refresh the projections of all cases; returns how many."""
    from zhiyin.domain.audit.acting import acting, job
    from zhiyin.domain.casework.events import refresh

    with acting(job("daily"), "每日更新"):
        return refresh()


def back_up() -> str:
    """Back up when the interval of the standard in force is over; the file's name, "" when nothing was due.

    Demo data is made anew at will and is not backed up.
    """
    from django.conf import settings
    from django.utils import timezone

    from zhiyin.cli.backup import scheduled
    from zhiyin.domain.standards.queries import active

    if settings.IS_DEMO:
        return ""
    made = scheduled(timezone.localtime(), int(active(None).parameter("planning-backup-days")))
    return made.name if made else ""


def seconds_until_next(now: datetime) -> float:
    """Seconds from ``now`` (aware, local) to the next time the work is due; never 0."""
    due = now.replace(hour=AT.hour, minute=AT.minute, second=0, microsecond=0)
    if due <= now:
        due += timedelta(days=1)
    return (due - now).total_seconds()


def _loop() -> None:
    from django.db import connections
    from django.utils import timezone

    while True:
        try:
            _log.info("daily work: %s cases", run())
            _log.info("daily backup: %s", back_up() or "not due")
        except Exception:  # whatever went wrong, tomorrow is another day and the pages go on
            _log.exception("daily work failed")
        finally:
            connections.close_all()
        threading.Event().wait(seconds_until_next(timezone.localtime()))
