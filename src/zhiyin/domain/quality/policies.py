"""Who reads feedback and complaints, who may complain, and who handles what was said.

A complaint is handled by somebody who had no part in the case. Where the client asked for it, those who had a part do
not learn that there is one.
"""

import uuid

from django.db.models import Exists, OuterRef, Q, QuerySet

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import DESK_STAFF, Role, declare, holds
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.casework.models import Case, CaseAssistant, CaseEvent, FormRecord
from zhiyin.domain.people.policies import child_access
from zhiyin.domain.quality.models import Complaint, FeedbackRequest, Improvement
from zhiyin.kernel.errors import Refused

HANDLERS = frozenset({Role.SUPERVISOR, Role.SECTION_HEAD})

declare("quality.read", "查看反馈与投诉", {Role.ADVISER, Role.SUPERVISOR, Role.SECTION_HEAD, Role.CLIENT})
declare("quality.file", "提出或登记投诉", DESK_STAFF | {Role.CLIENT})
declare("quality.handle", "处理反馈与投诉", HANDLERS)

Subject = Complaint | FeedbackRequest | Improvement | Case


def _case(obj: Subject) -> Case:
    if isinstance(obj, Case):
        return obj
    return obj.feedback.case if isinstance(obj, Improvement) else obj.case


def involved(case: Case) -> set[uuid.UUID]:
    """Memberships that had a part in the case: its advisers, past ones too, its assistants, authors of its records."""
    found = _advisers(case)
    found.update(case.assistants.values_list("membership_id", flat=True))
    found.update(pk for pk in case.records.values_list("author_id", flat=True) if pk)
    return found


def _advisers(case: Case) -> set[uuid.UUID]:
    reassigned = case.events.filter(kind="case.reassigned").values_list("data", flat=True)
    return {case.adviser_id, *(uuid.UUID(data["from"]) for data in reassigned if data.get("from"))}


def _involved_in(membership_id: uuid.UUID | None) -> Q:
    """The same test as ``involved`` as a filter on complaints."""
    case = OuterRef("case_id")
    return (
        Q(case__adviser_id=membership_id)
        | Q(Exists(CaseAssistant.objects.filter(case_id=case, membership_id=membership_id)))
        | Q(Exists(FormRecord.objects.filter(case_id=case, author_id=membership_id)))
        | Q(Exists(CaseEvent.objects.filter(case_id=case, kind="case.reassigned", data__from=str(membership_id))))
    )


def scope(who: Actor, right: str = "quality.read") -> QuerySet[Complaint]:
    """Complaints within reach: the own ones of a client; the agency's for those who handle them; an adviser sees those
    about the own cases. A complaint with a hidden name is out of reach of everybody who had a part in the case."""
    if who.kind in {"system", "job"}:
        return Complaint.objects.all()
    if who.kind in {"client", "guardian"}:
        own = right in {"quality.read", "quality.file"}
        return Complaint.objects.filter(person_id=who.person_id) if own else Complaint.objects.none()
    if who.organisation_id is None or not holds(who, right):
        return Complaint.objects.none()
    found = Complaint.objects.filter(organisation_id=who.organisation_id)
    if who.role not in HANDLERS:
        found = found.filter(case__adviser_id=who.membership_id, name_hidden=False)
    return found.exclude(Q(name_hidden=True) & _involved_in(who.membership_id))


def feedback_scope(who: Actor, right: str = "quality.read") -> QuerySet[FeedbackRequest]:
    """Feedback within reach: a client's own, the agency's for those who handle it, an adviser's own cases'."""
    none = FeedbackRequest.objects.none()
    if who.kind in {"system", "job"}:
        return FeedbackRequest.objects.all()
    if who.kind in {"client", "guardian"} and right == "quality.read":
        return FeedbackRequest.objects.filter(person_id=who.person_id)
    if who.kind == "link":
        return FeedbackRequest.objects.filter(pk=who.target) if right == "quality.read" else none
    if who.organisation_id is None or not holds(who, right):
        return none
    found = FeedbackRequest.objects.filter(case__organisation_id=who.organisation_id)
    return found if who.role in HANDLERS else found.filter(case__adviser_id=who.membership_id)


def can(who: Actor, right: str, obj: Subject | None = None) -> bool:
    if who.kind in {"system", "job"}:
        return True
    if who.kind in {"client", "guardian"}:
        own = right in {"quality.read", "quality.file"}
        return own and obj is not None and _case(obj).person_id == who.person_id
    if not holds(who, right):
        return False
    if obj is None:
        return True
    case = _case(obj)
    if case.organisation_id != who.organisation_id or not child_access(who, case.person):
        return False
    if isinstance(obj, Complaint):
        if right == "quality.handle":
            return who.membership_id not in involved(case)
        return scope(who, right).filter(pk=obj.pk).exists()
    if right == "quality.read" and who.role not in HANDLERS:
        return case.adviser_id == who.membership_id
    return True


def require(who: Actor, right: str, obj: Subject | None = None) -> None:
    """``Refused`` unless ``can``, with the reason where somebody had a part in the case."""
    if can(who, right, obj):
        return
    if isinstance(obj, Complaint) and right == "quality.handle" and holds(who, right):
        raise Refused("投诉要由没有参与这个个案的人处理，请交给另一位科长或督导")
    raise Refused("您在本机构的角色不能做这件事，或者这件事不归您处理")


def sees_name(who: Actor, request: FeedbackRequest) -> bool:
    """Whether ``who`` may learn who gave a feedback: those who handle feedback, unless it speaks of themselves."""
    if who.kind in {"system", "job"} or (who.person_id is not None and who.person_id == request.person_id):
        return True
    return can(who, "quality.handle", request) and who.membership_id not in involved(request.case)


def eligible(complaint: Complaint) -> list[Membership]:
    """Who may handle the complaint: active section heads and supervisors of the agency without a part in the case."""
    case = complaint.case
    # the same as ``involved``, within one query
    assistants, authors = case.assistants.values("membership_id"), case.records.exclude(author=None).values("author_id")
    return list(
        Membership.objects.active()
        .filter(organisation_id=complaint.organisation_id, role__in=[str(role) for role in HANDLERS])
        .exclude(Q(pk__in=_advisers(case)) | Q(pk__in=assistants) | Q(pk__in=authors))
        .select_related("user")
        .order_by("user__name", "pk")
    )
