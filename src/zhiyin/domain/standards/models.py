"""Snapshots of the packs."""

from django.db import models


class Snapshot(models.Model):
    """The packs as they stood when a record was made: names, versions and one hash over their content."""

    hash = models.CharField(max_length=64, primary_key=True)
    packs = models.JSONField("标准包")
    first_used_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "标准包快照"

    def __str__(self) -> str:
        return self.hash[:12]
