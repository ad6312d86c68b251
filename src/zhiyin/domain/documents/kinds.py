"""The kinds of documents that an organisation works with: what each is for, who may draft it, its filled example."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db.models import Count
from django.utils import timezone

from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.documents import policies
from zhiyin.domain.documents.agreements import grade_of, rule_words
from zhiyin.domain.documents.building import codelists, definition_in_force, packs_of
from zhiyin.domain.documents.models import ArchiveClass, Document
from zhiyin.domain.documents.states import IN_FORCE, LEVELS
from zhiyin.domain.organisations.models import Organisation
from zhiyin.engines.documents import DocumentDefinition, clean_answers
from zhiyin.engines.documents.build import build, check
from zhiyin.engines.documents.definition import Responsible
from zhiyin.engines.documents.excel import render_xlsx
from zhiyin.engines.documents.html import render_html
from zhiyin.engines.documents.inputs import spoken
from zhiyin.engines.documents.letterhead import check_letterhead, fill_letterhead
from zhiyin.engines.documents.pdf import render_pdf
from zhiyin.engines.documents.tree import Document as Tree
from zhiyin.engines.documents.word import render_docx
from zhiyin.engines.forms import CodeList
from zhiyin.kernel.errors import DefinitionError, Invalid
from zhiyin.packs.installed import registry
from zhiyin.packs.models import CaseFile
from zhiyin.packs.sources import read_yaml

NO_CLASS = "其他"


@dataclass(frozen=True)
class Kind:
    """One kind as its gallery shows it. ``drafts``, ``reviews`` and ``approves`` name who takes the step, "" where it
    is not needed (for drafts: anybody who may write). ``refused`` says why the reader may not begin one, "" when they
    may. ``own_room``: drafted from the data of a case, not from questions. ``issued`` counts those in force.
    """

    id: str
    title: str
    about: str
    archive_class: str
    class_label: str
    subject: str
    subject_label: str
    drafts: str
    reviews: str
    approves: str
    clauses: tuple[str, ...]
    refused: str
    own_room: bool
    issued: int = 0


@dataclass(frozen=True)
class Filters:
    words: str = ""
    archive_class: str = ""
    subject: str = ""
    mine: bool = False

    @property
    def narrowed(self) -> bool:
        return self != Filters()


def kinds(who: Actor, organisation: Organisation, filters: Filters | None = None) -> list[Kind]:
    """The kinds on offer, by class and title; two queries."""
    filters = filters or Filters()
    level = grade_of(who)
    counts = dict(
        policies.scope(who)
        .filter(state__in=[*IN_FORCE])
        .values_list("template")
        .annotate(number=Count("pk"))
        .values_list("template", "number")
    )
    found = [_kind(who, level, definition, counts) for definition in packs_of(organisation).all("document")]
    order = {value: index for index, value in enumerate(ArchiveClass.values)}
    return sorted(
        (kind for kind in found if _fits(kind, filters)),
        key=lambda kind: (order.get(kind.archive_class, len(order)), kind.title),
    )


def kind(who: Actor, organisation: Organisation, template: str) -> Kind:
    """One kind; ``Invalid`` at ``template`` for one that is not on offer."""
    definition = definition_in_force(template, organisation)
    return _kind(who, grade_of(who), definition, {})


def _kind(who: Actor, level: int | None, definition: DocumentDefinition, counts: Mapping[str, int]) -> Kind:
    return Kind(
        id=definition.id,
        title=definition.title,
        about=definition.about,
        archive_class=definition.class_ or "",
        class_label=str(ArchiveClass(definition.class_).label) if definition.class_ else NO_CLASS,
        subject=definition.subject or Document.Subject.CLIENT.value,
        subject_label=str(Document.Subject(definition.subject or "client").label),
        drafts=_words(definition.drafts),
        reviews=_words(definition.reviews),
        approves=_words(definition.approves),
        clauses=tuple(definition.serves),
        refused=_refused(who, level, definition),
        own_room=not definition.inputs(),
        issued=counts.get(definition.id, 0),
    )


def _words(rule: Responsible | None) -> str:
    return rule_words(rule) if rule is not None else ""


def _refused(who: Actor, level: int | None, definition: DocumentDefinition) -> str:
    if not policies.can(who, "documents.write"):
        return "您的角色不起草文书"
    if definition.drafts is None or definition.drafts.allows(level, who.role):
        return ""
    own = f"您登记的等级是{LEVELS[level]}" if level in LEVELS else "您还没有登记职业等级"
    return f"由{rule_words(definition.drafts)}起草，{own}"


def _fits(kind: Kind, filters: Filters) -> bool:
    words = filters.words.casefold().split()
    said = f"{kind.title} {kind.about} {' '.join(kind.clauses)} {kind.id}".casefold()
    return (
        all(word in said for word in words)
        and filters.archive_class in {"", kind.archive_class}
        and filters.subject in {"", kind.subject}
        and not (filters.mine and (kind.refused or kind.own_room))
    )


# -- examples ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Example:
    """The data of an example and what it still lacks; ``lacks`` is empty for one that is complete."""

    name: str
    context: Mapping[str, Any]
    lacks: tuple[str, ...]


def examples(organisation: Organisation | None, template: str) -> tuple[list[Example], list[Example]]:
    """The complete examples that the packs bring for a kind and the ones that are refused, the first ones first."""
    definition, lists = definition_in_force(template, organisation), codelists(organisation)
    complete: list[Example] = []
    refused: list[Example] = []
    for file in _case_files(template):
        complete += [_example(definition, lists, case.name, case.input) for case in file.passing]
        refused += [_example(definition, lists, case.name, case.input) for case in file.failing]
    return complete, refused


def _case_files(template: str) -> list[CaseFile]:
    found = []
    for pack in registry().packs:
        path = pack.folder / "cases" / f"document-{template}.yaml"
        if path.is_file():
            source, findings = read_yaml(path)
            if not findings:
                found.append(CaseFile.model_validate(source.data))
    return found


def _example(
    definition: DocumentDefinition, lists: Mapping[str, CodeList], name: str, given: Mapping[str, Any]
) -> Example:
    today = timezone.localdate()
    context = {"today": today, **given}
    try:
        context["answers"] = clean_answers(definition, given.get("answers") or {}, lists, today=today)
    except Invalid as fault:
        labels = {field.id: field.label for field in definition.inputs()}
        told = [
            f"{labels.get(place.partition('[')[0], place)}：{message}"
            for place, messages in fault.errors.items()
            for message in messages
        ]
        unfit = {place.partition("[")[0] for place in fault.errors}
        left = {name: value for name, value in (given.get("answers") or {}).items() if name not in unfit}
        context["answers"] = clean_answers(
            definition, {name: value for name, value in left.items() if name in labels}, lists, today=today
        )
        return Example(name, context, tuple(told))
    return Example(name, context, tuple(gap.message for gap in check(definition, context)))


def example_tree(organisation: Organisation | None, template: str, example: Example) -> Tree:
    """An example as a draft on the paper of the organisation's own definition."""
    try:
        return build(
            definition_in_force(template, organisation),
            example.context,
            number="",
            issued_on=None,
            check_url="",
            check_code="",
            status="draft",
            codelists=codelists(organisation),
        )
    except DefinitionError as fault:
        raise Invalid({"template": [f"样例与本机构的定义对不上：{fault}"]}) from fault


