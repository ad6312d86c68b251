"""The changes and profiles of an organisation as they are looked over: lists, contents in words, acts."""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from zhiyin.domain.audit.acting import Actor
from zhiyin.domain.standards import policies, queries
from zhiyin.domain.standards.models import ChangeAct, OrganisationProfile, ProfileChange
from zhiyin.domain.standards.values import KEYS, KINDS, shown
from zhiyin.kernel.errors import DefinitionError
from zhiyin.packs.layers import LayerFault, named, parse_place
from zhiyin.packs.resolved import LayerChange, LayerError, Resolved, plain

MOST_CHARACTERS = 300
_ID = re.compile(r"[a-z][a-z0-9_-]*[a-z0-9]")


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that a change does: to which definition, where in it, before and after in words."""

    kind: str
    kind_words: str
    id: str
    title: str
    place: str
    before: str
    after: str
    why: str


def changes(who: Actor, state: str = "") -> QuerySet[ProfileChange]:
    """The changes of the own body, the latest first, with their authors; one query."""
    rows = policies.scope(who).select_related("author__user", "organisation")
    return rows.filter(state=state) if state else rows


def acts(change: ProfileChange) -> list[ChangeAct]:
    """What was done with a change, the first first; one query."""
    return list(change.acts.select_related("by__user"))


def chosen_profiles(organisation_id: uuid.UUID) -> list[OrganisationProfile]:
    """The choices of profiles of an organisation, the latest first; one query."""
    rows = OrganisationProfile.objects.filter(organisation_id=organisation_id).select_related("set_by__user")
    return list(rows.order_by("-effective_from", "-created_at", "-id"))


def lines_of(change: ProfileChange) -> tuple[list[Line], str]:
    """What a change does to what stands without it on its day, and why it cannot be laid ("" when it can)."""
    day = max(change.effective_from, timezone.localdate())
    others = [other for other in queries.changes_on(change.organisation_id, day) if other.pk != change.pk]
    base = queries.lay(queries.profiles_on(change.organisation_id, day), others, day)
    try:
        laid = queries.resolve_with(base, change)
    except LayerError as error:
        return [], "；".join(message for _, message in error.faults)
    return [line(base.resolved, item) for item in laid.history if item.layer == str(change.pk)], ""


def line(base: Resolved, change: LayerChange) -> Line:
    """One change of a layer in words; ``base`` is what it was laid over."""
    definition = base.get(change.kind, change.id)
    return Line(
        change.kind,
        KINDS.get(change.kind, change.kind),
        change.id,
        str(getattr(definition, "title", "") or change.id),
        place_words(plain(definition), change.at),
        value_words(change.before),
        value_words(change.after),
        change.why,
    )


def place_words(data: Mapping[str, Any], at: str) -> str:
    """A place in a definition by the titles that a reader sees: ``基本情况 › 手机号``."""
    words: list[str] = []
    found: Any = data
    try:
        steps = parse_place(at)
    except LayerFault:
        return at
    for key, name in steps:
        found = found.get(key) if isinstance(found, Mapping) else None
        if name is None:
            continue
        elements = found if isinstance(found, list) else []
        found = next((item for item in elements if named(item) == name), None) or next(
            (item for item in elements if isinstance(item, Mapping) and name in item), None
        )
        title = next((found[word] for word in ("title", "label") if found.get(word)), "") if found else ""
        if title:
            words.append(str(title))
    return " › ".join(words)


def value_words(value: Any) -> str:
    """What stood or stands at a place, in words, cut to ``MOST_CHARACTERS``."""
    text = _words(value)
    return text if len(text) <= MOST_CHARACTERS else f"{text[:MOST_CHARACTERS]}…"


def _words(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, Mapping):
        if "valid_from" in value:
            until = f"至 {value['valid_to']}" if value.get("valid_to") else "起"
            return f"{shown(value['value']) or '空'}（自 {value['valid_from']} {until}）"
        known = [(KEYS.get(key, ""), item) for key, item in value.items()]
        return "；".join(f"{word}：{_words(item) or '空'}" for word, item in known if word)
    if isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
        return "；".join(filter(None, map(_words, value)))
    return {"true": "是", "false": "否"}.get(str(value), shown(value))


def effects_in_words(resolved: Resolved, effects: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Effects with the ids of conditions, facts and questions replaced by what they are called."""
    found = []
    for effect in effects:
        titles = _titles_in(resolved, str(effect["kind"]), str(effect["id"]))
        worded = {
            side: _ID.sub(lambda match, titles=titles: titles.get(match[0], match[0]), str(effect[side]))  # type: ignore[misc]
            for side in ("before", "after")
        }
        found.append({**effect, **worded})
    return found


def _titles_in(resolved: Resolved, kind: str, id: str) -> dict[str, str]:
    """What the parts of a definition are called, by their ids."""
    try:
        definition = resolved.get(kind, id)
    except DefinitionError:
        return {}
    titles = {id: "整条规则" if kind == "ruleset" else str(definition.title)}
    waiting: list[Any] = [plain(definition)]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            title = part.get("title") or part.get("label")
            if isinstance(part.get("id"), str) and title and part["id"] != id:
                titles[part["id"]] = str(title)
            waiting += part.values()
        elif isinstance(part, list | tuple):
            waiting += part
    return titles


def definition_titles(resolved: Resolved, kind: str) -> list[tuple[str, str]]:
    """(id, title) of the definitions of a kind whose values an organisation may set for itself."""
    if kind not in KINDS:
        raise DefinitionError(f"没有“{kind}”这一类可以改的定义")
    return [(item.id, item.title) for item in resolved.all(kind)]
