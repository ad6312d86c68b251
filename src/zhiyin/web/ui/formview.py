"""From an engine form and its answers to the controls that ``ui/form.html`` draws."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhiyin.engines.forms import CodeList, Field, FormDefinition
from zhiyin.engines.forms.values import options as code_options
from zhiyin.kernel.errors import DefinitionError
from zhiyin.web.ui.controls import Control, Entry, choices

RADIO_LIMIT = 7
"""Up to this many options are shown at once; more go into a select."""
KINDS = {
    "text": "text",
    "longtext": "textarea",
    "integer": "text",
    "decimal": "text",
    "money": "text",
    "date": "date",
    "datetime": "datetime-local",
    "region": "text",
    "occupation": "text",
}
SIZES = {
    "integer": "s",
    "decimal": "s",
    "money": "s",
    "date": "s",
    "datetime": "m",
    "region": "l",
    "occupation": "l",
    "text": "l",
}
INPUT_MODES = {"integer": "numeric", "decimal": "decimal", "money": "decimal"}
YES_NO = ({"value": "true", "label": "是"}, {"value": "false", "label": "否"})


@dataclass(frozen=True)
class SectionView:
    html_id: str
    title: str
    help: str
    controls: tuple[Control, ...]


@dataclass(frozen=True)
class FormView:
    """``summary``: ``(html id or "", message)`` in the order of the form."""

    title: str
    intro: str
    sections: tuple[SectionView, ...]
    summary: tuple[tuple[str, str], ...]


def html_name(path: str) -> str:
    """``work[2].employer`` → ``work-2-employer``, the form of names and ids in the page."""
    return re.sub(r"\[(\d+)\]\.?", r"-\1-", path).rstrip("-")


@dataclass(frozen=True)
class _Build:
    errors: Mapping[str, Sequence[str]]
    codelists: Mapping[str, CodeList]
    lookups: Mapping[str, str]
    today: date | None

    def control(self, field: Field, answer: Any, path: str, *, in_row: bool = False) -> Control:
        name = html_name(path)
        html_id = f"f-{name}"
        shared: dict[str, Any] = {
            "name": name,
            "label": field.label,
            "html_id": html_id,
            "help": field.help,
            "errors": tuple(self.errors.get(path, ())),
            "required": field.required,
            "placeholder": field.placeholder,
            "unit": field.unit,
            "sensitive": field.sensitive,
            "relevant": _relevance(field, path),
        }
        if field.type == "rows":
            return self.rows(field, answer, path, shared)
        if field.type == "boolean":
            return Control(kind="radios", short=True, options=choices(YES_NO, [_text(answer)], html_id), **shared)
        if field.type in {"choice", "choices"} or field.codelist:
            chosen = answer if isinstance(answer, list | tuple) else [answer]
            listed = self.options(field, chosen)
            if field.type == "choices":
                return Control(kind="checks", options=choices(listed, chosen, html_id), **shared)
            if len(listed) > RADIO_LIMIT or in_row:
                return Control(kind="select", size="m", options=choices(listed, chosen), **shared)
            return Control(kind="radios", options=choices(listed, chosen, html_id), **shared)
        if field.type == "scale":
            scale = field.scale
            if scale is None:
                raise DefinitionError(f"量表题“{field.id}”没有写 scale")
            points = [(str(point), str(point)) for point in range(scale.low, scale.high + 1)]
            return Control(
                kind="scale",
                options=choices(points, [_text(answer)], html_id),
                low_label=scale.low_label,
                high_label=scale.high_label,
                **shared,
            )
        return Control(
            kind=KINDS[field.type],
            value=_text(answer),
            inputmode=INPUT_MODES.get(field.type, ""),
            minimum=_bound(field.min, self.today) if field.type == "date" else "",
            maximum=_bound(field.max, self.today) if field.type == "date" else "",
            size=SIZES.get(field.type, ""),
            lookup=self.lookups.get(field.type, ""),
            autocomplete="off" if field.sensitive else "",
            **shared,
        )

    def options(self, field: Field, chosen: Sequence[Any]) -> list[tuple[str, str]]:
        """What may be chosen today, and what was chosen when it still could be: saving again must not lose it."""
        current = code_options(field, self.codelists, self.today)
        known = code_options(field, self.codelists)
        past = {
            str(value): f"{known[str(value)]}（已停用）"
            for value in chosen
            if str(value) in known.keys() - current.keys()
        }
        return list((current | past).items())

    def rows(self, field: Field, answer: Any, path: str, shared: dict[str, Any]) -> Control:
        given = [row for row in answer or () if isinstance(row, Mapping)]
        wanted = max(len(given), field.min_rows or 0, 1)
        if field.max_rows:
            wanted = max(len(given), min(wanted, field.max_rows))
        entries = tuple(
            self.entry(
                field, given[index] if index < len(given) else {}, f"{path}[{index}]", str(index), str(index + 1)
            )
            for index in range(wanted)
        )
        blank = self.entry(field, {}, f"{path}-__n__", "__n__", "")
        return Control(kind="rows", entries=entries, blank=blank, max_rows=field.max_rows or 0, **shared)

    def entry(self, field: Field, row: Mapping[str, Any], path: str, index: str, number: str) -> Entry:
        separator = "-" if index == "__n__" else "."
        columns = tuple(
            self.control(column, row.get(column.id), f"{path}{separator}{column.id}", in_row=True)
            for column in field.columns
        )
        return Entry(index, number, columns)


def build(
    form: FormDefinition,
    answers: Mapping[str, Any],
    errors: Mapping[str, Sequence[str]],
    codelists: Mapping[str, CodeList],
    lookups: Mapping[str, str],
    today: date | None = None,
) -> FormView:
    """Controls of every section of ``form``. ``errors`` as ``Invalid.errors``: field id, or ``field[2].column``."""
    maker = _Build(errors, codelists, lookups, today)
    sections = tuple(
        SectionView(
            html_id=f"s-{section.id}",
            title=section.title,
            help=section.help,
            controls=tuple(maker.control(field, answers.get(field.id), field.id) for field in section.fields),
        )
        for section in form.sections
    )
    return FormView(form.title, form.intro, sections, _summary(sections, errors))


def _summary(sections: Sequence[SectionView], errors: Mapping[str, Sequence[str]]) -> tuple[tuple[str, str], ...]:
    items: list[tuple[str, str]] = [("", message) for message in errors.get("", ())]
    for section in sections:
        for control in section.controls:
            items += _messages(control, "")
            for entry in control.entries:
                for column in entry.controls:
                    items += _messages(column, f"{control.label}第 {entry.number} 行，")
    return tuple(items)


def _messages(control: Control, lead: str) -> list[tuple[str, str]]:
    return [
        (control.html_id, f"{lead}{message}" if control.label in message else f"{lead}{control.label}：{message}")
        for message in control.errors
    ]


def _text(answer: Any) -> str:
    if answer is None:
        return ""
    if isinstance(answer, bool):
        return "true" if answer else "false"
    return str(answer)


def _bound(value: Any, today: date | None) -> str:
    """A date limit for the ``min``/``max`` attribute; "today" is resolved, or left to the engine when unknown."""
    if value is None:
        return ""
    if value == "today":
        return today.isoformat() if today else ""
    return str(value)


def _relevance(field: Field, path: str) -> str:
    """The condition as JSON for forms.js. In a row it speaks of a column of the same row."""
    condition = field.relevant
    if condition is None:
        return ""
    row = re.match(r"(.+(?:\[\d+\]\.|-__n__-))", path)
    about = html_name((row.group(1) if row else "") + condition.field)
    rule: dict[str, Any] = {"field": about}
    if condition.is_ is not None:
        rule["is"] = [_text(value) for value in condition.is_]
    if condition.not_ is not None:
        rule["not"] = [_text(value) for value in condition.not_]
    if condition.filled is not None:
        rule["filled"] = condition.filled
    return json.dumps(rule, ensure_ascii=False)
