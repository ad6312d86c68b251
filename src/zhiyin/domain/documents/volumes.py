"""The archive: filing by class into volumes (立卷), inventories, old papers taken in, and volumes lent out."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import QuerySet
from django.utils import timezone

from zhiyin.domain.audit.acting import Actor, actor, command, record
from zhiyin.domain.documents import policies, steps
from zhiyin.domain.documents.building import definition_of
from zhiyin.domain.documents.models import ArchiveClass, Document, Loan, PaperFile, Volume
from zhiyin.domain.documents.queries import number_key
from zhiyin.domain.files import commands as files
from zhiyin.domain.files.models import StoredFile
from zhiyin.domain.organisations.commands import next_serial
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people import policies as people
from zhiyin.domain.people.models import Person
from zhiyin.engines.documents import tree as t
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused
from zhiyin.kernel.serves import serves

USUAL_RETENTION = 10
"""Years that a volume is kept where the definition of its documents says nothing (our default)."""


def class_of(document: Document) -> str:
    """The class that the definition gives the document; "" when it gives none."""
    return definition_of(document).class_ or ""


@serves("SVC-3.5.2")
@command("documents.file")
def file_document(document: Document, archive_class: str = "") -> Document:
    """Put an issued document into the open volume of its class and year.

    ``archive_class`` is needed where the definition names none. ``Invalid`` without a class, ``Conflict`` when the
    document stands in a volume already.
    """
    document = steps.locked(document, "documents.archive")
    if not document.number:
        raise NotReady("文书还没有出具，出具以后才归档", ["出具"])
    if document.volume_id is not None:
        raise Conflict("这份文书已经归入案卷")
    put_away(document, archive_class or class_of(document))
    document.save(update_fields=["archive_class", "volume", "volume_place"])
    record("documents.filed", document, volume=str(document.volume_id), place=document.volume_place)
    return document


def put_away(document: Document, archive_class: str) -> None:
    """Give an issued document class, volume and place, as part of the calling command; the caller saves it."""
    assert document.issued_at is not None
    volume, place = _place(
        document.organisation,
        archive_class,
        timezone.localdate(document.issued_at).year,
        definition_of(document).retention_years or USUAL_RETENTION,
    )
    document.archive_class, document.volume, document.volume_place = archive_class, volume, place


def _place(organisation: Organisation, archive_class: str, year: int, retention: int) -> tuple[Volume, int]:
    if archive_class not in ArchiveClass.values:
        raise Invalid({"archive_class": ["归档前请先选定类别，没有分类的文书不能归档"]})
    found = (
        Volume.objects.select_for_update()
        .filter(
            organisation=organisation,
            archive_class=archive_class,
            year=year,
            retention_years=retention,
            closed_at=None,
        )
        .order_by("-number")
        .first()
    )
    volume = found or _open(organisation, archive_class, year, retention)
    volume.last_place += 1
    volume.save(update_fields=["last_place"])
    return volume, volume.last_place


def _open(organisation: Organisation, archive_class: str, year: int, retention: int) -> Volume:
    number = next_serial(organisation, f"volume:{archive_class}", year)
    volume = Volume.objects.create(
        organisation=organisation,
        archive_class=archive_class,
        year=year,
        number=number,
        title=f"{year} 年{ArchiveClass(archive_class).label}",
        retention_years=retention,
    )
    record("documents.volume_opened", volume, year=year, number=number)
    return volume


@command("documents.close_volume")
def close_volume(volume: Volume, title: str = "") -> Volume:
    """Close a volume, with the title it gets for good; what is filed later goes into the next one."""
    volume = _locked(volume, "documents.close_volume")
    if volume.closed_at is not None:
        raise Conflict("这一卷已经封卷")
    if not volume.last_place:
        raise NotReady("空的案卷不能封卷", ["归档文书"])
    title = title.strip() or volume.title
    if len(title) > 120:
        raise Invalid({"title": ["案卷题名最多 120 字"]})
    volume.title, volume.closed_at, volume.closed_by = title, timezone.now(), steps.membership()
    volume.save(update_fields=["title", "closed_at", "closed_by"])
    record("documents.volume_closed", volume, holds=volume.last_place)
    return volume


def _locked(volume: Volume, right: str) -> Volume:
    who = actor()
    policies.require(who, right)
    stored = Volume.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=volume.pk)
    if who.kind == "staff" and who.organisation_id != stored.organisation_id:
        raise Refused("这一卷不是本机构的")
    return stored


@command("documents.take_in")
def take_in(
    organisation: Organisation,
    scan: StoredFile,
    *,
    archive_class: str,
    number: str,
    title: str,
    dated_on: date,
    person: Person | None = None,
    subject: str = "",
    retention_years: int = USUAL_RETENTION,
) -> PaperFile:
    """Take an old paper into the archive by its scan, under the number it bears; it is about ``person`` or ``subject``.

    It goes into the open volume of its class and of the year of its date. ``Invalid`` by field; a number that a
    document or another paper of this organisation has is refused.
    """
    who = actor()
    policies.require(who, "documents.archive")
    if who.kind == "staff" and who.organisation_id != organisation.pk:
        raise Refused("只能归入本机构的档案")
    if person is not None:
        people.require(who, "people.read", person)
    errors = _paper_faults(organisation, scan, number, title, dated_on, person, subject)
    if not 1 <= retention_years <= 100:
        errors["retention_years"] = ["保管期限写 1 到 100 年"]
    if errors:
        raise Invalid(errors)
    volume, place = _place(organisation, archive_class, dated_on.year, retention_years)
    paper = PaperFile.objects.create(
        organisation=organisation,
        person=person,
        subject_label=subject.strip(),
        archive_class=archive_class,
        number=number.strip(),
        title=title.strip(),
        dated_on=dated_on,
        scan=scan,
        volume=volume,
        volume_place=place,
        taken_in_by=steps.membership(),
    )
    record("documents.taken_in", paper, volume=str(volume.pk), place=place, digest=scan.digest)
    return paper


def _paper_faults(
    organisation: Organisation,
    scan: StoredFile,
    number: str,
    title: str,
    dated_on: date,
    person: Person | None,
    subject: str,
) -> dict[str, list[str]]:
    errors: dict[str, list[str]] = {}
    for name, label, value, longest in (("number", "文号", number, 60), ("title", "题名", title, 120)):
        if not value.strip():
            errors[name] = [f"请填写{label}"]
        elif len(value.strip()) > longest:
            errors[name] = [f"{label}最多 {longest} 字"]
    if "number" not in errors and number_taken(organisation, number.strip()):
        errors["number"] = [f"文号 {number.strip()} 已经用过，两份文书不能同号"]
    if dated_on > timezone.localdate():
        errors["dated_on"] = ["成文日期不能晚于今天"]
    if (person is None) == (not subject.strip()):
        errors["subject"] = ["请选择是关于谁的，或写明对象，二者取一"]
    elif len(subject.strip()) > 120:
        errors["subject"] = ["对象最多 120 字"]
    if scan.organisation_id != organisation.pk or scan.erased_at is not None:
        errors["scan"] = ["这份扫描件不能用，请重新上传"]
    elif scan.media_type not in {"application/pdf", "image/png", "image/jpeg"}:
        errors["scan"] = ["扫描件请用 PDF、PNG 或 JPG"]
    return errors


def number_taken(organisation: Organisation, number: str) -> bool:
    """Whether a document or an old paper of the organisation bears this number."""
    return (
        Document.objects.filter(organisation=organisation, number=number).exists()
        or PaperFile.objects.filter(organisation=organisation, number=number).exists()
    )


@command("documents.lend")
def lend(volume: Volume, borrower: str, why: str, due_on: date, *, lent_on: date | None = None) -> Loan:
    """Lend a volume out. ``Conflict`` while it is out; ``lent_on`` before today is a late entry."""
    volume = _locked(volume, "documents.archive")
    today = timezone.localdate()
    day = lent_on or today
    errors: dict[str, list[str]] = {}
    for name, label, value, longest in (("borrower", "借阅人", borrower, 80), ("why", "借阅事由", why, 200)):
        if not value.strip():
            errors[name] = [f"请填写{label}"]
        elif len(value.strip()) > longest:
            errors[name] = [f"{label}最多 {longest} 字"]
    if day > today:
        errors["lent_on"] = ["借出日期不能晚于今天"]
    if due_on < day:
        errors["due_on"] = ["应还日期不能早于借出日期"]
    if errors:
        raise Invalid(errors)
    if volume.loans.filter(returned_on=None).exists():
        raise Conflict("这一卷已经借出，还没有归还")
    loan = Loan.objects.create(
        volume=volume,
        borrower=borrower.strip(),
        why=why.strip(),
        lent_on=day,
        due_on=due_on,
        lent_by=steps.membership(),
    )
    record("documents.lent", loan, volume=str(volume.pk), due=due_on.isoformat())
    return loan


@command("documents.take_back")
def take_back(loan: Loan, *, returned_on: date | None = None) -> Loan:
    """Note that a volume came back."""
    _locked(loan.volume, "documents.archive")
    loan = Loan.objects.select_for_update(of=("self",)).get(pk=loan.pk)
    day = returned_on or timezone.localdate()
    if loan.returned_on is not None:
        raise Conflict("这一卷已经登记归还")
    if not loan.lent_on <= day <= timezone.localdate():
        raise Invalid({"returned_on": ["归还日期要在借出日期和今天之间"]})
    loan.returned_on, loan.received_by = day, steps.membership()
    loan.save(update_fields=["returned_on", "received_by"])
    record("documents.taken_back", loan, on=day.isoformat())
    return loan


def volumes(who: Actor, *, archive_class: str = "", year: int | None = None) -> QuerySet[Volume]:
    """The volumes within reach of ``who``, newest year first."""
    policies.require(who, "documents.archive")
    found = Volume.objects.all()
    if who.kind not in {"system", "job"}:
        found = found.filter(organisation_id=who.organisation_id)
    if archive_class:
        found = found.filter(archive_class=archive_class)
    return found.filter(year=year) if year is not None else found


def volume(who: Actor, volume_id: uuid.UUID) -> Volume:
    """One volume within reach of ``who``; ``Volume.DoesNotExist`` outside it."""
    return volumes(who).select_related("organisation").get(pk=volume_id)


def unfiled(who: Actor) -> list[Document]:
    """Issued documents within reach that stand in no volume yet, the oldest first."""
    policies.require(who, "documents.archive")
    rows = policies.scope(who, "documents.archive").exclude(number="").filter(volume=None)
    return list(rows.select_related("person", "organisation").order_by("issued_at"))


def overdue(who: Actor, on: date | None = None) -> list[Loan]:
    """Loans that should be back by now, the longest overdue first."""
    day = on or timezone.localdate()
    rows = Loan.objects.filter(volume__in=volumes(who), returned_on=None, due_on__lt=day)
    return list(rows.select_related("volume", "lent_by__user").order_by("due_on"))


def loans_of(who: Actor, volume: Volume) -> list[Loan]:
    """Who had the volume and when, the latest first."""
    policies.require(who, "documents.archive")
    return list(volume.loans.select_related("lent_by__user", "received_by__user"))


def out_now(who: Actor) -> dict[uuid.UUID, Loan]:
    """The loans that are still out, by volume."""
    rows = Loan.objects.filter(volume__in=volumes(who), returned_on=None).select_related("volume", "lent_by__user")
    return {loan.volume_id: loan for loan in rows}


@dataclass(frozen=True)
class Entry:
    """A line of an inventory."""

    place: int
    number: str
    title: str
    subject: str
    dated_on: date
    state: str


def inventory(volume: Volume) -> list[Entry]:
    """What a volume holds, in the order of the numbers (runs of digits compared as numbers); two queries."""
    entries = [
        Entry(
            row.volume_place or 0,
            row.number,
            row.title,
            subject_of(row),
            timezone.localdate(row.issued_at),
            row.get_state_display(),
        )
        for row in volume.documents.select_related("person")
    ]
    entries += [
        Entry(row.volume_place, row.number, row.title, subject_of(row), row.dated_on, "纸质归档")
        for row in volume.paper_files.select_related("person")
    ]
    return sorted(entries, key=lambda entry: (number_key(entry.number), entry.place))


def subject_of(row: Document | PaperFile) -> str:
    """Who or what a document or paper is about."""
    return row.person.name if row.person is not None else row.subject_label


def by_category(documents: Sequence[Document]) -> list[tuple[str, list[Document]]]:
    """Documents under the labels of their archive classes, in the order of the classes; unfiled ones last."""
    groups: list[tuple[str, list[Document]]] = [
        (str(label), [row for row in documents if row.archive_class == value]) for value, label in ArchiveClass.choices
    ]
    groups.append(("未归档", [row for row in documents if not row.archive_class]))
    return [(label, rows) for label, rows in groups if rows]


@serves("SVC-3.5.2-a")
def inventory_tree(volume: Volume) -> t.Document:
    """The inventory of a volume (卷内目录) as a document to print, in number order."""
    rows = tuple(
        (str(index), entry.number, entry.title, entry.subject, _day(entry.dated_on), entry.state)
        for index, entry in enumerate(inventory(volume), 1)
    )
    heads: tuple[tuple[str, float], ...] = (
        ("序号", 3),
        ("文号", 11),
        ("题名", 14),
        ("对象", 9),
        ("日期", 8),
        ("备注", 6),
    )
    columns = tuple(
        t.Column(label, width, "start", "number" if label == "序号" else "date" if label == "日期" else "text")
        for label, width in heads
    )
    facts = (
        t.FieldItem("案卷", str(volume), False),
        t.FieldItem("题名", volume.title, False),
        t.FieldItem("保管期限", f"{volume.retention_years} 年", False),
        t.FieldItem("件数", f"{len(rows)} 件", False),
        t.FieldItem("状态", "已封卷" if volume.closed_at else "未封卷", False),
    )
    return t.Document(
        definition="volume-inventory",
        version=1,
        title="卷内文件目录",
        subtitle=volume.organisation.name,
        sections=(
            t.Section("volume", "一", "案卷", (t.Fields(facts, 2),)),
            t.Section("contents", "二", "卷内文件", (t.Table(columns, rows, "这一卷还是空的", "卷内文件", 1),)),
        ),
        signatures=(
            t.Signature("archivist", "立卷人", "", None, None),
            t.Signature("checker", "检查人", "", None, None),
        ),
        footer=volume.organisation.name,
        number="",
        issued_on=timezone.localdate(),
        check_url="",
        check_code="",
        status="issued",
        layout="ledger",
    )


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"


def erase_paper_files(person: Person) -> None:
    """On erasure of a person: remove the scans of old papers about them; the lines of the inventories stay."""
    for paper in PaperFile.objects.filter(person=person).select_related("scan"):
        if paper.scan.erased_at is None:
            files.erase(paper.scan)
        record("documents.paper_erased", paper)
