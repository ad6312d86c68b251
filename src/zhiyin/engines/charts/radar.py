"""Polygon charts: one profile, or a person's beside an occupation's."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from zhiyin.engines.charts.canvas import LINE, Anchor, Canvas, Chart, Mode, shown, text_width

_RADIUS = 92.0
_GAP = 12.0
_TOP = 48.0


@dataclass(frozen=True, slots=True)
class _Axes:
    """Directions of the axes from the centre; for an even number the top edge is level, as in Holland's hexagon."""

    count: int
    x: float
    y: float

    def at(self, axis: int, share: float) -> tuple[float, float]:
        start = pi / 2 + (pi / self.count if self.count % 2 == 0 else 0)
        angle = start - 2 * pi * axis / self.count
        return self.x + _RADIUS * share * cos(angle), self.y - _RADIUS * share * sin(angle)


def radar(
    values: Sequence[float | None],
    labels: Sequence[str],
    maximum: float,
    *,
    minimum: float = 0,
    title: str,
    key: str,
    mode: Mode = "web",
    unit: str = "",
    rings: int = 5,
) -> Chart:
    """One profile of 3–8 axes, clockwise from the upper left; each value is printed beside its label.

    ``values`` run from ``minimum`` (centre) to ``maximum`` (edge); None is drawn as a gap and printed 未计分. ``unit``
    is said in the text alternative ("分"). Raises ``ValueError`` for values outside the range, labels that do not
    match, or a count of axes outside 3–8.
    """
    _check(values, labels, minimum, maximum)
    canvas = Canvas(mode, key)
    axes = _frame(canvas, len(values), rings)
    _line(canvas, axes, values, minimum, maximum, second=False)
    printed = [shown(value, "未计分") for value in values]
    left, right = _labels(canvas, axes, labels, printed)
    suffix = f" {unit}" if unit else ""
    said = "，".join(
        f"{label} {text}{'' if value is None else suffix}"
        for label, text, value in zip(labels, printed, values, strict=True)
    )
    summary = f"{title}：{said}。每项最高 {shown(maximum)}{suffix}。"
    table = [["项目", f"得分（最高 {shown(maximum)}）"], *([a, b] for a, b in zip(labels, printed, strict=True))]
    return canvas.finish(right - left, 2 * (_TOP + _RADIUS * _reach(len(values))), title, summary, table, left)


def profile_pair(
    person: Sequence[float | None],
    occupation: Sequence[float | None],
    labels: Sequence[str],
    *,
    names: tuple[str, str],
    title: str,
    key: str,
    person_range: tuple[float, float] = (1, 5),
    occupation_range: tuple[float, float] = (1, 7),
    mode: Mode = "web",
) -> Chart:
    """Two profiles on the same axes: the person solid with round points, the occupation dashed with square points.

    Each is drawn on its own range, so shapes are compared and not heights; both values are printed. ``names`` go in
    the key under the picture. Raises ``ValueError`` as :func:`radar` does.
    """
    _check(person, labels, *person_range)
    _check(occupation, labels, *occupation_range)
    canvas = Canvas(mode, key)
    axes = _frame(canvas, len(labels), 5)
    _line(canvas, axes, occupation, *occupation_range, second=True)
    _line(canvas, axes, person, *person_range, second=False)
    own, theirs = [shown(value, "—") for value in person], [shown(value, "—") for value in occupation]
    printed = [f"{a}／{b}" for a, b in zip(own, theirs, strict=True)]
    left, right = _labels(canvas, axes, labels, printed)

    bottom = 2 * (_TOP + _RADIUS * _reach(len(labels)))
    for row, name in enumerate(names):
        y = bottom + row * (LINE + 2)
        x = left + _GAP
        _stroke(canvas, f"{x:.1f},{y:.1f} {x + 32:.1f},{y:.1f}", second=row == 1)
        _point(canvas, x + 16, y, second=row == 1)
        canvas.text(x + 40, y + 4, name)
        right = max(right, x + 40 + text_width(name) + _GAP)
    said = "，".join(f"{label} {a} 对 {b}" for label, a, b in zip(labels, own, theirs, strict=True))
    ranges = f"{names[0]}按 {shown(person_range[0])}–{shown(person_range[1])} 分"
    ranges += f"，{names[1]}按 {shown(occupation_range[0])}–{shown(occupation_range[1])} 分"
    summary = f"{title}：{names[0]}（实线）与{names[1]}（虚线）相比，{said}。{ranges}，只比较形状。"
    table = [["项目", *names], *([label, a, b] for label, a, b in zip(labels, own, theirs, strict=True))]
    return canvas.finish(right - left, bottom + 2 * (LINE + 2), title, summary, table, left)


