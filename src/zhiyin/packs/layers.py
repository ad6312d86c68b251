"""Layers over the packs: what a province (profile) or an agency selects, sets and alters, never an edited copy.

The operations work on the plain data of a definition. The result goes through the definition's own model again, so
nothing can be altered into something that a pack could not have said; see :mod:`zhiyin.packs.resolved`.
"""

import itertools
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field as Setting
from pydantic import StringConstraints, field_validator, model_validator

from zhiyin.engines.definitions import Faults, Head, Slug, Step, Text
from zhiyin.kernel.models import Definition

Region = Annotated[str, StringConstraints(pattern=r"^\d{2}(\d{2}(\d{2})?)?$")]
"""Region code of a province, a city or a county: 2, 4 or 6 digits."""

PlainValue = bool | int | float | str | list[str | int | float]

FIXED = frozenset({"kind", "id", "version", "serves"})
"""Keys by which others find or trust a definition or one of its parts; no layer changes them."""

NAMED_BY = ("id", "editable", "role", "no", "name", "value", "code")
"""Keys that name an element of a list, in the order in which they are looked for.

An element without any of them is found by one of its keys when no other element has that key: ``blocks[inputs]``.
"""

_STEP = re.compile(r"([a-z_][a-z0-9_]*)((?:\[[^\[\]]+\])*)")


class LayerFault(ValueError):
    """An operation that cannot be carried out; the message (Chinese) says why."""


class Target(Definition):
    """The definition that an operation is about."""

    kind: Slug
    id: Annotated[str, StringConstraints(min_length=1, max_length=80)]


class Selection(Definition):
    """Which definitions of a kind are offered: ``only`` these, or all ``without`` these. Exactly one is written."""

    kind: Slug
    only: Annotated[list[str] | None, Setting(min_length=1)] = None
    without: Annotated[list[str] | None, Setting(min_length=1)] = None
    why: str = ""

    @model_validator(mode="after")
    def _one_way(self) -> "Selection":
        if (self.only is None) == (self.without is None):
            raise ValueError("select 要写且只写 only、without 中的一个")
        return self

    @property
    def named(self) -> list[str]:
        """The ids that are written, whichever way."""
        return [*(self.only or []), *(self.without or [])]

    def offers(self, id: str) -> bool:
        """Whether the definition ``id`` of this kind stays on offer."""
        return id in self.only if self.only is not None else id not in (self.without or [])


class AssignedValue(Definition):
    """A value and the days (ISO, both inclusive) on which it holds, without ``valid_to`` for ever; ``source`` names
    where the figure comes from.
    """

    value: PlainValue
    valid_from: str
    valid_to: str | None = None
    source: Text

    @field_validator("valid_from", "valid_to")
    @classmethod
    def _iso(cls, value: str | None) -> str | None:
        if value is not None and date.fromisoformat(value).isoformat() != value:
            raise ValueError(f'“{value}”不是日期，请写成带引号的 "2026-01-31"')
        return value

    @model_validator(mode="after")
    def _in_order(self) -> "AssignedValue":
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise Faults([(("valid_to",), f"结束的日子 {self.valid_to} 早于开始的日子 {self.valid_from}")])
        return self


class Assignment(Definition):
    """Values of a parameter. They win on their days; on all other days what was said below goes on."""

    parameter: Slug
    values: Annotated[list[AssignedValue], Setting(min_length=1)]
    why: Text

    @model_validator(mode="after")
    def _no_overlap(self) -> "Assignment":
        ordered = sorted(enumerate(self.values), key=lambda pair: pair[1].valid_from)
        faults: list[tuple[tuple[Step, ...], str]] = []
        for (_, earlier), (index, later) in itertools.pairwise(ordered):
            if (earlier.valid_to or "9999-12-31") >= later.valid_from:
                faults.append((("values", index), "与另一个取值的日期重叠"))
        if faults:
            raise Faults(faults)
        return self


class Alteration(Definition):
    """One change inside a definition. ``at`` names the place, such as ``sections[basics].fields[phone]``; "" is the
    definition itself.

    ``add``: one element into the list at ``at``, after the element named ``after`` or at the end; ``remove``: the
    element of that name from the list; ``set``: keys of the mapping at ``at``. Exactly one of the three is written.
    """

    definition: Target
    at: str = ""
    add: dict[str, Any] | None = None
    after: str | None = None
    remove: str | None = None
    set: Annotated[dict[str, Any] | None, Setting(min_length=1)] = None
    why: Text

    @model_validator(mode="after")
    def _one_act(self) -> "Alteration":
        faults: list[tuple[tuple[Step, ...], str]] = []
        if sum(part is not None for part in (self.add, self.remove, self.set)) != 1:
            faults.append(((), "alter 要写且只写 add、remove、set 中的一个"))
        if self.after is not None and self.add is None:
            faults.append((("after",), "after 只和 add 一起用"))
        fixed = sorted(FIXED.intersection(self.set or {}))
        if fixed:
            faults.append((("set",), f"不能改 {'、'.join(fixed)}：别处靠它们认这个定义"))
        try:
            steps = parse_place(self.at)
        except LayerFault as error:
            faults.append((("at",), str(error)))
        else:
            if any(key in FIXED for key, _ in steps):
                faults.append((("at",), f"不能改 {'、'.join(sorted(FIXED))}：别处靠它们认这个定义"))
        if faults:
            raise Faults(faults)
        return self

    @property
    def act(self) -> Literal["add", "remove", "set"]:
        """Which of the three this is."""
        return "add" if self.add is not None else "remove" if self.remove is not None else "set"


