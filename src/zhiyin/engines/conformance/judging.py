"""From a reading or a proof to a verdict, and from many verdicts to where an agency stands and what to do next."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from zhiyin.engines.conformance.definitions import Measure, ParameterValue, Threshold
from zhiyin.engines.conformance.registry import EvidenceRef, Reading

EXPIRES_SOON = 30
"""Days before its end from which a proof is said to expire soon."""

Parameters = Callable[[str], Any]
"""Value of a parameter on the day of judging."""


class Verdict(StrEnum):
    """What is said of a clause or one of its measures."""

    MET = "met"
    PARTLY = "partly"
    UNMET = "unmet"
    UNPROVEN = "unproven"
    NOT_APPLICABLE = "not_applicable"

    @property
    def label(self) -> str:
        return _LABELS[self]

    @property
    def points(self) -> float:
        """What it counts in the score: 1, a half, or nothing."""
        return {Verdict.MET: 1.0, Verdict.PARTLY: 0.5}.get(self, 0.0)


_LABELS = {
    Verdict.MET: "符合",
    Verdict.PARTLY: "部分符合",
    Verdict.UNMET: "不符合",
    Verdict.UNPROVEN: "待证",
    Verdict.NOT_APPLICABLE: "不适用",
}
VERDICTS: tuple[Verdict, ...] = (
    Verdict.UNMET,
    Verdict.PARTLY,
    Verdict.UNPROVEN,
    Verdict.MET,
    Verdict.NOT_APPLICABLE,
)
"""In the order in which they are shown: what needs work first."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Evidence that somebody brought: when it is from, until when it is good (None: for good)."""

    ref: EvidenceRef
    dated: date
    valid_until: date | None = None

    def stands(self, on: date) -> bool:
        """Whether it can be counted on that day."""
        return self.dated <= on and (self.valid_until is None or on <= self.valid_until)


@dataclass(frozen=True, slots=True)
class Finding:
    """The verdict on one measure, with its figure, what was asked, and why in one Chinese sentence."""

    measure: Measure
    verdict: Verdict
    why: str
    value: float | bool | None = None
    threshold: Threshold | None = None
    of: int | None = None
    met: tuple[EvidenceRef, ...] = ()
    unmet: tuple[EvidenceRef, ...] = ()
    lacking: int = 0


def judge(
    measure: Measure, shown: Reading | Sequence[Proof] | None, parameters: Parameters, on: date, *, waived: str = ""
) -> Finding:
    """The verdict on one measure.

    ``shown`` is the reading of a query, the proofs brought for a manual measure, or None for what the software does by
    construction. ``waived`` is the reason for which the clause does not apply. TypeError when ``shown`` does not fit
    the measure.
    """
    if waived:
        return Finding(measure, Verdict.NOT_APPLICABLE, f"声明不适用：{waived}")
    if measure.by == "construction":
        return Finding(measure, Verdict.MET, "由系统的做法保证，并有自动测试核对")
    if measure.by == "manual":
        if shown is None or isinstance(shown, Reading):
            raise TypeError("a manual measure is judged by proofs")
        return _by_proof(measure, shown, on)
    if not isinstance(shown, Reading):
        raise TypeError("a query measure is judged by a reading")
    return _by_reading(measure, shown, parameters)


def _by_proof(measure: Measure, proofs: Sequence[Proof], on: date) -> Finding:
    standing = [proof for proof in proofs if proof.stands(on)]
    if standing:
        refs = tuple(proof.ref for proof in standing)
        last = max(proof.valid_until or date.max for proof in standing)
        why = f"有 {len(standing)} 份有效证据"
        if last != date.max:
            soon = (last - on).days <= EXPIRES_SOON
            why += f"，有效至 {last}" + ("，快到期了" if soon else "")
        return Finding(measure, Verdict.MET, why, value=len(standing), met=refs)
    past = [proof.valid_until for proof in proofs if proof.valid_until is not None and proof.valid_until < on]
    if past:
        gone = tuple(proof.ref for proof in proofs if proof.valid_until in past)
        return Finding(measure, Verdict.UNPROVEN, f"证据已于 {max(past)} 到期，请补新的", 0, unmet=gone)
    return Finding(measure, Verdict.UNPROVEN, "还没有上传证据", 0)


