"""The test runner: one question per screen, every choice stored at once, able to be left and taken up again.

Every page works without scripts by plain posts. With scripts the device holds the questions, sends each choice in the
background and keeps what could not be sent until it can. No scoring key is in any of it.
"""

import json
import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from zhiyin.domain.audit.acting import acting
from zhiyin.domain.sittings import commands, queries
from zhiyin.domain.sittings.models import Sitting
from zhiyin.kernel.errors import Conflict, Invalid, NotReady, Refused
from zhiyin.web.me.results import result_context
from zhiyin.web.me.taking import Taking

YEAR = 365 * 24 * 3600
LONGEST_BODY = 4096


def _closed(request: HttpRequest, taking: Taking) -> HttpResponse | None:
    """What to show instead when nothing can be answered any more; None while it can."""
    sitting = taking.sitting
    if sitting.state == Sitting.State.FINISHED:
        return redirect(taking.url("result"))
    obstacle = sitting.obstacle(timezone.now())
    if not obstacle:
        return None
    context = {"taking": taking, "sitting": sitting, "obstacle": obstacle, **_frame(taking)}
    return render(request, "me/test_closed.html", context, status=410)


def _frame(taking: Taking) -> dict[str, Any]:
    """Where the back link of the pages leads: the own page of somebody signed in; a link has nothing behind it."""
    return {} if taking.by_link else {"back_url": "/me/", "back_label": "我的"}


def _try(taking: Taking, reason: str, run: Callable[[], Any]) -> str:
    """Call a command as the test taker; the sentence to show when it is refused, "" when it was done."""
    try:
        with acting(taking.actor, reason):
            run()
    except Invalid as error:
        return "；".join(message for messages in error.errors.values() for message in messages)
    except (NotReady, Conflict, Refused) as error:
        return str(error)
    return ""


@require_safe
def intro(request: HttpRequest, taking: Taking) -> HttpResponse:
    """Before the first question what it is and what becomes of the answers; later where one can take it up again."""
    if closed := _closed(request, taking):
        return closed
    sitting = taking.sitting
    definition = queries.definition_of(sitting)
    last = sitting.answers.order_by("-id").values_list("at", flat=True).first()
    context = {
        "taking": taking,
        "sitting": sitting,
        "definition": definition,
        "progress": queries.progress(sitting),
        "last": last,
        "left": "left" in request.GET,
        "urls": _urls(taking),
        **_frame(taking),
    }
    response = render(request, "me/test_intro.html", context)
    if sitting.large_type and "zy_type" not in request.COOKIES:
        response.set_cookie("zy_type", "large", max_age=YEAR, samesite="Lax", secure=request.is_secure())
    return response


def _urls(taking: Taking) -> dict[str, str]:
    names = ("intro", "begin", "answer", "modes", "review", "finish", "decline", "erase", "result")
    return {name: taking.url(name) for name in names}


@require_POST
def begin(request: HttpRequest, taking: Taking) -> HttpResponse:
    """Start, or go on at the first question that is still open."""
    if closed := _closed(request, taking):
        return closed
    if problem := _try(taking, "开始作答", lambda: commands.start(taking.sitting)):
        return _problem(request, taking, problem)
    place = queries.progress(taking.sitting).next_index
    return redirect(taking.url("question", n=place) if place else taking.url("review"))


def _problem(request: HttpRequest, taking: Taking, problem: str) -> HttpResponse:
    context = {"taking": taking, "sitting": taking.sitting, "obstacle": problem, **_frame(taking)}
    return render(request, "me/test_closed.html", context, status=409)


def question(request: HttpRequest, taking: Taking, n: int) -> HttpResponse:
    """One question. A post stores the choice and goes on; without a choice it only goes on."""
    if closed := _closed(request, taking):
        return closed
    if taking.sitting.state != Sitting.State.STARTED:
        return redirect(taking.url("intro"))
    shown = queries.runner(taking.sitting)
    if not 1 <= n <= len(shown.items):
        return redirect(taking.url("review"))
    item, problem = shown.items[n - 1], ""
    if request.method == "POST":
        if chosen := request.POST.get("value", ""):
            problem = _store(taking, item.id, chosen, request.POST.get("client_key", ""), request.POST.get("ms", ""))
        if not problem:
            return _onward(taking, n, len(shown.items), request.POST.get("go", "next"))
    context = {
        "taking": taking,
        "runner": shown,
        "item": item,
        "problem": problem,
        "prompt": shown.prompt if n == 1 else _short(shown.prompt),
        "options": [{"value": value, "label": label} for value, label in shown.options],
        "client_key": uuid.uuid4().hex,
        "urls": _urls(taking),
        "previous": taking.url("question", n=n - 1) if n > 1 else "",
        "data": _runner_data(taking, shown, n),
    }
    return render(request, "me/test_question.html", context, status=422 if problem else 200)


def _short(prompt: str) -> str:
    """The question itself; how to think about it is read once, at the first item."""
    head, mark, _ = prompt.partition("？")
    return head + mark


def _onward(taking: Taking, n: int, total: int, go: str) -> HttpResponseRedirect:
    if go == "leave":
        return redirect(taking.url("intro") + "?left=1")
    place = n - 1 if go == "back" else n + 1
    return redirect(taking.url("question", n=max(place, 1)) if place <= total else taking.url("review"))


