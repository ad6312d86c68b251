"""An agency's own Word template for a kind of document: checked, kept, used from then on."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from zhiyin.domain.audit.acting import Actor, actor, command, record
from zhiyin.domain.documents import policies, steps
from zhiyin.domain.documents.building import codelists, context_of, definition_in_force, definition_of
from zhiyin.domain.documents.models import Document, Letterhead
from zhiyin.domain.files import commands as file_commands
from zhiyin.domain.files import queries as files
from zhiyin.domain.organisations.models import Organisation
from zhiyin.engines.documents.inputs import spoken
from zhiyin.engines.documents.letterhead import check_letterhead, fill_letterhead
from zhiyin.engines.documents.tree import Document as Tree
from zhiyin.kernel.errors import Invalid, Refused


@dataclass(frozen=True)
class Accepted:
    """A template that is now in use. ``unprinted`` names the required questions that it does not print."""

    letterhead: Letterhead
    unprinted: tuple[str, ...]


@command("documents.accept_letterhead")
def accept(organisation: Organisation, template: str, name: str, content: bytes) -> Accepted:
    """Keep an own Word template for the kind ``template``; the one before it is used no more.

    ``Invalid`` at ``file`` names each field that the kind does not have and whatever else speaks against it.
    """
    who = actor()
    policies.require(who, "documents.letterhead")
    if who.kind == "staff" and who.organisation_id != organisation.pk:
        raise Refused("只能设置本机构的模板")
    definition = definition_in_force(template, organisation)
    checked = check_letterhead(content, definition)
    stored = file_commands.store(organisation, name, content)
    organisation.letterheads.filter(template=template, ended_at=None).update(ended_at=timezone.now())
    letterhead = Letterhead.objects.create(
        organisation=organisation, template=template, file=stored, uploaded_by=steps.membership()
    )
    record("documents.letterhead_accepted", letterhead, template=template, digest=stored.digest)
    return Accepted(letterhead, checked.unprinted)


@command("documents.end_letterhead")
def end(letterhead: Letterhead) -> None:
    """Go back to the look of the platform."""
    who = actor()
    policies.require(who, "documents.letterhead")
    if who.kind == "staff" and who.organisation_id != letterhead.organisation_id:
        raise Refused("只能停用本机构的模板")
    letterhead.ended_at = timezone.now()
    letterhead.save(update_fields=["ended_at"])
    record("documents.letterhead_ended", letterhead)


def in_use(who: Actor) -> list[Letterhead]:
    """The own templates of the organisation of ``who``, by kind; one query."""
    policies.require(who, "documents.letterhead")
    return list(_standing(who.organisation_id).select_related("file", "uploaded_by__user").order_by("template"))


def _standing(organisation_id: object) -> QuerySet[Letterhead]:
    return Letterhead.objects.filter(organisation_id=organisation_id, ended_at=None)


def render(document: Document, tree: Tree) -> bytes | None:
    """The document in its agency's own template; None where the agency has none, or one that no longer fits.

    A template outlives changes of a kind: where a question that it prints is gone, the platform's look is used.
    """
    letterhead = _standing(document.organisation_id).select_related("file").filter(template=document.template).first()
    if letterhead is None:
        return None
    definition, context = definition_of(document), context_of(document)
    content = files.content(letterhead.file)
    try:
        check_letterhead(content, definition)
    except Invalid:
        return None
    words = spoken(definition, context["answers"], codelists(document.organisation))
    return fill_letterhead(content, tree, context, words, context["editable"])
