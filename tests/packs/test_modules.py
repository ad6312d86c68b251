"""Add-on modules of the adviser standard, and grades that cover the lower ones."""

from decimal import Decimal

import pytest

from zhiyin.engines.examinations import module_share, requirements
from zhiyin.packs.installed import registry


@pytest.mark.parametrize(
    ("module", "shares"),
    [
        pytest.param("x1", {"l4": "4.5", "l3": "3.75"}, marks=pytest.mark.clause("CG2023-X1-N2-basic")),
        pytest.param("x2", {"l3": "3.75", "l2": "3", "l1": "3"}, marks=pytest.mark.clause("CG2023-X2-N1-basic")),
        pytest.param("x3", {"l2": "3", "l1": "3"}, marks=pytest.mark.clause("CG2023-X3-N1-basic")),
    ],
)
def test_a_module_takes_15_per_cent_of_basic_knowledge(module: str, shares: dict[str, str]) -> None:
    found = {
        blueprint.level.lower(): module_share(blueprint, module)
        for blueprint in registry().all("blueprint")
        if blueprint.paper == "theory" and module in {item.id for item in blueprint.modules}
    }
    assert found == {level: Decimal(share) for level, share in shares.items()}


@pytest.mark.parametrize(
    ("module", "levels"),
    [
        pytest.param("x1", {"L4", "L3"}, marks=pytest.mark.clause("CG2023-X1-N2-skill")),
        pytest.param("x2", {"L3", "L2", "L1"}, marks=pytest.mark.clause("CG2023-X2-N1-skill")),
        pytest.param("x3", {"L2", "L1"}, marks=pytest.mark.clause("CG2023-X3-N1-skill")),
    ],
)
def test_a_module_takes_20_points_of_a_skills_paper_of_100(module: str, levels: set[str]) -> None:
    found = {
        blueprint.level: module_share(blueprint, module, 100)
        for blueprint in registry().all("blueprint")
        if blueprint.paper == "skill" and module in {item.id for item in blueprint.modules}
    }
    assert found == {level: Decimal(20) for level in levels}


@pytest.mark.parametrize(
    ("doc", "levels"),
    [
        pytest.param("CG2023", ["L4", "L3", "L2", "L1"], marks=pytest.mark.clause("CG2023-3.1-cum")),
        pytest.param("CG2023-DJ", ["L4", "L3", "L2"], marks=pytest.mark.clause("CG2023-DJ-3.2-cum")),
        pytest.param("CG2023-DA", ["L4", "L3", "L2"], marks=pytest.mark.clause("CG2023-DA-3.3-cum")),
    ],
)
def test_a_grade_is_asked_everything_that_lower_grades_are(doc: str, levels: list[str]) -> None:
    clauses = registry().all("clause")
    lower: set[str] = set()
    for level in levels:
        own = {clause.id for clause in clauses if clause.doc == doc and clause.level == level}
        own = {clause.id for clause in clauses if clause.id in own and clause.kind in {"skill", "knowledge"}}
        asked = {clause.id for clause in requirements(clauses, doc, level)}
        assert own
        assert asked >= lower | own
        lower |= own
