"""What can be taken away on paper: the policy booklet, and the outcome of a check that nobody stored."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time

from django.utils import timezone

from zhiyin.domain.eligibility import library
from zhiyin.domain.organisations.models import Organisation
from zhiyin.engines.documents.pdf import render_pdf
from zhiyin.engines.documents.tree import Document, ItemList, ListItem, Paragraph, Section, chinese_numeral
from zhiyin.engines.information import Policy
from zhiyin.packs.registry import Registry
from zhiyin.packs.resolved import Resolved

ADVICE = "这是按您说的情况比对出来的建议，不是批准；能不能办，以经办窗口受理为准。"


MANDATORY = ("出处", "有效期")
"""What every policy in a booklet must say; and the booklet itself whom to ask."""


@dataclass(frozen=True)
class Edition:
    """What a booklet says, before it has a number."""

    sections: tuple[Section, ...]
    lacking: tuple[str, ...]

    @property
    def digest(self) -> str:
        """SHA-256 over what it says: the same words, the same digest."""
        return hashlib.sha256(repr(self.sections).encode()).hexdigest()


def edition(
    packs: Registry | Resolved, policies: Sequence[Policy], *, on: date, agency: Organisation | None
) -> Edition:
    """政策读本: every policy with source, validity, conditions, amounts, steps, materials; and whom to ask."""
    sections, lacking = [], []
    for one in policies:
        told = _policy_facts(packs, one, on)
        lacking += [f"“{one.title}”没有写{label}" for label in MANDATORY if not told[label]]
        rows = _listing([f"{label}：{text}" for label, text in told.items() if text])
        sections.append(Section(one.id, "", one.title, (Paragraph(one.plain), rows)))
    if agency is None or not (agency.phone or agency.address):
        lacking.append("没有联系方式：请先在机构资料里写电话或地址")
    sections.append(Section("contact", "", "问谁", (Paragraph(_contact(agency)),)))
    return Edition(tuple(sections), tuple(lacking))


def booklet(made: Edition, *, number: str, on: date, region: str) -> bytes:
    """The edition as PDF; ``number`` is the words for its version."""
    return _pdf("policy-booklet", "政策读本", f"{region}　{number}　{on.isoformat()}", made.sections, on)


def outcome(
    packs: Registry | Resolved,
    findings: Sequence[library.Finding],
    answers: Sequence[tuple[str, str]],
    *,
    on: date,
    region: str,
    agency: Organisation | None,
) -> bytes:
    """The outcome of a check as PDF: what was answered, then each policy with its reasons. Nothing is kept."""
    sections = [
        Section("advice", "", "先看这一段", (Paragraph(ADVICE),)),
        Section("answers", "", "您回答的情况", (_listing([f"{label}：{text}" for label, text in answers]),)),
    ]
    for verdict, title in (("PASS", "符合"), ("UNKNOWN", "可能符合"), ("FAIL", "不符合")):
        rows = [_finding_item(packs, one, on) for one in findings if one.verdict == verdict]
        if rows:
            sections.append(Section(verdict.lower(), "", title, (ItemList(tuple(rows), True, "无"),)))
    sections.append(Section("contact", "", "问谁", (Paragraph(_contact(agency)),)))
    return _pdf("policy-check", "政策比对结果", f"{region}　{on.isoformat()}", sections, on)


def _policy_facts(packs: Registry | Resolved, policy: Policy, on: date) -> Mapping[str, str]:
    return {
        "谁可以享受": policy.object,
        "待遇": policy.benefit,
        "金额和期限": "；".join(f"{one.label} {one.text}" for one in library.amounts(packs, policy, on) if one.text),
        "条件": "；".join(policy.conditions),
        "怎么办": "；".join(f"{number}. {step}" for number, step in enumerate(policy.steps, 1)),
        "带什么": "；".join(item.name + ("" if item.required else "（可选）") for item in policy.materials),
        "到哪里办": policy.window or "、".join(policy.channel),
        "多久以内申请": library.deadline_words(packs, policy),
        "注意": "；".join(policy.exclusions),
        "出处": f"{policy.issuer}　{policy.number}".strip(),
        "有效期": f"{policy.valid_from} 至 {policy.valid_to or '未定终止日期'}" if policy.valid_from else "",
        "核对": f"{policy.checked_on}　{library.CERTAINTY_WORDS[policy.certainty]}",
    }


def _finding_item(packs: Registry | Resolved, one: library.Finding, on: date) -> ListItem:
    policy = one.policy
    if one.verdict == "FAIL":
        return ListItem(policy.title, "；".join(f"{line.title}：{line.why}" for line in one.faults))
    told = [policy.benefit]
    if one.missing:
        told.append("还要知道：" + "、".join(fact.label for fact in one.missing))
    told += [f"{label} {text}" for label, text in one.outputs]
    told += [f"{item.label} {item.text}" for item in library.amounts(packs, policy, on) if item.text]
    told.append("步骤：" + "；".join(f"{number}. {step}" for number, step in enumerate(policy.steps, 1)))
    told.append("带上：" + "、".join(item.name for item in policy.materials))
    told.append(f"出处：{policy.issuer} {policy.number}（{one.certainty}）")
    return ListItem(policy.title, "　".join(told))


def _listing(texts: Sequence[str]) -> ItemList:
    return ItemList(tuple(ListItem(text, "") for text in texts), False, "无")


def _contact(agency: Organisation | None) -> str:
    if agency is None:
        return "请向当地公共就业服务机构窗口询问。"
    return f"{agency.name}　{agency.phone}　{agency.address}　{agency.opening_hours}".strip()


def _pdf(id: str, title: str, subtitle: str, sections: Sequence[Section], on: date) -> bytes:
    document = Document(
        definition=id,
        version=1,
        title=title,
        subtitle=subtitle,
        sections=tuple(replace(one, numeral=chinese_numeral(at)) for at, one in enumerate(sections, 1)),
        signatures=(),
        footer="请向窗口核实后办理",
        number="",
        issued_on=on,
        check_url="",
        check_code="",
        status="issued",
    )
    made_at = timezone.make_aware(datetime.combine(on, time.min))
    return render_pdf(document, timestamp=made_at)
