"""A case file played through the commands of the domain, step after step.

``prepare_agency`` makes the body and its staff; ``run_case`` takes one client through the service as far as the file
or ``until`` says. They need a migrated database and nothing else.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.casework.models import Case
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.documents.models import Document
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.models import Person
from zhiyin.guide.models import CaseFile


class Stop(StrEnum):
    """Where a run may end; everything up to it is done."""

    REGISTERED = "registered"
    FILED = "filed"
    OPENED = "opened"
    INTAKE = "intake"
    NEEDS = "needs"
    ENVIRONMENT = "environment"
    AGREEMENT_DRAFTED = "agreement-drafted"
    AGREEMENT = "agreement"
    PLAN_DRAFTED = "plan-drafted"
    PLAN = "plan"
    ASSIGNED = "assigned"
    ASSESSMENT = "assessment"
    MATCHED = "matched"
    MATCHING = "matching"
    DELIVERY = "delivery"
    REPORT_DRAFTED = "report-drafted"
    REPORT_SUBMITTED = "report-submitted"
    REPORT = "report"
    CLOSING = "closing"
    FOLLOW_UP = "follow-up"
    FEEDBACK = "feedback"


@dataclass(frozen=True)
class Team:
    """Who serves. Where the agency has no separate person for a role, the adviser does it."""

    organisation: Organisation
    adviser: Membership
    front_desk: Membership
    supervisor: Membership | None = None
    section_head: Membership | None = None


@dataclass
class Outcome:
    """What a run made; what it did not reach is None."""

    team: Team
    reached: Stop | None = None
    person: Person | None = None
    file: ClientFile | None = None
    case: Case | None = None
    sitting: Any = None
    sitting_token: str = ""
    result: Any = None
    match_run: Any = None
    agreement: Document | None = None
    plan: Document | None = None
    report: Document | None = None
    feedback: Any = None


def prepare_agency(case: CaseFile) -> Team:
    """Register the agency of the file and its staff (sign-ins without passwords)."""
    raise NotImplementedError


def run_case(
    case: CaseFile,
    team: Team,
    *,
    until: str | Stop | None = None,
    clock: Callable[[datetime], None] | None = None,
    progress: Callable[[Stop], None] | None = None,
) -> Outcome:
    """Take the client of ``case`` through the service of ``team``.

    ``until`` is the last step to do (default: as far as the file goes). Without ``clock`` all is entered late, by a job
    that acts in place of each person, with the times of the file; with ``clock`` (a function that sets the time which
    ``timezone.now`` tells) it is called before each act, and everybody acts in person, at that time. Inside a scope
    of ``acting`` everything is done by its actor. ``progress`` hears of each step that is complete.

    Raises the errors of the commands (:class:`zhiyin.kernel.errors.Invalid`, ``NotReady`` …).
    """
    raise NotImplementedError
