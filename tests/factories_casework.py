"""Cases for tests, brought to any step by the commands themselves."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from tests import factories, factories_clients
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit import acting as acting_module
from zhiyin.domain.audit.acting import Actor, acting
from zhiyin.domain.casework import agreement, delivery, intake, plan
from zhiyin.domain.casework.models import Activity, Case
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.people.models import Person
from zhiyin.domain.people.queries import guardians_deciding, person_actor

INTAKE: dict[str, Any] = {
    "reason": "厂里裁员，想知道自己这个年纪还能干什么",
    "service_kind": "planning",
    "heard_from": "self",
    "expectation": "定下一个能学、学完本地有岗位的方向",
    "urgency": "calm",
    "safety_concern": "none",
    "contact_mode": ["phone"],
}
NEEDS: dict[str, Any] = {
    "employment_status": "unemployed",
    "education_level": "vocational",
    "value_first": "helping",
    "goals": [{"title": "定下一个学习方向", "measure": "报上名", "expected_on": "2090-06-30"}],
    "needs": [{"kind": "direction", "text": "不知道四十岁还能学什么"}],
    "expectation": "有人帮我理一理",
    "summary": "在药店做了十七年，店关了，想学护理。",
}
ENVIRONMENT: dict[str, Any] = {
    "parts": ["family"],
    "left_out_reason": "别的方面本人还没有想好",
    "family_supports": "爱人支持再学半年",
    "family_limits": "下午要接孩子",
    "family_effect": "课要排在上午",
    "family_source": "本人讲述",
}
SESSION: dict[str, Any] = {
    "topic": "比较三个方向",
    "facts": "他说最喜欢给人讲用药",
    "assessment": "愿意帮人、做事细，依据是工作经历",
    "advice": "带上三个问题去看，回来再定",
    "referral": "none",
    "confidentiality": "ordinary",
}
CLOSING: dict[str, Any] = {
    "outcome": "training",
    "training_name": "养老护理员初级班",
    "started_on": "2026-05-06",
    "reason": "completed",
    "summary": "做了现场体验和报名",
    "followup_consent": "willing",
    "followup_contact": "原来登记的电话",
}
FOLLOW_UP: dict[str, Any] = {
    "mode": "phone",
    "contact_result": "reached",
    "status": "employed",
    "post": "养老院护理员",
    "next_step": "none",
}
FEEDBACK: dict[str, Any] = {"overall": 9}
COMPLAINT: dict[str, Any] = {
    "kind": "delay",
    "what_happened": "约好周三上午，到了没人",
    "wanted": "换一位指导师",
    "contact_wish": "online",
}
ADVICE = {
    "results_note": "本人不做测评；从做过的事看，愿意照顾人。",
    "advice_positioning": "可以先往照护方向走。",
    "advice_ability": "先学基础照护。",
    "advice_path": "三个月内拿证。",
    "advice_training": "报名养老护理员初级班。",
}


@contextmanager
def working(case: Case, who: Actor | None = None) -> Iterator[None]:
    """Act as the case's adviser (or ``who``), unless the test acts already."""
    if acting_module.current() is not None:
        yield
        return
    with acting(who or factories.who(case.adviser), "办理个案"):
        yield


def case(
    *,
    adviser: Membership | None = None,
    person: Person | None = None,
    file: ClientFile | None = None,
    service_kind: str = "planning",
    opened: datetime | None = None,
) -> Case:
    """An open case on a file with all consents, led by ``adviser`` (a new one of a new agency by default).

    ``opened`` may lie in the past; a minor gets a guardian.
    """
    adviser = adviser or factories.member(file.organisation if file else factories.agency())
    if file is None:
        responsible = adviser if adviser.role == Role.ADVISER else None
        file = factories_clients.client_file(person, adviser.organisation, responsible)
    if acting_module.current() is not None:
        return intake.open_case(file, service_kind=service_kind, adviser=adviser, happened_at=opened)
    with acting(factories.who(adviser), "建立个案"):
        return intake.open_case(file, service_kind=service_kind, adviser=adviser, happened_at=opened)


def client_of(case: Case) -> Actor:
    """The client of the case acting in person."""
    return person_actor(case.person, case.organisation_id)


def supervisor_of(case: Case) -> Membership:
    """A further member of the case's agency who may sign off and handle complaints."""
    return factories.member(case.organisation, Role.SUPERVISOR)


