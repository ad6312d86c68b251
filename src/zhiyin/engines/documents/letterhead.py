"""An agency's own Word template (自家红头模板): checked before it is accepted, then filled instead of our own look.

The language inside a template is cut down to fields, ``if`` and ``for`` over rows: no calculation, no calls, no names
beginning with an underscore, at most two loops inside each other. So what a template can cost is bounded by the
document that it prints, and what it can reach is what the document says.

Fields: ``title number issued_on footer subtitle check_code check_url``, ``agency.… author.… today``,
``employer.… person.… case.… file.…`` by subject, ``answers.<question>`` (rows by ``for row in answers.<question>``),
``texts.<editable>``, ``said.<section>`` (a whole section as text), ``signatures.<role>.name`` and ``.signed_on``, and
the pictures ``seal`` and ``qr``. A hyphen in an id is written as an underscore.
"""

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import segno
from docx.opc.exceptions import PackageNotFoundError
from docx.shared import Mm
from docxtpl import DocxTemplate, InlineImage  # type: ignore[import-untyped]
from jinja2 import TemplateError, nodes
from jinja2.sandbox import SandboxedEnvironment

from zhiyin.engines.documents import tree as t
from zhiyin.engines.documents.compare import parts
from zhiyin.engines.documents.definition import DocumentDefinition
from zhiyin.engines.documents.paths import show
from zhiyin.engines.documents.word import fixed_times
from zhiyin.kernel.errors import Invalid

MOST_BYTES, MOST_UNPACKED, MOST_PARTS, MOST_TEMPLATE = 5_000_000, 40_000_000, 400, 400_000
"""Bounds of an uploaded file: bytes, bytes unpacked, parts, and characters of one part that is filled."""

_DEEPEST_LOOPS = 2
_FILTERS = frozenset({"default", "d", "length", "join"})
_TESTS = frozenset({"defined", "none"})
_PLAIN = (
    nodes.Template | nodes.Output | nodes.TemplateData | nodes.Const | nodes.If | nodes.CondExpr | nodes.Compare
    | nodes.Operand | nodes.Not | nodes.And | nodes.Or
)  # fmt: skip
_FACTS = {
    "agency": ("name", "code", "address", "phone"),
    "author": ("name", "level"),
    "employer": ("name", "uscc", "address", "contact"),
    "person": ("name", "sex_label", "birth_date", "age", "id_masked", "id_label", "phone_masked", "residence"),
    "case": ("number", "opened_on", "service_label"),
    "file": ("number", "opened_on", "education_level_label", "employment_status_label", "groups_label", "hobbies"),
}
_OF_SUBJECT = {"client": ("person", "case", "file"), "employer": ("employer",)}

Shape = Any
"""None for a value, a mapping for something with names, ``_Rows`` for rows of a table."""


@dataclass(frozen=True)
class _Rows:
    row: Mapping[str, Shape]


@dataclass(frozen=True)
class Checked:
    """``fields`` that a template prints; ``unprinted``: labels of required questions that it leaves out."""

    fields: tuple[str, ...]
    unprinted: tuple[str, ...]


def check_letterhead(data: bytes, definition: DocumentDefinition) -> Checked:
    """Read a template for documents of ``definition``.

    ``Invalid`` at ``file`` names everything that keeps it from being accepted: what it is not, what is too large, tags
    that are not allowed, and every field that documents of this kind do not have.
    """
    _check_package(data)
    found: dict[str, None] = {}
    faults: dict[str, None] = {}
    sources = [*_sources(data)]
    for source in sources:
        try:
            tree = _environment().parse(source)
        except TemplateError:
            raise Invalid({"file": ["模板里的标签写得不对，请检查花括号、if 和 for 是不是都成对"]}) from None
        _Reader(found, faults).walk(tree, _shape(definition), 0)
    if not found and not faults:
        faults["模板里没有任何字段，例如 {{ title }}"] = None
    if faults:
        raise Invalid({"file": list(faults)})
    unprinted = tuple(
        field.label
        for section in definition.sections
        for block in section.blocks
        for field in getattr(block, "inputs", ())
        if field.required and f"answers.{field.id}" not in found and f"said.{_name(section.id)}" not in found
    )
    return Checked(tuple(found), unprinted)


