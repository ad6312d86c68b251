"""The policy library and the check, without sign-in. Answers stay in the session; nobody's name is asked."""

import uuid
from contextlib import suppress
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from zhiyin.domain.audit.acting import acting
from zhiyin.domain.eligibility import commands, library, papers, queries
from zhiyin.domain.eligibility.models import Booklet
from zhiyin.engines.information import Policy
from zhiyin.engines.rules import Panel
from zhiyin.kernel.errors import Invalid
from zhiyin.packs.resolved import Resolved
from zhiyin.web import policy_forms
from zhiyin.web.public import policy_session
from zhiyin.web.public.policy_session import Check
from zhiyin.web.public.views import public_context
from zhiyin.web.surface import get_or_404, surface

STATES = (("current", "有效"), ("coming", "还没施行"), ("expired", "已失效"))
STATE_WORDS = dict(STATES)
GUIDE = (
    {"title": "写一个词", "text": "比如社保、创业、残疾、见习"},
    {"title": "选人群和地区", "text": "金额和条件按您选的地区显示"},
    {"title": "点开一项", "text": "看条件、步骤、材料和常问的问题"},
)
LONGEST_WORDS = 40


def _region(code: str) -> tuple[str, str]:
    """Code and name of a region that can be chosen; the whole country for anything else."""
    for known, name, _ in library.regions():
        if known == code != library.WHOLE_COUNTRY:
            return known, name
    return library.WHOLE_COUNTRY, "全国"


def _region_options() -> list[dict[str, str]]:
    return [
        {"value": code, "label": f"{name}（有本地标准）" if local else name} for code, name, local in library.regions()
    ]


def _row(packs: Resolved, policy: Policy, on: date | None = None) -> dict[str, Any]:
    state = library.state_of(policy, on or timezone.localdate())
    groups = packs.codelists()["client-group"]
    return {
        "policy": policy,
        "state": state,
        "state_label": STATE_WORDS[state],
        "certainty": library.CERTAINTY_WORDS[policy.certainty],
        "region": _region(policy.region[:2])[1],
        "audience": "、".join(library.AUDIENCES[one] for one in policy.audience),
        "groups": [groups.label(code) for code in policy.groups],
    }


@surface("public")
@require_safe
def library_page(request: HttpRequest) -> HttpResponse:
    """Search and filter; what has run out is shown as such."""
    read = request.GET.get
    words = read("q", "").strip()[:LONGEST_WORDS]
    region, region_name = _region(read("region", ""))
    packs = library.definitions_for(region, timezone.localdate())
    groups = {one.value: one.label for one in packs.codelists()["client-group"].values}
    chosen = {
        "audience": read("audience", "") if read("audience", "") in library.AUDIENCES else "",
        "group": read("group", "") if read("group", "") in groups else "",
        "state": read("state", "") if read("state", "") in STATE_WORDS else "",
    }
    found = library.search(
        packs,
        on=timezone.localdate(),
        words=words,
        region="" if region == library.WHOLE_COUNTRY else region,
        **chosen,
    )
    if words:
        with acting(request.actor, "查政策"):  # type: ignore[attr-defined]
            commands.count_search(words, hits=len(found))
    context = {
        **public_context(request),
        "rows": [_row(packs, policy) for policy in found],
        "q": words,
        "region": region,
        "region_name": region_name,
        "regions": _region_options(),
        "audiences": [{"value": key, "label": label} for key, label in library.AUDIENCES.items()],
        "groups": [{"value": key, "label": label} for key, label in groups.items()],
        "states": [{"value": key, "label": label} for key, label in STATES],
        "guide": GUIDE,
        **chosen,
    }
    return render(request, "public/policies/library.html", context)


@surface("public")
@require_safe
def policy_page(request: HttpRequest, policy: str) -> HttpResponse:
    """One policy as of today, or with ``on`` as of a day: plain words, conditions, amounts, steps, sources, history."""
    region, region_name = _region(request.GET.get("region", ""))
    now = timezone.localdate()
    try:
        today = date.fromisoformat(request.GET.get("on", ""))
    except ValueError:
        today = now
    packs = library.definitions_for(region, today)
    found = next((one for one in packs.all("policy") if one.id == policy), None)
    if found is None:
        raise Http404("政策库里没有这项政策")
    laws = [packs.get("law", name) for name in found.laws]
    ruleset = packs.get("ruleset", found.rule) if found.rule else None
    tested = [] if ruleset is None else [one.title for one in library.conditions(packs, ruleset.id, today)]
    context = {
        **public_context(request),
        **_row(packs, found, today),
        "on": None if today == now else today,
        "deadline": library.deadline_words(packs, found),
        "history": found.history[::-1],
        "amounts": library.amounts(packs, found, today),
        "laws": laws,
        "ruleset": ruleset,
        "tested": tested,
        "region_code": region,
        "region_name": region_name,
        "replaced": next((one for one in packs.all("policy") if one.id == found.replaced_by), None),
    }
    return render(request, "public/policies/policy.html", context)


