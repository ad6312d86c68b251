"""From answers to scale scores."""

from collections.abc import Mapping
from dataclasses import dataclass

from zhiyin.engines.psychometrics.careless import Flag, inspect
from zhiyin.engines.psychometrics.definitions import InstrumentDefinition
from zhiyin.engines.statistics import mean
from zhiyin.kernel.errors import Invalid


@dataclass(frozen=True, slots=True)
class ScaleScore:
    """One scale of one person.

    ``mean`` is on the metric of the options (1–5 for five options); ``raw`` the sum over all items, an answer left out
    counting as the person's own mean on the scale, so it need not be whole. Both are None with a Chinese ``reason``
    when too many answers are missing.
    """

    scale: str
    raw: float | None
    mean: float | None
    answered: int
    items: int
    reason: str = ""

    @property
    def missing(self) -> int:
        """Unanswered items."""
        return self.items - self.answered


@dataclass(frozen=True, slots=True)
class ScaleScores:
    """All scales of one answer sheet, with what its answering pattern shows. Scales are in the definition's order."""

    instrument: str
    version: int
    scales: dict[str, ScaleScore]
    flags: tuple[Flag, ...]
    answered: int
    items: int
    seconds: float | None

    def means(self) -> dict[str, float | None]:
        """Scale id → item mean, None where the scale is not scored."""
        return {name: score.mean for name, score in self.scales.items()}


def score(
    definition: InstrumentDefinition, answers: Mapping[str, int], *, seconds: Mapping[str, float] | None = None
) -> ScaleScores:
    """Score an answer sheet.

    ``answers`` maps item ids to option values, an unanswered item being absent; ``seconds`` maps item ids to the time
    until the answer, or is None when times were not taken. A scale with more than ``missing.max_per_scale`` answers
    missing is left unscored; fewer are replaced by the person's mean on that scale.

    Raises :class:`Invalid` at the item id for an unknown item, a value that is no option, or a negative time.
    """
    _check(definition, answers, seconds or {})
    scales = {scale.id: _scale(definition, scale.id, scale.title, answers) for scale in definition.scales}
    return ScaleScores(
        instrument=definition.id,
        version=definition.version,
        scales=scales,
        flags=inspect(definition, answers, seconds),
        answered=len(answers),
        items=len(definition.items),
        seconds=sum(seconds.values()) if seconds else None,
    )


def _scale(definition: InstrumentDefinition, scale_id: str, title: str, answers: Mapping[str, int]) -> ScaleScore:
    items = definition.items_of(scale_id)
    values = [definition.keyed(item, answers[item.id]) for item in items if item.id in answers]
    missing = len(items) - len(values)
    if missing > definition.missing.max_per_scale:
        reason = f"{title}有 {missing} 题没有作答，最多可以缺 {definition.missing.max_per_scale} 题，因此不计分"
        return ScaleScore(scale_id, None, None, len(values), len(items), reason)
    average = mean(values)
    reason = f"{title}有 {missing} 题没有作答，按本人其余题目的平均分补计" if missing else ""
    return ScaleScore(scale_id, average * len(items), average, len(values), len(items), reason)


def _check(definition: InstrumentDefinition, answers: Mapping[str, int], seconds: Mapping[str, float]) -> None:
    known = {item.id for item in definition.items}
    allowed = {option.value for option in definition.options}
    choices = "、".join(str(value) for value in sorted(allowed))
    faults: dict[str, list[str]] = {}
    for item, value in answers.items():
        if item not in known:
            faults.setdefault(item, []).append(f"这份工具里没有题目 {item}")
        elif isinstance(value, bool) or value not in allowed:
            faults.setdefault(item, []).append(f"答案“{value}”不在可选范围内，应为 {choices} 之一")
    for item, time in seconds.items():
        if item not in known:
            faults.setdefault(item, []).append(f"这份工具里没有题目 {item}")
        elif not time >= 0:
            faults.setdefault(item, []).append("作答用时不能是负数")
    if faults:
        raise Invalid(faults)
