"""Whether six interest scales lie on Holland's circle: the randomisation test of hypothesised order."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations, permutations

from zhiyin.engines.psychometrics.circle import LETTERS, distance

Correlations = Mapping[tuple[str, str], float]


@dataclass(frozen=True, slots=True)
class HexagonFit:
    """Of 72 order predictions, how many are ``met``, ``tied`` and ``violated``.

    ``index`` = (met − violated)/72, −1…1 (1: perfect circle, 0: chance). ``p`` is the share of all 720 arrangements
    of the letters that fit at least as well; the smallest possible is 12/720.
    """

    met: int
    tied: int
    violated: int
    index: float
    p: float


def hexagon_fit(correlations: Correlations) -> HexagonFit:
    """Test that adjacent types correlate more than alternate, and these more than opposite ones.

    ``correlations`` maps each of the 15 pairs of letters (either order) to a correlation. Hubert & Arabie (1987),
    Psychological Bulletin 102; correspondence index and norms for RIASEC: Rounds & Tracey (1996), J. Counseling
    Psychology 43. Raises ``KeyError`` when a pair is missing.
    """
    values = {
        frozenset(pair): correlations[pair] if pair in correlations else correlations[pair[1], pair[0]]
        for pair in combinations(LETTERS, 2)
    }
    met, tied, violated = _predictions(values, LETTERS)
    at_least = 0
    for arrangement in permutations(LETTERS):
        better, _, worse = _predictions(values, "".join(arrangement))
        at_least += better - worse >= met - violated
    total = met + tied + violated
    return HexagonFit(met, tied, violated, (met - violated) / total, at_least / 720)


def _predictions(values: Mapping[frozenset[str], float], arrangement: str) -> tuple[int, int, int]:
    by_distance: dict[int, list[float]] = {1: [], 2: [], 3: []}
    for first, second in combinations(range(6), 2):
        pair = frozenset((arrangement[first], arrangement[second]))
        by_distance[distance(LETTERS[first], LETTERS[second])].append(values[pair])
    met = tied = violated = 0
    for near, far in ((1, 2), (1, 3), (2, 3)):
        for closer in by_distance[near]:
            for farther in by_distance[far]:
                met += closer > farther
                tied += closer == farther
                violated += closer < farther
    return met, tied, violated
