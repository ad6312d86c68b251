"""A case file is sound, or each of its faults is told with line and place."""

from datetime import datetime
from pathlib import Path

import pytest

from tests.guide.support import EXAMPLES, NAMES, PHARMACY
from zhiyin.guide.casefile import FaultyCase, load
from zhiyin.guide.models import ZONE
from zhiyin.guide.places import path_of, place_of

NOW = datetime(2030, 1, 1, tzinfo=ZONE)


@pytest.mark.parametrize("name", NAMES)
def test_every_sample_is_sound(name: str) -> None:
    loaded = load(EXAMPLES / f"{name}.yaml")
    assert loaded.case.demo
    # a sample can be read before its own days too
    load(EXAMPLES / f"{name}.yaml", now=datetime(2026, 1, 1, tzinfo=ZONE))


def test_at_least_seven_different_people() -> None:
    clients = {load(EXAMPLES / f"{name}.yaml").case.client.document.number for name in NAMES}
    assert len(clients) == len(NAMES) >= 7


# what is changed in the pharmacy worker's file, the place of the fault, and words of its message
FAULTS = [
    ("990101198408200223", "990101198408200224", "client.document.number", "校验码应为 3"),
    ("kind: resident_id, number", "kind: library_card, number", "client.document.kind", "tw_permit"),
    ('phone: "13800000001"', 'phone: "1380000000"', "client.phone", "11"),
    ("employment_status: unemployed-registered\n  hukou", "employment_status: jobless\n  hukou",
     "file.employment_status", "employed 在单位上班"),
    ("  channel: paper", "  channel: telepathy", "consents.channel", "paper 纸质签字"),
    ("purposes: [file, sensitive-record, assessment, followup-contact]", "purposes: [file, followup-contact]",
     "assessment", "没有同意 assessment"),
    ("urgency: month\n", "urgency: soon\n", "intake.urgency", "calm 不急"),
    ("  urgency: month\n", "  urgenzy: month\n", "intake.urgenzy", "没有“urgenzy”这一项"),
    ('expected_on: "2026-07-31"', 'expected_on: "2025-07-31"', "needs.goals[1].expected_on", "2026-02-04"),
    ("    - {kind: skill, text: 没有护理方面的证书}", "    - {kind: skill}", "needs.needs[1].text", "请填写"),
    ("agreed_at: 2026-02-12 09:40", "agreed_at: 2026-02-10 09:40", "plan.agreed_at", "早于 plan.drafted_at"),
    ("agreed_at: 2026-02-12 09:40", "agreed_at: 12.2.2026", "plan.agreed_at", "不是时间"),
    ("    - title: 去两家养老机构各看半天\n      kind: visit\n      goal: 1",
     "    - title: 去两家养老机构各看半天\n      kind: visit\n      goal: 3", "plan.activities[1].goal", "没有第 3 个"),
    ("R01: 2, R02: 2", "R01: 6, R02: 2", "assessment.answers.R01", "1 很不愿意"),
    ("R01: 2, R02: 2", "Q01: 2, R02: 2", "assessment.answers.Q01", "没有题目“Q01”"),
    ("R01: 2, R02: 2", "R02: 2", "assessment.answers", "还缺 1 题：R01"),
    ("{code: 4-14-01-02, verdict", "{code: 9-14-01-02, verdict", "matching.choices[1].code", "职业目录里没有"),
    ("    - {goal: 1, attainment: reached}", "    - {goal: 1, attainment: perfect}", "closing.goals[0].attainment",
     "reached、partly、not"),
    ("    - {goal: 1, attainment: reached}\n", "", "closing.goals", "还没有评定"),
    ("  outcome: employed\n  employer: 康乐园养老服务中心\n", "  outcome: employed\n", "closing.employer", "单位名称"),
    ("adviser: {name: 周岚, level: 3,", "adviser: {name: 周岚, level: 4,", "report", "signed_off"),
    ("  - id: day30", "  - id: day31", "follow_ups[0].id", "day30 三十天回访"),
    ("  hukou_place: 临江市\n", "  hukou_place: 临江市\n  hobby: 看戏\n", "file.hobby", "不认识的键"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "place", "words"), FAULTS, ids=[place for _, _, place, _ in FAULTS])
