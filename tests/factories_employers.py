"""Ready-made files on employers for tests; their credit codes lie in a region that was never issued."""

import itertools
from typing import Any

from stdnum.cn import uscc as stdnum_uscc

from tests import factories, factories_clients
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.audit import acting as acting_module
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.employers import commands
from zhiyin.domain.employers.models import Analysis, Employee, EmployerFile
from zhiyin.domain.organisations.models import Organisation

_counter = itertools.count(1)
_NAMES = (
    *("青竹", "白石", "云台", "远帆", "双桥", "南屏", "松涛", "金禾", "银杏", "望湖"),
    *("东篱", "北辰", "清溪", "梧桐", "百川", "长风", "明月", "朝阳", "丹枫", "芳草"),
)

ENVIRONMENT: dict[str, Any] = {
    "analysed_on": "2026-03-10",
    "purpose": "灌装线的人越来越难留",
    "internal_state": "done",
    "nature_finding": "家族办厂，管理岗多年没有换过人",
    "size_finding": "从四十人长到六十人，班组没有跟着分",
    "strategy_finding": "要自己出线长，够格的只有八个",
    "headcount": "60",
    "by_age": [{"band": "25-34", "number": "35"}, {"band": "45-54", "number": "25"}],
    "by_post": [{"title": "灌装操作工", "number": "50"}, {"title": "线长", "number": "10"}],
    "by_education": [{"level": "vocational", "number": "60"}],
    "staff_finding": "老员工集中在一条线上，接班的人断了档",
    "internal_source": "人事台账",
    "internal_date": "2026-03-01",
    "external_state": "done",
    "industry_facts": [{"finding": "饮料行业用工多一成", "source": "市统计局月报", "date": "2026-02-28"}],
    "labour_facts": [{"finding": "操作工求人倍率 1.8", "source": "一季度供求分析", "date": "2026-03-05"}],
    "policy_facts": [{"finding": "招用登记失业人员有社保补贴", "source": "市人社局通知", "date": "2026-01-15"}],
    "external_finding": "抢人的多，只能靠内部培养留住人",
    "conclusion": "先把线长的培养通道定下来",
}


def credit_code(number: int | None = None) -> str:
    """A credit code with a right check digit that can belong to nobody."""
    first17 = f"91990101{'MA0D'}{number if number is not None else next(_counter):04d}1"
    return first17 + stdnum_uscc.calc_check_digit(first17)


def answers(**values: Any) -> dict[str, Any]:
    """A survey as it is typed; every call is another employer."""
    n = next(_counter)
    return {
        "name": f"临江市{_NAMES[n % 20]}{_NAMES[n // 20 % 20]}饮品有限公司（演示）",
        "uscc": credit_code(n),
        "nature": "private",
        "industry": "C",
        "size": "50-299",
        "region": "990101",
        "address": "临江市江北区工业路 8 号",
        "business": "瓶装饮用水和茶饮料",
        "contact_name": "沈青",
        "contact_post": "人事主管",
        "contact_phone": "13912340000",
        "headcount": "60",
        "by_age": [{"band": "25-34", "number": "35"}, {"band": "45-54", "number": "25"}],
        "by_education": [{"level": "vocational", "number": "60"}],
        "posts": [
            {
                "title": "灌装操作工",
                "number": "50",
                "duty": "看灌装机、换瓶型",
                "requirement": "能倒班",
                "moves_to": "线长",
                "move_kind": "up",
                "move_condition": "满一年并通过技能考核",
                "move_support": "带班津贴每月 300 元",
            },
            {
                "title": "线长",
                "number": "10",
                "duty": "排班、交接、质检",
                "moves_to": "生产主管",
                "move_kind": "up",
                "move_condition": "带班两年",
                "move_support": "送市里的班组长班",
            },
        ],
        "strategy_words": "三年内不再从外面招线长",
        "strategy_goals": [{"goal": "线长全部由本厂员工担任", "year_from": "2026", "year_to": "2028"}],
        "culture_words": "做事实在",
        "culture_values": [
            {"value": "comfort", "shown": "调休当天批，孩子生病可以先走"},
            {"value": "security", "shown": "工资每月十号前到账"},
        ],
        **values,
    }


def employer(organisation: Organisation | None = None, **values: Any) -> EmployerFile:
    """A file with everything but an analysis."""
    with acting(SYSTEM, "arrange"):
        return commands.open_file(organisation or factories.agency(), answers(**values), distinct=True)


def analysed(file: EmployerFile, **values: Any) -> Analysis:
    """A complete analysis of the file."""
    with acting(SYSTEM, "arrange"):
        return commands.complete_analysis(file, {**ENVIRONMENT, **values})


def employee(
    file: EmployerFile, adviser: Membership | None = None, *, name: str = "欧阳慧敏", **values: Any
) -> Employee:
    """A client of the agency, with all consents that name no recipient, in one of the employer's posts."""
    client = factories_clients.client_file(factories.person(name=name), file.organisation, adviser)
    if acting_module.current() is not None:
        return commands.add_employee(file, client, values.pop("post", "灌装操作工"), **values)
    with acting(SYSTEM, "arrange"):
        return commands.add_employee(file, client, values.pop("post", "灌装操作工"), **values)


def workplace(client: ClientFile) -> dict[str, list[Any]]:
    """An analysed employer at which a client works, as the walk of all addresses asks for it: ids by kind."""
    file = employer(client.organisation, name=f"{client.organisation.code}饮品厂")
    analysed(file)
    with acting(SYSTEM, "arrange"):
        return {"employer": [file.pk], "employee": [commands.add_employee(file, client, "线长").pk]}
