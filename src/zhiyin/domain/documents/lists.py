"""Lists of documents for staff: the own drafts, what waits for oneself, what was issued, and that as a workbook.

Nothing is unsealed for a list: what comes next follows from the state, since the content cannot change on the way.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.utils import timezone

from zhiyin.domain.accounts.roles import holds
from zhiyin.domain.audit.acting import Actor, actor, command, record
from zhiyin.domain.documents import policies
from zhiyin.domain.documents.agreements import grade_of, rule_words
from zhiyin.domain.documents.models import Document
from zhiyin.domain.documents.states import AGREED, EDITABLE, State, StepKind
from zhiyin.domain.files import workbooks
from zhiyin.domain.people.policies import closed_children
from zhiyin.engines.documents.definition import Responsible
from zhiyin.kernel.identity import mask_name

ON_THE_WAY = frozenset({State.SUBMITTED, State.SIGNING}) | AGREED
_DONE = {State.REVIEWED: 1, State.APPROVED: 2, State.SIGNED_OFF: 3}
_ORDER = (StepKind.REVIEWED, StepKind.APPROVED, StepKind.SIGNED_OFF)
_ASKS = {StepKind.REVIEWED: "审核", StepKind.APPROVED: "审定", StepKind.SIGNED_OFF: "签发"}


@dataclass(frozen=True)
class Row:
    """A line of a list. ``next_step`` is what must be done next, by whom ``by``; "" where the author goes on.

    ``subject`` of a child under 14 is masked and ``locked`` for whoever may not open the file.
    """

    document: Document
    subject: str
    locked: bool
    next_step: str
    by: str
    since: datetime


def _rules(document: Document) -> Mapping[StepKind, Responsible | None]:
    body: Mapping[str, Any] = document.wording.body
    return {
        kind: Responsible.model_validate(body[name]) if body.get(name) else None
        for kind, name in ((StepKind.REVIEWED, "reviews"), (StepKind.APPROVED, "approves"))
    }


def next_step(document: Document) -> tuple[StepKind | None, Responsible | None]:
    """The agreement that a submitted document needs next, with who may give it; None when all are given."""
    rules = _rules(document)
    done = _DONE.get(State(document.state), 0)
    for kind in _ORDER[done:]:
        if kind == StepKind.SIGNED_OFF:
            if document.needs_sign_off:
                return kind, None
        elif rules[kind] is not None:
            return kind, rules[kind]
    return None, None


def _loaded(rows: QuerySet[Document]) -> QuerySet[Document]:
    found = rows.select_related("person", "author__user", "wording", "organisation")
    return found.annotate(since=Max("steps__happened_at")).defer("context_sealed", "editable_sealed", "answers_sealed")


def rows_of(who: Actor, documents: Sequence[Document]) -> list[Row]:
    """Lines for documents loaded by this module; one query for the children among them."""
    closed = closed_children(who, [document.person for document in documents if document.person is not None])
    found = []
    for document in documents:
        locked = document.person_id is not None and document.person_id in closed
        name = document.person.name if document.person is not None else document.subject_label
        kind, rule = next_step(document) if document.state in ON_THE_WAY else (None, None)
        by = rule_words(rule) if rule is not None else "督导或科长" if kind else ""
        since = getattr(document, "since", None) or document.created_at
        words = _ASKS[kind] if kind is not None else ""
        found.append(Row(document, mask_name(name) if locked else name, locked, words, by, since))
    return found


def own_drafts(who: Actor) -> list[Row]:
    """What ``who`` drafted and what is not issued yet: what they must act on first, the oldest first."""
    rows = policies.scope(who).filter(author__user_id=who.user_id, number="", state__in=[*EDITABLE, *ON_THE_WAY])
    lines = rows_of(who, list(_loaded(rows)))
    return sorted(lines, key=lambda row: (bool(row.next_step) or row.document.state == State.SIGNING, row.since))


def waiting_for(who: Actor) -> list[Row]:
    """What ``who`` may agree to now, the longest waiting first; the own drafts wait for somebody else."""
    if not holds(who, "documents.agree"):
        return []
    level = grade_of(who)
    rows = policies.scope(who, "documents.agree").filter(state__in=[State.SUBMITTED, *AGREED])
    rows = rows.exclude(author__user_id=who.user_id)
    mine = []
    for document in _loaded(rows):
        kind, rule = next_step(document)
        supervises = kind == StepKind.SIGNED_OFF and holds(who, "documents.sign_off")
        if supervises or (rule is not None and rule.allows(level, who.role)):
            mine.append(document)
    return sorted(rows_of(who, mine), key=lambda row: row.since)


@dataclass(frozen=True)
class Filters:
    """``state``: "" for what is in force, ``void`` for revoked and superseded, ``all`` for both."""

    words: str = ""
    archive_class: str = ""
    subject: str = ""
    template: str = ""
    state: str = ""
    issued_from: date | None = None
    issued_to: date | None = None

    @property
    def narrowed(self) -> bool:
        return self != Filters()


def issued(who: Actor, filters: Filters | None = None) -> QuerySet[Document]:
    """Issued documents within reach, the latest first."""
    filters = filters or Filters()
    rows = policies.scope(who).exclude(number="")
    if filters.state != "all":
        ended = [State.REVOKED, State.SUPERSEDED]
        rows = rows.filter(state__in=ended) if filters.state == "void" else rows.exclude(state__in=ended)
    if filters.words:
        rows = rows.filter(
            Q(title__icontains=filters.words)
            | Q(number__icontains=filters.words)
            | Q(subject_label__icontains=filters.words)
            | Q(person__name__icontains=filters.words)
        )
    if filters.archive_class:
        rows = rows.filter(archive_class=filters.archive_class)
    if filters.subject:
        rows = rows.filter(subject_kind=filters.subject)
    if filters.template:
        rows = rows.filter(template=filters.template)
    if filters.issued_from:
        rows = rows.filter(issued_at__date__gte=filters.issued_from)
    if filters.issued_to:
        rows = rows.filter(issued_at__date__lte=filters.issued_to)
    return _loaded(rows.select_related("volume")).order_by("-issued_at", "-id")


COLUMNS: list[tuple[str, int]] = [
    ("文号", 22),
    ("题名", 34),
    ("类别", 12),
    ("关于", 24),
    ("起草人", 12),
    ("出具日期", 12),
    ("状态", 10),
    ("案卷", 22),
    ("卷内顺序", 10),
    ("核验码", 16),
]


@command("documents.export_register")
def export_register(filters: Filters, reason: str) -> bytes:
    """The issued documents as .xlsx. ``Invalid`` without a reason or for too many rows at once."""
    who = actor()
    policies.require(who, "documents.export")
    reason = workbooks.checked_reason(reason)
    rows = issued(who, filters).select_related("volume")
    count = workbooks.checked_count(rows.count())
    narrowed = sorted(name for name, value in vars(filters).items() if value)
    record("documents.register_exported", reason=reason, rows=count, filters=narrowed)
    lines = (_cells(row) for row in rows_of(who, list(rows)))
    return workbooks.workbook("文书台账", COLUMNS, lines, workbooks.cover(who, reason, count), pinned=2)


def _cells(row: Row) -> list[workbooks.Cell]:
    document = row.document
    return [
        document.number,
        document.title,
        str(document.get_archive_class_display()) if document.archive_class else "",
        row.subject,
        document.author.user.name if document.author else "",
        timezone.localdate(document.issued_at) if document.issued_at else None,
        str(document.get_state_display()),
        str(document.volume) if document.volume else "",
        document.volume_place,
        document.check_code,
    ]
