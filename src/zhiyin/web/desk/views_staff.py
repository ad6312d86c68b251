"""Staff with what the service standard asks of them, and rooms with what keeps them from being booked."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhiyin.domain.accounts.roles import holds
from zhiyin.domain.agencies import commands, conditions, policies, queries
from zhiyin.domain.agencies.models import Competence, Employment, Room, Staff, StaffKind
from zhiyin.domain.audit.acting import Actor
from zhiyin.kernel.errors import Invalid
from zhiyin.web.desk.views_cases_shared import day, options, within
from zhiyin.web.desk.views_quality import columns
from zhiyin.web.surface import attempt, back, get_or_404, surface

TONES = {"pass": "good", "fail": "bad", "unknown": "ask"}
LEVELS = [
    {"value": str(level), "label": label} for level, label in ((1, "一级"), (2, "二级"), (3, "三级"), (4, "四级"))
]
STAFF = columns(
    ("name", "姓名"),
    ("kind", "类别"),
    ("education", "学历"),
    ("level", "职业等级"),
    ("lead", "可任责任指导师"),
    ("open", "基本条件"),
)
ATTRIBUTES = (
    ("is_separate", "独立"),
    ("is_quiet", "安静"),
    ("is_soundproof", "隔音"),
    ("is_ventilated", "通风"),
    ("is_safe", "安全"),
    ("is_accessible", "无障碍"),
)
LABELS = {
    "user": "账号",
    "kind": "类别",
    "employment": "专职还是兼职",
    "education": "学历",
    "education_proof": "学历证明",
    "level": "职业等级",
    "caseload_limit": "个案上限",
    "started_on": "入职日期",
    "ethics_signed_on": "职业操守承诺签署日期",
    "law_trained_on": "法规培训合格日期",
    "background_checked_on": "从业背景查询日期",
    "ended_on": "离职日期",
    "reason": "原因",
    "name": "名称",
    "number": "编号",
    "issued_on": "发证日期",
    "valid_until": "有效期至",
    "area": "能力",
    "evidence": "证据",
    "assessed_by": "评定人",
    "assessed_on": "评定日期",
    "passed": "结果",
}
RECORD = ("kind", "employment", "education", "education_proof", "level", "caseload_limit")
DATES = ("ethics_signed_on", "law_trained_on", "background_checked_on")


def _who(request: HttpRequest) -> Actor:
    who: Actor = request.actor  # type: ignore[attr-defined]
    return who


def _kinds() -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in StaffKind.choices]


def _tabs(here: str) -> list[dict[str, Any]]:
    rows = (
        ("staff", "工作人员", "desk:staff"),
        ("rooms", "洽谈室", "desk:rooms"),
        ("trainings", "培训计划", "desk:trainings"),
        ("cooperation", "合作与队伍", "desk:cooperation"),
        ("commendations", "表扬与评价", "desk:commendations"),
    )
    return [{"label": label, "url": reverse(route), "current": key == here, "count": 0} for key, label, route in rows]


@surface("staff", right="agencies.read_staff")
@require_safe
def staff(request: HttpRequest) -> HttpResponse:
    """Staff of the agency with the verdict on each condition; those with open points are the list of training needs."""
    who, asked = _who(request), request.GET
    able = [asked["able"]] if asked.get("able") in Competence.Area.values else []
    kind, unqualified = asked.get("kind", ""), asked.get("open") == "1"
    rows = queries.list_staff(who, kind=kind, able=able, unqualified=unqualified)
    context = {
        "tabs": _tabs("staff"),
        "rows": [
            {"row": row, "education": conditions.education_label(row.staff.education), "marks": _marks(row.conditions)}
            for row in rows
        ],
        "columns": STAFF,
        "kinds": _kinds(),
        "areas": [{"value": value, "label": label} for value, label in Competence.Area.choices],
        "kind": kind,
        "able": able[0] if able else "",
        "unqualified": unqualified,
        "narrowed": bool(kind or able or unqualified),
        "may_manage": holds(who, "agencies.manage_staff"),
    }
    return render(request, "desk/office/staff.html", context)


def _marks(found: tuple[conditions.Condition, ...]) -> list[dict[str, str]]:
    """How many conditions are met, and each that is not, with its reason."""
    return [
        {"tone": TONES[one.verdict], "what": one.what, "why": one.why, "clause": one.clause, "label": one.verdict.label}
        for one in found
        if one.verdict != conditions.Verdict.PASS
    ]


def _staff(request: HttpRequest, pk: uuid.UUID, right: str = "agencies.read_staff") -> Staff:
    rows = policies.scope(_who(request), right).select_related("user", "organisation")
    found: Staff = get_or_404(rows, pk)
    return found


@surface("staff", right="agencies.read_staff")
@require_safe
def member(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One member of staff: every condition with its clause, verdict and reason; evidence with dates."""
    found = _staff(request, pk)
    today = timezone.localdate()
    context = {
        "crumbs": [{"label": "人员", "url": reverse("desk:staff")}],
        "found": found,
        "education": conditions.education_label(found.education) if found.education else "",
        "conditions": [
            {"condition": one, "tone": TONES[one.verdict], "word": one.verdict.label}
            for one in queries.check_conditions(found, today)
        ],
        "lead_refusal": queries.lead_refusal(found, today),
        "serves_minors": queries.may_serve_minors(found, today),
        "certificates": list(found.certificates.order_by("-issued_on", "-pk")),
        "competences": list(found.competences.order_by("-assessed_on", "-pk")),
        "today": today,
        "may_manage": policies.can(_who(request), "agencies.manage_staff", found),
    }
    return render(request, "desk/office/staff_member.html", context)


