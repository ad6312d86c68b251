"""Blueprints: exact shares, papers held against them, papers drawn from a pool."""

import itertools
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from zhiyin.engines.conformance import Clause
from zhiyin.engines.examinations import (
    Blueprint,
    PoolItem,
    allocate,
    assemble,
    faults,
    module_share,
    part_for,
    requirements,
)
from zhiyin.kernel.errors import Invalid

HALF = Decimal("0.5")


def blueprint(*weights: int, **changes: Any) -> Blueprint:
    parts = [{"id": f"p{n}", "title": f"部分{n}", "weight": weight} for n, weight in enumerate(weights)]
    return Blueprint.model_validate(
        {
            "kind": "blueprint",
            "id": "sample",
            "version": 1,
            "title": "样卷",
            "occupation": "4-07-03-01",
            "doc": "CG2023",
            "level": "L4",
            "paper": "theory",
            "parts": parts,
            **changes,
        }
    )


def pool(*sizes: tuple[str, str, int]) -> list[PoolItem]:
    """``count`` items of ``points`` for each (heading, points, count)."""
    return [
        PoolItem(f"{heading}-{points}-{n}", heading, Decimal(points))
        for heading, points, count in sizes
        for n in range(count)
    ]


@pytest.mark.parametrize("weights", [(60, 39), (60, 41), (100, 1)])
def test_weights_that_do_not_add_to_a_hundred_are_refused(weights: tuple[int, ...]) -> None:
    with pytest.raises(ValidationError, match=f"合计 {sum(weights)}"):
        blueprint(*weights)


@pytest.mark.parametrize(
    "changes",
    [
        {"not_examined": ["部分0"]},
        {"modules": [{"id": "x", "title": "模块", "doc": "CG2023-X1", "share": 15, "of": "p9"}]},
        {"occupation": "4-7-3-1"},
        {"level": "L5"},
    ],
)
def test_an_incoherent_blueprint_is_refused(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        blueprint(40, 60, **changes)


def test_parts_get_exactly_their_share_of_any_total() -> None:
    assert allocate(blueprint(35, 65)) == {"p0": Decimal(35), "p1": Decimal(65)}
    assert allocate(blueprint(35, 65), 150) == {"p0": Decimal("52.5"), "p1": Decimal("97.5")}
    with pytest.raises(ValueError, match="above 0"):
        allocate(blueprint(100), 0)


def test_a_module_takes_its_share_of_a_part_or_of_the_whole() -> None:
    modules = [
        {"id": "basic", "title": "模块", "doc": "CG2023-X1", "share": 15, "of": "p0"},
        {"id": "skill", "title": "模块", "doc": "CG2023-X1", "share": 20},
    ]
    sample = blueprint(25, 75, modules=modules)
    assert module_share(sample, "basic") == Decimal("3.75")
    assert module_share(sample, "skill") == 20
    assert module_share(sample, "skill", 150) == 30
    with pytest.raises(KeyError):
        module_share(sample, "other")


def test_a_paper_is_told_where_it_leaves_the_blueprint() -> None:
    sample = blueprint(40, 60)
    assert faults(sample, {"p0": 40, "p1": 60}) == {}
    assert set(faults(sample, {"p0": 41, "p1": 59})) == {"p0", "p1"}
    assert set(faults(sample, {"p0": 40})) == {"p1", "sum"}
    found = faults(sample, {"p0": 40, "p1": HALF + 59, "别的": HALF})
    assert found["p1"] == "“部分1”应占 60 分，卷面是 59.5 分"
    assert set(found) == {"p1", "别的"}


def test_a_heading_belongs_to_the_part_that_names_it() -> None:
    parts = [{"id": "a", "title": "甲", "weight": 100, "functions": ["乙", "丙"]}]
    sample = blueprint(parts=parts)
    assert [part_for(sample, name) is not None for name in ("甲", "乙", "丙", "丁")] == [True, True, True, False]


def test_items_that_no_single_order_reaches_are_still_combined() -> None:
    """Three items of 4 would pass 10; only 4 + 6 or 4 + 4 + 2 meets it."""
    drawn = assemble(blueprint(10, 90), pool(("部分0", 4, 3), ("部分0", 6, 1), ("部分1", 1, 90)), seed=5)
    assert drawn.points == {"p0": 10, "p1": 90}


def test_the_same_seed_draws_the_same_paper_whatever_the_order_of_the_pool() -> None:
    items = pool(("部分0", 1, 80), ("部分1", 2, 60))
    first = assemble(blueprint(40, 60), items, seed=7)
    assert assemble(blueprint(40, 60), items[::-1], seed=7) == first
    assert assemble(blueprint(40, 60), items, seed=8) != first


def test_a_pool_that_cannot_make_up_a_share_is_told_by_part() -> None:
    with pytest.raises(Invalid) as caught:
        assemble(blueprint(40, 60), pool(("部分0", 3, 50), ("部分1", 1, 59)), seed=1)
    assert set(caught.value.errors) == {"p0", "p1"}
    assert "凑不出正好 60 分（现有 59 题，共 59 分）" in caught.value.errors["p1"][0]


@pytest.mark.parametrize("points", [Decimal(0), Decimal(-1), Decimal("0.005")])
def test_items_have_points_that_can_be_counted(points: Decimal) -> None:
    with pytest.raises(ValueError, match="whole hundredths"):
        assemble(blueprint(100), [PoolItem("a", "部分0", points)], seed=1)


@st.composite
def tables(draw: st.DrawFn) -> tuple[int, ...]:
    cuts = sorted(draw(st.sets(st.integers(1, 99), max_size=7)))
    edges = [0, *cuts, 100]
    return tuple(after - before for before, after in itertools.pairwise(edges))


@given(tables(), st.integers(0, 2**32), st.sampled_from([50, 100, 120]))
def test_every_paper_drawn_keeps_to_its_blueprint(weights: tuple[int, ...], seed: int, total: int) -> None:
    sample = blueprint(*weights, not_examined=["不考"])
    sizes = [(part.title, size, 90) for part in sample.parts for size in (1, 2)]
    items = pool(*sizes, ("不考", 1, 50)) + [
        PoolItem(f"{part.title}-half-{n}", part.title, HALF / 5) for part in sample.parts for n in range(40)
    ]
    paper = assemble(sample, items, seed, total)
    assert faults(sample, paper.points, total) == {}
    assert paper.total == total
    drawn = [item for part in paper.items.values() for item in part]
    assert len({item.id for item in drawn}) == len(drawn)
    assert all(item.heading != "不考" for item in drawn)


def clause(id: str, level: str, kind: str = "skill") -> Clause:
    return Clause.model_validate(
        {
            "id": f"CG2023-{id}",
            "doc": "CG2023",
            "part": "3",
            "level": level,
            "function": "",
            "content": "",
            "clause": id,
            "kind": kind,
            "area": "cases",
            "gist": "要点",
        }
    )


def test_a_grade_covers_the_grades_below_it() -> None:
    clauses = [
        clause("a", "L4"),
        clause("b", "L3 L2"),
        clause("c", "L1"),
        clause("d", "all"),
        clause("e", "L4", "rule"),
    ]
    found = {level: [item.clause for item in requirements(clauses, "CG2023", level)] for level in ("L4", "L3", "L1")}
    assert found == {"L4": ["a", "d"], "L3": ["a", "b", "d"], "L1": ["a", "b", "c", "d"]}
    assert requirements(clauses, "CP2026", "L1") == []
    with pytest.raises(ValueError, match="L5"):
        requirements(clauses, "CG2023", "L5")
