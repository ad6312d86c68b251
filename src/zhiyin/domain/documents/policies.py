"""Who may see, write, approve, sign and revoke documents.

Staff: those of the own organisation; what is about nobody in particular also the front desk reads. The person
concerned: what was issued and what waits for a signature. A guardian: of these, what the registration of the guardian
allows, and what the guardian has to sign.
"""

import uuid
from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils import timezone

from zhiyin.domain.accounts.roles import CASE_STAFF, DESK_STAFF, Role, declare, holds
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.documents.models import Document
from zhiyin.domain.documents.states import State
from zhiyin.domain.people import policies as people
from zhiyin.domain.people.models import Guardian, GuardianReading
from zhiyin.kernel.dates import AgeRegime
from zhiyin.kernel.errors import Refused

declare("documents.read", "查看文书", CASE_STAFF | {Role.CLIENT})
declare("documents.write", "起草和修改文书", {Role.ADVISER, Role.SUPERVISOR, Role.SECTION_HEAD})
declare("documents.sign_off", "审签文书", {Role.SUPERVISOR, Role.SECTION_HEAD})
declare("documents.issue", "出具和交付文书", {Role.ADVISER, Role.SUPERVISOR, Role.SECTION_HEAD})
declare("documents.sign", "签名或登记签名", CASE_STAFF | {Role.CLIENT})
declare("documents.revoke", "作废文书", {Role.ADVISER, Role.SUPERVISOR, Role.SECTION_HEAD})

declare("documents.read_agency", "查看机构自身的文书", DESK_STAFF)
declare("documents.agree", "审核、审定文书", CASE_STAFF)
declare("documents.remark", "批注文书", CASE_STAFF)
declare("documents.keep_seal", "保管公章图样", {Role.SECTION_HEAD})
declare("documents.seal", "加盖公章", {Role.SECTION_HEAD, Role.SUPERVISOR})
declare("documents.archive", "归档、立卷和借阅", DESK_STAFF)
declare("documents.close_volume", "封卷", {Role.SECTION_HEAD})
declare("documents.export", "导出文书台账", {Role.SECTION_HEAD, Role.SUPERVISOR})
declare("documents.letterhead", "设置自有 Word 模板", {Role.SECTION_HEAD, Role.SYSTEM_ADMIN})

_OUTSIDERS = frozenset({"client", "guardian", "link"})
_OUTSIDERS_MAY = frozenset({"documents.read", "documents.sign"})
_SHOWN = Q(state=State.SIGNING) | ~Q(number="")


def acting_guardians(who: Actor) -> list[Guardian]:
    """The guardians that ``who`` may be: the one named by an id ``guardian:<pk>``, else all of the person.

    Only those whose authority is in force today, and none once the person is of age.
    """
    guardians: Iterable[Guardian] = Guardian.objects.filter(person_id=who.person_id).select_related("person")
    kind, _, key = who.id.partition(":")
    today = timezone.localdate()
    return [
        guardian
        for guardian in guardians
        if (kind != "guardian" or str(guardian.pk) == key)
        and guardian.started_on <= today
        and (guardian.ended_on is None or today < guardian.ended_on)
        and guardian.person.regime(today) != AgeRegime.ADULT
    ]


def reading_kind(template: str) -> str:
    """What a guardian's registration calls this template: the last word of its id (``service-plan`` is ``plan``)."""
    word = template.rpartition("-")[2]
    return word if word in GuardianReading.values else ""


def _of_guardian(who: Actor) -> Q:
    guardians = acting_guardians(who)
    if not guardians:
        return Q(pk__in=[])
    # where the actor stands for "a guardian" only, what each of them may read
    allowed = set.intersection(*(set(guardian.may_read) for guardian in guardians))
    mine = Q(pk__in=[])
    for word in allowed:
        mine |= Q(template=word) | Q(template__endswith=f"-{word}")
    if any(guardian.may_decide(timezone.localdate()) for guardian in guardians):
        mine |= Q(state=State.SIGNING, needs_guardian=True)
    return mine


def scope(who: Actor, right: str = "documents.read") -> QuerySet[Document]:
    """The documents that ``who`` reaches with ``right``."""
    if who.kind in {"system", "job"}:
        return Document.objects.all()
    if who.kind in _OUTSIDERS:
        if right not in _OUTSIDERS_MAY:
            return Document.objects.none()
        shown = Document.objects.filter(_SHOWN)
        if who.organisation_id is not None:
            shown = shown.filter(organisation_id=who.organisation_id)
        if who.kind == "link":
            return shown.filter(pk=_uuid(who.target))
        shown = shown.filter(person_id=who.person_id)
        return shown if who.kind == "client" else shown.filter(_of_guardian(who))
    if who.organisation_id is None:
        return Document.objects.none()
    own = Document.objects.filter(organisation_id=who.organisation_id)
    if holds(who, right):
        return own
    if right == "documents.read" and holds(who, "documents.read_agency"):
        return own.filter(person=None)
    return Document.objects.none()


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def can(who: Actor, right: str, document: Document | None = None) -> bool:
    """Whether ``who`` may; a document about a child under 14 also needs the approval that the child's file needs."""
    if who.kind in {"system", "job"}:
        return True
    if document is None:
        return who.kind not in _OUTSIDERS and holds(who, right)
    if who.kind in _OUTSIDERS:
        return scope(who, right).filter(pk=document.pk).exists()
    if document.organisation_id != who.organisation_id:
        return False
    if right == "documents.read" and document.person is None and holds(who, "documents.read_agency"):
        return True
    if not holds(who, right):
        return False
    if right == "documents.revoke" and who.role == Role.ADVISER and not is_author(who, document):
        return False
    return document.person is None or people.child_access(who, document.person)


def is_author(who: Actor, document: Document) -> bool:
    """Whether the same human being wrote it, in whatever role."""
    return document.author is not None and document.author.user_id == who.user_id


def require(who: Actor, right: str, document: Document | None = None) -> None:
    """``Refused`` unless ``can``."""
    if can(who, right, document):
        return
    own = document is not None and who.kind == "staff" and document.organisation_id == who.organisation_id
    child = document.person if document is not None else None
    if own and child is not None and not people.child_access(who, child):
        raise Refused("未满十四周岁儿童的文书须经科长批准才能查阅，请先申请")
    raise Refused("您在本机构的角色不能做这件事，或者这份文书不归您查看")
