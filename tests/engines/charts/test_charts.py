"""Charts are well-formed, say what they show, and no two texts overlap."""

import xml.etree.ElementTree as ElementTree
from itertools import combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhiyin.engines.charts import Chart, StepCount, bars, profile_pair, radar, sparkline, stacked_steps
from zhiyin.engines.charts.canvas import Canvas, shown, text_width

SVG = "{http://www.w3.org/2000/svg}"
LABELS = ["R 实用", "I 研究", "A 艺术", "S 社会", "E 企业", "C 常规"]
LONG = ["实用操作类型", "研究分析类型", "艺术创作类型", "社会服务类型", "企业经营类型", "常规事务类型"]
SCORES = [24, 39, 22, 44, 31, 36]
STEPS = [StepCount("接待", 5), StepCount("方案", 7, 1), StepCount("结束", 0)]


def made(mode: str = "web", key: str = "k") -> list[Chart]:
    shared: dict[str, Any] = {"title": "图 <1> & 2", "key": key, "mode": mode}
    return [
        radar(SCORES, LABELS, 50, unit="分", **shared),
        radar([1, None, 3.25, 5, 2, 4], LONG, 5, minimum=1, **shared),
        profile_pair([1, 2, 3, 4, 5, 4.5], [1, 7, 3, 4, 5, 6], LONG, names=("本人", "健康照护师"), **shared),
        bars([67, None, 0, 100], ["兴趣", "技能", "经历", "需求与供给"], 100, **shared),
        stacked_steps(STEPS, **shared),
        sparkline([3, None, 6, 5], labels=["九月", "十月", "十一月", "十二月"], unit="人", **shared),
    ]


def texts(svg: str) -> list[ElementTree.Element]:
    return ElementTree.fromstring(svg).findall(f".//{SVG}text")


@pytest.mark.parametrize("mode", ["web", "print"])
def test_all_charts_are_named_described_and_tabled(mode: str) -> None:
    for chart in made(mode):
        root = ElementTree.fromstring(chart.svg)
        assert root.attrib["role"] == "img"
        ids = root.attrib["aria-labelledby"].split()
        named = {element.attrib["id"]: element.text for element in root if "id" in element.attrib}
        assert [named[name] for name in ids] == [chart.title, chart.summary]
        assert chart.title == "图 <1> & 2"
        assert len({len(row) for row in chart.table}) == 1
        assert len(chart.table) > 1


def test_on_paper_colours_and_font_are_literal() -> None:
    for chart in made("print"):
        assert "var(" not in chart.svg
        assert "class=" not in chart.svg
        assert {text.attrib["font-family"] for text in texts(chart.svg)} == {"Noto Sans SC"}
        assert "height" in ElementTree.fromstring(chart.svg).attrib


def test_on_screen_colours_follow_the_page() -> None:
    for chart in made("web"):
        assert "#" not in chart.svg.replace("url(#", "")
        assert ElementTree.fromstring(chart.svg).attrib["class"] == "chart"
        assert "style=" not in chart.svg


def test_ids_are_unique_on_a_page_of_many_charts() -> None:
    ids = [
        element.attrib["id"]
        for number in range(3)
        for place, chart in enumerate(made(key=f"k{number}"))
        for element in ElementTree.fromstring(chart.svg.replace(f"k{number}-", f"k{number}-{place}-")).iter()
        if "id" in element.attrib
    ]
    assert len(set(ids)) == len(ids)
    with pytest.raises(ValueError, match="key"):
        radar(SCORES, LABELS, 50, title="图", key="bad key")


def boxes_of(monkeypatch: pytest.MonkeyPatch, draw) -> tuple[Chart, list]:
    canvases: list[Canvas] = []
    original = Canvas.__post_init__

    def remember(self: Canvas) -> None:
        canvases.append(self)
        original(self)

    monkeypatch.setattr(Canvas, "__post_init__", remember)
    chart = draw()
    return chart, canvases[-1].boxes


@pytest.mark.parametrize("count", range(3, 9))
@pytest.mark.parametrize("label", ["常", "R 实用", "实用操作类型"])
def test_radar_texts_never_overlap_nor_leave_the_picture(monkeypatch, count: int, label: str) -> None:
    chart, boxes = boxes_of(monkeypatch, lambda: radar([44.25] * count, [label] * count, 50, title="图", key="k"))
    check(chart, boxes)


def test_other_texts_never_overlap_nor_leave_the_picture(monkeypatch) -> None:
    pair = lambda: profile_pair([4.25] * 6, [6.75] * 6, LONG, names=("本人", "劳动关系协调师"), title="图", key="k")  # noqa: E731
    many = [StepCount(f"步骤名称{number}", 1200, 300) for number in range(8)]
    for draw in (
        pair,
        lambda: bars([67.5, None], ["需求与供给", "技"], 100, unit="分", title="图", key="k"),
        lambda: stacked_steps(many, title="图", key="k"),
        lambda: stacked_steps([StepCount("接待", 3, 1), StepCount("方案", 9)], title="图", key="k"),
        lambda: sparkline([1, 12345], unit="人", title="图", key="k"),
    ):
        check(*boxes_of(monkeypatch, draw))


def check(chart: Chart, boxes: list) -> None:
    left, top, width, height = map(float, ElementTree.fromstring(chart.svg).attrib["viewBox"].split())
    for box in boxes:
        assert left <= box.left
        assert box.right <= left + width
        assert top <= box.top
        assert box.bottom <= top + height
    assert not [pair for pair in combinations(boxes, 2) if pair[0].overlaps(pair[1])]


