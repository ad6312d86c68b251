"""Opening a case and recording its forms: intake, needs survey, environment analysis, sessions, follow-ups."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.agencies.conditions import education_label
from zhiyin.domain.agencies.queries import lead_refusal, staff_of
from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.casework import policies
from zhiyin.domain.casework.events import record_event
from zhiyin.domain.casework.models import Case, CaseAssistant, CaseEvent, FormRecord, Goal, Need
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.organisations.commands import next_serial
from zhiyin.domain.people import consents
from zhiyin.domain.standards.commands import current_snapshot
from zhiyin.domain.standards.queries import active
from zhiyin.engines import forms
from zhiyin.engines.forms import FormDefinition
from zhiyin.kernel.dates import AgeRegime
from zhiyin.kernel.errors import Conflict, Invalid
from zhiyin.kernel.serves import serves

PROCESS = "full-guidance"
# the consent without which no file may be kept, so no service given
ESSENTIAL = "file"
GUIDANCE_OF = {
    "job-search": Case.Guidance.CHOICE,
    "start-up": Case.Guidance.CONVERSION,
    "employment": Case.Guidance.DEVELOPMENT,
}
# the event that submitting a form records
EVENT_OF = {
    "intake": "intake.recorded",
    "needs-survey": "needs.recorded",
    "environment-analysis": "environment.recorded",
    "session-record": "session.held",
    "closing": "closing.recorded",
    "follow-up": "followup.done",
}


@command("casework.open")
def open_case(
    file: ClientFile,
    *,
    service_kind: str,
    adviser: Membership,
    happened_at: datetime | None = None,
    process: str = PROCESS,
    guidance: str = "",
) -> Case:
    """Open a case on a client's file under the process in force. The consent to keep a file must stand.

    ``guidance`` is one of the four kinds of XM 3.1; without it the kind of service suggests one, which the intake can
    change.
    """
    who = actor()
    policies.require(who, "casework.open")
    if who.organisation_id is not None and who.organisation_id != file.organisation_id:
        raise Invalid("这份档案不在本机构")
    lead_fault = lead_refusal(staff_of(adviser))
    if adviser.organisation_id != file.organisation_id or adviser.role not in {Role.ADVISER, Role.SECTION_HEAD}:
        raise Invalid({"adviser": ["责任指导师须是本机构在岗的职业指导师"]})
    if lead_fault:
        raise Invalid({"adviser": [lead_fault]})
    kinds = {value.value for value in active(file.organisation).get("codelist", "service-kind").values}
    if service_kind not in kinds:
        raise Invalid({"service_kind": ["请选择服务类别"]})
    if guidance and guidance not in Case.Guidance.values:
        raise Invalid({"guidance": ["请选择规划、选择、转换或发展"]})
    consents.require(file.person, file.organisation, ESSENTIAL)
    definition = active(file.organisation).get("process", process)
    now = timezone.now()
    opened_at = happened_at or now
    if opened_at > now:
        raise Invalid({"happened_at": ["受理时间不能晚于现在"]})
    year = timezone.localtime(opened_at).year
    serial = next_serial(file.organisation, "case", year)
    case = Case.objects.create(
        organisation=file.organisation,
        person=file.person,
        file=file,
        number=f"{file.organisation.code}-GA-{year}-{serial:05d}",
        process=definition.id,
        process_version=definition.version,
        snapshot=current_snapshot(file.organisation),
        service_kind=service_kind,
        guidance=guidance or GUIDANCE_OF.get(service_kind, Case.Guidance.PLANNING),
        adviser=adviser,
        opened_at=opened_at,
        stage=definition.steps[0].id,
        status="open",
        is_demo=file.is_demo,
    )
    minor = file.person.regime(timezone.localdate(opened_at)) != AgeRegime.ADULT
    record("casework.opened", case)
    record_event(
        case,
        "case.opened",
        happened_at=opened_at,
        data={"guardian_required": minor, "service_kind": service_kind, "adviser": str(adviser.pk)},
    )
    return case


def form_of(name: str, organisation_id: uuid.UUID) -> FormDefinition:
    """The form as the organisation fills it in today."""
    form = active(organisation_id).get("form", name)
    assert isinstance(form, FormDefinition)
    return form


@command("casework.save_draft")
def save_draft(
    case: Case, form: str, raw: Mapping[str, Any], *, version: int | None = None, draft: FormRecord | None = None
) -> FormRecord:
    """Keep what was typed so far: types are checked, completeness is not. ``Conflict`` on an old ``version``."""
    who = actor()
    policies.require(who, "casework.intake" if form == "intake" else "casework.work", case)
    definition = form_of(form, case.organisation_id)
    codelists = active(case.organisation_id).codelists()
    answers = forms.clean(definition, raw, codelists=codelists, partial=True, today=timezone.localdate())
    return _keep_draft(case, definition, answers, version=version, draft=draft)


def _keep_draft(
    case: Case, definition: FormDefinition, answers: Mapping[str, Any], *, version: int | None, draft: FormRecord | None
) -> FormRecord:
    if draft is None:
        draft = FormRecord(case=case, person=case.person, form=definition.id, form_version=definition.version)
        draft.author_id = actor().membership_id
    else:
        draft = FormRecord.objects.select_for_update().select_related("person", "case").get(pk=draft.pk)
        if draft.submitted_at is not None:
            raise Conflict("这份记录已经提交，不能再改；要更正请另做一份更正记录")
        if version is not None and draft.version != version:
            raise Conflict("这份草稿刚刚被别人改过。您填的内容还在，请对照后再保存")
        draft.version += 1
    draft.answers = dict(answers)
    draft.save()
    record("casework.draft_saved", draft, form=definition.id)
    return draft


@serves("SVC-5.1", "SVC-4.2.1", "SVC-5.4")
@command("casework.submit_form")
def submit_form(
    case: Case,
    form: str,
    raw: Mapping[str, Any],
    *,
    happened_at: datetime | None = None,
    draft: FormRecord | None = None,
    version: int | None = None,
    data: Mapping[str, Any] | None = None,
    event: str | None = None,
    setting: Mapping[str, Any] | None = None,
) -> FormRecord:
    """Check the whole form, store it for good and record its event.

    Raises ``Invalid`` at the fields, ``NotReady`` when the step may not begin yet. Nothing is stored then.
    ``event`` overrides the kind for forms that can end in two ways (a follow-up that reached nobody). ``setting`` is
    how and where a meeting was held, kept sealed with the record.
    """
    who = actor()
    policies.require(who, "casework.intake" if form == "intake" else "casework.work", case)
    definition = form_of(form, case.organisation_id)
    # a late entry is judged by its own day: what the client hoped for in a month may have passed by now
    day = timezone.localdate(happened_at)
    answers = forms.clean(definition, raw, codelists=active(case.organisation_id).codelists(), today=day)
    stored = _keep_draft(case, definition, answers, version=version, draft=draft)
    prepare = _EFFECTS.get(form)
    extra = prepare(case, answers) if prepare else {}
    happened = record_event(
        case,
        event or EVENT_OF[form],
        happened_at=happened_at,
        data={**extra, **(data or {}), "record": str(stored.pk), "form": form},
    )
    _finish(stored, happened, setting)
    return stored


def _finish(stored: FormRecord, event: CaseEvent, setting: Mapping[str, Any] | None) -> None:
    stored.event, stored.happened_at, stored.submitted_at = event, event.happened_at, timezone.now()
    stored.provider, stored.setting = provider_of(stored), dict(setting) if setting else None
    stored.save(
        update_fields=["event", "happened_at", "submitted_at", "updated_at", "provider", "setting_sealed"],
    )


def provider_of(stored: FormRecord) -> dict[str, str]:
    """Who gives the service, as they are now: frozen with the record, whatever changes later (SVC-3.5.1 a)."""
    body = stored.case.organisation
    found = {"organisation": body.name, "code": body.code, "address": body.address, "phone": body.phone}
    if stored.author is not None:
        staff = staff_of(stored.author)
        found |= {"name": stored.author.user.name, "role": str(Role(stored.author.role).label)}
        if staff is not None:
            found |= {
                "kind": str(staff.get_kind_display()),
                "level": staff.level_label,
                "education": education_label(staff.education) if staff.education else "",
            }
    return found


@command("casework.correct_form")
def correct_form(old: FormRecord, raw: Mapping[str, Any], reason: str) -> FormRecord:
    """Correct a submitted record by a new one that supersedes it; both stay readable, with who, when and why."""
    case = old.case
    policies.require(actor(), "casework.work", case)
    if old.submitted_at is None:
        raise Invalid("草稿直接改就可以")
    if hasattr(old, "superseded_by"):
        raise Conflict("这份记录已经有更正，请在最新的一份上更正")
    if not reason.strip():
        raise Invalid({"reason": ["请写明更正的原因"]})
    definition = form_of(old.form, case.organisation_id)
    codelists = active(case.organisation_id).codelists()
    answers = forms.clean(definition, raw, codelists=codelists, today=timezone.localdate())
    stored = _keep_draft(case, definition, answers, version=None, draft=None)
    stored.supersedes = old
    data = {"record": str(stored.pk), "supersedes": str(old.pk), "form": old.form}
    event = record_event(case, "correction.made", data=data)
    record("casework.record_corrected", stored, reason=reason.strip(), supersedes=str(old.pk))
    stored.event, stored.happened_at, stored.submitted_at = event, old.happened_at, timezone.now()
    stored.provider, stored.setting = provider_of(stored), old.setting
    stored.save()
    if old.form == "needs-survey":
        _from_needs(case, answers)
    return stored


def latest(case: Case, form: str) -> FormRecord | None:
    """The submitted record of a form that stands: the newest that nothing supersedes."""
    return (
        case.records.filter(form=form, submitted_at__isnull=False, superseded_by=None)
        .select_related("person", "event")
        .order_by("-submitted_at")
        .first()
    )


# -- what a form leaves behind besides itself ------------------------------------------------------------------------


def _from_intake(case: Case, answers: Mapping[str, Any]) -> dict[str, Any]:
    case.service_kind = answers["service_kind"]
    case.guidance = answers.get("guidance") or case.guidance
    case.save(update_fields=["service_kind", "guidance"])
    return {"service_kind": case.service_kind, "urgency": answers.get("urgency", "")}


def _from_needs(case: Case, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Needs and goals become rows that the plan cites and closing judges. Goals already in use are kept."""
    used = set(case.activities.values_list("need_id", flat=True))
    case.needs.exclude(pk__in=[pk for pk in used if pk]).delete()
    kept = set(case.needs.values_list("text", flat=True))
    Need.objects.bulk_create(
        Need(case=case, text=row["text"], position=len(kept) + index)
        for index, row in enumerate(row for row in answers.get("needs") or [] if row["text"] not in kept)
    )
    known = set(case.goals.values_list("title", flat=True))
    position = case.goals.count()
    Goal.objects.bulk_create(
        Goal(
            case=case,
            title=row["title"],
            measure=row.get("measure") or "",
            due_on=row.get("expected_on"),
            basis="需求调查",
            position=position + index,
        )
        for index, row in enumerate(row for row in answers.get("goals") or [] if row["title"] not in known)
    )
    return {"needs": case.needs.count(), "goals": goal_data(case)}


