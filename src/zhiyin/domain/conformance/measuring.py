"""One measuring: which measures there are, what they read, what was brought, and the verdicts."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhiyin.domain.conformance.models import ManualEvidence, NotApplicable
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.standards.queries import active
from zhiyin.engines.conformance import (
    Clause,
    EvidenceRef,
    Finding,
    Measure,
    MeasureSet,
    Proof,
    Reading,
    Scope,
    Verdict,
    judge,
    reader,
    valued,
)
from zhiyin.kernel.dates import add_months
from zhiyin.kernel.errors import DefinitionError, Invalid
from zhiyin.packs.installed import registry
from zhiyin.packs.resolved import Resolved

PERIOD_MONTHS = 12
EVIDENCE = "conformance.manualevidence"


@dataclass(frozen=True)
class Standard:
    """A standard that can be measured here. ``chosen`` tells whether the body works by it, or only holds itself up
    against it.
    """

    code: str
    title: str
    set: MeasureSet
    pack: str
    chosen: bool

    @property
    def is_whole(self) -> bool:
        return self.set.covers == "whole"


def standards(organisation: Organisation | uuid.UUID) -> list[Standard]:
    """Every standard with measures, those by which the body works first."""
    packs = registry()
    offered = {item.id for item in active(organisation).all("measures")}
    titles = {pack.id: pack.head.standard.title if pack.head.standard else pack.head.title for pack in packs.packs}
    found = [
        Standard(item.standard, titles[where.pack], item, where.pack, item.id in offered)
        for kind, id in packs.contents()
        if kind == "measures"
        for item, where in [(packs.get(kind, id), packs.provenance(kind, id))]
    ]
    return sorted(found, key=lambda item: (not item.chosen, not item.is_whole, item.code))


def standard(organisation: Organisation | uuid.UUID, code: str) -> Standard:
    """The standard of that short name; ``Invalid`` when it has no measures."""
    found = standards(organisation)
    for item in found:
        if item.code == code.strip().upper():
            return item
    listed = "、".join(f"{item.code}（{item.title}）" for item in found)
    raise Invalid({"standard": [f"没有标准“{code}”的指标；有：{listed}"]})


def clauses(set: MeasureSet) -> dict[str, Clause]:
    """The clauses that a set of measures speaks of, in the order of the standard."""
    wanted = {clause for measure in set.measures for clause in measure.clauses}
    packs = registry()
    found = {id: packs.get("clause", id) for kind, id in packs.contents() if kind == "clause" and id in wanted}
    rows = {clause.id: place for place, clause in enumerate(_in_written_order(found.values()))}
    return dict(sorted(found.items(), key=lambda pair: rows[pair[0]]))


def _in_written_order(found: Iterable[Clause]) -> list[Clause]:
    packs = registry()

    def place(clause: Clause) -> tuple[str, str, int]:
        where = packs.provenance("clause", clause.id)
        return (where.pack, str(where.file), where.line)

    return sorted(found, key=place)


def chapter(clause: Clause) -> str:
    """The chapter that a clause stands in."""
    return clause.part


def measured(organisation: Organisation, chosen: Standard, on: date, since: date | None = None) -> list[Finding]:
    """The findings of all measures of a standard on a day, over the year before it by default.

    The number of queries follows from the measures alone; a query that several measures share is read once.
    """
    resolved = active(organisation, on)
    scope = Scope((organisation.pk,), since or add_months(on, -PERIOD_MONTHS), on, on)
    proofs, waived = proofs_of(organisation, on), waivers_of(organisation, on)
    readings: dict[tuple[str, tuple[Any, ...]], Reading] = {}
    found = []
    for measure in chosen.set.measures:
        for clause in measure.clauses:
            single = measure.model_copy(update={"clauses": [clause]})
            shown: Reading | Sequence[Proof] | None = None
            try:
                if clause not in waived:
                    if measure.by == "query":
                        shown = _read(measure, scope, resolved, readings)
                    elif measure.by == "manual":
                        shown = proofs.get((clause, measure.id), ())
                finding = judge(single, shown, lambda id: resolved.parameter(id, on), on, waived=waived.get(clause, ""))
            except DefinitionError as error:
                # a threshold without a value on that day: the day lies before the standard came into force
                finding = Finding(single, Verdict.UNPROVEN, str(error))
            found.append(finding)
    return found


def _read(
    measure: Measure, scope: Scope, resolved: Resolved, readings: dict[tuple[str, tuple[Any, ...]], Reading]
) -> Reading:
    given = {key: valued(value, lambda id: resolved.parameter(id, scope.on)) for key, value in measure.given.items()}
    key = (str(measure.query), tuple(sorted(given.items())))
    if key not in readings:
        own = Scope(scope.organisations, scope.since, scope.until, scope.on, given)
        readings[key] = reader(key[0])(own)
    return readings[key]


def proofs_of(organisation: Organisation, on: date) -> dict[tuple[str, str], list[Proof]]:
    """Evidence not withdrawn by that day, by clause and measure."""
    rows = ManualEvidence.objects.filter(organisation=organisation, dated__lte=on).exclude(withdrawn_at__date__lte=on)
    found: dict[tuple[str, str], list[Proof]] = defaultdict(list)
    for row in rows:
        proof = Proof(EvidenceRef(EVIDENCE, str(row.pk)), row.dated, row.valid_until)
        found[row.clause, row.measure].append(proof)
    return found


def waivers_of(organisation: Organisation, on: date) -> dict[str, str]:
    """Clauses declared not to apply on that day, with the reason."""
    rows = NotApplicable.objects.filter(organisation=organisation, declared_on__lte=on).exclude(ended_on__lte=on)
    return {row.clause: row.reason for row in rows}