def _form(
    request: HttpRequest, template: str, title: str, found: Staff | None, typed: Any, errors: Any, **more: Any
) -> HttpResponse:
    crumbs = [{"label": "人员", "url": reverse("desk:staff")}]
    if found is not None:
        crumbs.append({"label": found.user.name, "url": reverse("desk:staff_member", args=[found.pk])})
    context = {
        "crumbs": crumbs,
        "title": title,
        "found": found,
        "typed": typed,
        "errors": errors,
        "labels": LABELS,
        "cancel": crumbs[-1]["url"],
        "levels": LEVELS,
        "employments": [{"value": value, "label": str(label)} for value, label in Employment.choices],
        **more,
    }
    return render(request, f"desk/office/{template}.html", context, status=422 if errors else 200)


def _record(typed: Mapping[str, str]) -> dict[str, Any]:
    """The values of a staff record from what was typed; ``Invalid`` with every field that cannot be read."""
    errors: dict[str, list[str]] = {}
    values: dict[str, Any] = {
        "kind": typed["kind"],
        "employment": typed["employment"] or Employment.FULL,
        "education": typed["education"],
        "education_proof": typed["education_proof"].strip(),
        "level": int(typed["level"]) if typed["level"].isdecimal() else None,
    }
    limit = typed["caseload_limit"].strip()
    if limit.isdecimal() and len(limit) < 5:
        values["caseload_limit"] = int(limit)
    else:
        errors["caseload_limit"] = ["请填写整数，例如 50"]
    for name in DATES:
        values[name] = _day(typed, name, errors)
    if errors:
        raise Invalid(errors)
    return values


def _day(typed: Mapping[str, str], name: str, errors: dict[str, list[str]], *, required: bool = False) -> Any:
    try:
        found = day(typed, name)
    except Invalid as error:
        errors.update(error.errors)
        return None
    if found is None and required:
        errors[name] = [f"请填写{LABELS[name]}"]
    return found


