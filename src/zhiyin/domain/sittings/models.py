"""A sitting and the journal of what was answered, in order, never overwritten."""

from datetime import datetime
from typing import Any

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

    class Mode(models.TextChoices):
        ONLINE = "online", "手机"
        KIOSK = "kiosk", "自助机"
        READ = "read", "工作人员读题"
        PAPER = "paper", "纸笔录入"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT)
    person = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="sittings")
    case_id = models.UUIDField(null=True, db_index=True)
    instrument = models.CharField("工具", max_length=60)
    instrument_version = models.PositiveIntegerField()
    snapshot = models.ForeignKey(Snapshot, on_delete=models.RESTRICT)
    assigned_by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    mode = models.CharField("方式", max_length=12, choices=Mode)
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

    def __str__(self) -> str:
        return f"{self.instrument} {self.get_state_display()}"

    @property
    def is_open(self) -> bool:
        """Whether answers can still come in, apart from the date."""
        return self.state in {self.State.ASSIGNED, self.State.STARTED}

    def obstacle(self, now: datetime) -> str:
        """Why nothing can be answered at ``now``, as a sentence for the test taker; "" when it can."""
        if self.state == self.State.FINISHED:
            return "这份测评已经完成，答案已经保存，不能再改"
        if self.state == self.State.DECLINED:
            return "您已经表示不做这份测评；想做的话，请告诉指导师重新布置"
        if self.state == self.State.ERASED:
            return "这份测评已经按您的要求删除；想做的话，请告诉指导师重新布置"
        if self.state == self.State.EXPIRED or now >= self.expires_at:
            return "这份测评过了有效期；请告诉指导师，可以延期后接着做"
        return ""


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

    def __str__(self) -> str:
        return self.item

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise RuntimeError("an answer is never changed; a new row follows it")
        super().save(*args, **kwargs)
