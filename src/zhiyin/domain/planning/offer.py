"""What an offer of service rests on, and how far a client has come through the phases of guidance (XM-4.2 a, 4.4 b)."""

from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from zhiyin.domain.assessment import queries as assessment
from zhiyin.domain.casework.intake import latest
from zhiyin.domain.casework.models import Activity, Case
from zhiyin.kernel.dates import chinese_date
from zhiyin.kernel.serves import serves


@dataclass(frozen=True)
class Input:
    """One of the four inputs: what the file says and where it stands; ``text`` is "" when nothing is known."""

    id: str
    label: str
    text: str
    source: str


@serves("XM-4.2-a")
def inputs(case: Case) -> list[Input]:
    """Personality, strengths, interests and goals as they stand on file, each with its source.

    Personality is what the adviser observed and wrote into the last meeting's record, where that record is open to all
    who work with the file; a record kept confidential says nothing here.
    """
    meeting = latest(case, "session-record")
    answers = (meeting.answers or {}) if meeting else {}
    observed = str(answers.get("assessment") or "") if answers.get("confidentiality") == "ordinary" else ""
    result = assessment.latest_result(case.person, case_id=case.pk)
    interest = assessment.report_context(result) if result else {}
    skills = "、".join(skill.name for skill in case.file.skills.all()[:8])
    goals = "；".join(goal.title for goal in case.goals.all())
    held = chinese_date(timezone.localdate(meeting.happened_at)) if meeting and meeting.happened_at else ""
    return [
        Input("personality", "个性", observed, f"{held}会谈里指导师的判断" if observed else ""),
        Input("strengths", "优势", skills, "档案的能力一栏" if skills else ""),
        Input(
            "interests",
            "兴趣",
            str(interest.get("code_words") or ""),
            f"{interest['taken_on']}{interest['instrument']}" if interest else "",
        ),
        Input("goals", "目标", goals, "需求调查和方案" if goals else ""),
    ]


@dataclass(frozen=True)
class Phase:
    """One of the five phases; ``since`` is the day it was first served, None while it was not."""

    id: str
    label: str
    since: date | None


# what happened in a case when a phase was served: kinds of events, and kinds of activities carried out
_PHASES: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    ("exploration", "探索", ("needs.recorded", "assessment.completed", "match.run"), ("assessment", "information")),
    ("planning", "规划", ("plan.agreed",), ()),
    ("training", "培训", (), ("training",)),
    ("recommendation", "推荐", ("match.confirmed",), ("referral",)),
    ("adaptation", "适应", ("followup.done",), ()),
)


@serves("XM-4.4-b")
def phases(case: Case) -> list[Phase]:
    """The five phases in their order with the day each was first served; two queries."""
    first: dict[str, date] = {}
    for kind, at in case.events.values_list("kind", "happened_at"):
        first.setdefault(kind, timezone.localdate(at))
    done: dict[str, date] = {}
    rows = case.activities.filter(state=Activity.State.DONE, done_at__isnull=False).order_by("done_at")
    for kind, at in rows.values_list("kind", "done_at"):
        done.setdefault(kind, timezone.localdate(at))
    found = []
    for id, label, events, activities in _PHASES:
        days = [first[kind] for kind in events if kind in first] + [done[kind] for kind in activities if kind in done]
        found.append(Phase(id, label, min(days, default=None)))
    return found
