"""A small instrument with every text, for the tests of the engine; the shipped one is a matter of its pack."""

from typing import Any

from zhiyin.engines.psychometrics import LETTERS, NAMES, InstrumentDefinition
from zhiyin.engines.psychometrics.definitions import LEVELS, PAIRS

PER_SCALE = 4


def head(**changes: Any) -> dict[str, Any]:
    values: dict[str, Any] = {
        "kind": "instrument",
        "id": "sample-interest",
        "version": 1,
        "title": "样例兴趣测评",
        "serves": [],
        "purpose": "看兴趣",
        "limits": "不看能力",
        "prohibited_uses": ["不用于录用"],
        "audience": "成人",
        "minutes": 5,
        "may_give": ["adviser"],
        "may_read": ["client"],
        "prompt": "有多愿意做？",
        "options": [{"value": value, "label": f"选项 {value}"} for value in range(1, 6)],
        "scales": [{"id": x, "title": NAMES[x], "short": NAMES[x][:2], "brief": f"{NAMES[x]}的事"} for x in LETTERS],
        "resume_days": 7,
        "missing": {"max_per_scale": 1, "method": "person-mean"},
        "careless": {"long_string": 8, "even_odd": 0.3, "min_seconds_per_item": 1.2, "max_missing": 3},
        "norms": {"minimum_n": 200, "groups": ["all"]},
        "thresholds": {"flat_range": 0.5, "tie": 0.0, "high": 3.75, "low": 2.25},
        "texts": {
            "level": {x: {level: f"{NAMES[x]} {level}" for level in LEVELS} for x in LETTERS},
            "pair": {pair: f"两种兴趣 {pair}" for pair in PAIRS},
            "consistency": {level: f"一致性 {level}" for level in LEVELS},
            "differentiation": {level: f"分化 {level}" for level in LEVELS},
            "flat": "六种兴趣差不多",
            "ties": "有并列",
            "careless": "作答情况请核对",
            "no_norms": "常模还在收集",
        },
        "next_steps": ["和指导师谈一谈"],
    }
    return {**values, **changes}


def rows(per_scale: int = PER_SCALE, reverse: frozenset[str] = frozenset()) -> list[dict[str, str]]:
    """Items interleaved as R1 I1 A1 … C1 R2 …"""
    made = []
    for number in range(per_scale):
        for place, letter in enumerate(LETTERS):
            name = f"{letter}{number + 1:02d}"
            made.append(
                {
                    "id": name,
                    "scale": letter,
                    "text": f"做{name}",
                    "reverse": "1" if name in reverse else "0",
                    "order": str(number * 6 + place + 1),
                    "read_aloud": f"做{name}",
                }
            )
    return made


def instrument(reverse: frozenset[str] = frozenset(), **changes: Any) -> InstrumentDefinition:
    return InstrumentDefinition.build(head(**changes), rows(reverse=reverse))


def answers_of(**values: int) -> dict[str, int]:
    """The same answer to all items of a scale: ``answers_of(R=1, I=2, …)``."""
    return {f"{letter}{number + 1:02d}": value for letter, value in values.items() for number in range(PER_SCALE)}
