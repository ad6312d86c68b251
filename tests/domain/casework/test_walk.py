"""A case from its opening to its end, by the commands, and the records it leaves."""

import time

import pytest

from tests import factories_casework as fc

pytestmark = pytest.mark.django_db


def test_every_step_is_reached() -> None:
    t = time.time()
    case = fc.case()
    for step in ("needs", "agreement", "plan", "delivery", "report", "closing", "followup"):
        fc.walk_to(case, step)
        print(step, case.stage, round(time.time() - t, 2))
        assert case.stage == step
    fc.walk_to(case, "ended")
    print(round(time.time() - t, 2))
    assert case.status == "ended"
