"""Occupations for a person: the filters in sight, the ranking with its reasons, what was left out, and opinions."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from zhiyin.domain.accounts.roles import holds
from zhiyin.domain.assessment import policies as assessment_policies
from zhiyin.domain.assessment import queries as assessment
from zhiyin.domain.assessment.models import Result
from zhiyin.domain.casework.models import Case
from zhiyin.domain.catalogues import queries as catalogues
from zhiyin.domain.matching import commands, policies, queries
from zhiyin.domain.matching.models import MatchChoice, MatchRun
from zhiyin.engines.matching import CONDITION_NAMES, EDUCATION_NAMES
from zhiyin.web.desk.views_cases_shared import address, frame, load, within
from zhiyin.web.desk.views_catalogue import GROUPS
from zhiyin.web.surface import attempt, back, surface

COMPONENTS = {"interest": "兴趣", "education": "学历", "skills": "技能", "wishes": "意愿"}
FILTER_NAMES = {
    "education": "学历",
    "conditions": "避开的工作条件",
    "refused": "本人不考虑",
    "groups": "职业大类",
    "region": "地区",
}
VERDICTS = [{"value": value, "label": label} for value, label in MatchChoice.Verdict.choices]
VERDICT_TONES = {"consider": "good", "explore": "on", "declined": "na"}
HIDDEN_SHOWN = 60
FOUND_BY_HAND = 8


@surface("staff", right="matching.read")
@require_http_methods(["GET", "HEAD", "POST"])
def case_match(request: HttpRequest, case: uuid.UUID) -> HttpResponse:
    """The newest run of a case. POST runs again with the filters as ticked, or with one of them taken away."""
    found = load(request, case)
    run = queries.latest_run(found.person, case_id=found.pk)
    if run is not None:
        policies.require(request.actor, "matching.read", run)  # type: ignore[attr-defined]
    result = assessment.latest_result(found.person, case_id=found.pk)
    errors: dict[str, list[str]] = {}
    filters = _standing(request, found, run)
    if request.method == "POST":
        wanted = _without(run, request.POST["remove"]) if "remove" in request.POST else _ticked(request, found)
        made, errors = attempt(
            request, "比对职业", lambda: commands.run(found.person, case_id=found.pk, result=result, filters=wanted)
        )
        if made is not None:
            count = len(made.ranks or [])
            return back(request, "desk:case_match", f"已重新比对，列出 {count} 个职业", found.pk)
        filters = {**filters, **wanted}
    context = {
        **frame(request, found, "match"),
        **_filter_context(found, filters),
        "result": result,
        "may_read_result": result is not None and assessment_policies.can(request.actor, "assessment.read", result),  # type: ignore[attr-defined]
        "assess_url": reverse("desk:case_assess", args=[found.pk]),
        "file_url": address("desk:file", found.file_id),
        "may_run": policies.can(request.actor, "matching.run"),  # type: ignore[attr-defined]
        "errors": errors,
        "labels": FILTER_NAMES | {"avoid": "要避开的工作条件", "cautions": "只提醒的工作条件"},
        **(_run_context(request, found, run, result) if run else {"run": None}),
    }
    return render(request, "desk/assess/match.html", context, status=422 if errors else 200)


def _standing(request: HttpRequest, case: Case, run: MatchRun | None) -> dict[str, Any]:
    """The filters of the newest run, or where a first run starts; facts come from the file as it is now."""
    start = queries.defaults(case.person, case.organisation, request.actor).as_data()  # type: ignore[attr-defined]
    last = (run.filters or {}) if run else {}
    own = ("education_floor", "avoid", "cautions", "groups", "region")
    return {**start, **{name: last[name] for name in own if name in last}}


def _ticked(request: HttpRequest, case: Case) -> dict[str, Any]:
    posted = request.POST
    return {
        "education_floor": bool(posted.get("education_floor")),
        "avoid": posted.getlist("avoid"),
        "cautions": posted.getlist("cautions"),
        "refused": posted.getlist("refused"),
        "groups": [int(group) for group in posted.getlist("groups") if group.isascii() and group.isdecimal()],
        "region": case.person.region if posted.get("region") else "",
    }


def _without(run: MatchRun | None, what: str) -> dict[str, Any]:
    """The filters of the newest run, less the one named ``<filter>`` or ``<filter>:<value>``."""
    last = dict((run.filters or {}) if run else {})
    name, _, value = what.partition(":")
    if name == "education_floor":
        last[name] = False
    elif name == "region":
        last[name] = ""
    elif name in {"avoid", "cautions", "refused", "groups"}:
        last[name] = [entry for entry in last.get(name, []) if value and str(entry) != value]
    kept = ("education_floor", "avoid", "cautions", "refused", "groups", "region")
    return {key: last[key] for key in kept if key in last}


def _filter_context(case: Case, filters: Mapping[str, Any]) -> dict[str, Any]:
    """The form's boxes, and the same as words that can be taken away one by one."""
    names = catalogues.labels(filters["refused"])
    chips = []
    if filters["education_floor"] and filters["education"]:
        own = EDUCATION_NAMES[filters["education"]]
        chips.append(("education_floor", f"不列出最低学历高于{own}的"))
    chips += [(f"avoid:{tag}", f"避开{CONDITION_NAMES[tag]}") for tag in filters["avoid"] if tag in CONDITION_NAMES]
    if filters["groups"]:
        chips.append(("groups", f"只看第 {'、'.join(str(group) for group in filters['groups'])} 大类"))
    chips += [(f"refused:{code}", f"不列{names[code]}") for code in filters["refused"]]
    if filters["region"]:
        chips.append(("region", "按本人常住地看"))
    known = [
        ("学历", EDUCATION_NAMES.get(filters["education"] or "", "")),
        ("会做的事", "、".join(filters["skills"] or ())),
        ("证书", "、".join(filters["certificates"] or ())),
        ("本人想做的", "、".join(catalogues.labels(filters["wishes"] or ()).values())),
    ]
    return {
        "filters": filters,
        "chips": [{"value": value, "label": label} for value, label in chips],
        "facts": [{"label": label, "value": value} for label, value in known],
        "conditions": [
            {
                "value": tag,
                "label": label,
                "avoid": tag in filters["avoid"],
                "caution": tag in filters["cautions"],
            }
            for tag, label in CONDITION_NAMES.items()
        ],
        "groups": [
            {"value": number, "label": label, "checked": number in filters["groups"]}
            for number, label in GROUPS.items()
        ],
        "refused": [{"value": code, "label": names[code]} for code in filters["refused"]],
        "region": case.person.region,
    }


