"""How far the body meets the standards: where it stands, what to do next, each clause with its evidence."""

import uuid
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_POST, require_safe

from zhiyin.domain.accounts.roles import holds
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.conformance import commands, measuring, policies, queries, reports
from zhiyin.domain.conformance.models import NotApplicable
from zhiyin.domain.conformance.showing import Shown
from zhiyin.domain.files import queries as files
from zhiyin.domain.organisations.models import Organisation
from zhiyin.engines.conformance import VERDICTS, Verdict, charting
from zhiyin.kernel.errors import Invalid
from zhiyin.web.surface import attempt, back, get_or_404, surface

TONES = {
    Verdict.MET: "good",
    Verdict.PARTLY: "half",
    Verdict.UNMET: "bad",
    Verdict.UNPROVEN: "ask",
    Verdict.NOT_APPLICABLE: "na",
}
STAT_TONES = {Verdict.UNMET: "late", Verdict.PARTLY: "soon", Verdict.MET: "good"}
TODO = "todo"
FIRST = 12
"""How many clauses the list shows before it is asked for all."""

# where a row behind a finding is opened; what belongs to a case opens the case
_PAGES = {
    "casework.case": "desk:case",
    "clients.clientfile": "desk:file",
    "agencies.staff": "desk:staff_member",
    "agencies.room": "desk:room",
    "quality.feedbackrequest": "desk:feedback",
    "quality.improvement": "desk:improvement",
    "quality.complaint": "desk:complaint",
    "assessment.result": "desk:result",
    "conformance.manualevidence": "desk:conformance_file",
}


def _who(request: HttpRequest) -> Actor:
    who: Actor = request.actor  # type: ignore[attr-defined]
    return who


def _organisation(request: HttpRequest) -> Organisation:
    organisation: Organisation = request.membership.organisation  # type: ignore[attr-defined]
    return organisation


def _standard(request: HttpRequest, code: str) -> measuring.Standard:
    try:
        return measuring.standard(_organisation(request), code)
    except Invalid:
        raise Http404("没有这部标准的衡量办法") from None


def _url(shown: Shown) -> str:
    try:
        if shown.parent:
            return reverse("desk:case", args=[shown.parent])
        return reverse(_PAGES[shown.model], args=[shown.pk]) if shown.model in _PAGES else ""
    except NoReverseMatch:
        return ""


@surface("staff", right="conformance.read")
@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """The first standard that the body works by."""
    found = measuring.standards(_organisation(request))
    if not found:
        raise Http404("还没有装载任何标准的衡量办法")
    return redirect("desk:conformance_board", standard=found[0].code)


@surface("staff", right="conformance.read")
@require_safe
def board(request: HttpRequest, standard: str) -> HttpResponse:
    """Where the body stands against one standard, and what brings most next."""
    who, organisation = _who(request), _organisation(request)
    chosen = _standard(request, standard)
    latest = queries.latest(who, organisation, chosen.code)
    context: dict[str, Any] = {
        "chosen": chosen,
        "tabs": _tabs(request, chosen),
        "may_manage": holds(who, "conformance.manage"),
        "menu_small": False,
    }
    if latest is None:
        context["total"] = len(measuring.clauses(chosen.set))
        return render(request, "desk/conformance/board.html", context)
    found = queries.board(latest)
    history = queries.history(who, organisation, chosen.code)
    rows, filters = _filtered(request, found)
    whole = len(rows)
    if not request.GET.get("all"):
        rows = rows[:FIRST]
    query = request.GET.copy()
    query["all"] = "1"
    context |= {
        "found": found,
        "run": latest,
        "stats": _stats(chosen, found),
        "chapters": charting.chapters(
            [(chapter.title, chapter.counts) for chapter in found.chapters], title="各部分条款的结论", key="chapters"
        ),
        "history": charting.history(
            [(point.on, point.score) for point in history[-12:]], title="历次得分", key="history"
        )
        if len(history) > 1
        else None,
        "better": [change for change in found.changes if change.is_better],
        "worse": [change for change in found.changes if not change.is_better],
        "rows": [_row(line) for line in rows],
        "whole": whole,
        "more": whole - len(rows),
        "more_url": f"?{query.urlencode()}#clauses",
        "to_do": len(found.to_do),
        "columns": _columns(
            ("clause", "条款"), ("verdict", "结论"), ("how", "怎么量"), ("value", "实测／要求"), ("next", "下一步")
        ),
        **filters,
    }
    return render(request, "desk/conformance/board.html", context)


