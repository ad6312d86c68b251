"""Giving the interest inventory in a case, keying in answers, a result, all sittings of the agency, the norms."""

import uuid
from collections.abc import Mapping
from typing import Any

import segno
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhiyin.domain.accounts.roles import Role, holds
from zhiyin.domain.assessment import norms
from zhiyin.domain.assessment import policies as assessment_policies
from zhiyin.domain.assessment import queries as assessment
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.audit.reads import note_reading
from zhiyin.domain.casework import policies as case_policies
from zhiyin.domain.casework.models import Case
from zhiyin.domain.people import consents
from zhiyin.domain.sittings import commands, policies, queries
from zhiyin.domain.sittings.models import Sitting
from zhiyin.engines.psychometrics import InstrumentDefinition
from zhiyin.kernel.errors import Invalid, NotReady
from zhiyin.packs.installed import registry
from zhiyin.web.desk.views_cases_shared import address, frame, load, moment, within
from zhiyin.web.links import public_address
from zhiyin.web.surface import attempt, back, get_or_404, surface

INSTRUMENT = "holland-interest"
PER_PAGE = 30
TONES = {
    Sitting.State.ASSIGNED: "wait",
    Sitting.State.STARTED: "on",
    Sitting.State.FINISHED: "good",
    Sitting.State.DECLINED: "na",
    Sitting.State.EXPIRED: "late",
    Sitting.State.ERASED: "na",
}
MODES = [
    {"value": Sitting.Mode.ONLINE, "label": "手机链接", "help": "本人扫码或打开链接作答，可以分几次做完"},
    {"value": Sitting.Mode.KIOSK, "label": "服务点的机器", "help": "在服务点的电脑或自助机上打开链接，本人作答"},
    {"value": Sitting.Mode.READ, "label": "工作人员读题", "help": "逐题读给本人听，由您按本人说的录入"},
    {"value": Sitting.Mode.PAPER, "label": "纸笔作答后录入", "help": "本人在纸上答完，由您整份录入"},
]
WITH_LINK = frozenset({Sitting.Mode.ONLINE, Sitting.Mode.KIOSK})
BY_STAFF = frozenset({Sitting.Mode.READ, Sitting.Mode.PAPER})
RENEWABLE = frozenset({Sitting.State.ASSIGNED, Sitting.State.STARTED, Sitting.State.EXPIRED})
LABELS = {
    "mode": "作答方式",
    "happened_at": "布置时间",
    "reason": "本人不做的原因",
    "instrument": "测评工具",
    "case_id": "个案",
}
# the token is stored as a digest only; between the command and the page that shows it, it lies in the session
_LINK_KEY = "sitting-link"


def _who(request: HttpRequest) -> Actor:
    who: Actor = request.actor  # type: ignore[attr-defined]
    return who


def qr(url: str) -> SafeString:
    """The address as an inline picture."""
    picture = segno.make(url, error="m", micro=False).svg_inline(
        border=2, dark="#1D2129", light="#FFFFFF", omitsize=True
    )
    return mark_safe(picture)


# -- in a case -----------------------------------------------------------------------------------------------------