def _run_context(request: HttpRequest, case: Case, run: MatchRun, result: Result | None) -> dict[str, Any]:
    seen = queries.view(run)
    may_confirm = policies.can(request.actor, "matching.confirm", run)  # type: ignore[attr-defined]
    rows = [_row(case, row) for row in seen.rows]
    listed = {row.code for row in seen.rows}
    words = request.GET.get("add", "").strip()[:40]
    by_hand = []
    if words:
        for occupation in catalogues.search(words)[:FOUND_BY_HAND]:
            by_hand.append(
                {
                    "code": occupation.code,
                    "name": catalogues.display_name(occupation.name).text,
                    "listed": occupation.code in listed,
                }
            )
    return {
        "run": run,
        "rows": rows,
        "confirmed": sum(row["opinion"] is not None and row["opinion"].verdict != "declined" for row in rows),
        "considered": seen.considered,
        "counts": [
            {"label": FILTER_NAMES.get(name, name), "value": count} for name, count in seen.counts.items() if count
        ],
        "hidden": seen.excluded[:HIDDEN_SHOWN],
        "hidden_total": len(seen.excluded),
        "verdicts": VERDICTS,
        "may_confirm": may_confirm,
        "stale": result is not None and run.result_id != result.pk,
        "words": words,
        "by_hand": by_hand,
    }


def _row(case: Case, row: queries.RankRow) -> dict[str, Any]:
    return {
        "rank": row.rank,
        "code": row.code,
        "name": row.name,
        "tags": row.tags,
        "band": row.band,
        "description": row.description,
        "fits": row.texts("fit"),
        "lacks": [_with_action(reason) for reason in row.reasons if reason["kind"] == "lack"],
        "unknown": row.texts("unknown"),
        "bars": bars(row.components),
        "foot": _unknown(row.components),
        "opinion": row.opinion,
        "verdict": row.opinion.verdict if row.opinion else "",
        "reason": row.opinion.reason if row.opinion else "",
        "tone": VERDICT_TONES.get(row.opinion.verdict, "na") if row.opinion else "",
        "url": reverse("desk:case_occupation", args=[case.pk, row.code]),
    }


def _with_action(reason: Mapping[str, str]) -> str:
    return f"{reason['text']}。{reason['action']}" if reason["action"] else reason["text"]


def bars(components: Mapping[str, float | None]) -> list[dict[str, Any]]:
    """The known components, 0–100, in the order of their weight; what is not known is no bar of length nought."""
    known = ((name, components.get(name)) for name in COMPONENTS)
    return [
        {"label": COMPONENTS[name], "value": value, "text": f"{value:.0f}"}
        for name, value in known
        if value is not None
    ]


def _unknown(components: Mapping[str, float | None]) -> str:
    names = [label for name, label in COMPONENTS.items() if name in components and components[name] is None]
    return f"还不知道：{'、'.join(names)}" if names else ""


@surface("staff", right="matching.read")
@require_http_methods(["GET", "HEAD", "POST"])
def case_occupation(request: HttpRequest, case: uuid.UUID, code: str) -> HttpResponse:
    """One occupation beside the person: the two pictures in one, all reasons, and the opinion (POST adds one)."""
    found = load(request, case)
    run = queries.latest_run(found.person, case_id=found.pk)
    if run is not None:
        policies.require(request.actor, "matching.read", run)  # type: ignore[attr-defined]
    if run is None:
        raise Http404("这个个案还没有比对过职业")
    typed = within(request.POST, "verdict", "reason")
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        choice, errors = attempt(
            request,
            "登记对职业的意见",
            lambda: commands.confirm(run, code, typed["verdict"], typed["reason"]),
        )
        if choice is not None:
            name = catalogues.label(code)
            response = back(request, "desk:case_match", f"{name}：{choice.get_verdict_display()}", found.pk)
            response["Location"] += f"#o-{code}"
            return response
    row = next((row for row in queries.view(run).rows if row.code == code), None) or _unlisted(code)
    result = assessment.latest_result(found.person, case_id=found.pk)
    context = {
        **frame(request, found, "match"),
        "row": _row(found, row),
        "occupation": row,
        "chart": queries.pair_chart(result.scores, row) if result else None,
        "verdicts": VERDICTS,
        "may_confirm": policies.can(request.actor, "matching.confirm", run),  # type: ignore[attr-defined]
        "may_see_catalogue": holds(request.actor, "catalogues.read"),  # type: ignore[attr-defined]
        "typed": typed,
        "errors": errors,
        "labels": {"verdict": "意见", "reason": "理由"},
    }
    return render(request, "desk/assess/match_one.html", context, status=422 if errors else 200)


def _unlisted(code: str) -> queries.RankRow:
    """An occupation of the catalogue that the run did not list, without reasons."""
    row = queries.unlisted(code)
    if row is None:
        raise Http404("职业目录里没有这个职业")
    return row
