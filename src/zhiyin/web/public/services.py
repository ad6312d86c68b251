"""The services with conditions, steps and time limits, the same for everybody (XM-4.1 c)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from zhiyin.domain.standards.queries import active
from zhiyin.web.public.views import STEP_WORDS, public_context
from zhiyin.web.surface import surface

_UNITS = {"working": "个工作日", "calendar": "天"}
# who each kind of service is for, in one sentence; a kind that an agency adds shows with the last words below
FOR_WHOM = {
    "job-search": "正在找工作、登记失业或快要失业的人，带身份证件就可以来",
    "employment": "刚上岗、换岗或在工作中遇到困难的人",
    "start-up": "打算创业或刚起步的人，有想法就可以来谈",
    "assessment": "想先了解自己的兴趣和特点的人；本人同意才做，可以不做",
    "planning": "不知道往哪里走、想定下长远方向的人；未满十八岁由监护人同意",
    "psychology": "因为找工作或工作上的事心里压力大的人；需要医疗帮助的，我们帮你转到合适的机构",
}
ANYBODY = "本人愿意就可以来"


@surface("public")
@require_safe
def services(request: HttpRequest) -> HttpResponse:
    """Every kind of service on offer: who may come, which steps it takes, how long each may last."""
    shared = public_context(request)
    agency = shared["agency"]
    rules = active(agency.pk if agency else None)
    process = rules.get("process", "full-guidance")
    steps = [
        {"title": step.title, "text": STEP_WORDS[step.id], "limit": _limit(step)}
        for step in process.steps
        if step.id in STEP_WORDS
    ]
    kinds = [
        {"label": kind.label, "condition": FOR_WHOM.get(kind.value, ANYBODY)}
        for kind in rules.get("codelist", "service-kind").values
    ]
    context = {
        **shared,
        "kinds": kinds,
        "steps": steps,
        "process": process,
        "today": timezone.localdate(),
        "complaint": process.complaint,
    }
    return render(request, "public/services.html", context)


def _limit(step: Any) -> str:
    """最多 3 个工作日, counted from the step before; "" where the process sets none."""
    return f"最多 {step.due.days} {_UNITS[step.due.unit]}" if step.due else ""
