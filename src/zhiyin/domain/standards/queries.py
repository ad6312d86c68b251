"""The definitions an organisation works by on a day: packs, its profiles, its approved changes.

What is asked most is kept for a moment: within a request (each begins anew) and for ``FRESH`` seconds at most, so that
another process sees an approval with its next request. Every write here forgets what was kept.
"""

import threading
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.signals import request_started
from django.db.models import Exists, OuterRef, Prefetch, QuerySet, Subquery
from django.utils import timezone

from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.standards import policies
from zhiyin.domain.standards.models import ChangeAct, OrganisationProfile, ProfileChange, State
from zhiyin.packs.installed import registry
from zhiyin.packs.layers import Operations
from zhiyin.packs.resolved import Layer, LayerError, Resolved, resolve

FRESH = 2.0
_kept = threading.local()


@dataclass(frozen=True)
class Standing:
    """What stands for an organisation on a day. ``unfit`` are approved changes that no longer fit the packs, with why;
    they are left out until somebody mends or takes them back.
    """

    resolved: Resolved
    profiles: tuple[str, ...]
    changes: tuple[ProfileChange, ...]
    unfit: tuple[tuple[ProfileChange, str], ...]


def active(organisation: Organisation | uuid.UUID | None, on: date | None = None) -> Resolved:
    """The definitions that an organisation (or its id) works by on a day, today by default; the packs where none is
    known.
    """
    if organisation is None:
        return resolve(registry(), (), on or timezone.localdate())
    return standing(organisation if isinstance(organisation, uuid.UUID) else organisation.pk, on).resolved


def standing(organisation_id: uuid.UUID, on: date | None = None) -> Standing:
    """:func:`active` with what it is made of."""
    day = on or timezone.localdate()
    packs = registry()
    kept: dict[Any, tuple[float, Standing]] = _kept.__dict__.setdefault("standing", {})
    key = (organisation_id, day, packs.snapshot_hash)
    until, found = kept.get(key, (0.0, None))
    if found is None or until < time.monotonic():
        profiles, has_changes = _foundation(organisation_id, day)
        found = lay(profiles, changes_on(organisation_id, day) if has_changes else [], day)
        kept[key] = (time.monotonic() + FRESH, found)
    return found


def forget(**_: Any) -> None:
    """Forget what this thread has kept."""
    _kept.__dict__.pop("standing", None)


request_started.connect(forget, dispatch_uid="standards.forget")


def profiles_on(organisation_id: uuid.UUID, day: date) -> tuple[str, ...]:
    """Ids of the profiles chosen for a day."""
    return _foundation(organisation_id, day)[0]


def _foundation(organisation_id: uuid.UUID, day: date) -> tuple[tuple[str, ...], bool]:
    """The profiles chosen for a day, and whether any change was ever approved; one query, as most have neither."""
    chosen = OrganisationProfile.objects.filter(organisation=OuterRef("pk"), effective_from__lte=day)
    acts = ChangeAct.objects.filter(change__organisation=OuterRef("pk"), kind=State.APPROVED)
    row = (
        Organisation.objects.filter(pk=organisation_id)
        .annotate(
            chosen=Subquery(chosen.order_by("-effective_from", "-created_at", "-id").values("profiles")[:1]),
            has_changes=Exists(acts),
        )
        .values_list("chosen", "has_changes")
        .first()
    )
    return ((), False) if row is None else (tuple(row[0] or ()), row[1])


def changes_on(organisation_id: uuid.UUID, day: date) -> list[ProfileChange]:
    """The changes that work on a day, in the order in which they came to work."""
    acts = (
        ChangeAct.objects.filter(
            change__organisation_id=organisation_id, kind__in=[State.APPROVED, State.TAKEN_BACK], effective_on__lte=day
        )
        .select_related("change__author__user")
        .order_by("effective_on", "happened_at", "id")
    )
    working: dict[uuid.UUID, ProfileChange] = {}
    for act in acts:
        if act.kind == State.APPROVED:
            working[act.change_id] = act.change
        else:
            working.pop(act.change_id, None)
    return list(working.values())


def lay(profiles: Sequence[str], changes: Iterable[ProfileChange], day: date) -> Standing:
    """Resolve, leaving out the changes that do not fit. A profile that does not fit is an error of the packs."""
    working = list(changes)
    unfit: list[tuple[ProfileChange, str]] = []
    while True:
        layers = [layer_of(change) for change in working]
        try:
            resolved = resolve(registry(), profiles, day, layers)
        except LayerError as error:
            faulty = [change for change in working if str(change.pk) == error.layer_id]
            if not faulty:
                raise
            unfit.append((faulty[0], str(error)))
            working.remove(faulty[0])
        else:
            return Standing(resolved, tuple(profiles), tuple(working), tuple(unfit))


@dataclass(frozen=True)
class ProfileChoice:
    """A profile that can be chosen. ``fits``: it is meant for the region in which the organisation lies."""

    id: str
    title: str
    region: str
    fits: bool
    chosen: bool


def profile_choices(organisation: Organisation, on: date | None = None) -> list[ProfileChoice]:
    """The installed profiles, those of the organisation's own region first."""
    chosen = profiles_on(organisation.pk, on or timezone.localdate())
    found = [
        ProfileChoice(
            item.id,
            item.title,
            item.region,
            bool(organisation.region) and organisation.region.startswith(item.region),
            item.id in chosen,
        )
        for item in registry().all("profile")
    ]
    return sorted(found, key=lambda item: (not item.fits, item.id))


def _with_acts(found: QuerySet[ProfileChange]) -> list[ProfileChange]:
    acts = Prefetch("acts", ChangeAct.objects.select_related("by__user"))
    return list(found.select_related("author__user", "organisation").prefetch_related(acts))


def pending(who: Actor) -> list[ProfileChange]:
    """Changes that wait for approval, the oldest first, with their acts and people loaded."""
    return _with_acts(policies.scope(who).filter(state=State.SUBMITTED).order_by("created_at", "id"))


def history(who: Actor) -> list[ProfileChange]:
    """Every change within reach, the newest first, with its acts and people loaded."""
    return _with_acts(policies.scope(who))


def may_judge(who: Actor, change: ProfileChange) -> bool:
    """Whether ``who`` may approve or return the change now: with the right, and not its author."""
    own = change.author is not None and change.author.user_id == who.user_id
    return change.state == State.SUBMITTED and not own and policies.can(who, "standards.approve", change)


def resolve_with(standing: Standing, change: ProfileChange) -> Resolved:
    """What stands with ``change`` laid over it. LayerError when it does not fit."""
    layers = [layer_of(other) for other in (*standing.changes, change)]
    return resolve(registry(), standing.profiles, standing.resolved.on, layers)


def layer_of(change: ProfileChange) -> Layer:
    """A change as a layer over the packs."""
    author = change.author.user.name if change.author is not None else "系统"
    return Layer(str(change.pk), change.title, "agency", Operations.model_validate(change.operations), who=author)
