"""Receiving a new client: who it is, look-alikes, notice, consents, file and case."""

from datetime import date
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from tests import factories, factories_clients
from tests.web.desk.case_pages import signed_in
from zhiyin.domain.accounts.models import Membership
from zhiyin.domain.accounts.roles import Role
from zhiyin.domain.casework.models import Case
from zhiyin.domain.clients.models import ClientFile
from zhiyin.domain.people.consents import notice_for, standings
from zhiyin.domain.people.models import Consent, Guardian, Person
from zhiyin.web.desk.views_clients_paste import read_pasted

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("home")]
NEW = "/desk/clients/new/"
PNG = b"\x89PNG\r\n\x1a\n" + b"0" * 64


@pytest.fixture
def adviser() -> Membership:
    return factories.member(factories.agency(), Role.ADVISER, name="林静怡")


@pytest.fixture
def client(adviser: Membership) -> Client:
    return signed_in(adviser)


def text_of(response: Any) -> str:
    return str(response.content.decode())


def who(**typed: str) -> dict[str, str]:
    return {"kind": "resident_id", "name": "欧阳慧敏", "number": factories.resident_id(), "act": "go", **typed}


def agreed(person: Person, *parties: str, **more: Any) -> dict[str, Any]:
    """Step two with everything that names no recipient agreed by ``parties``."""
    notice = notice_for(person)
    ticks = {
        f"agree-{party}-{purpose.value}": "1"
        for purpose in notice.purposes
        for party in parties
        if not purpose.recipient
    }
    return {"channel": "paper", "notice_hash": notice.digest(), **ticks, **more}


# -- what was pasted -----------------------------------------------------------------------------------------------


def test_pasted_text_fills_the_fields() -> None:
    number = factories.resident_id()
    for text in (
        f"姓名：欧阳慧敏 身份证号：{number} 电话 139 1234 5512",
        f"欧阳慧敏{number}，13912345512",
        f"13912345512 {number[:6]} {number[6:14]} {number[14:]} 欧阳慧敏 女",
    ):
        assert read_pasted(text) == {
            "name": "欧阳慧敏",
            "kind": "resident_id",
            "number": number,
            "phone": "13912345512",
        }, text


def test_a_miscopied_number_is_kept_for_the_form_to_judge() -> None:
    assert read_pasted("李四 99010119850520123")["number"] == "99010119850520123"
    assert read_pasted("H12345678 陈大文") == {"name": "陈大文", "kind": "hm_permit", "number": "H12345678"}
    assert read_pasted("——") == {}


# -- step one ------------------------------------------------------------------------------------------------------


def test_a_person_is_registered_and_the_second_step_follows(client: Client, adviser: Membership) -> None:
    assert client.get(NEW).status_code == 200
    response = client.post(NEW, who(phone="13912345512"))
    person = Person.objects.get()
    assert response.url == reverse("desk:client_open", args=[person.pk])
    assert (person.name, person.sex, person.birth_date) == ("欧阳慧敏", "2", date(1985, 5, 20))


def test_the_paste_box_fills_the_form_without_storing(client: Client) -> None:
    number = factories.resident_id()
    page = text_of(client.post(NEW, who(act="paste", pasted=f"张三丰 {number}", name="", number="")))
    assert f'value="{number}"' in page
    assert 'value="张三丰"' in page
    assert "40 岁" in page or "41 岁" in page
    assert not Person.objects.exists()
    assert client.post(NEW, who(act="paste", pasted="……", name="", number="")).status_code == 422


def test_faults_come_back_with_what_was_typed(client: Client) -> None:
    response = client.post(NEW, who(name="欧阳慧敏", number="990101198505201", phone="12"))
    page = text_of(response)
    assert response.status_code == 422
    assert "15 位的旧号码" in page
    assert 'value="欧阳慧敏"' in page
    assert not Person.objects.exists()
    response = client.post(NEW, who(kind="passport_foreign", number="X1234567"))
    assert "这种证件不含出生日期" in text_of(response)
    response = client.post(NEW, who(kind="passport_foreign", number="X1234567", birth_date="20 May"))
    assert "日期的写法" in text_of(response)


