"""Reads about employers: the list, the file with its history, what documents are filled with."""

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Collate
from django.utils import timezone

from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.employers import figures, naming, policies, surveys
from zhiyin.domain.employers.models import Analysis, Employee, EmployerFile, Revision
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.consents import parties
from zhiyin.domain.people.models import Consent, Person
from zhiyin.domain.people.policies import closed_children
from zhiyin.domain.standards.queries import active
from zhiyin.engines import forms
from zhiyin.engines.documents.inputs import said
from zhiyin.kernel.errors import Invalid
from zhiyin.kernel.identity import mask_name, mask_phone

PAGE = 30
SHARING = "report-sharing"
_MOST_ALIKE = 8


def answers_of(file: EmployerFile) -> dict[str, Any]:
    """All answers of the survey, the sealed ones among them."""
    return {**(file.answers or {}), **(file.personal or {})}


# -- look-alikes ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Lookalike:
    """A file that may be the same employer's; ``exact``: it bears the same credit code."""

    file: EmployerFile
    why: str
    exact: bool = False


def lookalikes(organisation: Organisation, name: str, code: str) -> list[Lookalike]:
    """Files here with the same credit code or nearly the same name, the exact one first; one query."""
    own = naming.core(name)
    found = []
    for file in EmployerFile.objects.filter(organisation=organisation).only("number", "name", "core_name", "uscc"):
        if code and file.uscc == code:
            found.append(Lookalike(file, "统一社会信用代码相同", True))
        elif why := naming.alike(own, file.core_name):
            found.append(Lookalike(file, why))
    return sorted(found, key=lambda item: not item.exact)[:_MOST_ALIKE]


# -- the list -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Filters:
    """``words``: a part of the name, its pinyin or initials, the file number, or a part of the credit code."""

    words: str = ""
    nature: str = ""
    industry: str = ""
    size: str = ""
    analysed: str = ""  # "yes", "no"


@dataclass(frozen=True)
class Row:
    file: EmployerFile
    nature: str
    industry: str
    size: str
    analysed: bool


@dataclass(frozen=True)
class EmployerList:
    rows: tuple[Row, ...]
    total: int
    page: int
    pages: int
    filters: Filters = field(default_factory=Filters)


