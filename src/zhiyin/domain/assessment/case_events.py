"""Matching lies below casework and cannot name it; what happens there is recorded in the case from here."""

from datetime import datetime

from zhiyin.domain.casework.events import record_event
from zhiyin.domain.casework.models import Case
from zhiyin.domain.matching.models import MatchChoice, MatchRun
from zhiyin.kernel.errors import Invalid


def _case_of(run: MatchRun) -> Case | None:
    if run.case_id is None:
        return None
    case = Case.objects.filter(pk=run.case_id, person_id=run.person_id, organisation_id=run.organisation_id).first()
    if case is None:
        raise Invalid({"case_id": ["这个个案不属于本人，或者不在本机构"]})
    return case


def run_made(run: MatchRun, happened_at: datetime | None) -> None:
    case = _case_of(run)
    if case is not None:
        record_event(case, "match.run", happened_at=happened_at, data={"run": str(run.pk)})


def choice_made(choice: MatchChoice, happened_at: datetime | None) -> None:
    case = _case_of(choice.run)
    if case is not None:
        data = {"run": str(choice.run_id), "code": choice.code, "verdict": choice.verdict}
        record_event(case, "match.confirmed", happened_at=happened_at, data=data)
