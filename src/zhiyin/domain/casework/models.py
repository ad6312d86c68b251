"""A case is its events; everything else here is what an event speaks of, or a projection made from the events."""

from django.db import models

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.audit.triggers import append_only
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.documents.models import Document
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.models import Person
from zhiyin.domain.people.sealed import Sealed, sealed_column
from zhiyin.domain.standards.models import Snapshot
from zhiyin.kernel.ids import uuid7


class Case(models.Model):
    """One run of the service process for one client.

    ``stage``, ``status``, ``steps`` and the rows of ``Due`` are computed from the events after each of them and can be
    thrown away and made again at any time.
    """

    class Guidance(models.TextChoices):
        """The four kinds of guidance of XM 3.1."""

        PLANNING = "planning", "规划"
        CHOICE = "choice", "选择"
        CONVERSION = "conversion", "转换"
        DEVELOPMENT = "development", "发展"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="cases")
    person = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="cases")
    file = models.ForeignKey(ClientFile, on_delete=models.RESTRICT, related_name="cases")
    number = models.CharField("个案号", max_length=40)
    process = models.CharField("服务流程", max_length=60)
    process_version = models.PositiveIntegerField()
    snapshot = models.ForeignKey(Snapshot, on_delete=models.RESTRICT)
    service_kind = models.CharField("咨询类别", max_length=30)
    guidance = models.CharField("指导种类", max_length=12, choices=Guidance, default=Guidance.PLANNING)
    adviser = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="cases")
    opened_at = models.DateTimeField("受理时间", db_index=True)
    stage = models.CharField("所在步骤", max_length=20, db_index=True)
    status = models.CharField("状态", max_length=20, db_index=True)
    steps = models.JSONField("各步骤", default=list)
    next_due_on = models.DateField("最近期限", null=True, db_index=True)
    late_count = models.PositiveSmallIntegerField("过期事项", default=0)
    closed_at = models.DateTimeField("结束时间", null=True)
    version = models.PositiveIntegerField(default=1)
    is_demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "个案"
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="case_number_once")]
        indexes = [models.Index(fields=["organisation", "adviser", "status"], name="case_adviser")]

    def __str__(self) -> str:
        return self.number


class CaseAssistant(models.Model):
    """An auxiliary who assists in a case, with the task."""

    case = models.ForeignKey(Case, on_delete=models.RESTRICT, related_name="assistants")
    membership = models.ForeignKey(Membership, on_delete=models.RESTRICT)
    task = models.CharField("任务", max_length=100)
    done_at = models.DateTimeField("完成时间", null=True)

    class Meta:
        verbose_name = "协助人员"


@append_only
class CaseEvent(models.Model):
    """One thing that happened; kinds are ``engines.casework.events``. ``data`` holds codes, ids and numbers only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.RESTRICT, related_name="events")
    kind = models.CharField("事项", max_length=40)
    happened_at = models.DateTimeField("发生时间")
    recorded_at = models.DateTimeField("登记时间")
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=80)
    actor_name = models.CharField("经办", max_length=60)
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = "个案事件"
        ordering = ["happened_at", "recorded_at", "id"]
        indexes = [models.Index(fields=["case", "kind"], name="case_event_kind")]


class FormRecord(models.Model):
    """A filled form of a case: intake, needs survey, environment analysis, session record, closing, follow-up.

    A submitted record is never edited: a correction is a new record that ``supersedes`` it. A draft belongs to its
    author and may change until it is submitted. ``provider`` is who gave the service as they were on that day: the
    body's name, code, address and phone, the author's name, role, kind, grade and education (SVC-3.5.1 a).
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.RESTRICT, related_name="records")
    person = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="form_records")
    form = models.CharField("表单", max_length=60)
    form_version = models.PositiveIntegerField()
    author = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    answers_sealed = sealed_column()
    answers = Sealed()
    setting_sealed = sealed_column()
    setting = Sealed()  # of a session: {"mode": label, "minutes": number, "place": text}
    provider = models.JSONField("服务方", default=dict)
    event = models.OneToOneField(CaseEvent, null=True, on_delete=models.RESTRICT, related_name="record")
    supersedes = models.OneToOneField("self", null=True, on_delete=models.RESTRICT, related_name="superseded_by")
    happened_at = models.DateTimeField("发生时间", null=True)
    submitted_at = models.DateTimeField("提交时间", null=True)
    updated_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        verbose_name = "服务记录"
        indexes = [models.Index(fields=["case", "form"], name="form_record_form")]


