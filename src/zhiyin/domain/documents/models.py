"""Documents and what was done to them."""

from django.db import models
from django.db.models import Q

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.audit.triggers import append_only
from zhiyin.domain.documents.sealing import PaperSealed
from zhiyin.domain.documents.states import State, StepKind
from zhiyin.domain.files.models import StoredFile
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.models import Guardian, Person
from zhiyin.domain.people.sealed import sealed_column
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


class ArchiveClass(models.TextChoices):
    """The classes of the archive; the same words as the classes of document definitions."""

    PLAN = "plan", "方案计划"
    REPORT = "report", "报告"
    LEDGER = "ledger", "台账名册"
    RECORD = "record", "记录"
    AGREEMENT = "agreement", "协议合同"
    MANUAL = "manual", "手册制度"
    RELEASE = "release", "信息发布"
    CASE_STUDY = "case-study", "案例"
    ANALYSIS = "analysis", "分析"
    OPINION = "opinion", "意见建议"
    FORM = "form", "表单"


class SealImage(models.Model):
    """The picture of the official seal (公章) of an organisation; the one without ``ended_at`` is in use."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="seals")
    name = models.CharField("印章名称", max_length=120)
    file = models.ForeignKey(StoredFile, on_delete=models.RESTRICT, related_name="+")
    uploaded_by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "公章"
        constraints = [
            models.UniqueConstraint(fields=["organisation"], condition=Q(ended_at=None), name="seal_one_in_use")
        ]

    def __str__(self) -> str:
        return self.name


class Volume(models.Model):
    """A volume (案卷) of the archive: one class, year and time of keeping. ``last_place`` counts what it holds."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="volumes")
    archive_class = models.CharField("类别", max_length=20, choices=ArchiveClass)
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveIntegerField("案卷号")
    title = models.CharField("案卷题名", max_length=120)
    retention_years = models.PositiveSmallIntegerField("保管期限（年）")
    last_place = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(auto_now_add=True)
    closed_at = models.DateTimeField("封卷时间", null=True)
    closed_by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")

    class Meta:
        verbose_name = "案卷"
        ordering = ["-year", "archive_class", "number"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "archive_class", "year", "number"], name="volume_once")
        ]

    def __str__(self) -> str:
        return f"{self.year} 年{self.get_archive_class_display()}第 {self.number} 卷"


