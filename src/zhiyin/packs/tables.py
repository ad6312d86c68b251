"""Definitions that come as rows of a table: occupations, clauses of the standards, regions, parameters."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from zhiyin.engines.conformance import Clause
from zhiyin.engines.definitions import OccupationRow
from zhiyin.engines.rules import Parameter
from zhiyin.packs.findings import Finding
from zhiyin.packs.models import Region
from zhiyin.packs.sources import model_faults, read_csv

OCCUPATION_COLUMNS = tuple(OccupationRow.model_fields)
CLAUSE_COLUMNS = tuple(Clause.model_fields)
REGION_COLUMNS = tuple(Region.model_fields)
PARAMETER_COLUMNS = (
    "id",
    "title",
    "type",
    "unit",
    "value",
    "valid_from",
    "valid_to",
    "source",
    "basis",
    "clauses",
)

Row = tuple[int, dict[str, str]]
"""Line (from 1) and cells by column."""

_INTERESTS = "RIASEC"


Draft = tuple[str, Sequence[int], dict[str, Any]]
"""Id, lines, and data for the model. Several lines: the n-th stands for the n-th of ``values``."""


@dataclass(frozen=True, slots=True)
class TableKind:
    """How the rows of one folder become definitions; ``build`` adds what is wrong across rows as (line, message)."""

    kind: str
    model: type[BaseModel]
    columns: tuple[str, ...]
    build: Callable[[Sequence[Row], list[tuple[int, str]]], Iterator[Draft]]


def read_table(table: TableKind, file: Path) -> tuple[list[tuple[str, int, BaseModel]], list[Finding]]:
    """The sound definitions of one file as (id, line, definition), and what is wrong with the others."""
    rows, findings = read_csv(file, table.columns)
    found: list[tuple[str, int, BaseModel]] = []
    faults: list[tuple[int, str]] = []
    for id, lines, data in table.build(rows, faults):
        try:
            found.append((id, lines[0], table.model.model_validate(data)))
        except ValidationError as error:
            for place, rule, message, mend in model_faults(error):
                nth = place[1] if len(place) > 1 and place[0] == "values" and isinstance(place[1], int) else 0
                findings.append(Finding(file, lines[nth], rule, f"{id} {message}", mend))
    findings += [Finding(file, line, "table-row", message, "改这一行") for line, message in faults]
    return found, findings


def _occupations(rows: Sequence[Row], faults: list[tuple[int, str]]) -> Iterator[Draft]:
    for line, row in rows:
        yield row["code"], [line], _occupation(row)


def _occupation(row: Mapping[str, str]) -> dict[str, Any]:
    """Typed cells of a row; what is no number is left for the model to refuse."""
    values: dict[str, Any] = dict(row)
    values["group"] = int(row["group"]) if row["group"].isdecimal() else row["group"]
    for letter in _INTERESTS:
        try:
            values[letter] = float(row[letter])
        except ValueError:
            continue
    for name in ("skills", "conditions"):
        values[name] = [part.strip() for part in row[name].split("|")] if row[name] else []
    return values


def _clauses(rows: Sequence[Row], faults: list[tuple[int, str]]) -> Iterator[Draft]:
    for line, row in rows:
        yield row["id"], [line], dict(row)


def _regions(rows: Sequence[Row], faults: list[tuple[int, str]]) -> Iterator[Draft]:
    known = {row["code"] for _, row in rows}
    for line, row in rows:
        if row["parent"] and row["parent"] not in known:
            faults.append((line, f"{row['code']} 的上级“{row['parent']}”不在表里"))
        yield row["code"], [line], {**row, "parent": row["parent"] or None}


_SAME = ("title", "type", "unit", "basis", "clauses")


def _parameters(rows: Sequence[Row], faults: list[tuple[int, str]]) -> Iterator[Draft]:
    """Rows of one id are dated values of one parameter; what describes it stands in the first, or in each alike."""
    by_id: dict[str, list[Row]] = {}
    for line, row in rows:
        by_id.setdefault(row["id"], []).append((line, row))
    for id, group in by_id.items():
        head = group[0][1]
        for line, row in group[1:]:
            unlike = [name for name in _SAME if row[name] not in {"", head[name]}]
            if unlike:
                faults.append((line, f"{id} 的 {'、'.join(unlike)} 与第 {group[0][0]} 行不一样"))
        values = [
            {
                "value": row["value"],
                "valid_from": row["valid_from"],
                "valid_to": row["valid_to"] or None,
                "source": row["source"],
            }
            for _, row in group
        ]
        clauses = [part.strip() for part in head["clauses"].split("|") if part.strip()]
        described = {name: head[name] for name in ("id", "title", "type", "unit", "basis")}
        yield id, [line for line, _ in group], {**described, "clauses": clauses, "values": values}


TABLE_KINDS: Mapping[str, TableKind] = {
    "occupations": TableKind("occupation", OccupationRow, OCCUPATION_COLUMNS, _occupations),
    "clauses": TableKind("clause", Clause, CLAUSE_COLUMNS, _clauses),
    "regions": TableKind("region", Region, REGION_COLUMNS, _regions),
    "parameters": TableKind("parameter", Parameter, PARAMETER_COLUMNS, _parameters),
}
"""Folder → how its ``*.csv`` files are read."""
