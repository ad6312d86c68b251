"""Examinations: blueprints and the papers drawn by them."""

from zhiyin.engines.examinations.blueprint import (
    GRADES,
    Paper,
    PoolItem,
    allocate,
    assemble,
    faults,
    module_share,
    part_for,
    requirements,
)
from zhiyin.engines.examinations.definitions import Blueprint, BlueprintModule, BlueprintPart

__all__ = [
    "GRADES",
    "Blueprint",
    "BlueprintModule",
    "BlueprintPart",
    "Paper",
    "PoolItem",
    "allocate",
    "assemble",
    "faults",
    "module_share",
    "part_for",
    "requirements",
]
