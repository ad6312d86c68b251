"""The packs as one agency on one day meets them: base, then profiles, then the agency's own changes.

The base is never touched: what a layer alters is a new definition, checked by the same model, with the whole way from
the base written down. Definitions that a layer takes off offer can still be fetched by id, for records made under them.
"""

import functools
import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ValidationError

from zhiyin.engines.forms import CodeList
from zhiyin.engines.rules import Parameter, SimpleLibrary, library_faults
from zhiyin.kernel.errors import DefinitionError
from zhiyin.packs.findings import Finding
from zhiyin.packs.layers import (
    Alteration,
    Assignment,
    LayerFault,
    Operations,
    Profile,
    altered,
)
from zhiyin.packs.references import references
from zhiyin.packs.registry import Key, Provenance, Registry
from zhiyin.packs.sources import model_faults, read_yaml

KEPT = 64
"""How many resolved sets a process keeps."""


@dataclass(frozen=True)
class Layer:
    """Operations with who laid them: a profile (``file``: its profile.yaml) or an agency's change (``who``: a name)."""

    id: str
    title: str
    kind: Literal["profile", "agency"]
    operations: Operations
    who: str = ""
    file: Path | None = None

    @functools.cached_property
    def digest(self) -> str:
        """SHA-256 over everything that the layer brings, its author included."""
        said = [self.id, self.title, self.kind, self.who, self.operations.model_dump(mode="json")]
        return _digest(said)


@dataclass(frozen=True, slots=True)
class LayerChange:
    """One changed value with its way: which layer and operation (``alter[2]``), who, why, before and after."""

    layer: str
    layer_title: str
    layer_kind: Literal["profile", "agency"]
    who: str
    why: str
    operation: str
    kind: str
    id: str
    at: str
    before: Any
    after: Any


class LayerError(DefinitionError):
    """A layer that cannot be laid. ``faults`` holds pairs of an operation (``set[0]``, "" for the whole) and a message.

    ``line`` finds the line of an operation in the profile's file, from 1.
    """

    def __init__(self, layer: Layer, faults: Sequence[tuple[str, str]]) -> None:
        self.layer_id, self.layer, self.file, self.faults = layer.id, layer.title, layer.file, list(faults)
        super().__init__("\n".join(f"{self._where(operation)}：{message}" for operation, message in self.faults))

    def line(self, operation: str) -> int:
        """Line of an operation in the file of the profile; 1 without a file."""
        if self.file is None or not self.file.is_file():
            return 1
        name, _, index = operation.rstrip("]").partition("[")
        return read_yaml(self.file)[0].line((name, int(index)) if index else ())

    def _where(self, operation: str) -> str:
        place = f"{self.file}:{self.line(operation)}: " if self.file is not None else ""
        return f"{place}{self.layer} {operation}".rstrip()


@dataclass(slots=True)
class _Laid:
    """What the layers have made of the base so far."""

    registry: Registry
    hidden: set[Key]
    data: dict[Key, dict[str, Any]] = field(default_factory=dict)
    definitions: dict[Key, BaseModel] = field(default_factory=dict)
    changes: list[LayerChange] = field(default_factory=list)

    def plain(self, key: Key) -> dict[str, Any]:
        return self.data[key] if key in self.data else plain(self.registry.get(*key))

    def definition(self, key: Key) -> Any:
        return self.definitions[key] if key in self.definitions else self.registry.get(*key)


