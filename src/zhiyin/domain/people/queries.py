"""Reads about persons."""

import uuid
from dataclasses import dataclass
from datetime import date

from django.db.models import F, Q, QuerySet

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.queries import staff_actor
from zhiyin.domain.audit import keys
from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.people import policies, sealed
from zhiyin.domain.people.models import AccessApproval, Consent, Guardian, IdentityDocument, Person
from zhiyin.kernel import crypto, identity, text
from zhiyin.kernel.errors import Invalid


@dataclass(frozen=True)
class LookAlike:
    """Somebody who may be the same person, and why."""

    person: Person
    why: tuple[str, ...]
    exact: bool


def look_alikes(
    who: Actor, *, name: str, birth_date: date | None, number: str = "", phone: str = ""
) -> list[LookAlike]:
    """Persons within reach who may be the one about to be registered, surest first (at most eight).

    Same number is exact; same phone, same name with the same birth date, and names that differ by one character with
    the same birth date are shown for a human to judge.
    """
    within = policies.scope(who, "people.read")
    condition = Q(pk__in=[])
    if number.strip():
        found = IdentityDocument.objects.filter(lookup=sealed.lookup(identity.normalise_number(number)))
        condition |= Q(pk__in=found.values("person"))
    phone_digest = _phone_digest(phone)
    if phone_digest:
        condition |= Q(phone_lookup=phone_digest)
    if birth_date is not None:
        condition |= Q(birth_date=birth_date)
    condition |= Q(name=text.normalise(name))
    number_digest = sealed.lookup(identity.normalise_number(number)) if number.strip() else ""
    result = []
    for person in within.filter(condition, erased_at=None).prefetch_related("documents")[:200]:
        why: list[str] = []
        exact = bool(number_digest) and any(document.lookup == number_digest for document in person.documents.all())
        if exact:
            why.append("证件号相同")
        if phone_digest and person.phone_lookup == phone_digest:
            why.append("手机号相同")
        if birth_date == person.birth_date and _near(name, person.name):
            why.append("姓名相同或只差一字，出生日期相同")
        elif name == person.name:
            why.append("姓名相同")
        if why:
            result.append(LookAlike(person, tuple(why), exact))
    result.sort(key=lambda found: (not found.exact, -len(found.why), found.person.name_key))
    return result[:8]


def _phone_digest(phone: str) -> str:
    """Digest of a phone number however it was typed; "" when it is none."""
    try:
        return sealed.lookup(identity.check_phone(phone))
    except Invalid:
        return ""


def _near(first: str, second: str) -> bool:
    """Equal, or of equal length with one character different, or with the same pinyin."""
    if first == second or text.sort_key(first) == text.sort_key(second):
        return True
    return len(first) == len(second) and sum(a != b for a, b in zip(first, second, strict=True)) == 1


def find_across_agencies(kind: str, number: str, own_code: str) -> Person | None:
    """The person of another agency, only by the exact number together with the code the client holds."""
    document = IdentityDocument.objects.filter(
        kind=kind, lookup=sealed.lookup(identity.normalise_number(number))
    ).first()
    if document is None:
        return None
    person = document.person
    digest = crypto.lookup_digest(keys.lookup_key(), f"{person.pk}:{own_code.strip()}", keys.suite())
    return person if person.own_code_digest and person.own_code_digest == digest else None


def guardians_deciding(person: Person, on: date) -> list[Guardian]:
    """Guardians who can consent for the person on ``on``."""
    return [guardian for guardian in person.guardians.all() if guardian.may_decide(on)]


def consents_given(person: Person, organisation_id: uuid.UUID | None) -> list[Consent]:
    """What was agreed to at a body, newest first, with the withdrawal where there is one; one query."""
    found = Consent.objects.filter(person=person, organisation_id=organisation_id)
    return list(found.select_related("withdrawal", "guardian", "organisation", "person").order_by("-given_at"))


def access_requests(who: Actor, person: Person) -> list[AccessApproval]:
    """What a member of staff asked about a child's file so far, newest first; one query."""
    return list(AccessApproval.objects.filter(person=person, membership_id=who.membership_id).order_by("-asked_at"))


def access_requests_to_decide(who: Actor) -> QuerySet[AccessApproval]:
    """Requests of the own agency's staff for children's files, undecided first, then newest; persons within reach."""
    persons = policies.scope(who, "people.approve_child_access")
    found = AccessApproval.objects.filter(
        person__in=persons.values("pk"), membership__organisation_id=who.organisation_id
    ).select_related("person", "membership__user", "decided_by__user")
    return found.order_by(F("decided_at").desc(nulls_first=True), "-asked_at")


def search(persons: QuerySet[Person], words: str) -> QuerySet[Person]:
    """Narrow ``persons`` by a name, its pinyin or initials, or an exact number or phone."""
    words = text.normalise(words).strip()
    if not words:
        return persons
    digits = identity.normalise_number(words)
    if len(digits) >= 8 and any(char.isdigit() for char in digits):
        digest = sealed.lookup(digits)
        found = Q(documents__lookup=digest)
        if phone := _phone_digest(words):
            found |= Q(phone_lookup=phone)
        return persons.filter(found).distinct()
    if words.isascii():
        letters = words.lower().replace(" ", "").replace("'", "")
        return persons.filter(Q(name_spelling__startswith=letters) | Q(name_initials__startswith=letters))
    return persons.filter(name__contains=words)


def actor_for(membership: Membership) -> Actor:
    """The actor of a chosen role; a client's carries the person it stands for."""
    who = staff_actor(membership)
    if who.kind != "client":
        return who
    person = Person.objects.filter(user_id=membership.user_id).values_list("pk", flat=True).first()
    return Actor(**{**who.__dict__, "person_id": person})


def person_actor(person: Person, organisation_id: uuid.UUID, *, kind: str = "client") -> Actor:
    """The client (or a guardian of the client) acting in person, by link or at the counter."""
    return Actor(
        kind=kind,
        id=f"person:{person.pk}",
        name=person.name,
        role=kind,
        organisation_id=organisation_id,
        person_id=person.pk,
    )
