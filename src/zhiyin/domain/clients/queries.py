"""Reads about client files."""

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet
from django.db.models.functions import Collate
from django.utils import timezone

from zhiyin.domain.accounts.queries import names_of
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit import reads
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.clients import policies
from zhiyin.domain.clients.facts import facts as facts
from zhiyin.domain.clients.models import Certificate, ClientFile, Education, Skill, Tag, Wish, Work
from zhiyin.domain.clients.values import label, period_words
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people import consents
from zhiyin.domain.people import queries as people_queries
from zhiyin.domain.people.models import Guardian, IdentityDocument, Person
from zhiyin.domain.people.policies import closed_children
from zhiyin.kernel.dates import Period
from zhiyin.kernel.errors import Refused
from zhiyin.kernel.identity import mask_email, mask_name, mask_phone

PAGE = 30


def file_of(person: Person, organisation: Organisation) -> ClientFile | None:
    """The file of a person at a body."""
    return ClientFile.objects.filter(person=person, organisation=organisation).first()


# -- one file on one page --------------------------------------------------------------------------------


@dataclass(frozen=True)
class FilePage:
    """Everything on a file's page. Confidential parts are None (groups: left out) when ``confidential`` is False."""

    file: ClientFile
    person: Person
    phone_masked: str
    email_masked: str
    documents: tuple[IdentityDocument, ...]
    guardians: tuple[Guardian, ...]
    education: tuple[Education, ...]
    work: tuple[Work, ...]
    skills: tuple[Skill, ...]
    certificates: tuple[Certificate, ...]
    wishes: tuple[Wish, ...]
    tags: tuple[Tag, ...]
    groups: tuple[str, ...]
    hidden_groups: int
    health: dict[str, Any] | None
    family: dict[str, Any] | None
    workplace: dict[str, Any] | None
    confidential: bool
    consents: dict[str, consents.Standing]
    timeline: "tuple[TimelineItem, ...]"
    missing: tuple[str, ...]

    @property
    def education_label(self) -> str:
        return label("education-level", self.file.education_level)

    @property
    def employment_label(self) -> str:
        return label("employment-status", self.file.employment_status)

    @property
    def hukou_label(self) -> str:
        return label("hukou-kind", self.file.hukou_kind)

    @property
    def group_labels(self) -> tuple[str, ...]:
        return tuple(label("client-group", code) for code in self.groups)

    def skills_of(self, kind: str) -> tuple[Skill, ...]:
        """Knowledge, skills or experience apart (SVC-2.2)."""
        return tuple(skill for skill in self.skills if skill.kind == kind)


_ENTRIES = ("education", "work", "skills", "certificates", "wishes", "tags")


def file_page(who: Actor, file_id: uuid.UUID, why: str = "查看档案") -> FilePage:
    """The file on one page, and the reading noted in the log. ``Refused`` outside the scope of ``who``.

    At most twelve queries, and three more where the log takes a new line.
    """
    file = (
        policies.scope(who)
        .select_related("person", "organisation", "adviser__user")
        .prefetch_related("person__documents", *_ENTRIES)
        .filter(pk=file_id)
        .first()
    )
    if file is None:
        raise Refused("没有这份档案，或者它不属于本机构")
    policies.require(who, "clients.read", file)
    person = file.person
    visible = policies.confidential_visible(who, file)
    purposes = [purpose.value for purpose in consents.notice_for(person).purposes]
    page = FilePage(
        file=file,
        person=person,
        phone_masked=mask_phone(person.phone) if person.phone else "",
        email_masked=mask_email(person.email) if person.email else "",
        documents=tuple(sorted(person.documents.all(), key=lambda document: not document.is_primary)),
        guardians=tuple(person.guardians.all()) if person.age() < 18 else (),
        education=tuple(file.education.all()),
        work=tuple(file.work.all()),
        skills=tuple(file.skills.all()),
        certificates=tuple(file.certificates.all()),
        wishes=tuple(file.wishes.all()),
        tags=tuple(tag for tag in file.tags.all() if visible or tag.code not in policies.SENSITIVE_GROUPS),
        groups=tuple(code for code in file.groups if visible or code not in policies.SENSITIVE_GROUPS),
        hidden_groups=0 if visible else sum(code in policies.SENSITIVE_GROUPS for code in file.groups),
        health=file.health if visible else None,
        family=file.family if visible else None,
        workplace=file.workplace,
        confidential=visible,
        consents=dict(consents.standings(person, file.organisation, purposes)),
        timeline=tuple(timeline(file)),
        missing=tuple(_missing(file)),
    )
    if who.kind not in {"system", "client"}:
        reads.note_reading(who, file, person.pk, why)
    return page


