"""《十分钟看懂》: the stops of a walk through the product."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from zhiyin.demo.cast import CLIENTS
from zhiyin.domain.casework.models import Case
from zhiyin.domain.people.models import Person
from zhiyin.domain.sittings.models import Sitting


@dataclass(frozen=True, slots=True)
class Stop:
    """One stop: who opens it and where. ``path`` is local to the site."""

    title: str
    text: str
    username: str
    path: str


def tour() -> list[Stop]:
    """The stops in order, each with the page it opens; none before the demo has been made."""
    person = Person.objects.filter(user__username=CLIENTS[0].username).first()
    case = person.cases.select_related("person").order_by("-opened_at").first() if person else None
    sitting = person.sittings.order_by("-assigned_at").first() if person else None
    compared = (
        Case.objects.filter(adviser__user__username=CLIENTS[0].adviser, status="open", events__kind="match.confirmed")
        .order_by("-opened_at", "pk")
        .first()
    )
    if case is None or sitting is None or compared is None:
        return []
    return [
        Stop(title, text, username, reverse(name, args=args))
        for title, text, username, name, *args in _stops(case, sitting, compared)
    ]


def _stops(case: Case, sitting: Sitting, compared: Case) -> list[tuple[Any, ...]]:
    """Title, text, who opens it, the name of the page and what it shows."""
    return [
        (
            "一、前台接待来访者",
            "先看证件号对不对、是不是来过的人，再告知用途、取得同意，才建档案。",
            "frontdesk",
            "desk:client_new",
        ),
        (
            "二、指导师的工作台",
            "一进来就是今天要做什么：过期的排最前，每一条点下去就到要填的地方。",
            "adviser",
            "desk:home",
        ),
        (
            "三、一个人一份档案",
            f"{case.person.name}的经历、能力、期望都在一页上；证件号默认遮住，看一次记一次。",
            "adviser",
            "desk:file",
            case.file_id,
        ),
        (
            "四、一步一步走的个案",
            "接待、需求调查、协议、方案、实施、报告、结束、回访：哪一步完成、哪一步过期，一眼看到。",
            "adviser",
            "desk:case",
            case.pk,
        ),
        (
            "五、手机上做测评",
            "一屏一题，选了就存，断网不丢；可以大字、可以朗读，也可以不做。",
            CLIENTS[0].username,
            "me:test:intro",
            sitting.pk,
        ),
        (
            "六、职业比对，讲出理由",
            "为什么排在前面、差在哪里、哪些因为身体条件没有列出，都写明白；合适不合适由人来定。",
            "adviser",
            "desk:case_match",
            compared.pk,
        ),
        (
            "七、督导审签",
            "四级指导师的报告要督导看过：退回写明改哪里，签发后编号、归档、可核验。",
            "supervisor",
            "desk:signoffs",
        ),
        (
            "八、服务对象自己的页面",
            "走到哪一步、要做什么、谁看过我的档案，自己都看得到；同意给得出，也收得回。",
            CLIENTS[0].username,
            "me:home",
        ),
        (
            "九、科长看全局",
            "谁手上多少个案、卡在哪一步、平均用了几天、投诉和评价怎么样。",
            "head",
            "desk:head",
        ),
        (
            "十、审计管理员",
            "谁在什么时候做了什么，一条接一条锁在一起；少一条、改一个字都核对得出来。",
            "auditadmin",
            "manage:audit",
        ),
    ]
