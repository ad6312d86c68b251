"""What an organisation may set for itself, value by value, with the layer that each comes from."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhiyin.engines.documents import DocumentDefinition
from zhiyin.engines.documents.definition import EditableBlock, InputsBlock
from zhiyin.engines.forms import Field, FormDefinition
from zhiyin.engines.rules import Parameter
from zhiyin.engines.rules.definition import BASIS_WORDS
from zhiyin.packs.resolved import Resolved

KINDS: Mapping[str, str] = {"parameter": "参数", "form": "表单", "document": "文书"}
KEYS: Mapping[str, str] = {
    "value": "取值",
    "label": "题目",
    "help": "填写说明",
    "required": "必填",
    "guidance": "写作指引",
}
FIELD_KEYS = ("label", "help", "required")


@dataclass(frozen=True, slots=True)
class EditableValue:
    """One value: where it stands (``at`` and ``key`` as an operation names them), what it is, and who said so.

    ``type`` is the type of a parameter, else ``text`` or ``boolean``. ``valid_from`` and ``valid_to`` (ISO) are of
    dated values, "" elsewhere. ``layer`` names the pack, the profile or the organisation's change.
    """

    kind: str
    id: str
    title: str
    at: str
    key: str
    what: str
    value: Any
    type: str
    layer: str
    valid_from: str = ""
    valid_to: str = ""
    source: str = ""
    unit: str = ""

    @property
    def place(self) -> tuple[str, str, str, str, str]:
        """What tells this value from all others."""
        return (self.kind, self.id, self.at, self.key, self.valid_from)

    @property
    def shown(self) -> str:
        """The value as text; the truths of a table are written in words."""
        if self.type == "boolean" and isinstance(self.value, str):
            return shown(self.value.lower() == "true")
        return shown(self.value)


def shown(value: Any) -> str:
    """A value as a person reads and types it."""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return "|".join(str(part) for part in value)
    return str(value)


def editable_values(
    resolved: Resolved, kinds: Sequence[str] = tuple(KINDS), ids: Collection[str] | None = None
) -> list[EditableValue]:
    """The values of the definitions on offer, by kind and id, in the order in which they stand in the definition."""
    found: list[EditableValue] = []
    for kind in kinds:
        for definition in resolved.all(kind):
            if ids is None or definition.id in ids:
                found += _READERS[kind](resolved, definition)
    return found


def _of_parameter(resolved: Resolved, parameter: Parameter) -> Iterator[EditableValue]:
    base = resolved.registry.get("parameter", parameter.id).values
    changes = resolved.changes("parameter", parameter.id)
    for value in parameter.values:
        plain = value.model_dump(mode="json")
        layer = _pack(resolved, "parameter", parameter.id)
        if value not in base:
            came = [change.layer_title for change in changes if plain in change.after and plain not in change.before]
            # a value cut short by another layer's is still the pack's
            said = [(item.value, item.source) for item in base]
            layer = came[0] if came and (value.value, value.source) not in said else layer
        yield EditableValue(
            "parameter",
            parameter.id,
            parameter.title,
            "",
            "value",
            f"{parameter.title}（{BASIS_WORDS[parameter.basis]}）",
            value.value,
            parameter.type,
            layer,
            value.valid_from,
            value.valid_to or "",
            value.source,
            parameter.unit,
        )


def _of_form(resolved: Resolved, form: FormDefinition) -> Iterator[EditableValue]:
    read = _Reader(resolved, "form", form.id, form.title)
    for section in form.sections:
        for field in section.fields:
            yield from read.field(f"sections[{section.id}].fields[{field.id}]", field)


def _of_document(resolved: Resolved, document: DocumentDefinition) -> Iterator[EditableValue]:
    read = _Reader(resolved, "document", document.id, document.title)
    for section in document.sections:
        at = f"sections[{section.id}]"
        yield read.value(at, "guidance", section.title, section.guidance)
        inputs = [block for block in section.blocks if isinstance(block, InputsBlock)]
        for block in section.blocks:
            if isinstance(block, EditableBlock):
                place = f"{at}.blocks[{block.editable}]"
                for key in ("label", "guidance", "required"):
                    yield read.value(place, key, block.label, getattr(block, key))
            elif isinstance(block, InputsBlock) and len(inputs) == 1:  # else the block has no name of its own
                for field in block.inputs:
                    yield from read.field(f"{at}.blocks[inputs].inputs[{field.id}]", field)


@dataclass(frozen=True, slots=True)
class _Reader:
    resolved: Resolved
    kind: str
    id: str
    title: str

    def field(self, at: str, field: Field) -> Iterator[EditableValue]:
        for key in FIELD_KEYS:
            yield self.value(at, key, field.label, getattr(field, key))
        for column in field.columns:
            for key in FIELD_KEYS:
                what = f"{field.label}／{column.label}"
                yield self.value(f"{at}.columns[{column.id}]", key, what, getattr(column, key))

    def value(self, at: str, key: str, what: str, value: str | bool) -> EditableValue:
        layer = _pack(self.resolved, self.kind, self.id)
        for change in self.resolved.changes(self.kind, self.id):
            if change.at == at and isinstance(change.after, dict) and key in change.after:
                layer = change.layer_title
        kind = "boolean" if isinstance(value, bool) else "text"
        return EditableValue(self.kind, self.id, self.title, at, key, what, value, kind, layer)


def _pack(resolved: Resolved, kind: str, id: str) -> str:
    where = resolved.provenance(kind, id)
    return next(pack.head.title for pack in resolved.packs if pack.id == where.pack)


_READERS: Mapping[str, Any] = {"parameter": _of_parameter, "form": _of_form, "document": _of_document}
