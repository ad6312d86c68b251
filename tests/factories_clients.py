"""Ready-made client files for tests."""

from typing import Any

from django.utils import timezone

from tests import factories
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.audit import acting as acting_module
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.clients import commands
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.consents import give_consent, notice_for, parties
from zhiyin.domain.people.models import Consent, Person
from zhiyin.domain.people.queries import guardians_deciding


def consent(person: Person, organisation: Organisation, *purposes: str, recipient: str = "") -> list[Consent]:
    """Everybody whose consent is needed agrees to ``purposes`` (default: every purpose that names no recipient)."""
    if acting_module.current() is None:
        with acting(SYSTEM, "arrange"):
            return consent(person, organisation, *purposes, recipient=recipient)
    wanted = purposes or tuple(item.value for item in notice_for(person).purposes if not item.recipient)
    given = []
    for purpose in wanted:
        for party in parties(person):
            guardian = None
            if party == Consent.By.GUARDIAN:
                deciding = guardians_deciding(person, timezone.localdate())
                guardian = deciding[0] if deciding else factories.guardian(person)
            given.append(
                give_consent(
                    person, organisation, purpose, by=party, channel="paper", guardian=guardian, recipient=recipient
                )
            )
    return given


def client_file(
    person: Person | None = None,
    organisation: Organisation | None = None,
    adviser: Membership | None = None,
    **first: Any,
) -> ClientFile:
    """A file with all consents given; an agency, a person and no adviser unless they are named."""
    organisation = organisation or (adviser.organisation if adviser else factories.agency())
    person = person or factories.person()
    if acting_module.current() is None:
        with acting(SYSTEM, "arrange"):
            return client_file(person, organisation, adviser, **first)
    consent(person, organisation)
    return commands.open_file(person, organisation, adviser, **first)


def client_actor(file: ClientFile) -> Any:
    """The client of ``file`` acting in person."""
    from zhiyin.domain.people.queries import person_actor

    return person_actor(file.person, file.organisation_id)