class Resolved:
    """Definitions as they are for some profiles and changes on a day; offers what a :class:`Registry` offers.

    ``snapshot_hash`` stands for the content: the same layers over the same packs give the same hash on every machine.
    Without any layer it is the registry's own. ``on`` is the day for which dated values are read if no other is asked.
    """

    def __init__(self, laid: _Laid, profiles: Sequence[str], layers: Sequence[Layer], on: date) -> None:
        self.registry = laid.registry
        self.packs = laid.registry.packs
        self.profiles = tuple(profiles)
        self.layers = tuple(layers)
        self.on = on
        self.history = tuple(laid.changes)
        self._hidden = frozenset(laid.hidden)
        self._definitions = laid.definitions
        self.snapshot_hash = self._hash()

    def at(self, on: date) -> "Resolved":
        """The same set, read on another day."""
        if on == self.on:
            return self
        other = object.__new__(Resolved)
        other.__dict__ |= self.__dict__ | {"on": on}
        return other

    def get(self, kind: str, id: str) -> Any:
        """The definition, layers applied; DefinitionError if no pack supplies it."""
        found = self._definitions.get((kind, id))
        return self.registry.get(kind, id) if found is None else found

    def all(self, kind: str) -> list[Any]:
        """All definitions of a kind that are on offer here, in the order of their ids."""
        return [self.get(kind, id) for found, id in self._keys(kind) if (found, id) not in self._hidden]

    def offers(self, kind: str, id: str) -> bool:
        """Whether a definition is there and on offer here."""
        return (kind, id) in self._keys(kind) and (kind, id) not in self._hidden

    def codelists(self) -> dict[str, CodeList]:
        """Code lists by id, layers applied; also those no longer on offer."""
        changed = {id: item for (kind, id), item in self._definitions.items() if kind == "codelist"}
        return self.registry.codelists() | changed  # type: ignore[operator]

    def provenance(self, kind: str, id: str) -> Provenance:
        """Where the definition was written in its pack; :meth:`changes` tells what layers made of it."""
        return self.registry.provenance(kind, id)

    def contents(self) -> list[Key]:
        """(kind, id) of every definition, on offer or not, sorted."""
        return self.registry.contents()

    def versions(self) -> list[tuple[str, str]]:
        """(id, version) of every pack, in the order of loading."""
        return self.registry.versions()

    def changes(self, kind: str, id: str) -> tuple[LayerChange, ...]:
        """What the layers changed in one definition, in the order in which they were laid."""
        return tuple(change for change in self.history if (change.kind, change.id) == (kind, id))

    def parameters(self) -> dict[str, Parameter]:
        """Parameters on offer by id, with the values of every layer."""
        return {item.id: item for item in self.all("parameter")}

    def parameter(self, id: str, on: date | None = None) -> Any:
        """Value of a parameter on a day. DefinitionError when there is none of that name, or none for that day."""
        day = on or self.on
        value = self.get("parameter", id).on(day)
        if value is None:
            raise DefinitionError(f"参数“{id}”在 {day} 没有取值")
        return value

    def rules_library(self, on: date | None = None) -> SimpleLibrary:
        """What :func:`zhiyin.engines.rules.evaluate` needs; its dated values are asked by day, ``on`` is not needed."""
        return self._library

    @functools.cached_property
    def _library(self) -> SimpleLibrary:
        kinds = ("parameter", "table", "ruleset")
        parameters, tables, rulesets = ([self.get(kind, id) for _, id in self._keys(kind)] for kind in kinds)
        return SimpleLibrary(parameters, tables, rulesets, self.codelists().values())

    def _keys(self, kind: str) -> list[Key]:
        return _by_kind(self.registry).get(kind, [])

    def _hash(self) -> str:
        if not self.layers:
            return self.registry.snapshot_hash
        content = {
            "base": self.registry.snapshot_hash,
            "profiles": sorted(self.profiles),
            "hidden": sorted(self._hidden),
            "altered": [[*key, plain(item, json=True)] for key, item in sorted(self._definitions.items())],
        }
        return _digest(content)


def resolve(
    registry: Registry, profiles: Sequence[str] = (), on: date | None = None, changes: Sequence[Layer] = ()
) -> Resolved:
    """Lay ``profiles`` (what they extend first) and then ``changes`` over the packs.

    The profile ids are laid in the order given. Equal arguments give the same object again while it is kept.
    ``on`` is the machine's today by default. Raises LayerError for a layer that cannot be laid, DefinitionError for an
    unknown profile or one that extends itself.
    """
    found = _resolve(_Held(registry), tuple(profiles), _HeldLayers(tuple(changes)))
    return found.at(on or date.today())  # noqa: DTZ011


def profile_findings(registry: Registry) -> list[Finding]:
    """What is wrong with the installed profiles, each laid by itself with what it extends."""
    findings: list[Finding] = []
    for profile in registry.all("profile"):
        where = registry.provenance("profile", profile.id)
        try:
            resolve(registry, [profile.id])
        except LayerError as error:
            file = error.file or where.file
            findings += [
                Finding(file, error.line(operation), "layer", f"{operation} {message}".strip(), "改这一条，或删去它")
                for operation, message in error.faults
            ]
        except DefinitionError as error:
            findings.append(Finding(where.file, where.line, "layer", str(error), "检查 extends"))
    return list(dict.fromkeys(findings))


def plain(definition: BaseModel, *, json: bool = False) -> dict[str, Any]:
    """A definition as the plain data that its author wrote: what was left out stays out."""
    mode: Literal["json", "python"] = "json" if json else "python"
    return definition.model_dump(mode=mode, by_alias=True, exclude_unset=True)


