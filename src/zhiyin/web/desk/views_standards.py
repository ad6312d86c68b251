"""Standards to read: the documents, the tree of one of them, one clause with everything that serves it."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_safe

from zhiyin.domain.accounts.roles import holds
from zhiyin.domain.conformance import queries as conformance
from zhiyin.domain.standards import browsing
from zhiyin.domain.standards.browsing import (
    AREA_WORDS,
    KIND_WORDS,
    LEVEL_WORDS,
    PREFACE,
    SERVED_WORDS,
    Branch,
    Filters,
)
from zhiyin.engines.conformance import Clause, Verdict
from zhiyin.kernel.errors import Invalid
from zhiyin.packs.installed import registry
from zhiyin.packs.trace import Mention, Use
from zhiyin.web.surface import surface

PAGE = 50
TONES = {"tested": "good", "claimed": "half", "open": "na"}
VERDICT_TONES = {
    Verdict.MET: "good",
    Verdict.PARTLY: "half",
    Verdict.UNMET: "bad",
    Verdict.UNPROVEN: "ask",
    Verdict.NOT_APPLICABLE: "na",
}
DEFINITIONS = {
    "ruleset": "规则",
    "table": "对照表",
    "parameter": "参数",
    "form": "表单",
    "document": "文书",
    "process": "流程",
    "instrument": "量表",
    "policy": "政策",
    "law": "法规",
    "blueprint": "考核权重",
    "codelist": "代码表",
    "notice": "告知",
    "calendar": "工作日历",
    "profile": "方案",
}
_NUMBERS = "零一二三四五六七八九十"


def tabs(request: HttpRequest, current: str) -> list[dict[str, Any]]:
    """The parts of the standards room that the actor may open."""
    items = [
        ("standards", "标准", "desk:standards", "standards.read"),
        ("rules", "规则", "desk:standard_rules", "standards.read"),
        ("parameters", "参数", "desk:standard_parameters", "standards.read"),
        ("compare", "对照", "desk:standard_compare", "standards.read"),
        ("map", "能力地图", "desk:standard_map", "agencies.read_staff"),
        ("changes", "方案与修改", "desk:standard_changes", "standards.read"),
    ]
    return [
        {"label": label, "url": address(url), "current": key == current}
        for key, label, url, right in items
        if address(url) and holds(request.actor, right)  # type: ignore[attr-defined]
    ]


def address(name: str, *args: Any) -> str:
    """The address of a page, "" where this installation has no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def one_of(asked: QueryDict, name: str, known: Iterable[str]) -> str:
    """What the address asks for under ``name`` if it is known, else ""."""
    value = asked.get(name, "")
    return value if value in known else ""


def choices(words: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"value": value, "label": label} for value, label in words.items()]


def filters_of(asked: QueryDict, doc: str = "", levels: Iterable[str] = browsing.LEVELS) -> Filters:
    return Filters(
        words=asked.get("q", "").strip()[:60],
        kind=one_of(asked, "kind", KIND_WORDS),
        area=one_of(asked, "area", AREA_WORDS),
        level=one_of(asked, "level", levels),
        cumulative=asked.get("lower", "") == "1",
        served=one_of(asked, "served", SERVED_WORDS),
        doc=doc,
    )


def filter_options() -> dict[str, Any]:
    return {"kinds": choices(KIND_WORDS), "areas": choices(AREA_WORDS), "states": choices(SERVED_WORDS)}


def line(row: Clause, state: str, words: str = "", origin: str = "") -> dict[str, Any]:
    """One clause as a line of a list; ``origin`` names the level that it comes from."""
    return {
        "id": row.id,
        "url": reverse("desk:standard_clause", args=[row.id]),
        "id_pieces": browsing.marked(row.id, words),
        "gist": browsing.marked(row.gist, words),
        "kind": KIND_WORDS[row.kind],
        "origin": origin,
        "tone": TONES[state],
        "state": SERVED_WORDS[state],
    }


