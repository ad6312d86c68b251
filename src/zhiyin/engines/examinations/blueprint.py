"""Dividing the points of a paper by its blueprint, holding a paper against it, and drawing one from a pool of items.

All points are decimals and exact: a paper gives every part its share to the last quarter of a point, or it is refused.
"""

import math
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from zhiyin.engines.conformance import Clause
from zhiyin.engines.examinations.definitions import FULL, Blueprint, BlueprintPart
from zhiyin.kernel.errors import Invalid

GRADES = ("L4", "L3", "L2", "L1")
"""Grades from the lowest to the highest."""

_STEPS = 100
"""Points are counted in hundredths while an exact sum is sought."""


@dataclass(frozen=True, slots=True)
class PoolItem:
    """An item that may be drawn: ``heading`` is the heading of the standard it is about, without its number."""

    id: str
    heading: str
    points: Decimal


@dataclass(frozen=True, slots=True)
class Paper:
    """Items drawn for each part, in the order of the blueprint and, within a part, of the drawing."""

    blueprint: str
    items: Mapping[str, tuple[PoolItem, ...]]

    @property
    def points(self) -> dict[str, Decimal]:
        """Points that each part has."""
        return {part: sum((item.points for item in drawn), Decimal(0)) for part, drawn in self.items.items()}

    @property
    def total(self) -> Decimal:
        """Points of the whole paper."""
        return sum(self.points.values(), Decimal(0))


def allocate(blueprint: Blueprint, points: Decimal | int = FULL) -> dict[str, Decimal]:
    """Exact points of each part of a paper that has ``points`` (above 0) in all."""
    if points <= 0:
        raise ValueError("points must be above 0")
    return {part.id: Decimal(points) * part.weight / FULL for part in blueprint.parts}


def module_share(blueprint: Blueprint, module: str, points: Decimal | int = FULL) -> Decimal:
    """Points of the add-on ``module`` when the paper has ``points``: its share of a part's weight, or of the whole.

    15 % of basic knowledge at 25 is 3.75. Whether they are added to the paper or replace points of it is not said by
    the standard, so nothing of the paper itself changes here. KeyError for a module that the blueprint does not name.
    """
    for item in blueprint.modules:
        if item.id == module:
            base = FULL if item.of is None else blueprint.part(item.of).weight
            return Decimal(points) * base * item.share / (FULL * FULL)
    raise KeyError(module)


def faults(blueprint: Blueprint, points: Mapping[str, Decimal | int], total: Decimal | int = FULL) -> dict[str, str]:
    """What is wrong with a paper whose parts have these points; empty when it keeps to the blueprint exactly.

    Keys are ids of parts (or of what is no part), and ``sum`` where the points do not add to ``total``.
    """
    found: dict[str, str] = {}
    wanted = allocate(blueprint, total)
    for part in blueprint.parts:
        given = points.get(part.id, 0)
        if given != wanted[part.id]:
            found[part.id] = f"“{part.title}”应占 {_plain(wanted[part.id])} 分，卷面是 {_plain(Decimal(given))} 分"
    for name in points:
        if name not in wanted:
            found[name] = f"“{name}”不在这张卷的考核范围里"
    whole = sum((Decimal(value) for value in points.values()), Decimal(0))
    if whole != total:
        found["sum"] = f"全卷应为 {_plain(Decimal(total))} 分，卷面合计 {_plain(whole)} 分"
    return found


def part_for(blueprint: Blueprint, heading: str) -> BlueprintPart | None:
    """The part in which items about ``heading`` are examined; None for a heading that this paper does not examine."""
    for part in blueprint.parts:
        if heading == part.title or heading in part.functions:
            return part
    return None


def assemble(blueprint: Blueprint, pool: Sequence[PoolItem], seed: int, points: Decimal | int = FULL) -> Paper:
    """A paper of exactly ``points``, every part with exactly its share, drawn at random from ``pool``.

    The same pool and seed give the same paper. Items about headings without a weight are never drawn. Raises
    ``Invalid`` by part when the pool holds no selection whose points add exactly to the share.
    """
    wanted = allocate(blueprint, points)
    chance = random.Random(seed)  # noqa: S311 - a reproducible draw, not a secret
    drawn: dict[str, tuple[PoolItem, ...]] = {}
    lacking: dict[str, list[str]] = {}
    for part in blueprint.parts:
        offered = [item for item in pool if part_for(blueprint, item.heading) is part]
        offered.sort(key=lambda item: item.id)
        chance.shuffle(offered)
        chosen = _exact(offered, wanted[part.id])
        if chosen is None:
            held = sum((item.points for item in offered), Decimal(0))
            lacking[part.id] = [
                f"题库里“{part.title}”的题凑不出正好 {_plain(wanted[part.id])} 分"
                f"（现有 {len(offered)} 题，共 {_plain(held)} 分）"
            ]
        else:
            drawn[part.id] = tuple(chosen)
    if lacking:
        raise Invalid(lacking)
    return Paper(blueprint.id, drawn)


def requirements(clauses: Iterable[Clause], doc: str, level: str) -> list[Clause]:
    """Skills and knowledge asked at ``level`` (``L4`` lowest … ``L1``) of a standard: its own and all lower grades'.

    A higher grade covers the lower ones. Clauses for all grades are included. ValueError for an unknown grade.
    """
    if level not in GRADES:
        raise ValueError(f"unknown grade {level}")
    covered = set(GRADES[: GRADES.index(level) + 1])
    return [
        clause
        for clause in clauses
        if clause.doc == doc
        and clause.kind in {"skill", "knowledge"}
        and (clause.level == "all" or covered.intersection(clause.levels()))
    ]


def _exact(items: Sequence[PoolItem], target: Decimal) -> list[PoolItem] | None:
    """The first selection, in the order given, whose points add to ``target``; None if there is none."""
    sizes = [_hundredths(item.points) for item in items]
    goal = _hundredths(target)
    unit = math.gcd(goal, *sizes)
    goal //= unit
    by: dict[int, tuple[int, int]] = {0: (-1, -1)}  # sum → (index of the item that made it, the sum before)
    for index, size in enumerate(sizes):
        if goal in by:
            break
        step = size // unit
        for before in list(by):
            after = before + step
            if after <= goal and after not in by:
                by[after] = (index, before)
    if goal not in by:
        return None
    chosen: list[int] = []
    while goal:
        index, goal = by[goal]
        chosen.append(index)
    return [items[index] for index in sorted(chosen)]


def _hundredths(points: Decimal) -> int:
    scaled = points * _STEPS
    if points <= 0 or scaled != scaled.to_integral_value():
        raise ValueError(f"points must be above 0 and whole hundredths: {points}")
    return int(scaled)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
