"""Ranking of occupations for one person: additive, explained, the same every time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, cast

from zhiyin.engines.definitions import education_height
from zhiyin.engines.matching.catalogue import Catalogue
from zhiyin.engines.matching.models import (
    Component,
    Constraints,
    Excluded,
    Match,
    Occupation,
    PersonProfile,
    Ranking,
)
from zhiyin.engines.matching.reasons import InterestFacts, exclusions, explain, fit_band

if TYPE_CHECKING:
    from numpy.typing import NDArray

WEIGHTS: Mapping[Component, float] = {"interest": 0.5, "education": 0.15, "skills": 0.25, "wishes": 0.1}
"""Weight of each component in the order; they add up to 1."""

EDUCATION_MEETS_FLOOR = 60.0
"""Education component of a person between the floor and what most employers ask."""


def rank(
    person: PersonProfile,
    occupations: Catalogue | Iterable[Occupation],
    constraints: Constraints | None = None,
    *,
    limit: int | None = None,
) -> Ranking:
    """Occupations for a person, best first, each with its reasons, and those that the filters hide.

    Order: weighted mean (:data:`WEIGHTS`) of the components that are known, then the larger known share, then the
    code. Unknown components neither help nor harm. ``limit`` stops after so many matches, which saves writing the
    reasons of the rest. Pass a :class:`Catalogue` when ranking more than once.
    """
    import numpy as np

    catalogue = occupations if isinstance(occupations, Catalogue) else Catalogue(occupations)
    constraints = constraints or Constraints()
    excluded, kept = [], []
    for place, occupation in enumerate(catalogue.occupations):
        hidden = exclusions(person, occupation, constraints)
        if hidden:
            excluded.append(Excluded(occupation, hidden))
        else:
            kept.append(place)

    columns, parts = _components(person, catalogue)
    order, known = _order(columns)
    chosen = np.array(kept, dtype=np.intp)
    # places run in code order, so the last key makes ties stable by code
    keys = (chosen, -known[chosen], -np.nan_to_num(order[chosen], nan=-1.0))
    ranked = chosen[np.lexsort(keys)][:limit]
    matches = [
        _match(number, int(place), person, catalogue, constraints, columns, parts, order, known)
        for number, place in enumerate(ranked, start=1)
    ]
    return Ranking(tuple(matches), tuple(excluded), catalogue.count, WEIGHTS)


def _components(
    person: PersonProfile, catalogue: Catalogue
) -> tuple[dict[Component, NDArray[Any]], dict[str, NDArray[Any]]]:
    import numpy as np

    nothing = np.full(catalogue.count, np.nan)
    columns: dict[Component, NDArray[Any]] = dict.fromkeys(WEIGHTS, nothing)
    parts: dict[str, NDArray[Any]] = dict.fromkeys(("correlation", "c_index", "m"), nothing)
    if person.interest is not None:
        fit = catalogue.interest([person.interest])
        columns["interest"] = fit.score[0]
        parts = {"correlation": fit.correlation[0], "c_index": fit.c_index[0], "m": fit.m[0]}
    if person.education is not None:
        height = education_height(person.education)
        meets = np.where(height >= catalogue.floor, EDUCATION_MEETS_FLOOR, 0.0)
        columns["education"] = np.where(height >= catalogue.usual, 100.0, meets)
    if person.skills is not None:
        columns["skills"] = catalogue.skills(person.skills)
    if person.wishes is not None:
        columns["wishes"] = catalogue.wishes(person.wishes)
    return columns, parts


def _order(columns: Mapping[Component, NDArray[Any]]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Weighted mean of the known components, rounded so that the last bits of a sum cannot turn two places round."""
    import numpy as np

    table = np.stack([columns[name] for name in WEIGHTS])
    weights = np.array(list(WEIGHTS.values()))[:, None] * ~np.isnan(table)
    known = weights.sum(axis=0)
    with np.errstate(invalid="ignore", divide="ignore"):
        order = np.round((np.nan_to_num(table) * weights).sum(axis=0) / known, 6)
    return order, np.round(known, 6)


def _match(
    number: int,
    place: int,
    person: PersonProfile,
    catalogue: Catalogue,
    constraints: Constraints,
    columns: Mapping[Component, NDArray[Any]],
    parts: Mapping[str, NDArray[Any]],
    order: NDArray[Any],
    known: NDArray[Any],
) -> Match:
    occupation, notation = catalogue.occupations[place], catalogue.interest_codes[place]
    components = {name: _value(column[place]) for name, column in columns.items()}
    m = _value(parts["m"][place])
    return Match(
        rank=number,
        occupation=occupation,
        occupation_code=notation,
        components=cast("Mapping[Component, float | None]", components),
        correlation=_value(parts["correlation"][place]),
        c_index=_value(parts["c_index"][place]),
        m=m,
        band="" if m is None else fit_band(m),
        order=_value(order[place]),
        known=float(known[place]),
        reasons=explain(person, occupation, constraints, InterestFacts(components["interest"], m, notation)),
    )


def _value(number: float) -> float | None:
    return None if number != number else round(float(number), 6)
