"""The rules of the planning service standard: each test executes the acceptance line of its clauses."""

from typing import Any

import pytest

from tests.packs.rules.support import decide, told

ROOM = ("separate", "quiet", "soundproof", "ventilated", "safe")
COMFORT = ("clean", "spacious", "bright", "temperate")
EQUIPMENT = ("desk", "computer", "printer", "telephone", "network")
PROFESSIONAL: dict[str, Any] = {
    "education": "bachelor",
    "diploma": "学位证书",
    "statement": True,
    "law": True,
    "theory": True,
    "delivery": True,
    "market": True,
}
AUXILIARY: dict[str, Any] = {
    "education": "college",
    "diploma": "毕业证书",
    "statement": True,
    "law": True,
    "basics": True,
    "communication": True,
    "assisting": True,
}


@pytest.mark.clause("SVC-3.1")
def test_an_organisation_needs_registration_and_is_warned_before_its_end() -> None:
    facts = {"legal_person": True, "registration": "演示编号甲", "registered_until": "2027-06-30"}
    sound = decide("planning-organisation", facts)
    assert (sound.verdict, sound.outputs.get("warning")) == ("PASS", None)
    bare = decide("planning-organisation", facts | {"registration": ""})
    assert bare.verdict == "FAIL"
    assert "登记证明" in told(bare)
    ending = decide("planning-organisation", facts | {"registered_until": "2026-07-20"})
    assert ending.verdict == "PASS"
    assert "快到期" in ending.outputs["warning"]
    ended = decide("planning-organisation", facts | {"registered_until": "2026-06-29"})
    assert ended.verdict == "FAIL"
    assert "到期" in told(ended)


@pytest.mark.clause("SVC-3.2.2-a")
def test_a_college_diploma_is_not_enough_for_a_professional() -> None:
    assert decide("planning-professional", PROFESSIONAL).verdict == "PASS"
    result = decide("planning-professional", PROFESSIONAL | {"education": "college"})
    assert result.verdict == "FAIL"
    assert "专业人员要求本科以上" in told(result)


@pytest.mark.clause("SVC-3.2.2-b")
def test_a_professional_without_a_statement_is_not_yet_qualified() -> None:
    staff = {"甲": PROFESSIONAL, "乙": PROFESSIONAL | {"statement": False}}
    assert [name for name, facts in staff.items() if decide("planning-professional", facts).verdict != "PASS"] == ["乙"]


@pytest.mark.clause("SVC-3.2.3-a")
def test_upper_secondary_is_not_enough_for_an_auxiliary() -> None:
    assert decide("planning-auxiliary", AUXILIARY).verdict == "PASS"
    result = decide("planning-auxiliary", AUXILIARY | {"education": "senior"})
    assert result.verdict == "FAIL"
    assert "辅助人员要求大专以上" in told(result)


@pytest.mark.clause("SVC-3.2.3-b")
def test_an_auxiliary_without_a_statement_is_not_yet_qualified() -> None:
    staff = {"甲": AUXILIARY, "乙": AUXILIARY | {"statement": False}}
    assert [name for name, facts in staff.items() if decide("planning-auxiliary", facts).verdict != "PASS"] == ["乙"]


@pytest.mark.clause("SVC-3.2.4")
def test_staff_without_training_in_the_set_period_are_listed() -> None:
    trained = {"甲": "2026-05-01", "乙": "2025-06-30", "丙": "2025-06-29"}
    late = [
        name for name, day in trained.items() if decide("planning-training", {"last_trained_on": day}).verdict == "FAIL"
    ]
    assert late == ["丙"]
    assert decide("planning-training", {}).missing == ("last_trained_on",)
    shorter = {"planning-training-months": 6}
    assert decide("planning-training", {"last_trained_on": "2025-12-29"}, parameters=shorter).verdict == "FAIL"


@pytest.mark.clause("SVC-4.5-2")
def test_a_marked_person_without_management_training_is_listed() -> None:
    staff = {
        "甲": {"marked": True, "management_training": "管理者研修班"},
        "乙": {"marked": True, "management_training": ""},
        "丙": {"marked": False, "management_training": ""},
    }
    listed = [name for name, facts in staff.items() if decide("planning-special-training", facts).verdict == "FAIL"]
    assert listed == ["乙"]


@pytest.mark.clause("SVC-3.3")
def test_a_room_that_is_not_soundproof_is_not_bookable() -> None:
    seen = {"comfort": list(COMFORT)}
    assert decide("planning-room", {"attributes": list(ROOM)} | seen).verdict == "PASS"
    assert decide("planning-room", {"attributes": list(ROOM)}).missing == ("comfort",)
    result = decide("planning-room", {"attributes": [one for one in ROOM if one != "soundproof"]} | seen)
    assert (result.verdict, result.unmet) == ("FAIL", ("soundproof",))
    assert "隔音" in told(result)


@pytest.mark.clause("SVC-3.4")
def test_a_lacking_equipment_type_is_named() -> None:
    sites = {"甲站": list(EQUIPMENT), "乙站": [one for one in EQUIPMENT if one != "network"]}
    lacking = {name: decide("planning-equipment", {"equipment": kinds}).unmet for name, kinds in sites.items()}
    assert lacking == {"甲站": (), "乙站": ("network",)}
