"""Projections are a function of the events: whatever is asked in whatever order, they equal a recomputation."""

import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from tests import factories
from tests import factories_casework as fc
from tests.domain.casework.test_walk import projected, recomputed
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.casework import agreement, delivery, intake, plan
from zhiyin.domain.casework.events import events_of, process_of, record_event
from zhiyin.domain.casework.models import Case
from zhiyin.domain.organisations.queries import calendar
from zhiyin.engines import casework as engine
from zhiyin.kernel.errors import ZhiyinError

pytestmark = pytest.mark.django_db

ACTS: list[Callable[[Case], object]] = [
    fc.do_intake,
    fc.do_needs,
    fc.draft_agreement,
    lambda case: fc.sign(case, "client"),
    lambda case: fc.sign(case, "agency"),
    lambda case: agreement.change_agreement(case, agreement.agreement_of(case).version, editable={"extra_tasks": "x"}),
    fc.make_plan,
    plan.draft_plan,
    lambda case: plan.reopen_plan(case, "试"),
    lambda case: delivery.hold_session(
        case, fc.SESSION, happened_at=timezone.now() - timedelta(hours=1), minutes=30, mode="face"
    ),
    lambda case: plan.finish_activity(case.activities.filter(state="planned")[0], "做了"),
    lambda case: intake.pause(case, "试"),
    intake.resume,
    lambda case: record_event(case, "note.added"),
    lambda case: record_event(case, "session.held", happened_at=timezone.now() - timedelta(days=3)),
    lambda case: record_event(case, "report.drafted"),
    fc.do_closing,
    lambda case: delivery.follow_up(case, "day30", fc.FOLLOW_UP),
]


@pytest.mark.parametrize("seed", range(6))
def test_whatever_is_asked_in_whatever_order(seed: int) -> None:
    chance = random.Random(seed)
    case = fc.case(opened=timezone.now() - timedelta(days=chance.randrange(60)))
    refused = 0
    with acting(factories.who(case.adviser), "随意"):
        for step in range(60):
            try:
                # half of the time the next act of a usual service, so that late steps are met too
                act = chance.choice(ACTS) if step % 2 else ACTS[step // 2 % len(ACTS)]
                act(case)
            except (ZhiyinError, IndexError, AttributeError):
                # an act on what does not exist yet, or refused by a rule: nothing of it may stay
                refused += 1
    assert refused
    assert case.events.count() > 1
    assert projected(case) == recomputed(case)
    state = engine.state(
        process_of(case),
        chance.sample(events_of(case), case.events.count()),
        now=timezone.localtime(),
        calendar=calendar(case.organisation),
    )
    case.refresh_from_db()
    assert (state.stage, state.status) == (case.stage, case.status)
