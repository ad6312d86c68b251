"""The pages of one test, for whichever guard lets people in."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from zhiyin.web.me import runner


def patterns(guard: Callable[[Any], Any]) -> list[URLPattern]:
    return [
        path("", guard(runner.intro), name="intro"),
        path("begin/", guard(runner.begin), name="begin"),
        path("<int:n>/", guard(runner.question), name="question"),
        path("answer/", guard(runner.answer), name="answer"),
        path("modes/", guard(runner.modes), name="modes"),
        path("check/", guard(runner.review), name="review"),
        path("finish/", guard(runner.finish), name="finish"),
        path("decline/", guard(runner.decline), name="decline"),
        path("erase/", guard(runner.erase), name="erase"),
        path("result/", guard(runner.result), name="result"),
    ]
