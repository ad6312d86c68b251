"""The forms of a case: filled in from what is known, kept as a draft while typing, submitted for good, corrected."""

import uuid
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from zhiyin.domain.audit.reads import note_reading
from zhiyin.domain.casework import intake, policies, queries
from zhiyin.domain.casework.models import Case, FormRecord
from zhiyin.domain.catalogues import queries as catalogues
from zhiyin.domain.clients.facts import facts
from zhiyin.domain.standards.queries import active
from zhiyin.engines import forms
from zhiyin.engines.casework.events import LATE_ENTRY
from zhiyin.engines.forms import FormDefinition
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused
from zhiyin.web.desk.views_cases_shared import frame, load, moment
from zhiyin.web.surface import attempt, back, doing, get_or_404, surface
from zhiyin.web.ui.formdata import parse

# forms with a page of their own, because more than the form is told there
OWN_PAGES = {"session-record": "desk:session_new", "closing": "desk:case_close"}
PLAIN = ("intake", "needs-survey", "environment-analysis")
STEP_OF = {"intake": "intake", "needs-survey": "needs", "environment-analysis": "needs", "session-record": "delivery"}
WHY = "why_corrected"
"""The posted name of the reason of a correction; forms have fields called ``reason`` of their own."""
LATE_HELP = "留空就是现在。事后补登请填实际发生的时间，经过里会同时显示发生和登记的时间。"


def draft_of(case: Case, form: str) -> FormRecord | None:
    """The draft of a form that is being filled in, with its person loaded so that it can be opened."""
    found = case.records.filter(form=form, submitted_at=None).order_by("-updated_at").first()
    if found is not None:
        found.person, found.case = case.person, case
    return found


def form_context(case: Case, definition: FormDefinition, answers: Any, errors: Any) -> dict[str, Any]:
    """What ``desk/cases/form.html`` needs in every use; views add to it."""
    return {
        "form": definition,
        "title": definition.title,
        "answers": answers,
        "errors": errors,
        "codelists": active(case.organisation_id).codelists(),
        "lookups": {"occupation": reverse("desk:lookup_occupation")},
        "today": timezone.localdate(),
        "autosave": "",
        "version": None,
        "theirs": [],
        "blocked": "",
        "correcting": False,
        "correction_labels": {WHY: "为什么更正"},
        "typed": {"happened_at": "", "reason": ""},
        "when_label": "什么时候办的",
        "when_help": LATE_HELP,
        "submit_label": "提交",
        "saved": "",
        "cancel_url": reverse("desk:case", args=[case.pk]),
    }


def start(case: Case, definition: FormDefinition, draft: FormRecord | None) -> dict[str, Any]:
    """First answers: the draft, or what the file and the last submitted record of this form already say."""
    if draft is not None:
        return dict(draft.answers or {})
    known = forms.prefill(definition, facts(case.file, case))
    last = intake.latest(case, definition.id) if definition.id in PLAIN else None
    return {**known, **(last.answers or {})} if last is not None else known


def posted_version(request: HttpRequest) -> int:
    """The version of the draft that the page was made from; 0 when there was none."""
    text = request.POST.get("version", "")
    return int(text) if text.isdigit() and len(text) < 10 else 0


