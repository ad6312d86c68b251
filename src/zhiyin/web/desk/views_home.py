"""The adviser's first page: what must be done now, for whom, why; and all of it on one list."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhiyin.domain.casework import queries
from zhiyin.domain.planning.reviews import due_reviews
from zhiyin.domain.scheduling.models import Appointment
from zhiyin.engines.charts import StepCount, stacked_steps
from zhiyin.kernel.identity import mask_phone
from zhiyin.packs.installed import registry
from zhiyin.web.desk.views_cases_shared import action_of, address
from zhiyin.web.surface import surface

SHOWN = 6
"""To-dos of one group on the home page; the rest is one press away."""
CALLS = 6
WEEKDAYS = "一二三四五六日"
_STATE_TONES = {"attended": "good", "missed": "late", "excused": "half", "cancelled": "na"}


@dataclass(frozen=True)
class Line:
    """One to-do as it is shown, with the action that settles it."""

    todo: queries.Todo
    tone: str
    action: str
    url: str
    case_url: str
    is_first: bool = False

    @property
    def when(self) -> str:
        """过期 3 天, 今天, 5 天后; a far day as a date that fits the column."""
        far = abs((self.todo.due_on - timezone.localdate()).days) > 30
        return self.todo.due_on.isoformat() if far and not self.todo.late_days else self.todo.when


@dataclass(frozen=True)
class Group:
    """To-dos of one urgency; ``rest`` are not shown here."""

    name: str
    title: str
    tone: str
    lines: list[Line]
    rest: int


@dataclass(frozen=True)
class Meeting:
    appointment: Appointment
    time: str
    place: str
    url: str
    status: str
    tone: str
    past: bool
    now: bool


@surface("staff", right="casework.work")
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Overdue first, then today, then the week; today's appointments, calls to make, where the cases stand."""
    found = queries.home(request.actor)  # type: ignore[attr-defined]
    now = timezone.localtime()
    meetings = [_meeting(appointment, now) for appointment in found.appointments]
    context = {
        "home": found,
        "greeting": greeting(now),
        "lead": _lead(found, meetings, now),
        "groups": groups(found, SHOWN),
        "meetings": meetings,
        "calls": [(_line(todo, index == 0), _phone(todo)) for index, todo in enumerate(found.follow_ups[:CALLS])],
        "plan_reviews": due_reviews(request.actor),  # type: ignore[attr-defined]
        "chart": stacked_steps(
            [StepCount(label, total, late) for label, total, late in found.by_step],
            title="我的个案在哪一步",
            key="home-steps",
        ),
        "running": sum(total for _, total, _ in found.by_step),
        "new_client_url": address("desk:client_new"),
        "clients_url": address("desk:clients"),
        "ledger_url": address("desk:ledger"),
    }
    return render(request, "desk/home/home.html", context)


@surface("staff", right="casework.work")
@require_safe
def todo(request: HttpRequest) -> HttpResponse:
    """Everything that is due, with what waits for others."""
    found = queries.home(request.actor)  # type: ignore[attr-defined]
    wanted = request.GET.get("show", "")
    shown = [group for group in groups(found, None) if wanted in ("", group.name)]
    tabs = [
        {"label": label, "url": f"{reverse('desk:todo')}{query}", "current": name == wanted, "count": count}
        for name, label, query, count in (
            ("", "全部", "", found.total + len(found.waiting)),
            ("late", "已过期", "?show=late", len(found.late)),
            ("today", "今日到期", "?show=today", len(found.due_today)),
            ("week", "七日内", "?show=week", len(found.week)),
            ("later", "以后", "?show=later", len(found.later)),
            ("waiting", "等他人办理", "?show=waiting", len(found.waiting)),
        )
    ]
    return render(request, "desk/home/todo.html", {"groups": shown, "tabs": tabs, "home": found})


def groups(found: queries.Home, limit: int | None) -> list[Group]:
    """The to-dos by urgency, without empty groups; the very first line carries the page's main button."""
    rows = [
        ("late", "已过期", "late", found.late),
        ("today", "今日到期", "soon", found.due_today),
        ("week", "七日内到期", "wait", found.week),
    ]
    if limit is None:
        rows += [("later", "以后到期", "wait", found.later), ("waiting", "等他人办理", "on", found.waiting)]
    result: list[Group] = []
    for name, title, tone, todos in rows:
        if todos:
            shown = todos[:limit]
            lines = [_line(todo, not result and index == 0) for index, todo in enumerate(shown)]
            result.append(Group(name, f"{title} {len(todos)} 件", tone, lines, len(todos) - len(shown)))
    return result


def _line(todo: queries.Todo, is_first: bool) -> Line:
    tone = "late" if todo.late_days else "soon" if todo.when == "今天" else "wait"
    action, url = action_of(todo.case, todo.step, todo.key)
    return Line(todo, tone, action, url, reverse("desk:case", args=[todo.case.pk]), is_first)


def _phone(todo: queries.Todo) -> str:
    phone = todo.case.person.phone
    return mask_phone(phone) if phone else "没有登记电话"


def _meeting(appointment: Appointment, now: datetime) -> Meeting:
    start, end = timezone.localtime(appointment.starts_at), timezone.localtime(appointment.ends_at)
    booked = appointment.state == Appointment.State.BOOKED
    status, tone = appointment.get_state_display(), _STATE_TONES.get(appointment.state, "wait")
    if booked and now < start:
        minutes = int((start - now).total_seconds() // 60)
        status, tone = (f"{minutes} 分钟后", "on") if minutes <= 60 else ("已约定", "wait")
    elif booked and now <= end:
        status, tone = "进行中", "on"
    elif booked:
        status, tone = "待登记结果", "soon"
    modes = {value.value: value.label for value in registry().get("codelist", "session-mode").values}
    where = appointment.room.name if appointment.room else appointment.place
    return Meeting(
        appointment,
        f"{start:%H:%M}–{end:%H:%M}",
        "，".join(part for part in (where, modes.get(appointment.mode, "")) if part),
        reverse("desk:case", args=[appointment.case_id]) if appointment.case_id else "",
        status,
        tone,
        past=not booked,
        now=booked and start - timedelta(minutes=60) <= now <= end,
    )


def greeting(now: datetime) -> str:
    """By the hour of the day."""
    if now.hour < 5 or now.hour >= 18:
        return "晚上好"
    if now.hour < 12:
        return "上午好"
    return "中午好" if now.hour < 14 else "下午好"


def _lead(found: queries.Home, meetings: list[Meeting], now: datetime) -> str:
    parts = [f"{now.month} 月 {now.day} 日，星期{WEEKDAYS[now.weekday()]}。"]
    if found.late:
        parts.append(f"有 {len(found.late)} 件事已过期，请先办；")
    elif found.due_today:
        parts.append(f"今天有 {len(found.due_today)} 件事到期；")
    else:
        parts.append("没有过期的事；")
    coming = [meeting for meeting in meetings if meeting.appointment.starts_at > now and not meeting.past]
    if coming:
        parts.append(f"今天还有 {len(coming)} 场预约，下一场 {coming[0].time[:5]}。")
    else:
        parts.append("今天没有别的预约。" if meetings else "今天没有预约。")
    return "".join(parts)
