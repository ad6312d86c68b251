"""Writes about persons, their papers and guardians."""

import secrets
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.utils import timezone

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.audit import keys
from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.audit.reads import UNMASKED
from zhiyin.domain.files.models import StoredFile
from zhiyin.domain.people import policies, queries, registry, sealed
from zhiyin.domain.people.models import (
    SEX,
    AccessApproval,
    Guardian,
    GuardianAuthority,
    GuardianReading,
    IdentityDocument,
    Introduction,
    Person,
)
from zhiyin.kernel import crypto, identity, text
from zhiyin.kernel.errors import Conflict, Invalid

_ORIGIN = {
    identity.DocumentKind.HM_PERMIT: None,
    identity.DocumentKind.TW_PERMIT: "tw",
    identity.DocumentKind.PASSPORT_FOREIGN: "foreign",
    identity.DocumentKind.FOREIGN_PR: "foreign",
}


def check_document(kind: str, number: str) -> identity.IdentityCheck:
    """Check a paper's number by its kind's rules; ``Invalid`` at the field ``number`` with what is wrong."""
    try:
        document_kind = identity.DocumentKind(kind)
    except ValueError:
        raise Invalid({"kind": ["请选择证件类型"]}) from None
    result = identity.check(
        document_kind, number, on=timezone.localdate(), allow_demo=settings.IS_DEMO or settings.IS_TEST
    )
    if result.errors:
        raise Invalid({"number": list(result.errors)})
    return result


def _origin(kind: str, number: str) -> str:
    kind = identity.DocumentKind(kind)
    if kind == identity.DocumentKind.HM_PERMIT:
        return "hk" if number.startswith("H") else "mo"
    if kind == identity.DocumentKind.HMT_RESIDENCE:
        return {"81": "hk", "82": "mo", "83": "tw"}.get(number[:2], "mainland")
    return _ORIGIN.get(kind) or "mainland"


@command("people.create")
def create_person(
    *,
    name: str,
    kind: str,
    number: str,
    birth_date: date | None = None,
    sex: str = "",
    phone: str = "",
    email: str = "",
    address: str = "",
    region: str = "",
    valid_until: date | None = None,
    is_demo: bool = False,
) -> Person:
    """Register a person with the paper that proves who they are.

    Birth date and sex come from the number where it holds them, and must agree with what was typed. An exact number
    that is already known is refused: the caller shows the person found, never a second row for the same human being.
    """
    policies.require(actor(), "people.create")
    errors: dict[str, list[str]] = {}
    check = None
    try:
        check = check_document(kind, number)
    except Invalid as error:
        errors.update(error.errors)
    try:
        name = text.clean_name(name)
    except Invalid as error:
        errors["name"] = [message for messages in error.errors.values() for message in messages]
    if check is not None:
        if check.birth_date and birth_date and check.birth_date != birth_date:
            errors["birth_date"] = [f"与证件号里的出生日期 {check.birth_date:%Y-%m-%d} 不一致"]
        birth_date = check.birth_date or birth_date
        contained = {"male": "1", "female": "2"}.get(check.sex or "")
        if contained and sex in {"1", "2"} and contained != sex:
            errors["sex"] = ["与证件号里的性别不一致，请核对"]
        sex = contained or sex
        if sealed_exists(kind, check.number):
            errors["number"] = ["这个证件号已经登记过。请从查到的人里打开；在别的机构登记的，请本人出示查询码"]
    if sex and sex not in SEX:
        errors["sex"] = ["请选择性别"]
    if birth_date is None and check is not None:
        errors["birth_date"] = ["这种证件不含出生日期，请填写"]
    if birth_date is not None and birth_date > timezone.localdate():
        errors["birth_date"] = ["出生日期不能晚于今天"]
    contact: dict[str, str] = {}
    for field, value, cleaner in (("phone", phone, identity.check_phone), ("email", email, identity.check_email)):
        try:
            contact[field] = cleaner(value) if value.strip() else ""
        except Invalid as error:
            errors[field] = [message for messages in error.errors.values() for message in messages]
    if errors:
        raise Invalid(errors)
    assert check is not None
    assert birth_date is not None
    person = Person(name=name, birth_date=birth_date, sex=sex or "0", region=region, is_demo=is_demo)
    person.origin = _origin(kind, check.number)
    person.key_wrapped = sealed.new_key(person.pk)
    _set_name(person, name)
    _set_contact(person, {**contact, "address": address.strip()})
    person.save(force_insert=True)
    record("people.created", person, person=person)
    _introduce(person, Introduction.How.REGISTERED)
    _add_document(person, check, valid_until=valid_until, primary=True)
    return person


