"""Reading and storing an agency's own occupation table."""

import csv
import gzip
import io
from collections import Counter

import pytest
import xlsxwriter
from python_calamine import load_workbook

from tests import factories
from tests import factories_assessment as made
from tests.support import shared_data
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.catalogues import commands, queries
from zhiyin.domain.catalogues.importing import as_workbook, read_occupations
from zhiyin.domain.catalogues.models import Occupation
from zhiyin.kernel.errors import Invalid, Refused

pytestmark = pytest.mark.django_db

HEAD = "职业编码,职业名称,描述,实用型,研究型,艺术型,社会型,企业型,常规型,最低学历,常见学历,技能,劳动条件"
GOOD = "4-99-01-01,社区团购理货员,在自提点收货分拣,5,2,1.5,4,3,4.5,初中,高中,分拣|记账,搬抬重物；长时间站立"


def table(*rows: str, head: str = HEAD) -> bytes:
    return "\n".join([head, *rows]).encode()


def store(content: bytes, name: str = "本地.csv", **values):
    with acting(SYSTEM, "导入"):
        return commands.import_occupations(read_occupations(content, name), **values)


def test_a_good_row_is_stored_and_can_be_matched():
    report = store(table(GOOD))
    assert report.counts["created"] == 1
    row = Occupation.objects.get()
    assert (row.code, row.name, row.group) == ("4-99-01-01", "社区团购理货员", 4)
    assert row.interests == {"R": 5.0, "I": 2.0, "A": 1.5, "S": 4.0, "E": 3.0, "C": 4.5}
    assert (row.education_min, row.education_usual) == ("junior", "senior")
    assert (row.skills, row.conditions) == (["分拣", "记账"], ["lifting", "standing"])
    assert row.source == "导入 本地.csv"
    assert [occupation.code for occupation in queries.packed().occupations] == ["4-99-01-01"]


@pytest.mark.parametrize(
    "content",
    [
        table(GOOD),
        b"\xef\xbb\xbf" + table(GOOD),
        table(GOOD).decode().encode("gb18030"),
        table(GOOD).decode().replace(",", "\t").encode(),
        table(GOOD).decode().replace("\n", "\r\n").encode(),
        table("", ",,,,,,,,,,,,", GOOD),
        b"\n\xe8\x81\x8c\xe4\xb8\x9a\xe8\xa1\xa8\n" + table(GOOD),
    ],
    ids=["utf-8", "mark", "gb18030", "tabs", "crlf", "blank-rows", "title-above"],
)
def test_encodings_and_shapes(content):
    report = read_occupations(content, "表.csv")
    assert [row.values["name"] for row in report.rows if row.is_good] == ["社区团购理货员"]


def excel(*rows: list[object]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, cells in enumerate(rows):
            sheet.write_row(place, 0, cells)
    return out.getvalue()


def test_excel_with_numbers_and_row_numbers_of_the_sheet():
    content = excel(
        ["名称", "编码", "R", "I", "A", "S", "E", "C", "最低学历", "常见学历"],
        ["理货员", "4-99-01-01", 5, 2, 1.5, 4, 3, 4.5, "初中", "高中"],
        [],
        ["坏行", "4-99-01-02", 9, 2, 1.5, 4, 3, 4.5, "初中", "高中"],
    )
    report = read_occupations(content, "表.xlsx")
    assert [row.number for row in report.rows] == [2, 4]
    assert report.rows[0].values["interests"]["R"] == 5.0
    assert report.messages == ["第 4 行“实用型（R）”：应在 1 到 7 之间"]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (GOOD.replace("4-99-01-01", "四九九"), "code"),
        (GOOD.replace("4-99-01-01", "9-99-01-01"), "code"),
        (GOOD.replace("社区团购理货员", ""), "name"),
        (GOOD.replace("社区团购理货员", "长" * 81), "name"),
        (GOOD.replace(",5,2,", ",8,2,"), "R"),
        (GOOD.replace(",5,2,", ",nan,2,"), "R"),
        (GOOD.replace(",5,2,", ",高,2,"), "R"),
        (GOOD.replace(",5,2,", ",5,,"), "I"),
        (GOOD.replace("初中,高中", "私塾,高中"), "education_min"),
        (GOOD.replace("初中,高中", "本科,高中"), "education_min"),
        (GOOD.replace("初中,高中", ",高中"), "education_min"),
        (GOOD.replace("搬抬重物", "上天入地"), "conditions"),
    ],
)
def test_a_bad_row_is_told_by_row_and_column_and_stored_not_at_all(row, column):
    other = GOOD.replace("4-99-01-01", "4-99-01-09")
    report = store(table(other, row))
    assert [line.number for line in report.rows if line.errors] == [3]
    assert set(report.rows[1].errors) == {column}
    assert report.messages[0].startswith("第 3 行“")
    assert list(Occupation.objects.values_list("code", flat=True)) == ["4-99-01-09"]


