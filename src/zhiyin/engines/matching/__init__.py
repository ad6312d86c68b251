"""Bringing a person and occupations together: explained, additive, reproducible, blind to protected attributes."""

from zhiyin.engines.matching.catalogue import Catalogue, InterestFit
from zhiyin.engines.matching.models import (
    CONDITION_NAMES,
    EDUCATION_NAMES,
    Constraints,
    Excluded,
    Exclusion,
    Match,
    Occupation,
    PersonProfile,
    Ranking,
    Reason,
)
from zhiyin.engines.matching.ranking import WEIGHTS, rank
from zhiyin.engines.matching.reasons import fit_band
from zhiyin.engines.psychometrics.circle import c_index, iachan_m

__all__ = [
    "CONDITION_NAMES",
    "EDUCATION_NAMES",
    "WEIGHTS",
    "Catalogue",
    "Constraints",
    "Excluded",
    "Exclusion",
    "InterestFit",
    "Match",
    "Occupation",
    "PersonProfile",
    "Ranking",
    "Reason",
    "c_index",
    "fit_band",
    "iachan_m",
    "rank",
]
