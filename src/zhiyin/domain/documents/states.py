"""The state of a document, computed from what was done to it, and which step may follow which state."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from django.db import models


class StepKind(models.TextChoices):
    DRAFTED = "drafted", "起草"
    SUBMITTED = "submitted", "提交督导"
    RETURNED = "returned", "退回修改"
    SIGNED_OFF = "signed_off", "督导签发"
    SIGNING = "signing", "送签"
    ISSUED = "issued", "出具"
    HANDED_OVER = "handed_over", "交给本人"
    REVOKED = "revoked", "作废"
    SUPERSEDED = "superseded", "被新文书取代"


class State(models.TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待督导审签"
    RETURNED = "returned", "退回修改"
    SIGNED_OFF = "signed_off", "督导已签发"
    SIGNING = "signing", "等待签名"
    ISSUED = "issued", "已出具"
    HANDED_OVER = "handed_over", "已交付"
    REVOKED = "revoked", "已作废"
    SUPERSEDED = "superseded", "已被取代"


class Step(Protocol):
    kind: str
    content_hash: str
    happened_at: datetime


EDITABLE = frozenset({State.DRAFT, State.RETURNED})
IN_FORCE = frozenset({State.ISSUED, State.HANDED_OVER})
ENDED = frozenset({State.REVOKED, State.SUPERSEDED})

_LEADS_TO = {kind.value: State(kind.value) for kind in StepKind if kind != StepKind.DRAFTED} | {"drafted": State.DRAFT}
ALLOWED_FROM: dict[StepKind, frozenset[State]] = {
    StepKind.SUBMITTED: EDITABLE,
    StepKind.RETURNED: frozenset({State.SUBMITTED, State.SIGNED_OFF, State.SIGNING}),
    StepKind.SIGNED_OFF: frozenset({State.SUBMITTED}),
    StepKind.SIGNING: EDITABLE | {State.SIGNED_OFF},
    StepKind.ISSUED: EDITABLE | {State.SIGNED_OFF, State.SIGNING},
    StepKind.HANDED_OVER: frozenset({State.ISSUED}),
    StepKind.REVOKED: IN_FORCE,
    StepKind.SUPERSEDED: IN_FORCE,
}


def state_of(steps: Iterable[Step]) -> State:
    """The state that ``steps``, in the order in which they happened, have led to; 草稿 without any.

    Revocation and replacement are final: nothing that follows brings a document back.
    """
    state = State.DRAFT
    for step in steps:
        if state not in ENDED:
            state = _LEADS_TO[step.kind]
    return state


def approved_hash(steps: Iterable[Step]) -> str:
    """Hash of the content that the supervisor signed off and that was not returned since; "" when there is none."""
    approved = ""
    for step in steps:
        if step.kind == StepKind.SIGNED_OFF:
            approved = step.content_hash
        elif step.kind == StepKind.RETURNED:
            approved = ""
    return approved
