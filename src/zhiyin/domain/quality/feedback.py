"""Asking for feedback after the service, taking the answer, handling it, and turning it into improvements."""

import hashlib
import uuid
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.casework import policies as case_policies
from zhiyin.domain.casework.events import process_of, record_event
from zhiyin.domain.casework.models import Case
from zhiyin.domain.quality import policies
from zhiyin.domain.quality.models import FeedbackRequest, Improvement
from zhiyin.domain.standards.queries import active
from zhiyin.engines import forms
from zhiyin.engines.forms import FormDefinition
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused
from zhiyin.kernel.ids import token as new_token
from zhiyin.kernel.serves import serves

FORM = "feedback"
DEFAULT_DAYS = 30
# two of five, five being the best: what calls for somebody to look into it
LOW = 0.4


def form(organisation_id: uuid.UUID | None = None) -> FormDefinition:
    """The feedback form in force at an organisation; as the packs have it where none is named."""
    definition = active(organisation_id).get("form", FORM)
    assert isinstance(definition, FormDefinition)
    return definition


def digest_of(token: str) -> str:
    """What is stored of a link: a token of 192 random bits needs no key."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_low(overall: int, organisation_id: uuid.UUID | None = None) -> bool:
    """Whether a score lies in the lowest two fifths of the form's scale."""
    scale = form(organisation_id).field("overall").scale
    return scale is not None and overall <= LOW * scale.high


@serves("SVC-6.1-1")
@command("quality.request_feedback")
def request_feedback(case: Case) -> tuple[FeedbackRequest, str]:
    """Ask the client of a closed case; gives the request and the token of its link, of which only a digest is stored.

    Asking again makes a new link with a new term and ends the old one. ``NotReady`` before the service has ended,
    ``Invalid`` once the client has answered.
    """
    who = actor()
    if not policies.can(who, "quality.handle", case):
        case_policies.require(who, "casework.work", case)
    case = Case.objects.select_for_update(of=("self",)).select_related("organisation", "person").get(pk=case.pk)
    if case.closed_at is None:
        raise NotReady("服务结束以后才请服务对象评价", ["closing.recorded"])
    found = FeedbackRequest.objects.filter(case=case).first()
    if found is not None and found.answered_at is not None:
        raise Invalid("服务对象已经评价过了，一次服务只评价一次")
    rule = process_of(case).feedback
    now = timezone.localtime()
    last_day = now.date() + timedelta(days=rule.expires_days if rule else DEFAULT_DAYS)
    token = new_token()
    request = found or FeedbackRequest(case=case, person=case.person)
    request.token_digest, request.asked_at = digest_of(token), now
    request.expires_at = timezone.make_aware(datetime.combine(last_day + timedelta(days=1), time.min))
    request.save()
    record("quality.feedback_requested", request, again=found is not None)
    record_event(case, "feedback.requested", data={"feedback": str(request.pk), "again": found is not None})
    return request, token


def ask_at_closing(case: Case) -> None:
    """Called when a case closes: the request exists from then on; its link is made when it is handed over or sent."""
    if process_of(case).feedback is not None:
        request_feedback(case)


def by_token(token: str) -> FeedbackRequest | None:
    """The request that a link opens, expired or answered ones too, so that the page can say so."""
    return (
        FeedbackRequest.objects.select_related("case__organisation", "case__adviser__user", "person")
        .filter(token_digest=digest_of(token))
        .first()
    )


@command("quality.answer_feedback")
def answer_feedback(token: str, raw: Mapping[str, Any]) -> FeedbackRequest:
    """The holder of the link answers, once. ``Invalid`` at the fields, or when the link is unknown, used or expired."""
    request = by_token(token)
    if request is None:
        raise Invalid("这个链接无效或已经换新，请用最近收到的链接")
    who = actor()
    if who.kind != "link" or who.target != str(request.pk):
        raise Refused("请从收到的链接进入")
    return _answer(request, raw)


@command("quality.answer_own_feedback")
def answer_own_feedback(request: FeedbackRequest, raw: Mapping[str, Any]) -> FeedbackRequest:
    """A client who has signed in answers without the link."""
    who = actor()
    if who.kind != "client" or who.person_id != request.person_id:
        raise Refused("只能由本人评价")
    return _answer(request, raw)


