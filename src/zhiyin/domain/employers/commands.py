"""Writes about employers: their file, analyses of their environment, who works there."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils import timezone

from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.audit.reads import UNMASKED
from zhiyin.domain.clients import policies as client_policies
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.employers import naming, policies, queries, surveys
from zhiyin.domain.employers.models import Analysis, Employee, EmployerFile, Revision
from zhiyin.domain.organisations.commands import next_serial
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.models import Person
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused
from zhiyin.kernel.serves import serves
from zhiyin.kernel.text import sort_key


@serves("SVC-4.1.2", "SVC-4.1.2-a", "SVC-3.5.1-b")
@command("employers.open_file")
def open_file(
    organisation: Organisation,
    raw: Mapping[str, Any],
    *,
    distinct: bool = False,
    opened_on: date | None = None,
    is_demo: bool = False,
) -> EmployerFile:
    """Open the agency's file on an employer from its survey form.

    ``Invalid`` at the fields; also when the credit code has a file here already, and when an employer with nearly the
    same name has one, unless ``distinct`` says that somebody compared the two.
    """
    policies.require(actor(), "employers.write")
    if actor().organisation_id not in {None, organisation.pk}:
        raise Refused("只能为本机构建立用人单位档案")
    answers = surveys.read_survey(organisation, raw)
    day = opened_on or timezone.localdate()
    if day > timezone.localdate():
        raise Invalid({"opened_on": ["建档日期不能晚于今天"]})
    _refuse_lookalikes(organisation, answers, distinct)
    serial = next_serial(organisation, "employer-file", day.year)
    file = EmployerFile(
        organisation=organisation,
        number=f"{organisation.code}-DW-{day.year}-{serial:05d}",
        opened_on=day,
        is_demo=is_demo,
    )
    fields = _put(file, answers)
    file.save(force_insert=True)
    _keep(file, fields, "建档")
    record("employers.file_opened", file, number=file.number, fields=fields)
    return file


@serves("SVC-4.1.2", "SVC-3.5.1-b")
@command("employers.change_file")
def change_file(file: EmployerFile, version: int, raw: Mapping[str, Any], why: str = "") -> EmployerFile:
    """Replace the answers of the survey; fields absent from ``raw`` keep what they say, empty ones are taken away.

    Keeps a revision with what changed. ``Conflict`` when ``version`` is not the stored one.
    """
    policies.require(actor(), "employers.write", file)
    stored = EmployerFile.objects.select_for_update(of=("self",)).select_related("organisation").get(pk=file.pk)
    if stored.version != version:
        raise Conflict("这份用人单位档案刚刚被别人改过。您填的内容还在，请对照后再保存")
    answers = surveys.read_survey(stored.organisation, {**queries.answers_of(stored), **raw})
    if answers["uscc"] != stored.uscc:
        _refuse_lookalikes(stored.organisation, answers, True)
    fields = _put(stored, answers)
    if not fields:
        raise Invalid("没有改动，不用保存")
    stored.version += 1
    stored.save()
    _keep(stored, fields, why.strip()[:120])
    record("employers.file_changed", stored, fields=fields, reason=why.strip())
    return stored


def _refuse_lookalikes(organisation: Organisation, answers: Mapping[str, Any], distinct: bool) -> None:
    found = queries.lookalikes(organisation, answers["name"], answers["uscc"])
    same = next((item for item in found if item.exact), None)
    if same is not None:
        raise Invalid({"uscc": [f"这个代码已有档案 {same.file.number} {same.file.name}，请直接打开"]})
    if found and not distinct:
        names = "；".join(f"{item.file.number} {item.file.name}（{item.why}）" for item in found)
        raise Invalid({"name": [f"可能已有档案：{names}。请先核对，确实不是同一家再继续"]})


def _put(file: EmployerFile, answers: Mapping[str, Any]) -> list[str]:
    """Put checked answers into the file; the ids of the fields that changed."""
    form = surveys.form_of(surveys.SURVEY, file.organisation_id)
    before = queries.answers_of(file)
    sealed = surveys.personal_fields(form)
    file.answers = {name: value for name, value in answers.items() if name not in sealed}
    file.personal = {name: value for name, value in answers.items() if name in sealed}
    file.form_version = form.version
    for name in surveys.COLUMNS:
        setattr(file, name, answers.get(name, None if name == "headcount" else ""))
    file.core_name = naming.core(file.name)
    file.name_key = sort_key(file.name)
    return sorted(name for name in {*before, *answers} if before.get(name) != answers.get(name))


def _keep(file: EmployerFile, fields: list[str], why: str) -> None:
    Revision.objects.create(
        file=file,
        number=file.version,
        answers=file.answers,
        changed=fields,
        why=why,
        by_id=actor().membership_id,
    )


@command("employers.show_contact")
def show_contact(file: EmployerFile, reason: str) -> str:
    """The contact person's number in full; logged with why."""
    policies.require(actor(), "employers.unmask", file)
    if len(reason.strip()) < 2:
        raise Invalid({"reason": ["请写明查看的原因"]})
    record(UNMASKED, file, reason=reason.strip(), field="phone")
    return str((file.personal or {}).get(surveys.PHONE) or "")


