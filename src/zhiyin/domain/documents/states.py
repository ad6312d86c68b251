"""The state of a document, computed from what was done to it, and which step may follow which state."""

from collections.abc import Iterable
from datetime import datetime
from typing import Protocol

from django.db import models


class StepKind(models.TextChoices):
    DRAFTED = "drafted", "起草"
    SUBMITTED = "submitted", "提交审签"
    RETURNED = "returned", "退回修改"
    REVIEWED = "reviewed", "审核"
    APPROVED = "approved", "审定"
    SIGNED_OFF = "signed_off", "督导签发"
    SIGNING = "signing", "送签"
    ISSUED = "issued", "出具"
    HANDED_OVER = "handed_over", "交给本人"
    REVOKED = "revoked", "作废"
    SUPERSEDED = "superseded", "被新文书取代"


class State(models.TextChoices):
    DRAFT = "draft", "草稿"
    SUBMITTED = "submitted", "待审签"
    RETURNED = "returned", "退回修改"
    REVIEWED = "reviewed", "审核通过"
    APPROVED = "approved", "已审定"
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


LEVELS = {4: "四级", 3: "三级", 2: "二级", 1: "一级"}
EDITABLE = frozenset({State.DRAFT, State.RETURNED})
AGREED = frozenset({State.REVIEWED, State.APPROVED, State.SIGNED_OFF})
IN_FORCE = frozenset({State.ISSUED, State.HANDED_OVER})
ENDED = frozenset({State.REVOKED, State.SUPERSEDED})

_LEADS_TO = {kind.value: State(kind.value) for kind in StepKind if kind != StepKind.DRAFTED} | {"drafted": State.DRAFT}
ALLOWED_FROM: dict[StepKind, frozenset[State]] = {
    StepKind.SUBMITTED: EDITABLE,
    StepKind.RETURNED: frozenset({State.SUBMITTED, State.SIGNING}) | AGREED,
    StepKind.REVIEWED: frozenset({State.SUBMITTED}),
    StepKind.APPROVED: frozenset({State.SUBMITTED, State.REVIEWED}),
    StepKind.SIGNED_OFF: frozenset({State.SUBMITTED, State.REVIEWED}),
    StepKind.SIGNING: EDITABLE | AGREED,
    StepKind.ISSUED: EDITABLE | AGREED | {State.SIGNING},
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


def agreed_hash(steps: Iterable[Step], kind: StepKind) -> str:
    """Hash of the content to which the step ``kind`` (审核, 审定, 督导签发) was last given and that was not returned
    since; "" when there is none.
    """
    agreed = ""
    for step in steps:
        if step.kind == kind:
            agreed = step.content_hash
        elif step.kind == StepKind.RETURNED:
            agreed = ""
    return agreed
