"""The log of the own body: who did or read what, when and why; and whether the chain holds. Ids only, no values."""

import uuid
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from zhiyin.domain.accounts import queries as accounts
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit import chain
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.audit.reads import LogFilters, events_of
from zhiyin.web.manage import words
from zhiyin.web.surface import surface

PAGE = 50
COLUMNS = [
    {
        "key": key,
        "label": label,
        "num": False,
        "pin": False,
        "sort": "",
        "sort_url": "",
        "optional": key in {"data", "seq"},
    }
    for key, label in (
        ("at", "时间"),
        ("actor", "谁"),
        ("act", "做了什么"),
        ("object", "对象"),
        ("person", "涉及的人"),
        ("reason", "原因"),
        ("data", "细目"),
        ("seq", "序号"),
    )
]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _key(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text.strip())
    except ValueError:
        return None


def _line(event: AuditEvent, names: dict[str, str]) -> dict[str, Any]:
    # a client's name is a personal value even here; of staff the log names who acted
    name = names.get(event.actor_id, "") if event.actor_kind == "staff" else ""
    role = dict(Role.choices).get(event.actor_role, "")
    return {
        "event": event,
        "actor": name or words.ACTORS.get(event.actor_kind, event.actor_kind),
        "role": str(role) or event.actor_id,
        "act": words.act(event.action),
        "thing": words.thing(event.object_type),
        # the tail: identifiers made in the same minute begin alike
        "object": event.object_id[-8:],
        "person": str(event.person_id or "")[-8:],
        "data": "；".join(f"{key} {_plain(value)}" for key, value in event.data.items()),
    }


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(str(one) for one in value)
    return {True: "是", False: "否"}[value] if isinstance(value, bool) else str(value)


def _page(request: HttpRequest, verdict: chain.Verdict | None = None) -> HttpResponse:
    who, asked = request.actor, request.GET  # type: ignore[attr-defined]
    person = asked.get("person", "")
    view = asked.get("show", "")
    filters = LogFilters(
        since=_day(asked.get("from", "")),
        until=_day(asked.get("to", "")),
        area=asked.get("area", "")[:40],
        action=asked.get("action", "")[:80],
        actor_id=asked.get("actor", "")[:80],
        person_id=_key(person),
        readings=view == "readings",
    )
    misread = [asked[name] for name in ("from", "to") if asked.get(name) and _day(asked[name]) is None]
    if person and filters.person_id is None:
        misread.append(person)
    names = accounts.staff_names(who)
    page = Paginator(events_of(who.organisation_id, filters), PAGE).get_page(asked.get("page"))
    here = reverse("manage:audit")
    own = who.chain
    context = {
        "page": page,
        "rows": [_line(event, dict(names)) for event in page.object_list],
        "columns": COLUMNS,
        "filters": filters,
        "asked": {name: asked.get(name, "") for name in ("from", "to", "person", "show")},
        "misread": misread,
        "narrowed": filters != LogFilters() or bool(misread),
        "areas": [{"value": value, "label": label} for value, label in words.AREAS.items()],
        "acts": [{"value": value, "label": label} for value, label in words.ACTS.items()],
        "actors": [{"value": key, "label": name} for key, name in names],
        "views": [
            {"label": "全部", "url": here, "current": view != "readings"},
            {"label": "谁查阅了个人信息", "url": f"{here}?show=readings", "current": view == "readings"},
        ],
        "verdict": verdict,
        # a fault without a chain is one of the database's own triggers and concerns everybody
        "faults": [fault for fault in verdict.faults if fault.chain in {own, ""}] if verdict else [],
        "checked": verdict.chains.get(own, 0) if verdict else 0,
        "unsealed": verdict.unsealed.get(own, 0) if verdict else 0,
    }
    return render(request, "manage/audit.html", context)


@surface("staff", right="audit.read")
@require_http_methods(["GET", "HEAD", "POST"])
def audit(request: HttpRequest) -> HttpResponse:
    """The log, newest first, narrowed by the filters. Posted to, the chain is read from its first row as well."""
    return _page(request, chain.verify() if request.method == "POST" else None)