@surface("staff", right="casework.intake")
def form(request: HttpRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """Fill in and submit; with somebody else's newer draft everything typed stays, and theirs is shown beside it."""
    if name not in PLAIN:
        raise Http404("没有这份表单")
    found = load(request, pk, "casework.intake" if name == "intake" else "casework.work")
    definition = intake.form_of(name, found.organisation_id)
    draft = draft_of(found, name)
    errors: dict[str, list[str]] = {}
    status, theirs = 200, []
    if request.method == "POST":
        answers: Any = parse(definition, request.POST)
        version = posted_version(request)
        if draft is not None and draft.version != version:
            errors, status = {"": ["这份草稿刚刚在别处改过，请对照后再提交"]}, 409
            theirs = forms.display(definition, draft.answers or {}, active(found.organisation_id).codelists())
        else:
            _, errors = attempt(
                request,
                f"提交{definition.title}",
                lambda: intake.submit_form(
                    found, name, answers, happened_at=moment(request.POST), draft=draft, version=version or None
                ),
            )
            if not errors:
                return back(request, "desk:case", f"{definition.title}已提交", found.pk)
            status = 422
    else:
        answers = start(found, definition, draft)
    context = {
        **frame(request, found, "records"),
        **form_context(found, definition, answers, errors),
        "autosave": reverse("desk:case_form_draft", args=[found.pk, name]),
        "version": draft.version if draft else 0,
        "saved": f"草稿保存于 {timezone.localtime(draft.updated_at):%m-%d %H:%M}" if draft else "",
        "theirs": theirs,
        "blocked": waits_for(found, name),
        "typed": {"happened_at": request.POST.get("happened_at", ""), "reason": ""},
    }
    return render(request, "desk/cases/form.html", context, status=status)


def waits_for(case: Case, name: str) -> str:
    """Why the step of a form cannot be done yet, "" when it can."""
    step = next((step for step in case.steps if step["id"] == STEP_OF[name]), None)
    if step is None or step["state"] not in {"waiting", "blocked"}:
        return ""
    return f"{step['reason']}。" if step["reason"] else ""


@surface("staff", right="casework.intake")
@require_POST
def draft(request: HttpRequest, pk: uuid.UUID, name: str) -> HttpResponse:
    """Keep what is typed. 200 with the new version, 409 when another page changed the draft, 422 for a wrong type."""
    if name not in (*PLAIN, "session-record"):
        raise Http404("没有这份表单")
    found = load(request, pk, "casework.intake" if name == "intake" else "casework.work")
    definition = intake.form_of(name, found.organisation_id)
    standing = draft_of(found, name)
    version = posted_version(request)
    try:
        if standing is not None and standing.version != version:
            raise Conflict("这份草稿刚刚在别处改过")
        with doing(request, "保存草稿"):
            kept = intake.save_draft(
                found, name, parse(definition, request.POST), version=version or None, draft=standing
            )
    except Conflict as error:
        return JsonResponse({"message": str(error)}, status=409)
    except Invalid as error:
        return JsonResponse({"errors": error.errors}, status=422)
    except NotReady as error:
        return JsonResponse({"message": str(error)}, status=409)
    return JsonResponse({"version": kept.version})


@surface("staff", right="casework.intake")
@require_safe
def lookup_occupation(request: HttpRequest) -> HttpResponse:
    """Occupations by words or code, for the box of an occupation."""
    words = request.GET.get("q", "").strip()
    rows = catalogues.search(words)[:20] if words else []
    return JsonResponse(
        {"items": [{"value": row.code, "label": catalogues.display_name(row.name).text} for row in rows]}
    )


# -- what was submitted ----------------------------------------------------------------------------------------------


@surface("staff", right="casework.read")
@require_safe
def records(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Drafts and submitted forms of the case."""
    found = load(request, pk)
    page = queries.case_page(request.actor, found)  # type: ignore[attr-defined]
    titles = {definition.id: definition.title for definition in active(found.organisation_id).all("form")}
    rows = [
        {
            "record": record,
            "title": titles.get(record.form, record.form),
            "author": author_of(record),
            "late": record.event is not None and is_late(record),
            "superseded": hasattr(record, "superseded_by"),
            "corrects": record.supersedes_id is not None,
        }
        for record in page.records
    ]
    drafts = [
        {
            "record": record,
            "title": titles.get(name, name),
            "author": author_of(record),
            "url": reverse(OWN_PAGES[name], args=[found.pk])
            if name in OWN_PAGES
            else reverse("desk:case_form", args=[found.pk, name]),
        }
        for name, record in page.drafts.items()
    ]
    columns = [
        {"key": key, "label": words, "num": False, "pin": False, "sort": "", "sort_url": "", "optional": False}
        for key, words in (
            ("form", "表单"),
            ("at", "发生时间"),
            ("in", "登记时间"),
            ("by", "填写人"),
            ("state", "状态"),
        )
    ]
    context = {
        **frame(request, found, "records"),
        "records": rows,
        "empty": not rows,
        "columns": columns,
        "drafts": drafts,
        "forms": [{"title": titles[name], "url": reverse("desk:case_form", args=[found.pk, name])} for name in PLAIN]
        + [{"title": titles["session-record"], "url": reverse("desk:session_new", args=[found.pk])}],
    }
    return render(request, "desk/cases/records.html", context)


def author_of(record: FormRecord) -> str:
    return record.author.user.name if record.author else "本人"


def is_late(record: FormRecord) -> bool:
    """Recorded more than a day after it happened."""
    assert record.submitted_at is not None
    assert record.happened_at is not None
    return record.submitted_at - record.happened_at > LATE_ENTRY


def _record(request: HttpRequest, key: uuid.UUID, right: str) -> FormRecord:
    reach = FormRecord.objects.filter(
        case__in=policies.scope(request.actor),  # type: ignore[attr-defined]
        submitted_at__isnull=False,
    )
    found: FormRecord = get_or_404(
        reach.select_related("author__user", "event", "superseded_by", "supersedes", "person"), key
    )
    found.case = load(request, found.case_id, right)
    found.case.person = found.person
    return found


def _require_level(request: HttpRequest, found: FormRecord, answers: Any) -> None:
    level = answers.get("confidentiality", "")
    if not policies.may_read_record(request.actor, found.case, level):  # type: ignore[attr-defined]
        raise Refused("这次会谈按约定保密，只给约定的人看。需要查看请找责任指导师")


@surface("staff", right="casework.read")
@require_safe
def record(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """A submitted form as it reads; the reading is noted."""
    found = _record(request, pk, "casework.read")
    agency = found.case.organisation_id
    definition, answers = intake.form_of(found.form, agency), found.answers or {}
    _require_level(request, found, answers)
    note_reading(request.actor, found, found.person_id, f"查看{definition.title}")  # type: ignore[attr-defined]
    context = {
        **frame(request, found.case, "records"),
        "record": found,
        "form": definition,
        "author": author_of(found),
        "late": is_late(found),
        "newer": getattr(found, "superseded_by", None),
        "older": found.supersedes,
        "sections": forms.display(definition, answers, active(agency).codelists()),
        "setting": found.setting,
        "provider": provider_lines(found),
    }
    return render(request, "desk/cases/record.html", context)


def provider_lines(found: FormRecord) -> dict[str, str]:
    """Who gave the service as they were on that day; empty for records of before this was kept."""
    if not found.provider:
        return {}
    kept = {"organisation": "", "phone": "", "name": "", **found.provider}
    line = "，".join(kept[name] for name in ("role", "kind", "level", "education") if kept.get(name))
    return {**kept, "line": line}


@surface("staff", right="casework.work")
def correct(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Make a new record that supersedes this one, with the reason."""
    old = _record(request, pk, "casework.work")
    definition = intake.form_of(old.form, old.case.organisation_id)
    errors: dict[str, list[str]] = {}
    answers: Any = old.answers or {}
    _require_level(request, old, answers)
    if request.method == "POST":
        answers = parse(definition, request.POST)
        made, errors = attempt(
            request, "更正记录", lambda: intake.correct_form(old, answers, request.POST.get(WHY, ""))
        )
        if not request.POST.get(WHY, "").strip():
            errors = {WHY: errors["reason"]}
        if not errors:
            return back(request, "desk:record", "更正已提交，原来的记录还在", made.pk)
    context = {
        **frame(request, old.case, "records"),
        **form_context(old.case, definition, answers, errors),
        "title": f"更正{definition.title}",
        "correcting": True,
        "typed": {"happened_at": "", "reason": request.POST.get(WHY, "")},
        "submit_label": "提交更正",
        "cancel_url": reverse("desk:record", args=[old.pk]),
    }
    return render(request, "desk/cases/form.html", context, status=422 if errors else 200)
