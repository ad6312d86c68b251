"""Reads about sittings. What the runner gets never holds the scoring key: no scale, and item names that tell none."""

import math
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median

from django.db.models import Count, QuerySet
from django.utils import timezone

from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.casework.events import events_of, process_of
from zhiyin.domain.casework.models import Case
from zhiyin.domain.people import sealed
from zhiyin.domain.people.models import Person
from zhiyin.domain.people.queries import search
from zhiyin.domain.sittings import policies
from zhiyin.domain.sittings.models import Answer, Sitting
from zhiyin.engines.casework import check_may_record
from zhiyin.engines.psychometrics import InstrumentDefinition
from zhiyin.kernel.errors import NotReady
from zhiyin.packs.installed import registry

# answers needed before the person's own pace says more than the usual duration
_OWN_PACE_FROM = 5


@dataclass(frozen=True)
class Sheet:
    """The answers that count. ``answers`` item → value; ``seconds`` item → time, None when no time was taken.

    ``changed`` is the number of items whose answer was altered before the end.
    """

    answers: dict[str, int]
    seconds: dict[str, float] | None
    changed: int


@dataclass(frozen=True)
class Progress:
    """``next_index`` is the place (from 1) of the first unanswered item, None when all are answered."""

    answered: int
    total: int
    next_index: int | None
    minutes_left: int

    @property
    def percent(self) -> int:
        return 100 * self.answered // self.total


@dataclass(frozen=True)
class RunnerItem:
    """One item as the test taker's device gets it; ``value`` is the answer given so far."""

    id: str
    index: int
    text: str
    read_aloud: str
    value: int | None


@dataclass(frozen=True)
class Runner:
    """All that the runner shows."""

    title: str
    prompt: str
    minutes: int
    options: tuple[tuple[int, str], ...]
    items: tuple[RunnerItem, ...]
    progress: Progress


def definition_of(sitting: Sitting) -> InstrumentDefinition:
    """The instrument in the version that was assigned; ``NotReady`` when the packs hold another one by now."""
    definition = registry().get("instrument", sitting.instrument)
    assert isinstance(definition, InstrumentDefinition)
    if definition.version != sitting.instrument_version:
        raise NotReady(f"“{definition.title}”已经换成第 {definition.version} 版，请指导师重新布置后再做")
    return definition


def public_id(order: int) -> str:
    """The name of an item outside the server: its place. Ids of the definition would tell the scale."""
    return f"q{order:02d}"


def own_id(definition: InstrumentDefinition, item: str) -> str | None:
    """The definition's id for a public or own id, None when there is no such item."""
    for entry in definition.items:
        if item in {entry.id, public_id(entry.order)}:
            return entry.id
    return None


def open_by_token(token: str) -> Sitting | None:
    """The sitting a one-time link opens, in whatever state: ``obstacle()`` says when nothing can be answered."""
    if not 16 <= len(token) <= 100:
        return None
    return Sitting.objects.select_related("person", "organisation").filter(token_digest=sealed.lookup(token)).first()


def link_actor(sitting: Sitting) -> Actor:
    """The holder of the link: may see and answer this one sitting."""
    return Actor(
        kind="link",
        id=f"sitting:{sitting.pk}",
        name="受测者",
        target=str(sitting.pk),
        organisation_id=sitting.organisation_id,
        person_id=sitting.person_id,
    )


def sheet(sitting: Sitting) -> Sheet:
    """What was answered, by one query; of several answers to an item the last one counts."""
    answers: dict[str, int] = {}
    times: dict[str, float] = {}
    given: dict[str, set[int]] = {}
    for item, value, milliseconds in sitting.answers.values_list("item", "value", "milliseconds"):
        answers[item] = value
        given.setdefault(item, set()).add(value)
        if milliseconds is not None:
            times[item] = milliseconds / 1000
    return Sheet(answers, times or None, sum(len(values) > 1 for values in given.values()))


def progress(sitting: Sitting, known: Sheet | None = None) -> Progress:
    """How far it is: by the person's own median pace after five items, before that by the usual duration."""
    definition, given = definition_of(sitting), known or sheet(sitting)
    items = definition.ordered_items()
    open_items = [item for item in items if item.id not in given.answers]
    pace = 60 * definition.minutes / len(items)
    if given.seconds and len(given.seconds) >= _OWN_PACE_FROM:
        pace = median(given.seconds.values())
    return Progress(
        answered=len(items) - len(open_items),
        total=len(items),
        next_index=open_items[0].order if open_items else None,
        minutes_left=math.ceil(len(open_items) * pace / 60),
    )


def runner(sitting: Sitting) -> Runner:
    """Items in order with options and the answers so far."""
    definition, given = definition_of(sitting), sheet(sitting)
    return Runner(
        title=definition.title,
        prompt=definition.prompt,
        minutes=definition.minutes,
        options=tuple((option.value, option.label) for option in definition.options),
        items=tuple(
            RunnerItem(public_id(item.order), item.order, item.text, item.read_aloud, given.answers.get(item.id))
            for item in definition.ordered_items()
        ),
        progress=progress(sitting, given),
    )


def sittings_of(who: Actor, person: Person, *, case_id: uuid.UUID | None = None) -> QuerySet[Sitting]:
    """Sittings of a person within reach, newest first, staff loaded."""
    rows = policies.scope(who).filter(person=person).select_related("assigned_by__user", "organisation", "person")
    return rows.filter(case_id=case_id) if case_id else rows


def assign_obstacle(case: Case) -> str:
    """Why the case takes no test now, as a sentence; "" when it does. Two queries."""
    try:
        check_may_record(process_of(case), events_of(case), "assessment.assigned", data={"assessment": ""})
    except NotReady as error:
        return str(error)
    return ""


def listed(who: Actor, *, state: str = "", mode: str = "", words: str = "") -> QuerySet[Sitting]:
    """Sittings within reach that match, newest first, with person, assigner and result loaded."""
    rows = policies.scope(who).select_related("person", "assigned_by__user", "result")
    if state:
        rows = rows.filter(state=state)
    if mode:
        rows = rows.filter(mode=mode)
    if words.strip():
        rows = rows.filter(
            person__in=search(Person.objects.filter(sittings__organisation_id=who.organisation_id), words)
        )
    return rows.order_by("-assigned_at", "-id")


def state_counts(who: Actor) -> dict[str, int]:
    """State → number of sittings within reach, by one query."""
    rows = policies.scope(who).order_by().values("state").annotate(total=Count("pk"))
    return {row["state"]: row["total"] for row in rows}


def answered_counts(sittings: list[Sitting]) -> Mapping[uuid.UUID, int]:
    """Sitting id → number of answered items, by one query for a whole list."""
    counts: dict[uuid.UUID, set[str]] = {}
    for sitting_id, item in Answer.objects.filter(sitting__in=sittings).values_list("sitting_id", "item"):
        counts.setdefault(sitting_id, set()).add(item)
    return {sitting.pk: len(counts.get(sitting.pk, ())) for sitting in sittings}


def due_to_expire() -> QuerySet[Sitting]:
    """Open sittings whose time has run out."""
    return Sitting.objects.filter(
        state__in=[Sitting.State.ASSIGNED, Sitting.State.STARTED], expires_at__lte=timezone.now()
    ).select_related("person", "organisation")
