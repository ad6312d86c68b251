"""The competence map: what a level asks of a member of staff, by function, with the work that speaks for it."""

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhiyin.domain.accounts.roles import holds
from zhiyin.domain.agencies import policies as agencies
from zhiyin.domain.agencies import queries as staff_queries
from zhiyin.domain.agencies.models import Staff
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.casework import practice
from zhiyin.domain.standards import browsing
from zhiyin.domain.standards.browsing import LEVEL_WORDS
from zhiyin.kernel.text import sort_key
from zhiyin.web.desk.views_standards import definition_url, tabs
from zhiyin.web.surface import get_or_404, surface

FIRST = "CG2023"
"""The occupation that is shown when none is chosen."""

STATES = {"shown": ("good", "有做过的事"), "open": ("ask", "还没有"), "outside": ("na", "这里没有记录")}
MOST_COULD = 3


def _who(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined,no-any-return]


def _occupations() -> list[browsing.Standard]:
    """The documents that ask something of the staff of a level; the modules beside them are not occupations."""
    return [item for item in browsing.standards() if item.levels and "-X" not in item.doc]


def _asked(request: HttpRequest, level: int | None) -> tuple[browsing.Standard | None, str]:
    """The occupation and level that the address asks for; else the first one, and the level that somebody holds."""
    known = {item.doc: item for item in _occupations()}
    found = known.get(request.GET.get("doc", ""), known.get(FIRST)) or next(iter(known.values()), None)
    if found is None:
        return None, ""
    asked = request.GET.get("level", "")
    if asked in found.levels:
        return found, asked
    held = f"L{level}" if level else ""
    return found, held if held in found.levels else found.levels[0]


@surface("staff", right="agencies.read_staff")
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """One's own map."""
    rows = agencies.scope(_who(request)).select_related("user")
    return _map(request, rows.filter(user_id=_who(request).user_id).first(), own=True)


@surface("staff", right="standards.team")
@require_safe
def of_staff(request: HttpRequest, staff: uuid.UUID) -> HttpResponse:
    """The map of a member of the team."""
    return _map(request, get_or_404(agencies.scope(_who(request)).select_related("user"), staff), own=False)


def _map(request: HttpRequest, staff: Staff | None, *, own: bool) -> HttpResponse:
    occupation, level = _asked(request, staff.level if staff else None)
    done: practice.Practice = {}
    if staff is not None:
        done = practice.practice(staff.organisation_id, [staff.user_id])[staff.user_id]
    fields = practice.competence_map(occupation.doc, level, done) if occupation else []
    spots = [spot for field in fields for spot in field.spots]
    totals = {state: sum(spot.state == state for spot in spots) for state in STATES}
    context = {
        "tabs": tabs(request, "map"),
        "crumbs": [] if own else [{"label": "能力地图", "url": reverse("desk:standard_map_team")}],
        "own": own,
        "staff": staff,
        "occupation": occupation,
        "occupations": [{"value": item.doc, "label": item.title} for item in _occupations()],
        "level": level,
        "levels": [{"value": one, "label": LEVEL_WORDS[one]} for one in occupation.levels] if occupation else [],
        "level_words": LEVEL_WORDS.get(level, ""),
        "may_team": holds(_who(request), "standards.team"),
        "fields": [_field(field) for field in fields],
        "totals": totals,
        "total": len(spots),
        "work": sorted(done.values(), key=lambda item: (-item.count, item.title)),
        "certificates": list(staff.certificates.order_by("-issued_on", "-pk")) if staff else [],
        "competences": list(staff.competences.order_by("-assessed_on", "-pk")) if staff else [],
        "today": timezone.localdate(),
    }
    return render(request, "desk/standards/map.html", context)


def _field(field: practice.Field) -> dict[str, Any]:
    spots = [_spot(spot) for spot in field.spots]
    return {
        "title": field.title,
        "shown": field.shown,
        "open": field.count("open"),
        "total": len(field.spots),
        "spots": [item for item in spots if item["spot"].state != "outside"],
        "outside": [item for item in spots if item["spot"].state == "outside"],
    }


def _spot(spot: practice.Spot) -> dict[str, Any]:
    tone, word = STATES[spot.state]
    could = [] if spot.done else spot.could[:MOST_COULD]
    return {
        "spot": spot,
        "tone": tone,
        "word": word,
        "could": [{"title": title, "url": definition_url(kind, id)} for kind, id, title in could],
    }


@surface("staff", right="standards.team")
@require_safe
def team(request: HttpRequest) -> HttpResponse:
    """Everybody of the own body: how much of what their level asks work speaks for, and where nobody has any."""
    who = _who(request)
    rows = [row.staff for row in staff_queries.list_staff(who)]
    done = practice.practice(who.organisation_id, [staff.user_id for staff in rows]) if who.organisation_id else {}
    occupation = _asked(request, None)[0]
    lines = []
    nobody: dict[str, str] = {}
    somebody: set[str] = set()
    for staff in sorted(rows, key=lambda staff: sort_key(staff.user.name)):
        if occupation is None:
            break
        level = f"L{staff.level}" if staff.level and f"L{staff.level}" in occupation.levels else occupation.levels[0]
        fields = practice.competence_map(occupation.doc, level, done.get(staff.user_id, {}))
        spots = [spot for field in fields for spot in field.spots]
        somebody |= {spot.id for spot in spots if spot.state == "shown"}
        nobody |= {spot.id: spot.gist for spot in spots if spot.state == "open"}
        lines.append(
            {
                "staff": staff,
                "level": LEVEL_WORDS[level],
                "assumed": not staff.level,
                "shown": sum(spot.state == "shown" for spot in spots),
                "open": sum(spot.state == "open" for spot in spots),
                "total": len(spots),
                "fields": [field.title for field in fields if field.count("open") and not field.shown][:MOST_COULD],
            }
        )
    context = {
        "tabs": tabs(request, "map"),
        "occupation": occupation,
        "occupations": [{"value": item.doc, "label": item.title} for item in _occupations()],
        "lines": lines,
        "nobody": [{"id": id, "gist": gist} for id, gist in nobody.items() if id not in somebody],
        "columns": [
            {"key": "name", "label": "姓名", "pin": True},
            {"key": "level", "label": "按哪个等级"},
            {"key": "shown", "label": "有做过的事", "num": True},
            {"key": "open", "label": "还没有", "num": True},
            {"key": "total", "label": "技能和知识要求", "num": True},
            {"key": "fields", "label": "先补哪些职能"},
        ],
    }
    return render(request, "desk/standards/team.html", context)
