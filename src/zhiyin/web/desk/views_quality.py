"""Feedback that calls for handling, the improvements that come of it, and complaints with their stages."""

import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from zhiyin.domain.accounts.roles import holds
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.audit.reads import note_reading
from zhiyin.domain.casework import policies as case_policies
from zhiyin.domain.quality import complaints as commands
from zhiyin.domain.quality import feedback as feedback_commands
from zhiyin.domain.quality import policies, queries
from zhiyin.domain.quality.models import Complaint, FeedbackRequest, Improvement
from zhiyin.domain.standards.queries import active
from zhiyin.engines.charts import Chart, bars
from zhiyin.kernel.errors import Invalid
from zhiyin.web.desk.views_cases_shared import day, key_of, moment, within
from zhiyin.web.surface import attempt, back, get_or_404, surface
from zhiyin.web.ui.formdata import parse


def _who(request: HttpRequest) -> Actor:
    who: Actor = request.actor  # type: ignore[attr-defined]
    return who


def columns(*rows: tuple[str, str], numbers: Sequence[str] = ()) -> list[dict[str, Any]]:
    """Columns of a plain table from ``(key, label)``, the first one the row's head."""
    plain = {"sort": "", "sort_url": "", "optional": False}
    return [
        {**plain, "key": key, "label": label, "num": key in numbers, "pin": index == 0}
        for index, (key, label) in enumerate(rows)
    ]


RATES = columns(
    ("name", "指导师"),
    ("asked", "已邀请"),
    ("answered", "已回复"),
    ("rate", "回复率"),
    ("overall", "平均分"),
    numbers=("asked", "answered", "rate", "overall"),
)
COMPLAINTS = columns(
    ("number", "受理号"),
    ("kind", "类别"),
    ("who", "提出人"),
    ("received", "收到"),
    ("state", "到哪一步"),
    ("due", "期限"),
    ("handler", "处理人"),
)


def rate_rows(rates: Iterable[queries.Response]) -> list[dict[str, Any]]:
    """Response per adviser as it is printed; a dash where nobody was asked or nobody answered."""
    return [
        {
            "name": row.adviser.user.name,
            "asked": row.asked,
            "answered": row.answered,
            "rate": "—" if row.rate is None else f"{row.rate:.0%}",
            "overall": "—" if row.overall is None else row.overall,
        }
        for row in rates
    ]


def tabs_of(request: HttpRequest, here: str) -> list[dict[str, Any]]:
    rows = (
        ("feedback", "反馈", "desk:quality"),
        ("improvements", "改进", "desk:improvements"),
        ("complaints", "投诉", "desk:complaints"),
        ("supervision", "监督", "desk:supervision"),
        ("reviews", "检查与整改", "desk:reviews"),
    )
    if not holds(_who(request), "quality.handle"):
        rows = rows[:3]
    return [{"label": label, "url": reverse(route), "current": key == here, "count": 0} for key, label, route in rows]


# -- feedback --------------------------------------------------------------------------------------------------------


def _trend(rows: Sequence[tuple[str, float, int]], best: int) -> Chart | None:
    """Mean overall score by month, None before the first answer."""
    if not rows:
        return None
    labels = [f"{month}（{count} 份）" for month, _, count in rows]
    return bars([mean for _, mean, _ in rows], labels, best, title="每月平均总体评分", key="satisfaction", unit="分")


@surface("staff", right="quality.read")
@require_safe
def quality(request: HttpRequest) -> HttpResponse:
    """Feedback without a result, the oldest first, and how many clients answer."""
    who = _who(request)
    today = timezone.localdate()
    since = today.replace(month=1, day=1)
    rates = queries.response_rates(who, since=since)
    asked, answered = sum(row.asked for row in rates), sum(row.answered for row in rates)
    scale = feedback_commands.form(who.organisation_id).field("overall").scale
    context = {
        "tabs": tabs_of(request, "feedback"),
        "may_handle": holds(who, "quality.handle"),
        "open": queries.open_feedback(who),
        "said": queries.said_of(who),
        "overdue": queries.overdue_feedback(who),
        "trend": _trend(queries.satisfaction_by_month(who), scale.high if scale else 10),
        "rates": rate_rows(rates),
        "rate_columns": RATES,
        "asked": asked,
        "answered": answered,
        "share": f"{answered / asked:.0%}" if asked else "—",
        "best": scale.high if scale else "",
        "year": today.year,
    }
    return render(request, "desk/office/quality.html", context)


