"""What the rules in force ask of staff (SVC-3.2, XM-3.2) and rooms (SVC-3.3), checked and explained.

The conditions stand in the rulesets that the organisation works by; here the register is put into their facts, and
the evidence behind a fact is told. A verdict is PASS, FAIL or UNKNOWN; what is not proved is UNKNOWN and is shown,
never taken as passed.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any

from django.utils import timezone

from zhiyin.domain.agencies.models import PROFESSIONAL, Competence, Room, Staff
from zhiyin.domain.standards.queries import active
from zhiyin.engines.rules import Compiled, Explanation, compile
from zhiyin.engines.rules import Verdict as Outcome
from zhiyin.packs.installed import registry
from zhiyin.packs.resolved import Resolved

_BY_KIND = {True: "planning-professional", False: "planning-auxiliary"}
_GUIDANCE = "xm-guidance-staff"
_BACKGROUND = "minors-background-check"
_ROOM = "planning-room"
_STANDARD = {_BY_KIND[True]: "SVC", _BY_KIND[False]: "SVC", _GUIDANCE: "XM"}


class Verdict(StrEnum):
    PASS = "pass"  # noqa: S105  not a password
    FAIL = "fail"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        return {"pass": "符合", "fail": "不符合", "unknown": "待证明"}[self.value]


@dataclass(frozen=True)
class Condition:
    """One condition with its verdict. ``clause`` is the clause of the standard, or the law where it is a law's."""

    clause: str
    what: str
    verdict: Verdict
    why: str


@dataclass(frozen=True)
class _Known:
    """What the register knows: facts by id, and for some the evidence that is told instead of the rule's words."""

    facts: Mapping[str, Any]
    evidence: Mapping[str, str]


class _ByHash:
    """Definitions that are the same wherever their snapshot hash is, whatever the day they are read on."""

    def __init__(self, resolved: Resolved) -> None:
        self.resolved = resolved

    def __hash__(self) -> int:
        return hash(self.resolved.snapshot_hash)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _ByHash) and other.resolved.snapshot_hash == self.resolved.snapshot_hash


@lru_cache(maxsize=128)
def _compiled(held: _ByHash, ruleset: str) -> Compiled:
    return compile(held.resolved.get("ruleset", ruleset), held.resolved.rules_library())


def _judged(resolved: Resolved, ruleset: str, facts: Mapping[str, Any], on: date) -> Iterator[Explanation]:
    """The conditions of a ruleset that count on a day; none where it is not on offer."""
    if resolved.offers("ruleset", ruleset):
        result = _compiled(_ByHash(resolved), ruleset).evaluate(facts, on=on, explain=False)
        yield from (one for one in result.explanation.children if one.applies)


def _conditions(resolved: Resolved, ruleset: str, known: _Known, on: date) -> list[Condition]:
    return [
        Condition(_clause(ruleset, one), one.title, Verdict[one.verdict.name], "，".join(_reasons(one, known.evidence)))
        for one in _judged(resolved, ruleset, known.facts, on)
    ]


def _clause(ruleset: str, condition: Explanation) -> str:
    standard = _STANDARD.get(ruleset)
    return f"{standard}-{condition.article.replace(' ', '-')}" if standard else condition.article


def _reasons(condition: Explanation, evidence: Mapping[str, str]) -> list[str]:
    """Why a condition came out so: the reasons of the named ones below that decided it, else its own."""
    below = [one for one in condition.children if one.id and one.applies and one.verdict is condition.verdict]
    if below:
        return [reason for one in below for reason in _reasons(one, evidence)]
    is_open = condition.verdict is Outcome.UNKNOWN
    return [condition.why if is_open else evidence.get(condition.id, condition.why)]


def is_professional(kind: str) -> bool:
    return kind in PROFESSIONAL


def education_label(code: str) -> str:
    return str(registry().get("codelist", "education-level").label(code))


def education_refusal(staff: Staff, on: date) -> str:
    """Why the education of ``staff`` rules out their kind; "" where it does not or is not proved yet."""
    facts = _schooling(staff)
    for one in _judged(active(staff.organisation_id, on), _BY_KIND[is_professional(staff.kind)], facts, on):
        if one.id == "education" and one.verdict is Outcome.FAIL:
            return "，".join(_reasons(one, {}))
    return ""


def check(staff: Staff, competences: Iterable[Competence], on: date) -> list[Condition]:
    """All conditions of a member of staff on a day; ``competences`` are the rows of that staff record.

    Where the rules in force ask for a guidance certificate, the certificates of ``staff`` are read besides.
    """
    resolved = active(staff.organisation_id, on)
    found = _conditions(resolved, _BY_KIND[is_professional(staff.kind)], _ability(staff, competences, on), on)
    if resolved.offers("ruleset", _GUIDANCE):
        found += _conditions(resolved, _GUIDANCE, _certified(staff, on), on)
    return [*found, *background(staff, on)]


def background(staff: Staff, on: date) -> list[Condition]:
    """未成年人保护法 art. 62: whoever works closely with minors is checked before hiring and once a year."""
    day = staff.background_checked_on
    known = _Known({"background_on": day if day is not None and day <= on else None}, {})
    return _conditions(active(staff.organisation_id, on), _BACKGROUND, known, on)


def _schooling(staff: Staff) -> dict[str, Any]:
    return {"education": staff.education or None, "diploma": staff.education_proof.strip() or None}


def _ability(staff: Staff, competences: Iterable[Competence], on: date) -> _Known:
    """Education, declarations and the latest assessment of every area."""
    facts, evidence = _schooling(staff), {}
    for name, day, text in (
        ("statement", staff.ethics_signed_on, "签署承诺"),
        ("law", staff.law_trained_on, "法规培训合格"),
    ):
        facts[name] = day is not None and day <= on
        if facts[name]:
            evidence[name] = f"{day:%Y-%m-%d} {text}"
    for row in sorted(competences, key=lambda row: (row.assessed_on, row.pk or 0)):
        if row.assessed_on <= on:
            facts[row.area] = row.passed
            evidence[row.area] = f"{row.assessed_on:%Y-%m-%d} 由{row.assessed_by}评定：{row.evidence}"
    return _Known(facts, evidence)


def _certified(staff: Staff, on: date) -> _Known:
    """The guidance certificate that is valid on the day. Appointments are not on the register: they stay unknown."""
    valid = [
        one.number or one.name
        for one in staff.certificates.all()
        if "职业指导" in one.name and one.issued_on <= on and (one.valid_until is None or one.valid_until >= on)
    ]
    return _Known({"certificate": valid[0] if valid else ""}, {})


_ATTRIBUTES = {
    "separate": "is_separate",
    "quiet": "is_quiet",
    "soundproof": "is_soundproof",
    "ventilated": "is_ventilated",
    "safe": "is_safe",
}


def missing_of_room(room: Room, on: date | None = None) -> list[str]:
    """The attributes of SVC-3.3 that ``room`` lacks; with one missing it cannot be booked for guidance.

    What is only seen on the spot, such as light and warmth, is not on the register and keeps no room from being booked.
    """
    attributes = [name for name, field in _ATTRIBUTES.items() if getattr(room, field)]
    day = on or timezone.localdate()
    judged = _judged(active(room.organisation_id, day), _ROOM, {"attributes": attributes}, day)
    return [one.title for one in judged if one.verdict is Outcome.FAIL]
