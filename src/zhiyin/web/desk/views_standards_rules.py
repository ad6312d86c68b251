"""Rules, tables and figures in words, as they stand for the own organisation; any other definition as a plain list."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhiyin.domain.accounts.roles import holds
from zhiyin.domain.standards import queries, rulebook
from zhiyin.domain.standards.register import value_words
from zhiyin.domain.standards.values import shown
from zhiyin.engines.rules import Verdict
from zhiyin.engines.rules.telling import Told, tell
from zhiyin.kernel.errors import DefinitionError
from zhiyin.packs.resolved import LayerChange, Resolved
from zhiyin.web.desk.views_standards import DEFINITIONS, address, definition_url, one_of, tabs
from zhiyin.web.surface import surface

PAGE = 40
TONES = {Verdict.PASS: "good", Verdict.FAIL: "bad", Verdict.UNKNOWN: "ask"}
FIELD_TYPES = {
    "text": "短文字",
    "longtext": "长文字",
    "date": "日期",
    "integer": "整数",
    "number": "数字",
    "decimal": "小数",
    "money": "金额",
    "boolean": "是否",
    "choice": "单选",
    "choices": "多选",
    "rows": "表格",
    "scale": "评分",
}
MOST_VALUES = 200


def standing(request: HttpRequest, on: date | None = None) -> Resolved:
    """The definitions of the organisation that the actor works for."""
    return queries.active(request.membership.organisation_id, on)  # type: ignore[attr-defined]


def day_of(request: HttpRequest, name: str = "on") -> date:
    """The day that the address asks for, today where it names none."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return timezone.localdate()


def found_or_404(resolved: Resolved, kind: str, id: str) -> Any:
    try:
        return resolved.get(kind, id)
    except DefinitionError:
        raise Http404("没有这个定义") from None


def pack_titles(resolved: Resolved) -> dict[str, str]:
    return {pack.id: pack.head.title for pack in resolved.packs}


def _fits(words: str, *texts: str) -> bool:
    text = " ".join(texts).casefold()
    return all(word in text for word in words.casefold().split())


# -- rules -------------------------------------------------------------------------------------------------------------


@surface("staff", right="standards.read")
@require_safe
def rules(request: HttpRequest) -> HttpResponse:
    """Rulesets and tables on offer for the own organisation."""
    resolved = standing(request)
    titles = pack_titles(resolved)
    words = request.GET.get("q", "").strip()[:60]
    pack = one_of(request.GET, "pack", titles)
    subject = one_of(request.GET, "subject", rulebook.SUBJECTS)
    rows = []
    for kind in ("ruleset", "table"):
        for item in resolved.all(kind):
            about = item.about
            owner = resolved.provenance(kind, item.id).pack
            if subject and getattr(item, "subject", "") != subject:
                continue
            if (pack and owner != pack) or not _fits(words, item.id, item.title, about):
                continue
            rows.append(
                {
                    "title": item.title,
                    "url": definition_url(kind, item.id),
                    "kind": DEFINITIONS[kind],
                    "about": about,
                    "subject": rulebook.SUBJECTS.get(getattr(item, "subject", ""), ""),
                    "pack": titles[owner],
                    "since": item.valid_from or "",
                    "changed": bool(resolved.changes(kind, item.id)),
                }
            )
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    used = {resolved.provenance(kind, item.id).pack for kind in ("ruleset", "table") for item in resolved.all(kind)}
    context = {
        "tabs": tabs(request, "rules"),
        "page": page,
        "words": words,
        "pack": pack,
        "subject": subject,
        "narrowed": bool(words or pack or subject),
        "packs": [{"value": id, "label": title} for id, title in titles.items() if id in used],
        "subjects": [{"value": value, "label": label} for value, label in rulebook.SUBJECTS.items()],
        "columns": [
            {"key": "title", "label": "规则", "pin": True},
            {"key": "about", "label": "判断什么"},
            {"key": "subject", "label": "对象"},
            {"key": "pack", "label": "所在的包"},
            {"key": "since", "label": "施行"},
        ],
    }
    return render(request, "desk/standards/rules.html", context)