def test_look_alikes_are_shown_before_a_second_person_is_made(client: Client, adviser: Membership) -> None:
    known = factories_clients.client_file(adviser=adviser)
    typed = who(name="欧阳惠敏")
    page = text_of(client.post(NEW, typed))
    assert "可能是同一个人" in page
    assert reverse("desk:file", args=[known.pk]) in page
    assert Person.objects.count() == 1
    assert client.post(NEW, {**typed, "different": "1"}).status_code == 302
    assert Person.objects.count() == 2


def test_the_same_number_cannot_be_registered_twice(client: Client, adviser: Membership) -> None:
    known = factories_clients.client_file(adviser=adviser)
    typed = who(number=known.person.documents.get().number, different="1")
    page = text_of(client.post(NEW, typed))
    assert "这个人已经登记过" in page
    assert Person.objects.count() == 1


def test_somebody_known_elsewhere_comes_with_number_and_code(client: Client) -> None:
    from zhiyin.domain.audit.acting import SYSTEM, acting
    from zhiyin.domain.people.commands import issue_own_code

    other = factories.person()
    with acting(SYSTEM, "arrange"):
        code = issue_own_code(other)
    typed = who(number=other.documents.get().number)
    page = text_of(client.post(NEW, typed))
    assert "查询码" in page
    assert reverse("desk:client_open", args=[other.pk]) not in page
    assert "对不上" in text_of(client.post(NEW, {**typed, "own_code": "00000000x"}))
    assert client.post(NEW, {**typed, "own_code": code}).url == reverse("desk:client_open", args=[other.pk])


@pytest.mark.parametrize(
    ("birth", "said"),
    [
        (date(1985, 5, 20), "由本人同意"),
        (date(2011, 1, 5), "本人和监护人都要同意"),
        (date(2016, 1, 5), "由监护人同意"),
    ],
)
def test_hints_say_whose_consent_is_needed(client: Client, birth: date, said: str) -> None:
    page = text_of(client.post(reverse("desk:client_hints"), who(number=factories.resident_id(birth))))
    assert said in page
    assert "<html" not in page


# -- step two ------------------------------------------------------------------------------------------------------


def register(client: Client, **typed: str) -> Person:
    client.post(NEW, who(**typed))
    return Person.objects.get()


def test_consents_file_and_case_are_stored_together(client: Client, adviser: Membership) -> None:
    person = register(client)
    address = reverse("desk:client_open", args=[person.pk])
    page = text_of(client.get(address))
    assert "个人信息处理告知书" in page
    scan = SimpleUploadedFile("签字.png", PNG, content_type="image/png")
    response = client.post(
        address,
        agreed(
            person,
            "self",
            file=scan,
            education_level="college",
            groups=["older", "disabled"],
            hobbies="下棋",
            adviser=str(adviser.pk),
            open_case="1",
            service_kind="planning",
        ),
    )
    file = ClientFile.objects.get()
    assert response.url == reverse("desk:file", args=[file.pk])
    assert (file.adviser, file.education_level, file.groups) == (adviser, "college", ["older", "disabled"])
    given = list(Consent.objects.all())
    assert {row.purpose for row in given} == {p.value for p in notice_for(person).purposes if not p.recipient}
    assert {(row.by, row.channel, row.evidence.name) for row in given} == {("self", "paper", "签字.png")}
    assert Case.objects.get().file == file
    assert client.get(address).url == reverse("desk:file", args=[file.pk])


def test_without_the_essential_consent_nothing_is_stored(client: Client) -> None:
    person = register(client)
    response = client.post(
        reverse("desk:client_open", args=[person.pk]), {"channel": "paper", "hobbies": "修小家电", "open_case": "1"}
    )
    page = text_of(response)
    assert response.status_code == 422
    assert "还缺本人同意" in page
    assert "修小家电" in page
    assert not ClientFile.objects.exists()


