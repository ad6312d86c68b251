"""What a measuring instrument is: items, scales, thresholds and the texts of its report.

A definition comes from ``instrument.yaml`` plus ``items.csv``; :meth:`InstrumentDefinition.build` joins the two. All
thresholds are on the item-mean metric of the answer options (1–5 for five options), so they survive a change in the
number of items.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import combinations
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from zhiyin.engines.definitions import Faults, Head, Step, Text
from zhiyin.engines.psychometrics.circle import LETTERS
from zhiyin.kernel.models import Definition

Fault = tuple[tuple[Step, ...], str]
Level = Literal["high", "middle", "low"]
LEVELS: tuple[Level, ...] = ("high", "middle", "low")

PAIRS: tuple[str, ...] = tuple(first + second for first, second in combinations(LETTERS, 2))
"""The fifteen unordered pairs of Holland letters, each written in RIASEC order."""


class Option(Definition):
    """One answer that can be chosen; ``value`` is what is scored and stored."""

    value: int
    label: Text


class Scale(Definition):
    """One dimension that the items measure."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
    title: Text
    short: Text
    brief: Text


class Item(Definition):
    """One question. ``order`` is its place as administered, from 1; ``reverse`` turns the answer round in scoring."""

    id: Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_]*$")]
    scale: str
    text: Text
    reverse: bool = False
    order: Annotated[int, Field(ge=1)]
    read_aloud: Text


class MissingRule(Definition):
    """How many items of a scale may be unanswered before the scale is left unscored."""

    max_per_scale: Annotated[int, Field(ge=0)]
    method: Literal["person-mean"]


class CarelessThresholds(Definition):
    """Limits beyond which an answering pattern is pointed out; none of them ever blocks a result.

    ``long_string`` items in a row with the same answer; ``even_odd`` the least within-person consistency (−1…1);
    ``min_seconds_per_item`` the least median time; ``max_missing`` unanswered items in all; ``min_variability`` the
    least standard deviation of a person's answers, in points of the answer scale.
    """

    long_string: Annotated[int, Field(ge=2)]
    even_odd: Annotated[float, Field(ge=-1, le=1)]
    min_seconds_per_item: Annotated[float, Field(ge=0)]
    max_missing: Annotated[int, Field(ge=0)]
    min_variability: Annotated[float, Field(ge=0)] = 0.25


class NormRule(Definition):
    """How many people a norm group must hold before anybody is compared with it, and which groups are collected."""

    minimum_n: Annotated[int, Field(ge=1)]
    groups: Annotated[list[Text], Field(min_length=1)]


class Thresholds(Definition):
    """Cut points on the item-mean metric.

    A profile whose highest and lowest scale differ by less than ``flat_range`` gets no code; scales that differ by at
    most ``tie`` share a rank; a scale is high from ``high`` up and low from ``low`` down. ``differentiated`` and
    ``undifferentiated`` divide the range between highest and lowest scale into high, middle and low differentiation.
    They are conventions for talking about one person, not findings about a population.
    """

    flat_range: Annotated[float, Field(ge=0)]
    tie: Annotated[float, Field(ge=0)]
    high: float
    low: float
    differentiated: float = 2.0
    undifferentiated: float = 1.0

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.low >= self.high:
            raise ValueError("thresholds：low 必须小于 high")
        if self.undifferentiated >= self.differentiated:
            raise ValueError("thresholds：undifferentiated 必须小于 differentiated")
        return self


class LevelTexts(Definition):
    """One text for each level."""

    high: Text
    middle: Text
    low: Text

    def at(self, level: Level) -> str:
        """The text of ``level``."""
        return {"high": self.high, "middle": self.middle, "low": self.low}[level]


class ReportTexts(Definition):
    """All sentences of a report. The texts about Holland codes are needed only where the scales are R I A S E C.

    ``headline`` may hold ``{first}`` (title of the leading type or types) and ``{rest}`` (the following ones).
    """

    level: dict[str, LevelTexts]
    careless: Text
    no_norms: Text
    headline: Text = "最突出的是{first}，其次是{rest}。"
    pair: dict[str, Text] = Field(default_factory=dict)
    consistency: LevelTexts | None = None
    differentiation: LevelTexts | None = None
    flat: str = ""
    ties: str = ""

    @model_validator(mode="after")
    def _placeholders(self) -> Self:
        try:
            self.headline.format(first="", rest="")
        except (KeyError, IndexError, ValueError) as error:
            raise ValueError("texts.headline：只能使用 {first} 和 {rest} 两个占位") from error
        return self


