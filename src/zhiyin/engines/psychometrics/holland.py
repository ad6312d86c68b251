"""Holland profile of one person: code with ties, consistency, differentiation, ipsatised shape."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

from zhiyin.engines.psychometrics.circle import LETTERS, Groups, distance, expand, write
from zhiyin.engines.psychometrics.definitions import Level, Thresholds
from zhiyin.engines.psychometrics.scoring import ScaleScores
from zhiyin.engines.statistics import mean, standard_deviation


@dataclass(frozen=True, slots=True)
class Consistency:
    """How near the first two letters lie on the circle: 3 adjacent, 2 alternate, 1 opposite.

    Under ties ``value`` is the average over all possible first pairs, and ``ambiguous`` says that they disagree.
    """

    value: float
    level: Level
    ambiguous: bool


@dataclass(frozen=True, slots=True)
class Differentiation:
    """How far the profile stands out, in points of the answer scale.

    ``spread`` is highest minus lowest; ``iachan`` is L1 = ½(x₁ − (x₂+x₄)/2) on the sorted scales (Iachan 1984).
    """

    spread: float
    iachan: float
    level: Level


@dataclass(frozen=True, slots=True)
class HollandProfile:
    """One person's six interests.

    ``means`` letter → item mean (None: not scored). ``groups`` ranks the letters, equals together. ``code`` is the
    notation with ties (``"S(IC)"``), None for a flat or incomplete profile; ``codes`` lists every plain code it
    allows; ``pairs`` every possible first pair of letters. ``ipsatised`` is each letter's deviation from the person's
    own mean in own standard deviations (divisor 6), all 0 for six equal scores: it compares a person only with
    themselves and so may be used while there are no norms. What needs all six letters is None or empty when
    ``unscored`` is not.
    """

    means: dict[str, float | None]
    groups: Groups
    code: str | None
    codes: tuple[str, ...]
    pairs: tuple[str, ...]
    flat: bool
    unscored: tuple[str, ...]
    consistency: Consistency | None
    differentiation: Differentiation | None
    ipsatised: dict[str, float] | None

    @property
    def has_ties(self) -> bool:
        """Whether letters inside the code share a rank."""
        return self.code is not None and "(" in self.code


def profile(scores: ScaleScores | Mapping[str, float | None], thresholds: Thresholds) -> HollandProfile:
    """Profile from scale scores, or from a mapping of the six letters to item means.

    Letters whose means differ by at most ``thresholds.tie`` from the first of their group share a rank. Raises
    ``ValueError`` when the scales are not the six letters.
    """
    means = scores.means() if isinstance(scores, ScaleScores) else dict(scores)
    if sorted(means) != sorted(LETTERS):
        raise ValueError(f"a Holland profile needs the scales {LETTERS}, not {sorted(means)}")
    means = {letter: means[letter] for letter in LETTERS}
    known = {letter: value for letter, value in means.items() if value is not None}
    groups = rank_groups(known, thresholds.tie)
    unscored = tuple(letter for letter in LETTERS if letter not in known)
    if unscored:
        return HollandProfile(means, groups, None, (), (), False, unscored, None, None, None)

    ordered = sorted(known.values(), reverse=True)
    spread = ordered[0] - ordered[-1]
    flat = spread < thresholds.flat_range or spread == 0
    pairs = () if flat else _first_pairs(groups)
    return HollandProfile(
        means=means,
        groups=groups,
        code=None if flat else write(groups),
        codes=() if flat else expand(groups),
        pairs=pairs,
        flat=flat,
        unscored=(),
        consistency=_consistency(pairs) if pairs else None,
        differentiation=Differentiation(
            spread, 0.5 * (ordered[0] - (ordered[1] + ordered[3]) / 2), _differentiation_level(spread, thresholds)
        ),
        ipsatised=ipsatise(known),
    )


def ipsatise(means: Mapping[str, float]) -> dict[str, float]:
    """Deviation of each value from their own mean, in their own standard deviations; all 0 when they are equal."""
    values = list(means.values())
    centre, spread = mean(values), standard_deviation(values, sample=False)
    return {name: (value - centre) / spread if spread else 0.0 for name, value in means.items()}


def level_of(value: float, thresholds: Thresholds) -> Level:
    """Level of one scale mean."""
    return "high" if value >= thresholds.high else "low" if value <= thresholds.low else "middle"


def rank_groups(means: Mapping[str, float], tie: float = 0.0) -> Groups:
    """Letters from the highest value down; those within ``tie`` of the first of a group share its rank."""
    groups: list[list[str]] = []
    for letter in sorted(means, key=lambda letter: (-means[letter], LETTERS.index(letter))):
        # a hair above the tie width, so that 3.6 and 3.5 tie at 0.1 in binary fractions too
        if groups and means[groups[-1][0]] - means[letter] <= tie + 1e-9:
            groups[-1].append(letter)
        else:
            groups.append([letter])
    return tuple(tuple(sorted(group, key=LETTERS.index)) for group in groups)


def _first_pairs(groups: Groups) -> tuple[str, ...]:
    if len(groups[0]) >= 2:
        found = {"".join(sorted(pair, key=LETTERS.index)) for pair in permutations(groups[0], 2)}
    else:
        found = {"".join(sorted((groups[0][0], second), key=LETTERS.index)) for second in groups[1]}
    return tuple(sorted(found, key=lambda pair: [LETTERS.index(letter) for letter in pair]))


def _consistency(pairs: Sequence[str]) -> Consistency:
    values = [4 - distance(pair[0], pair[1]) for pair in pairs]
    value = mean(values)
    # exactly between two levels counts as middle: ties are no ground for a strong word
    level: Level = "high" if value > 2.5 else "low" if value < 1.5 else "middle"
    return Consistency(value, level, len(set(values)) > 1)


def _differentiation_level(spread: float, thresholds: Thresholds) -> Level:
    if spread >= thresholds.differentiated:
        return "high"
    return "low" if spread < thresholds.undifferentiated else "middle"
