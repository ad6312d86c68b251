"""The service agreement: drafted from the file, signed by each party, revoked by a later change."""

from collections.abc import Mapping
from datetime import datetime

from django.utils import timezone

from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.casework import policies
from zhiyin.domain.casework.contexts import case_context
from zhiyin.domain.casework.events import machine_time, record_event
from zhiyin.domain.casework.models import Case, CasePaper
from zhiyin.domain.documents import commands as documents
from zhiyin.domain.documents import queries as document_queries
from zhiyin.domain.documents.models import Document, Signature
from zhiyin.domain.documents.states import IN_FORCE, State
from zhiyin.domain.files.models import StoredFile
from zhiyin.domain.people.models import Guardian
from zhiyin.kernel.dates import AgeRegime
from zhiyin.kernel.errors import Conflict, Invalid, NotReady
from zhiyin.kernel.serves import serves

TEMPLATE = "service-agreement"
EVENT_OF_ROLE = {
    "client": "agreement.signed_client",
    "guardian": "agreement.signed_guardian",
    "agency": "agreement.signed_agency",
}

# the lines under the document: the responsible adviser signs for the agency
SLOTS = {"client": "client", "guardian": "guardian", "agency": "adviser"}
LABELS = {"client": "服务对象", "guardian": "监护人", "agency": "服务机构"}


def signers(case: Case) -> list[str]:
    """Roles that must sign: client and agency, and a guardian for a minor."""
    minor = case.person.regime(timezone.localdate(case.opened_at)) != AgeRegime.ADULT
    return ["client", *(["guardian"] if minor else []), "agency"]


def missing_signers(case: Case, document: Document) -> list[str]:
    """The parties that have not signed the present text."""
    missing = document_queries.missing_signatures(document, [SLOTS[role] for role in signers(case)])
    return [role for role in signers(case) if SLOTS[role] in missing]


def agreement_of(case: Case) -> Document | None:
    """The agreement that stands, drafted or signed."""
    paper = (
        CasePaper.objects.filter(case=case, step="agreement")
        .exclude(document__state=State.REVOKED)
        .select_related("document__person", "document__organisation")
        .order_by("-document__created_at")
        .first()
    )
    return paper.document if paper else None


@serves("SVC-5.2-1", "SVC-5.2-2")
@command("casework.draft_agreement")
def draft_agreement(
    case: Case, *, editable: Mapping[str, str] | None = None, happened_at: datetime | None = None
) -> Document:
    """Draft the agreement from the file and the survey."""
    policies.require(actor(), "casework.work", case)
    if agreement_of(case) is not None:
        raise Invalid("已经有一份服务协议，请在那一份上修改")
    document = documents.draft(
        case.organisation,
        case.person,
        TEMPLATE,
        case_context(case),
        case_id=case.pk,
        needs_guardian="guardian" in signers(case),
        happened_at=machine_time(happened_at),
    )
    if editable:
        document = documents.change(document, document.version, editable=dict(editable))
    CasePaper.objects.create(case=case, step="agreement", document=document)
    record_event(case, "agreement.drafted", happened_at=happened_at, data={"document": str(document.pk)})
    return document


@command("casework.change_agreement")
def change_agreement(
    case: Case, version: int, *, editable: Mapping[str, str], happened_at: datetime | None = None
) -> Document:
    """Change the text. Signatures already given fall: each party has to sign the new text.

    An agreement already in force is superseded by a new draft; the old one stays as it was signed.
    """
    policies.require(actor(), "casework.work", case)
    document = agreement_of(case)
    if document is None:
        raise NotReady("还没有服务协议，请先拟稿", ["agreement.drafted"])
    if document.version != version:
        raise Conflict("这份协议刚刚被别人改过。您写的内容还在，请对照后再保存")
    if document.state in IN_FORCE:
        document = documents.supersede(document, happened_at=machine_time(happened_at))
        CasePaper.objects.create(case=case, step="agreement", document=document)
    elif document.state == State.SIGNING:
        document = documents.return_(document, "内容要改，收回重签", happened_at=machine_time(happened_at))
    document = documents.change(document, document.version, context=case_context(case), editable=dict(editable))
    record_event(
        case,
        "agreement.changed",
        happened_at=happened_at,
        data={"document": str(document.pk), "revoked": document.revoked_signatures},
    )
    return document


@command("casework.offer_agreement")
def offer_agreement(case: Case) -> Document:
    """Show the drafted agreement to the client (and the guardian) in their own pages, to be read and signed there."""
    policies.require(actor(), "casework.work", case)
    document = agreement_of(case)
    if document is None:
        raise NotReady("还没有服务协议，请先拟稿", ["agreement.drafted"])
    document = documents.send_for_signing(document)
    record("casework.agreement_offered", case, document=str(document.pk))
    return document


@command("casework.sign_agreement")
def sign_agreement(
    case: Case,
    role: str,
    mode: str,
    *,
    name: str,
    image_png: bytes | None = None,
    scan: StoredFile | None = None,
    guardian: Guardian | None = None,
    signed_at: datetime | None = None,
    content_hash: str = "",
    check_base: str = "",
) -> Signature:
    """One party signs the text as it stands; ``content_hash`` is that of the text shown.

    ``check_base``: see :func:`zhiyin.domain.documents.commands.issue`.

    The client signs in person, on the own phone or at the counter in front of the adviser. ``agency`` is signed last,
    by the responsible adviser for the agency: with it the agreement is in force, numbered and archived.
    """
    who = actor()
    if who.kind in {"client", "guardian"}:
        policies.require(who, "casework.read", case)
        if role != ("guardian" if who.kind == "guardian" else "client"):
            raise Invalid({"role": ["只能签自己的一栏"]})
    else:
        policies.require(who, "casework.work", case)
    if role not in signers(case):
        raise Invalid({"role": ["这份协议不需要这一方签名"]})
    document = agreement_of(case)
    if document is None:
        raise NotReady("还没有服务协议，请先拟稿", ["agreement.drafted"])
    if document.state in IN_FORCE:
        raise Invalid("协议已经签好生效")
    others = [LABELS[other] for other in missing_signers(case, document) if other != "agency"]
    if role == "agency" and others:
        raise NotReady(f"请{'和'.join(others)}先签，机构最后签；机构签好，协议就生效", others)
    signature = documents.sign(
        document,
        SLOTS[role],
        mode,
        name=name,
        image_png=image_png,
        scan=scan,
        guardian=guardian,
        signed_at=signed_at,
        content_hash=content_hash,
    )
    record_event(case, EVENT_OF_ROLE[role], happened_at=signed_at, data={"document": str(document.pk), "mode": mode})
    if role == "agency":
        documents.issue(
            document,
            require_signatures=[SLOTS[party] for party in signers(case)],
            check_base=check_base,
            happened_at=machine_time(signed_at),
        )
        record("casework.agreement_in_force", case, document=str(document.pk))
    return signature
