"""People with files, ready to be judged."""

from dataclasses import dataclass
from datetime import date

from tests import factories, factories_clients
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.eligibility import commands
from zhiyin.domain.eligibility.models import Verdict
from zhiyin.domain.eligibility.sources import Given
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.models import Person
from zhiyin.domain.standards import commands as standards

OWNER = {
    "disabled": Given(True, "proved", "残疾人证"),
    "local_hukou": True,
    "retirement_category": "F50",
    "business_registered_on": "2025-03-01",
    "owner": Given(True, "proved", "营业执照"),
    "operating": True,
    "spent": 6000,
}
FOUNDER = OWNER | {
    "hardship_recognised": False,
    "graduate": False,
    "veteran": False,
    "returning_rural": False,
    "first_business": True,
    "granted_before": False,
}
ON = date(2026, 3, 5)


@dataclass
class World:
    agency: Organisation
    adviser: Membership
    person: Person

    def assess(self, *rulesets: str, on: date = ON, **facts: object) -> list[Verdict]:
        with acting(factories.who(self.adviser), "政策咨询"):
            return commands.assess(self.person, self.agency, rulesets or commands.ALL_POLICIES, facts=facts, on=on)


def world(*profiles: str, **person: object) -> World:
    """An agency under profiles, an adviser, and a client with a file and every consent."""
    agency = factories.agency()
    adviser = factories.member(agency, Role.ADVISER)
    if profiles:
        with acting(SYSTEM, "arrange"):
            standards.set_profile(agency, profiles, effective_from=date(2026, 1, 1), why="所在省份")
    client = factories.person(**{"birth": date(1988, 5, 20), **person})
    factories_clients.client_file(client, agency, adviser)
    return World(agency, adviser, client)
