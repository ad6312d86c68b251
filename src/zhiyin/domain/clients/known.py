"""What a client's file answers when eligibility is judged (see ``eligibility.sources``)."""

from collections.abc import Mapping

from django.utils import timezone

from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.eligibility.sources import Given
from zhiyin.domain.organisations.models import Organisation
from zhiyin.domain.people.models import IdentityDocument, Person
from zhiyin.kernel.identity import DocumentKind

NAMES = ("file.birth_on", "file.sex", "file.disabled", "file.education_level", "file.graduated_on")
_DISABILITY = str(DocumentKind.DISABILITY.value)
_HIGHER = ("college", "bachelor", "master", "doctor")


def of_file(person: Person, organisation: Organisation) -> Mapping[str, Given]:
    """Birth date and sex as on the identity paper, certificate of disability, schooling. Three queries at most.

    That no certificate of disability is on file says nothing: the fact stays open then.
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
    file = ClientFile.objects.filter(person=person, organisation=organisation).prefetch_related("education").first()
    if file is not None:
        known |= _schooling(file)
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


def _as(given: Given, value: object) -> Given:
    return Given(value, given.origin, given.proof, given.as_of)
