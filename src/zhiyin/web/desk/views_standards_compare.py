"""Two levels, two standards or two profiles side by side."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhiyin.domain.standards import comparing
from zhiyin.domain.standards.register import place_words, value_words
from zhiyin.packs.diff import Changed
from zhiyin.packs.installed import registry
from zhiyin.packs.resolved import Resolved, plain, resolve
from zhiyin.web.desk.views_standards import DEFINITIONS, definition_url, tabs
from zhiyin.web.desk.views_standards_rules import standing
from zhiyin.web.surface import surface

MOST_KEYS = 20
KINDS = {**DEFINITIONS, "measures": "衡量办法"}


def _ways(current: str) -> list[dict[str, Any]]:
    return [
        {"label": "标准和等级", "url": reverse("desk:standard_compare"), "current": current == "levels"},
        {"label": "方案", "url": reverse("desk:standard_compare_profiles"), "current": current == "profiles"},
    ]


@surface("staff", right="standards.read")
@require_safe
def compare(request: HttpRequest) -> HttpResponse:
    """Two standards or levels by function, figure, rule and weight."""
    known = {side.key: side for side in comparing.sides()}
    left, right = known.get(request.GET.get("a", "")), known.get(request.GET.get("b", ""))
    only = request.GET.get("differ", "") == "1"
    groups = []
    if left is not None and right is not None:
        found = comparing.compare(left, right, standing(request))
        for title, rows in (
            ("规定的数", found.figures),
            ("规则", found.rules),
            ("考核权重", found.weights),
            ("职能和工作内容", found.functions),
        ):
            shown = [row for row in rows if not (only and row.same)]
            groups.append({"title": title, "rows": shown, "differ": sum(not row.same for row in rows)})
    context = {
        "tabs": tabs(request, "compare"),
        "ways": _ways("levels"),
        "options": [{"value": key, "label": side.title} for key, side in known.items()],
        "a": left.key if left else "",
        "b": right.key if right else "",
        "only": only,
        "left": left.title if left else "",
        "right": right.title if right else "",
        "groups": groups,
        "columns": [
            {"key": "title", "label": "项目"},
            {"key": "left", "label": left.title if left else ""},
            {"key": "right", "label": right.title if right else ""},
        ],
    }
    return render(request, "desk/standards/compare.html", context)


@surface("staff", right="standards.read")
@require_safe
def profiles(request: HttpRequest) -> HttpResponse:
    """What one profile says otherwise than another, or than the packs alone."""
    titles = {profile.id: profile.title for profile in registry().all("profile")}
    a, b = request.GET.get("a", ""), request.GET.get("b", "")
    asked = (a in titles or a == "") and b in titles and a != b
    today = timezone.localdate()
    left, right = (resolve(registry(), [id] if id and asked else [], today) for id in (a, b))
    found = comparing.compare_profiles(left, right) if asked else None
    context = {
        "tabs": tabs(request, "compare"),
        "ways": _ways("profiles"),
        "options": [{"value": id, "label": title} for id, title in titles.items()],
        "a": a if asked else "",
        "b": b if asked else "",
        "left": titles.get(a, "标准包"),
        "right": titles.get(b, ""),
        "found": found,
        "added": [_head(*item) for item in found.added] if found else [],
        "removed": [_head(*item) for item in found.removed] if found else [],
        "changed": [
            {**_head(item.kind, item.id, item.title), "keys": _keys(item, left, right)} for item in found.changed
        ]
        if found
        else [],
    }
    return render(request, "desk/standards/compare_profiles.html", context)


def _head(kind: str, id: str, title: str) -> dict[str, str]:
    return {"kind": KINDS.get(kind, kind), "title": title or id, "url": definition_url(kind, id)}


def _keys(item: Changed, left: Resolved, right: Resolved) -> list[dict[str, str]]:
    """What differs in one definition: of a figure all its dated values, of anything else the places."""
    if item.kind == "parameter":
        before, after = (
            [value.model_dump() for value in side.get(item.kind, item.id).values] for side in (left, right)
        )
        return [{"place": "", "before": value_words(before), "after": value_words(after)}]
    data = plain(left.get(item.kind, item.id))
    return [
        {
            "place": place_words(data, change.place) or change.place,
            "before": value_words(change.before),
            "after": value_words(change.after),
        }
        for change in item.keys[:MOST_KEYS]
    ]
