"""Appointments of a week: whose, when, where; booking, and saying what became of each."""

import uuid
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.agencies import queries as agencies
from zhiyin.domain.casework import policies as case_policies
from zhiyin.domain.casework import queries as casework
from zhiyin.domain.casework.models import Case
from zhiyin.domain.scheduling import commands as scheduling
from zhiyin.domain.scheduling import policies, queries
from zhiyin.domain.scheduling.models import Appointment
from zhiyin.kernel.errors import Invalid
from zhiyin.web.desk.views_cases_shared import key_of, options, within
from zhiyin.web.surface import attempt, back, get_or_404, surface

WEEKDAYS = "一二三四五六日"
TONES = {"booked": "wait", "attended": "good", "missed": "late", "excused": "half", "cancelled": "na"}
LABELS = {
    "case": "个案",
    "staff": "和谁",
    "topic": "事由",
    "mode": "方式",
    "day": "日期",
    "from": "开始",
    "to": "结束",
    "starts_at": "时间",
    "ends_at": "结束",
    "room": "洽谈室",
    "place": "地点",
    "note": "备注",
}


def _monday(text: str) -> date:
    try:
        wanted = date.fromisoformat(text)
    except ValueError:
        wanted = timezone.localdate()
    return wanted - timedelta(days=wanted.weekday())


@surface("staff", right="scheduling.read")
def appointments(request: HttpRequest) -> HttpResponse:
    """One week; a form to book beside it. Names of children whose file was not opened to the actor stay hidden."""
    who = request.actor  # type: ignore[attr-defined]
    may_book = policies.can(who, "scheduling.book")
    errors: dict[str, list[str]] = {}
    typed = within(request.POST, *LABELS)
    case = _case(request, request.POST.get("case", "") or request.GET.get("case", ""))
    if request.method == "POST":
        _, errors = attempt(request, "登记预约", lambda: _book(request, case, typed))
        if not errors:
            return back(request, "desk:appointments", "预约已登记")
    start = _monday(request.GET.get("week", ""))
    staff = request.GET.get("staff", str(who.membership_id) if who.role == "adviser" else "")
    member = Membership.objects.filter(organisation_id=who.organisation_id, pk=key_of(staff)).first() if staff else None
    rows = queries.of_day(who, start, member, days=7)
    now, today = timezone.now(), timezone.localdate()
    days = []
    for offset in range(7):
        day = start + timedelta(days=offset)
        found = [_row(who, row, now) for row in rows if timezone.localdate(row.starts_at) == day]
        days.append({"day": day, "name": f"星期{WEEKDAYS[offset]}", "today": day == today, "rows": found})
    members = casework.desk_members(who.organisation_id)
    if request.method != "POST":
        typed.update(staff=str(who.membership_id), case=str(case.pk) if case else "", day=today.isoformat())
    weeks = [
        {"label": label, "url": f"?week={monday}&staff={staff}", "current": current}
        for label, monday, current in (
            ("上一周", start - timedelta(days=7), False),
            ("本周", today - timedelta(days=today.weekday()), start == today - timedelta(days=today.weekday())),
            ("下一周", start + timedelta(days=7), False),
        )
    ]
    cases = _bookable(request)
    if case is not None and all(row.pk != case.pk for row in cases):
        cases.insert(0, case)
    context = {
        "days": days,
        "start": start,
        "end": start + timedelta(days=6),
        "weeks": weeks,
        "staff": staff,
        "members": [{"value": str(row.pk), "label": row.user.name} for row in members],
        "unsettled": [_row(who, row, now) for row in queries.unsettled(who) if row.staff_id == who.membership_id],
        "may_book": may_book,
        "typed": typed,
        "errors": errors,
        "labels": LABELS,
        "cases": [{"value": str(row.pk), "label": f"{row.person.name}（{row.number}）"} for row in cases],
        "modes": options("session-mode"),
        "rooms": [
            {"value": str(row.room.pk), "label": row.room.name} for row in agencies.rooms(who) if row.is_bookable
        ],
        "here": request.get_full_path(),
    }
    return render(request, "desk/cases/appointments.html", context, status=422 if errors else 200)


