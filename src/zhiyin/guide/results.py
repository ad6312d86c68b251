"""What a run leaves behind: three documents as Word and PDF, and ``case.json`` with everything that was computed."""

import hashlib
import json
import os
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from django.utils import timezone

from zhiyin import __version__
from zhiyin.domain.audit import chain
from zhiyin.domain.audit.models import AuditEvent, ChainHead
from zhiyin.domain.casework.events import state_of
from zhiyin.domain.casework.models import Case
from zhiyin.domain.documents import queries as documents
from zhiyin.domain.documents.models import Document
from zhiyin.domain.matching import queries as matching
from zhiyin.domain.matching.models import MatchRun
from zhiyin.domain.people.models import Person
from zhiyin.engines.casework.events import EVENTS, LATE_ENTRY
from zhiyin.guide.outcome import Outcome
from zhiyin.kernel.errors import ZhiyinError
from zhiyin.packs.installed import registry

SCHEMA = 1
_STATES = {
    "open": "办理中",
    "paused": "暂停",
    "following": "跟踪回访中",
    "closed": "已结束，等待评价",
    "ended": "全部办结",
}


def write(folder: Path, outcome: Outcome) -> dict[str, Any]:
    """Write all files of a run into the empty ``folder`` and on to the disk; returns what ``case.json`` holds.

    ``ZhiyinError`` when the audit chain does not verify.
    """
    found = collect(outcome)
    for name in ("agreement", "plan", "report"):
        document: Document | None = getattr(outcome, name)
        if document is None:
            continue
        files = {}
        for kind in ("docx", "pdf"):
            content = documents.render(document, "docx" if kind == "docx" else "pdf")
            _store(folder / f"{name}.{kind}", content)
            files[f"{name}.{kind}"] = {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
        found["documents"][name]["files"] = files
    _store(folder / "case.json", (json.dumps(found, ensure_ascii=False, indent=2, default=_plain) + "\n").encode())
    return found


def _store(path: Path, content: bytes) -> None:
    with path.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return timezone.localtime(value).isoformat(timespec="minutes")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"no JSON for {type(value).__name__}")


def collect(outcome: Outcome) -> dict[str, Any]:
    """Everything about the run as plain data (dates and datetimes still as such); identity numbers stay masked."""
    person, case = outcome.person, outcome.case
    if person is None or case is None:
        raise ValueError("the run did not reach a case")
    papers = {name: getattr(outcome, name) for name in ("agreement", "plan", "report")}
    return {
        "schema": SCHEMA,
        "zhiyin": __version__,
        "packs": dict(registry().versions()),
        "packs_hash": registry().snapshot_hash,
        "played_at": timezone.now(),
        "demo": case.is_demo,
        "reached": outcome.reached,
        "client": _client(person, case),
        "agency": {"name": case.organisation.name, "code": case.organisation.code},
        "adviser": {"name": case.adviser.user.name},
        "case": _case(case),
        "consents": [
            {
                "purpose": consent.purpose,
                "by": consent.by,
                "guardian": consent.guardian.name if consent.guardian else None,
                "notice": consent.notice,
                "notice_version": consent.notice_version,
                "given_at": consent.given_at,
            }
            for consent in person.consents.select_related("guardian")
        ],
        **_progress(case),
        "goals": [
            {
                "title": goal.title,
                "measure": goal.measure,
                "due_on": goal.due_on,
                "attainment": goal.attainment or None,
                "note": goal.judged_note,
            }
            for goal in case.goals.all()
        ],
        "activities": [
            {
                "title": row.title,
                "kind": row.kind,
                "due_on": row.due_on,
                "state": row.state,
                "result": row.result,
                "done_at": row.done_at,
                "unplanned_reason": row.unplanned_reason or None,
            }
            for row in case.activities.all()
        ],
        "assessment": _assessment(outcome),
        "matches": _matches(outcome.match_run) if outcome.match_run else None,
        "documents": {name: _document(paper) for name, paper in papers.items() if paper is not None},
        "feedback": {"overall": outcome.feedback.overall, "answers": outcome.feedback.answers}
        if outcome.feedback
        else None,
        "audit": _audit(),
    }


def _client(person: Person, case: Case) -> dict[str, Any]:
    return {
        "name": person.name,
        "sex": person.sex_label,
        "birth_date": person.birth_date,
        "age_at_opening": person.age(timezone.localdate(case.opened_at)),
        "consent_rule": person.regime(timezone.localdate(case.opened_at)).label,
        "papers": [{"kind": paper.kind, "number": paper.masked} for paper in person.documents.all()],
        "guardians": [{"name": row.name, "relation": row.relation} for row in person.guardians.all()],
    }


def _case(case: Case) -> dict[str, Any]:
    return {
        "number": case.number,
        "file_number": case.file.number,
        "service_kind": case.service_kind,
        "process": case.process,
        "process_version": case.process_version,
        "status": case.status,
        "status_label": _STATES.get(case.status, case.status),
        "stage": case.stage,
        "opened_at": case.opened_at,
        "closed_at": case.closed_at,
    }


