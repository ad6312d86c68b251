"""What a pack says about a document (文书) and a privacy notice (告知书). Plain data; :mod:`build` turns it into a
tree.
"""

import hashlib
from collections import Counter
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, Discriminator, Field, StringConstraints, Tag, model_validator

from zhiyin.engines.definitions import Faults, Head, Step
from zhiyin.engines.documents.numbering import check_pattern
from zhiyin.engines.documents.paths import check_path, check_template, placeholders
from zhiyin.engines.forms import Field as Question
from zhiyin.engines.forms.definition import group_faults
from zhiyin.kernel.models import Definition


def _check_condition(condition: str) -> str:
    check_path(condition.removeprefix("not ").strip())
    return condition


Text = Annotated[str, StringConstraints(min_length=1)]
Path = Annotated[str, AfterValidator(check_path)]
Template = Annotated[str, AfterValidator(check_template)]
Condition = Annotated[str, AfterValidator(_check_condition)]
NumberPattern = Annotated[str, AfterValidator(check_pattern)]
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_-]*$")]


class _Conditional(Definition):
    when: Condition | None = None


class TextBlock(_Conditional):
    """One paragraph, or several."""

    text: Template | Annotated[list[Template], Field(min_length=1)]

    @property
    def paragraphs(self) -> list[str]:
        return [self.text] if isinstance(self.text, str) else self.text


class LabelledValue(_Conditional):
    label: Text
    value: Template


class FieldsBlock(_Conditional):
    """Label and value pairs, in one to three columns on A4."""

    fields: Annotated[list[LabelledValue], Field(min_length=1)]
    columns: Annotated[int, Field(ge=1, le=3)] = 2


class TableColumn(Definition):
    label: Text
    value: Template
    width: Annotated[float, Field(gt=0)] = 1
    align: Literal["start", "end"] = "start"


class TableSpec(Definition):
    """``rows`` is the path of a list; in a column's value ``row`` is the current one."""

    rows: Path
    columns: Annotated[list[TableColumn], Field(min_length=1, max_length=10)]
    empty: Text = "无"
    caption: Template = ""


class TableBlock(_Conditional):
    table: TableSpec


class ListSpec(Definition):
    """``items`` is the path of a list; in ``value`` (and ``detail``, a second quieter line) ``row`` is the current
    one.
    """

    items: Path
    value: Template
    detail: Template = ""
    numbered: bool = False
    empty: Text = "无"


class ListBlock(_Conditional):
    list: ListSpec


class ChartBlock(_Conditional):
    """``chart`` is the path of a chart: an object or mapping with ``svg``, ``title``, ``summary`` and ``table``."""

    chart: Path
    caption: Template = ""


class NoticeText(Definition):
    tone: Literal["info", "warning"] = "info"
    title: Template = ""
    text: Template


class NoticeBlock(_Conditional):
    notice: NoticeText


class EditableBlock(_Conditional):
    """The adviser's own words, kept in ``context["editable"][id]``. ``guidance`` is shown while editing, never
    printed.
    """

    editable: Identifier
    label: Text
    guidance: str = ""
    required: bool = False
    prefill: Path | None = None


class InputsBlock(_Conditional):
    """Questions whose answers are kept in ``context["answers"]`` by field id.

    Short answers print as pairs of label and value in ``columns`` columns, long texts as paragraphs under their label,
    rows as a table. What is optional and unanswered is left out. ``help`` of a field is shown while writing only.
    """

    inputs: Annotated[list[Question], Field(min_length=1)]
    columns: Annotated[int, Field(ge=1, le=3)] = 2


_KINDS = ("text", "fields", "table", "list", "chart", "notice", "editable", "inputs")


def _kind_of(block: Any) -> str | None:
    if not isinstance(block, dict):
        return next((kind for kind in _KINDS if hasattr(block, kind)), None)
    found = [kind for kind in _KINDS if kind in block]
    return found[0] if len(found) == 1 else None


Block = Annotated[
    Annotated[TextBlock, Tag("text")]
    | Annotated[FieldsBlock, Tag("fields")]
    | Annotated[TableBlock, Tag("table")]
    | Annotated[ListBlock, Tag("list")]
    | Annotated[ChartBlock, Tag("chart")]
    | Annotated[NoticeBlock, Tag("notice")]
    | Annotated[EditableBlock, Tag("editable")]
    | Annotated[InputsBlock, Tag("inputs")],
    Discriminator(
        _kind_of,
        custom_error_type="document_block",
        custom_error_message="每一块必须恰好有一个：" + "、".join(_KINDS),
    ),
]


class SectionDefinition(_Conditional):
    """``guidance`` says how to write the section; shown while editing, never printed."""

    id: Identifier
    title: Text
    guidance: str = ""
    blocks: Annotated[list[Block], Field(min_length=1)]


class SignatureLine(_Conditional):
    role: Identifier
    label: Text


DocumentClass = Literal[
    "plan", "report", "ledger", "record", "agreement", "manual", "release", "case-study", "analysis", "opinion", "form"
]
Subject = Literal["client", "employer", "agency", "activity", "programme"]
Layout = Literal["portrait", "landscape", "ledger"]


class Responsible(Definition):
    """Who may take a step: staff of a grade (4 lowest, 1 highest) or above, or whoever holds a role. One of the two."""

    grade: Annotated[int, Field(ge=1, le=4)] | None = None
    role: Identifier | None = None

    @model_validator(mode="after")
    def _one(self) -> Self:
        if (self.grade is None) == (self.role is None):
            raise ValueError("要写 grade（等级）或 role（角色），二者取一")
        return self

    def allows(self, grade: int | None, role: str) -> bool:
        """Whether somebody of this grade (None without one) and role may take the step."""
        return role == self.role if self.grade is None else grade is not None and grade <= self.grade


