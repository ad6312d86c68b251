"""Charts of lengths: horizontal bars, columns by step of work, a line without axes."""

from collections.abc import Sequence
from dataclasses import dataclass

from zhiyin.engines.charts.canvas import LINE, Canvas, Chart, Mode, shown, text_width

_BAR = 10.0
_ROW = 28.0
_TRACK = 240.0
_COLUMN = 48.0
_FULL_HEIGHT = 112.0


def bars(
    values: Sequence[float | None],
    labels: Sequence[str],
    maximum: float,
    *,
    title: str,
    key: str,
    mode: Mode = "web",
    unit: str = "",
) -> Chart:
    """Horizontal bars from 0 to ``maximum``, label before and value behind each.

    None is drawn as an empty dashed track and printed 未知, so that it is not taken for zero. Raises ``ValueError``
    for no rows, values outside the range or labels that do not match.
    """
    if not values or len(values) != len(labels) or maximum <= 0:
        raise ValueError("bars need rows, one label for each, and a maximum above 0")
    if any(value is not None and not 0 <= value <= maximum for value in values):
        raise ValueError(f"a value lies outside 0–{maximum}")
    canvas = Canvas(mode, key)
    start = max(text_width(label) for label in labels) + 12
    printed = [shown(value) + ("" if value is None else unit) for value in values]
    for row, (value, label, text) in enumerate(zip(values, labels, printed, strict=True)):
        middle = _ROW * (row + 0.5)
        top = middle - _BAR / 2
        canvas.text(0, middle + 4, label)
        if value is None:
            canvas.element(
                "rect",
                "unknown",
                x=start,
                y=top,
                width=_TRACK,
                height=_BAR,
                rx=3,
                fill="none",
                stroke=canvas.colour("text-2"),
                stroke_dasharray="3 3",
            )
        else:
            canvas.element(
                "rect", "track", x=start, y=top, width=_TRACK, height=_BAR, rx=3, fill=canvas.colour("chart-grid")
            )
            canvas.element(
                "rect",
                "fill",
                x=start,
                y=top,
                width=_TRACK * value / maximum,
                height=_BAR,
                rx=3,
                fill=canvas.colour("chart-1"),
            )
        canvas.text(start + _TRACK + 12, middle + 4, "", strong=text)
    width = start + _TRACK + 12 + max(text_width(text) for text in printed) + 4
    said = "，".join(f"{label} {text}" for label, text in zip(labels, printed, strict=True))
    summary = f"{title}：{said}。每项最高 {shown(maximum)}{unit}。"
    table = [["项目", f"数值（最高 {shown(maximum)}{unit}）"]]
    table += [[label, text] for label, text in zip(labels, printed, strict=True)]
    return canvas.finish(width, _ROW * len(values), title, summary, table)


@dataclass(frozen=True, slots=True)
class StepCount:
    """One step of work: how many stand there in all, and how many of them need attention."""

    label: str
    total: int
    marked: int = 0

    def __post_init__(self) -> None:
        if not 0 <= self.marked <= self.total:
            raise ValueError("marked must lie between 0 and total")


