"""Measures of the printed page that PDF and Word share, so that both break a document alike. In points unless said
otherwise.
"""

import re

TEXT_WIDTH = 459.2  # A4 less two margins of 24 mm
_WIDEST_CHART = 400.0


def svg_size(svg: str) -> tuple[float, float]:
    """Width and height of an SVG in its own units, from ``viewBox`` or ``width`` and ``height``; (400, 300) where it
    has neither.
    """
    head = svg[: svg.find(">") + 1]
    number = r"([\d.]+)"
    box = re.search(rf'viewBox="\s*[-\d.]+[\s,]+[-\d.]+[\s,]+{number}[\s,]+{number}', head)
    if box:
        return float(box[1]), float(box[2])
    width, height = re.search(rf'\bwidth="{number}', head), re.search(rf'\bheight="{number}', head)
    return (float(width[1]), float(height[1])) if width and height else (400.0, 300.0)


def chart_width(svg: str) -> float:
    """Width in points at which a chart is printed: its own (96 units to the inch), at most what the page has room
    for.
    """
    return min(svg_size(svg)[0] * 0.75, _WIDEST_CHART)


def is_long(value: str, columns: int) -> bool:
    """Whether a value in a label grid would take more than two lines of its column and so gets a row of its own."""
    per_line = (TEXT_WIDTH / columns - 100) / 10.5
    return columns > 1 and sum(1 if ord(character) > 0x2E7F else 0.55 for character in value) > 2 * per_line - 1
