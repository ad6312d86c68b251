"""Own SVG charts: the same picture on the page, in PDF and in Word, each with its words and its table."""

from zhiyin.engines.charts.bars import StepCount, bars, sparkline, stacked_steps
from zhiyin.engines.charts.canvas import Chart, Mode
from zhiyin.engines.charts.radar import profile_pair, radar

__all__ = ["Chart", "Mode", "StepCount", "bars", "profile_pair", "radar", "sparkline", "stacked_steps"]
