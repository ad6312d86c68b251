"""Definition and data → :class:`~zhiyin.engines.documents.tree.Document`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal
from xml.etree import ElementTree

from zhiyin.engines.documents import definition as d
from zhiyin.engines.documents import inputs
from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.paths import Sparse, as_list, clean, interpolate, placeholders, resolve, show
from zhiyin.kernel.errors import DefinitionError

_IN_TEXT = f"（{t.MISSING}）"
_IN_CELL = "—"
_SVG_ELEMENTS = frozenset(
    {"svg", "g", "defs", "title", "desc", "path", "line", "polyline", "polygon", "circle", "ellipse", "rect", "text"}
    | {"tspan", "pattern", "clipPath", "marker", "linearGradient", "radialGradient", "stop", "symbol", "use"}
)

Context = Mapping[str, object]


@dataclass(frozen=True)
class Gap:
    """Something that must be written before issue. ``section`` and ``block`` are ids; ``block`` is "" for a whole
    section.
    """

    section: str
    block: str
    message: str


def build(
    definition: d.DocumentDefinition,
    context: Context,
    *,
    number: str,
    issued_on: date | None,
    check_url: str,
    check_code: str,
    status: t.Status = "draft",
    codelists: inputs.CodeLists | None = None,
    seal: t.Seal | None = None,
) -> t.Document:
    """The tree that every renderer prints.

    ``context`` is plain data (mappings, lists, values). ``context["editable"]`` maps an editable's id to the
    adviser's text; ``context["answers"]`` the id of an input to its stored value; ``context["signatures"]`` a role to
    ``{"name", "signed_on", "image"}`` (each optional, image as PNG bytes). All three may be absent, and so may what
    :func:`completed` adds. ``codelists`` explains codes that the definition does not explain itself. Raises
    DefinitionError, naming document and section, when a path leads nowhere or a chart is not plain SVG.
    """
    builder = _Builder(definition, context, codelists)
    context = builder.spoken
    sections = tuple(builder.sections())
    with _Where(definition):
        return t.Document(
            definition=definition.id,
            version=definition.version,
            title=definition.title,
            subtitle=interpolate(definition.subtitle, context) or interpolate(_issuer(definition), context),
            sections=sections,
            signatures=tuple(_signatures(definition, builder.context)),
            footer=interpolate(definition.footer, context),
            number=number,
            issued_on=issued_on,
            check_url=check_url,
            check_code=check_code,
            status=status,
            layout=definition.layout,
            seal=seal,
        )


def check(definition: d.DocumentDefinition, context: Context) -> list[Gap]:
    """What still keeps this document from being issued, in reading order; empty when nothing does.

    A required section that is not shown (its ``when`` is false) is no gap. A section counts as empty when every block
    that carries data is; fixed text alone fills only a section that has nothing else. Raises DefinitionError as
    :func:`build` does.
    """
    gaps = []
    builder = _Builder(definition, context)
    for section, shown in builder.pairs():
        carrying = [(source, block) for source, block in shown if _carries_data(source)]
        filled = [pair for pair in carrying if pair[1] is not None and _filled(*pair, builder.spoken)]
        if section.id in definition.required_elements and not filled and (carrying or not shown):
            gaps.append(Gap(section.id, "", f"“{section.title}”还没有内容"))
        for source, block in shown:
            if isinstance(source, d.EditableBlock) and source.required and not _filled(source, block, builder.spoken):
                gaps.append(Gap(section.id, source.editable, f"“{section.title}”里的“{source.label}”还没有写"))
        asking = {id(source): source for source, _ in shown if isinstance(source, d.InputsBlock)}
        for source in asking.values():  # one block of questions may have become several on the page
            for name, message in inputs.open_questions(source, builder.answers, builder.asked):
                gaps.append(Gap(section.id, name, f"“{section.title}”里的{message}"))
    return gaps


def starting_texts(definition: d.DocumentDefinition, context: Context) -> dict[str, str]:
    """Text to open each editor with: what the adviser saved, else the text at ``prefill``, else "". By editable id."""
    saved = _saved(context)
    texts = {}
    with _Where(definition):
        for block in definition.editables():
            started = show(resolve(block.prefill, context), block.prefill) if block.prefill else ""
            texts[block.editable] = clean(saved[block.editable]) if saved.get(block.editable) is not None else started
    return texts


def asked_texts(definition: d.DocumentDefinition, context: Context) -> set[str]:
    """Ids of the texts that the adviser may write in this context, written yet or not."""
    return {
        source.editable
        for _, shown in _Builder(definition, context).pairs()
        for source, _block in shown
        if isinstance(source, d.EditableBlock)
    }


def shown_sections(definition: d.DocumentDefinition, context: Context) -> list[str]:
    """Ids of the sections whose condition holds in this context, in order."""
    return [section.id for section, _ in _Builder(definition, context).pairs()]


_ALWAYS: dict[str, tuple[str, ...]] = {
    "agency": ("name", "code", "address", "phone"),
    "author": ("name", "level"),
    "employer": ("name", "uscc", "address", "contact"),
}
_OF_SUBJECT = {"client": ("person", "case", "file"), "employer": ("employer",)}


def completed(definition: d.DocumentDefinition, context: Context) -> dict[str, object]:
    """``context`` with the names that a document of its subject may always speak of, as missing data where not given.

    ``answers`` for every document; for one that names its ``subject`` also ``today``, ``agency`` (name, code, address,
    phone) and ``author`` (name, level), for a client ``person``, ``case`` and ``file``, for an employer ``employer``
    (name, uscc, address, contact).
    """
    answers = context.get("answers") or {}
    if not isinstance(answers, Mapping):
        raise DefinitionError("answers 应当是“问题 → 答案”的对应表")
    full: dict[str, object] = {**context, "answers": Sparse(answers)}
    if definition.subject is None:
        return full
    full.setdefault("today", None)
    for name in ("agency", "author", *_OF_SUBJECT.get(definition.subject, ())):
        given = full.get(name)
        if given is None or (isinstance(given, Mapping) and name not in _ALWAYS):
            full[name] = Sparse(given or {})
        elif isinstance(given, Mapping):
            full[name] = {**dict.fromkeys(_ALWAYS[name]), **given}
    return full


def _issuer(definition: d.DocumentDefinition) -> str:
    """The line under the title where the definition's own says nothing: whose document it is."""
    return "{{ agency.name }}" if definition.subject is not None else ""