def _by_reading(measure: Measure, reading: Reading, parameters: Parameters) -> Finding:
    threshold, partial = valued(measure.threshold, parameters), valued(measure.partial, parameters)
    rows: Mapping[str, Any] = {
        "value": reading.value,
        "threshold": threshold,
        "of": reading.of,
        "met": reading.met,
        "unmet": reading.unmet,
        "lacking": reading.lacking,
    }
    if reading.value is None and measure.when_empty == "not_applicable":
        return Finding(measure, Verdict.NOT_APPLICABLE, reading.note or "这段时间没有发生，不用衡量", **rows)
    if reading.value is None:
        why = reading.note or "这段时间没有可以衡量的记录"
        return Finding(measure, Verdict.UNPROVEN, why, **rows)
    if measure.direction == "none":
        return Finding(measure, Verdict.MET, _found(measure, reading), **rows)
    if reaches(reading.value, threshold, measure.direction):
        return Finding(measure, Verdict.MET, _found(measure, reading), **rows)
    verdict = Verdict.UNMET
    if partial is not None and reaches(reading.value, partial, measure.direction):
        verdict = Verdict.PARTLY
    if isinstance(threshold, bool):
        return Finding(measure, verdict, reading.note or "还没有做到", **rows)
    wanted = {"at_least": "至少", "at_most": "至多", "equals": "应为"}[measure.direction]
    why = f"{_found(measure, reading)}，要求{wanted} {shown_number(threshold)}{measure.unit}"
    return Finding(measure, verdict, why, **rows)


def _found(measure: Measure, reading: Reading) -> str:
    if isinstance(reading.value, bool):
        return reading.note or ("已做到" if reading.value else "还没有做到")
    text = f"实测 {shown_number(reading.value)}{measure.unit}"
    if reading.of is not None and measure.unit == "%":
        text += f"（{reading.of} 项中 {reading.of - reading.lacking} 项做到）"
    return f"{text}；{reading.note}" if reading.note else text


def valued(threshold: Threshold | None, parameters: Parameters) -> Any:
    """A threshold as a plain value; parameters are looked up."""
    return parameters(threshold.param) if isinstance(threshold, ParameterValue) else threshold


def reaches(value: float | bool, threshold: Any, direction: str) -> bool:
    """Whether a figure is what was asked."""
    if direction == "at_least":
        return bool(value >= threshold)
    if direction == "at_most":
        return bool(value <= threshold)
    return bool(value == threshold)


def shown_number(value: Any) -> str:
    """A figure as it is printed: no trailing zeros."""
    return f"{value:g}" if isinstance(value, float) else str(value)


# -- clauses and the whole -----------------------------------------------------------------------------------------


