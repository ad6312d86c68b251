"""Descriptive statistics in plain Python: what psychometrics, quality and the market figures all count with."""

from zhiyin.engines.statistics.descriptive import (
    mean,
    mid_rank_percentile,
    pearson,
    percentile_standard_error,
    standard_deviation,
)

__all__ = ["mean", "mid_rank_percentile", "pearson", "percentile_standard_error", "standard_deviation"]