class Document(models.Model):
    """One paper made from a document definition. Its state is computed from its steps.

    It is about a person, or (``person`` is None) about an employer, the agency, an activity or a programme, which
    ``subject_label`` names and ``subject_id`` may point to. ``context`` is the data it was filled with, ``answers`` the
    answers to its own questions and ``editable`` the adviser's own text; all are frozen at issue, when the number, the
    hash and the archived PDF are set. A change after that is a new document that ``supersedes`` this.
    """

    class Subject(models.TextChoices):
        CLIENT = "client", "服务对象"
        EMPLOYER = "employer", "用人单位"
        AGENCY = "agency", "本机构"
        ACTIVITY = "activity", "活动"
        PROGRAMME = "programme", "项目"

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT)
    person = models.ForeignKey(Person, null=True, on_delete=models.RESTRICT, related_name="papers")
    subject_kind = models.CharField("对象", max_length=20, choices=Subject, default=Subject.CLIENT)
    subject_id = models.UUIDField("对象编号", null=True, db_index=True)
    subject_label = models.CharField("对象名称", max_length=120, blank=True)
    case_id = models.UUIDField("个案", null=True, db_index=True)
    template = models.CharField("模板", max_length=60)
    template_version = models.PositiveIntegerField()
    wording = models.ForeignKey(Wording, on_delete=models.RESTRICT, related_name="+")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.RESTRICT)
    title = models.CharField("标题", max_length=120)
    author = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    context_sealed = sealed_column()
    context = PaperSealed()
    editable_sealed = sealed_column()
    editable = PaperSealed()
    answers_sealed = sealed_column()
    answers = PaperSealed()
    needs_sign_off = models.BooleanField("须督导签发", default=False)
    needs_guardian = models.BooleanField("须监护人签名", default=False)
    number = models.CharField("文号", max_length=60, blank=True)
    content_hash = models.CharField("内容摘要", max_length=64, blank=True)
    check_code = models.CharField("核验码", max_length=16, blank=True, db_index=True)
    archive = models.ForeignKey(StoredFile, null=True, on_delete=models.RESTRICT, related_name="+")
    seal = models.ForeignKey(SealImage, null=True, on_delete=models.RESTRICT, related_name="+")
    archive_class = models.CharField("归档类别", max_length=20, choices=ArchiveClass, blank=True)
    volume = models.ForeignKey(Volume, null=True, on_delete=models.RESTRICT, related_name="documents")
    volume_place = models.PositiveIntegerField("卷内顺序", null=True)
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
            models.CheckConstraint(
                condition=Q(person__isnull=False, subject_kind="client")
                | Q(person__isnull=True) & ~Q(subject_kind="client"),
                name="document_person_or_other_subject",
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
    person = models.ForeignKey(Person, null=True, on_delete=models.RESTRICT, related_name="signatures")
    role = models.CharField("签名人", max_length=20)  # a role of the definition: client, guardian, adviser, supervisor
    guardian = models.ForeignKey(Guardian, null=True, on_delete=models.RESTRICT)
    by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    name = models.CharField("姓名", max_length=50)
    mode = models.CharField("方式", max_length=10, choices=Mode)
    image_sealed = sealed_column()
    image = PaperSealed("document.organisation_id")  # PNG as base64
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


@append_only
class DocumentVersion(models.Model):
    """What a document said after a change that was saved; ``number`` is the document's version then.

    ``content`` holds the texts, the answers and the words on the page by section and block, so that two versions can
    be laid side by side whatever the packs say later.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    document = models.ForeignKey(Document, on_delete=models.RESTRICT, related_name="versions")
    number = models.PositiveIntegerField("版次")
    by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    why = models.CharField("缘由", max_length=40)
    content_sealed = sealed_column()
    content = PaperSealed("document.organisation_id", person="document.person")
    content_hash = models.CharField("内容摘要", max_length=64)
    saved_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "文书版次"
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["document", "number"], name="document_version_once")]

    def __str__(self) -> str:
        return f"第 {self.number} 版"


class Remark(models.Model):
    """A comment on a section of a draft, or an answer to one (``thread`` is the first of its thread)."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    document = models.ForeignKey(Document, on_delete=models.RESTRICT, related_name="remarks")
    section = models.CharField("章节", max_length=60)
    field = models.CharField("字段", max_length=60, blank=True)
    thread = models.ForeignKey("self", null=True, on_delete=models.RESTRICT, related_name="answers")
    by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    text_sealed = sealed_column()
    text = PaperSealed("document.organisation_id", person="document.person")
    version = models.PositiveIntegerField("针对的版次")
    written_at = models.DateTimeField(auto_now_add=True)
    resolved_at = models.DateTimeField(null=True)
    resolved_by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")

    class Meta:
        verbose_name = "批注"
        ordering = ["written_at", "id"]

    def __str__(self) -> str:
        return f"{self.section} {self.written_at:%Y-%m-%d}"


class PaperFile(models.Model):
    """An old paper taken into the archive: its scan, under the number that it bears."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT)
    person = models.ForeignKey(Person, null=True, on_delete=models.RESTRICT, related_name="paper_files")
    subject_label = models.CharField("对象", max_length=120, blank=True)
    archive_class = models.CharField("归档类别", max_length=20, choices=ArchiveClass)
    number = models.CharField("文号", max_length=60)
    title = models.CharField("题名", max_length=120)
    dated_on = models.DateField("成文日期")
    scan = models.ForeignKey(StoredFile, on_delete=models.RESTRICT, related_name="+")
    volume = models.ForeignKey(Volume, on_delete=models.RESTRICT, related_name="paper_files")
    volume_place = models.PositiveIntegerField("卷内顺序")
    taken_in_by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    taken_in_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = "纸质归档"
        constraints = [models.UniqueConstraint(fields=["organisation", "number"], name="paper_number_once")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Loan(models.Model):
    """A volume lent out: to whom, why, from when, until when; back when ``returned_on`` is set."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    volume = models.ForeignKey(Volume, on_delete=models.RESTRICT, related_name="loans")
    borrower = models.CharField("借阅人", max_length=80)
    why = models.CharField("事由", max_length=200)
    lent_on = models.DateField("借出日期")
    due_on = models.DateField("应还日期")
    lent_by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    returned_on = models.DateField("归还日期", null=True)
    received_by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")

    class Meta:
        verbose_name = "借阅"
        ordering = ["-lent_on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["volume"], condition=Q(returned_on=None), name="loan_one_open"),
            models.CheckConstraint(condition=Q(due_on__gte=models.F("lent_on")), name="loan_due_after_lent"),
        ]

    def __str__(self) -> str:
        return f"{self.borrower} {self.lent_on}"


class Letterhead(models.Model):
    """An agency's own Word template for one kind of document; the one without ``ended_at`` is in use."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    organisation = models.ForeignKey(Organisation, on_delete=models.RESTRICT, related_name="letterheads")
    template = models.CharField("文书种类", max_length=60)
    file = models.ForeignKey(StoredFile, on_delete=models.RESTRICT, related_name="+")
    uploaded_by = models.ForeignKey(Membership, null=True, on_delete=models.RESTRICT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "自有 Word 模板"
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "template"], condition=Q(ended_at=None), name="letterhead_one_in_use"
            )
        ]

    def __str__(self) -> str:
        return f"{self.template} {self.created_at:%Y-%m-%d}"
