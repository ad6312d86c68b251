"""Ready-made sittings and results for tests."""

from collections.abc import Mapping
from typing import Any

from tests import factories
from tests.factories_clients import client_file
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.assessment.models import Result
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.catalogues import commands as catalogues
from zhiyin.domain.catalogues.models import Occupation
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.people.models import Person
from zhiyin.domain.sittings import commands as sittings
from zhiyin.domain.sittings import queries as sitting_queries
from zhiyin.domain.sittings.models import Sitting
from zhiyin.engines.psychometrics import InstrumentDefinition
from zhiyin.packs.installed import registry

# eight answers a scale: S 4.375, I 3.875, C 3.625, R 2.75, E 2.375, A 1.75, which is the code SIC
SIC: Mapping[str, tuple[int, ...]] = {
    "R": (3, 3, 2, 3, 3, 2, 3, 3),
    "I": (4, 4, 4, 4, 4, 4, 4, 3),
    "A": (2, 2, 1, 2, 2, 2, 1, 2),
    "S": (5, 5, 5, 4, 4, 4, 4, 4),
    "E": (2, 3, 2, 3, 2, 3, 2, 2),
    "C": (4, 4, 4, 3, 4, 3, 4, 3),
}


def instrument() -> InstrumentDefinition:
    return registry().get("instrument", "holland-interest")


def answers(scales: Mapping[str, tuple[int, ...]] = SIC) -> dict[str, int]:
    """Item → option, turned round for reverse items so that the keyed answers are those given."""
    definition = instrument()
    found = {}
    for scale, values in scales.items():
        for item, value in zip(definition.items_of(scale), values, strict=True):
            found[item.id] = definition.keyed(item, value)
    return found


def client(adviser: Membership, person: Person | None = None, **first: Any) -> ClientFile:
    """A file at the adviser's agency with all consents."""
    return client_file(person or factories.person(), adviser.organisation, adviser, **first)


def assigned(file: ClientFile, **values: Any) -> tuple[Sitting, str]:
    with acting(SYSTEM, "arrange"):
        return sittings.assign(file.person, file.organisation, **values)


def started(file: ClientFile, **values: Any) -> Sitting:
    sitting, _ = assigned(file, **values)
    with acting(sitting_queries.link_actor(sitting)):
        return sittings.start(sitting)


def result(file: ClientFile, given: Mapping[str, int] | None = None, **values: Any) -> Result:
    """A finished and scored sitting."""
    sitting, _ = assigned(file, **values)
    with acting(SYSTEM, "arrange"):
        sittings.enter_answers(sitting, given or answers())
        sittings.finish(sitting, allow_missing=True)
    return Result.objects.select_related("person", "sitting").get(sitting=sitting)


def catalogue() -> int:
    """The occupations of the packs in the database; how many."""
    with acting(SYSTEM, "arrange"):
        catalogues.sync_packs()
    return Occupation.objects.count()
