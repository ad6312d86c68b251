"""Bodies and their calendar."""

from django.db import models

from zhiyin.kernel.ids import uuid7


class OrganisationKind(models.TextChoices):
    AGENCY = "agency", "服务机构"
    SCHOOL = "school", "学校"
    EMPLOYER = "employer", "用人单位"
    CERTIFICATION = "certification", "评价机构"
    AUTHORITY = "authority", "主管部门"


class Organisation(models.Model):
    """A body. Its parent is the body it reports to; rights do not flow up or down the tree by themselves."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField("类别", max_length=20, choices=OrganisationKind, default=OrganisationKind.AGENCY)
    name = models.CharField("名称", max_length=120)
    short_name = models.CharField("简称", max_length=40)
    code = models.CharField("编号前缀", max_length=12, unique=True, help_text="用于档案号和文书编号，如 LJ")
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    parent = models.ForeignKey(
        "self", verbose_name="上级", null=True, blank=True, on_delete=models.RESTRICT, related_name="children"
    )
    region = models.CharField("行政区划", max_length=12, blank=True)
    address = models.CharField("地址", max_length=200, blank=True)
    phone = models.CharField("电话", max_length=40, blank=True)
    complaint_phone = models.CharField("监督电话", max_length=40, blank=True)
    opening_hours = models.CharField("服务时间", max_length=120, blank=True)
    licence = models.CharField("许可或备案号", max_length=80, blank=True)
    registration_proof = models.CharField("登记证明", max_length=120, blank=True)
    registration_until = models.DateField("登记有效期至", null=True, blank=True)
    is_free = models.BooleanField("免费服务", default=True)
    calendar_pack = models.CharField("工作日历", max_length=40, default="cn")
    extra_holidays = models.JSONField("另休日期", default=list, blank=True)
    extra_workdays = models.JSONField("另班日期", default=list, blank=True)
    is_demo = models.BooleanField("演示数据", default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "机构"
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class Serial(models.Model):
    """Running numbers of an organisation: one counter per kind and year, locked while a number is taken."""

    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT)
    kind = models.CharField(max_length=40)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = "流水号"
        constraints = [models.UniqueConstraint(fields=["organisation", "kind", "year"], name="serial_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.year} {self.last}"