@surface("staff", right="agencies.manage_staff")
def staff_new(request: HttpRequest) -> HttpResponse:
    """Put somebody who has an account on the register."""
    who = _who(request)
    users = queries.without_record(who)
    typed = within(request.POST, "user", "started_on", *RECORD, *DATES)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":

        def run() -> Staff:
            chosen = next((user for user in users if str(user.pk) == typed["user"]), None)
            wrong: dict[str, list[str]] = {} if chosen else {"user": ["请选择账号"]}
            started = _day(typed, "started_on", wrong)
            try:
                values = _record(typed)
            except Invalid as error:
                raise Invalid({**wrong, **error.errors}) from None
            if chosen is None or wrong:
                raise Invalid(wrong)
            organisation = request.membership.organisation  # type: ignore[attr-defined]
            return commands.register_staff(chosen, organisation, started_on=started, **values)

        made, errors = attempt(request, "登记工作人员", run)
        if not errors:
            return back(request, "desk:staff_member", f"{made.user.name}已在名册里", made.pk)
    else:
        typed = {
            **typed,
            "kind": "consultant",
            "employment": "full",
            "caseload_limit": "50",
            "started_on": f"{timezone.localdate():%Y-%m-%d}",
        }
    choices = [{"value": str(user.pk), "label": f"{user.name}（{user.username}）"} for user in users]
    return _form(
        request,
        "staff_form",
        "登记工作人员",
        None,
        typed,
        errors,
        users=choices,
        kinds=_kinds(),
        education=options("education-level"),
    )


@surface("staff", right="agencies.manage_staff")
def staff_edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _staff(request, pk, "agencies.manage_staff")
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        typed = within(request.POST, *RECORD, *DATES)
        _, errors = attempt(request, "更改工作人员登记", lambda: commands.change_staff(found, **_record(typed)))
        if not errors:
            return back(request, "desk:staff_member", "已更改", found.pk)
    else:
        typed = {name: "" if getattr(found, name) is None else str(getattr(found, name)) for name in (*RECORD, *DATES)}
    return _form(
        request,
        "staff_form",
        "更改登记",
        found,
        {"user": "", "started_on": "", **typed},
        errors,
        users=[],
        kinds=_kinds(),
        education=options("education-level"),
    )


@surface("staff", right="agencies.manage_staff")
def certificate_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    found = _staff(request, pk, "agencies.manage_staff")
    typed = within(request.POST, "name", "number", "level", "issued_on", "valid_until")
    errors: dict[str, list[str]] = {}
    if request.method == "POST":

        def run() -> Any:
            wrong: dict[str, list[str]] = {}
            issued = _day(typed, "issued_on", wrong, required=True)
            valid = _day(typed, "valid_until", wrong)
            if not typed["name"].strip():
                wrong["name"] = ["请填写证书名称"]
            if wrong:
                raise Invalid(wrong)
            level = int(typed["level"]) if typed["level"].isdecimal() else None
            return commands.add_certificate(
                found, name=typed["name"], number=typed["number"], level=level, issued_on=issued, valid_until=valid
            )

        _, errors = attempt(request, "登记证书", run)
        if not errors:
            return back(request, "desk:staff_member", "证书已登记", found.pk)
    levels = [*LEVELS, {"value": "5", "label": "五级"}]
    return _form(request, "staff_certificate", "登记证书", found, typed, errors, levels=levels)


