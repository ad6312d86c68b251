"""Reads about conformance: the latest run by standard, a run on one page, one clause, history, evidence."""

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils import timezone

from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.conformance import measuring, policies
from zhiyin.domain.conformance.models import FindingRow, ManualEvidence, NotApplicable, Run
from zhiyin.domain.conformance.showing import Shown, shown_rows
from zhiyin.domain.organisations.models import Organisation
from zhiyin.engines.conformance import VERDICTS, Change, Clause, Measure, Verdict, combined, compare
from zhiyin.engines.conformance.judging import shown_number

HISTORY = 24


@dataclass(frozen=True)
class Line:
    """One finding of a run with the measure that it came from; ``measure`` is None where the set has it no longer."""

    row: FindingRow
    measure: Measure | None

    @property
    def verdict(self) -> Verdict:
        return Verdict(self.row.verdict)

    @property
    def unit(self) -> str:
        return self.measure.unit if self.measure else ""

    @property
    def value(self) -> str:
        """The figure as printed; empty where there is none to print."""
        return "" if self.measure and self.measure.by == "manual" else _printed(self.row.value, self.unit)

    @property
    def threshold(self) -> str:
        return "" if isinstance(self.row.threshold, bool) else _printed(self.row.threshold, self.unit)

    @property
    def counted(self) -> str:
        """How many of how many, where rows were looked at."""
        if self.row.of is None or self.row.of == 0 or self.measure is None or self.measure.unit != "%":
            return ""
        return f"{self.row.of} 项中 {self.row.lacking} 项没做到" if self.row.lacking else f"{self.row.of} 项都做到"


def _printed(value: Any, unit: str) -> str:
    if value is None or isinstance(value, bool):
        return {True: "有", False: "没有"}.get(value, "") if isinstance(value, bool) else ""
    return f"{shown_number(value)}{unit if unit == '%' else f' {unit}' if unit else ''}"


@dataclass(frozen=True)
class ClauseLine:
    """One clause of a run: its verdict and the findings behind it, the most telling first."""

    clause: Clause
    verdict: Verdict
    lines: tuple[Line, ...]

    @property
    def first(self) -> Line:
        return self.lines[0]

    @property
    def effect(self) -> float:
        return max(line.row.effect for line in self.lines)


@dataclass(frozen=True)
class Chapter:
    """The clauses of one chapter, counted by verdict in the order of ``VERDICTS``."""

    title: str
    counts: Mapping[Verdict, int]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def met(self) -> int:
        return self.counts[Verdict.MET]


@dataclass(frozen=True)
class Point:
    """One run in the history."""

    id: uuid.UUID
    on: date
    score: float | None
    totals: Mapping[str, int]


@dataclass
class Board:
    """A run on one page."""

    run: Run
    standard: measuring.Standard
    lines: list[ClauseLine]
    chapters: list[Chapter]
    changes: list[Change] = field(default_factory=list)
    before: Run | None = None
    stale: bool = False

    @property
    def counts(self) -> list[tuple[Verdict, int]]:
        return [(verdict, int(self.run.totals.get(verdict.value, 0))) for verdict in VERDICTS]

    @property
    def total(self) -> int:
        return len(self.lines)

    @property
    def to_do(self) -> list[ClauseLine]:
        """Clauses that need work, what brings most first."""
        open_ = [line for line in self.lines if line.verdict not in {Verdict.MET, Verdict.NOT_APPLICABLE}]
        return sorted(open_, key=lambda line: -line.effect)


def latest(who: Actor, organisation: Organisation, standard: str) -> Run | None:
    """The newest run of a standard within reach."""
    runs = policies.scope(who).filter(organisation=organisation, standard=standard)
    return runs.select_related("by__user", "organisation").first()


def board(run: Run) -> Board:
    """A run with its clauses, chapters, and what changed since the run of an earlier day; at most six queries."""
    chosen = measuring.standard(run.organisation, run.standard)
    lines = _lines(run, chosen)
    before = (
        Run.objects.filter(organisation_id=run.organisation_id, standard=run.standard, on__lt=run.on)
        .order_by("-on", "-made_at")
        .first()
    )
    earlier = verdicts(before) if before is not None else {}
    return Board(
        run=run,
        standard=chosen,
        lines=lines,
        chapters=_chapters(lines),
        changes=compare(earlier, {line.clause.id: line.verdict for line in lines}) if before is not None else [],
        before=before,
        stale=_is_stale(run),
    )


def verdicts(run: Run) -> dict[str, Verdict]:
    """Verdict by clause of a run."""
    found: dict[str, list[Verdict]] = {}
    for clause, verdict in FindingRow.objects.filter(run=run).order_by("position").values_list("clause", "verdict"):
        found.setdefault(clause, []).append(Verdict(verdict))
    return {clause: combined(items) for clause, items in found.items()}


def _lines(run: Run, chosen: measuring.Standard, clause: str = "") -> list[ClauseLine]:
    rows = FindingRow.objects.filter(run=run).order_by("position")
    if clause:
        rows = rows.filter(clause=clause)
    by_clause: dict[str, list[Line]] = {}
    known = {measure.id: measure for measure in chosen.set.measures}
    for row in rows:
        by_clause.setdefault(row.clause, []).append(Line(row, known.get(row.measure)))
    texts = measuring.clauses(chosen.set)
    return [
        ClauseLine(
            text,
            combined(line.verdict for line in by_clause[id]),
            tuple(sorted(by_clause[id], key=lambda line: (VERDICTS.index(line.verdict), line.row.position))),
        )
        for id, text in texts.items()
        if id in by_clause
    ]


