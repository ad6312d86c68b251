"""Signs that a questionnaire was answered without attention. They inform the adviser and never block a result.

Indices after Curran (2016), J. Experimental Social Psychology 66, and Meade & Craig (2012), Psychological Methods 17.
Each index sees only one kind of carelessness, so a single sign is a reason to ask, not to discard.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from statistics import median
from typing import Literal

from zhiyin.engines.psychometrics.definitions import InstrumentDefinition
from zhiyin.engines.statistics import mean, pearson, standard_deviation

Severity = Literal["notice", "warning"]


@dataclass(frozen=True, slots=True)
class Flag:
    """One sign: its ``code``, how strong it is, the value seen beside the limit, and a Chinese explanation."""

    code: Literal["long-string", "even-odd", "low-variability", "too-fast", "missing"]
    severity: Severity
    value: float
    limit: float
    message: str


def inspect(
    definition: InstrumentDefinition, answers: Mapping[str, int], seconds: Mapping[str, float] | None = None
) -> tuple[Flag, ...]:
    """Signs found in an answer sheet, empty when there are none.

    ``answers`` and ``seconds`` as for scoring; without ``seconds`` the time is not judged.
    """
    limits = definition.careless
    flags: list[Flag] = []

    run = longest_run(definition, answers)
    if run >= limits.long_string:
        severity: Severity = "warning" if run >= 1.5 * limits.long_string else "notice"
        message = f"连续 {run} 题选了同一个答案，请问问本人当时是怎么考虑的"
        flags.append(Flag("long-string", severity, run, limits.long_string, message))

    consistency = even_odd(definition, answers)
    if consistency is not None and consistency < limits.even_odd:
        severity = "warning" if consistency < 0 else "notice"
        message = f"同一类型的单数题和双数题答得不太一致（{consistency:.2f}，一般应不低于 {limits.even_odd:.2f}）"
        flags.append(Flag("even-odd", severity, consistency, limits.even_odd, message))

    spread = variability(answers)
    if spread is not None and spread < limits.min_variability:
        severity = "warning" if spread == 0 else "notice"
        message = f"各题答案几乎没有高低之分（标准差 {spread:.2f}），结果难以看出兴趣差别"
        flags.append(Flag("low-variability", severity, spread, limits.min_variability, message))

    pace = median(seconds.values()) if seconds else None
    if pace is not None and pace < limits.min_seconds_per_item:
        severity = "warning" if pace < limits.min_seconds_per_item / 2 else "notice"
        message = f"每题用时中位数 {pace:.1f} 秒，少于读完一题通常需要的 {limits.min_seconds_per_item:g} 秒"
        flags.append(Flag("too-fast", severity, pace, limits.min_seconds_per_item, message))

    missing = len(definition.items) - sum(item.id in answers for item in definition.items)
    if missing > limits.max_missing:
        severity = "warning" if missing > 2 * limits.max_missing else "notice"
        message = f"共有 {missing} 题没有作答，可以请本人补答后再看结果"
        flags.append(Flag("missing", severity, missing, limits.max_missing, message))
    return tuple(flags)


def longest_run(definition: InstrumentDefinition, answers: Mapping[str, int]) -> int:
    """Longest row of equal answers in the order administered; an unanswered item ends a row."""
    longest = current = 0
    previous: int | None = None
    for item in definition.ordered_items():
        answer = answers.get(item.id)
        current = 0 if answer is None else current + 1 if answer == previous else 1
        longest = max(longest, current)
        previous = answer
    return longest


def even_odd(definition: InstrumentDefinition, answers: Mapping[str, int]) -> float | None:
    """Within-person consistency of odd and even items, −1…1, or None where it is not defined.

    Each scale is halved by alternate items, both halves are averaged after keying, and the two rows of half-scale
    means are correlated over the scales and stepped up by Spearman–Brown ``2r/(1+r)``, not below −1. Not defined for
    fewer than three scales with answers in both halves, or when the halves do not differ between scales.
    """
    odd, even = [], []
    for scale in definition.scales:
        halves: tuple[list[int], list[int]] = ([], [])
        for place, item in enumerate(definition.items_of(scale.id)):
            if item.id in answers:
                halves[place % 2].append(definition.keyed(item, answers[item.id]))
        if halves[0] and halves[1]:
            odd.append(mean(halves[0]))
            even.append(mean(halves[1]))
    if len(odd) < 3:
        return None
    correlation = pearson(odd, even)
    if correlation is None:
        return None
    return -1.0 if correlation <= -1 / 3 else 2 * correlation / (1 + correlation)


def variability(answers: Mapping[str, int]) -> float | None:
    """Standard deviation (divisor n) of all answers as given, before keying, in points; None for no answers."""
    return standard_deviation(list(answers.values()), sample=False) if answers else None
