"""An employee's values laid beside the culture of the employer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zhiyin.kernel.serves import serves

FIRST = 3
"""How many of the values a person put in order are compared: what comes after is hardly what one chooses work by."""


@dataclass(frozen=True)
class Fit:
    """One value of the person: its rank (1 first), and what the employer does about it ("" when nothing is known)."""

    value: str
    rank: int
    shown: str


@dataclass(frozen=True)
class Comparison:
    """``met`` and ``unmet`` are the person's first values; ``beside`` what else the employer cares for.

    It tells what to talk about, not whether somebody fits.
    """

    met: tuple[Fit, ...]
    unmet: tuple[Fit, ...]
    beside: tuple[Mapping[str, Any], ...]


@serves("SVC-4.1.2-c")
def compare(culture: Sequence[Mapping[str, Any]], ranking: Sequence[str]) -> Comparison:
    """Lay ``ranking`` (codes of work-value, the dearest first) beside the culture entries of a file.

    ``culture``: rows with ``value`` and ``shown``. Only the first ``FIRST`` of the ranking are compared.
    """
    shown = {str(row["value"]): str(row["shown"]) for row in culture}
    dear = list(dict.fromkeys(value for value in ranking if value))[:FIRST]
    fits = [Fit(value, rank, shown.get(value, "")) for rank, value in enumerate(dear, start=1)]
    return Comparison(
        met=tuple(fit for fit in fits if fit.shown),
        unmet=tuple(fit for fit in fits if not fit.shown),
        beside=tuple(row for row in culture if row["value"] not in dear),
    )