@surface("staff", right="standards.read")
@require_safe
def rule(request: HttpRequest, ruleset: str) -> HttpResponse:
    """A ruleset in words on a day: its conditions with their figures, what has to be known, and its examples."""
    day = day_of(request)
    resolved = standing(request, day)
    found = found_or_404(resolved, "ruleset", ruleset)
    told = tell(found, resolved.rules_library(), day, {item.id: item.title for item in resolved.all("parameter")})
    named = dict.fromkeys(id for part in told.walk() for id in part.parameters)
    inner = {part.ruleset: resolved.get("ruleset", part.ruleset).title for part in told.walk() if part.ruleset}
    tables = {id: resolved.get("table", id).title for part in told.walk() for id in part.tables}
    context = {
        "crumbs": [{"label": "规则", "url": reverse("desk:standard_rules")}],
        "found": found,
        "day": day,
        "dormant": _dormant(found, day),
        "subject": rulebook.SUBJECTS[found.subject],
        "told": _told(told, inner, tables),
        "figures": rulebook.figures(resolved, list(named)),
        "examples": [
            {"example": item, "tone": TONES[item.verdict], "word": item.verdict.label}
            for item in rulebook.examples(resolved, found)
        ],
        **_aside(resolved, "ruleset", found),
    }
    return render(request, "desk/standards/rule.html", context)


def _dormant(found: Any, day: date) -> str:
    """Why a ruleset says nothing about ``day``; "" when it applies."""
    if found.in_force(day):
        return ""
    if found.valid_from and day.isoformat() < found.valid_from:
        return f"这套条件自 {found.valid_from} 起施行，{day} 还不适用。"
    return f"这套条件已于 {found.valid_to} 停止，{day} 不再适用。"


def _told(part: Told, inner: Mapping[str, str], tables: Mapping[str, str]) -> dict[str, Any]:
    since = " ".join(
        text for text in (f"自 {part.since} 起" * bool(part.since), f"至 {part.until}" * bool(part.until)) if text
    )
    return {
        "title": part.title,
        "text": part.text,
        "article": part.article,
        "note": part.note,
        "proof": part.proof,
        "since": since,
        "links": [
            *(
                {"label": f"看“{inner[part.ruleset]}”", "url": definition_url("ruleset", part.ruleset)}
                for _ in [0]
                if part.ruleset
            ),
            *({"label": f"看“{tables[id]}”", "url": definition_url("table", id)} for id in part.tables),
        ],
        "children": [_told(child, inner, tables) for child in part.children],
    }


@surface("staff", right="standards.read")
@require_safe
def table(request: HttpRequest, table: str) -> HttpResponse:
    """A decision table as it is written, figures filled in."""
    day = day_of(request)
    resolved = standing(request, day)
    found = found_or_404(resolved, "table", table)
    parameters = resolved.parameters()

    def result(raw: Any) -> str:
        if isinstance(raw, Mapping) and set(raw) == {"param"} and raw["param"] in parameters:
            value = parameters[raw["param"]].dated_on(day)
            return value_words(value.value) if value else "当日没有规定的数"
        return value_words(raw)

    labels = _labels(resolved, found.inputs)
    context = {
        "crumbs": [{"label": "规则", "url": reverse("desk:standard_rules")}],
        "found": found,
        "columns": [
            *({"key": column.id, "label": column.label} for column in found.inputs),
            *({"key": f"then-{column.id}", "label": f"→ {column.label}"} for column in found.outputs),
            {"key": "article", "label": "依据"},
        ],
        "rows": [
            {
                "cells": [labels(column, row.when.get(column.id, "-")) for column in found.inputs],
                "results": [f"{result(row.then[column.id])} {column.unit}".strip() for column in found.outputs],
                "article": row.article,
                "note": row.note,
            }
            for row in found.rows
        ],
        **_aside(resolved, "table", found),
    }
    return render(request, "desk/standards/table.html", context)


def _labels(resolved: Resolved, inputs: Any) -> Any:
    codelists = resolved.codelists()

    def worded(column: Any, cell: Any) -> str:
        names = {one.value: one.label for one in column.options if not isinstance(one, str)}
        if column.codelist in codelists:
            names |= {code.value: code.label for code in codelists[column.codelist].values}
        if cell == "-":
            return "不论"
        if isinstance(cell, bool):
            return "是" if cell else "否"
        cells = cell if isinstance(cell, list) else [cell]
        return "、".join(names.get(str(one), str(one)) for one in cells)

    return worded


# -- figures -----------------------------------------------------------------------------------------------------------


