"""What the service standard asks of staff (SVC-3.2) and rooms (SVC-3.3), checked and explained.

A verdict is PASS, FAIL or UNKNOWN; what is not proved is UNKNOWN and is shown, never taken as passed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from zhiyin.domain.agencies.models import PROFESSIONAL, Competence, Room, Staff, StaffKind
from zhiyin.kernel.dates import add_months
from zhiyin.packs.installed import registry

_HIGHER = ("college", "bachelor", "master", "doctor")
_FLOOR = {True: "bachelor", False: "college"}
_CLAUSES = {True: "SVC-3.2.2", False: "SVC-3.2.3"}
_AREAS: dict[bool, tuple[tuple[str, Competence.Area], ...]] = {
    True: (("c", Competence.Area.THEORY), ("d", Competence.Area.DELIVERY), ("e", Competence.Area.MARKET)),
    False: (("c", Competence.Area.BASICS), ("d", Competence.Area.COMMUNICATION), ("e", Competence.Area.ASSISTING)),
}


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


def is_professional(kind: str) -> bool:
    return kind in PROFESSIONAL


def education_label(code: str) -> str:
    return str(registry().get("codelist", "education-level").label(code))


def education(kind: str, level: str, proof: str) -> Condition:
    """SVC-3.2.2 a: at least a bachelor's degree; SVC-3.2.3 a: at least a college diploma."""
    professional = is_professional(kind)
    floor = _FLOOR[professional]
    clause, what = f"{_CLAUSES[professional]}-a", f"学历在{education_label(floor)}以上"
    if not level:
        return Condition(clause, what, Verdict.UNKNOWN, "没有登记学历")
    if level not in _HIGHER or _HIGHER.index(level) < _HIGHER.index(floor):
        label = education_label(level)
        return Condition(
            clause, what, Verdict.FAIL, f"学历是{label}，{StaffKind(kind).label}要求{education_label(floor)}以上"
        )
    if not proof.strip():
        return Condition(clause, what, Verdict.UNKNOWN, f"登记为{education_label(level)}，还没有学历证明")
    return Condition(clause, what, Verdict.PASS, f"{education_label(level)}，证明：{proof}")


def check(staff: Staff, competences: Iterable[Competence], on: date) -> list[Condition]:
    """All conditions of a member of staff on a day; ``competences`` are the rows of that staff record."""
    professional = is_professional(staff.kind)
    clause = _CLAUSES[professional]
    found = [education(staff.kind, staff.education, staff.education_proof), _ethics(staff, f"{clause}-b", on)]
    rows = [row for row in competences if row.assessed_on <= on]
    found += [_competence(f"{clause}-{letter}", area, rows) for letter, area in _AREAS[professional]]
    return [*found, _background(staff, on)]


def _ethics(staff: Staff, clause: str, on: date) -> Condition:
    what = "知法并签署职业操守承诺"
    law, ethics = staff.law_trained_on, staff.ethics_signed_on
    missing = [
        text
        for day, text in ((ethics, "没有签署职业操守承诺"), (law, "没有法规培训合格记录"))
        if day is None or day > on
    ]
    if missing:
        return Condition(clause, what, Verdict.FAIL, "、".join(missing))
    return Condition(clause, what, Verdict.PASS, f"{ethics:%Y-%m-%d} 签署承诺，{law:%Y-%m-%d} 法规培训合格")


def _competence(clause: str, area: Competence.Area, rows: list[Competence]) -> Condition:
    own = [row for row in rows if row.area == area]
    if not own:
        return Condition(clause, area.label, Verdict.UNKNOWN, "还没有评定记录")
    last = max(own, key=lambda row: (row.assessed_on, row.pk or 0))
    why = f"{last.assessed_on:%Y-%m-%d} 由{last.assessed_by}评定：{last.evidence}"
    return Condition(clause, area.label, Verdict.PASS if last.passed else Verdict.FAIL, why)


def _background(staff: Staff, on: date) -> Condition:
    """未成年人保护法 art. 62: whoever works closely with minors is checked before hiring and once a year."""
    clause, what = "未成年人保护法第六十二条", "每年查询从业背景（接触未成年人）"
    day = staff.background_checked_on
    if day is None or day > on:
        return Condition(clause, what, Verdict.UNKNOWN, "没有查询记录，请先查询再安排服务未成年人")
    if on > add_months(day, 12):
        return Condition(
            clause, what, Verdict.FAIL, f"上次查询是 {day:%Y-%m-%d}，已超过一年，请先查询再安排服务未成年人"
        )
    return Condition(clause, what, Verdict.PASS, f"{day:%Y-%m-%d} 查询过")


_ROOM = (
    ("is_separate", "独立"),
    ("is_quiet", "安静"),
    ("is_soundproof", "隔音"),
    ("is_ventilated", "通风"),
    ("is_safe", "安全"),
)


def missing_of_room(room: Room) -> list[str]:
    """The attributes of SVC-3.3 that ``room`` lacks; with one missing it cannot be booked for guidance."""
    return [label for field, label in _ROOM if not getattr(room, field)]
