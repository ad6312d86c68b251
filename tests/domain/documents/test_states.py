"""The state of a document follows from its steps alone."""

from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiyin.domain.documents.states import ALLOWED_FROM, ENDED, State, StepKind, agreed_hash, state_of


@dataclass
class Step:
    kind: str
    content_hash: str = ""
    happened_at: datetime = datetime(2026, 1, 1, tzinfo=UTC)


def steps(*kinds: str) -> list[Step]:
    return [Step(kind) for kind in kinds]


@pytest.mark.parametrize(
    ("kinds", "expected"),
    [
        ((), State.DRAFT),
        (("drafted",), State.DRAFT),
        (("drafted", "submitted"), State.SUBMITTED),
        (("drafted", "submitted", "returned"), State.RETURNED),
        (("drafted", "submitted", "returned", "submitted", "signed_off"), State.SIGNED_OFF),
        (("drafted", "signing", "issued"), State.ISSUED),
        (("drafted", "issued", "handed_over"), State.HANDED_OVER),
        (("drafted", "issued", "revoked"), State.REVOKED),
        (("drafted", "issued", "handed_over", "superseded"), State.SUPERSEDED),
    ],
)
def test_each_step_leads_to_its_state(kinds: tuple[str, ...], expected: State) -> None:
    assert state_of(steps(*kinds)) == expected


@given(st.lists(st.sampled_from([kind.value for kind in StepKind]), max_size=12))
def test_an_end_stays_an_end(kinds: list[str]) -> None:
    ends = [index for index, kind in enumerate(kinds) if kind in {"revoked", "superseded"}]
    state = state_of(steps(*kinds))
    assert (state in ENDED) == bool(ends)
    if ends:
        assert state == State(kinds[ends[0]])


def test_nothing_follows_an_end_and_every_step_but_the_first_has_a_place() -> None:
    assert set(ALLOWED_FROM) == set(StepKind) - {StepKind.DRAFTED}
    assert not any(ENDED & places for places in ALLOWED_FROM.values())


def test_approval_falls_with_a_return_and_the_last_one_counts() -> None:
    approved = [Step("submitted", "a"), Step("signed_off", "a")]
    assert agreed_hash(approved, StepKind.SIGNED_OFF) == "a"
    assert agreed_hash([*approved, Step("signing", "a")], StepKind.SIGNED_OFF) == "a"
    assert agreed_hash([*approved, Step("returned", "a")], StepKind.SIGNED_OFF) == ""
    assert agreed_hash([*approved, Step("returned", "a"), Step("signed_off", "b")], StepKind.SIGNED_OFF) == "b"
