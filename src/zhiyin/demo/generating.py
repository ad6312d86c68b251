"""Making the demo: all of it or nothing.

The whole history is one transaction. Whoever pulls the plug finds an untouched database and, on the next start, a new
attempt; what a broken attempt left in the data folder beside the database is cleared away first.
"""

import random
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from zhiyin.demo import appointments, city, conformance, documents, employers
from zhiyin.demo.cast import BODIES, CENTRE
from zhiyin.demo.casting import ALL, Casting, castings
from zhiyin.demo.diary import Diary
from zhiyin.demo.identities import Identity, Registry
from zhiyin.demo.personas import Persona, personas
from zhiyin.demo.stage import Stage
from zhiyin.demo.stories import Writer
from zhiyin.demo.unusual import Scene
from zhiyin.domain.audit import chain
from zhiyin.domain.audit.acting import SYSTEM, acting, job
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.casework import events
from zhiyin.domain.casework.models import Case
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.organisations.queries import calendar
from zhiyin.domain.people.models import Person
from zhiyin.guide.clock import turning
from zhiyin.guide.models import INSTRUMENT, ZONE, CaseFile
from zhiyin.guide.run import Act, Outcome, Play, Stop
from zhiyin.kernel.dates import add_months
from zhiyin.kernel.errors import ZhiyinError
from zhiyin.packs.installed import registry

Progress = Callable[[int, int, str], None]
WHAT = "生成演示数据"
# the bodies and their staff were there before the first client came
BEGUN_BEFORE = timedelta(days=420)
# how many ways to write a story that begins on one day are tried for one that ends on the day that is wanted
_ATTEMPTS = 6


@dataclass
class Told:
    """One client as generated; ``key`` names the unusual ones."""

    key: str
    persona: str
    case: CaseFile
    outcome: Outcome

    @property
    def person(self) -> Person | None:
        return self.outcome.person


def ensure(progress: Progress | bool = True) -> None:
    """Make the demo in the database in use, unless it is there already.

    ``progress``: True shows a bar, False nothing, a function hears (done, total, what).
    """
    if Organisation.objects.filter(code=CENTRE.code, is_demo=True).exists():
        return
    if not settings.IS_DEMO:
        raise ZhiyinError("演示数据只在演示方式（ZHIYIN_MODE=demo）下生成")
    _clear_leftovers()
    with _reporting(progress) as report:
        generate(report)


def generate(progress: Progress | None = None, *, count: int = ALL, now: datetime | None = None) -> list[Told]:
    """Play ``count`` clients over the year up to ``now``. The same count and day give the same people and the same
    events; ids, tokens and keys are random, as everywhere."""
    end = (now or timezone.now()).astimezone(ZONE).replace(second=0, microsecond=0)
    begin = end - BEGUN_BEFORE
    with transaction.atomic(), turning(begin) as clock:
        with acting(SYSTEM, "演示"):
            found = city.found(begin.date())
        stage = Stage(clock, end)
        writer = _Scriptwriter(found, stage, end)
        told = [writer.stage_client(index, casting) for index, casting in enumerate(castings(count))]
        stage.add_all(appointments.book_all(found, end))
        stage.add_all(city.daily_life(found, end))
        stage.add_all(conformance.year(found, end))
        stage.add_all(documents.year(found, end, whole=count >= ALL))
        stage.add_all(employers.year(found, end))
        stage.play(lambda done, total: progress(done, total, WHAT) if progress else None)
        clock(end)
        _bring_up_to_today()
    return told


def _bring_up_to_today() -> None:
    """Terms run out without anything happening: a case that nobody touched since shows what it is today."""
    with acting(job("demo.today"), "演示"):
        for case in Case.objects.exclude(status="withdrawn").select_related("organisation"):
            events.project(case)


