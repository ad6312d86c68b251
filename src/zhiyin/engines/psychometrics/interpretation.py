"""From a profile to the sentences of a report. Every sentence about a person comes from the definition's texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from zhiyin.engines.psychometrics.careless import Flag
from zhiyin.engines.psychometrics.definitions import InstrumentDefinition, Level
from zhiyin.engines.psychometrics.holland import HollandProfile, level_of
from zhiyin.engines.psychometrics.norms import NormTable, Standing, norm_status, standing


@dataclass(frozen=True, slots=True)
class ScaleText:
    """One scale of the report; ``mean``, ``level`` and ``text`` are None or empty where the scale is not scored.

    ``standing`` is there only when a norm group of sufficient size was given.
    """

    letter: str
    title: str
    mean: float | None
    level: Level | None
    text: str
    standing: Standing | None


@dataclass(frozen=True, slots=True)
class Notice:
    """A caution above the results; ``details`` explain it point by point and may be empty."""

    kind: Literal["no-norms", "flat", "ties", "careless", "unscored"]
    text: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interpretation:
    """What a report says. ``scales`` run from the highest to the lowest, unscored ones last.

    ``code`` and ``code_words`` (titles, tied ones joined) are empty without a code; so are ``pairs`` (texts of every
    possible leading pair), ``consistency`` and ``differentiation``.
    """

    code: str
    code_words: str
    headline: str
    scales: tuple[ScaleText, ...]
    pairs: tuple[str, ...]
    consistency: str
    differentiation: str
    notices: tuple[Notice, ...]
    norm_note: str
    next_steps: tuple[str, ...]


def interpret(
    definition: InstrumentDefinition,
    profile: HollandProfile,
    norms: NormTable | None = None,
    flags: Sequence[Flag] = (),
) -> Interpretation:
    """Interpretation of a Holland profile.

    ``norms`` is used once it holds ``definition.norms.minimum_n`` people, and until then only named as pending;
    ``flags`` are the signs of careless answering to tell about. Raises ``ValueError`` when the instrument does not
    measure the six Holland types.
    """
    if not definition.is_holland:
        raise ValueError(f"{definition.id} does not measure the six Holland types")
    texts = definition.texts
    status = norm_status(norms, definition.norms.minimum_n)
    usable = norms if status.usable else None
    return Interpretation(
        code=profile.code or "",
        code_words=_words(definition, profile),
        headline=_headline(definition, profile),
        scales=tuple(_scale_texts(definition, profile, usable)),
        pairs=tuple(texts.pair[pair] for pair in profile.pairs),
        consistency=texts.consistency.at(profile.consistency.level)
        if texts.consistency and profile.consistency
        else "",
        differentiation=texts.differentiation.at(profile.differentiation.level)
        if texts.differentiation and profile.differentiation and not profile.flat
        else "",
        notices=tuple(_notices(definition, profile, flags, status.usable)),
        norm_note=status.message,
        next_steps=tuple(definition.next_steps),
    )


def _titles(definition: InstrumentDefinition) -> dict[str, str]:
    return {scale.id: scale.title for scale in definition.scales}


def _leading(profile: HollandProfile) -> list[tuple[str, ...]]:
    leading: list[tuple[str, ...]] = []
    for group in profile.groups:
        if sum(map(len, leading)) >= 3:
            break
        leading.append(group)
    return leading


def _words(definition: InstrumentDefinition, profile: HollandProfile) -> str:
    if profile.code is None:
        return ""
    titles = _titles(definition)
    return "、".join("／".join(titles[letter] for letter in group) for group in _leading(profile))


def _headline(definition: InstrumentDefinition, profile: HollandProfile) -> str:
    if profile.flat:
        return definition.texts.flat
    if profile.code is None:
        return ""
    titles = _titles(definition)
    first, *rest = ["和".join(titles[letter] for letter in group) for group in _leading(profile)]
    if not rest:
        # three or more types lead together: nothing follows that could be named second
        return definition.texts.ties
    return definition.texts.headline.format(first=first, rest="、".join(rest))


def _scale_texts(definition: InstrumentDefinition, profile: HollandProfile, norms: NormTable | None) -> list[ScaleText]:
    titles = _titles(definition)
    found = []
    for letter in [*(letter for group in profile.groups for letter in group), *profile.unscored]:
        value = profile.means[letter]
        if value is None:
            found.append(ScaleText(letter, titles[letter], None, None, "", None))
            continue
        level = level_of(value, definition.thresholds)
        place = standing(norms, letter, value, minimum_n=definition.norms.minimum_n) if norms else None
        text = definition.texts.level[letter].at(level)
        found.append(ScaleText(letter, titles[letter], value, level, text, place))
    return found


def _notices(
    definition: InstrumentDefinition, profile: HollandProfile, flags: Sequence[Flag], has_norms: bool
) -> list[Notice]:
    texts, notices = definition.texts, []
    if profile.unscored:
        titles = _titles(definition)
        named = "、".join(titles[letter] for letter in profile.unscored)
        notices.append(Notice("unscored", f"{named}缺答较多，没有计分，因此暂不给出兴趣代码。"))
    if flags:
        notices.append(Notice("careless", texts.careless, tuple(flag.message for flag in flags)))
    if profile.flat:
        notices.append(Notice("flat", texts.flat))
    if profile.has_ties:
        notices.append(Notice("ties", texts.ties))
    if not has_norms:
        notices.append(Notice("no-norms", texts.no_norms))
    return notices
