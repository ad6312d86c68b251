"""What the audit log keeps: ids, names of fields and keyed digests, never a personal value."""

from django.db import models


class AuditEvent(models.Model):
    """One act or one reading. Append-only by triggers; chained by a keyed digest over the row before it."""

    chain = models.CharField("链", max_length=80)
    seq = models.PositiveBigIntegerField("序号")
    at = models.DateTimeField("时间", db_index=True)
    actor_kind = models.CharField("身份类别", max_length=20)
    actor_id = models.CharField("身份", max_length=80)
    actor_role = models.CharField("角色", max_length=40, blank=True)
    organisation_id = models.UUIDField("机构", null=True)
    action = models.CharField("事项", max_length=80, db_index=True)
    object_type = models.CharField("对象类别", max_length=60, blank=True)
    object_id = models.CharField("对象", max_length=80, blank=True)
    person_id = models.UUIDField("涉及的人", null=True, db_index=True)
    reason = models.CharField("原因", max_length=300, blank=True)
    data = models.JSONField("细目", default=dict)
    previous = models.CharField("前一摘要", max_length=64)
    digest = models.CharField("摘要", max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["chain", "seq"], name="audit_event_chain_seq")]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_event_object"),
            models.Index(fields=["person_id", "action", "at"], name="audit_event_person"),
        ]
        verbose_name = "审计记录"

    def __str__(self) -> str:
        return f"{self.chain}#{self.seq} {self.action}"


class ChainHead(models.Model):
    """Count and last digest of a chain; the row that an appending transaction locks, as late as it can."""

    chain = models.CharField(max_length=80, primary_key=True)
    count = models.PositiveBigIntegerField(default=0)
    digest = models.CharField(max_length=64, default="0" * 64)

    class Meta:
        verbose_name = "审计链头"

    def __str__(self) -> str:
        return f"{self.chain} {self.count}"
