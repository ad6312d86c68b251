"""The self-assessment report of a run, as PDF, Word or page."""

from typing import Any

from django.utils import timezone

from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.conformance import queries
from zhiyin.domain.conformance.models import Run
from zhiyin.domain.standards.queries import active
from zhiyin.engines.conformance import VERDICTS, Verdict, charting
from zhiyin.engines.documents.build import build
from zhiyin.engines.documents.pdf import render_pdf
from zhiyin.engines.documents.tree import Document as Tree
from zhiyin.engines.documents.word import render_docx

DOCUMENT = "self-assessment-report"
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_FEW = 4


def context(board: queries.Board, history: list[queries.Point]) -> dict[str, Any]:
    """What the document definition reads."""
    run, organisation = board.run, board.run.organisation
    texts = {line.clause.id: line.clause.gist for line in board.lines}
    pairs = [(chapter.title, chapter.counts) for chapter in board.chapters]
    return {
        "agency": {name: getattr(organisation, name) for name in ("name", "code", "address", "phone")},
        "author": {"name": run.by.user.name if run.by else "系统", "level": ""},
        "today": timezone.localdate(),
        "run": {
            "standard": run.standard,
            "title": board.standard.title,
            "on": run.on.isoformat(),
            "since": run.since.isoformat(),
            "score": "没有得分" if run.score is None else f"{run.score:g} 分",
            "total": len(board.lines),
            "by": run.by.user.name if run.by else "系统",
            "snapshot": run.snapshot_id[:12],
        },
        "totals": [
            {"label": verdict.label, "count": count, "note": _named(board, verdict)} for verdict, count in board.counts
        ],
        "charts": {
            "chapters": charting.chapters(pairs, title="各部分条款的结论", key="chapters", mode="print"),
            "history": charting.history(
                [(point.on, point.score) for point in history], title="历次得分", key="history", mode="print"
            )
            if len(history) > 1
            else None,
        },
        "changes": [
            {
                "clause": change.clause,
                "gist": texts.get(change.clause, ""),
                "before": change.before.label if change.before else "没有衡量",
                "after": change.after.label if change.after else "不再衡量",
            }
            for change in board.changes
        ],
        "todo": [
            {
                "clause": line.clause.id,
                "gist": line.clause.gist,
                "verdict": line.verdict.label,
                "why": line.first.row.why,
                "advice": line.first.measure.advice if line.first.measure else "",
            }
            for line in board.to_do
        ],
        "waived": [
            {"clause": line.clause.id, "gist": line.clause.gist, "why": line.first.row.why}
            for line in board.lines
            if line.verdict is Verdict.NOT_APPLICABLE
        ],
        "clauses": [
            {
                "clause": line.clause.id,
                "gist": line.clause.gist,
                "verdict": line.verdict.label,
                "found": line.first.row.why,
            }
            for line in board.lines
        ],
    }


def _named(board: queries.Board, verdict: Verdict) -> str:
    """The first few clauses with a verdict that needs work."""
    if verdict in {Verdict.MET, VERDICTS[-1]}:
        return ""
    ids = [line.clause.id for line in board.lines if line.verdict is verdict]
    return "、".join(ids[:_FEW]) + (f" 等 {len(ids)} 条" if len(ids) > _FEW else "")


def tree(who: Actor, run: Run) -> Tree:
    """The report of a run as a tree that every renderer prints."""
    definition = active(run.organisation, run.on).get("document", DOCUMENT)
    board = queries.board(run)
    return build(
        definition,
        context(board, queries.history(who, run.organisation, run.standard)),
        number="",
        issued_on=timezone.localdate(run.made_at),
        check_url="",
        check_code="",
        status="issued",
    )


def render(who: Actor, run: Run, fmt: str) -> bytes:
    """The report as ``pdf`` or ``docx``; KeyError for another format."""
    MEDIA_TYPES[fmt]
    document = tree(who, run)
    if fmt == "pdf":
        author = run.organisation.name
        return render_pdf(document, timestamp=run.made_at, author=author)
    return render_docx(document)
