"""Values as a workbook: out, edited, and back as a proposed change with findings row by row."""

import io
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
import xlsxwriter
from django.utils import timezone
from python_calamine import load_workbook

from tests import factories
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.standards import commands, queries, sheets
from zhiyin.domain.standards.models import ProfileChange
from zhiyin.domain.standards.values import EditableValue, editable_values
from zhiyin.kernel.errors import Invalid, Refused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("packs")]

AREA = ("parameter", "room-area", "", "value")
HELP = ("form", "room-note", "sections[basics].fields[area]", "help")
LABEL = ("form", "room-note", "sections[basics].fields[remark]", "label")
NEEDED = ("form", "room-note", "sections[basics].fields[remark]", "required")
KIND = {"参数": "parameter", "表单": "form", "文书": "document"}
KEY = {"取值": "value", "题目": "label", "填写说明": "help", "必填": "required", "写作指引": "guidance"}


@pytest.fixture
def world() -> SimpleNamespace:
    agency = factories.agency(region="130102")
    return SimpleNamespace(
        agency=agency,
        head=factories.who(factories.member(agency, Role.SECTION_HEAD, name="陈科长", level=1)),
        supervisor=factories.who(factories.member(agency, Role.SUPERVISOR, level=2)),
        front=factories.who(factories.member(agency, Role.FRONT_DESK)),
        stranger=factories.who(factories.member(factories.agency(), Role.SECTION_HEAD, level=1)),
    )


def exported(world: SimpleNamespace) -> list[list[Any]]:
    with acting(world.head, "导出"):
        content = commands.export_values(world.agency, "核对本机构的取值")
    return load_workbook(io.BytesIO(content)).get_sheet_by_index(0).to_python(skip_empty_area=False)


def edited(table: list[list[Any]], **wanted: dict[tuple[str, ...], Any]) -> bytes:
    """The table with cells filled in: column → place of the row → text."""
    head = [str(cell) for cell in table[1]]
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(table):
            cells = [*row, *[""] * (max(len(head), 5) - len(row))]
            place = (KIND.get(str(cells[0]), ""), str(cells[1]), str(cells[3]), KEY.get(str(cells[4]), ""))
            for column, rows in wanted.items():
                if number > 1 and place in rows:
                    cells[head.index(column)] = rows[place]
            for index, cell in enumerate(cells):
                sheet.write(number, index, cell)
    return out.getvalue()


def imported(world: SimpleNamespace, content: bytes, **values: Any) -> tuple[ProfileChange, sheets.Sheet]:
    with acting(world.head, "导入"):
        return commands.import_values(world.agency, content, title="本机构的取值", why="照我们的房子", **values)


def value_at(world: SimpleNamespace, place: tuple[str, ...]) -> EditableValue:
    values = editable_values(queries.active(world.agency), ids={place[1]})
    return next(value for value in values if value.place[:4] == place)


def test_the_workbook_holds_every_value_with_its_layer(world: SimpleNamespace) -> None:
    table = exported(world)
    assert table[1] == [name for name, _ in sheets.COLUMNS]
    rows = {(row[1], row[3], row[4]): row for row in table[2:]}
    area = rows["room-area", "", "取值"]
    assert [str(cell) for cell in area[6:11]] == ["10", "2020-01-01", "", "本系统默认", "样包"]
    assert rows["room-note", "sections[basics].fields[remark]", "必填"][6] == "否"
    assert any(row[0] == "文书" and row[4] == "写作指引" for row in table[2:])
    assert AuditEvent.objects.filter(action="standards.exported").count() == 1


def test_an_edited_workbook_becomes_a_change_that_works_once_approved(world: SimpleNamespace) -> None:
    content = edited(
        exported(world),
        改为={AREA: 15, HELP: "带图纸来填", LABEL: "补充说明", NEEDED: "是"},
        改后依据={AREA: "本机构二〇二六年规定"},
        原因={LABEL: "大家看不懂“备注”"},
    )
    change, sheet = imported(world, content)
    assert (sheet.asked, sheet.good, sheet.findings) == (4, 4, ())
    assert value_at(world, AREA).value != "15"
    with acting(world.head, "提交"):
        commands.submit(change)
    with acting(world.supervisor, "批准"):
        commands.approve(change)
    assert queries.active(world.agency).parameter("room-area") == 15
    field = queries.active(world.agency).get("form", "room-note").field("remark")
    assert (field.label, field.required) == ("补充说明", True)
    assert value_at(world, HELP).value == "带图纸来填"
    assert value_at(world, HELP).layer == "本机构的取值"
    today = timezone.localdate().isoformat()
    dated = editable_values(queries.active(world.agency), ids={"room-area"})
    assert [(value.shown, value.valid_from, value.layer, value.source) for value in dated] == [
        ("10", "2020-01-01", "样包", "本系统默认"),
        ("15", today, "本机构的取值", "本机构二〇二六年规定"),
    ]


def test_bad_rows_are_told_one_by_one_and_the_good_ones_stand(world: SimpleNamespace) -> None:
    table = exported(world)
    row = next(number for number, cells in enumerate(table, 1) if cells[1] == "room-area")
    content = edited(
        table,
        改为={AREA: "很大", NEEDED: "也许", LABEL: sheets.EMPTY, HELP: sheets.EMPTY},
        现在的值={HELP: "按平面图填"},
    )
    change, sheet = imported(world, content)
    assert (sheet.asked, sheet.good) == (4, 1)
    assert {(finding.column, finding.message) for finding in sheet.findings} == {
        ("改为", "“很大”不是数字"),
        ("改为", "请写“是”或“否”"),
        ("改为", "题目不能清空"),
    }
    assert row in {finding.number for finding in sheet.findings}
    assert change.operations == {
        "alter": [
            {
                "definition": {"kind": "form", "id": "room-note"},
                "at": "sections[basics].fields[area]",
                "set": {"help": ""},
                "why": "照我们的房子",
            }
        ]
    }


