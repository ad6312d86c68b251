"""What a run starts from: declared facts of the person and the filters set by person and adviser."""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Any, Self

from zhiyin.engines.definitions import WORK_CONDITIONS
from zhiyin.engines.matching import Constraints, PersonProfile
from zhiyin.engines.psychometrics import HollandProfile
from zhiyin.kernel.errors import Invalid

_LISTS = ("skills", "certificates", "wishes")
_CODES = ("avoid", "cautions", "refused", "groups")
# the words that screens and callers may use for the same thing
_ALIASES = {"avoid_conditions": "avoid", "declined": "refused", "education_level": "education"}


@dataclass(frozen=True)
class Filters:
    """Facts: ``education`` (code), ``skills``, ``certificates``, ``wishes`` (occupation codes); None means not known.

    Filters: ``education_floor`` hides what is out of reach of the education; ``avoid`` hides work conditions and
    ``cautions`` only warns of them; ``refused`` are codes turned down; ``region`` an administrative code; ``groups``
    the major groups (1–8) to keep, empty for all. Nothing else about a person enters.
    """

    education: str | None = None
    skills: tuple[str, ...] | None = None
    certificates: tuple[str, ...] | None = None
    wishes: tuple[str, ...] | None = None
    education_floor: bool = True
    avoid: tuple[str, ...] = ()
    cautions: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
    region: str = ""
    groups: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        errors: dict[str, list[str]] = {}
        for name in ("avoid", "cautions"):
            unknown = sorted(set(getattr(self, name)) - WORK_CONDITIONS)
            if unknown:
                errors[name] = [f"没有“{tag}”这个工作条件" for tag in unknown]
        if any(group not in range(1, 9) for group in self.groups):
            errors["groups"] = ["职业大类是 1 到 8"]
        if self.region and not re.fullmatch(r"(\d{2}){1,3}|\d{9}|\d{12}", self.region, re.ASCII):
            errors["region"] = ["请从列表中选择地区"]
        if errors:
            raise Invalid(errors)
        # the engine checks education and wishes; asked here so that the fault shows before anything is read
        self.person(None)

    def changed(self, values: Mapping[str, Any]) -> Self:
        """These filters with some replaced; ``Invalid`` at a name that is none."""
        known = {field.name for field in fields(self)}
        changes: dict[str, Any] = {}
        for given, value in values.items():
            name = _ALIASES.get(given, given)
            if name not in known:
                raise Invalid({given: ["没有这个筛选条件"]})
            if name in _LISTS:
                value = None if value is None else tuple(value)
            elif name == "groups":
                value = tuple(sorted({int(group) for group in value or ()}))
            elif name in _CODES:
                value = tuple(sorted(set(value or ())))
            elif name == "education":
                value = value or None
            elif name == "region":
                value = value or ""
            changes[name] = value
        return replace(self, **changes)

    def person(self, interest: HollandProfile | None) -> PersonProfile:
        return PersonProfile(
            interest=interest,
            education=self.education,
            skills=None if self.skills is None else frozenset(self.skills),
            certificates=None if self.certificates is None else frozenset(self.certificates),
            wishes=self.wishes,
        )

    def constraints(self) -> Constraints:
        return Constraints(
            education_floor=self.education_floor,
            avoid=frozenset(self.avoid),
            cautions=frozenset(self.cautions),
            refused=frozenset(self.refused),
            region=self.region or None,
        )

    def as_data(self) -> dict[str, Any]:
        """Plain data for storing."""
        return asdict(self)
