"""The enterprise report of SVC-4.6.2: filled from the employer's file, its analyses and its staff's results.

An employee is named only with the own consent that the report goes to this employer. Everybody else is counted, and
counted only where so many stand behind a figure that nobody can be told from it.
"""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from zhiyin.domain.assessment.queries import latest_result
from zhiyin.domain.audit.acting import actor, command
from zhiyin.domain.casework.models import FormRecord
from zhiyin.domain.documents import commands as documents
from zhiyin.domain.documents.models import Document
from zhiyin.domain.employers import policies, queries
from zhiyin.domain.employers.models import Employee, EmployerFile
from zhiyin.domain.employers.values import Comparison, compare
from zhiyin.engines.psychometrics import LETTERS
from zhiyin.kernel.dates import chinese_date
from zhiyin.kernel.errors import Conflict, Invalid, NotReady
from zhiyin.kernel.serves import serves

TEMPLATE = "enterprise-report"
LEAST = 5
"""So many people without consent have to stand behind the figures, or none at all; the standard leaves it open."""
RANKED = ("value_first", "value_second", "value_third", "value_fourth", "value_fifth", "value_sixth")


def report_context(file: EmployerFile) -> dict[str, Any]:
    """``employer`` as ``employers.queries.facts`` gives it, and in it ``assessments`` of the staff.

    ``employer.assessments``: ``named`` (name, post, code, code_words, taken_on), ``counted`` (interest, people),
    ``people`` counted, ``withheld`` (why the count is not given, "" when it is).
    """
    context = queries.facts(file)
    context["employer"]["assessments"] = staff_results(file)
    return context


@serves("SVC-4.6.2-c")
def staff_results(file: EmployerFile) -> dict[str, Any]:
    """The staff's interests: by name with consent, else as numbers; nothing where the numbers would tell on somebody.

    Counted are those without consent to be named. Results whose consent to assessment was withdrawn are left out.
    """
    employees = list(
        file.employees.filter(ended_on=None, client__person__erased_at=None).select_related("client__person")
    )
    may = queries.may_be_named(file, employees)
    named: list[dict[str, str]] = []
    leading: Counter[str] = Counter()
    titles: dict[str, str] = {}
    for employee in employees:
        result = latest_result(employee.client.person)
        if result is None or result.sitting.organisation_id != file.organisation_id:
            continue
        texts = result.scores["texts"]
        titles |= {scale["letter"]: scale["title"] for scale in result.scores["scales"]}
        if employee.pk in may:
            named.append(
                {
                    "name": employee.client.person.name,
                    "post": employee.post,
                    "code": texts["code"] or "不给出代码",
                    "code_words": texts["code_words"],
                    "taken_on": chinese_date(timezone.localdate(result.scored_at)),
                }
            )
        else:
            leading[(texts["code"] or " ")[0]] += 1
    people = leading.total()
    shown = people >= LEAST
    return {
        "named": sorted(named, key=lambda row: (row["post"], row["name"])),
        "counted": [
            {"interest": titles.get(letter, "没有突出的兴趣"), "people": leading[letter]}
            for letter in (*LETTERS, " ")
            if shown and leading[letter]
        ],
        "people": people if shown else 0,
        "withheld": "" if shown or not people else f"另有测评的员工不足 {LEAST} 人，为免认出个人，不作统计",
    }


def report_of(file: EmployerFile) -> Document | None:
    """The report that is being written, None when there is none."""
    return (
        Document.objects.filter(organisation_id=file.organisation_id, subject_id=file.pk, template=TEMPLATE, number="")
        .select_related("organisation")
        .order_by("-created_at")
        .first()
    )


@serves("SVC-4.6.2", "SVC-4.6.2-a", "SVC-4.6.2-b", "SVC-4.6.2-d")
@command("planning.draft_enterprise_report")
def draft_report(file: EmployerFile, answers: Mapping[str, Any] | None = None) -> Document:
    """Begin the report about an employer, filled from its file. Posts have to be known, and its environment analysed.

    ``Conflict`` while another one is being written; the document's own commands take it from there.
    """
    policies.require(actor(), "employers.staff", file)
    if report_of(file) is not None:
        raise Conflict("这家单位已经有一份报告正在写，请在那一份上修改")
    context = report_context(file)
    employer = context["employer"]
    missing = [
        words
        for words, there in (("岗位", employer["posts"]), ("做完的环境分析", employer["analysed_on"]))
        if not there
    ]
    if missing:
        raise NotReady(f"写报告前还缺{'、'.join(missing)}，请先在档案里补上", missing)
    return documents.draft(
        file.organisation,
        None,
        TEMPLATE,
        context,
        about=documents.About(Document.Subject.EMPLOYER.value, file.name, file.pk),
        answers=answers,
        title=f"{file.name}职业生涯规划报告",
    )


@command("planning.refresh_enterprise_report")
def refresh_report(file: EmployerFile, document: Document, version: int) -> Document:
    """Fill a report that is still being written afresh from the file, so that a consent withdrawn since counts."""
    policies.require(actor(), "employers.staff", file)
    if document.subject_id != file.pk or document.template != TEMPLATE:
        raise Invalid({"document": ["这份文书不是这家单位的报告"]})
    return documents.change(document, version, context=report_context(file))


@serves("SVC-4.1.2-c")
def compare_values(employee: Employee) -> Comparison | None:
    """What the person values in work, from the latest needs survey here, beside the culture of the employer.

    None when the survey was not made or names no value. Asks no right: its callers have.
    """
    survey = (
        FormRecord.objects.filter(
            person=employee.client.person,
            case__organisation_id=employee.client.organisation_id,
            form="needs-survey",
            submitted_at__isnull=False,
            superseded_by=None,
        )
        .select_related("person")
        .order_by("-submitted_at")
        .first()
    )
    answers = (survey.answers or {}) if survey is not None else {}
    ranking = [answers[name] for name in RANKED if answers.get(name)]
    return compare(employee.file.answers.get("culture_values") or (), ranking) if ranking else None
