"""Conformance: the clauses of the standards and what shows that they are met."""

from zhiyin.engines.conformance.definitions import Clause, Measure, MeasureSet, ParameterValue

__all__ = ["Clause", "Measure", "MeasureSet", "ParameterValue"]
