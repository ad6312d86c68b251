"""The enterprise report of SVC-4.6.2: filled from the employer's file, its analysis and its staff's results.

An employee is named only with the own consent that the report goes to this employer. Everybody else is counted, and
only where so many stand behind a figure that nobody can be told from it.
"""

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from zhiyin.domain.assessment.models import Result
from zhiyin.domain.audit.acting import actor, command
from zhiyin.domain.casework.models import FormRecord
from zhiyin.domain.documents import commands as documents
from zhiyin.domain.documents.building import definition_in_force
from zhiyin.domain.documents.models import Document
from zhiyin.domain.employers import papers, policies, queries
from zhiyin.domain.employers.models import Employee, EmployerFile
from zhiyin.domain.employers.values import Comparison, compare
from zhiyin.domain.people.models import Person
from zhiyin.engines.forms import Field
from zhiyin.kernel.errors import Conflict, Invalid, NotReady
from zhiyin.kernel.serves import serves

TEMPLATE = "enterprise-report"
INSTRUMENT = "holland-interest"
LEAST = 5
"""So many people have to stand behind a count, and so many of them unnamed, or none; the standard leaves it open."""
RANKED = ("value_first", "value_second", "value_third", "value_fourth", "value_fifth", "value_sixth")
_NO_LEAD = "没有突出的兴趣"
_LONGEST = 1200


# -- the staff's results --------------------------------------------------------------------------------------------


@serves("SVC-4.6.2-c")
def staff_results(file: EmployerFile) -> dict[str, Any]:
    """The staff's interests: by name with consent, else in a count, and none that would tell on somebody. Four queries.

    ``named``: rows of name, post, consented_on (a date), result; ``counted``: rows of interest, people, over everybody;
    ``tested`` how many have a result; ``withheld`` why there is no count, "" when there is one (or nobody to count).
    Results of other bodies, and those whose consent to assessment was withdrawn, are left out.
    """
    employees = list(
        file.employees.filter(ended_on=None, client__person__erased_at=None).select_related("client__person")
    )
    may = queries.may_be_named(file, employees)
    named: list[dict[str, Any]] = []
    leading: Counter[str] = Counter()
    results = _results_of(file, [employee.client.person for employee in employees])
    for employee in employees:
        result = results.get(employee.client.person_id)
        if result is None:
            continue
        texts = result.scores["texts"]
        titles = {scale["letter"]: scale["title"] for scale in result.scores["scales"]}
        leading[titles.get((texts["code"] or " ")[0], _NO_LEAD)] += 1
        if employee.pk in may:
            named.append(
                {
                    "name": employee.client.person.name,
                    "post": employee.post,
                    "consented_on": may[employee.pk],
                    "result": f"兴趣代码 {texts['code']}，{texts['code_words']}" if texts["code"] else _NO_LEAD,
                }
            )
    tested = leading.total()
    unnamed = tested - len(named)
    shown = tested >= LEAST and (unnamed == 0 or unnamed >= LEAST)
    return {
        "named": sorted(named, key=lambda row: (row["post"], row["name"])),
        "counted": [{"interest": title, "people": people} for title, people in leading.most_common() if shown],
        "tested": tested,
        "withheld": "" if shown or not tested else f"人数太少（不足 {LEAST} 人），合计会让人认出个人，不作统计",
    }


def _results_of(file: EmployerFile, persons: Sequence[Person]) -> dict[uuid.UUID, Result]:
    """The newest result of each person at this body, where the consent to assessment stands; two queries."""
    agreed = queries.agreed(file.organisation_id, persons, "assessment")
    rows = (
        Result.objects.filter(person__in=agreed, instrument=INSTRUMENT, sitting__organisation_id=file.organisation_id)
        .select_related("person")
        .order_by("scored_at", "id")
    )
    return {row.person_id: row for row in rows}


# -- the report -----------------------------------------------------------------------------------------------------


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
def draft_report(file: EmployerFile) -> Document:
    """Begin the report about an employer: basics, posts, both analyses, results and paths come from its file.

    ``NotReady`` without posts or a complete analysis, ``Conflict`` while another report is being written. The
    document's own commands take it from there.
    """
    policies.require(actor(), "employers.staff", file)
    if report_of(file) is not None:
        raise Conflict("这家单位已经有一份报告正在写，请在那一份上修改")
    employer = papers.paper_context(file)["employer"]
    there = {"岗位": employer["posts"], "做完的环境分析": employer["analysed_on"]}
    missing = [words for words, found in there.items() if not found]
    if missing:
        raise NotReady(f"写报告前还缺{'、'.join(missing)}，请先在档案里补上", missing)
    return papers.draft_paper(
        file, TEMPLATE, answers=_asked(file, first_answers(file, employer)), title=f"{file.name}职业生涯规划报告"[:120]
    )


