"""The one shape every form control is rendered from, whoever defined the field.

``ui/row.html`` renders a :class:`Control`. Three things make one: a field of an engine form (``formview``), a Django
``BoundField`` (:func:`from_bound`) and the attributes of ``<c-field>`` (:func:`simple`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.safestring import SafeString

GROUPS = frozenset({"radios", "checks", "scale"})
"""Kinds made of several inputs: their label is a legend, not a ``<label for>``."""


@dataclass(frozen=True)
class Choice:
    """One option of a group or a select; ``html_id`` is set where the option is an input of its own."""

    value: str
    label: str
    checked: bool = False
    help: str = ""
    html_id: str = ""


@dataclass(frozen=True)
class Control:
    """Everything the row template needs.

    ``kind`` is text, textarea, select, date, datetime-local, number, password, tel, email, hidden, check, radios,
    checks, scale, rows or widget (``html`` is then printed as it is). ``relevant`` is the JSON of the condition under
    which the row is shown, or "".
    """

    name: str
    label: str
    html_id: str
    kind: str = "text"
    value: str = ""
    help: str = ""
    errors: tuple[str, ...] = ()
    required: bool = False
    options: tuple[Choice, ...] = ()
    unit: str = ""
    placeholder: str = ""
    autocomplete: str = ""
    inputmode: str = ""
    maxlength: str = ""
    minimum: str = ""
    maximum: str = ""
    rows: int = 4
    size: str = ""
    lookup: str = ""
    low_label: str = ""
    high_label: str = ""
    relevant: str = ""
    sensitive: bool = False
    short: bool = False
    show_need: bool = True
    html: SafeString | str = ""
    entries: tuple["Entry", ...] = ()
    blank: "Entry | None" = None
    max_rows: int = 0

    @property
    def is_group(self) -> bool:
        return self.kind in GROUPS

    @property
    def described_by(self) -> str:
        """Ids for ``aria-describedby``: help first, then the error."""
        ids = ([f"{self.html_id}-help"] if self.help else []) + ([f"{self.html_id}-error"] if self.errors else [])
        return " ".join(ids)


@dataclass(frozen=True)
class Entry:
    """One row of the row editor. ``index`` is a number, or ``__n__`` in the template row."""

    index: str
    number: str
    controls: tuple[Control, ...] = field(default=())


def messages(value: object) -> tuple[str, ...]:
    """An ``error`` attribute (text, list or nothing) as a tuple of messages."""
    if not value:
        return ()
    if isinstance(value, str):
        return (value,)
    if isinstance(value, Iterable):
        return tuple(str(message) for message in value)
    return (str(value),)


def choices(
    options: Iterable[Any], chosen: Iterable[Any], html_id: str = "", helps: Mapping[str, str] | None = None
) -> tuple[Choice, ...]:
    """Options given as ``{value, label}``, objects with these attributes, or ``(value, label)`` pairs."""
    picked = {str(value) for value in chosen if value not in (None, "")}
    result = []
    for number, option in enumerate(options or ()):
        if isinstance(option, Mapping):
            value, label, help_text = option["value"], option["label"], option.get("help", "")
        elif isinstance(option, tuple | list):
            value, label, help_text = option[0], option[1], ""
        else:
            value, label, help_text = option.value, option.label, ""
        option_id = "" if not html_id else html_id if number == 0 else f"{html_id}-{number}"
        help_text = (helps or {}).get(str(value), help_text)
        result.append(Choice(str(value), str(label), str(value) in picked, str(help_text or ""), option_id))
    return tuple(result)


def simple(name: str, kind: str, value: object, options: Iterable[Any], **rest: Any) -> Control:
    """A control from the attributes of ``<c-field>``."""
    kind = {"radio": "radios", "checkbox": "checks" if options else "check"}.get(kind, kind)
    html_id = rest.pop("html_id", "") or f"f-{name}"
    chosen: Iterable[Any]
    if isinstance(value, list | tuple | set):
        chosen = value
    else:
        chosen = [value]
    picked = choices(options, chosen, html_id if kind in GROUPS else "")
    text = "" if value is None or value is False else str(value)
    return Control(name=name, html_id=html_id, kind=kind, value=text, options=picked, **rest)


def from_bound(bound: BoundField) -> Control:
    """A control from a Django form field; the widget draws itself, we give it our classes and its descriptions."""
    widget = bound.field.widget
    html_id = bound.auto_id or f"id_{bound.html_name}"
    shared: dict[str, Any] = {
        "name": bound.html_name,
        "label": str(bound.label),
        "html_id": html_id,
        "help": str(bound.help_text or ""),
        "errors": tuple(str(error) for error in bound.errors),
        "required": bound.field.required,
    }
    value = bound.value()
    if isinstance(widget, forms.HiddenInput):
        return Control(kind="widget", html=bound.as_widget(), show_need=False, **shared)
    if isinstance(widget, forms.CheckboxSelectMultiple | forms.RadioSelect):
        kind = "checks" if isinstance(widget, forms.CheckboxSelectMultiple) else "radios"
        chosen = value if isinstance(value, list | tuple) else [value]
        listed = [(key, label) for key, label in widget.choices if key not in ("", None)]
        return Control(kind=kind, options=choices(listed, chosen, html_id), **shared)
    if isinstance(widget, forms.CheckboxInput):
        return Control(kind="check", value="1" if value else "", **shared)
    attributes = {"class": f"control {widget.attrs.get('class', '')}".strip(), "id": html_id}
    outline = Control(**shared)
    if outline.described_by:
        attributes["aria-describedby"] = outline.described_by
    if outline.errors:
        attributes["aria-invalid"] = "true"
    return Control(kind="widget", html=bound.as_widget(attrs=attributes), **shared)
