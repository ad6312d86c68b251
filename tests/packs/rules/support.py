"""Asking the rules of the loaded packs, and small builders for what is asked about."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from zhiyin.engines.rules import Explanation, Result, SimpleLibrary, evaluate
from zhiyin.engines.rules import decide as look_up
from zhiyin.packs.loader import load
from zhiyin.packs.models import PackHead
from zhiyin.packs.registry import Registry

ON = date(2026, 6, 30)


@cache
def packs() -> Registry:
    """The packs that come with the platform."""
    return load()


@cache
def _named() -> dict[str, list[Any]]:
    """Everything that rules may name by kind, also what the profile packs bring."""
    found: dict[str, list[Any]] = {"parameter": [], "table": [], "ruleset": [], "codelist": []}
    for kind, id in packs().contents():
        if kind in found:
            found[kind].append(packs().get(kind, id))
    return found


def library(parameters: Mapping[str, Any] | None = None) -> SimpleLibrary:
    """What rules may name; ``parameters`` replaces values."""
    found = _named()
    return SimpleLibrary(
        found["parameter"], found["table"], found["ruleset"], found["codelist"], overrides=parameters or {}
    )


def decide(
    ruleset: str, facts: Mapping[str, Any], on: date = ON, *, parameters: Mapping[str, Any] | None = None
) -> Result:
    """The verdict of a ruleset, with its explanation."""
    return evaluate(packs().get("ruleset", ruleset), facts, on=on, library=library(parameters))


def node(result: Result, name: str) -> Explanation:
    """The part of the explanation with this id."""
    waiting = [result.explanation]
    while waiting:
        part = waiting.pop()
        if part.id == name:
            return part
        waiting += part.children
    raise KeyError(name)


def told(result: Result) -> str:
    """Everything that the explanation says."""
    words, waiting = [], [result.explanation]
    while waiting:
        part = waiting.pop()
        words += [part.title, part.why, *part.missing]
        waiting += part.children
    return "\n".join(words)


def rows(table: str, inputs: Mapping[str, Any], on: date = ON) -> Mapping[str, Any]:
    """The results of a decision table, each None where no row fits."""
    return look_up(packs().get("table", table), inputs, on=on, library=library()).outputs


def refused(table: str, inputs: Mapping[str, Any]) -> bool:
    """Whether the table, with nothing missing, has no row for the inputs."""
    decision = look_up(packs().get("table", table), inputs, on=ON, library=library())
    return not decision.rows and not decision.missing


def in_force_pack(id: str) -> PackHead:
    """The head of a pack."""
    return next(pack.head for pack in packs().packs if pack.id == id)


def codes(codelist: str) -> list[str]:
    """Values of a code list."""
    return [item.value for item in packs().get("codelist", codelist).values]


def levels_covered(table: str, doc: str, level: str) -> dict[str, str]:
    """Requirements of ``level`` and of all levels that it covers: clause → the level that it comes from."""
    covered = set(rows(table, {"level": level})["covers"])
    found = {}
    for kind, id in packs().contents():
        if kind == "clause":
            clause = packs().get(kind, id)
            origin = clause.level.removeprefix("L")
            if clause.doc == doc and clause.kind in {"skill", "knowledge"} and origin in covered:
                found[id] = origin
    return found


def job(started: str, ended: str | None = None, occupation: str = "own", **more: Any) -> dict[str, Any]:
    """A row of work experience; without an end it still runs."""
    return {"started_on": started, "ended_on": ended, "occupation": occupation} | more


def certificate(level: str, issued: str, occupation: str = "own") -> dict[str, Any]:
    """A row of skill certificates."""
    return {"occupation": occupation, "level": level, "issued_on": issued}


def title(grade: str, obtained: str, series: str = "经济（人力资源管理）") -> dict[str, Any]:
    """A row of professional titles."""
    return {"series": series, "grade": grade, "obtained_on": obtained}


def diploma(
    school: str = "university", award: str = "bachelor", major: str = "psychology", **more: Any
) -> dict[str, Any]:
    """A row of schooling, graduated unless told otherwise."""
    return {"school": school, "award": award, "major": major, "state": "graduated"} | more
