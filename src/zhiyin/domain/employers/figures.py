"""Sums over what was surveyed: figures of staff that have to agree with the headcount."""

from collections.abc import Mapping, Sequence
from typing import Any

SURVEYED = {"by_age": "按年龄", "by_education": "按文化程度", "posts": "按岗位"}
ANALYSED = {"by_age": "按年龄", "by_post": "按岗位", "by_education": "按文化程度"}


def total(rows: Sequence[Mapping[str, Any]] | None) -> int:
    """People in the rows of one table."""
    return sum(int(row.get("number") or 0) for row in rows or ())


def faults(answers: Mapping[str, Any], tables: Mapping[str, str]) -> dict[str, list[str]]:
    """Tables (field id → name) that are filled in and whose people do not add up to ``headcount``, by field id.

    A table left out is no fault: not everything is known at the first visit.
    """
    filled = [name for name in tables if answers.get(name)]
    if not filled:
        return {}
    headcount = answers.get("headcount")
    if headcount is None:
        return {"headcount": ["填了员工构成，请同时填写在岗人数，好核对加总"]}
    return {
        name: [f"{tables[name]}合计 {total(answers[name])} 人，与在岗人数 {headcount} 人不符，请核对"]
        for name in filled
        if total(answers[name]) != headcount
    }


def doubled(answers: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, list[str]]:
    """Tables (field id → column) in which one value of the column stands twice, by field id."""
    found = {}
    for name, column in columns.items():
        values = [row.get(column) for row in answers.get(name) or ()]
        if len(values) != len(set(values)):
            found[name] = ["同一项写了两行，请合成一行"]
    return found


def years(goals: Sequence[Mapping[str, Any]] | None) -> dict[str, list[str]]:
    """Goals whose last year lies before the first, by cell."""
    return {
        f"strategy_goals[{index}].year_to": ["结束的年份不能早于开始的年份"]
        for index, goal in enumerate(goals or ())
        if goal["year_to"] < goal["year_from"]
    }