def test_a_fault_is_told_with_its_line_and_place(tmp_path: Path, old: str, new: str, place: str, words: str) -> None:
    text = PHARMACY.read_text(encoding="utf-8")
    assert text.count(old) >= 1
    file = tmp_path / "case.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FaultyCase) as refused:
        load(file, now=NOW)
    told = {fault.path: fault for fault in refused.value.faults}
    assert place in told, [str(fault) for fault in refused.value.faults]
    assert words in told[place].message
    assert str(told[place]).startswith(f"{file}:{told[place].line} {place}：")
    # the line is that of the deepest key of the place that stands in the file
    line = file.read_text(encoding="utf-8").splitlines()[told[place].line - 1]
    keys = [str(part) for part in place_of(place) if isinstance(part, str)]
    assert any(key in line for key in keys) or line.lstrip().startswith(("-", "{"))


def test_every_fault_is_told_once(tmp_path: Path) -> None:
    text = PHARMACY.read_text(encoding="utf-8")
    for old, new in (("R01: 2", "R01: 9"), ("channel: paper", "channel: fax"), ("990101198408200223", "123")):
        text = text.replace(old, new, 1)
    file = tmp_path / "case.yaml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(FaultyCase) as refused:
        load(file, now=NOW)
    assert [fault.path for fault in refused.value.faults] == [
        "client.document.number",
        "consents.channel",
        "assessment.answers.R01",
    ]
    assert [fault.line for fault in refused.value.faults] == sorted(fault.line for fault in refused.value.faults)


def test_broken_yaml_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    file.write_text("demo: true\nagency: {name: 临江\nadviser: x\n", encoding="utf-8")
    with pytest.raises(FaultyCase) as refused:
        load(file)
    assert refused.value.faults[0].line >= 2
    with pytest.raises(FaultyCase, match="读不出"):
        load(tmp_path / "absent.yaml")


def _minor(tmp_path: Path, old: str, new: str, name: str = "student-15") -> list[tuple[str, str]]:
    text = (EXAMPLES / f"{name}.yaml").read_text(encoding="utf-8")
    assert old in text
    file = tmp_path / "case.yaml"
    file.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(FaultyCase) as refused:
        load(file)
    return [(fault.path, fault.message) for fault in refused.value.faults]


def test_a_minor_needs_a_guardian_who_may_decide(tmp_path: Path) -> None:
    assert ("consents.guardian", "只写了 2 位监护人，没有第 5 位") in _minor(tmp_path, "guardian: 1", "guardian: 5")
    told = _minor(tmp_path, "authority: statutory", "authority: entrusted")
    assert told == [("guardians[0].authority", "受托照护人不能代为同意，请由监护人同意")]
    child = _minor(
        tmp_path,
        "section_head: {name: 吴建平, level: 2, education: master, education_proof: 学信网电子注册备案表}\n",
        "",
        "child-13",
    )
    assert [path for path, _ in child] == ["client"]
    assert "科长批准" in child[0][1]


def test_a_minor_without_guardians_and_an_adult_with_one_are_refused(tmp_path: Path) -> None:
    text = (EXAMPLES / "student-15.yaml").read_text(encoding="utf-8")
    start, end = text.index("guardians:\n"), text.index("consents:\n")
    guardians = text[start:end]
    file = tmp_path / "case.yaml"
    file.write_text(text.replace(guardians, ""), encoding="utf-8")
    with pytest.raises(FaultyCase, match="15 周岁，要有监护人"):
        load(file)
    file.write_text(PHARMACY.read_text(encoding="utf-8").replace("consents:\n", guardians + "consents:\n", 1), "utf-8")
    with pytest.raises(FaultyCase, match="已满 18 周岁"):
        load(file)


def test_what_is_real_takes_no_demo_numbers_no_future_and_no_recording_times(tmp_path: Path) -> None:
    file = tmp_path / "case.yaml"
    file.write_text(PHARMACY.read_text(encoding="utf-8").replace("demo: true\n", "", 1), encoding="utf-8")
    with pytest.raises(FaultyCase) as refused:
        load(file, now=datetime(2026, 9, 1, tzinfo=ZONE))
    told = {fault.path: fault.message for fault in refused.value.faults}
    assert "演示区号" in told["client.document.number"]
    assert "还没有到" in told["follow_ups[1].at"]
    assert "follow_ups[0].at" not in told
    assert "只有样例" in told["sessions[1].recorded_at"]


def test_places_read_back() -> None:
    for path in ("needs.goals[1].expected_on", "assessment.answers.R01", "follow_ups[0].at"):
        assert path_of(place_of(path)) == path
