"""A first draft of the four pieces of advice, from what is stored. The adviser rewrites it; nothing is decided here."""

from collections.abc import Mapping
from typing import Any


def suggest(context: Mapping[str, Any]) -> dict[str, str]:
    """Texts for positioning, ability, path and training.

    They cite only facts of the file, the confirmed occupations and what those lack; where nothing is known the text is
    empty, so that the adviser writes it rather than sign a phrase.
    """
    rows = list((context.get("matches") or {}).get("rows") or [])[:3]
    goals = list(context.get("goals") or [])
    interest = context.get("interest")
    return {
        "positioning": _positioning(rows, interest),
        "ability": _ability(rows, context),
        "path": _path(rows, goals),
        "training": _training(rows),
    }


def _positioning(rows: list[Mapping[str, Any]], interest: Mapping[str, Any] | None) -> str:
    if not rows:
        return ""
    lines = []
    if interest and interest.get("code_words"):
        lines.append(f"兴趣上更愿意做“{interest['code_words']}”这几类事。")
    names = "、".join(str(row["name"]) for row in rows)
    lines.append(f"和本人一起看过之后，可以先往这几个方向了解：{names}。")
    first = rows[0]
    if first.get("fits"):
        lines.append(f"其中{first['name']}排在前面，因为{_clause(first['fits'])}。")
    return "\n".join(lines)


def _ability(rows: list[Mapping[str, Any]], context: Mapping[str, Any]) -> str:
    skills = [str(row["name"]) for row in (context.get("file") or {}).get("skills") or []][:4]
    lines = []
    if skills:
        lines.append(f"已经会的：{'、'.join(skills)}，面试和入职时先把这些讲清楚。")
    for row in rows:
        if row.get("lacks"):
            lines.append(f"往{row['name']}走，还要补：{_clause(row['lacks'])}。")
    return "\n".join(lines)


def _path(rows: list[Mapping[str, Any]], goals: list[Mapping[str, Any]]) -> str:
    lines = []
    if goals:
        goal = goals[0]
        due = f"（{goal['due']}前）" if goal.get("due") else ""
        lines.append(f"近三个月{due}：{goal['title']}。标志是{goal['measure'] or '本人和指导师一起确认'}。")
    if rows and rows[0].get("path"):
        lines.append(f"往后一到三年：{rows[0]['path']}")
    if len(rows) > 1:
        lines.append(f"如果走不通，先看{rows[1]['name']}，再回来商量。")
    return "\n".join(lines)


def _training(rows: list[Mapping[str, Any]]) -> str:
    lines = [f"{row['name']}入门前要取得：{row['certificates']}。" for row in rows if row.get("certificates")]
    return "\n".join(lines)


def _clause(text: str) -> str:
    return text.strip().rstrip("。；;").replace("\n", "；")
