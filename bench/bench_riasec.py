"""Interest matching and reliability, ours beside a peer, in one run.

    python bench/bench_riasec.py

Cases
- rank one person, and score 1,000 people, against 1,636 occupations; peer: the same formulas as plain Python loops over
  dictionaries, which is how small career sites do it. Both must agree to 1e-6 before a time is printed.
- explained ranking of one person with every reason written; there is no peer that writes reasons.
- Cronbach's alpha of 20,000 people × 48 items; peer: the textbook formula on ``numpy.cov``.
- one-factor loadings by minimum residuals; peer: factor_analyzer, if it can be imported (0.5.1 needs
  scikit-learn < 1.8), and skipped aloud if not.

CPU seconds of the process, the smallest of several rounds, so that neighbours on the machine matter little.
"""

import math
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from zhiyin.engines.matching import Catalogue, Occupation, PersonProfile, c_index, iachan_m, rank
from zhiyin.engines.psychometrics import LETTERS, HollandProfile, profile
from zhiyin.engines.psychometrics.definitions import Thresholds
from zhiyin.engines.psychometrics.reliability import alpha, one_factor_loadings

OCCUPATIONS = 1_636
PEOPLE = 1_000
EDUCATION = ("junior", "vocational", "college", "bachelor")
SKILLS = [f"技能{number}" for number in range(3_000)]


def measure(call: Callable[[], Any], rounds: int) -> tuple[Any, float]:
    """Result and the least CPU seconds of several rounds, after one that warms up."""
    result, least = call(), math.inf
    for _ in range(rounds):
        began = time.process_time()
        result = call()
        least = min(least, time.process_time() - began)
    return result, least


def world(random: np.random.Generator) -> list[Occupation]:
    occupations = []
    for number in range(OCCUPATIONS):
        floor = int(random.integers(0, 3))
        code = f"{1 + number % 8}-{1 + number // 8 % 20:02d}-{1 + number // 160 % 20:02d}-{1 + number // 3200:02d}"
        occupations.append(
            Occupation(
                code=code,
                name=f"职业{number}",
                group=int(code[0]),
                profile=tuple(float(value) for value in np.round(random.uniform(1, 7, 6), 1)),
                education_min=EDUCATION[floor],
                education_usual=EDUCATION[floor + 1],
                skills=tuple(SKILLS[place] for place in random.choice(len(SKILLS), 6, replace=False)),
            )
        )
    return occupations


def people(random: np.random.Generator) -> list[HollandProfile]:
    limits = Thresholds(flat_range=0.5, tie=0.0, high=3.75, low=2.25)
    sheets = random.integers(8, 41, (PEOPLE, 6)) / 8
    return [profile(dict(zip(LETTERS, map(float, row), strict=True)), limits) for row in sheets]


def loop_correlation(one: list[float], other: list[float]) -> float:
    a, b = sum(one) / 6, sum(other) / 6
    shared = sum((x - a) * (y - b) for x, y in zip(one, other, strict=True))
    return shared / math.sqrt(sum((x - a) ** 2 for x in one) * sum((y - b) ** 2 for y in other))


def loop_scores(person: HollandProfile, occupations: list[Occupation], codes: list[str]) -> list[float]:
    """The documented interest formula, one pair at a time."""
    own, scores = [person.means[letter] or 0.0 for letter in LETTERS], []
    for occupation, code in zip(occupations, codes, strict=True):
        r = loop_correlation(own, list(occupation.profile))
        score = 0.6 * max(0.0, r) + 0.2 * c_index(person.code, code) / 18 + 0.2 * iachan_m(person.code, code) / 28
        scores.append(100 * score)
    return scores


def loop_rank(person: HollandProfile, occupations: list[Occupation], codes: list[str]) -> list[str]:
    scores = loop_scores(person, occupations, codes)
    return [code for _, code in sorted(zip((-round(s, 6) for s in scores), (o.code for o in occupations), strict=True))]


def report(case: str, ours: float, peer: float | None, name: str) -> None:
    beside = "" if peer is None else f"  {name} {peer * 1000:10.2f} ms  ratio {peer / ours:7.1f}×"
    print(f"{case:<52} ours {ours * 1000:9.2f} ms{beside}", flush=True)


def matching(random: np.random.Generator) -> None:
    occupations = sorted(world(random), key=lambda item: item.code)
    persons = [person for person in people(random) if person.code is not None]
    catalogue, built = measure(lambda: Catalogue(occupations), 3)
    codes = [code for code in catalogue.interest_codes if code is not None]
    assert len(codes) == OCCUPATIONS
    report("pack 1,636 occupations, once", built, None, "")

    one = PersonProfile(interest=persons[0])
    ours, quick = measure(lambda: rank(one, catalogue, limit=20), 20)
    theirs, slow = measure(lambda: loop_rank(persons[0], occupations, codes), 5)
    assert [match.occupation.code for match in ours] == theirs[:20]
    report("rank 1 × 1,636, reasons for the first 20", quick, slow, "loops")

    full = PersonProfile(
        interest=persons[0], education="college", skills=frozenset(SKILLS[:15]), certificates=frozenset(), wishes=("4",)
    )
    _, explained = measure(lambda: rank(full, catalogue), 10)
    report("rank 1 × 1,636, all components, all reasons", explained, None, "")

    scored, quick = measure(lambda: catalogue.interest(persons).score, 5)
    sample = persons[:20]
    looped, slow = measure(lambda: [loop_scores(person, occupations, codes) for person in sample], 1)
    np.testing.assert_allclose(scored[: len(sample)], looped, atol=1e-6)
    scaled = slow * len(persons) / len(sample)
    report(f"score {len(persons):,} × 1,636 (loops: 20 people, scaled)", quick, scaled, "loops")


def reliability(random: np.random.Generator) -> None:
    true = random.standard_normal((20_000, 1))
    answers = np.clip(np.round(3 + true * 0.8 + random.standard_normal((20_000, 48))), 1, 5)

    def textbook() -> float:
        covariance = np.cov(answers, rowvar=False)
        return 48 / 47 * (1 - np.trace(covariance) / covariance.sum())

    ours, quick = measure(lambda: alpha(answers), 10)
    theirs, slow = measure(textbook, 10)
    assert abs(ours - theirs) < 1e-9
    report("alpha 20,000 × 48", quick, slow, "numpy.cov")

    matrix = np.corrcoef(answers, rowvar=False)
    loadings, quick = measure(lambda: one_factor_loadings(matrix), 5)
    try:
        from factor_analyzer import FactorAnalyzer
    except ImportError:
        report("one factor, minimum residuals, 48 items", quick, None, "")
        print("  factor_analyzer cannot be imported: peer skipped")
        return
    peer = FactorAnalyzer(n_factors=1, rotation=None, method="minres", is_corr_matrix=True)
    fitted, slow = measure(lambda: peer.fit(matrix).loadings_[:, 0], 5)
    np.testing.assert_allclose(loadings, np.abs(fitted), atol=2e-3)
    report("one factor, minimum residuals, 48 items", quick, slow, "factor_analyzer")


def main() -> None:
    random = np.random.default_rng(20260101)
    matching(random)
    reliability(random)


if __name__ == "__main__":
    main()
