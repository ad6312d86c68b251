"""Names, papers, telephones and addresses that belong to nobody."""

import random
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from zhiyin.demo.personas import Persona
from zhiyin.kernel.identity import make_demo_resident_id

REGIONS = {"990101": "江北区", "990102": "江南区", "990103": "云台县"}
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "温芦康施文牛樊葛邢安齐易乔伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季"
    "裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙鲍华喻祁蒲房滕屈饶解牟艾尤阳时穆农司卓古吉缪简车项连芦麦褚娄窦"
)
_COMPOUND = ("欧阳", "司马", "上官", "诸葛", "夏侯", "尉迟")
_MALE = (
    "建国 志强 明辉 海涛 永刚 文斌 少华 立新 国栋 晓东 振宇 家豪 浩然 子轩 俊杰 宇航 嘉伟 "
    "鹏飞 思源 天佑 一鸣 承志 学文 春生 长河 德顺 守义 广田 大鹏 小军 阿强 新民 亮 勇 "
    "军 磊 凯 博 帆 昊 峻 锐 野 舟 岩"
)
_FEMALE = (
    "桂芳 秀英 玉兰 丽华 春梅 海燕 红霞 雪琴 慧敏 晓雯 佳怡 雨桐 思涵 梓萱 欣然 诗雨 婉清 "
    "若溪 静怡 淑珍 金花 凤英 翠平 月娥 小红 彩云 文静 艳红 丽娟 志芳 媛 娜 静 敏 "
    "芸 晴 瑶 岚 洁 蓉 蕾 禾 宁"
)
_STREETS = (
    "望江街道",
    "临湖街道",
    "滨江街道",
    "城关镇",
    "河口镇",
    "石坝镇",
    "大湾街道",
    "学府街道",
    "纺织路社区",
    "康复巷社区",
    "永安里",
    "青石桥",
)
_HOUSES = ("锦绣家园", "棉纺厂宿舍", "望江苑", "桃源小区", "三号院", "供销社家属楼", "金苑小区", "北岸新村")
_TAIWAN = ("林冠廷", "張雅筑", "郭家維", "蔡宜庭")
_HONGKONG = ("陳嘉欣", "黃子浩", "李詠詩", "何俊彥")
_FOREIGN = {
    "1": ("Juan Carlos Fernández de la Torre", "Ahmed Raza", "Mikhail Ivanovich Sokolov"),
    "2": ("Maria Fernanda González de la Cruz", "Nguyễn Thị Minh Châu", "Olena Petrivna Kovalenko"),
}


@dataclass
class Identity:
    """Who somebody is. ``client`` is the part of a case file; birth date and sex are known in any case."""

    name: str
    birth: date
    sex: str
    region: str
    client: dict[str, Any]


@dataclass
class Registry:
    """Hands out identities, no two alike."""

    _names: set[str] = field(default_factory=set)
    _serial: int = 0

    def reserve(self, *names: str) -> None:
        """Names that nobody else shall get."""
        self._names.update(names)

    def serial(self) -> int:
        self._serial += 1
        return self._serial

    def name(self, rng: random.Random, sex: str) -> str:
        """A Chinese name that was not given yet."""
        given = (_MALE if sex == "1" else _FEMALE).split()
        while True:
            surname = rng.choice(_COMPOUND) if rng.random() < 0.03 else rng.choice(_SURNAMES)
            found = surname + rng.choice(given)
            if found not in self._names:
                self._names.add(found)
                return found

    def phone(self) -> str:
        return f"1990990{self.serial():04d}"

    def resident_id(self, birth: date, sex: str, region: str) -> str:
        return make_demo_resident_id(birth, "male" if sex == "1" else "female", self.serial() % 500, region)

    def identity(self, persona: Persona, rng: random.Random, birth: date, sex: str, name: str = "") -> Identity:
        """An identity of the kind of ``persona``; papers of people from outside hold invented digits only."""
        region = rng.choice(list(REGIONS))
        client: dict[str, Any] = {
            "phone": self.phone(),
            "address": f"临江市{REGIONS[region]}{rng.choice(_STREETS)}{rng.choice(_HOUSES)}{rng.randint(1, 24)} 幢",
            "region": region,
        }
        match persona.origin:
            case "mainland":
                name = name or self.name(rng, sex)
                number = self.resident_id(birth, sex, region)
                client["document"] = {"kind": "resident_id", "number": number}
                if persona.disability is not None:
                    grade = rng.choice(persona.disability.grades)
                    paper = f"{number}{persona.disability.category}{grade}"
                    client["papers"] = [{"kind": "disability", "number": paper}]
            case "hmt":
                name = name or self._fresh(rng, _TAIWAN + _HONGKONG, sex)
                client |= {"document": self._hmt_paper(name, birth, sex, region), "birth_date": birth, "sex": sex}
            case "foreign":
                name = name or self._fresh(rng, _FOREIGN[sex], sex)
                client |= {"document": self._foreign_paper(birth, sex, region), "birth_date": birth, "sex": sex}
        client["name"] = name
        return Identity(name, birth, sex, region, client)

    def _fresh(self, rng: random.Random, names: tuple[str, ...], sex: str) -> str:
        free = [name for name in names if name not in self._names]
        if not free:
            return self.name(rng, sex)
        chosen = rng.choice(free)
        self._names.add(chosen)
        return chosen

    def _hmt_paper(self, name: str, birth: date, sex: str, region: str) -> dict[str, str]:
        if name in _HONGKONG:
            return {"kind": "hm_permit", "number": f"H0000{self.serial():04d}"}
        if name in _TAIWAN[:2]:
            return {"kind": "tw_permit", "number": f"0000{self.serial():04d}"}
        return {"kind": "hmt_residence", "number": self.resident_id(birth, sex, region)}

    def _foreign_paper(self, birth: date, sex: str, region: str) -> dict[str, str]:
        serial = self.serial()
        if serial % 2:
            return {"kind": "foreign_pr", "number": self.resident_id(birth, sex, region)}
        return {"kind": "passport_foreign", "number": f"XX000{serial:04d}"}
