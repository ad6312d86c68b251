"""Which places of a definition name another definition."""

from collections.abc import Iterator, Mapping
from typing import Any

from zhiyin.packs.registry import Key
from zhiyin.packs.sources import Place

_EVERYWHERE: Mapping[str, str] = {
    kind: kind for kind in ("form", "process", "document", "notice", "codelist", "instrument")
}
_IN_RULES: Mapping[str, str] = {"param": "parameter", "rule": "ruleset", "table": "table"}
_BY_KIND: Mapping[str, Mapping[str, str]] = {
    "ruleset": _IN_RULES,
    "table": _IN_RULES,
    "measures": {"param": "parameter"},
    "policy": {"rule": "ruleset", "replaced_by": "policy", "amount": "parameter"},
    "profile": {"parameter": "parameter"},
}
"""Kind of the definition → key in it → kind of what it names; the value is one id or a list of them."""


def references(kind: str, data: Any) -> Iterator[tuple[Place, Key]]:
    """(place, (kind, id)) of everything that a definition of this kind names; ``data`` is its plain content.

    A key names by its word alone, at any depth: ``form: intake`` is a reference wherever it stands.
    """
    keys = {**_EVERYWHERE, "laws": "law", **_BY_KIND.get(kind, {})}
    yield from _walk(data, (), keys)
    if kind == "profile":
        yield from _of_profile(data)


def _walk(data: Any, place: Place, keys: Mapping[str, str]) -> Iterator[tuple[Place, Key]]:
    if isinstance(data, dict):
        for key, value in data.items():
            here: Place = (*place, key)
            if key in keys:
                yield from _named(value, here, keys[key])
            yield from _walk(value, here, keys)
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _walk(value, (*place, index), keys)


def _named(value: Any, place: Place, kind: str) -> Iterator[tuple[Place, Key]]:
    if isinstance(value, str):
        yield place, (kind, value)
    elif isinstance(value, list) and kind in {"law", "parameter"}:
        for index, item in enumerate(value):
            if isinstance(item, str):
                yield (*place, index), (kind, item)
    elif isinstance(value, dict) and kind == "table" and isinstance(value.get("id"), str):
        yield (*place, "id"), (kind, value["id"])


def _of_profile(data: Any) -> Iterator[tuple[Place, Key]]:
    """What a profile selects, and the definitions that it alters."""
    for index, item in enumerate(data.get("select", [])):
        for key in ("only", "without"):
            for number, id in enumerate(item.get(key) or []):
                yield ("select", index, key, number), (item["kind"], id)
    for index, item in enumerate(data.get("alter", [])):
        target = item["definition"]
        yield ("alter", index, "definition", "id"), (target["kind"], target["id"])
