"""From what somebody typed on a screen to the operations of a change, and back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhiyin.domain.standards.sheets import OWN_SOURCE
from zhiyin.domain.standards.values import EditableValue, editable_values
from zhiyin.engines.rules.values import parameter_value
from zhiyin.kernel.errors import Invalid
from zhiyin.packs.resolved import Resolved

FIELD_KINDS = {
    "text": "短文字",
    "longtext": "长文字",
    "date": "日期",
    "integer": "整数",
    "boolean": "是否",
    "choice": "单选",
    "choices": "多选",
}
"""Types of a question that an organisation may add."""

NEW = ("label", "type", "help", "options", "section")
"""What is typed about a question to be added, under the names ``new_label`` and so on."""


@dataclass(frozen=True, slots=True)
class Place:
    """A list of questions to which one can be added: its place in the definition and the heading over it."""

    at: str
    title: str


def name_of(value: EditableValue) -> str:
    """Name of the control for a value."""
    return f"{value.at}|{value.key}"


def places(resolved: Resolved, kind: str, id: str) -> list[Place]:
    """Where a question can be added to a form."""
    if kind != "form":
        return []
    return [Place(f"sections[{section.id}].fields", section.title) for section in resolved.get(kind, id).sections]


def operations(
    resolved: Resolved, kind: str, id: str, typed: Mapping[str, str], *, why: str, effective_from: date
) -> dict[str, Any]:
    """The operations that turn what stands into what was typed; empty when nothing differs.

    ``Invalid`` at the control whose content cannot be used.
    """
    values = editable_values(resolved, [kind], [id])
    if kind == "parameter":
        return _of_parameter(values[0], typed, why, effective_from)
    errors: dict[str, list[str]] = {}
    alter: list[dict[str, Any]] = []
    for at, wanted in _wanted(values, typed, errors).items():
        alter.append({"definition": {"kind": kind, "id": id}, "at": at, "set": wanted, "why": why or "—"})
    added = _added(resolved, kind, id, typed, errors)
    if added is not None:
        at, element = added
        alter.append({"definition": {"kind": kind, "id": id}, "at": at, "add": element, "why": why or "—"})
    if errors:
        raise Invalid(errors)
    return {"alter": alter} if alter else {}


def _wanted(
    values: Sequence[EditableValue], typed: Mapping[str, str], errors: dict[str, list[str]]
) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for value in values:
        name = name_of(value)
        if name not in typed:
            continue
        wanted: Any = typed[name].replace("\r\n", "\n").strip()
        if value.type == "boolean":
            wanted = typed[name] == "yes"
        elif value.key == "label" and not wanted:
            errors[name] = ["题目不能空着"]
            continue
        if wanted != (value.value.strip() if isinstance(value.value, str) else value.value):
            found.setdefault(value.at, {})[value.key] = wanted
    return found


def _added(
    resolved: Resolved, kind: str, id: str, typed: Mapping[str, str], errors: dict[str, list[str]]
) -> tuple[str, dict[str, Any]] | None:
    label, type = typed.get("new_label", "").strip(), typed.get("new_type", "")
    options = [line.strip() for line in typed.get("new_options", "").splitlines() if line.strip()]
    if not label:
        if options or typed.get("new_help", "").strip():
            errors["new_label"] = ["请写要加的题目"]
        return None
    at = typed.get("new_section", "")
    if at not in {place.at for place in places(resolved, kind, id)}:
        errors["new_section"] = ["请选择加在哪一部分"]
    if type not in FIELD_KINDS:
        errors["new_type"] = ["请选择怎么填"]
    chosen = type in {"choice", "choices"}
    if chosen and len(set(options)) < 2:
        errors["new_options"] = ["至少写两个不同的选项，一行一个"]
    taken = {field.id for section in resolved.get(kind, id).sections for field in section.fields}
    number = next(number for number in range(1, 1000) if f"own_{number}" not in taken)
    element: dict[str, Any] = {"id": f"own_{number}", "label": label, "type": type}
    if typed.get("new_help", "").strip():
        element["help"] = typed["new_help"].strip()
    if typed.get("new_required") == "yes":
        element["required"] = True
    if chosen:
        element["options"] = [
            {"value": f"o{index}", "label": option} for index, option in enumerate(dict.fromkeys(options), start=1)
        ]
    return at, element


def _of_parameter(value: EditableValue, typed: Mapping[str, str], why: str, effective_from: date) -> dict[str, Any]:
    errors: dict[str, list[str]] = {}
    text = typed.get("value", "").strip()
    wanted: Any = text
    if value.type == "boolean":
        wanted = {"yes": True, "no": False}.get(text)
        if wanted is None:
            errors["value"] = ["请选择是或否"]
    else:
        try:
            parameter_value(value.type, text)  # type: ignore[arg-type]
        except ValueError as error:
            errors["value"] = [str(error)]
    days = {"valid_from": effective_from.isoformat(), "valid_to": ""}
    for name in days:
        if typed.get(name, "").strip():
            try:
                days[name] = date.fromisoformat(typed[name].strip()).isoformat()
            except ValueError:
                errors[name] = ["请写成 2026-01-31 这样的日期"]
    if days["valid_to"] and days["valid_to"] < days["valid_from"]:
        errors["valid_to"] = ["早于开始的日子"]
    if errors:
        raise Invalid(errors)
    assigned = {
        "value": wanted,
        "valid_from": days["valid_from"],
        "valid_to": days["valid_to"] or None,
        "source": typed.get("source", "").strip() or OWN_SOURCE,
    }
    return {"set": [{"parameter": value.id, "values": [assigned], "why": why or "—"}]}


def kept(operations: Mapping[str, Sequence[Any]], dropped: set[str], why: str) -> dict[str, Any]:
    """``operations`` without those named in ``dropped`` (``alter[2]``), each with ``why`` where it had that of old."""
    found: dict[str, Any] = {}
    for name, items in operations.items():
        left = [dict(item) for index, item in enumerate(items) if f"{name}[{index}]" not in dropped]
        for item in left:
            if "why" in item and why:
                item["why"] = why
        if left:
            found[name] = left
    return found
