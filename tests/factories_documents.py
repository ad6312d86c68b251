"""Contexts and drafts of documents for tests."""

import base64
import struct
import zlib
from datetime import date
from typing import Any

from tests import factories, factories_clients
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.audit import acting as acting_module
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.documents import commands
from zhiyin.domain.documents.models import Document
from zhiyin.engines.charts import Chart, bars

ADVICE = {
    "advice_positioning": "可以先往照护方向走。\n依据是兴趣和药店的经历。",
    "advice_ability": "先学基础照护，再学用药指导。",
    "advice_path": "三个月内拿证，一年内转正。",
    "advice_training": "报名养老护理员初级班，九十六学时。",
}


def _chart() -> Chart:
    return bars([35.0, 31.0], ["社会型", "研究型"], 40, title="六种兴趣得分", key="t", mode="print")


def context(person: Any = None, **parts: Any) -> dict[str, Any]:
    """Data that all three documents of the planning service can be filled with."""
    name = person.name if person is not None else "欧阳慧敏"
    minor = person is not None and person.age() < 18
    made: dict[str, Any] = {
        "agency": {"name": "示例职业指导中心", "short": "示例", "address": "示例路 1 号", "phone": "0990-1234567"}
        | {"complaint_phone": "0990-7654321", "licence": "示例备案 1 号"},
        "adviser": {"name": "林静", "level": "三级", "certificate": "证书号略"},
        "supervisor": {"name": ""},
        "person": {
            "name": name,
            "sex_label": "女",
            "birth_date": date(1985, 5, 20),
            "age": 41,
            "id_masked": "990****0021",
        }
        | {"phone_masked": "138****5678", "residence": "示例县", "needs_guardian": minor, "is_minor": minor}
        | {"disability_label": None},
        "guardian": {"name": "欧阳建国", "relation": "父亲", "phone_masked": "139****0000"} if minor else None,
        "case": {"number": "GA-2026-00001", "opened_on": date(2026, 3, 2), "service_label": "职业生涯规划"},
        "needs": {"summary": "药店关门，想学一门本事。", "needs": [{"id": "1", "text": "想知道学什么"}]}
        | {"expectation": "定下一到两个学习方向。"},
        "goals": [{"title": "定下学习方向", "measure": "报上名", "due": date(2026, 6, 1), "need": "1"}],
        "plan": {
            "activities": [
                {
                    "title": "做兴趣测评",
                    "kind_label": "测评",
                    "due": date(2026, 3, 10),
                    "who": "本人",
                    "goal": "定下学习方向",
                }
                | {"need": "1", "mode": "面谈", "criterion": "拿到结果"}
            ],
            "unanswered": [],
            "review_on": date(2026, 5, 1),
        },
        "file": {
            "education": [{"period": "2001.09—2004.06", "school": "县卫生学校", "major": "药剂", "level": "中专"}],
            "work": [{"period": "2008.03—2025.12", "employer": "一家药店", "post": "营业员", "duty": "卖药"}],
            "skills": [{"name": "认药和理货", "level": "能教别人做"}],
            "certificates": [],
        },
        "interest": {
            "code": "SIC",
            "code_words": "社会型、研究型、常规型",
            "chart": _chart(),
            "headline": "你最愿意做社会型的事。",
            "scores": [{"letter": "S", "title": "社会型", "raw": 35, "mean": 4.4, "note": "很愿意"}],
            "level_texts": [{"title": "社会型", "text": "你愿意帮人。"}],
            "pair_text": "你想把问题弄明白，再拿来帮人。",
            "consistency": "两类事有些距离。",
            "differentiation": "有高有低。",
            "notices": [],
            "taken_on": date(2026, 3, 10),
            "instrument": "职业兴趣测评",
            "version": 1,
            "norm_note": "参照数据还差 200 人。",
        },
        "ability": None,
        "adaptability": None,
        "matches": {
            "rows": [
                {"rank": 1, "code": "4-14-01-02", "name": "护理", "fits": "同样看重帮助人"}
                | {"lacks": "", "band": "高"}
            ]
        },
        "advice": {"positioning": "可以先往照护方向走。", "ability": None, "path": None, "training": None},
        "followups": [{"title": "三十天回访", "due": date(2026, 7, 1)}],
        "fees": {"is_free": True, "text": ""},
    }
    return {**made, **parts}


def draft(file: ClientFile, adviser: Membership, template: str = "service-agreement", **values: Any) -> Document:
    """A complete draft by ``adviser``, ready to be submitted, signed or issued."""
    if acting_module.current() is None:
        with acting(factories.who(adviser), "arrange"):
            return draft(file, adviser, template, **values)
    given = values.pop("context", None) or context(file.person)
    document = commands.draft(file.organisation, file.person, template, given, **values)
    if template == "career-report":
        document = commands.change(document, document.version, editable=ADVICE)
    return document


def issued(file: ClientFile, adviser: Membership, template: str = "service-plan", **values: Any) -> Document:
    """An issued document of a template that needs nobody's signature."""
    document = draft(file, adviser, template, **values)
    with acting(factories.who(adviser), "arrange"):
        return commands.issue(document, check_base="https://zhiyin.example/check/")


def file_and_adviser(level: int | None = 3, **person: Any) -> tuple[ClientFile, Membership]:
    """A client file with an adviser of the same agency."""
    organisation = factories.agency()
    adviser = factories.member(organisation, level=level)
    with acting(SYSTEM, "arrange"):
        return factories_clients.client_file(factories.person(**person), organisation), adviser


def png(width: int = 120, height: int = 40, *, ink: bool = True, filtering: int = 0) -> bytes:
    """A drawn signature as a browser's canvas would give it: RGBA, transparent paper, one slanted stroke."""
    lines = bytearray()
    above = bytes(width * 4)
    for y in range(height):
        line = bytearray(width * 4)
        if ink and 5 <= y < height - 5:
            for x in range(20 + y, min(20 + y + 4, width)):
                line[4 * x : 4 * x + 4] = bytes((20, 20, 30, 255))
        lines += bytes([filtering]) + _filtered(bytes(line), above, filtering)
        above = bytes(line)
    return _png(width, height, 6, bytes(lines))


def _filtered(line: bytes, above: bytes, kind: int) -> bytes:
    out = bytearray()
    for i, value in enumerate(line):
        left, corner = (line[i - 4], above[i - 4]) if i >= 4 else (0, 0)
        up = above[i]
        estimate = left + up - corner
        nearest = min((left, up, corner), key=lambda v: abs(estimate - v))
        out.append((value - (0, left, up, (left + up) // 2, nearest)[kind]) & 255)
    return bytes(out)


def _png(width: int, height: int, colour: int, lines: bytes) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(lines)) + chunk(b"IEND", b"")


def data_address(image: bytes) -> str:
    return "data:image/png;base64," + base64.b64encode(image).decode()


def draft_of(document: Document) -> Document:
    """Another draft for the same person by the same author, not yet shown to anybody."""
    assert document.author is not None
    with acting(factories.who(document.author), "arrange"):
        return commands.draft(document.organisation, document.person, document.template, context(document.person))