@surface("staff", right="standards.read")
@require_safe
def parameters(request: HttpRequest) -> HttpResponse:
    """Every figure on offer with the value of a day, where it comes from, and whether a layer changed it."""
    day = day_of(request)
    resolved = standing(request, day)
    titles = pack_titles(resolved)
    words = request.GET.get("q", "").strip()[:60]
    pack = one_of(request.GET, "pack", titles)
    basis = one_of(request.GET, "basis", rulebook.BASES)
    changed = request.GET.get("changed", "") == "1"
    offered = resolved.all("parameter")
    owners = {item.id: resolved.provenance("parameter", item.id).pack for item in offered}
    ids = [
        item.id
        for item in offered
        if _fits(words, item.id, item.title)
        and pack in {"", owners[item.id]}
        and basis in {"", item.basis}
        and (not changed or resolved.changes("parameter", item.id))
    ]
    page = Paginator(ids, PAGE).get_page(request.GET.get("page"))
    context = {
        "tabs": tabs(request, "parameters"),
        "page": page,
        "rows": [
            {"figure": item, "pack": titles[owners[item.parameter.id]]}
            for item in rulebook.figures(resolved, list(page))
        ],
        "day": day,
        "words": words,
        "pack": pack,
        "basis": basis,
        "changed": changed,
        "narrowed": bool(words or pack or basis or changed),
        "packs": [{"value": id, "label": title} for id, title in titles.items() if id in owners.values()],
        "bases": [{"value": value, "label": label} for value, label in rulebook.BASES.items()],
        "columns": [
            {"key": "title", "label": "参数", "pin": True},
            {"key": "value", "label": "取值"},
            {"key": "basis", "label": "由谁定"},
            {"key": "source", "label": "出处"},
            {"key": "pack", "label": "所在的包"},
        ],
    }
    return render(request, "desk/standards/parameters.html", context)


@surface("staff", right="standards.read")
@require_safe
def parameter(request: HttpRequest, parameter: str) -> HttpResponse:
    """One figure: all its dated values, who said so, which clauses it is for and which rules use it."""
    resolved = standing(request)
    found = found_or_404(resolved, "parameter", parameter)
    shown_figures = rulebook.figures(resolved, [parameter])
    if not shown_figures:
        raise Http404("这个参数属于本机构没有选用的方案")
    context = {
        "crumbs": [{"label": "参数", "url": reverse("desk:standard_parameters")}],
        "found": found,
        "figure": shown_figures[0],
        "today": resolved.on,
        "gaps": found.gaps(),
        "users": [
            {"title": title, "kind": DEFINITIONS.get(kind, "衡量办法"), "url": definition_url(kind, id)}
            for kind, id, title in rulebook.users(resolved, "parameter", parameter)
        ],
        "clauses": list(found.clauses),
        "columns": [
            {"key": "value", "label": "取值"},
            {"key": "from", "label": "自"},
            {"key": "to", "label": "至"},
            {"key": "source", "label": "出处"},
            {"key": "layer", "label": "由谁定"},
        ],
        **_aside(resolved, "parameter", found),
    }
    return render(request, "desk/standards/parameter.html", context)


# -- anything else -----------------------------------------------------------------------------------------------------


@surface("staff", right="standards.read")
@require_safe
def definition(request: HttpRequest, sort: str, definition: str) -> HttpResponse:
    """A definition of any other kind, as a list of its parts in words."""
    if sort not in DEFINITIONS or sort in {"ruleset", "table", "parameter"}:
        raise Http404("没有这个定义")
    resolved = standing(request)
    found = found_or_404(resolved, sort, definition)
    context = {
        "crumbs": [{"label": "标准", "url": reverse("desk:standards")}],
        "found": found,
        "title": getattr(found, "title", "") or definition,
        "kind": DEFINITIONS[sort],
        "about": getattr(found, "about", "") or getattr(found, "plain", ""),
        "parts": list(_PARTS[sort](found)) if sort in _PARTS else [],
        "offered": resolved.offers(sort, definition),
        "own_page": _own_page(request, resolved, sort, definition),
        **_aside(resolved, sort, found),
    }
    return render(request, "desk/standards/definition.html", context)


def _own_page(request: HttpRequest, resolved: Resolved, sort: str, id: str) -> str:
    """Where one works with the definition itself, for roles that do; "" elsewhere."""
    mine = sort == "document" and resolved.offers(sort, id) and holds(request.actor, "documents.read_agency")  # type: ignore[attr-defined]
    return address("desk:document_kind", id) if mine else ""


def _row(label: str, note: str = "", text: str = "") -> dict[str, str]:
    return {"label": label, "note": note, "text": text}


