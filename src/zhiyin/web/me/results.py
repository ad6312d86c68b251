"""What a result page tells the person: the code, the picture, the words, occupations talked over, what comes next."""

from typing import Any

from django.http import Http404
from django.utils import timezone

from zhiyin.domain.assessment import policies as assessment_policies
from zhiyin.domain.assessment import queries as assessment
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.casework import queries as casework
from zhiyin.domain.matching import queries as matching
from zhiyin.domain.people.models import Person
from zhiyin.domain.sittings.models import Sitting
from zhiyin.kernel.dates import chinese_date


def result_context(who: Actor, sitting: Sitting) -> dict[str, Any]:
    """Context of ``me/result.html`` for a finished sitting within reach of ``who``; 404 outside it."""
    result = assessment_policies.scope(who).filter(sitting=sitting).select_related("sitting", "person").first()
    if result is None:
        raise Http404("没有找到这份结果")
    scores = result.scores
    letters = [letter for letter in dict.fromkeys(scores["profile"]["code"] or "") if letter.isalpha()]
    by_letter = {scale["letter"]: scale for scale in scores["scales"]}
    return {
        "result": result,
        "scores": scores,
        "texts": scores["texts"],
        "types": [by_letter[letter] for letter in letters if letter in by_letter],
        "chart": assessment.chart(scores, mode="web"),
        "occupations": _occupations(who, result.person, sitting),
        "steps": _steps(result.person, sitting, scores),
    }


def _occupations(who: Actor, person: Person, sitting: Sitting) -> list[dict[str, Any]]:
    """Occupations that the adviser has gone through with the person; a bare ranking is not shown."""
    run = matching.runs_of(who, person).filter(case_id=sitting.case_id).first()
    if run is None:
        return []
    return [
        {"name": row.name, "label": row.opinion.label, "fits": row.texts("fit"), "lacks": row.texts("lack")}
        for row in matching.view(run).rows
        if row.opinion is not None and row.opinion.verdict in matching.CONFIRMED
    ]


def _steps(person: Person, sitting: Sitting, scores: dict[str, Any]) -> list[dict[str, str]]:
    """The next appointment and the person's own tasks; before there are any, what the instrument suggests."""
    own = casework.own_view(person)
    steps = []
    if own.next_appointment is not None:
        meeting = own.next_appointment
        place = meeting.room.name if meeting.room else meeting.place
        steps.append({"title": f"{meeting_time(meeting)}，和{meeting.staff.user.name}见面", "text": place})
    for found in own.cases:
        if found.case.pk == sitting.case_id:
            for task in found.tasks:
                if task.state == "planned" and task.who != "adviser":
                    when = f"{chinese_date(task.due_on)}前，" if task.due_on else ""
                    steps.append({"title": f"{when}{task.title}", "text": task.criterion})
    return steps or [{"title": text, "text": ""} for text in scores["texts"]["next_steps"]]


def meeting_time(meeting: Any) -> str:
    """``11 月 24 日 10:30``"""
    start = timezone.localtime(meeting.starts_at)
    return f"{start.month} 月 {start.day} 日 {start:%H:%M}"
