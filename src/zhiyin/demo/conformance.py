"""A year of self-assessment at the centre: papers brought when they were made, a measuring at the end of each month."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from zhiyin.demo.city import City
from zhiyin.demo.stage import Deed
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.conformance import commands
from zhiyin.engines.documents import tree
from zhiyin.engines.documents.pdf import render_pdf

STANDARD = "SVC"
CODE = "LJ"
MONTHS = 10
WAIVED = ("SVC-4.3-e", "人格测验要由持证人员施测，本中心没有，需要时转介到市第三医院心理科（演示），有转介约定")


@dataclass(frozen=True)
class Paper:
    """A paper of ``ago`` days before the end, with what it says."""

    clause: str
    ago: int
    note: str
    says: str


PAPERS = (
    Paper(
        "SVC-3.4",
        300,
        "办公与网络设备清单",
        "电脑 14 台，打印机 3 台，固定电话 9 部，专线一条，无线网络覆盖全部场所。已逐件盘点。",
    ),
    Paper("SVC-3.2.4-a", 240, "本年度知识培训计划与签到", "社会文化两场，个人成长三场，组织管理一场，参加 41 人次。"),
    Paper("SVC-3.2.4-b", 150, "本年度实操培训成绩", "职业素养、服务管理、技能应用各一场，14 人全部合格。"),
    Paper("SVC-3.5.3-1", 160, "第一季度备份与恢复演练", "恢复到备用机，记录数与备份前一致，用时 26 分钟。"),
    Paper("SVC-3.5.3-1", 20, "最近一次备份与恢复演练", "恢复到备用机，记录数与备份前一致，用时 19 分钟。"),
    Paper("SVC-3.5.2-a", 90, "本年度卷内目录", "纸质协议 63 份，按类别和年份立卷，编号连续。"),
    Paper(
        "SVC-4.2.1-c",
        60,
        "本市三季度人力资源市场供求分析",
        "数据来自市人力资源市场，写明月份和口径，已用在近期个案的环境分析里。",
    ),
    Paper("SVC-4.2.1-d", 400, "去年就业政策汇编", "列明文号和有效期。"),
)


def year(city: City, end: datetime) -> Iterator[tuple[datetime, Deed]]:
    """What the section head does about the standard in a year."""
    yield end - timedelta(days=380), _waive(city)
    for paper in PAPERS:
        yield end - timedelta(days=paper.ago), _bring(city, paper)
    for month in range(MONTHS - 1, -1, -1):
        yield end - timedelta(days=30 * month, minutes=5), _measure(city)


def _waive(city: City) -> Deed:
    def deed() -> None:
        with acting(city.actor("head", CODE), "条款自评"):
            commands.declare_not_applicable(city.bodies[CODE], *WAIVED)

    return deed


def _bring(city: City, paper: Paper) -> Deed:
    def deed() -> None:
        now = timezone.now()
        content = render_pdf(_sheet(paper), timestamp=now, author=city.bodies[CODE].name)
        with acting(city.actor("head", CODE), "条款自评"):
            commands.add_evidence(
                city.bodies[CODE],
                paper.clause,
                note=paper.note,
                dated=timezone.localdate(),
                name=f"{paper.note}.pdf",
                content=content,
            )

    return deed


def _sheet(paper: Paper) -> tree.Document:
    section = tree.Section("says", "", paper.note, (tree.Paragraph(paper.says),))
    return tree.Document(
        definition="evidence",
        version=1,
        title=paper.note,
        subtitle="演示数据",
        sections=(section,),
        signatures=(),
        footer="",
        number="",
        issued_on=None,
        check_url="",
        check_code="",
        status="issued",
    )


def _measure(city: City) -> Deed:
    def deed() -> None:
        with acting(city.actor("head", CODE), "每月自评"):
            commands.run(city.bodies[CODE], STANDARD)

    return deed