def goal_data(case: Case) -> list[dict[str, Any]]:
    """Goals as the engine reads them from an event. Titles are short labels of the plan, not a person's data."""
    return [
        {"id": str(goal.pk), "title": f"目标{index}", "attainment": goal.attainment or None}
        for index, goal in enumerate(case.goals.all(), start=1)
    ]


def _from_environment(case: Case, answers: Mapping[str, Any]) -> dict[str, Any]:
    """Only policies in force on the day of the analysis count as current (SVC-4.2.1 d)."""
    day = str(answers["analysed_on"])
    faults = [
        f"“{row['name']}”在 {day} "
        + ("还没有开始执行" if str(row["valid_from"]) > day else "已经停止执行")
        + "，不能当现行政策引用"
        for row in answers.get("policies") or []
        if str(row["valid_from"]) > day or (row.get("valid_to") and str(row["valid_to"]) < day)
    ]
    if faults:
        raise Invalid({"policies": faults})
    return {"parts": list(answers.get("parts") or [])}


_EFFECTS: dict[str, Callable[[Case, Mapping[str, Any]], dict[str, Any]]] = {
    "intake": _from_intake,
    "needs-survey": _from_needs,
    "environment-analysis": _from_environment,
}


# -- who works on it -------------------------------------------------------------------------------------------------


