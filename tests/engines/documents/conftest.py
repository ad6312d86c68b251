"""One definition with every kind of block, and data for it."""

import copy
from datetime import UTC, date, datetime
from typing import Any

import pytest

from zhiyin.engines.documents import DocumentDefinition
from zhiyin.engines.documents.build import build
from zhiyin.engines.documents.tree import Document

SVG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 320 200"><title>兴趣</title>'
    '<polygon points="160,20 240,160 80,160" fill="none" stroke="#1A56B0"/>'
    '<text x="160" y="190" text-anchor="middle" font-family="Noto Sans SC" font-size="12">社会 44</text></svg>'
)

DEFINITION: dict[str, Any] = {
    "kind": "document",
    "id": "career-report",
    "version": 2,
    "title": "职业生涯规划报告",
    "subtitle": "{{ agency.name }}",
    "number": "{agency}-BG-{year}-{serial:05d}",
    "footer": "{{ agency.name }}",
    "required_elements": ["basics", "results", "advice"],
    "requires_sign_off": "supervisor",
    "sections": [
        {
            "id": "basics",
            "title": "基本信息",
            "blocks": [
                {"text": "本报告根据 {{ person.name }} 的需求调查写成。"},
                {
                    "fields": [
                        {"label": "姓名", "value": "{{ person.name }}"},
                        {"label": "出生日期", "value": "{{ person.born }}"},
                        {"label": "联系电话", "value": "{{ person.phone }}"},
                        {"label": "地址", "value": "{{ person.address }}"},
                    ]
                },
                {
                    "table": {
                        "rows": "file.education",
                        "caption": "教育经历",
                        "empty": "未填写教育经历",
                        "columns": [
                            {"label": "起止", "value": "{{ row.period }}", "width": 2},
                            {"label": "学校", "value": "{{ row.school }}", "width": 3},
                            {"label": "得分", "value": "{{ row.score }}", "align": "end"},
                        ],
                    }
                },
            ],
        },
        {
            "id": "guardian",
            "title": "监护人",
            "when": "person.is_minor",
            "blocks": [{"text": "监护人已经知情。"}],
        },
        {
            "id": "results",
            "title": "测评结果",
            "blocks": [
                {"chart": "interest.chart", "caption": "六种兴趣得分"},
                {"notice": {"tone": "warning", "title": "暂不比较", "text": "常模还在收集。"}},
            ],
        },
        {
            "id": "advice",
            "title": "规划建议",
            "blocks": [
                {
                    "editable": "positioning",
                    "label": "职业定位",
                    "required": True,
                    "guidance": "写作提示",
                    "prefill": "advice.positioning",
                },
                {
                    "list": {
                        "items": "plan.activities",
                        "value": "{{ row.title }}",
                        "detail": "{{ row.detail }}",
                        "numbered": True,
                    }
                },
                {"list": {"items": "plan.hints", "value": "{{ row }}", "empty": "没有提醒"}},
            ],
        },
    ],
    "signatures": [
        {"role": "adviser", "label": "职业指导师"},
        {"role": "client", "label": "服务对象"},
        {"role": "guardian", "label": "监护人", "when": "person.is_minor"},
    ],
}

CONTEXT: dict[str, Any] = {
    "agency": {"name": "澄湖区就业服务中心"},
    "person": {
        "name": "欧阳慧敏",
        "born": date(1998, 3, 5),
        "phone": None,
        "address": "文汇街道学院路社区幸福里小区十二幢三单元五〇二室，与父母同住，通信请寄单位",
        "is_minor": False,
    },
    "file": {
        "education": [{"period": "2016–2019", "school": "卫生健康职业技术学院", "score": 86.5}, {"period": "2024"}]
    },
    "interest": {
        "chart": {
            "svg": SVG,
            "title": "兴趣",
            "summary": "社会最高，44 分。",
            "table": [["兴趣", "得分"], ["社会", 44]],
        }
    },
    "advice": {"positioning": "从社区照护员做起。"},
    "plan": {
        "activities": [{"title": "看半天", "detail": "再决定要不要学"}, {"title": "报名补贴培训"}],
        "hints": ["写下三件具体的事"],
    },
    "editable": {"positioning": "以照护岗位为主。\n\n三年后做组长。"},
}

STAMP = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)


@pytest.fixture
def raw() -> dict[str, Any]:
    return copy.deepcopy(DEFINITION)


@pytest.fixture
def definition() -> DocumentDefinition:
    return DocumentDefinition.model_validate(DEFINITION)


@pytest.fixture
def context() -> dict[str, Any]:
    return copy.deepcopy(CONTEXT)


class Make:
    """Builds the sample document; keyword arguments go to :func:`build`."""

    stamp = STAMP
    svg = SVG

    def __call__(self, definition: DocumentDefinition, context: dict[str, Any], **given: Any) -> Document:
        values = {
            "number": "CH-BG-2026-00318",
            "issued_on": date(2026, 11, 21),
            "check_url": "https://example.cn/check/7K3M9QXA",
            "check_code": "7K3M-9QXA",
            "status": "issued",
        }
        return build(definition, context, **{**values, **given})


@pytest.fixture
def make() -> Make:
    return Make()
