"""What an organisation changes in its standards: profiles, proposals, judgement, taking back, and the Excel way."""

import uuid
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhiyin.domain.accounts.roles import holds
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.standards import commands, editing, policies, queries, register, rulebook
from zhiyin.domain.standards.models import ProfileChange, State
from zhiyin.domain.standards.values import KEYS, KINDS, editable_values
from zhiyin.kernel.errors import DefinitionError, Invalid, NotReady
from zhiyin.packs.installed import registry
from zhiyin.web.desk.views_standards import definition_url, one_of, tabs
from zhiyin.web.surface import attempt, back, get_or_404, surface

PAGE = 20
TONES = {
    State.DRAFT: "wait",
    State.SUBMITTED: "soon",
    State.APPROVED: "good",
    State.RETURNED: "late",
    State.TAKEN_BACK: "na",
}
ACT_WORDS = {State.SUBMITTED: "提交", State.APPROVED: "批准", State.RETURNED: "退回", State.TAKEN_BACK: "收回"}
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LABELS = {
    "title": "改什么",
    "why": "为什么改",
    "effective_from": "从哪天起",
    "effective_on": "从哪天起",
    "operations": "改动的内容",
    "profiles": "方案",
    "note": "意见",
    "reason": "用途",
    "file": "Excel 文件",
    "value": "新的取值",
    "valid_from": "自",
    "valid_to": "至",
    "new_label": "要加的题目",
    "new_type": "怎么填",
    "new_options": "选项",
    "new_section": "加在哪一部分",
}
TYPED = (
    *("title", "why", "effective_from", "value", "valid_from", "valid_to", "source"),
    *("new_label", "new_section", "new_type", "new_options", "new_help", "new_required"),
)
_FOUND = "standards-sheet-findings"