def _answer(request: FeedbackRequest, raw: Mapping[str, Any]) -> FeedbackRequest:
    request = (
        FeedbackRequest.objects.select_for_update(of=("self",)).select_related("case", "person").get(pk=request.pk)
    )
    if request.answered_at is not None:
        raise Invalid("已经收到您的评价，谢谢！一次服务只评价一次")
    if timezone.now() >= request.expires_at:
        raise Invalid(f"这个链接在 {timezone.localtime(request.expires_at):%Y-%m-%d} 已经过期，请向机构要一个新的")
    agency = request.case.organisation_id
    answers = forms.clean(form(agency), raw, codelists=active(agency).codelists(), today=timezone.localdate())
    request.answers, request.overall = answers, answers["overall"]
    request.needs_handling = is_low(request.overall, agency) or bool(answers.get("comment"))
    request.answered_at = timezone.now()
    request.save(update_fields=["answers_sealed", "overall", "needs_handling", "answered_at"])
    record("quality.feedback_answered", request, overall=request.overall, needs_handling=request.needs_handling)
    record_event(request.case, "feedback.received", data={"feedback": str(request.pk), "overall": request.overall})
    return request


@serves("SVC-5.6.2-1")
@command("quality.handle_feedback")
def handle_feedback(request: FeedbackRequest, words: str) -> FeedbackRequest:
    """Note what was done about a feedback; only then does it leave the open list."""
    who = actor()
    policies.require(who, "quality.handle", request)
    request = FeedbackRequest.objects.select_for_update(of=("self",)).select_related("person").get(pk=request.pk)
    if request.answered_at is None:
        raise NotReady("服务对象还没有评价", ["feedback.received"])
    if request.handled_at is not None:
        raise Conflict("这条反馈已经有人处理过了")
    if not words.strip():
        raise Invalid({"words": ["请写明怎么处理的、结果怎样"]})
    request.handling, request.handled_at = words.strip(), timezone.now()
    request.handled_by_id = who.membership_id
    request.save(update_fields=["handling_sealed", "handled_at", "handled_by"])
    record("quality.feedback_handled", request)
    return request


@serves("SVC-6.1-2")
@command("quality.plan_improvement")
def plan_improvement(request: FeedbackRequest, action: str, owner: Membership, due_on: date) -> Improvement:
    """Turn a feedback into something the agency changes, with an owner and a day."""
    policies.require(actor(), "quality.handle", request)
    errors: dict[str, list[str]] = {}
    if request.answered_at is None:
        raise NotReady("服务对象还没有评价", ["feedback.received"])
    if not action.strip():
        errors["action"] = ["请写明改什么"]
    elif len(action.strip()) > 300:
        errors["action"] = ["请写在 300 字以内"]
    if owner.organisation_id != request.case.organisation_id or owner.role == "client":
        errors["owner"] = ["负责人须是本机构的工作人员"]
    if due_on < timezone.localdate():
        errors["due_on"] = ["期限不能早于今天"]
    if errors:
        raise Invalid(errors)
    improvement = Improvement.objects.create(
        organisation=request.case.organisation, feedback=request, action=action.strip(), owner=owner, due_on=due_on
    )
    record("quality.improvement_planned", improvement, feedback=str(request.pk), owner=str(owner.pk))
    return improvement


@command("quality.finish_improvement")
def finish_improvement(improvement: Improvement, result: str) -> Improvement:
    """The owner, or who handles feedback, says what was done."""
    who = actor()
    if who.kind == "staff" and who.membership_id != improvement.owner_id:
        policies.require(who, "quality.handle", improvement)
    elif who.kind not in {"staff", "system", "job"}:
        raise Refused("只有负责人可以填写完成情况")
    improvement = Improvement.objects.select_for_update(of=("self",)).get(pk=improvement.pk)
    if improvement.verified_at is not None:
        raise Conflict("这项改进已经验证过，不再更改")
    if not result.strip():
        raise Invalid({"result": ["请写明做了什么"]})
    improvement.result, improvement.done_at = result.strip()[:300], timezone.now()
    improvement.save(update_fields=["result", "done_at"])
    record("quality.improvement_done", improvement)
    return improvement


@command("quality.verify_improvement")
def verify_improvement(improvement: Improvement, effective: bool, words: str) -> Improvement:
    """Somebody other than the owner says whether the change helped."""
    who = actor()
    policies.require(who, "quality.handle", improvement)
    improvement = Improvement.objects.select_for_update(of=("self",)).get(pk=improvement.pk)
    if improvement.done_at is None:
        raise NotReady("还没有填写完成情况", ["完成情况"])
    if improvement.verified_at is not None:
        raise Conflict("这项改进已经验证过")
    if who.membership_id == improvement.owner_id:
        raise Refused("由负责人以外的人来验证")
    if not words.strip():
        raise Invalid({"verification": ["请写明凭什么判断"]})
    improvement.effective, improvement.verification = effective, words.strip()[:300]
    improvement.verified_at, improvement.verified_by_id = timezone.now(), who.membership_id
    improvement.save(update_fields=["effective", "verification", "verified_at", "verified_by"])
    record("quality.improvement_verified", improvement, effective=effective)
    return improvement
