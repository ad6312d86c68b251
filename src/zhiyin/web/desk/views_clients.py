"""The list of clients, a file with its tabs, showing masked values, and who is responsible."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from zhiyin.domain.accounts.roles import holds
from zhiyin.domain.casework.models import Case
from zhiyin.domain.casework.queries import ACTIVE, STATUS, LedgerFilters, ledger
from zhiyin.domain.clients import commands, policies, queries
from zhiyin.domain.clients.models import ClientFile, Skill
from zhiyin.domain.clients.sign_in import give_sign_in
from zhiyin.domain.documents import queries as documents
from zhiyin.domain.people import commands as people_commands
from zhiyin.domain.people import consents
from zhiyin.domain.people import queries as people
from zhiyin.domain.people.models import GuardianReading, Person
from zhiyin.kernel.dates import AgeRegime
from zhiyin.kernel.identity import DocumentKind, mask_phone
from zhiyin.web.desk import views_clients_parts as parts
from zhiyin.web.surface import attempt, back, surface

NOBODY = "none"


@surface("staff", right="clients.read")
@require_safe
def clients(request: HttpRequest) -> HttpResponse:
    """All files of the agency in pinyin order, narrowed by the filters; the search of the top bar lands here."""
    who, asked = parts.actor_of(request), request.GET
    adviser = asked.get("adviser", "")
    filters = queries.Filters(
        words=asked.get("q", "")[:60],
        adviser=_uuid(adviser),
        unassigned=adviser == NOBODY,
        status=asked.get("status", ""),
        group=asked.get("group", ""),
        education=asked.get("education", ""),
        hobby=asked.get("hobby", "")[:40],
    )
    number = asked.get("page", "1")
    found = queries.list_files(who, filters, int(number) if number.isdecimal() and len(number) < 7 else 1)
    names = parts.advisers(who)
    own = str(who.membership_id)
    if own in dict(names):
        names = [(own, "我负责的"), *(item for item in names if item[0] != own)]
    context = {
        "found": found,
        "is_empty": not found.total,
        "page": Paginator(range(found.total), queries.PAGE).get_page(found.page),
        "filters": filters,
        "adviser": adviser,
        "narrowed": filters != queries.Filters(),
        "advisers": [*names, (NOBODY, "还没有责任指导师")],
        "statuses": parts.codes("employment-status"),
        "groups": parts.codes("client-group"),
        "levels": parts.codes("education-level"),
        "columns": COLUMNS,
        "may_open": holds(who, "clients.open"),
    }
    return render(request, "desk/clients/list.html", context)


COLUMNS = [
    {"key": "name", "label": "姓名", "pin": True},
    {"key": "number", "label": "档案号"},
    {"key": "age", "label": "年龄", "num": True},
    {"key": "document", "label": "证件号", "optional": True},
    {"key": "status", "label": "目前状态"},
    {"key": "education", "label": "文化程度", "optional": True},
    {"key": "groups", "label": "人员类别"},
    {"key": "adviser", "label": "责任指导师"},
    {"key": "opened", "label": "建档", "optional": True},
]


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


# -- one file ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Tab:
    """One tab of the file; ``more`` adds what only this tab shows."""

    slug: str
    label: str
    more: Callable[[HttpRequest, queries.FilePage], dict[str, Any]]


def _nothing(request: HttpRequest, page: queries.FilePage) -> dict[str, Any]:
    return {}


def _overview(request: HttpRequest, page: queries.FilePage) -> dict[str, Any]:
    groups = dict(parts.codes("client-group"))
    return {"tags": [(tag, groups.get(tag.code, tag.code)) for tag in page.tags]}


def _experience(request: HttpRequest, page: queries.FilePage) -> dict[str, Any]:
    return {
        "education": [item for item in page.timeline if item.kind == "education"],
        "work": [item for item in page.timeline if item.kind == "work"],
        "workplace": {"post": "", "conditions": "", "satisfaction": "", **(page.workplace or {})},
    }


def _identity(request: HttpRequest, page: queries.FilePage) -> dict[str, Any]:
    # holding a certificate of disability says as much as the tag that is hidden
    shown = [row for row in page.documents if page.confidential or row.kind != DocumentKind.DISABILITY]
    return {"today": timezone.localdate(), "documents": shown}


def _abilities(request: HttpRequest, page: queries.FilePage) -> dict[str, Any]:
    levels, kinds = dict(parts.codes("skill-mastery")), dict(parts.codes("certificate-kind"))
    return {
        "skills": [
            (kind.label, kind.value, [(skill, levels.get(skill.level, skill.level)) for skill in page.skills_of(kind)])
            for kind in Skill.Kind
        ],
        "certificates": [(item, kinds.get(item.kind, item.kind)) for item in page.certificates],
    }


def _private(request: HttpRequest, page: queries.FilePage) -> dict[str, Any]:
    health = page.health or {}
    return {
        "avoid": parts.labels("work-condition", health.get("avoid", [])),
        "accommodations": parts.labels("accommodation", health.get("accommodations", [])),
        "health": {"disability": "", "words": "", "in_report": False, **health},
        "family": {"members": "", "supports": "", "limits": "", **(page.family or {})},
        "certificates": [
            (document, document.details or {}) for document in page.documents if document.kind == "disability"
        ]
        if page.confidential
        else [],
    }


def _guardians(request: HttpRequest, page: queries.FilePage) -> dict[str, Any]:
    readable = dict(GuardianReading.choices)
    rows = []
    for guardian in page.guardians:
        contact = guardian.contact or {}
        rows.append(
            {
                "guardian": guardian,
                "phone": mask_phone(contact["phone"]) if contact.get("phone") else "",
                "may_read": "、".join(readable.get(code, code) for code in guardian.may_read),
            }
        )
    return {"rows": rows}


def _consents(request: HttpRequest, page: queries.FilePage) -> dict[str, Any]:
    notice = consents.notice_for(page.person)
    ways = dict(parts.codes("consent-channel"))
    names = {purpose.value: purpose.label for purpose in notice.purposes}
    given = people.consents_given(page.person, page.file.organisation_id)
    return {
        "notice": notice,
        "purposes": [(purpose, page.consents[purpose.value]) for purpose in notice.purposes],
        "given": [
            {
                "consent": row,
                "label": names.get(row.purpose, row.purpose),
                "channel": ways.get(row.channel, row.channel),
                "withdrawal": getattr(row, "withdrawal", None),
            }
            for row in given
        ],
    }


def _papers(request: HttpRequest, page: queries.FilePage) -> dict[str, Any]:
    return {"papers": documents.list_for(parts.actor_of(request), person=page.person)}


def _readings(request: HttpRequest, page: queries.FilePage) -> dict[str, Any]:
    # what another body's staff looked at is for the person to see, not for us
    own = page.file.organisation.name
    return {"readings": [row for row in queries.readings_for_client(page.person) if row.organisation == own]}


TABS = (
    Tab("", "概况", _overview),
    Tab("experience", "教育与工作", _experience),
    Tab("abilities", "能力与期望", _abilities),
    Tab("private", "家庭与健康", _private),
    Tab("guardians", "监护人", _guardians),
    Tab("consents", "同意与告知", _consents),
    Tab("identity", "证件", _identity),
    Tab("papers", "文书", _papers),
    Tab("cases", "个案", _nothing),
    Tab("readings", "查阅记录", _readings),
)


@parts.with_file()
@require_safe
def file_page(request: HttpRequest, file: ClientFile, tab: str = "") -> HttpResponse:
    """The file: who it is and what was agreed above, one tab below."""
    who = parts.actor_of(request)
    shown = next((item for item in TABS if item.slug == tab), None)
    if shown is None:
        raise Http404("没有这一页")
    page = queries.file_page(who, file.pk)
    cases = list(ledger(who, LedgerFilters(), "-opened").filter(file_id=file.pk))
    minor = page.person.age() < 18
    context = {
        **header(request, page, cases),
        "tab": tab,
        "template": f"desk/clients/tab_{tab or 'overview'}.html",
        "tabs": [
            {
                "label": item.label,
                "url": reverse("desk:file_tab", args=[file.pk, item.slug]) if item.slug else _url("desk:file", file.pk),
                "current": item.slug == tab,
                "count": len(cases) if item.slug == "cases" else 0,
            }
            for item in TABS
            if item.slug != "guardians" or minor or page.guardians
        ],
        **shown.more(request, page),
    }
    return render(request, "desk/clients/file.html", context)


def header(request: HttpRequest, page: queries.FilePage, cases: list[Case]) -> dict[str, Any]:
    """What the top of a file shows on each of its tabs."""
    who = parts.actor_of(request)
    names = {purpose.value: purpose.label for purpose in consents.notice_for(page.person).purposes}
    required = next((item.value for item in consents.notice_for(page.person).purposes if item.required), "file")
    current = next((case for case in cases if case.status in {*ACTIVE, "following"}), None)
    return {
        "page": page,
        "file": page.file,
        "person": page.person,
        "primary": next((document for document in page.documents if document.is_primary), None),
        "minor_note": "" if page.person.regime() == AgeRegime.ADULT else parts.REGIME_LABELS[page.person.regime()],
        "agreed": [names[key] for key, state in page.consents.items() if state.holds and key in names],
        "essential": page.consents[required],
        "since": max((state.since for state in page.consents.values() if state.since), default=None),
        "cases": [_case_row(case) for case in cases],
        "current": _case_row(current) if current else None,
        "may_edit": holds(who, "clients.edit"),
        "may_assign": holds(who, "clients.assign"),
        "may_take": page.file.adviser_id is None
        and holds(who, "clients.edit")
        and str(who.membership_id) in dict(parts.advisers(who)),
        "may_unmask": holds(who, "people.unmask"),
        "may_consent": holds(who, "people.consent"),
        "new_case_url": f"{_url('desk:case_new')}?file={page.file.pk}"
        if holds(who, "casework.open") and _url("desk:case_new")
        else "",
    }


def _case_row(case: Case) -> dict[str, Any]:
    kinds = dict(parts.codes("service-kind"))
    step = next((item for item in case.steps if item["id"] == case.stage), None)
    return {
        "case": case,
        "url": _url("desk:case", case.pk),
        "status": STATUS.get(case.status, case.status),
        "kind": kinds.get(case.service_kind, case.service_kind),
        "step": step["title"] if step else "",
        "steps": [_step(item) for item in case.steps],
    }


def _step(item: dict[str, Any]) -> dict[str, Any]:
    """A step of the projection as ``<c-stepper>`` takes it."""
    due = date.fromisoformat(item["due_on"]) if item["due_on"] else None
    when, tone = "", ""
    if item["state"] == "done" and item["completed_at"]:
        when = item["completed_at"][5:10]
    elif item["state"] == "skipped":
        when = "不适用"
    elif due is not None:
        when, tone = f"应于 {due:%m-%d}", "late" if item["late_days"] > 0 else ""
    return {"name": item["short"], "state": item["state"], "when": when, "tone": tone}


def _url(name: str, *args: Any) -> str:
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


# -- acts on the whole file ----------------------------------------------------------------------------------------

FIELDS = {"number": "证件号", "phone": "电话", "email": "邮箱", "address": "住址"}


@parts.with_file("people.unmask")
@require_POST
def unmask(request: HttpRequest, file: ClientFile, field: str, document: uuid.UUID | None = None) -> HttpResponse:
    """Show one masked value in full after a reason was given; the reading is logged and the person can see it."""
    if field not in FIELDS:
        raise Http404("没有这一项")
    person: Person = file.person
    paper = next((row for row in person.documents.all() if row.pk == document), None)
    hidden = paper is not None and paper.kind == DocumentKind.DISABILITY
    if hidden and not policies.confidential_visible(parts.actor_of(request), file):
        paper = None
    if field == "number" and paper is None:
        raise Http404("没有找到这份证件")
    reason = request.POST.get("reason", "")
    value: str | None = None
    errors: dict[str, list[str]] = {}
    if "reason" in request.POST:
        value, errors = attempt(
            request, "查看完整信息", lambda: people_commands.unmask(person, field, reason, document=paper)
        )
    context = {
        "file": file,
        "what": FIELDS[field],
        "value": value,
        "shown": value is not None,
        "reason": reason,
        "errors": errors,
        "url": request.path,
    }
    part = bool(getattr(request, "htmx", False))
    return render(request, f"desk/clients/{'unmask_part' if part else 'unmask'}.html", context)


@parts.with_file("clients.edit")
def assign(request: HttpRequest, file: ClientFile) -> HttpResponse:
    """Make an adviser responsible, or take on a file that nobody answers for yet."""
    who = parts.actor_of(request)
    options = parts.advisers(who)
    if not holds(who, "clients.assign"):
        options = [item for item in options if item[0] == str(who.membership_id)]
    specs = (
        parts.Spec("adviser", "责任指导师", "select", lambda: options, required=True, size="m"),
        parts.Spec("reason", "为什么换", help="第一次指派可以不填", maxlength="200", size="l"),
    )
    typed = {"adviser": str(file.adviser_id or ""), "reason": ""}
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        typed = parts.posted(specs, request.POST)
        chosen = parts.chosen_adviser(who, typed["adviser"])
        if chosen is None:
            errors = {"adviser": ["请选择责任指导师"]}
        else:
            _, errors = attempt(
                request, "指派责任指导师", lambda: commands.assign_adviser(file, chosen, reason=typed["reason"])
            )
        if not errors:
            return back(request, "desk:file", f"责任指导师已改为{chosen.user.name}", file.pk)
    context = {
        "file": file,
        "title": "指派责任指导师",
        "lead": f"现在是{file.adviser.user.name}" if file.adviser else "现在还没有责任指导师",
        "controls": parts.build(specs, typed, errors),
        "errors": errors,
        "labels": parts.label_map(specs),
        "submit": "指派",
        "cancel": reverse("desk:file", args=[file.pk]),
    }
    return parts.form_page(request, context, 422 if errors else 200)


@parts.with_file("people.edit")
def own_code(request: HttpRequest, file: ClientFile) -> HttpResponse:
    """Give the person a new code; it is shown once, on this page, and nowhere stored in clear."""
    code: str | None = ""
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        code, errors = attempt(request, "发放本人查询码", lambda: people_commands.issue_own_code(file.person))
    context = {"file": file, "person": file.person, "code": code or "", "errors": errors}
    return render(request, "desk/clients/own_code.html", context, status=422 if errors else 200)


@parts.with_file("people.edit")
def sign_in(request: HttpRequest, file: ClientFile) -> HttpResponse:
    """Open the own pages to the client; the password is shown once, on this page."""
    given: tuple[str, str] | None = None
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        given, errors = attempt(request, "开通网上查看", lambda: give_sign_in(file))
    context = {"file": file, "person": file.person, "given": given, "errors": errors}
    return render(request, "desk/clients/sign_in.html", context, status=422 if errors else 200)
