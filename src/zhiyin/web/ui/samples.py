"""Invented content of the gallery. Nobody in it exists; the names are as long as names get."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django import forms
from django.core.paginator import Paginator

from zhiyin.engines.charts import StepCount, bars, profile_pair, radar, stacked_steps
from zhiyin.engines.forms import CodeList, FormDefinition
from zhiyin.kernel.errors import Invalid

LONG_NAME = "阿依努尔·买买提江·吐尔逊古丽·阿卜杜热西提"
LETTERS = ["R 实用", "I 研究", "A 艺术", "S 社会", "E 企业", "C 常规"]
TODAY = date(2026, 11, 19)

FORM = FormDefinition.model_validate(
    {
        "kind": "form",
        "id": "gallery-form",
        "version": 1,
        "title": "需求调查",
        "serves": [],
        "intro": "先了解你的情况，才好商量怎么帮你。不想答的可以跳过，标“必填”的除外。",
        "sections": [
            {
                "id": "basics",
                "title": "基本情况",
                "help": "只给你和你的指导师看。",
                "fields": [
                    {
                        "id": "name",
                        "label": "怎样称呼你",
                        "type": "text",
                        "required": True,
                        "help": "写平时用的名字就行",
                    },
                    {
                        "id": "status",
                        "label": "目前状态",
                        "type": "choice",
                        "required": True,
                        "options": [
                            {"value": "unemployed", "label": "没有工作，正在找"},
                            {"value": "employed", "label": "有工作，想换"},
                            {"value": "student", "label": "在校学生"},
                        ],
                    },
                    {
                        "id": "left_on",
                        "label": "上一份工作哪天结束",
                        "type": "date",
                        "max": "today",
                        "relevant": {"field": "status", "is": ["unemployed"]},
                    },
                    {"id": "education", "label": "最高学历", "type": "choice", "codelist": "gallery-education"},
                    {"id": "age", "label": "年龄", "type": "integer", "unit": "岁", "min": 14, "max": 100},
                    {"id": "hours", "label": "每天通勤最多", "type": "decimal", "unit": "小时"},
                    {"id": "pay", "label": "期望月收入", "type": "money", "unit": "元/月", "min": 0},
                    {"id": "meet_at", "label": "方便面谈的时间", "type": "datetime"},
                    {"id": "disabled", "label": "是否持有残疾人证", "type": "boolean", "sensitive": True},
                    {
                        "id": "aids",
                        "label": "需要的便利",
                        "type": "choices",
                        "options": [
                            {"value": "large", "label": "大字"},
                            {"value": "sound", "label": "朗读"},
                            {"value": "sign", "label": "手语翻译"},
                        ],
                        "relevant": {"field": "disabled", "is": [True]},
                    },
                    {
                        "id": "sure",
                        "label": "对自己想做什么，有多清楚",
                        "type": "scale",
                        "scale": {"low": 1, "high": 5, "low_label": "很不清楚", "high_label": "很清楚"},
                    },
                    {"id": "home", "label": "现居住地", "type": "region", "placeholder": "输入地名查找"},
                    {"id": "wish", "label": "想做的职业", "type": "occupation", "placeholder": "输入职业名查找"},
                    {"id": "story", "label": "最想解决的问题", "type": "longtext", "max_length": 500},
                ],
            },
            {
                "id": "work",
                "title": "工作经历",
                "fields": [
                    {
                        "id": "jobs",
                        "label": "工作经历",
                        "type": "rows",
                        "max_rows": 5,
                        "help": "从最近的一份写起，打零工也可以写。",
                        "columns": [
                            {"id": "employer", "label": "单位", "type": "text", "required": True},
                            {"id": "since", "label": "开始", "type": "date"},
                            {"id": "paid", "label": "交社保", "type": "boolean"},
                            {
                                "id": "kind",
                                "label": "用工方式",
                                "type": "choice",
                                "options": [
                                    {"value": "full", "label": "全日制"},
                                    {"value": "part", "label": "非全日制"},
                                ],
                            },
                            {"id": "duty", "label": "主要做什么", "type": "longtext"},
                        ],
                    }
                ],
            },
        ],
    }
)
CODELISTS = {
    "gallery-education": CodeList.model_validate(
        {
            "kind": "codelist",
            "id": "gallery-education",
            "version": 1,
            "title": "学历",
            "serves": [],
            "source": "样例",
            "values": [
                {"value": value, "label": label}
                for value, label in (
                    ("primary", "小学"),
                    ("junior", "初中"),
                    ("senior", "高中"),
                    ("vocational", "中职、技校"),
                    ("college", "大专"),
                    ("bachelor", "本科"),
                    ("master", "硕士"),
                    ("doctor", "博士"),
                )
            ],
        }
    )
}
ANSWERS: dict[str, Any] = {
    "name": LONG_NAME,
    "status": "unemployed",
    "left_on": "2026-04-30",
    "education": "college",
    "age": "一百二十",
    "pay": "4500",
    "disabled": True,
    "aids": ["large"],
    "sure": 2,
    "story": "药店关了以后一直没找到合适的。\n想离家近，可以上早班，不想背销售指标。",
    "jobs": [
        {"employer": "同和堂医药连锁望亭街道第三门店", "since": "2015-03-01", "paid": True, "kind": "full"},
        {"employer": "", "kind": "part", "duty": "帮社区食堂配菜"},
    ],
}
ERRORS = Invalid(
    {
        "age": ["这里要填整数，例如 3；您填的是“一百二十”"],
        "jobs[1].employer": ["请填写单位名称；没有单位的写“自己做”"],
        "sure": ["请选一个数"],
    }
).errors


class SampleForm(forms.Form):
    """An ordinary Django form, to show that it looks the same."""

    username = forms.CharField(label="用户名", help_text="手机号或工号")
    password = forms.CharField(label="口令", widget=forms.PasswordInput)
    role = forms.ChoiceField(
        label="身份", choices=[("adviser", "职业指导师"), ("head", "科长")], widget=forms.RadioSelect
    )
    site = forms.ChoiceField(
        label="服务点", choices=[("", "请选择"), ("a", "澄湖分中心"), ("b", "望亭街道")], required=False
    )
    note = forms.CharField(label="备注", widget=forms.Textarea, required=False)
    remember = forms.BooleanField(label="这台电脑只有我用", required=False)


def shell() -> dict[str, Any]:
    """What the workbench frame shows."""
    names = [
        ("工作台", "home"),
        ("待办", "todo"),
        ("服务对象", "user"),
        ("指导服务", "talk"),
        ("测评", "test"),
        ("岗位与用人单位", "work"),
        ("活动", "cal"),
        ("台账与统计", "table"),
        ("考评", "award"),
        ("系统", "gear"),
    ]
    menu: list[dict[str, Any]] = [{"label": label, "icon": icon, "url": "#", "current": False} for label, icon in names]
    menu[1]["count"] = 8
    menu[2]["children"] = [
        {"label": "我负责的", "url": "#", "current": True},
        {"label": "全部档案", "url": "#"},
    ]
    return {
        "org_name": "临江市公共就业服务中心 · 澄湖分中心",
        "orgs": [
            {"label": "临江市公共就业服务中心 · 澄湖分中心", "url": "#", "current": True},
            {"label": "临江市澄湖区望亭街道便民服务中心职业指导工作室", "url": "#", "current": False},
        ],
        "is_demo": True,
        "user_name": "林静怡",
        "unread": 2,
        "notices_url": "#",
        "search_url": "#",
        "account_url": "#",
        "logout_url": "#",
        "login_url": "#",
        "me_url": "#",
        "org_phone": "0512-0000-0000",
        "menu": menu,
    }


def surface() -> dict[str, Any]:
    """Context of the gallery pages that show the other shells."""
    willing = ["很不愿意", "不太愿意", "说不准", "比较愿意", "很愿意"]
    bound = SampleForm({"username": "", "role": "adviser"})
    return {
        "shell": shell(),
        "willing": [{"value": str(number), "label": label} for number, label in enumerate(willing, 1)],
        "form": bound,
        "next_steps": _next_steps(),
        "back_url": "#",
        "back_label": "保存并离开",
    }


def context(page: str) -> dict[str, Any]:
    """Everything ``ui/gallery.html`` shows."""
    people = [
        ("欧阳慧敏", "大龄", "on", "方案中", 6, "late", "11-16 过期", "出具服务方案"),
        (LONG_NAME, "零就业家庭", "on", "推荐中", 9, "soon", "11-19 今日", "问面试结果"),
        ("司徒文博", "残疾人", "good", "已就业", 14, "wait", "11-21", "三十天回访"),
        ("何秀兰", "大龄", "na", "本人暂停", 1, "wait", "12-02", "电话问意愿"),
    ]
    return {
        "shell": shell(),
        "long_name": LONG_NAME,
        "form": FORM,
        "answers": ANSWERS,
        "form_errors": ERRORS,
        "codelists": CODELISTS,
        "lookups": {"occupation": "#"},
        "single_form": SampleForm(prefix="single"),
        "django_form": SampleForm({"username": "", "role": "head"}),
        "own_errors": {"": ["结束日期早于开始日期，请核对"], "reason": ["请写明理由"]},
        "own_labels": {"reason": "改期理由"},
        "options": [
            {"value": "a", "label": "大龄"},
            {"value": "b", "label": "残疾人", "help": "持有残疾人证"},
            {"value": "c", "label": "零就业家庭"},
        ],
        "columns": [
            {"key": "name", "label": "姓名", "pin": True},
            {"key": "kind", "label": "困难类型", "optional": True},
            {"key": "now", "label": "现状", "optional": True},
            {"key": "times", "label": "服务次数", "num": True, "optional": True},
            {"key": "due", "label": "下一步期限", "sort": "ascending", "sort_url": "#"},
            {"key": "next", "label": "下一步", "sort_url": "#"},
        ],
        "people": [
            dict(zip(("name", "kind", "tone", "now", "times", "due_tone", "due", "next"), row, strict=True))
            for row in people
        ],
        "page": Paginator(range(312), 14).get_page(page),
        "facts": [
            {"label": "现居住地", "value": "临江市澄湖区望亭街道"},
            {"label": "责任指导师", "value": "林静怡（二级）"},
            {"label": "同意书有效至", "value": ""},
        ],
        "tabs": [
            {"label": "概况", "url": "#", "current": False},
            {"label": "测评与诊断", "url": "#", "current": True},
            {"label": "服务记录", "url": "#", "count": 6},
            {"label": "文书", "url": "#", "count": 4},
            {"label": "推荐与求职", "url": "#", "count": 2},
            {"label": "查阅记录", "url": "#"},
        ],
        "steps": [
            {"name": "接待", "state": "done", "when": "10-28"},
            {"name": "需求", "state": "done", "when": "10-30"},
            {"name": "协议", "state": "done", "when": "11-02 双方签订"},
            {"name": "方案", "state": "late", "when": "应于 11-16", "tone": "late", "url": "#"},
            {"name": "实施", "state": "waiting"},
            {"name": "报告", "state": "blocked", "when": "方案商定后"},
            {"name": "结束", "state": "skipped"},
            {"name": "跟踪", "state": "waiting", "when": "30、90、180 天"},
        ],
        "events": [
            {
                "icon": "clock",
                "title": "方案到期未出具",
                "text": "提醒责任指导师，抄送科长",
                "time": "11-16 17:30",
                "tone": "late",
            },
            {"icon": "talk", "title": "第二次会谈，40 分钟", "time": "11-10 14:00", "who": "林静怡", "url": "#"},
        ],
        "fits": [
            "同为社会型打头，三个字母相同，后两位次序不同（SCI）",
            "药学大专与 11 年药店服务经历，可用上 9 项技能中的 6 项",
        ],
        "lacks": ["尚缺照护实操：本市有 96 学时补贴培训，12 月 7 日开班"],
        "bars": [
            {"label": "兴趣", "value": 67},
            {"label": "技能", "value": 100},
            {"label": "经历", "value": 0},
            {"label": "需求", "value": 92, "text": "紧缺"},
        ],
        "radar": radar([24, 39, 22, 44, 31, 36], LETTERS, 50, title="六种兴趣得分", key="gallery-radar"),
        "pair": profile_pair(
            [2.4, 3.9, 2.2, 4.4, 3.1, 3.6],
            [2, 4, 1.5, 6.5, 3, 5],
            LETTERS,
            names=("本人", "健康照护师"),
            title="本人与健康照护师",
            key="gallery-pair",
        ),
        "step_chart": stacked_steps(
            [
                StepCount(name, total, late)
                for name, total, late in (
                    ("接待", 5, 0),
                    ("需求", 6, 0),
                    ("协议", 3, 0),
                    ("方案", 7, 1),
                    ("实施", 14, 1),
                    ("报告", 3, 0),
                    ("结束", 2, 0),
                    ("跟踪", 6, 1),
                )
            ],
            title="我的个案在哪一步",
            key="gallery-steps",
        ),
        "bar_chart": bars([44, 39, 36], ["社会型", "研究型", "常规型"], 50, title="前三种兴趣", key="gallery-bars"),
        "cards": [{"n": n, "url": "#", "done": n < 23, "flag": n in (7, 18), "current": n == 23} for n in range(1, 49)],
        "until": (datetime.now(UTC) + timedelta(minutes=42)).isoformat(timespec="seconds"),
        "near": (datetime.now(UTC) + timedelta(minutes=4)).isoformat(timespec="seconds"),
        "next_steps": _next_steps(),
        "segments": [{"label": "列表", "url": "#", "current": True}, {"label": "日历", "url": "#", "current": False}],
        "icons": ICONS,
        "tones": TONES,
    }


def _next_steps() -> list[dict[str, str]]:
    return [
        {"title": "今天 10:30，和林静怡商定方案", "text": "澄湖分中心二号洽谈室，带上身份证"},
        {"title": "11 月 30 日前，报名补贴培训", "text": "12 月 7 日开班，材料由指导师帮你备"},
    ]


TONES = [
    ("late", "过期 3 天"),
    ("soon", "今日 17:30"),
    ("on", "方案中"),
    ("good", "已完成"),
    ("bad", "未通过"),
    ("half", "部分符合"),
    ("ask", "证据不足"),
    ("na", "不适用"),
    ("wait", "等他人办理"),
]
ICONS = """
alert ask award bad bell book brand building cal camera check clock close cloud contrast copy down download drag
edit eye eye-off file filter flag gear half hand headset help history home info left link list lock logout mail
map menu minus money more na ok pause pen people phone pin plus print queue right run save school search send
shield sort sound star swap table tag talk target test text todo trash up upload user users video wait work
""".split()  # noqa: SIM905
