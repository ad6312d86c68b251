"""From a clause to what serves it: definitions, code, tests, evidence; and what nothing serves yet.

A definition or a function only *claims* a clause; a clause counts as served when a test executes its acceptance line.
Code and tests are read, not run: ``@serves("…")`` and ``pytest.mark.clause("…")`` with ids written out.
"""

import ast
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from pydantic import BaseModel

Facet = Literal["doc", "kind", "area"]
FACETS: tuple[Facet, ...] = ("doc", "kind", "area")

_BESIDE = frozenset({"clause", "measures"})
"""Kinds that name clauses without serving them: the clauses themselves, and how they are measured."""


class Source(Protocol):
    """What the trace needs of a registry, resolved or not."""

    def contents(self) -> list[tuple[str, str]]: ...
    def get(self, kind: str, id: str) -> Any: ...
    def provenance(self, kind: str, id: str) -> Any: ...


@dataclass(frozen=True, slots=True)
class Use:
    """A definition that names a clause; ``part`` is the id of the part inside it, "" for the whole."""

    kind: str
    id: str
    title: str
    part: str
    pack: str
    file: Path
    line: int


@dataclass(frozen=True, slots=True)
class Mention:
    """Code or a test that names a clause: file, line (from 1) and name of the function or class."""

    file: Path
    line: int
    name: str


@dataclass(frozen=True, slots=True)
class ClauseTrace:
    """One clause and everything that serves it."""

    id: str
    doc: str
    kind: str
    area: str
    gist: str
    definitions: tuple[Use, ...] = ()
    code: tuple[Mention, ...] = ()
    tests: tuple[Mention, ...] = ()
    evidence: tuple[str, ...] = ()

    @property
    def is_claimed(self) -> bool:
        """Whether a definition or a function says that it serves the clause."""
        return bool(self.definitions or self.code)

    @property
    def is_served(self) -> bool:
        """Whether a test executes the clause's acceptance line."""
        return bool(self.tests)


@dataclass(frozen=True, slots=True)
class Count:
    """How many clauses share ``name``, and how many of them are claimed, served (tested), and shown by evidence."""

    name: str
    total: int
    claimed: int
    served: int
    evidenced: int


@dataclass(frozen=True, slots=True)
class Trace:
    """The trace of all clauses in the order of their ids. ``unknown``: ids named somewhere that no pack has."""

    clauses: tuple[ClauseTrace, ...]
    unknown: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def of(self, clause: str) -> ClauseTrace | None:
        """The trace of one clause, or None."""
        return next((item for item in self.clauses if item.id == clause), None)

    def counts(self, facet: Facet) -> list[Count]:
        """Counts by document, kind or area, in the order of their names."""
        names = sorted({str(getattr(item, facet)) for item in self.clauses})
        return [_count(name, [item for item in self.clauses if getattr(item, facet) == name]) for name in names]

    def total(self) -> Count:
        """Counts over everything."""
        return _count("", self.clauses)

    def waiting(self) -> dict[str, list[str]]:
        """Ids of the clauses that no test serves yet, by the area they wait for."""
        found: dict[str, list[str]] = {}
        for item in self.clauses:
            if not item.is_served:
                found.setdefault(item.area, []).append(item.id)
        return dict(sorted(found.items()))


def trace(
    registry: Source,
    tests: Path | None = None,
    *,
    code: Path | None = None,
    evidence: Mapping[str, Sequence[str]] | None = None,
) -> Trace:
    """Trace every clause of the packs in ``registry``.

    ``tests`` and ``code`` are folders of Python files; ``evidence`` maps clause ids to what an installation can show.
    A file that is not Python raises SyntaxError with its name.
    """
    uses = _uses(registry)
    coded = {} if code is None else mentions(code, "serves")
    tested = {} if tests is None else mentions(tests, "clause")
    shown = evidence or {}
    rows = {id: registry.get(kind, id) for kind, id in registry.contents() if kind == "clause"}
    clauses = tuple(
        ClauseTrace(
            id,
            row.doc,
            row.kind,
            row.area,
            row.gist,
            tuple(uses.get(id, ())),
            tuple(coded.get(id, ())),
            tuple(tested.get(id, ())),
            tuple(shown.get(id, ())),
        )
        for id, row in sorted(rows.items())
    )
    unknown: dict[str, list[str]] = {}
    for id, found in uses.items():
        unknown.setdefault(id, []).extend(f"{use.file}:{use.line}" for use in found)
    for named in (coded, tested):
        for id, places in named.items():
            unknown.setdefault(id, []).extend(f"{place.file}:{place.line}" for place in places)
    return Trace(clauses, {id: tuple(places) for id, places in sorted(unknown.items()) if id not in rows})