def combined(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict on a clause from those on its measures.

    Measures that do not apply are left out. A measure not met makes the clause unmet, or partly met where another is
    met; then what is partly met or not proved decides; only what is met throughout is met. ValueError for none.
    """
    found = list(verdicts)
    if not found:
        raise ValueError("a clause without measures has no verdict")
    left = [verdict for verdict in found if verdict is not Verdict.NOT_APPLICABLE]
    if not left:
        return Verdict.NOT_APPLICABLE
    if Verdict.UNMET in left:
        good = {Verdict.MET, Verdict.PARTLY}.intersection(left)
        return Verdict.PARTLY if good else Verdict.UNMET
    for verdict in (Verdict.PARTLY, Verdict.UNPROVEN):
        if verdict in left:
            return verdict
    return Verdict.MET


def by_clause(findings: Iterable[Finding]) -> dict[str, Verdict]:
    """Verdict by clause id, in the order in which the clauses first appear."""
    found: dict[str, list[Verdict]] = {}
    for finding in findings:
        for clause in finding.measure.clauses:
            found.setdefault(clause, []).append(finding.verdict)
    return {clause: combined(verdicts) for clause, verdicts in found.items()}


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an agency stands: clauses by verdict, and the score from 0 to 100 (None where nothing applies).

    The score is 100 × Σ weight × points ÷ Σ weight over the clauses that apply; the weight of a clause is the greatest
    of its measures' weights; met counts 1, partly met ½, unmet and unproven nothing.
    """

    counts: Mapping[Verdict, int]
    score: float | None

    @property
    def total(self) -> int:
        return sum(self.counts.values())


def standing(findings: Sequence[Finding]) -> Standing:
    """Counts and score of the clauses that the findings speak of."""
    verdicts = by_clause(findings)
    weights: dict[str, int] = {}
    for finding in findings:
        for clause in finding.measure.clauses:
            weights[clause] = max(weights.get(clause, 0), finding.measure.weight)
    counts = Counter(verdicts.values())
    applied = [clause for clause, verdict in verdicts.items() if verdict is not Verdict.NOT_APPLICABLE]
    whole = sum(weights[clause] for clause in applied)
    reached = sum(weights[clause] * verdicts[clause].points for clause in applied)
    score = round(100 * reached / whole, 1) if whole else None
    return Standing({verdict: counts.get(verdict, 0) for verdict in VERDICTS}, score)


@dataclass(frozen=True, slots=True)
class NextStep:
    """One thing to do: its finding, the gap (0 to 1), the effort (1 to 4), the effect, and how that came about."""

    finding: Finding
    gap: float
    effort: float
    effect: float
    why: str


def next_steps(findings: Iterable[Finding]) -> list[NextStep]:
    """What is not met, by effect = weight × gap ÷ effort, greatest first; equal effects in the order of the findings.

    The gap is the missing part of the threshold where both are numbers, else 1 (½ where partly met). The effort is 1
    for a paper to be brought, 4 where the work itself has not begun, and in between grows with the logarithm of the
    rows to be mended.
    """
    steps = [
        _step(finding) for finding in findings if finding.verdict in {Verdict.UNMET, Verdict.PARTLY, Verdict.UNPROVEN}
    ]
    return sorted(steps, key=lambda step: -step.effect)


def _step(finding: Finding) -> NextStep:
    gap = _gap(finding)
    if finding.measure.by == "manual":
        effort, what = 1.0, "补一份证据"
    elif finding.lacking:
        effort, what = min(4.0, 1 + math.log10(1 + finding.lacking)), f"{finding.lacking} 项要补"
    else:
        effort, what = 4.0, "要先做起来"
    effect = finding.measure.weight * gap / effort
    why = f"重要程度 {finding.measure.weight} × 差距 {gap:.0%} ÷ 工作量 {effort:.1f}（{what}）"
    return NextStep(finding, gap, effort, effect, why)


def _gap(finding: Finding) -> float:
    value, threshold = _number(finding.value), _number(finding.threshold)
    if finding.measure.by == "query" and value is not None and threshold is not None:
        if finding.measure.direction == "at_least" and threshold > 0:
            return min(1.0, max(0.0, (threshold - value) / threshold))
        if finding.measure.direction == "at_most" and value > 0:
            return min(1.0, max(0.0, (value - threshold) / value))
    return 0.5 if finding.verdict is Verdict.PARTLY else 1.0


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


@dataclass(frozen=True, slots=True)
class Change:
    """One clause that stands otherwise than before; None where it was not, or is no longer, measured."""

    clause: str
    before: Verdict | None
    after: Verdict | None

    @property
    def is_better(self) -> bool:
        return (self.after.points if self.after else 0) > (self.before.points if self.before else 0)


def compare(before: Mapping[str, Verdict], after: Mapping[str, Verdict]) -> list[Change]:
    """The clauses whose verdict changed, in the order of ``after``, then those that went away."""
    order = [*after, *(clause for clause in before if clause not in after)]
    return [
        Change(clause, before.get(clause), after.get(clause))
        for clause in order
        if before.get(clause) != after.get(clause)
    ]