def _introduce(person: Person, how: Introduction.How) -> None:
    organisation_id = actor().organisation_id
    if organisation_id is not None:
        Introduction.objects.create(
            person=person, organisation_id=organisation_id, membership_id=actor().membership_id, how=how
        )


@command("people.introduce")
def introduce(*, kind: str, number: str, own_code: str) -> Person:
    """Receive a person whom another agency registered: by the exact number together with the code they hold.

    The answer to a wrong number and to a wrong code is the same, so that nobody learns who is known elsewhere.
    """
    policies.require(actor(), "people.create")
    person = queries.find_across_agencies(kind, number, own_code)
    if person is None:
        raise Invalid({"own_code": ["证件号与查询码对不上，请和本人核对后再试"]})
    _introduce(person, Introduction.How.OWN_CODE)
    record("people.introduced", person, person=person)
    return person


def sealed_exists(kind: str, number: str) -> bool:
    return IdentityDocument.objects.filter(kind=kind, lookup=sealed.lookup(number)).exists()


def _set_name(person: Person, name: str) -> None:
    person.name = name
    key = text.sort_key(name)
    person.name_key, person.name_spelling = key[:200], key.replace(" ", "")[:200]
    person.name_initials = text.initials(name)[:50]


def _set_contact(person: Person, values: Mapping[str, str]) -> None:
    if "phone" in values:
        person.phone = values["phone"] or None
        person.phone_lookup = sealed.lookup(values["phone"]) if values["phone"] else ""
    if "email" in values:
        person.email = values["email"] or None
    if "address" in values:
        person.address = values["address"] or None


def _add_document(
    person: Person, check: identity.IdentityCheck, *, valid_until: date | None, primary: bool
) -> IdentityDocument:
    document = IdentityDocument(
        person=person,
        kind=check.kind.value,
        lookup=sealed.lookup(check.number),
        masked=identity.mask(check.kind, check.number),
        warnings=list(check.warnings),
        valid_until=valid_until,
        is_primary=primary,
    )
    document.number = check.number
    if check.disability_category:
        document.details = {"category": check.disability_category, "grade": check.disability_grade}
    document.save(force_insert=True)
    record("people.document_added", document, kind=document.kind)
    return document


@command("people.add_document")
def add_document(person: Person, *, kind: str, number: str, valid_until: date | None = None) -> IdentityDocument:
    """Add a further paper, such as a disability certificate, whose embedded ID number must be the person's own."""
    policies.require(actor(), "people.edit", person)
    check = check_document(kind, number)
    known = IdentityDocument.objects.filter(kind=kind, lookup=sealed.lookup(check.number)).first()
    if known is not None:
        raise Invalid({"number": ["这个证件号已经登记过" + ("" if known.person_id == person.pk else "，属于另一个人")]})
    if check.kind == identity.DocumentKind.DISABILITY:
        own = [d.number for d in person.documents.filter(kind=identity.DocumentKind.RESIDENT_ID.value)]
        if own and check.number[:18] not in own:
            raise Invalid({"number": ["残疾人证号的前 18 位应与本人居民身份证号相同"]})
    return _add_document(person, check, valid_until=valid_until, primary=not person.documents.exists())


