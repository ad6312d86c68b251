"""Complaints: receipt, acknowledgement, inquiry, answer, the client's response, appeal, review, closing.

Which stage may follow which is the engine's rule over the events of the case; a stage can neither be skipped nor
recorded without its date and person.
"""

import uuid
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.casework.events import process_of, record_event
from zhiyin.domain.casework.models import Case
from zhiyin.domain.organisations.commands import next_serial
from zhiyin.domain.organisations.queries import calendar
from zhiyin.domain.quality import policies
from zhiyin.domain.quality.models import Complaint, ComplaintStep
from zhiyin.domain.standards.queries import active
from zhiyin.engines import forms
from zhiyin.engines.casework.definition import ComplaintRule
from zhiyin.engines.casework.terms import Clock
from zhiyin.engines.forms import FormDefinition
from zhiyin.kernel.dates import chinese_date
from zhiyin.kernel.errors import Conflict, DefinitionError, Invalid, Refused
from zhiyin.kernel.serves import serves

FORM, RESPONSE_FORM = "complaint", "complaint-response"
Kind = ComplaintStep.Kind
EVENT_OF = {
    Kind.RECEIVED: "complaint.received",
    Kind.ACKNOWLEDGED: "complaint.acknowledged",
    Kind.INVESTIGATED: "complaint.investigated",
    Kind.ANSWERED: "complaint.answered",
    Kind.RESPONSE: "complaint.response",
    Kind.APPEALED: "complaint.appealed",
    Kind.REVIEWED: "complaint.answered",
    Kind.CLOSED: "complaint.closed",
}


def state_of(kinds: Iterable[str]) -> str:
    """Where a complaint stands after steps of these kinds in their order: the last of them."""
    last = Kind.RECEIVED.value
    for kind in kinds:
        last = str(kind)
    return last


def form(name: str = FORM, organisation_id: uuid.UUID | None = None) -> FormDefinition:
    """The form in force at an organisation; as the packs have it where none is named."""
    definition = active(organisation_id).get("form", name)
    assert isinstance(definition, FormDefinition)
    return definition


def _rule(case: Case) -> ComplaintRule:
    rule = process_of(case).complaint
    if rule is None:
        raise DefinitionError(f"流程“{process_of(case).title}”没有规定投诉的期限")
    return rule


def _term(case: Case, start: datetime, days: int) -> date:
    clock = Clock(timezone.localtime(), calendar(case.organisation))
    return clock.due(clock.day(start), days, _rule(case).unit)


def _step(
    complaint: Complaint,
    kind: ComplaintStep.Kind,
    words: Any = None,
    *,
    happened_at: datetime | None = None,
    satisfied: bool | None = None,
) -> ComplaintStep:
    """Append a step with its event in the case; ``NotReady`` when a stage before it is missing."""
    who = actor()
    event = record_event(
        complaint.case,
        EVENT_OF[kind],
        happened_at=happened_at,
        # with a hidden name the event is kept from those who had a part in the case
        data={"complaint": str(complaint.pk), "hidden": complaint.name_hidden},
    )
    step = ComplaintStep(
        complaint=complaint,
        kind=kind,
        by_id=who.membership_id,
        by_name=who.name[:60],
        happened_at=event.happened_at,
        satisfied=satisfied,
    )
    step.words = words or None
    step.save(force_insert=True)
    complaint.state = state_of(complaint.steps.values_list("kind", flat=True))
    complaint.save()
    record(f"quality.complaint_{kind}", complaint, step=str(step.pk))
    return step


def _locked(complaint: Complaint) -> Complaint:
    found = (
        Complaint.objects.select_for_update(of=("self",))
        .select_related("case__organisation", "case__person", "organisation", "person")
        .get(pk=complaint.pk)
    )
    if found.state == Kind.CLOSED:
        raise Conflict("这件投诉已经办结；有新的情况请另提一件")
    return found