def _columns(*pairs: tuple[str, str]) -> list[dict[str, Any]]:
    plain = {"sort": "", "sort_url": "", "optional": False}
    return [
        {**plain, "key": key, "label": label, "num": key == "value", "pin": index == 0}
        for index, (key, label) in enumerate(pairs)
    ]


def _tabs(request: HttpRequest, chosen: measuring.Standard) -> list[dict[str, Any]]:
    return [
        {
            "label": item.title if item.chosen else f"{item.title}（对照）",
            "url": reverse("desk:conformance_board", args=[item.code]),
            "current": item.code == chosen.code,
            "count": 0,
        }
        for item in measuring.standards(_organisation(request))
    ]


def _stats(chosen: measuring.Standard, found: queries.Board) -> list[dict[str, Any]]:
    base = reverse("desk:conformance_board", args=[chosen.code])
    return [
        {
            "label": verdict.label,
            "value": count,
            "tone": STAT_TONES.get(verdict, "") if count else "",
            "icon": {"good": "ok", "half": "half", "bad": "bad", "ask": "ask", "na": "na"}[TONES[verdict]],
            "url": f"{base}?verdict={verdict.value}&all=1#clauses",
        }
        for verdict, count in found.counts
    ]


def _filtered(request: HttpRequest, found: queries.Board) -> tuple[list[queries.ClauseLine], dict[str, Any]]:
    """The clauses that the filters leave: by default those that need work, what brings most first."""
    verdict, chapter, words = (request.GET.get(key, "").strip() for key in ("verdict", "chapter", "q"))
    known = {item.value for item in VERDICTS}
    if verdict not in known and verdict != "every":
        verdict = "" if not (chapter or words) else "every"
    rows = found.to_do if not verdict else found.lines
    if verdict in known:
        rows = [line for line in rows if line.verdict.value == verdict]
    if chapter:
        rows = [line for line in rows if measuring.chapter(line.clause) == chapter]
    if words:
        rows = [line for line in rows if words.lower() in f"{line.clause.id} {line.clause.gist}".lower()]
    options = [{"value": item.value, "label": item.label} for item in VERDICTS]
    return rows, {
        "verdict": verdict,
        "chapter": chapter,
        "q": words,
        "verdicts": [{"value": "every", "label": "全部结论"}, *options],
        "parts": [{"value": item.title, "label": item.title} for item in found.chapters],
    }


def _row(line: queries.ClauseLine) -> dict[str, Any]:
    first = line.first
    measure = first.measure
    return {
        "clause": line.clause,
        "verdict": line.verdict,
        "tone": TONES[line.verdict],
        "title": measure.title if measure else first.row.measure,
        "value": first.value,
        "threshold": first.threshold,
        "counted": first.counted,
        "why": first.row.why,
        "advice": "" if line.verdict in {Verdict.MET, Verdict.NOT_APPLICABLE} or not measure else measure.advice,
        "manual": bool(measure and measure.by == "manual"),
        "effect": first.row.effect_why,
    }


@surface("staff", right="conformance.manage")
@require_POST
def run(request: HttpRequest, standard: str) -> HttpResponse:
    """Measure anew as of today."""
    chosen = _standard(request, standard)
    made, errors = attempt(request, "计算条款符合性", lambda: commands.run(_organisation(request), chosen.code))
    if errors:
        for found in errors.values():
            messages.error(request, "；".join(found))
        return redirect("desk:conformance_board", standard=chosen.code)
    score = "没有得分" if made.score is None else f"{made.score:g} 分"
    return back(request, "desk:conformance_board", f"按今天的数据算好了：{score}", standard=chosen.code)