@serves("SVC-4.6.2-c")
@command("planning.renew_enterprise_report")
def renew_report(file: EmployerFile, document: Document, version: int) -> Document:
    """Fill the staff's results of a report that is being written afresh, so that a consent withdrawn since counts."""
    policies.require(actor(), "employers.staff", file)
    if document.subject_id != file.pk or document.template != TEMPLATE:
        raise Invalid({"document": ["这份文书不是这家单位的报告"]})
    return documents.change(document, version, answers=_asked(file, _results(staff_results(file))))


def _asked(file: EmployerFile, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Those that the agency's form of the report asks for."""
    known = {field.id for field in _inputs(file)}
    return {name: value for name, value in answers.items() if name in known}


def _inputs(file: EmployerFile) -> list[Field]:
    return definition_in_force(TEMPLATE, file.organisation).inputs()


def first_answers(file: EmployerFile, employer: Mapping[str, Any]) -> dict[str, Any]:
    """What the file says to the questions of the report; what it does not say is left for the author.

    ``employer`` as ``employers.papers.paper_context`` gives it.
    """
    internal, external = employer["internal"], employer["external"]
    answers: dict[str, Any] = {"as_of": employer["figures_on"]}
    if internal is not None:
        answers |= {"internal": _within(_internal(employer)), "internal_on": employer["analysed_on"]}
    if external is not None:
        answers |= {"external": _within(_external(external)), "external_on": employer["analysed_on"]}
    posts = employer["posts"]
    answers["changes"] = [{"post": row["title"]} for row in posts]
    # a post from which no way is known stands there too, so that it is not forgotten
    answers["moves"] = [
        {
            "from": row["title"],
            "to": row.get("moves_to", ""),
            "kind": row.get("move_kind", ""),
            "condition": row.get("move_condition", ""),
            "support": row.get("move_support", ""),
        }
        for row in posts
    ]
    return answers | _results(staff_results(file))


def _results(found: Mapping[str, Any]) -> dict[str, Any]:
    counted = "，".join(f"{row['interest']}居首 {row['people']} 人" for row in found["counted"])
    return {
        "tested": found["tested"],
        "consented": len(found["named"]),
        "groups": [
            {"group": "参加测评的员工", "number": found["tested"], "tool": "职业兴趣测评", "result": counted[:160]}
        ]
        if counted
        else [],
        "individuals": [
            {
                "code": row["name"][:20],
                "post": row["post"],
                "consent": f"{row['consented_on']:%Y-%m-%d} 本人同意",
                "result": row["result"][:160],
            }
            for row in found["named"]
        ],
    }


@serves("SVC-4.1.2-b")
def _internal(employer: Mapping[str, Any]) -> Iterable[str]:
    found = employer["internal"]
    yield f"性质：{found['nature_finding']}"
    yield f"规模：{found['size_finding']}"
    yield f"人才战略：{employer['strategy_words'] or '单位没有写成文字'}"
    for goal in employer["strategy_goals"]:
        yield f"战略目标（{goal['year_from']}—{goal['year_to']} 年）：{goal['goal']}"
    yield f"战略对用人的要求：{found['strategy_finding']}"
    yield f"员工构成：{found['staff_finding']}"
    yield f"材料：{found['internal_source']}，{found['internal_date']}"


def _external(found: Mapping[str, Any]) -> Iterable[str]:
    for name, title in (("industry_facts", "行业"), ("labour_facts", "劳动力市场"), ("policy_facts", "政策")):
        for row in found[name]:
            yield f"{title}：{row['finding']}（{row['source']}，{row['date']}）"
    yield str(found["external_finding"])


def _within(lines: Iterable[str], longest: int = _LONGEST) -> str:
    """As many whole lines as the report has room for; a word says when some are left out."""
    kept: list[str] = []
    rest = "其余见环境分析记录。"
    for line in lines:
        if len("\n".join([*kept, line, rest])) > longest:
            return "\n".join([*kept, rest])
        kept.append(line)
    return "\n".join(kept)


# -- values and culture ---------------------------------------------------------------------------------------------


@serves("SVC-4.1.2-c")
def compare_values(employee: Employee) -> Comparison | None:
    """What the person values in work, from the latest needs survey here, beside the culture of the employer.

    None when there is no survey or it names no value. Asks no right: its callers have.
    """
    survey = (
        FormRecord.objects.filter(
            person_id=employee.client.person_id,
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
