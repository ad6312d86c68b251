"""Papers drawn by the blueprints of the platform's own packs, from pools with items about every heading."""

from decimal import Decimal
from functools import cache

import pytest
from pydantic import ValidationError

from zhiyin.engines.conformance import Clause
from zhiyin.engines.examinations import Blueprint, Paper, PoolItem, assemble, faults
from zhiyin.packs.installed import registry

ETHICS, BASIC = "职业道德", "基础知识"
SIZES = (Decimal(1), Decimal(2), Decimal("0.5"), Decimal(5))


@cache
def pool(doc: str) -> tuple[PoolItem, ...]:
    """Items of four sizes about every function that any grade of a standard knows, and about ethics and basics."""
    clauses: list[Clause] = registry().all("clause")
    headings = {
        clause.function.lstrip("0123456789. ")
        for clause in clauses
        if clause.doc == doc and clause.kind in {"skill", "knowledge"} and clause.levels()
    }
    return tuple(
        PoolItem(f"{heading}/{size}/{number}", heading, size)
        for heading in sorted({*headings, ETHICS, BASIC})
        for size in SIZES
        for number in range(40)
    )


@cache
def paper(id: str, seed: int) -> Paper:
    """A paper of 100 points drawn by a blueprint."""
    blueprint: Blueprint = registry().get("blueprint", id)
    return assemble(blueprint, pool(blueprint.doc), seed)


def drawn_points(id: str, heading: str, seed: int) -> Decimal:
    """Points of the items about ``heading`` on a paper that has 100 points in all."""
    items = [item for part in paper(id, seed).items.values() for item in part]
    assert sum(item.points for item in items) == 100
    return sum((item.points for item in items if item.heading == heading), Decimal(0))


def refuses_other_totals(id: str, heading: str, points: int) -> bool:
    """Whether a paper with a point more or less on ``heading``, the others as they should be, is told at that part."""
    blueprint: Blueprint = registry().get("blueprint", id)
    right = {part.id: part.weight for part in blueprint.parts}
    [part] = [part.id for part in blueprint.parts if part.title == heading]
    return not faults(blueprint, right) and all(
        set(faults(blueprint, {**right, part: points + change})) == {part, "sum"} for change in (-1, 1)
    )


def refuses_other_weights(id: str) -> bool:
    """Whether the blueprint cannot be written with weights that add to 99 or 101."""
    blueprint: Blueprint = registry().get("blueprint", id)
    for change in (-1, 1):
        data = blueprint.model_dump()
        data["parts"][0]["weight"] += change
        with pytest.raises(ValidationError, match=f"合计 {100 + change}"):
            Blueprint.model_validate(data)
    return sum(part.weight for part in blueprint.parts) == 100


def untouched(id: str) -> list[str]:
    """Functions of the standard of which no item was drawn in ten papers, in the order in which the pack lists them."""
    blueprint: Blueprint = registry().get("blueprint", id)
    seen = {item.heading for seed in range(10) for part in paper(id, seed).items.values() for item in part}
    left = {item.heading for item in pool(blueprint.doc)} - seen
    if blueprint.paper == "skill":
        left -= {ETHICS, BASIC}
    assert left == set(blueprint.not_examined)
    return blueprint.not_examined