class _Scriptwriter:
    """Turns castings into plays on the stage."""

    def __init__(self, found: city.City, stage: Stage, end: datetime) -> None:
        self.city, self.stage, self.end = found, stage, end
        self.names = Registry()
        self.names.reserve(*(casting.name for casting in castings() if casting.name))
        self.instrument = registry().get("instrument", INSTRUMENT)
        self.calendar = calendar(found.bodies[CENTRE.code])
        self.bodies = {body.code: body for body in BODIES}

    def stage_client(self, index: int, casting: Casting) -> Told:
        persona = personas()[casting.persona]
        seed = f"{CENTRE.code}:{index}:{casting.persona}"
        team = self.city.team(persona.at, casting.adviser)
        said = city.parts_of(self.bodies[persona.at], team.adviser, team)
        who = self._identity(persona, casting, random.Random(seed))  # noqa: S311
        mother = self.names.name(random.Random(seed + "m"), "2")  # noqa: S311
        father = self.names.name(random.Random(seed + "f"), "1")  # noqa: S311

        def written(days_ago: int, attempt: int = 0) -> tuple[CaseFile, Diary]:
            rng = random.Random(f"{seed}:{days_ago}:{attempt}")  # noqa: S311
            diary = Diary(rng, self.calendar, rng.uniform(0.7, 1.2))
            writer = Writer(
                persona,
                who,
                diary,
                instrument=self.instrument,
                team=said,
                twist=casting.twist,
                guardian_names=[mother, father][: casting.twist.guardians],
            )
            day = diary.working((self.end - timedelta(days=days_ago)).date())
            return writer.write(diary.on(day)), diary

        case, diary = self._fitting(written, casting)
        play = Play(case, team, self.stage.clock)
        acts = _cut(play, casting.until)
        for act in acts:
            self.stage.add(act.at, _deed(play, act))
        scene = Scene(self.city, persona.at, casting.adviser, play.outcome, diary, acts[-1].at, self.end)
        for extra in casting.extras:
            self.stage.add_all(extra(scene))
        return Told(casting.key, casting.persona, case, play.outcome)

    def _identity(self, persona: Persona, casting: Casting, rng: random.Random) -> Identity:
        low, high = persona.ages
        age = casting.age or rng.randint(low, high)
        # two months past the birthday, so that nobody comes of age in the middle of the way by chance
        latest = add_months(self.end.date() - timedelta(days=60), -12 * age)
        birth = latest - timedelta(days=rng.randint(0, 90 if persona.minor or casting.age else 300))
        return self.names.identity(persona, rng, birth, casting.sex or rng.choice(persona.sex), casting.name)

    def _fitting(self, written: Callable[..., tuple[CaseFile, Diary]], casting: Casting) -> tuple[CaseFile, Diary]:
        """The story whose last act happened as long ago as the casting wants."""
        low, high = casting.ago
        if casting.until is None:
            return written(low)
        today = self.end.date()
        exact = None if casting.worked is None else self.calendar.add_working_days(today, -casting.worked)
        for days_ago in range(low + (casting.worked or 0), 400):
            for attempt in range(_ATTEMPTS):
                case, diary = written(days_ago, attempt)
                last = _cut(Play(case, self.city.team("LJ", "adviser"), None), casting.until)[-1].at
                fits = last.date() == exact if exact else low <= (today - last.date()).days <= high
                if fits and last <= self.end:
                    return case, diary
        raise RuntimeError(f"no day fits the story {casting.key}")


def _cut(play: Play, until: Stop | None) -> list[Act]:
    """The acts in the order of time, up to the last one of the stop ``until``."""
    acts = sorted(play.acts(), key=lambda act: act.at)
    if until is None:
        return acts
    order = list(Stop)
    last = order.index(until)
    return acts[: max((n + 1 for n, act in enumerate(acts) if order.index(act.stop) <= last), default=0)]


def _deed(play: Play, act: Act) -> Callable[[], None]:
    def deed() -> None:
        act.do(act.at)
        play.outcome.reached = act.stop

    return deed


# -- around it -------------------------------------------------------------------------------------------------------


def _clear_leftovers() -> None:
    """Files and seals of an attempt that was broken off; with an empty log they can belong to nothing else."""
    if AuditEvent.objects.exists():
        return
    for folder in (chain.seal_folder(), Path(settings.HOME) / "files"):
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _reporting(progress: Progress | bool) -> Iterator[Progress | None]:
    if not isinstance(progress, bool):
        yield progress
        return
    if not progress:
        yield None
        return
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    with Bar(TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()) as bar:
        task = bar.add_task(WHAT, total=None)

        def show(done: int, total: int, what: str) -> None:
            bar.update(task, completed=done, total=total, description=what)

        yield show
