"""The employer's file, its history, analyses of its environment, and the clients who work there."""

from django.db import models
from django.utils import timezone

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.audit.triggers import append_only
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.employers.sealing import AgencySealed
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.sealed import sealed_column
from zhiyin.kernel.ids import uuid7


class EmployerFile(models.Model):
    """One agency's file on one employer. ``answers`` are those of the survey form of the packs, without the fields that
    it marks as sensitive: these are sealed in ``personal``. The columns repeat what is searched and listed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="employer_files")
    number = models.CharField("档案号", max_length=40)
    opened_on = models.DateField("建档日期", default=timezone.localdate)
    name = models.CharField("单位名称", max_length=100)
    name_key = models.CharField("拼音", max_length=400, db_index=True)
    core_name = models.CharField("字号", max_length=100, db_index=True)
    uscc = models.CharField("统一社会信用代码", max_length=18)
    nature = models.CharField("单位性质", max_length=20)
    industry = models.CharField("行业", max_length=20)
    size = models.CharField("规模", max_length=20)
    region = models.CharField("所在地区", max_length=12, blank=True)
    headcount = models.PositiveIntegerField("在岗人数", null=True)
    answers = models.JSONField("采集内容", default=dict)
    personal_sealed = sealed_column()
    personal = AgencySealed()
    form_version = models.PositiveIntegerField()
    version = models.PositiveIntegerField(default=1)
    is_demo = models.BooleanField("演示数据", default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "用人单位档案"
        constraints = [
            models.UniqueConstraint(fields=["organisation", "uscc"], name="employer_file_once"),
            models.UniqueConstraint(fields=["organisation", "number"], name="employer_file_number"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


@append_only
class Revision(models.Model):
    """What the file said after a change: ``number`` is the file's version then, ``changed`` the ids of the fields.

    Of personal fields only the id is kept, so that the data of a former contact person do not stay behind.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    file = models.ForeignKey(EmployerFile, on_delete=models.RESTRICT, related_name="revisions")
    number = models.PositiveIntegerField("版次")
    answers = models.JSONField("内容")
    changed = models.JSONField("改了什么", default=list)
    why = models.CharField("缘由", max_length=120, blank=True)
    by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "用人单位档案版次"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="employer_revision_once")]

    def __str__(self) -> str:
        return f"第 {self.number} 版"


class Analysis(models.Model):
    """An environment analysis: a draft until ``completed_at`` is set, unchangeable from then on."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    file = models.ForeignKey(EmployerFile, on_delete=models.RESTRICT, related_name="analyses")
    answers = models.JSONField("内容", default=dict)
    form_version = models.PositiveIntegerField()
    by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    version = models.PositiveIntegerField(default=1)
    started_at = models.DateTimeField(auto_now_add=True)
    completed_at = models.DateTimeField("完成时间", null=True)

    class Meta:
        verbose_name = "企业环境分析"
        ordering = ["-started_at", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["file"], condition=models.Q(completed_at=None), name="employer_analysis_one_draft"
            )
        ]

    def __str__(self) -> str:
        return f"{self.file_id} {self.started_at:%Y-%m-%d}"


class Employee(models.Model):
    """A client of the agency who works at the employer; ``ended_on`` when they left."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    file = models.ForeignKey(EmployerFile, on_delete=models.RESTRICT, related_name="employees")
    client = models.ForeignKey(ClientFile, on_delete=models.RESTRICT, related_name="employments")
    post = models.CharField("岗位", max_length=60)
    started_on = models.DateField("登记日期", default=timezone.localdate)
    ended_on = models.DateField("不再在岗", null=True)

    class Meta:
        verbose_name = "在岗的服务对象"
        ordering = ["post", "started_on", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["file", "client"], condition=models.Q(ended_on=None), name="employee_once_at_a_time"
            )
        ]

    def __str__(self) -> str:
        return f"{self.post} {self.client_id}"
