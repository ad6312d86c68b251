"""Definitions that come as rows of a table: occupations, clauses of the standards, regions."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError

from zhiyin.engines.conformance import Clause
from zhiyin.engines.definitions import OccupationRow
from zhiyin.packs.findings import Finding
from zhiyin.packs.models import Region
from zhiyin.packs.sources import model_faults, read_csv

OCCUPATION_COLUMNS = tuple(OccupationRow.model_fields)
CLAUSE_COLUMNS = tuple(Clause.model_fields)
REGION_COLUMNS = tuple(Region.model_fields)

Row = tuple[int, dict[str, str]]
"""Line (from 1) and cells by column."""

_INTERESTS = "RIASEC"


@dataclass(frozen=True, slots=True)
class TableKind:
    """How the rows of one folder become definitions: ``build`` yields (id, lines, data for the model)."""

    kind: str
    model: type[BaseModel]
    columns: tuple[str, ...]
    build: Callable[[Sequence[Row]], Iterator[tuple[str, int, dict[str, Any]]]]


def read_table(table: TableKind, file: Path) -> tuple[list[tuple[str, int, BaseModel]], list[Finding]]:
    """The sound definitions of one file as (id, line, definition), and what is wrong with the others."""
    rows, findings = read_csv(file, table.columns)
    found: list[tuple[str, int, BaseModel]] = []
    for id, line, data in table.build(rows):
        try:
            found.append((id, line, table.model.model_validate(data)))
        except ValidationError as error:
            findings += [
                Finding(file, line, rule, f"{id} {message}", mend) for _, rule, message, mend in model_faults(error)
            ]
    return found, findings


def _occupations(rows: Sequence[Row]) -> Iterator[tuple[str, int, dict[str, Any]]]:
    for line, row in rows:
        yield row["code"], line, _occupation(row)


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


def _clauses(rows: Sequence[Row]) -> Iterator[tuple[str, int, dict[str, Any]]]:
    for line, row in rows:
        yield row["id"], line, dict(row)


def _regions(rows: Sequence[Row]) -> Iterator[tuple[str, int, dict[str, Any]]]:
    for line, row in rows:
        yield row["code"], line, {**row, "parent": row["parent"] or None}


TABLE_KINDS: Mapping[str, TableKind] = {
    "occupations": TableKind("occupation", OccupationRow, OCCUPATION_COLUMNS, _occupations),
    "clauses": TableKind("clause", Clause, CLAUSE_COLUMNS, _clauses),
    "regions": TableKind("region", Region, REGION_COLUMNS, _regions),
}
"""Folder → how its ``*.csv`` files are read."""