# -- environment analysis -------------------------------------------------------------------------------------------


@command("employers.save_analysis")
def save_analysis(file: EmployerFile, raw: Mapping[str, Any], version: int | None = None) -> Analysis:
    """Keep what an analysis says so far, in the one draft of the file; ``Conflict`` on an old ``version``.

    ``version`` None begins a draft, which is refused while another one is open.
    """
    policies.require(actor(), "employers.write", file)
    answers = surveys.read_analysis(file.organisation, raw, whole=False)
    analysis = _draft(file, version)
    _store(analysis, answers)
    record("employers.analysis_saved", analysis, file=str(file.pk))
    return analysis


@serves("SVC-4.2.2", "SVC-4.2.2-a", "SVC-4.2.2-b")
@command("employers.complete_analysis")
def complete_analysis(file: EmployerFile, raw: Mapping[str, Any], version: int | None = None) -> Analysis:
    """Close an analysis whose internal and external part both have an entry or a waiver, with its sources dated.

    ``Invalid`` at the fields that are lacking, and where figures of staff do not add up to the headcount. It is never
    changed afterwards; a later one stands beside it.
    """
    policies.require(actor(), "employers.write", file)
    answers = surveys.read_analysis(file.organisation, raw, whole=True)
    analysis = _draft(file, version)
    analysis.completed_at = timezone.now()
    _store(analysis, answers)
    record("employers.analysis_completed", analysis, file=str(file.pk))
    return analysis


def _draft(file: EmployerFile, version: int | None) -> Analysis:
    EmployerFile.objects.select_for_update(of=("self",)).get(pk=file.pk)
    analysis = Analysis.objects.select_for_update(of=("self",)).filter(file=file, completed_at=None).first()
    if analysis is None:
        if version is not None:
            raise Conflict("这份分析已经完成，不能再改；要更新请另做一份")
        return Analysis(file=file)
    if analysis.version != version:
        raise Conflict("这份分析刚刚在别处改过。您填的内容还在，请对照后再保存")
    analysis.version += 1
    return analysis


def _store(analysis: Analysis, answers: Mapping[str, Any]) -> None:
    analysis.answers = dict(answers)
    analysis.form_version = surveys.form_of(surveys.ENVIRONMENT, analysis.file.organisation_id).version
    analysis.by_id = actor().membership_id
    analysis.save()


# -- who works there ------------------------------------------------------------------------------------------------


@command("employers.add_employee")
def add_employee(file: EmployerFile, client: ClientFile, post: str, started_on: date | None = None) -> Employee:
    """Note that a client of the agency works at the employer, in one of its posts."""
    policies.require(actor(), "employers.staff", file)
    client_policies.require(actor(), "clients.read", client)
    if client.organisation_id != file.organisation_id:
        raise Refused("只能登记本机构的服务对象")
    titles = [row["title"] for row in file.answers.get("posts") or ()]
    if not titles:
        raise NotReady("档案里还没有岗位，请先在信息采集表里登记岗位", ["岗位"])
    if post not in titles:
        raise Invalid({"post": ["请从这家单位的岗位里选"]})
    if Employee.objects.filter(file=file, client=client, ended_on=None).exists():
        raise Invalid({"client": [f"{client.person.name}已经登记在这家单位"]})
    day = started_on or timezone.localdate()
    if day > timezone.localdate():
        raise Invalid({"started_on": ["日期不能晚于今天"]})
    employee = Employee.objects.create(file=file, client=client, post=post, started_on=day)
    record("employers.employee_added", employee, person=client.person_id, file=str(file.pk))
    return employee


@command("employers.end_employee")
def end_employee(employee: Employee) -> Employee:
    """Note that somebody left; the line stays."""
    policies.require(actor(), "employers.staff", employee.file)
    stored = Employee.objects.select_for_update(of=("self",)).get(pk=employee.pk)
    if stored.ended_on is not None:
        raise Conflict("这个人已经登记为不再在岗")
    stored.ended_on = timezone.localdate()
    stored.save(update_fields=["ended_on"])
    record("employers.employee_ended", stored, person=employee.client.person_id)
    return stored


def erase_employments(person: Person) -> None:
    """On erasure of a person: where they worked goes too; part of that command."""
    rows = Employee.objects.filter(client__person=person)
    for row in rows:
        record("employers.employee_erased", row, person=person.pk)
    rows.delete()
