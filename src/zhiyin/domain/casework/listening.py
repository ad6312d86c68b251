"""What happens in a room below and shows in a case: consents given and withdrawn."""

from zhiyin.domain.casework.events import record_event
from zhiyin.domain.casework.intake import ESSENTIAL
from zhiyin.domain.casework.models import Case
from zhiyin.domain.people import consents
from zhiyin.domain.people.models import Consent

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
