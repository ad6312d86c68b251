"""The plan: goals, activities, what answers which need; written, agreed, adjusted, carried out."""

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from zhiyin.domain.casework import plan, queries
from zhiyin.domain.casework.models import Activity, Case, Goal
from zhiyin.domain.documents import queries as documents
from zhiyin.domain.documents.states import IN_FORCE
from zhiyin.kernel.errors import Invalid
from zhiyin.web.desk.views_cases_agreement import editor_errors, editors, posted_texts
from zhiyin.web.desk.views_cases_shared import day, frame, key_of, load, moment, options
from zhiyin.web.links import check_base
from zhiyin.web.surface import attempt, back, get_or_404, surface

WHO = [
    {"value": "client", "label": "本人"},
    {"value": "adviser", "label": "指导师"},
    {"value": "both", "label": "一起"},
]


@dataclass(frozen=True)
class Box:
    """One field of a small form."""

    name: str
    label: str
    value: Any = ""
    type: str = "text"
    help: str = ""
    required: bool = False
    options: Sequence[dict[str, str]] = ()
    placeholder: str = ""
    size: str = ""


def edit_page(
    request: HttpRequest,
    case: Case,
    tab: str,
    *,
    title: str,
    boxes: list[Box],
    errors: dict[str, list[str]],
    submit: str,
    cancel: str,
    lead: str = "",
) -> HttpResponse:
    """A page with one small form; what was typed comes back with the errors."""
    posted = request.POST
    rows = [
        {
            "box": box,
            "value": posted.get(box.name, box.value) if posted else box.value,
            "errors": errors.get(box.name, []),
        }
        for box in boxes
    ]
    context = {
        **frame(request, case, tab),
        "form_title": title,
        "form_lead": lead,
        "rows": rows,
        "errors": errors,
        "labels": {box.name: box.label for box in boxes},
        "submit_label": submit,
        "cancel_url": cancel,
    }
    return render(request, "desk/cases/edit.html", context, status=422 if errors else 200)


def _page(
    request: HttpRequest,
    case: Case,
    typed: dict[str, str] | None = None,
    errors: dict[str, list[str]] | None = None,
    reason: str = "",
) -> HttpResponse:
    found = queries.plan(case)
    paper = plan.plan_of(case)
    page = documents.page(paper.pk, request.actor) if paper is not None else None  # type: ignore[attr-defined]
    boxes = editors(page, typed or {}, errors or {}) if page is not None else []
    kinds = {row["value"]: row["label"] for row in options("activity-kind")}
    modes = {row["value"]: row["label"] for row in options("session-mode")}
    numbers = {need.pk: f"需{n}" for n, need in enumerate(found["needs"], 1)}
    today = timezone.localdate()
    goals = [
        {
            "goal": goal,
            "activities": [
                {
                    "activity": activity,
                    "kind": kinds.get(activity.kind, activity.kind),
                    "mode": modes.get(activity.mode, ""),
                    "need": numbers.get(activity.need_id, ""),
                    "late": activity.state == "planned" and activity.due_on is not None and activity.due_on < today,
                }
                for activity in goal.activities.all()
            ],
        }
        for goal in found["goals"]
    ]
    agreed = page is not None and page.state in IN_FORCE
    context = {
        **frame(request, case, "plan"),
        "goals": goals,
        "done_share": _done_share(goals),
        "unfounded": found["unfounded"],
        "next_goal": found["next_goal"],
        "versions": found["versions"],
        "needs": found["needs"],
        "unanswered": found["unanswered"],
        "bare": [
            row["goal"].title for row in goals if all(a["activity"].state == "cancelled" for a in row["activities"])
        ],
        "page": page,
        "agreed": agreed,
        "written": page is not None and not agreed,
        "boxes": boxes if not agreed else [],
        "errors": editor_errors(errors or {}),
        "labels": {box["name"]: box["label"] for box in boxes},
        "reason": reason,
        "columns": [
            {"key": key, "label": label, "num": False, "pin": False, "sort": "", "sort_url": "", "optional": False}
            for key, label in (
                ("what", "做什么"),
                ("who", "谁来做"),
                ("due", "期限"),
                ("how", "怎样算完成"),
                ("state", "状态"),
                ("act", "操作"),
            )
        ],
    }
    return render(request, "desk/cases/plan.html", context, status=422 if errors else 200)


def _done_share(goals: Sequence[dict[str, Any]]) -> tuple[int, int, str] | None:
    """Activities done, activities that stand, their share in words; None before there are any."""
    states = [line["activity"].state for row in goals for line in row["activities"]]
    standing = [state for state in states if state != Activity.State.CANCELLED]
    done = standing.count(Activity.State.DONE)
    return (done, len(standing), f"{done / len(standing):.0%}") if standing else None


