"""Occupations packed into arrays, once, so that every ranking after that is a few matrix products."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from zhiyin.engines.definitions import education_height
from zhiyin.engines.matching.models import Occupation
from zhiyin.engines.psychometrics.circle import C_MAXIMUM, CODES, LETTERS, M_MAXIMUM, distance, expand, m_weight, write
from zhiyin.engines.psychometrics.holland import HollandProfile, rank_groups

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[Any]

CORRELATION_SHARE, C_SHARE, M_SHARE = 0.6, 0.2, 0.2
"""Shares of the interest component: shape of the whole profile first, then the two code indices."""


@dataclass(frozen=True, slots=True)
class InterestFit:
    """Interest of people × occupations. ``score`` 0–100; ``nan`` where a side has no code."""

    correlation: Array
    c_index: Array
    m: Array
    score: Array


class Catalogue:
    """Occupations in code order with their arrays. Raises ``ValueError`` for a code that occurs twice."""

    def __init__(self, occupations: Iterable[Occupation]) -> None:
        import numpy as np

        self.occupations: Sequence[Occupation] = sorted(occupations, key=lambda occupation: occupation.code)
        codes = [occupation.code for occupation in self.occupations]
        if len(set(codes)) != len(codes):
            raise ValueError("an occupation code occurs twice")
        self.count = len(codes)
        groups = [rank_groups(occupation.interests()) for occupation in self.occupations]
        self.interest_codes: list[str | None] = [None if len(group) == 1 else write(group) for group in groups]
        possible = [() if len(group) == 1 else expand(group) for group in groups]
        self._shapes = standardise(np.array([o.profile for o in self.occupations], dtype=np.float64).reshape(-1, 6))
        self._code_weights = _weights(possible)
        self.floor = np.array([education_height(o.education_min) for o in self.occupations], dtype=np.int8)
        self.usual = np.array([education_height(o.education_usual) for o in self.occupations], dtype=np.int8)
        self._segments = np.array([[int(part) for part in code.split("-")] for code in codes], dtype=np.int16)
        self._segments = self._segments.reshape(-1, 4)
        self._pack_skills()

    def _pack_skills(self) -> None:
        import numpy as np

        vocabulary: dict[str, int] = {}
        owners, words = [], []
        for place, occupation in enumerate(self.occupations):
            for skill in {normal(skill): None for skill in occupation.skills}:
                owners.append(place)
                words.append(vocabulary.setdefault(skill, len(vocabulary)))
        self._vocabulary = vocabulary
        self._skill_owner = np.array(owners, dtype=np.intp)
        self._skill_word = np.array(words, dtype=np.intp)
        self._skill_count = np.bincount(self._skill_owner, minlength=self.count).astype(np.float64)

    def interest(self, profiles: Sequence[HollandProfile]) -> InterestFit:
        """Interest fit of several people at once, each array people × occupations.

        The score is ``100·(0.6·max(0, r) + 0.2·C/18 + 0.2·M/28)`` with r the correlation of the two ipsatised
        profiles. A flat or incomplete profile gives ``nan``: that is not known, and not a bad fit.
        """
        import numpy as np

        means = np.array([[_number(p.means[x]) for x in LETTERS] for p in profiles], dtype=np.float64).reshape(-1, 6)
        coded = np.array([p.code is not None for p in profiles], dtype=bool)
        means[~coded] = np.nan
        correlation = np.clip(standardise(means) @ self._shapes.T / 6, -1.0, 1.0)
        weights = _weights([p.codes for p in profiles])
        tables = code_tables()
        c_index, m = (weights @ table @ self._code_weights.T for table in tables)
        score = 100 * (
            CORRELATION_SHARE * np.maximum(correlation, 0) + C_SHARE * c_index / C_MAXIMUM + M_SHARE * m / M_MAXIMUM
        )
        return InterestFit(correlation, c_index, m, score)

    def skills(self, known: Iterable[str]) -> Array:
        """Share 0–100 of each occupation's skills that are among ``known``; ``nan`` where it lists none."""
        import numpy as np

        has = self._held(known)
        held = np.bincount(self._skill_owner, weights=has[self._skill_word], minlength=self.count)
        with np.errstate(invalid="ignore", divide="ignore"):
            share: Array = 100 * held / self._skill_count
        return share

    def _held(self, known: Iterable[str]) -> Array:
        import numpy as np

        words = [normal(word) for word in known]
        return np.array([any(covers(word, skill) for word in words) for skill in self._vocabulary], dtype=np.float64)

    def wishes(self, codes: Iterable[str]) -> Array:
        """Nearness 0–100 to the nearest wish: 100 the wish itself, 75/50/25 same 小类, 中类, 大类, 0 elsewhere."""
        import numpy as np

        best = np.zeros(self.count)
        for code in codes:
            wish = [int(part) for part in code.split("-")][:4]
            same = np.cumprod(self._segments[:, : len(wish)] == wish, axis=1).sum(axis=1)
            best = np.maximum(best, np.where(same == len(wish), 100.0, 25.0 * same))
        return best


def standardise(rows: Array) -> Array:
    """Each row in deviations from its own mean, in its own standard deviations (divisor n); ``nan`` without spread."""
    import numpy as np

    centred = rows - rows.mean(axis=1, keepdims=True)
    spread = rows.std(axis=1, keepdims=True)
    with np.errstate(invalid="ignore", divide="ignore"):
        result: Array = centred / np.where(spread > 1e-12, spread, np.nan)
    return result


@lru_cache(maxsize=1)
def code_tables() -> tuple[Array, Array]:
    """C-index and M of all 120 × 120 plain codes, in the order of :data:`circle.CODES`."""
    import numpy as np

    letters = np.array([[LETTERS.index(letter) for letter in code] for code in CODES])
    nearness = np.array([[3 - distance(one, other) for other in LETTERS] for one in LETTERS])
    c_index = np.zeros((len(CODES), len(CODES)))
    m = np.zeros_like(c_index)
    for rank in range(3):
        c_index += (3 - rank) * nearness[letters[:, rank][:, None], letters[:, rank][None, :]]
        for other in range(3):
            m += m_weight(rank, other) * (letters[:, rank][:, None] == letters[:, other][None, :])
    return c_index, m


@lru_cache(maxsize=65536)
def normal(word: str) -> str:
    """A word for comparison: one width, lower case, no blanks."""
    return "".join(unicodedata.normalize("NFKC", word).casefold().split())


def covers(word: str, skill: str) -> bool:
    """Whether a person's word covers a required skill: equal, or more specific. A vaguer word never does."""
    return skill in word


def _weights(codes: Sequence[Sequence[str]]) -> Array:
    """Rows that spread weight 1 evenly over the possible codes; ``nan`` where there is none."""
    import numpy as np

    index = _code_index()
    weights = np.zeros((len(codes), len(CODES)))
    for row, possible in enumerate(codes):
        if not possible:
            weights[row] = np.nan
        for code in possible:
            weights[row, index[code]] = 1 / len(possible)
    return weights


@lru_cache(maxsize=1)
def _code_index() -> dict[str, int]:
    return {code: place for place, code in enumerate(CODES)}


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
