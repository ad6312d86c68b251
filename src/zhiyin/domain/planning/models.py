"""Plans and reports are documents; what planning adds are the report's sources and the evaluations of a plan."""

from django.db import models

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.assessment.models import Result
from zhiyin.domain.casework.models import Case
from zhiyin.domain.documents.models import Document
from zhiyin.domain.matching.models import MatchRun
from zhiyin.domain.people.sealed import Sealed, sealed_column
from zhiyin.kernel.ids import uuid7


class CareerReport(models.Model):
    """Which result and which match run a report was written from."""

    document = models.OneToOneField(Document, on_delete=models.RESTRICT, related_name="career_report")
    case = models.ForeignKey(Case, on_delete=models.RESTRICT, related_name="reports")
    result = models.ForeignKey(Result, null=True, on_delete=models.RESTRICT)
    run = models.ForeignKey(MatchRun, null=True, on_delete=models.RESTRICT)

    class Meta:
        verbose_name = "职业生涯规划报告"


class PlanReview(models.Model):
    """An evaluation of how a client develops under the plan; ``adjusted`` is the plan written because of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.RESTRICT, related_name="plan_reviews")
    by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    reviewed_on = models.DateField("评估日期")
    done_share = models.PositiveSmallIntegerField("已完成的活动（%）", null=True)
    finding_sealed = sealed_column()
    finding = Sealed(owner="case.person")
    adjusted = models.OneToOneField(Document, null=True, on_delete=models.RESTRICT, related_name="plan_review")

    class Meta:
        verbose_name = "方案评估"
        ordering = ["reviewed_on", "id"]

    def __str__(self) -> str:
        return f"方案评估 {self.reviewed_on:%Y-%m-%d}"
