"""Reads about results: one as a screen shows it, a person's list, what a report prints."""

import uuid
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import QuerySet

from zhiyin.domain.assessment import policies
from zhiyin.domain.assessment.models import Result
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.people import consents
from zhiyin.domain.people.models import Person
from zhiyin.engines.charts import Chart, bars, radar
from zhiyin.engines.charts.canvas import Mode
from zhiyin.engines.psychometrics import LETTERS
from zhiyin.kernel.dates import chinese_date

LEVELS = {"high": "较高", "middle": "中等", "low": "较低"}
"""How a level is called; on the answer scale itself, not in comparison with other people."""


def results_of(who: Actor, person: Person, *, case_id: uuid.UUID | None = None) -> QuerySet[Result]:
    """Results of a person within reach, newest first, sittings loaded."""
    rows = policies.scope(who).filter(person=person).select_related("sitting", "person")
    return rows.filter(case_id=case_id) if case_id else rows


def latest_result(
    person: Person, *, case_id: uuid.UUID | None = None, instrument: str = "holland-interest"
) -> Result | None:
    """The newest result of a person, of a case when one is named; None once the consent to assessment is withdrawn.

    Asks no right: its callers have. A report already issued keeps what it says (PIPL 15).
    """
    rows = Result.objects.filter(person=person, instrument=instrument)
    if case_id is not None:
        rows = rows.filter(case_id=case_id)
    result = rows.select_related("sitting__organisation", "person").order_by("-scored_at", "-id").first()
    if result is None or not consents.standing(result.person, result.sitting.organisation, "assessment").holds:
        return None
    return result


def chart(scores: Mapping[str, Any], *, mode: Mode = "print", key: str = "interest") -> Chart:
    """The six interests as a radar, on the range of the answer options."""
    means, titles = _by_letter(scores)
    return radar(
        [means[letter] for letter in LETTERS],
        [titles[letter] for letter in LETTERS],
        scores["range"][1],
        minimum=scores["range"][0],
        title="六种职业兴趣",
        key=key,
        mode=mode,
        unit="分",
        rings=scores["range"][1] - scores["range"][0],
    )


def bar_chart(scores: Mapping[str, Any], *, mode: Mode = "web", key: str = "interest-bars") -> Chart:
    """The same as bars, from the highest down: easier to read on a phone."""
    return bars(
        [scale["mean"] for scale in scores["scales"]],
        [scale["title"] for scale in scores["scales"]],
        scores["range"][1],
        title="六种职业兴趣",
        key=key,
        mode=mode,
        unit="分",
    )


def _by_letter(scores: Mapping[str, Any]) -> tuple[dict[str, float | None], dict[str, str]]:
    means = {scale["letter"]: scale["mean"] for scale in scores["scales"]}
    titles = {scale["letter"]: scale["title"] for scale in scores["scales"]}
    return means, titles


def report_context(result: Result, *, mode: Mode = "print") -> dict[str, Any]:
    """The mapping ``interest`` of a report, from the frozen scores: plain data, the chart as a mapping too.

    Keys: code, code_words, chart, headline, scores (letter, title, raw, mean, note), level_texts (title, text),
    pair_text, consistency, differentiation, notices (text), taken_on, instrument, version, norm_note.
    """
    scores = result.scores
    texts = scores["texts"]
    picture = chart(scores, mode=mode)
    return {
        "code": texts["code"] or "不给出代码",
        "code_words": texts["code_words"],
        "chart": {
            "svg": picture.svg,
            "title": picture.title,
            "summary": picture.summary,
            "table": [list(row) for row in picture.table],
        },
        "headline": texts["headline"],
        "scores": [_score_row(scale) for scale in scores["scales"]],
        "level_texts": [
            {"title": f"{scale['title']}：{LEVELS[scale['level']]}", "text": scale["text"]}
            for scale in scores["scales"]
            if scale["level"]
        ],
        "pair_text": "\n".join(texts["pairs"]),
        "consistency": texts["consistency"],
        "differentiation": texts["differentiation"],
        "notices": [{"text": _notice(notice)} for notice in texts["notices"]],
        "taken_on": chinese_date(date.fromisoformat(scores["taken_on"])),
        "instrument": scores["title"],
        "version": str(scores["version"]),
        "norm_note": scores["norm"]["message"],
    }


def _score_row(scale: Mapping[str, Any]) -> dict[str, str]:
    notes = [scale["reason"]] if scale["reason"] else []
    if scale["level"]:
        notes.append(LEVELS[scale["level"]])
    if scale["standing"]:
        place = scale["standing"]
        notes.append(f"百分位 {place['percentile']:.0f}（误差约 {place['percentile_se']:.0f}）")
    return {
        "letter": scale["letter"],
        "title": scale["title"],
        "raw": "未计分" if scale["raw"] is None else _number(scale["raw"]),
        "mean": "—" if scale["mean"] is None else f"{scale['mean']:.2f}",
        "note": "；".join(notes),
    }


def _number(value: float) -> str:
    return f"{value:.0f}" if abs(value - round(value)) < 1e-9 else f"{value:.1f}"


def _notice(notice: Mapping[str, Any]) -> str:
    return notice["text"] + ("".join(f"\n{detail}" for detail in notice["details"]))


def cautions(result: Result) -> list[str]:
    """What the adviser should know before going through a result: signs in the answers, how it was delivered."""
    scores = result.scores
    found = [flag["message"] for flag in scores["flags"]]
    if scores["delivery"]["voice_missing"]:
        found.append("作答的设备没有中文语音，本人要求朗读但没有听到，请问问是怎么读的题")
    if scores["changed"]:
        found.append(f"有 {scores['changed']} 题改过答案")
    return found
