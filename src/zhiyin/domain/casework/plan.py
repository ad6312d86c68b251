"""The service plan: goals, activities that serve them and answer needs, and what became of each."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.casework import policies
from zhiyin.domain.casework.contexts import plan_context
from zhiyin.domain.casework.events import machine_time, record_event
from zhiyin.domain.casework.intake import goal_data
from zhiyin.domain.casework.models import Activity, Case, CasePaper, Goal, Need
from zhiyin.domain.documents import commands as documents
from zhiyin.domain.documents.models import Document
from zhiyin.domain.documents.states import IN_FORCE, State
from zhiyin.kernel.errors import Conflict, Invalid, NotReady
from zhiyin.kernel.serves import serves
from zhiyin.packs.installed import registry

TEMPLATE = "service-plan"


def plan_of(case: Case) -> Document | None:
    """The plan document that stands."""
    paper = (
        CasePaper.objects.filter(case=case, step="plan")
        .exclude(document__state=State.REVOKED)
        .select_related("document__person", "document__organisation")
        .order_by("-document__created_at")
        .first()
    )
    return paper.document if paper else None


def _open_for_planning(case: Case) -> None:
    plan = plan_of(case)
    if plan is not None and plan.state in IN_FORCE:
        raise Conflict("方案已经商定。要改目标或活动，请先“调整方案”并写明原因")


@command("casework.set_goal")
def set_goal(
    case: Case,
    *,
    title: str,
    measure: str = "",
    due_on: date | None = None,
    basis: str = "",
    goal: Goal | None = None,
) -> Goal:
    """Add or change a goal while the plan is open. A goal says how one will know that it was reached."""
    policies.require(actor(), "casework.work", case)
    _open_for_planning(case)
    errors: dict[str, list[str]] = {}
    if not title.strip():
        errors["title"] = ["请写明目标"]
    if not measure.strip():
        errors["measure"] = ["请写明做到什么样算达成"]
    if due_on is None:
        errors["due_on"] = ["请定一个期限"]
    if errors:
        raise Invalid(errors)
    if goal is None:
        goal = Goal(case=case, position=case.goals.count())
    goal.title, goal.measure, goal.due_on, goal.basis = title.strip(), measure.strip(), due_on, basis.strip()
    goal.save()
    record("casework.goal_set", goal, person=case.person_id, case=str(case.pk))
    return goal


@command("casework.set_activity")
def set_activity(
    case: Case,
    *,
    goal: Goal,
    kind: str,
    title: str,
    who: str,
    due_on: date | None,
    need: Need | None = None,
    mode: str = "",
    criterion: str = "",
    activity: Activity | None = None,
) -> Activity:
    """Add or change a planned activity. It serves a goal and should answer a need; needs left over are listed."""
    policies.require(actor(), "casework.work", case)
    _open_for_planning(case)
    return _store_activity(
        case,
        activity or Activity(case=case, position=case.activities.count()),
        {
            "goal": goal,
            "need": need,
            "kind": kind,
            "title": title.strip(),
            "who": who,
            "due_on": due_on,
            "mode": mode,
            "criterion": criterion.strip(),
        },
    )


def _store_activity(case: Case, activity: Activity, values: dict[str, Any]) -> Activity:
    errors: dict[str, list[str]] = {}
    kinds = {value.value for value in registry().get("codelist", "activity-kind").values}
    if values["kind"] not in kinds:
        errors["kind"] = ["请选择活动类别"]
    if not values["title"]:
        errors["title"] = ["请写明做什么"]
    if values["who"] not in {"client", "adviser", "both"}:
        errors["who"] = ["请选择谁来做"]
    if values["due_on"] is None:
        errors["due_on"] = ["请定一个期限"]
    if values["goal"].case_id != case.pk or (values["need"] is not None and values["need"].case_id != case.pk):
        errors["goal"] = ["目标和需求须属于这个个案"]
    if errors:
        raise Invalid(errors)
    for name, value in values.items():
        setattr(activity, name, value)
    activity.save()
    record("casework.activity_set", activity, person=case.person_id, case=str(case.pk), kind=activity.kind)
    return activity


@command("casework.drop_activity")
def drop_activity(activity: Activity) -> None:
    """Take a planned activity off an open plan."""
    case = activity.case
    policies.require(actor(), "casework.work", case)
    _open_for_planning(case)
    record("casework.activity_dropped", activity, person=case.person_id, case=str(case.pk))
    activity.delete()


def activity_data(case: Case) -> list[dict[str, Any]]:
    """Planned activities as the engine reads them from an event."""
    rows = case.activities.exclude(state=Activity.State.CANCELLED)
    return [{"id": str(row.pk), "title": f"活动{index}"} for index, row in enumerate(rows, start=1)]


@serves("SVC-5.3")
@command("casework.draft_plan")
def draft_plan(
    case: Case, *, editable: Mapping[str, str] | None = None, happened_at: datetime | None = None
) -> Document:
    """Write the plan down. Every goal needs at least one activity; the document lists the needs not yet answered.

    ``editable`` are the adviser's texts, among them why a need is left open.
    """
    policies.require(actor(), "casework.work", case)
    _open_for_planning(case)
    goals = list(case.goals.prefetch_related("activities"))
    if not goals:
        raise NotReady("方案里还没有目标", ["目标"])
    cancelled = Activity.State.CANCELLED
    bare = [goal.title for goal in goals if all(a.state == cancelled for a in goal.activities.all())]
    if bare:
        raise NotReady("这些目标还没有活动：" + "、".join(bare), bare)
    standing = plan_of(case)
    if standing is None:
        document = documents.draft(
            case.organisation,
            case.person,
            TEMPLATE,
            plan_context(case),
            case_id=case.pk,
            happened_at=machine_time(happened_at),
        )
        CasePaper.objects.create(case=case, step="plan", document=document)
    else:
        document = documents.change(standing, standing.version, context=plan_context(case))
    if editable:
        document = documents.change(document, document.version, editable=editable)
    record_event(case, "plan.drafted", happened_at=happened_at, data=_plan_data(case, document))
    return document


def _plan_data(case: Case, document: Document) -> dict[str, Any]:
    return {"document": str(document.pk), "activities": activity_data(case), "goals": goal_data(case)}


@command("casework.agree_plan")
def agree_plan(case: Case, *, happened_at: datetime | None = None, check_base: str = "") -> Document:
    """The client agreed to the plan as written; it is issued (``check_base`` as there) and the work begins."""
    policies.require(actor(), "casework.work", case)
    document = plan_of(case)
    if document is None or document.state in IN_FORCE:
        raise NotReady("请先写好方案", ["plan.drafted"])
    document = documents.change(document, document.version, context=plan_context(case))
    record_event(case, "plan.agreed", happened_at=happened_at, data=_plan_data(case, document))
    return documents.issue(document, check_base=check_base, happened_at=machine_time(happened_at))


@command("casework.reopen_plan")
def reopen_plan(case: Case, reason: str) -> Document:
    """Adjust an agreed plan: the old document stays, a new draft supersedes it, the step is open again."""
    policies.require(actor(), "casework.work", case)
    if not reason.strip():
        raise Invalid({"reason": ["请写明为什么调整"]})
    standing = plan_of(case)
    if standing is None or standing.state not in IN_FORCE:
        raise NotReady("方案还没有商定，直接改就可以", ["plan.agreed"])
    document = documents.supersede(standing)
    CasePaper.objects.create(case=case, step="plan", document=document, reason=reason.strip()[:300])
    record("casework.plan_reopened", case, reason=reason.strip(), document=str(document.pk))
    record_event(case, "plan.changed", data=_plan_data(case, document))
    return document


# -- carrying it out -------------------------------------------------------------------------------------------------


@serves("SVC-5.4")
@command("casework.finish_activity")
def finish_activity(activity: Activity, result: str, *, happened_at: datetime | None = None) -> Activity:
    """Note that an activity was carried out: when, by whom, with what result."""
    case = activity.case
    who = actor()
    if who.kind == "client":
        policies.require(who, "casework.read", case)
        if activity.who == "adviser":
            raise Invalid("这一项由指导师来完成")
    else:
        policies.require(who, "casework.work", case)
    activity = Activity.objects.select_for_update(of=("self",)).select_related("case").get(pk=activity.pk)
    if activity.state != Activity.State.PLANNED:
        raise Conflict("这一项已经有了结果")
    if not result.strip():
        raise Invalid({"result": ["请写一句结果"]})
    event = record_event(case, "activity.done", happened_at=happened_at, data={"activity": str(activity.pk)})
    activity.state, activity.result, activity.done_at = Activity.State.DONE, result.strip(), event.happened_at
    activity.save(update_fields=["state", "result", "done_at"])
    return activity


@command("casework.cancel_activity")
def cancel_activity(activity: Activity, reason: str) -> Activity:
    case = activity.case
    policies.require(actor(), "casework.work", case)
    if activity.state != Activity.State.PLANNED:
        raise Conflict("这一项已经有了结果")
    if not reason.strip():
        raise Invalid({"result": ["请写明取消的原因"]})
    event = record_event(case, "activity.cancelled", data={"activity": str(activity.pk)})
    activity.state, activity.result, activity.done_at = Activity.State.CANCELLED, reason.strip(), event.happened_at
    activity.save(update_fields=["state", "result", "done_at"])
    return activity


@command("casework.add_unplanned")
def add_unplanned(
    case: Case,
    *,
    title: str,
    kind: str,
    who: str,
    due_on: date | None,
    reason: str,
    goal: Goal | None = None,
) -> Activity:
    """Work that the agreed plan did not foresee needs a reason (SVC-5.4)."""
    policies.require(actor(), "casework.work", case)
    if not reason.strip():
        raise Invalid({"unplanned_reason": ["方案里没有这一项，请写明原因"]})
    chosen = goal or case.goals.first()
    if chosen is None:
        raise NotReady("先有目标，才能添加活动", ["目标"])
    activity = Activity(case=case, position=case.activities.count(), unplanned_reason=reason.strip())
    return _store_activity(
        case,
        activity,
        {"goal": chosen, "need": None, "kind": kind, "title": title.strip(), "who": who, "due_on": due_on},
    )


@command("casework.judge_goal")
def judge_goal(goal: Goal, attainment: str, note: str = "") -> Goal:
    """Judge at closing whether a goal was reached, partly or not. A judgement made is not edited after closing."""
    case = goal.case
    policies.require(actor(), "casework.work", case)
    if attainment not in Goal.Attainment.values:
        raise Invalid({"attainment": ["请选择已达成、部分达成或未达成"]})
    if attainment != Goal.Attainment.REACHED and not note.strip():
        raise Invalid({"judged_note": ["没有全部达成的，请写明差在哪里、接下来怎么办"]})
    if case.closed_at is not None:
        raise Conflict("个案已经结束，评定不再更改")
    goal.attainment, goal.judged_note, goal.judged_at = attainment, note.strip(), timezone.now()
    goal.save(update_fields=["attainment", "judged_note", "judged_at"])
    record("casework.goal_judged", goal, person=case.person_id, case=str(case.pk), attainment=attainment)
    return goal