@surface("staff", right="agencies.manage_staff")
def competence_new(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Evidence for one of the abilities that the kind of this member of staff needs."""
    found = _staff(request, pk, "agencies.manage_staff")
    typed = within(request.POST, "area", "evidence", "assessed_by", "assessed_on", "passed")
    errors: dict[str, list[str]] = {}
    if request.method == "POST":

        def run() -> Any:
            wrong: dict[str, list[str]] = {}
            assessed = _day(typed, "assessed_on", wrong, required=True)
            if typed["passed"] not in {"yes", "no"}:
                wrong["passed"] = ["请选择合格或不合格"]
            for name, message in (
                ("evidence", "请写明证据，如课程、考试或观察记录"),
                ("assessed_by", "请写明由谁评定"),
            ):
                if not typed[name].strip():
                    wrong[name] = [message]
            if typed["area"] not in Competence.Area.values:
                wrong["area"] = ["请选择能力"]
            if wrong:
                raise Invalid(wrong)
            return commands.add_competence(
                found,
                area=typed["area"],
                evidence=typed["evidence"],
                assessed_by=typed["assessed_by"],
                assessed_on=assessed,
                passed=typed["passed"] == "yes",
            )

        _, errors = attempt(request, "登记能力评定", run)
        if not errors:
            return back(request, "desk:staff_member", "能力评定已登记", found.pk)
    areas = [{"value": value, "label": label} for value, label in Competence.Area.choices]
    results = [{"value": "yes", "label": "合格"}, {"value": "no", "label": "不合格"}]
    return _form(request, "staff_competence", "登记能力评定", found, typed, errors, areas=areas, results=results)


@surface("staff", right="agencies.manage_staff")
def staff_end(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Note that somebody left; the roles are ended by the system administrator."""
    found = _staff(request, pk, "agencies.manage_staff")
    typed = within(request.POST, "ended_on", "reason")
    errors: dict[str, list[str]] = {}
    if request.method == "POST":

        def run() -> Staff:
            wrong: dict[str, list[str]] = {}
            on = _day(typed, "ended_on", wrong, required=True)
            if wrong:
                raise Invalid(wrong)
            return commands.end_staff(found, on, typed["reason"])

        _, errors = attempt(request, "登记离职", run)
        if not errors:
            return back(request, "desk:staff", f"已登记{found.user.name}离职，请系统管理员结束其角色")
    return _form(request, "staff_end", "登记离职", found, typed, errors)


# -- rooms -----------------------------------------------------------------------------------------------------------


@surface("staff", right="agencies.read_rooms")
@require_safe
def rooms(request: HttpRequest) -> HttpResponse:
    """Rooms; what one lacks is named, since it keeps the room from being booked for guidance."""
    context = {
        "tabs": _tabs("rooms"),
        "rows": queries.rooms(_who(request)),
        "columns": columns(("name", "名称"), ("state", "能不能预约"), ("missing", "缺什么"), ("access", "无障碍")),
        "may_manage": holds(_who(request), "agencies.manage_rooms"),
    }
    return render(request, "desk/office/rooms.html", context)


def _room_form(request: HttpRequest, found: Room | None, name: str, ticked: set[str], errors: Any) -> HttpResponse:
    context = {
        "crumbs": [{"label": "洽谈室", "url": reverse("desk:rooms")}],
        "found": found,
        "name": name,
        "attributes": [{"name": key, "label": label, "ticked": key in ticked} for key, label in ATTRIBUTES],
        "errors": errors,
        "labels": {"name": "名称"},
    }
    return render(request, "desk/office/room_form.html", context, status=422 if errors else 200)


def _ticked(request: HttpRequest) -> set[str]:
    return {key for key, _ in ATTRIBUTES if request.POST.get(key)}


@surface("staff", right="agencies.manage_rooms")
def room_new(request: HttpRequest) -> HttpResponse:
    name, ticked = request.POST.get("name", "")[:60], _ticked(request)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        organisation = request.membership.organisation  # type: ignore[attr-defined]
        chosen = dict.fromkeys(ticked, True)
        _, errors = attempt(request, "登记洽谈室", lambda: commands.add_room(organisation, name, **chosen))
        if not errors:
            return back(request, "desk:rooms", f"{name.strip()}已登记")
    return _room_form(request, None, name, ticked, errors)


@surface("staff", right="agencies.manage_rooms")
def room(request: HttpRequest, pk: int) -> HttpResponse:
    rows = policies.scope_rooms(_who(request), "agencies.manage_rooms").select_related("organisation")
    found: Room = get_or_404(rows, pk)
    name, ticked = found.name, {key for key, _ in ATTRIBUTES if getattr(found, key)}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        name, ticked = request.POST.get("name", "")[:60], _ticked(request)
        values = {key: key in ticked for key, _ in ATTRIBUTES}
        _, errors = attempt(request, "更改洽谈室", lambda: commands.change_room(found, name=name, **values))
        if not errors:
            return back(request, "desk:rooms", "已更改")
    return _room_form(request, found, name, ticked, errors)