@surface("staff", right="conformance.read")
@require_safe
def report(request: HttpRequest, standard: str, fmt: str) -> HttpResponse:
    """The self-assessment report of the latest run."""
    chosen = _standard(request, standard)
    latest = queries.latest(_who(request), _organisation(request), chosen.code)
    if latest is None or fmt not in reports.MEDIA_TYPES:
        raise Http404("还没有可以打印的自评")
    response = HttpResponse(reports.render(_who(request), latest, fmt), content_type=reports.MEDIA_TYPES[fmt])
    name = f"{chosen.title}自评报告 {latest.on}.{fmt}"
    response.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response


# -- one clause ------------------------------------------------------------------------------------------------------


@surface("staff", right="conformance.read")
@require_safe
def clause(request: HttpRequest, standard: str, clause: str) -> HttpResponse:
    """One clause: what it asks, how it is measured, what was found, what shows it."""
    return _clause_page(request, standard, clause)


def _clause_page(
    request: HttpRequest, standard: str, clause: str, act: str = "", typed: Any = None, errors: Any = None
) -> HttpResponse:
    chosen = _standard(request, standard)
    page = queries.clause_page(_who(request), _organisation(request), chosen.code, clause)
    if page is None:
        raise Http404("这部标准里没有衡量这一条")
    context = {
        "page": page,
        "chosen": chosen,
        "crumbs": [
            {"label": "条款符合性", "url": reverse("desk:conformance")},
            {"label": chosen.title, "url": reverse("desk:conformance_board", args=[chosen.code])},
        ],
        "tone": TONES[page.verdict] if page.verdict else "ask",
        "lines": [_line(item) for item in (page.line.lines if page.line else ())],
        "unmet": [{"shown": item, "url": _url(item)} for item in page.unmet if item.model != measuring.EVIDENCE],
        "met": [{"shown": item, "url": _url(item)} for item in page.met if item.model != measuring.EVIDENCE],
        "papers": [{"row": paper, "act": f"withdraw-{paper.pk}"} for paper in page.papers],
        "history": [{"on": on, "verdict": verdict, "tone": TONES[verdict]} for on, verdict in page.history[-12:]],
        "may_manage": holds(_who(request), "conformance.manage"),
        "act": act,
        "typed": {"note": "", "dated": "", "valid_until": "", "reason": "", **(typed or {})},
        "errors": errors or {},
        "labels": {"note": "说明什么", "file": "文件", "dated": "证据日期", "valid_until": "有效至", "reason": "原因"},
    }
    return render(request, "desk/conformance/clause.html", context, status=422 if errors else 200)


_BY = {"query": "查服务记录", "manual": "人工举证", "construction": "系统保证"}


def _line(item: queries.Line) -> dict[str, Any]:
    measure = item.measure
    return {
        "title": measure.title if measure else item.row.measure,
        "by": _BY[measure.by] if measure else "",
        "verdict": item.verdict,
        "tone": TONES[item.verdict],
        "why": item.row.why,
        "advice": measure.advice if measure and item.verdict not in {Verdict.MET, Verdict.NOT_APPLICABLE} else "",
        "function": measure.function if measure else "",
        "test": measure.test if measure else "",
        "effect": item.row.effect_why,
    }


def _date(request: HttpRequest, name: str, errors: dict[str, list[str]]) -> date | None:
    text = request.POST.get(name, "").strip()
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        errors[name] = ["日期要写成 2026-11-19 这样"]
        return None


