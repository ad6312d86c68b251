"""What forms and documents are filled with."""

from datetime import date

import pytest
from django.utils import timezone

from tests import factories, factories_clients
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.clients import commands
from zhiyin.domain.clients.facts import facts
from zhiyin.domain.people import commands as people_commands
from zhiyin.engines.forms import clean, prefill
from zhiyin.packs.installed import registry

pytestmark = pytest.mark.django_db


def test_the_needs_survey_fills_itself_and_its_answers_are_valid() -> None:
    file = factories_clients.client_file(
        education_level="junior",
        employment_status="unemployed",
        hukou_kind="local-urban",
        groups=["older"],
        hobbies="养花",
    )
    with acting(SYSTEM, "x"):
        commands.add_entry(file, "education", school="一中", level="junior", started="1998-09-01", ended="2001-06-30")
        commands.add_entry(file, "work", employer="甲厂", post="焊工", started="2005-01-01", duties="焊管子")
        commands.add_entry(file, "skill", name="焊接", level="alone")
        commands.add_entry(file, "skill", name="看图纸", kind="knowledge")
        commands.add_entry(file, "certificate", name="焊工证", issued="2010-05-01")
    form = registry().get("form", "needs-survey")
    answers = prefill(form, facts(file))
    assert answers["employment_status"] == "unemployed"
    assert answers["groups"] == ["older"]
    assert answers["education"] == [{"period": "1998.09—2001.06", "school": "一中", "level": "初中"}]
    assert answers["work"] == [{"period": "2005.01—至今", "employer": "甲厂", "post": "焊工", "duty": "焊管子"}]
    assert answers["skills"] == [{"name": "焊接", "level": "alone"}]
    assert answers["certificates"] == [{"name": "焊工证", "date": "2010-05-01"}]
    checked = clean(form, answers, codelists=registry().codelists(), partial=True, today=timezone.localdate())
    assert checked == answers


def test_documents_read_labels_and_written_dates() -> None:
    adviser = factories.member(factories.agency(address="罗江路 1 号"), name="林静", level=3)
    file = factories_clients.client_file(adviser=adviser)
    with acting(SYSTEM, "x"):
        commands.add_entry(file, "skill", name="焊接", level="alone")
        person = people_commands.change_person(file.person, 1, phone="13800138000", address="罗江镇")
    file.person = person
    found = facts(file)
    assert found["person"]["birth_date"] == "1985 年 5 月 20 日"
    assert (found["person"]["phone_masked"], found["person"]["residence"]) == ("138****8000", "罗江镇")
    assert found["person"]["id_masked"].startswith("990****")
    assert found["file"]["skills"] == [{"name": "焊接", "level": "能独立做", "level_code": "alone"}]
    assert found["agency"]["address"] == "罗江路 1 号"
    assert found["adviser"] == {"name": "林静", "level": "三级", "certificate": ""}
    assert found["guardian"] is None


def test_a_minors_guardian_is_named() -> None:
    today = timezone.localdate()
    child = factories.person(birth=date(today.year - 15, 1, 1))
    guardian = factories.guardian(child, phone="13900139000")
    file = factories_clients.client_file(child)
    found = facts(file)
    assert found["guardian"] == {"name": guardian.name, "relation": "父亲", "phone_masked": "139****9000"}
    assert (found["person"]["needs_guardian"], found["person"]["is_minor"]) == (True, True)


def test_the_disability_is_named_only_where_the_client_wants_it() -> None:
    number = factories.resident_id()
    person = factories.person(number=number)
    with acting(SYSTEM, "x"):
        people_commands.add_document(person, kind="disability", number=f"{number}44")
    file = factories_clients.client_file(person, health={"words": "右腿"})
    assert facts(file)["person"]["disability_label"] is None
    with acting(SYSTEM, "x"):
        file = commands.change_file(file, 1, health={"words": "右腿", "in_report": True})
    assert facts(file)["person"]["disability_label"] == "肢体残疾 四级"
