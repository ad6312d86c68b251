"""What matching takes and gives: occupations, a person's declared profile, constraints, explained matches."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal, Self

from zhiyin.engines.definitions import EDUCATION_LEVELS, WORK_CONDITIONS, OccupationRow
from zhiyin.engines.psychometrics.circle import LETTERS
from zhiyin.engines.psychometrics.holland import HollandProfile
from zhiyin.kernel.errors import Invalid

Component = Literal["interest", "education", "skills", "wishes"]
Aspect = Literal["interest", "education", "skills", "certificates", "conditions", "wishes", "region"]
ReasonKind = Literal["fit", "lack", "unknown"]
Filter = Literal["education", "conditions", "refused", "region"]

EDUCATION_NAMES = {
    "primary": "小学",
    "junior": "初中",
    "senior": "高中",
    "vocational": "中职",
    "college": "大专",
    "bachelor": "本科",
    "master": "硕士",
    "doctor": "博士",
}

CONDITION_NAMES = {
    "standing": "久站",
    "lifting": "搬抬重物",
    "heights": "登高",
    "outdoors": "户外作业",
    "night-shift": "夜班",
    "noise": "噪声",
    "dust": "粉尘",
    "chemicals": "接触化学品",
    "heat": "高温",
    "cold": "低温",
    "fine-vision": "细致用眼",
    "colour-vision": "辨色",
    "hearing": "依靠听力",
    "fine-hand": "手部精细操作",
    "driving": "驾驶",
    "sitting": "久坐",
    "travel": "出差",
    "public-contact": "经常接待公众",
    "radiation": "辐射",
    "infection": "感染风险",
    "underground": "地下作业",
    "shipboard": "船上作业",
}


@dataclass(frozen=True, slots=True)
class Occupation:
    """One occupation of the catalogue.

    ``profile`` holds six interests in RIASEC order, 1.0–7.0. ``certificates`` are those the law demands before
    anybody may work. ``regions`` are administrative codes where it is known to be offered; empty means not known.
    """

    code: str
    name: str
    group: int
    profile: tuple[float, float, float, float, float, float]
    education_min: str
    education_usual: str
    skills: tuple[str, ...] = ()
    conditions: frozenset[str] = frozenset()
    certificates: tuple[str, ...] = ()
    description: str = ""
    path: str = ""
    regions: tuple[str, ...] = ()

    @classmethod
    def from_row(cls, row: OccupationRow) -> Self:
        """Occupation from a checked row of an occupation table."""
        return cls(
            code=row.code,
            name=row.name,
            group=row.group,
            profile=(row.R, row.I, row.A, row.S, row.E, row.C),
            education_min=row.education_min,
            education_usual=row.education_usual,
            skills=tuple(row.skills),
            conditions=frozenset(row.conditions),
            certificates=tuple(part.strip() for part in row.certificates.split("|") if part.strip()),
            description=row.description,
            path=row.path,
        )

    def interests(self) -> dict[str, float]:
        """Letter → interest, 1.0–7.0."""
        return dict(zip(LETTERS, self.profile, strict=True))


@dataclass(frozen=True, slots=True)
class PersonProfile:
    """What is known of a person for matching; None always means *not known*, never *none*.

    ``education`` is an education code; ``skills`` and ``certificates`` free words; ``wishes`` occupation codes, or
    their beginnings ("4-14"), that the person would like. Nothing else enters: no sex, age, ethnicity, religion,
    health record or household registration.
    """

    interest: HollandProfile | None = None
    education: str | None = None
    skills: frozenset[str] | None = None
    certificates: frozenset[str] | None = None
    wishes: tuple[str, ...] | None = None

    def __post_init__(self) -> None:
        if self.education is not None and self.education not in EDUCATION_LEVELS:
            raise Invalid({"education": [f"没有“{self.education}”这个学历代码，可用：{'、'.join(EDUCATION_LEVELS)}"]})
        for wish in self.wishes or ():
            if not all(part.isascii() and part.isdigit() for part in wish.split("-")):
                raise Invalid({"wishes": [f"“{wish}”不是职业代码或代码的开头，应写成 4-14-01-03 或 4-14 这样"]})


@dataclass(frozen=True, slots=True)
class Constraints:
    """Filters that the person or the adviser has set. Each can be taken back; what it hides is listed with the reason.

    ``education_floor`` hides occupations whose realistic floor is above the person's education. ``avoid`` are work
    conditions to be hidden; ``cautions`` are shown as something to clear up instead. ``refused`` are codes already
    turned down. ``region`` is an administrative code; an occupation known only from elsewhere is hidden.
    """

    education_floor: bool = False
    avoid: frozenset[str] = frozenset()
    cautions: frozenset[str] = frozenset()
    refused: frozenset[str] = frozenset()
    region: str | None = None

    def __post_init__(self) -> None:
        for name in ("avoid", "cautions"):
            unknown = sorted(getattr(self, name) - WORK_CONDITIONS)
            if unknown:
                raise Invalid({name: [f"没有“{tag}”这个工作条件标签" for tag in unknown]})


@dataclass(frozen=True, slots=True)
class Reason:
    """One Chinese sentence on what fits, what is lacking or what is not known; ``action`` says what can be done."""

    kind: ReasonKind
    aspect: Aspect
    text: str
    action: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """One occupation in a ranking, ``rank`` from 1.

    ``components`` are scores 0–100, None where not known. ``correlation`` (−1…1), ``c_index`` (0–18) and ``m`` (0–28)
    are the parts of the interest component and ``band`` M in words. ``order`` is the value sorted by: the weighted
    mean of the known components; ``known`` the share of all weight that they carry (0–1). Neither is meant to be
    shown as a mark: reasons are.
    """

    rank: int
    occupation: Occupation
    occupation_code: str | None
    components: Mapping[Component, float | None]
    correlation: float | None
    c_index: float | None
    m: float | None
    band: str
    order: float | None
    known: float
    reasons: tuple[Reason, ...]

    def of_kind(self, kind: ReasonKind) -> list[Reason]:
        """Reasons that fit, lack, or are unknown."""
        return [reason for reason in self.reasons if reason.kind == kind]


@dataclass(frozen=True, slots=True)
class Exclusion:
    """One filter that hides an occupation, in Chinese."""

    filter: Filter
    text: str


@dataclass(frozen=True, slots=True)
class Excluded:
    """An occupation that is hidden, with every filter that hides it."""

    occupation: Occupation
    exclusions: tuple[Exclusion, ...]


@dataclass(frozen=True, slots=True)
class Ranking:
    """Matches in order, and what the filters hid, by code. ``considered`` counts all occupations before filtering."""

    matches: tuple[Match, ...]
    excluded: tuple[Excluded, ...]
    considered: int
    weights: Mapping[Component, float] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Match]:
        return iter(self.matches)

    def __len__(self) -> int:
        return len(self.matches)