def _chapters(lines: Iterable[ClauseLine]) -> list[Chapter]:
    found: dict[str, dict[Verdict, int]] = {}
    for line in lines:
        counts = found.setdefault(measuring.chapter(line.clause), dict.fromkeys(VERDICTS, 0))
        counts[line.verdict] += 1
    return [Chapter(title, counts) for title, counts in found.items()]


def _is_stale(run: Run) -> bool:
    """Whether evidence or a declaration came, or went, after the run."""
    since = {"organisation_id": run.organisation_id}
    day = timezone.localdate(run.made_at)
    papers = ManualEvidence.objects.filter(**since)
    declared = NotApplicable.objects.filter(**since)
    return (
        papers.filter(uploaded_at__gt=run.made_at).exists()
        or papers.filter(withdrawn_at__gt=run.made_at).exists()
        or declared.filter(declared_on__gt=day).exists()
    )


@dataclass
class ClausePage:
    """Everything about one clause at one body."""

    clause: Clause
    standard: measuring.Standard
    run: Run | None
    line: ClauseLine | None
    measures: list[Measure]
    met: list[Shown]
    unmet: list[Shown]
    papers: list[ManualEvidence]
    waiver: NotApplicable | None
    history: list[tuple[date, Verdict]]
    serving: list[tuple[str, str, str]]

    @property
    def takes_evidence(self) -> bool:
        return any(measure.by == "manual" for measure in self.measures)

    @property
    def verdict(self) -> Verdict | None:
        return self.line.verdict if self.line else None


def clause_page(who: Actor, organisation: Organisation, standard: str, clause: str) -> ClausePage | None:
    """One clause with its evidence, papers and history; None when the standard does not measure it."""
    chosen = measuring.standard(organisation, standard)
    texts = measuring.clauses(chosen.set)
    if clause not in texts:
        return None
    run = latest(who, organisation, chosen.code)
    lines = _lines(run, chosen, clause) if run is not None else []
    line = lines[0] if lines else None
    met: list[list[str]] = []
    unmet: list[list[str]] = []
    for item in line.lines if line else ():
        met += [pair for pair in item.row.evidence.get("met", []) if pair not in met]
        unmet += [pair for pair in item.row.evidence.get("unmet", []) if pair not in unmet]
    shown = shown_rows([*met, *unmet])
    return ClausePage(
        clause=texts[clause],
        standard=chosen,
        run=run,
        line=line,
        measures=[measure for measure in chosen.set.measures if clause in measure.clauses],
        met=[shown[tuple(pair)] for pair in met if tuple(pair) in shown],
        unmet=[shown[tuple(pair)] for pair in unmet if tuple(pair) in shown],
        papers=list(
            policies.evidence_scope(who)
            .filter(organisation=organisation, clause=clause)
            .select_related("file", "uploaded_by__user", "withdrawn_by__user")
        ),
        waiver=NotApplicable.objects.filter(organisation=organisation, clause=clause, ended_on=None)
        .select_related("declared_by__user")
        .first(),
        history=_history_of(organisation, chosen.code, clause),
        serving=_serving(clause),
    )


def _history_of(organisation: Organisation, standard: str, clause: str) -> list[tuple[date, Verdict]]:
    """The verdict of each run of the standard on a clause, oldest first."""
    rows = (
        FindingRow.objects.filter(run__organisation=organisation, run__standard=standard, clause=clause)
        .order_by("run__on", "run__made_at", "position")
        .values_list("run_id", "run__on", "verdict")
    )
    found: dict[uuid.UUID, tuple[date, list[Verdict]]] = {}
    for run, day, verdict in rows:
        found.setdefault(run, (day, []))[1].append(Verdict(verdict))
    return [(day, combined(items)) for day, items in found.values()][-HISTORY:]


_SERVING = {
    "form": "表单",
    "process": "流程",
    "document": "文书",
    "ruleset": "规则",
    "table": "决策表",
    "instrument": "测评工具",
    "policy": "政策",
    "codelist": "代码表",
    "notice": "告知书",
    "parameter": "参数",
}


def _serving(clause: str) -> list[tuple[str, str, str]]:
    """(kind, title, id) of the definitions that say they serve a clause."""
    from zhiyin.packs.installed import registry

    packs = registry()
    found = []
    for kind, id in packs.contents():
        if kind in _SERVING:
            definition = packs.get(kind, id)
            named: Sequence[str] = getattr(definition, "serves", ()) or getattr(definition, "clauses", ())
            if clause in named:
                found.append((_SERVING[kind], definition.title, id))
    return found


def history(who: Actor, organisation: Organisation, standard: str) -> list[Point]:
    """The last run of each day, oldest first."""
    runs = policies.scope(who).filter(organisation=organisation, standard=standard).order_by("on", "made_at", "id")
    last = {run.on: Point(run.pk, run.on, run.score, run.totals) for run in runs}
    return list(last.values())[-HISTORY:]


def evidence(who: Actor, organisation: Organisation, standard: str = "") -> list[ManualEvidence]:
    """Papers brought, those whose term ends first before the others."""
    rows = policies.evidence_scope(who).filter(organisation=organisation).select_related("file", "uploaded_by__user")
    if standard:
        rows = rows.filter(clause__startswith=f"{standard}-")
    return sorted(rows, key=lambda row: (row.withdrawn_at is not None, row.valid_until or date.max, row.clause))
