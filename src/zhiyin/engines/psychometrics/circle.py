"""Holland's circle R-I-A-S-E-C: distances, codes with ties, agreement of two codes.

A *notation* writes a code with its ties in brackets: ``"SIC"``, ``"S(IC)"`` (I and C equal), ``"SI(CE)"`` (C and E
share the third place). Sources: Holland (1997), *Making vocational choices*; Brown & Gore (1994), J. Vocational
Behavior 44, for the C-index; Iachan (1984, 1990) for M and for the differentiation index.
"""

from collections.abc import Callable, Sequence
from functools import lru_cache
from itertools import permutations

from zhiyin.kernel.errors import Invalid

LETTERS = "RIASEC"
NAMES = {"R": "实用型", "I": "研究型", "A": "艺术型", "S": "社会型", "E": "企业型", "C": "常规型"}

CODES: tuple[str, ...] = tuple("".join(letters) for letters in permutations(LETTERS, 3))
"""All 120 three-letter codes, in a fixed order that the matching tables index."""

C_MAXIMUM = 18
M_MAXIMUM = 28
_M_WEIGHTS = ((22, 10, 4), (10, 5, 2), (4, 2, 1))

Groups = tuple[tuple[str, ...], ...]


def distance(first: str, second: str) -> int:
    """Steps between two letters round the circle, 0–3."""
    steps = abs(LETTERS.index(first) - LETTERS.index(second))
    return min(steps, len(LETTERS) - steps)


@lru_cache(maxsize=4096)
def parse(notation: str) -> Groups:
    """Rank groups of a notation: ``"S(IC)"`` gives ``(("S",), ("I", "C"))``.

    Raises :class:`Invalid` for anything but distinct RIASEC letters, three or more, with well-formed brackets.
    """
    groups: list[tuple[str, ...]] = []
    rest = notation
    while rest:
        if rest[0] == "(":
            inside, closed, rest = rest[1:].partition(")")
            groups.append(tuple(inside) if closed else ())
        else:
            groups.append((rest[0],))
            rest = rest[1:]
    letters = [letter for group in groups for letter in group]
    well_formed = all(groups) and len(set(letters)) == len(letters) >= 3 and all(x in LETTERS for x in letters)
    if not well_formed:
        raise Invalid(f"“{notation}”不是霍兰德代码：应为 R、I、A、S、E、C 中三个不同的字母，并列的写在括号里，如 S(IC)")
    return tuple(groups)


def write(groups: Sequence[Sequence[str]]) -> str:
    """Notation of the leading rank groups, as many as it takes to name three letters."""
    text, named = "", 0
    for group in groups:
        if named >= 3:
            break
        text += group[0] if len(group) == 1 else f"({''.join(group)})"
        named += len(group)
    return text


@lru_cache(maxsize=4096)
def codes_of(notation: str) -> tuple[str, ...]:
    """Every three-letter code that the notation allows, each once, in the order of its letters."""
    return expand(parse(notation))


def expand(groups: Groups) -> tuple[str, ...]:
    """Every three-letter code that the rank groups allow; empty when they hold fewer than three letters."""
    prefixes = [""]
    for group in groups:
        if len(prefixes[0]) >= 3:
            break
        room = min(3 - len(prefixes[0]), len(group))
        prefixes = [prefix + "".join(order) for prefix in prefixes for order in permutations(group, room)]
    return tuple(prefixes) if len(prefixes[0]) == 3 else ()


def c_index(first: str, second: str) -> float:
    """C-index of two notations, 0–18, 18 for the same code; ties are averaged over all their orders.

    ``3a + 2b + c`` where each term is 3 minus the circle distance of the letters at the same rank. Symmetric.
    Raises :class:`Invalid` for a bad notation.
    """
    return _average(first, second, c_of_codes)


def iachan_m(first: str, second: str) -> float:
    """Iachan's M of two notations, 0–28, 28 for the same code; ties are averaged over all their orders.

    Sum over shared letters of the weight for the pair of ranks (22 10 4 / 10 5 2 / 4 2 1). Symmetric.
    Raises :class:`Invalid` for a bad notation.
    """
    return _average(first, second, m_of_codes)


def c_of_codes(first: str, second: str) -> int:
    """C-index of two plain three-letter codes."""
    return sum(weight * (3 - distance(one, other)) for weight, one, other in zip((3, 2, 1), first, second, strict=True))


def m_of_codes(first: str, second: str) -> int:
    """Iachan's M of two plain three-letter codes."""
    return sum(_M_WEIGHTS[rank][second.index(letter)] for rank, letter in enumerate(first) if letter in second)


def m_weight(rank: int, other: int) -> int:
    """Weight in M of a letter shared at ranks ``rank`` and ``other``, both from 0."""
    return _M_WEIGHTS[rank][other]


def _average(first: str, second: str, index: Callable[[str, str], int]) -> float:
    one, other = codes_of(first), codes_of(second)
    return sum(index(a, b) for a in one for b in other) / (len(one) * len(other))