def fill_letterhead(
    data: bytes,
    document: t.Document,
    context: Mapping[str, object],
    words: Mapping[str, object],
    texts: Mapping[str, str],
) -> bytes:
    """The Word file: a checked template filled with a document. Same input, same bytes.

    ``context`` is the document's data (agency, person …), ``words`` its answers as printed, ``texts`` the adviser's
    texts by id. What is missing reads 未填写.
    """
    template = DocxTemplate(io.BytesIO(data))
    template.init_docx()
    values: dict[str, Any] = {
        name: _printed(context.get(name)) for name in ("today", *_FACTS) if context.get(name) is not None
    }
    said: dict[str, list[str]] = {}
    for part in parts(document):
        said.setdefault(_name(part.section), []).append(f"{part.label}：{part.text}" if part.label else part.text)
    values |= {
        "title": document.title,
        "number": document.number,
        "issued_on": show(document.issued_on),
        "subtitle": document.subtitle,
        "footer": document.footer,
        "check_code": document.check_code,
        "check_url": document.check_url,
        "answers": dict(words),
        "texts": {_name(key): text for key, text in texts.items()},
        "said": {key: "\n".join(lines) for key, lines in said.items()},
        "signatures": {
            _name(line.role): {"name": line.name, "signed_on": show(line.signed_on)} for line in document.signatures
        },
        "seal": InlineImage(template, io.BytesIO(document.seal.image), width=Mm(42)) if document.seal else " ",
        "qr": InlineImage(template, io.BytesIO(_qr(document.check_url)), width=Mm(22)) if document.check_url else " ",
    }
    try:
        template.render(values, jinja_env=_environment(), autoescape=True)
    except TemplateError:
        raise Invalid({"file": ["模板套不上这份文书，请重新上传模板"]}) from None
    core = template.docx.core_properties
    core.title, core.identifier, core.language = document.title, document.number, "zh-CN"
    out = io.BytesIO()
    template.save(out)
    return fixed_times(out.getvalue())


def _name(key: str) -> str:
    return key.replace("-", "_")


def _qr(url: str) -> bytes:
    buffer = io.BytesIO()
    segno.make(url, error="m", micro=False).save(buffer, kind="png", scale=8, border=0)
    return buffer.getvalue()


def _printed(value: object) -> object:
    if isinstance(value, Mapping):
        return {key: _printed(item) for key, item in value.items() if isinstance(key, str)}
    if isinstance(value, list | tuple):
        return "、".join(show(item) for item in value if not isinstance(item, Mapping | list | tuple))
    return show(value) if not hasattr(value, "svg") else ""


def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(
        autoescape=True, finalize=lambda value: t.MISSING if value is None or value == "" else value
    )


def _check_package(data: bytes) -> None:
    """Refuse what is no plain Word file, holds programs or reaches outside, or unpacks to more than it should."""
    if len(data) > MOST_BYTES:
        raise Invalid({"file": [f"模板最大 {MOST_BYTES // 1_000_000} MB"]})
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            entries = package.infolist()
            # the directory may lie about sizes, so unpacking is counted as well
            if len(entries) > MOST_PARTS or sum(entry.file_size for entry in entries) > MOST_UNPACKED:
                raise Invalid({"file": ["模板解开后太大，请删去图片和多余内容"]})
            names = {entry.filename for entry in entries}
            left = MOST_UNPACKED
            for entry in entries:
                with package.open(entry) as stream:
                    part = stream.read(left + 1)
                left -= len(part)
                if left < 0:
                    raise Invalid({"file": ["模板解开后太大，请删去图片和多余内容"]})
                _check_part(entry.filename, part)
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError):
        raise Invalid({"file": ["这不是 Word（docx）文件"]}) from None
    if "word/document.xml" not in names:
        raise Invalid({"file": ["这不是 Word（docx）文件"]})


def _check_part(name: str, part: bytes) -> None:
    lower = name.lower()
    if ".." in name or name.startswith(("/", "\\")):
        raise Invalid({"file": ["模板文件的结构不正常"]})
    if lower.endswith(".bin") or "/embeddings/" in lower or "/activex/" in lower:
        raise Invalid({"file": ["模板里不能有宏、控件或嵌入的对象"]})
    if lower.endswith((".xml", ".rels")):
        if b"<!DOCTYPE" in part or b"<!ENTITY" in part:
            raise Invalid({"file": ["模板文件的结构不正常"]})
        if lower.endswith(".rels") and b'TargetMode="External"' in part and b"/hyperlink" not in part:
            raise Invalid({"file": ["模板不能引用外部文件"]})
        if lower.startswith("docprops/") and (b"{{" in part or b"{%" in part):
            raise Invalid({"file": ["文件属性里不能有字段"]})


def _sources(data: bytes) -> Iterator[str]:
    """What docxtpl will fill: the body, heads and feet, and the footnotes, each with its tags put together."""
    try:
        template = DocxTemplate(io.BytesIO(data))
        template.init_docx()
        xml = [template.get_xml()]
        for uri in (template.HEADER_URI, template.FOOTER_URI):
            xml += [template.get_part_xml(part) for _, part in template.get_headers_footers(uri)]
        for part in template.docx.part.package.parts:
            if part.content_type.endswith("wordprocessingml.footnotes+xml"):
                xml.append(part.blob.decode())
    except (PackageNotFoundError, KeyError, ValueError, SyntaxError, AttributeError):
        raise Invalid({"file": ["Word 打不开这个文件，请另存为 docx 后再传"]}) from None
    for source in xml:
        if len(source) > MOST_TEMPLATE * 10 or source.count("{") > 4000:
            raise Invalid({"file": ["模板里的字段太多"]})
        yield template.patch_xml(source)