def _feedback(request: HttpRequest, key: uuid.UUID) -> FeedbackRequest:
    related = ("person", "case__adviser__user", "case__organisation", "case__person", "handled_by__user")
    found: FeedbackRequest = get_or_404(policies.feedback_scope(_who(request)).select_related(*related), key)
    policies.require(_who(request), "quality.read", found)
    return found


def _feedback_page(
    request: HttpRequest, found: FeedbackRequest, act: str = "", typed: Any = None, errors: Any = None
) -> HttpResponse:
    """``act`` is the form whose errors are shown."""
    who = _who(request)
    note_reading(who, found, found.person_id, "查看服务对象的评价")
    context = {
        "crumbs": [{"label": "反馈与投诉", "url": reverse("desk:quality")}],
        "found": found,
        "named": policies.sees_name(who, found),
        "case_url": reverse("desk:case", args=[found.case_id]),
        "answers": queries.answered(found),
        "handling": found.handling or "",
        "improvements": list(found.improvements.select_related("owner__user")),
        "may_handle": policies.can(who, "quality.handle", found),
        "owners": [
            {"value": str(member.pk), "label": f"{member.user.name}（{member.get_role_display()}）"}
            for member in queries.possible_owners(who)
        ],
        "act": act,
        "typed": {"words": "", "action": "", "owner": "", "due_on": "", **(typed or {})},
        "errors": errors or {},
        "labels": {"words": "怎么处理的", "action": "改什么", "owner": "负责人", "due_on": "期限"},
    }
    return render(request, "desk/office/feedback.html", context, status=422 if errors else 200)


