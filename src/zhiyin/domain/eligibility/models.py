"""Verdicts and what persons say to them. Nothing here is ever edited: a later row supersedes an earlier one."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.audit.triggers import append_only
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.models import Person
from zhiyin.domain.people.sealed import Sealed, sealed_column
from zhiyin.domain.standards.models import Snapshot
from zhiyin.kernel.ids import uuid7


class Outcome(models.TextChoices):
    PASS = "PASS", "符合"
    FAIL = "FAIL", "不符合"
    UNKNOWN = "UNKNOWN", "还不能确定"


@append_only
class Verdict(models.Model):
    """What a ruleset said of a person on a day, under which snapshot, on which facts. Advice until a person confirms.

    ``facts`` is a list of {id, label, value, text, origin, proof, as_of, sensitive}; ``reasons`` the lines of the
    explanation as {depth, verdict, title, article, why}; ``outputs`` a list of {label, text}. All three are sealed.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="verdicts")
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="+")
    ruleset = models.CharField("规则集", max_length=80)
    ruleset_version = models.PositiveIntegerField("规则集版本")
    title = models.CharField("名称", max_length=120)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.RESTRICT, related_name="+")
    on = models.DateField("评定日期")
    outcome = models.CharField("结果", max_length=8, choices=Outcome)
    borderline = models.BooleanField("接近界限", default=False)
    missing = models.JSONField("还缺的事实", default=list)
    is_sensitive = models.BooleanField("用到敏感信息", default=False)
    facts_sealed = sealed_column()
    facts = Sealed()
    reasons_sealed = sealed_column()
    reasons = Sealed()
    outputs_sealed = sealed_column()
    outputs = Sealed()
    supersedes = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.RESTRICT, related_name="superseded_by"
    )
    by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    created_at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "资格判定"
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["organisation", "person", "ruleset"], name="verdict_whose")]

    def __str__(self) -> str:
        return f"{self.title} {self.get_outcome_display()}"


class ActKind(models.TextChoices):
    CONFIRM = "confirm", "人工确认"
    OVERRIDE = "override", "人工改判"
    WITHDRAW = "withdraw", "撤回改判"


@append_only
class VerdictAct(models.Model):
    """What a person said to a verdict: confirmed it, judged otherwise with a reason, or took that back.

    An override stands beside the verdict and never replaces it.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    verdict = models.ForeignKey(Verdict, on_delete=models.RESTRICT, related_name="acts")
    kind = models.CharField("动作", max_length=10, choices=ActKind)
    outcome = models.CharField("改判为", max_length=8, choices=Outcome, blank=True)
    withdraws = models.OneToOneField("self", null=True, blank=True, on_delete=models.RESTRICT, related_name="withdrawn")
    reason_sealed = sealed_column()
    reason = Sealed(owner="verdict.person")
    by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "对判定的人工意见"
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(
                name="verdict_act_override_judges",
                condition=(Q(kind="override") & ~Q(outcome="")) | (~Q(kind="override") & Q(outcome="")),
            ),
            models.CheckConstraint(
                name="verdict_act_withdraw_names",
                condition=Q(kind="withdraw", withdraws__isnull=False) | (~Q(kind="withdraw") & Q(withdraws=None)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.verdict_id}"


@append_only
class Informing(models.Model):
    """A client was told of a policy: which version, how, when, by whom."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    person = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="+")
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="+")
    policy = models.CharField("政策", max_length=80)
    policy_version = models.PositiveIntegerField("政策版本")
    channel = models.CharField("方式", max_length=20)
    by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "政策告知"
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["organisation", "policy"], name="informing_policy")]

    def __str__(self) -> str:
        return f"{self.policy} {self.at:%Y-%m-%d}"


class SearchCount(models.Model):
    """How often words were looked for in the policy library on a day. Words that found nothing are counted as "".

    Nobody is named; what found nothing may hold anything, so its words are not kept.
    """

    day = models.DateField("日期")
    words = models.CharField("查什么", max_length=40, blank=True)
    count = models.PositiveIntegerField("次数", default=0)

    class Meta:
        verbose_name = "政策查询次数"
        constraints = [models.UniqueConstraint(fields=["day", "words"], name="search_count_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.words} {self.count}"


@append_only
class Booklet(models.Model):
    """An edition of the 政策读本 as it was given out: the very file. A new one is made whenever its content differs.

    ``digest`` is the SHA-256 over what it says, without number and day.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="+")
    region = models.CharField("地区", max_length=6)
    audience = models.CharField("给谁", max_length=10, blank=True)
    number = models.PositiveIntegerField("版次")
    on = models.DateField("日期")
    digest = models.CharField("摘要", max_length=64)
    content = models.BinaryField()
    made_at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "政策读本"
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "region", "audience", "number"], name="booklet_number"),
            models.UniqueConstraint(fields=["organisation", "region", "audience", "digest"], name="booklet_content"),
        ]

    def __str__(self) -> str:
        return f"第 {self.number} 版（{self.on.isoformat()}）"


@append_only
class Enquiry(models.Model):
    """A short question at the counter, what was answered, and the edition of the booklet that was handed over.

    Nobody is named: who wants to be advised by name gets a file.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="+")
    question = models.CharField("问了什么", max_length=300)
    answer = models.CharField("怎么答复", max_length=1000)
    booklet = models.ForeignKey(Booklet, null=True, blank=True, on_delete=models.RESTRICT, related_name="+")
    by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    at = models.DateTimeField("时间", default=timezone.now)

    class Meta:
        verbose_name = "窗口简易答询"
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["organisation", "-at"], name="enquiry_recent")]

    def __str__(self) -> str:
        return self.question
