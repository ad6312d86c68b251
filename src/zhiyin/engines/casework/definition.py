"""Model of a service process, with the checks that it is coherent in itself."""

from collections.abc import Iterable
from datetime import date
from typing import Annotated, Literal, Protocol

from pydantic import Field as Setting
from pydantic import model_validator

from zhiyin.engines.casework.events import EVENTS
from zhiyin.engines.definitions import Faults, Head, Name, Slug, Text
from zhiyin.engines.definitions import Step as PathStep
from zhiyin.kernel.models import Definition

Unit = Literal["working", "calendar"]
Days = Annotated[int, Setting(ge=0, le=3650)]
Fault = tuple[tuple[PathStep, ...], str]


class Calendar(Protocol):
    """What the engine asks of a calendar; :class:`zhiyin.kernel.workdays.WorkingCalendar` answers it."""

    def is_working(self, day: date) -> bool:
        """Whether ``day`` is a working day."""
        ...


class Term(Definition):
    """How long a step may take: ``days`` after the last event of kind ``after``, the day itself not counted."""

    days: Days
    unit: Unit
    after: str
    what: Text
    why: str = ""


class ConditionalEvents(Definition):
    """Further events that a step needs when the data of case.opened has a true value under ``when``."""

    when: Name
    events: Annotated[list[str], Setting(min_length=1)]


class ProcessStep(Definition):
    """One step of a service.

    It is complete when every kind in ``completed_by`` (and in the ``completed_by_if`` that apply) has happened after
    the last event of a kind in ``revoked_by``. Its ``events`` may be recorded only while all steps in ``requires`` are
    complete. A step whose ``events`` include followup.done is complete when all follow-ups of the process are settled.
    """

    id: Name
    title: Text
    short: Text
    completed_by: list[str] = []
    completed_by_if: list[ConditionalEvents] = []
    requires: list[Name] = []
    events: Annotated[list[str], Setting(min_length=1)]
    revoked_by: list[str] = []
    due: Term | None = None


class FollowUpRule(Definition):
    """A contact that is due ``days`` after ``after`` and may be made up to ``window`` days before or after that."""

    id: Name
    title: Text
    after: str
    days: Days
    unit: Unit
    form: Slug | None = None
    window: Days = 0


class FeedbackRule(Definition):
    """When the client is asked for feedback and for how many calendar days after asking the answer is taken."""

    after: str
    ask_within_days: Days
    expires_days: Days


class ComplaintRule(Definition):
    """Terms of a complaint: to acknowledge it, to answer it (both from its receipt), to appeal (from the answer)."""

    receipt_days: Days
    answer_days: Days
    appeal_days: Days
    unit: Unit


class SessionMode(Definition):
    """A way to hold a session."""

    value: str
    label: Text


class ProcessDefinition(Head):
    """A kind of service as steps, terms and follow-ups.

    ``pauses`` and ``resumes`` pair up by position: the second of a pair ends the pause that the first began.
    """

    kind: Literal["process"]
    steps: Annotated[list[ProcessStep], Setting(min_length=1)]
    follow_ups: list[FollowUpRule] = []
    feedback: FeedbackRule | None = None
    complaint: ComplaintRule | None = None
    session_modes: list[SessionMode] = []
    pauses: list[str] = []
    resumes: list[str] = []

    @model_validator(mode="after")
    def _coherent(self) -> "ProcessDefinition":
        faults = [*_unknown_kinds(self), *_step_faults(self)]
        if len(self.pauses) != len(self.resumes):
            faults.append((("resumes",), "pauses 和 resumes 要一一对应"))
        for key, values in (
            ("follow_ups", [item.id for item in self.follow_ups]),
            ("session_modes", [item.value for item in self.session_modes]),
        ):
            faults += [((key, index), f"“{value}”重复") for index, value in _repeated(values)]
        if faults:
            raise Faults(faults)
        return self

    def step(self, name: str) -> ProcessStep:
        """The step with this id; KeyError if there is none."""
        for step in self.steps:
            if step.id == name:
                return step
        raise KeyError(name)

    def step_of(self, kind: str) -> ProcessStep | None:
        """The step to which events of this kind belong here, or None."""
        return next((step for step in self.steps if kind in step.events), None)


def _unknown_kinds(process: ProcessDefinition) -> list[Fault]:
    named: list[tuple[tuple[PathStep, ...], str]] = []
    for s, step in enumerate(process.steps):
        for key in ("completed_by", "events", "revoked_by"):
            named += [(("steps", s, key, index), kind) for index, kind in enumerate(getattr(step, key))]
        for c, extra in enumerate(step.completed_by_if):
            named += [(("steps", s, "completed_by_if", c, "events", i), kind) for i, kind in enumerate(extra.events)]
        if step.due is not None:
            named.append((("steps", s, "due", "after"), step.due.after))
    named += [(("follow_ups", index, "after"), rule.after) for index, rule in enumerate(process.follow_ups)]
    if process.feedback is not None:
        named.append((("feedback", "after"), process.feedback.after))
    named += [(("pauses", index), kind) for index, kind in enumerate(process.pauses)]
    named += [(("resumes", index), kind) for index, kind in enumerate(process.resumes)]
    return [(place, f"没有“{kind}”这种事件") for place, kind in named if kind not in EVENTS]


def _step_faults(process: ProcessDefinition) -> list[Fault]:
    faults: list[Fault] = [
        (("steps", index, "id"), f"步骤“{value}”重复") for index, value in _repeated(step.id for step in process.steps)
    ]
    earlier: set[str] = set()
    owner: dict[str, str] = {}
    for s, step in enumerate(process.steps):
        for index, name in enumerate(step.requires):
            if name not in earlier:
                faults.append(
                    (
                        ("steps", s, "requires", index),
                        f"步骤“{step.id}”只能要求排在它前面、不是回访的步骤，“{name}”不行",
                    )
                )
        if "followup.done" not in step.events:
            earlier.add(step.id)
        for index, kind in enumerate(step.events):
            if kind in owner:
                faults.append((("steps", s, "events", index), f"事件“{kind}”已经归步骤“{owner[kind]}”"))
            owner.setdefault(kind, step.id)
        needed = [*step.completed_by, *(kind for extra in step.completed_by_if for kind in extra.events)]
        for kind in needed:
            if kind not in step.events:
                faults.append((("steps", s, "completed_by"), f"步骤“{step.id}”靠“{kind}”完成，events 里却没有它"))
            if kind in step.revoked_by:
                faults.append((("steps", s, "revoked_by"), f"“{kind}”不能既完成步骤“{step.id}”又使它作废"))
        settles = "followup.done" in step.events
        if settles and not process.follow_ups:
            faults.append((("steps", s), f"步骤“{step.id}”有回访，follow_ups 却是空的"))
        if not settles and not step.completed_by:
            faults.append((("steps", s), f"步骤“{step.id}”没有写 completed_by，永远完不成"))
    return faults


def _repeated(values: Iterable[str]) -> list[tuple[int, str]]:
    seen: set[str] = set()
    found: list[tuple[int, str]] = []
    for index, value in enumerate(values):
        if value in seen:
            found.append((index, value))
        seen.add(value)
    return found
