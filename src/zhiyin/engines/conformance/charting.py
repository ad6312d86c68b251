"""Pictures of a standing: clauses of each chapter by verdict, and the score over time."""

from collections.abc import Mapping, Sequence
from datetime import date

from zhiyin.engines.charts import Chart, Mode, bars
from zhiyin.engines.charts.canvas import LINE, Canvas, text_width
from zhiyin.engines.conformance.judging import Verdict

_BAR, _ROW, _TRACK, _GAP = 12.0, 30.0, 320.0, 2.0
_ORDER = (Verdict.MET, Verdict.PARTLY, Verdict.UNMET, Verdict.UNPROVEN)


def chapters(rows: Sequence[tuple[str, Mapping[Verdict, int]]], *, title: str, key: str, mode: Mode = "web") -> Chart:
    """One bar for each chapter, as long as it has clauses, in parts by verdict; met of all that apply stands behind.

    Clauses that do not apply are left out of the bar and named in the table. Verdicts differ by pattern as well as by
    colour. ValueError for no rows.
    """
    if not rows:
        raise ValueError("a chapter chart needs rows")
    canvas = Canvas(mode, key)
    fills = {
        Verdict.MET: canvas.colour("chart-1"),
        Verdict.PARTLY: canvas.hatch("chart-1"),
        Verdict.UNMET: canvas.colour("text"),
        Verdict.UNPROVEN: canvas.colour("surface"),
    }
    start = max(text_width(name) for name, _ in rows) + 12
    unit = _TRACK / max(1, *(sum(counts.get(verdict, 0) for verdict in _ORDER) for _, counts in rows))
    x = start
    for verdict in _ORDER:
        _block(canvas, verdict, fills, x, 4, 12)
        canvas.text(x + 18, 14, verdict.label)
        x += 18 + text_width(verdict.label) + 18
    top = LINE + 10
    printed = []
    for row, (name, counts) in enumerate(rows):
        middle = top + _ROW * (row + 0.5)
        canvas.text(0, middle + 4, name)
        x = start
        for verdict in _ORDER:
            if width := counts.get(verdict, 0) * unit:
                _block(canvas, verdict, fills, x, middle - _BAR / 2, max(1.0, width - _GAP))
                x += width
        applied = sum(counts.get(verdict, 0) for verdict in _ORDER)
        printed.append(f" / {applied} 条")
        canvas.text(start + _TRACK + 12, middle + 4, printed[-1], strong=str(counts.get(Verdict.MET, 0)))
    width = start + _TRACK + 12 + max(text_width(text) for text in printed) + text_width("999")
    said = "；".join(
        f"{name}："
        + "，".join(f"{verdict.label} {counts[verdict]} 条" for verdict in Verdict if counts.get(verdict, 0))
        for name, counts in rows
    )
    table = [["部分", *(verdict.label for verdict in Verdict)]]
    table += [[name, *(str(counts.get(verdict, 0)) for verdict in Verdict)] for name, counts in rows]
    return canvas.finish(width, top + _ROW * len(rows), title, f"{title}：{said}。", table)


def _block(canvas: Canvas, verdict: Verdict, fills: Mapping[Verdict, str], x: float, y: float, width: float) -> None:
    canvas.element(
        "rect",
        f"is-{verdict.value}",
        x=x,
        y=y,
        width=width,
        height=_BAR,
        rx=2,
        fill=fills[verdict],
        stroke=canvas.colour("text-2" if verdict in {Verdict.UNPROVEN, Verdict.PARTLY} else "surface"),
        stroke_width=1,
    )


def history(points: Sequence[tuple[date, float | None]], *, title: str, key: str, mode: Mode = "web") -> Chart:
    """The score of each day of measuring as a bar, oldest first. ValueError for no points."""
    values = [score for _, score in points]
    return bars(values, [day.isoformat() for day, _ in points], 100, title=title, key=key, mode=mode, unit=" 分")
