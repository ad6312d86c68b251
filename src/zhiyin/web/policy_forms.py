"""Facts of rulesets as questions on a page: one at a time for the public, several at once for staff."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import QueryDict

from zhiyin.domain.eligibility import library
from zhiyin.engines.forms import FormDefinition
from zhiyin.engines.rules import Fact
from zhiyin.packs.registry import Registry
from zhiyin.packs.resolved import Resolved
from zhiyin.web.ui.formdata import parse

NONE_OF_THESE = "none-of-these"
"""Ticked among several: the person says that nothing applies, which is not the same as leaving all open."""
_YES_NO = ({"value": "true", "label": "是"}, {"value": "false", "label": "不是"})


def as_form(facts: Iterable[Fact], title: str = "问题") -> FormDefinition:
    """The facts as a form; nothing is required, since what is not known stays open."""
    return _form([_field(fact, asked=True) for fact in facts], title)


def _form(fields: list[dict[str, Any]], title: str) -> FormDefinition:
    sections = [{"id": "facts", "title": title, "fields": fields}]
    form = {"kind": "form", "id": "facts", "version": 1, "title": title, "serves": [], "sections": sections}
    return FormDefinition.model_validate(form)


def _field(fact: Any, *, asked: bool = False) -> dict[str, Any]:
    label = fact.asked if asked else fact.label
    found: dict[str, Any] = {"id": fact.id, "label": label, "help": fact.help, "unit": fact.unit}
    found["type"] = "rows" if fact.type == "list" else fact.type
    if fact.codelist:
        found["codelist"] = fact.codelist
    elif fact.options:
        found["options"] = [{"value": option.value, "label": option.label} for option in fact.options]
    if asked and fact.type == "choices" and fact.options:
        found["options"].append({"value": NONE_OF_THESE, "label": "都没有"})
    if fact.type == "list":
        found["columns"] = [_field(column) for column in fact.columns]
    if asked:
        found["sensitive"] = fact.sensitive
        proof = f"凭{fact.proof}" if fact.proof else ""
        found["help"] = "；".join(part for part in (fact.help.rstrip("。"), proof) if part)
    return found


def question(packs: Registry | Resolved, fact: Fact, value: Any) -> dict[str, Any]:
    """What the template of a one-question page needs: how to ask, what can be chosen, what was answered."""
    choices: list[Any] = []
    if fact.type == "boolean":
        choices = list(_YES_NO)
    elif fact.type in {"choice", "choices"}:
        choices = [{"value": one.value, "label": one.label} for one in library.options(packs, fact)]
    shown = {True: "true", False: "false"}.get(value, value) if isinstance(value, bool) else value
    kinds = {"date": "date", "integer": "number", "decimal": "text", "money": "text"}
    modes = {"integer": "numeric", "decimal": "decimal", "money": "decimal"}
    return {
        "fact": fact,
        "choices": choices,
        "multiple": fact.type == "choices",
        "is_rows": fact.type == "list",
        "form": _form([_field(fact)], "逐条填写") if fact.type == "list" else None,
        "type": kinds.get(fact.type, "text"),
        "inputmode": modes.get(fact.type, ""),
        "value": "" if shown is None else shown,
        "answers": {fact.id: value} if value is not None else {},
    }


def answered(facts: Iterable[Fact], posted: QueryDict, *, no_rows_is_none: bool = False) -> dict[str, Any]:
    """What was posted for the facts, as :meth:`Panel.check` takes it; what was left blank is absent.

    With ``no_rows_is_none`` a list without rows says that there are none.
    """
    asked = {fact.id: fact for fact in facts}
    raw: Mapping[str, Any] = parse(as_form(asked.values()), posted)
    found = {
        name: value
        for name, value in raw.items()
        if value not in ("", None, []) or (no_rows_is_none and value == [] and asked[name].type == "list")
    }
    return {name: [] if value == [NONE_OF_THESE] else value for name, value in found.items()}


def plain(value: Any) -> Any:
    """A checked value as JSON holds it; the engine reads it back."""
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, Mapping):
        return {key: plain(one) for key, one in value.items()}
    return value if value is None or isinstance(value, bool | int | str) else str(value)
