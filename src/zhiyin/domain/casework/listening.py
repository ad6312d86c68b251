"""What happens in rooms below and shows in a case: consents given and withdrawn, occupations compared."""

from datetime import datetime

from zhiyin.domain.audit.acting import actor
from zhiyin.domain.casework import policies
from zhiyin.domain.casework.events import record_event
from zhiyin.domain.casework.intake import ESSENTIAL
from zhiyin.domain.casework.models import Case
from zhiyin.domain.matching.models import MatchChoice, MatchRun
from zhiyin.domain.people import consents
from zhiyin.domain.people.models import Consent
from zhiyin.kernel.errors import Invalid, NotReady

RUNNING = ("open", "paused", "following", "closed")


def consent_changed(consent: Consent, given: bool) -> None:
    """A consent given or withdrawn shows in the running cases it touches; without the one for the file they pause.

    Where two have to agree (a minor and a guardian) only a standing that is complete again counts as given, and a
    withdrawal pauses only when what is left no longer suffices.
    """
    standing = consents.standing(consent.person, consent.organisation, consent.purpose)
    if given and not standing.holds:
        return
    moment = consent.given_at if given else consent.withdrawal.withdrawn_at
    cases = Case.objects.filter(
        person=consent.person, organisation=consent.organisation, status__in=RUNNING, opened_at__lte=moment
    )
    for case in cases:
        record_event(
            case,
            "consent.given" if given else "consent.withdrawn",
            happened_at=moment,
            data={"purpose": consent.purpose, "essential": consent.purpose == ESSENTIAL and not standing.holds},
        )


def match_ran(run: MatchRun, happened_at: datetime | None) -> None:
    """A comparison made for a case is part of its delivery; ``NotReady`` before that step, as for any other event."""
    if run.case_id is None:
        return
    case = Case.objects.filter(pk=run.case_id, person=run.person_id, organisation=run.organisation_id).first()
    if case is None:
        raise Invalid({"case_id": ["这个个案不是本人在本机构的个案"]})
    if actor().kind == "staff":
        policies.require(actor(), "casework.work", case)
    record_event(case, "match.run", happened_at=happened_at, data={"run": str(run.pk)})


def choice_made(choice: MatchChoice, happened_at: datetime | None) -> None:
    """An occupation that adviser and client agreed to consider; an opinion given after closing stays without event."""
    case = Case.objects.filter(pk=choice.run.case_id).first() if choice.run.case_id else None
    if case is None or choice.verdict != MatchChoice.Verdict.CONSIDER:
        return
    try:
        record_event(case, "match.confirmed", happened_at=happened_at, data={"code": choice.code})
    except NotReady:
        return
