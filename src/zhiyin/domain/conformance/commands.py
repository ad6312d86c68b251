"""Measuring, bringing evidence and taking it back, and declaring that a clause does not apply."""

from datetime import date
from typing import Any

from django.utils import timezone

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.conformance import measuring, policies
from zhiyin.domain.conformance.models import FindingRow, ManualEvidence, NotApplicable, Run
from zhiyin.domain.files import commands as files
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.standards.commands import current_snapshot
from zhiyin.engines.conformance import EvidenceRef, Finding, Measure, next_steps, standing
from zhiyin.kernel.dates import add_months
from zhiyin.kernel.errors import Invalid

WHY_LENGTH, NOTE_LENGTH = 400, 200


@command("conformance.run")
def run(organisation: Organisation, standard: str, on: date | None = None) -> Run:
    """Measure ``organisation`` against a standard as of a day (today by default), over the year before it.

    Data is read as it stands now: for a past day the period is that day's, what was entered later is counted in.
    """
    policies.require(actor(), "conformance.manage", organisation)
    today = timezone.localdate()
    day = on or today
    if day > today:
        raise Invalid({"on": ["截至日期不能晚于今天"]})
    chosen = measuring.standard(organisation, standard)
    findings = measuring.measured(organisation, chosen, day)
    whole = standing(findings)
    made = Run.objects.create(
        organisation=organisation,
        standard=chosen.code,
        measures=chosen.set.id,
        measures_version=chosen.set.version,
        on=day,
        since=add_months(day, -measuring.PERIOD_MONTHS),
        snapshot=current_snapshot(organisation),
        totals={verdict.value: number for verdict, number in whole.counts.items()},
        score=whole.score,
        by=_membership(),
        made_at=timezone.now(),
    )
    steps = {(step.finding.measure.id, step.finding.measure.clauses[0]): step for step in next_steps(findings)}
    rows = []
    for position, finding in enumerate(findings):
        step = steps.get((finding.measure.id, finding.measure.clauses[0]))
        row = _row(made, position, finding)
        if step is not None:
            row.effect, row.effect_why = round(step.effect, 4), step.why
        rows.append(row)
    FindingRow.objects.bulk_create(rows)
    record("conformance.measured", made, standard=chosen.code, on=day.isoformat(), findings=len(rows))
    return made


def _row(made: Run, position: int, finding: Finding) -> FindingRow:
    return FindingRow(
        run=made,
        clause=finding.measure.clauses[0],
        measure=finding.measure.id,
        position=position,
        verdict=finding.verdict.value,
        why=finding.why[:WHY_LENGTH],
        value=finding.value,
        threshold=finding.threshold,
        of=finding.of,
        lacking=finding.lacking,
        evidence={"met": _plain(finding.met), "unmet": _plain(finding.unmet)},
    )


def _plain(refs: tuple[EvidenceRef, ...]) -> list[list[str]]:
    return [[ref.model, ref.pk] for ref in refs]


@command("conformance.add_evidence")
def add_evidence(
    organisation: Organisation,
    clause: str,
    *,
    note: str,
    dated: date | None,
    name: str = "",
    content: bytes = b"",
    valid_until: date | None = None,
) -> ManualEvidence:
    """Bring a paper for a clause that is shown by hand.

    Without ``valid_until`` it is good for the months that the measure names. A clause that is read from data, or done
    by the software, takes no paper.
    """
    policies.require(actor(), "conformance.manage", organisation)
    measure = _manual(organisation, clause)
    errors: dict[str, list[str]] = {}
    note = note.strip()
    if not note:
        errors["note"] = ["请写这份证据说明了什么"]
    elif len(note) > NOTE_LENGTH:
        errors["note"] = [f"最多 {NOTE_LENGTH} 字"]
    if not content:
        errors["file"] = ["请选择要上传的文件"]
    if dated is None:
        errors["dated"] = ["请写证据的日期，例如检查、签订或培训的那一天"]
    elif dated > timezone.localdate():
        errors["dated"] = ["证据的日期不能晚于今天"]
    if dated is not None and valid_until is not None and valid_until < dated:
        errors["valid_until"] = ["有效期不能早于证据的日期"]
    if errors or dated is None:
        raise Invalid(errors)
    if valid_until is None and measure.evidence_valid_months is not None:
        valid_until = add_months(dated, measure.evidence_valid_months)
    stored = files.store(organisation, name, content)
    row = ManualEvidence.objects.create(
        organisation=organisation,
        clause=clause,
        measure=measure.id,
        note=note,
        file=stored,
        dated=dated,
        valid_until=valid_until,
        uploaded_by=_membership(),
        uploaded_at=timezone.now(),
    )
    record("conformance.evidence_added", row, clause=clause, measure=measure.id, file=str(stored.pk))
    return row


