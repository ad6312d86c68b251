"""The clients who work at an employer: noted, ended, their values beside the employer's culture."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhiyin.domain.audit.reads import note_reading
from zhiyin.domain.clients import policies as client_policies
from zhiyin.domain.clients import queries as clients
from zhiyin.domain.employers import commands, queries
from zhiyin.domain.employers.models import Employee, EmployerFile
from zhiyin.domain.planning import enterprise
from zhiyin.kernel.errors import Invalid
from zhiyin.web.desk.views_employers import READ_ONLY, actor_of, load
from zhiyin.web.surface import attempt, back, doing, get_or_404, surface

FOUND_MOST = 10


@surface("staff", right="employers.staff")
@require_http_methods(READ_ONLY)
def add(request: HttpRequest, employer: uuid.UUID) -> HttpResponse:
    """Find a client, choose the post."""
    file, who = load(request, employer, "employers.staff"), actor_of(request)
    words = (request.POST if request.method == "POST" else request.GET).get("q", "").strip()[:60]
    chosen, post = request.POST.get("client", ""), request.POST.get("post", "")
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        added, errors = attempt(request, "登记在岗的服务对象", lambda: _add(request, file, chosen, post))
        if added is not None:
            return back(request, "desk:employer_tab", "已登记", file.pk, "staff")
    found = clients.list_files(who, clients.Filters(words=words), per_page=FOUND_MOST).rows if words else ()
    context = {
        "file": file,
        "words": words,
        "found": [
            {"value": str(row.file.pk), "label": row.name, "help": f"{row.file.number}　{row.age} 岁"}
            for row in found
            if not row.locked
        ],
        "posts": [(row["title"], row["title"]) for row in file.answers.get("posts") or ()],
        "chosen": chosen,
        "post": post,
        "errors": errors,
        "labels": {"client": "服务对象", "post": "岗位"},
    }
    return render(request, "desk/employers/employee_add.html", context, status=422 if errors else 200)


def _add(request: HttpRequest, file: EmployerFile, chosen: str, post: str) -> Employee:
    try:
        key = uuid.UUID(chosen)
    except ValueError:
        raise Invalid({"client": ["请先找到并选定服务对象"]}) from None
    client = get_or_404(client_policies.scope(actor_of(request)).select_related("person", "organisation"), key)
    return commands.add_employee(file, client, post)


def _employee(request: HttpRequest, employer: uuid.UUID, employee: uuid.UUID) -> Employee:
    file = load(request, employer, "employers.staff")
    rows = file.employees.select_related("client__person", "client__organisation", "file__organisation")
    found: Employee = get_or_404(rows, employee)
    client_policies.require(actor_of(request), "clients.read", found.client)
    return found


@surface("staff", right="employers.staff")
@require_POST
def end(request: HttpRequest, employer: uuid.UUID, employee: uuid.UUID) -> HttpResponse:
    """Note that somebody left."""
    found = _employee(request, employer, employee)
    with doing(request, "登记不再在岗"):
        commands.end_employee(found)
    return back(request, "desk:employer_tab", f"已登记{found.client.person.name}不再在岗", employer, "staff")


@surface("staff", right="employers.staff")
@require_safe
def values(request: HttpRequest, employer: uuid.UUID, employee: uuid.UUID) -> HttpResponse:
    """What somebody values in work beside what the employer does; the reading is noted."""
    found = _employee(request, employer, employee)
    who = actor_of(request)
    note_reading(who, found.client, found.client.person_id, "比较本人看重的和单位的文化")
    compared = enterprise.compare_values(found)
    words = queries.Words(who.organisation_id)
    context: dict[str, Any] = {
        "employee": found,
        "file": found.file,
        "person": found.client.person,
        "compared": compared,
        "met": [_line(words, fit.value, fit.shown, fit.rank) for fit in (compared.met if compared else ())],
        "unmet": [_line(words, fit.value, fit.shown, fit.rank) for fit in (compared.unmet if compared else ())],
        "beside": [_line(words, row["value"], row["shown"]) for row in (compared.beside if compared else ())],
        "back_url": reverse("desk:employer_tab", args=[found.file_id, "staff"]),
    }
    return render(request, "desk/employers/values.html", context)


def _line(words: queries.Words, value: str, shown: str, rank: int = 0) -> dict[str, Any]:
    return {"label": words.label("work-value", value), "shown": shown, "rank": rank}