def _row(who: Any, row: Appointment, now: datetime) -> dict[str, Any]:
    sees = policies.sees_person(who, row)
    start, end = timezone.localtime(row.starts_at), timezone.localtime(row.ends_at)
    return {
        "appointment": row,
        "name": row.person.name if sees else "未成年服务对象",
        "what": row.topic if sees else "",
        "time": f"{start:%H:%M}–{end:%H:%M}",
        "date": f"{start:%m-%d}",
        "place": row.room.name if row.room else row.place,
        "url": reverse("desk:case", args=[row.case_id]) if row.case_id and sees else "",
        "session_url": reverse("desk:session_new", args=[row.case_id]) + f"?appointment={row.pk}"
        if row.case_id
        else "",
        "missed_url": reverse("desk:session_missed", args=[row.case_id]) + f"?appointment={row.pk}"
        if row.case_id
        else "",
        "tone": TONES[row.state],
        "open": row.state == "booked",
        "over": row.ends_at < now,
        "begun": row.starts_at <= now,
        "now": row.state == "booked" and row.starts_at <= now <= row.ends_at,
    }


def _case(request: HttpRequest, text: str) -> Case | None:
    key = key_of(text)
    rows = case_policies.scope(request.actor).select_related("person", "organisation")  # type: ignore[attr-defined]
    found: Case | None = get_or_404(rows, key) if key else None
    if found is not None:
        case_policies.require(request.actor, "casework.read", found)  # type: ignore[attr-defined]
    return found


def _bookable(request: HttpRequest) -> list[Case]:
    """Cases an appointment may be for: the own running ones, or for the front desk all of the agency's."""
    who = request.actor  # type: ignore[attr-defined]
    rows = (
        case_policies.scope(who)
        .filter(status__in=["open", "paused", "following"])
        .select_related("person", "organisation")
    )
    if who.role == "adviser":
        rows = rows.filter(adviser_id=who.membership_id)
    return [
        row
        for row in rows.order_by("person__name_key", "opened_at")[:300]
        if case_policies.can(who, "casework.read", row)
    ]


def _book(request: HttpRequest, case: Case | None, typed: dict[str, str]) -> Appointment:
    errors: dict[str, list[str]] = {}
    if case is None:
        errors["case"] = ["请选择为哪个个案约时间"]
    times = {}
    for name, label in (("from", "开始时间"), ("to", "结束时间")):
        try:
            times[name] = timezone.make_aware(datetime.fromisoformat(f"{typed['day']}T{typed[name]}"))
        except ValueError:
            errors[name] = [f"请填{label}，例如 14:30"]
    members = {str(row.pk): row for row in casework.desk_members(request.actor.organisation_id)}  # type: ignore[attr-defined]
    if typed["staff"] not in members:
        errors["staff"] = ["请选择由谁来谈"]
    room = next((row.room for row in agencies.rooms(request.actor) if str(row.room.pk) == typed["room"]), None)  # type: ignore[attr-defined]
    if errors or case is None:
        raise Invalid(errors)
    return scheduling.book(
        case.person,
        case.organisation,
        members[typed["staff"]],
        topic=typed["topic"],
        mode=typed["mode"],
        starts_at=times["from"],
        ends_at=times["to"],
        room=room,
        place=typed["place"],
        note=typed["note"],
        case_id=case.pk,
    )


@surface("staff", right="scheduling.book")
@require_POST
def settle(request: HttpRequest, pk: uuid.UUID, act: str) -> HttpResponse:
    """Attended, missed, excused or called off."""
    found: Appointment = get_or_404(
        policies.scope(request.actor, "scheduling.book").select_related("person"),  # type: ignore[attr-defined]
        pk,
    )
    reason = request.POST.get("reason", "")
    acts = {
        "attend": ("记为已到", lambda: scheduling.attend(found)),
        "miss": ("记为未到", lambda: scheduling.miss(found, reason)),
        "excuse": ("记为请假", lambda: scheduling.excuse(found, reason)),
        "cancel": ("取消预约", lambda: scheduling.cancel(found, reason)),
    }
    words, run = acts[act]
    _, errors = attempt(request, words, run)
    if errors:
        for text in (text for texts in errors.values() for text in texts):
            messages.error(request, text)
    else:
        messages.success(request, f"已{words}")
    to = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(to, {request.get_host()}, require_https=request.is_secure())
    return redirect(to if safe else reverse("desk:appointments"))