@command("people.change")
def change_person(person: Person, version: int, **changes: Any) -> Person:
    """Change name, sex, contact, region or proof of self-support.

    ``version`` is the one the actor opened; ``Conflict`` when somebody else saved in the meantime.
    """
    policies.require(actor(), "people.edit", person)
    stored = Person.objects.select_for_update().get(pk=person.pk)
    if stored.version != version:
        raise Conflict("这份信息刚刚被别人改过。您填的内容还在，请对照后再保存")
    errors: dict[str, list[str]] = {}
    for field, cleaner in (("name", text.clean_name), ("phone", identity.check_phone), ("email", identity.check_email)):
        if changes.get(field) or (field == "name" and field in changes):
            try:
                changes[field] = cleaner(changes[field])
            except Invalid as error:
                errors[field] = [message for messages in error.errors.values() for message in messages]
    if "sex" in changes and changes["sex"] not in SEX:
        errors["sex"] = ["请选择性别"]
    if changes.get("self_supporting_since"):
        if stored.age(changes["self_supporting_since"]) < 16:
            errors["self_supporting_since"] = ["年满 16 周岁以后才适用"]
        if not changes.get("self_supporting_proof", stored.self_supporting_proof).strip():
            errors["self_supporting_proof"] = ["请写明证明，如劳动合同、工资流水"]
    if errors:
        raise Invalid(errors)
    fields = sorted(changes)
    if "name" in changes:
        _set_name(stored, changes.pop("name"))
    _set_contact(stored, {key: changes.pop(key) for key in ("phone", "email", "address") if key in changes})
    for field, value in changes.items():
        if field not in {"sex", "region", "self_supporting_since", "self_supporting_proof"}:
            raise TypeError(f"change_person() cannot change {field}")
        setattr(stored, field, value)
    stored.version += 1
    stored.save()
    record("people.changed", stored, person=stored, fields=fields)
    return stored


@command("people.unmask")
def unmask(person: Person, field: str, reason: str, *, document: IdentityDocument | None = None) -> str:
    """Show a masked value in full: ``number`` of a document, ``phone``, ``email`` or ``address``; logged with why."""
    policies.require(actor(), "people.unmask", person)
    if len(reason.strip()) < 2:
        raise Invalid({"reason": ["请写明查看的原因"]})
    if field == "number":
        if document is None or document.person_id != person.pk:
            raise Invalid({"field": ["请指明证件"]})
        value = document.number
    elif field in {"phone", "email", "address"}:
        value = getattr(person, field)
    else:
        raise Invalid({"field": ["没有这一项"]})
    record(UNMASKED, document or person, person=person, reason=reason.strip(), field=field)
    return str(value or "")


@command("people.add_guardian")
def add_guardian(
    person: Person,
    *,
    name: str,
    relation: str,
    authority: str,
    phone: str = "",
    number: str = "",
    may_read: list[str] | None = None,
    proof: str = "",
    proof_file: StoredFile | None = None,
    started_on: date | None = None,
) -> Guardian:
    """Register a guardian of a minor with proof of the authority and what they may read."""
    policies.require(actor(), "people.edit", person)
    errors: dict[str, list[str]] = {}
    if person.age() >= 18:
        errors[""] = ["已满 18 周岁，不再登记监护人"]
    if authority not in GuardianAuthority.values:
        errors["authority"] = ["请选择监护类别"]
    if not relation.strip():
        errors["relation"] = ["请填写与本人的关系"]
    if not proof.strip():
        errors["proof"] = ["请写明凭什么确认监护关系，如户口簿、出生证明、法院文书"]
    unknown = set(may_read or []) - set(GuardianReading.values)
    if unknown:
        errors["may_read"] = ["可查阅的内容选得不对"]
    try:
        name = text.clean_name(name)
    except Invalid as error:
        errors["name"] = [message for messages in error.errors.values() for message in messages]
    contact: dict[str, str] = {}
    if phone.strip():
        try:
            contact["phone"] = identity.check_phone(phone)
        except Invalid as error:
            errors["phone"] = [message for messages in error.errors.values() for message in messages]
    if number.strip():
        try:
            contact["number"] = check_document(identity.DocumentKind.RESIDENT_ID, number).number
        except Invalid as error:
            errors["number"] = [message for messages in error.errors.values() for message in messages]
    if errors:
        raise Invalid(errors)
    guardian = Guardian(
        person=person,
        name=name,
        relation=relation.strip(),
        authority=authority,
        may_read=may_read or [],
        proof=proof.strip(),
        proof_file=proof_file,
        started_on=started_on or timezone.localdate(),
    )
    guardian.contact = contact or None
    guardian.save(force_insert=True)
    record("people.guardian_added", guardian, authority=authority, may_read=guardian.may_read)
    return guardian


