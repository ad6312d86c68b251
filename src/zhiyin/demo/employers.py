"""Six invented firms of the city: registered by the counter, visited by the advisers, two of them analysed.

Their credit codes lie in a region that was never issued, with right check digits.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from zhiyin.demo.city import City
from zhiyin.demo.stage import Deed
from zhiyin.domain.assessment.models import Result
from zhiyin.domain.audit.acting import acting
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.employers import commands
from zhiyin.domain.employers.models import EmployerFile
from zhiyin.kernel.dates import AgeRegime

CODE = "LJ"
STAFF = 6

Rows = tuple[tuple[Any, ...], ...]


@dataclass(frozen=True)
class Firm:
    """A firm as it is surveyed. ``posts``: title, number, duty, requirement, moves to, direction, condition, support;
    ``ages`` and ``schooling``: code, number; ``goals``: goal, first and last year, measure; ``culture``: value, what
    shows it. ``ago``: how many days before the end it was registered; ``analysis`` what its environment says: texts,
    and per outer part finding, source and how many days before it was published.
    """

    name: str
    uscc: str
    nature: str
    industry: str
    size: str
    address: str
    business: str
    contact: tuple[str, str, str]
    ago: int
    posts: Rows = ()
    ages: Rows = ()
    schooling: Rows = ()
    strategy: str = ""
    goals: Rows = ()
    culture: Rows = ()
    needs: tuple[str, ...] = ()
    analysis: dict[str, Any] = field(default_factory=dict)

    def survey(self, seen: date) -> dict[str, Any]:
        """The answers, with the figures of staff as of ``seen`` where there are any."""
        known: dict[str, Any] = {
            "name": self.name,
            "uscc": self.uscc,
            "nature": self.nature,
            "industry": self.industry,
            "size": self.size,
            "region": "990101",
            "address": self.address,
            "business": self.business,
            **dict(zip(("contact_name", "contact_post", "contact_phone"), self.contact, strict=True)),
        }
        if self.posts:
            known |= {"headcount": sum(row[1] for row in self.posts), "figures_on": seen.isoformat()}
        names = ("title", "number", "duty", "requirement", "moves_to", "move_kind", "move_condition", "move_support")
        known["posts"] = [dict(zip(names, row, strict=True)) for row in self.posts]
        known["by_age"] = [{"band": band, "number": number} for band, number in self.ages]
        known["by_education"] = [{"level": level, "number": number} for level, number in self.schooling]
        known["strategy_words"] = self.strategy
        goals = ("goal", "year_from", "year_to", "measure")
        known["strategy_goals"] = [dict(zip(goals, row, strict=True)) for row in self.goals]
        known["culture_values"] = [{"value": value, "shown": shown} for value, shown in self.culture]
        known["needs"] = [{"need": need} for need in self.needs]
        return known


FIRMS = (
    Firm(
        "临江市青竹饮品有限公司（演示）",
        "91990101MA1LJ1012F",
        "private",
        "C",
        "50-299",
        "临江市江北区工业路 8 号",
        "瓶装饮用水和茶饮料，两条灌装线，五月到九月三班倒。",
        ("沈青", "人事主管", "19900120001"),
        210,
        posts=(
            (
                "灌装操作工",
                62,
                "看灌装机、换瓶型、记产量",
                "能倒班，初中以上",
                "线长",
                "up",
                "满一年并通过技能考核",
                "带班津贴每月 300 元",
            ),
            ("叉车工", 9, "成品入库和装车", "持叉车证", "仓库调度", "side", "会用仓储软件", "软件课厂里教"),
            (
                "质检员",
                11,
                "抽样、做微生物检测",
                "中专以上，食品或化工",
                "化验主管",
                "up",
                "三年无漏检，读完检验课",
                "学费报销一半",
            ),
            ("线长", 8, "排班、交接、处理停机", "带过十人以上", "生产主管", "up", "带班两年", "送市里的班组长班"),
        ),
        ages=(("16-24", 12), ("25-34", 31), ("35-44", 20), ("45-54", 24), ("55", 3)),
        schooling=(("junior", 38), ("vocational", 41), ("college", 11)),
        strategy="第三条线两年内投产，线长不再从外面招。",
        goals=(
            ("线长全部由本厂员工担任", 2026, 2028, "空缺全部内部补上"),
            ("操作工一半持有中级证书", 2026, 2027, "证书登记在册"),
        ),
        culture=(("security", "工资每月十号前到账，旺季加班费当月结"), ("comfort", "孩子生病可以先走，回来补假条")),
        needs=("灌装线四十五岁以上的人五年内要退一批，怎么接上", "旺季招不满夜班"),
        analysis={
            "purpose": "老员工集中在灌装线，想知道先培养谁",
            "nature_finding": "本地人合伙办的厂，骨干是开厂时的老同事，外来的年轻人觉得升不上去。",
            "size_finding": "五年里从四十人长到九十人，班组没有跟着分细。",
            "strategy_finding": "要自己出八名线长，现在够条件的操作工只有五个。",
            "staff_finding": "四十五岁以上占三成，多在灌装线；三十五岁以下流动快，接班的人断了档。",
            "internal_source": "厂里的人事台账和四次座谈",
            "external_finding": "同行都在抢熟手，只能靠内部培养和作息安排留人。",
            "conclusion": "先定线长的培养办法，再调夜班；检验岗可以对外招。",
            "industry_facts": ("本市饮料制造用工比上年同期多 8%", "市统计局工业月报", 40),
            "labour_facts": ("操作工求人倍率 1.8，夜班岗 2.6", "中心上季度供求分析", 30),
            "policy_facts": ("职工取得中级证书可申请技能提升补贴，本厂够条件", "市人社局办事指南", 60),
        },
    ),
    Firm(
        "临江市远帆物流有限公司（演示）",
        "91990101MA1LJ1020A",
        "private",
        "G",
        "50-299",
        "临江市江南区港务路 22 号",
        "同城配送和干线运输，四十六辆厢式车。",
        ("程远", "总经理助理", "19900120002"),
        170,
        posts=(
            (
                "配送司机",
                46,
                "装车、配送、签收",
                "C1 以上驾照",
                "车队调度",
                "side",
                "两年无责任事故，会排线软件",
                "转岗期保底工资",
            ),
            (
                "分拣员",
                28,
                "夜间分拣、打包",
                "能上夜班",
                "分拣组长",
                "up",
                "满半年，差错率低于千分之二",
                "每月津贴 200 元",
            ),
            ("客服", 8, "查件、处理投诉", "普通话清楚", "大客户专员", "up", "一年，投诉办结率九成五", "带教三个月"),
        ),
        ages=(("16-24", 14), ("25-34", 40), ("35-44", 22), ("45-54", 6)),
        schooling=(("junior", 30), ("senior", 34), ("vocational", 18)),
        strategy="车队逐步换新能源车，司机转做调度和维保。",
        goals=(("二十名司机学会新能源车日常维保", 2026, 2027, "结业证"),),
        culture=(("independence", "线路由司机小组自己商量"), ("recognition", "每月公开评安全之星，奖金当场发")),
        needs=("司机年纪上来以后能去哪些岗位",),
        analysis={
            "purpose": "换车以后司机怎么安排",
            "nature_finding": "老板当过司机，重安全，也重人情；管理靠微信群。",
            "size_finding": "去年多了十二辆车，调度还是两个人。",
            "strategy_finding": "新能源车要有人做日常维保，现在没有这个岗位。",
            "staff_finding": "司机平均三十三岁，真正急的是分拣夜班留不住人。",
            "internal_source": "工资表和车辆台账",
            "external_finding": "新规要求调度持证，要赶在明年底前考出来。",
            "conclusion": "先送六个人学调度，再谈维保岗。",
            "industry_facts": ("本市快递量同比多 14%，单票价降了 6%", "市邮政管理局通报", 35),
            "labour_facts": ("配送司机求人倍率 1.3，分拣夜班 2.1", "中心上季度供求分析", 30),
            "policy_facts": ("道路运输从业资格培训可用培训补贴", "市交通运输局通知", 90),
        },
    ),
    Firm(
        "临江市安和护理院（演示）",
        "91990101MA1LJ10397",
        "social",
        "Q",
        "50-299",
        "临江市江北区康复巷 15 号",
        "二百张床位的护理院，收失能老人。",
        ("陶敏", "护理部主任", "19900120003"),
        120,
        posts=(
            (
                "养老护理员",
                58,
                "翻身、喂饭、助浴、记体征",
                "健康证，愿意倒班",
                "护理组长",
                "up",
                "取得中级证书，满一年",
                "证书考试费全报",
            ),
            ("护士", 16, "给药、换药、评估", "执业护士证", "护理部副主任", "up", "主管护师", "外出进修两周"),
        ),
        ages=(("25-34", 12), ("35-44", 27), ("45-54", 31), ("55", 4)),
        schooling=(("junior", 33), ("vocational", 25), ("college", 16)),
        strategy="护理员全部持证上岗，夜班减到一周两个。",
        goals=(("护理员中级证书覆盖六成", 2026, 2028, "证书登记"),),
        culture=(("helping", "每位老人有固定的护理员，家属每周来谈一次"),),
        needs=("招四十岁以上愿意长做的护理员",),
    ),
    Firm(
        "临江市老街面馆（演示）",
        "91990101MA1LJ10472",
        "individual",
        "H",
        "1-9",
        "临江市江北区老街 3 号",
        "早点和面食，四点开门。",
        ("罗大姐", "店主", "19900120004"),
        90,
        posts=(
            ("面点师", 3, "和面、擀面、蒸包子", "会发面", "店长", "up", "能独立管一个早市", "教配方"),
            ("服务员", 4, "点单、收桌", "手脚快", "面点师", "side", "跟师傅学三个月", "学的时候工资不减"),
        ),
    ),
    Firm(
        "临江市清溪信息技术有限公司（演示）",
        "91990101MA1LJ1055W",
        "private",
        "I",
        "10-49",
        "临江市江南区学府大道 9 号创业园 2 栋",
        "给本地医院和学校做预约系统。",
        ("阮溪", "行政", "19900120005"),
        60,
        culture=(("achievement", "每个项目上线后开复盘会，谁做的署谁的名"),),
        needs=("招两名会测试的残疾人员工，想知道工位怎么改",),
    ),
    Firm(
        "临江市金禾农民专业合作社（演示）",
        "91990101MA1LJ1063P",
        "cooperative",
        "A",
        "10-49",
        "临江市金禾镇新塘村",
        "大棚蔬菜和冷库，农忙时用零工。",
        ("田有余", "理事长", "19900120006"),
        30,
        needs=("农闲时社员想学冷库操作",),
    ),
)


def year(city: City, end: datetime) -> Iterator[tuple[datetime, Deed]]:
    """Registered one by one, visited again a month later, two analysed; some clients work at the first of them."""
    made: dict[str, EmployerFile] = {}
    for firm in FIRMS:
        at = end - timedelta(days=firm.ago, hours=3)
        yield at, _register(city, firm, made)
        if firm.posts:
            yield at + timedelta(days=20), _visit(city, firm, made)
        if firm.analysis:
            yield at + timedelta(days=26), _analyse(city, firm, made)
    yield end - timedelta(days=6, hours=2), _staff(city, FIRMS[0], made)


_FIRST = ("name", "uscc", "nature", "industry", "size", "region", "address", "business")
_CONTACT = ("contact_name", "contact_post", "contact_phone")


def _register(city: City, firm: Firm, made: dict[str, EmployerFile]) -> Deed:
    def deed() -> None:
        survey = firm.survey(timezone.localdate())
        known = survey if not firm.posts else {name: survey[name] for name in (*_FIRST, *_CONTACT)}
        with acting(city.actor("frontdesk"), "登记来访的用人单位"):
            made[firm.uscc] = commands.open_file(city.bodies[CODE], known, is_demo=True)

    return deed


def _visit(city: City, firm: Firm, made: dict[str, EmployerFile]) -> Deed:
    def deed() -> None:
        file = made[firm.uscc]
        with acting(city.actor("adviser"), "走访用人单位"):
            survey = firm.survey(timezone.localdate())
            made[firm.uscc] = commands.change_file(file, file.version, survey, "走访，补齐员工、岗位和战略")

    return deed


def _analyse(city: City, firm: Firm, made: dict[str, EmployerFile]) -> Deed:
    def deed() -> None:
        today = timezone.localdate()
        said = dict(firm.analysis)
        for part in ("industry_facts", "labour_facts", "policy_facts"):
            finding, source, ago = said[part]
            said[part] = [{"finding": finding, "source": source, "date": (today - timedelta(days=ago)).isoformat()}]
        file = made[firm.uscc]
        answers = {
            **said,
            "analysed_on": today.isoformat(),
            "internal_state": "done",
            "external_state": "done",
            "internal_date": today.isoformat(),
            "headcount": file.headcount,
            "by_age": file.answers["by_age"],
            "by_education": file.answers["by_education"],
            "by_post": [{"title": row["title"], "number": row["number"]} for row in file.answers["posts"]],
        }
        with acting(city.actor("adviser"), "做企业环境分析"):
            commands.complete_analysis(file, answers)

    return deed


def _staff(city: City, firm: Firm, made: dict[str, EmployerFile]) -> Deed:
    """Grown-up clients of the centre who have taken the inventory, noted as working there."""

    def deed() -> None:
        taken = Result.objects.filter(sitting__organisation=city.bodies[CODE]).values("person_id")
        files = ClientFile.objects.filter(
            organisation=city.bodies[CODE], person__in=taken, person__erased_at=None
        ).select_related("person", "organisation")
        grown = [file for file in files.order_by("number") if file.person.regime() == AgeRegime.ADULT]
        with acting(city.actor("adviser"), "登记在岗的服务对象"):
            for index, client in enumerate(grown[:STAFF]):
                commands.add_employee(made[firm.uscc], client, firm.posts[index % len(firm.posts)][0])

    return deed