@surface("public")
@require_safe
def booklet(request: HttpRequest) -> HttpResponse:
    """政策读本: what is in force for an audience and a region, as PDF; the agency's edition of today, which is kept."""
    region, name = _region(request.GET.get("region", ""))
    audience = request.GET.get("audience", "")
    audience = audience if audience in library.AUDIENCES else ""
    today = timezone.localdate()
    agency = public_context(request)["agency"]
    if agency is not None:
        with acting(request.actor, "下载政策读本"), suppress(Invalid):  # type: ignore[attr-defined]
            return _edition(commands.keep_booklet(agency, region=region, audience=audience))
    packs = library.definitions_for(region, today)
    found = library.search(packs, on=today, audience=audience, region=region, state="current")
    made = papers.edition(packs, found, on=today, agency=agency)
    words = f"未编号 {made.digest[:8]}"
    return _pdf(papers.booklet(made, number=words, on=today, region=name), f"policy-booklet-{today.isoformat()}.pdf")


@surface("public")
@require_safe
def booklet_edition(request: HttpRequest, booklet: uuid.UUID) -> HttpResponse:
    """One edition of the booklet, the very file that was given out."""
    return _edition(get_or_404(Booklet.objects.all(), booklet))


@surface("public")
@require_safe
def booklets(request: HttpRequest) -> HttpResponse:
    """All editions of the agency's booklet for a region and an audience."""
    region, name = _region(request.GET.get("region", ""))
    audience = request.GET.get("audience", "")
    audience = audience if audience in library.AUDIENCES else ""
    context = public_context(request)
    agency = context["agency"]
    rows = [] if agency is None else queries.booklets(agency, region, audience)
    return render(
        request,
        "public/policies/booklets.html",
        {
            **context,
            "rows": rows,
            "region": region,
            "region_name": name,
            "audience": audience,
            "audience_label": library.AUDIENCES.get(audience, "求职者和用人单位"),
        },
    )


def _edition(found: Booklet) -> HttpResponse:
    return _pdf(bytes(found.content), f"policy-booklet-{found.on.isoformat()}-{found.number}.pdf")


def _pdf(content: bytes, name: str) -> HttpResponse:
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}"'
    return response


# -- the check ---------------------------------------------------------------------------------------------------------


@surface("public")
def begin(request: HttpRequest) -> HttpResponse:
    """Choose for whom and where; begins anew."""
    errors: dict[str, list[str]] = {}
    audience, region = request.POST.get("audience", ""), request.POST.get("region", "")
    if request.method == "POST":
        if audience not in library.AUDIENCES:
            errors["audience"] = ["请选择您是求职者还是用人单位"]
        if _region(region)[0] != region:
            errors["region"] = ["请选择所在的省份；拿不准就选“只看全国规定”"]
        if not errors:
            policy_session.save(request, Check(audience, region))
            return redirect("policy_ask")
    context = {
        **public_context(request),
        "errors": errors,
        "audience": audience,
        "region": region,
        "regions": _region_options(),
        "started": policy_session.load(request) is not None,
    }
    return render(request, "public/policies/begin.html", context, status=422 if errors else 200)


def _opened(check: Check) -> tuple[Resolved, list[Policy], Panel]:
    today = timezone.localdate()
    packs = library.definitions_for(check.region, today)
    policies = library.applicable(packs, audience=check.audience, region=check.region, on=today)
    return packs, policies, library.panel(packs, [one.rule for one in policies if one.rule is not None])