class _Where:
    """Adds document and section to a DefinitionError, so that the author of the pack finds the place."""

    def __init__(self, definition: d.DocumentDefinition, section: d.SectionDefinition | None = None) -> None:
        self.place = f"文书 {definition.id}（第 {definition.version} 版）"
        if section is not None:
            self.place += f"，章节 {section.id}“{section.title}”"

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if isinstance(error, DefinitionError):
            raise DefinitionError(f"{self.place}：{error}") from error


def _holds(condition: str | None, context: Context) -> bool:
    if condition is None:
        return True
    path = condition.removeprefix("not ").strip()
    return bool(resolve(path, context)) != condition.startswith("not ")


def _saved(context: Context) -> Mapping[str, str]:
    saved = context.get("editable") or {}
    if not isinstance(saved, Mapping):
        raise DefinitionError("editable 应当是“块 → 文字”的对应表")
    return saved


def _all_missing(template: str, context: Context) -> bool:
    paths = placeholders(template)
    return bool(paths) and all(not show(resolve(path, context), path) for path in paths)


class _Builder:
    """``context`` holds the answers as stored, for conditions; ``spoken`` holds them in words, for the page."""

    def __init__(
        self, definition: d.DocumentDefinition, context: Context, codelists: inputs.CodeLists | None = None
    ) -> None:
        self.definition = definition
        self.codelists = codelists or {}
        with _Where(definition):
            self.context = completed(definition, context)
            self.answers: Mapping[str, Any] = self.context["answers"]  # type: ignore[assignment]
            words = inputs.spoken(definition, self.answers, self.codelists)
        self.spoken = {**self.context, "answers": words}
        self.asked = inputs.asked(definition, self.answers)
        self.figures = 0
        self.tables = 0

    def pairs(self) -> Iterator[tuple[d.SectionDefinition, list[tuple[d.Block, t.Block | None]]]]:
        """Each shown section with its shown blocks, resolved; ``None`` for a chart without data."""
        for section in self.definition.sections:
            with _Where(self.definition, section):
                if _holds(section.when, self.context):
                    shown = [block for block in section.blocks if _holds(block.when, self.context)]
                    yield section, [pair for block in shown for pair in self._resolve(block)]

    def sections(self) -> Iterator[t.Section]:
        count = 0
        for section, shown in self.pairs():
            blocks = tuple(block for _, block in shown if block is not None)
            if blocks or section.id in self.definition.required_elements:
                count += 1
                yield t.Section(section.id, t.chinese_numeral(count), section.title, blocks)

    def _resolve(self, block: d.Block) -> list[tuple[d.Block, t.Block | None]]:
        if isinstance(block, d.TextBlock):
            texts = [interpolate(text, self.spoken, missing=_IN_TEXT) for text in block.paragraphs]
            return [(block, t.Paragraph(text)) for text in texts]
        if isinstance(block, d.FieldsBlock):
            items = [self._item(item) for item in block.fields if _holds(item.when, self.context)]
            return [(block, t.Fields(tuple(items), block.columns))] if items else []
        if isinstance(block, d.TableBlock):
            return [(block, self._table(block.table))]
        if isinstance(block, d.ListBlock):
            return [(block, self._list(block.list))]
        if isinstance(block, d.ChartBlock):
            return [(block, self._chart(block))]
        if isinstance(block, d.NoticeBlock):
            title = interpolate(block.notice.title, self.spoken, missing=_IN_TEXT)
            text = interpolate(block.notice.text, self.spoken, missing=_IN_TEXT)
            return [(block, t.Notice(block.notice.tone, title, text))]
        if isinstance(block, d.InputsBlock):
            blocks = inputs.printed(block, self.answers, self.asked, self.codelists, self.tables)
            self.tables += sum(isinstance(made, t.Table) for made in blocks)
            return [(block, made) for made in blocks] or [(block, None)]
        written = clean(_saved(self.spoken).get(block.editable) or "")
        paragraphs = tuple(line.strip() for line in written.split("\n") if line.strip())
        if not paragraphs and not block.required:
            return [(block, None)]  # a heading over nothing would read as if something had been forgotten
        return [(block, t.Editable(block.editable, block.label, paragraphs))]

    def _item(self, item: d.LabelledValue) -> t.FieldItem:
        missing = _all_missing(item.value, self.spoken) or not item.value.strip()
        value = t.MISSING if missing else interpolate(item.value, self.spoken).strip()
        return t.FieldItem(item.label, value, missing)

    def _table(self, spec: d.TableSpec) -> t.Table:
        rows = []
        for scope in self._rows(spec.rows):
            cells = [
                _IN_CELL if _all_missing(column.value, scope) else interpolate(column.value, scope, missing=_IN_CELL)
                for column in spec.columns
            ]
            rows.append(tuple(cells))
        caption = interpolate(spec.caption, self.spoken, missing=_IN_TEXT)
        self.tables += bool(caption)
        columns = tuple(
            t.Column(column.label, column.width, column.align, self._kind(column.value, spec.rows))
            for column in spec.columns
        )
        return t.Table(columns, tuple(rows), spec.empty, caption, self.tables if caption else 0)

    def _kind(self, template: str, rows: str) -> Literal["text", "number", "date"]:
        paths = placeholders(template)
        if len(paths) != 1 or template.strip() != template or not template.startswith("{{") or template[-2:] != "}}":
            return "text"
        values = [value for scope in self._rows(rows) if (value := resolve(paths[0], scope)) is not None]
        if values and all(type(value) is date for value in values):
            return "date"
        numbers = all(isinstance(value, int | float | Decimal) and not isinstance(value, bool) for value in values)
        return "number" if values and numbers else "text"

    def _list(self, spec: d.ListSpec) -> t.ItemList:
        items = []
        for scope in self._rows(spec.items):
            missing = _all_missing(spec.value, scope)
            text = t.MISSING if missing else interpolate(spec.value, scope, missing=_IN_TEXT)
            detail = "" if _all_missing(spec.detail, scope) else interpolate(spec.detail, scope, missing=_IN_TEXT)
            items.append(t.ListItem(text, detail))
        return t.ItemList(tuple(items), spec.numbered, spec.empty)

    def _rows(self, path: str) -> Iterator[dict[str, object]]:
        for row in as_list(path, self.spoken):
            # rows of a form leave unanswered columns out, so an absent name is missing data here
            yield {**self.spoken, "row": _Row(row) if isinstance(row, Mapping) else row}

    def _chart(self, block: d.ChartBlock) -> t.Chart | None:
        found = resolve(block.chart, self.spoken)
        if found is None:
            return None
        parts: Mapping[str, Any]
        parts = found if isinstance(found, Mapping) else {name: getattr(found, name, None) for name in _CHART}
        try:
            svg, title, summary, table = (parts[name] for name in _CHART)
            rows = tuple(tuple(show(cell, block.chart) for cell in row) for row in table)
            texts = [clean(text) for text in (svg, title, summary)]
        except (KeyError, TypeError, AttributeError):
            raise DefinitionError(f"路径“{block.chart}”指向的不是图表（要有 svg、title、summary、table）") from None
        _check_svg(texts[0], block.chart)
        self.figures += 1
        caption = interpolate(block.caption, self.spoken, missing=_IN_TEXT) or texts[1]
        return t.Chart(texts[0], texts[1], texts[2], rows, caption, self.figures)


