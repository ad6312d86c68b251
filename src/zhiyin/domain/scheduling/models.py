"""Appointments between a client and a member of staff."""

from django.db import models

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.agencies.models import Room
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.models import Person
from zhiyin.kernel.ids import uuid7


class Appointment(models.Model):
    """A meeting that was agreed. Seen, not seen and excused stay apart."""

    class State(models.TextChoices):
        BOOKED = "booked", "已约定"
        ATTENDED = "attended", "已到"
        MISSED = "missed", "未到"
        EXCUSED = "excused", "已请假"
        CANCELLED = "cancelled", "机构取消"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT)
    person = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="appointments")
    staff = models.ForeignKey(Membership, on_delete=models.RESTRICT, related_name="appointments")
    case_id = models.UUIDField("个案", null=True, blank=True, db_index=True)
    topic = models.CharField("事由", max_length=100)
    mode = models.CharField("方式", max_length=20)
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.RESTRICT)
    place = models.CharField("地点或链接", max_length=200, blank=True)
    starts_at = models.DateTimeField("开始", db_index=True)
    ends_at = models.DateTimeField("结束")
    state = models.CharField("状态", max_length=12, choices=State, default=State.BOOKED)
    note = models.CharField("备注", max_length=200, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "预约"
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(name="appointment_ends_later", condition=models.Q(ends_at__gt=models.F("starts_at")))
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%m-%d %H:%M} {self.topic}"
