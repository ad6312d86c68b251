"""What the agreement and the plan are filled with; the report adds its own part in planning."""

from datetime import date
from typing import Any

from zhiyin.domain.casework.intake import latest
from zhiyin.domain.casework.models import Activity, Case
from zhiyin.domain.clients.facts import facts
from zhiyin.kernel.dates import chinese_date
from zhiyin.packs.installed import registry

WHO = {"client": "你", "adviser": "指导师", "both": "一起"}


def _label(codelist: str, code: str) -> str:
    values = registry().get("codelist", codelist).values
    return next((value.label for value in values if value.value == code), code)


def _day(day: date | None) -> str:
    return chinese_date(day) if day else ""


def case_context(case: Case) -> dict[str, Any]:
    """The part that every document of a case shares; paths as named at the top of each document definition."""
    context = facts(case.file, case)
    survey, intake = latest(case, "needs-survey"), latest(case, "intake")
    survey_answers = (survey.answers or {}) if survey else {}
    intake_answers = (intake.answers or {}) if intake else {}
    needs = [{"id": f"需{index}", "text": need.text} for index, need in enumerate(case.needs.all(), start=1)]
    context["needs"] = {
        "summary": survey_answers.get("summary") or "",
        "expectation": survey_answers.get("expectation") or intake_answers.get("expectation") or "",
        "needs": needs,
    }
    context["goals"] = [
        {
            "title": goal.title,
            "measure": goal.measure,
            "due": _day(goal.due_on),
            "need": goal.basis,
            "attainment": goal.get_attainment_display() if goal.attainment else "",
        }
        for goal in case.goals.all()
    ]
    free = case.organisation.is_free
    context["fees"] = {
        "is_free": free,
        "text": "本项服务不收费。" if free else "收费项目和标准见机构公示的价目表，开始前书面告知。",
    }
    return context


def plan_context(case: Case) -> dict[str, Any]:
    """The service plan: activities with the need each answers, and needs that no activity answers."""
    context = case_context(case)
    activities = list(case.activities.exclude(state=Activity.State.CANCELLED).select_related("goal", "need"))
    numbers = {need.pk: f"需{index}" for index, need in enumerate(case.needs.all(), start=1)}
    goals = {goal.pk: index for index, goal in enumerate(case.goals.all(), start=1)}
    answered = {activity.need_id for activity in activities}
    told = [context["needs"]["summary"], *environment(case)]
    context["needs"]["summary"] = "\n".join(part for part in told if part)
    context["plan"] = {
        "review_on": _day(max((a.due_on for a in activities if a.due_on), default=None)),
        "activities": [
            {
                "title": activity.title,
                "kind_label": _label("activity-kind", activity.kind),
                "due": _day(activity.due_on),
                "who": WHO[activity.who],
                "goal": f"目标{goals[activity.goal_id]}",
                "need": numbers.get(activity.need_id, ""),
                "mode": _label("session-mode", activity.mode) if activity.mode else "",
                "criterion": activity.criterion,
            }
            for activity in activities
        ],
        "unanswered": [
            {"id": numbers[need.pk], "text": need.text} for need in case.needs.all() if need.pk not in answered
        ],
    }
    return context


def environment(case: Case) -> list[str]:
    """What the standing environment analysis says, a line for each part that was analysed (SVC-4.2.1).

    Figures carry region, day and source, policies their source; what a part means for the plan ends its line.
    """
    stored = latest(case, "environment-analysis")
    answers = (stored.answers or {}) if stored else {}
    figures = "；".join(
        f"{row['figure']}（{row['region']}，{row['date']}，{row['source']}）"
        for row in answers.get("market_figures") or []
    )
    rules = "；".join(f"{row['name']}（{row['source']}），{row['trend']}" for row in answers.get("policies") or [])
    parts = {
        "family": (
            f"家庭：能给的支持，{answers.get('family_supports')}；限制，{answers.get('family_limits')}",
            "family_effect",
        ),
        "work": (
            f"工作处境：{answers.get('work_post')}，{answers.get('work_conditions')}，"
            f"本人满意程度 {answers.get('work_satisfaction')}／5",
            "work_effect",
        ),
        "market": (f"就业市场：{figures}。{answers.get('market_finding') or ''}", "market_effect"),
        "policy": (f"现行政策：{rules}", "policy_effect"),
    }
    chosen = [parts[name] for name in answers.get("parts") or [] if name in parts]
    return [f"{text}。对方案的影响：{answers.get(effect) or ''}" for text, effect in chosen]