class Need(models.Model):
    """One need found by the survey; plan items cite it (SVC-5.3)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.RESTRICT, related_name="needs")
    text = models.CharField("需求", max_length=300)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "需求"
        ordering = ["position"]


class Goal(models.Model):
    """A goal of the case with its measure and date; judged at closing."""

    class Attainment(models.TextChoices):
        REACHED = "reached", "已达成"
        PARTLY = "partly", "部分达成"
        NOT = "not", "未达成"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.RESTRICT, related_name="goals")
    title = models.CharField("目标", max_length=200)
    measure = models.CharField("怎样算达成", max_length=200, blank=True)
    basis = models.CharField("依据", max_length=300, blank=True, help_text="测评、分析或需求中的哪一条")
    due_on = models.DateField("期限", null=True, blank=True)
    attainment = models.CharField("达成情况", max_length=10, choices=Attainment, blank=True)
    judged_note = models.CharField("说明", max_length=300, blank=True)
    judged_at = models.DateTimeField(null=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "目标"
        ordering = ["position"]


class Activity(models.Model):
    """A planned activity that serves a goal and answers a need."""

    class State(models.TextChoices):
        PLANNED = "planned", "待办"
        DONE = "done", "已完成"
        CANCELLED = "cancelled", "已取消"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    case = models.ForeignKey(Case, on_delete=models.RESTRICT, related_name="activities")
    goal = models.ForeignKey(Goal, on_delete=models.RESTRICT, related_name="activities")
    need = models.ForeignKey(Need, null=True, blank=True, on_delete=models.RESTRICT, related_name="activities")
    kind = models.CharField("类别", max_length=30)
    title = models.CharField("内容", max_length=200)
    who = models.CharField(
        "谁来做", max_length=10, choices=[("client", "本人"), ("adviser", "指导师"), ("both", "一起")]
    )
    mode = models.CharField("方式", max_length=20, blank=True)
    criterion = models.CharField("怎样算完成", max_length=200, blank=True)
    due_on = models.DateField("期限", null=True, blank=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PLANNED)
    result = models.CharField("结果", max_length=300, blank=True)
    done_at = models.DateTimeField(null=True)
    unplanned_reason = models.CharField("计划外原因", max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = "活动"
        ordering = ["position"]


class CasePaper(models.Model):
    """The documents of a case by step."""

    case = models.ForeignKey(Case, on_delete=models.RESTRICT, related_name="papers")
    step = models.CharField(max_length=20)
    document = models.OneToOneField(Document, on_delete=models.RESTRICT, related_name="case_paper")
    reason = models.CharField("为什么改", max_length=300, blank=True)

    class Meta:
        verbose_name = "个案文书"


class Due(models.Model):
    """Something that is due in a case: a projection of its events, made again after each of them."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="dues")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE)
    adviser = models.ForeignKey(Membership, on_delete=models.CASCADE, related_name="dues")
    key = models.CharField(max_length=60)
    step = models.CharField(max_length=20)
    what = models.CharField("事项", max_length=120)
    why = models.CharField("缘由", max_length=200, blank=True)
    due_on = models.DateField("期限", db_index=True)
    waits_for = models.CharField("等谁", max_length=20, blank=True)

    class Meta:
        verbose_name = "待办"
        constraints = [models.UniqueConstraint(fields=["case", "key"], name="due_once")]
        indexes = [models.Index(fields=["adviser", "due_on"], name="due_adviser")]