def stacked_steps(
    steps: Sequence[StepCount],
    *,
    title: str,
    key: str,
    mode: Mode = "web",
    marked: str = "过期",
    rest: str = "按时",
    unit: str = "件",
) -> Chart:
    """Columns side by side, one per step in the order of work; the marked part stands at the foot, striped.

    Totals are printed above, with the marked number where there is one; a key names both parts. Raises
    ``ValueError`` for no steps.
    """
    if not steps:
        raise ValueError("a step chart needs steps")
    canvas = Canvas(mode, key)
    notes = [f" {marked} {step.marked}" if step.marked else "" for step in steps]
    pitch = max(
        [_COLUMN + 24, *(text_width(str(step.total) + note) + 12 for step, note in zip(steps, notes, strict=True))]
    )
    pitch = max([pitch, *(text_width(step.label) + 12 for step in steps)])
    width, base = pitch * len(steps), 2 * LINE + 8 + _FULL_HEIGHT
    stripes = canvas.hatch("chart-1")

    x = width - (text_width(marked) + text_width(rest) + 72)
    for fill, name in ((stripes, marked), (canvas.colour("chart-2"), rest)):
        canvas.element("rect", x=x, y=4, width=12, height=12, fill=fill, stroke=canvas.colour("chart-1"))
        canvas.text(x + 18, 14, name)
        x += 18 + text_width(name) + 18

    tallest = max(1, *(step.total for step in steps))
    canvas.line(0, base + 0.5, width, base + 0.5)
    for place, (step, note) in enumerate(zip(steps, notes, strict=True)):
        middle = pitch * (place + 0.5)
        left, height = middle - _COLUMN / 2, _FULL_HEIGHT * step.total / tallest
        low = _FULL_HEIGHT * step.marked / tallest
        if step.total:
            fill = canvas.colour("chart-2")
            canvas.element("rect", "fill-2", x=left, y=base - height, width=_COLUMN, height=height, fill=fill)
        if step.marked:
            edge = canvas.colour("chart-1")
            canvas.element(
                "rect", x=left, y=base - low, width=_COLUMN, height=low, fill=stripes, stroke=edge, stroke_width=1
            )
        canvas.text(middle, base - height - 8, note, anchor="middle", strong=str(step.total))
        canvas.text(middle, base + LINE + 2, step.label, anchor="middle")
    said = "，".join(
        f"{step.label} {step.total} {unit}" + (f"，其中{marked} {step.marked} {unit}" if step.marked else "")
        for step in steps
    )
    table = [["步骤", "合计", marked], *([step.label, str(step.total), str(step.marked)] for step in steps)]
    return canvas.finish(width, base + LINE + 8, title, f"{title}：{said}。", table)


def sparkline(
    values: Sequence[float | None],
    *,
    title: str,
    key: str,
    mode: Mode = "web",
    labels: Sequence[str] | None = None,
    unit: str = "",
) -> Chart:
    """A line of 120 × 24 without axes, its last known value printed behind it; None leaves a gap.

    ``labels`` (months, say) name the points in the table and the text alternative, numbered from 1 by default.
    Raises ``ValueError`` when nothing is known or labels do not match.
    """
    names = [str(number) for number in range(1, len(values) + 1)] if labels is None else list(labels)
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if not known or len(names) != len(values):
        raise ValueError("a sparkline needs a known value and one label for each point")
    canvas = Canvas(mode, key)
    low, high = min(value for _, value in known), max(value for _, value in known)
    step = 112 / max(1, len(values) - 1)

    def at(place: int, value: float) -> tuple[float, float]:
        return 4 + step * place, 12.0 if high == low else 20 - 16 * (value - low) / (high - low)

    run: list[tuple[float, float]] = []
    for place, value in [*enumerate(values), (len(values), None)]:
        if value is not None:
            run.append(at(place, value))
        elif run:
            _run(canvas, run)
            run = []
    x, y = at(*known[-1])
    canvas.element("circle", cx=x, cy=y, r=2.5, fill=canvas.colour("chart-1"))
    last = shown(known[-1][1]) + unit
    canvas.text(126, 16, "", strong=last)
    printed = [shown(value) + ("" if value is None else unit) for value in values]
    said = f"从{names[known[0][0]]}的 {shown(known[0][1])}{unit} 到{names[known[-1][0]]}的 {last}"
    summary = f"{title}：{said}，最低 {shown(low)}{unit}，最高 {shown(high)}{unit}。"
    table = [["时间", "数值"], *([name, text] for name, text in zip(names, printed, strict=True))]
    return canvas.finish(130 + text_width(last), 24, title, summary, table)


def _run(canvas: Canvas, places: Sequence[tuple[float, float]]) -> None:
    if len(places) == 1:
        canvas.element("circle", cx=places[0][0], cy=places[0][1], r=1.5, fill=canvas.colour("chart-1"))
        return
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    canvas.element(
        "polyline",
        points=points,
        fill="none",
        stroke=canvas.colour("chart-1"),
        stroke_width=1.5,
        stroke_linejoin="round",
    )
