"""Registering persons, their papers, masked values, guardians, look-alikes, erasure."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tests import factories, factories_clients
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.audit import chain
from zhiyin.domain.audit.acting import SYSTEM, acting
from zhiyin.domain.audit.models import AuditEvent
from zhiyin.domain.people import commands, policies, queries, sealed
from zhiyin.domain.people.models import IdentityDocument, Person
from zhiyin.kernel.crypto import Unreadable
from zhiyin.kernel.dates import AgeRegime, add_months, turns
from zhiyin.kernel.errors import Conflict, Invalid, Refused
from zhiyin.kernel.identity import check_digit

pytestmark = pytest.mark.django_db


def _with_check(first17: str) -> str:
    return first17 + check_digit(first17)


# -- registering ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "number", "origin", "birth_from_number"),
    [
        ("resident_id", _with_check("99010119850520002"), "mainland", True),
        ("hmt_residence", _with_check("81000019900102005"), "hk", True),
        ("hmt_residence", _with_check("82000019900102005"), "mo", True),
        ("hmt_residence", _with_check("83000019900102005"), "tw", True),
        ("hm_permit", "H12345678", "hk", False),
        ("hm_permit", "M12345678", "mo", False),
        ("tw_permit", "12345678", "tw", False),
        ("passport_cn", "E12345678", "mainland", False),
        ("passport_foreign", "X1234567", "foreign", False),
    ],
)
def test_each_kind_of_paper_registers_somebody(kind: str, number: str, origin: str, birth_from_number: bool) -> None:
    values: dict[str, Any] = {"name": "陈大文", "kind": kind, "number": number}
    with acting(SYSTEM, "x"):
        if not birth_from_number:
            with pytest.raises(Invalid) as caught:
                commands.create_person(**values)
            assert list(caught.value.errors) == ["birth_date"]
            values["birth_date"] = date(1990, 1, 2)
        person = commands.create_person(**values)
    document = person.documents.get()
    assert (person.origin, document.kind, document.is_primary) == (origin, kind, True)
    assert document.number == number
    assert number not in document.masked
    assert number.encode() not in bytes(document.number_sealed)


def test_the_number_gives_birth_date_and_sex_and_must_agree_with_what_was_typed() -> None:
    with acting(SYSTEM, "x"):
        person = commands.create_person(name="李梅", kind="resident_id", number=_with_check("99010119850520002"))
        assert (person.birth_date, person.sex) == (date(1985, 5, 20), "2")
        with pytest.raises(Invalid) as caught:
            commands.create_person(
                name="李梅",
                kind="resident_id",
                number=_with_check("99010119850520004"),
                birth_date=date(1985, 5, 21),
                sex="1",
            )
    assert set(caught.value.errors) == {"birth_date", "sex"}


def test_all_faults_come_at_once_each_at_its_field_and_nothing_is_stored() -> None:
    with pytest.raises(Invalid) as caught, acting(SYSTEM, "x"):
        commands.create_person(name="李4", kind="resident_id", number="990101198505200021", phone="123", email="nobody")
    assert set(caught.value.errors) == {"name", "number", "phone", "email"}
    assert not Person.objects.exists()
    with pytest.raises(Invalid) as caught, acting(SYSTEM, "x"):
        commands.create_person(name="李梅", kind="library_card", number="1")
    assert list(caught.value.errors) == ["kind"]


def test_a_known_number_is_never_registered_twice_however_it_is_typed() -> None:
    number = factories.resident_id()
    factories.person(number=number)
    for typed in (number, f" {number[:6]} {number[6:]} ", number.lower()):
        with pytest.raises(Invalid, match="已经登记过"):
            factories.person(name="别的名字", number=typed)
    # the database holds the line when two desks press the button at once
    other = factories.person()
    lookup = sealed.lookup(number)
    with pytest.raises(IntegrityError), acting(SYSTEM, "x"), transaction.atomic():
        other.documents.update(lookup=lookup)


def test_sensitive_values_are_nowhere_in_clear() -> None:
    number = factories.resident_id()
    person = factories.person(number=number, phone="13800138000", email="lin@example.com", address="罗江镇八号")
    with connection.cursor() as cursor:
        rows = ""
        for table in ("people_person", "people_identitydocument", "audit_auditevent"):
            cursor.execute(f"SELECT * FROM {table}")
            rows += str([[bytes(v) if isinstance(v, memoryview) else v for v in row] for row in cursor.fetchall()])
    for value in (number, "13800138000", "lin@example.com", "罗江镇八号"):
        assert value not in rows
        assert str(value.encode())[2:-1] not in rows
    stored = Person.objects.get(pk=person.pk)
    assert (stored.phone, stored.email, stored.address) == ("13800138000", "lin@example.com", "罗江镇八号")


def test_a_sealed_value_moved_to_another_person_does_not_open() -> None:
    first, second = factories.person(phone="13800138000"), factories.person()
    second.phone_sealed = first.phone_sealed
    with pytest.raises(Unreadable):
        _ = second.phone


# -- further papers -------------------------------------------------------------------------------------------------


def test_a_disability_certificate_must_hold_the_own_number() -> None:
    own, foreign = factories.resident_id(), factories.resident_id()
    person = factories.person(number=own)
    with acting(SYSTEM, "x"):
        with pytest.raises(Invalid, match="前 18 位"):
            commands.add_document(person, kind="disability", number=f"{foreign}44")
        document = commands.add_document(person, kind="disability", number=f"{own}44")
        with pytest.raises(Invalid, match="已经登记过"):
            commands.add_document(person, kind="disability", number=f"{own}44")
    assert document.details == {"category": 4, "grade": 4}
    assert not document.is_primary
    assert not document.masked.endswith("44")


def test_a_paper_of_somebody_else_is_refused_without_saying_whose() -> None:
    factories.person(name="单雄信", kind="passport_cn", number="E12345678", birth_date=date(1990, 1, 2))
    person = factories.person()
    with pytest.raises(Invalid, match="属于另一个人") as caught, acting(SYSTEM, "x"):
        commands.add_document(person, kind="passport_cn", number="E12345678")
    assert "单雄信" not in str(caught.value)


# -- changing -------------------------------------------------------------------------------------------------------


def test_a_second_save_from_the_same_page_is_a_conflict() -> None:
    person = factories.person()
    with acting(SYSTEM, "x"):
        changed = commands.change_person(person, person.version, name="欧阳慧", phone="139 0013 9000")
        with pytest.raises(Conflict, match="别人改过"):
            commands.change_person(person, person.version, name="欧阳敏")
    assert (changed.name, changed.phone, changed.version) == ("欧阳慧", "13900139000", 2)
    assert [p.pk for p in queries.search(Person.objects.all(), "ouyanghui")] == [person.pk]
    event = AuditEvent.objects.get(action="people.changed")
    assert event.data == {"fields": ["name", "phone"]}


@pytest.mark.parametrize("field", ["birth_date", "key_wrapped", "user", "nonsense"])
def test_what_is_no_matter_of_a_form_cannot_be_changed_by_one(field: str) -> None:
    person = factories.person()
    with pytest.raises(TypeError), acting(SYSTEM, "x"):
        commands.change_person(person, 1, **{field: "x"})


def test_clearing_the_phone_clears_its_lookup() -> None:
    person = factories.person(phone="13800138000")
    with acting(SYSTEM, "x"):
        changed = commands.change_person(person, 1, phone="")
    assert (changed.phone, changed.phone_lookup) == (None, "")


def test_a_name_cannot_be_emptied() -> None:
    person = factories.person()
    with pytest.raises(Invalid) as caught, acting(SYSTEM, "x"):
        commands.change_person(person, 1, name="")
    assert list(caught.value.errors) == ["name"]


@pytest.mark.parametrize(("sex", "ok"), [("1", True), ("9", True), ("7", False)])
def test_sex_is_one_of_the_codes(sex: str, ok: bool) -> None:
    person = factories.person()
    with acting(SYSTEM, "x"):
        if ok:
            assert commands.change_person(person, 1, sex=sex).sex == sex
        else:
            with pytest.raises(Invalid):
                commands.change_person(person, 1, sex=sex)


# -- masked values --------------------------------------------------------------------------------------------------


def test_a_masked_value_is_shown_with_a_reason_and_logged_without_the_value() -> None:
    adviser = factories.member(factories.agency())
    file = factories_clients.client_file(factories.person(phone="13800138000"), adviser=adviser)
    document = file.person.documents.get()
    with acting(factories.who(adviser), "x"):
        with pytest.raises(Invalid, match="原因"):
            commands.unmask(file.person, "phone", " ")
        assert commands.unmask(file.person, "phone", "改约时间") == "13800138000"
        assert commands.unmask(file.person, "number", "填报名表", document=document) == document.number
        for field, other in (("number", None), ("password", None)):
            with pytest.raises(Invalid):
                commands.unmask(file.person, field, "看看", document=other)
    events = AuditEvent.objects.filter(action="people.unmasked").order_by("seq")
    assert [(event.data["field"], event.reason) for event in events] == [("phone", "改约时间"), ("number", "填报名表")]
    assert "13800138000" not in str(list(events.values()))


@pytest.mark.parametrize("role", [Role.ASSESSOR, Role.SUPERVISOR, Role.SYSTEM_ADMIN])
def test_roles_without_the_right_see_no_full_value(role: Role) -> None:
    file = factories_clients.client_file()
    member = factories.member(file.organisation, role)
    with pytest.raises(Refused), acting(factories.who(member), "x"):
        commands.unmask(file.person, "phone", "好奇")


def test_another_agency_reaches_nobody_here() -> None:
    file = factories_clients.client_file()
    stranger = factories.who(factories.member(factories.agency(), Role.SECTION_HEAD))
    assert not policies.can(stranger, "people.read", file.person)
    assert list(policies.scope(stranger)) == []
    with acting(stranger, "x"):
        for act in (
            lambda: commands.unmask(file.person, "phone", "好奇"),
            lambda: commands.change_person(file.person, 1, name="某人"),
            lambda: commands.erase_person(file.person, "x"),
            lambda: commands.issue_own_code(file.person),
        ):
            with pytest.raises(Refused):
                act()


# -- look-alikes ----------------------------------------------------------------------------------------------------


def test_look_alikes_are_shown_surest_first_and_only_within_reach() -> None:
    desk = factories.member(factories.agency(), Role.FRONT_DESK)
    birth, number = date(1985, 5, 20), factories.resident_id(date(1985, 5, 20))
    exact = factories.person(name="欧阳慧敏", number=number, phone="13800138000")
    near = factories.person(name="欧阳惠敏", birth=birth)
    by_phone = factories.person(name="欧阳建国", birth=date(1955, 1, 1), phone="13800138000")
    nobody = factories.person(name="单雄信", birth=birth)
    for person in (exact, near, by_phone, nobody):
        factories_clients.client_file(person, desk.organisation)
    who = factories.who(desk)
    asked: dict[str, Any] = {"name": "欧阳慧敏", "birth_date": birth, "number": number, "phone": "138 0013 8000"}
    found = queries.look_alikes(who, **asked)
    assert [(one.person.pk, one.exact) for one in found] == [(exact.pk, True), (near.pk, False), (by_phone.pk, False)]
    assert found[0].why == ("证件号相同", "手机号相同", "姓名相同或只差一字，出生日期相同")
    stranger = factories.who(factories.member(factories.agency(), Role.FRONT_DESK))
    assert queries.look_alikes(stranger, **asked) == []


def test_a_similar_name_is_found_by_its_sound() -> None:
    desk = factories.member(factories.agency(), Role.FRONT_DESK)
    person = factories.person(name="张晓明", birth=date(1990, 3, 4))
    factories_clients.client_file(person, desk.organisation)
    found = queries.look_alikes(factories.who(desk), name="章小铭", birth_date=date(1990, 3, 4))
    assert [one.person.pk for one in found] == [person.pk]


def test_the_own_code_works_only_with_the_exact_number_and_only_the_last_one() -> None:
    person = factories.person()
    document = person.documents.get()
    with acting(SYSTEM, "x"):
        first, second = commands.issue_own_code(person), commands.issue_own_code(person)
    found = queries.find_across_agencies(document.kind, document.number.lower(), f" {second} ")
    assert found is not None
    assert found.pk == person.pk
    for number, code in ((document.number, first), (factories.resident_id(), second), (document.number, "")):
        assert queries.find_across_agencies(document.kind, number, code) is None
    assert second not in str(list(AuditEvent.objects.values()))


# -- guardians ------------------------------------------------------------------------------------------------------


def _born(years: int, days: int = 0) -> date:
    """Somebody who turned ``years`` as many ``days`` ago."""
    return add_months(timezone.localdate(), -12 * years) - timedelta(days=days)


def test_a_guardian_needs_proof_relation_and_a_ward_under_eighteen() -> None:
    child, adult = factories.person(birth=_born(12)), factories.person()
    with pytest.raises(Invalid) as caught:
        factories.guardian(
            child, relation="", authority="friend", proof=" ", may_read=["diary"], name="", phone="1", number="1"
        )
    assert set(caught.value.errors) == {"relation", "authority", "proof", "may_read", "name", "phone", "number"}
    with pytest.raises(Invalid, match="已满 18"):
        factories.guardian(adult)
    guardian = factories.guardian(child, phone="13900139000", number=factories.resident_id())
    assert guardian.contact["phone"] == "13900139000"
    assert b"13900139000" not in bytes(guardian.contact_sealed)


def test_several_guardians_and_who_of_them_decides() -> None:
    today = timezone.localdate()
    child = factories.person(birth=_born(12))
    father = factories.guardian(child, name="欧阳建国")
    mother = factories.guardian(child, name="李梅", relation="母亲", started_on=today + timedelta(days=1))
    aunt = factories.guardian(child, name="欧阳芳", relation="姑姑", authority="entrusted")
    assert queries.guardians_deciding(child, today) == [father]
    assert queries.guardians_deciding(child, today + timedelta(days=1)) == [father, mother]
    with acting(SYSTEM, "x"):
        with pytest.raises(Invalid, match="终止原因"):
            commands.end_guardian(father, " ")
        commands.end_guardian(father, "法院变更监护", today)
    assert not father.may_decide(today)
    assert father.may_decide(today - timedelta(days=1)) is False  # began today
    assert not aunt.may_decide(today)


def test_the_guardians_say_ends_on_the_eighteenth_birthday_itself() -> None:
    birth = _born(17)
    child = factories.person(birth=birth)
    guardian = factories.guardian(child)
    birthday = turns(birth, 18)
    assert guardian.may_decide(birthday - timedelta(days=1))
    assert not guardian.may_decide(birthday)


def test_somebody_born_on_the_29th_of_february_comes_of_age_on_the_28th_of_a_common_year() -> None:
    person = factories.person(birth=date(2008, 2, 29))
    assert person.regime(date(2022, 2, 27)) == AgeRegime.UNDER_14
    assert person.regime(date(2022, 2, 28)) == AgeRegime.FROM_14_TO_17
    assert person.regime(date(2026, 2, 27)) == AgeRegime.FROM_14_TO_17
    assert person.regime(date(2026, 2, 28)) == AgeRegime.ADULT


def test_who_lives_on_own_work_from_sixteen_decides_alone_with_proof() -> None:
    birth = _born(17)
    person = factories.person(birth=birth)
    sixteen = turns(birth, 16)
    with acting(SYSTEM, "x"):
        with pytest.raises(Invalid) as caught:
            commands.change_person(person, 1, self_supporting_since=sixteen - timedelta(days=1))
        assert set(caught.value.errors) == {"self_supporting_since", "self_supporting_proof"}
        person = commands.change_person(
            person, 1, self_supporting_since=sixteen + timedelta(days=3), self_supporting_proof="劳动合同"
        )
    assert person.regime(sixteen + timedelta(days=2)) == AgeRegime.FROM_14_TO_17
    assert person.regime(sixteen + timedelta(days=3)) == AgeRegime.ADULT


# -- a child's file -------------------------------------------------------------------------------------------------


def test_access_to_a_child_is_asked_for_and_decided_by_somebody_else() -> None:
    today = timezone.localdate()
    child = factories.person(birth=_born(13))
    body = factories.agency()
    adviser, head = factories.member(body), factories.member(body, Role.SECTION_HEAD)
    colleague = factories.who(factories.member(body))
    factories_clients.client_file(child, body, adviser)
    who = factories.who(adviser)
    with pytest.raises(Refused, match="科长批准"):
        policies.require(who, "people.read", child)
    with acting(who, "会谈"):
        with pytest.raises(Invalid, match="为什么"):
            commands.request_child_access(child, " ")
        approval = commands.request_child_access(child, "明天会谈")
        with pytest.raises(Refused):
            commands.decide_child_access(approval, True, today)
    with acting(factories.who(head), "审批"):
        own = commands.request_child_access(child, "抽查")
        with pytest.raises(Invalid, match="自己的申请"):
            commands.decide_child_access(own, True, today)
        for until in (None, today - timedelta(days=1)):
            with pytest.raises(Invalid) as caught:
                commands.decide_child_access(approval, True, until)
            assert list(caught.value.errors) == ["until"]
        commands.decide_child_access(approval, True, today)
        with pytest.raises(Invalid, match="已经审批"):
            commands.decide_child_access(approval, False)
    policies.require(who, "people.read", child)
    with pytest.raises(Refused):
        policies.require(colleague, "people.read", child)
    with acting(SYSTEM, "arrange"):
        approval.refresh_from_db()
        approval.until = today - timedelta(days=1)
        approval.save()
    with pytest.raises(Refused):
        policies.require(who, "people.read", child)


def test_at_fourteen_the_approval_is_no_longer_needed() -> None:
    body = factories.agency()
    who = factories.who(factories.member(body))
    older, younger = factories.person(birth=_born(14)), factories.person(birth=_born(14, -1))
    for person in (older, younger):
        factories_clients.client_file(person, body)
    assert policies.child_access(who, older)
    assert not policies.child_access(who, younger)


# -- erasure --------------------------------------------------------------------------------------------------------


def test_erasing_destroys_the_key_and_what_is_in_clear_and_the_log_still_verifies(home: Any) -> None:
    head = factories.member(factories.agency(), Role.SECTION_HEAD)
    birth = _born(15)
    person = factories.person(name="欧阳慧敏", birth=birth, phone="13800138000", address="罗江镇")
    guardian = factories.guardian(person, name="欧阳建国", phone="13900139000")
    factories_clients.client_file(person, head.organisation)
    blob = Person.objects.get(pk=person.pk).phone_sealed
    with acting(factories.who(head), "本人要求"):
        with pytest.raises(Invalid, match="依据"):
            commands.erase_person(person, " ")
        commands.erase_person(person, "本人要求删除")
    stored = Person.objects.get(pk=person.pk)
    assert (stored.name, stored.phone, stored.address, stored.birth_date) == (
        "已删除",
        None,
        None,
        date(birth.year, 1, 1),
    )
    assert stored.erased_at is not None
    stored.phone_sealed = blob
    assert stored.phone is None
    with pytest.raises(Unreadable):
        sealed.key_of(stored)
    assert not IdentityDocument.objects.filter(person=stored).exists()
    guardian.refresh_from_db()
    assert (guardian.name, guardian.contact_sealed, guardian.proof) == ("已删除", None, "")
    assert queries.search(Person.objects.all(), "ouyang").count() == 0
    # who agreed to what stays on record
    assert stored.consents.count() > 0
    assert chain.verify().sound


def test_only_the_section_head_erases() -> None:
    file = factories_clients.client_file()
    for role in (Role.ADVISER, Role.FRONT_DESK, Role.SYSTEM_ADMIN):
        member = factories.member(file.organisation, role)
        with pytest.raises(Refused), acting(factories.who(member), "x"):
            commands.erase_person(file.person, "x")
