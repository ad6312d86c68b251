"""Measuring a person: instruments, scoring, Holland profiles, norms, reliability, interpretation.

Importing this package loads no numpy; :mod:`~zhiyin.engines.psychometrics.reliability` imports it when it is called.
"""

from zhiyin.engines.psychometrics.careless import Flag
from zhiyin.engines.psychometrics.circle import LETTERS, NAMES, c_index, iachan_m
from zhiyin.engines.psychometrics.definitions import InstrumentDefinition, Item, Option, Scale, Thresholds
from zhiyin.engines.psychometrics.holland import HollandProfile, profile
from zhiyin.engines.psychometrics.interpretation import Interpretation, interpret
from zhiyin.engines.psychometrics.norms import NormStatus, NormTable, build_norms, norm_status, percentile, standing
from zhiyin.engines.psychometrics.scoring import ScaleScore, ScaleScores, score

__all__ = [
    "LETTERS",
    "NAMES",
    "Flag",
    "HollandProfile",
    "InstrumentDefinition",
    "Interpretation",
    "Item",
    "NormStatus",
    "NormTable",
    "Option",
    "Scale",
    "ScaleScore",
    "ScaleScores",
    "Thresholds",
    "build_norms",
    "c_index",
    "iachan_m",
    "interpret",
    "norm_status",
    "percentile",
    "profile",
    "score",
    "standing",
]
