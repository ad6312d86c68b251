"""The bodies of the invented city, their rooms and staff, and the two clients who have a sign-in."""

from dataclasses import dataclass

from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.agencies.models import Competence, StaffKind

Area = Competence.Area


@dataclass(frozen=True, slots=True)
class Body:
    """A body as it is registered; ``parent`` is the code of the one it reports to."""

    code: str
    name: str
    short_name: str
    region: str
    address: str
    phone: str
    complaint_phone: str
    opening_hours: str
    licence: str
    rooms: tuple[str, ...]
    parent: str = ""


CENTRE = Body(
    "LJ",
    "临江市公共就业服务中心",
    "临江就业中心",
    "990101",
    "临江市江北区望江路 18 号一楼大厅",
    "0990-8812333",
    "0990-8812345",
    "周一至周五 9:00—12:00，13:30—17:30",
    "公共就业服务机构，临人社设〔2019〕6 号",
    ("洽谈室一", "洽谈室二", "洽谈室三", "洽谈室四"),
)
STUDIO = Body(
    "XY",
    "临江学院职业规划工作室",
    "临江学院工作室",
    "990102",
    "临江市江南区学府大道 1 号学生中心 203",
    "0990-8630203",
    "0990-8630110",
    "教学日 10:00—20:00",
    "校内机构，业务接受市公共就业服务中心指导",
    ("安静角", "会谈间"),
    parent="LJ",
)
ROOM = Body(
    "PG",
    "临江市残疾人职业能力评估室",
    "职业能力评估室",
    "990103",
    "临江市江北区康复巷 7 号（无台阶，盲道直达）",
    "0990-8817070",
    "0990-8817071",
    "周一至周五 9:00—16:30，可约上门",
    "公共就业服务机构分支，临人社设〔2022〕11 号",
    ("评估一室", "评估二室"),
    parent="LJ",
)
BODIES = (CENTRE, STUDIO, ROOM)


@dataclass(frozen=True, slots=True)
class Post:
    """A role at a body."""

    body: Body
    role: Role


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody who works in the demo. ``kind`` None: an administrator, who serves nobody and has no staff record."""

    username: str
    name: str
    posts: tuple[Post, ...]
    what_to_try: str
    title: str = ""
    kind: StaffKind | None = StaffKind.CONSULTANT
    level: int | None = None
    education: str = "bachelor"
    certificate: str = ""
    competences: tuple[Area, ...] = (Area.THEORY, Area.DELIVERY, Area.MARKET)


STAFF = (
    Member(
        "frontdesk",
        "何小满",
        (Post(CENTRE, Role.FRONT_DESK),),
        "接待一位新来访者：录证件、看有没有同一个人、告知并取得同意",
        kind=StaffKind.OPERATIONS,
        education="college",
        competences=(Area.BASICS, Area.COMMUNICATION, Area.ASSISTING),
    ),
    Member(
        "adviser",
        "林静",
        (Post(CENTRE, Role.ADVISER),),
        "看今天要做什么，从待办直接去办；打开一份档案",
        title="职业指导师（二级）",
        level=2,
        education="master",
        certificate="职业指导师（二级）",
    ),
    Member(
        "adviser3",
        "周志强",
        (Post(CENTRE, Role.ADVISER),),
        "手上有暂停的、退出的和投诉过的个案，看看怎么办",
        title="职业指导师（三级）",
        level=3,
        certificate="职业指导师（三级）",
    ),
    Member(
        "adviser4",
        "许晓雯",
        (Post(CENTRE, Role.ADVISER),),
        "四级指导师的报告要督导审签：改一份被退回的",
        title="职业指导师（四级）",
        level=4,
        certificate="职业指导师（四级）",
        competences=(Area.THEORY, Area.DELIVERY),
    ),
    Member(
        "supervisor",
        "沈维国",
        (Post(CENTRE, Role.SUPERVISOR), Post(STUDIO, Role.SUPERVISOR)),
        "审签报告：退回或签发；在两个机构之间切换",
        level=1,
        education="master",
        certificate="职业指导师（一级）",
    ),
    Member(
        "head",
        "罗敏",
        (Post(CENTRE, Role.SECTION_HEAD),),
        "看全科的工作量和过期事项，批儿童档案的查阅，处理投诉",
        level=1,
        certificate="职业指导师（一级）",
    ),
    Member(
        "assessor",
        "方可",
        (Post(CENTRE, Role.ASSESSOR), Post(ROOM, Role.ASSESSOR)),
        "看谁在作答、谁的链接过期了，看一份答得不认真的结果",
        kind=StaffKind.TESTER,
        level=3,
        certificate="心理测量培训合格证",
        competences=(Area.BASICS, Area.COMMUNICATION, Area.ASSISTING),
    ),
    Member(
        "studio",
        "苏晴",
        (Post(STUDIO, Role.ADVISER),),
        "学生的规划：选专业、升学还是就业；未成年人和监护人",
        title="职业指导师（三级）",
        level=3,
        education="master",
        certificate="职业指导师（三级）",
    ),
    Member(
        "room",
        "顾明",
        (Post(ROOM, Role.ADVISER),),
        "为残疾人安排便利：手语、读屏、大字；匹配时避开的条件",
        title="职业指导师（二级）",
        level=2,
        certificate="职业指导师（二级）",
    ),
    Member(
        "roomhead",
        "尤佳",
        (Post(ROOM, Role.SECTION_HEAD),),
        "评估室的台账和工作量",
        level=2,
        certificate="职业指导师（二级）",
    ),
    Member(
        "sysadmin",
        "邓立",
        (Post(CENTRE, Role.SYSTEM_ADMIN),),
        "开账号、给角色；业务数据一条也看不到",
        kind=None,
    ),
    Member(
        "secadmin",
        "高远",
        (Post(CENTRE, Role.SECURITY_ADMIN),),
        "解锁账号，看登录失败和安全设置",
        kind=None,
    ),
    Member(
        "auditadmin",
        "秦岚",
        (Post(CENTRE, Role.AUDIT_ADMIN),),
        "查审计记录，核对审计链有没有被动过",
        kind=None,
    ),
)


@dataclass(frozen=True, slots=True)
class SignedInClient:
    """A client who looks at the own pages; ``adviser`` is the username of who is responsible."""

    username: str
    name: str
    body: Body
    adviser: str
    what_to_try: str


CLIENTS = (
    SignedInClient("client", "陈桂芳", CENTRE, "adviser", "用手机看自己走到哪一步，做测评、看结果、签字、请假"),
    SignedInClient("client2", "陆子昂", CENTRE, "adviser3", "服务已结束：下载报告，评价这次服务，撤回一项同意"),
)
