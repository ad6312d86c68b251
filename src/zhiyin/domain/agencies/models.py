"""Staff records and rooms."""

from django.db import models
from django.utils import timezone

from zhiyin.domain.accounts.models import User
from zhiyin.domain.organisations.models import Organisation
from zhiyin.kernel.ids import uuid7


class StaffKind(models.TextChoices):
    """The kinds of SVC-3.2.1: professionals, and auxiliaries who assist."""

    CONSULTANT = "consultant", "规划咨询师（专业）"
    LECTURER = "lecturer", "规划讲师（专业）"
    COACH = "coach", "职业教练（专业）"
    DEVELOPER = "developer", "课程研发（专业）"
    TESTER = "tester", "测评人员（辅助）"
    OPERATIONS = "operations", "服务运营（辅助）"
    TEACHING_AID = "teaching_aid", "教学辅助（辅助）"


PROFESSIONAL = frozenset({StaffKind.CONSULTANT, StaffKind.LECTURER, StaffKind.COACH, StaffKind.DEVELOPER})


class Employment(models.TextChoices):
    FULL = "full", "专职"
    PART = "part", "兼职"


class Staff(models.Model):
    """What an agency keeps on one of its staff: kind, education, grade, training and declarations."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    user = models.ForeignKey(User, on_delete=models.RESTRICT, related_name="staff_records")
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="staff")
    kind = models.CharField("类别", max_length=20, choices=StaffKind, default=StaffKind.CONSULTANT)
    employment = models.CharField("用工", max_length=10, choices=Employment, default="full")
    education = models.CharField("学历", max_length=20)
    education_proof = models.CharField("学历证明", max_length=120, blank=True)
    level = models.PositiveSmallIntegerField(
        "职业等级", null=True, blank=True, help_text="4 四级至 1 一级；空表示未取得"
    )
    ethics_signed_on = models.DateField("职业操守承诺签署日期", null=True, blank=True)
    law_trained_on = models.DateField("法规培训合格日期", null=True, blank=True)
    background_checked_on = models.DateField("从业背景查询日期", null=True, blank=True)
    caseload_limit = models.PositiveSmallIntegerField("个案上限", default=50)
    started_on = models.DateField("入职日期", default=timezone.localdate)
    ended_on = models.DateField("离职日期", null=True, blank=True)

    class Meta:
        verbose_name = "工作人员"
        constraints = [models.UniqueConstraint(fields=["user", "organisation"], name="staff_once")]

    def __str__(self) -> str:
        return self.user.name

    @property
    def level_label(self) -> str:
        return {4: "四级", 3: "三级", 2: "二级", 1: "一级"}.get(self.level or 0, "未定级")


class StaffCertificate(models.Model):
    """A certificate with its number, grade and validity."""

    staff = models.ForeignKey(Staff, on_delete=models.RESTRICT, related_name="certificates")
    name = models.CharField("证书", max_length=80)
    number = models.CharField("编号", max_length=40, blank=True)
    level = models.PositiveSmallIntegerField("等级", null=True, blank=True)
    issued_on = models.DateField("发证日期")
    valid_until = models.DateField("有效期至", null=True, blank=True)

    class Meta:
        verbose_name = "证书"

    def __str__(self) -> str:
        return self.name


class Competence(models.Model):
    """Evidence for one of the abilities of SVC-3.2.2 c–e and 3.2.3 c–e: assessed by whom, when, with what result."""

    class Area(models.TextChoices):
        THEORY = "theory", "规划理论与技术"
        DELIVERY = "delivery", "评估客户、设计并开展服务"
        MARKET = "market", "人力资源市场与就业政策分析"
        BASICS = "basics", "规划基本理论"
        COMMUNICATION = "communication", "沟通表达"
        ASSISTING = "assisting", "协助开展服务"

    staff = models.ForeignKey(Staff, on_delete=models.RESTRICT, related_name="competences")
    area = models.CharField("能力", max_length=20, choices=Area)
    evidence = models.CharField("证据", max_length=200)
    passed = models.BooleanField("合格", default=True)
    assessed_by = models.CharField("评定人", max_length=60)
    assessed_on = models.DateField("评定日期")

    class Meta:
        verbose_name = "能力证据"

    def __str__(self) -> str:
        return f"{self.staff} {self.get_area_display()}"


class Room(models.Model):
    """A place to talk. Only a room with every attribute of SVC-3.3 can be booked for guidance."""

    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="rooms")
    name = models.CharField("名称", max_length=60)
    is_separate = models.BooleanField("独立", default=True)
    is_quiet = models.BooleanField("安静", default=True)
    is_soundproof = models.BooleanField("隔音", default=True)
    is_ventilated = models.BooleanField("通风", default=True)
    is_safe = models.BooleanField("安全", default=True)
    is_accessible = models.BooleanField("无障碍", default=False)

    class Meta:
        verbose_name = "洽谈室"

    def __str__(self) -> str:
        return self.name


class Training(models.Model):
    """A training of the yearly plan, in one of the fields that SVC-3.2.4 recommends."""

    class Field(models.TextChoices):
        CULTURE = "culture", "社会文化"
        GROWTH = "growth", "个人成长"
        MANAGEMENT = "management", "组织管理"
        LITERACY = "literacy", "职业素养"
        SERVICE = "service", "服务管理"
        APPLICATION = "application", "技能应用"

    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="trainings")
    field = models.CharField("领域", max_length=12, choices=Field)
    title = models.CharField("内容", max_length=120)
    planned_on = models.DateField("计划日期")
    held_on = models.DateField("举办日期", null=True, blank=True)
    hours = models.DecimalField("学时", max_digits=4, decimal_places=1, default=1)

    class Meta:
        verbose_name = "培训"
        ordering = ["planned_on", "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def is_practical(self) -> bool:
        """Practical trainings (SVC-3.2.4 b) have a result for each trainee; knowledge trainings may."""
        return self.field in PRACTICAL


KNOWLEDGE = (Training.Field.CULTURE, Training.Field.GROWTH, Training.Field.MANAGEMENT)
PRACTICAL = (Training.Field.LITERACY, Training.Field.SERVICE, Training.Field.APPLICATION)


class TrainingResult(models.Model):
    """How one trainee did."""

    training = models.ForeignKey(Training, on_delete=models.RESTRICT, related_name="results")
    staff = models.ForeignKey(Staff, on_delete=models.RESTRICT, related_name="training_results")
    passed = models.BooleanField("合格")
    score = models.PositiveSmallIntegerField("分数", null=True, blank=True)

    class Meta:
        verbose_name = "培训结果"
        constraints = [models.UniqueConstraint(fields=["training", "staff"], name="training_result_once")]

    def __str__(self) -> str:
        return f"{self.training} {self.staff}"


class Cooperation(models.Model):
    """An agreement with a company, a school or a training body on guidance together (XM-6.6 a)."""

    class Partner(models.TextChoices):
        COMPANY = "company", "企业"
        SCHOOL = "school", "高校、职业学校"
        TRAINER = "trainer", "培训机构"

    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="cooperations")
    partner = models.CharField("合作单位", max_length=100)
    kind = models.CharField("单位类别", max_length=10, choices=Partner)
    content = models.CharField("合作内容", max_length=300)
    signed_on = models.DateField("开始")
    ends_on = models.DateField("到期", null=True, blank=True)
    contact = models.CharField("联系人和电话", max_length=100, blank=True)

    class Meta:
        verbose_name = "合作协议"
        ordering = ["ends_on", "partner"]

    def __str__(self) -> str:
        return self.partner