class DocumentDefinition(Head):
    """One kind of document: its sections, who signs, who approves, how it is numbered.

    ``drafts``, ``reviews`` (审核) and ``approves`` (审定) name who may take each step; one that is absent is not needed
    (absent ``drafts``: anybody with the right to write). ``layout`` ledger is landscape, with its rows also for Excel.
    """

    kind: Literal["document"]
    class_: Annotated[DocumentClass | None, Field(alias="class")] = None
    subject: Subject | None = None
    about: str = ""
    drafts: Responsible | None = None
    reviews: Responsible | None = None
    approves: Responsible | None = None
    retention_years: Annotated[int, Field(ge=1, le=100)] | None = None
    layout: Layout = "portrait"
    number: NumberPattern
    subtitle: Template = ""
    sections: Annotated[list[SectionDefinition], Field(min_length=1)]
    signatures: list[SignatureLine] = []
    requires_sign_off: Identifier | None = None
    required_elements: list[Identifier] = []
    footer: Template = ""

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _no_repeats("章节", [section.id for section in self.sections])
        _no_repeats("编辑块", [block.editable for block in self.editables()])
        _no_repeats("签名角色", [line.role for line in self.signatures])
        unknown = [name for name in self.required_elements if name not in {section.id for section in self.sections}]
        if unknown:
            raise ValueError(f"required_elements 里没有这样的章节：{'、'.join(unknown)}")
        _row_only_in_rows(self)
        _sound_inputs(self)
        return self

    def editables(self) -> list[EditableBlock]:
        """Every block the adviser may write in, in reading order, whatever its conditions."""
        return [block for section in self.sections for block in section.blocks if isinstance(block, EditableBlock)]

    def inputs(self) -> list[Question]:
        """Every question of the document, in reading order, whatever its conditions."""
        return [field for _, field in _placed_inputs(self)]


def _placed_inputs(definition: DocumentDefinition) -> list[tuple[tuple[Step, ...], Question]]:
    return [
        (("sections", s, "blocks", b, "inputs", f), field)
        for s, section in enumerate(definition.sections)
        for b, block in enumerate(section.blocks)
        if isinstance(block, InputsBlock)
        for f, field in enumerate(block.inputs)
    ]


def _sound_inputs(definition: DocumentDefinition) -> None:
    placed = _placed_inputs(definition)
    faults = group_faults(placed)
    editables = {block.editable for block in definition.editables()}
    for place, field in placed:
        if field.id in editables:
            faults.append(((*place, "id"), f"“{field.id}”已经是一个编辑块的名字"))
        if field.type == "rows":
            faults += group_faults([((*place, "columns", c), column) for c, column in enumerate(field.columns)])
    if faults:
        raise Faults(faults)


def _no_repeats(what: str, names: list[str]) -> None:
    repeated = [name for name, count in Counter(names).items() if count > 1]
    if repeated:
        raise ValueError(f"{what}重复：{'、'.join(repeated)}")


def _row_only_in_rows(definition: DocumentDefinition) -> None:
    outside = [definition.subtitle, definition.footer]
    for section in definition.sections:
        for block in section.blocks:
            if isinstance(block, TextBlock):
                outside += block.paragraphs
            elif isinstance(block, FieldsBlock):
                outside += [item.value for item in block.fields]
            elif isinstance(block, ChartBlock):
                outside.append(block.caption)
            elif isinstance(block, NoticeBlock):
                outside += [block.notice.title, block.notice.text]
            elif isinstance(block, TableBlock):
                outside.append(block.table.caption)
    for template in outside:
        if any(path.split(".")[0] == "row" for path in placeholders(template)):
            raise ValueError(f"“{template}”用了 row，row 只能用在 table 和 list 里")


class Purpose(Definition):
    """One purpose that a notice asks consent for, or informs of. ``separate``: needs its own consent (PIPL art. 29
    and others).
    """

    value: Identifier
    label: Text
    legal_basis: Text
    required: bool
    separate: bool
    recipient: Text | None = None


class NoticeSection(Definition):
    title: Text
    text: Text


class NoticeDefinition(Head):
    """A privacy notice (告知书). A consent stores ``version`` and :meth:`digest` of exactly what was shown."""

    kind: Literal["notice"]
    purposes: list[Purpose]
    sections: Annotated[list[NoticeSection], Field(min_length=1)]
    retention: Text
    contact: Text

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        _no_repeats("目的", [purpose.value for purpose in self.purposes])
        return self

    def canonical_text(self) -> str:
        """Everything a person is told, as plain text: UTF-8, ``\\n`` line ends, no trailing blanks, one final
        newline.
        """
        lines = [f"{self.title}（第 {self.version} 版）"]
        for section in self.sections:
            lines += ["", section.title, section.text]
        lines += ["", "处理目的"]
        for purpose in self.purposes:
            parts = [
                f"{purpose.label}（{purpose.value}）",
                f"依据：{purpose.legal_basis}",
                "必需" if purpose.required else "可选",
                "单独同意" if purpose.separate else "一并同意",
            ]
            if purpose.recipient:
                parts.append(f"接收方：{purpose.recipient}")
            lines.append("- " + "；".join(parts))
        lines += ["", "保存期限", self.retention, "", "联系方式", self.contact]
        text = "\n".join(lines).replace("\r\n", "\n")
        return "\n".join(line.rstrip() for line in text.split("\n")) + "\n"

    def digest(self) -> str:
        """SHA-256 of :meth:`canonical_text`, 64 lower-case hexadecimal digits."""
        return hashlib.sha256(self.canonical_text().encode()).hexdigest()
