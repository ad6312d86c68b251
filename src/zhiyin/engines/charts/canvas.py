"""The drawing surface of all charts: escaped SVG with one palette for the screen and one for paper.

On the screen colours are the design tokens (CSS variables) and every element carries a class, so contrast and dark
modes reach the picture. On paper colours are literal and the font is named, because a typesetter knows no CSS.
States differ by pattern and shape as well as by colour.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import Literal
from xml.sax.saxutils import escape, quoteattr

Mode = Literal["web", "print"]
Anchor = Literal["start", "middle", "end"]

FONT_SIZE = 12
LINE = 18

_TOKENS = {
    "text": "#1D2129",
    "text-2": "#4E5969",
    "surface": "#FFFFFF",
    "chart-1": "#1A56B0",
    "chart-2": "#5F8DD0",
    "chart-grid": "#D5DBE4",
}


@dataclass(frozen=True, slots=True)
class Chart:
    """A finished picture with its words.

    ``svg`` is one well-formed element; ``summary`` says in Chinese what the picture shows and is its text
    alternative; ``table`` holds the same data as rows of text, the first row being the heads.
    """

    svg: str
    title: str
    summary: str
    table: list[list[str]]


@dataclass(frozen=True, slots=True)
class Box:
    """Where a text stands, in user units: used to lay out and to prove that no two texts overlap."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: "Box") -> bool:
        """Whether the two share any area."""
        across = self.left < other.right and other.left < self.right
        return across and self.top < other.bottom and other.top < self.bottom


@dataclass(slots=True)
class Canvas:
    """Collects elements and texts; :meth:`finish` wraps them with title and description.

    ``key`` makes ids unique where several charts share a page: lower-case letters, digits and hyphens, a letter first.
    """

    mode: Mode
    key: str
    parts: list[str] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    _definitions: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9-]*", self.key):
            raise ValueError("a chart key is lower-case letters, digits and hyphens, a letter first")

    def colour(self, token: str) -> str:
        """A design token as this mode writes it."""
        return _TOKENS[token] if self.mode == "print" else f"var(--{token})"

    def element(self, tag: str, css: str = "", **attributes: float | str) -> None:
        """Add one empty element; underscores in attribute names become hyphens."""
        values = {name.replace("_", "-"): value for name, value in attributes.items()}
        if css and self.mode == "web":
            values = {"class": css, **values}
        written = "".join(f" {name}={quoteattr(_number(value))}" for name, value in values.items())
        self.parts.append(f"<{tag}{written}/>")

    def line(self, x1: float, y1: float, x2: float, y2: float) -> None:
        """A straight line of the grid."""
        self.element("line", "grid", x1=x1, y1=y1, x2=x2, y2=y2, stroke=self.colour("chart-grid"), stroke_width=1)

    def text(self, x: float, y: float, words: str, *, anchor: Anchor = "start", strong: str = "") -> None:
        """A line of text with its baseline at ``y``; ``strong`` is set in bold before ``words``."""
        width = text_width(strong) + text_width(words)
        left = x - {"start": 0.0, "middle": width / 2, "end": width}[anchor]
        self.boxes.append(Box(left, y - FONT_SIZE * 0.88, left + width, y + FONT_SIZE * 0.14))
        bold = ""
        if strong:
            css, weight = (' class="t"', 600) if self.mode == "web" else ("", 700)
            bold = f'<tspan{css} font-weight="{weight}" fill="{self.colour("text")}">{clean(strong)}</tspan>'
        font = "Noto Sans SC" if self.mode == "print" else "var(--font)"
        self.parts.append(
            f'<text x="{_number(x)}" y="{_number(y)}" text-anchor="{anchor}" font-size="{FONT_SIZE}" '
            f'font-family="{font}" fill="{self.colour("text-2")}" xml:space="preserve">{bold}{clean(words)}</text>'
        )

    def hatch(self, token: str) -> str:
        """A fill of diagonal stripes in a colour, for what must not be told by colour alone."""
        name = f"{self.key}-hatch-{token}"
        self._definitions[name] = (
            f'<pattern id="{name}" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
            f'<rect width="6" height="6" fill="{self.colour("surface")}"/>'
            f'<rect width="3" height="6" fill="{self.colour(token)}"/></pattern>'
        )
        return f"url(#{name})"

    def finish(
        self, width: float, height: float, title: str, summary: str, table: list[list[str]], left: float = 0
    ) -> Chart:
        """The chart: ``width`` × ``height`` user units, the visible part beginning at ``left``."""
        definitions = f"<defs>{''.join(self._definitions.values())}</defs>" if self._definitions else ""
        css = ' class="chart"' if self.mode == "web" else ""
        # on the screen the height follows from the width, so that a narrow column shrinks the whole picture
        size = f' width="{_number(width)}"' + (f' height="{_number(height)}"' if self.mode == "print" else "")
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg"{css}{size} '
            f'viewBox="{_number(left)} 0 {_number(width)} {_number(height)}" '
            f'role="img" aria-labelledby="{self.key}-title {self.key}-desc">'
            f'<title id="{self.key}-title">{clean(title)}</title>'
            f'<desc id="{self.key}-desc">{clean(summary)}</desc>'
            f"{definitions}{''.join(self.parts)}</svg>"
        )
        return Chart(svg, title, summary, table)


def text_width(words: str) -> float:
    """Width of a line at 12 units, on the safe side: wide 12, capitals 9.6, others 7.2 (bold Noto Sans SC)."""
    width = 0.0
    for character in words:
        if unicodedata.east_asian_width(character) in "WFA":
            width += 12
        elif character.isupper() or character in "%@":
            width += 9.6
        else:
            width += 7.2
    return width


def shown(value: float | None, unknown: str = "未知") -> str:
    """A number as it is printed: at most two decimals, no needless zeros; ``unknown`` for None."""
    if value is None:
        return unknown
    return f"{value:.2f}".rstrip("0").rstrip(".") if value != int(value) else str(int(value))


def clean(words: str) -> str:
    """Text escaped for SVG, without the control characters that XML forbids."""
    return escape("".join(c for c in words if c in "\t\n" or unicodedata.category(c) not in {"Cc", "Cs"}))


def _number(value: float | str) -> str:
    if isinstance(value, str):
        return value
    written = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if written == "-0" else written