class _Held:
    """A registry that is told apart by its content."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    def __hash__(self) -> int:
        return hash(self.registry.snapshot_hash)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and self.registry.snapshot_hash == other.registry.snapshot_hash


class _HeldLayers:
    """Layers that are told apart by their content."""

    def __init__(self, layers: tuple[Layer, ...]) -> None:
        self.layers = layers
        self.digests = tuple(layer.digest for layer in layers)

    def __hash__(self) -> int:
        return hash(self.digests)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _HeldLayers) and self.digests == other.digests


@functools.lru_cache(maxsize=KEPT)
def _resolve(held: _Held, profiles: tuple[str, ...], changes: _HeldLayers) -> Resolved:
    registry = held.registry
    laid_profiles = _in_order(registry, profiles)
    layers = [
        Layer(item.id, item.title, "profile", item, file=registry.provenance("profile", item.id).file)
        for item in laid_profiles
    ]
    layers += changes.layers
    laid = _Laid(registry, _not_offered(registry, [item.id for item in laid_profiles]))
    for layer in layers:
        _lay(laid, layer)
    return Resolved(laid, [item.id for item in laid_profiles], layers, date.min)


@functools.lru_cache(maxsize=4)
def _keys_by_kind(held: _Held) -> dict[str, list[Key]]:
    found: dict[str, list[Key]] = {}
    for key in held.registry.contents():
        found.setdefault(key[0], []).append(key)
    return found


def _by_kind(registry: Registry) -> dict[str, list[Key]]:
    return _keys_by_kind(_Held(registry))


def _in_order(registry: Registry, wanted: Iterable[str]) -> list[Profile]:
    """The profiles with what they extend before them, each once. Names of packs must be installed."""
    packs = {pack.id for pack in registry.packs}
    known = {id for kind, id in registry.contents() if kind == "profile"}
    ordered: list[Profile] = []

    def visit(id: str, way: tuple[str, ...]) -> None:
        if id in way:
            raise DefinitionError(f"方案互相扩展：{' → '.join([*way, id])}")
        if any(item.id == id for item in ordered):
            return
        profile: Profile = registry.get("profile", id)
        for name in profile.extends:
            if name in known:
                visit(name, (*way, id))
            elif name not in packs:
                raise DefinitionError(f"方案“{id}”要扩展的“{name}”既不是方案，也不是已装的定义包")
        ordered.append(profile)

    for id in wanted:
        visit(id, ())
    return ordered


def _not_offered(registry: Registry, profiles: Sequence[str]) -> set[Key]:
    """Definitions of packs that are withdrawn, or that belong to a profile which is not chosen."""
    chosen = {registry.provenance("profile", id).pack for id in profiles}
    away = {
        pack.id
        for pack in registry.packs
        if pack.head.status == "withdrawn" or (pack.head.layer == "profile" and pack.id not in chosen)
    }
    return {key for key in registry.contents() if registry.provenance(*key).pack in away}


def _lay(laid: _Laid, layer: Layer) -> None:
    faults: list[tuple[str, str]] = []
    for index, selection in enumerate(layer.operations.select):
        keys = _by_kind(laid.registry).get(selection.kind, [])
        absent = [id for id in selection.named if (selection.kind, id) not in keys]
        if absent:
            faults.append((f"select[{index}]", f"没有 {selection.kind}“{'、'.join(absent)}”"))
            continue
        away = {key for key in keys if not selection.offers(key[1])} - laid.hidden
        laid.hidden |= away
        names = sorted(id for _, id in away)
        why = selection.why
        if names:
            laid.changes += [
                _change(layer, why, f"select[{index}]", (selection.kind, id), "", "提供", "不提供") for id in names
            ]
    for index, assignment in enumerate(layer.operations.set):
        _try(faults, f"set[{index}]", _assign, laid, layer, index, assignment)
    touched: dict[Key, list[int]] = {}
    for index, change in enumerate(layer.operations.alter):
        key = (change.definition.kind, change.definition.id)
        if _try(faults, f"alter[{index}]", _alter, laid, layer, index, change):
            touched.setdefault(key, []).append(index)
    for key, indexes in touched.items():
        _check(laid, key, indexes, faults)
    if not faults:
        faults += _rule_faults(laid, touched)
    if faults:
        raise LayerError(layer, faults)


def _try(faults: list[tuple[str, str]], operation: str, act: Any, *args: Any) -> bool:
    try:
        act(*args)
    except ValidationError as error:
        faults += [(operation, message) for _, _, message, _ in model_faults(error)]
    except (LayerFault, DefinitionError, ValueError) as error:
        faults.append((operation, str(error)))
    else:
        return True
    return False


def _assign(laid: _Laid, layer: Layer, index: int, assignment: Assignment) -> None:
    key = ("parameter", assignment.parameter)
    parameter: Parameter = laid.definition(key)
    changed = overlaid(parameter, assignment)
    laid.definitions[key], laid.data[key] = changed, plain(changed)
    before, after = ([value.model_dump(mode="json") for value in item.values] for item in (parameter, changed))
    laid.changes.append(_change(layer, assignment.why, f"set[{index}]", key, "values", before, after))


def _alter(laid: _Laid, layer: Layer, index: int, change: Alteration) -> None:
    key = (change.definition.kind, change.definition.id)
    data, before, after = altered(laid.plain(key), change)
    laid.data[key] = data
    at = change.at if change.remove is None else f"{change.at}[{change.remove}]"
    laid.changes.append(_change(layer, change.why, f"alter[{index}]", key, at, before, after))


def _check(laid: _Laid, key: Key, indexes: Sequence[int], faults: list[tuple[str, str]]) -> None:
    """The altered definition through its model, and what it now names must be there."""
    operations = "、".join(f"alter[{index}]" for index in indexes)
    try:
        changed = type(laid.registry.get(*key)).model_validate(laid.data[key])
    except ValidationError as error:
        for place, _, message, mend in model_faults(error):
            where = ".".join(str(part) for part in place)
            reason = f"经 {operations} 后不成立：{where} {message} {mend}".rstrip()
            faults.append((f"alter[{indexes[0]}]", f"{key[0]}“{key[1]}”{reason}"))
        return
    known = {kind: {id for _, id in keys} for kind, keys in _by_kind(laid.registry).items()}
    for place, (kind, id) in references(key[0], laid.data[key]):
        if id not in known.get(kind, ()):
            where = ".".join(str(part) for part in place)
            faults.append((f"alter[{indexes[0]}]", f"{where} 指的 {kind}“{id}”不存在"))
    laid.definitions[key] = changed


def _rule_faults(laid: _Laid, touched: Mapping[Key, Sequence[int]]) -> list[tuple[str, str]]:
    """Altered rules and tables beside all others: kinds that no longer fit, facts and outputs that are not there."""
    if not any(kind in {"ruleset", "table"} for kind, _ in touched):
        return []
    keys = _by_kind(laid.registry)
    parameters, tables, rulesets = (
        [laid.definition(key) for key in keys.get(kind, ())] for kind in ("parameter", "table", "ruleset")
    )
    library = SimpleLibrary(parameters, tables, rulesets)
    found: list[tuple[str, str]] = []
    for ruleset in rulesets:
        for place, message in library_faults(ruleset, library, date.today()):  # noqa: DTZ011  any day with values
            indexes = touched.get(("ruleset", ruleset.id)) or min(touched.values())
            where = ".".join(str(part) for part in place)
            found.append((f"alter[{indexes[0]}]", f"ruleset“{ruleset.id}”：{where} {message}"))
    return found


def overlaid(parameter: Parameter, assignment: Assignment) -> Parameter:
    """The parameter with the assigned values on their days and its own on all other days.

    Raises ValidationError when a value is not of the parameter's type.
    """
    values = [item.model_dump(mode="python") for item in assignment.values]
    for value in parameter.values:
        pieces = [(value.valid_from, value.valid_to)]
        for laid in assignment.values:
            pieces = [rest for piece in pieces for rest in _without(piece, laid.valid_from, laid.valid_to)]
        values += [value.model_dump(mode="python") | {"valid_from": low, "valid_to": high} for low, high in pieces]
    return Parameter.model_validate({**plain(parameter), "values": sorted(values, key=lambda item: item["valid_from"])})


Period = tuple[str, str | None]
"""First and last day (ISO, both included); None is no end."""


def _without(piece: Period, first: str, last: str | None) -> list[Period]:
    """What is left of ``piece`` when the days from ``first`` to ``last`` are taken out."""
    low, high = piece
    if (high is not None and high < first) or (last is not None and last < low):
        return [piece]
    left: list[Period] = []
    if low < first:
        left.append((low, (date.fromisoformat(first) - timedelta(days=1)).isoformat()))
    if last is not None and (high is None or last < high):
        left.append(((date.fromisoformat(last) + timedelta(days=1)).isoformat(), high))
    return left


def _change(layer: Layer, why: str, operation: str, key: Key, at: str, before: Any, after: Any) -> LayerChange:
    return LayerChange(layer.id, layer.title, layer.kind, layer.who, why, operation, *key, at, before, after)


def _digest(content: Any) -> str:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(text.encode()).hexdigest()