def list_files(who: Actor, filters: Filters | None = None, page: int = 1, per_page: int = PAGE) -> EmployerList:
    """A page of files in pinyin order; two queries however many rows."""
    filters = filters or Filters()
    done = Analysis.objects.filter(file=OuterRef("pk")).exclude(completed_at=None)
    files = _found(policies.scope(who), filters.words).annotate(is_analysed=Exists(done))
    for name in ("nature", "industry", "size"):
        if value := getattr(filters, name):
            files = files.filter(**{name: value})
    if filters.analysed in {"yes", "no"}:
        files = files.filter(is_analysed=filters.analysed == "yes")
    binary = "C" if connection.vendor == "postgresql" else "BINARY"
    files = files.order_by(Collate("name_key", binary), "number")
    total = files.count()
    pages = max(1, -(-total // per_page))
    page = min(max(page, 1), pages)
    words = Words(who.organisation_id)
    rows = tuple(
        Row(
            file=file,
            nature=words.label("employer-nature", file.nature),
            industry=words.label("industry", file.industry),
            size=words.label("employer-size", file.size),
            analysed=file.is_analysed,
        )
        for file in files.select_related("organisation")[(page - 1) * per_page : page * per_page]
    )
    return EmployerList(rows, total, page, pages, filters)


def _found(files: QuerySet[EmployerFile], typed: str) -> QuerySet[EmployerFile]:
    words = typed.strip()
    if not words:
        return files
    if naming.looks_coded(words):
        return files.filter(Q(uscc__icontains=words) | Q(number__icontains=words))
    spelled = " ".join(words.lower().split())
    return files.filter(Q(name__icontains=words) | Q(number__icontains=words) | Q(name_key__icontains=spelled))


class Words:
    """Labels of codes as an organisation's code lists have them; a code that is no longer listed shows as it is."""

    def __init__(self, organisation: uuid.UUID | None) -> None:
        self.lists = active(organisation).codelists()

    def label(self, codelist: str, value: str) -> str:
        return self.lists[codelist].label(value) if value and codelist in self.lists else value

    def choices(self, codelist: str) -> list[tuple[str, str]]:
        return [(item.value, item.label) for item in self.lists[codelist].values]


# -- answers in words -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Line:
    """An answer in words: ``text``, or a table of ``head`` and ``rows`` (columns nobody filled in are left out)."""

    label: str
    text: str = ""
    head: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()


def in_words(
    form: forms.FormDefinition, answers: Mapping[str, Any], lists: Mapping[str, Any], without: Collection[str] = ()
) -> list[tuple[str, list[Line]]]:
    """What is answered, section by section; sections without an answer are left out."""
    asked = forms.visible(form, answers).difference(without)
    found = []
    for section in form.sections:
        given = [item for item in section.fields if item.id in asked and answers.get(item.id) not in (None, "", [])]
        if given:
            found.append((section.title, [_line(item, answers[item.id], lists) for item in given]))
    return found


def _line(item: forms.Field, value: Any, lists: Mapping[str, Any]) -> Line:
    if item.type != "rows":
        return Line(item.label, said(item, value, lists, unit=True))
    columns = [column for column in item.columns if any(row.get(column.id) not in (None, "", []) for row in value)]
    return Line(
        item.label,
        head=tuple(column.label for column in columns),
        rows=tuple(
            tuple(said(column, row.get(column.id), lists, unit=True) or "—" for column in columns) for row in value
        ),
    )


# -- one file -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class FilePage:
    """The file as its page shows it. ``sections``: the survey in words, without personal fields and open questions."""

    file: EmployerFile
    nature: str
    industry: str
    size: str
    contact_name: str
    contact_post: str
    phone_masked: str
    sections: tuple[tuple[str, list[Line]], ...]
    analyses: tuple[Analysis, ...]
    missing: tuple[str, ...]

    @property
    def draft(self) -> Analysis | None:
        return next((item for item in self.analyses if item.completed_at is None), None)

    @property
    def latest(self) -> Analysis | None:
        return next((item for item in self.analyses if item.completed_at is not None), None)


_REMINDED = {
    "headcount": "在岗人数",
    "by_age": "按年龄的人数",
    "by_education": "按文化程度的人数",
    "posts": "岗位",
    "strategy_goals": "人才战略的目标和年份",
    "culture_values": "企业文化",
    "needs": "想要的服务",
}


def file_page(file: EmployerFile) -> FilePage:
    """What is on the page of a file that the reader may open; one query."""
    form = surveys.form_of(surveys.SURVEY, file.organisation_id)
    words = Words(file.organisation_id)
    answers, personal = file.answers or {}, file.personal or {}
    phone = str(personal.get(surveys.PHONE) or "")
    return FilePage(
        file=file,
        nature=words.label("employer-nature", file.nature),
        industry=words.label("industry", file.industry),
        size=words.label("employer-size", file.size),
        contact_name=str(personal.get("contact_name") or ""),
        contact_post=str(personal.get("contact_post") or ""),
        phone_masked=mask_phone(phone) if phone else "",
        sections=tuple(in_words(form, answers, words.lists, without=surveys.personal_fields(form))),
        analyses=tuple(file.analyses.select_related("by__user")),
        missing=tuple(words for name, words in _REMINDED.items() if answers.get(name) in (None, "", [])),
    )


# -- history --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """One field of one revision: label, what it said before and after; personal fields tell only that they changed."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Version:
    number: int
    at: datetime
    by: str
    why: str
    changes: tuple[Change, ...]


def history(file: EmployerFile) -> list[Version]:
    """Every version of the file, newest first, field by field against the one before; one query."""
    form = surveys.form_of(surveys.SURVEY, file.organisation_id)
    lists = active(file.organisation_id).codelists()
    fields = {item.id: item for item in form.fields}
    sealed = surveys.personal_fields(form)
    found: list[Version] = []
    before: Mapping[str, str] = {}
    for row in Revision.objects.filter(file=file).select_related("by__user").order_by("number"):
        after = _spoken(form, row.answers, lists)
        changes = tuple(
            Change(fields[name].label, "（不留底）", "已更改")
            if name in sealed
            else Change(fields[name].label, before.get(name, ""), after.get(name, ""))
            for name in (item.id for item in form.fields)
            if name in row.changed
        )
        found.append(Version(row.number, row.at, row.by.user.name if row.by else "系统", row.why, changes))
        before = after
    return found[::-1]


def _spoken(form: forms.FormDefinition, answers: Mapping[str, Any], lists: Mapping[str, Any]) -> dict[str, str]:
    """Words of the answers that are given, by field id; a row of a table is a line."""
    found = {}
    for item in form.fields:
        value = answers.get(item.id)
        if value not in (None, "", []):
            line = _line(item, value, lists)
            found[item.id] = line.text or "\n".join("，".join(cells) for cells in line.rows)
    return found


# -- analyses -------------------------------------------------------------------------------------------------------


def first_answers(file: EmployerFile, draft: Analysis | None) -> dict[str, Any]:
    """What an analysis begins with: its draft, or the figures of the file."""
    if draft is not None:
        return dict(draft.answers)
    return forms.prefill(surveys.form_of(surveys.ENVIRONMENT, file.organisation_id), facts(file))


def open_parts(analysis: Analysis) -> list[str]:
    """What an analysis lacks until it is complete: titles of its parts, with the reason; [] when nothing is lacking."""
    file = analysis.file
    try:
        surveys.read_analysis(file.organisation, analysis.answers, whole=True)
    except Invalid as fault:
        form = surveys.form_of(surveys.ENVIRONMENT, file.organisation_id)
        return [
            section.title
            for section in form.sections
            if any(name.partition("[")[0] == item.id for name in fault.errors for item in section.fields)
        ]
    return []


def latest_analysis(file: EmployerFile) -> Analysis | None:
    """The newest one that is complete."""
    return file.analyses.exclude(completed_at=None).order_by("-completed_at", "-id").first()


def analysis_lines(analysis: Analysis) -> list[tuple[str, list[Line]]]:
    """An analysis as a person reads it, section by section."""
    organisation = analysis.file.organisation_id
    form = surveys.form_of(surveys.ENVIRONMENT, organisation)
    return in_words(form, analysis.answers, active(organisation).codelists())


# -- who works there ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StaffRow:
    """A client who works at the employer. ``may_name``: agreed that their report goes to this employer."""

    employee: Employee
    name: str
    locked: bool
    may_name: bool


def staff(who: Actor, file: EmployerFile, *, former: bool = False) -> list[StaffRow]:
    """The clients who work there (or did), a child's name masked; four queries at most."""
    rows = list(
        file.employees.filter(ended_on__isnull=not former, client__person__erased_at=None).select_related(
            "client__person", "client__organisation", "file"
        )
    )
    closed = closed_children(who, [row.client.person for row in rows])
    named = may_be_named(file, rows)
    return [
        StaffRow(
            employee=row,
            name=mask_name(row.client.person.name) if row.client.person_id in closed else row.client.person.name,
            locked=row.client.person_id in closed,
            may_name=row.pk in named,
        )
        for row in rows
    ]


def may_be_named(file: EmployerFile, employees: Sequence[Employee]) -> dict[uuid.UUID, date]:
    """Employees (by key) whose consent to hand their report to this very employer stands today, with the day it was
    given; one query. The recipient written into the consent has to be the employer's name.
    """
    given = agreed(file.organisation_id, [row.client.person for row in employees], SHARING, recipient=file.name)
    return {row.pk: given[row.client.person_id] for row in employees if row.client.person_id in given}


def agreed(
    organisation: uuid.UUID, persons: Sequence[Person], purpose: str, *, recipient: str = ""
) -> dict[uuid.UUID, date]:
    """Persons (by key) of whom everybody that has to agree does so today, with the day of the last consent; one query.

    A minor's guardian has to agree too. With ``recipient`` only consents count that name it.
    """
    standing = Consent.objects.standing().filter(person__in=persons, organisation_id=organisation, purpose=purpose)
    if recipient:
        standing = standing.filter(recipient=recipient)
    given: dict[uuid.UUID, dict[str, date]] = {}
    for consent in standing:
        given.setdefault(consent.person_id, {})[consent.by] = timezone.localdate(consent.given_at)
    found = {}
    for person in persons:
        own = given.get(person.pk, {})
        if own and set(parties(person)) <= own.keys():
            found[person.pk] = max(own.values())
    return found


# -- what documents and forms are filled with -------------------------------------------------------------------------


def facts(file: EmployerFile) -> dict[str, Any]:
    """``employer``: every answer of the survey by its id, codes with their words under ``…_label``, and what all
    documents about employers read (``name``, ``uscc``, ``address``, ``contact``, the phone masked), sums of staff, and
    ``internal`` and ``external`` of the latest complete analysis (None when waived or not there).
    """
    answers, personal = file.answers or {}, file.personal or {}
    words = Words(file.organisation_id)
    phone = str(personal.get(surveys.PHONE) or "")
    contact = " ".join(filter(None, (personal.get("contact_name"), personal.get("contact_post"))))
    empty: dict[str, Any] = {
        item.id: [] if item.type == "rows" else ""
        for item in surveys.form_of(surveys.SURVEY, file.organisation_id).fields
    }
    employer: dict[str, Any] = {
        **empty,
        **answers,
        **personal,
        "number": file.number,
        "nature_label": words.label("employer-nature", file.nature),
        "industry_label": words.label("industry", file.industry),
        "size_label": words.label("employer-size", file.size),
        "contact": f"{contact} {mask_phone(phone) if phone else ''}".strip(),
        "by_age": _banded(file, answers),
        "by_education": [
            {**row, "label": words.label("education-level", row["level"])} for row in answers.get("by_education") or ()
        ],
        "culture_values": [
            {**row, "label": words.label("work-value", row["value"])} for row in answers.get("culture_values") or ()
        ],
        "posts_total": figures.total(answers.get("posts")),
    }
    # a document names nobody's number in full unless somebody writes it there
    employer[surveys.PHONE] = mask_phone(phone) if phone else ""
    return {"employer": employer | _analysed(file)}


def _banded(file: EmployerFile, answers: Mapping[str, Any]) -> list[dict[str, Any]]:
    form = surveys.form_of(surveys.SURVEY, file.organisation_id)
    column = next(item for item in form.field("by_age").columns if item.id == "band")
    labels = {option.value: option.label for option in column.options}
    return [{**row, "label": labels.get(row["band"], row["band"])} for row in answers.get("by_age") or ()]


def _analysed(file: EmployerFile) -> dict[str, Any]:
    analysis = latest_analysis(file)
    if analysis is None:
        return {"analysed_on": "", "internal": None, "external": None, "conclusion": "", "waivers": []}
    answers = analysis.answers
    done = {part: answers.get(f"{part}_state") == "done" for part in ("internal", "external")}
    return {
        "analysed_on": answers["analysed_on"],
        "internal": {name: answers.get(name, "") for name in _INTERNAL} if done["internal"] else None,
        "external": {name: answers.get(name, []) for name in _EXTERNAL} if done["external"] else None,
        "conclusion": answers["conclusion"],
        "waivers": [
            {"part": title, "reason": answers[f"{part}_waiver"]}
            for part, title in (("internal", "内部"), ("external", "外部"))
            if not done[part]
        ],
    }


_INTERNAL = (
    *("nature_finding", "size_finding", "strategy_finding", "staff_finding"),
    *("headcount", "internal_source", "internal_date"),
)
_EXTERNAL = ("industry_facts", "labour_facts", "policy_facts", "external_finding")