@command("casework.reassign")
def reassign(case: Case, adviser: Membership, reason: str) -> None:
    """Give the case to another adviser; what is due moves with it."""
    policies.require(actor(), "casework.reassign", case)
    if not reason.strip():
        raise Invalid({"reason": ["请写明更换的原因"]})
    if adviser.organisation_id != case.organisation_id or adviser.role not in {Role.ADVISER, Role.SECTION_HEAD}:
        raise Invalid({"adviser": ["责任指导师须是本机构在岗的职业指导师"]})
    if fault := lead_refusal(staff_of(adviser)):
        raise Invalid({"adviser": [fault]})
    before = case.adviser_id
    case.adviser = adviser
    case.save(update_fields=["adviser"])
    record("casework.reassigned", case, reason=reason.strip(), before=str(before), after=str(adviser.pk))
    record_event(case, "case.reassigned", data={"from": str(before), "to": str(adviser.pk)})


@command("casework.add_assistant")
def add_assistant(case: Case, membership: Membership, task: str) -> CaseAssistant:
    """Let an auxiliary help in a case with a named task (SVC-3.2.3-e)."""
    policies.require(actor(), "casework.work", case)
    if membership.organisation_id != case.organisation_id:
        raise Invalid({"membership": ["协助人员须在本机构"]})
    if not task.strip():
        raise Invalid({"task": ["请写明协助什么"]})
    assistant = CaseAssistant.objects.create(case=case, membership=membership, task=task.strip())
    record("casework.assistant_added", assistant, person=case.person_id, membership=str(membership.pk))
    return assistant