def example_html(organisation: Organisation | None, template: str, example: Example) -> str:
    """An example as a piece of a page."""
    return render_html(example_tree(organisation, template, example))


def example_file(organisation: Organisation, template: str, fmt: Literal["pdf", "docx", "xlsx"]) -> bytes:
    """The first complete example as a file; ``Invalid`` at ``template`` for a kind without one."""
    tree = example_tree(organisation, template, _first(organisation, template))
    if fmt == "docx":
        return render_docx(tree)
    if fmt == "xlsx":
        return render_xlsx(tree)
    return render_pdf(tree, timestamp=timezone.now(), author=organisation.name)


def example_in(organisation: Organisation, template: str, letterhead: bytes) -> bytes:
    """The first complete example in an own Word template; ``Invalid`` at ``file`` names its faults."""
    check_letterhead(letterhead, definition_in_force(template, organisation))
    example = _first(organisation, template)
    definition = definition_in_force(template, organisation)
    words = spoken(definition, example.context["answers"], codelists(organisation))
    tree = example_tree(organisation, template, example)
    return fill_letterhead(letterhead, tree, example.context, words, example.context.get("editable") or {})


def _first(organisation: Organisation, template: str) -> Example:
    complete, _ = examples(organisation, template)
    if not complete:
        raise Invalid({"template": ["这种文书还没有样例"]})
    return complete[0]


@dataclass(frozen=True)
class Guidance:
    """How to write one section: the guidance, and what is asked in it with its help."""

    id: str
    title: str
    text: str
    asked: Sequence[tuple[str, str, bool]]
    required: bool


def guidance(organisation: Organisation | None, template: str) -> list[Guidance]:
    """What the kind asks, section by section: label, help and whether it is required."""
    definition = definition_in_force(template, organisation)
    found = []
    for section in definition.sections:
        asked = [
            (field.label, field.help, field.required)
            for block in section.blocks
            for field in getattr(block, "inputs", ())
        ]
        asked += [
            (block.label, block.guidance, block.required) for block in section.blocks if hasattr(block, "editable")
        ]
        found.append(
            Guidance(section.id, section.title, section.guidance, asked, section.id in definition.required_elements)
        )
    return found


def letterhead_fields(organisation: Organisation | None, template: str) -> list[tuple[str, str]]:
    """The fields that an own Word template of this kind may print: the name between the braces, and what it stands for.

    A table is given as its loop and the names within it.
    """
    definition = definition_in_force(template, organisation)
    found = [
        ("title", "题名"),
        ("number", "文号"),
        ("issued_on", "出具日期"),
        ("agency.name", "机构名称"),
        ("author.name", "起草人"),
        ("seal", "公章"),
        ("qr", "核验二维码"),
    ]
    for field in definition.inputs():
        if field.type == "rows":
            columns = "、".join(f"row.{column.id}" for column in field.columns)
            found.append((f"for row in answers.{field.id}：{columns}", f"{field.label}（表格）"))
        else:
            found.append((f"answers.{field.id}", field.label))
    found += [(f"texts.{block.editable.replace('-', '_')}", block.label) for block in definition.editables()]
    return found + [
        (f"said.{section.id.replace('-', '_')}", f"“{section.title}”整节") for section in definition.sections
    ]
