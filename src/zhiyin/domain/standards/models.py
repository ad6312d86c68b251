"""Snapshots of the packs, an organisation's profiles, and its own changes with every judgement on them."""

from django.db import models

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.audit.triggers import append_only
from zhiyin.domain.organisations.models import Organisation
from zhiyin.kernel.ids import uuid7


class Snapshot(models.Model):
    """The packs as they stood when a record was made: names, versions, layers and one hash over the content."""

    hash = models.CharField(max_length=64, primary_key=True)
    packs = models.JSONField("标准包")
    profiles = models.JSONField("方案", default=list)
    changes = models.JSONField("本机构的修改", default=list)
    first_used_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "标准包快照"

    def __str__(self) -> str:
        return self.hash[:12]


@append_only
class OrganisationProfile(models.Model):
    """From which day an organisation works under which profiles; the next row ends this one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="standard_profiles")
    profiles = models.JSONField("方案", default=list)
    effective_from = models.DateField("自何日起")
    why = models.CharField("原因", max_length=200)
    set_by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "机构选用的方案"
        ordering = ["effective_from", "created_at", "id"]

    def __str__(self) -> str:
        return "、".join(self.profiles) or "不用方案"


class State(models.TextChoices):
    DRAFT = "draft", "起草中"
    SUBMITTED = "submitted", "待批准"
    APPROVED = "approved", "已批准"
    RETURNED = "returned", "已退回"
    TAKEN_BACK = "taken_back", "已收回"


class ProfileChange(models.Model):
    """An organisation's own change to the packs. ``state`` follows from the acts; once submitted nothing in it changes
    any more unless it is returned.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="standard_changes")
    title = models.CharField("修改什么", max_length=80)
    operations = models.JSONField("内容")
    why = models.CharField("原因", max_length=500)
    effective_from = models.DateField("自何日起")
    state = models.CharField("状态", max_length=12, choices=State, default=State.DRAFT)
    author = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    effects = models.JSONField("对例子的影响", default=list)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "标准的修改"
        ordering = ["-created_at", "-id"]

    def __str__(self) -> str:
        return self.title


@append_only
class ChangeAct(models.Model):
    """What somebody did with a change, for good: submitted, approved, returned, taken back.

    ``effective_on`` is the day from which an approval works, or from which the change no longer does.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    change = models.ForeignKey(ProfileChange, on_delete=models.RESTRICT, related_name="acts")
    kind = models.CharField("行为", max_length=12, choices=State)
    by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    note = models.CharField("意见", max_length=500, blank=True)
    digest = models.CharField("内容摘要", max_length=64)
    effective_on = models.DateField("自何日起", null=True)
    happened_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "对修改的处理"
        ordering = ["happened_at", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.happened_at:%Y-%m-%d}"