@command("casework.finish_assistance")
def finish_assistance(assistant: CaseAssistant) -> CaseAssistant:
    """The assistant, or who works on the case, notes that the task is done."""
    who = actor()
    if who.membership_id is None or who.membership_id != assistant.membership_id:
        policies.require(who, "casework.work", assistant.case)
    if assistant.done_at is not None:
        raise Conflict("这项协助已经完成")
    assistant.done_at = timezone.now()
    assistant.save(update_fields=["done_at"])
    record("casework.assistance_done", assistant, person=assistant.case.person_id, case=str(assistant.case_id))
    return assistant


@command("casework.pause")
def pause(case: Case, reason: str) -> None:
    policies.require(actor(), "casework.work", case)
    if not reason.strip():
        raise Invalid({"reason": ["请写明暂停的原因"]})
    record("casework.paused", case, reason=reason.strip())
    record_event(case, "case.paused")


@command("casework.resume")
def resume(case: Case) -> None:
    policies.require(actor(), "casework.work", case)
    record("casework.resumed", case)
    record_event(case, "case.resumed")


@command("casework.withdraw")
def withdraw(case: Case, words: str, happened_at: datetime | None = None) -> None:
    """The client leaves the service; no reason has to be given, and nothing already done is lost."""
    who = actor()
    if who.kind not in {"client", "guardian"}:
        policies.require(who, "casework.work", case)
    elif case.person_id != who.person_id:
        raise Invalid("这不是您的个案")
    record("casework.withdrawn", case, words=bool(words.strip()))
    record_event(case, "case.withdrawn", happened_at=happened_at)