class InstrumentDefinition(Head):
    """An instrument as it is administered, scored and reported.

    Raises ``pydantic.ValidationError`` with the place of every fault: an item of an unknown scale, a scale without two
    items, gaps in the order, a missing text. ``may_give`` and ``may_read`` name roles; ``minutes`` is the usual
    duration; ``resume_days`` how long an unfinished answer sheet may be taken up again.
    """

    kind: Literal["instrument"]
    purpose: Text
    limits: Text
    prohibited_uses: Annotated[list[Text], Field(min_length=1)]
    audience: Text
    minutes: Annotated[int, Field(ge=1)]
    may_give: Annotated[list[Text], Field(min_length=1)]
    may_read: Annotated[list[Text], Field(min_length=1)]
    prompt: Text
    options: Annotated[list[Option], Field(min_length=2)]
    scales: Annotated[list[Scale], Field(min_length=1)]
    resume_days: Annotated[int, Field(ge=0)]
    missing: MissingRule
    careless: CarelessThresholds
    norms: NormRule
    thresholds: Thresholds
    texts: ReportTexts
    next_steps: Annotated[list[Text], Field(min_length=1)]
    items: Annotated[list[Item], Field(min_length=1)]

    @classmethod
    def build(cls, head: Mapping[str, Any], rows: Iterable[Mapping[str, str]]) -> Self:
        """Definition from the mapping in ``instrument.yaml`` and the rows of ``items.csv`` (all values are text).

        Raises ``pydantic.ValidationError``; a fault in row *i* (from 0) is located at ``("items", i, column)``.
        """
        return cls.model_validate({**head, "items": [_item(row) for row in rows]})

    @property
    def is_holland(self) -> bool:
        """Whether the scales are exactly the six Holland types."""
        return sorted(scale.id for scale in self.scales) == sorted(LETTERS)

    @property
    def lowest(self) -> int:
        """Smallest option value."""
        return min(option.value for option in self.options)

    @property
    def highest(self) -> int:
        """Largest option value."""
        return max(option.value for option in self.options)

    def ordered_items(self) -> list[Item]:
        """Items in the order in which they are administered."""
        return sorted(self.items, key=lambda item: item.order)

    def items_of(self, scale_id: str) -> list[Item]:
        """Items of one scale in the order in which they are administered."""
        return [item for item in self.ordered_items() if item.scale == scale_id]

    def keyed(self, item: Item, value: int) -> int:
        """The answer in the direction of its scale: a reverse item is mirrored within the range of options."""
        return self.lowest + self.highest - value if item.reverse else value

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        faults = [*self._item_faults(), *self._scale_faults(), *self._text_faults(), *self._threshold_faults()]
        if faults:
            raise Faults(faults)
        return self

    def _item_faults(self) -> Iterator[Fault]:
        scales = {scale.id for scale in self.scales}
        repeated = _repeated(item.id for item in self.items)
        for place, item in enumerate(self.items):
            if item.scale not in scales:
                yield ("items", place, "scale"), f"题目 {item.id} 的量表 {item.scale} 没有定义"
            if item.id in repeated:
                yield ("items", place, "id"), f"题目编号 {item.id} 重复"
        if sorted(item.order for item in self.items) != list(range(1, len(self.items) + 1)):
            yield ("items",), f"题目的 order 必须是 1 到 {len(self.items)}，每个数只用一次"

    def _scale_faults(self) -> Iterator[Fault]:
        counts = Counter(item.scale for item in self.items)
        repeated = _repeated(scale.id for scale in self.scales)
        for place, scale in enumerate(self.scales):
            if scale.id in repeated:
                yield ("scales", place, "id"), f"量表编号 {scale.id} 重复"
            if counts[scale.id] < 2:
                yield ("scales", place), f"量表 {scale.id} 至少要有 2 个题目，现有 {counts[scale.id]} 个"
            elif counts[scale.id] <= self.missing.max_per_scale:
                yield (
                    ("missing", "max_per_scale"),
                    f"量表 {scale.id} 只有 {counts[scale.id]} 题，允许缺答的题数必须更少",
                )
        for value in _repeated(option.value for option in self.options):
            yield ("options",), f"选项取值 {value} 重复"

    def _text_faults(self) -> Iterator[Fault]:
        scales = {scale.id for scale in self.scales}
        for name in sorted(scales - self.texts.level.keys()):
            yield ("texts", "level"), f"缺少量表 {name} 的高、中、低三段文字"
        for name in sorted(self.texts.level.keys() - scales):
            yield ("texts", "level", name), f"{name} 不是本工具的量表"
        if not self.is_holland:
            return
        for pair in PAIRS:
            if pair not in self.texts.pair:
                yield ("texts", "pair"), f"缺少 {pair} 的文字"
        for pair in self.texts.pair:
            if pair not in PAIRS:
                yield ("texts", "pair", pair), f"{pair} 不是按 RIASEC 次序写的两个字母"
        for name in ("consistency", "differentiation", "flat", "ties"):
            if not getattr(self.texts, name):
                yield ("texts",), f"缺少 {name}"

    def _threshold_faults(self) -> Iterator[Fault]:
        for name in ("high", "low"):
            if not self.lowest <= getattr(self.thresholds, name) <= self.highest:
                yield ("thresholds", name), f"必须在选项取值 {self.lowest}–{self.highest} 之间"


def _repeated(values: Iterable[Any]) -> list[Any]:
    return [value for value, count in Counter(values).items() if count > 1]


def _item(row: Mapping[str, str]) -> dict[str, Any]:
    """Turn the two numeric columns into numbers; what cannot be turned is left for the model to refuse."""
    values: dict[str, Any] = dict(row)
    values["reverse"] = {"0": False, "1": True, "": False}.get(row.get("reverse", ""), row.get("reverse"))
    order = row.get("order", "").strip()
    if order.isascii() and order.isdigit():
        values["order"] = int(order)
    return values