def test_a_row_that_no_longer_agrees_with_what_stands_is_told(world: SimpleNamespace) -> None:
    table = exported(world)
    content = edited(table, 改为={AREA: 15, HELP: "别的"}, 现在的值={AREA: 9}, 编号={HELP: "room-notes"})
    with pytest.raises(Invalid) as caught:
        imported(world, content)
    told = "；".join(caught.value.errors["file"])
    assert "现在是“10”" in told
    assert "找不到这一行" in told
    assert not ProfileChange.objects.exists()


def test_what_only_shows_when_it_is_laid_is_told_at_its_row(world: SimpleNamespace) -> None:
    values = editable_values(queries.active(world.agency), ids={"room-note"})
    wish = next(value for value in values if value.place[:4] == HELP)
    # a place that the standing form does not have: as if the form had changed between reading and laying
    moved = EditableValue(wish.kind, wish.id, wish.title, wish.at.replace("area", "gone"), *_rest(wish))
    table = [[], [name for name, _ in sheets.COLUMNS], *[_plain(value) for value in (*values, moved)]]
    content = edited(table, 改为={LABEL: "补充", ("form", "room-note", moved.at, "help"): "新说明"})
    found = sheets.read(
        content,
        [*values, moved],
        queries.active(world.agency),
        effective_from=timezone.localdate(),
        why="试",
    )
    assert [(finding.column, "gone" in finding.message) for finding in found.findings] == [("改为", True)]
    assert [change["set"] for change in found.operations["alter"]] == [{"label": "补充"}]


def _rest(value: EditableValue) -> tuple[Any, ...]:
    return (value.key, value.what, value.value, value.type, value.layer)


def _plain(value: EditableValue) -> list[str]:
    words = {code: word for word, code in {**KIND, **KEY}.items()}
    return [
        words[value.kind],
        value.id,
        value.title,
        value.at,
        words[value.key],
        value.what,
        value.shown,
        "",
        "",
        "",
        "",
    ]


def test_dates_of_a_new_value(world: SimpleNamespace) -> None:
    today = timezone.localdate()
    start, end = today + timedelta(days=10), today + timedelta(days=20)
    table = exported(world)
    change, _ = imported(
        world, edited(table, 改为={AREA: 15}, 改后自={AREA: start.isoformat()}, 改后至={AREA: end.isoformat()})
    )
    (value,) = change.operations["set"][0]["values"]
    assert (value["valid_from"], value["valid_to"]) == (start.isoformat(), end.isoformat())
    for wrong in ("下个月", (start - timedelta(days=1)).isoformat()):
        with pytest.raises(Invalid, match=r"不是日期|早于"):
            imported(world, edited(table, 改为={AREA: 15}, 改后自={AREA: start.isoformat()}, 改后至={AREA: wrong}))


def test_text_that_looks_like_a_formula_comes_back_as_it_was(world: SimpleNamespace) -> None:
    change, _ = imported(world, edited(exported(world), 改为={HELP: "=按平面图填"}))
    with acting(world.head, "提交"):
        commands.submit(change)
    with acting(world.supervisor, "批准"):
        commands.approve(change)
    table = exported(world)
    _, sheet = imported(world, edited(table, 改为={HELP: "照图纸填"}))
    assert sheet.findings == ()


@pytest.mark.parametrize(
    ("content", "message"), [(b"", "打不开"), (b"PK\x03\x04rubbish", "打不开"), (b"a,b\n1,2\n", "打不开")]
)
def test_a_file_that_is_no_workbook_is_refused(world: SimpleNamespace, content: bytes, message: str) -> None:
    with pytest.raises(Invalid, match=message):
        imported(world, content)


def test_a_workbook_without_the_heads_or_without_a_wish_is_refused(world: SimpleNamespace) -> None:
    table = exported(world)
    for rows, message in (
        ([["一", "二"]], "没有找到表头"),
        ([["类别", "编号", "改为"]], "少了这些列"),
        (table, "没有要改的"),
    ):
        with pytest.raises(Invalid, match=message):
            imported(world, edited([[], *rows] if rows is not table else table))


def test_who_may_take_out_and_bring_in(world: SimpleNamespace) -> None:
    content = edited(exported(world), 改为={AREA: 15})
    with acting(world.stranger, "导出"), pytest.raises(Refused):
        commands.export_values(world.agency, "核对本机构的取值")
    with acting(world.front, "导出"), pytest.raises(Invalid):
        commands.export_values(world.agency, "")
    for who in (world.front, world.stranger):
        with acting(who, "导入"), pytest.raises(Refused):
            commands.import_values(world.agency, content, title="取值", why="照房子")


def test_what_a_screen_lists(world: SimpleNamespace, django_assert_num_queries: Any) -> None:
    first, _ = imported(world, edited(exported(world), 改为={AREA: 15}))
    with acting(world.head, "提交"):
        commands.submit(first)
    second, _ = imported(world, edited(exported(world), 改为={HELP: "别的"}))
    with django_assert_num_queries(2):
        (waiting,) = queries.pending(world.supervisor)
        assert [act.by.user.name for act in waiting.acts.all()] == ["陈科长"]
        assert waiting.author.user.name == "陈科长"
    assert (queries.may_judge(world.supervisor, waiting), queries.may_judge(world.head, waiting)) == (True, False)
    assert [change.pk for change in queries.history(world.head)] == [second.pk, first.pk]
    assert queries.history(world.stranger) == []
    choices = queries.profile_choices(world.agency)
    assert (choices[0].id, choices[0].fits, choices[0].chosen) == ("north-demo", True, False)
