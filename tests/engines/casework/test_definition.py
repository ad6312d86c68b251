"""A process that cannot work is refused."""

from copy import deepcopy
from typing import Any

import pytest
from pydantic import ValidationError

from tests.engines.casework.support import PROCESS
from zhiyin.engines.casework import ProcessDefinition

PLAIN: dict[str, Any] = PROCESS.model_dump(by_alias=True)


def refused(change: Any) -> str:
    plain = deepcopy(PLAIN)
    change(plain)
    with pytest.raises(ValidationError) as caught:
        ProcessDefinition.model_validate(plain)
    return str(caught.value)


def test_the_sample_itself_is_sound() -> None:
    assert ProcessDefinition.model_validate(deepcopy(PLAIN)) == PROCESS


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: p["steps"][0]["events"].append("intake.done"), "没有“intake.done”这种事件"),
        (lambda p: p["steps"][0]["requires"].append("needs"), "排在它前面"),
        (lambda p: p["steps"].append({**p["steps"][0], "requires": []}), "步骤“intake”重复"),
        (lambda p: p["steps"][1]["events"].append("intake.recorded"), "已经归步骤“intake”"),
        (lambda p: p["steps"][1].update(events=["environment.recorded"]), "events 里却没有它"),
        (lambda p: p["steps"][1].update(revoked_by=["needs.recorded"]), "又使它作废"),
        (lambda p: p["steps"][1].update(completed_by=[]), "永远完不成"),
        (lambda p: p.update(follow_ups=[]), "follow_ups 却是空的"),
        (lambda p: p.update(resumes=[]), "一一对应"),
        (lambda p: p["follow_ups"].append(p["follow_ups"][0]), "“day30”重复"),
    ],
)
def test_fault_is_told(change: Any, words: str) -> None:
    assert words in refused(change)
