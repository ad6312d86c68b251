"""What is known of a person across the installation, and what they agreed to."""

from datetime import date
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils import timezone

from zhiyin.domain.accounts.models import Membership, User
from zhiyin.domain.audit.triggers import append_only
from zhiyin.domain.files.models import StoredFile
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.sealed import Sealed, sealed_column
from zhiyin.kernel.dates import AgeRegime, age_on, regime
from zhiyin.kernel.identity import DocumentKind
from zhiyin.kernel.ids import uuid7

SEX = {"1": "男", "2": "女", "9": "未说明", "0": "未知"}


class Person(models.Model):
    """One row per human being. Names and birth date are in clear for search and age rules; the rest is sealed."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    key_wrapped = models.BinaryField(null=True, editable=False)
    name = models.CharField("姓名", max_length=50)
    name_key = models.CharField(max_length=200, db_index=True, editable=False)
    name_spelling = models.CharField(max_length=200, db_index=True, editable=False)
    name_initials = models.CharField(max_length=50, db_index=True, editable=False)
    sex = models.CharField("性别", max_length=1, choices=list(SEX.items()), default="0")
    birth_date = models.DateField("出生日期")
    origin = models.CharField(
        "来自",
        max_length=10,
        choices=[("mainland", "内地"), ("hk", "香港"), ("mo", "澳门"), ("tw", "台湾"), ("foreign", "外国")],
        default="mainland",
    )
    phone_sealed = sealed_column()
    phone = Sealed(owner="")
    phone_lookup = models.CharField(max_length=64, blank=True, db_index=True, editable=False)
    email_sealed = sealed_column()
    email = Sealed(owner="")
    address_sealed = sealed_column()
    address = Sealed(owner="")
    region = models.CharField("常住地行政区划", max_length=12, blank=True)
    self_supporting_since = models.DateField("以自己劳动收入为主要生活来源，自", null=True, blank=True)
    self_supporting_proof = models.CharField("证明", max_length=200, blank=True)
    own_code_digest = models.CharField(max_length=64, blank=True, editable=False)
    user = models.OneToOneField(User, null=True, blank=True, on_delete=models.RESTRICT, related_name="person")
    version = models.PositiveIntegerField(default=1)
    is_demo = models.BooleanField("演示数据", default=False)
    created_at = models.DateTimeField(auto_now_add=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "人"

    def __str__(self) -> str:
        return self.name

    @property
    def person(self) -> "Person":
        return self

    def age(self, on: date | None = None) -> int:
        return age_on(self.birth_date, on or timezone.localdate())

    def regime(self, on: date | None = None) -> AgeRegime:
        """Which rules of consent hold on a day: under 14, 14 to 17, or adult (a proved self-supporter from 16)."""
        day = on or timezone.localdate()
        since = self.self_supporting_since
        proved = since is not None and since <= day and bool(self.self_supporting_proof)
        return regime(self.birth_date, day, self_supporting=proved)

    @property
    def sex_label(self) -> str:
        return SEX.get(self.sex, "未知")


class Introduction(models.Model):
    """A person presented themselves at a body: was registered there, or showed the number and the own code.

    For thirty days it lets the body's staff inform them, take their consent and open a file; then only a file does.
    """

    DAYS = 30

    class How(models.TextChoices):
        REGISTERED = "registered", "在本机构登记"
        OWN_CODE = "own_code", "出示证件号和本人查询码"

    person = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="introductions")
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="+")
    membership = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    how = models.CharField("方式", max_length=12, choices=How)
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "到访登记"
        indexes = [models.Index(fields=["organisation", "at"], name="introduction_at")]

    def __str__(self) -> str:
        return f"{self.person} {self.get_how_display()}"


class IdentityDocument(models.Model):
    """A paper that says who somebody is, or which disability was certified. The number is sealed, found by digest."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="documents")
    kind = models.CharField("证件类型", max_length=20, choices=[(kind.value, kind.label) for kind in DocumentKind])
    number_sealed = sealed_column()
    number = Sealed()
    details_sealed = sealed_column()
    details = Sealed()
    lookup = models.CharField(max_length=64, db_index=True, editable=False)
    masked = models.CharField("证件号", max_length=40)
    valid_until = models.DateField("有效期至", null=True, blank=True)
    warnings = models.JSONField("提示", default=list)
    is_primary = models.BooleanField("主要证件", default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "证件"
        constraints = [
            models.UniqueConstraint(fields=["kind", "lookup"], name="identity_document_once"),
            models.UniqueConstraint(fields=["person"], condition=Q(is_primary=True), name="identity_one_primary"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.masked}"


class GuardianAuthority(models.TextChoices):
    STATUTORY = "statutory", "法定监护人"
    APPOINTED = "appointed", "指定监护人"
    AGREED = "agreed", "协议监护人"
    ENTRUSTED = "entrusted", "受托照护人（不能代为同意）"


class GuardianReading(models.TextChoices):
    STEPS = "steps", "办理进度"
    AGREEMENT = "agreement", "服务协议"
    PLAN = "plan", "服务方案"
    REPORT = "report", "规划报告"
    RESULTS = "results", "测评结果"


class Guardian(models.Model):
    """Somebody who answers for a minor, with what they may decide and read. A person may have several."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="guardians")
    name = models.CharField("姓名", max_length=50)
    relation = models.CharField("关系", max_length=20)
    authority = models.CharField("监护类别", max_length=20, choices=GuardianAuthority)
    contact_sealed = sealed_column()
    contact = Sealed()
    may_read = models.JSONField("可查阅", default=list)
    proof = models.CharField("监护证明", max_length=200)
    proof_file = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.RESTRICT)
    started_on = models.DateField("起", default=timezone.localdate)
    ended_on = models.DateField("止", null=True, blank=True)
    ended_reason = models.CharField("终止原因", max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "监护人"
        ordering = ["created_at"]

    def __str__(self) -> str:
        return f"{self.name}（{self.relation}）"

    def may_decide(self, on: date) -> bool:
        """Whether this guardian can consent on ``on``: authority in force, the person a minor that day."""
        return (
            self.authority != GuardianAuthority.ENTRUSTED
            and self.started_on <= on
            and (self.ended_on is None or on < self.ended_on)
            and self.person.regime(on) != AgeRegime.ADULT
        )


class ConsentQuerySet(models.QuerySet):
    def standing(self, on: Any = None) -> "ConsentQuerySet":
        """Consents neither withdrawn nor expired at ``on``."""
        at = on or timezone.now()
        return self.filter(withdrawal=None).filter(Q(expires_at=None) | Q(expires_at__gt=at))


@append_only
class Consent(models.Model):
    """One party's agreement to one purpose. Never changed; a withdrawal is a row of its own."""

    class By(models.TextChoices):
        SELF = "self", "本人"
        GUARDIAN = "guardian", "监护人"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="consents")
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT)
    purpose = models.CharField("目的", max_length=40)
    legal_basis = models.CharField("处理依据", max_length=200)
    notice = models.CharField("告知书", max_length=60)
    notice_version = models.PositiveIntegerField("告知书版本")
    notice_hash = models.CharField("告知书摘要", max_length=64)
    recipient = models.CharField("接收方", max_length=200, blank=True)
    scope = models.JSONField("信息范围", default=list)
    by = models.CharField("同意人", max_length=10, choices=By)
    guardian = models.ForeignKey(Guardian, null=True, blank=True, on_delete=models.RESTRICT)
    channel = models.CharField("方式", max_length=20)
    evidence = models.ForeignKey(StoredFile, null=True, blank=True, on_delete=models.RESTRICT)
    given_at = models.DateTimeField("同意时间")
    expires_at = models.DateTimeField("有效至", null=True, blank=True)
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = "同意"
        ordering = ["given_at"]
        constraints = [
            models.CheckConstraint(
                name="consent_guardian_named",
                condition=Q(by="self", guardian=None) | Q(by="guardian", guardian__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.get_by_display()}"


@append_only
class ConsentWithdrawal(models.Model):
    """The end of a consent, as easy as giving it."""

    consent = models.OneToOneField(Consent, on_delete=models.RESTRICT, related_name="withdrawal")
    by = models.CharField("撤回人", max_length=10, choices=Consent.By)
    guardian = models.ForeignKey(Guardian, null=True, blank=True, on_delete=models.RESTRICT)
    channel = models.CharField("方式", max_length=20)
    words = models.CharField("说明", max_length=300, blank=True)
    withdrawn_at = models.DateTimeField("撤回时间")
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "撤回同意"

    def __str__(self) -> str:
        return f"{self.consent} {self.withdrawn_at:%Y-%m-%d}"


class AccessApproval(models.Model):
    """Leave for one member of staff to open the file of a child under 14 (未成年人网络保护条例 36) for a time."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="access_approvals")
    membership = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="+")
    reason = models.CharField("原因", max_length=300)
    asked_at = models.DateTimeField("申请时间", default=timezone.now)
    decided_by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    decided_at = models.DateTimeField("审批时间", null=True)
    granted = models.BooleanField("同意", null=True)
    until = models.DateField("有效至", null=True)

    class Meta:
        verbose_name = "儿童档案查阅审批"
        indexes = [models.Index(fields=["person", "membership"], name="access_approval_who")]

    def __str__(self) -> str:
        return f"{self.membership} {self.person}"
