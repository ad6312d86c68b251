"""Policies at the desk: what a client qualifies for and why; what a person says to it; whom a change concerns."""

import uuid
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhiyin.domain.accounts.roles import holds
from zhiyin.domain.agencies import known
from zhiyin.domain.agencies import policies as agencies
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.audit.reads import note_reading
from zhiyin.domain.clients import briefs
from zhiyin.domain.clients import policies as client_policies
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.eligibility import commands, library, queries
from zhiyin.domain.eligibility.models import ActKind, Verdict
from zhiyin.domain.eligibility.sources import ORIGIN_WORDS, Given
from zhiyin.domain.people import consents
from zhiyin.domain.people.policies import closed_children
from zhiyin.kernel.errors import DefinitionError, Invalid
from zhiyin.web import policy_forms
from zhiyin.web.desk.views_clients_parts import actor_of, with_file
from zhiyin.web.surface import attempt, back, get_or_404, surface

ORIGINS = [{"value": key, "label": label} for key, label in ORIGIN_WORDS.items()]
CHANNELS = [{"value": key, "label": label} for key, label in commands.CHANNELS.items()]
OUTCOMES = [{"value": "PASS", "label": "符合"}, {"value": "FAIL", "label": "不符合"}]
TONES = {"PASS": "good", "FAIL": "na", "UNKNOWN": "ask"}
ASKED_AT_ONCE = 8
GRADES = {str(level): f"adviser-l{level}-eligibility" for level in (4, 3, 2, 1)}
GRADE_WORDS = {"4": "四级", "3": "三级", "2": "二级", "1": "一级"}


# -- a client ----------------------------------------------------------------------------------------------------------


def _client_page(
    request: HttpRequest,
    file: ClientFile,
    *,
    errors: Mapping[str, list[str]] | None = None,
    answers: Mapping[str, Any] | None = None,
    typed: Mapping[str, str] | None = None,
) -> HttpResponse:
    who = actor_of(request)
    visible = client_policies.confidential_visible(who, file)
    agreed = consents.standing(file.person, file.organisation, commands.SENSITIVE_PURPOSE).holds
    standings = queries.standings(who, file.person, sensitive=visible)
    wanted = queries.wanted_facts(standings, sensitive=agreed and visible)
    shown = wanted[:ASKED_AT_ONCE]
    packs = queries.packs_of(file.organisation_id)
    note_reading(who, file, file.person_id, "查看政策资格")
    context = {
        "file": file,
        "person": file.person,
        "rows": [{"one": one, "tone": TONES[one.outcome]} for one in standings],
        "passed": [one for one in standings if one.outcome == "PASS"],
        "open": [one for one in standings if one.outcome == "UNKNOWN"],
        "form": policy_forms.as_form(shown, "还要问的") if shown else None,
        "more": len(wanted) - len(shown),
        "answers": answers or {},
        "errors": errors or {},
        "typed": {"origin": "declared", "proof": "", "reminder": "", "channel": "paper", **(typed or {})},
        "codelists": packs.codelists(),
        "origins": ORIGINS,
        "channels": CHANNELS,
        "agreed": agreed,
        "may_assess": holds(who, "eligibility.assess"),
        "may_brief": holds(who, "documents.write"),
        "combination": queries.combination(
            packs, [one.policy.id for one in standings if one.policy and one.outcome == "PASS"], timezone.localdate()
        ),
    }
    return render(request, "desk/policies/client.html", context, status=422 if errors else 200)


@with_file("eligibility.read")
@require_safe
def client(request: HttpRequest, file: ClientFile) -> HttpResponse:
    """What stands for a client, with facts and their origin; what to ask next."""
    return _client_page(request, file)


@with_file("eligibility.assess")
@require_POST
def judge(request: HttpRequest, file: ClientFile) -> HttpResponse:
    """Judge by all policies, with what the client has just told or shown."""
    who = actor_of(request)
    visible = client_policies.confidential_visible(who, file)
    wanted = {
        one.id: one
        for one in queries.wanted_facts(queries.standings(who, file.person, sensitive=visible), sensitive=True)
    }
    named = [wanted[name] for name in request.POST.getlist("facts") if name in wanted]
    answers = policy_forms.answered(named, request.POST) if named else {}
    origin, proof = request.POST.get("origin", "declared"), request.POST.get("proof", "").strip()[:80]
    facts = {name: Given(value, origin, proof, timezone.localdate()) for name, value in answers.items()}  # type: ignore[arg-type]
    _, errors = attempt(request, "判定政策资格", lambda: commands.assess(file.person, file.organisation, facts=facts))
    if errors:
        return _client_page(request, file, errors=errors, answers=answers, typed={"origin": origin, "proof": proof})
    return back(request, "desk:file_policies", "已按现在知道的情况重新判定。", file.pk)


