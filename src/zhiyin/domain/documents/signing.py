"""Signatures under a document: drawn, typed, or recorded from paper."""

import base64
from datetime import datetime

from django.utils import timezone

from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.documents import ink, policies, queries, steps
from zhiyin.domain.documents.building import content_of, definition_of
from zhiyin.domain.documents.models import Document, Signature
from zhiyin.domain.documents.states import ENDED
from zhiyin.domain.files.models import StoredFile
from zhiyin.domain.people.models import Guardian
from zhiyin.kernel import text
from zhiyin.kernel.errors import Invalid, NotReady, Refused

OF_THE_HOUSE = frozenset(
    {"adviser", "author", "drafter", "planner", "supervisor", "reviewer", "approver", "leader", "evaluator", "agency"}
)
"""Signing roles that are taken under the own name; under another, such as employer, a guest signs at the counter."""


@command("documents.sign")
def sign(
    document: Document,
    role: str,
    mode: str,
    *,
    name: str,
    image_png: bytes | str | None = None,
    scan: StoredFile | None = None,
    guardian: Guardian | None = None,
    signed_at: datetime | None = None,
    content_hash: str = "",
) -> Signature:
    """Record one signature under the present content.

    ``mode`` screen needs ``image_png`` (bytes or a data address) with ink on it, typed the exact name of the signer,
    paper a ``scan`` and may carry an earlier ``signed_at``. ``content_hash`` is that of the content shown; ``Conflict``
    when it is no longer the present one. The member of staff in whose session a client signs is kept beside it.
    """
    who = actor()
    document = steps.locked(document, "documents.sign")
    if document.state in ENDED:
        raise NotReady(f"文书{document.get_state_display()}，不能再签名")
    steps.same_content(document, content_hash)
    if not document.number:
        steps.refuse_gaps(document)
    if role not in {line.role for line in definition_of(document).signatures}:
        raise Invalid({"role": ["这份文书上没有这个签名栏"]})
    if mode not in Signature.Mode.values:
        raise Invalid({"mode": ["请选择签名方式"]})
    signed_at = _signed_at(mode, signed_at)
    _check_signer(document, role, mode, name, guardian, signed_at)
    shown = content_of(document)
    if document.signatures.filter(role=role, revoked_at=None).exists():
        raise Invalid({"role": [f"{queries.label_of(document, role)}已经签过了"]})
    signature = Signature(
        document=document,
        person=document.person,
        role=role,
        guardian=guardian if role == "guardian" else None,
        by=steps.membership() if who.kind == "staff" else None,
        name=name.strip(),
        mode=mode,
        content_hash=shown,
        signed_at=signed_at,
    )
    if mode == Signature.Mode.SCREEN:
        signature.image = base64.b64encode(ink.read(image_png or b"")).decode()
    elif mode == Signature.Mode.PAPER:
        signature.scan = _scan(document, scan)
    signature.save(force_insert=True)
    record("documents.signed", signature, document=str(document.pk), role=role, mode=mode, content=shown[:16])
    return signature


def _signed_at(mode: str, given: datetime | None) -> datetime:
    now = timezone.now()
    if given is None:
        return now
    if given > now:
        raise Invalid({"signed_at": ["签名时间不能晚于现在"]})
    if mode != Signature.Mode.PAPER and not steps.by_machine():
        raise Invalid({"signed_at": ["只有纸质签名可以补登签名时间"]})
    return given


def _check_signer(
    document: Document, role: str, mode: str, name: str, guardian: Guardian | None, signed_at: datetime
) -> None:
    who = actor()
    expected: str | None
    if role == "client":
        if who.kind == "guardian":
            raise Refused("服务对象一栏由本人签名")
        expected = document.person.name if document.person is not None else None
    elif role == "guardian":
        if who.kind in {"client", "link"}:
            raise Refused("监护人一栏由监护人签名")
        if guardian is None or document.person is None or guardian.person_id != document.person_id:
            raise Invalid({"guardian": ["请选择由哪一位监护人签名"]})
        if who.kind == "guardian" and guardian not in policies.acting_guardians(who):
            raise Refused("只能以自己的名义签名")
        if not guardian.may_decide(timezone.localdate(signed_at)):
            raise Invalid({"guardian": ["这位监护人在签名当天不能代为决定（受托照护、监护已终止，或本人已成年）"]})
        expected = guardian.name
    else:
        if who.kind not in {"staff", "system", "job"}:
            raise Refused("这一栏由服务机构签名")
        if role == "supervisor" and not policies.can(who, "documents.sign_off", document):
            raise Refused("督导一栏由督导或科长签名")
        if role == "supervisor" and policies.is_author(who, document):
            raise Refused("不能审签自己起草的文书，请换一位督导")
        # on paper a colleague may have signed; on screen it is whoever sits before it, or a guest such as an employer
        own = who.kind == "staff" and mode != Signature.Mode.PAPER and role in OF_THE_HOUSE
        expected = who.name if own else None
    if not name.strip():
        raise Invalid({"name": ["请写下签名人的姓名"]})
    if expected is not None and text.normalise(name).strip() != text.normalise(expected).strip():
        raise Invalid({"name": [f"请写与登记完全一致的姓名（{queries.label_of(document, role)}）"]})
    if len(name.strip()) > 50:
        raise Invalid({"name": ["姓名最多 50 字"]})


def _scan(document: Document, scan: StoredFile | None) -> StoredFile:
    if scan is None:
        raise Invalid({"scan": ["纸质签名请附扫描件或照片"]})
    if scan.organisation_id != document.organisation_id or scan.erased_at is not None:
        raise Invalid({"scan": ["这份扫描件不能用，请重新上传"]})
    if scan.media_type not in {"application/pdf", "image/png", "image/jpeg"}:
        raise Invalid({"scan": ["扫描件请用 PDF、PNG 或 JPG"]})
    return scan