class Operations(Definition):
    """What a layer does to the layers below it; carried out in the order select, set, alter."""

    select: list[Selection] = []
    set: list[Assignment] = []
    alter: list[Alteration] = []

    @property
    def is_empty(self) -> bool:
        """Whether nothing is changed."""
        return not (self.select or self.set or self.alter)


class Profile(Head, Operations):
    """``profile.yaml``: a province's or a city's variant of the packs, and the region that it is meant for.

    ``extends`` names profiles that are laid first, and packs that must be there.
    """

    kind: Literal["profile"]
    extends: list[Slug] = []
    region: Region

    @field_validator("extends")
    @classmethod
    def _none_twice(cls, value: list[str]) -> list[str]:
        if len(set(value)) != len(value):
            raise ValueError("extends 里有重复的编号")
        return value


Place = tuple[tuple[str, str | None], ...]
"""Steps of a place: a key, and the name of an element where the key holds a list."""


def parse_place(at: str) -> Place:
    """``sections[basics].fields`` as (("sections", "basics"), ("fields", None)). LayerFault when ill written."""
    steps: list[tuple[str, str | None]] = []
    position = 0
    while position < len(at):
        match = _STEP.match(at, position)
        if match is None:
            raise LayerFault(f"位置“{at}”写得不对，应像 sections[basics].fields[phone]")
        names = re.findall(r"\[([^\[\]]+)\]", match[2])
        if len(names) > 1:
            raise LayerFault(f"位置“{at}”里一个列表后面只能写一个名字")
        steps.append((match[1], names[0] if names else None))
        position = match.end()
        if position < len(at):
            if at[position] != "." or position + 1 == len(at):
                raise LayerFault(f"位置“{at}”写得不对，应像 sections[basics].fields[phone]")
            position += 1
    return tuple(steps)


def named(element: Any) -> str | None:
    """The name of an element of a list: the text under the first key of ``NAMED_BY`` that it has."""
    key = _named_by(element)
    return None if key is None else str(element[key])


def altered(data: Mapping[str, Any], change: Alteration) -> tuple[dict[str, Any], Any, Any]:
    """``data`` after ``change``, what stood at the place before, and what stands there now (None: nothing).

    ``data`` itself stays as it is. LayerFault when the place is not there, is of another shape, or the name is taken.
    """
    steps = parse_place(change.at)
    found = _descend(data, steps, change.at)
    if change.set is not None:
        return _with_keys(data, steps, found, change)
    if not isinstance(found, list):
        raise LayerFault(f"“{change.at}”不是列表，不能 {change.act}")
    if change.remove is not None:
        index = _index(found, change.remove, change.at)
        return _replaced(data, steps, [*found[:index], *found[index + 1 :]]), found[index], None
    name = named(change.add)
    if name is not None and any(named(element) == name for element in found):
        raise LayerFault(f"“{change.at}”里已经有“{name}”")
    index = len(found) if change.after is None else _index(found, change.after, change.at) + 1
    return _replaced(data, steps, [*found[:index], change.add, *found[index:]]), None, change.add


def touched(change: Alteration) -> set[tuple[str, ...]]:
    """The places that ``change`` writes or counts on, each as a path of keys and names.

    Two changes of one definition of which no path is the beginning of the other's may be laid in either order.
    """
    base: list[str] = []
    for key, name in parse_place(change.at):
        base += [key] if name is None else [key, name]
    if change.set is not None:
        return {(*base, key) for key in change.set}
    if change.remove is not None:
        return {(*base, change.remove)}
    name = named(change.add) or ""
    return {(*base, name), (*base, change.after or "")}


def _with_keys(
    data: Mapping[str, Any], steps: Place, found: Any, change: Alteration
) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    if not isinstance(found, Mapping):
        raise LayerFault(f"“{change.at}”不是一组键值，不能 set")
    wanted = change.set or {}
    if steps and steps[-1][1] is not None and _named_by(found) in wanted:
        raise LayerFault(f"“{change.at}”的 {_named_by(found)} 是它的名字，不能改")
    before = {key: found.get(key) for key in wanted}
    return _replaced(data, steps, {**found, **wanted}), before, dict(wanted)


def _named_by(element: Any) -> str | None:
    if not isinstance(element, Mapping):
        return None
    return next((key for key in NAMED_BY if isinstance(element.get(key), str)), None)


def _descend(data: Any, steps: Place, at: str) -> Any:
    for key, name in steps:
        if not isinstance(data, Mapping) or key not in data:
            raise LayerFault(f"“{at}”里没有“{key}”")
        data = data[key]
        if name is not None:
            if not isinstance(data, list):
                raise LayerFault(f"“{at}”里的“{key}”不是列表")
            data = data[_index(data, name, at)]
    return data


def _index(elements: Sequence[Any], name: str, at: str) -> int:
    for index, element in enumerate(elements):
        if named(element) == name or element == name:
            return index
    nameless = [
        index
        for index, element in enumerate(elements)
        if isinstance(element, Mapping) and name in element and named(element) is None
    ]
    if len(nameless) == 1:
        return nameless[0]
    raise LayerFault(f"“{at}”里没有“{name}”")


def _replaced(data: Any, steps: Place, value: Any) -> Any:
    """A copy of ``data`` with ``value`` at the place; only what lies on the way is copied."""
    if not steps:
        return value
    (key, name), rest = steps[0], steps[1:]
    if name is None:
        return {**data, key: _replaced(data[key], rest, value)}
    elements = list(data[key])
    index = _index(elements, name, key)
    elements[index] = _replaced(elements[index], rest, value)
    return {**data, key: elements}
