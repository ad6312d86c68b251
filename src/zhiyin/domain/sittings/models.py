"""A sitting and the journal of what was answered, in order, never overwritten."""


from django.db import models

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.models import Person
from zhiyin.domain.standards.models import Snapshot
from zhiyin.kernel.ids import uuid7


class Sitting(models.Model):
    """One administration (施测) of an instrument to one person."""

    class State(models.TextChoices):
        ASSIGNED = "assigned", "待作答"
        STARTED = "started", "作答中"
        FINISHED = "finished", "已完成"
        DECLINED = "declined", "本人不做"
        EXPIRED = "expired", "已过期"
        ERASED = "erased", "本人删除"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT)
    person = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="sittings")
    case_id = models.UUIDField(null=True, db_index=True)
    instrument = models.CharField("工具", max_length=60)
    instrument_version = models.PositiveIntegerField()
    snapshot = models.ForeignKey(Snapshot, on_delete=models.RESTRICT)
    assigned_by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    mode = models.CharField(
        "方式", max_length=12, choices=[("online", "手机"), ("kiosk", "自助机"), ("read", "工作人员读题"), ("paper", "纸笔录入")]
    )
    token_digest = models.CharField(max_length=64, unique=True, editable=False)
    state = models.CharField("状态", max_length=10, choices=State, default=State.ASSIGNED)
    large_type = models.BooleanField("大字", default=False)
    read_aloud = models.BooleanField("朗读", default=False)
    voice_missing = models.BooleanField("设备没有中文语音", default=False)
    assigned_at = models.DateTimeField("布置时间")
    started_at = models.DateTimeField("开始时间", null=True)
    finished_at = models.DateTimeField("完成时间", null=True)
    expires_at = models.DateTimeField("有效至")
    declined_reason = models.CharField("不做的原因", max_length=200, blank=True)

    class Meta:
        verbose_name = "施测"
        ordering = ["-assigned_at"]


class Answer(models.Model):
    """One answer as it was given. The last row for an item counts; earlier rows show that it was changed.

    ``client_key`` is made by the device for each press, so that a repeated send is stored once.
    """

    sitting = models.ForeignKey(Sitting, on_delete=models.CASCADE, related_name="answers")
    item = models.CharField(max_length=20)
    value = models.SmallIntegerField()
    milliseconds = models.PositiveIntegerField("用时", null=True)
    client_key = models.CharField(max_length=40)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "作答"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["sitting", "client_key"], name="answer_once")]
