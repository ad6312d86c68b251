"""Reviews of the agency's own work: processes, lawfulness, evaluations of a period, poor services put right.

A finding that is not good gets an action, an owner and a day; it is closed by somebody other than its owner who
verified it. An inspection looks at qualification, content, process and effect, or it is not finished (XM-8.1.2 b).
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Avg, Count, Q, QuerySet
from django.utils import timezone

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import DESK_STAFF
from zhiyin.domain.audit.acting import Actor, actor, command, record
from zhiyin.domain.casework.models import Case
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.quality import policies
from zhiyin.domain.quality.models import Complaint, FeedbackRequest, Finding, Review
from zhiyin.domain.standards.queries import active
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused
from zhiyin.kernel.serves import serves

TERM = "xm-rectification-days"
_WIDTH = 300


def scope(who: Actor) -> QuerySet[Review]:
    """The reviews of the own body, for those who handle quality."""
    if who.kind in {"system", "job"}:
        return Review.objects.all()
    if not policies.can(who, "quality.handle"):
        return Review.objects.none()
    return Review.objects.filter(organisation_id=who.organisation_id)


def _require(organisation_id: uuid.UUID) -> None:
    who = actor()
    if who.kind in {"system", "job"}:
        return
    if not policies.can(who, "quality.handle") or who.organisation_id != organisation_id:
        raise Refused("质量检查由本机构的科长和督导来做")


@serves("XM-8.1.1-c", "XM-8.1.2-a", "XM-8.3.3-1", "SD-3-2")
@command("quality.begin_review")
def begin_review(organisation: Organisation, *, kind: str, title: str, since: date, until: date) -> Review:
    """Begin a review of a period. A summary is given the figures of the period's records as they are now."""
    _require(organisation.pk)
    errors: dict[str, list[str]] = {}
    if kind not in Review.Kind.values:
        errors["kind"] = ["请选择检查的类别"]
    if not title.strip():
        errors["title"] = ["请写明检查什么"]
    elif len(title.strip()) > 120:
        errors["title"] = ["请写在 120 字以内"]
    if until < since:
        errors["until"] = ["不能早于开始的日期"]
    elif until > timezone.localdate():
        errors["until"] = ["不能晚于今天"]
    if errors:
        raise Invalid(errors)
    review = Review.objects.create(
        organisation=organisation,
        kind=kind,
        title=title.strip(),
        since=since,
        until=until,
        by_id=actor().membership_id,
        figures=figures(organisation, since, until) if kind == Review.Kind.SUMMARY else [],
    )
    record("quality.review_begun", review, kind=kind)
    return review


def figures(organisation: Organisation, since: date, until: date) -> list[list[str]]:
    """What the records of a period say, and the rules in force at its end with their version; five queries."""
    within = Q(opened_at__date__range=(since, until))
    cases = Case.objects.filter(organisation=organisation)
    feedback = FeedbackRequest.objects.filter(
        case__organisation=organisation, answered_at__date__range=(since, until)
    ).aggregate(n=Count("pk"), mean=Avg("overall"))
    complaints = Complaint.objects.filter(organisation=organisation, received_at__date__range=(since, until))
    rules = active(organisation, until)
    process = rules.get("process", "full-guidance")
    return [
        ["受理个案", f"{cases.filter(within).count()} 件"],
        ["结束个案", f"{cases.filter(closed_at__date__range=(since, until)).count()} 件"],
        ["收到评价", f"{feedback['n']} 份"],
        ["平均总体评分", f"{feedback['mean']:.1f}" if feedback["mean"] is not None else "没有评价"],
        ["收到投诉", f"{complaints.count()} 件"],
        ["服务程序", f"{process.title} 第 {process.version} 版，{until:%Y-%m-%d} 有效"],
        ["标准和制度", f"标准包摘要 {rules.snapshot_hash[:12]}，{until:%Y-%m-%d} 有效"],
    ]