@surface("staff", right="quality.read")
@require_safe
def feedback(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One feedback: the answers, what was done about it, what is changed because of it."""
    return _feedback_page(request, _feedback(request, pk))


@surface("staff", right="quality.handle")
@require_POST
def feedback_handle(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _feedback(request, pk)
    typed = within(request.POST, "words")
    _, errors = attempt(request, "处理服务对象的评价", lambda: feedback_commands.handle_feedback(found, typed["words"]))
    if errors:
        return _feedback_page(request, found, "handle", typed, errors)
    return back(request, "desk:feedback", "处理结果已记下，这条反馈离开待办", found.pk)


@surface("staff", right="quality.handle")
@require_POST
def improvement_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _feedback(request, pk)
    typed = within(request.POST, "action", "owner", "due_on")

    def run() -> Improvement:
        owner = next((one for one in queries.possible_owners(_who(request)) if str(one.pk) == typed["owner"]), None)
        due_on = day(typed, "due_on")
        missing = {}
        if owner is None:
            missing["owner"] = ["请选择负责人"]
        if due_on is None:
            missing["due_on"] = ["请填写期限"]
        if owner is None or due_on is None:
            if not typed["action"].strip():
                missing["action"] = ["请写明改什么"]
            raise Invalid(missing)
        return feedback_commands.plan_improvement(found, typed["action"], owner, due_on)

    _, errors = attempt(request, "安排改进措施", run)
    if errors:
        return _feedback_page(request, found, "improve", typed, errors)
    return back(request, "desk:feedback", "改进措施已安排", found.pk)


# -- improvements ----------------------------------------------------------------------------------------------------


def _stand(row: Improvement) -> tuple[str, str]:
    """Tone and words of where an improvement stands."""
    late = (timezone.localdate() - row.due_on).days
    if row.verified_at is not None:
        return ("good", "已验证，有效") if row.effective else ("bad", "已验证，没有效果")
    if row.done_at is not None:
        return "soon", "已完成，待验证"
    return ("late", f"过期 {late} 天") if late > 0 else ("on", "进行中")


@surface("staff", right="quality.read")
@require_safe
def improvements(request: HttpRequest) -> HttpResponse:
    """What is being changed because of feedback, with the feedback it comes from and whether it helped."""
    rows = [
        {"row": row, "tone": tone, "words": words}
        for row in queries.improvements(_who(request))
        for tone, words in [_stand(row)]
    ]
    return render(request, "desk/office/improvements.html", {"rows": rows, "tabs": tabs_of(request, "improvements")})


def _improvement(request: HttpRequest, pk: uuid.UUID) -> Improvement:
    found = queries.improvement(_who(request), pk)
    if found is None:
        raise Http404("没有找到，或者不在您能查看的范围内")
    return found


def _improvement_page(request: HttpRequest, found: Improvement, typed: Any = None, errors: Any = None) -> HttpResponse:
    who = _who(request)
    tone, words = _stand(found)
    handles = holds(who, "quality.handle")
    context = {
        "crumbs": [{"label": "改进", "url": reverse("desk:improvements")}] if holds(who, "quality.read") else [],
        "found": found,
        "tone": tone,
        "words": words,
        "reads_source": policies.sees_name(who, found.feedback),
        "may_finish": found.verified_at is None and (handles or who.membership_id == found.owner_id),
        "may_verify": found.done_at is not None
        and found.verified_at is None
        and handles
        and who.membership_id != found.owner_id,
        "typed": {"result": found.result, "effective": "", "verification": "", **(typed or {})},
        "errors": errors or {},
        "labels": {"result": "做了什么", "effective": "有没有效果", "verification": "凭什么判断"},
        "verdicts": [{"value": "yes", "label": "有效"}, {"value": "no", "label": "没有效果"}],
    }
    return render(request, "desk/office/improvement.html", context, status=422 if errors else 200)


@surface("staff")
@require_safe
def improvement(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One improvement, for its owner and for those who handle feedback."""
    return _improvement_page(request, _improvement(request, pk))


@surface("staff")
@require_POST
def improvement_finish(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found, typed = _improvement(request, pk), within(request.POST, "result")
    _, errors = attempt(
        request, "填写改进完成情况", lambda: feedback_commands.finish_improvement(found, typed["result"])
    )
    if errors:
        return _improvement_page(request, found, typed, errors)
    return back(request, "desk:improvement", "完成情况已记下，等别人验证", found.pk)


@surface("staff", right="quality.handle")
@require_POST
def improvement_verify(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found, typed = _improvement(request, pk), within(request.POST, "effective", "verification")

    def run() -> Improvement:
        if typed["effective"] not in {"yes", "no"}:
            raise Invalid({"effective": ["请选择有没有效果"]})
        return feedback_commands.verify_improvement(found, typed["effective"] == "yes", typed["verification"])

    _, errors = attempt(request, "验证改进措施", run)
    if errors:
        return _improvement_page(request, found, typed, errors)
    return back(request, "desk:improvement", "验证结果已记下", found.pk)


# -- complaints ------------------------------------------------------------------------------------------------------


@surface("staff", right="quality.read")
@require_safe
def complaints(request: HttpRequest) -> HttpResponse:
    """Complaints, what is due first on top; closed ones on request."""
    everything = request.GET.get("show") == "all"
    context = {
        "tabs": tabs_of(request, "complaints"),
        "rows": queries.list_complaints(_who(request), open_only=not everything),
        "columns": COMPLAINTS,
        "views": [
            {"label": "未办结", "url": reverse("desk:complaints"), "current": not everything},
            {"label": "全部", "url": reverse("desk:complaints") + "?show=all", "current": everything},
        ],
        "everything": everything,
    }
    return render(request, "desk/office/complaints.html", context)


@surface("staff", right="quality.file")
def complaint_new(request: HttpRequest) -> HttpResponse:
    """Take a complaint down on the client's behalf; the address names the case by ``case`` or ``number``."""
    who = _who(request)
    cases = case_policies.scope(who).select_related("person", "organisation")
    number = request.GET.get("number", "").strip()
    if number:
        named = cases.filter(number__iexact=number).first()
        if named is None:
            messages.error(request, f"没有找到个案“{number[:40]}”，请核对个案号")
            return redirect("desk:complaints")
        return redirect(f"{reverse('desk:complaint_new')}?case={named.pk}")
    case = get_or_404(cases, key_of(request.GET.get("case", "")) or uuid.UUID(int=0))
    policies.require(who, "quality.file", case)
    definition = commands.form(commands.FORM, case.organisation_id)
    answers = parse(definition, request.POST) if request.method == "POST" else {}
    received = request.POST.get("happened_at", "")
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        filed, errors = attempt(
            request,
            "登记投诉",
            lambda: commands.file_complaint(case, answers, happened_at=moment(request.POST)),
        )
        if not errors:
            message = f"投诉已登记，受理号 {filed.number}，请告诉本人"
            if policies.scope(who).filter(pk=filed.pk).exists():
                return back(request, "desk:complaint", message, filed.pk)
            # with a hidden name it is out of sight of those who had a part in the case, whoever took it down
            return back(request, "desk:case", message, case.pk)
    context = {
        "case": case,
        "crumbs": [{"label": case.person.name, "url": reverse("desk:case", args=[case.pk])}],
        "form": definition,
        "answers": answers,
        "errors": errors,
        "codelists": active(case.organisation_id).codelists(),
        "received": received,
    }
    return render(request, "desk/office/complaint_new.html", context, status=422 if errors else 200)


def _complaint(request: HttpRequest, pk: uuid.UUID) -> queries.Page:
    found = queries.complaint_page(_who(request), pk)
    if found is None:
        raise Http404("没有找到，或者不在您能查看的范围内")
    policies.require(_who(request), "quality.read", found.row.complaint)
    return found


TYPED = ("words", "happened_at", "handler")


def _complaint_page(
    request: HttpRequest, page: queries.Page, act: str = "", typed: Any = None, errors: Any = None
) -> HttpResponse:
    who = _who(request)
    complaint = page.row.complaint
    note_reading(who, complaint, complaint.person_id, "查看投诉")
    agency = complaint.case.organisation_id
    definition = commands.form(commands.RESPONSE_FORM, agency)
    typed = typed or {}
    context = {
        "crumbs": [{"label": "投诉", "url": reverse("desk:complaints")}],
        "page": page,
        "complaint": complaint,
        "case_url": reverse("desk:case", args=[complaint.case_id]) if page.row.case_number else "",
        "handler": complaint.handler.user.name if complaint.handler else "",
        "mine": complaint.handler_id is not None and complaint.handler_id == who.membership_id,
        "eligible": [
            {"value": str(member.pk), "label": f"{member.user.name}（{member.get_role_display()}）"}
            for member in page.eligible
        ],
        "act": act,
        "typed": within(typed, *TYPED),
        "answers": parse(definition, typed) if act == "response" else {},
        "form": definition,
        "codelists": active(agency).codelists(),
        "errors": errors or {},
        "labels": {"words": "内容", "happened_at": "时间", "handler": "处理人"},
        "late_receipt": page.row.late_days if complaint.state in {"received", "appealed"} else 0,
        "late_answer": page.row.late_days if complaint.state in {"acknowledged", "investigated"} else 0,
    }
    return render(request, "desk/office/complaint.html", context, status=422 if errors else 200)


@surface("staff", right="quality.read")
@require_safe
def complaint(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One complaint: what was said, its stages, and the one act that comes next."""
    return _complaint_page(request, _complaint(request, pk))


def _assign(complaint: Complaint, request: HttpRequest) -> Complaint:
    chosen = next(
        (member for member in policies.eligible(complaint) if str(member.pk) == request.POST.get("handler")), None
    )
    if chosen is None:
        raise Invalid({"handler": ["请选择处理人"]})
    return commands.assign_complaint(complaint, chosen)


def _words(request: HttpRequest) -> str:
    return request.POST.get("words", "")


# act → (reason for the log, what is told afterwards, the command)
ACTS: dict[str, tuple[str, str, Callable[[Complaint, HttpRequest], Any]]] = {
    "assign": ("指定投诉处理人", "处理人已定", _assign),
    "acknowledge": (
        "告知投诉受理",
        "已记为受理告知",
        lambda found, request: commands.acknowledge(found, _words(request), happened_at=moment(request.POST)),
    ),
    "investigate": (
        "登记投诉调查",
        "调查情况已记下",
        lambda found, request: commands.investigate(found, _words(request), happened_at=moment(request.POST)),
    ),
    "answer": (
        "答复投诉",
        "答复已记下，请送达本人",
        lambda found, request: commands.answer(found, _words(request), happened_at=moment(request.POST)),
    ),
    "response": (
        "登记本人对答复的意见",
        "本人意见已记下",
        lambda found, request: commands.record_response(
            found, parse(commands.form(commands.RESPONSE_FORM), request.POST), happened_at=moment(request.POST)
        ),
    ),
    "appeal": (
        "登记复核申请",
        "已登记复核申请，换一位处理人来办",
        lambda found, request: commands.appeal(found, _words(request), happened_at=moment(request.POST)),
    ),
    "close": (
        "投诉办结",
        "这件投诉已办结",
        lambda found, request: commands.close(found, _words(request), happened_at=moment(request.POST)),
    ),
}


@surface("staff", right="quality.handle")
@require_POST
def complaint_act(request: HttpRequest, pk: uuid.UUID, act: str) -> HttpResponse:
    """Do one act of the handling; which may follow which is the command's rule."""
    page = _complaint(request, pk)
    if act not in ACTS:
        raise Http404("没有这一步")
    reason, told, run = ACTS[act]
    _, errors = attempt(request, reason, lambda: run(page.row.complaint, request))
    if errors:
        return _complaint_page(request, page, act, request.POST, errors)
    return back(request, "desk:complaint", told, pk)
