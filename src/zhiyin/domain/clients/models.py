"""The client file and what stands in it."""

from django.db import models
from django.utils import timezone

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.models import Person
from zhiyin.domain.people.sealed import Sealed, sealed_column
from zhiyin.kernel.ids import uuid7


class ClientFile(models.Model):
    """One agency's file on one person (一人一档). Codes come from the code lists of the packs."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="files")
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="client_files")
    number = models.CharField("档案号", max_length=40)
    adviser = models.ForeignKey(
        Membership,
        verbose_name="责任指导师",
        null=True,
        blank=True,
        on_delete=models.RESTRICT,
        related_name="client_files",
    )
    opened_on = models.DateField("建档日期", default=timezone.localdate)
    education_level = models.CharField("学历", max_length=20, blank=True)
    employment_status = models.CharField("就业状况", max_length=30, blank=True)
    hukou_kind = models.CharField("户口类别", max_length=20, blank=True)
    hukou_place = models.CharField("户籍地", max_length=120, blank=True)
    groups = models.JSONField("人群标签", default=list, blank=True)
    hobbies = models.CharField("兴趣爱好", max_length=500, blank=True)
    hobbies_on = models.DateField("爱好登记日期", null=True, blank=True)
    health_sealed = sealed_column()
    health = Sealed()  # {"disability": …, "avoid": [condition tags], "accommodations": [codes], "words": text}
    family_sealed = sealed_column()
    family = Sealed()  # {"members": text, "supports": text, "limits": text}
    workplace_sealed = sealed_column()
    workplace = Sealed()  # {"post": text, "conditions": text, "satisfaction": 1-5}
    version = models.PositiveIntegerField(default=1)
    is_demo = models.BooleanField("演示数据", default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "服务对象档案"
        constraints = [
            models.UniqueConstraint(fields=["person", "organisation"], name="client_file_once"),
            models.UniqueConstraint(fields=["organisation", "number"], name="client_file_number"),
        ]
        indexes = [models.Index(fields=["organisation", "adviser"], name="client_file_adviser")]

    def __str__(self) -> str:
        return f"{self.number} {self.person}"


class Entry(models.Model):
    """A dated line of the file; changed lines keep who and when in the audit log."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class Education(Entry):
    file = models.ForeignKey(ClientFile, on_delete=models.CASCADE, related_name="education")
    school = models.CharField("学校", max_length=100)
    major = models.CharField("专业", max_length=80, blank=True)
    level = models.CharField("层次", max_length=20)
    result = models.CharField("结果", max_length=20, blank=True)
    started = models.DateField("起")
    ended = models.DateField("止", null=True, blank=True)

    class Meta:
        verbose_name = "教育经历"
        ordering = ["started"]


class Work(Entry):
    file = models.ForeignKey(ClientFile, on_delete=models.CASCADE, related_name="work")
    employer = models.CharField("单位", max_length=100)
    post = models.CharField("岗位", max_length=80)
    occupation = models.CharField("职业编码", max_length=12, blank=True)
    duties = models.CharField("做了什么", max_length=500, blank=True)
    nature = models.CharField("用工形式", max_length=20, blank=True)
    started = models.DateField("起")
    ended = models.DateField("止", null=True, blank=True)
    leaving_reason = models.CharField("离开原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "工作经历"
        ordering = ["started"]


class Skill(Entry):
    """Knowledge, skill or experience, kept apart as SVC-2.2 asks."""

    class Kind(models.TextChoices):
        KNOWLEDGE = "knowledge", "知识"
        SKILL = "skill", "技能"
        EXPERIENCE = "experience", "经验"

    file = models.ForeignKey(ClientFile, on_delete=models.CASCADE, related_name="skills")
    kind = models.CharField("类别", max_length=12, choices=Kind, default=Kind.SKILL)
    name = models.CharField("名称", max_length=80)
    level = models.CharField("熟练程度", max_length=20, blank=True)

    class Meta:
        verbose_name = "能力"
        ordering = ["created_at"]


class Certificate(Entry):
    file = models.ForeignKey(ClientFile, on_delete=models.CASCADE, related_name="certificates")
    name = models.CharField("证书", max_length=100)
    kind = models.CharField("类别", max_length=30, blank=True)
    number = models.CharField("编号", max_length=60, blank=True)
    issued = models.DateField("发证日期", null=True, blank=True)

    class Meta:
        verbose_name = "证书"
        ordering = ["issued"]


class Wish(Entry):
    """A desired occupation with its reason and strength (SVC-2.3)."""

    file = models.ForeignKey(ClientFile, on_delete=models.CASCADE, related_name="wishes")
    title = models.CharField("想做的工作", max_length=80)
    occupation = models.CharField("职业编码", max_length=12, blank=True)
    strength = models.PositiveSmallIntegerField("强烈程度", default=3)
    reason = models.CharField("为什么", max_length=300, blank=True)
    place = models.CharField("地点", max_length=60, blank=True)
    pay_min = models.PositiveIntegerField("月薪下限（元）", null=True, blank=True)

    class Meta:
        verbose_name = "职业期望"
        ordering = ["-strength", "created_at"]


class Tag(Entry):
    """A named group with its proof, such as 就业困难人员 with the recognition it rests on."""

    file = models.ForeignKey(ClientFile, on_delete=models.CASCADE, related_name="tags")
    code = models.CharField("标签", max_length=40)
    proof = models.CharField("证明", max_length=120, blank=True)
    since = models.DateField("自", null=True, blank=True)
    until = models.DateField("至", null=True, blank=True)

    class Meta:
        verbose_name = "标签"
