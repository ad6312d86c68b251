"""What every act on a document does: lock it, check right and state, note the step, tell the hour."""

from datetime import datetime

from django.utils import timezone

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.audit.acting import actor
from zhiyin.domain.documents import agreements, policies, queries
from zhiyin.domain.documents.building import content_of
from zhiyin.domain.documents.models import Document, DocumentStep
from zhiyin.domain.documents.states import ALLOWED_FROM, State, StepKind, state_of
from zhiyin.kernel.errors import Conflict, Invalid, NotReady

SUPPLIED = frozenset({"editable", "answers", "signatures"})
"""Parts of a context that the document keeps itself."""


def locked(document: Document, right: str, kind: StepKind | None = None) -> Document:
    """The stored row, locked, after the right was checked and ``kind`` may follow its state."""
    stored = (
        Document.objects.select_for_update(of=("self",))
        .select_related("organisation", "person", "author", "archive", "seal__file")
        .get(pk=document.pk)
    )
    policies.require(actor(), right, stored)
    if kind is not None and State(stored.state) not in ALLOWED_FROM[kind]:
        raise NotReady(f"文书现在是“{stored.get_state_display()}”，不能{kind.label}")
    return stored


def step(document: Document, kind: StepKind, moment: datetime, comment: str = "", content_hash: str = "") -> None:
    """Append the step and renew the state that follows from all of them."""
    comment = comment.strip()
    if len(comment) > 1000:
        raise Invalid({"comment": [f"意见最多 1000 字，现在 {len(comment)} 字"]})
    steps = list(document.steps.all())
    if steps and moment < steps[-1].happened_at:
        raise Invalid({"happened_at": ["时间不能早于上一步"]})
    steps.append(
        DocumentStep.objects.create(
            document=document,
            kind=kind,
            by=membership(),
            comment=comment,
            content_hash=content_hash,
            happened_at=moment,
        )
    )
    document.state = state_of(steps)
    document.save(update_fields=["state"])


def moment(happened_at: datetime | None) -> datetime:
    """When it happened: now, or the earlier time given; ``Invalid`` for the future."""
    now = timezone.now()
    if happened_at is not None and happened_at > now:
        raise Invalid({"happened_at": ["时间不能晚于现在"]})
    return happened_at or now


def own_moment(happened_at: datetime | None) -> datetime:
    """For drafting and issuing, which happen here and now: only a machine that rebuilds a history may say otherwise."""
    if happened_at is not None and not by_machine():
        raise Invalid({"happened_at": ["起草和出具的时间由系统记录，不能补登"]})
    return moment(happened_at)


def by_machine() -> bool:
    """Whether a job or the system acts."""
    return actor().kind in {"system", "job"}


def membership() -> Membership | None:
    """The membership in which somebody acts; None for outsiders and machines."""
    pk = actor().membership_id
    return Membership.objects.filter(pk=pk).first() if pk else None


def refuse_gaps(document: Document) -> None:
    """``Invalid`` by section or field when something is still to be written."""
    found: dict[str, list[str]] = {}
    for gap in queries.gaps(document):
        found.setdefault(gap.block or gap.section, []).append(gap.message)
    if found:
        raise Invalid(found)


def refuse_unapproved(document: Document) -> None:
    """``NotReady`` naming the agreement (审核, 审定, 督导签发) that the present content lacks."""
    missing = agreements.missing_steps(document)
    if missing:
        raise NotReady(f"这份文书须先{missing[0].label}才能继续", [kind.label for kind in missing])


def same_content(document: Document, shown: str) -> None:
    """``Conflict`` when the content that was shown (a hash; "" for not told) is no longer the present one."""
    if shown and shown != content_of(document):
        raise Conflict("文书内容刚刚改过，请重新阅读后再签")
