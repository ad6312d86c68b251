"""The list of employers, a file with its tabs, its survey and its environment analysis, papers about it."""

import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhiyin.domain.accounts.roles import holds
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.documents import kinds
from zhiyin.domain.documents import policies as document_policies
from zhiyin.domain.documents import queries as documents
from zhiyin.domain.employers import commands, papers, policies, queries, surveys
from zhiyin.domain.employers.models import EmployerFile
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.planning import enterprise
from zhiyin.domain.standards.queries import active
from zhiyin.kernel.errors import Conflict, Invalid, NotReady
from zhiyin.web.surface import attempt, back, doing, get_or_404, surface
from zhiyin.web.ui.formdata import parse

TABS = (
    ("", "概况"),
    ("analysis", "环境分析"),
    ("staff", "在岗的服务对象"),
    ("papers", "文书"),
    ("history", "变更"),
)
READ_ONLY = ["GET", "HEAD", "POST"]


def actor_of(request: HttpRequest) -> Actor:
    who: Actor = request.actor  # type: ignore[attr-defined]
    return who


def house(request: HttpRequest) -> Organisation:
    organisation: Organisation = request.membership.organisation  # type: ignore[attr-defined]
    return organisation


def load(request: HttpRequest, employer: uuid.UUID, right: str = "employers.read") -> EmployerFile:
    """The file within reach, or 404."""
    found: EmployerFile = get_or_404(policies.scope(actor_of(request), right).select_related("organisation"), employer)
    return found


def posted_version(request: HttpRequest) -> int | None:
    """The version that the page was made from; None when it began with nothing stored."""
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() and len(text) < 10 else None


# -- the list -------------------------------------------------------------------------------------------------------

COLUMNS = [
    {"key": "name", "label": "单位", "pin": True},
    {"key": "number", "label": "档案号", "optional": True},
    {"key": "nature", "label": "性质"},
    {"key": "industry", "label": "行业"},
    {"key": "headcount", "label": "在岗人数", "num": True},
    {"key": "analysed", "label": "环境分析"},
    {"key": "changed", "label": "最近更改"},
]


@surface("staff", right="employers.read")
@require_safe
def employers(request: HttpRequest) -> HttpResponse:
    """All files of the agency in pinyin order, narrowed by the filters."""
    who, asked = actor_of(request), request.GET
    filters = queries.Filters(
        words=asked.get("q", "")[:60],
        nature=asked.get("nature", ""),
        industry=asked.get("industry", ""),
        size=asked.get("size", ""),
        analysed=asked.get("analysed", ""),
    )
    number = asked.get("page", "1")
    found = queries.list_files(who, filters, int(number) if number.isdecimal() and len(number) < 7 else 1)
    words = queries.Words(who.organisation_id)
    context = {
        "found": found,
        "is_empty": not found.total,
        "page": Paginator(range(found.total), queries.PAGE).get_page(found.page),
        "filters": filters,
        "narrowed": filters != queries.Filters(),
        "natures": words.choices("employer-nature"),
        "industries": words.choices("industry"),
        "sizes": words.choices("employer-size"),
        "done": [("yes", "做过"), ("no", "还没做")],
        "columns": COLUMNS,
        "may_write": holds(who, "employers.write"),
    }
    return render(request, "desk/employers/list.html", context)


# -- the survey -----------------------------------------------------------------------------------------------------


@surface("staff", right="employers.write")
@require_http_methods(READ_ONLY)
def new(request: HttpRequest) -> HttpResponse:
    """Open a file from the survey; whoever looks the same is shown first."""
    organisation = house(request)
    form = surveys.form_of(surveys.SURVEY, organisation)
    answers: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    alike: list[queries.Lookalike] = []
    distinct = request.POST.get("distinct") == "1"
    if request.method == "POST":
        answers = parse(form, request.POST)
        file, errors = attempt(
            request, "建立用人单位档案", lambda: commands.open_file(organisation, answers, distinct=distinct)
        )
        if file is not None:
            return back(request, "desk:employer", f"{file.name}的档案已建立，编号 {file.number}", file.pk)
        if {"name", "uscc"} & errors.keys():
            code = str(answers.get("uscc", "")).strip().upper()
            alike = queries.lookalikes(organisation, str(answers.get("name", "")), code)
    context = {
        **_survey(organisation, form, answers, errors),
        "file": None,
        "here": "登记用人单位",
        "alike": alike,
        "may_go_on": bool(alike) and not any(item.exact for item in alike),
        "distinct": distinct,
        "version": "",
        "theirs": None,
        "why": "",
        "cancel_url": reverse("desk:employers"),
    }
    return render(request, "desk/employers/survey.html", context, status=422 if errors else 200)