def _missing(file: ClientFile) -> list[str]:
    """What the page reminds of: empty parts of the basics and of the three sections of ability."""
    found = [
        title
        for title, value in (
            ("电话", file.person.phone_sealed),
            ("文化程度", file.education_level),
            ("目前状态", file.employment_status),
            ("兴趣爱好", file.hobbies),
        )
        if not value
    ]
    held = {skill.kind for skill in file.skills.all()}
    return found + [kind.label for kind in Skill.Kind if kind.value not in held]


# -- lists -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FileRow:
    """A line of the list. A child's name is masked and the row locked until access was approved."""

    file: ClientFile
    name: str
    age: int
    id_masked: str
    adviser: str
    status: str
    education: str
    groups: tuple[str, ...]
    locked: bool


@dataclass(frozen=True)
class Filters:
    """``words``: name, pinyin, initials, file number, or an exact identity number or phone."""

    words: str = ""
    adviser: uuid.UUID | None = None
    unassigned: bool = False
    status: str = ""
    group: str = ""
    education: str = ""
    hobby: str = ""


@dataclass(frozen=True)
class FileList:
    rows: tuple[FileRow, ...]
    total: int
    page: int
    pages: int
    filters: Filters = field(default_factory=Filters)


def matching_files(who: Actor, filters: Filters, right: str = "clients.read") -> QuerySet[ClientFile]:
    """Files within scope that pass ``filters``, in pinyin order of the names."""
    files = policies.scope(who, right).filter(person__erased_at=None)
    words = filters.words.strip()
    if words:
        persons = people_queries.search(Person.objects.all(), words)
        files = files.filter(
            Q(person__in=persons.values("pk")) | Q(number__iexact=words) | Q(number__iendswith=f"-{words}")
        )
    if filters.adviser is not None:
        files = files.filter(adviser_id=filters.adviser)
    if filters.unassigned:
        files = files.filter(adviser=None)
    if filters.status:
        files = files.filter(employment_status=filters.status)
    if filters.education:
        files = files.filter(education_level=filters.education)
    if filters.hobby.strip():
        files = files.filter(hobbies__icontains=filters.hobby.strip())
    if filters.group:
        files = _in_group(who, files, filters.group)
    binary = "C" if connection.vendor == "postgresql" else "BINARY"
    return files.order_by(Collate("person__name_key", binary), "number")


def _in_group(who: Actor, files: QuerySet[ClientFile], code: str) -> QuerySet[ClientFile]:
    """Files with a group, as a label or as a proved tag; a sensitive one is found only where it is also shown."""
    today = timezone.localdate()
    tagged = Tag.objects.filter(code=code).filter(Q(until=None) | Q(until__gte=today))
    # SQLite knows no containment in JSON; codes hold no quotes, so the quoted code is exact
    labelled = Q(groups__contains=[code]) if connection.vendor == "postgresql" else Q(groups__icontains=f'"{code}"')
    found = files.filter(labelled | Q(pk__in=tagged.values("file_id")))
    overseeing = who.kind in {"system", "job"} or who.role in {Role.SUPERVISOR, Role.SECTION_HEAD}
    if code in policies.SENSITIVE_GROUPS and not overseeing:
        found = found.filter(adviser_id=who.membership_id) if who.membership_id else found.none()
    return found