def _for_handling(complaint: Complaint) -> Complaint:
    """The locked complaint, when the actor may handle it and nobody else is doing so."""
    who = actor()
    policies.require(who, "quality.handle", complaint)
    found = _locked(complaint)
    if who.kind == "staff" and found.handler_id not in {None, who.membership_id}:
        raise Refused("这件投诉已经由别人处理，要换人请先转交")
    return found


@serves("SVC-6.2-1")
@command("quality.file_complaint")
def file_complaint(case: Case, raw: Mapping[str, Any], *, happened_at: datetime | None = None) -> Complaint:
    """Take a complaint from the client, or down on the client's behalf; the receipt is its number.

    The terms count over the agency's working days: to acknowledge it, to answer it.
    """
    policies.require(actor(), "quality.file", case)
    standard = active(case.organisation_id)
    definition = form(FORM, case.organisation_id)
    answers = forms.clean(definition, raw, codelists=standard.codelists(), today=timezone.localdate())
    rule = _rule(case)
    received_at = happened_at or timezone.now()
    if received_at > timezone.now():
        raise Invalid({"happened_at": ["收到的时间不能晚于现在"]})
    year = timezone.localtime(received_at).year
    serial = next_serial(case.organisation, "complaint", year)
    complaint = Complaint(
        organisation=case.organisation,
        person=case.person,
        case=case,
        number=f"{case.organisation.code}-TS-{year}-{serial:05d}",
        kind=answers["kind"],
        name_hidden=answers.get("keep_name") == "hide",
        received_at=received_at,
        receipt_due_on=_term(case, received_at, rule.receipt_days),
        answer_due_on=_term(case, received_at, rule.answer_days),
    )
    complaint.content = answers
    complaint.save(force_insert=True)
    _step(complaint, Kind.RECEIVED, happened_at=received_at)
    return complaint


@command("quality.assign_complaint")
def assign_complaint(complaint: Complaint, handler: Membership) -> Complaint:
    """Give the complaint to somebody who had no part in the case."""
    policies.require(actor(), "quality.handle", complaint)
    found = _locked(complaint)
    if handler.pk not in {member.pk for member in policies.eligible(found)}:
        raise Invalid({"handler": ["处理人须是本机构在岗的科长或督导，而且没有参与过这个个案"]})
    if found.state == Kind.APPEALED:
        _check_reviewer(found, handler.pk)
    found.handler = handler
    found.save(update_fields=["handler"])
    record("quality.complaint_assigned", found, handler=str(handler.pk))
    return found


@command("quality.acknowledge_complaint")
def acknowledge(complaint: Complaint, words: str = "", *, happened_at: datetime | None = None) -> Complaint:
    """Tell the client that it was taken up, by whom and by when it will be answered. Whoever does so handles it."""
    found = _for_handling(complaint)
    if found.state == Kind.APPEALED:
        _check_reviewer(found, actor().membership_id)
    if found.handler_id is None:
        found.handler_id = actor().membership_id
    _step(found, Kind.ACKNOWLEDGED, words.strip(), happened_at=happened_at)
    return found


def _check_reviewer(complaint: Complaint, membership_id: Any) -> None:
    """An appeal is looked at by another person than the one who answered, where the agency has one."""
    answered = complaint.steps.filter(kind=Kind.ANSWERED).last()
    if answered is None or membership_id is None or answered.by_id != membership_id:
        return
    if any(member.pk != membership_id for member in policies.eligible(complaint)):
        raise Refused("复核要由没有作出原答复的人来办，请交给另一位科长或督导")


def _need_words(words: str, message: str) -> str:
    if not words.strip():
        raise Invalid({"words": [message]})
    return words.strip()


@command("quality.investigate_complaint")
def investigate(complaint: Complaint, words: str, *, happened_at: datetime | None = None) -> Complaint:
    """Put down what was found out and how."""
    found = _for_handling(complaint)
    _step(found, Kind.INVESTIGATED, _need_words(words, "请写明问了谁、看了什么、弄清了什么"), happened_at=happened_at)
    return found


