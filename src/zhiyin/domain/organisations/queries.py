"""Reads about bodies."""

import functools
from datetime import date

from zhiyin.domain.organisations.models import Organisation, OrganisationKind
from zhiyin.kernel.workdays import CalendarYear, WorkingCalendar
from zhiyin.packs.installed import registry


@functools.lru_cache(maxsize=1)
def _years(snapshot: str) -> tuple[CalendarYear, ...]:
    return tuple(registry().all("calendar"))


def calendar(organisation: Organisation) -> WorkingCalendar:
    """The working-day calendar of ``organisation``: the State Council's years plus its own days off and on."""
    return WorkingCalendar(
        _years(registry().snapshot_hash),
        extra_holidays=[date.fromisoformat(text) for text in organisation.extra_holidays],
        extra_workdays=[date.fromisoformat(text) for text in organisation.extra_workdays],
    )


def front() -> Organisation | None:
    """The agency the public pages speak for: of those that report to nobody the one registered first."""
    return Organisation.objects.filter(kind=OrganisationKind.AGENCY, parent=None).order_by("created_at", "pk").first()
