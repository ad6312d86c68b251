"""Norms: samples without a person, how far a group has come, publishing a table.

A sample is kept only with a consent of its own, for a purpose that the notice names; without one nothing is collected.
"""

import calendar
import json
from collections import Counter
from dataclasses import dataclass
from datetime import date

from django.utils import timezone

from zhiyin.domain.assessment import policies
from zhiyin.domain.assessment.models import Norm, NormSample, Result
from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people import consents
from zhiyin.domain.people.models import Person
from zhiyin.engines import psychometrics as engine
from zhiyin.engines.psychometrics import InstrumentDefinition, NormStatus, NormTable
from zhiyin.kernel.errors import Invalid, NotReady
from zhiyin.packs.installed import registry

PURPOSE = "norms"
GROUPS = {"all": "全体", "student": "学生", "adult": "成年人"}
_ADULT = 18


def groups_of(definition: InstrumentDefinition, person: Person, organisation: Organisation, on: date) -> list[str]:
    """The norm groups a person belongs to, the most particular first: student, adult, all."""
    found = []
    if ClientFile.objects.filter(person=person, organisation=organisation, employment_status="student").exists():
        found.append("student")
    elif person.age(on) >= _ADULT:
        found.append("adult")
    return [group for group in [*found, "all"] if group in definition.norms.groups]


def published(instrument: str, version: int, group: str) -> NormTable | None:
    """The newest published table of a group, None when there is none."""
    row = (
        Norm.objects.filter(instrument=instrument, instrument_version=version, group=group)
        .order_by("-published_at")
        .first()
    )
    return table_of(row) if row else None


def table_of(norm: Norm) -> NormTable:
    """The stored table in the engine's form, its group in words."""
    table = NormTable.model_validate_json(json.dumps(norm.table))
    return table.model_copy(update={"group": GROUPS.get(norm.group, norm.group)})


def table_for(definition: InstrumentDefinition, groups: list[str]) -> tuple[NormTable | None, NormStatus]:
    """The most particular usable table; without one, how far the collection for everybody has come."""
    for group in groups:
        table = published(definition.id, definition.version, group)
        if table is not None and table.n >= definition.norms.minimum_n:
            return table, engine.norm_status(table, definition.norms.minimum_n)
    return None, norm_status(definition.id, groups[-1] if groups else "all")


def norm_status(instrument: str, group: str) -> NormStatus:
    """Whether a group's norm can be used, or how many samples are still lacking."""
    definition = _definition(instrument, group)
    table = published(definition.id, definition.version, group)
    if table is not None:
        return engine.norm_status(table, definition.norms.minimum_n)
    n = len(_samples(definition, group))
    lacking = max(0, definition.norms.minimum_n - n)
    still = f"还差 {lacking} 人" if lacking else "人数已够，等科长发布"
    return NormStatus(False, n, lacking, f"常模还在收集：现有 {n} 人，{still}")


def _definition(instrument: str, group: str) -> InstrumentDefinition:
    definition = registry().get("instrument", instrument)
    assert isinstance(definition, InstrumentDefinition)
    if group not in definition.norms.groups:
        raise Invalid({"group": [f"“{definition.title}”没有这个常模群体"]})
    return definition


def _samples(definition: InstrumentDefinition, group: str) -> list[NormSample]:
    rows = NormSample.objects.filter(instrument=definition.id, instrument_version=definition.version)
    # groups is a JSON list, which SQLite cannot be asked about
    return [row for row in rows.order_by("pk") if group in row.groups]


def keep_sample(result: Result, definition: InstrumentDefinition, organisation: Organisation, on: date) -> bool:
    """Keep the scale means of a valid result without the person, if they agreed to that purpose."""
    notice = consents.notice_for(result.person)
    if not result.is_valid_for_norms or PURPOSE not in {purpose.value for purpose in notice.purposes}:
        return False
    if not consents.standing(result.person, organisation, PURPOSE).holds:
        return False
    NormSample.objects.create(
        instrument=definition.id,
        instrument_version=definition.version,
        groups=groups_of(definition, result.person, organisation, on),
        means={row["letter"]: row["mean"] for row in result.scores["scales"]},
        month=f"{on:%Y-%m}",
    )
    return True


@dataclass(frozen=True)
class GroupState:
    """How far the norm of one group has come: people collected, people still lacking, what was published last."""

    group: str
    label: str
    n: int
    minimum: int
    published: Norm | None

    @property
    def lacking(self) -> int:
        return max(0, self.minimum - self.n)


def overview(definition: InstrumentDefinition) -> list[GroupState]:
    """The state of every group of an instrument, by two queries."""
    samples = NormSample.objects.filter(instrument=definition.id, instrument_version=definition.version)
    counts = Counter(group for groups in samples.values_list("groups", flat=True) for group in groups)
    norms = Norm.objects.filter(instrument=definition.id, instrument_version=definition.version)
    newest = {norm.group: norm for norm in norms.order_by("published_at")}
    least = definition.norms.minimum_n
    return [
        GroupState(group, GROUPS.get(group, group), counts[group], least, newest.get(group))
        for group in definition.norms.groups
    ]


@command("assessment.publish_norm")
def publish_norm(instrument: str, group: str) -> Norm:
    """Publish the norm of a group once it holds the least number of people; ``NotReady`` says how many are lacking.

    A later publication does not alter results: each keeps the norm it was reported with.
    """
    policies.require(actor(), "assessment.publish_norm")
    definition = _definition(instrument, group)
    rows = _samples(definition, group)
    lacking = definition.norms.minimum_n - len(rows)
    if lacking > 0:
        raise NotReady(f"常模还在收集：现有 {len(rows)} 人，还差 {lacking} 人", [f"还差 {lacking} 人"])
    months = sorted(row.month for row in rows)
    first, last = (date.fromisoformat(f"{month}-01") for month in (months[0], months[-1]))
    table = engine.build_norms(
        [row.means for row in rows],
        group=group,
        collected_from=first,
        collected_to=last.replace(day=calendar.monthrange(last.year, last.month)[1]),
    )
    norm = Norm.objects.create(
        instrument=definition.id,
        instrument_version=definition.version,
        group=group,
        n=table.n,
        collected_from=months[0],
        collected_to=months[-1],
        table=table.model_dump(mode="json"),
        published_at=timezone.now(),
    )
    record("assessment.norm_published", norm, instrument=definition.id, group=group, n=table.n)
    return norm
