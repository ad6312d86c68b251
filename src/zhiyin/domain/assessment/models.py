"""Frozen results and the norms that grow from them."""

import uuid

from django.db import models

from zhiyin.domain.people.models import Person
from zhiyin.domain.people.sealed import Sealed, sealed_column
from zhiyin.domain.sittings.models import Sitting
from zhiyin.kernel.ids import uuid7


class Result(models.Model):
    """Scores of one sitting with the engine version that made them; never recomputed in place."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    sitting = models.OneToOneField(Sitting, on_delete=models.RESTRICT, related_name="result")
    person = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="results")
    case_id = models.UUIDField(null=True, db_index=True)
    instrument = models.CharField("工具", max_length=60)
    instrument_version = models.PositiveIntegerField()
    engine_version = models.CharField(max_length=20)
    scores_sealed = sealed_column()
    scores = Sealed()  # scale scores, profile, careless flags, norm note: what the report prints
    is_valid_for_norms = models.BooleanField("可用于常模", default=False)
    scored_at = models.DateTimeField("计分时间")

    class Meta:
        verbose_name = "测评结果"
        ordering = ["-scored_at"]

    def __str__(self) -> str:
        return f"{self.instrument} {self.scored_at:%Y-%m-%d}"

    @property
    def organisation_id(self) -> uuid.UUID:
        """The body at which the sitting was held."""
        return self.sitting.organisation_id


class NormSample(models.Model):
    """Scale scores without a person, kept with consent for norms only: group codes and means, nothing else."""

    instrument = models.CharField(max_length=60, db_index=True)
    instrument_version = models.PositiveIntegerField()
    groups = models.JSONField(default=list)
    means = models.JSONField()
    month = models.CharField("年月", max_length=7)

    class Meta:
        verbose_name = "常模样本"

    def __str__(self) -> str:
        return f"{self.instrument} {self.month}"


class Norm(models.Model):
    """A published norm table with its n, dates and group."""

    instrument = models.CharField(max_length=60)
    instrument_version = models.PositiveIntegerField()
    group = models.CharField("群体", max_length=30)
    n = models.PositiveIntegerField()
    collected_from = models.CharField(max_length=7)
    collected_to = models.CharField(max_length=7)
    table = models.JSONField()
    published_at = models.DateTimeField()

    class Meta:
        verbose_name = "常模"
        constraints = [
            models.UniqueConstraint(
                fields=["instrument", "instrument_version", "group", "published_at"], name="norm_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.instrument} {self.group} n={self.n}"
