"""Examinations: blueprints and papers."""

from zhiyin.engines.examinations.definitions import Blueprint, BlueprintModule, BlueprintPart

__all__ = ["Blueprint", "BlueprintModule", "BlueprintPart"]