def _check(values: Sequence[float | None], labels: Sequence[str], minimum: float, maximum: float) -> None:
    if not 3 <= len(values) <= 8 or len(values) != len(labels):
        raise ValueError("a radar has 3 to 8 axes and one label for each")
    if minimum >= maximum:
        raise ValueError("minimum must be below maximum")
    if any(value is not None and not minimum <= value <= maximum for value in values):
        raise ValueError(f"a value lies outside {minimum}–{maximum}")


def _reach(count: int) -> float:
    """How far up the highest axis points, as a share of the radius."""
    return cos(pi / count) if count % 2 == 0 else 1.0


def _frame(canvas: Canvas, count: int, rings: int) -> _Axes:
    axes = _Axes(count, 0.0, _TOP + _RADIUS * _reach(count))
    for ring in range(1, rings + 1):
        corners = [axes.at(axis, ring / rings) for axis in range(count)]
        canvas.element(
            "polygon", "grid", points=_points(corners), fill="none", stroke=canvas.colour("chart-grid"), stroke_width=1
        )
    for axis in range(count):
        canvas.line(axes.x, axes.y, *axes.at(axis, 1))
    return axes


def _line(
    canvas: Canvas, axes: _Axes, values: Sequence[float | None], minimum: float, maximum: float, *, second: bool
) -> None:
    """The outline of one profile; without all values only the sides between two known neighbours are drawn."""
    places = [
        None if value is None else axes.at(axis, (value - minimum) / (maximum - minimum))
        for axis, value in enumerate(values)
    ]
    known = [place for place in places if place is not None]
    if len(known) == len(places):
        _stroke(canvas, _points(known), second=second, closed=True)
    else:
        for axis, place in enumerate(places):
            following = places[(axis + 1) % len(places)]
            if place is not None and following is not None:
                _stroke(canvas, _points([place, following]), second=second)
    for x, y in known:
        _point(canvas, x, y, second=second)


def _stroke(canvas: Canvas, points: str, *, second: bool, closed: bool = False) -> None:
    token = "text-2" if second else "chart-1"
    area = closed and not second
    # a class "area" in the page's CSS would also fill an open line, so only the filled outline carries it
    canvas.element(
        "polygon" if closed else "polyline",
        "area" if area else "",
        points=points,
        fill=canvas.colour(token) if area else "none",
        **({"fill_opacity": 0.14} if area else {}),
        stroke=canvas.colour(token),
        stroke_width=2,
        stroke_linejoin="round",
        **({"stroke_dasharray": "6 4"} if second else {}),
    )


def _point(canvas: Canvas, x: float, y: float, *, second: bool) -> None:
    surface = canvas.colour("surface")
    if second:
        stroke = canvas.colour("text-2")
        canvas.element("rect", x=x - 3, y=y - 3, width=6, height=6, fill=surface, stroke=stroke, stroke_width=2)
    else:
        canvas.element("circle", "pt", cx=x, cy=y, r=3.5, fill=surface, stroke=canvas.colour("chart-1"), stroke_width=2)


def _labels(canvas: Canvas, axes: _Axes, labels: Sequence[str], printed: Sequence[str]) -> tuple[float, float]:
    """Print label and value outside each corner, in two lines beside the picture; give the left and right edge."""
    for axis, (label, value) in enumerate(zip(labels, printed, strict=True)):
        x, y = axes.at(axis, 1)
        across = x - axes.x
        anchor: Anchor = "middle" if abs(across) < 1 else "start" if across > 0 else "end"
        away = 0 if anchor == "middle" else _GAP if anchor == "start" else -_GAP
        if abs(y - axes.y) > 0.75 * _RADIUS:
            above = y < axes.y
            canvas.text(x + away, y - 2 * _GAP + 4 if above else y + 2 * _GAP, f" {value}", anchor=anchor, strong=label)
        else:
            canvas.text(x + away, y - 4, "", anchor=anchor, strong=label)
            canvas.text(x + away, y - 4 + LINE, value, anchor=anchor)
    margin = 4
    left = min([axes.x - _RADIUS, *(box.left for box in canvas.boxes)]) - margin
    right = max([axes.x + _RADIUS, *(box.right for box in canvas.boxes)]) + margin
    # the picture stays centred, whatever the lengths of the labels
    half = max(axes.x - left, right - axes.x)
    return axes.x - half, axes.x + half


def _points(places: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