@surface("staff", right="employers.write")
@require_http_methods(READ_ONLY)
def edit(request: HttpRequest, employer: uuid.UUID) -> HttpResponse:
    """The survey filled with what the file says; saved as a new version of the file."""
    file = load(request, employer, "employers.write")
    form = surveys.form_of(surveys.SURVEY, file.organisation)
    answers: dict[str, Any] = queries.answers_of(file)
    errors: dict[str, list[str]] = {}
    status, theirs = 200, None
    why = request.POST.get("change_why", "")
    if request.method == "POST":
        answers = parse(form, request.POST)
        version = posted_version(request) or 0
        changed, errors = attempt(
            request, "更改用人单位档案", lambda: commands.change_file(file, version, answers, why)
        )
        if changed is not None:
            return back(request, "desk:employer", "已保存，以前的内容在“变更”里", file.pk)
        status = 409 if version != file.version else 422
        theirs = queries.history(file)[0] if status == 409 else None
    context = {
        **_survey(file.organisation, form, answers, errors),
        "file": file,
        "here": "更改采集内容",
        "alike": [],
        "may_go_on": False,
        "distinct": False,
        "version": file.version,
        "theirs": theirs,
        "why": why,
        "cancel_url": reverse("desk:employer", args=[file.pk]),
    }
    return render(request, "desk/employers/survey.html", context, status=status)


def _survey(organisation: Organisation, form: Any, answers: Any, errors: Any) -> dict[str, Any]:
    return {
        "form": form,
        "answers": answers,
        "errors": errors,
        "codelists": active(organisation).codelists(),
        "today": timezone.localdate(),
    }


# -- one file -------------------------------------------------------------------------------------------------------


@surface("staff", right="employers.read")
@require_safe
def page(request: HttpRequest, employer: uuid.UUID, employer_tab: str = "") -> HttpResponse:
    """The file: who it is above, one tab below."""
    file, who = load(request, employer), actor_of(request)
    may_staff = policies.can(who, "employers.staff", file)
    tabs = [item for item in TABS if item[0] != "staff" or may_staff]
    if employer_tab not in dict(tabs):
        raise Http404("没有这一页")
    shown = queries.file_page(file)
    more = {"staff": _staff, "papers": _papers, "history": _history}.get(employer_tab)
    context = {
        "page": shown,
        "file": file,
        "tab": employer_tab,
        "template": f"desk/employers/tab_{employer_tab or 'overview'}.html",
        "tabs": [
            {
                "label": label,
                "url": reverse("desk:employer_tab", args=[file.pk, slug])
                if slug
                else reverse("desk:employer", args=[file.pk]),
                "current": slug == employer_tab,
                "count": 0,
            }
            for slug, label in tabs
        ],
        "analyses": [
            {"analysis": item, "sections": queries.analysis_lines(item)}
            for item in shown.analyses
            if item.completed_at is not None
        ]
        if employer_tab == "analysis"
        else [],
        "open_parts": queries.open_parts(shown.draft) if shown.draft is not None and employer_tab == "analysis" else [],
        "may_write": holds(who, "employers.write"),
        "may_unmask": holds(who, "employers.unmask"),
        **(more(request, file) if more else {}),
    }
    return render(request, "desk/employers/file.html", context)


def _staff(request: HttpRequest, file: EmployerFile) -> dict[str, Any]:
    who = actor_of(request)
    return {
        "staff": queries.staff(who, file),
        "former": queries.staff(who, file, former=True),
        "results": enterprise.staff_results(file),
        "may_add": bool(file.answers.get("posts")),
    }


def _papers(request: HttpRequest, file: EmployerFile) -> dict[str, Any]:
    who = actor_of(request)
    found = kinds.kinds(who, file.organisation, kinds.Filters(subject=papers.EMPLOYER))
    may_write = document_policies.can(who, "documents.write")
    return {
        "papers": documents.list_for(who, subject_id=file.pk),
        "kinds": [(kind.id, kind.title) for kind in found if not kind.refused and kind.id != enterprise.TEMPLATE],
        "report": enterprise.report_of(file),
        "may_report": may_write and policies.can(who, "employers.staff", file),
        "refused": next((kind.refused for kind in found if kind.id == enterprise.TEMPLATE), ""),
    }


def _history(request: HttpRequest, file: EmployerFile) -> dict[str, Any]:
    return {"versions": queries.history(file)}


