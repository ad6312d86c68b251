"""Documents about an employer: what they are filled with, and how one is begun."""

from collections.abc import Mapping
from typing import Any

from zhiyin.domain.audit.acting import actor, command, record
from zhiyin.domain.documents import commands as documents
from zhiyin.domain.documents.building import definition_in_force
from zhiyin.domain.documents.models import Document
from zhiyin.domain.employers import policies, queries
from zhiyin.domain.employers.models import EmployerFile
from zhiyin.kernel.errors import Invalid

EMPLOYER = Document.Subject.EMPLOYER.value


def paper_context(file: EmployerFile) -> dict[str, Any]:
    """``employer`` in words, as paper prints it: nature and industry by name, ``size`` the headcount ("" when unknown),
    posts with ``post`` beside ``title``. The other keys are those of ``queries.facts``.
    """
    employer = queries.facts(file)["employer"]
    in_words = {
        "nature": employer["nature_label"],
        "industry": employer["industry_label"],
        "size": employer["headcount"],
        "posts": [{**row, "post": row["title"]} for row in employer["posts"]],
    }
    return {"employer": {**employer, **in_words}}


@command("employers.draft_paper")
def draft_paper(
    file: EmployerFile,
    template: str,
    *,
    context: Mapping[str, Any] | None = None,
    answers: Mapping[str, Any] | None = None,
    title: str | None = None,
) -> Document:
    """Begin a document of a kind that is about employers, filled from the file.

    Grades and rights are the documents' own. ``Invalid`` at ``about`` for a kind about somebody else.
    """
    policies.require(actor(), "employers.read", file)
    if definition_in_force(template, file.organisation).subject != EMPLOYER:
        raise Invalid({"about": ["这种文书不是关于用人单位的"]})
    document = documents.draft(
        file.organisation,
        None,
        template,
        {**paper_context(file), **(context or {})},
        about=documents.About(EMPLOYER, file.name, file.pk),
        answers=answers,
        title=title,
    )
    record("employers.paper_drafted", file, document=str(document.pk), template=template)
    return document