def test_a_code_that_occurs_twice_counts_once():
    report = store(table(GOOD, GOOD))
    assert report.rows[1].errors == {"code": ("编码 4-99-01-01 在第 2 行已经有了",)}
    assert Occupation.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "空的"),
        (b"   \n", "空的"),
        ("名称,说明\n甲,乙\n".encode(), "表头"),
        (HEAD.encode(), "没有数据"),
        (("编码,代码,名称\n" + "1,2,3").encode(), "两列"),
        (b"\x89PNG\x00\x01", "不是表格"),
        (b"PK\x03\x04broken", "打不开"),
        (b"\xff\xfe\xff\xff\xff", "编码认不出来"),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content, words):
    with pytest.raises(Invalid, match=words) as caught:
        read_occupations(content, "表.csv")
    assert set(caught.value.errors) == {"file"}


def test_a_dry_run_tells_and_stores_nothing():
    report = store(table(GOOD), dry_run=True)
    assert report.counts["created"] == 1
    assert not report.is_stored
    assert not Occupation.objects.exists()


def test_importing_again_updates_only_what_is_filled_in():
    store(table(GOOD))
    again = store(table("4-99-01-01,理货员,", head="编码,名称,描述"), "新.csv")
    assert again.counts["updated"] == 1
    row = Occupation.objects.get()
    assert (row.name, row.description) == ("理货员", "在自提点收货分拣")
    assert row.interests is not None
    assert store(table("4-99-01-01,理货员,", head="编码,名称,描述"), "新.csv").counts["unchanged"] == 1


def test_rows_of_a_pack_are_left_as_the_pack_has_them():
    made.catalogue()
    report = store(table("4-01-02-01,别的名字", head="编码,名称"))
    assert report.counts["kept"] == 1
    assert Occupation.objects.get(pk="4-01-02-01").name == "营销员"


def test_only_those_with_the_right_import():
    adviser = factories.member(factories.agency(), Role.ADVISER)
    with acting(factories.who(adviser), "导入"), pytest.raises(Refused):
        commands.import_occupations(read_occupations(table(GOOD), "表.csv"))


def test_the_report_goes_back_as_a_workbook_without_formulas():
    report = store(table(GOOD, GOOD.replace("4-99-01-01", "=1+2").replace("社区团购理货员", "=HYPERLINK(0)")))
    rows = load_workbook(io.BytesIO(as_workbook(report))).get_sheet_by_index(0).to_python()
    assert rows[0][:3] == ["处理结果", "问题", "职业编码"]
    assert rows[1][0] == "新增"
    assert rows[2][0] == "有误，未导入"
    assert rows[2][1] == "第 3 行“编码”：“=1+2”不是职业编码，应写成 6-31-01-03 这样"
    assert rows[2][2:4] == ["=1+2", "=HYPERLINK(0)"]


def test_the_official_list_imports_and_stays_out_of_interest_matching():
    with gzip.open(shared_data("cn-occupations-2022-full") / "csco22.csv.gz") as packed:
        content = packed.read()
    official = list(csv.DictReader(io.StringIO(content.decode())))
    codes = Counter(row["code"] for row in official if row["level"] == "4")
    made.catalogue()
    before = queries.packed().count
    report = store(content, "csco22.csv")
    assert report.unknown == ("code_num", "tasks", "csco_code_num", "alias")
    assert report.counts["skipped"] == sum(row["level"] != "4" for row in official)
    assert report.counts["faulty"] == sum(codes.values()) - len(codes)
    assert report.counts["created"] + report.counts["kept"] == len(codes)
    assert Occupation.objects.filter(pk__in=codes).count() == len(codes)
    assert queries.packed().count == before
    assert Occupation.objects.get(pk="1-02-04-00").description