def test_values_are_printed_beside_the_labels() -> None:
    chart = radar(SCORES, LABELS, 50, title="职业兴趣", key="k", unit="分")
    said = ["".join(text.itertext()) for text in texts(chart.svg)]
    assert "R 实用 24" in said
    assert said[said.index("A 艺术") + 1] == "22"
    assert "S 社会 44 分" in chart.summary
    assert ["S 社会", "44"] in chart.table


def test_the_hexagon_lies_as_hollands_does() -> None:
    root = ElementTree.fromstring(radar([50] * 6, LABELS, 50, title="图", key="k").svg)
    area = next(item for item in root.findall(f"{SVG}polygon") if item.attrib.get("class") == "area")
    points = [tuple(map(float, point.split(","))) for point in area.attrib["points"].split()]
    assert points[0][1] == points[1][1] == min(y for _, y in points)
    assert points[0][0] < points[1][0]
    assert points[2][0] == max(x for x, _ in points)


def test_an_unscored_axis_is_a_gap_and_not_a_zero() -> None:
    chart = radar([1, None, 3, 5, 2, 4], LABELS, 5, title="图", key="k")
    root = ElementTree.fromstring(chart.svg)
    assert len(root.findall(f"{SVG}circle")) == 5
    assert not [item for item in root.findall(f"{SVG}polygon") if item.attrib.get("class") == "area"]
    assert "I 研究 未计分" in chart.summary


def test_two_profiles_differ_by_line_and_by_point() -> None:
    chart = profile_pair([1, 2, 3, 4, 5, 4], [1, 7, 3, 4, 5, 6], LABELS, names=("本人", "护士"), title="图", key="k")
    root = ElementTree.fromstring(chart.svg)
    outlines = [item for item in root.findall(f"{SVG}polygon") if item.attrib["stroke-width"] == "2"]
    assert [("stroke-dasharray" in item.attrib) for item in outlines] == [True, False]
    assert len(root.findall(f"{SVG}circle")) == len(root.findall(f"{SVG}rect")) == 7
    assert "本人（实线）与护士（虚线）" in chart.summary


def test_equal_shapes_on_different_ranges_coincide() -> None:
    chart = profile_pair([1, 2, 3, 4, 5, 3], [1, 2.5, 4, 5.5, 7, 4], LABELS, names=("甲", "乙"), title="图", key="k")
    root = ElementTree.fromstring(chart.svg)
    outlines = {item.attrib["points"] for item in root.findall(f"{SVG}polygon") if item.attrib["stroke-width"] == "2"}
    assert len(outlines) == 1


def test_unknown_bars_are_dashed_and_zero_is_not_unknown() -> None:
    chart = bars([None, 0], ["技能", "经历"], 100, title="图", key="k")
    rects = ElementTree.fromstring(chart.svg).findall(f"{SVG}rect")
    assert [item.attrib["class"] for item in rects] == ["unknown", "track", "fill"]
    assert "stroke-dasharray" in rects[0].attrib
    assert chart.table[1:] == [["技能", "未知"], ["经历", "0"]]


def test_the_marked_part_of_a_column_is_striped_and_said() -> None:
    chart = stacked_steps(STEPS, title="在办个案", key="k")
    assert chart.summary == "在办个案：接待 5 件，方案 7 件，其中过期 1 件，结束 0 件。"
    root = ElementTree.fromstring(chart.svg)
    striped = [item for item in root.findall(f"{SVG}rect") if item.attrib["fill"].startswith("url(#k-hatch")]
    assert len(striped) == 2
    assert root.find(f".//{SVG}pattern").attrib["id"] == "k-hatch-chart-1"


def test_columns_are_proportional() -> None:
    chart = stacked_steps([StepCount("甲", 4, 2), StepCount("乙", 8)], title="图", key="k")
    rects = ElementTree.fromstring(chart.svg).findall(f"{SVG}rect")[2:]
    assert [float(item.attrib["height"]) for item in rects] == [56, 28, 112]


def test_a_sparkline_breaks_where_nothing_is_known() -> None:
    chart = sparkline([3, 4, None, 6, None, 5, 7], title="每月", key="k")
    root = ElementTree.fromstring(chart.svg)
    assert len(root.findall(f"{SVG}polyline")) == 2
    assert len(root.findall(f"{SVG}circle")) == 2
    assert "最低 3，最高 7" in chart.summary


@given(st.lists(st.floats(0, 100), min_size=6, max_size=6), st.text(max_size=12))
def test_any_title_and_values_stay_well_formed(values: list[float], title: str) -> None:
    for mode in ("web", "print"):
        ElementTree.fromstring(radar(values, LABELS, 100, title=title, key="k", mode=mode).svg)


@pytest.mark.parametrize(
    "draw",
    [
        lambda: radar([1, 2], ["a", "b"], 5, title="图", key="k"),
        lambda: radar([1, 2, 6], ["a", "b", "c"], 5, title="图", key="k"),
        lambda: radar([1, 2, 3], ["a", "b"], 5, title="图", key="k"),
        lambda: radar([1, 1, 1], ["a", "b", "c"], 1, minimum=1, title="图", key="k"),
        lambda: bars([], [], 5, title="图", key="k"),
        lambda: bars([-1], ["a"], 5, title="图", key="k"),
        lambda: stacked_steps([], title="图", key="k"),
        lambda: StepCount("接待", 1, 2),
        lambda: sparkline([None], title="图", key="k"),
    ],
)
def test_what_cannot_be_drawn_is_refused(draw) -> None:
    with pytest.raises(ValueError):
        draw()


def test_numbers_are_printed_short() -> None:
    assert [shown(value) for value in (3, 3.0, 3.5, 3.875, None)] == ["3", "3", "3.5", "3.88", "未知"]
    assert text_width("实用") == 24