def _progress(case: Case) -> dict[str, Any]:
    """Steps, terms and events, computed anew from the events."""
    now = state_of(case)
    return {
        "steps": [
            {
                "id": step.id,
                "title": step.title,
                "state": step.state,
                "completed_at": step.completed_at,
                "due_on": step.due_on,
                "late_days": step.late_days,
                "reason": step.reason,
            }
            for step in now.steps
        ],
        "dues": [
            {"step": due.step, "what": due.what, "due_on": due.due_on, "late_days": due.late_days, "why": due.why}
            for due in now.dues
        ],
        "events": [
            {
                "kind": event.kind,
                "label": EVENTS[event.kind].label,
                "happened_at": event.happened_at,
                "recorded_at": event.recorded_at,
                "late_entry": event.recorded_at - event.happened_at > LATE_ENTRY,
                "by": event.actor_name,
                "actor_kind": event.actor_kind,
            }
            for event in case.events.order_by("happened_at", "recorded_at", "pk")
        ],
    }


def _assessment(outcome: Outcome) -> dict[str, Any] | None:
    sitting, result = outcome.sitting, outcome.result
    if sitting is None:
        return None
    return {
        "state": sitting.state,
        "declined_reason": sitting.declined_reason or None,
        "mode": sitting.mode,
        "assigned_at": sitting.assigned_at,
        "finished_at": sitting.finished_at,
        "scores": result.scores if result else None,
    }


def _matches(run: MatchRun) -> dict[str, Any]:
    view = matching.view(run)
    return {
        "run_at": run.run_at,
        "engine_version": run.engine_version,
        "filters": view.filters,
        "considered": view.considered,
        "excluded": dict(view.counts),
        "ranks": [
            {
                "rank": row.rank,
                "code": row.code,
                "name": row.name,
                "band": row.band,
                "components": dict(row.components),
                "reasons": list(row.reasons),
                "opinion": {"verdict": row.opinion.verdict, "reason": row.opinion.reason} if row.opinion else None,
            }
            for row in view.rows
        ],
    }


def _document(paper: Document) -> dict[str, Any]:
    return {
        "title": paper.title,
        "number": paper.number,
        "state": paper.state,
        "state_label": paper.get_state_display(),
        "issued_at": paper.issued_at,
        "content_hash": paper.content_hash,
        "check_code": paper.check_code,
        "signatures": [
            {"role": row.role, "name": row.name, "signed_at": row.signed_at}
            for row in paper.signatures.filter(revoked_at=None)
        ],
        "steps": [{"kind": row.kind, "happened_at": row.happened_at} for row in paper.steps.all()],
    }


def _audit() -> dict[str, Any]:
    verdict = chain.verify()
    if not verdict.sound:
        raise ZhiyinError("审计链核对不通过：" + "；".join(fault.what for fault in verdict.faults))
    return {
        "verified": True,
        "events": AuditEvent.objects.count(),
        "chains": {head.chain: {"count": head.count, "head": head.digest} for head in ChainHead.objects.all()},
    }


def summary(found: Mapping[str, Any], folder: Path) -> str:
    """What the command prints: who, how far, what the test and the comparison say, and where the papers are."""
    case, client = found["case"], found["client"]
    lines = [
        f"{client['name']}，{client['age_at_opening']} 岁，{found['agency']['name']}，指导师{found['adviser']['name']}",
        f"个案 {case['number']}：{case['status_label']}",
        "步骤：" + "、".join(f"{step['title']}{_step_words(step)}" for step in found["steps"]),
    ]
    test = found["assessment"]
    if test is not None and test["scores"]:
        texts = test["scores"]["texts"]
        lines.append(f"职业兴趣：{texts['code']}（{texts['code_words']}）")
    elif test is not None and test["declined_reason"]:
        lines.append(f"测评：本人不做（{test['declined_reason']}）")
    if found["matches"] is not None:
        best = [f"{row['name']}（{row['band']}）" for row in found["matches"]["ranks"] if row["rank"]][:3]
        lines.append(f"职业比对：{found['matches']['considered']} 个职业，排在前面的是{'、'.join(best)}")
    for name, paper in found["documents"].items():
        lines.append(f"{paper['title']} {paper['number'] or '（草稿）'}：{folder / name}.docx、.pdf")
    late = sum(event["late_entry"] for event in found["events"])
    lines.append(
        f"事件 {len(found['events'])} 条，其中补登 {late} 条；审计记录 {found['audit']['events']} 条，核对无误"
    )
    lines.append(f"完整数据：{folder / 'case.json'}")
    return "\n".join(lines)


def _step_words(step: Mapping[str, Any]) -> str:
    return {"done": "✓", "skipped": "（跳过）", "current": "（进行中）"}.get(str(step["state"]), "")
