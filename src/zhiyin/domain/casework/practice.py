"""What members of staff have done with the forms and documents of the standards, and the clauses that it speaks for.

A clause of a level is shown by work: a paper that somebody wrote and brought through, a form that somebody filled for a
client, where the definition says that it serves the clause. It tells nothing about how well.
"""

import functools
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Max

from zhiyin.domain.casework.models import FormRecord
from zhiyin.domain.documents.models import Document
from zhiyin.domain.documents.states import State
from zhiyin.domain.standards import browsing
from zhiyin.domain.standards.browsing import KIND_WORDS, LEVEL_WORDS, REQUIREMENTS
from zhiyin.engines.conformance import Clause
from zhiyin.packs.installed import registry

UNFINISHED = (State.DRAFT, State.SUBMITTED, State.RETURNED, State.REVOKED)
"""States of a paper that does not speak for its author: not brought through, or taken out of use."""


@dataclass(frozen=True, slots=True)
class Done:
    """How often somebody used a definition, and when last."""

    kind: str
    id: str
    title: str
    count: int
    last: date


Uses = tuple[tuple[str, str, str], ...]
"""(kind, id, title) of definitions."""

Practice = Mapping[tuple[str, str], Done]
"""(kind, id) of a definition → what was done with it."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One clause on the map.

    ``done`` is the work that speaks for it, ``could`` holds (kind, id, title) of all that would, done so far or not.
    """

    id: str
    gist: str
    kind: str
    origin: str
    done: tuple[Done, ...]
    could: Uses

    @property
    def state(self) -> str:
        """``shown`` by work, ``open`` where work could show it, ``outside`` where nothing here speaks for it."""
        return "shown" if self.done else "open" if self.could else "outside"


@dataclass(frozen=True, slots=True)
class Field:
    """A function of the work with its clauses."""

    title: str
    spots: tuple[Spot, ...]

    def count(self, state: str) -> int:
        """How many of its clauses are in a state."""
        return sum(spot.state == state for spot in self.spots)

    @property
    def shown(self) -> int:
        return self.count("shown")

    @property
    def gaps(self) -> tuple[Spot, ...]:
        """The clauses that work could show and has not yet."""
        return tuple(spot for spot in self.spots if spot.state == "open")


def practice(organisation_id: uuid.UUID, users: Collection[int]) -> dict[int, Practice]:
    """What each of ``users`` has done in an organisation; two queries however many they are."""
    titles = {(kind, id): title for uses in _uses().values() for kind, id, title in uses}
    papers = (
        Document.objects.filter(organisation_id=organisation_id, author__user__in=users)
        .exclude(state__in=UNFINISHED)
        .values_list("author__user_id", "template")
        .annotate(count=Count("pk"), last=Max("created_at"))
        .order_by()
    )
    records = (
        FormRecord.objects.filter(
            case__organisation_id=organisation_id, author__user__in=users, submitted_at__isnull=False
        )
        .values_list("author__user_id", "form")
        .annotate(count=Count("pk"), last=Max("submitted_at"))
        .order_by()
    )
    found: dict[int, dict[tuple[str, str], Done]] = {user: {} for user in users}
    for kind, rows in (("document", papers), ("form", records)):
        for user, id, count, last in rows:
            found[user][kind, id] = Done(kind, id, titles.get((kind, id), id), count, last.date())
    return dict(found)


def competence_map(doc: str, level: str, done: Practice) -> list[Field]:
    """What a level of an occupation asks, that of the lower levels included, by function, with the work behind it."""
    fields: dict[str, list[Spot]] = {}
    for function, row, origin, could in _asked(registry().snapshot_hash, doc, level):
        work = tuple(done[kind, id] for kind, id, _ in could if (kind, id) in done)
        spot = Spot(row.id, row.gist, KIND_WORDS[row.kind], LEVEL_WORDS[origin], work, could)
        fields.setdefault(function, []).append(spot)
    return [Field(title, tuple(spots)) for title, spots in fields.items()]


@functools.lru_cache(maxsize=32)
def _asked(packs: str, doc: str, level: str) -> tuple[tuple[str, Clause, str, Uses], ...]:
    """Function, clause, level it comes from and what would show it; the same for everybody while ``packs`` stand."""
    uses = _uses()
    return tuple(
        (browsing.function_of(row), row, origin, uses.get(row.id, ()))
        for row, origin in browsing.cumulative(doc, level)
        if row.kind in REQUIREMENTS
    )


def _uses() -> dict[str, Uses]:
    """Clause id → (kind, id, title) of the forms and documents that serve it."""
    return {
        item.id: tuple(
            dict.fromkeys((use.kind, use.id, use.title) for use in item.definitions if use.kind in {"form", "document"})
        )
        for item in browsing.traced().clauses
    }