def test_a_case_without_an_adviser_undoes_everything(client: Client) -> None:
    person = register(client)
    address = reverse("desk:client_open", args=[person.pk])
    response = client.post(address, agreed(person, "self", open_case="1", service_kind="planning", adviser=""))
    assert response.status_code == 422
    assert "要立案，请选择责任指导师" in text_of(response)
    assert not ClientFile.objects.exists()
    assert not Consent.objects.exists()


def test_sensitive_groups_need_their_own_consent(client: Client) -> None:
    person = register(client)
    posted = agreed(person, "self", groups=["low-income"])
    del posted["agree-self-sensitive-record"]
    response = client.post(reverse("desk:client_open", args=[person.pk]), posted)
    assert response.status_code == 422
    assert not ClientFile.objects.exists()


def test_a_changed_notice_is_shown_again(client: Client) -> None:
    person = register(client)
    response = client.post(
        reverse("desk:client_open", args=[person.pk]), {**agreed(person, "self"), "notice_hash": "0" * 64}
    )
    assert "告知书已经更新" in text_of(response)


def test_a_minor_comes_with_a_guardian_and_both_agree(client: Client, adviser: Membership) -> None:
    person = register(client, number=factories.resident_id(date(2011, 1, 5)))
    address = reverse("desk:client_open", args=[person.pk])
    assert "监护人姓名" in text_of(client.get(address))
    guardian = {
        "guardian_name": "欧阳建国",
        "guardian_relation": "父亲",
        "guardian_authority": "statutory",
        "guardian_proof": "户口簿",
        "guardian_phone": "12",
        "guardian_may_read": ["steps", "plan"],
    }
    wrong = client.post(address, agreed(person, "self", "guardian", **guardian))
    assert wrong.status_code == 422
    assert 'href="#f-guardian_phone"' in text_of(wrong)
    assert not Guardian.objects.exists()
    alone = client.post(address, agreed(person, "self", **{**guardian, "guardian_phone": ""}))
    assert "还缺监护人同意" in text_of(alone)
    assert not Guardian.objects.exists()
    done = client.post(address, agreed(person, "self", "guardian", **{**guardian, "guardian_phone": "13912345512"}))
    assert done.status_code == 302
    assert Guardian.objects.get().may_read == ["steps", "plan"]
    assert standings(person, adviser.organisation, ["file"])["file"].holds


def test_a_child_under_14_is_received_by_who_registered_them_and_others_ask_the_head(
    client: Client, adviser: Membership
) -> None:
    person = register(client, number=factories.resident_id(date(2016, 1, 5)))
    address = reverse("desk:client_open", args=[person.pk])
    assert client.get(address).status_code == 200
    colleague = signed_in(factories.member(adviser.organisation))
    refused = colleague.get(address)
    assert refused.status_code == 403
    assert "申请查阅" in text_of(refused)
    colleague.post(reverse("desk:child_access", args=[person.pk]), {"reason": "母亲带来做兴趣启蒙"})
    head = signed_in(factories.member(adviser.organisation, Role.SECTION_HEAD))
    approval = person.access_approvals.get()
    head.post(reverse("desk:approval_decide", args=[approval.pk]), {"decision": "grant", "until": "2099-01-31"})
    guardian = {
        "guardian_name": "李梅",
        "guardian_relation": "母亲",
        "guardian_authority": "statutory",
        "guardian_proof": "出生证明",
    }
    assert colleague.post(address, agreed(person, "guardian", **guardian)).status_code == 302
    assert ClientFile.objects.get().person == person


def test_only_who_may_open_files_receives(adviser: Membership) -> None:
    assessor = signed_in(factories.member(adviser.organisation, Role.ASSESSOR))
    assert assessor.get(NEW).status_code == 403
    person = factories.person()
    stranger = signed_in(adviser)
    assert stranger.get(reverse("desk:client_open", args=[person.pk])).status_code == 404