@surface("staff", right="employers.unmask")
@require_POST
def unmask(request: HttpRequest, employer: uuid.UUID) -> HttpResponse:
    """The contact person's number in full after a reason was given; logged."""
    file = load(request, employer, "employers.unmask")
    reason, value = request.POST.get("reason", ""), None
    errors: dict[str, list[str]] = {}
    if "reason" in request.POST:
        value, errors = attempt(request, "查看联系人电话", lambda: commands.show_contact(file, reason))
    context = {
        "file": file,
        "value": value,
        "shown": value is not None,
        "reason": reason,
        "errors": errors,
        "url": request.path,
        "what": "联系人电话",
    }
    part = bool(getattr(request, "htmx", False))
    template = "desk/clients/unmask_part.html" if part else "desk/employers/unmask.html"
    return render(request, template, context, status=422 if errors and not part else 200)


# -- environment analysis -------------------------------------------------------------------------------------------


@surface("staff", right="employers.write")
@require_http_methods(READ_ONLY)
def analysis(request: HttpRequest, employer: uuid.UUID) -> HttpResponse:
    """Write the analysis: kept as a draft while typing, closed when both parts have an entry or a waiver."""
    file = load(request, employer, "employers.write")
    form = surveys.form_of(surveys.ENVIRONMENT, file.organisation)
    draft = queries.file_page(file).draft
    answers: dict[str, Any] = queries.first_answers(file, draft)
    errors: dict[str, list[str]] = {}
    status, theirs = 200, []
    if request.method == "POST":
        answers = parse(form, request.POST)
        version = posted_version(request)
        if (draft.version if draft else None) != version:
            errors, status = {"": ["这份分析刚刚在别处改过，请对照后再保存"]}, 409
            theirs = queries.analysis_lines(draft) if draft else []
        elif request.POST.get("act") == "keep":
            _, errors = attempt(request, "保存环境分析", lambda: commands.save_analysis(file, answers, version))
            if not errors:
                return back(request, "desk:employer_tab", "草稿已保存", file.pk, "analysis")
            status = 422
        else:
            _, errors = attempt(request, "完成环境分析", lambda: commands.complete_analysis(file, answers, version))
            if not errors:
                return back(request, "desk:employer_tab", "环境分析已完成", file.pk, "analysis")
            status = 422
    context = {
        **_survey(file.organisation, form, answers, errors),
        "file": file,
        "version": draft.version if draft else "",
        "theirs": theirs,
        "open_parts": queries.open_parts(draft) if draft else [],
        "cancel_url": reverse("desk:employer_tab", args=[file.pk, "analysis"]),
    }
    return render(request, "desk/employers/analysis.html", context, status=status)


@surface("staff", right="employers.write")
@require_POST
def analysis_draft(request: HttpRequest, employer: uuid.UUID) -> HttpResponse:
    """Keep what is typed. 200 with the new version, 409 when another page changed the draft, 422 for a wrong type."""
    file = load(request, employer, "employers.write")
    answers = parse(surveys.form_of(surveys.ENVIRONMENT, file.organisation), request.POST)
    try:
        with doing(request, "保存环境分析"):
            kept = commands.save_analysis(file, answers, posted_version(request))
    except Conflict as error:
        return JsonResponse({"message": str(error)}, status=409)
    except Invalid as error:
        return JsonResponse({"errors": error.errors}, status=422)
    return JsonResponse({"version": kept.version})


# -- papers ---------------------------------------------------------------------------------------------------------


@surface("staff", right="documents.write")
@require_POST
def paper(request: HttpRequest, employer: uuid.UUID) -> HttpResponse:
    """Begin a document about the employer and go on writing it."""
    file = load(request, employer)
    template = request.POST.get("kind", "")
    document, errors = attempt(request, "起草用人单位文书", lambda: papers.draft_paper(file, template))
    if document is None:
        raise Invalid(errors)
    return back(request, "desk:document_edit", f"《{document.title}》已起草，档案里有的替您填好了", document.pk)


@surface("staff", right="documents.write")
@require_POST
def report(request: HttpRequest, employer: uuid.UUID) -> HttpResponse:
    """Begin the enterprise report, or go on with the one that is being written."""
    file = load(request, employer, "employers.staff")
    standing = enterprise.report_of(file)
    if standing is not None:
        return redirect("desk:document_edit", standing.pk)
    with doing(request, "起草企业生涯规划报告"):
        document = enterprise.draft_report(file)
    return back(request, "desk:document_edit", "报告已起草，档案、分析和员工测评替您填好了", document.pk)


@surface("staff", right="documents.write")
@require_POST
def renew(request: HttpRequest, employer: uuid.UUID) -> HttpResponse:
    """Fill the staff's results of the report being written afresh, as consents stand now."""
    file = load(request, employer, "employers.staff")
    standing = enterprise.report_of(file)
    if standing is None:
        raise NotReady("现在没有正在写的报告", ["报告草稿"])
    with doing(request, "更新报告里的员工测评"):
        enterprise.renew_report(file, standing, standing.version)
    return back(request, "desk:employer_tab", "报告里的员工测评已按现在的同意情况重填", file.pk, "papers")