def _who(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def _agency(request: HttpRequest) -> Organisation:
    return request.membership.organisation  # type: ignore[attr-defined,no-any-return]


def _day(text: str, name: str) -> date | None:
    if not text.strip():
        return None
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        raise Invalid({name: ["请写成 2026-01-31 这样的日期"]}) from None


def _crumbs(*more: dict[str, str]) -> list[dict[str, str]]:
    return [{"label": "方案与修改", "url": reverse("desk:standard_changes")}, *more]


# -- the overview ------------------------------------------------------------------------------------------------------


@surface("staff", right="standards.read")
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """The profiles the organisation works under, its changes by state, and approved ones that no longer fit."""
    agency, who = _agency(request), _who(request)
    state = one_of(request.GET, "state", State.values)
    page = Paginator(register.changes(who, state), PAGE).get_page(request.GET.get("page"))
    standing = queries.standing(agency.pk)
    context = {
        "tabs": tabs(request, "changes"),
        "chosen": _profiles(standing.profiles),
        "choices": [{"row": row, "titles": _titles(row.profiles)} for row in register.chosen_profiles(agency.pk)],
        "today": timezone.localdate(),
        "unfit": standing.unfit,
        "page": page,
        "rows": [{"change": row, "tone": TONES[State(row.state)]} for row in page],
        "state": state,
        "states": [{"value": value, "label": label} for value, label in State.choices],
        "may_choose": holds(who, "standards.choose"),
        "may_propose": holds(who, "standards.propose"),
        "columns": [
            {"key": "title", "label": "修改", "pin": True},
            {"key": "state", "label": "状态"},
            {"key": "from", "label": "自何日起"},
            {"key": "author", "label": "提出"},
            {"key": "effects", "label": "例子有变", "num": True},
        ],
    }
    return render(request, "desk/standards/changes.html", context)


def _profiles(ids: Any) -> list[dict[str, str]]:
    known = {profile.id: profile for profile in registry().all("profile")}
    return [{"title": known[id].title if id in known else id, "url": definition_url("profile", id)} for id in ids]


def _titles(ids: Any) -> str:
    return "、".join(item["title"] for item in _profiles(ids)) or "不用方案"


@surface("staff", right="standards.choose")
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Choose the profiles that the organisation works under from a day on."""
    agency = _agency(request)
    errors: dict[str, list[str]] = {}
    picked = list(queries.standing(agency.pk).profiles)
    typed = {"effective_from": f"{timezone.localdate():%Y-%m-%d}", "why": ""}
    if request.method == "POST":
        picked = request.POST.getlist("profiles")
        typed = {name: request.POST.get(name, "") for name in typed}

        def run() -> Any:
            day = _day(typed["effective_from"], "effective_from")
            return commands.set_profile(agency, picked, effective_from=day, why=typed["why"])

        made, errors = attempt(request, "选用方案", run)
        if not errors:
            return back(request, "desk:standard_changes", f"自 {made.effective_from} 起用：{_titles(picked)}")
    context = {
        "crumbs": _crumbs(),
        "profiles": [
            {"id": item.id, "title": item.title, "fits": item.fits, "ticked": item.id in picked}
            for item in queries.profile_choices(agency)
        ],
        "typed": typed,
        "errors": errors,
        "labels": LABELS,
    }
    return render(request, "desk/standards/profile.html", context, status=422 if errors else 200)


# -- proposing ---------------------------------------------------------------------------------------------------------


@surface("staff", right="standards.propose")
@require_safe
def values(request: HttpRequest) -> HttpResponse:
    """Choose what to change: parameters, forms and documents of the organisation."""
    resolved = queries.active(_agency(request).pk)
    kind = one_of(request.GET, "kind", KINDS) or "form"
    words = request.GET.get("q", "").strip()[:60].casefold()
    rows = [
        {
            "title": title,
            "id": id,
            "url": reverse("desk:standard_change_new", args=[kind, id]),
            "changed": len(resolved.changes(kind, id)),
        }
        for id, title in register.definition_titles(resolved, kind)
        if all(word in f"{id} {title}".casefold() for word in words.split())
    ]
    context = {
        "crumbs": _crumbs(),
        "kinds": [{"label": label, "url": f"?kind={code}", "current": code == kind} for code, label in KINDS.items()],
        "kind": kind,
        "words": words,
        "page": Paginator(rows, 40).get_page(request.GET.get("page")),
        "columns": [
            {"key": "title", "label": KINDS[kind], "pin": True},
            {"key": "id", "label": "编号"},
            {"key": "changed", "label": "已有改动", "num": True},
        ],
    }
    return render(request, "desk/standards/values.html", context)


@surface("staff", right="standards.propose")
@require_http_methods(["GET", "HEAD", "POST"])
def change_new(request: HttpRequest, sort: str, definition: str) -> HttpResponse:
    """Change the values of one definition, or add a question to a form; stored as a draft."""
    agency = _agency(request)
    resolved = queries.active(agency.pk)
    if sort not in KINDS or not resolved.offers(sort, definition):
        raise Http404("没有这个可以改的定义")
    found = resolved.get(sort, definition)
    errors: dict[str, list[str]] = {}
    typed: dict[str, str] = {}
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in request.POST}

        def run() -> ProfileChange:
            day = _day(typed.get("effective_from", ""), "effective_from") or timezone.localdate()
            wanted = editing.operations(
                resolved, sort, definition, typed, why=typed.get("why", "").strip(), effective_from=day
            )
            return commands.propose(
                agency,
                title=typed.get("title", "") or f"修改{found.title}",
                operations=wanted,
                why=typed.get("why", ""),
                effective_from=day,
            )

        made, errors = attempt(request, "提出标准的修改", run)
        if not errors:
            return back(request, "desk:standard_change", "已存为草稿，看过影响再提交", made.pk)
    context = {
        "crumbs": _crumbs({"label": KINDS[sort], "url": f"{reverse('desk:standard_values')}?kind={sort}"}),
        "found": found,
        "sort": sort,
        "kind": KINDS[sort],
        "is_parameter": sort == "parameter",
        "typed": {**dict.fromkeys(TYPED, ""), "effective_from": f"{timezone.localdate():%Y-%m-%d}", **typed},
        "groups": _groups(resolved, sort, definition, typed, errors),
        "figure": rulebook.figures(resolved, [definition])[0] if sort == "parameter" else None,
        "places": [{"value": item.at, "label": item.title} for item in editing.places(resolved, sort, definition)],
        "types": [{"value": value, "label": label} for value, label in editing.FIELD_KINDS.items()],
        "yes_no": [{"value": "yes", "label": "是"}, {"value": "no", "label": "否"}],
        "errors": errors,
        "labels": LABELS,
    }
    return render(request, "desk/standards/change_new.html", context, status=422 if errors else 200)


def _groups(resolved: Any, sort: str, definition: str, typed: dict[str, str], errors: Any) -> list[dict[str, Any]]:
    """The controls of a form or document, those of one question together."""
    if sort == "parameter":
        return []
    groups: dict[str, dict[str, Any]] = {}
    for value in editable_values(resolved, [sort], [definition]):
        name = editing.name_of(value)
        group = groups.setdefault(value.at, {"title": value.what, "controls": [], "open": False})
        standing = ("yes" if value.value else "no") if value.type == "boolean" else value.shown
        shown = typed.get(name, standing)
        group["open"] = group["open"] or shown != standing or name in errors
        group["controls"].append(
            {
                "name": name,
                "label": KEYS[value.key],
                "value": shown,
                "type": "radio" if value.type == "boolean" else "text" if value.key == "label" else "textarea",
                "layer": value.layer,
                "errors": errors.get(name),
            }
        )
    return list(groups.values())


# -- one change --------------------------------------------------------------------------------------------------------


def _change(request: HttpRequest, pk: uuid.UUID) -> ProfileChange:
    rows = policies.scope(_who(request)).select_related("author__user", "organisation")
    found: ProfileChange = get_or_404(rows, pk)
    return found


@surface("staff", right="standards.read")
@require_safe
def change(request: HttpRequest, change: uuid.UUID) -> HttpResponse:
    """One change: what it does, what it does to the examples, what was said about it, and what may be done now."""
    return _show(request, _change(request, change))


def _show(
    request: HttpRequest, found: ProfileChange, errors: dict[str, list[str]] | None = None, act: str = ""
) -> HttpResponse:
    who = _who(request)
    lines, fault = register.lines_of(found)
    own = found.author is not None and found.author.user_id == who.user_id
    is_open = found.state in commands.EDITABLE
    previewed = is_open and not fault
    approved = found.state == State.APPROVED
    may_take_back = found.state != State.TAKEN_BACK and (holds(who, "standards.approve") if approved else own)
    context = {
        "crumbs": _crumbs(),
        "found": found,
        "tone": TONES[State(found.state)],
        "lines": [{"line": item, "url": definition_url(item.kind, item.id)} for item in lines],
        "fault": fault,
        "effects": register.effects_in_words(
            queries.active(found.organisation_id), commands.effects_of(found) if previewed else found.effects
        ),
        "previewed": previewed,
        "acts": [{"act": item, "words": ACT_WORDS[State(item.kind)]} for item in register.acts(found)],
        "may_edit": is_open and holds(who, "standards.propose"),
        "may_judge": queries.may_judge(who, found),
        "may_take_back": may_take_back,
        "waits": found.state == State.SUBMITTED and own,
        "approved": approved,
        "today": timezone.localdate(),
        "typed": {name: request.POST.get(name, "") for name in ("note", "effective_on")},
        "errors": errors or {},
        "labels": LABELS,
        "act": act,
        "findings": request.session.pop(_FOUND, None) if request.method == "GET" else None,
        "columns": [
            {"key": "what", "label": "改哪里"},
            {"key": "before", "label": "原来"},
            {"key": "after", "label": "改成"},
        ],
        "effect_columns": [
            {"key": "case", "label": "例子"},
            {"key": "before", "label": "原来"},
            {"key": "after", "label": "改后"},
        ],
    }
    return render(request, "desk/standards/change.html", context, status=422 if errors else 200)


@surface("staff", right="standards.propose")
@require_http_methods(["GET", "HEAD", "POST"])
def change_edit(request: HttpRequest, change: uuid.UUID) -> HttpResponse:
    """Mend a draft or what was returned: its words, its day, and which of its parts stay."""
    found = _change(request, change)
    if found.state not in commands.EDITABLE:
        raise NotReady("已经提交的修改不能再改；请先退回或收回")
    errors: dict[str, list[str]] = {}
    typed = {
        "title": found.title,
        "why": found.why,
        "effective_from": found.effective_from.isoformat(),
        "version": str(found.version),
    }
    dropped: set[str] = set()
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in typed}
        dropped = set(request.POST.getlist("drop"))

        def run() -> ProfileChange:
            day = _day(typed["effective_from"], "effective_from")
            left = editing.kept(found.operations, dropped, typed["why"].strip())
            version = int(typed["version"]) if typed["version"].isdecimal() else 0
            return commands.change(
                found, version=version, title=typed["title"], why=typed["why"], effective_from=day, operations=left
            )

        _, errors = attempt(request, "更改标准的修改", run)
        if not errors:
            return back(request, "desk:standard_change", "已更改", found.pk)
    context = {
        "crumbs": _crumbs({"label": found.title, "url": reverse("desk:standard_change", args=[found.pk])}),
        "found": found,
        "typed": typed,
        "parts": [{**part, "ticked": part["name"] in dropped} for part in _parts(found)],
        "errors": errors,
        "labels": LABELS,
    }
    return render(request, "desk/standards/change_edit.html", context, status=422 if errors else 200)


def _parts(found: ProfileChange) -> list[dict[str, str]]:
    """The operations of a change by name, each in a line."""
    resolved = queries.active(found.organisation_id)
    parts = []
    for index, item in enumerate(found.operations.get("select", [])):
        parts.append({"name": f"select[{index}]", "label": f"提供哪些 {item['kind']}", "text": ""})
    for index, item in enumerate(found.operations.get("set", [])):
        parts.append(
            {
                "name": f"set[{index}]",
                "label": _title(resolved, "parameter", item["parameter"]),
                "text": register.value_words(item["values"]),
            }
        )
    for index, item in enumerate(found.operations.get("alter", [])):
        target = item["definition"]
        text = item.get("set") or item.get("add") or f"去掉 {item.get('remove')}"
        parts.append(
            {
                "name": f"alter[{index}]",
                "label": _title(resolved, target["kind"], target["id"]),
                "text": register.value_words(text),
            }
        )
    return parts


def _title(resolved: Any, kind: str, id: str) -> str:
    try:
        return str(resolved.get(kind, id).title)
    except DefinitionError:
        return id


ACTS = {
    "submit": ("提交标准的修改", "已提交，等另一位批准"),
    "approve": ("批准标准的修改", "已批准"),
    "return": ("退回标准的修改", "已退回"),
    "take-back": ("收回标准的修改", "已收回"),
}


@surface("staff", right="standards.read")
@require_POST
def change_act(request: HttpRequest, change: uuid.UUID, act: str) -> HttpResponse:
    """Submit, approve, return, take back."""
    found = _change(request, change)
    if act not in ACTS:
        raise Http404("没有这样的处理")
    note = request.POST.get("note", "")

    def run() -> ProfileChange:
        match act:
            case "submit":
                return commands.submit(found)
            case "approve":
                return commands.approve(found, note=note)
            case "return":
                return commands.return_(found, note=note)
        day = _day(request.POST.get("effective_on", ""), "effective_on")
        return commands.take_back(found, note=note, effective_on=day)

    reason, done = ACTS[act]
    _, errors = attempt(request, reason, run)
    if errors:
        return _show(request, found, errors, act)
    return back(request, "desk:standard_change", done, found.pk)


# -- Excel -------------------------------------------------------------------------------------------------------------


@surface("staff", right="standards.read")
@require_http_methods(["GET", "HEAD", "POST"])
def export(request: HttpRequest) -> HttpResponse:
    """The values that the organisation may set for itself, as a workbook."""
    reason = request.POST.get("reason", "")
    kinds = [kind for kind in request.POST.getlist("kinds") if kind in KINDS] or list(KINDS)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        book, errors = attempt(
            request, "导出标准里可改的值", lambda: commands.export_values(_agency(request), reason, kinds=kinds)
        )
        if not errors:
            response = HttpResponse(book, content_type=XLSX)
            name = f"标准里可改的值-{timezone.localdate():%Y%m%d}.xlsx"
            response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
            return response
    context = {
        "crumbs": _crumbs(),
        "kinds": [{"value": value, "label": label, "ticked": value in kinds} for value, label in KINDS.items()],
        "reason": reason,
        "errors": errors,
        "labels": LABELS,
    }
    return render(request, "desk/standards/export.html", context, status=422 if errors else 200)


@surface("staff", right="standards.propose")
@require_http_methods(["GET", "HEAD", "POST"])
def import_(request: HttpRequest) -> HttpResponse:
    """Read an edited workbook: the good rows become a draft, the faulty ones are told one by one."""
    errors: dict[str, list[str]] = {}
    typed = {"title": "", "why": "", "effective_from": f"{timezone.localdate():%Y-%m-%d}"}
    if request.method == "POST":
        typed = {name: request.POST.get(name, "") for name in typed}

        def run() -> Any:
            file = request.FILES.get("file")
            if file is None:
                raise Invalid({"file": ["请选择文件"]})
            day = _day(typed["effective_from"], "effective_from")
            return commands.import_values(
                _agency(request), file.read(), title=typed["title"], why=typed["why"], effective_from=day
            )

        made, errors = attempt(request, "读入标准的修改", run)
        if not errors:
            item, sheet = made
            request.session[_FOUND] = {
                "asked": sheet.asked,
                "good": sheet.good,
                "told": [str(finding) for finding in sheet.findings],
            }
            return back(request, "desk:standard_change", f"读入 {sheet.good} 行，已存为草稿", item.pk)
    context = {"crumbs": _crumbs(), "typed": typed, "errors": errors, "labels": LABELS}
    return render(request, "desk/standards/import.html", context, status=422 if errors else 200)