# -- the steps: each leaves the case at the next one -------------------------------------------------------------------


def do_intake(case: Case, at: datetime | None = None) -> None:
    intake.submit_form(case, "intake", INTAKE, happened_at=at)


def do_needs(case: Case, at: datetime | None = None) -> None:
    intake.submit_form(case, "needs-survey", NEEDS, happened_at=at)


def draft_agreement(case: Case, at: datetime | None = None) -> None:
    agreement.draft_agreement(case, happened_at=at)


def sign(case: Case, role: str) -> Any:
    """One party types the name at the counter."""
    name = {"client": case.person.name, "agency": case.adviser.user.name}.get(role, "")
    guardian = None
    if role == "guardian":
        guardian = guardians_deciding(case.person, timezone.localdate())[0]
        name = guardian.name
    return agreement.sign_agreement(case, role, "typed", name=name, guardian=guardian)


def do_agreement(case: Case, at: datetime | None = None) -> None:
    draft_agreement(case, at)
    for role in agreement.signers(case):
        sign(case, role)


def make_plan(case: Case) -> list[Activity]:
    """One activity for every need, all for the first goal; the plan is not written down yet."""
    goal = case.goals.all()[0]
    return [
        plan.set_activity(
            case,
            goal=goal,
            need=need,
            kind="visit",
            title=f"到养老院看半天（{position}）",
            who="both",
            mode="face",
            criterion="看过，写下三个问题的答案",
            due_on=timezone.localdate() + timedelta(days=14),
        )
        for position, need in enumerate(case.needs.all(), start=1)
    ]


def do_plan(case: Case, at: datetime | None = None) -> None:
    make_plan(case)
    plan.draft_plan(case, happened_at=at)
    plan.agree_plan(case, happened_at=at)


def do_delivery(case: Case, at: datetime | None = None) -> None:
    """Every activity carried out, one session held, the report begun."""
    from zhiyin.domain.planning import reports

    delivery.hold_session(case, SESSION, happened_at=at or timezone.now(), minutes=60, mode="face")
    for activity in case.activities.filter(state=Activity.State.PLANNED):
        plan.finish_activity(activity, "看过了，愿意做", happened_at=at)
    reports.draft_report(case, happened_at=at)


def do_report(case: Case, at: datetime | None = None) -> None:
    """Written, issued on the adviser's own responsibility (grade three and above), handed over."""
    from zhiyin.domain.planning import reports

    document = reports.report_of(case)
    assert document is not None
    reports.edit_report(case, document.version, ADVICE)
    reports.issue_report(case)
    reports.hand_over_report(case)


def do_closing(case: Case, at: datetime | None = None) -> None:
    for goal in case.goals.filter(attainment=""):
        plan.judge_goal(goal, "reached")
    delivery.close_case(case, CLOSING, happened_at=at)


def do_follow_ups(case: Case, at: datetime | None = None) -> None:
    for name in ("day30", "day90", "day180"):
        delivery.follow_up(case, name, FOLLOW_UP, happened_at=at)


STEPS: dict[str, Callable[..., None]] = {
    "intake": do_intake,
    "needs": do_needs,
    "agreement": do_agreement,
    "plan": do_plan,
    "delivery": do_delivery,
    "report": do_report,
    "closing": do_closing,
    "followup": do_follow_ups,
}


def walk_to(case: Case, step: str) -> Case:
    """Bring ``case`` to ``step``: everything before it is done, the step itself is not.

    ``step`` is intake, needs, agreement, plan, delivery, report, closing, followup (the service is closed), or ended
    (followed up and judged by the client). Begins where the case stands; does nothing when it stands further.
    """
    names = [*STEPS, "ended"]
    stage = "ended" if case.status == "ended" else case.stage
    with working(case):
        for name in names[names.index(stage) : names.index(step)]:
            STEPS[name](case)
    if step == "ended" and case.status != "ended":
        answer_feedback(case)
    case.refresh_from_db()
    return case


def answer_feedback(case: Case, raw: dict[str, Any] | None = None) -> Any:
    """The client answers by a fresh link."""
    from zhiyin.domain.quality import feedback, queries

    with working(case):
        request, token = feedback.request_feedback(case)
    with acting(queries.link_actor(request), "评价"):
        return feedback.answer_feedback(token, raw or FEEDBACK)
