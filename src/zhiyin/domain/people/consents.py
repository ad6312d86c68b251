"""Consent: who has to give it, whether it stands, how it is recorded and withdrawn.

Under 14 a guardian consents; from 14 to 17 the person assents and a guardian consents; an adult, or a proved
self-supporter from 16, decides alone (个人信息保护法 28、31；民法典 18).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from zhiyin.domain.audit.acting import Actor, actor, command, record
from zhiyin.domain.files.models import StoredFile
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people import policies
from zhiyin.domain.people.models import Consent, ConsentWithdrawal, Guardian, Person
from zhiyin.engines.documents import NoticeDefinition
from zhiyin.kernel.dates import AgeRegime
from zhiyin.kernel.errors import Invalid, NotReady, Refused
from zhiyin.packs.installed import registry

ADULT_NOTICE, CHILD_NOTICE = "service-privacy", "minor-privacy"


_on_change: list[Callable[[Consent, bool], None]] = []


def on_change(function: Callable[[Consent, bool], None]) -> None:
    """Register what a room above does when a consent was given (True) or withdrawn (False); part of that command."""
    _on_change.append(function)


@dataclass(frozen=True)
class Standing:
    """Whether a purpose may be pursued now. ``missing`` names in Chinese whose consent is lacking."""

    purpose: str
    missing: tuple[str, ...]
    since: datetime | None

    @property
    def holds(self) -> bool:
        return not self.missing


def notice_for(person: Person) -> NoticeDefinition:
    """The notice to show: children under 14 have their own, in simple words."""
    name = CHILD_NOTICE if person.regime() == AgeRegime.UNDER_14 else ADULT_NOTICE
    notice = registry().get("notice", name)
    assert isinstance(notice, NoticeDefinition)
    return notice


def parties(person: Person, at: datetime | None = None) -> tuple[Consent.By, ...]:
    """Whose consent is needed at a moment."""
    day = timezone.localdate(at) if at else timezone.localdate()
    return {
        AgeRegime.UNDER_14: (Consent.By.GUARDIAN,),
        AgeRegime.FROM_14_TO_17: (Consent.By.SELF, Consent.By.GUARDIAN),
        AgeRegime.ADULT: (Consent.By.SELF,),
    }[person.regime(day)]


def standing(person: Person, organisation: Organisation, purpose: str, at: datetime | None = None) -> Standing:
    return standings(person, organisation, [purpose], at)[purpose]


def standings(
    person: Person, organisation: Organisation, purposes: list[str], at: datetime | None = None
) -> Mapping[str, Standing]:
    """The standing of several purposes by one query.

    A guardian's consent given for a minor still covers what was done then, but from the eighteenth birthday on only
    the person's own consent counts.
    """
    rows = list(
        Consent.objects.standing(at)
        .filter(person=person, organisation=organisation, purpose__in=purposes)
        .select_related("guardian")
    )
    needed = parties(person, at)
    result = {}
    for purpose in purposes:
        own = [row for row in rows if row.purpose == purpose]
        given = {
            row.by
            for row in own
            if row.by == Consent.By.SELF or (row.guardian is not None and _authority_at(row.guardian, person, row))
        }
        missing = tuple(f"{party.label}同意" for party in needed if party not in given)
        result[purpose] = Standing(purpose, missing, max((row.given_at for row in own), default=None))
    return result


def _authority_at(guardian: Guardian, person: Person, row: Consent) -> bool:
    guardian.person = person
    return guardian.may_decide(timezone.localdate(row.given_at))


def require(person: Person, organisation: Organisation, purpose: str) -> None:
    """``NotReady`` naming whose consent is missing for ``purpose``."""
    state = standing(person, organisation, purpose)
    if not state.holds:
        labels = {item.value: item.label for item in notice_for(person).purposes}
        raise NotReady(
            f"“{labels.get(purpose, purpose)}”还缺{'、'.join(state.missing)}，请先告知并取得同意", list(state.missing)
        )


def _check_party(who: Actor, by: str) -> None:
    """A client answers for the own consent only, a guardian for the guardian's; staff record what either said."""
    if by not in Consent.By.values:
        raise Invalid({"by": ["请选择是谁同意的"]})
    if (who.kind == "client" and by != Consent.By.SELF) or (who.kind == "guardian" and by != Consent.By.GUARDIAN):
        raise Refused("只能由本人表示自己的同意")


