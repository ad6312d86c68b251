"""Documents about a client that are written from questions: filled from the file, and from a case if there is one."""

from django.db.models import QuerySet

from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.casework import policies
from zhiyin.domain.casework.contexts import case_context
from zhiyin.domain.casework.models import Case
from zhiyin.domain.clients.facts import facts
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.documents import commands as documents
from zhiyin.domain.documents.building import definition_in_force
from zhiyin.domain.documents.models import Document
from zhiyin.domain.people.policies import require
from zhiyin.engines.documents.paths import Sparse
from zhiyin.kernel.dates import AgeRegime


def cases_of(who: Actor, file: ClientFile) -> QuerySet[Case]:
    """The cases of a file within reach, the latest first."""
    rows = policies.scope(who).filter(file=file).exclude(status="withdrawn")
    return rows.select_related(
        "person", "file__person", "file__organisation", "adviser__user", "organisation"
    ).order_by("-opened_at")


def draft_for(
    who: Actor, file: ClientFile, template: str, *, case: Case | None = None, title: str | None = None
) -> Document:
    """Begin a document about the client of ``file``; run inside ``acting``.

    The guardian has to sign where the kind has a line for it and the client is a minor.
    """
    require(who, "people.read", file.person)
    context = case_context(case) if case is not None else {**facts(file), "case": Sparse()}
    definition = definition_in_force(template, file.organisation)
    minor = file.person.regime() != AgeRegime.ADULT
    return documents.draft(
        file.organisation,
        file.person,
        template,
        context,
        case_id=case.pk if case is not None else None,
        title=title,
        needs_guardian=minor and any(line.role == "guardian" for line in definition.signatures),
    )