@surface("public")
def ask(request: HttpRequest) -> HttpResponse:
    """One question: that which decides most, or the one asked for by ``fact``. 不清楚 is an answer too."""
    check = policy_session.load(request)
    if check is None:
        return redirect("policy_check")
    packs, _, panel = _opened(check)
    today = timezone.localdate()
    wanted = request.POST.get("fact") or request.GET.get("fact") or ""
    errors: dict[str, list[str]] = {}
    typed: Any = None
    if request.method == "POST" and wanted in panel.facts:
        errors, typed = _answer(request, check, panel, wanted)
        if not errors:
            policy_session.save(request, check)
            return redirect("policy_ask")
    name = wanted if wanted in panel.facts else panel.next(check.answers, today, without=check.skipped)
    if name is None:
        return redirect("policy_result")
    fact = panel.facts[name]
    verdicts = [one.verdict.value for one in panel.judge(check.answers, today).values()]
    needing = [one.title for one in panel.rulesets if name in library.panel(packs, [one.id]).facts]
    before = check.before(name)
    context = {
        **public_context(request),
        **policy_forms.question(packs, fact, typed if typed is not None else check.answers.get(name)),
        "errors": errors,
        "error": errors.get(name, []),
        "codelists": packs.codelists(),
        "number": check.asked.index(name) + 1 if name in check.asked else len(check.asked) + 1,
        "decided": sum(one != "UNKNOWN" for one in verdicts),
        "total": len(verdicts),
        "needing": needing,
        "back_url": f"{reverse('policy_ask')}?fact={before}" if before else reverse("policy_check"),
        "back_label": "上一题" if before else "重新选择",
    }
    return render(request, "public/policies/ask.html", context, status=422 if errors else 200)


def _answer(request: HttpRequest, check: Check, panel: Panel, name: str) -> tuple[dict[str, list[str]], Any]:
    """Take the answer into ``check``; what is wrong with it, and what was typed."""
    if request.POST.get("go") == "unknown":
        check.skip(name)
        return {}, None
    fact = panel.facts[name]
    raw = policy_forms.answered([fact], request.POST)
    if name not in raw:
        if fact.type not in {"list", "choices"}:
            return {name: ["请回答这一题；不知道就选“不清楚”"]}, None
        raw = {name: []}
    try:
        checked = panel.check(raw)
    except Invalid as error:
        return {name: [message for messages in error.errors.values() for message in messages]}, raw[name]
    check.answer(name, policy_forms.plain(checked[name]))
    return {}, None


@surface("public")
@require_safe
def result(request: HttpRequest) -> HttpResponse:
    """What fits, what may still fit, what does not and why."""
    check = policy_session.load(request)
    if check is None:
        return redirect("policy_check")
    packs, policies, panel = _opened(check)
    today = timezone.localdate()
    findings = library.judge(packs, policies, check.answers, today)
    rows = [
        {"finding": one, "policy": one.policy, "amounts": library.amounts(packs, one.policy, today)} for one in findings
    ]
    context = {
        **public_context(request),
        "check": check,
        "audience_label": library.AUDIENCES[check.audience],
        "region_name": _region(check.region)[1],
        "today": today,
        "passed": [row for row in rows if row["finding"].verdict == "PASS"],
        "open": [row for row in rows if row["finding"].verdict == "UNKNOWN"],
        "failed": [row for row in rows if row["finding"].verdict == "FAIL"],
        "answers": _answers(packs, panel, check),
        "skipped": [panel.facts[name] for name in check.skipped if name in panel.facts],
        "is_open": panel.next(check.answers, today, without=check.skipped) is not None,
        "combination": queries.combination(packs, [one.policy.id for one in findings if one.verdict == "PASS"], today),
        "advice": papers.ADVICE,
    }
    return render(request, "public/policies/result.html", context)


def _answers(packs: Resolved, panel: Panel, check: Check) -> list[dict[str, str]]:
    return [
        {"id": name, "label": panel.facts[name].label, "text": library.fact_words(packs, panel.facts[name], value)}
        for name, value in check.answers.items()
        if name in panel.facts
    ]


@surface("public")
@require_safe
def paper(request: HttpRequest) -> HttpResponse:
    """The outcome as PDF; made at this moment and not kept."""
    check = policy_session.load(request)
    if check is None:
        return redirect("policy_check")
    packs, policies, panel = _opened(check)
    today = timezone.localdate()
    pdf = papers.outcome(
        packs,
        library.judge(packs, policies, check.answers, today),
        [(one["label"], one["text"]) for one in _answers(packs, panel, check)],
        on=today,
        region=_region(check.region)[1],
        agency=public_context(request)["agency"],
    )
    response = _pdf(pdf, f"policy-check-{today.isoformat()}.pdf")
    response["Cache-Control"] = "no-store"
    return response


@surface("public")
@require_POST
def clear(request: HttpRequest) -> HttpResponse:
    """Forget the answers at once."""
    policy_session.clear(request)
    return redirect("policy_check")