@command("people.end_guardian")
def end_guardian(guardian: Guardian, reason: str, on: date | None = None) -> None:
    """End a guardian's authority before the person comes of age (death, court order, change of custody)."""
    policies.require(actor(), "people.edit", guardian.person)
    if not reason.strip():
        raise Invalid({"reason": ["请写明终止原因"]})
    guardian.ended_on, guardian.ended_reason = on or timezone.localdate(), reason.strip()
    guardian.save(update_fields=["ended_on", "ended_reason"])
    record("people.guardian_ended", guardian)


@command("people.request_child_access")
def request_child_access(person: Person, reason: str) -> AccessApproval:
    """Ask to open the file of a child under 14."""
    who = actor()
    if not policies.can(who, "people.read", person) or who.membership_id is None:
        raise Invalid("这个人不在本机构的档案里")
    if not reason.strip():
        raise Invalid({"reason": ["请写明为什么需要查阅"]})
    approval = AccessApproval.objects.create(person=person, membership_id=who.membership_id, reason=reason.strip())
    record("people.child_access_asked", approval)
    return approval


@command("people.decide_child_access")
def decide_child_access(approval: AccessApproval, granted: bool, until: date | None = None) -> None:
    """Grant or refuse; nobody decides the own request."""
    who = actor()
    policies.require(who, "people.approve_child_access", approval.person)
    if approval.membership_id == who.membership_id:
        raise Invalid("不能审批自己的申请")
    approval = AccessApproval.objects.select_for_update(of=("self",)).get(pk=approval.pk)
    if approval.decided_at is not None:
        raise Invalid("这项申请已经审批过；需要改变时请重新申请")
    if granted and (until is None or until < timezone.localdate()):
        raise Invalid({"until": ["请填写有效期，不早于今天"]})
    decider = Membership.objects.filter(pk=who.membership_id).first()
    approval.decided_by, approval.decided_at = decider, timezone.now()
    approval.granted, approval.until = granted, until if granted else None
    approval.save()
    record("people.child_access_decided", approval, granted=granted)


@command("people.issue_own_code")
def issue_own_code(person: Person) -> str:
    """A new code that only the client holds; with the exact identity number it lets another agency find the person."""
    policies.require(actor(), "people.edit", person)
    code = f"{secrets.randbelow(10**8):08d}"
    person.own_code_digest = crypto.lookup_digest(keys.lookup_key(), f"{person.pk}:{code}", keys.suite())
    person.save(update_fields=["own_code_digest"])
    record("people.own_code_issued", person, person=person)
    return code


@command("people.erase")
def erase_person(person: Person, reason: str) -> None:
    """Destroy the person's key and blank what is in clear. The log and consents keep ids only and still verify."""
    policies.require(actor(), "people.erase", person)
    if not reason.strip():
        raise Invalid({"reason": ["请写明删除的依据"]})
    person.key_wrapped = None
    _data = getattr(person, "_data_key", None)
    if _data is not None:
        del person._data_key
    person.name, person.name_key, person.name_spelling, person.name_initials = "已删除", "", "", ""
    person.phone_lookup = person.own_code_digest = person.region = ""
    person.birth_date = date(person.birth_date.year, 1, 1)
    person.phone_sealed = person.email_sealed = person.address_sealed = None
    person.erased_at = timezone.now()
    person.save()
    person.introductions.all().delete()
    person.documents.all().delete()
    for guardian in person.guardians.all():
        guardian.name, guardian.contact_sealed, guardian.proof = "已删除", None, ""
        guardian.save()
    for erase in registry.erasers():
        erase(person)
    record("people.erased", person, person=person, reason=reason.strip())
