"""What all pack definitions have in common: their head, their faults, and the row of the occupation table."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import Field as Setting
from pydantic import StringConstraints, field_validator, model_validator

from zhiyin.kernel.models import Definition

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=60)]
"""Kebab-case id of a definition, unique within its kind."""

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=60)]
"""Snake-case id of a part of a definition (a field, a column)."""

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""Text that a person reads; never empty."""

ClauseId = Annotated[str, StringConstraints(pattern=r"^[A-Z]+[0-9]*-\S+$", max_length=80)]
"""Id of a clause of a standard, such as ``SVC-4.1.1-a``."""

Step = str | int


class Faults(ValueError):
    """Several faults of one definition, each with the place inside it.

    Raised from a model validator; a loader that knows the lines of the source turns every place into a line.
    ``faults`` holds pairs of a path (keys and indexes from the place where the validator stands) and a Chinese
    message.
    """

    def __init__(self, faults: Sequence[tuple[tuple[Step, ...], str]]) -> None:
        self.faults = list(faults)
        super().__init__("；".join(message for _, message in self.faults))


class Head(Definition):
    """The keys that open every definition file.

    ``kind`` is narrowed to a literal by each kind. ``version`` counts from 1 and rises with every change of meaning;
    ids are never reused. ``serves`` lists the clauses that the definition carries out; it may be empty.
    """

    kind: str
    id: Slug
    version: Annotated[int, Setting(ge=1)]
    title: Text
    serves: list[ClauseId] = []

    @field_validator("serves")
    @classmethod
    def _no_clause_twice(cls, value: list[str]) -> list[str]:
        twice = sorted({clause for clause in value if value.count(clause) > 1})
        if twice:
            raise ValueError(f"serves 里重复写了 {'、'.join(twice)}")
        return value


EDUCATION_LEVELS = ("primary", "junior", "senior", "vocational", "college", "bachelor", "master", "doctor")
"""Codes of education in the order of the code list; ``senior`` and ``vocational`` are of equal height."""

WORK_CONDITIONS = frozenset(
    {
        "standing",
        "lifting",
        "heights",
        "outdoors",
        "night-shift",
        "noise",
        "dust",
        "chemicals",
        "heat",
        "cold",
        "fine-vision",
        "colour-vision",
        "hearing",
        "fine-hand",
        "driving",
        "sitting",
        "travel",
        "public-contact",
        "radiation",
        "infection",
        "underground",
        "shipboard",
    }
)
"""Tags for what an occupation typically asks of the body or brings with it."""

Interest = Annotated[float, Setting(ge=1.0, le=7.0)]


class OccupationRow(Definition):
    """One row of ``occupations/*.csv``, already split and typed.

    ``code`` and ``name`` follow 中华人民共和国职业分类大典 (2022). ``R`` … ``C`` are expert judgements of how far the
    occupation suits each of Holland's six interests, 1.0–7.0 (the metric of the O*NET occupational interests).
    ``education_min`` is the realistic floor and ``education_usual`` what most employers ask.
    """

    code: Annotated[str, StringConstraints(pattern=r"^[1-8]-\d{2}-\d{2}-\d{2}$")]
    name: Text
    group: Annotated[int, Setting(ge=1, le=8)]
    description: Text
    R: Interest
    I: Interest
    A: Interest
    S: Interest
    E: Interest
    C: Interest
    education_min: str
    education_usual: str
    skills: list[Text]
    conditions: list[str]
    certificates: str
    path: str

    @model_validator(mode="after")
    def _coherent(self) -> "OccupationRow":
        faults: list[tuple[tuple[Step, ...], str]] = []
        if self.code[0] != str(self.group):
            faults.append((("group",), f"大类写的是 {self.group}，而编码 {self.code} 属于第 {self.code[0]} 大类"))
        for key in ("education_min", "education_usual"):
            level = getattr(self, key)
            if level not in EDUCATION_LEVELS:
                faults.append(((key,), f"没有“{level}”这个学历代码，可用：{'、'.join(EDUCATION_LEVELS)}"))
        if not faults and education_height(self.education_min) > education_height(self.education_usual):
            faults.append((("education_min",), "最低学历高于通常要求的学历"))
        for tag in self.conditions:
            if tag not in WORK_CONDITIONS:
                faults.append((("conditions",), f"没有“{tag}”这个工作条件标签"))
        for key in ("skills", "conditions"):
            values = getattr(self, key)
            if len(set(values)) != len(values):
                faults.append(((key,), "有重复的条目"))
        if not self.skills:
            faults.append((("skills",), "至少写一项技能"))
        if faults:
            raise Faults(faults)
        return self


def education_height(code: str) -> int:
    """Rank of an education code, 0 (primary) to 6 (doctor).

    普通高中 and 中职 count as equally high. Raises KeyError for an unknown code.
    """
    return _HEIGHT[code]


_HEIGHT = {
    "primary": 0,
    "junior": 1,
    "senior": 2,
    "vocational": 2,
    "college": 3,
    "bachelor": 4,
    "master": 5,
    "doctor": 6,
}
