"""Plans and reports are documents; what planning adds are the goals' sequence and the report's sources."""

from django.db import models

from zhiyin.domain.assessment.models import Result
from zhiyin.domain.casework.models import Case
from zhiyin.domain.documents.models import Document
from zhiyin.domain.matching.models import MatchRun


class CareerReport(models.Model):
    """Which result and which match run a report was written from."""

    document = models.OneToOneField(Document, on_delete=models.RESTRICT, related_name="career_report")
    case = models.ForeignKey(Case, on_delete=models.RESTRICT, related_name="reports")
    result = models.ForeignKey(Result, null=True, on_delete=models.RESTRICT)
    run = models.ForeignKey(MatchRun, null=True, on_delete=models.RESTRICT)

    class Meta:
        verbose_name = "职业生涯规划报告"
