"""What a client's file answers when eligibility is judged (see ``eligibility.sources``)."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import date
from typing import Any

from django.utils import timezone

from zhiyin.domain.clients.models import Certificate, ClientFile, Education, Work
from zhiyin.domain.eligibility.sources import AWARDS, SCHOOLS, Given, certificate_words
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.models import IdentityDocument, Person
from zhiyin.kernel.errors import DefinitionError
from zhiyin.kernel.identity import DocumentKind
from zhiyin.packs.installed import registry

NAMES = (
    "file.birth_on",
    "file.sex",
    "file.disabled",
    "file.education_level",
    "file.graduated_on",
    "file.work",
    "file.education",
    "file.certificates",
    "file.unemployed_since",
)
_DISABILITY = str(DocumentKind.DISABILITY.value)
_HIGHER = ("college", "bachelor", "master", "doctor")
_REGISTERED = ("unemployed-registered", "youth-unemployed")  # the state, and the tag that dates its beginning


def of_file(person: Person, organisation: Organisation) -> Mapping[str, Given]:
    """Birth date and sex as on the identity paper, certificate of disability, schooling, work and certificates.

    That no certificate of disability is on file says nothing: the fact stays open then. So does a list without rows.
    At most six queries.
    """
    documents: list[IdentityDocument] = list(person.documents.all())
    paper = next((one for one in documents if one.is_primary and one.kind != _DISABILITY), None)
    today = timezone.localdate()
    origin = Given(None, "proved", paper.get_kind_display(), today) if paper is not None else Given(None, "declared")
    known = {"file.birth_on": _as(origin, person.birth_date)}
    if person.sex in {"1", "2"}:
        known["file.sex"] = _as(origin, person.sex)
    certificate = next((one for one in documents if one.kind == _DISABILITY), None)
    if certificate is not None and (certificate.valid_until is None or certificate.valid_until >= today):
        known["file.disabled"] = Given(True, "proved", certificate.get_kind_display(), today)
    files = ClientFile.objects.filter(person=person, organisation=organisation)
    file = files.prefetch_related("education", "work", "certificates", "tags").first()
    if file is not None:
        known |= _schooling(file) | _lists(file) | _unemployment(file)
    return known


def _schooling(file: ClientFile) -> dict[str, Given]:
    known: dict[str, Given] = {}
    as_of = timezone.localdate(file.created_at)
    if file.education_level:
        known["file.education_level"] = Given(file.education_level, "declared", "服务档案", as_of)
    ended = [row.ended for row in file.education.all() if row.ended is not None and row.level in _HIGHER]
    past = [day for day in ended if day <= timezone.localdate()]
    if past:
        known["file.graduated_on"] = Given(max(past), "declared", "服务档案的学习经历", as_of)
    return known


def _lists(file: ClientFile) -> dict[str, Given]:
    """The lists as rows in words; as of the day on which the last row was written."""
    kept = {
        "file.work": ("服务档案的工作经历", [(row, _job(row)) for row in file.work.all()]),
        "file.education": ("服务档案的学习经历", [(row, _study(row)) for row in file.education.all()]),
        "file.certificates": ("服务档案的证书", [(row, _certificate(row)) for row in file.certificates.all()]),
    }
    return {
        name: Given(
            [told for _, told in rows],
            "declared",
            proof,
            max(timezone.localdate(row.created_at) for row, _ in rows),
        )
        for name, (proof, rows) in kept.items()
        if rows
    }


def _job(row: Work) -> dict[str, Any]:
    occupation = row.post
    if row.occupation:
        with suppress(DefinitionError):
            occupation = registry().get("occupation", row.occupation).name
    return {
        "started_on": row.started.isoformat(),
        "ended_on": row.ended.isoformat() if row.ended else None,
        "occupation": occupation,
        "other_name": occupation,
    }


def _study(row: Education) -> dict[str, Any]:
    studying = row.ended is None or row.ended > timezone.localdate()
    state = "enrolled" if studying else "graduated" if row.result == "graduated" else None
    return {
        "school": SCHOOLS.get(row.level),
        "award": AWARDS.get(row.level),
        "major": row.major,
        "major_name": row.major,
        "state": state,
        "programme": f"{row.school} {row.major}".strip(),
    }


def _certificate(row: Certificate) -> dict[str, Any]:
    return {**certificate_words(row.name), "issued_on": row.issued.isoformat() if row.issued else None}


def _unemployment(file: ClientFile) -> dict[str, Given]:
    """Since when somebody is registered: from the tag that says so, as long as the file says that it still holds."""
    state, tag = _REGISTERED
    since: list[tuple[date, str]] = [
        (row.since, row.proof) for row in file.tags.all() if row.code == tag and row.since and row.until is None
    ]
    if file.employment_status != state or not since:
        return {}
    day, proof = max(since)
    today = timezone.localdate()
    return {"file.unemployed_since": Given(day, "proved" if proof else "declared", proof or "服务档案的标签", today)}


def _as(given: Given, value: object) -> Given:
    return Given(value, given.origin, given.proof, given.as_of)
