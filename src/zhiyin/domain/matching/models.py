"""A run is frozen with its inputs; a confirmation is a row of its own."""

from django.db import models

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.audit.triggers import append_only
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.models import Person
from zhiyin.domain.people.sealed import Sealed, sealed_column
from zhiyin.domain.standards.models import Snapshot
from zhiyin.kernel.ids import uuid7


class MatchRun(models.Model):
    """One ranking of occupations for a person: inputs, filters, ranks with reasons. Advice until confirmed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="match_runs")
    case_id = models.UUIDField(null=True, db_index=True)
    result_id = models.UUIDField("依据的测评结果", null=True)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.RESTRICT)
    engine_version = models.CharField(max_length=20)
    filters_sealed = sealed_column()
    filters = Sealed()
    ranks_sealed = sealed_column()
    ranks = Sealed()
    excluded_sealed = sealed_column()
    excluded = Sealed()
    run_at = models.DateTimeField("时间")

    class Meta:
        verbose_name = "职业匹配"
        ordering = ["-run_at", "-id"]

    def __str__(self) -> str:
        return f"职业匹配 {self.run_at:%Y-%m-%d}"


@append_only
class MatchChoice(models.Model):
    """What the adviser, with the client, decided about one occupation of a run."""

    class Verdict(models.TextChoices):
        CONSIDER = "consider", "可以考虑"
        EXPLORE = "explore", "本人想了解"
        DECLINED = "declined", "本人不考虑"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    run = models.ForeignKey(MatchRun, on_delete=models.RESTRICT, related_name="choices")
    code = models.CharField("职业", max_length=16)
    verdict = models.CharField("意见", max_length=10, choices=Verdict)
    reason_sealed = sealed_column()
    reason = Sealed(owner="run.person")
    by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "职业意见"
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return f"{self.code} {self.get_verdict_display()}"