def _manual(organisation: Organisation, clause: str) -> Measure:
    for chosen in measuring.standards(organisation):
        for measure in chosen.set.measures:
            if clause in measure.clauses and measure.by == "manual":
                return measure
    raise Invalid({"clause": [f"条款“{clause}”不靠上传证据来证明"]})


@command("conformance.withdraw_evidence")
def withdraw_evidence(evidence: ManualEvidence, reason: str) -> ManualEvidence:
    """Take a paper back; it stays visible with the reason, and counts no longer."""
    policies.require(actor(), "conformance.manage", evidence)
    row = ManualEvidence.objects.select_for_update().get(pk=evidence.pk)
    _said(reason, "为什么撤回")
    if row.withdrawn_at is not None:
        raise Invalid({"evidence": ["这份证据已经撤回了"]})
    row.withdrawn_at, row.withdrawn_by, row.withdrawn_reason = timezone.now(), _membership(), reason.strip()
    row.save(update_fields=["withdrawn_at", "withdrawn_by", "withdrawn_reason"])
    record("conformance.evidence_withdrawn", row, clause=row.clause)
    return row


@command("conformance.declare_not_applicable")
def declare_not_applicable(
    organisation: Organisation, clause: str, reason: str, *, declared_on: date | None = None
) -> NotApplicable:
    """Say that a clause does not apply to the body, with the reason; it leaves the score from the next measuring."""
    policies.require(actor(), "conformance.manage", organisation)
    _said(reason, "为什么不适用")
    if not any(clause in m.clauses for chosen in measuring.standards(organisation) for m in chosen.set.measures):
        raise Invalid({"clause": [f"没有衡量条款“{clause}”的指标"]})
    if NotApplicable.objects.filter(organisation=organisation, clause=clause, ended_on=None).exists():
        raise Invalid({"clause": ["这一条已经声明不适用了"]})
    row = NotApplicable.objects.create(
        organisation=organisation,
        clause=clause,
        reason=reason.strip(),
        declared_by=_membership(),
        declared_on=declared_on or timezone.localdate(),
    )
    record("conformance.declared_not_applicable", row, clause=clause)
    return row


@command("conformance.end_not_applicable")
def end_not_applicable(row: NotApplicable) -> NotApplicable:
    """The clause applies again from today."""
    policies.require(actor(), "conformance.manage", row)
    row = NotApplicable.objects.select_for_update().get(pk=row.pk)
    if row.ended_on is not None:
        raise Invalid({"clause": ["这份声明已经结束了"]})
    row.ended_on, row.ended_by = timezone.localdate(), _membership()
    row.save(update_fields=["ended_on", "ended_by"])
    record("conformance.ended_not_applicable", row, clause=row.clause)
    return row


def _said(reason: str, what: str) -> None:
    if not reason.strip():
        raise Invalid({"reason": [f"请写{what}"]})
    if len(reason.strip()) > NOTE_LENGTH:
        raise Invalid({"reason": [f"最多 {NOTE_LENGTH} 字"]})


def _membership() -> Any:
    id = actor().membership_id
    return Membership.objects.filter(pk=id).first() if id else None