def _shape(definition: DocumentDefinition) -> dict[str, Shape]:
    facts = ("agency", "author", *_OF_SUBJECT.get(definition.subject or "client", ()))
    names: dict[str, Shape] = dict.fromkeys(
        ("title", "number", "issued_on", "subtitle", "footer", "check_code", "check_url", "today", "seal", "qr")
    )
    names |= {fact: dict.fromkeys(_FACTS[fact]) for fact in facts}
    names["answers"] = {
        field.id: _Rows(dict.fromkeys(column.id for column in field.columns)) if field.type == "rows" else None
        for field in definition.inputs()
    }
    names["texts"] = dict.fromkeys(_name(block.editable) for block in definition.editables())
    names["said"] = dict.fromkeys(_name(section.id) for section in definition.sections)
    names["signatures"] = {_name(line.role): dict.fromkeys(("name", "signed_on")) for line in definition.signatures}
    return names


_LOOP = dict.fromkeys(("index", "first", "last", "length"))


class _Reader:
    """Walks a template: collects the fields, and in Chinese whatever is not allowed or not known."""

    def __init__(self, found: dict[str, None], faults: dict[str, None]) -> None:
        self.found, self.faults = found, faults

    def walk(self, node: nodes.Node, names: Mapping[str, Shape], loops: int) -> None:
        if isinstance(node, nodes.For):
            self._loop(node, names, loops)
        elif isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem):
            if isinstance(self._look(node, names), dict | _Rows):
                self._fault(f"字段“{_written(node)}”要写到具体的一项")
        elif isinstance(node, nodes.Filter | nodes.Test):
            if node.name not in (_FILTERS if isinstance(node, nodes.Filter) else _TESTS):
                self._fault(f"模板里不能用“{node.name}”")
            for child in node.iter_child_nodes():
                if not (isinstance(child, nodes.Name | nodes.Getattr) and node.name == "length"):
                    self.walk(child, names, loops)
        elif isinstance(node, _PLAIN):
            for child in node.iter_child_nodes():
                if isinstance(node, nodes.If | nodes.CondExpr) and child is node.test:
                    self._condition(child, names, loops)
                else:
                    self.walk(child, names, loops)
        else:
            self._fault(f"模板里只能有字段、if 和 for，不能用 {type(node).__name__}")

    def _condition(self, node: nodes.Node, names: Mapping[str, Shape], loops: int) -> None:
        """As walk, but a whole table may be asked whether it has rows."""
        if isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem):
            self._look(node, names)
        elif isinstance(node, nodes.Not | nodes.And | nodes.Or):
            for child in node.iter_child_nodes():
                self._condition(child, names, loops)
        else:
            self.walk(node, names, loops)

    def _loop(self, node: nodes.For, names: Mapping[str, Shape], loops: int) -> None:
        if loops >= _DEEPEST_LOOPS:
            self._fault(f"for 最多套 {_DEEPEST_LOOPS} 层")
            return
        if node.recursive or node.test is not None or not isinstance(node.target, nodes.Name):
            self._fault("for 只能写成 for 行 in 表 的样子")
            return
        rows = self._look(node.iter, names)
        if not isinstance(rows, _Rows):
            self._fault(f"“{_written(node.iter)}”不是表，不能用在 for 里")
            return
        inside = {**names, node.target.name: dict(rows.row), "loop": _LOOP}
        for child in (*node.body, *node.else_):
            self.walk(child, inside, loops + 1)

    def _look(self, node: nodes.Node, names: Mapping[str, Shape]) -> Shape:
        """The shape of what a chain of names leads to; a fault and None where it leads nowhere."""
        path = _path(node)
        if path is None or any(step.startswith("_") for step in path):
            self._fault(f"模板里不能写“{_written(node)}”")
            return None
        here: Shape = dict(names)
        for step in path:
            if not isinstance(here, dict) or step not in here:
                self._fault(f"这种文书没有字段“{'.'.join(path)}”")
                return None
            here = here[step]
        self.found[".".join(path)] = None
        return here

    def _fault(self, message: str) -> None:
        self.faults[message] = None


def _path(node: nodes.Node) -> list[str] | None:
    if isinstance(node, nodes.Name):
        return [node.name]
    if isinstance(node, nodes.Getattr):
        above = _path(node.node)
        return None if above is None else [*above, node.attr]
    if isinstance(node, nodes.Getitem) and isinstance(node.arg, nodes.Const) and isinstance(node.arg.value, str):
        above = _path(node.node)
        return None if above is None else [*above, node.arg.value]
    return None


def _written(node: nodes.Node) -> str:
    path = _path(node)
    return ".".join(path) if path else type(node).__name__
