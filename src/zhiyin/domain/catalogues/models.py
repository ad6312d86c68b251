"""Catalogue rows: those that the packs bring and those that an agency imported."""

from django.db import models
from django.utils import timezone


class Occupation(models.Model):
    """An occupation of the 2022 classification. Withdrawn ones stay, so that old results keep their names."""

    code = models.CharField("编码", max_length=16, primary_key=True)
    name = models.CharField("名称", max_length=80)
    group = models.PositiveSmallIntegerField("大类")
    description = models.TextField("说明", blank=True)
    interests = models.JSONField("兴趣特征", null=True, help_text="R I A S E C 六个 1–7 的值；没有就不参与兴趣匹配")
    education_min = models.CharField("最低学历", max_length=20, blank=True)
    education_usual = models.CharField("常见学历", max_length=20, blank=True)
    skills = models.JSONField("典型技能", default=list)
    conditions = models.JSONField("工作条件", default=list)
    certificates = models.CharField("准入资格", max_length=200, blank=True)
    path = models.CharField("入门与成长", max_length=300, blank=True)
    source = models.CharField("来源", max_length=120)
    is_withdrawn = models.BooleanField("已停用", default=False)
    grams = models.CharField(max_length=400, editable=False)
    changed_at = models.DateTimeField("更新时间", default=timezone.now, editable=False)

    PACK_SOURCE = "标准包 "

    class Meta:
        verbose_name = "职业"
        ordering = ["code"]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def is_from_pack(self) -> bool:
        """Whether a pack keeps this row; an import leaves such rows alone."""
        return self.source.startswith(self.PACK_SOURCE)