@surface("staff", right="documents.read")
@require_safe
def show(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Goals with their activities; needs that nothing answers yet stand at the top."""
    return _page(request, load(request, pk))


def _to_plan(case: Case) -> str:
    return reverse("desk:case_plan", args=[case.pk])


@surface("staff", right="casework.work")
def goal(request: HttpRequest, pk: uuid.UUID, goal_id: uuid.UUID | None = None) -> HttpResponse:
    """Add or change a goal."""
    case = load(request, pk, "casework.work")
    standing: Goal | None = get_or_404(case.goals.all(), goal_id) if goal_id else None
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        posted = request.POST
        _, errors = attempt(
            request,
            "写方案目标",
            lambda: plan.set_goal(
                case,
                title=posted.get("title", ""),
                measure=posted.get("measure", ""),
                due_on=day(posted, "due_on"),
                basis=posted.get("basis", ""),
                goal=standing,
            ),
        )
        if not errors:
            return back(request, "desk:case_plan", "目标已保存", case.pk)
    boxes = [
        Box("title", "目标", standing.title if standing else "", required=True, placeholder="例：定下一个学习方向"),
        Box(
            "measure",
            "做到什么样算达成",
            standing.measure if standing else "",
            required=True,
            help="写看得见的结果，到期一看就知道成没成。",
        ),
        Box(
            "due_on",
            "期限",
            standing.due_on.isoformat() if standing and standing.due_on else "",
            "date",
            required=True,
            size="s",
        ),
        Box(
            "basis",
            "依据",
            standing.basis if standing else "",
            help="来自需求调查、环境分析、测评或会谈里的哪一条。",
        ),
    ]
    title = "改目标" if standing else "加一个目标"
    return edit_page(
        request, case, "plan", title=title, boxes=boxes, errors=errors, submit="保存目标", cancel=_to_plan(case)
    )


@surface("staff", right="casework.work")
def activity(request: HttpRequest, pk: uuid.UUID, activity_id: uuid.UUID | None = None) -> HttpResponse:
    """Add or change a planned activity."""
    case = load(request, pk, "casework.work")
    standing: Activity | None = get_or_404(case.activities.all(), activity_id) if activity_id else None
    goals, needs = list(case.goals.all()), list(case.needs.all())
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        _, errors = attempt(request, "安排活动", lambda: _set_activity(request, case, goals, needs, standing))
        if not errors:
            return back(request, "desk:case_plan", "活动已保存", case.pk)
    first = goals[0].pk if goals else ""
    boxes = [
        Box("title", "做什么", standing.title if standing else "", required=True, placeholder="例：到养老院看半天"),
        Box(
            "kind",
            "类别",
            standing.kind if standing else "",
            "select",
            required=True,
            options=options("activity-kind"),
            size="m",
        ),
        Box(
            "goal",
            "服务于哪个目标",
            str(standing.goal_id) if standing else request.GET.get("goal", str(first)),
            "select",
            required=True,
            options=[{"value": str(row.pk), "label": row.title} for row in goals],
        ),
        Box(
            "need",
            "对应哪个需要",
            str(standing.need_id or "") if standing else request.GET.get("need", ""),
            "select",
            options=[{"value": str(row.pk), "label": f"需{n}：{row.text}"} for n, row in enumerate(needs, 1)],
            help="没有活动对应的需要会在方案里列出来，并要写明为什么。",
        ),
        Box("who", "谁来做", standing.who if standing else "", "radio", required=True, options=WHO),
        Box("mode", "方式", standing.mode if standing else "", "select", options=options("session-mode"), size="m"),
        Box(
            "due_on",
            "期限",
            standing.due_on.isoformat() if standing and standing.due_on else "",
            "date",
            required=True,
            size="s",
        ),
        Box(
            "criterion",
            "怎样算完成",
            standing.criterion if standing else "",
            placeholder="例：看过，写下三个问题的答案",
        ),
    ]
    title = "改活动" if standing else "加一个活动"
    return edit_page(
        request, case, "plan", title=title, boxes=boxes, errors=errors, submit="保存活动", cancel=_to_plan(case)
    )


def _set_activity(
    request: HttpRequest, case: Case, goals: list[Goal], needs: list[Any], standing: Activity | None
) -> Activity:
    posted = request.POST
    chosen = next((row for row in goals if str(row.pk) == posted.get("goal")), None)
    if chosen is None:
        raise Invalid({"goal": ["请选择目标；还没有目标，请先写目标"]})
    return plan.set_activity(
        case,
        goal=chosen,
        need=next((row for row in needs if str(row.pk) == posted.get("need")), None),
        kind=posted.get("kind", ""),
        title=posted.get("title", ""),
        who=posted.get("who", ""),
        mode=posted.get("mode", ""),
        criterion=posted.get("criterion", ""),
        due_on=day(posted, "due_on"),
        activity=standing,
    )


def _run(
    request: HttpRequest, case: Case, reason: str, run: Callable[[], Any], done: str, typed_reason: str = ""
) -> HttpResponse:
    typed = posted_texts(request)
    _, errors = attempt(request, reason, run)
    if errors:
        return _page(request, case, typed, errors, typed_reason)
    return back(request, "desk:case_plan", done, case.pk)


@surface("staff", right="casework.work")
@require_POST
def drop(request: HttpRequest, pk: uuid.UUID, activity_id: uuid.UUID) -> HttpResponse:
    case = load(request, pk)
    found: Activity = get_or_404(case.activities.select_related("case"), activity_id)
    return _run(request, case, "删去活动", lambda: plan.drop_activity(found), "活动已从方案里删去")


@surface("staff", right="casework.work")
@require_POST
def write(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Write the plan down, or write it anew with the adviser's texts."""
    case = load(request, pk)
    texts = posted_texts(request)
    return _run(
        request,
        case,
        "写服务方案",
        lambda: plan.draft_plan(case, editable=texts or None),
        "方案已写好，请和本人一起看，同意了再按“商定”",
    )


@surface("staff", right="casework.work")
@require_POST
def agree(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    case = load(request, pk)
    base = check_base(request)
    return _run(
        request, case, "商定服务方案", lambda: plan.agree_plan(case, check_base=base), "方案已商定，可以打印给本人"
    )


@surface("staff", right="casework.work")
@require_POST
def adjust(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    case = load(request, pk)
    reason = request.POST.get("reason", "")
    return _run(
        request, case, "调整服务方案", lambda: plan.reopen_plan(case, reason), "方案已打开，改好后重新商定", reason
    )


# -- carrying it out -------------------------------------------------------------------------------------------------


@surface("staff", right="casework.work")
def finish(request: HttpRequest, pk: uuid.UUID, activity_id: uuid.UUID) -> HttpResponse:
    """Note the result of an activity, or that it is called off."""
    case = load(request, pk, "casework.work")
    found: Activity = get_or_404(case.activities.select_related("case", "goal"), activity_id)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        off = request.POST.get("outcome") == "cancelled"

        def run() -> Activity:
            words = request.POST.get("result", "")
            if off:
                return plan.cancel_activity(found, words)
            return plan.finish_activity(found, words, happened_at=moment(request.POST))

        _, errors = attempt(request, "取消活动" if off else "完成活动", run)
        if not errors:
            return back(request, "desk:case_plan", "已记为取消" if off else "已记下结果", case.pk)
    outcomes = [{"value": "done", "label": "做了"}, {"value": "cancelled", "label": "不做了"}]
    boxes = [
        Box("outcome", "做了没有", "done", "radio", required=True, options=outcomes),
        Box("result", "结果，或者不做的原因", "", "textarea", required=True, help="一两句话，本人也看得到。"),
        Box("happened_at", "什么时候做的", "", "datetime-local", help="留空就是现在；补登请填实际的时间。", size="m"),
    ]
    return edit_page(
        request,
        case,
        "plan",
        title=f"记结果：{found.title}",
        lead=f"目标：{found.goal.title}。怎样算完成：{found.criterion or '没有写明'}。",
        boxes=boxes,
        errors=errors,
        submit="保存结果",
        cancel=_to_plan(case),
    )


@surface("staff", right="casework.work")
def unplanned(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Add work that the agreed plan did not foresee, with the reason."""
    case = load(request, pk, "casework.work")
    goals = list(case.goals.all())
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        posted = request.POST
        chosen = key_of(posted.get("goal", ""))
        _, errors = attempt(
            request,
            "添加计划外的事",
            lambda: plan.add_unplanned(
                case,
                title=posted.get("title", ""),
                kind=posted.get("kind", ""),
                who=posted.get("who", ""),
                due_on=day(posted, "due_on"),
                reason=posted.get("unplanned_reason", ""),
                goal=next((row for row in goals if row.pk == chosen), None),
            ),
        )
        if not errors:
            return back(request, "desk:case_plan", "已加进要做的事", case.pk)
    boxes = [
        Box("title", "做什么", required=True),
        Box("unplanned_reason", "为什么要加", "", required=True, help="商定的方案里没有这一项，写明原因以后查得到。"),
        Box("kind", "类别", "", "select", required=True, options=options("activity-kind"), size="m"),
        Box(
            "goal",
            "服务于哪个目标",
            str(goals[0].pk) if goals else "",
            "select",
            options=[{"value": str(row.pk), "label": row.title} for row in goals],
        ),
        Box("who", "谁来做", "", "radio", required=True, options=WHO),
        Box("due_on", "期限", "", "date", required=True, size="s"),
    ]
    return edit_page(
        request,
        case,
        "plan",
        title="加一件计划外的事",
        boxes=boxes,
        errors=errors,
        submit="添加",
        cancel=_to_plan(case),
    )
