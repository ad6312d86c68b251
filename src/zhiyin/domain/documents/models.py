"""Documents and what was done to them."""

from django.db import models
from django.db.models import Q

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.audit.triggers import append_only
from zhiyin.domain.documents.states import State, StepKind
from zhiyin.domain.files.models import StoredFile
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.models import Guardian, Person
from zhiyin.domain.people.sealed import Sealed, sealed_column
from zhiyin.domain.standards.models import Snapshot
from zhiyin.kernel.ids import uuid7


@append_only
class Wording(models.Model):
    """A document definition as it read when first used, kept by the hash of its content.

    Packs are replaced over the years; a signature or an issue of long ago must still be shown in its own words.
    """

    hash = models.CharField(max_length=64, primary_key=True)
    template = models.CharField("模板", max_length=60)
    version = models.PositiveIntegerField("版本")
    body = models.JSONField("原文")
    first_used_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "模板原文"

    def __str__(self) -> str:
        return f"{self.template} 第 {self.version} 版"


class Document(models.Model):
    """One paper made from a document definition. Its state is computed from its steps.

    ``context`` is the data it was filled with and ``editable`` the adviser's own text; both are frozen at issue, when
    the number, the hash and the archived PDF are set. A change after that is a new document that ``supersedes`` this.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT)
    person = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="papers")
    case_id = models.UUIDField("个案", null=True, db_index=True)
    template = models.CharField("模板", max_length=60)
    template_version = models.PositiveIntegerField()
    wording = models.ForeignKey(Wording, on_delete=models.RESTRICT, related_name="+")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.RESTRICT)
    title = models.CharField("标题", max_length=120)
    author = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    context_sealed = sealed_column()
    context = Sealed()
    editable_sealed = sealed_column()
    editable = Sealed()
    needs_sign_off = models.BooleanField("须督导签发", default=False)
    needs_guardian = models.BooleanField("须监护人签名", default=False)
    number = models.CharField("文号", max_length=60, blank=True)
    content_hash = models.CharField("内容摘要", max_length=64, blank=True)
    check_code = models.CharField("核验码", max_length=16, blank=True, db_index=True)
    archive = models.ForeignKey(StoredFile, null=True, on_delete=models.RESTRICT, related_name="+")
    supersedes = models.OneToOneField("self", null=True, on_delete=models.RESTRICT, related_name="superseded_by")
    state = models.CharField("状态", max_length=20, choices=State, default=State.DRAFT, db_index=True)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    issued_at = models.DateTimeField(null=True)
    revoked_signatures = 0  # how many the last change revoked; told to its caller, not stored

    class Meta:
        verbose_name = "文书"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "number"], condition=~Q(number=""), name="document_number_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} {self.number}".strip()


@append_only
class DocumentStep(models.Model):
    """What was done to a document. ``content_hash`` is the content that was submitted, approved, shown or issued."""

    Kind = StepKind

    document = models.ForeignKey(Document, on_delete=models.RESTRICT, related_name="steps")
    kind = models.CharField("步骤", max_length=20, choices=StepKind)
    by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    comment = models.CharField("意见", max_length=1000, blank=True)
    content_hash = models.CharField("内容摘要", max_length=64, blank=True)
    happened_at = models.DateTimeField("发生时间")
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "文书经过"
        ordering = ["happened_at", "id"]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.happened_at:%Y-%m-%d}"


class Signature(models.Model):
    """A signature under a document: drawn or typed on screen, or recorded as signed on paper with a scan.

    It holds for one content hash; a later change of the content revokes it. ``by`` is the member of staff who signed or
    in whose session somebody else signed.
    """

    class Mode(models.TextChoices):
        SCREEN = "screen", "屏幕手写"
        TYPED = "typed", "键入姓名确认"
        PAPER = "paper", "纸质签名（附扫描件）"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    document = models.ForeignKey(Document, on_delete=models.RESTRICT, related_name="signatures")
    person = models.ForeignKey(Person, on_delete=models.RESTRICT, related_name="signatures")
    role = models.CharField("签名人", max_length=20)  # a role of the definition: client, guardian, adviser, supervisor
    guardian = models.ForeignKey(Guardian, null=True, on_delete=models.RESTRICT)
    by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    name = models.CharField("姓名", max_length=50)
    mode = models.CharField("方式", max_length=10, choices=Mode)
    image_sealed = sealed_column()
    image = Sealed()  # PNG as base64
    scan = models.ForeignKey(StoredFile, null=True, on_delete=models.RESTRICT, related_name="+")
    content_hash = models.CharField("所签内容摘要", max_length=64)
    signed_at = models.DateTimeField("签名时间")
    recorded_at = models.DateTimeField(auto_now_add=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "签名"
        ordering = ["signed_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "role"], condition=Q(revoked_at=None), name="signature_one_standing"
            )
        ]

    def __str__(self) -> str:
        return f"{self.role} {self.signed_at:%Y-%m-%d}"
