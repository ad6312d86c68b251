"""Stored files."""

from django.db import models

from zhiyin.domain.organisations.models import Organisation
from zhiyin.kernel.ids import uuid7


class StoredFile(models.Model):
    """A file kept encrypted below the home folder. What it belongs to refers to it, never the other way round."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT)
    name = models.CharField("文件名", max_length=200)
    media_type = models.CharField("类型", max_length=100)
    size = models.PositiveBigIntegerField("字节数")
    digest = models.CharField("摘要", max_length=64, help_text="内容的 SHA-256，用于核对完整")
    created_at = models.DateTimeField(auto_now_add=True)
    erased_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "文件"

    def __str__(self) -> str:
        return self.name