@with_file("documents.write")
@require_POST
def brief(request: HttpRequest, file: ClientFile) -> HttpResponse:
    """Write the policy brief, issue it and note that it was handed over."""
    reminder, channel = request.POST.get("reminder", ""), request.POST.get("channel", "paper")
    made, errors = attempt(
        request, "出具政策告知单", lambda: briefs.policy_brief(file, reminder=reminder, channel=channel)
    )
    if errors:
        return _client_page(request, file, errors=errors, typed={"reminder": reminder, "channel": channel})
    word = "告知单已出具，可以打印给本人。" if made.number else "告知单已提交，等审签后出具。"
    return back(request, "desk:file_tab", word, file.pk, "papers")


@with_file("eligibility.read")
@require_http_methods(["GET", "HEAD", "POST"])
def verdict(request: HttpRequest, file: ClientFile, ruleset: str) -> HttpResponse:
    """One verdict: facts, reasons, what persons said; confirm, judge otherwise, take that back."""
    who = actor_of(request)
    visible = client_policies.confidential_visible(who, file)
    found = queries.standings(who, file.person, sensitive=visible, rulesets=[ruleset])
    if not found:
        return _not_judged(file, ruleset)
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        errors = _say(request, found[0].verdict)
        if not errors:
            return back(request, "desk:file_verdict", "已记下，签上了您的名字和时间。", file.pk, ruleset)
    [standing] = found
    context = {
        "file": file,
        "person": file.person,
        "one": standing,
        "tone": TONES[standing.outcome],
        "history": queries.history(who, standing.verdict),
        "errors": errors,
        "outcomes": [one for one in OUTCOMES if one["value"] != standing.verdict.outcome],
        "posted": {name: request.POST.get(name, "") for name in ("outcome", "reason")},
        "may_judge": holds(who, "eligibility.judge"),
        "amounts": library.amounts(queries.packs_of(file.organisation_id), standing.policy, standing.verdict.on)
        if standing.policy
        else [],
    }
    return render(request, "desk/policies/verdict.html", context, status=422 if errors else 200)


def _not_judged(file: ClientFile, ruleset: str) -> HttpResponse:
    """Where nothing was judged yet there is only the page that leads to judging."""
    try:
        queries.packs_of(file.organisation_id).get("ruleset", ruleset)
    except DefinitionError:
        raise Http404("没有这套条件") from None
    return redirect("desk:file_policies", file.pk)


def _say(request: HttpRequest, found: Verdict) -> dict[str, list[str]]:
    posted = request.POST
    if posted.get("verdict") != str(found.pk):
        return {"": ["这份结果刚刚重新判定过，请看过新的再处理"]}
    act, reason = posted.get("act"), posted.get("reason", "")
    if act == "confirm":
        return attempt(request, "确认政策资格", lambda: commands.confirm(found, note=reason))[1]
    if act == "override":
        outcome = posted.get("outcome", "")
        return attempt(request, "改判政策资格", lambda: commands.override(found, outcome=outcome, reason=reason))[1]
    standing = queries.standing_override(found)
    if act == ActKind.WITHDRAW and standing is not None:
        return attempt(request, "撤回改判", lambda: commands.withdraw_override(standing, reason=reason))[1]
    return {"": ["请选择确认、改判或撤回"]}


# -- changes -----------------------------------------------------------------------------------------------------------


@surface("staff", right="eligibility.read")
@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Clients whose stored result is no longer what today's rules say, and all policies with a way to whom they fit."""
    who = actor_of(request)
    packs = queries.packs_of(house(who))
    today = timezone.localdate()
    found = library.search(packs, on=today, words=request.GET.get("q", "")[:40], region=queries.region_of(house(who)))
    labels = {"current": ("good", "有效"), "expired": ("late", "已失效"), "coming": ("soon", "还没施行")}
    context = {
        "concerned": reachable(who, queries.concerned_now(who)),
        "policies": [{"policy": one, "state": labels[library.state_of(one, today)]} for one in found],
        "q": request.GET.get("q", "")[:40],
        "columns": [
            {"key": "title", "label": "政策", "pin": True},
            {"key": "for", "label": "给谁"},
            {"key": "valid", "label": "有效期"},
            {"key": "state", "label": "状态"},
            {"key": "source", "label": "出处", "optional": True},
        ],
    }
    return render(request, "desk/policies/overview.html", context)


