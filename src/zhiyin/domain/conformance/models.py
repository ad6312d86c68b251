"""Runs with their findings, which stay as they were, and what people bring: evidence, and that a clause does not apply.

No row here names a person served: evidence is told by model and key, and is looked up when it is shown.
"""

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils import timezone

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.audit.triggers import append_only
from zhiyin.domain.files.models import StoredFile
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.standards.models import Snapshot
from zhiyin.engines.conformance import VERDICTS
from zhiyin.kernel.ids import uuid7


@append_only
class Run(models.Model):
    """One measuring of a body against one standard. ``totals`` counts clauses by verdict; ``score`` is 0 to 100."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="conformance_runs")
    standard = models.CharField("标准", max_length=20)
    measures = models.CharField("指标集", max_length=60)
    measures_version = models.PositiveIntegerField("指标集版本")
    on = models.DateField("截至")
    since = models.DateField("自")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.RESTRICT, related_name="+")
    totals = models.JSONField("各结论条数")
    score = models.FloatField("得分", null=True)
    by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    made_at = models.DateTimeField("计算时间", default=timezone.now)

    class Meta:
        verbose_name = "符合性计算"
        ordering = ["-on", "-made_at", "-id"]
        indexes = [models.Index(fields=["organisation", "standard", "-on"], name="conformance_run_latest")]

    def __str__(self) -> str:
        return f"{self.standard} {self.on}"


@append_only
class FindingRow(models.Model):
    """What a run found for one clause by one measure.

    ``evidence`` is {"met": [[model, key], …], "unmet": […]}, at most twenty each; ``lacking`` counts all that are not
    met.
    """

    run = models.ForeignKey(Run, on_delete=models.RESTRICT, related_name="findings")
    clause = models.CharField("条款", max_length=80)
    measure = models.CharField("指标", max_length=60)
    position = models.PositiveSmallIntegerField("次序")
    verdict = models.CharField("结论", max_length=16, choices=[(verdict.value, verdict.label) for verdict in VERDICTS])
    why = models.CharField("缘由", max_length=400)
    value = models.JSONField("实测", null=True)
    threshold = models.JSONField("要求", null=True)
    of = models.PositiveIntegerField("看了几项", null=True)
    lacking = models.PositiveIntegerField("未做到几项", default=0)
    effect = models.FloatField("改进效果", default=0)
    effect_why = models.CharField("效果怎么来的", max_length=200, blank=True)
    evidence = models.JSONField("证据", default=dict)

    class Meta:
        verbose_name = "条款结论"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["run", "clause", "measure"], name="conformance_finding_once"),
        ]

    def __str__(self) -> str:
        return f"{self.clause} {self.get_verdict_display()}"


class ManualEvidence(models.Model):
    """A paper brought for a clause: what it shows, of which day, good until when. Withdrawn, it stays to be seen."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="conformance_evidence")
    clause = models.CharField("条款", max_length=80)
    measure = models.CharField("指标", max_length=60)
    note = models.CharField("说明什么", max_length=200)
    file = models.ForeignKey(StoredFile, on_delete=models.RESTRICT, related_name="+")
    dated = models.DateField("证据日期")
    valid_until = models.DateField("有效至", null=True)
    uploaded_by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    uploaded_at = models.DateTimeField("上传时间", default=timezone.now)
    withdrawn_at = models.DateTimeField("撤回时间", null=True)
    withdrawn_by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    withdrawn_reason = models.CharField("撤回原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "人工证据"
        ordering = ["-dated", "-id"]
        indexes = [models.Index(fields=["organisation", "clause"], name="conformance_evidence_of")]

    def __str__(self) -> str:
        return self.note

    def is_expired(self, on: date | None = None) -> bool:
        return self.valid_until is not None and self.valid_until < (on or timezone.localdate())


class NotApplicable(models.Model):
    """A clause that does not apply to a body, with the reason; ends when it does apply again."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="+")
    clause = models.CharField("条款", max_length=80)
    reason = models.CharField("原因", max_length=200)
    declared_by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    declared_on = models.DateField("声明日期", default=timezone.localdate)
    ended_on = models.DateField("结束日期", null=True)
    ended_by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")

    class Meta:
        verbose_name = "不适用声明"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "clause"], condition=Q(ended_on=None), name="not_applicable_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.clause} {self.reason}"
