"""The section head's page: who carries how much, where cases stand, what is late and what waits for a decision."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhiyin.domain.casework import queries
from zhiyin.domain.documents import queries as documents
from zhiyin.domain.people import queries as people
from zhiyin.domain.quality import queries as quality
from zhiyin.engines.charts import Chart, StepCount, bars, stacked_steps
from zhiyin.web.backups import backup_notice
from zhiyin.web.desk.views_cases_shared import address
from zhiyin.web.desk.views_quality import RATES, columns, rate_rows
from zhiyin.web.surface import surface

WAITING = 6
LATE = 8
"""Overdue items shown here; the rest is in the ledger."""
NEARLY = 0.9
"""From this share of the limit on a caseload counts as nearly full."""


LOADS = columns(
    ("name", "指导师"),
    ("load", "在办和上限"),
    ("following", "跟踪中"),
    ("late", "有过期的"),
    ("closed", "今年结束"),
    numbers=("following", "late", "closed"),
)


def _load(row: queries.Load) -> dict[str, Any]:
    limit = row.limit
    share = row.open_cases / limit if limit else None
    tone = "" if share is None else "late" if share > 1 else "soon" if share >= NEARLY else "good"
    words = {"late": "超过上限", "soon": "快满了", "good": "", "": "没有定上限"}[tone]
    return {"row": row, "tone": tone, "words": words, "limit": limit}


def _bars(rows: Sequence[tuple[str, float]], title: str, key: str, unit: str) -> Chart | None:
    """Bars from zero to the largest, None when there is nothing to show."""
    if not rows:
        return None
    values = [value for _, value in rows]
    return bars(values, [label for label, _ in rows], max(*values, 1), title=title, key=key, unit=unit)


@surface("staff", right="casework.reassign")
@require_safe
def head(request: HttpRequest) -> HttpResponse:
    """Caseload, steps, months, durations, lateness, sign-offs, complaints and feedback of the agency."""
    who = request.actor  # type: ignore[attr-defined]
    found = queries.head_page(who)
    waiting = documents.awaiting_sign_off(who)
    complaints = quality.list_complaints(who, open_only=True)
    approvals = [row for row in people.access_requests_to_decide(who)[:50] if row.decided_at is None]
    today = timezone.localdate()
    running = sum(count for _, count, _ in found.by_step)
    context = {
        **backup_notice(who),
        "page": found,
        "loads": [_load(row) for row in found.loads],
        "running": running,
        "late_cases": sum(late for _, _, late in found.by_step),
        "late": [{"todo": todo, "url": address("desk:case", todo.case.pk)} for todo in found.late[:LATE]],
        "steps": stacked_steps(
            [StepCount(label, count, late) for label, count, late in found.by_step],
            title="个案在哪一步",
            key="head-steps",
            marked="有过期事项",
            rest="按时",
        )
        if running
        else None,
        "months": _bars([(month, count) for month, count in found.opened_by_month], "每月受理", "head-months", "件"),
        "durations": _bars(found.step_days, "从受理到各步完成的平均天数", "head-days", "天"),
        "waiting": waiting[:WAITING],
        "waiting_count": len(waiting),
        "signoffs_url": address("desk:signoffs"),
        "approvals": len(approvals),
        "approvals_url": address("desk:approvals"),
        "complaints": complaints[:WAITING],
        "complaint_count": len(complaints),
        "overdue_complaints": sum(row.late_days > 0 for row in complaints),
        "rates": rate_rows(quality.response_rates(who, since=today.replace(month=1, day=1))),
        "today": today,
        "load_columns": LOADS,
        "rate_columns": RATES,
    }
    return render(request, "desk/office/head.html", context)