def house(who: Actor) -> uuid.UUID:
    assert who.organisation_id is not None
    return who.organisation_id


def reachable(who: Actor, found: list[queries.Concerned]) -> list[dict[str, Any]]:
    """Each with the file to open; left out is what may not be opened now, or rests on facts closed to the actor."""
    closed = closed_children(who, [one.person for one in found])
    rows = client_policies.scope(who).filter(person__in=[one.person for one in found])
    files = {one.person_id: one for one in rows if one.person_id not in closed}
    open_ = client_policies.confidential_among(who, list(files.values()))
    return [
        {"one": one, "file": files[one.person.pk], "after": TONES[one.after]}
        for one in found
        if one.person.pk in files and (not one.is_sensitive or files[one.person.pk].pk in open_)
    ]


@surface("staff", right="eligibility.read")
@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: HttpRequest, policy: str) -> HttpResponse:
    """The clients whom one policy may concern, and who of them was told; telling one is noted."""
    who = actor_of(request)
    packs = queries.packs_of(house(who))
    try:
        found = packs.get("policy", policy)
    except DefinitionError:
        raise Http404("政策库里没有这项政策") from None
    rows = reachable(who, queries.concerned_by_policy(who, found))
    errors: dict[str, list[str]] = {}
    if request.method == "POST":
        chosen = next((row for row in rows if str(row["file"].pk) == request.POST.get("file")), None)
        if chosen is None:
            errors = {"": ["请选择名单里的一位服务对象"]}
        else:
            file, channel = chosen["file"], request.POST.get("channel", "")
            _, errors = attempt(
                request,
                "告知政策",
                lambda: commands.inform(chosen["one"].person, file.organisation, policy, channel=channel),
            )
        if not errors:
            return back(request, "desk:policy", "已记下：告知了这位服务对象。", policy)
    context = {
        "policy": found,
        "rows": rows,
        "channels": CHANNELS,
        "errors": errors,
        "may_inform": holds(who, "eligibility.assess"),
        "columns": [
            {"key": "name", "label": "姓名", "pin": True},
            {"key": "number", "label": "档案号"},
            {"key": "result", "label": "按现在知道的情况"},
            {"key": "told", "label": "告知"},
        ],
    }
    return render(request, "desk/policies/policy.html", context, status=422 if errors else 200)


# -- staff -------------------------------------------------------------------------------------------------------------


@surface("staff", right="agencies.manage_staff")
@require_http_methods(["GET", "HEAD", "POST"])
def grade(request: HttpRequest, staff: uuid.UUID) -> HttpResponse:
    """Whether one of the staff may apply for a grade of 职业指导师; nothing of it is stored."""
    who = actor_of(request)
    found = get_or_404(agencies.scope(who, "agencies.manage_staff").select_related("user", "organisation"), staff)
    level = request.POST.get("level") or request.GET.get("level") or str(max(1, (found.level or 5) - 1))
    level = level if level in GRADES else "4"
    packs = queries.packs_of(house(who))
    panel = library.panel(packs, [GRADES[level]])
    facts = list(panel.facts.values())
    errors: dict[str, list[str]] = {}
    told = known.of_staff(found)
    prefilled = queries.facts_from(packs, panel, {one.id: told[one.source] for one in facts if one.source in told})
    answers: Mapping[str, Any] = {name: one.value for name, one in prefilled.items()}
    result = None
    if request.method == "POST":
        answers = policy_forms.answered(facts, request.POST, no_rows_is_none=True)
        try:
            result = panel.judge(panel.check(answers), timezone.localdate())[GRADES[level]]
        except Invalid as error:
            errors = error.errors
    context = {
        "staff": found,
        "level": level,
        "level_word": GRADE_WORDS[level],
        "levels": [{"label": GRADE_WORDS[key], "url": f"?level={key}", "current": key == level} for key in GRADES],
        "form": policy_forms.as_form(facts, "申报条件要看的情况"),
        "codelists": packs.codelists(),
        "answers": answers,
        "prefilled": [
            {
                "label": panel.facts[name].label,
                "text": library.fact_words(packs, panel.facts[name], one.value),
                "origin": ORIGIN_WORDS[one.origin],
                "given": one,
            }
            for name, one in prefilled.items()
        ],
        "errors": errors,
        "result": result,
        "tone": TONES[result.verdict.value] if result else "",
        "lines": [one for one in library.lines(result.explanation) if one.depth == 1] if result else [],
        "missing": [panel.facts[name] for name in result.missing if name in panel.facts] if result else [],
    }
    return render(request, "desk/policies/grade.html", context, status=422 if errors else 200)