_CHART = ("svg", "title", "summary", "table")


class _Row(dict[str, object]):
    def __missing__(self, key: str) -> None:
        return None


def _check_svg(svg: str, path: str) -> None:
    """The picture goes into a page as it is, so it may hold shapes and text only: no script, no handler, no outside
    link.
    """
    fault = DefinitionError(f"路径“{path}”的图表不是单纯的 SVG 图形")
    if "<!" in svg:  # no entities, no document type
        raise fault
    try:
        root = ElementTree.fromstring(svg)  # noqa: S314  a document type, where entities could be declared, is refused above
    except ElementTree.ParseError:
        raise fault from None
    for element in root.iter():
        namespace, _, name = element.tag.rpartition("}")
        if name not in _SVG_ELEMENTS or namespace not in {"{http://www.w3.org/2000/svg", ""}:
            raise fault
        for attribute, value in element.attrib.items():
            short = attribute.rpartition("}")[2].lower()
            outside = "url(" in value.replace("url(#", "") or (short == "href" and not value.startswith("#"))
            if outside or short.startswith("on"):
                raise fault


def _carries_data(block: d.Block) -> bool:
    if isinstance(block, d.TextBlock):
        return any(placeholders(text) for text in block.paragraphs)
    return not isinstance(block, d.NoticeBlock)


def _filled(source: d.Block, block: t.Block | None, context: Context) -> bool:
    if isinstance(source, d.TextBlock):
        return any(not _all_missing(text, context) for text in source.paragraphs if placeholders(text))
    if isinstance(block, t.Fields):
        return any(not item.missing for item in block.items)
    if isinstance(block, t.Table):
        return bool(block.rows)
    if isinstance(block, t.ItemList):
        return bool(block.items)
    if isinstance(block, t.Editable):
        return bool(block.paragraphs)
    return block is not None


def _signatures(definition: d.DocumentDefinition, context: Context) -> Iterator[t.Signature]:
    given = context.get("signatures") or {}
    if not isinstance(given, Mapping):
        raise DefinitionError("signatures 应当是“角色 → 签名”的对应表")
    for line in definition.signatures:
        if not _holds(line.when, context):
            continue
        entry = given.get(line.role) or {}
        signed_on = entry.get("signed_on")
        image = entry.get("image")
        yield t.Signature(line.role, line.label, show(entry.get("name")), signed_on, image)
