"""Counting terms: working or calendar days, with the days of a pause left out."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from zhiyin.engines.casework.definition import Calendar, ProcessDefinition, Unit
from zhiyin.engines.casework.events import Event

_ONE_DAY = timedelta(days=1)
_UNIT_WORDS: Mapping[Unit, str] = {"working": "个工作日", "calendar": "天"}


@dataclass(frozen=True, slots=True)
class Pause:
    """A time in which the service rests. The days after ``start`` up to ``end`` do not count in terms."""

    start: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True)
class Clock:
    """How days are counted in one case: its calendar, its pauses and today, all in the time zone of ``now``."""

    now: datetime
    calendar: Calendar
    pauses: tuple[Pause, ...] = ()

    @property
    def today(self) -> date:
        """The current day."""
        return self.now.date()

    def day(self, moment: datetime) -> date:
        """The day on which something happened, in the time zone of ``now``."""
        return moment.astimezone(self.now.tzinfo).date()

    def counts(self, unit: Unit, *, paused: bool) -> Callable[[date], bool]:
        """Whether a day counts in a term of this unit; with ``paused`` the days of pauses do not."""
        rests = [(self.day(p.start), self.today if p.end is None else self.day(p.end)) for p in self.pauses]

        def test(day: date) -> bool:
            if paused and any(start < day <= end for start, end in rests):
                return False
            return unit == "calendar" or self.calendar.is_working(day)

        return test

    def due(self, start: date, days: int, unit: Unit, *, paused: bool = False) -> date:
        """Last day of a term of ``days`` that begins the day after ``start``."""
        counts = self.counts(unit, paused=paused)
        day, left = start, days
        while left > 0:
            day += _ONE_DAY
            left -= counts(day)
        return day

    def late(self, due_on: date, until: date, unit: Unit, *, paused: bool = False) -> int:
        """Days counted in ``unit`` after ``due_on`` up to ``until``; 0 when it is not late."""
        counts = self.counts(unit, paused=paused)
        return sum(counts(due_on + timedelta(days=n)) for n in range(1, (until - due_on).days + 1))


def late_words(days: int, unit: Unit) -> str:
    """How a delay is told: 已超 3 个工作日."""
    return f"已超 {days} {_UNIT_WORDS[unit]}"


def day_words(day: date) -> str:
    """A day within a sentence: 11 月 5 日."""
    return f"{day.month} 月 {day.day} 日"


def pauses_of(process: ProcessDefinition, events: Sequence[Event]) -> tuple[Pause, ...]:
    """Pauses in the order of their start, from events in order; overlapping causes make one pause.

    A consent that is not essential (``essential`` false in the data) pauses nothing. Giving consent again for a
    purpose ends the pause that withdrawing this purpose began; without a purpose it ends all of them.
    """
    causes: set[tuple[int, str]] = set()
    found: list[Pause] = []
    for event in events:
        purpose = str(event.data.get("purpose", ""))
        was_paused = bool(causes)
        if event.kind in process.pauses and event.data.get("essential", True):
            causes.add((process.pauses.index(event.kind), purpose))
        elif event.kind in process.resumes:
            pair = process.resumes.index(event.kind)
            causes = {cause for cause in causes if cause[0] != pair or (purpose and cause[1] not in {"", purpose})}
        if causes and not was_paused:
            found.append(Pause(event.happened_at, None))
        elif was_paused and not causes:
            found[-1] = Pause(found[-1].start, event.happened_at)
    return tuple(found)