@surface("staff", right="standards.read")
@require_safe
def standards(request: HttpRequest) -> HttpResponse:
    """The documents of all installed packs; with something to look for, the clauses of all of them that fit."""
    asked = filters_of(request.GET)
    states = browsing.standings()
    page = None
    if asked.narrowed:
        page = Paginator(browsing.search(asked), PAGE).get_page(request.GET.get("page"))
    context = {
        "tabs": tabs(request, "standards"),
        "documents": browsing.standards(),
        "asked": asked,
        "levels": choices(LEVEL_WORDS),
        **filter_options(),
        "page": page,
        "rows": [line(row, states[row.id], asked.words) | {"doc": row.doc} for row, _ in page] if page else [],
        "columns": [
            {"key": "title", "label": "标准", "pin": True},
            {"key": "number", "label": "文号"},
            {"key": "from", "label": "施行"},
            {"key": "levels", "label": "等级"},
            {"key": "total", "label": "条款", "num": True},
            {"key": "claimed", "label": "已承接", "num": True},
            {"key": "tested", "label": "有测试证明", "num": True},
        ],
    }
    return render(request, "desk/standards/index.html", context)


@surface("staff", right="standards.read")
@require_safe
def standard(request: HttpRequest, doc: str) -> HttpResponse:
    """The tree of one document, narrowed by words, kind, area, level and how far it is served."""
    found = browsing.standard(doc)
    if found is None:
        raise Http404("没有安装这个标准")
    asked = filters_of(request.GET, doc, found.levels)
    states = browsing.standings()
    rows = browsing.search(asked)
    origins = {row.id: level for row, level in rows}
    merged = bool(asked.level and asked.cumulative)
    opened = bool(asked.narrowed or request.GET.get("print"))
    roots = browsing.tree([row for row, _ in rows], merged=merged)

    def shown(branch: Branch, depth: int) -> dict[str, Any]:
        below = list(branch.walk())
        return {
            "title": branch.title,
            "total": len(below),
            "tested": sum(states[row.id] == "tested" for row in below),
            "open": opened or depth == 0,
            "branches": [shown(one, depth + 1) for one in branch.branches],
            "rows": [line(row, states[row.id], asked.words, _origin(row, origins, merged)) for row in branch.clauses],
        }

    parts = [branch for branch in browsing.tree(browsing.clauses(doc)) if branch.title != PREFACE]
    context = {
        "crumbs": [{"label": "标准", "url": reverse("desk:standards")}],
        "found": found,
        "shape": _shape(len(found.levels), len(parts)),
        "asked": asked,
        "levels": choices({level: LEVEL_WORDS[level] for level in found.levels}),
        **filter_options(),
        "roots": [shown(branch, 0) for branch in roots],
        "count": len(rows),
        "merged": merged,
        "taken_in": _taken_in(asked.level, origins) if merged else [],
        "printed": bool(request.GET.get("print")),
        "print_url": f"?{_query(request.GET, print='1')}",
        "other_levels": [level for level in found.levels if level != asked.level],
    }
    return render(request, "desk/standards/standard.html", context)


def _origin(row: Clause, origins: Mapping[str, str], merged: bool) -> str:
    """The level to be shown beside a clause, where no heading says it."""
    if merged:
        return LEVEL_WORDS.get(origins[row.id], "")
    return "" if browsing.is_split_by_level(row) else browsing.level_words(row)


def _shape(levels: int, parts: int) -> str:
    words = [f"{_NUMBERS[levels]}个等级"] if levels else []
    return "、".join([*words, f"{_NUMBERS[parts] if parts < len(_NUMBERS) else parts}个部分"])


def _taken_in(level: str, origins: Mapping[str, str]) -> list[dict[str, Any]]:
    """How many clauses come from each level that ``level`` takes in, the highest first."""
    counts = [
        {"label": LEVEL_WORDS[one], "count": sum(origin == one for origin in origins.values())}
        for one in reversed(browsing.taken_in(level))
    ]
    return [item for item in counts if item["count"]]