def _runner_data(taking: Taking, shown: queries.Runner, n: int) -> dict[str, Any]:
    """What the script needs to go from question to question by itself: words and own answers, no scale."""
    sitting = taking.sitting
    return {
        "sitting": str(sitting.pk),
        "index": n,
        "items": [
            {"id": item.id, "text": item.text, "aloud": item.read_aloud, "value": item.value} for item in shown.items
        ],
        "urls": {**_urls(taking), "question": taking.url("question", n=0)},
        "prompts": [shown.prompt, _short(shown.prompt)],
        "voice_missing": sitting.voice_missing,
    }


def _store(taking: Taking, item: str, value: Any, client_key: str, milliseconds: Any) -> str:
    try:
        chosen = int(value)
        taken = int(milliseconds) if str(milliseconds).strip() else None
    except (TypeError, ValueError):
        return "请选择一个答案"
    return _try(
        taking,
        "作答",
        lambda: commands.answer(taking.sitting, item, chosen, client_key=client_key, milliseconds=taken),
    )


@require_POST
def answer(request: HttpRequest, taking: Taking) -> JsonResponse:
    """One choice sent by the script: ``{item, value, key, ms}``. 200 when it is stored, also when it was before.

    409 with a sentence when it will never be taken (the script drops it and says so); other failures are tried again.
    """
    if len(request.body) > LONGEST_BODY:
        return JsonResponse({"message": "内容太长"}, status=409)
    try:
        sent = json.loads(request.body)
        item, value, key, taken = str(sent["item"]), sent["value"], str(sent["key"]), sent.get("ms")
    except (ValueError, KeyError, TypeError, AttributeError):
        return JsonResponse({"message": "没有看懂发来的内容，请刷新页面"}, status=409)
    problem = _store(taking, item, value, key, "" if taken is None else taken)
    if problem:
        return JsonResponse({"message": problem}, status=409)
    return JsonResponse({"stored": True})


@require_POST
def modes(request: HttpRequest, taking: Taking) -> JsonResponse:
    """The device says whether it has a Chinese voice, so that the adviser can offer to read aloud instead."""
    missing = request.POST.get("voice_missing") == "1"
    problem = (
        ""
        if missing == taking.sitting.voice_missing
        else _try(taking, "设备语音", lambda: commands.set_modes(taking.sitting, voice_missing=missing))
    )
    return JsonResponse({"message": problem}, status=409 if problem else 200)


@require_safe
def review(request: HttpRequest, taking: Taking) -> HttpResponse:
    """All questions at a glance, the open ones named, before the sheet is handed in."""
    if closed := _closed(request, taking):
        return closed
    return _review(request, taking, {})


def _review(request: HttpRequest, taking: Taking, errors: dict[str, list[str]]) -> HttpResponse:
    shown = queries.runner(taking.sitting)
    items = [
        {
            "n": item.index,
            "url": taking.url("question", n=item.index),
            "done": item.value is not None,
            "flag": False,
            "current": False,
        }
        for item in shown.items
    ]
    context = {
        "taking": taking,
        "runner": shown,
        "items": items,
        "open": [item for item in items if not item["done"]],
        "problem": "；".join(errors.get("", [])),
        "urls": _urls(taking),
        "back_url": taking.url("question", n=len(items)),
        "back_label": "回到题目",
    }
    return render(request, "me/test_review.html", context, status=422 if errors else 200)


@require_POST
def finish(request: HttpRequest, taking: Taking) -> HttpResponse:
    """Hand in. Questions left open must be left open on purpose."""
    if closed := _closed(request, taking):
        return closed
    try:
        with acting(taking.actor, "交卷"):
            commands.finish(taking.sitting, allow_missing=request.POST.get("allow_missing") == "1")
    except Invalid as error:
        return _review(request, taking, error.errors)
    except (NotReady, Refused) as error:
        return _problem(request, taking, str(error))
    return redirect(taking.url("result"))


def decline(request: HttpRequest, taking: Taking) -> HttpResponse:
    """Not wanting to is an answer; a reason may be given and is not asked for."""
    if closed := _closed(request, taking):
        return closed
    if request.method == "POST":
        words = request.POST.get("reason", "")
        if problem := _try(taking, "不做测评", lambda: commands.decline(taking.sitting, words)):
            return _problem(request, taking, problem)
        return render(request, "me/test_gone.html", {"taking": taking, "declined": True, **_frame(taking)})
    context = {"taking": taking, "sitting": taking.sitting, "urls": _urls(taking)}
    context |= {"back_url": taking.url("intro"), "back_label": "返回"}
    return render(request, "me/test_decline.html", context)


def erase(request: HttpRequest, taking: Taking) -> HttpResponse:
    """Delete the answers given so far and leave."""
    if closed := _closed(request, taking):
        return closed
    if request.method == "POST":
        if problem := _try(taking, "删掉已答的内容", lambda: commands.erase(taking.sitting)):
            return _problem(request, taking, problem)
        return render(request, "me/test_gone.html", {"taking": taking, "declined": False, **_frame(taking)})
    context = {"taking": taking, "progress": queries.progress(taking.sitting), "urls": _urls(taking)}
    context |= {"back_url": taking.url("intro"), "back_label": "返回"}
    return render(request, "me/test_erase.html", context)


@require_safe
def result(request: HttpRequest, taking: Taking) -> HttpResponse:
    """What came out, for the person who signed in. A link may lie about, so behind one there is only the thanks."""
    sitting = taking.sitting
    if sitting.state != Sitting.State.FINISHED:
        return redirect(taking.url("intro"))
    context = {"taking": taking, "sitting": sitting, **_frame(taking)}
    if taking.by_link:
        return render(request, "me/test_done.html", context)
    return render(request, "me/result.html", {**context, **result_context(taking.actor, sitting)})
