"""Small builders for rules: an eligibility set of the usual shape, parameters, and a table."""

from typing import Any

from zhiyin.engines.rules import DecisionTable, Parameter, RuleSet

FACTS: list[dict[str, Any]] = [
    {"id": "birth_on", "label": "出生日期", "type": "date", "proof": "居民身份证"},
    {"id": "enrolled", "label": "在技师学院（预备）技师班就读", "type": "boolean", "proof": "学籍证明"},
    {"id": "members", "label": "家庭人数", "type": "integer", "unit": "人"},
    {"id": "income", "label": "月收入", "type": "money", "unit": "元"},
    {"id": "school", "label": "毕业院校类型", "type": "choice", "proof": "毕业证书", "options": [
        {"value": "technician", "label": "技师学院"}, {"value": "college", "label": "普通高校"}]},
    {"id": "groups", "label": "所属群体", "type": "choices", "options": [
        {"value": "disabled", "label": "残疾人"}, {"value": "veteran", "label": "退役军人"},
        {"value": "graduate", "label": "高校毕业生"}]},
    {"id": "jobs", "label": "工作经历", "type": "list", "proof": "社保缴费记录", "columns": [
        {"id": "started_on", "label": "开始", "type": "date"},
        {"id": "ended_on", "label": "结束", "type": "date"},
        {"id": "occupation", "label": "职业", "type": "text"},
        {"id": "wage", "label": "月工资", "type": "money"}]},
    {"id": "certificates", "label": "证书", "type": "list", "proof": "职业技能等级证书", "columns": [
        {"id": "issued_on", "label": "发证日期", "type": "date"},
        {"id": "level", "label": "等级", "type": "integer"},
        {"id": "occupation", "label": "职业", "type": "text"}]},
]  # fmt: skip

RELATED = {"column": "occupation", "in": {"param": "related-occupations"}}
LEVEL_3 = {"all": [{"column": "level", "is": 3}, RELATED]}
SINCE_LEVEL_3 = {"earliest": {"list": "certificates", "where": LEVEL_3, "of": {"column": "issued_on"}}}


def ruleset(condition: Any, **more: Any) -> RuleSet:
    """A ruleset on the usual facts."""
    given = {"kind": "ruleset", "id": "sample", "version": 1, "title": "示例", "subject": "person", "facts": FACTS}
    return RuleSet.model_validate(given | {"condition": condition} | more)


def parameter(name: str, kind: str, *values: tuple[Any, str, str | None], **more: Any) -> Parameter:
    """A parameter of (value, from, to)."""
    dated = [{"value": value, "valid_from": first, "valid_to": last} for value, first, last in values]
    given = {"id": name, "title": name, "type": kind, "basis": "open", "values": dated}
    return Parameter.model_validate(given | more)


def table(hit: str, inputs: list[dict[str, Any]], rows: list[dict[str, Any]], **more: Any) -> DecisionTable:
    """A table with one text output ``result`` unless told otherwise."""
    given = {
        "kind": "table",
        "id": "sample-table",
        "version": 1,
        "title": "示例表",
        "hit": hit,
        "inputs": inputs,
        "outputs": [{"id": "result", "label": "结果", "type": "text"}],
        "rows": rows,
    }
    return DecisionTable.model_validate(given | more)


PARAMETERS = [
    parameter("related-occupations", "list", ("guide|psych", "2020-01-01", None)),
    parameter("l2-years", "years", (5, "2020-01-01", None)),
]

LEVEL_2: dict[str, Any] = {
    "any": [
        {
            "id": "c1",
            "title": "三级证书后工作满五年",
            "article": "1.9.1(1)",
            "all": [
                {"id": "c1-cert", "exists": {"list": "certificates", "where": LEVEL_3}},
                {
                    "id": "c1-years",
                    "value": {
                        "worked": {
                            "list": "jobs", "from": "started_on", "to": "ended_on", "where": RELATED,
                            "after": SINCE_LEVEL_3, "in": "years",
                        }
                    },
                    "at_least": {"param": "l2-years"},
                    "tolerance": {"days": 30},
                },
            ],
        },
        {
            "id": "c5",
            "title": "三级证书满两年且在（预备）技师班就读",
            "all": [
                {"id": "c5-class", "fact": "enrolled", "is": True},
                {"id": "c5-held", "value": {"years_between": [SINCE_LEVEL_3, {"today": True}]}, "at_least": 2},
            ],
        },
    ]
}  # fmt: skip