@surface("staff", right="sittings.read")
@require_http_methods(["GET", "HEAD", "POST"])
def case_assess(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    """The sittings of a case with their state, and giving the inventory; the link is shown once, after assigning."""
    found = load(request, case)
    typed = {"mode": str(Sitting.Mode.ONLINE), "large_type": "", "read_aloud": "", "happened_at": ""}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        typed = within(request.POST, *typed)
        assigned, errors = attempt(request, "布置测评", lambda: _assign(found, typed))
        if assigned is not None:
            sitting, token = assigned
            if sitting.mode in BY_STAFF:
                return back(request, "desk:sitting_entry", "测评已布置，可以开始录入", sitting.pk)
            _hand_link(request, sitting, token)
            return back(request, "desk:case_assess", "测评已布置，请把下面的链接交给本人", found.pk)
    context = {
        **frame(request, found, "assess"),
        **_sittings(request, found),
        **_giving(request, found),
        "typed": typed,
        "errors": errors,
        "labels": LABELS,
        "link": _take_link(request, found),
    }
    return render(request, "desk/assess/case.html", context, status=422 if errors else 200)


def _assign(case: Case, typed: Mapping[str, str]) -> tuple[Sitting, str]:
    return commands.assign(
        case.person,
        case.organisation,
        INSTRUMENT,
        case_id=case.pk,
        mode=typed["mode"],
        large_type=bool(typed["large_type"]),
        read_aloud=bool(typed["read_aloud"]),
        happened_at=moment(typed),
    )


def _hand_link(request: HttpRequest, sitting: Sitting, token: str) -> None:
    request.session[_LINK_KEY] = {"sitting": str(sitting.pk), "case": str(sitting.case_id), "token": token}


def _take_link(request: HttpRequest, case: Case) -> dict[str, Any] | None:
    """The link that was just made, once."""
    held = request.session.get(_LINK_KEY)
    if not held or held["case"] != str(case.pk) or request.method != "GET":
        return None
    del request.session[_LINK_KEY]
    url = f"{public_address(request)}{reverse('test:intro', args=[held['token']])}"
    return {"url": url, "qr": qr(url), "sitting": held["sitting"], "days": commands.LINK_DAYS}


def _sittings(request: HttpRequest, case: Case) -> dict[str, Any]:
    who = _who(request)
    rows = list(queries.sittings_of(who, case.person, case_id=case.pk))
    answered = queries.answered_counts(rows)
    results = {result.sitting_id: result for result in assessment.results_of(who, case.person, case_id=case.pk)}
    definition = _definition()
    may_assign = policies.can(who, "sittings.assign") and _works_on(who, case)
    may_enter = policies.can(who, "sittings.enter")
    lines: list[dict[str, Any]] = []
    for sitting in rows:
        result = results.get(sitting.pk)
        lines.append(
            {
                "sitting": sitting,
                "tone": TONES[Sitting.State(sitting.state)],
                "answered": answered[sitting.pk],
                "total": len(definition.items),
                "result": result,
                "cautions": assessment.cautions(result) if result else [],
                "may_renew": may_assign and sitting.state in RENEWABLE and sitting.mode in WITH_LINK,
                "may_extend": may_assign and sitting.state == Sitting.State.EXPIRED and sitting.mode in BY_STAFF,
                "may_enter": may_enter and sitting.is_open and sitting.mode in BY_STAFF,
                "may_decline": may_assign and sitting.state in RENEWABLE,
            }
        )
    return {
        "lines": lines,
        "open_sitting": next((line for line in lines if line["sitting"].is_open), None),
        "match_url": address("desk:case_match", case.pk) if holds(who, "matching.read") else "",
    }


def _works_on(who: Actor, case: Case) -> bool:
    return who.role == Role.ASSESSOR or case_policies.can(who, "casework.work", case)


def _giving(request: HttpRequest, case: Case) -> dict[str, Any]:
    """What the form for giving the inventory needs: whether it may be given, and whose consent is lacking."""
    who, definition = _who(request), _definition()
    standing = consents.standing(case.person, case.organisation, commands.CONSENT)
    return {
        "definition": definition,
        "modes": MODES,
        "may_assign": policies.can(who, "sittings.assign") and who.role in definition.may_give and _works_on(who, case),
        "consent_missing": standing.missing,
        "obstacle": queries.assign_obstacle(case),
        "consent_url": address("desk:file_tab", case.file_id, "consents") or address("desk:file", case.file_id),
    }


def _definition() -> InstrumentDefinition:
    definition = registry().get("instrument", INSTRUMENT)
    assert isinstance(definition, InstrumentDefinition)
    return definition


def _sitting(request: HttpRequest, key: uuid.UUID) -> Sitting:
    rows = policies.scope(_who(request)).select_related("person", "organisation", "assigned_by__user")
    # these pages stand in a case; a sitting outside of one is not handled on them
    sitting: Sitting = get_or_404(rows, key, case_id__isnull=False)
    policies.require(_who(request), "sittings.read", sitting)
    return sitting


@surface("staff", right="sittings.assign")
@require_POST
def renew(request: HttpRequest, sitting: uuid.UUID) -> HttpResponse:
    """A new link, shown once; answers given so far stay."""
    found = _sitting(request, sitting)
    token, errors = attempt(request, "重新给出测评链接", lambda: commands.renew(found))
    if errors:
        raise NotReady(errors[""][0])
    if found.mode in BY_STAFF:
        return back(request, "desk:sitting_entry", "已延期，可以接着录入", found.pk)
    _hand_link(request, found, token)
    return back(request, "desk:case_assess", "新链接已给出，原来的链接不能再用", found.case_id)


@surface("staff", right="sittings.assign")
@require_http_methods(["GET", "HEAD", "POST"])
def decline(request: HttpRequest, sitting: uuid.UUID) -> HttpResponse:
    """The person does not want to take it; said with the reason, which the file keeps."""
    found = _sitting(request, sitting)
    typed = within(request.POST, "reason", "happened_at")
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        _, errors = attempt(
            request, "登记本人不做测评", lambda: commands.decline(found, typed["reason"], happened_at=moment(typed))
        )
        if not errors:
            return back(request, "desk:case_assess", "已登记本人不做这份测评", found.case_id)
    context = {**_case_frame(request, found), "sitting": found, "typed": typed, "errors": errors, "labels": LABELS}
    return render(request, "desk/assess/decline.html", context, status=422 if errors else 200)


def _case_frame(request: HttpRequest, sitting: Sitting) -> dict[str, Any]:
    assert sitting.case_id is not None
    return frame(request, load(request, sitting.case_id), "assess")


# -- keying in -----------------------------------------------------------------------------------------------------


@surface("staff", right="sittings.enter")
@require_http_methods(["GET", "HEAD", "POST"])
def entry(request: HttpRequest, sitting: uuid.UUID) -> HttpResponse:
    """All items on one page, answered by the keys 1 to 5: a paper sheet, or read aloud one after another."""
    found = _sitting(request, sitting)
    policies.require_answering(_who(request), found)
    if not found.is_open:
        return redirect("desk:case_assess", found.case_id)
    runner = queries.runner(found)
    typed = {item.id: "" if item.value is None else str(item.value) for item in runner.items}
    happened_at = ""
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        finishing = request.POST.get("do") == "finish"
        happened_at = request.POST.get("happened_at", "").strip()
        before, typed = typed, {name: request.POST.get(name, "").strip() for name in typed}
        done, errors = attempt(
            request,
            "录入测评答案",
            lambda: _enter(found, before, typed, request.POST, finish=finishing),
        )
        if done is not None and finishing:
            return back(request, "desk:result", "答案已录入并计分", done.result.pk)
        if done is not None:
            return back(request, "desk:sitting_entry", "已保存，可以接着录入", found.pk)
    labels = {item.id: f"第 {item.index} 题" for item in runner.items} | {"happened_at": "作答时间"}
    rows = [{"item": item, "value": typed[item.id], "errors": errors.get(item.id, [])} for item in runner.items]
    context = {
        **_case_frame(request, found),
        "sitting": found,
        "runner": runner,
        "rows": rows,
        "filled": sum(bool(value) for value in typed.values()),
        "happened_at": happened_at,
        "errors": errors,
        "labels": labels,
        "reading": found.mode == Sitting.Mode.READ,
        "may_leave_out": bool(errors) and any(name in typed for name in errors),
    }
    return render(request, "desk/assess/entry.html", context, status=422 if errors else 200)


def _enter(
    sitting: Sitting, before: Mapping[str, str], typed: Mapping[str, str], posted: Mapping[str, Any], *, finish: bool
) -> Sitting:
    """Store what changed, then end the sheet where asked. Whoever typed is told every fault before anything is kept."""
    changed, faults = {}, {}
    for item, text in typed.items():
        if text == before[item]:
            continue
        if text.isascii() and text.isdecimal() and len(text) == 1:
            changed[item] = int(text)
        elif text:
            faults[item] = ["请填 1 到 5 的数字"]
        else:
            faults[item] = ["已经保存过的答案可以改，不能清空"]
    if faults:
        raise Invalid(faults)
    happened_at = moment(posted)
    if sitting.mode == Sitting.Mode.PAPER:
        if changed or not finish:
            sitting = commands.enter_answers(sitting, changed, happened_at=happened_at)
    else:
        sitting = commands.start(sitting, happened_at=happened_at)
        for item, value in changed.items():
            commands.answer(sitting, item, value, client_key=f"read:{uuid.uuid4().hex}")
    if not finish:
        return sitting
    return commands.finish(sitting, allow_missing=bool(posted.get("allow_missing")), happened_at=happened_at)


# -- a result ------------------------------------------------------------------------------------------------------


@surface("staff", right="assessment.read")
@require_safe
def result(request: HttpRequest, result: uuid.UUID) -> HttpResponse:
    """One frozen result: the picture, the code with its ties, what to be careful about, the words, the own answers."""
    who = _who(request)
    rows = assessment_policies.scope(who).select_related(
        "sitting__organisation", "sitting__assigned_by__user", "person"
    )
    found = get_or_404(rows, result)
    assessment_policies.require(who, "assessment.read", found)
    note_reading(who, found, found.person_id, "查看测评结果")
    scores = found.scores
    case_id = found.case_id
    context = {
        "result": found,
        "sitting": found.sitting,
        "person": found.person,
        "scores": scores,
        "texts": scores["texts"],
        "profile": scores["profile"],
        "table": assessment.report_context(found, mode="web")["scores"],
        "scales": [scale for scale in scores["scales"] if scale["text"]],
        "levels": assessment.LEVELS,
        "chart": assessment.chart(scores, mode="web"),
        "cautions": assessment.cautions(found),
        "answers": _answers(found.sitting),
        "minutes": round(scores["seconds"] / 60, 1) if scores["seconds"] else None,
        "case_url": address("desk:case_assess", case_id) if case_id else "",
        "match_url": address("desk:case_match", case_id) if case_id and holds(who, "matching.read") else "",
    }
    return render(request, "desk/assess/result.html", context)


def _answers(sitting: Sitting) -> list[dict[str, Any]]:
    """Item texts with the answers in words; empty once the answers were erased or the items are of another version."""
    try:
        runner = queries.runner(sitting)
    except NotReady:
        return []
    words = dict(runner.options)
    if not runner.progress.answered:
        return []
    return [
        {"index": item.index, "text": item.text, "value": item.value, "words": words.get(item.value or 0, "没有答")}
        for item in runner.items
    ]


# -- the agency ----------------------------------------------------------------------------------------------------


@surface("staff", right="sittings.read")
@require_safe
def assessments(request: HttpRequest) -> HttpResponse:
    """Every sitting of the agency: who is answering, who has not begun, what came of it."""
    who, asked = _who(request), request.GET
    state = asked.get("state", "") if asked.get("state") in Sitting.State.values else ""
    mode = asked.get("mode", "") if asked.get("mode") in Sitting.Mode.values else ""
    words = asked.get("q", "")[:60]
    page = Paginator(queries.listed(who, state=state, mode=mode, words=words), PER_PAGE).get_page(asked.get("page"))
    answered = queries.answered_counts(list(page))
    may_read = holds(who, "assessment.read")
    total = len(_definition().items)
    rows = [
        {
            "sitting": sitting,
            "tone": TONES[Sitting.State(sitting.state)],
            "answered": answered[sitting.pk],
            "result": getattr(sitting, "result", None) if may_read else None,
        }
        for sitting in page
    ]
    counts = queries.state_counts(who)
    url = reverse("desk:assessments")
    context = {
        "page": page,
        "rows": rows,
        "empty": not rows,
        "total": total,
        "state": state,
        "mode": mode,
        "words": words,
        "narrowed": bool(state or mode or words),
        "states": [{"value": value, "label": label} for value, label in Sitting.State.choices],
        "modes": [{"value": value, "label": label} for value, label in Sitting.Mode.choices],
        "stats": [
            {
                "label": label,
                "value": counts.get(value, 0),
                "url": f"{url}?state={value}",
                "tone": "soon" if value == Sitting.State.EXPIRED and counts.get(value) else "",
            }
            for value, label in Sitting.State.choices
            if value in (Sitting.State.STARTED, Sitting.State.ASSIGNED, Sitting.State.FINISHED, Sitting.State.EXPIRED)
        ],
        "norms": norms.overview(_definition()),
        "columns": [
            {"key": "person", "label": "本人", "pin": True},
            {"key": "state", "label": "状态"},
            {"key": "progress", "label": "已答", "num": True},
            {"key": "mode", "label": "方式"},
            {"key": "assigned", "label": "布置"},
            {"key": "by", "label": "布置人"},
            {"key": "until", "label": "完成或有效至"},
            {"key": "go", "label": "查看"},
        ],
    }
    return render(request, "desk/assess/list.html", context)


@surface("staff", right="sittings.read")
@require_http_methods(["GET", "HEAD", "POST"])
def norms_page(request: HttpRequest) -> HttpResponse:
    """How far each norm has come; the section head publishes one when the group is large enough."""
    definition, error = _definition(), ""
    if request.method == "POST":
        group = request.POST.get("group", "")
        norm, errors = attempt(request, "发布常模", lambda: norms.publish_norm(definition.id, group))
        if norm is not None:
            return back(request, "desk:norms", f"“{norms.GROUPS.get(group, group)}”常模已发布，共 {norm.n} 人")
        error = "；".join(text for texts in errors.values() for text in texts)
    context = {
        "definition": definition,
        "groups": norms.overview(definition),
        "may_publish": holds(_who(request), "assessment.publish_norm"),
        "error": error,
        "columns": [
            {"key": "group", "label": "群体"},
            {"key": "n", "label": "已收集", "num": True},
            {"key": "lacking", "label": "还差", "num": True},
            {"key": "published", "label": "已发布的常模"},
            {"key": "do", "label": "发布"},
        ],
    }
    return render(request, "desk/assess/norms.html", context, status=422 if error else 200)
