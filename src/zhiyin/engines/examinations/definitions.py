"""Models of examinations: the blueprint 双向细目 that divides the points of a paper among its parts."""

from typing import Annotated, Literal

from pydantic import Field as Setting
from pydantic import StringConstraints, model_validator

from zhiyin.engines.definitions import ClauseId, Faults, Head, Slug, Step, Text
from zhiyin.kernel.models import Definition

FULL = 100
"""Per cent that the weights of a blueprint add up to."""

Percent = Annotated[int, Setting(ge=1, le=100)]
Level = Annotated[str, StringConstraints(pattern=r"^L[1-4]$")]


class BlueprintPart(Definition):
    """One row of a weight table: so many per cent of the paper's points come from this part.

    ``clauses`` are the clauses that set the weight; ``functions`` name the headings of the standard whose clauses are
    examined here, without their numbers.
    """

    id: Slug
    title: Text
    weight: Percent
    clauses: list[ClauseId] = []
    functions: list[Text] = []


class BlueprintModule(Definition):
    """An add-on module whose weight is ``share`` per cent of the part ``of``, or of the whole paper if none is named.

    ``doc`` is the short name of the module's own part of the standard.
    """

    id: Slug
    title: Text
    doc: Text
    share: Percent
    of: Slug | None = None
    clauses: list[ClauseId] = []


class Blueprint(Head):
    """Weights of one paper for one grade of one occupation or trade.

    ``occupation`` is the code in the national classification, a trade's with its suffix (``4-07-03-01-003``);
    ``doc`` the short name of the standard; ``level`` ``L4`` (lowest) to ``L1``. Weights are whole per cent and add to
    100. ``not_examined`` lists the headings with a dash instead of a weight: nothing of them may be drawn.
    """

    kind: Literal["blueprint"]
    occupation: Annotated[str, StringConstraints(pattern=r"^[1-8]-\d{2}-\d{2}-\d{2}(-\d{3})?$")]
    doc: Text
    level: Level
    paper: Literal["theory", "skill"]
    parts: Annotated[list[BlueprintPart], Setting(min_length=1)]
    not_examined: list[Text] = []
    modules: list[BlueprintModule] = []

    @model_validator(mode="after")
    def _coherent(self) -> "Blueprint":
        faults: list[tuple[tuple[Step, ...], str]] = []
        total = sum(part.weight for part in self.parts)
        if total != FULL:
            faults.append((("parts",), f"权重合计 {total}，应为 {FULL}"))
        for name, ids in (("parts", [part.id for part in self.parts]), ("modules", [item.id for item in self.modules])):
            faults += [((name, index, "id"), f"“{id}”重复") for index, id in enumerate(ids) if id in ids[:index]]
        known = {part.id for part in self.parts}
        for index, module in enumerate(self.modules):
            if module.of is not None and module.of not in known:
                faults.append((("modules", index, "of"), f"没有“{module.of}”这一部分"))
        examined = {name for part in self.parts for name in (part.title, *part.functions)}
        for index, title in enumerate(self.not_examined):
            if title in examined:
                faults.append((("not_examined", index), f"“{title}”既有权重又写了不考"))
        if faults:
            raise Faults(faults)
        return self

    def part(self, id: str) -> BlueprintPart:
        """The part with this id; KeyError if there is none."""
        for part in self.parts:
            if part.id == id:
                return part
        raise KeyError(id)