@surface("staff", right="conformance.manage")
@require_POST
def evidence_add(request: HttpRequest, standard: str, clause: str) -> HttpResponse:
    """Bring a paper for a clause."""
    chosen = _standard(request, standard)
    typed = {name: request.POST.get(name, "") for name in ("note", "dated", "valid_until")}
    errors: dict[str, list[str]] = {}
    dated, valid_until = _date(request, "dated", errors), _date(request, "valid_until", errors)
    upload = request.FILES.get("file")
    if not errors:
        _, errors = attempt(
            request,
            "上传条款证据",
            lambda: commands.add_evidence(
                _organisation(request),
                clause,
                note=typed["note"],
                dated=dated,
                valid_until=valid_until,
                name=upload.name or "" if upload else "",
                content=upload.read() if upload else b"",
            ),
        )
    if errors:
        return _clause_page(request, chosen.code, clause, "evidence", typed, errors)
    return back(
        request, "desk:conformance_clause", "证据已保存，重新计算后计入结论", standard=chosen.code, clause=clause
    )


@surface("staff", right="conformance.manage")
@require_POST
def waive(request: HttpRequest, standard: str, clause: str) -> HttpResponse:
    """Say that a clause does not apply here."""
    chosen = _standard(request, standard)
    typed = {"reason": request.POST.get("reason", "")}
    _, errors = attempt(
        request,
        "声明条款不适用",
        lambda: commands.declare_not_applicable(_organisation(request), clause, typed["reason"]),
    )
    if errors:
        return _clause_page(request, chosen.code, clause, "waive", typed, errors)
    return back(
        request, "desk:conformance_clause", "已声明不适用，重新计算后不再计分", standard=chosen.code, clause=clause
    )


@surface("staff", right="conformance.manage")
@require_POST
def unwaive(request: HttpRequest, standard: str, clause: str) -> HttpResponse:
    """The clause applies again."""
    chosen = _standard(request, standard)
    rows = NotApplicable.objects.filter(organisation=_organisation(request), clause=clause, ended_on=None)
    row = rows.first()
    if row is None:
        raise Http404("这一条没有声明不适用")
    _, errors = attempt(request, "条款恢复适用", lambda: commands.end_not_applicable(row))
    if errors:
        return _clause_page(request, chosen.code, clause, "waive", None, errors)
    return back(
        request, "desk:conformance_clause", "这一条恢复适用，重新计算后计分", standard=chosen.code, clause=clause
    )


# -- evidence --------------------------------------------------------------------------------------------------------


@surface("staff", right="conformance.read")
@require_safe
def evidence(request: HttpRequest, standard: str) -> HttpResponse:
    """Every paper brought for a standard, those whose term ends first before the others."""
    chosen = _standard(request, standard)
    rows = queries.evidence(_who(request), _organisation(request), chosen.code)
    context = {
        "chosen": chosen,
        "rows": rows,
        "crumbs": [
            {"label": "条款符合性", "url": reverse("desk:conformance")},
            {"label": chosen.title, "url": reverse("desk:conformance_board", args=[chosen.code])},
        ],
        "columns": _columns(
            ("clause", "条款"), ("note", "说明什么"), ("dated", "证据日期"), ("until", "有效至"), ("by", "上传")
        ),
    }
    return render(request, "desk/conformance/evidence.html", context)


@surface("staff", right="conformance.read")
@require_safe
def evidence_file(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The paper itself."""
    found = get_or_404(policies.evidence_scope(_who(request)).select_related("file"), pk)
    response = HttpResponse(files.content(found.file), content_type=found.file.media_type)
    response.headers["Content-Disposition"] = content_disposition_header(True, found.file.name) or "attachment"
    return response


@surface("staff", right="conformance.manage")
@require_POST
def evidence_withdraw(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Take a paper back; it stays in sight and counts no longer."""
    found = get_or_404(policies.evidence_scope(_who(request), "conformance.manage"), pk)
    standard = found.clause.partition("-")[0]
    reason = request.POST.get("reason", "")
    _, errors = attempt(request, "撤回条款证据", lambda: commands.withdraw_evidence(found, reason))
    if errors:
        return _clause_page(request, standard, found.clause, f"withdraw-{pk}", {"reason": reason}, errors)
    return back(request, "desk:conformance_clause", "证据已撤回", standard=standard, clause=found.clause)