def _field(field: Any) -> dict[str, str]:
    kind = FIELD_TYPES.get(field.type, "")
    return _row(field.label, "、".join(part for part in (kind, "必填" if field.required else "") if part), field.help)


def _of_form(found: Any) -> Iterator[dict[str, Any]]:
    for section in found.sections:
        yield {"title": section.title, "note": "", "rows": [_field(field) for field in section.fields]}


def _of_document(found: Any) -> Iterator[dict[str, Any]]:
    for section in found.sections:
        rows = []
        for block in section.blocks:
            if hasattr(block, "inputs"):
                rows += [_field(field) for field in block.inputs]
            elif hasattr(block, "editable"):
                rows.append(_row(block.label, "必填" if block.required else "", block.guidance))
        yield {"title": section.title, "note": section.guidance, "rows": rows}


def _of_process(found: Any) -> Iterator[dict[str, Any]]:
    titles = {step.id: step.title for step in found.steps}
    rows = []
    for step in found.steps:
        before = "、".join(titles.get(id, id) for id in step.requires)
        rows.append(_row(step.title, step.due.what if step.due else "", f"先要完成：{before}" if before else ""))
    yield {"title": "步骤", "note": "", "rows": rows}
    if found.follow_ups:
        yield {"title": "回访", "note": "", "rows": [_row(item.title) for item in found.follow_ups]}


def _of_blueprint(found: Any) -> Iterator[dict[str, Any]]:
    yield {"title": "各部分的权重", "note": "", "rows": [_row(part.title, f"{part.weight}%") for part in found.parts]}


def _of_policy(found: Any) -> Iterator[dict[str, Any]]:
    yield {"title": "条件", "note": f"对象：{found.object}", "rows": [_row(text) for text in found.conditions]}
    yield {"title": "待遇", "note": found.benefit, "rows": []}
    yield {"title": "怎么办", "note": found.window, "rows": [_row(text) for text in found.steps]}
    rows = [_row(item.name, "" if item.required else "有就带", item.note) for item in found.materials]
    yield {"title": "材料", "note": "", "rows": rows}


def _of_law(found: Any) -> Iterator[dict[str, Any]]:
    rows = [_row(f"第 {article.no} 条", "", article.gist) for article in found.articles]
    yield {"title": "引用到的条文", "note": f"自 {found.in_force} 起施行", "rows": rows}


def _of_codelist(found: Any) -> Iterator[dict[str, Any]]:
    rows = [_row(code.label, code.value) for code in found.values[:MOST_VALUES]]
    note = f"出处：{found.source}" + ("" if len(found.values) <= MOST_VALUES else f"，只列前 {MOST_VALUES} 项")
    yield {"title": f"共 {len(found.values)} 项", "note": note, "rows": rows}


def _of_notice(found: Any) -> Iterator[dict[str, Any]]:
    for section in found.sections:
        yield {"title": section.title, "note": section.text, "rows": []}


def _of_profile(found: Any) -> Iterator[dict[str, Any]]:
    rows = [
        _row(item.parameter, "、".join(shown(value.value) for value in item.values), item.why) for item in found.set
    ]
    yield {"title": "另定的数", "note": "", "rows": rows}
    rows = [_row(f"{item.definition.id} {item.at}", item.act, item.why) for item in found.alter]
    yield {"title": "改动的定义", "note": "", "rows": rows}


_PARTS = {
    "form": _of_form,
    "document": _of_document,
    "process": _of_process,
    "blueprint": _of_blueprint,
    "policy": _of_policy,
    "law": _of_law,
    "codelist": _of_codelist,
    "notice": _of_notice,
    "profile": _of_profile,
}


def _aside(resolved: Resolved, kind: str, found: Any) -> dict[str, Any]:
    """Where a definition comes from, which clauses it serves, and what layers changed in it."""
    where = resolved.provenance(kind, found.id)
    return {
        "pack": pack_titles(resolved)[where.pack],
        "pack_version": where.version,
        "version": getattr(found, "version", ""),
        "serves": [{"id": id, "url": address("desk:standard_clause", id)} for id in getattr(found, "serves", []) or []],
        "layered": [layer_line(change) for change in resolved.changes(kind, found.id)],
    }


def layer_line(change: LayerChange) -> dict[str, str]:
    """One change of a layer in words."""
    return {
        "layer": change.layer_title,
        "kind": "方案" if change.layer_kind == "profile" else "本机构",
        "who": change.who,
        "why": change.why,
        "at": change.at,
    }