@command("quality.add_finding")
def add_finding(
    review: Review,
    *,
    part: str,
    clause: str,
    result: str,
    words: str,
    evidence: str = "",
    action: str = "",
    owner: Membership | None = None,
    due_on: date | None = None,
) -> Finding:
    """Add what was found. What is not good needs an action, an owner of the own desk, and a day.

    Without a day the term of the parameter ``xm-rectification-days`` is set.
    """
    _require(review.organisation_id)
    if review.finished_at is not None:
        raise Conflict("这次检查已经完成，不再添加")
    errors: dict[str, list[str]] = {}
    if part not in Finding.Part.values:
        errors["part"] = ["请选择资质、内容、流程或效果"]
    if not clause.strip():
        errors["clause"] = ["请写明对照的条款或流程"]
    if result not in Finding.Result.values:
        errors["result"] = ["请选择结果"]
    if not words.strip():
        errors["words"] = ["请写明发现了什么"]
    if review.kind == Review.Kind.INSPECTION and not evidence.strip():
        errors["evidence"] = ["检查结果要写明依据"]
    for name, text, most in (("clause", clause, 60), ("words", words, _WIDTH), ("evidence", evidence, _WIDTH)):
        if len(text.strip()) > most:
            errors[name] = [f"请写在 {most} 字以内"]
    bad = result == Finding.Result.BAD
    if bad and not action.strip():
        errors["action"] = ["不足要有改进措施"]
    elif len(action.strip()) > _WIDTH:
        errors["action"] = [f"请写在 {_WIDTH} 字以内"]
    if bad and (owner is None or owner.organisation_id != review.organisation_id or owner.role not in DESK_STAFF):
        errors["owner"] = ["请选择本机构的负责人"]
    if due_on is not None and due_on < timezone.localdate():
        errors["due_on"] = ["期限不能早于今天"]
    if errors:
        raise Invalid(errors)
    if bad and due_on is None:
        due_on = timezone.localdate() + timedelta(days=int(active(review.organisation).parameter(TERM)))
    finding = Finding.objects.create(
        review=review,
        part=part,
        clause=clause.strip(),
        result=result,
        words=words.strip(),
        evidence=evidence.strip(),
        action=action.strip() if bad else "",
        owner=owner if bad else None,
        due_on=due_on if bad else None,
    )
    record("quality.finding_added", finding, review=str(review.pk), part=part, result=result)
    return finding


@serves("XM-8.1.2-b")
@command("quality.finish_review")
def finish_review(review: Review) -> Review:
    """Finish a review: it has findings, and an inspection has some in each of the four parts."""
    _require(review.organisation_id)
    review = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
    if review.finished_at is not None:
        raise Conflict("这次检查已经完成")
    parts = set(review.findings.values_list("part", flat=True))
    if not parts:
        raise NotReady("还没有写下任何发现", ["发现"])
    missing = [str(part.label) for part in Finding.Part if part not in parts]
    if review.kind == Review.Kind.INSPECTION and missing:
        raise NotReady(f"检查还缺这些方面：{'、'.join(missing)}", missing)
    review.finished_at = timezone.now()
    review.save(update_fields=["finished_at"])
    record("quality.review_finished", review)
    return review


@command("quality.rectify")
def rectify(finding: Finding, words: str) -> Finding:
    """The owner, or who handles quality, says what was done. That does not close it."""
    who = actor()
    if who.kind == "staff" and who.membership_id != finding.owner_id:
        _require(finding.review.organisation_id)
    elif who.kind not in {"staff", "system", "job"}:
        raise Refused("只有负责人可以填写整改情况")
    finding = Finding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    if finding.result != Finding.Result.BAD:
        raise Invalid("这一条不需要整改")
    if finding.verified_at is not None:
        raise Conflict("已经验证过，不再更改")
    if not words.strip():
        raise Invalid({"done": ["请写明做了什么"]})
    finding.done, finding.done_at = words.strip()[:_WIDTH], timezone.now()
    finding.save(update_fields=["done", "done_at"])
    record("quality.rectified", finding)
    return finding


@serves("XM-8.3.3-3")
@command("quality.verify_rectification")
def verify(finding: Finding, holds: bool, words: str) -> Finding:
    """Somebody other than the owner checks it: it is closed, or open again with what is still wanting."""
    who = actor()
    _require(finding.review.organisation_id)
    finding = Finding.objects.select_for_update(of=("self",)).get(pk=finding.pk)
    if finding.done_at is None:
        raise NotReady("还没有填写整改情况", ["整改情况"])
    if finding.verified_at is not None:
        raise Conflict("已经验证过")
    if who.membership_id is not None and who.membership_id == finding.owner_id:
        raise Refused("由负责人以外的人来验证")
    if not words.strip():
        raise Invalid({"verification": ["请写明凭什么判断"]})
    finding.verification = words.strip()[:_WIDTH]
    if holds:
        finding.verified_at, finding.verified_by_id = timezone.now(), who.membership_id
    else:
        finding.done_at = None
    finding.save(update_fields=["verification", "verified_at", "verified_by", "done_at"])
    record("quality.rectification_verified", finding, holds=holds)
    return finding


@dataclass(frozen=True)
class Open:
    """A rectification that is not closed; ``late_days`` past its day, 0 while there is time."""

    finding: Finding
    late_days: int


def open_rectifications(who: Actor, on: date | None = None) -> list[Open]:
    """What is still to be put right, the earliest day first; one query."""
    day = on or timezone.localdate()
    found = (
        Finding.objects.filter(review__in=scope(who), result=Finding.Result.BAD, verified_at=None)
        .select_related("review", "owner__user")
        .order_by("due_on", "created_at")
    )
    return [Open(row, max((day - row.due_on).days, 0) if row.due_on else 0) for row in found]


def reviews(who: Actor) -> list[Review]:
    """Reviews with the number of findings and of open ones; one query."""
    return list(
        scope(who).annotate(
            found=Count("findings"),
            open=Count("findings", filter=Q(findings__result="bad", findings__verified_at=None)),
        )
    )


def findings(review: Review) -> Sequence[Finding]:
    """The findings of a review in their order; one query."""
    return list(review.findings.select_related("owner__user", "verified_by__user"))