@command("people.give_consent")
def give_consent(
    person: Person,
    organisation: Organisation,
    purpose: str,
    *,
    by: str,
    channel: str,
    guardian: Guardian | None = None,
    recipient: str = "",
    notice_hash: str = "",
    given_at: datetime | None = None,
    expires_at: datetime | None = None,
    evidence: StoredFile | None = None,
) -> Consent:
    """Record that a party agreed to one purpose after being shown the notice.

    ``notice_hash`` is the digest of the text that was shown; when it is no longer the text in force the consent is
    refused, because the person agreed to something else.
    """
    who = actor()
    policies.require(who, "people.consent", person)
    _check_party(who, by)
    if who.organisation_id not in {None, organisation.pk}:
        raise Refused("只能登记对本机构的同意")
    notice = notice_for(person)
    entry = next((item for item in notice.purposes if item.value == purpose), None)
    if entry is None:
        raise Invalid({"purpose": ["告知书里没有这个目的，不能就它取得同意"]})
    if notice_hash and notice_hash != notice.digest():
        raise Invalid("告知书已经更新，请重新给对方看过再同意")
    given_at = given_at or timezone.now()
    if given_at > timezone.now():
        raise Invalid({"given_at": ["同意时间不能晚于现在"]})
    if expires_at is not None and expires_at <= given_at:
        raise Invalid({"expires_at": ["有效期要晚于同意时间"]})
    if entry.recipient and not recipient.strip():
        raise Invalid({"recipient": ["向其他单位提供，须写明接收方"]})
    if by == Consent.By.GUARDIAN:
        if guardian is None or guardian.person_id != person.pk:
            raise Invalid({"guardian": ["请选择监护人"]})
        if not guardian.may_decide(timezone.localdate(given_at)):
            raise Invalid({"guardian": ["这位监护人在当天不能代为同意（受托照护、监护已终止，或本人已成年）"]})
    elif person.regime(timezone.localdate(given_at)) == AgeRegime.UNDER_14:
        raise Invalid({"by": ["未满十四周岁，由监护人同意"]})
    consent = Consent.objects.create(
        person=person,
        organisation=organisation,
        purpose=purpose,
        legal_basis=entry.legal_basis,
        notice=notice.id,
        notice_version=notice.version,
        notice_hash=notice.digest(),
        recipient=recipient.strip(),
        by=by,
        guardian=guardian if by == Consent.By.GUARDIAN else None,
        channel=channel,
        evidence=evidence,
        given_at=given_at,
        expires_at=expires_at,
    )
    record("people.consent_given", consent, purpose=purpose, by=by, notice=notice.id, version=notice.version)
    for function in _on_change:
        function(consent, True)
    return consent


@command("people.withdraw_consent")
def withdraw_consent(
    consent: Consent, *, by: str, channel: str, words: str = "", guardian: Guardian | None = None
) -> ConsentWithdrawal:
    """Withdraw, at any time and without a reason; what was done before stays lawful (PIPL 15)."""
    who = actor()
    policies.require(who, "people.consent", consent.person)
    _check_party(who, by)
    if who.organisation_id not in {None, consent.organisation_id}:
        raise Refused("只能登记撤回对本机构的同意")
    if by == Consent.By.GUARDIAN and (guardian is None or guardian.person_id != consent.person_id):
        raise Invalid({"guardian": ["请选择监护人"]})
    if by == Consent.By.SELF and consent.person.regime() == AgeRegime.UNDER_14:
        raise Invalid({"by": ["未满十四周岁，由监护人撤回"]})
    if hasattr(consent, "withdrawal"):
        raise Invalid("这项同意已经撤回")
    withdrawal = ConsentWithdrawal.objects.create(
        consent=consent,
        by=by,
        guardian=guardian,
        channel=channel,
        words=words.strip()[:300],
        withdrawn_at=timezone.now(),
    )
    record("people.consent_withdrawn", consent, purpose=consent.purpose, by=by)
    for function in _on_change:
        function(consent, False)
    return withdrawal
