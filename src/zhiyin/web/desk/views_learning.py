"""The yearly training plan with results, agreements with partners, the structure of the staff."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from zhiyin.domain.accounts.roles import holds
from zhiyin.domain.agencies import learning, policies
from zhiyin.domain.agencies.models import Cooperation, Staff, Training
from zhiyin.domain.audit.acting import Actor
from zhiyin.web.desk.boards import Board, Cell, Form, Table, answer
from zhiyin.web.desk.views_cases_shared import day
from zhiyin.web.desk.views_plan import Box
from zhiyin.web.desk.views_supervision import choices, chosen, needed_day
from zhiyin.web.surface import surface

_STATES = {"running": ("good", "有效"), "expiring": ("soon", "快到期"), "expired": ("late", "已到期")}


def _who(request: HttpRequest) -> Actor:
    who: Actor = request.actor  # type: ignore[attr-defined]
    return who


def _field(row: learning.FieldRow) -> tuple[Any, ...]:
    state = Cell("今年还没有安排", tone="late") if row.is_empty else Cell("有安排", tone="good")
    return (row.label, row.planned, row.held, f"{row.passed}／{row.results}", state)


def _hours(text: str) -> Decimal:
    try:
        return Decimal(text or "1")
    except InvalidOperation:
        return Decimal(0)


@surface("staff", right="agencies.manage_staff")
def trainings(request: HttpRequest) -> HttpResponse:
    """Sessions by field with empty fields marked, each training with the results of its trainees."""
    who, today = _who(request), timezone.localdate()
    plan = learning.year_plan(who, today.year)
    body = request.membership.organisation  # type: ignore[attr-defined]
    staff: list[Staff] = list(policies.scope(who).select_related("user").order_by("user__name"))
    heads = ("领域", "计划场次", "已举办", "合格／有结果", "状态")
    tables = [
        Table("知识培训", heads, [_field(row) for row in plan.knowledge], "", f"{plan.year} 年"),
        Table("实操培训", heads, [_field(row) for row in plan.practical], "", f"{plan.year} 年"),
        Table(
            "场次",
            ("内容", "领域", "计划日期", "举办", "学时", "每人的结果"),
            [
                (
                    one.title,
                    one.get_field_display(),
                    str(one.planned_on),
                    str(one.held_on or "还没有"),
                    str(one.hours),
                    "；".join(
                        f"{row.staff.user.name}{'合格' if row.passed else '不合格'}"
                        + (f" {row.score} 分" if row.score is not None else "")
                        for row in one.results.all()
                    )
                    or "—",
                )
                for one in plan.trainings
            ],
            "今年还没有安排培训。",
        ),
    ]
    rows = list(plan.trainings)
    offered = [{"value": str(one.pk), "label": one.title} for one in rows]
    which = Box("training", "哪场培训", type="select", required=True, options=offered)
    forms = [
        Form(
            "plan",
            "安排培训",
            (
                Box("field", "领域", type="select", required=True, options=choices(Training.Field)),
                Box("title", "内容", required=True),
                Box("planned_on", "计划日期", type="date", required=True),
                Box("hours", "学时", type="number", value="1"),
            ),
            lambda typed: learning.plan_training(
                body,
                field=typed["field"],
                title=typed["title"],
                planned_on=needed_day(typed, "planned_on"),
                hours=_hours(typed["hours"]),
            ),
            "培训已排进计划",
        )
    ]
    if rows:
        forms += [
            Form(
                "hold",
                "登记举办",
                (which, Box("held_on", "举办日期", type="date", required=True)),
                lambda typed: learning.hold_training(chosen(rows, typed, "training"), needed_day(typed, "held_on")),
                "已登记举办",
            ),
            Form(
                "result",
                "登记结果",
                (
                    which,
                    Box(
                        "staff",
                        "谁",
                        type="select",
                        required=True,
                        options=[{"value": str(one.pk), "label": one.user.name} for one in staff],
                    ),
                    Box(
                        "passed",
                        "结果",
                        type="select",
                        required=True,
                        options=[{"value": "yes", "label": "合格"}, {"value": "no", "label": "不合格"}],
                    ),
                    Box("score", "分数", type="number"),
                ),
                lambda typed: _result(rows, staff, typed),
                "结果已记下",
            ),
        ]
    board = Board("培训计划", "知识和实操各三个领域，空着的标出来。", tables, forms)
    return answer(request, "desk:trainings", board)


def _result(rows: list[Training], staff: list[Staff], typed: Mapping[str, str]) -> Any:
    score = typed["score"]
    return learning.record_result(
        chosen(rows, typed, "training"),
        chosen(staff, typed, "staff"),
        passed=typed["passed"] == "yes",
        score=(int(score) if score.isdecimal() and len(score) < 4 else -1) if score else None,
    )


@surface("staff", right="agencies.read_staff")
def cooperation(request: HttpRequest) -> HttpResponse:
    """Agreements with partners, what ends first on top; the structure of the staff beside them."""
    who = _who(request)
    body = request.membership.organisation  # type: ignore[attr-defined]
    found = learning.agreements(who)
    ending = [row for row in found if row.state != "running"]
    built = learning.structure(who)
    tables = [
        Table(
            "合作协议",
            ("合作单位", "类别", "合作内容", "起止", "状态"),
            [
                (
                    row.cooperation.partner,
                    row.cooperation.get_kind_display(),
                    row.cooperation.content,
                    f"{row.cooperation.signed_on} 至 {row.cooperation.ends_on or '长期'}",
                    Cell(_STATES[row.state][1], tone=_STATES[row.state][0]),
                )
                for row in found
            ],
            "还没有合作协议。",
            f"{len(found)} 份",
        ),
        Table(
            "队伍结构",
            ("项目", "人数"),
            [("在职人员", built.total), *built.employment, *built.kinds, *built.levels],
            "",
            f"{built.on}，由名册得出",
        ),
    ]
    notices = []
    if ending:
        lines = [
            f"{row.cooperation.partner}：" + (f"还有 {row.days_left} 天到期" if row.state == "expiring" else "已经到期")
            for row in ending
        ]
        notices = [("soon", f"{len(ending)} 份协议到期或快到期", lines)]
    forms = [
        Form(
            "register",
            "登记合作协议",
            (
                Box("partner", "合作单位", required=True),
                Box("kind", "单位类别", type="select", required=True, options=choices(Cooperation.Partner)),
                Box("content", "合作内容", type="textarea", required=True),
                Box("signed_on", "开始", type="date", required=True),
                Box("ends_on", "到期", type="date", help="长期的空着。"),
                Box("contact", "联系人和电话"),
            ),
            lambda typed: learning.register_cooperation(
                body,
                partner=typed["partner"],
                kind=typed["kind"],
                content=typed["content"],
                signed_on=needed_day(typed, "signed_on"),
                ends_on=day(typed, "ends_on"),
                contact=typed["contact"],
            ),
            "合作协议已登记",
        )
    ]
    may = holds(who, "agencies.manage_staff")
    board = Board("合作与队伍", "和谁合作、做什么、到什么时候。", tables, forms if may else (), notices=notices)
    return answer(request, "desk:cooperation", board)