@command("quality.answer_complaint")
def answer(complaint: Complaint, words: str, *, happened_at: datetime | None = None) -> Complaint:
    """Answer the client with the decision, which starts the term to appeal; after an appeal, answer the review."""
    found = _for_handling(complaint)
    words = _need_words(words, "请写明处理结果和理由")
    reviewed = found.steps.filter(kind=Kind.APPEALED).exists()
    step = _step(found, Kind.REVIEWED if reviewed else Kind.ANSWERED, words, happened_at=happened_at)
    if not reviewed:
        found.appeal_due_on = _term(found.case, step.happened_at, _rule(found.case).appeal_days)
        found.save(update_fields=["appeal_due_on"])
    return found


@serves("SVC-6.2-2")
@command("quality.record_response")
def record_response(complaint: Complaint, raw: Mapping[str, Any], *, happened_at: datetime | None = None) -> Complaint:
    """The client's opinion of the answer and how satisfied they are, or a note that none could be had.

    The client says it in person (/me, or written down by the handler); that there is none only the handler can note.
    Wishing a review in it appeals at once.
    """
    who = actor()
    if who.kind in {"client", "guardian"}:
        policies.require(who, "quality.file", complaint)
        found = _locked(complaint)
    else:
        found = _for_handling(complaint)
    agency = found.case.organisation_id
    definition = form(RESPONSE_FORM, agency)
    answers = forms.clean(definition, raw, codelists=active(agency).codelists(), today=timezone.localdate())
    if who.kind in {"client", "guardian"} and answers["obtained"] != "given":
        raise Invalid({"obtained": ["请直接填写您的意见"]})
    satisfied = answers.get("appeal") == "accept" if answers["obtained"] == "given" else None
    wants_review = answers.get("appeal") == "appeal"
    if wants_review:
        _check_appeal(found, happened_at)
    _step(found, Kind.RESPONSE, answers, happened_at=happened_at, satisfied=satisfied)
    if wants_review:
        _appeal(found, answers.get("opinion") or "", happened_at)
    return found


@command("quality.appeal_complaint")
def appeal(complaint: Complaint, words: str, *, happened_at: datetime | None = None) -> Complaint:
    """The client asks for a review within the term; one review is given."""
    who = actor()
    if who.kind in {"client", "guardian"}:
        policies.require(who, "quality.file", complaint)
        found = _locked(complaint)
    else:
        found = _for_handling(complaint)
    _need_words(words, "请写明希望复核什么")
    _check_appeal(found, happened_at)
    _appeal(found, words.strip(), happened_at)
    return found


def _check_appeal(complaint: Complaint, happened_at: datetime | None) -> None:
    if complaint.steps.filter(kind=Kind.APPEALED).exists():
        raise Invalid("已经复核过一次；仍有异议可以向主管部门反映")
    due_on = complaint.appeal_due_on
    if due_on is not None and timezone.localdate(happened_at) > due_on:
        raise Invalid(f"申请复核的期限是 {chinese_date(due_on)}，已经过了；仍有异议可以向主管部门反映")


def _appeal(complaint: Complaint, words: str, happened_at: datetime | None) -> None:
    complaint.handler = None
    step = _step(complaint, Kind.APPEALED, words, happened_at=happened_at)
    rule = _rule(complaint.case)
    complaint.receipt_due_on = _term(complaint.case, step.happened_at, rule.receipt_days)
    complaint.answer_due_on = _term(complaint.case, step.happened_at, rule.answer_days)
    complaint.save(update_fields=["receipt_due_on", "answer_due_on"])


@command("quality.close_complaint")
def close(complaint: Complaint, words: str = "", *, happened_at: datetime | None = None) -> Complaint:
    """Close it; the engine asks for an answer and for the client's response, or the note that there is none."""
    found = _for_handling(complaint)
    _step(found, Kind.CLOSED, words.strip(), happened_at=happened_at)
    return found
