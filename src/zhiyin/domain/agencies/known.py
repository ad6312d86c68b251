"""What the record of one of the staff answers when a grade is tried (see ``eligibility.sources``)."""

from collections.abc import Mapping

from django.utils import timezone

from zhiyin.domain.agencies.models import Staff
from zhiyin.domain.eligibility.sources import AWARDS, SCHOOLS, Given, certificate_words

GUIDANCE = "职业指导师"
"""The work of the professionals of an agency, as the lists of related occupations call it."""


def of_staff(staff: Staff) -> Mapping[str, Given]:
    """Certificates with number and day, education with its proof, and the work here since the day of entry. One query.

    The record names no earlier work; where it holds no certificate the fact stays open.
    """
    today = timezone.localdate()
    job = {
        "started_on": staff.started_on.isoformat(),
        "ended_on": staff.ended_on.isoformat() if staff.ended_on else None,
        "occupation": GUIDANCE if staff.kind == "consultant" else None,
    }
    known = {"file.work": Given([job], "matched", "本机构的人员登记，只有在本机构的工作", today)}
    if AWARDS.get(staff.education):
        row = {"school": SCHOOLS.get(staff.education), "award": AWARDS[staff.education], "state": "graduated"}
        origin = Given([row], "declared", "人员登记的学历", today)
        if staff.education_proof:
            origin = Given([row], "proved", staff.education_proof, today)
        known["file.education"] = origin
    rows = list(staff.certificates.all())
    if rows:
        held = [{**certificate_words(row.name, row.level), "issued_on": row.issued_on.isoformat()} for row in rows]
        proof = "、".join(f"{row.name}{f' {row.number}' if row.number else ''}" for row in rows)[:80]
        known["file.certificates"] = Given(held, "proved", proof, today)
    return known
