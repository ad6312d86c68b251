"""The list of document kinds in ``docs/document-kinds.csv``: ``python -m tests.packs.documents.listing`` renews it.

What a pack defines is listed as it is defined. A row whose definition does not exist stays as it was planned.
"""

import csv
from pathlib import Path

from zhiyin.engines.documents import DocumentDefinition
from zhiyin.engines.documents.definition import Responsible
from zhiyin.packs.installed import registry

FILE = Path(__file__).resolve().parents[3] / "docs" / "document-kinds.csv"
COLUMNS = ("pack", "id", "title", "class", "subject", "drafts", "reviews", "approves", "clauses")


def every_kind() -> list[DocumentDefinition]:
    """Every kind of every pack, those that only a profile offers too."""
    return [registry().get(kind, id) for kind, id in registry().contents() if kind == "document"]


def listed() -> list[dict[str, str]]:
    """The rows of the list, in its order."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def row_of(definition: DocumentDefinition) -> dict[str, str]:
    """What the list says of a definition."""
    return {
        "pack": registry().provenance("document", definition.id).pack,
        "id": definition.id,
        "title": definition.title,
        "class": definition.class_ or "",
        "subject": definition.subject or "",
        "drafts": _who(definition.drafts),
        "reviews": _who(definition.reviews),
        "approves": _who(definition.approves),
        "clauses": " ".join(definition.serves),
    }


def _who(rule: Responsible | None) -> str:
    return "" if rule is None else str(rule.grade or rule.role)


def renew() -> list[str]:
    """Write the list anew; the ids that no pack defines."""
    defined = {definition.id: definition for definition in every_kind()}
    rows = listed()
    known = {row["id"] for row in rows}
    renewed = [row_of(defined[row["id"]]) if row["id"] in defined else row for row in rows]
    renewed += [row_of(definition) for id, definition in sorted(defined.items()) if id not in known]
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(renewed)
    return [row["id"] for row in renewed if row["id"] not in defined]


if __name__ == "__main__":
    print("\n".join(renew()))
