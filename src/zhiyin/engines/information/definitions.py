"""Models of what is published to clients and employers: support policies and the laws behind them."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field as Setting
from pydantic import StringConstraints, field_validator, model_validator

from zhiyin.engines.definitions import Faults, Head, Slug, Step, Text
from zhiyin.kernel.models import Definition

RegionCode = Annotated[str, StringConstraints(pattern=r"^(00|[1-9]\d|[1-9]\d{3}|[1-9]\d{5})$")]
"""``00`` for the whole country, else the code of a province (2 digits), prefecture (4) or county (6)."""


def _iso(value: str | None) -> str | None:
    if value is not None:
        date.fromisoformat(value)
    return value


class Material(Definition):
    """One paper to bring along."""

    name: Text
    required: bool = True
    note: str = ""


class Question(Definition):
    """A question that people ask at the counter, with its answer."""

    q: Text
    a: Text


class PolicyChange(Definition):
    """What was changed by a version of a policy, in plain words, and the first day on which it holds (ISO)."""

    version: Annotated[int, Setting(ge=1)]
    since: Annotated[str, Setting(alias="from")]
    what: Text

    _date = field_validator("since")(_iso)


class Deadline(Definition):
    """Until when to apply: ``days`` after the day told by a fact of the rule, or after a fixed ISO day ``on``.

    With neither, the days count from the day on which one becomes entitled.
    """

    fact: Text | None = None
    on: str | None = None
    days: Annotated[int, Setting(ge=0)] = 0

    _date = field_validator("on")(_iso)

    @model_validator(mode="after")
    def _coherent(self) -> "Deadline":
        if self.fact is not None and self.on is not None:
            raise Faults([((), "从哪个事实（fact）或者从哪一天（on）起算，只能写一个")])
        if self.fact is None and self.on is None and not self.days:
            raise Faults([(("days",), "写明多少天以内")])
        return self

    def closes_on(self, facts: Mapping[str, Any]) -> date | None:
        """The last day to apply; None where the first day is not known. A fact's value is a date or an ISO text."""
        start = self.on if self.fact is None else facts.get(self.fact)
        if isinstance(start, str):
            start = date.fromisoformat(start)
        return start + timedelta(days=self.days) if isinstance(start, date) else None


class Policy(Head):
    """A support policy: who it is for, what it gives, how and where to ask for it.

    ``rule`` is the id of the ruleset that tells who qualifies; without one a person reads ``conditions``. ``amount``
    lists ids of the parameters that hold the figures. ``region`` is ``00`` or the code of the region that grants it.
    Dates are ISO days, both inclusive. ``history`` tells what each version changed, oldest first.
    ``certainty``: ``seen`` in the original text, ``known`` from reliable sources, ``unsure`` (shown with the advice to
    ask at the counter); ``checked_on`` is the day we looked.
    """

    kind: Literal["policy"]
    number: str = ""
    issuer: Text
    region: RegionCode = "00"
    audience: Annotated[list[Literal["person", "employer"]], Setting(min_length=1)]
    groups: list[Text] = []
    object: Text
    rule: Slug | None = None
    conditions: list[Text] = []
    benefit: Text
    amount: list[Text] = []
    steps: list[Text] = []
    materials: list[Material] = []
    window: str = ""
    channel: list[Text] = []
    phone: str = ""
    deadline: Deadline | None = None
    valid_from: str
    valid_to: str | None = None
    exclusions: list[Text] = []
    plain: Annotated[str, StringConstraints(strip_whitespace=True, min_length=40, max_length=400)]
    questions: list[Question] = []
    laws: list[Slug] = []
    replaced_by: Slug | None = None
    history: list[PolicyChange] = []
    checked_on: str
    certainty: Literal["seen", "known", "unsure"]

    _dates = field_validator("valid_from", "valid_to", "checked_on")(_iso)

    @model_validator(mode="after")
    def _coherent(self) -> "Policy":
        faults: list[tuple[tuple[Step, ...], str]] = []
        if self.valid_to is not None and self.valid_to < self.valid_from:
            faults.append((("valid_to",), "失效日期早于生效日期"))
        if self.rule is None and not self.conditions:
            faults.append((("conditions",), "没有判定规则（rule），就要写明条件"))
        if self.replaced_by == self.id:
            faults.append((("replaced_by",), "不能由自己替代"))
        for index, change in enumerate(self.history):
            earlier = self.history[index - 1] if index else None
            if change.version > self.version:
                faults.append((("history", index, "version"), f"本政策现在是第 {self.version} 版"))
            elif earlier and (change.version <= earlier.version or change.since < earlier.since):
                faults.append((("history", index), "版本和日期要从早到晚"))
        if self.deadline is not None and self.deadline.fact is not None and self.rule is None:
            faults.append((("deadline", "fact"), "没有判定规则（rule），就没有可以起算的事实"))
        if faults:
            raise Faults(faults)
        return self

    def valid_on(self, day: date) -> bool:
        """Whether the policy is in force on ``day``."""
        text = day.isoformat()
        return self.valid_from <= text and (self.valid_to is None or text <= self.valid_to)

    def covers(self, region: str) -> bool:
        """Whether the policy is granted in ``region`` (a code as in :data:`RegionCode` or 6 digits)."""
        return self.region == "00" or region.startswith(self.region)


class LawArticle(Definition):
    """One article in our own words; ``topics`` are the matters for which it is looked up."""

    no: Text
    gist: Text
    topics: list[Text] = []


class Law(Head):
    """A law, regulation or notice: when it is in force, and gists of the articles that matter to the work."""

    kind: Literal["law"]
    issuer: Text
    number: str = ""
    in_force: str
    repealed: str | None = None
    articles: list[LawArticle] = []
    plain: Text

    _dates = field_validator("in_force", "repealed")(_iso)

    @model_validator(mode="after")
    def _coherent(self) -> "Law":
        faults: list[tuple[tuple[Step, ...], str]] = []
        numbers = [article.no for article in self.articles]
        for index, number in enumerate(numbers):
            if number in numbers[:index]:
                faults.append((("articles", index, "no"), f"第{number}条写了两次"))
        if self.repealed is not None and self.repealed < self.in_force:
            faults.append((("repealed",), "废止日期早于施行日期"))
        if faults:
            raise Faults(faults)
        return self

    def valid_on(self, day: date) -> bool:
        """Whether the law is in force on ``day``; the day of repeal is the first on which it no longer is."""
        text = day.isoformat()
        return self.in_force <= text and (self.repealed is None or text < self.repealed)

    def article(self, no: str) -> LawArticle | None:
        """The article with this number, if its gist is kept."""
        return next((article for article in self.articles if article.no == no), None)
