"""What is known of a client as one plain mapping, by the paths that forms (``prefill``) and documents read."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from django.utils import timezone

from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.agencies.models import Staff
from zhiyin.domain.clients.models import ClientFile, Skill
from zhiyin.domain.clients.values import label, period_words
from zhiyin.domain.people.models import Person
from zhiyin.domain.people.queries import guardians_deciding
from zhiyin.kernel.dates import AgeRegime, chinese_date
from zhiyin.kernel.identity import DocumentKind, mask_phone

_DISABILITY = str(DocumentKind.DISABILITY.value)


class CaseLike(Protocol):
    """What the facts say of a case; the casework app has it."""

    number: str
    opened_at: datetime
    service_kind: str
    adviser: Membership


def facts(file: ClientFile, case: CaseLike | None = None) -> dict[str, Any]:
    """Facts of ``file``: ``person``, ``file``, ``agency``, ``adviser``, ``guardian`` and, when given, ``case``.

    Columns that a form asks by code (``file.education_level``, ``groups`` …) hold the code, with the Chinese label
    under ``…_label``; rows hold what a document prints, with the code under ``level_code``. Dates of rows are ISO
    dates, other dates are written out. The adviser is the case's, or else the file's. Confidential blocks are not among
    the facts, except the disability's name where the client wants it in the report.
    """
    person = file.person
    result: dict[str, Any] = {
        "person": _person(person, file),
        "file": _file(file),
        "agency": _agency(file),
        "adviser": adviser_facts(case.adviser if case is not None else file.adviser),
        "guardian": _guardian(person),
    }
    if case is not None:
        result["case"] = {
            "number": case.number,
            "opened_on": chinese_date(timezone.localdate(case.opened_at)),
            "service_kind": case.service_kind,
            "service_label": label("service-kind", case.service_kind),
        }
    return result


def _person(person: Person, file: ClientFile) -> dict[str, Any]:
    documents = list(person.documents.all())
    primary = next((document for document in documents if document.is_primary), None)
    return {
        "name": person.name,
        "sex": person.sex,
        "sex_label": person.sex_label,
        "birth_date": chinese_date(person.birth_date),
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


def _file(file: ClientFile) -> dict[str, Any]:
    groups = list(dict.fromkeys([*file.groups, *_standing_tags(file)]))

    skills = list(file.skills.all())
    return {
        "number": file.number,
        "opened_on": chinese_date(file.opened_on),
        "education_level": file.education_level,
        "education_level_label": label("education-level", file.education_level),
        "employment_status": file.employment_status,
        "employment_status_label": label("employment-status", file.employment_status),
        "hukou_kind": file.hukou_kind,
        "hukou_kind_label": label("hukou-kind", file.hukou_kind),
        "hukou_place": file.hukou_place,
        "groups": groups,
        "groups_label": "、".join(label("client-group", code) for code in groups),
        "hobbies": file.hobbies,
        "education": [
            {
                "period": period_words(row.started, row.ended),
                "school": row.school,
                "major": row.major,
                "level": label("education-level", row.level),
                "level_code": row.level,
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
            {"name": row.name, "level": label("skill-mastery", row.level), "level_code": row.level}
            for row in skills
            if row.kind == Skill.Kind.SKILL
        ],
        "knowledge": [{"subject": row.name} for row in skills if row.kind == Skill.Kind.KNOWLEDGE],
        "experience": [{"name": row.name} for row in skills if row.kind == Skill.Kind.EXPERIENCE],
        "certificates": [
            {
                "name": row.name,
                "date": row.issued.isoformat() if row.issued else "",
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


def adviser_facts(membership: Membership | None) -> dict[str, Any]:
    """Name, grade and the certificate in force of the person behind a membership, as documents print them."""
    if membership is None:
        return {"name": "", "level": "", "certificate": ""}
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