def _query(asked: QueryDict, **more: str) -> str:
    copy = asked.copy()
    for name, value in more.items():
        copy[name] = value
    return copy.urlencode()


@surface("staff", right="standards.read")
@require_safe
def clause(request: HttpRequest, clause: str) -> HttpResponse:
    """One clause: where it stands, what it asks, what serves it, which tests prove it, and its neighbours."""
    place = browsing.clause_place(clause)
    if place is None:
        raise Http404("没有这个条款")
    row = place.clause
    found = browsing.standard(row.doc)
    states = browsing.standings()
    state = states[row.id]
    context = {
        "crumbs": [
            {"label": "标准", "url": reverse("desk:standards")},
            {"label": found.title if found else row.doc, "url": reverse("desk:standard", args=[row.doc])},
        ],
        "row": row,
        "standard": found,
        "place": place,
        "level": _level(row),
        "kind": KIND_WORDS[row.kind],
        "area": AREA_WORDS[row.area],
        "part": browsing.part_of(row),
        "tone": TONES[state],
        "state": SERVED_WORDS[state],
        "definitions": [_definition(use) for use in place.trace.definitions],
        "code": [_mention(item) for item in place.trace.code],
        "tests": [_mention(item) for item in place.trace.tests],
        "beside": [line(item, states[item.id]) for item in place.beside],
        "ours": _ours(request, row.id) if place.measures else None,
        "definition_columns": [
            {"key": "kind", "label": "类别"},
            {"key": "title", "label": "名称"},
            {"key": "pack", "label": "所在的包"},
        ],
    }
    return render(request, "desk/standards/clause.html", context)


def _ours(request: HttpRequest, clause: str) -> dict[str, Any] | None:
    """How the own organisation stands on a clause and what shows it; None for roles that do not read this."""
    if not holds(request.actor, "conformance.read"):  # type: ignore[attr-defined]
        return None
    code = clause.partition("-")[0]
    try:
        page = conformance.clause_page(
            request.actor,  # type: ignore[attr-defined]
            request.membership.organisation,  # type: ignore[attr-defined]
            code,
            clause,
        )
    except Invalid:  # the set of measures belongs to a profile that the organisation does not follow
        return None
    if page is None:
        return None
    return {
        "verdict": page.verdict.label if page.verdict else "",
        "tone": VERDICT_TONES[page.verdict] if page.verdict else "ask",
        "on": page.run.on if page.run else None,
        "met": len(page.met),
        "unmet": len(page.unmet),
        "papers": len(page.papers),
        "url": reverse("desk:conformance_clause", args=[code, clause]),
    }


def _level(row: Clause) -> str:
    if row.level == "all":
        return "各等级通用"
    return browsing.level_words(row)


def definition_url(kind: str, id: str) -> str:
    """The page on which a definition can be read."""
    pages = {
        "ruleset": "desk:standard_rule",
        "table": "desk:standard_table",
        "parameter": "desk:standard_parameter",
    }
    if kind in pages:
        return address(pages[kind], id)
    return address("desk:standard_definition", kind, id) if kind in DEFINITIONS else ""


def _definition(use: Use) -> dict[str, Any]:
    packs = {pack.id: pack.head.title for pack in registry().packs}
    return {
        "kind": DEFINITIONS.get(use.kind, use.kind),
        "title": use.title or use.id,
        "part": use.part if use.part != use.id else "",
        "url": definition_url(use.kind, use.id),
        "pack": packs.get(use.pack, use.pack),
    }


def _mention(item: Mention) -> dict[str, Any]:
    root = Path(browsing.__file__).resolve().parents[4]
    file = item.file.relative_to(root) if item.file.is_relative_to(root) else Path(item.file.name)
    return {"file": str(file), "line": item.line, "name": item.name}