def mentions(folder: Path, marker: Literal["serves", "clause"]) -> dict[str, list[Mention]]:
    """Clause id → where ``@serves`` or ``pytest.mark.clause`` names it, in the Python files under ``folder``.

    Marks count on functions, classes, whole modules (``pytestmark``) and single parameters.
    """
    found: dict[str, list[Mention]] = {}
    for file in sorted(folder.rglob("*.py")):
        text = file.read_text(encoding="utf-8")
        if f"{marker}(" not in text:
            continue
        for clause, line, name in _calls(ast.parse(text, str(file)), marker, ""):
            found.setdefault(clause, []).append(Mention(file, line, name))
    return found


def _calls(node: ast.AST, marker: str, name: str) -> Iterator[tuple[str, int, str]]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        name = f"{name}.{node.name}" if name else node.name
    if isinstance(node, ast.Call) and _is_marker(node.func, marker):
        for argument in node.args:
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
                yield argument.value, node.lineno, name
    for child in ast.iter_child_nodes(node):
        yield from _calls(child, marker, name)


def _is_marker(function: ast.expr, marker: str) -> bool:
    if marker == "clause":
        written = ast.unparse(function)
        return written in {"pytest.mark.clause", "mark.clause"}
    return isinstance(function, ast.Name) and function.id == marker


def _uses(registry: Source) -> dict[str, list[Use]]:
    found: dict[str, list[Use]] = {}
    for kind, id in registry.contents():
        if kind in _BESIDE:
            continue
        definition = registry.get(kind, id)
        if not isinstance(definition, BaseModel):
            continue
        where = registry.provenance(kind, id)
        title = str(getattr(definition, "title", ""))
        keys = frozenset({"serves", "clauses"} if kind == "parameter" else {"serves"})
        for part, clause in _cited(definition.model_dump(mode="python", by_alias=True, exclude_unset=True), "", keys):
            use = Use(kind, id, title, part, where.pack, where.file, where.line)
            if use not in found.setdefault(clause, []):
                found[clause].append(use)
    return found


def _cited(data: Any, part: str, keys: frozenset[str]) -> Iterator[tuple[str, str]]:
    """(part, clause) for every clause listed under one of ``keys``, at any depth."""
    if isinstance(data, Mapping):
        for key, value in data.items():
            if key in keys and isinstance(value, list | tuple):
                yield from ((part, item) for item in value if isinstance(item, str))
            else:
                yield from _cited(value, part, keys)
    elif isinstance(data, list | tuple):
        for value in data:
            inner = value.get("id") if isinstance(value, Mapping) else None
            yield from _cited(value, inner if isinstance(inner, str) else part, keys)


def _count(name: str, items: Sequence[ClauseTrace]) -> Count:
    marks = Counter[str]()
    for item in items:
        marks["claimed"] += item.is_claimed
        marks["served"] += item.is_served
        marks["evidenced"] += bool(item.evidence)
    return Count(name, len(items), marks["claimed"], marks["served"], marks["evidenced"])


def markdown(found: Trace) -> str:
    """The trace as a page: counts by document, kind and area, then the ids that no test serves yet."""
    whole = found.total()
    lines = [
        "# Conformance",
        "",
        "Written by `make conformance` from the packs, `@serves` in the code and `pytest.mark.clause` in the tests.",
        "",
        "A definition or a function *claims* a clause. It counts as *served* when a test executes its acceptance line.",
        "",
        f"Of {whole.total} clauses {whole.claimed} are claimed and {whole.served} served.",
    ]
    titles = {"doc": "By document", "kind": "By kind of clause", "area": "By area of the system"}
    for facet in FACETS:
        lines += ["", f"## {titles[facet]}", "", "| | clauses | claimed | served |", "|---|--:|--:|--:|"]
        lines += [f"| {row.name} | {row.total} | {row.claimed} | {row.served} |" for row in found.counts(facet)]
    lines += ["", "## Not served yet, by the area they wait for"]
    for area, ids in found.waiting().items():
        lines += ["", f"### {area} ({len(ids)})", "", " · ".join(ids)]
    if found.unknown:
        lines += ["", "## Named but in no pack", ""]
        lines += [f"- {id}" for id in found.unknown]
    return "\n".join(lines) + "\n"
