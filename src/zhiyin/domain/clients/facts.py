"""What is known of a client as one plain mapping, by the paths that forms (``prefill``) and documents read."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from zhiyin.domain.agencies.models import Staff
from zhiyin.domain.clients.models import ClientFile, Skill
from zhiyin.domain.clients.queries import period_words
from zhiyin.domain.clients.values import label
from zhiyin.domain.people.models import Person
from zhiyin.domain.people.queries import guardians_deciding
from zhiyin.kernel.dates import AgeRegime, chinese_date
from zhiyin.kernel.identity import DocumentKind, mask_phone

_DISABILITY = str(DocumentKind.DISABILITY.value)


def facts(file: ClientFile, case: Mapping[str, Any] | None = None, *, words: bool = False) -> dict[str, Any]:
    """Facts of ``file``: ``person``, ``file``, ``agency``, ``adviser``, ``guardian`` and, when given, ``case``.

    Forms take codes and ISO dates; with ``words`` coded columns hold their Chinese labels and dates are written out, as
    documents print them. Either way ``…_label`` keys are there. ``case`` is what the caller knows of a case, as plain
    values (number, opened_on, service_kind, service_label); a date in it is written like the others. Confidential
    blocks are not among the facts, except the disability's name where the client wants it in the report.
    """
    person = file.person
    result: dict[str, Any] = {
        "person": _person(person, file, words),
        "file": _file(file, words),
        "agency": _agency(file),
        "adviser": _adviser(file),
        "guardian": _guardian(person),
    }
    if case is not None:
        result["case"] = {
            key: _day(value, words) if hasattr(value, "isoformat") else value for key, value in case.items()
        }
    return result


def _day(value: Any, words: bool) -> str:
    if value is None:
        return ""
    day = timezone.localdate(value) if hasattr(value, "hour") else value
    return chinese_date(day) if words else str(day.isoformat())


def _person(person: Person, file: ClientFile, words: bool) -> dict[str, Any]:
    documents = list(person.documents.all())
    primary = next((document for document in documents if document.is_primary), None)
    return {
        "name": person.name,
        "sex": person.sex,
        "sex_label": person.sex_label,
        "birth_date": _day(person.birth_date, words),
        "age": person.age(),
        "id_masked": primary.masked if primary else "",
        "id_label": primary.get_kind_display() if primary else "",
        "phone_masked": mask_phone(person.phone) if person.phone else "",
        "residence": person.address or "",
        "needs_guardian": person.regime() != AgeRegime.ADULT,
        "is_minor": person.age() < 18,
        "disability_label": _disability(documents, file.health),
    }


def _disability(documents: list[Any], health: Mapping[str, Any] | None) -> str | None:
    """Category and grade of the certificate, only where the client agreed that a report names it."""
    if not health or not health.get("in_report"):
        return None
    certificate = next((document for document in documents if document.kind == _DISABILITY), None)
    details = certificate.details if certificate else None
    if not details:
        return health.get("disability") or None
    category = label("disability-category", str(details["category"]))
    return f"{category} {label('disability-grade', str(details['grade']))}"


def _file(file: ClientFile, words: bool) -> dict[str, Any]:
    groups = list(dict.fromkeys([*file.groups, *_standing_tags(file)]))

    def coded(codelist: str, code: str) -> str:
        return label(codelist, code) if words else code

    skills = list(file.skills.all())
    return {
        "number": file.number,
        "opened_on": _day(file.opened_on, words),
        "education_level": coded("education-level", file.education_level),
        "education_level_label": label("education-level", file.education_level),
        "employment_status": coded("employment-status", file.employment_status),
        "employment_status_label": label("employment-status", file.employment_status),
        "hukou_kind": coded("hukou-kind", file.hukou_kind),
        "hukou_kind_label": label("hukou-kind", file.hukou_kind),
        "hukou_place": file.hukou_place,
        "groups": [coded("client-group", code) for code in groups],
        "groups_label": "、".join(label("client-group", code) for code in groups),
        "hobbies": file.hobbies,
        "education": [
            {
                "period": period_words(row.started, row.ended),
                "school": row.school,
                "major": row.major,
                "level": label("education-level", row.level),
                "result": label("study-result", row.result),
            }
            for row in file.education.all()
        ],
        "work": [
            {
                "period": period_words(row.started, row.ended),
                "employer": row.employer,
                "post": row.post,
                "duty": row.duties,
                "occupation": row.occupation,
                "nature": label("work-nature", row.nature),
            }
            for row in file.work.all()
        ],
        "skills": [
            {"name": row.name, "level": coded("skill-mastery", row.level), "kind": row.get_kind_display()}
            for row in skills
            if row.kind == Skill.Kind.SKILL
        ],
        "knowledge": [{"subject": row.name} for row in skills if row.kind == Skill.Kind.KNOWLEDGE],
        "experience": [{"name": row.name} for row in skills if row.kind == Skill.Kind.EXPERIENCE],
        "certificates": [
            {
                "name": row.name,
                "date": _day(row.issued, words),
                "number": row.number,
                "kind": label("certificate-kind", row.kind),
            }
            for row in file.certificates.all()
        ],
        "wishes": [
            {
                "title": row.title,
                "occupation": row.occupation,
                "strength": row.strength,
                "reason": row.reason,
                "place": row.place,
                "pay_min": row.pay_min,
            }
            for row in file.wishes.all()
        ],
    }


def _standing_tags(file: ClientFile) -> list[str]:
    today = timezone.localdate()
    return [tag.code for tag in file.tags.all() if tag.until is None or tag.until >= today]


def _agency(file: ClientFile) -> dict[str, Any]:
    body = file.organisation
    return {
        "name": body.name,
        "short": body.short_name,
        "code": body.code,
        "address": body.address,
        "phone": body.phone,
        "complaint_phone": body.complaint_phone,
        "opening_hours": body.opening_hours,
        "licence": body.licence,
        "is_free": body.is_free,
    }


def _adviser(file: ClientFile) -> dict[str, Any]:
    return adviser_facts(file.adviser) if file.adviser is not None else {"name": "", "level": "", "certificate": ""}


def adviser_facts(membership: Any) -> dict[str, Any]:
    """Name, grade and the certificate in force of the person behind a membership, as documents print them."""
    staff = (
        Staff.objects.prefetch_related("certificates")
        .filter(user_id=membership.user_id, organisation_id=membership.organisation_id)
        .first()
    )
    certificate = ""
    if staff is not None:
        today = timezone.localdate()
        held = [row for row in staff.certificates.all() if row.valid_until is None or row.valid_until >= today]
        if held:
            best = min(held, key=lambda row: (row.level or 9, -row.issued_on.toordinal()))
            certificate = f"{best.name} {best.number}".strip()
    return {"name": membership.user.name, "level": staff.level_label if staff else "", "certificate": certificate}


def _guardian(person: Person) -> dict[str, Any] | None:
    if person.regime() == AgeRegime.ADULT:
        return None
    deciding = guardians_deciding(person, timezone.localdate())
    if not deciding:
        return None
    first = deciding[0]
    phone = (first.contact or {}).get("phone", "")
    return {"name": first.name, "relation": first.relation, "phone_masked": mask_phone(phone) if phone else ""}