def list_files(who: Actor, filters: Filters | None = None, page: int = 1, per_page: int = PAGE) -> FileList:
    """A page of files; four queries however many rows."""
    filters = filters or Filters()
    found = matching_files(who, filters)
    total = found.count()
    pages = max(1, -(-total // per_page))
    page = min(max(page, 1), pages)
    primary = Prefetch(
        "person__documents", IdentityDocument.objects.filter(is_primary=True), to_attr="primary_documents"
    )
    files = list(
        found.select_related("person", "organisation", "adviser__user").prefetch_related(primary)[
            (page - 1) * per_page : page * per_page
        ]
    )
    closed = closed_children(who, [file.person for file in files])
    rows = tuple(_row(who, file, closed) for file in files)
    return FileList(rows, total, page, pages, filters)


def _row(who: Actor, file: ClientFile, closed: set[uuid.UUID]) -> FileRow:
    person = file.person
    locked = person.pk in closed
    overseeing = who.kind in {"system", "job", "client"} or who.role in {Role.SUPERVISOR, Role.SECTION_HEAD}
    all_groups = overseeing or (file.adviser_id is not None and file.adviser_id == who.membership_id)
    codes = [code for code in file.groups if all_groups or code not in policies.SENSITIVE_GROUPS]
    documents = person.primary_documents
    return FileRow(
        file=file,
        name=mask_name(person.name) if locked else person.name,
        age=person.age(),
        id_masked=documents[0].masked if documents else "",
        adviser=file.adviser.user.name if file.adviser else "",
        status=label("employment-status", file.employment_status),
        education=label("education-level", file.education_level),
        groups=() if locked else tuple(label("client-group", code) for code in codes),
        locked=locked,
    )


# -- the lifelong timeline -------------------------------------------------------------------------------


@dataclass(frozen=True)
class TimelineItem:
    """Study, work or an aspiration, by date; ``overlaps`` names the jobs held at the same time (SVC-2.1)."""

    kind: str
    title: str
    detail: str
    started: date
    ended: date | None
    period: str
    entry: Education | Work | Wish
    overlaps: tuple[str, ...] = ()


def timeline(file: ClientFile) -> list[TimelineItem]:
    """Jobs, schools and wishes in the order of their dates; overlapping jobs are marked on both sides.

    Jobs that only touch in the month of the change (one ends, the next begins on the same day) do not overlap.
    """
    jobs = list(file.work.all())
    items = [
        TimelineItem(
            "work",
            f"{job.employer} {job.post}",
            job.duties,
            job.started,
            job.ended,
            period_words(job.started, job.ended),
            job,
            tuple(f"{other.employer} {other.post}" for other in jobs if other.pk != job.pk and _overlap(job, other)),
        )
        for job in jobs
    ]
    for study in file.education.all():
        title = f"{study.school} {study.major}".strip()
        detail = "，".join(filter(None, (label("education-level", study.level), label("study-result", study.result))))
        words = period_words(study.started, study.ended)
        items.append(TimelineItem("education", title, detail, study.started, study.ended, words, study))
    for wish in file.wishes.all():
        day = timezone.localdate(wish.created_at)
        items.append(TimelineItem("wish", f"想做：{wish.title}", wish.reason, day, day, f"{day:%Y.%m}", wish))
    return sorted(items, key=lambda item: (item.started, item.ended or date.max, item.title))


def _overlap(first: Work, second: Work) -> bool:
    common = Period(first.started, first.ended).overlap(Period(second.started, second.ended))
    return common is not None and (common.end is None or common.end > common.start)


# -- who looked ------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Reading:
    """Somebody looked at a person's data."""

    at: datetime
    name: str
    role: str
    organisation: str
    what: str
    reason: str


_FIELDS = {"number": "证件号", "phone": "电话", "email": "邮箱", "address": "住址"}


def readings_for_client(person: Person, *, limit: int = 100) -> list[Reading]:
    """Who looked at this person's file or had a masked value shown, newest first; three queries."""
    found = reads.readings(person.pk, limit=limit)
    names = names_of({row["actor_id"] for row in found})
    bodies = dict(
        Organisation.objects.filter(
            pk__in={row["organisation_id"] for row in found if row["organisation_id"]}
        ).values_list("pk", "name")
    )
    roles = dict(Role.choices)
    return [
        Reading(
            at=row["at"],
            name=names.get(row["actor_id"], "自动任务" if row["actor_kind"] == "job" else "工作人员"),
            role=roles.get(row["actor_role"], ""),
            organisation=bodies.get(row["organisation_id"], ""),
            what=f"查看完整{_FIELDS.get(row['data'].get('field', ''), '信息')}"
            if row["action"] == reads.UNMASKED
            else "查看档案",
            reason=row["reason"],
        )
        for row in found
    ]
