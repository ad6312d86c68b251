"""The individual career report of SVC-4.6.1: filled from the file, advised by the adviser, signed off where due."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from zhiyin.domain.agencies.queries import staff_of
from zhiyin.domain.assessment import queries as assessment
from zhiyin.domain.assessment.models import Result
from zhiyin.domain.audit.acting import actor, command
from zhiyin.domain.casework import policies
from zhiyin.domain.casework.contexts import case_context
from zhiyin.domain.casework.events import machine_time, process_of, record_event
from zhiyin.domain.casework.models import Case, CasePaper
from zhiyin.domain.documents import commands as documents
from zhiyin.domain.documents import queries as document_queries
from zhiyin.domain.documents.models import Document
from zhiyin.domain.documents.states import State
from zhiyin.domain.matching import queries as matching
from zhiyin.domain.planning.advice import suggest
from zhiyin.domain.planning.models import CareerReport
from zhiyin.kernel.dates import chinese_date
from zhiyin.kernel.errors import Invalid, NotReady
from zhiyin.kernel.serves import serves

TEMPLATE = "career-report"


def report_of(case: Case) -> Document | None:
    """The report that stands, drafted or issued."""
    paper = (
        CasePaper.objects.filter(case=case, step="report")
        .exclude(document__state=State.REVOKED)
        .select_related("document__person", "document__organisation")
        .order_by("-document__created_at")
        .first()
    )
    return paper.document if paper else None


def report_context(case: Case) -> tuple[dict[str, Any], Result | None, Any]:
    """The report's data with the result and the match run it rests on; absent tests are None, never invented."""
    context = case_context(case)
    result = assessment.latest_result(case.person, case_id=case.pk)
    run = matching.latest_run(case.person, case_id=case.pk)
    context["interest"] = assessment.report_context(result) if result else None
    context["ability"] = context["adaptability"] = None
    context["matches"] = matching.matches_context(run) if run else {"rows": []}
    context["supervisor"] = {"name": ""}
    context["advice"] = suggest(context)
    # counted from the planned end of the service, which closing will fix
    closing = timezone.localdate() + timedelta(days=7)
    context["followups"] = [
        {"title": rule.title, "due": f"约 {chinese_date(closing + timedelta(days=rule.days))}"}
        for rule in process_of(case).follow_ups
    ]
    return context, result, run


@serves("SVC-4.6.1", "SVC-5.5")
@command("planning.draft_report")
def draft_report(case: Case, *, happened_at: datetime | None = None) -> Document:
    """Draft the report. It fills itself; the four pieces of advice start from what matching and the file say."""
    policies.require(actor(), "casework.work", case)
    if report_of(case) is not None:
        raise Invalid("已经有一份报告，请在那一份上修改")
    context, result, run = report_context(case)
    staff = staff_of(case.adviser)
    document = documents.draft(
        case.organisation,
        case.person,
        TEMPLATE,
        context,
        case_id=case.pk,
        needs_sign_off=document_queries.needs_sign_off_for(staff.level if staff else None).required,
        happened_at=machine_time(happened_at),
    )
    CareerReport.objects.create(document=document, case=case, result=result, run=run)
    CasePaper.objects.create(case=case, step="report", document=document)
    record_event(case, "report.drafted", happened_at=happened_at, data={"document": str(document.pk)})
    return document


@command("planning.edit_report")
def edit_report(case: Case, version: int, editable: Mapping[str, str]) -> Document:
    """Keep the adviser's text; the data is filled afresh from the file each time while the report is a draft."""
    policies.require(actor(), "casework.work", case)
    document = _standing(case)
    context, result, run = report_context(case)
    document = documents.change(document, version, context=context, editable=dict(editable))
    CareerReport.objects.filter(document=document).update(result=result, run=run)
    return document


def _standing(case: Case) -> Document:
    document = report_of(case)
    if document is None:
        raise NotReady("还没有报告，请先起草", ["report.drafted"])
    return document


@command("planning.submit_report")
def submit_report(case: Case, *, happened_at: datetime | None = None) -> Document:
    """Hand the report to a supervisor; an empty part is named before it goes."""
    policies.require(actor(), "casework.work", case)
    document = documents.submit(_standing(case), happened_at=happened_at)
    record_event(case, "report.submitted", happened_at=happened_at, data={"document": str(document.pk)})
    return document


@command("planning.return_report")
def return_report(case: Case, comment: str, *, happened_at: datetime | None = None) -> Document:
    """A supervisor returns it with what to mend."""
    document = documents.return_(_standing(case), comment, happened_at=happened_at)
    record_event(case, "report.returned", happened_at=happened_at, data={"document": str(document.pk)})
    return document


@command("planning.sign_off_report")
def sign_off_report(case: Case, comment: str = "", *, happened_at: datetime | None = None) -> Document:
    """A supervisor answers for it with the adviser."""
    document = documents.sign_off(_standing(case), comment, happened_at=happened_at)
    record_event(case, "report.signed_off", happened_at=happened_at, data={"document": str(document.pk)})
    return document


@command("planning.issue_report")
def issue_report(case: Case, *, happened_at: datetime | None = None, check_base: str = "") -> Document:
    """Number, hash and archive the report (``check_base`` as in ``documents.issue``).

    An adviser whose grade needs a sign-off cannot issue without it.
    """
    policies.require(actor(), "casework.work", case)
    document = documents.issue(_standing(case), check_base=check_base, happened_at=machine_time(happened_at))
    record_event(case, "report.issued", happened_at=happened_at, data={"document": str(document.pk)})
    return document


@command("planning.hand_over_report")
def hand_over_report(case: Case, *, happened_at: datetime | None = None) -> Document:
    """The client has it, with the day it was explained and given."""
    policies.require(actor(), "casework.work", case)
    document = documents.hand_over(_standing(case), happened_at=happened_at)
    record_event(case, "report.handed_over", happened_at=happened_at, data={"document": str(document.pk)})
    return document
