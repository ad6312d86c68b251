"""What the rows behind a finding are called on a screen. They are looked up only here, and only then."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.utils import timezone


@dataclass(frozen=True)
class Shown:
    """A row as it is called on the screen. ``parent`` is the key of the case that it belongs to, where it has one."""

    model: str
    pk: str
    label: str
    parent: str = ""


def _day(moment: Any) -> str:
    return f"{timezone.localdate(moment):%Y-%m-%d}"


# per model: what to load besides, and its name; never a client's name, the number of the file or case stands for it
_LABELS: dict[str, tuple[tuple[str, ...], Callable[[Any], str]]] = {
    "organisations.organisation": ((), lambda row: row.name),
    "agencies.staff": (("user",), lambda row: row.user.name),
    "agencies.room": ((), lambda row: row.name),
    "clients.clientfile": ((), lambda row: f"档案 {row.number}"),
    "clients.tag": (("file",), lambda row: f"档案 {row.file.number} 的人群标签"),
    "casework.case": ((), lambda row: f"个案 {row.number}"),
    "casework.caseevent": (("case",), lambda row: f"个案 {row.case.number}，{_day(row.happened_at)}"),
    "casework.goal": (("case",), lambda row: f"个案 {row.case.number} 的目标"),
    "casework.need": (("case",), lambda row: f"个案 {row.case.number} 的需求"),
    "casework.activity": (("case",), lambda row: f"个案 {row.case.number} 的活动"),
    "casework.caseassistant": (("case",), lambda row: f"个案 {row.case.number} 的协助任务"),
    "documents.document": ((), lambda row: f"{row.title} {row.number}".strip()),
    "scheduling.appointment": ((), lambda row: f"预约 {_day(row.starts_at)}"),
    "matching.matchrun": ((), lambda row: f"职业比对 {_day(row.run_at)}"),
    "assessment.result": ((), lambda row: f"测评结果 {_day(row.scored_at)}"),
    "planning.careerreport": (("document",), lambda row: f"规划报告 {row.document.number}".strip()),
    "quality.feedbackrequest": (("case",), lambda row: f"个案 {row.case.number} 的评价"),
    "quality.improvement": ((), lambda row: f"改进：{row.action}"),
    "quality.complaint": ((), lambda row: f"投诉 {row.number}"),
    "audit.auditevent": ((), lambda row: f"审计记录 {row.seq}"),
    "conformance.manualevidence": ((), lambda row: row.note),
}


def shown_rows(pairs: Iterable[Sequence[str]]) -> dict[tuple[str, ...], Shown]:
    """The rows of (model, key) pairs that are still there: one query for each model."""
    wanted: dict[str, list[str]] = defaultdict(list)
    for model, key in pairs:
        wanted[model].append(key)
    found: dict[tuple[str, ...], Shown] = {}
    for model, keys in wanted.items():
        related, label = _LABELS[model]
        for row in apps.get_model(model)._default_manager.filter(pk__in=keys).select_related(*related):
            case = str(getattr(row, "case_id", "") or "")
            found[model, str(row.pk)] = Shown(model, str(row.pk), label(row), case)
    return found
