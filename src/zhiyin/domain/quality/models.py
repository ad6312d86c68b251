"""Feedback by one-time link, improvements, complaints with their steps; reviews, ratings, commendations."""

from django.db import models

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.agencies.models import Staff
from zhiyin.domain.audit.triggers import append_only
from zhiyin.domain.casework.models import Case
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.models import Person
from zhiyin.domain.people.sealed import Sealed, sealed_column
from zhiyin.kernel.ids import uuid7


class FeedbackRequest(models.Model):
    """An invitation to say how the service was: one link, one answer, then it is used up.

    ``needs_handling`` is set by the answer: a low score, or words that deserve an answer of ours.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.RESTRICT, related_name="feedback_requests")
    person = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="feedback_requests")
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    asked_at = models.DateTimeField("邀请时间")
    expires_at = models.DateTimeField("有效至")
    answered_at = models.DateTimeField("回复时间", null=True)
    answers_sealed = sealed_column()
    answers = Sealed()
    overall = models.PositiveSmallIntegerField("总体满意", null=True)
    needs_handling = models.BooleanField("待处理", default=False)
    handled_by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    handling_sealed = sealed_column()
    handling = Sealed()
    handled_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "反馈"
        ordering = ["-asked_at"]
        constraints = [models.UniqueConstraint(fields=["case"], name="feedback_once_per_case")]

    def __str__(self) -> str:
        return f"{self.case} {self.asked_at:%Y-%m-%d}"


class Improvement(models.Model):
    """What the agency changes because of a feedback: who does it by when, what came of it, whether it was verified."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT)
    feedback = models.ForeignKey(FeedbackRequest, on_delete=models.RESTRICT, related_name="improvements")
    action = models.CharField("改进措施", max_length=300)
    owner = models.ForeignKey(Membership, verbose_name="负责人", on_delete=models.RESTRICT, related_name="+")
    due_on = models.DateField("期限")
    result = models.CharField("完成情况", max_length=300, blank=True)
    done_at = models.DateTimeField("完成时间", null=True)
    verified_by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    verified_at = models.DateTimeField("验证时间", null=True)
    effective = models.BooleanField("有效", null=True)
    verification = models.CharField("验证说明", max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "改进措施"
        ordering = ["due_on", "id"]

    def __str__(self) -> str:
        return self.action


class Complaint(models.Model):
    """A complaint; where it stands is computed from its steps, terms from the process and the agency's calendar."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT)
    person = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="complaints")
    case = models.ForeignKey(Case, on_delete=models.RESTRICT, related_name="complaints")
    number = models.CharField("受理号", max_length=40)
    kind = models.CharField("类别", max_length=30)
    content_sealed = sealed_column()
    content = Sealed()  # the answers of the form: what happened, what is wanted, how to be reached
    name_hidden = models.BooleanField("隐去姓名", default=False)
    received_at = models.DateTimeField("收到时间")
    handler = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    receipt_due_on = models.DateField("受理期限")
    answer_due_on = models.DateField("答复期限")
    appeal_due_on = models.DateField("申请复核期限", null=True)
    state = models.CharField("状态", max_length=20, default="received", db_index=True)  # projection of the steps

    class Meta:
        verbose_name = "投诉"
        ordering = ["-received_at"]
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="complaint_number_once")]

    def __str__(self) -> str:
        return self.number


@append_only
class ComplaintStep(models.Model):
    """One stage of a complaint, with date and person; the case keeps an event of it without the words."""

    class Kind(models.TextChoices):
        RECEIVED = "received", "收到"
        ACKNOWLEDGED = "acknowledged", "受理告知"
        INVESTIGATED = "investigated", "调查"
        ANSWERED = "answered", "答复"
        RESPONSE = "response", "本人意见"
        APPEALED = "appealed", "申请复核"
        REVIEWED = "reviewed", "复核答复"
        CLOSED = "closed", "办结"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    complaint = models.ForeignKey(Complaint, on_delete=models.RESTRICT, related_name="steps")
    kind = models.CharField("步骤", max_length=20, choices=Kind)
    by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    by_name = models.CharField("经办", max_length=60)
    words_sealed = sealed_column()
    words = Sealed(owner="complaint.person")
    satisfied = models.BooleanField("本人是否接受", null=True)
    happened_at = models.DateTimeField("发生时间")
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "投诉经过"
        ordering = ["happened_at", "id"]

    def __str__(self) -> str:
        return f"{self.complaint_id} {self.get_kind_display()}"


class Review(models.Model):
    """A look at the agency's own work: its processes, its lawfulness, what the evaluations of a period say, a poor
    service that has to be put right. What it finds are its findings.
    """

    class Kind(models.TextChoices):
        PROCESS = "process", "内部流程审查"
        INSPECTION = "inspection", "合规检查"
        SUMMARY = "summary", "评价总结"
        RECTIFICATION = "rectification", "服务整改"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="reviews")
    kind = models.CharField("类别", max_length=14, choices=Kind)
    title = models.CharField("题目", max_length=120)
    since = models.DateField("所看期间自")
    until = models.DateField("至")
    by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    figures = models.JSONField("期间数字", default=list)  # [[label, value], …], drawn from the period's records
    finished_at = models.DateTimeField("完成时间", null=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "质量检查"
        ordering = ["-until", "-created_at"]

    def __str__(self) -> str:
        return self.title


class Finding(models.Model):
    """One finding with what is done about it; closed by whoever verifies it, never by its owner."""

    class Part(models.TextChoices):
        QUALIFICATION = "qualification", "资质"
        CONTENT = "content", "内容"
        PROCESS = "process", "流程"
        EFFECT = "effect", "效果"

    class Result(models.TextChoices):
        GOOD = "good", "符合／优点"
        BAD = "bad", "不符合／不足"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    review = models.ForeignKey(Review, on_delete=models.RESTRICT, related_name="findings")
    part = models.CharField("方面", max_length=14, choices=Part)
    clause = models.CharField("条款或流程", max_length=60)
    result = models.CharField("结果", max_length=4, choices=Result)
    words = models.CharField("发现", max_length=300)
    evidence = models.CharField("依据", max_length=300, blank=True)
    action = models.CharField("改什么", max_length=300, blank=True)
    owner = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    due_on = models.DateField("期限", null=True)
    done = models.CharField("整改情况", max_length=300, blank=True)
    done_at = models.DateTimeField("整改时间", null=True)
    verified_by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    verified_at = models.DateTimeField("验证时间", null=True)
    verification = models.CharField("验证说明", max_length=300, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "检查发现"
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.words


class StaffRating(models.Model):
    """How somebody judges a member of staff: a colleague, a student, somebody outside (SD-2-21)."""

    class Source(models.TextChoices):
        PEER = "peer", "同行"
        STUDENT = "student", "学生"
        SOCIETY = "society", "社会"

    staff = models.ForeignKey(Staff, on_delete=models.RESTRICT, related_name="ratings")
    source = models.CharField("评价方", max_length=10, choices=Source)
    score = models.PositiveSmallIntegerField("评分")
    words = models.CharField("评语", max_length=300, blank=True)
    rated_on = models.DateField("评价日期")
    recorded_by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")

    class Meta:
        verbose_name = "人员评价"
        ordering = ["rated_on", "pk"]

    def __str__(self) -> str:
        return f"{self.staff} {self.get_source_display()} {self.score}"


class Commendation(models.Model):
    """A commended team or person: nominated with evidence, reviewed, shown to the public, decided (SD-2-20)."""

    class Kind(models.TextChoices):
        TEAM = "team", "团体"
        PERSON = "person", "个人"

    class Outcome(models.TextChoices):
        COMMENDED = "commended", "通报表扬"
        DROPPED = "dropped", "不予表扬"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="commendations")
    kind = models.CharField("对象", max_length=8, choices=Kind)
    nominee = models.CharField("名称", max_length=80)
    evidence = models.CharField("业绩和证明", max_length=500)
    nominated_by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    nominated_on = models.DateField("推荐日期")
    reviewers = models.JSONField("评审人", default=list)
    opinion = models.CharField("评审意见", max_length=300, blank=True)
    shown_from = models.DateField("公示自", null=True)
    shown_until = models.DateField("公示至", null=True)
    outcome = models.CharField("结果", max_length=10, choices=Outcome, blank=True)
    outcome_words = models.CharField("结果说明", max_length=300, blank=True)
    decided_on = models.DateField("决定日期", null=True)

    class Meta:
        verbose_name = "表扬"
        ordering = ["-nominated_on", "nominee"]

    def __str__(self) -> str:
        return self.nominee
