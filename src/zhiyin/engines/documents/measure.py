"""Measures of the printed page that PDF and Word share, so that both break a document alike. In points unless said
otherwise.
"""

import re

PORTRAIT, LANDSCAPE = 459.2, 705.8  # A4 either way less two margins of 24 mm
SEAL_WIDTH = 119.0  # 42 mm, the round seal of a public institution
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


def text_width(layout: str) -> float:
    """Width of the printed text of a document of this layout; a ledger lies on its side."""
    return PORTRAIT if layout == "portrait" else LANDSCAPE


def is_long(value: str, columns: int, width: float = PORTRAIT) -> bool:
    """Whether a value in a label grid would take more than two lines of its column and so gets a row of its own."""
    per_line = (width / columns - 100) / 10.5
    return columns > 1 and sum(1 if ord(character) > 0x2E7F else 0.55 for character in value) > 2 * per_line - 1
